"""Statements with certificates: some true, some that would prove what is false if one check were
missing. Each certificate's identity holds by construction, so that only the checks of signs, zeros,
roots and letters stand between it and a verdict."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from random import Random
from time import monotonic

from bnsym.kernel import (
    Certificate,
    Factor,
    Given,
    Rejected,
    Schwarz,
    Summand,
    Use,
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
    generators,
)
from bnsym.proving.advice import Alike
from bnsym.proving.bound import bound_certificate
from bnsym.proving.identity import identity_certificate
from bnsym.proving.readback import plainly
from bnsym.proving.rings import SearchRing
from bnsym.terms import (
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
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
    mapped,
    mul,
    neg,
    num,
    power,
    sqrt,
)

AT, J, K = (Index(letter, "m") for letter in "ijk")
Q = Index("q", "n")
M = Size("m")
A, B, C = (Sym(name) for name in "abc")
HALF = Fraction(1, 2)
ORDERS = (Relation.LE, Relation.LT, Relation.GE, Relation.GT)


def x(at: Index) -> Sym:
    return Sym("x", (at,))


def w(row: Index, column: Index) -> Sym:
    return Sym("W", (row, column))


def d(row: Index, column: Index) -> Sym:
    return Sym("d", (row, column))


DEFINITIONS = (
    Definition(d(AT, J), sqrt(power(add(x(AT), neg(x(J))), 2))),
    Definition(Sym("s"), Sum(AT, power(x(AT), 2))),
    Definition(Sym("r"), sqrt(add(Sym("s"), power(A, 2)))),
    Definition(Sym("h", (AT,)), mul(x(AT), power(Sym("s"), -HALF))),
    Definition(Sym("t", (AT, J)), Sum(K, mul(d(AT, K), w(K, J)))),
)
SHAPES = {"a": (), "b": (), "c": (), "x": ("m",), "y": ("m",), "z": ("n",), "W": ("m", "m")}
"""What is free: the spaces of its indices."""


@dataclass(frozen=True)
class Forgery:
    kind: str
    statement: Statement
    certificate: Certificate
    written: Statement | None = None
    """The statement as it is evaluated, if that is not the same tree."""


class Hostile(Advice):
    """Whatever may be said, at random: what is proved by it has to hold all the same."""

    def __init__(self, rng: Random) -> None:
        super().__init__()
        self.rng = rng

    def order(self, canonical: Canonical, bound: Letters, factors: Factors) -> Letters:
        return self.rng.sample(bound, len(bound) - (self.rng.random() < 0.05))

    def root(self, signs: Signs, has_root: HasRoot, poly: Poly, q: int) -> TakenOut:
        found = sorted(generators(poly))
        own = [g for g in found if g[0] == "root"]
        kept = self.rng.sample(found, min(len(found), self.rng.choice((0, 1, 1, 2))))
        powers = tuple((g, self.rng.choice((1, 1, 2, -1))) for g in sorted({*kept, *own[:1]}))
        apart = tuple(self.rng.sample(found, min(len(found), self.rng.choice((0, 0, 1)))))
        c, k = self.rng.choice((1, 1, -1, 2)), self.rng.choice((1, 1, 2, -1, 4))
        return c, powers, k, apart

    def again(self, roots: frozenset[Generator], inverted: frozenset[Generator]) -> bool:
        return self.rng.random() < 0.2


def forge(rng: Random) -> Forgery | None:
    """The next one; None where the dice give nothing that can be forged."""
    kind = rng.choices(list(KINDS), weights=[weight for _, weight in KINDS.values()])[0]
    try:
        return KINDS[kind][0](rng)
    except (OutOfReach, Rejected):
        return None


# -- terms ----------------------------------------------------------------------------


def leaf(rng: Random, letters: list[Index]) -> Term:
    here = [i for i in letters if i.space == "m"]
    at = rng.choice(here) if here else None
    other = rng.choice(here) if here else None
    choices: list[Term] = [rng.choice((A, B, C)), rng.choice((A, B, C)), number(rng), M, Sym("s"), Sym("r")]
    if at and other:
        choices += [x(at), x(at), Sym("y", (at,)), w(at, other), d(at, other), d(at, at), Sym("h", (at,))]
        choices += [Delta(at, other)] * (at != other) + [Sym("t", (at, other))]
    choices += [Sym("z", (i,)) for i in letters if i.space == "n"]
    return rng.choice(choices)


def number(rng: Random) -> Num:
    return num(rng.choice((0, 1, 2, -1, 3, Fraction(1, 2), -2)))


EXPONENTS = (2, 2, 2, 3, -1, -1, -2, 0, HALF, HALF, -HALF, Fraction(3, 2))


def term(rng: Random, depth: int, letters: list[Index]) -> Term:
    if depth == 0 or rng.random() < 0.15:
        return leaf(rng, letters)
    match rng.randrange(7):
        case 0 | 1:
            return add(*(term(rng, depth - 1, letters) for _ in range(rng.choice((2, 2, 3)))))
        case 2 | 3:
            return mul(*(term(rng, depth - 1, letters) for _ in range(rng.choice((2, 2, 3)))))
        case 4 | 5:
            return power(term(rng, depth - 1, letters), rng.choice(EXPONENTS))
    fresh = [i for i in (AT, J, K, Q) if i not in letters]
    index = rng.choice(fresh or [K])
    return Sum(index, term(rng, depth - 1, [*(i for i in letters if i != index), index]))


def around(rng: Random) -> list[Index]:
    """The free letters of a statement."""
    return rng.choice(([], [], [AT], [AT, J]))


def hypotheses(rng: Random) -> tuple[Hypothesis, ...]:
    """Signs of names, and sometimes an equation or an order between them."""
    sides = (A, B, C, x(AT), Sym("y", (AT,)), w(AT, J), w(AT, AT))
    signs = [
        Hypothesis(
            rng.choice(sides), rng.choice((*ORDERS, Relation.NE)), rng.choice(tuple(map(num, (0, 0, 1, -1))))
        )
        for _ in range(rng.choice((0, 0, 1, 2)))
    ]
    if rng.random() < 0.4:
        factors = [rng.choice(sides) for _ in range(rng.choice((1, 2, 2)))]
        relation = rng.choice((Relation.EQ, Relation.EQ, *ORDERS))
        signs.append(Hypothesis(mul(*factors), relation, rng.choice((num(0), num(0), B, num(1)))))
    return tuple(dict.fromkeys(signs))


def stated(left: Term, relation: Relation, right: Term, given: tuple[Hypothesis, ...] = ()) -> Statement:
    return Statement(left, relation, right, DEFINITIONS, given)


def upward(rng: Random, small: Term, large: Term, given: tuple[Hypothesis, ...]) -> Statement:
    """`small <= large`, or with <, and either way round."""
    relation = rng.choice((Relation.LE, Relation.LT))
    if rng.random() < 0.5:
        return stated(small, relation, large, given)
    return stated(large, Relation.GE if relation is Relation.LE else Relation.GT, small, given)


# -- what a certificate can be made of ----------------------------------------------------


def powers(rng: Random) -> Forgery:
    """Two ways of writing a power, or a root; where one has no value, nothing is proved."""
    base = term(rng, rng.choice((0, 1, 2)), around(rng))
    p, q = rng.choice(EXPONENTS), rng.choice(EXPONENTS)
    given, relation = hypotheses(rng), rng.choice((Relation.EQ, Relation.EQ, Relation.EQ, Relation.LE))
    left, right = power(power(base, p), q), power(base, Fraction(p) * q)
    written = Pow(Pow(base, Fraction(p)), Fraction(q))
    if rng.random() < 0.2:
        left = written = power(mul(base, B), p)
        right = mul(power(base, p), power(B, p))
    statement = stated(left, relation, right, given)
    return Forgery("powers", statement, Certificate(), replace(statement, left=written))


def rewritten(rng: Random) -> Forgery:
    """A term, and the same with something changed that may matter or not."""
    left = term(rng, rng.choice((1, 2, 3)), around(rng))
    right = changed(rng, left) if rng.random() < 0.7 else left
    right = rng.choice((right, add(right, mul(num(0), A)), mul(right, power(B, -1), B), neg(neg(right))))
    return Forgery("rewritten", stated(left, Relation.EQ, right, hypotheses(rng)), Certificate())


def changed(rng: Random, whole: Term) -> Term:
    """One node of a term replaced."""

    def change(part: Term) -> Term:
        if rng.random() < 0.25:
            match part:
                case Add(terms) | Mul(terms):
                    return type(part)(tuple(reversed(terms)))
                case Pow(base, exponent):
                    return rng.choice((base, power(base, exponent * 2), power(base, -exponent)))
                case Sum(index, body):
                    return rng.choice((mul(M, body), body, Sum(index, neg(body))))
                case Sym(name, (one, two)):
                    return Sym(name, rng.choice(((two, one), (one, one))))
                case Num(value):
                    return num(rng.choice((-value, value + 1)))
        return mapped(part, change)

    return change(whole)


def signs(rng: Random) -> Forgery | None:
    """0 <= T, each monomial of T's normal form said not to be negative."""
    body, given = term(rng, rng.choice((0, 1, 2)), around(rng)), hypotheses(rng)
    statement = upward(rng, num(0), body, given)
    poly = Ring(statement, Alike()).normal(body)
    summands = [Summand(Fraction(abs(c)), (plainly({mono: 1}),)) for mono, c in poly.items()]
    if any(c < 0 for c in poly.values()):
        statement = upward(rng, num(0), add(*(power(body, 2), body)), given)
        summands = [
            Summand(Fraction(c), (plainly({mono: 1}),))
            for mono, c in Ring(statement, Alike()).normal(add(*(power(body, 2), body))).items()
        ]
    return Forgery("signs", statement, Certificate(summands=tuple(summands)))


