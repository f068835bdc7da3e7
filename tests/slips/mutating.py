"""Every single slip inside a term: what people get wrong when they derive by hand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from bnsym.terms import (
    HALF,
    ONE,
    Add,
    Delta,
    Diff,
    Index,
    Mul,
    Num,
    Pow,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    mul,
    neg,
    num,
    walk,
)


def slips(term: Term, scope: tuple[Index, ...], names: dict[str, str]) -> Iterator[tuple[str, Term]]:
    """Every single slip inside `term`, with its kind. scope: the indices that have a meaning
    here; names: for a name with a hat, the name without it."""
    yield from _slips_here(term, scope, names)
    match term:
        case Add(terms):
            for k, part in enumerate(terms):
                for kind, other in slips(part, scope, names):
                    yield kind, Add((*terms[:k], other, *terms[k + 1 :]))
        case Mul(factors):
            for k, part in enumerate(factors):
                for kind, other in slips(part, scope, names):
                    yield kind, Mul((*factors[:k], other, *factors[k + 1 :]))
        case Pow(base, exponent):
            for kind, other in slips(base, scope, names):
                yield kind, Pow(other, exponent)
        case Sum(index, body):
            for kind, other in slips(body, (*scope, index), names):
                yield kind, Sum(index, other)


def _slips_here(term: Term, scope: tuple[Index, ...], names: dict[str, str]) -> Iterator[tuple[str, Term]]:
    match term:
        case Num(value) if value != 0:
            if value != -1:
                yield "coefficient", num(value + 1)
            yield "coefficient", num(value / 2)
            yield "sign", num(-value)
        case Size(space):
            yield "size", Add((Size(space), num(-1)))
            yield "coefficient", Mul((Size(space), Size(space)))
        case Add((Size(space), Num(value))) if value == -1:
            yield "size", Size(space)
        case Add(terms):
            for k, part in enumerate(terms):
                yield "sign", Add((*terms[:k], neg(part), *terms[k + 1 :]))
                rest = (*terms[:k], *terms[k + 1 :])
                yield "dropped term", rest[0] if len(rest) == 1 else Add(rest)
        case Mul(factors):
            yield "sign", neg(term)
            for k in range(len(factors)):
                yield "dropped factor", mul(*factors[:k], *factors[k + 1 :])
        case Pow(base, exponent):
            yield "power", Pow(base, exponent + 1)
            yield "power", Pow(base, -exponent)
            if exponent.denominator == 2:
                yield "sigma", Pow(base, 2 * exponent)  # σ² for σ
            elif exponent.denominator == 1:
                yield "square", base if exponent == 2 else Pow(base, exponent * HALF)
        case Sum(index, body):
            yield "coefficient", mul(num(2), term)
            if index in free_indices(body):
                yield "dropped sum", body
        case Delta():
            yield "delta", ONE
        case Sym(name, indices):
            for k, index in enumerate(indices):
                for other in scope:
                    if other.space == index.space and other != index:
                        yield "index", Sym(name, (*indices[:k], other, *indices[k + 1 :]))
            if name in names:
                yield "hat", Sym(names[name], indices)
            if name.endswith("^{2}"):
                yield "sigma", Pow(term, HALF)
            else:
                yield "square", Pow(term, Fraction(2))
            if len(indices) == 2 and indices[0].space == indices[1].space:
                yield "transpose", Sym(name, indices[::-1])
        case Diff(of, by, total):
            for kind, other in _slips_here(by, scope, names):
                if kind == "index" and isinstance(other, Sym):
                    yield "index", Diff(of, other, total)


def hats(statement: Statement) -> dict[str, str]:
    """x for x̂ and x̂ for x, where both are names of the statement with as many indices."""
    definitions = (part for d in statement.definitions for part in (d.symbol, d.body))
    terms = (statement.left, statement.right, *definitions)
    arity = {t.name: len(t.indices) for term in terms for t in walk(term) if isinstance(t, Sym)}
    bare = {
        name: name.removeprefix(r"\hat{").removesuffix("}") for name in arity if name.startswith(r"\hat{")
    }
    pairs = [(name, other) for name, other in bare.items() if arity.get(other) == arity[name]]
    return dict(pairs) | {other: name for name, other in pairs}
