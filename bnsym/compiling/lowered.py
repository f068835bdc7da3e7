"""A closed form as steps: each names a value without sums, or the sum of one over an index.

    σ² = 1/m Σ (x − μ)²    becomes    s = Σ (x − μ)²,  σ² = s/m

What does not vary with the index of a sum is taken out of it first, so that no matrix over the batch is
made of two vectors; sums that differ in letters alone are one. Emitted code and dense values follow the
steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bnsym.compiling.deltas import mentions, rebuilt
from bnsym.compiling.formula import Formula, factors
from bnsym.evidence.surveying import names
from bnsym.terms import (
    Add,
    Index,
    Name,
    Size,
    SpaceName,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mul,
    own_indices,
    rename,
    walk,
)

TOTAL = "Σ"
"""Before the names of sums, which no note can write."""


@dataclass(frozen=True, slots=True)
class Step:
    """`target = value`, or the sum of the value over an index."""

    target: Sym
    value: Term
    indices: tuple[Index, ...]
    """Of the value, in the order of axes: the target's, and the one that is summed over."""
    over: Index | None = None


class Steps:
    """Those that a formula's terms take, in order, in letters of its own: the first of an index space is the
    same in all of them."""

    def __init__(self, formula: Formula, *, fused: bool = False) -> None:
        """fused: what is defined entry by entry is written out where it is read, so that what does not vary
        leaves sums by way of definitions, too, and these wait for fewer others."""
        self.formula, self.fused = formula, fused
        self.made: list[Step] = []
        self._known: dict[object, Term] = {}
        shapes = sorted(formula.shapes.values(), key=len, reverse=True)
        self._letters = _letters(formula)
        self.spaces = list(dict.fromkeys([*(s for shape in shapes for s in shape), *self._letters]))

    def of(self, term: Term) -> Term:
        """The term without sums, by the values of steps and of arrays."""
        match term:
            case Sym(name, indices) if name in self.formula.definitions:
                return self._defined(name, indices)
            case Sum(index, body):
                return self._summed(index, self.of(body))
            case _:
                return rebuilt(term, self.of)

    def _defined(self, name: Name, indices: Sequence[Index]) -> Term:
        definition = self.formula.definitions[name]
        parameters = definition.symbol.indices
        if name not in self._known:
            value = self.of(definition.body)
            kept = [i for i in parameters if i in free_indices(value)]
            entries = self.fused and any(self.formula.shapes.get(n) for n in names(value))
            self._known[name] = value if entries else self._made(value, kept, name)
        given = {a.name: b for a, b in zip(parameters, indices, strict=True)}
        return rename(self._known[name], given)

    def _summed(self, index: Index, body: Term) -> Term:
        """Of a body without sums."""
        inside = mul(*(f for f in factors(body) if mentions(f, index)))
        outside = [f for f in factors(body) if not mentions(f, index)]
        if isinstance(inside, Add) and not all(mentions(t, index) for t in inside.terms):
            return mul(*outside, add(*(self._summed(index, t) for t in inside.terms)))
        if not mentions(inside, index):
            return mul(Size(index.space), *outside, inside)
        kept = [i for i in free_indices(inside) if i != index]
        return mul(*outside, self._made(inside, kept, over=index))

    def _made(self, value: Term, kept: Sequence[Index], name: Name = "", over: Index | None = None) -> Sym:
        """A step, or the one that there is, as a symbol at the indices that are kept."""
        own = self.own([*kept, over] if over else kept)
        key = (rename(value, own), own[over.name] if over else None)
        if key not in self._known or not over:
            axes = self.ordered(own.values())
            target = Sym(name or self._total(value), tuple(i for i in axes if i != key[1]))
            self._known[key] = target
            self.made.append(Step(target, key[0], axes, key[1]))
        back = {own[i.name].name: i for i in kept}
        return rename(self._known[key], back)  # type: ignore[return-value]

    def _total(self, value: Term) -> Name:
        """A name for a sum, by what is summed."""
        name = " | ".join([TOTAL, *sorted(names(value))])
        return name + "'" * sum(s.target.name.rstrip("'") == name for s in self.made)

    def ordered(self, indices: Iterable[Index]) -> tuple[Index, ...]:
        """In the order of axes."""
        return tuple(sorted(indices, key=lambda i: self.spaces.index(i.space)))

    def own(self, indices: Sequence[Index]) -> dict[str, Index]:
        """For the letter of each index one of the steps' own."""
        found: dict[str, Index] = {}
        for index in indices:
            number = sum(i.space == index.space for i in found.values())
            letters = self._letters[index.space]
            while number >= len(letters):
                letters.append(f"{letters[0]}{len(letters)}")
            found[index.name] = Index(letters[number], index.space)
        return found


def _letters(formula: Formula) -> dict[SpaceName, list[str]]:
    """Of each index space those that stand in the formula, words first; none of two spaces."""
    found: dict[SpaceName, list[str]] = {}
    inside = (i for t in formula.terms() for part in walk(t) for i in own_indices(part))
    taken: set[str] = set()
    for index in sorted(dict.fromkeys((*formula.free, *inside)), key=lambda i: i.name.isdigit()):
        own = found.setdefault(index.space, [])
        if index.name not in taken:
            own.append(index.name)
            taken.add(index.name)
    return {space: own or [f"i_{space}"] for space, own in found.items()}
