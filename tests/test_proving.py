"""The search: bounds, witnesses, closed forms; near-misses beside every truth."""

from __future__ import annotations

import subprocess
import sys
import time
from fractions import Fraction

import pytest

from bnsym.kernel import Proved, Refuted, Witness, compare, holds
from bnsym.model import Undecided
from bnsym.proving import decide
from bnsym.proving.closed_form import closed_form
from bnsym.proving.replay import BadWitness, parse_witness
from bnsym.proving.simplex import nonnegative_solution
from bnsym.proving.witness import find_model, find_refutation
from bnsym.terms import (
    Definition,
    Diff,
    Hypothesis,
    Index,
    Pow,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    mul,
    neg,
    num,
    power,
    sqrt,
    walk,
)
from tests.batchnorm import (
    definitions,
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
    over,
    sigma,
    variance,
    verdict,
    x,
    xhat,
    y,
)
from tests.test_names import verdicts

LE, LT, GE, EQ = Relation.LE, Relation.LT, Relation.GE, Relation.EQ
n = Index("i", "n")
u, v, w, w0 = (Sym(name, (n,)) for name in ("u", "v", "W^{*}", "W_{0}"))
a, b, c, kappa = Sym("a"), Sym("b"), Sym("c"), Sym("k")


def square(term: Term) -> Term:
    return power(term, 2)


def inner(p: Term, q: Term) -> Term:
    return Sum(n, mul(p, q))


def inner_sum(p: Term, q: Term) -> Term:
    return Sum(n, power(add(p, q), 2))


def free(left, relation, right, *hypotheses):
    return Statement(left, relation, right, (), hypotheses)


GG = Sum(i, square(g(i)))
EG = Sum(i, g(i))
XG = Sum(i, mul(xhat(i), g(i)))
INPUT = Sum(i, square(Diff(f, x(i), True)))
SMALL = Hypothesis(square(gamma), LE, variance)
RATIO = Hypothesis(over(gamma, sigma), LE, num(1))
ABSOLUTE = Hypothesis(sqrt(square(gamma)), LE, sigma)
POSITIVE = Hypothesis(gamma, GE, num(0))

TRUE_BOUNDS = {
    "Bessel": equation(add(square(EG), square(XG)), mul(m, GG), relation=LE),
    "the gradient does not grow": equation(INPUT, GG, (SMALL,), relation=LE),
    "nor does its norm": equation(sqrt(INPUT), sqrt(GG), (SMALL,), relation=LE),
    "|γ| <= σ": equation(sqrt(INPUT), sqrt(GG), (ABSOLUTE,), relation=LE),
    "γ/σ <= 1, γ >= 0": equation(sqrt(INPUT), sqrt(GG), (RATIO, POSITIVE), relation=LE),
    "variance": equation(variance, over(Sum(i, square(x(i))), m), relation=LE),
    "Cauchy-Schwarz": free(square(inner(u, v)), LE, mul(inner(u, u), inner(v, v))),
    "with norms": free(inner(u, v), LE, mul(sqrt(inner(u, u)), sqrt(inner(v, v)))),
    "triangle": free(sqrt(inner_sum(u, v)), LE, add(sqrt(inner(u, u)), sqrt(inner(v, v)))),
    "reverse triangle": free(minus(sqrt(inner(u, u)), sqrt(inner(v, v))), LE, sqrt(inner_sum(u, neg(v)))),
    "AM-GM": free(mul(num(6), a, b), LE, add(square(a), mul(num(9), square(b)))),
    "a positive constant": free(num(0), LT, add(num(1), square(a))),
    "assumed product": free(num(0), LE, mul(a, b), Hypothesis(a, GE, num(0)), Hypothesis(b, GE, num(0))),
    "negated square": free(neg(mul(square(minus(kappa, num(1))), inner(w, w))), LE, num(0)),
}
FALSE_BOUNDS = {
    "Bessel with m - 1": equation(add(square(EG), square(XG)), mul(minus(m, num(1)), GG), relation=LE),
    "Bessel reversed": equation(mul(m, GG), add(square(EG), square(XG)), relation=LE),
    "no hypothesis": equation(INPUT, GG, relation=LE),
    "γ/σ <= 1 alone": equation(sqrt(INPUT), sqrt(GG), (RATIO,), relation=LE),
    "norm against square": equation(sqrt(INPUT), GG, (SMALL,), relation=LE),
    "variance reversed": equation(over(Sum(i, square(x(i))), m), variance, relation=LE),
    "Cauchy-Schwarz without a square": free(inner(u, v), LE, mul(inner(u, u), inner(v, v))),
    "strict Cauchy-Schwarz": free(square(inner(u, v)), LT, mul(inner(u, u), inner(v, v))),
    "strict triangle": free(sqrt(inner_sum(u, v)), LT, add(sqrt(inner(u, u)), sqrt(inner(v, v)))),
    "triangle reversed": free(add(sqrt(inner(u, u)), sqrt(inner(v, v))), LE, sqrt(inner_sum(u, v))),
    "AM-GM too sharp": free(mul(num(7), a, b), LE, add(square(a), mul(num(9), square(b)))),
    "strict square": free(num(0), LT, square(a)),
    "one factor assumed": free(num(0), LE, mul(a, b), Hypothesis(a, GE, num(0))),
}


