"""What lets others use the checker: a first note, a workflow, a hook, completion."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

import bnsym
from bnsym.cli import cli
from bnsym.commands.init import FIRST, UNKNOWN, WORKFLOW
from bnsym.elaborate import read
from bnsym.model import FORMATS
from bnsym.pytest_plugin import SUFFIXES

ROOT = Path(bnsym.__file__).parent.parent


def run(*arguments: str) -> object:
    return cli.main(arguments, prog_name="bnsym", standalone_mode=False)


def test_a_first_derivation_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run("init")
    assert WORKFLOW.read_text(encoding="utf-8").count("bnsym check all") == 1
    report = bnsym.check("all")
    assert report.passed
    assert report.counts["proved"] == 2
    wrong = FIRST.read_text(encoding="utf-8").replace("- m \\mu^2", "+ m \\mu^2")
    FIRST.write_text(wrong, encoding="utf-8")
    (_, changed) = bnsym.check("all").results
    assert changed.name == "refuted"
    assert changed.repair is not None


def test_what_is_there_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import click

    monkeypatch.chdir(tmp_path)
    FIRST.parent.mkdir()
    FIRST.write_text("mine", encoding="utf-8")
    with pytest.raises(click.UsageError, match="exist already"):
        run("init")
    assert FIRST.read_text(encoding="utf-8") == "mine"
    assert not WORKFLOW.exists()
    run("init", "--force")
    assert FIRST.read_text(encoding="utf-8") != "mine"


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        ('{"url": "https://example.org/b", "vcs_info": {"vcs": "git", "commit_id": "12ab"}}',
         "pip install 'bnsym @ git+https://example.org/b@12ab'"),
        ('{"url": "file:///home/me/b", "dir_info": {}}', f"pip install {UNKNOWN}"),
        ('{"url": "file:///home/me/b.whl", "archive_info": {}}', f"pip install {UNKNOWN}"),
        (None, "pip install bnsym"),
    ],
)  # fmt: skip
def test_the_workflow_installs_what_is_installed_here(
    origin: str | None, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    installed = SimpleNamespace(read_text=lambda _name: origin)
    monkeypatch.setattr("bnsym.reporting.programs.origin.distribution", lambda _name: installed)
    run("init")
    assert f"      - run: {line}\n" in WORKFLOW.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("remote", "written"),
    [
        ("https://example.org/a/b.git", "https://example.org/a/b.git"),
        ("https://me:secret@example.org/a/b", "https://example.org/a/b"),
        ("git@example.org:a/b.git", "https://example.org/a/b.git"),
        ("ssh://git@example.org/a/b", "https://example.org/a/b"),
        ("../b", None),
        ("/home/me/b", None),
        ("", None),
    ],
)
def test_the_workflow_installs_the_checkout_that_is_installed(
    remote: str, written: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout = tmp_path / "a checkout"
    git = ["git", "-C", str(checkout), "-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "init", "-q", checkout], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], check=True)
    if remote:
        subprocess.run([*git, "remote", "add", "origin", remote], check=True)
    commit = subprocess.check_output([*git, "rev-parse", "HEAD"], text=True).strip()
    monkeypatch.chdir(tmp_path)
    origin = json.dumps({"url": checkout.as_uri(), "dir_info": {}})
    installed = SimpleNamespace(read_text=lambda _name: origin)
    monkeypatch.setattr("bnsym.reporting.programs.origin.distribution", lambda _name: installed)
    run("init")
    line = f"'bnsym @ git+{written}@{commit}'" if written else UNKNOWN
    assert f"      - run: pip install {line}\n" in WORKFLOW.read_text(encoding="utf-8")


def test_the_hook_and_the_action_call_what_there_is() -> None:
    if not (ROOT / ".pre-commit-hooks.yaml").exists():
        pytest.skip("the package is installed without its checkout")
    files = (".pre-commit-hooks.yaml", ".github/actions/bnsym/action.yml")
    for file in files:
        text = (ROOT / file).read_text(encoding="utf-8")
        assert re.search(r"bnsym check\b", text)
        assert "\t" not in text


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("bnsym ", {"plain,check", "plain,derive", "plain,init"}),
        ("bnsym check --format js", {"plain,json"}),
        ("bnsym check --axiom sq", {"plain,squares"}),
        ("bnsym check de", {"file,de"}),
        ("bnsym trace de", {"file,de"}),
        ("bnsym explain BN20", {"plain,BN201"}),
        ("bnsym explain sides", {"plain,sides-differ"}),
    ],
)
@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_what_completion_offers(shell: str, typed: str, offered: set[str]) -> None:
    """Each shell asks in its own way, and is answered in its own."""
    words = typed.split(" ")
    environment = {
        "_BNSYM_COMPLETE": f"{shell}_complete",
        "COMP_WORDS": typed,
        "COMP_CWORD": str(len(words) - 1),
    }
    if shell == "fish":
        environment |= {"COMP_WORDS": typed, "COMP_CWORD": words[-1]}
    program = "from bnsym.cli import cli; cli(prog_name='bnsym')"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stdout.splitlines() if line]
    if shell == "zsh":  # a kind, a value and a help in three lines
        lines = [f"{kind},{value}" for kind, value in zip(lines[::3], lines[1::3], strict=True)]
    assert offered <= {line.partition("\t")[0] for line in lines}


def test_hypotheses_may_be_listed() -> None:
    listed = read("<!-- bnsym: assume $a > 0$, $b > 0$ and $c > 0$ -->\n$$\na + b + c > 0\n$$\n", "note.md")
    assert [h.source for h in listed.hypotheses] == ["a > 0", "b > 0", "c > 0"]
    dangling = read("<!-- bnsym: assume $a > 0$, -->\n$$\na > 0\n$$\n", "note.md")
    assert "BN107" in {d.code for d in dangling.diagnostics}


def test_the_picture_shows_what_the_command_prints() -> None:
    script = ROOT / ".ci" / "picture.py"
    if not script.exists():
        pytest.skip("the package is installed without its checkout")
    picture = runpy.run_path(str(script))
    drawn = picture["PICTURE"].read_text(encoding="utf-8")
    shown = picture["words"](drawn)
    assert shown == picture["words"](picture["drawn"](picture["printed"]())), "run: python .ci/picture.py"
    assert any("the two sides differ" in line for line in shown)
    assert re.findall(r"https?://[^\"]*", drawn) == ["http://www.w3.org/2000/svg"], "nothing is fetched"
    ElementTree.fromstring(drawn)


# -- [tool.bnsym] ------------------------------------------------------------------------

BOUND = "$$\n\\vert \\langle u, v \\rangle \\vert \\le \\Vert u \\Vert \\Vert v \\Vert\n$$\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "bound.md").write_text(BOUND, encoding="utf-8")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def configure(project: Path, table: str) -> None:
    (project / "pyproject.toml").write_text(f"[tool.bnsym]\n{table}\n", encoding="utf-8")


def test_paths_and_axioms_come_from_the_project(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(project, 'paths = ["notes"]\naxioms = ["squares"]')
    assert run("check", "--no-cross-examine") == 0
    configure(project, 'paths = ["notes"]\naxioms = ["cauchy-schwarz"]')
    assert run("check", "--no-cross-examine") == 1
    assert "BN311" in capsys.readouterr().out
    assert run("check", "--no-cross-examine", "--axiom", "squares") == 0  # the command line overrides


def test_paths_count_from_the_file_that_says_them(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(project, 'paths = ["notes"]\nexclude = ["notes/old*"]')
    (project / "notes" / "old").mkdir()
    (project / "notes" / "old" / "wrong.md").write_text("$$\n1 = 2\n$$\n", encoding="utf-8")
    monkeypatch.chdir(project / "sub")
    assert run("check", "--no-cross-examine") == 0
    assert run("check", "--no-cross-examine", "../notes") == 0
    assert run("check", "--no-cross-examine", "../notes/old/wrong.md") == 1  # asked for by name


def test_a_hook_names_files_and_the_project_chooses(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As pre-commit calls it: with every changed file that has the right suffix."""
    wrong, words = project / "sub" / "wrong.md", project / "notes" / "words.md"
    wrong.write_text("$$\n1 = 2\n$$\n", encoding="utf-8")
    words.write_text("No formula.\n", encoding="utf-8")
    assert run("check", "--force-exclude", str(wrong), str(words)) == 1
    configure(project, 'paths = ["notes"]')
    assert run("check", "--force-exclude", str(wrong)) == 0
    capsys.readouterr()
    for more in ((), ("--format", "sarif"), ("--no-cache", "-q")):
        assert run("check", "--force-exclude", str(words), *more) == 0
        said = capsys.readouterr().out
        assert "Failed" not in said
        assert '"error"' not in said
        assert run("check", str(words), *more) == 5
        assert capsys.readouterr().out != said
    (project / "notes" / "bound.md").write_text("$$\n1 = 2\n$$\n", encoding="utf-8")
    assert run("check", "--force-exclude", str(wrong), str(project / "notes" / "bound.md")) == 1
    configure(project, 'exclude = ["sub"]')
    assert run("check", "--force-exclude", str(wrong)) == 0


