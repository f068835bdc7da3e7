"""TRUSTED. Laurent polynomials over the rationals: dicts from monomials to coefficients; a monomial is a
sorted tuple of (generator, exponent)."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from fractions import Fraction
from typing import Any, TypeAlias

Letter: TypeAlias = tuple[str, str]
"""An index as (name, space). Those bound by a contraction are named #h.0, #h.1, ... with h
the height of the contraction, so that none inside has the same."""
Generator: TypeAlias = tuple[Any, ...]
Monomial: TypeAlias = tuple[tuple[Generator, int], ...]
Coefficient: TypeAlias = int | Fraction
"""Integers stay integers, which is faster; never divide two without making a Fraction."""
Poly: TypeAlias = dict[Monomial, Coefficient]
Frozen: TypeAlias = tuple[tuple[Monomial, Coefficient], ...]
"""A polynomial that nobody can change: the base of a root, a cofactor."""

UNIT: Poly = {(): 1}


class OutOfReach(Exception):
    """The normal form would be too large, too late, or is not defined for this term."""


class DividesByZero(OutOfReach):
    """A denominator is zero whatever the values are."""


def make_monomial(factors: Iterable[tuple[Generator, int]]) -> Monomial:
    found: list[tuple[Generator, int]] = []
    for gen, e in sorted(factors):
        if found and found[-1][0] == gen:
            e += found.pop()[1]
        if e:
            found.append((gen, e))
    return tuple(found)


def merge(a: Monomial, b: Monomial) -> Monomial:
    """The product of two monomials. Generators are compared, not hashed: they are large."""
    if len(a) < len(b):
        a, b = b, a
    for gen, e in b:
        k = bisect_left(a, (gen,))
        if k < len(a) and a[k][0] == gen:
            e += a[k][1]
            a = (*a[:k], (gen, e), *a[k + 1 :]) if e else (*a[:k], *a[k + 1 :])
        else:
            a = (*a[:k], (gen, e), *a[k:])
    return a


def constant(value: Coefficient) -> Poly:
    return {(): ratio(value, 1)} if value else {}


def ratio(a: Coefficient, b: Coefficient) -> Coefficient:
    """a / b, an integer where it is one."""
    value = a if b == 1 else Fraction(a) / b
    return value.numerator if value.denominator == 1 else value


def generator(gen: Generator, exponent: int = 1) -> Poly:
    return {((gen, exponent),): 1}


def freeze(poly: Poly) -> Frozen:
    return tuple(sorted((m, c.numerator if c.denominator == 1 else c) for m, c in poly.items()))


def plus(p: Poly, q: Poly, factor: Coefficient = 1) -> Poly:
    """p + factor * q."""
    result = dict(p)
    for mono, c in q.items():
        accumulate(result, mono, c * factor)
    return result


def accumulate(poly: Poly, mono: Monomial, c: Coefficient) -> None:
    """Add c * mono to a polynomial; looked up once where it is new, for monomials are large."""
    if not c:
        return
    before = len(poly)
    old = poly.setdefault(mono, c)
    if len(poly) == before:
        c = old + c
        poly[mono] = c
    if not c:
        del poly[mono]
    elif type(c) is Fraction and c.denominator == 1:
        poly[mono] = c.numerator


def generators(poly: Poly) -> frozenset[Generator]:
    return frozenset(g for mono in poly for g, _ in mono)


def divided_by(poly: Poly) -> set[Generator]:
    """What a polynomial divides by: not zero wherever it is defined."""
    return {g for mono in poly for g, e in mono if e < 0}
