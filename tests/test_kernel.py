"""The trusted base: what it must prove, what it must refuse, and that nothing forges it."""

from __future__ import annotations

import ast
import copy
import dataclasses
import functools
import pickle
from fractions import Fraction
from pathlib import Path

import pytest

import bnsym
from bnsym import kernel
from bnsym.kernel import (
    Certificate,
    Given,
    Proved,
    Refuted,
    Rejected,
    Summand,
    Use,
    Witness,
    refute,
)
from bnsym.model import rule_of
from bnsym.normal import POSITIVE, OutOfReach, freeze, generator
from bnsym.proving.advice import Alike
from bnsym.proving.identity import identity_certificate
from bnsym.proving.rings import SearchRing, graph_of
from bnsym.terms import (
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Num,
    Pow,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    add,
    mul,
    neg,
    num,
    power,
    sqrt,
)
from tests.batchnorm import (
    BN,
    beta,
    definitions,
    epsilon,
    equation,
    f,
    g,
    gamma,
    i,
    input_gradient,
    j,
    k,
    m,
    minus,
    mu,
    over,
    projection,
    sigma,
    variance,
    verdict,
    x,
    xhat,
)

a, b = Sym("a"), Sym("b")
n = Index("i", "n")
u, v = Sym("u", (n,)), Sym("v", (n,))
GRADIENT = Diff(f, x(i), True)
prove = functools.partial(kernel.prove, advice=Alike())


def free(left, right, relation=Relation.EQ, hypotheses=()):
    return Statement(left, relation, right, (), tuple(hypotheses))


# -- identities -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        equation(GRADIENT, input_gradient()),
        equation(
            GRADIENT,
            input_gradient(sqrt(add(variance, epsilon))),
            given=definitions(sqrt(add(variance, epsilon))),
        ),
        equation(Diff(f, mu, True), neg(over(mul(gamma, Sum(i, g(i))), sigma))),
        equation(Diff(f, gamma, True), Sum(i, mul(g(i), xhat(i)))),
        equation(Diff(f, beta, True), Sum(i, g(i))),
        equation(Diff(variance, mu, False), num(0)),
        equation(Diff(variance, x(i), True), over(mul(num(2), minus(x(i), mu)), m)),
        equation(Sum(i, xhat(i)), num(0)),
        equation(Sum(i, power(xhat(i), 2)), m),
        equation(sqrt(Sum(i, power(xhat(i), 2))), sqrt(m)),
        equation(Diff(GRADIENT, x(k), True), Diff(Diff(f, x(k), True), x(i), True)),
    ],
    ids=lambda s: "",
)
def test_true_statements_of_batch_normalization_are_proved(statement):
    assert isinstance(verdict(statement), Proved)


@pytest.mark.parametrize(
    "statement",
    [
        equation(GRADIENT, input_gradient(sign=1)),
        equation(GRADIENT, mul(num(2), input_gradient())),
        equation(GRADIENT, mul(gamma, input_gradient())),
        equation(GRADIENT, over(input_gradient(), sigma)),
        equation(GRADIENT, over(projection(), mul(m, sigma))),
        equation(Sum(i, xhat(i)), num(1)),
        equation(Sum(i, power(xhat(i), 2)), minus(m, num(1))),
        equation(Sum(i, power(x(i), 2)), m),
        equation(Sum(i, power(xhat(i), 2)), m, given=definitions(sqrt(add(variance, epsilon)))),
        equation(Diff(variance, x(i), True), over(mul(num(2), x(i)), m)),
        equation(sqrt(Sum(i, power(xhat(i), 2))), m),
    ],
    ids=lambda s: "",
)
def test_near_misses_are_refuted_with_values_that_anyone_can_check(statement):
    found = verdict(statement)
    assert isinstance(found, Refuted)
    assert found.left != found.right
    again = refute(statement, found.witness)
    assert (again.left, again.right) == (found.left, found.right)


NORM = (
    Sum(i, power(projection(), 2)),
    add(
        mul(power(m, 2), Sum(i, power(g(i), 2))),
        neg(mul(m, power(Sum(i, g(i)), 2))),
        neg(mul(m, power(Sum(i, mul(xhat(i), g(i))), 2))),
    ),
)
MOMENTS = (
    Hypothesis(Sum(i, xhat(i)), Relation.EQ, num(0)),
    Hypothesis(Sum(i, power(xhat(i), 2)), Relation.EQ, m),
)
AFFINE = BN[-1:]


def test_norm_identity_from_the_definitions():
    found = verdict(equation(*NORM))
    assert isinstance(found, Proved)
    assert found.hypotheses == ()
    assert found.scope == "m >= 1"


def test_norm_identity_from_the_moments_alone():
    found = verdict(equation(*NORM, MOMENTS, given=AFFINE))
    assert isinstance(found, Proved)
    assert set(found.hypotheses) == set(MOMENTS)


@pytest.mark.parametrize("kept", [(), MOMENTS[:1], MOMENTS[1:]], ids=["none", "mean", "variance"])
def test_norm_identity_needs_both_moments(kept):
    found = verdict(equation(*NORM, kept, given=AFFINE))
    assert isinstance(found, Refuted)
    assert kernel.holds(kept, found.statement, found.witness)


# -- side conditions, scope, hypotheses -------------------------------------------------


def test_what_is_divided_by_is_a_side_condition():
    found = verdict(free(over(a, a), num(1)))
    assert isinstance(found, Proved)
    assert found.side_conditions == (Hypothesis(a, Relation.NE, num(0)),)


def test_gradient_needs_a_positive_spread():
    found = verdict(equation(GRADIENT, input_gradient()))
    assert found.side_conditions == (Hypothesis(variance, Relation.GT, num(0)),)


def test_a_root_of_an_odd_power_needs_a_positive_number():
    found = verdict(free(power(power(a, 3), Fraction(-1, 2)), power(sqrt(power(a, 3)), -1)))
    assert found.side_conditions == (Hypothesis(a, Relation.GT, num(0)),)
    found = verdict(free(power(power(a, 2), Fraction(-1, 2)), power(sqrt(power(a, 2)), -1)))
    assert found.side_conditions == (Hypothesis(a, Relation.NE, num(0)),)


