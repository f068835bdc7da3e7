r"""What stands where in a note: claims, conditions and definitions, and for what each holds.

Every truth has a near miss beside it, of which the same reading must not make a proof.
"""

from __future__ import annotations

import pytest
from rich.console import Console

from bnsym.checking import Unwatched, budget, check_notes
from bnsym.finding import Note
from bnsym.model import Report, Severity, Unread
from bnsym.reporting.console.terminal import print_report

LETTERS = {"proved": "p", "refuted": "r", "undecided": "u", "unread": "x"}
MEAN = r"\mu = \frac{1}{m} \sum_{i=1}^m x_i"
CENTRED = r"c_i = x_i - \frac{1}{m} \sum_{k=1}^m x_k"


def checked(*displays: str) -> Report:
    """A note of these displays; what begins with `#`, `<` or `: ` stands in the text as it is."""
    text = "\n\n".join(d.removeprefix(": ") if d[0] in "#<:" else f"$$\n{d}\n$$" for d in displays)
    cost = budget(10.0, (2, 3), False, "none", None, False, None)
    return check_notes([Note("note.md", text)], (), cost, Unwatched())


def verdicts(*displays: str) -> str:
    """A letter for each link of the note; a link that bridges others is left out."""
    return "".join(LETTERS[r.name] for r in checked(*displays).results if "+" not in r.link.id)


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # an order of a defined name is a claim, one of a free name a condition of the equation to its left
        ((MEAN, r"\sum_i (x_i - \mu) = 0, \qquad \mu \ge 5"), "pr"),
        ((r"\sqrt{\gamma^2} = \gamma, \qquad \gamma > 0",), "p"),
        ((r"\sqrt{\gamma^2} = \gamma, \qquad \gamma > -1",), "r"),
        ((r"\sqrt{\gamma^2} = \gamma, \quad \gamma > 0", r"\sqrt{\gamma^2} = \gamma"), "pr"),
        # beside an order, or before the equation, it is no condition
        ((r"\gamma \ge 1, \qquad \gamma \ge 2",), "rr"),
        ((r"\gamma > 0, \qquad \sqrt{\gamma^2} = \gamma",), "rr"),
        # an equation is a claim wherever it stands, unless it is said to be a condition
        ((r"(a + b)^2 = 0, \qquad a + b = 0",), "rr"),
        ((r"(a + b)^2 = 0 \quad \text{if } a + b = 0",), "p"),
        ((r"(a + b)^2 = 1 \quad \text{if } a + b = 0",), "r"),
    ],
)
def test_an_order_beside_an_equation(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        ((CENTRED, r"\frac{\partial c_i}{\partial x_j} = -\frac{1}{m}, \quad i \ne j"), "p"),
        ((CENTRED, r"\frac{\partial c_i}{\partial x_j} = 1 - \frac{1}{m}, \quad i \ne j"), "r"),
        ((CENTRED, r"\frac{\partial c_i}{\partial x_j} = 1 - \frac{1}{m} \quad \text{if } i = j"), "p"),
        ((CENTRED, r"\frac{\partial c_i}{\partial x_j} = -\frac{1}{m} \quad \text{if } i = j"), "r"),
        (("<!-- bnsym: assume $i \\ne j$ -->", r"\delta_{ij} = 0", r"\delta_{jk} = 0"), "pr"),
        (("<!-- bnsym: assume $i \\ne j$ -->", r"\sum_{j=1}^m \delta_{ij} = 1"), "p"),
        # strict relations are claimed where the letters differ, and only there
        (("<!-- bnsym: assume $i \\ne j$ -->", r"1 - \delta_{ij} > 0", r"\delta_{ij} > 0"), "pr"),
        (("<!-- bnsym: assume $i \\ne j$ -->", r"\delta_{ij} < 1", r"1 - \delta_{ij} < 1"), "pr"),
        (("<!-- bnsym: assume $i = j$ -->", r"x_i y_j = x_j y_i", r"x_i y_k = x_k y_i"), "pr"),
        (("<!-- bnsym: assume $i = j$, $j = k$ -->", r"x_i y_k = x_k y_i", r"\delta_{ij} = x_i"), "pr"),
    ],
)
def test_conditions_on_index_letters(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


def test_an_order_of_index_letters_proves_what_holds_off_the_diagonal_and_refutes_nothing() -> None:
    assert verdicts(r"\delta_{ij} = 0, \quad i > j") == "p"
    (result,) = checked(r"x_i - x_j = x_i, \quad i > j").results
    assert isinstance(result.verdict, Unread)
    assert "i > j" in result.verdict.problem.message


SECOND = (r"v = \frac{1}{n} \sum_{i=1}^n x_i^2, \qquad s = \sqrt{v + \epsilon}",)


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # after their use
        ((r"\sum_{i=1}^m (x_i - \mu) = 0", MEAN), "p"),
        ((r"\sum_{i=1}^m (x_i - \mu) = m", MEAN), "r"),
        ((r"3 a = 6 b", r"a = 2 c", r"c = b + d - d"), "p"),
        # nothing that uses the name itself defines it
        ((r"h_i = 2 x_i + b", r"x_i = \frac{h_i - b}{2}"), "p"),
        ((r"h_i = 2 x_i + b", r"x_i = \frac{h_i + b}{2}"), "r"),
        # two names of which nothing is known
        ((r"a = b", r"a = c", r"b = c"), "xxx"),
        ((r"a = b", r"b = 2 c", r"a = 2 c"), "p"),
        # a number for a name that stood for any
        ((r"(a - 1) b = 0", r"a = 1"), "rx"),
        ((r"a = 1", r"(a - 1) b = 0"), "p"),
        # declared a claim
        (("<!-- bnsym: claim -->", r"a = 2 b", r"a = 3 b"), "r"),
    ],
)
def test_where_definitions_stand(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        ((*SECOND, r"s = \sqrt{v} + \epsilon", r"s^2 - v = \epsilon"), "xp"),
        ((*SECOND, r"s = \frac{v + \epsilon}{\sqrt{v + \epsilon}}"), "p"),
        ((*SECOND, r"s = \sqrt{v} + \epsilon = \epsilon + \sqrt{v}"), "xp"),
        ((*SECOND, "<!-- bnsym: claim -->", r"s = \sqrt{v} + \epsilon"), "r"),
    ],
)
def test_a_second_equation_of_a_name(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


SQUARES = r"\frac{1}{m} \sum_{i=1}^m x_i^2"
ANEW = r"\mu = \frac{1}{m} \sum_{i=1}^m x_i^2"


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        (("# A", MEAN, r"\sum_i (x_i - \mu) = 0", "# B", ANEW, r"\sum_i (x_i^2 - \mu) = 0"), "pp"),
        (("# A", MEAN, r"\sum_i (x_i^2 - \mu) = 0", "# B", ANEW, r"\sum_i (x_i - \mu) = 0"), "rr"),
        # what is repeated is no second meaning
        (("# A", MEAN, r"y_i = x_i - \mu", "# B", MEAN, r"\sum_i (y_i + \mu - x_i) = 0"), "pp"),
        # what is made from the first meaning is used still: the two would meet, and neither is meant for sure
        (("# A", MEAN, r"y_i = x_i - \mu", "# B", ANEW, r"\sum_i (y_i + \mu - x_i) = 0"), "xx"),
        (
            (
                "# A",
                MEAN,
                f"v = {SQUARES}",
                r"y_i = x_i / v",
                "# B",
                rf"v = {SQUARES} + \mu - \mu",
                "v y_i = x_i",
            ),
            "pp",
        ),
        # what is made from the name is made anew with it
        (("# A", MEAN, r"y = \mu", r"y = 0", "# B", ANEW, r"y = \mu", r"y - \mu = 0"), "xp"),
    ],
)
def test_a_name_that_a_later_section_defines_anew(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


ABS = "|a| = a"
SUM = r"\sum_{i=1}^m (x_i - \mu) = 0"
DOUBLE = r"\sum_i h_i = 2 \sum_i x_i"
TRIPLE = DOUBLE.replace("2", "3")


@pytest.mark.parametrize(
    "words",
    [
        r"Here $\mu$ is the running mean.",
        r"Let $\mu$ denote a mean over all batches.",
        r"The running mean $\mu$ is kept.",
        r"- $\mu$: mean over time",
        r"Here $\mu$ is not the mean of the batch.",
        r"Hier ist $\mu$ das laufende Mittel.",
        r"Soit $\mu$ la moyenne mobile.",
        r"Aquí $\mu$ es la media móvil de los lotes.",
        r"这里 $\mu$ 是滑动平均。",
    ],
)
def test_a_formula_of_a_later_section_does_not_reach_back_to_words(words: str) -> None:
    assert verdicts("# A", f": {words}", SUM, "# B", MEAN, SUM) == "xp"
    made = r"h_i = x_i - \mu", r"\sum_i h_i = 0"
    assert verdicts("# A", f": {words}", made[0], "# B", MEAN, made[1]) == "x"
    # in one section the formula says more of the same
    assert verdicts("# A", f": {words}", SUM, MEAN) == "p"


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # a name that the text only uses, and another name
        (("# A", r": The values are centred with $\mu$.", SUM, "# B", MEAN), "p"),
        (("# A", r": The running mean $\mu_B$ is kept.", SUM, "# B", MEAN), "p"),
        # what holds for any number needs no formula
        (("# A", r": Here $\mu$ is the running mean.", r"\mu + \mu = 2 \mu", "# B", MEAN), "p"),
        # words of a later section that give the name another meaning, and words that do not
        (("# A", MEAN, SUM, "# B", r": Here $\mu$ is the running mean.", SUM, SUM.replace("0", "m")), "pxx"),
        (("# A", MEAN, SUM, "# B", r": In this section $\mu$ is the batch mean.", SUM), "pp"),
        (("# A", MEAN, SUM, "# B", r": Here again, where $\mu$ is the mean,", SUM), "pp"),
        (("# A", MEAN, "# B", r": From now on $\mu$ is the running mean.", SUM, "# C", MEAN, SUM), "xp"),
        # a number for it in a later section
        (
            ("# A", r": The running mean $c$.", "h_i = x_i - c", "# B", "c = 0", r"\sum_i h_i = \sum_i x_i"),
            "xx",
        ),
        # a sentence may say of an input how it is made: then what is false of any may be meant of such
        (("# A", r": Of the scale $s$:", "h_i = x_i / s", "# B", ": Let $s = b c$.", "h_i b c = x_i"), "x"),
    ],
)
def test_what_words_say_of_a_name(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # an equation in the text of a later section says what the name is there, and from there on
        (("# A", "y_i = x_i", "# B", ": A layer has $y_i = 2 x_i$.", r"\sum_i y_i = \sum_i x_i"), "x"),
        (("# A", "y_i = x_i", "# B", ": From now on $y_i = 2 x_i$.", "# C", r"\sum_i y_i = \sum_i x_i"), "x"),
        (("# A", "y_i = x_i", ": Now $y_i = 2 x_i$.", r"\sum_i y_i = \sum_i x_i"), "x"),
        (("y_i = x_i", ": Suppose instead that $y_i = 2 x_i$.", r"\sum_i y_i = \sum_i x_i"), "x"),
        # what the text equates a name with varies over a letter that the name does not have
        ((r": The weight of a sample is $w = x_i^2$.", r"\sum_i w x_i = w \sum_i x_i"), "x"),
        ((r": The weight is $w = \sum_i x_i^2$.", r"\sum_i w x_i = w \sum_i x_i"), "p"),
        ((r": The weights are $w_i = x_i^2$.", r"\sum_j w_j + w_i = w_i + \sum_j w_j"), "p"),
        # the second case is said of what stands before it, too
        ((": Suppose first that $a > 0$. Then", ABS, ": Now suppose $a < 0$.", "|a| = -a", ABS), "xpr"),
        (("y_i = x_i", "# 二", ": 现在 $y_i = 2 x_i$。", r"\sum_i y_i = \sum_i x_i"), "x"),
        # what it says before, and of other names, is left
        (("# A", "y_i = x_i", r"\sum_i y_i = \sum_i x_i", "# B", ": Now $y_i = 2 x_i$."), "p"),
        (("# A", "y_i = x_i", "z_i = 3 x_i", "# B", ": Now $y_i = 2 x_i$.", r"z_i / 3 = x_i"), "p"),
        # the same in other words is the same, and a condition is none
        (("# A", MEAN, "# B", r": Here $\mu = \frac{\sum_i x_i}{m}$.", SUM), "p"),
        (("# A", MEAN, "# B", r": Note that $m \mu = 3$, and if $\mu = a$ too,", SUM), "p"),
        (("y_i = 2 x_i", "# B", r": So $y = \operatorname{BN}(x)$.", r"\sum_i y_i = 2 \sum_i x_i"), "p"),
        # "where" beside a link: a number is a condition, another equation leaves open which is meant
        ((MEAN, r"\sum_i x_i^2 = \sum_i (x_i - \mu)^2 \quad \text{where } \mu = 0"), "p"),
        ((MEAN, r"\sum_i x_i^2 = 2 \sum_i (x_i - \mu)^2 \quad \text{where } \mu = 0"), "r"),
        ((MEAN, r"\sum_i x_i^2 = \sum_i (x_i - \mu)^2"), "r"),
        ((MEAN, SUM + r" \quad \text{where } \mu = \frac{1}{m} \sum_{i=1}^m x_i^2"), "xx"),
        ((MEAN, SUM + r" \quad \text{where } \mu = \frac{\sum_{k=1}^m x_k}{m}"), "pp"),
        # what an equation says again is in force again
        (("h_i = 2 x_i", "h_i = 3 x_i", TRIPLE, "h_i = 2 x_i", DOUBLE, TRIPLE), "xxppr"),
        (("h_i = 2 x_i", "h_i = 3 x_i", "h_i = 2 y_i", TRIPLE), "xxx"),
        # what stands before =: is named
        ((r"\frac{1}{n} \sum_{k=1}^n x_k =: w", r"\sum_k (x_k - w) = 0", r"\sum_k (x_k - w) = n"), "pr"),
        ((r"a + b = a + b + c - c \eqqcolon w", "w - a = b"), "pp"),
        ((r"a + b = a + b + c \eqqcolon w", "w - a = b + c", "w - a = b"), "rpr"),
        # an equation of a free name beside a claim is a claim
        ((r"(a + b)^2 = a^2 + b^2, \quad b = 0",), "rx"),
    ],
)
def test_a_second_equation_in_the_text(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


def test_a_loss_of_one_section_does_not_depend_on_the_outputs_of_another() -> None:
    layer = r"y_i = \gamma c_i, \qquad c_i = x_i - \mu"
    gain = r"\frac{\partial L}{\partial \gamma} = \sum_i \frac{\partial L}{\partial y_i} (x_i - \mu)"
    assert verdicts("# A", MEAN, layer, gain, "# B", ANEW, layer, gain) == "pp"
    assert verdicts("# A", MEAN, layer, gain, "# B", ANEW, layer, gain.replace(r"- \mu", r"+ \mu")) == "pr"


LAYER = r"y_i = \gamma \cdot (x_i - \mu) + \beta"
GAIN = r"\frac{\partial L}{\partial \gamma} = \sum_i \frac{\partial L}{\partial y_i} (x_i - \mu)"
NO_GAIN = r"\frac{\partial L}{\partial \gamma} = \sum_i \frac{\partial L}{\partial y_i} x_i"
OFFSET = r"\frac{\partial L}{\partial \beta} = \sum_i \frac{\partial L}{\partial y_i}"


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # behind the outputs: a running mean, an activation, the loss itself
        ((MEAN, LAYER, r"r = (1 - \alpha) r + \alpha \mu", GAIN, NO_GAIN), "xpr"),
        ((MEAN, LAYER, r"r \leftarrow (1 - \alpha) r + \alpha \mu", GAIN, NO_GAIN), "pr"),
        ((MEAN, LAYER, r"a_i = \operatorname{GELU}(y_i)", GAIN, NO_GAIN), "pr"),
        ((MEAN, LAYER, r"L = -\sum_i t_i \sin y_i", GAIN, NO_GAIN), "xpr"),
        (
            (
                MEAN,
                LAYER,
                r"p_i = \operatorname{erf}(y_i)",
                r"L = \sum_i t_i p_i",
                GAIN,
                NO_GAIN,
            ),
            "xpr",
        ),
        # its value is hidden, and what differentiates through it; of what kind it is, nothing says
        ((MEAN, LAYER, r"a_i = \operatorname{GELU}(y_i)", r"a_i - a_i = 0"), "x"),
        ((r"A_i = \operatorname{GELU}(x_i)", r"A_i A_j = A_j A_i"), "x"),
        ((r"a_i = \operatorname{GELU}(x_i), \quad y_i = \gamma a_i", GAIN.replace(r"x_i - \mu", "a_i")), "x"),
        ((r"a = \operatorname{GELU}(\gamma), \quad y_i = a x_i", NO_GAIN), "x"),
        # what passes by it is proved; a refutation would rest on what is not read
        ((r"\mu = \operatorname{median}(x)", LAYER, OFFSET, OFFSET.replace("= ", r"= \beta ")), "px"),
        # nor is it one number or one array of numbers: a letter that it leaves free varies, kinds are not
        # known, and what it is made of may depend on anything
        ((r"d = x_i - c", r"\sigma^2 = \frac{1}{n} \sum_{i=1}^n d^2", r"n \sigma^2 = n d^2"), "xxx"),
        ((r"h = x_i / s", r"y = \gamma h + \beta", OFFSET.replace(r"\sum_i", "").replace("y_i", "y")), "xxx"),
        ((r"q = k(x_i)", r"\sum_i q x_i = q \sum_i x_i"), "xx"),
        ((r"A = k(x), \quad B = g(x)", "A B = B A"), "xxx"),
        ((r"q_i = k(t) p_i, \quad k(t) = s t", r"\frac{\partial (q_i s)}{\partial s} = q_i"), "xx"),
        # beside the outputs, where the loss may use it
        ((r"y_i = \gamma x_i, \quad z_i = 3 y_i, \quad a_i = \operatorname{GELU}(y_i)", NO_GAIN), "x"),
    ],
)
def test_what_cannot_be_read_hides_what_needs_it(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


def test_an_arrow_defines_where_it_is_no_update() -> None:
    assert verdicts(r"a \leftarrow b + c", r"a - c = b", r"a - b = b") == "pr"


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        (r"\frac{1}{3} = 0.3333", "u"),
        (r"\frac{2}{3} = 0.667", "u"),  # rounded
        (r"\frac{2}{3} = 0.666", "u"),  # cut off
        (r"\frac{2}{3} = 0.668", "r"),
        (r"\frac{2}{3} = 0.665", "r"),
        (r"-\frac{2}{3} = -0.667", "u"),
        (r"-\frac{2}{3} = 0.667", "r"),
        (r"\sqrt{2} = 1.414", "u"),
        (r"1.415 = \sqrt{2}", "r"),
        (r"\frac{1}{4} = 0.25", "p"),
        (r"\frac{1}{3} \le 0.333", "r"),
        (r"0.5 = 0.50001", "r"),
        (r"x - x + \frac{1}{3} = 0.33", "u"),
        (r"x = 0.33 + y", "r"),
    ],
)
def test_a_decimal_agrees_as_far_as_it_is_written(display: str, expected: str) -> None:
    assert verdicts("<!-- bnsym: claim -->", display) == expected


