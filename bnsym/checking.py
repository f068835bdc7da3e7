"""From paths to a report: read each note, decide each link within its own budget, and
cross-examine what was proved by routes that share no code with the proof.

Not trusted: it builds no verdict that passes. A failure of bnsym itself becomes the code
BN402 and exit code 3, and never hides the verdicts of other links. Provers and evidence
are imported where they are used, so that reading bad input costs no SymPy.
"""

from __future__ import annotations

import os
import pathlib
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol

from bnsym.execution.budget import Budget, Repairs
from bnsym.execution.case import OTHER_READING_SECONDS, Case, explain
from bnsym.execution.dispatch import Dispatcher
from bnsym.execution.jobs import Done, Lost, words
from bnsym.execution.workers import InProcess, sensible, workers
from bnsym.finding import Note, gather, problem
from bnsym.kernel import NORM_AXIOM, SCHWARZ_AXIOM, SQUARES_AXIOM, Proved, Refuted
from bnsym.model import (
    Derivation,
    Diagnostic,
    ExitCode,
    FileReport,
    Link,
    Report,
    Result,
    Severity,
    Undecided,
)
from bnsym.reporting.wording import at_witness
from bnsym.source.bundle import texts
from bnsym.version import __version__

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from bnsym.cache.answers import Answers
    from bnsym.cache.folder import Folder
    from bnsym.elaborate.promises import Promise
    from bnsym.execution.dispatch import Verdicts

Path = str | os.PathLike[str]
AXIOMS = {
    "cauchy-schwarz": SCHWARZ_AXIOM,
    "squares": SQUARES_AXIOM,
    "spectral-norm": NORM_AXIOM,
}
"""Names for what a proof may rest on besides the expansion of polynomials."""


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
    jobs: int | None = 1,
    executor: Executor | None = None,
    cache: bool | Path = False,
) -> Report:
    """Decide every link of the notes that `paths` name.

    A path is a note (Markdown, LaTeX, or a Jupyter notebook), a directory (its notes, recursively),
    `FILE#ID` (the links of one block, or one link), `-` (standard input), or `all` (the notes under
    `derivations/`).
    timeout: seconds a link. explicit: the batch sizes of the explicit re-check. repairs: whether a
    repair is looked for where a link is refuted: `none`, `failed` (where the file does not declare
    it) or `all`. minimal: also find out which hypotheses each proof can do without. axioms: the names
    (see AXIOMS) of those that a proof may use. batch: a batch
    size at which every link is tried as well, in floats and modulo a prime.
    jobs: how many processes work; 1 is this one alone, None as many as are worth it here (then guard
    a script by `if __name__ == "__main__"`). executor: one of the interface of `concurrent.futures`
    that is to work instead, such as dask's `client.get_executor()`. The report is the same in each case.
    cache: whether certificates, witnesses and evidence of earlier checks are used, in the user's folder or
    in the one named; a verdict is always the kernel's of now.
    Raises ValueError for options that mean nothing, and nothing for bad input: what could not be read
    is in the report's diagnostics.
    """
    if jobs is not None and jobs < 1:
        raise ValueError(f"at least one process works, not {jobs}")
    single = isinstance(paths, str | os.PathLike)
    named: Iterable[Path] = (paths,) if single else paths  # type: ignore[assignment]
    notes, problems = gather(tuple(os.fspath(path) for path in named))
    cost = budget(timeout, explicit, cross_examine, repairs, axioms, minimal, batch)
    watcher, folder = progress or Unwatched(), _folder(cache)
    report = check_notes(notes, problems, cost, watcher, jobs=jobs, executor=executor, folder=folder)
    if folder is not None:
        folder.close()
    return report


def budget(
    timeout: float,
    explicit: Iterable[int],
    cross_examine: bool,
    repairs: Repairs | str,
    axioms: Iterable[str] | None,
    minimal: bool,
    batch: int | None,
) -> Budget:
    """From names and numbers as `check` takes them. ValueError for an axiom that does not exist."""
    names = tuple(axioms or ())
    unknown = [name for name in names if name not in AXIOMS]
    if unknown:
        raise ValueError(f"there is no axiom {unknown[0]!r}; there are {', '.join(AXIOMS)}")
    allowed = None if axioms is None else frozenset(AXIOMS[name] for name in names)
    return Budget(timeout, tuple(explicit), cross_examine, Repairs(repairs), allowed, minimal, batch)


def _folder(cache: bool | Path) -> Folder | None:
    from bnsym.cache.folder import Folder, Nowhere, place

    if cache is False:
        return None
    try:
        return Folder(place() if cache is True else pathlib.Path(cache))
    except Nowhere:
        return None


