"""LaTeX export: what is let through, what is escaped, what is called verified; and that TeX sets it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import bnsym
from bnsym.cli import cli
from bnsym.reporting.authored import Barred, authored, safe_math
from bnsym.reporting.outline import Formula, outline
from bnsym.reporting.typeset.latex_document import math, to_latex_document
from bnsym.reporting.typeset.tex_lines import divided, escaped, width

ROOT = Path(bnsym.__file__).parent.parent
DERIVATIONS = sorted(ROOT.glob("derivations/*.md"))
NOTE = r"""# The mean of $x$

<!-- bnsym: let $g$ = $\frac{\partial f}{\partial x}$ -->
$$
\mu := \frac{1}{m} \sum_i x_i
$$

<!-- bnsym: claim id=centred -->
$$
\begin{align}
\sum_i (x_i - \mu)
  &= \sum_i x_i - m \mu \label{eq:split} \\ % \input{secret}
  &= \left( 0 \cdot
     \mu \right) \label{eq:zero}
\end{align}
$$

<!-- bnsym: refuted id=wrong reason="错了 & 100% of \write18{ls}" at="m=2; x=(0,1)" -->
$$
\sum_i x_i = \mu
$$

<!-- bnsym: skip id=later reason="x̂ é ∂ #1 $ ~ ^ _" -->
$$
\mu = \zzz_{1}
$$
"""


def needs(tool: str) -> str:
    """The tool's path; without it the test is skipped, but not where the gate installs it."""
    if path := shutil.which(tool):
        return path
    if os.environ.get("BNSYM_GATE"):
        pytest.fail(f"{tool} is missing")
    pytest.skip(f"{tool} is not installed")


def export(tmp_path: Path, text: str, *, standalone: bool = True) -> str:
    note = tmp_path / "note.md"
    note.write_text(text, encoding="utf-8")
    return to_latex_document(bnsym.check(note, cross_examine=False), standalone=standalone)


def compiled(folder: Path, latex: str) -> str:
    """The log of the second run."""
    (folder / "out.tex").write_text(latex, encoding="utf-8")
    command = [needs("pdflatex"), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "out.tex"]
    for _ in range(2):
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=50)
        log = (folder / "out.log").read_text(encoding="latin-1")
        assert done.returncode == 0, log[-2000:]
    return log


# -- what is let through -----------------------------------------------------------------


@pytest.mark.parametrize(
    "latex",
    [r"\input{x}", r"\write18{ls}", r"\def\a{b}", r"\csname a\endcsname", r"\catcode`\@=11", "^^5cinput",
     "#1", "a % b", "a & b", "a $ b", "a ~ b", r"\href{u}{v}", r"\begin{x}", r"a \\ b", r"\immediate", "σ",
     r"\@a"],
)  # fmt: skip
def test_what_the_grammar_does_not_know_is_barred(latex: str) -> None:
    with pytest.raises(Barred):
        safe_math(latex)


def test_the_authors_tokens_pass_unchanged() -> None:
    latex = r"\frac{\gamma}{m \sigma} \Big( m g_i - \hat{x}_i \sum_j \langle x, y \rangle \Big)^{2}"
    assert safe_math(latex) == latex


def test_labels_comments_and_words_are_left_out_sizes_and_breaks_stay() -> None:
    text = r"a \left( b \right) \label{k} & + c \\ & \; - d % \input{e}"
    read = ["a ", "( b", ") ", " + c ", " - d "]
    masked, position = " " * len(text), 0
    for part in read:
        position = text.index(part, position)
        masked = masked[:position] + part + masked[position + len(part) :]
    assert authored(text, masked) == (r"a \left( b \right) + c", r"\; - d")


def test_a_size_whose_partner_stands_in_another_line_goes() -> None:
    text = r"\left( a \\ + b \right)"
    masked = "     ( a    + b       )"
    assert authored(text, masked) == ("( a", "+ b )")


# -- text --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        (r"\write18{a}", r"\ensuremath{\backslash}write18\{a\}"),
        ("50% & #1_$~", r"50\% \& \#1\_\ensuremath{\mathdollar}\ensuremath{\sim}"),
        ("γ²", r"\ensuremath{\gamma}\ensuremath{^{2}}"),
        ("x̂ᵢ", r"\ensuremath{\hat{x}}\ensuremath{_{i}}"),
        ("é", r"\'{e}"),
        ("错", r"\bnsymunicode{9519}"),
        ("a\x00b\n", "a b "),
    ],
)
def test_text_is_escaped(text: str, latex: str) -> None:
    assert escaped(text) == latex