def test_a_second_equation_comes_with_numbers_at_which_both_differ() -> None:
    (result,) = checked(*SECOND, r"s = \sqrt{v} + \epsilon").results
    assert isinstance(result.verdict, Unread)
    message = result.verdict.problem.message
    assert message.startswith("`s` differs from line 2: ")
    assert " at n = " in message
    assert " ε = " in message, "as the rest of the message, and not as LaTeX"


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        (r"\sum_i c_i = 0, \quad \text{where } c_i = x_i - \mu, \; \mu = \frac{1}{m} \sum_{k=1}^m x_k", "p"),
        (r"\sum_i c_i = 0, \quad \text{where } c_i = x_i + \mu, \; \mu = \frac{1}{m} \sum_{k=1}^m x_k", "r"),
        (r"s = \sqrt{v + \epsilon}, \quad s^2 - v = 0 \quad \text{with } \epsilon = 0", "p"),
        (r"s = \sqrt{v + \epsilon}, \quad s^2 - v = 0 \quad \text{with } \epsilon = 1", "r"),
    ],
)
def test_where_in_a_display_defines(display: str, expected: str) -> None:
    assert verdicts(display) == expected


def test_an_assumption_is_not_overruled_by_a_number() -> None:
    assert verdicts(r"<!-- bnsym: assume $\gamma > 2$ -->", r"\gamma = 1", r"\gamma + 1 = 2") == "xr"


