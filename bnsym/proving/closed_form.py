"""The program's own closed form of a term, in the note's notation.

Derivatives are expanded with the defined names kept as they are; the components of the
input are written through the last defined vector that determines them (x_i = μ + σ x̂_i);
contractions are replaced by what the definitions make of them (Σ x̂_j = 0). None of this
is trusted: the result is proved equal to the term before it is returned.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import product

from bnsym.calculus import Graph, expand, hessian_name
from bnsym.kernel import Proved
from bnsym.normal import Generator, OutOfReach, Poly, generators, letters
from bnsym.proving.advice import common_factor
from bnsym.proving.deciding import Task, by_identity, decide
from bnsym.proving.identity import reduced
from bnsym.proving.readback import product_of, term_of
from bnsym.proving.rings import SearchRing, graph_of
from bnsym.terms import (
    Definition,
    Diff,
    Hypothesis,
    Index,
    Max,
    Pow,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    neg,
    num,
    power,
    rename,
    walk,
)


class NoClosedForm(Exception):
    """No closed form was found and proved."""


def closed_form(context: Statement, term: Term, deadline: float = float("inf")) -> tuple[Term, Proved]:
    """A short term without derivatives, proved equal to `term` under `context`'s definitions
    and hypotheses, with that proof. Raises NoClosedForm."""
    plain = _with_names_of_roots(context, expand_all(graph_of(context), term, deadline), deadline)
    facts = _facts(context, deadline)
    found: list[Term] = []
    for candidate in (plain, *_through_vectors(context, plain, deadline)):
        try:
            opaque = _opaque(context, candidate, facts)
            poly = reduced(opaque, SearchRing(opaque, deadline))
        except OutOfReach:
            continue
        found.append(_with_derivatives(graph_of(context), _factored(poly)))
    for candidate in sorted(found, key=_length):
        statement = replace(context, left=term, relation=Relation.EQ, right=candidate)
        verdict = decide(statement, min(deadline, time.monotonic() + 20))
        if isinstance(verdict, Proved):
            return candidate, verdict
    raise NoClosedForm("no closed form of it could be found and proved")


def expand_all(graph: Graph, term: Term, deadline: float = float("inf")) -> Term:
    """The term with every derivative expanded, down to the loss's own at its outputs."""
    if time.monotonic() > deadline:
        raise OutOfReach("the time is up")

    def inside(inner: Term) -> Term:
        return expand_all(graph, inner, deadline)

    if isinstance(term, Max):
        raise NoClosedForm("a maximum has none")
    return inside(expand(graph, term)) if isinstance(term, Diff) else mapped(term, inside)


def _with_names_of_roots(context: Statement, term: Term, deadline: float) -> Term:
    """The term with ρ, defined as a power of something, for that power of it."""
    ring = SearchRing(replace(context, left=num(0), right=num(0)), deadline)
    named = [
        (ring.normal(body.base), symbol, body.exponent)
        for symbol, body in ((d.symbol, d.body) for d in context.definitions)
        if isinstance(body, Pow) and not symbol.indices and not free_indices(body)
    ]

    def change(inner: Term) -> Term:
        if isinstance(inner, Pow) and not free_indices(inner):
            for base, symbol, exponent in named:
                if ring.normal(inner.base) == base:
                    return power(symbol, inner.exponent / exponent)
        return mapped(inner, change)

    try:
        return change(term)
    except OutOfReach:
        return term


def _opaque(context: Statement, term: Term, facts: tuple[Hypothesis, ...]) -> Statement:
    """`term = 0` with the definitions forgotten, but what follows from them assumed."""
    return Statement(term, Relation.EQ, num(0), (), (*context.hypotheses, *facts))


def _facts(context: Statement, deadline: float) -> tuple[Hypothesis, ...]:
    """Contractions of the defined vectors that are constant, and the scalars' definitions."""
    facts: list[Hypothesis] = []
    for definition in context.definitions:
        symbol = definition.symbol
        if any(isinstance(t, Diff | Max) for t in walk(definition.body)):
            continue
        if not symbol.indices:
            facts.append(Hypothesis(symbol, Relation.EQ, definition.body))
        elif len(symbol.indices) == 1:
            facts += _moments(context, symbol, symbol.indices[0], deadline)
    return tuple(facts)


def _moments(context: Statement, symbol: Sym, index: Index, deadline: float) -> list[Hypothesis]:
    """Σ u_i and Σ u_i², where they are 0, 1 or the size of the space."""
    found: list[Hypothesis] = []
    for exponent in (1, 2):
        for value in (num(0), Size(index.space), num(1)):
            left = Sum(index, power(symbol, exponent))
            statement = Statement(left, Relation.EQ, value, context.definitions)
            verdict = _proof(statement, deadline)
            if verdict is not None:
                found.append(Hypothesis(left, Relation.EQ, value))
                break
    return found


