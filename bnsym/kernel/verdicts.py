"""TRUSTED. Certificates in, verdicts out.

Only this module makes `Proved` and `Refuted`. It searches for nothing: a certificate is
re-checked by expanding one polynomial identity, a witness by evaluating both sides on
concrete numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import InitVar, dataclass, fields, replace
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any, NoReturn

from bnsym.kernel.certificates import (
    NORM_AXIOM,
    SCHWARZ_AXIOM,
    SQUARES_AXIOM,
    Certificate,
    Factor,
    Given,
    Lemma,
    Manifest,
    Maximum,
    Monomially,
    NoModel,
    Rejected,
    Root,
    Schwarz,
    Summand,
    Use,
    Witness,
    check_plain,
)
from bnsym.kernel.evaluation import (
    Evaluator,
    holds,
)
from bnsym.kernel.relations import (
    difference,
    hypothesis_of,
    relation,
    schwarz,
)
from bnsym.kernel.scope import scope_of
from bnsym.kernel.surds import Number
from bnsym.normal import (
    PLAIN,
    RESERVED,
    Advice,
    Frozen,
    Generator,
    Letter,
    Monomial,
    Poly,
    Ring,
    freeze,
    plus,
)
from bnsym.terms import (
    Hypothesis,
    Relation,
    Statement,
    Term,
    add,
)

_KERNEL_ONLY = object()


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
class Proved(_Verdict):
    """`statement` holds for all sizes in `scope` and all values that meet `hypotheses`
    and `side_conditions`."""

    statement: Statement
    scope: str
    """`m >= 1`."""
    hypotheses: tuple[Hypothesis, ...]
    """Those that the certificate uses."""
    side_conditions: tuple[Hypothesis, ...]
    axioms: tuple[str, ...]
    certificate: Certificate
    model: Witness | None = None
    """Values that meet what the proof assumes; None where it assumes nothing."""


@dataclass(frozen=True)
class Sides:
    """The normal forms of the two sides of a statement, and what `Ring.known` says."""

    left: Frozen
    right: Frozen
    known: tuple[Any, ...]


@dataclass(frozen=True)
class Refuted(_Verdict):
    """Both sides of `statement` at `witness`, exactly; the relation fails."""

    statement: Statement
    witness: Witness
    left: Number
    right: Number
    at_indices: Mapping[str, int]
    """The values of the free indices at which it fails, counted from 1."""
    maxima: tuple[Maximum, ...] = ()
    """Those that were replaced by their values."""


def prove(
    statement: Statement, certificate: Certificate, model: Witness | None, advice: Advice = PLAIN
) -> Proved:
    """The verdict that `certificate` earns, or Rejected.

    premises: the polynomial identity of `Certificate` holds; `model` meets the side
    conditions and, if one is used, all hypotheses (else the proof could be vacuous).
    conclusion: `statement`, where the side conditions hold.
    """
    check_plain(certificate, model)
    if certificate.maxima or certificate.equations:
        return _carried(statement, certificate, model, advice)
    ring = Ring(statement, advice)
    return _proved(ring, ring.sides(), certificate, model)


def opened(
    statement: Statement, advice: Advice = PLAIN
) -> tuple[Sides, Callable[[Certificate, Witness | None, float], Proved]]:
    """The sides of the statement, for a search to read, and what then checks the certificate that was
    found, as `prove` does, until a deadline: so the normal forms are made once.

    What checks works on the kernel's own, of which the search has copies that can't be changed. It is
    used up by one certificate: of what a rejected one spoke of, nothing may count for the next."""
    unused = [Ring(statement, advice)]
    left, right = unused[0].sides()

    def check(certificate: Certificate, model: Witness | None, until: float) -> Proved:
        check_plain(certificate, model)
        if certificate.maxima or certificate.equations or not unused:
            raise Rejected("these sides are for one certificate, of them as they are")
        ring = unused.pop()
        ring.deadline = until
        return _proved(ring, (left, right), certificate, model)

    return Sides(freeze(left), freeze(right), unused[0].known()), check


def _proved(ring: Ring, sides: tuple[Poly, Poly], certificate: Certificate, model: Witness | None) -> Proved:
    """The verdict on the ring's statement, of which these are the normal forms of the sides."""
    statement = ring.statement
    if certificate.summands and statement.relation is Relation.EQ:
        raise Rejected("no certificate proves this relation")
    goal = difference(ring, statement, certificate.squared, sides)
    if any(type(c) not in (int, Fraction) for c in goal.values()):
        raise Rejected("a coefficient of a normal form is not exact")
    checked = _Check(ring, statement, certificate)
    scaled, right_side = ring.times(goal, {certificate.unit: 1}), checked.right_side()
    # left < right, too, gives left != right
    below = statement.relation is Relation.NE and not plus(scaled, right_side)
    if plus(scaled, right_side, -1) and not below:
        raise Rejected("the polynomial identity of the certificate does not hold")
    if statement.relation in (Relation.LT, Relation.GT, Relation.NE) and not checked.strict:
        raise Rejected("the certificate does not exclude equality")
    assumed_already = [c for c in ring.conditions if c in statement.hypotheses]
    used = tuple(dict.fromkeys([*checked.hypotheses, *ring.used, *assumed_already]))
    assumed = (*(statement.hypotheses if used else ()), *ring.conditions)
    if assumed:
        _check_model(statement, assumed, model)
    scope, conditions = scope_of(ring, statement)
    said = (scope, used, conditions, tuple(checked.axioms))
    return Proved(_KERNEL_ONLY, statement, *said, certificate, model)


