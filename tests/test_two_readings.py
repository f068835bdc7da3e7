r"""Where a formula may be read in two ways, no verdict rests on one of them; beside each, what is clear.

`note` gives a letter for each link: p proved, r refuted, u undecided, x unread.
"""

from __future__ import annotations

import pytest

from bnsym.elaborate import read
from tests.test_words import note, verdicts

LAYER = (
    r"Let $\mu = \frac1m\sum_i x_i$, $\sigma^2 = \frac1m\sum_i (x_i-\mu)^2$,"
    r" $\hat x_i = \frac{x_i-\mu}{\sqrt{\sigma^2+\epsilon}}$ and $y_i = \gamma\hat x_i + \beta$."
)


def layer(*displays: str, text: str = "") -> str:
    shown = "\n\n".join(f"$$\n{display}\n$$" for display in displays)
    return note(f"{LAYER}\n\n{text}\n\n{shown}\n")


def message(display: str) -> str:
    link = read(f"{LAYER}\n\n$$\n{display}\n$$\n", "note.md").links[0]
    return link.problem.message if link.problem else ""


@pytest.mark.parametrize(
    "word",
    [
        r"\operatorname{mod}",
        r"\mathrm{div}",
        r"\mathbin{\mathrm{mod}}",
        r"\text{ minus }",
        r"\text{ divided by }",
        r"\text{ choose }",
        r"\text{ hoch }",
        r"\text{ moins }",
        r"\text{ entre }",
        r"\text{ разделить на }",
        r"\textbf{ and then }",
        r"\mbox{ less }",
        r"\mathit{xor}",
        r"\circ",
        r"\star",
        r"\ominus",
        r"\wedge",
    ],
)
def test_a_word_between_factors_is_no_factor(word: str) -> None:
    assert verdicts(f"a {word} b = b {word} a") == "x"


@pytest.mark.parametrize(
    "display",
    [
        r"\sum_i(x_i-\mu) = 0 \text{ plus a constant}",
        r"\sum_i(x_i-\mu) \text{ is nonzero } = 0",
        r"\operatorname{rank} x = \operatorname{rank} x",
        r"\operatorname{sgn}^2 \mu = \operatorname{sgn}^2 \mu",
    ],
)
def test_words_beside_a_side_are_no_factor(display: str) -> None:
    assert layer(display) == "x"
    assert "nothing says that the word" in message(display)


@pytest.mark.parametrize("word", [r"\text{rate}", r"\mathrm{rate}", r"\operatorname{rate}"])
@pytest.mark.parametrize("said", ["$$\n{} = c^2\n$$", "Let ${} > 0$.", "We have ${} \\in \\mathbb{{R}}$."])
def test_a_word_of_which_the_note_says_what_it_is_may_be_a_factor(word: str, said: str) -> None:
    claims = f"$$\na {word} b = b {word} a\n$$\n\n$$\na {word} b = 2 a {word} b + 1\n$$\n"
    assert note(f"{said.format(word)}\n\n{claims}")[0] == "p"


def test_a_word_that_only_one_side_names_has_any_value() -> None:
    assert layer(r"m = \text{batch size}", r"m = \text{batch size}") == "xx"
    assert layer(r"\text{rate} = 2 c", r"\text{rate} = 3 c") == "x"
    assert layer(r"\text{rate} = 2 c", r"\text{rate} - c = 2 c") == "r"


def test_ring_and_star_are_products_of_some_things_only() -> None:
    vectors = r"x^T y = \sum_i x_i y_i"
    assert verdicts(vectors, r"x \circ y = y \circ x", r"x \circ y = y \circ y") == "ppr"
    assert verdicts(r"A_{ij} = x_i z_j", r"B_{ij} = z_i x_j", r"A \circ B = B \circ A") == "x"
    assert verdicts(r"w^\star = 2 c", r"w^\star - c = c", r"w^{\star} = w^*") == "pp"
    assert verdicts(r"a \ast b = b * a") == "p"


def test_an_exclamation_mark_is_a_factorial() -> None:
    assert layer("3!=7", r"\hat x_i!=1", r"m! = m", r"3\!=7") == "xxxr"
    assert layer(r"3 \ne 7", "3 <= 7", "3 >= 7") == "ppr"


