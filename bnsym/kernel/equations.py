"""TRUSTED. Equations that are assumed, put in: where v = t is assumed, t may stand for v.

An equation is *solved* if one side is a name or a size and the other is made of numbers, sizes and
names that nothing defines or differentiates by: both sides are then constants, so that t for v
changes no derivative either. Loaded only where a certificate puts an equation in.
"""

from __future__ import annotations

from dataclasses import replace

from bnsym.kernel.certificates import Rejected
from bnsym.terms.tree import (
    Add,
    Definition,
    Diff,
    Hypothesis,
    Mul,
    Num,
    Pow,
    Relation,
    Size,
    Statement,
    Sym,
    Term,
    mapped,
    walk,
)

CONSTANT = (Num, Size, Sym, Add, Mul, Pow)


def put_in(statement: Statement, numbers: tuple[int, ...]) -> Statement:
    """The statement with the solved equations among its hypotheses put in, in this order.

    premises: each number is of a hypothesis that is a solved equation.
    conclusion: under the hypotheses, the result holds if and only if `statement` does. The equations
    themselves stay among its hypotheses as they are. Rejected for a hypothesis that is not solved."""
    for number in numbers:
        if type(number) is not int or not 0 <= number < len(statement.hypotheses):
            raise Rejected("there is no such hypothesis")
        solved = solution(statement, statement.hypotheses[number])
        if solved is None:
            raise Rejected("a hypothesis that is put in is no solved equation")
        statement = replaced(statement, *solved, keep=number)
    return statement


def solution(statement: Statement, hypothesis: Hypothesis) -> tuple[Sym | Size, Term] | None:
    """(v, t) if the hypothesis is a solved equation v = t, else nothing."""
    if hypothesis.relation is not Relation.EQ:
        return None
    for left, right in ((hypothesis.left, hypothesis.right), (hypothesis.right, hypothesis.left)):
        match left, right:
            case Size(), Size() | Num():
                return left, right
            case Sym(_, ()), _ if _is_constant(statement, left) and _is_constant(statement, right):
                if left not in walk(right):
                    return left, right
    return None


def _is_constant(statement: Statement, term: Term) -> bool:
    """Whether the term varies with nothing that is differentiated by, and is no derivative."""
    varying = {d.symbol.name for d in statement.definitions} | {*statement.losses, *statement.outputs}
    varying |= {t.by.name for side in _terms(statement) for t in walk(side) if isinstance(t, Diff)}
    return all(
        isinstance(t, CONSTANT) and not (isinstance(t, Sym) and (t.indices or t.name in varying))
        for t in walk(term)
    )


def _terms(statement: Statement) -> list[Term]:
    sides = [side for h in statement.hypotheses for side in (h.left, h.right)]
    return [statement.left, statement.right, *(d.body for d in statement.definitions), *sides]


def replaced(statement: Statement, old: Term, new: Term, keep: int = -1) -> Statement:
    """`new` for `old` everywhere but in hypothesis number `keep`."""

    def change(term: Term) -> Term:
        return new if term == old else mapped(term, change)

    definitions = tuple(Definition(d.symbol, change(d.body)) for d in statement.definitions)
    hypotheses = tuple(
        h if number == keep else Hypothesis(change(h.left), h.relation, change(h.right))
        for number, h in enumerate(statement.hypotheses)
    )
    left, right = change(statement.left), change(statement.right)
    return replace(statement, left=left, right=right, definitions=definitions, hypotheses=hypotheses)
