"""TRUSTED. Certificates in, verdicts out.

Only this module makes `Proved` and `Refuted`. It searches for nothing: a certificate is
re-checked by expanding one polynomial identity, a witness by evaluating both sides on
concrete numbers. Imports `terms`, `calculus` and `normal` only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, replace
from fractions import Fraction
from itertools import pairwise, product
from math import isqrt
from types import MappingProxyType
from typing import Any, NoReturn, TypeAlias

from bnsym.calculus import Graph, NotDifferentiable, expand
from bnsym.normal import (
    Generator,
    Letter,
    Monomial,
    Poly,
    Ring,
    freeze,
    generator,
    generators,
    plus,
)
from bnsym.terms import (
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
    Name,
    Num,
    Pow,
    Relation,
    Size,
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    own_indices,
    power,
    rename,
    sqrt,
    walk,
)

Value: TypeAlias = "Fraction | tuple[Value, ...]"
_KERNEL_ONLY = object()
_ZERO = Num(Fraction(0))


class Rejected(Exception):
    """The certificate does not prove, or the witness does not refute; says why."""


class NoModel(Rejected):
    """No values are known that meet the hypotheses and side conditions of a proof."""


class Irrational(Rejected):
    """At this witness a root is not rational."""


# -- verdicts -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Verdict:
    """What only this module can make, and nothing can copy."""

    token: InitVar[object]

    def __post_init__(self, token: object) -> None:
        if token is not _KERNEL_ONLY:
            raise TypeError(f"only the kernel makes {type(self).__name__}")

    def __reduce_ex__(self, protocol: Any) -> NoReturn:
        raise TypeError(f"a {type(self).__name__} can't be pickled or copied; check it again")


@dataclass(frozen=True)
class Witness:
    """Exact values for everything free in a statement: sizes of spaces, arrays by name.
    The loss enters by its derivatives at the outputs (see `calculus.gradient_name`)."""

    sizes: Mapping[SpaceName, int]
    values: Mapping[Name, Value]


@dataclass(frozen=True)
class Proved(_Verdict):
    """`statement` holds for all sizes in `scope` and all values that meet `hypotheses`
    and `side_conditions`."""

    statement: Statement
    rule: str
    scope: str
    """`m >= 1`."""
    hypotheses: tuple[Hypothesis, ...]
    """Those that the certificate uses."""
    side_conditions: tuple[Hypothesis, ...]
    axioms: tuple[str, ...]
    certificate: Certificate


@dataclass(frozen=True)
class Refuted(_Verdict):
    """Both sides of `statement` at `witness`, exactly; the relation fails."""

    statement: Statement
    witness: Witness
    left: Fraction
    right: Fraction
    at_indices: Mapping[str, int]
    """The values of the free indices at which it fails, counted from 1."""
    maxima: tuple[Maximum, ...] = ()
    """Those that were replaced by their values."""


# -- certificates ---------------------------------------------------------------------


@dataclass(frozen=True)
class Root:
    """The relation r^q - B = 0 of a root."""

    root: Generator


@dataclass(frozen=True)
class Given:
    """What hypothesis number `number` says of `left - right`, for the indices that `names`
    puts in place of its free ones: zero, or not negative once written as `larger - smaller`."""

    number: int
    names: tuple[tuple[Letter, Letter], ...] = ()


@dataclass(frozen=True)
class Use:
    """One summand `cofactor * relation`, summed over the indices `over`."""

    relation: Root | Given
    cofactor: Poly
    over: tuple[Letter, ...] = ()


@dataclass(frozen=True)
class Monomially:
    """A product of generators that is not negative: even powers, and positive ones."""

    monomial: Monomial


@dataclass(frozen=True)
class Square:
    """The sum over `over` of the square of `term`: a square, a norm, a Frobenius norm."""

    term: Term
    over: tuple[Index, ...] = ()


@dataclass(frozen=True)
class Gram:
    """The determinant of the inner products of vectors, given as components at `index`."""

    vectors: tuple[Term, ...]
    index: Index


@dataclass(frozen=True)
class Schwarz:
    """|u||v| + <u,v> of two vectors, given as components at `index`."""

    u: Term
    v: Term
    index: Index


Factor: TypeAlias = Monomially | Square | Gram | Schwarz | Given
GRAM_AXIOM = "Gram matrices are positive semidefinite"
SCHWARZ_AXIOM = "Cauchy-Schwarz: |<u,v>| <= |u||v|"
NORM_AXIOM = "spectral norms: |Xv| <= |X||v|, |u v^T| = |u||v|"
SQUARES_AXIOM = "squares of numbers >= 0 are in the same order as the numbers"


@dataclass(frozen=True)
class Summand:
    """coefficient * factors, the coefficient positive, no factor negative."""

    coefficient: Fraction
    factors: tuple[Factor, ...]


@dataclass(frozen=True)
class Certificate:
    """unit * (left - right) = Σ cofactor * relation for an equation;
    unit * (larger - smaller) = Σ summands + Σ cofactor * relation for an order.
    With `squared` the same for the squares of the two sides.
    All that once each maximum of `maxima` stands with its value in the statement."""

    uses: tuple[Use, ...] = ()
    unit: Monomial = ()
    squared: bool = False
    summands: tuple[Summand, ...] = ()
    maxima: tuple[Maximum, ...] = ()


@dataclass(frozen=True)
class Vector:
    """A vector, given as components at `index`; `axis` says which of a matrix's two indices
    it is summed with."""

    component: Term
    index: Index
    axis: int = 0


@dataclass(frozen=True)
class Lemma:
    """A certificate with values that meet the hypotheses of what it proves."""

    certificate: Certificate
    model: Witness


@dataclass(frozen=True)
class Maximum:
    """`term = value` for all values of the arrays free in `term`, which in the statement stand
    for what `arguments` define.

    bound: body <= value, from |Xᵀv| <= radius |v| (|Xv| for axis 1) for each v of `tested`.
    point: a point of the ball, one factor for each index of the variable (a matrix of rank
    one, u_i v_j); inside: its norm is at most the radius.
    equal: body = value, at the point where no vector of `divided` is zero, then at zero where
    each of them is.
    """

    term: Max
    value: Term
    arguments: tuple[Definition, ...]
    tested: tuple[Vector, ...]
    bound: Lemma
    point: tuple[Term, ...]
    divided: tuple[Vector, ...]
    inside: Lemma
    equal: tuple[Lemma, ...]


def prove(
    statement: Statement, certificate: Certificate, model: Witness | None, deadline: float = float("inf")
) -> Proved:
    """The verdict that `certificate` earns, or Rejected.

    premises: the polynomial identity of `Certificate` holds; `model` meets the side
    conditions and, if one is used, all hypotheses (else the proof could be vacuous).
    conclusion: `statement`, where the side conditions hold.
    """
    if certificate.maxima:
        return _prove_with_maxima(statement, certificate, model, deadline)
    if statement.relation is Relation.NE or (certificate.summands and statement.relation is Relation.EQ):
        raise Rejected("no certificate proves this relation")
    _check_letters(statement, certificate)
    ring = Ring(statement, deadline)
    goal = difference(ring, statement, certificate.squared)
    if any(type(c) not in (int, Fraction) for c in goal.values()):
        raise Rejected("a coefficient of a normal form is not exact")
    checked = _Check(ring, statement, certificate, goal)
    scaled = ring.times(goal, {certificate.unit: 1})
    if plus(scaled, checked.right_side(), -1):
        raise Rejected("the polynomial identity of the certificate does not hold")
    if statement.relation in (Relation.LT, Relation.GT) and not checked.strict:
        raise Rejected("the certificate does not exclude equality")
    assumed_already = [c for c in ring.conditions if c in statement.hypotheses]
    used = tuple(dict.fromkeys([*checked.hypotheses, *ring.used, *assumed_already]))
    assumed = (*(statement.hypotheses if used else ()), *ring.conditions)
    if assumed:
        _check_model(statement, assumed, model)
    scope, conditions = _scope(ring, statement)
    return Proved(
        _KERNEL_ONLY,
        statement,
        _rule(certificate),
        scope,
        used,
        conditions,
        tuple(checked.axioms),
        certificate,
    )


# -- maxima ---------------------------------------------------------------------------


def _prove_with_maxima(
    statement: Statement, certificate: Certificate, model: Witness | None, deadline: float
) -> Proved:
    """The verdict on the statement with values in place of its maxima, carried over."""
    plain, conditions, used = evaluated(statement, certificate.maxima, deadline)
    proved = prove(plain, replace(certificate, maxima=()), model, deadline)
    if conditions or used:
        _check_model(plain, (*plain.hypotheses, *proved.side_conditions), model)
    return Proved(
        _KERNEL_ONLY,
        statement,
        f"maximum; {proved.rule}",
        proved.scope,
        tuple(dict.fromkeys((*used, *(h for h in proved.hypotheses if h not in conditions)))),
        tuple(dict.fromkeys((*proved.side_conditions, *conditions))),
        (NORM_AXIOM, *proved.axioms),
        certificate,
    )


def evaluated(
    statement: Statement, maxima: tuple[Maximum, ...], deadline: float = float("inf")
) -> tuple[Statement, tuple[Hypothesis, ...], tuple[Hypothesis, ...]]:
    """The statement with each maximum replaced by its value; the conditions for that, which it
    then assumes, and the hypotheses that serve instead: no ball is empty. Rejected if a proof
    that a maximum comes with fails."""
    conditions: dict[Hypothesis, None] = {}
    ring = Ring(statement)
    for maximum in maxima:
        _check_maximum(maximum, deadline)
        _check_apart(maximum)
        graph = Graph(maximum.arguments, (), ())
        term, value = _instance(maximum.term, graph), _instance(maximum.value, graph)
        radius = _instance(maximum.term.radius, graph)
        if not ring.is_manifest(radius):
            conditions.setdefault(Hypothesis(radius, Relation.GE, _ZERO))
        statement = _replaced(statement, term, value)
    assumed = (*statement.hypotheses, *conditions)
    return replace(statement, hypotheses=assumed), tuple(conditions), tuple(ring.used)


def _check_apart(maximum: Maximum) -> None:
    """What stands for the arrays of a maximum may depend on nothing that the maximum binds."""
    bound = {t.index.name for t in (*walk(maximum.term), *walk(maximum.value)) if isinstance(t, Sum)}
    bound |= {i.name for i in maximum.term.variable.indices}
    for definition in maximum.arguments:
        if maximum.term.variable.name in _names(definition.body):
            raise Rejected("what stands for an array of a maximum depends on what it is taken over")
        parameters = definition.symbol.indices
        extra = {i.name for i in free_indices(definition.body) if i not in parameters}
        if extra & bound:
            raise Rejected("an index of what an array of a maximum stands for is bound in it")


def _check_maximum(maximum: Maximum, deadline: float) -> None:
    """premises: body <= value wherever |X| <= radius; body = value at a point of that ball.
    conclusion: `value` is the maximum, if the radius is not negative. The arrays in it are
    free: what they are defined to be, here or in a statement, is not used."""
    _check_form(maximum)
    rests = lemmas(maximum.term, maximum.value, maximum.tested, maximum.point, maximum.divided)
    proofs = (maximum.bound, maximum.inside, *maximum.equal)
    for statement, lemma in zip(rests, proofs, strict=True):
        _lemma(statement, lemma, deadline)


def lemmas(
    term: Max, value: Term, tested: tuple[Vector, ...], point: tuple[Term, ...], divided: tuple[Vector, ...]
) -> tuple[Statement, ...]:
    """What a `Maximum` of these parts rests on, in its words: bound, inside, and equal, case by case."""
    variable, radius, body = term.variable, term.radius, term.body
    ball = Hypothesis(radius, Relation.GE, _ZERO)
    norms = _norm_bounds(variable, radius, tested)
    nonzero, *vanishing = _cases(divided)
    places = zip(point, variable.indices, strict=True)
    norm = mul(*(Sum(index, power(factor, 2)) for factor, index in places))
    entries = [(nonzero, mul(*point)), *((case, _ZERO) for case in vanishing)]
    return (
        Statement(body, Relation.LE, value, (), (ball, *norms)),
        Statement(norm, Relation.LE, power(radius, 2), (), (ball, *nonzero)),
        *(
            Statement(body, Relation.EQ, value, (Definition(variable, entry),), (ball, *case))
            for case, entry in entries
        ),
    )


def _check_form(maximum: Maximum) -> None:
    """Closed terms without derivatives, whose value depends on all that the body does."""
    variable, (term, value) = maximum.term.variable, (maximum.term, maximum.value)
    if any(isinstance(t, Diff | Max) for t in (*walk(term.radius), *walk(term.body), *walk(value))):
        raise Rejected("a maximum of a derivative or of a maximum")
    if free_indices(term) or free_indices(value):
        raise Rejected("a maximum with a free index")
    if variable.name in _names(value) | _names(term.radius) | {d.symbol.name for d in maximum.arguments}:
        raise Rejected("the value of a maximum depends on what it is taken over")
    if not (_names(term.body) | _names(term.radius)) - {variable.name} <= _names(value):
        raise Rejected("the value of a maximum may be defined where the maximum is not")
    if len(set(variable.indices)) != 2:
        raise Rejected("a maximum over what is no matrix")
    for factor, index in zip(maximum.point, variable.indices, strict=True):
        if variable.name in _names(factor) or not {index} >= set(free_indices(factor)):
            raise Rejected("a point is given by one factor for each index of the variable")
    if len(maximum.equal) != 1 + len(maximum.divided):
        raise Rejected("there is a case in which the maximum is not shown to be attained")


def _cases(vectors: tuple[Vector, ...]) -> list[tuple[Hypothesis, ...]]:
    """No vector is zero, or one of them is: exhaustive."""
    for vector in vectors:
        if free_indices(vector.component) != (vector.index,):
            raise Rejected("a vector has one free index")
    squares = [Sum(v.index, power(v.component, 2)) for v in vectors]
    nonzero = tuple(Hypothesis(square, Relation.GT, _ZERO) for square in squares)
    return [nonzero, *((Hypothesis(square, Relation.EQ, _ZERO),) for square in squares)]


def _norm_bounds(variable: Sym, radius: Term, tested: tuple[Vector, ...]) -> tuple[Hypothesis, ...]:
    """<Xᵀv, Xᵀv> <= radius² <v, v> for each v of axis 0, <Xv, Xv> <= radius² <v, v> of axis 1."""
    found = []
    for vector in tested:
        here, other = variable.indices[vector.axis], variable.indices[1 - vector.axis]
        if free_indices(vector.component) != (vector.index,) or vector.index.space != here.space:
            raise Rejected("a vector that the matrix can't be applied to")
        if variable.name in _names(vector.component):
            raise Rejected("a vector that depends on the matrix")
        component = rename(vector.component, {vector.index.name: here})
        applied = Sum(other, power(Sum(here, mul(variable, component)), 2))
        norm = mul(power(radius, 2), Sum(here, power(component, 2)))
        found.append(Hypothesis(applied, Relation.LE, norm))
    return tuple(found)


def _lemma(statement: Statement, lemma: Lemma, deadline: float) -> None:
    """Prove what a maximum rests on: without conditions, and for all sizes."""
    proved = prove(statement, lemma.certificate, lemma.model, deadline)
    if proved.side_conditions or not all(part.endswith(" >= 1") for part in proved.scope.split(", ")):
        raise Rejected("a proof that a maximum rests on has a side condition")


def _names(term: Term) -> set[Name]:
    return {t.name for t in walk(term) if isinstance(t, Sym)}


def _instance(term: Term, arguments: Graph) -> Term:
    """The term with its arrays replaced by what they stand for."""
    unfolded = arguments.unfold(term) if isinstance(term, Sym) else None
    return mapped(term, lambda inner: _instance(inner, arguments)) if unfolded is None else unfolded


def _replaced(statement: Statement, old: Term, new: Term) -> Statement:
    """The statement with `new` wherever `old` stands."""

    def change(term: Term) -> Term:
        return new if term == old else mapped(term, change)

    def changed(h: Hypothesis) -> Hypothesis:
        return Hypothesis(change(h.left), h.relation, change(h.right))

    definitions = tuple(Definition(d.symbol, change(d.body)) for d in statement.definitions)
    hypotheses = tuple(map(changed, statement.hypotheses))
    left, right = change(statement.left), change(statement.right)
    return replace(statement, left=left, right=right, definitions=definitions, hypotheses=hypotheses)


def _check_letters(statement: Statement, certificate: Certificate) -> None:
    """Letters with these signs are the normal form's own; an outside one could be captured."""
    terms = [statement.left, statement.right, *(d.body for d in statement.definitions)]
    terms += [side for h in statement.hypotheses for side in (h.left, h.right)]
    found = {name for use in certificate.uses for name, _ in use.over}
    for factor in (f for summand in certificate.summands for f in summand.factors):
        match factor:
            case Square(term, over):
                terms.append(term)
                found |= {i.name for i in over}
            case Gram(vectors, index):
                terms += vectors
                found.add(index.name)
            case Schwarz(u, v, index):
                terms += (u, v)
                found.add(index.name)
    found |= {i.name for term in terms for t in walk(term) for i in own_indices(t)}
    if any(set(name) & set("#%@~") for name in found):
        raise Rejected("an index has a letter that is reserved")


