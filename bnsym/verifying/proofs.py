r"""Proofs, checked a second time: no normal form, no rule of the kernel, but values at random points of a
field.

On concrete vectors over GF(P), what a certificate says is evaluated from the statement as it stands: larger -
smaller = Σ summands + Σ cofactor * equation. That no summand is negative is seen by its form,
and that what is divided by is not zero at points where it is: there the sides have no value. Sizes are
small numbers, and once sums of random weights (see `jets`), which stand for all sizes together.

A wrong accept. Two quotients of polynomials that differ, of degrees together d (counted by `Degrees` for
what stands there) with k roots, agree at a random point with probability at most 2^k d / P
(Schwartz-Zippel, for the norm), and the points are independent.

Roots. Of r and -r that one is taken which is a square itself: -1 is none, so one of them is, and `is a
square` has the rules of `is positive` for products: √(ab) = √a √b. Points are drawn until every radicand is
a square, and with it what is positive by its form or is assumed to be. A sign that nobody knows comes out
either way: √(a²) = a fails at half of the points. For roots of independent radicands each choice of signs
is as good as the real one, since the field that they generate has an automorphism that leads from one to
the other. That r² = B holds at each point, so that a certificate's cofactor of it says nothing here, and
reports leave it out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import log2
from operator import eq, ge, gt, le, lt, ne
from random import Random
from typing import Any, NamedTuple, TypeAlias

from bnsym.terms import (
    Add,
    Hypothesis,
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
    free_indices,
    walk,
)
from bnsym.verifying.domains import Degrees, Exact, Field, NotSquare, NoValue, Number, P, Unjudged, Wrong
from bnsym.verifying.jets import At, Values, derivative
from bnsym.verifying.signs import POSITIVE, Signs

Maxima: TypeAlias = Callable[[Values, Max, At], Number]
EQ, LE, LT, GE, GT, NE = Relation
COMPARE = {EQ: eq, LE: le, LT: lt, GE: ge, GT: gt, NE: ne}
TRIES, POINTS, PATTERNS, SIZES = 500, 8, 9, 100
HALF, TWO = Fraction(1, 2), Fraction(2)


class Claim(NamedTuple):
    statement: Statement
    used: list[int]
    """The numbers of the hypotheses that the proof rests on."""
    conditions: list[Hypothesis]
    least: dict[str, int]
    """The least size of a space; 1 if it is left out."""
    certificate: dict[str, Any]
    model: dict[str, Any] | None


class Factor(NamedTuple):
    """Of a summand: not negative, and positive if it is strict; of a hypothesis, for other letters."""

    term: Term
    strict: bool
    names: Any = ()
    hypothesis: bool = False

    def number(self, values: Values, at: At) -> Number:
        return values.number(self.term, at | {old.name: at[new.name] for old, new in self.names})


def excess(stated: Statement | Hypothesis) -> Term:
    """What is claimed to be larger less what is smaller; left less right if nothing is."""
    sides = stated.left, stated.right
    first, second = sides if stated.relation not in (LE, LT) else sides[::-1]
    return Add((first, Mul((Num(Fraction(-1)), second))))


def is_square(number: int) -> bool:
    return pow(number, (P - 1) // 2, P) != P - 1


def exact(
    statement: Statement, sizes: dict[str, int], given: dict[str, Any], maximum: Maxima | None
) -> Values:
    """At a witness. Wrong if a size is none, or a Hessian is not symmetric."""
    if not all(type(size) is int and size > 0 for size in sizes.values()):
        raise Wrong("a size is no positive integer")
    twice = {derivative(f, y, y) for f in statement.losses for y in statement.outputs}

    def raw(name: str, where: tuple[int, ...]) -> Number:
        value, half = given[name], len(where) // 2
        for place in where:
            value = value[place]
        if (
            name in twice
            and where[half:] < where[:half]
            and raw(name, where[half:] + where[:half]) != exactly(value)
        ):
            raise Wrong("a Hessian is not symmetric")
        return exactly(value)

    exactly, one = Exact().number, Fraction(1)
    values = Values(Exact(), statement, {space: [one] * size for space, size in sizes.items()}, raw)
    values.maximum = maximum
    return values


def check_met(values: Values, hypotheses: tuple[Hypothesis, ...]) -> None:
    """For all values of their free indices."""
    for stated in hypotheses:
        for at, _ in values.assigned(free_indices(excess(stated))):
            if not holds(values, stated, at):
                raise Wrong("the values that are given do not meet what is assumed")


def holds(values: Values, stated: Hypothesis | Statement, at: At) -> bool:
    """Exactly; squares with their numbers' signs are in the order of the numbers."""
    left, right = values.number(stated.left, at), values.number(stated.right, at)
    return bool(COMPARE[stated.relation](left, right))


