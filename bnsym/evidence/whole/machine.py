"""One random draw of all free arrays mod PRIME, and the values of terms that follow from it, as arrays with
named axes.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import prod
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.random import default_rng

from bnsym.evidence.surveying import Unsupported
from bnsym.evidence.whole.blockwise import Blockwise
from bnsym.evidence.whole.named_axes import Tensor, TooWide
from bnsym.terms import Add, Index, Name, Pow, SpaceName, Term, add, free_indices, mul

PRIME = 2147260631
"""Below 2^31, so that products fit 64 bits. -1 is not a square mod it, every prime below 60 is one."""
Array: TypeAlias = npt.NDArray[np.int64]
WIDE, LEAST = 500, 200_000
"""Values that an array may have for each example, and in any case."""


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


class Redraw(Exception):
    """These values will not do: a root does not exist, or a divisor is zero."""

    def __init__(self, term: Term, axes: tuple[str, ...], bad: npt.NDArray[np.bool_]) -> None:
        super().__init__("a root does not exist or a divisor is zero")
        self.term, self.axes, self.bad = term, axes, bad

    def entries(self) -> tuple[npt.NDArray[np.int64], ...]:
        """The positions on each axis of what will not do."""
        return np.nonzero(self.bad) if self.axes else ()


def residue(found: Array) -> Array:
    """By a quotient, which NumPy is faster at than at remainders; `found` is overwritten."""
    found -= found // PRIME * PRIME
    return found


ARITHMETIC: Mapping[str, Callable[..., Array]] = {
    "add": lambda a, b: residue(a + b),
    "mul": lambda a, b: residue(a * b),
    "reduce": lambda a, axis: np.sum(a, axis, keepdims=True) % PRIME,
    "total": lambda a: np.sum(a) % PRIME,
}


@dataclass(eq=False, kw_only=True)
class Machine(Blockwise):
    """One draw of all free arrays, and what follows from it."""

    seed: int
    blocked: bool = False
    """Whether nothing that runs over the batch is kept but what was drawn."""
    positive: frozenset[Name] = frozenset()
    values: dict[Name, Array] = field(default_factory=dict)
    """Drawn."""

    @property
    def long(self) -> SpaceName | None:
        return self.structure.batch if self.blocked else None

    @property
    def most(self) -> float:
        return max(WIDE * self.sizes[self.structure.batch], LEAST)

    def free(self, name: Name) -> Array:
        if name not in self.values:
            self.values[name] = self.draw(name)
        return self.values[name]

    def draw(self, name: Name, attempt: int = 0) -> Array:
        """Random values, the same for every machine with this seed."""
        shape = tuple(self.sizes[space] for space in self.structure.shapes[name])
        if prod(shape) > self.most:
            raise TooWide
        drawn = self.drawn(name, attempt, shape)
        if half := 0 if name in self.positive else self.structure.symmetric.get(name, 0):
            drawn = (drawn + drawn.transpose(*range(half, 2 * half), *range(half))) % PRIME
        return drawn

    def drawn(self, name: Name, attempt: int, shape: tuple[int, ...]) -> Array:
        """As many values for components of a name."""
        rng = default_rng([self.seed, attempt, zlib.crc32(name.encode())])
        found = rng.integers(1, PRIME, shape, np.int64)
        return np.array(found * found % PRIME) if name in self.positive else found

    @property
    def names(self) -> Mapping[str, Any]:
        return ARITHMETIC

    def constant(self, value: Fraction) -> Tensor:
        residue = value.numerator * pow(value.denominator, -1, PRIME) % PRIME
        return Tensor((), np.array(residue, np.int64))

    def apart(self, terms: Sequence[Term], index: Index) -> bool:
        """So that no matrix over the batch is made."""
        return True

    def summed(self, index: Index, body: Term) -> Tensor:
        """A square that would be such a matrix is multiplied out first."""
        if isinstance(body, Pow) and isinstance(body.base, Add) and body.exponent == 2 and self.wide(body):
            body = add(*(mul(a, b) for a in body.base.terms for b in body.base.terms))
        return super().summed(index, body)

    def wide(self, term: Term) -> bool:
        """Whether the values of `term` would fill a matrix over the batch."""
        return sum(i.space == self.structure.batch for i in free_indices(term)) > 1

    def powered(self, _term: Term, base: Tensor, exponent: Fraction) -> Array:
        data, denominator = base.data, exponent.denominator
        while denominator % 2 == 0:
            data, denominator = root(_term, replace(base, data=data)), denominator // 2
        if denominator != 1:
            raise Unsupported("an odd root")
        if exponent < 0:
            if not data.all():
                raise Redraw(_term, base.axes, data == 0)
            return raised(data, -exponent.numerator * (PRIME - 2) % (PRIME - 1))
        return raised(data, exponent.numerator)


def root(term: Term, base: Tensor) -> Array:
    """The square root that is itself a square."""
    found = raised(base.data, (PRIME + 1) // 4)
    bad = found * found % PRIME != base.data
    if bad.any():
        raise Redraw(term, base.axes, bad)
    return found