def _carried(statement: Statement, certificate: Certificate, model: Witness | None, advice: Advice) -> Proved:
    """The verdict on the statement with values for its maxima, or with equations put in, carried over;
    `model` meets all of what that assumes."""
    from bnsym.kernel.equations import put_in

    conditions: tuple[Hypothesis, ...] = ()
    if certificate.maxima:
        plain, conditions, used = evaluated(statement, certificate.maxima, advice)
        axioms, rest = [NORM_AXIOM], replace(certificate, maxima=())
    else:
        plain = put_in(statement, certificate.equations)
        used = tuple(statement.hypotheses[number] for number in certificate.equations)
        axioms, rest = [], replace(certificate, equations=())
    proved = prove(plain, rest, model, advice)
    if used or conditions:
        _check_model(plain, (*plain.hypotheses, *proved.side_conditions), model)
    written = dict(zip(plain.hypotheses, (*statement.hypotheses, *conditions), strict=True))
    listed = (h for h in (*used, *(written[h] for h in proved.hypotheses)) if h not in conditions)
    changes = {
        "statement": statement,
        "hypotheses": tuple(dict.fromkeys(listed)),
        "side_conditions": tuple(dict.fromkeys((*proved.side_conditions, *conditions))),
        "axioms": (*axioms, *proved.axioms),
        "certificate": certificate,
    }
    parts = {field.name: getattr(proved, field.name) for field in fields(proved)}
    return Proved(_KERNEL_ONLY, **(parts | changes))


def evaluated(
    statement: Statement, maxima: tuple[Maximum, ...], advice: Advice = PLAIN
) -> tuple[Statement, tuple[Hypothesis, ...], tuple[Hypothesis, ...]]:
    """The statement with each maximum replaced by its value, what it then assumes, and what
    serves instead (see `maxima.substituted`). Rejected if a proof that a maximum comes with fails."""
    from bnsym.kernel.maxima import obligations, substituted

    for maximum in maxima:
        for rest, lemma in obligations(maximum):
            _check_lemma(rest, lemma, advice)
    return substituted(statement, maxima)


def _check_lemma(statement: Statement, lemma: Lemma, advice: Advice) -> None:
    """Prove what a maximum rests on: without conditions, and for all sizes."""
    proved = prove(statement, lemma.certificate, lemma.model, advice)
    if proved.side_conditions or not all(part.endswith(" >= 1") for part in proved.scope.split(", ")):
        raise Rejected("a proof that a maximum rests on has a side condition")


