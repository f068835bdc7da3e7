"""What kind each name is (scalar, vector, matrix), inferred from all of its uses.

First the indices that names are written with, then, to a fixed point, what sums,
products, norms and equations demand of names written bare; what nothing decides is a
scalar. Fills a `Table`. Imports the surface tree and `symbols` only.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import islice, pairwise
from typing import TYPE_CHECKING, TypeAlias

from bnsym.elaborate.conventions import Rule
from bnsym.elaborate.symbols import IDENTITIES, ONES_LETTER, Table
from bnsym.latex.ast import (
    Absolute,
    Applied,
    Apply,
    BigSum,
    Derivative,
    Entrywise,
    Frobenius,
    Gradient,
    Indicator,
    Inner,
    MaxOver,
    Node,
    Norm,
    Number,
    Paren,
    Plus,
    Power,
    Product,
    Quotient,
    Root,
    Symbol,
    Transpose,
    Whole,
    children,
    rebuilt,
    unwrap,
    walk,
)
from bnsym.latex.commands import DIAGONALS, ENTRYWISE, TRACES
from bnsym.latex.folding import is_function, word_of

if TYPE_CHECKING:
    from bnsym.elaborate.collect import Expression

SCALAR, COLUMN, ROW, MATRIX = "scalar", "column", "row", "matrix"
SHAPES = (SCALAR, COLUMN, MATRIX)
"""By the number of axes."""
Chain: TypeAlias = Sequence[Node]
Shape: TypeAlias = Callable[[Node], str | None]
Bound: TypeAlias = tuple[Symbol, frozenset[str]]
NO_LETTERS: frozenset[str] = frozenset()


@lru_cache(maxsize=1 << 15)
def symbols(node: Node) -> tuple[Bound, ...]:
    """Every symbol of a tree in the order written, with the index letters bound there."""
    found: list[Bound] = []
    stack = [(node, NO_LETTERS)]
    while stack:
        current, letters = stack.pop()
        match current:
            case Symbol():
                found.append((current, letters))
            case BigSum(own, _, _, body):
                stack.append((body, letters | set(own)))
            case _:
                stack.extend((child, letters) for child in reversed(children(current)))
    return tuple(found)


def named(table: Table, node: Node | None) -> Iterator[tuple[Symbol, str, tuple[str, ...]]]:
    """The symbols of a tree of which it can be told what they name, with the name and the index letters."""
    for symbol, bound in symbols(node) if node is not None else ():
        if told := table.told(symbol, bound):
            yield symbol, *told


def infer(table: Table, definitions: Sequence[Chain], claims: Sequence[Chain] = ()) -> Shape:
    """Fills `table.arity` and `table.first_seen` from chains of expressions said to be comparable; what
    shape an expression then has.

    What is declared stands; then the bodies of definitions decide, then the claims in their order:
    no claim changes what a definition, or a claim before it, says of a name.
    """
    inference = _Inference(table, list(map(_Chain, definitions)), list(map(_Chain, claims)))
    inference.run()
    return lambda node: inference.shape(node, NO_LETTERS)


_SIGNED = ENTRYWISE | {"star"}
"""Beside these between vectors a dot is another product."""


def settle_dots(expressions: Sequence[Expression], shape: Shape) -> None:
    r"""Reads `u \cdot v` of two vectors as their inner product where another expression of the chain is a
    number, and entry by entry where one is a vector, unless that writes a sign of its own for it."""
    nodes = [e.node for e in expressions if e.node is not None]
    products = [inner for node in nodes for inner in walk(node) if isinstance(inner, Product)]
    if not any("dot" in inner.operators for inner in products):
        return
    read = {way: [_dotted(node, shape, way) for node in nodes] for way in (SCALAR, COLUMN)}
    plain = {shape(node) for node, new in zip(nodes, read[SCALAR], strict=True) if new is node} - {None}
    signed = any(not _SIGNED.isdisjoint(inner.operators) for inner in products)
    for expression in expressions if len(plain) == 1 and not (signed and plain == {COLUMN}) else ():
        node = expression.node
        new = _dotted(node, shape, *plain) if node is not None else None
        if node is not None and new is not None and new is not node and shape(new) in plain:
            expression.node = new
            expression.record.take(Rule.DOT if plain == {SCALAR} else Rule.ENTRYWISE, node.at)


def _dotted(node: Node, shape: Shape, way: str | None) -> Node:
    """The node with each product of two vectors that a dot joins read as a number, or as a vector."""
    if isinstance(node, Product) and way in (SCALAR, COLUMN):
        arrays = [k for k, factor in enumerate(node.factors) if shape(factor) != SCALAR]
        pair = [node.factors[k] for k in arrays]
        joined = len(pair) == 2 and node.operators[arrays[1]] == "dot" and arrays[1] == arrays[0] + 1
        if joined and {shape(factor) for factor in pair} == {COLUMN}:
            at = (pair[0].at[0], pair[1].at[1])
            u, v = pair
            both = Inner(u, v, at) if way == SCALAR else Product((u, v), ("", "odot"), at)
            if len(node.factors) == 2:
                return both
            before, after = node.factors[: arrays[0]], node.factors[arrays[1] + 1 :]
            operators = (*node.operators[: arrays[1]], *node.operators[arrays[1] + 1 :])
            return replace(node, factors=(*before, both, *after), operators=operators)
    inside = isinstance(node, Paren | Plus | Product | Quotient)  # what a function is taken of is its own
    return rebuilt(node, lambda inner: _dotted(inner, shape, way)) if inside else node


def written_indices(table: Table, written: Iterable[Bound], without: Container[str] = ()) -> None:
    """The names that the symbols of a tree write with indices, and with how many."""
    for symbol, bound in written:
        name, letters = table.told(symbol, bound) or ("", ())  # why not is said where it is lowered
        if (
            letters
            and name not in without
            and name not in table.constants
            and not is_delta(symbol, letters, table)
            and not table.is_ones(symbol, name)
            and not table.is_identity(symbol)
        ):
            table.first_seen.setdefault(name, symbol.at)
            table.arity.setdefault(name, len(letters))


def is_delta(symbol: Symbol, letters: Sequence[str], table: Table) -> bool:
    return symbol.base == r"\delta" and len(letters) == 2 and r"\delta" not in table.defined


class _Chain:
    """Expressions said to be comparable, the symbols of each, and names of which nothing was known so far."""

    def __init__(self, nodes: Chain) -> None:
        self.nodes = nodes
        self.symbols = [symbols(node) for node in nodes]
        self.open = {symbol.base for written in self.symbols for symbol, _ in written}


@dataclass
class _Inference:
    table: Table
    definitions: Sequence[_Chain]
    claims: Sequence[_Chain]
    known: dict[str, str] = field(default_factory=dict)
    learned: list[str] = field(default_factory=list)
    """Of `known`, what no chain has been read again for."""
    unwritten: list[str] = field(default_factory=list)
    """Of `known`, what the table has not been told."""
    counted: int = 0
    """How many names of the table, which only grows, were learned from it."""
    mentions: dict[str, list[_Chain]] = field(default_factory=dict)
    """The chains read so far that mention a name of which nothing is known."""
    defining: bool = True
    """While definitions are read: what they multiply entry by entry are arrays."""
    soft: bool = False
    """Second stage: what nothing else settles is of the kind that it is added to."""
    guess: bool = False
    r"""Third stage: an upper-case name between or before vectors is a matrix, v in `\nabla_v f` a vector."""
    closing: bool = False
    """Last stage: a free name that nothing settles is a number, which may settle definitions."""

    def run(self) -> None:
        self._written(self.definitions, self.table.bare)
        self._settle(self.definitions)
        self.defining = False
        for chain in self.claims:
            self._written([chain], self.table.bare)
            self._settle([chain])
        for chain in (*self.definitions, *self.claims):
            self._written([chain])  # names whose definitions leave their kind open
            self._settle([chain])
        self.soft = True
        self._stage()
        self.guess = True
        self._stage()
        self.closing = True
        self._stage()
        for name, shape in self.known.items():
            self.table.arity.setdefault(name, SHAPES.index(shape))

    def _stage(self) -> None:
        """All chains once more, with what has become allowed."""
        self._settle(self.definitions)
        for chain in self.claims:
            self._settle([chain])

    def _written(self, chains: Sequence[_Chain], without: Container[str] = ()) -> None:
        """Learns from the indices that names are written with."""
        for written in (written for chain in chains for written in chain.symbols):
            for symbol, bound in written:
                self._constant(symbol, bound)
            written_indices(self.table, written, without)
        for name in islice(self.table.arity, self.counted, None):
            self._learn(name, SHAPES[min(self.table.arity[name], 2)])
        for name in self.unwritten:
            self.table.arity.setdefault(name, SHAPES.index(self.known[name]))
        self.unwritten.clear()
        self.counted = len(self.table.arity)

    def _constant(self, symbol: Symbol, bound: frozenset[str]) -> None:
        """A name that stands for the identity or the ones vector keeps that meaning."""
        if symbol.core not in (*IDENTITIES, ONES_LETTER) or not symbol.bare:
            return
        if symbol.core not in bound and (
            self.table.is_identity(symbol) or self.table.is_ones(symbol, symbol.core)
        ):
            self.table.constants.add(symbol.core)

    def _learn(self, name: str, shape: str) -> None:
        if name not in self.known:
            self.known[name] = shape
            self.learned.append(name)
            self.unwritten.append(name)

    def _settle(self, chains: Sequence[_Chain]) -> None:
        """Reads chains, and those before that what is learned says more of."""
        waiting = list(chains)[::-1]
        while waiting:
            chain = waiting.pop()
            chain.open = chain.open and self._open_names(chain)
            for name in chain.open:
                self.mentions.setdefault(name, []).append(chain)
            if chain.open:
                self._equation(chain.nodes)
            learned, self.learned = self.learned, []
            for name in learned:
                waiting.extend(self.mentions.pop(name, ()))

    def _open_names(self, chain: _Chain) -> set[str]:
        """The names in it of which nothing is known: without any it has nothing to teach."""
        settled = (self.known, self.table.losses, self.table.sizes)
        names = (self._bare(symbol, bound) for written in chain.symbols for symbol, bound in written)
        return {name for name in names if name and not any(name in known for known in settled)}

    def _equation(self, chain: Chain) -> None:
        shapes = [self.shape(node, NO_LETTERS) for node in chain]
        shape = next((s for s, node in zip(shapes, chain, strict=True) if s and not _is_zero(node)), None)
        for node in chain:
            self.visit(node, NO_LETTERS)
            if shape is not None and not _is_zero(node):
                self.demand(node, shape, NO_LETTERS)

    def _bare(self, node: Node, bound: frozenset[str]) -> str:
        """The name of a symbol without indices that is no constant array; else nothing."""
        told = self.table.told(node, bound) if isinstance(node, Symbol) else None
        if told is None or not isinstance(node, Symbol):
            return ""
        constant = self.table.is_ones(node, told[0]) or self.table.is_identity(node)
        return "" if told[1] or constant else told[0]

    def shape(self, node: Node, bound: frozenset[str]) -> str | None:
        """The shape of an expression as far as it is known; the literal 0 has none."""
        match node:
            case Symbol():
                return self._symbol(node, bound)
            case Number(value):
                return SCALAR if value else None
            case Plus(terms):
                return self._sum_of([self.shape(t, bound) for t in terms if not _is_zero(t)])
            case Product(_, operators) if "otimes" in operators:
                return MATRIX
            case Product(factors):
                shapes = [self.shape(f, bound) for f in factors]
                if "odot" in node.operators and MATRIX in shapes:
                    return MATRIX
                return _reduced(shapes) or _vector_still(factors, shapes)
            case Quotient(above, _):
                return self.shape(above, bound)
            case Power(base) | Root(_, base):
                return self.shape(base, bound) or SCALAR
            case Transpose(body):
                return {COLUMN: ROW, ROW: COLUMN}.get(inner := self.shape(body, bound) or "", inner) or None
            case Paren(body) | Entrywise(_, body):
                return self.shape(body, bound)
            case BigSum(letters, _, _, body):
                return self.shape(body, bound | set(letters))
            case Derivative(of, by):
                return self._derivative(of, by, bound)
            case Gradient(_, by):
                return self.shape(by, bound)
            case Whole(_, letters):
                return SHAPES[min(len(letters), 2)]
            case Apply(function) if word_of(function) in DIAGONALS:
                return MATRIX
            case Applied(target):
                return self.shape(target, bound)
            case _:
                return SCALAR

    def _sum_of(self, shapes: Sequence[str | None]) -> str | None:
        """A number may be added to a vector."""
        array = next((s for s in shapes if s not in (SCALAR, None)), None)
        array = MATRIX if MATRIX in shapes and array == ROW else array
        settled = SCALAR if SCALAR in shapes and (self.soft or None not in shapes) else None
        return array or settled

    def _symbol(self, node: Symbol, bound: frozenset[str]) -> str | None:
        name = self._bare(node, bound)
        if self.table.is_identity(node):
            return MATRIX
        if name:
            open_kind = SCALAR if self.closing and name not in self.table.defined else None
            kind = self.known.get(name, open_kind)
            return SCALAR if name in self.table.sizes else ROW if name in self.table.rows else kind
        if (told := self.table.told(node, bound)) is None:
            return SCALAR
        row = self.known.get(told[0]) == MATRIX and len(told[1]) == 1
        return COLUMN if row or not told[1] else SCALAR

    def _derivative(self, of: Node | None, by: Iterable[Node], bound: frozenset[str]) -> str | None:
        loss = of is None or self._is_loss(of, bound)
        shapes = [SCALAR if loss or of is None else self.shape(unwrap(of), bound)]
        shapes += [self.shape(v, bound) for v in by]
        if shapes == [SCALAR, ROW]:
            return ROW
        if None in shapes:
            return None
        axes = sum(2 if s == MATRIX else 1 if s in (COLUMN, ROW) else 0 for s in shapes)
        return SHAPES[min(axes, 2)]

    def _is_loss(self, node: Node, bound: frozenset[str]) -> bool:
        return self._bare(unwrap(node), bound) in self.table.losses

    def visit(self, node: Node, bound: frozenset[str]) -> None:
        """Demands that come from inside an expression."""
        inner = bound | set(node.letters) if isinstance(node, BigSum | Whole) else bound
        match node:
            case Norm(body):
                self.demand(body, COLUMN, bound)
            case Inner(left, right):
                matrices = MATRIX in (self.shape(left, bound), self.shape(right, bound))
                for side in (left, right):
                    self.demand(side, MATRIX if matrices else COLUMN, bound)
            case Plus() if shape := self.shape(node, bound):
                self.demand(node, shape, bound)
            case Frobenius(body) if self.soft:
                self.demand(body, MATRIX, bound)
            case Product(factors, operators) if "otimes" in operators:
                for factor in factors:
                    self.demand(factor, COLUMN, bound)
            case Product(_, operators) if (self.soft or self.defining) and ENTRYWISE & {*operators}:
                self._demand_alike(node, bound)
            case Apply(function, argument) if word_of(function) in TRACES:
                self.demand(argument, MATRIX, bound)
            case Apply(function, argument) if is_function(function):
                self.demand(argument, COLUMN, bound)
                self._visit_entries(argument, bound)
                return
            case Entrywise("softmax", argument):
                self.demand(argument, COLUMN, bound)
            case Quotient(_, below):
                self.demand(below, SCALAR, bound)
            case Power(base) | Root(_, base) | Absolute(base):
                self.demand(base, SCALAR, bound)
            case MaxOver(variable):
                self.demand(variable, MATRIX, bound)
            case Applied(_, leaf, argument):
                if shape := self.shape(leaf, bound):
                    self.demand(argument, shape, bound)
                elif shape := self.shape(argument, bound):
                    self.demand(leaf, shape, bound)
            case Gradient(_, variable) if self.guess and self.shape(variable, bound) is None:
                self.demand(variable, COLUMN, bound)
            case Product() if self.guess:
                self._guess(node.factors, bound)
            case Transpose(Symbol() as body) if self.guess:
                self.demand(body, MATRIX if upper_case(body) else COLUMN, bound)
        for child in _parts(node):
            self.visit(child, inner)

    def _demand_alike(self, node: Product, bound: frozenset[str]) -> None:
        r"""What stands beside an array and `\odot`, and nothing else settles, is an array like it."""
        for left, right, operator in node.pairs:
            for known, other in ((left, right), (right, left)):
                shape = self.shape(known, bound)
                if operator in ENTRYWISE and shape not in (SCALAR, None) and self.shape(other, bound) is None:
                    self.demand(other, shape or COLUMN, bound)

    def _visit_entries(self, node: Node, bound: frozenset[str]) -> None:
        """Inside a function of a vector, `u^2` is taken entry by entry and no number is demanded."""
        match node:
            case Paren(body) | Quotient(body, _) | Power(body):
                self._visit_entries(body, bound)
            case Plus(parts) | Product(parts):
                for part in parts:
                    self._visit_entries(part, bound)
            case _:
                self.visit(node, bound)

    def demand(self, node: Node, shape: str, bound: frozenset[str]) -> None:
        """Learns what names must be, if the node has this shape."""
        match node:
            case Symbol():
                name = self._bare(node, bound)
                if name and name not in self.table.losses:
                    self._learn(name, COLUMN if shape == ROW else shape)
            case Plus(terms):
                self._demand_sum(terms, shape, bound)
            case Paren(body) | Entrywise(_, body):
                self.demand(body, shape, bound)
            case Transpose(body):
                self.demand(body, {ROW: COLUMN, COLUMN: ROW}.get(shape, shape), bound)
            case Quotient(above, _):
                self.demand(above, shape, bound)
            case Power(base) if shape == COLUMN:
                self.demand(base, shape, bound)
            case BigSum(letters, _, _, body):
                self.demand(body, shape, bound | set(letters))
            case Derivative(loss, (variable,)) if loss is not None and self._is_loss(loss, bound):
                self.demand(variable, shape, bound)
            case Gradient(_, variable):
                self.demand(variable, shape, bound)
            case Product(factors, operators) if self.soft or not {*ENTRYWISE, "star"} & set(operators):
                self._demand_product(factors, shape, bound)

    def _demand_sum(self, terms: tuple[Node, ...], shape: str, bound: frozenset[str]) -> None:
        """All terms of a number or a matrix are such; one of a vector is, and the others may be numbers."""
        shapes = [self.shape(t, bound) for t in terms]
        unknown = [t for t, s in zip(terms, shapes, strict=True) if s is None]
        vector = shape in (COLUMN, ROW)
        if vector and (shape in shapes or (len(unknown) > 1 and not self.soft)):
            return
        for term in unknown if vector else terms:
            self.demand(term, shape, bound)

    def _demand_product(self, factors: tuple[Node, ...], shape: str, bound: frozenset[str]) -> None:
        shapes = [self.shape(f, bound) for f in factors]
        unknown = [f for f, s in zip(factors, shapes, strict=True) if s is None]
        if not unknown:
            return
        if any(isinstance(f, Transpose) for f in factors):
            self._demand_chain([f for f, s in zip(factors, shapes, strict=True) if s != SCALAR], shape, bound)
        elif shape == SCALAR:
            for factor in unknown:
                self.demand(factor, SCALAR, bound)
        elif COLUMN in shapes or MATRIX in shapes:
            vector = factors[-1] if shape == COLUMN and COLUMN not in shapes else None
            for factor in unknown:
                if not upper_case(factor):
                    self.demand(factor, COLUMN if factor is vector else SCALAR, bound)
        elif len(unknown) == 1:
            self.demand(unknown[0], shape, bound)
        elif self.soft and shape == COLUMN and len(unknown) == 2 and upper_case(unknown[0]):
            self.demand(unknown[0], MATRIX, bound)
            self.demand(unknown[1], COLUMN, bound)

    def _demand_chain(self, factors: list[Node], shape: str, bound: frozenset[str]) -> None:
        """uᵀ v, Xᵀ v, u vᵀ: what the ends of the chain must be."""
        match factors, shape:
            case [Transpose(a), *_, b], "scalar":
                self.demand(a, COLUMN, bound)
                self.demand(b, COLUMN, bound)
            case [Transpose(a), b], "column":
                self.demand(b, COLUMN, bound)
                self.demand(a, MATRIX, bound)
            case [a, Transpose(b)], "matrix":
                matrices = MATRIX in (self.shape(a, bound), self.shape(b, bound)) or upper_case(b)
                for factor in (a, b):
                    self.demand(factor, MATRIX if matrices else COLUMN, bound)

    def _guess(self, factors: tuple[Node, ...], bound: frozenset[str]) -> None:
        """An upper-case name of no other use directly before a vector is a matrix."""
        arrays = [f for f in factors if self.shape(f, bound) != SCALAR]
        for factor, following in pairwise(arrays):
            inner = factor.body if isinstance(factor, Transpose) else factor
            array = self.shape(following, bound) in (COLUMN, MATRIX) or upper_case(following)
            if upper_case(factor) and upper_case(following) and self.shape(following, bound) is None:
                unknown = [f for f in (factor, following) if self.shape(f, bound) is None]
                self.table.guessed |= {s.base for f in unknown for s, _ in symbols(f)}
                self.demand(following, MATRIX, bound)
            if array and self.shape(factor, bound) is None and upper_case(inner):
                self.demand(inner, MATRIX, bound)
            row = isinstance(factor, Transpose) and self.shape(factor, bound) == ROW
            if row and self.shape(following, bound) is None and not upper_case(following):
                self.demand(following, COLUMN, bound)


def _parts(node: Node) -> tuple[Node, ...]:
    """Children, without what is differentiated as a whole or names a limit."""
    if isinstance(node, BigSum):
        return (node.body,)
    return () if isinstance(node, Indicator | Symbol) else children(node)


def upper_case(node: Node) -> bool:
    """Whether a node is a name of a capital letter, transposed or not."""
    inner = node.body if isinstance(node, Transpose) else node
    return isinstance(inner, Symbol) and inner.bare and inner.core.rstrip("}")[-1:].isupper()


def _is_zero(node: Node) -> bool:
    return isinstance(node, Number) and node.value == 0


def _reduced(shapes: list[str | None]) -> str | None:
    """The shape of a product, from left to right; None if it can't be told."""
    current = SCALAR
    for shape in shapes:
        if shape is None:
            return None
        (rows, inner), (outer, columns) = _AXES[current], _AXES[shape]
        if SCALAR in (current, shape):
            current = shape if current == SCALAR else current
        elif inner == outer:
            current = _OF_AXES[rows, columns]
        elif current != shape:
            return None
    return current


_AXES = {SCALAR: (False, False), COLUMN: (True, False), ROW: (False, True), MATRIX: (True, True)}
"""Whether it has rows, and columns."""
_OF_AXES = {axes: shape for shape, axes in _AXES.items()}


def _vector_still(factors: Sequence[Node], shapes: Sequence[str | None]) -> str | None:
    """A vector times what is not known is one, if nothing unknown is transposed."""
    known = {shape for shape in shapes if shape is not None}
    rows = any(s is None and isinstance(f, Transpose) for f, s in zip(factors, shapes, strict=True))
    return COLUMN if COLUMN in known and known <= {SCALAR, COLUMN} and not rows else None
