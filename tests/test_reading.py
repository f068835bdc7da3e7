r"""What a report says of how a note was read: what a link rests on, what was taken where its notation
leaves a choice, and what keeps links from being read, each thing once.

Beside each convention stands a note in which the same is said, and nothing is taken.
"""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from click.testing import CliRunner

from bnsym.checking import Unwatched, budget, check_notes
from bnsym.cli import cli
from bnsym.elaborate import read
from bnsym.finding import Note
from bnsym.model import Report, Unread
from bnsym.reporting.console.screen import make_console
from bnsym.reporting.console.terminal import Detail, print_report
from bnsym.reporting.pages.html import to_html
from bnsym.reporting.programs.json_ import as_data
from bnsym.reporting.reading import read_in

UNREADABLE = r"""$$ a_i = \begin{pmatrix} x_i \\ 1 \end{pmatrix} $$

$$ b_i = 2 a_i $$

$$ \sum_i b_i = 2 \sum_i a_i $$

$$ \sum_i (x_i - 1) = 1 + \foo $$

$$ (x_i + 1)^2 = x_i^2 + 2 x_i + 1 $$
"""


def checked(text: str, file: str = "note.md") -> Report:
    cost = budget(10.0, (2, 3), False, "none", None, False, None)
    return check_notes([Note(file, text)], (), cost, Unwatched())


def shown(report: Report, detail: Detail = Detail.NORMAL, *, parsed: bool = False) -> str:
    stream = io.StringIO()
    print_report(report, make_console(stream, plain=True), detail, show_parsed=parsed)
    return stream.getvalue()


def problems(report: Report) -> list[tuple[str, str]]:
    return [(r.link.id, r.verdict.problem.message) for r in report.results if isinstance(r.verdict, Unread)]


def test_a_link_that_waits_names_the_place_and_the_cause() -> None:
    report = checked(UNREADABLE)
    said = dict(problems(report))
    cause = said.pop("block-1")
    assert said == {
        "block-3": f"waits for the definition of `a` (line 1): {cause}",
        "block-4": "`\\foo` is not a known command",
    }
    assert report.results[-1].name == "proved"


def test_one_cause_is_said_once_with_the_links_that_wait_for_it() -> None:
    text = shown(checked(UNREADABLE))
    assert "! unread  2 links" in text
    assert " waiting   block-1 (line 1), block-3 (line 5)\n" in text
    assert "! unread  block-4" in text
    assert text.count("`pmatrix` inside an expression is not read\n") == 1
    assert "block-3  note.md" not in text


MEAN = r"\mu = \frac{1}{n} \sum_i x_i"
SQUARE = r"\sigma^2 = \frac{1}{m} \sum_{i=1}^m x_i^2"
SCALED = rf"{SQUARE} | y_i = \sigma^2 x_i"
WITHOUT = rf"{SCALED} | y_i = x_i"


def taken(note: str) -> dict[str, str]:
    """The conventions of the last link of a note of displays, in words by the name of the rule."""
    displays = "\n\n".join(d if d[0] == "<" else f"$$ {d} $$" for d in note.split(" | "))
    return {c.rule: c.says for c in checked(displays).results[-1].link.conventions}


CONVENTIONS = [
    ("factor", r"`\gamma` before a", r"\gamma (a + b) = \gamma a", r"\gamma \cdot (a + b) = 0"),
    ("count", "`n` divides the sum over `i`", rf"{MEAN} | \mu = 0", r"\frac{1}{n} \sum_{i=1}^n x_i = 0"),
    ("range", "without a size runs from 1 to `m`", r"\sum_i x_i = 0", r"\sum_{i=1}^m x_i = 0"),
    ("part", "`A` is a part of what", r"\sum_{i \in A} x_i = \sum_i x_i", r"\sum_{i \in A} x_i = 0"),
    ("root", r"`\sigma` is the positive", rf"{SQUARE} | \sigma = 1", rf"{SQUARE} | \sigma^2 = 1"),
    ("added", "`x + b`", r"\operatorname{sum}(x + b) = \sum_i x_i", r"\operatorname{sum}(x + b e) = x_i"),
    ("ones", "`e` is the vector of ones", r"e^T x = \sum_i x_i", r"\sum_i x_i = 0"),
    ("identity", "`I` is the identity", r"x^T I x = x^T x", r"x^T x = 0"),
    ("kronecker", r"`\delta_{ij}` is 1", r"\sum_j \delta_{ij} x_j = x_i", "2 x_i = x_i"),
    ("biased", "the biased", r"\sum_i x_i = \operatorname{var}(x)", rf"{SQUARE} | \sum_i x_i = \sigma^2"),
    ("mean", "the mean over the entries", r"\sum_i x_i = \operatorname{mean}(x)", r"\sum_i x_i = 0"),
    ("named", "what line 1 says", "<!-- bnsym: let $g_i$ = $2 x_i$ --> | g_i + x_i = 0", "2 x_i + x_i = 0"),
    (
        "held",
        "what else `y` is made from",
        rf"{SCALED} | \frac{{\partial y_i}}{{\partial x_i}} + 0 = 0",
        WITHOUT,
    ),
    ("total", "is a total derivative", rf"{SCALED} | \frac{{\partial y_i}}{{\partial x_j}} = 0", WITHOUT),
    ("total", "", "2 x_i = 0", rf"{SCALED} | \frac{{d y_i}}{{d x_j}} = 0"),
    ("entry_number", "the index `1` is any one", "x_1 = x_i", "x_k = x_i"),
    ("constant", "other free names are constants", r"\frac{d}{dx} (a x^2) = 2 a x", "2 a x = 2 x a"),
]