def test_what_is_positive_by_its_form_is_no_side_condition():
    above, below = Hypothesis(b, Relation.GT, num(0)), Hypothesis(b, Relation.GE, num(0))
    root = sqrt(add(power(a, 2), b))
    found = verdict(free(over(num(1), root), over(root, add(power(a, 2), b)), hypotheses=[above]))
    assert (found.side_conditions, found.hypotheses) == ((), (above,))
    found = verdict(free(over(num(1), root), over(root, add(power(a, 2), b)), hypotheses=[below]))
    assert [c.relation for c in found.side_conditions] == [Relation.GT]
    assert isinstance(verdict(free(root, num(0), Relation.GT, hypotheses=[above])), Proved)
    assert isinstance(verdict(free(root, num(0), Relation.GT, hypotheses=[below])), Refuted)


@pytest.mark.parametrize(
    ("term", "positive"),
    [(add(m, num(-1)), False), (add(m, num(Fraction(-1, 2))), True), (Sum(i, power(x(i), 2)), False)],
)
def test_strictly_more_than_zero(term, positive):
    found = verdict(free(term, num(0), Relation.GT))
    assert isinstance(found, Proved if positive else Refuted)


def test_a_condition_on_the_size_alone_is_the_scope():
    one_less = minus(m, num(1))
    sample = over(Sum(i, power(minus(x(i), mu), 2)), one_less)
    found = verdict(equation(mul(one_less, sample), mul(m, variance)))
    assert isinstance(found, Proved)
    assert found.scope == "m >= 2"


@pytest.mark.parametrize("gap", [3, 5000])
def test_no_size_is_forgotten_by_the_scope(gap):
    found = verdict(free(over(minus(m, num(gap)), minus(m, num(gap))), num(1)))
    assert found.scope == f"m >= {gap + 1}"


def test_root_of_a_square_is_not_the_number():
    assert isinstance(verdict(free(sqrt(power(a, 2)), a)), Refuted)
    found = verdict(free(sqrt(power(a, 2)), a, hypotheses=[Hypothesis(a, Relation.GT, num(0))]))
    assert isinstance(found, Proved)
    assert found.hypotheses == (Hypothesis(a, Relation.GT, num(0)),)


def test_square_of_a_root_is_the_number_where_it_is_defined():
    found = verdict(free(power(sqrt(a), 2), a))
    assert isinstance(found, Proved)
    assert found.side_conditions == (Hypothesis(a, Relation.GE, num(0)),)


def test_norm_scales_by_the_absolute_value():
    norm = sqrt(Sum(n, power(u, 2)))
    scaled = sqrt(Sum(n, power(mul(a, u), 2)))
    assert isinstance(verdict(free(scaled, mul(sqrt(power(a, 2)), norm))), Proved)
    assert isinstance(verdict(free(scaled, mul(a, norm))), Refuted)


def test_norm_is_not_its_square():
    square = Sum(n, power(u, 2))
    assert isinstance(verdict(free(sqrt(square), square)), Refuted)


def test_contradictory_hypotheses_prove_nothing():
    impossible = Hypothesis(Sum(n, power(u, 2)), Relation.EQ, num(-1))
    statement = free(add(Sum(n, power(u, 2)), num(1)), num(0), hypotheses=[impossible])
    certificate = identity_certificate(statement, SearchRing(statement))
    assert certificate is not None
    with pytest.raises(Rejected, match="no values are known"):
        prove(statement, certificate, None)
    with pytest.raises(Rejected, match="does not meet"):
        prove(statement, certificate, Witness({"n": 2}, {"u": (Fraction(1), Fraction(0))}))


@pytest.mark.parametrize(
    ("hypotheses", "claim", "code"),
    [
        ([(a, Relation.EQ, num(1)), (a, Relation.EQ, num(2))], (b, num(5)), "BN305"),
        ([(a, Relation.GE, num(1)), (num(0), Relation.GE, a)], (sqrt(power(a, 2)), a), None),
        ([(a, Relation.EQ, num(0))], (over(b, a), over(b, a)), "BN304"),
        ([(mul(a, a), Relation.EQ, num(-1))], (power(a, 4), num(1)), "BN306"),
    ],
)
def test_hypotheses_without_a_model_are_reported(hypotheses, claim, code):
    found = verdict(free(*claim, hypotheses=[Hypothesis(*h) for h in hypotheses]))
    assert not isinstance(found, Proved)
    if code:
        assert found.code == code


def test_a_root_of_what_is_always_negative_proves_nothing():
    root = sqrt(minus(num(-1), power(a, 2)))
    assert verdict(free(root, root)).code == "BN306"


def test_hypotheses_that_are_not_needed_are_not_listed():
    found = verdict(equation(GRADIENT, input_gradient(), (Hypothesis(a, Relation.EQ, num(3)),)))
    assert isinstance(found, Proved)
    assert found.hypotheses == ()


# -- index hygiene ----------------------------------------------------------------------


def matrix(p, q):
    return Sym("A", (p, q))


def test_a_sum_inside_a_denominator_keeps_its_own_index():
    row = power(Sum(k, matrix(j, k)), -1)
    trace = power(Sum(k, matrix(k, k)), -1)
    left = Sum(j, mul(row, x(j)))
    other = Index("t", "m")
    renamed = Sum(other, mul(power(Sum(j, matrix(other, j)), -1), x(other)))
    assert isinstance(verdict(free(left, renamed)), Proved)
    assert isinstance(verdict(free(left, Sum(j, mul(trace, x(j))))), Refuted)


def test_order_of_contraction_matters():
    double = Sum(j, Sum(k, mul(matrix(i, j), matrix(j, k), x(k))))
    same = Sum(k, mul(Sum(j, mul(matrix(i, j), matrix(j, k))), x(k)))
    transposed = Sum(j, Sum(k, mul(matrix(j, i), matrix(j, k), x(k))))
    assert isinstance(verdict(free(double, same)), Proved)
    assert isinstance(verdict(free(double, transposed)), Refuted)


