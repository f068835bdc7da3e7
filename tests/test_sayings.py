"""Sentences that change what the formulas beside them claim, and sentences much like them that do not.

Each claim is true of batch normalization as it is defined, and false, or another one, under what is said.
"""

from __future__ import annotations

import time

import pytest

from bnsym import check

LAYER = (
    r"Let $\mu = \frac1m \sum_i x_i$, $\sigma^2 = \frac1m \sum_i (x_i - \mu)^2$, "
    r"$\hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}$, $y_i = \gamma \hat x_i + \beta$."
)
CENTRED = r"\sum_i (x_i - \mu) = 0"
LETS = {
    "Es": "Es sei",
    "Dabei": "Es sei",
    "Der": "Es sei",
    "Die": "Es sei",
    "Bei": "Es sei",
    "On": "Soit",
    "En": "Soit",
    "Il": "Soit",
    "Für": "Es sei",
}
LETS |= {"No": "Sea", "Tratamos": "Sea"}
"""What begins the layer in the language of a sentence, by the first word of that; else it is `Let`."""
SHIFT = r"\sum_i \frac{\partial L}{\partial x_i} = 0"
FIXED = (
    r"\frac{\partial L}{\partial x_i} = "
    r"\frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} \frac{\partial L}{\partial y_i}"
)
LETTER = {"Proved": "p", "Refuted": "r", "Undecided": "u", "Unread": "x"}


def layer(said: str) -> str:
    """The layer in the language of what is said of it."""
    return LAYER.replace("Let", LETS.get(said.split()[0], "Let"))


@pytest.fixture
def judged(tmp_path):
    """The verdicts on a note, a letter each."""

    def run(text: str) -> str:
        path = tmp_path / "note.md"
        path.write_text(text, encoding="utf-8")
        results = check(path, repairs="none", cross_examine=False).files[0].results
        return "".join(LETTER[type(result.verdict).__name__] for result in results)

    return run


DENIED = [
    "For no $x$ does\n$$@$$\nhold.",
    "It is not true that\n$$@.$$",
    "We do not have\n$$@.$$",
    "This fails:\n$$@.$$",
    "The following, which many write, is false:\n$$@.$$",
    "$$@$$\ndoes not hold.",
    "$$@$$\nwhich is wrong.",
    "Es ist falsch, dass\n$$@$$\ngilt.",
    "For no $x$ do we have\n$$@.$$",
    "Für kein $x$ gilt\n$$@.$$",
    "Il est faux que\n$$@.$$",
    "No es cierto que\n$$@.$$",
    "One might think that\n$$@,$$\nbut this is false.",
    "I doubt that\n$$@.$$",
    "Die Gleichung\n$$@$$\ngilt nicht.",
    "下式不成立：\n$$@$$",
    "次の式は正しくない：\n$$@$$",
    "With a typo:\n$$@$$",
    "A common mistake is to forget the factor:\n$$@$$",
    "Ein häufiger Fehler ist\n$$@.$$",
]
AFFIRMED = [
    "A common mistake is to forget the factor; one has\n$$@.$$",
    "A common mistake is to forget the factor. In truth\n$$@.$$",
    "It is not hard to see that\n$$@.$$",
    "The batch need not be large. We have\n$$@.$$",
    "The mean has no component along anything else:\n$$@.$$",
    "As $\\gamma$ is not zero we get\n$$@.$$",
    "$$@$$\nwhich does not depend on $i$.",
    "Es ist nicht schwer zu sehen, dass\n$$@$$\ngilt.",
    "It is no coincidence that\n$$@.$$",
    "This is true not only for large batches:\n$$@.$$",
    "不难看出\n$$@$$",
]


@pytest.mark.parametrize("said", DENIED)
def test_what_a_sentence_denies_is_not_proved(judged, said):
    assert judged(f"{layer(said)}\n\n{said.replace('@', CENTRED)}\n") == "x"


@pytest.mark.parametrize("said", AFFIRMED)
def test_a_negation_of_something_else_denies_nothing(judged, said):
    assert judged(f"{layer(said)}\n\n{said.replace('@', CENTRED)}\n") == "p"


def test_what_a_sentence_denies_and_a_directive_declares_refuted_is_judged(judged):
    declared = '<!-- bnsym: refuted reason="a sign" -->'
    assert judged(f"{LAYER}\n\nThis is wrong:\n\n{declared}\n$$\\sum_i x_i = 0$$\n") == "r"


