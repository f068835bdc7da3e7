"""What needs a closer look, one block each: the source line with its caret, the witness,
both sides' values, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from bnsym.codes import NAMES
from bnsym.kernel import Refuted
from bnsym.model import Cause, Diagnostic, Link, Repair, Result, Severity, Span, Undecided, Unread, for_file
from bnsym.printing import to_latex
from bnsym.reporting import view
from bnsym.reporting.console.rows import Row
from bnsym.reporting.console.screen import VERDICT_STYLES, clean, excerpt, width_of
from bnsym.reporting.unicode import plain, unicode_math
from bnsym.reporting.view import View
from bnsym.reporting.wording import CANT_TELL, MARKS, by_cause, cause_of, said_of_cause

SEVERITY_STYLES = {Severity.ERROR: "bad", Severity.WARNING: "unsure", Severity.NOTE: "quiet"}


@dataclass(frozen=True, slots=True)
class Page:
    """Where blocks are printed: the console, and the texts that carets point into."""

    console: Console
    sources: dict[str, str]
    full: bool = True
    """Whether a block says all that is known, or no more than what, where, why and what to write instead."""

    @property
    def width(self) -> int:
        return width_of(self.console)

    def shown(self, span: Span) -> tuple[str | None, Span]:
        """The text that a span is shown in, if its file was read, and where it stands there."""
        return view.shown(self.sources, span)

    def put(self, *lines: Text) -> None:
        for line in lines:
            self.console.print(line, soft_wrap=True)

    def part(self) -> None:
        """A blank line between the parts of a block that says all."""
        self.put(*([Text()] * self.full))


def result_blocks(page: Page, views: Iterable[View]) -> None:
    """The blocks of links that are not as declared (or, on request, of declared refutations); links that wait
    for one thing to be read, or that one repair mends, have one block together."""
    known = {id(one.result): one for one in views}
    for group in by_cause(one.result for one in known.values()):
        cause = cause_of(group[0])
        if cause is not None and len(group) > 1:
            _waiting(page, cause, [result.link for result in group])
            continue
        shown = [known[id(result)] for result in group]
        for together in ([one] for one in shown) if page.full else (shown,):
            _block(page, *together)


def _waiting(page: Page, cause: Diagnostic, links: list[Link]) -> None:
    mark, style = MARKS["unread"], VERDICT_STYLES["unread"]
    page.put(*_title(page, f"{mark} unread", style, f"{len(links)} links", cause.code, cause.span))
    _source(page, cause.span, cause.message, style)
    _prose(page, "waiting", ", ".join(f"{link.id} (line {link.span.line})" for link in links))
    _prose(page, "hint", for_file(cause.hint, cause.span.file))
    page.put(Text())


def _block(page: Page, one: View, *others: View) -> None:
    """others: the links that the repair of this one mends too."""
    result, verdict, words = one.result, one.result.verdict, one.words
    row = Row(result, result.link.id, "", "", "")
    expected = ", as declared" if one.as_declared else ""
    style = "expected" if expected else row.style
    page.put(
        *_title(page, f"{row.mark} {result.name}{expected}", style, result.link.id, words.code, one.span)
    )
    begins = None if isinstance(verdict, Unread) else result.link.left_span
    _source(page, one.span, words.message, style, begins)
    explained = not page.full and result.repair is not None
    witnessed = one.failure is not None or not (page.full or isinstance(verdict, Undecided))
    if one.failure:
        numbers = (*one.failure.numbers, *one.failure.values)
        _prose(page, "at", ", ".join(f"{unicode_math(name)} = {value}" for name, value in numbers))
        page.put(*(() if explained else _sides(one.failure.refuted, page)))
    for number, (label, text) in enumerate(() if explained else one.read(witnessed=witnessed)):
        _prose(page, label, plain(text), apart=number == 0)
    _repair(page, result, explained=explained)
    for other in others:
        _prose(page, "", f"and mends {other.result.link.id} (line {other.line}): {other.words.message}")
    if isinstance(verdict, Undecided) and verdict.tried:
        _prose(page, "tried", ", ".join(verdict.tried))
    if isinstance(verdict, Undecided):
        for route, found, more in one.evidence:
            if found != CANT_TELL:
                _prose(page, "tried at", f"{route}: {found}; {more}")
    if one.as_declared:
        _prose(page, "reason", one.reason)
    _prose(page, "hint", words.hint)
    for note in result.notes:
        if note.severity is not Severity.ERROR:
            _prose(page, note.severity.value, f"{note.message} ({note.code})")
    page.put(Text())


def cause_block(page: Page, cause: Cause) -> None:
    """Why several links are not proved: the lines to change, and the links that are proved then."""
    page.put(*_title(page, "! cause", "unsure", said_of_cause(cause), "", cause.span))
    page.part()
    for before, after in cause.lines:
        if before:
            page.put(Text.assemble("  ", ("-", "bad"), " ", clean(before)))
        page.put(Text.assemble("  ", ("+", "good"), " ", clean(after)))
    _prose(page, "proved", ", ".join(cause.links))
    page.put(Text())


def diagnostic_block(page: Page, diagnostic: Diagnostic) -> None:
    """An error or a warning of a file; in two lines where there is no text to point into."""
    style, severity = SEVERITY_STYLES[diagnostic.severity], diagnostic.severity.value
    mark = "✗" if diagnostic.severity is Severity.ERROR else "!"
    if _of_whole_file(diagnostic.span):
        line = int(diagnostic.span.line)
        file = clean(diagnostic.span.file) + (f":{line}" if line > 1 else "")
        page.put(*_title(page, f"{mark} {file}", style, diagnostic.message, diagnostic.code))
        page.put(
            *([Text.assemble(("  hint   ", "quiet"), clean(diagnostic.hint))] if diagnostic.hint else [])
        )
        page.put(Text())
        return
    name = NAMES.get(diagnostic.code, "")
    page.put(*_title(page, f"{mark} {severity}", style, name, diagnostic.code, diagnostic.span))
    _source(page, diagnostic.span, diagnostic.message, style)
    _prose(page, "hint", diagnostic.hint)
    page.put(Text())


def _of_whole_file(span: Span) -> bool:
    """A span of no width, at the start of a line: there is nothing to point at."""
    return (span.line, span.column) == (span.end_line, span.end_column) and span.column == 1


def diagnostic_line(page: Page, diagnostic: Diagnostic) -> None:
    """A note of a file, in one line."""
    span = diagnostic.span
    line = Text(clean(f"· note      {span.place}  {diagnostic.message}  {diagnostic.code}"), "quiet")
    if page.console.is_terminal:
        line.truncate(page.width, overflow="ellipsis")
    page.put(line)


def _title(
    page: Page, verdict: str, style: str, name: str, code: str, span: Span | None = None
) -> Iterator[Text]:
    """Verdict, name and place on the left, the place below where it does not fit; on the right the code."""
    title = Text.assemble((verdict, style), "  ", (clean(name), "strong"))
    width = min(page.width, 100)
    place = Text(f"  {_place(page, span)}" if span else "", "quiet")
    beside = title.cell_len + place.cell_len + len(code) + 2 <= width
    title = title + place if beside else title
    label = f"{code} {NAMES.get(code, '')}".strip() if NAMES.get(code) != name else code
    room = width - title.cell_len - 2
    label = label if len(label) <= room else code
    gap = room + 2 - len(label)
    yield Text.assemble(title, " " * max(2, gap), (label, "quiet"))
    yield from () if beside else (place,)


def _place(page: Page, span: Span) -> str:
    """Of a notebook also the line of the cell, by which its excerpt counts."""
    cell = f", line {page.shown(span)[1].line})" if span.cell else ""
    return clean(f"{span.place[:-1]}{cell}" if cell else span.place)


def _source(page: Page, span: Span, message: str, style: str, begins: Span | None = None) -> None:
    """The excerpt, from where `begins` does, with the message under it; the message alone where there
    is no text to show."""
    text, shown_span = page.shown(span)
    lines = () if text is None else excerpt(
        text, shown_span, label=clean(message), width=page.width, style=style,
        first_line=page.shown(begins)[1].line if begins else 0,
    )  # fmt: skip
    if shown := list(lines):
        page.part()
    page.put(*shown) if shown else _prose(page, "", message)


def _sides(refuted: Refuted, page: Page) -> Iterator[Text]:
    """Both sides' values, each with the formula that has it."""
    statement = refuted.statement
    values = {"left": (refuted.left, statement.left), "right": (refuted.right, statement.right)}
    room = max(len(str(value)) for value, _ in values.values())
    for name, (value, term) in values.items():
        formula = unicode_math(to_latex(term))
        line = Text.assemble(f"{name:>8}", (" = ", "quiet"), (f"{value!s:<{room}}", "bad"), f"   {formula}")
        if page.console.is_terminal:
            line.truncate(page.width, overflow="ellipsis")
        yield line