def _rule(certificate: Certificate) -> str:
    of = "squares: " if certificate.squared else ""
    if certificate.summands:
        return of + "sum of products that are not negative"
    return of + ("polynomial identity modulo relations" if certificate.uses else "normal form")


def difference(ring: Ring, statement: Statement, squared: bool) -> Poly:
    """left - right or, for an order, larger - smaller; of the squares, if these decide."""
    left, right = ring.sides()
    larger, smaller = statement.left, statement.right
    if statement.relation in (Relation.LE, Relation.LT):
        left, right, larger, smaller = right, left, smaller, larger
    if squared:
        # 0 <= r and l^2 <= r^2 give l <= r; an equation needs both sides >= 0
        needed = (larger, smaller) if statement.relation is Relation.EQ else (larger,)
        if not all(map(ring.is_manifest, needed)):
            raise Rejected("a side of the squared relation may be negative")
        left, right = ring.times(left, left), ring.times(right, right)
    return plus(left, right, -1)


class _Check:
    """The right side of a certificate's identity, each part of it checked."""

    def __init__(self, ring: Ring, statement: Statement, certificate: Certificate, difference: Poly) -> None:
        self.ring, self.statement, self.certificate = ring, statement, certificate
        self.hypotheses: list[Hypothesis] = []
        self.axioms: dict[str, None] = {SQUARES_AXIOM: None} if certificate.squared else {}
        self.strict = False
        self.divided = _divided(difference)
        self._check_unit(ordered=statement.relation is not Relation.EQ)

    def _check_unit(self, ordered: bool) -> None:
        """unit * difference has the zeros, and for an order the sign, of the difference."""
        self._check_divisors(self.certificate.unit)
        for gen, e in self.certificate.unit:
            if ordered and e % 2 and not self.ring.is_positive(gen):
                raise Rejected("the unit of the certificate may be negative")

    def _check_divisors(self, mono: Monomial) -> None:
        _exact({mono: 1})
        for gen, _ in mono:
            if gen not in self.divided and not self.ring.is_nonzero(gen):
                raise Rejected("the certificate divides by what may be zero")

    def right_side(self) -> Poly:
        """Σ summands + Σ cofactor * relation; roots last, for hypotheses may bring them in."""
        total: Poly = {}
        for summand in self.certificate.summands:
            total = plus(total, self._summand(summand))
        for use in sorted(self.certificate.uses, key=lambda use: isinstance(use.relation, Root)):
            total = plus(total, self._use(use))
        return total

    def _use(self, use: Use) -> Poly:
        poly = relation(self.ring, self.statement, use.relation)
        if isinstance(use.relation, Given):
            hypothesis = _hypothesis(self.statement, use.relation)
            if hypothesis.relation is not Relation.EQ:
                raise Rejected("only an equation can be cited as a relation")
            self.hypotheses.append(hypothesis)
            self.divided |= _divided(poly)
        _exact(use.cofactor)
        for mono in use.cofactor:
            self._check_divisors(tuple((g, e) for g, e in mono if e < 0))
        poly = self.ring.times(use.cofactor, poly)
        for letter in use.over:
            poly = self.ring.contract(poly, letter)
        return poly

    def _summand(self, summand: Summand) -> Poly:
        if type(summand.coefficient) not in (int, Fraction) or summand.coefficient <= 0:
            raise Rejected("a summand of the certificate has a coefficient that is not positive")
        poly: Poly = {(): summand.coefficient}
        strict = True
        for factor in summand.factors:
            part, positive = self._factor(factor)
            poly, strict = self.ring.times(poly, part), strict and positive
        self.strict = self.strict or strict
        return poly

    def _factor(self, factor: Factor) -> tuple[Poly, bool]:
        """A polynomial that is not negative, and whether it is even positive."""
        match factor:
            case Monomially(mono):
                return self._monomial(mono)
            case Square(term, over):
                poly = self._normal(term)
                square = self.ring.times(poly, poly)
                for index in over:
                    square = self.ring.contract(square, (index.name, index.space))
                return square, False
            case Gram(vectors, index):
                self.axioms.setdefault(GRAM_AXIOM)
                for vector in vectors:
                    self._normal(vector)
                return gram_determinant(self.ring, vectors, index), False
            case Schwarz(u, v, index):
                self.axioms.setdefault(SCHWARZ_AXIOM)
                self._normal(add(u, v))
                return schwarz(self.ring, u, v, index), False
            case Given():
                hypothesis = _hypothesis(self.statement, factor)
                if hypothesis.relation in (Relation.EQ, Relation.NE):
                    raise Rejected("an equation is not a factor that is not negative")
                self.hypotheses.append(hypothesis)
                poly = relation(self.ring, self.statement, factor)
                self.divided |= _divided(poly)
                return poly, hypothesis.relation in (Relation.LT, Relation.GT)
        raise Rejected("unknown kind of factor")

    def _normal(self, term: Term) -> Poly:
        """The normal form of a certificate's term, which may not assume more than the sides do."""
        known = len(self.ring.conditions)
        poly = self.ring.normal(term)
        if len(self.ring.conditions) > known:
            raise Rejected("the certificate brings in a side condition of its own")
        return poly

    def _monomial(self, mono: Monomial) -> tuple[Poly, bool]:
        _exact({mono: 1})
        for gen, e in mono:
            positive = self.ring.is_positive(gen)
            if e < 0 and not positive:
                self._check_divisors(((gen, e),))
            if e % 2 and not self.ring.is_nonnegative(gen):
                raise Rejected("a factor of the certificate may be negative")
        return {mono: Fraction(1)}, all(self.ring.is_positive(g) for g, _ in mono)


