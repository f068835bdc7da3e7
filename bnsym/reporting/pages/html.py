"""A report as one HTML file: the note's prose and formulas, each link with its verdict and, opened,
what that rests on; filters by verdict; what rests on what.

It needs no network and no script: filters are radio buttons and CSS, formulas MathML made here.
Everything from a note is escaped, and the page's own policy forbids all but its style sheet. What a notebook
shows under a cell, a table of links, brings no style sheet either, and takes the notebook's own colours.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from html import escape
from importlib.resources import files

from bnsym.model import Cause, Diagnostic, FileReport, Format, Report, Severity, Skipped, Undecided, format_of
from bnsym.reporting.outline import Formula, Saying, Step
from bnsym.reporting.pages.graph import graph, in_words
from bnsym.reporting.pages.mathml import marked, mathml
from bnsym.reporting.pages.prose_html import markdown_prose, tex_prose
from bnsym.reporting.resting import Standing
from bnsym.reporting.view import Failure, FileView, Grounds, View, file_views, views
from bnsym.reporting.wording import MARKS, missed, said_of_cause, said_of_report
from bnsym.source.text import Heading

_SIGNS = {":=": "≔"}
"""Signs that MathML would take apart."""
_WIDE = 64
"""Characters of source beyond which a single claim is set in two lines."""


def to_html(report: Report) -> str:
    """The whole page."""
    style = files("bnsym.reporting.pages").joinpath("report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    body = "".join(
        [*_head(report), "<main>", *(_file(f, n) for n, f in enumerate(file_views(report))), *_foot(report)]
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(_title(report))}</title><style>{style}</style></head><body>{body}</body></html>\n"
    )


def _title(report: Report) -> str:
    names = [file.derivation.file for file in report.files]
    return f"{names[0]} · bnsym" if len(names) == 1 else "Derivations · bnsym"


def _head(report: Report) -> Iterator[str]:
    """The counts, which are the filters."""
    yield f'<header><p class="kind">bnsym {escape(report.version)}</p><h1>{said_of_report(report)}</h1>'
    yield '<fieldset class="filters"><legend>Show</legend>'
    yield _filter("all", "all", len(report.results), chosen=True)
    yield from (_filter(name, f"{MARKS[name]} {name}", n) for name, n in report.counts.items() if n)
    yield "</fieldset>"
    if len(report.files) > 1:
        yield '<nav aria-label="Notes"><ul>'
        yield from (
            f'<li><a href="#file-{n}">{escape(file.derivation.file)}</a> <span>{_tally(file)}</span></li>'
            for n, file in enumerate(report.files)
        )
        yield "</ul></nav>"
    yield "</header>"


def _filter(name: str, label: str, count: int, *, chosen: bool = False) -> str:
    checked = " checked" if chosen else ""
    return (
        f'<label class="{name}"><input type="radio" name="show" id="show-{name}"{checked}>'
        f"{label} <b>{count}</b></label>"
    )


def _tally(file: FileReport) -> str:
    count, left = len(file.results), sum(not r.passed for r in file.results)
    if failing := [r for r in file.results if r.fails]:
        return f"{len(failing)} of {count} not {missed(failing)}"
    declared = any(r.link.claimed for r in file.results)
    return f"{left} of {count} open" if left else f"{count} {'as declared' if declared else 'proved'}"


def _file(view: FileView, number: int) -> str:
    drawn = graph(view.nodes, f"n{number}")
    resting_on = (
        f'<section class="resting"><h2>What rests on what</h2><div class="scroll" tabindex="0">{drawn}</div>'
        f'<p class="legend">{_LEGEND}</p><details><summary>The same in words</summary><ul>'
        f"{''.join(in_words(view.nodes))}</ul></details></section>"
        if drawn
        else ""
    )
    content = (_piece(piece, number) for piece in told(view))
    return (
        f'<article id="file-{number}"><p class="path">{escape(view.name)}</p>{_read(view)}'
        f"{''.join(map(_cause, view.file.causes))}"
        f"{''.join((*content, *_diagnostics(view.file.derivation.diagnostics)))}{resting_on}</article>"
    )


def _cause(cause: Cause) -> str:
    """Why several links are not proved: the lines to change, and which links are proved then."""
    pairs = ((f"<del>{escape(old)}</del>\n" * bool(old), escape(new)) for old, new in cause.lines)
    lines = "".join(f"{deleted}<ins>{new}</ins>\n" for deleted, new in pairs)
    return (
        f'<section class="cause"><h2>Line {cause.span.line}: {escape(said_of_cause(cause))}</h2>'
        f"<pre>{lines}</pre><p>{escape(', '.join(cause.links))}</p></section>"
    )


def _read(view: FileView) -> str:
    facts = (f"<dt>{label}</dt><dd>{marked(text)}</dd>" for label, text in view.read)
    return f'<dl class="read" aria-label="What was read">{"".join(facts)}</dl>'


_LEGEND = "".join(f'<span class="{one.name.lower()}">{one.value}</span>' for one in reversed(Standing))


def told(view: FileView) -> Iterator[str | Formula | Saying]:
    """Its prose as HTML, and what interrupts that, to the end."""
    render = tex_prose if format_of(view.name) is Format.TEX else markdown_prose
    text, done = view.text, 0
    for part in view.parts:
        if not isinstance(part, Heading):  # which is prose
            yield from (render(text[done : part.where.start], begins=done == 0), part)
            done = part.where.end
    yield render(text[done:], begins=done == 0)


def _piece(piece: str | Formula | Saying, number: int) -> str:
    match piece:
        case Formula():
            return _formula(piece, number)
        case Saying():
            return _saying(piece)
    return f'<div class="prose">{piece}</div>' if piece.strip() else ""


def _saying(saying: Saying) -> str:
    first, *rest = (mathml(formula) for formula in saying.formulas)
    if saying.kind == "let" and rest:
        return f'<p class="saying">Write {first} for {rest[0]}.</p>'
    return f'<p class="saying">Assume {", ".join([first, *rest])}.</p>'


# Formulas


def _formula(formula: Formula, number: int) -> str:
    steps = "".join(_step(step, formula) for step in formula.steps)
    if not steps:
        return ""
    name = escape(formula.name)
    return f'<section class="formula" id="n{number}-{name}"><p class="name">{name}</p>{steps}</section>'


def _step(step: Step, formula: Formula) -> str:
    if step.result is None:
        return (
            f'<div class="step definition">{_sides(step, formula)}<span class="mark">definition</span></div>'
        )
    view = View(step.result)
    kind = f"{step.result.name}{' unexpected' * (not step.result.passed)}"
    mark = f"{MARKS[step.result.name]} {step.result.name}{', as declared' * view.as_declared}"
    opened = "".join(f"<dt>{name}</dt><dd>{said}</dd>" for name, said in facts(view) if said)
    return (
        f'<details class="step link {kind}"{" open" * (not step.result.passed)}>'
        f'<summary>{_sides(step, formula)}<span class="mark">{mark}</span>'
        f"</summary><dl>{opened}</dl></details>"
    )


def _sides(step: Step, formula: Formula) -> str:
    """The author's formula; a step of a chain without the side that the step before ends with."""
    if not step.left:
        source = step.result.link.source if step.result else ""
        return f'<span class="sides"><code>{escape(source)}</code></span>'
    left, right = " ".join(step.left), " ".join(step.right)
    after = f"{_SIGNS.get(step.sign, step.sign)} {right}"
    if step.goes_on:
        return f'<span class="sides"><span class="after">{mathml(after, display=True)}</span></span>'
    if len(formula.steps) == 1 or (not _is_chain(step, formula) and len(left + right) < _WIDE * 2):
        return f'<span class="sides">{mathml(f"{left} {after}", display=True)}</span>'
    return (
        f'<span class="sides">{mathml(left, display=True)}'
        f'<span class="after">{mathml(after, display=True)}</span></span>'
    )


