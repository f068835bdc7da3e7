"""LaTeX → surface tree: what is read, and that everything else is an error in its place."""

from __future__ import annotations

import sys
from fractions import Fraction

import pytest

from bnsym.latex.ast import (
    BigSum,
    Derivative,
    Gradient,
    Indicator,
    Inner,
    Norm,
    Number,
    Plus,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
    canonical,
)
from bnsym.latex.errors import ReadError
from bnsym.latex.parser import parse


def same(*sources: str) -> None:
    trees = [parse(source) for source in sources]
    assert all(canonical(tree) == canonical(trees[0]) for tree in trees), sources


def different(*sources: str) -> None:
    spellings = [canonical(parse(source)) for source in sources]
    assert len(set(spellings)) == len(spellings), spellings


@pytest.mark.parametrize(
    "spellings",
    [
        (r"\hat{x_i}", r"\hat x_i", r"\hat{x}_i", r"\widehat{x}_{i}", r"{\hat{x}}_i"),
        (r"\hat{W^*}", r"\hat{W}^*", r"\hat W^{\ast}", r"\widehat{W^{*}}"),
        (
            r"\Vert x\Vert_2",
            r"\|x\|",
            r"\lVert x\rVert_2",
            r"\parallel x\parallel",
            r"\rVert x\rVert",
            "||x||",
        ),
        (r"\left( x + y \right)", r"(x+y)", r"\big(x+y\big)", r"\Bigl( x + y \Bigr)"),
        (r"\frac{1}{2}", r"\dfrac12", r"\tfrac{1}2", r"\frac 1 2"),
        (r"\sigma_B^2", r"\sigma^2_B", r"\sigma_{B}^{2}"),
        (r"\sum_j x_j", r"\sum_{j} x_j", r"\sum\limits_j {x_j}"),
        (r"X^T u", r"X^\top u", r"X^{T} u", r"X^{\top}u"),
        (
            r"\frac{\partial f}{\partial x_i}",
            r"\partial f/\partial x_i",
            r"\frac{\partial {f}}{\partial{x_i}}",
        ),
        (r"\nabla_x{\hat{L}}", r"\nabla _x\hat L", r"\nabla_{x} \hat{L}"),
        (r"\mathbf{1}[i=j]", r"\mathbf{1}_{i=j}", r"\mathbf 1(i == j)", r"1_{[i=j]}", r"1(i=j)", r"1_{i=j}"),
        (r"a \cdot b", r"a \times b"),
        (r"\boxed{x + y}", "x + y", r"\displaystyle x+y."),
        (r"\frac{d h}{d x}", r"\frac{\mathrm d h}{\mathrm{d} x}"),
    ],
)
def test_spellings_of_one_thing(spellings: tuple[str, ...]) -> None:
    same(*spellings)


@pytest.mark.parametrize(
    "pair",
    [
        (r"\hat{x}_i", r"x_i"),
        (r"\Vert x\Vert", r"\Vert x\Vert^2"),
        (r"\sum_j g_j h", r"(\sum_j g_j) h"),
        (r"\sum_j g_j + h", r"\sum_j (g_j + h)"),
        (r"\sqrt{\sigma^2}^3", r"\sqrt{\sigma^{2\cdot 3}}"),
        (r"W^{*} - W", "0"),
        (r"(k^2-1)", r"(k^2+7)"),
        (r"x_{max}", r"x_m a x"),
        (r"\mathbf{x}", "x"),
        (r"\frac{\partial f}{\partial x}", r"\frac{d f}{d x}"),
        (r"{a+b}c", r"(a+b)c"),
        (r"-x^2", r"(-x)^2"),
    ],
)
def test_near_misses_stay_apart(pair: tuple[str, str]) -> None:
    different(*pair)


def test_the_sum_ends_at_the_next_sign_of_its_level() -> None:
    tree = parse(r"\sum_i a_i b_i + c")
    assert isinstance(tree, Plus)
    assert isinstance(tree.terms[0], BigSum)
    assert isinstance(tree.terms[0].body, Product)


def test_a_sum_may_begin_with_a_minus() -> None:
    tree = parse(r"\sum_{i=1}^m -2(x_i - \mu)")
    assert isinstance(tree, BigSum)
    assert isinstance(tree.body, Plus)
    assert tree.body.signs == (-1,)


def test_sums_of_several_indices() -> None:
    for source in (r"\sum_{kl} a_{kl}", r"\sum_{k,l} a_{kl}", r"\sum_{k,l=1}^{N} a_{kl}"):
        tree = parse(source)
        assert isinstance(tree, BigSum)
        assert tree.letters == ("k", "l")


def test_decimals_are_exact() -> None:
    tree = parse("0.1")
    assert isinstance(tree, Number)
    assert tree.value == Fraction(1, 10)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("1e-5", "1e-5"),
        ("1.5e3", "1500"),
        (r"2\mathrm{e}{-3}", "0.002"),
        (r"\num{1e-5}", "1e-5"),
        (r"1{,}000", "1000"),
        (r"1{,}234{,}567", "1234567"),
        (r"10\,000", "10000"),
        (r"0{,}5", "0.5"),
        (r"0{,}125", "0.125"),
    ],
)
def test_numbers_of_more_than_digits(source: str, value: str) -> None:
    node = parse(source)
    assert isinstance(node, Number)
    assert node.value == Fraction(value)