def gram_determinant(ring: Ring, vectors: tuple[Term, ...], index: Index) -> Poly:
    """The determinant of the inner products of vectors given as components at `index`."""
    components = [ring.normal(v) for v in vectors]
    letter = (index.name, index.space)
    rows = [[ring.contract(ring.times(u, v), letter) for v in components] for u in components]
    return determinant(ring, rows)


def schwarz(ring: Ring, u: Term, v: Term, index: Index) -> Poly:
    """|u||v| + <u,v> of vectors given as components at `index`."""
    norms = ring.times(*(ring.normal(sqrt(Sum(index, power(w, 2)))) for w in (u, v)))
    return plus(norms, ring.normal(Sum(index, mul(u, v))))


def determinant(ring: Ring, matrix: list[list[Poly]]) -> Poly:
    """By expansion along the first row."""
    if not matrix:
        return {(): Fraction(1)}
    total: Poly = {}
    for k, entry in enumerate(matrix[0]):
        minor = [row[:k] + row[k + 1 :] for row in matrix[1:]]
        total = plus(total, ring.times(entry, determinant(ring, minor)), (-1) ** k)
    return total


def _exact(*polys: Poly) -> None:
    """Certificates are made outside: nothing in one may be other than what it looks like."""
    for poly in polys:
        for mono, c in poly.items():
            if type(c) not in (int, Fraction) or any(type(e) is not int or not e for _, e in mono):
                raise Rejected("a coefficient or exponent of the certificate is not a rational")
            if any(a >= b for (a, _), (b, _) in pairwise(mono)):
                raise Rejected("a monomial of the certificate is not in order")


