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
from bnsym.terms import (
    Hypothesis,
    Index,
    Relation,
    Size,
    SpaceName,
    Statement,
    Sum,
    Sym,
    walk,
)


def scope_of(ring: Ring, statement: Statement) -> tuple[str, tuple[Hypothesis, ...]]:
    """For which sizes the statement holds, and the conditions that say more than that."""
    least = dict.fromkeys(_spaces(statement), 1)
    others: list[Hypothesis] = []
    positive = {c.left for c in ring.conditions if c.relation is Relation.GT}
    known: set[Any] = set()
    for condition in ring.conditions:
        poly = ring.normal(condition.left)
        key = (condition.relation, freeze(poly))
        if condition in statement.hypotheses or key in known:
            continue
        known.add(key)
        if condition.relation is not Relation.GT and condition.left in positive:
            continue
        bound = _least_size(poly, condition.relation)
        if bound is None:
            others.append(condition)
        else:
            least[bound[0]] = max(least.get(bound[0], 1), bound[1])
    return ", ".join(f"{space} >= {n}" for space, n in sorted(least.items())), tuple(others)


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
    found: set[SpaceName] = set()
    for term in (*walk(statement.left), *walk(statement.right)):
        match term:
            case Size(space) | Sum(Index(_, space), _):
                found.add(space)
            case Sym(_, indices):
                found |= {i.space for i in indices}
    return sorted(found) or ["m"]
