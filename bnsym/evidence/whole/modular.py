"""Evidence at a large batch: exact arithmetic mod a prime on NumPy arrays, at m = 1000 or any other.

Free arrays are drawn at random mod PRIME; a term is evaluated over arrays with named axes; a gradient of the
loss becomes its derivative along random weights, everything else is differentiated by structure. The links
of one note share the structure of their definitions and the draws, redrawn until every root exists.

    deltas → structure → sides → residual   ↘
    named_axes → blockwise → machine → pins → modular
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from math import inf
from time import monotonic

import numpy as np
import numpy.typing as npt

from bnsym.evidence import memory, surveying
from bnsym.evidence.residual import CONFIRM_SIZES, arrays, both_sides, decided, sources
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import OutOfTime, Unsupported, answered
from bnsym.evidence.whole import blockwise
from bnsym.evidence.whole.machine import PRIME, Array, Machine, Redraw
from bnsym.evidence.whole.named_axes import TooWide
from bnsym.evidence.whole.pins import Hypotheses
from bnsym.model import Evidence
from bnsym.terms import ZERO, Hypothesis, Name, Relation, SpaceName, Statement, Term, add, free_indices, neg

SQUARE_SIZE = 40
"""The batch where an array, such as a Hessian, has two indices over it: 1000² entries cost seconds."""
REDRAWS = 60
COPIES = 4
"""Arrays over the batch for each name, where what follows from those that are drawn is kept too."""
CONFIRM = 1_000_000
"""Trials from here on confirm a disagreement, at CONFIRM_SIZES."""


class Whole(Exception):
    """Equations to be solved, or roots for each example: what runs over the batch has to be kept."""


class Bench:
    """Everything that the links of one note share: its structure and its draws."""

    def __init__(
        self,
        structure: Structure,
        hypotheses: tuple[Hypothesis, ...],
        sizes: dict[SpaceName, int],
        seed: int,
        blocked: bool,
    ) -> None:
        self.structure, self.sizes, self.seed, self.blocked = structure, sizes, seed, blocked
        self.hypotheses = Hypotheses(structure, hypotheses)
        self._machines: dict[int, Machine] = {}

    @property
    def batch(self) -> SpaceName:
        return self.structure.batch

    def vanishes(self, term: Term, trial: int, deadline: float) -> bool:
        """Whether a number is zero at one draw, after as many redraws as it takes."""
        machine = self._machines.get(trial) or self._machine(trial)
        machine.deadline = deadline
        for attempt in range(1, REDRAWS):
            if monotonic() > deadline:
                raise OutOfTime
            try:
                if trial not in self._machines:
                    self.hypotheses.impose(machine)
                found = machine.evaluate(term)
            except Redraw as refusal:
                if self.blocked and refusal.axes:
                    raise Whole from refusal
                machine = redrawn(machine, refusal, attempt)
                self._machines.pop(trial, None)
            else:
                if not self.blocked:
                    self._machines[trial] = machine
                return not found.data.any()
        raise Unsupported(f"no draw in {REDRAWS} has all the roots that are needed")

    def _machine(self, trial: int) -> Machine:
        return Machine(
            structure=self.structure, sizes=self.sizes_of(trial), seed=self.seed + trial,
            positive=self.hypotheses.positive, blocked=self.blocked,
        )  # fmt: skip

    def refusal(self, term: Term) -> str:
        """Why there is not the memory for a term; empty if there is. Raises Whole."""
        rooted = any(free_indices(term) for term in self.hypotheses.squares)
        if self.blocked and (self.hypotheses.equalities or rooted):
            raise Whole
        shapes = self.structure.shapes.values()
        kept = COPIES * sum(self.batch in shape for shape in shapes)
        return memory.refusal(self.sizes[self.batch], arrays(self.structure, term) if self.blocked else kept)

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
        values[name] = _mixed(machine, name, refusal, attempt)
    return replace(machine, values=values)


def _mixed(machine: Machine, name: Name, refusal: Redraw, attempt: int) -> Array:
    spaces = {i.name: i.space for i in free_indices(refusal.term)}
    shape = list(machine.structure.shapes[name])
    where: list[int | npt.NDArray[np.int64]] = [0] * len(shape)
    for axis, positions in zip(refusal.axes, refusal.entries(), strict=True):
        if spaces.get(axis) not in shape or name in machine.structure.symmetric:
            return machine.draw(name, attempt)
        where[shape.index(spaces[axis])] = positions
        shape[shape.index(spaces[axis])] = ""
    mixed = np.array(machine.array(name))
    mixed[tuple(where)] = machine.drawn(name, attempt, np.shape(mixed[tuple(where)]))
    return mixed


def examine(statement: Statement, size: int = 1000, seed: int = 0, deadline: float = inf) -> Evidence:
    """Whether an equation holds mod PRIME for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`.
    """
    if statement.relation is not Relation.EQ:
        return Evidence(f"mod {PRIME} at m = {size}", None, "an order has no meaning mod p")
    try:
        return _examine(statement, size, seed, deadline, blocked=size > blockwise.BLOCK)
    except Whole:
        return _examine(statement, size, seed, deadline, blocked=False)


def _examine(statement: Statement, size: int, seed: int, deadline: float, *, blocked: bool) -> Evidence:
    bench = bench_for(statement, size, seed, blocked)
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
    if said := bench.refusal(gap):
        return None, said

    def holds(trial: int) -> bool:
        return bench.vanishes(gap, trial, deadline)

    def confirms(trial: int) -> bool | None:
        try:
            return holds(CONFIRM + trial)
        except Unsupported:  # such as the root of a size
            return None

    return decided(bench.structure, statement, bench.sizes, PRIME, holds, confirms)


def bench_for(statement: Statement, size: int, seed: int, blocked: bool) -> Bench:
    """The bench of all statements with the same definitions and hypotheses, shapes and batch."""
    found = surveying.shapes(statement)
    outputs = tuple((name, found[name]) for name in statement.outputs if name in found)
    sizes = tuple(surveying.sizes(surveying.own_first(statement), size).items())
    given = replace(statement, left=ZERO, right=ZERO), sizes, outputs, seed, blocked
    bench = _bench.__wrapped__(*given) if blocked else _bench(*given)
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
    blocked: bool,
) -> Bench:
    structure = Structure.of(statement, sizes[0][0])
    structure.shapes = dict(outputs) | structure.shapes
    return Bench(structure, statement.hypotheses, dict(sizes), seed, blocked)
