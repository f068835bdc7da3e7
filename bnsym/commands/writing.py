"""Files that commands write: whole or not at all. Where they can't go is said before the work.

Also what the commands that publish a report share: check first, and say what is amiss.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

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


def publish(path: Path, text: str, *, quiet: bool) -> None:
    """The same, and say where it is."""
    write(path, text)
    if not quiet and str(path) != "-":
        click.echo(f"wrote {path}", err=True)


def _replace(path: Path, text: str) -> None:
    """Beside it first, then in its place, with the rights it had or a new file gets."""
    import tempfile

    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(beside).chmod(mode)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def publishes(output: Path) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The argument and options of a command that checks notes and writes one file."""
    options = (
        click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS|all|-]..."),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path, allow_dash=True),
            callback=writable,
            default=output,
            metavar="FILE",
            help="Write there; - is standard output.",
        ),
        click.option(
            "--timeout", type=click.FloatRange(min=0, min_open=True), default=10.0, help="For each link."
        ),
        click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is not as declared."),
    )

    def decorated(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return decorated


def checked(paths: Sequence[str], timeout: float) -> tuple[Report | None, int]:
    """The report, and the exit code of `check`; None where there is nothing to publish.
    What is not as declared is said on standard error."""
    from bnsym import checking
    from bnsym.model import ExitCode
    from bnsym.reporting.console.terminal import Detail, print_report
    from bnsym.reporting.console.theme import make_console

    report = checking.check(paths or ("all",), timeout=timeout, jobs=None, cache=True)
    code = checking.exit_code(report)
    if not report.passed:
        print_report(report, make_console(sys.stderr), Detail.QUIET)
    unusable = code in (ExitCode.USAGE, ExitCode.NOTHING)
    return (None if unusable else report), int(code.value)