def manifest(rng: Random) -> Forgery:
    """0 <= T, T said to be so by its form."""
    body = term(rng, rng.choice((0, 1, 2)), around(rng))
    if rng.random() < 0.6:
        body = add(power(body, rng.choice((2, 2, HALF, -2))), term(rng, rng.choice((0, 1)), []))
    shown = body
    if rng.random() < 0.15:
        body = leaf(rng, [])
        shown = rng.choice(
            (power(sqrt(body), 2), mul(power(body, -1), power(body, 2)), mul(body, power(B, 2), power(B, -2)))
        )
    statement = upward(rng, num(0), body, hypotheses(rng))
    return Forgery("manifest", statement, Certificate(summands=(Summand(Fraction(1), (shown,)),)))


def vectors(rng: Random) -> Forgery:
    """Cauchy-Schwarz, with the signs and the vectors right or wrong."""
    u, v = (term(rng, rng.choice((0, 1)), [K]) for _ in range(2))
    uu, uv, vv = (Sum(K, mul(*pair)) for pair in ((u, u), (u, v), (v, v)))
    choices: list[tuple[Term, Factor]] = [
        (uu, Sum(K, power(u, 2))),
        (add(mul(sqrt(uu), sqrt(vv)), uv), Schwarz(u, v, K)),
        (uv, Sum(K, power(u, 2))),
        (add(mul(sqrt(uu), sqrt(vv)), neg(uv)), Schwarz(u, v, K)),
    ]
    body, factor = rng.choice(choices)
    statement = upward(rng, num(0), rng.choice((body, body, neg(body))), hypotheses(rng))
    return Forgery("vectors", statement, Certificate(summands=(Summand(Fraction(1), (factor,)),)))


