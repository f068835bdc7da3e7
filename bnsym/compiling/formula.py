"""A closed form as terms alone: its right side, what that is defined from, and the arrays it takes.

proved → formula → programs

Kronecker deltas in its sums are spent: Σ_j δ_ij a_j is a_i.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from bnsym.calculus import Graph, NotDifferentiable, expand, gradient_name, hessian_name
from bnsym.evidence.surveying import Unsupported, names, reached, shapes
from bnsym.terms import (
    ONE,
    ZERO,
    Add,
    Definition,
    Delta,
    Diff,
    Index,
    Max,
    Mul,
    Name,
    Pow,
    Size,
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    children,
    free_indices,
    mul,
    power,
    rename,
    walk,
)


def times(*factors: Term) -> Term:
    """The product; unlike `mul` it is zero if a factor is, and δ_ii is 1."""
    plain = [f for f in factors if not (isinstance(f, Delta) and f.left == f.right)]
    found = mul(*plain)
    if isinstance(found, Mul) and any(f == ZERO for f in found.factors):
        return ZERO
    return found


def spend(index: Index, body: Term) -> Term:
    """Σ_index body, where a delta of the index in a product replaces the sum."""
    if body == ZERO or not mentions(body, index):
        return times(Size(index.space), body) if body != ZERO else ZERO
    if not _has_delta(body, index):
        return Sum(index, body)
    return add(*(_spend_product(index, factors) for factors in _products(body, index)))


def _spend_product(index: Index, factors: tuple[Term, ...]) -> Term:
    factors = tuple(f for f in factors if not (isinstance(f, Delta) and f.left == f.right))
    for k, factor in enumerate(factors):
        if isinstance(factor, Delta) and index in (factor.left, factor.right):
            other = factor.right if factor.left == index else factor.left
            rest = times(*factors[:k], *factors[k + 1 :])
            return tidy(rename(rest, {index.name: other}))
    body = times(*factors)
    return Sum(index, body) if mentions(body, index) else times(Size(index.space), body)


def tidy(term: Term) -> Term:
    """δ_ii is 1, also inside."""
    return ONE if isinstance(term, Delta) and term.left == term.right else rebuilt(term, tidy)


def rebuilt(term: Term, change: Callable[[Term], Term]) -> Term:
    """`term` with each term directly inside it changed, and what that cancels or spends gone."""
    match term:
        case Add(terms):
            return add(*map(change, terms))
        case Mul(factors):
            return times(*map(change, factors))
        case Pow(base, exponent):
            return power(change(base), exponent)
        case Sum(index, body):
            return spend(index, change(body))
        case _:
            return term


def _products(body: Term, index: Index) -> list[tuple[Term, ...]]:
    """`body` as a sum of products in which every delta of `index` that can be is a factor."""
    match body:
        case Add(terms) if _has_delta(body, index):
            return [factors for t in terms for factors in _products(t, index)]
        case Mul(factors) if _has_delta(body, index):
            choices = itertools.product(*(_products(f, index) for f in factors))
            return [tuple(itertools.chain(*choice)) for choice in choices]
        case Pow(base, exponent) if _has_delta(body, index) and exponent in (2, 3):
            return _products(Mul((base,) * int(exponent)), index)
        case Sum(inner, summand) if _has_delta(body, index):
            return [_outside(inner, factors) for factors in _products(summand, index)]
        case _:
            return [(body,)]


def _outside(inner: Index, factors: tuple[Term, ...]) -> tuple[Term, ...]:
    """Factors of a summand that do not mention its index, then the sum of the others."""
    free = tuple(f for f in factors if not mentions(f, inner))
    return (*free, spend(inner, times(*(f for f in factors if mentions(f, inner)))))


def mentions(term: Term, index: Index) -> bool:
    """Whether `index` is free in `term`."""
    return any(i.name == index.name for i in free_indices(term))


def _has_delta(term: Term, index: Index) -> bool:
    match term:
        case Delta(left, right):
            return index in (left, right)
        case Sum(bound, _) if bound.name == index.name:
            return False
        case _:
            return any(_has_delta(child, index) for child in children(term))


@dataclass(frozen=True, slots=True)
class Piece:
    """A term of the closed form, as the note writes it and without derivatives."""

    shown: Term
    term: Term


@dataclass(frozen=True, slots=True)
class Formula:
    """Σ of the pieces, where defined names mean their definitions."""

    pieces: tuple[Piece, ...]
    definitions: Mapping[Name, Definition]
    free: tuple[Index, ...]
    """The indices of its value, in order."""
    shapes: Mapping[Name, tuple[SpaceName, ...]]
    """Of the arrays that nothing defines."""
    by: Name = ""
    """What the loss is differentiated by, if it is a derivative of a loss."""

    @property
    def right(self) -> Term:
        return add(*(p.term for p in self.pieces))

    def changed(self, change: Callable[[Term], Term]) -> Formula:
        """With each piece and each definition changed."""
        pieces = tuple(replace(p, term=change(p.term)) for p in self.pieces)
        bodies = {n: replace(d, body=change(d.body)) for n, d in self.definitions.items()}
        return replace(self, pieces=pieces, definitions=bodies)

    def terms(self) -> Iterator[Term]:
        yield from (p.term for p in self.pieces)
        yield from (d.body for d in self.definitions.values())


def formula(
    statement: Statement, free: tuple[Index, ...], given: Collection[Name] = (), *, whole: bool = False
) -> Formula:
    """The right side of a statement; it may be any term over its definitions. given: names whose values are
    handed in. whole: as one piece, as it is written."""
    graph, known, bodies = Graph.of(statement), shapes(statement), dict[Name, Definition]()
    upstream = _upstream(graph)

    def written(term: Term) -> Term:
        """Without derivatives but those of a loss at its outputs, and without deltas that a sum can spend."""
        match term:
            case Diff():
                return written(expand(graph, term))
            case Sym(name, indices) if name in upstream:
                new, over = upstream[name]
                known[new] = tuple(space for output in over for space in known[output])
                return Sym(new, indices)
            case Max():
                raise Unsupported("a maximum over matrices is not worked out here")
            case Delta():
                return tidy(term)
            case _:
                return rebuilt(term, written)

    def uses(name: Name) -> set[Name]:
        if name not in graph.by_name or name in given:
            return set()
        if name not in bodies:
            symbol, body = graph.by_name[name].symbol, graph.by_name[name].body
            bodies[name] = Definition(symbol, written(body))
        return names(bodies[name].body)

    shown = (statement.right,) if whole else tuple(pieces(statement.right))
    try:
        parts = tuple(Piece(t, written(t)) for t in shown)
        used = reached([n for p in parts for n in names(p.term)], uses)
    except NotDifferentiable as error:
        raise Unsupported(f"the derivative of {error}") from error
    left = statement.left
    loss = isinstance(left, Diff) and isinstance(left.of, Sym) and left.of.name in statement.losses
    by = left.by.name if isinstance(left, Diff) and loss else ""
    return Formula(parts, bodies, free, {n: known[n] for n in used if n not in bodies}, by)


def _upstream(graph: Graph) -> dict[Name, tuple[Name, tuple[Name, ...]]]:
    """The free derivatives of a loss, by what the calculus calls them: their names here, and the outputs."""
    found: dict[Name, tuple[Name, tuple[Name, ...]]] = {}
    for f, y in product(graph.losses, graph.outputs):
        found[gradient_name(f, y)] = f"∂{f}/∂{y} at the outputs", (y,)
        for z in graph.outputs:
            found[hessian_name(f, y, z)] = f"∂²{f}/∂{y}∂{z} at the outputs", (y, z)
    return found


def pieces(term: Term) -> Iterator[Term]:
    """The terms of a sum, factors before it multiplied in."""
    match term:
        case Add(terms):
            for t in terms:
                yield from pieces(t)
        case Mul(factors) if any(isinstance(f, Add) for f in factors):
            k = max(
                (k for k, f in enumerate(factors) if isinstance(f, Add)),
                key=lambda k: len(list(walk(factors[k]))),
            )
            for t in pieces(factors[k]):
                yield mul(*factors[:k], t, *factors[k + 1 :])
        case _:
            yield term


def factors(term: Term) -> tuple[Term, ...]:
    return term.factors if isinstance(term, Mul) else (term,)


def statistics(found: Formula) -> set[Name]:
    """The free arrays that the definitions sum over: inputs and masks, no gains and no upstream gradients."""
    summed = (t.body for d in found.definitions.values() for t in walk(d.body) if isinstance(t, Sum))
    inside = reached([n for body in summed for n in names(body)], lambda n: _used(found, n))
    return {n for n in inside if found.shapes.get(n) and not n.startswith("∂")}


def spreads(found: Formula) -> set[Name]:
    """Numbers that stand beside others in a definition's sum, as ε does; no gains."""
    beside = (
        t for d in found.definitions.values() for a in walk(d.body) if isinstance(a, Add) for t in a.terms
    )
    bare = (f for t in beside for f in factors(t) if len(factors(t)) <= 2)
    inner = (f.base if isinstance(f, Pow) else f for f in bare)
    return {s.name for s in inner if isinstance(s, Sym) and found.shapes.get(s.name) == ()}


def _used(found: Formula, name: Name) -> set[Name]:
    return names(found.definitions[name].body) if name in found.definitions else set()
