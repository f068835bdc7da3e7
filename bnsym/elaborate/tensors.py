"""Values with open axes, and how they combine: what `x`, `x^T`, `X` and numbers make of
sums and products. An axis is a placeholder index `@n` that occurs free in the term.

Imports terms and `index_spaces`; knows nothing of LaTeX.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import islice

from bnsym.elaborate.index_spaces import Spaces
from bnsym.latex.ast import Place
from bnsym.latex.errors import ReadError
from bnsym.terms import (
    ZERO,
    Delta,
    Index,
    Size,
    Sum,
    Term,
    add,
    free_indices,
    mul,
    neg,
    num,
    power,
    rename,
    walk,
)

LARGEST_TERM = 20_000
"""The parts that a term may have once squares of matrices, variances and functions are written out."""


@dataclass(frozen=True, slots=True)
class Value:
    """A term and its open axes; `row`: a transposed vector."""

    term: Term
    axes: tuple[Index, ...] = ()
    row: bool = False
    what: str = ""
    """How a message calls it: the name, where it is one."""

    @property
    def shape(self) -> str:
        return ("scalar", "row" if self.row else "column", "matrix")[min(len(self.axes), 2)]

    @property
    def is_zero(self) -> bool:
        return self.term == ZERO and not self.axes


def size_of(term: Term) -> int:
    """How many parts the term has; beyond `LARGEST_TERM` they are not counted."""
    return sum(1 for _ in islice(walk(term), LARGEST_TERM + 1))


def too_large(at: Place) -> ReadError:
    message = f"written out, this has more than {LARGEST_TERM} parts"
    return ReadError("BN113", message, at, "give a name to a part of it")


def check_copies(term: Term, copies: int, at: Place) -> None:
    """What is about to stand so many times in one term, each perhaps in others that are copied."""
    if copies * size_of(term) > LARGEST_TERM:
        raise too_large(at)


_SHAPE_WORDS = {
    "scalar": "a number",
    "column": "a vector",
    "row": "a transposed vector",
    "matrix": "a matrix",
}


_BESIDE_A_NUMBER = {
    **dict.fromkeys(("scalarcolumn", "columnscalar"), "write the vector with its index"),
    **dict.fromkeys(("scalarmatrix", "matrixscalar"), "write the number times `I`, or times `e e^T`"),
}


@dataclass
class Algebra:
    """Sums and products of values over the index spaces of one file."""

    spaces: Spaces
    line_said: Callable[[str], str] = field(default=lambda name: "")
    """Where the file says what a name is, for messages."""
    take_repeated: Callable[[Place], None] = field(default=lambda at: None)
    """Notes that a row stands for a matrix each row of which it is."""

    def describe(self, value: Value) -> str:
        sizes = [self.spaces.describe(axis.space) for axis in value.axes]
        what = f"`{value.what}`{self.line_said(value.what)} is " if value.what else ""
        if not any(sizes):
            return what + _SHAPE_WORDS[value.shape]
        if len(sizes) == 1:
            return f"{what}{_SHAPE_WORDS[value.shape]} of {sizes[0]} entries"
        return f"{what}a matrix of {'×'.join(s or '?' for s in sizes)} entries"

    def mismatch(self, doing: str, left: Value, right: Value, at: Place, hint: str = "") -> ReadError:
        message = f"{doing}: {self.describe(left)}, {self.describe(right)}"
        return ReadError("BN124", message, at, hint)

    def aligned(self, left: Value, right: Value, at: Place, doing: str) -> Value:
        """`right` with its axes renamed to those of `left`, which must have as many."""
        if len(left.axes) != len(right.axes) or left.row != right.row:
            hint = _BESIDE_A_NUMBER.get(left.shape + right.shape, "")
            raise self.mismatch(doing, left, right, at, hint)
        for a, b in zip(left.axes, right.axes, strict=True):
            self.join(a, b, left, right, at, doing)
        if left.axes == right.axes:
            return right
        names = {b.name: a for a, b in zip(left.axes, right.axes, strict=True)}
        return replace(right, term=rename(right.term, names), axes=left.axes)

    def join(self, a: Index, b: Index, left: Value, right: Value, at: Place, doing: str) -> None:
        try:
            self.spaces.unify(a.space, b.space, at)
        except ReadError:
            raise self.mismatch(doing, left, right, at) from None

    def plus(self, parts: list[tuple[int, Value, Place]], *, turned: bool = False) -> Value:
        """A number without an index may be added to a vector: it is added to each entry. So is a row to each
        row of a matrix. turned: a number beside a square matrix is that number times the identity."""
        first = max((value for _, value, _ in parts), key=lambda value: len(value.axes))
        terms: list[Term] = []
        for sign, value, at in parts:
            alone = first.axes and not value.axes and not free_indices(value.term)
            value = self.times_identity(value, first) if alone and turned else value
            if first.axes and not value.is_zero and not (alone and first.shape != "matrix"):
                value = self.repeated(first, value, at)
                value = self.aligned(first, value, at, "these can't be added")
            terms.append(value.term if sign > 0 else neg(value.term))
        return Value(add(*terms), first.axes, first.row)

    def times_identity(self, value: Value, matrix: Value) -> Value:
        """A number beside a square matrix as that number times the identity; else the value."""
        square = matrix.shape == "matrix" and self.spaces.same(*(axis.space for axis in matrix.axes))
        beside = square and value.shape == "scalar" and not value.is_zero
        return Value(mul(Delta(*matrix.axes), value.term), matrix.axes) if beside else value

    def elementwise(self, left: Value, right: Value, at: Place) -> Value:
        if left.axes and right.axes:
            left, right = self.repeated(right, left, at), self.repeated(left, right, at)
            right = self.aligned(left, right, at, "these can't be multiplied entry by entry")
        larger = left if left.axes else right
        return Value(mul(left.term, right.term), larger.axes, larger.row)

    def repeated(self, whole: Value, value: Value, at: Place) -> Value:
        """A row as the matrix each row of which it is, beside a matrix."""
        if whole.shape != "matrix" or value.shape != "row":
            return value
        self.join(whole.axes[1], value.axes[0], whole, value, at, "these do not fit row by row")
        self.take_repeated(at)
        return replace(value, axes=(whole.axes[0], *value.axes), row=False)

    def quotient(self, above: Value, below: Value, at: Place) -> Value:
        """Through a number; of two vectors, or a matrix by a row, entry by entry."""
        by_row = below.shape == "row" and above.shape in ("row", "matrix")
        if below.axes and not by_row and not above.shape == below.shape == "column":
            message = f"a number is needed here; {self.describe(below)}"
            raise ReadError("BN124", message, at, "write it with its index")
        return replace(self.elementwise(above, self.entrywise(below, -1), at), what="")

    def entrywise(self, value: Value, exponent: int | Fraction) -> Value:
        """The power of a number, or of each entry of a vector."""
        return replace(value, term=power(value.term, exponent), what="")

    def times(self, left: Value, right: Value, at: Place) -> Value:
        """Scalars times anything; else rows and matrices times columns and matrices."""
        if not left.axes or not right.axes:
            return self.elementwise(left, right, at)
        match left.shape, right.shape:
            case "column", "row":
                return Value(mul(left.term, right.term), left.axes + right.axes)
            case (("row" | "matrix"), ("column" | "matrix")):
                return self.contracted(left, right, at)
        hint = r"write `\langle u, v\rangle`, `u^T v`, or `\odot` for entry by entry"
        raise self.mismatch("these have no product", left, right, at, hint)

    def contracted(self, left: Value, right: Value, at: Place) -> Value:
        """Σ over the last axis of `left` and the first of `right`."""
        inner, other = left.axes[-1], right.axes[0]
        self.join(inner, other, left, right, at, "these have no product")
        body = mul(left.term, rename(right.term, {other.name: inner}))
        return Value(Sum(inner, body), left.axes[:-1] + right.axes[1:], left.row and right.shape == "matrix")

    def transposed(self, value: Value, at: Place) -> Value:
        if not value.axes:
            raise ReadError("BN124", "a number is transposed", at, "write `^{T}` on a vector or a matrix")
        if value.shape == "matrix":
            return replace(value, axes=value.axes[::-1])
        return replace(value, row=not value.row)

    def inner(self, left: Value, right: Value, at: Place) -> Value:
        """Of two vectors, or of two matrices entry by entry."""
        for value in (left, right):
            if not value.axes:
                hint = "write both vectors without an index"
                raise self.mismatch("no inner product", left, right, at, hint)
        right = self.aligned(replace(left, row=False), replace(right, row=False), at, "no inner product")
        term = mul(left.term, right.term)
        for axis in reversed(left.axes):
            term = Sum(axis, term)
        return Value(term)

    def outer(self, left: Value, right: Value, at: Place) -> Value:
        if left.shape != "column" or right.shape != "column":
            raise self.mismatch(r"`\otimes` is read between vectors only", left, right, at)
        return Value(mul(left.term, right.term), left.axes + right.axes)

    def diagonal(self, value: Value) -> Value:
        axis = value.axes[0]
        other = self.spaces.open_axis(axis.space)
        return Value(mul(Delta(axis, other), value.term), (axis, other))

    def mean(self, value: Value) -> Value:
        axis = value.axes[0]
        return Value(mul(power(Size(axis.space), -1), Sum(axis, value.term)))

    def variance(self, value: Value) -> Value:
        """The biased one, 1/m."""
        axis = value.axes[0]
        other = self.spaces.open_axis(axis.space)
        mean = self.mean(Value(rename(value.term, {axis.name: other}), (other,)))
        return self.mean(Value(power(add(value.term, neg(mean.term)), 2), (axis,)))


def identity(a: Index, b: Index) -> Value:
    return Value(Delta(a, b), (a, b), what="I")


def ones(axis: Index) -> Value:
    return Value(num(1), (axis,), what="the vector of ones")
