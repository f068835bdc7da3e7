r"""What a named function is at another argument: `\operatorname{BN}(kx)`, where a let says that
`\operatorname{BN}(x)` is y. The definitions that lead from the argument's name to y are written
out with the argument in its place.

Imports terms and the surface modules of reading.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bnsym.reading.problems import ReadError
from bnsym.reading.syntax import Place
from bnsym.reading.values import Value
from bnsym.terms import Diff, Index, Name, Sym, Term, children, free_indices, mapped, rename

Bodies = Mapping[Name, tuple[Sym, Term]]
"""What each name is defined as: its symbol with parameters, and the body."""


def applied(value: Value, leaf: Name, argument: Value, bodies: Bodies, at: Place) -> Value:
    """`value` with `argument` for the components of the free array `leaf`, directly and through
    definitions. Raises ReadError where that has no one meaning."""
    if not any(s.name == leaf for s in _symbols(value.term, bodies)):
        raise ReadError("BN128", f"what the function stands for does not depend on `{leaf}`", at)
    axes = {axis.name for axis in argument.axes}
    letters = [i for i in free_indices(argument.term) if i.name not in axes]
    # free letters step aside, so that no sum in a definition binds them
    aside = {i.name: Index(f"@{n}:{i.name}", i.space) for n, i in enumerate(letters)}
    given = Value(rename(argument.term, aside), argument.axes)
    term = _put(value.term, leaf, given, bodies, at)
    return Value(rename(term, {aside[i.name].name: i for i in letters}), value.axes, value.row)


def _put(term: Term, leaf: Name, argument: Value, bodies: Bodies, at: Place) -> Term:
    if not any(s.name == leaf for s in _symbols(term, bodies)):
        return term
    match term:
        case Sym(name, indices) if name == leaf:
            return rename(argument.term, {a.name: i for a, i in zip(argument.axes, indices, strict=True)})
        case Sym(name, indices):
            symbol, body = bodies[name]
            names = {p.name: i for p, i in zip(symbol.indices, indices, strict=True)}
            return rename(_put(body, leaf, argument, bodies, at), names)
        case Diff():
            hint = "a derivative is taken of what the function is, not the other way round"
            raise ReadError(
                "BN128", "a derivative inside a function has no meaning at another argument", at, hint
            )
        case _:
            return mapped(term, lambda inner: _put(inner, leaf, argument, bodies, at))


def _symbols(term: Term, bodies: Bodies, seen: frozenset[Name] = frozenset()) -> Iterator[Sym]:
    """The symbols in a term and in the definitions of what is in it."""
    if isinstance(term, Sym):
        yield term
        if term.name in bodies and term.name not in seen:
            yield from _symbols(bodies[term.name][1], bodies, seen | {term.name})
    for inner in children(term):
        yield from _symbols(inner, bodies, seen)
