r"""What words do to the formula beside them: in its display, and in the sentence before it.

Each claim here is false as it stands, or true as it stands; words that are not known take a refutation
away and leave a proof, those that name or justify a claim take nothing.
"""

from __future__ import annotations

import pytest

from bnsym.checking import Unwatched, budget, check_notes
from bnsym.finding import Note
from bnsym.source import languages

LETTERS = {"proved": "p", "refuted": "r", "undecided": "u", "unread": "x"}
FALSE, TRUE = r"a b + 1 = a^2", r"a^2 + a b = a (a + b)"


def note(text: str) -> str:
    """A letter for each link of the note; a link that bridges others is left out."""
    cost = budget(10.0, (2, 3), False, "none", None, False, None)
    results = check_notes([Note("note.md", text)], (), cost, Unwatched()).results
    return "".join(LETTERS[r.name] for r in results if "+" not in r.link.id)


def verdicts(*displays: str) -> str:
    return note("\n\n".join(f"$$\n{display}\n$$" for display in displays))


UNKNOWN = [
    r"\text{approximately}",
    r"\text{(approximately)}",
    r"\text{approx.}",
    r"\text{for large } a",
    r"\text{for some } a > 0",
    r"\text{for } a \text{ large}",
    r"\text{for almost all } a",
    r"\text{with high probability}",
    r"\text{w.h.p.}",
    r"\text{in the limit}",
    r"\text{as } b \to 0",
    r"\text{on average}",
    r"\text{in expectation}",
    r"\text{if the batch is centred}",
    r"\text{when } b \text{ is even}",
    r"\text{to first order}",
    r"\text{ignoring rounding}",
    r"\text{näherungsweise}",
    r"\text{im Grenzwert}",
    r"\text{en promedio}",
    r"\text{en moyenne}",
    r"\text{pour } a \text{ petit}",
    r"\text{in media}",
    r"\text{приблизительно}",
    r"\text{近似地}",
    r"\text{平均而言}",
    r"\text{대략}",
    r", \; b \ll 1",
    r"\quad a \to \infty",
]


@pytest.mark.parametrize("between", [" ", r" \quad ", ", "])
@pytest.mark.parametrize("words", UNKNOWN)
def test_words_that_are_not_known_take_a_refutation_away(words: str, between: str) -> None:
    assert verdicts(FALSE + between + words) == "x"


@pytest.mark.parametrize("words", [w for w in UNKNOWN if "if" not in w and "large}" not in w])
def test_what_holds_without_the_words_is_proved(words: str) -> None:
    assert verdicts(TRUE + r" \quad " + words) == "p"


@pytest.mark.parametrize(
    "words",
    [
        r"\text{(chain rule)}",
        r"\text{by (2)}",
        r"\text{since the product commutes}",
        r"\text{as in (3)}",
        r"\text{the mean of the batch}",
        r"\text{no scale}",
        r"\text{for all } i",
        r"\text{for each channel}",
        r"\text{for every } a",
        r"\text{with } a > 0",
        r"\text{für alle } i",
        r"\text{nach der Kettenregel}",
        r"\text{pour tout } i",
        r"\text{para cada canal}",
        r"\text{由链式法则}",
        r"\text{对所有 } i",
    ],
)
def test_words_that_name_a_claim_or_say_why_take_nothing(words: str) -> None:
    assert verdicts(FALSE + r" \quad " + words, TRUE + r" \quad " + words) == "rp"


@pytest.mark.parametrize(
    "words",
    [
        r"\text{unless } a = 0",
        r"\text{except for } a = 1",
        r"\text{iff } a = b",
        r"\text{if and only if } a = b",
        r"\text{only for } a = b",
        r"\text{is wrong}",
        r"\text{(not true)}",
        r"\text{genau dann, wenn } a = b",
        r"\text{当且仅当 } a = b",
        r"\exists b",
        r"\text{for no } a",
        r"\text{in no case}",
        r"\text{für kein } a",
        r"\text{pour aucun } a",
    ],
)
def test_of_another_claim_nothing_is_proved_and_nothing_refuted(words: str) -> None:
    assert set(verdicts(TRUE + r" \quad " + words)) == set(verdicts(FALSE + r" \quad " + words)) == {"x"}