PROJECTION = r"P_{ij} = \delta_{ij} - y_i y_j"


def test_what_is_made_from_the_outputs_is_no_output() -> None:
    gradient = r"\frac{\partial L}{\partial x_i} = \gamma \frac{\partial L}{\partial y_i}"
    assert verdicts(r"y_i = \gamma x_i", PROJECTION, gradient) == "p"
    assert verdicts(r"y_i = \gamma x_i", PROJECTION, gradient.replace(r"\gamma", r"\gamma^2")) == "r"


def test_a_link_says_what_it_rests_on() -> None:
    spread = r"v = \frac{1}{m} \sum_i (x_i - \mu)^2"
    *_, last = checked(
        MEAN, spread, r"w = 2 v", r"m v = \sum_i x_i^2 - m \mu^2 \quad \text{if } m > 1"
    ).results
    assert last.link.rests_on == ((r"\mu", 2), ("v", 6))
    assert last.link.conditions == ("m > 1",)


def test_a_failing_link_shows_what_it_rests_on_and_what_the_text_leaves_unjudged() -> None:
    prose = r"# Let $\mu = \frac{1}{m} \sum_{i=1}^m x_i$; it is known that $a = b$."
    report = checked(prose.replace("# ", "#\n\n"), r"\sum_i x_i = \mu \quad \text{for } a > 0")
    console = Console(record=True, width=100)
    print_report(report, console)
    shown = console.export_text()
    assert "rests on   μ (line 3)\n   where   a > 0\n" in shown
    assert "    text   1 relation in it is not judged, line 3\n" in shown


