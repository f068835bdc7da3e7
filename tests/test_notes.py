r"""Notes that must pass and notes that must not.

`accept/` holds notes each of whose links is true: every one is proved, and no route that
shares no code with the proof disagrees. `refuse/` holds their near misses. There the
expectation stands behind the formula it speaks of, in a LaTeX comment, which the reader
masks in every kind of display block; a link without one must be proved:

    % expect: refuted
    % expect: undecided BN305
    % expect: unread BN122 \sum_i          the text that the caret underlines,
    % expect: unread BN122 at 8: \sum_i    and its column where the line has it twice
    % expect: error BN126 \beta            said of the file, not of a link (or `warning`)
"""

from __future__ import annotations

import re
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

import pytest

import bnsym
from bnsym.elaborate import Context, parse_term, read, read_with_context
from bnsym.kernel import Proved, Refuted, compare, refute
from bnsym.model import FileReport, Result, Severity, Span, Undecided, Unread
from bnsym.printing import to_latex
from bnsym.proving import decide
from bnsym.reporting.wording import relation_latex
from bnsym.terms import Add, Delta, Index, Mul, Pow, Relation, Sum, Sym, Term, rename, walk

HERE = Path(__file__).parent
ACCEPTED = sorted((HERE / "accept").glob("*.md"))
REFUSED = sorted((HERE / "refuse").glob("*.md"))
SECONDS = 10.0
"""For one link."""


