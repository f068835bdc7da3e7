"""Evidence at a batch size of the user's choice: what is asked for, shown and refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bnsym

NOTE = r"""
$$
\mu = \frac{1}{m} \sum_i x_i
$$

$$
\sum_i (x_i - \mu) = 0
$$

<!-- bnsym: refuted reason="the mean is not the sum" -->
$$
\sum_i (x_i - \mu) = \mu
$$
"""


@pytest.fixture
def note(tmp_path: Path) -> Path:
    file = tmp_path / "note.md"
    file.write_text(NOTE, encoding="utf-8")
    return file


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bnsym", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_every_link_is_tried_at_the_size_that_is_asked_for(note: Path) -> None:
    done = run("check", note, "--m", 12345, "--format", "json")
    assert done.returncode == 0
    proved, refuted = json.loads(done.stdout)["links"]
    at_size = [e for e in proved["evidence"] if "12345" in e["route"]]
    assert at_size
    assert all(e["agrees"] for e in at_size)
    assert refuted["evidence"]
    assert not any(e["agrees"] for e in refuted["evidence"])
    assert all("12345" in e["route"] for e in refuted["evidence"])


def test_without_a_size_only_proofs_are_cross_examined(note: Path) -> None:
    proved, refuted = bnsym.check(note).results
    assert proved.evidence
    assert not refuted.evidence


def test_evidence_beside_a_refutation_is_no_disagreement(note: Path) -> None:
    report = bnsym.check(note, batch=50)
    assert bnsym.exit_code(report) is bnsym.ExitCode.OK
    assert report.results[1].evidence[0].agrees is False
    assert not report.results[1].disagrees


@pytest.mark.parametrize("size", [0, -3])
def test_a_batch_has_at_least_one_example(note: Path, size: int) -> None:
    done = run("check", note, "--m", size)
    assert done.returncode == 2
    assert f"{size} is not in the range x>=1" in done.stderr


def test_a_batch_may_be_longer_than_any_memory(note: Path) -> None:
    done = run("check", note, "--m", 10**15, "-v", "--no-cache")
    assert done.returncode == 0
    assert re.search(rf"mod \d+ at m = {10**15}: agrees", done.stdout)
    assert f"at m = {10**15}: the link fails there" in done.stdout


def test_beside_a_refutation_it_is_said_what_happens_at_that_size(note: Path) -> None:
    done = run("check", note, "--m", 77, "-v", "--no-cache")
    proved, refuted = done.stdout.split("refuted", 1)
    assert "floats at m = 77: agrees" in proved
    assert "floats at m = 77: the link fails there" in refuted
    assert "DISAGREES" not in done.stdout


def test_beside_an_undecided_link_it_is_shown_unasked(tmp_path: Path) -> None:
    """A power mean inequality, true for every m, which is beyond the search for certificates."""
    file = tmp_path / "note.md"
    file.write_text(r"$$ (\sum_i x_i^2)^3 \le m^2 \sum_i x_i^6 $$", encoding="utf-8")
    done = run("check", file, "--m", 5000, "--no-cache")
    assert done.returncode == 0
    assert "undecided" in done.stdout
    assert "floats at m = 5000: the link holds there" in done.stdout


def test_a_route_that_contradicts_a_proof_is_a_defect(note: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from bnsym.evidence.large import floating
    from bnsym.model import Evidence

    contrary = Evidence("floats at m = 9", False, "the sides differ")
    monkeypatch.setattr(floating, "examine", lambda *_, **__: contrary)
    report = bnsym.check(note, batch=9)
    assert bnsym.exit_code(report) is bnsym.ExitCode.DISAGREEMENT
    assert report.results[0].disagrees
    assert not report.results[1].disagrees
