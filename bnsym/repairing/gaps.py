r"""A term or a factor that is missing somewhere in a side, solved for and looked up.

A gap is filled with 1 and with 2. From what that makes of the side follows, point by point, which value
belongs there, if the side is a linear, fractional or quadratic function of it. Looked up are products
of numbers with one of the note's own expressions; where a sum binds a letter of these, each is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from math import sqrt

from bnsym.latex.ast import (
    BigSum,
    Derivative,
    Inner,
    Norm,
    Number,
    Paren,
    Plus,
    Power,
    Product,
    Quotient,
    Root,
    Transpose,
)
from bnsym.repairing.combining import MADE, Changed, Lookup, products
from bnsym.repairing.edits import Edit, Place, lettered, overlap
from bnsym.repairing.spots import Spot, extent, spots
from bnsym.repairing.trial import Trial
from bnsym.repairing.values import Row
from bnsym.terms import Relation, free_indices

BOUND = 160
"""How many texts are read for what a sum binds a letter of."""
MEASURES = 5
"""Of how many numbers a missing factor or term may be made."""
SLIGHT = 1e-9
"""What no function bends by."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A part of an expression that a term may be put behind, or a factor beside."""

    spot: Spot
    is_factor: bool
    letters: frozenset[str]
    """Those that sums bind there."""

    def filled(self, text: str, number: str, word: str, cost: int = 3) -> Edit:
        """With the product of both: a factor's number stands in front, the rest behind, or before a sum."""
        start, end, node = self.spot.start, self.spot.end, self.spot.node
        whole = f"{number}{word}".strip() if word or number.strip(" -") else f"{number.strip()}1"
        if isinstance(node, Number) and node.value == self.is_factor:
            return Edit(start, end, whole, "a factor" if self.is_factor else "a missing term", cost)
        if not self.is_factor:
            new = f" - {whole[1:].strip()}" if whole.startswith("-") else f" + {whole}"
            return Edit(end, end, new, "a missing term", cost)
        if isinstance(node, Plus):
            return Edit(start, end, rf"{whole} \left( {text[start:end]} \right)", "a factor", cost)
        at = _before_sums(text, self.spot) if word else start
        new = " ".join(filter(None, (number.strip(), text[start:at].strip(), word))) + " "
        return Edit(start, at, new, "a factor", cost)


def gaps(text: str) -> Iterator[Gap]:
    """All gaps of an expression, the outermost first."""
    parts = spots(text)
    sums = [(s.start, s.end, s.node.letters) for s in parts if isinstance(s.node, BigSum)]
    for spot in parts:
        bound = frozenset(x for a, b, letters in sums if a < spot.start and spot.end <= b for x in letters)
        if isinstance(spot.holder, Derivative):
            continue
        if spot.terms or isinstance(spot.holder, Paren | None) or _is_braced(text, spot):
            yield Gap(spot, False, bound)
        if _takes_factors(spot):
            yield Gap(spot, True, bound)


def _is_braced(text: str, spot: Spot) -> bool:
    return isinstance(spot.holder, Quotient | Root) and text[: spot.start].rstrip().endswith("{")


def _takes_factors(spot: Spot) -> bool:
    inside = Power | Transpose | Norm | Inner | Product
    if isinstance(spot.node, Plus):
        inside |= Paren | BigSum
    return not isinstance(spot.holder, inside)


def _before_sums(text: str, spot: Spot) -> int:
    """Where a factor goes: behind a term, but before a sum, which would take it in."""
    last = spot.node
    while isinstance(last, Product):
        last = last.factors[-1]
    return extent(text, last)[0] if isinstance(last, BigSum) else spot.end