def cited(rng: Random) -> Forgery:
    """A hypothesis times what may be of any sign, or zero, cited as it is or as what it is not."""
    given = (
        *hypotheses(rng),
        Hypothesis(term(rng, 1, [AT]), rng.choice((Relation.EQ, *ORDERS)), leaf(rng, [AT])),
    )
    number_, factor = rng.randrange(len(given)), leaf(rng, [])
    claim = given[number_]
    gap = add(claim.left, neg(claim.right))
    if claim.relation in (Relation.LE, Relation.LT) and rng.random() < 0.8:
        gap = neg(gap)
    names = ((("i", "m"), ("j", "m")),) if rng.random() < 0.3 else ()
    source = Given(number_, names)
    if rng.random() < 0.4:
        statement = stated(mul(factor, gap), Relation.EQ, num(0), given)
        return Forgery("cited", statement, Certificate(uses=(Use(source, factor),)))
    statement = upward(rng, num(0), mul(factor, gap), given)
    poly = Ring(statement, Alike()).normal(factor)
    summands = [Summand(Fraction(c), (source, plainly({mono: 1}))) for mono, c in poly.items()]
    return Forgery("cited", statement, Certificate(summands=tuple(summands)))


def divided(rng: Random) -> Forgery:
    """From t u = 0 that v u = 0, by a division by t that stands open, in a contraction or in two."""
    t, v = x(J), rng.choice((Sym("y", (J,)), A, B))
    given = (Hypothesis(mul(t, B), Relation.EQ, num(0)), *hypotheses(rng))
    shape = rng.randrange(4)
    rest: Term = v
    cofactor: Term = mul(power(t, -1), v)
    if shape:
        rest, cofactor = Sum(K, w(J, K)), Sum(K, mul(power(t, -1), w(J, K)))
    if shape == 2:
        rest, cofactor = mul(rest, rest), power(cofactor, 2)
        given = (Hypothesis(mul(t, t, B), Relation.EQ, num(0)), *given[1:])
    if shape == 3:
        known = rng.choice((Relation.GT, Relation.NE, Relation.LT, Relation.GE))
        given = (*given, Hypothesis(t, known, num(0)))
    whole = Sum(J, mul(rest, B))
    extra = rng.choice(((), (), (mul(A, power(x(J), -1)),)))
    left = add(whole, *(Sum(J, add(e, neg(e))) for e in extra))
    uses = (Use(Given(0), cofactor, (("j", "m"),)),)
    return Forgery("divided", stated(left, Relation.EQ, num(0), given), Certificate(uses=uses))


