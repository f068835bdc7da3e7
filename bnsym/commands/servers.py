"""`bnsym lsp` and `bnsym mcp`: servers that another program starts, for an editor and for an assistant."""

from __future__ import annotations

from importlib import import_module

import click


@click.command()
def lsp() -> None:
    """Serve an editor (Language Server Protocol, by standard input and output)."""
    _serve("server", "the language server needs pygls: pip install 'bnsym[lsp]'")


@click.command()
def mcp() -> None:
    """Serve an assistant (Model Context Protocol, by standard input and output)."""
    _serve("assistants", "the server for assistants needs mcp: pip install 'bnsym[mcp]'")


def _serve(module: str, needs: str) -> None:
    try:
        server = import_module(f"bnsym.serving.{module}")
    except ModuleNotFoundError as missing:
        if missing.name and missing.name.startswith("bnsym"):
            raise
        raise click.UsageError(needs) from missing
    server.serve()
