"""The loss differentiated backwards over the values of the definitions (reverse mode).

Part of the modular route, so it must not import `kernel`, `calculus` or the explicit route.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bnsym.evidence.arrays import PRIME, Array, Tensor, constant, product_of, reduced, spread
from bnsym.evidence.surveying import Unsupported, names
from bnsym.terms import Add, Index, Mul, Name, Pow, Sum, Sym, Term, free_indices, rename

if TYPE_CHECKING:
    from bnsym.evidence.machine import Machine, Places


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