def _repair(page: Page, result: Result, *, explained: bool) -> None:
    """What would make the link true, and what its left side is; explained: no more than what to write."""
    if result.derived and not explained:
        _prose(page, "derived", unicode_math(result.derived))
    if repair := result.repair:
        _prose(page, "repair", f"{repair.what}; proved with it")
        page.put(*_changed(page, repair, result.link))


def _changed(page: Page, repair: Repair, link: Link) -> Iterator[Text]:
    """The line of the sign as it is to be, below what the excerpt shows of it; where the side that changes is
    not in that line alone, its changed lines, before and after."""
    text, where = page.shown(link.span)
    line = "" if text is None else "".join(text.split("\n")[where.line - 1 : where.line]).rstrip()
    before, after = repair.before.strip(), repair.after.strip()
    for side in () if page.full or "\n" in after else (link.left_span, link.right_span):
        at = page.shown(side)[1] if side else where
        start, end = at.column - 1, at.end_column - 1
        if at.line == at.end_line == where.line and line[start:end].strip() == before:
            gutter = max(4, len(str(where.line)) + 1)
            changed = clean(line[:start] + line[start:end].replace(before, after) + line[end:])
            yield Text.assemble((f"{'+':>{gutter}}", "good"), (" │ ", "quiet"), changed)
            return
    old, new = before.splitlines(), after.splitlines()
    kept = set(old) & set(new)  # lines that both have say nothing
    for sign, part, style in (("-", old, "bad"), ("+", new, "good")):
        for changed in (one for one in part if one not in kept):
            yield Text.assemble(" " * 9, (sign, style), " ", clean(changed.strip()))


def _prose(page: Page, label: str, text: str, *, apart: bool = True) -> None:
    """Wrapped prose behind a label, indented under it; `apart`: after a blank line."""
    if not text:
        return
    indent = 11 if label else 2
    lines = Text(clean(text)).wrap(page.console, max(20, min(page.width, 100) - indent))
    if apart:
        page.part()
    for number, line in enumerate(lines):
        head = f"{label:>8}   " if label and not number else " " * indent
        page.put(Text.assemble((head, "quiet"), line))
