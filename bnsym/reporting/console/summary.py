"""The end of a report: the counts, and one sentence that says whether it passed and, if
not, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from textwrap import wrap

from rich.text import Text

from bnsym.model import Report, Severity, for_file
from bnsym.reporting.console.theme import VERDICT_STYLES
from bnsym.reporting.view import View, views
from bnsym.reporting.wording import missed, said_of_report


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