SUM_OF_ALL = r"s = x_1 + x_2 + \dots + x_n"


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        ((SUM_OF_ALL, r"s = \sum_{i=1}^n x_i", r"2 s = \sum_{i=1}^n x_i"), "pr"),
        ((SUM_OF_ALL, r"\frac{\partial s}{\partial x_j} = 1", r"\frac{\partial s}{\partial x_j} = n"), "pr"),
        ((r"v_j = x_{1j}^2 + \cdots + x_{nj}^2", r"\frac{\partial v_j}{\partial x_{ij}} = 2 x_{ij}"), "xx"),
        ((r"\sum_i x_i y_i = x_1 y_1 + x_2 y_2 + … + x_n y_n", r"\sum_i x_i = x_1 + \dots + x_n - n"), "pr"),
        # terms that go on in no way, or in more than one
        ((r"x_1 + 2 x_2 + \dots + n x_n = \sum_i x_i",), "x"),
        ((r"x_1 + x_3 + \dots + x_n = \sum_i x_i",), "x"),
        ((r"x_2 + x_3 + \dots + x_n = \sum_i x_i",), "x"),
        ((r"x_1 - x_2 + \dots + x_n = \sum_i x_i",), "x"),
        ((r"x_1 + x_2 + \dots - x_n = \sum_i x_i",), "x"),
        ((r"x_1 + x_2 + \dots + y_n = \sum_i x_i",), "x"),
        ((r"x_1 + x_2 + \dots = \sum_i x_i",), "x"),
        ((r"x_1 x_2 \cdots x_n = \sum_i x_i",), "x"),
    ],
)
def test_a_sum_with_dots_goes_on_in_one_way(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


ONES = (
    r": Let $\mathbf{1} \in \mathbb{R}^m$ be the vector of ones, "
    r"$H = I - \frac{1}{m} \mathbf{1} \mathbf{1}^\top$."
)


def test_the_vector_of_ones_has_the_size_that_is_said() -> None:
    assert verdicts(ONES, r"H \mathbf{1} = 0, \quad \mathbf{1}^\top \mathbf{1} = m", r"H^2 = 2 H") == "ppr"
    assert verdicts(ONES + r" Let $x \in \mathbb{R}^n$.", r"\mathbf{1}^\top x = \sum_i x_i") == "x"


def test_an_order_is_proved_beside_definitions_that_it_does_not_need() -> None:
    layer = (r"r = \sum_i x_i^2", "y_i = x_i g_i r")
    gradient = r"\frac{\partial L}{\partial g_i} = \frac{\partial L}{\partial y_i} x_i r"
    order = r"\left(\sum_{i=1}^n x_i\right)^2 \le n \sum_{i=1}^n x_i^2"
    assert verdicts(*layer, gradient, order, order.replace("n \\sum", "\\sum")) == "ppr"


VECTOR = r": Let $v \in \mathbb{R}^k$ be a vector, and $s$ and $H$ what follows."
SQUARED = r"s = v^\top v"
COLUMNS = r"(I - \frac{v v^\top}{s}) v = 0"
TURNED = r"(I - \frac{v^\top v}{s}) v = 0"


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        ((VECTOR, SQUARED, COLUMNS, r"v v^\top = s I"), "pr"),
        ((VECTOR, SQUARED, r"s = v v^\top"), "x"),  # a second equation of s
        ((VECTOR, SQUARED, COLUMNS, r"2 s = v v^\top", r"s v = v v^\top v"), "prp"),
        ((VECTOR, SQUARED, COLUMNS, r"(I + \frac{v^\top v}{s}) v = v"), "pr"),
        # nothing shows that vectors are no rows, by which it would be right
        ((VECTOR, SQUARED, r"2 s = v v^\top", r"s v = v v^\top v"), "xp"),
        ((VECTOR, SQUARED, r"(I + \frac{v^\top v}{s}) v = v"), "x"),
        # a number that may be meant times the identity, and is right so
        ((VECTOR, SQUARED, COLUMNS, TURNED, r"H = s I", r"2 H = 2 v^\top v"), "pxx"),
        # ones, and kinds that are not said: each entry, or a matrix
        (
            (
                VECTOR,
                r"\mathbf{1}^\top (v v^\top - \frac{1}{k^2} \mathbf{1}^\top v v^\top \mathbf{1}) v = 0",
            ),
            "x",
        ),
        ((VECTOR, SQUARED, r"\frac{\partial L}{\partial W} = v v^\top"), "u"),
        ((VECTOR, SQUARED, r"C = c v v^\top", r"2 C = v^\top v + \epsilon"), "xx"),
        ((r"s = u^\top u", r"2 s = u u^\top"), "x"),
        # something else that does not fit says that rows may be meant
        ((VECTOR, SQUARED, COLUMNS, r"2 s = v v^\top", r"v v = s"), "pxx"),
    ],
)
def test_a_transposition_at_the_wrong_vector(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        ((r"\mathrm{MS}[x] = \frac{1}{n} \sum_{i=1}^n x_i^2", r"\mathrm{MS}[2 x] = 4 \mathrm{MS}[x]"), "p"),
        ((r"\mathrm{MS}[x] = \frac{1}{n} \sum_{i=1}^n x_i^2", r"\mathrm{MS}(2 x) = 2 \mathrm{MS}[x]"), "r"),
        ((r"\mathrm{MS}[x] = \mathrm{MS}[x] + 0", r"f[x] = f[x]"), "xx"),
    ],
)
def test_a_function_may_have_square_brackets(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


NONE = r"\sum_i m_i = 0"
ALL = r"\sum_{i=1}^n m_i = n"


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # for some indices: of the sum over all of them it says nothing
        ((r"m_i = 0 \quad (i \notin V)", NONE), "xx"),
        ((r"m_i = 1 \text{ if } i \in V", r"\sum_i m_i = \sum_i 1"), "xx"),
        ((r"\forall i \notin V: m_i = 0", NONE), "xx"),
        ((r"m_i = 0 \quad \forall i, j \in V", NONE), "xx"),
        ((r"m_i = 0 \quad \text{for } i = 2, \dots, n", NONE), "xx"),
        ((r"A_{ij} = 0, \ \forall (i,j) \notin E", r"\sum_i \sum_j A_{ij} = 0"), "xx"),
        ((r"m_i = 1, \quad i \in V", ALL), "xx"),
        ((r"m_i = 1, \ \forall i \in V", ALL, r"\sum_{i \in V} x_i = s"), "xxx"),
        (
            (r"m_i = 1 \quad \text{if } i \in V \text{ and } m_i = 0 \text{ otherwise}", r"m_i = 1", ALL),
            "xxxx",
        ),
        # in words that are not known
        ((r"m_i = 1 \quad \text{if } i \text{ is valid}", ALL), "xx"),
        ((r"m_i = 0 \quad \text{for all } i \text{ outside of } V", r"m_i x_i = 0"), "xx"),
        ((r"m_i = 0 \quad \text{for } i \text{ in } V", NONE), "xx"),
        ((r"m_i = 0 \quad \text{for valid } i", NONE), "xx"),
        ((r"m_i = 0 \quad \text{for each sample } i", NONE), "p"),
        ((r"m_i = 0 \quad \text{for all } i \text{ in the batch}", NONE), "p"),
        ((r"s = 2 c \quad \text{for } c \text{ outside of } V", r"s^2 = 4 c^2"), "p"),  # no letter of s
        # for all of them
        ((r"m_i = 0 \quad \forall i", NONE, r"\sum_i m_i = 1"), "pr"),
        ((r"m_i = 0, \quad i \in \{1, \dots, n\}", NONE), "p"),
        ((r"m_i = 0 \quad \text{for } i = 1, 2, \dots, n", NONE), "p"),
        ((r"m_i = 0 \quad \forall i \in [n]", NONE), "p"),
        # the range of the sums
        ((r"c_i = 2 x_i \quad \forall i \in B", r"\sum_{i \in B} c_i = 2 \sum_{i \in B} x_i"), "p"),
        ((r"c_i = 2 x_i \quad \forall i \in B", r"\sum_{i \in B} c_i = \sum_{i \in B} x_i"), "r"),
        ((r"c_i = 2 x_i \quad \forall i \in V", r"\sum_{i \in B} c_i = 2 \sum_{i \in B} x_i"), "xx"),
    ],
)
def test_what_holds_for_some_indices_is_no_definition(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (r"For $i \notin V$:", "xx"),
        (r"If $i \in V$, then", "xx"),
        ("For all $i$:", "pr"),
        (r"For $i \in \{1, \dots, n\}$:", "pr"),
        (r"For $m_i \in \mathbb{R}$:", "pr"),
    ],
)
def test_words_before_a_definition_say_for_which_indices_it_holds(words: str, expected: str) -> None:
    assert verdicts(f": {words}", "m_i = 0", NONE, r"\sum_i m_i = 1")[-2:] == expected


