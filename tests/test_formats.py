"""The formats that other programs read: what their specifications ask for, and hostile text."""

from __future__ import annotations

import json
import re
from email.message import Message
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import click
import pytest
from jsonschema import Draft4Validator, ValidationError

import bnsym
from bnsym.cli import cli
from bnsym.codes import explanation
from bnsym.reporting.formats import FORMATS, rendered
from bnsym.reporting.programs import github, sarif
from bnsym.reporting.programs.findings import findings, uri
from bnsym.reporting.programs.github import LARGEST_SUMMARY, MOST, to_github, to_summary

GOOD = "$$\na + a = 2 a\n$$\n"
BAD = "$$\na + a = 3 a\n$$\n"
UNREAD = "$$\nb = \\nonsense\n$$\n"
CLAIM = "<!-- bnsym: claim -->\n"
SKIPPED = '<!-- bnsym: skip reason="later" -->\n$$\na = b\n$$\n'


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report(here: Path, text: str, name: str = "note.md") -> bnsym.Report:
    (here / name).write_text(text, encoding="utf-8")
    return bnsym.check(name, cross_examine=False)


@pytest.mark.parametrize(("claim", "unread"), [("", "warning"), (CLAIM, "error")])
def test_sarif_has_what_the_standard_asks_for(here: Path, claim: str, unread: str) -> None:
    log = json.loads(rendered(report(here, claim + GOOD + BAD + UNREAD), "sarif"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "bnsym"
    ids = [rule["id"] for rule in driver["rules"]]
    assert ids == sorted(set(ids))
    assert all(explanation(rule["id"]).meaning == rule["fullDescription"]["text"] for rule in driver["rules"])
    assert [result["level"] for result in run["results"]] == ["error", unread]
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "note.md"
        region = place["region"]
        assert region["startLine"] >= 1
        assert region["startColumn"] >= 1
        assert (region["endLine"], region["endColumn"]) >= (region["startLine"], region["startColumn"])


def test_a_rule_leads_to_its_page_where_there_is_one(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def rules() -> list[dict[str, Any]]:
        log = json.loads(rendered(report(here, BAD + UNREAD), "sarif"))
        Draft4Validator(SCHEMA).validate(log)
        found: list[dict[str, Any]] = log["runs"][0]["tool"]["driver"]["rules"]
        return found

    assert all("helpUri" not in rule for rule in rules()), "a relative address is against the standard"
    assert all(rule["help"]["text"] and "```" in rule["help"]["markdown"] for rule in rules())
    known = Message()
    known["Project-URL"] = "Source, https://example.org/source"
    known["Project-URL"] = "Documentation, https://example.org/docs/"
    monkeypatch.setattr(sarif, "repository", lambda: ("https://gitlab.com/a/b.git", "12ab"))
    assert all("helpUri" not in rule for rule in rules()), "of this host it is not known how it shows a file"
    monkeypatch.setattr(sarif, "repository", lambda: ("https://github.com/a/b.git", "12ab"))
    shown = "https://github.com/a/b/blob/12ab/bnsym/codes"
    assert {rule["helpUri"] for rule in rules()} == {f"{shown}/{r['id']}-{r['name']}.md" for r in rules()}
    monkeypatch.setattr(sarif, "metadata", lambda _: known)
    page = f"https://example.org/docs/{bnsym.__version__}/codes.html"
    assert {rule["helpUri"] for rule in rules()} == {f"{page}#{rule['id']}" for rule in rules()}


SCHEMA = json.loads((Path(__file__).parent / "sarif-2.1.0.json").read_text(encoding="utf-8"))
"""The schema of OASIS, 2.1.0-rtm.5, as npm's @microsoft/jest-sarif has it."""
HOSTILE = (
    '<!-- bnsym: skip reason="\u2028 <&> 错" code=BN111 -->\n$$\na = 3 \\nonsense{\u0001 %41 \udfff}\n$$\n'
)


@pytest.mark.parametrize("text", [GOOD, BAD + UNREAD + SKIPPED, "$$ a =", HOSTILE.replace("\udfff", "x"), ""])
@pytest.mark.parametrize("name", ["note.md", "a b ü#?%.md", "none.md"])
def test_sarif_is_valid_by_its_schema(here: Path, text: str, name: str) -> None:
    found = report(here, text, name) if name != "none.md" else bnsym.check(name)
    Draft4Validator(SCHEMA).validate(json.loads(rendered(found, "sarif")))


def test_the_schema_refuses_what_is_no_sarif() -> None:
    with pytest.raises(ValidationError, match="'runs' is a required property"):
        Draft4Validator(SCHEMA).validate({"version": "2.1.0"})


def test_places_count_from_the_root_of_the_repository(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also from a folder in it, and from GitHub's workspace where there is no .git."""
    (here / ".git").mkdir()
    (here / "docs").mkdir()
    (here / "docs" / "note.md").write_text(BAD, encoding="utf-8")
    above = bnsym.check("docs/note.md", cross_examine=False)
    marks = [f.fingerprint for f in findings(above)]
    monkeypatch.chdir(here / "docs")
    found = bnsym.check("note.md", cross_examine=False)
    assert [f.fingerprint for f in findings(found)] == marks
    assert "::error file=docs/note.md,line=2," in to_github(found)
    assert '"uri": "docs/note.md"' in rendered(found, "sarif")
    assert "note.md:2:7: BN201" in rendered(found, "concise"), "an editor counts from the current directory"
    (here / ".git").rmdir()
    assert "::error file=note.md,line=2," in to_github(found)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here))
    assert "::error file=docs/note.md,line=2," in to_github(found)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(here / "elsewhere"))
    assert "::error file=note.md,line=2," in to_github(found)


def test_a_patch_and_other_formats(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "note.md").write_text(BAD, encoding="utf-8")
    assert run("note.md", "--diff", "--format", "json=out.json", "--fix") == 0
    said = capsys.readouterr()
    assert said.out.startswith("diff --git a/note.md b/note.md\n--- a/note.md\n+++ b/note.md\n")
    assert json.loads((here / "out.json").read_text(encoding="utf-8"))["counts"]["proved"] == 1
    assert "changed note.md" in said.err
    assert run("note.md", "--diff", "--output-file", "patch") == 0
    assert (here / "patch").read_text(encoding="utf-8") == ""
    with pytest.raises(click.UsageError, match="--diff prints a patch to standard output"):
        run("note.md", "--diff", "--format", "json")


def test_a_summary_that_cannot_be_written_is_said_before_the_work(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "none" / "summary.md"))
    monkeypatch.setattr("bnsym.checking.check", lambda *_, **__: pytest.fail("the work was begun"))
    with pytest.raises(click.UsageError, match="GITHUB_STEP_SUMMARY: there is no directory"):
        run("note.md", "--format", "github")


