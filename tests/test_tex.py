r"""LaTeX files: what TeX would set is read, at its own place, with the file's commands written out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import bnsym
from bnsym.commands.check import check as command
from bnsym.elaborate import read
from bnsym.model import Derivation
from bnsym.source.opening import opened

HEAD = "\\documentclass{article}\n\\usepackage{amsmath}\n"
DEFINED = "% bnsym: define\n\\begin{align}\n\\mu &= \\frac{1}{m} \\sum_i x_i\n\\end{align}\n"


def paper(body: str, preamble: str = "") -> str:
    return f"{HEAD}{preamble}\\begin{{document}}\n{DEFINED}\n{body}\n\\end{{document}}\n"


def links(text: str) -> list[str]:
    return [link.source for link in read(text, "paper.tex").links]


def codes(note: Derivation) -> set[str]:
    return {d.code for d in note.diagnostics} | {k.problem.code for k in note.links if k.problem}


DISPLAYS = [
    "\\[ a + a = 2 a \\]",
    "$$ a + a = 2 a $$",
    "\\begin{equation} a + a = 2 a \\end{equation}",
    "\\begin{align*}\na + a &= 2 a \\\\[2pt]\n\\end{align*}",
    "\\begin{equation}\\begin{aligned} a + a &= 2 a \\end{aligned}\\end{equation}",
    "\\[ a + a % \\] not the end\n= 2 a \\]",
    "\\begin{theorem} Of course, \\[ a + a = 2 a. \\] \\end{theorem}",
]


@pytest.mark.parametrize("display", DISPLAYS)
def test_displays(display):
    assert [link.rstrip(" .") for link in links(paper(display))] == ["a + a = 2 a"]


NOT_SET = [
    "% \\[ 1 = 2 \\]",
    "100\\% sure: % $$ 1 = 2 $$",
    "\\begin{verbatim}\n\\[ 1 = 2 \\]\n\\end{verbatim}",
    "\\begin{lstlisting}[language=TeX]\n$$ 1 = 2 $$\n\\end{lstlisting}",
    "\\begin{comment}\n\\[ 1 = 2 \\]\n\\end{comment}",
    "\\verb|\\[ 1 = 2 \\]| and \\verb+$$+",
    "\\iffalse \\[ 1 = 2 \\] \\fi",
    "in prose: \\(1 = 2\\) and $1 = 2$ and $a$$b = 3$",
    "\\end{document} \\[ 1 = 2 \\]",
    "a break\\\\[2pt] of a line",
    "a price of \\$\\$ 5 and \\$\\$ 6",
]


@pytest.mark.parametrize("text", NOT_SET)
def test_what_tex_does_not_set_as_a_display_is_no_link(text):
    assert links(paper(text + "\n\n")) == []


def test_the_preamble_holds_no_formulas():
    assert links(paper("", "\\newcommand{\\x}{\\[ 1 = 2 \\]}\n\\AtBeginDocument{\\[ 1 = 2 \\]}\n")) == []
    assert links("\\[ 1 = 1 \\]") == ["1 = 1"], "a part that is \\input elsewhere has no preamble"


def test_places_are_those_of_the_file(tmp_path):
    text = paper("\\section{On $\\mu$}\nText.\n\\[\n  \\sum_i (x_i - \\mu) % so\n  = 0\n\\]")
    (link,) = read(text, "paper.tex").links
    assert text.split("\n")[link.span.line - 1] == "  = 0"
    assert link.span.column == 3
    assert link.id == "on-1"


def test_directives_are_comments():
    note = paper('%% bnsym: refuted reason="a sign" id=wrong\n\\[ \\sum_i (x_i + \\mu) = 0 \\]')
    (link,) = read(note, "paper.tex").links
    assert link.id == "wrong"
    assert link.declaration is not None
    assert link.declaration.reason == "a sign"
    text = paper("% bnsym: assume $\\mu = 3$\n\\[ \\mu = 3 \\]")
    assert [h.source for h in read(text, "paper.tex").hypotheses] == ["\\mu = 3"]


def test_directives_that_would_be_lost_are_errors():
    inside = '\\[\n% bnsym: refuted reason="x"\na = b\n\\]'
    assert "BN107" in codes(read(paper(inside), "paper.tex"))
    assert "BN106" in codes(read(paper("% bnsym: claim id=x\n\nProse.\n"), "paper.tex"))
    unknown = read(paper("% bnsym: clam id=x\n\\[ a = a \\]"), "paper.tex")
    assert "BN103" in codes(unknown)


def test_an_open_formula_ends_at_a_blank_line():
    note = read(paper("\\begin{align} a = b\n\nProse.\n\\[ a + a = 2 a \\]"), "paper.tex")
    assert [d.code for d in note.diagnostics if d.severity is bnsym.Severity.ERROR] == ["BN101"]
    assert [link.source for link in note.links] == ["a + a = 2 a"]
    commented = paper("\\[ a + a\n%\n= 2 a \\]")
    assert links(commented) == ["a + a = 2 a"], "a comment is no blank line"


@pytest.mark.parametrize("name", ["dmath", "IEEEeqnarray", "empheq"])
def test_displays_that_are_not_known_are_unread(name):
    (link,) = read(paper(rf"\begin{{{name}}} a + a = 3 a \end{{{name}}}"), "paper.tex").links
    assert link.problem is not None
    assert link.problem.code == "BN115"
    skipped = paper(rf'% bnsym: skip reason="x"' "\n" rf"\begin{{{name}}} a = b \end{{{name}}}")
    (link,) = read(skipped, "paper.tex").links
    assert link.declaration is not None


def test_a_text_alone_brings_in_no_files():
    note = read(paper("\\input{chapter}\n% \\input{other}"), "paper.tex")
    assert [d.message for d in note.diagnostics if d.code == "BN109"] == [
        "`\\input{chapter}` is not followed: what it holds is not read here"
    ]


@pytest.mark.parametrize(
    ("preamble", "before", "formula", "name"),
    [
        ("", r"\input{parts/mean}", r"\sum_i (y_i - \nu) = 0", "unread"),
        ("", r"\input{parts/mean}", r"\sum_i (y_i - y_i) = 0", "proved"),
        ("", r"\input{parts/mean}", "1 + 1 = 3", "refuted"),
        (r"\input{commands}", "", r"\sum_i (y_i - \nu) = 0", "refuted"),  # commands, no definitions
        ("", "", r"\sum_i (y_i - \nu) = 0", "refuted"),
    ],
)
def test_another_file_may_define_what_is_free_here(preamble, before, formula, name, tmp_path):
    path = tmp_path / "paper.tex"
    path.write_text(paper(f"{before}\n\\[ {formula} \\]", preamble), encoding="utf-8")
    (result,) = bnsym.check(path, cross_examine=False, repairs="none").results
    assert result.name == name


# The file's own commands

MACROS = [
    (r"\newcommand{\two}{2}", r"a + a = \two a"),
    (r"\newcommand\two{2}", r"a + a = \two a"),
    (r"\def\two{2}", r"a + a = \two a"),
    (r"\def\times#1#2{#1 #2}", r"a + a = \times{2}{a}"),
    (r"\newcommand{\twice}[1]{#1 + #1}", r"\twice{a} = 2 a"),
    (r"\newcommand{\twice}[1]{#1 + #1}", r"\twice a = 2 a"),
    (r"\newcommand{\twice}[2][a]{#1 + #2}", r"\twice{a} = 2 a"),
    (r"\newcommand{\twice}[2][b]{#1 + #2}", r"\twice[a]{a} = 2 a"),
    (r"\newcommand{\one}{a}\newcommand{\twice}{\one + \one}", r"\twice = 2 a"),
    (r"\newcommand{\be}{\[}\newcommand{\ee}{\]}", r"a + a = 2 a"),
    (r"\let\two=2", r"a + a = \two a"),
    (r"\providecommand{\two}{2}\providecommand{\two}{3}", r"a + a = \two a"),
    (r"\newcommand{\two}{3}\renewcommand{\two}{2}", r"a + a = \two a"),
    (r"\NewDocumentCommand{\twice}{m}{#1 + #1}", r"\twice{a} = 2 a"),
    (r"\newcommand{\two}{\ensuremath{2}}", r"a + a = \two a"),
    (r"\newcommand{\two}{%" + "\n  2}", r"a + a = \two a"),
]


@pytest.mark.parametrize(("definition", "formula"), MACROS)
def test_commands_are_written_out(definition, formula):
    (found,) = links(paper(rf"\[ {formula} \]", definition + "\n"))
    assert "".join(found.split()) == "a+a=2a"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\frac\p\q", r"\frac{a b}{a + b}"),
        (r"\frac1\p", r"\frac{1}{a b}"),
        (r"\frac{1}\q", r"\frac{1}{a + b}"),
        (r"\frac\p{\q}", r"\frac{a b}{a + b}"),
        (r"\frac\p2", r"\frac{a b}{2}"),
        (r"\sqrt\q", r"\sqrt{a + b}"),
        (r"\sqrt{\frac\p\q}", r"\sqrt{\frac{a b}{a + b}}"),
        (r"\half\q", r"\frac{a + b}{2}"),
        (r"\half{\q}", r"\frac{a + b}{2}"),
        (r"\frac\half\p\q", None),
        (r"c^\p", r"c^a b"),
        (r"c - \q", r"c - a + b"),
        (r"\twice% of it" + "\n{a}", r"a + a"),
        (r"\frac% of it" + "\n\\p\\q", r"\frac{a b}{a + b}"),
    ],
)
def test_commands_are_written_out_as_tex_does(written: str, meant: str | None) -> None:
    r"""What LaTeX takes as one token is one, whatever it stands for; all else is text in place."""
    preamble = r"\def\p{a b}\def\q{a + b}\newcommand{\half}[1]{\frac#1 2}\newcommand{\twice}[1]{#1 + #1}" "\n"
    note = read(paper(rf"\[ z := {written} \]", preamble), "paper.tex")
    found = [d.definition.body for d in note.definitions if d.definition.symbol.name == "z"]
    expected = read(paper(rf"\[ z := {meant} \]"), "paper.tex").definitions
    assert found == (
        [d.definition.body for d in expected if d.definition.symbol.name == "z"] if meant else []
    )


@pytest.mark.parametrize(("begin", "end"), [("\\be", "\\ee"), ("\\begin{eqn}", "\\end{eqn}")])
def test_a_display_that_a_command_opens_is_one(begin, end):
    preamble = (
        "\\newcommand{\\be}{\\begin{equation}}\n\\newcommand{\\ee}{\\end{equation}}\n"
        "\\newenvironment{eqn}{\\begin{equation}}{\\end{equation}}\n"
    )
    assert links(paper(f"{begin} a + a = 2 a {end}", preamble)) == ["a + a = 2 a"]


def test_a_name_is_not_made_longer_by_what_follows():
    r"""TeX skips the space after a command: `\m x` is μ x, not the command `\mux`."""
    preamble = "\\newcommand{\\m}{\\mu}\n\\newcommand{\\by}[1]{\\mu#1}\n"
    assert links(paper("\\[ \\m x = \\by x \\]", preamble)) == ["\\mu x = \\mu x"]


def test_places_in_commands_are_those_of_the_call():
    text = paper("\\[ \\pair{a}{b} = \\nothing \\]", "\\newcommand{\\pair}[2]{#2 + #1}\n")
    (link,) = read(text, "paper.tex").links
    row = text.split("\n")[link.span.line - 1]
    assert row[link.span.column - 1] == "="
    assert link.left_span is not None
    assert row[link.left_span.column - 1 : link.left_span.end_column - 1] == r"\pair{a}{b}"
    assert link.problem is not None
    start, end = link.problem.span.column, link.problem.span.end_column
    assert row[start - 1 : end - 1] == r"\nothing"


REFUSED = [
    (r"\def\sum#1;{0}", "set off by other signs"),
    (r"\newcommandx{\sum}[1][1=x]{0}", "is not followed"),
    (r"\edef\sum{0}", "is not followed"),
    (r"{\renewcommand{\sum}{0}}", "inside a group"),
    (r"\begingroup\renewcommand{\sum}{0}\endgroup", "inside a group"),
    (r"$\renewcommand{\sum}{0}$", "inside a group"),
    (r"\[\renewcommand{\sum}{0}\]", "inside a group"),
    (r"\begin{center}\let\sum\beta\end{center}", "inside a group"),
    (r"\newcommand{\same}[1]{#1}\same{\renewcommand{\sum}{0}}", "inside a group"),
    (r"\expandafter\def\csname sum\endcsname{0}", "by its characters"),
    (r"\newcommand{\sum}{\def\x{1}\x}", "it defines something itself"),
    (r"\newcommand{\sum}{\sum}", "without an end"),
    (r"\newcommand{\sum}{\total}\newcommand{\total}{\sum\sum}", "without an end"),
    (r"\newcommand{\sum}[1]{#2}", "it has no argument 2"),
    (r"\DeclareDocumentCommand{\sum}{s o m}{0}", "other kinds than m"),
    (r"\RenewDocumentCommand{\sum}{s}{0}", "other kinds than m"),
]


@pytest.mark.parametrize(("definition", "why"), REFUSED)
def test_what_cannot_be_written_out_is_never_read_in_its_old_meaning(definition, why):
    note = read(paper(r"\[ \sum_i x_i = m \mu \]", definition + "\n"), "paper.tex")
    said = [d for d in note.diagnostics if d.code == "BN117"]
    assert len(said) == 1
    assert why in said[0].message
    assert not any(link.statement for link in note.links)


def test_an_environment_of_a_group_is_refused():
    defined = "{\\newenvironment{eqn}{\\begin{equation}}{\\end{equation}}}\n"
    note = read(paper("\\begin{eqn} a + a = 3 a \\end{eqn}", defined), "paper.tex")
    assert [d.severity for d in note.diagnostics if d.code == "BN117"] == [bnsym.Severity.ERROR] * 2
    assert note.links == ()


def test_a_sign_of_tex_is_not_given_another_meaning_unseen():
    note = read(paper("\\[ a \\]", "\\renewcommand{\\[}{\\left[}\n\\renewcommand\\,{x}\n"), "paper.tex")
    found = [(d.severity, d.span.line) for d in note.diagnostics if d.code == "BN117"]
    assert found == [(bnsym.Severity.ERROR, 3), (bnsym.Severity.ERROR, 4)]
    assert "BN117" in codes(read("$\\renewcommand{\\>}{x}$\n", "note.md"))


def test_dollars_end_with_their_paragraph():
    text = paper("A price of $ 5.\n\n\\newcommand{\\two}{2}\n\\[ a + a = \\two a \\]")
    assert links(text) == ["a + a = 2 a"]


def markdown(text: str, name: str) -> Derivation:
    """The note, in a notebook each paragraph a cell."""
    if name.endswith("ipynb"):
        cells = [
            {"cell_type": "markdown", "metadata": {}, "source": part + "\n"} for part in text.split("\n\n")
        ]
        text = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    return read(text, name)


@pytest.mark.parametrize("name", ["note.md", "note.ipynb"])
@pytest.mark.parametrize(
    "formula", ["We write ${}$.", "$$\n{}\n$$", "$${}$$", "> $${}$$", "- ${} b$, in a list"]
)
@pytest.mark.parametrize(
    ("definition", "call", "meant"),
    [
        (r"\newcommand{\xh}{\hat{x}}", r"\xh_i = \xh_i", r"\hat{x}_i = \hat{x}_i"),
        (r"\newcommand{\pd}[2]{\frac{#1}{#2}}", r"\pd a b = \pd{a}{b}", r"\frac{a}{b} = \frac{a}{b}"),
        (r"\def\le{<}", r"a \le b", "a < b"),
        (r"\DeclareMathOperator{\inv}{inv}", r"\inv \le 1", r"\operatorname{inv} \le 1"),
    ],
)  # fmt: skip
def test_a_formula_of_markdown_defines_commands_for_all_that_follow(name, formula, definition, call, meant):
    note = markdown(f"{formula.replace('{}', definition)}\n\n$$ {call} $$\n\n$$ b = b $$\n", name)
    assert [link.source for link in note.links] == [meant, "b = b"]
    assert not codes(note) & {"BN102", "BN111", "BN117"}


@pytest.mark.parametrize("name", ["note.md", "note.ipynb"])
def test_in_markdown_only_formulas_define_commands(name):
    shown = [
        r"\newcommand{\a}{0}",
        r"`$\def\a{0}$`",
        "```tex\n\\let\\a\\b\n```",
        "<!-- \\def\\a{0} -->",
        "$1$",
    ]
    note = markdown("\n\n".join((*shown, r"$$ \a = \a $$")), name)
    assert [link.source for link in note.links][-1:] == [r"\a = \a"]


def test_what_a_group_or_a_later_formula_of_markdown_defines_holds_for_none_before():
    definition, claim = r"\newcommand{\a}{b}", "$$\\a = b$$\n\n"
    for text in (f"$${{{definition}}} b = b$$\n\n{claim}", f"{claim}${definition}$\n"):
        assert "BN111" in codes(read(text, "note.md"))


def test_places_in_markdown_are_those_of_the_file():
    text = "$$\n\\newcommand{\\xh}{\\hat{x}}\n$$\n\n$$ y = \\xh \\foo $$\n"
    (link,) = read(text, "note.md").links
    assert link.problem is not None
    assert (link.problem.span.line, link.problem.span.column) == (5, 12)


def test_what_stands_in_a_comment_opens_nothing():
    assert links(paper("\\begin{align}\na + a &= 2 a % \\begin{foo} \\end{bar}\n\\end{align}")) == [
        "a + a = 2 a"
    ]
    note = read(paper("\\[ a + a % \\begin{foo}\n= 2 a \\]"), "paper.tex")
    assert codes(note) <= {"BN131", "BN132", "BN133"}


def test_a_redefinition_holds_from_where_it_stands():
    text = paper("\\[ \\two a = 2 a \\]\n\\renewcommand{\\two}{3}\n\\[ \\two a = 3 a \\]", "\\def\\two{2}\n")
    assert links(text) == ["2 a = 2 a", "3 a = 3 a"]


def test_a_display_in_a_refused_command_does_not_vanish():
    text = paper("\\be a = b \\ee", "\\def\\be#1\\ee{\\begin{equation}#1\\end{equation}}\n")
    note = read(text, "paper.tex")
    assert [d.severity for d in note.diagnostics if d.code == "BN117"] == [bnsym.Severity.ERROR]


def test_expansion_is_bounded():
    doubling = "".join(
        rf"\newcommand{{\{a}}}{{\{b}\{b}}}"
        for a, b in zip("abcdefghijklmnopqrst", "bcdefghijklmnopqrstu", strict=True)
    ).replace("\\u", "xxxxxxxxxx")
    note = read(paper(r"\[ \a = 1 \]", doubling + "\n"), "paper.tex")
    assert "BN117" in codes(note)


def test_verbatim_and_comments_are_not_written_out():
    text = paper("\\verb|\\two| % \\two\n", "\\newcommand{\\two}{2}\n")
    assert opened(text, "p.tex").text.endswith("\\verb|\\two| % \\two\n\n\\end{document}\n")


HOSTILE = (
    *("", "\\", "%", "$", "\\begin{", "\\section{", "\\iffalse", "\\let\\a", "\\newenvironment{a}{"),
    *("\\newcommand", "\\newcommand{\\a}", "\\def\\a#1", "\\newcommand{\\a}[1]{#1}\\a"),
    *("{" * 5000, "$$" * 5000, "\\[" * 5000, "\\begin{align}" * 2000, "\\newcommand{\\a}{x}" + "\\a" * 5000),
    *("\\newcommand{\\a}[1]{#1}" + "\\a{" * 9000, "\\section{" * 3000, "\\newcommand{\\a}{" * 3000),
    *("\\newcommand{\\a}[1]{#1}" + "\\a{" * 3000 + "}" * 3000, "\\def\\a#1;{}" * 3000 + "\\a" * 3000),
)


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_is_raised(text):
    read(text, "paper.tex")


# Repairs


def test_fix_changes_arguments_but_never_the_inside_of_a_command(tmp_path):
    path = tmp_path / "paper.tex"
    preamble = "\\newcommand{\\all}[1]{\\sum_i (#1)}\n"
    path.write_text(paper("\\[ \\all{x_i + \\mu} = 0 \\]", preamble), encoding="utf-8")
    CliRunner().invoke(command, [str(path), "--fix"])
    mended = path.read_text(encoding="utf-8")
    before, after = paper("\\[ \\all{@} = 0 \\]", preamble).split("@")
    assert mended.startswith(before)
    assert mended.endswith(after)
    assert bnsym.check(path).passed
    wrong = paper("\\[ \\wrong = 0 \\]", "\\newcommand{\\wrong}{\\sum_i (x_i + \\mu)}\n")
    path.write_text(wrong, encoding="utf-8")
    CliRunner().invoke(command, [str(path), "--fix"])
    changed = path.read_text(encoding="utf-8")
    assert "\\newcommand{\\wrong}{\\sum_i (x_i + \\mu)}" in changed
    assert changed == wrong or bnsym.check(path).passed


def test_advice_is_in_the_comments_of_the_file(tmp_path):
    path = tmp_path / "paper.tex"
    path.write_text(paper("\\[ \\gamma^2 \\gamma \\ge 0 \\]"), encoding="utf-8")
    shown = CliRunner().invoke(command, [str(path)]).output
    assert "% bnsym: refuted reason" in " ".join(shown.split())
    assert "<!--" not in shown
    CliRunner().invoke(command, [str(path), "--fix"])
    assert "% bnsym: assume $\\gamma \\ge 0$\n\\[ \\gamma^2" in path.read_text(encoding="utf-8")
    assert bnsym.check(path).passed


PIPED = (paper("\\[ a = a \\]"), "% a\n" + paper(""), '{\n "cells": []}', '{"nbformat": 4}')


@pytest.mark.parametrize("text", PIPED)
def test_what_is_piped_in_is_markdown_or_refused(text: str, tmp_path: Path) -> None:
    """Read as Markdown, its directives would be lost."""
    done = subprocess.run(
        [sys.executable, "-m", "bnsym", "check", "-"], input=text, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "it is read as Markdown, and it is" in done.stdout
    note = tmp_path / "note"
    note.write_text(text, encoding="utf-8")
    assert [d.code for d in bnsym.check(note).diagnostics] == ["BN008"]


def test_unknown_formats_are_refused(tmp_path: Path):
    path = tmp_path / "slides.rst"
    path.write_text("$$ 1 = 1 $$", encoding="utf-8")
    for name in (str(path), f"{path}#x"):
        report = bnsym.check(name)
        assert [d.code for d in report.diagnostics] == ["BN008"]
        assert bnsym.exit_code(report) is bnsym.ExitCode.USAGE