def _divided(poly: Poly) -> set[Generator]:
    """What a polynomial divides by: not zero wherever it is defined."""
    return {g for mono in poly for g, e in mono if e < 0}


def relation(ring: Ring, statement: Statement, source: Root | Given) -> Poly:
    """The polynomial that `source` says is zero, or for an order not negative."""
    match source:
        case Root(("root", q, key) as root) if root in ring.roots:
            return plus(generator(root, q), dict(key), -1)
        case Given(_, names):
            hypothesis = _hypothesis(statement, source)
            left, right = hypothesis.left, hypothesis.right
            if hypothesis.relation in (Relation.LE, Relation.LT):
                left, right = right, left
            poly = plus(ring.normal(left), ring.normal(right), -1)
            free = {(i.name, i.space) for i in (*free_indices(left), *free_indices(right))}
            if any(old not in free or old[1] != new[1] or set(new[0]) & set("#%@~") for old, new in names):
                raise Rejected("a hypothesis is cited for indices that it does not have")
            return ring.substitute(poly, dict(names))
    raise Rejected("unknown kind of relation")


def _hypothesis(statement: Statement, given: Given) -> Hypothesis:
    if not 0 <= given.number < len(statement.hypotheses):
        raise Rejected("there is no such hypothesis")
    return statement.hypotheses[given.number]


