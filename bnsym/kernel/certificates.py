"""TRUSTED. What a verdict is made from: certificates of a proof, witnesses, axioms. Data only.

Anyone can make these, and nothing follows from them until the kernel has checked them.
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
    cofactor: Frozen
    over: tuple[Letter, ...] = ()


@dataclass(frozen=True)
class Monomially:
    """A product of generators that is not negative: even powers, and positive ones."""

    monomial: Monomial


@dataclass(frozen=True)
class Manifest:
    """A term that is not negative by its form: squares, norms, sizes less one (see
    `Ring.is_manifest`)."""

    term: Term


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


Factor: TypeAlias = Monomially | Manifest | Gram | Schwarz | Given
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
    All that once each maximum of `maxima` stands with its value in the statement, and then the
    hypotheses numbered `equations` are put in."""

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
