"""The questions that a check asks, and who answers them. A verdict is the kernel's of this
process, wherever the search for its certificate or witness was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from bnsym.finding import Note
from bnsym.kernel import Proved, Refuted
from bnsym.model import Evidence, Link, Repair, Undecided
from bnsym.terms import Hypothesis, Statement
from bnsym.working import jobs
from bnsym.working.budget import Budget
from bnsym.working.hands import Hands, Here
from bnsym.working.jobs import Done, Failed, attempt

if TYPE_CHECKING:
    from bnsym.proving.found import Found
    from bnsym.reading.context import Context

T = TypeVar("T")
Decided: TypeAlias = Proved | Refuted | Undecided
Answer: TypeAlias = Callable[[], "Done[T] | Failed"]
"""What waits for an answer; raises Lost."""


@dataclass(frozen=True, slots=True)
class Desk:
    budget: Budget
    seekers: Hands
    helpers: Hands

    def verdict(self, statement: Statement, at: str = "", seconds: float = inf) -> Answer[Decided]:
        """Within so many seconds, and those of the budget; `at` is a witness to replay."""
        seconds = min(seconds, self.budget.timeout)
        if isinstance(self.seekers, Here):
            return self.seekers.submit(partial(_decide, statement, at, seconds))
        waiting = self.seekers.submit(partial(jobs.seek, statement, at, seconds))
        return lambda: self._judged(statement, waiting())

    def evidence(self, statement: Statement, *, proved: bool) -> Answer[tuple[Evidence, ...]]:
        return self.helpers.submit(partial(jobs.testify, statement, self.budget, proved))

    def minimal(self, verdict: Proved) -> Answer[tuple[Hypothesis, ...]]:
        """The hypotheses that a proof can't do without."""
        statement = verdict.statement
        waiting = self.helpers.submit(partial(jobs.trim, statement, verdict.hypotheses, self.budget))

        def result() -> Done[tuple[Hypothesis, ...]] | Failed:
            done = waiting()
            if isinstance(done, Failed):
                return done
            needed, proof = done.value
            if proof is not None:
                again = self._judged(replace(statement, hypotheses=needed), Done(proof, 0.0))
                if not (isinstance(again, Done) and isinstance(again.value, Proved)):
                    return Failed("what was found without some hypotheses proves nothing")
            return Done(needed, done.seconds)

        return result

    def repair(
        self, note: Note, context: Context, link: Link, verdict: Refuted
    ) -> Answer[tuple[Repair | None, str]]:
        """What would make a refuted link true, and what its left side is."""
        if isinstance(self.helpers, Here):
            return self.helpers.submit(partial(jobs.mend, note, context, link, verdict, self.budget))
        ask = (note, link, verdict.witness, verdict.maxima, self.budget)
        waiting = self.helpers.submit(partial(jobs.mend_anew, *ask))

        def result() -> Done[tuple[Repair | None, str]] | Failed:
            done = waiting()
            if isinstance(done, Failed) or done.value[0] is None:
                return done
            return attempt(partial(_believed, note, context, link, done.value))

        return result

    def _judged(self, statement: Statement, done: Done[Found] | Failed) -> Done[Decided] | Failed:
        from bnsym.proving.found import judge

        if isinstance(done, Failed):
            return done
        judged = attempt(partial(judge, statement, done.value, monotonic() + self.budget.timeout))
        if isinstance(judged, Failed):
            return judged
        return Done(judged.value, done.seconds + judged.seconds)


def _decide(statement: Statement, at: str, seconds: float) -> Decided:
    from bnsym.proving import decide

    return decide(statement, monotonic() + seconds, at=at)


def _believed(
    note: Note, context: Context, link: Link, mended: tuple[Repair | None, str]
) -> tuple[Repair | None, str]:
    """The repair, if the note that it makes is read here and its link is proved."""
    from bnsym.repairing import search

    place = search.Note(note.text, note.file, context)
    repair, derived = mended
    deadline = monotonic() + jobs.REPAIR_SECONDS
    holds = repair is not None and search.holds(place, link, repair, deadline)
    return repair if holds else None, derived
