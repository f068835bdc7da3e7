"""What is remembered is as good as new, and what can't be vouched for is no better than nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from fractions import Fraction
from pathlib import Path

import pytest

import bnsym
from bnsym import cli, kernel, proving
from bnsym.cache import folder as folder_module
from bnsym.cache.answers import Answers
from bnsym.cache.codec import CLASSES, Unknown, dumps, loads
from bnsym.cache.folder import Folder, Nowhere, place
from bnsym.elaborate import read
from bnsym.evidence.large import modular
from bnsym.evidence.small import explicit
from bnsym.execution.budget import Budget
from bnsym.kernel import Certificate, Witness
from bnsym.model import Evidence, Undecided
from bnsym.proving.found import Certified, Found, Witnessed, found, judge
from bnsym.repairing import search
from bnsym.terms import Relation, Statement, Sym, num, power

ROOT = Path(__file__).parent.parent
NOTE = r"""
$$
\mu = \frac{1}{m} \sum_i x_i
$$

$$
\sum_i (x_i - \mu) = 0 = \mu
$$

$$
m \mu^2 \le \sum_i x_i^2
$$
"""
KINDS = {
    "a normal form": r"$$\sum_i (x_i + y_i) = \sum_i x_i + \sum_i y_i$$",
    "cofactors": "<!-- bnsym: assume $a^2 = b$ -->\n$$a^4 + a^2 = b^2 + b$$",
    "a root": r"$$(1 + \sqrt{2})^2 = 3 + 2 \sqrt{2}$$",
    "a square": r"$$2 a b \le a^2 + b^2$$",
    "a hypothesis": "<!-- bnsym: assume $a \\le b$ -->\n<!-- bnsym: assume $c \\ge 0$ -->\n$$a c \\le b c$$",
    "a Gram determinant": r"$$\langle x, y \rangle^2 \le \Vert x \Vert^2 \Vert y \Vert^2$$",
    "norms": r"$$\langle x, y \rangle \le \Vert x \Vert \Vert y \Vert + a^2$$",
    "a maximum": r"$$\max_{\Vert X \Vert_2 \le \lambda} \Vert X^T v \Vert^2 = \lambda^2 \Vert v \Vert^2$$",
    "a witness": r"$$\sum_i x_i^2 = (\sum_i x_i)^2$$",
    "a witness under hypotheses": "<!-- bnsym: assume $a > 2 b$ -->\n$$a^2 > 4 b^2$$",
    "a witness against a maximum": r"$$\max_{\Vert X \Vert_2 \le 1} \Vert X^T v \Vert^2 = \Vert v \Vert$$",
}
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's checks are remembered."""
    path = tmp_path / "remembered"
    monkeypatch.setenv("BNSYM_CACHE", str(path))
    return path


