"""Whether two components are related as claimed: at random points that meet the hypotheses, each equality of
which is solved for a symbol."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

import sympy
from sympy import Expr, Symbol

from bnsym.evidence import surveying
from bnsym.evidence.small.components import Components
from bnsym.evidence.small.naming import Named, Substitution, weight, written_out
from bnsym.evidence.small.points import PRIME, RealPool, Relations, ResiduePool
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import (
    ZERO,
    Hypothesis,
    Name,
    Relation,
    SpaceName,
    Statement,
    excess,
    free_indices,
)

HEAVY = 2_000
"""Nodes of a hypothesis that SymPy may be asked to solve."""


def solve(components: Components, hypotheses: tuple[Hypothesis, ...]) -> Relations:
    """The hypotheses as relations; raises `Unsupported` where an equality can't be solved."""
    relations, equalities = Relations(), []
    for hypothesis in hypotheses:
        for difference in _differences(components, hypothesis):
            if hypothesis.relation is Relation.EQ:
                equalities.append(difference)
            else:
                _bound(relations, difference, hypothesis.relation)
    for degree in (1, 2):
        equalities = [e for e in equalities if not _settle(relations, e, degree)]
    if equalities:
        raise Unsupported("a hypothesis could not be solved for one of its variables")
    return relations


def _differences(components: Components, hypothesis: Hypothesis) -> Iterator[Expr]:
    """The greater side less the other, for all values of the free indices."""
    difference = excess(hypothesis)
    indices = free_indices(difference)
    for values in itertools.product(*(range(1, components.sizes[i.space] + 1) for i in indices)):
        yield components.build(difference, {i.name: k for i, k in zip(indices, values, strict=True)})


def _bound(relations: Relations, difference: Expr, relation: Relation) -> None:
    if relation in (Relation.GE, Relation.LE):
        relations.not_below.append(difference)
    elif relation is Relation.NE:
        pass  # random points meet it
    elif difference.is_Symbol and not isinstance(difference, Named):
        relations.positive.add(difference)
    else:
        relations.above.append(difference)


def _settle(relations: Relations, equality: Expr, degree: int) -> bool:
    """Whether `equality = 0` follows already or could be solved for a symbol of that degree."""
    e = equality.xreplace(Substitution(relations.solved))
    if _implied(e, relations):
        return True
    if weight(e, {}) > HEAVY:
        raise Unsupported("a hypothesis is too big to be solved")
    e = written_out(e)
    for v in sorted(e.free_symbols - relations.solved.keys() - relations.positive, key=str, reverse=True):
        value = _zero_in(e, v, degree)
        if value is not None:
            known = {s: old.xreplace({v: value}) for s, old in relations.solved.items()}
            relations.solved = known | {v: value}
            return True
    return False


def _zero_in(e: Expr, v: Symbol, degree: int) -> Expr | None:
    """Where e = 0 as a polynomial in v of that degree; None also where that is at v = 0 only,
    for then another factor should vanish."""
    try:
        coefficients = sympy.Poly(e, v).all_coeffs()
    except sympy.PolynomialError:
        return None
    if len(coefficients) != degree + 1 or (degree == 1 and coefficients[-1] == 0):
        return None
    if degree == 1:
        return -coefficients[1] / coefficients[0]
    a, b, c = coefficients
    return (sympy.sqrt(b**2 - 4 * a * c) - b) / (2 * a)


def _implied(e: Expr, relations: Relations) -> bool:
    found = ResiduePool(relations).first(e, 2)
    return bool(found) and not any(found)


POINTS, REAL_POINTS, SEARCHED_POINTS, DOUBT_POINTS, ORDER_POINTS = 3, 2, 6, 40, 24
CERTAIN, CERTAIN_OF_FLOATS = Decimal("1e-25"), Decimal("1e-7")
"""Relative; by what two real numbers differ for certain."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a relation holds for one component and how that was decided; or what contradicts
    it; or why it is not known."""

    agrees: bool | None
    how: str


