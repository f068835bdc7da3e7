"""Values at which the roots of a statement are rational: one component at a time is moved to a
rational point of the conic `radicand = square`. And the numbers in a witness, each by the name and the
place at which it stands.

Untrusted: what comes out is a candidate like any other.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction

from bnsym.kernel import Evaluator, Rejected, Surd, Value, Witness, components, turned
from bnsym.kernel.surds import root
from bnsym.proving.rings import graph_of
from bnsym.terms import Diff, Name, Pow, Statement, Sym, Term, free_indices, walk

SLOPES = tuple(Fraction(n, d) for n in (1, 2, 3, -1, -2, 4) for d in (1, 2, 3) if d == 1 or n % d)
PLACES = 5
"""How many components are tried for one root."""


def rationalised(
    statement: Statement, witness: Witness, radicands: tuple[Term, ...], rng: random.Random
) -> Witness | None:
    """The witness changed so that each radicand, one after the other, has a rational root; None
    if that fails for one of them."""
    for radicand in radicands:
        try:
            if not isinstance(root(_value(statement, witness, radicand)), Surd):
                continue
        except KeyError:  # of a definition that the statement does not come to
            continue
        moved = next(_moved(statement, witness, radicand, rng), None)
        if moved is None:
            return None
        witness = moved
    return witness


def radicands(statement: Statement) -> tuple[Term, ...]:
    """What square roots are taken of, those without free indices, the innermost first."""
    graph = graph_of(statement)
    found: dict[Term, None] = {}
    seen: set[Name] = set()
    todo: list[Term] = [statement.left, statement.right]
    while todo:
        for term in walk(todo.pop(0)):
            if isinstance(term, Pow) and term.exponent.denominator == 2 and not free_indices(term.base):
                found.setdefault(term.base)
            names = graph.outputs if isinstance(term, Diff) else (term.name,) if isinstance(term, Sym) else ()
            for name in (n for n in names if n in graph.by_name and n not in seen):
                seen.add(name)
                todo.append(graph.by_name[name].body)
    return tuple(reversed(found))


def _moved(statement: Statement, witness: Witness, radicand: Term, rng: random.Random) -> Iterator[Witness]:
    """The witness with one component moved so that the radicand is a square."""
    order = sorted(places(witness), key=lambda place: (len(place[1]), rng.random()))
    for name, path in order[:PLACES]:
        for t in _points(statement, witness, radicand, name, path, rng):
            yield put(statement, witness, name, path, t)


def _points(
    statement: Statement,
    witness: Witness,
    radicand: Term,
    name: Name,
    path: tuple[int, ...],
    rng: random.Random,
) -> Iterator[Fraction]:
    """Values of the component at which a t² + b t + c is a square, where the radicand is that."""

    def at(t: int) -> Fraction:
        return _value(statement, put(statement, witness, name, path, Fraction(t)), radicand)

    c, one, minus = at(0), at(1), at(-1)
    a, b = (one + minus) / 2 - c, (one - minus) / 2
    if (not a and not b) or at(2) != 4 * a + 2 * b + c:
        return
    alpha, kappa = root(a), root(c)
    for s in rng.sample(SLOPES, 3):
        if not a:
            yield (s * s - c) / b
        elif a > 0 and isinstance(alpha, Fraction) and 2 * alpha * s != b:
            yield (c - s * s) / (2 * alpha * s - b)
        elif c > 0 and isinstance(kappa, Fraction) and a != s * s:
            yield (2 * kappa * s - b) / (a - s * s)


def _value(statement: Statement, witness: Witness, term: Term) -> Fraction:
    value = Evaluator(statement, witness, graph_of(statement)).value(term, {})
    if not isinstance(value, Fraction):
        raise Rejected("a root inside a root")
    return value


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
