"""One line a link: mark, verdict, id, place, for which m, by what, under what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from rich.cells import cell_len
from rich.text import Text

from bnsym.kernel import Proved, Refuted
from bnsym.model import Result
from bnsym.reporting.conditions import conditions
from bnsym.reporting.console.excerpt import clean
from bnsym.reporting.console.theme import MARKS, VERDICT_STYLES
from bnsym.reporting.unicode import unicode_math
from bnsym.reporting.wording import FAILS, is_declared_refuted, relation_latex, words_of
from bnsym.terms import Hypothesis

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
        wrong = self.result.name == "proved" and not self.result.passed
        return MARKS["refuted"] if wrong else MARKS[self.result.name]

    @property
    def style(self) -> str:
        """Calm for what is as declared, whatever the verdict."""
        name = self.result.name
        if not self.result.passed:
            return "bad" if name == "proved" else VERDICT_STYLES[name]
        return "quiet" if name == "refuted" else VERDICT_STYLES[name]


def rows(results: Sequence[Result], width: int | None) -> Iterator[Text]:
    """The table's lines; `width` None: nothing is cut."""
    table = [_row(result) for result in results]
    if width is not None and _fixed(table) + LEAST_DETAIL > width:
        table = [_row(result, short=True) for result in results]
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


def _row(result: Result, *, short: bool = False) -> Row:
    span = result.link.span
    place = f"{PurePath(span.file).name if short else span.file}:{span.line}{span.in_cell}"
    return Row(result, clean(result.link.id), clean(place), _scope(result), clean(_detail(result)))


def _scope(result: Result) -> str:
    match result.verdict:
        case Proved(scope=scope):
            return plain_scope(scope) or "any m"
        case Refuted(witness=witness):
            return ", ".join(f"{space} = {size}" for space, size in sorted(witness.sizes.items()))
        case _:
            return ""


def plain_scope(scope: str) -> str:
    return scope.replace(">=", "≥").replace("<=", "≤")


def _detail(result: Result) -> str:
    words, verdict = words_of(result), result.verdict
    if is_declared_refuted(result.link) and result.passed and result.link.declaration:
        return f"as declared: {result.link.declaration.reason}".removesuffix(": ")
    if isinstance(verdict, Proved) and result.passed:
        return _proof(verdict) + _needs(result) + (" · not cross-examined" if result.unexamined else "")
    if isinstance(verdict, Refuted):
        return f"{verdict.left} {FAILS[verdict.statement.relation]} {verdict.right}"
    return f"{words.code} {words.message}".strip()


def _proof(proof: Proved) -> str:
    """By which rule, given which hypotheses, where which side conditions hold."""
    given = relations(proof.hypotheses)
    where = ", ".join(map(unicode_math, conditions(proof)))
    return proof.rule + (f" · given {given}" if given else "") + (f" · if {where}" if where else "")


def _needs(result: Result) -> str:
    """Which of its hypotheses the proof can do without, where that was asked for."""
    if result.minimal is None or not isinstance(result.verdict, Proved):
        return ""
    spare = [h for h in result.verdict.hypotheses if h not in result.minimal]
    return f" · not needed: {relations(spare)}" if spare else " · needs all that is given"


def relations(stated: Iterable[Hypothesis]) -> str:
    return ", ".join(unicode_math(relation_latex(one)) for one in stated)


def _fixed(table: Iterable[Row]) -> int:
    columns = zip(*((row.id, row.place, row.scope) for row in table), strict=True)
    return 18 + sum(map(_widest, columns))


def _widest(column: Iterable[str]) -> int:
    return max(map(cell_len, column), default=0)


def _pad(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))
