"""What a statement mentions, for both routes: its index spaces, the shapes of its arrays, and the
ways in which free indices may coincide.

Terms name components by letters only, so a statement is unchanged when the values of an index space
are permuted: of the free indices it is enough to try every pattern of coincidence.

No differentiation and no arithmetic: in those the routes share nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeAlias

from bnsym.model import Evidence
from bnsym.terms import (
    ZERO,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Name,
    Relation,
    Size,
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    walk,
)
from bnsym.terms import names as names
from bnsym.terms import reached as reached

OTHER_SIZES = (3, 5, 7)
Shapes: TypeAlias = dict[Name, tuple[SpaceName, ...]]
Sizes: TypeAlias = Mapping[SpaceName, int]


class Unsupported(Exception):
    """A route cannot say what the term means."""


class OutOfTime(Exception):
    """The deadline has passed."""


def answered(route: str, answer: Callable[[], tuple[bool | None, str]]) -> Evidence:
    """What a route finds; agrees is None, with a reason, where nothing could be decided; never a guess."""
    try:
        return Evidence(route, *answer())
    except Unsupported as error:
        return Evidence(route, None, str(error))
    except OutOfTime:
        return Evidence(route, None, "out of time")
    except RecursionError:
        return Evidence(route, None, "the expression is too deep")


def terms_of(statement: Statement) -> Iterator[Term]:
    """Every term of the statement, its sides last."""
    for definition in statement.definitions:
        yield definition.symbol
        yield definition.body
    for hypothesis in statement.hypotheses:
        yield hypothesis.left
        yield hypothesis.right
    yield statement.left
    yield statement.right


def symbols(term: Term) -> Iterator[Sym]:
    return (t for t in walk(term) if isinstance(t, Sym))


def is_gradient(term: Term, losses: Collection[Name]) -> bool:
    """Whether it is a loss, or a derivative of one."""
    while isinstance(term, Diff):
        term = term.of
    return isinstance(term, Sym) and term.name in losses


def above_zero(hypotheses: Iterable[Hypothesis], *relations: Relation) -> set[Name]:
    """Names of which hypotheses with these relations say that each component is above zero."""
    pairs = (
        (h.left, h.right) if h.relation in (Relation.GE, Relation.GT) else (h.right, h.left)
        for h in hypotheses
        if h.relation in relations
    )
    return {symbol.name for symbol, zero in pairs if zero == ZERO and isinstance(symbol, Sym)}


def shapes(statement: Statement) -> Shapes:
    return {
        t.name: tuple(i.space for i in t.indices)
        for term in terms_of(statement)
        for t in walk(term)
        if isinstance(t, Sym)
    }


def spaces(statement: Statement) -> tuple[SpaceName, ...]:
    """The index spaces that occur, the batch (m, else N, else n, else the first) in front; m if none does."""
    found: dict[SpaceName, None] = {}
    for term in terms_of(statement):
        for t in walk(term):
            match t:
                case Size(space) | Sum(Index(_, space), _) | Delta(Index(_, space), _):
                    found[space] = None
                case Sym(_, indices):
                    found.update(dict.fromkeys(i.space for i in indices))
    return tuple(sorted(found, key=lambda s: (s != "m", s != "N", s != "n"))) or ("m",)


def sizes(spaces: tuple[SpaceName, ...], batch: int) -> dict[SpaceName, int]:
    """The batch in front is as large as asked for, the others are small."""
    return dict(zip(spaces, itertools.chain((batch,), itertools.cycle(OTHER_SIZES)), strict=False))


def own_first(statement: Statement) -> tuple[SpaceName, ...]:
    """The index spaces, in front those that the sides themselves run over: its batch is theirs."""
    found = spaces(statement)
    own = spaces(replace(statement, definitions=(), hypotheses=()))
    return tuple(sorted(found, key=lambda s: own.index(s) if s in own else len(own)))


def relevant(statement: Statement) -> Statement:
    """The statement without definitions that it does not depend on, so that links of one note which
    depend on the same ones share what is made of them."""
    bodies = {d.symbol.name: (d.body,) for d in statement.definitions}
    needed = reached(
        used(statement, own_terms(statement)), lambda name: used(statement, bodies.get(name, ()))
    )
    kept = tuple(d for d in statement.definitions if d.symbol.name in needed)
    return replace(statement, definitions=kept)


def own_terms(statement: Statement) -> list[Term]:
    """Its terms without those of its definitions."""
    return [statement.left, statement.right, *(t for h in statement.hypotheses for t in (h.left, h.right))]


def used(statement: Statement, terms: Iterable[Term]) -> set[Name]:
    """The names in terms of a statement, with its losses' arguments where something is differentiated."""
    inside = [t for term in terms for t in walk(term)]
    derived = statement.outputs if any(isinstance(t, Diff) for t in inside) else ()
    return {*derived, *(t.name for t in inside if isinstance(t, Sym))}


def patterns(indices: tuple[Index, ...], sizes: Mapping[SpaceName, int]) -> list[dict[Index, int]]:
    """Values from 0 for free indices, one choice for every way in which they may coincide."""
    found: list[dict[Index, int]] = [{}]
    for index in indices:
        found = [
            {**at, index: k} for at in found for k in range(min(sizes[index.space], 1 + _used(at, index)))
        ]
    return found


def _used(at: Mapping[Index, int], index: Index) -> int:
    return len({k for other, k in at.items() if other.space == index.space})
