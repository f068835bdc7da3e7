"""Which notes a command line means: paths in, texts out; whatever cannot be read is a
coded diagnostic, never an exception. Imports `bundle` and `diagnostics` only."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from bnsym.diagnostics import FORMATS, Diagnostic, Format, Severity, Span, display_path, format_of
from bnsym.source.bundle import LARGEST, Refused, bundled, texts

LIMIT = 8 * 1024 * 1024
"""Bytes of a notebook, most of them in its outputs; of another file a note has at most `LARGEST`."""
_OTHER = re.compile(
    r"(?:\s|%[^\n]*\n)*(?:(?P<tex>\\documentclass|\\begin\s*\{document\})"
    r"|\{\s*\"(?:cells|nbformat|metadata)\"\s*:)"
)
"""How files of the other formats begin."""
HOME = "derivations"
"""Where `all` looks."""
STANDARD_INPUT = "<stdin>"


@dataclass(frozen=True, slots=True)
class Note:
    """A text to check, and the parts of it that were asked for (none: the whole)."""

    file: str
    text: str
    """Of a LaTeX file with those that it brings in: a bundle."""
    fragments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """A file that the command line names, directly or by its directory."""

    path: Path | None
    """None: standard input."""
    fragment: str | None = None
    listed: bool = False
    """Whether only its directory was named."""

    @property
    def file(self) -> str:
        return STANDARD_INPUT if self.path is None else display_path(self.path)


def gather(
    paths: tuple[str, ...], excluded: tuple[str, ...] = ()
) -> tuple[tuple[Note, ...], tuple[Diagnostic, ...]]:
    """The notes that `paths` name, each once, in order; and what is wrong with the rest. Of a directory none
    that another note brings in, and none that `excluded`, patterns of paths, is met by."""
    problems: list[Diagnostic] = []
    wanted: dict[str, list[Target]] = {}
    for found in (found for path in paths for found in _targets(path, excluded)):
        if isinstance(found, Diagnostic):
            problems.append(found)
        else:
            wanted.setdefault(found.file, []).append(found)
    notes: list[Note] = []
    for targets in wanted.values():
        read = _read(targets)
        if isinstance(read, Diagnostic):
            problems.append(read)
        else:
            notes.append(read)
    held = _held(notes)
    alone = {file for file, targets in wanted.items() if not all(target.listed for target in targets)}
    kept = (note for note in notes if note.file in alone or Path(note.file).resolve() not in held)
    return tuple(kept), tuple(problems)


def _held(notes: list[Note]) -> set[Path]:
    """The files that notes bring in; of notes that bring in each other, the first is one that does."""
    held: set[Path] = set()
    for note in notes:
        if Path(note.file).resolve() not in held:
            _, *others = texts(note.text, note.file)
            held |= {Path(file).resolve() for file in others}
    return held


def files(paths: tuple[str, ...], excluded: tuple[str, ...] = ()) -> tuple[Path, ...]:
    """The files that `paths` name, there or not, unread; standard input is none."""
    found = (found for path in paths for found in _targets(path, excluded))
    named = (Path(f.span.file) if isinstance(f, Diagnostic) else f.path for f in found)
    return tuple(path for path in named if path is not None)


def is_excluded(path: Path, patterns: tuple[str, ...]) -> bool:
    """Whether a pattern (absolute; `*` crosses folders) is met by the path or by a folder that holds it."""
    whole = path.resolve()
    return any(
        fnmatchcase(one.as_posix(), pattern) for one in (whole, *whole.parents) for pattern in patterns
    )


def _targets(argument: str, excluded: tuple[str, ...] = ()) -> Iterator[Target | Diagnostic]:
    path = Path(argument)
    if argument == "-":
        yield Target(None)
    elif argument == "all":
        yield from _directory(Path(HOME), excluded)
    elif path.is_dir():
        yield from _directory(path, excluded)
    elif path.is_file() and path.suffix and path.suffix.lower() not in FORMATS:
        hint = f"if it holds Markdown, pipe it in: bnsym check - < {path}"
        yield problem("BN008", f"a file of an unknown format, {path.suffix}", display_path(path), hint)
    elif path.exists():
        yield Target(path)
    else:
        yield _fragment(argument)


def _fragment(argument: str) -> Target | Diagnostic:
    """`file.md#id`, where no file is called just so."""
    name, hash_sign, fragment = argument.rpartition("#")
    if hash_sign and Path(name).is_file():
        found = next(_targets(name))
        return replace(found, fragment=fragment) if isinstance(found, Target) else found
    return _missing(Path(name if hash_sign else argument))


def _directory(directory: Path, excluded: tuple[str, ...]) -> Iterator[Target | Diagnostic]:
    found = sorted(_notes(directory)) if directory.is_dir() else []
    notes = [path for path in found if not is_excluded(path, excluded)]
    yield from (Target(path, listed=True) for path in notes)
    if not notes:
        exists = directory.is_dir()
        there = (
            f"no note ({', '.join(FORMATS)}) in {directory}/"
            if exists
            else f"there is no directory {directory}/ here"
        )
        hint = "name a note (bnsym check NOTE.md), or run bnsym where derivations/ is"
        yield problem("BN002", there, str(directory), hint)


def _notes(directory: Path) -> Iterator[Path]:
    for folder, subfolders, names in os.walk(directory):
        subfolders[:] = [name for name in subfolders if not name.startswith(".")]
        yield from (Path(folder, name) for name in names if Path(name).suffix.lower() in FORMATS)


def _missing(path: Path) -> Diagnostic:
    """Not found; suggests the siblings that are spelled alike, from the first folder that exists."""
    parent = path.parent
    try:
        siblings = sorted(entry.name for entry in parent.iterdir())
    except OSError:
        return problem("BN001", "no such file or directory", str(path), f"there is no directory {parent}/")
    close = get_close_matches(path.name, siblings, n=1) or get_close_matches(path.name + ".md", siblings, n=1)
    hint = f"did you mean {parent / close[0]}?" if close else "paths are relative to the current directory"
    return problem("BN001", "no such file or directory", str(path), hint)


def _read(targets: list[Target]) -> Note | Diagnostic:
    file, path = targets[0].file, targets[0].path
    try:
        data = _bytes(path)
    except OSError as error:
        reason = error.strerror or str(error)
        return problem("BN007", f"cannot read it: {reason}", file, "check the file's permissions")
    text = _decode(data, file)
    if isinstance(text, Diagnostic):
        return text
    if format_of(file) is Format.MARKDOWN and (other := _OTHER.match(text)):
        what = "LaTeX" if other["tex"] else "a notebook"
        hint = "give it a name that says so: .tex, .ipynb"
        return problem("BN008", f"it is read as Markdown, and it is {what}", file, hint)
    fragments = tuple(t.fragment for t in targets if t.fragment is not None)
    whole = len(fragments) < len(targets)
    return Note(file, bundled(text, file, brought), () if whole else fragments)


def brought(path: Path) -> str:
    """The text of a file that a note brings in. Raises Refused."""
    try:
        text = _decode(_bytes(path), str(path))
    except OSError as error:
        raise Refused(f"it can't be read: {error.strerror or error}") from None
    if isinstance(text, Diagnostic):
        raise Refused(text.message)
    return text


def _bytes(path: Path | None) -> bytes:
    """At most one byte more than the limit: a device may have no end."""
    if path is None:
        return sys.stdin.buffer.read(LIMIT + 1)
    with path.open("rb") as stream:
        return stream.read(LIMIT + 1)


def _decode(data: bytes, file: str) -> str | Diagnostic:
    has_outputs = format_of(file) is Format.NOTEBOOK
    if len(data) > (most := LIMIT if has_outputs else LARGEST):
        hint = "clear its outputs, or split it" if has_outputs else "split the note"
        return problem("BN005", f"larger than {most >> 20} MB", file, hint)
    hint = "bnsym reads text in UTF-8; save the note so, or leave this file out"
    if (zero := data.find(b"\0")) >= 0:
        return problem("BN003", f"binary: a zero byte at offset {zero}", file, hint, _line(data, zero))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        message = f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}"
        return problem("BN003", message, file, hint, _line(data, error.start))


def _line(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def problem(code: str, message: str, file: str, hint: str = "", line: int = 1) -> Diagnostic:
    """An error of a whole file, or of one line of it."""
    return Diagnostic(code, Severity.ERROR, message, Span(file, line, 1, line, 1), hint)