@pytest.mark.parametrize("name", TRUE_BOUNDS)
def test_true_bounds_are_proved(name):
    found = verdict(TRUE_BOUNDS[name])
    assert isinstance(found, Proved), found
    assert found.certificate.summands


@pytest.mark.parametrize("name", FALSE_BOUNDS)
def test_false_bounds_are_refuted(name):
    found = verdict(FALSE_BOUNDS[name])
    assert isinstance(found, Refuted), found
    assert holds(found.statement.hypotheses, found.statement, found.witness)
    assert not compare(found.left, found.statement.relation, found.right)


@pytest.mark.parametrize("name", TRUE_BOUNDS)
def test_a_bound_reads_the_same_from_right_to_left(name):
    s = TRUE_BOUNDS[name]
    turned = {LE: GE, LT: Relation.GT}[s.relation]
    flipped = Statement(s.right, turned, s.left, s.definitions, s.hypotheses, s.losses, s.outputs)
    assert isinstance(verdict(flipped), Proved)


def test_hypotheses_of_a_bound_are_listed():
    assert verdict(TRUE_BOUNDS["the gradient does not grow"]).hypotheses == (SMALL,)


def test_an_equality_proves_the_order():
    found = verdict(equation(Sum(i, square(xhat(i))), m, relation=LE))
    assert isinstance(found, Proved)
    assert not found.certificate.summands


# -- initialization ---------------------------------------------------------------------

DISTANCE = minus(Sum(n, square(minus(w0, mul(kappa, w)))), Sum(n, square(minus(w0, w))))
NEAREST = (Definition(kappa, over(inner(w0, w), inner(w, w))),)


def test_distance_to_a_multiple_of_the_optimum():
    t = Sym("t")
    other = Sum(n, square(minus(w0, mul(t, w))))
    nearest = Sum(n, square(minus(w0, mul(kappa, w))))
    assert isinstance(verdict(Statement(DISTANCE, LE, num(0), NEAREST)), Proved)
    assert isinstance(verdict(Statement(nearest, LE, other, NEAREST)), Proved)
    assert isinstance(verdict(Statement(DISTANCE, LE, num(0))), Refuted)


def test_derived_distance_is_minus_a_square():
    context = Statement(DISTANCE, EQ, num(0), NEAREST)
    form, proof = closed_form(context, DISTANCE)
    assert form == neg(mul(inner_square(w), square(add(kappa, num(-1)))))
    assert isinstance(proof, Proved)


def inner_square(p):
    letter = Index("j", "n")
    return Sum(letter, square(Sym(p.name, (letter,))))


# -- closed forms -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("term", "expected"),
    [
        (Diff(f, x(i), True), input_gradient()),
        (Diff(f, gamma, True), Sum(j, mul(g(j), xhat(j)))),
        (Diff(xhat(k), x(i), True), None),
    ],
    ids=["input", "scale", "jacobian"],
)
def test_closed_forms_contain_no_derivative_but_the_given_one(term, expected):
    context = equation(term, num(0))
    form, proof = closed_form(context, term)
    assert not any(isinstance(t, Diff) and t.by.name != "y" for t in walk(form))
    assert not any(isinstance(t, Sym) and t.name in (r"\mu", "x") for t in walk(form))
    assert isinstance(proof, Proved)
    if expected is not None:
        assert isinstance(verdict(equation(form, expected)), Proved)


# -- curvature --------------------------------------------------------------------------


def quadratic(node, vector):
    return Sum(i, Sum(k, mul(vector(i), Diff(Diff(f, node(i), True), node(k), True), vector(k))))


def arrives(at):
    return Diff(f, x(at), True)


def curvature(vector, sign=-1):
    bend = mul(over(gamma, mul(m, variance)), XG, Sum(i, square(vector(i))))
    return add(mul(square(over(gamma, sigma)), quadratic(y, vector)), mul(num(sign), bend))


