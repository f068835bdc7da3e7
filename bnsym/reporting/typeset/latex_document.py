r"""A report as LaTeX: the note's prose, the author's own source of what was proved, each link with its
mark and its grounds; what was refuted, as errata; what is not verified, by name.

Only what the reader understood is let through (`authored`); all other text is escaped: the prose is what the
HTML report shows of it, and of a paragraph in letters that pdflatex has no font for, the formulas. The macros
around it are in `macros.tex`, for an author to redefine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from importlib.resources import files
from itertools import groupby
from pathlib import Path

from bnsym.kernel import Number, Proved, Refuted, Surd
from bnsym.model import Report, Result
from bnsym.reporting.authored import Barred, safe_math
from bnsym.reporting.outline import Formula, Saying, Step
from bnsym.reporting.pages.html import told
from bnsym.reporting.typeset.tex_lines import ROOM, divided, escaped, width
from bnsym.reporting.view import FileView, Grounds, View, file_views, views
from bnsym.reporting.wording import FAILS
from bnsym.source.tex import plain_title

_HANGS = 26
"""A left side wider than this stands on a line of its own."""
_TITLE = re.compile(
    r"""\A-{3}\s*\n(?:(?!---).*\n)*?title:[ \t]*["']?(.+?)["']?[ \t]*\n|\\title\s*\{([^{}]*)\}"""
)


def to_latex_document(report: Report, *, standalone: bool = True) -> str:
    """The report as a document that pdflatex sets, or as a part to `\\input` in one."""
    body = "\n".join([*_body(report), ""])
    if not standalone:
        return f"{_resource('macros.tex')}\n{body}"
    head = _resource("standalone.tex") + _resource("macros.tex")
    return f"{head}\\begin{{document}}\n{body}\\end{{document}}\n"


def _resource(name: str) -> str:
    return files("bnsym.reporting.typeset").joinpath(name).read_text(encoding="utf-8")


def _body(report: Report) -> Iterator[str]:
    refuted: list[tuple[Step, Result]] = []
    labels: set[str] = set()
    for view in file_views(report):
        yield from _verified(view, labels)
        steps = [(s, s.result) for formula in view.formulas for s in formula.steps if s.result]
        refuted += [(s, result) for s, result in steps if isinstance(result.verdict, Refuted)]
    yield from _errata(refuted)
    yield from _unverified(report)
    yield rf"\bnsymnote{{Checked by bnsym {escaped(report.version)}.}}"


def is_verified(result: Result) -> bool:
    return isinstance(result.verdict, Proved) and not result.disagrees


# What is verified


def _verified(view: FileView, labels: set[str]) -> Iterator[str]:
    pieces = [
        one
        for piece in told(view)
        for one in ([piece] if isinstance(piece, Formula | Saying) else prose(piece))
    ]
    if not any(isinstance(piece, str) and piece.startswith(r"\bnsymtitle{") for piece in pieces):
        yield rf"\bnsymtitle{{{escaped(_named(view))}}}"
    for piece in pieces:
        yield from [piece] if isinstance(piece, str) else _part(piece, labels)


def _named(view: FileView) -> str:
    """What a note that has no heading is called: as its front matter or preamble says, or as its file."""
    said = _TITLE.search(view.text)
    name = re.sub(r"[-_\s]+", " ", Path(view.name).stem).strip()
    return (said[1] or plain_title(said[2])) if said else name[:1].upper() + name[1:]


def _part(part: Formula | Saying, labels: set[str]) -> Iterator[str]:
    match part:
        case Saying("assume", formulas):
            yield rf"\bnsymsaying{{Assume {_listed(formulas)}.}}"
        case Saying(_, (name, *meaning)) if meaning:
            yield rf"\bnsymsaying{{Write {math(name)} for {math(meaning[0])}.}}"
        case Formula(steps=steps):
            kept = [s for s in steps if s.left and (s.result is None or is_verified(s.result))]
            if kept:
                yield from _display(kept, labels)
                yield from _notes(part.name, kept)
            left = [s.result.link.id for s in steps if s.result and not is_verified(s.result)]
            if names := ", ".join(map(_id, left)):
                yield rf"\bnsymnote{{{names}: see below.}}"


