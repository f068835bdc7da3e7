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
from bnsym.repairing.edits import Edit, Place, apply_all, edits
from bnsym.repairing.trial import Trial
from bnsym.repairing.values import points_for
from bnsym.repairing.written import Note, Work
from bnsym.terms import Hypothesis, Relation, Statement, Term

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
    note: Note, link: Link, place: Callable[[Trial], Place], work: Work
) -> Iterator[tuple[Trial, MADE]]:
    """Edits of either side under which the link is read and proved."""
    hinted = HINTED.get(link.problem.code, ()) if link.problem else ()
    if link.left_span is None or link.right_span is None or not hinted:
        return
    right, left = note.side(link.right_span), note.side(link.left_span)
    for name, side, beside in (("right", right, left), ("left", left, right)):
        other = beside.term(beside.text)
        statement = None if other is None else read_alone(note, link, other, other)
        if statement is None:
            continue
        trial = Trial(side, statement, name, points_for(statement, work.deadline), work)
        for kinds in dict.fromkeys((hinted[:1], hinted)):
            for made in _edits(trial, place(trial), kinds):
                if trial.proves(made, None):
                    yield trial, made


def read_alone(note: Note, link: Link, left: Term, right: Term) -> Statement | None:
    """What an unread link would say if these were its sides; None if its sign states nothing."""
    start, end = link.span.offsets
    sign = _sign(note.source.text[start:end])
    chain = note.side(link.span).chain
    if sign is None:
        return None
    context = note.context.without(note.context.out_of_force(chain.section) if chain else (), (left,))
    statement = context.statement(left, Relation(sign), right, _in_scope(note, link))
    if statement.outputs:
        return statement
    # no link was read that says of what a loss is a function
    return replace(statement, outputs=outputs_of({}, context.definitions, context.losses, (left,)))


def _in_scope(note: Note, link: Link) -> tuple[Hypothesis, ...]:
    """The hypotheses of the read link that stands nearest above, or below."""
    known = [k for k in note.links if k.statement is not None]
    nearest = min(known, key=lambda k: abs(k.span.line - link.span.line), default=None)
    return nearest.statement.hypotheses if nearest is not None and nearest.statement else ()


def _sign(text: str) -> str | None:
    try:
        return next((SIGNS[tok.text] for tok in tokenize(text.strip("& ")) if tok.text in SIGNS), None)
    except ReadError:
        return None


def _edits(trial: Trial, place: Place, kinds: Sequence[str]) -> Iterator[MADE]:
    readable = list(trial.each(_of_kinds(trial, place, kinds)))
    yield from (one.made for one in readable if trial.fits(one.row))
    for one in readable[:BASES]:
        text = apply_all(trial.text, one.made)
        nested = replace(trial, written=replace(trial.written, text=text), rows={})
        both = nested.each(_of_kinds(nested, place, kinds))
        for made in (two.made for two in both if nested.fits(two.row)):
            yield (_difference(trial.text, apply_all(text, made), one.made[0].kind, made),)


def _of_kinds(trial: Trial, place: Place, kinds: Sequence[str]) -> list[Edit]:
    found = [edit for edit in edits(trial.text, place) if edit.kind in kinds]
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
