"""Random points, mod a 61-bit prime or real, and what expressions are there; never floats.

Part of the explicit route, so it must not import `kernel`, `calculus` or the modular route.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, DecimalException
from fractions import Fraction
from typing import Generic, Protocol, TypeVar

from sympy import Expr, Symbol

from bnsym.evidence.components import Origin
from bnsym.evidence.evaluating import Field, NoValue, evaluate
from bnsym.evidence.surveying import Unsupported

PRIME = 2305843009213057079
"""Near 2^61. -1 is not a square mod it and every prime below 60 is one: a number that stands for a
positive quantity is represented by a square, and the square root that is itself a square is as
multiplicative as the positive root, sqrt(ab) = sqrt(a) sqrt(b)."""
ATTEMPTS = 200
T = TypeVar("T")


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

    @staticmethod
    def root(base: int) -> int:
        """The root that is itself a square."""
        found = pow(base, (PRIME + 1) // 4, PRIME)
        if found * found % PRIME != base:
            raise NoValue("a root of a number that is not a square")
        return found

    def meets(self) -> bool:
        """Whether what must be positive is represented by a square."""
        for e in self.relations.above:
            self.root(evaluate(e, self, self.memo))
        return True


class Reals:
    """Values to DIGITS digits at one rational point that meets the relations."""

    def __init__(self, seed: int, relations: Relations, origins: Mapping[Symbol, Origin]) -> None:
        self.seed, self.relations, self.origins = seed, relations, origins
        self.memo: dict[Expr, Decimal] = {}

    def _random(self, *key: object) -> random.Random:
        """The same for the same key, whatever was drawn before."""
        return random.Random(f"{self.seed} {key}")

    def number(self, value: Fraction) -> Decimal:
        return Decimal(value.numerator) / Decimal(value.denominator)

    def symbol(self, symbol: Symbol) -> Decimal:
        solved = self.relations.solved.get(symbol)
        if solved is not None:
            return evaluate(solved, self, self.memo)
        drawn = self.number(self._draw(self.origins[symbol]))
        return abs(drawn) or Decimal(1) if symbol in self.relations.positive else drawn

    def _draw(self, origin: Origin) -> Fraction:
        """Generic rationals; small integers; mostly zeros; arrays that are multiples of each other."""
        rng, mode = self._random(origin), self.seed % 4
        if mode == 0 or not origin.at:
            return Fraction(rng.randint(-9, 9) or 1, rng.randint(1, 4))
        if mode == 1:
            return Fraction(rng.randint(-2, 2))
        if mode == 2:
            return Fraction(rng.choice((0, 0, 1, -2)))
        keys = (("shape", origin.at), ("factor", origin.names))
        shape, factor = (self._random(key).randint(-3, 3) for key in keys)
        shift = self._random("shift", origin.names).choice((0, 0, 0, 1))
        return Fraction(factor * shape + shift)

    def total(self, terms: list[Decimal]) -> Decimal:
        return sum(terms, Decimal(0))

    def product(self, factors: list[Decimal]) -> Decimal:
        found = Decimal(1)
        for factor in factors:
            found *= factor
        return found

    def power(self, base: Decimal, exponent: Fraction) -> Decimal:
        denominator = exponent.denominator
        if (base < 0 and denominator % 2 == 0) or (base == 0 and exponent < 0):
            raise NoValue("a root of a negative number or a division by zero")
        while denominator % 2 == 0:
            base, denominator = base.sqrt(), denominator // 2
        if denominator != 1:
            raise Unsupported("an odd root")
        return base**exponent.numerator

    def meets(self) -> bool:
        """Whether every inequality in scope holds, with a margin."""
        return all(evaluate(e, self, self.memo) > 0 for e in self.relations.above) and all(
            evaluate(e, self, self.memo) >= 0 for e in self.relations.not_below
        )


class Point(Field[T], Protocol[T]):
    """A field with a value for every symbol."""

    memo: dict[Expr, T]

    def meets(self) -> bool: ...


class Pool(Generic[T]):
    """Random points, shared by all that is evaluated."""

    def __init__(self, draw: Callable[[int], Point[T]], lasting: bool = False) -> None:
        """lasting: a point where something has no value is kept for what has one there. Else it is
        dropped, so that roots which exist by chance only are looked for once."""
        self._draw, self._lasting = draw, lasting
        self._seeds = itertools.count()
        self._points: list[Point[T]] = []

    def values(self, *expressions: Expr) -> Iterator[tuple[T, ...]]:
        k = misses = 0
        while misses < ATTEMPTS:
            if k == len(self._points) and not self._extend():
                misses += 1
                continue
            point = self._points[k]
            try:
                yield tuple(evaluate(e, point, point.memo) for e in expressions)
            except (NoValue, DecimalException):
                misses += 1
                if not self._lasting:
                    del self._points[k]
                    continue
            k += 1

    def _extend(self) -> bool:
        point = self._draw(next(self._seeds))
        try:
            fit = point.meets()
        except (NoValue, DecimalException):
            return False
        if fit:
            self._points.append(point)
        return fit
