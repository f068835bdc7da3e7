"""TRUSTED. Generators: sizes, components, deltas, contractions, roots; their letters, and sums over them.

Equal contractions are the same generator: bound letters are renamed to the least of all orders.
"""

from __future__ import annotations

from collections.abc import Iterable
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


@lru_cache(maxsize=1 << 16)
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


@lru_cache(maxsize=1 << 16)
def _height(gen: Generator) -> int:
    """How deep contractions are nested in a generator."""
    match gen:
        case ("sum", _, monomial):
            return 1 + max((_height(g) for g, _ in monomial), default=0)
        case ("root", _, key):
            return max((_height(g) for mono, _ in key for g, _ in mono), default=0)
    return 0


def vanishes(gen: Generator) -> bool:
    """Whether the generator is 0 whatever the values are: a root of 0, as d_ij = |x_i - x_j| becomes
    where i is put for j, or a contraction with one as a factor."""
    return (gen[0] == "root" and not gen[2]) or (gen[0] == "sum" and any(vanishes(g) for g, _ in gen[2]))


def put(poly: Poly, mono: Monomial, c: Coefficient) -> None:
    """Add c * mono to a polynomial, where letters of `mono` may have become the same."""
    zeros = [e for g, e in mono if vanishes(g)]
    if any(e < 0 for e in zeros):
        raise DividesByZero("a root of 0")
    if not zeros:
        accumulate(poly, mono, c)


def relabel(gen: Generator, names: dict[Letter, Letter], symmetric: frozenset[Name]) -> Generator:
    """The generator with free indices replaced, again in canonical form. Raises DividesByZero."""
    if not any(i in names for i in letters(gen)):
        return gen
    match gen:
        case ("sym", name, indices):
            return component_of(name, tuple(names.get(i, i) for i in indices), symmetric)
        case ("delta", left, right):
            return delta_of(names.get(left) or left, names.get(right) or right)
        case ("sum", bound, monomial):
            # step aside first, so that no bound letter is taken for another
            aside: list[Letter] = [(f"{name}~", space) for name, space in bound]
            inner = names | dict(zip(bound, aside, strict=True))
            factors = [(relabel(g, inner, symmetric), e) for g, e in monomial]
            put({}, make_monomial(factors), 1)
            return _network(aside, factors, symmetric)
        case ("root", q, key):
            poly: Poly = {}
            for mono, c in key:
                put(poly, make_monomial((relabel(g, names, symmetric), e) for g, e in mono), c)
            return ("root", q, freeze(poly))
    raise AssertionError(gen)


def component_of(name: Name, indices: tuple[Letter, ...], symmetric: frozenset[Name]) -> Generator:
    half = len(indices) // 2
    if name in symmetric and indices[half:] < indices[:half]:
        indices = indices[half:] + indices[:half]
    return ("sym", name, indices)


def delta_of(left: Letter, right: Letter) -> Generator:
    return ("delta", min(left, right), max(left, right))


def _network(
    bound: list[Letter], factors: list[tuple[Generator, int]], symmetric: frozenset[Name]
) -> Generator:
    """The contraction of `factors` over `bound`, with the letters of `bound` renamed so
    that equal contractions are equal: least over all orders that a signature allows."""
    if len(bound) > LARGEST_NETWORK:
        raise OutOfReach(f"a sum over {len(bound)} indices at once")
    signature = {b: _signature(b, bound, factors, symmetric) for b in bound}
    classes: dict[Any, list[Letter]] = {}
    for b in sorted(bound, key=lambda b: (b[1], signature[b])):
        classes.setdefault((b[1], signature[b]), []).append(b)
    height = 1 + max(_height(g) for g, _ in factors)

    def renamed(order: Iterable[Letter]) -> Generator:
        names = {b: (f"#{height}.{k}", b[1]) for k, b in enumerate(order)}
        mono = make_monomial((relabel(g, names, symmetric), e) for g, e in factors)
        return ("sum", tuple(names.values()), mono)

    orders = product(*(permutations(c) for c in classes.values()))
    return min(renamed(b for group in order for b in group) for order in orders)


@lru_cache(maxsize=1 << 14)
def contracted(inside: Monomial, index: Letter, symmetric: frozenset[Name]) -> Monomial:
    """The sum over `index` of factors that all mention it, as factors. Kept, for a certificate
    is found and checked on the same contractions."""
    if not inside:
        return ((("size", index[1]), 1),)
    for gen, _ in inside:
        if gen[0] == "delta":
            other = gen[2] if gen[1] == index else gen[1]
            return tuple((relabel(g, {index: other}, symmetric), e) for g, e in inside if g != gen)
    bound: list[Letter] = [("%.0", index[1])]
    factors: list[tuple[Generator, int]] = []
    for gen, e in ((relabel(g, {index: bound[0]}, symmetric), e) for g, e in inside):
        if gen[0] == "sum" and e > 0:
            for _ in range(e):
                more = [(f"%.{len(bound) + k}", space) for k, (_, space) in enumerate(gen[1])]
                names = dict(zip(gen[1], more, strict=True))
                bound += more
                factors += [(relabel(g, names, symmetric), k) for g, k in gen[2]]
        else:
            factors.append((gen, e))
    return ((_network(bound, list(make_monomial(factors)), symmetric), 1),)


def _signature(
    letter: Letter, bound: list[Letter], factors: list[tuple[Generator, int]], symmetric: frozenset[Name]
) -> Any:
    """What can be said of a bound letter without naming the others."""
    if len(bound) == 1:
        return ()
    blur = {b: ("#?", b[1]) for b in bound} | {letter: ("#!", letter[1])}
    try:
        return tuple(sorted((relabel(g, blur, symmetric), e) for g, e in factors if letter in letters(g)))
    except DividesByZero:
        return ()


# -- polynomials ----------------------------------------------------------------------
