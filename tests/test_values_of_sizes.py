"""A name that counts the values of an index has no other value: what gives it one leaves links open."""

from __future__ import annotations

import pytest

from tests.test_words import note

MEAN = r"Let $\mu = \frac1m\sum_i x_i$."
MOMENTUM = r"Let $\nu = \frac1N\sum_{i=1}^N x_i$. The momentum is $m = 0.9$."


def sections(first: str, second: str) -> str:
    return f"# A\n\n{first}\n\n# B\n\n{second}\n"


@pytest.mark.parametrize("value", ["0.9", r"\frac{1}{10}", "0", "-1"])
@pytest.mark.parametrize("said", ["The momentum is ${}$.", "Set ${}$.", "$$\n{}\n$$"])
def test_a_number_that_counts_nothing_is_another_name(said: str, value: str) -> None:
    text = said.format(f"m = {value}")
    links = note(sections(MEAN, f"{text}\n\n$$\n\\sum_i x_i = m \\mu\n$$\n"))
    assert links[-1] == "x"


def test_the_section_before_keeps_its_size() -> None:
    first = f"{MEAN}\n\n$$\n\\sum_i x_i = m \\mu\n$$\n"
    second = "The momentum is $m = 0.9$.\n\n$$\n\\sum_i (x_i - \\mu) = 0\n$$\n"
    assert note(sections(first, second)) == "pp"


def test_a_momentum_beside_another_size() -> None:
    links = r"$$\sum_i (x_i - \nu) = 0$$" + "\n\n" + r"$$r - (m r + (1 - m) \nu) = (1 - m) (r - \nu)$$"
    assert note(f"{MOMENTUM}\n\n{links}\n") == "pp"


@pytest.mark.parametrize("said", ["Let $m = 4$.", "$$\nm = 4\n$$"])
def test_a_number_of_values_refutes_nothing(said: str) -> None:
    links = r"$$\sum_i x_i = 4 \mu$$" + "\n\n" + r"$$\sum_i (x_i - \mu) = 0$$"
    assert note(sections(MEAN, f"{said}\n\n{links}\n"))[-2:] == "xp"
    assert note(sections(MEAN, r"$$\sum_i x_i = 4 \mu$$")) == "r"


def test_a_case_gives_no_value() -> None:
    text = "For $m = 1$ this is no mean, and it does not hold with $m = 0$."
    assert note(sections(MEAN, f"{text}\n\n$$\n\\sum_i x_i = 4 \\mu\n$$\n")) == "r"


def test_a_claim_of_a_size_is_one() -> None:
    assert note(f"{MEAN}\n\n<!-- bnsym: claim -->\n$$\nm = 4\n$$\n") == "r"


WEIGHTED = r"$$\mu = \sum_i w_i x_i$$" + "\n\n" + r"$$\sum_i w_i (x_i - \mu) = 0$$"


@pytest.mark.parametrize("said", [r"\sum_i w_i = 1", r"\sum_i w_i = 1.", r"e^T w = 1"])
def test_what_a_name_is_introduced_by_may_be_a_condition(said: str) -> None:
    assert note(f"The weights are such:\n\n$$\n{said}\n$$\n\n{WEIGHTED}\n") == "xx"


def test_of_a_name_that_is_known_it_is_a_claim() -> None:
    assert note(f"{WEIGHTED}\n\n$$\n\\sum_i w_i = 1\n$$\n\n$$\n\\sum_i w_i x_i = 1\n$$\n") == "xrr"
    assert note(f"{WEIGHTED}\n\n$$\n\\sum_i w_i = 2\n$$\n") == "rr"
    assert note("$$\n\\sum_i w_i = 1\n$$\n") == "r"
    assert note(f"$$\n\\sum_i w_i = \\sum_i w_i^2\n$$\n\n{WEIGHTED}\n") == "rr"
    assert note(f"<!-- bnsym: claim -->\n$$\n\\sum_i w_i = 1\n$$\n\n{WEIGHTED}\n") == "rr"


def test_a_size_that_a_display_makes_from_others() -> None:
    size = r"$$\mu = \frac1K \sum_{k=1}^K x_k, \qquad K = \frac{CHW}{G}$$"
    assert note(f"{size}\n\n$$\\sum_k x_k = CHW \\mu$$\n\n$$\\sum_k (x_k - \\mu) = 0$$\n") == "xxp"
    assert note(f"{size}\n\n$$\\sum_k x_k = \\mu$$\n") == "xr"


def test_m_is_defined_by_two_sizes() -> None:
    text = r"Let $m = p + q$ and $\mu = \frac1m (\sum_{i=1}^{p} x_i + \sum_{j=1}^{q} y_j)$."
    both = r"\sum_{i=1}^{p} (x_i - \mu) + \sum_{j=1}^{q} (y_j - \mu) = 0"
    assert note(f"{text}\n\n$$\n{both}\n$$\n\n$$\n\\sum_{{i=1}}^p (x_i - \\mu) = 0\n$$\n") == "pr"


def test_a_condition_in_the_row_of_definitions() -> None:
    row = r"$$\mu = \sum_i w_i x_i, \qquad \sum_i w_i = 1$$"
    assert note(f"{row}\n\n$$\n\\sum_i w_i (x_i - \\mu) = 0\n$$\n") == "xx"
    row = r"$$\mu = \sum_i w_i x_i, \qquad \sum_i (x_i - \mu) = 0$$"
    assert note(row) == "r"


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        (r"\sum_i (x_i - \mu)^2 = 0", "p"),
        (r"x_i = \mu", "p"),
        (r"\frac{\partial \mu}{\partial x_i} = 1", "p"),
        (r"\frac{\partial \mu}{\partial x_i} = 2", "r"),
        (r"\sum_i x_i = 3 \mu", "r"),
        (r"x_1 x_2 = x_1^2", "u"),
    ],
)
def test_an_axis_of_one_entry(claim: str, verdict: str) -> None:
    assert note(f"{MEAN}\n\n<!-- bnsym: assume $m = 1$ -->\n\n$$\n{claim}\n$$\n") == verdict
    assert note(f"{MEAN}\n\n<!-- bnsym: assume $m = 2$ -->\n\n$$\n{claim}\n$$\n") != "p"


def test_a_witness_may_have_an_axis_of_one_entry() -> None:
    given = "<!-- bnsym: assume $m = 1$ -->\n\n"
    witness = '<!-- bnsym: refuted at="m=1; x={}" -->\n$$\n\\sum_{{i=1}}^m x_i = 3\n$$\n'
    assert [note(given + witness.format(x)) for x in ("(2)", "2", "(3)", "(2, 1)")] == ["r", "r", "u", "u"]
