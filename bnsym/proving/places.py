"""The numbers in a witness, each by the name and the place at which it stands."""

from __future__ import annotations

from fractions import Fraction

from bnsym.kernel import Value, Witness, components, turned
from bnsym.proving.rings import graph_of
from bnsym.terms import Name, Statement


def places(witness: Witness) -> list[tuple[Name, tuple[int, ...]]]:
    """Every number in the witness, as (name, place)."""
    return [(name, path) for name, value in witness.values.items() for path, _ in components(value)]


def component(witness: Witness, name: Name, path: tuple[int, ...]) -> Fraction:
    value = witness.values[name]
    for k in path:
        assert isinstance(value, tuple)
        value = value[k]
    assert isinstance(value, Fraction)
    return value


def put(statement: Statement, witness: Witness, name: Name, path: tuple[int, ...], new: Fraction) -> Witness:
    """The witness with one number changed; in a Hessian, with its mirror image."""

    def change(value: Value, rest: tuple[int, ...]) -> Value:
        if not rest or not isinstance(value, tuple):
            return new
        head, *tail = rest
        return tuple(change(v, tuple(tail)) if k == head else v for k, v in enumerate(value))

    changed = change(witness.values[name], path)
    if name in graph_of(statement).symmetric:
        changed = change(changed, turned(path))
    return Witness(witness.sizes, {**witness.values, name: changed})
