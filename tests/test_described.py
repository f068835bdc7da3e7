r"""What the text says of a name and is not understood: what rests on the name is not refuted, and proved as
before; what says only how a name is called leaves refutations as they are."""

from __future__ import annotations

import pytest

from bnsym.checking import Unwatched, budget, check_notes
from bnsym.elaborate.links import read
from bnsym.finding import Note
from tests.test_words import note

SAID = [
    ("Let $b \\in \\{0,1\\}^n$.", "b_i^2 = b_i"),
    ("$$\nb \\in \\{0,1\\}^n\n$$", "b_i^2 = b_i"),
    ("Let $p \\in \\Delta^n$.", "\\sum_i p_i = 1"),
    ("Let $w \\in S^{n-1}$ be given.", "\\sum_i w_i^2 = 1"),
    ("With $k \\in \\mathbb{N}$,", "k \\ge 0"),
    ("Let $u \\perp v$.", "u^T v = 0"),
    ("Let $P$ be a projection.", "P^2 = P"),
    ("Let $A$ be an antisymmetric matrix.", "A^T = -A"),
    ("For antisymmetric $A$ one has", "A^T = -A"),
    ("$u$ and $v$ are perpendicular.", "u^T v = 0"),
    ("The vectors $u$ and $v$ are perpendicular.", "u^T v = 0"),
    ("Let $u, v$ be perpendicular.", "u^T v = 0"),
    ("Let $p$ be a point of the simplex.", "\\sum_i p_i = 1"),
    ("The one-hot labels $y$.", "\\sum_k y_k = 1"),
    ("Let $\\phi$ be the golden ratio.", "\\phi^2 = \\phi + 1"),
    ("Assume that $x$ is sorted.", "x_1 \\le x_2"),
    ("Let $x \\sim \\mathcal{N}(0,1)$.", "\\mathbb{E}[x] = 0"),
    ("$$\nx \\sim \\mathcal{N}(\\mu, \\sigma^2)\n$$", "\\mathbb{E}[x] = \\mu"),
    ("$x$ is standard normal.", "\\mathbb{E}[x^2] = 1"),
    ("Let $X$ be uniform on $[0,1]$.", "\\operatorname{var}(X) = \\frac{1}{12}"),
    ("Let $|B| = 32$.", "\\sum_{i \\in B} 1 = 32"),
]


@pytest.mark.parametrize(("said", "claim"), SAID)
def test_what_may_rest_on_words_that_are_not_known_is_not_refuted(said: str, claim: str) -> None:
    assert note(f"{said}\n\n$$\n{claim}\n$$\n")[-1] == "x"
    assert note(f"$$\n{claim}\n$$\n")[-1] == "r"


@pytest.mark.parametrize(
    "said",
    [
        "Let $b \\in \\mathbb{R}^n$ be the bias vector.",
        "Let $b \\in \\mathcal{X}$.",
        "Let $b$ be a learned vector.",
        "The weights $b$ belong to a layer.",
        "The initial weights $b$ are given.",
        "Let $c \\in \\{0,1\\}^n$ and let $b$ be a vector.",
        "The norm of the antisymmetric part does not depend on $b$.",
        "Expanding $b$,",
        "où $b$ est un vecteur",
    ],
)
def test_what_says_only_how_a_name_is_called_leaves_refutations(said: str) -> None:
    assert note(f"{said}\n\n$$\nb_i^2 = b_i\n$$\n")[-1] == "r"


def test_what_is_said_of_a_name_takes_no_proof_away() -> None:
    assert note("Let $p \\in \\Delta^n$.\n\n$$\n2 \\sum_i p_i = \\sum_i (p_i + p_i)\n$$\n") == "p"
    assert note("Let $|B| = 32$.\n\n$$\n\\sum_{i \\in B} (x_i + 1) = \\sum_{i \\in B} x_i + |B|\n$$\n") == "p"


