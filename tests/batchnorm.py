"""Batch normalization in terms, for tests: names as one writes them on paper."""

from __future__ import annotations

import time

from bnsym.kernel import Proved, Refuted
from bnsym.model import Undecided
from bnsym.proving import decide
from bnsym.terms import (
    HALF,
    Definition,
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
    neg,
    num,
    power,
)

i, j, k = (Index(letter, "m") for letter in "ijk")
m, f, gamma, beta, mu = Size("m"), Sym("f"), Sym(r"\gamma"), Sym(r"\beta"), Sym(r"\mu")
variance, epsilon = Sym(r"\sigma^{2}"), Sym(r"\epsilon")
sigma = power(variance, HALF)


def x(at: Index) -> Sym:
    return Sym("x", (at,))


def xhat(at: Index) -> Sym:
    return Sym(r"\hat{x}", (at,))


def y(at: Index) -> Sym:
    return Sym("y", (at,))


def g(at: Index) -> Diff:
    """∂f/∂y."""
    return Diff(f, y(at), True)


def minus(left: Term, right: Term) -> Term:
    return add(left, neg(right))


def over(top: Term, bottom: Term) -> Term:
    return mul(top, power(bottom, -1))


def definitions(root: Term = sigma) -> tuple[Definition, ...]:
    """μ, σ², x̂ = (x - μ)/root, y."""
    return (
        Definition(mu, over(Sum(i, x(i)), m)),
        Definition(variance, over(Sum(i, power(minus(x(i), mu), 2)), m)),
        Definition(xhat(i), over(minus(x(i), mu), root)),
        Definition(y(i), add(mul(gamma, xhat(i)), beta)),
    )


BN = definitions()


def input_gradient(root: Term = sigma, sign: int = -1) -> Term:
    """γ/(m root) (m g_i - Σ g_j ± x̂_i Σ x̂_j g_j): ∂f/∂x_i with sign = -1."""
    return mul(over(gamma, mul(m, root)), projection(sign))


def projection(sign: int = -1) -> Term:
    inner = Sum(j, mul(xhat(j), g(j)))
    return add(mul(m, g(i)), neg(Sum(j, g(j))), mul(num(sign), xhat(i), inner))


def equation(
    left: Term,
    right: Term,
    hypotheses: tuple[Hypothesis, ...] = (),
    *,
    given: tuple[Definition, ...] = BN,
    relation: Relation = Relation.EQ,
) -> Statement:
    return Statement(left, relation, right, given, hypotheses, ("f",), ("y",))


def verdict(statement: Statement, seconds: float = 20) -> Proved | Refuted | Undecided:
    return decide(statement, time.monotonic() + seconds)
