"""What the kernel accepts, held against exact values: a proof must hold, and its sides have values, at
every point that meets what it lists; a refutation must fail as it says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from typing import Any

from bnsym.kernel import NoModel, Proved, Rejected, Witness, prove, refute
from bnsym.normal import OutOfReach
from bnsym.proving.advice import Alike
from bnsym.terms import Diff, Hypothesis, Num, Relation, Statement, walk
from tests.attack import exact
from tests.attack.exact import Point, Undefined, Unsupported
from tests.attack.forging import (
    DEFINITIONS,
    SHAPES,
    Forgery,
    Hostile,
    around,
    forge,
    hypotheses,
    stated,
    term,
)

POINTS = 24
"""At so many points an acceptance is tried."""
NUMBERS = tuple(map(Fraction, "0 0 1 1 -1 2 -2 3 4 1/2 9/4 -3/2".split()))


class FalselyAccepted(Exception):
    """The kernel accepted what is false."""


@dataclass
class Tally:
    tried: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    checked: Counter[str] = field(default_factory=Counter)
    """Acceptances that were tried at one point or more."""


def attack(seed: int, count: int, tally: Tally | None = None) -> Tally:
    """So many attempts. Raises FalselyAccepted."""
    tally = tally or Tally()
    for number in range(count):
        rng = Random(f"{seed}:{number}")
        if rng.random() < 0.2:
            attack_by_witness(rng, tally)
        elif (forgery := forge(rng)) is not None:
            attack_by_certificate(forgery, rng, tally)
    return tally


def attack_by_certificate(forgery: Forgery, rng: Random, tally: Tally) -> None:
    tally.tried[forgery.kind] += 1
    found = accepted(forgery, rng)
    if found is None:
        return
    tally.accepted[forgery.kind] += 1
    met = 0
    for point in points(found.statement, rng, POINTS):
        if applies(found, point):
            met += 1
            check_proof(forgery, found, point)
    tally.checked[forgery.kind] += met > 0


def accepted(forgery: Forgery, rng: Random) -> Proved | None:
    """The kernel's verdict, with a model from a few points where one is wanted."""
    advice = Hostile(rng) if rng.random() < 0.3 else Alike()
    model = None
    for point in [None, *points(forgery.statement, rng, 12)]:
        try:
            if point is not None:
                if not meets(forgery.statement, point):
                    continue
                model = Witness(point.sizes, point.values)
            return prove(forgery.statement, forgery.certificate, model, advice)
        except NoModel:
            continue
        except (Rejected, OutOfReach, ZeroDivisionError):
            if model is None:
                return None
    return None


def meets(statement: Statement, point: Point) -> bool:
    """Whether the hypotheses hold and both sides have values."""
    try:
        claim = Hypothesis(statement.left, statement.relation, statement.right)
        exact.holds(claim, point, DEFINITIONS)
        return all(exact.holds(h, point, DEFINITIONS) for h in statement.hypotheses)
    except (Undefined, Unsupported):
        return False


def applies(found: Proved, point: Point) -> bool:
    """Whether the point meets all that the proof lists, and its scope."""
    least = dict(part.split(" >= ") for part in found.scope.split(", "))
    if any(point.sizes.get(space, 1) < int(n) for space, n in least.items()):
        return False
    try:
        return all(exact.holds(h, point, DEFINITIONS) for h in (*found.hypotheses, *found.side_conditions))
    except (Undefined, Unsupported):
        return False


def check_proof(forgery: Forgery, found: Proved, point: Point) -> None:
    written = forgery.written or forgery.statement
    claim = Hypothesis(written.left, written.relation, written.right)
    try:
        if exact.holds(claim, point, DEFINITIONS):
            return
        why = "it fails"
    except Unsupported:
        return
    except Undefined:
        # where a factor does not vary, its derivative is 0, whether it has a value or not
        if any(isinstance(t, Diff) for side in (claim.left, claim.right) for t in walk(side)):
            return
        why = "a side has no value"
    raise FalselyAccepted(f"{why} at {point}\n{forgery}\n{found.hypotheses} {found.side_conditions}")


def attack_by_witness(rng: Random, tally: Tally) -> None:
    letters = around(rng)
    left, right = term(rng, 2, letters), term(rng, 1, letters)
    statement = stated(left, rng.choice(list(Relation)), right, hypotheses(rng))
    for point in points(statement, rng, 1):
        tally.tried["witness"] += 1
        try:
            found = refute(statement, Witness(point.sizes, point.values))
        except (Rejected, OutOfReach, ZeroDivisionError, KeyError):
            return
        tally.accepted["witness"] += 1
        tally.checked["witness"] += 1
        at = {name: n - 1 for name, n in found.at_indices.items()}
        claim = Hypothesis(left, statement.relation, right)
        try:
            true = exact.compare(claim, at, point, DEFINITIONS)
            hypothetical = all(exact.holds(h, point, DEFINITIONS) for h in statement.hypotheses)
        except Undefined:
            true, hypothetical = True, False
        if true or not hypothetical:
            raise FalselyAccepted(f"refuted at {point}\n{statement}")


def points(statement: Statement, rng: Random, count: int) -> Iterator[Point]:
    """Concrete vectors, of small numbers and those that the statement names."""
    terms = (statement.left, statement.right, *(s for h in statement.hypotheses for s in (h.left, h.right)))
    named = [t.value for one in terms for t in walk(one) if isinstance(t, Num)]
    for _ in range(count):
        sizes = {
            "m": rng.choice((1, 2, 2, 3, 3, 4) if rng.random() < 0.8 else (1, 4, 5)),
            "n": rng.choice((1, 2)),
        }
        pool = rng.choice((NUMBERS, NUMBERS[:4], (*NUMBERS, *named, *named)))
        yield Point(
            sizes, {name: array(rng, [sizes[s] for s in shape], pool) for name, shape in SHAPES.items()}
        )


def array(rng: Random, shape: list[int], pool: tuple[Fraction, ...]) -> Any:
    if not shape:
        return rng.choice(pool)
    return tuple(array(rng, shape[1:], pool) for _ in range(shape[0]))
