"""From paths to a report: read each note, decide each link within its own budget, and
cross-examine what was proved by routes that share no code with the proof.

Not trusted: it builds no verdict that passes. A failure of bnsym itself becomes the code
BN402 and exit code 3, and never hides the verdicts of other links. Provers and evidence
are imported where they are used, so that reading bad input costs no SymPy.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from bnsym import __version__
from bnsym.crossing import Budget, Examine, Repairs, Testimony, examiner
from bnsym.finding import Note, gather, problem
from bnsym.kernel import GRAM_AXIOM, NORM_AXIOM, SCHWARZ_AXIOM, SQUARES_AXIOM, Proved, Refuted
from bnsym.model import (
    VERDICT_NAMES,
    Declaration,
    Declared,
    Derivation,
    Diagnostic,
    ExitCode,
    FileReport,
    Link,
    Repair,
    Report,
    Result,
    Severity,
    Skipped,
    Undecided,
    Unread,
    Verdict,
)
from bnsym.terms import Hypothesis

if TYPE_CHECKING:
    from bnsym.reading.context import Context

Path = str | os.PathLike[str]
AXIOMS = {
    "gram": GRAM_AXIOM,
    "cauchy-schwarz": SCHWARZ_AXIOM,
    "squares": SQUARES_AXIOM,
    "spectral-norm": NORM_AXIOM,
}
"""Names for what a proof may rest on besides the expansion of polynomials."""
OTHER_READING_SECONDS = 2.0
"""What a refuted link may take in its other reading."""
REPAIR_SECONDS = 3.0
"""What looking for a repair of one link may take."""


class Progress(Protocol):
    """Who watches the work: told the number of links, each link as it is decided, and each
    result once its evidence is in."""

    def start(self, total: int) -> None: ...
    def begin(self, link: Link) -> None: ...
    def end(self, result: Result) -> None: ...


class Unwatched:
    """Progress that nobody looks at."""

    def start(self, total: int) -> None: ...
    def begin(self, link: Link) -> None: ...
    def end(self, result: Result) -> None: ...


def check(
    paths: Path | Iterable[Path] = "all",
    *,
    timeout: float = 10.0,
    explicit: Iterable[int] = (2, 3, 4),
    cross_examine: bool = True,
    repairs: Repairs | str = Repairs.FAILED,
    minimal: bool = False,
    axioms: Iterable[str] | None = None,
    batch: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Decide every link of the notes that `paths` name.

    A path is a Markdown file, a directory (its notes, recursively), `FILE#ID` (the links of one
    block, or one link), `-` (standard input), or `all` (the notes under `derivations/`).
    timeout: seconds a link. explicit: the batch sizes of the explicit re-check. repairs: whether a
    repair is looked for where a link is refuted: `none`, `failed` (where the file does not declare
    it) or `all`. minimal: also find out which hypotheses each proof can do without. axioms: the names
    (see AXIOMS) of those that a proof may use; ValueError for one that does not exist. batch: a batch
    size at which every link is tried as well, in floats and modulo a prime.
    Raises nothing for bad input: what could not be read is in the report's diagnostics.
    """
    single = isinstance(paths, str | os.PathLike)
    named: Iterable[Path] = (paths,) if single else paths  # type: ignore[assignment]
    notes, problems = gather(tuple(os.fspath(path) for path in named))
    allowed = None if axioms is None else _allowed(tuple(axioms))
    budget = Budget(timeout, tuple(explicit), cross_examine, Repairs(repairs), allowed, minimal, batch)
    return check_notes(notes, problems, budget, progress or Unwatched())


def _allowed(names: tuple[str, ...]) -> frozenset[str]:
    unknown = [name for name in names if name not in AXIOMS]
    if unknown:
        raise ValueError(f"there is no axiom {unknown[0]!r}; there are {', '.join(AXIOMS)}")
    return frozenset(AXIOMS[name] for name in names)


