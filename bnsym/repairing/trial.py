"""One side of a link with other text in its place: read, valued, and proved.

Reading one expression alone is quick and may differ from reading the whole note; the search
asks for that in the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

from bnsym.elaborate import Unreadable, parse_term
from bnsym.elaborate.context import Context
from bnsym.kernel import Proved, Rejected, Witness, refute
from bnsym.latex.ast import Plus
from bnsym.proving import decide
from bnsym.proving.witness import find_refutation
from bnsym.repairing.combining import Changed, Part, Side
from bnsym.repairing.edits import Edit, apply_all
from bnsym.repairing.spots import spots
from bnsym.repairing.values import Points, Row
from bnsym.repairing.worth import is_worthwhile
from bnsym.terms import Relation, Statement, Term, free_indices

PROOF_SECONDS = 1.0


@dataclass
class Trial:
    """One side of a statement, `left` or `right`, as it is written, with edits in place."""

    text: str
    context: Context
    statement: Statement
    side: str
    points: Points
    deadline: float
    original: Statement | None = None
    """What the note says; nothing if that can't be read."""
    known: dict[str, Term | None] = field(default_factory=dict)
    rows: dict[Edit, Row | None] = field(default_factory=dict)

    def term(self, made: Iterable[Edit]) -> Term | None:
        """What the side with the edits means; None if it can't be read, or with other free letters."""
        text = apply_all(self.text, made)
        if text not in self.known:
            self.known[text] = self._read(text)
        return self.known[text]

    def _read(self, text: str) -> Term | None:
        try:
            term = parse_term(text, self.context)
        except (Unreadable, RecursionError):
            return None
        return term if set(free_indices(term)) <= set(free_indices(self.other)) else None

    @property
    def other(self) -> Term:
        return self.statement.right if self.side == "left" else self.statement.left

    def changed(self, edits: Iterable[Edit]) -> list[Changed]:
        return list(self.each(edits))

    def each(self, edits: Iterable[Edit]) -> Iterator[Changed]:
        """Those of the edits that can be read, with the values of the side."""
        for edit in edits:
            if monotonic() > self.deadline:
                return
            if edit not in self.rows:
                term = self.term((edit,))
                self.rows[edit] = self.points.row(term) if term is not None else None
            row = self.rows[edit]
            if row is not None:
                yield Changed((edit,), row)

    def fits(self, row: Row) -> bool:
        """Whether the relation holds at all points with these values of the side."""
        target = self.points.row(self.other)
        if target is None:
            return True
        return self.points.fits(row, target) if self.side == "left" else self.points.fits(target, row)

    def valued(self, changed: Sequence[Changed]) -> Side | None:
        """The side's values and those it should have, with its terms as far as sign edits tell them."""
        own, target = self.term(()), self.points.row(self.other)
        row = self.points.row(own) if own is not None else None
        if row is None or target is None or not self.points.points:
            return None
        start, end = len(self.text) - len(self.text.lstrip()), len(self.text.rstrip())
        return Side(start, end, row, target, tuple(self._parts(row, changed)))

    def _parts(self, row: Row, changed: Sequence[Changed]) -> list[Part]:
        flipped = {c.made[0].start: c.row for c in changed if c.made[0].kind == "a sign"}
        outer = next((s for s in spots(self.text) if isinstance(s.node, Plus) and len(s.terms) > 1), None)
        found = []
        for sign, start, end in outer.terms if outer else ():
            other = flipped.get(sign if sign >= 0 else start)
            if other is not None:
                own = tuple((a - b) / 2 for a, b in zip(row, other, strict=True))
                found.append(Part(start, end, own, sign))
        return found

    def proves(self, made: Iterable[Edit], witness: Witness | None) -> bool:
        """Whether the statement with the edits is proved, and worth it."""
        term = self.term(tuple(made))
        if term is None or monotonic() > self.deadline:
            return False
        given = self.statement
        changed = replace(given, left=term) if self.side == "left" else replace(given, right=term)
        if witness and fails(changed, witness):
            return False
        return is_worthwhile(self.original, changed, self.points) and proved(changed, self.deadline)


def proved(statement: Statement, deadline: float) -> bool:
    """Whether the statement survives a few witnesses, and is proved."""
    try:
        if statement.relation is not Relation.EQ and find_refutation(
            statement, monotonic() + 0.1, seed=3, limit=6
        ):
            return False
        return isinstance(decide(statement, min(deadline, monotonic() + PROOF_SECONDS)), Proved)
    except (ValueError, KeyError):  # read alone, it may use a name with other indices than the note does
        return False


def fails(statement: Statement, witness: Witness) -> bool:
    """Whether the statement is false at the witness."""
    try:
        refute(statement, witness)
    except (Rejected, ZeroDivisionError, KeyError, ValueError):
        return False
    return True