@pytest.mark.parametrize(
    ("display", "expected"),
    [
        (r"|a| = a \quad \forall a \in \mathbb{R}_+", "x"),
        (r"|a| = a, \quad a \in \mathbb R_+", "x"),
        (r"\sqrt{a^2} = a \quad \text{for } a \in \mathbb{R}_{+}", "x"),
        (r"\sqrt{a^2} = a \quad \text{for } a \in \mathbb{R}^{+}", "x"),
        (r"\forall a \in \mathbb{R}_+: \quad |a| = a", "x"),
        (r"|a| = a \quad \forall a \in (0, \infty)", "x"),
        (r"|a| = a, \quad a \in [0, \infty)", "x"),
        (r"\sqrt{a^2} = a \quad \forall a \in \mathbb{R}", "r"),
        (r"\sqrt{a^2} = a, \quad a \in \mathbb R", "r"),
        (r"\sqrt{a^2} = |a| \quad \forall a \in \mathbb{R}", "p"),
    ],
)
def test_a_part_of_the_numbers_is_a_condition(display: str, expected: str) -> None:
    assert verdicts(display) == expected


INDEX = "<!-- bnsym: index $i = 1..N$ -->"
LOSS_OF_Y = (
    r"<!-- bnsym: loss $f(y)$ -->",
    r"y_i = \gamma x_i",
    r"\frac{\partial f}{\partial x_i} = \gamma g_i",
)
GRADIENT = r"<!-- bnsym: let $g_i$ = $\partial f/\partial y_i$ -->"