def scaled(rng: Random) -> Forgery:
    """From t T = 0 that T = 0, or from an order its quotient by t: t may be zero, or negative."""
    t, body = rng.choice((A, B, x(AT), Sym("s"), M, Sym("r"), d(AT, J))), term(rng, 1, [])
    order = rng.random() < 0.6
    relation = rng.choice((Relation.GE, Relation.GT)) if order else Relation.EQ
    given = (Hypothesis(mul(t, body), relation, num(0)), *hypotheses(rng))
    if rng.random() < 0.4:
        given = (
            *given,
            Hypothesis(t, rng.choice((Relation.NE, Relation.LT, Relation.GT, Relation.GE)), num(0)),
        )
    inverse = power(t, -1)
    if order:
        summands = (Summand(Fraction(1), (Given(0), inverse)),)
        return Forgery("scaled", upward(rng, num(0), body, given), Certificate(summands=summands))
    uses = (Use(Given(0), inverse),)
    return Forgery("scaled", stated(body, relation, num(0), given), Certificate(uses=uses))


def squares(rng: Random) -> Forgery:
    """l <= r or l = r, where only the squares are."""
    large = term(rng, rng.choice((0, 1)), around(rng))
    rest = power(term(rng, rng.choice((0, 1)), []), 2)
    small = rng.choice((large, neg(large), sqrt(power(large, 2)), sqrt(add(power(large, 2), rest))))
    if rng.random() < 0.5:
        small, large = large, small
    if rng.random() < 0.5:
        return Forgery(
            "squares", stated(small, Relation.EQ, large, hypotheses(rng)), Certificate(squared=True)
        )
    statement = upward(rng, small, large, hypotheses(rng))
    summands = rng.choice(((), (Summand(Fraction(1), (rest,)),)))
    return Forgery("squares", statement, Certificate(squared=True, summands=summands))


def roots(rng: Random) -> Forgery | None:
    """What is 0 because roots are what they are: of roots that the sides have, or of others."""
    base, given = term(rng, rng.choice((0, 1)), around(rng)), hypotheses(rng)
    root = sqrt(base)
    gap = add(power(root, 2), neg(rng.choice((base, base, neg(base), root))))
    left = rng.choice((add(gap, C), add(mul(gap, power(root, -1)), C), add(mul(power(gap, 2), A), C)))
    if rng.random() < 0.5:
        return Forgery("roots", stated(left, Relation.EQ, C, given), Certificate())
    other = rng.choice((base, base, term(rng, 1, around(rng))))
    zero = add(
        mul(other, power(other, rng.choice((HALF, -HALF, -1)))), neg(power(other, rng.choice((HALF, 1))))
    )
    over = rng.choice(((), (), (("i", "m"),)))
    summed = Sum(AT, zero) if over else zero
    statement = stated(add(root, mul(B, summed)), Relation.EQ, add(root, mul(B, num(0))), given)
    return Forgery("roots", statement, Certificate(uses=(Use(None, mul(B, zero), over),)))


