"""The numbers that terms are evaluated with: a prime field, exact roots, and the degrees of what stands
there."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt
from typing import Any, TypeAlias

Number: TypeAlias = Any
"""Of one domain: an int of `Field`, a Fraction of `Exact`, a pair of ints of `Degrees`."""
P = 1891 * 8 * 3 * 5 * 7 * 11 * 13 * 17 * 19 * 23 * 29 * 31 * 37 * 41 - 1
"""A prime near 2^61. By its form -1 is no square, and each prime to 41 is one: `is a square` has the rules
that `is positive` has for products and for fractions of small numbers."""
LONGEST = 10_000
"""Bits of an exact number."""


class NoValue(Exception):
    """There is no value here: a division by zero, or an even root of what is negative."""


class NotSquare(NoValue):
    """Of the field: no root here; there may be one elsewhere."""


class Wrong(Exception):
    """It does not hold; says why."""


class Unjudged(Exception):
    """This checker can't tell; says why."""


class Field:
    """The integers modulo P; of the two roots of a square that one which is a square itself."""

    def __init__(self) -> None:
        self.radicands: set[int] = set()

    def number(self, value: Fraction | int) -> Number:
        return value.numerator * pow(value.denominator, -1, P) % P

    def add(self, a: Number, b: Number) -> Number:
        return (a + b) % P

    def mul(self, a: Number, b: Number) -> Number:
        return a * b % P

    def root(self, square: Number) -> Number:
        self.radicands.add(square)
        root = pow(square, (P + 1) // 4, P)
        if root * root % P != square:
            raise NotSquare
        return root

    def raised(self, base: Number, n: int) -> Number:
        return pow(base, n, P)

    def power(self, base: Number, exponent: Fraction) -> Number:
        order = exponent.denominator
        if order & (order - 1):
            raise Unjudged(f"a root of order {order}")
        if not base:
            if exponent < 0:
                raise NoValue
            return self.number(not exponent)
        while order > 1:
            base, order = self.root(base), order // 2
        return self.raised(base, exponent.numerator)


class Exact(Field):
    """Real numbers whose squares are rational, each given by its square with the number's sign."""

    def number(self, value: Fraction | int) -> Number:
        exact = Fraction(value)
        return exact * abs(exact)

    def add(self, a: Number, b: Number) -> Number:
        return a * self.number(1 + self.root(b / a)) if a else b

    def mul(self, a: Number, b: Number) -> Number:
        return a * b

    def root(self, square: Number) -> Number:
        """The number, rational, of this square with its sign."""
        root = Fraction(isqrt(abs(square.numerator)), isqrt(square.denominator))
        if root * root != abs(square):
            raise Unjudged("a sum of roots that is no root of a rational number")
        return root if square > 0 else -root

    def raised(self, base: Number, n: int) -> Number:
        if (base.numerator.bit_length() + base.denominator.bit_length()) * abs(n) > LONGEST:
            raise Unjudged("a number of too many digits")
        return base**n


class Degrees(Field):
    """(n, d): a quotient of polynomials of degrees at most n and d in all that is drawn at random."""

    def number(self, value: Fraction | int) -> Number:
        return 0, 0

    def add(self, a: Number, b: Number) -> Number:
        return max(a[0] + b[1], b[0] + a[1]), a[1] + b[1]

    def mul(self, a: Number, b: Number) -> Number:
        return a[0] + b[0], a[1] + b[1]

    def root(self, square: Number) -> Number:
        return square

    def raised(self, base: Number, n: int) -> Number:
        return (base[0] * n, base[1] * n) if n > 0 else (base[1] * -n, base[0] * -n)
