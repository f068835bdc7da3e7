"""A Jupyter notebook's Markdown cells as one text, and where each character stands in the JSON.

The whole file is first read by the standard library, which says whether it is JSON and what its
cells are; the places are then found by going over the same text again. Cells of code and raw ones
are passed over. A blank line stands between two cells. Imports `directives` and `source_map`.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bnsym.model import Diagnostic, Severity, Span
from bnsym.source.directives import Problem
from bnsym.source.source_map import Cell, Places
from bnsym.source.text import Slice

_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\s\[\]{},:"]++', re.DOTALL)
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
    wanted = _markdown_cells(_loaded(written))
    text, cells = _Text(), []
    inside: dict[int, list[tuple[int, int]]] = {}
    for number, start, end in _sources(written):
        inside.setdefault(number, []).append((start, end))
    for number in wanted:
        begins = len(text.starts)
        for start, end in inside.get(number, ()):
            text.string(written, start, end)
        cells.append(Cell(number, begins, len(text.starts)))
        after = inside[number][-1][1] if inside.get(number) else 0
        text.put(_GAP, (after,) * len(_GAP), (after,) * len(_GAP))
    return "".join(text.parts), Places(written, text.starts, text.ends, tuple(cells)), tuple(text.problems)


def _loaded(written: str) -> Any:
    try:
        return json.loads(written, object_pairs_hook=_once)
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


def _markdown_cells(notebook: Any) -> list[int]:
    """The numbers of the Markdown cells, once the notebook is known to be one."""
    version = notebook.get("nbformat") if isinstance(notebook, dict) else None
    if version is None:
        raise NotANotebook("not a notebook: it has no `nbformat`", "name a file that Jupyter has saved")
    if version != 4:
        hint = "convert it: jupyter nbconvert --to notebook --nbformat 4 NOTEBOOK"
        raise NotANotebook(f"a notebook of format {version!r}; bnsym reads format 4", hint)
    cells = notebook.get("cells")
    if not isinstance(cells, list):
        raise NotANotebook("not a notebook: `cells` is no list", "save it again with Jupyter")
    return [number for number, cell in enumerate(cells, 1) if _is_markdown(cell, number)]


def _is_markdown(cell: Any, number: int) -> bool:
    hint = "save it again with Jupyter"
    kind = cell.get("cell_type") if isinstance(cell, dict) else None
    if not isinstance(kind, str):
        raise NotANotebook(f"not a notebook: cell {number} has no `cell_type`", hint)
    source = cell.get("source")
    if not isinstance(source, str) and not (
        isinstance(source, list) and all(isinstance(line, str) for line in source)
    ):
        raise NotANotebook(f"not a notebook: the source of cell {number} is no text", hint)
    return kind == "markdown"


def _sources(written: str) -> Iterator[tuple[int, int, int]]:
    """The number of a cell, and where a string of its source begins and ends between its quotes."""
    path: list[str | int] = []
    """Where the walk is: keys of objects (with their quotes), and places in lists."""
    waits = False
    for match in _TOKEN.finditer(written):
        token = match.group()
        if token in "{[":
            path.append(0 if token == "[" else "")
        elif token in "}]":
            path.pop()
        elif token == ",":
            if isinstance(path[-1], int):
                path[-1] += 1
            else:
                path[-1] = ""
        elif token == ":":
            waits = True  # a value comes, even where the key is empty
        elif token[0] == '"':
            if path and path[-1] == "" and not waits:
                path[-1] = json.loads(token)
            elif _is_source(path):
                yield int(path[1]) + 1, match.start() + 1, match.end() - 1
        if token != ":":
            waits = False


def _is_source(path: list[str | int]) -> bool:
    """Whether a string stands in `cells[k].source`, or in the list that this is."""
    return len(path) in (3, 4) and path[0] == "cells" and path[2] == "source" and isinstance(path[1], int)
