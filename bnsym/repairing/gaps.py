r"""A term or a factor that is missing somewhere in a side, solved for and looked up.

A gap is filled with 1 and with 2. From what that makes of the side follows, point by point, which value
belongs there, if the side is a linear, fractional or quadratic function of it. Looked up are products
of numbers with one of the note's own expressions; where a sum binds a letter of these, each is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, islice, product
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
    Symbol,
    Transpose,
)
from bnsym.repairing.combining import MADE, SLIGHT, Changed, Lookup, equal, products
from bnsym.repairing.edits import INDEX, Edit, Place, lettered
from bnsym.repairing.spots import Spot, extent, needs_parens, spots
from bnsym.repairing.trial import Trial
from bnsym.repairing.values import Row
from bnsym.terms import Relation, free_indices

BOUND = 160
"""How many texts are read for what a sum binds a letter of."""
TIGHTEST = 6
"""How many of the words that make an order true are tried."""
MEASURES = 5
"""Of how many numbers a missing factor or term may be made."""


_OPEN = Product | Power | BigSum
"""What binds more tightly than a sum: a term put into it is put in parentheses."""


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
            if not isinstance(self.spot.holder, _OPEN):
                return Edit(end, end, new, "a missing term", cost)
            return Edit(start, end, rf"\left( {text[start:end]}{new} \right)", "a missing term", cost + 1)
        if isinstance(node, Plus):
            return Edit(start, end, rf"{whole} \left( {text[start:end]} \right)", "a factor", cost)
        at = _before_sums(text, self.spot) if word else start
        new = " ".join(filter(None, (number.strip(), text[start:at].strip(), word))) + " "
        return Edit(start, at, new, "a factor", cost)


def gaps(text: str) -> Iterator[Gap]:
    """All gaps of an expression, the outermost first, those of one name last."""
    parts = spots(text)
    sums = [(s.start, s.end, s.node.letters) for s in parts if isinstance(s.node, BigSum)]
    inside = []
    for spot in parts:
        bound = frozenset(x for a, b, letters in sums if a < spot.start and spot.end <= b for x in letters)
        if isinstance(spot.holder, Derivative):
            continue
        if spot.terms or isinstance(spot.holder, Paren | None) or _is_braced(text, spot):
            yield Gap(spot, False, bound)
        elif isinstance(spot.holder, _OPEN) and isinstance(spot.node, Symbol):
            inside.append(Gap(spot, False, bound))
        if _takes_factors(spot):
            yield Gap(spot, True, bound)
    yield from inside


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
    """What fills a gap so that the relation holds: of an equation the simplest first, of an order what makes
    the sides differ least; words are expressions of the note."""
    side = trial.valued()
    if side is None or trial.statement.relation is not Relation.EQ:
        yield from _in_order(trial, side.row, words) if side is not None else ()
        return
    known = [(word, row) for word, row in valued(trial, words, len(words)) if not equal(row, side.row)]
    squares = [(f"{word}^2", tuple(v * v for v in row)) for word, row in known if _may_be_squared(word)]
    phrases = ("", (1.0,) * len(side.row)), *known, *squares
    letters = sorted(index.name for index in free_indices(trial.other))
    deltas = [rf"\delta_{{{a}{b}}}" for a, b in combinations(letters, 2)]
    lookups = [
        Lookup([*products(valued(trial, names), len(side.row)), *_words(trial, deltas)])
        for names in (place.measures, place.scales)
    ]
    found: dict[Edit, None] = {}
    for gap, first, second in _probed(trial):
        wanted = [_solutions(*four) for four in zip(side.row, first, second, side.target, strict=True)]
        for latex, row in phrases:
            choices = [tuple((t + gap.is_factor) / v for t in ts) for ts, v in zip(wanted, row, strict=True)]
            for number in lookups[gap.is_factor].among(choices):
                if latex and number.cost > (1 if gap.is_factor else 4):  # neither a word nor a number
                    continue
                if "frac" in number.made[0].new and isinstance(gap.spot.holder, _OPEN):
                    continue  # it takes a factor back
                cost = number.cost + 2 * bool(latex)
                found.setdefault(gap.filled(trial.text, number.made[0].new, latex, cost))
    yield from ((edit,) for edit in sorted(found, key=lambda edit: edit.cost))


def _words(trial: Trial, words: Sequence[str]) -> Iterator[Changed]:
    known = ((word, trial.word(word)) for word in words)
    yield from (Changed((Edit(0, 0, word, "", 2),), found[0]) for word, found in known if found)


def _may_be_squared(word: str) -> bool:
    return "^" not in word and not any(needs_parens(spot.node) for spot in spots(word)[:1])


def _probed(trial: Trial) -> Iterator[tuple[Gap, Row, Row]]:
    """The gaps with the values of the side where 1, and 2, is put into them; of equal ones the first."""
    seen: set[tuple[object, ...]] = set()
    for gap in gaps(trial.text):
        first, second = (_row(trial, gap.filled(trial.text, str(n + gap.is_factor), "")) for n in (1, 2))
        if first is not None and second is not None and (key := (gap.is_factor, first, second)) not in seen:
            seen.add(key)
            yield gap, first, second


def _in_order(trial: Trial, own: Row, words: Sequence[str]) -> Iterator[MADE]:
    """Words as factors, of which the side is a linear function, or as terms that make the sides equal."""
    found: dict[Edit, float] = {}
    known = valued(trial, words, len(words))
    for gap, first, second in _probed(trial):
        if any(map(_curve, own, first, second)):
            continue
        for (word, row), sign in product(known, ("",) if gap.is_factor else ("", "-")):
            filled = ((-v if sign else v) - gap.is_factor for v in row)
            changed = tuple(a + (b - a) * v for a, b, v in zip(own, first, filled, strict=True))
            distance = trial.distance(changed)
            own_text = trial.text[gap.spot.start : gap.spot.end].strip()
            if trial.fits(changed) and (word != own_text if gap.is_factor else distance < SLIGHT):
                found.setdefault(gap.filled(trial.text, sign, word), distance)
    yield from ((edit,) for edit in sorted(found, key=found.__getitem__)[:TIGHTEST])


def _curve(none: float, one: float, two: float) -> float:
    """By how much a function with these values at 0, 1, 2 bends."""
    curve = (two - 2 * one + none) / 2
    return curve if abs(curve) > SLIGHT * (abs(none) + abs(one) + abs(two)) else 0.0


def _row(trial: Trial, edit: Edit) -> Row | None:
    return next((changed.row for changed in trial.each((edit,))), None)


def valued(trial: Trial, names: Iterable[str], most: int = MEASURES) -> list[tuple[str, Row]]:
    """The first of the names that are nowhere 0, with their values; of equal ones the first, but rather one
    that shows its letters than a whole array where the letters are written around it."""
    free = {index.name for index in free_indices(trial.other)}
    written = set(INDEX.findall(trial.written.around))
    found: dict[Row, str] = {}
    for name in names:
        row, letters = trial.word(name) or ((), frozenset())
        if row and letters <= free and all(row):
            if not all(letter in found.get(row, name) for letter in letters & written):
                found[row] = name
            found.setdefault(row, name)
    return [(name, row) for row, name in islice(found.items(), most)]


def _solutions(none: float, one: float, two: float, goal: float) -> tuple[float, ...]:
    """Where a linear, a quadratic, a fractional function with these values at 0, 1, 2 has the one wanted."""
    curve, slope, missing = _curve(none, one, two), (4 * one - two - 3 * none) / 2, goal - none
    if not curve:
        return (missing / slope,) if slope else ()
    found = []
    if (root := slope**2 + 4 * curve * missing) >= 0:
        found += [(sign * sqrt(root) - slope) / (2 * curve) for sign in (1, -1)]
    if two != one:
        bend = (2 * one - none - two) / (2 * (two - one))
        rise = one * (1 + bend) - none
        found += [-missing / (goal * bend - rise)] if goal * bend != rise else []
    return tuple(found)


def within_sums(trial: Trial, place: Place, words: Sequence[str]) -> Iterator[MADE]:
    """What fills a gap with a letter that a sum binds there: words with it for the only letter they have, a
    term also with a number, which is solved for."""
    side = trial.valued() if trial.statement.relation is Relation.EQ else None
    numbers = Lookup(products(valued(trial, place.measures), len(trial.points.points)))
    beside = [name for name in place.measures if name in place.scales and name not in place.sizes]
    numbered = product((gap for gap in gaps(trial.text) if gap.is_factor and gap.letters), beside)
    for gap, word in islice(chain(numbered, _lettered(trial.text, words)), BOUND):
        made = [gap.filled(trial.text, number, word) for number in (("",) if gap.is_factor else ("", "2"))]
        rows = [changed.row for changed in trial.each(made)]
        if rows and trial.fits(rows[0]):
            yield (made[0],)
        elif len(rows) == 2 and side is not None:
            wanted = [_solutions(*four) for four in zip(side.row, *rows, side.target, strict=True)]
            for number in numbers.among(wanted) if all(wanted) else ():
                yield (gap.filled(trial.text, number.made[0].new, word),)


def _lettered(text: str, words: Sequence[str]) -> Iterator[tuple[Gap, str]]:
    """The gaps in sums with the words that fit there: names and derivatives first, then the short ones."""
    bound = [(gap, letter) for gap in gaps(text) for letter in sorted(gap.letters)]
    found: dict[tuple[str, Gap], None] = {}
    for word, (gap, letter) in product(sorted(words, key=_weight), bound):
        if (other := lettered(word, letter)) != word or letter in word:
            found[other, gap] = None
    yield from ((gap, word) for word, gap in found)


def _weight(word: str) -> tuple[bool, int]:
    parts = spots(word)
    return not (parts and isinstance(parts[0].node, Symbol | Derivative)), len(word)
