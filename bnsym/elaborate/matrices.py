"""Products in which the order of the factors matters if their names are matrices: `AB = BA`.

Nothing says that a capital or bold letter is a number; where a link would hold for numbers and not for
matrices, or the other way round, the names that make it so are asked about. Imports surface trees, and what
links rest on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Set
from functools import cached_property, lru_cache
from itertools import combinations

from bnsym.elaborate.dependence import reached
from bnsym.elaborate.grounds import Grounds
from bnsym.elaborate.statements import Pending
from bnsym.elaborate.symbols import IDENTITIES
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
from bnsym.latex.commands import CHANGES, OPERATORS
from bnsym.latex.errors import ReadError


class Matrices:
    """The names of a file that may be matrices."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds, self.survey = grounds, grounds.survey
        self.table, self.source = self.survey.table, self.survey.source

    def ordered(self, pending: Pending) -> ReadError | None:
        """Why neither verdict stands: the order of the factors matters if a name is a matrix, and nothing
        says that it is a number."""
        written = [e.node for e in (pending.left, pending.right) if e.node is not None]
        if not self._matrices or pending.sides is None:
            return None
        names, made = self._arrays, self.grounds.made_from(pending.sides)
        bodies = [self.grounds.defined[name][0].body for name in made & self.grounds.defined.keys()]
        behind = ordered((b for b in bodies if b is not None), names, self._matrices)
        behind = {pair for pair in behind if not self._open.keys().isdisjoint(pair)}
        pairs = behind | ordered(written, names, self._matrices)
        multiplied = {a or b for a, b in pairs if not (a and b)}
        unclear = {p for p in pairs if p[::-1] in pairs and not self._open.keys().isdisjoint(p)}
        unclear |= {pair for pair in behind if all(pair) and multiplied.intersection(pair)}
        both = {name for pair in unclear for name in pair if name in self._matrices}
        if not both:
            return None
        name = min(both)
        message = f"numbers or matrices? The order of the factors matters if `{name}` is a matrix"
        hint = f"say what it is: `the number ${name}$`, `the matrix ${name}$`"
        return ReadError("BN137", message, self.source.ink(pending.left.where), hint)

    @cached_property
    def _matrices(self) -> set[str]:
        """Names of matrices, and those written like them of which nothing says that they are numbers."""
        said = {n for symbol in self.survey.gathered.unordered for n in self.grounds.named(symbol)}
        written = {n for n, symbol in self._open.items() if n in said or may_be_matrix(symbol)}
        return written | {n for n, axes in self.table.arity.items() if axes == 2}

    @cached_property
    def _open(self) -> dict[str, Symbol]:
        """Names without indices, taken for numbers, of which nothing says so."""
        table, gathered = self.table, self.survey.gathered
        said = {m.name.base for m in gathered.mentions if m.rank not in (None, 0)}
        known = {
            *self.grounds.defined,
            *self.grounds.broken,
            *table.squares,
            *table.sizes,
            *table.losses,
            *gathered.kinds,
        }
        signs = {*CHANGES, *OPERATORS}.difference(m.name.base for m in gathered.mentions if m.rank == 0)
        known |= table.typed - said - signs
        known |= {*IDENTITIES, *(n for n, axes in table.arity.items() if axes)}
        written = gathered.nodes()
        known |= {n for node in written for s in numbers_in(node) for n in self.grounds.named(s)}
        symbols = (s for node in written for s in walk(node) if isinstance(s, Symbol))
        named = ((name, s) for s in symbols if may_be_array(s) for name in self.grounds.named(s))
        return {
            n: s for n, s in named if n not in known and not (table.is_ones(s, n) or table.is_identity(s))
        }

    def _arrays(self, symbol: Symbol) -> set[str]:
        return reached(self.grounds.named(symbol), self.grounds.uses) & (self._open.keys() | self._matrices)


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


@lru_cache(maxsize=1 << 15)
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