@pytest.mark.parametrize("source", [r"1{,}234", r"\num{a}", r"1{,}2{,}3"])
def test_a_number_that_may_be_two_is_none(source: str) -> None:
    with pytest.raises(ReadError):
        parse(source)


@pytest.mark.parametrize("source", ["2 e - 5", r"2e-5\mu", r"\frac1e-5", "2e_1"])
def test_a_letter_after_a_number_is_a_factor(source: str) -> None:
    assert not isinstance(parse(source), Number)


def test_norms_nest() -> None:
    tree = parse(r"\Vert a + \Vert b\Vert c \Vert \Vert d \Vert")
    assert isinstance(tree, Product)
    assert all(isinstance(f, Norm) for f in tree.factors)


def test_peers_a_keeps_its_parenthesis() -> None:
    tree = parse(r"\frac{\gamma}{m \sigma} (m g_i - \sum_j g_j - \hat{x}_i \sum_j \hat{x}_j g_j)")
    assert isinstance(tree, Product)
    assert len(tree.factors) == 2
    assert isinstance(tree.factors[0], Quotient)


def test_peers_b_is_the_square_of_one_norm() -> None:
    tree = parse(r"\Vert m g - e\langle e, g\rangle - \hat{x}\langle\hat{x}, g\rangle \Vert^2")
    assert isinstance(tree, Power)
    assert isinstance(tree.base, Norm)
    assert isinstance(tree.base.body, Plus)
    assert tree.base.body.signs == (1, -1, -1)


def test_peers_c_keeps_its_star() -> None:
    tree = parse(r"\Vert W_0 - kW^*\Vert_2^2 - \Vert W_0 - W^*\Vert_2^2")
    assert isinstance(tree, Plus)
    assert len(tree.terms) == 2
    assert "W^{*}" in canonical(tree)


def test_peers_d_is_a_sum_over_a_product() -> None:
    tree = parse(r"\sum_i \frac{\partial f}{\partial \hat{x_i}} (-\frac{1}{\sigma})")
    assert isinstance(tree, BigSum)
    assert isinstance(tree.body, Product)
    assert isinstance(tree.body.factors[0], Derivative)


def test_kinds_of_nodes() -> None:
    assert isinstance(parse(r"\langle u, v\rangle"), Inner)
    assert isinstance(parse(r"\delta_{ij}"), Symbol)
    assert isinstance(parse(r"1(k == i)"), Indicator)
    assert isinstance(parse(r"\nabla_{\mathbf v} L"), Gradient)
    assert isinstance(parse(r"\hat{\nabla}^T"), Transpose)
    operator = parse(r"\frac{\partial}{\partial x_i} (a b)")
    assert isinstance(operator, Derivative)
    assert operator.of is not None
    second = parse(r"\frac{\partial^2 f}{\partial x_i \partial x_k}")
    assert isinstance(second, Derivative)
    assert len(second.by) == 2
    assert isinstance(parse(r"\frac{d_A d_B}{d_A + d_B}"), Quotient)


@pytest.mark.parametrize(
    ("source", "code", "at", "text"),
    [
        (r"x + \siqma", "BN111", (4, 10), "siqma"),
        (r"\frobnicate{x}", "BN111", (0, 11), "not a known command"),
        ("(a + b", "BN112", (0, 1), "never closed"),
        ("a + b)", "BN112", (5, 6), "nothing opens"),
        ("(a + b]", "BN112", (6, 7), "closed by"),
        ("a +", "BN112", (3, 3), "ends too early"),
        ("", "BN112", (0, 0), "missing"),
        ("a + * b", "BN112", (4, 5), "unexpected"),
        ("a/b c", "BN112", (4, 5), "belong to b"),
        ("x^10", "BN112", (2, 4), "first digit"),
        ("x_12", "BN112", (2, 4), "first digit"),
        ("x 2", "BN112", (2, 3), "number directly after"),
        ("[u, v]", "BN112", (2, 3), "unexpected `,`"),
        ("L(u, v)", "BN129", (0, 7), "a function of two"),
        ("x_i_j", "BN112", (3, 5), "second subscript"),
        ("x^2^3", "BN112", (3, 5), "second superscript"),
        (r"\frac{\partial f g}{\partial x}", "BN112", (0, 31), "several ways"),
        (r"a \partial b", "BN112", (2, 10), "belongs to no derivative"),
        (r"\sum x_i y_j", "BN112", (0, 4), "names its index"),
        (r"\sum_{i=0}^m x_i", "BN128", (10, 12), "from 1"),
        (r"\sum_{i=1}^{m-1} x_i", "BN128", (10, 16), "upper limit"),
        (r"\sum_{i=1}^{20} x_i", "BN128", (0, 15), "1 to 12 terms"),
        (r"\sum_{i=1} x_i", "BN112", (0, 10), "no last one"),
        (r"\sin x", "BN128", (0, 4), "no meaning here yet"),
        (r"a \pm b", "BN128", (2, 5), "no meaning here yet"),
        (r"\hat{a+b}", "BN112", (5, 8), "one name"),
        (r"\overline{x^2}", "BN112", (10, 13), "one name"),
        ("a + 2 index", "BN112", (6, 11), "product of its letters"),
        ("x[index]", "BN112", (2, 7), "product of its letters"),
        ("sqrt(v)", "BN128", (0, 4), "no meaning here"),
        (r"{a+b}^2", "BN112", (0, 5), "several things"),
        (r"\Vert x \Vert_1", "BN128", (13, 15), "2-norm"),
        (r"a ; b", "BN112", (2, 3), "no meaning"),
        ("¿ + 1", "BN112", (0, 1), "no meaning"),
        ("dE/dY Z", "BN112", (6, 7), "slash"),
    ],
)
def test_hostile_text(source: str, code: str, at: tuple[int, int], text: str) -> None:
    with pytest.raises(ReadError, match=text) as caught:
        parse(source)
    assert (caught.value.code, caught.value.at) == (code, at)


