"""TRUSTED. Maxima over a ball of matrices: what the value of one rests on, as statements to prove,
and the statement in which it stands with its value. Loaded only where a certificate names a maximum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from bnsym.calculus import Graph
from bnsym.kernel.certificates import Lemma, Maximum, Rejected, Vector
from bnsym.kernel.equations import replaced
from bnsym.normal import Ring
from bnsym.terms.tree import (
    ZERO,
    Definition,
    Diff,
    Hypothesis,
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

TWO = Fraction(2)


def obligations(maximum: Maximum) -> Iterator[tuple[Statement, Lemma]]:
    """What must be proved, each with the proof that is offered for it; Rejected if there is no
    such maximum.

    premises: body <= value wherever |X| <= radius; body = value at a point of that ball.
    conclusion: `value` is the maximum, if the radius is not negative. The arrays in it are
    free: what they are defined to be, here or in a statement, is not used."""
    _check_form(maximum)
    _check_apart(maximum)
    rests = lemmas(maximum.term, maximum.value, maximum.tested, maximum.point, maximum.divided)
    yield from zip(rests, (maximum.bound, maximum.inside, *maximum.equal), strict=True)


def substituted(
    statement: Statement, maxima: tuple[Maximum, ...]
) -> tuple[Statement, tuple[Hypothesis, ...], tuple[Hypothesis, ...]]:
    """The statement with each maximum replaced by its value; the conditions for that, which it
    then assumes, and the hypotheses that serve instead: no ball is empty."""
    conditions: dict[Hypothesis, None] = {}
    ring = Ring(statement)
    for maximum in maxima:
        graph = Graph(maximum.arguments, (), ())
        term, value = instance(maximum.term, graph), instance(maximum.value, graph)
        radius = instance(maximum.term.radius, graph)
        if not ring.surely(radius):
            conditions.setdefault(Hypothesis(radius, Relation.GE, ZERO))
        statement = replaced(statement, term, value)
    assumed = (*statement.hypotheses, *conditions)
    return replace(statement, hypotheses=assumed), tuple(conditions), tuple(ring.used)


def lemmas(
    term: Max, value: Term, tested: tuple[Vector, ...], point: tuple[Term, ...], divided: tuple[Vector, ...]
) -> tuple[Statement, ...]:
    """What a `Maximum` of these parts rests on, in its words: bound, inside, and equal, case by case."""
    variable, radius, body = term.variable, term.radius, term.body
    ball = Hypothesis(radius, Relation.GE, ZERO)
    norms = _norm_bounds(variable, radius, tested)
    nonzero, *vanishing = _cases(divided)
    places = zip(point, variable.indices, strict=True)
    norm = Mul(tuple(Sum(index, Pow(factor, TWO)) for factor, index in places))
    entries: list[tuple[tuple[Hypothesis, ...], Term]] = [
        (nonzero, Mul(point)),
        *((case, ZERO) for case in vanishing),
    ]
    return (
        Statement(body, Relation.LE, value, (), (ball, *norms)),
        Statement(norm, Relation.LE, Pow(radius, TWO), (), (ball, *nonzero)),
        *(
            Statement(body, Relation.EQ, value, (Definition(variable, entry),), (ball, *case))
            for case, entry in entries
        ),
    )


def _check_form(maximum: Maximum) -> None:
    """Closed terms without derivatives, whose value depends on all that the body does."""
    variable, (term, value) = maximum.term.variable, (maximum.term, maximum.value)
    if any(isinstance(t, Diff | Max) for t in (*walk(term.radius), *walk(term.body), *walk(value))):
        raise Rejected("a maximum of a derivative or of a maximum")
    if free_indices(term) or free_indices(value):
        raise Rejected("a maximum with a free index")
    if variable.name in names(value) | names(term.radius) | {d.symbol.name for d in maximum.arguments}:
        raise Rejected("the value of a maximum depends on what it is taken over")
    if not (names(term.body) | names(term.radius)) - {variable.name} <= names(value):
        raise Rejected("the value of a maximum may be defined where the maximum is not")
    if len(set(variable.indices)) != 2:
        raise Rejected("a maximum over what is no matrix")
    for factor, index in zip(maximum.point, variable.indices, strict=True):
        if variable.name in names(factor) or not {index} >= set(free_indices(factor)):
            raise Rejected("a point is given by one factor for each index of the variable")
    if len(maximum.equal) != 1 + len(maximum.divided):
        raise Rejected("there is a case in which the maximum is not shown to be attained")


def _cases(vectors: tuple[Vector, ...]) -> list[tuple[Hypothesis, ...]]:
    """No vector is zero, or one of them is: exhaustive."""
    for vector in vectors:
        if free_indices(vector.component) != (vector.index,):
            raise Rejected("a vector has one free index")
    squares = [Sum(v.index, Pow(v.component, TWO)) for v in vectors]
    nonzero = tuple(Hypothesis(square, Relation.GT, ZERO) for square in squares)
    return [nonzero, *((Hypothesis(square, Relation.EQ, ZERO),) for square in squares)]


def _norm_bounds(variable: Sym, radius: Term, tested: tuple[Vector, ...]) -> tuple[Hypothesis, ...]:
    """<Xᵀv, Xᵀv> <= radius² <v, v> for each v of axis 0, <Xv, Xv> <= radius² <v, v> of axis 1."""
    found = []
    for vector in tested:
        here, other = variable.indices[vector.axis], variable.indices[1 - vector.axis]
        if free_indices(vector.component) != (vector.index,) or vector.index.space != here.space:
            raise Rejected("a vector that the matrix can't be applied to")
        if variable.name in names(vector.component):
            raise Rejected("a vector that depends on the matrix")
        component = rename(vector.component, {vector.index.name: here})
        applied = Sum(other, Pow(Sum(here, Mul((variable, component))), TWO))
        norm = Mul((Pow(radius, TWO), Sum(here, Pow(component, TWO))))
        found.append(Hypothesis(applied, Relation.LE, norm))
    return tuple(found)


def _check_apart(maximum: Maximum) -> None:
    """What stands for the arrays of a maximum may depend on nothing that the maximum binds."""
    bound = {t.index.name for t in (*walk(maximum.term), *walk(maximum.value)) if isinstance(t, Sum)}
    bound |= {i.name for i in maximum.term.variable.indices}
    for definition in maximum.arguments:
        if maximum.term.variable.name in names(definition.body):
            raise Rejected("what stands for an array of a maximum depends on what it is taken over")
        parameters = definition.symbol.indices
        extra = {i.name for i in free_indices(definition.body) if i not in parameters}
        if extra & bound:
            raise Rejected("an index of what an array of a maximum stands for is bound in it")


def instance(term: Term, arguments: Graph) -> Term:
    """The term with its arrays replaced by what they stand for."""
    unfolded = arguments.unfold(term) if isinstance(term, Sym) else None
    return mapped(term, lambda inner: instance(inner, arguments)) if unfolded is None else unfolded
