"""`bnsym explain`: what a code means."""

from __future__ import annotations

import os
from collections.abc import Sequence

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
    click.echo("\n\n".join(filter(None, map(explanation, codes))) if codes else listing(), color=_colour())


def _colour() -> bool | None:
    """None: click decides by the stream."""
    return False if os.environ.get("NO_COLOR") else None
