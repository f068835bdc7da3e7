"""Values of terms, each made into a function once: in floats at random points, exactly at a witness.

Untrusted: what is surely false is thrown out here, and what seems to be a refutation is judged by the kernel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from itertools import islice, product, takewhile
from random import Random
from time import monotonic
from typing import Any, TypeAlias

from bnsym.calculus import Graph, NotDifferentiable, expand
from bnsym.kernel import Rejected, Value, Witness, assignments
from bnsym.kernel.surds import raised
from bnsym.proving.maximum import value_of
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
    walk,
)

FEW = 2
ORDERED = 16
"""How many points there are for an order, which may hold at many though it is false."""
TOLERANCE = 1e-7
COARSE = 1e-5
"""By how much sides differ at least where they surely do."""
DRAWS = 100
WORK, EXACT_WORK = 20_000, 500_000
"""How many summands one value may have."""
MOST_PARTS = 16
"""Into how many a product of sums is taken apart."""
MAXIMUM_SECONDS = 1.0
"""What the search for one maximum may take."""
SCALES = (1.0, 1.0, 0.2, 5.0)
"""By what arrays are multiplied: orders of unequal degree fail only on one side of 1."""


Number: TypeAlias = Any
"""A float; where values are exact an integer, a fraction or a surd."""


class NoValue(Rejected):
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
    memo: dict[tuple[Any, ...], Number] = field(default_factory=dict)
    scales: dict[str, float] = field(default_factory=dict)
    work: int = 0
    diagonal: bool = False
    """Whether all free indices are the same: elsewhere a delta may be 0 at each point."""

    def size(self, space: SpaceName) -> int:
        if self.given is not None:
            return self.given.sizes[space]
        choices = (2, 3) if self.sizes else (3, 4, 5)
        return self.sizes.setdefault(space, self.random.choice(choices))

    def of(self, term: Term) -> Number:
        """Its value, its free indices where this point has them. Raises NoValue."""
        indices, value = self.formulas.of(term)
        for index in indices:
            place = 0 if self.diagonal else self.random.randrange(self.size(index.space))
            self.at.setdefault(index.name, place)
        return self._valued(value, self.at)

    def _valued(self, value: Valued, at: dict[str, int]) -> Number:
        self.work = 0
        try:
            return value(self, at)
        except (ArithmeticError, LookupError, NotDifferentiable, TypeError) as error:
            raise NoValue from error

    def holds(self, hypothesis: Hypothesis) -> bool:
        """Whether it does here, as far as floats can tell. Raises NoValue."""
        return related(self.of(hypothesis.left), hypothesis.relation, self.of(hypothesis.right), 1e-12)

    def everywhere(self, *terms: Term) -> Iterator[tuple[Number, ...]]:
        """The values of some terms, for all values of their free letters. Raises NoValue."""
        assert self.given is not None
        valued = [self.formulas.of(term)[1] for term in terms]
        for at in assignments(*terms, witness=self.given):
            yield tuple(self._valued(value, at) for value in valued)

    def places(self, space: SpaceName) -> range:
        """What an index of a sum runs over."""
        places = range(self.size(space))
        self.work += len(places)
        if self.work > (EXACT_WORK if self.formulas.exact else WORK):
            raise NoValue
        return places

    def drawn(self, key: tuple[Any, ...]) -> Number:
        if self.given is None:
            scale = self.scales.setdefault(key[0], self.random.choice(SCALES))
            size = self.random.uniform(0.3, 2) * scale
            return size if key[0] in self.positive or self.random.random() < 0.5 else -size
        value: Value = self.given.values[key[0]]
        for n in key[1:]:
            assert isinstance(value, tuple)
            value = value[n]
        assert isinstance(value, Fraction)
        return _whole(value) if self.formulas.exact else float(value)


Valued: TypeAlias = Callable[[Point, dict[str, int]], Number]
"""The value of a term at a point, its free letters being at places."""


@dataclass
class Formulas:
    """The terms of one graph, each of which becomes a function once for all points."""

    graph: Graph
    exact: bool = False
    """Whether values are integers, fractions and surds, at a witness, and no floats."""
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
        added: Callable[[list[Number]], Number] = sum if self.exact else math.fsum
        match term:
            case Num(number):
                constant = _whole(number) if self.exact else float(number)
                return lambda point, at: constant
            case Size(space):
                return lambda point, at: point.size(space)
            case Delta(left, right):
                return lambda point, at: int(at[left.name] == at[right.name])
            case Add(terms):
                summands = [self._inside(part) for part in terms]
                return lambda point, at: added([summand(point, at) for summand in summands])
            case Mul(factors):
                deltas = [(d.left.name, d.right.name) for d in factors if isinstance(d, Delta)]
                others = [self._inside(factor) for factor in factors if not isinstance(factor, Delta)]

                def times(point: Point, at: dict[str, int]) -> Number:
                    if any(at[a] != at[b] for a, b in deltas):
                        return 0
                    return math.prod([other(point, at) for other in others])

                return times
            case Pow(base, exponent):
                inner, power = self._inside(base), _raised if self.exact else _power
                return lambda point, at: power(inner(point, at), exponent)
            case Sum() if (parts := _parts(term)) != (term,):
                return self._made(Add(parts), letters)
            case Sum(index, body):
                inside, tied = self._inside(body), _tied(index, body)
                if tied is not None:
                    name = tied.name
                    return self._kept(term, letters, lambda p, at: inside(p, {**at, index.name: at[name]}))

                def total(point: Point, at: dict[str, int]) -> Number:
                    places = point.places(index.space)
                    return added([inside(point, {**at, index.name: n}) for n in places])

                return self._kept(term, letters, total)
            case Sym():
                return self._symbol(term)
            case Diff():
                plain = _unlettered(term)
                found = cache(lambda: self._inside(expand(self.graph, plain)))  # once a value is asked for

                def derived(point: Point, at: dict[str, int]) -> Number:
                    own = {str(k): at[letter] for k, letter in enumerate(letters)}
                    return found()(point, own)

                return self._kept(plain, letters, derived)
            case Max():
                largest = _maximum(term)
                if largest is None:
                    raise NoValue
                return self._inside(largest)

    def _kept(self, term: Term, letters: tuple[str, ...], value: Valued) -> Valued:
        number = self.numbers.setdefault(term, len(self.numbers))

        def kept(point: Point, at: dict[str, int]) -> Number:
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

        def value(point: Point, at: dict[str, int]) -> Number:
            places = [at[letter] for letter in letters]
            key = (name, *(sorted(places) if symmetric and not point.given else places))
            if key not in point.memo:
                own = dict(zip(parameters, places, strict=body is not None))
                point.memo[key] = body()(point, own) if body else point.drawn(key)
            return point.memo[key]

        return value


def _parts(term: Term) -> tuple[Term, ...]:
    """What adds up to the term: in a product a delta leaves one place of a sum."""
    if not any(isinstance(inner, Delta) for inner in walk(term)):
        return (term,)
    match term:
        case Add(terms):
            return tuple(part for one in terms for part in _parts(one))
        case Sum(index, body):
            return tuple(Sum(index, part) for part in _parts(body))
        case Mul(factors):
            found = [Mul(chosen) for chosen in islice(product(*map(_parts, factors)), 1 + MOST_PARTS)]
            return tuple(found) if len(found) <= MOST_PARTS else (term,)
    return (term,)


def _tied(index: Index, term: Term) -> Index | None:
    """A letter that has the value of an index wherever the term is not 0: no other one need be tried."""
    match term:
        case Delta(left, right) if left.space == right.space and index in (left, right) and left != right:
            return right if left == index else left
        case Mul(factors):
            return next(filter(None, (_tied(index, one) for one in factors)), None)
        case Sum(bound, body) if bound.name != index.name:
            found = _tied(index, body)
            return found if found is not None and found.name != bound.name else None
    return None


@lru_cache(maxsize=1000)
def _unlettered(derivative: Diff) -> Diff:
    """The derivative with its free letters by their order: what they are called changes no value."""
    letters = free_indices(derivative)
    own = {i.name: Index(str(k), i.space) for k, i in enumerate(letters)}
    by = Sym(derivative.by.name, tuple(own[i.name] for i in derivative.by.indices))
    return Diff(rename(derivative.of, own), by, derivative.total)


@lru_cache(maxsize=16)
def _formulas(
    definitions: tuple[Definition, ...], losses: tuple[Name, ...], outputs: tuple[Name, ...], exact: bool
) -> Formulas:
    return Formulas(Graph(definitions, losses, outputs), exact)


def formulas_of(statement: Statement, *, exact: bool = False) -> Formulas:
    """Those of all statements that rest on the same."""
    return _formulas(statement.definitions, statement.losses, statement.outputs, exact)


@lru_cache(maxsize=200)
def _maximum(term: Max) -> Term | None:
    return value_of(term, monotonic() + MAXIMUM_SECONDS)


def _power(base: float, exponent: Fraction) -> float:
    if base < 0 and exponent.denominator % 2 == 0:
        raise NoValue
    return float(base**exponent.numerator if exponent.denominator == 1 else base ** float(exponent))


def _whole(number: Fraction) -> int | Fraction:
    """An integer where it is one: that is quicker by far."""
    return number.numerator if number.denominator == 1 else number


@lru_cache(maxsize=1 << 12)
def _raised(base: Number, exponent: Fraction) -> Number:
    found = raised(Fraction(base) if isinstance(base, int) else base, exponent)
    return _whole(found) if isinstance(found, Fraction) else found


def few_points(statement: Statement, witness: Witness | None) -> Iterator[Point]:
    """A witness, and random points, without a search for better ones."""
    if witness is not None:
        yield Point(formulas_of(statement), Random(7), given=witness)
    yield from random_points(statement, math.inf, 2 * ORDERED)


def random_points(statement: Statement, deadline: float, tries: int = DRAWS) -> Iterator[Point]:
    """Of those that are drawn until then, the ones that meet the hypotheses."""
    positive = frozenset(
        h.left.name
        for h in statement.hypotheses
        if isinstance(h.left, Sym) and h.relation in (Relation.GT, Relation.GE)
    )
    formulas = formulas_of(statement)
    seeds = takewhile(lambda _: monotonic() < deadline, range(tries))
    points = (Point(formulas, Random(seed), positive, diagonal=seed == 0) for seed in seeds)
    return (point for point in points if _meets(point, statement))


def _meets(point: Point, statement: Statement) -> bool:
    try:
        return all(point.holds(h) for h in statement.hypotheses)
    except NoValue:
        return False


def _valued(statement: Statement, points: Iterable[Point]) -> Iterator[tuple[float, float]]:
    """Both sides at those of the points at which they have values."""
    for point in points:
        with suppress(NoValue):
            yield point.of(statement.left), point.of(statement.right)


def may_hold(statement: Statement, points: Iterable[Point]) -> bool | None:
    """Whether it holds at the first points at which both sides have values, as far as floats can tell, and
    not because both are 0 everywhere; None if there is none."""
    count = 1 + (FEW if statement.relation is Relation.EQ else ORDERED)
    values: list[tuple[float, float]] = []
    for left, right in islice(_valued(statement, points), count):
        values.append((left, right))
        if not related(left, statement.relation, right):
            return False
    says = any(map(any, values)) or Num(Fraction(0)) in (statement.left, statement.right)
    return says if values else None


def is_surely_false(equation: Statement) -> bool:
    """Whether its sides differ at each of the first random points, and by more than floats may err: no proof
    is worth a search."""
    values = list(islice(_valued(equation, few_points(equation, None)), 1 + FEW))
    return len(values) > FEW and all(abs(a - b) > COARSE * (1 + abs(a) + abs(b)) for a, b in values)


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
