"""The notes that are open in an editor: each text, and its report as soon as that is there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pygls.uris import to_fs_path
from pygls.workspace import TextDocument

from bnsym.checking import budget
from bnsym.execution.budget import Budget
from bnsym.finding import Note
from bnsym.model import FORMATS, Link, Report
from bnsym.reporting.view import FileView, View, file_views
from bnsym.serving.lines import Lines
from bnsym.settings import settings

SUFFIXES = {"latex": ".tex", "tex": ".tex", "plaintex": ".tex"}
"""By what editors call the language of a text whose name does not tell; any other is Markdown."""


@dataclass(frozen=True)
class Text:
    """What a document holds at one moment."""

    uri: str
    version: int | None
    note: Note
    lines: Lines

    @classmethod
    def of(cls, document: TextDocument) -> Text:
        file = to_fs_path(document.uri) or "untitled"
        if Path(file).suffix.lower() not in FORMATS:
            file += SUFFIXES.get(document.language_id or "", ".md")
        lines = Lines(document.source, document.position_codec)
        return cls(document.uri, document.version, Note(file, lines.text), lines)

    def budget(self) -> Budget:
        """As the settings of its folder say. Raises click.UsageError and ValueError."""
        said = settings(Path(self.note.file).absolute().parent)
        seconds, repairs = said.get("timeout", 10.0), said.get("repairs", "failed")
        return budget(seconds, (), False, repairs, said.get("axioms"), False, None)


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
        holding = [view for view in self.views if self._extent(view.result.link).count(offset)]
        return min(holding, key=lambda view: len(self._extent(view.result.link)), default=None)

    def _extent(self, link: Link) -> range:
        spans = [span for span in (link.left_span, link.span, link.right_span) if span is not None]
        ends = [end for span in spans for end in self.text.lines.offsets(span)]
        return range(min(ends), max(ends) + 1)
