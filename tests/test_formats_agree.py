"""One note in three formats says the same: each derivation as LaTeX and as a notebook has the links of
its Markdown, with the same statements, and each place in the other file is that of the same sign."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import bnsym
from bnsym.elaborate import read
from bnsym.elaborate.collect import ANEW

ROOT = Path(bnsym.__file__).parent.parent
NOTES = [*sorted(ROOT.glob("derivations/*.md")), *sorted(ROOT.glob("tests/accept/*.md"))]
SECTIONS = {1: "section", 2: "subsection", 3: "subsubsection"}


def as_notebook(text: str) -> str:
    """A cell for each section, and a cell of code between them."""
    cells = []
    for part in re.split(r"(?m)^(?=#{1,3} )", text):
        cells.append({"cell_type": "markdown", "metadata": {}, "source": part.splitlines(keepends=True)})
        cells.append({"cell_type": "code", "metadata": {}, "outputs": [], "source": ["$$ 1 = 2 $$"]})
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def as_tex(text: str) -> str:
    """Directives as comments, headings as sections; `$$` is LaTeX as well, and prose is left out, but for
    what it lets a name be."""
    found = re.finditer(
        r"<!-- (?P<said>bnsym:.*?) *-->|^(?P<level>#{1,3}) (?P<title>[^\n]*)"
        r"|(?P<let>^Let \$[^\n]*)"
        r"|^ *```\{?math\}?\n(?P<fenced>.*?)```"
        r"|(?P<shown>\$\$.*?\$\$|^\\\[.*?\\\]|^\\begin\{(\w+\*?)\}.*?\\end\{\7\})",
        text,
        re.DOTALL | re.MULTILINE,
    )
    lines = []
    for match in found:
        if match["said"]:
            lines.append("% " + " ".join(match["said"].split()))
        elif match["level"]:
            lines.append(rf"\{SECTIONS[len(match['level'])]}{{{match['title']}}}")
        elif match["let"]:
            lines.append(f"%\n{match['let']}\n%")
        else:
            shown = match["shown"] or rf"\[{match['fenced']}\]"
            shown = re.sub(r":label: (\w+)", r"\\label{\1}", shown)
            lines.append(re.sub(r"\n[ \t]*(?=\n)", "\n%", shown))  # LaTeX allows no blank line
    body = "\n".join(lines)
    return f"\\documentclass{{article}}\n\\begin{{document}}\n{body}\n\\end{{document}}\n"


def plain(read: object) -> str:
    """Without the mark of a name of which words say something anew: in LaTeX the prose is left out."""
    return repr(read).replace(ANEW, "")


@pytest.mark.parametrize("note", NOTES, ids=lambda path: path.stem)
@pytest.mark.parametrize(("suffix", "convert"), [(".ipynb", as_notebook), (".tex", as_tex)])
def test_the_same_links(note, suffix, convert):
    text = note.read_text(encoding="utf-8")
    here = read(text, "note.md")
    other = convert(text)
    there = read(other, f"note{suffix}")
    assert [link.id for link in there.links] == [link.id for link in here.links]
    assert [plain(link.statement) for link in there.links] == [plain(link.statement) for link in here.links]
    assert [link.declaration and link.declaration.kind for link in there.links] == [
        link.declaration and link.declaration.kind for link in here.links
    ]
    assert [plain(d.definition) for d in there.definitions] == [plain(d.definition) for d in here.definitions]
    rows, written_here = other.split("\n"), text.split("\n")
    for one, same in zip(there.links, here.links, strict=True):
        sign = written_here[same.span.line - 1][same.span.column - 1 : same.span.end_column - 1]
        written = json.dumps(sign)[1:-1] if suffix == ".ipynb" else sign
        assert rows[one.span.line - 1][one.span.column - 1 : one.span.end_column - 1] == written
