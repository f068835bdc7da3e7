"""`bnsym lsp`: the language server, started by an editor."""

from __future__ import annotations

import click


@click.command()
def lsp() -> None:
    """Serve an editor (Language Server Protocol, by standard input and output)."""
    try:
        from bnsym.serving.server import serve
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.startswith("bnsym"):
            raise
        raise click.UsageError("the language server needs pygls: pip install 'bnsym[lsp]'") from missing
    serve()
