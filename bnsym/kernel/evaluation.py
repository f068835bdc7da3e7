"""TRUSTED. Exact values of terms at a witness: arithmetic, and the rules of `calculus`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import count, product
from math import prod
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from bnsym.calculus import (
    Graph,
    NotDifferentiable,
    expand,
)
from bnsym.kernel.certificates import (
    Rejected,
    Witness,
)
from bnsym.kernel.surds import LONGEST_NUMBER, Number, bits, raised, signed_square
from bnsym.terms.tree import (
    Add,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
    Name,
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

LARGEST_EVALUATION = 1_000_000
"""How many parts are evaluated at one witness: sums inside sums have as many as all of them have terms
together."""


def holds(hypotheses: tuple[Hypothesis, ...], statement: Statement, witness: Witness) -> bool:
    """Whether all hypotheses hold at the witness, for all values of their free indices."""
    return Evaluator(statement, witness).meets(hypotheses)


COMPARE = {"=": eq, r"\ne": ne, r"\le": le, "<": lt, r"\ge": ge, ">": gt}


def compare(first: Number, relation: Relation, second: Number) -> bool:
    """Whether the relation holds; signed squares are in the order of the numbers."""
    return bool(COMPARE[relation.value](signed_square(first), signed_square(second)))


def assignments(*terms: Term, witness: Witness) -> Iterator[dict[str, int]]:
    """Every assignment of values (from 0) to the free indices of the terms."""
    indices = list(dict.fromkeys(i for term in terms for i in free_indices(term)))
    for values in product(*(range(witness.sizes[i.space]) for i in indices)):
        yield {i.name: v for i, v in zip(indices, values, strict=True)}


class Evaluator:
    """Exact values of terms at one witness; no rule is used but those of arithmetic and,
    for derivatives, those of `calculus`."""

    def __init__(self, statement: Statement, witness: Witness, graph: Graph | None = None) -> None:
        self.graph = graph or Graph.of(statement)
        self.witness = witness
        if any(type(n) is not int or n < 1 for n in witness.sizes.values()):
            raise Rejected("a size of the witness is not a positive integer")
        self._steps = count()
        self._memo: dict[tuple[Any, ...], Number] = {}
        # by identity, with the term itself, so that no identity is given to another
        self._letters: dict[int, tuple[Term, tuple[Index, ...]]] = {}

    def meets(self, hypotheses: tuple[Hypothesis, ...]) -> bool:
        """Whether all of them hold, for all values of their free indices."""
        return all(
            compare(self.value(h.left, at), h.relation, self.value(h.right, at))
            for h in hypotheses
            for at in assignments(h.left, h.right, witness=self.witness)
        )

    def failure(self, statement: Statement) -> tuple[Number, Number, dict[str, int]]:
        """Both sides where the relation fails, and the values (from 0) of its free indices there.
        Raises Rejected where a hypothesis does not hold, or the relation fails nowhere."""
        if not self.meets(statement.hypotheses):
            raise Rejected("the witness does not meet the hypotheses")
        for at in assignments(statement.left, statement.right, witness=self.witness):
            left, right = self.value(statement.left, at), self.value(statement.right, at)
            if not compare(left, statement.relation, right):
                return left, right, at
        raise Rejected("the statement holds at the witness")

    def value(self, term: Term, at: dict[str, int]) -> Number:
        """The value of `term` with its free indices at `at` (from 0).
        Raises ZeroDivisionError, Irrational, Rejected where there is none, or where it costs too much."""
        if next(self._steps) > LARGEST_EVALUATION:
            raise Rejected("to evaluate it takes too many steps")
        match term:
            case Num(value):
                return value
            case Size(space):
                return Fraction(self.witness.sizes[space])
            case Delta(left, right):
                return Fraction(at[left.name] == at[right.name])
            case Add(terms):
                return _total(self.value(t, at) for t in terms)
            case Mul(factors):
                values = (self.value(f, at) for f in factors)
                return prod(values, start=next(values, Fraction(1)))
            case Pow(base, exponent):
                return raised(self.value(base, at), exponent)
            case Sum():
                where = tuple(at[i.name] for i in self._free(term))
                return self._remember((id(term), where), term, at)
            case Sym(name, indices):
                return self._remember((name, *(at[i.name] for i in indices)), term, at)
            case Diff(of, by, total):
                where = tuple(at[i.name] for i in self._free(term))
                return self._remember((of, by, total, where), term, at)
            case Max():
                raise Rejected("a maximum can't be evaluated")

    def _free(self, term: Term) -> tuple[Index, ...]:
        known = self._letters.get(id(term))
        if known is None:
            known = self._letters[id(term)] = (term, free_indices(term))
        return known[1]

    def _remember(self, key: tuple[Any, ...], term: Sym | Sum | Diff, at: dict[str, int]) -> Number:
        if key not in self._memo:
            value = self._memo[key] = self._compute(term, at)
            if bits(value) > LONGEST_NUMBER:
                raise Rejected("a value has too many digits")
        return self._memo[key]

    def _compute(self, term: Sym | Sum | Diff, at: dict[str, int]) -> Number:
        if isinstance(term, Sum):
            places = range(self.witness.sizes[term.index.space])
            return _total(self.value(term.body, at | {term.index.name: n}) for n in places)
        if isinstance(term, Diff):
            try:
                return self.value(expand(self.graph, term), at)
            except NotDifferentiable as error:
                raise Rejected(f"the derivative of {error}") from error
        definition = self.graph.by_name.get(term.name)
        if definition is not None:
            parameters = zip(definition.symbol.indices, term.indices, strict=True)
            return self.value(definition.body, {i.name: at[k.name] for i, k in parameters})
        if term.name not in self.witness.values and term.name in self.graph.losses:
            raise Rejected(f"{term.name} is a loss, of which only derivatives are known")
        where = tuple(at[index.name] for index in term.indices)
        value, half = self._entry(term.name, where), len(where) // 2
        if term.name in self.graph.symmetric and value != self._entry(term.name, where[half:] + where[:half]):
            raise Rejected(f"{term.name} is a Hessian, and the witness's is not symmetric")
        return value

    def _entry(self, name: Name, where: tuple[int, ...]) -> Fraction:
        value = self.witness.values[name]
        for place in where:
            if type(value) is not tuple or place >= len(value):
                raise Rejected(f"the witness gives {name} too few indices")
            value = value[place]
        if type(value) is not Fraction:
            raise Rejected(f"the witness gives {name} too many indices")
        return value


def _total(values: Iterator[Number]) -> Number:
    return sum(values, next(values, Fraction(0)))
