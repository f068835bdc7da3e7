"""What a terminal shows while bnsym works: the link at hand, how many are done, how many failed.

Written to standard error and wiped at the end, so the report on standard output is whole."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from bnsym.model import Link, Result
from bnsym.reporting.console.screen import clean


class Watch:
    """Follows a check on a terminal; use as a context manager."""

    def __init__(self, console: Console) -> None:
        columns = (SpinnerColumn(), BarColumn(24), MofNCompleteColumn(), TimeElapsedColumn())
        link = TextColumn("{task.description}", markup=False)
        self._progress = Progress(*columns, link, console=console, transient=True)
        self._task = self._progress.add_task("", total=None)
        self._failed = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def start(self, total: int) -> None:
        """Only now is there something to see; its thread is not there yet when helpers are forked."""
        self._progress.update(self._task, total=total)
        self._progress.start()

    def begin(self, link: Link) -> None:
        failed = f"  ({self._failed} failed)" if self._failed else ""
        self._progress.update(self._task, description=clean(link.id) + failed)

    def end(self, result: Result) -> None:
        self._failed += result.fails
        self._progress.advance(self._task)
