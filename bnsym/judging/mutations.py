"""Closed forms with one slip that people make in them, each with the sentence that says which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial
from operator import eq

from bnsym.compiling.formula import Formula, Piece, factors, statistics
from bnsym.evidence.surveying import names
from bnsym.printing import to_latex
from bnsym.reporting.unicode import unicode_math
from bnsym.terms import (
    Add,
    Index,
    Name,
    Pow,
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
    walk,
)

Slip = tuple[str, Formula]


def written(term: Term) -> str:
    return unicode_math(to_latex(term))


def mutants(found: Formula) -> Iterator[Slip]:
    """Slips in what is defined, then slips in terms."""
    yield from in_definitions(found)
    yield from _gains(found)
    for k, piece in enumerate(found.pieces):
        for words, term in _in_term(piece, found):
            parts = (*found.pieces[:k], replace(piece, term=term), *found.pieces[k + 1 :])
            yield f"the term {written(piece.shown)} {words}", replace(found, pieces=parts)


def in_definitions(found: Formula) -> Iterator[Slip]:
    yield from _means(found)
    yield from _divisors(found)
    yield from _numbers(found)


def _redefined(found: Formula, name: Name, body: Term) -> Formula:
    changed = replace(found.definitions[name], body=body)
    return replace(found, definitions={**found.definitions, name: changed})


def _everywhere(found: Formula, change: Callable[[Term], Term], words: str) -> Iterator[Slip]:
    """A change in all places at once, then in each definition, then in the terms alone."""
    whole = found.changed(change)
    if whole == found:
        return
    yield words, whole
    bodies = {n: change(d.body) for n, d in found.definitions.items()}
    touched = [n for n, body in bodies.items() if body != found.definitions[n].body]
    for name in touched:
        shown = written(found.definitions[name].symbol)
        yield f"{words} in {shown}", _redefined(found, name, bodies[name])
    if touched:
        yield f"{words} but in definitions", replace(found, pieces=whole.pieces)
        first = touched[0]
        yield (
            f"{words} but in {written(found.definitions[first].symbol)}",
            replace(whole, definitions={**whole.definitions, first: found.definitions[first]}),
        )


def _means(found: Formula) -> Iterator[Slip]:
    """What is subtracted from an array and does not vary with its index."""
    subtracted = {
        f
        for term in found.terms()
        for a in walk(term)
        if isinstance(a, Add)
        for t in a.terms
        for f in factors(t)
        if isinstance(f, Sym) and f.name in found.definitions and t == mul(num(-1), f)
    }
    for mean in sorted({s.name for s in subtracted}):
        left_out = partial(_without, which=partial(_is_once, name=mean))
        shown = written(next(s for s in subtracted if s.name == mean))
        yield from _everywhere(found, left_out, f"{shown} is not subtracted")


def _is_once(term: Term, name: Name) -> bool:
    """Whether it is the name with a sign or a number."""
    return names(term) == {name} and len(factors(term)) == 2


def _without(term: Term, which: Callable[[Term], bool]) -> Term:
    """Its sums without some of their terms, where others are left."""
    term = mapped(term, partial(_without, which=which))
    kept = [t for t in term.terms if not which(t)] if isinstance(term, Add) else []
    return add(*kept) if kept else term


def _divisors(found: Formula) -> Iterator[Slip]:
    """m − 1 for m in a definition, m for m − 1, and no division at all."""
    for name, definition in found.definitions.items():
        inverse = {t.base for t in walk(definition.body) if isinstance(t, Pow) and t.exponent == -1}
        for size in (t for t in inverse if isinstance(t, Size | Sym) and not free_indices(t)):
            shown, m = written(definition.symbol), written(size)
            less = add(size, num(-1))
            for old, new, words in (
                (power(size, -1), power(less, -1), f"{shown} is divided by {m} - 1 instead of {m}"),
                (power(less, -1), power(size, -1), f"{shown} is divided by {m} instead of {m} - 1"),
                (power(size, -1), num(1), f"{shown} is not divided by {m}"),
            ):
                body = _replaced(definition.body, old, new)
                if body != definition.body:
                    yield words, _redefined(found, name, body)


def _numbers(found: Formula) -> Iterator[Slip]:
    """ε left out, squared, or added outside of the root."""
    inside = {
        t
        for d in found.definitions.values()
        for a in walk(d.body)
        if isinstance(a, Add)
        for t in a.terms
        if isinstance(t, Sym) and not t.indices and found.shapes.get(t.name) == ()
    }
    for number in sorted(inside, key=lambda s: s.name):
        shown = written(number)
        yield from _everywhere(found, partial(_without, which=partial(eq, number)), f"{shown} is left out")
        yield f"{shown} is added outside of the root", _outside(found, number)
        for new, words in (
            (power(number, 2), f"{shown} is squared"),
            (mul(num(2), number), f"{shown} is added twice"),
            (power(number, Fraction(1, 2)), f"the root of {shown} is added"),
        ):
            yield words, found.changed(partial(_replaced, old=number, new=new))


def _outside(found: Formula, number: Sym) -> Formula:
    """√v + ε for √(v + ε), and its powers; also where v + ε has a name."""
    named = {n: d for n, d in found.definitions.items() if isinstance(d.body, Add) and number in d.body.terms}

    def change(term: Term) -> Term:
        if isinstance(term, Pow) and term.exponent.denominator % 2 == 0:
            base = term.base
            body = named[base.name].body if isinstance(base, Sym) and base.name in named else base
            if isinstance(body, Add) and number in body.terms:
                rest = base if isinstance(base, Sym) else add(*(t for t in body.terms if t != number))
                return power(add(power(rest, Fraction(1, 2)), number), term.exponent * 2)
        if isinstance(term, Sym) and term.name in named:
            return power(add(power(term, Fraction(1, 2)), number), 2)
        return mapped(term, change)

    made = found.changed(change)
    for name, definition in named.items():
        assert isinstance(definition.body, Add)
        body = add(*(t for t in definition.body.terms if t != number))
        made = _redefined(made, name, body)
    return made


def _gains(found: Formula) -> Iterator[Slip]:
    """A mask that is ignored, a gain outside of every sum, or missing or doubled in every term."""
    for name in sorted(statistics(found)):
        without = found.changed(partial(_times, name=name, count=0))
        if without.shapes and any(without.definitions[n] != found.definitions[n] for n in found.definitions):
            yield f"{written(Sym(name))} is ignored", without
    for gain in sorted({s.name for s in _free_factors(found)}):
        shown = written(next(s for s in _free_factors(found) if s.name == gain))
        for change, words in (
            (partial(_taken_out, gain=gain, free=found.free), f"{shown} stands outside of the sums"),
            (partial(_times, name=gain, count=0), f"{shown} is missing everywhere"),
            (partial(_times, name=gain, count=2), f"{shown} is there twice everywhere"),
        ):
            parts = tuple(replace(p, term=change(p.term)) for p in found.pieces)
            made = replace(found, pieces=parts)
            if made != found:
                yield words, made


def _free_factors(found: Formula) -> list[Sym]:
    """Free arrays that are factors, but for upstream gradients."""
    inner = (s for p in found.pieces for s in walk(p.term) if isinstance(s, Sym))
    return [s for s in inner if s.name in found.shapes and not s.name.startswith("∂")]


def _in_term(piece: Piece, found: Formula) -> Iterator[tuple[str, Term]]:
    term = piece.term
    free = {i.space: i for i in found.free}
    for inner in walk(term):
        if isinstance(inner, Sum) and inner.index.space in free:
            lost = rename(inner.body, {inner.index.name: free[inner.index.space]})
            yield "has lost its Σ", _replaced(term, inner, lost)
    divisors = [t for t in walk(term) if isinstance(t, Pow) and isinstance(t.base, Sym) and t.base.indices]
    for base in dict.fromkeys(t.base for t in divisors if set(free_indices(t)) <= set(found.free)):
        step = Fraction(1, max(t.exponent.denominator for t in divisors if t.base == base))
        for exponent in (step, 2 * step):
            shown = written(power(base, exponent))
            yield f"is multiplied by {shown}", mul(term, power(base, exponent))
            yield f"is divided by {shown}", mul(term, power(base, -exponent))
    for symbol in dict.fromkeys(s for s in walk(term) if isinstance(s, Sym) and s.indices):
        shown = written(symbol) if not symbol.name.startswith("∂") else written(_upstream(piece, symbol))
        one = symbol.name
        summed = any(isinstance(t, Sum) and symbol in walk(t.body) for t in walk(term))
        if summed and _taken_out(term, one, found.free) != term:
            yield f"has {shown} outside of its Σ", _taken_out(term, one, found.free)
        yield f"lacks the factor {shown}", _replaced(term, symbol, num(1))
        yield f"has the factor {shown} twice", _replaced(term, symbol, mul(symbol, symbol))
        for name in sorted(statistics(found)) if one in found.definitions else ():
            if found.shapes[name] == tuple(i.space for i in symbol.indices):
                other = Sym(name, symbol.indices)
                yield f"has {written(other)} instead of {shown}", _replaced(term, symbol, other)
    for name, shape in found.shapes.items():
        if shape and set(shape) <= set(free) and name not in names(term) and not name.startswith("∂"):
            other = Sym(name, tuple(free[s] for s in shape))
            yield f"has the factor {written(other)} besides", mul(term, other)


def _upstream(piece: Piece, symbol: Sym) -> Term:
    found = [t for t in walk(piece.shown) if type(t).__name__ == "Diff"]
    return next((t for t in found if free_indices(t) == symbol.indices), found[0] if found else symbol)


def _taken_out(term: Term, gain: Name, free: tuple[Index, ...]) -> Term:
    """Σ_j g_j a_j as g_i Σ_j a_j."""
    outer = {i.space: i for i in free}

    def change(inner: Term) -> Term:
        if isinstance(inner, Sum) and inner.index.space in outer:
            own = [f for f in factors(inner.body) if isinstance(f, Sym) and f.name == gain]
            if own:
                rest = [f for f in factors(inner.body) if f not in own]
                moved = [rename(f, {inner.index.name: outer[inner.index.space]}) for f in own]
                return mul(*moved, Sum(inner.index, mul(*rest)))
        return mapped(inner, change)

    return change(term)


def _times(term: Term, name: Name, count: int) -> Term:
    """With an array so many times wherever it stands once."""
    if isinstance(term, Sym) and term.name == name:
        return power(term, count)
    return mapped(term, partial(_times, name=name, count=count))


def _replaced(term: Term, old: Term, new: Term) -> Term:
    return new if term == old else mapped(term, lambda inner: _replaced(inner, old, new))
