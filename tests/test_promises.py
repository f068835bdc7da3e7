r"""Definitions that are not what their names promise: each right one without a warning, each near-miss with
one, and with the number that shows it."""

from __future__ import annotations

import pytest

from bnsym.checking import Unwatched, budget, check_notes
from bnsym.finding import Note
from bnsym.model import Report, Severity
from bnsym.reporting.pages.html import to_html
from bnsym.reporting.programs.github import to_github
from bnsym.reporting.programs.json_ import as_data
from bnsym.reporting.programs.sarif import to_sarif

MEAN, VARIANCE = r"\mu = \frac1m \sum_{i=1}^m x_i", r"\sigma^2 = \frac1m \sum_i (x_i - \mu)^2"
HAT = r"\hat x_i = \frac{x_i - \mu}{\sqrt{\sigma^2 + \epsilon}}"
ROWS = r"\mu_j = \frac1m \sum_{i=1}^m x_{ij}", r"\sigma_j^2 = \frac1m \sum_i (x_{ij} - \mu_j)^2"
CENTRED = MEAN, r"q_i = x_i - \mu", r"y_i = \gamma q_i"
GRADIENTS = r"dq_i := \gamma \frac{\partial L}{\partial y_i}", r"d\mu := -\sum_j dq_j"
INPUT = r"dx_i := dq_i - \frac1m \sum_j dq_j"


def checked(*rows: str) -> Report:
    note = Note("note.md", "\n\n".join(row if "$" in row else f"$$ {row} $$" for row in rows))
    return check_notes([note], (), budget(10, (2,), False, "none", None, False, None), Unwatched())


def doubts(*rows: str) -> list[tuple[int, str]]:
    """Of which lines, and in which words."""
    found = [d for d in checked(*rows).all_diagnostics if d.code in ("BN138", "BN402")]
    assert all(d.severity is Severity.WARNING for d in found)
    return [(d.span.line, d.message) for d in found]


@pytest.mark.parametrize(
    "rows",
    [
        (MEAN, VARIANCE, HAT),
        (MEAN, VARIANCE, r"\hat x_i = (x_i - \mu)/\sigma"),
        (MEAN, VARIANCE, r"\hat x_i = (x_i - \mu)/(\sigma + \epsilon)"),
        (MEAN, r"\sigma^2 = \frac{1}{m - 1} \sum_i (x_i - \mu)^2", HAT),
        (MEAN, r"\sigma^2 = \frac1m \sum_i x_i^2 - \mu^2", HAT),
        (MEAN, VARIANCE + r" + \epsilon", r"\hat x_i = (x_i - \mu)/\sigma"),
        (MEAN, r"\hat x_i = x_i - \mu"),
        (MEAN, r"\sigma = \frac1m \sum_i |x_i - \mu|", r"\hat x_i = (x_i - \mu)/\sigma"),
        (MEAN, r"\hat x_i = (x_i - \mu)/\sqrt{\sum_k (x_k - \mu)^2}"),
        (r"\sigma^2 = \frac1m \sum_{i=1}^m x_i^2", r"\hat x_i = x_i/\sqrt{\sigma^2 + \epsilon}"),
        (r"\hat x_i = x_i/\Vert x \Vert",),
        (*ROWS, r"\hat x_{ij} = (x_{ij} - \mu_j)/\sigma_j"),
        ("z = W x + b", MEAN.replace("x", "z"), VARIANCE.replace("x", "z"), HAT.replace("x", "z")),
        # on another scale, or around another number, whatever the array is
        (MEAN, VARIANCE, r"\hat x_i = (x_i - \mu)/(2 \sigma)"),
        (MEAN, VARIANCE, r"\hat x_i = 50 + 10 (x_i - \mu)/\sigma"),
        (
            ROWS[0],
            r"\sigma^2 = \frac1m \sum_i \sum_j (x_{ij} - \mu_j)^2",
            r"\hat x_{ij} = (x_{ij} - \mu_j)/\sigma",
        ),
        # other means and variances, and names that promise nothing
        (r"\sigma^2 = \frac1m \sum_{i=1}^m v_i", r"m \sigma^2 = \sum_i v_i"),
        (r"\mu = \sum_i p_i x_i", r"\sigma^2 = \sum_i p_i (x_i - \mu)^2", r"\hat x_i = (x_i - \mu)/\sigma"),
        (r"\mu_2 = \frac1m \sum_{i=1}^m x_i^2", VARIANCE),
        (r"\mu = \sum_i g_i", r"h_i = g_i - \frac1m \mu"),
        (r"\hat x_i = (x_i - \mu)/\sqrt{v + \epsilon}",),
        (r"s = \sum_{i=1}^m x_i", r"v = \frac1m \sum_i (x_i - s)"),
        (*CENTRED, *GRADIENTS, INPUT),
        (*CENTRED, *GRADIENTS, INPUT, r"dt_i := 2 dq_i"),
        (r"\hat x_i = x", r"\sum_{i=1}^m \hat x_i = m x"),  # a hat on an array, and a number without it
    ],
)
def test_what_is_as_its_name_promises_is_not_doubted(rows: tuple[str, ...]) -> None:
    assert doubts(*rows, "a = a") == []


