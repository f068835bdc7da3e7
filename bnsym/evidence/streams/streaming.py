"""Passes over arrays in blocks that fit a cache, in whatever arithmetic.

pass 1 over all blocks, scalars, pass 2 over all blocks, scalars, …
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from time import monotonic
from typing import Any, Protocol

import numpy.typing as npt
from sympy import Expr, Symbol

from bnsym.evidence.streams.coding import Code, code
from bnsym.evidence.streams.passes import BATCH, Leaf, Lowering, Reduce, needed
from bnsym.evidence.surveying import OutOfTime

BLOCK = 32_768
"""Numbers of an array in a block: two or three such arrays fit the second cache."""
Array = npt.NDArray[Any]


class Arithmetic(Protocol):
    """Numbers, arrays of them, and what the generated code calls."""

    @property
    def names(self) -> Mapping[str, Any]:
        """add, sub, mul, neg, square, power(a, p, q), reduce(a, axis), total(a), dot(a, b)."""

    def number(self, p: int, q: int) -> Any:
        """p/q."""

    def enter(self, array: Array, leaf: Leaf) -> Any:
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
    codes: dict[Any, Code] = field(default_factory=dict)
    """Functions for passes, which streams of one lowering in one arithmetic may share."""

    _parts: dict[tuple[Symbol, ...], list[Sequence[Any]]] = field(default_factory=dict)
    """What each pass found, block by block."""

    def __post_init__(self) -> None:
        self._place()

    def _place(self) -> None:
        self.views: dict[Symbol, Array] = {}
        for symbol, leaf in self.lowering.leaves.items():
            if leaf not in self.arrays:
                continue  # nothing that is wanted depends on it
            if BATCH in leaf.letters:
                self.views[symbol] = self._placed(leaf)
            else:
                self.values.setdefault(symbol, self.arithmetic.enter(self._placed(leaf), leaf))

    def again(self) -> None:
        """Forget what follows from scalars and from the first example, whose arrays have changed."""
        self.values.clear()
        self._place()

    def value(self, e: Expr) -> Any:
        """The value of an expression that does not vary over the batch, after the passes that it takes."""
        self._passes(e)
        return self.scalar(e)

    def _passes(self, e: Expr) -> None:
        """Every pass that an expression waits for."""
        wanted = needed(self.lowering, [e])
        levels = sorted({self.lowering.level[s] for s in wanted if s in self.lowering.totals})
        for level in levels:
            due = sorted(
                (s for s in wanted if s in self.lowering.totals and self.lowering.level[s] == level), key=str
            )
            missing = tuple(s for s in due if s not in self.values)
            if missing:
                self._pass(missing)

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
        found = self._parts.get(totals, [])
        todo = list(self.blocks())
        if found and not scalars:
            todo = todo[:1]  # the first example has changed, and nothing else that matters
        else:
            found = self._parts[totals] = []
        for number, block in enumerate(todo):
            if monotonic() > self.deadline:
                raise OutOfTime
            found[number : number + 1] = [self._run(made, block, scalars)]
        for symbol, parts in zip(totals, zip(*found, strict=True), strict=True):
            self.values[symbol] = self.arithmetic.gathered(list(parts))

    def mapped(self, e: Expr) -> Iterator[Any]:
        """The values of an expression that varies over the batch, block by block, after the passes that it
        takes."""
        self._passes(e)
        made = self._code((), e)
        scalars = [self.scalar(s) for s in made.scalars]
        return (self._run(made, block, scalars) for block in self.blocks())

    def _run(self, made: Code, block: slice, scalars: list[Any]) -> Any:
        arrays = [self.arithmetic.enter(self.views[s][block], self.lowering.leaves[s]) for s in made.arrays]
        return made.run(*arrays, *scalars)

    def _code(self, totals: tuple[Symbol, ...], value: Expr | None = None) -> Code:
        """What sums `totals` over a block, or what works out a value for it."""
        key = totals or value
        if key not in self.codes:
            bodies = [self.lowering.totals[s] for s in totals] or [value]
            self.codes[key] = code(bodies, self.lowering.varies, self.arithmetic.names, totals=bool(totals))
        return self.codes[key]

    def blocks(self) -> Iterator[slice]:
        step = max(1, BLOCK // max((v[:1].size for v in self.views.values()), default=1))
        return (slice(start, start + step) for start in range(0, self.length, step))

    def _placed(self, leaf: Leaf) -> Array:
        """The array with the batch in front and an axis for every other letter, of length 1 where it
        does not vary; as it is where there are no other letters."""
        array, axes = self.arrays[leaf], list(self.lowering.axes)
        if not axes:
            return array
        order = [leaf.letters.index(a) for a in (BATCH, *axes) if a in leaf.letters]
        shape = [array.shape[leaf.letters.index(a)] if a in leaf.letters else 1 for a in (BATCH, *axes)]
        return array.transpose(order).reshape(shape)