def test_a_number_of_members_that_is_assumed_is_used() -> None:
    assumed = "<!-- bnsym: assume $|B| = 32$ -->\n"
    assert note(f"{assumed}\n$$\n\\sum_{{i \\in B}} 1 = 32\n$$\n") == "p"
    assert note(f"{assumed}\n$$\n\\sum_{{i \\in B}} 1 = 31\n$$\n") == "r"


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        ("If $a \\ge 0$, then $|a| = a$. Otherwise", "|a| = -a"),
        ("We minimize the loss subject to", "\\sum_i w_i^2 = 1"),
        ("The constraint is", "\\sum_i w_i^2 = 1"),
        ("We require", "\\sum_i w_i = 1"),
        ("The normal equations are", "\\sum_i x_i (y_i - w x_i) = 0"),
        ("A stationary point satisfies", "\\sum_i x_i g_i = 0"),
        ("The operators $a$ and $b$ do not commute:", "a b = b a"),
    ],
)
def test_what_is_asked_or_a_case_or_denied_has_no_verdict(said: str, claim: str) -> None:
    assert note(f"{said}\n\n$$\n{claim}\n$$\n") == "x"
    assert note(f"So we get\n\n$$\n{claim}\n$$\n") != "x"


@pytest.mark.parametrize(
    ("below", "over", "claim"),
    [
        ("n^2", "i,j", "\\sum_{i,j} (x_{ij} - \\mu) = 0"),
        ("N+1", "i", "\\sum_i (x_i - \\mu) = \\mu"),
        ("2n", "i", "\\sum_i (x_i - \\mu) = n \\mu"),
    ],
)
def test_a_mean_below_which_more_than_a_size_stands_says_no_size(below: str, over: str, claim: str) -> None:
    entry = "x_{ij}" if "," in over else "x_i"
    mean = f"$$\n\\mu = \\frac{{1}}{{{below}}} \\sum_{{{over}}} {entry}\n$$"
    assert note(f"{mean}\n\n$$\n{claim}\n$$\n") == "x"


WITHOUT_A_NAME = [
    ("For all $a$ in the unit group,", "a b = b"),
    ("Normalise $w$ to unit length.", "w^T w = 1"),
    ("First, subtract the mean from $x$.", "\\sum_i x_i = 0"),
    ("Zentriere $x$.", "\\sum_i x_i = 0"),
    ("The weights are nonnegative.", "|w| = w"),
    ("Los pesos son no negativos.", "|w| = w"),
    ("All vectors have unit norm.", "\\|u - v\\|^2 = 2 - 2 u^T v"),
    ("Modulo 2,", "(a + b)^2 = a^2 + b^2"),
    ("We work in an orthonormal basis.", "u^T v = 0"),
    ("Grassmann variables anticommute, so", "a b = - b a"),
    ("In this algebra every element is idempotent.", "a^2 = a"),
    ("The mixing weights sum to one.", "\\sum_k p_k = 1"),
    ("The units are disjoint, in that their supports do not meet.", "\\sum_j u_j v_j = 0"),
    ("Outputs of the gate satisfy an idempotence.", "g^2 = g"),
    ("Dual numbers: $h^2$ is nil.", "(a + h)^2 = a^2 + 2 a h"),
    ("Everything is modulo two.", "(a + b)^2 = a^2 + b^2"),
    ('Booleans add by "or".', "a + a = a"),
]
LEADS = [
    ("By our choice of basis", "u^T u = 1"),
    ("Recall the orthogonality from last week:", "u^T v = 0"),
    ("Thanks to the design of the filters,", "u^T v = 0"),
    ("A one-hot label satisfies", "\\sum_i t_i = 1"),
    ("A distribution sums to one:", "\\sum_i p_i = 1"),
    ("The attention weights satisfy", "\\sum_i w_i = 1"),
    ("Over a ring of characteristic two,", "(a + b)^2 = a^2 + b^2"),
    ("In $\\mathbb{F}_2$:", "(a + b)^2 = a^2 + b^2"),
    ("Die Gewichte erfüllen", "\\sum_i w_i = 1"),
    ("Los vectores propios cumplen", "u^T v = 0"),
    ("由于各通道互斥，", "u^T v = 0"),
    ("Because we clip,", "|g| = g"),
    ("Here $+$ is the exclusive or.", "a + a = 0"),
    ("The gates are complementary.", "g + h = 1"),
]
ORDINARY = [
    "All values are stored in float32.",
    "The weights are updated by gradient descent. Then we have",
    "Vectors are bold. The derivation is standard.",
    "The numbers $a$ and $b$ are trained jointly.",
    "The inputs are noisy, and the network is large. We compute",
    "By the binomial theorem,",
    "Using Pascal's formula one finds",
    "Recall the second binomial identity:",
    "A student of mine wrote:",
    "Die Daten werden in float32 gespeichert. Dann gilt",
    "数据以半精度存储。于是",
]