def _is_chain(step: Step, formula: Formula) -> bool:
    following = formula.steps.index(step) + 1
    return following < len(formula.steps) and formula.steps[following].goes_on


# Facts, opened on demand


def facts(view: View) -> Iterator[tuple[str, str]]:
    """What a result rests on, or why it failed: names, and HTML that may be empty."""
    result, verdict, words = view.result, view.result.verdict, view.words
    yield "link", f"<code>{escape(result.link.id)}</code> {escape(result.link.span.place)}"
    if view.grounds:
        yield from _proof(view.grounds)
    if not isinstance(verdict, Skipped):
        yield "declared", escape(view.reason)
    if view.failure:
        yield from _witness(view.failure)
        yield "there", escape(view.failure.there) if result.passed else ""
    if repair := result.repair:
        yield "repair", f"{mathml(repair.after)} for {mathml(repair.before)} ({escape(repair.what)})"
    if not view.failure or not result.passed:
        yield "why", escape(f"{words.message} {words.code}".strip())
    if isinstance(verdict, Undecided):
        yield "tried", escape(", ".join(verdict.tried))
    yield "hint", escape(words.hint)
    yield from ((label, marked(text)) for label, text in view.read())
    yield "evidence", "<br>".join(escape(f"{route}: {found}") for route, found, _ in view.evidence)


