"""Elimination: what relations known to be zero determine, taken out of a polynomial.

Each relation r^q = B of a root, and each equation assumed, is solved for one generator
that it contains linearly (or, failing that, for a leading power), and that generator is
eliminated, from the polynomial and from the relations still to come; what was multiplied
on the way are the cofactors of a certificate. Untrusted: the kernel expands them again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from bnsym.kernel import Given, Use, relation
from bnsym.normal import (
    Coefficient,
    Generator,
    Letter,
    Monomial,
    OutOfReach,
    Poly,
    Ring,
    constant,
    generator,
    generators,
    letters,
    plus,
    ratio,
)
from bnsym.proving.readback import plainly
from bnsym.terms import Name, Relation, Statement, Sym, free_indices, walk

Source: TypeAlias = Generator | Given
KINDS = ("sum", "sym", "root", "size")
"""What an equation that is assumed may determine, the first of these that it can."""
MOST_INSTANCES = 24
Trace: TypeAlias = dict[Given, Poly]
"""What multiplies each hypothesis; that a root is one needs no saying."""
Pivot: TypeAlias = tuple[Generator, int, Monomial, Coefficient]
"""(t, e, a, c): a relation reads c*a*t^e + (terms without t) = 0."""


@dataclass
class Traced:
    """A polynomial with the cofactors that were subtracted from it:
    unit * original = poly + Σ trace[relation] * relation."""

    poly: Poly
    trace: Trace


def uses_of(goal: Traced, unit: Monomial, ring: Ring, over: tuple[Letter, ...] = ()) -> Iterator[Use]:
    """What was subtracted on the way from one `unit`-th of the polynomial, as a certificate cites it."""
    for given, cofactor in goal.trace.items():
        if cofactor:
            yield Use(given, plainly(ring.times(cofactor, inverse_of(unit))), over)


def inverse_of(unit: Monomial) -> Poly:
    return {tuple((g, -e) for g, e in unit): 1}


class Elimination:
    """Which generator each relation determines, worked out once for some polynomials and
    then applied to them, or to others made of the same generators."""

    def __init__(self, statement: Statement, ring: Ring, polys: list[Poly]) -> None:
        self.ring = ring
        self.steps: list[tuple[Source, Traced, Pivot | None]] = []
        self.values: dict[Generator, Poly] = {}
        pending = _relations(statement, ring, polys)
        divided = [*polys, *(t.poly for source, t in pending if isinstance(source, Given))]
        invertible = {g for poly in divided for mono in poly for g, e in mono if e < 0}
        while pending:
            source, current = pending.pop(0)
            kinds = KINDS if isinstance(source, Given) else ("sum", "sym")
            pivot = _pivot(current.poly, kinds, ring, invertible, [*polys, *(t.poly for _, t in pending)])
            self.steps.append((source, current, pivot))
            if pivot is not None:
                self.values[pivot[0]] = _solved(current, pivot, ring)
                for _, later in pending:
                    _eliminate(later, current, pivot, ring)
        roots = {source for source, _, pivot in self.steps if pivot is None and not isinstance(source, Given)}
        self.determined = frozenset(self.values.keys() | roots)
        """What `reduce` acts on; multiples of what is reduced by other generators are reduced."""

    def apply(self, poly: Poly) -> tuple[Traced, Monomial]:
        """`poly` reduced by every relation in turn, and what it was multiplied by."""
        goal = Traced(poly, {})
        unit: Monomial = ()
        for source, current, pivot in self.steps:
            if current.poly.keys() == {()}:
                # the relations contradict each other: a number that is not zero is zero
                by = ratio(1, current.poly[()])
                _subtract(goal, current, {m: c * by for m, c in goal.poly.items()}, self.ring)
            elif pivot is not None:
                _eliminate(goal, current, pivot, self.ring)
            elif not isinstance(source, Given):
                unit = _clear(goal, source, unit, self.ring)
                _reduce(goal, current, source, source[1], self.ring)
            elif leading := _leading(current.poly):
                _reduce(goal, current, *leading, self.ring)
        return goal, unit

    def reduce(self, poly: Poly) -> Poly | None:
        """What `apply` leaves, without the cofactors; None if that is a multiple of it."""
        for source, current, pivot in self.steps:
            if pivot is not None:
                poly = _substitute(poly, pivot, self.values[pivot[0]], self.ring)
            elif not isinstance(source, Given):
                goal = Traced(poly, {})
                if _clear(goal, source, (), self.ring):
                    return None
                _reduce(goal, current, source, source[1], self.ring)
                poly = goal.poly
        return poly


def _substitute(poly: Poly, pivot: Pivot, value: Poly, ring: Ring) -> Poly:
    """`poly` with `value` for t^e."""
    gen, e, _, _ = pivot
    powers = _by_power(poly, gen)
    if max(powers, default=0) < e:
        return poly
    total: Poly = {}
    for n, coefficient in powers.items():
        whole, part = divmod(n, e)
        rest = ring.times(coefficient, ring.power(generator(gen), part))
        total = plus(total, ring.times(rest, ring.power(value, whole)))
    return total


def _relations(statement: Statement, ring: Ring, polys: list[Poly]) -> list[tuple[Source, Traced]]:
    """Roots in the polynomials, those that contain others first; then the equations assumed."""
    given = _given(statement, ring, polys)
    known = {source: relation(ring, statement, source) for source in given}
    roots = set().union(*(_roots(poly) for poly in (*polys, *known.values())))
    outer_first = sorted(roots, key=lambda g: (_depth(g), g), reverse=True)
    found: list[tuple[Source, Traced]] = [
        (root, Traced(plus(generator(root, root[1]), dict(root[2]), -1), {})) for root in outer_first
    ]
    # a relation h is traced as poly = h with cofactor -1, so that poly + trace * h = 0
    return found + [(source, Traced(known[source], {source: {(): -1}})) for source in given]


def _given(statement: Statement, ring: Ring, polys: list[Poly]) -> list[Given]:
    """The equations assumed; those that hold for each value of an index, for the values that they are
    needed for."""
    found: dict[Given, None] = {}
    symbols = {g for poly in polys for g in generators(poly) if g[0] == "sym" and g[2]}
    for number, h in enumerate(statement.hypotheses):
        if h.relation is not Relation.EQ:
            continue
        own = generators(relation(ring, statement, Given(number)))
        free = {letter for g in own for letter in letters(g)}
        if not free:
            found[Given(number)] = None
        for symbol, pattern in product(sorted(symbols), sorted(own)):
            if pattern[:2] == symbol[:2] and set(letters(pattern)) == free:
                found[Given(number, tuple(zip(pattern[2], symbol[2], strict=True)))] = None
    return list(found)[:MOST_INSTANCES]


def indexed(statement: Statement) -> frozenset[Name]:
    """The arrays that an equation is assumed of, for each value of an index."""
    equations = [h for h in statement.hypotheses if h.relation is Relation.EQ]
    sides = [side for h in equations for side in (h.left, h.right) if free_indices(side)]
    return frozenset(t.name for side in sides for t in walk(side) if isinstance(t, Sym) and t.indices)


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
    poly: Poly, kinds: tuple[str, ...], ring: Ring, invertible: set[Generator], others: list[Poly]
) -> Pivot | None:
    """What the relation determines: a generator of one of the kinds, or a power of one, that is
    divided by nowhere."""
    found: list[Pivot] = []
    for mono, c in poly.items():
        for gen, e in mono:
            rest = tuple((g, k) for g, k in mono if g != gen)
            if (
                e > 0
                and gen[0] in kinds
                and gen not in invertible
                and all(g in invertible or ring.is_nonzero(g) for g, _ in rest)
                and not any(gen in dict(m) for m in poly if m != mono)
                and not any(dict(m).get(gen, 0) < 0 for other in others for m in other)
            ):
                found.append((gen, e, rest, c))
    return min(found, key=_rank, default=None)


def _rank(pivot: Pivot) -> tuple[int, int, int, Generator]:
    """Linear ones first, contractions before scalars and roots, larger ones first: what is
    eliminated should be rare."""
    gen, e, _, _ = pivot
    size = sum(k for _, k in gen[2]) if gen[0] == "sum" else 0
    return (e, KINDS.index(gen[0]), -size, gen)


def _eliminate(target: Traced, by: Traced, pivot: Pivot, ring: Ring) -> None:
    """Replace t^e by v = -b/a in `target`, where by.poly = a*t^e + b:
    t^(ek+r) - t^r v^k = t^r (t^e - v) Σ_j t^(ej) v^(k-1-j)."""
    gen, e, mono, c = pivot
    inverse: Poly = {tuple((g, -k) for g, k in mono): ratio(1, c)}
    value = _solved(by, pivot, ring)
    quotient: Poly = {}
    for n, coefficient in _by_power(target.poly, gen).items():
        whole, part = divmod(n, e)
        for j in range(whole):
            factor = ring.times(coefficient, ring.power(value, whole - 1 - j))
            quotient = plus(quotient, ring.times(factor, ring.power(generator(gen), e * j + part)))
    _subtract(target, by, ring.times(quotient, inverse), ring)


def _solved(by: Traced, pivot: Pivot, ring: Ring) -> Poly:
    """v = -b/a, where by.poly = a*t^e + b."""
    gen, _, mono, c = pivot
    rest = {m: k for m, k in by.poly.items() if gen not in dict(m)}
    return ring.times(rest, {tuple((g, -k) for g, k in mono): ratio(-1, c)})


def _by_power(poly: Poly, gen: Generator) -> dict[int, Poly]:
    """The coefficients of the powers of `gen`, which occurs in no denominator."""
    found: dict[int, Poly] = {}
    for mono, c in poly.items():
        e = dict(mono).get(gen, 0)
        if e < 0:
            raise OutOfReach("a denominator that a relation determines")
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
    return next(iter(ring.times({unit: 1}, factor)))


def _leading(poly: Poly) -> tuple[Generator, int] | None:
    """(t, q) if the relation has the leading term t^q, of a name, times a number."""
    for gen in sorted(g for g in generators(poly) if g[0] == "sym"):
        top = max(dict(mono).get(gen, 0) for mono in poly)
        if top > 1 and [mono for mono in poly if dict(mono).get(gen, 0) == top] == [((gen, top),)]:
            return gen, top
    return None


def _reduce(goal: Traced, by: Traced, gen: Generator, q: int, ring: Ring) -> None:
    """Divide by c t^q + (lower powers of t) until the degree in t is below q."""
    lead = by.poly.get(((gen, q),))
    if lead is None:  # what was eliminated before has taken the leading term with it
        return
    inverse = constant(ratio(1, lead))
    while True:
        powers = _by_power(goal.poly, gen)
        top = max(powers, default=0)
        if top < q:
            return
        cofactor = ring.times(ring.times(powers[top], inverse), ring.power(generator(gen), top - q))
        _subtract(goal, by, cofactor, ring)
