"""Terms written out for given sizes: components as SymPy expressions, derivatives by `sympy.diff`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import sympy
from sympy import Expr, Rational, Symbol

from bnsym.evidence.small.naming import Largest, Substitution, Variable, named, power
from bnsym.evidence.surveying import Shapes, Unsupported, is_gradient, names
from bnsym.terms import (
    Add,
    Delta,
    Diff,
    Index,
    Max,
    Mul,
    Name,
    Num,
    Pow,
    Size,
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    mapped,
    walk,
)

At: TypeAlias = Mapping[str, int]
Held: TypeAlias = frozenset[Name]


@dataclass(frozen=True, slots=True)
class Origin:
    """What a SymPy symbol stands for: a component of a free array or of a definition held fixed
    (kind "array"), of ∂loss/∂output ("adjoint"), of the loss's Hessian ("hessian")."""

    kind: str
    names: tuple[Name, ...]
    at: tuple[int, ...]


class Components:
    """The terms of one set of definitions, written out for given sizes."""

    def __init__(self, shared: Statement, sizes: Mapping[SpaceName, int], shapes: Shapes) -> None:
        """shared: a statement, of which the sides don't matter; shapes: of its outputs."""
        self.definitions = {d.symbol.name: d for d in shared.definitions}
        self.losses, self.outputs, self.sizes, self.shapes = shared.losses, shared.outputs, sizes, shapes
        self.everything: Held = frozenset(self.definitions)
        self.origins: dict[Symbol, Origin] = {}
        self.bound: set[Symbol] = set()
        """The entries of what maxima are taken over."""
        self._symbols: dict[Origin, Symbol] = {}
        self._upstream: dict[Name, Held] = {}
        self._bodies: dict[tuple[Name, tuple[int, ...], Held], Expr] = {}
        self._kept: dict[tuple[Any, ...], Expr] = {}
        # by identity, with the term itself, so that no identity is given to another
        self._letters: dict[int, tuple[Term, tuple[Index, ...]]] = {}
        self._derivatives: dict[tuple[Any, ...], Expr] = {}
        self._surrogates: dict[tuple[Name, Held], Expr] = {}
        self._rates: dict[tuple[Any, ...], Expr] = {}

    def symbol(self, kind: str, names: tuple[Name, ...], at: tuple[int, ...]) -> Symbol:
        origin = Origin(kind, names, at)
        if origin not in self._symbols:
            mark = {"array": "", "adjoint": "∂", "hessian": "∂∂"}[kind]
            label = mark + "/".join(names) + "".join(f"_{k}" for k in at)
            self._symbols[origin] = symbol = Variable(label, complex=True)
            self.origins[symbol] = origin
        return self._symbols[origin]

    def build(self, term: Term, at: At, held: Held = frozenset()) -> Expr:
        """`term` in free symbols and the symbols of the definitions that are `held` fixed."""
        match term:
            case Num(value):
                return Rational(value.numerator, value.denominator)
            case Size(space):
                return sympy.Integer(self.sizes[space])
            case Sym(name, indices):
                return self.component(name, tuple(at[i.name] for i in indices), held)
            case Delta(left, right):
                return sympy.S.One if at[left.name] == at[right.name] else sympy.S.Zero
            case Add(terms):
                return named(sympy.Add(*[self.build(t, at, held) for t in terms]))
            case Mul(factors):
                return named(sympy.Mul(*[self.build(f, at, held) for f in factors]))
            case Pow(base, exponent):
                return power(self.build(base, at, held), Rational(exponent.numerator, exponent.denominator))
            case Sum() | Max():
                return self.kept(term, at, held)
            case Diff():
                return self.derivative(term, at, held)

    def kept(self, term: Sum | Max, at: At, held: Held) -> Expr:
        """A sum inside another is asked for again for each value of indices that it does not depend on."""
        if id(term) not in self._letters:
            self._letters[id(term)] = (term, free_indices(term))
        key = (id(term), held, *(at[i.name] for i in self._letters[id(term)][1]))
        if key not in self._kept:
            written = self.sum(term, at, held) if isinstance(term, Sum) else self.maximum(term, at, held)
            self._kept[key] = written
        return self._kept[key]

    def sum(self, term: Sum, at: At, held: Held) -> Expr:
        values = range(1, self.sizes[term.index.space] + 1)
        return named(sympy.Add(*[self.build(term.body, {**at, term.index.name: k}, held) for k in values]))

    def maximum(self, term: Max, at: At, held: Held) -> Expr:
        """Over entries of their own: those of the array of that name elsewhere are others."""
        bound = f"{term.variable.name} of a maximum"
        shape = [range(1, self.sizes[i.space] + 1) for i in term.variable.indices]
        if len(shape) != 2:
            raise Unsupported("a maximum over what is no matrix")
        rows = [[self.symbol("array", (bound,), (i, k)) for k in shape[1]] for i in shape[0]]
        self.bound.update(itertools.chain(*rows))
        body = self.build(_with_variable(term.body, term.variable.name, bound), at, held)
        return named(
            Largest(
                body, self.build(term.radius, at, held), sympy.Tuple(*(sympy.Tuple(*row) for row in rows))
            )
        )

    def component(self, name: Name, at: tuple[int, ...], held: Held) -> Expr:
        if name not in self.definitions or name in held:
            return self.symbol("array", (name,), at)
        return self.body(name, at, held)

    def body(self, name: Name, at: tuple[int, ...], held: Held) -> Expr:
        """The definition of `name`, even if `name` itself is held."""
        held = held & self.upstream(name)
        key = (name, at, held)
        if key not in self._bodies:
            definition = self.definitions[name]
            if len(definition.symbol.indices) != len(at):
                raise Unsupported(f"{name} is used with {len(at)} indices but defined with another number")
            letters = (i.name for i in definition.symbol.indices)
            self._bodies[key] = self.build(definition.body, dict(zip(letters, at, strict=True)), held)
        return self._bodies[key]

    def upstream(self, name: Name) -> Held:
        """The definitions that `name`'s own definition depends on."""
        if name not in self._upstream:
            self._upstream[name] = frozenset()  # a definition in terms of itself ends here
            used = names(self.definitions[name].body)
            if any(isinstance(t, Diff) for t in walk(self.definitions[name].body)):
                used |= {*self.outputs, *self.everything} - {name}
            direct = used & self.everything
            self._upstream[name] = frozenset(direct).union(*(self.upstream(u) for u in direct))
        return self._upstream[name]

    # derivatives

    def derivative(self, term: Diff, at: At, held: Held) -> Expr:
        of, by = term.of, term.by
        where = tuple(at[i.name] for i in by.indices)
        free = tuple((i.name, at[i.name]) for i in free_indices(of))
        key = (of, by.name, where, free, term.total, held)
        if key not in self._derivatives:
            if isinstance(of, Sym) and of.name in self.losses:
                found = self.gradient(of.name, by.name, where, held)
            elif term.total or is_gradient(of, self.losses):
                found = self.total(of, by.name, where, at, held)
            else:
                found = self.local(of, by.name, where, at, held)
            self._derivatives[key] = found
        return self._derivatives[key]

    def gradient(self, loss: Name, by: Name, where: tuple[int, ...], held: Held) -> Expr:
        """∂f/∂v of the linear surrogate f = Σ (∂f/∂y_k) y_k, the ∂f/∂y_k constant."""
        if not self.outputs:
            raise Unsupported("the loss depends on nothing: no outputs are known")
        found = self._through(self._surrogate(loss, held | {by}), by, where, held, adjoints=False)
        return self._release(found, by, held)

    def _surrogate(self, loss: Name, held: Held) -> Expr:
        if (loss, held) not in self._surrogates:
            parts = [
                named(self.symbol("adjoint", (loss, name), at) * self.component(name, at, held))
                for name, at in self._output_components()
            ]
            self._surrogates[loss, held] = named(sympy.Add(*parts))
        return self._surrogates[loss, held]

    def _output_components(self) -> Iterator[tuple[Name, tuple[int, ...]]]:
        for name in self.outputs:
            if name in self.shapes:  # else nothing in the statement depends on it
                for at in itertools.product(*(range(1, self.sizes[s] + 1) for s in self.shapes[name])):
                    yield name, at

    def total(self, of: Term, by: Name, where: tuple[int, ...], at: At, held: Held) -> Expr:
        """d of/d by: `by` is a symbol of its own, all other definitions are written out."""
        expression = self.build(of, at, held | {by})
        return self._release(self._through(expression, by, where, held), by, held)

    def _through(self, e: Expr, by: Name, where: tuple[int, ...], held: Held, adjoints: bool = True) -> Expr:
        """The derivative of `e` by a component of `by`. Definitions that an outer derivative holds,
        and the loss's gradient, vary with `by` too: each contributes by the chain rule."""
        v = self.symbol("array", (by,), where)
        parts = [sympy.diff(e, v)]
        for s in sorted(e.free_symbols, key=lambda s: str(s.name)):
            origin = self.origins[s]
            if origin.names == (by,) or (origin.kind != "array" and not adjoints):
                continue
            key = (origin, by, where, held)
            if key not in self._rates:
                self._rates[key] = self._rate(*key)
            rate = self._rates[key]
            if rate != 0:
                parts.append(named(sympy.diff(e, s) * rate))
        return named(sympy.Add(*parts))

    def _rate(self, origin: Origin, by: Name, where: tuple[int, ...], held: Held) -> Expr:
        if origin.kind == "hessian":
            raise Unsupported("a third derivative of the loss")
        if origin.kind == "adjoint":
            return self._curvature(origin, by, where, held)
        (name,) = origin.names
        if name not in self.definitions or by not in self._reach(name):
            return sympy.S.Zero
        return self._through(self.body(name, origin.at, held | {by}), by, where, held)

    def _reach(self, name: Name) -> frozenset[Name]:
        """Every name that `name` depends on, free ones included."""
        nodes = {name, *self.upstream(name)}
        return frozenset().union(*(names(self.definitions[n].body) for n in nodes))

    def _curvature(self, origin: Origin, by: Name, where: tuple[int, ...], held: Held) -> Expr:
        """d(∂f/∂y_k)/dv = Σ H[y_k, y'_l] dy'_l/dv, H free and symmetric."""
        loss, first = origin.names
        parts = []
        for second, at in self._output_components():
            y = self.component(second, at, held | {by})
            (a, i), (b, k) = sorted([(first, origin.at), (second, at)])
            h = self.symbol("hessian", (loss, a, b), i + k)
            parts.append(named(h * self._through(y, by, where, held, adjoints=False)))
        return named(sympy.Add(*parts))

    def local(self, of: Term, by: Name, where: tuple[int, ...], at: At, held: Held) -> Expr:
        """∂of/∂by: only direct occurrences count, every definition is held fixed."""
        if isinstance(of, Sym) and of.name in self.definitions and of.name != by:
            e = self.body(of.name, tuple(at[i.name] for i in of.indices), self.everything)
        else:
            e = self.build(of, at, self.everything)
        if any(self.origins[s].kind != "array" for s in e.free_symbols):
            raise Unsupported("a local derivative of the loss's gradient")
        found = sympy.diff(e, self.symbol("array", (by,), where))
        return self._release(found, None, held)

    def _release(self, e: Expr, by: Name | None, held: Held) -> Expr:
        """Put definitions back in the place of symbols that only an inner derivative held."""
        values = {}
        for s in e.free_symbols:
            origin = self.origins[s]
            name = origin.names[0]
            held_here = origin.kind == "array" and name in self.definitions and name not in held
            if held_here and by in (None, name):
                values[s] = self.component(name, origin.at, held)
        return e.xreplace(Substitution(values)) if values else e


def _with_variable(term: Term, name: Name, other: Name) -> Term:
    """`term` with `other` for the array `name`, except where it is differentiated."""
    match term:
        case Sym(found, indices) if found == name:
            return Sym(other, indices)
        case Diff():
            return term
        case _:
            return mapped(term, lambda inner: _with_variable(inner, name, other))
