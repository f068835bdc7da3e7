"""Zero, decided by expansion: Laurent polynomials over the rationals, with a generator for each root.

Part of the explicit route, so it must not import `kernel`, `calculus`, `normal` or the modular route.
"""

from __future__ import annotations

from fractions import Fraction
from math import gcd, lcm
from typing import Any, TypeAlias

import sympy
from sympy import Expr, Symbol

from bnsym.evidence.small.evaluating import NoValue, evaluate
from bnsym.evidence.small.naming import Largest
from bnsym.evidence.surveying import Unsupported

RING_WORK = 1_000
"""Products of monomials that one step of an expansion may cost; beyond, points mod PRIME are faster."""
Coefficients: TypeAlias = dict[int, int]
"""Coefficients by monomial, a monomial being its exponents, of either sign, as the digits of one
integer in base 2^SHIFT: monomials multiply by adding two integers."""
Poly: TypeAlias = tuple[Coefficients, int]
"""A Laurent polynomial over the rationals: integers and their common denominator."""
SHIFT = 20
TOO_BIG: Poly = {}, 0
"""Stands for what would cost too much to expand."""


class Ring:
    """Laurent polynomials over the rationals; every root or denominator b that is not a monomial
    gets a generator s with s² = b. Zero here is zero for either sign of every root."""

    def __init__(self, work: int) -> None:
        self.work = work
        """Products of monomials that one step may cost."""
        self._places: dict[Any, int] = {}
        self._roots: list[tuple[int, Coefficients]] = []

    def _place(self, key: Any) -> int:
        return self._places.setdefault(key, len(self._places))

    def number(self, value: Fraction) -> Poly:
        return {0: value.numerator} if value else {}, value.denominator

    def symbol(self, symbol: Symbol) -> Poly:
        return {1 << SHIFT * self._place(symbol): 1}, 1

    def total(self, terms: list[Poly]) -> Poly:
        if TOO_BIG in terms:
            return TOO_BIG
        denominator = lcm(*(d for _, d in terms))
        found: Coefficients = {}
        for term, d in terms:
            for monomial, c in term.items():
                found[monomial] = found.get(monomial, 0) + c * (denominator // d)
        return {monomial: c for monomial, c in found.items() if c}, denominator

    def product(self, factors: list[Poly]) -> Poly:
        found: Poly = {0: 1}, 1
        for factor in factors:
            found = self._times(found, factor)
        return found

    def _times(self, a: Poly, b: Poly) -> Poly:
        if TOO_BIG in (a, b) or len(a[0]) * len(b[0]) > self.work:
            return TOO_BIG
        found: Coefficients = {}
        for i, c in a[0].items():
            for k, d in b[0].items():
                found[i + k] = found.get(i + k, 0) + c * d
        return {monomial: c for monomial, c in found.items() if c}, a[1] * b[1]

    def power(self, base: Poly, exponent: Fraction) -> Poly:
        terms, denominator = base
        n = exponent.numerator
        if base == TOO_BIG or exponent.denominator > 2:
            return TOO_BIG
        if not terms:
            return self._zero_to(exponent)
        if exponent.denominator == 1 and n > 0:
            return self.product([base] * n)
        if exponent.denominator == 1 and len(terms) == 1:
            ((monomial, c),) = terms.items()
            inverse = Fraction(denominator, c) ** -n
            return {n * monomial: inverse.numerator}, inverse.denominator
        content, monomial, primitive = self._split(terms)
        s = self._generator(primitive) if primitive != {0: 1} else 0
        factor, number = self._rational_power(Fraction(content, denominator), exponent)
        return {2 * n // exponent.denominator * (s + monomial) + factor: number.numerator}, number.denominator

    def largest(self, maximum: Largest) -> Poly:
        raise Unsupported("a maximum over matrices is no polynomial")

    @staticmethod
    def _zero_to(exponent: Fraction) -> Poly:
        if exponent < 0:
            raise NoValue("a division by zero")
        return {}, 1

    def _split(self, base: Coefficients) -> tuple[int, int, Coefficients]:
        """base = content · (roots' monomial)² · primitive; a root is not negative, so it may leave one."""
        monomial = 0
        for place, _ in self._roots:
            monomial += min(self._exponent(k, place) for k in base) // 2 << SHIFT * place
        content = gcd(*base.values())
        return content, monomial, {k - 2 * monomial: c // content for k, c in base.items()}

    def _generator(self, square: Coefficients) -> int:
        key = tuple(sorted(square.items()))
        if key not in self._places:
            self._roots.append((self._place(key), square))
        return 1 << SHIFT * self._places[key]

    def _rational_power(self, value: Fraction, exponent: Fraction) -> tuple[int, Fraction]:
        """value ** exponent for a positive value, as a monomial and a number."""
        power = value**exponent.numerator
        if exponent.denominator == 1:
            return 0, power
        monomial, root = 0, Fraction(1, power.denominator)
        for prime, times in sympy.factorint(power.numerator * power.denominator).items():
            root *= prime ** (times // 2)  # one generator for each prime: sqrt(6) is sqrt(2) sqrt(3)
            monomial += times % 2 and self._generator({0: prime})
        return monomial, root

    @staticmethod
    def _exponent(monomial: int, place: int) -> int:
        half = 1 << SHIFT - 1
        bias = ((1 << SHIFT * (place + 1)) - 1) // ((1 << SHIFT) - 1) * half
        return ((monomial + bias) >> SHIFT * place & (1 << SHIFT) - 1) - half

    def is_zero(self, e: Poly) -> bool:
        """Whether `e` vanishes modulo s² = b for all roots, the last that was met first."""
        for place, square in reversed(self._roots):
            if not e[0]:
                break
            e = self._reduce(e[0], place, (square, 1))
        return e != TOO_BIG and not e[0]

    def _reduce(self, e: Coefficients, place: int, square: Poly) -> Poly:
        """`e`, up to a number and a power of s², with s to the power of 0 or 1 only."""
        least = min(self._exponent(k, place) for k in e) // 2
        by_power: dict[int, Coefficients] = {}
        for monomial, c in e.items():
            half = self._exponent(monomial, place) // 2
            by_power.setdefault(half - least, {})[monomial - (2 * half << SHIFT * place)] = c
        found: Poly = {}, 1
        for half in range(max(by_power), -1, -1):
            found = self.total([self._times(found, square), (by_power.get(half, {}), 1)])
        return found


class ZeroTest:
    """Exact: is an expression zero, by expansion? One ring for many expressions, so that what
    they share is expanded once."""

    def __init__(self, work: int = RING_WORK) -> None:
        self._ring = Ring(work)
        self._memo: dict[Expr, Poly] = {}

    def expands(self, e: Expr) -> bool:
        """False: not zero, undefined, or too big to say."""
        try:
            return self._ring.is_zero(evaluate(e, self._ring, self._memo))
        except NoValue:
            return False
