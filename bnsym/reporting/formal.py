"""A verdict as data that another checker can judge: the statement and what proves or refutes it, in terms.

What is 0 by its roots alone is left out of a certificate: it is so wherever the roots have values.
"""

from __future__ import annotations

from typing import Any

from bnsym.cache.codec import encoded
from bnsym.evidence.surveying import relevant
from bnsym.kernel import Certificate, Factor, Given, Lemma, Maximum, Proved, Refuted, Schwarz, Vector, Witness
from bnsym.terms import Index


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
        "squared": certificate.squared,
        "summands": [[encoded(s.coefficient), [_factor(f) for f in s.factors]] for s in certificate.summands],
        "uses": [
            [*_given(use.given), encoded(use.cofactor), [encoded(Index(*letter)) for letter in use.over]]
            for use in certificate.uses
            if use.given is not None
        ],
        "equations": list(certificate.equations),
        "maxima": [_maximum(m) for m in certificate.maxima],
    }


def _factor(factor: Factor) -> list[Any]:
    match factor:
        case Schwarz(u, v, index):
            return ["schwarz", encoded(u), encoded(v), encoded(index)]
        case Given():
            return ["given", *_given(factor)]
    return ["term", encoded(factor)]


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
