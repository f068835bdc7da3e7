"""Slips: true links of the notes with one thing changed, and what becomes of them.

    python -m tests.slips --n 2000

Whether a changed link is false is for floating-point numbers to say: the evaluator below walks
the term tree on random values and shares nothing with the kernel's normal forms. Printed, for each
kind of slip: false proofs (there must be none), refuted ones, repaired ones, and the time.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from random import Random
from statistics import median

from bnsym.calculus import Graph, expand
from bnsym.kernel import Proved, Refuted
from bnsym.model import Link, Undecided
from bnsym.printing import statement_to_latex, to_latex
from bnsym.proving import decide
from bnsym.reading import read, read_with_context
from bnsym.terms import (
    HALF,
    ONE,
    Add,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
    Num,
    Pow,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    mul,
    neg,
    num,
    walk,
)

ROOT = Path(__file__).parent.parent
ACCEPTED = [ROOT / "derivations" / "batchnorm.md", *sorted((ROOT / "tests" / "accept").glob("*.md"))]
DERIVATIONS = sorted((ROOT / "derivations").glob("*.md"))
SEED = 20240229
SECONDS = 2.0
"""For one mutant: most are refuted in a few milliseconds."""
ENOUGH = 4
"""Random points at which what holds is taken for true."""


# -- floats -------------------------------------------------------------------------------


class Outside(Exception):
    """At these values a side has no value."""


@dataclass
class Point:
    """Random values for everything free, drawn when first asked for."""

    graph: Graph
    sizes: dict[str, int]
    random: Random
    drawn: dict[tuple[object, ...], float] = field(default_factory=dict)

    def value(self, term: Term, at: dict[str, int]) -> float:
        match term:
            case Num(value):
                return float(value)
            case Size(space):
                return float(self.size(space))
            case Delta(left, right):
                return float(at[left.name] == at[right.name])
            case Add(terms):
                return math.fsum(self.value(t, at) for t in terms)
            case Mul(factors):
                return math.prod(self.value(f, at) for f in factors)
            case Pow(base, exponent):
                return power(self.value(base, at), exponent)
            case Sum(index, body):
                values = range(self.size(index.space))
                return math.fsum(self.value(body, at | {index.name: n}) for n in values)
            case Sym(name, indices):
                return self.remembered((name, *(at[i.name] for i in indices)), term, at)
            case Diff(of, by, total):
                where = tuple(at[i.name] for i in free_indices(term))
                return self.remembered((of, by, total, where), term, at)
        raise AssertionError(term)

    def size(self, space: str) -> int:
        return self.sizes.setdefault(space, self.random.choice((2, 3, 4)))

    def remembered(self, key: tuple[object, ...], term: Sym | Diff, at: dict[str, int]) -> float:
        if isinstance(term, Sym) and term.name in self.graph.symmetric:
            key = (term.name, *sorted(key[1:]))  # type: ignore[type-var]
        if key not in self.drawn:
            meaning = expand(self.graph, term) if isinstance(term, Diff) else self.graph.unfold(term)
            self.drawn[key] = self.random.uniform(-2, 2) if meaning is None else self.value(meaning, at)
        return self.drawn[key]

    def holds(self, claim: Statement | Hypothesis, tolerance: float) -> bool:
        """For all values of the free indices."""
        indices = dict.fromkeys((*free_indices(claim.left), *free_indices(claim.right)))
        for values in product(*(range(self.size(i.space)) for i in indices)):
            at = {i.name: n for i, n in zip(indices, values, strict=True)}
            left, right = self.value(claim.left, at), self.value(claim.right, at)
            if not related(left, claim.relation, right, tolerance):
                return False
        return True


def power(base: float, exponent: Fraction) -> float:
    if base < 0 and exponent.denominator % 2 == 0:
        raise Outside
    if abs(base) < 1e-6 and exponent < 0:
        raise Outside
    return base ** (exponent.numerator if exponent.denominator == 1 else float(exponent))


def related(left: float, relation: Relation, right: float, tolerance: float) -> bool:
    """Whether the relation holds, or would with a change of the sides by `tolerance`."""
    slack = tolerance * (1 + abs(left) + abs(right))
    match relation:
        case Relation.EQ:
            return abs(left - right) <= slack
        case Relation.LE | Relation.LT:
            return left <= right + slack
        case Relation.GE | Relation.GT:
            return left >= right - slack
        case Relation.NE:
            return left != right


def is_false(statement: Statement) -> bool:
    """Whether floats contradict the statement at one of a few random points."""
    graph = Graph.of(statement)
    points = 0
    for seed in range(200):
        try:
            point = Point(graph, {}, Random(seed))
            if not all(point.holds(h, 0.0) for h in statement.hypotheses):
                continue
            if not point.holds(statement, 1e-6):
                return True
        except Outside:
            continue
        points += 1
        if points == ENOUGH:
            return False
    return False


# -- slips --------------------------------------------------------------------------------


def slips(term: Term, scope: tuple[Index, ...], names: dict[str, str]) -> Iterator[tuple[str, Term]]:
    """Every single slip inside `term`, with its kind. scope: the indices that have a meaning
    here; names: for a name with a hat, the name without it."""
    yield from _slips_here(term, scope, names)
    match term:
        case Add(terms):
            for k, part in enumerate(terms):
                for kind, other in slips(part, scope, names):
                    yield kind, Add((*terms[:k], other, *terms[k + 1 :]))
        case Mul(factors):
            for k, part in enumerate(factors):
                for kind, other in slips(part, scope, names):
                    yield kind, Mul((*factors[:k], other, *factors[k + 1 :]))
        case Pow(base, exponent):
            for kind, other in slips(base, scope, names):
                yield kind, Pow(other, exponent)
        case Sum(index, body):
            for kind, other in slips(body, (*scope, index), names):
                yield kind, Sum(index, other)


def _slips_here(term: Term, scope: tuple[Index, ...], names: dict[str, str]) -> Iterator[tuple[str, Term]]:
    match term:
        case Num(value) if value != 0:
            yield "coefficient", num(value + 1)
            yield "coefficient", num(value / 2)
            yield "sign", num(-value)
        case Size(space):
            yield "size", Add((Size(space), num(-1)))
            yield "size", Mul((Size(space), Size(space)))
        case Add(terms):
            for k, part in enumerate(terms):
                yield "sign", Add((*terms[:k], neg(part), *terms[k + 1 :]))
                rest = (*terms[:k], *terms[k + 1 :])
                yield "dropped term", rest[0] if len(rest) == 1 else Add(rest)
        case Mul(factors):
            yield "sign", neg(term)
            for k in range(len(factors)):
                yield "dropped factor", mul(*factors[:k], *factors[k + 1 :])
        case Pow(base, exponent):
            yield "exponent", Pow(base, exponent + 1)
            yield "exponent", Pow(base, -exponent)
            if exponent.denominator == 2:
                yield "root", Pow(base, 2 * exponent)  # σ² for σ
            elif exponent.denominator == 1:
                yield "square", base if exponent == 2 else Pow(base, exponent * HALF)
        case Sum(index, body):
            yield "coefficient", mul(num(2), term)
            if index in free_indices(body):
                yield "missing sum", body
        case Delta():
            yield "delta", ONE
        case Sym(name, indices):
            for k, index in enumerate(indices):
                for other in scope:
                    if other.space == index.space and other != index:
                        yield "index", Sym(name, (*indices[:k], other, *indices[k + 1 :]))
            if name in names:
                yield "hat", Sym(names[name], indices)
        case Diff(of, by, total):
            for kind, other in _slips_here(by, scope, names):
                if kind == "index" and isinstance(other, Sym):
                    yield "index", Diff(of, other, total)


def without_hats(statement: Statement) -> dict[str, str]:
    """x for x̂, where both are names of the statement with as many indices."""
    definitions = (part for d in statement.definitions for part in (d.symbol, d.body))
    terms = (statement.left, statement.right, *definitions)
    arity = {t.name: len(t.indices) for term in terms for t in walk(term) if isinstance(t, Sym)}
    hats = [name for name in arity if name.startswith(r"\hat{")]
    bare = {name: name.removeprefix(r"\hat{").removesuffix("}") for name in hats}
    return {name: other for name, other in bare.items() if arity.get(other) == arity[name]}


# -- the sample ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Origin:
    """A link that is true, and where it stands."""

    path: Path
    link: Link
    statement: Statement


@dataclass(frozen=True)
class Mutant:
    origin: Origin
    kind: str
    statement: Statement

    def __str__(self) -> str:
        place = f"{self.origin.path.stem}:{self.origin.link.span.line}"
        return f"{place}: {self.kind}: {statement_to_latex(self.statement)}"


def true_links(paths: Sequence[Path] = ACCEPTED) -> Iterator[Origin]:
    """Those of the notes whose sides have values at random points: no maxima, no equations assumed."""
    for path in paths:
        for link in read(path.read_text(encoding="utf-8"), path.stem).links:
            statement = link.statement
            if statement is None or link.declaration is not None or has_maximum(statement):
                continue
            if all(h.relation is not Relation.EQ for h in statement.hypotheses):
                yield Origin(path, link, statement)


def has_maximum(statement: Statement) -> bool:
    """Whether a maximum, which has no values here, occurs in a side or in what it is defined by."""
    graph, done = Graph.of(statement), set()
    todo = [statement.left, statement.right]
    while todo:
        for term in walk(todo.pop()):
            if isinstance(term, Max):
                return True
            if isinstance(term, Sym) and term.name not in done:
                done.add(term.name)
                todo += [graph.by_name[term.name].body] if term.name in graph.by_name else []
    return False


def mutants_of(origin: Origin) -> Iterator[Mutant]:
    statement = origin.statement
    scope = tuple(dict.fromkeys((*free_indices(statement.left), *free_indices(statement.right))))
    names = without_hats(statement)
    for kind, left in slips(statement.left, scope, names):
        yield Mutant(origin, kind, replace(statement, left=left))
    for kind, right in slips(statement.right, scope, names):
        yield Mutant(origin, kind, replace(statement, right=right))
    if statement.relation is not Relation.EQ:
        yield Mutant(origin, "order", replace(statement, left=statement.right, right=statement.left))
    for k in range(len(statement.hypotheses)):
        fewer = (*statement.hypotheses[:k], *statement.hypotheses[k + 1 :])
        yield Mutant(origin, "dropped hypothesis", replace(statement, hypotheses=fewer))


@cache
def sample(n: int, paths: tuple[Path, ...] = tuple(ACCEPTED)) -> tuple[Mutant, ...]:
    """Mutants of each kind of slip in turn, so that the rare kinds are met too."""
    random = Random(SEED)
    by_kind: dict[str, list[Mutant]] = {}
    for origin in true_links(paths):
        for mutant in mutants_of(origin):
            by_kind.setdefault(mutant.kind, []).append(mutant)
    share = -(-n // len(by_kind))
    chosen: list[Mutant] = []
    for _, mutants in sorted(by_kind.items()):
        chosen += random.sample(mutants, min(share, len(mutants)))
    random.shuffle(chosen)
    return tuple(chosen)


# -- the benchmark ------------------------------------------------------------------------


@dataclass
class Tally:
    """What became of the slips of one kind."""

    tried: int = 0
    false: int = 0
    proved_false: int = 0
    refuted: int = 0
    undecided: int = 0
    mendable: int = 0
    mended: int = 0
    seconds: list[float] = field(default_factory=list)

    def row(self, kind: str) -> str:
        times = sorted(self.seconds) or [0.0]
        refuted = 100 * self.refuted / max(1, self.false)
        mended = f"{100 * self.mended / self.mendable:5.1f} %" if self.mendable else "      –"
        return (
            f"{kind:<20}{self.tried:>6}{self.false:>7}{self.proved_false:>9}{refuted:>10.1f} %"
            f"{self.undecided:>11}{mended:>10}"
            f"{1000 * median(times):>10.1f}{1000 * times[int(0.99 * (len(times) - 1))]:>10.0f}"
        )


def judge(mutant: Mutant, tally: Tally, repairs: bool) -> None:
    started = time.perf_counter()
    verdict = decide(mutant.statement, time.monotonic() + SECONDS)
    tally.seconds.append(time.perf_counter() - started)
    tally.tried += 1
    if not is_false(mutant.statement):
        return
    tally.false += 1
    tally.proved_false += isinstance(verdict, Proved)
    tally.refuted += isinstance(verdict, Refuted)
    tally.undecided += isinstance(verdict, Undecided)
    if isinstance(verdict, Proved):
        print(f"PROVED, AND FALSE: {mutant}")
    if repairs and isinstance(verdict, Refuted) and mutant.statement.left == mutant.origin.statement.left:
        mended = _mended(mutant)
        tally.mendable += mended is not None
        tally.mended += bool(mended)


def _mended(mutant: Mutant) -> bool | None:
    """Whether the note with the slip in it gets a repair; None if it is not read as the slip is."""
    from bnsym.repairing.search import Note, offsets, repair

    origin = mutant.origin
    if origin.link.right_span is None:
        return None
    text = origin.path.read_text(encoding="utf-8")
    start, end = offsets(text, origin.link.right_span)
    changed = text[:start] + to_latex(mutant.statement.right) + text[end:]
    derivation, context = read_with_context(changed, origin.path.name)
    link = next((k for k in derivation.links if k.id == origin.link.id), None)
    if link is None or link.statement is None:
        return None
    verdict = decide(link.statement, time.monotonic() + SECONDS)
    if not isinstance(verdict, Refuted):
        return None
    note = Note(changed, origin.path.name, context)
    return repair(note, link, verdict, time.monotonic() + 3 * SECONDS) is not None


def main() -> int:
    parser = argparse.ArgumentParser(description="What becomes of true links with one slip in them.")
    parser.add_argument("--n", type=int, default=2000, help="how many slips, of all kinds alike")
    parser.add_argument("--repairs", action="store_true", help="look for repairs as well (slow)")
    options = parser.parse_args()
    by_kind: dict[str, Tally] = {}
    for mutant in sample(options.n, tuple(DERIVATIONS)):
        judge(mutant, by_kind.setdefault(mutant.kind, Tally()), options.repairs)
    print("kind                 tried  false   proved   refuted  undecided    mended  median ms   p99 ms")
    for kind, tally in sorted(by_kind.items()):
        print(tally.row(kind))
    return int(any(tally.proved_false for tally in by_kind.values()))


if __name__ == "__main__":
    sys.exit(main())