def test_curvature_along_the_gradient_is_an_equality():
    assert isinstance(verdict(equation(quadratic(x, arrives), curvature(arrives))), Proved)


@pytest.mark.parametrize(
    "wrong",
    [
        equation(quadratic(x, arrives), curvature(arrives, sign=1)),
        equation(quadratic(x, arrives), curvature(g), relation=LE),
    ],
    ids=["sign", "plain gradient"],
)
def test_other_curvatures_are_refuted(wrong):
    assert isinstance(verdict(wrong), Refuted)


# -- witnesses --------------------------------------------------------------------------


def test_models_meet_equations_that_must_be_solved():
    moments = (
        Hypothesis(Sum(i, xhat(i)), EQ, num(0)),
        Hypothesis(Sum(i, square(xhat(i))), EQ, m),
        Hypothesis(mul(kappa, inner(w, w)), EQ, inner(w0, w)),
    )
    statement = Statement(num(0), EQ, num(0), (), moments)
    model = find_model(statement, time.monotonic() + 10)
    assert model is not None
    assert holds(moments, statement, model)


def test_a_replayed_witness_is_checked():
    false = free(sqrt(inner(u, u)), EQ, inner(u, u))
    found = decide(false, time.monotonic() + 5, at="n=2; u=(0,2)")
    assert isinstance(found, Refuted)
    assert (found.left, found.right) == (Fraction(2), Fraction(4))
    holds_there = decide(false, time.monotonic() + 5, at="n=2; u=(0,1)")
    assert isinstance(holds_there, Undecided)
    assert holds_there.code == "BN308"


@pytest.mark.parametrize(
    ("at", "why"),
    [
        ("n=2; u=(1,2,3)", "must have 2 entries"),
        ("n=2; u=1", "must have 2 entries"),
        ("n=0; u=()", "from 1 to 64"),
        ("n=2; u=(1,1/0)", "not a rational"),
        ("n=2; u=(1,2", "not closed"),
        ("n=2; u=(1,2) 3", "goes on"),
        ("n=2; u=__import__('os')", "neither a rational"),
        ("n=2; u=(1,2); q=3", "nothing free here is named q"),
        ("n", "not of the form"),
    ],
)
def test_bad_witnesses_are_explained(at, why):
    with pytest.raises(BadWitness, match=why):
        parse_witness(free(inner(u, u), EQ, num(0)), at)


def test_a_replayed_witness_needs_no_more_than_is_asked_for():
    wrong = equation(Diff(f, x(i), True), input_gradient(sign=1))
    at = r"m=2; x=(0,2); \frac{\partial f}{\partial y}=(0,1); \gamma=1"
    assert isinstance(decide(wrong, time.monotonic() + 5, at=at), Refuted)
    found = decide(wrong, time.monotonic() + 5, at=at.replace(r"; \gamma=1", ""))
    assert "no value for \\gamma" in found.message


def test_size_three_has_no_rational_spread():
    found = verdict(equation(Diff(f, x(i), True), input_gradient(sign=1)))
    assert found.witness.sizes["m"] != 3


def test_witnesses_do_not_depend_on_the_hash_seed():
    script = (
        "from tests.batchnorm import *\n"
        "v = verdict(equation(Diff(f, x(i), True), mul(gamma, input_gradient(sign=1))))\n"
        "print(v.witness, v.left, v.right)"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
            cwd=".",
        ).stdout
        for seed in ("0", "1", "4711")
    }
    assert len(printed) == 1


# -- linear programs --------------------------------------------------------------------


def test_simplex_finds_exact_solutions_and_their_absence():
    columns = [{"p": 1, "q": 2}, {"p": -1}, {"q": Fraction(1, 3)}]
    found = nonnegative_solution(columns, {"p": 1, "q": 3})
    assert found is not None
    for row in ("p", "q"):
        assert sum(c * columns[at].get(row, 0) for at, c in found.items()) == {"p": 1, "q": 3}[row]
    assert nonnegative_solution([{"p": 1}], {"p": -1}) is None
    assert nonnegative_solution([{"p": 1, "q": 1}, {"q": -1}], {"p": 1, "q": 2}) is None
    assert nonnegative_solution([], {"p": 1}) is None


def test_simplex_ends_on_a_degenerate_program():
    rows = [{r: (-1) ** (r * c) for r in range(8)} for c in range(12)]
    assert nonnegative_solution(rows, dict.fromkeys(range(8), 0)) == {}


def test_sizes_and_values_of_a_witness_are_exact():
    found = verdict(FALSE_BOUNDS["no hypothesis"])
    assert isinstance(found.witness, Witness)
    assert all(isinstance(size, int) for size in found.witness.sizes.values())
    assert isinstance(found.left, Fraction)