ORDER = "holds at real points"
SEARCHED = "holds at real points, maxima searched for"
AT_POINTS = f"zero at {POINTS} points mod {PRIME}"


class Frame:
    """Everything that the links of one note share at one choice of sizes."""

    def __init__(self, components: Components, hypotheses: tuple[Hypothesis, ...]) -> None:
        self.components = components
        relations = solve(components, hypotheses)
        self.residues = ResiduePool(relations)
        self.reals = RealPool(relations, components.origins)

    def examine(self, left: Expr, relation: Relation, right: Expr) -> Found:
        if relation in (Relation.GE, Relation.GT):
            left, right = right, left
        searched = not self.components.bound.isdisjoint(left.free_symbols | right.free_symbols)
        if relation is Relation.NE:
            return Found(None, "a maximum is not known exactly") if searched else self._different(left, right)
        if relation is Relation.EQ and not searched:
            return self._equal(left, right)
        return self._compared(left, right, equal=relation is Relation.EQ, searched=searched)

    def _equal(self, left: Expr, right: Expr) -> Found:
        values = self.residues.first(left - right, POINTS)
        violation = self._violation(left, right, DOUBT_POINTS if any(values) else REAL_POINTS, both=True)
        if violation:
            return Found(False, violation)
        if not values:
            return Found(None, "no point mod p meets the hypotheses and has all roots")
        if any(values):
            # a root mod p has no sign, so only the reals may contradict a proof
            return Found(None, "the sides differ mod p but at no real point that was tried")
        return Found(True, AT_POINTS)

    def _different(self, left: Expr, right: Expr) -> Found:
        values = self.residues.first(left - right, POINTS)
        if values and all(values):
            return Found(True, f"different at {POINTS} points mod {PRIME}")
        if values and not any(values) and self._violation(left, right, REAL_POINTS, both=True) == "":
            return Found(False, "the sides are equal at every point that was tried")
        return Found(None, "neither equal nor different at all points")

    def _compared(self, left: Expr, right: Expr, *, equal: bool, searched: bool) -> Found:
        """At real points. searched: there are maxima, which are known as floats."""
        count = SEARCHED_POINTS if equal else ORDER_POINTS
        certain = CERTAIN_OF_FLOATS if searched else CERTAIN
        violation = self._violation(left, right, count, both=equal, certain=certain)
        if violation is None:
            more = " and has one maximum in every search" * searched
            return Found(None, f"no real point meets the hypotheses{more}")
        return Found(False, violation) if violation else Found(True, SEARCHED if searched else ORDER)

    def _violation(
        self, left: Expr, right: Expr, count: int, both: bool, certain: Decimal = CERTAIN
    ) -> str | None:
        """Where left > right for certain (both: or left < right); "": nowhere; None: no point."""
        found: str | None = None
        for a, b in itertools.islice(self.reals.values(left, right), count):
            found = ""
            gap = abs(a - b) if both else a - b
            if gap > certain * max(Decimal(1), abs(a), abs(b)):
                return f"left {a:.6g}, right {b:.6g}"
        return found


Shapes = tuple[tuple[Name, tuple[SpaceName, ...]], ...]
Sizes = tuple[tuple[SpaceName, int], ...]


def frame_for(statement: Statement, sizes: Mapping[SpaceName, int]) -> Frame:
    """What a statement shares with the other links of its note: most have all but their sides in common."""
    shapes = surveying.shapes(statement)
    outputs = tuple((name, shapes[name]) for name in statement.outputs if name in shapes)
    return frame(replace(statement, left=ZERO, right=ZERO), outputs, tuple(sizes.items()))


@lru_cache(maxsize=48)
def frame(shared: Statement, shapes: Shapes, sizes: Sizes) -> Frame:
    """shapes: of the outputs."""
    return Frame(_components(replace(shared, hypotheses=()), shapes, sizes), shared.hypotheses)


@lru_cache(maxsize=48)
def _components(shared: Statement, shapes: Shapes, sizes: Sizes) -> Components:
    return Components(shared, dict(sizes), dict(shapes))
