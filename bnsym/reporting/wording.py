"""What a report says of a result, in the same words for every format: its code, message
and hint, its relations as LaTeX, its witness as strings. Formats nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from bnsym.kernel import Proved, Refuted, Value
from bnsym.model import (
    Cause,
    Declared,
    Diagnostic,
    Evidence,
    Link,
    NamedDefinition,
    Repair,
    Report,
    Result,
    Severity,
    Skipped,
    Undecided,
    Unread,
    for_file,
)
from bnsym.printing import to_latex
from bnsym.reporting.unicode import unicode_math
from bnsym.terms import Hypothesis, Relation, Statement

CANT_TELL = "can't tell"
VALUES_SHOWN = 200
"""How many characters of values a message may have."""
MARKS = {"proved": "✓", "refuted": "✗", "undecided": "?", "unread": "!", "skipped": "–"}
FAILS = {
    Relation.EQ: "≠",
    Relation.LE: ">",
    Relation.LT: "≥",
    Relation.GE: "<",
    Relation.GT: "≤",
    Relation.NE: "=",
}
"""How the two sides stand where the relation fails."""
REFUTES = {Relation.EQ: ("BN201", "the two sides differ"), Relation.NE: ("BN203", "the two sides are equal")}
"""The code and the words of what refutes a relation that is no order."""


@dataclass(frozen=True, slots=True)
class Words:
    """A result's code (empty: it is proved, nothing more to say), message and hint."""

    code: str = ""
    message: str = ""
    hint: str = ""


def words_of(result: Result) -> Words:
    """The gravest thing to say: routes disagree, not as declared, then the verdict's own words."""
    if result.disagrees:
        against = [e for e in result.evidence if e.agrees is False]
        contrary = "; ".join(f"{e.route}: {e.detail}" if e.detail else e.route for e in against)
        hint = "a defect of bnsym: please report this note"
        return Words("BN401", f"proved, but contradicted by {contrary}", hint)
    errors = [note for note in result.notes if note.severity is Severity.ERROR]
    if errors:
        return _of(errors[0])
    match result.verdict:
        case Proved():
            return Words()
        case Refuted(statement=statement) as refuted:
            code, said = REFUTES.get(statement.relation, ("BN202", "the order fails"))
            return Words(code, f"{said}: {failure(refuted)}")
        case Undecided(code, message):
            return Words(code, message)
        case Unread(problem):
            return _of(problem)
        case Skipped(reason, problem):
            return _of(problem) if problem else Words("", reason)


def _of(problem: Diagnostic) -> Words:
    return Words(problem.code, problem.message, for_file(problem.hint, problem.span.file))


def failure(refuted: Refuted) -> str:
    """How the two sides stand at the witness: `1/2 ≠ 3/4`."""
    return f"{refuted.left} {FAILS[refuted.statement.relation]} {refuted.right}"


def at_witness(refuted: Refuted) -> str:
    """`1/2 ≠ 3/4 at m = 2, x = (0, 1)`; without the values where they are long."""
    values = [f"{unicode_math(name)} = {value}" for name, value in witness_strings(refuted)]
    at = f" at {', '.join(values)}" if values and sum(map(len, values)) < VALUES_SHOWN else ""
    return failure(refuted) + at


def plain_scope(scope: str) -> str:
    return unicode_math(scope.replace(">=", r"\ge"))


def finding(result: Result, evidence: Evidence) -> str:
    """What a route found: of a proof, whether it agrees; of any other link, whether it holds there."""
    if evidence.agrees is None:
        return CANT_TELL
    if isinstance(result.verdict, Proved):
        return "agrees" if evidence.agrees else "DISAGREES"
    return "the link holds there" if evidence.agrees else "the link fails there"


def is_declared_refuted(link: Link) -> bool:
    return link.declaration is not None and link.declaration.kind is Declared.REFUTED


def relation_latex(stated: Hypothesis | Statement) -> str:
    """`left relation right`."""
    return f"{to_latex(stated.left)} {stated.relation.value} {to_latex(stated.right)}"


def definition_latex(named: NamedDefinition) -> str:
    """`name = what it is`."""
    return f"{to_latex(named.definition.symbol)} = {to_latex(named.definition.body)}"


def value_strings(value: Value) -> Any:
    """A rational as `"3/4"`, an array as nested lists of them."""
    return str(value) if isinstance(value, Fraction | int) else [value_strings(part) for part in value]


def witness_strings(refuted: Refuted) -> list[tuple[str, str]]:
    """Sizes, free indices, then values: each name with what it is at the witness."""
    sizes = [(space, str(size)) for space, size in sorted(refuted.witness.sizes.items())]
    indices = [(letter, str(place)) for letter, place in sorted(refuted.at_indices.items())]
    return sizes + indices + values_of(refuted)


def values_of(refuted: Refuted) -> list[tuple[str, str]]:
    """Each free name with its value at the witness, nested lists as tuples are written."""
    return [(name, _as_tuple(value_strings(v))) for name, v in sorted(refuted.witness.values.items())]


def _as_tuple(value: Any) -> str:
    return value if isinstance(value, str) else f"({', '.join(map(_as_tuple, value))})"


def said_of_cause(cause: Cause) -> str:
    """`a hat: 3 links are proved with it put right`."""
    links = f"{len(cause.links)} links are" if len(cause.links) > 1 else "a link is"
    return f"{cause.what}: {links} proved with it put right"


def said_of_repair(repair: Repair) -> str:
    return f"it holds with {repair.what} put right: {' '.join(repair.after.split())}"


def said_of_report(report: Report) -> str:
    """Whether its files pass, in a few words."""
    if failing := [result for result in report.results if result.fails]:
        return f"Not every link is {missed(failing)}"
    if not report.results:
        return "There is nothing to check"
    if not report.passed:
        return "There are errors"
    if all(result.passed for result in report.results):
        declared = any(result.link.claimed for result in report.results)
        return "Every link is as declared" if declared else "Every link is proved"
    return "Nothing is refuted" + " but as declared" * bool(report.counts["refuted"])


def missed(failing: Sequence[Result]) -> str:
    """What links that fail are not: as declared or, where nothing is declared, true."""
    if any(result.link.claimed for result in failing):
        return "as declared"
    return " or ".join(sorted({"true" if result.name == "refuted" else "judged" for result in failing}))


def by_cause(results: Iterable[Result]) -> Iterable[list[Result]]:
    """Those that wait for one thing to be read, or that the same edits mend, together; any other alone."""
    groups: dict[object, list[Result]] = {}
    for result in results:
        mended = (result.link.span.file, result.repair.edits) if result.repair else id(result)
        groups.setdefault(cause_of(result) or mended, []).append(result)
    return groups.values()


def cause_of(result: Result) -> Diagnostic | None:
    """What keeps a link from being read, if there is no more to say of the link than that."""
    match result:
        case Result(verdict=Unread(problem), repair=None, notes=()):
            return problem.cause or problem
    return None
