"""The values of a formula over whole arrays with named axes: plain floats, or floats with a bound on their
rounding error."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial, reduce
from math import prod
from typing import Any

import numpy as np

from bnsym.compiling.formula import Formula, mentions
from bnsym.evidence.large.balls import BALLS, UNIT, Ball
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import Add, Delta, Index, Mul, Name, Num, Pow, Size, SpaceName, Sum, Sym, Term, free_indices

PLAIN: Mapping[str, Any] = {
    "add": np.add, "mul": np.multiply, "reduce": partial(np.sum, keepdims=True),
    "power": lambda a, p, q: np.sqrt(a) if (p, q) == (1, 2) else np.power(a, p / q),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tensor:
    """Values along named axes: an array, or floats with a bound on their error."""

    axes: tuple[str, ...]
    data: Any

    @property
    def shape(self) -> tuple[int, ...]:
        return np.shape(self.data.value if isinstance(self.data, Ball) else self.data)


def each(found: Any, change: Callable[[Any], Any]) -> Any:
    """An array, or both parts of a ball, changed."""
    if isinstance(found, Ball):
        return Ball(change(found.value), change(np.broadcast_to(found.radius, np.shape(found.value))))
    return change(found)


def spread(tensor: Tensor, axes: tuple[str, ...]) -> Any:
    """The data with one dimension for each of `axes`, in that order, 1 where it does not vary."""
    order = [tensor.axes.index(a) for a in axes if a in tensor.axes]
    shape = [tensor.shape[tensor.axes.index(a)] if a in tensor.axes else 1 for a in axes]
    return each(tensor.data, lambda a: a.transpose(order).reshape(shape))


def joined(tensors: Sequence[Tensor]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a for t in tensors for a in t.axes))


@dataclass(eq=False)
class Dense:
    """Values for all free arrays of a formula, and what follows from them."""

    formula: Formula
    arrays: Mapping[Name, Any]
    sizes: Mapping[SpaceName, int]
    bounded: bool = False
    """Whether values are balls, whose radius bounds the error of sums taken in any order."""
    spread: float = 0.0
    """The relative error of the arrays, if values are balls."""
    least: float = 0.0
    """Below it the errors of arrays and of what balls are worked out to are absolute: the smallest normal
    number of a less precise type."""
    unit: float = 0.0
    """The roundoff of that type, for which radii are scaled afterwards."""
    _known: dict[Name, Any] = field(default_factory=dict)

    @property
    def names(self) -> Mapping[str, Any]:
        if not self.bounded:
            return PLAIN
        rounded = {**BALLS, "reduce": partial(BALLS["reduce"], unit=self.unit)}
        return {n: partial(self._floored, f) for n, f in rounded.items()}

    def _floored(self, operation: Any, *operands: Any, **options: Any) -> Ball:
        value, radius = operation(*operands, **options)
        return Ball(value, radius + 2 * UNIT * self.least)  # twice, so that it is not 0 in float64 itself

    def value(self) -> Any:
        """Of the whole, an axis for each free index."""
        return self.table(self.formula.free, self.formula.right)

    def array(self, name: Name) -> Any:
        """All components of a name, an axis for each of its indices."""
        if name not in self._known:
            known = self.formula.definitions.get(name)
            found = self.table(known.symbol.indices, known.body) if known else self.entered(self.arrays[name])
            self._known[name] = found
        return self._known[name]

    def entered(self, array: Any) -> Any:
        array = np.asarray(array, np.float64)
        return Ball(array, self.spread * np.maximum(np.abs(array), self.least)) if self.bounded else array

    def table(self, parameters: tuple[Index, ...], body: Term) -> Any:
        """A term for all values of its free indices."""
        shape = tuple(self.sizes[i.space] for i in parameters)
        found = spread(self.evaluate(body), tuple(i.name for i in parameters))
        return each(found, lambda a: np.array(np.broadcast_to(a, shape)))

    def evaluate(self, term: Term) -> Tensor:
        """A term, an axis for each free index with which it varies."""
        match term:
            case Num(value):
                return self.constant(value)
            case Size(space):
                return self.constant(Fraction(self.sizes[space]))
            case Sym(name, indices):
                return self._gathered(self.array(name), indices)
            case Delta(left, right):
                return self._gathered(self.entered(np.eye(self.sizes[left.space], dtype=int)), (left, right))
            case Add(terms):
                return self.sum_of([self.evaluate(t) for t in terms])
            case Mul(factors):
                return self.product([self.evaluate(f) for f in factors])
            case Pow(base, exponent):
                found = self.evaluate(base)
                return Tensor(found.axes, self.names["power"](found.data, *exponent.as_integer_ratio()))
            case Sum(index, body):
                return self.summed((index,), body)
            case _:
                raise Unsupported(f"no value for {type(term).__name__}")

    def constant(self, value: Fraction) -> Tensor:
        return Tensor((), self.entered(np.asarray(value.numerator / value.denominator)))

    @staticmethod
    def _gathered(array: Any, indices: tuple[Index, ...]) -> Tensor:
        """An array with an axis for each index, as one with an axis for each letter."""
        letters = [i.name for i in indices]
        axes = tuple(dict.fromkeys(letters))
        if len(Tensor((), array).shape) != len(letters):
            raise Unsupported("an array is used with different numbers of indices")
        if len(axes) == len(letters):
            return Tensor(axes, array)
        places = [axes.index(a) for a in letters]
        return Tensor(axes, each(array, lambda a: np.einsum(a, places, range(len(axes)))))

    def summed(self, indices: tuple[Index, ...], body: Term) -> Tensor:
        """Σ … Σ body; what varies with none of the indices is taken out first. In a row, if that takes no
        larger array than there is: whoever sums over several axes at once may round as often as that."""
        if isinstance(body, Sum):
            return self.summed((*indices, body.index), body.body)
        if isinstance(body, Add) and not all(mentions(t, i) for t in body.terms for i in indices):
            return self.sum_of([self.summed(indices, t) for t in body.terms])
        factors = body.factors if isinstance(body, Mul) else (body,)
        inside = [f for f in factors if any(mentions(f, i) for i in indices)]
        varies = [set(free_indices(f)) for f in inside]
        if len(indices) > 1 and set().union(*varies) not in varies:
            *first, last = indices
            return self.reduced(self.summed((last,), body), tuple(first))
        total = self.reduced(self.product([self.evaluate(f) for f in inside]), indices)
        return self.product([total, *(self.evaluate(f) for f in factors if f not in inside)])

    def reduced(self, found: Tensor, indices: tuple[Index, ...]) -> Tensor:
        """The sum along axes, or as many times what does not vary along them."""
        letters, constant = [i.name for i in indices], [i for i in indices if i.name not in found.axes]
        if constant:
            found = self.product(
                [found, self.constant(Fraction(prod(self.sizes[i.space] for i in constant)))]
            )
        axes = tuple(k for k, a in enumerate(found.axes) if a in letters)
        if not axes:
            return found
        data = each(self.names["reduce"](found.data, axes), lambda a: np.squeeze(a, axes))
        return Tensor(tuple(a for a in found.axes if a not in letters), data)

    def sum_of(self, tensors: Sequence[Tensor]) -> Tensor:
        axes = joined(tensors)
        return Tensor(axes, reduce(self.names["add"], [spread(t, axes) for t in tensors]))

    def product(self, tensors: Sequence[Tensor]) -> Tensor:
        """The smallest come first."""
        if not tensors:
            return self.constant(Fraction(1))
        axes, parts = joined(tensors), sorted(tensors, key=lambda t: prod(t.shape))
        return Tensor(axes, reduce(self.names["mul"], [spread(t, axes) for t in parts]))
