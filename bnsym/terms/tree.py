"""TRUSTED. The term tree: what a formula means, in index notation.

Vectors and matrices do not occur: reading turns them into components with free
indices, so `<u, v>` is `Sum(i, u_i v_i)`, `X^T u` is `Sum(j, X_ji u_j)` and the
ones vector is the number 1. One tree serves every reader of it: the kernel, the
explicit SymPy route, arithmetic mod p, floats, LaTeX.

Imports nothing of the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from operator import attrgetter
from typing import Any, TypeAlias

Name: TypeAlias = str
"""Canonical LaTeX of a symbol without its indices: `x`, `\\hat{x}`, `\\sigma^{2}`, `W_{0}`, `W^{*}`."""
SpaceName: TypeAlias = str
"""An index space is named by the letter for its size: `m`, `N`, `D`."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index letter; it runs over 1..size of its space."""

    name: str
    space: SpaceName


@dataclass(frozen=True, slots=True)
class Num:
    """A rational number."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Size:
    """The number of values of an index space, a positive integer (`m`)."""

    space: SpaceName


@dataclass(frozen=True, slots=True)
class Sym:
    """A component of a named array: `x_i`, `X_{ij}`; a scalar has no indices."""

    name: Name
    indices: tuple[Index, ...] = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """Kronecker's delta of two indices of one space."""

    left: Index
    right: Index


@dataclass(frozen=True, slots=True)
class Add:
    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Mul:
    factors: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Pow:
    """A rational power; with an even denominator, the root that is not negative."""

    base: Term
    exponent: Fraction


@dataclass(frozen=True, slots=True)
class Sum:
    """The sum of `body` over all values of `index`, which it binds."""

    index: Index
    body: Term


@dataclass(frozen=True, slots=True)
class Diff:
    """A derivative of `of` by the component `by`.

    total: through every definition on the way (the loss's derivatives always are);
    local: definitions inside `of` held fixed (if `of` is itself a defined symbol, its
    own definition is differentiated, one level deep).
    Where `of` is the loss (`Sym(loss)`) or a total derivative of it, the loss is an
    opaque function of the nodes that nothing else uses.
    """

    of: Term
    by: Sym
    total: bool


@dataclass(frozen=True, slots=True)
class Max:
    """The maximum of `body` over all matrices `variable` of spectral norm <= `radius`.

    It binds what stands in `body` and no more: what is defined through an array of that name,
    or differentiated there, does not vary with it.
    """

    variable: Sym
    radius: Term
    body: Term


Term: TypeAlias = Num | Size | Sym | Delta | Add | Mul | Pow | Sum | Diff | Max


class Relation(Enum):
    EQ = "="
    LE = r"\le"
    LT = "<"
    GE = r"\ge"
    GT = ">"
    NE = r"\ne"


@dataclass(frozen=True, slots=True)
class Definition:
    """`symbol := body`; the symbol's indices are the parameters of the body."""

    symbol: Sym
    body: Term


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """`left relation right`, for all values of its free indices."""

    left: Term
    relation: Relation
    right: Term


@dataclass(frozen=True, slots=True)
class Statement:
    """`left relation right` for every batch size, every value of every free name and
    index that meets `hypotheses`, where defined names mean their definitions.

    losses: the names of opaque losses; outputs: the defined or free names that they are
    functions of (without any, a loss has no derivative).
    """

    left: Term
    relation: Relation
    right: Term
    definitions: tuple[Definition, ...] = ()
    hypotheses: tuple[Hypothesis, ...] = ()
    losses: tuple[Name, ...] = ()
    outputs: tuple[Name, ...] = ()


ZERO = Num(Fraction(0))
HALF = Fraction(1, 2)


def children(term: Term) -> tuple[Term, ...]:
    """The terms directly inside `term`, left to right (`Diff.by` included)."""
    inside = _INSIDE.get(type(term))
    return inside(term) if inside is not None else ()


