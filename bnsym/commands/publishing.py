"""What the commands that publish a report share: check first, and say what is amiss."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bnsym.commands.writing import writable

if TYPE_CHECKING:
    from bnsym.model import Report


def publishes(output: Path) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The argument and options of a command that checks notes and writes one file."""
    options = (
        click.argument("paths", nargs=-1, metavar="[PATHS|all|-]..."),
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
