"""Repairs: each kind of slip undone, never a change that is not proved, patches that apply."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest
from rich.console import Console

import bnsym
from bnsym import checking
from bnsym.checking import exit_code
from bnsym.commands.check import check as command
from bnsym.commands.check import fix_files
from bnsym.finding import Note, gather
from bnsym.model import ExitCode, Report
from bnsym.repairing.edits import EDITS, Edit, Place, apply_all, edits, overlap
from bnsym.repairing.patch import mended, repaired, unified
from bnsym.repairing.spots import spots
from bnsym.repairing.values import points_for
from bnsym.repairing.worth import is_worthwhile
from bnsym.repairing.written import LONG, Work, read_note
from bnsym.reporting.console.terminal import print_report
from bnsym.terms import Index, Pow, Relation, Statement, Sum, Sym, Term, add, mul, neg, num

LAYER = r"""
<!-- bnsym: define -->
$$
\begin{aligned}
\mu &= \frac{1}{m} \sum_i x_i \\
\sigma^2 &= \frac{1}{m} \sum_i (x_i - \mu)^2 \\
\hat{x}_i &= \frac{x_i - \mu}{\sigma} \\
y_i &= \gamma \hat{x}_i + \beta
\end{aligned}
$$
<!-- bnsym: let $g$ = $\frac{\partial f}{\partial y}$ -->
"""
GRADIENT = r"\frac{\partial f}{\partial x_i} = "
SLIPS = [
    (GRADIENT + r"\frac{\gamma}{m \sigma} (m g_i - \sum_j g_j + \hat{x}_i \sum_j \hat{x}_j g_j)", "a sign"),
    (GRADIENT + r"\frac{1}{m \sigma} (m g_i - \sum_j g_j - \hat{x}_i \sum_j \hat{x}_j g_j)", "a factor"),
    (GRADIENT + r"\frac{\gamma}{\sigma} (m g_i - \sum_j g_j - \hat{x}_i \sum_j \hat{x}_j g_j)", "a factor"),
    (r"\langle x, x \rangle = m", "a hat"),
    (r"\langle x, \hat{x} \rangle = m", "a hat"),
    (r"\Vert \hat{x} \Vert = m", "a square"),
    (r"\Vert \hat{x} \Vert^2 = \sqrt{m}", "a root"),
    (r"\frac{\partial f}{\partial \gamma} = - \sum_i g_i \hat{x}_i", "a sign"),
    (r"\frac{\partial f}{\partial \beta} = 2 \sum_i g_i", "a factor"),
    (r"\langle e, g \rangle^2 \ge m \Vert g \Vert^2", "a relation sign"),
    (r"\Vert \frac{\partial f}{\partial x} \Vert \le \Vert g \Vert", "a missing hypothesis"),
    (r"\langle e, x \rangle = - m \sigma", None),
]


def note(tmp_path: Path, formula: str) -> Path:
    path = tmp_path / "note.md"
    path.write_text(f"{LAYER}\n$$\n{formula}\n$$\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(("formula", "what"), SLIPS)
def test_a_slip_is_undone_and_the_changed_note_is_proved(tmp_path: Path, formula: str, what: str) -> None:
    path = note(tmp_path, formula)
    report = bnsym.check(path, cross_examine=False)
    (result,) = report.results
    assert result.name == "refuted"
    if what is None:
        assert result.repair is None
        return
    assert result.repair is not None
    assert result.repair.what == what
    assert fix_files(repaired(report)) == [report.files[0].derivation.file]
    (again,) = bnsym.check(path, cross_examine=False).results
    assert again.name == "proved"


def test_a_hypothesis_is_found_where_the_sides_differ(tmp_path: Path) -> None:
    path = note(tmp_path, r"\gamma^2 \Vert x \Vert^2 \le \gamma^2 \Vert u \Vert^2")
    (result,) = bnsym.check(path, cross_examine=False).results
    assert result.repair is not None
    assert result.repair.after == r"<!-- bnsym: assume $\sum_{i} x_{i}^{2} \le \sum_{j} u_{j}^{2}$ -->"


def test_two_slips_at_once(tmp_path: Path) -> None:
    path = note(tmp_path, r"\langle e, \hat{x} \rangle + \Vert x \Vert = m")
    (result,) = bnsym.check(path, cross_examine=False).results
    assert result.repair is not None
    assert result.repair.what in ("a hat and a square", "a square and a hat")


UNREAD = [
    (r"\frac{\partial f}{\partial \gamma} = g_i \hat{x}_i", "a missing sum"),
    (
        GRADIENT + r"\frac{\gamma}{m \sigma} (m g_i - \sum_j g_j - \hat{x}_i \sum_i \hat{x}_i g_i)",
        "an index that is taken",
    ),
    (r"\sum_i x_i^2 - 2 \mu x_i + m \mu^2 = m \sigma^2", "a missing sum"),
    (r"\Vert \hat{x} \Vert^2 + m \mu^2 = \Vert \hat{x}_i + \mu \Vert^2", "an index"),
    (r"\Vert \hat{x} \Vert^2 = \Vert \hat{x}_i + 1 \Vert^2", None),  # the vector has another norm too
    (r"\frac{\partial f}{\partial \gamma} = - g_i \hat{x}_i", None),  # no hint says that a sign is wrong
]


@pytest.mark.parametrize(("formula", "what"), UNREAD)
def test_a_slip_that_can_not_be_read_is_undone_too(tmp_path: Path, formula: str, what: str | None) -> None:
    path = note(tmp_path, formula)
    report = bnsym.check(path, cross_examine=False)
    (result,) = report.results
    assert result.name == "unread"
    assert (result.repair.what if result.repair else None) == what
    if what is not None:
        fix_files(repaired(report))
        assert bnsym.check(path, cross_examine=False).passed


def test_three_slips_at_once(tmp_path: Path) -> None:
    wrong = r"\frac{\gamma}{m \sigma} (m g_i + \sum_j g_j + x_i \sum_j \hat{x}_j g_j)"
    (result,) = bnsym.check(note(tmp_path, GRADIENT + wrong), cross_examine=False).results
    assert result.repair is not None
    assert (
        result.repair.after
        == r"\frac{\gamma}{m \sigma} (m g_i - \sum_j g_j - \hat{x}_i \sum_j \hat{x}_j g_j)"
    )


def test_a_slip_on_each_side(tmp_path: Path) -> None:
    left, right = r"\Vert \frac{\partial f}{\partial x} \Vert", r"\frac{\gamma^2}{\sigma^2} (\Vert g \Vert^2"
    means = r"- \frac{1}{m} \langle e, g \rangle - \frac{1}{m} \langle \hat{x}, g \rangle^2)"
    wrong = f"{left} = {right} {means}"
    (result,) = bnsym.check(note(tmp_path, wrong), cross_examine=False).results
    assert result.repair is not None
    assert result.repair.what == "a square"
    assert result.repair.after.splitlines() == [
        left + "^2",
        right + r" - \frac{1}{m} \langle e, g \rangle^2 - \frac{1}{m} \langle \hat{x}, g \rangle^2)",
    ]


def test_what_was_right_before_stays_right(tmp_path: Path) -> None:
    """The left side of a link is the right side of the one before."""
    chain = r"\Vert \hat{x} \Vert^2 = m = \Vert e \Vert"
    first, second = bnsym.check(note(tmp_path, chain), cross_examine=False).results
    assert (first.name, second.name) == ("proved", "refuted")
    assert second.repair is not None
    assert second.repair.after == r"\Vert e \Vert^2"


def test_one_slip_in_the_middle_of_a_chain_is_one_repair(tmp_path: Path) -> None:
    chain = (
        GRADIENT
        + r"""\frac{\gamma}{m \sigma} (m g_i - \sum_j g_j + \hat{x}_i \sum_j \hat{x}_j g_j)
