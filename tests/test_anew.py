"""Names that a later section gives another meaning, and first places of names in the text."""

import pytest

from tests.test_scope import checked, verdicts
from tests.test_words import note

ONE_ROW = (
    r"Let $x \in \mathbb{R}^n$.",
    r"m = \frac1n \sum_{k=1}^n x_k, \qquad u_k = x_k - m",
    r"\sum_{k=1}^n u_k = 0",
)
MANY_ROWS = (
    "## A batch",
    r"Now $x \in \mathbb{R}^{B \times n}$, a row for each example.",
    r"m_i = \frac1n \sum_{k=1}^n x_{ik}, \qquad u_{ik} = x_{ik} - m_i",
)


def said(*parts: str) -> tuple[str, ...]:
    """Parts in which sentences stand as they are."""
    return tuple("<!-- -->\n" + p if "$" in p else p for p in parts)


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # a free array that a section says anew, with what is made from it
        (said(*ONE_ROW, *MANY_ROWS, r"\sum_{k=1}^n u_{ik} = 0", r"\sum_{i=1}^B u_{ik} = 0"), "ppr"),
        # within one section it is said to be two things
        (said(*ONE_ROW, *MANY_ROWS[1:], r"\sum_{k=1}^n u_{ik} = 0"), "pxxx"),
        # the old m is used beside the new x: nothing is given another meaning
        (said(*ONE_ROW, *MANY_ROWS[:2], r"\sum_{k=1}^n (x_{ik} - m) = 0"), "px"),
        # after it, a sum over the entries of the first x speaks of that one again
        (said(*ONE_ROW, *MANY_ROWS, "## Again", r"\sum_{k=1}^n x_k = n\, m"), "px"),
        # its definitions sum over another number of values
        (
            (
                r"a = \frac1N \sum_{i=1}^N x_i",
                r"\sum_{i=1}^N (x_i - a) = 0",
                "## Another batch",
                r"b = \frac1p \sum_{i=1}^p x_i",
                r"\sum_{i=1}^p (x_i - b) = 0",
                r"\sum_{i=1}^p x_i = p + b",
            ),
            "ppr",
        ),
        # both means in one formula: which x is meant, nothing says
        (
            (
                r"a = \frac1N \sum_{i=1}^N x_i",
                "## Another batch",
                r"b = \frac1p \sum_{i=1}^p x_i",
                r"2 a = 2 b",
            ),
            "xx",
        ),
        # a gain with an index for each channel, then one for each group and place
        (
            (
                r"y_{nc} = g_c x_{nc}",
                r"\frac{\partial y_{nc}}{\partial x_{nc}} = g_c",
                "## Groups",
                r"z_{nck} = g_{ck} u_{nck}",
                r"\frac{\partial z_{nck}}{\partial u_{nck}} = g_{ck}",
                r"\frac{\partial z_{nck}}{\partial u_{nck}} = g_{ck} u_{nck}",
            ),
            "ppr",
        ),
    ],
)
def test_sections_give_names_another_meaning(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # the first place of a name with a prime, or with more indices than before
        (said(r"A step is $w' = w - a g$.", r"w - w' = a g", r"w' - w = a g"), "pr"),
        (
            said(
                r"y_i = a\, x_i + b",
                "## Channels",
                r"Each has its own, $y_{ic} = g_c x_{ic} + h_c$.",
                r"\frac{\partial y_{ic}}{\partial x_{ic}} = g_c",
                r"\frac{\partial y_{ic}}{\partial x_{ic}} = g_c + h_c",
            ),
            "pr",
        ),
        # a display that says what it is has precedence
        (said("w = 3 a", r"One meets $w' = w b$.", r"w' = w + b", r"w' - b = 3 a", r"2 w' = 6 a b"), "pr"),
        # denied, conditional, or of a name that stands before: it defines nothing, and may be meant
        (said(r"It is not true that $w' = w b$.", r"2 w' = 2 w b"), "x"),
        (said(r"If $w' = w b$, all is well.", r"2 w' = 2 w b"), "r"),
        (said("2 w' = 2 w b", r"Here we see $w' = w b$.", r"3 w' = 3 w b"), "xx"),
        # a name of its own, and a value of it, need a word that defines
        (said(r"The product $q = a b$ is small.", r"2 q = 2 a b"), "x"),
        (said(r"For instance $w' = 1$ is a choice.", r"2 w' = 2"), "r"),
    ],
)
def test_first_places_in_sentences(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


def test_indices_are_as_many_as_is_said() -> None:
    note = said(
        r"Let $x \in \mathbb{R}^{N \times G \times K}$.",
        r"\mu_{ng} = \frac1K \sum_{k=1}^K x_{ngk}",
        r"\sum_{k=1}^K (x_{ngk} - \mu_{ng}) = 0",
        r"\sum_{n=1}^N (x_{ngk} - \mu_{ng}) = 0",
    )
    assert verdicts(*note) == "pr"


def test_what_is_out_of_force_hides_nothing() -> None:
    note = (
        r"y_i = g\, x_i",
        r"\frac{\partial L}{\partial g} = \sum_{i=1}^m \frac{\partial L}{\partial y_i} x_i",
        "## Later",
        r"y_{ij} = \operatorname{ReLU}(g\, x_{ij})",
    )
    assert checked(*note).results[0].name == "proved"


SIZED = (r"a = \frac{1}{n} \sum_{i=1}^n x_i, \quad u_i = x_i - a", r"\sum_{i=1}^n u_i = 0")


@pytest.mark.parametrize(
    ("displays", "expected"),
    [
        # a size of one section that is an index in another, which sums bind there
        (
            (
                *SIZED,
                "## B",
                r"b = \frac{1}{N} \sum_{n=1}^N r_n, \quad h_n = r_n - b",
                r"\sum_{n=1}^N h_n = 0",
                r"\sum_{n=1}^N h_n^2 = \sum_{n=1}^N r_n^2",
            ),
            "ppr",
        ),
        # it stands alone there too: the letter, or the size?
        (
            (*SIZED, "## B", r"b = \frac{1}{N} \sum_{n=1}^N r_n", r"\sum_{n=1}^N r_n = N b, \quad n \ne 1"),
            "pxx",
        ),
        # it is both in one section: a letter, or the last one?
        ((*SIZED, "## B", r"b = \frac{1}{n} \sum_{n=1}^N r_n", r"\sum_{n=1}^N (r_n - b) = 0"), "pxx"),
        # no sum binds it there: the last of the first section's entries, or any?
        ((*SIZED, "## B", r"u_n = x_n - a"), "px"),
    ],
)
def test_a_size_of_one_section_is_an_index_in_another(displays: tuple[str, ...], expected: str) -> None:
    assert verdicts(*displays) == expected


@pytest.mark.parametrize(
    ("said", "row", "expected"),
    [
        ("For $b = 1$ we have", "a = b^3", "pr"),
        ("Für $b = 1$ ist", "a = b^3", "pr"),
        ("当 $b = 1$ 时,", "a = b^3", "pr"),
        ("Here", r"a = b^3 \quad \text{if } b = 1", "pr"),
        ("Suppose that $b = 1$.", "a = b^3", "xx"),
        ("Here", "a = b^3", "p"),
        ("Suppose that $c = 1$.", "a = b^3", "p"),
    ],
)
def test_what_holds_under_a_condition_gives_no_name_another_meaning(
    said: str, row: str, expected: str
) -> None:
    first, later = "# One\n\n$$\na = b^2\n$$\n", "# Three\n\n$$\na - b^3 = 0\n$$\n"
    assert note(f"{first}\n# Two\n\n{said}\n\n$$\n{row}\n$$\n\n{later}") == expected


@pytest.mark.parametrize(
    "opening",
    [
        "In the balanced setting we put",
        "In the symmetric case let",
        "For equal gains, define",
        "Im symmetrischen Fall setzen wir",
        "En el caso simétrico definimos",
        "在对称情形下, 令",
    ],
)
def test_what_a_name_is_in_a_case_it_is_in_that_section_alone(opening):
    text = f"$$\ns = a + b\n$$\n\n## Two\n\n{opening}\n\n$$\ns = 2 a\n$$\n\nMARK$$\ns + 0 = CLAIM\n$$\n"
    inside, behind = text.replace("MARK", ""), text.replace("MARK", "## Three\n\n")
    plain = behind.replace(opening, "In this section we put")
    assert [note(inside.replace("CLAIM", claim)) for claim in ("2 a", "3 a")] == ["p", "r"]
    assert [note(behind.replace("CLAIM", claim)) for claim in ("2 a", "3 a", "a + b")] == ["x"] * 3
    assert [note(plain.replace("CLAIM", claim)) for claim in ("2 a", "3 a")] == ["p", "r"]


@pytest.mark.parametrize("name", ["f", "\\operatorname{BN}"])
def test_a_function_that_a_later_section_says_anew_is_neither_there(name):
    first = f"$$\n{name}(x) = x^2\n$$\n\n$$\n{name}(2) = 4\n$$\n\n## Two\n\n"
    value = f"\n\n$$\n{name}(2) = 4\n$$\n\n$$\n{name}(2) = 6\n$$\n"
    assert note(f"{first}$$\n{name}(x) = 3 x\n$$ {value}") == "pxxx"
    assert note(f"{first}$$\n{name}(x) = x\\, x\n$$ {value}") == "pppr"
    assert note(f"{first}Let ${name}(x) = 3 x$. {value}") == "prp"
    assert note(f"{first}$$\n{name}(x) := 3 x\n$$ {value}") == "prp"
    assert note(f"{first}$$\n{name}(x) = 3 x\n$$".replace("## Two\n\n", "")) == "pr"
