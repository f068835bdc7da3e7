"""TRUSTED. For which sizes a statement was proved, and under which conditions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from bnsym.kernel.evaluation import (
    compare,
)
from bnsym.normal import (
    Poly,
    Ring,
    freeze,
    generators,
)
from bnsym.terms.tree import (
    Hypothesis,
    Relation,
    Size,
    SpaceName,
    Statement,
    own_indices,
    walk,
)


def scope_of(ring: Ring, statement: Statement) -> tuple[str, tuple[Hypothesis, ...]]:
    """For which sizes the statement holds, and the conditions that say more than that."""
    least = dict.fromkeys(_spaces(statement), 1)
    others: dict[Any, Hypothesis] = {}
    positive = {c.left for c in ring.conditions if c.relation is Relation.GT}
    for condition in ring.conditions:
        implied = condition.relation is not Relation.GT and condition.left in positive
        if implied or condition in statement.hypotheses:
            continue
        poly = ring.normal(condition.left)
        bound = _least_size(poly, condition.relation)
        if bound is None:
            others.setdefault((condition.relation, freeze(poly)), condition)
        else:
            least[bound[0]] = max(least.get(bound[0], 1), bound[1])
    return ", ".join(f"{space} >= {n}" for space, n in sorted(least.items())), tuple(others.values())


def _least_size(poly: Poly, relation: Relation) -> tuple[SpaceName, int] | None:
    """(space, n) such that `poly relation 0` holds for all sizes >= n, if the polynomial is
    in one size alone; n exceeds every root (Cauchy's bound), then walks down."""
    found = generators(poly)
    if len(found) != 1 or next(iter(found))[0] != "size":
        return None
    space: SpaceName = next(iter(found))[1]
    coefficients = {(mono[0][1] if mono else 0): c for mono, c in poly.items()}
    lead = coefficients[max(coefficients)]
    n = 2 + int(max(abs(Fraction(c) / lead) for c in coefficients.values()))
    if n > 10_000 or not compare(Fraction(lead), relation, Fraction(0)):
        return None
    while n > 1 and compare(
        sum((c * Fraction(n - 1) ** e for e, c in coefficients.items()), Fraction(0)), relation, Fraction(0)
    ):
        n -= 1
    return space, n


def _spaces(statement: Statement) -> list[SpaceName]:
    """The index spaces that occur in the two sides; the batch if there is none."""
    inner = (*walk(statement.left), *walk(statement.right))
    found = {t.space for t in inner if isinstance(t, Size)} | {i.space for t in inner for i in own_indices(t)}
    return sorted(found) or ["m"]