def test_a_number_before_a_fraction_of_numbers() -> None:
    assert verdicts(r"2\frac12 = 2.5", r"2\frac12 = 1", r"3 \tfrac{1}{4} a = 3.25 a") == "xxx"
    assert (
        verdicts(r"2 \cdot \frac12 = 1", r"2\frac32 = 3", r"2\frac{1}{a} a = 2", r"\frac12\frac34 = 1")
        == "pppr"
    )


def test_a_power_of_ten_beside_a_name_e() -> None:
    assert verdicts("2e3 = 2000", "2e-3 = 3") == "pr"
    assert note("Let $e = 3$.\n\n$$\n2e-3 = 3\n$$\n\n$$\n2 \\cdot 10^{-3} = 3\n$$\n") == "xr"
    assert verdicts("e = 3 c", "2e-3 = 3") == "x"


def test_how_far_a_sum_or_a_slash_goes() -> None:
    assert layer(r"\sum x_i - \mu = 0", r"\frac1m \sum x_i - \mu = 1", r"\frac1m\sum x_i - \mu = 0") == "xxp"
    assert layer(r"\sum_i x_i - \mu = 0", r"\mu - \sum x_i = 0", r"\left(\sum x_i\right) - \mu = 0") == "rrr"
    assert (
        layer(r"\sum_i x_i = a/m \sum_i x_i", r"\sum_i x_i = 1/m \sum_i x_i", r"\mu = 1/m \sum_i x_i")
        == "xrp"
    )


def test_a_letter_that_stands_twice_in_a_product_of_matrices() -> None:
    matrices = r"A_{ij} = x_i x_j"
    assert verdicts(matrices, r"A_{ij} A_{jk} = A_{ik}") == "x"
    assert verdicts(matrices, r"\sum_j A_{ij} A_{jk} = A_{ik}", r"x_j = A_{ij} x_i") == "rx"
    said = "Here $I$ is the identity matrix.\n\n$$\nI_{ij} I_{jk} = I_{ik}\n$$\n"
    assert note(said) == "x"


def test_the_size_of_an_identity_that_nothing_says() -> None:
    assert layer(r"\operatorname{tr}(I) = m", r"\operatorname{tr}(I_m) = 2 m", r"I + I = I") == "xrr"
    assert (
        layer(r"A = I - \frac1m e e^T", r"\operatorname{tr}(A) = m", r"\operatorname{tr}(A) = m - 1") == "rp"
    )


PIECE = r"\frac{\partial (x_i - \mu)}{\partial x_i}"


def test_a_derivative_of_what_is_written_out_may_hold_the_rest() -> None:
    assert layer(f"{PIECE} = 1", rf"{PIECE} = 1 - \frac1m", f"{PIECE} = 2") == "xpr"
    assert layer(PIECE.replace(r"\partial", "d") + " = 1") == "r"


TOLD = [
    "The loss $L$ is half the sum of squares of $y_i$.",
    "We train with the mean squared error.",
    "The cost is the cross-entropy.",
    "损失 $L$ 是平方和的一半。",
]
GRADIENT = r"\frac{\partial L}{\partial y_i}"
OF_ALL = rf"\frac{{\partial L}}{{\partial \gamma}} = \sum_i {GRADIENT}"


@pytest.mark.parametrize("told", TOLD)
def test_a_loss_that_words_tell(told: str) -> None:
    assert layer(f"{GRADIENT} = y_i", OF_ALL, rf"{OF_ALL} \hat x_i", f"{GRADIENT} = 0", text=told) == "xrpr"


def test_a_loss_of_which_nothing_is_told() -> None:
    assert layer(f"{GRADIENT} = y_i", text="The loss $L$ is differentiable.") == "r"
    assert layer(f"{GRADIENT} = y_i", text="The sum of squares of $x_i$ is large.") == "r"