@pytest.mark.parametrize(
    ("displays", "expected", "said"),
    [
        # said twice alike, in any section; of two letters, each
        ((GRADIENT, *LOSS_OF_Y, "# Later", LOSS_OF_Y[0], LOSS_OF_Y[2]), "pp", None),
        ((GRADIENT, *LOSS_OF_Y, "# Later", "<!-- bnsym: loss $h(z)$ -->", LOSS_OF_Y[2]), "pp", None),
        # it holds in the whole file, before it too
        ((GRADIENT, *LOSS_OF_Y[1:], "# Later", LOSS_OF_Y[0]), "p", None),
        # two that differ: what follows in that section is not judged by either
        (
            (GRADIENT, *LOSS_OF_Y, "# b", "<!-- bnsym: loss $f(z)$ -->", LOSS_OF_Y[2], "# c", LOSS_OF_Y[2]),
            "pxp",
            ("BN127", 15, "the loss is `f(y)` by line 3, and `f(z)` here"),
        ),
        (
            (INDEX, r"\sum_i 1 = N", INDEX.replace("N", "M"), r"\sum_i 1 = N"),
            "px",
            ("BN125", 7, "`i` runs over 1..N by line 1, and over 1..M here"),
        ),
        ((INDEX, "# b", INDEX, r"\sum_i 1 = N"), "p", None),
    ],
)  # fmt: skip
def test_what_a_directive_says_of_the_file_is_said_once(
    displays: tuple[str, ...], expected: str, said: tuple[str, int, str] | None
) -> None:
    report = checked(*displays)
    assert "".join(LETTERS[r.name] for r in report.results) == expected
    errors = [d for d in report.all_diagnostics if d.severity is Severity.ERROR]
    assert [(d.code, d.span.line, d.message) for d in errors] == ([said] if said else [])
    assert not said or not report.passed


