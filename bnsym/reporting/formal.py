"""A verdict as data that another checker can judge: the statement and what proves or refutes it, in terms.

The polynomials of a certificate are written as terms. What multiplies the relation of a root is left out:
the relation holds wherever the root has a value.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from bnsym.cache.codec import encoded
from bnsym.evidence.surveying import relevant
from bnsym.kernel import (
    Certificate,
    Factor,
    Given,
    Lemma,
    Manifest,
    Maximum,
    Monomially,
    Proved,
    Refuted,
    Schwarz,
    Vector,
    Witness,
)
from bnsym.normal import Coefficient, Frozen, Generator, Letter, Monomial
from bnsym.terms import Add, Delta, Index, Mul, Num, Pow, Size, Sum, Sym, Term


def formal(verdict: Proved | Refuted) -> dict[str, Any]:
    """As in `report.schema.json`."""
    statement = relevant(verdict.statement)
    if isinstance(verdict, Refuted):
        return {"statement": encoded(statement), "maxima": [_maximum(m) for m in verdict.maxima]}
    return {
        "statement": encoded(statement),
        "hypotheses": [n for n, h in enumerate(statement.hypotheses) if h in verdict.hypotheses],
        "conditions": [encoded(condition) for condition in verdict.side_conditions],
        "certificate": _certificate(verdict.certificate),
        "model": _model(verdict.model),
    }


def _certificate(certificate: Certificate) -> dict[str, Any]:
    return {
        "unit": encoded(_monomial(certificate.unit)),
        "squared": certificate.squared,
        "summands": [[encoded(s.coefficient), [_factor(f) for f in s.factors]] for s in certificate.summands],
        "uses": [
            [
                *_given(use.relation),
                encoded(_polynomial(use.cofactor)),
                [*map(encoded, _indices(use.over))],
            ]
            for use in certificate.uses
            if isinstance(use.relation, Given)
        ],
        "equations": list(certificate.equations),
        "maxima": [_maximum(m) for m in certificate.maxima],
    }


def _factor(factor: Factor) -> list[Any]:
    match factor:
        case Monomially(monomial):
            return ["term", encoded(_monomial(monomial))]
        case Manifest(term):
            return ["term", encoded(term)]
        case Schwarz(u, v, index):
            return ["schwarz", encoded(u), encoded(v), encoded(index)]
        case Given():
            return ["given", *_given(factor)]


def _given(given: Given) -> list[Any]:
    return [given.number, [[encoded(Index(*old)), encoded(Index(*new))] for old, new in given.names]]


def _maximum(maximum: Maximum) -> dict[str, Any]:
    return {
        "term": encoded(maximum.term),
        "value": encoded(maximum.value),
        "arguments": [encoded(definition) for definition in maximum.arguments],
        "tested": [_vector(v) for v in maximum.tested],
        "bound": _lemma(maximum.bound),
        "point": [encoded(factor) for factor in maximum.point],
        "divided": [_vector(v) for v in maximum.divided],
        "inside": _lemma(maximum.inside),
        "equal": [_lemma(lemma) for lemma in maximum.equal],
    }


def _vector(vector: Vector) -> list[Any]:
    return [encoded(vector.component), encoded(vector.index), vector.axis]


def _lemma(lemma: Lemma) -> dict[str, Any]:
    return {"certificate": _certificate(lemma.certificate), "model": _model(lemma.model)}


def _model(model: Witness | None) -> dict[str, Any] | None:
    if model is None:
        return None
    return {
        "sizes": dict(model.sizes),
        "values": {name: encoded(value) for name, value in model.values.items()},
    }


def _polynomial(frozen: Frozen) -> Term:
    return Add(tuple(_monomial(mono, c) for mono, c in frozen))


def _monomial(mono: Monomial, coefficient: Coefficient = 1) -> Term:
    factors = [_generator(g) if e == 1 else Pow(_generator(g), Fraction(e)) for g, e in mono]
    if coefficient != 1 or not factors:
        factors.insert(0, Num(Fraction(coefficient)))
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


def _generator(generator: Generator) -> Term:
    match generator:
        case ("size", space):
            return Size(space)
        case ("sym", name, indices):
            return Sym(name, _indices(indices))
        case ("delta", left, right):
            return Delta(*_indices((left, right)))
        case ("root", order, key):
            return _polynomial(key) if order == 1 else Pow(_polynomial(key), Fraction(1, order))
        case ("sum", bound, mono):
            term = _monomial(mono)
            for index in _indices(bound):
                term = Sum(index, term)
            return term
    raise ValueError(f"no term for {generator!r}")


def _indices(letters: Iterable[Letter]) -> tuple[Index, ...]:
    return tuple(Index(*letter) for letter in letters)
