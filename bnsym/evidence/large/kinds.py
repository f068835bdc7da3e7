"""Random values for what a statement leaves free, at a batch of any size.

An index space of size n holds a few kinds of examples, and of each kind some number that are alike: a sum
takes them at once, and tells apart those that something else speaks of (`verifying.jets`). The contractions
of a few vectors take any values so that they take anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from random import Random
from time import monotonic

from bnsym.evidence.surveying import OutOfTime, own_first, patterns, relevant, shapes, sizes
from bnsym.terms import (
    Add,
    Hypothesis,
    Index,
    Name,
    Relation,
    SpaceName,
    Statement,
    Sym,
    Term,
    free_indices,
)
from bnsym.verifying.domains import Field, Number
from bnsym.verifying.jets import At, Item, Values
from bnsym.verifying.proofs import halves_in_order

KINDS, FEW = 4, 3
"""Of the batch; and of any other index space, and of a batch that is to be smaller."""


class Timed(Values):
    deadline = inf
    """On the clock of `time.monotonic`."""

    def assigned(self, indices: Sequence[Index], seen: Sequence[Item] = ()) -> Iterator[tuple[At, Number]]:
        if monotonic() > self.deadline:
            raise OutOfTime
        return super().assigned(indices, seen)


@dataclass(eq=False)
class Point:
    """One draw of everything that a statement leaves free, in some domain of numbers."""

    statement: Statement
    domain: Field
    blocks: Mapping[SpaceName, list[Number]]
    random: Random
    drawn: Callable[[Name, Random], Number]
    symmetric: frozenset[Name]
    deadline: float
    table: dict[tuple[Name, tuple[int, ...]], Number] = field(default_factory=dict)

    def key(self, name: Name, kinds: tuple[int, ...]) -> tuple[Name, tuple[int, ...]]:
        kinds = min(kinds, kinds[::-1]) if name in self.symmetric else kinds
        return name, halves_in_order(self.statement, name, kinds)

    def component(self, name: Name, kinds: tuple[int, ...]) -> Number:
        key = self.key(name, kinds)
        if key not in self.table:
            self.table[key] = self.drawn(name, self.random)
        return self.table[key]

    @property
    def values(self) -> Values:
        """Of terms, as the components stand now."""
        values = Timed(self.domain, self.statement, self.blocks, self.component)
        values.deadline = self.deadline
        return values

    def everywhere(self, term: Term) -> list[tuple[At, Number]]:
        """The value of a term for all examples that its free indices may name."""
        values = self.values
        return [(at, values.number(term, at)) for at, _ in values.assigned(free_indices(term))]

    def sides(self) -> list[tuple[Number, Number]]:
        """Those of the statement, for every way in which its free indices may coincide."""
        values, sides = self.values, (self.statement.left, self.statement.right)
        kinds = {space: len(some) for space, some in self.blocks.items()}
        ways = patterns(free_indices(Add(sides)), kinds)
        places = [{i.name: (i.space, k, 0) for i, k in way.items()} for way in ways]
        return [(values.number(sides[0], at), values.number(sides[1], at)) for at in places]


@dataclass(frozen=True)
class Question:
    """A statement at a batch of some size."""

    statement: Statement
    sizes: Mapping[SpaceName, int]
    batch: SpaceName
    seed: int
    deadline: float

    @classmethod
    def of(cls, statement: Statement, size: int, seed: int, deadline: float) -> Question:
        statement = relevant(statement)
        spaces = own_first(statement)
        return cls(statement, sizes(spaces, size), spaces[0], seed, deadline)

    @property
    def free(self) -> set[Name]:
        defined = {d.symbol.name for d in self.statement.definitions}
        return shapes(self.statement).keys() - defined - {*self.statement.losses}

    @property
    def symmetric(self) -> frozenset[Name]:
        """Matrices that are so by hypothesis."""
        return frozenset(filter(None, map(_symmetric, self.statement.hypotheses)))

    @property
    def equations(self) -> list[Hypothesis]:
        equal = (h for h in self.statement.hypotheses if h.relation is Relation.EQ)
        return [h for h in equal if not _symmetric(h)]

    def point(
        self, domain: Field, number: str, drawn: Callable[[Name, Random], Number], size: float = inf
    ) -> Point:
        """A point of its own for each number; size: of the batch, if it is to be smaller."""
        random = Random(f"{self.seed} {number}")
        most = KINDS if size == inf else FEW
        alike = {s: _split(n, FEW, random) for s, n in self.sizes.items()}
        alike[self.batch] = _split(int(min(self.sizes[self.batch], size)), most, random)
        blocks = {s: [domain.number(n) for n in some] for s, some in alike.items()}
        return Point(self.statement, domain, blocks, random, drawn, self.symmetric, self.deadline)


def _symmetric(hypothesis: Hypothesis) -> Name:
    """The matrix that a hypothesis says to be symmetric, or nothing."""
    match hypothesis:
        case Hypothesis(Sym(name, (i, j)), Relation.EQ, Sym(other, (k, l))):
            return name if name == other and (i, j) == (l, k) else ""
    return ""


def _split(size: int, kinds: int, random: Random) -> list[int]:
    """How many examples there are of each kind."""
    ends = sorted(random.sample(range(1, size), min(kinds, size) - 1))
    return [b - a for a, b in pairwise((0, *ends, size))]
