"""One link on its way from statement to result: what is asked about it, and what the answers make.

Not trusted: it builds no verdict that passes. What breaks down costs its own link, with the
code BN402; whoever worked on it and is gone, with BN312. A search for a repair that breaks down costs
no verdict: it is a note on the link, with the code BN403.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from typing import TypeVar

from bnsym.execution import jobs
from bnsym.execution.budget import Repairs
from bnsym.execution.dispatch import Answer, Decided, Dispatcher
from bnsym.execution.jobs import Failed, Lost
from bnsym.execution.values_of_functions import with_values_of
from bnsym.finding import Note
from bnsym.kernel import Proved, Refuted, Witness, compare
from bnsym.model import (
    VERDICT_NAMES,
    Cause,
    Declaration,
    Declared,
    Diagnostic,
    Evidence,
    Link,
    NamedHypothesis,
    Repair,
    Result,
    Severity,
    Skipped,
    Undecided,
    Unread,
    Verdict,
)
from bnsym.reporting.unicode import marked
from bnsym.reporting.wording import at_witness
from bnsym.terms import Diff, Hypothesis, Relation, Statement, walk

T = TypeVar("T")
OTHER_READING_SECONDS = 2.0
"""What a refuted link may take in its other reading, and what is asked of a definition."""


@dataclass(slots=True)
class Case:
    """A link on its way to a result. `ask`, `judge`, `mend` and `close` are called for all links in turn,
    so that others work on the next ones meanwhile. What breaks down costs this link alone."""

    link: Link
    note: Note
    dispatcher: Dispatcher
    verdict: Verdict | None = None
    seconds: float = 0.0
    remembered: bool = False
    final: bool = True
    asked: Answer[Decided] | None = None
    evidence: Answer[tuple[Evidence, ...]] | None = None
    repair: Answer[tuple[Repair | None, str]] | None = None
    minimal: Answer[tuple[Hypothesis, ...]] | None = None
    failures: tuple[Diagnostic, ...] = ()
    """Of searches for what would mend it."""

    def ask(self) -> None:
        """For a verdict, unless the file settles that."""
        declared, statement = self.link.declaration, self.link.statement
        if declared is not None and declared.kind is Declared.SKIP:
            self.verdict = _skipped(self.link, declared)
        elif self.link.literal is not None:
            self.asked = self.dispatcher.verdict(self.link.literal)
        elif self.link.problem is not None:
            self.verdict = Unread(self.link.problem)
        elif statement is None:
            self.verdict = Undecided("BN402", "a link with neither a statement nor a problem")
        else:
            self.asked = self.dispatcher.verdict(statement, declared.at if declared else "")

    def judge(self) -> None:
        """Take the verdict, and ask for what is wanted beside it."""
        try:
            if self.asked is not None:
                self.verdict = self._settled(_allowed(self._value(self.asked), self.dispatcher.budget.axioms))
            self._ask_more()
        except (_Broken, Lost) as error:
            self.verdict = _undone(error)

    def _settled(self, verdict: Decided) -> Verdict:
        """The verdict; of a link that is unread for its letters, only a refutation."""
        settled = self._said(verdict)
        if self.link.literal is not None and self.link.problem and not isinstance(settled, Refuted):
            return Unread(self.link.problem)
        return settled

    def _said(self, verdict: Decided) -> Verdict:
        """The verdict, unless it would be another under a reading that the file leaves open."""
        if isinstance(verdict, Refuted) and (digits := _agreeing_digits(self.link, verdict)):
            return Undecided("BN313", f"agrees in the {digits} digits written, and is not exact")
        if isinstance(verdict, Refuted):
            message = "it fails for some values of its functions, and not surely for those that they have"
            verdict = with_values_of(self.link.functions, verdict) or Undecided("BN302", message)
        doubted = isinstance(verdict, Refuted) or (self.link.strict and isinstance(verdict, Proved))
        doubts = iter(self.link.doubts if doubted else ())
        doubt = next(doubts, None)
        if doubt is not None and self._proof(self.link.unless):
            doubt = next(doubts, None) if isinstance(verdict, Refuted) else None
        if doubt is not None:
            return _with_values(doubt, verdict) if isinstance(verdict, Refuted) else doubt
        if isinstance(verdict, Refuted) and (other := self._proof(self.link.otherwise)):
            return other if self.link.jacobian else Unread(_two_readings(self.link))
        if isinstance(verdict, Refuted):
            for reading in self.link.readings:
                if self._proof(reading.statement):
                    return Unread(reading.problem)
        if isinstance(verdict, Refuted) and self.link.elsewhere:
            assumed = self._assuming(self.link.elsewhere)
            asked = self.dispatcher.verdict(assumed, seconds=OTHER_READING_SECONDS) if assumed else None
            if asked and not isinstance(self._value(asked, OTHER_READING_SECONDS), Refuted):
                return Unread(_said_elsewhere(self.link))
        return verdict

    def _assuming(self, said: Sequence[NamedHypothesis]) -> Statement | None:
        """The statement with what sentences of other sections say, if they say something."""
        statement = self.link.statement or self.link.literal
        if statement is None or not said:
            return None
        hypotheses = (*statement.hypotheses, *(named.hypothesis for named in said))
        return replace(statement, hypotheses=hypotheses)

    def _proof(self, statement: Statement | None) -> Proved | None:
        """The proof of another reading, if there is one."""
        if statement is None:
            return None
        asked = self.dispatcher.verdict(statement, None, OTHER_READING_SECONDS)
        verdict = _allowed(self._value(asked, OTHER_READING_SECONDS), self.dispatcher.budget.axioms)
        return verdict if isinstance(verdict, Proved) else None

    def _ask_more(self) -> None:
        """Evidence on a proof; on any other verdict only if a batch size asks for it."""
        budget, statement = self.dispatcher.budget, self.link.statement
        if isinstance(self.verdict, Proved) and (budget.cross_examine or budget.batch):
            self.evidence = self.dispatcher.evidence(self.verdict.statement, proved=True)
        if isinstance(self.verdict, Refuted | Undecided) and budget.batch and statement:
            self.evidence = self.dispatcher.evidence(statement, proved=False)
        if isinstance(self.verdict, Proved) and budget.minimal:
            self.minimal = self.dispatcher.minimal(self.verdict)

    @property
    def is_to_mend(self) -> bool:
        """Whether a change of the note is looked for that makes the link true."""
        repairs = self.dispatcher.budget.repairs
        unexpected = self.link.declaration is None or repairs is Repairs.ALL
        mendable = isinstance(self.verdict, Refuted | Unread | Undecided)
        return mendable and unexpected and repairs is not Repairs.NONE

    @property
    def is_alone(self) -> bool:
        """Whether a repair is looked for that is of this link alone."""
        refuted = isinstance(self.verdict, Refuted)
        unread = self.link.statement is None and not isinstance(self.verdict, Undecided)
        return self.is_to_mend and (refuted or unread)

    def mend(self, work: int) -> None:
        """Ask for such a repair."""
        refuted = self.verdict if isinstance(self.verdict, Refuted) and self.link.statement else None
        self.repair = self.dispatcher.repair(self.note, self.link, refuted, work)

    def close(self) -> Result:
        """All of it, and whether it is as the file declares."""
        if self.verdict is None:
            raise RuntimeError("a link is judged before it is closed")
        link, verdict = self.link, self.verdict
        try:
            repair, derived, failure = self._mended()
            minimal = None if self.minimal is None else self._value(self.minimal)
            seconds = self.seconds
            evidence = () if self.evidence is None else self._value(self.evidence)
            final = self.final and not isinstance(verdict, Undecided)
            notes, said = (*_undeclared(link, verdict), *failure), (repair, derived, minimal)
            return Result(link, verdict, evidence, notes, seconds, *said, self.remembered, final)
        except (_Broken, Lost) as error:
            verdict = _undone(error, f"{VERDICT_NAMES[type(verdict)]}, but what was asked for then failed: ")
            return Result(link, verdict, (), _undeclared(link, verdict), self.seconds, final=False)

    def _mended(self) -> tuple[Repair | None, str, tuple[Diagnostic, ...]]:
        """What the search for a repair found. That it failed is a note: it says nothing of the verdict."""
        if self.repair is None:
            return None, "", self.failures
        try:
            return *self._value(self.repair, jobs.HANGING_SECONDS), self.failures
        except (_Broken, Lost) as error:
            self.final = False
            return None, "", (_no_repair(error, self.link),)

    def _value(self, answer: Answer[T], within: float = inf) -> T:
        done = answer()
        if isinstance(done, Failed):
            raise _Broken(done.message)
        self.seconds += done.seconds
        self.final = self.final and done.seconds < min(within, self.dispatcher.budget.timeout)
        self.remembered = self.remembered or done.remembered
        return done.value


def explain(cases: Sequence[Case], *, causes: bool, both: bool) -> tuple[Cause, ...]:
    """Why several links of a note are not proved, if that is asked for; a repair is looked for of each link
    that this leaves, beside a cause only where both are asked for."""
    failing = [case for case in cases if case.is_to_mend]
    undeclared = frozenset(case.link.id for case in failing if case.link.declaration is None)
    found: tuple[Cause, ...] = ()
    if undeclared and causes:
        try:
            asked = failing[0].dispatcher.causes(failing[0].note, undeclared, _known(cases))
            found = failing[0]._value(asked)
        except (_Broken, Lost) as error:  # each link is then mended alone
            failing[0].failures += (_no_repair(error, failing[0].link),)
    explained = {name for cause in found for name in cause.links}
    left = failing if both or not found else []
    alone = [case for case in left if case.link.id not in explained and case.is_alone]
    for case in alone:
        case.mend(jobs.share(len(alone)))
    return found


def _known(cases: Sequence[Case]) -> dict[str, Witness | bool]:
    """Of each link whose own statement was judged, whether it is proved, or where it fails."""
    found: dict[str, Witness | bool] = {}
    for case in cases:
        match case.verdict:
            case Proved(statement=statement) if _is_own(statement, case.link):
                found[case.link.id] = True
            case Refuted(statement=statement, witness=witness, maxima=()) if _is_own(statement, case.link):
                found[case.link.id] = witness
            case Undecided() if case.link.statement is not None:
                found[case.link.id] = False
    return found


def _is_own(statement: Statement, link: Link) -> bool:
    """Whether it is the link's, definitions that it does not depend on left out or not."""
    own = link.statement
    return own is not None and replace(own, definitions=statement.definitions) == statement


