"""TRUSTED. Differentiation on the graph of definitions.

A definition is a node; it uses the nodes whose names occur in its body. The loss is an
opaque function of its outputs: its first and second derivatives there are free arrays,
named as one writes them. Everything else is derived by the rules below.
Imports `terms` only.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from bnsym.terms.tree import (
    ZERO,
    Add,
    Definition,
    Delta,
    Diff,
    Index,
    Max,
    Mul,
    Name,
    Num,
    Pow,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    names,
    own_indices,
    reached,
    rename,
    unlike,
    walk,
)


class NotDifferentiable(Exception):
    """There is no rule for the derivative of this term."""


def gradient_name(loss: Name, output: Name) -> Name:
    """The name of the free array of ∂loss/∂output."""
    return rf"\frac{{\partial {loss}}}{{\partial {output}}}"


def hessian_name(loss: Name, first: Name, second: Name) -> Name:
    """The name of the free array of ∂²loss/∂first∂second."""
    return rf"\frac{{\partial^{{2}} {loss}}}{{\partial {first} \partial {second}}}"


@dataclass(frozen=True)
class Graph:
    """The definitions of a statement, by name, and what its losses depend on."""

    definitions: tuple[Definition, ...]
    losses: tuple[Name, ...]
    outputs: tuple[Name, ...]

    @classmethod
    def of(cls, statement: Statement) -> Graph:
        return cls(statement.definitions, statement.losses, statement.outputs)

    @cached_property
    def by_name(self) -> dict[Name, Definition]:
        return {d.symbol.name: d for d in self.definitions}

    @cached_property
    def uses(self) -> dict[Name, frozenset[Name]]:
        """The names that each definition mentions directly."""
        return {d.symbol.name: frozenset(names(d.body)) for d in self.definitions}

    @cached_property
    def feeding(self) -> frozenset[Name]:
        """The outputs and all that they are computed from: what a loss can depend on."""
        return frozenset(reached(self.outputs, lambda name: self.uses.get(name, ())))

    @cached_property
    def gradients(self) -> dict[Name, tuple[Name, Name]]:
        """Which loss and output the name of a free gradient stands for."""
        return {gradient_name(f, y): (f, y) for f in self.losses for y in self.outputs}

    @cached_property
    def hessians(self) -> frozenset[Name]:
        """The names of the free Hessians."""
        return frozenset(hessian_name(*key) for key in product(self.losses, self.outputs, self.outputs))

    @cached_property
    def symmetric(self) -> frozenset[Name]:
        """Names of Hessians of one output: unchanged when their two halves change places."""
        return frozenset(hessian_name(f, y, y) for f in self.losses for y in self.outputs)

    @cached_property
    def expansions(self) -> dict[Diff, Term]:
        """What is known of `expand`."""
        return {}

    def unfold(self, symbol: Sym) -> Term | None:
        """The definition of `symbol` with its parameters replaced; None if it is free."""
        definition = self.by_name.get(symbol.name)
        if definition is None:
            return None
        parameters = (i.name for i in definition.symbol.indices)
        return rename(definition.body, dict(zip(parameters, symbol.indices, strict=True)))


def expand(graph: Graph, derivative: Diff) -> Term:
    """A term equal to `derivative`, one step closer to free symbols; it may contain
    derivatives again, of nodes further down the graph."""
    known = graph.expansions.get(derivative)
    if known is None:
        known = graph.expansions[derivative] = _expanded(graph, derivative)
    return known


def _expanded(graph: Graph, derivative: Diff) -> Term:
    of, by = derivative.of, derivative.by
    if isinstance(of, Sym) and of.name in graph.losses:
        return _adjoint(graph, of.name, by)
    if isinstance(of, Sym) and of.name != by.name:
        body = graph.unfold(of)
        if body is not None:
            return differentiate(graph, body, by, derivative.total)
    return differentiate(graph, of, by, derivative.total)


def _adjoint(graph: Graph, loss: Name, by: Sym) -> Term:
    """∂f/∂v = [v is an output] g_v + Σ_{u uses v} Σ_k ∂f/∂u_k ∂u_k/∂v (local)."""
    if not graph.outputs:
        raise NotDifferentiable(f"{loss}, of which it is not said what it depends on,")
    parts: list[Term] = []
    if by.name in graph.outputs:
        parts.append(Sym(gradient_name(loss, by.name), by.indices))
    for definition in graph.definitions:
        name = definition.symbol.name
        if name in graph.feeding and by.name in graph.uses[name]:
            user = _fresh(definition.symbol, by)
            local = differentiate(graph, graph.unfold(user) or ZERO, by, total=False)
            parts.append(sum_over(user.indices, Mul((Diff(Sym(loss), user, True), local))))
    return _total(parts)


def differentiate(graph: Graph, term: Term, by: Sym, total: bool) -> Term:
    """The derivative of `term` by the component `by`, by structural rules.

    total: a defined symbol inside contributes its own total derivative; local: none.
    """

    def d(inner: Term) -> Term:
        return differentiate(graph, inner, by, total)

    match term:
        case Num() | Size() | Delta():
            return ZERO
        case Sym(name, indices) if name == by.name:
            return Mul(tuple(Delta(a, b) for a, b in zip(indices, by.indices, strict=True)))
        case Sym(name, _) if name in graph.losses:
            return Diff(term, by, True)
        case Sym(name, _) if name in graph.gradients:
            return _gradient_derivative(graph, term, by)
        case Sym(name, _) if name in graph.hessians:
            raise NotDifferentiable("a second derivative of a loss")
        case Sym(name, _):
            return Diff(term, by, True) if total and name in graph.by_name else ZERO
        case Add(terms):
            return _total(map(d, terms))
        case Mul(factors):
            return _total(_product(factors, k, d(f)) for k, f in enumerate(factors))
        case Pow(base, exponent):
            inner = d(base)
            return ZERO if inner == ZERO else Mul((Num(exponent), Pow(base, exponent - 1), inner))
        case Sum(index, body):
            index, body = _apart(index, body, by)
            inner = d(body)
            return ZERO if inner == ZERO else Sum(index, inner)
        case Diff():
            return d(expand(graph, term))
        case Max():
            raise NotDifferentiable("a maximum")


def _gradient_derivative(graph: Graph, gradient: Sym, by: Sym) -> Term:
    """∂g_k/∂v = Σ_{outputs y} Σ_l H_kl dy_l/dv."""
    loss, first = graph.gradients[gradient.name]
    parts: list[Term] = []
    for second in graph.outputs:
        definition = graph.by_name.get(second)
        if second == by.name:
            parts.append(_hessian(graph, loss, first, gradient.indices, second, by.indices))
        elif definition is not None:
            y = _fresh(definition.symbol, by, *gradient.indices)
            entry = _hessian(graph, loss, first, gradient.indices, second, y.indices)
            parts.append(sum_over(y.indices, Mul((entry, Diff(y, by, True)))))
    return _total(parts)


def _hessian(graph: Graph, loss: Name, a: Name, i: tuple[Index, ...], b: Name, k: tuple[Index, ...]) -> Term:
    """The entry of the free Hessian; of two outputs, the one listed first comes first."""
    if graph.outputs.index(a) > graph.outputs.index(b):
        a, i, b, k = b, k, a, i
    return Sym(hessian_name(loss, a, b), i + k)


def _product(factors: tuple[Term, ...], position: int, derivative: Term) -> Term:
    """One term of the product rule; zero if that factor's derivative is."""
    return ZERO if derivative == ZERO else Mul((*factors[:position], derivative, *factors[position + 1 :]))


def _total(terms: Iterable[Term]) -> Term:
    """The sum; zero if each term is."""
    found = tuple(term for term in terms if term != ZERO)
    return Add(found) if found else ZERO


def sum_over(indices: Sequence[Index], body: Term) -> Term:
    for index in reversed(indices):
        body = Sum(index, body)
    return body


def _fresh(symbol: Sym, by: Sym, *taken: Index) -> Sym:
    """`symbol` with indices whose letters differ from those of `by` and of `taken`."""
    used = {i.name for i in (*by.indices, *taken)}
    fresh: list[Index] = []
    for index in symbol.indices:
        fresh.append(unlike(index, used))
        used.add(fresh[-1].name)
    return Sym(symbol.name, tuple(fresh))


def _apart(index: Index, body: Term, by: Sym) -> tuple[Index, Term]:
    """The bound index and body, renamed if the letter is one of `by`'s indices."""
    if all(index.name != i.name for i in by.indices):
        return index, body
    (other,) = _fresh(Sym("", (index,)), by, *(i for part in walk(body) for i in own_indices(part))).indices
    return other, rename(body, {index.name: other})
