"""Which edit makes a refuted link true: tried in order of cost, thrown out by exact values
first, proved last, and believed only when the changed note is read and its link proved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from time import monotonic

from bnsym.elaborate import read
from bnsym.elaborate.context import Context
from bnsym.kernel import Proved, Refuted, Rejected
from bnsym.model import Link, Repair, Span, for_file
from bnsym.normal import OutOfReach
from bnsym.printing import to_latex
from bnsym.proving import decide
from bnsym.proving.closed_form import NoClosedForm, closed_form
from bnsym.proving.witness import free_shapes
from bnsym.repairing.assuming import possible, scalars
from bnsym.repairing.edits import Edit, Place, accented, apply_all
from bnsym.repairing.stages import across, easy, harder, missing_parts, together
from bnsym.repairing.trial import PROOF_SECONDS, Trial, fails, proved
from bnsym.repairing.unread import mended
from bnsym.repairing.values import points_for
from bnsym.repairing.worth import assumes_the_claim
from bnsym.source.text import Source
from bnsym.terms import (
    Hypothesis,
    Relation,
    Statement,
    Sym,
    Term,
    free_indices,
    num,
    walk,
)

STAGES = (easy, harder, together, missing_parts)

LONGEST = 300
"""Characters of a closed form that still says something to a reader."""
USUAL = (r"\gamma", r"\sigma")
"""What people lose or double as a factor, beside sizes and 2."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note that was read: what its file holds, and what it fixes for anything read after it."""

    written: str
    file: str
    context: Context

    @property
    def source(self) -> Source:
        return self.context.survey.source

    @property
    def text(self) -> str:
        """What was read, which spans count in."""
        return self.source.text


def repair(note: Note, link: Link, verdict: Refuted, deadline: float) -> Repair | None:
    """The smallest change of one side of the link after which it is proved, if one is found;
    of two edits together if one is not enough."""
    for changed in _candidates(note, link, verdict, deadline):
        if holds(note, link, changed, deadline):
            return changed
    return None


def repair_unread(note: Note, link: Link, deadline: float) -> Repair | None:
    """The smallest change after which an unread link is read and proved, if one is found."""
    hypotheses = _in_scope(note, link)
    for start, trial, made in mended(
        note.text, link, note.context, hypotheses, partial(_place, note), deadline
    ):
        for changed in _repairs(note, (start, trial, made)):
            if holds(note, link, changed, deadline):
                return changed
    return None


def _in_scope(note: Note, link: Link) -> tuple[Hypothesis, ...]:
    """The hypotheses of the read link that stands nearest above, or below."""
    known = [k for k in _links(note.written, note.file) if k.statement is not None]
    nearest = min(known, key=lambda k: abs(k.span.line - link.span.line), default=None)
    return nearest.statement.hypotheses if nearest is not None and nearest.statement else ()


def derived(note: Note, verdict: Refuted, deadline: float) -> str:
    """LaTeX of what the left side is, derived by the program from the note's definitions; or nothing."""
    closed = _closed(verdict.statement, deadline)
    form = to_latex(closed) if closed is not None else ""
    return form if len(form) <= LONGEST and form != to_latex(verdict.statement.left) else ""


def _closed(statement: Statement, deadline: float) -> Term | None:
    """The left side's closed form."""
    return _closed_form(replace(statement, relation=Relation.EQ, right=num(0)), deadline)


def _closed_form(statement: Statement, deadline: float) -> Term | None:
    try:
        return closed_form(statement, statement.left, min(deadline, monotonic() + 1))[0]
    except (NoClosedForm, OutOfReach, Rejected):
        return None


