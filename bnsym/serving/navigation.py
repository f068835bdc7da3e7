"""Names: where one is defined, where it is used, and another name for it."""

from __future__ import annotations

from collections.abc import Iterable

from lsprotocol.types import Location, PrepareRenamePlaceholder, WorkspaceEdit

from bnsym.elaborate.mentions import Mention, Names, names
from bnsym.serving.documents import Text
from bnsym.serving.fixes import workspace_edit
from bnsym.serving.renaming import rename


def definition(text: Text, offset: int) -> list[Location]:
    known, use = _at(text, offset)
    return _located(text, known, known.defined(use.name)) if use else []


def references(text: Text, offset: int) -> list[Location]:
    known, use = _at(text, offset)
    return _located(text, known, known.of(use.name)) if use else []


def prepare_rename(text: Text, offset: int) -> PrepareRenamePlaceholder | None:
    known, use = _at(text, offset)
    return PrepareRenamePlaceholder(_located(text, known, [use])[0].range, use.name) if use else None


def renamed(text: Text, offset: int, new: str) -> WorkspaceEdit | None:
    """Raises NotRenamed."""
    _, use = _at(text, offset)
    if use is None:
        return None
    return workspace_edit(text, rename(text.note.text, text.note.file, use.name, new))


def _at(text: Text, offset: int) -> tuple[Names, Mention | None]:
    known = names(text.note.text, text.note.file)
    return known, known.at(text.part.start + offset)


def _located(text: Text, known: Names, uses: Iterable[Mention]) -> list[Location]:
    return [text.place(*known.source.range(use.named)) for use in uses]
