"""Evidence at a large batch: exact arithmetic mod a prime on NumPy arrays, at m = 1000.

Free arrays are drawn at random mod PRIME; a term is evaluated over arrays with named axes; a gradient of the
loss becomes its derivative along random weights, everything else is differentiated by structure. The links
of one note share the structure of their definitions and the draws, redrawn until every root exists.

    deltas → structure → sides → residual ↘
    machine → pins                        → modular
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import inf
from time import monotonic

import numpy as np
import numpy.typing as npt

from bnsym.evidence import surveying
from bnsym.evidence.residual import CONFIRM_SIZES, both_sides, decided, sources
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import OutOfTime, Unsupported, answered
from bnsym.evidence.whole.machine import PRIME, Array, Machine, Redraw
from bnsym.evidence.whole.named_axes import TooWide
from bnsym.evidence.whole.pins import Hypotheses
from bnsym.model import Evidence
from bnsym.terms import ZERO, Hypothesis, Name, Relation, SpaceName, Statement, Term, add, free_indices, neg

SQUARE_SIZE = 40
"""The batch where an array, such as a Hessian, has two indices over it: 1000² entries cost seconds."""
REDRAWS = 60
CONFIRM = 1_000_000
"""Trials from here on confirm a disagreement, at CONFIRM_SIZES."""


class Bench:
    """Everything that the links of one note share: its structure and its draws."""

    def __init__(
        self, structure: Structure, hypotheses: tuple[Hypothesis, ...], sizes: dict[SpaceName, int], seed: int
    ) -> None:
        self.structure, self.sizes, self.seed = structure, sizes, seed
        self.hypotheses = Hypotheses(structure, hypotheses)
        self._machines: dict[int, Machine] = {}

    @property
    def batch(self) -> SpaceName:
        return self.structure.batch

    def vanishes(self, term: Term, trial: int, deadline: float) -> bool:
        """Whether a number is zero at one draw, after as many redraws as it takes."""
        known = self.structure, self.sizes_of(trial), self.seed + trial, self.hypotheses.positive
        machine = self._machines.get(trial) or Machine(*known)
        for attempt in range(1, REDRAWS):
            if monotonic() > deadline:
                raise OutOfTime
            try:
                if trial not in self._machines:
                    self.hypotheses.impose(machine)
                found = machine.evaluate(term)
            except Redraw as refusal:
                machine = redrawn(machine, refusal, attempt)
                self._machines.pop(trial, None)
            else:
                self._machines[trial] = machine
                return not found.data.any()
        raise Unsupported(f"no draw in {REDRAWS} has all the roots that are needed")

    def sizes_of(self, trial: int) -> dict[SpaceName, int]:
        """The first draws are of the full size; those that confirm a disagreement are smaller."""
        if trial < CONFIRM:
            return self.sizes
        size = CONFIRM_SIZES[(trial - CONFIRM) % len(CONFIRM_SIZES)]
        return self.sizes | {self.batch: min(self.sizes[self.batch], size)}


def redrawn(machine: Machine, refusal: Redraw, attempt: int) -> Machine:
    """New values for as little as may lead to a root: one entry of one array for each entry
    of the root's argument that is not a square."""
    free = sorted(sources(machine.structure, refusal.term))
    if not free:
        raise Unsupported("a constant has no root mod p, or is zero")
    values = dict(machine.values)
    if attempt > REDRAWS // 2:
        for name in free:
            values[name] = machine.draw(name, attempt)
    else:
        name = free[attempt % len(free)]
        values[name] = _mixed(machine, name, refusal, machine.draw(name, attempt))
    return replace(machine, values=values, computed={})


def _mixed(machine: Machine, name: Name, refusal: Redraw, fresh: Array) -> Array:
    spaces = {i.name: i.space for i in free_indices(refusal.term)}
    shape = list(machine.structure.shapes[name])
    where: list[int | npt.NDArray[np.int64]] = [0] * len(shape)
    for axis, positions in zip(refusal.axes, refusal.entries(), strict=True):
        if spaces.get(axis) not in shape or name in machine.structure.symmetric:
            return fresh
        where[shape.index(spaces[axis])] = positions
        shape[shape.index(spaces[axis])] = ""
    mixed = np.array(machine.array(name))
    mixed[tuple(where)] = fresh[tuple(where)]
    return mixed


def examine(statement: Statement, size: int = 1000, seed: int = 0, deadline: float = inf) -> Evidence:
    """Whether an equation holds mod PRIME for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`.
    """
    if statement.relation is not Relation.EQ:
        return Evidence(f"mod {PRIME} at m = {size}", None, "an order has no meaning mod p")
    bench = bench_for(statement, size, seed)
    route = f"mod {PRIME} at {bench.batch} = {bench.sizes[bench.batch]}"
    try:
        return answered(route, lambda: _examined(statement, bench, deadline))
    except TooWide:
        if size > SQUARE_SIZE:
            return examine(statement, SQUARE_SIZE, seed, deadline)
        return Evidence(route, None, "an array over many indices is too large")


def _examined(statement: Statement, bench: Bench, deadline: float) -> tuple[bool | None, str]:
    left, right = both_sides(bench.structure, statement)
    gap = add(left, neg(right))

    def holds(trial: int) -> bool:
        return bench.vanishes(gap, trial, deadline)

    def confirms(trial: int) -> bool | None:
        try:
            return holds(CONFIRM + trial)
        except Unsupported:  # such as the root of a size
            return None

    return decided(bench.structure, statement, bench.sizes, PRIME, holds, confirms)


def bench_for(statement: Statement, size: int, seed: int) -> Bench:
    """The bench of all statements with the same definitions and hypotheses, shapes and batch."""
    found = surveying.shapes(statement)
    outputs = tuple((name, found[name]) for name in statement.outputs if name in found)
    sizes = tuple(surveying.sizes(surveying.spaces(statement), size).items())
    given = replace(statement, left=ZERO, right=ZERO), sizes, outputs, seed
    bench = _bench(*given)
    if any(bench.structure.shapes.get(name, shape) != shape for name, shape in found.items()):
        bench = _bench.__wrapped__(*given)  # what another statement drew for the name has another shape
    bench.structure.shapes.update(found)
    return bench


@lru_cache(maxsize=24)
def _bench(
    statement: Statement,
    sizes: tuple[tuple[SpaceName, int], ...],
    outputs: tuple[tuple[Name, tuple[SpaceName, ...]], ...],
    seed: int,
) -> Bench:
    structure = Structure.of(statement, sizes[0][0])
    structure.shapes = dict(outputs) | structure.shapes
    return Bench(structure, statement.hypotheses, dict(sizes), seed)
