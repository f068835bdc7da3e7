"""What was found about single links, by what was asked: the statement with what it depends on.

A certificate or a witness is believed by nobody: who recalls one has it judged. Evidence and
repairs are kept only where time did not cut them short, and evidence against a proof never.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from bnsym.evidence.surveying import relevant
from bnsym.model import Evidence, Undecided
from bnsym.proving.found import Certified, Found, Witnessed
from bnsym.remembering.codec import Unknown, dumps, loads
from bnsym.remembering.fingerprint import fingerprint
from bnsym.terms import Statement

if TYPE_CHECKING:
    from bnsym.remembering.folder import Folder
    from bnsym.working.budget import Budget


class Answers:
    """The links' part of a folder."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder

    def found(self, statement: Statement, at: str) -> Certified | Witnessed | None:
        answer = self._recalled("found", (relevant(statement), at))
        return answer if isinstance(answer, Certified | Witnessed) else None

    def keep_found(self, statement: Statement, at: str, found: Found) -> None:
        if not isinstance(found, Undecided):
            self._keep("found", (relevant(statement), at), found)

    def evidence(self, statement: Statement, budget: Budget, proved: bool) -> tuple[Evidence, ...] | None:
        answer = self._recalled("evidence", _examined(statement, budget, proved))
        is_evidence = isinstance(answer, tuple) and all(isinstance(e, Evidence) for e in answer)
        return answer if is_evidence else None

    def keep_evidence(
        self, statement: Statement, budget: Budget, proved: bool, evidence: tuple[Evidence, ...]
    ) -> None:
        if all(e.agrees is not False for e in evidence):
            self._keep("evidence", _examined(statement, budget, proved), evidence)

    def _recalled(self, kind: str, question: object) -> Any:
        try:
            text = self._folder.get(_name(kind, question))
        except (Unknown, RecursionError):
            return None  # nor is it kept
        try:
            return None if text is None else loads(text)
        except Unknown:
            self._folder.ignored += 1
            return None

    def _keep(self, kind: str, question: object, answer: object) -> None:
        try:
            self._folder.put(_name(kind, question), dumps(answer))
        except (Unknown, RecursionError):
            return  # it is searched for again


def _examined(statement: Statement, budget: Budget, proved: bool) -> tuple[object, ...]:
    """All that evidence depends on."""
    return relevant(statement), budget.explicit, budget.batch, budget.cross_examine, proved


def _name(kind: str, question: object) -> str:
    asked = f"{fingerprint()}\n{kind}\n{dumps(question)}"
    return f"{kind}-{blake2b(asked.encode(), digest_size=20).hexdigest()}"
