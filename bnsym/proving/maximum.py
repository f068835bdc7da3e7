"""Maxima over a ball: find the value, a bound that holds on the whole ball, and a point of it
at which the bound is met. Untrusted: the kernel proves both again.

What the body holds besides the variable is replaced by free arrays first, so that what is
proved is a lemma in a few letters. A point is tried for each choice of vectors that the
variable is multiplied with: X = radius u vᵀ / (|u| |v|), which has norm radius.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from bnsym.calculus import Graph
from bnsym.kernel import (
    Certificate,
    Lemma,
    Maximum,
    Value,
    Vector,
    Witness,
    holds,
)
from bnsym.kernel.maxima import instance, lemmas
from bnsym.normal import Monomial, OutOfReach, Poly, Ring, generator
from bnsym.proving.bound import bound_certificate
from bnsym.proving.identity import identity_certificate
from bnsym.proving.readback import term_of
from bnsym.proving.rings import SearchRing, free_shapes, graph_of, led_to, own_terms
from bnsym.terms import (
    Definition,
    Hypothesis,
    Index,
    Max,
    Mul,
    Num,
    Pow,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    mapped,
    mul,
    names,
    num,
    power,
    rename,
    walk,
)


def maxima_in(statement: Statement) -> tuple[Max, ...]:
    """The maxima that a statement speaks of, itself or through what it needs the definition of."""
    known = graph_of(statement).by_name
    terms = (*own_terms(statement), *(known[name].body for name in sorted(led_to(statement) & known.keys())))
    return tuple(dict.fromkeys(t for term in terms for t in walk(term) if isinstance(t, Max)))


def maximum_of(term: Max, deadline: float) -> Maximum | None:
    """The value of a maximum with its proof, if one of the points tried attains it."""
    lemma, arguments = _abstracted(term)
    vectors = _vectors(lemma)
    for chosen in _choices(vectors):
        try:
            found = _attempt(lemma, arguments, vectors, chosen, deadline)
        except OutOfReach:
            continue
        if found is not None:
            return found
    return None


def value_of(term: Max, deadline: float) -> Term | None:
    """The same, of what stands in the maximum, without the proof."""
    found = maximum_of(term, deadline)
    return instance(found.value, Graph(found.arguments, (), ())) if found is not None else None


# -- the lemma ------------------------------------------------------------------------


def _abstracted(term: Max) -> tuple[Max, tuple[Definition, ...]]:
    """The maximum with free arrays for what does not mention its variable, and what each is."""
    taken = names(term)
    fresh = (name for n in range(1000) if (name := f"v_{{{n}}}") not in taken)
    known: dict[Term, Definition] = {}

    def stand_in(inner: Term, bound: dict[str, Index]) -> Term:
        free = [i for i in free_indices(inner) if i.name in bound]
        if isinstance(inner, Num | Size) or (isinstance(inner, Sym) and len(free) == len(inner.indices)):
            return inner
        places = [Index(f"i_{{{k}}}", i.space) for k, i in enumerate(free)]
        key = rename(inner, {i.name: place for i, place in zip(free, places, strict=True)})
        if key not in known:
            known[key] = Definition(Sym(next(fresh), tuple(places)), key)
        return Sym(known[key].symbol.name, tuple(free))

    def change(inner: Term, bound: dict[str, Index]) -> Term:
        if isinstance(inner, Sym) and inner.name == term.variable.name:
            return inner
        if all(not isinstance(t, Sym) or t.name != term.variable.name for t in walk(inner)):
            return stand_in(inner, bound)
        if isinstance(inner, Sum):
            bound = {**bound, inner.index.name: inner.index}
        return mapped(inner, lambda part: change(part, bound))

    radius = stand_in(term.radius, {})
    body = change(term.body, {})
    return Max(term.variable, radius, body), tuple(known.values())


def _vectors(term: Max) -> tuple[Vector, ...]:
    """The vectors that stand beside the variable, under the letter of one of its indices."""
    found: dict[Vector, None] = {}
    for inner in walk(term.body):
        factors = inner.factors if isinstance(inner, Mul) else ()
        symbols = [f for f in factors if isinstance(f, Sym)]
        for x in (s for s in symbols if s.name == term.variable.name):
            for vector in symbols:
                if vector.name != x.name and len(vector.indices) == 1:
                    for axis in (k for k, index in enumerate(x.indices) if vector.indices[0] == index):
                        index = Index("i", vector.indices[0].space)
                        found.setdefault(Vector(Sym(vector.name, (index,)), index, axis))
    return tuple(found)


def _choices(vectors: tuple[Vector, ...]) -> Iterator[tuple[Vector | None, ...]]:
    """For each index of the variable, a vector that stands beside it; or none."""
    rows, columns = ([v for v in vectors if v.axis == axis] for axis in (0, 1))
    yield from product(rows or (None,), columns or (None,))


# -- the proof ------------------------------------------------------------------------


def _attempt(
    term: Max,
    arguments: tuple[Definition, ...],
    tested: tuple[Vector, ...],
    chosen: tuple[Vector | None, ...],
    deadline: float,
) -> Maximum | None:
    divided = tuple(v for v in chosen if v is not None)
    first, second = (_unit(v, index) for v, index in zip(chosen, term.variable.indices, strict=True))
    point = (mul(term.radius, first), second)
    value = _value(term, point, deadline)
    proofs: list[Lemma] = []
    for statement in lemmas(term, value, tested, point, divided):
        lemma = _lemma(statement, term.variable, deadline)
        if lemma is None:
            return None
        proofs.append(lemma)
    bound, inside, *equal = proofs
    return Maximum(term, value, arguments, tested, bound, point, divided, inside, tuple(equal))


def _unit(vector: Vector | None, index: Index) -> Term:
    """The vector over its norm, at `index`; without one, the ones vector over its norm."""
    if vector is None:
        return power(Size(index.space), Fraction(-1, 2))
    norm = power(Sum(vector.index, power(vector.component, 2)), Fraction(-1, 2))
    return mul(rename(vector.component, {vector.index.name: index}), norm)


def _value(term: Max, factors: tuple[Term, ...], deadline: float) -> Term:
    """The body at the point, for a positive radius; a root is taken last."""
    body, exponent = term.body, Fraction(1)
    if isinstance(term.body, Pow) and term.body.exponent.denominator == 2:
        body, exponent = term.body.base, term.body.exponent
    above = () if isinstance(term.radius, Num) else (Hypothesis(term.radius, Relation.GT, num(0)),)
    entry = Definition(term.variable, mul(*factors))
    ring = SearchRing(Statement(body, Relation.EQ, num(0), (entry,), above), deadline)
    inner = term_of(_unrooted(ring.sides()[0], ring))
    return inner if exponent == 1 else term_of(ring.normal(power(inner, exponent)))


def _unrooted(poly: Poly, ring: Ring) -> Poly:
    """The polynomial with r^(2k) = B^k for the roots r of single contractions B."""
    result: Poly = {}
    for mono, c in poly.items():
        factor: Poly = {(): c}
        for gen, e in mono:
            part = generator(gen, e)
            if gen[0] == "root" and gen[1] == 2 and len(gen[2]) == 1:
                ((base, coefficient),) = gen[2]
                powers: Monomial = tuple((g, k * (e // 2)) for g, k in base if e // 2)
                part = ring.times(
                    {powers: Fraction(coefficient) ** (e // 2)}, generator(gen, e % 2) if e % 2 else {(): 1}
                )
            factor = ring.times(factor, part)
        for m, k in factor.items():
            result[m] = result.get(m, 0) + k
    return {m: c for m, c in result.items() if c}


def _lemma(statement: Statement, variable: Sym, deadline: float) -> Lemma | None:
    """A certificate of the statement, and values that meet its hypotheses: the variable zero."""
    certificate = _certificate(statement, deadline)
    shapes, spaces = free_shapes(statement)
    sizes = dict.fromkeys(spaces, 1)
    for value in (Fraction(1), Fraction(0)):
        values = {
            n: _filled(0 if n == variable.name or (s and not value) else 1, len(s)) for n, s in shapes.items()
        }
        model = Witness(sizes, values)
        if certificate is not None and holds(statement.hypotheses, statement, model):
            return Lemma(certificate, model)
    return None


def _filled(value: int, axes: int) -> Value:
    """An array of one component."""
    return (_filled(value, axes - 1),) if axes else Fraction(value)


def _certificate(statement: Statement, deadline: float) -> Certificate | None:
    """As an identity or a short bound; of the sides, or of their squares."""
    for squared in (False, True):
        ring = SearchRing(statement, deadline)
        larger = statement.right
        needed = (larger, statement.left) if statement.relation is Relation.EQ else (larger,)
        if squared and not all(map(ring.surely, needed)):
            continue
        found = identity_certificate(statement, ring, squared=squared)
        if found is None and statement.relation is Relation.LE:
            found = bound_certificate(statement, ring, squared=squared, products=False)
        if found is not None:
            return found
    return None
