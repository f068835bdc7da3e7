r"""A LaTeX note with the files that it brings in by `\input` and `\include`, as one text: a bundle.

The note's own text comes first; behind it, set off by zero bytes, which no text holds, stand each file's
name, its path from the note's folder, and its text. Of one that can't be had, the path is empty and the
text says why. What has an offset in a bundle has a place in a file. Any other text is a bundle of one.

Imports `diagnostics` only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from posixpath import normpath

from bnsym.diagnostics import Format, format_of

END = "\0"
VERBATIM = r"(?:verbatim|Verbatim|BVerbatim|LVerbatim|lstlisting|minted|comment|filecontents|alltt)\*?"
SKIPPED = (
    rf"\\begin\s*+\{{(?P<verbatim>{VERBATIM})\}}(?s:.*?)(?:\\end\s*+\{{(?P=verbatim)\}}|\Z)"
    r"|\\(?:verb|lstinline)\*?(?P<mark>[^A-Za-z\s*{])[^\n]*?(?P=mark)"
    r"|\\iffalse(?![A-Za-z])(?s:.*?)(?:\\fi(?![A-Za-z])|\Z)"
)
"""Text that TeX does not read as TeX."""
COMMENT = r"%[^\n]*+"
GROUP = r"\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\}"
INPUT = (
    rf"\\(?P<input>(?:sub)?(?:input|import)|include|subfile)(?![A-Za-z])\s*+(?P<file>{GROUP}|[^\s{{}}\\%]++|)"
)
FOLLOWED = frozenset(("input", "include"))
_TOKEN = re.compile(rf"{COMMENT}|{SKIPPED}|{INPUT}|(?P<own>\\begin\s*\{{document\}})|\\.", re.DOTALL)
_LINE = re.compile(r"[^\n\0]*(?:[\n\0]|\Z)")
LARGEST = 2 * 1024 * 1024
"""Code points that a note and the files that it brings in have together."""
DEEPEST = 15
"""Files that are open at once, as TeX has it."""


class Refused(Exception):
    """Why a file can't be had."""


@dataclass(frozen=True, slots=True)
class Part:
    """A file in a bundle, whose text is bundle[start:end]; the note itself has no name and no path."""

    name: str
    path: str
    start: int
    end: int

    def file(self, note: str) -> str:
        """As the user would type it, who typed the note's name so."""
        return str(PurePath(note).parent / self.path) if self.path else note


def bundled(text: str, file: str, read: Callable[[Path], str]) -> str:
    """A note's text with all that it brings in; `read` gives the text of a file below its folder, or raises
    Refused. Files that can't be had are told, each by its name."""
    if format_of(file) is not Format.TEX:
        return text
    said: dict[str, tuple[str, str]] = {}
    room, waiting = LARGEST - len(text), [text]
    while waiting:
        for name in (name for name in _brought(waiting.pop()) if name not in said):
            try:
                path = _placed(name, Path(file))
                found = read(Path(file).parent / path)
                if any(match["own"] for match in _TOKEN.finditer(found)):
                    raise Refused("it is a document of its own")
                if len(found) > room:
                    raise Refused("with it, all is larger than 2 MB")
            except Refused as why:
                said[name] = "", str(why)
            else:
                said[name] = path, found
                room -= len(found)
                waiting.append(found)
    return "".join((text, *(f"{END}{name}{END}{path}{END}{rest}" for name, (path, rest) in said.items())))


def _brought(text: str) -> Iterator[str]:
    tokens = _TOKEN.finditer(text) if re.search(r"\\in(?:put|clude)", text) else ()
    return (name_of(match) for match in tokens if match["input"] in FOLLOWED)


def name_of(match: re.Match[str]) -> str:
    r"""One name for `./a`, `a` and `{a.tex}`."""
    written = " ".join(match["file"].strip('{}"').split()).replace(END, "")
    return normpath(written.removesuffix(".tex") or ".")


def _placed(name: str, note: Path) -> str:
    """The path of a file, from the note's folder, in which it lies. Raises Refused."""
    folder, given = note.parent.resolve(), PurePath(name).suffix != ""
    try:
        there = [path for path in (f"{name}.tex", name)[: 1 + given] if (folder / path).exists()]
        whole = (folder / (there or [f"{name}.tex"])[0]).resolve()
    except (OSError, RuntimeError, ValueError):
        raise Refused("no file can have this name") from None
    if not whole.is_relative_to(folder):
        raise Refused("it lies outside the note's folder")
    if not there:
        raise Refused("there is no such file below the note's folder")
    if whole == note.resolve():
        raise Refused("it would bring in itself")
    if not whole.is_file():
        raise Refused("it is no file")
    return there[0]


def parts(bundle: str) -> tuple[Part, ...]:
    """The note, then what it brings in, also what could not be had."""
    own, *rest = bundle.split(END)
    found = [Part("", "", 0, len(own))]
    for name, path, text in zip(*(rest[k::3] for k in range(3)), strict=False):
        start = found[-1].end + len(name) + len(path) + 3
        found.append(Part(name, path, start, start + len(text)))
    return tuple(found)


def held(bundle: str, note: str) -> dict[str, Part]:
    """What was had, the note first, by its file."""
    own, *others = parts(bundle)
    return {part.file(note): part for part in (own, *(one for one in others if one.path))}


def texts(bundle: str, note: str) -> dict[str, str]:
    """The texts of these files."""
    return {file: bundle[part.start : part.end] for file, part in held(bundle, note).items()}


def lines(bundle: str) -> list[str]:
    """All that stands between the ends of lines, with these; no line belongs to two files."""
    return [line for line in _LINE.findall(bundle) if line]


def watched(bundle: str, note: str) -> list[Path]:
    """The files beside the note that it depends on, there or not."""
    named = (part.path or f"{part.name}.tex" for part in parts(bundle)[1:])
    return [Path(note).parent / path for path in named]
