r"""How people write: losses that only words name, Jacobians used in chain rules, signs and numbers as labels.

Every truth has a near miss of the same look beside it.
"""

import pytest

from tests.test_anew import said
from tests.test_scope import verdicts

LAYER = r"m = \frac1d \sum_{k=1}^d a_k, \qquad n_k = a_k - m, \qquad b_k = g_k n_k + c_k"
GRADIENT = (r"\frac{\partial V}{\partial c_k} = \frac{\partial V}{\partial b_k}",)
GRADIENTS = (*GRADIENT, r"\frac{\partial V}{\partial g_k} = \frac{\partial V}{\partial b_k}")


@pytest.mark.parametrize(
    "sentence",
    [
        "The loss $V$ sees the outputs.",
        "The cost function $V$ sees the outputs.",
        "A number $V$ is the loss.",
        "Den Verlust nennen wir $V$, und er ist die Zahl, auf die es ankommt.",
        "Sea la función de pérdida $V$ de los datos del lote.",
        "Soit la fonction de perte $V$ et les données du lot.",
        "损失函数 $V$ 依赖于输出。",
        "損失関数 $V$ を考える。",
        "손실 함수 $V$ 를 본다.",
    ],
)
def test_words_name_a_loss(sentence: str) -> None:
    assert verdicts(*said(sentence, LAYER, *GRADIENTS)) == "pr"


@pytest.mark.parametrize("sentence", ["The gain $V$ is ours.", "The loss of $V$ is small.", "We see a loss."])
def test_other_words_name_none(sentence: str) -> None:
    assert verdicts(*said(sentence, LAYER, *GRADIENT)) == "x"


