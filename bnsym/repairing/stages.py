"""Edits of one side that make the relation hold at a few points, the small ones first.

easy              one of what is changed easily
harder            two of these, or one that costs more: what is missing and stands near
missing_in_sums   what is missing with the letter of a sum
together          two or three
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations

from bnsym.repairing.combining import MADE, Changed, combined, equal
from bnsym.repairing.edits import Edit, Place, edits, overlap
from bnsym.repairing.gaps import missing, within_sums
from bnsym.repairing.trial import Trial
from bnsym.terms import Relation

ALIKE = ("a sign", "a hat", "a square", "a transpose")
"""What is often done twice, also in one term, where it neither adds up nor multiplies."""
LEFT_OUT = "a factor"
"""What is easily proved of an order, and seldom meant: it makes a side smaller."""
MOST = 18
"""Of how many edits each two are read."""
ARRAYS = 4
"""Of how many arrays each two are multiplied."""


def easy(trial: Trial, place: Place) -> Iterator[MADE]:
    """One of the edits that are made with one stroke; of those that make an order true the tightest first."""
    ordered = trial.statement.relation is not Relation.EQ
    cheap = (edit for edit in edits(trial.text, place) if edit.cost == 1)
    changed = trial.each(edit for edit in cheap if not (ordered and edit.kind == LEFT_OUT))
    fitting = (one for one in changed if trial.fits(one.row))
    nearest = sorted(fitting, key=lambda one: trial.distance(one.row)) if ordered else fitting
    yield from (one.made for one in nearest)


def harder(trial: Trial, place: Place) -> Iterator[MADE]:
    """Several strokes, a factor or a term that stands near, or one of the other edits."""
    possible = edits(trial.text, place)
    cheap = list(trial.each(edit for edit in possible if edit.cost == 1))
    side = trial.valued() if trial.statement.relation is Relation.EQ else None
    others = (e for e in possible if e.cost > 1 or (side is None and e.kind == LEFT_OUT))
    alone = [c.made for c in trial.each(others) if trial.fits(c.row)]
    found = [made for made in alone if made[0].cost <= 2]
    found += combined(side, cheap) if side is not None else []
    found += missing(trial, place, [*trial.near, *_inner(place)])
    yield from sorted(found, key=lambda made: sum(edit.cost for edit in made))
    yield from (made for made in alone if made[0].cost > 2)


def together(trial: Trial, place: Place) -> Iterator[MADE]:
    """Two or three edits."""
    changed = list(trial.each(edits(trial.text, place)))
    ordered = trial.statement.relation is not Relation.EQ
    kinds = [c.made[0] for c in changed if (c.cost == 1 if ordered else c.made[0].kind in ALIKE)]
    pairs = list(_both(trial, kinds[:MOST]))
    found = [pair.made for pair in pairs if trial.fits(pair.row)]
    side = None if ordered else trial.valued()
    if side is not None:
        found += combined(side, [*changed, *pairs])
    yield from sorted(found, key=_size)


def _size(made: MADE) -> tuple[int, int]:
    """What edits cost, and by how much they lengthen the text."""
    return sum(e.cost for e in made), sum(len(e.new) - (e.end - e.start) for e in made)


def across(right: Trial, left: Trial, place: Place) -> Iterator[tuple[MADE, MADE]]:
    """Edits of the right side, and one of the left that is done easily."""
    changed = list(right.each(edits(right.text, place)))
    side = right.valued()
    if side is None or right.statement.relation is not Relation.EQ:
        return
    found: list[tuple[MADE, MADE]] = []
    for one in left.each(edit for edit in edits(left.text, place) if edit.cost == 1):
        if equal(one.row, side.target):  # it changes nothing
            continue
        aimed = replace(side, target=one.row)
        found += [(other.made, one.made) for other in changed if equal(other.row, one.row)]
        found += [(made, one.made) for made in combined(aimed, changed)]
    yield from sorted(found, key=lambda both: sum(edit.cost for made in both for edit in made))


def _inner(place: Place) -> list[str]:
    """Inner products and squares of arrays, which a square of a sum has and its terms have not."""
    arrays = place.arrays[:ARRAYS]
    inner = [rf"\langle {a}, {b} \rangle" for a, b in combinations(arrays, 2)]
    return [*inner, *(rf"\Vert {a} \Vert^2" for a in arrays)]


def missing_in_sums(trial: Trial, place: Place) -> Iterator[MADE]:
    """One in a sum, with its letter."""
    arrays = [f"({name})" if "_" in name else name for name in place.arrays if "frac" not in name]
    yield from within_sums(trial, place, [*(f"{name}_i" for name in arrays), *trial.near])


def _both(trial: Trial, possible: Sequence[Edit]) -> Iterator[Changed]:
    """Two of the edits, each pair of which is read."""
    for a, b in combinations(possible, 2):
        term = None if overlap(a, b) else trial.term((a, b))
        row = trial.points.row(term) if term is not None else None
        if row is not None:
            yield Changed(tuple(sorted((a, b), key=lambda edit: edit.start)), row)
