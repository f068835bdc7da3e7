"""Identities: find cofactors that write `left - right` through relations known to be zero.

Each relation r^q = B of a root, and each equation assumed, is solved for one generator
that it contains linearly (or, failing that, for a leading power), and that generator is
eliminated, from the difference and from the relations still to come; what was multiplied
on the way is the certificate. Untrusted: the kernel expands the result again.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from bnsym.kernel import Certificate, Given, Root, Use, relation
from bnsym.normal import (
    Coefficient,
    Generator,
    Monomial,
    Poly,
    Ring,
    generator,
    generators,
    letters,
    plus,
)
from bnsym.terms import Relation, Statement

Source: TypeAlias = Root | Given
Trace: TypeAlias = dict[Source, Poly]


@dataclass
class Traced:
    """A polynomial with the cofactors that were subtracted from it:
    unit * original = poly + Σ trace[relation] * relation."""

    poly: Poly
    trace: Trace


def identity_certificate(statement: Statement, ring: Ring, *, squared: bool = False) -> Certificate | None:
    """Cofactors for `left = right` (for the squares of both, with `squared`), if found."""
    goal, unit = eliminate(statement, ring, difference(statement, ring, squared))
    if goal.poly:
        return None
    return Certificate(uses_of(goal), unit, squared)


def uses_of(goal: Traced) -> tuple[Use, ...]:
    """What was subtracted on the way, as a certificate cites it."""
    return tuple(Use(source, cofactor) for source, cofactor in goal.trace.items() if cofactor)


def reduced(statement: Statement, ring: Ring) -> Poly:
    """left - right with all that the relations determine eliminated."""
    return eliminate(statement, ring, difference(statement, ring))[0].poly


def difference(statement: Statement, ring: Ring, squared: bool = False) -> Poly:
    """left - right or, for an order, larger - smaller; of the squares with `squared`."""
    left, right = ring.sides(statement.left, statement.right)
    if squared:
        left, right = ring.times(left, left), ring.times(right, right)
    if statement.relation in (Relation.LE, Relation.LT):
        left, right = right, left
    return plus(left, right, -1)


def eliminate(statement: Statement, ring: Ring, poly: Poly) -> tuple[Traced, Monomial]:
    """`poly` reduced by every relation in turn, and what it was multiplied by."""
    goal = Traced(poly, {})
    unit: Monomial = ()
    pending = _relations(statement, ring, goal.poly)
    divided = [goal.poly, *(t.poly for source, t in pending if isinstance(source, Given))]
    invertible = {g for poly in divided for mono in poly for g, e in mono if e < 0}
    while goal.poly and pending:
        source, current = pending.pop(0)
        pivot = _pivot(current.poly, ring, invertible, [goal.poly, *(t.poly for _, t in pending)])
        if pivot is not None:
            _eliminate(goal, current, pivot, ring)
            for _, later in pending:
                _eliminate(later, current, pivot, ring)
        elif isinstance(source, Root):
            unit = _clear(goal, source.root, unit, ring)
            _reduce(goal, current, source.root, ring)
    return goal, unit


def _relations(statement: Statement, ring: Ring, goal: Poly) -> list[tuple[Source, Traced]]:
    """Roots in the goal, those that contain others first; then the equations assumed."""
    sources: list[Source] = [Root(g) for g in sorted(_roots(goal), key=_depth, reverse=True)]
    for number, hypothesis in enumerate(statement.hypotheses):
        if hypothesis.relation is Relation.EQ:
            sources.append(Given(number))
    found: list[tuple[Source, Traced]] = []
    for source in sources:
        poly = relation(ring, statement, source)
        if poly and not any(letters(g) for g in generators(poly)) or isinstance(source, Root):
            # unit * h = poly + Σ trace: h itself is poly = h, trace = {h: -1} of zero
            found.append((source, Traced(poly, {source: {(): Fraction(-1)}})))
    return found


def _roots(poly: Poly) -> set[Generator]:
    """The roots in a polynomial and in the bases of those."""
    found: set[Generator] = set()
    todo = [g for g in generators(poly) if g[0] == "root"]
    while todo:
        gen = todo.pop()
        if gen not in found:
            found.add(gen)
            todo.extend(g for mono, _ in gen[2] for g, _ in mono if g[0] == "root")
    return found


def _depth(gen: Generator) -> tuple[int, int]:
    inner = [_depth(g)[0] for mono, _ in gen[2] for g, _ in mono if g[0] == "root"]
    return 1 + max(inner, default=0), len(gen[2])


def _pivot(
    poly: Poly, ring: Ring, invertible: set[Generator], others: list[Poly]
) -> tuple[Generator, Monomial, Coefficient] | None:
    """(t, a, c) where poly = c*a*t + (terms without t), a is a product of generators that
    are not zero, and t is divided by nowhere."""
    best: tuple[Generator, Monomial, Coefficient] | None = None
    for mono, c in poly.items():
        for gen, e in mono:
            rest = tuple((g, k) for g, k in mono if g != gen)
            if (
                e == 1
                and gen[0] in ("sum", "sym")
                and gen not in invertible
                and all(g in invertible or ring.is_positive(g) for g, _ in rest)
                and not any(gen in dict(m) for m in poly if m != mono)
                and not any(dict(m).get(gen, 0) < 0 for other in others for m in other)
            ):
                candidate = (gen, rest, c)
                if best is None or _rank(candidate) < _rank(best):
                    best = candidate
    return best


def _rank(pivot: tuple[Generator, Monomial, Coefficient]) -> tuple[int, int, Generator]:
    """Contractions before scalars, larger ones first: what is eliminated should be rare."""
    gen = pivot[0]
    size = sum(e for _, e in gen[2]) if gen[0] == "sum" else 0
    return (0 if gen[0] == "sum" else 1, -size, gen)


def _eliminate(
    target: Traced, by: Traced, pivot: tuple[Generator, Monomial, Coefficient], ring: Ring
) -> None:
    """Replace t by -b/a in `target`, where by.poly = a*t + b."""
    gen, mono, c = pivot
    inverse: Poly = {tuple((g, -e) for g, e in mono): Fraction(1) / c}
    rest = {m: k for m, k in by.poly.items() if gen not in dict(m)}
    value = ring.times(rest, {m: -k for m, k in inverse.items()})
    quotient: Poly = {}
    for n, coefficient in _by_power(target.poly, gen).items():
        for j in range(n):
            part = ring.times(coefficient, ring.power(value, n - 1 - j))
            quotient = plus(quotient, ring.times(part, ring.power(generator(gen), j)))
    _subtract(target, by, ring.times(quotient, inverse), ring)


def _by_power(poly: Poly, gen: Generator) -> dict[int, Poly]:
    """The coefficients of the powers of `gen`."""
    found: dict[int, Poly] = {}
    for mono, c in poly.items():
        e = dict(mono).get(gen, 0)
        found.setdefault(e, {})[tuple((g, k) for g, k in mono if g != gen)] = c
    return found


def _subtract(target: Traced, by: Traced, cofactor: Poly, ring: Ring) -> None:
    """target -= cofactor * by, the trace kept."""
    if not cofactor:
        return
    target.poly = plus(target.poly, ring.times(cofactor, by.poly), -1)
    for source, inner in by.trace.items():
        # by.poly = -Σ inner * relation, so subtracting cofactor * by.poly adds -cofactor * inner
        more = ring.times(cofactor, inner)
        target.trace[source] = plus(target.trace.get(source, {}), more, -1)


def _clear(goal: Traced, root: Generator, unit: Monomial, ring: Ring) -> Monomial:
    """Multiply by a power of the root, so that it is divided by no more."""
    least = min((dict(m).get(root, 0) for m in goal.poly), default=0)
    if least >= 0:
        return unit
    factor = generator(root, -least)
    goal.poly = ring.times(goal.poly, factor)
    goal.trace = {source: ring.times(c, factor) for source, c in goal.trace.items()}
    return next(iter(ring.times({unit: Fraction(1)}, factor)))


def _reduce(goal: Traced, by: Traced, root: Generator, ring: Ring) -> None:
    """Divide by r^q - B until the degree in r is below q."""
    q = root[1]
    while True:
        powers = _by_power(goal.poly, root)
        top = max(powers, default=0)
        if top < q:
            return
        _subtract(goal, by, ring.times(powers[top], ring.power(generator(root), top - q)), ring)
