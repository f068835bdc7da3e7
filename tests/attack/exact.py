"""Values of terms at concrete vectors, from the meaning of the term tree alone: rationals as long as
roots are rational, else decimals of 120 digits. A derivative is a dual number's second part."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal, localcontext
from fractions import Fraction
from itertools import product
from math import isqrt
from typing import Any

from bnsym.terms import (
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Mul,
    Num,
    Pow,
    Relation,
    Size,
    Sum,
    Sym,
    Term,
)

DIGITS = 120
SMALL = Decimal(10) ** -80
"""Decimals that differ by less are equal: no value here comes so close to another by chance."""
Seed = tuple[str, tuple[int, ...]] | None
"""The component by which is differentiated."""


class Undefined(Exception):
    """The term has no value here."""


class Unsupported(Exception):
    """Not evaluated here."""


class _Irrational(Exception):
    pass


@dataclass(frozen=True)
class Point:
    """Sizes of spaces, and arrays as nested tuples."""

    sizes: dict[str, int]
    values: dict[str, Any]


def letters_of(term: Term, bound: frozenset[str] = frozenset()) -> set[tuple[str, str]]:
    """The free indices as (name, space)."""
    match term:
        case Sym(_, indices):
            own = indices
        case Delta(left, right):
            own = (left, right)
        case Sum(index, body):
            return letters_of(body, bound | {index.name})
        case Add(parts) | Mul(parts):
            return {found for part in parts for found in letters_of(part, bound)}
        case Pow(base, _):
            return letters_of(base, bound)
        case Diff(of, by, _):
            return letters_of(of, bound) | letters_of(by, bound)
        case _:
            own = ()
    return {(i.name, i.space) for i in own if i.name not in bound}


def places(point: Point, *terms: Term) -> Iterator[dict[str, int]]:
    """Every assignment (from 0) of the free indices."""
    free = sorted({found for term in terms for found in letters_of(term)})
    for at in product(*(range(point.sizes[space]) for _, space in free)):
        yield {name: n for (name, _), n in zip(free, at, strict=True)}


def holds(claim: Hypothesis, point: Point, definitions: tuple[Definition, ...]) -> bool:
    """Whether the relation holds for all values of its free indices. Raises Undefined."""
    found = [compare(claim, at, point, definitions) for at in places(point, claim.left, claim.right)]
    return all(found)


def compare(claim: Hypothesis, at: dict[str, int], point: Point, definitions: tuple[Definition, ...]) -> bool:
    left, right = values((claim.left, claim.right), at, point, definitions)
    gap = left - right
    if isinstance(gap, Decimal) and abs(gap) < SMALL * (1 + abs(left) + abs(right)):
        gap = Decimal(0)
    return {
        Relation.EQ: gap == 0,
        Relation.NE: gap != 0,
        Relation.LE: gap <= 0,
        Relation.LT: gap < 0,
        Relation.GE: gap >= 0,
        Relation.GT: gap > 0,
    }[claim.relation]


def values(
    terms: tuple[Term, ...], at: dict[str, int], point: Point, definitions: tuple[Definition, ...]
) -> tuple[Any, ...]:
    """The values of terms, all rational or all decimal."""
    defined = {d.symbol.name: d for d in definitions}
    try:
        exact = _Evaluator(point, defined, Fraction, _rational_root)
        return tuple(exact.dual(term, at, None)[0] for term in terms)
    except _Irrational:
        with localcontext() as context:
            context.prec = DIGITS
            rough = _Evaluator(point, defined, _decimal, _decimal_root)
            return tuple(rough.dual(term, at, None)[0] for term in terms)


def _decimal(value: Fraction | int) -> Decimal:
    return Decimal(Fraction(value).numerator) / Decimal(Fraction(value).denominator)


def _rational_root(value: Fraction) -> Fraction:
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    if root * root != value:
        raise _Irrational
    return root


def _decimal_root(value: Decimal) -> Decimal:
    return value.sqrt()


@dataclass(frozen=True)
class _Evaluator:
    point: Point
    defined: dict[str, Definition]
    number: Callable[[Fraction | int], Any]
    root: Callable[[Any], Any]

    def dual(self, term: Term, at: dict[str, int], seed: Seed) -> tuple[Any, Any]:
        """The value, and the total derivative by the component `seed`."""
        zero, one = self.number(0), self.number(1)
        match term:
            case Num(value):
                return self.number(value), zero
            case Size(space):
                return self.number(self.point.sizes[space]), zero
            case Delta(left, right):
                return (one if at[left.name] == at[right.name] else zero), zero
            case Sym(name, indices):
                return self._symbol(name, tuple(at[i.name] for i in indices), seed)
            case Add(terms):
                parts = [self.dual(t, at, seed) for t in terms]
                return sum((v for v, _ in parts), zero), sum((d for _, d in parts), zero)
            case Mul(factors):
                total, slope = one, zero
                for value, rate in [self.dual(f, at, seed) for f in factors]:
                    total, slope = total * value, slope * value + total * rate
                return total, slope
            case Sum(Index(name, space), body):
                parts = [self.dual(body, {**at, name: n}, seed) for n in range(self.point.sizes[space])]
                return sum((v for v, _ in parts), zero), sum((d for _, d in parts), zero)
            case Pow(base, exponent):
                value, rate = self.dual(base, at, seed)
                slope = zero if rate == 0 else self._power(value, exponent - 1) * self.number(exponent) * rate
                return self._power(value, exponent), slope
            case Diff(of, by, True) if seed is None and by.name not in self.defined:
                return self.dual(of, at, (by.name, tuple(at[i.name] for i in by.indices)))[1], zero
        raise Unsupported(term)

    def _symbol(self, name: str, where: tuple[int, ...], seed: Seed) -> tuple[Any, Any]:
        if name in self.defined:
            definition = self.defined[name]
            inside = {i.name: n for i, n in zip(definition.symbol.indices, where, strict=True)}
            return self.dual(definition.body, inside, seed)
        value = self.point.values[name]
        for n in where:
            value = value[n]
        return self.number(value), self.number(1 if seed == (name, where) else 0)

    def _power(self, base: Any, exponent: Fraction) -> Any:
        if isinstance(base, Decimal) and abs(base) < SMALL:
            base = Decimal(0)
        if exponent.denominator == 2:
            if base < 0:
                raise Undefined
            base = self.root(base)
        elif exponent.denominator != 1:
            raise Unsupported(exponent)
        if base == 0 and exponent < 0:
            raise Undefined
        return base**exponent.numerator if exponent.numerator else self.number(1)
