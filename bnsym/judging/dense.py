"""The values of a formula over whole arrays, an axis for each index: plain floats, or floats with a bound on
their rounding error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial, reduce
from typing import Any

import numpy as np

from bnsym.compiling.backends import Blocks
from bnsym.compiling.formula import Formula
from bnsym.compiling.lowered import Steps
from bnsym.evidence.streams.balls import Ball, InARow
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import Add, Delta, Index, Mul, Name, Num, Pow, Size, SpaceName, Sym, Term


@dataclass(eq=False)
class Dense:
    """Values for all free arrays of a formula, and what follows from them."""

    formula: Formula
    arrays: Mapping[Name, Any]
    sizes: Mapping[SpaceName, int]
    arithmetic: Any = field(default_factory=lambda: Blocks(rank=2))
    _known: dict[Name, Any] = field(default_factory=dict)
    """Of steps and arrays."""

    @cached_property
    def steps(self) -> Steps:
        return Steps(self.formula)

    def value(self) -> Any:
        """Of the whole, an axis for each free index."""
        return self.of(self.formula.right)

    def table(self, name: Name) -> Any:
        """All components of a name that is defined, an axis for each of its indices."""
        symbol = self.formula.definitions[name].symbol
        return self._all(symbol, symbol.indices)

    def of(self, term: Term) -> Any:
        return self._all(term, self.formula.free)

    def _all(self, term: Term, indices: Sequence[Index]) -> Any:
        plain = self.steps.of(term)
        for step in self.steps.made[len(self._known) :]:
            found = self._at(step.value, step.indices)
            if step.over:
                axis = step.indices.index(step.over)
                found = self.arithmetic.names["reduce"](self._full(found, step.indices), axis)
                found = _each(found, partial(np.squeeze, axis=axis))
            self._known[step.target.name] = found
        return self._full(self._at(plain, indices), indices)

    def _full(self, found: Any, indices: Sequence[Index]) -> Any:
        shape = tuple(self.sizes[i.space] for i in indices)
        return _each(found, lambda a: np.broadcast_to(a, shape))

    def _placed(self, found: Any, own: Sequence[Index], indices: Sequence[Index]) -> Any:
        """An array with its own indices, as one with an axis for each index of a place."""
        if len(set(own)) < len(own):
            raise Unsupported("the diagonal of an array")
        order = [own.index(i) for i in indices if i in own]
        shape = [self.sizes[i.space] if i in own else 1 for i in indices]
        return _each(found, lambda a: a.transpose(order).reshape(shape))

    def _at(self, term: Term, indices: Sequence[Index]) -> Any:
        names = self.arithmetic.names
        match term:
            case Num(value):
                return self._entered(np.float64(value.numerator / value.denominator))
            case Size(space):
                return self._entered(np.float64(self.sizes[space]))
            case Sym(name, own):
                known = self._known[name] if name in self._known else self._entered(self.arrays[name])
                return self._placed(known, own, indices)
            case Delta(left, right):
                return self._placed(self._entered(np.eye(self.sizes[left.space])), (left, right), indices)
            case Add(terms):
                return reduce(names["add"], (self._at(t, indices) for t in terms))
            case Mul(factors):
                return reduce(names["mul"], (self._at(f, indices) for f in factors))
            case Pow(base, exponent):
                return names["power"](self._at(base, indices), exponent.numerator, exponent.denominator)
            case _:
                raise Unsupported(f"no value for {type(term).__name__}")

    def _entered(self, array: Any) -> Any:
        array = np.asarray(array, np.float64)
        return Ball(array, np.zeros(())) if isinstance(self.arithmetic, InARow) else array


def _each(found: Any, change: Any) -> Any:
    """An array, or both parts of a ball, changed."""
    if isinstance(found, Ball):
        return Ball(change(found.value), change(np.broadcast_to(found.radius, np.shape(found.value))))
    return change(found)
