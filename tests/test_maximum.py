"""Maxima over a ball of matrices: the values, the near-misses, and proofs tampered with."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from bnsym.elaborate import read
from bnsym.kernel import (
    NORM_AXIOM,
    Certificate,
    Maximum,
    Proved,
    Refuted,
    Rejected,
    Vector,
    Witness,
    prove,
    refute,
)
from bnsym.kernel.verdicts import evaluated
from bnsym.model import Undecided, rule_of
from bnsym.printing import to_latex
from bnsym.proving import decide
from bnsym.proving.maximum import maximum_of
from bnsym.terms import Definition, Index, Max, Relation, Statement, Sum, Sym, mul, num, power


def verdict(text: str) -> Proved | Refuted | Undecided:
    link = read(f"$$\n{text}\n$$\n", "note.md").links[0]
    assert link.statement is not None, link.problem
    return decide(link.statement, time.monotonic() + 10)


BALL = r"\max_{\Vert X \Vert_2 \le \lambda}"


@pytest.mark.parametrize(
    ("formula", "value", "slip"),
    [
        (r"\Vert X^T v \Vert_2^2", r"\lambda^2 \Vert v \Vert_2^2", r"\lambda \Vert v \Vert_2^2"),
        (r"\Vert X^T v \Vert_2", r"\lambda \Vert v \Vert_2", r"\lambda^2 \Vert v \Vert_2"),
        (r"\Vert X w \Vert_2^2", r"\lambda^2 \Vert w \Vert_2^2", r"\lambda^2 \Vert w \Vert_2"),
        (r"v^T X X^T v", r"\lambda^2 \langle v, v \rangle", r"2 \lambda^2 \langle v, v \rangle"),
        (r"\Vert X^T (u - v) \Vert^2", r"\lambda^2 \Vert u - v \Vert^2", r"\lambda^2 \Vert u + v \Vert^2"),
        (r"3 \Vert X^T v \Vert_2^2", r"3 \lambda^2 \Vert v \Vert_2^2", r"\lambda^2 \Vert v \Vert_2^2"),
        (r"\sum_j (\sum_i X_{ij} v_i)^2", r"\lambda^2 \sum_i v_i^2", r"\lambda^2 (\sum_i v_i)^2"),
    ],
)
def test_the_value_and_no_other(formula: str, value: str, slip: str) -> None:
    proved = verdict(rf"{BALL} {formula} = {value}")
    assert isinstance(proved, Proved), proved
    assert proved.axioms == (NORM_AXIOM,)
    assert [to_latex(c.left) for c in proved.side_conditions] == [r"\lambda"]
    refuted = verdict(rf"{BALL} {formula} = {slip}")
    assert isinstance(refuted, Refuted)
    assert refuted.left != refuted.right
    assert refuted.witness.values["\\lambda"] >= 0


def test_orders() -> None:
    assert isinstance(verdict(rf"{BALL} \Vert X^T v \Vert^2 \le 2 \lambda^2 \Vert v \Vert^2"), Proved)
    assert isinstance(verdict(rf"{BALL} \Vert X^T v \Vert^2 \ge 2 \lambda^2 \Vert v \Vert^2"), Refuted)
    assert isinstance(verdict(rf"{BALL} \Vert X^T v \Vert^2 < \lambda^2 \Vert v \Vert^2"), Refuted)


@pytest.mark.parametrize(
    "formula",
    [
        r"(\Vert X^T v \Vert^2 + \Vert X^T w \Vert^2)",  # depends on the angle of v and w
        r"(\Vert X^T v \Vert^2 - \Vert X^T w \Vert^2)",
        r"v^T X X^T w",
        r"(\Vert X^T v \Vert^2)^3 \Vert X^T w \Vert",
    ],
)
def test_what_is_beyond_reach_is_undecided(formula: str) -> None:
    found = verdict(rf"{BALL} {formula} = \lambda^2 \Vert v \Vert^2 + \lambda^2 \Vert w \Vert^2")
    assert isinstance(found, Undecided)
    assert found.code == "BN309"


def test_an_empty_ball_has_no_maximum() -> None:
    below = decide_first(
        "<!-- bnsym: assume $\\lambda < 0$ -->\n"
        + _note(rf"{BALL} \Vert X^T v \Vert^2 = \lambda^2 \Vert v \Vert^2")
    )
    assert isinstance(below, Undecided)
    assert below.code == "BN310"
    negative = verdict(r"\max_{\Vert X \Vert_2 \le -1} \Vert X^T v \Vert^2 = \Vert v \Vert^2")
    assert isinstance(negative, Undecided)
    assert negative.code == "BN310"


def _note(formula: str) -> str:
    return f"$$\n{formula}\n$$\n"


def decide_first(note: str) -> Proved | Refuted | Undecided:
    statement = read(note, "note.md").links[0].statement
    assert statement is not None
    return decide(statement, time.monotonic() + 10)


# -- the kernel ------------------------------------------------------------------------

i, j, k = Index("i", "m"), Index("j", "n"), Index("k", "m")
X, v, lam = Sym("X", (i, j)), Sym("v", (i,)), Sym("λ")
GOAL = Max(X, lam, Sum(j, power(Sum(i, mul(X, v)), 2)))
NORM = Sum(i, power(v, 2))


@pytest.fixture(scope="module")
def lemma() -> Maximum:
    found = maximum_of(GOAL, time.monotonic() + 10)
    assert found is not None
    return found


def claim(value: object = None) -> Statement:
    return Statement(GOAL, Relation.EQ, mul(power(lam, 2), NORM) if value is None else value)  # type: ignore[arg-type]


MODEL = Witness({"m": 1, "n": 1}, {"λ": Fraction(1), "v": (Fraction(1),)})


def test_the_kernel_accepts_the_lemma(lemma: Maximum) -> None:
    proved = prove(claim(), Certificate(maxima=(lemma,)), MODEL)
    assert proved.side_conditions
    assert rule_of(proved.certificate).startswith("maximum")


@pytest.mark.parametrize(
    "change",
    [
        {"value": mul(num(2), power(lam, 2), NORM)},  # a bound, but not attained
        {"value": num(0)},  # attained at zero, but no bound
        {"value": mul(lam, NORM)},
        {"point": (v, num(1))},  # of norm |v|√n
        {"point": (mul(num(2), lam, v, power(NORM, Fraction(-1, 2))), num(1))},
        {"tested": ()},  # without the axiom nothing bounds X
        {"tested": (Vector(Sym("v", (k,)), k, 1),)},  # the wrong side of X
        {"divided": ()},  # v = 0 is forgotten
        {"term": Max(X, lam, Sum(j, power(Sum(i, mul(X, Sym("u", (i,)))), 2)))},
        {"term": Max(X, power(lam, 2), GOAL.body)},
    ],
    ids=str,
)
def test_what_was_tampered_with_is_rejected(lemma: Maximum, change: dict[str, object]) -> None:
    changed = replace(lemma, **change)  # type: ignore[arg-type]
    with pytest.raises((Rejected, ValueError)):
        evaluated(claim(), (changed,))


def test_the_cases_must_be_exhaustive(lemma: Maximum) -> None:
    with pytest.raises(Rejected, match="a case in which"):
        evaluated(claim(), (replace(lemma, equal=lemma.equal[:1]),))


def test_a_value_may_not_hide_where_a_maximum_is_undefined(lemma: Maximum) -> None:
    body = Sum(j, power(Sum(i, mul(X, v, num(0), Sym("c"))), 2))
    with pytest.raises(Rejected, match="defined where"):
        evaluated(claim(), (replace(lemma, term=Max(X, lam, body), value=mul(power(lam, 2), NORM)),))


def test_what_stands_for_an_array_depends_on_nothing_bound(lemma: Maximum) -> None:
    caught = Definition(Sym("v", (i,)), mul(Sym("X", (i, i)), Sym("u", (i,))))
    with pytest.raises(Rejected, match="depends on what it is taken over"):
        evaluated(claim(), (replace(lemma, arguments=(caught,)),))
    free = Definition(Sym("v", (i,)), Sym("a", (i, j)))
    with pytest.raises(Rejected, match="is bound in it"):
        evaluated(claim(), (replace(lemma, arguments=(free,)),))


def test_a_witness_is_replayed_with_the_value(lemma: Maximum) -> None:
    wrong = claim(mul(lam, NORM))
    witness = Witness({"m": 2, "n": 1}, {"λ": Fraction(2), "v": (Fraction(1), Fraction(0))})
    refuted = refute(wrong, witness, (lemma,))
    assert (refuted.left, refuted.right) == (4, 2)
    outside = Witness(witness.sizes, {**witness.values, "λ": Fraction(-2)})
    with pytest.raises(Rejected, match="hypotheses"):
        refute(wrong, outside, (lemma,))
    with pytest.raises(Rejected, match="maximum"):
        refute(wrong, witness)


def test_the_value_is_the_largest_of_many(lemma: Maximum) -> None:
    """A second route: no matrix of the ball does better, and the best singular pair does as well."""
    rng = np.random.default_rng(1)
    for rows, columns in product((1, 2, 3), (1, 2, 4)):
        vector = rng.normal(size=rows)
        claimed = 4.0 * vector @ vector
        for _ in range(200):
            matrix = rng.normal(size=(rows, columns))
            matrix *= 2 / np.linalg.norm(matrix, 2)
            assert np.sum((matrix.T @ vector) ** 2) <= claimed + 1e-9
        best = 2 * np.outer(vector / np.linalg.norm(vector), np.eye(columns)[0])
        assert np.sum((best.T @ vector) ** 2) == pytest.approx(claimed)
