"""The questions that a check asks, and who answers them. A verdict is the kernel's of this
process, wherever the search for its certificate or witness was."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from math import inf
from time import monotonic
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from bnsym.execution import jobs
from bnsym.execution.budget import Budget
from bnsym.execution.jobs import Done, Failed, attempt
from bnsym.execution.workers import InProcess, Workers
from bnsym.finding import Note
from bnsym.kernel import Proved, Refuted, Witness
from bnsym.model import Cause, Evidence, Link, Repair, Undecided
from bnsym.terms import Definition, Hypothesis, Statement

if TYPE_CHECKING:
    from bnsym.cache.answers import Answers
    from bnsym.proving.found import Found

T = TypeVar("T")
Decided: TypeAlias = Proved | Refuted | Undecided
Answer: TypeAlias = Callable[[], "Done[T] | Failed"]
"""What waits for an answer; raises Lost."""
Question: TypeAlias = tuple[object, ...]


class Verdicts(dict["Question", tuple[Decided, float]]):
    """The kernel's, of this process, by what was asked; with the seconds allowed, beyond which what is
    undecided may be decided."""

    def __init__(self) -> None:
        self._numbers: dict[Definition, int] = {}
        """The definitions that statements rested on: a number is sooner compared than what they say."""
        self._fresh = count()
        self._last: tuple[tuple[Definition, ...], dict[object, tuple[int, ...]]] = (), {}
        """The definitions last asked with, as all links of a note are; which names rest on which of them."""

    def question(self, statement: Statement, at: str | None) -> Question:
        """What is asked, without definitions that it does not rest on; else it would be another after an
        edit of any."""
        from bnsym.evidence.surveying import own_terms, relevant, used

        known, resting = self._last
        if known is not statement.definitions:
            known, resting = self._last = statement.definitions, {}
        names = frozenset(used(statement, own_terms(statement))), statement.outputs
        if names not in resting:
            needed = relevant(statement).definitions
            resting[names] = tuple(self._numbers.setdefault(d, next(self._fresh)) for d in needed)
        plain = statement.left, statement.relation, statement.right, statement.hypotheses
        return (*plain, statement.losses, statement.outputs, resting[names], at)


@dataclass(frozen=True, slots=True)
class Dispatcher:
    budget: Budget
    seekers: Workers
    helpers: Workers
    memory: Answers | None = None
    verdicts: Verdicts | None = None
    """Of earlier checks."""

    def verdict(self, statement: Statement, at: str | None = "", seconds: float = inf) -> Answer[Decided]:
        """Within so many seconds, and those of the budget; `at` is a witness to replay, None if only a proof
        is asked for."""
        if (verdicts := self.verdicts) is None:
            return self._decided(statement, at, seconds)
        from bnsym.evidence.surveying import relevant

        question, allowed = verdicts.question(statement, at), min(seconds, self.budget.timeout)
        known, within = verdicts.get(question, (None, 0.0))
        if known is not None and (not isinstance(known, Undecided) or allowed <= within):
            done: Done[Decided] = Done(known, 0.0)
            return lambda: done

        def keep(verdict: Decided) -> None:
            verdicts[question] = verdict, allowed

        return partial(_kept, self._decided(relevant(statement), at, seconds), keep)

    def _decided(self, statement: Statement, at: str | None, seconds: float) -> Answer[Decided]:
        if self.memory and (known := self.memory.found(statement, at)) is not None:
            judged = self._judged(statement, Done(known, 0.0, remembered=True))
            if isinstance(judged, Done):
                return lambda: judged
            self.memory.distrust()
        if seconds == inf:
            self.helpers.start()  # a link to decide is likely to be one to cross-examine or to repair
        waiting = self._sought(statement, at, min(seconds, self.budget.timeout))
        if (memory := self.memory) is None:
            return waiting
        from bnsym.proving.found import found

        return partial(_kept, waiting, lambda verdict: memory.keep_found(statement, at, found(verdict)))

    def _sought(self, statement: Statement, at: str | None, seconds: float) -> Answer[Decided]:
        if isinstance(self.seekers, InProcess):
            return self.seekers.submit(partial(jobs.settle, statement, at, seconds))
        waiting = self.seekers.submit(partial(jobs.seek, statement, at, seconds))
        return lambda: self._judged(statement, waiting())

    def evidence(self, statement: Statement, *, proved: bool) -> Answer[tuple[Evidence, ...]]:
        from bnsym.evidence.surveying import relevant

        statement = relevant(statement)  # else each link of a note would carry all its definitions there
        known = self.memory.evidence(statement, self.budget, proved) if self.memory else None
        if known is not None:
            done = Done(known, 0.0, remembered=True)
            return lambda: done
        waiting = self.helpers.submit(partial(jobs.testify, statement, self.budget, proved))
        if self.memory is None:
            return waiting
        keep = partial(self.memory.keep_evidence, statement, self.budget, proved)
        return partial(_kept, waiting, keep, self.budget.timeout)

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

    def causes(
        self, note: Note, wanted: frozenset[str], decided: Mapping[str, Witness | bool]
    ) -> Answer[tuple[Cause, ...]]:
        """Why several of the links that a note means to be true are not proved."""
        waiting = self.helpers.submit(partial(jobs.explain, note, wanted, decided))
        if isinstance(self.helpers, InProcess):
            return waiting

        def result() -> Done[tuple[Cause, ...]] | Failed:
            done = waiting()
            return done if isinstance(done, Failed) else attempt(partial(_confirmed, note, done.value))

        return result

    def repair(
        self, note: Note, link: Link, verdict: Refuted | None, work: int
    ) -> Answer[tuple[Repair | None, str]]:
        """What would make a refuted link true, and what its left side is; without a verdict, what
        would make an unread one read and true."""
        known = self.memory.repair(note, link, work) if self.memory else None
        if known is not None:
            believed = attempt(partial(_believed, note, link, known))
            if isinstance(believed, Done) and (believed.value[0] is None) is (known[0] is None):
                return lambda: believed
        refutation = None if verdict is None else (verdict.witness, verdict.maxima)
        asked = self.helpers.submit(partial(jobs.mend, note, link, refutation, work))
        waiting = asked if isinstance(self.helpers, InProcess) else partial(_checked, note, link, asked)
        if self.memory is None:
            return waiting
        keep = partial(self.memory.keep_repair, note, link, work)
        return partial(_kept, waiting, keep, jobs.HANGING_SECONDS)

    def _judged(self, statement: Statement, done: Done[Found] | Failed) -> Done[Decided] | Failed:
        from bnsym.proving.found import judge

        if isinstance(done, Failed):
            return done
        judged = attempt(partial(judge, statement, done.value, monotonic() + self.budget.timeout))
        if isinstance(judged, Failed):
            return judged
        return Done(judged.value, done.seconds + judged.seconds, done.remembered)


def _kept(waiting: Answer[T], keep: Callable[[T], None], within: float = inf) -> Done[T] | Failed:
    """The answer, which is kept unless time was up."""
    done = waiting()
    if isinstance(done, Done) and done.seconds < within:
        keep(done.value)
    return done


def _confirmed(note: Note, causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """Those with which the links that they explain are proved here."""
    from bnsym.repairing.causes import confirmed

    return confirmed(note.text, note.file, causes)


def _checked(
    note: Note, link: Link, waiting: Answer[tuple[Repair | None, str]]
) -> Done[tuple[Repair | None, str]] | Failed:
    done = waiting()
    if isinstance(done, Failed) or done.value[0] is None:
        return done
    return attempt(partial(_believed, note, link, done.value))


def _believed(note: Note, link: Link, mended: tuple[Repair | None, str]) -> tuple[Repair | None, str]:
    """The repair, if the note that it makes is read here and its link is proved."""
    from bnsym.repairing import search
    from bnsym.repairing.written import read_note

    repair, derived = mended
    holds = repair is not None and search.holds(
        read_note(note.text, note.file), link, repair, monotonic() + jobs.HANGING_SECONDS
    )
    return repair if holds else None, derived
