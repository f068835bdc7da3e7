"""A note as an outline: its headings, what it defines and assumes, and its links with their marks."""

from __future__ import annotations

from collections.abc import Iterator

from lsprotocol.types import DocumentSymbol, Range, SymbolKind

from bnsym.reporting.console.rows import mark_of
from bnsym.reporting.outline import Formula, Part, Step
from bnsym.reporting.unicode import unicode_math
from bnsym.serving.documents import Checked
from bnsym.source.text import Heading


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