def _candidates(note: Note, link: Link, verdict: Refuted, deadline: float) -> Iterator[Repair]:
    """Changes under which the statement is proved, if it is read as that of the whole note."""
    ordered = verdict.statement.relation is not Relation.EQ
    if ordered:
        yield from _turned(note, link, verdict, deadline)
        yield from _assumed(note, link, verdict, deadline)
    trials = _trials(note, link, verdict.statement, deadline)
    for stage in STAGES:
        for start, trial in trials:
            for made in stage(trial, _place(note, trial), partial(_closed, trial.statement, deadline)):
                if monotonic() > deadline:
                    return
                if trial.proves(made, verdict.witness):
                    yield from _repairs(note, (start, trial, made))
        if stage is together and not ordered:
            yield from _assumed(note, link, verdict, deadline)
            yield from _on_both_sides(note, trials, verdict)


def _is_suspect(note: Note, link: Link, deadline: float) -> bool:
    """Whether the link before in the chain, whose right side is this one's left side, is refuted."""
    if link.left_span is None:
        return False
    for other in _links(note.written, note.file):
        if other.right_span and _same(other.right_span, link.left_span) and other.statement:
            until = min(deadline, monotonic() + PROOF_SECONDS)
            return isinstance(decide(other.statement, until), Refuted)
    return False


@lru_cache(maxsize=2)
def _links(text: str, file: str) -> tuple[Link, ...]:
    return read(text, file).links


def _on_both_sides(note: Note, trials: list[tuple[int, Trial]], verdict: Refuted) -> Iterator[Repair]:
    """Edits of both sides at once."""
    if len(trials) < 2:
        return
    (at, right), (start, left) = trials if trials[0][1].side == "right" else trials[::-1]
    for ours, theirs in across(right, left, _place(note, right)):
        term = left.term(theirs)
        if term is not None and monotonic() < right.deadline:
            given = replace(right, statement=replace(right.statement, left=term))
            if given.proves(ours, verdict.witness):
                yield from _repairs(note, (at, given, ours), (start, left, theirs))


def _trials(note: Note, link: Link, statement: Statement, deadline: float) -> list[tuple[int, Trial]]:
    """Both sides, each with the place at which it stands: the right one first, unless the link
    before shares the left one and is false too."""
    points = points_for(statement, deadline)
    found = []
    sides = [("right", link.right_span), ("left", link.left_span)]
    if _is_suspect(note, link, deadline):
        sides.reverse()
    for side, span in sides:
        if span is not None:
            start, end = span.offsets
            text = note.text[start:end]
            trial = Trial(text, note.context, statement, side, points, deadline, original=statement)
            found.append((start, trial))
    return found


def _turned(note: Note, link: Link, verdict: Refuted, deadline: float) -> Iterator[Repair]:
    """An order the wrong way round, or strict where it may be an equality."""
    for wrong, right in ((Relation.LE, Relation.GE), (Relation.GE, Relation.LE),
                         (Relation.LT, Relation.LE), (Relation.GT, Relation.GE)):  # fmt: skip
        statement = replace(verdict.statement, relation=right)
        if verdict.statement.relation is wrong and proved(statement, deadline):
            start, end = link.span.offsets
            sign = note.text[start:end]
            yield from _placed(note, "a relation sign", sign, right.value, ((start, end, right.value),))


def _assumed(note: Note, link: Link, verdict: Refuted, deadline: float) -> Iterator[Repair]:
    """A hypothesis that is missing."""
    points = points_for(verdict.statement, deadline)
    for one in possible(verdict.statement):
        statement = replace(verdict.statement, hypotheses=(*verdict.statement.hypotheses, one))
        if monotonic() > deadline or not points.helps(one) or fails(statement, verdict.witness):
            continue
        if assumes_the_claim(verdict.statement, one, points):
            continue
        if proved(statement, deadline):
            written = f"{to_latex(one.left)} {one.relation.value} {to_latex(one.right)}"
            comment = for_file(f"<!-- bnsym: assume ${written}$ -->", note.file)
            at, before = _before_block(note, link.span)
            edit = (at, at, f"{before}{comment}\n")
            yield from _placed(note, "a missing hypothesis", "", comment, (edit,))


