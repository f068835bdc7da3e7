"""Which edit makes a refuted link true: tried in order of cost, thrown out by exact values
first, proved last, and believed only when the changed note is read and its link proved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from time import monotonic

from bnsym.kernel import Proved, Refuted, Rejected, Witness, refute
from bnsym.model import Link, Repair, Span, for_file
from bnsym.normal import OutOfReach
from bnsym.printing import to_latex
from bnsym.proving import decide
from bnsym.proving.closed_form import NoClosedForm, closed_form
from bnsym.proving.witness import find_refutation, free_shapes
from bnsym.reading import Unreadable, parse_term, read
from bnsym.reading.context import Context
from bnsym.reading.source import Source
from bnsym.repairing.edits import Edit, Place, edits, pairs
from bnsym.terms import Hypothesis, Relation, Statement, Sym, num, power

PROOF_SECONDS = 1.0
LONGEST = 300
"""Characters of a closed form that still says something to a reader."""
SCALES = (r"\gamma", "m", r"\sigma", "2")
"""What people lose or double as a factor."""


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


def derived(note: Note, verdict: Refuted, deadline: float) -> str:
    """LaTeX of what the left side is, derived by the program from the note's definitions; or nothing."""
    statement = replace(verdict.statement, relation=Relation.EQ, right=num(0))
    try:
        form = to_latex(closed_form(statement, statement.left, deadline)[0])
    except (NoClosedForm, OutOfReach, Rejected):
        return ""
    return form if len(form) <= LONGEST and form != to_latex(statement.left) else ""


def _candidates(note: Note, link: Link, verdict: Refuted, deadline: float) -> Iterator[Repair]:
    """Changes under which the statement is proved, if it is read as that of the whole note."""
    ordered = verdict.statement.relation is not Relation.EQ
    if ordered:
        yield from _turned(note, link, verdict, deadline)
        yield from _assumed(note, link, verdict, deadline)
    tried: list[tuple[_Trial, list[Edit]]] = []
    for side, span in (("right", link.right_span), ("left", link.left_span)):
        if span is not None:
            trial = _Trial(note, verdict, side, *span.offsets, deadline)
            single = [e for e in edits(trial.source, _place(note, verdict)) if trial.reads((e,))]
            tried.append((trial, single))
            yield from _repairs(trial, ((e,) for e in single if trial.proves((e,))))
    if not ordered:
        yield from _assumed(note, link, verdict, deadline)
    for trial, single in tried:
        for both in pairs([edit for edit in single if edit.cost == 1]):
            if monotonic() > deadline:
                return
            if trial.reads(both) and trial.proves(both):
                yield from _repairs(trial, (both,))


def _turned(note: Note, link: Link, verdict: Refuted, deadline: float) -> Iterator[Repair]:
    """An order the wrong way round, or strict where it may be an equality."""
    for wrong, right in ((Relation.LE, Relation.GE), (Relation.GE, Relation.LE),
                         (Relation.LT, Relation.LE), (Relation.GT, Relation.GE)):  # fmt: skip
        statement = replace(verdict.statement, relation=right)
        if verdict.statement.relation is wrong and _proved(statement, deadline):
            start, end = link.span.offsets
            sign = note.text[start:end]
            yield from _placed(note, "a relation sign", sign, right.value, ((start, end, right.value),))


def _assumed(note: Note, link: Link, verdict: Refuted, deadline: float) -> Iterator[Repair]:
    """A hypothesis that is missing: about a sign, or that a scale is no larger than a spread."""
    names = _scalars(verdict)
    squares = [Sym(d.symbol.name) for d in note.context.definitions if d.symbol.name.endswith("^{2}")]
    found = [Hypothesis(power(Sym(n), 2), Relation.LE, s) for s in squares for n in names]
    found += [Hypothesis(Sym(n), relation, num(0)) for n in names for relation in (Relation.GE, Relation.GT)]
    found += [Hypothesis(Sym(n), Relation.EQ, num(0)) for n in names if "epsilon" in n]
    for one in found:
        statement = replace(verdict.statement, hypotheses=(*verdict.statement.hypotheses, one))
        if monotonic() < deadline and not _fails(statement, verdict.witness) and _proved(statement, deadline):
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