def test_long_sums_are_divided_at_their_own_signs_only() -> None:
    latex = "a + (b - c) - \\Vert d + e \\Vert + \\left( f - g \\right)"
    assert [line.strip() for line in divided(latex, 8)] == [
        "a", "+ (b - c)", r"- \Vert d + e \Vert", r"+ \left( f - g \right)",
    ]  # fmt: skip
    assert divided(latex, 100) == [latex]
    assert width(r"\frac{abc}{d} + e") == 6


# -- what is called verified -------------------------------------------------------------


def test_only_what_is_proved_is_marked_so(tmp_path: Path) -> None:
    latex = export(tmp_path, NOTE)
    body = latex[latex.index(r"\begin{document}") :]
    verified, rest = body.split(r"\bnsymheading{Errata}")
    assert verified.count(r"\label") == 2
    assert r"\sum_i (x_i - \mu) & = \sum_i x_i - m \mu \label{eq:split}" in verified
    assert r"\left( 0 \cdot \mu \right)" in verified
    assert r"\tag*{\bnsymrefuted{wrong}}" in rest
    assert r"\bnsymid{later}" in rest.split("Not verified")[1]
    assert "zzz" not in latex
    assert "secret" not in latex


def test_a_refuted_link_has_its_witness_and_its_place(tmp_path: Path) -> None:
    latex = export(tmp_path, NOTE)
    assert re.search(
        r"At \\ensuremath\{m = 2\}, \\ensuremath\{x = \(0, 1\)\} the sides are \$1\$ .* \$1/2\$", latex
    )
    assert "note.md:20" in latex


def test_a_bound_has_its_certificate(tmp_path: Path) -> None:
    latex = export(tmp_path, "# A\n\n$$\n\\sum_i x_i^2 + 1 \\ge \\sum_i x_i^2\n$$\n")
    assert r"\text{left} - \text{right} = 1" in latex


