"""Identities: cofactors that write `left - right` through relations known to be zero.

A root for each feature, σ_j, may stand under a sum over j, where its relation can't be applied.
Such a sum is opened, Σ_j F_j; F_j is reduced with j free; what is left is summed again.
Untrusted: the kernel expands the result.
"""

from __future__ import annotations

from typing import TypeAlias

from bnsym.kernel import Certificate, Use, difference
from bnsym.normal import Generator, Letter, Monomial, Poly, Ring, letters, plus
from bnsym.proving.elimination import Elimination, uses_of
from bnsym.terms import Statement

Opened: TypeAlias = tuple[Letter, ...]
"""The letters of the sums that were opened, in order."""


def identity_certificate(statement: Statement, ring: Ring, *, squared: bool = False) -> Certificate | None:
    """Cofactors for `left = right` (for the squares of both, with `squared`), if found."""
    poly = difference(ring, statement, squared)
    goal, unit = Elimination(statement, ring, [poly]).apply(poly)
    inner = _inner_uses(statement, ring, goal.poly) if goal.poly else ()
    return None if inner is None else Certificate((*uses_of(goal), *inner), unit, squared)


def reduced(statement: Statement, ring: Ring) -> Poly:
    """left - right with all that the relations determine eliminated."""
    poly = difference(ring, statement, squared=False)
    goal, unit = Elimination(statement, ring, [poly]).apply(poly)
    return ring.times(goal.poly, {tuple((g, -e) for g, e in unit): 1})


def _inner_uses(statement: Statement, ring: Ring, poly: Poly) -> tuple[Use, ...] | None:
    """Relations under sums, with cofactors, that `poly` is the sum of; None if none were found."""
    rest, opened = _open(ring, poly)
    uses: list[Use] = []
    for over, entry in opened.items():
        goal, unit = Elimination(statement, ring, [entry]).apply(entry)
        if unit:  # a multiple of an entry is no multiple of the sum
            return None
        uses += (Use(use.relation, use.cofactor, over) for use in uses_of(goal))
        left = goal.poly
        for letter in over:
            left = ring.contract(left, letter)
        rest = plus(rest, left)
    return tuple(uses) if uses and not rest else None


def _open(ring: Ring, poly: Poly) -> tuple[Poly, dict[Opened, Poly]]:
    """The terms without a root under a sum, and the entries of the sums in the others."""
    rest: Poly = {}
    opened: dict[Opened, Poly] = {}
    for mono, c in sorted(poly.items()):
        contraction = next((g for g, e in mono if e == 1 and _bound_by_roots(g)), None)
        if contraction is None:
            rest = plus(rest, {mono: c})
            continue
        outside: Monomial = tuple((g, e) for g, e in mono if g != contraction)
        over, entry = _entry(ring, contraction)
        opened[over] = plus(opened.get(over, {}), ring.times({outside: c}, entry))
    return rest, opened


def _bound_by_roots(gen: Generator) -> list[Letter]:
    """Which letters that a contraction binds are letters of a root in it."""
    if gen[0] != "sum":
        return []
    roots = frozenset(i for g, _ in gen[2] if g[0] == "root" for i in letters(g))
    return [letter for letter in gen[1] if letter in roots]


def _entry(ring: Ring, contraction: Generator) -> tuple[Opened, Poly]:
    """What is summed over the letters of roots, as these letters are called outside."""
    chosen = _bound_by_roots(contraction)
    names = {old: (f"·{k}", old[1]) for k, old in enumerate(chosen)}
    entry = ring.substitute({contraction[2]: 1}, names)
    for letter in contraction[1]:
        if letter not in names:
            entry = ring.contract(entry, letter)
    return tuple(names.values()), entry
