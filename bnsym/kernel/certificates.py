"""TRUSTED. What a verdict is made from: certificates of a proof, witnesses, axioms. Data only.

Anyone can make these, and nothing follows from them until the kernel has checked them. Each class that
is a rule says what must hold (premises), what then follows (conclusion), and when the kernel refuses.
What follows, follows wherever the sides have values and the hypotheses hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeAlias, get_args

from bnsym.normal import Letter
from bnsym.terms.tree import (
    Definition,
    Index,
    Max,
    Name,
    Relation,
    SpaceName,
    Term,
)

Value: TypeAlias = "Fraction | tuple[Value, ...]"


class Rejected(Exception):
    """The certificate does not prove, or the witness does not refute; says why."""


class NoModel(Rejected):
    """No values are known that meet the hypotheses and side conditions of a proof."""


@dataclass(frozen=True)
class Witness:
    """Exact values for everything free in a statement: sizes of spaces, arrays by name.
    The loss enters by its derivatives at the outputs (see `calculus.gradient_name`)."""

    sizes: Mapping[SpaceName, int]
    values: Mapping[Name, Value]

    def __post_init__(self) -> None:
        for name, given in (("sizes", self.sizes), ("values", self.values)):
            object.__setattr__(self, name, MappingProxyType(dict(given)))

    def __reduce__(self) -> tuple[type[Witness], tuple[dict[SpaceName, int], dict[Name, Value]]]:
        return Witness, (dict(self.sizes), dict(self.values))


@dataclass(frozen=True)
class Given:
    """A hypothesis, for the indices that `names` puts in place of its free ones.

    premises: there is a hypothesis of this number; each old letter is free in it, each new one of the
    same space and not reserved.
    conclusion: as a relation left - right = 0; as a factor larger - smaller >= 0, > 0 if it is strict.
    refused: an order or `!=` as a relation, `=` or `!=` as a factor, a letter that it does not have."""

    number: int
    names: tuple[tuple[Letter, Letter], ...] = ()


@dataclass(frozen=True)
class Use:
    """One summand `cofactor * relation`, summed over the letters `over`.

    premises: `given` is an equation among the hypotheses; without one, the cofactor is 0 by its roots
    alone (see `Ring.vanishes`), as what stands under a sum may be. The cofactor has values wherever the
    sides have; no letter is reserved.
    conclusion: the summand is 0.
    refused: whatever lacks one of these; a division by what may be 0 would prove anything."""

    given: Given | None
    cofactor: Term
    over: tuple[Letter, ...] = ()


@dataclass(frozen=True)
class Schwarz:
    """Two vectors, given as components at `index`.

    premises: the components have values wherever the sides have.
    conclusion: |u||v| + <u,v> >= 0 (SCHWARZ_AXIOM).
    refused: a component that brings in a side condition."""

    u: Term
    v: Term
    index: Index


Factor: TypeAlias = Term | Schwarz | Given
SCHWARZ_AXIOM = "Cauchy-Schwarz: |<u,v>| <= |u||v|"
NORM_AXIOM = "spectral norms: |Xv| <= |X||v|, |u v^T| = |u||v|"
SQUARES_AXIOM = "squares of numbers >= 0 are in the same order as the numbers"


@dataclass(frozen=True)
class Summand:
    """coefficient * factors.

    premises: the coefficient is a positive rational; each factor is not negative. A term is not, or is
    even positive, by its form, or because each monomial of its normal form is (`Ring.surely`, `Ring.sign`);
    it has values wherever the sides have.
    conclusion: the product is >= 0, and > 0 if every factor is.
    refused: a coefficient of 0 or below, and one that is not exact; a term of unknown sign, and one that
    brings in a side condition."""

    coefficient: Fraction
    factors: tuple[Factor, ...]


@dataclass(frozen=True)
class Certificate:
    """One polynomial identity.

    premises: left - right = Σ cofactor * relation for an equation; larger - smaller = Σ summands +
    Σ cofactor * relation for an order; for `!=`, that of either strict order: all that where roots are
    the roots that they are (see `Ring.vanishes`). With `squared` the same for the squares of the two
    sides, where the larger side (of an equation, each) is not negative by its form. And once each maximum
    of `maxima` stands with its value in the statement, and then the hypotheses numbered `equations` are
    put in.
    conclusion: the relation of the two sides holds.
    refused: an identity that does not hold; `<`, `>` or `!=` of which no summand is positive; summands
    for an equation; squares of what may be negative; a proof that assumes something, without values that
    meet all of it."""

    uses: tuple[Use, ...] = ()
    squared: bool = False
    summands: tuple[Summand, ...] = ()
    maxima: tuple[Maximum, ...] = ()
    equations: tuple[int, ...] = ()


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


PLAIN = (str, int, bool, Fraction, type(None), Relation)
DATA = (Index, Definition, Use, Summand, Certificate, Vector, Lemma, Maximum, Witness)
KINDS = (*get_args(Factor), *DATA)


def check_plain(*given: object) -> None:
    """What comes from outside is data through and through: nothing in it is of a type made to look
    like another, inexact, or such that it can change."""
    todo = list(given)
    while todo:
        part: Any = todo.pop()
        kind = type(part)
        if kind is tuple:
            todo += part
        elif kind is MappingProxyType:
            todo += [*part, *part.values()]
        elif kind in KINDS:
            todo += [getattr(part, field.name) for field in fields(part)]
        elif kind not in PLAIN:
            raise Rejected(f"a {kind.__name__} is not a rational, a name, or made of such")