def _proof(grounds: Grounds) -> Iterator[tuple[str, str]]:
    yield "rule", escape(grounds.rule)
    yield "for", escape(grounds.scope) or "every size"
    yield "given", ", ".join(map(mathml, grounds.given))
    yield "if", ", ".join(map(mathml, grounds.side_conditions))
    yield "axioms", escape(grounds.axioms)
    yield "certificate", mathml(grounds.certificate)


def _witness(failure: Failure) -> Iterator[tuple[str, str]]:
    shown = [f"{escape(name)} = {value}" for name, value in failure.numbers]
    shown += [f"{mathml(name)} = {escape(value)}" for name, value in failure.values]
    yield "witness", "<br>".join(shown)


def _diagnostics(diagnostics: Iterable[Diagnostic]) -> Iterator[str]:
    """Errors and warnings of the note."""
    for said in diagnostics:
        if said.severity is not Severity.NOTE:
            message = f"line {said.span.line}: {marked(said.message)} <code>{said.code}</code>"
            yield f'<p class="diagnostic {said.severity.value}">{message}</p>'


def _foot(report: Report) -> Iterator[str]:
    yield "</main><footer><p>Proved: the kernel accepted a certificate, for every size that is named. "
    yield "Refuted: both sides were evaluated exactly, and the relation fails. "
    yield f"Made by bnsym {escape(report.version)}.</p></footer>"


# What a notebook shows under a cell

_TONES = {
    "proved": "#1f9254",
    "refuted": "#d64541",
    "undecided": "#b7791f",
    "unread": "#9a5cc6",
    "skipped": "#808690",
}
"""Readable on white and on near black."""
_CELL = 'style="text-align: left; vertical-align: top; padding: .3em .8em .3em 0"'


def to_fragment(report: Report) -> str:
    """HTML to stand in somebody else's page."""
    return "".join(["<div>", *_summary(report), "<table><tbody>", *_rows(report), "</tbody></table></div>"])


def _summary(report: Report) -> Iterator[str]:
    counts = ", ".join(f"{count} {name}" for name, count in report.counts.items() if count)
    yield f"<p><strong>{said_of_report(report)}</strong>{': ' * bool(counts)}{counts}.</p>"
    for problem in report.all_diagnostics:
        if problem.severity is not Severity.NOTE:
            place = escape(f"{problem.span.place}: {problem.code} {problem.message}")
            yield f"<p>{problem.severity.value}: {place}</p>"


def _rows(report: Report) -> Iterator[str]:
    for view in views(report):
        result = view.result
        tone = _TONES[result.name]
        known = "".join(f"<dt><em>{name}</em></dt><dd>{said}</dd>" for name, said in facts(view) if said)
        claim = mathml(view.stated) if view.stated else f"<code>{escape(result.link.source)}</code>"
        declared = ",<br>as declared" if view.as_declared else ""
        opened = " open" if not result.passed else ""
        said = f"{MARKS[result.name]} {result.name}{declared}"
        yield (
            f'<tr><td {_CELL}><span style="color: {tone}">{said}</span></td>'
            f"<td {_CELL}><details{opened}><summary>{claim}</summary><dl>{known}</dl></details></td></tr>"
        )
