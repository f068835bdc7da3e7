"""Repairs as changed texts, and as a patch that `git apply` takes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from difflib import unified_diff
from functools import reduce
from io import StringIO
from pathlib import Path
from typing import TypeAlias

from bnsym.finding import STANDARD_INPUT, Note
from bnsym.model import FileReport, Repair, Report, Span, TextEdit, edited
from bnsym.reporting.wording import is_declared_refuted
from bnsym.source.bundle import texts

Changes: TypeAlias = dict[str, tuple[str, str]]
"""Files, each with its text before and after."""
ROUNDS = 8
"""How often a changed note is checked again for what is left."""


def mended(
    notes: Sequence[Note], report: Report, check: Callable[[Sequence[Note]], Report]
) -> tuple[Changes, Report]:
    """The notes with their causes put right, then with the repairs of single links, checked after each step
    until no more is found; and the last report."""
    first = {note.file: note.text for note in notes}
    for _ in range(ROUNDS):
        better = repaired(report)
        if not better:
            break
        notes = [replace(n, text=better[n.file][1]) if n.file in better else n for n in notes]
        report = check(notes)
    changes = (changed(note.file, first[note.file], note.text) for note in notes)
    return {file: pair for one in changes for file, pair in one.items()}, report


def changed(note: str, before: str, after: str) -> Changes:
    """The files of a bundle that differ."""
    was, now = texts(before, note), texts(after, note)
    return {file: (was[file], now[file]) for file in was if was[file] != now[file]}


def repaired(report: Report) -> Changes:
    """Each note, as a bundle, that causes change, or where there are none single repairs. What a file
    declares to be refuted is meant to stand as it was published, and is left alone."""
    found = {}
    for file in report.files:
        before = report.sources.get(file.derivation.file, "")
        steps = [cause.edits for cause in file.causes] or [tuple(_edits(file))]
        after = reduce(edited, steps, before)
        if after != before:
            found[file.derivation.file] = before, after
    return found


def _edits(file: FileReport) -> Iterator[TextEdit]:
    """The edits of repairs, the last first; of two that overlap the first alone."""
    made = {edit for repair in _first_of_chains(file) for edit in repair.edits}
    reach: int | None = None
    kept = []
    for edit in sorted(made):
        if reach is None or edit[0] >= reach:
            kept.append(edit)
            reach = max(edit[1], edit[0] + (edit[0] == edit[1]))
    yield from reversed(kept)


def _first_of_chains(file: FileReport) -> Iterator[Repair]:
    """Of each chain the first repair: the next ones were found beside a side that this one may change."""
    chains: dict[Span, str] = {}
    mended = set()
    for result in file.results:
        link, repair = result.link, result.repair
        chain = chains.get(link.left_span, link.id) if link.left_span else link.id
        if link.right_span:
            chains[link.right_span] = chain
        if repair is not None and chain not in mended and not is_declared_refuted(link):
            mended.add(chain)
            yield repair


def unified(changes: Changes, here: Path) -> str:
    """The changes as `git apply` takes them in a folder. Without --unsafe-paths, and a name that counts from
    there, it changes nothing above the folder; else names count from the root of its repository."""
    here, lines = here.resolve(), list[str]()
    root = next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)
    for file, (before, after) in changes.items():
        old, new = list(StringIO(before)), list(StringIO(after))  # as git has it, only `\n` ends a line
        path = here / "stdin" if file == STANDARD_INPUT else Path(file).resolve()
        inside = here in path.parents
        name = path.relative_to(root).as_posix() if inside else Path(os.path.relpath(path, here)).as_posix()
        lines += [f"diff --git a/{name} b/{name}\n"] * inside
        lines += unified_diff(old, new, f"a/{name}", f"b/{name}")
    return "".join(k if k.endswith("\n") else k + "\n\\ No newline at end of file\n" for k in lines)
