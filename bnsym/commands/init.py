"""`bnsym init`: a first derivation, and the workflow that gates on it."""

from __future__ import annotations

from pathlib import Path

import click

from bnsym.commands.outputs import write
from bnsym.reporting.programs.origin import requirement

FIRST = Path("derivations") / "first.md"
WORKFLOW = Path(".github") / "workflows" / "bnsym.yml"
NOTE = r"""# A first derivation

The mean of a batch $x$ of $m$ numbers:

<!-- bnsym: define -->
$$
\mu = \frac{1}{m} \sum_{i=1}^{m} x_i
$$

Deviations from it add up to zero, and their squares are what is left of the squares without the mean's:

<!-- bnsym: claim id=deviations -->
$$
\begin{aligned}
\sum_i (x_i - \mu) &= 0 \\
\sum_i (x_i - \mu)^2 &= \sum_i x_i^2 - m \mu^2
\end{aligned}
$$

Change a sign and run `bnsym check all` again: the link is refuted with exact numbers, and mended.
"""
STEPS = """name: derivations
on: [push, pull_request]
permissions:
  contents: read
jobs:
  bnsym:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with:
          python-version: "3.12"
      - run: pip install REQUIREMENT
      - run: bnsym check all --format github
"""
UNKNOWN = "'bnsym @ git+${{ vars.BNSYM_REPOSITORY }}'"
"""For pip, where nothing tells where CI can install this bnsym from: a variable that people set on GitHub."""


@click.command()
@click.option("--force", is_flag=True, help="Overwrite the files if they are there.")
def init(force: bool) -> None:
    """Write a first derivation and a workflow that checks it, here."""
    wanted = requirement()
    files = {FIRST: NOTE, WORKFLOW: STEPS.replace("REQUIREMENT", wanted or UNKNOWN)}
    there = [str(path) for path in files if path.exists()]
    if there and not force:
        raise click.UsageError(f"{' and '.join(there)} exist already; --force overwrites")
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise click.FileError(str(path), error.strerror) from error
        write(path, text)
        click.echo(f"wrote {path}")
    if wanted is None:
        click.echo(
            "CI can't install from where this bnsym came: set your repository's variable BNSYM_REPOSITORY"
            " (Settings, Actions, Variables) to the https address of bnsym's",
            err=True,
        )
    click.echo("now run: bnsym check all")
