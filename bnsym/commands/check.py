"""`bnsym check`: decide every link of the notes, and say what came of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from difflib import get_close_matches
from io import StringIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from bnsym.commands.writing import known_writable, writable, write
from bnsym.reporting.formats import FORMATS, TEXT

if TYPE_CHECKING:
    from bnsym.model import Report
    from bnsym.reporting.progress import Watch
    from bnsym.reporting.terminal import Detail

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


def _positive(_ctx: click.Context, _param: click.Parameter, seconds: float) -> float:
    if not seconds > 0:
        raise click.BadParameter("it has to be a positive number of seconds.")
    return seconds


def _batch(_ctx: click.Context, _param: click.Parameter, size: int | None) -> int | None:
    """A batch of at least one example that fits the memory; said before anything is allocated."""
    if size is None:
        return None
    from bnsym.evidence.memory import refusal

    said = refusal(size)
    if said:
        raise click.BadParameter(said)
    return size


class Output(click.ParamType[tuple[str, Path | None]]):
    """A format, and the file that it goes to: `sarif=out.sarif`; without one, standard output."""

    name = "FORMAT[=FILE]"

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


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS|all|-]...")
@click.option(
    "--format",
    "forms",
    type=Output(),
    multiple=True,
    default=[TEXT],
    help=f"Of the report, once or more: {', '.join(FORMATS)}.",
)
@click.option(
    "--timeout", type=float, default=10.0, callback=_positive, metavar="SECONDS", help="For each link."
)
@click.option("--explicit", type=Sizes(), default="2..4", help="Batch sizes of the explicit re-check.")
@click.option(
    "--m", "batch", type=int, callback=_batch, metavar="M", help="Also try every link at this batch size."
)
@click.option("--no-cross-examine", is_flag=True, help="Don't re-check proofs by independent routes.")
@click.option(
    "--repairs",
    type=click.Choice(["none", "failed", "all"]),
    default="failed",
    help="Of which refuted links to look for a repair; all: also where the file declares it.",
)
@click.option(
    "--axiom", "axioms", multiple=True, metavar="NAME", help="Allow this axiom and no other; may be repeated."
)
@click.option(
    "-j",
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="How many processes work; 1: this one alone.  [default: as many as are worth it]",
)
@click.option(
    "--diff", is_flag=True, help="Print the repairs of refuted links as a patch, in place of the text."
)
@click.option("--fix", is_flag=True, help="Apply the repairs of refuted links to the files.")
@click.option("--minimal", is_flag=True, help="Find out which hypotheses each proof can do without.")
@click.option("--show-parsed", is_flag=True, help="Print each formula as it was understood.")
@click.option("-q", "--quiet", is_flag=True, help="Only what is not as declared, and the summary.")
@click.option("-v", "--verbose", is_flag=True, help="Also certificates, evidence, axioms, seconds, notes.")
@click.option(
    "--output-file",
    type=click.Path(path_type=Path),
    callback=writable,
    metavar="FILE",
    help="Write what goes to standard output there instead.",
)
@click.pass_context
def check(
    ctx: click.Context,
    paths: Sequence[str],
    forms: Sequence[tuple[str, Path | None]],
    timeout: float,
    explicit: tuple[int, ...],
    batch: int | None,
    no_cross_examine: bool,
    repairs: str,
    axioms: Sequence[str],
    jobs: int | None,
    diff: bool,
    fix: bool,
    minimal: bool,
    show_parsed: bool,
    quiet: bool,
    verbose: bool,
    output_file: Path | None,
) -> int:
    """Decide every link of the notes.

    PATHS are notes (Markdown, .tex, .ipynb), directories of them, FILE#ID for the links of one block,
    - for standard input, or all (the default) for every note under derivations/.
    """
    if quiet and verbose:
        raise click.UsageError("choose one of --quiet and --verbose")
    files = [file for _, file in forms if file is not None]
    if len(set(files)) < len(files) or output_file in files:
        raise click.UsageError("two formats would go to one file")
    if diff and ctx.get_parameter_source("forms") is ParameterSource.DEFAULT:
        forms = ()
    if sum(file is None for _, file in forms) + diff > 1:
        what = "--diff prints a patch to" if diff else "one format can go to"
        raise click.UsageError(f"{what} standard output; give the other formats a file: json=FILE")
    summary = _summary() if any(form == "github" for form, _ in forms) else None
    from bnsym import checking

    listed = ctx.lookup_default("axioms")
    allowed = axioms or (listed if isinstance(listed, list) else None)  # an empty list allows none
    for name in axioms:
        if name not in checking.AXIOMS:
            raise click.UsageError(f"there is no axiom {name!r}; there are {', '.join(checking.AXIOMS)}")
    with _watch(quiet) as progress:
        report = checking.check(
            paths or ctx.lookup_default("paths") or ("all",),
            timeout=timeout,
            explicit=explicit,
            cross_examine=not no_cross_examine,
            repairs=repairs,
            minimal=minimal,
            axioms=allowed,
            batch=batch,
            progress=progress,
            jobs=jobs,
        )
    code = checking.exit_code(report).value
    if diff:
        from bnsym.repairing import patch

        write(output_file or Path("-"), patch.unified(report))
    for form, file in forms:
        _write(report, form, _detail(quiet, verbose), show_parsed, file or output_file)
    if summary:
        _summarize(report, summary)
    if fix:
        _fix(report)
    return int(code)


def fix_files(report: Report) -> list[str]:
    """Apply the repairs, each file whole or not at all; which were changed."""
    from bnsym.finding import STANDARD_INPUT
    from bnsym.repairing import patch

    texts = patch.repaired(report)
    changed = [file for file in texts if file != STANDARD_INPUT]
    for file in changed:
        write(Path(file), texts[file][1])
    return changed


def _fix(report: Report) -> None:
    """Apply the repairs, and say what was changed and what to do next."""
    changed = fix_files(report)
    for file in changed:
        click.echo(f"changed {file}; check it again", err=True)
    if not changed:
        click.echo("nothing to fix: no undeclared refutation has a proved repair", err=True)


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
    """To the file, whole or not at all, or to standard output; a reader that has gone away is no error."""
    if output is not None:
        text = StringIO()
        _print(report, form, detail, show_parsed, text, plain=True)
        write(output, text.getvalue())
        return
    try:
        _print(report, form, detail, show_parsed, sys.stdout)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print(
    report: Report, form: str, detail: Detail, show_parsed: bool, stream: IO[str], *, plain: bool = False
) -> None:
    if form != TEXT:
        from bnsym.reporting.formats import rendered

        stream.write(rendered(report, form))
        return
    from bnsym.reporting.terminal import print_report
    from bnsym.reporting.theme import make_console

    print_report(report, make_console(stream, plain=plain), detail, show_parsed=show_parsed)


def _summary() -> Path | None:
    """Where GitHub says that the summary of the job is to go; whether it can is said before the work."""
    file = os.environ.get("GITHUB_STEP_SUMMARY")
    try:
        return known_writable(Path(file)) if file else None
    except click.BadParameter as error:
        raise click.UsageError(f"GITHUB_STEP_SUMMARY: {error.message}") from error


def _summarize(report: Report, file: Path) -> None:
    from bnsym.reporting.github import to_summary

    try:
        with file.open("a", encoding="utf-8") as stream:
            stream.write(to_summary(report))
    except OSError as error:
        raise click.FileError(str(file), error.strerror) from error
