"""Where the outputs of a check go, and what they look like there."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from bnsym.commands.writing import known_writable, write
from bnsym.reporting.formats import FORMATS, TEXT

if TYPE_CHECKING:
    from bnsym.model import Report


class Output(click.ParamType[tuple[str, Path | None]]):
    """A format, and the file that it goes to: `sarif=out.sarif`; without one, standard output."""

    name = "FORMAT[=FILE]"

    def shell_complete(
        self, _ctx: click.Context, _param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return [CompletionItem(form) for form in FORMATS if form.startswith(incomplete)]

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, Path | None]:
        if isinstance(value, tuple):
            return value
        form, _, file = value.partition("=")
        if form not in FORMATS:
            close = get_close_matches(form, FORMATS, n=1)
            meant = f"; did you mean {close[0]}?" if close else ""
            self.fail(f"{form!r} is none of {', '.join(FORMATS)}{meant}", param, ctx)
        return form, known_writable(Path(file)) if file else None


def rendered(report: Report, form: str, *, quiet: bool, verbose: bool, show_parsed: bool, plain: bool) -> str:
    """The report in a format; not plain: as standard output shows it."""
    if form != TEXT:
        from bnsym.reporting import formats

        return formats.rendered(report, form)
    from bnsym.reporting.console.screen import make_console
    from bnsym.reporting.console.terminal import Detail, print_report

    detail = Detail.QUIET if quiet else Detail.VERBOSE if verbose else Detail.NORMAL
    console = make_console(StringIO() if plain else sys.stdout, plain=plain)
    with console.capture() as captured:
        print_report(report, console, detail, show_parsed=show_parsed)
    return captured.get()


def deliver(text: str, file: Path | None) -> None:
    """To the file, whole or not at all, or to standard output; a reader that has gone away is no error."""
    if file is not None:
        write(file, text)
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def known_summary(forms: Sequence[tuple[str, Path | None]]) -> Path | None:
    """Where GitHub says that the summary of the job is to go, if its format is among these; whether
    it can is said before the work."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    if not file or all(form != "github" for form, _ in forms):
        return None
    try:
        return known_writable(Path(file))
    except click.BadParameter as error:
        raise click.UsageError(f"GITHUB_STEP_SUMMARY: {error.message}") from error


def summarize(report: Report, file: Path) -> None:
    """The summary of the job, after what is there."""
    from bnsym.reporting.programs.github import to_summary

    try:
        with file.open("a", encoding="utf-8") as stream:
            stream.write(to_summary(report))
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error
