"""Names: where one is defined, where it is used, and another name for it, wherever it stands, if the note
then says the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from lsprotocol.types import Location, PrepareRenamePlaceholder, WorkspaceEdit

from bnsym.elaborate import read
from bnsym.elaborate.collect import ANEW
from bnsym.elaborate.mentions import Mention, Names, names
from bnsym.latex.ast import Symbol
from bnsym.latex.errors import ReadError
from bnsym.latex.parser import parse
from bnsym.model import Derivation, Link, TextEdit, edited
from bnsym.repairing.spots import apart
from bnsym.serving.documents import Text
from bnsym.serving.fixes import workspace_edit
from bnsym.source.text import Slice
from bnsym.terms import Name


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


class NotRenamed(ValueError):
    """Why a name keeps standing as it is."""


def rename(text: str, file: str, name: Name, new: str) -> tuple[TextEdit, ...]:
    """The edits of the file, the last first. Raises NotRenamed."""
    known = names(text, file)
    wanted = _checked(known, new)
    if name == wanted:
        return ()
    if there := known.of(wanted):
        raise NotRenamed(f"`{wanted}` stands for something already, in line {_line(known, there[0].symbol)}")
    _refuse_unread(known, name)
    values = tuple(use for use in known.values if use.name == name)
    edits = tuple(sorted({_edit(known, use, new) for use in (*known.of(name), *values)}, reverse=True))
    _compare(read(text, file), read(edited(text, edits), file), name, wanted)
    return edits


def _checked(known: Names, new: str) -> Name:
    """What is written, as one name without indices."""
    try:
        node = parse(new)
        name, indices = known.table.split(node, ()) if isinstance(node, Symbol) else ("", ())
    except ReadError as error:
        raise NotRenamed(f"`{new}` is no name: {error.message}") from error
    if not name or indices:
        raise NotRenamed(f"`{new}` is no name; write one symbol without indices")
    if known.table.is_index(name, ()):
        raise NotRenamed(f"`{new}` is read as an index")
    return name


def _refuse_unread(known: Names, name: Name) -> None:
    """Where an expression can't be read, it is not known whether it means this name."""
    core = re.compile(rf"(?<![A-Za-z\\]){re.escape(name)}(?![A-Za-z])")
    for where in known.unread:
        if core.search(known.source.masked, where.start, where.end):
            line = _line(known, where)
            raise NotRenamed(f"line {line} can't be read, and may mean this name: mend it first")


def _edit(known: Names, use: Mention, new: str) -> TextEdit:
    start, end = use.named.start, use.named.end
    edit = known.source.edit(start, end, apart(known.source.text, end, new) + use.rest)
    if edit is None:
        raise NotRenamed(f"in line {_line(known, use.symbol)} the name stands within a command")
    return edit


def _line(known: Names, where: Slice) -> int:
    return known.source.span(where.start, where.end).line


def _compare(before: Derivation, after: Derivation, name: Name, new: Name) -> None:
    """Raises NotRenamed unless each link says the same, but for the name."""
    if len(before.links) != len(after.links):
        raise NotRenamed(f"with `{new}` the note has other links")
    old = re.compile(rf"'{re.escape(_quoted(name))}((?:{re.escape(ANEW)})*(?:\^\{{2\}})?)'")

    def renamed(said: object) -> str:
        return old.sub(lambda found: f"'{_quoted(new)}{found[1]}'", repr(said))

    for was, now in zip(before.links, after.links, strict=True):
        problems = [link.problem and link.problem.code for link in (was, now)]
        if problems[0] != problems[1] or _meaning(was, renamed) != _meaning(now, repr):
            raise NotRenamed(f"with `{new}` the formula in line {was.span.line} would say something else")


def _quoted(name: Name) -> str:
    """As it stands in what `repr` gives."""
    return repr(name)[1:-1]


def _meaning(link: Link, spelled: Callable[[object], str]) -> list[str]:
    """All that it says, definitions and hypotheses in any order."""
    if (statement := link.statement) is None:
        return []
    said = (*statement.definitions, *statement.hypotheses, statement.losses, statement.outputs)
    sides = statement.left, statement.relation, statement.right
    return [spelled(sides), *sorted(map(spelled, said))]
