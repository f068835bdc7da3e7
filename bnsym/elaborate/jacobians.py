r"""Which partial derivatives are entries of a Jacobian: alone on their side of a link, of one array by
another with indices of its own, as `\frac{\partial \hat{x}_j}{\partial x_i}`, or of whole arrays.

What depends on the index through a mean over all of them is part of such an entry, so the derivative is
the total one. Imports the surface tree and `symbols` only.
"""

from __future__ import annotations

from bnsym.elaborate.scope import NOTHING
from bnsym.elaborate.symbols import Table
from bnsym.latex.ast import Derivative, Node, Symbol, unwrap
from bnsym.latex.errors import ReadError


def is_total(said: bool | None, node: Node | None, table: Table) -> bool:
    """Whether an expression's partial derivatives are total: as the file says or, where it says nothing,
    if it is an entry of a Jacobian."""
    return is_entry(node, table) if said is None else said


def is_entry(node: Node | None, table: Table) -> bool:
    """Whether the expression is nothing but an entry of a Jacobian, or of its derivative, or a whole one."""
    inner = unwrap(node) if node is not None else None
    if not isinstance(inner, Derivative) or inner.of is None:
        return False
    letters = [_letters(unwrap(part), table) for part in (inner.of, *inner.by)]
    if any(found is None for found in letters):
        return False
    of, *by = (frozenset(found or ()) for found in letters)
    return not any(of & one for one in by)


def _letters(node: Node, table: Table) -> tuple[str, ...] | None:
    """The index letters of an array, none for a whole one; None for anything else."""
    if not isinstance(node, Symbol):
        return None
    try:
        name, letters = table.split(node, NOTHING)
    except ReadError:
        return None
    return letters if table.arity.get(name, 0) == max(1, len(letters)) else None
