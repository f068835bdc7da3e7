"""A place in a file and what is said of it; the formats of files. It imports nothing of the
package, so that finding out what there is to read costs little."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Self


class Format(Enum):
    """How a file holds formulas and directives."""

    MARKDOWN = "Markdown"
    TEX = "LaTeX"
    NOTEBOOK = "a Jupyter notebook"


FORMATS = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".tex": Format.TEX,
    ".ipynb": Format.NOTEBOOK,
}
"""By the end of a file's name: what directories are searched for."""


def format_of(file: str) -> Format:
    """Standard input, and whatever has no suffix, is Markdown."""
    return FORMATS.get(Path(file).suffix.lower(), Format.MARKDOWN)


def for_file(text: str, file: str) -> str:
    """Advice to write `<!-- bnsym: … -->`, in the comments that the file has."""
    return re.sub(r"<!-- (bnsym: .*?) -->", r"% \1", text) if format_of(file) is Format.TEX else text


class Line(int):
    """The number of a line in a file that a note brings in: in words it says which."""

    path: str
    """From the note's folder."""

    def __new__(cls, number: int, path: str = "") -> Self:
        line = super().__new__(cls, number)
        line.path = path
        return line

    def __format__(self, how: str) -> str:
        return format(f"{int(self)} of {self.path}", how)

    def __str__(self) -> str:
        return format(self)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of a file; lines and columns count from 1, columns in code points.
    `end_column` is one past the last column, on `end_line`."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    cell: int = 0
    """Of a notebook, all its cells counted from 1; 0: the file has no cells."""
    offsets: tuple[int, int] = field(default=(0, 0), compare=False, repr=False)
    """Where it begins and ends in the text that was read, which need not be the file's (see `Places`)."""

    @property
    def place(self) -> str:
        """`note.md:3:7`, `note.ipynb:21:7 (cell 4)`: where to look, in the file and in what shows it."""
        return f"{self.file}:{int(self.line)}:{self.column}{self.in_cell}"

    @property
    def in_cell(self) -> str:
        return f" (cell {self.cell})" if self.cell else ""


class Severity(Enum):
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is wrong, where, why, and what to do. `code` is permanent (see `bnsym explain`)."""

    code: str
    severity: Severity
    message: str
    span: Span
    hint: str = ""
    cause: Diagnostic | None = None
    """What is wrong elsewhere, if this waits for it."""


def display_path(path: Path) -> str:
    """The path as the user would type it: relative to here where that is shorter."""
    try:
        relative = str(path.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(path)
    return relative if len(relative) <= len(str(path)) else str(path)
