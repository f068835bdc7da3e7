"""The smallest change of a side of an unread link after which it is read, and proved.

A letter that no sum binds, one bound twice, a transpose: the side is first changed into each text
that can be read, and what one more change makes of those is tried as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from bnsym.elaborate.collect import SIGNS
from bnsym.elaborate.context import outputs_of
from bnsym.latex.errors import ReadError
from bnsym.latex.grouping import tokenize
from bnsym.model import Link
from bnsym.repairing.combining import MADE
from bnsym.repairing.edits import Edit, Place, apply_all
from bnsym.repairing.trial import Trial
from bnsym.repairing.values import points_for
from bnsym.repairing.written import Note, Work
from bnsym.terms import Hypothesis, Relation

BASES = 12
"""Of how many readable texts one more change is tried."""
HINTED = {
    "BN121": ("a missing sum", "an index"),
    "BN122": ("an index that is taken", "a missing sum"),
    "BN124": ("a transpose", "an index"),
    "BN125": ("an index",),
}
"""What the hint of a problem says to write, as kinds of edits: of an unread link nothing else is changed."""


def mended(
    note: Note,
    link: Link,
    hypotheses: tuple[Hypothesis, ...],
    place: Callable[[Trial], Place],
    work: Work,
) -> Iterator[tuple[Trial, MADE]]:
    """Edits of either side under which the link is read and proved."""
    start, end = link.span.offsets
    sign = _sign(note.source.text[start:end])
    hinted = HINTED.get(link.problem.code, ()) if link.problem else ()
    if sign is None or link.left_span is None or link.right_span is None or not hinted:
        return
    right, left = note.side(link.right_span), note.side(link.left_span)
    for name, side, beside in (("right", right, left), ("left", left, right)):
        other = beside.term(beside.text)
        if other is None:
            continue
        gone = note.context.out_of_force(side.chain.section) if side.chain else ()
        context = note.context.without(gone, (other,))
        statement = context.statement(other, Relation(sign), other, hypotheses)
        if not statement.outputs:  # no link was read that says of what a loss is a function
            outputs = outputs_of({}, context.definitions, context.losses, (other,))
            statement = replace(statement, outputs=outputs)
        trial = Trial(side, statement, name, points_for(statement, work.deadline), work)
        for kinds in dict.fromkeys((hinted[:1], hinted)):
            for made in _edits(trial, place(trial), kinds):
                if trial.proves(made, None):
                    yield trial, made


def _sign(text: str) -> str | None:
    try:
        return next((SIGNS[tok.text] for tok in tokenize(text.strip("& ")) if tok.text in SIGNS), None)
    except ReadError:
        return None


def _edits(trial: Trial, place: Place, kinds: Sequence[str]) -> Iterator[MADE]:
    readable = trial.changed(_of_kinds(trial, place, kinds))
    yield from (one.made for one in readable if trial.fits(one.row))
    for one in readable[:BASES]:
        text = apply_all(trial.text, one.made)
        nested = replace(trial, written=replace(trial.written, text=text), rows={})
        both = nested.each(_of_kinds(nested, place, kinds))
        for made in (two.made for two in both if nested.fits(two.row)):
            yield (_difference(trial.text, apply_all(text, made), one.made[0].kind, made),)


def _of_kinds(trial: Trial, place: Place, kinds: Sequence[str]) -> list[Edit]:
    found = [edit for edit in trial.edits(place) if edit.kind in kinds]
    return sorted(found, key=lambda edit: kinds.index(edit.kind))


def _difference(before: str, after: str, first: str, made: MADE) -> Edit:
    """One edit that makes `after` of `before`."""
    start = _alike(before, after)
    rest = _alike(before[start:][::-1], after[start:][::-1])
    kind = " and ".join(dict.fromkeys((first, *(edit.kind for edit in made))))
    return Edit(start, len(before) - rest, after[start : len(after) - rest], kind, 2)


def _alike(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