def test_a_number_given_after_what_is_claimed_of_any() -> None:
    norm = r"\sum_i \hat x_i^2 = m"
    assert layer(rf"{norm} ,\ \epsilon = 0", norm) == "rxx"
    assert layer(r"\sum_i \hat x_i = 0 ,\ \epsilon = 0") == "px"
    assert layer(rf"\epsilon = 0 ,\ {norm}") == layer(rf"{norm} \quad \text{{if }} \epsilon = 0") == "p"


def test_a_definition_in_running_text_may_be_a_number() -> None:
    assert layer("c + 1 = 2", "c + 1 = 3", text="$c := 1$.") == "pr"
    assert layer("c + 1 = 2", "c + 1 = 3", text="For $c := 1$ it is simple.") != "pr"


@pytest.mark.parametrize(
    "tag", ["1", "BN", "Eq. 3", "2'", r"$\star$", "by the chain rule", "definition of the mean"]
)
def test_a_tag_that_is_a_label(tag: str) -> None:
    assert layer(rf"\sum_i x_i = 0 \tag{{{tag}}}", rf"\sum_i (x_i - \mu) = 0 \tag*{{{tag}}}") == "rp"


@pytest.mark.parametrize(
    "tag",
    [
        "if centred",
        "centred",
        r"for $\mu = 0$",
        r"$\mu = 0$",
        r"assuming $\mu=0$",
        "approx.",
        "falls zentriert",
    ],
)
def test_a_tag_that_says_where_it_holds(tag: str) -> None:
    assert layer(rf"\sum_i x_i = 0 \tag{{{tag}}}", rf"\sum_i (x_i - \mu) = 0 \tag{{{tag}}}") == "xp"


@pytest.mark.parametrize("tag", ["wrong", "only for centred data", "not in general"])
def test_a_tag_that_takes_it_back(tag: str) -> None:
    assert layer(rf"\sum_i (x_i - \mu) = 0 \tag{{{tag}}}") == "x"


def test_a_tag_speaks_of_its_row() -> None:
    rows = r"\begin{aligned} \sum_i x_i &= 1 \tag{a} \\ &= 0 \tag{if centred} \end{aligned}"
    assert layer(rows) == "rx"


def test_a_bare_sum_after_a_mean_over_a_set() -> None:
    text = r"Let $\mu = \frac{1}{|S|} \sum_{i \in S} x_i$."
    assert note(f"{text}\n\n$$\n\\sum_i (x_i - \\mu) = 0\n$$\n\n$$\n\\sum_i (x_i + \\mu) = 0\n$$\n") == "xx"


HOLDS, FAILS = r"\sum_i (x_i - \mu) = 0", r"\sum_i x_i = 0"
BESIDE = [
    r"\quad [\text{centred}]",
    r"\quad \text{centred data}",
    r"\quad \text{by hypothesis}",
    r"\quad \text{nach Zentrierung}",
    r"\quad \text{nach Voraussetzung}",
    r"\quad \text{(Annahme)}",
    r"\quad \text{par hypothèse}",
    r"\quad \text{por hipótesis}",
    r"\quad \text{по предположению}",
    r"\quad \text{根据假设}",
    r"\quad \texttt{centred=True}",
]


@pytest.mark.parametrize("words", BESIDE)
def test_words_beside_a_display_that_assume_something(words: str) -> None:
    assert layer(FAILS + words, HOLDS + words) == "xp"


@pytest.mark.parametrize("words", [r"\quad (\ast)", r"\quad \text{(chain rule)}"])
def test_words_beside_a_display_that_assume_nothing(words: str) -> None:
    assert layer(FAILS + words, HOLDS + words) == "rp"


def test_words_over_a_sign() -> None:
    over = [
        r"\overset{(a)}{=}",
        r"\stackrel{\text{chain rule}}{=}",
        r"\stackrel{\text{centred}}{=}",
        r"\overset{\mu = 0}{=}",
    ]
    assert layer(*(FAILS.replace("=", sign) for sign in over)) == "rrxx"
    assert layer(*(HOLDS.replace("=", sign) for sign in over[:2])) == "pp"


