"""Passes over arrays in blocks that fit a cache, in whatever arithmetic.

    pass 1 over all blocks, scalars, pass 2 over all blocks, scalars, …

Part of the routes at a large batch, so it must not import `kernel`, `calculus`, `normal` or the
explicit route.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from time import monotonic
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from sympy import Expr, Symbol

from bnsym.evidence.coding import Code, code
from bnsym.evidence.passes import BATCH, Leaf, Lowering, Reduce, needed

BLOCK = 16_384
"""Numbers of an array in a block: a few such arrays fit the second cache."""
Array = npt.NDArray[Any]


class OutOfTime(Exception):
    """The deadline has passed."""


class Arithmetic(Protocol):
    """Numbers, arrays of them, and what the generated code calls."""

    @property
    def names(self) -> Mapping[str, Any]:
        """add, sub, mul, neg, square, power(a, p, q), reduce(a, axis), total(a), dot(a, b)."""

    def number(self, p: int, q: int) -> Any:
        """p/q."""

    def enter(self, array: Array) -> Any:
        """A block of an array, or a scalar, that was drawn."""

    def gathered(self, totals: list[Any]) -> Any:
        """The sum of the totals of all blocks."""


@dataclass(eq=False)
class Stream:
    """Arrays, and the values of expressions in them, worked out pass by pass."""

    lowering: Lowering
    arithmetic: Arithmetic
    arrays: Mapping[Leaf, Array]
    """Each with an axis for each of its letters, in their order."""
    length: int
    deadline: float
    values: dict[Symbol, Any] = field(default_factory=dict)
    """Of scalars, sums and small definitions, once they are known."""
    codes: dict[tuple[Symbol, ...], Code] = field(default_factory=dict)
    """Functions for passes, which streams of one lowering in one arithmetic may share."""

    def __post_init__(self) -> None:
        self.views: dict[Symbol, Array] = {}
        for symbol, leaf in self.lowering.leaves.items():
            if BATCH in leaf.letters:
                self.views[symbol] = self._placed(leaf)
            else:
                self.values.setdefault(symbol, self.arithmetic.enter(self._placed(leaf)))

    def value(self, e: Expr) -> Any:
        """The value of an expression that does not vary over the batch, after the passes that it takes."""
        wanted = needed(self.lowering, [e])
        levels = sorted({self.lowering.level[s] for s in wanted if s in self.lowering.totals})
        for level in levels:
            due = sorted(
                (s for s in wanted if s in self.lowering.totals and self.lowering.level[s] == level), key=str
            )
            missing = tuple(s for s in due if s not in self.values)
            if missing:
                self._pass(missing)
        return self.scalar(e)

    def scalar(self, e: Expr) -> Any:
        """The value of an expression in what is known already."""
        names = self.arithmetic.names
        if e.is_Symbol:
            if e not in self.values:
                self.values[e] = self.scalar(self.lowering.small[e])
            return self.values[e]
        if e.is_Rational:
            return self.arithmetic.number(e.p, e.q)
        if e.is_Pow:
            return names["power"](self.scalar(e.base), e.exp.p, e.exp.q)
        if isinstance(e, Reduce):
            return names["reduce"](self.scalar(e.args[0]), int(e.args[1]))
        return reduce(names["add" if e.is_Add else "mul"], map(self.scalar, e.args))

    def _pass(self, totals: tuple[Symbol, ...]) -> None:
        made = self._code(totals)
        scalars = [self.scalar(e) for e in made.scalars]
        found: list[Sequence[Any]] = []
        for block in self.blocks():
            if monotonic() > self.deadline:
                raise OutOfTime
            arrays = [self.arithmetic.enter(self.views[s][block]) for s in made.arrays]
            found.append(made.run(*arrays, *scalars))
        for symbol, parts in zip(totals, zip(*found, strict=True), strict=True):
            self.values[symbol] = self.arithmetic.gathered(list(parts))

    def _code(self, totals: tuple[Symbol, ...]) -> Code:
        if totals not in self.codes:
            bodies = [self.lowering.totals[s] for s in totals]
            self.codes[totals] = code(bodies, self.lowering.varies, self.arithmetic.names)
        return self.codes[totals]

    def blocks(self) -> Iterator[slice]:
        widest = max((v[:1].size for v in self.views.values()), default=1)
        step = max(1, BLOCK // widest)
        return (slice(start, start + step) for start in range(0, self.length, step))

    def _placed(self, leaf: Leaf) -> Array:
        """The array with the batch in front and an axis for every other letter, of length 1 where it
        does not vary; as it is where there are no other letters."""
        array, axes = self.arrays[leaf], list(self.lowering.axes)
        if not axes:
            return np.asarray(array)
        order = [leaf.letters.index(a) for a in (BATCH, *axes) if a in leaf.letters]
        shape = [array.shape[leaf.letters.index(a)] if a in leaf.letters else 1 for a in (BATCH, *axes)]
        return np.asarray(array).transpose(order).reshape(shape)
