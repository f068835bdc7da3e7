"""The explicit route: identities that hold are found to hold, their near-misses are not.

`IDENTITIES` and `mutants` also serve the modular route: the two must never disagree."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy

from bnsym.evidence import surveying
from bnsym.evidence.small import components, explicit, frame
from bnsym.evidence.small.naming import written_out
from bnsym.evidence.small.points import _above, _power
from bnsym.terms import (
    ONE,
    ZERO,
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
    Num,
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
)

i, j, k, k2 = (Index(letter, "m") for letter in ("i", "j", "k", "k'"))
m = Size("m")
f, gamma, beta, mu, var, sigma, eps = map(Sym, ("f", "gamma", "beta", "mu", "var", "sigma", "eps"))


def s(name: str, *indices: Index) -> Sym:
    return Sym(name, indices)


def x(a: Index) -> Sym:
    return s("x", a)


def xhat(a: Index) -> Sym:
    return s("xhat", a)


def d(of: Term, by: Sym) -> Diff:
    """The total derivative (of the loss, or of a node)."""
    return Diff(of, by, True)


def local(of: Term, by: Sym) -> Diff:
    return Diff(of, by, False)


def g(a: Index) -> Diff:
    return d(f, s("y", a))


def over(term: Term) -> Term:
    return power(term, -1)


def minus(*terms: Term) -> Term:
    return add(terms[0], *map(neg, terms[1:]))


def mean(index: Index, term: Term) -> Term:
    return mul(over(Size(index.space)), Sum(index, term))


def normalization(
    divisor: Term = m,
    epsilon: Term = ZERO,
    shift: Term = beta,
    x_=x,
    names: tuple[Sym, ...] = (mu, var, sigma),
) -> tuple[Definition, ...]:
    mu_, var_, sigma_ = names
    spread = mul(over(divisor), Sum(j, power(minus(x_(j), mu_), 2)))
    return (
        Definition(mu_, mean(j, x_(j))),
        Definition(var_, add(spread, epsilon)),
        Definition(sigma_, sqrt(var_)),
        Definition(xhat(i), mul(minus(x_(i), mu_), over(sigma_))),
        Definition(s("y", i), add(mul(gamma, xhat(i)), shift)),
    )


BN = normalization()


def equal(
    left: Term,
    right: Term,
    definitions: tuple[Definition, ...] = BN,
    hypotheses: tuple[Hypothesis, ...] = (),
    output: str = "y",
) -> Statement:
    return Statement(left, Relation.EQ, right, definitions, hypotheses, ("f",), (output,))


def projected(size: Term, upstream, normalized, index: Index = i, bound: Index = j) -> Term:
    """m g_i − Σ g − x̂_i Σ x̂ g"""
    inner = Sum(bound, mul(normalized(bound), upstream(bound)))
    return minus(mul(size, upstream(index)), Sum(bound, upstream(bound)), mul(normalized(index), inner))


def square_norm(index: Index, term: Term) -> Term:
    return Sum(index, power(term, 2))


def norm_identity(upstream, normalized) -> tuple[Term, Term]:
    """‖mg − eΣg − x̂⟨x̂,g⟩‖² = m²‖g‖² − m(Σg)² − m⟨x̂,g⟩²"""
    inner = Sum(i, mul(normalized(i), upstream(i)))
    right = minus(
        mul(power(m, 2), square_norm(i, upstream(i))),
        mul(m, power(Sum(i, upstream(i)), 2)),
        mul(m, power(inner, 2)),
    )
    return square_norm(i, projected(m, upstream, normalized)), right


def u(a: Index) -> Sym:
    return s("u", a)


def v(a: Index) -> Sym:
    return s("v", a)


NORMALIZED = (
    Hypothesis(Sum(i, u(i)), Relation.EQ, ZERO),
    Hypothesis(square_norm(i, u(i)), Relation.EQ, m),
)
ORTHOGONAL = Hypothesis(Sum(i, mul(u(i), v(i))), Relation.EQ, ZERO)

n, n2, c, c2 = Index("n", "N"), Index("n'", "N"), Index("c", "D"), Index("c'", "D")
N, D = Size("N"), Size("D")


def image(a: Index, b: Index) -> Sym:
    return s("X", a, b)


def g2(a: Index, b: Index) -> Diff:
    return d(f, s("y", a, b))


FEATURES = (
    Definition(s("mu", c), mean(n, image(n, c))),
    Definition(s("var", c), mean(n, power(minus(image(n, c), s("mu", c)), 2))),
    Definition(s("xhat", n, c), mul(minus(image(n, c), s("mu", c)), power(s("var", c), Fraction(-1, 2)))),
    Definition(s("y", n, c), add(mul(s("gamma", c), s("xhat", n, c)), s("beta", c))),
)
LAYER = (
    Definition(s("mu", n), mean(c, image(n, c))),
    Definition(s("sigma", n), sqrt(mean(c, power(minus(image(n, c), s("mu", n)), 2)))),
    Definition(s("y", n, c), mul(minus(image(n, c), s("mu", n)), over(s("sigma", n)))),
)
RMS = (
    Definition(sigma, sqrt(mean(j, power(x(j), 2)))),
    Definition(xhat(i), mul(x(i), over(sigma))),
    Definition(s("y", i), mul(gamma, xhat(i))),
)
SAMPLE = normalization(divisor=minus(m, ONE))
nu, tau2, tau = map(Sym, ("nu", "tau2", "tau"))
STACKED = (
    *BN,
    Definition(nu, mean(j, s("y", j))),
    Definition(tau2, mean(j, power(minus(s("y", j), nu), 2))),
    Definition(tau, sqrt(add(tau2, eps))),
    Definition(s("z", i), mul(minus(s("y", i), nu), over(tau))),
)
SCALED = (Definition(s("y", i), mul(gamma, x(i))),)
hessian = d(d(f, x(i)), x(k))


def w(name: str) -> Sym:
    return s(name, i)


factor = Sym("k")
POSITIVE = (Hypothesis(Sym("a"), Relation.GT, ZERO),)

CENTERING = Definition(s("P", i, j), minus(Delta(i, j), over(m)))
JACOBIAN = Definition(s("J", i, k), d(xhat(i), x(k)))
UPSTREAM = Definition(s("G", i), g(i))
LINEAR = (Definition(s("y", i), Sum(j, mul(s("W", i, j), x(j)))),)
CENTERED = (CENTERING, Definition(s("y", i), Sum(j, mul(s("P", i, j), x(j)))))
TWO_OUTPUTS = (Definition(s("y", i), mul(gamma, x(i))), Definition(s("z", i), power(s("y", i), 2)))

IDENTITIES: dict[str, Statement] = {
    "input gradient": equal(d(f, x(i)), mul(gamma, over(mul(m, sigma)), projected(m, g, xhat))),
    "input gradient, epsilon": equal(
        d(f, x(i)), mul(gamma, over(mul(m, sigma)), projected(m, g, xhat)), normalization(epsilon=eps)
    ),
    "input gradient from xhat's": equal(
        d(f, x(i)), mul(over(mul(m, sigma)), projected(m, lambda a: d(f, xhat(a)), xhat))
    ),
    "chain rule": equal(
        d(f, x(i)),
        add(
            mul(d(f, xhat(i)), local(xhat(i), x(i))),
            mul(d(f, var), local(var, x(i))),
            mul(d(f, mu), local(mu, x(i))),
        ),
    ),
    "gradient by the Jacobian": equal(d(f, x(i)), Sum(k, mul(g(k), d(s("y", k), x(i))))),
    "scale": equal(d(f, gamma), Sum(i, mul(g(i), xhat(i)))),
    "shift": equal(d(f, beta), Sum(i, g(i))),
    "variance": equal(
        d(f, var),
        Sum(i, mul(d(f, xhat(i)), minus(x(i), mu), num(Fraction(-1, 2)), power(var, Fraction(-3, 2)))),
    ),
    "mean": equal(d(f, mu), mul(num(-1), over(sigma), Sum(i, d(f, xhat(i))))),
    "local xhat sigma": equal(local(xhat(i), sigma), mul(num(-1), minus(x(i), mu), power(sigma, -2))),
    "local xhat x": equal(local(xhat(i), x(k)), mul(Delta(i, k), over(sigma))),
    "Jacobian": equal(
        d(xhat(i), x(k)), mul(over(sigma), minus(Delta(i, k), over(m), mul(over(m), xhat(i), xhat(k))))
    ),
    "normalized mean": equal(Sum(i, xhat(i)), ZERO),
    "normalized variance": equal(square_norm(i, xhat(i)), m),
    "normalized variance, epsilon": equal(
        square_norm(i, xhat(i)), mul(m, minus(ONE, mul(eps, over(var)))), normalization(epsilon=eps)
    ),
    "gradient has no mean": equal(Sum(i, d(f, x(i))), ZERO),
    "gradient is orthogonal": equal(Sum(i, mul(d(f, x(i)), xhat(i))), ZERO),
    "norm identity, defined": equal(*norm_identity(g, xhat)),
    "norm identity, hypotheses": Statement(
        norm_identity(v, u)[0], Relation.EQ, norm_identity(v, u)[1], hypotheses=NORMALIZED
    ),
    "norm identity, orthogonal": Statement(
        norm_identity(v, u)[0],
        Relation.EQ,
        minus(mul(power(m, 2), square_norm(i, v(i))), mul(m, power(Sum(i, v(i)), 2))),
        hypotheses=(*NORMALIZED, ORTHOGONAL),
    ),
    "root mean square": equal(
        d(f, x(i)),
        mul(gamma, over(sigma), minus(g(i), mul(xhat(i), mean(j, mul(xhat(j), g(j)))))),
        RMS,
    ),
    "sample variance": equal(
        d(f, x(i)),
        mul(
            gamma,
            over(sigma),
            minus(g(i), mean(j, g(j)), mul(over(minus(m, ONE)), xhat(i), Sum(j, mul(xhat(j), g(j))))),
        ),
        SAMPLE,
    ),
    "features": equal(
        d(f, image(n, c)),
        mul(
            s("gamma", c),
            over(N),
            power(s("var", c), Fraction(-1, 2)),
            projected(N, lambda a: g2(a, c), lambda a: s("xhat", a, c), n, n2),
        ),
        FEATURES,
    ),
    "features, scale": equal(d(f, s("gamma", c)), Sum(n, mul(g2(n, c), s("xhat", n, c))), FEATURES),
    "layer": equal(
        d(f, image(n, c)),
        mul(
            over(mul(D, s("sigma", n))),
            projected(D, lambda a: g2(n, a), lambda a: s("y", n, a), c, c2),
        ),
        LAYER,
    ),
    "stacked, inner": equal(
        d(f, x(i)), mul(gamma, over(mul(m, sigma)), projected(m, g, xhat)), STACKED, output="z"
    ),
    "stacked, mean": equal(nu, beta, STACKED, output="z"),
    "stacked, variance": equal(tau2, power(gamma, 2), STACKED, output="z"),
    "stacked, Jacobian": equal(
        d(s("z", i), x(k)),
        Sum(k2, mul(d(s("z", i), s("y", k2)), d(s("y", k2), x(k)))),
        STACKED,
        output="z",
    ),
    "Hessian, scaled": equal(hessian, mul(power(gamma, 2), d(g(i), s("y", k))), SCALED),
    "Hessian, symmetric": equal(hessian, d(d(f, x(k)), x(i))),
    "Hessian, invariance": equal(Sum(k, hessian), ZERO),
    "Hessian, homogeneity": equal(Sum(k, mul(hessian, minus(x(k), mu))), neg(d(f, x(i)))),
    "Hessian, mixed": equal(
        d(d(f, xhat(i)), x(k)), mul(power(gamma, 2), Sum(k2, mul(d(g(i), s("y", k2)), d(xhat(k2), x(k)))))
    ),
    "weights at the start": Statement(
        minus(
            square_norm(i, minus(w("W_0"), mul(factor, w("W^*")))),
            square_norm(i, minus(w("W_0"), w("W^*"))),
        ),
        Relation.EQ,
        minus(
            mul(minus(power(factor, 2), ONE), square_norm(i, w("W^*"))),
            mul(num(2), minus(factor, ONE), Sum(i, mul(w("W_0"), w("W^*")))),
        ),
    ),
    "two outputs": replace(equal(d(f, x(i)), mul(gamma, g(i)), TWO_OUTPUTS), outputs=("y", "z")),
    "two outputs, Hessian": replace(
        equal(hessian, mul(power(gamma, 2), d(g(i), s("y", k))), TWO_OUTPUTS), outputs=("y", "z")
    ),
    "a free output": equal(hessian, d(d(f, x(k)), x(i)), (), output="x"),
    "a named gradient": equal(
        d(f, x(i)),
        mul(gamma, over(mul(m, sigma)), projected(m, lambda a: s("G", a), xhat)),
        (*BN, UPSTREAM),
    ),
    "a named Jacobian": equal(Sum(k, mul(s("J", i, k), xhat(k))), ZERO, (*BN, JACOBIAN)),
    "a projection": equal(Sum(j, mul(s("P", i, j), s("P", j, k))), s("P", i, k), (CENTERING,)),
    "a projection, gradient": equal(d(f, x(k)), Sum(i, mul(g(i), s("P", i, k))), CENTERED),
    "weight gradient": equal(d(f, s("W", i, k)), mul(g(i), x(k)), LINEAR),
    "local, of itself": equal(local(xhat(i), xhat(k)), Delta(i, k)),
    "total, of a square": equal(d(power(xhat(i), 2), x(k)), mul(num(2), xhat(i), d(xhat(i), x(k)))),
    "total, by sigma twice": equal(
        d(d(xhat(i), sigma), sigma), mul(num(2), minus(x(i), mu), power(sigma, -3))
    ),
    "variance by pairs": equal(
        var, mul(num(Fraction(1, 2)), power(m, -2), Sum(i, Sum(j, power(minus(x(i), x(j)), 2))))
    ),
    "one letter bound twice": equal(Sum(i, mul(x(i), Sum(i, x(i)))), power(Sum(j, x(j)), 2)),
    "norm as a root": equal(sqrt(square_norm(i, minus(x(i), mu))), mul(sqrt(m), sigma)),
    "norm of a multiple": Statement(
        sqrt(square_norm(i, mul(Sym("a"), x(i)))),
        Relation.EQ,
        mul(Sym("a"), sqrt(square_norm(i, x(i)))),
        hypotheses=POSITIVE,
    ),
    "norm of any multiple": Statement(
        sqrt(square_norm(i, mul(Sym("a"), x(i)))),
        Relation.EQ,
        mul(sqrt(power(Sym("a"), 2)), sqrt(square_norm(i, x(i)))),
    ),
}

NEAR_MISSES: dict[str, Statement] = {
    "sign lost in the gradient": equal(
        d(f, x(i)),
        mul(
            gamma,
            over(mul(m, sigma)),
            add(mul(m, g(i)), neg(Sum(j, g(j))), mul(xhat(i), Sum(j, mul(xhat(j), g(j))))),
        ),
    ),
    "m - 1 for m": equal(d(f, x(i)), mul(gamma, over(mul(minus(m, ONE), sigma)), projected(m, g, xhat))),
    "sample variance with the wrong divisor": equal(
        d(f, x(i)), mul(gamma, over(mul(m, sigma)), projected(m, g, xhat)), SAMPLE
    ),
    "epsilon forgotten": equal(square_norm(i, xhat(i)), m, normalization(epsilon=eps)),
    "power of var": equal(
        d(f, var),
        Sum(i, mul(d(f, xhat(i)), minus(x(i), mu), num(Fraction(-1, 2)), power(var, Fraction(-1, 2)))),
    ),
    "wrong index": equal(
        d(f, x(i)),
        mul(
            gamma,
            over(mul(m, sigma)),
            minus(mul(m, g(i)), Sum(j, g(j)), Sum(j, mul(xhat(j), xhat(j), g(j)))),
        ),
    ),
    "delta forgotten": equal(local(xhat(i), x(k)), over(sigma)),
    "delta only": equal(d(xhat(i), x(k)), mul(Delta(i, k), over(sigma))),
    "local for total": equal(d(f, var), Sum(i, mul(d(f, xhat(i)), local(xhat(i), var)))),
    "published norm identity": Statement(
        norm_identity(v, u)[0],
        Relation.EQ,
        minus(mul(power(m, 2), square_norm(i, v(i))), mul(m, power(Sum(i, mul(u(i), v(i))), 2))),
        hypotheses=NORMALIZED,
    ),
    "hypothesis missing": Statement(norm_identity(v, u)[0], Relation.EQ, norm_identity(v, u)[1]),
    "Hessian without curvature": equal(
        hessian, Sum(k2, mul(d(g(k2), s("y", k2)), d(s("y", k2), x(i)), d(s("y", k2), x(k))))
    ),
    "k squared plus one": Statement(
        IDENTITIES["weights at the start"].left,
        Relation.EQ,
        minus(
            mul(add(power(factor, 2), ONE), square_norm(i, w("W^*"))),
            mul(num(2), minus(factor, ONE), Sum(i, mul(w("W_0"), w("W^*")))),
        ),
    ),
    "root with the wrong sign": Statement(
        sqrt(square_norm(i, mul(Sym("a"), x(i)))),
        Relation.EQ,
        mul(num(-1), Sym("a"), sqrt(square_norm(i, x(i)))),
        hypotheses=POSITIVE,
    ),
    "true for two values only": equal(square_norm(i, xhat(i)), num(2)),
}


def mutants(term: Term) -> Iterator[Term]:
    """Every term with one small change: a sign, a coefficient, a power, a term left out."""
    match term:
        case Num(value):
            yield from {Num(-value), Num(value + 1)} - {term}
        case Sym() | Diff():
            yield mul(num(2), term)
        case Size():
            yield add(term, ONE)
        case Add(terms):
            for at, inner in enumerate(terms):
                changed = [neg(inner), ZERO, *mutants(inner)]
                yield from (Add((*terms[:at], t, *terms[at + 1 :])) for t in changed)
        case Mul(factors):
            for at, inner in enumerate(factors):
                yield from (Mul((*factors[:at], t, *factors[at + 1 :])) for t in mutants(inner))
        case Pow(base, exponent):
            yield Pow(base, exponent + 1)
            yield from (Pow(t, exponent) for t in mutants(base))
        case Sum(index, body):
            yield from (Sum(index, t) for t in mutants(body))


def mutated(statement: Statement) -> Iterator[Statement]:
    for right in mutants(statement.right):
        yield replace(statement, right=right)


@pytest.mark.parametrize("name", IDENTITIES)
def test_agrees_with_what_is_true(name: str) -> None:
    evidence = explicit.examine(IDENTITIES[name])
    assert evidence.agrees is True, evidence
    assert evidence.route.endswith("= 2, 3, 4")


@pytest.mark.parametrize("name", NEAR_MISSES)
def test_disagrees_with_near_misses(name: str) -> None:
    evidence = explicit.examine(NEAR_MISSES[name])
    assert evidence.agrees is False, evidence


def test_the_place_of_a_disagreement_is_named() -> None:
    evidence = explicit.examine(NEAR_MISSES["true for two values only"])
    assert evidence.route == "explicit m = 3"
    assert evidence.detail == "left 3.00000, right 2"


def test_how_it_was_decided_is_said() -> None:
    found = explicit.examine(IDENTITIES["normalized variance"])
    assert found.detail == f"m = 2, 3, 4: zero at 3 points mod {explicit.PRIME}"


def test_the_prime_makes_roots_multiplicative() -> None:
    p = explicit.PRIME
    assert sympy.isprime(p)
    assert p % 8 == 7  # -1 is not a square, 2 is
    assert all(sympy.legendre_symbol(q, p) == 1 for q in sympy.primerange(2, 60))


@pytest.mark.parametrize("name", ["normalized variance", "Hessian, homogeneity", "features"])
def test_names_do_not_change_a_derivative(name: str) -> None:
    """Shared subexpressions are differentiated as SymPy differentiates what they stand for."""
    statement = IDENTITIES[name]
    written = frame.frame_for(statement, {"m": 2, "N": 2, "D": 2}).components
    at = {"i": 1, "n": 1, "c": 2}
    y = written.body("y", (1, 2) if name == "features" else (1,), frozenset())
    first = written.symbol("array", ("X",), (1, 2)) if name == "features" else None
    variable = first or written.symbol("array", ("x",), (at["i"],))
    values = {v: sympy.Rational(2 + n * n, 3 + n) for n, v in enumerate(sorted(y.free_symbols, key=str))}
    ours = written_out(y.diff(variable).diff(variable)).subs(values)
    theirs = sympy.diff(written_out(y), variable, variable).subs(values)
    assert sympy.N(ours - theirs, 30, chop=True) == 0
    assert sympy.N(y.diff(variable).subs(values)) is not None


def test_equal_values_have_one_name() -> None:
    """However they are written: what is known of one, such as a derivative, is known of the other."""
    written = frame.frame_for(IDENTITIES["variance"], {"m": 3}).components
    one, other = (written.build(square_norm(index, x(index)), {}) for index in (i, j))
    assert one is other
    assert one is not written.build(square_norm(i, s("z", i)), {})
    assert sympy.Add(one, -other) == 0


def test_a_sum_inside_sums_is_written_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    original = components.Components.build

    def counted(self: components.Components, term: Term, *rest: Any) -> sympy.Expr:
        built.append(term)
        return original(self, term, *rest)

    monkeypatch.setattr(components.Components, "build", counted)
    nested = square_norm(k, x(k))
    for index in (j, i):
        nested = Sum(index, mul(x(index), nested))
    frame.frame_for(IDENTITIES["variance"], {"m": 7}).components.build(nested, {})
    assert sum(term == x(k) for term in built) == 7


def relation(left: Term, sign: Relation, right: Term, *hypotheses: Hypothesis) -> Statement:
    return Statement(left, sign, right, hypotheses=hypotheses)


CAUCHY = (
    power(Sum(i, mul(x(i), v(i))), 2),
    mul(square_norm(i, x(i)), square_norm(i, v(i))),
)


def test_inequalities() -> None:
    assert explicit.examine(relation(CAUCHY[0], Relation.LE, CAUCHY[1])).agrees is True
    assert explicit.examine(relation(CAUCHY[1], Relation.GE, CAUCHY[0])).agrees is True
    assert explicit.examine(relation(CAUCHY[1], Relation.LE, CAUCHY[0])).agrees is False
    # equality on multiples: the bound can't be made sharper
    sharper = mul(num(Fraction(9, 10)), CAUCHY[1])
    assert explicit.examine(relation(CAUCHY[0], Relation.LE, sharper)).agrees is False


def test_an_inequality_is_tried_only_where_its_hypotheses_hold() -> None:
    a, b = Sym("a"), Sym("b")
    premise = Hypothesis(power(a, 2), Relation.LE, power(b, 2))
    assert (
        explicit.examine(relation(power(a, 2), Relation.LE, mul(num(1), power(b, 2)), premise)).agrees is True
    )
    assert explicit.examine(relation(power(a, 2), Relation.LE, power(b, 2))).agrees is False
    impossible = Hypothesis(power(a, 2), Relation.LT, num(-1))
    evidence = explicit.examine(relation(a, Relation.LE, b, impossible))
    assert (evidence.agrees, "no real point" in evidence.detail) == (None, True)


def test_difference_relation() -> None:
    a = Sym("a")
    assert explicit.examine(relation(add(a, ONE), Relation.NE, a)).agrees is True
    assert explicit.examine(relation(add(a, a), Relation.NE, mul(num(2), a))).agrees is False


def test_a_root_has_a_sign() -> None:
    a = Sym("a")
    assert explicit.examine(relation(sqrt(power(a, 2)), Relation.EQ, a)).agrees is False
    assert explicit.examine(relation(sqrt(power(a, 2)), Relation.EQ, a, *POSITIVE)).agrees is True
    positive = add(power(a, 2), ONE)  # a sum of squares, which mod p may be no square
    assert explicit.examine(relation(sqrt(power(positive, 2)), Relation.EQ, positive)).agrees is None


def test_what_it_cannot_decide_it_says() -> None:
    a = Sym("a")
    no_outputs = replace(IDENTITIES["shift"], outputs=())
    assert explicit.examine(no_outputs).agrees is None
    contradiction = (Hypothesis(a, Relation.EQ, ONE), Hypothesis(a, Relation.EQ, ZERO))
    assert explicit.examine(relation(a, Relation.EQ, ONE, *contradiction)).agrees is None
    cubic = Hypothesis(Sum(i, power(x(i), 3)), Relation.EQ, ONE)
    assert explicit.examine(relation(Sum(i, power(x(i), 3)), Relation.EQ, ONE, cubic)).agrees is None
    never = relation(over(minus(a, a)), Relation.EQ, ONE)
    assert explicit.examine(never).agrees is None


X, w = s("X", i, n), s("w", n)
BALL = dict(zip(("v", "z"), (Sum(n, power(Sum(i, mul(X, s(c, i))), 2)) for c in "vz"), strict=True))
LONGEST = mul(power(Sym("λ"), 2), square_norm(i, v(i)))


def maximum(body: Term) -> Max:
    return Max(X, Sym("λ"), body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (BALL["v"], LONGEST),
        (sqrt(BALL["v"]), mul(Sym("λ"), sqrt(square_norm(i, v(i))))),
        # of two vectors, in at least two dimensions; and of a linear function
        (add(BALL["v"], BALL["z"]), mul(power(Sym("λ"), 2), add(*(square_norm(i, s(c, i)) for c in "vz")))),
        (
            Sum(i, Sum(n, mul(X, v(i), w))),
            mul(Sym("λ"), sqrt(mul(square_norm(i, v(i)), square_norm(n, w)))),
        ),
        # a sum of norms has no slope where a vector is zero
        (
            add(sqrt(BALL["v"]), sqrt(BALL["z"])),
            mul(Sym("λ"), add(*(sqrt(square_norm(i, s(c, i))) for c in "vz"))),
        ),
        (square_norm(i, v(i)), square_norm(i, v(i))),
    ],
)
def test_maxima_over_matrices_are_searched_for(body: Term, value: Term) -> None:
    found = explicit.examine(relation(maximum(body), Relation.EQ, value))
    assert (found.agrees, found.detail) == (True, f"m = 2, 3, 4: {frame.SEARCHED}")
    assert explicit.examine(relation(maximum(body), Relation.LE, value)).agrees is True
    for factor in (Fraction(99, 100), Fraction(101, 100)):
        wrong = relation(maximum(body), Relation.EQ, mul(num(factor), value))
        assert explicit.examine(wrong).agrees is False


@pytest.mark.parametrize("factor", [Fraction(1), Fraction(1, 1000), Fraction(1, 100_000)])
def test_a_search_that_can_fail_contradicts_nothing(factor: Fraction) -> None:
    """|Xᵀv|² - c|Xᵀz|² is not convex; its maximum is λ² times the larger eigenvalue of vvᵀ - c zzᵀ."""
    a, b = square_norm(i, v(i)), mul(num(factor), square_norm(i, s("z", i)))
    cross = mul(num(4 * factor), power(Sum(i, mul(v(i), s("z", i))), 2))
    eigenvalue = mul(num(Fraction(1, 2)), add(minus(a, b), sqrt(minus(power(add(a, b), 2), cross))))
    body = minus(BALL["v"], mul(num(factor), BALL["z"]))
    found = explicit.examine(relation(maximum(body), Relation.EQ, mul(power(Sym("λ"), 2), eigenvalue)))
    assert found.agrees is not False


def test_what_is_not_searched_for_is_not_known() -> None:
    within = relation(maximum(mul(BALL["v"], maximum(BALL["z"]))), Relation.EQ, LONGEST)
    assert explicit.examine(within).agrees is None
    empty = Hypothesis(Sym("λ"), Relation.LT, ZERO)
    assert explicit.examine(relation(maximum(BALL["v"]), Relation.EQ, LONGEST, empty)).agrees is None
    assert explicit.examine(relation(maximum(BALL["v"]), Relation.NE, LONGEST)).agrees is None
    slope = Diff(maximum(square_norm(i, mul(x(i), x(i)))), x(j), True)
    assert explicit.examine(relation(slope, Relation.EQ, ZERO)).agrees is None


def test_a_maximum_binds_what_stands_in_it_and_no_more() -> None:
    outside = Sum(i, Sum(n, power(X, 2)))
    assert explicit.examine(relation(add(maximum(BALL["v"]), outside), Relation.EQ, LONGEST)).agrees is False
    both = relation(add(maximum(BALL["v"]), outside), Relation.EQ, add(LONGEST, outside))
    assert explicit.examine(both).agrees is True


def test_a_deadline_and_no_sizes() -> None:
    late = explicit.examine(IDENTITIES["shift"], deadline=time.monotonic() - 1)
    assert (late.agrees, late.detail) == (None, "out of time")
    assert explicit.examine(IDENTITIES["shift"], sizes=(1,)).agrees is None


def test_a_symmetric_matrix_by_hypothesis() -> None:
    matrix = s("H", i, j)
    symmetric = Hypothesis(matrix, Relation.EQ, s("H", j, i))
    left = Sum(j, mul(matrix, x(j)))
    right = Sum(j, mul(s("H", j, i), x(j)))
    assert explicit.examine(relation(left, Relation.EQ, right, symmetric)).agrees is True
    assert explicit.examine(relation(left, Relation.EQ, right)).agrees is False


def test_zero_test() -> None:
    a, b = sympy.symbols("a b")
    assert explicit.is_zero(sympy.sqrt(a) ** 2 - a)
    assert not explicit.is_zero(sympy.sqrt(a) ** 2 - a + 1)
    assert explicit.is_zero(sympy.sqrt(6) * (a + b) - sympy.sqrt(2) * sympy.sqrt(3) * a - sympy.sqrt(6) * b)
    assert explicit.is_zero(1 / sympy.sqrt(a + b) - sympy.sqrt(a + b) / (a + b))
    assert explicit.is_zero((a + b) ** 12 - sympy.expand((a + b) ** 12))
    assert not explicit.is_zero((a + b) ** 12 - sympy.expand((a + b) ** 12) + a)


def test_the_order_of_links_does_not_matter() -> None:
    names = ["variance", "norm identity, defined", "input gradient"]
    found = []
    for order in (names, names[::-1]):
        frame.frame.cache_clear()
        frame._components.cache_clear()
        found.append({name: explicit.examine(IDENTITIES[name]) for name in order})
        found[-1] |= {"near miss": explicit.examine(NEAR_MISSES["power of var"])}
    assert found[0] == found[1]


def test_free_indices_coincide_in_every_way_once() -> None:
    sizes = {"m": 4, "N": 2}
    found = [tuple(at.values()) for at in surveying.patterns((i, j, k), sizes)]
    assert found == [(0, 0, 0), (0, 0, 1), (0, 1, 0), (0, 1, 1), (0, 1, 2)]
    assert len(surveying.patterns((i, n, j, n2), sizes)) == 4
    assert surveying.patterns((), sizes) == [{}]


def test_the_batch_is_the_first_space() -> None:
    assert surveying.spaces(IDENTITIES["features"]) == ("N", "D")
    assert surveying.spaces(relation(ONE, Relation.EQ, ONE)) == ("m",)


def imported(name: str) -> set[str]:
    """Modules of the package that `name` imports, directly or not."""
    found: set[str] = set()
    todo = [name]
    root = Path(explicit.__file__).parents[3]
    while todo:
        current = todo.pop()
        path = root.joinpath(*current.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        if current in found or not path.exists():
            continue
        found.add(current)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and current != "bnsym.model":
                module = node.module or ""
                todo += [module, *(f"{module}.{alias.name}" for alias in node.names)]
    return found


def test_the_routes_share_no_code_with_the_proof_nor_differentiation() -> None:
    small, large = imported("bnsym.evidence.small.explicit"), imported("bnsym.evidence.large.modular")
    proof = {f"bnsym.{name}" for name in ("calculus", "normal", "kernel")}
    assert not proof & (small | large)
    terms = {"bnsym.terms", "bnsym.terms.making", "bnsym.terms.tree"}
    assert small & large == {"bnsym.evidence.surveying", "bnsym.model", *terms}


def test_a_spread_that_only_rounding_makes_positive_is_none() -> None:
    """Three thirds that are equal: their mean is rounded, and so their spread is not quite zero."""
    with localcontext(prec=60):
        third = Decimal(1) / 3
        mean = (third + third + third + Decimal(0)) / 3 + Decimal("1e-60")
        spread = 3 * (third - mean) ** 2
        assert spread > 0
        assert not _above(spread, strict=True)
        assert _above(spread, strict=False)
        assert _power(spread, 1, -1).is_nan()
        assert _power(spread, 1, 1) == 0
        assert _power(Decimal(4), 1, -1) == Decimal("0.5")
