"""Roots of rationals: a witness's sides may be such, and are compared exactly."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnsym.kernel import Irrational, Rejected, Witness, compare, refute
from bnsym.kernel.surds import raised, root, signed_square
from bnsym.terms import Relation, Statement, Sym, add, mul, num, power, sqrt

a = Sym("a")


def free(left, right, relation=Relation.EQ):
    return Statement(left, relation, right)


def test_a_root_of_a_rational_refutes_exactly():
    two = Witness({}, {"a": Fraction(2)})
    found = refute(free(sqrt(a), num(0)), two)
    assert (str(found.left), found.right) == ("√2", 0)
    for relation, bound in ((Relation.LE, "1414213562/1000000000"), (Relation.GE, "1414213563/1000000000")):
        assert refute(free(sqrt(a), num(Fraction(bound)), relation), two)
    for true in (power(sqrt(a), 2), mul(sqrt(a), sqrt(a)), mul(num(2), power(sqrt(a), -2), power(a, 1))):
        with pytest.raises(Rejected, match="holds at the witness"):
            refute(free(true, a), two)
    doubled = add(sqrt(a), sqrt(power(a, 3)), mul(num(-3), sqrt(a)))
    with pytest.raises(Rejected, match="holds at the witness"):
        refute(free(doubled, num(0)), two)


def test_numbers_that_are_no_roots_of_rationals_refute_nothing():
    two = Witness({}, {"a": Fraction(2)})
    for term in (add(num(1), sqrt(a)), sqrt(sqrt(a)), add(sqrt(a), sqrt(add(a, num(1))))):
        with pytest.raises(Irrational):
            refute(free(term, num(0)), two)
    with pytest.raises(Rejected, match="negative"):
        refute(free(sqrt(mul(num(-1), sqrt(a))), num(0)), two)


SURDS = st.builds(lambda n, d: root(Fraction(n, d)), st.integers(-40, 40), st.integers(1, 12))


@given(SURDS, SURDS)
def test_surds_are_ordered_and_multiplied_like_the_reals(p, q):
    def real(value):
        square = signed_square(value)
        return math.copysign(math.sqrt(abs(square)), square)

    assert real(p * q) == pytest.approx(real(p) * real(q))
    if abs(real(p) - real(q)) > 1e-9:
        assert compare(p, Relation.LT, q) == (real(p) < real(q))
    try:
        assert real(p + q) == pytest.approx(real(p) + real(q), abs=1e-12)
    except Irrational:
        assert not (isinstance(p, Fraction) and isinstance(q, Fraction))
    for exponent in (-3, -2, -1, 0, 1, 2, 3):
        if signed_square(p):
            assert real(raised(p, Fraction(exponent))) == pytest.approx(real(p) ** exponent)