def test_a_fingerprint_survives_a_move_and_tells_twins_apart(here: Path) -> None:
    before = [f.fingerprint for f in findings(report(here, BAD + BAD))]
    after = [f.fingerprint for f in findings(report(here, "# A title\n\n\n" + BAD + "prose\n\n" + BAD))]
    assert before == after
    assert len(set(before)) == 2
    other = [f.fingerprint for f in findings(report(here, BAD.replace("3", "4")))]
    assert not set(other) & set(before)


def test_junit_counts_and_cases(here: Path) -> None:
    root = ElementTree.fromstring(rendered(report(here, GOOD + BAD + SKIPPED), "junit"))
    (suite,) = root.findall("testsuite")
    counts = {k: suite.get(k) for k in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "3", "failures": "1", "errors": "0", "skipped": "1"}
    good, bad, skipped = suite.findall("testcase")
    assert not list(good)
    failure = bad.find("failure")
    assert failure is not None
    assert failure.get("type") == "BN201"
    assert "note.md:5" in (failure.text or "")
    assert skipped.find("skipped") is not None


def test_junit_of_a_missing_file_is_an_error(here: Path) -> None:
    root = ElementTree.fromstring(rendered(bnsym.check("nowhere.md"), "junit"))
    error = root.find("./testsuite/testcase/error")
    assert error is not None
    assert error.get("type") == "BN001"


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "text"])
def test_hostile_text_stays_text(here: Path, form: str) -> None:
    name = "a,b:c%0A::error::.md"
    hostile = (
        '<!-- bnsym: claim id="x]]>&<script>" -->\n$$\na\x0b = \\text{]]> <b> %0A ::error:: \x1b[31m} b\n$$\n'
    )
    text = rendered(report(here, hostile + BAD, name), form)
    assert "\x1b" not in text.replace("\\u001b", "")
    if form == "junit":
        ElementTree.fromstring(text)
    elif form in ("json", "sarif"):
        json.loads(text)
    elif form == "github":
        assert all(line.startswith(("::error ", "::warning ")) for line in text.splitlines())
        assert "%250A" in text


def test_github_shows_no_more_than_it_can(here: Path) -> None:
    found = to_github(report(here, BAD * 15)).splitlines()
    assert len(found) == MOST
    assert found[-1] == "::error::6 more; see the log or the summary"
    assert found[0].startswith("::error file=note.md,line=2,col=7,")


