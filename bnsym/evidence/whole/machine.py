"""One random draw of all free arrays, and the values of terms that follow from it.

Part of the modular route, so it must not import `kernel`, `calculus` or the explicit route.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.random import default_rng

from bnsym.evidence.deltas import mentions
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Unsupported, names
from bnsym.evidence.whole.arrays import (
    PRIME,
    Array,
    Tensor,
    constant,
    joined,
    product_of,
    raised,
    reduced,
    spread,
    sum_of,
)
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
    add,
    free_indices,
    mul,
    rename,
)

SAMPLES = "*"
"""The axis along which free indices take their sampled values."""
Places: TypeAlias = Mapping[str, Array | None]
"""Where an index letter stands: at sampled positions along SAMPLES, or (None) on an axis of its own."""


class Redraw(Exception):
    """These values will not do: a root does not exist, or a divisor is zero."""

    def __init__(self, term: Term, axes: tuple[str, ...], bad: npt.NDArray[np.bool_]) -> None:
        super().__init__("a root does not exist or a divisor is zero")
        self.term, self.axes, self.bad = term, axes, bad

    def entries(self) -> tuple[npt.NDArray[np.int64], ...]:
        """The positions on each axis of what will not do."""
        return np.nonzero(self.bad) if self.axes else ()


@dataclass(eq=False)
class Machine:
    """One draw of all free arrays, and what follows from it."""

    structure: Structure
    sizes: Mapping[SpaceName, int]
    seed: int
    positive: frozenset[Name] = frozenset()
    values: dict[Name, Array] = field(default_factory=dict)
    """Drawn."""
    computed: dict[Name, Array] = field(default_factory=dict)
    """Of definitions and adjoints."""

    def array(self, name: Name) -> Array:
        """All components of a name, an axis for each of its indices."""
        known = self.values.get(name)
        if known is None:
            known = self.computed.get(name)
        if known is None:
            known = self._make(name)
        return known

    def _make(self, name: Name) -> Array:
        structure = self.structure
        if name in structure.definitions:
            definition = structure.definitions[name]
            self.computed[name] = self.table(definition.symbol.indices, structure.body(name))
        elif name in structure.adjoints:
            loss, _ = structure.adjoints[name]
            for node, adjoint in Backward(self, loss).run().items():
                self.computed[f"∂{loss}/∂{node}"] = adjoint
            if name not in self.computed:
                self.computed[name] = np.zeros(self.shape(name), np.int64)
        else:
            self.values[name] = self.draw(name)
            return self.values[name]
        return self.computed[name]

    def shape(self, name: Name) -> tuple[int, ...]:
        return tuple(self.sizes[s] for s in self.structure.shapes[name])

    def draw(self, name: Name, attempt: int = 0) -> Array:
        """Random values, the same for every machine with this seed."""
        rng = default_rng([self.seed, attempt, zlib.crc32(name.encode())])
        drawn = rng.integers(1, PRIME, self.shape(name), np.int64)
        if name in self.positive:
            return np.array(drawn * drawn % PRIME)
        half = self.structure.symmetric.get(name, 0)
        if half:
            drawn = (drawn + drawn.transpose(*range(half, 2 * half), *range(half))) % PRIME
        return drawn

    def table(self, parameters: tuple[Index, ...], body: Term) -> Array:
        """A term for all values of its free indices."""
        found = self.evaluate(body, {i.name: None for i in parameters})
        axes = tuple(i.name for i in parameters)
        return np.array(np.broadcast_to(spread(found, axes), tuple(self.sizes[i.space] for i in parameters)))

    def evaluate(self, term: Term, at: Places) -> Tensor:
        match term:
            case Num(value):
                return constant(value)
            case Size(space):
                return constant(self.sizes[space])
            case Sym(name, indices):
                return self.gather(self.array(name), indices, at)
            case Delta(left, right):
                a, b = self.position(left, at), self.position(right, at)
                axes = joined([a, b])
                return Tensor(axes, (spread(a, axes) == spread(b, axes)).astype(np.int64))
            case Add(terms):
                return sum_of([self.evaluate(t, at) for t in terms])
            case Mul(factors):
                return product_of([self.evaluate(f, at) for f in factors])
            case Pow(base, exponent):
                return self.powered(base, self.evaluate(base, at), exponent)
            case Sum(index, body):
                return self.summed(index, body, {**at, index.name: None})
            case _:
                raise Unsupported(f"no value for {type(term).__name__}")

    def position(self, index: Index, at: Places) -> Tensor:
        where = at[index.name]
        if where is None:
            return Tensor((index.name,), np.arange(self.sizes[index.space]))
        return Tensor((SAMPLES,), where)

    def gather(self, array: Array, indices: tuple[Index, ...], at: Places) -> Tensor:
        names = tuple(i.name for i in indices)
        if array.ndim != len(indices):
            raise Unsupported("an array is used with different numbers of indices")
        if len(set(names)) == len(names) and all(at[n] is None for n in names):
            return Tensor(names, array)
        positions = [self.position(i, at) for i in indices]
        axes = joined(positions)
        return Tensor(axes, array[tuple(spread(p, axes) for p in positions)])

    def summed(self, index: Index, body: Term, at: Places) -> Tensor:
        """Σ body; what does not vary with the index is taken out first, sums are taken one by one."""
        if (
            isinstance(body, Pow)
            and isinstance(body.base, Add)
            and body.exponent == 2
            and self.wide(body, at)
        ):
            body = add(*(mul(a, b) for a in body.base.terms for b in body.base.terms))
        if isinstance(body, Add):
            return sum_of([self.summed(index, t, at) for t in body.terms])
        factors = body.factors if isinstance(body, Mul) else (body,)
        inside: list[Tensor] = []
        outside: list[Tensor] = []
        for factor in factors:
            (inside if mentions(factor, index) else outside).append(self.evaluate(factor, at))
        total = reduced(product_of(inside), index.name) if inside else constant(self.sizes[index.space])
        return product_of([total, *outside]) if outside else total

    def wide(self, term: Term, at: Places) -> bool:
        """Whether the values of `term` would fill a matrix over the batch."""
        axes = [i for i in free_indices(term) if at[i.name] is None]
        return sum(i.space == self.structure.batch for i in axes) > 1

    def powered(self, term: Term, base: Tensor, exponent: Fraction) -> Tensor:
        data, denominator = base.data, exponent.denominator
        while denominator % 2 == 0:
            data, denominator = root(term, replace(base, data=data)), denominator // 2
        if denominator != 1:
            raise Unsupported("an odd root")
        if exponent < 0:
            if not data.all():
                raise Redraw(term, base.axes, data == 0)
            return Tensor(base.axes, raised(data, -exponent.numerator * (PRIME - 2) % (PRIME - 1)))
        return Tensor(base.axes, raised(data, exponent.numerator))


class Backward:
    """∂loss/∂node for every node: adjoints flow from the outputs to what they were computed from."""

    def __init__(self, machine: Machine, loss: Name) -> None:
        self.machine, self.structure, self.loss = machine, machine.structure, loss
        self.adjoints: dict[Name, Array] = {}

    def run(self) -> dict[Name, Array]:
        for output in self.structure.outputs:
            if output in self.structure.shapes:
                symbol = Sym(output, self.structure.fresh(self.structure.shapes[output]))
                self.adjoints[output] = self.machine.array(
                    self.structure.free_adjoint(self.loss, symbol).name
                )
        for name in reversed(self.order()):
            if name in self.adjoints:
                parameters = self.structure.definitions[name].symbol.indices
                adjoint = Tensor(tuple(i.name for i in parameters), self.adjoints[name])
                self.push(self.structure.body(name), adjoint, parameters)
        return self.adjoints

    def order(self) -> list[Name]:
        """The definitions that outputs depend on, each after those that it uses."""
        found: dict[Name, None] = {}

        def visit(name: Name) -> None:
            if name in self.structure.definitions and name not in found:
                for used in sorted(names(self.structure.body(name))):
                    if used in self.structure.adjoints:
                        raise Unsupported("the loss depends on its own gradient")
                    visit(used)
                found[name] = None

        for output in self.structure.outputs:
            visit(output)
        return list(found)

    def push(self, term: Term, adjoint: Tensor, active: tuple[Index, ...]) -> None:
        """Hand the adjoint of `term`, which stands for every value of `active`, to its leaves."""
        at: Places = {i.name: None for i in active}
        match term:
            case Sym(name, indices):
                self.arrive(name, indices, self.fold([adjoint], active, indices))
            case Add(terms):
                for t in terms:
                    self.push(t, adjoint, active)
            case Mul(factors):
                values = [self.machine.evaluate(f, at) for f in factors]
                for k, factor in enumerate(factors):
                    self.push_factor(factor, [adjoint, *values[:k], *values[k + 1 :]], active)
            case Pow(base, exponent):
                rate = self.machine.powered(base, self.machine.evaluate(base, at), exponent - 1)
                self.push(base, product_of([adjoint, rate, constant(exponent)]), active)
            case Sum(index, body):
                if index.name in at:
                    (other,) = self.structure.fresh((index.space,))
                    index, body = other, rename(body, {index.name: other})
                self.push(body, adjoint, (*active, index))

    def push_factor(self, factor: Term, others: list[Tensor], active: tuple[Index, ...]) -> None:
        if names(factor):
            inner = free_indices(factor)
            self.push(factor, self.fold(others, active, inner), tuple(i for i in active if i in inner))

    def fold(self, tensors: list[Tensor], active: tuple[Index, ...], kept: tuple[Index, ...]) -> Tensor:
        """The product, summed over every active index that is not kept."""
        for index in active:
            if index in kept:
                continue
            varying = [t for t in tensors if index.name in t.axes]
            tensors = [t for t in tensors if index.name not in t.axes]
            size = self.machine.sizes[index.space]
            tensors.append(reduced(product_of(varying), index.name) if varying else constant(size))
        return product_of(tensors)

    def arrive(self, name: Name, indices: tuple[Index, ...], adjoint: Tensor) -> None:
        shape = self.machine.shape(name)
        total = self.adjoints.get(name, np.zeros(shape, np.int64)).copy()
        axes = tuple(dict.fromkeys(i.name for i in indices))
        places: Places = dict.fromkeys(axes)
        where = tuple(spread(self.machine.position(i, places), axes) for i in indices)
        total[where] = (total[where] + spread(adjoint, axes)) % PRIME
        self.adjoints[name] = total


def root(term: Term, base: Tensor) -> Array:
    """The square root that is itself a square."""
    found = raised(base.data, (PRIME + 1) // 4)
    bad = found * found % PRIME != base.data
    if bad.any():
        raise Redraw(term, base.axes, bad)
    return found
