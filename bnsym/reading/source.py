"""What the Markdown side of reading hands to the LaTeX side.

A slice is a stretch of the file's text by code-point offsets. The text is *masked*
before it is sliced: comments, alignment marks, quotation prefixes and spacing are
overwritten by blanks of the same length, so an offset in a formula is an offset in
the file, and every span is exact. Imports `model` only.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field

from bnsym.model import Span


@dataclass(frozen=True, slots=True)
class Slice:
    """The code points `start` (inclusive) to `end` (exclusive) of a file's text."""

    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """A file's text (as published) and its masked twin of the same length."""

    file: str
    text: str
    masked: str
    _lines: list[int] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        self._lines.append(0)
        self._lines.extend(i + 1 for i, char in enumerate(self.text) if char == "\n")

    def span(self, start: int, end: int) -> Span:
        first, last = self._line(start), self._line(end)
        return Span(
            self.file,
            first + 1,
            start - self._lines[first] + 1,
            last + 1,
            end - self._lines[last] + 1,
        )

    def slice(self, span: Span) -> Slice:
        """Where a span of this file stands in the text."""
        first, last = self._lines[span.line - 1], self._lines[span.end_line - 1]
        return Slice(first + span.column - 1, last + span.end_column - 1)

    def _line(self, offset: int) -> int:
        return bisect_right(self._lines, offset) - 1


@dataclass(frozen=True, slots=True)
class Sign:
    """A relation sign: `=`, `:=`, `\\equiv`, `\\le`, `<`, `\\ge`, `>`, `\\ne`; `symbol` is canonical."""

    symbol: str
    where: Slice


@dataclass(frozen=True, slots=True)
class Chain:
    """`e0 s1 e1 s2 e2 ...`: len(expressions) == len(signs) + 1, signs maybe none."""

    expressions: tuple[Slice, ...]
    signs: tuple[Sign, ...]
    quantifier: Slice | None = None
    """`\\forall k` before the chain."""
    conditions: tuple[Slice, ...] = ()
    """`k > 0` after it, set off by a comma, `\\quad`, `\\text{for}` and the like."""


@dataclass(frozen=True, slots=True)
class Directive:
    """`<!-- bnsym: name key=value ... $formula$ ... -->`, its name and keys known to be good."""

    name: str
    options: dict[str, str]
    formulas: tuple[Slice, ...]
    where: Slice


@dataclass(frozen=True, slots=True)
class Block:
    """One display formula with the directives that stand before it."""

    chains: tuple[Chain, ...]
    directives: tuple[Directive, ...]
    where: Slice
    name: str
    """The id for its links: the directive's, the `\\label`'s, or `heading-slug-N`."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The start of a section; hypotheses last to the next heading of this level or above."""

    level: int
    title: str
    where: Slice


Item = Block | Directive | Heading
"""What a document is, in order. A bare Directive is one that needs no block (let, assume, index, ...)."""
