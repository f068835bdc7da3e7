"""Where the text that is read stands in the file: the one way from an offset to a line and a column,
and from an edit of the text to an edit of the file.

Of a Markdown file the two are the same. The cells of a notebook are strings in JSON, whose escapes
take more room than what they mean; a command that a LaTeX file defines stands where it is called, a file
that it brings in at that place. Imports `model` and `bundle` only.
"""

from __future__ import annotations

import json
import re
import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from bnsym.diagnostics import Line
from bnsym.model import Span
from bnsym.source.bundle import Part, parts

Edit: TypeAlias = tuple[int, int, str]
"""`text[start:end]` becomes the string."""


_WHOLE = Part("", "", 0, sys.maxsize)
"""What is no bundle."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a notebook, as text[start:end]; `number` counts all cells from 1."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Places:
    """For each character of the text, the stretch of the file that it comes from."""

    written: str
    """What the file holds."""
    starts: Sequence[int] | None = None
    """None: the text is the file's own."""
    ends: Sequence[int] = ()
    cells: tuple[Cell, ...] = ()
    parts: tuple[Part, ...] = ()
    """Of a bundle: the files in it, and in which of them an offset lies."""

    @classmethod
    def of(cls, bundle: str) -> Places:
        """Of the offsets of a bundle itself."""
        return cls(bundle, parts=parts(bundle))

    @property
    def own(self) -> str:
        """What the note's own file holds."""
        return self.written[: self.parts[0].end] if self.parts else self.written

    def part(self, offset: int) -> Part:
        """The file in which an offset of what is written lies."""
        if not self.parts:
            return _WHOLE
        return self.parts[bisect_right(self.parts, offset, key=lambda part: part.start) - 1]

    def span(self, file: str, start: int, end: int) -> Span:
        """The stretch of the file that text[start:end] comes from."""
        first, last = self.range(start, end)
        top, bottom, part = self._line(first), self._line(last), self.part(first)
        above = self._line(part.start)
        return Span(
            part.file(file),
            Line(top - above + 1, part.path) if part.path else top + 1,
            first - max(self._lines[top], part.start) + 1,
            bottom - above + 1,
            last - max(self._lines[bottom], part.start) + 1,
            self._cell(start),
            (start, end),
        )

    def range(self, start: int, end: int) -> tuple[int, int]:
        """Where in the file, that of its first character; arguments of a command may stand there in another
        order."""
        if self.starts is None:
            return start, end
        if start < end:
            first, last = min(self.starts[start:end]), max(self.ends[start:end])
            part = self.part(self.starts[start])
            if part.start <= first and last <= part.end:
                return first, last
            held = [k for k in range(start, end) if part.start <= self.starts[k] and self.ends[k] <= part.end]
            return min(self.starts[k] for k in held), max(self.ends[k] for k in held)
        if start < len(self.starts):
            return self.starts[start], self.starts[start]
        last = self.ends[-1] if self.ends else 0
        return last, last

    def edit(self, start: int, end: int, new: str) -> Edit | None:
        """The edit of the file that makes this edit of the text; None where the file has no such place
        of its own, as within what a command stands for."""
        if self.starts is None:
            return start, end, new
        found = self.range(start, end) if start < end else self._between(start)
        if found is None or self._crosses(start, end) or (start < end and self._is_shared(found, start, end)):
            return None
        first, last = found
        return first, last, json.dumps(new, ensure_ascii=False)[1:-1] if self.cells else new

    def _crosses(self, start: int, end: int) -> bool:
        """Whether it holds something of several files."""
        held = range(start, end) if self.parts else ()
        return len({self.part(self._stretch(k)[0]).start for k in held}) > 1

    def _stretch(self, offset: int) -> tuple[int, int]:
        return (self.starts or self.ends)[offset], self.ends[offset]

    def _is_shared(self, stretch: tuple[int, int], start: int, end: int) -> bool:
        """Whether other text comes from a part of the stretch, or from all of it."""
        others = (self._stretch(k) for k in (*range(start), *range(end, len(self.ends))))
        return any(o[0] < stretch[1] and o[1] > stretch[0] and not _holds(o, stretch) for o in others)

    def _between(self, offset: int) -> tuple[int, int] | None:
        """Where in the file something can be put before this character; not within a command's body."""
        if not 0 < offset < len(self.ends):
            return self.range(offset, offset)
        before, after = self._stretch(offset - 1), self._stretch(offset)
        if before[1] <= after[0] or _holds(before, after):
            return after[0], after[0]
        return (before[1], before[1]) if _holds(after, before) else None

    def _cell(self, offset: int) -> int:
        place = bisect_right(self.cells, offset, key=lambda cell: cell.start) - 1
        return self.cells[place].number if place >= 0 else 0

    def _line(self, offset: int) -> int:
        return bisect_right(self._lines, offset) - 1

    @cached_property
    def _lines(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.written))]


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    """Whether one stretch is a part of the other: the argument of a call, say, of the whole call."""
    return outer[0] <= inner[0] and inner[1] <= outer[1] and outer != inner
