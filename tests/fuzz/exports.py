"""Many exports in one run of pdflatex; where it stops, the halves, down to those that do not compile."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from tests.fuzz.grammar import note
from tests.fuzz.trial import Outcome, tried


def batch(seeds: range) -> list[Outcome]:
    """The outcomes that have faults."""
    with tempfile.TemporaryDirectory() as folder:
        outcomes = [tried(seed, note(seed), Path(folder) / "note.md") for seed in seeds]
    faulty = [outcome for outcome in outcomes if outcome.faults]
    if shutil.which("pdflatex"):
        faulty += [Outcome(o.seed, ("pdflatex refuses its export",)) for o in refused(outcomes)]
    return faulty


def _resource(name: str) -> str:
    return files("bnsym.reporting.typeset").joinpath(name).read_text(encoding="utf-8")


def refused(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Those whose exports pdflatex does not set."""
    if not outcomes or _compiles([outcome.latex for outcome in outcomes]):
        return []
    if len(outcomes) == 1:
        return list(outcomes)
    half = len(outcomes) // 2
    return refused(outcomes[:half]) + refused(outcomes[half:])


def _compiles(parts: Sequence[str]) -> bool:
    macros = _resource("macros.tex")
    body = "\n".join(part.removeprefix(macros) for part in parts)
    document = f"{_resource('standalone.tex')}{macros}\\begin{{document}}\n{body}\\end{{document}}\n"
    command = [
        "pdflatex",
        "-interaction=nonstopmode",
        "-halt-on-error",
        "-no-shell-escape",
        "-draftmode",
        "out.tex",
    ]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "out.tex").write_text(document, encoding="utf-8")
        return (
            subprocess.run([*command, "out.tex"], cwd=folder, capture_output=True, check=False).returncode
            == 0
        )
