r"""Exponentials, logarithms, activations: every truth with a near miss, and what may be neither.

The values of a function are free for the kernel, so that the danger is a refutation by values which the
function does not have, and a proof that holds one of them fixed under a derivative.
"""

from __future__ import annotations

import pytest

from bnsym.kernel import Refuted
from tests.test_scope import checked, verdicts

SOFTMAX = r"p_i = \frac{e^{z_i}}{\sum_{j=1}^n e^{z_j}}"
LAYER = (
    r"\mu = \frac{1}{m} \sum_{i=1}^m x_i",
    r"v = \frac{1}{m} \sum_{i=1}^m (x_i - \mu)^2",
    r"h_i = \frac{x_i - \mu}{\sqrt{v + \epsilon}}",
    r"y_i = \gamma h_i + \beta",
)
J_Z, J_P = (rf"\frac{{\partial J}}{{\partial {name}}}" for name in ("z_k", "p_i"))
PHI = r": Let $\phi$ be an activation function."
BEHIND = (*LAYER, PHI, r"a_i = \phi(y_i)")


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"\exp(a + b) = \exp(a) \exp(b)", "p"),
        (r"\exp(a + b) = \exp(a) + \exp(b)", "r"),
        (r"e^{2u - v} = \frac{(e^u)^2}{e^v}", "p"),
        (r"e^{2u - v} = \frac{e^u}{e^v}", "r"),
        (r"\exp(a / 2)^2 = \exp(a)", "u"),
        (r"\exp(0) = 1", "p"),
        (r"\exp(0) = 0", "r"),
        (r"\exp(a) > 0", "p"),
        (r"\exp(a) > 1", "r"),
        (r"\sqrt{\exp(2a)} = \exp(a)", "p"),
        (r"\exp(-a) = \frac{1}{\exp(a)}", "p"),
        (r"\exp(-a) = -\exp(a)", "r"),
        (r"\exp(\sum_i c_i + a) = \exp(a) \exp(\sum_k c_k)", "p"),
        (r"\ln(a b) = \log a + \ln b", "p"),
        (r"\log(a b) = \log a \cdot \log b", "r"),
        (r"\log \frac{a}{b^2} = \log a - 2 \log b", "p"),
        (r"\log \frac{a}{b^2} = \log a - \log b", "r"),
        (r"\log(a + b) = \log a + \log b", "u"),
        (r"\log(\exp(a)) = a", "p"),
        (r"\exp(2 \log a) = a^2", "p"),
        (r"\log(1 + e^u) = u + \log(1 + e^{-u})", "p"),
        (r"\log 1 = 0", "p"),
        (r"\tanh(u) = \frac{e^u - e^{-u}}{e^u + e^{-u}}", "p"),
        (r"\tanh(a) = 2 \operatorname{sigmoid}(2 a) - 1", "p"),
        (r"\tanh(a) = 2 \operatorname{sigmoid}(a) - 1", "r"),
        (r"\operatorname{sigmoid}(-a) = 1 - \operatorname{sigmoid}(a)", "p"),
        (r"\operatorname{sigmoid}(a) < 1", "p"),
        (r"\operatorname{sigmoid}(a) < \frac12", "r"),
        (r"\operatorname{sigmoid}(0) = \frac12", "p"),
        (r"\tanh^2(a) \le 1", "p"),
        (r"\operatorname{ReLU}(a)^2 = a \operatorname{ReLU}(a)", "p"),
        (r"\operatorname{ReLU}(a) \ge 0", "p"),
        (r"\operatorname{ReLU}(a) \ge a", "p"),
        (r"2 \operatorname{ReLU}(a) = 2 a", "r"),
        (r"\operatorname{ReLU}(a) - \operatorname{ReLU}(-a) = 0", "r"),
        (r"\frac{d}{da} \exp(a^2) = 2 a \exp(a^2)", "p"),
        (r"\frac{d}{da} \log(a^2 + 1) = \frac{2 a}{a^2 + 1}", "p"),
        (r"\frac{d}{da} \log(a^2 + 1) = \frac{a}{a^2 + 1}", "r"),
        (r"\frac{d}{da} \tanh(a) = 1 - \tanh^2(a)", "p"),
        (r"\frac{d}{da} \tanh(a) = 1 - \tanh(a)", "r"),
        (r"\frac{d}{du} e^{v \tanh(u)} = v \cdot (1 - \tanh(u)^2) e^{v \tanh(u)}", "p"),
    ],
)
def test_laws(claim: str, expected: str) -> None:
    assert verdicts(claim) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        # what is false of values that the function has together is left; what is true of them is not refuted
        (r"\exp(a) = a", "r"),
        (r"\exp(a) \ge 1 + a", "u"),
        (r"\exp(a) \ge 1 \quad \text{if } a > 0", "u"),
        (r"\log a \le a - 1", "u"),
        (r"\exp(1) > 2", "u"),
        (r"\exp(1) < 3", "u"),
        (r"\log 4 = 2 \log 2", "u"),
        (r"\exp(\exp(a)) > 1", "u"),
        (r"\exp(\exp(a)) = \exp(a)", "u"),
        (r"\log(\log a) + \log b = \log(b \log a)", "p"),
        (r"\operatorname{ReLU}(\exp(a)) = \exp(a)", "u"),
        (r"\operatorname{ReLU}(\operatorname{ReLU}(a)) = \operatorname{ReLU}(a)", "u"),
        (r"\operatorname{ReLU}(\operatorname{ReLU}(a)) = 2 a", "r"),
        (r"\exp(a b) = \exp(b a)", "p"),
        (r"\exp(\sum_i \sum_k c_i d_k) = \exp(\sum_k d_k \sum_i c_i)", "p"),
        (r"\exp(a)^2 \exp(b) = \exp(b + 2 a)", "p"),
        (r"\tanh(a) \ge 0 \quad \text{if } a > 0", "u"),
        (r"\log(-a) = \log a", "u"),
        (r"\exp(\sqrt{a^2}) = \exp(a)", "u"),
        (r"\exp(c_i) = \exp(b)", "r"),
        (r"\exp((a + b)^2) = \exp(a^2) \exp(b^2) \exp(a b)^2", "p"),
        # how far an argument goes is said, or nothing is
        (r"\log a b = \log a + \log b", "x"),
        (r"\exp a / b = \exp(a) / b", "x"),
        (r"\log^{-1}(a) = \exp(a)", "x"),
        (r"\log 0 = 1", "x"),
        (r"\operatorname{softmax}(2 a) = 1", "x"),
        (r"\operatorname{gelu}(a) = \operatorname{gelu}(b)", "x"),
        # e is a name where it stands as one
        (r"e^{u} + e = e + e^{u}", "x"),
        # and what stands above it may be a step
        (r"e^{k+1} = e^{k} + a", "x"),
        (r"\exp(A + B) = \exp(A) + \exp(B)", "r"),
    ],
)
def test_what_is_not_decided(claim: str, expected: str) -> None:
    assert verdicts(claim) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"\sum_i p_i = 1", "p"),
        (r"p_i > 0", "p"),
        (r"p_i \le 1", "u"),
        (r"p = \operatorname{softmax}(z)", "p"),
        (r"p_k = \operatorname{softmax}(z)_k", "p"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} - p_j)", "p"),
        (r"\frac{\partial p_i}{\partial z_j} = p_j (\delta_{ij} - p_j)", "r"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i (\delta_{ij} + p_j)", "r"),
        (r"\frac{\partial p_i}{\partial z_i} = p_i (1 - p_i)", "p"),
        (r"\sum_i \frac{\partial p_i}{\partial z_j} = 0", "p"),
        (r"\frac{\partial}{\partial z_k} (-\log p_i) = p_k - \delta_{ik}", "p"),
        (r"\frac{\partial}{\partial z_k} (-\log p_i) = \delta_{ik} - p_k", "r"),
        (r"\frac{\partial}{\partial z_k} \log \sum_j e^{z_j} = p_k", "p"),
        (r"\frac{\partial^2}{\partial z_k \partial z_l} \log \sum_j e^{z_j} = p_k (\delta_{kl} - p_l)", "p"),
        (r"\frac{\partial^2}{\partial z_k \partial z_l} \log \sum_j e^{z_j} = p_k \delta_{kl}", "r"),
        (r"\frac{e^{z_i - c}}{\sum_j e^{z_j - c}} = p_i", "p"),
        (r"\frac{e^{z_i / c}}{\sum_j e^{z_j / c}} = p_i", "u"),
        (rf"{J_Z} = \sum_i {J_P} p_i (\delta_{{ik}} - p_k)", "p"),
        (rf"{J_Z} = \sum_i {J_P} p_i (\delta_{{ik}} - p_i)", "r"),
        (rf"{J_Z} = p_k \frac{{\partial J}}{{\partial p_k}}", "r"),
    ],
)
def test_softmax(claim: str, expected: str) -> None:
    assert verdicts(SOFTMAX, claim) == expected


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"\frac{\partial L}{\partial z_k} = p_k - t_k", "p"),
        (r"\frac{\partial L}{\partial z_k} = t_k - p_k", "r"),
        (r"\frac{\partial L}{\partial p_k} = -\frac{t_k}{p_k}", "p"),
        (r"\frac{\partial L}{\partial p_k} = -\frac{t_k}{p_k^2}", "r"),
        (r"\frac{\partial L}{\partial p_k} = 0", "r"),
    ],
)
def test_cross_entropy(claim: str, expected: str) -> None:
    note = (SOFTMAX, r"L = -\sum_i t_i \log p_i", r"<!-- bnsym: assume $\sum_i t_i = 1$ -->")
    assert verdicts(*note, claim) == expected


