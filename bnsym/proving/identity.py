"""Identities: cofactors that write `left - right` through relations known to be zero.

A root for each feature, σ_j, may stand under a sum over j, where its relation can't be applied; and so
may an array of which an equation is assumed.
Such a sum is opened, Σ_j F_j; F_j is reduced with j free; what is left is summed again.
Untrusted: the kernel expands the result.
"""

from __future__ import annotations

from typing import TypeAlias

from bnsym.kernel import Certificate, Use, difference, relation
from bnsym.normal import (
    UNIT,
    Generator,
    Letter,
    Monomial,
    Poly,
    Ring,
    generator,
    letters,
    plus,
)
from bnsym.proving.elimination import Elimination, indexed, inverse_of, uses_of
from bnsym.proving.readback import plainly
from bnsym.terms import Name, Statement

Opened: TypeAlias = tuple[Letter, ...]
"""The letters of the sums that were opened, in order."""


def identity_certificate(statement: Statement, ring: Ring, *, squared: bool = False) -> Certificate | None:
    """Cofactors for `left = right` (for the squares of both, with `squared`), if found; none are needed
    where it holds by the roots alone."""
    poly = difference(ring, statement, squared)
    if ring.vanishes(poly):
        return Certificate(squared=squared)
    goal, unit = Elimination(statement, ring, [poly]).apply(poly)
    left = ring.times(goal.poly, inverse_of(unit))
    inner = _inner_uses(statement, ring, left) if left else ()
    return None if inner is None else Certificate((*uses_of(goal, unit, ring), *inner), squared)


def reduced(statement: Statement, ring: Ring) -> Poly:
    """left - right with all that the relations determine eliminated."""
    poly = difference(ring, statement, squared=False)
    goal, unit = Elimination(statement, ring, [poly]).apply(poly)
    return ring.times(goal.poly, inverse_of(unit))


def _inner_uses(statement: Statement, ring: Ring, poly: Poly) -> tuple[Use, ...] | None:
    """Relations under sums, with cofactors, that `poly` is the sum of; None if none were found."""
    rest, opened = _open(ring, poly, indexed(statement))
    uses: list[Use] = []
    for over, entry in opened.items():
        goal, unit = Elimination(statement, ring, [entry]).apply(entry)
        left = ring.times(goal.poly, inverse_of(unit))
        gone = plus(entry, left, -1)
        for given, cofactor in goal.trace.items():
            cited = ring.times(cofactor, relation(ring, statement, given))
            gone = plus(gone, ring.times(cited, inverse_of(unit)), -1)
        uses += [*uses_of(goal, unit, ring, over), *([Use(None, plainly(gone), over)] if gone else ())]
        for letter in over:
            left = ring.contract(left, letter)
        rest = plus(rest, left)
    return tuple(uses) if uses and not rest else None


def _open(ring: Ring, poly: Poly, arrays: frozenset[Name]) -> tuple[Poly, dict[Opened, Poly]]:
    """The terms without a root, or one of `arrays`, under a sum; the entries of the sums in the others."""
    rest: Poly = {}
    opened: dict[Opened, Poly] = {}
    for mono, c in sorted(poly.items()):
        inside = [g for g, e in mono if e == 1 and _to_open(g, arrays)]
        if not inside:
            rest = plus(rest, {mono: c})
            continue
        contraction = max(inside, key=lambda g: max(e for _, e in g[2]))  # an equation lowers powers
        outside: Monomial = tuple((g, e) for g, e in mono if g != contraction)
        over, entry = _entry(ring, contraction, _to_open(contraction, arrays))
        opened[over] = plus(opened.get(over, {}), ring.times({outside: c}, entry))
    return rest, opened


def _to_open(gen: Generator, arrays: frozenset[Name]) -> list[Letter]:
    """Which letters that a contraction binds are letters of a root in it, or of one of `arrays`."""
    if gen[0] != "sum":
        return []
    inside = [g for g, _ in gen[2] if g[0] == "root" or (g[0] == "sym" and g[1] in arrays)]
    found = frozenset(i for g in inside for i in letters(g))
    return [letter for letter in gen[1] if letter in found]


def _entry(ring: Ring, contraction: Generator, chosen: list[Letter]) -> tuple[Opened, Poly]:
    """What is summed over the chosen letters, as these are called outside."""
    names = {old: (f"·{k}", old[1]) for k, old in enumerate(chosen)}
    entry = UNIT
    for gen, e in contraction[2]:
        entry = ring.times(entry, generator(ring.canonical.relabel(gen, names), e))
    for letter in contraction[1]:
        if letter not in names:
            entry = ring.contract(entry, letter)
    return tuple(names.values()), entry