@pytest.mark.parametrize(("said", "claim"), WITHOUT_A_NAME)
def test_a_property_said_of_what_has_no_name_refutes_nothing(said: str, claim: str) -> None:
    assert note(f"{said}\n\n$$\n{claim}\n$$\n")[-1] == "x"
    assert note(f"## A\n\n{said}\n\n## B\n\n$$\n{claim}\n$$\n")[-1] in "rx"
    assert note(f"We compute both sides.\n\n$$\n{claim}\n$$\n")[-1] == "r"


@pytest.mark.parametrize(("lead", "claim"), LEADS)
def test_a_reason_or_a_property_that_is_not_understood_refutes_nothing(lead: str, claim: str) -> None:
    assert note(f"{lead}\n\n$$\n{claim}\n$$\n") == "x"
    assert note(f"We get\n\n$$\n{claim}\n$$\n\n{lead}\n\n$$\n{claim}\n$$\n") in ("rx", "xx")


@pytest.mark.parametrize("said", ORDINARY)
def test_what_restricts_no_values_leaves_refutations(said: str) -> None:
    for claim in ("(a + b)^2 = a^2 + b^2", "(w + 1)^2 = w^2 + 1", "\\sum_i (x_i + c) = \\sum_i x_i + c"):
        assert note(f"{said}\n\n$$\n{claim}\n$$\n") == "r"


@pytest.mark.parametrize(
    "said",
    [
        "---\ntitle: weights are idempotent\n---\n\n# A",
        "## Idempotent elements are rare",
        "The question of this note is what that buys us in distance from the initial weights $a$.",
        "Lecture notes on vectors, week 9",
        "En esta guía repasamos los vectores.",
        "The Euclidean norm of a vector measures its length.",
        "This page lists the weights that people forget.",
    ],
)
def test_what_is_said_of_the_text_leaves_refutations(said: str) -> None:
    assert note(f"{said}\n\n$$\na^2 = a\n$$\n") == "r"


def test_a_property_of_what_has_no_name_leaves_what_is_defined() -> None:
    mean = "$$\n\\mu = \\frac1m \\sum_{i=1}^m x_i\n$$\n\nThe kernels are written in CUDA.\n\n"
    assert note(f"{mean}$$\n\\sum_i (x_i + \\mu) = 0\n$$\n")[-1] == "r"


def test_what_holds_for_a_name_with_a_property_is_no_claim_of_its_own() -> None:
    claim = "u^T u = 1"
    assert note(f"$$\n{claim} \\quad \\forall u: \\|u\\| = 1\n$$\n") == "p"
    assert note(f"$$\n\\forall u: \\|u\\| = 1, \\quad {claim}\n$$\n") == "xx"
    assert note(f"$$\n\\forall u, \\|u\\| = 1: \\quad {claim}\n$$\n") == "xx"
    assert note("$$\n\\forall u, v: \\|u + v\\| = \\|u\\| + \\|v\\|\n$$\n") == "r"
    assert note("$$\n\\forall u: \\quad \\|2 u\\| = 3 \\|u\\|, \\quad u + u = 2 u\n$$\n") == "rp"


ROOT = "$$\n\\sqrt{a^2} = a\n$$"
WAIVED = [
    "It is not needed below.",
    "We no longer assume this.",
    "Actually this is superfluous.",
    "Das wird unten nicht gebraucht.",
    "以下不需要这个假设。",
    "Now let $a$ be any real number.",
    "For negative $a$ the same holds:",
    "In general",
    "This was assumed in the first version of the note.",
    r"From now on let $a \in \mathbb{R}$.",
    "Now let $a$ be real.",
    "Henceforth $a$ is a real number.",
    "If instead $a < 0$, then still",
    "The same is true for both signs of $a$:",
    "We abandon positivity here.",
    "The positivity of $a$ was only for convenience.",
    "In what follows, $a$ ranges over the reals.",
    "We can do away with the hypothesis.",
    "Of course $a$ might as well vanish or be less than zero.",
    "Nun sei $a$ beliebig.",
    "Ahora $a$ es un número real cualquiera.",
    "现在 $a$ 可以取负值。",
    "Suppose next that $a = -3$.",
    r"Let $(a, b) \in \mathbb{R}^2$.",
    r"Now $a = b - c$ with $b, c \in \mathbb{R}$.",
    r"Let $a \sim \mathcal{N}(0, 1)$.",
    "Next, $a$ is allowed to be anything.",
    "No matter what $a$ is,",
    "Whatever the value of $a$,",
    "Consider next a gain $a$ below zero.",
    "It makes no difference whether $a$ is below or above zero:",
]
KEPT = ["This does not change the gradient.", "We need not store the mean.", "For every $x$ we obtain"]
KEPT += ["Recall that $a$ is positive.", "We use the positivity of $a$:", "By the assumption on $a$,"]
KEPT += ["Let $b$ be real.", "If $a < 1$, then", r"Let $b \in \mathbb{R}$.", r"Let $a \in \mathbb{R}_{>0}$."]
KEPT += ["Again $a$ is the gain and positive.", "Positive gains leave the signs alone."]


