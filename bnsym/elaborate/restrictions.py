r"""Conditions on index letters: `i \ne j`, `i = j`, `i > j` restrict the free letters of a link.

A link under `i \ne j` is the same link with both sides times 1 - δ_ij, and under `i = j` the one with i
for j: both are exact. An order of letters is weaker than what can be said here; what is proved for all
i ≠ j holds for i > j, and what is false for some says nothing. Under `m = 1` an axis of m entries has one.
Imports the surface tree and terms only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bnsym.elaborate.collect import RawHypothesis
from bnsym.elaborate.index_spaces import Spaces
from bnsym.latex.ast import Place
from bnsym.latex.errors import ReadError
from bnsym.latex.scripts import letter_of
from bnsym.terms import (
    ONE,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    neg,
    rename,
    walk,
)

UNEQUAL = frozenset((r"\ne", "<", ">"))
"""Under these no two letters are equal."""


@dataclass(frozen=True, slots=True)
class Restriction:
    """A relation of two index letters of a link."""

    first: str
    sign: str
    second: str
    at: Place

    @property
    def exact(self) -> bool:
        """Whether the restricted link says what is written, neither more nor less."""
        return self.sign in ("=", r"\ne")


def letters_of(hypothesis: RawHypothesis) -> tuple[str, str] | None:
    """The two letters that it compares, if it compares letters."""
    first, second = hypothesis.left.node, hypothesis.right.node
    if first is None or second is None:
        return None
    letters = letter_of(first), letter_of(second)
    return letters if all(letters) else None


def restriction_of(hypothesis: RawHypothesis) -> Restriction | None:
    letters = letters_of(hypothesis)
    if letters is None:
        return None
    return Restriction(letters[0], hypothesis.sign, letters[1], hypothesis.where.at)


def restricted(
    sides: tuple[Term, Term], relation: Relation, restrictions: Sequence[Restriction], spaces: Spaces
) -> tuple[Term, Term]:
    """The sides of a link for those values of its free letters that meet the restrictions; of letters that
    are not free in it nothing is said. Raises ReadError where two letters run over different spaces, or
    none can meet all."""
    if not restrictions:
        return sides
    free = {i.name: i for side in sides for i in free_indices(side)}
    same = _merged(restrictions, free, spaces)
    guard: list[Term] = []
    for one in restrictions:
        left, right = (same.get(letter) or free.get(letter) for letter in (one.first, one.second))
        if one.sign not in UNEQUAL or left is None or right is None:
            continue
        if left.name == right.name:
            raise ReadError("BN128", "no indices meet these conditions", one.at)
        spaces.unify(left.space, right.space, one.at, f"`{one.second}`")
        guard.append(add(ONE, neg(Delta(left, right))))
    return _guarded((rename(sides[0], same), rename(sides[1], same)), relation, guard)


def _merged(restrictions: Sequence[Restriction], free: dict[str, Index], spaces: Spaces) -> dict[str, Index]:
    """One of the free letters for each letter that is said to be equal to it, perhaps through others."""
    groups: dict[str, set[str]] = {}
    for one in restrictions:
        if one.sign == "=":
            both = groups.get(one.first, {one.first}) | groups.get(one.second, {one.second})
            groups |= dict.fromkeys(both, both)
            if {one.first, one.second} <= free.keys():
                spaces.unify(free[one.first].space, free[one.second].space, one.at, f"`{one.second}`")
    chosen = {
        letter: next((i for n, i in free.items() if n in group), None) for letter, group in groups.items()
    }
    return {letter: index for letter, index in chosen.items() if index is not None}


def all_different(
    sides: tuple[Term, ...], relation: Relation | None, pairs: Sequence[tuple[Index, Index]]
) -> tuple[Term, ...]:
    """The sides of a link for those values of its letters that differ in each pair."""
    guard: list[Term] = [add(ONE, neg(Delta(*pair))) for pair in pairs]
    return _guarded((sides[0], sides[1]), relation, guard) if relation else sides


def _guarded(sides: tuple[Term, Term], relation: Relation, guard: list[Term]) -> tuple[Term, Term]:
    """The sides times a factor that is 0 where nothing is claimed, and 1 elsewhere; a strict relation, which
    fails between zeros, has -1 or 1 on its left side there."""
    if not guard:
        return sides
    factor = mul(*guard)
    left, right = mul(factor, sides[0]), mul(factor, sides[1])
    if relation in (Relation.LT, Relation.NE):
        left = add(left, factor, neg(ONE))
    if relation is Relation.GT:
        left = add(left, ONE, neg(factor))
    return left, right


def without_single(statement: Statement) -> Statement:
    """The same without the axes that are assumed to have one entry: their sums have one term. As it is where
    letters that may have to differ, or a spectral norm, would lose an axis."""
    ones = (h.left for h in statement.hypotheses if h.relation is Relation.EQ and h.right == ONE)
    single = {size.space for size in ones if isinstance(size, Size)}
    shaped = (t for side in (statement.left, statement.right) for t in walk(side))
    if not single or any(isinstance(t, Max | Delta) for t in shaped):
        return statement

    def less(symbol: Sym) -> Sym:
        return Sym(symbol.name, tuple(i for i in symbol.indices if i.space not in single))

    def change(term: Term) -> Term:
        match term:
            case Sum(index, body) if index.space in single:
                return change(body)
            case Delta(index) if index.space in single:
                return ONE
            case Sym():
                return less(term)
            case Diff(of, by, total):
                return Diff(change(of), less(by), total)
        return mapped(term, change)

    bodies = tuple(Definition(less(d.symbol), change(d.body)) for d in statement.definitions)
    given = tuple(Hypothesis(change(h.left), h.relation, change(h.right)) for h in statement.hypotheses)
    left, right = change(statement.left), change(statement.right)
    return replace(statement, left=left, right=right, definitions=bodies, hypotheses=given)
