"""The values of a formula over whole arrays, each letter an axis: plain floats, or floats with a bound on
their rounding error.

What does not vary with the index of a sum is taken out of it first, so that no matrix over the batch
is ever made of two vectors.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import numpy as np

from bnsym.compiling.backends import Blocks
from bnsym.evidence.deltas import mentions
from bnsym.evidence.streams.balls import Ball, InARow
from bnsym.evidence.surveying import Unsupported
from bnsym.judging.formula import Formula, factors
from bnsym.terms import (
    Add,
    Delta,
    Index,
    Mul,
    Name,
    Num,
    Pow,
    Size,
    SpaceName,
    Sum,
    Sym,
    Term,
    mul,
    own_indices,
    walk,
)


@dataclass(eq=False)
class Dense:
    """Values for all free arrays of a formula, and what follows from them."""

    formula: Formula
    arrays: Mapping[Name, Any]
    sizes: Mapping[SpaceName, int]
    arithmetic: Any = field(default_factory=lambda: Blocks(rank=2))
    _tables: dict[Name, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        letters = [i for t in self.formula.terms() for inner in walk(t) for i in own_indices(inner)]
        letters += [i for d in self.formula.definitions.values() for i in d.symbol.indices]
        self.letters = list(dict.fromkeys(i.name for i in (*self.formula.free, *letters)))

    def value(self) -> Any:
        """Of the whole, an axis for each free index."""
        return self.of(self.formula.right)

    def of(self, term: Term) -> Any:
        return self._full(self._arranged(self._at(term), self.formula.free), self.formula.free)

    def _full(self, found: Any, indices: Sequence[Index]) -> Any:
        shape = tuple(self.sizes[i.space] for i in indices)
        return _each(found, lambda a: np.broadcast_to(a, shape))

    def _arranged(self, found: Any, indices: Sequence[Index]) -> Any:
        """An axis for each of the indices, of length 1 where it does not vary."""
        places = [self.letters.index(i.name) for i in indices]
        order = places + [k for k in range(len(self.letters)) if k not in places]
        return _each(
            found, lambda a: a.transpose(order).reshape([a.shape[k] for k in places]) if a.ndim else a
        )

    def _placed(self, found: Any, indices: Sequence[Index]) -> Any:
        """An array with an axis for each index, as one with an axis for every letter."""
        places = [self.letters.index(i.name) for i in indices]
        if len(set(places)) < len(places):
            raise Unsupported("the diagonal of an array")
        order = sorted(range(len(places)), key=lambda k: places[k])

        def put(a: Any) -> Any:
            shape = [1] * len(self.letters)
            for place, length in zip(places, a.shape, strict=True):
                shape[place] = length
            return a.transpose(order).reshape(shape)

        return _each(found, put)

    def _at(self, term: Term) -> Any:
        names = self.arithmetic.names
        match term:
            case Num(value):
                return self._number(value.numerator, value.denominator)
            case Size(space):
                return self._number(self.sizes[space], 1)
            case Sym(name, indices):
                return self._placed(self.table(name), indices)
            case Delta(left, right):
                return self._placed(self._entered(np.eye(self.sizes[left.space])), (left, right))
            case Add(terms):
                return reduce(names["add"], map(self._at, terms))
            case Mul():
                return reduce(names["mul"], map(self._at, factors(term)))
            case Pow(base, exponent):
                return names["power"](self._at(base), exponent.numerator, exponent.denominator)
            case Sum(index, body):
                return self._summed(index, body)
            case _:
                raise Unsupported(f"no value for {type(term).__name__}")

    def _summed(self, index: Index, body: Term) -> Any:
        inside = [f for f in factors(body) if mentions(f, index)]
        outside = [f for f in factors(body) if not mentions(f, index)]
        if not inside:
            return self._at(mul(Size(index.space), *outside))
        total = self._reduced(index, mul(*inside))
        return reduce(self.arithmetic.names["mul"], map(self._at, outside), total)

    def _reduced(self, index: Index, body: Term) -> Any:
        names = self.arithmetic.names
        if isinstance(body, Add) and not all(mentions(t, index) for t in body.terms):
            return reduce(names["add"], (self._summed(index, t) for t in body.terms))
        axis = self.letters.index(index.name)
        found = self._at(body)
        if (found.value if isinstance(found, Ball) else found).shape[axis] == self.sizes[index.space]:
            return names["reduce"](found, axis)
        return names["mul"](self._number(self.sizes[index.space], 1), found)

    def table(self, name: Name) -> Any:
        """All components of a name, an axis for each of its indices."""
        if name not in self._tables:
            if name in self.formula.definitions:
                definition = self.formula.definitions[name]
                found = self._at(definition.body)
                self._tables[name] = self._full(
                    self._arranged(found, definition.symbol.indices), definition.symbol.indices
                )
            else:
                self._tables[name] = self._entered(np.asarray(self.arrays[name], np.float64))
        return self._tables[name]

    def _entered(self, array: Any) -> Any:
        return Ball(array, np.zeros(())) if isinstance(self.arithmetic, InARow) else array

    def _number(self, p: int, q: int) -> Any:
        return self._entered(np.full([1] * len(self.letters), p / q))


def _each(found: Any, change: Any) -> Any:
    """An array, or both parts of a ball, changed."""
    if isinstance(found, Ball):
        return Ball(change(found.value), change(np.broadcast_to(found.radius, found.value.shape)))
    return change(found)