@pytest.mark.parametrize(("rule", "says", "note", "plain"), CONVENTIONS)
def test_a_convention_that_is_used_is_shown(rule: str, says: str, note: str, plain: str) -> None:
    assert says in taken(note).get(rule, "")
    assert rule not in taken(plain)


def test_a_link_says_what_it_rests_on_in_each_format() -> None:
    report = checked(f"$$ {MEAN} $$\n\n$$ \\mu = c - 1 $$")
    link = as_data(report)["links"][0]
    assert link["rests_on"] == [{"name": "\\mu", "line": 1}]
    assert link["free"] == {"x": "vector", "c": "scalar"}
    assert (link["sizes"], link["conventions"][0]["rule"], link["conventions"][0]["line"]) == ({}, "count", 1)
    assert "\nrests on   μ (line 1)\n read as   n divides the sum over i, and" in shown(report)
    assert "<dt>rests on</dt><dd><math" in to_html(report)


READ = r"""With $\epsilon > 0$, let $\mu = \frac{1}{n} \sum_i x_i$; so $\mu = c$ in a batch of equal $x_i$.

$$ y_i = \gamma (x_i - \mu) $$

$$ z_i = \foo(y_i) $$

$$ \sum_i \frac{\partial L}{\partial x_i} = 0 \quad \text{if } \gamma > 1 $$
"""
FACTS = {
    "defined": r"`\mu` (line 1), `y` (line 3)",
    "unread": "`z` (line 5)",
    "sizes": "`i` from 1 to `n`",
    "free": r"`\gamma` (scalar), `x` (vector)",
    "given": r"`\epsilon > 0` (line 1)",
    "where": r"`\gamma > 1` (line 7)",
    "loss": "`L`, an unknown function of `y`",
    "text": "1 relation in it is not judged, line 1",
}


def test_a_report_begins_with_what_was_read() -> None:
    report = checked(READ)
    (file,) = report.files
    assert {label: text for label, text in read_in(file.derivation) if text} == FACTS
    assert shown(report).startswith("note.md\n defined   μ (line 1), y (line 3)\n  unread   z (line 5)\n")
    assert not shown(report, Detail.QUIET).startswith("note.md\n")
    assert '<dl class="read"' in to_html(report)
    (read,) = as_data(report)["read"]
    assert read["losses"] == {"L": ("y",)}
    assert (read["unjudged"], read["unreadable"]) == ([1], [{"name": "z", "line": 5}])


def test_the_head_is_a_few_lines_but_for_v() -> None:
    rows = "\n\n".join(f"$$ a_{{{k}}} = {k} b^{{{k}}} $$" for k in range(2, 60))
    report = checked(rows)
    few, all_ = (shown(report, detail).partition("\n\n")[0] for detail in (Detail.NORMAL, Detail.VERBOSE))
    assert few.count("\n") == 3
    assert few.splitlines()[2].endswith(" …")
    assert all_.count("(line") == 58


def test_a_file_with_directives_keeps_a_row_for_what_it_claims() -> None:
    text = f"<!-- bnsym: claim id=broken -->\n{UNREADABLE}"
    assert "broken   note.md:2" in shown(checked(text))


def test_show_parsed_says_by_which_conventions_a_link_was_read() -> None:
    text = shown(checked(f"$$ {MEAN} $$\n\n$$ \\mu = c $$"), parsed=True)
    assert "     3 │ block-2  \\mu = c\n       │          n divides the sum over i, and is the" in text


def traced(tmp_path: Path, text: str, name: str) -> str:
    note = tmp_path / "note.md"
    note.write_text(text, encoding="utf-8")
    done = CliRunner().invoke(cli, ["trace", f"{note}#{name}"])
    assert done.exit_code == 0, done.output
    return done.output


def test_a_trace_shows_each_stage(tmp_path: Path) -> None:
    text = traced(tmp_path, f"$$ {MEAN} $$\n\n$$ n \\mu = \\sum_i x_i $$", "block-2")
    stages = [line[2:16].strip() for line in text.splitlines()[1:] if line[2:16].strip()]
    assert stages == [
        *("source", "left tokens", "left tree", "right tokens", "right tree", "statement", "left term"),
        *("right term", "read with", "normal forms", "verdict"),
    ]
    assert "left tokens   NAME:n NAME:\\mu\n  left tree     Product\n                  Symbol n\n" in text
    assert "  right term    Sum i:n\n                  Sym x i:n\n" in text
    assert "left = \\sum_{j} x_{j}\n                right = \\sum_{j} x_{j}\n" in text
    assert "  left - right = 0\n" in text


