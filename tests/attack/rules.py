"""What each rule of the kernel refuses, and what it lists with what it accepts: an attempt for each
premise, which is accepted, or proves too much, if the check of that premise is not there."""

# ruff: noqa: E501 - an attempt is a line

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from math import inf
from time import monotonic
from typing import Any, TypeAlias

from bnsym.calculus import hessian_name
from bnsym.kernel import (
    Certificate,
    Factor,
    Given,
    Lemma,
    Maximum,
    Rejected,
    Schwarz,
    Summand,
    Use,
    Vector,
    Witness,
    opened,
    prove,
    refute,
)
from bnsym.normal import (
    Advice,
    Canonical,
    Factors,
    Generator,
    HasRoot,
    Letters,
    OutOfReach,
    Poly,
    Ring,
    Signs,
    TakenOut,
)
from bnsym.proving.advice import Alike
from bnsym.proving.maximum import maximum_of
from bnsym.terms import (
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
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

EQ, NE, LE, LT, GE, GT = Relation.EQ, Relation.NE, Relation.LE, Relation.LT, Relation.GE, Relation.GT
ROW, J, K = (Index(letter, "m") for letter in "ijk")
M = Size("m")
A, B, C = (Sym(name) for name in "abc")
MINUS_HALF = Fraction(-1, 2)
Hypotheses: TypeAlias = tuple[Hypothesis, ...]


NOTHING = Certificate()


class RuleBroken(Exception):
    """Something was accepted that a rule refuses, or without what it rests on."""


@dataclass(frozen=True)
class Attempt:
    rule: str
    statement: Statement
    certificate: Certificate = NOTHING
    model: Witness | None = None
    listed: tuple[str, Hypotheses, Hypotheses] | None = None
    """Scope, hypotheses and side conditions of an acceptance; nothing where it is refused."""
    why: str = ""
    """What the refusal says."""


def claim(left: Term, relation: Relation, right: Term, *given: Hypothesis) -> Statement:
    return Statement(left, relation, right, (), given)


def says(left: Term, relation: Relation, right: Term | None = None) -> Hypothesis:
    return Hypothesis(left, relation, num(0) if right is None else right)


def of(*factors: Factor, coefficient: Fraction = Fraction(1)) -> Certificate:
    """One summand."""
    return Certificate(summands=(Summand(coefficient, factors),))


def cited(*factors: Term, number: int = 0) -> Certificate:
    """A hypothesis times a product."""
    return Certificate(uses=(Use(Given(number), Mul(factors)),))


def where(**values: Any) -> Witness:
    """Numbers, and arrays of numbers, at m = 1 unless said otherwise."""
    size = values.pop("m", 1)
    return Witness({"m": size, "n": 1}, {name: exactly(value) for name, value in values.items()})


def exactly(value: Any) -> Any:
    return tuple(map(exactly, value)) if isinstance(value, tuple) else Fraction(value)


def x(index: Index) -> Sym:
    return Sym("x", (index,))


def w(row: Index, column: Index) -> Sym:
    return Sym("W", (row, column))


NAME: Generator = ("sym", "a", ())
SQUARE: Generator = ("root", 2, ((((NAME, 2),), 1),))
"""The root of a²."""
DISTANCE = Definition(Sym("d", (ROW, J)), sqrt(power(add(x(ROW), neg(x(J))), 2)))
ROWS = Definition(Sym("t", (ROW,)), Sum(J, w(ROW, J)))
HIDDEN = Sum(K, mul(power(x(J), -1), Sym("y", (J, K))))
CAPTURED = Index("#1.0", "m")
ZERO_OR_MORE = where(a=0, b=0)


# -- certificates --------------------------------------------------------------------------

DIVISIONS = (
    Attempt("a factor that may be zero", claim(B, EQ, num(0), says(mul(A, B), EQ)), cited(power(A, -1)), ZERO_OR_MORE),
    Attempt("a factor that is not negative may be zero", claim(B, EQ, num(0), says(mul(A, B), EQ), says(A, GE)), cited(power(A, -1)), ZERO_OR_MORE),
    Attempt("a factor that is not zero", claim(B, EQ, num(0), says(mul(A, B), EQ), says(A, GT)), cited(power(A, -1)), where(a=1, b=0), ("m >= 1", (says(mul(A, B), EQ), says(A, GT)), ())),
    Attempt("a factor that the sides divide by", claim(mul(B, power(A, -1)), EQ, num(0), says(mul(A, B), EQ)), cited(power(A, -2)), where(a=1, b=0), ("m >= 1", (says(mul(A, B), EQ),), (says(A, NE),))),
    Attempt("a factor that is below zero", claim(B, EQ, num(0), says(mul(A, B), EQ), says(A, LE, num(-1))), cited(power(A, -1)), where(a=-1, b=0), ("m >= 1", (says(mul(A, B), EQ), says(A, LE, num(-1))), ())),
    Attempt("a division inside a contraction", claim(Sum(J, mul(Sum(K, Sym("y", (J, K))), Sym("p", (J,)))), EQ, num(0), says(mul(x(J), Sym("p", (J,))), EQ)), Certificate(uses=(Use(Given(0), HIDDEN, (("j", "m"),)),)), where(x=(0,), p=(0,), y=((1,),))),
    Attempt("a root of what may be negative", claim(B, EQ, num(0), says(B, EQ)), Certificate(uses=(Use(Given(0), num(1)), Use(None, add(power(sqrt(A), 2), neg(A))))), ZERO_OR_MORE, why="of its own"),
    Attempt("a root of another name", claim(sqrt(A), EQ, sqrt(A)), Certificate(uses=(Use(None, add(power(sqrt(B), 2), neg(B))),)), ZERO_OR_MORE, why="of its own"),
    Attempt("a root that is not divided by", claim(sqrt(A), EQ, sqrt(A)), Certificate(uses=(Use(None, add(mul(A, power(A, MINUS_HALF)), neg(sqrt(A)))),)), ZERO_OR_MORE, why="of its own"),
    Attempt("nothing times what is not zero", claim(A, EQ, num(0)), Certificate(uses=(Use(None, A),)), where(a=0)),
    Attempt("nothing times what is zero", claim(sqrt(A), EQ, sqrt(A)), Certificate(uses=(Use(None, add(power(sqrt(A), 2), neg(A))),)), where(a=0), ("m >= 1", (), (says(A, GE),))),
    Attempt("a delta of two spaces", claim(Sym("z", (Index("q", "n"),)), EQ, num(0), says(Sym("z", (ROW,)), EQ)), Certificate(uses=(Use(Given(0), Delta(ROW, Index("q", "n")), (("i", "m"),)),)), Witness({"m": 1, "n": 1}, {"z": (Fraction(0),)}), why="two spaces"),
    Attempt("a letter that is reserved", claim(A, EQ, num(0), says(A, EQ)), cited(x(CAPTURED)), where(a=0), why="reserved"),
    Attempt("a reserved letter that is summed over", claim(A, EQ, num(0), says(A, EQ)), Certificate(uses=(Use(Given(0), num(1), (("%1", "m"),)),)), where(a=0), why="reserved"),
    Attempt("a reserved letter for a hypothesis", claim(A, EQ, num(0), says(x(ROW), EQ)), Certificate(uses=(Use(Given(0, ((("i", "m"), ("#1.0", "m")),)), num(1)),)), where(a=0, x=(0,)), why="does not have"),
    Attempt("a reserved letter of a factor", claim(num(0), LE, power(A, 2)), of(power(x(CAPTURED), 2)), why="reserved"),
    Attempt("a hypothesis that there is not", claim(A, EQ, num(0), says(A, EQ), says(B, EQ)), cited(number=-2), ZERO_OR_MORE),
    Attempt("a name that a hypothesis does not have", claim(A, EQ, B, says(A, EQ, B)), Certificate(uses=(Use(Given(0, ((("i", "m"), ("j", "m")),)), num(1)),)), ZERO_OR_MORE),
    Attempt("another space", claim(Sym("z", (Index("q", "n"),)), EQ, num(0), says(Sym("z", (ROW,)), EQ)), Certificate(uses=(Use(Given(0, ((("i", "m"), ("q", "n")),)), num(1)),)), Witness({"m": 1, "n": 1}, {"z": (Fraction(0),)})),
    Attempt("an order cited as an equation", claim(A, EQ, num(0), says(A, GE)), cited(), where(a=0)),
    Attempt("what is not equal, cited as equal", claim(A, EQ, num(0), says(A, NE)), cited(), where(a=1)),
)  # fmt: skip
SIGNS = (
    Attempt("a root of 0 is positive", replace(claim(Sym("d", (ROW, ROW)), GT, num(0)), definitions=(DISTANCE,)), of(Sym("d", (ROW, ROW)))),
    Attempt("a coefficient 0", claim(A, LT, A), of(coefficient=Fraction(0))),
    Attempt("a coefficient below 0", claim(num(0), LE, num(-1)), of(coefficient=Fraction(-1))),
    Attempt("an inexact coefficient", claim(num(0), LE, num(Fraction(1, 4))), of(coefficient=0.25)),  # type: ignore[arg-type]
    Attempt("an odd power", claim(num(0), LE, power(A, 3)), of(power(A, 3))),
    Attempt("a name", claim(num(0), LE, A), of(A)),
    Attempt("a term of no sign", claim(num(0), LE, A), of(A)),
    Attempt("a term that brings in a condition", claim(num(0), LE, A), of(power(sqrt(A), 2)), where(a=0)),
    Attempt("a square is above 0", claim(num(0), LT, power(A, 2)), of(power(A, 2))),
    Attempt("an even power is above 0", claim(num(0), LT, power(A, 2)), of(power(A, 2))),
    Attempt("a square is not 0", claim(num(0), NE, power(A, 2)), of(power(A, 2))),
    Attempt("what is above is not equal", claim(A, NE, num(0), says(A, GT)), of(Given(0)), where(a=1), ("m >= 1", (says(A, GT),), ())),
    Attempt("an order by an equation's certificate", claim(A, LT, B, says(A, EQ, B)), replace(of(coefficient=Fraction(1)), uses=(Use(Given(0), num(-1)),)), ZERO_OR_MORE),
    Attempt("a sum that is not negative is 0", claim(power(A, 2), EQ, num(0)), of(power(A, 2))),
    Attempt("what is not equal is not negative", claim(A, GE, num(0), says(A, NE)), of(Given(0)), where(a=1)),
    Attempt("what is not negative is above 0", claim(A, GT, num(0), says(A, GE)), of(Given(0)), where(a=1)),
    Attempt("below of a hypothesis, turned round", claim(A, GT, B, says(A, LT, B)), of(Given(0)), where(a=0, b=1)),
    Attempt("at most of a hypothesis, turned round", claim(A, GE, B, says(A, LE, B)), of(Given(0)), where(a=0, b=1)),
    Attempt("above of the statement, turned round", claim(B, GT, A, says(A, GT, B)), of(Given(0)), where(a=1, b=0)),
    Attempt("below of the statement, turned round", claim(A, LT, B, says(B, LT, A)), of(Given(0)), where(a=1, b=0)),
    Attempt("below, and above", claim(A, LT, B, says(B, GT, A)), of(Given(0)), where(a=0, b=1), ("m >= 1", (says(B, GT, A),), ())),
    Attempt("a sign by its form or assumed", claim(A, GE, num(0), says(A, GT)), of(A), where(a=1), ("m >= 1", (says(A, GT),), ())),
    Attempt("an order assumed", claim(A, GE, num(0), says(A, GE)), of(Given(0)), where(a=1), ("m >= 1", (says(A, GE),), ())),
    Attempt("a name below 0", claim(A, GT, num(0), says(A, LT)), of(A), where(a=-1)),
    Attempt("an odd power of a name assumed", claim(power(A, 3), GE, num(0), says(A, GE)), of(power(A, 3)), where(a=1), ("m >= 1", (says(A, GE),), ())),
    Attempt("a root of squares may be 0", claim(sqrt(add(power(A, 2), power(B, 2))), GT, num(0)), of(sqrt(add(power(A, 2), power(B, 2))))),
    Attempt("a name above 0, said from behind", claim(neg(A), GE, num(0), Hypothesis(num(0), LT, A)), of(neg(A)), where(a=1)),
    Attempt("a sum below 0 that is left of a product above", claim(mul(A, power(mul(A, add(B, C)), -1)), GE, num(0), says(A, LT), says(B, LT), says(C, LT)), of(mul(A, power(mul(A, add(B, C)), -1))), where(a=-1, b=-1, c=-1)),
    Attempt("a name above -1", claim(A, GE, num(0), says(A, GT, num(-1))), of(A), where(a=1)),
    Attempt("a name below 1", claim(sqrt(mul(power(A, 2), B)), EQ, neg(mul(A, sqrt(B))), says(A, LT, num(1))), NOTHING, where(a=-1, b=1)),
    Attempt("a diagonal says nothing of the rest", claim(w(ROW, J), GE, num(0), says(w(ROW, ROW), GT)), of(w(ROW, J)), where(W=((1,),))),
    Attempt("sizes are at least 1", claim(num(0), LE, add(M, num(-2))), of(add(M, num(-2)))),
    Attempt("a size less one is not above 0", claim(num(0), LT, add(M, num(-1))), of(M)),
    Attempt("a product is as its worst factor", claim(num(0), LE, mul(A, power(B, 2))), of(mul(A, power(B, 2)))),
    Attempt("a sum is as its worst term", claim(num(0), LE, add(A, power(B, 2))), of(add(A, power(B, 2)))),
    Attempt("a vector that brings in a condition", claim(num(0), LE, Sum(ROW, power(x(ROW), 2))), of(Sum(K, power(sqrt(x(K)), 2))), where(x=(1,))),
    Attempt("Cauchy and Schwarz", claim(Sum(ROW, x(ROW)), GE, mul(sqrt(Sum(ROW, power(x(ROW), 2))), sqrt(M))), of(Schwarz(neg(x(K)), num(1), K))),
    Attempt("Cauchy and Schwarz, as it is", claim(neg(Sum(ROW, mul(x(ROW), Sym("y", (ROW,))))), LE, mul(sqrt(Sum(ROW, power(x(ROW), 2))), sqrt(Sum(ROW, power(Sym("y", (ROW,)), 2))))), of(Schwarz(x(K), Sym("y", (K,)), K)), None, ("m >= 1", (), ())),
    Attempt("one side of squares of no sign", claim(sqrt(power(A, 2)), EQ, A), Certificate(squared=True)),
    Attempt("both sides of squares of no sign", claim(A, EQ, neg(A)), Certificate(squared=True)),
    Attempt("a larger side of squares of no sign", claim(num(0), LE, A), replace(of(power(A, 2)), squared=True)),
)  # fmt: skip
FORMS = (
    Attempt("a root of a square is not the number", claim(sqrt(power(A, 2)), EQ, A)),
    Attempt("a square of a root", claim(power(sqrt(A), 2), EQ, A), NOTHING, where(a=1), ("m >= 1", (), (says(A, GE),))),
    Attempt("a root of 0 is 0", replace(claim(Sum(J, mul(Delta(ROW, J), Sym("d", (ROW, J)))), EQ, num(0)), definitions=(DISTANCE,)), NOTHING, None, ("m >= 1", (), ())),
    Attempt("a negative number leaves a root as its opposite", claim(sqrt(mul(power(A, 2), B)), EQ, mul(A, sqrt(B)), says(A, LT)), NOTHING, where(a=-1, b=1)),
    Attempt("a sum over nothing is the size", claim(Sum(ROW, A), EQ, A)),
    Attempt("a sum of squares of sums", claim(Sum(ROW, power(Sum(K, w(ROW, K)), 2)), EQ, Sum(ROW, Sum(K, w(ROW, K))))),
    Attempt("a square of a sum", claim(power(Sum(ROW, x(ROW)), 2), EQ, Sum(ROW, power(x(ROW), 2)))),
    Attempt("rows are not columns", claim(Sum(K, mul(w(ROW, K), x(K))), EQ, Sum(K, mul(w(K, ROW), x(K))))),
    Attempt("which letters are summed", claim(Sum(J, Sum(K, mul(w(J, K), w(K, J)))), EQ, Sum(J, Sum(K, mul(w(J, K), w(J, K)))))),
    Attempt("a delta takes one of its letters", claim(Sum(J, mul(Delta(ROW, J), x(J))), EQ, x(K))),
    Attempt("a delta is no number", claim(mul(Delta(ROW, J), x(J)), EQ, x(J))),
    Attempt("a product has a rule", claim(Diff(mul(B, A), A, True), EQ, num(0))),
    Attempt("a power has a rule", claim(Diff(power(A, 2), A, True), EQ, mul(num(2), power(A, 2)))),
    Attempt("a component varies with itself alone", claim(Diff(Sum(ROW, x(ROW)), x(J), True), EQ, M)),
    Attempt("a sum's letter is its own", claim(Diff(Sum(J, power(x(J), 2)), x(J), True), EQ, mul(num(2), x(J))), NOTHING, None, ("m >= 1", (), ())),
    Attempt("a letter that is put in is captured by no sum", replace(claim(Diff(Sym("t", (J,)), w(J, K), True), EQ, num(1)), definitions=(ROWS,)), NOTHING, None, ("m >= 1", (), ())),
    Attempt("a reserved letter of a term", claim(x(Index("%1", "m")), EQ, x(Index("%1", "m")))),
    Attempt("letters of a definition", replace(claim(Sym("d", (ROW, J)), EQ, Sym("d", (ROW, K))), definitions=(DISTANCE,))),
    Attempt("1/(1/a) is not there at 0", claim(power(power(A, -1), -1), EQ, A), NOTHING, where(a=1), ("m >= 1", (), (says(A, NE),))),
    Attempt("what is divided by", claim(mul(A, power(B, -1)), EQ, mul(A, power(B, -1))), NOTHING, where(a=1, b=1), ("m >= 1", (), (says(B, NE),))),
    Attempt("each factor that is divided by", claim(power(mul(A, B), -1), EQ, power(mul(A, B), -1)), NOTHING, where(a=1, b=1), ("m >= 1", (), (says(A, NE), says(B, NE)))),
    Attempt("what a root is taken of", claim(sqrt(A), EQ, sqrt(A)), NOTHING, where(a=1), ("m >= 1", (), (says(A, GE),))),
    Attempt("a root that is divided by", claim(power(A, MINUS_HALF), EQ, power(A, MINUS_HALF)), NOTHING, where(a=1), ("m >= 1", (), (says(A, GT),))),
    Attempt("a square under a root that is divided by", claim(power(power(A, 2), MINUS_HALF), EQ, power(power(A, 2), MINUS_HALF)), NOTHING, where(a=1), ("m >= 1", (), (says(A, NE),))),
    Attempt("values that meet what is assumed", claim(power(B, -1), EQ, power(B, -1)), NOTHING, where(b=0)),
    Attempt("values that meet every hypothesis", claim(A, GE, num(0), says(A, GE), says(B, LT)), of(Given(0)), where(a=0, b=0)),
    Attempt("values, where something is assumed", claim(A, GE, num(0), says(A, GE), says(A, LT)), of(Given(0))),
    Attempt("the larger bound of two sizes", claim(mul(A, sqrt(add(M, num(-3))), sqrt(add(M, num(-2)))), EQ, mul(A, sqrt(add(M, num(-3))), sqrt(add(M, num(-2))))), NOTHING, where(a=1, m=4), ("m >= 3", (), ())),
    Attempt("the larger bound, said last", claim(mul(A, sqrt(add(M, num(-2))), sqrt(add(M, num(-3)))), EQ, mul(A, sqrt(add(M, num(-2))), sqrt(add(M, num(-3))))), NOTHING, where(a=1, m=4), ("m >= 3", (), ())),
    Attempt("a bound that excludes its root", claim(mul(A, power(add(M, num(-3)), -1)), EQ, mul(A, power(add(M, num(-3)), -1))), NOTHING, where(a=1, m=4), ("m >= 4", (), ())),
    Attempt("a bound from above is no bound", claim(mul(A, sqrt(add(num(4), neg(M)))), EQ, mul(A, sqrt(add(num(4), neg(M))))), NOTHING, where(a=1), ("m >= 1", (), (says(add(num(4), neg(M)), GE),))),
    Attempt("a bound on products of sizes", claim(sqrt(mul(add(M, num(-2)), add(M, num(-5)))), EQ, sqrt(mul(add(M, num(-2)), add(M, num(-5))))), NOTHING, where(m=5), ("m >= 5", (), ())),
)  # fmt: skip
PUT_IN = Certificate(equations=(0,))
EQUATIONS = (
    Attempt("a number that is put in", claim(mul(B, A), EQ, B, says(A, EQ, num(1))), PUT_IN, where(a=1, b=0), ("m >= 1", (says(A, EQ, num(1)),), ())),
    Attempt("values that meet the equation", claim(mul(B, A), EQ, B, says(A, EQ, num(1))), PUT_IN, where(a=2, b=0)),
    Attempt("an order is not put in", claim(A, EQ, num(1), says(A, GE, num(1))), PUT_IN, where(a=1)),
    Attempt("an equation that is not solved", claim(A, EQ, num(1), says(power(A, 2), EQ, num(1))), PUT_IN, where(a=1)),
    Attempt("an equation that holds itself", claim(A, EQ, add(A, num(1)), says(A, EQ, add(A, num(1)))), PUT_IN, where(a=1), why="no solved equation"),
    Attempt("what is differentiated by", claim(Diff(power(A, 2), A, True), EQ, num(0), says(A, EQ, C)), PUT_IN, where(a=1, c=1)),
    Attempt("what is put in is differentiated by", claim(Diff(mul(A, C), C, True), EQ, A, says(A, EQ, C)), PUT_IN, where(a=1, c=1)),
    Attempt("what is defined", replace(claim(A, EQ, C, says(A, EQ, C)), definitions=(Definition(A, power(C, 2)),)), PUT_IN, where(c=1)),
)  # fmt: skip
ATTEMPTS = (*DIVISIONS, *SIGNS, *FORMS, *EQUATIONS)


def check_attempts() -> None:
    for attempt in ATTEMPTS:
        check_attempt(attempt)


def check_attempt(attempt: Attempt) -> None:
    try:
        found = prove(attempt.statement, attempt.certificate, attempt.model, Alike())
    except (Rejected, OutOfReach, ZeroDivisionError, ValueError, KeyError) as error:
        if attempt.listed is not None or attempt.why not in str(error):
            raise RuleBroken(f"{attempt.rule}: refused, {error}") from error
        return
    if (found.scope, found.hypotheses, found.side_conditions) != attempt.listed:
        raise RuleBroken(f"{attempt.rule}: {found.scope} {found.hypotheses} {found.side_conditions}")


# -- witnesses -----------------------------------------------------------------------------

HESSIAN = hessian_name("f", "x", "x")
WITNESSES: tuple[tuple[str, Statement, Witness], ...] = (
    ("the first hypothesis", claim(num(0), EQ, num(1), says(A, GE)), where(a=-1)),
    ("the second hypothesis", claim(num(0), EQ, num(1), says(A, GE), says(B, GE)), where(a=0, b=-1)),
    ("a hypothesis for each index", claim(num(0), EQ, num(1), says(x(ROW), GE)), where(m=2, x=(1, -1))),
    ("a root is not negative", claim(sqrt(A), GE, num(0)), where(a=4)),
    ("a root that is no rational is not negative", claim(sqrt(A), GE, num(0)), where(a=2)),
    ("a root of a negative number", claim(sqrt(A), EQ, num(0)), where(a=-4)),
    ("what is divided by", claim(power(A, -1), EQ, num(0)), where(a=0)),
    ("a power of nothing", claim(Pow(power(A, -1), Fraction(0)), EQ, num(2)), where(a=0)),
    ("a size of a witness", claim(M, GE, num(1)), where(m=0)),
    ("a Hessian is symmetric", replace(claim(Diff(Diff(Sym("f"), x(ROW), True), x(J), True), EQ, Diff(Diff(Sym("f"), x(J), True), x(ROW), True)), losses=("f",), outputs=("x",)), Witness({"m": 2}, {HESSIAN: exactly(((0, 1), (2, 0)))})),
    ("at least", claim(A, LE, A), where(a=1)),
    ("above", claim(A, LT, B), where(a=1, b=2)),
    ("not equal", claim(A, NE, B), where(a=1, b=2)),
    ("a delta", claim(Sum(ROW, Delta(ROW, J)), EQ, num(1)), where(m=3)),
    ("a letter that is put in is captured by no sum", replace(claim(Diff(Sym("t", (J,)), w(J, K), True), EQ, num(1)), definitions=(ROWS,)), where(m=2, W=((1, 2), (3, 4)))),
    ("sums of roots", claim(add(sqrt(A), sqrt(B)), EQ, mul(num(3), sqrt(A))), where(a=2, b=8)),
    ("a third power of a root", claim(power(sqrt(A), 3), EQ, mul(A, sqrt(A))), where(a=2)),
)  # fmt: skip


def check_witnesses() -> None:
    for rule, statement, witness in WITNESSES:
        try:
            refute(statement, witness)
        except (Rejected, ZeroDivisionError, KeyError):
            continue
        raise RuleBroken(f"{rule}: refuted at {witness}")


# -- sides that are opened ---------------------------------------------------------------------


def check_opened() -> None:
    """One certificate is checked, as `prove` does, and no other: what the first one divided by, the
    second may not. What a search does with its copies changes nothing."""
    statement = claim(B, EQ, num(0), says(mul(A, B), EQ))
    for certificate in (cited(power(A, -1)), PUT_IN, Certificate(equations=(1,))):
        sides, check = opened(statement, Alike())
        check_refused("what is opened", lambda c=certificate, f=check: f(c, ZERO_OR_MORE, inf))  # type: ignore[misc]
    sides, check = opened(claim(A, EQ, A))
    assert sides.left == ((((NAME, 1),), 1),)
    if check(NOTHING, None, inf) != prove(claim(A, EQ, A), NOTHING, None):
        raise RuleBroken("what is opened is proved otherwise")
    check_refused("a second certificate", lambda: check(NOTHING, None, inf))


def check_refused(rule: str, attempt: Callable[[], object]) -> None:
    try:
        attempt()
    except (Rejected, OutOfReach):
        return
    raise RuleBroken(rule)


# -- advice ------------------------------------------------------------------------------------


class Says(Advice):
    """Always the same: of a root, and of letters, of which as many are left out."""

    def __init__(self, taken: TakenOut = (1, (), 1, ()), left_out: int = 0) -> None:
        super().__init__()
        self.taken, self.left_out = taken, left_out

    def order(self, canonical: Canonical, bound: Letters, factors: Factors) -> Letters:
        return bound[self.left_out :]

    def root(self, signs: Signs, has_root: HasRoot, poly: Poly, q: int) -> TakenOut:
        return self.taken


BELOW = power(add(mul(A, B), power(A, 2)), -1)
ADVICE: tuple[tuple[str, Term, Advice], ...] = (
    ("what may be negative leaves no root", sqrt(power(A, 2)), Says((1, ((NAME, 1),), 1, ()))),
    ("what may be negative has no root apart", sqrt(power(A, 2)), Says((1, (), 1, (NAME,)))),
    ("what is below 0 leaves no root as it is", sqrt(power(A, 2)), Says((1, ((NAME, 1),), 1, ()))),
    ("what may be zero leaves no root", sqrt(mul(power(A, 2), B)), Says((1, ((SQUARE, 1),), 1, ()))),
    ("no negative number leaves a root", sqrt(A), Says((-1, (), 1, ()))),
    ("no negative number has a root apart", sqrt(A), Says((1, (), -1, ()))),
    ("what may be zero leaves no denominator", BELOW, Says((1, ((("sym", "b", ()), 1),), 1, ()))),
    ("what was not divided by does not come from there", BELOW, Says((1, ((NAME, -1),), 1, ()))),
    ("a denominator leaves no root", BELOW, Says((1, (), 4, ()))),
    ("a number that is inexact", sqrt(A), Says((1.0, (), 1, ()))),  # type: ignore[arg-type]
    ("an exponent that is inexact", sqrt(power(M, 2)), Says((1, ((("size", "m"), 1.0),), 1, ()))),  # type: ignore[arg-type]
    ("what is not there", sqrt(A), Says((1, ((("size", "m"), 1),), 1, ()))),
    ("no letter is left out", Sum(ROW, Sum(J, mul(w(ROW, J), w(J, ROW)))), Says(left_out=1)),
)


def check_advice() -> None:
    """What is not so is refused, before anything is made of it."""
    negative = says(A, LT)
    for rule, term, advice in ADVICE:
        try:
            Ring(claim(term, EQ, term, *[negative] * ("below" in rule)), advice).sides()
        except OutOfReach:
            continue
        raise RuleBroken(rule)
    entry = sqrt(Sum(J, power(w(ROW, J), 2)))
    ring = Ring(claim(entry, EQ, entry), Alike())
    ((((root, _),), _),) = ring.sides()[0].items()
    if ring.has_root(ring.canonical.relabel(root, {("i", "m"): ("i", "n")})):
        raise RuleBroken("a root is one of its own spaces")


# -- maxima --------------------------------------------------------------------------------

COLUMN = Index("j", "n")
X, V, RADIUS = Sym("X", (ROW, COLUMN)), Sym("v", (ROW,)), Sym("λ")
LARGEST = Max(X, RADIUS, Sum(COLUMN, power(Sum(ROW, mul(X, V)), 2)))
NORM = Sum(ROW, power(V, 2))
VALUE = mul(power(RADIUS, 2), NORM)
AT = where(λ=1, v=(1,))
STATED = claim(LARGEST, EQ, VALUE)


def check_maxima() -> None:
    lemma = maximum_of(LARGEST, monotonic() + 10)
    if lemma is None:
        raise RuleBroken("no proof of a maximum is found")
    for value in (num(2), add(M, num(-1)), A):
        constant = unvarying(power(value, -1))
        statement, listed = claim(constant.term, EQ, constant.value), ("m >= 1", (), ())
        attempt = Attempt(f"1 over {value}", statement, Certificate(maxima=(constant,)))
        check_attempt(
            replace(attempt, listed=listed) if value == num(2) else replace(attempt, why="a proof that")
        )
    check_attempt(
        Attempt("a maximum", STATED, Certificate(maxima=(lemma,)), AT, ("m >= 1", (), (says(RADIUS, GE),)))
    )
    for why, change in tampered(lemma):
        changed = replace(lemma, **change)
        statement = claim(changed.term, EQ, changed.value)
        check_attempt(Attempt(f"{change}", statement, Certificate(maxima=(changed,)), AT, why=why))
    for model, why in ((None, "no values"), (where(λ=-1, v=(1,)), "does not meet")):
        check_attempt(Attempt("values in a ball", STATED, Certificate(maxima=(lemma,)), model, why=why))


def unvarying(value: Term) -> Maximum:
    """The maximum of what does not vary with the matrix, attained at zero."""
    some = where(m=2, a=1, λ=1)
    same, inside = Lemma(Certificate(), some), Lemma(of(), some)
    return Maximum(Max(X, num(1), value), value, (), (), same, (num(0), num(0)), (), inside, (same,))


def tampered(lemma: Maximum) -> Iterator[tuple[str, dict[str, Any]]]:
    """What makes a maximum none, each with what the refusal says."""
    moving, whole = Sum(ROW, Sum(COLUMN, power(X, 2))), (LARGEST.body, VALUE)
    yield "identity", {"value": mul(num(2), VALUE)}  # a bound, not attained
    yield "identity", {"value": mul(num(0), VALUE)}  # attained, no bound
    yield "identity", {"point": (V, num(1))}  # of norm |v|√n
    yield "no such hypothesis", {"tested": ()}
    yield "can't be applied", {"tested": (Vector(Sym("v", (K,)), K, 1),)}
    yield "can't be applied", {"tested": (Vector(w(K, J), K),)}
    yield "depends on the matrix", {"tested": (Vector(Sum(COLUMN, X), ROW),)}
    yield "a vector has one free", {"divided": (Vector(w(K, J), K),)}
    yield "side condition", {"divided": (), "equal": lemma.equal[:1]}
    yield "a case in which", {"equal": lemma.equal[:1]}
    yield "on what it is taken over", {"value": add(VALUE, mul(num(0), moving))}
    yield "on what it is taken over", {"term": Max(X, add(RADIUS, mul(num(0), moving)), LARGEST.body)}
    yield "may be defined where", {"term": Max(X, RADIUS, add(LARGEST.body, mul(num(0), C)))}
    yield "may be defined where", {"term": Max(X, add(RADIUS, mul(num(0), C)), LARGEST.body)}
    yield "free index", {"term": Max(X, RADIUS, mul(LARGEST.body, Sym("v", (K,))))}
    yield "free index", {"value": mul(VALUE, Sym("v", (K,)))}
    yield "of a maximum", {"term": Max(X, RADIUS, add(*whole, LARGEST))}
    yield "of a derivative", {"value": add(VALUE, Diff(RADIUS, RADIUS, True))}
    yield "depends on what it is taken", {"arguments": (Definition(V, mul(Sym("X", (ROW, ROW)), x(ROW))),)}
    yield "is bound in it", {"arguments": (Definition(V, Sym("a", (ROW, COLUMN))),)}
    yield "is no matrix", {"term": Max(Sym("X", (ROW, ROW)), RADIUS, LARGEST.body)}
    yield "one factor for each index", {"point": (w(ROW, J), num(1))}
    yield "one factor for each index", {"point": (mul(Sym("X", (ROW, ROW)), num(0)), num(1))}
    yield "identity", {"bound": Lemma(Certificate(), lemma.bound.model)}
    yield "identity", {"inside": Lemma(of(), lemma.inside.model)}


RULES: tuple[Callable[[], None], ...] = (
    check_attempts,
    check_witnesses,
    check_opened,
    check_advice,
    check_maxima,
)


def check_rules() -> None:
    """Every rule, tried. Raises RuleBroken."""
    for check in RULES:
        check()
