"""A report as a notebook shows it under a cell: a table of links, whose facts open on demand.

As HTML it brings no style sheet and no script, takes the notebook's own colours, and is escaped as the
page is.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from bnsym.model import Report, Severity
from bnsym.reporting.pages.html import facts
from bnsym.reporting.pages.mathml import mathml
from bnsym.reporting.view import views
from bnsym.reporting.wording import MARKS, said_of_report

_TONES = {
    "proved": "#1f9254",
    "refuted": "#d64541",
    "undecided": "#b7791f",
    "unread": "#9a5cc6",
    "skipped": "#808690",
}
"""Readable on white and on near black."""
_CELL = 'style="text-align: left; vertical-align: top; padding: .3em .8em .3em 0"'


def to_fragment(report: Report) -> str:
    """HTML to stand in somebody else's page."""
    return "".join(["<div>", *_summary(report), "<table><tbody>", *_rows(report), "</tbody></table></div>"])


def _summary(report: Report) -> Iterator[str]:
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items() if count)
    yield f"<p><strong>{said_of_report(report)}</strong>{': ' * bool(counts)}{counts}.</p>"
    for problem in report.all_diagnostics:
        if problem.severity is not Severity.NOTE:
            place = escape(f"{problem.span.place}: {problem.code} {problem.message}")
            yield f"<p>{problem.severity.value}: {place}</p>"


def _rows(report: Report) -> Iterator[str]:
    for view in views(report):
        result = view.result
        tone = _TONES[result.name]
        known = "".join(f"<dt><em>{name}</em></dt><dd>{said}</dd>" for name, said in facts(view) if said)
        claim = mathml(view.stated) if view.stated else f"<code>{escape(result.link.source)}</code>"
        declared = ",<br>as declared" if view.as_declared else ""
        opened = " open" if not result.passed else ""
        said = f"{MARKS[result.name]} {result.name}{declared}"
        yield (
            f'<tr><td {_CELL}><span style="color: {tone}">{said}</span></td>'
            f"<td {_CELL}><details{opened}><summary>{claim}</summary><dl>{known}</dl></details></td></tr>"
        )