def each(paths: list[Path]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", paths, ids=lambda path: f"{path.parent.name}/{path.stem}")


@cache
def checked(path: Path) -> FileReport:
    """The report on a note; proofs of accepted notes are cross-examined."""
    report = bnsym.check(path, timeout=SECONDS, cross_examine=path in ACCEPTED, repairs="none")
    assert not report.diagnostics, report.diagnostics
    (file,) = report.files
    return file


def found(result: Result) -> str:
    """A result in a line: where, what, and why."""
    verdict, link = result.verdict, result.link
    why = ""
    if isinstance(verdict, Unread):
        why = f" {verdict.problem.code} at {verdict.problem.span.column}: {verdict.problem.message}"
    elif isinstance(verdict, Undecided):
        why = f" {verdict.code}: {verdict.message}"
    return f"line {link.span.line}: {result.name}{why}: {link.source}"


# -- what is true -------------------------------------------------------------------------


@each(ACCEPTED)
def test_every_link_of_an_accepted_note_is_proved(path: Path) -> None:
    file = checked(path)
    assert len(file.results) >= 4
    assert [found(r) for r in file.results if not isinstance(r.verdict, Proved)] == []
    alarms = [d for d in file.derivation.diagnostics if d.severity is not Severity.NOTE]
    assert [f"line {d.span.line}: {d.code} {d.message}" for d in alarms] == []


@each(ACCEPTED)
def test_no_other_route_disagrees_with_a_proof(path: Path) -> None:
    results = checked(path).results
    assert [f"{found(r)}: {r.evidence}" for r in results if r.disagrees] == []
    assert all(r.evidence for r in results if isinstance(r.verdict, Proved))


@each(ACCEPTED)
def test_an_equation_is_confirmed_by_another_route(path: Path) -> None:
    """Orders may be beyond the other routes; an equation has to be confirmed by at least one."""
    equations = [r for r in checked(path).results if r.link.statement and _is_equation(r)]
    assert [found(r) for r in equations if not any(e.agrees for e in r.evidence)] == []


def _is_equation(result: Result) -> bool:
    statement = result.link.statement
    return statement is not None and statement.relation is Relation.EQ


def test_every_accepted_note_has_a_near_miss() -> None:
    assert {path.name for path in ACCEPTED} <= {path.name for path in REFUSED}


# -- what is not --------------------------------------------------------------------------


@dataclass(frozen=True)
class Expectation:
    line: int
    kind: str
    code: str = ""
    text: str = ""
    """What the caret underlines; empty where only the line is asserted."""
    column: int = 0

    @property
    def of_link(self) -> bool:
        return self.kind not in ("error", "warning")


_MARK = "% expect:"
_PLACE = r"(?: at (?P<column>\d+):)?(?: (?P<text>.+))?"
_EXPECTATION = re.compile(rf"(?P<kind>[a-z]+)(?: (?P<code>BN\d{{3}}){_PLACE})?")
KINDS = {"refuted", "undecided", "unread", "error", "warning"}


def expectations(path: Path) -> list[Expectation]:
    """Those that a note states of itself. A text without a column occurs in its line once."""
    stated: list[Expectation] = []
    for number, line in enumerate(path.read_text().splitlines(), start=1):
        formula, *marks = line.split(_MARK)
        for mark in marks:
            match = _EXPECTATION.fullmatch(mark.strip())
            assert match is not None, f"{path.name}:{number}: {mark}"
            assert match["kind"] in KINDS, f"{path.name}:{number}: {mark}"
            text, column = match["text"] or "", int(match["column"] or 0)
            if text and not column:
                assert formula.count(text) == 1, f"{path.name}:{number}: which {text}?"
                column = formula.index(text) + 1
            stated.append(Expectation(number, match["kind"], match["code"] or "", text, column))
    return stated


def underlined(path: Path, span: Span) -> str:
    """The text that a caret under `span` underlines, on its first line."""
    line = path.read_text().splitlines()[span.line - 1]
    return line[span.column - 1 : span.end_column - 1 if span.end_line == span.line else None]


def fits(path: Path, stated: Expectation, code: str, span: Span) -> bool:
    if stated.code != code or span.line != stated.line:
        return False
    return not stated.text or (span.column, underlined(path, span)) == (stated.column, stated.text)


def meets(path: Path, stated: Expectation, result: Result) -> bool:
    """Whether a link's verdict, code and caret are those that the note states."""
    verdict = result.verdict
    if result.name != stated.kind:
        return False
    if isinstance(verdict, Unread):
        return fits(path, stated, verdict.problem.code, verdict.problem.span)
    return not isinstance(verdict, Undecided) or verdict.code == stated.code


def offending_line(result: Result) -> int:
    verdict = result.verdict
    return verdict.problem.span.line if isinstance(verdict, Unread) else result.link.span.line


@each(REFUSED)
def test_a_near_miss_gets_the_verdict_that_it_states(path: Path) -> None:
    by_line = {stated.line: stated for stated in expectations(path) if stated.of_link}
    wrong: list[str] = []
    seen: set[int] = set()
    for result in checked(path).results:
        line = offending_line(result)
        seen.add(line)
        stated = by_line.get(line)
        if not (isinstance(result.verdict, Proved) if stated is None else meets(path, stated, result)):
            wanted = stated or "proved"
            wrong.append(f"{found(result)}\n  expected {wanted}")
    wrong += [f"no link is on the line of {stated}" for line, stated in by_line.items() if line not in seen]
    assert not wrong, "\n".join(wrong)


@each(REFUSED)
def test_a_flaw_of_the_file_is_reported_where_the_note_states_it(path: Path) -> None:
    wanted = [stated for stated in expectations(path) if not stated.of_link]
    alarms = [d for d in checked(path).derivation.diagnostics if d.severity is not Severity.NOTE]
    for stated in wanted:
        assert any(d.severity.value == stated.kind and fits(path, stated, d.code, d.span) for d in alarms), (
            f"{stated}, found {alarms}"
        )
    lines = {stated.line for stated in wanted}
    assert [d for d in alarms if d.severity is Severity.ERROR and d.span.line not in lines] == []


@each(REFUSED)
def test_a_refutation_replays(path: Path) -> None:
    """The kernel, given the witness again, finds the same two values, and they refute."""
    for result in checked(path).results:
        verdict = result.verdict
        if isinstance(verdict, Refuted):
            again = refute(verdict.statement, verdict.witness)
            assert verdict.statement == (result.link.statement or result.link.literal)
            assert (again.left, again.right) == (verdict.left, verdict.right)
            assert not compare(again.left, again.statement.relation, again.right)


@each(ACCEPTED + REFUSED)
def test_the_span_of_a_link_is_its_relation_sign(path: Path) -> None:
    signs = {"=", "<", ">", r"\le", r"\leq", r"\ge", r"\geq", r"\ne", r"\approx"}
    assert {underlined(path, r.link.span) for r in checked(path).results} <= signs


def test_every_error_of_reading_has_a_near_miss() -> None:
    stated = {e.code for path in REFUSED for e in expectations(path)}
    assert {f"BN{n}" for n in (*range(111, 115), *range(121, 130))} <= stated


# -- what must not be misread -------------------------------------------------------------

GRADIENT = r"\frac{\gamma}{m \sigma} (m g_i - \sum_j g_j - \hat{x}_i \sum_j \hat{x}_j g_j)"
NORMS = (
    r"\Vert m g - e\langle e, g\rangle - \hat{x}\langle\hat{x}, g\rangle \Vert^2"
    r" = m^2\Vert g\Vert^2 - m\langle e,g\rangle^2 - m\langle\hat{x},g\rangle^2"
)
DISTANCE = (
    r"\Vert W_0 - kW^*\Vert_2^2 - \Vert W_0 - W^*\Vert_2^2"
    r" = (k^2-1)\Vert W^*\Vert_2^2 - 2(k-1)\langle W_0, W^*\rangle"
)
MEAN = r"\frac{\partial f}{\partial \mu} = \sum_i \frac{\partial f}{\partial \hat{x_i}} (-\frac{1}{\sigma})"

LAYER = r"""
<!-- bnsym: define -->
$$
\begin{aligned}
\mu &= \frac{1}{m} \sum_i x_i \\
\sigma^2 &= \frac{1}{m} \sum_i (x_i - \mu)^2 \\
\hat{x_i} &= \frac{x_i - \mu}{\sigma} \\
y_i &= \gamma \hat{x_i} + \beta
\end{aligned}
$$

<!-- bnsym: let $g$ = $\frac{\partial f}{\partial y}$ -->

"""


def verdict_on(formula: str, before: str = LAYER) -> str:
    """The verdict on one formula, with its code if it is unread."""
    (link,) = read(f"{before}\n<!-- bnsym: claim -->\n$$\n{formula}\n$$\n", "note.md").links
    if link.problem is not None:
        return f"unread {link.problem.code}"
    assert link.statement is not None
    return type(decide(link.statement, time.monotonic() + SECONDS)).__name__.lower()


@pytest.mark.parametrize(
    "formula",
    [rf"\frac{{\partial f}}{{\partial x_i}} = {GRADIENT}", NORMS, DISTANCE, MEAN],
    ids=["gradient", "norms", "distance", "mean"],
)
def test_a_published_formula_is_read_as_written(formula: str) -> None:
    assert verdict_on(formula) == "proved"


@pytest.mark.parametrize(
    ("misreading", "verdict"),
    [
        (GRADIENT + r"= \frac{\gamma}{m \sigma}", "refuted"),  # the parenthesis is lost
        (GRADIENT + r"= \frac{\gamma}{\sigma} (g_i - g_j - \hat{x}_i \hat{x}_j g_j)", "unread BN121"),
        (NORMS.split("=")[0] + "= m g - e", "unread BN124"),
        (NORMS.replace(r"\Vert^2 =", r"\Vert ="), "refuted"),
        (NORMS.replace(r"m^2\Vert", r"m\Vert"), "refuted"),
        (DISTANCE.replace("k^2-1", "k^2+7"), "refuted"),
        (DISTANCE.replace("W^*", "W"), "proved"),  # one name for another, throughout
        (DISTANCE.replace(r"(k^2-1)\Vert W^*", r"(k^2-1)\Vert W"), "refuted"),
        (r"W^* - W = 0", "refuted"),
        (r"W^{*} - W = 0", "refuted"),
        (r"\hat{x}_i + 1 = \hat{x}_i", "refuted"),
        (r"\hat{x}_i + 1 = \hat{x}", "unread BN124"),
        (r"\hat{x}_i = x_i", "refuted"),
        (MEAN.replace("-", "+"), "refuted"),
        (MEAN.replace(r"(-\frac{1}{\sigma})", r"- \frac{1}{\sigma}"), "refuted"),  # no product, a difference
        (r"\sqrt{a^2} = a", "refuted"),
        (r"a \le a - 1", "refuted"),
    ],
)
def test_no_misreading_passes(misreading: str, verdict: str) -> None:
    assert verdict_on(misreading) == verdict


def test_a_sum_reaches_to_the_next_sign_of_its_level() -> None:
    assert verdict_on(r"\sum_i x_i + b = b + \sum_i x_i") == "proved"
    assert verdict_on(r"\sum_i (x_i + b) = m b + \sum_i x_i") == "proved"
    assert verdict_on(r"\sum_i x_i \cdot b + b = b (1 + m \mu)") == "proved"
    assert verdict_on(r"\sum_i x_i + b = \sum_i (x_i + b)") == "refuted"


# -- what must not matter -----------------------------------------------------------------


LETTERS = [letter + prime for prime in ("", "'", "''") for letter in "abcijklpqrst"]


def respelled(term: Term, random: Random) -> Term:
    """The same value: terms and factors in another order, other letters for bound indices."""
    match term:
        case Add(terms):
            return Add(tuple(random.sample([respelled(t, random) for t in terms], len(terms))))
        case Mul(factors):
            return Mul(tuple(random.sample([respelled(f, random) for f in factors], len(factors))))
        case Pow(base, exponent):
            return Pow(respelled(base, random), exponent)
        case Sum(index, body):
            taken = {i.name for t in walk(term) for i in _letters(t)}
            fresh = [letter for letter in LETTERS if letter not in taken]
            other = Index(random.choice(fresh), index.space)
            return Sum(other, respelled(rename(body, {index.name: other}), random))
    return term


def _letters(term: Term) -> tuple[Index, ...]:
    match term:
        case Sym(_, indices):
            return indices
        case Delta(left, right):
            return (left, right)
        case Sum(index, _):
            return (index,)
    return ()


@each(ACCEPTED + REFUSED)
def test_the_verdict_does_not_depend_on_letters_or_order(path: Path) -> None:
    random = Random(path.stem)
    decided = [r for r in checked(path).results if isinstance(r.verdict, Proved | Refuted)]
    for result in random.sample(decided, min(3, len(decided))):
        statement = result.link.statement or result.link.literal
        assert statement is not None
        other = replace(
            statement,
            left=respelled(statement.left, random),
            right=respelled(statement.right, random),
        )
        verdict = decide(other, time.monotonic() + SECONDS)
        shown = f"{found(result)}\n{relation_latex(other)}: {verdict}"
        assert type(verdict) is type(result.verdict), shown


# -- what is printed ----------------------------------------------------------------------


@cache
def context_of(path: Path) -> Context:
    return read_with_context(path.read_text(), path.name)[1]


@each(ACCEPTED + REFUSED)
def test_what_was_understood_reads_back_as_the_same_term(path: Path) -> None:
    context = context_of(path)
    lost: defaultdict[str, list[str]] = defaultdict(list)
    for result in checked(path).results:
        statement = result.link.statement
        # the chain rule through functions writes out what nobody has written
        own = statement is not None and not result.link.functions
        for side in (statement.left, statement.right) if statement and own else ():
            latex = to_latex(side, statement.losses if statement else None)
            if parse_term(latex, context) != side:
                lost[found(result)].append(latex)
    assert not lost
