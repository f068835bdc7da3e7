r"""Which partial derivatives are a Jacobian's: alone on their side of a link, of one array by another, as
`\frac{\partial \hat{x}_j}{\partial x_i}`, on or off the diagonal, or of whole arrays, transposed or not, and
the trace of those; or beside the gradient of a loss in a sum, as in the chain rule through one array.

What depends on the index through a mean over all of them is part of such an entry, so the derivative is
the total one. Imports the surface tree and `symbols` only.
"""

from __future__ import annotations

from bnsym.elaborate.symbols import Table
from bnsym.latex.ast import (
    Apply,
    BigSum,
    Component,
    Derivative,
    Node,
    Paren,
    Product,
    Symbol,
    Transpose,
    unwrap,
)
from bnsym.latex.commands import TRACES
from bnsym.latex.folding import word_of


def is_total(said: bool | None, node: Node | None, table: Table) -> bool:
    """Whether an expression's partial derivatives are total: as the file says or, where it says nothing,
    if it is an entry of a Jacobian."""
    return is_entry(node, table) if said is None else said


def is_entry(node: Node | None, table: Table) -> bool:
    """Whether the expression is nothing but an entry of a Jacobian, or of its derivative, or a whole one,
    its transpose or its trace."""
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
