"""Floats with a bound on their rounding error: a relation at random points of a batch of any size.

Sides agree if they differ by no more than the errors of both can explain. Points are drawn until one meets
the hypotheses; of equations, those are met that give a name its value.
"""

from __future__ import annotations

from fractions import Fraction
from math import inf
from random import Random

import numpy as np

from bnsym.evidence.large import balls
from bnsym.evidence.large.balls import Ball, Cancellation, Overflow
from bnsym.evidence.large.kinds import Point, Question
from bnsym.evidence.surveying import Unsupported, above_zero, answered, names
from bnsym.model import Evidence
from bnsym.terms import Hypothesis, Name, Relation, Statement, Sym, Term, free_indices
from bnsym.verifying.domains import Field, NoValue, Unjudged, Wrong
from bnsym.verifying.proofs import excess

ATTEMPTS = 60
"""Points that are drawn until one meets the hypotheses."""
WEAK = 1e-4
"""An error, relative to what is compared, beyond which floats say nothing."""


class Floats(Field):
    """Balls; a root is that of a float."""

    def number(self, value: Fraction | int) -> Ball:
        return balls.number(Fraction(value))

    def add(self, a: Ball, b: Ball) -> Ball:
        return balls.add(a, b)

    def mul(self, a: Ball, b: Ball) -> Ball:
        return balls.mul(a, b)

    def power(self, base: Ball, exponent: Fraction) -> Ball:
        if exponent.denominator & (exponent.denominator - 1):
            raise Unjudged(f"a root of order {exponent.denominator}")
        return balls.power(base, exponent.numerator, exponent.denominator)


def examine(statement: Statement, size: int, seed: int = 0, deadline: float = inf) -> Evidence:
    """Whether a relation holds in floats for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`.
    """
    question = Question.of(statement, size, seed, deadline)
    with np.errstate(all="ignore"):  # what overflows is found in the sides
        return answered(f"floats at {question.batch} = {size}", lambda: _examined(question))


def _examined(question: Question) -> tuple[bool | None, str]:
    pairs = both_sides(question)
    left, right = max(pairs, key=lambda pair: apart(question.statement.relation, *pair))
    gap, error = left.value - right.value, left.radius + right.radius
    scale = max(abs(left.value), abs(right.value))
    if not np.isfinite([side.value + side.radius for pair in pairs for side in pair]).all():
        raise Overflow
    if error > WEAK * max(scale, 1):
        return None, f"cancellation: {left.value:.3g} and {right.value:.3g} may be off by {error:.1g}"
    if question.statement.relation is not Relation.EQ:
        order = "≤" if gap <= error else ">"
        return bool(gap <= error), f"{left.value:.6g} {order} {right.value:.6g}, each within {error:.1g}"
    said = f"the sides differ by {abs(gap) / (scale or 1):.1g} of their size; rounding explains up to "
    said += f"{error / (scale or 1):.1g}"
    if scale <= error:
        said = f"both sides are less than {error:.1g}, which rounding explains"
    return bool(abs(gap) <= error), said


def apart(relation: Relation, left: Ball, right: Ball) -> float:
    """By how much, relative to their size, the relation fails beyond what rounding explains."""
    gap = left.value - right.value
    beyond = (abs(gap) if relation is Relation.EQ else gap) - left.radius - right.radius
    return float(beyond / (max(abs(left.value), abs(right.value)) or 1))


def both_sides(question: Question) -> list[tuple[Ball, Ball]]:
    """The sides, the smaller first, at a point that meets the hypotheses, for each way in which free indices
    may coincide. Raises Unsupported."""
    statement = question.statement
    if statement.relation is Relation.NE:
        raise Unsupported("that two numbers differ says nothing of any others")
    given = _given(question)
    why = "none of the random draws meets the hypotheses"
    for attempt in range(ATTEMPTS):
        try:
            point = _drawn(question, f"{attempt}", given)
            if _meets(point, statement.hypotheses):
                sides = point.sides()
                return [pair[::-1] if _is_downward(statement) else pair for pair in sides]
        except Cancellation as error:
            why = str(error)
        except (Unjudged, Wrong, NoValue) as error:
            raise Unsupported(str(error)) from error
    raise Unsupported(why)


def _given(question: Question) -> dict[Name, Term]:
    """The free names of which an equation says which number they are."""
    given: dict[Name, Term] = {}
    for equation in question.equations:
        number = not names(equation.right) and not free_indices(equation.right)
        if number and isinstance(equation.left, Sym) and equation.left.name in question.free:
            given[equation.left.name] = equation.right
    if len(question.equations) > len(given):
        raise Unsupported("an equation that is given is met by no floats but by chance")
    return given


def _is_downward(stated: Statement | Hypothesis) -> bool:
    return stated.relation in (Relation.GE, Relation.GT)


def _drawn(question: Question, number: str, given: dict[Name, Term]) -> Point:
    orders = Relation.GT, Relation.GE, Relation.LT, Relation.LE
    positive = above_zero(question.statement.hypotheses, *orders) & question.free

    def drawn(name: Name, random: Random) -> Ball:
        if name in given:
            value: Ball = point.values.number(given[name], {})
            return value
        sign = 1 if name in positive else random.choice((1, -1))
        return Ball(np.float64(sign * 2 ** random.uniform(-2, 2)), 0.0)

    point = question.point(Floats(), number, drawn)
    return point


def _meets(point: Point, hypotheses: tuple[Hypothesis, ...]) -> bool:
    for hypothesis in hypotheses:
        if hypothesis.relation in (Relation.EQ, Relation.NE):
            continue  # met already; and met by almost every number
        for _, gap in point.everywhere(excess(hypothesis)):
            if not gap.value >= 0:
                return False
    return True
