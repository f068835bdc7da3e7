"""The frozen data that travels from the reader to the reporter: spans, links, verdicts,
reports. Imports the term tree and the kernel's verdicts only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from importlib import import_module
from typing import Any, Generic, TypeAlias, TypeVar

from bnsym.diagnostics import FORMATS as FORMATS
from bnsym.diagnostics import Diagnostic as Diagnostic
from bnsym.diagnostics import Format as Format
from bnsym.diagnostics import Severity as Severity
from bnsym.diagnostics import Span as Span
from bnsym.diagnostics import display_path as display_path
from bnsym.diagnostics import for_file as for_file
from bnsym.diagnostics import format_of as format_of
from bnsym.kernel import Certificate, Proved, Refuted
from bnsym.terms import Definition, Hypothesis, Name, Statement, Term

T = TypeVar("T")


class Later(Generic[T]):
    """Things that are made when somebody first asks for them, which for most links nobody does."""

    def __init__(self, make: Callable[[], Iterable[T]]) -> None:
        self._make = make

    @cached_property
    def made(self) -> tuple[T, ...]:
        return tuple(self._make())

    def __iter__(self) -> Iterator[T]:
        return iter(self.made)

    def __len__(self) -> int:
        return len(self.made)

    def __getitem__(self, place: int) -> T:
        return self.made[place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Iterable) and self.made == tuple(other)

    def __hash__(self) -> int:
        return hash(self.made)

    def __reduce__(self) -> tuple[Any, ...]:
        return tuple, (self.made,)


class Declared(Enum):
    REFUTED = "refuted"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a directive says of a link: published and wrong, or not to be checked."""

    kind: Declared
    reason: str
    span: Span
    at: str = ""
    """A witness to replay, as written: `m=4; x=(0,0,2,2); g=(0,0,1,0); \\gamma=2`."""
    code: str = ""
    """For a skipped link that can't be read: the code that reading it must give."""


@dataclass(frozen=True, slots=True)
class Convention:
    """How a notation that leaves a choice was read."""

    rule: str
    """Which of the conventions it is: `factor`, `biased`."""
    says: str
    """In words, LaTeX between backticks."""
    line: int
    of: tuple[str, ...] = ()
    """LaTeX of what it was taken of."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What else a link may mean, and what is said if that is proved and the link as it stands is not."""

    statement: Statement
    problem: Diagnostic


@dataclass(frozen=True, slots=True)
class FunctionValues:
    r"""A free array of a statement that stands for the values of a function of numbers: `\exp(z)`."""

    name: Name
    function: str
    """`exp`, `log`, `step` (1 above 0, else 0), or a name of which no more is known."""
    argument: Term
    """What it is a function of; its free indices are those of the array, in this order."""
    any: bool = True
    """Whether the claim is of any such function, or perhaps of a certain one that nothing tells."""


@dataclass(frozen=True, slots=True)
class Link:
    """One relation sign between two neighbouring expressions of a chain."""

    id: str
    span: Span
    """The relation sign."""
    source: str
    """The author's LaTeX, `left relation right`, white space folded."""
    statement: Statement | None
    """None: the link is unread, and `problem` says why."""
    problem: Diagnostic | None
    declaration: Declaration | None = None
    left_span: Span | None = None
    right_span: Span | None = None
    otherwise: Statement | None = None
    """The statement in the other reading of its partial derivatives, total for local or local for total,
    where the file does not say which is meant."""
    doubts: Later[Unread] | tuple[Unread, ...] = ()
    """What the link is instead of refuted, where the file does not claim so much that values at which it
    fails would refute it, as by a second equation of a name."""
    digits: tuple[int, int] = (0, 0)
    """How many digits stand after the point of each side that is a decimal and no more; else 0."""
    elsewhere: tuple[NamedHypothesis, ...] = ()
    """Orders of names in it that a sentence says of another section, or leaves open."""
    rests_on: tuple[tuple[str, int], ...] = ()
    """The definitions that the two sides lead to, each by its name and its line."""
    conditions: tuple[str, ...] = ()
    """What is said to hold for its chain alone, as it is written."""
    unless: Statement | None = None
    """What leaves no doubt if it is proved."""
    conventions: Later[Convention] | tuple[Convention, ...] = ()
    """What was taken where its notation, or that of its definitions, leaves a choice."""
    strict: bool = False
    """Whether a proof is in doubt as well."""
    literal: Statement | None = None
    """Of a link that is unread for its index letters, what it says of each value of a letter that one side
    leaves free, every sum having letters of its own: if that fails, the link does."""
    readings: Later[Reading] | tuple[Reading, ...] = ()
    """Narrower ones in which it may be meant: where one is proved, the link is unread and not refuted."""
    functions: tuple[FunctionValues, ...] = ()
    """The arrays in its statement that are values of functions of numbers."""
    jacobian: bool = False
    """Whether the derivatives that are total in the other reading stand elsewhere alone, as entries of a
    Jacobian: then that reading is meant where it is proved."""
    claimed: bool = True
    """Whether its file says in directives what it claims."""