_INSIDE: dict[type[Term], Callable[[Any], tuple[Term, ...]]] = {
    Add: attrgetter("terms"),
    Mul: attrgetter("factors"),
    Pow: lambda term: (term.base,),
    Sum: lambda term: (term.body,),
    Diff: attrgetter("of", "by"),
    Max: attrgetter("variable", "radius", "body"),
}
"""What takes the terms out of those that hold some: most are leaves."""


def mapped(term: Term, change: Callable[[Term], Term]) -> Term:
    """`term` with each term directly inside it changed; the array that a derivative or a maximum
    is taken over, and indices, stay as they are."""
    match term:
        case Add(terms):
            return Add(tuple(map(change, terms)))
        case Mul(factors):
            return Mul(tuple(map(change, factors)))
        case Pow(base, exponent):
            return Pow(change(base), exponent)
        case Sum(index, body):
            return Sum(index, change(body))
        case Diff(of, by, total):
            return Diff(change(of), by, total)
        case Max(variable, radius, body):
            return Max(variable, change(radius), change(body))
        case _:
            return term


def walk(term: Term) -> Iterator[Term]:
    """`term` and every term inside it, outermost first (no recursion: any depth)."""
    stack = [term]
    while stack:
        current = stack.pop()
        yield current
        if (inside := _INSIDE.get(type(current))) is not None:
            stack.extend(reversed(inside(current)))


def names(*terms: Term) -> set[Name]:
    """The names that stand in the terms, by their symbols."""
    return {part.name for term in terms for part in walk(term) if isinstance(part, Sym)}


def reached(start: Iterable[Name], uses: Callable[[Name], Iterable[Name]]) -> set[Name]:
    """The names in `start` and all that they use, directly or not."""
    found: set[Name] = set()
    todo = list(start)
    while todo:
        if (name := todo.pop()) not in found:
            found.add(name)
            todo.extend(uses(name))
    return found


def own_indices(term: Term) -> tuple[Index, ...]:
    """The indices that stand in `term` itself, not inside its parts; a sum's is the one it binds."""
    match term:
        case Sym(_, indices):
            return indices
        case Delta(left, right):
            return (left, right)
        case Sum(index, _):
            return (index,)
        case _:
            return ()


def unlike(index: Index, taken: set[str]) -> Index:
    """The index, with another letter if its own is taken."""
    name = index.name
    while name in taken:
        name += "'"
    return Index(name, index.space)


def rename(term: Term, names: dict[str, Index]) -> Term:
    """`term` with its free indices replaced by those that `names` gives for their
    letters. A bound index that would capture one of them is renamed first."""
    if not names:
        return term

    def swap(index: Index) -> Index:
        return names.get(index.name, index)

    match term:
        case Sym(name, indices):
            return Sym(name, tuple(map(swap, indices)))
        case Delta(left, right):
            return Delta(swap(left), swap(right))
        case Sum(index, body):
            inner = {k: v for k, v in names.items() if k != index.name}
            taken = {v.name for v in inner.values()}
            if index.name in taken:
                inner[index.name] = unlike(index, taken | {i.name for i in free_indices(body)})
                index = inner[index.name]
            return Sum(index, rename(body, inner))
        case Diff(of, by, total):
            return Diff(rename(of, names), Sym(by.name, tuple(map(swap, by.indices))), total)
        case _:
            return mapped(term, lambda inner: rename(inner, names))


def free_indices(term: Term) -> tuple[Index, ...]:
    """The indices that `term` does not bind, in order of first occurrence."""
    match term:
        case Sym() | Delta():
            found = list(own_indices(term))
        case Sum(index, body):
            found = [i for i in free_indices(body) if i.name != index.name]
        case Max(_, radius, body):
            # the variable's own indices are only its shape
            found = [*free_indices(radius), *free_indices(body)]
        case _:
            found = [i for child in children(term) for i in free_indices(child)]
    return tuple(dict.fromkeys(found))
