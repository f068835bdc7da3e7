"""Both sides of a statement as numbers: every free index summed against weights of its own.

    L_i = R_i for every i   becomes   Σ_i w_i L_i = Σ_i w_i R_i,  w drawn at random

Where a side is a gradient of the loss and nothing else, that sum is its derivative in the direction
w, which needs no gradient: a route that shares nothing with the closed form on the other side.
"""

from __future__ import annotations

from bnsym.evidence.deltas import spend, times
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import names
from bnsym.terms import Definition, Diff, Index, Name, Sym, Term, mul, num


def closed(structure: Structure, side: Term, free: tuple[Index, ...]) -> Term:
    """The side as a number, by a derivative along the weights where it is a gradient."""
    node = gradient_node(structure, side, free)
    if node is None:
        return weighted(structure, side, free)
    (loss,) = names(side) & set(structure.losses)
    return structure.gradient(loss, Sym(direction(structure, node)))


def weighted(structure: Structure, term: Term, free: tuple[Index, ...]) -> Term:
    """The resolved term, summed over every free index against that index's weights."""
    found = structure.resolve(term)
    for index in free:
        found = spend(index, times(weight(structure, index), found))
    return found


def weight(structure: Structure, index: Index) -> Sym:
    """Named for its letter and its space, for other statements may share the structure."""
    name = f"weight of {index.name} in {index.space}"
    structure.shapes[name] = (index.space,)
    return Sym(name, (index,))


def gradient_node(structure: Structure, term: Term, free: tuple[Index, ...]) -> Sym | None:
    """The v of a term that is ∂loss/∂v for every component of v, each once."""
    match term:
        case Diff(Sym(loss), by, _) if loss in structure.losses:
            plain = len(set(by.indices)) == len(by.indices) and set(by.indices) == set(free)
            return by if plain and by.name in structure.shapes else None
        case _:
            return None


def direction(structure: Structure, node: Sym) -> Name:
    """The array along which a node moves: the product of the weights of its indices, so that the
    derivative along it is the weighted sum of the gradient."""
    name = f"direction of {node.name} by {', '.join(f'{i.name} in {i.space}' for i in node.indices)}"
    structure.shapes[name] = structure.shapes[node.name]
    body = mul(*(weight(structure, i) for i in node.indices)) if node.indices else num(1)
    structure.definitions[name] = Definition(Sym(name, node.indices), body)
    structure.moved[name] = node.name
    return name