def check_notes(
    notes: Sequence[Note], problems: tuple[Diagnostic, ...], budget: Budget, progress: Progress
) -> Report:
    """Read all the notes, then decide their links in order."""
    derivations: list[tuple[Derivation, Context | None]] = []
    with examiner(budget, sum(len(note.text) for note in notes)) as examine:
        for note in notes:
            derivation, context, found = _read(note)
            problems += found
            derivations.append((derivation, context))
        progress.start(sum(len(derivation.links) for derivation, _ in derivations))
        waiting = [
            _decide_all(derivation, _Workshop(note, context, budget), examine, progress)
            for note, (derivation, context) in zip(notes, derivations, strict=True)
        ]
        files = tuple(file() for file in waiting)
    nothing = tuple(_nothing(derivation) for derivation, _ in derivations)
    empty = () if problems or any(f.results for f in files) else nothing
    return Report(__version__, files, problems + empty, {note.file: note.text for note in notes})


def exit_code(report: Report) -> ExitCode:
    """The gravest of what happened: a defect of bnsym, bad input, a link that is not as declared."""
    errors = [d for d in report.diagnostics if d.severity is Severity.ERROR]
    if any(r.disagrees or _crashed(r) for r in report.results) or any(d.code == "BN402" for d in errors):
        return ExitCode.DISAGREEMENT
    if any(d.code != "BN006" for d in errors):
        return ExitCode.USAGE
    if report.passed:
        return ExitCode.OK
    in_notes = [d for f in report.files for d in f.derivation.diagnostics if d.code != "BN006"]
    failed = report.results or any(d.severity is Severity.ERROR for d in in_notes)
    return ExitCode.NOT_AS_DECLARED if failed else ExitCode.NOTHING


def _crashed(result: Result) -> bool:
    return isinstance(result.verdict, Undecided) and result.verdict.code == "BN402"


# Reading


def _read(note: Note) -> tuple[Derivation, Context | None, tuple[Diagnostic, ...]]:
    """The note's derivation, only the links that were asked for; what it fixes for anything read
    after it; and what went wrong."""
    from bnsym.reading import read_with_context

    try:
        derivation, context = read_with_context(note.text, note.file)
    except Exception as error:
        crash = problem("BN402", f"reading failed: {_words(error)}", note.file, "please report this note")
        return Derivation(note.file, ()), None, (crash,)
    if not note.fragments:
        return derivation, context, ()
    chosen = tuple(link for link in derivation.links if any(_within(link.id, f) for f in note.fragments))
    unknown = [f for f in note.fragments if not any(_within(link.id, f) for link in derivation.links)]
    return replace(derivation, links=chosen), context, tuple(_unknown(f, derivation) for f in unknown)


def _within(link_id: str, fragment: str) -> bool:
    return link_id == fragment or link_id.startswith(fragment + ".")


def _unknown(fragment: str, derivation: Derivation) -> Diagnostic:
    ids = [link.id for link in derivation.links]
    blocks = list(dict.fromkeys(name.rpartition(".")[0] or name for name in ids))
    close = get_close_matches(fragment, blocks + ids, n=1)
    listed = ", ".join(blocks[:8]) + (", …" if len(blocks) > 8 else "")
    known = f"its blocks are {listed}" if blocks else "it has no links"
    hint = f"did you mean {derivation.file}#{close[0]}?" if close else known
    return problem("BN004", f"no link or block is called {fragment}", derivation.file, hint)


def _nothing(derivation: Derivation) -> Diagnostic:
    defined = len(derivation.definitions)
    plural = "s" * (defined != 1)
    found = f"it holds {defined} definition{plural}, and no claim" if defined else "no claim was found"
    hint = "write what is claimed as a display formula with = or \\le"
    return problem("BN006", f"nothing to check: {found}", derivation.file, hint)


# Deciding


@dataclass(frozen=True, slots=True)
class _Workshop:
    """What the links of one note are decided with."""

    note: Note
    context: Context | None
    budget: Budget


def _decide_all(
    derivation: Derivation, workshop: _Workshop, examine: Examine, progress: Progress
) -> Callable[[], FileReport]:
    """Decide all links; what is returned waits for the evidence."""
    waiting = []
    for link in derivation.links:
        progress.begin(link)
        waiting.append(_decide(link, workshop, examine))

    def finish() -> FileReport:
        results = []
        for result in waiting:
            results.append(result())
            progress.end(results[-1])
        return FileReport(derivation, tuple(results))

    return finish


