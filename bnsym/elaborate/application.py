r"""What a named function is at another argument: `\operatorname{BN}(kx)`, where a let says that
`\operatorname{BN}(x)` is y. The definitions that lead from the argument's name to y are written
out with the argument in its place.

Imports terms and the surface modules of reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from bnsym.elaborate.tensors import Value
from bnsym.latex.ast import Place
from bnsym.latex.errors import ReadError
from bnsym.terms import Diff, Index, Name, SpaceName, Sum, Sym, Term, children, free_indices, mapped, rename

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
