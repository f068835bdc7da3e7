"""The report for people: a line a link, a closer look at what is not as declared, a summary.

Refutations are the point: the caret under the sign, the witness, both sides' values.
What is as it should be stays calm. Every line also says in words what its colour says.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from operator import itemgetter
from textwrap import wrap

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from bnsym.kernel import Proved
from bnsym.model import Diagnostic, FileReport, Link, NamedDefinition, Report, Result, Severity
from bnsym.printing import to_latex
from bnsym.reporting.certificate_lines import certificate_line
from bnsym.reporting.console.blocks import Page, diagnostic_block, diagnostic_line, result_blocks
from bnsym.reporting.console.excerpt import clean
from bnsym.reporting.console.rows import relations, rows
from bnsym.reporting.console.summary import summary
from bnsym.reporting.reading import read_in, read_with, taken
from bnsym.reporting.unicode import plain, unicode_math
from bnsym.reporting.wording import cause_of, finding, is_declared_refuted, relation_latex

SAID_BEFORE = frozenset({"BN132", "BN133", "BN134"})
"""Notes that say what the head of a file's report says."""
HEAD_LINES = 2
"""Of each thing that was read, but for -v."""


class Detail(Enum):
    QUIET = "quiet"
    NORMAL = "normal"
    VERBOSE = "verbose"


def print_report(
    report: Report, console: Console, detail: Detail = Detail.NORMAL, *, show_parsed: bool = False
) -> None:
    """All of the report, to `console`."""
    page = Page(console, report.sources)
    if show_parsed:
        for file in report.files:
            page.put(*_as_understood(file))
    if detail is not Detail.QUIET:
        _table(page, report, detail)
    wanted = (
        r
        for r in report.results
        if not r.passed or (detail is Detail.VERBOSE and is_declared_refuted(r.link))
    )
    result_blocks(page, wanted)
    _diagnostics(page, report, detail)
    page.put(*summary(report, page.width))


def _table(page: Page, report: Report, detail: Detail) -> None:
    """The rows of all files in the same columns, a blank line after each file."""
    shown = {id(file): [r for r in file.results if _has_row(file, r, detail)] for file in report.files}
    chosen = [result for results in shown.values() for result in results]
    lines = rows(chosen, page.width if page.console.is_terminal else None)
    for file in report.files:
        _head(page, file, detail)
        for result in shown[id(file)]:
            page.put(next(lines))
            if detail is Detail.VERBOSE:
                page.put(*_particulars(result))
        if shown[id(file)]:
            page.put(Text())


def _has_row(file: FileReport, result: Result, detail: Detail) -> bool:
    """Where a file does not say what it claims, what can't be read is listed by its cause alone."""
    return detail is Detail.VERBOSE or file.derivation.directives or cause_of(result) is None


def _head(page: Page, file: FileReport, detail: Detail) -> None:
    """What was read, in a few lines."""
    facts = [(label, plain(text)) for label, text in read_in(file.derivation) if text]
    if not facts:
        return
    page.put(Text(clean(file.derivation.file), "strong"))
    for label, text in facts:
        joined = clean(text).replace(" (line ", "\xa0(line\xa0")  # a name stands with its line
        lines = wrap(joined, max(20, min(page.width, 100) - 11))
        shown = lines if detail is Detail.VERBOSE else lines[:HEAD_LINES]
        shown[-1] += " …" * (len(shown) < len(lines))
        for number, line in enumerate(shown):
            page.put(Text(f"{'' if number else label:>8}   {line}".replace("\xa0", " "), "quiet"))
    page.put(Text())


def _particulars(result: Result) -> Iterator[Text]:
    """What -v adds under a row."""
    shown: list[tuple[str, str]] = []
    if isinstance(proof := result.verdict, Proved):
        shown += [("certificate", unicode_math(certificate_line(proof)))]
        shown += [("given", relations(proof.hypotheses)), ("axioms", ", ".join(proof.axioms))]
        shown += [("if", relations(proof.side_conditions))]
    shown += [(name, plain(fact)) for name, fact in read_with(result.link)]
    shown += [("evidence", f"{e.route}: {finding(result, e)}  {e.detail}".rstrip()) for e in result.evidence]
    shown += [("seconds", f"{result.seconds:.3f}" if result.seconds else "")]
    yield from (Text(f"{name:>14}  {clean(fact)}", "quiet") for name, fact in shown if fact)


def _as_understood(file: FileReport) -> Iterator[Text]:
    """--show-parsed: every definition, hypothesis and link of a file as it was read."""
    derivation = file.derivation
    read = [(d.span.line, "define", _defined(d), "") for d in derivation.definitions]
    read += [(h.span.line, "assume", relation_latex(h.hypothesis), "") for h in derivation.hypotheses]
    read += [(link.span.line, link.id, _stated(link), taken(link)) for link in derivation.links]
    gutter = max((cell_len(name) for _, name, *_ in read), default=0)
    yield Text(clean(f"{derivation.file}, as understood"), "strong")
    for line, name, latex, by in sorted(read, key=itemgetter(0)):
        padding = " " * (gutter - cell_len(name))
        yield Text.assemble((f"{line:>6} │ {clean(name)}{padding}  ", "quiet"), clean(latex))
        if by:
            yield Text(f"{'':>6} │ {'':{gutter}}  {clean(plain(by))}", "quiet")
    yield Text()


def _defined(named: NamedDefinition) -> str:
    return f"{to_latex(named.definition.symbol)} = {to_latex(named.definition.body)}"


def _stated(link: Link) -> str:
    return relation_latex(link.statement) if link.statement else f"unread: {link.source}"


def _diagnostics(page: Page, report: Report, detail: Detail) -> None:
    """Errors and warnings with their source; notes in a line each, on request."""
    found = report.all_diagnostics
    for diagnostic in found:
        if diagnostic.severity is Severity.ERROR or (
            diagnostic.severity is Severity.WARNING and detail is not Detail.QUIET
        ):
            diagnostic_block(page, diagnostic)
    notes = [d for d in found if _noted(d, detail)]
    for note in notes:
        diagnostic_line(page, note)
    if notes:
        page.put(Text())


def _noted(diagnostic: Diagnostic, detail: Detail) -> bool:
    noted = diagnostic.severity is Severity.NOTE and diagnostic.code not in SAID_BEFORE
    return noted and detail is Detail.VERBOSE
