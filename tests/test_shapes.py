r"""What a name is, over what an index runs, what whole arrays mean: small notes and their verdicts.

A letter for each link: p proved, r refuted, u undecided, x unread. Beside each truth stands a near miss.
"""

# ruff: noqa: E501
from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import pytest

import bnsym
from bnsym.kernel import Refuted
from bnsym.model import Result, Undecided, Unread

Cases: TypeAlias = dict[str, tuple[str, str]]
"""By what they are about: the verdicts, and the note."""


def letter(result: Result) -> str:
    kinds = {Unread: "x", Undecided: "u", Refuted: "r"}
    return next((kinds[kind] for kind in kinds if isinstance(result.verdict, kind)), "p")


def verdicts(tmp_path: Path, note: str) -> str:
    """Of a note each of whose lines is a formula, or text where it begins with `#`, `<` or `Let`."""
    lines = (line.strip() for line in note.strip().splitlines())
    parts = (line if line.startswith(("#", "<", "Let")) else f"$$\n{line}\n$$" for line in lines)
    path = tmp_path / "note.md"
    path.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    (file,) = bnsym.check(path, timeout=10.0, cross_examine=False, repairs="none").files
    return "".join(letter(result) for result in file.results)


def each(cases: Cases) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(("want", "note"), cases.values(), ids=cases.keys())


KINDS: Cases = {
    "the gain is a vector by its definition; a later sum does not make it a number": (
        "rx",
        r"""
        <!-- bnsym: loss $L(y)$ -->
        r = \sqrt{\frac{1}{n} \sum_{i=1}^n x_i^2 + \epsilon}, \qquad y = \frac{x}{r} \odot w
        \frac{\partial L}{\partial x} = \frac{w}{r} \odot (\frac{\partial L}{\partial y} - \frac{1}{n r^2} \langle \frac{\partial L}{\partial y}, x \rangle x)
        \frac{\partial L}{\partial w} = \operatorname{sum}( \frac{\partial L}{\partial y} \odot \frac{x}{r})
        """,
    ),
    "with the gain inside the inner product, and entry by entry, both are right": (
        "pp",
        r"""
        <!-- bnsym: loss $L(y)$ -->
        r = \sqrt{\frac{1}{n} \sum_{i=1}^n x_i^2 + \epsilon}, \qquad y = \frac{x}{r} \odot w
        \frac{\partial L}{\partial x} = \frac{1}{r} (w \odot \frac{\partial L}{\partial y} - \frac{1}{n r^2} \langle w \odot \frac{\partial L}{\partial y}, x \rangle x)
        \frac{\partial L}{\partial w} = \frac{\partial L}{\partial y} \odot \frac{x}{r}
        """,
    ),
    "the identity matrix stays one, and its entries are those of one": (
        "ppr",
        r"""
        C = I - \frac{1}{m} e e^T
        C_{ij} = \delta_{ij} - \frac{1}{m}
        I_{ii} = 1
        I_{ij} = 1
        """,
    ),
    "an offset that is a number by its definition gets no index": (
        "px",
        r"""
        y_i = \gamma x_i + \beta
        \sum_{i=1}^m (y_i - \beta) = \gamma \sum_{i=1}^m x_i
        \sum_{i=1}^m \beta_i = 0
        """,
    ),
    "what definitions leave open, the first claim decides": (
        "px",
        r"""
        y = x + b
        \sum_{i=1}^m y_i = \sum_{i=1}^m x_i + \sum_{i=1}^m b_i
        \sum_{i=1}^m y_i = \sum_{i=1}^m x_i + m b
        """,
    ),
}  # fmt: skip


@each(KINDS)
def test_no_claim_changes_what_a_name_is(want: str, note: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, note) == want


