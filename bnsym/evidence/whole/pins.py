"""The hypotheses in scope, and how a draw is made to meet them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from bnsym.evidence.residual import height, sources
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Unsupported, names
from bnsym.evidence.whole.machine import PRIME, Array, Machine, raised, root
from bnsym.evidence.whole.named_axes import Tensor, spread
from bnsym.terms import (
    ZERO,
    Hypothesis,
    Index,
    Name,
    Relation,
    SpaceName,
    Sym,
    Term,
    add,
    free_indices,
    neg,
    walk,
)


@dataclass(frozen=True, slots=True)
class Pin:
    """An equality solved for components of a free array: at each axis an index of the equality,
    whose every value is meant, or the one position that depends on the others."""

    equality: Term
    name: Name
    spec: tuple[str | int, ...]
    degree: int


class Hypotheses:
    """The hypotheses in scope, and how a draw is made to meet them."""

    def __init__(self, structure: Structure, hypotheses: tuple[Hypothesis, ...]) -> None:
        self.structure = structure
        self.equalities: list[Term] = []
        self.squares: list[Term] = []
        self.values: dict[Name, Term] = {}
        """Of names that are equated with numbers."""
        positive: set[Name] = set()
        for hypothesis in hypotheses:
            left, right = structure.resolve(hypothesis.left), structure.resolve(hypothesis.right)
            if hypothesis.relation is Relation.LT:
                left, right = right, left
            if hypothesis.relation is Relation.EQ and not self._symmetry(left, right):
                self.equalities.append(add(left, neg(right)))
                if isinstance(left, Sym) and left.name not in structure.definitions and _is_number(right):
                    self.values[left.name] = right
            elif hypothesis.relation in (Relation.LT, Relation.GT):
                if right == ZERO and isinstance(left, Sym) and left.name not in structure.definitions:
                    positive.add(left.name)
                else:
                    self.squares.append(add(left, neg(right)))
        self.positive = frozenset(positive)
        self.pins: dict[tuple[tuple[SpaceName, int], ...], list[Pin]] = {}
        """By the sizes of the index spaces: a pin is at the end of an array."""

    def _symmetry(self, left: Term, right: Term) -> bool:
        match left, right:
            case Sym(name, (i, j)), Sym(other, (k, l)) if name == other and (i, j) == (l, k):
                self.structure.symmetric[name] = 1
                return name not in self.structure.definitions
        return False

    def impose(self, machine: Machine) -> None:
        """Change values so that every equality holds; raises `Redraw` where they can't."""
        sizes = tuple(sorted(machine.sizes.items()))
        if sizes not in self.pins:
            self.pins[sizes] = self._choose(machine)
        self._solve(machine, self.pins[sizes])
        for term in self.squares:
            found = machine.table(free_indices(term), term)
            root(term, Tensor(tuple(i.name for i in free_indices(term)), found))

    def _choose(self, machine: Machine) -> list[Pin]:
        pins: list[Pin] = []
        for equality in sorted(self.equalities, key=lambda e: height(self.structure, e, machine.sizes)):
            self._solve(machine, pins)
            if self._residual(machine, equality).any():  # else it follows already
                pins = self._extend(machine, pins, equality)
        return pins

    def _extend(self, machine: Machine, pins: list[Pin], equality: Term) -> list[Pin]:
        for name, spec in self._candidates(machine, equality, pins):
            for degree in (1, 2):
                longer = [*pins, Pin(equality, name, spec, degree)]
                try:
                    self._solve(machine, longer, spare=1)
                except Unsupported:
                    continue
                if not any(self._residual(machine, pin.equality).any() for pin in longer):
                    return longer
        raise Unsupported("a hypothesis could not be solved for one of its variables")

    def _candidates(
        self, machine: Machine, equality: Term, pins: list[Pin]
    ) -> Iterator[tuple[Name, tuple[str | int, ...]]]:
        letters = {i.name for i in free_indices(equality)}
        for name, indices in _leaves(self.structure, equality):
            taken = sum(pin.name == name for pin in pins)
            spec = tuple(i.name if i.name in letters else machine.sizes[i.space] - 1 - taken for i in indices)
            if {s for s in spec if isinstance(s, str)} == letters and all(s in letters or s for s in spec):
                yield name, spec

    def _solve(self, machine: Machine, pins: list[Pin], spare: int = 0) -> None:
        """Solve the pins, the last for given values of the others' variables; each from values at
        degree + 1 points, and at `spare` more to see that the degree is right."""
        if not pins:
            return
        *inner, pin = pins
        samples = []
        for value in range(pin.degree + 1 + spare):
            self._put(machine, pin, np.array(value, np.int64))
            self._solve(machine, inner, spare)
            samples.append(self._residual(machine, pin.equality))
        self._put(machine, pin, _zero_of(samples, pin))
        self._solve(machine, inner, spare)

    def _put(self, machine: Machine, pin: Pin, value: Array) -> None:
        axes = tuple(i.name for i in free_indices(pin.equality))
        sizes = {i.name: machine.sizes[i.space] for i in free_indices(pin.equality)}
        where = tuple(
            spread(Tensor((s,), np.arange(sizes[s])), axes) if isinstance(s, str) else s for s in pin.spec
        )
        machine.array(pin.name)
        machine.values[pin.name] = machine.values[pin.name].copy()
        machine.values[pin.name][where] = value
        machine.computed.clear()

    @staticmethod
    def _residual(machine: Machine, equality: Term) -> Array:
        found: Array = machine.table(free_indices(equality), equality)
        return found


def _is_number(term: Term) -> bool:
    return not names(term) and not free_indices(term)


def _zero_of(samples: list[Array], pin: Pin) -> Array:
    """The zero of the polynomial of pin.degree with the given values at 0, 1, 2, …"""
    axes = tuple(i.name for i in free_indices(pin.equality))
    differences = samples
    for _ in range(pin.degree + 1):
        differences = [(b - a) % PRIME for a, b in itertools.pairwise(differences)]
    if any(d.any() for d in differences):
        raise Unsupported(f"a hypothesis is not of degree {pin.degree} in {pin.name}")
    c, slope = samples[0], (samples[1] - samples[0]) % PRIME
    if pin.degree == 1:
        if not slope.all():
            raise Unsupported(f"a hypothesis does not determine {pin.name}")
        return -c * raised(slope, PRIME - 2) % PRIME
    a = (samples[2] - 2 * samples[1] + samples[0]) % PRIME * ((PRIME + 1) // 2) % PRIME
    b = (slope - a) % PRIME
    if not a.all():
        raise Unsupported(f"a hypothesis is not quadratic in {pin.name}")
    discriminant = (b * b - 4 * a * c % PRIME) % PRIME
    zero: Array = (
        (root(pin.equality, Tensor(axes, discriminant)) - b) * raised(2 * a % PRIME, PRIME - 2) % PRIME
    )
    return zero


def _leaves(structure: Structure, term: Term) -> Iterator[tuple[Name, tuple[Index, ...]]]:
    """The free arrays that `term` mentions, last first, then those that it depends on."""
    direct = [t for t in walk(term) if isinstance(t, Sym)]
    for t in sorted(set(direct), key=lambda t: (t.name, str(t.indices)), reverse=True):
        if t.name not in structure.definitions and t.name not in structure.adjoints:
            yield t.name, t.indices
    for name in sorted(sources(structure, term) - {t.name for t in direct}):
        yield name, structure.fresh(structure.shapes[name])