HELD = [
    r"Here $\mu$ and $\sigma^2$ are constants that do not depend on $x$.",
    r"Treat $\mu$ and $\sigma$ as constants.",
    r"We hold $\mu$ fixed.",
    r"We stop the gradient through $\mu$.",
    "The statistics are detached.",
    "With frozen statistics,",
    "The mean and the variance are treated as constants.",
    r"We ignore the dependence of $\mu$ on $x$.",
    "Let no gradient flow through the batch statistics.",
    r"We apply a stop-gradient to $\mu$ and $\sigma$.",
    r"Der Gradient wird nicht durch $\mu$ zurückgeführt.",
    r"反向传播时不对 $\mu$ 和 $\sigma$ 求导，把它们当作常数。",
    r"Dabei werden $\mu$ und $\sigma$ als Konstanten behandelt.",
    r"On traite $\mu$ et $\sigma$ comme des constantes.",
    r"Tratamos $\mu$ y $\sigma$ como constantes.",
    r"把 $\mu$ 和 $\sigma$ 视为常数。",
    r"$\mu$ と $\sigma$ は定数とみなす。",
]
NOT_HELD = [
    r"Here $\gamma$ and $\beta$ are constants.",
    r"Here $\mu$ and $\sigma$ are not constants: they are made from $x$.",
    r"For a fixed $i$ we look at $x_i$, of which $\mu$ is made.",
    r"The mean $\mu$ does not depend on $i$.",
    r"Since $\mu$ depends on all $x_j$, we cannot treat it as constant.",
    "The loss may have a constant added to it.",
    r"If $\mu$ were constant, all would be simple. It is not.",
]


@pytest.mark.parametrize("said", HELD)
def test_a_derivative_through_what_is_held_constant_is_not_judged(judged, said):
    assert judged(f"{layer(said)}\n\n{said}\n$${SHIFT}$$\nand\n$${FIXED}$$\n") == "xx"
    assert judged(f"{layer(said)}\n\n{said}\n$${CENTRED}$$\n") == "p"
    assert judged(f"{layer(said)}\n\n# A\n\n{said}\n\n# B\n\n$${SHIFT}$$\n") == "p"


@pytest.mark.parametrize("said", NOT_HELD)
def test_a_derivative_is_judged_where_something_else_is_constant(judged, said):
    assert judged(f"{layer(said)}\n\n{said}\n\n$${SHIFT}$$\nand\n$${FIXED}$$\n") == "pr"


ESTIMATED = [
    r"At inference, $\mu$ and $\sigma^2$ are running averages. Then",
    "In eval mode",
    r"The mean $\mu$ is taken over the whole data set. Then",
    "At inference time the running averages are used:",
    r"Let $\mu$ be the population mean. Then",
    r"Bei der Inferenz sind $\mu$ und $\sigma^2$ laufende Mittelwerte.",
    r"En inférence, $\mu$ est une moyenne mobile.",
    r"推理时 $\mu$ 用移动平均。",
]


@pytest.mark.parametrize("said", ESTIMATED)
def test_other_averages_than_the_batch_s_are_not_judged(judged, said):
    assert judged(f"{layer(said)}\n\n{said}\n$${CENTRED}$$\n") == "x"
    assert judged(f"{layer(said)}\n\n{said}\n$$\\mu + \\mu = 2 \\mu$$\n") == "p"
    assert judged(f"{said}\n\n{layer(said)}\n\n$${CENTRED}$$\n") == "p"  # the formulas say more of the same


def test_an_expectation_of_the_population_is_no_mean_of_the_batch(judged):
    text = r"Let $\mu = \mathbb{{E}}[x]$ be the {} mean. Then $$\sum_i (x_i - \mu) = 0.$$"
    assert judged(text.format("population")) == "x"
    assert judged(text.format("batch")) == "p"


def test_what_is_put_in_another_s_place_is_not_judged(judged):
    said, squares = r"Now replace $m$ by $m - 1$ in $\sigma^2$. Then", r"\sum_i (x_i - \mu)^2"
    assert judged(f"{layer(said)}\n\n{said}\n$${squares} = m \\sigma^2$$\n") == "x"
    assert judged(f"{layer(said)}\n\n{said}\n$${squares} = (m - 1) \\sigma^2$$\n") == "x"
    said = "Replacing $i$ by $j$,"
    assert judged(f"{layer(said)}\n\n{said}\n$${squares} = m \\sigma^2$$\n") == "p"


