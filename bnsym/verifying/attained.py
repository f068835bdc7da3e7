"""Maxima over a ball of matrices, with their values: what is to be proved of each, and where it stands.

`body <= value` is proved from |Xᵀv| <= radius |v| for some vectors v; `body = value` at a matrix of rank
one whose norm is at most the radius, and at zero where one of the vectors that it divides by is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from bnsym.terms import (
    Definition,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
    Num,
    Pow,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    mapped,
    walk,
)
from bnsym.verifying.domains import Exact, Field, NoValue, Number, P, Unjudged, Wrong
from bnsym.verifying.jets import At, Values
from bnsym.verifying.proofs import EQ, GE, GT, HALF, LE, TWO, Claim

ZERO = Num(Fraction(0))


def claims(maximum: dict[str, Any]) -> Iterator[Claim]:
    """What is to be proved for a maximum to have its value; Wrong if it is none."""
    term, value, point, divided = (maximum[part] for part in ("term", "value", "point", "divided"))
    check_form(maximum, term, [value, term.radius, *point, *(v[0] for v in (*maximum["tested"], *divided))])
    ball = Hypothesis(term.radius, GE, ZERO)
    norms = [norm_bound(term, *vector) for vector in maximum["tested"]]
    squares = [Sum(index, Pow(component, TWO)) for component, index, _ in divided]
    nonzero = [Hypothesis(square, GT, ZERO) for square in squares]
    norm = Mul(tuple(Sum(i, Pow(f, TWO)) for f, i in zip(point, term.variable.indices, strict=True)))
    lemmas: list[tuple[Any, ...]] = [
        (term.body, LE, value, [], norms),
        (norm, LE, Pow(term.radius, TWO), [], nonzero),
    ]
    lemmas += [(term.body, EQ, value, [Definition(term.variable, Mul(tuple(point)))], nonzero)]
    zero = [Definition(term.variable, ZERO)]
    lemmas += [(term.body, EQ, value, zero, [Hypothesis(square, EQ, ZERO)]) for square in squares]
    given = [maximum["bound"], maximum["inside"], *maximum["equal"]]
    for (left, relation, right, definitions, more), lemma in zip(lemmas, given, strict=True):
        statement = Statement(left, relation, right, tuple(definitions), (ball, *more))
        used = [*range(1 + len(more))] if lemma["model"] else []
        yield Claim(statement, used, [], {}, lemma["certificate"], lemma["model"])


def norm_bound(term: Max, component: Term, index: Index, axis: int) -> Hypothesis:
    """|Xᵀv|² <= radius² |v|² for the vector v; for axis 1 of |Xv|."""
    here, other = term.variable.indices[axis], term.variable.indices[1 - axis]
    if here.space != index.space:
        raise Wrong("a vector that the matrix can't be applied to")
    other = Index(f"{index.name}'", other.space)
    entry = Sym(term.variable.name, (other, index) if axis else (index, other))
    applied = Sum(other, Pow(Sum(index, Mul((entry, component))), TWO))
    return Hypothesis(applied, LE, Mul((Pow(term.radius, TWO), Sum(index, Pow(component, TWO)))))


def check_form(maximum: dict[str, Any], term: Max, fixed: list[Term]) -> None:
    """Closed terms without derivatives, of which only the body speaks of the matrix."""
    matrix, value, arguments = term.variable, maximum["value"], maximum["arguments"]
    if any(isinstance(t, Diff | Max) for inner in (term.body, *fixed) for t in walk(inner)):
        raise Wrong("a maximum of a derivative or of a maximum")
    if len({*matrix.indices}) != 2 or free_indices(term) or free_indices(value):
        raise Wrong("a maximum that is not over matrices, or has a free index")
    spoken = {n for t in (*fixed, *(d.body for d in arguments)) for n in names(t)}
    if matrix.name in spoken | {d.symbol.name for d in arguments}:
        raise Wrong("what a maximum is compared with depends on the matrix")
    if not (names(term.body) | names(term.radius)) - {matrix.name} <= names(value):
        raise Wrong("the value of a maximum may be defined where the maximum is not")
    if any(not {*free_indices(f)} <= {i} for f, i in zip(maximum["point"], matrix.indices, strict=True)):
        raise Wrong("a point is given by one factor for each index of the matrix")
    if any(free_indices(v) != (index,) for v, index, _ in (*maximum["tested"], *maximum["divided"])):
        raise Wrong("a vector has one free index")


def names(term: Term) -> set[str]:
    return {t.name for t in walk(term) if isinstance(t, Sym)}


class Attained:
    """Maxima whose values are proved; called for what one is that stands in a statement."""

    def __init__(self, maxima: list[dict[str, Any]], random: Random) -> None:
        self.maxima, self.random = [_apart(maximum) for maximum in maxima], random
        self._known: dict[int, tuple[Max, int]] = {}

    def __call__(self, values: Values, found: Max, at: At) -> Number:
        if id(found) not in self._known:
            self._known[id(found)] = found, self._match(values, found)
        _, value, arguments = self.maxima[self._known[id(found)][1]]
        if isinstance(values.domain, Exact) and values.number(found.radius, at) < 0:
            raise Wrong("a ball has a radius below 0")
        values.divided(values, Pow(found.radius, HALF), at)  # it is at least 0, as a radicand is
        more = {name: (definition, at) for name, definition in arguments.items()}
        inside = Values(values.domain, values.statement, values.blocks, values.raw, more)
        inside.divided = values.divided
        return inside.number(value, {})

    def _match(self, values: Values, found: Max) -> int:
        """Which one it is: body and radius have the same values at random points, for a random matrix."""
        for number, (term, _, _) in enumerate(self.maxima):
            if term.variable == found.variable and all(self._same(values, found, number) for _ in range(3)):
                return number
        raise Wrong("a maximum of the statement has no value in the certificate")

    def _same(self, values: Values, found: Max, number: int) -> bool:
        term, _, arguments = self.maxima[number]
        body = _renamed(found.body, {found.variable.name: "the matrix"})
        for _ in range(100):
            numbers: dict[Any, int] = defaultdict(lambda: self.random.randrange(1, P))
            blocks: dict[str, list[int]] = defaultdict(
                lambda: [self.random.randrange(1, P) for _ in range(3)]
            )
            point = Values(Field(), values.statement, blocks, lambda *key, numbers=numbers: numbers[key])
            at = self.random.choice([at for at, _ in point.assigned(free_indices(found))])
            more = {name: (definition, at) for name, definition in arguments.items()}
            inside = Values(Field(), values.statement, blocks, point.raw, more)
            try:
                here = [point.number(t, at) for t in (found.radius, body)]
                return here == [inside.number(t, {}) for t in (term.radius, term.body)]
            except NoValue:
                continue
        raise Unjudged("no values were found at which a maximum is defined")


def _apart(maximum: dict[str, Any]) -> tuple[Max, Term, dict[str, Definition]]:
    """With names of their own for the matrix and the arguments, which in a statement stand for something
    else."""
    term, value, arguments = maximum["term"], maximum["value"], maximum["arguments"]
    own = {d.symbol.name: f"argument {d.symbol.name}" for d in arguments}
    body = _renamed(term.body, own | {term.variable.name: "the matrix"})
    bodies = {own[d.symbol.name]: d for d in arguments}
    return Max(term.variable, _renamed(term.radius, own), body), _renamed(value, own), bodies


def _renamed(term: Term, own: dict[str, str]) -> Term:
    """What is defined through an array, or differentiated by it, is not of the array that a maximum binds."""
    match term:
        case Sym(name, indices):
            return Sym(own.get(name, name), indices)
        case Diff():
            return term
    return mapped(term, lambda inner: _renamed(inner, own))
