"""What becomes of mutants: decided as statements, and, written into their note, read and repaired."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from functools import lru_cache
from statistics import median

from bnsym.elaborate import read
from bnsym.execution import jobs
from bnsym.kernel import Proved, Refuted
from bnsym.model import Link, Repair, Undecided
from bnsym.printing import to_latex
from bnsym.proving import decide
from bnsym.repairing import search
from bnsym.repairing.written import Work, read_note
from bnsym.terms import Statement
from tests.slips.oracle import Truth, truth
from tests.slips.sampling import Mutant, Origin

SECONDS = 2.0
"""For one mutant: most are refuted in a few milliseconds."""
LINK_SECONDS = 8.0
"""For a verdict of the benchmark; a link of a note has ten."""
THOROUGH = 60
"""Random points for a mutant that was proved."""


@dataclass
class Times:
    """Seconds of this process's own work: how busy the machine is makes no difference."""

    seconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        ordered = sorted(self.seconds) or [0.0]
        return f"{1000 * median(ordered):>8.0f}{1000 * ordered[int(0.99 * (len(ordered) - 1))]:>8.0f}"


@dataclass
class Tally:
    """What became of the slips of one kind."""

    tried: int = 0
    unknown: int = 0
    false: int = 0
    proved_false: int = 0
    refuted: int = 0
    undecided: int = 0
    written: int = 0
    unread: int = 0
    mended: int = 0
    original: int = 0
    decided_in: Times = field(default_factory=Times)
    mended_in: Times = field(default_factory=Times)

    def row(self, kind: str) -> str:
        return (
            f"{kind:<20}{self.tried:>6}{self.false:>7}{self.proved_false:>8}{share(self.refuted, self.false)}"
            f"{self.undecided:>7}{self.decided_in} |{self.written:>6}{self.unread:>7}"
            f"{share(self.mended, self.written)}{share(self.original, self.written)}{self.mended_in}"
        )

    def plus(self, other: Tally) -> None:
        for name in ("tried", "unknown", "false", "proved_false", "refuted", "undecided", "written", "unread",
                     "mended", "original"):  # fmt: skip
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.decided_in.seconds += other.decided_in.seconds
        self.mended_in.seconds += other.mended_in.seconds


HEAD = (
    f"{'kind':<20}{'tried':>6}{'false':>7}{'proved':>8}{'refuted':>9}{'open':>7}{'median':>8}{'p99 ms':>8} |"
    f"{'noted':>6}{'unread':>7}{'mended':>9}{'as was':>9}{'median':>8}{'p99 ms':>8}"
)


def share(part: int, whole: int) -> str:
    return f"{100 * part / whole:>7.1f} %" if whole else f"{'–':>9}"


def judge(mutant: Mutant, tally: Tally, patience: float = 1.0) -> Proved | Refuted | Undecided:
    """Decide the mutant as it is, and say what floats say of it."""
    started = time.process_time()
    verdict = decide(mutant.statement, time.monotonic() + patience * LINK_SECONDS)
    tally.decided_in.seconds.append(time.process_time() - started)
    tally.tried += 1
    found = truth(mutant.statement, THOROUGH) if isinstance(verdict, Proved) else truth(mutant.statement)
    false = found is Truth.FALSE or isinstance(verdict, Refuted)
    tally.unknown += found is Truth.UNKNOWN
    tally.false += false
    tally.proved_false += false and isinstance(verdict, Proved)
    tally.refuted += isinstance(verdict, Refuted)
    tally.undecided += false and isinstance(verdict, Undecided)
    return verdict


def mend(mutant: Mutant, tally: Tally, patience: float = 1.0) -> Repair | None:
    """Write the mutant into its note, read it, and look for a repair."""
    note = noted(mutant)
    if note is None:
        return None
    text, file = note, mutant.origin.path.name
    derivation = read(text, file)
    link = next((k for k in derivation.links if k.id == mutant.origin.link.id), None)
    verdict = None
    if link is not None and link.statement is not None:
        verdict = decide(link.statement, time.monotonic() + patience * SECONDS)
    if link is None or isinstance(verdict, Proved):
        return None
    tally.written += 1
    tally.unread += verdict is None
    started = time.process_time()
    found = None
    if not isinstance(verdict, Undecided):
        work = Work(jobs.LINK_WORK, time.monotonic() + jobs.HANGING_SECONDS)
        found = search.repair(read_note(text, file), link, verdict, work)
    tally.mended_in.seconds.append(time.process_time() - started)
    tally.mended += found is not None
    tally.original += found is not None and is_original(mutant, found.apply(text))
    return found


def noted(mutant: Mutant) -> str | None:
    """The note with the slip in it; None if it is not written there in one piece."""
    origin = mutant.origin
    text = origin.path.read_text(encoding="utf-8")
    if mutant.side == "hypotheses":
        return _without_hypothesis(mutant, text)
    span = {"left": origin.link.left_span, "right": origin.link.right_span, "relation": origin.link.span}
    where = span[mutant.side]
    if where is None or (mutant.side != "relation" and not reads_back(origin, mutant.side)):
        return None
    start, end = where.offsets
    new = {
        "left": to_latex(mutant.statement.left),
        "right": to_latex(mutant.statement.right),
        "relation": mutant.statement.relation.value + " ",
    }
    return text[:start] + new[mutant.side] + text[end:]


def reads_back(origin: Origin, side: str) -> bool:
    """Whether a side written out in components, as mutants are, is read as it stands in its note."""
    span = origin.link.left_span if side == "left" else origin.link.right_span
    if span is None:
        return False
    text = origin.path.read_text(encoding="utf-8")
    start, end = span.offsets
    written = to_latex(origin.statement.left if side == "left" else origin.statement.right)
    link = _link(text[:start] + written + text[end:], origin)
    return link is not None and link.statement is not None


def _without_hypothesis(mutant: Mutant, text: str) -> str | None:
    """The note without the directive that makes the hypothesis."""
    for found in re.finditer(r"<!-- bnsym: assume .*?-->\n", text):
        changed = text[: found.start()] + text[found.end() :]
        link = _link(changed, mutant.origin)
        if link is not None and link.statement == mutant.statement:
            return changed
    return None


@lru_cache(maxsize=400)
def _link(text: str, origin: Origin) -> Link | None:
    links = read(text, origin.path.name).links
    return next((k for k in links if k.id == origin.link.id), None)


def is_original(mutant: Mutant, text: str) -> bool:
    """Whether the repaired link says what it said before the slip, side by side."""
    link = _link(text, mutant.origin)
    if link is None or link.statement is None:
        return False
    now, before = link.statement, mutant.origin.statement
    if now.relation is not before.relation or len(now.hypotheses) < len(before.hypotheses):
        return False
    return all(
        one == other or truth(Statement(one, now.relation.EQ, other, now.definitions, now.hypotheses,
                                        now.losses, now.outputs)) is not Truth.FALSE
        for one, other in ((now.left, before.left), (now.right, before.right))
    )  # fmt: skip
