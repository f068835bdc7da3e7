"""What is seen of a report while one types: diagnostics, the marks of links, and more of the one under the
cursor."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol.types import (
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    Hover,
    InlayHint,
    MarkupContent,
    MarkupKind,
    Range,
)

from bnsym.model import Severity, Undecided, Unread
from bnsym.reporting.console.rows import mark_of
from bnsym.reporting.console.terminal import closer_look
from bnsym.reporting.programs.findings import Finding, fenced, findings
from bnsym.reporting.unicode import plain
from bnsym.reporting.view import View
from bnsym.reporting.wording import said_of_cause
from bnsym.serving.documents import Checked

SEVERITIES = {
    Severity.ERROR: DiagnosticSeverity.Error,
    Severity.WARNING: DiagnosticSeverity.Warning,
    Severity.NOTE: DiagnosticSeverity.Information,
}


def diagnostics(checked: Checked) -> dict[str, list[Diagnostic]]:
    """All that is amiss, and why several links are, by the documents where that is; this one first."""
    known = {view.result.link.id: view for file in checked.files for view in file.views}
    found: dict[str, list[Diagnostic]] = {checked.text.uri: []}
    for one in findings(checked.report):
        place = checked.text.place_of(one.span)
        found.setdefault(place.uri, []).append(_diagnostic(checked, one, known.get(one.link), place.range))
    for cause in checked.report.causes:
        place, said = checked.text.place_of(cause.span), plain(said_of_cause(cause))
        shown = Diagnostic(place.range, said, DiagnosticSeverity.Warning, source="bnsym")
        found.setdefault(place.uri, []).append(shown)
    return found


def _diagnostic(checked: Checked, finding: Finding, view: View | None, place: Range) -> Diagnostic:
    return Diagnostic(
        range=place,
        message=finding.message + (f"\n{finding.hint}" if finding.hint else ""),
        severity=SEVERITIES[_severity(finding, view)],
        code=finding.code,
        source="bnsym",
        related_information=list(_elsewhere(checked, view)) if view else None,
        data=finding.link,
    )


def _severity(finding: Finding, view: View | None) -> Severity:
    """What is not known to be wrong is a warning; what only waits for another place is told as a note."""
    match view.result.verdict if view else None:
        case Unread(problem) if problem.cause:
            return Severity.NOTE
        case Unread() | Undecided():
            return Severity.WARNING
    return finding.severity


def _elsewhere(checked: Checked, view: View) -> Iterator[DiagnosticRelatedInformation]:
    """What is wrong in another place, where a link waits for that."""
    verdict = view.result.verdict
    if isinstance(verdict, Unread) and (cause := verdict.problem.cause):
        yield DiagnosticRelatedInformation(checked.text.place_of(cause.span), cause.message)


def hover(checked: Checked, offset: int) -> Hover | None:
    """How a link was read, its verdict, and what that rests on."""
    view = checked.link_at(offset)
    if view is None:
        return None
    told = closer_look(view, checked.report.sources)
    shown = MarkupContent(MarkupKind.Markdown, fenced(told, "text"))
    return Hover(shown, checked.text.lines.range_of(view.result.link.span))


def inlay_hints(checked: Checked, shown: Range) -> list[InlayHint]:
    """A mark behind the sign of each link in what is shown."""
    lines = checked.text.lines
    start, end = lines.offset(shown.start), lines.offset(shown.end)
    placed = [(view, lines.offsets(view.result.link.span)[1]) for view in checked.views]
    return [
        InlayHint(lines.position(at), mark_of(view.result), tooltip=view.result.name, padding_left=True)
        for view, at in placed
        if start <= at <= end
    ]
