"""Exact arithmetic mod a prime near 2^61: an equation at random points of a batch of any size.

Integers mod p have no order, so inequalities are not examined, and a root's sign has no meaning: of the two
that one is taken which is a square itself, which is as multiplicative as the positive root. Points are drawn
until every root exists. Equations that are assumed are met: each is solved for components of what is free.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import pairwise, repeat
from math import inf
from random import Random
from typing import NamedTuple

from bnsym.evidence.large.kinds import Point, Question
from bnsym.evidence.surveying import Unsupported, above_zero, answered, shapes, symbols
from bnsym.model import Evidence
from bnsym.terms import Index, Name, Relation, Statement, Term, free_indices
from bnsym.verifying.domains import Degrees, Field, NotSquare, NoValue, Number, P, Unjudged, Wrong
from bnsym.verifying.jets import Values, derivative
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


TRIES = 500
"""How many points are drawn until one has all roots."""
CONFIRM = (39, 40, 42, 44, 45, 46, 48, 50, 51, 52, 54, 55)
"""The batches at which a disagreement is confirmed where there are roots: of many sizes, whose prime factors
have roots, so that no number in the statement is a square, or not, in all of them."""
AGREEMENTS, ROOTS = 16, 4
"""How often a true identity is expected to hold while a disagreement is confirmed, and with how many roots at
most that is tried: each may have the other sign in half of the draws."""
WEAK = 1e-3
"""A probability of a wrong accept beyond which agreement says nothing."""


def examine(statement: Statement, size: int = 1000, seed: int = 0, deadline: float = inf) -> Evidence:
    """Whether an equation holds mod P for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`.
    """
    question = Question.of(statement, size, seed, deadline)
    route = f"mod {P} at {question.batch} = {size}"
    if statement.relation is not Relation.EQ:
        return Evidence(route, None, "an order has no meaning mod p")
    return answered(route, lambda: _examined(question))


def _examined(question: Question) -> tuple[bool | None, str]:
    equal, point = _compared(question, "first", inf)
    roots = len(point.domain.radicands)
    if not equal:
        return _confirmed(question) if roots else (False, "the sides differ at random values")
    bound = 2.0**roots * _degree(point) / P
    if bound > WEAK:
        return None, f"a false equation of this degree may survive a draw with probability {bound:.1g}"
    said = f"a random draw, which accepts a false equation with probability at most {bound:.0e}"
    said += ", but for the sign of a root, which has none mod p" if roots else ""
    return True, said if bound else "nothing in it is random: both sides are the same number mod p"


def _compared(question: Question, number: str, size: float) -> tuple[bool, Point]:
    """Whether the sides are equal at a point, after as many draws as it takes."""
    hypotheses = question.statement.hypotheses
    positive = above_zero(hypotheses, Relation.LT, Relation.GT) & question.free

    def drawn(name: Name, random: Random) -> int:
        root = random.randrange(1, P)
        return root * root % P if name in positive else root

    for attempt in range(TRIES):
        point = question.point(Field(), f"{number} {attempt}", drawn, size)
        try:
            impose(point, question)
            for hypothesis in hypotheses:
                if hypothesis.relation in (Relation.LT, Relation.GT):
                    for _, gap in point.everywhere(excess(hypothesis)):
                        point.domain.root(gap)
            point.domain.radicands.clear()
            return all(left == right for left, right in point.sides()), point
        except NotSquare:
            continue
        except NoValue as error:
            raise Unsupported("something is divided by what is zero") from error
        except (Unjudged, Wrong) as error:
            raise Unsupported(str(error)) from error
    raise Unsupported(f"no draw of {TRIES} has all the roots that are needed")


def _confirmed(question: Question) -> tuple[bool | None, str]:
    """The sides differ. Where roots are involved, that may be for a root's sign only, in some draws and not
    in others: a true identity holds in some draw, a false one in none (but at a size for which it happens
    to be true)."""
    outcomes: list[bool] = []
    roots = number = 0
    while number < AGREEMENTS * 2**roots and outcomes.count(True) < 2:
        number += 1
        with suppress(Unsupported):  # such as the root of a size
            equal, point = _compared(question, f"again {number}", CONFIRM[number % len(CONFIRM)])
            outcomes.append(equal)
            if (roots := max(roots, len(point.domain.radicands))) > ROOTS:
                return None, f"the sides differ, which the signs of {roots} roots may explain"
    different = outcomes.count(False)
    if outcomes.count(True) > 1 or different < number // 2:
        why = f"the sides differ, but not in all draws: {different} of {number}"
        return None, f"{why}; a root's sign may matter"
    return False, "the sides differ at random values"


def _degree(point: Point) -> int:
    """A bound on the degrees of what is compared, in all that is drawn."""
    blocks = {space: [Degrees().number(Fraction(0))] * len(kinds) for space, kinds in point.blocks.items()}
    values = Values(Degrees(), point.statement, blocks, lambda *_: (1, 0))
    gap = excess(point.statement)
    at, _ = next(values.assigned(free_indices(gap)))
    degree: int = values.number(gap, at)[0]
    return degree