@pytest.fixture
def run(
    home: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """Runs the command line beside a note; gives exit code, output and errors."""
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    (work / "note.md").write_text(NOTE, encoding="utf-8")

    def run_in_place(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        assert isinstance(left.value.code, int)
        return left.value.code, *capfd.readouterr()

    return run_in_place


@pytest.fixture
def unsearching(monkeypatch: pytest.MonkeyPatch) -> list[Statement]:
    """What is searched for, or examined, from here on."""
    asked: list[Statement] = []
    decide = proving.decide

    def deciding(statement: Statement, *rest: object, **options: object) -> object:
        asked.append(statement)
        return decide(statement, *rest, **options)  # type: ignore[arg-type]

    def examine(statement: Statement, *_rest: object, **_options: object) -> Evidence:
        asked.append(statement)
        return Evidence("a route", True)

    monkeypatch.setattr(proving, "decide", deciding)
    monkeypatch.setattr(explicit, "examine", examine)
    monkeypatch.setattr(modular, "examine", examine)
    return asked


def statement_of(text: str) -> Statement:
    (link,) = read(text + "\n", "note.md").links
    assert link.statement is not None
    return link.statement


def finding(statement: Statement) -> Found:
    verdict = proving.decide(statement, time.monotonic() + 10)
    assert not isinstance(verdict, Undecided), verdict
    return found(verdict)


# -- as text and back --------------------------------------------------------------------


@pytest.fixture(scope="module")
def findings() -> dict[str, tuple[Statement, Found]]:
    statements = {kind: statement_of(text) for kind, text in KINDS.items()}
    return {kind: (statement, finding(statement)) for kind, statement in statements.items()}


@pytest.mark.parametrize("kind", KINDS)
def test_a_finding_comes_back_as_it_was(findings: dict[str, tuple[Statement, Found]], kind: str) -> None:
    statement, what = findings[kind]
    again = loads(dumps(what))
    assert again == what
    assert judge(statement, again) == judge(statement, what)
    assert loads(dumps(statement)) == statement


def test_the_kinds_are_all_kinds(findings: dict[str, tuple[Statement, Found]]) -> None:
    """Every class that a certificate or a witness can hold occurs above."""
    seen = {type(part).__name__ for _, what in findings.values() for part in parts(what)}
    certificates = {
        n
        for n, c in vars(kernel.certificates).items()
        if n in CLASSES and c.__module__.endswith("certificates")
    }
    assert certificates - seen == set()


def parts(value: object) -> Iterator[object]:
    yield value
    if is_dataclass(value):
        for field in fields(value):
            yield from parts(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from parts(part)
    elif isinstance(value, dict):
        for pair in value.items():
            yield from parts(pair)


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "{}", "1.5", "NaN", '["/", "1/0"]', '["/", "x"]', '["/", 1]', '["Sym"]', '["Num", 1]]',
        '["Proved", null]', '["Refuted", null]', '["os.system", "true"]', '["Relation", "LIKE"]', "[[]]",
        '["{}", [1]]', '["{}", [["{}"], 1]]', "[" * 100_000, "1" * 5000,
    ],
)  # fmt: skip
def test_no_other_text_is_read(text: str) -> None:
    with pytest.raises(Unknown):
        loads(text)


@pytest.mark.parametrize("value", [1.5, {1}, object(), Undecided("BN301", "")])
def test_nothing_else_is_written(value: object) -> None:
    with pytest.raises(Unknown, match="is not kept"):
        dumps(value)


def test_no_verdict_is_written(findings: dict[str, tuple[Statement, Found]]) -> None:
    for statement, what in findings.values():
        with pytest.raises(Unknown, match=r"a (Proved|Refuted) is not kept"):
            dumps(judge(statement, what))


# -- the folder --------------------------------------------------------------------------


def test_what_is_put_is_got(home: Path) -> None:
    name = "run-" + "0" * 40
    Folder(home).put(name, "text\nlines")
    assert Folder(home).get(name) == "text\nlines"
    assert Folder(home).get("run-" + "1" * 40) is None
    assert (home / "bnsym.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("how", ["changed", "cut", "binary", "moved", "another key"])
def test_what_is_not_whole_or_foreign_is_ignored_and_counted(home: Path, how: str) -> None:
    name = "run-" + "0" * 40
    Folder(home).put(name, "0 errors")
    file = home / f"{name}.json"
    if how == "changed":
        file.write_text(file.read_text().replace("0 errors", "1 errors"))
    elif how == "cut":
        file.write_text(file.read_text()[:45])
    elif how == "binary":
        file.write_bytes(b"\xff\x00")
    elif how == "moved":
        name = "run-" + "2" * 40
        file.rename(home / f"{name}.json")
    else:
        (home / "bnsym.key").unlink()
    folder = Folder(home)
    assert folder.get(name) is None
    assert folder.ignored == 1


def test_runs_at_the_same_time_do_no_harm(home: Path) -> None:
    """Each finds the key of the first, and an entry whole or not at all."""
    name = "run-" + "0" * 40

    def work(n: int) -> tuple[str, int]:
        folder = Folder(home)
        for _ in range(30):
            folder.put(name, str(n) * 5000)
            text = folder.get(name) or ""
            assert len(text) == 5000
            assert len(set(text)) == 1
        return folder.trouble, folder.ignored

    with ThreadPoolExecutor(8) as executor:
        assert set(executor.map(work, range(8))) == {("", 0)}
    assert sorted(path.name for path in home.iterdir()) == ["bnsym.key", f"{name}.json"]


@pytest.mark.skipif(os.name != "posix", reason="rights of files")
def test_a_key_that_others_can_read_is_no_key(home: Path) -> None:
    Folder(home).put("run-" + "0" * 40, "text")
    (home / "bnsym.key").chmod(0o644)
    folder = Folder(home)
    assert folder.trouble == f"{home / 'bnsym.key'} is not this user's alone"
    assert folder.get("run-" + "0" * 40) is None


def test_a_disk_that_takes_nothing_costs_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    folder = Folder(tmp_path / "file" / "remembered")
    assert "Not a directory" in folder.trouble
    folder.put("run-" + "0" * 40, "text")
    assert folder.get("run-" + "0" * 40) is None
    assert folder.size() == (0, 0)


def test_a_disk_that_is_full_is_given_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(28, "No space left on device")

    folder = Folder(home)
    monkeypatch.setattr(folder_module, "_write", full)
    folder.put("run-" + "0" * 40, "text")
    assert folder.trouble == f"{home}: No space left on device"


def test_the_oldest_go_when_it_is_too_large(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_module, "LARGEST", 4000)
    folder = Folder(home)
    names = [f"run-{n:040x}" for n in range(10)]
    for age, name in enumerate(names):
        folder.put(name, "x" * 500)
        os.utime(home / f"{name}.json", (1000 + age, 1000 + age))
    folder.get(names[0])  # used now
    folder.close()
    kept = [name for name in names if folder.get(name) is not None]
    assert kept == [names[0], *names[-len(kept) + 1 :]]
    assert 3 <= len(kept) <= 5


def test_clearing_leaves_what_is_not_ours(home: Path) -> None:
    folder = Folder(home)
    folder.put("run-" + "0" * 40, "text")
    (home / "thesis.md").write_text("mine")
    assert folder.clear() == 1
    assert [path.name for path in home.iterdir()] == ["thesis.md"]


def test_a_key_of_something_else_is_left_alone(home: Path) -> None:
    home.mkdir()
    (home / "bnsym.key").write_text("-----BEGIN PRIVATE KEY-----")
    (home / "bnsym.key").chmod(0o600)
    folder = Folder(home)
    assert folder.trouble == f"{home / 'bnsym.key'} is no key"
    assert folder.clear() == 0
    assert (home / "bnsym.key").exists()


@pytest.mark.parametrize(
    ("variables", "where"),
    [
        ({"BNSYM_CACHE": "/x/y"}, Path("/x/y")),
        ({"BNSYM_CACHE": "/x/y", "CI": "true"}, Path("/x/y")),
        ({"BNSYM_CACHE": "~/y", "HOME": "/h"}, Path("/h/y")),
        ({"BNSYM_CACHE": "off"}, "BNSYM_CACHE is off"),
        ({"BNSYM_CACHE": ""}, "BNSYM_CACHE is off"),
        ({"CI": "true"}, "CI is set, and BNSYM_CACHE is not"),
        ({"CI": "false", "XDG_CACHE_HOME": "/c"}, Path("/c/bnsym")),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, Path("/h/.cache/bnsym")),
    ],
)
@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="other conventions")
def test_where(variables: dict[str, str], where: Path | str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BNSYM_CACHE", "CI", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    if isinstance(where, str):
        with pytest.raises(Nowhere, match=where):
            place()
    else:
        assert place() == where


def test_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError

    for name in ("BNSYM_CACHE", "CI"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", homeless)
    with pytest.raises(Nowhere, match="no home"):
        place()


# -- links -------------------------------------------------------------------------------


def test_nothing_is_searched_for_twice(home: Path, tmp_path: Path, unsearching: list[Statement]) -> None:
    note = tmp_path / "note.md"
    note.write_text(NOTE)
    first = bnsym.check(note, cache=True, repairs="none")
    assert len(unsearching) == 3 + 2 * 2
    unsearching.clear()
    second = bnsym.check(note, cache=True, repairs="none")
    assert unsearching == []
    assert [r.remembered for r in first.results] == [False, False, False]
    assert [r.remembered for r in second.results] == [True, True, True]
    assert [replace(r, seconds=0.0, remembered=False) for r in second.results] == [
        replace(r, seconds=0.0) for r in first.results
    ]


def test_an_edit_costs_what_depends_on_it(home: Path, tmp_path: Path, unsearching: list[Statement]) -> None:
    note = tmp_path / "note.md"
    text = "$$a := 1$$\n$$b := 2$$\n$$a + a = 2$$\n$$b + 1 = 3$$\n$$c + c = 2 c$$\n"
    note.write_text(text)
    bnsym.check(note, cache=True, cross_examine=False)
    unsearching.clear()
    note.write_text("Some words before.\n\n" + text.replace("b := 2", "b := 1 + 1"))
    report = bnsym.check(note, cache=True, cross_examine=False)
    assert [r.remembered for r in report.results] == [True, False, True]
    assert len(unsearching) == 1


def test_other_sizes_are_other_evidence(home: Path) -> None:
    answers, statement = Answers(Folder(home)), statement_of(r"$$a + a = 2 a$$")
    answers.keep_evidence(statement, Budget(), True, (Evidence("a route", True),))
    assert answers.evidence(statement, Budget(), True) == (Evidence("a route", True),)
    for other in (Budget(explicit=(2,)), Budget(batch=7), Budget(cross_examine=False)):
        assert answers.evidence(statement, other, True) is None


def test_evidence_against_a_proof_is_not_remembered(home: Path) -> None:
    answers, statement = Answers(Folder(home)), statement_of(r"$$a + a = 2 a$$")
    answers.keep_evidence(statement, Budget(), True, (Evidence("a route", False),))
    assert Folder(home).size() == (0, 0)


def test_evidence_that_ran_out_of_time_is_not_remembered(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "note.md"
    note.write_text("$$a + a = 2 a$$\n")
    slow = lambda *_args, **_options: time.sleep(0.3) or Evidence("a route", None, "out of time")  # noqa: E731
    monkeypatch.setattr(explicit, "examine", slow)
    (result,) = bnsym.check(note, cache=True, timeout=0.2).results
    assert not result.final
    assert [path.name.partition("-")[0] for path in home.iterdir()].count("evidence") == 0


def test_what_is_undecided_is_not_remembered(home: Path, tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text("<!-- bnsym: assume $a > a$ -->\n$$a + b = 2 b$$\n")
    (result,) = bnsym.check(note, cache=True).results
    assert isinstance(result.verdict, Undecided)
    assert not result.final
    assert [path.name for path in home.iterdir()] == ["bnsym.key"]


EMPTY = {"a normal form", "a root"}
"""What needs no certificate but the normal forms, so that nothing in it can be changed."""
TRUE, FALSE = Statement(power(Sym("a"), 2), Relation.GE, num(0)), Statement(Sym("a"), Relation.EQ, num(0))


@pytest.mark.parametrize(
    ("statement", "lie"),
    [
        (FALSE, Certified(Certificate(), None)),
        (FALSE, Certified(Certificate(), Witness({}, {"a": Fraction(0)}))),
        (FALSE, Witnessed(Witness({}, {"a": Fraction(0)}))),
        (FALSE, Witnessed(Witness({}, {}))),
        (FALSE, Witnessed(Witness({}, {"a": "0"}))),  # type: ignore[dict-item]
        (TRUE, Witnessed(Witness({}, {"a": Fraction(1)}))),
        (TRUE, Certified(Certificate(), None)),
        (TRUE, Certified(None, None)),  # type: ignore[arg-type]
    ],
)
def test_a_lie_under_the_right_seal_is_found_out(home: Path, statement: Statement, lie: Found) -> None:
    answers = Answers(Folder(home))
    answers.keep_found(statement, "", lie)
    assert answers.found(statement, "") == lie
    assert settled(home, statement) == (type(proving.decide(statement, time.monotonic() + 5)), False, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_a_finding_that_was_tampered_with_changes_no_verdict(
    home: Path, findings: dict[str, tuple[Statement, Found]], kind: str
) -> None:
    """One number after the other is made another, under the right seal."""
    statement, what = findings[kind]
    truth = type(judge(statement, what))
    anew = 0
    tampered = [what] if kind in EMPTY else [*changed(json.loads(dumps(what)))][:40]
    for lie in tampered:
        Answers(Folder(home)).keep_found(statement, "", lie)
        verdict, remembered, ignored = settled(home, statement)
        assert verdict is truth
        assert ignored == (not remembered)
        anew += not remembered
    assert anew > 0 or kind in EMPTY


def settled(home: Path, statement: Statement) -> tuple[type, bool, int]:
    """The verdict with this memory, whether it was remembered, and how many entries were ignored."""
    from bnsym.execution.dispatch import Dispatcher
    from bnsym.execution.workers import InProcess

    folder = Folder(home)
    done = Dispatcher(Budget(), InProcess(), InProcess(), Answers(folder)).verdict(statement)()
    return type(done.value), done.remembered, folder.ignored


def changed(data: object) -> Iterator[Found]:
    """The finding with one number in it changed, for each number."""

    def variants(value: object) -> Iterator[object]:
        if isinstance(value, list):
            if value[:1] == ["/"]:
                yield ["/", str(Fraction(value[1]) + 1)]
                return
            for k, part in enumerate(value):
                for new in variants(part):
                    yield [*value[:k], new, *value[k + 1 :]]
        elif type(value) is int:
            yield value + 1

    for variant in variants(data):
        try:
            yield loads(json.dumps(variant))
        except Unknown:
            continue


WRONG = r"""
$$
\mu := \frac{1}{m} \sum_i x_i
$$

$$
\sum_i (x_i + \mu) = 0
$$
"""


def test_a_repair_moves_with_its_link_and_is_tried_again(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "note.md"
    note.write_text(WRONG)
    (first,) = bnsym.check(note, cache=True).results
    assert first.repair is not None
    assert first.repair.what == "a sign"
    monkeypatch.setattr(search, "repair", None)  # so that nobody looks for one
    note.write_text("Words before it.\n" + WRONG)
    (again,) = bnsym.check(note, cache=True).results
    assert again.repair is not None
    assert again.repair.apply("Words before it.\n" + WRONG) == "Words before it.\n" + first.repair.apply(
        WRONG
    )
    assert (again.repair.before, again.repair.after, again.derived) == (
        first.repair.before, first.repair.after, first.derived
    )  # fmt: skip


@pytest.mark.parametrize("tampered", [('"-"', '"*"'), ('"-"', '"+"'), ('"-"', '"-2 "')])
def test_a_repair_that_mends_nothing_is_looked_for_again(
    home: Path, tmp_path: Path, tampered: tuple[str, str]
) -> None:
    note = tmp_path / "note.md"
    note.write_text(WRONG)
    (first,) = bnsym.check(note, cache=True).results
    (file,) = home.glob("repair-*.json")
    text = file.read_text().split("\n", 1)[1]
    Folder(home).put(file.stem, text.replace(*tampered))
    assert bnsym.check(note, cache=True).results[0].repair == first.repair


def test_that_there_is_no_repair_is_remembered_if_time_was_not_up(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "note.md"
    note.write_text("$$a + a = 5 b^7$$\n")
    monkeypatch.setattr(search, "repair", lambda *_args: None)
    assert bnsym.check(note, cache=True).results[0].repair is None
    monkeypatch.setattr(search, "repair", None)
    assert bnsym.check(note, cache=True).results[0].repair is None


# -- runs --------------------------------------------------------------------------------


def test_a_second_run_shows_the_first_and_says_so(run: Run, unsearching: list[Statement]) -> None:
    code, output, _ = run("check", "note.md")
    assert code == 1
    unsearching.clear()
    again, same, errors = run("check", "note.md")
    assert unsearching == []
    assert (again, errors) == (1, "")
    *lines, mark = same.splitlines()
    assert lines == output.splitlines()
    assert mark.startswith("Remembered from 20")
    assert mark.endswith(", not judged again: nothing has changed since. --no-cache judges now.")


def test_other_formats_say_so_too(run: Run) -> None:
    form = ("--format", "json", "--format", "text=report.txt")
    first = json.loads(run("check", "note.md", *form)[1])
    plain = Path("report.txt").read_text()
    Path("report.txt").unlink()
    _, output, errors = run("check", "note.md", *form)
    second = json.loads(output)
    assert (first["since"], second["since"][:2]) == (None, "20")
    assert {**second, "since": None} == first
    assert errors.startswith("Remembered from 20")
    assert Path("report.txt").read_text() == plain + errors


@pytest.mark.parametrize(
    "arguments", [["--timeout", "9"], ["--explicit", "2"], ["-v"], ["--axiom", "squares"], ["--no-cache"]]
)
def test_another_question_is_another_run(run: Run, arguments: list[str]) -> None:
    run("check", "note.md")
    assert "Remembered from" not in run("check", "note.md", *arguments)[1]


def test_any_change_of_a_note_is_another_run(run: Run) -> None:
    run("check", "note.md")
    Path("note.md").write_text(NOTE + " ")
    _, output, _ = run("check", "note.md")
    assert "Remembered from" not in output
    assert "3 links remembered: certificates and witnesses were checked again, evidence was not" in output


def test_red_does_not_turn_green(run: Run, home: Path) -> None:
    assert run("check", "note.md")[0] == 1
    (file,) = home.glob("run-*.json")
    seal, text = file.read_text().split("\n", 1)
    code, _, seconds = json.loads(text)
    assert code == 1
    file.write_text(f"{seal}\n{json.dumps([0, ['all is well'], seconds])}")
    code, output, errors = run("check", "note.md")
    assert code == 1
    assert "all is well" not in output
    assert f"note: an entry in {home} that can't be vouched for: ignored" in errors


@pytest.mark.parametrize("text", ["[3, [], 0]", "[0, [1], 0]", "{}", "[0]", "nonsense", '[0, ["a"], "x"]'])
def test_a_run_of_no_known_form_is_ignored(run: Run, home: Path, text: str) -> None:
    run("check", "note.md")
    (file,) = home.glob("run-*.json")
    Folder(home).put(file.stem, text)
    code, _, errors = run("check", "note.md")
    assert code == 1
    assert "can't be vouched for" in errors


def test_a_run_with_something_undecided_is_not_kept(run: Run, home: Path) -> None:
    Path("note.md").write_text("<!-- bnsym: assume $a > a$ -->\n$$a + b = 2 b$$\n")
    run("check", "note.md")
    assert list(home.glob("run-*")) == []


def test_a_run_in_which_bnsym_failed_is_not_kept(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explicit, "examine", lambda *_args, **_options: Evidence("a route", False))
    assert run("check", "note.md")[0] == 3
    assert list(home.glob("run-*")) == []


def test_a_run_that_was_asked_for_a_file_that_is_missing_is_not_kept(run: Run, home: Path) -> None:
    assert run("check", "note.md", "nothing.md")[0] == 2
    assert list(home.glob("run-*")) == []


def test_no_cache_neither_uses_nor_keeps(run: Run, home: Path) -> None:
    run("check", "note.md", "--no-cache")
    assert not home.exists()


def test_nothing_is_remembered_in_ci_unless_a_folder_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BNSYM_CACHE")
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    run("check", "note.md")
    code, output, errors = run("check", "note.md", "-v")
    assert (code, "emembered" in output) == (1, False)
    assert "note: nothing is remembered: CI is set, and BNSYM_CACHE is not" in errors
    assert not (tmp_path / "xdg").exists()


def test_a_disk_that_takes_nothing_is_mentioned_on_request(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BNSYM_CACHE", "note.md/x")
    code, _, errors = run("check", "note.md")
    assert (code, errors) == (1, "")
    assert "note: nothing is remembered: note.md/x: Not a directory" in run("check", "note.md", "-v")[2]


def test_the_command(run: Run, home: Path) -> None:
    run("check", "note.md")
    count = sum(1 for path in home.iterdir() if path.suffix == ".json")
    assert run("cache")[1] == f"{home}: {count} entries, 0.0 MB\n"
    assert run("cache", "clear")[1] == f"removed {count} entries from {home}\n"
    assert not home.exists()


def test_the_command_where_nothing_is_remembered(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BNSYM_CACHE", "off")
    code, _, errors = run("cache")
    assert code == 2
    assert "nothing is remembered: BNSYM_CACHE is off" in errors


def test_a_second_run_imports_next_to_nothing(run: Run) -> None:
    script = (
        "import sys\nfrom bnsym import cli\n"
        "try:\n    cli.main(['check', 'note.md'])\n"
        "except SystemExit:\n"
        "    heavy = ('sympy', 'numpy', 'rich', 'bnsym.kernel')\n"
        "    print([m for m in heavy if m in sys.modules])"
    )
    command = [sys.executable, "-c", script]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    first, second = (
        subprocess.run(command, capture_output=True, text=True, check=True, env=environment).stdout
        for _ in range(2)
    )
    assert "bnsym.kernel" in first.splitlines()[-1]
    assert second.splitlines()[-1] == "[]"
    assert "Remembered from" in second


def test_places_from_the_root_of_the_repository_are_not_those_of_another(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same file name and text, in another folder of a repository."""
    (tmp_path / ".git").mkdir()
    assert "::error file=work/note.md," in run("check", "note.md", "--format", "github")[1]
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "note.md").write_text(NOTE, encoding="utf-8")
    monkeypatch.chdir(tmp_path / "docs")
    assert "::error file=docs/note.md," in run("check", "note.md", "--format", "github")[1]


def test_a_directive_that_mends_is_written_as_the_file_writes_them(home: Path, tmp_path: Path) -> None:
    text = "$$\n\\gamma^2 \\gamma \\ge 0\n$$\n"
    for name, comment in (("note.md", "<!-- bnsym: assume"), ("note.tex", "% bnsym: assume")):
        note = tmp_path / name
        note.write_text(text, encoding="utf-8")
        (result,) = bnsym.check(note, cache=True).results
        assert result.repair is not None
        assert result.repair.apply(text).startswith(comment)
