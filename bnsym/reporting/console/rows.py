"""One line a link: mark, verdict, id, place, for which m, by what, under what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rich.cells import cell_len
from rich.text import Text

from bnsym.model import Result
from bnsym.reporting.console.screen import VERDICT_STYLES, clean
from bnsym.reporting.unicode import unicode_math
from bnsym.reporting.view import Grounds, View
from bnsym.reporting.wording import MARKS

LEAST_DETAIL = 28
"""Cells that the detail needs beside the columns; else the folder is left out of the place."""


@dataclass(frozen=True, slots=True)
class Row:
    result: Result
    id: str
    place: str
    scope: str
    detail: str

    @property
    def mark(self) -> str:
        return mark_of(self.result)

    @property
    def style(self) -> str:
        """Calm for what is as declared, whatever the verdict."""
        name = self.result.name
        if not self.result.passed:
            return "bad" if name == "proved" else VERDICT_STYLES[name]
        return "quiet" if name == "refuted" else VERDICT_STYLES[name]


def mark_of(result: Result) -> str:
    wrong = result.name == "proved" and not result.passed
    return MARKS["refuted"] if wrong else MARKS[result.name]


def rows(views: Sequence[View], width: int | None) -> Iterator[Text]:
    """The table's lines; `width` None: nothing is cut."""
    table = [_row(view) for view in views]
    if width is not None and _fixed(table) + LEAST_DETAIL > width:
        table = [_row(view, short=True) for view in views]
    ids, places = _widest(row.id for row in table), _widest(row.place for row in table)
    scopes = _widest(row.scope for row in table)
    for row in table:
        line = Text.assemble(
            (f"{row.mark} {row.result.name:<9} ", row.style),
            f"{_pad(row.id, ids)}  ",
            (f"{_pad(row.place, places)}  ", "quiet"),
            f"{_pad(row.scope, scopes)}  " if scopes else "",
            (row.detail, "quiet" if row.result.passed else ""),
        )
        line.rstrip()
        if width is not None:
            line.truncate(width, overflow="ellipsis")
        yield line


def _row(view: View, *, short: bool = False) -> Row:
    place = f"{PurePath(view.result.link.span.file).name}:{view.line}" if short else view.place
    return Row(view.result, clean(view.result.link.id), clean(place), _scope(view), clean(_detail(view)))


def _scope(view: View) -> str:
    if view.grounds:
        return view.grounds.scope or "any m"
    sizes = view.failure.sizes if view.failure else ()
    return ", ".join(f"{unicode_math(space)} = {size}" for space, size in sizes)


def _detail(view: View) -> str:
    if view.as_declared:
        return f"as declared: {view.reason}".removesuffix(": ")
    if view.grounds and view.result.passed:
        return _proof(view.grounds) + (" · not cross-examined" if view.result.unexamined else "")
    return view.failure.there if view.failure else f"{view.words.code} {view.words.message}".strip()


def _proof(grounds: Grounds) -> str:
    """By which rule, given which hypotheses, where which side conditions hold; and which hypotheses it can
    do without, where that was asked for."""
    said = [grounds.rule]
    said += [f"given {listed(grounds.given)}"] if grounds.given else []
    said += [f"if {listed(grounds.side_conditions)}"] if grounds.side_conditions else []
    if grounds.spare is not None:
        said.append(f"not needed: {listed(grounds.spare)}" if grounds.spare else "needs all that is given")
    return " · ".join(said)


def listed(formulas: Iterable[str]) -> str:
    return ", ".join(map(unicode_math, formulas))


def _fixed(table: Iterable[Row]) -> int:
    columns = zip(*((row.id, row.place, row.scope) for row in table), strict=True)
    return 18 + sum(map(_widest, columns))


def _widest(column: Iterable[str]) -> int:
    return max(map(cell_len, column), default=0)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
