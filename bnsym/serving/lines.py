"""Places in a text as editors count them: lines from 0, which end at `\\n`, `\\r\\n` or `\\r`, and columns in
the code units that editor and server agreed upon (UTF-16 if nothing else was said)."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property

from lsprotocol.types import Position, Range
from pygls.workspace import PositionCodec

from bnsym.model import Span

_BREAK = re.compile(r"\r\n|\r|\n")
_END = re.compile(r"\r|\n|\Z")


class Lines:
    """A text, and the way between its offsets, its spans and an editor's positions."""

    def __init__(self, text: str, codec: PositionCodec) -> None:
        self.text, self.codec = text, codec
        self._units = codec.client_num_units
        self._starts = [0, *(found.end() for found in _BREAK.finditer(text))]

    @cached_property
    def _feeds(self) -> list[int]:
        """Where the lines of a span begin, which end at `\\n` alone."""
        return [0, *(found.end() for found in re.finditer("\n", self.text))]

    def position(self, offset: int) -> Position:
        line = bisect_right(self._starts, offset) - 1
        return Position(line, self._units(self.text[self._starts[line] : offset]))

    def offset(self, position: Position) -> int:
        """Of a position beyond the end of its line, that end."""
        if position.line >= len(self._starts):
            return len(self.text)
        offset, units = self._starts[position.line], 0
        while units < position.character and not _END.match(self.text, offset):
            units += self._units(self.text[offset])
            offset += 1
        return offset

    def range(self, start: int, end: int) -> Range:
        return Range(self.position(start), self.position(end))

    def offsets(self, span: Span) -> tuple[int, int]:
        """Where a span of the file stands."""
        ends = (span.line, span.column), (span.end_line, span.end_column)
        start, end = (min(self._feeds[line - 1] + column - 1, len(self.text)) for line, column in ends)
        return start, end

    def range_of(self, span: Span) -> Range:
        return self.range(*self.offsets(span))