def test_brackets_that_may_be_more_than_brackets() -> None:
    assert verdicts("(a, b) = (b, a)", "[a] = a", r"\{a\} = a", "(a, b) = (a, b)") == "xxxx"
    assert verdicts("[a + b] = b + a", r"\{a + b\} c = a c + b c", "(a) = a") == "ppp"
    assert verdicts("x^T y = (x, y)", "(x, y) = (y, x) + 0") == "pp"


def test_a_reason_that_does_not_hold() -> None:
    assert (
        layer(rf"{FAILS} \quad \text{{since }} \mu = 0", rf"{HOLDS} \quad \text{{since }} \mu = 0") == "xxpx"
    )
    assert layer(rf"{FAILS} \quad \because \mu = 0", rf"\text{{since }} \mu = 0, \quad {FAILS}") == "xxxx"


def test_a_reason_that_holds() -> None:
    assert (
        layer(rf"{FAILS} \quad \text{{since }} {HOLDS}", rf"\text{{since }} {HOLDS}, \quad {FAILS}") == "rppr"
    )
    rows = r"""\begin{aligned} \sum_i x_i &= m \mu + 1 \\
        &= m \mu + 2 && \text{because } \mu = \frac{1}{m} \sum_i x_i \end{aligned}"""
    assert layer(rows).startswith("rr")


def rows(*shown: str) -> str:
    return layer(r"\begin{aligned}" + r" \\ ".join(shown) + r"\end{aligned}")


@pytest.mark.parametrize(
    "words", [r"\text{Suppose } \mu = 0:", r"\text{Case 1: } \mu = 0", r"\text{Fall } \mu = 0."]
)
def test_a_condition_in_a_row_of_its_own(words: str) -> None:
    assert rows(words, FAILS, r"\sum_i x_i^2 = 0", HOLDS) == "pxp"
    assert rows(r"\text{for all } i, j:", FAILS, r"\sum_i x_i^2 = 0", HOLDS) == "rrp"
    assert rows(FAILS, r"\sum_i x_i^2 = 0", words, HOLDS) == "rrp"


def test_a_condition_in_words_before_its_claim() -> None:
    assert (
        rows(r"\text{If centred:} && \sum_i x_i &= 0", r"\text{if centred, } && \sum_i (x_i - \mu) &= 0")
        == "xp"
    )


def test_what_let_assumes_is_no_claim() -> None:
    assert layer(rf"\text{{Let }} {FAILS}", rf"\text{{Let }} {HOLDS}") == "xx"
    assert layer(r"\text{Let } c = \sum_i x_i", r"c = m \mu", "c = 0") == "px"


def test_a_sign_of_change_before_a_name() -> None:
    assert verdicts(r"\Delta a b = a \Delta b", r"\Delta a = 0", r"\Delta^2 a b = b \Delta^2 a") == "xxx"
    assert layer(r"\frac{\delta L}{\delta x_i} = 0", r"\frac{\Delta a}{\Delta b} = \frac{a}{b}") == "xx"
    assert verdicts(r"\Delta^2 a = a \Delta^2", r"\Delta^2 a = \Delta^2 a") == "xp"
    assert note("Let $\\Delta$ be a number.\n\n$$\n\\Delta^2 a = a \\Delta^2\n$$\n") == "p"
    assert verdicts(r"\delta = c^2", r"\delta a = a \delta", r"\delta a = 2 \delta a + 1") == "pr"
    assert verdicts(r"(1 - \delta) a = a - \delta a", r"(1 - \delta) a = a + \delta a") == "pr"
    assert verdicts(r"\delta_{ij} x_j = x_i \delta_{ij}", r"\delta_{ij} x_j = x_i + \delta_{ij}") == "pr"


def test_not_identically_is_not_unequal() -> None:
    assert layer(r"\mu \not\equiv 0", r"\mu^2 + 1 \not\equiv 0", r"\mu^2 + 1 \ne 0") == "xxp"


def test_letters_made_an_operator_are_no_product() -> None:
    assert verdicts(r"a \mathbin{op} b = b \mathbin{op} a", r"a \mathop{op} b = b \mathop{op} a") == "xx"
    assert verdicts(r"a \mathbin{+} b = b \mathbin{} + a", r"\mathord{a} b = b a") == "pp"
    assert verdicts(r"a \mathrel{R} a = a a R") == "x"