def _listed(formulas: Iterable[str]) -> str:
    return ", ".join(map(math, formulas))


def _id(name: str) -> str:
    return rf"\bnsymid{{{escaped(name)}}}"


def _display(steps: list[Step], labels: set[str], mark: str = r"\bnsymproved") -> Iterator[str]:
    rows = [row for run in _runs(steps) for row in _rows(run, labels, mark)]
    yield r"\begingroup\bnsymnumbers"
    yield r"\begin{align}"
    yield " \\\\\n".join(rows)
    yield r"\end{align}"
    yield r"\endgroup"


def _runs(steps: Iterable[Step]) -> list[list[Step]]:
    """Steps of which each goes on from the one before."""
    runs: list[list[Step]] = []
    for step in steps:
        if runs and step.goes_on and step.left == runs[-1][-1].right:
            runs[-1].append(step)
        else:
            runs.append([step])
    return runs


def _rows(run: list[Step], labels: set[str], mark: str) -> Iterator[str]:
    """The rows of a chain: its first side before the alignment, or, if it is long, above the rest."""
    head = run[0].left
    room = ROOM - width(head[-1])
    hangs = len(head) > 1 or (width(head[0]) > _HANGS and any(width(r) > room for s in run for r in s.right))
    if hangs:
        yield from (f"& {line} \\notag" for side in head for line in divided(side))
        room = ROOM - 4
    for number, step in enumerate(run):
        start = r"&\quad" if hangs else f"{head[-1]} &" if number == 0 else "&"
        *lines, last = [line for side in step.right for line in divided(side, room)]
        sign = r"\mathrel{:=}" if step.sign == ":=" else step.sign
        opening = f"{start} {sign} "
        for line in lines:
            yield f"{opening}{line} \\notag"
            opening = r"&\quad\qquad " if hangs else r"&\qquad "
        yield f"{opening}{last} {_tag(step, labels, mark)}"


def _tag(step: Step, labels: set[str], mark: str) -> str:
    if step.label and step.label not in labels:
        labels.add(step.label)
        return rf"\label{{{step.label}}}"
    return rf"\tag*{{{mark}{{{escaped(step.result.link.id)}}}}}" if step.result else r"\notag"


# Under each formula: what its proofs rest on


def _notes(name: str, steps: Iterable[Step]) -> Iterator[str]:
    """Links with the same grounds share a line."""
    proofs = [(s.result.link.id, View(s.result).grounds) for s in steps if s.result]
    grounds = [(number_of(link, name), _grounds(p)) for link, p in proofs if p]
    lines = []
    for ground, group in groupby(grounds, key=lambda ground: ground[1]):
        span = _ranges([number for number, _ in group])
        lines.append(f"{span}: {ground}" if span else ground)
    if because := " \\newline ".join(lines):
        yield rf"\bnsymnote{{{_id(name)}\quad {because}}}"


def number_of(link: str, block: str) -> str:
    """`2` of `input-gradient.2`; nothing where the block has one link."""
    return link.removeprefix(block).removeprefix(".")


def _ranges(numbers: list[str]) -> str:
    """`1, 2+3, 5--7`."""
    found: list[list[str]] = []
    for number in numbers:
        if found and number.isdigit() and found[-1][-1].isdigit() and int(number) == int(found[-1][-1]) + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ", ".join(run[0] if len(run) == 1 else f"{run[0]}--{run[-1]}" for run in found)


def _grounds(grounds: Grounds) -> str:
    """The rule, for which sizes, given what, where, by which axioms; for an order its certificate."""
    scope = grounds.proof.scope.replace(">=", r"\ge")
    parts = [escaped(grounds.rule), math(scope) if scope else "every size"]
    parts += [f"given {_listed(grounds.given)}"] if grounds.given else []
    parts += [f"if {_listed(grounds.side_conditions)}"] if grounds.side_conditions else []
    parts += [escaped(f"by {grounds.axioms}")] if grounds.axioms else []
    if grounds.proof.certificate.summands:
        parts.append(math(grounds.certificate))
    return "; ".join(parts) + "."


