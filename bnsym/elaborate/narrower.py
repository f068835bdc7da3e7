r"""Narrower readings of a link that is false as it stands: `\frac{\partial y_i}{\partial x_j} = …` of two
different numbers i and j only, `\sum_c 1 = C` with C for the number of values of c, `|g| = g` for positive
numbers, beside words that are not known, and a free array for a gradient.

Of a link for which one of these can be proved, nothing says that it is meant more widely. Imports terms
and what a file fixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, permutations
from typing import TYPE_CHECKING, TypeAlias

from bnsym.elaborate.applications import Application
from bnsym.elaborate.dependence import names_of
from bnsym.elaborate.restrictions import all_different
from bnsym.elaborate.scope import Survey
from bnsym.latex.ast import Place
from bnsym.latex.errors import ReadError
from bnsym.source.text import Effect
from bnsym.terms import (
    ZERO,
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Mul,
    Name,
    Num,
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
    num,
    own_indices,
    walk,
)

if TYPE_CHECKING:
    from bnsym.elaborate.context import Context
    from bnsym.elaborate.statements import Pending

MOST = 6
"""How many ways to take names for sizes are tried."""
_LETTER = re.compile(r"[A-Za-z](_\{[A-Za-z0-9]\})?")
_USUAL = re.compile(r"[A-Zmn](_\{[A-Za-z0-9]\})?")
"""How a size is called that has another name already."""


def narrower(context: Context, p: Pending, statement: Statement) -> Iterator[tuple[Statement, ReadError]]:
    """The readings, each with what is said if it is the one that holds."""
    parts = _written_out(context, statement)
    if not p.claimed:
        yield from _in_words(context, p, statement, parts)
    if statement.relation is not Relation.EQ:
        return
    if not context.survey.restricts:  # it is said where it is meant
        yield from _off_the_diagonal(p, statement)
    yield from _counting(context, p, statement, parts)
    yield from _as_gradients(context, p, statement, parts)


def _in_words(
    context: Context, p: Pending, statement: Statement, parts: Sequence[Term]
) -> Iterator[tuple[Statement, ReadError]]:
    """The link for such values as words may mean that are not known, each with the words' line."""
    bound = {name for h in statement.hypotheses for side in (h.left, h.right) for name in names_of(side)}
    survey, free = context.survey, [one for one in _free(context, parts) if one.name not in bound]
    for what, line, said in (*_values(survey, p, parts, free), *_kinds(survey, p, free)):
        message = f"true if {what}, which line {line} may say in words"
        error = ReadError("BN137", message, p.where.at, "say it in the formula: `if $…$`")
        yield replace(statement, hypotheses=(*statement.hypotheses, *said)), error


_Supposed: TypeAlias = tuple[str, int, list[Hypothesis]]
"""What is supposed, which line may say so, and how it is written."""


def _values(survey: Survey, p: Pending, parts: Sequence[Term], free: list[Sym]) -> Iterator[_Supposed]:
    """Names that a sentence before the link leaves out: 0 where they are added to something, else 1."""
    sums = (part.terms for part in parts if isinstance(part, Add))
    added = {one.name for terms in sums for one in terms if isinstance(one, Sym)}
    for order, spoken in survey.unclear:
        said, meant = order.saying, [one for one in free if one.name in spoken]
        if meant and said.effect is Effect.VALUED and said.where.start < p.where.start:
            what = ", ".join(f"`{one.name}` is {int(one.name not in added)}" for one in meant)
            given = [_equal(one, int(one.name not in added)) for one in meant]
            if p.section in order.sections:
                yield what, survey.table.line_of(said.where.start), given


def _kinds(survey: Survey, p: Pending, free: list[Sym]) -> Iterator[_Supposed]:
    """Numbers of one sign, where a sentence with words that are not known speaks of one; centred data."""
    names, arrays = {one.name for one in free}, [one for one in free if one.indices]
    told = (o for o, spoken in survey.unclear if p.section in o.sections and (spoken & names or not o.names))
    if order := next(told, None):
        line = survey.table.line_of(order.saying.where.start)
        for what, relation in (("positive", Relation.GT), ("negative", Relation.LT)):
            yield f"its numbers are {what}", line, [Hypothesis(one, relation, ZERO) for one in free]
    if survey.centred:
        means = [_equal(Sum(index, one), 0) for one in arrays for index in one.indices]
        yield "the data are centred", survey.centred, means


def _equal(term: Term, value: int) -> Hypothesis:
    return Hypothesis(term, Relation.EQ, num(value))


