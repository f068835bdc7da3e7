"""`bnsym export latex`: what was proved, as LaTeX in the author's own source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from bnsym.commands.writing import checked, publish, publishes


@click.group()
def export() -> None:
    """Write what was proved for use elsewhere."""


@export.command()
@publishes(Path("-"))
@click.option("--standalone/--snippet", default=True, help="A document, or a part to \\input in one.")
def latex(paths: Sequence[str], output: Path, standalone: bool, timeout: float, quiet: bool) -> int:
    """Check the notes, and export them as LaTeX.

    Only proved links are presented as verified, in the note's own source; refuted ones are errata,
    and all others are listed by name. The document needs texlive-latex-base and -recommended.
    """
    report, code = checked(paths, timeout)
    if report is not None:
        from bnsym.reporting.typeset.latex_document import to_latex_document

        publish(output, to_latex_document(report, standalone=standalone), quiet=quiet)
    return code
