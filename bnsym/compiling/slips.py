"""Which terms of a closed form somebody's values have wrong: by how much each of them enters.

The closed form is a sum of terms, t₁ + t₂ + …; values that are c₁t₁ + c₂t₂ + … tell the c by least
squares: −1 is a sign, 0 a missing term, anything else a factor, which has a name if a product of m, the
numbers of the layer and their powers gives it at two sizes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bnsym.compiling.callable_form import ClosedForm
from bnsym.compiling.proved import Form, NotProved
from bnsym.evidence import surveying
from bnsym.printing import to_latex
from bnsym.reporting.unicode import unicode_math
from bnsym.terms import (
    ONE,
    Add,
    Mul,
    Size,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    num,
    power,
    rename,
    sqrt,
    walk,
)

CLOSE = 1e-7
"""Relative: far above the rounding errors of a few hundred numbers, far below any slip."""
MOST = 12
"""Terms beyond which a closed form is not taken apart."""
Sample = tuple[Mapping[str, Any], Any]
"""Arguments, and what the function returned."""


@dataclass(frozen=True, slots=True)
class Slip:
    term: Term | None
    """None: all of them alike."""
    what: str


def explain(form: ClosedForm, samples: Sequence[Sample]) -> tuple[Slip, ...]:
    """The slips that account for all of what was returned; none if these terms do not."""
    terms = list(pieces(form.form.statement.right))
    if not 1 <= len(terms) <= MOST or any(np.ndim(found) != 1 for _, found in samples):
        return ()
    fitted = _fitted(form, terms, samples)
    found = () if fitted is None else tuple(_named(form, terms, fitted, samples))
    if len(found) == 1:
        return found
    for k, term in enumerate(terms):
        for other in unsummed(term, form.form.statement.left):
            if _adds_up(form, [*terms[:k], other, *terms[k + 1 :]], samples):
                return (Slip(term, "has lost its Σ"),)
    return found


def pieces(term: Term) -> Iterator[Term]:
    """The terms of a sum, factors before it multiplied in."""
    match term:
        case Add(terms):
            for t in terms:
                yield from pieces(t)
        case Mul(factors) if any(isinstance(f, Add) for f in factors):
            k = max(
                (k for k, f in enumerate(factors) if isinstance(f, Add)),
                key=lambda k: len(list(walk(factors[k]))),
            )
            for t in pieces(factors[k]):
                yield mul(*factors[:k], t, *factors[k + 1 :])
        case _:
            yield term


def unsummed(term: Term, left: Term) -> Iterator[Term]:
    """The term with one of its sums left out: its index becomes the free one of the same space."""
    free = {i.space: i for i in free_indices(left)}
    for inner in walk(term):
        if isinstance(inner, Sum) and inner.index.space in free:
            yield _replaced(term, inner, rename(inner.body, {inner.index.name: free[inner.index.space]}))


def _replaced(term: Term, old: Term, new: Term) -> Term:
    return new if term == old else mapped(term, lambda inner: _replaced(inner, old, new))


def _fitted(form: ClosedForm, terms: Sequence[Term], samples: Sequence[Sample]) -> Any:
    """How much of each term is in what was returned, at each sample; None if something else is, too."""
    found = []
    for values, returned in samples:
        columns = np.stack([_values(form, t, values, len(returned)) for t in terms], axis=1)
        scale = np.linalg.norm(columns, axis=0)
        shares, _, rank, _ = np.linalg.lstsq(columns / scale, returned, rcond=1e-10)
        rest = np.linalg.norm(columns / scale @ shares - returned)
        if rank < len(terms) or rest > CLOSE * np.linalg.norm(scale):
            return None
        found.append(shares / scale)
    return np.array(found)


def _adds_up(form: ClosedForm, terms: Sequence[Term], samples: Sequence[Sample]) -> bool:
    """Whether what was returned is the sum of the terms."""
    for values, returned in samples:
        columns = [_values(form, t, values, len(returned)) for t in terms]
        if np.linalg.norm(sum(columns) - returned) > CLOSE * np.linalg.norm(columns):
            return False
    return True


def _values(form: ClosedForm, term: Term, values: Mapping[str, Any], length: int) -> Any:
    one = _alone(form, term, form.form.statement.left)
    return np.broadcast_to(one(**{a.name: values[a.name] for a in one.arguments}), (length,))


def _alone(form: ClosedForm, term: Term, left: Term) -> ClosedForm:
    statement = replace(form.form.statement, left=left, right=term)
    return ClosedForm(Form(statement, form.form.results))


def _named(form: ClosedForm, terms: Sequence[Term], fitted: Any, samples: Sequence[Sample]) -> Iterator[Slip]:
    """A slip for each term that does not enter once, or one for all where all are off alike; none at all
    if one of them has no name."""
    known = _factors(form, samples)
    if len(terms) > 1 and np.all(np.abs(fitted - fitted[:, :1]) < CLOSE * np.abs(fitted[:, :1])):
        words: dict[Term | None, str] = {None: _worded(fitted[:, 0], known)}
    else:
        wrong = ((t, c) for t, c in zip(terms, fitted.T, strict=True) if np.any(np.abs(c - 1) > CLOSE))
        words = {term: _worded(shares, known) for term, shares in wrong}
    if all(words.values()):
        yield from (Slip(term, what) for term, what in words.items())


def _worded(shares: Any, known: Mapping[str, Any]) -> str:
    """What is wrong with a term that enters so many times; empty if that has no name."""
    if np.all(np.abs(shares) < CLOSE):
        return "is missing"
    if np.all(np.abs(shares + 1) < CLOSE):
        return "has the wrong sign"
    for sign, said in ((1, ""), (-1, " and has the wrong sign")):
        for name, value in known.items():
            if np.all(np.abs(sign * shares - value) < CLOSE * np.abs(value)):
                return f"is multiplied by {name}{said}"
            if np.all(np.abs(sign * shares * value - 1) < CLOSE):
                return f"is divided by {name}{said}"
    constant = np.all(np.abs(shares - shares[0]) < CLOSE * abs(shares[0]))
    return f"is multiplied by {shares[0]:.6g}" if constant else ""


def _factors(form: ClosedForm, samples: Sequence[Sample]) -> dict[str, Any]:
    """Numbers that are often forgotten, or written once too often, and products of two of them."""
    batch = Size(form.structure.batch)
    sizes = np.array([float(len(found)) for _, found in samples])
    single: dict[Term, Any] = {num(2): np.full(len(samples), 2.0), batch: sizes}
    single[add(batch, num(-1))] = sizes - 1
    for argument in form.arguments:
        if not argument.spaces:
            single[Sym(argument.latex)] = np.array([float(v[argument.name]) for v, _ in samples])
    for definition in surveying.relevant(form.form.statement).definitions:
        if not definition.symbol.indices and definition.symbol.name not in form.given:
            single |= _defined(form, definition.symbol, samples)
    known: dict[str, Any] = {}
    for term, value in single.items():
        for power_of, found in ((term, value), (sqrt(term), abs(value) ** 0.5), (power(term, 2), value**2)):
            name = unicode_math(to_latex(power_of))
            known.setdefault(f"({name})" if isinstance(power_of, Add) else name, found)
    for a, b in itertools.permutations(list(known), 2):
        known.setdefault(f"{a} {b}", known[a] * known[b])
        known.setdefault(f"{a}/{b}", known[a] / known[b])
    return {name: value for name, value in known.items() if np.any(np.abs(value - 1) > CLOSE)}


def _defined(form: ClosedForm, symbol: Sym, samples: Sequence[Sample]) -> dict[Term, Any]:
    try:
        one = _alone(form, symbol, ONE)
        if any(a.name not in values for values, _ in samples for a in one.arguments):
            return {}
        return {symbol: np.array([one(**{a.name: v[a.name] for a in one.arguments}) for v, _ in samples])}
    except (NotProved, FloatingPointError):
        return {}
