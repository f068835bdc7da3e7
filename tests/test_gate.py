"""What a file passes with: each link proved or as declared or, where no directive stands, nothing refuted;
and every format, the editor and the exit code agree about it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import bnsym
from bnsym.checking import exit_code
from bnsym.cli import cli
from bnsym.model import Diagnostic, ExitCode, Report, Severity, Undecided
from bnsym.reporting.formats import rendered
from bnsym.reporting.pages.html import to_html
from bnsym.reporting.programs.github import to_github, to_summary

MEAN = "# A note\n\n$$\\mu = \\frac1m \\sum_{i=1}^m x_i$$\n\n"
TRUE = "$$\\sum_{i=1}^m (x_i - \\mu) = 0$$\n\n"
FALSE = "$$\\sum_{i=1}^m x_i = 2 m \\mu$$\n\n"
UNREAD = "$$\\sum_{i=1}^m x_i = m \\mu + y_j$$\n\n"
HARD = "$$(\\sum_i x_i^2)^3 \\le m^2 \\sum_i x_i^6$$\n\n"
BOUND = "$$\\vert \\langle u, v \\rangle \\vert \\le \\Vert u \\Vert \\Vert v \\Vert$$\n\n"
CLAIM = "<!-- bnsym: claim id=sum -->\n"
OPEN = "Never closed: $$ a = b\n"


@pytest.fixture
def checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Report]:
    """The report on notes with these texts."""
    monkeypatch.chdir(tmp_path)

    def check(*texts: str, **options: Any) -> Report:
        for number, text in enumerate(texts):
            Path(f"note{number}.md").write_text(text, encoding="utf-8")
        names = [f"note{number}.md" for number in range(len(texts))]
        return bnsym.check(names, repairs="none", cross_examine=False, **options)

    return check


@pytest.mark.parametrize(
    ("texts", "passed"),
    [
        ((MEAN + TRUE + UNREAD + HARD + OPEN,), True),
        ((MEAN + UNREAD,), True),
        ((MEAN + TRUE + UNREAD + FALSE,), False),
        ((MEAN + CLAIM + TRUE + UNREAD,), False),
        ((MEAN + CLAIM + TRUE + HARD,), False),
        ((MEAN + CLAIM + TRUE + OPEN,), False),
        ((MEAN + "<!-- bnsym: refuted reason=quoted -->\n" + FALSE + TRUE,), True),
        ((MEAN + "<!-- bnsym: refuted reason=quoted -->\n" + FALSE + UNREAD,), False),
        ((MEAN + TRUE + UNREAD + "<!-- bnsym: clam -->\n",), False),
        ((MEAN + TRUE + "<!-- bnsym: let $a$ = $1$ -->\n" + UNREAD,), False),
        ((MEAN + TRUE + UNREAD, MEAN + CLAIM + TRUE), True),
        ((MEAN + TRUE, MEAN + CLAIM + TRUE + UNREAD), False),
        ((MEAN + TRUE + UNREAD, MEAN + CLAIM + FALSE), False),
    ],
)
def test_a_file_without_directives_passes_if_nothing_is_refuted(
    checked: Callable[..., Report], texts: tuple[str, ...], passed: bool
) -> None:
    found = checked(*texts)
    assert found.passed is passed
    assert exit_code(found) is (ExitCode.OK if passed else ExitCode.NOT_AS_DECLARED)
    levels = {result["level"] for result in json.loads(rendered(found, "sarif"))["runs"][0]["results"]}
    assert ("error" in levels) is ("::error" in to_github(found)) is (not passed)
    suites = ElementTree.fromstring(rendered(found, "junit"))
    assert any(int(suite.get(name, "0")) for suite in suites for name in ("failures", "errors")) is not passed
    assert any(link["fails"] for link in json.loads(rendered(found, "json"))["links"]) is (
        not passed and OPEN not in texts[0]
    )
    assert ("Passed: " in str(found)) is passed


def test_what_is_left_open_is_shown_and_counted(checked: Callable[..., Report]) -> None:
    found = checked(MEAN + TRUE + UNREAD + HARD)
    assert "3 links: 1 proved, 1 undecided, 1 unread\n" in str(found)
    assert "Passed: nothing is refuted (2 links open, where no directive says what is claimed)." in " ".join(
        str(found).split()
    ).replace("unread Passed", "unread\nPassed")
    assert "index j is not bound" in str(found)
    assert "index j is not bound" in to_summary(found)
    assert "<h1>Nothing is refuted</h1>" in to_html(found)
    suite = ElementTree.fromstring(rendered(found, "junit"))[0]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "0", "2")
    links = json.loads(rendered(found, "json"))["links"]
    assert [(link["passed"], link["fails"]) for link in links] == [
        (True, False),
        (False, False),
        (False, False),
    ]


@pytest.mark.parametrize("claim", ["", CLAIM])
def test_a_proof_by_an_axiom_that_is_not_allowed_fails_anywhere(
    checked: Callable[..., Report], claim: str
) -> None:
    assert checked(claim + BOUND).passed
    found = checked(claim + BOUND, axioms=["cauchy-schwarz"])
    assert [result.verdict.code for result in found.results if isinstance(result.verdict, Undecided)] == [
        "BN311"
    ]
    assert not found.passed
    assert exit_code(found) is ExitCode.NOT_AS_DECLARED


@pytest.mark.parametrize("code", ["BN311", "BN312", "BN402"])
def test_what_breaks_down_fails_anywhere(checked: Callable[..., Report], code: str) -> None:
    (proved,) = checked(MEAN + TRUE).results
    assert not proved.link.claimed
    assert not replace(proved, verdict=Undecided("BN302", "")).fails
    assert replace(proved, verdict=Undecided(code, "")).fails


def test_what_can_not_be_read_of_a_file_is_a_warning_without_directives(
    checked: Callable[..., Report],
) -> None:
    def said(text: str) -> Diagnostic:
        (found,) = (d for d in checked(text).all_diagnostics if d.code == "BN101")
        return found

    assert said(MEAN + TRUE + OPEN).severity is Severity.WARNING
    assert said(MEAN + CLAIM + TRUE + OPEN).severity is Severity.ERROR


def run(*arguments: str) -> int:
    code = cli.main([*arguments], prog_name="bnsym", standalone_mode=False)
    assert isinstance(code, int)
    return code


def test_the_command_shows_what_is_open_but_quietly_and_its_report_is_verified(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("note.md").write_text(MEAN + TRUE + UNREAD, encoding="utf-8")
    assert run("check", "note.md", "-q") == 0
    assert capsys.readouterr().out == ""
    assert run("check", "note.md", "--format", "text", "--format", "json=report.json") == 0
    assert "index j is not bound" in capsys.readouterr().out
    assert run("verify", "report.json") == 0
    data = json.loads(Path("report.json").read_text(encoding="utf-8"))
    data["links"][1]["fails"] = True
    Path("report.json").write_text(json.dumps(data), encoding="utf-8")
    assert run("verify", "report.json") == 1
    assert "it says that it passed, which its links did not" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("texts", "said", "ends"),
    [
        ((MEAN + TRUE,), "Every link is proved", "Passed: every link is proved."),
        ((MEAN + CLAIM + TRUE,), "Every link is as declared", "Passed: every link is as declared."),
        ((MEAN + TRUE + FALSE,), "Not every link is true", "Failed: 1 link is not true. Correct it"),
        ((MEAN + FALSE + UNREAD + FALSE,), "Not every link is true", "Failed: 2 links are not true. Begin"),
        ((MEAN + CLAIM + FALSE,), "Not every link is as declared", "Failed: 1 link is not as declared."),
        ((MEAN + CLAIM + TRUE, MEAN + FALSE), "Not every link is true", "Failed: 1 link is not true."),
        ((MEAN + TRUE, MEAN + CLAIM + UNREAD), "Not every link is as declared", "Failed: 1 link is not as"),
        ((MEAN + CLAIM + TRUE + OPEN,), "There are errors", "Failed: 1 error to correct"),
        (("Words.\n",), "There is nothing to check", "Failed: there was nothing to check"),
    ],
)
def test_what_is_said_of_a_report_is_measured_by_what_its_files_declare(
    checked: Callable[..., Report], texts: tuple[str, ...], said: str, ends: str
) -> None:
    found = checked(*texts)
    assert f"<h1>{said}</h1>" in to_html(found)
    assert ends in " ".join(str(found).split())


QUOTED = {
    ".md": (
        "```markdown\n<!-- bnsym: claim -->\n```\n",
        "Write `<!-- bnsym: claim -->` before it.\n",
        "    <!-- bnsym: claim -->\n",
        "~~<!-- bnsym: claim -->~~\n",
        "So is `% bnsym: claim` in LaTeX, or % bnsym: claim here.\n",
    ),
    ".tex": (
        "\\begin{verbatim}\n% bnsym: claim\n\\end{verbatim}\n",
        "\\verb|% bnsym: claim|\n",
        "100\\% bnsym: claim\n",
        "<!-- bnsym: claim -->\n",
    ),
}
SEEN = {
    ".md": (
        "> <!-- bnsym: claim -->\n",
        "- one\n\n  <!-- bnsym: clam -->\n",
        "<!-- bnsym: claim\n",
        "$$\n% bnsym: claim\na = a\n$$\n",
        "$$\n<!-- bnsym: claim -->\na = a\n$$\n",
    ),
    ".tex": ("% bnsym: claim\n", "%% bnsym: clam\n", "\\[ a = % bnsym: claim\n a \\]\n"),
}


@pytest.mark.parametrize(
    ("suffix", "said", "passed"),
    [
        (suffix, said, quoted is QUOTED)
        for quoted in (QUOTED, SEEN)
        for suffix in quoted
        for said in quoted[suffix]
    ],
)
def test_a_directive_that_is_only_quoted_declares_nothing(
    tmp_path: Path, suffix: str, said: str, passed: bool
) -> None:
    """A manual of bnsym, which shows directives as code, is as any note without one."""
    note = tmp_path / f"note{suffix}"
    note.write_text(said + "\n" + MEAN[2:] + TRUE + UNREAD, encoding="utf-8")
    assert bnsym.check(note, repairs="none", cross_examine=False).passed is passed