def test_an_operator_in_words_loses_no_ink() -> None:
    assert verdicts(r"c = a \text{ over } b", r"a \text{ over } b = \frac{a}{b}") == "xx"
    assert (
        verdicts(r"a + b = b + a \quad \text{over all } a", r"a + b = b + a \quad \text{for all } a") == "pp"
    )
    assert verdicts(r"a + b = b + a \quad \text{(no sum over i)}") == "p"


def test_words_at_a_row_are_said_of_that_row() -> None:
    rows = r"\begin{{aligned}} (a + b)^2 &= a^2 + b^2 {} \\ &= a^2 {} \end{{aligned}}"
    assert verdicts(rows.format("", "")) == "rr"
    assert verdicts(rows.format("", r"&& \text{for small } b")) == "rx"
    assert verdicts(rows.format(r"\\ \intertext{For small $b$ this is} ", "")) == "rx"


def test_an_equation_of_all_large_sizes_is_one_of_all() -> None:
    mean = r"\mu = \frac{1}{n} \sum_{i=1}^n x_i"
    assert verdicts(mean, r"\sum_i x_i = \mu \quad \text{for large } n") == "r"
    assert verdicts(mean, r"n > 3 \quad \text{for large } n") == "x"
    assert verdicts(mean, r"\sum_i x_i = \mu \quad \text{for large } k") == "x"


def test_a_relation_after_unknown_words_defines_nothing() -> None:
    assert verdicts(FALSE + r"\quad \text{holds at } a = 1", r"a = 1") == "xxx"


@pytest.mark.parametrize(
    "words",
    [
        r"\text{if } a > 0",
        r"\text{assuming that } a > 0",
        r"\text{in the case } a > 0",
        r"\text{falls } a > 0",
        r"\text{lorsque } a > 0",
        r"\text{cuando } a > 0",
        r"\text{если } a > 0",
        r"\text{当 } a > 0 \text{ 时}",
        r"a > 0 \text{ のとき}",
        r"a > 0 \text{ 일 때}",
    ],
)
def test_a_condition_in_any_language_is_one(words: str) -> None:
    assert verdicts(rf"\sqrt{{a^2}} = a \quad {words}") == "p"
    assert verdicts(rf"\sqrt{{a^2}} = a \quad {words.replace('> 0', '> -1')}") == "r"


def test_a_condition_holds_for_the_chain_that_goes_on_in_its_row() -> None:
    rows = r"\begin{aligned} |a| + b &= b + |a| \\ &= b + a && \text{if } a > 0 \\ |a| &= a \end{aligned}"
    assert verdicts(rows) == "ppr"


@pytest.mark.parametrize(
    ("definition", "claim"),
    [
        (r"y_i = x_i \text{ if } x_i > 0", r"\sum_i y_i = \sum_i x_i"),
        (r"y_i &= x_i && \text{if } x_i > 0 \\ y_i &= 0 && \text{if } x_i \le 0", r"\sum_i y_i = \sum_i x_i"),
        (r"D_{ij} = a \quad \text{if } i = j", r"\sum_{j=1}^m D_{ij} = m a"),
        (r"\sigma = \sqrt{v} \quad \text{approximately}", r"\sigma^2 = v"),
    ],
)
def test_what_is_said_in_part_defines_nothing(definition: str, claim: str) -> None:
    assert set(verdicts(rf"\begin{{aligned}} {definition} \end{{aligned}}", claim)) == {"x"}


def test_a_standing_condition_takes_no_definition_away() -> None:
    assert verdicts(r"s = \sqrt{v + \epsilon} \quad \text{for } \epsilon > 0", r"s^2 = v + \epsilon") == "p"
    assert verdicts(r"s = \sqrt{v} \quad \text{during training}", r"s^3 = v", r"s^2 = v") == "xp"


def test_a_word_that_stands_only_once_may_be_no_name() -> None:
    assert verdicts(r"a + b = c + \text{rest}") == "x"
    assert verdicts(r"\text{rest} = a + b", r"a b = \text{rest}") == "r"