class Blocks(dict[str, list[int]]):
    """The sizes of a point, drawn when they are asked for: the least one and `more`; or else random
    weights, their sum a square as what is positive is."""

    def __init__(self, claim: Claim, random: Random, more: int | None) -> None:
        self._least, self._random, self._more = claim.least, random, more

    def __missing__(self, space: str) -> list[int]:
        total = self._random.randrange(1, P) ** 2
        self.put(space, total if self._more is None else self._least.get(space, 1) + self._more)
        return self[space]

    def put(self, space: str, total: int) -> None:
        weights = [self._random.randrange(1, P), self._random.randrange(1, P)]
        self[space] = [1] * total if self._more is not None else [*weights, (total - sum(weights)) % P]


class Proof:
    """A claim, and its certificate in parts that can be evaluated."""

    def __init__(self, claim: Claim, random: Random, maximum: Maxima | None = None) -> None:
        self.claim, self.statement, self.random, self.maximum = claim, claim.statement, random, maximum
        self.stated = (*(self.statement.hypotheses[n] for n in claim.used), *claim.conditions)
        self.assumed = [(h.relation, excess(h)) for h in self.stated]
        self.signs = Signs(self.statement, self.stated)
        certificate = claim.certificate
        self.summands = [(c, [self._factor(*f) for f in factors]) for c, factors in certificate["summands"]]
        self.uses = [(self._cited(n, names, (EQ,)), c, over) for n, names, c, over in certificate["uses"]]
        self.difference = self._difference(certificate["squared"])
        self.solved = dict(self._solved(number) for number in certificate["equations"])
        self.certifying = False
        self.divisors: dict[int, Term] = {}
        self.of_sizes: dict[tuple[Term, Relation], None] = {}
        self.needs: list[tuple[Number, Relation]] = []
        self.roots = 0

    def check(self) -> float:
        """Raises Wrong where it does not hold, Unjudged where that can't be seen. Otherwise the logarithm
        to base 2 of the probability that a wrong identity is accepted at one point."""
        self._check_signs()
        if self.stated:
            self._check_model()
        for more in (0, 1, 2):
            self._check_point(more)
        if not all(self._check_point(None) for _ in range(POINTS)):
            raise Unjudged("no values were found at which all that it speaks of is defined")
        for divisor in [*self.divisors.values()]:
            self._check_nonzero(divisor)
        for base, relation in self.of_sizes:
            self._check_sizes(base, relation)
        return self._bound()

    # the parts of the certificate

    def _difference(self, squared: bool) -> Term:
        """Of the sides or their squares; those that have to be at least 0 must be seen to be."""
        stated, (first, second) = self.statement, (self.statement.left, self.statement.right)
        if not squared:
            return excess(stated)
        needed = {EQ: (first, second), LE: (second,), LT: (second,)}.get(stated.relation, (first,))
        if not all(map(self.signs.of, needed)):
            raise Unjudged("a side that is squared is not seen to be at least 0")
        return excess(replace(stated, left=Pow(first, TWO), right=Pow(second, TWO)))

    def _factor(self, kind: str, *parts: Any) -> Factor:
        match kind, parts:
            case "term", [term]:
                if not self.signs.of(term):
                    raise Unjudged("a factor is not seen to be at least 0")
                return Factor(term, True)
            case "schwarz", [u, v, index]:
                norms = (Pow(Sum(index, Pow(w, TWO)), HALF) for w in (u, v))
                return Factor(Add((Mul((*norms,)), Sum(index, Mul((u, v))))), False)
            case "given", [number, names]:
                return self._cited(number, names, (LE, LT, GE, GT))
        raise Unjudged(f"a factor of a kind that is not known here: {kind}")

    def _cited(self, number: int, names: Any, relations: tuple[Relation, ...]) -> Factor:
        hypothesis = self.statement.hypotheses[number]
        if number not in self.claim.used or hypothesis.relation not in relations:
            raise Wrong("the certificate cites a hypothesis that is not used, or for what it does not say")
        if any(old.space != new.space for old, new in names):
            raise Wrong("the certificate cites a hypothesis for an index of another space")
        return Factor(excess(hypothesis), hypothesis.relation in (LT, GT), names, True)

    def _check_signs(self) -> None:
        relation = self.statement.relation
        if any(c <= 0 for c, _ in self.summands) or (relation is EQ and self.summands):
            raise Wrong("a summand does not say that something is at least 0")
        strict = [factors for _, factors in self.summands if all(f.strict for f in factors)]
        if relation in (LT, GT, NE):
            if not strict:
                raise Wrong("the certificate does not exclude equality")
            self.divisors |= {id(f.term): f.term for f in strict[0] if not f.hypothesis}

    def _solved(self, number: int) -> tuple[Term, Term]:
        """v and t of an equation v = t or t = v that is put in."""
        hypothesis = self.statement.hypotheses[number]
        if number not in self.claim.used or hypothesis.relation is not EQ:
            raise Wrong("the certificate puts in what is no equation among those used")
        for v, t in ((hypothesis.left, hypothesis.right), (hypothesis.right, hypothesis.left)):
            match v, t:
                case (Size(), Size() | Num()):
                    return v, t
                case (Sym(name, ()), _) if v not in walk(t) and name not in self.signs.bodies:
                    return v, t
        raise Unjudged("an equation that is put in is not solved")

    # points

    def _point(self, more: int | None, table: dict[Any, int]) -> Values:
        """Random values: of components those that the table has, others are drawn and put there."""
        twice = {derivative(f, y, y) for f in self.statement.losses for y in self.statement.outputs}

        def raw(name: str, where: tuple[int, ...]) -> int:
            half = len(where) // 2
            where = min(where, where[half:] + where[:half]) if name in twice else where
            if (name, where) not in table:
                table[name, where] = self._drawn(name, values)
            return table[name, where]

        blocks = Blocks(self.claim, self.random, more)
        values = Values(Field(), self.statement, blocks, raw)
        values.maximum, values.divided = self.maximum, self._divided
        for v, t in self.solved.items():
            if isinstance(v, Size):
                blocks.put(v.space, int(t.value) if isinstance(t, Num) else values.number(t, {}))
        return values

    def _drawn(self, name: str, values: Values) -> int:
        if Sym(name) in self.solved:
            return int(values.number(self.solved[Sym(name)], {}))
        root = self.random.randrange(1, P)
        return root * (root if name in self.signs.known else -root if name in self.signs.negative else 1) % P

    def _check_point(self, more: int | None) -> bool:
        """Whether a point was found; Wrong if what the certificate says is not so there."""
        for _ in range(TRIES):
            values, self.needs, self.certifying = self._point(more, {}), [], False
            try:
                said = self._met(values)
                free = free_indices(self.difference)
                places = [at for at, _ in values.assigned(free)]
                places = self.random.sample(places, min(PATTERNS if len(free) < 3 else 3, len(places)))
                sides = [values.number(self.difference, at) for at in places]
                self.certifying = True
                for side, at in zip(sides, places, strict=True):
                    self._check_identity(values, side, at)
            except NotSquare:
                continue
            except NoValue:
                return False
            self._check_needs(said)
            self.roots = len(values.domain.radicands)
            return True
        return False

    def _met(self, values: Values) -> list[tuple[Relation, Number]]:
        """What is assumed, of which numbers. NoValue if it is not so here."""
        said = [
            (relation, values.number(term, at))
            for relation, term in self.assumed
            for at, _ in values.assigned(free_indices(term))
        ]
        if any(not number and relation in (LT, GT, NE) for relation, number in said):
            raise NoValue
        if not all(is_square(number) for relation, number in said if relation not in (EQ, NE)):
            raise NotSquare
        return said

    def _check_identity(self, values: Values, side: int, at: At) -> None:
        left, right = side, 0
        for coefficient, factors in self.summands:
            product = values.domain.number(coefficient)
            for factor in factors:
                product = product * factor.number(values, at) % P
            right += product
        for cited, cofactor, over in self.uses:
            for more, weight in values.assigned(over, [*at.values()]):
                right += weight * values.number(cofactor, at | more) * cited.number(values, at | more)
        if (left - right) % P and (self.statement.relation is not NE or (left + right) % P):
            raise Wrong("the identity of the certificate does not hold")

    # what has values, and what is not zero

    def _divided(self, values: Values, power: Pow, at: At) -> None:
        """What is needed for the power of a base to have a value; what is known of a radicand's sign is
        used."""
        base, exponent = power.base, power.exponent
        if exponent.denominator > 1:
            for factor in base.factors if isinstance(base, Mul) else (base,):
                inner = factor.base if isinstance(factor, Pow) else factor
                sign, number = self.signs.of(inner), values.number(inner, at)
                if sign == POSITIVE and not number:
                    raise NoValue
                if sign and not is_square(number):
                    raise NotSquare
        if not self.certifying:
            self._need(values, base, NE if exponent.denominator == 1 else GT if exponent < 0 else GE, at)
        elif exponent < 0:
            self.divisors[id(base)] = base
        unknown = self.certifying and exponent.denominator > 1 and not self.signs.of(base)
        if unknown and not is_square(values.number(base, at)):
            raise Wrong("the certificate takes a root that the sides don't have")

    def _need(self, values: Values, base: Term, kind: Relation, at: At) -> None:
        sign = self.signs.of(base)
        if sign == POSITIVE or (sign and kind is GE):
            return
        match base:
            case Mul(factors) if kind is NE:
                for factor in factors:
                    self._need(values, factor, kind, at)
            case Pow(inner, exponent) if kind is not GE:
                odd = exponent.numerator % 2 and kind is GT
                self._need(values, inner, GT if odd or exponent.denominator > 1 else NE, at)
            case _ if all(isinstance(t, Num | Size | Add | Mul | Pow) for t in walk(base)):
                self.of_sizes[base, kind] = None
            case _:
                self.needs.append((values.number(base, at), kind))

    def _check_needs(self, said: list[tuple[Relation, Number]]) -> None:
        above = {number for relation, number in said if relation in (LT, GT)}
        nonzero = above | {number for relation, number in said if relation is NE}
        known = {GT: above, GE: above | {n for relation, n in said if relation in (LE, GE)}, NE: nonzero}
        known[NE] = nonzero | {-number % P for number in nonzero}
        if any(number not in known[kind] for number, kind in self.needs):
            raise Unjudged("nothing says that what is divided by is not 0, or that a radicand is not below 0")

    def _check_nonzero(self, divisor: Term) -> None:
        """Where it is 0, the sides or what is assumed have no value, or what is assumed is not so."""
        match divisor:
            case _ if self.signs.of(divisor) == POSITIVE:
                return
            case _ if not any(isinstance(t, Sym) for t in walk(divisor)):
                self.of_sizes[divisor, NE] = None
            case Mul(factors):
                for factor in factors:
                    self._check_nonzero(factor)
            case Pow(base, _):
                self._check_nonzero(base)
            case Sym(name, _) if name in self.signs.bodies:
                self._check_nonzero(self.signs.bodies[name])
            case _:
                self._check_no_zero(divisor)

    def _check_no_zero(self, divisor: Term) -> None:
        without = 0
        for _ in range(TRIES):
            table: dict[Any, int] = {}
            values, self.needs, self.certifying = self._point(None, table), [], False
            indices = dict.fromkeys((*free_indices(divisor), *free_indices(self.difference)))
            at = self.random.choice([at for at, _ in values.assigned((*indices,))])
            try:
                self._make_zero(values, table, divisor, at)
                self._met(values)
                values.number(self.difference, at)
            except NotSquare:
                continue
            except NoValue:
                without += 1
                if without == 3:
                    return
                continue
            raise Wrong("the certificate divides by what may be 0")
        raise Unjudged("no point was found at which what the certificate divides by is 0")

    def _make_zero(self, values: Values, table: dict[Any, int], target: Term, at: At) -> None:
        """Change one component so that the target, quadratic in it, is 0. Unjudged if it is so in none."""
        values.number(target, at)
        for key in self.random.sample([*table], len(table)):
            before, found = table[key], []
            for table[key] in range(4):
                values.memo.clear()
                found.append(values.number(target, at))
            a, c = (found[2] - 2 * found[1] + found[0]) * pow(2, -1, P) % P, found[0]
            b = (found[1] - c - a) % P
            table[key] = before
            if (9 * a + 3 * b + c - found[3]) % P == 0 and (a or b):
                root = Field().power((b * b - 4 * a * c) % P, HALF) if a else 0
                table[key] = ((root - b) * pow(2 * a, -1, P) if a else -c * pow(b, -1, P)) % P
                if key[0] in self.signs.known and not is_square(table[key]):
                    raise NotSquare
                return values.memo.clear()
        raise Unjudged("what the certificate divides by is not seen to be 0 nowhere")

    def _check_sizes(self, base: Term, kind: Relation) -> None:
        """A condition on one size alone, for as many as are tried."""
        spaces = {t.space for t in walk(base) if isinstance(t, Size)}
        if len(spaces) > 1:
            raise Unjudged("a condition on several sizes")
        least = max((self.claim.least.get(space, 1) for space in spaces), default=1)
        put = [
            int(t.value) for v, t in self.solved.items() if {v} == {*map(Size, spaces)} and isinstance(t, Num)
        ]
        for size in put or range(least, least + SIZES):
            values = exact(self.statement, dict.fromkeys(spaces, size), {}, None)
            if not COMPARE[kind](values.number(base, {}), 0):
                raise Wrong(f"a size of {size} is claimed, for which something has no value")

    def _check_model(self) -> None:
        """Values that meet all that is assumed: else what is proved may speak of nothing."""
        if self.claim.model is None:
            raise Wrong("no values are given that meet what is assumed")
        values = exact(self.statement, self.claim.model["sizes"], self.claim.model["values"], self.maximum)
        check_met(values, (*self.statement.hypotheses, *self.claim.conditions))

    def _bound(self) -> float:
        blocks: dict[str, list[Number]] = defaultdict(lambda: [(1, 0)] * 3)
        values = Values(Degrees(), self.statement, blocks, lambda *_: (1, 0))
        values.maximum = self.maximum
        terms = [self.difference, *(Mul((c, cited.term)) for cited, c, _ in self.uses)]
        terms += [Mul(tuple(f.term for f in factors)) for _, factors in self.summands]
        at, _ = next(values.assigned(free_indices(Add(tuple(terms)))))
        return self.roots + log2(1 + values.number(Add(tuple(terms)), at)[0]) - log2(P)
