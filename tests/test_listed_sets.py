r"""Sets that are written out, and sums with a limit for each index."""

from __future__ import annotations

import pytest

from tests.test_names import verdicts

BATCH = r"\mathcal{B} = \{x_1, x_2, \ldots, x_m\}"
COUNT = r"\sum_{i \in \mathcal{B}} 1 = m"
SLOTS = r"\mu_n = \frac{1}{HW} \sum_{i,j}^{H,W} h_{nij}"


@pytest.mark.parametrize(
    "said",
    [
        BATCH,
        r"\mathcal{B} = \left\{x_1, \dots, x_m\right\}",
        r"\mathcal{B} = \lbrace x_{1 \ldots m} \rbrace",
        r"\mathcal{B} = \{x_{1...m}\}",
        r"\mathcal{B} = \{x_i\}_{i=1}^m",
        r"\mathcal{B} := \{x_{i}\}_{i=1}^{m}",
    ],
)
def test_a_numbered_set_is_no_claim_and_says_how_many_it_has(said: str) -> None:
    assert verdicts(said, COUNT, r"\sum_{i \in \mathcal{B}} 1 = 2m") == ["proved", "refuted"]


@pytest.mark.parametrize(
    ("members", "count"),
    [
        (r"x_1, \dots, x_{32}", 32),
        (r"x^{(1)}, \dots, x^{(20)}", 20),
        ("x_1, x_2, x_3", 3),
        (r"\alpha, \beta", 2),
    ],
)
def test_a_set_with_a_number_of_members(members: str, count: int) -> None:
    said = rf"B = \{{{members}\}}"
    mean = rf"\mu = \frac1{{{count}}} \sum_{{i \in B}} x_i"
    zero, one = r"\sum_{i \in B} (x_i - \mu) = 0", r"\sum_{i \in B} (x_i - \mu) = 1"
    expected = ["proved", "refuted", "proved", "refuted"]
    assert verdicts(said, mean, f"|B| = {count}", f"|B| = {count + 1}", zero, one) == expected
    assert verdicts(mean, zero, f"|B| = {count}") == ["refuted", "refuted"]


@pytest.mark.parametrize("members", [r"x_1, \dots, x_{2n}", r"1, \dots, 2n", "x_i : i < 2n", "x_1, x_1"])
def test_a_set_whose_members_are_not_counted(members: str) -> None:
    said, mean = rf"B = \{{{members}\}}", r"\mu = \frac1{2n} \sum_{i \in B} x_i"
    assert verdicts(said, mean, "|B| = 2n", r"\sum_{i \in B} (x_i - \mu) = 0") == ["unread", "unread"]
    own = r"\mu = \frac1{|B|} \sum_{i \in B} x_i"
    assert verdicts(said, own, r"\sum_{i \in B} x_i = 2 \mu |B|", r"\sum_{i \in B} (x_i - \mu) = 1") == [
        "unread",
        "refuted",
    ]


@pytest.mark.parametrize(
    "said",
    [
        r"S = \{(i, j) \mid i \in [1, H], j \in [1, W]\}",
        r"S = \{a, b\}",
        r"S = \{x : x > 0\}, \quad T = \{1, 2\}",
        r"\mathcal{B} = \{x_0, \ldots, x_m\}",
        r"\mathcal{B} = \{x_1, \ldots, y_m\}",
    ],
)
def test_of_other_sets_the_number_is_not_known(said: str) -> None:
    assert "proved" not in verdicts(said, COUNT)


def test_a_set_is_no_number() -> None:
    assert verdicts(r"S = \{1, 2\}", "S^2 = 2 S", "2 S + 1 > S") == ["unread", "unread"]
    assert verdicts(r"2 \{a + b\} = 2 a + 2 b", r"|\{x\}| = 1") == ["proved", "unread"]


def test_a_set_of_two_sizes_has_none() -> None:
    assert verdicts(BATCH, COUNT, BATCH.replace("x_m", "x_n"))[0] == "unread"


def test_a_mean_says_it_before_a_set_that_is_written_out() -> None:
    mean = r"\mu = \frac{1}{n} \sum_{i \in \mathcal{B}} x_i"
    assert verdicts(BATCH, mean, r"\sum_{i \in \mathcal{B}} (x_i - \mu) = 0") == ["proved"]


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [
        (r"\sum_{i,j}^{H,W} h_{nij} = HW \mu_n", "proved"),
        (r"\sum_{i,j}^{H,W} h_{nij} = H \mu_n", "refuted"),
        (r"\sum_{i=1,j=1}^{H,W} h_{nij} = HW \mu_n", "proved"),
        (r"\sum_{i=0,j=0}^{H-1,W-1} h_{nij} = HW \mu_n", "proved"),
        (r"\sum_{i=0,j=1}^{H,W} h_{nij} = HW \mu_n", "unread"),
        (r"\sum_{i,j}^{W,H} h_{nij} = HW \mu_n", "unread"),
        (r"\sum_{i}^{H,W} h_{nij} = HW \mu_n", "unread"),
        (r"\sum_{i,j}^{H,W,N} h_{nij} = HW \mu_n", "unread"),
        (r"\sum_{i \ne j}^{H,W} h_{nij} = HW \mu_n", "unread"),
    ],
)
def test_a_sum_has_a_limit_for_each_index(formula: str, verdict: str) -> None:
    assert verdicts(SLOTS, formula) == [verdict]