def _proof(statement: Statement, deadline: float) -> Proved | None:
    try:
        return by_identity(Task(statement, min(deadline, time.monotonic() + 2)))
    except OutOfReach:
        return None


def _through_vectors(context: Statement, term: Term, deadline: float) -> list[Term]:
    """The term with a free vector written through each defined vector that determines it."""
    found = []
    for definition in reversed(context.definitions):
        solved = _solve(context, definition, deadline)
        if solved is not None:
            found.append(_replace(term, *solved))
    return found


def _solve(context: Statement, definition: Definition, deadline: float) -> tuple[Sym, Term] | None:
    """(v_i, the term it equals) where u_i = a*v_i + b by definition, a without indices."""
    if len(definition.symbol.indices) != 1 or any(isinstance(t, Diff | Max) for t in walk(definition.body)):
        return None
    defined = {d.symbol.name for d in context.definitions}
    ring = SearchRing(_opaque(context, num(0), ()), deadline)
    poly = ring.normal(definition.body)
    index = definition.symbol.indices[0]
    for mono in poly:
        for gen, e in mono:
            free = gen[0] == "sym" and gen[1] not in defined
            if free and e == 1 and gen[2] == ((index.name, index.space),):
                rest: Poly = {m: c for m, c in poly.items() if m != mono}
                if any(gen in dict(m) for m in rest) or any(letters(g) for g, _ in mono if g != gen):
                    continue
                scale = product_of(tuple((g, -k) for g, k in mono if g != gen), Fraction(1) / poly[mono])
                return Sym(gen[1], (index,)), mul(scale, add(definition.symbol, neg(term_of(rest))))
    return None


def _replace(term: Term, symbol: Sym, by: Term) -> Term:
    """`term` with every component of a vector replaced."""

    def swap(found: Sym) -> Term:
        if found.name != symbol.name or len(found.indices) != 1:
            return found
        return rename(by, {symbol.indices[0].name: found.indices[0]})

    return _map(term, swap)


def _with_derivatives(graph: Graph, term: Term) -> Term:
    """`term` with the loss's derivatives at its outputs written as derivatives again."""
    shape = {d.symbol.name: len(d.symbol.indices) for d in graph.definitions}

    def swap(found: Sym) -> Term:
        if found.name in graph.gradients:
            loss, output = graph.gradients[found.name]
            return Diff(Sym(loss), Sym(output, found.indices), True)
        for loss, y, z in product(graph.losses, graph.outputs, graph.outputs):
            if found.name == hessian_name(loss, y, z):
                first = shape.get(y, len(found.indices) // 2)
                inner = Diff(Sym(loss), Sym(y, found.indices[:first]), True)
                return Diff(inner, Sym(z, found.indices[first:]), True)
        return found

    return _map(term, swap)


def _map(term: Term, swap: Callable[[Sym], Term]) -> Term:
    """`term` with `swap` applied to each symbol."""
    return swap(term) if isinstance(term, Sym) else mapped(term, lambda inner: _map(inner, swap))


def _factored(poly: Poly) -> Term:
    """The polynomial with its common factor in front and what is left factored over ℚ."""
    if not poly:
        return num(0)
    shared = common_factor(poly)
    common = dict(shared)
    rest: Poly = {
        tuple(sorted((g, n) for g in e | common if (n := e.get(g, 0) - common.get(g, 0)))): c
        for e, c in ((dict(mono), c) for mono, c in poly.items())
    }
    content, factors = _factor_list(rest)
    return mul(product_of(shared, content), *(power(term_of(p), n) for p, n in factors))


def _factor_list(poly: Poly) -> tuple[Fraction, list[tuple[Poly, int]]]:
    """content and [(factor, multiplicity)], by SymPy over ℚ with a symbol a generator."""
    import sympy

    found: list[Generator] = sorted(generators(poly))
    if not found:
        return Fraction(poly[()]), []
    symbols = sympy.symbols(f"t:{len(found)}")
    terms = {
        tuple(dict(m).get(g, 0) for g in found): sympy.Rational(c.numerator, c.denominator)
        for m, c in poly.items()
    }
    content, factors = sympy.Poly(terms, *symbols).factor_list()
    result: list[tuple[Poly, int]] = []
    for factor, n in factors:
        back: Poly = {
            tuple((g, e) for g, e in zip(found, powers, strict=True) if e): Fraction(int(c.p), int(c.q))
            for powers, c in factor.terms()
        }
        result.append((back, n))
    return Fraction(int(content.p), int(content.q)), result


def _length(term: Term) -> int:
    return sum(1 for _ in walk(term))
