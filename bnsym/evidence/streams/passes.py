"""A term over a batch of any size as a few passes over it: in each some sums, between them scalars.

    Σ_i v_i (x_i − μ)/σ   becomes   Σ x;  then, with μ known, Σ (x − μ)² and Σ v (x − μ);  then scalars

Every sum over the batch becomes a symbol whose value one pass finds. What does not vary with its
index is taken out of it first, so that no sum waits for a scalar that only scales it. Terms become
SymPy expressions in symbols of our own making, never in a note's text.

    structure → passes → streaming → floating, streamed
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import sympy
from sympy import Expr, Integer, Rational, Symbol

from bnsym.evidence.deltas import mentions, spend, tidy, times
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import (
    Add,
    Delta,
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
    neg,
    power,
    walk,
)

BATCH = ""
"""The letter of the batch, whichever it is in the note."""
LONGEST = 20_000
"""Operations of an expression beyond which it is not evaluated."""
MOST_PARTS = 100
"""Products of a sum beyond which it is not multiplied out."""


class Reduce(sympy.Function):  # type: ignore[misc]
    """The sum over an axis, that of an index which does not run over the batch."""

    nargs = 2


@dataclass(frozen=True, slots=True)
class Leaf:
    """An array of the note, or the size of an index space, as an expression needs it: along the
    batch (the letter BATCH) and along the axes of other letters."""

    name: Name
    letters: tuple[str, ...]


@dataclass(eq=False)
class Lowering:
    """Terms of one structure as expressions, with the sums and the small definitions in them."""

    structure: Structure
    expand: bool = False
    """Whether to multiply out what is summed, so that fewer passes do. In floats that loses digits."""
    leaves: dict[Symbol, Leaf] = field(default_factory=dict)
    totals: dict[Symbol, Expr] = field(default_factory=dict)
    """Sums over the batch: each symbol's summand."""
    small: dict[Symbol, Expr] = field(default_factory=dict)
    """Definitions without an index over the batch."""
    level: dict[Symbol, int] = field(default_factory=dict)
    """How many passes come before a symbol's value is known."""
    axes: dict[str, SpaceName] = field(default_factory=dict)
    """The letters that do not run over the batch, in the order of their axes."""
    softened: set[Name] = field(default_factory=set)
    """Matrices over the batch that are replaced by a diagonal and vectors."""
    _known: dict[object, Symbol] = field(default_factory=dict)

    def lower(self, term: Term, letter: str | None = None) -> Expr:
        """A resolved term; letter: of the index over the batch that it varies with, if any."""
        match term:
            case Num(value):
                return Rational(value.numerator, value.denominator)
            case Size(space):
                return self._leaf(Leaf(space, ()), f"n{len(self.leaves)}")
            case Sym():
                return self._symbol(term, letter)
            case Add(terms):
                return sympy.Add(*(self.lower(t, letter) for t in terms))
            case Mul(factors):
                return sympy.Mul(*(self.lower(f, letter) for f in factors))
            case Pow(base, exponent):
                return self.lower(base, letter) ** Rational(exponent.numerator, exponent.denominator)
            case Sum(index, body) if index.space == self.structure.batch:
                return self._total(index, body, letter)
            case Sum(index, body):
                return self._reduced(index, body, letter)
            case _:
                raise Unsupported(f"no value at a large batch for {type(term).__name__}")

    def varies(self, e: Expr) -> bool:
        """Whether an expression has a value for each example."""
        return any(BATCH in self.leaves[s].letters for s in e.free_symbols if s in self.leaves)

    def height(self, e: Expr) -> int:
        """How many passes come before `e` can be evaluated."""
        return max((self.level.get(s, 0) for s in e.free_symbols), default=0)

    def _leaf(self, leaf: Leaf, name: str) -> Symbol:
        if leaf not in self._known:
            self._known[leaf] = Symbol(name)
            self.leaves[self._known[leaf]] = leaf
        return self._known[leaf]

    def _symbol(self, symbol: Sym, letter: str | None) -> Expr:
        structure, name = self.structure, symbol.name
        if name in structure.adjoints:
            loss, node = structure.adjoints[name]
            return self.lower(structure.gradient(loss, Sym(node, symbol.indices)), letter)
        letters = self._letters(symbol, letter)
        if name in structure.definitions:
            if BATCH in letters:
                return self._bounded(self.lower(structure.unfold(symbol), letter))
            return self._defined(symbol, letters)
        return self._leaf(Leaf(name, letters), f"v{len(self.leaves)}")

    def _letters(self, symbol: Sym, letter: str | None) -> tuple[str, ...]:
        found = []
        for index in symbol.indices:
            if index.space != self.structure.batch:
                self.axes.setdefault(index.name, index.space)
                found.append(index.name)
            elif index.name == letter and BATCH not in found:
                found.append(BATCH)
            else:
                raise Unsupported("a matrix over the batch")
        return tuple(found)

    def _defined(self, symbol: Sym, letters: tuple[str, ...]) -> Symbol:
        key = (symbol.name, letters)
        if key not in self._known:
            value = self._bounded(self.lower(self.structure.unfold(symbol)))
            self._known[key] = found = Symbol(f"d{len(self.small)}")
            self.small[found], self.level[found] = value, self.height(value)
        return self._known[key]

    def _reduced(self, index: Index, body: Term, letter: str | None) -> Expr:
        size = self.lower(Size(index.space))
        if not mentions(body, index):
            return size * self.lower(body, letter)
        factors = self._factors(body, index)
        inside = times(*(f for f in factors if mentions(f, index)))
        outside = times(*(f for f in factors if not mentions(f, index)))
        axis = list(self.axes).index(index.name) if index.name in self.axes else len(self.axes)
        self.axes.setdefault(index.name, index.space)
        summand = self.lower(inside, letter)
        reduced = Reduce(summand, Integer(axis + 1)) if self._spans(summand, index.name) else size * summand
        return reduced * self.lower(outside, letter)

    def _spans(self, e: Expr, letter: str) -> bool:
        """Whether an expression varies along the axis of a letter."""
        for s in e.free_symbols:
            if s in self.leaves and letter in self.leaves[s].letters:
                return True
            body = self.totals.get(s, self.small.get(s))
            if body is not None and self._spans(body, letter):
                return True
        return False

    def _total(self, index: Index, body: Term, outer: str | None) -> Expr:
        factors = self._factors(body, index)
        if any(self._is_matrix(t) for f in factors for t in walk(f)):
            body = tidy(Sum(index, self._soft(times(*factors))))
            return self.lower(body, outer)
        inside = [f for f in factors if mentions(f, index)]
        outside = [f for f in factors if not mentions(f, index)]
        mixed = [f for f in inside if self._mixed(f, index)]
        if mixed:
            return sympy.Add(*(self._total(index, p, outer) for p in self._split(factors, mixed)))
        if not inside:
            return self.lower(times(Size(index.space), *outside), outer)
        summed = self._expanded(index, inside) if self.expand else None
        if summed is None:
            summed = self._sum_of(self.lower(times(*inside), index.name))
        return summed * self.lower(times(*outside), outer)

    def _expanded(self, index: Index, factors: list[Term]) -> Expr | None:
        """The sum of a product multiplied out, where that takes fewer passes."""
        height = self.height(self.lower(times(*factors), index.name))
        sums = [f for f in factors if isinstance(f, Add) or (isinstance(f, Pow) and isinstance(f.base, Add))]
        if not height or not sums or any(isinstance(f, Pow) and f.exponent not in (2, 3) for f in sums):
            return None
        parts = self._split(factors, sums)
        if len(parts) > MOST_PARTS:
            return None
        found = sympy.Add(*(self._total(index, part, None) for part in parts))
        return found if self.height(found) <= height else None

    def _sum_of(self, summand: Expr) -> Expr:
        if not self.varies(summand):  # what varied has cancelled
            return self.lower(Size(self.structure.batch)) * summand
        key = ("total", summand)
        if key not in self._known:
            self._known[key] = found = Symbol(f"t{len(self.totals)}")
            self.totals[found], self.level[found] = self._bounded(summand), self.height(summand) + 1
        return self._known[key]

    def _mixed(self, term: Term, index: Index) -> bool:
        """Whether `term` varies with another index over the batch as well."""
        return any(i.space == index.space and i.name != index.name for i in free_indices(term))

    @staticmethod
    def _split(factors: list[Term], mixed: Sequence[Term]) -> list[Term]:
        """The product of the factors as a sum of products, those in `mixed` multiplied out."""
        parts: list[list[Term]] = []
        for factor in factors:
            match factor:
                case Add(terms) if factor in mixed:
                    parts.append(list(terms))
                case Pow(Add(terms), exponent) if factor in mixed and exponent in (2, 3):
                    parts.append([mul(*c) for c in itertools.product(terms, repeat=int(exponent))])
                case _ if factor in mixed:
                    raise Unsupported("a matrix over the batch")
                case _:
                    parts.append([factor])
        return [times(*choice) for choice in itertools.product(*parts)]

    def _factors(self, term: Term, index: Index) -> list[Term]:
        """The factors of a summand; definitions that vary with the index are written out."""
        match term:
            case Mul(factors):
                return [g for f in factors for g in self._factors(f, index)]
            case Sym(name, _) if (
                name in self.structure.definitions and self._in_batch(term) and mentions(term, index)
            ):
                return self._factors(self.structure.unfold(term), index)
            case Pow(base, exponent) if exponent.denominator == 1:
                return [power(f, exponent) for f in self._factors(base, index)]
            case Sum(inner, body) if (own := self._factors(body, index)) and inner.name != index.name:
                free = [f for f in own if not mentions(f, inner)]
                rest = times(*(f for f in own if mentions(f, inner)))
                return [*free, spend(inner, rest)]
            case _:
                return [term]

    def _in_batch(self, symbol: Sym) -> int:
        """How many of its indices run over the batch."""
        return sum(i.space == self.structure.batch for i in symbol.indices)

    def _is_matrix(self, term: Term) -> bool:
        """A free array with two indices over the batch: too many numbers to draw."""
        made = self.structure.definitions.keys() | self.structure.adjoints.keys()
        return isinstance(term, Sym) and term.name not in made and self._in_batch(term) == 2

    def _soft(self, term: Term) -> Term:
        """Each such matrix as a diagonal and a difference of products: D_i δ_ij + a_i a_j − b_i b_j, or
        D_i δ_ij + a_i b_j where it need not be symmetric."""
        if not isinstance(term, Sym) or not self._is_matrix(term):
            return mapped(term, self._soft)
        name, indices = term.name, term.indices
        left, right = (i for i in indices if i.space == self.structure.batch)
        rest = tuple(i for i in indices if i.space != self.structure.batch)
        self.softened.add(name)

        def part(which: str, index: Index) -> Sym:
            found = Sym(f"{name} {which}", (index, *rest))
            self.structure.shapes[found.name] = tuple(i.space for i in found.indices)
            return found

        parts: list[Term] = [mul(Delta(left, right), part("diagonal", left))]
        if name in self.structure.symmetric:
            parts += [mul(part("plus", left), part("plus", right))]
            parts += [neg(mul(part("minus", left), part("minus", right)))]
        else:
            parts += [mul(part("column", left), part("row", right))]
        return add(*parts)

    def _bounded(self, e: Expr) -> Expr:
        if sum(1 for _ in itertools.islice(sympy.preorder_traversal(e), LONGEST + 1)) > LONGEST:
            raise Unsupported("the expression is too long")
        return e


def needed(lowering: Lowering, results: Iterable[Expr]) -> set[Symbol]:
    """The sums and small definitions that results depend on."""
    found: set[Symbol] = set()
    todo = [s for e in results for s in e.free_symbols]
    while todo:
        symbol = todo.pop()
        body = lowering.totals.get(symbol, lowering.small.get(symbol))
        if body is not None and symbol not in found:
            found.add(symbol)
            todo.extend(body.free_symbols)
    return found