@pytest.mark.parametrize(
    "lead",
    [
        "If $a > 0$, then",
        "For $a > 0$ we have",
        "Provided that $a > 0$:",
        "Hence we get, if $a > 0$,",
        "For all $a > 0$, $b > 0$ this is",
        "Wenn $a > 0$ ist, so gilt",
        "Für $a > 0$ gilt",
        "Si $a > 0$, alors",
        "Si $a > 0$, entonces",
        "Se $a > 0$, allora",
        "Если $a > 0$, то",
        "当 $a > 0$ 时，有",
        "若 $a > 0$，则",
        "$a > 0$ のとき、",
    ],
)
def test_a_condition_before_a_display_is_one_of_that_display(lead: str) -> None:
    claim = "\n\n$$\n\\sqrt{a^2} = a\n$$\n\n"
    first, second = note(f"{lead}{claim}Once more{claim}")
    assert first == "p"
    assert second in "rx"
    assert note(lead.replace("$a > 0$", "$b > 0$") + claim) == "r"


def test_equations_before_a_display_hold_for_it_alone() -> None:
    claim = "\n\n$$\nN^2 - N = 2\n$$\n\n"
    assert note(f"If $N = 2$, then{claim}Once more{claim}") == "pr"
    assert note(f"If $N = 3$, then{claim}") == "r"
    entries = "\n\n$$\n\\delta_{ij} = 0\n$$\n"
    assert note(f"For $i \\ne j$ we have{entries}") == "p"
    assert note(f"For $i = j$ we have{entries}") == "r"


@pytest.mark.parametrize(
    "lead",
    [
        "Unless $a = 0$, we have",
        "Even if $a = 0$, we have",
        "If the batch is centred, then",
        "If $x$ is centred and $a = 0$, then",
        "For large $a$ we have",
        "In the limit $b \\to 0$ this is",
        "On average,",
        "And for other $a$",
        "Für andere $a$ gilt",
        "Up to terms of order $b^2$ we have",
        "Näherungsweise gilt",
        "En moyenne on a",
        "近似地有",
    ],
)
def test_words_before_a_display_that_are_not_known_take_a_refutation_away(lead: str) -> None:
    assert note(f"{lead}\n\n$$\n{FALSE}\n$$\n") == "x"
    assert note(f"{lead}\n\n$$\n{TRUE}\n$$\n") == "p"


@pytest.mark.parametrize("lead", ["We have", "For every $a$ we get", "If so, see above. By the chain rule,"])
def test_other_words_before_a_display_take_nothing(lead: str) -> None:
    assert note(f"{lead}\n\n$$\n{FALSE}\n$$\n") == "r"


LAYER = "\n\n$$\na = \\gamma z\n$$\n\n"
PARTIAL = "\\frac{\\partial L}{\\partial "
OUTER = f"$$\n{PARTIAL}\\gamma}} = z \\left( {PARTIAL}a}} \\right)^\\top\n$$\n\n"
GRADIENT = "$$\n\\frac{\\partial L}{\\partial z} = \\gamma \\frac{\\partial L}{\\partial a}\n$$\n"


@pytest.mark.parametrize(
    "said",
    [
        "where $\\gamma$ and $\\beta$ are numbers",
        "where $\\gamma$ is a learned real number",
        "with the scalars $\\beta$, $\\gamma$",
        "wobei $\\gamma$ eine Zahl ist; $\\gamma$ ist eine Zahl",
        "où $\\gamma$ est un nombre",
        "donde $\\gamma$ es un escalar",
        "其中 $\\gamma$ 和 $\\beta$ 是标量",
        "где $\\gamma$ есть число; число $\\gamma$",
    ],
)
def test_a_claim_raises_no_rank_of_what_words_call_a_number(said: str) -> None:
    text = f"Let $z \\in \\mathbb{{R}}^m$, {said}.{LAYER}{OUTER}{GRADIENT}"
    assert note(text) == "xp"
    assert note(text.replace("= \\gamma \\frac", "= \\gamma^2 \\frac")) == "xr"


def test_words_say_what_vectors_and_matrices_are() -> None:
    said = "Let $u$ be a vector and $W$ a matrix.\n\n"
    assert note(f"{said}$$\nu^\\top W u = u^\\top W^\\top u\n$$\n") == "p"
    assert note(f"{said}$$\nW u = W^\\top u\n$$\n") == "r"
    layer = "where $W$ is a matrix of weights and $b$ a bias vector, $x$ a vector.\n\n$$\ny = W x + b\n$$\n\n"
    gradient = "$$\n\\frac{\\partial L}{\\partial x} = W^\\top \\frac{\\partial L}{\\partial y}\n$$\n"
    assert note(layer + gradient) == "p"
    assert note(layer + gradient.replace("W^\\top", "W")) in "rx"
    ones = "Let $I$ be the identity matrix, and $e$ the vector of ones.\n\n"
    assert note(f"{ones}$$\nI e = e\n$$\n") == "p"


