"""Term → LaTeX → the same term, for terms made at random and for the shapes that tempt."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bnsym
from bnsym.deriving import derive
from bnsym.elaborate.context import Context, parse_term
from bnsym.printing import to_latex
from bnsym.reporting.wording import relation_latex
from bnsym.terms import (
    HALF,
    ONE,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Num,
    Pow,
    Relation,
    Size,
    Sum,
    Sym,
    Term,
    add,
    mul,
    neg,
    num,
    power,
)
from tests.test_lowering import BATCHNORM, note

LETTERS = {"m": "ijkl", "D": "pq"}
SIGMA2 = Sym(r"\sigma^{2}")
I, J, P = Index("i", "m"), Index("j", "m"), Index("p", "D")  # noqa: E741  called by their letters


@cache
def context() -> Context:
    """Batchnorm with a matrix and a vector over a second space, and a starred and a numbered name; an entry
    of a Jacobian that stands alone is local only in a file that says so."""
    return note(
        "@partial local",
        "@index $p,q = 1..D$",
        *BATCHNORM,
        r"\frac{\partial f}{\partial x_i} = g_i + \sum_j x_j + \sum_k x_k + \sum_l x_l",
        r"\sum_p A_{ip} v_p + \sum_q v_q = \tau_p^2 + \Vert W_0 - W^*\Vert + \Vert W^* - x\Vert",
    )[1]


def roundtrip(term: Term) -> None:
    source = to_latex(term)
    assert parse_term(source, context()) == term, source


def _indices(space: str, free: dict[str, tuple[str, ...]]) -> st.SearchStrategy[Index]:
    return st.sampled_from(free[space]).map(lambda letter: Index(letter, space))


def _leaves(free: dict[str, tuple[str, ...]]) -> st.SearchStrategy[Term]:
    batch, features = _indices("m", free), _indices("D", free)
    return st.one_of(
        st.fractions(min_value=-3, max_value=3, max_denominator=3).map(num),
        st.sampled_from([Sym(r"\mu"), SIGMA2, Pow(SIGMA2, HALF), Sym(r"\gamma"), Size("m"), Size("D")]),
        st.builds(
            lambda n, i: Sym(n, (i,)), st.sampled_from(["x", r"\hat{x}", "y", "g", "W^{*}", "W_{0}"]), batch
        ),
        st.builds(lambda i: Sym("v", (i,)), features),
        st.builds(lambda i, p: Sym("A", (i, p)), batch, features),
        st.builds(Delta, batch, batch),
        st.builds(lambda i: Diff(Sym("f"), Sym("x", (i,)), True), batch),
        st.builds(
            lambda i, j: Diff(Diff(Sym("f"), Sym("x", (i,)), True), Sym("y", (j,)), True), batch, batch
        ),
        st.builds(lambda i: Diff(Sym("f"), SIGMA2, True), batch),
        st.builds(
            lambda i, j, t: Diff(Sym(r"\hat{x}", (i,)), Sym("x", (j,)), t), batch, batch, st.booleans()
        ),
    )


EXPONENTS = st.sampled_from([Fraction(n, d) for n in (-3, -2, -1, 1, 2, 3) for d in (1, 2, 3)])


def _powers(inner: Term, exponent: Fraction) -> Term:
    return inner if isinstance(inner, Num) else power(inner, exponent)


def _terms(
    free: dict[str, tuple[str, ...]], depth: int, bound: tuple[str, ...] = ()
) -> st.SearchStrategy[Term]:
    leaves = _leaves(free)
    if depth == 0:
        return leaves
    inner = _terms(free, depth - 1, bound)
    several = st.lists(inner, min_size=2, max_size=3)
    choices = [
        leaves,
        several.map(lambda parts: add(*parts)),
        several.map(lambda parts: mul(*parts)),
        st.builds(_powers, inner, EXPONENTS),
        inner.map(neg),
    ]
    if letter := next((x for x in "kl" if x not in bound), ""):
        widened = {**free, "m": (*free["m"], letter)}
        body = _terms(widened, depth - 1, (*bound, letter))
        choices.append(body.map(lambda b: Sum(Index(letter, "m"), b)))
    return st.one_of(choices)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_terms({"m": ("i", "j"), "D": ("p", "q")}, 3))
def test_printing_then_reading_gives_the_same_term(term: Term) -> None:
    roundtrip(term)


@pytest.mark.parametrize(
    ("term", "latex"),
    [
        (Pow(SIGMA2, HALF), r"\sigma"),
        (Pow(SIGMA2, Fraction(-3, 2)), r"\sigma^{-3}"),
        (SIGMA2, r"\sigma^{2}"),
        (neg(Sym("x", (I,))), "-x_{i}"),
        (mul(Sym(r"\gamma"), power(Size("m"), -1)), r"\frac{\gamma}{m}"),
        (mul(power(Size("m"), -1), Sum(I, Sym("x", (I,)))), r"\frac{1}{m} \sum_{i} x_{i}"),
        (mul(Sum(I, Sym("x", (I,))), Sym(r"\mu")), r"(\sum_{i} x_{i}) \mu"),
        (Sum(I, add(Sym("x", (I,)), neg(Sym(r"\mu")))), r"\sum_{i} (x_{i} - \mu)"),
        (add(Sym(r"\mu"), num(Fraction(-1, 2))), r"\mu - \frac{1}{2}"),
        (mul(Sym(r"\mu"), Sum(I, Sym("x", (I,))), Sym(r"\beta")), r"\mu \cdot (\sum_{i} x_{i}) \beta"),
        (mul(Sym(r"\mu"), add(Sym(r"\beta"), num(1))), r"\mu (\beta + 1)"),
        (mul(num(-2), Sym(r"\mu")), r"-2 \mu"),
        (Pow(Sym("x", (I,)), Fraction(2)), "x_{i}^{2}"),
        (Delta(I, J), r"\delta_{ij}"),
        (Diff(Sym("f"), Sym("x", (I,)), True), r"\frac{\partial f}{\partial x_{i}}"),
        (Diff(SIGMA2, Sym("x", (I,)), True), r"\frac{d \sigma^{2}}{d x_{i}}"),
        (Sym(r"\tau^{2}", (P,)), r"\tau_{p}^{2}"),
    ],
)
def test_how_a_term_is_printed(term: Term, latex: str) -> None:
    assert to_latex(term) == latex


@pytest.mark.parametrize(
    "term",
    [
        Pow(Pow(SIGMA2, HALF), Fraction(4)),
        Pow(Pow(Sym("x", (I,)), Fraction(2)), HALF),
        Pow(add(SIGMA2, Sym(r"\gamma")), Fraction(-3, 2)),
        Pow(SIGMA2, Fraction(1, 3)),
        Pow(num(2), HALF),
        mul(Sym(r"\mu"), Pow(num(2), Fraction(1, 3))),
        Pow(num(-2), HALF),
        Pow(num(Fraction(1, 2)), HALF),
        Pow(Sym("W^{*}", (I,)), Fraction(2)),
        Pow(Sym("W_{0}", (I,)), Fraction(2)),
        mul(Sym(r"\mu"), Sym("d"), Sym("x", (I,))),
        Sum(Index("k", "m"), neg(Sym("x", (Index("k", "m"),)))),
        Sum(Index("k", "m"), ONE),
        Diff(Pow(SIGMA2, HALF), Sym("x", (J,)), True),
        Diff(mul(Sym("x", (I,)), Sym(r"\mu")), Sym(r"\mu"), True),
        Diff(Diff(Sym("f"), Sym("x", (I,)), True), Sym("x", (J,)), True),
        mul(num(-1), Sym(r"\mu"), Pow(SIGMA2, -HALF), Sym("x", (I,)), power(Size("m"), -1)),
        mul(power(Size("m"), -1), power(Size("m"), -1)),
        power(mul(Size("m"), Pow(SIGMA2, HALF)), -1),
        Sym("x", (Index("k'", "m"),)),
    ],
)
def test_shapes_that_tempt(term: Term) -> None:
    source = to_latex(term)
    assert parse_term(source, context()) == term, source


def test_maximum() -> None:
    derivation, found = note(
        r"\max_{\Vert X\Vert_2 \le\lambda} \Vert X^T v\Vert_2^2 = \lambda^2 \Vert v\Vert_2^2"
    )
    statement = derivation.links[0].statement
    assert statement is not None
    assert isinstance(statement.left, Max)
    assert parse_term(to_latex(statement.left), found) == statement.left


def test_statements() -> None:
    hypothesis = Hypothesis(Pow(Sym(r"\gamma"), Fraction(2)), Relation.LE, SIGMA2)
    assert relation_latex(hypothesis) == r"\gamma^{2} \le \sigma^{2}"


@pytest.mark.parametrize(
    ("latex", "shown"),
    [
        (r"\Vert W_0 - kW^* \Vert^2 - \Vert W_0 - W^* \Vert^2", r"-\Vert W^{*} \Vert^{2} (k - 1)^{2}"),
        (r"\Vert W^* \Vert", r"\Vert W^{*} \Vert"),
        (r"\frac{\partial \Vert W_0 - t W^* \Vert^2}{\partial t} + 2 \langle W_0, W^* \rangle", None),
    ],
)
def test_what_is_derived_is_written_with_norms_and_read_back(tmp_path, latex, shown):
    note = tmp_path / "note.md"
    note.write_text("$$k := \\frac{\\langle W_0, W^* \\rangle}{\\Vert W^* \\Vert_2^2}$$\n", encoding="utf-8")
    found = derive(note, latex)
    assert found == shown or (shown is None and r"\Vert W^{*} \Vert^{2}" in found)
    again = note.read_text(encoding="utf-8") + f"\n$${latex} = {found}$$\n"
    note.write_text(again, encoding="utf-8")
    assert bnsym.check(note).counts["proved"] == 1
