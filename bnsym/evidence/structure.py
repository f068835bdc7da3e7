"""Definitions with their derivatives resolved: of a loss as adjoints, of everything else by structure."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field

from bnsym.evidence.deltas import derived, over, rebuilt, same, tidy, times
from bnsym.evidence.surveying import Shapes, Unsupported, is_gradient, names, reached, shapes
from bnsym.terms import (
    ZERO,
    Definition,
    Diff,
    Index,
    Max,
    Name,
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    rename,
)


@dataclass(eq=False)
class Structure:
    """The definitions with every derivative in them resolved; derivatives are definitions too."""

    definitions: dict[Name, Definition]
    losses: tuple[Name, ...]
    outputs: tuple[Name, ...]
    batch: SpaceName
    shapes: Shapes
    adjoints: dict[Name, tuple[Name, Name]] = field(default_factory=dict)
    """Names of ∂loss/∂node, as (loss, node)."""
    drawn: dict[Name, tuple[Name, Name]] = field(default_factory=dict)
    """Names of ∂loss/∂output where it is free, as (loss, output)."""
    hessians: set[Name] = field(default_factory=set)
    """Names of second derivatives at outputs."""
    _bodies: dict[Name, Term] = field(default_factory=dict)
    _letters: Iterator[int] = field(default_factory=itertools.count)

    @classmethod
    def of(cls, statement: Statement, batch: SpaceName) -> Structure:
        definitions = {d.symbol.name: d for d in statement.definitions}
        return cls(definitions, statement.losses, statement.outputs, batch, shapes(statement))

    def resolve(self, term: Term) -> Term:
        """`term` without derivatives, and without deltas that a sum can spend."""
        match term:
            case Diff(of, by, total):
                return self._resolve_derivative(of, by, total)
            case Max():
                raise Unsupported("a maximum over matrices is not worked out here")
            case _:
                return rebuilt(term, self.resolve)

    def _resolve_derivative(self, of: Term, by: Sym, total: bool) -> Term:
        if isinstance(of, Sym) and of.name in self.losses:
            return self.adjoint(of.name, by)
        if total or is_gradient(of, self.losses):
            return self.derive(self._written(of), by, True)
        if isinstance(of, Sym) and of.name in self.definitions and of.name != by.name:
            of = self.unfold(of)
        else:
            of = self.resolve(of)
        if names(of) & self.adjoints.keys():
            raise Unsupported("a local derivative of the loss's gradient")
        return self.derive(of, by, False)

    def adjoint(self, loss: Name, by: Sym) -> Sym:
        """∂loss/∂by, an array of its own: its value is that of `gradient`."""
        if self.shapes.keys().isdisjoint(self.outputs):
            raise Unsupported("the loss depends on nothing: no outputs are known")
        name = f"∂{loss}/∂{by.name}"
        self.adjoints[name] = (loss, by.name)
        self.shapes.setdefault(name, tuple(i.space for i in by.indices))
        return Sym(name, by.indices)

    def _written(self, term: Term) -> Term:
        """`term` with derivatives of a loss written out over the outputs, to be differentiated again."""
        match term:
            case Diff(Sym(loss), by, _) if loss in self.losses:
                return self.gradient(loss, by)
            case Diff(of, by, total) if total or is_gradient(of, self.losses):
                return self.derive(self._written(of), by, True)
            case Diff() | Max():
                return self.resolve(term)
            case _:
                return rebuilt(term, self._written)

    def gradient(self, loss: Name, by: Sym) -> Term:
        """∂f/∂v = Σ_{outputs y} Σ_k (∂f/∂y_k) dy_k/dv, ∂f/∂y free."""
        self.adjoint(loss, by)
        return add(
            *(over(y.indices, times(self.free_adjoint(loss, y), self.tangent(y, by))) for y in self._ends())
        )

    def _ends(self) -> Iterator[Sym]:
        """The outputs, each with indices of its own."""
        for name in self.outputs:
            if name in self.shapes:  # else nothing in the statement depends on it
                yield Sym(name, self.fresh(self.shapes[name]))

    def free_adjoint(self, loss: Name, output: Sym) -> Sym:
        name = f"∂{loss}/∂{output.name} at the outputs"
        self.drawn[name] = (loss, output.name)
        self.shapes[name] = self.shapes[output.name]
        return Sym(name, output.indices)

    def fresh(self, spaces: tuple[SpaceName, ...]) -> tuple[Index, ...]:
        return tuple(Index(f"{next(self._letters)}", space) for space in spaces)

    def body(self, name: Name) -> Term:
        """What `name` is defined as, resolved."""
        if name not in self._bodies:
            self._bodies[name] = self.resolve(self.definitions[name].body)
        return self._bodies[name]

    def unfold(self, symbol: Sym) -> Term:
        return tidy(rename(self.body(symbol.name), self._parameters(symbol)))

    def _parameters(self, symbol: Sym) -> dict[str, Index]:
        parameters = self.definitions[symbol.name].symbol.indices
        if len(parameters) != len(symbol.indices):
            raise Unsupported(f"{symbol.name} is used and defined with different numbers of indices")
        return {a.name: b for a, b in zip(parameters, symbol.indices, strict=True)}

    def derive(self, term: Term, by: Sym, total: bool) -> Term:
        """The derivative of a resolved term by the component `by`."""
        match term:
            case Sym(name, indices):
                return self._derive_symbol(name, indices, by, total)
            case Sum(index, body) if index.name in {i.name for i in by.indices}:
                (other,) = self.fresh((index.space,))
                term = Sum(other, rename(body, {index.name: other}))
        return derived(term, lambda inner: self.derive(inner, by, total))

    def _derive_symbol(self, name: Name, indices: tuple[Index, ...], by: Sym, total: bool) -> Term:
        if name == by.name:
            return same(indices, by.indices)
        if not total:
            return ZERO
        if name in self.hessians:
            raise Unsupported("a third derivative of the loss")
        if name in self.drawn:
            return self._curvature(name, indices, by)
        if name in self.adjoints:
            loss, node = self.adjoints[name]
            return self.derive(self.gradient(loss, Sym(node, indices)), by, True)
        return self.tangent(Sym(name, indices), by)

    def _curvature(self, name: Name, indices: tuple[Index, ...], by: Sym) -> Term:
        """d(∂f/∂y_k)/dv = Σ_{outputs y'} Σ_l H[y_k, y'_l] dy'_l/dv, H free and symmetric."""
        loss, first = self.drawn[name]
        parts: list[Term] = []
        for y in self._ends():
            rate = self.tangent(y, by)
            if rate != ZERO:
                a, b = sorted([Sym(first, indices), y], key=lambda s: s.name)
                parts.append(over(y.indices, times(self._hessian(loss, a, b), rate)))
        return add(*parts)

    def _hessian(self, loss: Name, a: Sym, b: Sym) -> Sym:
        name = f"∂²{loss}/∂{a.name}∂{b.name} at the outputs"
        self.hessians.add(name)
        self.shapes[name] = self.shapes[a.name] + self.shapes[b.name]
        return Sym(name, a.indices + b.indices)

    def tangent(self, symbol: Sym, by: Sym) -> Term:
        """d symbol/d by through all definitions: a definition of its own, so that it is evaluated
        once; written out where it would be a matrix over the batch."""
        if symbol.name == by.name:
            return same(symbol.indices, by.indices)
        if not self.depends(symbol.name, by.name):
            return ZERO
        name = f"d{symbol.name}/d{by.name}"
        if name not in self.definitions:
            self._define_tangent(name, symbol, by)
        found = Sym(name, symbol.indices + by.indices)
        if self.definitions[name].body == ZERO:
            return ZERO
        return self.unfold(found) if self.shapes[name].count(self.batch) > 1 else found

    def _define_tangent(self, name: Name, symbol: Sym, by: Sym) -> None:
        u = Sym(symbol.name, self.fresh(tuple(i.space for i in symbol.indices)))
        v = Sym(by.name, self.fresh(tuple(i.space for i in by.indices)))
        body = rename(self.definitions[u.name].body, self._parameters(u))
        body = self.derive(self._written(body), v, True)
        self.shapes[name] = tuple(i.space for i in u.indices + v.indices)
        self.definitions[name] = Definition(Sym(name, u.indices + v.indices), body)

    def depends(self, name: Name, on: Name) -> bool:
        return on in reached([name], self.uses)

    def uses(self, name: Name) -> set[Name]:
        """The names that a node is computed from; a gradient, from everything."""
        if name in self.adjoints or name in self.drawn:
            return set(self.outputs)
        if name not in self.definitions:
            return set()
        used = names(self.definitions[name].body)
        return used | set(self.outputs) if used & set(self.losses) else used
