"""The conditions of a proof as people would say them: `σ²(k z + c) > 0` for the long sum which that is.

A sum that a definition gives at another argument is shown as the definition's name at it. Whether it
is that is found by writing the definition out at each argument that the sum could have, and comparing;
so the name says what the sum says, or the sum is shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import count
from typing import Any

from bnsym.elaborate.application import Bodies, applied
from bnsym.elaborate.tensors import Value
from bnsym.kernel import Proved
from bnsym.latex.errors import ReadError
from bnsym.printing import to_latex
from bnsym.reporting.wording import relation_latex
from bnsym.terms import (
    HALF,
    Add,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
    Num,
    Pow,
    Sum,
    Sym,
    Term,
    children,
    mapped,
    power,
    walk,
)

_MOST = 40
"""Arguments that are tried; a condition has few."""


def conditions(proof: Proved) -> tuple[str, ...]:
    """LaTeX of each side condition."""
    bodies = {d.symbol.name: (d.symbol, d.body) for d in proof.statement.definitions}
    return tuple(_said(condition, bodies) for condition in proof.side_conditions)


def _said(condition: Hypothesis, bodies: Bodies) -> str:
    """Its left side by a name, if it has one."""
    name = _named(condition.left, bodies) if any(isinstance(t, Sum) for t in walk(condition.left)) else None
    if name is None:
        return relation_latex(condition)
    return f"{name} {condition.relation.value} {to_latex(condition.right)}"


def _named(term: Term, bodies: Bodies) -> str | None:
    meant = _shape(term)
    for symbol, body in bodies.values():
        root = isinstance(body, Pow) and body.exponent == HALF and not symbol.indices
        if root and _shape(children(body)[0]) == meant:
            return to_latex(power(symbol, 2))
    smallest = sorted(_arguments(term), key=lambda found: sum(1 for _ in walk(found[0])))
    for argument, index in smallest[:_MOST]:
        for symbol, _ in bodies.values():
            own = any(isinstance(t, Sym) and t.name == symbol.name for t in walk(argument))
            for leaf, space in () if symbol.indices or own else _leaves(symbol, bodies):
                if space == index.space and _shape(_at(symbol, leaf, argument, index, bodies)) == meant:
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
    todo, seen = [symbol.name], set()
    while todo:
        for inner in walk(bodies[todo.pop()][1]):
            if isinstance(inner, Sym) and inner.name not in seen:
                seen.add(inner.name)
                if inner.name in bodies:
                    todo.append(inner.name)
                elif len(inner.indices) == 1:
                    yield inner.name, inner.indices[0].space


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
    return mapped(term, lambda inner: _whole(inner, index))


def _shape(term: Term, bound: tuple[str, ...] = ()) -> Any:
    """The same for terms that differ in the names of their sums' indices and in the order of parts."""
    match term:
        case Sum(index, body):
            return "sum", index.space, _shape(body, (*bound, index.name))
        case Sym(name, indices):
            return "symbol", name, tuple(_place(i, bound) for i in indices)
        case Add():
            return "add", *sorted(map(repr, (_shape(t, bound) for t in _flat(term, Add))))
        case Mul():
            parts = list(_flat(term, Mul))
            number = Fraction(1)
            for part in parts:
                number *= part.value if isinstance(part, Num) else 1
            others = (_shape(t, bound) for t in parts if not isinstance(t, Num))
            return "mul", number, *sorted(map(repr, others))
        case Pow(base, exponent):
            return "power", exponent, _shape(base, bound)
        case Diff() | Max():
            return "whole", repr(term)
        case _:
            return "leaf", repr(term)


def _place(index: Index, bound: tuple[str, ...]) -> str | int:
    """Which of the sums around it binds an index, from the outermost."""
    inward = bound[::-1]
    return len(bound) - inward.index(index.name) if index.name in inward else index.name


def _flat(term: Term, kind: type) -> Iterator[Term]:
    for part in children(term):
        yield from _flat(part, kind) if isinstance(part, kind) else (part,)
