"""Floats that meet equations: a draw is moved onto them by Newton's method, the least move at each step.

Floats meet an equation only nearly; how far an exact solution may be from the draw becomes the radius
of every array that was moved, so that error bounds cover it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bnsym.evidence.streams.balls import Ball
from bnsym.evidence.streams.drawing import Draw
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Unsupported, names, reached
from bnsym.terms import Name, Sym, Term, free_indices

STEPS = 12
NEAR = 1e-12
"""Relative to the terms of an equation; the next step from there is the last."""

Values = Callable[[Term, Sym | None], Ball]
"""The value of a term, or its values for all components of a symbol's indices."""


def meet(structure: Structure, equations: list[Term], draw: Draw, values: Values) -> None:
    """Move the free arrays in `equations`, each of which is to be zero, until all are."""
    if any(free_indices(e) for e in equations):
        raise Unsupported("an equation for every component is not met by floats")
    moved = _moved(structure, equations)
    last = False
    for _ in range(STEPS):
        gaps = [values(e, None) for e in equations]
        rates = [[values(structure.derive(e, v, True), v).value for v in moved] for e in equations]
        gram = np.array([[_inner(r, s) for s in rates] for r in rates])
        if np.linalg.matrix_rank(gram) < len(equations):
            raise Unsupported("the equations that are given don't determine a move onto them")
        inverse = np.linalg.inv(gram)
        if last:
            doubt = np.abs(inverse) @ [abs(g.value) + g.radius for g in gaps]
            for k, v in enumerate(moved):
                farthest = _combined(doubt, [np.max(np.abs(r[k])) for r in rates])
                draw.radii[v.name] = 4 * float(farthest)
            return
        last = all(
            abs(g.value) <= max(NEAR * s, g.radius) for g, s in zip(gaps, gram.diagonal(), strict=True)
        )
        shares = inverse @ [g.value for g in gaps]
        for k, v in enumerate(moved):
            draw.arrays[v.name] = draw.named(v.name) - _combined(shares, [r[k] for r in rates])
    raise Unsupported("no floats were found that meet the equations among the hypotheses")


def _inner(left: Sequence[Any], right: Sequence[Any]) -> float:
    return float(sum(np.sum(a * b) for a, b in zip(left, right, strict=True)))


def _combined(shares: Any, rates: Sequence[Any]) -> Any:
    return sum(c * r for c, r in zip(shares, rates, strict=True))


def _moved(structure: Structure, equations: list[Term]) -> list[Sym]:
    """The free arrays that equations depend on; where there are none, the free numbers."""
    nodes = structure.definitions.keys() | structure.adjoints.keys() | set(structure.losses)
    start = {name for e in equations for name in names(e)}
    found: list[Name] = sorted(reached(start, structure.uses) - nodes)
    arrays = [n for n in found if structure.shapes.get(n)] or found
    return [Sym(n, structure.fresh(structure.shapes.get(n, ()))) for n in arrays]
