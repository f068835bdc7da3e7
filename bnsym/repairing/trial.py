"""One side of a link with other text in its place: read, valued, and proved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from bnsym.kernel import Rejected, Witness
from bnsym.normal import OutOfReach
from bnsym.proving.closed_form import NoClosedForm, closed_form
from bnsym.proving.witness import failure
from bnsym.repairing.combining import Changed, Side
from bnsym.repairing.edits import Edit, apply_all, lettered, unbound
from bnsym.repairing.values import Points, Row
from bnsym.repairing.worth import is_worthwhile
from bnsym.repairing.written import Work, Written
from bnsym.terms import Mul, Relation, Statement, Term, free_indices, mul, num

PHRASES = 60
"""How many of the expressions that stand nearest may be what is missing."""


@dataclass
class Trial:
    """One side of a statement, `left` or `right`, with edits in place."""

    written: Written
    statement: Statement
    side: str
    points: Points
    work: Work
    original: Statement | None = None
    """What the note says; nothing if that can't be read."""
    before: Statement | None = None
    """The link before, if its right side is this left one: it has to hold as well."""
    rows: dict[Edit, Row | None] = field(default_factory=dict)

    @property
    def text(self) -> str:
        return self.written.text

    def term(self, made: Iterable[Edit]) -> Term | None:
        """What the side with the edits means; None if it can't be read, or with other free letters."""
        term = self.written.term(apply_all(self.text, made)) if self.work.spend(self.written.cost) else None
        known = term is not None and set(free_indices(term)) <= set(free_indices(self.other))
        return mul(*self.guard, term) if term is not None and known else None

    @property
    def other(self) -> Term:
        return self.statement.right if self.side == "left" else self.statement.left

    @property
    def near(self) -> list[str]:
        """Expressions of the note, those with one letter also with a letter of the other side."""
        letters = [index.name for index in free_indices(self.other)]
        words = self.written.note.phrases(self.written.start)[:PHRASES]
        found = dict.fromkeys(unbound(word, letters) for word in words)
        return list(found | {lettered(word, letter): None for letter in letters for word in found})

    def word(self, text: str) -> tuple[Row, frozenset[str]] | None:
        """The values of an expression of the note and its free letters, read once for both sides."""
        words = self.points.words
        if text not in words:
            term = self.written.term(text) if self.work.spend(1) and not text.isdigit() else None
            row = self.points.row(term) if term is not None else None
            letters = free_indices(term) if term is not None else ()
            words[text] = None if row is None else (row, frozenset(index.name for index in letters))
        return words[text]

    @cached_property
    def guard(self) -> tuple[Term, ...]:
        """What the reader put before the side as it is written: that its letters differ."""
        own = self.written.term(self.text)
        whole = self.statement.left if self.side == "left" else self.statement.right
        given, written = (Counter(t.factors if isinstance(t, Mul) else (t,)) for t in (whole, own or whole))
        return () if written - given else tuple((given - written).elements())

    def each(self, edits: Iterable[Edit]) -> Iterator[Changed]:
        """Those of the edits that can be read, with the values of the side."""
        for edit in edits:
            if not self.work.is_left:
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

    def distance(self, row: Row) -> float:
        """How far the side with these values is from the other one, from 0 to 1 a point."""
        pairs = zip(row, self.points.row(self.other) or row, strict=True)
        return sum(abs(a - b) / (abs(a) + abs(b) or 1) for a, b in pairs)

    def valued(self) -> Side | None:
        """The side's values and those it should have."""
        own, target = self.term(()), self.points.row(self.other)
        row = self.points.row(own) if own is not None else None
        return Side(row, target) if row and target else None

    def proves(self, made: Iterable[Edit], witness: Witness | None) -> bool:
        """Whether the statement with the edits, none of which is idle, is proved, and worth it."""
        made = tuple(made)
        term = self.term(made)
        if term is None or (len(made) > 1 and any(self.fits(alone.row) for alone in self.each(made))):
            return False
        given = self.statement
        changed = replace(given, left=term) if self.side == "left" else replace(given, right=term)
        if witness and fails(changed, witness):
            return False
        needed = (changed,) if self.before is None else (changed, replace(self.before, right=term))
        return is_worthwhile(self.original, changed, self.points) and all(
            self.written.note.is_proved(one, self.work) for one in needed
        )


def closed_left(statement: Statement, deadline: float) -> Term | None:
    """The left side's closed form."""
    equation = replace(statement, relation=Relation.EQ, right=num(0))
    try:
        return closed_form(equation, statement.left, deadline)[0]
    except (NoClosedForm, OutOfReach, Rejected):
        return None


def fails(statement: Statement, witness: Witness) -> bool:
    """Whether the statement is false at the witness."""
    try:
        failure(statement, witness)
    except (Rejected, ZeroDivisionError, KeyError, ValueError):
        return False
    return True
