"""Values that a search gives to terms: exact ones as the kernel's, floats that throw out no truth."""

from __future__ import annotations

import time
from fractions import Fraction
from random import Random

import pytest

from bnsym.kernel import Evaluator, Proved, Refuted, Rejected, Witness
from bnsym.proving import decide, is_provable
from bnsym.proving.floats import Point, formulas_of, is_surely_false
from bnsym.proving.witness import draws, find_refutation
from bnsym.terms import (
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    mul,
    num,
    power,
    sqrt,
)
from tests.batchnorm import equation, f, gamma, i, input_gradient, j, k, minus, over, sigma, verdict, x, xhat

TERMS = (
    Diff(f, x(i), True),
    Diff(xhat(i), x(j), True),
    Sum(k, mul(Diff(xhat(k), x(j), True), Diff(xhat(k), x(i), True))),
    Sum(j, mul(Delta(i, j), x(j), add(x(j), Sum(k, mul(Delta(k, j), x(k)))))),
    Sum(j, mul(x(j), add(Delta(i, j), mul(num(2), x(j))))),
    Sum(i, Sum(j, mul(add(Delta(i, j), num(1)), add(mul(num(3), Delta(i, j)), x(i))))),
    mul(gamma, power(sigma, -3), minus(x(i), xhat(i))),
    sqrt(add(num(2), Size("m"))),
)


@pytest.mark.parametrize("term", TERMS)
def test_exact_values_are_those_of_the_kernel(term: Term) -> None:
    statement = equation(term, add(Diff(f, x(i), True), x(j)))
    compared = 0
    for witness in draws(statement, time.monotonic() + 20, seed=3, limit=40):
        kernel, letters = Evaluator(statement, witness), {"i": 0, "j": witness.sizes["m"] - 1}
        point = Point(formulas_of(statement, exact=True), Random(0), given=witness)
        try:
            expected = kernel.value(term, letters)
        except (Rejected, ZeroDivisionError):
            continue
        assert point.formulas.of(term)[1](point, letters) == expected
        compared += 1
    assert compared > 3


def test_a_delta_leaves_one_place_of_a_sum_of_many() -> None:
    """Each of the four letters of an entry would otherwise run over its whole space, at each node."""
    letters = [Index(name, name.upper()) for name in "abcd"]
    entry, free = Sym("y", tuple(letters)), Sym("x", tuple(letters))
    given = (Definition(entry, mul(gamma, free)),)
    statement = Statement(
        Diff(f, free, True), equation(gamma, gamma).relation, free, given, (), ("f",), ("y",)
    )
    point = Point(formulas_of(statement), Random(1))
    point.of(statement.left)
    assert point.work == 0


def test_what_has_no_value_beside_a_delta_refutes_nothing() -> None:
    """∑ⱼ δᵢⱼ/xⱼ has none where another entry is 0; where all have one, it is 1/xᵢ."""
    picked = Sum(j, over(Delta(i, j), x(j)))
    assert isinstance(verdict(equation(picked, over(num(1), x(i)))), Proved)
    refuted = verdict(equation(picked, over(num(2), x(i))))
    assert isinstance(refuted, Refuted)
    assert all(entry != 0 for entry in refuted.witness.values["x"])


def test_a_witness_stays_where_smaller_values_have_none() -> None:
    """Shrinking tries 0 for each entry: the delta hides from it that ∑ⱼ δᵢⱼ/xⱼ then has no value."""
    refuted = find_refutation(
        equation(Sum(j, over(Delta(i, j), x(j))), num(7)), time.monotonic() + 20, limit=9
    )
    assert refuted is not None
    assert all(entry != 0 for entry in refuted.witness.values["x"])


def test_floats_throw_out_what_is_false_and_no_truth() -> None:
    truth = equation(Diff(f, x(i), True), input_gradient())
    slip = equation(Diff(f, x(i), True), input_gradient(sign=1))
    assert not is_surely_false(truth)
    assert is_provable(truth, time.monotonic() + 20)
    assert is_surely_false(slip)
    assert not is_provable(slip, time.monotonic() + 20)
    assert isinstance(decide(slip, time.monotonic() + 20), Refuted)


def test_large_numbers_that_cancel_are_not_surely_different() -> None:
    large = num(Fraction(10) ** 15)
    zero = add(mul(large, Sum(i, minus(x(i), Sym(r"\mu")))), num(0))
    assert not is_surely_false(equation(mul(large, xhat(i)), mul(xhat(i), large)))
    assert isinstance(verdict(equation(zero, num(0))), Proved)
    assert isinstance(verdict(equation(add(zero, num(1)), num(0))), Refuted)


def test_a_witness_is_the_kernels() -> None:
    slip = equation(Diff(f, x(i), True), input_gradient(sign=1))
    found = find_refutation(slip, time.monotonic() + 20)
    assert found is not None
    left, right, _ = Evaluator(slip, Witness(found.witness.sizes, found.witness.values)).failure(slip)
    assert (left, right) == (found.left, found.right)
    assert left != right


def test_a_sum_that_floats_leave_alone_is_valued_exactly() -> None:
    """Three letters of 35 values each make more summands than candidates for a repair are worth."""
    cubes = Sum(i, Sum(j, Sum(k, mul(x(i), x(j), x(k)))))
    fixed = (Hypothesis(Size("m"), Relation.EQ, num(35)),)
    whole = power(Sum(i, x(i)), 3)
    assert isinstance(verdict(equation(cubes, whole, fixed)), Proved)
    assert isinstance(verdict(equation(cubes, add(whole, num(1)), fixed)), Refuted)
