"""The notes that are open in an editor: each text, and its report as soon as that is there; and places in a
text as editors count them: lines from 0, which end at `\\n`, `\\r\\n` or `\\r`, and columns in the code units
that editor and server agreed upon (UTF-16 if nothing else was said)."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from lsprotocol.types import Location, Position, Range, TextDocumentContentChangePartial
from pygls.uris import from_fs_path, to_fs_path
from pygls.workspace import PositionCodec, TextDocument

from bnsym.finding import Note, brought
from bnsym.model import FORMATS, Format, Link, Report, Span, display_path, format_of
from bnsym.reporting.view import FileView, View, file_views
from bnsym.source.bundle import END, Part, bundled, held, parts, watched
from bnsym.source.opening import opened
from bnsym.source.source_map import Places
from bnsym.source.text import Slice

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


SUFFIXES = {"latex": ".tex", "tex": ".tex", "plaintex": ".tex"}
"""By what editors call the language of a text whose name does not tell; any other is Markdown."""


def path_of(document: TextDocument) -> Path:
    return Path(file_of(document)).resolve()


def file_of(document: TextDocument) -> str:
    """The name of its file, from which its format is known."""
    path = to_fs_path(document.uri)
    file = display_path(Path(path)) if path else "untitled"
    if Path(file).suffix.lower() not in FORMATS:
        file += SUFFIXES.get(document.language_id or "", ".md")
    return file


class Typed(TextDocument):
    """A document whose lines end where the protocol says, and not at a form feed, as pygls has it."""

    def _apply_incremental_change(self, change: TextDocumentContentChangePartial) -> None:
        text, lines = self.source, Lines(self.source, self.position_codec)
        start, end = lines.offset(change.range.start), lines.offset(change.range.end)
        self._source = text[:start] + change.text + text[end:]


@dataclass(frozen=True)
class Text:
    """What a document holds at one moment, with the note that it is, or that brings it in."""

    uri: str
    version: int | None
    note: Note
    lines: Lines
    versioned: bool
    """Whether the editor takes changes of one version of a text."""
    part: Part
    """Of the note's bundle, this document."""

    @classmethod
    def of(cls, document: TextDocument, others: Iterable[TextDocument], *, versioned: bool) -> Text:
        """As a part of the largest note that is open and brings it in."""
        texts = {path_of(one): one.source.replace(END, "\ufffd") for one in (*others, document)}
        is_tex = format_of(file_of(document)) is Format.TEX
        files = dict.fromkeys(map(file_of, (document, *(others if is_tex else ()))))

        def read(path: Path) -> str:
            return texts[path.resolve()] if path.resolve() in texts else brought(path)

        notes = [Note(file, bundled(texts[Path(file).resolve()], file, read)) for file in files]
        found = (
            (note, part)
            for note in notes
            for file, part in held(note.text, note.file).items()
            if Path(file).resolve() == path_of(document)
        )
        note, part = max(found, key=lambda one: len(parts(one[0].text)))
        lines = Lines(document.source, document.position_codec)
        return cls(document.uri, document.version, note, lines, versioned, part)

    @property
    def file(self) -> str:
        """The document's own."""
        return self.part.file(self.note.file)

    @cached_property
    def held(self) -> dict[str, Part]:
        return held(self.note.text, self.note.file)

    @property
    def told_of(self) -> list[str]:
        """The documents whose diagnostics come with this one's: of a note all its parts."""
        return [self.uri] if self.part.path else [self._uri(part) for part in self.held.values()]

    def depends_on(self, path: Path) -> bool:
        """Whether a file is the note, or a part of it, or would be if it were there."""
        note = Path(self.note.file)
        return any(path == one.resolve() for one in (note, *watched(self.note.text, self.note.file)))

    def place_of(self, span: Span) -> Location:
        part = self.held.get(span.file, self.part)
        return Location(self._uri(part), self._lines(part).range_of(span))

    def place(self, start: int, end: int) -> Location:
        """Where a stretch of the note stands."""
        part = Places.of(self.note.text).part(start)
        return Location(self._uri(part), self._lines(part).range(start - part.start, end - part.start))

    def _lines(self, part: Part) -> Lines:
        text = self.note.text[part.start : part.end]
        return self.lines if part == self.part else Lines(text, self.lines.codec)

    def _uri(self, part: Part) -> str:
        path = str(Path(part.file(self.note.file)).absolute())
        return self.uri if part == self.part else from_fs_path(path) or self.uri


@dataclass(frozen=True)
class Checked:
    """A text with its report."""

    text: Text
    report: Report

    @cached_property
    def files(self) -> list[FileView]:
        """One; none of a text that was not read."""
        return file_views(self.report)

    @cached_property
    def views(self) -> list[View]:
        """Those of the links in the document."""
        of_note = (view for file in self.files for view in file.views)
        return [view for view in of_note if view.result.link.span.file == self.text.file]

    def link_at(self, offset: int) -> View | None:
        """Whose sides hold this place: of several, the shortest."""
        holding = [view for view in self.views if offset in self.extent(view.result.link)]
        return min(holding, key=lambda view: len(self.extent(view.result.link)), default=None)

    def extent(self, link: Link) -> range:
        """The places of its sides, the one behind them too."""
        spans = [span for span in (link.left_span, link.span, link.right_span) if span is not None]
        ends = [end for span in spans for end in self.text.lines.offsets(span)]
        return range(min(ends), max(ends) + 1)

    def place(self, where: Slice) -> Range | None:
        """Where in the document what was read of it stands."""
        places = opened(self.text.note.text, self.text.note.file).places
        place = self.text.place(*places.range(where.start, where.end))
        return place.range if place.uri == self.text.uri else None
