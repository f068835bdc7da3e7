"""`bnsym check`: decide every link of the notes, and say what came of it."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from bnsym.commands import outputs
from bnsym.commands.outputs import Output, writable, write
from bnsym.commands.request import Request, memory
from bnsym.commands.request import watch as watch_notes
from bnsym.finding import files, gather, is_excluded
from bnsym.reporting.formats import FORMATS, TEXT

if TYPE_CHECKING:
    from bnsym.cache.folder import Folder
    from bnsym.model import Report
    from bnsym.repairing.patch import Changes

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


def _axioms(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    from bnsym.checking import AXIOMS

    return [name for name in AXIOMS if name.startswith(begun)]


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(), metavar="[PATHS|all|-]...")
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
    "--m",
    "batch",
    type=click.IntRange(min=1),
    metavar="M",
    help="Also try every link at this batch size, in floats and mod a prime: evidence, not proof.",
)
@click.option("--no-cross-examine", is_flag=True, help="Don't re-check proofs by independent routes.")
@click.option(
    "--repairs",
    type=click.Choice(["none", "failed", "all"]),
    default="failed",
    help="Of which refuted links to look for a repair; all: also where the file declares it.",
)
@click.option(
    "--axiom",
    "axioms",
    multiple=True,
    metavar="NAME",
    shell_complete=_axioms,
    help="Allow this axiom and no other; may be repeated.",
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
@click.option("-q", "--quiet", is_flag=True, help="Only what is not as declared; nothing if all is.")
@click.option("-v", "--verbose", is_flag=True, help="Also certificates, evidence, axioms, seconds, notes.")
@click.option(
    "--output-file",
    type=click.Path(path_type=Path),
    callback=writable,
    metavar="FILE",
    help="Write what goes to standard output there instead.",
)
@click.option("--no-cache", is_flag=True, help="Neither use nor keep what is remembered (see bnsym cache).")
@click.option(
    "--force-exclude",
    is_flag=True,
    help="Of PATHS only what the project's settings leave in; nothing to check is no failure.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a note changes.")
@click.pass_context
def check(
    ctx: click.Context,
    /,
    paths: Sequence[str],
    forms: Sequence[tuple[str, Path | None]],
    no_cross_examine: bool,
    axioms: Sequence[str],
    jobs: int | None,
    diff: bool,
    fix: bool,
    show_parsed: bool,
    quiet: bool,
    verbose: bool,
    output_file: Path | None,
    no_cache: bool,
    force_exclude: bool,
    watch: bool,
    **options: Any,
) -> int:
    """Decide every link of the notes.

    PATHS are notes (Markdown, .tex, .ipynb), directories of them, FILE#ID for the links of one block,
    - for standard input, or all (the default) for every note under derivations/.
    """
    if quiet and verbose:
        raise click.UsageError("choose one of --quiet and --verbose")
    if watch and (diff or fix or "-" in paths):
        raise click.UsageError("--watch goes with files, and without --diff and --fix")
    options["cross_examine"] = not no_cross_examine
    stated = ctx.lookup_default("axioms")  # in the project's settings; an empty list allows none
    options["axioms"] = axioms or (stated if isinstance(stated, list) else None)
    if diff and ctx.get_parameter_source("forms") is ParameterSource.DEFAULT:
        forms = ()
    settled, excluded = (tuple(ctx.lookup_default(key) or ()) for key in ("paths", "exclude"))
    named = tuple(paths) or settled or ("all",)
    if force_exclude:
        named = _left_in(named, settled, excluded)
        if not named:
            return 0
    forms = _apart(forms, output_file, diff)
    request = Request(named, options, forms, jobs, quiet, verbose, show_parsed, excluded, force_exclude)
    outputs.known_summary(forms)
    folder = memory(wanted=not no_cache, verbose=verbose)
    if watch:
        watch_notes(request, folder)
    patch = (output_file or Path("-")) if diff else None
    code = _repair(request, folder, patch, fix) if diff or fix else request.answer(folder)
    request.finish(folder)
    return code


def _left_in(named: tuple[str, ...], settled: tuple[str, ...], excluded: tuple[str, ...]) -> tuple[str, ...]:
    """Of files that another program names, those that the project would check by itself."""
    own = {path.resolve() for path in files(settled, excluded)}
    return tuple(
        str(path)
        for path in files(named, excluded)
        if not is_excluded(path, excluded) and (not settled or path.resolve() in own)
    )


def _apart(
    forms: Sequence[tuple[str, Path | None]], output_file: Path | None, diff: bool
) -> tuple[tuple[str, Path | None], ...]:
    """Each with the file that it goes to."""
    files = [file for _, file in forms if file is not None]
    if len(set(files)) < len(files) or output_file in files:
        raise click.UsageError("two formats would go to one file")
    if sum(file is None for _, file in forms) + diff > 1:
        what = "--diff prints a patch to" if diff else "one format can go to"
        raise click.UsageError(f"{what} standard output; give the other formats a file: json=FILE")
    return tuple((form, file or output_file) for form, file in forms)


def _repair(request: Request, folder: Folder | None, patch: Path | None, fix: bool) -> int:
    """Write what mends the notes as a patch, or change the files; and show the report, of changed files the
    one of what is left. What is not mended is not looked into again, and by this process alone."""
    from bnsym import checking
    from bnsym.cache.in_memory import InMemory
    from bnsym.execution.dispatch import Verdicts
    from bnsym.repairing.patch import mended, unified

    notes, problems = gather(request.paths, request.excluded)
    found, verdicts = folder or InMemory(), Verdicts()
    again = replace(request, jobs=request.jobs or 1)
    first = again if len(notes) == 1 else request  # another process would first learn what this one knows
    report, code = first.check(notes, problems, found, both=not fix, verdicts=verdicts)
    changes, left = mended(  # all causes are found at once
        notes, report, lambda notes: again.check(notes, problems, found, causes=False, verdicts=verdicts)[0]
    )
    if patch is not None:
        write(patch, unified(changes, Path.cwd()))
        if any(Path.cwd() not in Path(file).resolve().parents for file in changes):
            said = "the patch reaches files above this folder: apply it with `git apply --unsafe-paths`"
            click.echo(said, err=True)
    if folder is None:
        left = _of_this_run(left)
    if fix and changes:
        report, code = left, int(checking.exit_code(left).value)
    request.show(report)
    changed = fix_files(changes) if fix else []
    for file in () if request.quiet else changed:
        click.echo(f"changed {file}; the report is of what it says now", err=True)
    if fix and not (changed or request.quiet):
        click.echo("nothing to fix: no undeclared refutation has a proved repair", err=True)
    return code


def _of_this_run(report: Report) -> Report:
    """The report without the remark that something was found before: it was so by an earlier round."""
    files = (replace(f, results=tuple(replace(r, remembered=False) for r in f.results)) for f in report.files)
    return replace(report, files=tuple(files))


def fix_files(changes: Changes) -> list[str]:
    """Write the changed texts, each file whole or not at all; which were written."""
    from bnsym.finding import STANDARD_INPUT

    changed = [file for file in changes if file != STANDARD_INPUT]
    for file in changed:
        begins = "\ufeff" if Path(file).read_bytes().startswith(BOM_UTF8) else ""
        write(Path(file), begins + changes[file][1])
    return changed
