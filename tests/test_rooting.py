"""Values at which roots are rational, and refutations that need them or can't have them."""

from __future__ import annotations

import random
import time
from fractions import Fraction

import pytest

from bnsym.kernel import Evaluator, Surd, Witness
from bnsym.kernel.surds import root
from bnsym.proving.rooting import radicands, rationalised
from bnsym.proving.witness import find_refutation
from bnsym.terms import Index, Relation, Size, Statement, Sum, Sym, add, mul, num, power, sqrt

i = Index("i", "m")
a, b, epsilon = Sym("a"), Sym("b"), Sym("\\epsilon")
mean = mul(power(Size("m"), -1), Sum(i, Sym("x", (i,))))
spread = mul(power(Size("m"), -1), Sum(i, power(add(Sym("x", (i,)), mul(num(-1), mean)), 2)))


def equation(left, right, relation=Relation.EQ):
    return Statement(left, relation, right)


ROOTED = {
    "linear": (add(a, num(2)), {"a": Fraction(0)}),
    "square in front": (add(power(a, 2), a, num(1)), {"a": Fraction(1)}),
    "square behind": (add(mul(num(2), power(a, 2)), a, num(4)), {"a": Fraction(1)}),
    "two numbers": (add(power(a, 2), power(b, 2)), {"a": Fraction(1), "b": Fraction(1)}),
    "a spread and more": (add(spread, epsilon), {"x": (Fraction(1), Fraction(4)), "\\epsilon": Fraction(1)}),
}


@pytest.mark.parametrize("name", ROOTED)
def test_a_component_is_moved_until_the_root_is_rational(name):
    radicand, values = ROOTED[name]
    statement, start = equation(sqrt(radicand), num(0)), Witness({"m": 2}, values)
    assert radicands(statement) == (radicand,)
    assert isinstance(root(Evaluator(statement, start).value(radicand, {})), Surd)
    found = [rationalised(statement, start, (radicand,), random.Random(seed)) for seed in range(8)]
    for witness in filter(None, found):
        assert isinstance(root(Evaluator(statement, witness).value(radicand, {})), Fraction)
    assert any(found)


def test_no_rational_makes_this_root_rational():
    """2 a² is never a square but for a = 0."""
    radicand = mul(num(2), power(a, 2), power(b, 2))
    statement = equation(sqrt(radicand), num(0))
    start = Witness({}, {"a": Fraction(1), "b": Fraction(1)})
    assert rationalised(statement, start, (radicand,), random.Random(0)) is None


def test_a_root_that_the_witness_says_nothing_of_is_left_alone():
    statement, start = equation(sqrt(add(a, num(2))), num(0)), Witness({}, {"a": Fraction(0)})
    found = rationalised(statement, start, (add(b, Size("n")), add(a, num(2))), random.Random(1))
    assert found is not None
    assert isinstance(root(found.values["a"] + 2), Fraction)


def refuted(statement):
    return find_refutation(statement, time.monotonic() + 5)


def test_rational_sides_are_preferred():
    found = refuted(equation(sqrt(add(spread, epsilon)), add(sqrt(spread), sqrt(epsilon))))
    assert found is not None
    assert isinstance(found.left, Fraction)
    assert isinstance(found.right, Fraction)


def test_where_no_side_is_rational_the_root_of_a_rational_is_shown():
    size_less_one = power(add(Size("m"), num(-1)), -1)
    wrong = mul(size_less_one, Size("m"), spread)
    found = refuted(equation(sqrt(spread), sqrt(wrong)))
    assert found is not None
    assert not (isinstance(found.left, Fraction) and isinstance(found.right, Fraction))
    assert refuted(equation(sqrt(mul(num(4), spread)), mul(num(2), sqrt(spread)))) is None
