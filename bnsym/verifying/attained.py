"""Maxima over a ball of matrices, with their values: what is to be proved of each, and what then stands in
a statement.

`body <= value` is proved from |Xᵀv| <= radius |v| for some vectors v; `body = value` at a matrix of rank
one whose norm is at most the radius, and at zero where one of the vectors that it divides by is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from bnsym.terms import (
    ZERO,
    Definition,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
    Pow,
    Relation,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    mapped,
    names,
    rename,
    walk,
)
from bnsym.verifying.domains import Wrong

EQ, LE, LT, GE, GT, NE = Relation
TWO = Fraction(2)


def lemmas(maximum: dict[str, Any]) -> Iterator[tuple[Statement, dict[str, Any]]]:
    """What is to be proved for a maximum to have its value, each with its proof; Wrong if it is none."""
    term, value, point, divided = (maximum[part] for part in ("term", "value", "point", "divided"))
    _check_form(maximum, term, [value, term.radius, *point, *(v[0] for v in (*maximum["tested"], *divided))])
    squares = [Sum(index, Pow(component, TWO)) for component, index, _ in divided]
    nonzero = [Hypothesis(square, GT, ZERO) for square in squares]
    norm = Mul(tuple(Sum(i, Pow(f, TWO)) for f, i in zip(point, term.variable.indices, strict=True)))
    bounds = [_norm_bound(term, *vector) for vector in maximum["tested"]]
    found = [Statement(term.body, LE, value, (), (*bounds,))]
    found += [Statement(norm, LE, Pow(term.radius, TWO), (), (*nonzero,))]
    entries: list[tuple[Term, list[Hypothesis]]] = [(Mul(tuple(point)), nonzero)]
    entries += [(ZERO, [Hypothesis(square, EQ, ZERO)]) for square in squares]
    for entry, case in entries:
        found.append(Statement(term.body, EQ, value, (Definition(term.variable, entry),), (*case,)))
    given, ball = [maximum["bound"], maximum["inside"], *maximum["equal"]], Hypothesis(term.radius, GE, ZERO)
    for statement, lemma in zip(found, given, strict=True):
        yield replace(statement, hypotheses=(ball, *statement.hypotheses)), lemma


def _norm_bound(term: Max, component: Term, index: Index, axis: int) -> Hypothesis:
    """|Xᵀv|² <= radius² |v|² for the vector v; for axis 1 of |Xv|."""
    here, other = term.variable.indices[axis], term.variable.indices[1 - axis]
    if here.space != index.space:
        raise Wrong("a vector that the matrix can't be applied to")
    other = Index(f"{index.name}'", other.space)
    entry = Sym(term.variable.name, (other, index) if axis else (index, other))
    applied = Sum(other, Pow(Sum(index, Mul((entry, component))), TWO))
    return Hypothesis(applied, LE, Mul((Pow(term.radius, TWO), Sum(index, Pow(component, TWO)))))


def _check_form(maximum: dict[str, Any], term: Max, fixed: list[Term]) -> None:
    """Closed terms without derivatives, of which only the body speaks of the matrix; what its arguments
    speak of stays free in it."""
    matrix, value, arguments = term.variable, maximum["value"], maximum["arguments"]
    if any(isinstance(t, Diff | Max) for inner in (term.body, *fixed) for t in walk(inner)):
        raise Wrong("a maximum of a derivative or of a maximum")
    if len({*matrix.indices}) != 2 or free_indices(term) or free_indices(value):
        raise Wrong("a maximum that is not over matrices, or has a free index")
    if matrix.name in names(*fixed, *(d.body for d in arguments)) | {d.symbol.name for d in arguments}:
        raise Wrong("what a maximum is compared with depends on the matrix")
    if not names(term.body, term.radius) - {matrix.name} <= names(value):
        raise Wrong("the value of a maximum may be defined where the maximum is not")
    if any(not {*free_indices(f)} <= {i} for f, i in zip(maximum["point"], matrix.indices, strict=True)):
        raise Wrong("a point is given by one factor for each index of the matrix")
    if any(free_indices(v) != (index,) for v, index, _ in (*maximum["tested"], *maximum["divided"])):
        raise Wrong("a vector has one free index")
    bound = {t.index.name for inner in (term, value) for t in walk(inner) if isinstance(t, Sum)}
    bound |= {i.name for i in matrix.indices}
    if any(i.name in bound for d in arguments for i in {*free_indices(d.body)} - {*d.symbol.indices}):
        raise Wrong("an index of what an array of a maximum stands for is bound in it")


def put_in(maxima: list[dict[str, Any]], stated: Any) -> Any:
    """What is stated, with each maximum replaced by its value."""
    for maximum in maxima:
        arguments = {d.symbol.name: d for d in maximum["arguments"]}
        term, value = (_instance(maximum[part], arguments) for part in ("term", "value"))
        stated = _replaced(stated, term, value)
    return stated


def radii(maxima: list[dict[str, Any]]) -> list[Term]:
    """What must not be negative, so that no ball is empty."""
    return [_instance(m["term"].radius, {d.symbol.name: d for d in m["arguments"]}) for m in maxima]


def _instance(term: Term, arguments: Mapping[str, Definition]) -> Term:
    """The term with its arrays replaced by what they stand for."""
    if isinstance(term, Sym) and term.name in arguments:
        definition = arguments[term.name]
        letters = (i.name for i in definition.symbol.indices)
        return rename(definition.body, dict(zip(letters, term.indices, strict=True)))
    return mapped(term, lambda inner: _instance(inner, arguments))


def _replaced(stated: Any, old: Term, new: Term) -> Any:
    match stated:
        case tuple():
            return tuple(_replaced(part, old, new) for part in stated)
        case Statement():
            parts = ("left", "right", "definitions", "hypotheses")
            return replace(stated, **{part: _replaced(getattr(stated, part), old, new) for part in parts})
        case Hypothesis(left, relation, right):
            return Hypothesis(_replaced(left, old, new), relation, _replaced(right, old, new))
        case Definition(symbol, body):
            return Definition(symbol, _replaced(body, old, new))
    return new if stated == old else mapped(stated, lambda inner: _replaced(inner, old, new))
