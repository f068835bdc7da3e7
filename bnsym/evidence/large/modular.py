"""Exact arithmetic mod a prime near 2^61: an equation at random points of a batch of any size.

Integers mod p have no order, so inequalities are not examined, and a root's sign has no meaning: of the two
that one is taken which is a square itself, which is as multiplicative as the positive root. Points are drawn
until every root exists.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction
from math import inf
from random import Random

from bnsym.evidence.large.imposing import impose
from bnsym.evidence.large.kinds import Point, Question
from bnsym.evidence.surveying import Unsupported, above_zero, answered
from bnsym.model import Evidence
from bnsym.terms import Name, Relation, Statement, free_indices
from bnsym.verifying.domains import Degrees, Field, NotSquare, NoValue, P, Unjudged, Wrong
from bnsym.verifying.jets import Values
from bnsym.verifying.proofs import excess

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