def _as_gradients(
    context: Context, p: Pending, statement: Statement, parts: Sequence[Term]
) -> Iterator[tuple[Statement, ReadError]]:
    """The link with a free array for a gradient, as which many notes bring it in without a word: by an array
    that is defined and has the same axes."""
    losses = {Sym(name) for name in statement.losses}
    inner = (part for side in (statement.left, statement.right) for part in walk(side))
    loss = next((part.of for part in inner if isinstance(part, Diff) and part.of in losses), None)
    if loss is None:
        return
    for array in _free(context, parts):
        for by in (d.symbol for d in statement.definitions if array.indices):
            if [index.space for index in by.indices] == [index.space for index in array.indices]:
                gradient = Definition(array, Diff(loss, Sym(by.name, array.indices), True))
                message = (
                    f"true if `{array.name}` is the gradient with respect to `{by.name}`, which is not said"
                )
                error = ReadError("BN137", message, p.where.at, "say it: `let $…$ = $…$`")
                yield replace(statement, definitions=(*statement.definitions, gradient)), error


def _free(context: Context, parts: Sequence[Term]) -> list[Sym]:
    """The names among the parts that nothing defines, each as it stands first."""
    found = {part.name: part for part in reversed(parts) if isinstance(part, Sym)}
    known = (context.losses, context.bodies)
    return [
        one
        for name, one in found.items()
        if not isinstance(name, Application) and not any(name in names for names in known)
    ]


def _written_out(context: Context, statement: Statement) -> list[Term]:
    """All terms in the link, and in the definitions that it rests on."""
    terms, written, found = [statement.left, statement.right], set[Name](), list[Term]()
    for term in terms:
        for part in walk(term):
            found.append(part)
            if isinstance(part, Sym) and part.name in context.bodies and part.name not in written:
                written.add(part.name)
                terms.append(context.bodies[part.name][1])
    return found


def _off_the_diagonal(p: Pending, statement: Statement) -> Iterator[tuple[Statement, ReadError]]:
    """The link for different numbers, where a derivative in it is by another entry, and no delta tells them
    apart."""
    sides = statement.left, statement.right
    parts = [part for side in sides for part in walk(side)]
    entries = [{*free_indices(d.of), *own_indices(d.by)} for d in parts if isinstance(d, Diff)]
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
    context: Context, p: Pending, statement: Statement, parts: Sequence[Term]
) -> Iterator[tuple[Statement, ReadError]]:
    """The link with free names for sizes; and with as many values of an index of which nothing says how
    many it has as a sum over it is divided by."""
    survey, open_ = context.survey, context.open_sizes
    names: dict[Name, None] = {}
    spaces: dict[SpaceName, bool] = {}
    """Whether sums over them count."""
    numbers: dict[tuple[SpaceName, int], None] = {}
    for part in parts:
        match part:
            case Sum(index, body) if index.space in open_ and _counts(index, body):
                spaces[index.space] = True
            case Size(space) if space in open_ or space in survey.by_mean:
                spaces.setdefault(space, False)
            case Mul(factors):
                numbers |= {one: None for one in divided(factors) if one[0] in open_}
            case Sym(name) if name not in context.bodies and _may_count(survey, part):
                names[name] = None
    for taken in list(_ways(list(names), list(spaces)))[:MOST]:
        if not all(spaces[space] or _USUAL.fullmatch(name) for name, space in taken.items()):
            continue
        yield _sized(statement, taken), unsaid(", ".join(f"`{name}`" for name in taken), p.where.at)
    for space, number in list(numbers)[:MOST]:
        counted = Hypothesis(Size(space), Relation.EQ, num(number))
        read = replace(statement, hypotheses=(*statement.hypotheses, counted))
        yield read, unsaid(f"{number}", p.where.at)


def unsaid(what: str, at: Place) -> ReadError:
    message = f"true if {what} is the number of values of an index, which is not said"
    limit = what.split(", ")[0].strip("`")
    return ReadError("BN137", message, at, rf"write the limits of the sums: `\sum_{{i=1}}^{{{limit}}}`")


def divided(factors: Sequence[Term]) -> Iterator[tuple[SpaceName, int]]:
    """The spaces over which sums run that are divided by a number, and the number."""
    below = [f.value.denominator for f in factors if isinstance(f, Num) and f.value.denominator > 1]
    return ((f.index.space, k) for k in below for f in factors if isinstance(f, Sum))


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
    known = (table.defined, table.squares, table.losses, table.barred)
    free = not symbol.indices and not any(symbol.name in names for names in known)
    return free and _LETTER.fullmatch(symbol.name) is not None


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
