"""A name before a bracket: a function of the file, a product, or not read."""

from __future__ import annotations

import pytest

from tests.test_names import read_note, verdicts

QUADRATIC = "let $f(x)$ = $x^2 + 1$"
NORMALIZE = r"u(x) = \frac{x}{\Vert x \Vert}"
LAYER = r"y_i = \gamma x_i + \beta"


@pytest.mark.parametrize(
    ("known", "true", "false"),
    [
        (QUADRATIC, "f(0)^2 = 1", "f(0)^2 = 0"),
        (QUADRATIC, "f^2(2) = 25", "f^2(2) = 17"),
        (QUADRATIC, "f(a + b) - f(a) = 2 a b + b^2", "f(a + b) = f(a) + f(b)"),
        (QUADRATIC, "f'(3) = 6", "f'(3) = 10"),
        (QUADRATIC, "f''(a) = 2", "f''(a) = 2 a"),
        (QUADRATIC, "f(f(0)) = 2", "f(f(0)) = 1"),
        ("h(t) = 3 t", "h(2) = 6", "h(2) = 3"),
        (r"g(x) = \frac{1}{x^2 + 1}", "g'(1) = - \\frac12", "g'(1) = \\frac12"),
        (NORMALIZE, r"\sum_i u(x)_i^2 = 1", r"u(k x)_i - u(x)_i = 0"),
        (r"\mathrm{R}(z)_i = 2 z_i", r"\mathrm{R}(w)_j = 2 w_j", r"\mathrm{R}(w)_j = w_j"),
        (LAYER, r"\gamma (a + b) = a \gamma + b \gamma", r"\gamma (a + b) = a \gamma + b"),
        (LAYER, r"\gamma^2 (a + b)^2 = (\gamma a + \gamma b)^2", r"\gamma^2 (a + b)^2 = \gamma^2"),
        ("y_i = s_i x_i + c", "s_i ((a + b) c) = s_i a c + s_i b c", "s_i ((a + b) c) = s_i a c + b c"),
        (
            r"\tau = \frac{1}{m} \sum_i x_i",
            r"\tau (\frac{\partial x_i^2}{\partial x_i}) = 2 \tau x_i",
            r"\tau (\frac{\partial x_i^2}{\partial x_i}) = \tau x_i",
        ),
        (r"\text{inv} = 2 w", r"\text{inv} (a + b)^2 = 2 w (a + b)^2", r"\text{inv} (a + b) = w (a + b)"),
    ],
)
def test_a_function_or_a_product(known: str, true: str, false: str) -> None:
    assert verdicts(known, true) == ["proved"]
    assert verdicts(known, false) == ["refuted"]


@pytest.mark.parametrize(
    "formula",
    [
        r"\sigma(0) = 0",
        "p(1) + p(2) = p(3)",
        "h_1(2) = 2 h_1(1)",
        "F'(0) = 0",
        r"\phi^{-1}(a) = \frac{a}{\phi}",
        r"\phi(a + b) = \phi(b + a)",
        r"\gamma (a) = \gamma",
        r"\gamma (c (a + b)) = \gamma c a + \gamma c b",
        r"\gamma_i (a) = \gamma_i",
        r"\mathrm{inv}(a + b) = \mathrm{inv}(b + a)",
    ],
)
def test_a_name_before_a_bracket_that_nothing_explains_is_unread(formula: str) -> None:
    assert verdicts(formula) == ["unread"]
    assert verdicts(LAYER, formula) == ["unread"]


def test_a_space_before_a_bracket_says_that_it_is_a_product() -> None:
    assert verdicts(r"g\, (a - a) = 0", r"g\; (a + b) = g\, (a - b)") == ["proved", "refuted"]
    assert verdicts(r"g (a + b) = g\, (b + a)", r"g(0) = 0") == ["unread", "unread"]
    assert verdicts(r"g (a + b) = g  (b + a)") == ["unread"]


def test_a_display_names_a_gradient_of_two_parts() -> None:
    names = r"y_i = 2 x_i, \quad dy_i := \frac{\partial L}{\partial y_i}, \quad dx_i := 2 dy_i"
    true, false = (rf"\frac{{\partial L}}{{\partial x_j}} = {right}" for right in ("dx_j", "dy_j"))
    assert verdicts(names, true, false) == ["proved", "refuted"]