def test_a_trace_shows_the_relations_that_a_proof_uses(tmp_path: Path) -> None:
    assumed = "<!-- bnsym: assume $\\sum_i x_i = 0$ -->\n\n"
    text = traced(tmp_path, f"{assumed}$$ \\sum_i (x_i - a)^2 = \\sum_i x_i^2 + m a^2 $$", "block-1")
    assert "left - right = 0 modulo 1 relation\n" in text
    assert "modulo -2 a · (Σᵢ xᵢ) = 0\n" in text
    assert "Use(" not in text


def test_a_trace_of_what_is_not_read_goes_as_far_as_reading(tmp_path: Path) -> None:
    text = traced(tmp_path, UNREADABLE, "block-1")
    assert "left tree     Symbol a _{i}" in text
    assert "right tree" not in text
    assert "verdict       unread BN" in text


@pytest.mark.parametrize("link", ["note.md", "missing.md#x", "note.md#nothing"])
def test_a_trace_of_no_link_says_why(link: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("note.md").write_text(UNREADABLE, encoding="utf-8")
    done = CliRunner().invoke(cli, ["trace", link])
    assert done.exit_code == 2
    assert "Error: " in done.output


MESSAGES = [
    # a note of displays, what is said where it goes wrong, and what to write instead
    (r"a = 1 + \begin{cases} 1 \\ 0 \end{cases}", "`cases` inside an expression", r"\quad \text{if } x > 0"),
    (r"b = 1 + \begin{pmatrix} 1 & 0 \end{pmatrix}", "`pmatrix` inside an", "its entries formulas"),
    (r"a + b = 1 + \begin", "without the name of an environment", ""),
    (r"\frac{\partial L}{x_i} = 2", r"`\partial` is missing below the line", r"\frac{\partial f}"),
    (r"\frac{L}{\partial x_i} = 2", r"`\partial` is missing above the line", r"{\partial x}"),
    ("U[i,k] + 1 = 2", "unexpected `,` inside `[`", "`U_{i,k}`"),
    (r"\sigma^{2 j} + 1 = 2", "an exponent must be a number", r"`(\sigma^{(j)})^2`"),
    ("a^{n} + 1 = 2", "an exponent must be a number", "beyond what is decided"),
    (r"y_i = x_i (\beta = 0)", "neither a condition nor an indicator", r"\text{if } …"),
    (r"a + \max b = 1", "only a maximum over a ball", "a name of its own"),
    (r"x_1 + \dots + y_n = 1", r"`\dots`", r"\sum_{i=1}^n"),
    (r"a \pm b = 1", r"`\pm`", "each of the two signs"),
    (r"\lim a = 1", r"`\lim`", "give its value a name"),
    (r"s_j = x_j^2 | \sum_j x_j = \frac{1}{s}", "needed here; `s` (line 1) is a vector", "with its index"),
    (r"\sigma_j^2 = x_j^2 | a + b = \sigma", r"the root of a vector: `\sigma` (line 1) is", "with its index"),
    (r"a_i + \mathbb{1}_{ij} = 1", r"`\mathbb{1}` is the vector of ones", r"`\mathbb{1}[i = j]`"),
    (
        r"x = \sum_i y_i | 2 x_i + 1 = 3",
        "`x` is a number elsewhere (line 1), and has 1 index here",
        "another name",
    ),
]


@pytest.mark.parametrize(("note", "says", "instead"), MESSAGES)
def test_a_message_names_the_cause_and_what_to_write(note: str, says: str, instead: str) -> None:
    text = "\n\n".join(f"$$ {display} $$" for display in note.split(" | "))
    problem = next(link.problem for link in read(text, "note.md").links if link.problem)
    assert says in problem.message
    assert instead in problem.hint


def test_definitions_in_a_circle_name_each_other_with_their_lines() -> None:
    rows = r"a &= b + 1 \\" + "\n" + r"b &= c + 1 \\" + "\n" + r"c &= a + 1 \\" + "\n" + "d &= a"
    note = f"<!-- bnsym: define -->\n$$\n\\begin{{aligned}}\n{rows}\n\\end{{aligned}}\n$$"
    (said,) = (d for d in read(note, "note.md").diagnostics if d.code == "BN126")
    assert said.message == "`c` is defined by `a` (line 4), that by `b` (line 5), and that by `c`"
    assert "<!-- bnsym: claim -->" in said.hint


def test_a_list_of_labels_is_read_with_commas_inside_the_formula_too() -> None:
    one, two = (read(f"<!-- bnsym: label {said} -->\n\n$$ w_{{t}} + 1 = w_{{s}} $$", "note.md")
                for said in ("$t, s$", "$t$, $s$"))  # fmt: skip
    assert not one.links[0].problem
    assert one.links[0].statement == two.links[0].statement
    assert any(d.code == "BN107" for d in read("<!-- bnsym: label $t, 2 s$ -->", "note.md").diagnostics)
