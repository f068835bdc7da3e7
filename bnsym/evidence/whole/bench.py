"""What the links of one note share: the structure of their definitions and the draws, redrawn
until every root exists.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from time import monotonic

import numpy as np
import numpy.typing as npt

from bnsym.evidence import surveying
from bnsym.evidence.degrees import sources
from bnsym.evidence.residual import CONFIRM_SIZES
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import OutOfTime, Unsupported, names
from bnsym.evidence.whole.arrays import Array
from bnsym.evidence.whole.machine import Machine, Redraw
from bnsym.evidence.whole.pins import Hypotheses
from bnsym.terms import ZERO, Diff, Hypothesis, Name, SpaceName, Statement, Sym, Term, free_indices, walk

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
        machine = self._machines.get(trial) or self._machine(trial)
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

    def _machine(self, trial: int) -> Machine:
        return Machine(self.structure, self.sizes_of(trial), self.seed + trial, self.hypotheses.positive)

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


def bench_for(statement: Statement, size: int, seed: int) -> Bench:
    """The bench of all statements with the same definitions and hypotheses, shapes and batch."""
    found = surveying.shapes(statement)
    spaces = surveying.spaces(statement)
    if _twice(statement) or any(shape.count(spaces[0]) > 1 for shape in found.values()):
        size = min(size, SQUARE_SIZE)
    outputs = tuple((name, found[name]) for name in statement.outputs if name in found)
    given = (
        replace(statement, left=ZERO, right=ZERO),
        tuple(surveying.sizes(spaces, size).items()),
        outputs,
        seed,
    )
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


def _twice(statement: Statement) -> bool:
    """Whether the gradient of a loss is differentiated again, which takes its Hessian."""
    losses = set(statement.losses)
    gradients = losses | {d.symbol.name for d in statement.definitions if names(d.body) & losses}
    return any(
        isinstance(t, Diff)
        and not (isinstance(t.of, Sym) and t.of.name in losses)
        and names(t.of) & gradients
        for term in surveying.terms_of(statement)
        for t in walk(term)
    )