def test_bars_around_a_capital_letter() -> None:
    assert layer(r"|S| = m", r"|s| = m") + layer(r"S = \mu^2", "|S| = m") == "xrr"
    assert verdicts(r"\Vert A \Vert = \Vert A \Vert_F", r"\Vert a \Vert = \Vert a \Vert_F") == "xp"
    assert note("Let $A \\in \\mathbb{R}^m$.\n\n$$\n\\Vert A \\Vert = \\Vert A \\Vert_F\n$$\n") == "p"


@pytest.mark.parametrize(
    ("display", "told"),
    [
        (r"\Lambda U = U \Lambda", "x"),
        ("P^{-1} A P = A", "x"),
        ("(A B)^{-1} = A^{-1} B^{-1}", "x"),
        ("(A + B)^2 = A^2 + 2 A B + B^2", "x"),
        ("A B + A C = A C + A B", "p"),
        ("Q^{-1} Q = 1", "p"),
        ("a b = b a", "p"),
        (r"\frac{1}{N} B = B \frac{1}{N}", "p"),
    ],
)
def test_capital_letters_commute_only_as_numbers(display: str, told: str) -> None:
    assert verdicts(display) == told


def test_words_say_that_a_capital_is_a_number() -> None:
    assert note("Let $A$ and $B$ be numbers.\n\n$$\nA B = B A\n$$\n") == "p"
    assert note("Let $A, B \\in \\mathbb{R}$.\n\n$$\nA B = B A\n$$\n") == "p"
    assert note("Let $w$ be a weight.\n\n$$\nw x = x w\n$$\n") == "p"


def test_a_layer_of_a_capital_letter_is_differentiated_in_one_order_only() -> None:
    text = "Let $y = W x + b$.\n\n$$\n{}\n$$\n"
    slope = r"\frac{\partial L}{\partial y}"
    assert note(text.replace("{}", rf"\frac{{\partial L}}{{\partial x}} = W {slope}")) == "x"
    assert note(text.replace("{}", "W x + b = x W + b")) == "x"
    assert note(text.replace("{}", rf"\frac{{\partial L}}{{\partial b}} = {slope}")) == "p"
    assert note(text.replace("{}", "y - b = W x")) == "p"
    assert note("Let $A = Q B Q^{-1}$.\n\n$$\nA = B\n$$\n") == "x"
    assert note("Let $W$ be the whitening matrix.\n\n$$\nW x = x W\n$$\n") == "x"


def test_a_name_before_a_bracket_in_the_text_may_be_a_function() -> None:
    text = "The layer is $h = {}(w x + b)$.\n\n$$\nh = {} w x + {} b\n$$\n\n$$\n\\frac{dh}{db} = {}\n$$\n"
    assert note(text.replace("{}", r"\sigma").replace(r"\fracdh", r"\frac{dh}")) == "x"
    assert note(text.replace("{}", r"\gamma")) == "p"
    assert note("Let $\\sigma$ be a number.\n\n" + text.replace("{}", r"\sigma")) == "p"


OFF = r"-\frac{1}{m\sqrt{\sigma^2+\epsilon}} - \frac{(x_i-\mu)(x_j-\mu)}{m(\sigma^2+\epsilon)^{3/2}}"


def test_an_entry_off_the_diagonal_of_which_it_is_not_said_that_it_is() -> None:
    entry = r"\frac{\partial \hat x_i}{\partial x_j} ="
    assert layer(f"{entry} {OFF}") == "x"
    assert layer(f"{entry} {OFF}", rf"{entry} {OFF}, \quad i \ne j") == "rp"
    assert layer(f"{entry} 1 {OFF}", rf"{entry} 1 {OFF}, \quad i \ne j") == "rr"
    assert layer(rf"{entry} {OFF} + \frac{{\delta_{{ij}}}}{{\sqrt{{\sigma^2+\epsilon}}}}") == "p"
    assert r"i \ne j" in narrower(f"{entry} {OFF}")
    written = r"\frac{\partial (x_i - \mu)}{\partial x_j} ="
    assert layer(rf"{written} -\frac{{1}}{{m}}", rf"{written} \delta_{{ij}} - \frac{{1}}{{m}}") == "xp"
    assert layer(rf"{written} \frac{{1}}{{m}}", rf"{written} -\frac{{1}}{{m}}, \quad i \ne j") == "rp"


