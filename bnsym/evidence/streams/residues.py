"""Arithmetic mod the Mersenne prime 2³¹ − 1 on blocks of arrays.

2³¹ is 1 here, so a product is reduced by adding its upper bits to its lower ones: no division, and the
same few instructions in NumPy's loops as in compiled ones. Residues lie in 0..2³¹ + 3: a few have two
names, and what is compared is reduced in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from bnsym.evidence.streams.passes import Leaf

PRIME = 2**31 - 1
"""3 mod 4, so that of a square's two roots one is a square itself."""
Array = npt.NDArray[np.int64]


class NoRoot(Exception):
    """A number under a root is no square, or a divisor is zero."""


def drawn(seed: list[int], shape: tuple[int, ...]) -> Array:
    """Residues, every one as likely as any other; two to a word of the generator."""
    rng = np.random.Generator(np.random.SFC64(seed))
    count = prod(shape)
    half = (count + 1) // 2
    words = rng.integers(0, 2**64 - 1, half, np.uint64, endpoint=True)
    found = np.empty(2 * half, np.uint64)
    np.bitwise_and(words, PRIME, out=found[:half])
    np.right_shift(words, 33, out=found[half:])
    residues = found.view(np.int64)[:count]
    while residues.size and residues.max() == PRIME:  # which would be a second zero
        twice = residues == PRIME
        residues[twice] = rng.integers(0, PRIME, int(twice.sum()))
    return residues.reshape(shape)


def folded(a: Array) -> Array:
    """The same residue of a number below 2⁶³, made smaller: from below 2⁶² to below 2³² + 2, from below 2³³
    to at most PRIME + 4. `a` is overwritten."""
    upper = a >> 31
    a &= PRIME
    a += upper
    return a


def add(a: Array, b: Array) -> Array:
    return folded(np.asarray(a + b))


def sub(a: Array, b: Array) -> Array:
    found = np.asarray(a - b)
    found += 2 * PRIME
    return folded(found)


def neg(a: Array) -> Array:
    return sub(np.asarray(0), a)


def mul(a: Array, b: Array) -> Array:
    return folded(folded(np.asarray(a * b)))


def square(a: Array) -> Array:
    return mul(a, a)


def power(a: Array, p: int, q: int) -> Array:
    while q > 1:
        a, q = _root(a), q // 2
    if p < 0:
        if np.any(a % PRIME == 0):
            raise NoRoot("a divisor is zero mod p")
        p = -p * (PRIME - 2) % (PRIME - 1)
    return _raised(a, p)


def _root(a: Array) -> Array:
    """The square root that is itself a square."""
    found = _raised(a, (PRIME + 1) // 4)
    if np.any((found * found - a) % PRIME):
        raise NoRoot("a number under a root is no square mod p")
    return found


def _raised(base: Array, exponent: int) -> Array:
    if base.ndim == 0:
        return np.asarray(pow(int(base), exponent, PRIME))
    found = np.ones_like(base)
    while exponent:
        if exponent & 1:
            found = mul(found, base)
        base, exponent = square(base), exponent >> 1
    return found


def reduce(a: Array, axis: int) -> Array:
    return np.asarray(np.sum(a, axis=axis, keepdims=True) % PRIME)


def total(a: Array) -> Array:
    return np.asarray(np.sum(a, axis=0, keepdims=a.ndim > 1) % PRIME)


def dot(a: Array, b: Array) -> Array:
    """Σ ab; the products are made smaller once, and their sum reduced at the end."""
    return total(folded(np.asarray(a * b)))


class Residues:
    """The arithmetic of residues."""

    names: Mapping[str, Any] = {
        "add": add, "sub": sub, "neg": neg, "mul": mul, "square": square, "power": power,
        "reduce": reduce, "total": total, "dot": dot,
    }  # fmt: skip

    def number(self, p: int, q: int) -> Array:
        return np.asarray(p * pow(q, -1, PRIME) % PRIME)

    def enter(self, array: npt.NDArray[Any], _leaf: Leaf) -> Array:
        return array

    def gathered(self, totals: list[Array]) -> Array:
        return np.asarray(np.sum(np.stack(totals), axis=0) % PRIME)
