"""Whether a true relation is worth offering in place of a false one.

A repair says as much as what it mends, of the same things, and without detours. Each test compares
the statement as it was written with the one that is proved; none is a matter of which edit it was.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product
from typing import TypeAlias

from bnsym.elaborate.dependence import names_of
from bnsym.proving.floats import related
from bnsym.repairing.values import Points
from bnsym.terms import (
    Add,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Mul,
    Num,
    Pow,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    children,
    free_indices,
    mapped,
    mul,
    num,
    power,
    rename,
    walk,
)

_HAT = re.compile(r"\\(?:hat|bar|tilde)\{(.*)\}")
SMALL = 2
"""How many names may be put in, or left out, where fewer stay: `m \\mu` for 0."""
ZERO = 1e-9
"""What is no larger counts as 0."""

Pair: TypeAlias = tuple[Term, Term]


def is_worthwhile(original: Statement | None, repaired: Statement, points: Points) -> bool:
    """Whether the repaired statement, which is true, is one that the author of the original may have
    meant: neither empty, nor weaker, nor longer by what cancels. Of one that can't be read it is only
    asked that the sides differ; that sides differ stays true, and says nothing, if one is changed."""
    if repaired.relation is Relation.NE:
        return False
    repaired = _relettered(repaired)
    if original is None:
        return repaired.left != repaired.right
    original = _relettered(original)
    changes = list(_changes(original, repaired))
    return not (
        _holds_for_fewer(original, repaired)
        or _is_of_something_else(original, repaired)
        or any(_takes_over(*change) or _outweighs(*change) for change in changes)
        or _says_nothing(original, repaired, points)
        or any(_vanishes_for_less(*change) for change in changes)
        or _takes_in(original, repaired, points)
        or _mixes(original) < _mixes(repaired)
        or any(_idles(own, other, points) for own, other in changes)
    )


def _relettered(statement: Statement) -> Statement:
    """The statement with the letters of its sums by how deep they stand: which ones they are says nothing."""
    return replace(statement, left=_numbered(statement.left), right=_numbered(statement.right))


def _numbered(term: Term, depth: int = 0) -> Term:
    if isinstance(term, Sum):
        letter = Index(str(depth), term.index.space)
        return Sum(letter, _numbered(rename(term.body, {term.index.name: letter}), depth + 1))
    return mapped(term, lambda inner: _numbered(inner, depth))


def assumes_the_claim(statement: Statement, hypothesis: Hypothesis, points: Points) -> bool:
    """Whether what is assumed is what is claimed, up to a constant factor and what both sides share."""
    claim = _values(points, (statement.left, statement.right))
    given = _values(points, (hypothesis.left, hypothesis.right))
    if not claim or not given or not all(a - b for a, b in given):
        return False
    ratios = [(a - b) / (c - d) for (a, b), (c, d) in zip(claim, given, strict=True)]
    return all(abs(ratio - ratios[0]) <= ZERO * abs(ratios[0]) for ratio in ratios)


def _changes(original: Statement, repaired: Statement) -> Iterator[tuple[Pair, Pair]]:
    """Of each side that changed: what it was and is, and what the other one was and is."""
    left, right = (original.left, repaired.left), (original.right, repaired.right)
    for own, other in ((left, right), (right, left)):
        if own[0] != own[1]:
            yield own, other


def _values(points: Points, pair: Pair) -> list[tuple[float, float]]:
    """The values of two terms, point by point; none if one is missing."""
    rows = points.row(pair[0]), points.row(pair[1])
    return list(zip(rows[0], rows[1], strict=True)) if rows[0] is not None and rows[1] is not None else []


def _says_nothing(original: Statement, repaired: Statement, points: Points) -> bool:
    """Whether the sides are the same, or both 0 where none was written so, or an order holds by signs."""
    several = any(len(_terms(side)) != len(_like_terms(side)) for side in (repaired.left, repaired.right))
    edited = len(list(_changes(original, repaired)))
    if _like_terms(repaired.left) == _like_terms(repaired.right) and (edited > 1 or not several):
        return True
    before = original.left, original.right
    if all(_is_zero(side, points) for side in (repaired.left, repaired.right)):
        return num(0) not in before
    return original.relation is not Relation.EQ and _holds_by_signs(original, repaired, points)


def _like_terms(term: Term) -> dict[frozenset[tuple[Term, Fraction]], Fraction]:
    """The products of which a term is the sum, each once with its number."""
    found: dict[frozenset[tuple[Term, Fraction]], Fraction] = defaultdict(Fraction)
    for rest, number in map(_multiple, _terms(term)):
        found[frozenset(_exponents(rest).items())] += number
    return {factors: number for factors, number in found.items() if number}


def _exponents(term: Term) -> dict[Term, Fraction]:
    """The factors of a term, each once, with their exponents."""
    found: dict[Term, Fraction] = {}
    for base, exponent in powers_of(term):
        found[base] = found.get(base, Fraction(0)) + exponent
    return {base: e for base, e in found.items() if e and base != num(1)}


def gathered(term: Term) -> Term:
    """A product with each factor once, so that what cancels is gone."""
    return mul(*(power(base, exponent) for base, exponent in _exponents(term).items()))


def _holds_by_signs(original: Statement, repaired: Statement, points: Points) -> bool:
    """Whether what the sides don't share is apart by its signs, and was not."""
    before, after = (_unshared(s, points) for s in (original, repaired))
    alike = all(
        len(_terms(new)) == len(_terms(old)) and names_of(new) == names_of(old)
        for (old, new), _ in _changes(original, repaired)
    )
    left = zip(before, after, strict=True)
    if alike and all(set(_terms(new)) <= {*_terms(old), num(0)} for old, new in left):
        return False  # what is left was there, beside what has become equal
    was, now = _values(points, before), _values(points, after)
    if not was or not now or all(a * b <= 0 for a, b in was):
        return False
    return all(a * b <= 0 for a, b in now)


