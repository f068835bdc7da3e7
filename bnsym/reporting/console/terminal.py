"""The report for people: a line a link, a closer look at what is not as declared, a summary.

Refutations are the point: the caret under the sign, the witness, both sides' values.
What is as it should be stays calm. Every line also says in words what its colour says.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from enum import Enum
from io import StringIO
from operator import itemgetter
from textwrap import wrap

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bnsym.model import Report, Severity, for_file
from bnsym.reporting.console.blocks import Page, cause_block, diagnostic_block, diagnostic_line, result_blocks
from bnsym.reporting.console.rows import listed, rows
from bnsym.reporting.console.screen import VERDICT_STYLES, clean, make_console
from bnsym.reporting.unicode import plain, unicode_math
from bnsym.reporting.view import FileView, View, file_views, views
from bnsym.reporting.wording import (
    by_cause,
    cause_of,
    definition_latex,
    missed,
    relation_latex,
    said_of_report,
)

SAID_BEFORE = frozenset({"BN132", "BN133", "BN134"})
"""Notes that say what the head of a file's report says."""
HEAD_LINES = 2
"""Of each thing that was read, but for -v."""


class Detail(Enum):
    QUIET = "quiet"
    """What fails, and nothing where all passes."""
    BRIEF = "brief"
    """What is not as declared, and the summary."""
    NORMAL = "normal"
    VERBOSE = "verbose"


def print_report(
    report: Report, console: Console, detail: Detail = Detail.NORMAL, *, show_parsed: bool = False
) -> None:
    """All of the report, to `console`."""
    page = Page(console, report.sources, full=detail is Detail.VERBOSE)
    if show_parsed:
        for file in file_views(report):
            page.put(*_as_understood(file))
    for cause in report.causes:
        cause_block(page, cause)
    if detail in (Detail.NORMAL, Detail.VERBOSE):
        _table(page, report, detail)
    result_blocks(page, [view for view in views(report) if _needs_a_look(view, report, detail)])
    _diagnostics(page, report, detail)
    if detail is not Detail.QUIET or not report.passed:
        page.put(*summary(report, page.width))


def to_text(report: Report) -> str:
    """What is not as declared, and the summary, as plain text."""
    stream = StringIO()
    print_report(report, make_console(stream, plain=True), Detail.BRIEF)
    return stream.getvalue().rstrip()


def closer_look(view: View, sources: dict[str, str]) -> str:
    """All that is said of one link, as plain text."""
    stream = StringIO()
    page = Page(make_console(stream, plain=True), sources)
    if view.result.passed and not view.as_declared:
        page.put(next(rows([view], None)), *_particulars(view))
    else:
        result_blocks(page, [view])
    return "\n".join(line.rstrip() for line in stream.getvalue().rstrip().splitlines())


def _needs_a_look(view: View, report: Report, detail: Detail) -> bool:
    """Whether it is shown singly: what a cause explains is, on request."""
    if detail is Detail.VERBOSE:
        return not view.result.passed or view.as_declared
    explained = any(view.result.link.id in cause.links for cause in report.causes)
    shown = view.result.fails if detail is Detail.QUIET else not view.result.passed
    return shown and not explained


def _table(page: Page, report: Report, detail: Detail) -> None:
    """The rows of all files in the same columns, a blank line after each file."""
    together = {id(r) for group in by_cause(report.results) if len(group) > 1 for r in group}
    shown = [
        (file, [v for v in file.views if detail is Detail.VERBOSE or _has_row(v, together)])
        for file in file_views(report)
    ]
    chosen = [view for _, own in shown for view in own]
    lines = rows(chosen, page.width if page.console.is_terminal else None)
    for file, own in shown:
        _head(page, file, detail)
        for view in own:
            page.put(next(lines))
            if detail is Detail.VERBOSE:
                page.put(*_particulars(view))
        if own:
            page.put(Text())


def _has_row(view: View, together: Container[int]) -> bool:
    """What can't be read is listed by its cause alone where several links have one, and where a file does
    not say what it claims."""
    own = view.result.link.claimed and id(view.result) not in together
    return own or cause_of(view.result) is None


def _head(page: Page, file: FileView, detail: Detail) -> None:
    """What was read, in a few lines."""
    facts = [(label, plain(text)) for label, text in file.read]
    if not facts:
        return
    page.put(Text(clean(file.name), "strong"))
    for label, text in facts:
        joined = clean(text).replace(" (line ", "\xa0(line\xa0")  # a name stands with its line
        lines = wrap(joined, max(20, min(page.width, 100) - 11))
        shown = lines if detail is Detail.VERBOSE else lines[:HEAD_LINES]
        shown[-1] += " …" * (len(shown) < len(lines))
        for number, line in enumerate(shown):
            page.put(Text(f"{'' if number else label:>8}   {line}".replace("\xa0", " "), "quiet"))
    page.put(Text())


def _particulars(view: View) -> Iterator[Text]:
    """What -v adds under a row."""
    shown: list[tuple[str, str]] = []
    if grounds := view.grounds:
        shown += [("certificate", unicode_math(grounds.certificate))]
        shown += [("given", listed(grounds.given)), ("axioms", grounds.axioms)]
        shown += [("if", listed(grounds.side_conditions))]
    shown += [(name, plain(fact)) for name, fact in view.read()]
    shown += [("evidence", f"{route}: {found}  {more}".rstrip()) for route, found, more in view.evidence]
    shown += [("seconds", f"{view.result.seconds:.3f}" if view.result.seconds else "")]
    yield from (Text(f"{name:>14}  {clean(fact)}", "quiet") for name, fact in shown if fact)


