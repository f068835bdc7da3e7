"""`bnsym derive`: the program's own closed form; `bnsym emit`: source of one that was proved."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("latex")
def derive(file: Path, latex: str) -> None:
    """Derive a closed form of LATEX from the definitions in FILE, in its notation.

    For example: bnsym derive note.md '\\frac{\\partial f}{\\partial x_i}'
    """
    from bnsym import deriving

    try:
        click.echo(deriving.derive(file, latex))
    except ValueError as error:
        raise click.UsageError(str(error)) from error


@click.command()
@click.argument("link", metavar="FILE#ID")
@click.option(
    "--lang",
    type=click.Choice(["numpy", "torch", "c", "triton"]),
    default="numpy",
    help="What it is written in.",
)
def emit(link: str, lang: str) -> None:
    """Write source of the closed form that a link proves, with the names of its note.

    For example: bnsym emit note.md#input-gradient --lang c
    """
    from bnsym.compiling import emitting

    try:
        click.echo(emitting.emit(link, lang), nl=False)
    except ValueError as error:
        raise click.UsageError(str(error)) from error
