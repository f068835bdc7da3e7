"""`bnsym init`: a first derivation, and the workflow that gates on it."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from subprocess import run
from urllib.parse import unquote

import click

from bnsym.commands.writing import write

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


def _requirement() -> str:
    """What pip installs to get this bnsym: the repository and commit that it was installed from."""
    try:
        origin = json.loads(distribution("bnsym").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        origin = {}
    if "vcs_info" in origin:
        kind, url, commit = origin["vcs_info"]["vcs"], origin["url"], origin["vcs_info"]["commit_id"]
        return f"'bnsym @ {kind}+{url}@{commit}'"
    folder = unquote(origin.get("url", "").removeprefix("file://"))
    asked = ("config remote.origin.url", "rev-parse HEAD")
    url, commit = (_git(folder, one) if folder else "" for one in asked)
    url = _REMOTE.sub(r"https://\1/", url)  # no name, no key: who reads the workflow has neither
    return f"'bnsym @ git+{url}@{commit}'" if url.startswith("https://") and commit else "bnsym"


_REMOTE = re.compile(r"^(?:(?:https|ssh)://)?(?:[^@/]*@)?([\w.-]+\.\w+)[:/]")


def _git(folder: str, asked: str) -> str:
    """What git answers there; nothing where it doesn't."""
    with suppress(OSError):
        command = ["git", "-C", folder, *asked.split()]
        return run(command, capture_output=True, text=True, check=False).stdout.strip()
    return ""


@click.command()
@click.option("--force", is_flag=True, help="Overwrite the files if they are there.")
def init(force: bool) -> None:
    """Write a first derivation and a workflow that checks it, here."""
    files = {FIRST: NOTE, WORKFLOW: STEPS.replace("REQUIREMENT", _requirement())}
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
    click.echo("now run: bnsym check all")
