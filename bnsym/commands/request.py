"""One question to `bnsym check`, answered from what is remembered or by checking.

Where nothing has changed since it was last asked, only this module, `finding` and what they
need is imported; the rest where something has to be done.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from bnsym.cache import runs
from bnsym.cache.folder import Folder, Nowhere, place
from bnsym.commands import outputs
from bnsym.diagnostics import Diagnostic, Format, format_of
from bnsym.finding import Note, files, gather
from bnsym.reporting.formats import TEXT
from bnsym.source.bundle import watched as beside

if TYPE_CHECKING:
    from bnsym.model import Report
    from bnsym.reporting.console.progress import Watch


PAUSE = 0.2
"""Seconds between two looks at the files."""


@dataclass(frozen=True, slots=True)
class Request:
    paths: tuple[str, ...]
    options: dict[str, Any]
    """As `checking.budget` takes them."""
    forms: tuple[tuple[str, Path | None], ...]
    """Formats, and the files that they go to."""
    jobs: int | None
    quiet: bool
    verbose: bool
    show_parsed: bool
    excluded: tuple[str, ...] = ()
    """Patterns of what directories don't bring in."""
    lenient: bool = False
    """Whether it is no failure that there is nothing to check."""

    def answer(self, folder: Folder | None) -> int:
        """Print what there is to say, and give the exit code."""
        notes, problems = gather(self.paths, self.excluded)
        question = self._question(notes)
        rememberable = folder is not None and not problems and not outputs.known_summary(self.forms)
        known = runs.recall(folder, question) if folder is not None and rememberable else None
        if known is not None:
            self._show_again(known)
            return known.code
        report, code = self.check(notes, problems, folder)
        texts = self.show(report)
        if folder is not None and rememberable and code in (0, 1) and all(r.final for r in report.results):
            runs.keep(folder, question, runs.Run(code, texts, time.time()))
        return code

    def check(
        self,
        notes: Sequence[Note],
        problems: tuple[Diagnostic, ...],
        folder: Folder | None,
        **again: Any,
    ) -> tuple[Report, int]:
        """The report, and the exit code; `again` is for a check that follows others."""
        from bnsym import checking

        try:
            budget = checking.budget(**self.options)
        except ValueError as error:
            raise click.UsageError(str(error)) from error
        with self._progress() as progress:
            watcher = progress or checking.Unwatched()
            report = checking.check_notes(
                notes, problems, budget, watcher, jobs=self.jobs, folder=folder, **again
            )
        report = checking.without_failure_for_nothing(report) if self.lenient else report
        return report, int(checking.exit_code(report).value)

    def show(self, report: Report) -> tuple[str, ...]:
        """Each output to where it goes; their texts."""
        looks = {"quiet": self.quiet, "verbose": self.verbose, "show_parsed": self.show_parsed}
        texts = tuple(outputs.rendered(report, f, plain=file is not None, **looks) for f, file in self.forms)
        for text, (_, file) in zip(texts, self.forms, strict=True):
            outputs.deliver(text, file)
        if summary := outputs.known_summary(self.forms):
            outputs.summarize(report, summary)
        return texts

    def finish(self, folder: Folder | None) -> None:
        """Say what there is to say of what is remembered, and keep it within bounds."""
        if folder is None:
            return
        if folder.ignored and not self.quiet:
            many = f"{folder.ignored} entries" if folder.ignored > 1 else "an entry"
            click.echo(f"note: {many} in {folder.path} that can't be vouched for: ignored", err=True)
        if folder.trouble and self.verbose:
            click.echo(f"note: nothing is remembered: {folder.trouble}", err=True)
        folder.ignored = 0
        folder.close()

    def _question(self, notes: Sequence[Note]) -> list[object]:
        """All that the texts depend on."""
        where = runs.surroundings() if (TEXT, None) in self.forms else ()
        looks = (self.quiet, self.verbose, self.show_parsed, self.lenient)
        forms = [(form, file is None) for form, file in self.forms]
        asked = [(note.file, note.text, note.fragments) for note in notes]
        return [asked, sorted(self.options.items()), forms, looks, where, self._roots(notes)]

    def _roots(self, notes: Sequence[Note]) -> list[str]:
        """Where the notes are in their repositories, if a format says that."""
        if not any(form in ("sarif", "github") for form, _ in self.forms):
            return []
        from bnsym.reporting.programs.findings import in_repository

        return [in_repository(note.file) for note in notes]

    def _show_again(self, run: runs.Run) -> None:
        for text, (form, file) in zip(run.texts, self.forms, strict=True):
            outputs.deliver(run.marked(text, form), file)
        if (TEXT, None) not in self.forms and not self.quiet:
            click.echo(run.mark, err=True)

    def _progress(self) -> AbstractContextManager[Watch | None]:
        """On standard error, for someone who watches."""
        if self.quiet or not sys.stderr.isatty():
            return nullcontext()
        from bnsym.reporting.console.progress import Watch
        from bnsym.reporting.console.screen import make_console

        return Watch(make_console(sys.stderr))


def memory(*, wanted: bool, verbose: bool) -> Folder | None:
    """The user's folder, if there is one; why there is none is said at -v."""
    if not wanted:
        return None
    try:
        return Folder(place())
    except Nowhere as reason:
        if verbose:
            click.echo(f"note: nothing is remembered: {reason}", err=True)
        return None


def watch(request: Request, folder: Folder | None) -> NoReturn:
    """Answer again whenever a note changes, until Ctrl-C. Once the first answer is there, this process works
    alone, unless told otherwise: an edit leaves little to do, and what it has imported stays."""
    while True:
        seen = _settled(request)
        click.clear()
        request.answer(folder)
        request.finish(folder)
        click.echo(f"watching {len(seen)} note{'s' * (len(seen) != 1)}; Ctrl-C ends", err=True)
        request = replace(request, jobs=request.jobs or 1)
        while _stamps(request) == seen:
            time.sleep(PAUSE)


Stamps = dict[Path, tuple[int, int, int] | None]


def _stamps(request: Request) -> Stamps:
    """What changes with each file; None for one that is not there."""
    named = files(request.paths, request.excluded)
    also = (path for path in named if format_of(str(path)) is Format.TEX and path.is_file())
    held = (beside(note.text, note.file) for note in gather(tuple(map(str, also)))[0])
    return {path: _stamp(path) for path in (*named, *chain.from_iterable(held))}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _settled(request: Request) -> Stamps:
    """The stamps, once an editor is done with saving."""
    stamps = _stamps(request)
    while True:
        time.sleep(PAUSE / 4)
        again = _stamps(request)
        if again == stamps:
            return stamps
        stamps = again