def test_the_nearest_project_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(project, "timeout = -1")
    monkeypatch.chdir(project / "sub")
    import click

    with pytest.raises(click.UsageError, match="timeout takes a positive number of seconds, not -1"):
        run("check", "../notes")
    configure(project / "sub", "timeout = 5")
    assert run("check", "../notes", "--no-cross-examine") == 0


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("timout = 5", "no key 'timout'; did you mean 'timeout'"),
        ("xyz = 5", "no key 'xyz'; its keys are paths"),
        ('paths = "notes"', "paths takes a list of paths"),
        ("timeout = true", "timeout takes a positive number"),
        ('axioms = ["choice"]', "no axiom 'choice'; there are cauchy-schwarz"),
        ('explicit = "4..2"', "neither a range"),
        ("timeout = ", "pyproject.toml: Invalid value"),
    ],
)
def test_a_bad_project_is_refused_before_the_work(project: Path, table: str, said: str) -> None:
    import click

    configure(project, table)
    with pytest.raises(click.UsageError, match=re.escape(said)):
        run("check", "notes")


# -- pytest ------------------------------------------------------------------------------

NOTE = """<!-- bnsym: claim id=sum -->
$$
a + a = 2 a = 3 a
$$

<!-- bnsym: skip id=later reason="not yet" -->
$$
a = b
$$
"""


