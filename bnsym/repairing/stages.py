"""Edits of one side that make the relation hold at a few points, the small ones first.

few_edits       one of what is changed easily
together        two or three of these, or a factor in front
missing_parts   what the other side, or its closed form, has and this side has not
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice

from bnsym.printing import to_latex
from bnsym.repairing.combining import MADE, Changed, Side, combined, equal, scaled
from bnsym.repairing.edits import Edit, Place, edits, overlap
from bnsym.repairing.gaps import missing, valued, within_sums
from bnsym.repairing.spots import spots
from bnsym.repairing.trial import Trial, closed_left
from bnsym.repairing.worth import distributed
from bnsym.terms import Add, Delta, Diff, Mul, Num, Pow, Relation, Sum, Sym, Term, mul, num, walk

ALIKE = ("a hat", "a square", "a transpose")
"""What is often done twice, and neither adds up nor multiplies."""
MOST = 18
"""Of how many edits each two are read."""
VOCABULARY = 16
_PRODUCT = re.compile(r"\\sum_\{(\w)\} (\S+)_\{\1\} (\S+)_\{\1\}(?!\S)")
_NORM = re.compile(r"\\(?:l?Vert|\||langle)")


def easy(trial: Trial, place: Place) -> Iterator[MADE]:
    """One of the edits that are made with one stroke; of those that make an order true the tightest first."""
    changed = trial.each(edit for edit in edits(trial.text, place) if edit.cost == 1)
    fitting = (one for one in changed if trial.fits(one.row))
    ordered = trial.statement.relation is not Relation.EQ
    yield from (one.made for one in (sorted(fitting, key=trial.distance) if ordered else fitting))


def harder(trial: Trial, place: Place) -> Iterator[MADE]:
    """Several strokes, a factor or a term that stands near, or one of the other edits."""
    possible = edits(trial.text, place)
    cheap = list(trial.each(edit for edit in possible if edit.cost == 1))
    side = trial.valued(cheap) if trial.statement.relation is Relation.EQ else None
    alone = [c.made for c in trial.each(e for e in possible if e.cost > 1) if trial.fits(c.row)]
    found = [made for made in alone if made[0].cost == 2]
    if side is not None:
        found += [*combined(side, cheap), *missing(trial, place, trial.near)]
    yield from sorted(found, key=lambda made: sum(edit.cost for edit in made))
    yield from (made for made in alone if made[0].cost > 2)


def together(trial: Trial, place: Place) -> Iterator[MADE]:
    """Two or three edits, or a factor in front with at most one."""
    changed = list(trial.each(edits(trial.text, place)))
    if trial.statement.relation is not Relation.EQ:
        yield from _both(trial, [c.made[0] for c in changed if c.cost == 1][:MOST])
        return
    side = trial.valued(changed)
    if side is not None:
        alike = [c.made[0] for c in changed if c.made[0].kind in ALIKE][:MOST]
        found = [*_both(trial, alike), *combined(side, changed), *_scaled(trial, place, side, changed)]
        yield from sorted(found, key=lambda made: sum(edit.cost for edit in made))


def across(right: Trial, left: Trial, place: Place) -> Iterator[tuple[MADE, MADE]]:
    """Edits of the right side, and one of the left that is done easily."""
    changed = list(right.each(edits(right.text, place)))
    side = right.valued(changed)
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


def missing_parts(trial: Trial, place: Place) -> Iterator[MADE]:
    """A factor or a term that is missing, of the other side's closed form."""
    closed = closed_left(replace(trial.statement, left=trial.other), trial.work.until)
    known = vocabulary([closed]) if closed is not None else ()
    yield from missing(trial, place, [_in_style(trial.text, word) for word in known])


def missing_in_sums(trial: Trial, place: Place) -> Iterator[MADE]:
    """One in a sum, with its letter."""
    yield from within_sums(trial, trial.near)


def _in_style(text: str, latex: str) -> str:
    """With inner products for sums of products where the text has norms."""
    return _PRODUCT.sub(r"\\langle \2, \3 \\rangle", latex) if _NORM.search(text) else latex


def vocabulary(sources: Sequence[Term]) -> tuple[str, ...]:
    """The factors and the terms of which other expressions consist, as LaTeX."""
    factors: dict[str, None] = {}
    terms: dict[str, None] = {}
    for source in sources:
        for term in walk(source):
            match term:
                case Add(parts):
                    terms |= dict.fromkeys(map(_unsigned, parts))
                case Mul(parts):
                    factors |= dict.fromkeys(_grouped(part) for part in parts if not isinstance(part, Num))
                    if any(isinstance(part, Add) for part in parts):
                        terms |= dict.fromkeys(map(_unsigned, distributed(term)))
                case Sym() | Diff() | Sum() | Pow(Sym(), _) | Delta():
                    factors.setdefault(to_latex(term))
            if isinstance(term, Delta):
                terms.setdefault(to_latex(term))
    return *islice(terms, VOCABULARY), *islice(factors, VOCABULARY)


def _grouped(term: Term) -> str:
    return rf"\left( {to_latex(term)} \right)" if isinstance(term, Add) else to_latex(term)


def _unsigned(term: Term) -> str:
    if isinstance(term, Mul) and isinstance(term.factors[0], Num) and term.factors[0].value < 0:
        rest = term.factors[1:]
        value = -term.factors[0].value
        term = mul(num(value), *rest)
    return to_latex(term)


def _both(trial: Trial, possible: Sequence[Edit]) -> Iterator[MADE]:
    """Two of the edits, each pair of which is read."""
    for a, b in combinations(possible, 2):
        if overlap(a, b) or (term := trial.term((a, b))) is None:
            continue
        row = trial.points.row(term)
        if row is not None and trial.fits(row):
            yield a, b


def _scaled(trial: Trial, place: Place, side: Side, changed: Sequence[Changed]) -> list[MADE]:
    possible = (
        _wrapped(trial, side, made) for made in scaled(trial.text, side, changed, valued(trial, place.scales))
    )
    return [made for made in possible if made is not None]


def _wrapped(trial: Trial, side: Side, made: MADE) -> MADE | None:
    """A factor in front of a whole that is a sum puts it in parentheses."""
    whole = spots(trial.text)[0]
    first = made[0]
    if len(whole.terms) < 2 or first.start != side.start or any(p.start == first.start for p in side.parts):
        return made
    if len(made) > 1:
        return None
    new = rf"{first.new}\left( {trial.text[side.start : side.end]} \right)"
    return (Edit(side.start, side.end, new, first.kind, first.cost + 1),)
