"""What the playground's worker asks: the report of a note, first its verdicts, then all the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

from bnsym.checking import budget, check_notes
from bnsym.execution.dispatch import Verdicts
from bnsym.finding import Note
from bnsym.model import Link, Report, Result
from bnsym.reporting.pages.html import to_html
from bnsym.reporting.wording import said_of_report

SECONDS = 10.0
"""For a link."""


class Progress:
    """Tells which link is being decided, or is examined and mended."""

    def __init__(self, tell: Callable[[int, int], object], whole: bool) -> None:
        self.tell, self.whole, self.number, self.total = tell, whole, 1, 0

    def start(self, total: int) -> None:
        self.total = total

    def begin(self, link: Link) -> None:
        self._next(not self.whole)

    def end(self, result: Result) -> None:
        self._next(self.whole)

    def _next(self, counts: bool) -> None:
        if counts and self.number <= self.total:
            self.tell(self.number, self.total)
            self.number += 1


def judged(text: str, file: str, tell: Callable[[int, int], object]) -> Iterator[str]:
    """The report as JSON, twice: what proofs are examined by, and repairs, take SymPy, and longer."""
    verdicts = Verdicts()
    for whole in (False, True):
        sizes, repairs = ((2, 3, 4), "failed") if whole else ((), "none")
        cost = budget(SECONDS, sizes, whole, repairs, None, False, None)
        report = check_notes([Note(file, text)], (), cost, Progress(tell, whole), verdicts=verdicts)
        yield json.dumps({"said": said(report), "html": to_html(report), "whole": whole})


def said(report: Report) -> str:
    """In a line: what was found, or why nothing was."""
    if report.diagnostics:
        return "; ".join(f"{d.code}: {d.message}: {d.hint}" for d in report.diagnostics)
    counted = ", ".join(f"{number} {verdict}" for verdict, number in report.counts.items() if number)
    return f"{counted}. {said_of_report(report)}"
