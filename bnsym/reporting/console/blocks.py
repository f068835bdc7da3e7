"""What needs a closer look, one block each: the source line with its caret, the witness,
both sides' values, why, and what to do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bnsym.codes import NAMES
from bnsym.kernel import Refuted
from bnsym.model import Cause, Diagnostic, Result, Severity, Span, Undecided, Unread, for_file
from bnsym.printing import to_latex
from bnsym.reporting import view
from bnsym.reporting.console.excerpt import clean, excerpt
from bnsym.reporting.console.rows import Row
from bnsym.reporting.console.theme import VERDICT_STYLES, width_of
from bnsym.reporting.unicode import plain, unicode_math
from bnsym.reporting.view import Failure, View
from bnsym.reporting.wording import CANT_TELL, MARKS, by_cause, cause_of, said_of_cause

SEVERITY_STYLES = {Severity.ERROR: "bad", Severity.WARNING: "unsure", Severity.NOTE: "quiet"}


@dataclass(frozen=True, slots=True)
class Page:
    """Where blocks are printed: the console, and the texts that carets point into."""

    console: Console
    sources: dict[str, str]

    @property
    def width(self) -> int:
        return width_of(self.console)

    def shown(self, span: Span) -> tuple[str | None, Span]:
        """The text that a span is shown in, if its file was read, and where it stands there."""
        return view.shown(self.sources, span)

    def put(self, *lines: Text) -> None:
        for line in lines:
            self.console.print(line, soft_wrap=True)


def result_blocks(page: Page, views: Iterable[View]) -> None:
    """The blocks of links that are not as declared (or, on request, of declared refutations); links that wait
    for one thing to be read have one block together."""
    known = {id(one.result): one for one in views}
    for group in by_cause(one.result for one in known.values()):
        cause = cause_of(group[0])
        if cause is not None and len(group) > 1:
            _waiting(page, cause, [result.link.id for result in group])
        else:
            _block(page, known[id(group[0])])


def _waiting(page: Page, cause: Diagnostic, links: list[str]) -> None:
    mark, style = MARKS["unread"], VERDICT_STYLES["unread"]
    page.put(_title(page, f"{mark} unread", style, f"{len(links)} links", cause.code))
    page.put(_place(page, cause.span))
    _source(page, cause.span, cause.message, style)
    _prose(page, "waiting", ", ".join(links))
    _prose(page, "hint", for_file(cause.hint, cause.span.file))
    page.put(Text())


def _block(page: Page, one: View) -> None:
    result, verdict, words = one.result, one.result.verdict, one.words
    row = Row(result, result.link.id, "", "", "")
    expected = ", as declared" if one.as_declared else ""
    style = "expected" if expected else row.style
    page.put(_title(page, f"{row.mark} {result.name}{expected}", style, result.link.id, words.code))
    page.put(_place(page, one.span))
    begins = None if isinstance(verdict, Unread) else result.link.left_span
    _source(page, one.span, words.message, style, begins)
    if one.failure:
        page.put(Text(), *_aligned(one.failure), Text(), *_sides(one.failure.refuted, page))
    for number, (label, text) in enumerate(one.read(witnessed=one.failure is not None)):
        _prose(page, label, plain(text), apart=number == 0)
    _repair(page, result)
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
    page.put(_title(page, "! cause", "unsure", said_of_cause(cause), ""))
    page.put(_place(page, cause.span), Text())
    for before, after in cause.lines:
        page.put(
            Text.assemble("  ", ("-", "bad"), " ", clean(before)),
            Text.assemble("  ", ("+", "good"), " ", clean(after)),
        )
    _prose(page, "proved", ", ".join(cause.links))
    page.put(Text())


def diagnostic_block(page: Page, diagnostic: Diagnostic) -> None:
    """An error or a warning of a file; in two lines where there is no text to point into."""
    style, severity = SEVERITY_STYLES[diagnostic.severity], diagnostic.severity.value
    mark = "✗" if diagnostic.severity is Severity.ERROR else "!"
    if _of_whole_file(diagnostic.span):
        line = int(diagnostic.span.line)
        file = clean(diagnostic.span.file) + (f":{line}" if line > 1 else "")
        page.put(_title(page, f"{mark} {file}", style, diagnostic.message, diagnostic.code))
        page.put(
            *([Text.assemble(("  hint   ", "quiet"), clean(diagnostic.hint))] if diagnostic.hint else [])
        )
        page.put(Text())
        return
    page.put(_title(page, f"{mark} {severity}", style, NAMES.get(diagnostic.code, ""), diagnostic.code))
    page.put(_place(page, diagnostic.span))
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


def _title(page: Page, verdict: str, style: str, name: str, code: str) -> Text:
    """Verdict and name on the left; on the right, where there is room, the code."""
    title = Text.assemble((verdict, style), "  ", (clean(name), "strong"))
    label = f"{code} {NAMES.get(code, '')}".strip() if NAMES.get(code) != name else code
    room = min(page.width, 100) - title.cell_len - 2
    label = label if len(label) <= room else code
    gap = room + 2 - len(label)
    return Text.assemble(title, " " * max(2, gap), (label, "quiet"))


def _place(page: Page, span: Span) -> Text:
    """Of a notebook also the line of the cell, by which its excerpt counts."""
    cell = f", line {page.shown(span)[1].line})" if span.cell else ""
    return Text(clean(f"  {span.place[:-1]}{cell}" if cell else f"  {span.place}"), "quiet")


def _source(page: Page, span: Span, message: str, style: str, begins: Span | None = None) -> None:
    """The excerpt, from where `begins` does, with the message under it; the message alone where there
    is no text to show."""
    text, shown_span = page.shown(span)
    lines = () if text is None else excerpt(
        text, shown_span, label=clean(message), width=page.width, style=style,
        first_line=page.shown(begins)[1].line if begins else 0,
    )  # fmt: skip
    shown = [Text(), *lines]
    page.put(*shown) if len(shown) > 1 else _prose(page, "", message)


def _aligned(failure: Failure) -> Iterator[Text]:
    """`name = value` of the witness, the equals signs under each other."""
    pairs = [(unicode_math(name), str(value)) for name, value in (*failure.numbers, *failure.values)]
    gutter = max([8, *(cell_len(name) for name, _ in pairs)])
    for name, value in pairs:
        yield Text.assemble(" " * (gutter - cell_len(name)), name, (" = ", "quiet"), (value, "value"))


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


def _repair(page: Page, result: Result) -> None:
    """What would make the link true, and what its left side is."""
    repair = result.repair
    if result.derived:
        _prose(page, "derived", unicode_math(result.derived))
    if repair is not None:
        _prose(page, "repair", f"{repair.what}; proved with it")
        before, after = repair.before.splitlines(), repair.after.splitlines()
        kept = set(before) & set(after)  # lines that both have say nothing
        for sign, lines, style in (("-", before, "bad"), ("+", after, "good")):
            for line in (one for one in lines if one not in kept):
                page.put(Text.assemble(" " * 9, (sign, style), " ", clean(line.strip())))


def _prose(page: Page, label: str, text: str, *, apart: bool = True) -> None:
    """Wrapped prose behind a label, indented under it; `apart`: after a blank line."""
    if not text:
        return
    indent = 11 if label else 2
    lines = Text(clean(text)).wrap(page.console, max(20, min(page.width, 100) - indent))
    page.put(*([Text()] * apart))
    for number, line in enumerate(lines):
        head = f"{label:>8}   " if label and not number else " " * indent
        page.put(Text.assemble((head, "quiet"), line))
