"""Annotations for GitHub Actions, and a summary of the job in Markdown."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from html import escape
from itertools import chain

from bnsym.codes import NAMES
from bnsym.finding import STANDARD_INPUT
from bnsym.model import Cause, Report, Severity, Span
from bnsym.reporting.console.excerpt import clean
from bnsym.reporting.console.rows import mark_of
from bnsym.reporting.programs.findings import Finding, fenced, findings, in_repository, uri
from bnsym.reporting.programs.sarif import page
from bnsym.reporting.unicode import unicode_math
from bnsym.reporting.view import FileView, View, file_views, views
from bnsym.reporting.wording import by_cause, cause_of, said_of_cause

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
    """Why several links fail; then what is amiss, each with its formula, numbers and repair, open if it is
    short and one of the first; then what is as declared. Cut where GitHub would refuse it."""
    head = "### bnsym: " + (", ".join(f"{n} {name}" for name, n in report.counts.items() if n) or "no links")
    lines, size = [head, ""], 0
    for block in chain(map(_cause, report.causes), _amiss(report), _as_declared(report)):
        size += len(block.encode()) + 1
        if size > LARGEST_SUMMARY:
            return "\n".join([*lines, "", "…", ""])
        lines.append(block)
    return "\n".join(lines) + "\n"


def _cause(cause: Cause) -> str:
    """What to change first, in which lines, and what is proved then."""
    changed = _changed([before for before, _ in cause.lines], [after for _, after in cause.lines])
    title = f"! cause {_place(cause.span)} {_text(said_of_cause(cause))}"
    return _fold(title, [changed, _text(f"proved with it: {', '.join(cause.links)}")])


def _amiss(report: Report) -> Iterator[str]:
    """Links that wait for one thing, or that one repair mends, are told together; then errors of files."""
    shown = {id(view.result): (file, view) for file in file_views(report) for view in file.views}
    failing = (result for result in report.results if not result.passed)
    told = [_failing(*(shown[id(result)] for result in group)) for group in by_cause(failing)]
    told += [
        _fold(f"✗ {_place(one.span)} {_page_of(one.code)}", [_text(one.message), _text(one.hint)])
        for one in report.all_diagnostics
        if one.severity is not Severity.NOTE
    ]
    yield from (
        block if number < MOST else block.replace(" open", "", 1) for number, block in enumerate(told)
    )


def _failing(*group: tuple[FileView, View]) -> str:
    """One link, or several for one reason."""
    file, view = group[0]
    result, words, waits = view.result, view.words, cause_of(view.result)
    names = ", ".join(one.result.link.id for _, one in group)
    span, message = (waits.span, waits.message) if waits else (view.span, words.message)
    title = f"{mark_of(result)} {result.name} <b>{_text(names)}</b> {_place(span)} {_page_of(words.code)}"
    said = [fenced(one.result.link.source, "tex") for _, one in group[:MOST]]
    said.append(_text(message))
    if view.failure:
        numbers = (*view.failure.numbers, *view.failure.values)
        said.append(_text(f"at {', '.join(f'{unicode_math(name)} = {value}' for name, value in numbers)}"))
    if (repair := result.repair) is not None:
        said.append(f"Repair: {_text(repair.what)}; proved with it.")
        said.append(_changed(repair.before.splitlines(), repair.after.splitlines()))
    elif (fix := file.fixes.get(result.link.id)) is not None:
        said.append(_text(fix.said))
    return _fold(title, [*said, _text(words.hint)])


def _as_declared(report: Report) -> Iterator[str]:
    if passed := [view for view in views(report) if view.result.passed]:
        yield f"<details><summary>{len(passed)} as declared</summary>\n"
        yield "| link | place | verdict |\n|---|---|---|"
        for view in passed:
            name = f"{mark_of(view.result)} {view.result.name}"
            cells = (
                _text(view.result.link.id),
                _place(view.result.link.span),
                f"{name} {_text(view.reason)}",
            )
            yield f"| {' | '.join(cells)} |"
        yield "\n</details>"


def _fold(title: str, parts: Iterable[str]) -> str:
    """What opens by its title; shut where it is long."""
    inner = "\n\n".join(filter(None, parts))
    return f"<details{' open' * (len(inner) < LONG)}><summary>{title}</summary>\n\n{inner}\n\n</details>\n"


def _changed(before: list[str], after: list[str]) -> str:
    lines = [f"{sign} {line.strip()}" for sign, part in (("-", before), ("+", after)) for line in part]
    return fenced("\n".join(lines), "diff")


def _place(span: Span) -> str:
    """`note.md:14:20`, which leads to the line where GitHub says of what repository and commit it is."""
    known = [os.environ.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "SHA")]
    place = _text(span.place)
    if not all(known) or span.file == STANDARD_INPUT:
        return f"<code>{place}</code>"
    server, name, commit = known
    address = f"{server}/{name}/blob/{commit}/{uri(span.file)}?plain=1#L{int(span.line)}"
    return f'<a href="{escape(address)}"><code>{place}</code></a>'


def _page_of(code: str) -> str:
    named = _text(f"{code} {NAMES.get(code, '')}".strip())
    address = page(code) if code in NAMES else ""
    return f'<a href="{escape(address)}">{named}</a>' if address else named


def _text(text: str) -> str:
    """Text that is only text, in Markdown as in HTML; what stands between backticks as code."""
    parts = clean(" ".join(text.split())).split("`")
    shown = ["".join(f"&#{ord(char)};" if char in _SPECIAL else char for char in part) for part in parts]
    return "".join(f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(shown))