def check_notes(
    notes: Sequence[Note],
    problems: tuple[Diagnostic, ...],
    budget: Budget,
    progress: Progress,
    *,
    jobs: int | None = 1,
    executor: Executor | None = None,
    folder: Folder | None = None,
    verdicts: Verdicts | None = None,
    causes: bool = True,
    both: bool = True,
) -> Report:
    """Read the notes, while the links of those that were read are being decided; then take the
    results in order. verdicts: those of earlier calls, which are taken as they are and added to.
    causes: whether one is looked for that explains several links; both: single repairs beside it as well.
    What `progress` raises ends it."""
    jobs = sensible(sum(len(note.text) for note in notes)) if jobs is None else jobs
    if budget.batch:
        jobs = min(jobs, 2)  # one process alone holds arrays of that size
    with workers(jobs, executor, examines=budget.cross_examine) as (seekers, helpers):
        dispatcher = Dispatcher(budget, seekers, helpers, _answers(folder), verdicts)
        if folder is None:
            helpers.start()  # there will be something for them to do
        # proofs for the helpers to examine while the next note is read; progress is counted when all are
        at_once = isinstance(seekers, InProcess) and isinstance(progress, Unwatched)
        read: list[tuple[Derivation, tuple[Promise, ...], list[Case]]] = []
        for note in notes:
            derivation, promised, found = _read(note)
            problems += found
            cases = [Case(link, note, dispatcher) for link in derivation.links]
            for case in cases:
                case.ask()
            read.append((derivation, promised, cases))
            if at_once:
                _judge(cases)
        cases = [case for *_, cases in read for case in cases]
        progress.start(len(cases))
        _judge(() if at_once else cases, progress)
        explained = [explain(cases, causes=causes, both=both) for *_, cases in read]
        doubted = [_doubted(derivation, promised, dispatcher) for derivation, promised, _ in read]
        files = tuple(
            FileReport(d, tuple(_close(case, progress) for case in cases), found)
            for d, (*_, cases), found in zip(doubted, read, explained, strict=True)
        )
    nothing = tuple(_nothing(d) for d, *_ in read if not any(e.code == "BN009" for e in d.diagnostics))
    empty = () if problems or any(f.results for f in files) else nothing
    others = {file: text for note in notes for file, text in texts(note.text, note.file).items()}
    sources = others | {note.file: note.text for note in notes}
    return Report(__version__, files, problems + empty, sources)


def _answers(folder: Folder | None) -> Answers | None:
    if folder is None:
        return None
    from bnsym.cache.answers import Answers

    return Answers(folder)


def _judge(cases: Sequence[Case], progress: Progress | None = None) -> None:
    progress = progress or Unwatched()
    for case in cases:
        progress.begin(case.link)
        case.judge()


def _close(case: Case, progress: Progress) -> Result:
    result = case.close()
    progress.end(result)
    return result


def exit_code(report: Report) -> ExitCode:
    """The gravest of what happened: a defect of bnsym, bad input, a link that is not as declared."""
    lost = [d for f in report.files for d in f.derivation.diagnostics if d.code.startswith("BN00")]
    errors = [d for d in (*report.diagnostics, *lost) if d.severity is Severity.ERROR]
    if any(r.disagrees or _crashed(r) for r in report.results) or any(d.code == "BN402" for d in errors):
        return ExitCode.DISAGREEMENT
    if any(d.code != "BN006" for d in errors):
        return ExitCode.USAGE
    if report.passed:
        return ExitCode.OK
    in_notes = [d for f in report.files for d in f.derivation.diagnostics if d.code != "BN006"]
    failed = report.results or any(d.severity is Severity.ERROR for d in in_notes)
    return ExitCode.NOT_AS_DECLARED if failed else ExitCode.NOTHING


def without_failure_for_nothing(report: Report) -> Report:
    """The report in which it is only noted that there was nothing to check."""
    noted = (replace(d, severity=Severity.NOTE) if d.code == "BN006" else d for d in report.diagnostics)
    return replace(report, diagnostics=tuple(noted))


def _crashed(result: Result) -> bool:
    return isinstance(result.verdict, Undecided) and result.verdict.code == "BN402"


# Reading


def _read(note: Note) -> tuple[Derivation, tuple[Promise, ...], tuple[Diagnostic, ...]]:
    """The note's derivation, only the links that were asked for; what its names promise; what went wrong."""
    from bnsym.elaborate import reading
    from bnsym.elaborate.promises import Promise, promises

    derivation, promised = Derivation(note.file, ()), tuple[Promise, ...]()
    try:
        derivation, context = reading(note.text, note.file)
        promised = tuple(promises(derivation, context))
    except Exception as error:
        crash = problem("BN402", f"reading failed: {words(error)}", note.file, "please report this note")
        return derivation, (), (crash,)
    if not note.fragments:
        return derivation, promised, ()
    chosen = tuple(link for link in derivation.links if any(_within(link.id, f) for f in note.fragments))
    unknown = [f for f in note.fragments if not any(_within(link.id, f) for link in derivation.links)]
    return replace(derivation, links=chosen), promised, tuple(_unknown(f, derivation) for f in unknown)


def _doubted(derivation: Derivation, promised: tuple[Promise, ...], dispatcher: Dispatcher) -> Derivation:
    """With a warning for each definition that is not what its name promises, but for those that are made from
    another one."""
    found: dict[str, Diagnostic] = {}
    hint = "correct it, or give it a name that promises nothing else"
    for promise in promised:
        if promise.name not in found and found.keys().isdisjoint(promise.rests_on):
            with suppress(Lost):
                if (numbers := _broken(promise, dispatcher)) is not None:
                    said = promise.says + numbers
                    found[promise.name] = Diagnostic("BN138", Severity.WARNING, said, promise.span, hint)
    return replace(derivation, diagnostics=(*derivation.diagnostics, *found.values()))


def _broken(promise: Promise, dispatcher: Dispatcher) -> str | None:
    """Numbers that show that a promise is broken; None if it is not, or nobody knows. Raises Lost."""
    shown: list[str] = []
    for statement in (*promise.given, *promise.readings):
        at = None if statement in promise.given else ""
        done = dispatcher.verdict(statement, at, OTHER_READING_SECONDS)()
        verdict = done.value if isinstance(done, Done) else None
        if not isinstance(verdict, Proved if statement in promise.given else Refuted):
            return None
        shown += [f": {at_witness(verdict)}"] if isinstance(verdict, Refuted) else []
    return shown[0] if shown else ""


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
