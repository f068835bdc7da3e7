"""Terms over a batch of any length: what runs over it is worked out in blocks that fit a cache.

    Σ_i v_i (x_i − x̄)    each block of v and x, the difference, the product, its sum; then the sum of these

Within a block one letter runs over the batch. What does not vary with it is taken out of a sum, what varies
with two such letters is multiplied out, and sums and definitions without one are worked out once.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import inf, prod
from time import monotonic
from typing import Any

from bnsym.evidence.deltas import mentions, spend, tidy, times
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import OutOfTime, Sizes, Unsupported
from bnsym.evidence.whole.named_axes import Evaluator, Tensor, each
from bnsym.terms import (
    Add,
    Delta,
    Index,
    Mul,
    Name,
    Pow,
    SpaceName,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    neg,
    power,
    walk,
)

BLOCK = 131_072
"""Numbers of an array in a block: few enough for a cache, and enough to be worth the steps between."""
MATRIX = "a matrix over the batch"


@dataclass(eq=False, kw_only=True)
class Blockwise(Evaluator):
    """Values for names, and what follows from them, block by block of `long`, if that is an index space."""

    structure: Structure
    sizes: Sizes
    deadline: float = inf
    computed: dict[Name, Any] = field(default_factory=dict, init=False)
    """All components of definitions and adjoints."""
    _bodies: dict[Sym, Term] = field(default_factory=dict, init=False)
    _block: tuple[str, slice] = field(default=("", slice(0)), init=False)
    """The letter that runs over the batch, and where it stands."""
    _here: dict[Sym, Tensor] = field(default_factory=dict, init=False)
    """Of names within the block."""
    _powers: dict[Term, Tensor] = field(default_factory=dict, init=False)
    """Of what does not run over the batch."""
    _sums: dict[tuple[Index, Term], Tensor] = field(default_factory=dict, init=False)
    """Of products over the whole batch."""

    @property
    def long(self) -> SpaceName | None:
        raise NotImplementedError

    def free(self, name: Name) -> Any:
        """All components of what nothing defines."""
        raise NotImplementedError

    def array(self, name: Name) -> Any:
        structure = self.structure
        if name not in structure.definitions and name not in structure.adjoints:
            return self.free(name)
        if name not in self.computed:
            definition = structure.definitions.get(name)
            symbol = definition.symbol if definition else Sym(name, structure.fresh(structure.shapes[name]))
            self.computed[name] = self.table(symbol.indices, self.body(symbol))
        return self.computed[name]

    def body(self, symbol: Sym) -> Term:
        """What a component of a definition or an adjoint is."""
        if symbol not in self._bodies:
            structure, name = self.structure, symbol.name
            if name in structure.definitions:
                self._bodies[symbol] = structure.unfold(symbol)
            else:
                loss, node = structure.adjoints[name]
                self._bodies[symbol] = structure.gradient(loss, Sym(node, symbol.indices))
        return self._bodies[symbol]

    def blocks(self, index: Index) -> Iterator[None]:
        """Each block, while an index runs over it."""
        shapes = (shape for shape in self.structure.shapes.values() if index.space in shape)
        wide = max((prod(self.sizes[s] for s in shape if s != index.space) for shape in shapes), default=1)
        step, size, outer = max(1, BLOCK // wide), self.sizes[index.space], (self._block, self._here)
        for start in range(0, size, step):
            if monotonic() > self.deadline:
                raise OutOfTime
            self._block, self._here = (index.name, slice(start, min(size, start + step))), {}
            yield
        self._block, self._here = outer

    def evaluate(self, term: Term) -> Tensor:
        match term:
            case _ if self.long is None:
                pass
            case Sym(_, indices) if any(i.space == self.long for i in indices):
                if term not in self._here:
                    self._here[term] = self._within(term)
                return self._here[term]
            case Delta(left, _) if left.space == self.long:
                raise Unsupported(MATRIX)
            case Pow() if not any(i.space == self.long for i in free_indices(term)):
                if term not in self._powers:
                    self._powers[term] = super().evaluate(term)
                return self._powers[term]
        return super().evaluate(term)

    def _within(self, symbol: Sym) -> Tensor:
        """In the block."""
        letter, part = self._block
        if [i.name for i in symbol.indices if i.space == self.long] != [letter]:
            raise Unsupported(MATRIX)
        if symbol.name in self.structure.definitions or symbol.name in self.structure.adjoints:
            return self.evaluate(self.body(symbol))
        where = tuple(part if i.name == letter else slice(None) for i in symbol.indices)
        return self._gathered(each(self.array(symbol.name), lambda a: a[where]), symbol.indices)

    def summed(self, index: Index, body: Term) -> Tensor:
        if index.space != self.long:
            return super().summed(index, body)
        factors = self._factors(body, index)
        if any(self._is_matrix(t) for f in factors for t in walk(f)):
            return self.evaluate(tidy(Sum(index, self._soft(times(*factors)))))
        inside = [f for f in factors if mentions(f, index)]
        outside = [f for f in factors if not mentions(f, index)]
        if mixed := [f for f in inside if _mixed(f, index)]:
            return self.sum_of([self.summed(index, p) for p in _split(factors, mixed)])
        whole = self._total(index, inside) if inside else self.constant(Fraction(self.sizes[index.space]))
        return self.product([whole, *map(self.evaluate, outside)])

    def _total(self, index: Index, factors: Sequence[Term]) -> Tensor:
        """The sum of a product, over the whole batch; worked out once."""
        key = (index, times(*factors))
        if key not in self._sums:
            parts = [self._part(index, factors) for _ in self.blocks(index)]
            self._sums[key] = self.sum_of(parts)
        return self._sums[key]

    def _part(self, index: Index, factors: Sequence[Term]) -> Tensor:
        """In the block."""
        found = self.product([self.evaluate(f) for f in factors])
        if found.axes == (index.name,):
            return Tensor((), self.names["total"](found.data))
        if index.name in found.axes:
            return self.reduced(found, index)
        _, part = self._block
        return self.product([found, self.constant(Fraction(part.stop - part.start))])

    # ---- sums of products that vary with one letter of the batch ----

    def _factors(self, term: Term, index: Index) -> list[Term]:
        """The factors of a summand; definitions that vary with the index are written out."""
        match term:
            case Mul(factors):
                return [g for f in factors for g in self._factors(f, index)]
            case Sym(name, indices) if name in self.structure.definitions and mentions(term, index):
                alone = [i for i in indices if i.space == self.long] == [index]
                return [term] if alone else self._factors(self.structure.unfold(term), index)
            case Pow(base, exponent) if exponent.denominator == 1:
                return [power(f, exponent) for f in self._factors(base, index)]
            case Sum(inner, body) if (own := self._factors(body, index)) and inner.name != index.name:
                free = [f for f in own if not mentions(f, inner)]
                rest = times(*(f for f in own if mentions(f, inner)))
                return [*free, spend(inner, rest)]
            case _:
                return [term]

    def _is_matrix(self, term: Term) -> bool:
        """A free array with two indices over the batch: too many numbers to draw."""
        made = self.structure.definitions.keys() | self.structure.adjoints.keys()
        if not isinstance(term, Sym) or term.name in made:
            return False
        return sum(i.space == self.long for i in term.indices) == 2

    def _soft(self, term: Term) -> Term:
        """Each such matrix as a diagonal and a difference of products: D_i δ_ij + a_i a_j − b_i b_j, or
        D_i δ_ij + a_i b_j where it need not be symmetric."""
        if not isinstance(term, Sym) or not self._is_matrix(term):
            return mapped(term, self._soft)
        name, indices = term.name, term.indices
        left, right = (i for i in indices if i.space == self.long)
        rest = tuple(i for i in indices if i.space != self.long)

        def part(which: str, index: Index) -> Sym:
            found = Sym(f"{name} {which}", (index, *rest))
            self.structure.shapes[found.name] = tuple(i.space for i in found.indices)
            return found

        parts: list[Term] = [mul(Delta(left, right), part("diagonal", left))]
        if name in self.structure.symmetric:
            parts += [mul(part("plus", left), part("plus", right))]
            parts += [neg(mul(part("minus", left), part("minus", right)))]
        else:
            parts += [mul(part("column", left), part("row", right))]
        return add(*parts)


def _mixed(term: Term, index: Index) -> bool:
    """Whether `term` varies with another index over the batch as well."""
    return any(i.space == index.space and i.name != index.name for i in free_indices(term))


def _split(factors: list[Term], mixed: Sequence[Term]) -> list[Term]:
    """The product of the factors as a sum of products, those in `mixed` multiplied out."""
    parts: list[list[Term]] = []
    for factor in factors:
        match factor:
            case Add(terms) if factor in mixed:
                parts.append(list(terms))
            case Pow(Add(terms), exponent) if factor in mixed and exponent in (2, 3):
                parts.append([mul(*c) for c in itertools.product(terms, repeat=int(exponent))])
            case _ if factor in mixed:
                raise Unsupported(MATRIX)
            case _:
                parts.append([factor])
    return [times(*choice) for choice in itertools.product(*parts)]