def narrower(display: str) -> str:
    link = read(f"{LAYER}\n\n$$\n{display}\n$$\n", "note.md").links[0]
    return " ".join(reading.problem.message for reading in link.readings)


GRID = r"Let $N = pq$ and $\nu = \frac1N\sum_{a,b} u_{ab}$"
TWICE = r"Let $N = 2q$ and $\nu = \frac1N\sum_{a} u_{a}$"


@pytest.mark.parametrize(
    ("text", "true", "false"),
    [
        ("", r"\sum_c 1 = C", r"\sum_c 1 = C + 1"),
        ("", r"\sum_c (b_c - a) = \sum_c b_c - C a", r"\sum_c (b_c - a) = \sum_c b_c - C^2 a"),
        ("", r"e^T e = n", r"e^T e = n^2"),
        (r"Let $\nu = \frac1m\sum_i u_i$.", r"\sum_i u_i = N\nu", r"\sum_i u_i = N^2 \nu"),
        (
            r"Let $\nu = \frac1N\sum_i u_i$.",
            r"\sum_i (u_i - \nu)^2 = \sum_i u_i^2 - m\nu^2",
            r"\sum_i u_i = m^2\nu",
        ),
        (r"Let $\nu = \frac13\sum_i u_i$.", r"\sum_i (u_i - \nu) = 0", r"\sum_i (u_i - 2\nu) = 0"),
        (r"Let $\nu = \frac13\sum_i u_i$.", "u_1 + u_2 + u_3 = 3 \\nu", r"\sum_i u_i = 2\nu"),
        (f"{GRID}.", r"\sum_{a,b} (u_{ab}-\nu) = 0", r"\sum_{a,b} u_{ab} = \nu"),
        (f"{TWICE}.", r"\sum_a u_a = 2 q \nu", r"\sum_a u_a = q \nu"),
    ],
)
def test_a_name_that_may_be_the_number_of_values(text: str, true: str, false: str) -> None:
    assert note(f"{text}\n\n$$\n{true}\n$$\n") in "xp"
    assert note(f"{text}\n\n$$\n{false}\n$$\n") in "rx"


def test_a_name_beside_a_size_that_limits_say() -> None:
    text = r"Let $\nu = \frac1n\sum_{i=1}^n u_i$"
    assert note(f"{text}.\n\n$$\n\\sum_i u_i = m \\nu\n$$\n") == "r"
    assert note(f"{text}, half is $\\frac12\\sum_i u_i^2$.\n\n$$\n\\sum_i u_i = 2 \\nu\n$$\n") == "r"
    half = r"Let $L = \frac12\sum_i u_i^2$."
    assert note(f"{half}\n\n$$\n\\frac{{\\partial L}}{{\\partial u_i}} = 2 u_i\n$$\n") == "r"


@pytest.mark.parametrize(
    "said", ["Let $x$ be a random variable.", "Sei $x$ eine Zufallsvariable.", "$x$ 是随机变量。"]
)
def test_the_mean_of_a_random_variable_is_not_that_of_a_sample(said: str) -> None:
    sample = "\n\n$$\n\\nu = \\frac1m\\sum_i x_i\n$$\n\n"
    mean, other = r"\mathbb{E}[x] = \nu", r"\mathbb{E}[x] = 2\nu"
    assert note(f"{said} {sample}\n\n$$\n{mean}\n$$\n\n$$\n{other}\n$$\n") == "xx"
    assert note(f"{sample}\n\n$$\n{mean}\n$$\n\n$$\n{other}\n$$\n") == "pr"
    assert note(f"{said.replace('x', 'z')} {sample}\n\n$$\n{mean}\n$$\n\n$$\n{other}\n$$\n") == "pr"
    variance = r"\mathbb{E}[(x-\mu)^2] = \mathbb{E}[x^2] - \mu^2"
    assert note(f"{said}\n\n$$\n\\mu = \\mathbb{{E}}[x]\n$$\n\n$$\n{variance}\n$$\n") == "p"


