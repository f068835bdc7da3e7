"""Notebooks: Markdown cells are read, places are those of the file, edits are edits of the JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import bnsym
from bnsym.commands.check import check as command
from bnsym.elaborate import read
from bnsym.source.opening import opened

DEFINED = """The mean:

<!-- bnsym: define -->
$$
\\mu = \\frac{1}{m} \\sum_i x_i
$$
"""
TRUE = "$$ \\sum_i (x_i - \\mu) = 0 $$"
FALSE = "Grüße 😀 → $$\n\\sum_i (x_i + \\mu)\n= 0 $$"
CODE = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": 1, "source": ["$$ 1 = 2 $$"]}


def cell(text: str, *, lines: bool = True, kind: str = "markdown") -> dict[str, Any]:
    source: Any = text.splitlines(keepends=True) if lines else text
    return {"cell_type": kind, "metadata": {}, "source": source}


def notebook(*cells: dict[str, Any], **rest: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **rest}


def written(tmp_path: Path, data: Any, **options: Any) -> Path:
    path = tmp_path / "note.ipynb"
    path.write_text(data if isinstance(data, str) else json.dumps(data, **options), encoding="utf-8")
    return path


@pytest.mark.parametrize("lines", [True, False])
@pytest.mark.parametrize("options", [{"indent": 1}, {"indent": 1, "ensure_ascii": False}, {}])
def test_places_are_those_of_the_file(tmp_path, lines, options):
    """Each sign is `=` where its span says, and each formula the JSON that its span covers."""
    text = json.dumps(
        notebook(cell(DEFINED, lines=lines), CODE, cell(TRUE, lines=lines), cell(FALSE, lines=lines)),
        **options,
    )
    note = read(text, "note.ipynb")
    assert [link.span.cell for link in note.links] == [3, 4]
    rows = text.split("\n")
    for link in note.links:
        assert rows[link.span.line - 1][link.span.column - 1 :][:1] == "="
        assert link.span.end_column == link.span.column + 1
    left = note.links[1].left_span
    assert left is not None
    begin = rows[left.line - 1][left.column - 1 :]
    assert begin.startswith(r"\\sum_i (x_i + \\mu)")
    assert rows[left.end_line - 1][: left.end_column - 1].endswith(r"\\mu)")


def test_only_markdown_cells_are_read(tmp_path):
    path = written(tmp_path, notebook(cell(DEFINED), CODE, cell("$$ 1 = 2 $$", kind="raw"), cell(TRUE)))
    report = bnsym.check(path)
    assert report.passed
    assert [r.link.span.cell for r in report.results] == [4]


def test_a_cell_ends_what_is_opened_in_it(tmp_path):
    """An open fence hides nothing of the next cell, and an open formula is an error of its own cell."""
    fence = written(tmp_path, notebook(cell(DEFINED), cell("```\ncode"), cell("---\nx\n---\n" + TRUE)))
    assert bnsym.check(fence).passed
    broken = written(tmp_path, notebook(cell(DEFINED), cell("$$ a = "), cell(TRUE)))
    report = bnsym.check(broken)
    assert report.counts["proved"] == 1
    assert [(d.code, d.span.cell) for d in report.all_diagnostics if d.code == "BN101"] == [("BN101", 2)]


def test_a_directive_may_stand_in_the_cell_before(tmp_path):
    cells = cell(DEFINED), cell('<!-- bnsym: refuted reason="a sign" -->'), cell(FALSE[FALSE.index("$") :])
    assert bnsym.check(written(tmp_path, notebook(*cells))).passed


@pytest.mark.parametrize(
    "options",
    [{"indent": 1}, {"indent": 1, "ensure_ascii": False}, {}],
    ids=["indented", "Unicode", "one line"],
)
def test_fix_changes_the_string_and_nothing_else(tmp_path, options):
    before = notebook(cell(DEFINED), CODE, cell(FALSE), cell('An end: \u2028 \t \\ "quoted"'))
    path = written(tmp_path, before, **options)
    CliRunner().invoke(command, [str(path), "--fix"])
    after = json.loads(path.read_text(encoding="utf-8"))
    changed = "".join(after["cells"][2]["source"])
    assert changed != FALSE
    assert changed.startswith("Grüße 😀 → $$\n")
    assert changed.endswith("\n= 0 $$")
    after["cells"][2] = before["cells"][2]
    assert after == before
    assert bnsym.check(path).passed


def test_a_missing_hypothesis_becomes_a_line_of_its_cell(tmp_path):
    near = cell("A claim:\n\n$$\n\\gamma^2 \\gamma \\ge 0\n$$")
    path = written(tmp_path, notebook(cell(DEFINED), near), indent=1)
    CliRunner().invoke(command, [str(path), "--fix"])
    source = "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][1]["source"])
    assert source == "A claim:\n\n<!-- bnsym: assume $\\gamma \\ge 0$ -->\n$$\n\\gamma^2 \\gamma \\ge 0\n$$"
    assert bnsym.check(path).passed


def test_the_report_shows_the_cell_as_jupyter_does(tmp_path):
    path = written(tmp_path, notebook(cell(DEFINED), CODE, cell(FALSE)), indent=1)
    shown = CliRunner().invoke(command, [str(path)]).output
    line = path.read_text(encoding="utf-8").split("\n").index('    "= 0 $$"') + 1
    assert f"note.ipynb:{line}:6 (cell 3, line 3)" in shown
    assert "   2 │ \\sum_i (x_i + \\mu)\n   3 │ = 0 $$\n     │ ^ the two sides differ" in shown


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("", "not JSON", 1),
        ("# A note", "not JSON", 1),
        ('{"cells": [],\n "nbformat": 4', "not JSON", 2),
        ("[]", "it has no `nbformat`", 1),
        ('{"nbformat": 3, "worksheets": []}', "format 3; bnsym reads format 4", 1),
        ('{"nbformat": "4", "cells": []}', "format '4'", 1),
        ('{"nbformat": 4}', "`cells` is no list", 1),
        ('{"nbformat": 4, "cells": [7]}', "cell 1 has no `cell_type`", 1),
        ('{"nbformat": 4, "cells": [{"cell_type": "markdown"}]}', "the source of cell 1 is no text", 1),
        ('{"nbformat": 4, "cells": [{"cell_type": "code", "source": [1]}]}', "the source of cell 1", 1),
        ('{"nbformat": 4, "cells": [], "cells": []}', "the key 'cells' stands twice", 1),
        ("[" * 100_000, "nested too deeply", 1),
    ],
)
def test_what_is_no_notebook_is_unreadable(tmp_path, text, said, line):
    path = written(tmp_path, text)
    report = bnsym.check(path)
    (found,) = report.all_diagnostics
    assert found.code == "BN009"
    assert said in found.message
    assert found.span.line == line
    assert bnsym.exit_code(report) is bnsym.ExitCode.USAGE


def test_half_a_character_is_an_error_where_it_stands(tmp_path):
    text = json.dumps(notebook(cell(DEFINED), cell(TRUE + " X"))).replace(" X", r" \ud83d!")
    report = bnsym.check(written(tmp_path, text))
    (found,) = [d for d in report.all_diagnostics if d.code == "BN003"]
    assert text[found.span.column - 1 : found.span.end_column - 1] == r"\ud83d"
    assert found.span.cell == 2
    assert bnsym.exit_code(report) is bnsym.ExitCode.USAGE
    assert report.counts["proved"] == 1


def test_pairs_and_escapes_mean_what_json_says():
    text = r'{"nbformat":4,"cells":[{"cell_type":"markdown","source":"\ud83d\ude00\t\u00e9\/\"\\x"}]}'
    assert opened(text, "n.ipynb").text == '😀\té/"\\x\n\n'


def test_keys_elsewhere_are_no_sources():
    other = {"source": "$$ 1 = 2 $$", "": {"cells": [cell("$$ 1 = 2 $$")]}}
    text = json.dumps({"metadata": other, **notebook({**cell(TRUE), "attachments": other}), "": "cells"})
    assert opened(text, "n.ipynb").text == TRUE + "\n\n"


def test_a_byte_order_mark_and_no_cells(tmp_path):
    path = tmp_path / "note.ipynb"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(notebook(cell(DEFINED), cell(TRUE))).encode())
    assert bnsym.check(path).passed
    path.write_text(json.dumps(notebook()), encoding="utf-8")
    report = bnsym.check(path)
    assert [d.code for d in report.all_diagnostics] == ["BN006"]
    path.write_text(json.dumps(notebook(cell(""), {**cell(""), "source": []})), encoding="utf-8")
    assert bnsym.exit_code(bnsym.check(path)) is bnsym.ExitCode.NOTHING