def test_sum_over_one_is_the_size():
    assert isinstance(verdict(free(Sum(i, num(1)), m)), Proved)
    assert isinstance(verdict(free(Sum(i, Sum(n, num(1))), mul(m, Size("n")))), Proved)


def test_square_of_a_sum_is_not_the_sum_of_squares():
    assert isinstance(verdict(free(power(Sum(i, x(i)), 2), Sum(i, power(x(i), 2)))), Refuted)


def test_names_of_indices_do_not_matter():
    left = Sum(i, mul(x(i), Sum(j, mul(matrix(i, j), x(j)))))
    right = Sum(k, Sum(i, mul(x(i), matrix(k, i), x(k))))
    assert isinstance(verdict(free(left, right)), Proved)


# -- certificates that must be rejected -------------------------------------------------

LARGER = free(mul(a, b), add(power(a, 2), power(b, 2)), Relation.LE)


def squared(term):
    return power(term, 2)


def young():
    half = Fraction(1, 2)
    return Certificate(
        summands=(
            Summand(half, (squared(minus(a, b)),)),
            Summand(half, (squared(a),)),
            Summand(half, (squared(b),)),
        )
    )


def test_a_sum_of_squares_proves_an_order():
    found = prove(LARGER, young(), None)
    assert rule_of(found.certificate) == "sum of products that are not negative"


@pytest.mark.parametrize(
    "change",
    [
        lambda c: dataclasses.replace(c, summands=c.summands[:2]),
        lambda c: dataclasses.replace(
            c, summands=(dataclasses.replace(c.summands[0], coefficient=Fraction(1)), *c.summands[1:])
        ),
        lambda c: dataclasses.replace(
            c, summands=(dataclasses.replace(c.summands[0], coefficient=Fraction(-1, 2)), *c.summands[1:])
        ),
        lambda c: dataclasses.replace(c, summands=()),
        lambda c: dataclasses.replace(c, summands=(Summand(Fraction(1), (Given(0),)),)),
    ],
)
def test_tampered_certificates_are_rejected(change):
    with pytest.raises((Rejected, IndexError)):
        prove(LARGER, change(young()), None)


def test_a_strict_order_needs_a_positive_summand():
    strict = dataclasses.replace(LARGER, relation=Relation.LT)
    with pytest.raises(Rejected, match="does not exclude equality"):
        prove(strict, young(), None)


def test_a_factor_of_unknown_sign_is_rejected():
    statement = free(num(0), a, Relation.LE)
    with pytest.raises(Rejected, match="may be negative"):
        prove(statement, Certificate(summands=(Summand(Fraction(1), (a,)),)), None)


def test_gram_determinants_are_sums_of_squares():
    inner, uu, vv = (Sum(n, mul(p, q)) for p, q in ((u, v), (u, u), (v, v)))
    other = Index("k", "n")
    swapped = mul(Sym("u", (other,)), v)
    squares = Sum(n, Sum(other, power(add(mul(u, Sym("v", (other,))), neg(swapped)), 2)))
    certificate = Certificate(summands=(Summand(Fraction(1, 2), (squares,)),))
    assert prove(free(power(inner, 2), mul(uu, vv), Relation.LE), certificate, None).axioms == ()
    with pytest.raises(Rejected):
        prove(free(mul(uu, vv), power(inner, 2), Relation.LE), certificate, None)


def test_inexact_certificates_are_rejected():
    half = Certificate(uses=(Use(Given(0), Num(0.5)),))
    statement = free(a, num(0), hypotheses=[Hypothesis(mul(num(2), a), Relation.EQ, num(0))])
    with pytest.raises(Rejected, match="not a rational"):
        prove(statement, half, Witness({}, {"a": Fraction(0)}))
    quarter = Certificate(summands=(Summand(0.25, ()),))
    with pytest.raises(Rejected, match="not a rational"):
        prove(free(num(0), num(Fraction(1, 4)), Relation.LE), quarter, None)


def test_roots_of_a_certificate_are_in_play():
    """One that stands nowhere else is not known to have a value."""
    gone = Use(None, add(power(sqrt(a), 2), neg(a)))
    with pytest.raises(OutOfReach, match="of its own"):
        prove(free(b, b), Certificate(uses=(gone,)), None)
    statement, model = free(sqrt(a), sqrt(a)), Witness({}, {"a": Fraction(1)})
    assert prove(statement, Certificate(uses=(gone,)), model).side_conditions == (
        Hypothesis(a, Relation.GE, num(0)),
    )


def test_only_what_is_zero_by_its_roots_is_nothing():
    for cofactor in (b, add(power(sqrt(a), 2), a), add(sqrt(a), neg(a)), add(power(a, 2), neg(a))):
        with pytest.raises(Rejected, match="is not 0"):
            prove(free(sqrt(a), sqrt(a)), Certificate(uses=(Use(None, cofactor),)), None)


@pytest.mark.parametrize("order", [1, -1, 3, -3, 2, -2])
def test_powers_of_a_root_are_powers_of_what_stands_under_it(order):
    nested = sqrt(add(a, sqrt(b)))
    model = Witness({}, {"a": Fraction(3), "b": Fraction(1)})
    ratio = mul(power(nested, order), power(nested, -order - 2), add(a, sqrt(b)))
    assert prove(free(ratio, num(1)), Certificate(), model)
    with pytest.raises(Rejected):
        prove(free(ratio, num(-1)), Certificate(), model)
    with pytest.raises(Rejected):
        prove(free(mul(ratio, nested), num(1)), Certificate(), model)


