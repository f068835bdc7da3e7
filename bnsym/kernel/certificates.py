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

from bnsym.normal import (
    Frozen,
    Generator,
    Letter,
    Monomial,
)
from bnsym.terms import (
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
class Root:
    """The relation of a root.

    premises: `root` is r with r^q = B, and stands in the sides or in a hypothesis that is cited, for
    these letters or for others of the same spaces.
    conclusion: r^q - B = 0.
    refused: for any other root; of one that stands nowhere, nobody has said that B >= 0."""

    root: Generator


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
    """One summand `cofactor * relation`, summed over the indices `over`.

    premises: each monomial of the cofactor is in order, its exponents whole and not 0; each generator
    is a size, a component, a delta, a known root, or a contraction in canonical form, at any depth;
    what stands to a negative power is not zero; no letter is reserved.
    conclusion: the summand is 0, for the relation is.
    refused: whatever lacks one of these; a division by what may be 0 would prove anything."""

    relation: Root | Given
    cofactor: Frozen
    over: tuple[Letter, ...] = ()


@dataclass(frozen=True)
class Monomially:
    """A product of powers of generators.

    premises: those of a cofactor's monomials; each generator to an odd power is a size, an even root, a
    sum of squares, or assumed not to be negative.
    conclusion: it is >= 0, and > 0 if each generator is positive, or not zero and to an even power.
    refused: a generator of unknown sign to an odd power."""

    monomial: Monomial


@dataclass(frozen=True)
class Manifest:
    """A term that is not negative by its form.

    premises: it is made of squares, even roots, sizes, sizes less one, and what is assumed not to be
    negative, by sums and products (`Ring.is_manifest`); it has values wherever the sides have.
    conclusion: its normal form is >= 0.
    refused: a term of unknown sign, and one that brings in a side condition."""

    term: Term


@dataclass(frozen=True)
class Schwarz:
    """Two vectors, given as components at `index`.

    premises: the components have values wherever the sides have.
    conclusion: |u||v| + <u,v> >= 0 (SCHWARZ_AXIOM).
    refused: a component that brings in a side condition."""

    u: Term
    v: Term
    index: Index


Factor: TypeAlias = Monomially | Manifest | Schwarz | Given
SCHWARZ_AXIOM = "Cauchy-Schwarz: |<u,v>| <= |u||v|"
NORM_AXIOM = "spectral norms: |Xv| <= |X||v|, |u v^T| = |u||v|"
SQUARES_AXIOM = "squares of numbers >= 0 are in the same order as the numbers"


@dataclass(frozen=True)
class Summand:
    """coefficient * factors.

    premises: the coefficient is a positive rational; each factor is not negative, by its own rule.
    conclusion: the product is >= 0, and > 0 if every factor is.
    refused: a coefficient of 0 or below, and one that is not exact."""

    coefficient: Fraction
    factors: tuple[Factor, ...]


@dataclass(frozen=True)
class Certificate:
    """One polynomial identity.

    premises: unit * (left - right) = Σ cofactor * relation for an equation;
    unit * (larger - smaller) = Σ summands + Σ cofactor * relation for an order; for `!=`, that of
    either strict order. The unit is not zero and, for an order, positive. With `squared` the same for
    the squares of the two sides, where the larger side (of an equation, each) is not negative by its
    form. All that once each maximum of `maxima` stands with its value in the statement, and then the
    hypotheses numbered `equations` are put in.
    conclusion: the relation of the two sides holds.
    refused: an identity that does not hold; `<`, `>` or `!=` of which no summand is positive; summands
    for an equation; a unit that may be zero, or negative; squares of what may be negative; a proof
    that assumes something, without values that meet all of it."""

    uses: tuple[Use, ...] = ()
    unit: Monomial = ()
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
DATA = (Index, Definition, Use, Root, Summand, Certificate, Vector, Lemma, Maximum, Witness)
KINDS = (*get_args(Term), *get_args(Factor), *DATA)


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
