"""Values of terms at a point, with derivatives by infinitesimals.

A derivative is the coefficient of an infinitesimal, of square zero, that is added to one component. Of a
term the coefficient at a product of infinitesimals is its `part`; a loss is its Taylor polynomial in the
outputs. Nothing is expanded, and no rule is used but those for +, ·, and powers.

An index space consists of blocks of alike items: in a block of weight w, w items have the same components.
A sum tells apart those that something else speaks of, and takes the rest of each block at once. So a size
may be any number; blocks of weight 1 are a batch of single items.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import NamedTuple, TypeAlias

from bnsym.terms import (
    Add,
    Delta,
    Diff,
    Index,
    Mul,
    Num,
    Pow,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
)
from bnsym.verifying.domains import Field, Number, Unjudged, Wrong

Item: TypeAlias = tuple[str, int, int]
"""Space, block, and which of the block's items."""
At: TypeAlias = dict[str, Item]
Part: TypeAlias = Number | None
"""None where the form says that it is zero."""


class Seed(NamedTuple):
    """An infinitesimal at one component; it goes on through definitions if the derivative is total."""

    number: int
    name: str
    items: tuple[Item, ...]
    total: bool


Seeds: TypeAlias = tuple[Seed, ...]


class Values:
    def __init__(
        self,
        domain: Field,
        statement: Statement,
        blocks: Mapping[str, Sequence[Number]],
        raw: Callable[[str, tuple[int, ...]], Number],
    ) -> None:
        """raw: the component of a free array by its blocks."""
        self.domain, self.statement, self.blocks, self.raw = domain, statement, blocks, raw
        self.definitions = {d.symbol.name: d for d in statement.definitions}
        self.powers: list[tuple[Term, Fraction, At]] = []
        """Those that not every number has: base, exponent, and where."""
        self._memo: dict[object, Part] = {}
        self._free: dict[int, tuple[Term, tuple[Index, ...]]] = {}

    def number(self, term: Term, at: At) -> Number:
        return self._or_zero(self.part(term, at, ()))

    def _or_zero(self, part: Part) -> Number:
        return self.domain.number(0) if part is None else part

    def part(self, term: Term, at: At, seeds: Seeds) -> Part:
        """The coefficient at the seeds."""
        match term:
            case Num() | Size() | Delta() if seeds:
                return None
            case Num(value):
                return self.domain.number(value)
            case Size(space):
                return self._total(self.blocks[space])
            case Delta(left, right):
                return self.domain.number(at[left.name] == at[right.name])
            case Add(terms):
                return self._total(self.part(t, at, seeds) for t in terms)
            case Mul(factors):
                return self._product(factors, at, seeds, product(range(len(factors)), repeat=len(seeds)))
            case Pow(base, exponent):
                return self._power(base, exponent, at, seeds)
            case Sym(name, indices):
                return self._component(name, tuple(at[i.name] for i in indices), seeds)
        if id(term) not in self._free:  # remembered with the term, so that no identity is given to another
            self._free[id(term)] = term, free_indices(term)
        here = tuple(at[i.name] for i in self._free[id(term)][1])
        if (id(term), here, seeds) not in self._memo:
            self._memo[id(term), here, seeds] = self._part(term, at, here, seeds)
        return self._memo[id(term), here, seeds]

    def _part(self, term: Term, at: At, here: tuple[Item, ...], seeds: Seeds) -> Part:
        match term:
            case Sum(index, body):
                choices = self.assigned((index,), (*here, *(item for seed in seeds for item in seed.items)))
                return self._total(self._times(w, self.part(body, at | more, seeds)) for more, w in choices)
            case Diff(of, by, total):
                return self._derivative(of, by, total, at, seeds)
        raise Wrong("a maximum without a value")

    # arithmetic of parts

    def _total(self, parts: Iterable[Part]) -> Part:
        total = None
        for part in parts:
            total = part if total is None else total if part is None else self.domain.add(total, part)
        return total

    def _times(self, *parts: Part) -> Part:
        found = parts[0]
        for part in parts[1:]:
            found = None if found is None or part is None else self.domain.mul(found, part)
        return found

    def _product(self, factors: Sequence[Term], at: At, seeds: Seeds, ways: Iterable[Sequence[int]]) -> Part:
        """With each seed given to one factor, in all these ways."""
        return self._total(self._given(factors, at, seeds, to) for to in ways)

    def _given(self, factors: Sequence[Term], at: At, seeds: Seeds, to: Sequence[int]) -> Part:
        """Factors with seeds come first: of a product of zero nothing else needs a value."""
        found: Part = self.domain.number(1)
        for n in sorted(range(len(factors)), key=lambda n: n not in to):
            if found is not None:
                mine = tuple(s for s, k in zip(seeds, to, strict=True) if k == n)
                found = self._times(found, self.part(factors[n], at, mine))
        return found

    def _power(self, base: Term, exponent: Fraction, at: At, seeds: Seeds) -> Part:
        """The derivative of b^e is e b^(e - 1) times that of b."""
        if not seeds:
            if exponent < 0 or exponent.denominator > 1:
                self.powers.append((base, exponent, at))
            return self.domain.power(self.number(base, at), exponent)
        ways = (to for to in product((1, 2), repeat=len(seeds)) if to[0] == 2 and exponent)
        return self._product((Num(exponent), Pow(base, exponent - 1), base), at, seeds, ways)

    # components

    def assigned(self, indices: Sequence[Index], seen: Sequence[Item] = ()) -> Iterator[tuple[At, Number]]:
        """Items for the indices, and how many choices are like these; each of `seen` is told apart."""
        if not indices:
            yield {}, self.domain.number(1)
            return
        space = indices[0].space
        for block, weight in enumerate(self.blocks[space]):
            here = sorted({item for item in seen if item[:2] == (space, block)})
            unseen = next(n for n in range(len(here) + 1) if (space, block, n) not in here)
            rest = self.domain.add(weight, self.domain.number(-len(here)))
            choices = [(item, self.domain.number(1)) for item in here]
            choices += [((space, block, unseen), rest)] if rest else []
            for item, alike in choices:
                for more, times in self.assigned(indices[1:], (*seen, item)):
                    yield {indices[0].name: item} | more, self.domain.mul(alike, times)

    def _component(self, name: str, items: tuple[Item, ...], seeds: Seeds) -> Part:
        if (name, items, seeds) not in self._memo:
            self._memo[name, items, seeds] = self._new(name, items, seeds)
        return self._memo[name, items, seeds]

    def _new(self, name: str, items: tuple[Item, ...], seeds: Seeds) -> Part:
        if any(seed.name == name for seed in seeds):
            return self.domain.number(1) if len(seeds) == 1 and seeds[0].items == items else None
        if name in self.statement.losses and seeds:
            return self._taylor(name, tuple(seed._replace(total=True) for seed in seeds))
        if name in self.definitions and all(seed.total for seed in seeds):
            definition = self.definitions[name]
            parameters = (i.name for i in definition.symbol.indices)
            return self.part(definition.body, dict(zip(parameters, items, strict=True)), seeds)
        if seeds and name.startswith(r"\frac{\partial"):
            raise Unjudged("a derivative of what is named as one")
        return None if seeds else self.raw(name, tuple(block for _, block, _ in items))

    def _taylor(self, loss: str, seeds: Seeds) -> Part:
        """Σ g dy, for two seeds Σ g d²y + Σ H dy dy."""
        if len(seeds) > 2 or not self.statement.outputs:
            raise Unjudged(f"a third derivative of {loss}, or it is not said what it depends on")
        found = [self._times(self._known(loss, one), part) for one, part in self._changes(seeds)]
        if len(seeds) == 2:
            pairs = product(*(list(self._changes((seed,))) for seed in seeds))
            found += [self._times(self._known(loss, one, two), a, b) for (one, a), (two, b) in pairs]
        return self._total(found)

    def _changes(self, seeds: Seeds) -> Iterator[tuple[tuple[str, tuple[Item, ...]], Number]]:
        """Each component of an output, and by how much it changes, times how many there are of it."""
        for name in self.statement.outputs:
            places = {seed.items: self.domain.number(1) for seed in seeds if seed.name == name}
            if name in self.definitions:
                indices = self.definitions[name].symbol.indices
                seen = [item for seed in seeds for item in seed.items]
                places = {tuple(at[i.name] for i in indices): w for at, w in self.assigned(indices, seen)}
            for items, weight in places.items():
                part = self._times(weight, self._component(name, items, seeds))
                if part is not None:
                    yield (name, items), part

    def _known(self, loss: str, *at: tuple[str, tuple[Item, ...]]) -> Number:
        """A derivative of the loss at the outputs; of two, the one that is listed first comes first."""
        found = sorted(at, key=lambda one: self.statement.outputs.index(one[0]))
        name = derivative(loss, *(y for y, _ in found))
        return self.raw(name, tuple(block for _, items in found for _, block, _ in items))

    def _derivative(self, of: Term, by: Sym, total: bool, at: At, seeds: Seeds) -> Part:
        if seeds and not (total and all(seed.total for seed in seeds)):
            raise Unjudged("a derivative with definitions held fixed, in another derivative")
        seeds = (*seeds, Seed(len(seeds), by.name, tuple(at[i.name] for i in by.indices), total))
        if isinstance(of, Sym) and of.name != by.name and of.name in self.definitions:
            definition = self.definitions[of.name]
            pairs = zip(definition.symbol.indices, of.indices, strict=True)
            at, of = {i.name: at[k.name] for i, k in pairs}, definition.body
        return self._or_zero(self.part(of, at, seeds))


def derivative(loss: str, *outputs: str) -> str:
    """The name of the free array of a loss's derivatives."""
    by, square = " ".join(rf"\partial {y}" for y in outputs), "^{2}" if len(outputs) == 2 else ""
    return rf"\frac{{\partial{square} {loss}}}{{{by}}}"