class _Broken(Exception):
    """bnsym itself failed on a link."""


def _no_repair(error: _Broken | Lost, link: Link) -> Diagnostic:
    hint = "the verdict stands; please report the note"
    return Diagnostic("BN403", Severity.WARNING, f"the search for a repair failed: {error}", link.span, hint)


def _undone(error: _Broken | Lost, before: str = "") -> Undecided:
    return Undecided("BN312" if isinstance(error, Lost) else "BN402", f"{before}{error}")


def _allowed(verdict: Decided, axioms: frozenset[str] | None) -> Decided:
    """The verdict, unless it is a proof with an axiom that is not allowed."""
    if isinstance(verdict, Proved) and axioms is not None:
        for axiom in verdict.axioms:
            if axiom not in axioms:
                return Undecided("BN311", f"proved, but with an axiom that is not allowed: {axiom}")
    return verdict


def _agreeing_digits(link: Link, refuted: Refuted) -> int:
    """How many digits a decimal on one side has after its point, if it is the other side rounded or cut
    off there; else 0."""
    left, right = link.digits
    if refuted.statement.relation is not Relation.EQ or bool(left) == bool(right):
        return 0
    written, exact = (refuted.left, refuted.right) if left else (refuted.right, refuted.left)
    digits = left or right
    if not isinstance(written, Fraction):
        return 0
    unit = Fraction(1, 10**digits) * (-1 if written < 0 else 1)
    ends = sorted((written - unit / 2, written + unit))
    inside = compare(exact, Relation.GE, ends[0]) and compare(exact, Relation.LE, ends[1])
    beyond = not compare(exact, Relation.NE, written + unit)  # the next decimal is another number
    return digits if inside and not beyond else 0


