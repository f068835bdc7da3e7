"""Hypotheses under which a false relation may hold."""

from __future__ import annotations

from collections.abc import Iterator

from bnsym.proving.witness import free_shapes
from bnsym.terms import (
    Add,
    Hypothesis,
    Mul,
    Name,
    Relation,
    Statement,
    Sym,
    Term,
    add,
    free_indices,
    mul,
    num,
    power,
)


def possible(statement: Statement) -> Iterator[Hypothesis]:
    """That a scale is no larger than a spread, about signs, that an epsilon is zero; for an order,
    what is said of the parts in which the sides differ."""
    names = scalars(statement)
    squares = [d.symbol for d in statement.definitions if d.symbol.name.endswith("^{2}")]
    yield from (Hypothesis(power(Sym(n), 2), Relation.LE, s) for s in squares for n in names)
    yield from (Hypothesis(Sym(n), r, num(0)) for n in names for r in (Relation.GE, Relation.GT))
    yield from (Hypothesis(Sym(n), Relation.EQ, num(0)) for n in names if "epsilon" in n)
    if statement.relation is not Relation.EQ:
        whole = statement.left, statement.right
        yield from (one for one in _differences(*whole) if (one.left, one.right) != whole)


def scalars(statement: Statement) -> list[Name]:
    """The free numbers that a statement depends on, itself or through definitions."""
    return [name for name, shape in free_shapes(statement)[0].items() if not shape]


def _differences(left: Term, right: Term) -> Iterator[Hypothesis]:
    """Where the sides differ in one part: that its two versions are ordered, or what multiplies them
    has a sign."""
    match left, right:
        case (Add(ours), Add(theirs)) | (Mul(ours), Mul(theirs)) if len(ours) == len(theirs):
            apart = [k for k, (a, b) in enumerate(zip(ours, theirs, strict=True)) if a != b]
            if len(apart) == 1:
                (k,) = apart
                yield from _differences(ours[k], theirs[k])
                if isinstance(left, Mul):
                    rest = mul(*ours[:k], *ours[k + 1 :])
                    yield from (Hypothesis(rest, relation, num(0)) for relation in (Relation.GE, Relation.LE))
                return
    if not free_indices(add(left, right)):
        yield from (Hypothesis(left, relation, right) for relation in (Relation.LE, Relation.GE))
