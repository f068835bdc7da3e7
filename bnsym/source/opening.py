"""A file's text → the text that is read of it, what stands in that, and where it stands in the file.

One entry for each format; Markdown and LaTeX with the commands that they define written out, a notebook
cell by cell. Imports the scanners, `source_map`, `text` and `model`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bnsym.model import Diagnostic, Format, Span, format_of
from bnsym.source import directives
from bnsym.source.directives import Problem
from bnsym.source.macros import NOTHING, WrittenOut, formulas_written_out, written_out
from bnsym.source.markdown import Comment, Display, Formula, Found, scan
from bnsym.source.notebook import NotANotebook, read_cells
from bnsym.source.source_map import Places
from bnsym.source.struck import without_struck
from bnsym.source.tex import scan_tex
from bnsym.source.text import Slice, relocated


@dataclass(frozen=True)
class Manuscript:
    """What a file holds for the reader. Of one that can't be read, nothing, and `lost` says why."""

    text: str
    places: Places
    found: tuple[Found, ...] = ()
    problems: tuple[Problem, ...] = ()
    lost: Diagnostic | None = None

    @property
    def claims(self) -> bool:
        """Whether the file says in a directive, if a wrong one, what it claims; one that is quoted says
        nothing. Of a file that can't be read nobody knows."""
        comments = (one.where.start for one in self.found if isinstance(one, Comment))
        wrong = self.lost or any(problem.code == "BN107" for problem in self.problems)
        return bool(wrong) or any(directives.opens(self.text, start) for start in comments)

    def shown(self, span: Span) -> tuple[str, Span]:
        """The text to show a stretch of, and where it stands in that: a notebook's cell, or the file."""
        cell = next((c for c in self.places.cells if c.number == span.cell), None)
        if cell is None:
            return self.places.own, span
        start, end = (offset - cell.start for offset in span.offsets)
        text = self.text[cell.start : cell.end]
        return text, Places(text).span(span.file, start, min(end, len(text)))


@lru_cache(maxsize=8)
def opened(written: str, file: str) -> Manuscript:
    """The manuscript in a file's text; its name says in which format. Never raises."""
    match format_of(file):
        case Format.MARKDOWN:
            return _markdown(written)
        case Format.TEX:
            return _tex(written)
        case Format.NOTEBOOK:
            return _notebook(written, file)


def _markdown(written: str) -> Manuscript:
    found, problems = scan(written)
    whole = formulas_written_out(written, Places(written), _latex(written, found))
    if whole.text is not written:
        found, problems = scan(whole.text)
    kept = without_struck(whole.text, [one for one in found if not _defines(one, whole)], markdown=True)
    return Manuscript(whole.text, whole.places, kept, (*whole.problems, *problems))


def _latex(text: str, found: Iterable[Found]) -> list[Slice]:
    """Where LaTeX stands in a text that is Markdown else: in formulas and directives."""
    parts: list[Slice] = []
    for one in found:
        if isinstance(one, Display | Formula):
            parts.append(one.inside)
        elif isinstance(one, Comment) and directives.opens(text, one.where.start):
            parts.append(one.where)
    return parts


def _defines(one: Found, whole: WrittenOut) -> bool:
    """Whether it is a display that holds definitions of commands and nothing else."""
    if not isinstance(one, Display) or whole.text[one.inside.start : one.inside.end].strip() != NOTHING:
        return False
    first, last = whole.places.range(one.inside.start, one.inside.end)
    return last - first != one.inside.end - one.inside.start  # else the file says `{}` itself


def _tex(written: str) -> Manuscript:
    whole = written_out(written)
    found, problems = scan_tex(whole.text, whole.refused)
    kept = without_struck(whole.text, found, markdown=False)
    return Manuscript(whole.text, whole.places, kept, (*whole.problems, *problems))


def _notebook(notebook: str, file: str) -> Manuscript:
    try:
        text, places, broken = read_cells(notebook)
    except NotANotebook as error:
        return Manuscript("", Places(notebook), lost=error.diagnostic(file))
    found, problems = _in_cells(text, places)
    whole = formulas_written_out(text, places, _latex(text, found))
    if whole.text is not text:
        found, problems = _in_cells(whole.text, whole.places)
    kept = tuple(one for one in found if not _defines(one, whole))
    return Manuscript(whole.text, whole.places, kept, (*broken, *whole.problems, *problems))


def _in_cells(text: str, places: Places) -> tuple[list[Found], list[Problem]]:
    """What stands in the cells, and what is wrong there."""
    found: list[Found] = []
    problems: list[Problem] = []
    for cell in places.cells:
        written = text[cell.start : cell.end]
        in_cell, said = scan(written, front=False)
        found += relocated(without_struck(written, in_cell, markdown=True), cell.start.__add__)
        problems += relocated(said, cell.start.__add__)
    return found, problems
