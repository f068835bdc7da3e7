"""A checked note as it is to be published: its headings, what it assumes, its formulas in order,
each step with the author's source and its result. What LaTeX and HTML are both made from.

Imports the Markdown side of reading: the report says what came of the links, the text says
where they stand. A formula that holds nothing that was read has no steps.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

from bnsym.elaborate.document import read_document
from bnsym.latex.commands import ORDERS
from bnsym.model import FileReport, Result, Span
from bnsym.reporting.authored import Barred, authored
from bnsym.source.text import Block, Chain, Directive, Heading, Slice, Source

_LABEL = re.compile(r"\\label\s*\{([\w:.-]+)\}", re.ASCII)
_SIZE_BEFORE = re.compile(r"\\(?:left(?:\s*\.)?|[bB]igg?[lr]?)\s*\Z")
_SIZE_AFTER = re.compile(r"\s*\\right\s*\.")
_SIGNS = frozenset((":=", "=", *ORDERS)) - {"==", "!="}
_SPELLED = {"≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≔": ":="}


@dataclass(frozen=True, slots=True)
class Step:
    """One relation: a link with its result, or a definition (`result` None)."""

    result: Result | None
    left: tuple[str, ...]
    """Lines of LaTeX, as the author broke them; so `right`. Nothing: it can't be shown safely."""
    sign: str
    right: tuple[str, ...]
    goes_on: bool = False
    """Whether its left side is the right side of the step before."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A display formula, or what is left of it."""

    name: str
    where: Slice
    line: int
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Saying:
    """What a directive says between formulas: `assume γ² ≤ σ²`, `let g = ∂f/∂y`."""

    kind: str
    formulas: tuple[str, ...]
    """As they are written, good LaTeX or not."""
    where: Slice


Part: TypeAlias = Heading | Formula | Saying


def outline(file: FileReport, text: str) -> Iterator[Part]:
    """The parts of the note in their order."""
    document = read_document(text, file.derivation.file)
    source = document.source
    starts = [(source.slice(result.link.span).start, result) for result in file.results]
    for item in document.items:
        match item:
            case Heading():
                yield item
            case Directive(name="let" | "assume", formulas=formulas, where=where):
                shown = tuple(" ".join(source.masked[f.start : f.end].split()) for f in formulas)
                if shown:
                    yield Saying(item.name, shown, where)
            case Block(where=where):
                own = [result for start, result in starts if where.start <= start < where.end]
                yield _formula(source, item, file, own)


def _formula(source: Source, block: Block, file: FileReport, results: list[Result]) -> Formula:
    defined = {d.span for d in file.derivation.definitions}
    placed = [p for chain in block.chains if (p := _definition(source, chain, defined))]
    placed += [_link(source, result) for result in results]
    placed.sort(key=lambda place: (place.sign.start, place.left.start == place.sign.start))
    labels = _labels(source, block, placed)
    steps = [
        replace(place.step, goes_on=number > 0 and placed[number - 1].right == place.left, label=label)
        for number, (place, label) in enumerate(zip(placed, labels, strict=True))
    ]
    line = source.span(block.where.start, block.where.end).line
    return Formula(block.name, block.where, line, tuple(steps))


class _Placed(NamedTuple):
    """A step, and where in the text its parts stand."""

    left: Slice
    sign: Slice
    right: Slice
    step: Step


def _definition(source: Source, chain: Chain, defined: set[Span]) -> _Placed | None:
    """The chain's first relation, if it is a definition."""
    if not chain.signs or source.span(chain.signs[0].where.start, chain.signs[0].where.end) not in defined:
        return None
    return _placed(source, None, chain.expressions[0], chain.signs[0].where, chain.expressions[1])


def _link(source: Source, result: Result) -> _Placed:
    link = result.link
    sign = source.slice(link.span)
    if link.left_span is None or link.right_span is None:
        return _Placed(sign, sign, sign, Step(result, (), "", ()))
    return _placed(source, result, source.slice(link.left_span), sign, source.slice(link.right_span))


def _placed(source: Source, result: Result | None, left: Slice, sign: Slice, right: Slice) -> _Placed:
    try:
        step = Step(result, _lines(source, left), _sign(source, sign, result), _lines(source, right))
    except Barred:
        step = Step(result, (), "", ())
    return _Placed(left, sign, right, step)


def _lines(source: Source, where: Slice) -> tuple[str, ...]:
    """With the size of its first bracket, which the reader overlooked."""
    before = _SIZE_BEFORE.search(source.text, max(0, where.start - 20), where.start)
    after = _SIZE_AFTER.match(source.text, where.end)
    start, end = before.start() if before else where.start, after.end() if after else where.end
    return authored(source.text[start:end], source.masked[start:end])


def _sign(source: Source, where: Slice, result: Result | None) -> str:
    """As it is written, where LaTeX knows it just so; a bridge has the sign of what it claims."""
    written = source.text[where.start : where.end]
    stated = result.link.statement.relation.value if result and result.link.statement else ""
    bridges = result is not None and "+" in result.link.id.rpartition(".")[2]
    return written if written in _SIGNS and not bridges else stated or _SPELLED.get(written, "=")


def _labels(source: Source, block: Block, placed: list[_Placed]) -> Iterator[str]:
    """For each step the label that stands in its row: after its sign, before the next."""
    found = [
        (m.start(), m.group(1)) for m in _LABEL.finditer(source.text, block.where.start, block.where.end)
    ]
    ends = [place.sign.start for place in placed[1:]] + [block.where.end] * bool(placed)
    for number, (place, end) in enumerate(zip(placed, ends, strict=True)):
        start = block.where.start if number == 0 else place.sign.start
        yield next((label for at, label in found if start <= at < end), "")