SIZES: Cases = {
    "a mean says over what its index runs": (
        "pr",
        r"""
        \mu = \frac{1}{n} \sum_i x_i, \qquad v = \frac{\sum_i (x_i - \mu)^2}{n}
        \sum_i (x_i - \mu) = 0
        \sum_i (x_i - \mu)^2 = (n - 1) v
        """,
    ),
    "so does the unbiased variance, and the product with the vector of ones": (
        "pp",
        r"""
        \mu = \frac{1}{n} \mathbf{1}^\top x, \qquad s^2 = \frac{1}{n-1} \sum_i (x_i - \mu)^2
        \mathbf{1}^\top x - n \mu = 0
        (n - 1) s^2 = \sum_i x_i^2 - n \mu^2
        """,
    ),
    "a size that is declared otherwise stays, and n is any number": (
        "r",
        r"""
        <!-- bnsym: assume $x \in \mathbb{R}^d$, $w \in \mathbb{R}^n$ -->
        \mu = \frac{1}{n} \sum_i x_i
        \sum_i (x_i - \mu) = 0
        """,
    ),
    "a mean over the rows does not make the columns as many": (
        "pr",
        r"""
        u_i = \sum_j X_{ij} w_j, \qquad \mu = \frac{1}{m} \sum_i u_i
        \sum_i (u_i - \mu) = 0
        \sum_j w_j \sum_i X_{ij} = \mu \sum_j 1
        """,
    ),
    "which of two indices a size is for is not guessed": (
        "xx",
        r"""
        \mu = \frac{1}{n} \sum_i \sum_j X_{ij}
        \sum_i \sum_j (X_{ij} - \mu) = 0
        """,
    ),
    "a scale is no size": (
        "r",
        r"""
        h_i = \frac{x_i}{t}, \qquad r = \frac{1}{t} \sum_i x_i
        \sum_i (x_i - r) = 0
        """,
    ),
    "a number that the note defines is no size": (
        "r",
        r"""
        s = \sum_i x_i^2
        \frac{1}{s} \sum_i (x_i + 1) = \frac{1}{s} \sum_i x_i + 1
        """,
    ),
}  # fmt: skip


@each(SIZES)
def test_over_what_a_mean_runs(want: str, note: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, note) == want


SETS: Cases = {
    "a named set has a size of its own": (
        "pxx",
        r"""
        \sum_{i \in G} 1 = |G|
        \sum_{i \in G} 1 = m
        \sum_{i \in G} (x_i + 1)^2 = \sum_{i \in G} x_i^2 + 2 \sum_{i \in G} x_i + m
        """,
    ),
    "it is the batch if that is said": (
        "pp",
        r"""
        <!-- bnsym: assume $|G| = m$ -->
        \mu = \frac{1}{m} \sum_{i=1}^m x_i
        \sum_{i \in G} 1 = m
        \sum_{i \in G} x_i = m \mu
        """,
    ),
    "the mean over a set says its size": (
        "pr",
        r"""
        \mu = \frac{1}{N} \sum_{i \in B} x_i
        \sum_{i \in B} (x_i - \mu) = 0
        \sum_{i \in B} (x_i - \mu)^2 = \sum_{i \in B} x_i^2 - \mu^2
        """,
    ),
    "a set is not the batch": (
        "x",
        r"""
        \mu = \frac{1}{m} \sum_{i=1}^m x_i
        \sum_{i \in G} x_i = m \mu
        """,
    ),
    "nor is one set another": (
        "x",
        r"""
        \sum_{i \in A} x_i = \sum_{i \in B} x_i
        """,
    ),
    "sets with an index are not one set": (
        "xx",
        r"""
        \mu_k = \frac{1}{|S_k|} \sum_{i \in S_k} x_i
        \mu_k - \mu_l = 0
        """,
    ),
}  # fmt: skip


@each(SETS)
def test_a_sum_over_a_set_is_over_that_set(want: str, note: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, note) == want


