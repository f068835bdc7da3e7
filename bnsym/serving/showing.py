"""What is seen of a report while one types: diagnostics, the marks of links, more of the one under the
cursor, and the note as an outline."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol.types import (
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DocumentSymbol,
    Hover,
    InlayHint,
    MarkupContent,
    MarkupKind,
    Range,
    SymbolKind,
)

from bnsym.model import Severity, Undecided, Unread
from bnsym.reporting.console.rows import mark_of
from bnsym.reporting.console.terminal import closer_look
from bnsym.reporting.outline import Formula, Part, Step
from bnsym.reporting.programs.findings import Finding, fenced, findings
from bnsym.reporting.unicode import plain, unicode_math
from bnsym.reporting.view import View
from bnsym.reporting.wording import said_of_cause
from bnsym.serving.documents import Checked
from bnsym.source.text import Heading

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


def document_symbols(checked: Checked) -> list[DocumentSymbol]:
    """Each heading holds what stands under it."""
    top: list[DocumentSymbol] = []
    around: list[tuple[int, DocumentSymbol, list[DocumentSymbol]]] = []
    """Headings that are not over yet, with what they hold."""
    there = ((part, checked.place(part.where)) for file in checked.files for part in file.parts)
    for part, place in ((part, place) for part, place in there if place is not None):
        if isinstance(part, Heading):
            around = [heading for heading in around if heading[0] < part.level]
        inside: list[DocumentSymbol] = []
        symbol = _symbol(checked, part, place, inside)
        (around[-1][2] if around else top).append(symbol)
        for _, heading, _ in around:
            heading.range.end = symbol.range.end
        if isinstance(part, Heading):
            around.append((part.level, symbol, inside))
    return top


def _symbol(checked: Checked, part: Part, place: Range, inside: list[DocumentSymbol]) -> DocumentSymbol:
    match part:
        case Heading(title=title):
            return _named(title, SymbolKind.String, place, inside)
        case Formula(name=name, steps=steps):
            return _named(name, SymbolKind.Object, place, [*_steps(checked, steps, place)])
        case _:
            said = ", ".join(map(unicode_math, part.formulas))
            return _named(f"{part.kind} {said}", SymbolKind.Constant, place)


def _steps(checked: Checked, steps: tuple[Step, ...], formula: Range) -> Iterator[DocumentSymbol]:
    for step in steps:
        stated = unicode_math(" ".join((*step.left, step.sign, *step.right)))
        if step.result is None:
            yield _named(stated, SymbolKind.Variable, formula)
        else:
            link = step.result.link
            place = checked.text.lines.range_of(link.span)
            name = f"{mark_of(step.result)} {stated if step.left else link.source}"
            yield _named(name, SymbolKind.Boolean, place, detail=link.id)


def _named(
    name: str, kind: SymbolKind, place: Range, children: list[DocumentSymbol] | None = None, detail: str = ""
) -> DocumentSymbol:
    shown = " ".join(name.split()) or "…"  # an editor refuses a symbol without a name
    whole = Range(place.start, place.end)
    return DocumentSymbol(shown, kind, whole, place, detail or None, children=children)
