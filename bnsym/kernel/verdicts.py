"""TRUSTED. Certificates in, verdicts out.

Only this module makes `Proved` and `Refuted`. It searches for nothing: a certificate is
re-checked by expanding one polynomial identity, a witness by evaluating both sides on
concrete numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import InitVar, dataclass
from fractions import Fraction
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
    Maximum,
    NoModel,
    Rejected,
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
    NONNEGATIVE,
    PLAIN,
    POSITIVE,
    RESERVED,
    Advice,
    Frozen,
    Poly,
    Ring,
    freeze,
    plus,
)
from bnsym.terms.tree import (
    Add,
    Hypothesis,
    Relation,
    Statement,
    Term,
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
    plain = statement
    conditions: tuple[Hypothesis, ...] = ()
    used: tuple[Hypothesis, ...] = ()
    if certificate.maxima:
        plain, conditions, used = evaluated(statement, certificate.maxima, advice)
    if certificate.equations:
        from bnsym.kernel.equations import put_in

        plain = put_in(plain, certificate.equations)
        used += tuple(statement.hypotheses[number] for number in certificate.equations)
    ring = Ring(plain, advice)
    return _proved(ring, ring.sides(), certificate, model, _Carried(statement, conditions, used))


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
        return _proved(ring, (left, right), certificate, model, _Carried(statement))

    return Sides(freeze(left), freeze(right), unused[0].known()), check


@dataclass(frozen=True)
class _Carried:
    """The statement that a proof is of, if it was made of another: with values for its maxima, or with
    equations put in."""

    statement: Statement
    conditions: tuple[Hypothesis, ...] = ()
    """What the other assumes beside: the last of its hypotheses."""
    used: tuple[Hypothesis, ...] = ()
    """What it was made by."""


def _proved(
    ring: Ring, sides: tuple[Poly, Poly], certificate: Certificate, model: Witness | None, carried: _Carried
) -> Proved:
    """The verdict by a proof of the ring's statement, of which these are the normal forms of the sides."""
    plain = ring.statement
    if certificate.summands and plain.relation is Relation.EQ:
        raise Rejected("no certificate proves this relation")
    goal = difference(ring, plain, certificate.squared, sides)
    if any(type(c) not in (int, Fraction) for c in goal.values()):
        raise Rejected("a coefficient of a normal form is not exact")
    checked = _Check(ring, certificate)
    right_side = checked.right_side()
    # left < right, too, gives left != right
    below = plain.relation is Relation.NE and ring.vanishes(plus(goal, right_side))
    if not below and not ring.vanishes(plus(goal, right_side, -1)):
        raise Rejected("the polynomial identity of the certificate does not hold")
    if plain.relation in (Relation.LT, Relation.GT, Relation.NE) and not checked.strict:
        raise Rejected("the certificate does not exclude equality")
    assumed_already = [c for c in ring.conditions if c in plain.hypotheses]
    used = (*carried.used, *checked.hypotheses, *ring.used, *assumed_already)
    assumed = (*(plain.hypotheses if used or carried.conditions else ()), *ring.conditions)
    if assumed and model is None:
        raise NoModel("no values are known that meet the hypotheses and side conditions")
    if model is not None and not holds(assumed, plain, model):
        raise NoModel("the model does not meet the hypotheses and side conditions")
    scope, conditions = scope_of(ring, plain)
    of = (*carried.statement.hypotheses, *carried.conditions)
    written = dict(zip(plain.hypotheses, of, strict=True))
    listed = dict.fromkeys(h for h in (written.get(h, h) for h in used) if h not in carried.conditions)
    said = (scope, tuple(listed), tuple(dict.fromkeys((*conditions, *carried.conditions))))
    return Proved(_KERNEL_ONLY, carried.statement, *said, tuple(checked.axioms), certificate, model)


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

    def __init__(self, ring: Ring, certificate: Certificate) -> None:
        self.ring, self.certificate = ring, certificate
        self.hypotheses: list[Hypothesis] = []
        named = ((NORM_AXIOM, certificate.maxima), (SQUARES_AXIOM, certificate.squared))
        self.axioms = {axiom: None for axiom, serves in named if serves}
        self.strict = False

    def right_side(self) -> Poly:
        """Σ summands + Σ cofactor * relation."""
        total: Poly = {}
        for summand in self.certificate.summands:
            total = plus(total, self._summand(summand))
        for use in self.certificate.uses:
            total = plus(total, self._use(use))
        return total

    def _use(self, use: Use) -> Poly:
        if any(RESERVED.intersection(name) for name, _ in use.over):
            raise Rejected("an index has a letter that is reserved")
        if use.given is not None:
            poly = self.ring.times(self._cited(use.given, Relation.EQ), self._normal(use.cofactor))
        elif not self.ring.vanishes(poly := self._normal(use.cofactor)):
            raise Rejected("a cofactor of nothing is not 0")
        for letter in use.over:
            poly = self.ring.contract(poly, letter)
        return poly

    def _cited(self, given: Given, *relations: Relation) -> Poly:
        hypothesis = hypothesis_of(self.ring.statement, given)
        if hypothesis.relation not in relations:
            raise Rejected("a hypothesis is cited for what it does not say")
        self.hypotheses.append(hypothesis)
        return relation(self.ring, self.ring.statement, given)

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
            case Schwarz(u, v, index):
                self.axioms.setdefault(SCHWARZ_AXIOM)
                self._normal(Add((u, v)))
                return schwarz(self.ring, u, v, index), False
            case Given():
                strict = hypothesis_of(self.ring.statement, factor).relation in (Relation.LT, Relation.GT)
                return self._cited(factor, Relation.LE, Relation.LT, Relation.GE, Relation.GT), strict
        poly = self._normal(factor)
        for wanted in (POSITIVE, NONNEGATIVE):
            if self.ring.surely(factor, wanted) or self.ring.surely_all(poly, wanted):
                return poly, wanted is POSITIVE
        raise Rejected("a factor of the certificate may be negative")

    def _normal(self, term: Term) -> Poly:
        """The normal form of a certificate's term, which may not assume more than the sides do."""
        self.ring.is_closed = True
        poly = self.ring.normal(term)
        self.ring.is_closed = False
        return poly


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