def pytest_of(project: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "bnsym.pytest_plugin", "-p", "no:cacheprovider", *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )
    return done.stdout + done.stderr


def test_pytest_runs_each_link(project: Path) -> None:
    (project / "notes" / "sum.md").write_text(NOTE, encoding="utf-8")
    (project / "notes" / "README.md").write_text(
        "# A manual\n```\n<!-- bnsym: claim -->\n```\n$$\na = b\n$$\n", encoding="utf-8"
    )
    said = pytest_of(project, "notes", "-v")
    assert "notes/sum.md::sum::1 PASSED" in said  # pytest writes a dot in a place as two colons
    assert "FAILED notes/sum.md::sum.2" in said
    assert "notes/sum.md::later SKIPPED (not yet)" in said
    assert "the two sides differ" in said
    assert "README" not in said
    assert "Traceback" not in said
    assert "1 passed" in pytest_of(project, "notes/sum.md", "-k", "sum.1")


def test_pytest_takes_a_plain_note_that_is_named(project: Path) -> None:
    plain = "$$a + a = 2 a$$\n\n$$\\mu = \\foo{x}$$\n"
    (project / "plain.md").write_text(plain, encoding="utf-8")
    said = pytest_of(project, "plain.md", "-rs")
    assert "1 passed, 1 skipped" in said
    assert "is not a known command" in said
    (project / "plain.md").write_text(plain + "$$a + a = 3 a$$\n", encoding="utf-8")
    assert "1 failed, 1 passed, 1 skipped" in pytest_of(project, "plain.md")
    (project / "plain.md").write_text("The process $$ is this one.\n", encoding="utf-8")
    said = pytest_of(project, "plain.md", "-rs")
    assert "1 skipped" in said
    assert "plain.md:1:13: BN101 The formula that `$$` opens is never closed" in said
    assert "BN006 nothing to check" in said
    assert "directive" not in said