class _Check:
    """The right side of a certificate's identity, each part of it checked."""

    def __init__(self, ring: Ring, statement: Statement, certificate: Certificate) -> None:
        self.ring, self.statement, self.certificate = ring, statement, certificate
        self.hypotheses: list[Hypothesis] = []
        self.axioms: dict[str, None] = {SQUARES_AXIOM: None} if certificate.squared else {}
        self.strict = False
        self._checked: set[Generator] = set()
        self._check_unit(ordered=statement.relation is not Relation.EQ)

    def _check_unit(self, ordered: bool) -> None:
        """unit * difference has the zeros, and for an order the sign, of the difference."""
        self._check_monomial(self.certificate.unit)
        if not all(self.ring.is_nonzero(gen) for gen, _ in self.certificate.unit):
            raise Rejected("the unit of the certificate may be zero")
        if ordered and not self.ring.is_above_zero(1, self.certificate.unit):
            raise Rejected("the unit of the certificate may be negative")

    def _check_letters(self, letters: Iterable[Letter]) -> None:
        """Letters with these signs are the normal form's own; an outside one could be captured."""
        if any(RESERVED.intersection(name) for name, _ in letters):
            raise Rejected("an index has a letter that is reserved")

    def _check_monomial(self, mono: Monomial) -> None:
        """Generators in canonical form, with letters of their own, that have a value wherever the sides
        have one."""
        self._check_powers(mono)
        for gen, _ in mono:
            self._check_letters(self.ring.canonical.letters(gen))

    def _check_powers(self, mono: Monomial) -> None:
        whole = all(type(e) is int and e for _, e in mono)
        if not whole or any(a >= b for (a, _), (b, _) in pairwise(mono)):
            raise Rejected("a monomial of the certificate is not in order, or an exponent no integer")
        for gen, e in mono:
            self._check_form(gen)
            if e < 0 and not self.ring.is_nonzero(gen):
                raise Rejected("the certificate divides by what may be zero")

    def _check_form(self, gen: Generator) -> None:
        if gen[0] == "sum" and gen not in self._checked:
            self._checked.add(gen)
            self._check_powers(gen[2])
            if gen != self.ring.canonical.summed(gen[1], gen[2], {}):
                raise Rejected("a contraction of the certificate is not in canonical form")
        elif gen[0] not in ("size", "sym", "delta", "sum"):
            if not self.ring.has_root(gen) or gen[2] != freeze(dict(gen[2])):
                raise Rejected("the certificate has a root that the sides have not")
            for mono, _ in gen[2]:
                self._check_powers(mono)

    def right_side(self) -> Poly:
        """Σ summands + Σ cofactor * relation; roots last, for hypotheses may bring them in."""
        total: Poly = {}
        for summand in self.certificate.summands:
            total = plus(total, self._summand(summand))
        uses = sorted(self.certificate.uses, key=lambda use: isinstance(use.relation, Root))
        for use, poly in [(use, self._relation(use.relation)) for use in uses]:
            total = plus(total, self._use(use, poly))
        return total

    def _relation(self, source: Root | Given) -> Poly:
        if isinstance(source, Root):
            self._check_monomial(((source.root, 1),))
        poly = relation(self.ring, self.statement, source)
        if isinstance(source, Given):
            hypothesis = hypothesis_of(self.statement, source)
            if hypothesis.relation is not Relation.EQ:
                raise Rejected("only an equation can be cited as a relation")
            self.hypotheses.append(hypothesis)
        return poly

    def _use(self, use: Use, poly: Poly) -> Poly:
        cofactor = dict(use.cofactor)
        for mono in cofactor:
            self._check_monomial(mono)
        poly = self.ring.times(cofactor, poly)
        self._check_letters(use.over)
        for letter in use.over:
            poly = self.ring.contract(poly, letter)
        return poly

    def _summand(self, summand: Summand) -> Poly:
        if summand.coefficient <= 0:
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
            case Manifest(term):
                if not self.ring.is_manifest(term):
                    raise Rejected("a factor of the certificate may be negative")
                return self._normal(term), False
            case Schwarz(u, v, index):
                self.axioms.setdefault(SCHWARZ_AXIOM)
                self._normal(add(u, v))
                return schwarz(self.ring, u, v, index), False
            case Given():
                hypothesis = hypothesis_of(self.statement, factor)
                if hypothesis.relation in (Relation.EQ, Relation.NE):
                    raise Rejected("an equation is not a factor that is not negative")
                self.hypotheses.append(hypothesis)
                strict = hypothesis.relation in (Relation.LT, Relation.GT)
                return relation(self.ring, self.statement, factor), strict
        raise Rejected("unknown kind of factor")

    def _normal(self, term: Term) -> Poly:
        """The normal form of a certificate's term, which may not assume more than the sides do."""
        known = len(self.ring.conditions)
        poly = self.ring.normal(term)
        if len(self.ring.conditions) > known:
            raise Rejected("the certificate brings in a side condition of its own")
        return poly

    def _monomial(self, mono: Monomial) -> tuple[Poly, bool]:
        self._check_monomial(mono)
        strict = self.ring.is_above_zero(1, mono)
        if not strict and any(e % 2 and not self.ring.is_nonnegative(gen) for gen, e in mono):
            raise Rejected("a factor of the certificate may be negative")
        return {mono: Fraction(1)}, strict


def _check_model(statement: Statement, assumed: tuple[Hypothesis, ...], model: Witness | None) -> None:
    if model is None:
        raise NoModel("no values are known that meet the hypotheses and side conditions")
    if not holds(assumed, statement, model):
        raise NoModel("the model does not meet the hypotheses and side conditions")


def refute(
    statement: Statement, witness: Witness, maxima: tuple[Maximum, ...] = (), advice: Advice = PLAIN
) -> Refuted:
    """The verdict that `witness` earns, or Rejected.

    premises: every hypothesis holds at `witness`, both sides are defined there, where each
    maximum of `maxima` stands with its value.
    conclusion: the relation fails for some values of the free indices.
    """
    check_plain(witness, maxima)
    plain = statement
    if maxima:
        plain, _, _ = evaluated(statement, maxima, advice)
    left, right, at = Evaluator(plain, witness).failure(plain)
    one = MappingProxyType({name: n + 1 for name, n in at.items()})
    return Refuted(_KERNEL_ONLY, statement, witness, left, right, one, maxima)