def test_advice_gets_copies():
    class Careless(Alike):
        def order(self, canonical, bound, factors):
            canonical.symmetric = frozenset(name for (_, name, *_), _ in factors)
            return bound

        def root(self, signs, has_root, poly, q):
            poly.pop(max(poly))
            return 1, (), 1, ()

    j = Index("j", "m")
    x, y = Sym("x", (j,)), Sym("y", (j,))
    left, right = (power(add(x, other), Fraction(1, 2)) for other in (y, mul(num(5), y)))
    model = Witness({"m": 1}, {"x": (Fraction(1),), "y": (Fraction(1),)})
    with pytest.raises(Rejected):
        kernel.prove(free(left, right), Certificate(), model, Careless())
    i = Index("i", "m")
    left, right = (Sum(i, Sum(j, mul(Sym("W", (i, j)), Sym("V", which)))) for which in ((i, j), (j, i)))
    with pytest.raises(Rejected):
        kernel.prove(free(left, right), Certificate(), None, Careless())


def test_dividing_by_what_may_be_zero_is_rejected():
    statement = free(a, num(0), hypotheses=[Hypothesis(mul(a, b), Relation.EQ, num(0))])
    model = Witness({}, {"a": Fraction(0), "b": Fraction(0)})
    with pytest.raises(OutOfReach, match="of its own"):
        prove(statement, Certificate(uses=(Use(Given(0), power(b, -1)),)), model)


def test_an_order_is_not_cited_as_an_equation():
    statement = free(a, num(0), hypotheses=[Hypothesis(a, Relation.GE, num(0))])
    with pytest.raises(Rejected, match="does not say"):
        prove(
            statement,
            Certificate(uses=(Use(Given(0), num(1)),)),
            Witness({}, {"a": Fraction(0)}),
        )


def test_every_change_of_a_cofactor_is_noticed():
    given = [Hypothesis(power(a, 2), Relation.EQ, add(b, num(1))), Hypothesis(mul(a, b), Relation.EQ, num(2))]
    statement = free(mul(power(a, 3), b), add(mul(num(2), b), num(2)), hypotheses=given)
    certificate = identity_certificate(statement, SearchRing(statement))
    assert certificate is not None
    assert certificate.uses
    for number, use in enumerate(certificate.uses):
        wrong = dataclasses.replace(use, cofactor=add(use.cofactor, num(1)))
        uses = (*certificate.uses[:number], wrong, *certificate.uses[number + 1 :])
        with pytest.raises(Rejected):
            prove(statement, dataclasses.replace(certificate, uses=uses), None)


# -- witnesses --------------------------------------------------------------------------


def test_a_witness_must_meet_the_hypotheses():
    statement = equation(*NORM, MOMENTS, given=AFFINE)
    values = {
        "\\hat{x}": (Fraction(1), Fraction(0)),
        "\\frac{\\partial f}{\\partial y}": (Fraction(1), Fraction(0)),
    }
    with pytest.raises(Rejected, match="does not meet"):
        refute(statement, Witness({"m": 2}, values))


def test_a_hessian_is_symmetric_in_every_witness():
    from bnsym.calculus import hessian_name
    from tests.batchnorm import y

    entry = Diff(Diff(f, y(i), True), y(k), True)
    twin = Diff(Diff(f, y(k), True), y(i), True)
    statement = equation(entry, twin)
    assert isinstance(verdict(statement), Proved)
    lopsided = ((Fraction(0), Fraction(1)), (Fraction(2), Fraction(0)))
    with pytest.raises(Rejected, match="not symmetric"):
        refute(statement, Witness({"m": 2}, {hessian_name("f", "y", "y"): lopsided}))


def test_an_undefined_side_refutes_nothing():
    with pytest.raises(ZeroDivisionError):
        refute(free(power(a, -1), num(0)), Witness({}, {"a": Fraction(0)}))


def test_true_statements_have_no_witness():
    statement = equation(GRADIENT, input_gradient())
    values = {
        "x": tuple(map(Fraction, (0, 0, 2, 2))),
        "\\frac{\\partial f}{\\partial y}": tuple(map(Fraction, (1, 2, 3, 5))),
        "\\gamma": Fraction(3),
    }
    with pytest.raises(Rejected, match="holds at the witness"):
        refute(statement, Witness({"m": 4}, values))


def test_a_constant_zero_denominator_is_not_decided():
    found = verdict(free(power(minus(a, a), -1), num(1)))
    assert found.code == "BN304"


@pytest.mark.parametrize("power_of", [10**9, 65])
def test_large_powers_are_out_of_reach_not_out_of_memory(power_of):
    with pytest.raises(OutOfReach):
        SearchRing(LARGER).normal(power(add(a, b), power_of))


# -- equations that are assumed are put in --------------------------------------------------


c = Sym("c")


def assumed(left, right, *hypotheses, given=()):
    return Statement(left, Relation.EQ, right, given, hypotheses, ("f",), ("y",))


def same(left, right):
    return Hypothesis(left, Relation.EQ, right)


PUT_IN = Certificate(equations=(0,))


def test_what_is_assumed_to_be_equal_may_stand_for_it():
    statement = assumed(power(add(a, c), -1), power(a, -1), same(c, num(0)))
    model = Witness({}, {"a": Fraction(1), "c": Fraction(0)})
    proved = prove(statement, PUT_IN, model)
    assert proved.hypotheses == statement.hypotheses
    with pytest.raises(Rejected, match="identity"):
        prove(statement, Certificate(), model)
    with pytest.raises(Rejected, match="does not meet"):
        prove(statement, PUT_IN, Witness({}, {"a": Fraction(1), "c": Fraction(1)}))


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (assumed(a, num(1), same(power(a, 2), num(1))), "a square is no name: a may be -1"),
        (assumed(a, num(1), Hypothesis(a, Relation.GE, num(1))), "an order"),
        (assumed(a, add(a, num(1)), same(a, add(a, num(1)))), "solved for itself"),
        (assumed(Diff(power(a, 2), a, True), num(0), same(a, c)), "a is differentiated by"),
        (assumed(Diff(mul(a, c), c, True), a, same(a, c)), "what is put in is differentiated by"),
        (assumed(a, c, same(a, c), given=(Definition(a, power(c, 2)),)), "a is defined"),
        (assumed(Sym("f"), c, same(Sym("f"), c)), "a loss"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_solved_equation_is_not_put_in(statement, why):
    with pytest.raises(Rejected, match="no solved equation"):
        prove(statement, PUT_IN, None)


def test_equations_that_there_are_not_can_not_be_put_in():
    for number in (1, -1, True):
        with pytest.raises(Rejected, match="no such hypothesis"):
            prove(assumed(a, c, same(a, c)), Certificate(equations=(number,)), None)


# -- forgery ----------------------------------------------------------------------------


def test_verdicts_can_not_be_made_copied_or_changed_outside_the_kernel():
    proved = prove(LARGER, young(), None)
    with pytest.raises(TypeError, match="only the kernel"):
        Proved(None, LARGER, "m >= 1", (), (), (), young())
    with pytest.raises(TypeError, match="only the kernel"):
        Refuted(object(), LARGER, Witness({}, {}), Fraction(0), Fraction(1), {})
    with pytest.raises((TypeError, ValueError)):
        dataclasses.replace(proved, rule="another")
    for forge in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="check it again"):
            forge(proved)
    with pytest.raises(dataclasses.FrozenInstanceError):
        proved.scope = "m >= 0"


