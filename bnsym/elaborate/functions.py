r"""What named functions mean: means, variances, sums, traces, diagonals, and those that a let names.

Functions of a `Lowering`, which dispatches to them; imports the surface tree, values and terms.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bnsym.elaborate.applications import apart, applied, differentiated
from bnsym.elaborate.applications import apply as application
from bnsym.elaborate.calls import ambiguous
from bnsym.elaborate.conventions import Rule
from bnsym.elaborate.dependence import names_of
from bnsym.elaborate.multiplying import exponent_of, power_of, product
from bnsym.elaborate.symbols import KINDS
from bnsym.elaborate.tensors import Value, check_copies
from bnsym.latex.ast import (
    Applied,
    Frobenius,
    Node,
    Norm,
    Paren,
    Place,
    Plus,
    Power,
    Product,
    Quotient,
    Symbol,
)
from bnsym.latex.commands import BUILT_IN, DIAGONALS, MEANS, SUMS, TRACES
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import is_function, word_of
from bnsym.terms import ONE, Diff, Sum, Sym, Term, add, mul, neg, power, rename, walk

if TYPE_CHECKING:
    from bnsym.elaborate.lowering import Lowering


def apply(lowering: Lowering, function: Symbol, argument: Node, at: Place) -> Value:
    if not is_function(function):
        raise ambiguous(function, at)
    word = word_of(function)
    if word in TRACES:
        return trace(lowering, argument, at)
    if word not in BUILT_IN:
        name = function.base
        hint = rf"say what it is in a row of its own, `{name}(x) = …`; a product is `{name} \cdot (…)`"
        raise ReadError("BN128", f"the function `{function.base}` has no meaning here", at, hint)
    value = entries(lowering, argument)
    if len(value.axes) != 1:
        message = f"`{function.base}` is taken over a vector; {lowering.algebra.describe(value)}"
        raise ReadError("BN124", message, at, "write the vector without its index")
    if word in DIAGONALS:
        return lowering.algebra.diagonal(value)
    if word in SUMS:
        return Value(Sum(value.axes[0], value.term))
    if word in MEANS:
        lowering.record.take(Rule.MEAN, function.at)
        return lowering.algebra.mean(value)
    check_copies(value.term, 2, at)
    lowering.record.take(Rule.BIASED, at)
    return lowering.algebra.variance(value)


def entrywise(lowering: Lowering, name: str, argument: Node, at: Place) -> Value:
    """A function of a number; of a vector or a matrix, that of each entry."""
    value = replace(lowering.lower(argument), what="")
    if any(isinstance(inner, Diff) for inner in walk(value.term)):
        hint = "give the derivative a name"
        raise ReadError("BN128", "a function of a derivative is not read", argument.at, hint)
    if name == "softmax":
        return softmax(lowering, value, at)
    plain = name.rstrip("'")
    if plain in ("exp", "log") and len(value.axes) > 1:
        message = f"`{plain}` of a matrix: of the matrix, or of each entry?"
        raise ReadError("BN129", message, at, "write its entries, with their indices")
    if plain not in _FORMULAS:
        return replace(value, term=application(name, value.term))
    if plain == "log":
        if value.is_zero:
            raise ReadError("BN128", "0 has no logarithm", at)
        lowering.record.take(Rule.LOGARITHM, at)
    check_copies(value.term, 2, at)
    if plain == name:
        return replace(value, term=_FORMULAS[name](value.term))
    formula = Value(_FORMULAS[plain](_LEAF))
    for _ in name[len(plain) :]:
        formula = differentiated(formula, _LEAF.name, {}, lowering.axis, at)
    scalar = Value(value.term)
    return replace(value, term=applied(formula, _LEAF.name, scalar, {}, lowering.axis, at).term)


_LEAF = Sym("@")


def _sigmoid(argument: Term) -> Term:
    return power(add(ONE, application("exp", neg(argument))), -1)


def _tanh(argument: Term) -> Term:
    square = power(application("exp", argument), 2)
    return mul(add(square, neg(ONE)), power(add(square, ONE), -1))


_FORMULAS: dict[str, Callable[[Term], Term]] = {
    "exp": partial(application, "exp"),
    "log": partial(application, "log"),
    "step": partial(application, "step"),
    "sigmoid": _sigmoid,
    "tanh": _tanh,
    "relu": lambda argument: mul(argument, application("step", argument)),
}


def softmax(lowering: Lowering, value: Value, at: Place) -> Value:
    if len(value.axes) != 1:
        message = f"a softmax is taken of a vector; {lowering.algebra.describe(value)}"
        raise ReadError("BN124", message, at, "write the vector without its index")
    check_copies(value.term, 2, at)
    (axis,), other = value.axes, lowering.axis(value.axes[0].space)
    total = Sum(other, application("exp", apart(rename(value.term, {axis.name: other}), lowering.axis)))
    return replace(value, term=mul(application("exp", value.term), power(total, -1)))


def trace(lowering: Lowering, argument: Node, at: Place) -> Value:
    value = lowering.lower(argument)
    if len(value.axes) != 2:
        raise ReadError("BN124", f"the trace is of a matrix; {lowering.algebra.describe(value)}", at)
    first, second = value.axes
    lowering.algebra.join(first, second, value, value, at, "the trace of a matrix that is not square")
    return Value(Sum(first, rename(value.term, {second.name: first})))


def entries(lowering: Lowering, node: Node) -> Value:
    r"""The argument of a function of a vector: `u \cdot v` and `u^2` can only be vectors there, so
    they are taken entry by entry."""
    match node:
        case Paren(body):
            return entries(lowering, body)
        case Plus(terms, signs):
            parts = zip(signs, terms, strict=True)
            return lowering.plus([(s, entries(lowering, t), t.at) for s, t in parts], terms)
        case Quotient(above, below):
            top = entries(lowering, above)
            return replace(top, term=mul(top.term, power(lowering.scalar(below), -1)), what="")
        case Power(base, exponent) if not isinstance(base, Norm | Frobenius):
            value = lowering.lower(base)
            if value.shape == "column":
                lowering.record.take(Rule.ENTRYWISE, node.at)
                return replace(value, term=power(value.term, exponent_of(exponent)), what="")
            return power_of(lowering, node, value)
        case Product((left, right), (_, "dot")):
            u, v = lowering.lower(left), lowering.lower(right)
            if u.shape == v.shape == "column":
                lowering.record.take(Rule.ENTRYWISE, node.at)
                return lowering.algebra.elementwise(u, v, right.at)
            return product(lowering, node, [u, v])
    return lowering.lower(node)


def at_argument(lowering: Lowering, node: Applied) -> Value:
    argument, at = node.argument, node.at
    name, _ = lowering.table.split(node.leaf, lowering.bound)
    value, given = closed(lowering, node.target), lowering.lower(argument)
    arity = lowering.table.arity.get(name, 0)
    if len(given.axes) != arity or given.row:
        message = f"the argument stands for `{name}`, which is {KINDS[min(arity, 2)]}"
        raise ReadError("BN124", f"{message}; {lowering.algebra.describe(given)}", argument.at)
    for k, axis in enumerate(given.axes):
        lowering.spaces.unify(lowering.spaces.axis(name, k), axis.space, argument.at, f"`{name}`")
    if node.order and arity:
        raise ReadError("BN128", "a prime is the derivative of a function of a number", at)
    for _ in range(node.order):
        value = differentiated(value, name, lowering.bodies, lowering.axis, at)
    if node.order and name not in names_of(value.term):
        return value
    if given.term == Sym(name, given.axes):
        return replace(value, term=apart(value.term, lowering.axis))
    return applied(value, name, given, lowering.bodies, lowering.axis, at)


def closed(lowering: Lowering, node: Node) -> Value:
    """The value of what was written elsewhere: the letters that it binds are its own."""
    inner = replace(lowering, free={}, summed={}, bound={})
    value = inner.lower(node)
    for letter, at in inner.free.items():
        lowering.index(letter, at)
    return value
