"""TRUSTED. Real numbers whose squares are rational: what square roots make of rational values.

They are closed under products and quotients, and in the same order as their squares, each with
its number's sign. A sum of two is one of them where their quotient is rational.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TypeAlias

from bnsym.kernel.certificates import Rejected

LONGEST_NUMBER = 10_000
"""Bits of a value, or of its square: squares of squares grow beyond any memory."""


class Irrational(Rejected):
    """At this witness a sum or a root is not the root of a rational number."""


@dataclass(frozen=True, slots=True)
class Surd:
    """An irrational number, given by its square with its own sign: -√2 by -2."""

    square: Fraction

    def __mul__(self, other: Number) -> Number:
        return root(self.square * signed_square(other))

    def __add__(self, other: Number) -> Number:
        ratio = root(signed_square(other) / self.square)
        if isinstance(ratio, Surd):
            raise Irrational("a sum is not the root of a rational number")
        return self * (1 + ratio)

    __rmul__, __radd__ = __mul__, __add__

    def __str__(self) -> str:
        sign, size = "-" * (self.square < 0), abs(self.square)
        return f"{sign}√{size}" if size.denominator == 1 else f"{sign}√({size})"


Number: TypeAlias = Fraction | Surd


def signed_square(value: Number) -> Fraction:
    """The square with the number's sign: of two numbers, the larger has the larger one."""
    return value.square if isinstance(value, Surd) else value * abs(value)


def bits(value: Number) -> int:
    """How long it is, written out; of a surd, its square."""
    plain = value.square if isinstance(value, Surd) else value
    return plain.numerator.bit_length() + plain.denominator.bit_length() - 2


def root(square: Fraction) -> Number:
    """The number of this signed square."""
    size = abs(square)
    found = Fraction(isqrt(size.numerator), isqrt(size.denominator))
    if found * found != size:
        return Surd(square)
    return found if square > 0 else -found


def raised(base: Number, exponent: Fraction) -> Number:
    """base ** exponent; with an even denominator the root that is not negative."""
    n, q = exponent.numerator, exponent.denominator
    if bits(base) * abs(n) > LONGEST_NUMBER:
        raise Rejected("a value has too many digits")
    while q % 2 == 0:
        if signed_square(base) < 0:
            raise Rejected("an even root of a negative number")
        if isinstance(base, Surd):
            raise Irrational("a root of a root is not the root of a rational number")
        base, q = root(base), q // 2
    if q != 1:
        raise Rejected(f"a root of odd order {q}")
    if isinstance(base, Fraction):
        return base**n
    even = abs(base.square) ** (n // 2)
    return base * even if n % 2 else even
