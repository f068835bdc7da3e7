"""TRUSTED. The polynomials that the sides of a statement and the parts of a certificate stand for.

Shared by the kernel, which checks certificates, and by those who search for them.
"""

from __future__ import annotations

from bnsym.kernel.certificates import Given, Rejected
from bnsym.normal import (
    RESERVED,
    Poly,
    Ring,
    plus,
)
from bnsym.terms import (
    Hypothesis,
    Index,
    Relation,
    Statement,
    Sum,
    Term,
    excess,
    free_indices,
    mul,
    power,
    sqrt,
)


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
    return plus(right, left, -1) if upward else plus(left, right, -1)


def schwarz(ring: Ring, u: Term, v: Term, index: Index) -> Poly:
    """|u||v| + <u,v> of vectors given as components at `index`."""
    norms = ring.times(*(ring.normal(sqrt(Sum(index, power(w, 2)))) for w in (u, v)))
    return plus(norms, ring.normal(Sum(index, mul(u, v))))


def relation(ring: Ring, statement: Statement, given: Given) -> Poly:
    """The polynomial that a hypothesis says is zero, or for an order not negative."""
    gap = excess(hypothesis_of(statement, given))
    free = {(i.name, i.space) for i in free_indices(gap)}
    if any(old not in free or old[1] != new[1] or RESERVED.intersection(new[0]) for old, new in given.names):
        raise Rejected("a hypothesis is cited for indices that it does not have")
    return ring.normal(gap, {old[0]: new for old, new in given.names})


def hypothesis_of(statement: Statement, given: Given) -> Hypothesis:
    if not 0 <= given.number < len(statement.hypotheses):
        raise Rejected("there is no such hypothesis")
    return statement.hypotheses[given.number]
