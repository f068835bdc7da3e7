"""What is amiss in a report, one finding each, for the formats that other programs read; and the plainest of
these, a line for each finding as compilers write them: editors can jump to it."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePath
from urllib.parse import quote

from bnsym.finding import STANDARD_INPUT
from bnsym.model import Diagnostic, Report, Severity, Span
from bnsym.reporting.console.screen import clean
from bnsym.reporting.view import Fix, View, file_views


@dataclass(frozen=True, slots=True)
class Finding:
    severity: Severity
    code: str
    message: str
    hint: str
    span: Span
    link: str
    """The id of the link that it is about; empty for one about a file."""
    fingerprint: str
    """The same as long as the formula is, wherever in the file it moves."""
    fix: Fix | None = None


def findings(report: Report) -> Iterator[Finding]:
    """Links that are not as declared, errors where their files fail with them; then errors and warnings of
    files."""
    seen: Counter[str] = Counter()
    within = cache(in_repository)
    for file in file_views(report):
        for view in file.views:
            if not view.result.passed:
                yield _of_result(view, file.fixes.get(view.result.link.id), seen, within)
    for diagnostic in report.all_diagnostics:
        if diagnostic.severity is not Severity.NOTE:
            yield _of_diagnostic(diagnostic, seen, within)


def _of_result(view: View, fix: Fix | None, seen: Counter[str], within: Callable[[str], str]) -> Finding:
    link, words, span = view.result.link, view.words, view.span
    message = words.message + (f"; {fix.said}" if fix else "")
    mark = _fingerprint(seen, words.code, within(span.file), link.source)
    severity = Severity.ERROR if view.result.fails else Severity.WARNING
    return Finding(severity, words.code, message, words.hint, span, link.id, mark, fix)


def _of_diagnostic(one: Diagnostic, seen: Counter[str], within: Callable[[str], str]) -> Finding:
    mark = _fingerprint(seen, one.code, within(one.span.file), one.message)
    return Finding(one.severity, one.code, one.message, one.hint, one.span, "", mark)


def _fingerprint(seen: Counter[str], *parts: str) -> str:
    """A hash of what identifies it, with its number among those that have the same."""
    digest = hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def in_repository(file: str) -> str:
    """The path from the root of the repository that holds the file, with slashes: what GitHub and
    code scanning count from, wherever bnsym runs. As it is for a file outside of any."""
    if file == STANDARD_INPUT:
        return "stdin"
    path = Path(file).resolve()
    workspace = os.environ.get("GITHUB_WORKSPACE")
    roots = [Path(workspace).resolve()] if workspace else []
    roots += [folder for folder in path.parents if (folder / ".git").exists()]
    root = next((root for root in roots if root in path.parents), None)
    return (path.relative_to(root) if root else PurePath(file)).as_posix()


def uri(file: str) -> str:
    """The path as a relative reference."""
    return quote(in_repository(file))


def fenced(text: str, language: str) -> str:
    """Markdown that shows a text as it is."""
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def to_concise(report: Report) -> str:
    return "".join(f"{clean(_line(finding))}\n" for finding in findings(report))


def _line(finding: Finding) -> str:
    place = f"{finding.span.file}:{int(finding.span.line)}:{finding.span.column}"
    link = f" [{finding.link}]" if finding.link else ""
    return f"{place}: {finding.code} {finding.message}{link}{finding.span.in_cell}"
