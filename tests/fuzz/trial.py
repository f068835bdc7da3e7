"""One note through all of bnsym: what broke down, and what took too long."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import bnsym
from bnsym.commands.outputs import rendered
from bnsym.elaborate import read
from bnsym.model import Report, Undecided
from bnsym.reporting.formats import FORMATS
from bnsym.reporting.pages.html import to_html
from bnsym.reporting.typeset.latex_document import to_latex_document

BUDGET = 0.5
READING = 4.0
"""Processor seconds in which so small a note is read and written in each format."""
LINK = 2 * (BUDGET + BUDGET + 1.0)
"""Twice what a link may take: its verdict, its repair or evidence, and the second for what its side is."""
HUNG = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    seed: int
    faults: tuple[str, ...]
    latex: str = ""
    """What the note puts into a LaTeX document."""


class _Hung(BaseException):
    pass


def tried(seed: int, text: str, path: Path) -> Outcome:
    """`path` is where the note may be written."""
    before = signal.signal(signal.SIGALRM, _hung)
    signal.alarm(HUNG)
    try:
        return _tried(seed, text, path)
    except _Hung:
        return Outcome(seed, ("hung",))
    except Exception as error:
        return Outcome(seed, (_words(error),))
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def _hung(_signal: int, _frame: FrameType | None) -> None:
    raise _Hung


def _tried(seed: int, text: str, path: Path) -> Outcome:
    path.write_bytes(text.encode("utf-8"))
    started = time.process_time()
    report = bnsym.check(path, timeout=BUDGET)
    faults = list(_broken(report))
    latex, written = _written(report)
    taken, allowed = time.process_time() - started, READING + LINK * len(report.results)
    slow = [f"{taken:.1f} s, where {allowed:.1f} are allowed"] * (taken > allowed)
    return Outcome(seed, (*faults, *written, *slow), latex)


def read_only(seed: int, text: str) -> Outcome:
    """Only read: what a thousand notes can go through in seconds."""
    started = time.process_time()
    try:
        read(text, "note.md")
    except Exception as error:
        return Outcome(seed, (_words(error),))
    taken = time.process_time() - started
    return Outcome(seed, (f"read for {taken:.1f} s",) * (taken > READING))


def _broken(report: Report) -> Iterator[str]:
    for result in report.results:
        if isinstance(result.verdict, Undecided) and result.verdict.code in ("BN402", "BN312"):
            yield f"{result.link.id}: {result.verdict.message}"
        if result.disagrees:
            yield f"{result.link.id}: a proof is contradicted"
    inside = [d for file in report.files for d in file.derivation.diagnostics]
    yield from (d.message for d in (*report.diagnostics, *inside) if d.code == "BN402")


def _written(report: Report) -> tuple[str, list[str]]:
    latex: list[str] = []
    faults = []
    formats: dict[str, Callable[[], object]] = {
        "html": lambda: to_html(report),
        "latex": lambda: latex.append(to_latex_document(report, standalone=False)),
    }
    for form in FORMATS:
        formats[form] = lambda form=form: rendered(
            report, form, quiet=False, verbose=True, show_parsed=True, plain=True
        )
    for form, write in formats.items():
        try:
            write()
        except Exception as error:
            faults.append(f"{form}: {_words(error)}")
    return "".join(latex), faults


def _words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:300]