def _unshared(statement: Statement, points: Points) -> Pair:
    """Both sides without the terms that they share."""
    left, right = (list(_terms(side)) for side in (statement.left, statement.right))
    for term in tuple(left):
        same = next((other for other in right if _are_equal(term, other, points)), None)
        if same is not None:
            left.remove(term)
            right.remove(same)
    return add(*left), add(*right)


def _terms(term: Term) -> tuple[Term, ...]:
    return term.terms if isinstance(term, Add) else (term,)


def _is_zero(term: Term, points: Points) -> bool:
    row = points.row(term)
    return bool(row) and all(abs(value) <= ZERO for value in row or ())


def _holds_for_fewer(original: Statement, repaired: Statement) -> bool:
    """Whether the claim is one for fewer components: a letter of both sides is gone, or one of the
    component by which the left side is the derivative, or any while both sides changed."""
    left, right = set(free_indices(original.left)), set(free_indices(original.right))
    lost = (left | right) - {*free_indices(repaired.left), *free_indices(repaired.right)}
    named = set(original.left.by.indices) if isinstance(original.left, Diff) else set()
    return bool(lost & (left & right | named)) or (bool(lost) and len(list(_changes(original, repaired))) > 1)


def _is_of_something_else(original: Statement, repaired: Statement) -> bool:
    """Whether the derivative that the left side is, which says of what the claim is, is another one, while
    more than its name changed."""
    if not isinstance(original.left, Diff) or original.left == repaired.left:
        return False
    return not isinstance(repaired.left, Diff) or original.right != repaired.right


def _takes_over(own: Pair, other: Pair) -> bool:
    """Whether a side takes names of the other one in place of all those that it alone had, but for hats."""
    (before, after), theirs = own, names_of(other[1])
    lost = names_of(before) - names_of(other[0]) - names_of(after)
    gained = (names_of(after) - names_of(before)) & theirs
    bare = (set(map(_HAT.sub, (r"\1",) * len(names), names)) for names in (lost, gained))
    return bool(lost and gained) and names_of(after) <= theirs and next(bare) != next(bare)


def _takes_in(original: Statement, repaired: Statement, points: Points) -> bool:
    """Whether a side is made of the other one and factors, which can only be 1; or a term is put into it
    that is all of the other one, but for what both had."""
    changes = list(_changes(original, repaired))
    if original.relation is Relation.EQ:
        for (before, after), (was, now) in changes:
            if _has_as_factor(after, now) and not _has_as_factor(before, was):
                return True
            if now in walk(after) and was not in walk(before):
                return True
    grown = any(len(_terms(after)) > len(_terms(before)) for (before, after), _ in changes)
    return grown and num(0) in _unshared(repaired, points) and num(0) not in _unshared(original, points)


def _has_as_factor(term: Term, other: Term) -> bool:
    factors = _exponents(other)
    return bool(factors) and factors.items() < _exponents(term).items()


def _vanishes_for_less(own: Pair, other: Pair) -> bool:
    """Whether that something is 0 is said of what stays of it without a factor."""
    old, new = map(_leaves, own)
    fewer = new < old and len(_terms(own[0])) == len(_terms(own[1]))
    return fewer and other == (num(0), num(0))


def _mixes(statement: Statement) -> bool:
    """Whether terms are compared of which some have more derivatives of a loss for a factor than others."""
    return len(_orders(add(statement.left, statement.right), frozenset(statement.losses))) > 1