@pytest.mark.parametrize("said", WAIVED)
def test_what_may_take_an_assumption_back_keeps_it_from_proving(said: str) -> None:
    assert note(f"Suppose $a > 0$.\n\n{ROOT}\n\n{said}\n\n{ROOT}\n") in ("px", "xx")


@pytest.mark.parametrize("said", KEPT)
def test_what_takes_nothing_back_leaves_an_assumption(said: str) -> None:
    assert note(f"Suppose $a > 0$.\n\n{ROOT}\n\n{said}\n\n{ROOT}\n") == "pp"


def test_what_an_item_or_a_lemma_assumes_holds_in_it_alone() -> None:
    inline = ROOT.replace("\n", "")
    for first, second in (("1.", "2."), ("**Lemma.**", "**Remark.**"), ("*Proof.*", "*Example 1.*")):
        gap = "\n" if first == "1." else "\n\n"
        assert note(f"# A\n\n{first} Let $a > 0$. Then {inline}{gap}{second} Now {inline}\n") == "px"
        assert note(f"Let $a > 0$.\n\n{first} Then {inline}{gap}{second} Now {inline}\n") == "pp"
    assert note(f"**Lemma.** Let $a > 0$. Then {inline}\n\n*Proof.* Now {inline}\n") == "pp"
    assert note(f"where\n\n- $a > 0$ is a constant\n- $b > 0$ is a constant.\n\n{ROOT}\n") == "p"


def test_a_product_of_ones_over_a_number_says_their_size() -> None:
    for ones in ("e", "\\mathbf{1}", "\\mathbf 1"):
        for mean in (f"\\frac1m {ones} {ones}^T", f"\\frac{{{ones} {ones}^\\top}}{{m}}"):
            matrix = f"$$\nC = I - {mean}\n$$\n\n"
            assert note(f"{matrix}$$\nC^2 = C\n$$\n\n$$\nC {ones} = {ones}\n$$\n") == "pr"
    assert note("$$\nC = I - \\frac1m e v^T\n$$\n\n$$\nC^2 = C\n$$\n") == "r"


def test_any_value_of_a_name_is_no_case() -> None:
    for said in ("Für ein beliebiges $c$ gilt", "For arbitrary $c$ we have"):
        assert note(f"{said}\n\n$$\n(a - c)^2 = a^2 - c^2\n$$\n") == "r"


def test_put_behind_a_name_defines() -> None:
    said = "For a mini-batch $B$ put $c = \\frac{1}{|B|} \\sum_{i \\in B} x_i$.\n\n"
    claim = "$$\n\\sum_{i \\in B} (x_i - c) = 0\n$$\n"
    assert note(f"{said}{claim}\n{claim.replace('= 0', '= 1')}") == "pr"


@pytest.mark.parametrize("known", ["SO(3)", r"\mathrm{SO}(3)", "S^{d-1}", r"\mathbb{H}", r"\mathfrak{so}(3)"])
def test_what_lies_in_a_group_or_a_sphere_is_no_number(known: str) -> None:
    claim = "$$\nr_i r_j = r_j r_i\n$$\n"
    assert note(f"Let $r_i \\in {known}$.\n\n{claim}") == "x"
    assert note(f"Let $r_i \\in {known}$.\n\n$$\nr_i = \\exp(w_i)\n$$\n\n{claim}") == "x"
    for other in ("\\mathbb{R}", "(0, 1)", "\\{0, 1\\}", "\\mathcal{D}"):
        assert note(f"Let $r_i \\in {other}$.\n\n{claim}") == "p"
    assert note(f"Let $r \\in {known}$.\n\n$$\nr^T r + c = c + \\sum_i r_i^2\n$$\n") == "p"


