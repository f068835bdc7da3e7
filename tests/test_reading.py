r"""What a report says of how a note was read: what keeps links from being read, each thing once."""

from __future__ import annotations

import io

from bnsym.checking import Unwatched, budget, check_notes
from bnsym.finding import Note
from bnsym.model import Report, Unread
from bnsym.reporting.console.terminal import Detail, print_report
from bnsym.reporting.console.theme import make_console

UNREADABLE = r"""$$ a_i = \begin{pmatrix} x_i \\ 1 \end{pmatrix} $$

$$ b_i = 2 a_i $$

$$ \sum_i b_i = 2 \sum_i a_i $$

$$ \sum_i (x_i - 1) = 1 + \foo $$

$$ (x_i + 1)^2 = x_i^2 + 2 x_i + 1 $$
"""


def checked(text: str, file: str = "note.md") -> Report:
    cost = budget(10.0, (2, 3), False, "none", None, False, None)
    return check_notes([Note(file, text)], (), cost, Unwatched())


def shown(report: Report, detail: Detail = Detail.NORMAL) -> str:
    stream = io.StringIO()
    print_report(report, make_console(stream, plain=True), detail)
    return stream.getvalue()


def problems(report: Report) -> list[tuple[str, str]]:
    return [(r.link.id, r.verdict.problem.message) for r in report.results if isinstance(r.verdict, Unread)]


def test_a_link_that_waits_names_the_place_and_the_cause() -> None:
    report = checked(UNREADABLE)
    said = dict(problems(report))
    cause = said.pop("block-1")
    assert said == {
        "block-3": f"waits for the definition of `a` (line 1): {cause}",
        "block-4": "`\\foo` is not a known command",
    }
    assert report.results[-1].name == "proved"


def test_one_cause_is_said_once_with_the_links_that_wait_for_it() -> None:
    text = shown(checked(UNREADABLE))
    assert "! unread  2 links" in text
    assert " waiting   block-1, block-3\n" in text
    assert "! unread  block-4" in text
    assert text.count("pmatrix` has no meaning here\n") == 3  # two rows and a caret
