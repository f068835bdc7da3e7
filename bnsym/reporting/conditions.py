"""The conditions of a proof as people would say them: `σ²(k z) > 0` for the long sum which that is.

A sum that a definition gives at another argument is shown as the definition's name at it. Whether it
is that is found by writing the definition out at each argument that the sum could have, the smallest first,
and comparing normal forms; so the name says what the sum says, or the sum is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from time import monotonic

from bnsym import terms
from bnsym.elaborate.applications import Bodies, applied
from bnsym.elaborate.tensors import Value
from bnsym.kernel import Proved
from bnsym.latex.errors import ReadError
from bnsym.normal import OutOfReach, Poly, Ring
from bnsym.printing import to_latex
from bnsym.proving.advice import Alike
from bnsym.reporting.wording import relation_latex
from bnsym.terms import Hypothesis, Index, Pow, Statement, Sum, Sym, Term, walk

_MOST = 40
"""Arguments that are tried; a condition has few."""
SECONDS = 1.0
"""What naming the conditions of one proof may take."""


def conditions(proof: Proved) -> tuple[str, ...]:
    """LaTeX of each side condition."""
    return tuple(_said(condition, proof.statement) for condition in proof.side_conditions)


def _said(condition: Hypothesis, statement: Statement) -> str:
    """Its left side by a name, if it has one."""
    sums = any(isinstance(t, Sum) for t in walk(condition.left))
    name = _named(condition.left, statement) if sums else None
    if name is None:
        return relation_latex(condition)
    return f"{name} {condition.relation.value} {to_latex(condition.right)}"


def _named(term: Term, statement: Statement) -> str | None:
    bodies = {d.symbol.name: (d.symbol, d.body) for d in statement.definitions}
    ring = Ring(statement, Alike(monotonic() + SECONDS))
    try:
        return _name_of(term, bodies, ring.normal)
    except OutOfReach:
        return None


def _name_of(term: Term, bodies: Bodies, normal: Callable[[Term], Poly]) -> str | None:
    meant = normal(term)
    for symbol, body in bodies.values():
        root = isinstance(body, Pow) and body.exponent == terms.HALF and not symbol.indices
        if root and normal(terms.children(body)[0]) == meant:
            return to_latex(terms.power(symbol, 2))
    smallest = sorted(_arguments(term), key=lambda found: sum(1 for _ in walk(found[0])))
    for argument, index in smallest[:_MOST]:
        for symbol, _ in bodies.values():
            own = any(isinstance(t, Sym) and t.name == symbol.name for t in walk(argument))
            for leaf, space in () if symbol.indices or own else _leaves(symbol, bodies):
                if space == index.space and normal(_at(symbol, leaf, argument, index, bodies)) == meant:
                    return f"{to_latex(symbol)}({to_latex(_whole(argument, index))})"
    return None


def _arguments(term: Term) -> Iterator[tuple[Term, Index]]:
    """What could stand for a component: all that a sum runs over, and the parts of it."""
    for outer in walk(term):
        if isinstance(outer, Sum):
            for inner in walk(outer.body):
                if any(isinstance(t, Sym) and outer.index in t.indices for t in walk(inner)):
                    yield inner, outer.index


def _leaves(symbol: Sym, bodies: Bodies) -> Iterator[tuple[str, str]]:
    """The arrays without a definition that a defined number is computed from, with what they run over."""
    told = terms.reached([symbol.name], lambda name: terms.names(bodies[name][1]) if name in bodies else ())
    parts = (part for name in sorted(told & bodies.keys()) for part in walk(bodies[name][1]))
    arrays = {part.name: part.indices for part in parts if isinstance(part, Sym)}
    yield from ((n, ix[0].space) for n, ix in arrays.items() if n not in bodies and len(ix) == 1)


def _at(symbol: Sym, leaf: str, argument: Term, index: Index, bodies: Bodies) -> Term:
    """The defined number with the argument for the components of the array."""
    numbers = count()
    given = Value(argument, (index,))
    try:
        return applied(
            Value(symbol), leaf, given, bodies, lambda space: Index(f"@{next(numbers)}", space), (0, 0)
        ).term
    except ReadError:
        return symbol


def _whole(term: Term, index: Index) -> Term:
    """The array whose component it is, where that has a name of its own."""
    if any(isinstance(t, Sym) and index in t.indices and len(t.indices) > 1 for t in walk(term)):
        return term
    if isinstance(term, Sym):
        return replace(term, indices=tuple(i for i in term.indices if i != index))
    return terms.mapped(term, lambda inner: _whole(inner, index))
