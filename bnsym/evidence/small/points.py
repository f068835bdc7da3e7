"""Random points, mod a 61-bit prime or real, and what expressions are there; of floats, only maxima."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import TypeAlias

from sympy import Expr, Symbol

from bnsym.evidence.small.components import Origin
from bnsym.evidence.small.naming import Largest, NoValue, evaluate
from bnsym.evidence.surveying import Unsupported

PRIME = 2305843009213057079
"""Near 2^61. -1 is not a square mod it and every prime below 60 is one: a number that stands for a
positive quantity is represented by a square, and the square root that is itself a square is as
multiplicative as the positive root, sqrt(ab) = sqrt(a) sqrt(b)."""
ATTEMPTS = 200


@dataclass(eq=False)
class Relations:
    """What a point has to meet: a value for each dependent symbol, and what is positive or not negative."""

    solved: dict[Symbol, Expr] = field(default_factory=dict)
    positive: set[Symbol] = field(default_factory=set)
    above: list[Expr] = field(default_factory=list)
    not_below: list[Expr] = field(default_factory=list)


class Residues:
    """Values mod PRIME at one random point that meets the relations."""

    def __init__(self, seed: int, relations: Relations) -> None:
        self.seed, self.relations = seed, relations
        self.memo: dict[Expr, int] = {}

    def number(self, value: Fraction) -> int:
        return value.numerator * pow(value.denominator, -1, PRIME) % PRIME

    def symbol(self, symbol: Symbol) -> int:
        solved = self.relations.solved.get(symbol)
        if solved is not None:
            return evaluate(solved, self, self.memo)
        drawn = random.Random(f"{self.seed} {symbol.name}").randrange(1, PRIME)
        return drawn * drawn % PRIME if symbol in self.relations.positive else drawn

    def total(self, terms: list[int]) -> int:
        return sum(terms) % PRIME

    def product(self, factors: list[int]) -> int:
        found = 1
        for factor in factors:
            found = found * factor % PRIME
        return found

    def power(self, base: int, exponent: Fraction) -> int:
        denominator = exponent.denominator
        while denominator % 2 == 0:
            base, denominator = self.root(base), denominator // 2
        if denominator != 1:
            raise Unsupported("an odd root")
        if base == 0 and exponent < 0:
            raise NoValue("a division by zero")
        return pow(base, exponent.numerator, PRIME)

    def largest(self, maximum: Largest) -> int:
        raise Unsupported("a maximum over matrices has no value mod p")

    @staticmethod
    def root(base: int) -> int:
        """The root that is itself a square."""
        found = pow(base, (PRIME + 1) // 4, PRIME)
        if found * found % PRIME != base:
            raise NoValue("a root of a number that is not a square")
        return found

    def check(self) -> None:
        """Raises NoValue where what must be positive is not represented by a square."""
        for e in self.relations.above:
            self.root(evaluate(e, self, self.memo))


Row: TypeAlias = list[Decimal]
"""A value at each point of a batch; not a number where there is none."""
BATCHES = (4, *[24] * 8)
"""How many points are drawn at once: few at first, for an equation asks for two."""
NOWHERE = Decimal("NaN")
ROUNDED = Decimal("1e-40")
"""What is smaller than this is zero: rounding made it, for the numbers drawn are small rationals."""


class Reals:
    """Values to DIGITS digits at several rational points at once, so that an expression is walked once."""

    def __init__(self, start: int, size: int, relations: Relations, origins: Mapping[Symbol, Origin]) -> None:
        self.start, self.size, self.relations, self.origins = start, size, relations, origins
        self.memo: dict[Expr, Row] = {}

    def number(self, value: Fraction) -> Row:
        return [Decimal(value.numerator) / Decimal(value.denominator)] * self.size

    def symbol(self, symbol: Symbol) -> Row:
        solved = self.relations.solved.get(symbol)
        if solved is not None:
            return evaluate(solved, self, self.memo)
        drawn = self._draw(self.origins[symbol])
        return [abs(d) or Decimal(1) for d in drawn] if symbol in self.relations.positive else drawn

    def _draw(self, origin: Origin) -> Row:
        """Generic rationals; small integers; mostly zeros; arrays that are multiples of each other."""
        rng, (factor, shape, shift) = self._random(origin), self._multiples(origin)
        ways: tuple[Callable[[], Decimal], ...] = (
            lambda: Decimal(rng.randint(-9, 9) or 1) / rng.randint(1, 4),
            lambda: Decimal(rng.randint(-2, 2)),
            lambda: Decimal(rng.choice((0, 0, 1, -2))),
            lambda: Decimal(factor.randint(-3, 3) * shape.randint(-3, 3) + shift.choice((0, 0, 0, 1))),
        )
        modes = range(self.start, self.start + self.size)
        return [ways[mode % len(ways) if origin.at else 0]() for mode in modes]

    def _multiples(self, origin: Origin) -> Iterator[random.Random]:
        """A factor for each array, times one vector for all, or a constant more."""
        for key in (("factor", origin.names), ("shape", origin.at), ("shift", origin.names)):
            yield self._random(*key)

    def _random(self, *key: object) -> random.Random:
        """The same for the same key, whatever was drawn before."""
        return random.Random(f"{self.start} {key}")

    def total(self, terms: list[Row]) -> Row:
        return [sum(column, Decimal(0)) for column in zip(*terms, strict=True)]

    def product(self, factors: list[Row]) -> Row:
        first, *rest = factors
        for factor in rest:
            first = [a * b for a, b in zip(first, factor, strict=True)]
        return first

    def power(self, base: Row, exponent: Fraction) -> Row:
        denominator = exponent.denominator
        if denominator & (denominator - 1):
            raise Unsupported("an odd root")
        roots = denominator.bit_length() - 1
        return [_power(value, roots, exponent.numerator) for value in base]

    def largest(self, maximum: Largest) -> Row:
        """Found in floats, by arrays of NumPy."""
        try:
            from bnsym.evidence.small.ascent import largest
        except ModuleNotFoundError as missing:
            raise Unsupported("a maximum is searched for with NumPy, which is not installed") from missing
        found = largest(maximum, lambda e: [float(v) for v in evaluate(e, self, self.memo)])
        return [Decimal(v) for v in found]

    def fit(self) -> list[bool]:
        """At which points every inequality in scope holds."""
        found = [True] * self.size
        for bounds, strict in ((self.relations.above, True), (self.relations.not_below, False)):
            for e in bounds:
                values = evaluate(e, self, self.memo)
                found = [ok and _above(v, strict) for ok, v in zip(found, values, strict=True)]
        return found


def _power(base: Decimal, roots: int, exponent: int) -> Decimal:
    if base.is_nan() or (base < -ROUNDED and roots) or (abs(base) <= ROUNDED and exponent < 0):
        return NOWHERE
    base = base if abs(base) > ROUNDED else Decimal(0)
    for _ in range(roots):
        base = base.sqrt()
    return base**exponent


def _above(value: Decimal, strict: bool) -> bool:
    return not value.is_nan() and (value > ROUNDED if strict else value >= -ROUNDED)


class RealPool:
    """Batches of real points, shared by all that is evaluated."""

    def __init__(self, relations: Relations, origins: Mapping[Symbol, Origin]) -> None:
        self._relations, self._origins = relations, origins
        self._batches: list[tuple[Reals, list[bool]]] = []

    def values(self, *expressions: Expr) -> Iterator[tuple[Decimal, ...]]:
        """The values at each point that meets the relations and at which all have one."""
        for number in range(len(BATCHES)):
            reals, fit = self._batch(number)
            rows = [evaluate(e, reals, reals.memo) for e in expressions] if any(fit) else []
            for ok, *values in zip(fit, *rows, strict=True) if rows else ():
                if ok and not any(v.is_nan() for v in values):
                    yield tuple(values)

    def _batch(self, number: int) -> tuple[Reals, list[bool]]:
        if number == len(self._batches):
            start, size = sum(BATCHES[:number]), BATCHES[number]
            reals = Reals(start, size, self._relations, self._origins)
            self._batches.append((reals, reals.fit()))
        return self._batches[number]


class ResiduePool:
    """Points mod PRIME that meet the relations, shared by all that is evaluated."""

    def __init__(self, relations: Relations) -> None:
        self._drawn = (Residues(seed, relations) for seed in itertools.count())
        self._points: list[Residues] = []

    def values(self, *expressions: Expr) -> Iterator[tuple[int, ...]]:
        """At each point; one where something has no value is dropped, so that roots which exist by
        chance only are looked for once."""
        k = misses = 0
        while misses < ATTEMPTS:
            if k == len(self._points) and not self._extend():
                misses += 1
                continue
            point = self._points[k]
            try:
                yield tuple(evaluate(e, point, point.memo) for e in expressions)
            except NoValue:
                misses += 1
                del self._points[k]
                continue
            k += 1

    def first(self, e: Expr, count: int) -> list[int]:
        """The values at so many points."""
        return [value for (value,) in itertools.islice(self.values(e), count)]

    def _extend(self) -> bool:
        """Whether the next point that is drawn meets the relations."""
        point = next(self._drawn)
        try:
            point.check()
        except NoValue:
            return False
        self._points.append(point)
        return True
