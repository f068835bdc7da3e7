"""Letters that count steps: what a formula says of one step it says of the others; near misses beside."""

from __future__ import annotations

import pytest

from tests.test_names import verdicts

AVERAGE = r"r_t = (1 - a) r_{t-1} + a u_t"
SUM = r"s_n = \sum_{i=1}^n x_i"


@pytest.mark.parametrize(
    ("known", "true", "false"),
    [
        ((AVERAGE,), "r_t - r_{t-1} = a (u_t - r_{t-1})", "r_t - r_{t-1} = a (u_t + r_{t-1})"),
        (
            (AVERAGE, "c = u_x - u_z"),
            "r_t - r_{t-1} = a (u_t - r_{t-1})",
            "r_t - r_{t-1} = a (u_t + r_{t-1})",
        ),
        ((AVERAGE, "c_t = 2 r_t"), "c_t - 2 (1 - a) r_{t-1} = 2 a u_t", "c_t - (1 - a) r_{t-1} = 2 a u_t"),
        (("w_{k+1} = w_k - h g_k",), "w_k - w_{k+1} = h g_k", "w_k + w_{k+1} = h g_k"),
        (("w_{k+1} = w_k - h g_k", "c_k = 2 w_k"), "c_{k+1} - c_k = -2 h g_k", "c_{k+1} - c_k = -h g_k"),
    ],
)
def test_what_a_step_makes(known: tuple[str, ...], true: str, false: str) -> None:
    assert verdicts(*known, true) == ["proved"]
    assert verdicts(*known, false) == ["refuted"]


def test_what_is_said_of_a_step_is_said_of_the_one_before() -> None:
    two = "r_t - (1 - a)^2 r_{t-2} = a (1 - a) u_{t-1} + a u_t"
    assert verdicts(AVERAGE, two) == ["proved"]
    assert verdicts(AVERAGE, two.replace("(1 - a) u", "u")) == ["unread"]  # u may go by steps as well
    assert verdicts(AVERAGE, "r_{t+1} = (1 - a) r_t + a u_{t+1}") == ["proved"]


@pytest.mark.parametrize(
    "others",
    [
        ("r_0 = 0",),  # it starts from what is said
        (r"q = \sum_s u_s",),  # its steps are counted otherwise
        (r"q = \sum_z u_z",),
        ("c = u_k",),  # its steps are counted otherwise
        ("c_t = r_t + t",),  # and are numbers, of which not all are steps
    ],
)
def test_no_number_is_any_where_more_is_said_of_steps(others: tuple[str, ...]) -> None:
    wrong = "r_t - r_{t-1} = a (u_t + r_{t-1})"
    links = verdicts(AVERAGE, *others, wrong.replace("a (", "t (") if "t + t" in others[0] else wrong)
    assert links[-1] == "unread"


@pytest.mark.parametrize(
    "formulas",
    [
        (SUM, "s_n - s_{n-1} = x_n"),  # true, for it runs to n
        (SUM, "s_n = s_{n-1} + x_n", "x_n - x_{n-1} = 0"),
        (r"\mu = \frac{1}{m} \sum_{i=1}^m x_i", "x_i - x_{i-1} = 0"),  # an index of the file
        ("V_t - V_{t-1} = a",),  # nothing says what a step makes
        ("r_{t,i} = a r_{t-1,i}", "r_{t,i} - r_{t-1,i} = 0"),
    ],
)
def test_other_letters_below_names_are_no_steps(formulas: tuple[str, ...]) -> None:
    assert verdicts(*formulas)[-1] == "unread"


def test_steps_of_one_name_have_one_letter() -> None:
    assert verdicts(AVERAGE, "r_{s-1} - r_{t-1} = 0")[-1] == "unread"
    assert verdicts("label $t$", AVERAGE, "r_{s-1} - r_{t-1} = 0")[-1] == "unread"