def _check_model(statement: Statement, assumed: tuple[Hypothesis, ...], model: Witness | None) -> None:
    if model is None:
        raise NoModel("no values are known that meet the hypotheses and side conditions")
    if not holds(assumed, statement, model):
        raise NoModel("the model does not meet the hypotheses and side conditions")


def _scope(ring: Ring, statement: Statement) -> tuple[str, tuple[Hypothesis, ...]]:
    """For which sizes the statement holds, and the conditions that say more than that."""
    least = dict.fromkeys(_spaces(statement), 1)
    others: list[Hypothesis] = []
    positive = {c.left for c in ring.conditions if c.relation is Relation.GT}
    known: set[Any] = set()
    for condition in ring.conditions:
        poly = ring.normal(condition.left)
        key = (condition.relation, freeze(poly))
        if condition in statement.hypotheses or key in known:
            continue
        known.add(key)
        if condition.relation is not Relation.GT and condition.left in positive:
            continue
        bound = _least_size(poly, condition.relation)
        if bound is None:
            others.append(condition)
        else:
            least[bound[0]] = max(least.get(bound[0], 1), bound[1])
    return ", ".join(f"{space} >= {n}" for space, n in sorted(least.items())), tuple(others)


def _least_size(poly: Poly, relation: Relation) -> tuple[SpaceName, int] | None:
    """(space, n) such that `poly relation 0` holds for all sizes >= n, if the polynomial is
    in one size alone; n exceeds every root (Cauchy's bound), then walks down."""
    found = generators(poly)
    if len(found) != 1 or next(iter(found))[0] != "size":
        return None
    space: SpaceName = next(iter(found))[1]
    coefficients = {(mono[0][1] if mono else 0): c for mono, c in poly.items()}
    lead = coefficients[max(coefficients)]
    n = 2 + int(max(abs(Fraction(c) / lead) for c in coefficients.values()))
    if n > 10_000 or not compare(Fraction(lead), relation, Fraction(0)):
        return None
    while n > 1 and compare(
        sum((c * Fraction(n - 1) ** e for e, c in coefficients.items()), Fraction(0)), relation, Fraction(0)
    ):
        n -= 1
    return space, n


