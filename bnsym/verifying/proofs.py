r"""Proofs, checked a second time: no normal form, no rule of the kernel, but values at random points of a
field.

On concrete vectors over GF(P), what a certificate says is evaluated from the statement as it stands: larger -
smaller = Σ summands + Σ cofactor * equation. That no summand is negative is seen by its form. Sizes are
small numbers, then sums of random weights (see `jets`), which stand for all sizes together.

What the sides divide by, or take roots of, must be said not to be 0, or not to be below 0, by what is
assumed: that very number. What the certificate divides by must be proportional to such a number, or to what
the sides divide by: their ratio is the same at two points, and a square where a sign is needed.

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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product, repeat
from math import log2, prod
from operator import eq, ge, gt, le, lt, ne
from random import Random
from typing import Any, NamedTuple, TypeAlias

from bnsym.terms import (
    Add,
    Hypothesis,
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

EQ, LE, LT, GE, GT, NE = Relation
COMPARE = {EQ: eq, LE: le, LT: lt, GE: ge, GT: gt, NE: ne}
SAYING = {NE: (NE, LT, GT), GT: (LT, GT), GE: (LE, LT, GE, GT)}
"""Which relations of `excess` to 0 say that it is not 0, above 0, or at least 0."""
TRIES, POINTS, PATTERNS, SIZES = 500, 8, 9, 100
HALF, TWO = Fraction(1, 2), Fraction(2)
Said: TypeAlias = list[tuple[Relation, Number]]
Multiples: TypeAlias = tuple[dict[str, Number], list[dict[int, Number]]]
"""Sizes, and for each number that is needed of which known ones it is which multiple."""


class Claim(NamedTuple):
    statement: Statement
    used: list[int]
    """The numbers of the hypotheses that the proof rests on."""
    conditions: tuple[Hypothesis, ...]
    least: dict[str, int]
    """The least size of a space; 1 if it is left out."""
    certificate: dict[str, Any]
    model: dict[str, Any] | None
    radii: list[Term]
    """What must be at least 0 besides radicands."""


class Factor(NamedTuple):
    """Of a summand: not negative, and positive if it is strict; of a hypothesis, for other letters."""

    term: Term
    strict: bool
    names: Any = ()
    hypothesis: bool = False

    def number(self, values: Values, at: At) -> Number:
        return values.number(self.term, at | {old.name: at[new.name] for old, new in self.names})


class Point(NamedTuple):
    """Where a claim was evaluated, and which numbers came out: of what is assumed, of what the sides
    need, and of what the certificate needs."""

    blocks: Mapping[str, Sequence[Number]]
    places: list[At]
    said: Said
    sides: Said
    own: Said


def excess(stated: Statement | Hypothesis) -> Term:
    """What is claimed to be larger less what is smaller; left less right if nothing is."""
    sides = stated.left, stated.right
    first, second = sides if stated.relation not in (LE, LT) else sides[::-1]
    return Add((first, Mul((Num(Fraction(-1)), second))))


def is_square(number: int) -> bool:
    return pow(number, (P - 1) // 2, P) != P - 1


def halves_in_order(statement: Statement, name: str, where: tuple[int, ...]) -> tuple[int, ...]:
    """Of two places of a Hessian that hold the same number the first; any other place as it is."""
    half = len(where) // 2
    twice = any(name == derivative(f, y, y) for f in statement.losses for y in statement.outputs)
    return min(where, where[half:] + where[:half]) if twice else where


def exact(statement: Statement, sizes: dict[str, int], given: dict[str, Any]) -> Values:
    """At a witness. Wrong if a size is none, or a Hessian is not symmetric."""
    if not all(type(size) is int and size > 0 for size in sizes.values()):
        raise Wrong("a size is no positive integer")

    def entry(name: str, where: tuple[int, ...]) -> Number:
        value = given[name]
        for place in where:
            value = value[place]
        return Exact().number(value)

    def raw(name: str, where: tuple[int, ...]) -> Number:
        if entry(name, where) != entry(name, halves_in_order(statement, name, where)):
            raise Wrong("a Hessian is not symmetric")
        return entry(name, where)

    return Values(Exact(), statement, {space: [Fraction(1)] * size for space, size in sizes.items()}, raw)


def check_met(values: Values, hypotheses: tuple[Hypothesis, ...]) -> None:
    """For all values of their free indices."""
    for stated in hypotheses:
        for at, _ in values.assigned(free_indices(excess(stated))):
            if not holds(values, stated, at):
                raise Wrong("the values that are given do not meet what is assumed")


def holds(values: Values, stated: Hypothesis | Statement, at: At) -> bool:
    """Exactly; squares with their numbers' signs are in the order of the numbers."""
    return bool(COMPARE[stated.relation](values.number(stated.left, at), values.number(stated.right, at)))


