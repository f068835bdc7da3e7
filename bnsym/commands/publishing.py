"""`bnsym report` and `bnsym export latex`: what was found, as one file to publish."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial, reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bnsym.commands.outputs import writable, write

if TYPE_CHECKING:
    from bnsym.model import Report


def _publishes(output: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The argument and options of a command that checks notes and writes one file."""
    options = (
        click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS|all|-]..."),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path, allow_dash=True),
            callback=writable,
            default=Path(output),
            metavar="FILE",
            help="Write there; - is standard output.",
        ),
        click.option(
            "--timeout", type=click.FloatRange(min=0, min_open=True), default=10.0, help="For each link."
        ),
        click.option("-q", "--quiet", is_flag=True, help="Say nothing but what is not as declared."),
    )
    return lambda command: reduce(lambda made, option: option(made), options[::-1], command)


def _published(
    render: Callable[[Report], str], paths: Sequence[str], output: Path, timeout: float, *, quiet: bool
) -> int:
    """The exit code of `check`. What is not as declared is said on standard error; nothing is written where
    there is nothing to publish."""
    from bnsym import checking
    from bnsym.model import ExitCode
    from bnsym.reporting.console.screen import make_console
    from bnsym.reporting.console.terminal import Detail, print_report

    report = checking.check(paths or ("all",), timeout=timeout, jobs=None, cache=True)
    code = checking.exit_code(report)
    print_report(report, make_console(sys.stderr), Detail.QUIET)
    if code not in (ExitCode.USAGE, ExitCode.NOTHING):
        write(output, render(report))
        if not quiet and str(output) != "-":
            click.echo(f"wrote {output}", err=True)
    return int(code.value)


@click.command()
@_publishes("report.html")
def report(**asked: Any) -> int:
    """Check the notes, and write them with their verdicts as one HTML file.

    It opens from disk, without network or script: the notes' prose and formulas, each link with its
    verdict and what that rests on, filters by verdict, and a graph of what rests on what.
    """
    from bnsym.reporting.pages.html import to_html

    return _published(to_html, **asked)


@click.group()
def export() -> None:
    """Write what was proved for use elsewhere."""


@export.command()
@_publishes("-")
@click.option("--standalone/--snippet", default=True, help="A document, or a part to \\input in one.")
def latex(standalone: bool, **asked: Any) -> int:
    """Check the notes, and export them as LaTeX.

    Only proved links are presented as verified, in the note's own source; refuted ones are errata,
    and all others are listed by name. The document needs texlive-latex-base and -recommended.
    """
    from bnsym.reporting.typeset.latex_document import to_latex_document

    return _published(partial(to_latex_document, standalone=standalone), **asked)