@pytest.mark.parametrize(
    "said", [r"Under $a \mapsto -a$ we get", r"Apply $a \to -a$. Then", r"Mit $a \mapsto -a$ folgt"]
)
def test_a_display_under_a_change_of_names_is_not_judged(judged, said):
    note = f"Let $a = 2c$.\n\n{said}\n\n$$\n2a = CLAIM\n$$\n\nBack again,\n\n$$\n4a = 8c\n$$\n"
    assert judged(note.replace("CLAIM", "4c")) == "xp"
    assert judged(note.replace("CLAIM", "-4c")) == "xp"
    assert judged(note.replace("CLAIM", "-4c").replace(said, "Hence")) == "rp"
    assert judged(note.replace("CLAIM", "4c").replace(said, r"The map $a \mapsto -a$ is odd, so")) == "pp"


def test_the_unbiased_variance_is_not_the_one_of_the_batch(judged):
    claim = r"\sum_i (x_i - \mu)^2 = m \sigma^2"
    assert judged(f"{LAYER}\n\nFrom now on $\\sigma^2$ is the unbiased variance. Then\n$${claim}$$\n") == "x"
    assert judged(f"{LAYER}\n\nThe unbiased variance has another divisor. Here\n$${claim}$$\n") == "p"


NUMBERS = [
    ("Let $P$ and $Q$ be probabilities. Then", "x"),  # which they are not is not known
    ("$P$ and $Q$ are random variables with", "r"),
    ("P 和 Q 是概率，于是".replace("P", "$P$").replace("Q", "$Q$"), "x"),
]


@pytest.mark.parametrize(("said", "sums"), NUMBERS)
def test_upper_case_alone_makes_no_matrix_of_what_words_describe(judged, said, sums):
    assert judged(f"{said}\n$$P Q = Q P$$\n") == "x"
    assert judged(f"{said}\n$$P + Q = Q$$\n") == sums


def test_upper_case_names_of_which_nothing_is_said_are_matrices(judged):
    assert judged("$$P Q = Q P$$\n") == judged("Let $P$ and $Q$ be matrices.\n$$P Q = Q P$$\n") == "r"


def test_a_quality_without_a_verb_is_said_of_its_name(judged):
    assert judged("Let $U$ be a matrix and $O$ an orthogonal matrix. Then\n$$O O^T U = U.$$\n") == "x"
    assert judged("Let $U$ be a matrix and $O$ a matrix. Then\n$$O O^T U = U.$$\n") == "r"


# What a display claims only somewhere, or nearly, is not refuted


SQUARE = r"\frac1m \sum_i \hat x_i^2 = 1"  # true where epsilon is zero alone
BEFORE = [
    r"With $\epsilon$ set to zero,",
    "Dropping the small constant,",
    r"In the noiseless case $\epsilon = 0$:",
    r"Let us set $\epsilon$ to 0. Then",
    r"We take $\epsilon$ equal to zero. Then",
    r"Let $\epsilon$ vanish. Then",
    r"Henceforth $\epsilon$ is $0$. Then",
    r"For negligible $\epsilon$,",
    "In exact arithmetic,",
    "At initialization,",
    r"Setze $\epsilon = 0$. Dann gilt",
    r"Ab jetzt ist $\epsilon$ null. Dann gilt",
    "Im rauschfreien Fall gilt",
    r"On pose $\epsilon = 0$. Alors",
    "Dans le cas sans bruit,",
    r"Sea $\epsilon = 0$. Entonces",
    "En el caso sin ruido,",
    r"取 $\epsilon$ 为零，则",
    r"$\epsilon$ は 0 とする。すると",
]
BEHIND = [
    r"provided $\epsilon = 0$.",
    r"when $\epsilon$ is zero.",
    r"in the case $\epsilon = 0$.",
    r"as $\epsilon \to 0$.",
    r"since $\epsilon = 0$ here.",
    r"unless $\epsilon > 0$.",
    r"for negligible $\epsilon$.",
    r"with no $\epsilon$.",
    r"if we drop $\epsilon$.",
    "approximately.",
    "in the noiseless limit.",
    "in exact arithmetic.",
]
PLAINLY = [
    "Then",
    "By the chain rule we get",
    "Summing over $i$,",
    r"Substituting the definition of $\hat x_i$,",
    "The normalized batch has mean square one:",
    "For every batch $x$,",
    "In vector form,",
    "Hence, after some algebra,",
    r"Recall that $\epsilon$ keeps the denominator away from the variance. We have",
    r"With a small $\eta$ in the step:",
    "Nach der Kettenregel ist",
    "Summiert man über $i$, so folgt",
    "D'après la règle de la chaîne,",
    "Por la regla de la cadena,",
    "由链式法则，",
    "連鎖律より",
]
LETS |= {"Setze": "Es sei", "Ab": "Es sei", "Im": "Es sei", "Nach": "Es sei", "Summiert": "Es sei"}
LETS |= {"Dans": "Soit", "D'après": "Soit", "Sea": "Sea", "Por": "Sea"}