def missing(trial: Trial, place: Place, words: Sequence[str]) -> Iterator[MADE]:
    """What fills a gap so that the sides are equal, the simplest first; words are expressions of the note."""
    side = trial.valued()
    if side is None or trial.statement.relation is not Relation.EQ:
        return
    phrases = ("", (1.0,) * len(side.row)), *valued(trial, words, len(words))
    lookups = [
        Lookup(products(valued(trial, names), len(side.row))) for names in (place.measures, place.scales)
    ]
    found: dict[Edit, None] = {}
    seen: set[tuple[object, ...]] = set()
    for gap in gaps(trial.text):
        first, second = (_row(trial, gap.filled(trial.text, str(n + gap.is_factor), "")) for n in (1, 2))
        if first is None or second is None or (key := (gap.is_factor, first, second)) in seen:
            continue
        seen.add(key)
        wanted = [_solutions(*four) for four in zip(side.row, first, second, side.target, strict=True)]
        for latex, row in phrases:
            choices = [tuple((t + gap.is_factor) / v for t in ts) for ts, v in zip(wanted, row, strict=True)]
            for number in lookups[gap.is_factor].among(choices):
                if latex and number.cost > (1 if gap.is_factor else 4):  # neither a word nor a number
                    continue
                cost = number.cost + 2 * bool(latex)
                found.setdefault(gap.filled(trial.text, number.made[0].new, latex, cost))
    yield from ((edit,) for edit in sorted(found, key=lambda edit: edit.cost))


def in_front(trial: Trial, place: Place, changed: Iterable[Changed]) -> Iterator[MADE]:
    """A number before the whole, together with one other edit."""
    whole = spots(trial.text)[0]
    target = trial.points.row(trial.other)
    if isinstance(whole.node, Plus) or target is None:
        return
    lookup = Lookup(products(valued(trial, place.scales), len(target)))
    for one in changed:
        for number in (
            lookup.at(tuple(a / b for a, b in zip(target, one.row, strict=True))) if all(one.row) else ()
        ):
            before = Gap(whole, True, frozenset()).filled(trial.text, number.made[0].new, "", number.cost)
            if number.made[0].new.strip() and not overlap(before, one.made[0]):
                yield before, *one.made


def _row(trial: Trial, edit: Edit) -> Row | None:
    return next((changed.row for changed in trial.each((edit,))), None)


def valued(trial: Trial, names: Iterable[str], most: int = MEASURES) -> list[tuple[str, Row]]:
    """The first of the names that are nowhere 0, with their values; of equal ones the first."""
    free = set(free_indices(trial.other))
    found: dict[Row, str] = {}
    for name in names:
        term = trial.written.term(name) if trial.work.spend(1) and not name.isdigit() else None
        row = trial.points.row(term) if term is not None and set(free_indices(term)) <= free else None
        if row is not None and all(row):
            found.setdefault(row, name)
    return [(name, row) for row, name in islice(found.items(), most)]


def _solutions(none: float, one: float, two: float, goal: float) -> tuple[float, ...]:
    """Where a linear, a quadratic, a fractional function with these values at 0, 1, 2 has the one wanted."""
    curve, slope, missing = (two - 2 * one + none) / 2, (4 * one - two - 3 * none) / 2, goal - none
    if abs(curve) <= SLIGHT * (abs(none) + abs(one) + abs(two)):
        return (missing / slope,) if slope else ()
    found = []
    if (root := slope**2 + 4 * curve * missing) >= 0:
        found += [(sign * sqrt(root) - slope) / (2 * curve) for sign in (1, -1)]
    if two != one:
        bend = (2 * one - none - two) / (2 * (two - one))
        rise = one * (1 + bend) - none
        found += [-missing / (goal * bend - rise)] if goal * bend != rise else []
    return tuple(found)


def within_sums(trial: Trial, words: Sequence[str]) -> Iterator[MADE]:
    """What fills a gap with a letter that a sum binds there: words with it for the only letter they have."""
    possible = (edit for gap in gaps(trial.text) for edit in _lettered(trial.text, gap, words))
    yield from (changed.made for changed in trial.each(islice(possible, BOUND)) if trial.fits(changed.row))


def _lettered(text: str, gap: Gap, words: Sequence[str]) -> Iterator[Edit]:
    signs = ("",) if gap.is_factor else ("", "-")
    for letter, word, sign in product(sorted(gap.letters), words, signs):
        if (other := lettered(word, letter)) != word or letter in word:
            yield gap.filled(text, sign, other)