def test_a_later_section_may_make_another_thing_of_a_name() -> None:
    first = (
        "# One\n\nHere $g$ is a number.\n\n$$\n(g + 1)^2 = g^2 + 2 g + 1\n$$\n\n# Two\n\nNow $g$ is a {}.\n\n"
    )
    vector = first.format("vector")
    assert note(f"{vector}$$\ng^\\top g = \\sum_i g_i^2\n$$\n") == "pp"
    assert note(f"{vector}$$\ng^\\top g = \\sum_i g_i\n$$\n") == "pr"
    row = first.format("row")
    assert note(f"{row}$$\ng^2 = g\n$$\n") == "pr"  # entry by entry, as of any vector
    assert note(f"{row}$$\ng g = g\n$$\n") == "px"
    assert note(f"{row}$$\ng g^\\top = \\sum_i g_i^2\n$$\n") == "pp"
    assert note(f"{row}$$\ng^\\top g = \\sum_i g_i^2\n$$\n") == "px"
    assert note(f"{first.format('number')}$$\ng^2 = g\n$$\n") == "pr"


def test_an_identity_is_what_the_text_or_a_definition_calls_so() -> None:
    claim = "$$\nC_{ij} = I_{ij} - \\frac{1}{m}\n$$\n\n$$\n\\sum_{j=1}^m C_{ij} = 0\n$$\n"
    assert note(claim) == "x"
    assert note("Let $I$ be the identity matrix.\n\n" + claim) == "p"
    assert note("Sei $I$ die Einheitsmatrix.\n\n" + claim.replace("= 0", "= 1")) == "r"
    assert note("$$\nI_{ij} = a_i b_j\n$$\n\n" + claim) == "r"


@pytest.mark.parametrize("between", [r": \quad", ":", r", \quad", r", \;", r"\quad"])
def test_a_claim_after_names_of_a_quantifier_is_judged(between: str) -> None:
    assert verdicts(rf"\text{{For all }} x {between} \sum_i x_i = 0") == "r"
    assert verdicts(rf"\text{{For all }} x {between} \sum_i x_i = \sum_k x_k") == "p"


@pytest.mark.parametrize("between", [r": \quad", ":", r", \quad", r"\text{ we have }"])
def test_a_claim_after_a_condition_is_judged_under_it(between: str) -> None:
    assert verdicts(rf"\text{{For }} a > 0 {between} |a| = a") == "p"
    assert verdicts(rf"\text{{For }} a > -1 {between} |a| = a") == "r"
    assert verdicts(rf"\text{{Suppose }} a, b > 0 {between} |a b| = a b") == "p"


def test_an_order_of_a_free_name_as_a_reason_is_a_condition() -> None:
    assert verdicts(r"|a| = a \quad \text{since } a > 0") == "p"
    assert verdicts(r"|a| = a \quad \text{since } a > -1") == "r"
    assert verdicts(r"a = b^2 + 1", r"|a| = a \quad \text{since } a > 0") == "pp"


@pytest.mark.parametrize("lead", ["It is wrong that", "It is not true that", "Es ist falsch, dass"])
def test_what_a_sentence_denies_is_neither_proved_nor_refuted(lead: str) -> None:
    assert note(f"{lead}\n\n$$\n{TRUE}\n$$\n") == note(f"{lead}\n\n$$\n{FALSE}\n$$\n") == "x"
    assert note(f"It is not hard to see. Now\n\n$$\n{TRUE}\n$$\n") == "p"


def test_words_in_brackets_may_say_of_what_it_holds() -> None:
    assert verdicts(r"\sum_i x_i = 0 \quad (\text{centred inputs})") == "x"
    assert verdicts(r"\sum_i x_i = 0 \quad (\text{sum of entries})") == "r"


def test_what_holds_where_the_other_side_does_defines_nothing() -> None:
    assert verdicts(r"a + b = a \iff b = 0") == "xx"
    assert verdicts(r"b = 0 \Rightarrow a + b = a", r"a + b = a") == "xxr"
    assert verdicts(r"a^2 + a b = a (a + b) \iff a b = a (a + b) - a^2") == "pp"
    mean = r"\mu = \frac1n \sum_i x_i \Rightarrow \sum_{i=1}^n x_i = n \mu"
    assert verdicts(mean, r"\Rightarrow \sum_{i=1}^n x_i = \mu") == "pr"


