"""What the README shows is run: its Python, its first note, its directives and options."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

import bnsym
from bnsym.commands.check import check as command
from bnsym.source.directives import SHAPES

ROOT = Path(__file__).parent.parent
if not (ROOT / "README.md").exists():
    pytest.skip("the package is installed without its checkout", allow_module_level=True)
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


@pytest.mark.parametrize("code", blocks("python"))
def test_the_python_runs(code, monkeypatch, capsys) -> None:
    monkeypatch.chdir(ROOT)
    exec(code, {})
    said = re.search(r"# wrong: … (.*)", code)
    if said is not None:
        assert said[1] in capsys.readouterr().out


def test_the_note_of_five_minutes_gets_the_verdicts_that_are_told(tmp_path: Path) -> None:
    (note,) = blocks("markdown")
    (tmp_path / "my-note.md").write_text(note, encoding="utf-8")
    proved, refuted = bnsym.check(tmp_path / "my-note.md").results
    assert (proved.name, refuted.name) == ("proved", "refuted")
    assert isinstance(refuted.verdict, bnsym.Refuted)
    assert refuted.verdict.witness.sizes == {"m": 2}
    assert refuted.repair is not None


def test_every_directive_is_in_the_table() -> None:
    assert set(re.findall(r"^\| `<!-- bnsym: (\w+)", README, re.M)) == set(SHAPES)


def test_options_that_are_shown_exist() -> None:
    known = {name for p in command.params if isinstance(p, click.Option) for name in p.opts}
    shown = {o for line in blocks("sh") for c in line.splitlines() if "bnsym check" in c for o in c.split()}
    assert {o for o in shown if re.fullmatch(r"--?[a-z][a-z-]*", o)} <= known


def test_links_lead_somewhere_on_a_package_index(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the repository, where the metadata says its address; else none is left that leads nowhere."""
    builder = ModuleType("hatchling.metadata.plugin.interface")
    monkeypatch.setattr(builder, "MetadataHookInterface", object, raising=False)
    monkeypatch.setitem(sys.modules, builder.__name__, builder)
    published = runpy.run_path(str(ROOT / ".ci" / "readme.py"))["published"]
    links = re.compile(r"\]\(([^)]*)\)")
    assert not [link for link in links.findall(published(README, "", "1")) if "://" not in link]
    assert "`derivations/` has a screenful" in published(README, "", "1")
    at = "https://example.org/b"
    shown = published(README + "[a](https://b.c) [d](#e)", at + "/", "1.2")
    relative = {link for link in links.findall(README) if "://" not in link}
    expected = {f"{at}/{'raw' if link.endswith('svg') else 'blob'}/v1.2/{link}" for link in relative}
    assert {*links.findall(shown)} == {*links.findall(README), *expected, "https://b.c", "#e"} - relative
    assert all((ROOT / link).exists() for link in relative)