ARRAYS: Cases = {
    "a power, a root and a quotient of vectors are taken entry by entry": (
        "pprxx",
        r"""
        <!-- bnsym: assume $x, g \in \mathbb{R}^n$ -->
        \mu = \frac{1}{n} \sum_i x_i, \qquad z = (x - \mu)^2, \qquad u = \frac{g}{\sqrt{z + 1}}
        u_i = \frac{g_i}{\sqrt{z_i + 1}}
        z = x^2 - 2 \mu x + \mu^2
        z - x^2 = - 2 \mu x
        z + 1 = \sum_i (x_i - \mu)^2
        \frac{1}{g} \langle g, x \rangle = x
        """,
    ),
    "a matrix to a power is a product of matrices": (
        "ppr",
        r"""
        <!-- bnsym: assume $v \in \mathbb{R}^n$ -->
        M = I - \frac{v v^\top}{\Vert v \Vert^2}
        M^2 = M
        \sqrt{v^\top M v} = 0
        M^2 = 2 M
        """,
    ),
    "one index of two takes a row": (
        "pprx",
        r"""
        r_i = \frac{1}{d} \sum_{j=1}^d x_{ij}^2, \qquad y_{ij} = \frac{x_{ij}}{\sqrt{r_i}}
        \Vert x_i \Vert^2 = d r_i
        y_i^\top y_i = d
        \Vert x_i \Vert = r_i
        \Vert x_j \Vert^2 = \sum_{i=1}^m x_{ij}^2
        """,
    ),
    "the inner product of matrices is a trace": (
        "ppr",
        r"""
        <!-- bnsym: assume $V, W \in \mathbb{R}^{m \times n}$ -->
        \langle V, W \rangle_F = \operatorname{tr}(V^\top W)
        \langle V, W \rangle = \sum_{i=1}^m \sum_{j=1}^n V_{ij} W_{ij}
        \langle V, W \rangle_F = \operatorname{tr}(V^\top V)
        """,
    ),
}  # fmt: skip


ROWS: Cases = {
    "beside a matrix, a row goes with each of its rows": (
        "pprpprx",
        r"""
        Let $X \in \mathbb{R}^{N \times D}$, $g, b \in \mathbb{R}^{1 \times D}$ and $v \in \mathbb{R}^D$.
        Y = g \odot X + b
        Y_{ij} = g_j X_{ij} + b_j
        \frac{\partial L}{\partial b} = e^T \frac{\partial L}{\partial Y}
        \frac{\partial L}{\partial g} = e^T \frac{\partial L}{\partial Y}
        \frac{\partial L}{\partial g} = e^T (X \odot \frac{\partial L}{\partial Y})
        \Big(\frac{X}{g}\Big)_{ij} = \frac{X_{ij}}{g_j}
        b v = 0
        Y + v = v + Y
        """,
    ),
    "a row from a later section on": (
        "ppr",
        r"""
        # One
        s = \sqrt{a^2 + 1}
        s^2 = a^2 + 1
        # All
        Let $H \in \mathbb{R}^{B \times F}$, where $s$ is a row.
        s = \sqrt{e^T (H \odot H)}
        \frac{H}{s} \odot s = H
        \frac{H}{s} \odot s = 2 H
        """,
    ),
    "a product of products entry by entry, where sizes leave no other reading": (
        "prx",
        r"""
        Let $C \in \mathbb{R}^{B \times B}$, $H \in \mathbb{R}^{B \times F}$ and $D \in \mathbb{R}^{B \times B}$.
        C H \odot C H = (C H) \odot (C H)
        C H \odot C H = C H
        C D \odot C D = (C D) \odot (C D)
        """,
    ),
}


@each(ROWS)
def test_rows_beside_matrices(want: str, note: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, note) == want


DOTS: Cases = {
    "of a number": (
        "prpx",
        r"""
        Let $u, v \in \mathbb{R}^n$, $a \in \mathbb{R}$ and $c = \sum_i u_i v_i$.
        2 c = 2 u \cdot v
        2 c = u \cdot v
        \frac{c}{a} = \frac{u \cdot v}{a}
        a u \cdot v = 0
        """,
    ),
    "of a vector": (
        "prx",
        r"""
        Let $u, v \in \mathbb{R}^n$, and $p_i = u_i v_i$.
        2 p = 2 u \cdot v
        2 p = u \cdot v
        p + u \cdot v = \sum_i p_i
        """,
    ),
    "of what the other side leaves open": (
        "xx",
        r"""
        Let $u, v \in \mathbb{R}^n$.
        u \cdot v = v \cdot u
        u \cdot v = 0
        """,
    ),
}


@each(DOTS)
def test_a_dot_between_vectors_is_what_the_other_side_needs(want: str, note: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, note) == want


@each(ARRAYS)
def test_what_whole_arrays_mean(want: str, note: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, note) == want


