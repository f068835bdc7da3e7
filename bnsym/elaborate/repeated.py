"""Index letters that stand twice where no sum binds them: to many they are summed over, and some are slips.

Imports the surface tree only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Set
from itertools import accumulate
from operator import or_

from bnsym.latex.ast import BigSum, Node, Plus, Product, Quotient, Symbol
from bnsym.latex.ast import walk as nodes_of
from bnsym.latex.errors import ReadError


def repeated(node: Node | None, other: Node | None) -> ReadError | None:
    r"""A letter that stands twice in `A_{ij} B_{jk}` and not on the other side: to many it is summed over.
    Not in `A_{ij} B_{ij}`, where a sum sign is missing rather."""
    inner, bound = _with_bound(node)
    for product in (one for one in inner if isinstance(one, Product)):
        names = [name for name in product.factors if isinstance(name, Symbol)]
        for letter in {letter for name in names for letter in name.indices} - bound:
            written = {name.indices for name in names if letter in name.indices}
            if len(written) > 1 and not _with_letter(other, letter):
                message = f"`{letter}` is repeated here and stands not on the other side: is it summed over?"
                return ReadError("BN137", message, product.at, rf"write `\sum_{letter}` if it is")
    return None


def twice(node: Node | None) -> ReadError | None:
    """A letter that stands twice in one term, or on one name, and that no sum binds."""
    inner, bound = _with_bound(node)
    for term in (one for one in inner if isinstance(one, Product | Quotient | Symbol)):
        names = (name for name in nodes_of(term) if isinstance(name, Symbol))
        written = Counter(letter for name in names for letter in name.indices if letter not in bound)
        if letter := next((one for one, times in written.items() if times > 1), None):
            message = f"`{letter}` is repeated here, and the text speaks of a summation convention"
            return ReadError("BN137", message, term.at, rf"write `\sum_{letter}` where it is summed over")
    return None


def _with_bound(node: Node | None) -> tuple[tuple[Node, ...], set[str]]:
    """All parts of an expression, and the letters that its sums bind."""
    inner = nodes_of(node)
    return inner, {letter for one in inner if isinstance(one, BigSum) for letter in one.letters}


def is_slip(node: Node | None, letter: str, bound: bool, summed: Set[str]) -> bool:
    r"""Not in `\sum_i x_i^2 - 2 a x_i`, of which the sum may be meant to go on."""
    if bound:
        return node is not None and not any(_goes_on(inner, letter) for inner in nodes_of(node))
    return letter in summed and len(_with_letter(node, letter)) > 1


def _goes_on(node: Node, letter: str) -> bool:
    """Whether the letter stands free behind a sum over it that nothing closes."""
    terms = node.terms if isinstance(node, Plus) else ()
    sums = [any(isinstance(n, BigSum) and letter in n.letters for n in nodes_of(term)) for term in terms]
    after = zip(terms[1:], sums[1:], accumulate(sums, or_), strict=False)
    return any(begun and not own and _with_letter(term, letter) for term, own, begun in after)


def _with_letter(node: Node | None, letter: str) -> list[Symbol]:
    """Each name with an index letter in an expression, as often as it stands there."""
    return [name for name in nodes_of(node) if isinstance(name, Symbol) and letter in name.indices]