def test_pytest_keeps_to_the_project(project: Path) -> None:
    marked = "<!-- bnsym: claim id=bound -->\n" + BOUND
    (project / "notes" / "bound.md").write_text(marked, encoding="utf-8")
    configure(project, "axioms = []")
    assert "BN311" in pytest_of(project, "notes")
    configure(project, "timout = 1")
    assert "did you mean 'timeout'" in pytest_of(project, "notes")


def test_an_empty_list_allows_no_axiom(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure(project, "axioms = []")
    assert run("check", "notes", "--no-cross-examine") == 1
    assert "BN311" in capsys.readouterr().out


def test_a_project_whose_tools_are_no_table(project: Path) -> None:
    import click

    (project / "pyproject.toml").write_text("tool = 3\n", encoding="utf-8")
    with pytest.raises(click.UsageError, match="is a table of options"):
        run("check", "notes")


def test_pytest_leaves_other_runs_alone(project: Path) -> None:
    (project / "sum.md").write_text(NOTE, encoding="utf-8")
    assert "no tests ran" in pytest_of(project)


def test_pytest_runs_every_format(project: Path) -> None:
    (project / "notes" / "sum.tex").write_text(
        "% bnsym: claim id=sum\n\\[ a + a = 2 a \\]\n", encoding="utf-8"
    )
    cell = {"cell_type": "markdown", "metadata": {}, "source": NOTE.splitlines(keepends=True)}
    book = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    (project / "notes" / "sum.ipynb").write_text(json.dumps(book, indent=1), encoding="utf-8")
    said = pytest_of(project, "notes", "-v")
    assert "notes/sum.tex::sum PASSED" in said
    assert "FAILED notes/sum.ipynb::sum.2" in said
    assert "(cell 1, line 3)" in said


def test_the_suffixes_of_the_plugin_are_those_of_the_formats() -> None:
    assert tuple(FORMATS) == SUFFIXES


TESTPATHS = '[tool.pytest.ini_options]\ntestpaths = ["notes", "tests"]\n'


def test_pytest_without_arguments_runs_what_check_would(project: Path) -> None:
    """Of the testpaths those parts that `bnsym check` checks; notes that are data of tests are left alone."""
    (project / "notes" / "sum.md").write_text(NOTE, encoding="utf-8")
    (project / "tests").mkdir()
    (project / "tests" / "data.md").write_text(NOTE, encoding="utf-8")
    (project / "pyproject.toml").write_text(TESTPATHS, encoding="utf-8")
    assert "no tests ran" in pytest_of(project)
    (project / "pyproject.toml").write_text(TESTPATHS + '[tool.bnsym]\npaths = ["notes"]\n', encoding="utf-8")
    said = pytest_of(project)
    assert "FAILED notes/sum.md::sum.2 - BN201 the two sides differ" in said
    assert "1 failed" in pytest_of(project, "notes/sum.md::sum.2")
    assert "data.md" not in said
    (project / "pyproject.toml").write_text(
        TESTPATHS + '[tool.bnsym]\npaths = ["notes"]\nexclude = ["notes/s*.md"]\n', encoding="utf-8"
    )
    assert "no tests ran" in pytest_of(project)
    (project / "pyproject.toml").write_text(TESTPATHS + "[tool.bnsym]\npath = 3\n", encoding="utf-8")
    assert "did you mean 'paths'" in pytest_of(project)


FALSE = "$$ \\mu = \\frac1m \\sum_i x_i $$\n\n$$ \\sum_i (x_i + \\mu) = 0 $$\n"


def test_a_printed_report_is_a_summary(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(FALSE, encoding="utf-8")
    printed = str(bnsym.check(note, repairs="none", cross_examine=False))
    assert "BN201" in printed
    assert "\x1b" not in printed
    assert "\n1 link: 1 refuted\n" in printed
    note.write_text("$$ a + a = 2 a $$\n", encoding="utf-8")
    printed = str(bnsym.check(note, cross_examine=False))
    assert printed.splitlines() == ["1 link: 1 proved", "Passed: every link is proved."]


def test_what_is_written_is_said(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (project / "note.md").write_text("$$ a + a = 2 a $$\n", encoding="utf-8")
    run("report", "note.md", "-o", "out.html")
    run("export", "latex", "note.md", "-o", "out.tex")
    said = capsys.readouterr()
    assert said.err.splitlines() == ["wrote out.html", "wrote out.tex"]
    run("report", "note.md", "-o", "-")
    assert not capsys.readouterr().err


def test_quiet_is_quiet(project: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Where all is as declared nothing is said; else what is not, and why."""
    (project / "note.md").write_text("$$ a + a = 2 a $$\n", encoding="utf-8")
    run("check", "-q", "note.md")
    run("check", "-q", "note.md")  # as remembered
    run("check", "-q", "--fix", "note.md")
    run("report", "-q", "note.md", "-o", "out.html")
    run("export", "latex", "-q", "note.md", "-o", "out.tex")
    assert capfd.readouterr() == ("", "")
    (project / "note.md").write_text(FALSE, encoding="utf-8")
    for command in (("check",), ("report", "-o", "out.html")):
        run(*command, "-q", "note.md")
        said = "".join(capfd.readouterr())
        assert "BN201" in said
        assert "\n1 link: 1 refuted\n" in said


@pytest.mark.parametrize("is_repository", [True, False])
def test_a_patch_of_files_above_says_how_it_is_applied(
    is_repository: bool, project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    if is_repository:
        subprocess.run(["git", "init", "-q", project], check=True)
    (project / "note.md").write_text(FALSE, encoding="utf-8")
    (project / "a" / "b").mkdir(parents=True)
    monkeypatch.chdir(project / "a" / "b")
    run("check", "../../note.md", "--diff", "--no-cache", "-j", "1")
    patch, said = capsys.readouterr()
    (command,) = re.findall("`(git .*)`", said)
    assert command == "git apply --unsafe-paths"
    subprocess.run(command.split(), input=patch, text=True, check=True)
    assert (project / "note.md").read_text(encoding="utf-8") == FALSE.replace("(x_i", "(-x_i")


def test_pytest_runs_what_a_note_brings_in_with_it(project: Path) -> None:
    (project / "notes" / "parts").mkdir()
    (project / "notes" / "main.tex").write_text("\\input{parts/a}\n\\[ \\b = 2 \\]\n", encoding="utf-8")
    part = "\\newcommand{\\b}{2}\n% bnsym: claim id=own\n\\[ 1 + 1 = 2 \\]\n"
    (project / "notes" / "parts" / "a.tex").write_text(part, encoding="utf-8")
    both, alone = ("notes/main.tex::own", "notes/main.tex::block-1"), "notes/parts/a.tex::own"
    said = pytest_of(project, "notes", "--collect-only", "-q")
    assert all(name in said for name in both)
    assert alone not in said
    assert alone in pytest_of(project, alone, "--collect-only", "-q")