def _as_understood(file: FileView) -> Iterator[Text]:
    """--show-parsed: every definition, hypothesis and link of a file as it was read."""
    derivation = file.file.derivation
    read = [(d.span.line, "define", definition_latex(d), "") for d in derivation.definitions]
    read += [(h.span.line, "assume", relation_latex(h.hypothesis), "") for h in derivation.hypotheses]
    for link, stated, taken in ((v.result.link, v.stated, v.taken) for v in file.views):
        read.append((link.span.line, link.id, stated or f"unread: {link.source}", taken))
    gutter = max((cell_len(name) for _, name, *_ in read), default=0)
    yield Text(clean(f"{derivation.file}, as understood"), "strong")
    for line, name, latex, by in sorted(read, key=itemgetter(0)):
        padding = " " * (gutter - cell_len(name))
        yield Text.assemble((f"{line:>6} │ {clean(name)}{padding}  ", "quiet"), clean(latex))
        if by:
            yield Text(f"{'':>6} │ {'':{gutter}}  {clean(plain(by))}", "quiet")
    yield Text()


def _diagnostics(page: Page, report: Report, detail: Detail) -> None:
    """Errors and warnings with their source; notes in a line each, on request."""
    found = report.all_diagnostics
    for diagnostic in found:
        if diagnostic.severity is Severity.ERROR or (
            diagnostic.severity is Severity.WARNING and detail is not Detail.QUIET
        ):
            diagnostic_block(page, diagnostic)
    quiet = detail is not Detail.VERBOSE
    notes = [d for d in found if d.severity is Severity.NOTE and not (quiet or d.code in SAID_BEFORE)]
    for note in notes:
        diagnostic_line(page, note)
    if notes:
        page.put(Text())


# The end: the counts, and one sentence that says whether it passed and, if not, what to do


def summary(report: Report, width: int) -> Iterator[Text]:
    if report.results:
        yield _counts(report)
    if report.remembered:
        count = _number(report.remembered, "link")
        said = f"{count} remembered: certificates and witnesses were checked again, evidence was not"
        yield Text(said, "quiet")
    word, style, says = (
        ("Passed", "good", _passed(report)) if report.passed else ("Failed", "bad", _failed(report))
    )
    for number, line in enumerate(wrap(says, max(20, min(width, 100) - 8))):
        yield Text.assemble((f"{word}: " if number == 0 else " " * 8, style), line)


def _counts(report: Report) -> Text:
    """`62 links: 48 proved, 13 refuted (12 as declared), 1 skipped`, without the zeros."""
    parts = []
    for name, count in report.counts.items():
        declared = _declared(report) if name == "refuted" else ""
        parts += [Text.assemble((f"{count} {name}", VERDICT_STYLES[name]), declared)] if count else []
    return Text.assemble((f"{_number(len(report.results), 'link')}: ", "strong"), Text(", ").join(parts))


def _declared(report: Report) -> str:
    declared = sum(view.as_declared for view in views(report))
    if not declared:
        return ""
    return " as declared" if declared == report.counts["refuted"] else f" ({declared} as declared)"


def _passed(report: Report) -> str:
    skipped, unexamined = report.counts["skipped"], sum(r.unexamined for r in report.results)
    reservations = [f"{_number(skipped, 'link')} skipped, not checked"] if skipped else []
    if left := sum(not r.passed for r in report.results):
        reservations.append(f"{_number(left, 'link')} open, where no directive says what is claimed")
    if unexamined:
        reservations.append(f"{_number(unexamined, 'proof')} that no other route could examine")
    if not report.results:
        reservations.append("and need not be")
    reservation = f" ({'; '.join(reservations)})" if reservations else ""
    said = said_of_report(report)
    return f"{said[0].lower()}{said[1:]}{reservation}."


def _failed(report: Report) -> str:
    """The gravest reason, and what to do about it."""
    defects = [v for v in views(report) if v.words.code in ("BN401", "BN402")]
    errors = [d for d in report.all_diagnostics if d.severity is Severity.ERROR]
    wrong = [v for v in views(report) if v.result.fails]
    if defects or any(d.code == "BN402" for d in errors):
        return "bnsym contradicts itself or broke down; that is a defect of bnsym, please report it."
    if wrong:
        return _wrong(wrong)
    if errors and all(d.code == "BN006" for d in errors):
        return "there was nothing to check; `bnsym explain BN006` shows what a claim looks like."
    if errors:
        return f"{_number(len(errors), 'error')} to correct; `bnsym explain {errors[0].code}` says more."
    return "there was nothing to check."


ADVICE = (
    ("BN2", 'Correct it, or declare it, if it is quoted as wrong: <!-- bnsym: refuted reason="…" -->'),
    ("BN1", 'Rewrite it, or declare it: <!-- bnsym: skip reason="…" -->'),
    ("BN307", "Correct its directive"),
    ("BN30", "Put a step between, state the hypothesis it needs, or allow more --timeout"),
)
"""What to do about the first link that failed, by the beginning of its code."""


def _wrong(links: list[View]) -> str:
    first = links[0].words.code
    advice = next((text for prefix, text in ADVICE if first.startswith(prefix)), "Correct it")
    advice = for_file(advice, links[0].result.link.span.file)
    be, what = "is" if len(links) == 1 else "are", missed([view.result for view in links])
    start = "" if len(links) == 1 else "Begin with the first. "
    return (
        f"{_number(len(links), 'link')} {be} not {what}. {start}{advice}; `bnsym explain {first}` says more."
    )


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"
