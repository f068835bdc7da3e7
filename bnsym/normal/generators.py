"""TRUSTED. Generators: sizes, components, deltas, contractions, roots; their letters, and sums over them.

Equal contractions should be the same generator. In which order their bound letters are named for that is
found elsewhere (`Order`): any order names the same sum.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import TypeAlias

from bnsym.normal.polynomials import (
    Coefficient,
    DividesByZero,
    Generator,
    Letter,
    Monomial,
    OutOfReach,
    Poly,
    accumulate,
    freeze,
    make_monomial,
)
from bnsym.terms.tree import (
    Name,
)

ZERO: Generator = ("root", 2, ())
"""What is 0 whatever the values are: a root of 0, as d_ij = |x_i - x_j| becomes where i is put for j,
and a contraction with such a factor."""
Factors: TypeAlias = Sequence[tuple[Generator, int]]
Letters: TypeAlias = Sequence[Letter]
Order: TypeAlias = Callable[["Canonical", Letters, Factors], Letters]
"""In which order the letters that are bound in a product are named; whatever it says is checked."""


def inside(gen: Generator) -> list[Generator]:
    """The generators directly inside one."""
    match gen:
        case ("sum", _, mono):
            return [g for g, _ in mono]
        case ("root", _, key):
            return [g for mono, _ in key for g, _ in mono]
    return []


def letters(gen: Generator) -> frozenset[Letter]:
    """The free indices of a generator."""
    match gen:
        case ("sym", _, indices):
            return frozenset(indices)
        case ("delta", left, right):
            return frozenset((left, right))
    return frozenset[Letter]().union(*map(letters, inside(gen))) - {*(gen[1] if gen[0] == "sum" else ())}


def _height(gen: Generator) -> int:
    """How deep contractions and roots are nested in a generator."""
    return int(gen[0] in ("sum", "root")) + max(map(_height, inside(gen)), default=0)


def put(poly: Poly, mono: Monomial, c: Coefficient) -> None:
    """Add c * mono to a polynomial, where letters of `mono` may have become the same."""
    zeros = [e for g, e in mono if g is ZERO]
    if any(e < 0 for e in zeros):
        raise DividesByZero("a root of 0")
    if not zeros:
        accumulate(poly, mono, c)


class Canonical:
    """The canonical forms of one ring's generators. What is remembered here is nobody else's."""

    def __init__(self, symmetric: frozenset[Name], order: Order) -> None:
        self.symmetric, self.order = symmetric, order
        self._letters = lru_cache(1 << 16)(letters)
        self.height = lru_cache(1 << 16)(_height)
        self.contracted = lru_cache(1 << 14)(self._contracted)
        self.general = lru_cache(1 << 12)(self._general)

    def letters(self, gen: Generator) -> Collection[Letter]:
        """The free indices of a generator."""
        return gen[2] if gen[0] == "sym" else self._letters(gen)

    def component(self, name: Name, indices: tuple[Letter, ...]) -> Generator:
        half = len(indices) // 2
        if name in self.symmetric and indices[half:] < indices[:half]:
            indices = indices[half:] + indices[:half]
        return ("sym", name, indices)

    def relabel(self, gen: Generator, names: dict[Letter, Letter]) -> Generator:
        """The generator with free indices replaced, again in canonical form. Raises DividesByZero."""
        if not any(i in names for i in self.letters(gen)):
            return gen
        match gen:
            case ("sym", name, indices):
                return self.component(name, tuple(names.get(i, i) for i in indices))
            case ("delta", left, right):
                return ("delta", *sorted(names.get(i) or i for i in (left, right)))
            case ("sum", bound, monomial):
                return self.summed(bound, monomial, names)
            case ("root", q, key):
                poly: Poly = {}
                for mono, c in key:
                    put(poly, make_monomial((self.relabel(g, names), e) for g, e in mono), c)
                return ("root", q, freeze(poly)) if poly else ZERO
        raise AssertionError(gen)

    def summed(self, bound: tuple[Letter, ...], mono: Monomial, names: dict[Letter, Letter]) -> Generator:
        """The contraction over `bound` of factors with free indices replaced."""
        # step aside first, so that no bound letter is taken for another
        aside: list[Letter] = [(f"{name}~", space) for name, space in bound]
        inner = names | dict(zip(bound, aside, strict=True))
        factors = [(self.relabel(g, inner), e) for g, e in mono]
        rest: Poly = {}
        put(rest, make_monomial(factors), 1)
        return self._network(aside, factors) if rest else ZERO

    def _network(self, bound: Letters, factors: Factors) -> Generator:
        """The contraction of `factors` over `bound`, whose letters are named in the order advised."""
        return self.named(self._ordered(bound, factors), factors)

    def _ordered(self, bound: Letters, factors: Factors) -> Letters:
        order = self.order(self, tuple(bound), tuple(factors)) if len(bound) > 1 else bound
        if sorted(order) != sorted(bound):
            raise OutOfReach("an order of letters has others than it should")
        return order

    def named(self, order: Letters, factors: Factors) -> Generator:
        """The contraction with its bound letters named #h.0, #h.1, ... in this order."""
        height = 1 + max((self.height(g) for g, _ in factors), default=0)
        names = {b: (f"#{height}.{k}", b[1]) for k, b in enumerate(order)}
        return ("sum", tuple(names.values()), make_monomial((self.relabel(g, names), e) for g, e in factors))

    def _general(self, gen: Generator) -> Generator:
        """The generator with other letters in place of its own: what is known of it for all their values
        is known of each that has them in other places."""
        order = self._ordered(sorted(self.letters(gen)), [(gen, 1)])
        return self.relabel(gen, {old: (f"@{k}", old[1]) for k, old in enumerate(order)})

    def _contracted(self, within: Monomial, index: Letter) -> Monomial:
        """The sum over `index` of factors that all mention it, as factors."""
        if not within:
            return ((("size", index[1]), 1),)
        for gen, _ in within:
            if gen[0] == "delta":
                other = gen[2] if gen[1] == index else gen[1]
                return make_monomial((self.relabel(g, {index: other}), e) for g, e in within if g != gen)
        bound: list[Letter] = [("%.0", index[1])]
        factors: list[tuple[Generator, int]] = []
        for gen, e in ((self.relabel(g, {index: bound[0]}), e) for g, e in within):
            if gen[0] == "sum" and e > 0:
                for _ in range(e):
                    more = [(f"%.{len(bound) + k}", space) for k, (_, space) in enumerate(gen[1])]
                    names = dict(zip(gen[1], more, strict=True))
                    bound += more
                    factors += [(self.relabel(g, names), k) for g, k in gen[2]]
            else:
                factors.append((gen, e))
        return ((self._network(bound, make_monomial(factors)), 1),)
