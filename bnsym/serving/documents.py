"""The notes that are open in an editor: each text, and its report as soon as that is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pygls.uris import to_fs_path
from pygls.workspace import TextDocument

from bnsym.finding import Note
from bnsym.model import FORMATS, Link, Report, display_path
from bnsym.reporting.view import FileView, View, file_views
from bnsym.serving.lines import Lines
from bnsym.source.opening import opened
from bnsym.source.text import Slice

SUFFIXES = {"latex": ".tex", "tex": ".tex", "plaintex": ".tex"}
"""By what editors call the language of a text whose name does not tell; any other is Markdown."""


@dataclass(frozen=True)
class Text:
    """What a document holds at one moment."""

    uri: str
    version: int | None
    note: Note
    lines: Lines
    versioned: bool
    """Whether the editor takes changes of one version of a text."""

    @classmethod
    def of(cls, document: TextDocument, *, versioned: bool) -> Text:
        path = to_fs_path(document.uri)
        file = display_path(Path(path)) if path else "untitled"
        if Path(file).suffix.lower() not in FORMATS:
            file += SUFFIXES.get(document.language_id or "", ".md")
        lines = Lines(document.source, document.position_codec)
        return cls(document.uri, document.version, Note(file, lines.text), lines, versioned)


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
        return [view for file in self.files for view in file.views]

    def link_at(self, offset: int) -> View | None:
        """Whose sides hold this place: of several, the shortest."""
        holding = [view for view in self.views if offset in self.extent(view.result.link)]
        return min(holding, key=lambda view: len(self.extent(view.result.link)), default=None)

    def extent(self, link: Link) -> range:
        """The places of its sides, the one behind them too."""
        spans = [span for span in (link.left_span, link.span, link.right_span) if span is not None]
        ends = [end for span in spans for end in self.text.lines.offsets(span)]
        return range(min(ends), max(ends) + 1)

    def place(self, where: Slice) -> tuple[int, int]:
        """Where in the document what was read of it stands."""
        places = opened(self.text.note.text, self.text.note.file).places
        return places.range(where.start, where.end)
