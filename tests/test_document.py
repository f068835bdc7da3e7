r"""Reading Markdown: which formulas are found, where, and how they divide into chains.

Expectations are derived from CommonMark, from what TeX shows of a formula and from the
description of the derivation file, not from what the code printed.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from textwrap import dedent

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bnsym.codes import NAMES, explanation
from bnsym.elaborate.document import Document, read_document, slug_of
from bnsym.model import Severity
from bnsym.source.directives import link_labels
from bnsym.source.text import Block, Chain, Directive, Heading, Slice


def read(text: str) -> Document:
    return read_document(text, "note.md")


def blocks(text: str) -> list[Block]:
    return [item for item in read(text).items if isinstance(item, Block)]


def codes(text: str) -> list[str]:
    return [d.code for d in read(text).diagnostics]


def shown(document: Document, where: Slice) -> str:
    return " ".join(document.source.masked[where.start : where.end].split())


def spelled(document: Document, chain: Chain) -> str:
    """`a = b <= c`, as a reader would say it, in one line."""
    parts = [shown(document, chain.expressions[0])]
    for sign, expression in zip(chain.signs, chain.expressions[1:], strict=True):
        parts += [sign.symbol, shown(document, expression)]
    return " ".join(parts)


def chains(text: str) -> list[str]:
    document = read(text)
    return [spelled(document, c) for b in document.items if isinstance(b, Block) for c in b.chains]


def formula(latex: str) -> list[str]:
    """The chains of one display formula, which is found without complaint."""
    text = f"$$\n{latex}\n$$\n"
    assert codes(text) == []
    return chains(text)


def only_chain(latex: str) -> tuple[Document, Chain]:
    document = read(f"$$\n{latex}\n$$\n")
    (block,) = (item for item in document.items if isinstance(item, Block))
    (chain,) = block.chains
    return document, chain


# Finding display math


FOUND = {
    "dollars": "$$\na = b\n$$\n",
    "one line": "$$a = b$$",
    "in a sentence": "We have $$a = b$$ as said.",
    "align": "\\begin{align}\na &= b\n\\end{align}\n",
    "align*": "text\n\n\\begin{align*}\na &= b\n\\end{align*}\n",
    "aligned in dollars": "$$\\begin{aligned} a &= b \\end{aligned}$$",
    "split in equation": "\\begin{equation}\\begin{split} a &= b \\end{split}\\end{equation}",
    "gather*": "\\begin{gather*} a = b \\end{gather*}",
    "eqnarray": "\\begin{eqnarray} a &=& b \\end{eqnarray}",
    "multline": "\\begin{multline} a \\\\ = b \\end{multline}",
    "brackets": "\\[ a = b \\]",
    "brackets over lines": "\\[\na = b\n\\]\n",
    "math fence": "```math\na = b\n```\n",
    "tilde math fence": "~~~ math\na = b\n~~~\n",
    "myst": "```{math}\na = b\n```\n",
    "myst with options": "```{math}\n:label: eq:one\n:nowrap:\n\na = b\n```\n",
    "myst colons": ":::{math}\na = b\n:::\n",
    "in a list": "- item\n\n  $$\n  a = b\n  $$\n",
    "in a nested list": "1. one\n   - two\n\n     $$\n     a = b\n     $$\n",
    "list with tabs": "-\titem\n\n\t$$\n\ta = b\n\t$$\n",
    "in a quotation": "> $$\n> a = b\n> $$\n",
    "in a list in a quotation": "> - x\n>\n>   $$\n>   a\n>   = b\n>   $$\n",
    "in nested quotations": "> > $$\n> > a\n> > = b\n> > $$\n",
    "fence in a list": "- x\n  ```math\n  a = b\n  ```\n",
    "fence in a quotation": "> ```math\n> a\n> = b\n> ```\n",
    "escaped dollar inside": "$$\na = b % costs \\$\\$\n$$\n",
    "blank line inside": "$$\na\n \n= b\n$$\n",
    "after a code fence": "```\n$$\nx = y\n```\n\n$$a = b$$\n",
    "after inline code": "the sign `$$` opens:\n\n$$a = b$$\n",
    "after double backticks": "``code with ` and $$`` $$a = b$$",
    "after a lone backtick": "a ` b\n\n$$a = b$$",
    "after inline math": "for $x$ and $y$: $$a = b$$",
    "after touching inline math": "$x$$y$ then\n\n$$a = b$$",
    "after a price": "it costs $5, and \\$$ more\n\n$$a = b$$",
    "lazily continued text": "> quoted\ntext $$a = b$$",
    "after a comment": "<!-- $$ -->\n\n$$a = b$$",
    "after front matter": "---\ntitle: '$$ x = y $$'\n---\n\n$$a = b$$",
    "an indented line of a paragraph": "text\n    $$a = b$$",
    "labelled by MyST": "$$\na = b\n$$ (one)\n",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND.keys())
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_a_display_formula_is_found(text: str, end: str) -> None:
    text = text.replace("\n", end)
    assert codes(text) == []
    assert chains(text) == ["a = b"]


HIDDEN = {
    "code fence": "```\n$$\na = b\n$$\n```\n",
    "latex fence": "```latex\n$$a = b$$\n```\n",
    "longer fence": "````\n```math\na = b\n```\n````\n",
    "fence in a list": "- x\n  ```\n  $$a = b$$\n  ```\n",
    "fence in a quotation": "> ```\n> $$a = b$$\n> ```\n",
    "inline code": "write `$$a = b$$` so",
    "inline code over lines": "write `$$a\n= b$$` so",
    "indented code": "text\n\n    $$\n    a = b\n    $$\n",
    "indented code in a list": "- x\n\n      $$a = b$$\n",
    "comment": "<!--\n$$\na = b\n$$\n-->\n",
    "front matter": "---\nx: $$a = b$$\n---\n",
    "escaped": "\\$\\$a = b\\$\\$",
    "inline math": "so $a = b$ holds",
    "aligned in inline math": "so $\\begin{aligned} a = b \\end{aligned}$ holds",
    "escaped brackets": "\\[1\\] A reference\n\n\\[see above\\]",
}


@pytest.mark.parametrize("text", HIDDEN.values(), ids=HIDDEN.keys())
def test_what_is_no_display_formula_is_left_alone(text: str) -> None:
    document = read(text)
    assert not [item for item in document.items if isinstance(item, Block)]
    assert document.diagnostics == ()


def test_a_block_says_where_it_stands() -> None:
    text = "text\r\n\r\n> $$\r\n> \\mu = x\r\n> $$\r\n"
    document = read(text)
    (block,) = blocks(text)
    (left, right) = block.chains[0].expressions
    assert text[block.where.start : block.where.end] == "$$\r\n> \\mu = x\r\n> $$"
    assert (text[left.start : left.end], text[right.start : right.end]) == (r"\mu", "x")
    span = document.source.span(right.start, right.end)
    assert (span.line, span.column, span.end_line, span.end_column) == (4, 9, 4, 10)


def test_headings_come_in_order_with_the_rest() -> None:
    text = (
        "# One #\n\n$$a=b$$\n\nTwo\n---\n\n<!-- bnsym: assume $a > 0$ -->\n\n> # not a section\n\n### Three\n"
    )
    kinds = [(type(i).__name__, i.level, i.title) if isinstance(i, Heading) else type(i).__name__
             for i in read(text).items]  # fmt: skip
    assert kinds == [
        ("Heading", 1, "One"),
        "Block",
        ("Heading", 2, "Two"),
        "Directive",
        ("Heading", 3, "Three"),
    ]


def test_an_underline_after_a_formula_makes_no_heading() -> None:
    assert not [i for i in read("$$\na = b\n$$\n---\n").items if isinstance(i, Heading)]


# What is wrong with it


@pytest.mark.parametrize(
    ("opening", "rest"),
    [
        ("$$", "\na + a = 2 a\n"),
        ("$$", " a = b\n\n# Heading\n"),
        ("```math", "\na = b\n"),
        (r"\begin{align}", "\na &= b\n\nThis is the text after it.\n"),
        (r"\[", "\na = b\n\nSo it goes on.\n"),
    ],
)
def test_an_unclosed_formula_is_an_error_where_it_opens(opening: str, rest: str) -> None:
    document = read(f"Text.\n\n{opening}{rest}")
    (found,) = document.diagnostics
    assert (found.code, found.severity) == ("BN101", Severity.ERROR)
    assert (found.span.line, found.span.column) == (3, 1)
    assert found.hint


@pytest.mark.parametrize(
    "prose",
    ["The next one is closed.", "# Heading", "其中显然有", "where $x$ is", "<!-- a comment -->", "Thus:"],
)
def test_after_an_unclosed_formula_the_rest_is_read(prose: str) -> None:
    text = f"$$\na = 1\n\n{prose}\n\n$$\nc = d\n$$\n\nAnd $$e = f$$.\n"
    assert codes(text) == ["BN101"]
    assert chains(text) == ["c = d", "e = f"]


def test_an_environment_that_is_not_closed_in_its_formula() -> None:
    assert codes("$$\n\\begin{aligned}\na &= b\n$$\n") == ["BN101"]
    assert codes("$$\na &= b\n\\end{aligned}\n$$\n") == ["BN101"]
    assert codes("$$\n\\begin{aligned} a &= b \\\\begin{x}\n\\end{aligned}\n$$\n") == []


@pytest.mark.parametrize(
    "inside", ["", "\n", " \n\n ", "% only a comment\n", r"\begin{align}\end{align}", r"\\"]
)
def test_an_empty_formula_is_an_error(inside: str) -> None:
    assert codes(f"$${inside}$$\n") == ["BN102"]


# Masking


@pytest.mark.parametrize(
    ("latex", "left"),
    [
        ("a % + 1", "a"),
        (r"50 \% a", r"50 \% a"),
        (r"a \, b \; c \: d \! e \ f ~ g \quad h", "a b c d e f g h"),
        (r"a \hspace{2em} b", "a b"),
        (r"a \label{eq:x} \tag{1} \nonumber \notag", "a"),
        (r"\displaystyle \sum\limits_i x_i", r"\sum _i x_i"),
        (r"\left( a \right) \bigl[ b \bigr] \Big| c \Big|", "( a ) [ b ] | c |"),
        (r"\left. a \right|_b", "a |_b"),
        (r"\left\{ a \right\}", r"\{ a \}"),
        (r"\boxed{a + b}", "{a + b}"),
        (r"\color{red} a + \color{blue}{b} + \textcolor{green}{c}", "a + {b} + {c}"),
        (r"\underbrace{a + b}_{\text{why}} + c", "{a + b} + c"),
        (r"\overbrace{a}^n + \underbrace{b}_\mu + c", "{a} + {b} + c"),
        (r"\frac{\text{rstd}}{N}", r"\frac{\text{rstd}}{N}"),
        (r"\text{rstd} \cdot x", r"\text{rstd} \cdot x"),
        ("a.", "a"),
        ("a,", "a"),
        (r"a \,.", "a"),
        ("1 + 2 + ...", "1 + 2 + ..."),
        ("2.5", "2.5"),
        (r"\alpha\,b", r"\alpha b"),
        (r"\alpha%x" + "\nb", r"\alpha b"),
        (r"\leftroot{2} \bigstar \textstyle", r"\leftroot{2} \bigstar"),
    ],
)
def test_what_is_shown_but_not_meant_is_blank(latex: str, left: str) -> None:
    assert formula(f"y \\ne {latex}") == [f"y \\ne {left}"]


def test_blanks_never_join_tokens() -> None:
    for macro in (r"\,", r"\left", r"\displaystyle", r"\quad", r"\limits", "&", r"\nonumber"):
        document = read(f"$$a \\ne \\alpha{macro} (b)$$")
        assert re.search(r"\\alpha +\(b\)", document.source.masked)


def test_outside_formulas_nothing_is_masked() -> None:
    text = "a & b % c \\, d\n\n$$a &= b$$\n\n`x & y`\n"
    masked = read(text).source.masked
    assert masked.replace("a  = b", "a &= b") == text


def test_a_directive_formula_is_masked_too() -> None:
    text = r"<!-- bnsym: assume $a \, b > 0$ -->"
    (directive,) = read(text).items
    assert isinstance(directive, Directive)
    assert shown(read(text), directive.formulas[0]) == "a b > 0"


# Rows, signs, chains


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        ("a = b = c \\le d", ["a = b = c \\le d"]),
        ("a &= b \\\\\n&= c \\\\\nd &= e", ["a = b = c", "d = e"]),
        ("a\n&= b \\\\\n \n&= c", ["a = b = c"]),
        ("a &= b\n\\\\&= c \\\\", ["a = b = c"]),
        (r"a = b \\[2pt] c = d \\* e = f \cr g = h", ["a = b", "c = d", "e = f", "g = h"]),
        (r"a &= b \\ &\quad + c \\ &\qquad - d", ["a = b + c - d"]),
        (r"a &= b \\ &\cdot c", [r"a = b \cdot c"]),
        (r"a &= b \\ & - c = d", ["a = b - c = d"]),
        (r"-a &= b \\ -c &= d", ["-a = b", "-c = d"]),
        (r"& a = b \\ & -c = d", ["a = b", "-c = d"]),
        (r"a &= b + \\ &\quad c", ["a = b + c"]),
        (r"a = \\ b", ["a = b"]),
        (r"a = \\ = b", ["a = b"]),
        (r"a \\ = b", ["a = b"]),
        (r"a + b", ["a + b"]),
        (r"\left( a \right. \\ \left. + b \right) = c", ["( a + b ) = c"]),
        (r"(a \\ & + b) = c", ["(a + b) = c"]),
        (r"(a + b = b + a", ["(a + b = b + a"]),
        (r"(a = b \\ c) = d", ["(a = b", "c) = d"]),
        (r"a &=& b \\ &=& c", ["a = b = c"]),
        (r"a &= b & c &= d \\ &= e & &= f", ["a = b = e", "c = d = f"]),
        (r"\begin{array}{rcl} a &=& b \\ &=& c \end{array}", ["a = b = c"]),
        (r"\left\{\begin{aligned} a &= b \\ c &= d \end{aligned}\right.", ["a = b", "c = d"]),
        (r"\boxed{a = b}", ["a = b"]),
        (r"\boxed{\color{red}{a = b}}", ["a = b"]),
        (r"a = \boxed{b = c}", ["a = b = c"]),
        (r"\boxed{a} = b", ["{a} = b"]),
        (r"a = b \\ \intertext{and then} c = d", ["a = b", "c = d"]),
    ],
)
def test_rows_become_chains(latex: str, expected: list[str]) -> None:
    assert formula(latex) == expected


@pytest.mark.parametrize(
    ("written", "symbol"),
    [
        ("=", "="), (r"\equiv", "="), ("==", "="), ("{=}", "="), ("&=", "="),
        (":=", ":="), (r"\coloneqq", ":="), (r"\triangleq", ":="),
        (": =", ":="),
        (r"\mathrel{:=}", ":="), (r"\le", r"\le"), (r"\leq", r"\le"), (r"\leqslant", r"\le"), ("≤", r"\le"),
        ("<", "<"), (r"\lt", "<"), ("&lt;", "<"), (r"\ge", r"\ge"), (r"\geq", r"\ge"), (r"\geqslant", r"\ge"),
        (">", ">"), (r"\gt", ">"), (r"\ne", r"\ne"), (r"\neq", r"\ne"), (r"\not=", r"\ne"),
        (r"\approx", r"\approx"), (r"\propto", r"\propto"), (r"\in", r"\in"), (r"\to", r"\to"),
        (r"\stackrel{d}{=}", r"\stackrel{d}{=}"), (r"\overset{(1)}{=}", "="),
        (r"\stackrel{\text{by (2)}}{=}", "="), (r"\stackrel{\text{def}}{=}", ":="),
        (r"\overset{!}{=}", r"\overset{!}{=}"),
        (r"\stackrel{\text{in law}}{=}", r"\stackrel{\text{in law}}{=}"),
    ],
)  # fmt: skip
def test_signs_have_canonical_names(written: str, symbol: str) -> None:
    assert formula(f"a {written} b") == [f"a {symbol} b"]


@pytest.mark.parametrize(
    "expression",
    [
        r"\max_{\Vert X\Vert_2 \le \lambda} F(X)",
        r"\sum_{i=1}^m x_i",
        r"1_{i=j}",
        r"\mathbf{1}[i=j]",
        r"1(k == i)",
        r"\langle a, b \rangle",
        r"\left< a, b \right>",
        r"f(x, y)",
        r"x^{(i)}_{j, k}",
        r"\sum_{\substack{i=1 \\ i \ne j}}^m x_i",
        r"\leftrightsquigarrow",
        r"\begin{pmatrix} a & b = c \\ d & e \end{pmatrix}",
    ],
)
def test_a_sign_inside_brackets_divides_nothing(expression: str) -> None:
    assert formula(f"a = {expression}") == [f"a = {expression}"]


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"a = b \quad c = d", ["a = b", "c = d"]),
        (r"a = b, \qquad c = d", ["a = b", "c = d"]),
        (r"a = b, c = d", ["a = b", "c = d"]),
        (r"a = b, \quad \frac{c}{d} \le e", ["a = b", r"\frac{c}{d} \le e"]),
        (r"a = b; c = d", ["a = b", "c = d"]),
        (r"a = b; \Rightarrow c = d", ["a = b", "c = d"]),  # hence: after the end of a statement
        # of an implication both sides are claims, the second not under the first
        (r"a = b \Rightarrow c = d \iff e = f", ["a = b", "c = d", "e = f"]),
        (r"a = b \implies c \le d", ["a = b", r"c \le d"]),
        # signs that state nothing part what is claimed on their two sides
        (r"a = b \approx c = d", ["a = b", r"b \approx c", "c = d"]),
        (r"x \to y \to z", [r"x \to y", r"y \to z"]),
        (r"a = b \text{ and } c \le d", ["a = b", r"c \le d"]),
        (r"a = b \quad \text{thus} \quad c = d", ["a = b", "c = d"]),
        (r"a = b \quad + c", ["a = b + c"]),
        (r"a \quad = b", ["a = b"]),
        (r"a = \quad b", ["a = b"]),
        (r"a = b \qquad (3)", ["a = b"]),
        (r"a &= b && \text{(chain rule)} \\ &= c && \text{by (2)}", ["a = b = c"]),
        (r"a &= b \qquad \text{（更新）} \\ &= c", ["a = b = c"]),
        (r"a = b \qquad \text{chain rule} \\ + c", ["a = b + c"]),
        (r"\text{rstd} &= \text{std}^{-1}", [r"\text{rstd} = \text{std}^{-1}"]),
        (r"a = b \qquad \text{rstd} = c", ["a = b", r"\text{rstd} = c"]),
        (r"a = \qquad \text{rstd}", [r"a = \text{rstd}"]),
        (r"a, b = c", ["a, b = c"]),
        (r"a = b, c", ["a = b, c"]),
        (r"a = b \text{ or } c = d", [r"a = b \text{ or } c = d"]),
    ],
)
def test_statements_on_one_row(latex: str, expected: list[str]) -> None:
    assert formula(latex) == expected


@pytest.mark.parametrize("words", [r"\text{ or }", r"\text{unless $k > 0$}", r"\text{see $k > 0$}"])
def test_an_or_is_no_relation_that_anyone_could_judge(words: str) -> None:
    _, chain = only_chain(rf"a = b {words} c = d")
    assert [sign.symbol for sign in chain.signs] == [words]


def test_a_condition_of_words_and_a_formula_ends_with_its_group() -> None:
    document = read_document(r"$$ a = b \text{ if $k > 0$} c = d $$", "note.md")
    (block,) = document.items
    assert isinstance(block, Block)
    assert [len(chain.conditions) for chain in block.chains] == [1, 0]


def test_a_bracket_that_is_not_set_off_stays_in_its_formula() -> None:
    assert formula(r"a = b (k > 0)") == [r"a = b (k > 0)"]


@pytest.mark.parametrize(
    ("latex", "conditions"),
    [
        (r"a = b \quad (k > 0)", ["k > 0"]),
        (r"a = b \qquad \left[ k > 0 \right]", ["k > 0"]),
        (r"a = b \quad (i \ne j).", [r"i \ne j"]),
        (r"a = b \quad \text{for } k > 0", ["k > 0"]),
        (r"a = b \text{ if } i = j \text{ and } k > 0", ["i = j", "k > 0"]),
        (r"a = b, \qquad \text{where } c = d.", ["c = d"]),
        (r"\text{if } k > 0: \quad a = b", None),
        (r"\text{if } k > 0, \quad a = b", ["k > 0"]),
        (r"a = b, \quad i = 1, \dots, m", [r"i = 1, \dots, m"]),
        (r"a = b \quad \text{for all } k", []),
        (r"a = b \quad \text{当 } k > 0", ["k > 0"]),
        (r"a = b, \quad k \in \mathbb{R}", [r"k \in \mathbb{R}"]),
        (r"a &= b, \quad \text{if } k > 0 \\ &= c", ["k > 0"]),
    ],
)
def test_conditions(latex: str, conditions: list[str] | None) -> None:
    document = read(f"$${latex}$$")
    if conditions is None:
        assert any("a = b" in c for c in chains(f"$${latex}$$"))
        return
    (block,) = blocks(f"$${latex}$$")
    chain, *orders = block.chains
    assert all(order.beside == (0,) for order in orders)
    assert [shown(document, c) for c in chain.conditions] + [
        spelled(document, o) for o in orders
    ] == conditions
    assert spelled(document, chain) in ("a = b", "a = b = c")


@pytest.mark.parametrize(
    ("latex", "conditions"),
    [
        (r"\forall k, a = b", []),
        (r"\forall k: a = b", []),
        (r"\forall k \quad a = b", []),
        (r"\forall i, j, a = b", []),
        (r"\forall k > 0, a = b", ["k > 0"]),
        (r"\forall k \in \mathbb{R}: a = b", [r"k \in \mathbb{R}"]),
        (r"a = b \quad \forall k", []),
        (r"a = b, \forall k > 0", ["k > 0"]),
        (r"a = b \forall k", []),
    ],
)
def test_quantifiers(latex: str, conditions: list[str]) -> None:
    document, chain = only_chain(latex)
    assert spelled(document, chain) == "a = b"
    assert [shown(document, c) for c in chain.conditions] == conditions


def test_a_quantifier_without_an_end_is_not_guessed_at() -> None:
    assert formula(r"\forall k a = b") == [r"\forall k a = b"]
    assert formula(r"\forall k\; a = b") == [r"\forall k a = b"]


def test_a_condition_holds_for_each_chain_of_its_row() -> None:
    (block,) = blocks(r"$$a = b, c = d, \quad \text{if } k > 0 \\ e = f$$")
    assert [len(chain.conditions) for chain in block.chains] == [1, 1, 0]


def test_an_order_beside_chains_may_be_a_condition_of_each() -> None:
    (block,) = blocks(r"$$a = b, c = d, \quad k > 0, l > 0 \\ e = f$$")
    assert [chain.beside for chain in block.chains] == [(), (), (0, 1), (0, 1), ()]


# Nothing is passed over


@pytest.mark.parametrize(
    "ink", [r"{} + c", r"\mathrel{} + c", r"{+ c}", r"\left. + c \right.", r"{}{} + c", r"\color{red}{+ c}"]
)
@pytest.mark.parametrize("rows", ["aligned", "gather", "multline", "split", "eqnarray"])
def test_a_row_goes_on_if_it_begins_with_an_operator(ink: str, rows: str) -> None:
    (chain,) = formula(rf"\begin{{{rows}}} a &= b \\ & \quad {ink} \end{{{rows}}}")
    assert re.sub(r"[{} ]", "", chain) == "a=b+c"


@pytest.mark.parametrize("ink", [r"\left( c \right)", r"\frac{c}{d}", "c", r"\sum_k c_k", "(c + d)"])
def test_a_row_that_goes_on_with_nothing_hides_the_end_of_the_chain_before(ink: str) -> None:
    (block, *_) = blocks(rf"$$a &= b \\ &= e \\ & {ink} \\ & \text{{(a remark)}}$$")
    chain = block.chains[0]
    assert [one.expression for one in chain.unread] == [2]


@pytest.mark.parametrize(
    "row",
    [r"\text{(a remark)}", r"\text{Then}", r"\tag{2}", "", r"\label{eq:one} % only this", r"\qquad (3)"],
)
def test_a_row_of_a_remark_hides_nothing(row: str) -> None:
    _, chain = only_chain(rf"a &= b \\ & {row} ")
    assert chain.unread == ()


def test_a_left_side_on_a_row_of_its_own() -> None:
    document = read(r"$$a &= b \\ c \\ &= d$$")
    assert chains(r"$$a &= b \\ c \\ &= d$$") == ["a = b", "c = d"]
    assert all(
        not chain.unread for block in document.items if isinstance(block, Block) for chain in block.chains
    )
    (block,) = blocks(r"$$& a = b \\ & c \\ & = d$$")
    assert [[one.expression for one in chain.unread] for chain in block.chains] == [[1], [0]]


@pytest.mark.parametrize(
    "latex",
    [
        r"\cancel{a = b}",
        r"\neg (a = b)",
        r"2 (a = b)",
        r"x = \underbrace{a}_{= b} + c",
        r"\phantom{x} (a < b) c",
    ],
)
def test_a_relation_inside_something_is_unread_and_never_nothing(latex: str) -> None:
    (block,) = blocks(f"$${latex}$$")
    chain = block.chains[-1]
    assert chain.signs
    assert [one.expression for one in chain.unread] == [None]


@pytest.mark.parametrize("latex", [r"(a = b)", r"\left[ a = b \right].", r"\{ a = b \}"])
def test_a_statement_in_brackets_is_a_statement(latex: str) -> None:
    assert formula(latex) == ["a = b"]


@pytest.mark.parametrize(
    "latex", [r"1_{i=j}", r"\mathbf{1}[i = j]", r"\sum_{i=1}^m x_i", r"\underbrace{a}_{\text{= b}}"]
)
def test_a_sign_that_is_part_of_a_term_claims_nothing(latex: str) -> None:
    (block,) = blocks(f"$${latex}$$")
    assert [chain.signs for chain in block.chains] == [()]


def test_what_goes_on_from_a_hidden_end_is_hidden_too() -> None:
    _, second = blocks("$$a = b \\\\ (c + d)$$\n\nand\n\n$$= e$$")
    assert [one.expression for one in second.chains[0].unread] == [0]


def test_a_display_that_begins_with_a_sign_goes_on() -> None:
    text = "$$a = b$$\n\nand so\n\n$$\n= c \\\\ = d\n$$\n"
    assert codes(text) == []
    assert chains(text) == ["a = b", "b = c = d"]
    first, second = blocks(text)
    assert second.chains[0].expressions[0] == first.chains[0].expressions[1]


def test_a_display_that_begins_with_a_sign_and_has_nothing_before_it() -> None:
    assert formula("= c") == [" = c"]


# Directives


def test_directives_of_a_block_stand_before_it() -> None:
    text = dedent(r"""
        <!-- bnsym: assume $\gamma^2 \le 1$ $b > 0$ -->
        <!-- bnsym: claim id=main -->
        <!-- bnsym: refuted
             reason="a factor m"
             at="m=2; x=(0,1)" link=2 -->

        $$
        a = b = c
        $$
        """)
    document = read(text)
    assert document.diagnostics == ()
    assume, block = document.items
    assert isinstance(assume, Directive)
    assert [shown(document, f) for f in assume.formulas] == [r"\gamma^2 \le 1", "b > 0"]
    assert isinstance(block, Block)
    assert block.name == "main"
    assert [d.name for d in block.directives] == ["claim", "refuted"]
    assert block.directives[1].options == {"reason": "a factor m", "at": "m=2; x=(0,1)", "link": "2"}


@pytest.mark.parametrize(
    ("written", "name", "options", "formulas"),
    [
        (r"let $\nabla_x L$ = $\partial f/\partial y$", "let", {}, [r"\nabla_x L", r"\partial f/\partial y"]),
        ("index $i,k = 1..N$", "index", {}, ["i,k = 1..N"]),
        ("loss $f(y)$", "loss", {}, ["f(y)"]),
        ("partial total", "partial", {"mode": "total"}, []),
        ("partial local", "partial", {"mode": "local"}, []),
        ("assume $a > 0$\n", "assume", {}, ["a > 0"]),
    ],
)
def test_directives_that_stand_alone(
    written: str, name: str, options: dict[str, str], formulas: list[str]
) -> None:
    text = f"Text.\n\n<!-- bnsym: {written} -->\n\nText.\n"
    document = read(text)
    assert document.diagnostics == ()
    (directive,) = document.items
    assert isinstance(directive, Directive)
    assert (directive.name, directive.options) == (name, options)
    assert [text[f.start : f.end] for f in directive.formulas] == formulas


@pytest.mark.parametrize(
    ("written", "code", "word"),
    [
        ("clam id=a", "BN103", "claim"),
        ("clam", "BN103", "claim"),
        ("xyzzy", "BN103", "define, claim"),
        ("claim ident=a", "BN104", "id"),
        ('refuted reason="r" raeson="x"', "BN104", "reason"),
        ("refuted", "BN107", "reason="),
        ('skip reason=""', "BN107", "reason="),
        ('refuted reason="never closed', "BN107", "reason="),
        ("claim id=a id=b", "BN107", "claim id="),
        ("claim a=$x$", "BN107", "claim"),
        ("claim $x$", "BN107", "claim"),
        ("let $a$", "BN107", "let $"),
        ("let $a$ $b$", "BN107", "let $"),
        ("assume", "BN107", "assume $"),
        ("assume $a", "BN107", "assume $"),
        ("assume a > 0", "BN107", "assume $"),
        ("partial", "BN107", "partial total"),
        ("partial sideways", "BN107", "partial total"),
        ("", "BN107", "define"),
        ('refuted reason="r" link=x', "BN107", "link=2"),
        ('refuted reason="r" link=3-1', "BN107", "link=2"),
        ('refuted reason="r" link=3', "BN108", "counted"),
        ('refuted reason="r" link=0', "BN108", "counted"),
        ('refuted reason="r" link=1-9', "BN108", "counted"),
    ],
)
def test_a_directive_that_is_not_as_it_should_be(written: str, code: str, word: str) -> None:
    document = read(f"<!-- bnsym: {written} -->\n$$\na = b = c\n$$\n")
    assert {d.code for d in document.diagnostics} == {code}
    found = document.diagnostics[0]
    assert word in found.hint
    assert found.severity is Severity.ERROR
    assert found.span.line == 1


def test_a_refuted_with_a_mistake_still_holds_its_block() -> None:
    (block,) = blocks("<!-- bnsym: refuted reson=x -->\n$$a = b$$\n")
    assert [d.name for d in block.directives] == ["refuted"]
    assert block.directives[0].options == {"reason": ""}


def test_an_unterminated_directive() -> None:
    text = "<!-- bnsym: claim id=a\n\n$$\na = b\n$$\n"
    assert codes(text) == ["BN107"]
    assert chains(text) == ["a = b"]


@pytest.mark.parametrize(
    "between", ["Some text.\n", "# A heading\n", "`code`\n", "```\ncode\n```\n", "Text, then <!-- x -->\n"]
)
def test_a_directive_without_its_block(between: str) -> None:
    text = f'<!-- bnsym: skip reason="r" -->\n\n{between}\n$$a = b$$\n'
    assert codes(text) == ["BN106"]
    assert blocks(text)[0].directives == ()


def test_other_comments_may_stand_between() -> None:
    text = "<!-- bnsym: claim id=a -->\n<!-- prettier-ignore -->\n\n$$a = b$$\n"
    assert codes(text) == []
    assert blocks(text)[0].name == "a"


@pytest.mark.parametrize("around", ["`{}`", "```\n{}\n```", "text\n\n    {}\n"])
def test_a_directive_in_code_is_none(around: str) -> None:
    document = read(around.format("<!-- bnsym: nonsense -->"))
    assert document.items == ()
    assert document.diagnostics == ()


def test_an_unclosed_block_takes_its_directives_along() -> None:
    assert codes("<!-- bnsym: claim id=a -->\n$$\na = b\n") == ["BN101"]


def test_links_are_counted_without_definitions_and_written_out() -> None:
    text = '<!-- bnsym: refuted reason="r" link=1-2 -->\n$$a := b = c \\\\ d = e$$\n'
    assert codes(text) == []
    assert blocks(text)[0].directives[0].options["link"] == "1,2"
    assert codes(text.replace("1-2", "1-3")) == ["BN108"]


def test_link_labels() -> None:
    assert link_labels("2,4-6, 7+8") == ("2", "4", "5", "6", "7+8")
    assert link_labels("6-4") is None
    assert link_labels("") is None


def test_a_link_that_bridges_two_is_named_with_a_plus() -> None:
    text = '<!-- bnsym: refuted reason="r" link=1+2 -->\n$$a = b = c$$\n'
    assert codes(text) == []
    assert blocks(text)[0].directives[0].options["link"] == "1+2"
    assert codes(text.replace("1+2", "1+3")) == ["BN108"]


# Names


def names(text: str) -> list[str]:
    return [block.name for block in blocks(text)]


def test_names() -> None:
    text = dedent(r"""
        $$a = b$$

        ## 2.5 Gradient in BN: the *proof*

        $$a = b$$

        $$a = b \label{eq:grad}$$

        <!-- bnsym: claim id=mine -->
        $$a = b \label{eq:other}$$

        $$a = b$$

        ## 梯度 der Größe

        $$a = b$$ (myst)

        $$a = b$$
        """)
    assert codes(text) == []
    assert names(text) == [
        "block-1", "25-gradient-in-bn-the-proof-1", "grad", "mine", "25-gradient-in-bn-the-proof-4",
        "myst", "梯度-der-größe-2",
    ]  # fmt: skip


def test_names_are_unique() -> None:
    text = "# A\n\n$$a=b$$\n\n# A\n\n$$a=b$$\n\n# A 1\n\n$$a=b$$\n\n<!-- bnsym: claim id=a-1 -->\n$$a=b$$\n"
    found = names(text)
    assert len(set(found)) == 4
    assert found[-1] == "a-1"
    assert codes(text) == []


def test_a_repeated_id_names_the_first() -> None:
    text = "<!-- bnsym: claim id=x -->\n$$a = b$$\n\n<!-- bnsym: claim id=x -->\n$$c = d$$\n"
    (found,) = read(text).diagnostics
    assert (found.code, found.severity, found.span.line) == ("BN105", Severity.ERROR, 4)
    assert "line 1" in found.message
    assert len(set(names(text))) == 2


def test_a_repeated_label_is_only_a_warning() -> None:
    (found,) = read("$$a = b \\label{x}$$\n\n$$c = d \\label{eq:x}$$\n").diagnostics
    assert (found.code, found.severity) == ("BN105", Severity.WARNING)


def test_two_directives_of_one_block_may_share_an_id() -> None:
    assert codes('<!-- bnsym: claim id=x -->\n<!-- bnsym: skip id=x link=1 reason="r" -->\n$$a = b$$\n') == []


def test_slugs() -> None:
    assert slug_of("2.5.1 gradient in BN network") == "251-gradient-in-bn-network"
    assert slug_of("See [this](http://x.org) `code_x`") == "see-this-code_x"


# Every code's own example


@pytest.mark.parametrize("code", [c for c in NAMES if c.startswith("BN10") and explanation(c).example])
def test_examples_of_the_catalogue(code: str) -> None:
    entry = explanation(code)
    assert code in codes(entry.example)
    assert codes(entry.instead) == []


# Hostile input


def test_ten_thousand_braces() -> None:
    text = "$$" + "{" * 10_000 + "a" + "}" * 10_000 + " = b$$"
    assert len(blocks(text)[0].chains[0].signs) == 1
    assert len(blocks("$$" + "{" * 10_000 + "a = b$$")[0].chains[0].signs) == 1
    assert len(blocks("$$" + "(" * 10_000 + "a = b$$")[0].chains[0].signs) == 1
    assert blocks("$$" + r"\boxed{" * 10_000 + "a = b" + "}" * 10_000 + "$$")


def test_ten_thousand_containers_and_digits() -> None:
    assert is_linear(lambda n: "$$a = b, " + "1" * n + "_aa" * n + " > ($$", 5000)
    assert read("> " * 10_000 + "$$a = b$$").items
    read("- " * 10_000 + "x\n" + "\n" * 1000)


def test_equations_are_read_in_time_in_proportion() -> None:
    text = "$$\n\\begin{align}\na &= \\frac{b}{c} \\\\\n&= \\sum_i x_i\n\\end{align}\n$$\n\n"
    assert len(blocks(text * 60)) == 60
    assert is_linear(lambda n: text * n, 480)


@pytest.mark.parametrize(
    "unit",
    [
        r"\frac{\partial f}{\partial x_i} &= \gamma(\hat{x_i} + \mu) \\" + "\n", "a + ", "a", "x = ", "(",
        "{", "$",
        "`", r"\[", r"\begin{align}", r"\color[", r"\label{", "<!--", "<!-- bnsym: ", "- ", "> ",
        r"\text{a}", ", ",
        r"\overset{(", r"\\", "# a ", "\n\n", r"\forall k,", "a=b,c>0,", r"\left\{\begin{", "$x ", "* ", "%",
        "$a > 0$, and ",
    ],
)  # fmt: skip
def test_time_is_linear(unit: str) -> None:
    for wrap in ("{}", "$$\n{}\n$$\n"):
        assert is_linear(lambda n, wrap=wrap: wrap.format(unit * n), 50_000 // len(unit))  # type: ignore[misc]


def test_a_megabyte_in_one_block() -> None:
    assert is_linear(lambda n: "$$\n" + "a + " * n + "$$", 250_000)


def is_linear(make: Callable[[int], str], many: int) -> bool:
    """Whether an eighth of the text takes a twenty-fourth of the time or more, both taken in one run:
    where a step is quadratic it is a sixty-fourth. What takes no time tells nothing, and a run beside
    others may take long: of three, one has to tell."""

    def seconds(n: int) -> float:
        start = time.process_time()
        read(make(n))
        return time.process_time() - start

    runs = ((seconds(many), max(seconds(many // 8) for _ in range(2))) for _ in range(3))
    return any(large < 24 * max(0.01, small) for large, small in runs)


PIECES = [
    "$$", "$", "\n", "\n\n", "\r\n", "> ", "- ", "  ", "\t", "    ", "```", "```math\n", "~~~", "`",
    "# T\n", "---\n",
    "<!-- bnsym: ", " -->", "<!--", "claim id=a", "refuted reason=\"r\"", "link=2", "let ", "assume ",
    "text and more ",
    r"\begin{align}", r"\end{align}", r"\begin{pmatrix}", r"\end{pmatrix}", r"\[", r"\]", r"\\", "&", "=",
    r"\le ",
    ":=", "{", "}", "(", ")", r"\left(", r"\right)", r"\left.", r"\boxed{", r"\underbrace{", r"\text{",
    "and", "if ", ",",
    ";", r"\quad", r"\forall k", "%", r"\label{x}", r"\overset{a}{=}", "a", "b", "1", "+", "-", "_", "^",
    "\\", "é", "梯度",
    ":::{math}\n", "```{math}\n:label: x\n", "<pre>", "</pre>", "\u2028", "\x0b", "\ufeff", "\x00",
]  # fmt: skip


@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=60).map("".join)))
@example("$$\n= b\n$$")
@example("> $$\n> > a\n$$")
@example("$$\\\u2028$$")
@settings(max_examples=600, deadline=None)
def test_any_text_is_read_and_every_slice_lies_in_it(text: str) -> None:
    document = read(text)
    masked = document.source.masked
    assert len(masked) == len(text)
    assert all(m in (t, " ") for m, t in zip(masked, text, strict=True))
    for item in document.items:
        _check(item.where, text)
        for directive in (item,) if isinstance(item, Directive) else ():
            assert all(
                directive.where.start < f.start <= f.end < directive.where.end for f in directive.formulas
            )
        for chain in item.chains if isinstance(item, Block) else ():
            _check_chain(chain, text, masked)
    for found in document.diagnostics:
        assert found.code in NAMES
        assert (found.span.line, found.span.column) <= (found.span.end_line, found.span.end_column)
    found_names = [item.name for item in document.items if isinstance(item, Block)]
    assert len(set(found_names)) == len(found_names)


def _check_chain(chain: Chain, text: str, masked: str) -> None:
    assert len(chain.expressions) == len(chain.signs) + 1
    for expression in chain.expressions:
        _check(expression, text)
        assert masked[expression.start : expression.end] == masked[expression.start : expression.end].strip()
    places = [sign.where for sign in chain.signs]
    assert places == sorted(places, key=lambda where: where.start)
    for left, sign, right in zip(chain.expressions, places, chain.expressions[1:], strict=False):
        assert left.end <= sign.start < sign.end <= right.start


def _check(where: Slice, text: str) -> None:
    assert 0 <= where.start <= where.end <= len(text)
