r"""What a named function is at another argument: `\operatorname{BN}(kx)`, where a let says that
`\operatorname{BN}(x)` is y. The definitions that lead from the argument's name to y are written
out with the argument in its place.

Imports terms and the surface modules of reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from bnsym.elaborate.applications import Application, apply, derivative_of
from bnsym.elaborate.tensors import LARGEST_TERM, Value, check_copies, size_of, too_large
from bnsym.latex.ast import Place
from bnsym.latex.errors import ReadError
from bnsym.terms import (
    ONE,
    ZERO,
    Add,
    Delta,
    Diff,
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
    mapped,
    mul,
    num,
    power,
    rename,
    walk,
)

Bodies = Mapping[Name, tuple[Sym, Term]]
"""What each name is defined as: its symbol with parameters, and the body."""


def applied(
    value: Value, leaf: Name, argument: Value, bodies: Bodies, axis: Callable[[SpaceName], Index], at: Place
) -> Value:
    """`value` with `argument` for the components of the free array `leaf`, directly and through
    definitions. `axis` makes an index of a space that occurs nowhere else. Raises ReadError where
    that has no one meaning."""
    axes = {axis.name for axis in argument.axes}
    letters = [i for i in free_indices(argument.term) if i.name not in axes]
    # free letters step aside, so that no sum in a definition binds them
    aside = {i.name: Index(f"@{n}:{i.name}", i.space) for n, i in enumerate(letters)}
    given = Value(rename(argument.term, aside), argument.axes)
    putting = _Putting(leaf, given, bodies, axis, at)
    if not putting.concerns(value.term):
        raise ReadError("BN128", f"what the function stands for does not depend on `{leaf}`", at)
    term = putting.put(value.term)
    return Value(rename(term, {aside[i.name].name: i for i in letters}), value.axes, value.row)


@dataclass
class _Putting:
    """An argument put for the components of a free array."""

    leaf: Name
    argument: Value
    bodies: Bodies
    axis: Callable[[SpaceName], Index]
    at: Place
    spent: int = 0
    """The parts of what was written out so far."""
    known: dict[Name, bool] = field(default_factory=dict)
    """Which names depend on the array."""

    def concerns(self, term: Term) -> bool:
        return any(self._depends(t.name) for t in walk(term) if isinstance(t, Sym))

    def _depends(self, name: Name) -> bool:
        if name not in self.known:
            self.known[name] = name == self.leaf  # what is defined by itself depends on nothing more
            body = name.argument if isinstance(name, Application) else self.bodies.get(name, (None, ZERO))[1]
            self.known[name] = self.known[name] or self.concerns(body)
        return self.known[name]

    def put(self, term: Term) -> Term:
        if not self.concerns(term):
            return term
        match term:
            case Sym(name, indices) if name == self.leaf:
                own = apart(self._written(self.argument.term), self.axis)
                return rename(own, {a.name: i for a, i in zip(self.argument.axes, indices, strict=True)})
            case Sym(Application() as name, indices):
                return apply(name.function, self.put(apart(self._written(name.at(indices)), self.axis)))
            case Sym(name, indices):
                symbol, body = self.bodies[name]
                names = {p.name: i for p, i in zip(symbol.indices, indices, strict=True)}
                return rename(self.put(apart(self._written(body), self.axis)), names)
            case Diff():
                message = "a function with a derivative inside has no meaning at another argument"
                raise ReadError("BN128", message, self.at, "differentiate the function instead")
            case _:
                return mapped(term, self.put)

    def _written(self, term: Term) -> Term:
        """The term, which is about to be written out once more."""
        self.spent += size_of(term)
        if self.spent > LARGEST_TERM:
            raise too_large(self.at)
        return term


def differentiated(
    value: Value, leaf: Name, bodies: Bodies, axis: Callable[[SpaceName], Index], at: Place
) -> Value:
    """The derivative of `value` by the number `leaf`, definitions written out. Raises ReadError where
    there is no rule for it."""
    written = _Putting(leaf, Value(Sym(leaf)), bodies, axis, at).put(value.term)
    term = _derivative(written, leaf, at)
    check_copies(term, 1, at)
    return replace(value, term=term)


def _derivative(term: Term, leaf: Name, at: Place) -> Term:
    match term:
        case Sym(Application() as name, indices):
            inner = _derivative(name.at(indices), leaf, at)
            return ZERO if inner == ZERO else mul(derivative_of(name, indices), inner)
        case Sym(name):
            return ONE if name == leaf else ZERO
        case Num() | Size() | Delta():
            return ZERO
        case Add(terms):
            return add(*(_derivative(inner, leaf, at) for inner in terms))
        case Mul(factors):
            parts = ((k, _derivative(inner, leaf, at)) for k, inner in enumerate(factors))
            return add(*(mul(*factors[:k], part, *factors[k + 1 :]) for k, part in parts if part != ZERO))
        case Pow(base, exponent):
            inner = _derivative(base, leaf, at)
            return ZERO if inner == ZERO else mul(num(exponent), power(base, exponent - 1), inner)
        case Sum(index, body):
            inner = _derivative(body, leaf, at)
            return ZERO if inner == ZERO else Sum(index, inner)
    raise ReadError("BN128", "this function has no derivative that can be read here", at)


def apart(term: Term, axis: Callable[[SpaceName], Index]) -> Term:
    """The term with indices of its own in its sums, for it is about to stand inside others."""
    if isinstance(term, Sum):
        own = axis(term.index.space)
        return Sum(own, apart(rename(term.body, {term.index.name: own}), axis))
    return mapped(term, lambda inner: apart(inner, axis))