@pytest.mark.parametrize(
    "said",
    [
        "$p$ and $q$ be operators",
        "$p$, $q$ be permutations",
        "$p, q \\in \\mathrm{Sym}_n$",
        "$p, q \\in G$, a group",
        "$p, q \\in \\mathcal{A}$",
        "$p, q \\succ 0$",
        "$p$, $q$ be endomorphisms of $V$",
        "$p$ and $q$ be elements of a ring",
        "$p$ and $q$ be strings",
        "$p, q$ be invertible",
    ],
)
def test_what_words_call_no_number_does_not_commute(said: str) -> None:
    assert note(f"Let {said}.\n\n$$\np q = q p\n$$\n") == "x"
    assert note(f"Let {said}.\n\n$$\na b = b a\n$$\n") == "p"


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ("Seien $p$ und $q$ Drehungen.", "x"),
        ("Sean $p$ y $q$ rotaciones del espacio.", "x"),
        ("Soient $p$ et $q$ deux endomorphismes.", "x"),
        ("设 $p, q$ 正定,则", "x"),
        ("Note that $pq \\ne qp$.", "x"),
        ("Note that $pq \\ne q$.", "p"),
        ("Seien $p$ und $q$ reelle Zahlen.", "p"),
        ("Sean $p$ y $q$ constantes positivas.", "p"),
        ("设 $p, q$ 为可学习的参数,则", "p"),
        ("Let $p$ and $q$ be the momentum and the damping.", "p"),
        ("Let $p$ and $q$ be positive integers.", "p"),
        ("Let $p$ be a rate-like knob.", "p"),
    ],
)
def test_names_of_a_sort_that_is_not_known_may_not_commute(said: str, want: str) -> None:
    assert note(f"{said}\n\n$$\np q = q p\n$$\n") == want


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ("With blocks $p, q$ of the matrix", "x"),
        ("For two layers $p$ and $q$", "x"),
        ("Mit Blöcken $p, q$ der Matrix gilt", "x"),
        ("Pour des blocs $p, q$, on a", "x"),
        ("With gains $p, q$ of the layer", "p"),
        ("The blocks have gains $p$ and $q$, so", "p"),
        ("Mit Zahlen $p, q$ gilt", "p"),
    ],
)
def test_a_noun_that_is_none_for_numbers_keeps_its_names_in_order(said: str, want: str) -> None:
    assert note(f"{said}\n\n$$\np q = q p\n$$\n") == want
    assert note(f"{said}\n\n$$\n(q + p) p = q p + p^2\n$$\n") == "p"
    assert note(f"{said}\n\n$$\np q + 1 = p q\n$$\n") in "rx"


@pytest.mark.parametrize(
    "said", ["Let $z$ be a complex number.", "For komplexe $z$", "Let $z \\in \\mathbb{C}$."]
)
def test_a_square_of_what_is_complex_may_have_any_sign(said: str) -> None:
    assert note(f"{said}\n\n$$\nz^2 \\ge 0\n$$\n") == "x"
    assert note(f"{said}\n\n$$\nw^2 \\ge 0\n$$\n") == "p"


def test_an_order_of_a_defined_name_that_a_sentence_assumes_refutes_nothing() -> None:
    claim = "$$\n\\sqrt{r^2} = r\n$$\n"
    for said in ("Assume $r > 0$.\n\n$$\nr = b - c\n$$", "$$\nr = b - c\n$$\n\nwhere $r > 0$."):
        assert note(f"{said}\n\n{claim}") == "x"
        assert note(f"{said.replace('r > 0', 'b > 0')}\n\n{claim}") == "r"


@pytest.mark.parametrize(
    "said",
    [
        "Let $r = b - c > 0$. Then",
        "Put $r := b - c > 0$. Then",
        "Sei $r = b - c > 0$. Dann gilt",
        "设 $r = b - c > 0$, 则",
    ],
)
def test_what_a_name_is_and_its_order_are_both_said(said: str) -> None:
    known = read(f"{said}\n\n$$\nr + c = b\n$$\n", "note.md")
    assert [one.definition.symbol.name for one in known.definitions] == ["r"]
    assert len(known.hypotheses) == 1
    assert note(f"{said}\n\n$$\nr + c = b\n$$\n\n$$\n|r| = c - b\n$$\n") == "pr"


