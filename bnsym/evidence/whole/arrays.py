"""Arithmetic mod PRIME on NumPy arrays with named axes."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

PRIME = 2147260631
"""Below 2^31, so that products fit 64 bits. -1 is not a square mod it, every prime below 60 is one."""
Array: TypeAlias = npt.NDArray[np.int64]
MOST = 4_000_000
"""Values that one array may have."""


class TooWide(Exception):
    """An array would have more."""


@dataclass(frozen=True, slots=True)
class Tensor:
    """Values along named axes."""

    axes: tuple[str, ...]
    data: Array


def spread(tensor: Tensor, axes: tuple[str, ...]) -> Array:
    """The data with one dimension for each of `axes`, in that order, 1 where it does not vary."""
    order = [tensor.axes.index(a) for a in axes if a in tensor.axes]
    shape = [tensor.data.shape[tensor.axes.index(a)] if a in tensor.axes else 1 for a in axes]
    return tensor.data.transpose(order).reshape(shape)


def joined(tensors: list[Tensor]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a for t in tensors for a in t.axes))


def sum_of(tensors: list[Tensor]) -> Tensor:
    axes = joined(tensors)
    total: Array = np.zeros((), np.int64)
    for tensor in tensors:
        total = total + spread(tensor, axes)
    return Tensor(axes, total % PRIME)


def product_of(tensors: list[Tensor]) -> Tensor:
    axes = joined(tensors)
    lengths = {a: n for t in tensors for a, n in zip(t.axes, t.data.shape, strict=True)}
    if prod(lengths.values()) > MOST:
        raise TooWide("a product over several indices has too many values")
    found: Array = np.ones((), np.int64)
    for tensor in sorted(tensors, key=lambda t: t.data.size):
        found = found * spread(tensor, axes) % PRIME
    return Tensor(axes, found.reshape([found.shape[k] if found.ndim else 1 for k in range(len(axes))]))


def constant(value: int | Fraction) -> Tensor:
    value = Fraction(value)
    residue = value.numerator * pow(value.denominator, -1, PRIME) % PRIME
    return Tensor((), np.array(residue, np.int64))


def raised(base: Array, exponent: int) -> Array:
    """base ** exponent, 0 <= exponent, by repeated squaring."""
    if base.size == 1:
        return np.full(base.shape, pow(int(base.reshape(())[()]), exponent, PRIME), np.int64)
    found = np.ones_like(base)
    while exponent:
        if exponent & 1:
            found = found * base % PRIME
        base, exponent = base * base % PRIME, exponent >> 1
    return found


def reduced(tensor: Tensor, axis: str) -> Tensor:
    k = tensor.axes.index(axis)
    return Tensor(tensor.axes[:k] + tensor.axes[k + 1 :], tensor.data.sum(axis=k) % PRIME)