def _before_block(note: Note, span: Span) -> tuple[int, str]:
    """Where the directives of the display that holds a span begin, and what the line has before them."""
    blocks = [chain.block for chain in note.context.survey.gathered.chains]
    block = next(b for b in blocks if b.where.start <= span.offsets[0] < b.where.end)
    at = min(where.start for where in (block.where, *(d.where for d in block.directives)))
    line = note.text.rfind("\n", 0, at) + 1
    return line, note.text[line:at] if not note.text[line:at].strip(" \t>") else ""


def holds(note: Note, link: Link, found: Repair, deadline: float) -> bool:
    """Whether the changed note, read again, has the link and it is proved; so is the link before it
    in the chain, if what they share was changed."""
    links = {k.id: k for k in read(found.apply(note.written), note.file).links}
    needed = [link.id]
    if link.left_span is not None and _changes(note, found, link.left_span):
        needed += [k.id for k in links.values() if k.right_span and _same(k.right_span, link.left_span)]
    statements = [links[name].statement if name in links else None for name in needed]
    until = max(deadline, monotonic() + PROOF_SECONDS)
    return all(s is not None and isinstance(decide(s, until), Proved) for s in statements)


def _changes(note: Note, found: Repair, span: Span) -> bool:
    """Whether the repair is one of what stands at the span."""
    start, end = span.offsets
    return bool(found.before) and found.before.startswith(note.text[start:end].strip())


def _same(a: Span, b: Span) -> bool:
    return (a.line, a.column) == (b.line, b.column)


def _place(note: Note, trial: Trial) -> Place:
    defined = [d.symbol for d in trial.statement.definitions]
    letters = dict.fromkeys(i.name for i in free_indices(trial.other))
    letters |= dict.fromkeys(re.findall(r"_\s*\{?([a-z])(?![A-Za-z])", trial.text))
    shapes, sizes = free_shapes(trial.statement)
    known = {symbol.name.removesuffix("^{2}") for symbol in defined} | set(shapes)
    arrays = [symbol.name for symbol in defined if symbol.indices]
    arrays += [name for name, shape in shapes.items() if shape]
    bodies = (d.body for d in trial.statement.definitions)
    elsewhere = {t.name for term in (trial.other, *bodies) for t in walk(term) if isinstance(t, Sym)}
    usual = [name for name in USUAL if name in known]
    return Place(
        tuple(dict.fromkeys((*usual, *sizes, "2", *scalars(trial.statement)))),
        tuple(sizes),
        tuple(name for name in scalars(trial.statement) if name not in elsewhere),
        accented(d.symbol.name for d in note.context.definitions),
        tuple(dict.fromkeys(arrays)),
        tuple(letters),
    )


def _repairs(note: Note, *sides: tuple[int, Trial, tuple[Edit, ...]]) -> Iterator[Repair]:
    """The edits as they change the file, those of each side with its place."""
    sides = tuple(sorted(sides, key=lambda side: side[0]))
    words = " and ".join(dict.fromkeys(edit.kind for _, _, made in sides for edit in made))
    edits = [(at + e.start, at + e.end, e.new) for at, _, made in sides for e in made]
    before = "\n".join(trial.text.strip() for _, trial, _ in sides)
    after = "\n".join(apply_all(trial.text, made).strip() for _, trial, made in sides)
    yield from _placed(note, words, before, after, sorted(edits, key=lambda e: e[:2], reverse=True))


def _placed(
    note: Note, what: str, before: str, after: str, edits: Iterable[tuple[int, int, str]]
) -> Iterator[Repair]:
    """The repair that edits of the text make in the file; nothing where one has no place there."""
    placed = [note.source.edit(*edit) for edit in edits]
    known = tuple(edit for edit in placed if edit is not None)
    if len(known) == len(placed):
        yield Repair(what, before, after, known)
