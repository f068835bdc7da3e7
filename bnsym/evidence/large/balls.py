"""Floats with a bound on their rounding error.

A ball is a value and a radius. Radii follow from the standard model of rounding, |fl(a∘b) − a∘b| ≤ u|a∘b|,
to first order; a sum of n numbers adds n u Σ|a|.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from bnsym.evidence.surveying import Unsupported

Array = npt.NDArray[Any]
UNIT = 2.0**-53
PRODUCT = 5
"""How many roundings a product is taken to have: whoever works it out in another way scales it, too."""
FEW = 8
"""Numbers up to which all are taken to count in a sum."""
ROUGH = 0.1
"""A relative error beyond which first-order bounds mean nothing."""


class Ball(NamedTuple):
    value: Any
    radius: Any


class Overflow(Unsupported):
    """A value is too large, or too small, for a float."""

    def __init__(self) -> None:
        super().__init__("overflow: a value is too large for a float64")


class Cancellation(Unsupported):
    """A divisor, or what is under a root, is not known to a single digit, or is zero."""


def _rounded(value: Array, radius: Array, times: float = 1.0) -> Ball:
    return Ball(value, radius + times * UNIT * np.abs(value))


def add(a: Ball, b: Ball) -> Ball:
    return _rounded(a.value + b.value, a.radius + b.radius)


def mul(a: Ball, b: Ball) -> Ball:
    x, y = np.abs(a.value), np.abs(b.value)
    return _rounded(a.value * b.value, x * b.radius + a.radius * (y + b.radius), PRODUCT)


def power(a: Ball, p: int, q: int) -> Ball:
    """a ** (p/q), q a power of 2; to first order in the radius."""
    if q == 1 and 0 <= p <= 3:
        return Ball(np.ones_like(a.value), 0.0) if p == 0 else a if p == 1 else mul(a, power(a, p - 1, 1))
    base, spread = a.value, a.radius
    if not np.all(np.isfinite(base)):
        raise Overflow
    if q % 2 == 0 and np.any(base < 0):
        raise Cancellation("a number under a root is negative")
    if np.any(np.abs(base) * ROUGH <= spread):
        zero = "zero, or " if np.any(base == 0) else ""
        raise Cancellation(f"a divisor or a number under a root is {zero}lost to cancellation")
    exponent, relative = p / q, spread / np.abs(base)
    value = _raised(a.value, p, q)
    slope = abs(exponent) * np.abs(value / base) * (1 + abs(exponent - 1) * relative)
    return _rounded(value, slope * a.radius, 8)


def _raised(value: Array, p: int, q: int) -> Array:
    """By roots and products."""
    while q > 1:
        value, q = np.sqrt(value), q // 2
    found = value
    for _ in range(abs(p) - 1):
        found = found * value
    return np.asarray(1 / found if p < 0 else found)


def reduce(a: Ball, axis: int | tuple[int, ...], unit: float = 0.0) -> Ball:
    """The sum of all numbers along some axes, in a row. Adding t to a sum errs by |t| at most: what is small
    beside unit times the sum counts for as little. unit: the roundoff for which radii are scaled afterwards,
    if that is known."""
    value = np.sum(a.value, axis=axis, keepdims=True)
    radius = np.sum(np.broadcast_to(a.radius, np.shape(a.value)), axis=axis, keepdims=True)
    sizes = np.abs(a.value)
    factor: Any = np.size(sizes) // max(np.size(value), 1)
    whole = np.sum(sizes, axis=axis, keepdims=True)
    if unit and factor > FEW:
        parts = np.minimum((sizes + a.radius * (unit / UNIT)) / np.where(whole > 0, unit * whole, 1.0), 1.0)
        some = np.maximum(np.count_nonzero(parts, axis=axis, keepdims=True), 1)
        factor = np.minimum(factor, np.sum(parts, axis=axis, keepdims=True) + np.log2(some))
    return Ball(value, radius + factor * UNIT * whole)


BALLS: Mapping[str, Any] = {"add": add, "mul": mul, "power": power, "reduce": reduce}
"""The arithmetic of balls."""


def number(value: Fraction) -> Ball:
    try:
        return _rounded(np.asarray(value.numerator / value.denominator), np.zeros(()))
    except OverflowError as error:
        raise Overflow from error