@dataclass
class _Trial:
    """One side of a refuted link, which stands at text[start:end], with other text in its place."""

    note: Note
    verdict: Refuted
    side: str
    start: int
    end: int
    deadline: float

    @property
    def source(self) -> str:
        return self.note.text[self.start : self.end]

    def changed(self, made: tuple[Edit, ...]) -> str:
        source = self.source
        for edit in made:
            source = edit.apply(source)
        return source

    def statement(self, made: tuple[Edit, ...]) -> Statement | None:
        try:
            term = parse_term(self.changed(made), self.note.context)
        except Unreadable:
            return None
        given = self.verdict.statement
        return replace(given, left=term) if self.side == "left" else replace(given, right=term)

    def reads(self, made: tuple[Edit, ...]) -> bool:
        return monotonic() < self.deadline and self.statement(made) is not None

    def proves(self, made: tuple[Edit, ...]) -> bool:
        statement = self.statement(made)
        if statement is None or statement.left == statement.right:
            return False  # that would say nothing
        if _fails(statement, self.verdict.witness):
            return False
        return monotonic() < self.deadline and _proved(statement, self.deadline)


def _proved(statement: Statement, deadline: float) -> bool:
    """Whether the statement survives a few witnesses, and is proved."""
    try:
        if find_refutation(statement, monotonic() + 0.1, seed=3, limit=6) is not None:
            return False
        return isinstance(decide(statement, min(deadline, monotonic() + PROOF_SECONDS)), Proved)
    except (ValueError, KeyError):  # read alone, it may use a name with other indices than the note does
        return False


def _fails(statement: Statement, witness: Witness) -> bool:
    """Whether the statement is still false where the link was."""
    try:
        refute(statement, witness)
    except (Rejected, ZeroDivisionError, KeyError, ValueError):
        return False
    return True


def holds(note: Note, link: Link, found: Repair, deadline: float) -> bool:
    """Whether the changed note, read again, has the link and it is proved."""
    changed = found.apply(note.written)
    again = next((k for k in read(changed, note.file).links if k.id == link.id), None)
    if again is None or again.statement is None:
        return False
    return isinstance(decide(again.statement, max(deadline, monotonic() + PROOF_SECONDS)), Proved)


def _scalars(verdict: Refuted) -> list[str]:
    """The free numbers that a statement depends on, itself or through definitions."""
    return [name for name, shape in free_shapes(verdict.statement)[0].items() if not shape]


def _place(note: Note, verdict: Refuted) -> Place:
    accented = (d.symbol.name for d in note.context.definitions)
    return Place(
        tuple(dict.fromkeys((*SCALES, *_scalars(verdict)))),
        tuple(n for n in accented if n.startswith((r"\hat", r"\bar", r"\tilde"))),
        tuple(verdict.at_indices),
    )


def _repairs(trial: _Trial, found: Iterable[tuple[Edit, ...]]) -> Iterator[Repair]:
    """The edits as they change the file."""
    for made in found:
        words = " and ".join(dict.fromkeys(edit.kind for edit in reversed(made)))
        edits = tuple((trial.start + e.start, trial.start + e.end, e.new) for e in made)
        yield from _placed(trial.note, words, trial.source.strip(), trial.changed(made).strip(), edits)


def _placed(
    note: Note, what: str, before: str, after: str, edits: Iterable[tuple[int, int, str]]
) -> Iterator[Repair]:
    """The repair that edits of the text make in the file; nothing where one has no place there."""
    placed = [note.source.edit(*edit) for edit in edits]
    known = tuple(edit for edit in placed if edit is not None)
    if len(known) == len(placed):
        yield Repair(what, before, after, known)
