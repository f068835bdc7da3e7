"""Both sides of a statement in floats, at a few random points: which candidates are worth a proof.

Untrusted. A candidate is thrown out here, never accepted.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from random import Random
from typing import TypeAlias

from bnsym.kernel import Rejected, holds
from bnsym.proving.floats import ORDERED, NoValue, Point, formulas_of, random_points, related
from bnsym.proving.witness import draws
from bnsym.terms import Hypothesis, Relation, Statement, Term

Row: TypeAlias = tuple[float, ...]
"""The values of one term, point by point."""
POINTS = 4
EXACT = 200
"""How many exact points are tried where nothing random meets the hypotheses."""


@dataclass(frozen=True)
class Points:
    """Where the statement's hypotheses hold and its sides have values."""

    statement: Statement
    points: tuple[Point, ...]
    words: dict[str, tuple[Row, frozenset[str]] | None] = field(default_factory=dict, compare=False)
    """Of expressions of the note that were read, the values and the free letters."""

    def row(self, term: Term) -> Row | None:
        """The values of a term; None if one is missing."""
        try:
            row = tuple(point.of(term) for point in self.points)
        except NoValue:
            return None
        return row if all(map(math.isfinite, row)) else None

    def fits(self, left: Row, right: Row) -> bool:
        """Whether the relation holds at every point, as far as floats can tell."""
        return all(related(a, self.statement.relation, b) for a, b in zip(left, right, strict=True))

    def helps(self, hypothesis: Hypothesis) -> bool:
        """Whether, as far as the points tell, the relation holds wherever the hypothesis does."""
        statement = self.statement
        claim = Hypothesis(statement.left, statement.relation, statement.right)
        try:
            return all(p.holds(claim) or not p.holds(hypothesis) for p in self.points)
        except NoValue:
            return False


def points_for(statement: Statement, deadline: float) -> Points:
    """Random points; where an equation is assumed, or nothing random meets the hypotheses, exact
    witnesses that a search found."""
    count = POINTS if statement.relation is Relation.EQ else ORDERED
    has_values = partial(_has_values, statement)
    found = list(islice(filter(has_values, random_points(statement, deadline)), count))
    if len(found) < POINTS:
        found += islice(filter(has_values, _exact(statement, deadline)), POINTS - len(found))
    return Points(statement, tuple(found))


def _has_values(statement: Statement, point: Point) -> bool:
    with suppress(NoValue):
        point.of(statement.left), point.of(statement.right)
        return True
    return False


def _exact(statement: Statement, deadline: float) -> Iterator[Point]:
    for witness in draws(statement, deadline, seed=5, limit=EXACT):
        try:
            if holds(statement.hypotheses, statement, witness):
                yield Point(formulas_of(statement), Random(7), given=witness)
        except (Rejected, ZeroDivisionError):
            continue
