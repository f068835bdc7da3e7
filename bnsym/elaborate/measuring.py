r"""What norms mean: of vectors, and of matrices entry by entry.

Functions of a `Lowering`, which dispatches to them; imports the surface tree, values and terms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bnsym.elaborate.shapes import upper_case
from bnsym.latex.ast import Node, Place, Symbol, walk
from bnsym.latex.errors import ReadError
from bnsym.terms import Sum, Term, power

if TYPE_CHECKING:
    from bnsym.elaborate.lowering import Lowering


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
