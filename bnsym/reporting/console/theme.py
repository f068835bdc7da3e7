"""How a report looks: styles by meaning and by verdict, and the console that knows them.

Colour is never the only carrier: a mark and its word stand beside it. NO_COLOR is honoured
(by rich), and what is not a terminal gets plain text of any width.
"""

from __future__ import annotations

from typing import IO, Literal

from rich.console import Console
from rich.theme import Theme

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