= \frac{\gamma}{\sigma} (g_i - \frac{1}{m} \sum_j g_j - \frac{1}{m} \hat{x}_i \sum_j \hat{x}_j g_j)"""
    )
    path = note(tmp_path, chain)
    report = bnsym.check(path, cross_examine=False)
    first, second = report.results
    assert first.repair is not None
    assert second.repair is not None
    assert first.repair.edits == second.repair.edits
    fix_files(repaired(report))
    assert bnsym.check(path, cross_examine=False).passed


def test_of_each_chain_one_link_is_mended_at_a_time(tmp_path: Path) -> None:
    """The second repair was found beside a side that the first one changes; other chains don't wait."""
    right, other = "(a + b)^2 - b^2 = a^2 + 2 a b = a (a + 2 b)", "(a - b)^2 = a^2 - 2 a b + b^2"
    wrong = right.replace("2 a b", "a b").replace("2 b)", "3 b)")
    path = tmp_path / "note.md"
    path.write_text(f"$$ {wrong} $$\n\n$$ {other.replace('- 2', '+ 2')} $$\n", encoding="utf-8")
    report = bnsym.check(path, cross_examine=False)
    assert all(result.repair for result in report.results)
    ((_, once),) = repaired(report).values()
    assert once == f"$$ {right.replace('2 b)', '3 b)')} $$\n\n$$ {other} $$\n"
    changes, left = mended(gather((str(path),))[0], report, again)
    assert left.passed
    assert changes[str(path)][1] == f"$$ {right} $$\n\n$$ {other} $$\n"


