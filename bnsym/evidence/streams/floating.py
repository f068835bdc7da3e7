"""Evidence at a large batch: both sides in floats, with a bound on their rounding error.

A gradient of the loss is not worked out: the side that is ∂f/∂v becomes the derivative of f along a random
direction, forward through the definitions, with a random upstream gradient; the other side is what the note
says, times the direction. Anything else is compared as it stands. Sides agree if they differ by no more than
the errors of both can explain.

    balls, drawing, sides  ↘
    named_axes → blockwise → floating
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np

from bnsym.evidence import memory, sides, surveying
from bnsym.evidence.residual import arrays
from bnsym.evidence.streams.balls import Ball, Balls, Cancellation, Overflow, number
from bnsym.evidence.streams.drawing import Draw
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Unsupported, answered
from bnsym.evidence.whole.blockwise import Blockwise
from bnsym.evidence.whole.named_axes import Tensor
from bnsym.evidence.whole.pins import Hypotheses
from bnsym.model import Evidence
from bnsym.terms import (
    ZERO,
    Add,
    Hypothesis,
    Index,
    Name,
    Relation,
    SpaceName,
    Statement,
    Sym,
    Term,
    free_indices,
)

UNORDERED = (Relation.EQ, Relation.NE)
SMALL, ATTEMPTS = 1000, 60
"""Draws that meet the hypotheses are looked for at a small batch first."""
WEAK = 1e-4
"""An error, relative to what is compared, beyond which floats say nothing."""


@dataclass(frozen=True, slots=True)
class Question:
    """A statement with its structure."""

    statement: Statement
    structure: Structure
    sizes: dict[SpaceName, int]
    hypotheses: Hypotheses
    deadline: float


def examine(statement: Statement, size: int, seed: int = 0, deadline: float = inf) -> Evidence:
    """Whether a relation holds in floats for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`.
    """
    statement = surveying.relevant(statement)
    route = f"floats at {surveying.own_first(statement)[0]} = {size}"
    with np.errstate(all="ignore"):  # what overflows is found in the totals
        return answered(route, lambda: _examine(_question(statement, size, deadline), seed))


def _question(statement: Statement, size: int, deadline: float) -> Question:
    if statement.relation is Relation.NE:
        raise Unsupported("that two numbers differ says nothing of any others")
    spaces = surveying.own_first(statement)
    structure = Structure.of(statement, spaces[0])
    hypotheses = Hypotheses(structure, statement.hypotheses)
    return Question(statement, structure, surveying.sizes(spaces, size), hypotheses, deadline)


def _both_sides(question: Question, seed: int) -> tuple[Ball, Ball]:
    """The value of each side with its error, the smaller side first."""
    draw = _admissible(question, seed)
    left, right = (_side(question, draw, side) for side in _sides(question.statement))
    return left, right


def _examine(question: Question, seed: int) -> tuple[bool | None, str]:
    left, right = _both_sides(question, seed)
    gap, error = left.value - right.value, left.radius + right.radius
    scale = max(abs(left.value), abs(right.value))
    if not np.isfinite(gap + error):
        raise Overflow
    if error > WEAK * max(scale, 1):
        return None, f"cancellation: {left.value:.3g} and {right.value:.3g} may be off by {error:.1g}"
    if question.statement.relation is not Relation.EQ:
        order = "≤" if gap <= error else ">"
        said = f"{left.value:.6g} {order} {right.value:.6g}, each within {error:.1g}"
        return bool(gap <= error), said + _how(question)
    said = f"the sides differ by {abs(gap) / (scale or 1):.1g} of their size; rounding explains up to "
    said += f"{error / (scale or 1):.1g}"
    if scale <= error:
        said = f"both sides are less than {error:.1g}, which rounding explains"
    return bool(abs(gap) <= error), said + _how(question)


def _sides(stated: Statement | Hypothesis) -> tuple[Term, Term]:
    """The smaller side first."""
    downward = stated.relation in (Relation.GE, Relation.GT)
    return (stated.right, stated.left) if downward else (stated.left, stated.right)


def _how(question: Question) -> str:
    statement, structure = question.statement, question.structure
    free = _free(question)
    nodes = (sides.gradient_node(structure, s, free) for s in (statement.left, statement.right))
    how = "; along a random direction" if any(nodes) else ""
    soft = sorted(name for name in structure.shapes if name.endswith(" diagonal"))
    return how + ("; matrices over the batch are a diagonal and products of vectors" if soft else "")


def _free(question: Question) -> tuple[Index, ...]:
    return free_indices(Add((question.statement.left, question.statement.right)))


def _admissible(question: Question, seed: int) -> Draw:
    """A draw that meets the hypotheses, found at a small batch and then tried at the full one."""
    batch = question.structure.batch
    small = replace(question, sizes=question.sizes | {batch: min(SMALL, question.sizes[batch])})
    why = "none of the random draws meets the hypotheses"
    for attempt in range(seed, seed + ATTEMPTS):
        try:
            if (tried := _meeting(small, attempt)) is not None:
                for side in _sides(question.statement):
                    _side(small, tried, side)
                if (draw := _meeting(question, attempt)) is not None:
                    return draw
        except Cancellation as error:
            why = str(error)
    raise Unsupported(why)


def _meeting(question: Question, seed: int) -> Draw | None:
    """The draw of a seed, if it meets the hypotheses: of the equations, those that give a name its value."""
    if len(question.hypotheses.equalities) > len(question.hypotheses.values):
        raise Unsupported("an equation that is given is met by no floats but by chance")
    draw = _draw(question, seed)
    for name, value in question.hypotheses.values.items():
        shape = tuple(question.sizes[space] for space in question.structure.shapes[name])
        draw.arrays[name] = np.full(shape, _value(question, draw, value).value)
    return draw if _meets(question, draw) else None


def _draw(question: Question, seed: int) -> Draw:
    positive = question.hypotheses.positive | set(_not_negative(question.statement))
    if question.statement.relation is not Relation.EQ:  # weights keep an order only if none is negative
        positive |= {sides.weight(question.structure, i).name for i in _free(question)}
    return Draw(question.structure.shapes, question.sizes, seed, positive)


def _not_negative(statement: Statement) -> Iterator[Name]:
    """Free names of which a hypothesis says that no component is negative."""
    defined = {d.symbol.name for d in statement.definitions}
    for hypothesis in statement.hypotheses:
        smaller, greater = _sides(hypothesis)
        if hypothesis.relation not in UNORDERED and smaller == ZERO and isinstance(greater, Sym):
            yield from {greater.name} - defined


def _meets(question: Question, draw: Draw) -> bool:
    for hypothesis in question.statement.hypotheses:
        left, right = _sides(hypothesis)
        if hypothesis.relation in UNORDERED:
            continue  # met already; and met by almost every number
        if free_indices(Add((left, right))):
            if left == ZERO and isinstance(right, Sym) and right.name in draw.positive:
                continue
            raise Unsupported("a hypothesis orders every component")
        plain = (question.structure.resolve(side) for side in (left, right))
        a, b = (_value(question, draw, side) for side in plain)
        if not a.value <= b.value:
            return False
    return True


def _side(question: Question, draw: Draw, side: Term) -> Ball:
    return _value(question, draw, sides.closed(question.structure, side, _free(question)))


@dataclass(eq=False, kw_only=True)
class Floats(Blockwise):
    """One draw of all free arrays, and what follows from it."""

    draw: Draw

    @property
    def long(self) -> SpaceName:
        return self.structure.batch

    @property
    def names(self) -> Mapping[str, Any]:
        return Balls.names

    def constant(self, value: Fraction) -> Tensor:
        return Tensor((), number(value))

    def entered(self, array: Any) -> Ball:
        return Ball(np.asarray(array, np.float64), np.zeros(()))

    def free(self, name: Name) -> Ball:
        return self.entered(self.draw.named(name))


def _floats(question: Question, draw: Draw, term: Term) -> Floats:
    size = question.sizes[question.structure.batch]
    if said := memory.refusal(size, arrays(question.structure, term)):
        raise Unsupported(said)
    return Floats(structure=question.structure, sizes=question.sizes, deadline=question.deadline, draw=draw)


def _value(question: Question, draw: Draw, term: Term) -> Ball:
    found = _floats(question, draw, term).evaluate(term).data
    if not np.all(np.isfinite(found.value)):
        raise Overflow
    return Ball(np.sum(found.value), np.sum(found.radius))