def _decide(link: Link, workshop: _Workshop, examine: Examine) -> Callable[[], Result]:
    """The link's verdict, and what waits for its evidence: whether it is as the file declares."""
    started, budget = monotonic(), workshop.budget
    evidence: Testimony = tuple
    repair, derived, minimal = None, "", None
    try:
        verdict = _verdict(link, budget)
        evidence = _evidence(verdict, link, budget, examine)
        if isinstance(verdict, Proved) and budget.minimal:
            minimal = _minimal(verdict, budget)
        if isinstance(verdict, Refuted):
            repair, derived = _repaired(link, verdict, workshop)
    except Exception as error:
        verdict = Undecided("BN402", _words(error))
    seconds = monotonic() - started

    def finish() -> Result:
        try:
            notes = _undeclared(link, verdict)
            return Result(link, verdict, evidence(), notes, seconds, repair, derived, minimal)
        except Exception as error:
            said = f"{VERDICT_NAMES[type(verdict)]}, but the cross-examination failed: {_words(error)}"
            return Result(link, Undecided("BN402", said), (), (), seconds)

    return finish


def _evidence(verdict: Verdict, link: Link, budget: Budget, examine: Examine) -> Testimony:
    """What independent routes say of a proof; of any other verdict only if a batch size asks for it."""
    if isinstance(verdict, Proved) and budget.cross_examine:
        return examine(verdict.statement, True)
    if isinstance(verdict, Refuted | Undecided) and budget.batch and link.statement:
        return examine(link.statement, False)
    return tuple


def _repaired(link: Link, verdict: Refuted, workshop: _Workshop) -> tuple[Repair | None, str]:
    """What would make the link true, and what its left side is."""
    wanted, context = workshop.budget.repairs, workshop.context
    if (
        context is None
        or wanted is Repairs.NONE
        or (wanted is Repairs.FAILED and link.declaration is not None)
    ):
        return None, ""
    from bnsym.repairing import search

    note = search.Note(workshop.note.text, workshop.note.file, context)
    seconds = min(REPAIR_SECONDS, workshop.budget.timeout)
    return search.repair(note, link, verdict, monotonic() + seconds), search.derived(
        note, verdict, monotonic() + 1
    )


def _minimal(verdict: Proved, budget: Budget) -> tuple[Hypothesis, ...]:
    """Hypotheses without any of which the statement is not proved within the time."""
    from bnsym.proving import decide

    needed = verdict.hypotheses
    for hypothesis in verdict.hypotheses:
        fewer = tuple(h for h in needed if h != hypothesis)
        found = decide(replace(verdict.statement, hypotheses=fewer), monotonic() + budget.timeout)
        needed = fewer if isinstance(found, Proved) else needed
    return needed


def _verdict(link: Link, budget: Budget) -> Verdict:
    declared = link.declaration
    if declared is not None and declared.kind is Declared.SKIP:
        return _skipped(link, declared)
    if link.problem is not None:
        return Unread(link.problem)
    if link.statement is None:
        raise ValueError("a link with neither a statement nor a problem")
    from bnsym.proving import decide

    found = decide(link.statement, monotonic() + budget.timeout, at=declared.at if declared else "")
    if isinstance(found, Proved) and budget.axioms is not None:
        extra = [axiom for axiom in found.axioms if axiom not in budget.axioms]
        if extra:
            return Undecided("BN311", f"proved, but with an axiom that is not allowed: {extra[0]}")
    if isinstance(found, Refuted) and link.total is not None:
        seconds = min(OTHER_READING_SECONDS, budget.timeout)
        if isinstance(decide(link.total, monotonic() + seconds), Proved):
            return Unread(_two_readings(link))
    return found


def _two_readings(link: Link) -> Diagnostic:
    r"""False with partial derivatives, true with total ones, and the file does not say which."""
    message = "true if these derivatives are total, false if what is defined in between is held fixed"
    hint = "say which: `<!-- bnsym: partial total -->` or `<!-- bnsym: partial local -->`"
    return Diagnostic("BN136", Severity.ERROR, message, link.span, hint)


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


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
