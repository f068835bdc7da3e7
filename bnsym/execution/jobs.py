"""What can be asked of another process: each a function of plain data, which returns plain data.

Provers and routes are imported where they run. What goes wrong in one is returned as `Failed`,
so that an exception of an executor can only be its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from time import monotonic
from typing import TYPE_CHECKING, Generic, TypeVar

from bnsym.execution.budget import Budget
from bnsym.execution.interruption import interrupted
from bnsym.execution.limits import limited
from bnsym.finding import Note
from bnsym.kernel import Proved, Refuted, Witness, refute
from bnsym.model import Cause, Evidence, Link, Repair, Undecided
from bnsym.proving.advice import Alike
from bnsym.terms import Hypothesis, Statement

if TYPE_CHECKING:
    from bnsym.kernel import Maximum
    from bnsym.proving.found import Found

T = TypeVar("T")
LARGE_SIZE = 1000
"""The batch size at which a proof is re-tested modulo a prime."""
LINK_WORK = 600
NOTE_WORK = 4500
"""How many expressions may be read to mend one link, and all links of a note."""
HANGING_SECONDS = 120.0
"""After which no more repairs or causes are looked for: only if something hangs."""
DERIVED_SECONDS = 1.0
"""And what deriving its left side may take."""


@dataclass(frozen=True, slots=True)
class Done(Generic[T]):
    value: T
    seconds: float
    remembered: bool = False


@dataclass(frozen=True, slots=True)
class Failed:
    """bnsym itself broke down."""

    message: str


class Lost(Exception):
    """Whoever had the job ended before it was done."""


def attempt(job: Callable[[], T]) -> Done[T] | Failed:
    """What came of a job."""
    started = monotonic()
    try:
        return Done(job(), monotonic() - started)
    except Exception as error:
        return Failed(words(error))


def words(error: BaseException) -> str:
    """What broke down. Raises KeyboardInterrupt if nothing did, and it was interrupted."""
    if interrupted(error):
        raise KeyboardInterrupt from error
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


# -- the jobs -------------------------------------------------------------------------


def seek(statement: Statement, at: str | None, seconds: float) -> Found:
    """What decides a statement, if it is found; `at` is a witness to replay."""
    from bnsym.proving.found import found

    return found(settle(statement, at, seconds))


def settle(statement: Statement, at: str | None, seconds: float) -> Proved | Refuted | Undecided:
    """The verdict, of this process."""
    from bnsym.proving import decide

    def undecided(why: str) -> Proved | Refuted | Undecided:
        return Undecided("BN301", f"{why}, for this link")

    return limited(lambda: decide(statement, monotonic() + seconds, at=at), seconds, undecided)


def testify(statement: Statement, budget: Budget, proved: bool) -> tuple[Evidence, ...]:
    """What each independent route finds on one statement: on a proof all of them, beside any other
    verdict only what was asked for."""
    routes = _on_proof(statement, budget) if proved and budget.cross_examine else ()
    if budget.batch is None:
        return routes
    from bnsym.evidence.large import floating, modular

    def at_batch() -> tuple[Evidence, ...]:
        size, deadline = budget.batch or 0, monotonic() + budget.timeout
        return tuple(r.examine(statement, size, deadline=deadline) for r in (floating, modular))

    return routes + limited(at_batch, budget.timeout, partial(_no_evidence, f"at {budget.batch}"))


def _no_evidence(route: str, why: str) -> tuple[Evidence, ...]:
    return (Evidence(route, None, why),)


def _on_proof(statement: Statement, budget: Budget) -> tuple[Evidence, ...]:
    from bnsym.evidence.small import explicit
    from bnsym.evidence.small.frame import frame

    def small() -> tuple[Evidence, ...]:
        deadline = monotonic() + budget.timeout
        return (explicit.examine(statement, sizes=budget.explicit, deadline=deadline),)

    def interrupted(why: str) -> tuple[Evidence, ...]:
        frame.cache_clear()  # what was being made may be half made
        return _no_evidence("explicit", why)

    routes = _at_large_size(statement, budget)
    return (limited(small, budget.timeout, interrupted) if budget.explicit else ()) + routes


def _at_large_size(statement: Statement, budget: Budget) -> tuple[Evidence, ...]:
    from bnsym.evidence.large import modular

    def large() -> tuple[Evidence, ...]:
        return (modular.examine(statement, size=LARGE_SIZE, deadline=monotonic() + budget.timeout),)

    return limited(large, budget.timeout, partial(_no_evidence, "mod p"))


def trim(
    statement: Statement, hypotheses: tuple[Hypothesis, ...], budget: Budget
) -> tuple[tuple[Hypothesis, ...], Found | None]:
    """Hypotheses without any of which the statement is not proved within the time; and what
    proves it from these alone, where they are fewer."""
    from bnsym.proving import decide
    from bnsym.proving.found import found

    needed, proof = hypotheses, None
    for hypothesis in hypotheses:
        fewer = tuple(h for h in needed if h != hypothesis)
        verdict = decide(replace(statement, hypotheses=fewer), monotonic() + budget.timeout)
        if isinstance(verdict, Proved):
            needed, proof = fewer, found(verdict)
    return needed, proof


def share(links: int) -> int:
    """The work for each of so many links of a note: in steps, so that with one link less what was found for
    the others is what is asked for."""
    wanted = min(LINK_WORK, NOTE_WORK // max(links, 1))
    return max((LINK_WORK >> k for k in range(10) if LINK_WORK >> k <= wanted), default=wanted)


def mend(
    note: Note, link: Link, refutation: tuple[Witness, tuple[Maximum, ...]] | None, work: int
) -> tuple[Repair | None, str]:
    """What would make a refuted link true, and what its left side is; without a refutation, what would make
    an unread one read and true."""
    from bnsym.repairing import search
    from bnsym.repairing.written import Work, read_note

    place = read_note(note.text, note.file)
    refuted = refute(link.statement, *refutation, Alike()) if refutation and link.statement else None
    found = partial(search.repair, place, link, refuted, Work(work, monotonic() + HANGING_SECONDS))
    repair = limited(found, HANGING_SECONDS, lambda _: None)
    if refuted is None:
        return repair, ""
    import_module("sympy")  # which factors what is derived: reading it in is not part of the search
    derived = partial(search.derived, place, refuted, monotonic() + DERIVED_SECONDS)
    return repair, limited(derived, DERIVED_SECONDS, lambda _: "")


def explain(note: Note, wanted: frozenset[str], decided: Mapping[str, Witness | bool]) -> tuple[Cause, ...]:
    """Why several of the wanted links are not proved; what is decided is so with a witness or by a proof."""
    from bnsym.repairing.causes import causes

    found = partial(causes, note.text, note.file, wanted, monotonic() + HANGING_SECONDS, decided)
    return limited(found, HANGING_SECONDS, lambda _: ())
