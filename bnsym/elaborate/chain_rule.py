r"""The chain rule through functions of numbers: what a statement says once their values are free arrays.

For the kernel the values F of a function are free, and its derivatives K hold them fixed. So each derivative
D is written out here, through each application F = f(a) that is met first on the way to the variable:

    D(T, v) = K(T, v) + sum over F of K(T, F) f'(a) D(a, v)

What holds for all values of the F, those of an exponential positive, holds for the values that they have.
Values at which it fails refute it only where the functions can have these. Imports `model`, terms, how they
are printed, `applications` and `dependence`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bnsym.elaborate.applications import Application, derivative_of, settled
from bnsym.elaborate.dependence import names_of, reached
from bnsym.model import FunctionValues
from bnsym.printing import to_latex
from bnsym.terms import (
    ZERO,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Name,
    Relation,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    own_indices,
    power,
    walk,
)


def without_functions(statement: Statement) -> tuple[Statement, tuple[FunctionValues, ...]]:
    """The statement with free arrays for the values of functions of numbers; and which these are."""
    if not any(isinstance(name, Application) for name in _direct(*_terms(statement))):
        return statement, ()
    plain = _changed(statement, settled)
    plain = _changed(plain, _Chain(plain).term)
    met = reached(_direct(*_sides(plain)), _uses(plain))
    known = tuple(h for name in sorted(met) if isinstance(name, Application) for h in _known(name))
    plain = replace(plain, hypotheses=(*plain.hypotheses, *known))
    names = _spelled(plain)
    functions = (
        FunctionValues(new, old.function, _renamed(old.argument, names)) for old, new in names.items()
    )
    return _changed(plain, lambda term: _renamed(term, names)), tuple(functions)


def _sides(statement: Statement) -> tuple[Term, ...]:
    return (statement.left, statement.right, *(s for h in statement.hypotheses for s in (h.left, h.right)))


def _terms(statement: Statement) -> tuple[Term, ...]:
    return (*_sides(statement), *(d.body for d in statement.definitions))


def _changed(statement: Statement, change: Callable[[Term], Term]) -> Statement:
    """The statement with each term of it changed."""
    definitions = tuple(Definition(d.symbol, change(d.body)) for d in statement.definitions)
    said = tuple(Hypothesis(change(h.left), h.relation, change(h.right)) for h in statement.hypotheses)
    left, right = change(statement.left), change(statement.right)
    return replace(statement, left=left, right=right, definitions=definitions, hypotheses=said)


def _direct(*terms: Term) -> set[Name]:
    """The names in terms, without those in the arguments of functions."""
    return {inner.name for term in terms for inner in walk(term) if isinstance(inner, Sym)}


def _uses(statement: Statement) -> dict[Name, set[Name]]:
    losses = {name: set(statement.outputs) for name in statement.losses}
    return losses | {d.symbol.name: _direct(d.body) for d in statement.definitions}


class _Chain:
    """The derivatives of one statement, written out."""

    def __init__(self, statement: Statement) -> None:
        self.bodies = {d.symbol.name: d.body for d in statement.definitions}
        self.uses = _uses(statement)
        self.made_from = self.uses | {name: names_of(body) for name, body in self.bodies.items()}

    def term(self, term: Term) -> Term:
        if not isinstance(term, Diff):
            return mapped(term, self.term)
        of = self.term(term.of)
        return self.total(of, term.by) if term.total else self.local(of, term.by)

    def total(self, of: Term, by: Sym) -> Term:
        met = reached(_direct(of), self.uses)
        through = [
            name
            for name in sorted(met)
            if isinstance(name, Application) and by.name in reached(names_of(name.argument), self.made_from)
        ]
        own = [Diff(of, by, True)] if by.name in met or not through else []
        return add(*own, *(self._through(of, name, by, True) for name in through))

    def local(self, of: Term, by: Sym) -> Term:
        """What is defined is held fixed; of a name, its own definition is differentiated."""
        body = self.bodies.get(of.name, of) if isinstance(of, Sym) else of
        through = [
            name
            for name in sorted(_direct(body))
            if isinstance(name, Application) and by.name in names_of(name.argument)
        ]
        own = [Diff(of, by, False)] if by.name in _direct(of, body) or not through else []
        return add(*own, *(self._through(of, name, by, False) for name in through))

    def _through(self, of: Term, name: Application, by: Sym, total: bool) -> Term:
        """The way from a term through the values of one function."""
        taken = {i.name for term in (of, by) for inner in walk(term) for i in own_indices(inner)}
        indices = tuple(_fresh(index, taken) for index in free_indices(name.argument))
        argument, derivative = name.at(indices), derivative_of(name, indices)
        held = isinstance(argument, Sym) and argument.name in self.bodies.keys() - {by.name}
        if derivative == ZERO or (held and not total):
            return ZERO
        if isinstance(argument, Sym) and argument.name == by.name:
            inner = mul(*(Delta(a, b) for a, b in zip(argument.indices, by.indices, strict=True)))
        else:
            inner = self.total(argument, by) if total else self.local(argument, by)
        body = mul(Diff(of, Sym(name, indices), total), derivative, inner)
        for index in reversed(indices):
            body = Sum(index, body)
        return body


def _fresh(index: Index, taken: set[str]) -> Index:
    name = index.name
    while name in taken:
        name += "'"
    taken.add(name)
    return Index(name, index.space)


def _known(name: Application) -> list[Hypothesis]:
    """What is known of all values of a function."""
    value = Sym(name, free_indices(name.argument))
    match name.function:
        case "exp":
            return [Hypothesis(value, Relation.GT, ZERO)]
        case "step":
            above = Hypothesis(mul(name.argument, value), Relation.GE, ZERO)
            below = Hypothesis(mul(name.argument, value), Relation.GE, name.argument)
            return [Hypothesis(power(value, 2), Relation.EQ, value), above, below]
    return []


def _spelled(statement: Statement) -> dict[Application, Name]:
    r"""What the array of each function's values is called: `\exp(z)`."""
    spelled: dict[Application, Name] = {}
    for name in _inside(*_terms(statement)):
        argument = _renamed(name.argument, spelled)
        inside = argument.name if isinstance(argument, Sym) else to_latex(argument)
        shown = rf"{_SHOWN.get(name.function, name.function)}({inside})"
        while shown in spelled.values():
            shown += "'"
        spelled[name] = shown
    return spelled


def _inside(*terms: Term) -> list[Application]:
    """The applications in terms, those inside others first."""
    here = sorted(name for name in _direct(*terms) if isinstance(name, Application))
    return list(dict.fromkeys(inner for name in here for inner in (*_inside(name.argument), name)))


_SHOWN = {"exp": r"\exp", "log": r"\log", "step": r"\mathrm{step}"}


def _renamed(term: Term, names: Mapping[Application, Name]) -> Term:
    match term:
        case Sym(Application() as name, indices):
            return Sym(names[name], indices)
        case Diff(of, Sym(Application() as name, indices), total):
            return Diff(_renamed(of, names), Sym(names[name], indices), total)
    return mapped(term, lambda inner: _renamed(inner, names))