def test_words_are_of_kinds_that_are_explained() -> None:
    for kinds in languages._KINDS.values():
        assert kinds.keys() <= languages.KINDS.keys()
    with pytest.raises(AttributeError, match="wheres is no kind of words"):
        _ = languages.LANGUAGES["English"].wheres


def test_a_sum_between_orders_and_dots_of_every_kind() -> None:
    mean = r"\bar u = \frac{1}{n} \sum_{k=1}^n u_k"
    assert verdicts(mean, r"\sum_{1 \le k \leq n} (u_k - \bar u) = 0") == "p"
    assert verdicts(mean, r"\sum_{1 \le k \leq n} u_k = \bar u") == "r"
    assert verdicts(mean, r"\sum_{1 \le j < k \le n} u_k = 0") == "x"
    assert verdicts(mean, r"\sum_{1 \le k < n} (u_k - \bar u) = 0") == "x"
    assert verdicts(r"\bar u = \frac{1}{n} \sum_{0 \le k < n} u_k", r"\sum_{k=0}^{n-1} u_k = n \bar u") == "p"
    assert verdicts(mean, r"\require{cancel} u_1 + \dotsb + u_n = n \bar u") == "p"
    assert verdicts(mean, r"u_1 + \dotsb + u_n = \bar u") == "r"


HEADS = ["| Symbol | Definition |", "| 符号 | 公式 |", "| Größe | Formel |", "Notation | Meaning"]


@pytest.mark.parametrize("head", HEADS)
def test_a_table_of_symbols_defines(head: str) -> None:
    rows = "| $\\mu$ | $\\frac1n \\sum_{k=1}^n x_k$ |\n| $c_i$ | $x_i - \\mu$ |\n"
    claims = "$$\\sum_{i=1}^n c_i = 0$$\n\n$$\\sum_{i=1}^n c_i^2 = 0$$\n"
    assert note(f"\n{head}\n|---|---|\n{rows}\n{claims}") == "pr"
    assert note(f"\n| Variable | Gradient |\n|---|---|\n{rows}\n{claims}") == "rr"


@pytest.mark.parametrize(
    "lead",
    ["For $i < n$ let", "For all $i < n$, set", "If $x_i > 0$, we define", "For $i = 2, \\dots, n$ let",
     "For $i = 1, \\dots, n-1$, put", "For $i \\in B$ let", "Für $i < n$ sei",
     "Para $i = 2, \\ldots, n$ sea"],
)  # fmt: skip
def test_a_definition_for_some_values_of_its_index_says_it_in_part(lead: str) -> None:
    claim = "$$ \\sum_{i=1}^n y_i = \\sum_{i=1}^n x_i $$"
    assert set(note(f"{lead}\n\n$$ y_i = x_i $$\n\n{claim}\n")) == {"x"}


@pytest.mark.parametrize(
    "lead",
    ["For $i = 1, \\dots, n$ let", "For every $i$ set", "For $i \\in \\{1, \\ldots, n\\}$ we define",
     "For $\\epsilon > 0$ let", "Für $i = 1, \\dots, n$ sei", "For $i = 1, \\dots, n_k$ let", "令"],
)  # fmt: skip
def test_a_definition_for_all_values_of_its_index_defines(lead: str) -> None:
    top = "n_k" if "n_k" in lead else "n"
    claim = rf"$$ \sum_{{i=1}}^{{{top}}} y_i = \epsilon \sum_{{i=1}}^{{{top}}} x_i $$"
    assert note(f"{lead}\n\n$$ y_i = \\epsilon x_i $$\n\n{claim}\n") == "p"


MEANS = [
    ("Let $\\mu$ be {}.", "pr"),
    ("We write $\\mu$ for {}.", "pr"),
    ("Here $\\mu$ denotes {}.", "pr"),
    ("where $\\mu$ is {}.", "pr"),
    ("$\\mu$ := {}", "pr"),
    ("wobei $\\mu$ für {} steht.", "pr"),
    ("其中 $\\mu$ 为 {}。", "pr"),
    ("여기서 $\\mu$ 는 {} 이다.", "pr"),
    ("Set $\\mu \\gets \\frac1n \\sum_{i=1}^n x_i$.", "pr"),
    ("$$\n\\text{mean: } \\mu = \\frac1n \\sum_{i=1}^n x_i\n$$", "pr"),
    ("$$\n\\begin{cases} \\mu = \\frac1n \\sum_{i=1}^n x_i \\\\ v = \\mu^2 \\end{cases}\n$$", "pr"),
    # what only equates, and may claim, defines nothing, and refutes nothing either
    ("The mean $\\mu$ is {}.", "xr"),
    ("- $\\mu$: {}", "xr"),
    ("If $\\mu$ = {}, all is well.", "rr"),
]