NORMALIZED = (
    r"\mu = \frac1m \sum_{k=1}^m x_k, \quad s = \frac1m \sum_{k=1}^m (x_k - \mu)^2 + \epsilon",
    r"y_i = \frac{x_i - \mu}{s}",
)
JACOBIAN = r"\frac{\partial y_j}{\partial x_i}"
ENTRY = rf"{JACOBIAN} = \frac1s \Big( \delta_{{ij}} - \frac1m - \frac2m (x_i - \mu) y_j \Big)"
GRADIENT_X = r"\frac{\partial L}{\partial x_i} = "
CHAIN = rf"{GRADIENT_X} \sum_{{j=1}}^m \frac{{\partial L}}{{\partial y_j}} {JACOBIAN}"
SUMMED = rf"\sum_{{j=1}}^m {JACOBIAN} = 0"
PATHS = (
    rf"{GRADIENT_X} \frac{{\partial L}}{{\partial y_i}} \frac{{\partial y_i}}{{\partial x_i}}"
    r" + \frac{\partial L}{\partial s} \frac{\partial s}{\partial x_i}"
    r" + \frac{\partial L}{\partial \mu} \frac{\partial \mu}{\partial x_i}"
)


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # as an entry of the Jacobian the derivative is total, and so it is in the chain rule
        ((*NORMALIZED, ENTRY, CHAIN), "pp"),
        ((*NORMALIZED, SUMMED), "x"),
        ((*NORMALIZED, ENTRY, SUMMED), "pp"),
        ((*NORMALIZED, ENTRY, CHAIN.replace("= ", "= 2 ")), "pr"),
        # on the diagonal alone, nothing says so
        ((*NORMALIZED, ENTRY.replace("y_j", "y_i").replace(r"\delta_{ij}", "1"), SUMMED), "px"),
        # beside it the other reading, which is the usual one, holds as before
        (
            (*NORMALIZED, ENTRY, PATHS),
            "pp",
        ),
    ],
)
def test_a_jacobian_is_total_in_the_chain_rule_too(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # a sign below a name is a label
        (("E_+ = a + b, \\qquad E_{-} = a - b", "E_+ + E_- = 2 a", "E_+ - E_- = 2 a"), "pr"),
        (("E_+ = a + b", "E_+ + 1 = a + b + 1", "E_+ + 1 = a + b - 1"), "pr"),
        # a number in brackets above one is a label, unless indices stand there
        (("u^{(1)}_i = a_i + b, \\qquad u^{(2)}_i = a_i - b", r"u^{(1)}_i + u^{(2)}_i = 2 a_i"), "p"),
        (("u^{(1)}_i = a_i + b, \\qquad u^{(2)}_i = a_i - b", r"u^{(1)}_i = u^{(2)}_i"), "x"),
        (("s = \\sum_{i=1}^m x^{(i)}", "2 s = 2 \\sum_{i=1}^m x^{(i)}", "x^{(1)} + s = s"), "px"),
    ],
)
def test_labels(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


def test_values_of_an_example_leave_no_doubt() -> None:
    """An example that gives each name a list of numbers says nothing of them elsewhere."""
    note = said("a = \\sum_{i=1}^m x_i y_i", "It fails for $x = (1, 2)$ and $y = (2, 1)$.", r"a \le 0")
    assert verdicts(*note) == "r"
    assert verdicts(*said(note[0], "Think of $y = (z, 1)$.", note[2])) == "x"


SCALED = (
    r"h_i = \gamma u_i + \beta",
    r"\frac{\partial L}{\partial \beta} = \sum_i \frac{\partial L}{\partial h_i}",
)
GAIN = r"\frac{\partial L}{\partial \gamma} = "


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # a letter twice in a product and not on the other side, in a file that writes its sums
        ((*SCALED, rf"{GAIN} \frac{{\partial L}}{{\partial h_i}} u_i"), "pr"),
        ((*SCALED, rf"{GAIN} \sum_i \frac{{\partial L}}{{\partial h_i}} u_i"), "pp"),
        ((SCALED[0], rf"{GAIN} \frac{{\partial L}}{{\partial h_i}} u_i"), "x"),
        (("# Sums are Einstein's", *SCALED, rf"{GAIN} \frac{{\partial L}}{{\partial h_i}} u_i"), "px"),
        (("Repeated indices are summed over.", r"\delta_{ii} = 1"), "x"),
        (("Repeated indices are summed over.", r"\frac{a_i x_i}{x_i x_i} x_i = a_i"), "x"),
        (("Repeated indices are summed over.", r"a_i + b_i = b_i + a_i"), "p"),
        (("Repeated indices are summed over.", r"\sum_i 2 a_i b_i = 2 \sum_i a_i b_i"), "p"),
        ((r"a_i b_i = b_i a_i",), "p"),
        # words say that a name is a function
        (
            (r"Let $\phi$ be an activation function.", r"\phi x = x \phi", r"\phi(x + y) = \phi x + \phi y"),
            "xx",
        ),
        ((r"Let $\phi$ be the gain.", r"\phi x = x \phi", r"\phi(x + y) = \phi x + \phi y"), "pp"),
        ((r"Let $r: \mathbb{R} \to \mathbb{R}$.", r"r(x + y) = r x + r y"), "x"),
        # a dot beside the sign for products entry by entry
        ((r"\sum_i u_i v_i = \sum_i v_i u_i", r"u \cdot v = u \odot v"), "px"),
        ((r"\sum_i u_i v_i = \sum_i v_i u_i", r"u \odot v = v \odot u"), "pp"),
        # once: some index may be meant
        ((*SCALED, rf"{GAIN} \frac{{\partial L}}{{\partial h_i}}"), "px"),
        # free beside the sum that binds it
        (("a = \\sum_k g_k v_k", r"a w_i = g_k w_i \sum_k v_k"), "r"),
        (("a = \\sum_k g_k v_k", r"a w_i = w_i \sum_k g_k v_k"), "p"),
        # the sum may be meant to go on
        (("a = \\sum_k (v_k^2 - b v_k)", r"a = \sum_k v_k^2 - b v_k"), "x"),
        (("a = \\sum_k g_k v_k", r"2 a = 2 g_k v_k"), "r"),
        (("a = \\sum_k (v_k - b)", r"\sum_k (v_k - b) = v_k - b"), "x"),
        # free on the left, bound again: false as it stands, and unread where it holds
        (("a_i = v_i \\sum_k v_k g_k", r"2 a_i = 2 \sum_i v_i v_i g_i"), "r"),
        (("a_i = v_i \\sum_k v_k g_k", r"2 a_i = 2 v_i \sum_i v_i g_i"), "x"),
    ],
)
def test_letters_that_do_not_fit_can_only_refute(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


def test_indices_compared_in_an_indicator_are_no_numbers() -> None:
    entry = r"\frac{\partial c_k}{\partial x_i} = "
    note = (r"c_i = x_i - \frac1n \sum_{k=1}^n x_k", rf"{entry} 1_{{k=i}} - \frac1n")
    assert verdicts(*note, rf"{entry} -\frac1n, \quad k \ne i") == "pp"
    assert verdicts(*note, rf"{entry} \frac1n, \quad k \ne i") == "pr"


BOLD = (r"\mathbf{w} = \frac{\mathbf{v}}{g}", r"\frac{\partial w_i}{\partial v_j} = \frac{\delta_{ij}}{g}")


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # entries of bold names, though another section has the plain letter alone
        ((*BOLD, "## Later", r"t = \sum_j v_j x_j, \qquad s = \Vert v \Vert", r"s^2 = \sum_j v_j^2"), "pp"),
        ((BOLD[0], BOLD[1].replace(r"\delta_{ij}", "1"), "## Later", r"s = \Vert v \Vert"), "r"),
        # beside it in the section, the plain letter is another name
        ((*BOLD, r"s = \Vert v \Vert", r"s^2 = \sum_j v_j^2"), "xp"),
    ],
)
def test_entries_of_bold_names_by_section(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


@pytest.mark.parametrize(
    ("sentence", "claim", "expected"),
    [
        # what the size is a product of stands nowhere else: it may be any
        (r"There are $K = \frac{C}{G} H$ places.", r"\sum_{k=1}^K x_k = a K + a", "r"),
        (r"There are $K = \frac{C}{G} H$ places.", r"\sum_{k=1}^K x_k = a C H", "x"),
        (r"There are $K = 2 H + 1$ places.", r"\sum_{k=1}^K x_k = a K + a", "x"),
    ],
)
def test_a_size_that_is_a_product_may_be_any(sentence: str, claim: str, expected: str) -> None:
    assert verdicts(*said(r"a = \frac1K \sum_{k=1}^K x_k", sentence, claim)) == expected
