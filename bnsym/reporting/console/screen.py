"""How a report looks on a terminal: its styles, the console that knows them, and lines of a note with a caret
under the offending place.

Colour is never the only carrier: a mark and its word stand beside it. NO_COLOR is honoured (by rich), and
what is not a terminal gets plain text of any width.

Columns are code points, screens have cells: tabs are expanded, wide characters take two
cells, and characters that could steer a terminal are replaced. A line that does not fit is
cut to a window around the caret.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate, takewhile
from textwrap import wrap
from typing import IO, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text
from rich.theme import Theme

from bnsym.model import Span
from bnsym.reporting.wording import MARKS

STYLES = {"good": "green", "bad": "bold red", "expected": "red", "unsure": "yellow", "unread": "magenta"}
STYLES |= {"quiet": "dim", "strong": "bold"}
VERDICT_STYLES = dict(zip(MARKS, ("good", "bad", "unsure", "unread", "quiet"), strict=True))

PLAIN_WIDTH = 160
"""Where nobody's window sets a width: how much of a source line, and of prose, one line holds."""


def make_console(stream: IO[str], *, plain: bool = False) -> Console:
    """A console for `stream`; nothing in what is printed is markup, an emoji name or a number to colour."""
    system: Literal["auto"] | None = None if plain else "auto"
    return Console(
        file=stream, theme=Theme(STYLES), markup=False, emoji=False, highlight=False, color_system=system
    )


def width_of(console: Console) -> int:
    return console.width if console.is_terminal else PLAIN_WIDTH


TAB = 4
CONTEXT = 4
"""Lines shown above the one with the caret, at most."""
_STEERING = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")
"""Characters that reorder or break a line without being seen."""


def clean(text: str) -> str:
    """`text` without what could steer a terminal, character for character; tabs and breaks are blanks."""
    return "".join(" " if c in "\t\n\r" else "�" if _steers(c) else c for c in text)


def _steers(char: str) -> bool:
    return char in _STEERING or unicodedata.category(char) in ("Cc", "Cs")


def excerpt(
    text: str, span: Span, *, label: str = "", width: int, style: str = "bad", first_line: int = 0
) -> Iterator[Text]:
    """The lines from `first_line` (or the caret's own) to the caret, which carries `label`."""
    lines = text.split("\n")
    if not 1 <= span.line <= len(lines):
        return
    start = max(first_line or span.line, span.line - CONTEXT)
    numbers = range(min(start, span.line), span.line + 1)
    gutter = max(4, len(str(span.line)) + 1)
    room = max(20, width - gutter - 5)
    for number in numbers:
        caret = span if number == span.line else None
        window = _window(_cells(lines[number - 1]), caret, room)
        if caret is None and not window.text.strip():
            continue
        shown = Text.assemble(window.before, (window.marked, style if caret else ""), window.after)
        yield _numbered(f"{number:>{gutter}}", shown)
        if caret is not None:
            yield from _caret(window, label, gutter, room, style)


@dataclass(frozen=True, slots=True)
class _Window:
    """The part of a line that is shown, and where in it (in cells) the marked part lies."""

    before: str
    marked: str
    after: str

    @property
    def text(self) -> str:
        return self.before + self.marked + self.after


def _cells(line: str) -> list[str]:
    """What each code point of a line looks like; tabs become blanks up to the next stop."""
    shown: list[str] = []
    width = 0
    for char in line.rstrip("\r"):
        shown.append(" " * (TAB - width % TAB) if char == "\t" else clean(char))
        width += cell_len(shown[-1])
    return shown


def _window(shown: list[str], span: Span | None, room: int) -> _Window:
    if span is None:
        return _Window("", "", _cut(shown, room))
    start = min(span.column - 1, len(shown))
    end = span.end_column - 1 if span.end_line == span.line else len(shown)
    end = max(start, min(end, len(shown)))
    marked = _cut(shown[start:end], room // 2) or " "
    space = room - cell_len(marked)
    whole = cell_len("".join(shown)) <= room
    behind = cell_len("".join(shown[end : end + 1000]))  # no screen is wider
    left_room = max(space // 2, space - behind)
    before = "".join(shown[:start]) if whole else _cut_left(shown[:start], left_room)
    return _Window(before, marked, _cut(shown[end:], space - cell_len(before)))


def _cut(shown: list[str], room: int) -> str:
    """The beginning, with an ellipsis if that is not all."""
    if cell_len(text := "".join(shown[: room + 1])) <= room:
        return text
    return "".join(shown[: _fitting(shown, room)]) + "…"


def _cut_left(shown: list[str], room: int) -> str:
    """The end, with an ellipsis if that is not all."""
    kept = _fitting(shown[::-1], room)
    return "…" + "".join(shown[len(shown) - kept :]) if kept < len(shown) else "".join(shown)


def _fitting(shown: list[str], room: int) -> int:
    """How many fit beside an ellipsis."""
    widths = accumulate(cell_len(cell) for cell in shown)
    return sum(1 for _ in takewhile(lambda width: width < room, widths))


def _numbered(number: str, line: Text) -> Text:
    return Text.assemble((f"{number} │ ", "quiet"), line)


def _caret(window: _Window, label: str, gutter: int, room: int, style: str) -> Iterator[Text]:
    """The caret, and its label beside it if there is room, else below it."""
    offset = cell_len(window.before)
    carets = "^" * max(1, cell_len(window.marked))
    beside = offset + len(carets) + 1 + cell_len(label) <= room
    blank = " " * gutter
    line = Text.assemble(" " * offset, (carets, style), (f" {label}" if beside and label else "", style))
    yield _numbered(blank, line)
    if label and not beside:
        yield from (_numbered(blank, Text(part, style)) for part in wrap(label, room))