def _spaces(statement: Statement) -> list[SpaceName]:
    """The index spaces that occur in the two sides; the batch if there is none."""
    found: set[SpaceName] = set()
    for term in (*walk(statement.left), *walk(statement.right)):
        match term:
            case Size(space) | Sum(Index(_, space), _):
                found.add(space)
            case Sym(_, indices):
                found |= {i.space for i in indices}
    return sorted(found) or ["m"]


# -- witnesses ------------------------------------------------------------------------


def refute(statement: Statement, witness: Witness, maxima: tuple[Maximum, ...] = ()) -> Refuted:
    """The verdict that `witness` earns, or Rejected.

    premises: every hypothesis holds at `witness`, both sides are defined there, where each
    maximum of `maxima` stands with its value.
    conclusion: the relation fails for some values of the free indices.
    """
    plain, _, _ = evaluated(statement, maxima)
    if not holds(plain.hypotheses, plain, witness):
        raise Rejected("the witness does not meet the hypotheses")
    evaluator = Evaluator(plain, witness)
    for at in assignments(plain.left, plain.right, witness=witness):
        left, right = evaluator.value(plain.left, at), evaluator.value(plain.right, at)
        if not compare(left, statement.relation, right):
            one = MappingProxyType({name: n + 1 for name, n in at.items()})
            return Refuted(_KERNEL_ONLY, statement, witness, left, right, one, maxima)
    raise Rejected("the statement holds at the witness")