def test_what_is_defined_by_a_function_has_no_other_values() -> None:
    """exp(z) is 1 only where z is 0, through whatever it is met."""
    assert verdicts(SOFTMAX, r"\log p_i = z_i", r"\log p_i + z_i = 1 + \log p_i + z_i") == "ur"
    assert verdicts(r"w = e^u", r"v = w^2", PHI, r"\phi(v) = u", r"\phi(v) = \phi(u) + w") == "uu"


def test_without_its_condition_a_cross_entropy_has_another_gradient() -> None:
    assert (
        verdicts(SOFTMAX, r"L = -\sum_i t_i \log p_i", r"\frac{\partial L}{\partial z_k} = p_k - t_k") == "r"
    )


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        (r"\frac{\partial L}{\partial y_i} = \frac{\partial L}{\partial a_i} \phi'(y_i)", "p"),
        (r"\frac{\partial L}{\partial y_i} = \frac{\partial L}{\partial a_i} \phi(y_i)", "u"),
        (r"\frac{\partial L}{\partial y_i} = \frac{\partial L}{\partial a_i} \phi'(h_i)", "r"),
        (r"\frac{\partial L}{\partial y_i} = \frac{\partial L}{\partial a_i}", "u"),
        (r"\frac{\partial L}{\partial y_i} = -\frac{\partial L}{\partial a_i} \phi'(y_i)", "r"),
        (r"\frac{\partial L}{\partial \gamma} = \sum_i \frac{\partial L}{\partial a_i} \phi'(y_i) h_i", "p"),
        (r"\frac{\partial L}{\partial \gamma} = \sum_i \frac{\partial L}{\partial a_i} h_i", "u"),
        (r"\frac{\partial L}{\partial \beta} = \sum_i \phi'(y_i) \frac{\partial L}{\partial a_i}", "p"),
        (r"\frac{\partial a_i}{\partial \gamma} = \phi'(y_i) h_i", "p"),
        (r"\frac{\partial a_i}{\partial \gamma} = \phi'(y_i) x_i", "r"),
        (r"\frac{\partial^2 a_i}{\partial \beta^2} = \phi''(y_i)", "p"),
        (r"\frac{\partial^2 a_i}{\partial \beta^2} = \phi'(y_i)", "r"),
        (r"\frac{\partial L}{\partial y_i} = \frac{\partial L}{\partial a_i} \phi'(y_k)", "x"),
        (r"\phi(0) = 0", "u"),
        (r"\phi(\gamma + \beta) = \phi(\gamma) + \phi(\beta)", "u"),
        (r"\phi'(\gamma) = \phi(\gamma) (1 - \phi(\gamma))", "u"),
        (r"\phi(\gamma + \beta) = \phi(\beta + \gamma)", "p"),
        (r"\phi(\sum_i (x_i - \mu)) = \phi(0)", "p"),
        (r"\phi(y_i) = \phi(y_i)", "p"),
        (r"\phi = \gamma", "xx"),
    ],
)
def test_an_unknown_activation(claim: str, expected: str) -> None:
    assert verdicts(*BEHIND, claim) == expected


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # a function is known by words alone, and takes entries by themselves only where they say so
        ((r"\phi(x_i) = \phi(x_i)",), "x"),
        ((r": Let $g$ be a function.", r"b_i = g(x_i)", r"\frac{\partial b_i}{\partial x_k} = 0"), "xx"),
        ((PHI, r"\frac{\partial \phi(x_i)}{\partial x_k} = \delta_{ik} \phi'(x_i)"), "p"),
        ((PHI, r"\frac{\partial \phi(x_i)}{\partial x_k} = \phi'(x_i)"), "r"),
        ((r": The sigmoid $s$ is used.", r"s'(a) = s(a) (1 - s(a))", r"s'(a) = s(a)"), "pr"),
        # a file's own definition of a word holds
        (
            (
                r"\operatorname{sigmoid}(u) = \frac{1}{1 + e^{-2u}}",
                r"\operatorname{sigmoid}(a) = \operatorname{sigmoid}(a)",
            ),
            "p",
        ),
        (
            (
                r"\operatorname{sigmoid}(u) = \frac{1}{1 + e^{-2u}}",
                r"\operatorname{sigmoid}(a) = \frac{1}{1 + \exp(-a)}",
            ),
            "r",
        ),
        ((r": Let $A \in \mathbb{R}^{n \times n}$.", r"\exp(2 A) = \exp(A) \exp(A)"), "x"),
        (
            (
                r": Let $\phi$ be a softmax activation function.",
                r"\frac{\partial \phi(x_i)}{\partial x_k} = 0",
            ),
            "x",
        ),
        # other words for the same, and not of what may be a loss
        *(
            ((said, r"\frac{\partial \phi(x_i)}{\partial x_i} = \phi'(x_i)"), verdict)
            for said, verdict in (
                (r": An unknown differentiable function $\phi$ applied entrywise.", "p"),
                (r": Let $\phi$ be differentiable and applied elementwise.", "p"),
                (r": Let $\phi$ be a smooth function, which acts on each component.", "p"),
                (r": Let $\phi$ be differentiable.", "x"),
                (r": Beside a function $\phi$ stands the elementwise product.", "x"),
            )
        ),
        (
            (
                r": Let $\phi$ be a differentiable function.",
                r"\frac{\partial \phi(x_i)}{\partial x_i} = \phi'(x_i)",
            ),
            "p",
        ),
        (
            (r": Let $f$ be a differentiable function.", r"\frac{\partial f(x_i)}{\partial x_i} = f'(x_i)"),
            "x",
        ),
        (
            (
                r": Let $\psi: \mathbb{R} \to \mathbb{R}$.",
                r"\frac{\partial \psi(x_i)}{\partial x_i} = -\psi'(x_i)",
            ),
            "r",
        ),
        (
            (
                r": Let $\psi: \mathbb{R} \to \mathbb{R}^n$.",
                r"\frac{\partial \psi(x_i)}{\partial x_i} = -\psi'(x_i)",
            ),
            "x",
        ),
        # a rectifier by its formula, and its slope
        ((r"r_i = \max(0, z_i)", r"r_i = \operatorname{ReLU}(z_i)", r"r_i = \max(z_i, 1)"), "px"),
        ((r"r_i = \max(0, z_i)", r"\frac{\partial r_i}{\partial z_i} = \mathbb{1}[z_i > 0]"), "p"),
        ((r"r_i = \max(0, z_i)", r"\frac{\partial r_i}{\partial z_i} = \mathbb{1}[z_i > 1]"), "x"),
        ((r"r_i = \max(0, z_i)", r"\frac{\partial r_i}{\partial z_i} = 1 - \mathbb{1}[z_i > 0]"), "r"),
        # an argument is compared with what defines it
        (
            (
                r"y_i = \gamma x_i + \beta",
                r"e^{y_i} = e^{\gamma x_i} e^\beta",
                r"e^{y_i} = e^{\gamma x_i} + e^\beta",
            ),
            "pr",
        ),
        (
            (
                PHI,
                r"y_i = \gamma x_i",
                r"a_i = \phi(y_i)",
                r"\frac{\partial a_i}{\partial \gamma} = x_i \phi'(\gamma x_i)",
            ),
            "p",
        ),
        (
            (
                PHI,
                r"y_i = \gamma x_i",
                r"a_i = \phi(y_i)",
                r"\frac{\partial a_i}{\partial \gamma} = \gamma \phi'(\gamma x_i)",
            ),
            "r",
        ),
        ((SOFTMAX, r"\log p_i = z_i - \log \sum_j e^{z_j}", r"\log p_i = z_i"), "pu"),
        # a derivative inside is not written out
        ((PHI, r"\phi(\frac{\partial L}{\partial x_i}) = \phi(\frac{\partial L}{\partial x_i})"), "x"),
        # what defines it for all numbers is used
        ((r"s(u) = \frac{1}{1 + e^{-u}}", r"s'(u) = s(u) (1 - s(u))", r"s'(u) = s(u)^2"), "pr"),
        ((r"s(u) = \frac{1}{1 + e^{-u}}", r"s(a + b) = \frac{1}{1 + e^{-a} e^{-b}}", "s(0) = 1"), "pr"),
        # the directly written and the defined way to a variable are both gone
        (
            (
                r"w_i = x_i \operatorname{sigmoid}(x_i)",
                r"\frac{\partial w_i}{\partial x_i} = \operatorname{sigmoid}(x_i)",
            ),
            "u",
        ),
        ((r"w_i = x_i + e^{x_i}", r"\frac{\partial w_i}{\partial x_i} = 1 + e^{x_i}"), "p"),
        ((r"w_i = x_i + e^{x_i}", r"\frac{\partial w_i}{\partial x_i} = 1"), "r"),
        ((r"u_i = 2 x_i", r"w_i = x_i + e^{u_i}", r"\frac{\partial w_i}{\partial x_i} = 1"), "x"),
        ((r"u_i = e^{x_i}", r"w_i = e^{u_i}", r"\frac{d w_i}{d x_i} = e^{u_i} u_i"), "p"),
        ((r"u_i = e^{x_i}", r"w_i = e^{u_i}", r"\frac{d w_i}{d x_i} = e^{u_i}"), "u"),
        # an activation in the midst of a layer, and behind it
        (
            (
                r"a_i = \operatorname{ReLU}(\gamma x_i)",
                r"y_i = a_i - \frac1m \sum_{k=1}^m a_k",
                (
                    r"\frac{\partial L}{\partial a_i} = \frac{\partial L}{\partial y_i}"
                    r" - \frac1m \sum_k \frac{\partial L}{\partial y_k}"
                ),
            ),
            "p",
        ),
        (
            (
                *LAYER,
                r"a = \operatorname{ReLU}(y)",
                r"\frac{\partial L}{\partial \beta} = \sum_i \frac{\partial L}{\partial y_i}",
            ),
            "p",
        ),
        (
            (
                *LAYER,
                r"a = \operatorname{ReLU}(y)",
                r"\frac{\partial L}{\partial \beta} = \sum_i \frac{\partial L}{\partial a_i}",
            ),
            "r",
        ),
        # an assumption about a value is none that is used
        ((r"<!-- bnsym: assume $\exp(a) = 2$ -->", r"\exp(2a) = 4"), "x"),
    ],
)
def test_through_definitions(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


def test_a_witness_gives_an_unknown_function_one_value_at_one_point() -> None:
    (result,) = checked(
        *BEHIND, r"\frac{\partial L}{\partial x_i} = \frac{\partial L}{\partial a_i} \phi'(y_i)"
    ).results
    assert isinstance(result.verdict, Refuted)
    values = result.verdict.witness.values
    points = dict(zip(values["x"], values[r"\phi'(y)"], strict=True))
    assert [points[x] for x in values["x"]] == list(values[r"\phi'(y)"])


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        ((r"\log(a b) = \log a + \log b",), {"a > 0", "b > 0"}),
        ((r"\log(a^2) = 2 \log a",), {"a > 0"}),
        ((r"\exp(\log a) = a",), {"a > 0"}),
        ((r"\log(a b) = \log(b a)",), {"a b > 0", "b a > 0"}),
        ((r"<!-- bnsym: assume $a > 0$ -->", r"\log(a b) = \log a + \log b"), {"b > 0"}),
        ((r"\log(1 + \exp(a)) - \log(a^2 + 1) = \log \frac{1 + \exp(a)}{a^2 + 1}",), set()),
        ((SOFTMAX, r"\frac{\partial}{\partial z_k} \log p_i = \delta_{ik} - p_k"), set()),
    ],
)
def test_where_logarithms_have_values_is_said(displays: tuple[str, ...], expected: set[str]) -> None:
    (result,) = checked(*displays).results
    assert result.name == "proved"
    assert set(result.link.conditions) == expected