@pytest.mark.parametrize(("said", "expected"), MEANS)
def test_words_between_a_name_and_what_it_is(said: str, expected: str) -> None:
    text = said.replace("{}", "$\\frac1n \\sum_{i=1}^n x_i$")
    claims = "$$\n\\sum_{i=1}^n (x_i - \\mu) = 0\n$$\n\n$$\n\\sum_{i=1}^n x_i = 0\n$$\n"
    assert note(f"{text}\n\n{claims}") == expected


LINE = "u = p t + q"


@pytest.mark.parametrize(
    "said",
    [
        r"\text{if } p = 1 \text{ and } q = 0",
        r"\text{wenn } p = 1 \text{ und } q = 0",
        r"\text{for } p = 1, q = 0",
        r"\text{with } p = 1 \text{ and } q = 0",
        r"(p = 1, q = 0)",
        r"(p = 1 \text{ and } q = 0)",
        r"[p = 1, \; q = 0]",
    ],
)
def test_each_equation_in_the_list_of_a_condition_is_one_and_defines_nothing(said: str) -> None:
    assert verdicts(LINE, rf"u = t \quad {said}", "p q = 0") == "pr"
    assert verdicts(LINE, rf"u = t + 1 \quad {said}")[0] != "p"


def test_an_equation_apart_from_a_condition_is_no_part_of_it() -> None:
    assert verdicts(LINE, r"u = t \quad \text{if } p = 1, \qquad q = 0", "p q = 0") == "xxr"
    assert verdicts(LINE, r"u = p t + q \text{ if } p = 1, \text{ and } p t = u - q", "p q = 0") == "ppr"


@pytest.mark.parametrize("apart", [r", \qquad", r"\qquad", ";", r"\text{ and }", r"\\"])
def test_two_claims_of_a_row_have_a_condition_each(apart: str) -> None:
    row = r"|a| = a \quad (a \ge 0) %s \sqrt{a^2} = -a \quad (%s)"
    assert verdicts(row % (apart, r"a \le 0")) == "pp"
    assert verdicts(row % (apart, r"a \ge 0")) == "pr"
    assert verdicts(rf"|a| = a \text{{ if }} a \ge 0 {apart} a^3 = |a|^3 \text{{ if }} a \le 0") == "pr"


@pytest.mark.parametrize(
    "word", [r"{\rm rad}", r"\rm{rad}", r"{\it rad}", r"{\sf rad }", r"\mathit{rad}", r"{\rm{rad}}"]
)
def test_a_word_in_a_font_of_old_is_one_name(word: str) -> None:
    assert verdicts(rf"{word} = a^2 + b", r"\mathrm{rad} - b = a^2") == "p"
    assert verdicts(r"\text{rad} = a^2 + b", rf"{word} - b = a^2", rf"{word} + b = a^2") == "pr"


def test_letters_in_a_font_of_old_are_names_and_loose_ones_may_be_words() -> None:
    assert verdicts(r"{\bf x}^{\rm T} {\bf x} = \Vert \mathbf{x} \Vert^2", r"{\it a} + a = 2 a") == "pp"
    assert verdicts(r"\mu_{\cal B} = a c", r"\mu_{\mathcal{B}} = c a", r"\mu_{\cal A} - c a = 0") == "pr"
    assert verdicts(r"\rm ac = \rm ca") == "x"


def test_brackets_that_packages_name() -> None:
    assert (
        verdicts(r"\norm{x}^2 = x^\top x", r"\abs{a b} = \abs*{a} \abs{b}", r"\qty(a + b) c = a c + b c")
        == "ppp"
    )
    assert verdicts(r"\norm[\big]{x} = x^\top x", r"\abs{a + b} = \abs{a} + \abs{b}") == "rr"
    own = r"\newcommand{\abs}[1]{#1^2}"
    assert verdicts(own, r"\abs{a} = a a", r"\abs{a} = a") == "pr"
    assert verdicts(own.replace("new", "provide"), r"\abs{a} = a a", r"\abs{a} = a") == "pr"