def test_github_summary_is_bounded(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    summary = to_summary(report(here, GOOD + BAD))
    assert summary.startswith("### bnsym: 1 proved, 1 refuted\n")
    assert "✗ refuted" in summary
    assert len(summary.encode()) <= LARGEST_SUMMARY
    monkeypatch.setattr(github, "LARGEST_SUMMARY", 2_000)
    summary = to_summary(report(here, BAD * 12))
    assert summary.endswith("</details>\n\n…\n")
    assert 1_500 < len(summary.encode()) <= 2_000


def test_github_summary_shows_formula_numbers_and_repair(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    note = "$$ \\mu = \\frac1m \\sum_i x_i $$\n\n$$ \\sum_i (x_i + \\mu) = 0 $$\n\n$$ \\mu_2 = \\foo{x} $$\n"
    found = report(here, note)
    refuted, unread = to_summary(found).split("<details")[1:]
    repair = found.results[0].repair
    assert repair is not None
    assert "note.md:3:23 BN201 sides-differ</summary>\n\n```diff\n" in refuted
    assert "   3 │ $$ \\sum_i (x_i + \\mu) = 0 $$\n" in refuted
    assert "the two sides differ: " in refuted
    assert "at   m = " in refuted
    assert f"\n+    │ $$ {repair.after} = 0 $$\n```" in refuted
    assert "   5 │ $$ \\mu_2 = \\foo{x} $$\n" in unread
    assert "`\\foo` is not a known command" in unread
    for name, value in {"SERVER_URL": "https://github.com", "REPOSITORY": "a/b", "SHA": "12ab"}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    monkeypatch.setattr(sarif, "repository", lambda: ("https://github.com/c/d.git", "34cd"))
    told = to_summary(found)
    assert '<a href="https://github.com/a/b/blob/12ab/note.md?plain=1#L3">note.md:3:23</a>' in told
    assert '<a href="https://github.com/c/d/blob/34cd/bnsym/codes/BN201-sides-differ.md">BN201' in told


def test_github_summary_folds_what_is_long_or_late(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = to_summary(report(here, "$$ a := 1 $$\n\n" + BAD * 12)).split("<details")[1:]
    assert [block.startswith(" open") for block in told] == [True] * MOST + [False] * 2
    monkeypatch.setattr(github, "LONG", 100)
    (block,) = to_summary(report(here, BAD)).split("<details")[1:]
    assert block.startswith("><summary>✗ refuted")


@pytest.mark.parametrize("hostile", ["a ``` b", "<script>", "x | y", "[a](b)", "$a$ *b*", "</details>"])
def test_github_summary_is_only_text(here: Path, hostile: str) -> None:
    block = f"<!-- bnsym: skip id=[a](b)<script> reason='{hostile}' -->\n$$ a {hostile} = b $$\n\n"
    told = to_summary(report(here, f"# {hostile}\n\n{block}$$ \\text{{{hostile}}} = 1 $$\n" + BAD))
    outside = "".join(re.split(r"^(`{3,})\w+\n.*?^\1$", told, flags=re.DOTALL | re.MULTILINE)[::2])
    assert outside.count("<details") == outside.count("</details>") > 0
    assert "<script" not in outside
    assert all(line.startswith("<details") for line in outside.splitlines() if "](b)" in line), "no Markdown"


def run(*arguments: str) -> int:
    code = cli.main(["check", "--no-cross-examine", *arguments], prog_name="bnsym", standalone_mode=False)
    assert isinstance(code, int)
    return code


def test_several_formats_at_once(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "note.md").write_text(BAD, encoding="utf-8")
    assert run("note.md", "--format", "concise", "--format", "sarif=o.sarif", "--format", "junit=o.xml") == 1
    line = capsys.readouterr().out
    assert line.startswith("note.md:2:7: BN201 the two sides differ: ")
    assert line.endswith("[block-1]\n")
    assert json.loads((here / "o.sarif").read_text(encoding="utf-8"))["runs"]
    assert ElementTree.parse(here / "o.xml").getroot().tag == "testsuites"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--format", "serif"), "did you mean sarif"),
        (("--format", "json", "--format", "sarif"), "one format can go to standard output"),
        (("--format", "json=o", "--format", "sarif=o"), "two formats would go to one file"),
        (("--format", "json=nowhere/x.json"), "no directory"),
        (("--output-file", "nowhere/x"), "no directory"),
    ],
)
def test_bad_formats_are_refused_before_the_work(here: Path, arguments: tuple[str, ...], said: str) -> None:
    import click

    (here / "note.md").write_text(BAD, encoding="utf-8")
    with pytest.raises(click.UsageError, match=said):
        run("note.md", *arguments)


def test_the_summary_goes_where_github_says(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "note.md").write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(here / "summary.md"))
    assert run("note.md", "--format", "github") == 0
    assert "1 proved" in (here / "summary.md").read_text(encoding="utf-8")


def test_a_uri_is_a_relative_reference() -> None:
    assert uri("a b/ü#.md") == "a%20b/%C3%BC%23.md"
    assert uri("<stdin>") == "stdin"