def _with_values(doubt: Unread, refuted: Refuted) -> Unread:
    """The doubt, with the values at which the two sides differ."""
    said, found = marked(doubt.problem.message), at_witness(refuted)
    message = f"{found}, but it {said}" if doubt.problem.cause else f"{said}: {found}"
    return Unread(replace(doubt.problem, message=message, cause=None))


def _two_readings(link: Link) -> Diagnostic:
    """False in the reading that is usual, true in the other one, and the file does not say which is meant."""
    total, held = "if these derivatives are total", "if what is defined in between is held fixed"
    true, false = (held, total) if link.otherwise and _holds_something(link.otherwise) else (total, held)
    message = f"true {true}, false {false}"
    hint = "say which: `<!-- bnsym: partial total -->` or `<!-- bnsym: partial local -->`"
    return Diagnostic("BN136", Severity.ERROR, message, link.span, hint)


def _said_elsewhere(link: Link) -> Diagnostic:
    """False as it stands, and not with what a sentence says, but not of it."""
    said = link.elsewhere[0]
    message = f"false unless `{said.source}`, which line {said.span.line} says, but not of this formula"
    hint = f"say it beside it, `for ${said.source}$`, or above it: `<!-- bnsym: assume ${said.source}$ -->`"
    return Diagnostic("BN137", Severity.ERROR, message, link.span, hint)


def _holds_something(statement: Statement) -> bool:
    terms = (*walk(statement.left), *walk(statement.right))
    return any(isinstance(term, Diff) and not term.total for term in terms)


def _skipped(link: Link, declared: Declaration) -> Skipped:
    """Skipped; where the skip names a code, only if reading gives that code."""
    found = link.problem.code if link.problem else ""
    if declared.code in ("", found):
        return Skipped(declared.reason)
    said = f"gives {found}: {link.problem.message}" if link.problem else "can be read"
    message = f"declared skip code={declared.code}, but it {said}"
    hint = f"write code={found}" if found else "remove the skip, so that the link is checked"
    return Skipped(declared.reason, Diagnostic("BN307", Severity.ERROR, message, declared.span, hint))


def _undeclared(link: Link, verdict: Verdict) -> tuple[Diagnostic, ...]:
    """The note on a link that is declared refuted and was not."""
    declared = link.declaration
    if declared is None or declared.kind is not Declared.REFUTED:
        return ()
    match verdict:
        case Proved(scope=scope):
            found = f"proved for {scope}" if scope else "proved"
            hint = "remove the `refuted` directive, or correct what it stands for"
        case Undecided(message=message):
            found, hint = f"undecided ({message})", 'give a witness with at="…", or declare it `skip`'
        case Unread(found_problem):
            skip = f"<!-- bnsym: skip code={found_problem.code} … -->"
            found, hint = "unread", f"write it readably, or declare it {skip}"
        case Skipped() | Refuted():
            return ()
    message = f"declared refuted, but it is {found}"
    return (Diagnostic("BN307", Severity.ERROR, message, declared.span, hint),)
