"""`bnsym report`: what was found, as one HTML file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bnsym.commands.writing import checked, publish, publishes


@click.command()
@publishes(Path("report.html"))
def report(paths: Sequence[str], output: Path, timeout: float, quiet: bool) -> int:
    """Check the notes, and write them with their verdicts as one HTML file.

    It opens from disk, without network or script: the notes' prose and formulas, each link with its
    verdict and what that rests on, filters by verdict, and a graph of what rests on what.
    """
    found, code = checked(paths, timeout)
    if found is not None:
        from bnsym.reporting.pages.html import to_html

        publish(output, to_html(found), quiet=quiet)
    return code
