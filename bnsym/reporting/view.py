"""A report as every format shows it: what is said of each link and each file, gathered once.

Formats render what is here; none of them reads a note, proves, or puts anything in. Facts are worked out when
they are first asked for, since no format shows all of them. Formulas are LaTeX.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import accumulate
from typing import Any

from bnsym.kernel import Proved, Refuted
from bnsym.model import FileReport, Report, Result, Span, TextEdit, Unread, edited, rule_of
from bnsym.reporting import wording
from bnsym.reporting.certificate_lines import certificate_line
from bnsym.reporting.formal import formal
from bnsym.reporting.outline import Formula, Part, outline
from bnsym.reporting.reading import Facts, free, read_in, read_with, sizes, taken
from bnsym.reporting.resting import Node, resting
from bnsym.reporting.wording import Words, relation_latex
from bnsym.source.bundle import lines
from bnsym.source.opening import opened
from bnsym.source.source_map import Places
from bnsym.terms import Hypothesis


@dataclass(frozen=True)
class Grounds:
    """What a proof rests on."""

    proof: Proved
    needed: tuple[Hypothesis, ...] | None
    """The hypotheses without which there is no proof, where that was asked for."""

    @property
    def rule(self) -> str:
        return rule_of(self.proof.certificate)

    @property
    def axioms(self) -> str:
        return ", ".join(self.proof.axioms)

    @property
    def scope(self) -> str:
        """`m ≥ 2`; nothing for every size."""
        return wording.plain_scope(self.proof.scope)

    @cached_property
    def given(self) -> tuple[str, ...]:
        return tuple(map(relation_latex, self.proof.hypotheses))

    @cached_property
    def spare(self) -> tuple[str, ...] | None:
        """The hypotheses that it can do without."""
        if self.needed is None:
            return None
        return tuple(relation_latex(h) for h in self.proof.hypotheses if h not in self.needed)

    @cached_property
    def side_conditions(self) -> tuple[str, ...]:
        return tuple(map(relation_latex, self.proof.side_conditions))

    @cached_property
    def certificate(self) -> str:
        return certificate_line(self.proof)


@dataclass(frozen=True)
class Failure:
    """Where a relation fails, and how."""

    refuted: Refuted

    @property
    def sizes(self) -> list[tuple[str, int]]:
        return sorted(self.refuted.witness.sizes.items())

    @property
    def numbers(self) -> list[tuple[str, int]]:
        """Sizes, then free indices from 1."""
        return [*self.sizes, *sorted(self.refuted.at_indices.items())]

    @property
    def values(self) -> list[tuple[str, str]]:
        """Free names with rationals, and tuples of them."""
        return wording.values_of(self.refuted)

    @property
    def there(self) -> str:
        """`1/2 ≠ 3/4`."""
        return wording.failure(self.refuted)


@dataclass(frozen=True)
class View:
    """A link, and what is said of it."""

    result: Result

    @cached_property
    def words(self) -> Words:
        return wording.words_of(self.result)

    @property
    def as_declared(self) -> bool:
        """Whether it is refuted, and its file says so."""
        return self.result.passed and wording.is_declared_refuted(self.result.link)

    @property
    def reason(self) -> str:
        declared = self.result.link.declaration
        return declared.reason if declared else ""

    @property
    def span(self) -> Span:
        """Where to look: what can't be read, or the relation sign."""
        verdict = self.result.verdict
        return verdict.problem.span if isinstance(verdict, Unread) else self.result.link.span

    @property
    def place(self) -> str:
        return f"{self.result.link.span.file}:{self.line}"

    @property
    def line(self) -> str:
        """`21`, `21 (cell 4)`."""
        return f"{int(self.result.link.span.line)}{self.result.link.span.in_cell}"

    @property
    def stated(self) -> str:
        """As it was understood; nothing if it is unread."""
        statement = self.result.link.statement
        return relation_latex(statement) if statement else ""

    @property
    def judged(self) -> str:
        """What was proved or refuted, which may be another reading of it; else as it was understood."""
        verdict = self.result.verdict
        return relation_latex(verdict.statement) if isinstance(verdict, Proved | Refuted) else self.stated

    @cached_property
    def grounds(self) -> Grounds | None:
        proof = self.result.verdict
        return Grounds(proof, self.result.minimal) if isinstance(proof, Proved) else None

    @cached_property
    def failure(self) -> Failure | None:
        refuted = self.result.verdict
        return Failure(refuted) if isinstance(refuted, Refuted) else None

    @property
    def formal(self) -> dict[str, Any] | None:
        """What another checker can judge."""
        verdict = self.result.verdict
        return formal(verdict) if isinstance(verdict, Proved | Refuted) else None

    @property
    def evidence(self) -> Iterator[tuple[str, str, str]]:
        """Each route, what it found, and more of that."""
        yield from ((e.route, wording.finding(self.result, e), e.detail) for e in self.result.evidence)

    @property
    def taken(self) -> str:
        """The conventions that it was read by, in one line."""
        return taken(self.result.link)

    @property
    def sizes(self) -> dict[str, tuple[str, ...]]:
        """Each with the index letters that run over it."""
        return sizes(self.result.link)

    @property
    def free(self) -> dict[str, str]:
        """The names of any value that it leads to, each with its kind."""
        return free(self.result.link)

    def read(self, *, witnessed: bool = False) -> Iterator[tuple[str, str]]:
        """What it was read with, by labels. witnessed: a witness says what the sizes and free names are."""
        return read_with(self.result.link, witnessed=witnessed)


