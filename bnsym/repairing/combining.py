"""Several edits at once, found without reading each combination.

What edits do to the value of a side is known at a few points. In different terms of a sum their
differences add up; a factor and anything else multiply; so do changes of one term. Of two edits
the second is looked up by the value that it has to have, and so is a factor that is missing.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import TypeAlias

from bnsym.proving.floats import related
from bnsym.repairing.edits import Edit, overlap
from bnsym.repairing.values import Row
from bnsym.terms import Relation

MADE: TypeAlias = tuple[Edit, ...]
NUMBERS = ((1.0, ""), (-1.0, "-"), (2.0, "2"), (0.5, r"\frac{1}{2}"), (-2.0, "-2"), (-0.5, r"-\frac{1}{2}"))
DEGREE = 4
"""How many scales a missing factor has at most."""
SLIGHT = 1e-9
"""What is 0 but for rounding, and what no function bends by."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Edits in the order of their places, and the values of the side with them."""

    made: MADE
    row: Row

    @property
    def cost(self) -> int:
        return sum(edit.cost for edit in self.made)

    def overlaps(self, other: Changed) -> bool:
        return any(overlap(a, b) for a in self.made for b in other.made)


@dataclass(frozen=True, slots=True)
class Side:
    """The values of a side as it is written, and those that it should have."""

    row: Row
    target: Row


class Lookup:
    """Changes by their values."""

    def __init__(self, found: Iterable[Changed]) -> None:
        self.sorted = sorted(found, key=lambda one: one.row[0])
        self.keys = [one.row[0] for one in self.sorted]

    def at(self, wanted: Row) -> Iterator[Changed]:
        return self.among([(value,) for value in wanted])

    def among(self, wanted: Sequence[Row]) -> Iterator[Changed]:
        """Those that have at each point one of the values wanted there."""
        for first in wanted[0]:
            slack = 1e-7 * abs(first) + 1e-12
            k = bisect_left(self.keys, first - slack)
            while k < len(self.keys) and self.keys[k] <= first + slack:
                row = self.sorted[k].row
                if all(
                    any(related(x, Relation.EQ, y) for y in ys) for x, ys in zip(row, wanted, strict=True)
                ):
                    yield self.sorted[k]
                k += 1


def equal(a: Row, b: Row) -> bool:
    return all(related(x, Relation.EQ, y) for x, y in zip(a, b, strict=True))


def combined(side: Side, changed: Sequence[Changed]) -> list[MADE]:
    """Two edits that together give the values wanted, as they add up or multiply, the cheapest first."""
    found = dict.fromkeys((*_products(side, changed), *_sums(side, changed)))
    return sorted(found, key=lambda made: sum(edit.cost for edit in made))


def _matching(changed: Sequence[Changed], wanted: Callable[[Row], Row]) -> Iterator[MADE]:
    """Two changes, the second of which has the values that the first one calls for."""
    lookup = Lookup(changed)
    for one in changed:
        try:
            row = wanted(one.row)
        except (ZeroDivisionError, OverflowError):
            continue
        for other in lookup.at(row):
            if not one.overlaps(other):
                yield joined(one, other)


def _sums(side: Side, changed: Sequence[Changed]) -> Iterator[MADE]:
    goal = tuple(t + r for t, r in zip(side.target, side.row, strict=True))
    return _matching(changed, lambda row: _less(goal, row))


def _products(side: Side, changed: Sequence[Changed]) -> Iterator[MADE]:
    goal = tuple(t * r for t, r in zip(side.target, side.row, strict=True))
    if any(abs(r) <= SLIGHT * abs(t) for t, r in zip(side.target, side.row, strict=True)):
        return iter(())  # nothing times 0
    return _matching(changed, lambda row: tuple(g / v for g, v in zip(goal, row, strict=True)))


def joined(a: Changed, b: Changed) -> MADE:
    return tuple(sorted((*a.made, *b.made), key=lambda edit: (edit.start, edit.end)))


def products(scales: Sequence[tuple[str, Row]], points: int) -> Iterator[Changed]:
    """Products of powers of the scales, none of which is 0 at any of the points, and a small number, as
    changes that put them in front."""
    at_points = list(zip(*(row for _, row in scales), strict=True)) if scales else [()] * points
    for exponents in _exponents(len(scales)):
        degree = sum(map(abs, exponents))
        for number, written in NUMBERS:
            if len(written) + degree < 9:
                row = tuple(number * _product(values, exponents) for values in at_points)
                latex = _latex(written, [(name, e) for (name, _), e in zip(scales, exponents, strict=True)])
                yield Changed((Edit(0, 0, latex, "a factor", 1 + degree + (number != 1)),), row)


@lru_cache
def _exponents(scales: int) -> list[tuple[int, ...]]:
    every = product(range(-3, 4), repeat=scales)
    return [exponents for exponents in every if sum(map(abs, exponents)) <= DEGREE]


def _product(values: tuple[float, ...], exponents: tuple[int, ...]) -> float:
    total = 1.0
    for value, e in zip(values, exponents, strict=True):
        total *= value**e
    return total


def _latex(number: str, powers: list[tuple[str, int]]) -> str:
    above = [name + (f"^{e}" if e > 1 else "") for name, e in powers if e > 0]
    below = [name + (f"^{-e}" if e < -1 else "") for name, e in powers if e < 0]
    sign, number = ("-", number[1:]) if number.startswith("-") else ("", number)
    if number.isdigit():
        above, number = [number, *above], ""
    if not below:
        return sign + " ".join(filter(None, (number, *above))) + " "
    above, below = (
        [part[0][1:-1]] if len(part) == 1 and part[0][-1] == ")" else part for part in (above, below)
    )
    return rf"{sign}{number}\frac{{{' '.join(above) or 1}}}{{{' '.join(below)}}} "


def _less(a: Row, b: Row) -> Row:
    return tuple(x - y for x, y in zip(a, b, strict=True))