def test_a_misspelled_command_gets_a_suggestion() -> None:
    with pytest.raises(ReadError) as caught:
        parse(r"\gama")
    assert r"\gamma" in caught.value.hint


@pytest.mark.parametrize(
    "source",
    [
        "{" * 10_000 + "x" + "}" * 10_000,
        "(" * 10_000 + "x" + ")" * 10_000,
        r"\sqrt " * 5_000 + "x",
        r"\hat " * 5_000 + "x",
        r"\sum_i " * 5_000 + "x_i",
        r"\Vert a + " * 5_000 + r"x\Vert",
        "x^{" * 5_000 + "x" + "}" * 5_000,
        "x_" * 5_000 + "x",
        "x+" * 500_000 + "x",
    ],
)
def test_depth_and_length_are_bounded(source: str) -> None:
    with pytest.raises(ReadError, match=r"BN11[23]") as caught:
        parse(source)
    assert caught.value.code in ("BN112", "BN113")


def test_the_depth_that_is_allowed_needs_no_deep_stack() -> None:
    limit = sys.getrecursionlimit()
    parse("(" * 59 + "x" + ")" * 59)
    assert sys.getrecursionlimit() == limit


def test_offsets_count_from_the_slice() -> None:
    with pytest.raises(ReadError) as caught:
        parse(r"a + \foo", 100)
    assert caught.value.at == (104, 108)


@pytest.mark.parametrize(
    "latex", ["x_{batch}", r"\mathrm{index}", "a b c d", "abc", r"\mu_{\text{old}}", "x^{(abcd)}"]
)
def test_words_in_scripts_and_letters_apart_are_read(latex: str) -> None:
    parse(latex)


# What follows a slash or a number, and words above a name


@pytest.mark.parametrize(
    "spellings",
    [
        (r"1/n\,(a + b)", r"\frac{1}{n} (a + b)", "1/n (a + b)"),
        (r"q/s^2 \frac{\partial s}{\partial q}", r"\frac{q}{s^2} \frac{\partial s}{\partial q}"),
        (r"c/\sqrt{d} w", r"\frac{c}{\sqrt{d}} w"),
        (r"\frac{1}{2} 2 x", r"\frac12 2 x", r"\frac1{2}2x"),
        (r"\frac 1N2(t - a)", r"\frac{1}{N} 2 (t - a)"),
        (r"\mathbf{d r}", r"\mathbf {dr}", r"\mathbf{dr}"),
        (r"\frac{\part f}{\part x}", r"\frac{\partial f}{\partial x}"),
        (r"w^{old}", r"w^{\text{old}}", r"w^{\mathrm{old}}", r"w^{\rm old}"),
        (r"\sigma^{2(j)}", r"\sigma^{2 (j)}", r"\sigma^{(j)2}"),
    ],
)
def test_more_spellings_of_one_thing(spellings: tuple[str, ...]) -> None:
    trees = [canonical(parse(source)).replace("(", "").replace(")", "") for source in spellings]
    assert len(set(trees)) == 1, trees


@pytest.mark.parametrize(
    "pair",
    [
        ("w^{old}", "w^{new}"),
        ("w^{old}", "w"),
        (r"\sigma^{2(j)}", r"\sigma^{(j)}"),
        (r"x^{\mathrm{T}}", r"x^{\mathrm{Tr}}"),
        (r"\mathbf{dr}", r"\mathbf{d} r"),
    ],
)
def test_more_near_misses_stay_apart(pair: tuple[str, str]) -> None:
    different(*pair)


@pytest.mark.parametrize("source", ["a/b c", "1/2 x", "a/b 2", r"a/b x_i (c + d)", r"\alpha 2", "x_1 2"])
def test_what_may_stand_below_a_slash_or_be_a_name_is_not_read(source: str) -> None:
    with pytest.raises(ReadError, match=r"belong to b|a number directly after"):
        parse(source)