@pytest.mark.parametrize(
    ("rows", "line", "says"),
    [
        ((r"\mu = \sum_{i=1}^m x_i", VARIANCE, HAT), 1, "does not grow by 1 with each entry of `x`: 2 ≠ 1"),
        ((MEAN, r"\sigma^2 = \frac1m \sum_i (x_i - \mu)", HAT), 3, "is a variance, but is 0 whatever `x` is"),
        ((MEAN, r"\sigma^2 = \frac1m \sum_i x_i^2 - \mu", HAT), 3, "is not 4 times as large for `x` twice"),
        ((MEAN, r"\sigma^2 = \frac1m \sum_i x_i^2 + \mu^2", HAT), 5, "its mean square is not 1: "),
        ((MEAN, VARIANCE, r"\hat x_i = (x_i - \mu)/\sigma^2"), 5, "its mean square is not 1: 4 ≠ 1 at m = 2"),
        ((MEAN, VARIANCE, HAT.replace(r"\sqrt", "")), 5, "its mean square is not 1: 4 ≠ 1 at m = 2"),
        ((MEAN, VARIANCE, r"\hat x_i = (x_i + \mu)/\sigma"), 5, "its mean is not 0: -2 ≠ 0 at m = 2"),
        ((MEAN, VARIANCE, r"\hat x_i = x_i/\sigma - \mu"), 5, "its mean is not 0: -1/2 ≠ 0 at m = 2"),
        ((*ROWS, r"\hat x_{ij} = (x_{ij} - \mu_j)/\sigma_j^2"), 5, "its mean square is not 1: "),
        ((r"Let the variance $v = \frac1m \sum_i (x_i - \mu)$.", MEAN), 1, "`v` is a variance, but is 0"),
        ((r"With the mean $u = \sum_{i=1}^m x_i$.",), 1, "`u` is a mean, but does not grow by 1"),
        (
            (*CENTRED, GRADIENTS[0].replace(r"\gamma", ""), *GRADIENTS[1:]),
            7,
            "by `q_i`, but differs from it: ",
        ),
        ((*CENTRED, GRADIENTS[0], GRADIENTS[1].replace("-", ""), INPUT), 9, r"of `L` by `\mu`, but differs"),
        ((*CENTRED, *GRADIENTS, INPUT.replace(r"\frac1m", "")), 11, "`L` by `x_i`, but differs from it: "),
    ],
)
def test_what_is_not_as_its_name_promises_is_doubted_once(
    rows: tuple[str, ...], line: int, says: str
) -> None:
    ((found, message),) = doubts(*rows, "a = a")
    assert found == line
    assert message.startswith("by its name `")
    assert says in message


def test_a_doubt_is_a_warning_in_each_format_and_changes_no_verdict() -> None:
    report = checked(MEAN, r"\sigma^2 = \frac1m \sum_i (x_i - \mu)", r"\sigma^2 = 0")
    assert report.passed
    (said,) = (d for d in as_data(report)["diagnostics"] if d["code"] == "BN138")
    assert (said["severity"], said["line"], said["column"]) == ("warning", 3, 13)
    assert '"ruleId": "BN138"' in to_sarif(report)
    assert "::warning file=note.md,line=3" in to_github(report)
    assert '<p class="diagnostic warning">line 3: by its name <math' in to_html(report)
