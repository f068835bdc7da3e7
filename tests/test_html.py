"""The HTML report: safe against its notes, with every link, and honest about what rests on what."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

import bnsym
from bnsym.model import Repair
from bnsym.reporting.outline import Formula, outline
from bnsym.reporting.pages.html import to_html
from bnsym.reporting.pages.mathml import mathml
from bnsym.reporting.resting import Standing, resting
from bnsym.reporting.typeset.latex_document import to_latex_document
from tests.test_export import NOTE

HOSTILE = r"""# <script>alert(1)</script>

<img src=x onerror=alert(1)>
![p](https://e.example/p.png) [a](javascript:alert(1)) $\text{<script>a</script>}$

<!-- bnsym: skip id=x reason="<b onclick=alert(1)>" -->
$$
a = \href{javascript:alert(1)}{b}
$$
"""
RESTING = r"""<!-- bnsym: assume $a \ge 0$ -->
<!-- bnsym: claim id=under -->
$$
a + 1 \ge 1
$$

<!-- bnsym: claim id=free -->
$$
b + b = 2 b
$$
"""


def page(tmp_path: Path, text: str) -> str:
    note = tmp_path / "note.md"
    note.write_text(text, encoding="utf-8")
    return to_html(bnsym.check(note, cross_examine=False))


def test_every_link_is_there_with_its_verdict(tmp_path: Path) -> None:
    html = page(tmp_path, NOTE)
    assert re.findall(r'class="step link (\w+)', html) == ["proved", "proved", "refuted", "skipped"]
    assert "<dt>witness</dt>" in html
    assert "<dt>certificate</dt>" in html


def test_a_note_adds_no_element_of_its_own(tmp_path: Path) -> None:
    html = page(tmp_path, HOSTILE)
    elements = set(re.findall(r"<([a-z][a-z0-9]*)", html))
    assert not elements & {"script", "img", "iframe", "object", "link", "form", "b onclick"}
    assert 'href="javascript' not in html
    assert not re.search(r"<[^>]* on\w+=", html)
    assert "default-src 'none'" in html


def test_what_is_no_mathematics_stays_source() -> None:
    assert mathml(r"\text{<script>a</script>}").startswith("<code>")
    assert "javascript" not in re.sub(r'aria-label="[^"]*"', "", mathml(r"\href{javascript:a}{x}"))
    assert "<mfrac>" in mathml(r"\frac{a}{b}")
    assert mathml(r"\nonsense a") == r"<code>\nonsense a</code>"


def test_proved_and_proved_with_all_that_it_uses_differ(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(RESTING, encoding="utf-8")
    file = bnsym.check(note, cross_examine=False).files[0]
    nodes = resting(file, [p for p in outline(file, RESTING) if isinstance(p, Formula)])
    standing = {node.latex: node.standing for node in nodes}
    assert standing["under"] is Standing.PROVED
    assert standing["free"] is Standing.WHOLLY


def test_a_repair_is_shown_as_formulas(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(NOTE, encoding="utf-8")
    report = bnsym.check(note, cross_examine=False)
    file = report.files[0]
    mended = tuple(
        replace(r, repair=Repair("a factor", r"\mu", r"m \mu", ())) if r.name == "refuted" else r
        for r in file.results
    )
    report = replace(report, files=(replace(file, results=mended),))
    assert "(a factor)" in to_html(report)
    latex = to_latex_document(report)
    assert r"Without a factor: \ensuremath{m \mu} for \ensuremath{\mu}." in latex
    assert "Repair(" not in latex + to_html(report)


def test_prose_of_a_latex_note() -> None:
    from bnsym.reporting.pages.prose_html import tex_prose

    text = r"""\documentclass{a}\newcommand{\x}{<b>}
\begin{document}
\section{On $\mu$ <script>}
Text \emph{with \textbf{$x_i$}}, 100\,\% of it~\cite{a,b}.% not this
\begin{itemize}\item[One] <i>first</i> \item second\end{itemize}

\unknown{kept} ``quoted'' -- \verb|<u>| \href{javascript:alert(1)}{here}
\end{document} nor this"""
    html = " ".join(tex_prose(text, begins=True).split())
    assert "<h2>On &lt;script&gt;</h2>" in html
    assert "<em>with <strong><math" in html
    for shown in ("% of it", "[a,b]", "One &lt;i&gt;first", "• second", "kept", "“quoted”", "–"):
        assert shown in html
    for hidden in (
        "<script",
        "javascript",
        "<i>",
        "<b>",
        "<u>",
        "not this",
        "nor this",
        "itemize",
        "documentclass",
        "href=",
    ):
        assert hidden not in html


def test_a_notebook_shows_a_report(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(NOTE + HOSTILE + "$$\nc + c = 3 c\n$$\n", encoding="utf-8")
    report = bnsym.check(note, cross_examine=False)
    html = report._repr_html_()
    assert html.count("<tr>") == len(report.results)
    assert html.count("<details open>") == sum(not r.passed for r in report.results) == 1
    plain = "div p strong table tbody tr td span details summary dl dt dd em code br"
    formulas = (
        "math mrow mi mn mo mtext msub msup msubsup mfrac munder munderover mover mspace mstyle mpadded"
    )
    assert set(re.findall(r"<([a-z]+)", html)) <= {*plain.split(), *formulas.split()}
    assert not re.search(r"<[^>]* on\w+=|javascript:[^}]*\"[^>]*href", html)
    assert "BN001" in bnsym.check(tmp_path / "none.md")._repr_html_()


def test_the_data_of_a_report_import_nothing_of_its_display() -> None:
    import subprocess
    import sys

    script = "import sys, bnsym.model; print([m for m in sys.modules if m.startswith('bnsym.reporting')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\mathbf{1}\mathbf{1}^\top", "𝟏𝟏⊤"),
        (r"\mathbf{W}_i \boldsymbol{\mu}", "𝐖i𝝁"),
        (r"\mathbb{R} \mathcal{L}", "ℝℒ"),
        (r"\mathrm{d} x", "dx"),
        (r"a := b", "a≔b"),
        (r"x \in \R^m", "x∈ℝm"),
        (r"\boxed{a} \defeq b \nonumber", "a≔b"),
        (r"a \equiv b", "a≡b"),
    ],
)
def test_fonts_are_letters_of_their_own(latex: str, shown: str) -> None:
    """Browsers ignore the attribute that asks for a bold letter."""
    made = mathml(latex)
    assert re.sub(r"<[^>]*>", "", made) == shown
    assert not re.search('mathvariant="(?!normal)', made)


def test_what_failed_is_open(tmp_path: Path) -> None:
    shown = page(tmp_path, "$$\na + a = 3 a\n$$\n\n$$\na + a = 2 a\n$$\n")
    assert re.findall(r'<details class="step link (\w+)[^"]*"( open)?', shown) == [
        ("refuted", " open"),
        ("proved", ""),
    ]