def again(notes: Sequence[Note]) -> Report:
    budget = checking.budget(10, (), False, "failed", None, False, None)
    return checking.check_notes(notes, (), budget, checking.Unwatched())


def test_the_left_side_is_worked_out(tmp_path: Path) -> None:
    path = note(tmp_path, r"\langle x, x \rangle = m")
    (result,) = bnsym.check(path, cross_examine=False).results
    assert r"\sigma^{2} + \mu^{2}" in result.derived


def test_what_is_declared_refuted_is_left_alone(tmp_path: Path) -> None:
    path = note(tmp_path, r"\Vert \hat{x} \Vert = m")
    before = path.read_text(encoding="utf-8")
    path.write_text(before.replace("\n$$\n\\Vert", '\n<!-- bnsym: refuted reason="a square" -->\n$$\n\\Vert'))
    declared = path.read_text(encoding="utf-8")
    report = bnsym.check(path, cross_examine=False, repairs="all")
    assert report.results[0].repair is not None
    assert unified(repaired(report), tmp_path) == ""
    assert fix_files(repaired(report)) == []
    assert path.read_text(encoding="utf-8") == declared


@pytest.mark.parametrize("folder", [".", "a folder", "a folder/in it", "beside"])
@pytest.mark.parametrize("repository", [".", "a folder", "beside", ""])
def test_git_applies_the_patch(
    folder: str, repository: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the folder where it is made, wherever the note and a repository are."""
    (tmp_path / "a folder" / "in it").mkdir(parents=True)
    (tmp_path / "beside").mkdir()
    path = note(tmp_path / "a folder", SLIPS[0][0])
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")  # no newline at the end
    if repository:
        subprocess.run(["git", "init", "-q", tmp_path / repository], check=True)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.chdir(tmp_path / folder)
    diff = unified(repaired(bnsym.check(path, cross_examine=False)), Path.cwd())
    above = "in it" in folder or folder == "beside"
    plain = subprocess.run(["git", "apply"], input=diff, text=True, check=False, capture_output=True)
    assert (plain.returncode != 0) is above, "it says what it does not change"
    if above:
        assert "invalid path" in plain.stderr
        subprocess.run(["git", "apply", "--unsafe-paths"], input=diff, text=True, check=True)
    assert bnsym.check(path, cross_examine=False).passed


@pytest.mark.parametrize("mark", ["\u2028", "\u0085", "\f", "\v", "\r", "\x1d", "\r\n"])
def test_git_applies_the_patch_of_a_note_with_other_ends_of_lines(
    mark: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They stand in lines, before a slip and in it: all but its factor stays as it was."""
    mean = "$$\\mu = \\frac1m \\sum_i x_i$$"
    text = f"One{mark}two.{mark}\n\n{mean}\n\n$$\\sum_i x_i ={mark} 2 m \\mu$$ and{mark}so on."
    monkeypatch.chdir(tmp_path)
    Path("note.md").write_bytes(text.encode())
    diff = unified(repaired(bnsym.check("note.md", cross_examine=False)), tmp_path)
    subprocess.run(["git", "apply"], input=diff.encode(), check=True)
    assert Path("note.md").read_bytes().decode() == text.replace("2 m", "m")


def test_what_a_proof_needs(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(
        "<!-- bnsym: assume $a \\ge 0$ -->\n<!-- bnsym: assume $b \\ge 0$ -->\n\n$$\na + b + c^2 \\ge 0\n$$\n"
    )
    (result,) = bnsym.check(path, cross_examine=False, minimal=True).results
    assert result.minimal == result.verdict.hypotheses
    assert len(result.minimal) == 2


PLACE = Place((r"\gamma", "m", "2"), ("m",), (r"\hat{x}",), ("y",), ("i", "j"), (r"\hat{x}_i",), ("m",))


@pytest.mark.parametrize("text", ["", " ", "x", r"\frac{", "}}}", "$", r"\sum_", "^^", r"\Vert", "-" * 40])
def test_hostile_text_has_edits_too(text: str) -> None:
    for edit in edits(text, PLACE):
        assert 0 <= edit.start <= edit.end <= len(text)
        assert edit.apply(text) != text


def test_each_kind_of_edit_is_made() -> None:
    text = r"\gamma \sum_j \Vert \hat{x} \Vert^2 - \sqrt{m} X^T \sigma^3 x_i + 3"
    text += r" + a^2 + b^2 + \frac{\partial L}{\partial x_i} + \frac{w_i}{r} (g_i - \sum_k g_k)"
    for kind in EDITS:
        assert [e for spot in spots(text) for e in kind(text, spot, PLACE)], kind.__name__


def test_edits_that_overlap() -> None:
    one, two, three = Edit(0, 2, "", "a"), Edit(1, 3, "", "b"), Edit(5, 5, "+", "c")
    assert overlap(one, two)
    assert not overlap(one, three)
    assert apply_all("abcdefg", (one, three)) == "cde+fg"


def test_fix_keeps_what_is_no_text(tmp_path: Path) -> None:
    """A byte order mark and the ends of lines."""
    note = tmp_path / "note.md"
    note.write_bytes(b"\xef\xbb\xbf$$\r\na + a = 3 a\r\n$$\r\n")
    report = bnsym.check(note, cross_examine=False)
    repair = report.results[0].repair
    assert repair is not None
    fix_files(repaired(report))
    mended = repair.apply("$$\r\na + a = 3 a\r\n$$\r\n")
    assert mended.count("\r\n") == 3
    assert note.read_bytes() == b"\xef\xbb\xbf" + mended.encode()


def test_options_are_listed() -> None:
    assert {"diff", "fix", "minimal", "repairs"} <= {p.name for p in command.params}


BREAKS = [
    # a factor that is 0 wherever the hypotheses hold
    r"""<!-- bnsym: assume $\epsilon = 0$ -->
$$\mu = \frac{1}{m} \sum_i x_i, \quad v = \frac{1}{m} \sum_i (x_i - \mu)^2$$
$$\Vert x \Vert^2 = m v + \mu^2 + \epsilon$$""",
    # a hypothesis that only values with roots meet
    r"""<!-- bnsym: assume $k = \langle W, V \rangle \Vert W \Vert$ -->
$$\Vert W - k V \Vert^2 = \Vert W \Vert^2$$""",
    # a spread for each row, and for each column
    r"""$$\mu_i = \frac{1}{m} \sum_j x_{ij}, \quad \sigma_i^2 = \frac{1}{m} \sum_j (x_{ij} - \mu_i)^2$$
$$\gamma \sigma_i \le \sigma_i^2$$""",
    r"""$$\sigma_l^2 = \sum_p h_{pl}$$
$$\frac{d h_{kl}}{d h_{ij}} = N$$""",
    # a gradient that is a factor of another name is nothing that the loss is a function of
    r"""$$y_k = \gamma_k x_k, \quad g_k = \frac{\partial L}{\partial y_k}, \quad h_k = g_k \gamma_k$$
$$\frac{\partial L}{\partial x_j} = 2 h_j$$""",
]


@pytest.mark.parametrize("text", BREAKS)
def test_the_search_goes_on_where_values_are_zero_missing_or_indexed(tmp_path: Path, text: str) -> None:
    path = tmp_path / "note.md"
    path.write_text(text.replace("$$\n", "$$\n\n"), encoding="utf-8")
    (result,) = bnsym.check(path, cross_examine=False).results
    assert result.name == "refuted"
    assert result.notes == ()


@pytest.mark.parametrize("error", [KeyError("a letter"), ValueError("zip"), ZeroDivisionError("0.0")])
def test_a_search_that_fails_takes_nothing_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail(*_args: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr("bnsym.repairing.search.repair", fail)
    report = bnsym.check(note(tmp_path, r"\Vert \hat{x} \Vert = m"), cross_examine=False)
    (result,) = report.results
    assert result.name == "refuted"
    assert result.repair is None
    (said,) = result.notes
    assert said.code == "BN403"
    assert said.message == f"the search for a repair failed: {type(error).__name__}: {error}"
    assert exit_code(report) is ExitCode.NOT_AS_DECLARED
    console = Console(record=True)
    print_report(report, console)
    assert "the search for a repair failed" in console.export_text()


# -- what is true and worthless ----------------------------------------------------------

ROW = r"""
$$
\mu = \frac{1}{d} \sum_{i=1}^d x_i, \quad \sigma = \sqrt{\frac{1}{d} \sum_{i=1}^d (x_i - \mu)^2},
\quad z_i = \frac{x_i - \mu}{\sigma}
$$
"""
BATCH = r"""
$$
\mu = \frac{1}{m} \sum_i x_i, \quad v = \frac{1}{m} \sum_i (x_i - \mu)^2,
\quad z_i = \frac{x_i - \mu}{\sqrt{v + \epsilon}}, \quad y_i = \gamma z_i + \beta
$$
"""
OF_LOSS = r"\frac{\partial L}{\partial z_i}"
OTHERS = r"\sum_j \frac{\partial L}{\partial z_j} - z_i \sum_j \frac{\partial L}{\partial z_j} z_j"
GRADIENT_OF_ROW = r"\frac{1}{d \sigma} \left( OWN - OTHERS \right)".replace("OTHERS", OTHERS)
JACOBIAN = r"\frac{1}{\sigma} \left( OWN - \frac{1}{d} - \frac{1}{d} z_i z_j \right)"
UNBIASED = (
    BATCH
    + r"""
$$ q = \frac{1}{m - 1} \sum_i (x_i - \mu)^2, \quad r = \sqrt{v + \epsilon}, \quad u_i = \frac{x_i - \mu}{r} $$
"""
)
WEIGHTED = (
    ROW
    + r"""
$$ y_i = w_i z_i $$
"""
)
OF_OUTPUT = r"\frac{\partial L}{\partial y_i}"
TWO_SUMS = (
    r"\sum_j WEIGHT \frac{\partial L}{\partial y_j} - z_i \sum_j WEIGHT \frac{\partial L}{\partial y_j} z_j"
)
RIGHT = [
    # a size less one; a root of a fraction; what epsilon takes away
    (UNBIASED, "q = v", r"\frac{m}{m - 1} v"),
    (UNBIASED, r"\sum_i \sum_j (x_i - x_j)^2 = 2 m^2 q", "2 m (m - 1) q"),
    (UNBIASED, r"\frac{\sqrt{q}}{\sqrt{v}} = \frac{m}{m - 1}", r"\sqrt{\frac{m}{m - 1}}"),
    (UNBIASED, r"\sum_i u_i^2 = m", r"m - \frac{m \epsilon}{r^2}"),
    (UNBIASED, r"(I - \frac{1}{m} u u^\top) u = 0", r"\frac{\epsilon}{r^2} u"),
    # a weight that has an index belongs into the sums
    (
        WEIGHTED,
        r"\frac{\partial L}{\partial x_i} = "
        + rf"\frac{{w_i}}{{d \sigma}} (d {OF_OUTPUT} - {TWO_SUMS})".replace("WEIGHT ", ""),
        rf"\frac{{1}}{{d \sigma}} (w_i d {OF_OUTPUT} - {TWO_SUMS})".replace("WEIGHT", "w_j"),
    ),
    # a sum before both sides says less; the size was taken for another, or is missing
    (ROW, r"\frac{\partial \mu}{\partial x_j} = \frac{1}{m}", r"\frac{1}{d}"),
    (ROW, r"\frac{\partial \mu}{\partial x_j} = 1", r"\frac{1}{d}"),
    # the diagonal alone says less
    (
        ROW,
        r"\frac{\partial z_i}{\partial x_j} = " + JACOBIAN.replace("OWN", "1"),
        JACOBIAN.replace("OWN", r"\delta_{ij}"),
    ),
    # to divide by what is multiplied with is no way to leave out a square
    ("", r"(a + b)^2 = a^2 + b^2", r"a^2 + b^2 + 2 a b"),
    ("", r"\Vert u - v \Vert^2 = \Vert u \Vert^2 + \Vert v \Vert^2",
     r"\Vert u \Vert^2 + \Vert v \Vert^2 - 2 \langle u, v \rangle"),
    # what is 0 by another name is another claim; the sum or the root ends too early
    (ROW, r"\sum_i x_i - \mu = 0", r"\sum_i \left( x_i - \mu \right)"),
    (BATCH, r"z_i = \frac{x_i - \mu}{\sqrt{v}} + \epsilon", r"\frac{x_i - \mu}{\sqrt{v + \epsilon}}"),
    (BATCH, r"v = \frac{1}{m} (\sum_i x_i)^2 - \mu^2", r"\frac{1}{m} \sum_i x_i^2 - \mu^2"),
    # a sum over nothing is a factor in disguise
    (
        ROW,
        r"\frac{\partial L}{\partial x_i} = " + GRADIENT_OF_ROW.replace("OWN", OF_LOSS),
        GRADIENT_OF_ROW.replace("OWN", f"d {OF_LOSS}"),
    ),
    # a factor that undoes the chain rule; the gradient is by another array
    (BATCH, r"\frac{\partial L}{\partial \gamma} = \sum_i \frac{\partial L}{\partial z_i} z_i",
     r"\sum_i \frac{\partial L}{\partial y_i} z_i"),
    (BATCH, r"\sum_i y_i = m \gamma", r"m \beta"),  # and not gamma / beta on the other side
    (ROW, r"\Vert z \Vert^2 = 1", "d"),
    # what is missing stands near: beside a number, below a line, in a sum with its letter, in a square
    (ROW, rf"\frac{{\partial L}}{{\partial x_i}} = \frac{{1}}{{d \sigma}} (d - {OTHERS})",
     rf"\frac{{1}}{{d \sigma}} (d {OF_LOSS}  - {OTHERS})"),
    ("", r"1 - \frac{1}{1 + a} = \frac{a}{1}", r"\frac{a}{1 + a}"),
    ("", r"\sum_i (x_i - a y_i)^2 = \sum_i x_i^2 - 2 a \sum_i x_i + a^2 \sum_i y_i^2",
     r"\sum_i x_i^2 - 2 a \sum_i x_i y_i  + a^2 \sum_i y_i^2"),
    # a term of what a factor is a power or a sum of, or inside a sum of squares, also with a number
    ("", "a^2 b - 2 a b c + b c^2 = a^2 b", r"\left( a - c \right)^2 b"),
    ("", r"\sum_i x_i^2 = \Vert x \Vert^2 - 2 a \langle x, y \rangle + a^2 \Vert y \Vert^2",
     r"\sum_i \left( x_i - a y_i \right)^2"),
    (BATCH, r"z_i = \frac{x_i - \mu}{v + \epsilon}", r"\frac{x_i - \mu}{\sqrt{v + \epsilon}}"),
    ("", r"\sum_i (a_i + b_i) c_i = \sum_i a_i c_i + \sum_i b_i", r"\sum_i a_i c_i + \sum_i b_i c_i"),
    # a factor that makes an order true
    ("", r"\langle u, v \rangle^2 \le \Vert u \Vert^2", r"\Vert u \Vert^2 \Vert v \Vert^2"),
    # an order that signs alone make true; the square is missing, or the sides are the wrong way round
    ("", r"\langle u, v \rangle^2 \le \Vert u \Vert \Vert v \Vert^2", r"\Vert u \Vert^2 \Vert v \Vert^2"),
    ("", r"a^2 + b^2 \le 2 a b", r"\ge"),
]  # fmt: skip


@pytest.mark.parametrize(("layer", "formula", "after"), RIGHT)
def test_the_right_repair_is_found(tmp_path: Path, layer: str, formula: str, after: str) -> None:
    path = tmp_path / "note.md"
    path.write_text(f"{layer}\n<!-- bnsym: claim -->\n$$\n{formula}\n$$\n", encoding="utf-8")
    result = bnsym.check(path, cross_examine=False).results[-1]
    assert result.name == "refuted"
    assert result.repair is not None
    assert result.repair.after == after


WORTHLESS = [
    ("", r"\Vert u \Vert \le \Vert v \Vert"),  # -|v| ≤ |v|
    ("", r"a + c = b + c"),  # a + c = a + c
    ("", r"\frac{a}{b} = \frac{b}{a}"),  # a / b = (1 / b) / (1 / a)
    ("", r"a^2 \le a"),  # a a
    ("", r"m = \sqrt{m}"),  # a root of m m
    ("", r"a^2 + a = a^2"),  # -a^2 + 2 a a
    ("", r"a b + c = a b"),  # (a - 1) b + b
    ("", r"a b = b a + 1"),  # a b + 1
    ("", r"a \ne a"),  # a - 1
    ("", r"\sum_i x_i^2 + \sum_i x_i = \sum_i x_i^2"),  # twice the second sum
    ("", r"(\sum_i x_i)^2 = \sum_i x_i^2"),  # the same with another letter
    (BATCH, r"\mu \le v"),  # -μ² ≤ v
    ("", r"a^2 - b^2 \le c^2"),  # a^2 put to the other side
    (ROW, r"\frac{\partial z_i}{\partial x_j} = \delta_{ij}"),  # of z by itself; times δ_jj
    ("", r"\Vert x \Vert^2 + a \le \Vert u \Vert^2 + a"),  # assumed as it is claimed
    (
        BATCH,
        r"\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial z_i} \frac{1}{\sqrt{v + \epsilon}}",
    ),
    (BATCH, r"\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial y_i}"),  # of z instead of x
    (ROW, r"\sum_i \frac{\partial L}{\partial x_i} = a"),  # a times what is 0
    (ROW, r"\sum_i x_i \frac{\partial L}{\partial x_i} = 1"),
    # elsewhere the note says that epsilon is not 0
    (f"# One\n{BATCH}\nwith $\\epsilon > 0$.\n\n# Two\n", r"\sum_i z_i \frac{\partial L}{\partial x_i} = 0"),
    (ROW, r"\sum_i w_i \frac{\partial L}{\partial x_i} = 0"),  # without the weights it is another claim
]


@pytest.mark.parametrize(("layer", "formula"), WORTHLESS)
def test_none_is_better_than_a_silly_one(tmp_path: Path, layer: str, formula: str) -> None:
    path = tmp_path / "note.md"
    path.write_text(f"{layer}\n<!-- bnsym: claim -->\n$$\n{formula}\n$$\n", encoding="utf-8")
    result = bnsym.check(path, cross_examine=False).results[-1]
    assert result.name == "refuted"
    assert result.repair is None


ARRAYS = r"""
<!-- bnsym: define -->
$$
y_{ij} = \sum_{k=1}^{K} x_{ik} W_{kj}, \quad s_i = \sum_{k=1}^{K} x_{ik}^2
$$
"""
LAYERS = r"""
## One row

$$ r = \frac{1}{n} \sum_{i=1}^n x_i^2, \quad y_i = x_i r $$

## A batch

$$ r_b = \frac{1}{n} \sum_{i=1}^n x_{bi}^2, \quad y_{bi} = x_{bi} r_b $$
"""
IN_PLACE = [
    # a size fits one letter alone
    (ARRAYS, r"\frac{\partial L}{\partial x_{ik}} = \sum_j \frac{\partial L}{\partial y_{ij}} W_{jk}",
     r"\sum_j \frac{\partial L}{\partial y_{ij}} W_{kj}"),
    # the factor of the free letter stands inside a sum over it
    (BATCH, r"\frac{\partial L}{\partial x_i} = \frac{1}{m \sqrt{v + \epsilon}} \Big( m " + OF_LOSS
     + r" - \sum_j \frac{\partial L}{\partial z_j} - \sum_i \frac{\partial L}{\partial z_i} z_i z_i \Big)",
     r"\frac{1}{m \sqrt{v + \epsilon}} \Big( m " + OF_LOSS
     + r" - \sum_j \frac{\partial L}{\partial z_j} - z_i \sum_k \frac{\partial L}{\partial z_k} z_k \Big)"),
    # an outer product for an inner one
    (BATCH, r"\frac{\partial L}{\partial \gamma} = z \Big( \frac{\partial L}{\partial y} \Big)^\top",
     r"z^\top \Big( \frac{\partial L}{\partial y} \Big)"),
    # in rows, of which the second goes on with the first
    (BATCH, r"""\begin{aligned}
\sum_i y_i^2 &= m \gamma^2 \frac{v}{v + \epsilon} \\
&\quad - m \beta^2
\end{aligned}""", r"""m \gamma^2 \frac{v}{v + \epsilon} \\
&\quad + m \beta^2"""),
    # with the names of the section
    (LAYERS, r"\frac{\partial y_{bi}}{\partial x_{bj}} = \delta_{ij} r_b - \frac{2}{n} x_{bi} x_{bj}",
     r"\delta_{ij} r_b + \frac{2}{n} x_{bi} x_{bj}"),
]  # fmt: skip


def test_what_a_name_stands_for_later_mends_nothing_before(tmp_path: Path) -> None:
    path = tmp_path / "note.md"
    path.write_text(
        r"""# The outputs

$$ y_i = a x_i $$

With $q_i = \frac{\partial L}{\partial y_i}$,

$$ \frac{\partial L}{\partial a} = - \sum_i q_i x_i $$

# The inputs

With $q_i = \frac{\partial L}{\partial x_i}$,

$$ q_i = a \frac{\partial L}{\partial y_i} $$
""",
        encoding="utf-8",
    )
    before, after = bnsym.check(path, cross_examine=False).results
    assert after.name == "proved"
    assert before.repair is not None
    assert before.repair.after == r"\sum_i q_i x_i"


@pytest.mark.parametrize(("layer", "formula", "after"), IN_PLACE)
def test_a_formula_is_mended_as_it_is_read_in_its_place(
    tmp_path: Path, layer: str, formula: str, after: str
) -> None:
    path = tmp_path / "note.md"
    path.write_text(f"{layer}\n<!-- bnsym: claim -->\n$$\n{formula}\n$$\n", encoding="utf-8")
    report = bnsym.check(path, cross_examine=False)
    repair = report.results[-1].repair
    assert repair is not None
    assert repair.after == after
    fix_files(repaired(report))
    assert bnsym.check(path, cross_examine=False).results[-1].name == "proved"


def test_no_edit_of_a_repair_is_idle(tmp_path: Path) -> None:
    """Dropping γ makes both sides the same, which says nothing; to transpose what is symmetric besides
    changes that in letters alone."""
    path = tmp_path / "note.md"
    formula = r"\frac{1}{s} (I - z z^\top) u = \frac{\gamma}{s} (I - z z^\top) u"
    path.write_text(f"<!-- bnsym: claim -->\n$$\n{formula}\n$$\n", encoding="utf-8")
    (result,) = bnsym.check(path, cross_examine=False).results
    assert result.repair is None or "transpose" not in result.repair.what


def test_reading_a_long_side_costs_more() -> None:
    def tried(times: int) -> int:
        note = read_note("$$\n2 x_i = y_i" + " + y_i" * times + "\n$$\n", "note.md")
        (link,) = note.links
        assert link.right_span is not None
        return note.side(link.right_span).cost

    assert (tried(1), tried(1000)) == (1, 1 + len("y_i" + " + y_i" * 1000) // LONG)


def test_what_is_found_does_not_depend_on_the_clock() -> None:
    work = Work(5, time.monotonic() + 1000)
    assert [work.spend(2) for _ in range(4)] == [True, True, False, False]
    assert not Work(5, time.monotonic() - 1).is_left


A, B = Index("i", "m"), Index("j", "m")
X, Y, Z, W = Sym("x", (A,)), Sym("y", (A,)), Sym("z"), Sym("x", (B,))


@pytest.mark.parametrize(
    ("original", "repaired", "worthwhile"),
    [
        ((X, Y), (Sum(A, X), Sum(A, Y)), False),  # less is said
        ((X, Y), (mul(num(2), X), Y), True),
        ((X, Y), (X, X), False),  # nothing is said
        ((X, Y), (X, mul(Y, Pow(Z, Fraction(-1)), Z)), False),  # what cancels
        (
            (X, mul(Y, Pow(Z, Fraction(-1)), Z)),
            (X, mul(Y, Z, Pow(Z, Fraction(-1)))),
            True,
        ),  # as it was before
        ((X, Y), (X, add(Y, Z, neg(Z))), False),
        ((X, Y), (X, add(Y, Z)), True),
        ((X, Y), (X, add(Y, Y)), False),  # what is there already: a number is missing
        ((X, add(Y, Y)), (X, add(Y, Y, Z)), True),
        ((X, Y), (X, add(X, Y)), False),  # a side put into the other
        ((X, Y), (X, Sum(B, Y)), False),  # a sum over nothing
        ((Sum(A, X), Y), (Sum(A, X), Sum(A, Y)), True),  # a letter that one side alone had
        ((X, W), (X, X), False),
        ((Z, num(0)), (Z, mul(X, Y, W)), False),  # more put in than stays
        ((Z, mul(X, Y, W, Z)), (Z, mul(num(2), Z)), False),  # more left out
    ],
)
def test_a_repair_says_as_much_without_detours(
    original: tuple[Term, Term], repaired: tuple[Term, Term], worthwhile: bool
) -> None:
    before, after = (Statement(left, Relation.EQ, right) for left, right in (original, repaired))
    points = points_for(before, time.monotonic() + 5)
    assert len(points.points) >= 4
    assert is_worthwhile(before, after, points) is worthwhile


def test_no_repair_makes_both_sides_zero_where_none_is_written_so(tmp_path: Path) -> None:
    """The slip is in the definition, where the square is missing."""
    layer = r"$$ \mu = \frac1m\sum_{i=1}^m x_i, \qquad \sigma^2 = \frac1m\sum_i (x_i - \mu) $$"
    path = tmp_path / "note.md"
    path.write_text(f"{layer}\n\n$$ \\sum_i (x_i - \\mu)^2 = m \\sigma^2 $$\n", encoding="utf-8")
    (result,) = bnsym.check(path, cross_examine=False).results
    assert result.name == "refuted"
    assert result.repair is None or r"(x_i - \mu) =" not in result.repair.after