A_VECTOR = "<!-- -->\nLet $X \\in \\mathbb{R}^m$."


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # it may have the entries that the small letter names
        ((A_VECTOR, MEAN, r"\sum_i (x_i - \mu)^2 = (X - \mu)^T (X - \mu)"), "x"),
        ((A_VECTOR, MEAN, r"\sum_i (x_i - \mu)^2 = m"), "r"),
        ((A_VECTOR, MEAN, r"\sum_i X_i = m \mu"), "r"),
        ((A_VECTOR, r"x_i = X_i - 1", MEAN, r"\sum_i x_i = e^T X"), "r"),
        # another doubt stays where the one of a second equation is settled
        (
            (A_VECTOR, MEAN, r"R = X - \mu", r"R = -(\mu - X)", r"R^T R = \sum_i (x_i - \mu)^2"),
            "px",
        ),
    ],
)
def test_entries_of_an_array_in_upper_case(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


def test_a_name_of_two_kinds_in_one_link_says_nothing() -> None:
    before = (
        "# A",
        "<!-- -->\nHere $\\gamma$ is a vector and $X$ is a vector.",
        r"Y = \gamma \odot X",
        "# B",
    )
    now = "<!-- -->\nFor numbers, where $\\gamma$ is a scalar:"
    claim = r"\frac{\partial L}{\partial X} = \gamma \frac{\partial L}{\partial Y}"
    assert verdicts(*before, now, claim) == "x"
    assert verdicts(*before, claim.replace(r"\gamma", r"\gamma \odot")) == "p"
