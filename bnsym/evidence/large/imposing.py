"""Equations that are assumed, met mod a prime: each is solved for components of what is free."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise, repeat
from typing import NamedTuple

from bnsym.evidence.large.kinds import Point, Question
from bnsym.evidence.surveying import Unsupported, shapes, symbols
from bnsym.terms import Index, Name, Term, free_indices
from bnsym.verifying.domains import Field, Number, P
from bnsym.verifying.jets import derivative
from bnsym.verifying.proofs import excess


class Pin(NamedTuple):
    """An equation solved for components of a free array: of each index a letter of the equation, whose every
    value is meant, or the one kind that depends on the others."""

    equation: Term
    name: Name
    spec: tuple[str | int, ...]
    degree: int


def impose(point: Point, question: Question) -> None:
    """Change components so that every equation holds. Raises Unsupported where none is found to change."""
    pins: list[Pin] = []
    for equation in map(excess, question.equations):
        if _is_missed(point, equation):
            pins = _extended(point, question, pins, equation)


def _is_missed(point: Point, equation: Term) -> bool:
    return any(gap for _, gap in point.everywhere(equation))


def _extended(point: Point, question: Question, pins: list[Pin], equation: Term) -> list[Pin]:
    for name, spec in _candidates(point, question, pins, equation):
        for degree in (1, 2):
            longer = [*pins, Pin(equation, name, spec, degree)]
            try:
                _solve(point, longer, spare=1)
            except Unsupported:
                continue
            if not any(_is_missed(point, pin.equation) for pin in longer):
                return longer
    raise Unsupported("a hypothesis could not be solved for one of its variables")


def _candidates(
    point: Point, question: Question, pins: list[Pin], equation: Term
) -> Iterator[tuple[Name, tuple[str | int, ...]]]:
    letters = {i.name for i in free_indices(equation)}
    for name, indices in _leaves(question, equation):
        taken = sum(pin.name == name for pin in pins)
        last = {i: max(len(point.blocks[i.space]) - 1 - taken, -1) for i in indices}
        spec = tuple(i.name if i.name in letters else last[i] for i in indices)
        if letters == {s for s in spec if isinstance(s, str)} and -1 not in spec:
            yield name, spec


def _leaves(question: Question, equation: Term) -> Iterator[tuple[Name, tuple[Index, ...]]]:
    """The free arrays that an equation mentions, last first, then all others."""
    statement, known = question.statement, shapes(question.statement)
    known |= {derivative(f, y): known[y] for f in statement.losses for y in statement.outputs if y in known}
    own = {t.name: t.indices for t in symbols(equation) if t.name in question.free}
    yield from sorted(own.items(), reverse=True, key=lambda one: one[0])
    for name in sorted(known.keys() - own.keys() - {d.symbol.name for d in statement.definitions}):
        yield name, tuple(Index(f"{k}", space) for k, space in enumerate(known[name]))


def _solve(point: Point, pins: Sequence[Pin], spare: int = 0) -> None:
    """Solve the pins, the last for given values of the others' variables; each from values at degree + 1
    points, and at `spare` more to see that the degree is right."""
    if not pins:
        return
    *inner, pin = pins
    samples = []
    for value in range(pin.degree + 1 + spare):
        _put(point, pin, repeat(value))
        _solve(point, inner, spare)
        samples.append([gap for _, gap in point.everywhere(pin.equation)])
    _put(point, pin, [_zero(pin, column) for column in zip(*samples, strict=True)])
    _solve(point, inner, spare)


def _put(point: Point, pin: Pin, numbers: Iterable[Number]) -> None:
    places = (at for at, _ in point.values.assigned(free_indices(pin.equation)))
    for at, number in zip(places, numbers, strict=False):
        kinds = tuple(at[s][1] if isinstance(s, str) else s for s in pin.spec)
        point.table[point.key(pin.name, kinds)] = number


def _zero(pin: Pin, sampled: Sequence[int]) -> int:
    """The zero of the polynomial of a degree, mod P, with the given values at 0, 1, 2, …"""
    differences = sampled
    for _ in range(pin.degree + 1):
        differences = [(b - a) % P for a, b in pairwise(differences)]
    a = (sampled[2] - 2 * sampled[1] + sampled[0]) * pow(2, -1, P) % P if pin.degree == 2 else 0
    b, c = (sampled[1] - sampled[0] - a) % P, sampled[0]
    if any(differences) or not (a if pin.degree == 2 else b):
        raise Unsupported(f"a hypothesis is not of degree {pin.degree} in {pin.name}")
    if pin.degree == 1:
        return -c * pow(b, -1, P) % P
    root: int = Field().root((b * b - 4 * a * c) % P)
    return (root - b) * pow(2 * a, -1, P) % P