@pytest.mark.parametrize("exponent", [-6, -4, -2, 2, 4, 6])
def test_even_roots_of_powers_of_a_negative_number(exponent: int) -> None:
    """√(k²ⁿ) = (-k)ⁿ for k < 0; coefficients stay exact for negative n too."""
    a, b = Sym("a"), Sym("b")
    below = (Hypothesis(a, Relation.LT, num(0)), Hypothesis(b, Relation.GT, num(0)))
    root = sqrt(mul(power(a, exponent), b))
    right = mul(power(neg(a), exponent // 2), sqrt(b))
    proved = decide(Statement(root, Relation.EQ, right, (), below), time.monotonic() + 5)
    assert isinstance(proved, Proved)
    wrong = decide(Statement(root, Relation.EQ, neg(right), (), below), time.monotonic() + 5)
    assert isinstance(wrong, Refuted)


@pytest.mark.parametrize(("bound", "strict"), [(0, True), (-1, False), (2, False)])
def test_a_bound_that_is_reached_is_a_witness(bound: int, strict: bool) -> None:
    """λ >= b allows λ = b, and values below 0 for a negative b."""
    lam = Sym("λ")
    given = (Hypothesis(lam, Relation.GE, num(bound)),)
    claim = Relation.GT if strict else Relation.GE
    above = num(bound) if strict else num(bound + 1)
    assert isinstance(decide(Statement(lam, claim, above, (), given), time.monotonic() + 5), Refuted)
    assert isinstance(
        decide(Statement(lam, Relation.GE, num(bound), (), given), time.monotonic() + 5), Proved
    )


def test_a_root_that_has_a_name_is_derived_by_that_name():
    rho = Sym("r")
    mean_square = add(over(Sum(i, power(x(i), 2)), Size("m")), Sym("b"))
    definitions = (Definition(rho, sqrt(mean_square)), Definition(Sym("y", (i,)), over(x(i), rho)))
    context = Statement(Diff(f, x(i), True), EQ, num(0), definitions, (), ("f",), ("y",))
    form, proof = closed_form(context, Diff(f, x(i), True))
    assert isinstance(proof, Proved)
    roots = [t for t in walk(form) if isinstance(t, Pow) and t.exponent.denominator != 1]
    assert not roots
    assert any(t == rho for t in walk(form))


def test_roots_of_one_number_are_written_as_one_power():
    norm = sqrt(Sum(i, power(x(i), 2)))
    form, _ = closed_form(Statement(norm, EQ, num(0)), over(Sum(i, power(x(i), 2)), norm))
    assert isinstance(form, Pow)
    assert form.exponent == Fraction(1, 2)


LAYER = (
    r"z = X w",
    r"\mu = \frac{1}{m} \sum_{i=1}^m z_i",
    r"v = \frac{1}{m} \sum_{i=1}^m (z_i - \mu)^2",
    r"y_i = \frac{z_i - \mu}{\sqrt{v}}",
    r"g = \frac{\partial L}{\partial w}",
)


def test_an_addend_that_is_not_negative_is_one_however_long_it_is_written_out():
    links = (r"\Vert w \Vert^2 + \eta^2 \Vert g \Vert^2 \ge \Vert w \Vert^2", r"\mu + g^T g \ge \mu")
    wrong = (r"\Vert w \Vert^2 + \eta \Vert g \Vert^2 \ge \Vert w \Vert^2", r"\mu - g^T g \ge \mu")
    assert verdicts(*LAYER, *links) == ["proved", "proved"]
    assert "proved" not in verdicts(*LAYER, *wrong)


def refuted(left: Term, right: Term) -> Refuted | None:
    return find_refutation(Statement(left, EQ, right, definitions()), time.monotonic() + 5)


def test_the_root_of_a_sum_is_no_sum_of_roots() -> None:
    epsilon = Sym("\\epsilon")
    found = refuted(sqrt(add(variance, epsilon)), add(sqrt(variance), sqrt(epsilon)))
    assert found is not None
    assert compare(found.left, Relation.LT, found.right)


def test_where_no_side_is_rational_the_root_of_a_rational_is_shown() -> None:
    wrong = mul(power(add(m, num(-1)), -1), m, variance)
    found = refuted(sqrt(variance), sqrt(wrong))
    assert found is not None
    assert not (isinstance(found.left, Fraction) and isinstance(found.right, Fraction))
    assert refuted(sqrt(mul(num(4), variance)), mul(num(2), sqrt(variance))) is None
