"""A file's text → the text that is read of it, what stands in that, and where it stands in the file.

One entry for each format: Markdown is read as it is, a notebook cell by cell, LaTeX with its own
commands written out. Imports the scanners, `source_map`, and `model`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from bnsym.model import Diagnostic, Format, Span, format_of
from bnsym.source.directives import Problem
from bnsym.source.macros import written_out
from bnsym.source.markdown import Display, Formula, Found, scan
from bnsym.source.notebook import NotANotebook, read_cells
from bnsym.source.source_map import Cell, Places
from bnsym.source.struck import without_struck
from bnsym.source.tex import scan_tex


@dataclass(frozen=True)
class Manuscript:
    """What a file holds for the reader. Of one that can't be read, nothing, and `lost` says why."""

    text: str
    places: Places
    found: tuple[Found, ...] = ()
    problems: tuple[Problem, ...] = ()
    lost: Diagnostic | None = None

    def shown(self, span: Span) -> tuple[str, Span]:
        """The text to show a stretch of, and where it stands in that: a notebook's cell, or the file."""
        cell = next((c for c in self.places.cells if c.number == span.cell), None)
        if cell is None:
            return self.places.written, span
        start, end = (offset - cell.start for offset in span.offsets)
        text = self.text[cell.start : cell.end]
        return text, Places(text).span(span.file, start, min(end, len(text)))


@lru_cache(maxsize=8)
def opened(written: str, file: str) -> Manuscript:
    """The manuscript in a file's text; its name says in which format. Never raises."""
    match format_of(file):
        case Format.MARKDOWN:
            found, problems = scan(written)
            kept = without_struck(written, found, markdown=True)
            return Manuscript(written, Places(written), kept, tuple(problems))
        case Format.TEX:
            return _tex(written)
        case Format.NOTEBOOK:
            return _notebook(written, file)


def _tex(written: str) -> Manuscript:
    text, places, refused = written_out(written)
    found, problems = scan_tex(text)
    kept = without_struck(text, found, markdown=False)
    return Manuscript(text, places, kept, (*refused, *problems))


def _notebook(notebook: str, file: str) -> Manuscript:
    try:
        text, places, broken = read_cells(notebook)
    except NotANotebook as error:
        return Manuscript("", Places(notebook), lost=error.diagnostic(file))
    found: list[Found] = []
    problems = list(broken)
    for cell in places.cells:
        written = text[cell.start : cell.end]
        in_cell, said = scan(written, front=False)
        found += _moved(without_struck(written, in_cell, markdown=True), cell)
        problems += (replace(one, where=one.where.moved(cell.start)) for one in said)
    return Manuscript(text, places, tuple(found), tuple(problems))


def _moved(found: Iterable[Found], cell: Cell) -> Iterable[Found]:
    for one in found:
        moved = replace(one, where=one.where.moved(cell.start))
        if isinstance(moved, Display | Formula):
            moved = replace(moved, inside=moved.inside.moved(cell.start))
        yield moved
