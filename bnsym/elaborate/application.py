r"""What a named function is at another argument: `\operatorname{BN}(kx)`, where a let says that
`\operatorname{BN}(x)` is y. The definitions that lead from the argument's name to y are written
out with the argument in its place.

Imports terms and the surface modules of reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from bnsym.elaborate.tensors import Value
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
    children,
    free_indices,
    mapped,
    mul,
    num,
    power,
    rename,
)

Bodies = Mapping[Name, tuple[Sym, Term]]
"""What each name is defined as: its symbol with parameters, and the body."""


def applied(
    value: Value, leaf: Name, argument: Value, bodies: Bodies, axis: Callable[[SpaceName], Index], at: Place
) -> Value:
    """`value` with `argument` for the components of the free array `leaf`, directly and through
    definitions. `axis` makes an index of a space that occurs nowhere else. Raises ReadError where
    that has no one meaning."""
    if not any(s.name == leaf for s in _symbols(value.term, bodies)):
        raise ReadError("BN128", f"what the function stands for does not depend on `{leaf}`", at)
    axes = {axis.name for axis in argument.axes}
    letters = [i for i in free_indices(argument.term) if i.name not in axes]
    # free letters step aside, so that no sum in a definition binds them
    aside = {i.name: Index(f"@{n}:{i.name}", i.space) for n, i in enumerate(letters)}
    given = Value(rename(argument.term, aside), argument.axes)
    term = _put(value.term, leaf, given, bodies, axis, at)
    return Value(rename(term, {aside[i.name].name: i for i in letters}), value.axes, value.row)


def _put(
    term: Term, leaf: Name, argument: Value, bodies: Bodies, axis: Callable[[SpaceName], Index], at: Place
) -> Term:
    if not any(s.name == leaf for s in _symbols(term, bodies)):
        return term
    match term:
        case Sym(name, indices) if name == leaf:
            own = apart(argument.term, axis)
            return rename(own, {a.name: i for a, i in zip(argument.axes, indices, strict=True)})
        case Sym(name, indices):
            symbol, body = bodies[name]
            names = {p.name: i for p, i in zip(symbol.indices, indices, strict=True)}
            return rename(_put(apart(body, axis), leaf, argument, bodies, axis, at), names)
        case Diff():
            message = "a function with a derivative inside has no meaning at another argument"
            raise ReadError("BN128", message, at, "differentiate the function instead")
        case _:
            return mapped(term, lambda inner: _put(inner, leaf, argument, bodies, axis, at))


def differentiated(
    value: Value, leaf: Name, bodies: Bodies, axis: Callable[[SpaceName], Index], at: Place
) -> Value:
    """The derivative of `value` by the number `leaf`, definitions written out. Raises ReadError where
    there is no rule for it."""
    return replace(
        value, term=_derivative(_put(value.term, leaf, Value(Sym(leaf)), bodies, axis, at), leaf, at)
    )


def _derivative(term: Term, leaf: Name, at: Place) -> Term:
    match term:
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


def _symbols(term: Term, bodies: Bodies, seen: frozenset[Name] = frozenset()) -> Iterator[Sym]:
    """The symbols in a term and in the definitions of what is in it."""
    if isinstance(term, Sym):
        yield term
        if term.name in bodies and term.name not in seen:
            yield from _symbols(bodies[term.name][1], bodies, seen | {term.name})
    for inner in children(term):
        yield from _symbols(inner, bodies, seen)