def test_outline_keeps_order_and_chains(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(NOTE, encoding="utf-8")
    report = bnsym.check(note, cross_examine=False)
    formulas = [p for p in outline(report.files[0], NOTE) if isinstance(p, Formula)]
    assert [f.name for f in formulas][1:] == ["centred", "wrong", "later"]
    assert [(s.sign, s.goes_on, s.label) for s in formulas[1].steps] == [
        ("=", False, "eq:split"), ("=", True, "eq:zero"),
    ]  # fmt: skip


# -- prose -------------------------------------------------------------------------------


def body(latex: str) -> str:
    """What stands before what is not verified."""
    return latex[latex.index(r"\begin{document}") :].split(r"\bnsymnote{Checked by bnsym")[0]


def test_what_sentences_define_and_assume_is_kept(tmp_path: Path) -> None:
    said = "Let $\\mu = \\frac{1}{m} \\sum_i x_i$ be *the* mean, with $\\epsilon > 0$.\n\n"
    latex = body(
        export(tmp_path, said + "$$\n\\sum_i (x_i - \\mu) = 0\n$$\n\nSo & on.\n\n$$ \\mu = \\epsilon $$\n")
    )
    mean, order = r"\ensuremath{\mu = \frac{1}{m} \sum_i x_i}", r"\ensuremath{\epsilon > 0}"
    kept = rf"\bnsymsaying{{Let {mean} be \emph{{the}} mean, with {order}.}}"
    verified, refused = latex.split(r"\bnsymsaying{So \& on.}")
    assert kept in verified
    assert r"\sum_i (x_i - \mu) & = 0" in verified
    assert r"\bnsymid{block{-}2}: see below." in refused


@pytest.mark.parametrize(
    ("name", "begins", "title"),
    [
        ("my_first-note.md", "", "My first note"),
        ("note.md", "---\ntags: a\ntitle: 'On $ means'\n---\n", r"On \ensuremath{\mathdollar} means"),
        ("note.md", "---\ntags: a\n---\ntitle: b\n\n", "Note"),
        ("note.md", "## Two\n\n", "Note"),
        ("note.md", "# One\n\n", "One"),
        ("note.tex", "\\title{On means}\\begin{document}\n\\section{Two}\n", "On means"),
    ],
)
def test_a_note_has_a_title(name: str, begins: str, title: str, tmp_path: Path) -> None:
    note = tmp_path / name
    note.write_text(f"{begins}Text.\n\n$$ a + a = 2 a $$\n", encoding="utf-8")
    latex = body(to_latex_document(bnsym.check(note, cross_examine=False)))
    assert re.findall(r"\\bnsymtitle\{(.*)\}", latex) == [title]
    assert r"\bnsymsaying{" in latex
    assert latex.count(r"\bnsymheading{Two}") == ("Two" in begins)


@pytest.mark.parametrize(
    "hostile",
    [r"\input{x}", r"$\input{x}$", r"$a$ \write18{ls} & % # ~ ^^41", r"<b>\csname a\endcsname", r"`}\def\a{`",
     "| a |\n|---|\n| \\relax |", r"- - > # \end{document}", r"![\input{x}](y)", r"$}\end{document}{$"],
)  # fmt: skip
@pytest.mark.parametrize("name", ["note.md", "note.tex"])
def test_prose_is_only_text(hostile: str, name: str, tmp_path: Path) -> None:
    note = tmp_path / name
    note.write_text(f"{hostile}\n\n$$ a + a = 2 a $$\n", encoding="utf-8")
    latex = body(to_latex_document(bnsym.check(note, cross_examine=False)))
    assert not re.search(r"\\(?:input|write|csname|def|relax)|\^\^|\\end\{document", latex)
    compiled(tmp_path, to_latex_document(bnsym.check(note, cross_examine=False)))


@pytest.mark.parametrize(
    "said", [r"x_1, \dots, x_m", r"x \sim N(0, 1)", r"\epsilon \to 0", r"\forall i", r"\infty"]
)
def test_prose_is_set_with_what_states_nothing(said: str) -> None:
    assert math(said) == rf"\ensuremath{{{said}}}"
    assert math(r"\xcancel{x}").startswith(r"\texttt{")


def test_of_prose_in_letters_that_tex_lacks_the_formulas_stay(tmp_path: Path) -> None:
    latex = export(
        tmp_path,
        "设 $\\mu = \\frac1m \\sum_i x_i$ 为均值，其中 $x_i$ 是输入。\n\n$$\n\\sum_i (x_i - \\mu) = 0\n$$\n",
    )
    assert r"\bnsymsaying{\ensuremath{\mu = \frac1m \sum_i x_i}, \ensuremath{x_i}}" in latex
    compiled(tmp_path, latex)


# -- TeX ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", DERIVATIONS, ids=lambda p: p.stem)
def test_every_derivation_compiles_without_overfull_lines(path: Path, tmp_path: Path) -> None:
    needs("pdflatex")
    log = compiled(tmp_path, to_latex_document(bnsym.check(path, cross_examine=False)))
    assert "Overfull" not in log
    assert "undefined" not in log
    assert ".pk" not in log, "a bitmap font"


def test_a_hostile_note_compiles(tmp_path: Path) -> None:
    compiled(tmp_path, export(tmp_path, NOTE))


@pytest.mark.parametrize("power", ["^2", "^{-2}", "^ 2 ", "_{x}"])
def test_a_script_of_a_group_that_is_an_accent_with_a_script_compiles(power: str, tmp_path: Path) -> None:
    """For TeX a group of one accent is that accent, which then has two scripts."""
    formula = safe_math(rf"{{{{\hat{{x}}}}{power}}}{power} + {{{{\bar x{power}}} {power}}} {power}")
    compiled(tmp_path, rf"\documentclass{{article}}\begin{{document}}${formula}$\end{{document}}")


def test_a_snippet_compiles_in_a_document_that_blanks_the_marks(tmp_path: Path) -> None:
    snippet = export(tmp_path, NOTE, standalone=False)
    assert r"\documentclass" not in snippet
    (tmp_path / "snippet.tex").write_text(snippet, encoding="utf-8")
    document = r"""\documentclass{article}\usepackage{amsmath,amssymb}
\newcommand{\bnsymproved}[1]{}\newcommand{\bnsymnote}[1]{}
\begin{document}See \eqref{eq:split}. \input{snippet}\end{document}"""
    assert "undefined" not in compiled(tmp_path, document)


# -- the command -------------------------------------------------------------------------


@pytest.fixture
def note(tmp_path: Path) -> Path:
    path = tmp_path / "note.md"
    path.write_text("$$\n\\sum_i (x_i + 1) = \\sum_i x_i + m\n$$\n", encoding="utf-8")
    return path


def test_the_command_writes_the_file(note: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.tex"
    done = CliRunner().invoke(cli, ["export", "latex", str(note), "-o", str(out)], standalone_mode=False)
    assert done.return_value == 0
    assert out.read_text(encoding="utf-8").startswith(r"\documentclass")
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_folder_that_is_not_there_is_said_before_the_work(note: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(cli, ["export", "latex", str(note), "-o", str(tmp_path / "no" / "out.tex")])
    assert done.exit_code == 2
    assert "there is no directory" in done.output


def test_a_missing_note_leaves_the_old_file(tmp_path: Path) -> None:
    out = tmp_path / "out.tex"
    out.write_text("old", encoding="utf-8")
    arguments = ["export", "latex", str(tmp_path / "none.md"), "-o", str(out)]
    done = CliRunner().invoke(cli, arguments, standalone_mode=False)
    assert done.return_value == 2
    assert out.read_text(encoding="utf-8") == "old"
