"""True links of the notes, and a sample of what one slip makes of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from random import Random

from bnsym.calculus import Graph
from bnsym.elaborate import read
from bnsym.model import Link
from bnsym.reporting.wording import relation_latex
from bnsym.terms import Max, Relation, Statement, Sym, free_indices, walk
from tests.slips.mutating import hats, slips

ROOT = Path(__file__).parent.parent.parent
ACCEPTED = [ROOT / "derivations" / "batchnorm.md", *sorted((ROOT / "tests" / "accept").glob("*.md"))]
DERIVATIONS = sorted((ROOT / "derivations").glob("*.md"))
SEED = 20240229
TURNED = {
    Relation.LE: Relation.GE,
    Relation.GE: Relation.LE,
    Relation.LT: Relation.GT,
    Relation.GT: Relation.LT,
    Relation.NE: Relation.EQ,
}


@dataclass(frozen=True)
class Origin:
    """A link that is true, and where it stands."""

    path: Path
    link: Link
    statement: Statement


@dataclass(frozen=True)
class Mutant:
    """A link with one slip in it."""

    origin: Origin
    kind: str
    statement: Statement
    side: str = "right"
    """Which side has it: `left`, `right`, `relation` or `hypotheses`."""

    def __str__(self) -> str:
        place = f"{self.origin.path.stem}:{self.origin.link.span.line}"
        return f"{place}: {self.kind}: {relation_latex(self.statement)}"


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
    names = hats(statement)
    for kind, left in slips(statement.left, scope, names):
        yield Mutant(origin, kind, replace(statement, left=left), "left")
    for kind, right in slips(statement.right, scope, names):
        yield Mutant(origin, kind, replace(statement, right=right))
    if statement.relation is not Relation.EQ:
        yield Mutant(origin, "order", replace(statement, relation=TURNED[statement.relation]), "relation")
    for k in range(len(statement.hypotheses)):
        fewer = (*statement.hypotheses[:k], *statement.hypotheses[k + 1 :])
        yield Mutant(origin, "dropped hypothesis", replace(statement, hypotheses=fewer), "hypotheses")


@cache
def sample(n: int, paths: tuple[Path, ...] = tuple(ACCEPTED), seed: int = SEED) -> tuple[Mutant, ...]:
    """About n mutants, of each kind of slip the same share, so that the rare kinds are met too;
    what a kind with fewer leaves open goes to the others."""
    random = Random(seed)
    by_kind: dict[str, list[Mutant]] = {}
    for origin in true_links(paths):
        for mutant in mutants_of(origin):
            by_kind.setdefault(mutant.kind, []).append(mutant)
    chosen: list[Mutant] = []
    kinds = sorted(by_kind.items(), key=lambda item: len(item[1]))
    for done, (_, mutants) in enumerate(kinds):
        share = -(-(n - len(chosen)) // (len(kinds) - done))
        chosen += random.sample(mutants, min(share, len(mutants)))
    random.shuffle(chosen)
    return tuple(chosen)