COMPONENTS: Cases = {
    "sums from 0 to n - 1 are over all values, sums from 1 to n or to n - 1 beside them are not read": (
        "pxrx",
        r"""
        \mu = \frac{1}{n} \sum_{i=0}^{n-1} x_i
        \sum_{i=0}^{n-1} (x_i - \mu) = 0
        \sum_{i=1}^{n} (x_i - \mu)^2 = \sum_{i=0}^{n-1} x_i^2 - n \mu^2
        \sum_{i=0}^{n-1} (x_i - \mu)^2 = \sum_{i=0}^{n-1} x_i^2
        \sum_{i=1}^{n-1} (x_i - \mu) = 0
        """,
    ),
    "nor are sums from 0 to n": (
        "x",
        r"""
        \sum_{i=0}^{n} (x_i - 1) = \sum_{i=0}^{n} x_i - n - 1
        """,
    ),
    "one entry is any entry, two are two": (
        "pprpr",
        r"""
        \mu = \frac{1}{n} \sum_{i=1}^n x_i, \qquad y_i = x_i - \mu
        \frac{\partial y_1}{\partial x_1} = 1 - \frac{1}{n}
        \frac{\partial y_1}{\partial x_2} = - \frac{1}{n}
        \frac{\partial y_1}{\partial x_2} = 1 - \frac{1}{n}
        y_1 - y_2 = x_1 - x_2
        (x_1 - x_2)^2 > 0
        """,
    ),
    "entries of a matrix, counted from 0": (
        "prx",
        r"""
        \mu_k = \frac{1}{n} \sum_{i=0}^{n-1} x_{ik}
        \frac{\partial \mu_0}{\partial x_{1,0}} = \frac{1}{n}
        \frac{\partial \mu_0}{\partial x_{1,1}} = \frac{1}{n}
        \mu_1 = x_{1,2,3}
        """,
    ),
    "a sum to a number is written out": (
        "ppr",
        r"""
        \mu = \frac{1}{3} \sum_{i=1}^{3} x_i
        x_1 + x_2 + x_3 = 3 \mu
        \sum_{i=1}^3 (x_i - \mu)^2 = \sum_{k=1}^3 x_k^2 - 3 \mu^2
        x_1 + x_2 = 2 \mu
        """,
    ),
    "but not if its entries are as many as nobody knows": (
        "xxx",
        r"""
        \mu = \frac{1}{3} \sum_{i=1}^{3} x_i, \qquad y_i = x_i - \mu
        \sum_i y_i = \sum_i x_i - 3 \mu
        x_1 + x_2 + x_3 - 3 \mu = 0
        """,
    ),
    "nor if another index would be lost": (
        "xx",
        r"""
        a_j = \sum_{i=1}^{2} X_{ij}
        a_j - a_k = 0
        """,
    ),
}  # fmt: skip


@each(COMPONENTS)
def test_what_entries_and_ranges_mean(want: str, note: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, note) == want


EQUATIONS: Cases = {
    "a number that is assumed to be 0 is 0 below the line and under a root": (
        "ppr",
        r"""
        <!-- bnsym: assume $\epsilon = 0$ -->
        s = v + \epsilon
        \frac{1}{v + \epsilon} = \frac{1}{v}
        \frac{1}{\sqrt{s}} = \frac{1}{\sqrt{v}}
        \frac{1}{v + \epsilon} = \frac{2}{v}
        """,
    ),
    "sizes that are assumed to be numbers, or equal": (
        "ppr",
        r"""
        <!-- bnsym: assume $N = 2$, $p = q$ -->
        a = \frac{1}{p} \sum_{i=1}^p g_i, \qquad b = \frac{1}{q} \sum_{k=1}^q h_k
        \frac{a + b}{2} = \frac{1}{p + q} \left( \sum_{i=1}^p g_i + \sum_{k=1}^q h_k \right)
        \sum_{i=1}^N 1 = 2
        \frac{a + b}{3} = \frac{1}{p + q} \left( \sum_{i=1}^p g_i + \sum_{k=1}^q h_k \right)
        """,
    ),
    "a variable that is assumed to be 0 is still one to differentiate by": (
        "pr",
        r"""
        <!-- bnsym: assume $t = 0$ -->
        y = t^2 + 3 t
        \frac{d y}{d t} = 3
        \frac{d y}{d t} = 0
        """,
    ),
}  # fmt: skip


@each(EQUATIONS)
def test_an_equation_that_is_assumed_is_used(want: str, note: str, tmp_path: Path) -> None:
    assert verdicts(tmp_path, note) == want