def holds(hypotheses: tuple[Hypothesis, ...], statement: Statement, witness: Witness) -> bool:
    """Whether all hypotheses hold at the witness, for all values of their free indices."""
    evaluator = Evaluator(statement, witness)
    return all(
        compare(evaluator.value(h.left, at), h.relation, evaluator.value(h.right, at))
        for h in hypotheses
        for at in assignments(h.left, h.right, witness=witness)
    )


def compare(left: Fraction, relation: Relation, right: Fraction) -> bool:
    match relation:
        case Relation.EQ:
            return left == right
        case Relation.NE:
            return left != right
        case Relation.LE:
            return left <= right
        case Relation.LT:
            return left < right
        case Relation.GE:
            return left >= right
        case Relation.GT:
            return left > right


def assignments(*terms: Term, witness: Witness) -> Iterator[dict[str, int]]:
    """Every assignment of values (from 0) to the free indices of the terms."""
    indices = list(dict.fromkeys(i for term in terms for i in free_indices(term)))
    for values in product(*(range(witness.sizes[i.space]) for i in indices)):
        yield {i.name: v for i, v in zip(indices, values, strict=True)}


class Evaluator:
    """Exact values of terms at one witness; no rule is used but those of arithmetic and,
    for derivatives, those of `calculus`."""

    def __init__(self, statement: Statement, witness: Witness) -> None:
        self.graph = Graph.of(statement)
        self.witness = witness
        if any(type(n) is not int or n < 1 for n in witness.sizes.values()):
            raise Rejected("a size of the witness is not a positive integer")
        self._memo: dict[tuple[Any, ...], Fraction] = {}
        self._expanded: dict[Diff, Term] = {}
        # by identity, with the term itself, so that no identity is given to another
        self._letters: dict[int, tuple[Term, tuple[Index, ...]]] = {}
        for name in self.graph.symmetric & witness.values.keys():
            entries = dict(components(witness.values[name]))
            if any(value != entries.get(turned(path)) for path, value in entries.items()):
                raise Rejected(f"{name} is a Hessian, and the witness's is not symmetric")

    def value(self, term: Term, at: dict[str, int]) -> Fraction:
        """The value of `term` with its free indices at `at` (from 0).
        Raises ZeroDivisionError, Irrational, Rejected where there is none."""
        match term:
            case Num(value):
                return value
            case Size(space):
                return Fraction(self.witness.sizes[space])
            case Delta(left, right):
                return Fraction(at[left.name] == at[right.name])
            case Add(terms):
                return sum((self.value(t, at) for t in terms), Fraction(0))
            case Mul(factors):
                result = Fraction(1)
                for factor in factors:
                    result *= self.value(factor, at)
                return result
            case Pow(base, exponent):
                return _rational_power(self.value(base, at), exponent)
            case Sum():
                letters = self._letters.setdefault(id(term), (term, free_indices(term)))[1]
                return self._remember((id(term), *(at[i.name] for i in letters)), term, at)
            case Sym(name, indices):
                return self._remember((name, *(at[i.name] for i in indices)), term, at)
            case Diff(of, by, total):
                where = tuple(at[i.name] for i in dict.fromkeys((*free_indices(of), *by.indices)))
                return self._remember((of, by, total, where), term, at)
            case Max():
                raise Rejected("a maximum can't be evaluated")

    def _remember(self, key: tuple[Any, ...], term: Sym | Sum | Diff, at: dict[str, int]) -> Fraction:
        if key not in self._memo:
            self._memo[key] = self._compute(term, at)
        return self._memo[key]

    def _compute(self, term: Sym | Sum | Diff, at: dict[str, int]) -> Fraction:
        if isinstance(term, Sum):
            places = range(self.witness.sizes[term.index.space])
            return sum((self.value(term.body, at | {term.index.name: n}) for n in places), Fraction(0))
        if isinstance(term, Diff):
            try:
                if term not in self._expanded:
                    self._expanded[term] = expand(self.graph, term)
                return self.value(self._expanded[term], at)
            except NotDifferentiable as error:
                raise Rejected(f"the derivative of {error}") from error
        body = self.graph.unfold(term)
        if body is not None:
            return self.value(body, at)
        if term.name not in self.witness.values and term.name in self.graph.losses:
            raise Rejected(f"{term.name} is a loss, of which only derivatives are known")
        value = self.witness.values[term.name]
        for index in term.indices:
            if not isinstance(value, tuple):
                raise Rejected(f"the witness gives {term.name} too few indices")
            value = value[at[index.name]]
        if not isinstance(value, Fraction):
            raise Rejected(f"the witness gives {term.name} too many indices")
        return value


def components(value: Value, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Fraction]]:
    """Every number in a value with its place."""
    if isinstance(value, tuple):
        for n, part in enumerate(value):
            yield from components(part, (*path, n))
    else:
        yield path, value


def turned(path: tuple[int, ...]) -> tuple[int, ...]:
    """The place with its two halves exchanged."""
    half = len(path) // 2
    return path[half:] + path[:half]


def _rational_power(base: Fraction, exponent: Fraction) -> Fraction:
    """base ** exponent, if it is rational."""
    q = exponent.denominator
    while q % 2 == 0:
        if base < 0:
            raise Rejected("an even root of a negative number")
        root = Fraction(isqrt(base.numerator), isqrt(base.denominator))
        if root * root != base:
            raise Irrational("a root is not rational")
        base, q = root, q // 2
    if q != 1:
        raise Rejected(f"a root of odd order {q}")
    return base**exponent.numerator
