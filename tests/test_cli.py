"""The command line and the orchestration behind it: which files, which exit code, which words."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

import bnsym
from bnsym import checking, cli, elaborate
from bnsym.codes import NAMES
from bnsym.commands import request
from bnsym.commands.check import Sizes
from bnsym.kernel import Proved, Refuted
from bnsym.model import (
    Declaration,
    Declared,
    Derivation,
    Diagnostic,
    Evidence,
    ExitCode,
    Link,
    Severity,
    Skipped,
)
from bnsym.source.bundle import LARGEST
from tests import handmade
from tests.handmade import CENTRED_1, CENTRED_2, LARGEST_1, MEAN_1, QUOTED, QUOTED_1, RESEMBLES

Run = Callable[..., tuple[int, str, str]]
NOTE = "$$\na = a\n$$\n"


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs the command line in an empty directory; gives exit code, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run_in_place(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        output, errors = capfd.readouterr()
        assert isinstance(left.value.code, int)
        return left.value.code, output, errors

    return run_in_place


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Makes reading give these links, whatever the text; evidence agrees."""
    import_module("bnsym.repairing.causes")  # what it imports is the reading that is meant

    def give(*links: Link, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        def read(_text: str, file: str) -> tuple[Derivation, elaborate.Context]:
            context = elaborate.read_with_context("", file)[1]
            return Derivation(file, links, (), (), diagnostics), context

        monkeypatch.setattr(elaborate, "reading", read)

    routes(monkeypatch, lambda *_args, **_options: Evidence("a route", True))
    return give


def routes(monkeypatch: pytest.MonkeyPatch, examine: Callable[..., Evidence]) -> None:
    from bnsym.evidence.large import modular
    from bnsym.evidence.small import explicit

    for route in (explicit, modular):
        monkeypatch.setattr(route, "examine", examine)


def note(name: str = "note.md", text: str = handmade.NOTE) -> Path:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


# -- exit codes --------------------------------------------------------------------------


def test_all_as_declared(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1, QUOTED_1)
    note()
    code, output, errors = run("check", "note.md")
    assert (code, errors) == (0, "")
    assert "Passed: every link is as declared." in output


def test_a_refuted_link(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1, CENTRED_2)
    note()
    code, output, _ = run("check", "note.md")
    assert code == 1
    assert "the two sides differ" in output


def test_an_error_of_the_file_alone(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1, diagnostics=(replace(RESEMBLES, severity=Severity.ERROR),))
    note()
    assert run("check", "note.md")[0] == 1


def test_a_warning_alone(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1, diagnostics=(RESEMBLES,))
    note()
    assert run("check", "note.md")[0] == 0


def test_a_bad_path_beside_a_good_one_hides_no_verdict(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1)
    note()
    code, output, _ = run("check", "note.md", "nto.md")
    assert code == 2
    assert "centred.1" in output
    assert "did you mean note.md?" in output


def test_routes_that_disagree(run: Run, reads: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    reads(CENTRED_1)
    routes(monkeypatch, lambda *_args, **_options: Evidence("a route", False, "0 and 1"))
    note()
    code, output, _ = run("check", "note.md")
    assert code == 3
    assert "BN401" in output


def test_a_crash_costs_one_link_only(
    run: Run, reads: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    reads(CENTRED_1, CENTRED_2)

    def examine(*_args: object, **_options: object) -> Evidence:
        raise KeyError("a letter")

    routes(monkeypatch, examine)
    note()
    code, output, _ = run("check", "note.md")
    assert code == 3
    assert "BN402" in output
    assert "KeyError: 'a letter'" in output
    assert "✗ refuted   centred.2" in output


def test_a_crash_in_reading(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def read(_text: str, _file: str) -> Derivation:
        raise ValueError("unforeseen")

    monkeypatch.setattr(elaborate, "reading", read)
    note()
    code, output, _ = run("check", "note.md")
    assert code == 3
    assert "unforeseen" in output


def test_nothing_to_check(run: Run, reads: Callable[..., None]) -> None:
    reads()
    note()
    code, output, _ = run("check", "note.md")
    assert code == 5
    assert "BN006" in output


def test_interrupted(run: Run, reads: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_args: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(request, "gather", interrupt)
    assert run("check", "note.md")[0] == 130


def test_an_unforeseen_error_is_a_defect_not_a_traceback(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(request, "gather", fail)
    code, _, errors = run("check", "note.md")
    assert code == 3
    assert "BN402 internal-error: ZeroDivisionError: oops" in errors


# -- which notes -------------------------------------------------------------------------


def files_of(report: bnsym.Report) -> list[str]:
    return [file.derivation.file for file in report.files]


def test_all_is_the_default_and_means_derivations(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1)
    note("derivations/b.md")
    note("derivations/deep/a.md")
    note("derivations/.hidden/c.md")
    note("elsewhere.md")
    assert files_of(bnsym.check("all")) == [
        str(Path("derivations", "b.md")),
        str(Path("derivations", "deep", "a.md")),
    ]
    assert run("check")[0] == 0


def test_a_file_named_twice_is_checked_once(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1)
    path = note()
    assert files_of(bnsym.check([path, path.resolve(), "note.md#centred"])) == ["note.md"]


@pytest.mark.parametrize("arguments", [("check",), ("check", "all"), ("check", ".")])
def test_no_notes(run: Run, arguments: tuple[str, ...]) -> None:
    code, output, _ = run(*arguments)
    assert code == 2
    assert "BN002" in output


def test_a_fragment_is_a_block_or_a_link(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1, CENTRED_2, QUOTED_1)
    note()
    chosen = [r.link.id for r in bnsym.check("note.md#centred").results]
    assert chosen == ["centred.1", "centred.2"]
    assert [r.link.id for r in bnsym.check("note.md#quoted.1").results] == ["quoted.1"]


def test_an_unknown_fragment(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1, QUOTED_1)
    note()
    code, output, _ = run("check", "note.md#centerd")
    assert code == 2
    assert "BN004" in output
    assert "did you mean note.md#centred?" in output


def test_a_file_with_a_hash_in_its_name(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1)
    note("c#.md")
    assert run("check", "c#.md")[0] == 0


def test_standard_input(run: Run, reads: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    reads(CENTRED_1)
    monkeypatch.setattr("bnsym.finding._bytes", lambda path: b"text" if path is None else b"")
    report = bnsym.check("-")
    assert files_of(report) == ["<stdin>"]
    assert report.sources == {"<stdin>": "text"}


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"\xff\xfe$\x00", "BN003", "a zero byte at offset 3"),
        (b"fine\nand \xe9 then", "BN003", "byte 0xe9 at offset 9"),
        (b"a" * (LARGEST + 1), "BN005", "larger than 2 MB"),
    ],
)
def test_what_is_no_text(run: Run, data: bytes, code: str, words: str) -> None:
    Path("note.md").write_bytes(data)
    exit_code, output, _ = run("check", "note.md")
    assert exit_code == 2
    assert code in output
    assert words in output


def test_pictures_of_a_notebook_count_less(run: Run) -> None:
    picture = json.dumps({"data": {"image/png": "A" * (LARGEST + 1)}})
    notebook = '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "", "outputs": [%s]}]}'
    Path("note.ipynb").write_text(notebook % picture, encoding="utf-8")
    assert "BN006" in run("check", "note.ipynb")[1]
    Path("note.ipynb").write_text(notebook % ",".join([picture] * 4), encoding="utf-8")
    exit_code, output, _ = run("check", "note.ipynb")
    assert exit_code == 2
    assert "larger than 8 MB" in output
    assert "clear its outputs" in output


def test_a_byte_order_mark_is_no_text(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1)
    Path("note.md").write_bytes(b"\xef\xbb\xbf" + NOTE.encode())
    assert bnsym.check("note.md").sources == {"note.md": NOTE}


def test_an_unreadable_file(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("bnsym.finding._bytes", refuse)
    note()
    code, output, _ = run("check", "note.md")
    assert code == 2
    assert "BN007" in output
    assert "Permission denied" in output


# -- what is declared --------------------------------------------------------------------


def checked(*links: Link) -> bnsym.Report:
    note()
    return bnsym.check("note.md")


def skip(code: str = "") -> Declaration:
    return Declaration(Declared.SKIP, "not yet", QUOTED.span, code=code)


@pytest.mark.parametrize(
    ("code", "link", "passed"),
    [("", MEAN_1, True), ("BN121", MEAN_1, True), ("BN111", MEAN_1, False), ("BN121", CENTRED_1, False)],
)
def test_skip_may_name_the_code_that_reading_gives(
    run: Run, reads: Callable[..., None], code: str, link: Link, passed: bool
) -> None:
    reads(replace(link, declaration=skip(code)))
    (result,) = checked().results
    assert isinstance(result.verdict, Skipped)
    assert result.passed is passed
    assert passed or (result.verdict.problem and result.verdict.problem.code == "BN307")


def test_a_skipped_link_that_cannot_be_stated_is_only_skipped(run: Run, reads: Callable[..., None]) -> None:
    reads(replace(LARGEST_1, declaration=skip()))
    assert checked().passed


@pytest.mark.parametrize("link", [CENTRED_1, MEAN_1])
def test_declared_refuted_and_not_refuted(run: Run, reads: Callable[..., None], link: Link) -> None:
    reads(replace(link, declaration=QUOTED))
    report = checked()
    assert [n.code for n in report.results[0].notes] == ["BN307"]
    assert checking.exit_code(report) is ExitCode.NOT_AS_DECLARED


def test_proofs_are_cross_examined_unless_told_otherwise(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1, CENTRED_2)
    note()
    proved, refuted = bnsym.check("note.md").results
    assert isinstance(proved.verdict, Proved)
    assert isinstance(refuted.verdict, Refuted)
    assert (len(proved.evidence), len(refuted.evidence)) == (2, 0)
    assert bnsym.check("note.md", cross_examine=False).results[0].evidence == ()
    assert len(bnsym.check("note.md", explicit=()).results[0].evidence) == 1


def test_progress_hears_of_every_link(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1, CENTRED_2)
    note()
    heard: list[object] = []

    class Ear:
        def start(self, total: int) -> None:
            heard.append(total)

        def begin(self, link: Link) -> None:
            heard.append(link.id)

        def end(self, result: bnsym.Result) -> None:
            heard.append(result.name)

    bnsym.check("note.md", progress=Ear())
    assert heard == [2, "centred.1", "centred.2", "proved", "refuted"]  # evidence comes after all verdicts


# -- options -----------------------------------------------------------------------------


def test_json(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1, CENTRED_2)
    note()
    code, output, _ = run("check", "note.md", "--format", "json")
    assert code == 1
    assert json.loads(output)["counts"] == {
        "proved": 1,
        "refuted": 1,
        "undecided": 0,
        "unread": 0,
        "skipped": 0,
    }


def test_output_file(run: Run, reads: Callable[..., None]) -> None:
    reads(CENTRED_1)
    note()
    assert run("check", "note.md", "--output-file", "report.txt") == (0, "", "")
    assert "✓ proved" in Path("report.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(("text", "sizes"), [("2..6", (2, 3, 4, 5, 6)), ("5,2,2", (2, 5)), ("3", (3,))])
def test_explicit_sizes(text: str, sizes: tuple[int, ...]) -> None:
    assert Sizes().convert(text, None, None) == sizes


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("chekc",), "'check'"),
        (("all",), "bnsym check all"),
        (("notes.md",), "bnsym check notes.md"),
        (("check", "--fromat", "json"), "--format"),
        (("check", "--format", "xml"), "none of text, concise, json"),
        (("check", "--explicit", "4..2"), "2..6"),
        (("check", "--explicit", "2..999999999999"), "2..6"),
        (("check", "--explicit", "0"), "between 1 and 16"),
        (("check", "--timeout", "0"), "positive"),
        (("check", "--timeout", "nan"), "positive"),
        (("check", "-q", "-v"), "one of --quiet and --verbose"),
        (("check", "--output-file", "no/where.txt"), "no directory"),
        (("explain", "BN2O1"), "BN201"),
        (("explain", "sides-difer"), "sides-differ"),
        (("derive", "none.md", "x"), "does not exist"),
    ],
)
def test_usage_errors_exit_2_and_say_what_was_meant(run: Run, arguments: tuple[str, ...], says: str) -> None:
    code, output, errors = run(*arguments)
    assert (code, output) == (2, "")
    assert says in errors


# -- explain -----------------------------------------------------------------------------


def test_explain(run: Run) -> None:
    code, output, _ = run("explain", "BN201")
    assert code == 0
    for part in ("BN201 sides-differ", "## Example\n", "## What to do\n", "## Instead\n"):
        assert part in output


def test_explain_lists_every_code(run: Run) -> None:
    _, output, _ = run("explain")
    assert all(code in output for code in NAMES)


# -- start-up ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement", ["import bnsym", "from bnsym.cli import main; main(['--help'])", "main(['explain'])"]
)
def test_starting_up_imports_nothing_heavy(statement: str) -> None:
    program = (
        "import sys, atexit\n"
        "heavy = {'sympy', 'numpy', 'rich', 'markdown_it'}\n"
        "atexit.register(lambda: print('HEAVY', sorted(heavy & set(sys.modules))))\n"
        "from bnsym.cli import main\n" + statement
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "HEAVY []"


def test_the_public_names() -> None:
    assert set(bnsym.__all__) <= set(dir(bnsym))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = bnsym.nothing


@pytest.mark.parametrize("name", ["derivations/as-published.md", "tests/accept/features.md"])
def test_the_output_does_not_depend_on_the_hash_seed(name: str) -> None:
    note = Path(__file__).parent.parent / name
    command = [sys.executable, "-m", "bnsym", "check", str(note), "--format", "json", "--no-cross-examine"]
    printed = {
        subprocess.run(
            command,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "1", "2", "271828")
    }
    assert len(printed) == 1
