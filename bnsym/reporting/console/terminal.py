"""The report for people: a line a link, a closer look at what is not as declared, a summary.

Refutations are the point: the caret under the sign, the witness, both sides' values.
What is as it should be stays calm. Every line also says in words what its colour says.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from operator import itemgetter

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
from bnsym.reporting.unicode import unicode_math
from bnsym.reporting.wording import finding, is_declared_refuted, relation_latex, resting

ALWAYS_SHOWN = frozenset({"BN131", "BN134"})
"""Notes that may change what a formula means: shown without being asked."""


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
    lines = rows(report.results, page.width if page.console.is_terminal else None)
    for file in report.files:
        for result in file.results:
            page.put(next(lines))
            if detail is Detail.VERBOSE:
                page.put(*_particulars(result))
        if file.results:
            page.put(Text())


def _particulars(result: Result) -> Iterator[Text]:
    """What -v adds under a row."""
    facts: list[tuple[str, str]] = []
    if isinstance(proof := result.verdict, Proved):
        facts += [("certificate", unicode_math(certificate_line(proof)))]
        facts += [("given", relations(proof.hypotheses)), ("axioms", ", ".join(proof.axioms))]
        facts += [("if", relations(proof.side_conditions))]
    facts += [("rests on", resting(result.link))]
    facts += [("evidence", f"{e.route}: {finding(result, e)}  {e.detail}".rstrip()) for e in result.evidence]
    facts += [("seconds", f"{result.seconds:.3f}" if result.seconds else "")]
    yield from (Text(f"{name:>14}  {clean(fact)}", "quiet") for name, fact in facts if fact)


def _as_understood(file: FileReport) -> Iterator[Text]:
    """--show-parsed: every definition, hypothesis and link of a file as it was read."""
    derivation = file.derivation
    read = [(d.span.line, "define", _defined(d)) for d in derivation.definitions]
    read += [(h.span.line, "assume", relation_latex(h.hypothesis)) for h in derivation.hypotheses]
    read += [(link.span.line, link.id, _stated(link)) for link in derivation.links]
    gutter = max((cell_len(name) for _, name, _ in read), default=0)
    yield Text(clean(f"{derivation.file}, as understood"), "strong")
    for line, name, latex in sorted(read, key=itemgetter(0)):
        padding = " " * (gutter - cell_len(name))
        yield Text.assemble((f"{line:>6} │ {clean(name)}{padding}  ", "quiet"), clean(latex))
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
    if diagnostic.severity is not Severity.NOTE or detail is Detail.QUIET:
        return False
    return detail is Detail.VERBOSE or diagnostic.code in ALWAYS_SHOWN