PACKAGE = Path(bnsym.__file__).parent
TRUSTED = {
    "terms/tree": set(),
    "calculus": {"terms.tree"},
    "normal/polynomials": set(),
    "normal/generators": {"terms.tree", "normal.polynomials"},
    "normal/ring": {"terms.tree", "calculus", "normal.polynomials", "normal.generators"},
    "kernel/certificates": {"terms.tree", "normal"},
    "kernel/surds": {"kernel.certificates"},
    "kernel/evaluation": {"terms.tree", "calculus", "kernel.certificates", "kernel.surds"},
    "kernel/relations": {"terms.tree", "normal", "kernel.certificates"},
    "kernel/scope": {"terms.tree", "normal", "kernel.evaluation"},
    "kernel/maxima": {"terms.tree", "calculus", "normal", "kernel.certificates", "kernel.equations"},
    "kernel/equations": {"terms.tree", "kernel.certificates"},
    "kernel/verdicts": {
        "terms.tree",
        "normal",
        *(
            f"kernel.{name}"
            for name in ("certificates", "surds", "evaluation", "relations", "scope", "maxima", "equations")
        ),
    },
}


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or "."


def imported_names(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)


@pytest.mark.parametrize("name", TRUSTED)
def test_trusted_rooms_import_only_the_standard_library_and_each_other(name):
    tree = ast.parse((PACKAGE / f"{name}.py").read_text(encoding="utf-8"))
    ours = {module.removeprefix("bnsym.") for module in imported(tree) if module.startswith("bnsym")}
    assert ours <= TRUSTED[name]
    others = {module for module in imported(tree) if not module.startswith("bnsym")}
    assert others <= {
        "__future__",
        "bisect",
        "collections.abc",
        "dataclasses",
        "enum",
        "fractions",
        "functools",
        "itertools",
        "math",
        "operator",
        "time",
        "types",
        "typing",
    }
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Assert)], "a guard that -O removes"


def test_the_token_is_named_in_the_kernel_alone():
    for path in PACKAGE.rglob("*.py"):
        if path != PACKAGE / "kernel" / "verdicts.py":
            names = {
                n.id for n in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(n, ast.Name)
            }
            attributes = {
                a.attr
                for a in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(a, ast.Attribute)
            }
            assert "_KERNEL_ONLY" not in names | attributes | set(imported_names(path)), path


def test_definitions_of_another_layer_work_by_the_same_code():
    d = Index("i", "d")
    z, r, w = Sym("x", (d,)), Sym("r"), Sym("y", (d,))
    rms = (
        Definition(r, sqrt(add(over(Sum(d, power(z, 2)), Size("d")), epsilon))),
        Definition(w, over(z, r)),
    )
    e = Index("j", "d")
    gw = Sym("y", (e,))
    inner = Sum(e, mul(Diff(f, gw, True), gw))
    right = over(minus(Diff(f, w, True), over(mul(w, inner), Size("d"))), r)
    assert isinstance(
        verdict(Statement(Diff(f, z, True), Relation.EQ, right, rms, (), ("f",), ("y",))), Proved
    )
    wrong = over(minus(Diff(f, w, True), mul(w, inner)), r)
    assert isinstance(
        verdict(Statement(Diff(f, z, True), Relation.EQ, wrong, rms, (), ("f",), ("y",))), Refuted
    )


# -- what a certificate or witness may not smuggle in ------------------------------------


@pytest.mark.parametrize("term", [a, minus(m, num(2)), add(m, a), minus(Size("n"), m), Sum(i, x(i))])
def test_what_may_be_negative_is_not_manifest(term):
    certificate = Certificate(summands=(Summand(Fraction(1), (term,)),))
    with pytest.raises(Rejected, match="may be negative"):
        prove(free(num(0), term, Relation.LE), certificate, None)


@pytest.mark.parametrize("term", [minus(m, num(1)), add(m, Size("n"), num(-2)), Sum(i, power(x(i), 2))])
def test_squares_and_sizes_less_one_are_manifest(term):
    certificate = Certificate(summands=(Summand(Fraction(1), (term,)),))
    prove(free(num(0), term, Relation.LE), certificate, None)
    with pytest.raises(Rejected, match="does not exclude equality"):
        prove(free(num(0), term, Relation.LT), certificate, None)


def test_reserved_letters_are_refused():
    captured = Index("#1.0", "m")
    term = add(Sym("X", (i, captured)), power(Sum(j, Sym("Y", (i, j))), -1))
    statement = free(num(0), Sum(i, power(Sum(j, x(j)), 2)), Relation.LE)
    square = Certificate(summands=(Summand(Fraction(1), (Sum(i, Sum(captured, power(term, 2))),)),))
    with pytest.raises(OutOfReach, match="of its own"):
        prove(statement, square, None)
    alone = Certificate(summands=(Summand(Fraction(1), (Sum(i, power(term, 2)),)),))
    with pytest.raises(OutOfReach, match="reserved"):
        prove(statement, alone, None)