def test_an_order_beside_an_equation_that_is_not_surely_meant_refutes_nothing() -> None:
    assert note("Let $0 < r = b - c$. Then\n\n$$\n|r| = b - c\n$$\n") == "x"
    for said in ("Unlike those who let $r = b - c > 0$ we have", "Since $r = b - c > 0$,"):
        assert note(f"{said}\n\n$$\n|b - c| = b - c\n$$\n") == "x"
    assert note("With $s = \\sqrt{v + e} > 0$,\n\n$$\n\\sqrt{s^2} = s\n$$\n") == "p"


def test_by_what_is_made_from_other_entries_of_itself_nothing_is_differentiated() -> None:
    total = "$$\nS = \\sum_i a_i\n$$\n\n"
    for d in ("d", "\\partial "):
        claim = f"$$\n\\frac{{{d} S}}{{{d} a_i}} = 1\n$$\n"
        assert note(f"$$\na_i = \\tanh(\\sum_j a_j)\n$$\n\n{total}{claim}") == "xx"
        assert note(f"$$\na_i = \\tanh(\\sum_j b_j)\n$$\n\n{total}{claim}") == "p"
        assert note(f"$$\na_i = a_i - w b_i\n$$\n\n{total}{claim}") == "xp"


def test_what_is_said_of_something_else_beside_a_name_leaves_refutations() -> None:
    claim = "\n\n$$\nu^T v = 0\n$$\n"
    assert note(f"Because the step is orthogonal to $v$, we find{claim}") == "r"
    assert note(f"Because $u$ is orthogonal to $v$, we find{claim}") == "x"
    assert note(f"By the orthogonality of $u$ and $v$,{claim}") == "x"


NAMED = [
    ("The softmax is $p_k = \\frac{e^{z_k}}{\\sum_j e^{z_j}}$.", "\\sum_k p_k = 1", "\\sum_k p_k = 2"),
    ("Softmax: $p_k = \\frac{e^{z_k}}{\\sum_j e^{z_j}}$.", "\\sum_k p_k = 1", "\\sum_k p_k = 2"),
    ("The sigmoid is $s = \\frac{1}{1 + e^{-t}}$.", "\\frac{ds}{dt} = s (1 - s)", "\\frac{ds}{dt} = s"),
    ("The sum is given by $s = a + b$ and the rest by $r = a - b$.", "s + r = 2 a", "s + r = 2 b"),
    ("Der Mittelwert ist $c = \\frac1m \\sum_{i=1}^m x_i$.", "\\sum_i (x_i - c) = 0", "\\sum_i c = 0"),
    ("La media es $c = \\frac1m \\sum_{i=1}^m x_i$.", "\\sum_i (x_i - c) = 0", "\\sum_i c = 0"),
    ("均值为 $c = \\frac1m \\sum_{i=1}^m x_i$。", "\\sum_i (x_i - c) = 0", "\\sum_i c = 0"),
]


@pytest.mark.parametrize(("said", "true", "false"), NAMED)
def test_words_say_what_a_new_name_is(said: str, true: str, false: str) -> None:
    assert note(f"{said}\n\n$$\n{true}\n$$\n\n$$\n{false}\n$$\n") == "pr"


@pytest.mark.parametrize(
    "said",
    [
        "The claim is $s = a + b$.",
        "The sum is $s = a + b$ only if $a = b$.",
        "The sum is not $s = a + b$.",
        "The sum is approximately $s = a + b$.",
        "Example: $s = a + b$.",
        "The derivative is $s = a + b$.",
        "In Smith (2019) the sum is $s = a + b$; ours has a factor.",
        "Why is it that the sum is $s = a + b$?",
        "The sum is $s = a + b$ or $s = 2 a$.",
        "For the first layer the sum is $s = a + b$, for all others one.",
        "Before the update the sum is $s = a + b$.",
        "Were $a$ larger, the sum would be $s = a + b$.",
    ],
)
def test_what_is_claimed_or_said_of_some_values_names_nothing(said: str) -> None:
    assert note(f"{said}\n\n$$\ns - a = b\n$$\n\n$$\ns = a\n$$\n") == "xx"