@dataclass(frozen=True, slots=True)
class NamedDefinition:
    """A definition as the report shows it."""

    definition: Definition
    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class NamedHypothesis:
    hypothesis: Hypothesis
    source: str
    span: Span


@dataclass(frozen=True, slots=True)
class Derivation:
    """One file, read."""

    file: str
    links: tuple[Link, ...]
    definitions: tuple[NamedDefinition, ...] = ()
    hypotheses: tuple[NamedHypothesis, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    """Everything said of the file that is not one link's problem: warnings, notes, file errors."""
    unjudged: tuple[int, ...] = ()
    """The lines of relations in running text that neither define nor assume, and are no links."""
    unreadable: tuple[tuple[str, int], ...] = ()
    """Names whose definitions can't be read, with the lines of what is wrong there."""


@dataclass(frozen=True, slots=True)
class Undecided:
    code: str
    message: str
    tried: tuple[str, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether nothing hindered: no axiom that is not allowed, no worker lost, no defect."""
        return self.code not in ("BN311", "BN312", "BN402")


@dataclass(frozen=True, slots=True)
class Unread:
    problem: Diagnostic


@dataclass(frozen=True, slots=True)
class Skipped:
    reason: str
    problem: Diagnostic | None = None
    """Set where a skip names a code and reading gave another."""


Verdict: TypeAlias = Proved | Refuted | Undecided | Unread | Skipped

VERDICT_NAMES: dict[type, str] = {
    Proved: "proved",
    Refuted: "refuted",
    Undecided: "undecided",
    Unread: "unread",
    Skipped: "skipped",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a route that shares no code with the proof found. Never a proof."""

    route: str
    """`explicit m = 2, 3, 4`, `mod 2147483629 at m = 1000`."""
    agrees: bool | None
    """With what the link says. None: the route could not tell; `detail` says why."""
    detail: str = ""


TextEdit: TypeAlias = tuple[int, int, str]
"""`text[start:end]` becomes the string."""


def edited(text: str, edits: Iterable[TextEdit]) -> str:
    """The text with edits that don't overlap, of which the last stretch comes first."""
    for start, end, new in edits:
        text = text[:start] + new + text[end:]
    return text


@dataclass(frozen=True, slots=True)
class Repair:
    """A change of the note after which a refuted link is proved."""

    what: str
    """What was wrong: `a sign`, `a square and a hat`."""
    before: str
    """The side that changes, as the author wrote it."""
    after: str
    edits: tuple[TextEdit, ...]
    """Of the file, the last stretch first."""

    def apply(self, text: str) -> str:
        return edited(text, self.edits)


@dataclass(frozen=True, slots=True)
class Cause:
    """A change of the note that explains why several of its links are not proved."""

    what: str
    """What was wrong: "`u` for `\\mu`", "a hat"."""
    edits: tuple[TextEdit, ...]
    """As those of a Repair, of the file as the causes before this one leave it; the last stretch first."""
    lines: tuple[tuple[str, str], ...]
    """The lines that it changes, before and after."""
    links: tuple[str, ...]
    """The ids of those that are proved with it, and not before."""
    span: Span
    """Where the first edit is."""

    def apply(self, text: str) -> str:
        return edited(text, self.edits)


@dataclass(frozen=True, slots=True)
class Result:
    """A link and what became of it."""

    link: Link
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()
    notes: tuple[Diagnostic, ...] = ()
    seconds: float = 0.0
    repair: Repair | None = None
    """Of a refuted link, where one was asked for and found."""
    derived: str = ""
    """LaTeX of what the left side of a refuted link is, derived by the program; or nothing."""
    minimal: tuple[Hypothesis, ...] | None = None
    """The hypotheses that a proof can't do without, where that was asked for."""
    remembered: bool = False
    """Its certificate or witness is of an earlier check; the verdict is of this one."""
    final: bool = True
    """False where more time might have told more."""

    @property
    def name(self) -> str:
        return VERDICT_NAMES[type(self.verdict)]

    @property
    def disagrees(self) -> bool:
        """Whether a route contradicts a proof: a defect of bnsym. Beside any other verdict,
        evidence is for information."""
        return isinstance(self.verdict, Proved) and any(e.agrees is False for e in self.evidence)

    @property
    def unexamined(self) -> bool:
        """Whether routes were run on a proof, and none could tell."""
        undecided = bool(self.evidence) and all(e.agrees is None for e in self.evidence)
        return isinstance(self.verdict, Proved) and undecided

    @property
    def passed(self) -> bool:
        """Whether the link is as its file declares it."""
        if self.disagrees:
            return False
        declared = self.link.declaration
        if declared is not None and declared.kind is Declared.REFUTED:
            return isinstance(self.verdict, Refuted)
        if isinstance(self.verdict, Skipped):
            return self.verdict.problem is None
        return isinstance(self.verdict, Proved)

    @property
    def fails(self) -> bool:
        """Whether its file fails with it. One without directives says nothing of its links, and may leave
        them undecided or unread."""
        match self.verdict:
            case Unread():
                return self.link.claimed
            case Undecided() as undecided:
                return self.link.claimed or not undecided.judged
        return not self.passed


@dataclass(frozen=True, slots=True)
class FileReport:
    """A derivation with the result of each of its links."""

    derivation: Derivation
    results: tuple[Result, ...]
    causes: tuple[Cause, ...] = ()
    """In the order in which they are applied."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one `check` found."""

    version: str
    files: tuple[FileReport, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    """What concerns no file that was read: missing files, unknown fragments."""
    sources: dict[str, str] = field(default_factory=dict, compare=False, repr=False)
    """The text of each file, of a note that brings in others their bundle."""

    @property
    def results(self) -> tuple[Result, ...]:
        return tuple(r for f in self.files for r in f.results)

    @property
    def causes(self) -> tuple[Cause, ...]:
        return tuple(cause for file in self.files for cause in file.causes)

    @property
    def all_diagnostics(self) -> tuple[Diagnostic, ...]:
        return self.diagnostics + tuple(d for f in self.files for d in f.derivation.diagnostics)

    @property
    def remembered(self) -> int:
        """How many links were not searched for again."""
        return sum(r.remembered for r in self.results)

    @property
    def counts(self) -> dict[str, int]:
        found = Counter(r.name for r in self.results)
        return {name: found[name] for name in VERDICT_NAMES.values()}

    def __str__(self) -> str:
        """What is not as declared, and the summary."""
        return _shown(self, "console.terminal", "to_text")

    def _repr_html_(self) -> str:
        """What a notebook shows of a report."""
        return _shown(self, "pages.html", "to_fragment")

    @property
    def passed(self) -> bool:
        """Whether no link fails its file, nothing is in error and there was something to check, or need not
        be."""
        errors = any(d.severity is Severity.ERROR for d in self.all_diagnostics)
        something = self.results or any(d.code == "BN006" for d in self.diagnostics)
        return bool(something) and not errors and not any(r.fails for r in self.results)


def _shown(report: Report, module: str, function: str) -> str:
    """By a function of `reporting`, found by its name when it is asked for: data imports nothing that stands
    above it."""
    text: str = getattr(import_module(f"bnsym.reporting.{module}"), function)(report)
    return text


class ExitCode(Enum):
    OK = 0
    NOT_AS_DECLARED = 1
    USAGE = 2
    DISAGREEMENT = 3
    NOTHING = 5
    INTERRUPTED = 130


def rule_of(certificate: Certificate) -> str:
    """How a certificate proves, in a few words."""
    of = "maximum; " * bool(certificate.maxima) + "equations put in; " * bool(certificate.equations)
    of += "squares: " * certificate.squared
    if certificate.summands:
        return of + "sum of products that are not negative"
    return of + ("polynomial identity modulo relations" if certificate.uses else "normal form")
