"""Floats with error bounds at a large batch, and residues: what is true agrees, what is nearly true does not,
at any size."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bnsym.elaborate import read
from bnsym.evidence.large import floating, modular
from bnsym.evidence.large.balls import BALLS, Ball, Cancellation
from bnsym.evidence.large.kinds import Question
from bnsym.model import Evidence
from bnsym.terms import (
    Definition,
    Diff,
    Hypothesis,
    Relation,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    mul,
    neg,
    num,
    power,
)
from bnsym.verifying.domains import P as PRIME
from tests import batchnorm as bn
from tests.batchnorm import g, i, input_gradient, j, m, over, sigma, x, xhat
from tests.test_explicit import IDENTITIES, NEAR_MISSES

ROUTES = (floating.examine, modular.examine)
NOTES = sorted((Path(__file__).parent / "accept").glob("*.md"))
GRADIENT = Diff(bn.f, x(i), True)
INNER = Sum(j, mul(xhat(j), g(j)))


FACTOR = over(bn.gamma, mul(m, sigma))


def slip(*terms: Term, factor: Term = FACTOR) -> Statement:
    return bn.equation(GRADIENT, mul(factor, add(*terms)))


TERMS = (mul(m, g(i)), neg(Sum(j, g(j))), neg(mul(xhat(i), INNER)))
SLIPS = {
    "the sign of the x̂ term": slip(TERMS[0], TERMS[1], neg(TERMS[2])),
    "the sign of the sum": slip(TERMS[0], neg(TERMS[1]), TERMS[2]),
    "no x̂ term": slip(TERMS[0], TERMS[1]),
    "no sum": slip(TERMS[0], TERMS[2]),
    "Σ lost in the sum": slip(TERMS[0], neg(g(i)), TERMS[2]),
    "Σ lost in the x̂ term": slip(TERMS[0], TERMS[1], neg(mul(power(xhat(i), 2), g(i)))),
    "hat lost": slip(TERMS[0], TERMS[1], neg(mul(x(i), INNER))),
    "σ² for σ": slip(*TERMS, factor=over(bn.gamma, mul(m, bn.variance))),
    "no γ": slip(*TERMS, factor=over(num(1), mul(m, sigma))),
    "a factor 2 on the x̂ term": slip(TERMS[0], TERMS[1], mul(num(2), TERMS[2])),
}
"""Of γ/(mσ) (m g_i − Σ g_j − x̂_i Σ x̂_j g_j)."""


def gap(statement: Statement, size: int) -> tuple[float, float]:
    """How far the sides are apart, and how much of it rounding explains, relative to their size."""
    pairs = floating.both_sides(Question.of(statement, size, 0, math.inf))
    left, right = max(pairs, key=lambda pair: floating.apart(statement.relation, *pair))
    scale = max(abs(left.value), abs(right.value))
    return abs(left.value - right.value) / scale, (left.radius + right.radius) / scale


@cache
def at_500(route, statement: Statement) -> Evidence:
    return route(statement, 500)


@pytest.mark.parametrize("name", IDENTITIES)
@pytest.mark.parametrize("route", ROUTES)
def test_what_is_true_is_never_contradicted(name: str, route) -> None:
    evidence = at_500(route, IDENTITIES[name])
    assert evidence.agrees is not False, evidence


@pytest.mark.parametrize("name", NEAR_MISSES)
@pytest.mark.parametrize("route", ROUTES)
def test_near_misses_are_never_confirmed(name: str, route) -> None:
    evidence = at_500(route, NEAR_MISSES[name])
    assert evidence.agrees is not True, evidence


@pytest.mark.parametrize("route", ROUTES)
def test_most_is_decided(route) -> None:
    found = [at_500(route, statement).agrees for statement in (*IDENTITIES.values(), *NEAR_MISSES.values())]
    assert sum(agrees is not None for agrees in found) > 0.75 * len(found)


@pytest.mark.parametrize("note", NOTES, ids=lambda p: p.stem)
def test_no_route_contradicts_a_note_that_is_right(note: Path) -> None:
    for link in read(note.read_text(encoding="utf-8"), note.name).links:
        if link.statement is not None and link.declaration is None:
            for route in ROUTES:
                evidence = route(link.statement, 300)
                assert evidence.agrees is not False, (link.id, evidence)


@pytest.mark.parametrize(
    "root", [sigma, power(add(bn.variance, bn.epsilon), Fraction(1, 2))], ids=["plain", "epsilon"]
)
@pytest.mark.parametrize("route", ROUTES)
def test_the_gradient_and_its_flipped_sign(root: Term, route) -> None:
    positive = (Hypothesis(bn.epsilon, Relation.GT, num(0)),)
    given = bn.definitions(root)
    for sign, agrees in ((-1, True), (1, False)):
        claim = bn.equation(GRADIENT, input_gradient(root, sign), positive, given=given)
        evidence = route(claim, 20_000)
        assert evidence.agrees is agrees, evidence
        assert "20000" in evidence.route


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_seen_however_large_the_batch(name: str) -> None:
    """The relative gap does not shrink with m, and the error grows no faster than its logarithm, so that
    what is seen here is seen at 10⁸; `.ci/slips_at_size.py` runs it there."""
    few, many = gap(SLIPS[name], 10_000), gap(SLIPS[name], 640_000)
    assert few[0] > 1e-3
    assert many[0] > few[0] / 2
    assert many[1] < 1e-11
    assert many[1] < 2 * few[1] + 1e-12


@pytest.mark.parametrize("name", SLIPS)
def test_a_slip_is_seen_mod_p(name: str) -> None:
    assert modular.examine(SLIPS[name], 30_000).agrees is False


def test_upstream_gradients_drawn_apart_from_x_would_hide_a_sign() -> None:
    """The trap that loaded draws avoid: the x̂ term shrinks as 1/m when nothing loads it."""
    moved = []
    for size in (100, 10_000):
        rng = np.random.default_rng(1)
        tries = []
        for _ in range(50):
            a, b, c = rng.standard_normal((3, size))
            hat = (a - a.mean()) / a.std()
            term = (hat @ b) * (hat @ c) / size
            tries.append(abs(2 * term / (b @ b)))
        moved.append(np.median(tries))
    assert moved[1] < moved[0] / 30
    assert gap(SLIPS["the sign of the x̂ term"], 10_000)[0] > 100 * moved[1]


def test_an_order_and_its_reverse() -> None:
    bessel = power(Sum(j, g(j)), 2), mul(m, Sum(j, power(g(j), 2)))
    assert floating.examine(bn.equation(*bessel, relation=Relation.LE), 5000).agrees is True
    assert floating.examine(bn.equation(*bessel, relation=Relation.GE), 5000).agrees is False
    assert modular.examine(bn.equation(*bessel, relation=Relation.LE), 5000).agrees is None


def test_hypotheses_are_met_or_nothing_is_said() -> None:
    small = Hypothesis(power(bn.gamma, 2), Relation.LE, bn.variance)
    norm = Sum(i, power(GRADIENT, 2)), Sum(i, power(g(i), 2))
    assert floating.examine(bn.equation(*norm, (small,), relation=Relation.LE), 2000).agrees is True
    never = Hypothesis(power(bn.gamma, 2), Relation.LT, num(0))
    assert floating.examine(bn.equation(*norm, (never,), relation=Relation.LE), 2000).agrees is None


def test_a_batch_of_one_has_no_spread() -> None:
    claim = bn.equation(GRADIENT, input_gradient())
    floats, residues = (route(claim, 1) for route in ROUTES)
    assert [floats.agrees, residues.agrees] == [None, None]
    assert "is zero, or lost to cancellation" in floats.detail


def test_overflow_and_cancellation_are_reported_as_such() -> None:
    huge = mul(num(10**200), Sym("a"))
    squared = bn.equation(power(Sum(i, mul(huge, x(i))), 2), Sym("b"))
    assert "overflow" in floating.examine(squared, 100).detail
    shifted = Definition(bn.y(i), add(x(i), num(10**14)))
    spread = Sum(i, power(add(bn.y(i), neg(over(Sum(j, bn.y(j)), m))), 2))
    mean_square = add(Sum(i, power(bn.y(i), 2)), neg(over(power(Sum(i, bn.y(i)), 2), m)))
    evidence = floating.examine(bn.equation(spread, mean_square, given=(shifted,)), 1000)
    assert evidence.agrees is None
    assert "cancellation" in evidence.detail
    assert modular.examine(bn.equation(spread, mean_square, given=(shifted,)), 1000).agrees is True


def test_a_batch_may_be_longer_than_any_memory() -> None:
    for route in ROUTES:
        for sign, agrees in ((-1, True), (1, False)):
            claim = bn.equation(GRADIENT, input_gradient(sigma, sign))
            assert route(claim, 10**12).agrees is agrees


def test_a_deadline_is_kept() -> None:
    for route in ROUTES:
        evidence = route(bn.equation(GRADIENT, input_gradient()), 1000, deadline=time.monotonic() - 1)
        assert (evidence.agrees, evidence.detail) == (None, "out of time")


def test_the_bound_on_a_wrong_accept_follows_the_degree() -> None:
    """x̂ has degree 2 over a root, so no bound may be below 4·2/p; degrees add up in products."""

    def bound(statement: Statement) -> float:
        return float(modular.examine(statement, 100).detail.split("at most ")[1].split(",")[0])

    first = bound(bn.equation(Sum(i, xhat(i)), num(0)))
    second = bound(bn.equation(Sum(i, power(xhat(i), 2)), m))
    assert 8 / PRIME < first < second


def test_radii_hold_against_exact_rationals() -> None:
    """Every ball contains the exact result, worked out in fractions."""
    rng = np.random.default_rng(3)
    for _ in range(200):
        a, b = rng.standard_normal((2, 60)) * 10.0 ** rng.integers(-3, 4, (2, 60))
        ball = BALLS["reduce"](BALLS["mul"](BALLS["add"](Ball(a, 0.0), Ball(-b, 0.0)), Ball(a, 0.0)), 0)
        exact = sum((Fraction(p) - Fraction(q)) * Fraction(p) for p, q in zip(a, b, strict=True))
        assert abs(Fraction(float(ball.value[0])) - exact) <= Fraction(float(ball.radius[0]))
        assert ball.radius[0] < 1e-12 * float(np.sum(np.abs((a - b) * a)))


def test_a_divisor_that_is_lost_is_no_divisor() -> None:
    with pytest.raises(Cancellation, match="lost to cancellation"):
        BALLS["power"](Ball(np.asarray(1e-9), 1e-8), -1, 1)
    with pytest.raises(Cancellation, match="negative"):
        BALLS["power"](Ball(np.asarray([4.0, -1.0]), 0.0), 1, 2)


def test_two_features_at_once() -> None:
    """An output that depends on a matrix of weights is contracted over both of its spaces."""
    claim = IDENTITIES["features"]
    assert floating.examine(claim, 4000).agrees is True
    assert modular.examine(claim, 4000).agrees is True
    wrong = replace(claim, right=mul(num(2), claim.right))
    assert floating.examine(wrong, 4000).agrees is False
    assert modular.examine(wrong, 4000).agrees is False


@pytest.mark.parametrize("route", ROUTES)
def test_a_sum_of_what_does_not_vary_counts_its_examples(route) -> None:
    """Σ_i (1 − 1/m) and, where what varies cancels, Σ_i (x_i − x_i + 1)."""
    centred = Sum(i, add(num(1), neg(power(m, -1))))
    assert route(bn.equation(centred, add(m, num(-1))), 70).agrees is True
    cancelled = Sum(i, add(x(i), neg(x(i)), num(1)))
    assert route(bn.equation(cancelled, m), 70).agrees is True
    assert route(bn.equation(cancelled, num(1)), 70).agrees is False


def test_the_batch_is_what_the_sides_run_over() -> None:
    """A note with sections on other index spaces: each link is tried with many values of its own index."""
    text = (Path(__file__).parent / "accept" / "layer-norm.md").read_text(encoding="utf-8")
    links = {link.id: link.statement for link in read(text, "layer-norm.md").links}
    assert "at H = 640" in floating.examine(links["gradients.4"], 640).route
    assert "at N = 640" in modular.examine(links["batch-gradients.2"], 640).route


def test_a_value_that_is_given_is_put_in_and_any_other_equation_says_nothing() -> None:
    """ε = 0 makes x̂ of length √m; and ⟨e, x⟩ = 0 is met by no draw."""
    root = power(add(bn.variance, bn.epsilon), Fraction(1, 2))
    none = Hypothesis(bn.epsilon, Relation.EQ, num(0))
    for hypotheses, agrees in (((none,), True), ((), False)):
        claim = bn.equation(Sum(i, power(xhat(i), 2)), m, hypotheses, given=bn.definitions(root))
        assert floating.examine(claim, 3000).agrees is agrees
    centred = Hypothesis(Sum(i, x(i)), Relation.EQ, num(0))
    assert floating.examine(bn.equation(Sum(i, x(i)), num(0), (centred,)), 3000).agrees is None


def test_equations_that_no_floats_meet_say_nothing() -> None:
    a = Sym("a")
    both = (Hypothesis(a, Relation.EQ, num(1)), Hypothesis(a, Relation.EQ, num(0)))
    assert floating.examine(bn.equation(a, num(1), both), 100).agrees is None
    square = Hypothesis(Sum(i, power(x(i), 2)), Relation.EQ, num(-1))
    assert floating.examine(bn.equation(a, num(1), (square,)), 100).agrees is None


def test_an_order_of_every_component_is_kept() -> None:
    positive = Hypothesis(x(i), Relation.GE, num(0))
    cubes = num(0), Sum(i, power(x(i), 3))
    assert floating.examine(bn.equation(*cubes, (positive,), relation=Relation.LE), 900).agrees is True
    below = Hypothesis(x(i), Relation.LE, Sym("b", (i,)))
    sums = Sum(i, x(i)), Sum(i, Sym("b", (i,)))
    assert floating.examine(bn.equation(*sums, (below,), relation=Relation.LE), 900).agrees is True
    assert floating.examine(bn.equation(*sums, (below,), relation=Relation.GE), 900).agrees is False
