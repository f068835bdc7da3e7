"""Both sides of a statement in floats, at a few random points: which candidates are worth a proof.

Untrusted. A candidate is thrown out here, never accepted.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from itertools import islice, takewhile
from random import Random
from time import monotonic
from typing import Any, TypeAlias

from bnsym.calculus import Graph, NotDifferentiable, expand
from bnsym.kernel import Rejected, Value, Witness, holds
from bnsym.proving.maximum import value_of
from bnsym.proving.witness import draws
from bnsym.terms import (
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
    Name,
    Num,
    Pow,
    Relation,
    Size,
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    rename,
)

Row: TypeAlias = tuple[float, ...]
"""The values of one term, point by point."""
POINTS = 4
FEW = 2
ORDERED = 16
"""How many points there are for an order, which may hold at many though it is false."""
TOLERANCE = 1e-7
DRAWS = 100
EXACT = 200
"""How many exact points are tried where nothing random meets the hypotheses."""
WORK = 20_000
"""How many summands one value may have."""
MAXIMUM_SECONDS = 1.0
"""What the search for one maximum may take."""
SCALES = (1.0, 1.0, 0.2, 5.0)
"""By what arrays are multiplied: orders of unequal degree fail only on one side of 1."""


class NoValue(Exception):
    """At this point the term has no value."""


@dataclass
class Point:
    """Random values for what is free, drawn when first asked for, or those of a witness; also for
    the free indices."""

    formulas: Formulas
    random: Random
    positive: frozenset[str] = frozenset()
    given: Witness | None = None
    sizes: dict[SpaceName, int] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    memo: dict[tuple[Any, ...], float] = field(default_factory=dict)
    scales: dict[str, float] = field(default_factory=dict)
    work: int = 0
    diagonal: bool = False
    """Whether all free indices are the same: elsewhere a delta may be 0 at each point."""

    def size(self, space: SpaceName) -> int:
        if self.given is not None:
            return self.given.sizes[space]
        choices = (2, 3) if self.sizes else (3, 4, 5)
        return self.sizes.setdefault(space, self.random.choice(choices))

    def of(self, term: Term) -> float:
        """Its value, its free indices where this point has them. Raises NoValue."""
        self.work = 0
        indices, value = self.formulas.of(term)
        for index in indices:
            place = 0 if self.diagonal else self.random.randrange(self.size(index.space))
            self.at.setdefault(index.name, place)
        try:
            return value(self, self.at)
        except (ArithmeticError, LookupError, NotDifferentiable, TypeError) as error:
            raise NoValue from error

    def places(self, space: SpaceName) -> range:
        """What an index of a sum runs over."""
        places = range(self.size(space))
        self.work += len(places)
        if self.work > WORK:
            raise NoValue
        return places

    def drawn(self, key: tuple[Any, ...]) -> float:
        if self.given is None:
            scale = self.scales.setdefault(key[0], self.random.choice(SCALES))
            size = self.random.uniform(0.3, 2) * scale
            return size if key[0] in self.positive or self.random.random() < 0.5 else -size
        value: Value = self.given.values[key[0]]
        for n in key[1:]:
            assert isinstance(value, tuple)
            value = value[n]
        return float(value)  # type: ignore[arg-type]


Valued: TypeAlias = Callable[[Point, dict[str, int]], float]
"""The value of a term at a point, its free letters being at places."""


@dataclass
class Formulas:
    """The terms of one graph, each of which becomes a function once for all points."""

    graph: Graph
    known: dict[Term, tuple[tuple[Index, ...], Valued]] = field(default_factory=dict)
    numbers: dict[Term, int] = field(default_factory=dict)
    """Of sums and derivatives whose values are kept."""

    def of(self, term: Term) -> tuple[tuple[Index, ...], Valued]:
        """Its free indices, and what values it."""
        if term not in self.known:
            indices = free_indices(term)
            self.known[term] = indices, self._made(term, tuple(i.name for i in indices))
        return self.known[term]

    def _inside(self, term: Term) -> Valued:
        """Of a part of a term; those that take long to value are kept."""
        return self.of(term)[1] if isinstance(term, Sum | Diff) else self._made(term, ())

    def _made(self, term: Term, letters: tuple[str, ...]) -> Valued:
        match term:
            case Num(number):
                constant = float(number)
                return lambda point, at: constant
            case Size(space):
                return lambda point, at: float(point.size(space))
            case Delta(left, right):
                return lambda point, at: float(at[left.name] == at[right.name])
            case Add(terms):
                parts = [self._inside(part) for part in terms]
                return lambda point, at: math.fsum([part(point, at) for part in parts])
            case Mul(factors):
                deltas = [(d.left.name, d.right.name) for d in factors if isinstance(d, Delta)]
                parts = [self._inside(factor) for factor in factors if not isinstance(factor, Delta)]

                def times(point: Point, at: dict[str, int]) -> float:
                    if any(at[a] != at[b] for a, b in deltas):
                        return 0.0
                    return math.prod([part(point, at) for part in parts])

                return times
            case Pow(base, exponent):
                inner = self._inside(base)
                return lambda point, at: _power(inner(point, at), exponent)
            case Sum(index, body):
                inside = self._inside(body)

                def total(point: Point, at: dict[str, int]) -> float:
                    places = point.places(index.space)
                    return math.fsum([inside(point, {**at, index.name: n}) for n in places])

                return self._kept(term, letters, total)
            case Sym():
                return self._symbol(term)
            case Diff():
                plain = _unlettered(term)
                body = cache(lambda: self._inside(expand(self.graph, plain)))  # once a value is asked for

                def derived(point: Point, at: dict[str, int]) -> float:
                    own = {str(k): at[letter] for k, letter in enumerate(letters)}
                    return body()(point, own)

                return self._kept(plain, letters, derived)
            case Max():
                found = _maximum(term)
                if found is None:
                    raise NoValue
                return self._inside(found)

    def _kept(self, term: Term, letters: tuple[str, ...], value: Valued) -> Valued:
        number = self.numbers.setdefault(term, len(self.numbers))

        def kept(point: Point, at: dict[str, int]) -> float:
            key = (number, *[at[letter] for letter in letters])
            known = point.memo.get(key)
            return point.memo.setdefault(key, value(point, at)) if known is None else known

        return kept

    def _symbol(self, symbol: Sym) -> Valued:
        name, letters = symbol.name, [index.name for index in symbol.indices]
        definition = self.graph.by_name.get(name)
        parameters = [index.name for index in definition.symbol.indices] if definition else []
        body = cache(lambda: self._inside(definition.body)) if definition else None
        symmetric = name in self.graph.symmetric

        def value(point: Point, at: dict[str, int]) -> float:
            places = [at[letter] for letter in letters]
            key = (name, *(sorted(places) if symmetric else places))
            if key not in point.memo:
                own = dict(zip(parameters, places, strict=body is not None))
                point.memo[key] = body()(point, own) if body else point.drawn(key)
            return point.memo[key]

        return value


@lru_cache(maxsize=1000)
def _unlettered(derivative: Diff) -> Diff:
    """The derivative with its free letters by their order: what they are called changes no value."""
    letters = free_indices(derivative)
    own = {i.name: Index(str(k), i.space) for k, i in enumerate(letters)}
    by = Sym(derivative.by.name, tuple(own[i.name] for i in derivative.by.indices))
    return Diff(rename(derivative.of, own), by, derivative.total)


@lru_cache(maxsize=16)
def _formulas(
    definitions: tuple[Definition, ...], losses: tuple[Name, ...], outputs: tuple[Name, ...]
) -> Formulas:
    """Those of all statements that rest on the same."""
    return Formulas(Graph(definitions, losses, outputs))


@lru_cache(maxsize=200)
def _maximum(term: Max) -> Term | None:
    return value_of(term, monotonic() + MAXIMUM_SECONDS)


def _power(base: float, exponent: Fraction) -> float:
    if base < 0 and exponent.denominator % 2 == 0:
        raise NoValue
    return float(base**exponent.numerator if exponent.denominator == 1 else base ** float(exponent))


@dataclass(frozen=True)
class Points:
    """Where the statement's hypotheses hold and its sides have values."""

    statement: Statement
    points: tuple[Point, ...]
    words: dict[str, tuple[Row, frozenset[str]] | None] = field(default_factory=dict, compare=False)
    """Of expressions of the note that were read, the values and the free letters."""

    def row(self, term: Term) -> Row | None:
        """The values of a term; None if one is missing."""
        try:
            row = tuple(point.of(term) for point in self.points)
        except NoValue:
            return None
        return row if all(map(math.isfinite, row)) else None

    def fits(self, left: Row, right: Row) -> bool:
        """Whether the relation holds at every point, as far as floats can tell."""
        return all(related(a, self.statement.relation, b) for a, b in zip(left, right, strict=True))

    def helps(self, hypothesis: Hypothesis) -> bool:
        """Whether, as far as the points tell, the relation holds wherever the hypothesis does."""
        statement = self.statement
        claim = Hypothesis(statement.left, statement.relation, statement.right)
        try:
            return all(_holds(p, claim) or not _holds(p, hypothesis) for p in self.points)
        except NoValue:
            return False