@pytest.mark.parametrize("formula", ["f^{-1}(5) = 2", "(f + f)(0) = 0", "f' = 2 x", "f(1, 2) = 0"])
def test_of_a_function_not_all_is_read(formula: str) -> None:
    assert verdicts(QUADRATIC, formula) == ["unread"]


def test_an_equation_of_a_number_defines_no_function() -> None:
    assert verdicts(LAYER, r"\gamma(x) = x^2", r"\gamma(2) = 4") == ["unread", "unread"]
    assert verdicts("a (b) = a b", "a (3) = 3 a") == ["unread", "unread"]


MEAN = r"\mu = \frac{1}{m} \sum_i x_i"
CENTRED = r"c_i = x_i - \mu"


def test_what_formulas_make_from_a_name_is_a_function_of_it() -> None:
    assert verdicts(MEAN, r"\mu(2 x) = 2 \mu(x)", r"\mu(2 x) = 4 \mu(x)") == ["proved", "refuted"]
    assert verdicts(MEAN, CENTRED, "c(a x)_i = a c(x)_i", "c(a x)_i = c(x)_i") == ["proved", "refuted"]
    assert verdicts(MEAN, CENTRED, "c(x)_i = x_i - \\mu", "c(x)_i = x_i") == ["proved", "refuted"]


@pytest.mark.parametrize(
    "known",
    [
        MEAN,  # of the other name it is not made
        r"\mu = a + b",  # of which of the two?
        r"a = b^2",  # that a number times another is written so is no reason
    ],
)
def test_a_name_before_one_that_it_is_not_made_from_is_unread(known: str) -> None:
    assert set(verdicts(known, r"\mu(a) + \mu(b) = \mu(a + b)")) == {"unread"}
    assert verdicts(known, r"\mu(2 c) = 2 \mu(c)") == ["unread"]


def test_a_later_section_makes_a_function_of_a_name() -> None:
    first = r"<!-- bnsym: let $q$ = $1$ -->" + "\n# A\n\n$$ r = \\sqrt{\\sum_i x_i^2 + 1} $$\n"
    again = r"Now $r(x) = \sqrt{\sum_i x_i^2}$ and $E(w) = \sum_i (w x_i)^2$." + "\n"
    links = r"$$ r(2 x) = 2 r(x) \qquad r(2 x) = 4 r(x) \qquad E(2) = 4 E(1) \qquad E(2) = 2 E(1) $$"
    assert read_note(f"{first}\n# B\n\n{again}\n{links}\n") == ["proved", "refuted", "proved", "refuted"]
    assert set(read_note(f"{first}\n{again}\n{links}\n")[:2]) == {"unread"}
    claimed = r"It is wrong that $E(w) = \sum_i (w x_i)^2$."
    assert set(read_note(f"{first}\n# B\n\n{claimed}\n\n{links}\n")[2:]) == {"unread"}


def test_functions_with_and_without_a_label_are_two() -> None:
    assert verdicts("let $f_1(x)$ = $x$", "let $f_2(x)$ = $2 x$", "f_2(3) = 6", "f_1(3) = 6") == [
        "proved",
        "refuted",
    ]


def test_a_gain_before_a_sum_is_a_number_wherever_else_it_stands() -> None:
    assert verdicts(r"\gamma (a - b) = \gamma a - \gamma b") == ["proved"]
    assert verdicts(r"\alpha (a + b)^2 = 0", r"\alpha(a) = 0") == ["refuted", "unread"]
    assert verdicts(r"\delta_{ij} (a + b) = \delta_{ij} a + \delta_{ij} b") == ["proved"]


def test_what_follows_a_slash_is_proved_above_the_line_and_refuted_nowhere():
    size = r"t = \sum_{i=1}^n x_i"
    assert verdicts(size, r"1/n (a + t) = \frac{a}{n} + \frac{t}{n}") == ["proved"]
    assert verdicts(size, r"1/n (a + t) = \frac{1}{n a + n t}") == ["unread"]
    assert verdicts(size, r"\frac{1}{n} (a + t) = \frac{1}{n a + n t}") == ["refuted"]


def test_a_number_behind_a_size_is_a_factor_and_behind_two_a_name():
    claim = r"\sum_{i=1}^n a = \frac{a n2}{2}"
    assert verdicts(claim) == ["proved"]
    assert verdicts(claim, "n1 + n2 = n") == ["unread", "unread"]
    assert verdicts(claim.replace("n2", "x2")) == ["unread"]
