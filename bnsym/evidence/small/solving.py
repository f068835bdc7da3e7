"""The hypotheses in scope as relations between components: each equality solved for a symbol."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import sympy
from sympy import Expr, Symbol

from bnsym.evidence.small.components import Components
from bnsym.evidence.small.naming import Named, Substitution, weight, written_out
from bnsym.evidence.small.points import Relations, ResiduePool
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import (
    Hypothesis,
    Relation,
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