def points_for(statement: Statement, deadline: float) -> Points:
    """Random points; where an equation is assumed, or nothing random meets the hypotheses, exact
    witnesses that a search found."""
    formulas = _formulas(statement.definitions, statement.losses, statement.outputs)
    count = POINTS if statement.relation is Relation.EQ else ORDERED
    valued = (p for p in _random(statement, formulas, deadline) if _has_values(p, statement))
    found = list(islice(valued, count))
    if len(found) < POINTS:
        found += islice(_exact(statement, formulas, deadline), POINTS - len(found))
    return Points(statement, tuple(found))


def few_points(statement: Statement, witness: Witness | None) -> Iterator[Point]:
    """A witness, and random points, without a search for better ones."""
    formulas = _formulas(statement.definitions, statement.losses, statement.outputs)
    if witness is not None:
        yield Point(formulas, Random(7), given=witness)
    yield from _random(statement, formulas, math.inf, 2 * ORDERED)


def may_hold(statement: Statement, points: Iterable[Point]) -> bool | None:
    """Whether it holds at the first points at which both sides have values, as far as floats can tell, and
    not because both are 0 everywhere; None if there is none."""
    values: list[tuple[float, float]] = []
    for point in points:
        if len(values) > (FEW if statement.relation is Relation.EQ else ORDERED):
            break
        with suppress(NoValue):
            values.append((point.of(statement.left), point.of(statement.right)))
            if not related(values[-1][0], statement.relation, values[-1][1]):
                return False
    says = any(map(any, values)) or Num(Fraction(0)) in (statement.left, statement.right)
    return says if values else None


