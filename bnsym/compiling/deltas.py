"""Kronecker deltas in sums, spent: Σ_j δ_ij a_j is a_i."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from bnsym.terms import (
    ONE,
    ZERO,
    Add,
    Delta,
    Index,
    Mul,
    Pow,
    Size,
    Sum,
    Term,
    add,
    children,
    free_indices,
    mul,
    power,
    rename,
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