def searched(rng: Random) -> Forgery | None:
    """What a search finds on a statement, then one thing changed in either."""
    letters = around(rng)
    body, given = term(rng, 2, letters), hypotheses(rng)
    other = changed(rng, body) if rng.random() < 0.5 else term(rng, 1, letters)
    relation = rng.choice((Relation.EQ, Relation.EQ, Relation.LE, Relation.GE))
    left = power(body, 2) if relation is Relation.GE else body
    statement = stated(left, relation, body if relation is Relation.EQ else mul(num(0), other), given)
    if relation is Relation.LE:
        statement = stated(mul(num(2), A, body), relation, add(power(A, 2), power(body, 2)), given)
    ring = SearchRing(statement, monotonic() + 0.05)
    found = (
        identity_certificate(statement, ring)
        if relation is Relation.EQ
        else bound_certificate(statement, ring, products=False)
    )
    if found is None:
        return None
    return Forgery("searched", *mutated(rng, statement, found))


def mutated(rng: Random, statement: Statement, found: Certificate) -> tuple[Statement, Certificate]:
    match rng.randrange(9):
        case 0:
            statement = replace(statement, relation=rng.choice(list(Relation)))
        case 1:
            statement = replace(statement, left=changed(rng, statement.left))
        case 2:
            statement = replace(statement, hypotheses=hypotheses(rng))
        case 3:
            statement = replace(statement, left=statement.right, right=statement.left)
        case 4:
            found = replace(found, summands=found.summands[1:], uses=found.uses[1:])
        case 5:
            found = replace(found, squared=not found.squared)
        case 6 if found.summands:
            first, *rest = found.summands
            found = replace(found, summands=(replace(first, coefficient=-first.coefficient), *rest))
        case 7 if found.uses:
            first, *rest = found.uses
            found = replace(found, uses=(Use(first.given, neg(first.cofactor), first.over), *rest))
    return statement, found


def derivatives(rng: Random) -> Forgery:
    """A total derivative, and another way to write it."""
    body = term(rng, 2, [AT])
    by = rng.choice((A, x(J)))
    base = term(rng, 1, [AT])
    left: Term = Diff(power(base, 2), by, True)
    right: Term = mul(num(rng.choice((2, 2, 1))), base, Diff(base, by, True))
    if rng.random() < 0.5:
        left = Diff(mul(body, base), by, True)
        sign = rng.choice((1, 1, -1))
        right = add(mul(Diff(body, by, True), base), mul(num(sign), body, Diff(base, by, True)))
    elif rng.random() < 0.3:
        right = mul(right, base)
    return Forgery("derivatives", stated(left, Relation.EQ, right, hypotheses(rng)), Certificate())


def sizes(rng: Random) -> Forgery:
    """Sizes less a number, divided by or under a root: it matters for which sizes that has a value."""
    gaps = [add(M, num(-rng.randrange(5))), add(num(rng.randrange(1, 5)), neg(M))]
    gap = rng.choice((*gaps[:1], gaps[0], *gaps, mul(*gaps), add(power(M, 2), num(-rng.randrange(1, 9)))))
    again = rng.choice(gaps)
    left, right = rng.choice(
        (
            (mul(gap, power(gap, -1)), num(1)),
            (power(sqrt(gap), 2), gap),
            (mul(gap, again, power(gap, -1), power(again, -1)), num(1)),
            (mul(C, again, power(sqrt(gap), 2), power(again, -1)), mul(C, gap)),
        )
    )
    return Forgery("sizes", stated(left, Relation.EQ, right, hypotheses(rng)), Certificate())


def empty(rng: Random) -> Forgery:
    """The two sides are the same, and a summand is nothing, or a number that is none."""
    side = term(rng, 1, around(rng))
    weight = rng.choice((0, 0, -1, 1, Fraction(-1, 2), True))
    summands = rng.choice(((Summand(weight, ()),), (), (Summand(weight, (power(A, 2),)),)))
    statement = upward(rng, side, rng.choice((side, side, add(side, num(weight)))), hypotheses(rng))
    return Forgery("empty", statement, Certificate(summands=summands, squared=rng.random() < 0.1))


KINDS: dict[str, tuple[Callable[[Random], Forgery | None], int]] = {
    "powers": (powers, 3),
    "rewritten": (rewritten, 3),
    "signs": (signs, 4),
    "manifest": (manifest, 4),
    "vectors": (vectors, 2),
    "cited": (cited, 3),
    "divided": (divided, 2),
    "scaled": (scaled, 2),
    "squares": (squares, 2),
    "roots": (roots, 2),
    "searched": (searched, 1),
    "derivatives": (derivatives, 1),
    "sizes": (sizes, 3),
    "empty": (empty, 2),
}
"""How to forge, and how often."""
