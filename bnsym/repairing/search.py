"""Which edit makes a refuted link true: tried in order of cost, thrown out by exact values
first, proved last, and believed only when the changed note is read and its link proved.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from bnsym.elaborate import reading
from bnsym.evidence.surveying import relevant
from bnsym.kernel import Proved, Refuted
from bnsym.model import Link, Repair, Span
from bnsym.printing import to_latex
from bnsym.proving import decide
from bnsym.proving.rings import free_shapes
from bnsym.repairing.combining import MADE
from bnsym.repairing.edits import Place, accented
from bnsym.repairing.stages import across, easy, harder, missing_in_sums, together
from bnsym.repairing.trial import Trial, closed_left, fails
from bnsym.repairing.unread import mended
from bnsym.repairing.values import points_for
from bnsym.repairing.worth import assumes_the_claim
from bnsym.repairing.written import READING_COST, Note, Work, Written
from bnsym.terms import (
    Add,
    Hypothesis,
    Mul,
    Name,
    Relation,
    Size,
    Statement,
    Sym,
    Term,
    add,
    free_indices,
    mul,
    num,
    power,
    walk,
)

STAGES = (easy, harder, missing_in_sums, together)

LONGEST = 300
"""Characters of a closed form that still says something to a reader."""
USUAL = (r"\gamma", r"\sigma")
"""What people lose or double as a factor, beside sizes and 2."""


def repair(note: Note, link: Link, verdict: Refuted | None, work: Work) -> Repair | None:
    """The smallest change of one side of the link after which it is proved, if one is found; of two edits
    together if one is not enough. Without a verdict that after which an unread link is read and proved."""
    found = _candidates(note, link, verdict, work) if verdict else _readable(note, link, work)
    for changed in found:
        if work.spend(READING_COST) and holds(note, link, changed, work.deadline):
            return changed
    return None


def _readable(note: Note, link: Link, work: Work) -> Iterator[Repair]:
    for trial, made in mended(note, link, partial(_place, note), work):
        yield from _repairs(note, (trial.written, made))


def derived(note: Note, verdict: Refuted, deadline: float) -> str:
    """LaTeX of what the left side is, derived by the program from the note's definitions; or nothing."""
    closed = closed_left(verdict.statement, deadline)
    form = to_latex(closed) if closed is not None else ""
    return form if len(form) <= LONGEST and form != to_latex(verdict.statement.left) else ""


def _candidates(note: Note, link: Link, verdict: Refuted, work: Work) -> Iterator[Repair]:
    """Changes under which the statement is proved, if it is read as that of the whole note."""
    ordered = verdict.statement.relation is not Relation.EQ
    if ordered:
        yield from _turned(note, link, verdict, work)
        yield from _assumed(note, link, verdict, work)
    trials = _trials(note, link, verdict.statement, work)
    for stage in STAGES:
        for trial in trials:
            for made in stage(trial, _place(note, trial)):
                if not work.is_left:
                    return
                if trial.proves(made, verdict.witness):
                    yield from _repairs(note, (trial.written, made))
        if stage is together and not ordered:
            yield from _assumed(note, link, verdict, work)
            yield from _on_both_sides(note, trials, verdict)


def _on_both_sides(note: Note, trials: list[Trial], verdict: Refuted) -> Iterator[Repair]:
    """Edits of both sides at once."""
    if len(trials) < 2 or any(trial.before for trial in trials):
        return
    right, left = sorted(trials, key=lambda trial: trial.side, reverse=True)
    for ours, theirs in across(right, left, _place(note, right)):
        term = left.term(theirs)
        if term is not None:
            given = replace(right, statement=replace(right.statement, left=term))
            if given.proves(ours, verdict.witness):
                yield from _repairs(note, (right.written, ours), (left.written, theirs))


def _trials(note: Note, link: Link, statement: Statement, work: Work) -> list[Trial]:
    """Both sides, the right one first; where the link before in the chain shares the left one, that one
    first if it is false there too, and else not at all."""
    points = points_for(statement, work.deadline)
    found = []
    if link.right_span is not None:
        found.append(Trial(note.side(link.right_span), statement, "right", points, work, statement))
    if link.left_span is None:
        return found
    left = Trial(note.side(link.left_span), statement, "left", points, work, statement)
    before = next((k for k in note.links if k.right_span and _same(k.right_span, link.left_span)), None)
    if before is None:
        return [*found, left]
    if before.statement is None or note.is_proved(before.statement, work):
        return found
    return [replace(left, before=before.statement), *found]


def _turned(note: Note, link: Link, verdict: Refuted, work: Work) -> Iterator[Repair]:
    """An order the wrong way round, or strict where it may be an equality."""
    for wrong, right in ((Relation.LE, Relation.GE), (Relation.GE, Relation.LE),
                         (Relation.LT, Relation.LE), (Relation.GT, Relation.GE),
                         (Relation.LT, Relation.GT), (Relation.GT, Relation.LT)):  # fmt: skip
        statement = replace(verdict.statement, relation=right)
        if verdict.statement.relation is wrong and note.is_proved(statement, work):
            start, end = link.span.offsets
            sign = note.source.text[start:end]
            yield from _placed(note, "a relation sign", sign, right.value, ((start, end, right.value),))