@pytest.mark.parametrize("said", BEFORE)
def test_what_leads_to_a_display_and_is_not_understood_keeps_it_from_being_refuted(judged, said):
    assert judged(f"{layer(said)}\n\n{said}\n$${SQUARE}.$$\n") in ("x", "p")


@pytest.mark.parametrize("said", BEHIND)
def test_what_goes_on_behind_a_display_keeps_it_from_being_refuted(judged, said):
    assert judged(f"{LAYER}\n\nOne has\n$${SQUARE}$$\n{said}\n") in ("x", "p")


@pytest.mark.parametrize("said", PLAINLY)
def test_plain_words_keep_nothing_from_being_refuted(judged, said):
    assert judged(f"{layer(said)}\n\n{said}\n$${SQUARE}.$$\n") == "r"


@pytest.mark.parametrize(
    "said", ["for all $i$.", "as claimed.", r"where $\hat x$ is normalized.", "Note that $i$ is any."]
)
def test_words_behind_a_display_that_narrow_nothing_let_it_be_refuted(judged, said):
    assert judged(f"{LAYER}\n\nOne has\n$${SQUARE}$$\n{said}\n") == "r"


def test_a_condition_behind_a_display_is_one_of_it(judged):
    assert judged("One has\n$$|a| = a$$\nfor all $a > 0$.\n") == "p"
    assert judged("One has\n$$|a| = a$$\nfor all $a > -1$.\n") == "r"


@pytest.mark.parametrize(
    "said", ["The batch has two samples. Then", "For two samples,", "We have only two samples:"]
)
def test_a_number_of_samples_keeps_from_being_refuted(judged, said):
    assert judged(f"{LAYER}\n\n{said}\n$$\\sum_i x_i = 2 \\mu$$\n") == "x"
    assert judged(f"{LAYER}\n\n{said.replace('two', 'many')}\n$$\\sum_i x_i = 2 \\mu$$\n") in ("r", "x")


def test_inputs_that_are_centred_keep_from_being_refuted(judged):
    claim = r"\sum_i x_i = 0"
    assert judged(f"{LAYER}\n\nThe inputs are already centred. Then\n$${claim}$$\n") == "x"
    assert judged(f"{LAYER}\n\nThe normalized batch is centred. Then\n$${claim}$$\n") == "r"
    assert judged(f"{LAYER}\n\nWithout scale and shift,\n$$\\sum_i y_i = 0$$\n") == "x"
    assert judged(f"{LAYER}\n\nAfter scale and shift,\n$$\\sum_i y_i = 0$$\n") == "r"


HEDGES = [
    r"provided $\epsilon = 0$.",
    r"This holds only for $\epsilon = 0$.",
    r"Strictly speaking there is an $\epsilon$ missing here.",
    r"But this fails because of $\epsilon$.",
    r"(we drop $\epsilon$ here).",
    r"where we have set $\epsilon$ to zero.",
    r"这里忽略了 $\epsilon$。",
]


@pytest.mark.parametrize("said", HEDGES)
def test_what_stands_behind_an_empty_line_keeps_a_display_from_being_refuted(judged, said):
    assert judged(f"{LAYER} Then\n\n$${SQUARE}$$\n\n{said}\n") in ("x", "p")


