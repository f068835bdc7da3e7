r"""Narrower readings of a link that is false as it stands: `\frac{\partial y_i}{\partial x_j} = …` of two
different numbers i and j only, and `\sum_c 1 = C` with C for the number of values of c.

Of a link for which one of these can be proved, nothing says that it is meant more widely. Imports terms
and what a file fixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from bnsym.elaborate.restrictions import all_different
from bnsym.elaborate.scope import Survey
from bnsym.latex.errors import ReadError
from bnsym.terms import (
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Mul,
    Name,
    Pow,
    Relation,
    Size,
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    mapped,
    own_indices,
    walk,
)

if TYPE_CHECKING:
    from bnsym.elaborate.statements import Pending

MOST = 6
"""How many ways to take names for sizes are tried."""
_LETTER = re.compile(r"[A-Za-z](_\{[A-Za-z0-9]\})?")


def narrower(
    survey: Survey, p: Pending, statement: Statement, sizes: dict[str, SpaceName]
) -> Iterator[tuple[Statement, ReadError]]:
    """The readings, each with what is said if it is the one that holds. sizes: how the sizes of the index
    spaces are called, by the spaces' variables."""
    if statement.relation is not Relation.EQ:
        return
    if not survey.restricts:  # it is said where it is meant
        yield from _off_the_diagonal(p, statement)
    yield from _counting(survey, p, statement, sizes)


def _off_the_diagonal(p: Pending, statement: Statement) -> Iterator[tuple[Statement, ReadError]]:
    """The link for different numbers, where a derivative in it is by another entry, and no delta tells them
    apart."""
    sides = statement.left, statement.right
    parts = [part for side in sides for part in walk(side)]
    entries = [{*own_indices(d.of), *own_indices(d.by)} for d in parts if isinstance(d, Diff)]
    if not entries or any(isinstance(part, Delta) for part in parts):
        return
    free = dict.fromkeys(index for side in sides for index in free_indices(side))
    pairs = [(a, b) for a, b in combinations(free, 2) if a.space == b.space]
    if not any(set(pair) <= entry for pair in pairs for entry in entries):
        return
    left, right = all_different(sides, statement.relation, pairs)
    letters = r" \ne ".join(index.name for index in pairs[0])
    message, hint = f"true for `{letters}` only, which is not said", rf"write it beside it: `\quad {letters}`"
    yield replace(statement, left=left, right=right), ReadError("BN137", message, p.where.at, hint)


def _counting(
    survey: Survey, p: Pending, statement: Statement, sizes: dict[str, SpaceName]
) -> Iterator[tuple[Statement, ReadError]]:
    """The link with free names for sizes of which nothing says what they are."""
    unsaid = {name for space, name in sizes.items() if not survey.spaces.describe(space)}
    if not unsaid:
        return
    defined = {d.symbol.name: d.body for d in statement.definitions}
    terms: list[Term] = [statement.left, statement.right]
    names: dict[Name, None] = {}
    spaces: dict[SpaceName, None] = {}
    for term in terms:
        for part in walk(term):
            if isinstance(part, Sum) and part.index.space in unsaid and _counts(part.index, part.body):
                spaces[part.index.space] = None
            if isinstance(part, Sym) and (body := defined.pop(part.name, None)) is not None:
                terms.append(body)
            elif isinstance(part, Sym) and _may_count(survey, part):
                names[part.name] = None
    for taken in list(_ways(list(names), list(spaces)))[:MOST]:
        what = ", ".join(f"`{name}`" for name in taken)
        message = f"true if {what} is the number of values of an index, which is not said"
        hint = r"write the limits of the sums: `\sum_{i=1}^" + next(iter(taken)) + "`"
        yield _sized(statement, taken), ReadError("BN137", message, p.where.at, hint)


def _counts(index: Index, term: Term) -> bool:
    """Whether a sum of it over the index has a term that is the same for all values."""
    match term:
        case Add(terms):
            return any(_counts(index, one) for one in terms)
        case Pow(base, exponent) if exponent.denominator == 1 and exponent > 0:
            return _counts(index, base)
        case Mul(factors):
            return all(_counts(index, one) for one in factors)
    return all(free.name != index.name for free in free_indices(term))


def _ways(names: Sequence[Name], spaces: Sequence[SpaceName]) -> Iterator[dict[Name, SpaceName]]:
    """Which name may be the size of which space: of as many as possible first."""
    for count in range(min(len(names), len(spaces)), 0, -1):
        for chosen in combinations(names, count):
            for order in permutations(spaces, count):
                yield dict(zip(chosen, order, strict=True))


def _may_count(survey: Survey, symbol: Sym) -> bool:
    table = survey.table
    known = (*table.defined, *table.squares, *table.losses, *table.barred)
    return not symbol.indices and symbol.name not in known and _LETTER.fullmatch(symbol.name) is not None


def _sized(statement: Statement, taken: dict[Name, SpaceName]) -> Statement:
    def down(term: Term) -> Term:
        if isinstance(term, Sym) and term.name in taken:
            return Size(taken[term.name])
        return mapped(term, down)

    return replace(
        statement,
        left=down(statement.left),
        right=down(statement.right),
        definitions=tuple(Definition(d.symbol, down(d.body)) for d in statement.definitions),
        hypotheses=tuple(Hypothesis(down(h.left), h.relation, down(h.right)) for h in statement.hypotheses),
    )
