"""The smallest change of a side of an unread link after which it is read, and proved.

A letter that no sum binds, one bound twice, a transpose: the side is first changed into each text
that can be read, and what one more change makes of those is tried as well.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from itertools import takewhile
from time import monotonic

from bnsym.elaborate import Unreadable, parse_term
from bnsym.elaborate.collect import SIGNS
from bnsym.elaborate.context import Context, outputs_of
from bnsym.latex.errors import ReadError
from bnsym.latex.grouping import tokenize
from bnsym.model import Link
from bnsym.repairing.combining import MADE
from bnsym.repairing.edits import Edit, Place, apply_all, edits
from bnsym.repairing.stages import easy
from bnsym.repairing.trial import Trial
from bnsym.repairing.values import points_for
from bnsym.terms import Hypothesis, Relation, Term

BASES = 12
"""Of how many readable texts one more change is tried."""
HINTED = {
    "BN121": ("a missing sum", "an index"),
    "BN122": ("an index that is taken", "a missing sum"),
    "BN124": ("a transpose", "an index"),
}
"""What the hint of a problem says to write, as kinds of edits: of an unread link nothing else is changed."""


def mended(
    text: str,
    link: Link,
    context: Context,
    hypotheses: tuple[Hypothesis, ...],
    place: Callable[[Trial], Place],
    deadline: float,
) -> Iterator[tuple[int, Trial, MADE]]:
    """Edits of either side, with the side's place, under which the link is read and proved."""
    start, end = link.span.offsets
    sign = _sign(text[start:end])
    hinted = HINTED.get(link.problem.code, ()) if link.problem else ()
    if sign is None or link.left_span is None or link.right_span is None or not hinted:
        return
    spans = {"right": link.right_span.offsets, "left": link.left_span.offsets}
    terms = {side: _term(text[slice(*span)], context) for side, span in spans.items()}
    for side, other in (("right", terms["left"]), ("left", terms["right"])):
        if other is None:
            continue
        begin, finish = spans[side]
        statement = context.statement(other, Relation(sign), other, hypotheses)
        if not statement.outputs:  # no link was read that says of what a loss is a function
            outputs = outputs_of({}, context.definitions, context.losses, (other,))
            statement = replace(statement, outputs=outputs)
        trial = Trial(text[begin:finish], context, statement, side, points_for(statement, deadline), deadline)
        for made in _edits(trial, place(trial), hinted):
            if trial.proves(made, None):
                yield begin, trial, made


def _sign(text: str) -> str | None:
    try:
        return next((SIGNS[tok.text] for tok in tokenize(text.strip("& ")) if tok.text in SIGNS), None)
    except ReadError:
        return None


def _term(text: str, context: Context) -> Term | None:
    try:
        return parse_term(text, context)
    except (Unreadable, RecursionError):
        return None


def _edits(trial: Trial, place: Place, kinds: Collection[str]) -> Iterator[MADE]:
    readable = trial.changed(edit for edit in edits(trial.text, place) if edit.kind in kinds)
    yield from (one.made for one in readable if trial.fits(one.row))
    for one in readable[:BASES]:
        text = apply_all(trial.text, one.made)
        nested = Trial(text, trial.context, trial.statement, trial.side, trial.points, trial.deadline)
        for made in easy(nested, place, lambda: None):
            if all(edit.kind in kinds for edit in made):
                yield (_difference(trial.text, apply_all(text, made), one.made[0].kind, made),)
        if monotonic() > trial.deadline:
            return


def _difference(before: str, after: str, first: str, made: MADE) -> Edit:
    """One edit that makes `after` of `before`."""
    start = _alike(before, after)
    rest = _alike(before[start:][::-1], after[start:][::-1])
    kind = " and ".join(dict.fromkeys((first, *(edit.kind for edit in made))))
    return Edit(start, len(before) - rest, after[start : len(after) - rest], kind, 2)


def _alike(a: str, b: str) -> int:
    """How many characters two texts begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))
