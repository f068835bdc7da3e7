"""Repairs as changed texts, and as a patch that `git apply` takes."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import unified_diff

from bnsym.model import FileReport, Repair, Report
from bnsym.reporting.wording import is_declared_refuted


def repaired(report: Report) -> dict[str, tuple[str, str]]:
    """Each file that a repair changes, before and after. What a file declares to be refuted is
    meant to stand as it was published, and is left alone."""
    found = {}
    for file in report.files:
        before = report.sources.get(file.derivation.file, "")
        after = Repair("", "", "", tuple(_edits(file))).apply(before)
        if after != before:
            found[file.derivation.file] = before, after
    return found


def _edits(file: FileReport) -> Iterator[tuple[int, int, str]]:
    """The edits of all repairs, the last first; of two that overlap the first alone."""
    made = {
        edit
        for result in file.results
        if result.repair is not None and not is_declared_refuted(result.link)
        for edit in result.repair.edits
    }
    reach: int | None = None
    kept = []
    for edit in sorted(made):
        if reach is None or edit[0] >= reach:
            kept.append(edit)
            reach = max(edit[1], edit[0] + (edit[0] == edit[1]))
    yield from reversed(kept)


def unified(report: Report) -> str:
    """The repairs as one unified diff with `a/` and `b/` paths."""
    lines: list[str] = []
    for file, (before, after) in repaired(report).items():
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
        lines += unified_diff(old, new, f"a/{file}", f"b/{file}")
    return "".join(k if k.endswith("\n") else k + "\n\\ No newline at end of file\n" for k in lines)