# What is not


def _errata(steps: list[tuple[Step, Result]]) -> Iterator[str]:
    yield from [r"\bnsymheading{Errata}"] if steps else ()
    for step, result in steps:
        yield from _display([step], set(), r"\bnsymrefuted") if step.left else ()
        yield rf"\bnsymnote{{{_id(result.link.id)}\quad {' '.join(_erratum(View(result)))}}}"


def _erratum(view: View) -> Iterator[str]:
    """Why, at which values, and what would be right."""
    if view.failure:
        refuted = view.failure.refuted
        yield escaped(view.place) + "."
        if view.reason:
            yield escaped(view.reason).rstrip(".") + "."
        numbers = (*view.failure.numbers, *view.failure.values)
        values = _listed(f"{name} = {value}" for name, value in numbers)
        fails = escaped(FAILS[refuted.statement.relation])
        left, right = _number(refuted.left), _number(refuted.right)
        yield f"At {values} the sides are ${left}$ {fails} ${right}$."
        if repair := view.result.repair:
            yield f"Without {escaped(repair.what)}: {math(repair.after)} for {math(repair.before)}."


def _number(value: Number) -> str:
    if not isinstance(value, Surd):
        return str(value)
    return rf"{'-' * (value.square < 0)}\sqrt{{{abs(value.square)}}}"


def _unverified(report: Report) -> Iterator[str]:
    others = [v for v in views(report) if not v.failure and not is_verified(v.result)]
    if not others:
        return
    yield r"\bnsymheading{Not verified}"
    for view in others:
        said = escaped(f"{view.result.name}, {view.place}. {view.words.message}")
        yield rf"\bnsymnote{{{_id(view.result.link.id)}\quad {said}}}"


# Prose

_HEADINGS = {"h1": "title", "h2": "heading"} | dict.fromkeys(("h3", "h4", "h5", "h6"), "subheading")
_INLINE = {"em": r"\emph{", "strong": r"\textbf{", "code": r"\texttt{"}
_BLOCKS = frozenset((*_HEADINGS, *"p li tr pre blockquote".split()))
_BEFORE = {"td": r"\quad ", "th": r"\quad ", "br": r"\newline "}
MOST = 5
"""Letters of a paragraph that pdflatex has no font for."""


def prose(html: str) -> Iterator[str]:
    """A line for each paragraph and heading."""
    reader = _Reader()
    reader.feed(f"{html}<p>")
    yield from reader.lines


def math(latex: str) -> str:
    """An author's formula; as text where it is nothing that can be let through."""
    try:
        return rf"\ensuremath{{{safe_math(latex)}}}"
    except Barred:
        return rf"\texttt{{{escaped(latex)}}}"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.parts: list[str] = []
        self.formulas: list[str] = []
        self.kind, self.bullet = "saying", ""
        self.muted = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end()
            self.kind = _HEADINGS.get(tag, "saying")
            self.bullet = r"\ensuremath{\bullet} " if tag == "li" else self.bullet
        if tag == "math":
            self.muted = True
            self.formulas.append(math(dict(attributes)["aria-label"] or ""))
            self.parts.append(self.formulas[-1])
        self.parts.append(_BEFORE.get(tag, "") or _INLINE.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self.muted = self.muted and tag != "math"
        self.parts.append("}" * (tag in _INLINE))
        if tag in _BLOCKS:
            self._end()

    def handle_data(self, data: str) -> None:
        self.parts.append("" if self.muted else escaped(data))

    def _end(self) -> None:
        text = "".join(self.parts).strip()
        shown = ", ".join(self.formulas) if text.count(r"\bnsymunicode") > MOST else text
        if shown:
            self.lines.append(rf"\bnsym{self.kind}{{{self.bullet}{shown}}}")
            self.bullet = ""
        self.parts, self.formulas = [], []