def _orders(term: Term, losses: frozenset[str]) -> set[Fraction]:
    """How often the derivatives of a loss are a factor of each of its terms."""
    inside = [_orders(part, losses) for part in children(term)]
    match term:
        case Add():
            return set().union(*inside)
        case Mul():
            return {sum(chosen, Fraction(0)) for chosen in product(*inside)}
        case Pow(_, exponent):
            return {exponent * order for order in inside[0]}
        case Sum():
            return inside[0]
        case Diff(of):
            return {Fraction(bool(names_of(of) & losses))}
    return {Fraction(0)} if term != num(0) else set()


def _outweighs(own: Pair, other: Pair) -> bool:
    """Whether more is put in, or left out, than stays; one more may be put in where all stays, and in place
    of 0 what the other side has."""
    old, new = map(_leaves, own)
    if own[0] == num(0):
        new -= _leaves(other[1])
    limit = SMALL + (Counter() < old <= new)
    return max((new - old).total(), (old - new).total()) > max((new & old).total(), limit)


def _leaves(term: Term) -> Counter[str]:
    """The names in a term; deltas are all one."""
    found: Counter[str] = Counter()
    for inner in walk(term):
        match inner:
            case Sym(name) | Size(name):
                found[name] += 1
            case Delta():
                found["delta"] += 1
    return found


def _idles(own: Pair, other: Pair, points: Points) -> bool:
    """Whether parts are put in that cancel or are there already, or that are 0, or that make 0 of all,
    which the other side does not say."""
    before, after = own
    if _cancelling(after, points) > _cancelling(before, points):
        return True
    if _leaves(after).total() <= _leaves(before).total() or other == (num(0), num(0)):
        return False
    if _is_zero(after, points) and not _is_zero(before, points):
        return True
    return _vanishing(after, points) > _vanishing(before, points)


def _cancelling(term: Term, points: Points) -> int:
    """How many pairs of factors or of terms cancel, wholly or in part, how many terms are there twice, how
    many sums run over nothing, and how many derivatives and deltas are of a thing by itself."""
    found = 0
    for inner in walk(term):
        match inner:
            case Sum(index, body):
                found += index not in free_indices(body)
            case Diff(Sym(name), by):
                found += name == by.name
            case Delta(first, second):
                found += first == second
            case Mul():
                powers = [(base, e) for base, e in powers_of(inner) if not isinstance(base, Num)]
                found += sum(_are_equal(a, b, points) for a, b in _opposed(powers))
            case Add(terms):  # that two alone are equal may be what is claimed
                parts = [_multiple(part) for term in terms for part in distributed(term)]
                found += sum(
                    gathered(a) == gathered(b) or (len(terms) > 2 and _are_equal(a, b, points))
                    for a, b in _opposed(parts)
                )
                found += sum(a == b for a, b in combinations([gathered(_multiple(t)[0]) for t in terms], 2))
    return found


def _opposed(parts: Sequence[tuple[Term, Fraction]]) -> list[Pair]:
    """Pairs of parts whose exponents, or whose numbers in front, have opposite signs."""
    return [(a, b) for (a, c), (b, d) in combinations(parts, 2) if c * d < 0]


def powers_of(term: Term) -> list[tuple[Term, Fraction]]:
    """The factors of a term with their exponents; a power of a product is one of each of them."""
    match term:
        case Mul(factors):
            return [power for factor in factors for power in powers_of(factor)]
        case Pow(base, exponent):
            return [(inner, e * exponent) for inner, e in powers_of(base)]
    return [(term, Fraction(1))]


def distributed(term: Term) -> Iterator[Term]:
    """The terms of a product with a sum in it."""
    inner = next((factor for factor in children(term) if isinstance(factor, Add)), None)
    if not isinstance(term, Mul) or inner is None:
        yield term
        return
    others = [factor for factor in term.factors if factor is not inner]
    yield from (gathered(mul(*others, part)) for part in inner.terms)


def _multiple(term: Term) -> tuple[Term, Fraction]:
    """What is left of a term without its number, and that."""
    match term:
        case Num(value):
            return num(1), value
        case Sum(index, body):
            rest, value = _multiple(body)
            return Sum(index, rest), value
        case Mul((Num(value), *factors)):
            return mul(*factors), value
    return term, Fraction(1)


def _are_equal(a: Term, b: Term, points: Points) -> bool:
    """Whether two terms have the same values, however they are written."""
    if a == b:
        return True
    values = _values(points, (a, b))
    return bool(values) and all(related(x, Relation.EQ, y) for x, y in values)


def _vanishing(term: Term, points: Points) -> int:
    """How many factors and terms are 0."""
    inside = (inner for inner in walk(term) if isinstance(inner, Mul | Add))
    return sum(_is_zero(part, points) for inner in inside for part in children(inner))
