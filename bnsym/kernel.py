"""TRUSTED. Certificates in, verdicts out.

Only this module makes `Proved` and `Refuted`. It searches for nothing: a certificate is
re-checked by expanding one polynomial identity, a witness by evaluating both sides on
concrete numbers. Imports `terms`, `calculus` and `normal` only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass
from fractions import Fraction
from itertools import product
from math import isqrt
from types import MappingProxyType
from typing import Any, NoReturn, TypeAlias

from bnsym.calculus import Graph, NotDifferentiable, expand
from bnsym.normal import (
    UNIT,
    Generator,
    Letter,
    Monomial,
    OutOfReach,
    Poly,
    Ring,
    generator,
    generators,
    letters,
    plus,
)
from bnsym.terms import (
    Add,
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
    free_indices,
    walk,
)

Value: TypeAlias = "Fraction | tuple[Value, ...]"
_TOKEN = object()


class Rejected(Exception):
    """The certificate does not prove, or the witness does not refute; says why."""


class Irrational(Rejected):
    """At this witness a root is not rational."""


# -- verdicts -------------------------------------------------------------------------


@dataclass(frozen=True)
class _Verdict:
    """What only this module can make, and nothing can copy."""

    token: InitVar[object]

    def __post_init__(self, token: object) -> None:
        if token is not _TOKEN:
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


# -- certificates ---------------------------------------------------------------------


@dataclass(frozen=True)
class Root:
    """The relation r^q - B = 0 of a root."""

    root: Generator


@dataclass(frozen=True)
class Given:
    """The equation `left - right = 0` of hypothesis number `number`, for the indices that
    `names` puts in place of its free ones."""

    number: int
    names: tuple[tuple[Letter, Letter], ...] = ()


@dataclass(frozen=True)
class Use:
    """One summand `cofactor * relation`, summed over the indices `over`."""

    relation: Root | Given
    cofactor: Poly
    over: tuple[Letter, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """unit * (left - right) = Σ cofactor * relation; with `squared`, for the squares of
    the two sides, both of which are manifestly not negative."""

    uses: tuple[Use, ...] = ()
    unit: Monomial = ()
    squared: bool = False


def prove(
    statement: Statement, certificate: Certificate, model: Witness | None, deadline: float = float("inf")
) -> Proved:
    """The verdict that `certificate` earns, or Rejected.

    premises: the polynomial identity of `Certificate` holds; if a hypothesis is used,
    `model` meets all of them (else the proof could be vacuous).
    conclusion: an equation, or an order that follows from it.
    """
    if statement.relation not in (Relation.EQ, Relation.LE, Relation.GE):
        raise Rejected("an identity proves neither < nor > nor ≠")
    ring = Ring(statement, deadline)
    difference = _difference(ring, statement, certificate.squared)
    given = [_check_use(ring, statement, use, difference) for use in certificate.uses]
    _check_invertible(ring, certificate.unit, difference)
    scaled = ring.times(difference, {certificate.unit: Fraction(1)})
    if plus(scaled, _combination(ring, statement, certificate), -1):
        raise Rejected("the polynomial identity of the certificate does not hold")
    used = tuple(dict.fromkeys([*(h for h in given if h is not None), *ring.used]))
    if used:
        _check_model(statement, model)
    scope, conditions = _scope(ring, statement)
    rule = "normal form" if not certificate.uses else "polynomial identity modulo relations"
    return Proved(
        _TOKEN,
        statement,
        "squares of both sides" if certificate.squared else rule,
        scope,
        used,
        conditions,
        ("equal squares of numbers >= 0 are equal",) if certificate.squared else (),
        certificate,
    )


def _difference(ring: Ring, statement: Statement, squared: bool) -> Poly:
    """left - right, or the difference of their squares if neither can be negative."""
    left, right = ring.sides(statement.left, statement.right)
    if squared:
        if not (ring.is_manifest(statement.left) and ring.is_manifest(statement.right)):
            raise Rejected("a side of the equation of squares may be negative")
        left, right = ring.times(left, left), ring.times(right, right)
    return plus(left, right, -1)


def relation(ring: Ring, statement: Statement, source: Root | Given) -> Poly:
    """The polynomial that `source` says is zero."""
    match source:
        case Root(("root", q, key) as root) if root in ring.roots:
            return plus(generator(root, q), dict(key), -1)
        case Given(number, names):
            hypothesis = statement.hypotheses[number]
            if hypothesis.relation is not Relation.EQ:
                raise Rejected("only an equation can be cited as a relation")
            poly = plus(ring.normal(hypothesis.left), ring.normal(hypothesis.right), -1)
            return ring.substitute(poly, dict(names))
    raise Rejected("unknown kind of relation")


def _combination(ring: Ring, statement: Statement, certificate: Certificate) -> Poly:
    """Σ cofactor * relation."""
    total: Poly = {}
    for use in certificate.uses:
        summand = ring.times(use.cofactor, relation(ring, statement, use.relation))
        for letter in use.over:
            summand = ring.contract(summand, letter)
        total = plus(total, summand)
    return total


def _check_use(ring: Ring, statement: Statement, use: Use, difference: Poly) -> Hypothesis | None:
    """The hypothesis that is used, once its cofactor is known to be defined."""
    for mono in use.cofactor:
        negative = tuple((g, e) for g, e in mono if e < 0)
        _check_invertible(ring, negative, difference)
    return statement.hypotheses[use.relation.number] if isinstance(use.relation, Given) else None


def _check_invertible(ring: Ring, mono: Monomial, difference: Poly) -> None:
    """Each generator of `mono` is known not to be zero: positive, or divided by already."""
    divided = {g for other in difference for g, e in other if e < 0}
    for gen, _ in mono:
        if gen not in divided and not ring.is_positive(gen):
            raise Rejected("the certificate divides by what may be zero")


def _check_model(statement: Statement, model: Witness | None) -> None:
    if model is None:
        raise Rejected("no values are known that meet the hypotheses")
    if not holds(statement.hypotheses, statement, model):
        raise Rejected("the model does not meet the hypotheses")


def _only_sizes(term: Term) -> bool:
    match term:
        case Num() | Size():
            return True
        case Add(parts) | Mul(parts):
            return all(map(_only_sizes, parts))
        case Pow(base, _):
            return _only_sizes(base)
    return False


def _scope(ring: Ring, statement: Statement) -> tuple[str, tuple[Hypothesis, ...]]:
    """For which sizes the statement holds, and the conditions that say more than that."""
    least = dict.fromkeys(_spaces(statement), 1)
    others: list[Hypothesis] = []
    for condition in ring.conditions:
        bound = _least_size(ring.normal(condition.left), condition.relation)
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
    n = 2 + int(max(abs(c / lead) for c in coefficients.values()))
    if n > 10_000 or not compare(lead, relation, Fraction(0)):
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


def refute(statement: Statement, witness: Witness) -> Refuted:
    """The verdict that `witness` earns, or Rejected.

    premises: every hypothesis holds at `witness`, both sides are defined there.
    conclusion: the relation fails for some values of the free indices.
    """
    if not holds(statement.hypotheses, statement, witness):
        raise Rejected("the witness does not meet the hypotheses")
    evaluator = Evaluator(statement, witness)
    for at in assignments(statement.left, statement.right, witness=witness):
        left, right = evaluator.value(statement.left, at), evaluator.value(statement.right, at)
        if not compare(left, statement.relation, right):
            one = MappingProxyType({name: n + 1 for name, n in at.items()})
            return Refuted(_TOKEN, statement, witness, left, right, one)
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
        self._memo: dict[tuple[Any, ...], Fraction] = {}

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
            case Sum(index, body):
                size = self.witness.sizes[index.space]
                return sum((self.value(body, at | {index.name: n}) for n in range(size)), Fraction(0))
            case Sym(name, indices):
                return self._remember((name, *(at[i.name] for i in indices)), term, at)
            case Diff(of, by, total):
                where = tuple(at[i.name] for i in dict.fromkeys((*free_indices(of), *by.indices)))
                return self._remember((of, by, total, where), term, at)
            case Max():
                raise Rejected("a maximum can't be evaluated")

    def _remember(self, key: tuple[Any, ...], term: Sym | Diff, at: dict[str, int]) -> Fraction:
        if key not in self._memo:
            self._memo[key] = self._compute(term, at)
        return self._memo[key]

    def _compute(self, term: Sym | Diff, at: dict[str, int]) -> Fraction:
        if isinstance(term, Diff):
            try:
                return self.value(expand(self.graph, term), at)
            except NotDifferentiable as error:
                raise Rejected(f"the derivative of {error}") from error
        body = self.graph.unfold(term)
        if body is not None:
            return self.value(body, at)
        value = self.witness.values[term.name]
        for index in term.indices:
            if not isinstance(value, tuple):
                raise Rejected(f"the witness gives {term.name} too few indices")
            value = value[at[index.name]]
        if not isinstance(value, Fraction):
            raise Rejected(f"the witness gives {term.name} too many indices")
        return value


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


__all__ = ["UNIT", "Certificate", "OutOfReach", "Proved", "Refuted", "letters"]
