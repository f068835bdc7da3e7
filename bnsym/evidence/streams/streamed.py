"""Evidence at a large batch: exact arithmetic mod 2³¹ − 1, in blocks.

structure → passes → streaming ↘
residues, residual              → streamed
"""

from __future__ import annotations

import zlib
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

import numpy as np
import sympy
from sympy import Expr

from bnsym.evidence import memory, surveying
from bnsym.evidence.residual import CONFIRM_SIZES, both_sides, decided
from bnsym.evidence.streams import drawing, residues
from bnsym.evidence.streams.passes import BATCH, Lowering
from bnsym.evidence.streams.residues import PRIME, Array, NoRoot, Residues
from bnsym.evidence.streams.streaming import Plan, Stream
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Unsupported, answered
from bnsym.evidence.whole import machine, modular
from bnsym.evidence.whole.pins import Hypotheses
from bnsym.model import Evidence
from bnsym.terms import Name, Relation, SpaceName, Statement, free_indices

REDRAWS = 24
"""Tries to find a draw with all the roots that are needed; each has an even chance for a root."""


class Draw(drawing.Draw):
    """Random residues for everything that a statement leaves free; positive numbers are squares."""

    def number(self, size: int) -> Array:
        return np.asarray(size % PRIME)

    def _drawn(self, name: Name) -> Array:
        return self._residues(name, tuple(self.sizes[space] for space in self.shapes.get(name, ())))

    def _residues(self, name: Name, shape: tuple[int, ...], *attempt: int) -> Array:
        found = residues.drawn([self.seed, *attempt, zlib.crc32(name.encode())], shape)
        return np.asarray(found * found % PRIME) if name in self.positive else found

    def again(self, attempt: int, batch: SpaceName) -> None:
        """New numbers, and a new first example of every array: as little as may lead to a root."""
        for name, array in self.arrays.items():
            spaces = self.shapes.get(name, ())
            first = tuple(slice(1) if space == batch else slice(None) for space in spaces)
            array[first] = self._residues(name, array[first].shape, attempt)


@dataclass(frozen=True, slots=True)
class Question:
    """Two expressions in one lowering, claimed equal."""

    lowering: Lowering
    left: Expr
    right: Expr
    sizes: dict[SpaceName, int]
    roots: tuple[Expr, ...]
    """Of what hypotheses call positive, which is to be a square."""
    positive: frozenset[Name]
    deadline: float
    plans: dict[Any, Plan] = field(default_factory=dict)


def examine(statement: Statement, size: int, seed: int = 0, deadline: float = inf) -> Evidence:
    """Whether an equation holds mod PRIME for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`. What needs whole arrays (equations to be solved, a root for
    each example) goes to `modular`.
    """
    if statement.relation is not Relation.EQ:
        return Evidence(f"mod {PRIME} at m = {size}", None, "an order has no meaning mod p")
    statement = surveying.relevant(statement)
    route = f"mod {PRIME} at {surveying.own_first(statement)[0]} = {size}"
    try:
        return answered(route, lambda: _examined(statement, size, seed, deadline))
    except NoRoot:
        return _whole(statement, size, deadline)


def _whole(statement: Statement, size: int, deadline: float) -> Evidence:
    """By the route that keeps every array and every value, if they fit the memory."""
    if said := memory.refusal(size, 4 * len(surveying.shapes(statement))):
        return Evidence(f"mod {machine.PRIME} at m = {size}", None, said)
    return modular.examine(statement, size=size, deadline=deadline)


def _examined(statement: Statement, size: int, seed: int, deadline: float) -> tuple[bool | None, str]:
    spaces = surveying.own_first(statement)
    structure, sizes = Structure.of(statement, spaces[0]), surveying.sizes(spaces, size)
    hypotheses = Hypotheses(structure, statement.hypotheses)
    if hypotheses.equalities:
        raise NoRoot("equations are solved elsewhere")
    lowering = Lowering(structure, expand=True)
    left, right = map(lowering.lower, both_sides(structure, statement))
    squares = [lowering.lower(t) for t in hypotheses.squares if not free_indices(t)]
    question = Question(
        lowering, left, right, sizes, tuple(map(sympy.sqrt, squares)), hypotheses.positive, deadline
    )

    def confirms(trial: int) -> bool | None:
        batch = min(size, CONFIRM_SIZES[trial % len(CONFIRM_SIZES)])
        with suppress(NoRoot):
            return _holds(replace(question, sizes=sizes | {spaces[0]: batch}), 1000 + trial)
        return None

    return decided(structure, statement, sizes, PRIME, lambda trial: _holds(question, seed + trial), confirms)


def _holds(question: Question, seed: int) -> bool:
    """Whether the sides are equal at one draw, redrawn until it has all the roots that are needed."""
    lowering, sizes = question.lowering, question.sizes
    size, leaves = sizes[lowering.structure.batch], lowering.leaves.values()
    if said := memory.refusal(size, len({leaf.name for leaf in leaves if BATCH in leaf.letters})):
        raise Unsupported(said)
    draw = Draw(lowering.structure.shapes, sizes, seed, question.positive)
    drawn = {leaf: draw.array(leaf) for leaf in leaves}
    stream = Stream(lowering, Residues(), drawn, size, question.deadline, plans=question.plans)
    for attempt in range(1, REDRAWS):
        try:
            for root in question.roots:
                stream.value(root)
            gap = np.sum(stream.value(question.left)) - np.sum(stream.value(question.right))
            return int(gap) % PRIME == 0
        except NoRoot:
            draw.again(attempt, lowering.structure.batch)
            stream.again()
    raise NoRoot("no draw has all the roots that are needed")
