"""One random draw of all free arrays mod PRIME, and the values of terms that follow from it, as arrays with
named axes.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.random import default_rng

from bnsym.evidence.deltas import mentions
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import (
    Add,
    Delta,
    Index,
    Mul,
    Name,
    Num,
    Pow,
    Size,
    SpaceName,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mul,
)

PRIME = 2147260631
"""Below 2^31, so that products fit 64 bits. -1 is not a square mod it, every prime below 60 is one."""
Array: TypeAlias = npt.NDArray[np.int64]
WIDE, LEAST = 500, 200_000
"""Values that an array may have for each example, and in any case."""


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


def product_of(tensors: list[Tensor], most: int) -> Tensor:
    """The product, of at most so many values; else raises TooWide."""
    axes = joined(tensors)
    if prod(dict(pair for t in tensors for pair in zip(t.axes, t.data.shape, strict=True)).values()) > most:
        raise TooWide
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


class Redraw(Exception):
    """These values will not do: a root does not exist, or a divisor is zero."""

    def __init__(self, term: Term, axes: tuple[str, ...], bad: npt.NDArray[np.bool_]) -> None:
        super().__init__("a root does not exist or a divisor is zero")
        self.term, self.axes, self.bad = term, axes, bad

    def entries(self) -> tuple[npt.NDArray[np.int64], ...]:
        """The positions on each axis of what will not do."""
        return np.nonzero(self.bad) if self.axes else ()


@dataclass(eq=False)
class Machine:
    """One draw of all free arrays, and what follows from it."""

    structure: Structure
    sizes: Mapping[SpaceName, int]
    seed: int
    positive: frozenset[Name] = frozenset()
    values: dict[Name, Array] = field(default_factory=dict)
    """Drawn."""
    computed: dict[Name, Array] = field(default_factory=dict)
    """Of definitions and adjoints."""

    @property
    def most(self) -> int:
        return max(WIDE * self.sizes[self.structure.batch], LEAST)

    def array(self, name: Name) -> Array:
        """All components of a name, an axis for each of its indices."""
        known = self.values.get(name)
        if known is None:
            known = self.computed.get(name)
        if known is None:
            known = self._make(name)
        return known

    def _make(self, name: Name) -> Array:
        structure = self.structure
        if name in structure.definitions:
            definition = structure.definitions[name]
            self.computed[name] = self.table(definition.symbol.indices, structure.body(name))
        elif name in structure.adjoints:
            loss, node = structure.adjoints[name]
            by = Sym(node, structure.fresh(structure.shapes[name]))
            self.computed[name] = self.table(by.indices, structure.gradient(loss, by))
        else:
            self.values[name] = self.draw(name)
            return self.values[name]
        return self.computed[name]

    def draw(self, name: Name, attempt: int = 0) -> Array:
        """Random values, the same for every machine with this seed."""
        rng = default_rng([self.seed, attempt, zlib.crc32(name.encode())])
        shape = tuple(self.sizes[space] for space in self.structure.shapes[name])
        if prod(shape) > self.most:
            raise TooWide
        drawn = rng.integers(1, PRIME, shape, np.int64)
        if name in self.positive:
            return np.array(drawn * drawn % PRIME)
        half = self.structure.symmetric.get(name, 0)
        if half:
            drawn = (drawn + drawn.transpose(*range(half, 2 * half), *range(half))) % PRIME
        return drawn

    def table(self, parameters: tuple[Index, ...], body: Term) -> Array:
        """A term for all values of its free indices."""
        found = spread(self.evaluate(body), tuple(i.name for i in parameters))
        return np.array(np.broadcast_to(found, tuple(self.sizes[i.space] for i in parameters)))

    def evaluate(self, term: Term) -> Tensor:
        """A term, an axis for each free index with which it varies."""
        match term:
            case Num(value):
                return constant(value)
            case Size(space):
                return constant(self.sizes[space])
            case Sym(name, indices):
                return self._gathered(self.array(name), indices)
            case Delta(left, right):
                return self._gathered(np.eye(self.sizes[left.space], dtype=np.int64), (left, right))
            case Add(terms):
                return sum_of([self.evaluate(t) for t in terms])
            case Mul(factors):
                return self.product([self.evaluate(f) for f in factors])
            case Pow(base, exponent):
                return self.powered(base, self.evaluate(base), exponent)
            case Sum(index, body):
                return self.summed(index, body)
            case _:
                raise Unsupported(f"no value for {type(term).__name__}")

    @staticmethod
    def _gathered(array: Array, indices: tuple[Index, ...]) -> Tensor:
        """An array with an axis for each index, as one with an axis for each letter."""
        letters = [i.name for i in indices]
        if array.ndim != len(letters):
            raise Unsupported("an array is used with different numbers of indices")
        axes = tuple(dict.fromkeys(letters))
        if len(axes) == len(letters):
            return Tensor(axes, array)
        return Tensor(axes, np.einsum(array, [axes.index(a) for a in letters], range(len(axes))))

    def summed(self, index: Index, body: Term) -> Tensor:
        """Σ body; what does not vary with the index is taken out first, sums are taken one by one."""
        if isinstance(body, Pow) and isinstance(body.base, Add) and body.exponent == 2 and self.wide(body):
            body = add(*(mul(a, b) for a in body.base.terms for b in body.base.terms))
        if isinstance(body, Add):
            return sum_of([self.summed(index, t) for t in body.terms])
        factors = body.factors if isinstance(body, Mul) else (body,)
        inside: list[Tensor] = []
        outside: list[Tensor] = []
        for factor in factors:
            (inside if mentions(factor, index) else outside).append(self.evaluate(factor))
        total = self.product(inside)
        if index.name in total.axes:
            return self.product([reduced(total, index.name), *outside])
        return self.product([total, constant(self.sizes[index.space]), *outside])

    def product(self, tensors: list[Tensor]) -> Tensor:
        return product_of(tensors, self.most)

    def wide(self, term: Term) -> bool:
        """Whether the values of `term` would fill a matrix over the batch."""
        return sum(i.space == self.structure.batch for i in free_indices(term)) > 1

    def powered(self, term: Term, base: Tensor, exponent: Fraction) -> Tensor:
        data, denominator = base.data, exponent.denominator
        while denominator % 2 == 0:
            data, denominator = root(term, replace(base, data=data)), denominator // 2
        if denominator != 1:
            raise Unsupported("an odd root")
        if exponent < 0:
            if not data.all():
                raise Redraw(term, base.axes, data == 0)
            return Tensor(base.axes, raised(data, -exponent.numerator * (PRIME - 2) % (PRIME - 1)))
        return Tensor(base.axes, raised(data, exponent.numerator))


def root(term: Term, base: Tensor) -> Array:
    """The square root that is itself a square."""
    found = raised(base.data, (PRIME + 1) // 4)
    bad = found * found % PRIME != base.data
    if bad.any():
        raise Redraw(term, base.axes, bad)
    return found
