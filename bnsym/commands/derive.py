"""`bnsym derive`: the program's own closed form."""

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