def test_a_hypothesis_is_cited_in_its_own_space_only():
    statement = free(Size("n"), num(1), hypotheses=[Hypothesis(Delta(i, j), Relation.EQ, num(1))])
    for new in (("i", "n"), ("%1", "m")):
        cited = Use(Given(0, ((("i", "m"), new),)), num(-1), ((new[0], new[1]),))
        with pytest.raises(Rejected):
            prove(statement, Certificate(uses=(cited,)), Witness({"m": 1, "n": 1}, {}))


def test_a_root_is_cited_for_indices_of_its_own_space_only():
    entry = sqrt(Sum(j, power(matrix(i, j), 2)))
    statement = free(Sum(i, power(entry, 2)), Sum(i, Sum(j, power(matrix(i, j), 2))))
    ((gen, _),) = SearchRing(statement).normal(entry).popitem()[0]
    ring = SearchRing(statement)
    ring.sides()
    assert ring.has_root(ring.canonical.relabel(gen, {("i", "m"): ("k", "m")}))
    assert not ring.has_root(ring.canonical.relabel(gen, {("i", "m"): ("k", "n")}))
    assert not ring.has_root(("root", 2, freeze(generator(("sym", "a", ())))))


@pytest.mark.parametrize("size", [0, -1, 0.5, True])
def test_sizes_of_witnesses_are_positive_integers(size):
    with pytest.raises(Rejected, match=r"positive integer|not a rational"):
        refute(free(m, num(1), Relation.GE), Witness({"m": size}, {}))


@pytest.mark.parametrize("term", [sqrt(a), power(b, -1)])
def test_a_certificate_brings_in_no_side_condition(term):
    statement = free(num(0), a, Relation.LE)
    with pytest.raises(OutOfReach, match="of its own"):
        prove(statement, Certificate(summands=(Summand(Fraction(1), (squared(term),)),)), None)


def test_exponents_are_what_they_look_like():
    class Liar(int):
        def __mod__(self, other):
            return 0

    statement = free(num(0), a, Relation.LE)
    with pytest.raises(Rejected, match="not a rational"):
        prove(statement, Certificate(summands=(Summand(Fraction(1), (Pow(a, Liar(1)),)),)), None)


def test_positive_diagonal_says_nothing_of_the_rest():
    diagonal = Hypothesis(Sym("W", (i, i)), Relation.GT, num(0))
    entry = Sym("W", (i, j))
    assert not isinstance(verdict(free(sqrt(power(entry, 2)), entry, hypotheses=[diagonal])), Proved)
    assert not isinstance(verdict(free(num(0), entry, Relation.LE, [diagonal])), Proved)


def test_third_derivatives_of_a_loss_are_not_zero():
    hessian = Diff(g(i), Sym("y", (j,)), True)
    third = Diff(hessian, Sym("y", (k,)), True)
    assert not isinstance(verdict(equation(third, num(0))), Proved)


def test_a_loss_inside_a_term_is_differentiated():
    squared = Diff(power(f, 2), Sym("y", (i,)), True)
    assert not isinstance(verdict(equation(squared, num(0))), Proved)


def test_a_loss_without_outputs_has_no_derivative():
    statement = Statement(Diff(f, x(i), True), Relation.EQ, num(0), (), (), ("f",), ())
    assert not isinstance(verdict(statement), Proved)


@pytest.mark.parametrize("relation", [Relation.EQ, Relation.GE])
def test_statements_of_deltas_alone_are_decided(relation):
    found = verdict(free(Delta(i, j), num(1), relation))
    assert isinstance(found, Refuted)


def test_a_mixed_derivative_needs_the_hessian():
    product_rule = Diff(mul(mu, g(j)), x(i), True)
    assert isinstance(verdict(equation(product_rule, num(0))), Refuted)


@pytest.mark.parametrize(
    "hypothesis",
    [
        (x(i), Relation.EQ, Sym("z", (i,))),
        (Sym("W", (i, j)), Relation.EQ, Sym("W", (j, i))),
        (m, Relation.EQ, num(1)),
    ],
    ids=["vector", "symmetric", "size"],
)
def test_hypotheses_that_can_be_met_are(hypothesis):
    entry, turned = Sym("W", (i, j)), Sym("W", (j, i))
    claims = {
        "x": (mul(x(i), x(i)), mul(x(i), Sym("z", (i,)))),
        "W": (entry, turned),
        "m": (power(m, 2), num(1)),
    }
    left, right = claims[hypothesis[0].name if isinstance(hypothesis[0], Sym) else "m"]
    found = verdict(free(left, right, hypotheses=[Hypothesis(*hypothesis)]))
    assert getattr(found, "code", "") not in ("BN305", "BN306")


# -- roots of zero, and what lacks a reason ---------------------------------------------


def distance(p, q):
    return Sym("d", (p, q))


DISTANCE = Definition(distance(i, j), sqrt(power(minus(x(i), x(j)), 2)))


def distances(left, right, relation=Relation.EQ):
    return Statement(left, relation, right, (DISTANCE,))


@pytest.mark.parametrize(
    "left",
    [
        distance(i, i),
        Sum(i, distance(i, i)),
        Sum(i, mul(distance(i, i), x(i))),
        Sum(j, mul(Delta(i, j), distance(i, j))),
        Sum(i, Sum(j, mul(Delta(i, j), distance(i, j), x(j)))),
        mul(Delta(i, j), distance(i, j)),
    ],
    ids=["alone", "trace", "weighted", "by delta", "by delta in a sum", "delta outside"],
)
def test_a_root_of_zero_is_zero(left):
    assert isinstance(verdict(distances(left, num(0))), Proved)
    assert not isinstance(verdict(distances(left, num(1))), Proved)


