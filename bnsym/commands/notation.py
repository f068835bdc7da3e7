"""`bnsym notation`: the commands of LaTeX that are read."""

from __future__ import annotations

from itertools import groupby

import click


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
