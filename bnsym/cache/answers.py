"""What was found about single links, by what was asked: the statement with what it depends on.

A certificate or a witness is believed by nobody: who recalls one has it judged, and a repair is
tried on the note as it is now. Evidence, and that there is no repair, are kept only where time
did not cut the search short; evidence against a proof never.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from bnsym.cache.codec import Unknown, dumps, loads
from bnsym.cache.fingerprint import fingerprint
from bnsym.evidence.surveying import relevant
from bnsym.model import Evidence, Link, Repair, Undecided, format_of
from bnsym.proving.found import Certified, Found, Witnessed
from bnsym.source.opening import opened
from bnsym.terms import Statement

if TYPE_CHECKING:
    from bnsym.cache.folder import Folder
    from bnsym.execution.budget import Budget
    from bnsym.finding import Note


class Answers:
    """The links' part of a folder."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._texts: dict[int, tuple[Statement | None, str]] = {}
        """By identity, with the statement itself, so that no identity is given to another."""

    def found(self, statement: Statement, at: str | None) -> Certified | Witnessed | None:
        answer = self._recalled("found", statement, at)
        return answer if isinstance(answer, Certified | Witnessed) else None

    def distrust(self) -> None:
        """What was found last did not earn its verdict."""
        self._folder.ignored += 1

    def keep_found(self, statement: Statement, at: str | None, found: Found) -> None:
        if not isinstance(found, Undecided):
            self._keep(found, "found", statement, at)

    def evidence(self, statement: Statement, budget: Budget, proved: bool) -> tuple[Evidence, ...] | None:
        answer = self._recalled("evidence", statement, *_routes(budget), proved)
        is_evidence = isinstance(answer, tuple) and all(isinstance(e, Evidence) for e in answer)
        return answer if is_evidence else None

    def keep_evidence(
        self, statement: Statement, budget: Budget, proved: bool, evidence: tuple[Evidence, ...]
    ) -> None:
        if all(e.agrees is not False for e in evidence):
            self._keep(evidence, "evidence", statement, *_routes(budget), proved)

    def repair(self, note: Note, link: Link, work: int) -> tuple[Repair | None, str] | None:
        """What was found to mend the link, moved to where it stands now; and what its left side is.
        Nothing if what it changes, and all between that and the sign, is not as it was."""
        match self._recalled("repair", link.statement, *_writing(link, work)):
            case (Repair() as there, str(stretch), str(derived)):
                here = _moved(there, _sign(note, link))
                return (here, derived) if _stretch(note, link, here) == stretch else None
            case (None, "", str(derived)):
                return None, derived
        return None

    def keep_repair(self, note: Note, link: Link, work: int, mended: tuple[Repair | None, str]) -> None:
        repair, derived = mended
        there = None if repair is None else _moved(repair, -_sign(note, link))
        stretch = "" if repair is None else _stretch(note, link, repair)
        self._keep((there, stretch, derived), "repair", link.statement, *_writing(link, work))

    def _recalled(self, kind: str, statement: Statement | None, *more: object) -> Any:
        try:
            text = self._folder.get(self._name(kind, statement, more))
        except (Unknown, RecursionError):
            return None  # nor is it kept
        try:
            return None if text is None else loads(text)
        except Unknown:
            self._folder.ignored += 1
            return None

    def _keep(self, answer: object, kind: str, statement: Statement | None, *more: object) -> None:
        try:
            self._folder.put(self._name(kind, statement, more), dumps(answer))
        except (Unknown, RecursionError):
            return  # it is searched for again

    def _name(self, kind: str, statement: Statement | None, more: tuple[object, ...]) -> str:
        """By what the statement depends on, and what else is part of the question."""
        if id(statement) not in self._texts:
            self._texts[id(statement)] = statement, dumps(statement and relevant(statement))
        asked = "\n".join((fingerprint(), kind, self._texts[id(statement)][1], dumps(more)))
        return f"{kind}-{blake2b(asked.encode(), digest_size=20).hexdigest()}"


def _routes(budget: Budget) -> tuple[object, ...]:
    """What evidence depends on beside the statement."""
    return budget.explicit, budget.batch, budget.cross_examine


def _writing(link: Link, work: int) -> tuple[object, ...]:
    """What a repair depends on beside what the link says: how it is written."""
    file = link.span.file
    form = format_of(file).value  # a directive is written otherwise in LaTeX
    return link.source, form, file if link.span.cell else "", work


def _sign(note: Note, link: Link) -> int:
    """Where the relation sign stands in the text of the note."""
    return opened(note.text, note.file).places.range(*link.span.offsets)[0]


def _stretch(note: Note, link: Link, repair: Repair) -> str:
    """The text from the first to the last of what a repair changes, and the sign."""
    sign = _sign(note, link)
    starts, ends = zip(*((start, end) for start, end, _ in repair.edits), strict=True)
    return note.text[max(0, min(sign, *starts)) : max(sign, *ends)]


def _moved(repair: Repair, by: int) -> Repair:
    return replace(repair, edits=tuple((start + by, end + by, new) for start, end, new in repair.edits))
