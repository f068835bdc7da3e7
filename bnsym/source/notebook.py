"""A Jupyter notebook's Markdown cells as one text, and where each character stands in the JSON.

The file is read by the standard library, whose strings are made to know where they stand. Cells of code
and raw ones are passed over. A blank line stands between two cells. Imports `directives` and `source_map`.
"""

from __future__ import annotations

import json
import json.scanner
import re
from array import array
from dataclasses import dataclass, field
from typing import Any

from bnsym.model import Diagnostic, Severity, Span
from bnsym.source.directives import Problem
from bnsym.source.source_map import Cell, Places
from bnsym.source.text import Slice

_PIECE = re.compile(
    r"\\u(?P<pair>[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    r"|\\u(?P<code>[0-9a-fA-F]{4})|\\(?P<sign>.)|(?P<plain>[^\\]+)",
    re.DOTALL,
)
_SIGNS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_LOST = "�"
_GAP = "\n\n"


class NotANotebook(Exception):
    """The file is no notebook that can be read; where and why."""

    def __init__(self, message: str, hint: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.hint, self.line, self.column = message, hint, line, column

    def diagnostic(self, file: str) -> Diagnostic:
        span = Span(file, self.line, self.column, self.line, self.column)
        return Diagnostic("BN009", Severity.ERROR, self.message, span, self.hint)


@dataclass(slots=True)
class _Text:
    """The text as far as it has been put together."""

    parts: list[str] = field(default_factory=list)
    starts: array[int] = field(default_factory=lambda: array("Q"))
    ends: array[int] = field(default_factory=lambda: array("Q"))
    problems: list[Problem] = field(default_factory=list)

    def put(self, text: str, starts: Any, ends: Any) -> None:
        self.parts.append(text)
        self.starts.extend(starts)
        self.ends.extend(ends)

    def string(self, written: str, start: int, end: int) -> None:
        """What the JSON string between its quotes, written[start:end], means."""
        for match in _PIECE.finditer(written, start, end):
            at, after = match.span()
            if match["plain"]:
                self.put(match["plain"], range(at, after), range(at + 1, after + 1))
            else:
                self.put(self._escaped(match), (at,), (after,))

    def _escaped(self, match: re.Match[str]) -> str:
        if sign := match["sign"]:
            return _SIGNS.get(sign, sign)
        if match["pair"]:
            pair: str = json.loads(f'"{match.group()}"')
            return pair
        char = chr(int(match["code"], 16))
        if not "\ud800" <= char <= "\udfff":
            return char
        here = len(self.starts)
        message = f"`{match.group()}` is half of a character: the other half of the pair is missing"
        hint = "write the character itself; Jupyter does when it saves the notebook"
        self.problems.append(Problem("BN003", message, Slice(here, here + 1), hint))
        return _LOST


def read_cells(written: str) -> tuple[str, Places, tuple[Problem, ...]]:
    """The text of the Markdown cells, its places, and what is wrong in it. Raises NotANotebook."""
    text, cells = _Text(), []
    for number, lines in _markdown_cells(_loaded(written)):
        begins, after = len(text.starts), 0
        for line in lines:
            after = line.end
            text.string(written, line.start, after)
        cells.append(Cell(number, begins, len(text.starts)))
        text.put(_GAP, (after,) * len(_GAP), (after,) * len(_GAP))
    return "".join(text.parts), Places(written, text.starts, text.ends, tuple(cells)), tuple(text.problems)


class _String(str):
    """A string of the file, which stands there from `start` to `end` between its quotes."""

    start: int
    end: int


def _string(written: str, start: int, strict: bool = True) -> tuple[_String, int]:
    value, after = json.decoder.scanstring(written, start, strict)  # type: ignore[attr-defined]
    string = _String(value)
    string.start, string.end = start, after - 1
    return string, after


def _loaded(written: str) -> Any:
    decoder = json.JSONDecoder(object_pairs_hook=_once)
    vars(decoder).update(parse_string=_string)
    scan = json.scanner.py_make_scanner(decoder)  # type: ignore[attr-defined]  # that in C asks for no strings
    vars(decoder).update(scan_once=scan)
    try:
        return decoder.decode(written)
    except json.JSONDecodeError as error:
        hint = "a notebook is JSON, as Jupyter saves it; look for a merge conflict or a file that was cut off"
        raise NotANotebook(f"not JSON: {error.msg}", hint, error.lineno, error.colno) from None
    except (RecursionError, ValueError) as error:
        said = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise NotANotebook(f"not a notebook: {said}", "save it again with Jupyter") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, none of whose keys occurs twice: a reader would see one of the two values."""
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return found


def _markdown_cells(notebook: Any) -> list[tuple[int, list[_String]]]:
    """The numbers and sources of the Markdown cells, once the notebook is known to be one."""
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version is None:
        raise NotANotebook("not a notebook: it has no `nbformat`", "name a file that Jupyter has saved")
    if version != 4:
        hint = "convert it: jupyter nbconvert --to notebook --nbformat 4 NOTEBOOK"
        raise NotANotebook(f"a notebook of format {version!r}; bnsym reads format 4", hint)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise NotANotebook("not a notebook: `cells` is no list", "save it again with Jupyter")
    sources = [(number, _source(cell, number)) for number, cell in enumerate(cells, 1)]
    return [(number, source) for number, source in sources if source is not None]


def _source(cell: Any, number: int) -> list[_String] | None:
    """The source of a cell; nothing if it is no Markdown."""
    hint = "save it again with Jupyter"
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if not isinstance(kind, str):
        raise NotANotebook(f"not a notebook: cell {number} has no `cell_type`", hint)
    source = cell.get("source")
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise NotANotebook(f"not a notebook: the source of cell {number} is no text", hint)
    return lines if kind == "markdown" else None