@dataclass(frozen=True)
class Fix:
    """What would make a link true."""

    said: str
    edits: tuple[tuple[Span, str], ...]
    """What becomes of stretches of the files as they are, the last first."""


@dataclass(frozen=True)
class FileView:
    """A file, and what is said of it."""

    file: FileReport
    written: str

    @property
    def name(self) -> str:
        return self.file.derivation.file

    @property
    def text(self) -> str:
        """What its formulas stand in."""
        return opened(self.written, self.name).text

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        return tuple(outline(self.file, self.written))

    @property
    def formulas(self) -> Iterator[Formula]:
        return (part for part in self.parts if isinstance(part, Formula))

    @cached_property
    def nodes(self) -> tuple[Node, ...]:
        """What rests on what."""
        return resting(self.file, self.formulas)

    @property
    def facts(self) -> Facts:
        return Facts.of(self.file.derivation)

    @property
    def read(self) -> Iterator[tuple[str, str]]:
        """What it was read as, by labels."""
        return ((label, text) for label, text in read_in(self.file.derivation) if text)

    @property
    def views(self) -> list[View]:
        return [View(result) for result in self.file.results]

    @cached_property
    def fixes(self) -> dict[str, Fix]:
        """What mends each link, by its id: its repair, or its cause with those before that."""
        alone = ((r.link.id, r.repair) for r in self.file.results if r.repair is not None)
        found = {name: self._fix(wording.said_of_repair(repair), repair.edits) for name, repair in alone}
        after = self.written
        for cause in self.file.causes:
            after = edited(after, cause.edits)
            fix = self._fix(wording.said_of_cause(cause), changes(self.written, after))
            found |= dict.fromkeys(cause.links, fix)
        return found

    def _fix(self, said: str, edits: Iterable[TextEdit]) -> Fix:
        places = Places.of(self.written)
        return Fix(said, tuple((places.span(self.name, start, end), new) for start, end, new in edits))


def changes(before: str, after: str) -> list[TextEdit]:
    """What makes one text of another, line by line, the last first."""
    old, new = lines(before), lines(after)
    starts = [0, *accumulate(map(len, old))]
    found = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(starts[a], starts[b], "".join(new[c:d])) for tag, a, b, c, d in found[::-1] if tag != "equal"]


def views(report: Report) -> list[View]:
    return [View(result) for result in report.results]


def file_views(report: Report) -> list[FileView]:
    return [FileView(file, report.sources.get(file.derivation.file, "")) for file in report.files]


def shown(sources: Mapping[str, str], span: Span) -> tuple[str | None, Span]:
    """The text in which a span is shown, if its file was read, and where it stands there."""
    written = sources.get(span.file)
    return (None, span) if written is None else opened(written, span.file).shown(span)