class Proof:
    """A claim, and its certificate in parts that can be evaluated."""

    def __init__(self, claim: Claim, random: Random) -> None:
        self.claim, self.statement, self.random = claim, claim.statement, random
        self.stated = (*(self.statement.hypotheses[n] for n in claim.used), *claim.conditions)
        self.signs = Signs(self.statement, self.stated)
        certificate = claim.certificate
        self.summands = [(c, [self._factor(*f) for f in factors]) for c, factors in certificate["summands"]]
        self.uses = [(self._cited(n, names, (EQ,)), c, over) for n, names, c, over in certificate["uses"]]
        self.difference = self._difference(certificate["squared"])
        self.solved = dict(self._solved(number) for number in certificate["equations"])
        self.strict = self._strict()
        self.of_sizes: dict[tuple[Term, Relation], None] = {}
        self.roots = 0

    def check(self) -> float:
        """Raises Wrong where it does not hold, Unjudged where that can't be seen. Otherwise the logarithm
        to base 2 of the probability that a wrong identity is accepted at one point."""
        if self.stated:
            self._check_model()
        for more in (0, 1, 2):
            self._check_point(more)
        points = [found for _ in range(POINTS) if (found := self._check_point(None))]
        if len(points) < POINTS:
            raise Unjudged("no values were found at which all that it speaks of is defined")
        self._check_multiples(points)
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

    def _assumed(self, number: int, *relations: Relation) -> Hypothesis:
        hypothesis = self.statement.hypotheses[number]
        if number not in self.claim.used or hypothesis.relation not in relations:
            raise Wrong("the certificate cites a hypothesis that is not used, or for what it does not say")
        return hypothesis

    def _cited(self, number: int, names: Any, relations: tuple[Relation, ...]) -> Factor:
        hypothesis = self._assumed(number, *relations)
        if any(old.space != new.space for old, new in names):
            raise Wrong("the certificate cites a hypothesis for an index of another space")
        return Factor(excess(hypothesis), hypothesis.relation in (LT, GT), names, True)

    def _solved(self, number: int) -> tuple[Term, Term]:
        """v and t of an equation v = t or t = v that is put in."""
        hypothesis = self._assumed(number, EQ)
        for v, t in ((hypothesis.left, hypothesis.right), (hypothesis.right, hypothesis.left)):
            match v, t:
                case (Size(), Size() | Num()):
                    return v, t
                case (Sym(name, ()), _) if v not in walk(t) and name not in self.signs.bodies:
                    return v, t
        raise Unjudged("an equation that is put in is not solved")

    def _strict(self) -> list[Term]:
        """What must not be 0 so that the relation is strict, if it has to be."""
        relation = self.statement.relation
        if any(c <= 0 for c, _ in self.summands) or (relation is EQ and self.summands):
            raise Wrong("a summand does not say that something is at least 0")
        strict = [factors for _, factors in self.summands if all(f.strict for f in factors)]
        if relation in (LT, GT, NE) and not strict:
            raise Wrong("the certificate does not exclude equality")
        return [f.term for f in strict[0] if not f.hypothesis] if relation in (LT, GT, NE) else []

    # points

    def _check_point(self, more: int | None) -> Multiples | None:
        """Where values were found the sizes, and of which known numbers those that the certificate needs are
        multiples; Wrong or Unjudged if what it says is not so there."""
        first = self._point(more)
        second = self._point(more, first) if first and first.own else first
        if not first or not second:
            return None
        for kind, number in first.sides:
            same = (number, P - number) if kind is NE else (number,)
            if not any((relation, n) in first.said for relation in SAYING[kind] for n in same):
                raise Unjudged("nothing says that what is divided by is not 0, or a radicand not below 0")
        known = [*zip(first.said + first.sides, second.said + second.sides, strict=True)]
        found = []
        for (kind, a), (_, b) in zip(first.own, second.own, strict=True):
            alike = {
                n: a * pow(c, -1, P) % P
                for n, ((r, c), (_, d)) in enumerate(known)
                if a and c and (a * d - b * c) % P == 0 and (a != b or a == c)
                if r in SAYING[kind] and (kind is NE or is_square(a * c))
            }
            if not alike:
                raise Unjudged("the certificate divides by, or takes a root of, what the sides do not")
            found.append(alike)
        return {space: sum(weights) % P for space, weights in first.blocks.items()}, found

    def _check_multiples(self, points: list[Multiples]) -> None:
        """Unjudged if what is needed is not a product of powers of sizes, or of sizes less what they exceed,
        times what is known: any other multiple may be 0 at some size."""
        shared = sorted(set.intersection(*(set(sizes) for sizes, _ in points)))
        known = [(space, k) for space in shared for k in range(min(2, self.claim.least.get(space, 1)))]
        factors = [[(sizes[space] - k) % P for space, k in known] for sizes, _ in points]

        def is_of_sizes(ratios: list[Number]) -> bool:
            for powers in product((0, 1, -1, 2, -2), repeat=len(known)):
                sized = (prod(map(pow, there, powers, repeat(P))) for there in factors)
                if len({ratio * size % P for ratio, size in zip(ratios, sized, strict=True)}) == 1:
                    return True
            return False

        for alike in zip(*(found for _, found in points), strict=True):
            if not any(is_of_sizes([one[n] for one in alike]) for n in set.intersection(*map(set, alike))):
                raise Unjudged("the certificate divides by what may be 0 at some size")

    def _point(self, more: int | None, like: Point | None = None) -> Point | None:
        """A point with values for all; with the sizes and places of another, if one is given."""
        for _ in range(TRIES):
            values = self._values(more, like.blocks if like else None)
            try:
                return self._evaluated(values, like.places if like else self._places(values))
            except NotSquare:
                continue
            except NoValue:
                break
        return None

    def _values(self, more: int | None, blocks: Mapping[str, Sequence[Number]] | None) -> Values:
        """Components are drawn when they are asked for. So are sizes: the least one and `more`; or else
        random weights, their sum a square as what is positive is."""

        def size(space: str) -> int:
            if (solved := self.solved.get(Size(space))) is not None:
                return int(solved.value) if isinstance(solved, Num) else int(values.number(solved, {}))
            least = self.claim.least.get(space, 1)
            return self.random.randrange(1, P) ** 2 % P if more is None else least + more

        def weights(space: str) -> list[int]:
            total, some = size(space), [self.random.randrange(1, P) for _ in range(2)]
            return [1] * total if more is not None else [*some, (total - sum(some)) % P]

        def drawn(name: str, where: tuple[int, ...]) -> int:
            if (solved := self.solved.get(Sym(name))) is not None:
                return int(values.number(solved, {}))
            root, signs = self.random.randrange(1, P), self.signs
            return root * (root if name in signs.known else -root if name in signs.negative else 1) % P

        blocks = Drawn(weights) if blocks is None else blocks
        table = Drawn(lambda key: drawn(*key))
        values = Values(
            Field(), self.statement, blocks, lambda *key: table[key[0], halves_in_order(self.statement, *key)]
        )
        return values

    def _places(self, values: Values) -> list[At]:
        """Some of those that the free indices may have."""
        free = free_indices(self.difference)
        places = [at for at, _ in values.assigned(free)]
        return self.random.sample(places, min(PATTERNS if len(free) < 3 else 3, len(places)))

    def _evaluated(self, values: Values, places: list[At]) -> Point:
        """NoValue or NotSquare where there is no point. Wrong if the identity does not hold there."""
        said = [
            (stated.relation, values.number(term, at))
            for stated in self.stated
            for term in (excess(stated),)
            for at, _ in values.assigned(free_indices(term))
        ]
        if any(not number and relation in (LT, GT, NE) for relation, number in said):
            raise NoValue
        if not all(is_square(number) for relation, number in said if relation not in (EQ, NE)):
            raise NotSquare
        differences = [values.number(self.difference, at) for at in places]
        sides = self._needs(values)
        sides += [need for radius in self.claim.radii for need in self._need(values, radius, GE, {})]
        for difference, at in zip(differences, places, strict=True):
            self._check_identity(values, difference, at)
        own = [need for at in places for term in self.strict for need in self._need(values, term, NE, at)]
        self.roots = len(values.domain.radicands)
        return Point(values.blocks, places, said, sides, own + self._needs(values))

    def _check_identity(self, values: Values, left: int, at: At) -> None:
        right = 0
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

    # what has values

    def _needs(self, values: Values) -> Said:
        """What the powers that were evaluated since this was asked need to have a value; NotSquare where a
        radicand has a factor that is not as its sign."""
        powers, values.powers = values.powers, []
        needs: Said = []
        for base, exponent, at in powers:
            if exponent.denominator > 1:
                for factor in base.factors if isinstance(base, Mul) else (base,):
                    self._check_sign(values, factor.base if isinstance(factor, Pow) else factor, at)
            kind = NE if exponent.denominator == 1 else GT if exponent < 0 else GE
            needs += self._need(values, base, kind, at)
        values.powers = []
        return needs

    def _check_sign(self, values: Values, term: Term, at: At) -> None:
        sign, number = self.signs.of(term), values.number(term, at)
        if sign == POSITIVE and not number:
            raise NoValue
        if sign and not is_square(number):
            raise NotSquare

    def _need(self, values: Values, base: Term, kind: Relation, at: At) -> Iterator[tuple[Relation, Number]]:
        sign = self.signs.of(base)
        if sign == POSITIVE or (sign and kind is GE):
            return
        match base:
            case Mul(factors) if kind is NE:
                for factor in factors:
                    yield from self._need(values, factor, kind, at)
            case Pow(inner, exponent) if kind is not GE:
                odd = exponent.numerator % 2 and kind is GT
                yield from self._need(values, inner, GT if odd or exponent.denominator > 1 else NE, at)
            case _ if not free_indices(base) and not any(isinstance(t, Sym) for t in walk(base)):
                self.of_sizes[base, kind] = None
            case _:
                yield kind, values.number(base, at)

    def _check_sizes(self, base: Term, kind: Relation) -> None:
        """A condition on one size alone, for as many as are tried."""
        spaces = {t.space for t in walk(base) if isinstance(t, Size)}
        spaces |= {t.index.space for t in walk(base) if isinstance(t, Sum)}
        if len(spaces) > 1:
            raise Unjudged("a condition on several sizes")
        least = max((self.claim.least.get(space, 1) for space in spaces), default=1)
        put = [
            int(t.value) for v, t in self.solved.items() if {v} == {*map(Size, spaces)} and isinstance(t, Num)
        ]
        for size in put or range(least, least + SIZES):
            values = exact(self.statement, dict.fromkeys(spaces, size), {})
            if not COMPARE[kind](values.number(base, {}), 0):
                raise Wrong(f"a size of {size} is claimed, for which something has no value")

    def _check_model(self) -> None:
        """Values that meet all that is assumed: else what is proved may speak of nothing."""
        if self.claim.model is None:
            raise Wrong("no values are given that meet what is assumed")
        values = exact(self.statement, self.claim.model["sizes"], self.claim.model["values"])
        check_met(values, (*self.statement.hypotheses, *self.claim.conditions))

    def _bound(self) -> float:
        blocks: dict[str, list[Number]] = defaultdict(lambda: [(1, 0)] * 3)
        values = Values(Degrees(), self.statement, blocks, lambda *_: (1, 0))
        terms = [self.difference, *(Mul((c, cited.term)) for cited, c, _ in self.uses)]
        terms += [Mul(tuple(f.term for f in factors)) for _, factors in self.summands]
        at, _ = next(values.assigned(free_indices(Add(tuple(terms)))))
        return self.roots + log2(1 + values.number(Add(tuple(terms)), at)[0]) - log2(P)


class Drawn(dict[Any, Any]):
    """Numbers that are drawn when they are asked for."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw

    def __missing__(self, key: Any) -> Any:
        self[key] = self._draw(key)
        return self[key]