def test_a_sentence_that_leads_to_the_next_display_says_nothing_of_the_one_before(judged):
    said = f"The missing step is\n\n$${CENTRED}$$\n"
    assert judged(f"{LAYER} Then\n\n$${SQUARE}$$\n\n{said}") == "rp"
    assert judged(f"{LAYER} Then\n\n$${SQUARE}$$\n\nThis is the square.\n") == "r"


@pytest.mark.parametrize(
    "said",
    [
        "We want to have",
        "Our goal is to have",
        "The optimum is where",
        "Is it true that",
        r"Choose $\gamma$ such that",
        "Solving",
        "我们希望",
    ],
)
def test_what_is_wanted_or_asked_is_not_refuted(judged, said):
    assert judged(f"{LAYER}\n\n{said}\n\n$${SQUARE}$$\n") == "x"


@pytest.mark.parametrize(
    "lead", ["## The centred case", "**Centred data.** We get", "> Assumption: mean zero."]
)
def test_a_lead_that_names_a_case_keeps_from_being_refuted(judged, lead):
    assert judged(f"{LAYER}\n\n{lead}\n\n$$\\sum_i x_i = 0$$\n") == "x"
    assert judged(f"{LAYER}\n\n## The general case\n\n$$\\sum_i x_i = 0$$\n") == "r"


WEIGHTED = r"\sum_i p_i (x_i - \mu) = 0"


@pytest.mark.parametrize(
    "said",
    [
        r"Let $\mu = \sum_i p_i x_i$ with $\sum_i p_i = 1$.",
        r"Let $\mu = \sum_i p_i x_i$. Since $\sum_i p_i = 1$, we get",
        r"The weights satisfy $\sum_i p_i = 1$. Let $\mu = \sum_i p_i x_i$.",
    ],
)
def test_an_equation_of_free_names_in_the_text_is_a_condition_on_them(judged, said):
    assert judged(f"{said}\n$${WEIGHTED}$$\n") == "x"


def test_without_such_an_equation_of_its_names_a_claim_is_refuted(judged):
    assert judged(f"Let $\\mu = \\sum_i p_i x_i$.\n$${WEIGHTED}$$\n") == "r"
    assert judged(f"Let $\\mu = \\sum_i p_i x_i$ and $\\sum_i q_i = 1$.\n$${WEIGHTED}$$\n") == "r"


SECOND = r"\frac1m \sum_i x_i^2 - \sigma^2 = 0"


@pytest.mark.parametrize(
    "said",
    [
        "Para datos centrados,",
        "Für zentrierte Daten gilt",
        "Pour des données centrées,",
        "Per dati centrati,",
        "Assume that the variance is large. Then",
        "Suppose that the mean vanishes.",
        "Supongamos que la media de los datos es pequeña y que el lote es grande.",
    ],
)
def test_what_is_said_in_another_language_or_supposed_in_words_is_not_judged(judged, said):
    assert judged(f"{LAYER} This is the text of the note.\n\n{said}\n\n$${SECOND}$$\n") == "x"


@pytest.mark.parametrize(
    "said",
    [
        "The second moment of the data is now",
        "We assume familiarity with batch normalization.",
        "Assume that the loss is differentiable.",
        "Assume that $L$ is any loss.",
    ],
)
def test_a_supposition_that_narrows_nothing_lets_it_be_refuted(judged, said):
    assert judged(f"{LAYER} This is the text of the note.\n\n{said}\n\n$${SECOND}$$\n") == "r"


def test_a_sentence_in_another_language_takes_a_claim_back(judged):
    text = f"{LAYER} This is the text of the note.\n\n$${SECOND}$$\n\n"
    assert judged(f"{text}gilt nur für zentrierte Daten.\n") == "x"
    assert judged(f"{text}This is the variance of the data.\n") == "r"


@pytest.mark.parametrize("said", [r"Let $\mu$ be a learned parameter.", r"Now $\mu$ is any number."])
def test_a_name_that_words_make_any_such_thing_keeps_no_formula_from_before(judged, said):
    assert judged(f"{LAYER}\n\n{said}\n\n$${CENTRED}$$\n\n$$\\sum_i (x_i - \\mu) = 1$$\n") == "xx"


