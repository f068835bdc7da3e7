"""Annotations for GitHub Actions, and a summary of the job in Markdown."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from html import escape, unescape

from bnsym.codes import NAMES
from bnsym.model import Report, Severity
from bnsym.reporting.console.terminal import to_text
from bnsym.reporting.programs.findings import Finding, fenced, findings, in_repository, uri
from bnsym.reporting.programs.sarif import pages

MOST = 10
"""GitHub shows so many errors and so many warnings of one step."""
LARGEST_SUMMARY = 1_000_000
"""Bytes; GitHub takes a summary of 1 MiB."""
LONG = 1_500
"""Characters; what has more is shut in the summary."""
_SPECIAL = frozenset('\\*_[]<>|~$&@#"')


def to_github(report: Report) -> str:
    """Workflow commands, errors and warnings each up to what is shown; the rest is counted."""
    lines: list[str] = []
    for severity in (Severity.ERROR, Severity.WARNING):
        found = [finding for finding in findings(report) if finding.severity is severity]
        shown = found if len(found) <= MOST else found[: MOST - 1]
        lines += map(_annotation, shown)
        if len(found) > len(shown):
            lines.append(f"::{severity.value}::{len(found) - len(shown)} more; see the log or the summary")
    return "".join(f"{line}\n" for line in lines)


def _annotation(finding: Finding) -> str:
    span = finding.span
    properties = {
        "file": in_repository(span.file),
        "line": span.line,
        "col": span.column,
        "endLine": span.end_line,
        "endColumn": max(span.end_column, 1),
        "title": f"{finding.code} {finding.link}".strip() + span.in_cell,
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    said = finding.message + (f"\n{finding.hint}" if finding.hint else "")
    return f"::{finding.severity.value} {listed}::{_data(said)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def to_summary(report: Report) -> str:
    """What the terminal shows of what is amiss, each cause, link and error to open by its title; the first
    ones are open, if they are short. Cut where GitHub would refuse it."""
    counts = ", ".join(f"{n} {name}" for name, n in report.counts.items() if n)
    *blocks, said = to_text(report).split("\n\n")
    parts = [f"### bnsym: {counts or 'no links'}\n\n{fenced(said, 'text')}\n"]
    size, page = len(parts[0].encode()), pages()
    for number, block in enumerate(blocks):
        parts.append(_folded(block, report.sources, page, opened=number < MOST and len(block) < LONG))
        size += len(parts[-1].encode()) + 1
        if size > LARGEST_SUMMARY:
            parts[-1] = "…\n"
            break
    return "\n".join(parts)


def _folded(block: str, files: Iterable[str], page: Callable[[str], str], *, opened: bool) -> str:
    """Its first line is the title; where a line changes, it begins with its sign."""
    title, _, rest = block.partition("\n")
    shown = escape(" ".join(title.split()))
    named = "|".join(re.escape(escape(file)) for file in files)
    place = rf"(?<!\S)({named}):(\d+)(?::\d+)?(?!\S)"
    shown = re.sub(place, lambda at: _linked(at[0], _line(unescape(at[1]), at[2])), shown)
    shown = re.sub(
        rf"(?<!\S)({'|'.join(NAMES)})(?: [a-z-]+)?$", lambda at: _linked(at[0], page(at[1])), shown
    )
    rest = re.sub(r"^( +)([+-])(?= )", r"\2\1", rest, flags=re.MULTILINE)
    return f"<details{' open' * opened}><summary>{shown}</summary>\n\n{fenced(rest, 'diff')}\n\n</details>\n"


def _linked(shown: str, address: str) -> str:
    return f'<a href="{escape(address)}">{shown}</a>' if address else shown


def _line(file: str, line: str) -> str:
    """Where GitHub shows it, if it says of what repository and commit."""
    known = [os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA")]
    server, name, commit = known
    return f"{server}/{name}/blob/{commit}/{uri(file)}?plain=1#L{line}" if all(known) else ""
