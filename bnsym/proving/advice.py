"""How equal things come to be written alike: what a search advises the normal forms to do.

Letters that a sum binds are named in the least of all orders that a signature of theirs allows. Out of
a root comes what is common to all terms, as far as it is positive, and the largest power in the content.
Untrusted: each piece of advice is checked where it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import islice, permutations, product
from math import gcd, lcm
from typing import Any

from bnsym.normal import (
    POSITIVE,
    Advice,
    Canonical,
    DividesByZero,
    Factors,
    Generator,
    HasRoot,
    Letter,
    Letters,
    Monomial,
    OutOfReach,
    Poly,
    Signs,
    TakenOut,
    freeze,
    generators,
    inside,
    ratio,
)

LARGEST_NETWORK = 7
NEGATIVE = frozenset((-1,))
LARGEST_ROOT = 50_000
"""The parts of a root: roots of sums of roots may double with each level, and are compared again
and again."""


class Alike(Advice):
    """Advice by which equal contractions are the same generator, and so are equal roots."""

    def order(self, canonical: Canonical, bound: Letters, factors: Factors) -> Letters:
        if len(bound) > LARGEST_NETWORK:
            raise OutOfReach(f"a sum over {len(bound)} indices at once")
        classes: dict[Any, list[Letter]] = {}
        signed = [(b[1], _signature(canonical, b, bound, factors), b) for b in bound]
        for space, signature, b in sorted(signed, key=lambda one: one[:2]):
            classes.setdefault((space, signature), []).append(b)
        groups = product(*(permutations(c) for c in classes.values()))
        orders = [[b for group in order for b in group] for order in groups]
        return min(orders, key=lambda order: canonical.named(order, factors)) if orders[1:] else orders[0]

    def root(self, signs: Signs, has_root: HasRoot, poly: Poly, q: int) -> TakenOut:
        kept: list[tuple[Generator, int]] = []
        apart: list[Generator] = []
        sign = 1
        for gen, e in common_factor(poly):
            whole, part = divmod(e, q)
            if q == 1 or signs(gen) <= POSITIVE:
                kept += [(gen, whole)] if whole else []
                apart += [gen] if part else []
            elif not part and signs(gen) <= NEGATIVE:
                kept.append((gen, whole))
                sign = -sign if whole % 2 else sign
        content = content_of(poly)
        rest = _divided(poly, (*((g, e * q) for g, e in kept), *((g, 1) for g in apart)), content)
        if sum(1 for mono in rest for g, _ in mono for _ in islice(_parts(g), LARGEST_ROOT)) >= LARGEST_ROOT:
            raise OutOfReach("roots inside roots, too many")
        if q == 1:
            turned = leans_negative(rest) and not has_root(("root", 2, freeze(rest)))
            return -content if turned else content, tuple(kept), 1, ()
        root, left = rational_root(content)
        return sign * root, tuple(kept), 1 if rest.keys() == {()} else left, tuple(apart)

    def again(self, roots: frozenset[Generator], inverted: frozenset[Generator]) -> bool:
        """Where something that was divided by lies under a root, or is the square of one."""
        below = {g for g in inverted if g[0] in ("root", "sum")}
        if any(g in below for root in roots for g in inside(root)):
            return True
        reciprocals = [dict(key) for _, q, key in roots if q == 1]
        turned = [{mono: -c for mono, c in poly.items()} for poly in reciprocals]
        return any(("root", 2, freeze(poly)) in roots for poly in (*reciprocals, *turned))


def _signature(canonical: Canonical, letter: Letter, bound: Letters, factors: Factors) -> Any:
    """What can be said of a bound letter without naming the others."""
    blur = {b: ("#?", b[1]) for b in bound} | {letter: ("#!", letter[1])}
    try:
        own = ((g, e) for g, e in factors if letter in canonical.letters(g))
        return tuple(sorted((canonical.relabel(g, blur), e) for g, e in own))
    except DividesByZero:
        return ()


def _divided(poly: Poly, taken: Iterable[tuple[Generator, int]], content: Fraction) -> Poly:
    exponents = dict(taken)
    return {
        tuple((g, k) for g, e in mono if (k := e - exponents.get(g, 0))): ratio(c, content)
        for mono, c in poly.items()
    }


def _parts(gen: Generator) -> Iterator[object]:
    """All that a generator is made of, one that occurs twice counted twice."""
    todo: list[object] = [gen]
    while todo:
        part = todo.pop()
        yield part
        if isinstance(part, tuple):
            todo.extend(part)


def common_factor(poly: Poly) -> Monomial:
    """The largest monomial that divides every term (exponents may be negative)."""
    exponents = [dict(mono) for mono in poly]
    everywhere = generators(poly)
    common = ((g, min(e.get(g, 0) for e in exponents)) for g in everywhere)
    return tuple(sorted((g, e) for g, e in common if e))


def leans_negative(poly: Poly) -> bool:
    """Whether more terms are negative than positive (of as many: the last): one of p and -p."""
    balance = sum(1 if c > 0 else -1 for c in poly.values())
    return balance < 0 or (balance == 0 and poly[max(poly)] < 0)


def content_of(poly: Poly) -> Fraction:
    """The positive rational c such that poly / c has coprime integer coefficients."""
    return Fraction(gcd(*(c.numerator for c in poly.values())), lcm(*(c.denominator for c in poly.values())))


def rational_root(value: Fraction) -> tuple[Fraction, int]:
    """(r, s) with value = r^2 * s and s a whole number free of squares of small primes; value > 0."""
    root, left = Fraction(1, value.denominator), value.numerator * value.denominator
    for prime in range(2, 1000):
        while left % prime**2 == 0:
            root, left = root * prime, left // prime**2
        if prime**2 > left:
            break
    return root, left
