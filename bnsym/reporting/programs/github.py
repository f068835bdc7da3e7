"""Annotations for GitHub Actions, and a summary of the job in Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from bnsym.model import Report, Severity
from bnsym.reporting.programs.findings import Finding, findings, in_repository
from bnsym.reporting.view import views
from bnsym.reporting.wording import said_of_cause

MOST = 10
"""GitHub shows so many errors and so many warnings of one step."""
LARGEST_SUMMARY = 1_000_000
"""Bytes; GitHub takes a summary of 1 MiB."""


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
    """What became of each link, as a table, cut where GitHub would refuse it."""
    head = "### bnsym: " + ", ".join(f"{n} {name}" for name, n in report.counts.items() if n)
    lines = [head, "", *_causes(report), "| link | place | verdict | |", "|---|---|---|---|"]
    size = sum(len(line.encode()) + 1 for line in lines)
    for row in _rows(report):
        size += len(row.encode()) + 1
        if size > LARGEST_SUMMARY:
            lines.append("| … | | | |")
            break
        lines.append(row)
    return "\n".join(lines) + "\n"


def _causes(report: Report) -> Iterator[str]:
    """What to change first, in which lines."""
    for cause in report.causes:
        yield f"- {_cell(f'{cause.span.file}:{int(cause.span.line)} {said_of_cause(cause)}')}"
        yield from (f"  - {_cell(before)} → {_cell(after)}" for before, after in cause.lines)
    yield from ("",) if report.causes else ()


def _rows(report: Report) -> Iterator[str]:
    for view in sorted(views(report), key=lambda v: v.result.passed):
        mark = "✓" if view.result.passed else "✗"
        cells = (view.result.link.id, view.place, f"{mark} {view.result.name}", view.words.message)
        yield "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(text: str) -> str:
    """Text that is only text in a Markdown table."""
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