def test_roots_of_zero_inside_roots_and_sums_are_zero():
    shifted = Definition(Sym("s", (i, j)), sqrt(add(distance(i, j), power(a, 2))))
    statement = Statement(
        power(Sym("s", (i, i)), 2), Relation.EQ, power(a, 2), (DISTANCE, shifted), (), (), ()
    )
    assert isinstance(verdict(statement), Proved)
    off = dataclasses.replace(statement, left=power(Sym("s", (i, j)), 2))
    assert isinstance(verdict(off), Refuted)
    row = Definition(Sym("r", (i, j)), Sum(k, mul(distance(i, j), x(k))))
    whole = Statement(Sym("r", (i, i)), Relation.EQ, num(0), (DISTANCE, row), (), (), ())
    assert isinstance(verdict(whole), Proved)


def test_a_root_of_zero_is_not_positive():
    shifted = power(minus(a, num(Fraction(731, 100))), 2)
    statement = distances(add(shifted, distance(i, i)), num(0), Relation.GT)
    assert not isinstance(verdict(statement), Proved)
    witness = Witness({"m": 1}, {"x": (Fraction(0),), "a": Fraction(731, 100)})
    assert refute(statement, witness).left == 0
    assert isinstance(verdict(dataclasses.replace(statement, relation=Relation.GE)), Proved)
    assert isinstance(verdict(distances(distance(i, j), num(0), Relation.GT)), Refuted)


@pytest.mark.parametrize(
    "left",
    [
        over(distance(i, i), distance(i, i)),
        mul(Delta(i, j), over(num(1), distance(i, j))),
        Sum(j, mul(Delta(i, j), over(num(1), distance(i, j)))),
        power(Sum(k, mul(distance(i, i), x(k))), -1),
    ],
)
def test_nothing_is_divided_by_a_root_of_zero(left):
    assert verdict(distances(left, num(1))).code == "BN304"


@pytest.mark.parametrize(
    ("term", "sign"),
    [
        (add(), 1),
        (mul(), 2),
        (Sum(i, num(0)), 1),
        (Sum(i, num(1)), 2),
        (mul(num(0), m), 1),
        (add(power(a, 2), power(b, 2)), 1),
        (add(power(a, 2), num(1)), 2),
        (add(power(a, 2), num(-1)), 0),
        (power(a, -2), 2),
        (power(a, -1), 0),
        (power(power(a, 2), Fraction(3, 2)), 1),
        (power(sqrt(a), -1), 2),
        (mul(a, a), 0),
        (Delta(i, j), 1),
    ],
)
def test_signs_that_a_form_shows(term, sign):
    ring = SearchRing(free(term, term))
    assert (ring.surely(term), ring.surely(term, POSITIVE)) == (sign > 0, sign > 1)


def test_signs_of_deep_terms_take_no_longer_than_their_depth():
    term = a
    for _ in range(60):
        term = power(add(num(1), term), -1)
    assert not SearchRing(free(term, term)).surely(term)
    bodies = [mul(Sym(f"d{n}"), add(Sym(f"d{n}"), num(1))) for n in range(60)]
    chain = tuple(Definition(Sym(f"d{n + 1}"), body) for n, body in enumerate(bodies))
    ring = SearchRing(Statement(a, Relation.EQ, a, chain, (Hypothesis(Sym("d0"), Relation.GT, num(0)),)))
    assert ring.surely(Sym("d60"), POSITIVE)


# -- powers of powers -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "relation"),
    [
        (power(power(a, -1), -1), a, Relation.NE),
        (power(power(a, -1), 0), num(1), Relation.NE),
        (power(power(power(a, -1), 2), -1), power(a, 2), Relation.NE),
        (power(power(a, -2), -1), power(a, 2), Relation.NE),
        (power(power(a, -1), -2), power(a, 2), Relation.NE),
        (power(power(sqrt(a), -1), -1), sqrt(a), Relation.GT),
        (power(power(a, Fraction(-1, 2)), -2), a, Relation.GT),
        (power(power(a, Fraction(-1, 2)), 0), num(1), Relation.GT),
        (power(power(a, -1), 2), power(a, -2), Relation.NE),
        (power(power(a, 2), -1), power(a, -2), Relation.NE),
        (power(sqrt(a), 3), mul(a, sqrt(a)), Relation.GE),
    ],
)
def test_a_power_of_a_power_is_defined_where_both_are(left, right, relation):
    found = verdict(free(left, right))
    assert isinstance(found, Proved)
    assert found.side_conditions == (Hypothesis(a, relation, num(0)),)
    with pytest.raises((Rejected, ZeroDivisionError)):
        refute(
            free(left, add(right, num(1))), Witness({}, {"a": Fraction(-1 if relation is Relation.GE else 0)})
        )


def test_what_has_no_value_is_not_refuted_there():
    positive = verdict(free(power(power(power(a, -1), 2), -1), num(0), Relation.GT))
    assert isinstance(positive, Proved)
    assert positive.side_conditions == (Hypothesis(a, Relation.NE, num(0)),)
    assert isinstance(verdict(free(power(a, 2), num(0), Relation.GT)), Refuted)


# -- certificates made to deceive ---------------------------------------------------------


def entry(name, *letters):
    return ("sym", name, tuple((letter, "m") for letter in letters))


HIDING = Statement(
    Sum(j, mul(Sum(k, Sym("y", (j, k))), Sym("p", (j,)))),
    Relation.EQ,
    num(0),
    (),
    (Hypothesis(mul(x(j), Sym("p", (j,))), Relation.EQ, num(0)),),
)
AT_ONE = Witness({"m": 1}, {"x": (Fraction(0),), "p": (Fraction(0),), "y": ((Fraction(1),),)})


def hidden(*factors, over=("j",)):
    """Σ_over cofactor * relation, the cofactor one contraction over k."""
    return Use(Given(0), Sum(k, mul(*factors)), tuple((name, "m") for name in over))