@pytest.mark.parametrize(
    ("said", "other"),
    [
        (r"\text{if $a \ge 0$}", r"\text{if $a \le 0$}"),
        (r"\mbox{whenever $a > 0$.}", r"\mbox{whenever $a < 0$.}"),
        (r"\text{für alle $a \ge 1$}", r"\text{für alle $a \le 1$}"),
        (r"\text{(for } a \ge 0 \text{)}", r"\text{(for } a \le 0 \text{)}"),
        (r"\text{[if } a \ge 0 \text{].}", r"\text{[if } a \le 0 \text{].}"),
    ],
)
def test_a_condition_may_be_set_in_one_group_or_in_a_bracket_of_words(said: str, other: str) -> None:
    assert verdicts(rf"|a| = a \quad {said}", "|a| = a") == "pr"
    assert verdicts(rf"|a| = a \quad {other}") == "r"


@pytest.mark.parametrize(
    "words", [r"\text{unless $a < 0$}", r"\text{for some $a > 0$}", r"\text{(see $a = 0$)}"]
)
def test_words_around_a_formula_that_are_no_plain_condition_leave_it_open(words: str) -> None:
    assert verdicts(rf"|a| = a \quad {words}") == "x"


@pytest.mark.parametrize(
    "words", ["or equivalently", "or, in other words,", "oder äquivalent dazu", "或等价地"]
)
def test_two_ways_to_say_a_claim_are_two_claims(words: str) -> None:
    assert verdicts(rf"a + b = b + a \quad \text{{{words}}} \quad a b + 1 = b a") == "pr"
    assert verdicts(r"a + b = b + a \quad \text{or} \quad a b + 1 = b a") == "x"


CENTRED = r"c_i = x_i - n^{-1} \sum_k x_k"
"""By the power before the sum, k runs over n."""


@pytest.mark.parametrize(
    "said",
    [
        r"\quad (1 \le i, j \le n)",
        r", \qquad 1 \leq i, j \leq n",
        r", \qquad 1 \le i \le n, \quad 1 \leqslant j \leqslant n",
        r"\quad \text{for all } 1 \le i, j \le n",
    ],
)
def test_the_bounds_of_indices_are_no_condition_of_numbers(said: str) -> None:
    derivative = r"\frac{\partial c_i}{\partial x_j} = \delta_{ij}"
    assert verdicts(CENTRED, rf"{derivative} - \frac1n {said}", rf"{derivative} {said}") == "pr"


def test_bounds_of_a_number_are_a_condition_of_it() -> None:
    assert verdicts(r"|k| = k, \qquad 1 \le k \le b", r"k^2 = k \quad (1 \le k \le b)") == "pr"
    assert verdicts(r"\mu = a + 1", r"a + b = b + a, \qquad 1 \le \mu \le b") == "prr"


def test_a_negative_power_says_over_what_a_mean_runs() -> None:
    assert verdicts(CENTRED, r"\sum_i c_i = 0", r"\sum_i c_i = \sum_i x_i") == "pr"
    assert verdicts(r"v = (n - 1)^{-1} \sum_i x_i", r"\sum_i 1 = n", r"\sum_i 1 = n - 1") == "pr"
    assert verdicts(r"h_i = \frac{x_i}{n}", r"r = n^{-1} \sum_i x_i", r"\sum_i (x_i - r) = 0") != "p"


@pytest.mark.parametrize(
    ("words", "want"),
    [
        ("if the mean of", "x"),
        ("if the square of", "x"),
        ("falls das Quadrat von", "x"),
        ("si el cuadrado de", "x"),
        ("若方差", "x"),
        ("if", "p"),
        ("for all", "p"),
        ("for large", "p"),
        ("for positive", "p"),
        ("if every entry", "p"),
        ("falls", "p"),
        ("若", "p"),
    ],
)
def test_words_before_a_condition_may_make_another_one_of_it(words: str, want: str) -> None:
    assert verdicts(rf"\sqrt{{a^2}} = a \quad \text{{{words} }} a > 0") == want
    assert verdicts(rf"\sqrt{{a^2}} = |a| \quad \text{{{words} }} a > 0") == "p"
