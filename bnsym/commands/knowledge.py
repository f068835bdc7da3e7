"""What the program knows, said: `bnsym explain` of its codes, `notation` of LaTeX, `trace` of a link."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import groupby

import click


def _known(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[str]:
    from bnsym.codes import NAMES

    words = [*NAMES, *NAMES.values()]
    return [word for word in words if word.lower().startswith(begun.lower())]


@click.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...", shell_complete=_known)
def explain(codes: Sequence[str]) -> None:
    """Say what a code means: why, a failing example, what to write instead.

    CODE is BN201, 201 or sides-differ; without one, all codes are listed.
    """
    from bnsym.reporting.explaining import explanation, listing, suggestion

    unknown = [code for code in codes if explanation(code) is None]
    if unknown:
        raise click.UsageError(f"no code {unknown[0]!r}; {suggestion(unknown[0])}")
    colour = False if os.environ.get("NO_COLOR") else None  # as click decides by the stream
    click.echo("\n\n".join(filter(None, map(explanation, codes))) if codes else listing(), color=colour)


@click.command()
@click.argument("word", required=False, default="", metavar="[COMMAND]")
def notation(word: str) -> None:
    r"""List the LaTeX that is read: each command, how it looks, what it means, an example.

    COMMAND is one of them, such as \hat; without it, all are listed.
    """
    from bnsym.latex.commands import BY_SPELLING, TABLE

    if word and (entry := BY_SPELLING.get(word) or BY_SPELLING.get(f"\\{word}")):
        spelled = ", ".join(entry.spellings)
        click.echo(f"{spelled}  {entry.unicode.strip()}\n{entry.says}\n\n    {entry.example}")
        return
    if word:
        raise click.UsageError(f"`{word}` is not a known command; `bnsym notation` lists them")
    for kind, entries in groupby(TABLE, key=lambda entry: entry.kind):
        click.echo(f"\n{kind.value}")
        for entry in entries:
            click.echo(f"  {' '.join(entry.spellings):40} {entry.unicode.strip():3} {entry.says}")


@click.command()
@click.argument("link", type=click.Path(), metavar="FILE#ID")
def trace(link: str) -> None:
    """Show how links are read and decided: tokens, trees, terms, normal forms, certificates.

    FILE#ID names a link, or a block of links, as `bnsym check` prints it.
    """
    import bnsym
    from bnsym.elaborate import read_with_context
    from bnsym.reporting.console.screen import clean
    from bnsym.reporting.tracing import trace as stages

    if not link.partition("#")[2]:
        raise click.UsageError(f"which link? bnsym trace {link}#ID, with an ID of `bnsym check {link}`")
    report = bnsym.check(link, cross_examine=False, repairs="none")
    for problem in report.diagnostics:
        raise click.UsageError(f"{problem.message}; {problem.hint}".removesuffix("; "))
    for file in report.files:
        _, context = read_with_context(report.sources[file.derivation.file], file.derivation.file)
        for result in file.results:
            click.echo(f"{clean(result.link.id)}  {clean(result.link.span.place)}")
            for name, lines in stages(result, context):
                for number, line in enumerate(lines):
                    click.echo(f"  {'' if number else name:14}{clean(line)}")
            click.echo()
