"""Whether a statement is false, by floats at random values: walks the term tree, and shares nothing
with the kernel's normal forms and evaluation but the rules of differentiation."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from itertools import product
from random import Random

from bnsym.calculus import Graph, expand
from bnsym.terms import (
    Add,
    Delta,
    Diff,
    Hypothesis,
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
)

ENOUGH = 12
"""Random points at which what holds is taken for true."""
SIZES = (2, 3, 4, 5, 6)
"""At m = 2 every vector is a sum of e and the normalized input, so that much holds there only."""


class Outside(Exception):
    """At these values a side has no value."""


@dataclass
class Point:
    """Random values for everything free, drawn when first asked for."""

    graph: Graph
    sizes: dict[str, int]
    random: Random
    drawn: dict[tuple[object, ...], float] = field(default_factory=dict)

    def value(self, term: Term, at: dict[str, int]) -> float:
        match term:
            case Num(value):
                return float(value)
            case Size(space):
                return float(self.size(space))
            case Delta(left, right):
                return float(at[left.name] == at[right.name])
            case Add(terms):
                return math.fsum(self.value(t, at) for t in terms)
            case Mul(factors):
                return math.prod(self.value(f, at) for f in factors)
            case Pow(base, exponent):
                return power(self.value(base, at), exponent)
            case Sum(index, body):
                values = range(self.size(index.space))
                return math.fsum(self.value(body, at | {index.name: n}) for n in values)
            case Sym(name, indices):
                return self.remembered((name, *(at[i.name] for i in indices)), term, at)
            case Diff(of, by, total):
                where = tuple(at[i.name] for i in free_indices(term))
                return self.remembered((of, by, total, where), term, at)
        raise AssertionError(term)

    def size(self, space: str) -> int:
        return self.sizes.setdefault(space, self.random.choice(SIZES))

    def remembered(self, key: tuple[object, ...], term: Sym | Diff, at: dict[str, int]) -> float:
        if isinstance(term, Sym) and term.name in self.graph.symmetric:
            key = (term.name, *sorted(key[1:]))  # type: ignore[type-var]
        if key not in self.drawn:
            meaning = expand(self.graph, term) if isinstance(term, Diff) else self.graph.unfold(term)
            self.drawn[key] = self.random.uniform(-2, 2) if meaning is None else self.value(meaning, at)
        return self.drawn[key]

    def holds(self, claim: Statement | Hypothesis, tolerance: float) -> bool:
        """For all values of the free indices."""
        indices = dict.fromkeys((*free_indices(claim.left), *free_indices(claim.right)))
        for values in product(*(range(self.size(i.space)) for i in indices)):
            at = {i.name: n for i, n in zip(indices, values, strict=True)}
            left, right = self.value(claim.left, at), self.value(claim.right, at)
            if not related(left, claim.relation, right, tolerance):
                return False
        return True


def power(base: float, exponent: Fraction) -> float:
    if base < 0 and exponent.denominator % 2 == 0:
        raise Outside
    if abs(base) < 1e-6 and exponent < 0:
        raise Outside
    return base ** (exponent.numerator if exponent.denominator == 1 else float(exponent))


def related(left: float, relation: Relation, right: float, tolerance: float) -> bool:
    """Whether the relation holds, or would with a change of the sides by `tolerance`."""
    slack = tolerance * (0.01 + abs(left) + abs(right))
    match relation:
        case Relation.EQ:
            return abs(left - right) <= slack
        case Relation.LE | Relation.LT:
            return left <= right + slack
        case Relation.GE | Relation.GT:
            return left >= right - slack
        case Relation.NE:
            return left != right


class Truth(Enum):
    FALSE = "false"
    TRUE = "true"
    UNKNOWN = "unknown"
    """No point was found at which the hypotheses hold and the sides have values."""


def truth(statement: Statement, enough: int = ENOUGH) -> Truth:
    """Whether floats contradict the statement at one of a few random points."""
    graph = Graph.of(statement)
    points = 0
    for seed in range(50 * enough):
        try:
            point = Point(graph, {}, Random(seed))
            if not all(point.holds(h, 0.0) for h in statement.hypotheses):
                continue
            if not point.holds(statement, 1e-6):
                return Truth.FALSE
        except Outside:
            continue
        points += 1
        if points == enough:
            break
    return Truth.TRUE if points else Truth.UNKNOWN


def is_false(statement: Statement, enough: int = ENOUGH) -> bool:
    return truth(statement, enough) is Truth.FALSE
