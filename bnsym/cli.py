"""The command line: options in, a report and an exit code out. Thin: it decides nothing.

Everything but click is imported where it is used, so that `bnsym --help` is quick.
Exit codes: 0 all as declared, 1 some link is not, 2 usage or unreadable input, 3 a defect
of bnsym, 5 nothing to check, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from bnsym import __version__

if TYPE_CHECKING:
    from bnsym.model import Report
    from bnsym.reporting.progress import Watch
    from bnsym.reporting.terminal import Detail

USAGE, DEFECT, INTERRUPTED = 2, 3, 130
LARGEST_EXPLICIT = 16
"""Explicit components cost twice as much with each size; beyond this they take hours."""


class Sizes(click.ParamType[tuple[int, ...]]):
    """Batch sizes, as `2..6` or `2,3,4`."""

    name = "SIZES"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        try:
            sizes = tuple(size for part in value.split(",") for size in _range(part))
        except ValueError:
            self.fail(f"{value!r} is neither a range such as 2..6 nor a list such as 2,3,4", param, ctx)
        if not all(1 <= size <= LARGEST_EXPLICIT for size in sizes):
            self.fail(f"sizes lie between 1 and {LARGEST_EXPLICIT}", param, ctx)
        return tuple(sorted(set(sizes)))


def _range(part: str) -> range:
    first, dots, last = part.partition("..")
    sizes = range(int(first), int(last if dots else first) + 1)
    if not 0 < len(sizes) <= LARGEST_EXPLICIT:
        raise ValueError(part)
    return sizes


class Commands(click.Group):
    """The group; a note's name where a command is expected gets a hint."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            name = args[0]
            file = Path(name.partition("#")[0])
            if name in ("all", "-") or file.suffix == ".md" or file.exists():
                raise click.UsageError(
                    f"no command {name!r}; did you mean: bnsym check {name}", ctx
                ) from error
            raise


@click.group(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True},
)
@click.version_option(__version__, prog_name="bnsym")
def cli() -> None:
    """Check the mathematics of a note: a verdict for every = and \\le in its LaTeX."""


def _positive(_ctx: click.Context, _param: click.Parameter, seconds: float) -> float:
    if not seconds > 0:
        raise click.BadParameter("it has to be a positive number of seconds.")
    return seconds


def _writable(_ctx: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    """Refused before the work rather than after it."""
    if path is not None and not path.parent.is_dir():
        raise click.BadParameter(f"there is no directory {path.parent}/.")
    return path


@cli.command()
@click.argument("paths", nargs=-1, metavar="[PATHS|all|-]...")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="Of the report.")
@click.option(
    "--timeout", type=float, default=10.0, callback=_positive, metavar="SECONDS", help="For each link."
)
@click.option("--explicit", type=Sizes(), default="2..4", help="Batch sizes of the explicit re-check.")
@click.option("--no-cross-examine", is_flag=True, help="Don't re-check proofs by independent routes.")
@click.option("--show-parsed", is_flag=True, help="Print each formula as it was understood.")
@click.option("-q", "--quiet", is_flag=True, help="Only what is not as declared, and the summary.")
@click.option("-v", "--verbose", is_flag=True, help="Also certificates, evidence, axioms, seconds, notes.")
@click.option(
    "--output-file",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    callback=_writable,
    metavar="FILE",
    help="Write the report there instead.",
)
def check(
    paths: Sequence[str],
    form: str,
    timeout: float,
    explicit: tuple[int, ...],
    no_cross_examine: bool,
    show_parsed: bool,
    quiet: bool,
    verbose: bool,
    output_file: Path | None,
) -> int:
    """Decide every link of the notes.

    PATHS are Markdown files, directories of them, FILE#ID for the links of one block, - for
    standard input, or all (the default) for every note under derivations/.
    """
    if quiet and verbose:
        raise click.UsageError("choose one of --quiet and --verbose")
    from bnsym import checking

    with _watch(quiet) as progress:
        report = checking.check(
            paths or ("all",),
            timeout=timeout,
            explicit=explicit,
            cross_examine=not no_cross_examine,
            progress=progress,
        )
    code = checking.exit_code(report).value
    _write(report, form, _detail(quiet, verbose), show_parsed, output_file)
    return int(code)


def _watch(quiet: bool) -> AbstractContextManager[Watch | None]:
    """Progress on standard error, for someone who watches."""
    if quiet or not sys.stderr.isatty():
        return nullcontext()
    from bnsym.reporting.progress import Watch
    from bnsym.reporting.theme import make_console

    return Watch(make_console(sys.stderr))


def _detail(quiet: bool, verbose: bool) -> Detail:
    from bnsym.reporting.terminal import Detail

    return Detail.QUIET if quiet else Detail.VERBOSE if verbose else Detail.NORMAL


def _write(report: Report, form: str, detail: Detail, show_parsed: bool, output: Path | None) -> None:
    """To the file, or to standard output; a reader that has gone away is no error."""
    if output is not None:
        try:
            with output.open("w", encoding="utf-8") as stream:
                _print(report, form, detail, show_parsed, stream, plain=True)
        except OSError as error:
            raise click.FileError(str(output), error.strerror) from error
        return
    try:
        _print(report, form, detail, show_parsed, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print(
    report: Report, form: str, detail: Detail, show_parsed: bool, stream: IO[str], *, plain: bool = False
) -> None:
    if form == "json":
        from bnsym.reporting.json_ import to_json

        stream.write(to_json(report))
        return
    from bnsym.reporting.terminal import print_report
    from bnsym.reporting.theme import make_console

    print_report(report, make_console(stream, plain=plain), detail, show_parsed=show_parsed)


@cli.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...")
def explain(codes: Sequence[str]) -> None:
    """Say what a code means: why, a failing example, what to write instead.

    CODE is BN201, 201 or sides-differ; without one, all codes are listed.
    """
    from bnsym.reporting.explaining import explanation, listing, suggestion

    unknown = [code for code in codes if explanation(code) is None]
    if unknown:
        raise click.UsageError(f"no code {unknown[0]!r}; {suggestion(unknown[0])}")
    click.echo("\n\n".join(filter(None, map(explanation, codes))) if codes else listing(), color=_colour())


@cli.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("latex")
def derive(file: Path, latex: str) -> None:
    """Derive a closed form of LATEX from the definitions in FILE, in its notation.

    For example: bnsym derive note.md '\\frac{\\partial f}{\\partial x_i}'
    """
    from importlib import import_module

    try:
        deriving = import_module("bnsym.deriving")
    except ModuleNotFoundError as error:
        raise click.UsageError("this version of bnsym cannot derive yet") from error
    try:
        click.echo(deriving.derive(file, latex))
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def _colour() -> bool | None:
    """None: click decides by the stream."""
    return False if os.environ.get("NO_COLOR") else None


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Always leaves by `sys.exit`, with a code of the list above."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a mark that the encoding lacks must not cost the report
            stream.reconfigure(errors="replace")
    sys.exit(_run(arguments))


def _run(arguments: Sequence[str] | None) -> int:
    try:
        code = cli.main(arguments, prog_name="bnsym", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        return USAGE
    except (click.Abort, KeyboardInterrupt):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except Exception as error:
        click.echo(f"BN402 internal-error: {type(error).__name__}: {error}", err=True)
        click.echo("A defect of bnsym; please report it. BNSYM_TRACEBACK=1 shows where.", err=True)
        if os.environ.get("BNSYM_TRACEBACK"):
            raise
        return DEFECT
    return code if isinstance(code, int) else 0
