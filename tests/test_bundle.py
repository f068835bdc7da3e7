r"""Files that a LaTeX note brings in: read at their place, each thing in them placed in its own file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import bnsym
from bnsym.cache.folder import VARIABLE
from bnsym.commands.check import check as command
from bnsym.commands.verify import verify
from bnsym.elaborate import read
from bnsym.model import Report, display_path
from bnsym.source import bundle, macros
from bnsym.source.opening import opened

MAIN = r"""\documentclass{article}
\input{commands}
\begin{document}
\section{Forward}
\input{parts/mean}
\begin{equation}
  \input parts/sides
\end{equation}
\end{document}
"""
MEAN = r"""% bnsym: define
\[ \mu = \frac1m \sum_i x_i \]
% bnsym: refuted reason="one too many"
\[ \sum_i x_i = (m + 1) \mu \]
% bnsym: claim id=scaled
\[ \sum_i x_i = 2 m \mu \]
"""
FILES = {
    "paper/main.tex": MAIN,
    "paper/commands.tex": "\\newcommand{\\half}{\\frac{1}{2}}\n",
    "paper/parts/mean.tex": MEAN,
    "paper/parts/sides.tex": "\\half \\sum_i (x_i - \\mu) + a\n= a % no more",
}


def put(folder: Path, files: dict[str, str] = FILES) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "paper" / "main.tex"


def check(path: Path, **options: object) -> Report:
    return bnsym.check(path, cross_examine=False, **{"repairs": "none", **options})  # type: ignore[arg-type]


def verdicts(report: Report) -> dict[str, str]:
    return {result.link.id: result.name for result in report.results}


def refusals(report: Report) -> list[str]:
    return [d.message.partition(": ")[2] for d in report.all_diagnostics if d.code == "BN109"]


def test_definitions_commands_and_directives_count(tmp_path):
    report = check(put(tmp_path))
    assert verdicts(report) == {"parts/mean-2": "refuted", "scaled": "refuted", "forward-1": "proved"}
    assert [r.passed for r in report.results] == [True, False, True]
    assert not refusals(report)


def test_each_place_is_in_its_own_file(tmp_path):
    main = put(tmp_path)
    folder = main.parent / "parts"
    links = [result.link for result in check(main).results]
    assert [link.span.place for link in links] == [
        f"{folder}/mean.tex:4:15",
        f"{folder}/mean.tex:6:15",
        f"{folder}/sides.tex:2:1",
    ]
    assert links[2].left_span.place == f"{folder}/sides.tex:1:1"
    assert {f"{name} (line {line})" for name, line in links[2].rests_on} == {
        r"\mu (line 2 of parts/mean.tex)"
    }


def test_a_file_brought_in_holds_what_is_false(tmp_path):
    files = FILES | {"paper/parts/mean.tex": MEAN.replace(r"\frac1m", r"\frac2m")}
    assert verdicts(check(put(tmp_path, files)))["forward-1"] == "refuted"


def test_a_definition_in_braces_or_behind_endinput_does_not_count(tmp_path):
    files = {
        "paper/main.tex": "{\\input{a}}\n\\input{b}\n\\[ \\one + \\two = 3 \\]\n",
        "paper/a.tex": r"\newcommand{\one}{1}",
        "paper/b.tex": "\\newcommand{\\two}{2}\n\\[ 1 + 1 = 2 \\]\n\\endinput\n\\[ 1 + 1 = 3 \\]\n",
    }
    assert verdicts(check(put(tmp_path, files))) == {"b-1": "proved", "block-1": "unread"}


@pytest.mark.parametrize("input_", ["% \\input{a}", "\\verb|\\input{a}|", "\\iffalse\\input{a}\\fi"])
def test_what_tex_does_not_read_brings_in_nothing(input_, tmp_path):
    main = put(tmp_path, {"paper/main.tex": input_ + "\n\\[ 1 = 1 \\]\n", "paper/a.tex": r"\[ 1 = 2 \]"})
    assert verdicts(check(main)) == {"block-1": "proved"}
    assert set(verdicts(check(main.parent))) == {"block-1"}, "and it is checked alone"


@pytest.mark.parametrize("end", ["", "\n", " % and so on", "\n\n"])
def test_lines_end_where_files_do(end, tmp_path):
    files = {"paper/main.tex": "\\input{a}\n\n\\[ 1 = 1 \\]\n", "paper/a.tex": rf"\[ 2 = 2 \]{end}"}
    assert verdicts(check(put(tmp_path, files))) == {"a-1": "proved", "block-1": "proved"}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("missing", "there is no such file below the note's folder"),
        ("../outside", "it lies outside the note's folder"),
        ("/etc/hostname", "it lies outside the note's folder"),
        ("link", "it lies outside the note's folder"),
        ("main", "it would bring in itself"),
        ("circle", "it would bring in itself"),
        ("folder.d", "it is no file"),
        ("binary", "binary: a zero byte at offset 1"),
        ("latin", "not UTF-8: byte 0xe9 at offset 1"),
        ("whole", "it is a document of its own"),
        ("large", "with it, all is larger than 2 MB"),
    ],
)
def test_why_a_file_is_not_followed(name, why, tmp_path, monkeypatch):
    main = put(
        tmp_path,
        {
            "paper/main.tex": f"\\input{{{name}}}\n\\[ \\sum_i x_i = a \\]\n\\[ 1 = 2 \\]\n",
            "outside.tex": "$a$",
            "paper/circle.tex": "\\input{other}",
            "paper/other.tex": "\\input{./circle.tex}",
            "paper/folder.d/a.tex": "",
            "paper/whole.tex": "\\documentclass{article}\\begin{document}\\end{document}",
            "paper/large.tex": "a" * 5000,
        },
    )
    (main.parent / "binary.tex").write_bytes(b"a\0b")
    (main.parent / "latin.tex").write_bytes(b"a\xe9b")
    (main.parent / "link.tex").symlink_to(tmp_path / "outside.tex")
    monkeypatch.setattr(bundle, "LARGEST", 4000)
    report = check(main)
    assert refusals(report) == [why]
    assert verdicts(report) == {"block-1": "unread", "block-2": "refuted"}, "it may say what a is"


def test_files_in_files_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(macros, "LARGEST", 400_000)
    chain = {f"paper/c{k}.tex": f"\\input{{c{k + 1}}}" for k in range(30)}
    main = put(tmp_path, {"paper/main.tex": "\\input{c0}", **chain})
    assert refusals(check(main)) == ["more than 15 files would stand in each other"]
    twice = {f"paper/c{k}.tex": f"\\input{{c{k + 1}}}" * 2 for k in range(14)} | {"paper/c14.tex": "a"}
    put(tmp_path, {"paper/main.tex": "\\input{c0}", **twice})
    often = "files that were brought in before would be again, more than 50 times"
    assert set(refusals(check(main))) == {often}
    monkeypatch.setattr(macros, "AGAIN", 1000)
    put(tmp_path, {"paper/main.tex": "\\input{c0} b"})
    assert set(refusals(check(main))) == {"more than 2 MB would be brought in"}


def test_a_file_may_come_in_many_times(tmp_path):
    files = {"paper/main.tex": "\\input{a}\n" * 51 + "\\[ 1 = 1 \\]", "paper/a.tex": "a\n"}
    assert refusals(check(put(tmp_path, files))) == []
    files["paper/main.tex"] = "\\input{a}\n" + files["paper/main.tex"]
    assert len(refusals(check(put(tmp_path, files)))) == 1


def test_a_folder_has_its_parts_checked_once(tmp_path):
    main = put(tmp_path, FILES | {"paper/alone.tex": r"\[ 1 + 1 = 2 \]"})
    files = [file.derivation.file for file in check(main.parent).files]
    assert files == [str(main.parent / name) for name in ("alone.tex", "main.tex")]
    named = bnsym.check([main.parent, main.parent / "parts" / "mean.tex"], cross_examine=False)
    assert len(named.files) == 3, "unless it is named"


def test_notes_that_bring_in_each_other_are_checked(tmp_path):
    files = {"paper/a.tex": "\\input{b}\n\\[ 1 = 1 \\]\n", "paper/b.tex": "\\input{a}\n\\[ 2 = 2 \\]\n"}
    report = check(put(tmp_path, files).parent)
    assert verdicts(report) == {"b-1": "proved", "block-1": "proved"}


def test_repairs_change_the_file_that_holds_them(tmp_path, monkeypatch):
    main = put(tmp_path)
    monkeypatch.chdir(main.parent)
    written = CliRunner().invoke(command, ["main.tex", "--no-cache", "--format", "sarif", "-j", "1"]).output
    (result,) = json.loads(written)["runs"][0]["results"]
    (change,) = result["fixes"][0]["artifactChanges"]
    assert change["artifactLocation"]["uri"] == "parts/mean.tex"
    assert {r["deletedRegion"]["startLine"] for r in change["replacements"]} == {6}
    patch = CliRunner().invoke(command, ["main.tex", "--no-cache", "--diff", "-q", "-j", "1"]).output
    assert "+++ b/parts/mean.tex" in patch
    assert "Passed" in CliRunner().invoke(command, ["main.tex", "--no-cache", "--fix", "-j", "1"]).output
    text = (main.parent / "parts" / "mean.tex").read_text(encoding="utf-8")
    assert text == MEAN.replace("= 2 m", "= m")
    assert main.read_text(encoding="utf-8") == MAIN


def test_nothing_is_put_where_two_files_meet(tmp_path):
    main = put(tmp_path)
    whole = bundle.bundled(MAIN, str(main), lambda path: path.read_text(encoding="utf-8"))
    manuscript = opened(whole, str(main))
    at = manuscript.text.index(r"\begin{equation}")
    across = at, manuscript.text.index(r"\sum_i (x_i")
    assert manuscript.places.edit(*across, "a") is None
    assert manuscript.places.span(str(main), *across).place == f"{main}:6:1"
    assert manuscript.places.span(str(main), *across).end_line == 7


def test_a_changed_part_is_no_remembered_run(tmp_path, monkeypatch):
    main = put(tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path / "cache"))
    monkeypatch.chdir(main.parent)
    asked = ["main.tex", "-j", "1", "--repairs", "none"]
    assert "Failed" in CliRunner().invoke(command, asked).output
    assert "Remembered" in CliRunner().invoke(command, asked).output
    put(tmp_path, {"paper/parts/mean.tex": MEAN.replace("= 2 m", "= m")})
    again = CliRunner().invoke(command, asked).output
    assert "Remembered" not in again
    assert "Passed" in again


def test_any_text_with_zero_bytes_is_read_somehow():
    for text in ("\0", "a\0b", "\0\0\0", "\\input{a}\0a\0a.tex\0$b$\0"):
        assert not read(text, "paper.tex").links
        assert bundle.texts(text, display_path(Path("paper.tex")))


def test_what_parts_say_is_verified_by_the_second_checker(tmp_path, monkeypatch):
    main = put(tmp_path)
    monkeypatch.chdir(main.parent)
    CliRunner().invoke(
        command, ["main.tex", "--no-cache", "--format", "json=report.json", "--repairs", "none"]
    )
    assert "Passed" in CliRunner().invoke(verify, ["report.json", "--seed", "1"]).output
    put(tmp_path, {"paper/parts/sides.tex": "\\half \\sum_i (x_i - \\mu) = 0"})
    assert "Failed" in CliRunner().invoke(verify, ["report.json", "--seed", "1"]).output
