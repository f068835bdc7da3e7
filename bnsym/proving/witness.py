"""Witnesses: small exact values at which a statement fails, or hypotheses hold.

Values are drawn from small numbers and from vectors whose spread is rational, smallest
first; equations assumed are solved for one component that they contain linearly. What is
found is shrunk. Untrusted: the kernel evaluates the result again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import permutations, product
from math import prod

from bnsym.calculus import hessian_name
from bnsym.kernel import (
    Evaluator,
    Irrational,
    Refuted,
    Rejected,
    Value,
    Witness,
    assignments,
    compare,
    refute,
)
from bnsym.kernel.surds import Surd
from bnsym.proving.floats import Point, formulas_of
from bnsym.proving.rings import free_shapes, graph_of
from bnsym.terms import (
    Hypothesis,
    Name,
    Num,
    Relation,
    Size,
    SpaceName,
    Statement,
    Sym,
    walk,
)

SPARSE = 0.4
"""How often a matrix has rows of zeros, and how many of its rows have not: roots that are made of
few numbers are rational together more often."""
PATIENCE = 250
"""How many candidates are tried for rational sides before others will do."""
LARGEST_WITNESS = 3000
"""How many numbers a candidate may have: an array has as many as its sizes multiplied."""
LARGEST_FIXED = 130

BATCHES = (2, 4, 2, 4, 2, 4, 5, 2, 4, 3, 6, 2, 7, 8, 1)
"""Sizes in the order tried; with m = 1 or 3 no batch has a rational spread."""
OTHERS = (2, 1, 3, 2)
SCALARS = tuple(Fraction(n, d) for d in (1, 2, 4) for n in (1, 2, -1, 0, 3, -2, 5, -3) if d == 1 or n % 2)
POSITIVES = tuple(map(Fraction, ("1", "2", "3", "1/2", "5/4")))
SCALES = tuple(map(Fraction, ("1", "1", "1", "1/2", "2", "1/3")))
"""What vectors are multiplied by: orders of unequal degree fail only on one side of 1."""
SPREADS: dict[int, tuple[tuple[int, ...], ...]] = {
    2: ((0, 2), (1, -1), (3, 4), (1, 0), (0, 3), (2, 0)),
    3: ((1, 2, 2), (2, 3, 6), (0, 0, 1)),
    4: ((0, 0, 2, 2), (0, 2, 0, 2), (1, -1, 1, -1), (1, -1, -1, 1), (0, 0, 1, 0), (1, 1, 1, 1), (2, 0, 0, 2)),
    5: ((3, -3, 1, -1, 0), (0, 0, 1, 0, 0)),
    6: ((0, 2, 0, 2, 0, 2), (1, -1, 1, -1, 1, -1)),
    7: ((3, -3, 2, -2, 1, -1, 0),),
    8: ((0, 0, 0, 0, 2, 2, 2, 2),),
}
"""Vectors whose spread or norm is rational, by length; those of four are sums of few rows of
a Hadamard matrix, so that what is left of one after projecting others out has one too."""


def find_refutation(
    statement: Statement, deadline: float, seed: int = 0, limit: int = 4000, rational: bool = False
) -> Refuted | None:
    """A refutation of the statement, shrunk, or None when time or candidates run out. Where both
    sides are rational if such values are found soon; else, unless these alone are wanted, where
    one is the root of a rational."""
    kept: Witness | None = None
    for number, witness in enumerate(draws(statement, deadline, seed, limit)):
        with suppress(Rejected, ZeroDivisionError):
            if failure(statement, witness):
                return _shrunk(statement, witness, deadline)
            if kept is None and not rational:
                refute(statement, witness)  # else it is none
                kept = witness
        if kept is not None and number > PATIENCE:
            break
    return None if kept is None else _shrunk(statement, kept, deadline)


def _shrunk(statement: Statement, witness: Witness, deadline: float) -> Refuted:
    """The refutation by smaller values, if it is one there."""
    with suppress(Rejected, ZeroDivisionError):
        return refute(statement, shrink(statement, witness, deadline))
    return refute(statement, witness)


def failure(statement: Statement, witness: Witness) -> bool:
    """Whether both sides are rational where the statement fails. Raises Rejected if it does not. What a delta
    leaves out is not valued: where that has no value, the kernel finds none, and no refutation."""
    point = Point(formulas_of(statement, exact=True), random.Random(0), given=witness)
    for h in statement.hypotheses:
        if not all(compare(a, h.relation, b) for a, b in point.everywhere(h.left, h.right)):
            raise Rejected("the witness does not meet the hypotheses")
    for left, right in point.everywhere(statement.left, statement.right):
        if not compare(left, statement.relation, right):
            return not isinstance(left, Surd) and not isinstance(right, Surd)
    raise Rejected("the statement holds at the witness")


def _meets(statement: Statement, witness: Witness, hypotheses: tuple[Hypothesis, ...]) -> bool:
    return Evaluator(statement, witness, graph_of(statement)).meets(hypotheses)


def find_model(statement: Statement, deadline: float) -> Witness | None:
    """Values that meet every hypothesis, or None when the time is up."""
    for witness in draws(statement, deadline, 0):
        try:
            if _meets(statement, witness, statement.hypotheses):
                return witness
        except (Rejected, ZeroDivisionError):
            continue
    return None


def draws(statement: Statement, deadline: float, seed: int, limit: int = 4000) -> Iterator[Witness]:
    """Candidates, small ones first; equations assumed are solved where one is linear in a
    component. The sequence depends on the statement and the seed alone."""
    shapes, spaces = free_shapes(statement)
    fixed = _fixed(statement)
    own = _own_numbers(statement)
    rng = random.Random(seed)
    for attempt in range(limit):
        if time.monotonic() > deadline:
            return
        sizes = _sizes(spaces, attempt) | fixed
        if sum(prod(map(sizes.__getitem__, shape)) for shape in shapes.values()) > LARGEST_WITNESS:
            continue
        values = {name: _array(shape, sizes, attempt, rng, own) for name, shape in shapes.items()}
        _make_symmetric(statement, values)
        witness = _make_bounded(statement, Witness(sizes, values), rng, own)
        solved = _solve(statement, witness, rng)
        if solved is not None:
            yield solved


def _own_numbers(statement: Statement) -> tuple[Fraction, ...]:
    """Unusual ratios of the numbers of the two sides: what is strict may fail just there."""
    sides = (statement.left, statement.right)
    found = {abs(term.value) for side in sides for term in walk(side) if isinstance(term, Num)} | {
        Fraction(1)
    }
    ratios = {sign * p / q for p, q in product(sorted(found)[:6], repeat=2) if q for sign in (1, -1)}
    return tuple(sorted(ratios.difference(SCALARS)))


def _fixed(statement: Statement) -> dict[SpaceName, int]:
    """The sizes that hypotheses fix, if they are not too large for sums within sums."""
    equations = ((h.left, h.right) for h in statement.hypotheses if h.relation is Relation.EQ)
    sides = (pair for equation in equations for pair in permutations(equation))
    return {
        size.space: int(number.value)
        for size, number in sides
        if isinstance(size, Size) and isinstance(number, Num) and number.value in range(1, LARGEST_FIXED)
    }


def _sizes(spaces: list[SpaceName], attempt: int) -> dict[SpaceName, int]:
    batch = BATCHES[attempt % len(BATCHES)]
    rest = {s: OTHERS[(attempt + k) % len(OTHERS)] for k, s in enumerate(spaces[1:])}
    return {s: rest.get(s, batch) for s in spaces}


def _array(
    shape: tuple[SpaceName, ...],
    sizes: dict[SpaceName, int],
    attempt: int,
    rng: random.Random,
    own: tuple[Fraction, ...] = (),
) -> Value:
    if not shape:
        return rng.choice((*SCALARS[: 5 + attempt // 8], *own))
    size = sizes[shape[0]]
    if len(shape) > 1:
        rows = [_array(shape[1:], sizes, attempt, rng) for _ in range(size)]
        if rng.random() < SPARSE:
            rows = [row if rng.random() < SPARSE else _times_zero(row) for row in rows]
        return tuple(rows)
    scale = rng.choice(SCALES) if attempt > 5 else SCALES[0]
    if size in SPREADS and rng.random() < 0.6:
        pattern = list(rng.choice(SPREADS[size]))
        if rng.random() < 0.3:
            rng.shuffle(pattern)
        shift = rng.choice((0, 0, 0, 1, -1))
        return tuple((n + shift) * scale for n in pattern)
    reach = 1 + attempt // 40 % 4
    return tuple(rng.randint(-reach, reach) * scale for _ in range(size))


def _times_zero(value: Value) -> Value:
    return tuple(map(_times_zero, value)) if isinstance(value, tuple) else Fraction(0)


def _make_symmetric(statement: Statement, values: dict[Name, Value]) -> None:
    """A Hessian of one output is symmetric (for vector outputs; others are left alone)."""
    for loss, y in product(statement.losses, statement.outputs):
        entry = values.get(hessian_name(loss, y, y))
        if isinstance(entry, tuple) and entry and isinstance(entry[0], tuple):
            rows = [row for row in entry if isinstance(row, tuple)]
            if all(isinstance(cell, Fraction) for row in rows for cell in row):
                values[hessian_name(loss, y, y)] = tuple(
                    tuple(rows[max(a, b)][min(a, b)] for b in range(len(rows))) for a in range(len(rows))
                )


def _make_bounded(
    statement: Statement, witness: Witness, rng: random.Random, own: tuple[Fraction, ...] = ()
) -> Witness:
    """Names of which a bound is assumed are drawn on its side, or at a lower one that allows it."""
    values = dict(witness.values)
    positives = (*POSITIVES, *(n for n in own if n > 0))
    for h in statement.hypotheses:
        match h:
            case Hypothesis(Sym(name, ()), Relation.GT, Num(bound)) if name in values:
                values[name] = bound + rng.choice(positives)
            case Hypothesis(Sym(name), Relation.GT, Num(bound)) if name in values:
                values[name] = _above(values[name], bound)
            case Hypothesis(Sym(name, ()), Relation.GE, Num(bound)) if name in values:
                values[name] = bound + rng.choice((*positives, Fraction(0)))
            case Hypothesis(Sym(name, ()), Relation.LT | Relation.LE, Num(bound)) if name in values:
                values[name] = bound - rng.choice(positives)
            case Hypothesis(Sym(name, ()), Relation.GT | Relation.GE, _) if name in values:
                values[name] = rng.choice(positives)
    return Witness(witness.sizes, values)


def _above(value: Value, bound: Fraction) -> Value:
    """With each number that is not above the bound as far on its other side, or 1 beyond."""
    if isinstance(value, tuple):
        return tuple(_above(part, bound) for part in value)
    return value if value > bound else 2 * bound - value if value < bound else bound + 1


def _solve(statement: Statement, witness: Witness, rng: random.Random) -> Witness | None:
    """The witness changed in one component for each equation assumed that it misses."""
    for hypothesis in statement.hypotheses:
        if hypothesis.relation is not Relation.EQ:
            continue
        try:
            witness = _assigned(statement, hypothesis, witness)
            if _meets(statement, witness, (hypothesis,)):
                continue
        except (Rejected, ZeroDivisionError):
            return None
        found = _solve_one(statement, hypothesis, witness, rng)
        if found is None:
            return None
        witness = found
    return witness


def _assigned(statement: Statement, hypothesis: Hypothesis, witness: Witness) -> Witness:
    """The witness with each component set, in turn, to what an equation `v_i = …` says of it."""
    for symbol, value in ((hypothesis.left, hypothesis.right), (hypothesis.right, hypothesis.left)):
        if not isinstance(symbol, Sym) or not symbol.indices or symbol.name not in witness.values:
            continue
        for at in assignments(symbol, value, witness=witness):
            path = tuple(at[i.name] for i in symbol.indices)
            new = Evaluator(statement, witness, graph_of(statement)).value(value, at)
            if not isinstance(new, Fraction):
                raise Irrational("an array has rational components")
            witness = put(statement, witness, symbol.name, path, new)
        break
    return witness


def _solve_one(
    statement: Statement, hypothesis: Hypothesis, witness: Witness, rng: random.Random
) -> Witness | None:
    free = [p for p in places(witness) if _mentions(statement, hypothesis, p[0])]
    free.sort(key=lambda p: (len(p[1]), rng.random()))
    for name, path in free[:6]:
        try:
            found = _solve_for(statement, hypothesis, witness, name, path)
        except (Rejected, ZeroDivisionError):
            continue
        if found is not None:
            return found
    return None


def _solve_for(
    statement: Statement, hypothesis: Hypothesis, witness: Witness, name: Name, path: tuple[int, ...]
) -> Witness | None:
    """Solve the equation for one component, if three points lie on a line."""

    def gap(value: Fraction) -> Fraction:
        evaluator = Evaluator(statement, put(statement, witness, name, path, value), graph_of(statement))
        at = next(iter(assignments(hypothesis.left, hypothesis.right, witness=witness)))
        difference = evaluator.value(hypothesis.left, at) + Fraction(-1) * evaluator.value(
            hypothesis.right, at
        )
        if not isinstance(difference, Fraction):
            raise Irrational("an equation with a root in it")
        return difference

    g0, g1, g2 = gap(Fraction(0)), gap(Fraction(1)), gap(Fraction(2))
    if g2 - g1 != g1 - g0 or g1 == g0:
        return None
    solved = put(statement, witness, name, path, -g0 / (g1 - g0))
    return solved if _meets(statement, solved, (hypothesis,)) else None


def _mentions(statement: Statement, hypothesis: Hypothesis, name: Name) -> bool:
    sides = replace(statement, left=hypothesis.left, right=hypothesis.right, hypotheses=())
    return name in free_shapes(sides)[0]


def shrink(statement: Statement, witness: Witness, deadline: float) -> Witness:
    """Replace components by 0 or ±1 while it still refutes, with rational sides if it has them;
    drop what is never looked up."""
    rational = failure(statement, witness)
    for name, path in places(witness):
        for smaller in (Fraction(0), Fraction(1), Fraction(-1)):
            if time.monotonic() > deadline:
                return looked_up(statement, witness)
            if abs(component(witness, name, path)) <= abs(smaller):
                break
            candidate = put(statement, witness, name, path, smaller)
            try:
                if failure(statement, candidate) < rational:
                    continue
            except (Rejected, ZeroDivisionError):
                continue
            witness = candidate
            break
    return looked_up(statement, witness)


def looked_up(statement: Statement, witness: Witness) -> Witness:
    """The witness without the values that its evaluation never needs."""
    for name in witness.values:
        fewer = Witness(witness.sizes, {k: v for k, v in witness.values.items() if k != name})
        with suppress(Rejected, KeyError):
            Evaluator(statement, fewer, graph_of(statement)).failure(statement)
            witness = fewer
    return witness


# -- the numbers in a witness, each by the name and the place at which it stands ------


def places(witness: Witness) -> list[tuple[Name, tuple[int, ...]]]:
    """Every number in the witness, as (name, place)."""
    return [(name, path) for name, value in witness.values.items() for path in _paths(value)]


def _paths(value: Value, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    """The place of each number in a value."""
    if not isinstance(value, tuple):
        yield path
        return
    for n, part in enumerate(value):
        yield from _paths(part, (*path, n))


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
        half = len(path) // 2
        changed = change(changed, path[half:] + path[:half])
    return Witness(witness.sizes, {**witness.values, name: changed})