def _random(statement: Statement, formulas: Formulas, deadline: float, tries: int = DRAWS) -> Iterator[Point]:
    """Of those that are drawn until then, the ones that meet the hypotheses."""
    positive = frozenset(
        h.left.name
        for h in statement.hypotheses
        if isinstance(h.left, Sym) and h.relation in (Relation.GT, Relation.GE)
    )
    seeds = takewhile(lambda _: monotonic() < deadline, range(tries))
    points = (Point(formulas, Random(seed), positive, diagonal=seed == 0) for seed in seeds)
    return (point for point in points if _meets(point, statement))


def _has_values(point: Point, statement: Statement) -> bool:
    with suppress(NoValue):
        point.of(statement.left), point.of(statement.right)
        return True
    return False


def _meets(point: Point, statement: Statement) -> bool:
    try:
        return all(_holds(point, h) for h in statement.hypotheses)
    except NoValue:
        return False


def _holds(point: Point, hypothesis: Hypothesis) -> bool:
    return related(point.of(hypothesis.left), hypothesis.relation, point.of(hypothesis.right), 1e-12)


def _exact(statement: Statement, formulas: Formulas, deadline: float) -> Iterator[Point]:
    for witness in draws(statement, deadline, seed=5, limit=EXACT):
        try:
            if holds(statement.hypotheses, statement, witness):
                point = Point(formulas, Random(7), given=witness)
                point.of(statement.left), point.of(statement.right)
                yield point
        except (Rejected, ZeroDivisionError, NoValue):
            continue


def related(left: float, relation: Relation, right: float, tolerance: float = TOLERANCE) -> bool:
    slack = tolerance * (abs(left) + abs(right)) + 1e-12
    match relation:
        case Relation.EQ:
            return abs(left - right) <= slack
        case Relation.LE | Relation.LT:
            return left <= right + slack
        case Relation.GE | Relation.GT:
            return left >= right - slack
        case Relation.NE:
            return left != right
