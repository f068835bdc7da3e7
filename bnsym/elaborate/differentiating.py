r"""What derivatives and gradients mean: of the loss, between nodes, by which variable; and which partial
derivatives are entries of a Jacobian, and total.

Functions of a `Lowering`, which dispatches to them; imports the surface tree, values and terms.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bnsym.elaborate.applications import application_of
from bnsym.elaborate.conventions import Rule
from bnsym.elaborate.dependence import names_of
from bnsym.elaborate.symbols import Table, square_of
from bnsym.elaborate.tensors import Value
from bnsym.latex.ast import (
    Apply,
    BigSum,
    Component,
    Derivative,
    Node,
    Paren,
    Place,
    Product,
    Symbol,
    Transpose,
    canonical,
    unwrap,
)
from bnsym.latex.commands import LOSS_LETTERS, TRACES
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import word_of
from bnsym.terms import HALF, Diff, Index, Pow, Sym, Term
from bnsym.terms import walk as inside

if TYPE_CHECKING:
    from bnsym.elaborate.lowering import Lowering


def loss_name(lowering: Lowering, node: Node) -> str:
    inner = unwrap(node)
    if isinstance(inner, Apply) and is_of_outputs(lowering, inner):
        inner = inner.function
    if isinstance(inner, Symbol):
        name, letters = lowering.table.split(inner, lowering.bound)
        if not letters and name in lowering.table.losses and name not in lowering.table.unclear_losses:
            return name
    return ""


def is_of_outputs(lowering: Lowering, node: Apply) -> bool:
    """`f(y)`, where the file says that f is a function of y."""
    argument = unwrap(node.argument)
    outputs = lowering.table.outputs.get(node.function.base, ())
    return isinstance(argument, Symbol) and (lowering.table.split(argument, lowering.bound)[0],) == outputs


def derivative(lowering: Lowering, of: Node | None, by: tuple[Node, ...], straight: bool, at: Place) -> Value:
    if of is None:
        raise ReadError("BN112", "nothing is differentiated here", at)
    loss = loss_name(lowering, of)
    value = Value(Sym(loss)) if loss else lowering.lower(of)
    inner = value.term
    check_losses(lowering, of, inner)
    total = bool(loss) or straight or lowering.total or (isinstance(inner, Diff) and inner.total)
    for variable in by:
        symbol = variable_of(lowering, variable)
        value = Value(Diff(value.term, symbol[0], total), value.axes + symbol[1])
        if loss:
            value = replace(value, row=len(by) == 1 and symbol[0].name in lowering.table.rows)
        else:
            _record(lowering, inner, symbol[0], straight, total, at)
    if len(value.axes) > 2:
        raise ReadError("BN124", "this derivative has more than two axes", at)
    return value


def _record(lowering: Lowering, of: Term, by: Sym, straight: bool, total: bool, at: Place) -> None:
    """Which derivative it is taken for: of a name that is made from `by` itself it holds all else fixed."""
    if not isinstance(of, Sym) or application_of(of):
        return lowering.record.take(Rule.CONSTANT, at) if not isinstance(of, Diff) else None
    body = lowering.bodies.get(of.name)
    if not straight and not total and body is not None and by.name in names_of(body[1]):
        lowering.record.take(Rule.HELD, at, _fraction(of, by), of.name)
    elif not straight:
        lowering.record.take(Rule.TOTAL, at, _fraction(of, by))
    return None


def _fraction(of: Sym, by: Sym) -> str:
    return rf"\frac{{\partial {of.name}}}{{\partial {by.name}}}"


def check_losses(lowering: Lowering, of: Node, term: Term) -> None:
    """A loss that nothing defines is no constant under ∂."""
    for name in (t.name for t in inside(term) if isinstance(t, Sym) and not t.indices):
        if name in LOSS_LETTERS and name not in lowering.table.defined and name not in lowering.table.losses:
            hint = f"define `{name}`, or differentiate it alone"
            raise ReadError("BN128", f"`{name}` looks like a loss, and nothing defines it", of.at, hint)


def variable_of(lowering: Lowering, node: Node) -> tuple[Sym, tuple[Index, ...]]:
    """What is differentiated by: a defined or a free symbol."""
    value = lowering.lower(node)
    name = canonical(node)
    match value.term:
        case Sym(symbol) if symbol in lowering.table.sizes:
            raise ReadError("BN128", f"`{symbol}` is a size; nothing is differentiated by it", node.at)
        case Sym():
            return value.term, value.axes
        case Pow(Sym(square), exponent) if (
            square in map(square_of, lowering.table.squares) and exponent == HALF
        ):
            hint = f"differentiate by `{square}`, or define `{name}`"
            raise ReadError("BN128", f"`{name}` is the root of the defined `{square}`", node.at, hint)
        case Pow(Sym(symbol), exponent) if exponent == 2:
            hint = f"define `{square_of(symbol)}`, not `{symbol}`"
            message = f"`{square_of(symbol)}` is the square of `{symbol}`, not a variable"
            raise ReadError("BN128", message, node.at, hint)
    raise ReadError("BN128", "one can differentiate by a name only", node.at)


def gradient(lowering: Lowering, of: Node, by: Node, at: Place) -> Value:
    value = derivative(lowering, of, (by,), False, at)
    if len(value.axes) == 2 and lowering.table.arity.get(canonical(by), 0) != 2:
        hint = r"write `\frac{\partial u}{\partial v}`: the rows belong to u"
        raise ReadError("BN128", "the gradient of a vector has no one meaning", at, hint)
    return value


# Jacobians


def is_total(said: bool | None, node: Node | None, table: Table) -> bool:
    """Whether an expression's partial derivatives are total: as the file says or, where it says nothing, if
    it is an entry of a Jacobian, of which what depends on its index through a mean is a part."""
    return is_entry(node, table) if said is None else said


def is_entry(node: Node | None, table: Table) -> bool:
    """Whether the expression is nothing but an entry of a Jacobian, on or off the diagonal, or of its
    derivative, or a whole one, its transpose or its trace."""
    inner = _jacobian(node)
    if inner is None or inner.of is None:
        return _is_path(node, table)
    return all(_is_array(unwrap(part), table) for part in (inner.of, *inner.by))


def _is_path(node: Node | None, table: Table) -> bool:
    r"""Whether it is the chain rule through one array: `\sum_j \frac{\partial L}{\partial u_j}
    \frac{\partial u_j}{\partial x_i}`, a sum of one product of a loss's derivative and another one."""
    if not isinstance(node, BigSum):
        return False
    body = unwrap(node.body)
    if not isinstance(body, Product):
        return _is_path(body, table)
    factors = [unwrap(factor) for factor in body.factors]
    derivatives = [f for f in factors if isinstance(f, Derivative) and f.of is not None]
    of_losses = [d for d in derivatives if _is_loss(d.of, table)]
    inner = next((f for f in factors if isinstance(f, BigSum)), None)
    if inner is not None:
        return not derivatives and _is_path(inner, table)
    return len(of_losses) == 1 and len(derivatives) == 2


def _is_loss(node: Node | None, table: Table) -> bool:
    operand = unwrap(node) if node is not None else None
    return isinstance(operand, Symbol) and operand.bare and operand.base in table.losses


def _jacobian(node: Node | None) -> Derivative | None:
    match node:
        case Derivative():
            return node
        case Paren(body) | Transpose(body) | Component(body):
            return _jacobian(body)
        case Apply(function, argument) if word_of(function) in TRACES:
            return _jacobian(argument)
    return None


def _is_array(node: Node, table: Table) -> bool:
    """Whether a node is an entry of an array, or a whole one."""
    told = table.told(node) if isinstance(node, Symbol) else None
    return told is not None and table.arity.get(told[0], 0) == max(1, len(told[1]))