def test_what_words_name_first_a_display_says_again() -> None:
    said = "The statistics are $c = \\frac1m \\sum_{i=1}^m x_i$, $q = \\frac1m \\sum_{i=1}^m x_i^2$.\n\n"
    assert note(f"{said}$$\nm q = \\sum_i x_i^2\n$$\n\n$$\nq = \\sum_i x_i^2\n$$\n") == "px"
    assert note(f"{said}$$\nc = \\frac{{\\sum_i x_i}}{{m}}\n$$\n\n$$\n\\sum_i (x_i - c) = 0\n$$\n") == "pp"


def test_a_sign_right_before_a_number_is_a_condition_s() -> None:
    assert note("For $a\\ge0$ we have\n\n$$\n|a| = a\n$$\n") == "p"
    assert note("$$\n|a| = a \\quad \\text{for } a\\geq0\n$$\n") == "p"
    assert note("$$\n|a| = a \\quad \\text{for } a\\ne0\n$$\n") == "r"


def test_a_name_that_stands_before_or_varies_is_not_named_by_words() -> None:
    assert note("$$\n2 s = s + s\n$$\n\nThe sum is $s = a + b$.\n\n$$\ns - a = b\n$$\n") == "px"
    assert note("The sum is $s = x_i$.\n\n$$\n\\sum_i s x_i = s \\sum_i x_i\n$$\n") == "x"
    assert note("The mean is $c = 0$.\n\n$$\nc + 1 = 1\n$$\n") == "x"


def test_a_trace_without_brackets_is_of_what_ends_the_product() -> None:
    c = "$$\nC_{ij} = \\sum_{k=1}^m x_{ki} x_{kj}\n$$\n\n"
    for trace in ("\\operatorname{tr} C", "\\mathrm{tr}\\, C"):
        assert note(f"{c}$$\n2 {trace} = 2 \\sum_{{k,i}} x_{{ki}}^2\n$$\n") == "p"
        assert note(f"{c}$$\n{trace} = \\sum_{{k,i}} x_{{ki}}\n$$\n") == "r"
    assert note(f"{c}$$\n\\operatorname{{tr}} C C = \\sum_{{ij}} C_{{ij}}^2\n$$\n") == "x"


def test_a_power_of_e_below_zero_is_exponential() -> None:
    assert note("$$\ne^{-t} e^t = 1\n$$\n\n$$\ne^{-t} = e^t\n$$\n") == "pr"
    assert note("$$\ne^{t} = e^{t-1} + b\n$$\n") == "x"


def test_a_message_shows_of_what_a_function_is() -> None:
    cost = budget(10.0, (2, 3), False, "none", None, False, None)
    text = "$$\n\\frac{\\partial}{\\partial t} \\log(s_i + r) = 0\n$$\n"
    (result,) = check_notes([Note("note.md", text)], (), cost, Unwatched()).results
    assert "log(s_{i} + r)" in str(result.link.problem) or "log(r + s_{i})" in str(result.link.problem)


@pytest.mark.parametrize(
    ("opening", "want"),
    [
        ("For even $i$ let", "x"),
        ("For every prime $i$ we set", "x"),
        ("For $i > 1$ let", "x"),
        ("For $i$ in the first half of the batch let", "x"),
        ("If $i$ is masked, set", "x"),
        ("Für gerade $i$ sei", "x"),
        ("Para $i$ par, sea", "x"),
        ("对偶数 $i$,令", "x"),
        ("For each $i$ let", "p"),
        ("For every example $i$ in the batch we set", "p"),
        ("For $i = 1, \\dots, m$ let", "p"),
        ("For the $i$-th sample let", "p"),
        ("For sample $i$ the output is denoted by", "p"),
        ("Für jedes $i$ sei", "p"),
        ("Para cada $i$ sea", "p"),
        ("对每个样本 $i$,令", "p"),
    ],
)
def test_what_is_said_for_some_indices_defines_no_others(opening: str, want: str) -> None:
    claim = "$$\n\\sum_i a_i = 2 \\sum_i x_i\n$$\n"
    assert note(f"{opening} $a_i = 2 x_i$. So\n\n{claim}") == want


