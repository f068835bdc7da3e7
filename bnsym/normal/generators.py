"""TRUSTED. Generators: sizes, components, deltas, contractions, roots; their letters, and sums over them.

Equal contractions are the same generator: bound letters are renamed to the least of all orders.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from itertools import permutations, product
from typing import Any

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
from bnsym.terms import (
    Name,
)

LARGEST_NETWORK = 7
ZERO: Generator = ("root", 2, ())
"""What is 0 whatever the values are: a root of 0, as d_ij = |x_i - x_j| becomes where i is put for j,
and a contraction with such a factor."""


def letters(gen: Generator) -> frozenset[Letter]:
    """The free indices of a generator."""
    match gen:
        case ("size", _):
            return frozenset()
        case ("sym", _, indices):
            return frozenset(indices)
        case ("delta", left, right):
            return frozenset((left, right))
        case ("sum", bound, monomial):
            inner = frozenset(i for g, _ in monomial for i in letters(g))
            return inner - frozenset(bound)
        case ("root", _, key):
            return frozenset(i for mono, _ in key for g, _ in mono for i in letters(g))
    raise AssertionError(gen)


def _height(gen: Generator) -> int:
    """How deep contractions are nested in a generator."""
    match gen:
        case ("sum", _, monomial):
            return 1 + max((_height(g) for g, _ in monomial), default=0)
        case ("root", _, key):
            return max((_height(g) for mono, _ in key for g, _ in mono), default=0)
    return 0


def put(poly: Poly, mono: Monomial, c: Coefficient) -> None:
    """Add c * mono to a polynomial, where letters of `mono` may have become the same."""
    zeros = [e for g, e in mono if g is ZERO]
    if any(e < 0 for e in zeros):
        raise DividesByZero("a root of 0")
    if not zeros:
        accumulate(poly, mono, c)


def component_of(name: Name, indices: tuple[Letter, ...], symmetric: frozenset[Name]) -> Generator:
    half = len(indices) // 2
    if name in symmetric and indices[half:] < indices[:half]:
        indices = indices[half:] + indices[:half]
    return ("sym", name, indices)


def delta_of(left: Letter, right: Letter) -> Generator:
    return ("delta", min(left, right), max(left, right))


class Canonical:
    """The canonical forms of one ring's generators. What is remembered here is nobody else's."""

    def __init__(self, symmetric: frozenset[Name]) -> None:
        self.symmetric = symmetric
        self._letters = lru_cache(1 << 16)(letters)
        self._height = lru_cache(1 << 16)(_height)
        self.contracted = lru_cache(1 << 14)(self._contracted)

    def letters(self, gen: Generator) -> Collection[Letter]:
        """The free indices of a generator."""
        return gen[2] if gen[0] == "sym" else self._letters(gen)

    def relabel(self, gen: Generator, names: dict[Letter, Letter]) -> Generator:
        """The generator with free indices replaced, again in canonical form. Raises DividesByZero."""
        if not any(i in names for i in self.letters(gen)):
            return gen
        match gen:
            case ("sym", name, indices):
                return component_of(name, tuple(names.get(i, i) for i in indices), self.symmetric)
            case ("delta", left, right):
                return delta_of(names.get(left) or left, names.get(right) or right)
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

    def _network(self, bound: list[Letter], factors: list[tuple[Generator, int]]) -> Generator:
        """The contraction of `factors` over `bound`, with the letters of `bound` renamed so
        that equal contractions are equal: least over all orders that a signature allows."""
        if len(bound) > LARGEST_NETWORK:
            raise OutOfReach(f"a sum over {len(bound)} indices at once")
        signature = {b: self._signature(b, bound, factors) for b in bound}
        classes: dict[Any, list[Letter]] = {}
        for b in sorted(bound, key=lambda b: (b[1], signature[b])):
            classes.setdefault((b[1], signature[b]), []).append(b)
        height = 1 + max((self._height(g) for g, _ in factors), default=0)

        def renamed(order: Iterable[Letter]) -> Generator:
            names = {b: (f"#{height}.{k}", b[1]) for k, b in enumerate(order)}
            mono = make_monomial((self.relabel(g, names), e) for g, e in factors)
            return ("sum", tuple(names.values()), mono)

        orders = product(*(permutations(c) for c in classes.values()))
        return min(renamed(b for group in order for b in group) for order in orders)

    def _contracted(self, inside: Monomial, index: Letter) -> Monomial:
        """The sum over `index` of factors that all mention it, as factors."""
        if not inside:
            return ((("size", index[1]), 1),)
        for gen, _ in inside:
            if gen[0] == "delta":
                other = gen[2] if gen[1] == index else gen[1]
                return make_monomial((self.relabel(g, {index: other}), e) for g, e in inside if g != gen)
        bound: list[Letter] = [("%.0", index[1])]
        factors: list[tuple[Generator, int]] = []
        for gen, e in ((self.relabel(g, {index: bound[0]}), e) for g, e in inside):
            if gen[0] == "sum" and e > 0:
                for _ in range(min(e, LARGEST_NETWORK)):
                    more = [(f"%.{len(bound) + k}", space) for k, (_, space) in enumerate(gen[1])]
                    names = dict(zip(gen[1], more, strict=True))
                    bound += more
                    factors += [(self.relabel(g, names), k) for g, k in gen[2]]
            else:
                factors.append((gen, e))
        return ((self._network(bound, list(make_monomial(factors))), 1),)

    def _signature(self, letter: Letter, bound: list[Letter], factors: list[tuple[Generator, int]]) -> Any:
        """What can be said of a bound letter without naming the others."""
        if len(bound) == 1:
            return ()
        blur = {b: ("#?", b[1]) for b in bound} | {letter: ("#!", letter[1])}
        try:
            return tuple(sorted((self.relabel(g, blur), e) for g, e in factors if letter in self.letters(g)))
        except DividesByZero:
            return ()
