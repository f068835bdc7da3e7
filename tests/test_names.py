"""One name, one spelling: what is the same name, and what only looks alike."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

import bnsym


def verdicts(*formulas: str) -> list[str]:
    """Of the links of a note, each formula a display, each `let …` and `label …` a directive."""
    parts = [
        f"<!-- bnsym: {f} -->\n" if f.startswith(("let ", "label ")) else f"$$\n{f}\n$$\n" for f in formulas
    ]
    return read_note("\n".join(parts))


def read_note(text: str) -> list[str]:
    """Of the links of a note."""
    with tempfile.TemporaryDirectory() as folder:
        note = Path(folder, "note.md")
        note.write_text(text, encoding="utf-8")
        return [result.name for result in bnsym.check(note, cross_examine=False, repairs="none").results]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\text{inv}", r"\mathrm{inv}"),
        (r"\operatorname{inv}", r"\textrm{inv}"),
        (r"\mathrm{std\_inv}", r"\text{std\_inv}"),
        (r"\mu_{\text{B}}", r"\mu_B"),
        (r"\mu_\text{run}", r"\mu_{\mathrm{run}}"),
        (r"\mathbf{v}", r"\boldsymbol{v}"),
        (r"\bm{v}", r"\mathbf v"),
    ],
)
def test_one_name(one: str, other: str) -> None:
    known = f"{one} = c^2"
    shown = verdicts(known, f"a = 2 {one}", f"{one} - {other} = 0", f"{one} - {other} = 1")
    assert shown == ["proved", "refuted"]


def test_a_name_with_a_label_below_a_name() -> None:
    mean = (
        r"\mu_{g_j} = \frac{1}{m} \sum_i x_i",
        r"\sum_i (x_i - \mu_{g_j}) = 0",
        r"\sum_i (x_i + \mu_{g_j}) = 0",
    )
    assert verdicts("label $j$", *mean) == ["proved", "refuted"]
    assert set(verdicts(*mean)) == {"unread"}
    assert verdicts("label $j$", "a = b^{g_j} c", "a = b c") == ["unread"], "an exponent is no label"


def test_what_a_display_says_after_with_defines() -> None:
    shown = r"a = 2 c \quad \text{ with } \quad c = b^2"
    assert verdicts(shown, "a - 2 b^2 = 0", "a - b^2 = 0") == ["proved", "refuted"]


@pytest.mark.parametrize("other", [r"\hat{x_i}", r"\hat{x}_i", r"{\hat x}_i", r"\widehat{x}_i"])
def test_one_hat(other: str) -> None:
    hats = r"\hat x_i = x_i - c"
    assert verdicts(hats, f"{other} + c = x_i", f"x_i + c = {other}") == ["proved", "refuted"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (r"\mu_{\text{A}}", r"\mu_{\text{B}}"),
        (r"\mu_{\mathcal{B}}", r"\mu_B"),
        (r"\mathcal{v}", r"\mathbf{v}"),
        (r"\mathrm{x}", "x"),
    ],
)
def test_two_names(one: str, other: str) -> None:
    assert verdicts(f"a = 2 {one} + {other}", f"{one} - {other} = 0") == ["refuted"]


MEAN = r"\mu_b = \frac{1}{m} \sum_{i=1}^m x_i"


def test_a_letter_below_defined_names_alone_is_a_label() -> None:
    assert verdicts(MEAN, r"\sum_{i=1}^m (x_i - \mu_b) = 0", r"\sum_{i=1}^m x_i = \mu_b") == [
        "proved",
        "refuted",
    ]


def test_a_letter_that_a_free_array_has_is_an_index() -> None:
    array = r"\mu_b = \frac{1}{d} \sum_{j=1}^d x_{bj}"
    assert verdicts(array, r"\sum_{j=1}^d (x_{bj} - \mu_b) = 0") == ["proved"]
    assert verdicts(r"\mu_b = 2 y_b", r"\mu_a - 2 y_a = 0", r"\mu_c - y_c = 0") == ["proved", "refuted"]


def test_letters_beside_an_index_that_is_summed_over_are_indices() -> None:
    mean = r"\mu_{ng} = \frac{1}{K} \sum_{k=1}^K x_{ngk}"
    links = r"\sum_k (x_{ngk} - \mu_{ng}) = 0", r"\sum_k (x_{hgk} - \mu_{ng}) = 0"
    assert verdicts(mean, *links) == ["proved", "refuted"]
    assert verdicts(r"\sum_i x_{Bi} = \sum_j x_{Bj}", r"2 \mu_B = \mu_B + \mu_C") == ["unread", "refuted"]


def test_a_plain_letter_with_an_index_is_an_entry_of_the_bold_one() -> None:
    length = r"s = \Vert \mathbf{v} \Vert^2"
    assert verdicts(length, r"\sum_j v_j^2 = s", r"\sum_j v_j = s") == ["proved", "refuted"]
    assert "proved" not in verdicts(length, r"v = 2", r"\sum_j v_j^2 = s")


@pytest.mark.parametrize(
    ("let", "true", "false"),
    [
        (r"$d\sigma^2$ = $q + 1$", r"2 d\sigma^2 = 2 q + 2", r"2 d\sigma^2 = 2 d \sigma^2 q"),
        (r"$d\sigma$ = $q$", r"3 d\sigma^2 = 3 q^2", r"3 d\sigma^2 = 3 q"),
        (r"$\Delta w$ = $- \eta g$", r"2 \Delta w = - 2 \eta g", r"\Delta w = \eta g"),
        (r"$\mathrm{d}\mu$ = $2 q$", r"d\mu = q + q", r"\mathrm{d}\mu = q"),
        (r"$G_{z_i}$ = $q_i$", r"\sum_j G_{z_j} = \sum_j q_j", r"\sum_j G_{z_j} = \sum_j q_j^2"),
        (r"$d_{x_i}$ = $q_i$", r"d_{x_k}^2 = q_k^2", r"d_{x_k} = q_k^2"),
        (r"$s$ = $\sum_i x_i$", r"\sum_i s x_i = s^2", r"\sum_i s x_i = \sum_i x_i^2"),
        (r"$s$ = $\sum_i x_i$", r"s x_i = x_i \sum_j x_j", r"s x_i = x_i^2"),
        (
            r"$c_i$ = $x_i - \frac{1}{m} \sum_{j=1}^m x_j$",
            r"\sum_{j=1}^m x_j c_j = \sum_{j=1}^m c_j^2",
            r"\sum_{j=1}^m x_j c_j = \sum_{j=1}^m x_j^2",
        ),
    ],
)
def test_a_let_names_a_whole_symbol(let: str, true: str, false: str) -> None:
    assert verdicts(f"let {let}", true) == ["proved"]
    assert verdicts(f"let {let}", false) in (["refuted"], ["unread"])


def test_lets_inside_lets_keep_their_letters_apart() -> None:
    lets = (r"let $s$ = $\sum_i x_i$", r"let $t$ = $\sum_i s x_i$")
    assert verdicts(*lets, r"\sum_i t x_i = s^3", r"t = \sum_i x_i^2") == ["proved", "refuted"]


def test_a_maximum_is_not_read_over_a_matrix_that_a_let_replaces() -> None:
    claim = r"$$ \max_{\Vert W \Vert_2 \le 1} \Vert W^T v \Vert_2^2 = \Vert v \Vert_2^2 $$"
    assert read_note(claim) == ["proved"]
    assert read_note("<!-- bnsym: let $W_{ij}$ = $\\gamma_i$ -->\n" + claim) == ["unread"]


def test_two_lets_with_the_same_letter_are_two() -> None:
    lets = (r"let $d_{x_i}$ = $a_i$", r"let $d_{y_i}$ = $2 a_i$")
    assert verdicts(*lets, r"d_{y_i} = 2 d_{x_i}", r"d_{y_i} = d_{x_i}") == ["proved", "refuted"]
    assert verdicts(lets[0], r"d_{z_i} = d_{x_i}") != ["proved"]


SCALED = r"Let $y_i = \gamma x_i$."
BOTH = SCALED + r" Let ${0} = \partial L/\partial y_i$ and ${1} = \partial L/\partial x_i$."


@pytest.mark.parametrize("name", [r"\delta^{{({0})}}_i", "g_{{{0},i}}", "g_{{i,{0}}}", "g_{{{0}i}}"])
def test_a_letter_that_a_let_has_on_its_left_side_alone_is_a_part_of_the_name(name: str) -> None:
    one, other = name.format("a"), name.format("b")
    lets = BOTH.format(one, other)
    assert read_note(f"{lets}\n\n$${other} = \\gamma {one}$$\n\n$${other} = {one}$$") == ["proved", "refuted"]
    first = lets.partition(" and")[0] + "."
    summed = one.replace("i", "k")
    total = r"\frac{\partial L}{\partial \gamma}"
    assert read_note(f"{first}\n\n$$\\sum_k {summed} x_k = {total}$$") == ["proved"]
    assert read_note(f"{first}\n\n$${other} = {one}$$") == ["unread"]
    assert read_note(f"{first}\n\n$$\\sum_a {one} = m {one}$$") == ["unread"]


def test_a_gradient_of_a_parameter_is_none_of_the_entries_that_are_called_like_it() -> None:
    lets = (
        r"Let $y_i = a x_i + b$, $d_a = \partial L/\partial a$, $d_b = \partial L/\partial b$"
        r" and $d_i = \partial L/\partial y_i$."
    )
    links = r"$$d_b = \sum_i d_i$$", r"$$d_a = \sum_i d_i x_i$$", r"$$d_a = \sum_i d_i$$"
    assert read_note("\n\n".join([lets, *links])) == ["proved", "proved", "refuted"]


def test_lets_of_sums_have_labels() -> None:
    lets = r"let $s_{a}$ = $\sum_i x_i$", r"let $s_{b}$ = $\sum_i z_i$"
    assert verdicts(*lets, r"s_a = s_b", r"s_a + s_b = \sum_i (x_i + z_i)") == ["refuted", "proved"]
    assert verdicts(lets[0], "s_a = s_b") == ["unread"]


def test_two_lets_of_one_name_in_a_section_are_read_for_neither() -> None:
    first, second = r"Let $g_i = \partial L/\partial y_i$.", r"Let $g_{} = \partial L/\partial {}$."
    claims = r"$$g_i = \partial L/\partial y_i$$", r"$$g_i = \partial L/\partial x_i$$"
    clash = "\n\n".join((SCALED, first, second.format("i", "x_i"), *claims))
    assert read_note(clash) == ["unread", "unread"]
    total = r"$$\sum_i g_i x_i = \frac{\partial L}{\partial \gamma}$$"
    assert read_note("\n\n".join((SCALED, first, second.format("j", "y_j"), total))) == ["proved"]
    later = "\n\n".join((SCALED, "## A", first, total, "## B", second.format("i", "x_i"), total))
    assert read_note(later) == ["proved", "refuted"], "a section may say anew what a name is"
    assert verdicts(r"let $s_i$ = $x_i$", r"let $s_j$ = $2 x_j$", r"s_i = x_i") == ["unread"]


def test_kroneckers_delta_is_not_the_delta_of_a_let() -> None:
    note = "\n\n".join(
        (
            r"$$\mu_g = \frac{1}{K} \sum_k x_{gk}, \quad z_{gk} = x_{gk} - \mu_g$$",
            r"Denote $\delta_{gk} = \partial L/\partial z_{gk}$. Then",
            "$$CLAIM$$",
        )
    )
    jacobian = r"\frac{\partial z_{gk}}{\partial x_{gj}} = \delta_{kj} - \frac{1}{K}"
    assert read_note(note.replace("CLAIM", jacobian)) == ["unread"]
    gradient = r"\frac{\partial L}{\partial x_{gk}} = \delta_{gk} - \frac{1}{K} \sum_j \delta_{gj}"
    assert read_note(note.replace("CLAIM", gradient)) == ["proved"]
    assert read_note(note.replace("CLAIM", gradient.replace(r"\frac{1}{K} ", ""))) == ["refuted"]


CORNERS = r"{0}_{{11}} & \cdots & {0}_{{1n}} \\ \vdots & & \vdots \\ {0}_{{m1}} & \cdots & {0}_{{mn}}"
SUMS = r"s_j = \sum_{i=1}^m h_{ij}"


def matrix(name: str, cells: str) -> str:
    return rf"{name} = \begin{{pmatrix}} {cells} \end{{pmatrix}}"


def test_a_matrix_written_out_says_how_its_entries_are_called() -> None:
    entries = matrix("H", CORNERS.format("h"))
    assert verdicts(entries, SUMS, "s^T = e^T H", "s^T = 2 e^T H") == ["proved", "refuted"]
    assert verdicts(matrix("H", CORNERS.format("H")), SUMS.replace("h", "H"), "s^T = e^T H") == ["proved"]
    cells = re.sub(r"(h_\{..\})", r"\\frac{\\partial L}{\\partial \1}", CORNERS.format("h"))
    assert verdicts(matrix(r"\frac{\partial L}{\partial h}", cells), SUMS, "s_j - s_j = 0") == ["proved"]


@pytest.mark.parametrize(
    "cells",
    [
        CORNERS.format("g"),  # entries of another
        CORNERS.format("h").replace("{1n}", "{m1}"),  # one entry in the place of another
        CORNERS.format("h").replace(r"\cdots", r"h_{12} & \cdots"),  # of four columns and of three
        CORNERS.format("h").replace("h_{11}", "2 h_{11}"),
        CORNERS.format("h").replace("h_{11}", "h_{111}"),
        r"h_{11} & h_{12} \\ h_{21} & h_{22}",  # a size is any number
    ],
)
def test_a_matrix_written_out_that_says_more_is_unread(cells: str) -> None:
    assert verdicts(matrix("H", cells), SUMS, "s^T = e^T H")[0] == "unread"


def test_entries_of_a_matrix_may_be_another_thing_elsewhere() -> None:
    entries = matrix("H", CORNERS.format("h"))
    assert verdicts(r"t = \langle h, h \rangle", entries, SUMS, "s^T = 2 e^T H")[-1] == "unread"
    assert verdicts(r"t = \langle h, h \rangle", entries, r"\sum_k h_k^2 = t") == ["proved"]


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        (r"\sum_{h_\ell=1}^{H_\ell} u_{h_\ell} = \sum_{k=1}^{H_\ell} u_k", "proved"),
        (r"\sum_{h_\ell=1}^{H_\ell} u_{h_\ell}^2 = (\sum_{k=1}^{H_\ell} u_k)^2", "refuted"),
        # the letter below is an index, with which the one above varies
        (
            r"\sum_{\ell=1}^L \sum_{h_\ell=1}^{H_\ell} u_{h_\ell} = L \sum_{h_\ell=1}^{H_\ell} u_{h_\ell}",
            "unread",
        ),
        (r"\sum_{k=1}^K u_{i_k} = K u_{i_k}", "unread"),
        (r"\sum_{h_l=1}^{H_l} u_{h_l} = \sum_{k=1}^{H_l} u_k", "unread"),
    ],
)
def test_an_index_with_a_letter_below_it(display: str, expected: str) -> None:
    assert verdicts(display) == [expected]