@pytest.mark.parametrize(
    "said",
    [r"Let $\mu$ be the mean of the batch.", r"Let $c$ be a learned parameter.", r"$\mu$ is a number."],
)
def test_words_that_make_nothing_else_of_a_name_keep_its_formula(judged, said):
    assert judged(f"{LAYER}\n\n{said}\n\n$${CENTRED}$$\n") == "p"


def test_words_between_two_names_that_equate_them(judged):
    text = r"Let $u_i = x_i - \mu$ and $\mu = \frac1m \sum_i x_i$. Let all $v_i$ be {} $u_i$."
    assert judged(text.format("equal to") + "\n\n$$\\sum_i v_i = 0$$\n") in ("p", "x")
    assert judged(text.format("proportional to") + "\n\n$$\\sum_i v_i = 0$$\n") == "x"
    assert judged(text.format("other than") + "\n\n$$\\sum_i v_i = 0$$\n") == "r"


@pytest.mark.parametrize(
    "said",
    [
        "In an earlier draft the last term carried another factor,",
        "With some algebraic manipulation we write the second moment as",
        "Mathematically,",
        "I was at one point unsure of the data. So",
    ],
)
def test_what_stands_behind_a_phrase_of_place_is_a_clause_of_its_own(judged, said):
    assert judged(f"{LAYER}\n\n{said}\n\n$${SECOND}$$\n") == "r"


@pytest.mark.parametrize(
    "said",
    [
        "In the limit the last term carried another factor,",
        "With the last sample removed the second moment is",
        "In practice the mean of the batch vanishes,",
        "For all but the first sample the second moment is",
        "Heuristically,",
    ],
)
def test_a_phrase_of_place_that_is_not_understood_keeps_from_being_refuted(judged, said):
    assert judged(f"{LAYER}\n\n{said}\n\n$${SECOND}$$\n") == "x"


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("The running averages play no role here.", "pr"),
        ("The running averages are not needed.", "pr"),
        ("Los promedios móviles no juegan ningún papel.", "pr"),
        ("Here the running averages are used.", "xx"),
        ("At test time the statistics of the batch are not used.", "xx"),
        ("The running averages do not need the batch.", "xx"),
    ],
)
def test_averages_that_play_no_role_change_nothing(judged, said, wanted):
    layer_ = LAYER.replace("Let", "Sea") if said.startswith("Los") else LAYER
    assert judged(f"{layer_}\n\n{said}\n\n$${CENTRED}$$\n\n$$\\sum_i (x_i - \\mu) = 1$$\n") == wanted


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (r"**Case 2**, $k \ne i$:", "pr"),
        (r"Case (b): $k \ne i$", "pr"),
        (r"**情况二**，$k \ne i$，只有 $r$ 含 $x_i$：", "pr"),
        (r"**Case 2**, $k \ne i$, to first order:", "px"),
        ("Case 2:", "xx"),
    ],
)
def test_a_formula_behind_the_number_of_a_case_is_its_condition(judged, said, wanted):
    text = rf"Let $z_k = x_k r$ and $r = \sum_i x_i$.{chr(10) * 2}{said}{chr(10) * 2}"
    assert judged(text + "$$\\frac{dz_k}{dx_i} = x_k$$\n") == wanted[0]
    assert judged(text + "$$\\frac{dz_k}{dx_i} = x_i$$\n") == wanted[1]


def test_a_sentence_takes_time_in_proportion_to_its_formulas(judged):
    lets = ", ".join(f"$a_{{{k}}} = {k}$" for k in range(300))
    started = time.perf_counter()
    assert judged(f"Let {lets}.\n\n$$(a + b)^2 = a^2 + 2 a b + b^2$$\n") == "p"
    assert time.perf_counter() - started < 10


def test_suppositions_and_sections_take_time_in_proportion_to_their_number(judged):
    claim = "$$(a + b)^2 = a^2 + 2 a b + b^2$$\n"
    supposed = " ".join(f"we assume $a_{{{k}}}$ is small and" for k in range(1000))
    sections = "".join(f"# A{k}\n\nLet $a_{{{k}}} = b$, then $c = 1$.\n\n" for k in range(300))
    started = time.perf_counter()
    assert judged(f"{supposed} so on.\n\n{claim}") == judged(f"{sections}{claim}") == "p"
    assert time.perf_counter() - started < 10