ENTRY = r"\frac{\partial (x_i - \mu)}{\partial x_j} = \delta_{ij} - \frac{1}{m}"


@pytest.mark.parametrize(
    "cases",
    [
        r"1 & \text{if } i = j \\ 0 & \text{otherwise}",
        r"1, & i = j, \\ 0, & i \ne j.",
        r"0 & \text{for } i \neq j \\ 1 & \text{for } i = j",
        r"1 & \text{falls } i = j \\ 0 & \text{sonst.}",
    ],
)
def test_kronecker_by_cases_claims_nothing(cases: str) -> None:
    assert layer(rf"\delta_{{ij}} = \begin{{cases}} {cases} \end{{cases}}", ENTRY, f"{ENTRY} + 1") == "pr"


@pytest.mark.parametrize(
    "cases",
    [
        r"0 & i = j \\ 1 & i \ne j",
        r"1 & \text{unless } i = j \\ 0 & \text{otherwise}",
        r"1 & i = j \\ 0 & i > j",
        r"1 & i = j \\ 0 & \text{never}",
        r"1 & i = k \\ 0 & \text{otherwise}",
        r"1 & i = j \\ 0 & \text{otherwise} \\ 2 & j = 1",
    ],
)
def test_a_delta_by_other_cases_is_not_kroneckers(cases: str) -> None:
    assert layer(rf"\delta_{{ij}} = \begin{{cases}} {cases} \end{{cases}}", ENTRY) == "xx"


STEPS = [
    (r"y_t = x_{t+1} + x_t", r"\frac{\partial f}{\partial x_t} = \frac{\partial f}{\partial y_t}"),
    (r"h_{t+1} = a h_t + x_t", r"\frac{\partial f}{\partial a} = \frac{\partial f}{\partial h_{t+1}} h_t"),
    (r"h_{t+1} = a h_t + x_t", r"\frac{d h_{t+1}}{d a} = h_t"),
]


@pytest.mark.parametrize(("step", "claim"), STEPS)
def test_a_derivative_through_steps_may_lead_through_others(step: str, claim: str) -> None:
    assert verdicts(step, claim) == "x"


def test_steps_are_numbers_of_their_own_where_nothing_is_differentiated() -> None:
    assert verdicts("h_{t+1} = a h_t + x_t", "h_{t+1} - x_t = a h_t") == "p"


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        (r"Let $B \subset \{1,\dots,N\}$ with $|B| = 32$.", "x"),
        (r"Let $|B| = K$.", "x"),
        (r"Let $B \subset \{1,\dots,n\}$ with $|B| = N$.", "p"),
        ("", "p"),
    ],
)
def test_a_mean_over_a_part_may_be_divided_by_more_than_its_members(said: str, verdict: str) -> None:
    mean = r"$$ \mu = \frac1N \sum_{i \in B} x_i $$"
    claim = r"$$ \sum_{i \in B} (x_i - \mu) = 0 $$"
    assert note(f"{said}\n\n{mean}\n\n{claim}\n") == verdict


@pytest.mark.parametrize(
    "claim",
    [
        r"\frac{\partial f}{\partial x_1} + \frac{\partial f}{\partial x_2} = 0",
        r"\langle w, \nabla_w J \rangle = 0",
        r"\frac{\partial L}{\partial u} = 2 \frac{\partial L}{\partial v}",
    ],
)
def test_what_some_losses_do_is_not_refuted_of_one_of_which_nothing_is_said(claim: str) -> None:
    assert verdicts(claim) == "x"
    same = claim.split(" = ")[0]
    assert verdicts(f"{same} + 1 = 1 + {same}") == "p"


def test_what_is_said_of_the_arguments_of_a_loss_is_said_of_each() -> None:
    claim = r"\langle w, \nabla_w J \rangle = 0"
    assert note(f"<!-- bnsym: loss $J(w)$ -->\n\n$$\n{claim}\n$$\n") == "r"
    assert verdicts("y_i = w_i x_i", claim) == "r"
