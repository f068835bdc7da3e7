r"""What products, powers and norms mean: numbers before arrays, contractions, entry by entry, exponents.

Functions of a `Lowering`, which dispatches to them; imports the surface tree, values and terms.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from bnsym.elaborate.shapes import upper_case
from bnsym.elaborate.symbols import base_of, square_of
from bnsym.elaborate.tensors import Value, check_copies
from bnsym.latex.ast import (
    Frobenius,
    Node,
    Norm,
    Number,
    Paren,
    Place,
    Plus,
    Power,
    Product,
    Quotient,
    Symbol,
    walk,
)
from bnsym.latex.commands import CHANGES, ENTRYWISE, OPERATORS, STRAIGHT
from bnsym.latex.errors import ReadError
from bnsym.terms import Num, Pow, Sum, Term, mul, power, rename, sqrt

if TYPE_CHECKING:
    from bnsym.elaborate.lowering import Lowering

MAX_EXPONENT = 100


def product(lowering: Lowering, node: Product, known: list[Value] | None = None) -> Value:
    """`known` are the values of the factors, where these were asked for before."""
    check_differentials(lowering, node)
    check_words(lowering, node)
    values = known or [lowering.lower(factor) for factor in node.factors]
    arrays = sum(1 for value in values if value.axes)
    if arrays > 2 and "otimes" in node.operators:
        raise ReadError("BN112", r"put parentheses around the factors of `\otimes`", node.at)
    entrywise = not ENTRYWISE.isdisjoint(node.operators)
    if arrays > 1 and not entrywise:
        return matrix_product(lowering, node, values)
    if arrays > 2 and (groups := _groups(lowering, node, values)):
        return groups
    result = values[0]
    for factor, operator, value in zip(node.factors[1:], node.operators[1:], values[1:], strict=True):
        result = joined(lowering, result, operator, value, factor.at, entrywise and arrays > 2)
    return result


def matrix_product(lowering: Lowering, node: Product, values: list[Value]) -> Value:
    """Numbers stand before the contractions of the arrays, not inside them."""
    numbers = [value.term for value in values if not value.axes]
    places = [k for k, value in enumerate(values) if value.axes]
    result = values[places[0]]
    for before, k in pairwise(places):
        operator = next((o for o in node.operators[before + 1 : k + 1] if o), "")
        result = joined(lowering, result, operator, values[k], node.factors[k].at, False)
    return replace(result, term=mul(*numbers, result.term), what="")


def _groups(lowering: Lowering, node: Product, values: list[Value]) -> Value | None:
    r"""`A B \odot C D` as a product of products, where sizes leave no other reading."""
    starts = [0, *(k for k, operator in enumerate(node.operators) if operator == "odot"), len(values)]
    if any(operator not in ("", "odot") for operator in node.operators):
        return None
    for k in starts[1:-1]:
        if _fit(lowering, values[k - 1], values[k]):
            return None
    parts = [
        product(lowering, Product(node.factors[a:b], ("",) * (b - a), node.at), values[a:b])
        for a, b in pairwise(starts)
    ]
    result = parts[0]
    for part, start in zip(parts[1:], starts[1:], strict=False):
        result = lowering.algebra.elementwise(result, part, node.factors[start].at)
    return result


def _fit(lowering: Lowering, left: Value, right: Value) -> bool:
    """Whether two values may be multiplied entry by entry."""
    sizes = ([lowering.spaces.describe(axis.space) for axis in value.axes] for value in (left, right))
    pairs = list(zip(*sizes, strict=False))
    return left.shape == right.shape and not any(a and b and a != b for a, b in pairs)


def joined(lowering: Lowering, left: Value, operator: str, right: Value, at: Place, mixed: bool) -> Value:
    if operator == "otimes":
        return lowering.algebra.outer(left, right, at)
    if operator == "circ" and not left.shape == right.shape == "column":
        hint = r"a product is `\cdot`, entry by entry it is `\odot`"
        raise ReadError("BN128", r"`\circ` is read between vectors only: it may be a composition", at, hint)
    if operator in ENTRYWISE:
        return lowering.algebra.elementwise(left, right, at)
    if left.axes and right.axes and operator == "star" and left.shape == right.shape != "matrix":
        return lowering.algebra.elementwise(left, right, at)
    if left.axes and right.axes and (operator or mixed) and left.shape == right.shape:
        hint = r"write `\langle u, v\rangle` for the inner product, `\odot` for entry by entry"
        raise lowering.algebra.mismatch("which product is meant?", left, right, at, hint)
    if left.axes and right.axes and mixed:
        raise lowering.algebra.mismatch(r"put parentheses around the factors of `\odot`", left, right, at)
    return lowering.algebra.times(left, right, at)


def check_differentials(lowering: Lowering, node: Product) -> None:
    r"""`d\hat{x}` and `\nabla\gamma` are names for gradients that only a `let` can explain; `\Delta x` is no
    product where \Delta stands before names only."""
    table = lowering.table
    for first, second, operator in node.pairs:
        sign, name = base_of(first), base_of(second)
        if operator or name is None or sign is None or not sign.bare:
            continue
        change = sign.base in (*CHANGES, *OPERATORS) and sign.base not in table.typed
        if (change or sign.base in STRAIGHT) and sign.base not in {*table.defined, *table.sizes}:
            pair, at = f"{sign.base} {name.base}" if change else f"d{name.base}", (first.at[0], second.at[1])
            hint = f"give it a meaning: `<!-- bnsym: let ${pair}$ = $...$ -->`"
            what = "an operator" if sign.base in OPERATORS else "a change" if change else "a gradient"
            raise ReadError("BN128", f"`{pair}` looks like {what}, and nothing says of what", at, hint)


def check_words(lowering: Lowering, node: Product) -> None:
    r"""A word beside a factor is one too where the file says that it is a quantity: `a \text{ minus } b` and
    `\operatorname{rank} A` are no products."""
    signs = [*node.operators[1:], "end"]
    for factor, before, after in zip(node.factors, ("start", *signs), signs, strict=False):
        name = base_of(factor)
        if name is not None and not (before and after) and lowering.table.is_word_of_nothing(name):
            message = f"nothing says that the word `{name.base}` is a factor"
            hint = r"define it as a name, or set words apart by `\quad`; a function takes brackets"
            raise ReadError("BN128", message, factor.at, hint)


def power_of(lowering: Lowering, node: Power, known: Value | None = None) -> Value:
    """`known` is the value of the base, where that was asked for before."""
    exponent = exponent_of(node.exponent)
    match node.base:
        case Norm(body):
            square = squared_norm(lowering, body, node.base.at)
            even = exponent.denominator == 1 and exponent.numerator % 2 == 0
            return Value(power(square, exponent / 2) if even else power(sqrt(square), exponent))
        case Frobenius(body) if exponent.denominator == 1 and exponent.numerator % 2 == 0:
            return Value(power(squared_entries(lowering, body, node.base.at), exponent / 2))
        case Symbol() as symbol if exponent.denominator == 1 and exponent.numerator % 2 == 0:
            name, letters = lowering.table.split(symbol, lowering.bound)
            if name in lowering.table.squares:
                lowering.check_name(symbol, name, letters)
                value = lowering.array(square_of(name), name, letters, node.at)
                return value if exponent == 2 else Value(power(lowering.number(value, node.at), exponent / 2))
    base = known or lowering.lower(node.base)
    if base.shape == "matrix" and exponent.denominator == 1 and 2 <= exponent <= 4:
        return matrix_power(lowering, base, int(exponent), node.at)
    if base.shape in ("column", "row"):
        return lowering.algebra.entrywise(base, exponent)
    return Value(raised(lowering.number(base, node.base.at), exponent, node.at))


def root(lowering: Lowering, degree: int, body: Node) -> Value:
    """Of a number, or of each entry of a vector."""
    value = lowering.lower(body)
    if value.shape in ("column", "row"):
        return lowering.algebra.entrywise(value, Fraction(1, degree))
    return Value(root_of_power(lowering.number(value, body.at), Fraction(1, degree)))


def matrix_power(lowering: Lowering, base: Value, exponent: int, at: Place) -> Value:
    """Each factor has axes of its own."""
    check_copies(base.term, exponent, at)
    result = base
    for _ in range(exponent - 1):
        axes = tuple(lowering.axis(axis.space) for axis in base.axes)
        names = {old.name: new for old, new in zip(base.axes, axes, strict=True)}
        factor = replace(base, term=rename(base.term, names), axes=axes)
        result = lowering.algebra.times(result, factor, at)
    return result


def raised(base: Term, exponent: Fraction, at: Place) -> Term:
    if isinstance(base, Num):
        bits = max(base.value.numerator.bit_length(), base.value.denominator.bit_length())
        if bits * abs(exponent) > 10_000:
            raise ReadError("BN114", "this power of a number is too large", at)
    return root_of_power(base, exponent)


def exponent_of(node: Node) -> Fraction:
    value = numeric(node)
    if value is None:
        hint = "a power with a letter in its exponent is beyond what is decided here"
        if isinstance(node, Product) and isinstance(node.factors[0], Number):
            hint = r"a label and a power stand apart: `(\sigma^{(j)})^2`"
        raise ReadError("BN114", "an exponent must be a number", node.at, hint)
    if abs(value.numerator) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
        raise ReadError("BN114", f"exponents beyond {MAX_EXPONENT} can't be read", node.at)
    return value


def root_of_power(base: Term, exponent: Fraction) -> Term:
    """`base ** exponent`; an even root of an odd power is the power of the root: both are defined where
    what is raised is not negative (or is positive), and are the same there."""
    match base:
        case Pow(inner, n) if n.denominator == 1 and n.numerator % 2 and exponent.denominator % 2 == 0:
            return power(inner, n * exponent)
    return power(base, exponent)


def numeric(node: Node) -> Fraction | None:
    """The number that an exponent is, without powers; None if it is none."""
    match node:
        case Number(value):
            return value
        case Paren(body):
            return numeric(body)
        case Plus(terms, signs):
            parts = [numeric(term) for term in terms]
            if None in parts:
                return None
            return sum((s * p for s, p in zip(signs, parts, strict=True) if p is not None), Fraction(0))
        case Quotient(above, below):
            top, bottom = numeric(above), numeric(below)
            return None if top is None or not bottom else top / bottom
    return None


# Norms


def squared_norm(lowering: Lowering, body: Node, at: Place) -> Term:
    before = dict(lowering.free)
    value = lowering.lower(body)
    if value.shape == "matrix":
        message = f"the norm of a matrix has no meaning here; {lowering.algebra.describe(value)}"
        hint = r"write `\Vert A \Vert_F` if that is meant; the spectral norm is read in a `\max` only"
        raise ReadError("BN128", message, at, hint)
    if not value.axes:
        raise norm_of_number(lowering, body, before, at)
    return Sum(value.axes[0], power(value.term, 2))


def squared_entries(lowering: Lowering, body: Node, at: Place) -> Term:
    value = lowering.lower(body)
    if not value.axes:
        raise ReadError("BN124", "the norm of a number", at, "write `|a|`")
    known = {*lowering.table.defined, *lowering.table.typed}
    if value.shape == "column" and isinstance(body, Symbol) and upper_case(body) and body.base not in known:
        message = f"`{body.base}` is taken for a vector, and its Frobenius norm for a matrix"
        raise ReadError("BN128", message, at, rf"say which: `{body.base} \in \mathbb{{R}}^{{m \times n}}`")
    term = power(value.term, 2)
    for axis in reversed(value.axes):
        term = Sum(axis, term)
    return term


def norm_of_number(lowering: Lowering, body: Node, before: dict[str, Place], at: Place) -> ReadError:
    fresh = [letter for letter in lowering.free if letter not in before]
    for name in (inner for inner in walk(body) if isinstance(inner, Symbol) and not fresh):
        fresh += lowering.table.split(name, lowering.bound)[1]
    if fresh:
        letter = fresh[0]
        place = lowering.free.get(letter, at)
        message = f"index {letter} is free inside a norm: the norm of one component"
        return ReadError("BN121", message, place, "write the vector without its index")
    return ReadError("BN124", "the norm of a number", at, "write `|a|`")
