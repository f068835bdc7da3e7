"""TRUSTED. The polynomials that the sides of a statement and the parts of a certificate stand for.

Shared by the kernel, which checks certificates, and by those who search for them.
"""

from __future__ import annotations

from fractions import Fraction

from bnsym.kernel.certificates import Given, Rejected
from bnsym.normal import (
    RESERVED,
    Poly,
    Ring,
    plus,
)
from bnsym.terms.tree import HALF, Hypothesis, Index, Mul, Pow, Relation, Statement, Sum, Term, free_indices


def difference(
    ring: Ring, statement: Statement, squared: bool, sides: tuple[Poly, Poly] | None = None
) -> Poly:
    """left - right or, for an order, larger - smaller; of the squares, if these decide. `sides` are
    those that the ring has made, if it has."""
    left, right = sides or ring.sides()
    upward = statement.relation in (Relation.LE, Relation.LT)
    if squared:
        # 0 <= r and l^2 <= r^2 give l <= r; an equation needs both sides >= 0
        needed = [statement.right] if upward else [statement.left]
        needed += [statement.right] if statement.relation is Relation.EQ else []
        if not all(map(ring.surely, needed)):
            raise Rejected("a side of the squared relation may be negative")
        left, right = ring.times(left, left), ring.times(right, right)
    return _gap(statement.relation, left, right)


def schwarz(ring: Ring, u: Term, v: Term, index: Index) -> Poly:
    """|u||v| + <u,v> of vectors given as components at `index`."""
    norms = ring.times(*(ring.normal(Pow(Sum(index, Pow(w, Fraction(2))), HALF)) for w in (u, v)))
    return plus(norms, ring.normal(Sum(index, Mul((u, v)))))


def relation(ring: Ring, statement: Statement, given: Given) -> Poly:
    """The polynomial that a hypothesis says is zero, or for an order not negative."""
    stated = hypothesis_of(statement, given)
    free = {(i.name, i.space) for side in (stated.left, stated.right) for i in free_indices(side)}
    if any(old not in free or old[1] != new[1] or RESERVED.intersection(new[0]) for old, new in given.names):
        raise Rejected("a hypothesis is cited for indices that it does not have")
    names = {old[0]: new for old, new in given.names}
    left, right = ring.normal(stated.left, names), ring.normal(stated.right, names)
    return _gap(stated.relation, left, right)


def _gap(relation: Relation, left: Poly, right: Poly) -> Poly:
    """The larger side less the smaller; for `=` and `!=` left less right."""
    upward = relation in (Relation.LE, Relation.LT)
    return plus(right, left, -1) if upward else plus(left, right, -1)


def hypothesis_of(statement: Statement, given: Given) -> Hypothesis:
    if not 0 <= given.number < len(statement.hypotheses):
        raise Rejected("there is no such hypothesis")
    return statement.hypotheses[given.number]
