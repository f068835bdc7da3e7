"""The modular route: the same identities at m = 1000, and no disagreement with the explicit route."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import pytest
import sympy

from bnsym.compiling.formula import spend
from bnsym.evidence.large import modular
from bnsym.evidence.small import explicit
from bnsym.terms import (
    ONE,
    ZERO,
    Add,
    Delta,
    Hypothesis,
    Max,
    Mul,
    Num,
    Relation,
    Size,
    Sum,
    add,
    mul,
    num,
    power,
    sqrt,
)
from bnsym.verifying.domains import P as PRIME
from tests.test_explicit import (
    IDENTITIES,
    NEAR_MISSES,
    POSITIVE,
    Sym,
    equal,
    i,
    j,
    k,
    minus,
    mutated,
    relation,
    s,
    square_norm,
    x,
)


@pytest.mark.parametrize("name", IDENTITIES)
def test_agrees_with_what_is_true(name: str) -> None:
    evidence = modular.examine(IDENTITIES[name])
    assert evidence.agrees is True, evidence
    assert "probability at most" in evidence.detail or "nothing in it is random" in evidence.detail


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_disagrees_with_near_misses(name: str) -> None:
    evidence = modular.examine(NEAR_MISSES[name])
    assert evidence.agrees is False, evidence


def test_the_routes_never_disagree_on_mutants() -> None:
    """Some mutants are as true as the original; then both routes say so."""
    outcomes = Counter()
    for name in ("input gradient", "variance", "Jacobian", "root mean square", "norm identity, hypotheses",
                 "weights at the start", "Hessian, mixed", "sample variance"):  # fmt: skip
        for mutant in mutated(IDENTITIES[name]):
            found = explicit.examine(mutant, sizes=(2, 3)).agrees, modular.examine(mutant, size=64).agrees
            outcomes[found] += 1
            assert found in {(True, True), (False, False)}, mutant
    assert outcomes[False, False] > 120
    assert outcomes[True, True] < 10


def test_the_batch_is_as_large_as_asked() -> None:
    assert modular.examine(IDENTITIES["input gradient"]).route == f"mod {PRIME} at m = 1000"
    assert modular.examine(IDENTITIES["features"], size=99).route == f"mod {PRIME} at N = 99"
    assert modular.examine(IDENTITIES["Hessian, mixed"], size=10**15).route == f"mod {PRIME} at m = {10**15}"


def test_the_prime_makes_roots_multiplicative() -> None:
    p = PRIME
    assert sympy.isprime(p)
    assert p % 8 == 7
    assert all(sympy.legendre_symbol(q, p) == 1 for q in sympy.primerange(2, 43))


def test_an_order_has_no_meaning() -> None:
    a = Sym("a")
    evidence = modular.examine(relation(a, Relation.LE, a))
    assert (evidence.agrees, evidence.detail) == (None, "an order has no meaning mod p")


def test_a_root_has_no_sign() -> None:
    a = Sym("a")
    assert modular.examine(relation(sqrt(power(a, 2)), Relation.EQ, a, *POSITIVE)).agrees is True
    positive = add(power(a, 2), ONE)
    assert (
        modular.examine(relation(sqrt(power(positive, 2)), Relation.EQ, positive), seed=3).agrees is not False
    )


def test_the_signs_of_many_roots_contradict_nothing() -> None:
    """A sum of squares has no root mod p that is a square in half of the draws, each such sum by itself."""
    squares = add(*(power(x(one), 2) for one in (i, j, k)))
    true = relation(sqrt(power(squares, 2)), Relation.EQ, squares)
    mixed = add(power(x(i), 2), power(x(j), 2), power(s("y", k), 2))
    positive = Hypothesis(x(i), Relation.GT, ZERO), *POSITIVE
    summed = add(x(i), Sym("a"))
    totals = Sum(i, sqrt(power(summed, 2))), Sum(i, summed)
    several = relation(sqrt(power(mixed, 2)), Relation.EQ, mixed)
    for claim in (true, several, relation(totals[0], Relation.EQ, totals[1], *positive)):
        for seed in range(5):
            assert modular.examine(claim, seed=seed).agrees is not False
    assert modular.examine(relation(sqrt(squares), Relation.EQ, add(squares, ONE))).agrees is not True


def test_what_it_cannot_decide_it_says() -> None:
    a = Sym("a")
    biggest = Max(s("X", i, k), ONE, square_norm(i, x(i)))
    assert "maximum" in modular.examine(relation(biggest, Relation.EQ, a)).detail
    assert modular.examine(replace(IDENTITIES["shift"], outputs=())).agrees is None
    contradiction = (Hypothesis(a, Relation.EQ, ONE), Hypothesis(a, Relation.EQ, ZERO))
    assert modular.examine(relation(a, Relation.EQ, ONE, *contradiction)).agrees is None
    cubic = Hypothesis(Sum(i, power(x(i), 3)), Relation.EQ, ONE)
    assert modular.examine(relation(Sum(i, power(x(i), 3)), Relation.EQ, ONE, cubic)).agrees is None
    never = relation(power(minus(a, a), -1), Relation.EQ, ONE)
    assert modular.examine(never).agrees is None
    nonresidue = next(q for q in sympy.primerange(60, 999) if sympy.legendre_symbol(q, PRIME) == -1)
    assert modular.examine(relation(sqrt(num(nonresidue)), Relation.EQ, a)).agrees is None
    late = modular.examine(IDENTITIES["shift"], deadline=time.monotonic() - 1)
    assert (late.agrees, late.detail) == (None, "out of time")


def test_a_symmetric_matrix_by_hypothesis() -> None:
    symmetric = Hypothesis(s("H", i, j), Relation.EQ, s("H", j, i))
    left, right = Sum(j, mul(s("H", i, j), x(j))), Sum(j, mul(s("H", j, i), x(j)))
    assert modular.examine(relation(left, Relation.EQ, right, symmetric)).agrees is True
    assert modular.examine(relation(left, Relation.EQ, right)).agrees is False


def test_an_elementwise_hypothesis() -> None:
    line = Hypothesis(s("v", i), Relation.EQ, add(mul(Sym("a"), x(i)), ONE))
    claim = Sum(i, s("v", i)), add(mul(Sym("a"), Sum(i, x(i))), Size("m"))
    assert modular.examine(relation(claim[0], Relation.EQ, claim[1], line)).agrees is True
    assert modular.examine(relation(claim[0], Relation.EQ, add(claim[1], ONE), line)).agrees is False


def test_deltas_are_spent() -> None:
    body = Mul((Add((Delta(i, j), Num(power(num(3), -1).value))), x(j)))
    found = spend(j, body)
    assert found == add(x(i), Sum(j, mul(power(num(3), -1), x(j))))
    centering = Sum(j, mul(minus(Delta(i, j), power(Size("m"), -1)), x(j)))
    mean = mul(power(Size("m"), -1), Sum(j, x(j)))
    assert modular.examine(equal(centering, minus(x(i), mean))).agrees is True
    trace = Sum(i, Sum(j, power(Delta(i, j), 2)))
    assert modular.examine(equal(trace, Size("m"))).agrees is True


def test_a_name_may_have_another_shape_in_the_next_statement() -> None:
    a = Sym("x")
    for shape in (a, x(i)), (x(i), a):
        for term in shape:
            norm = power(term, 2) if term == a else square_norm(i, term)
            size = modular.examine(relation(mul(Size("m"), norm), Relation.EQ, mul(norm, Size("m"))))
            assert size.agrees is True, size
            assert modular.examine(relation(mul(Size("m"), norm), Relation.EQ, norm)).agrees is False


def test_the_trace_of_a_delta_is_the_size() -> None:
    trace = Sum(j, Delta(j, j))
    assert modular.examine(equal(trace, Size("m"))).agrees is True
    assert modular.examine(equal(trace, num(1))).agrees is False


def test_hypotheses_are_solved_anew_at_the_sizes_that_confirm_a_disagreement() -> None:
    """With roots in it, a false equation is tried again at smaller sizes, where a component that an
    equation was solved for at m = 1000 does not exist."""
    hat = s("h", i)
    moments = (
        Hypothesis(Sum(i, hat), Relation.EQ, ZERO),
        Hypothesis(Sum(i, power(hat, 2)), Relation.EQ, Size("m")),
    )
    length = sqrt(Sum(i, power(x(i), 2)))
    wrong = relation(length, Relation.EQ, Sum(i, power(mul(hat, x(i)), 2)), *moments)
    assert modular.examine(wrong).agrees is False