def test_no_division_hides_inside_a_contraction():
    cheat = hidden(power(x(j), -1), Sym("y", (j, k)))
    with pytest.raises(OutOfReach, match="of its own"):
        prove(HIDING, Certificate(uses=(cheat,)), AT_ONE)
    false = Witness({"m": 1}, {"x": (Fraction(0),), "p": (Fraction(1),), "y": ((Fraction(1),),)})
    assert refute(HIDING, false).left == 1
    nonzero = Hypothesis(x(j), Relation.GT, num(0))
    known = dataclasses.replace(HIDING, hypotheses=(*HIDING.hypotheses, nonzero))
    above = dataclasses.replace(AT_ONE, values={**AT_ONE.values, "x": (Fraction(1),)})
    assert prove(known, Certificate(uses=(cheat,)), above).hypotheses == known.hypotheses


def test_what_the_sides_divide_by_may_be_divided_by_in_a_contraction():
    rest = Sum(k, over(Sym("y", (j, k)), x(j)))
    model = dataclasses.replace(AT_ONE, values={**AT_ONE.values, "x": (Fraction(1),)})
    plain = dataclasses.replace(HIDING, left=Sum(j, mul(rest, Sym("p", (j,)))))
    squared = hidden(power(x(j), -2), Sym("y", (j, k)))
    assert prove(plain, Certificate(uses=(squared,)), model).side_conditions == (
        Hypothesis(x(j), Relation.NE, num(0)),
    )


def letter(name):
    return x(Index(name, "m"))


@pytest.mark.parametrize(
    ("cofactor", "why"),
    [
        (letter("#1.0"), "reserved"),
        (letter("%1"), "reserved"),
        (letter("a~"), "reserved"),
        (Sum(k, letter("#7.0")), "reserved"),
        (power(num(2), Fraction(1, 3)), "odd order"),
        (power(x(j), -1), "of its own"),
        (power(Delta(j, k), -1), "delta"),
        (Delta(j, Index("k", "n")), "two spaces"),
        (Max(Sym("X", (j, k)), num(1), Sym("X", (j, k))), "maximum"),
        (Pow(x(j), True), None),
        (("sym", "x", ()), None),
        ((((), 1),), None),
    ],
)
def test_terms_of_certificates_are_such_as_the_sides_have(cofactor, why):
    for place in (
        Certificate(uses=(Use(Given(0), cofactor),)),
        Certificate(uses=(Use(None, cofactor),)),
        Certificate(summands=(Summand(Fraction(1), (cofactor,)),)),
    ):
        order = Relation.LE if place.summands else Relation.EQ
        with pytest.raises((Rejected, OutOfReach), match=why):
            prove(dataclasses.replace(HIDING, relation=order), place, AT_ONE)


class Everything(str):
    """A name that is equal to every other."""

    __slots__ = ()

    def __eq__(self, other):
        return True

    def __hash__(self):
        return hash("a")


@pytest.mark.parametrize("cofactor", [Sym(Everything("b")), [a], 0.5, Num(1 + 0j), Num(0.5), {a: 1}])
def test_certificates_are_plain_data(cofactor):
    statement = free(b, num(0), hypotheses=[Hypothesis(a, Relation.EQ, num(0))])
    with pytest.raises(Rejected, match="not a rational"):
        prove(statement, Certificate(uses=(Use(Given(0), cofactor),)), Witness({}, {"a": Fraction(0)}))
    with pytest.raises(Rejected, match="not a rational"):
        refute(free(a, b), Witness({}, {"a": [Fraction(1)], "b": Fraction(0)}))


def test_nothing_of_a_search_reaches_the_kernel():
    statement = free(a, b)
    ring = SearchRing(statement)
    for side in ring.sides():
        side.clear()
    for known in (ring._memo, ring.roots, ring.conditions):
        known.clear()
    for side in SearchRing(statement).sides():
        assert not side
    with pytest.raises(Rejected, match="does not hold"):
        prove(statement, Certificate(), None)
    wrong = equation(GRADIENT, num(0), given=(*BN,))
    graph = graph_of(wrong)
    graph.by_name.clear()
    graph.expansions[GRADIENT] = num(0)
    assert SearchRing(wrong).sides() == ({}, {})
    with pytest.raises(Rejected, match="does not hold"):
        prove(wrong, Certificate(), None)
    values = {
        "x": (Fraction(0), Fraction(2)),
        "\\frac{\\partial f}{\\partial y}": (Fraction(0), Fraction(1)),
        "\\gamma": Fraction(1),
    }
    right = equation(GRADIENT, input_gradient(), given=(*BN,))
    graph_of(right).expansions[GRADIENT] = num(7)
    with pytest.raises(Rejected, match="holds at the witness"):
        refute(right, Witness({"m": 2}, values))


def test_the_trusted_rooms_keep_nothing_between_statements():
    """No class state and no module's cache: what one statement needed is gone with it."""
    for room in ("terms", "calculus", "normal", "kernel"):
        for path in (PACKAGE / room).glob("*.py") if (PACKAGE / room).is_dir() else [PACKAGE / f"{room}.py"]:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            functions = [f for f in ast.walk(tree) if isinstance(f, ast.FunctionDef)]
            decorators = [ast.unparse(d) for f in functions for d in f.decorator_list]
            assert not [d for d in decorators if "cache" in d and d != "cached_property"], path
            assert "ClassVar" not in imported_names(path), path
            assert not [n for n in ast.walk(tree) if isinstance(n, ast.Global)], path


def test_what_the_kernel_returns_and_receives_does_not_change():
    sizes, values = {"m": 2}, {"x": (Fraction(0), Fraction(1))}
    witness = Witness(sizes, values)
    found = refute(free(Sum(i, x(i)), num(0)), witness)
    sizes["m"], values["x"] = 1, (Fraction(0),)
    assert (found.witness.sizes["m"], found.witness.values["x"]) == (2, (Fraction(0), Fraction(1)))
    with pytest.raises(TypeError):
        found.witness.values["x"] = ()
    with pytest.raises(TypeError):
        found.at_indices["i"] = 1
    assert pickle.loads(pickle.dumps(witness)) == witness
    hash(prove(LARGER, young(), None).certificate)
