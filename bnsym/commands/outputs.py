"""Where outputs go, and what those of a check look like there. A file is written whole or not at all; where
it can't go is said before the work."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from secrets import token_hex
from shutil import copymode
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from bnsym.reporting.formats import FORMATS, TEXT

if TYPE_CHECKING:
    from bnsym.model import Report


def writable(_ctx: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    """A callback for an option that names a file to write."""
    return path if path is None or str(path) == "-" else known_writable(path)


def known_writable(path: Path) -> Path:
    """The path, if it can be written as far as one can see before the work. Raises click.BadParameter."""
    if path.is_dir():
        raise click.BadParameter(f"{path} is a directory.")
    if not path.parent.is_dir():
        raise click.BadParameter(f"there is no directory {path.parent}/.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"{path} can't be written.")
    return path


def write(path: Path, text: str) -> None:
    """All of `text` to the file, or the file as it was; `-` is standard output."""
    if str(path) == "-":
        sys.stdout.write(text)
        return
    try:
        if path.exists() and not path.is_file():  # a device or a pipe holds no old text to keep
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text)
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from error


def _replace(path: Path, text: str) -> None:
    """Beside it first, then in its place, with the rights it had or a new file gets."""
    beside = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        with beside.open("x", encoding="utf-8") as stream:
            if path.exists():
                copymode(path, beside)
            stream.write(text)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


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