def test_what_is_said_for_some_indices_behind_its_equation_defines_no_others() -> None:
    claim = "$$\n\\sum_i a_i = 2 \\sum_i x_i\n$$\n"
    assert note(f"Let $a_i = 2 x_i$ for even $i$. So\n\n{claim}") == "x"
    assert note(f"Let $a_i = 2 x_i$ for all $i$. So\n\n{claim}") == "p"
    assert note(f"If $i$ is even, set\n\n$$\na_i = 2 x_i\n$$\n\nThen\n\n{claim}")[-1] == "x"
    assert note(f"For a fixed $i$ we set\n\n$$\na_i = 2 x_i\n$$\n\nThen\n\n{claim}") == "p"


@pytest.mark.parametrize(
    ("said", "want"),
    [
        ("One could also set $a = b^2$ instead.", "x"),
        ("Setting $a = b^2$ would be a mistake.", "x"),
        ("With $a := b^2$ substituted nothing changes.", "x"),
        ("Nothing changes where $a$ is replaced by $c$ with $a = b^2$.", "x"),
        ("Man könnte $a = b^2$ setzen.", "x"),
        ("We set $a = b^2$.", "p"),
        ("With $a = b^2$ the layer converges.", "p"),
        ("Wir setzen $a = b^2$.", "p"),
    ],
)
def test_what_is_only_thought_of_defines_nothing(said: str, want: str) -> None:
    assert note(f"{said} Hence\n\n$$\na - b^2 = 0\n$$\n") == want


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        ("Die Gatter sind komplementär:", "a h + b h = h"),
        ("The two shares are exhaustive:", "a h + b h = h"),
        ("Les poids $w_i$ sont normalisés, donc", "\\sum_i w_i c = c"),
        ("权重 $w_i$ 之和为一。于是", "\\sum_i w_i c = c"),
        ("Los pesos $w_i$ suman uno. Entonces", "\\sum_i w_i c = c"),
        ("The mean is denoted by $\\mu$ and equals", "\\sum_{i=1}^m (x_i - \\mu) = 0"),
        ("We denote the mean by $\\mu$. Then", "\\sum_{i=1}^m (x_i - \\mu) = 0"),
        ("$E \\in \\mathbb{R}^{n \\times n}$ is the identity. Then", "E x = x"),
    ],
)
def test_what_a_sentence_says_of_names_in_words_is_not_refuted(said: str, claim: str) -> None:
    assert note(f"{said}\n\n$$\n{claim}\n$$\n") == "x"
    for plain in (
        "The gain is denoted by $g$. Then",
        "The computation is easy:",
        "Die Rechnung ist einfach:",
    ):
        assert note(f"{plain}\n\n$$\n{claim}\n$$\n") == "r"


def test_the_identity_matrix_may_have_a_size() -> None:
    said = "$I \\in \\mathbb{R}^{n \\times n}$ is the identity. Let $x \\in \\mathbb{R}^n$.\n\n"
    claims = "$$\nI x = x\n$$\n\n$$\nI x = 2 x\n$$\n"
    assert note(said + claims) == "pr"
    assert note(said.replace("is the identity", "is a matrix") + claims) == "rr"


@pytest.mark.parametrize(
    "said",
    [
        "With an upstream gradient of ones,",
        "Take an upstream gradient of all ones. Then",
        "With the incoming gradient equal to $1$,",
        "Mit einem ankommenden Gradienten von lauter Einsen gilt",
        "设上游梯度为全1，则",
        "Con un gradiente de unos a la salida,",
    ],
)
def test_a_gradient_of_ones_that_is_assumed_refutes_no_derivative(said: str) -> None:
    layer = "<!-- bnsym: loss $L(y)$ -->\n\n$$\ny_i = g x_i\n$$\n\n"
    slope, total = "\\frac{\\partial L}{\\partial g}", "\\sum_i x_i \\frac{\\partial L}{\\partial y_i}"
    claims = (f"{slope} = \\sum_i x_i", f"{slope} = {total}", "\\sum_i y_i = 2 g \\sum_i x_i")
    rest = "".join(f"$$\n{claim}\n$$\n\n" for claim in claims)
    assert note(f"{layer}{said}\n\n{rest}") == "xpr"
    assert note(f"{layer}For the gradient we need one more sum:\n\n{rest}") == "rpr"