def _assumed(note: Note, link: Link, verdict: Refuted, work: Work) -> Iterator[Repair]:
    """A hypothesis that is missing."""
    points = points_for(verdict.statement, work.deadline)
    said = (*note.read[0].hypotheses, *link.elsewhere)
    not_zero = {h.hypothesis.left for h in said if h.hypothesis.relation in (Relation.GT, Relation.NE)}
    for one in _possible(verdict.statement):
        if one.relation is Relation.EQ and one.left in not_zero:  # the note says otherwise somewhere
            continue
        statement = replace(verdict.statement, hypotheses=(*verdict.statement.hypotheses, one))
        if not work.is_left or not points.helps(one) or fails(statement, verdict.witness):
            continue
        if assumes_the_claim(verdict.statement, one, points):
            continue
        if note.is_proved(statement, work):
            written = f"{to_latex(one.left)} {one.relation.value} {to_latex(one.right)}"
            edit = note.directive(link.span.offsets[0], f"assume ${written}$")
            yield from _placed(note, "a missing hypothesis", "", edit[2].strip().lstrip("> "), (edit,))


def _possible(statement: Statement) -> Iterator[Hypothesis]:
    """That a scale is no larger than a spread, about signs, that an epsilon is zero; for an order,
    what is said of the parts in which the sides differ."""
    numbers = scalars(statement)
    squares = [d.symbol for d in statement.definitions if d.symbol.name.endswith("^{2}")]
    yield from (Hypothesis(power(Sym(n), 2), Relation.LE, s) for s in squares for n in numbers)
    yield from (Hypothesis(Sym(n), r, num(0)) for n in numbers for r in (Relation.GE, Relation.GT))
    yield from (Hypothesis(Sym(n), Relation.EQ, num(0)) for n in numbers if "epsilon" in n)
    if statement.relation is not Relation.EQ:
        whole = statement.left, statement.right
        yield from (one for one in _differences(*whole) if (one.left, one.right) != whole)


def scalars(statement: Statement) -> list[Name]:
    """The free numbers that a statement depends on, itself or through definitions."""
    return [name for name, shape in free_shapes(statement)[0].items() if not shape]


def _differences(left: Term, right: Term) -> Iterator[Hypothesis]:
    """Where the sides differ in one part: that its two versions are ordered, or what multiplies them
    has a sign."""
    match left, right:
        case (Add(ours), Add(theirs)) | (Mul(ours), Mul(theirs)) if len(ours) == len(theirs):
            apart = [k for k, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b]
            if len(apart) == 1:
                (k,) = apart
                yield from _differences(ours[k], theirs[k])
                if isinstance(left, Mul):
                    rest = mul(*ours[:k], *ours[k + 1 :])
                    yield from (Hypothesis(rest, relation, num(0)) for relation in (Relation.GE, Relation.LE))
                return
    if not free_indices(add(left, right)):
        yield from (Hypothesis(left, relation, right) for relation in (Relation.LE, Relation.GE))


def holds(note: Note, link: Link, found: Repair, deadline: float) -> bool:
    """Whether the changed note, read again, has the link and it is proved; so is the link before it
    in the chain, if what they share was changed."""
    links = {k.id: k for k in reading(found.apply(note.written), note.file)[0].links}
    needed = [link.id]
    if link.left_span is not None and _changes(note, found, link.left_span):
        needed += [k.id for k in links.values() if k.right_span and _same(k.right_span, link.left_span)]
    statements = [links[name].statement if name in links else None for name in needed]
    return all(s is not None and isinstance(decide(s, deadline), Proved) for s in statements)


def _changes(note: Note, found: Repair, span: Span) -> bool:
    """Whether the repair is one of what stands at the span."""
    return bool(found.before) and found.before.startswith(note.side(span).shown())


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
    usual = [name for name in USUAL if name in known]
    beside = relevant(replace(trial.statement, left=trial.other, right=trial.other))
    numbers = [d.symbol.name for d in beside.definitions if not d.symbol.indices]
    less = [rf"({name} - 1)" for name in sizes if _is_lessened(trial.statement, name)]
    return Place(
        tuple(dict.fromkeys((*usual, *sizes, *less, "2", *scalars(trial.statement)))),
        tuple(sizes),
        accented(d.symbol.name for d in note.context.definitions),
        tuple(dict.fromkeys(arrays)),
        tuple(letters),
        ranges=note.context.closer.letters,
        measures=tuple(dict.fromkeys((*free_shapes(beside)[1], *scalars(beside), *reversed(numbers)))),
    )


def _is_lessened(statement: Statement, size: str) -> bool:
    """Whether `m - 1` stands in it, or in a definition."""
    terms = statement.left, statement.right, *(d.body for d in statement.definitions)
    return any(inner == add(Size(size), num(-1)) for term in terms for inner in walk(term))


def _repairs(note: Note, *sides: tuple[Written, MADE]) -> Iterator[Repair]:
    """The edits as they change the file."""
    if not all(written.leaves_alone(made) for written, made in sides):
        return
    sides = tuple(sorted(sides, key=lambda side: side[0].start))
    words = " and ".join(dict.fromkeys(edit.kind for _, made in sides for edit in made))
    moved = [(w.start + e.start, w.start + e.end, e.new) for w, made in sides for e in made]
    before = "\n".join(written.shown() for written, _ in sides)
    after = "\n".join(written.shown(made) for written, made in sides)
    yield from _placed(note, words, before, after, sorted(moved, key=lambda e: e[:2], reverse=True))


def _placed(
    note: Note, what: str, before: str, after: str, edits: Iterable[tuple[int, int, str]]
) -> Iterator[Repair]:
    """The repair that edits of the text make in the file; nothing where one has no place there."""
    placed = [note.source.edit(*edit) for edit in edits]
    known = tuple(edit for edit in placed if edit is not None)
    if len(known) == len(placed):
        yield Repair(what, before, after, known)
