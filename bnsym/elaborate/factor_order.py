r"""Products in which the order of the factors matters if their names are matrices: `AB = BA`.

Nothing says that a capital or bold letter is a number; where a link would hold for numbers and not for
matrices, or the other way round, the names that make it so are asked about. Purely of what is written:
the surface trees of the link, and of the definitions that it rests on. Imports the surface tree only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from functools import lru_cache
from itertools import combinations

from bnsym.latex.ast import (
    Absolute,
    Derivative,
    Gradient,
    Inner,
    Node,
    Norm,
    Number,
    Plus,
    Power,
    Product,
    Quotient,
    Root,
    Symbol,
    Transpose,
    children,
    unwrap,
    walk,
)

_MATRIX = re.compile(r"[A-Z]|\\[A-Z][a-z]+|\\(?:mathbf|boldsymbol|bm|pmb)\{(?:[A-Za-z]|\\[A-Za-z]+)\}")
_OTHER = re.compile(r"[a-z]")
SLOPE = ""
"""Stands for a derivative among the factors."""

Namer = Callable[[Symbol], Set[str]]
"""The names that a symbol is made from which may be matrices, or vectors beside one."""


def may_be_matrix(symbol: Symbol) -> bool:
    """Whether a capital or bold letter names it."""
    return _MATRIX.fullmatch(symbol.core) is not None


def may_be_array(symbol: Symbol) -> bool:
    """Whether it may be a vector beside a matrix."""
    return may_be_matrix(symbol) or _OTHER.fullmatch(symbol.core) is not None


@lru_cache(maxsize=4096)
def numbers_in(node: Node) -> tuple[Symbol, ...]:
    """Symbols that stand where numbers do: below a fraction, in an exponent, under a root, between bars,
    added to a number."""
    found: list[Node] = []
    for part in walk(node):
        match part:
            case Quotient(_, below):
                found.append(below)
            case Power(_, exponent):
                found.append(exponent)
            case Root(_, body) | Absolute(body):
                found.append(body)
            case Plus(terms) if any(isinstance(term, Number) and term.value for term in terms):
                found.extend(term for term in terms if isinstance(unwrap(term), Symbol))
    return tuple(symbol for part in found for symbol in walk(part) if isinstance(symbol, Symbol))


def ordered(nodes: Iterable[Node], names: Namer, matrices: Set[str]) -> set[tuple[str, str]]:
    """The pairs of names of which the first stands before the second in a product; turned around below a
    transpose or a negative exponent."""
    found = {pair for node in nodes for pair in _pairs(node, names, matrices, turned=False)}
    return {(a, b) for a, b in found if a != b and (a in matrices or b in matrices or SLOPE in (a, b))}


def _pairs(node: Node, names: Namer, matrices: Set[str], *, turned: bool) -> Iterator[tuple[str, str]]:
    match node:
        case Derivative() | Gradient() | Norm() | Inner():
            return
        case Product(factors, operators) if not {"odot", "circ", "otimes"} & {*operators}:
            for left, right in combinations([_names(factor, names) for factor in factors], 2):
                yield from ((b, a) if turned else (a, b) for a in left for b in right)
        case Power(base, exponent):
            inside = _names(base, names).intersection(matrices)
            if isinstance(exponent, Number) and exponent.value > 1:
                yield from ((a, b) for a in inside for b in inside)
            turned ^= isinstance(exponent, Plus) and exponent.signs == (-1,)
        case Transpose():
            turned = not turned
    for child in children(node):
        yield from _pairs(child, names, matrices, turned=turned)


def _names(node: Node, names: Namer) -> set[str]:
    if isinstance(node, Derivative | Gradient):
        return {SLOPE}
    if isinstance(node, Norm | Inner | Absolute):
        return set()
    if isinstance(node, Symbol):
        return set(names(node))
    return set().union(*(_names(child, names) for child in children(node)))
