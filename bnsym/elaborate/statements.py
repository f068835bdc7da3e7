"""From what was read to the derivation: names for the index spaces and letters, statements, spans.

Imports `closing`, `context`, `scope`, `lints` and what they import.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from bnsym.elaborate.chain_rule import Functions
from bnsym.elaborate.closing import OPEN, Closer, apart, closer_of
from bnsym.elaborate.collect import ANEW, Expression, RawHypothesis, diagnostic
from bnsym.elaborate.containment import Containment
from bnsym.elaborate.context import Context, outputs_of
from bnsym.elaborate.conventions import Rule
from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.differentiating import is_entry
from bnsym.elaborate.grounds import spaces_of
from bnsym.elaborate.index_spaces import BATCH
from bnsym.elaborate.lints import remarks
from bnsym.elaborate.lowering import PART
from bnsym.elaborate.narrower import narrower
from bnsym.elaborate.restrictions import all_different
from bnsym.elaborate.scope import RawDefinition, Survey
from bnsym.latex.ast import Derivative, Gradient, Place, walk
from bnsym.latex.errors import ReadError
from bnsym.model import (
    Convention,
    Declaration,
    Derivation,
    Diagnostic,
    Later,
    Link,
    NamedDefinition,
    NamedHypothesis,
    Reading,
    Span,
    Unread,
)
from bnsym.source.text import Slice, Source
from bnsym.terms import (
    ZERO,
    Definition,
    Diff,
    Hypothesis,
    Name,
    Relation,
    Size,
    Statement,
    Sym,
    Term,
    mapped,
    num,
    own_indices,
    power,
)
from bnsym.terms import walk as terms_in


@dataclass
class Pending:
    """A link whose index spaces have no names yet."""

    id: str
    where: Slice
    left: Expression
    right: Expression
    sides: tuple[Term, Term] | None
    relation: Relation | None
    problem: ReadError | None
    hypotheses: tuple[RawHypothesis, ...]
    declaration: Declaration | None
    doubt: ReadError | None = None
    """Why a refutation would say nothing."""
    unsettled: Callable[[], ReadError | None] = lambda: None
    """The same, if nothing has been found yet, once all of the file is read."""
    section: int = 0
    letters: ReadError | None = None
    """What is wrong with its index letters: then its sides are what it says letter by letter."""
    unless: Expression | None = None
    """The left side of the equation that leaves no doubt if it is proved."""
    strict: bool = False
    """Whether a proof is in doubt too."""
    binds: bool = False
    """Whether it may be meant as a condition."""
    claimed: bool = False
    """Whether a directive says that it is a claim."""
    freed: frozenset[str] = frozenset()
    """Names that may be anything: a proof without their definitions is in no doubt."""


@dataclass
class Draft:
    """What was read of a whole file, its index spaces without names yet."""

    survey: Survey
    pending: list[Pending] = field(default_factory=list)
    defined: dict[str, tuple[RawDefinition, Sym, Term]] = field(default_factory=dict)
    assumed: dict[int, tuple[Term, Relation, Term]] = field(default_factory=dict)
    """Hypotheses by the identity of their raw form."""
    diagnostics: list[Diagnostic] = field(default_factory=list)
    asides: dict[int, Pending] = field(default_factory=dict)
    """Equations of the text that are asked about as if they were links, by the identity of their chains."""

    @cached_property
    def hidden(self) -> Containment:
        """What can't be read, once all definitions have been."""
        raise NotImplementedError

    @cached_property
    def binding(self) -> list[Pending]:
        """Equations that may be meant as conditions, once all links have been read."""
        return [p for p in self.pending if p.binds][:_BINDING]


_BINDING = 20
"""Of so many equations each link is tried under."""


def finish(draft: Draft, earlier: tuple[Diagnostic, ...]) -> tuple[Derivation, Context]:
    closer = _closer(draft)
    source = draft.survey.source
    definitions = {name: Definition(*closer.close(s, b)) for name, (_, s, b) in draft.defined.items()}  # type: ignore[arg-type]
    hypotheses = {key: _hypothesis(closer, parts) for key, parts in draft.assumed.items()}
    closed = {
        id(p): all_different(sides, p.relation, different)
        for p in (*draft.pending, *draft.asides.values())
        if p.sides
        for sides, different in (apart(closer, *p.sides),)
    }
    terms = [t for p in draft.pending for t in closed.get(id(p), ())]
    losses = tuple(
        name for name in draft.survey.table.losses if name not in draft.survey.table.unclear_losses
    )
    outputs = outputs_of(draft.survey.gathered.losses, tuple(definitions.values()), losses, terms)
    context = Context(draft.survey, closer, tuple(definitions.values()), losses, outputs, draft.hidden)
    spoken: dict[tuple[Name, ...], list[Term]] = {}
    every = (*draft.pending, *draft.asides.values())
    for p in every:
        spoken.setdefault(context.out_of_force(p.section), []).extend(closed.get(id(p), ()))
    inforce = {names: context.without(names, said) for names, said in spoken.items()}
    finished = [
        _finished(draft, p, closed.get(id(p)), hypotheses, inforce[context.out_of_force(p.section)])
        for p in every
    ]
    entries = _entries(draft, closed)
    said_of = {id(p.left): link.statement for p, link in zip(every, finished, strict=True)}
    links = tuple(
        _without_functions(
            link,
            inforce[context.out_of_force(p.section)].functions,
            unless=said_of.get(id(p.unless)) if p.unless else _freed(link.statement, p.freed),
            strict=p.strict,
            jacobian=bool(entries) and link.statement is not None and _is_of_entries(link.statement, entries),
        )
        for p, link in zip(draft.pending, finished[: len(draft.pending)], strict=True)
    )
    shown = context.statement(ZERO, Relation.EQ, ZERO).definitions
    named = tuple(_named(draft, name, d) for name, d in zip(definitions, shown, strict=True))
    said = remarks(
        draft.survey,
        definitions,
        [*terms, *(t for h in hypotheses.values() for t in (h.left, h.right))],
        losses,
        outputs,
    )
    everything = (
        *earlier,
        *draft.survey.gathered.diagnostics,
        *draft.survey.diagnostics,
        *draft.diagnostics,
        *said,
    )
    assumed = tuple(
        _named_hypothesis(draft, raw, hypotheses[id(raw)])
        for raw in draft.survey.gathered.hypotheses
        if id(raw) in hypotheses and not raw.open
    )
    unjudged = tuple(source.span(w.start, w.end).line for w in draft.survey.gathered.unjudged)
    hidden = draft.hidden.problems.items()
    unread = tuple((name.replace(ANEW, ""), draft.survey.table.line_of(e.at[0])) for name, e in hidden)
    derivation = Derivation(source.file, links, named, assumed, everything, unjudged, unread)
    return derivation, context


def _without_functions(link: Link, functions: Functions, unless: Statement | None, **changes: Any) -> Link:
    """The link changed, with statements that the kernel understands."""
    said = {name: getattr(link, name) for name in ("statement", "literal", "otherwise")} | {"unless": unless}
    plain = {name: functions.without(one) for name, one in said.items() if one is not None}
    if not (
        unless or any(changes.values()) or any(one is not said[name] for name, (one, _) in plain.items())
    ):
        return link
    statements: dict[str, Any] = {name: statement for name, (statement, _) in plain.items()}
    more = next((functions.conditions(one) for one in said.values() if one is not None), ())
    values = next((values for _, values in plain.values()), ())
    return replace(link, **changes, **statements, functions=values, conditions=(*link.conditions, *more))


def _closer(draft: Draft) -> Closer:
    table, spaces = draft.survey.table, draft.survey.spaces
    scalars = [*table.defined, *(n for n in table.arity if n != BATCH or table.arity[n])]
    written = {name for p in draft.pending for side in p.sides or () for name in names_of(side)}
    used = written.union(*draft.hidden.uses.values()) - {BATCH}
    names = spaces.names([*scalars, *table.losses, *used], _batch(draft, written))
    letters = spaces.letters(names)
    labels = frozenset(draft.survey.gathered.aliases.labels)
    mentions = frozenset(draft.hidden.uses.items())
    return closer_of(tuple(names.items()), tuple(letters.items()), frozenset(table.defined), mentions, labels)


def _batch(draft: Draft, written: Container[str]) -> str:
    """The space of the ones vector, or the only one of any array, in a note where m is a number."""
    assumed = (side for left, _, right in draft.assumed.values() for side in (left, right))
    counts = BATCH not in draft.survey.table.defined and (
        BATCH in written or any(BATCH in names_of(side) for side in assumed)
    )
    spaces = draft.survey.spaces
    return (spaces.ones or spaces.only()) if counts else ""


def _finished(
    draft: Draft,
    p: Pending,
    sides: tuple[Term, ...] | None,
    hypotheses: dict[int, Hypothesis],
    context: Context,
) -> Link:
    source, uses = draft.survey.source, context.containment.uses
    told = reached({name for side in sides or () for name in names_of(side)}, uses)
    used = sorted((draft.defined[name][0] for name in told & uses.keys()), key=lambda d: d.at)
    statement, error, hidden = None, p.problem, None
    if sides is not None:
        error, hidden = _unknown(p, sides, context)
    if sides is not None and p.relation is not None and error is None:
        inforce = [hypotheses[id(h)] for h in p.hypotheses if id(h) in hypotheses]
        bodies = (d.body for d in context.definitions if d.symbol.name in told)
        inforce += _of_sets(draft.survey, (*sides, *bodies)) if draft.survey.table.sets else []
        statement = context.stated(sides[0], p.relation, sides[1], tuple(inforce))
    unsaid = p.left.total is None and p.right.total is None
    otherwise = _otherwise(draft, p, statement) if statement is not None and unsaid else None
    literal, error = (statement, p.letters) if p.letters else (None, error)
    problem = diagnostic(source, error) if error is not None else None
    text = " ".join(_folded(source, w) for w in (p.left.where, p.where, p.right.where))
    return Link(
        p.id,
        span_of(source, p.where),
        text,
        None if p.letters else statement,
        problem,
        p.declaration,
        span_of(source, p.left.where),
        span_of(source, p.right.where),
        otherwise,
        Later(partial(_doubts, source, p, hidden)),
        (_digits(source, p.left.where), _digits(source, p.right.where)),
        _elsewhere(draft, p, sides, hypotheses) if sides is not None else (),
        tuple((d.full_name.replace(ANEW, ""), draft.survey.table.line_of(d.at[0])) for d in used),
        tuple(_folded(source, h.where) for h in p.hypotheses if h.condition),
        conventions=Later(partial(_conventions, draft, context, p, used)),
        literal=literal,
        readings=Later(partial(_readings, draft, context, p, statement)) if statement is not None else (),
    )


def _doubts(source: Source, p: Pending, hidden: ReadError | None) -> Iterator[Unread]:
    if p.doubt is not None:
        yield Unread(diagnostic(source, p.doubt))
    if (error := p.unsettled() or hidden) is not None:
        yield Unread(diagnostic(source, error))


def _readings(draft: Draft, context: Context, p: Pending, statement: Statement) -> tuple[Reading, ...]:
    found = narrower(context, p, statement)
    said = (*found, *_bound(draft, context, p, statement))
    return tuple(Reading(one, diagnostic(draft.survey.source, error)) for one, error in said)


def _bound(
    draft: Draft, context: Context, p: Pending, statement: Statement
) -> Iterator[tuple[Statement, ReadError]]:
    r"""The link under each equation of free names that may be meant as a condition, like `\sum_i w_i = 1`."""
    names = reached(names_of(statement.left) | names_of(statement.right), draft.hidden.uses)
    known = {*draft.defined, *draft.survey.table.losses}
    for other in draft.binding if names & known else ():  # one such equation does not follow from another
        if other.sides is None or other is p or other.section > p.section:
            continue
        bound = names_of(other.sides[0]) | names_of(other.sides[1])
        if bound & names and bound.isdisjoint(known):
            left, right = context.closer.close(*other.sides)
            line = draft.survey.table.line_of(other.where.start)
            message = f"true if line {line} is a condition, which is not said"
            text = _folded(draft.survey.source, Slice(other.left.where.start, other.right.where.end))
            at, hint = p.right.where.at, f"say it: `<!-- bnsym: assume ${text}$ -->`"
            hypotheses = (*statement.hypotheses, Hypothesis(left, Relation.EQ, right))
            yield replace(statement, hypotheses=hypotheses), ReadError("BN137", message, at, hint)


def _of_sets(survey: Survey, terms: Sequence[Term]) -> Iterator[Hypothesis]:
    """That what says whether an index is in a set is 0 or 1, and that a set has the members written out."""
    parts = (part for term in terms for part in terms_in(term) if isinstance(part, Sym))
    for one in {part.name: part for part in parts if part.name.startswith(PART)}.values():
        yield Hypothesis(power(one, 2), Relation.EQ, one)
    found = spaces_of(terms) if survey.counted else set()
    counted = ((name, count) for name, count in survey.counted.items() if count and name in found)
    yield from (Hypothesis(Size(name), Relation.EQ, num(count)) for name, count in counted)


def _conventions(
    draft: Draft, context: Context, p: Pending, used: list[RawDefinition]
) -> tuple[Convention, ...]:
    """What was taken in both sides, then in the definitions that they lead to; each once."""
    for expression, side in zip((p.left, p.right), p.sides or (), strict=False):
        for index in dict.fromkeys(i for part in terms_in(side) for i in own_indices(part)):
            if not index.name.startswith(OPEN) and not draft.survey.spaces.describe(index.space):
                expression.record.take(Rule.RANGE, expression.where.at, context.closer.spaces[index.space])
    expressions = (p.left, p.right, *(d.chain.expressions[1] for d in used))
    found = (c for e in expressions for c in e.record.conventions(draft.survey.source))
    return tuple({c.says: c for c in found}.values())


_DECIMAL = re.compile(r"\s*[-+]?\s*\d*(?:\.|\{,\})(\d+)\s*")


def _digits(source: Source, where: Slice) -> int:
    """How many digits stand after the point of a decimal that is all of an expression."""
    found = _DECIMAL.fullmatch(source.masked, where.start, where.end)
    return len(found[1]) if found else 0


def _unknown(
    p: Pending, sides: tuple[Term, ...], context: Context
) -> tuple[ReadError | None, ReadError | None]:
    """Why nothing is known of a derivative on one of the sides; else why a refutation would say nothing."""
    doubts: list[ReadError] = []
    try:
        for expression, side in zip((p.left, p.right), sides, strict=True):
            at = _first_derivative(expression)
            context.dependence.check(side, at)
            if doubt := context.containment.check(side, at):
                doubts.append(doubt)
    except ReadError as error:
        return error, None
    return None, doubts[0] if doubts else None


def _first_derivative(expression: Expression) -> Place:
    places = (node.at for node in walk(expression.node) if isinstance(node, Derivative | Gradient))
    return next(places, expression.where.at)


def _named(draft: Draft, name: str, definition: Definition) -> NamedDefinition:
    source, raw = draft.survey.source, draft.defined[name][0]
    left, right = raw.chain.expressions[:2]
    text = " ".join(_folded(source, w) for w in (left.where, raw.chain.signs[0][1], right.where))
    return NamedDefinition(definition, text, span_of(source, raw.chain.signs[0][1]))


def _elsewhere(
    draft: Draft, p: Pending, sides: tuple[Term, ...], hypotheses: Mapping[int, Hypothesis]
) -> tuple[NamedHypothesis, ...]:
    """What sentences say of names in the link, and not of it, where nothing that is said of it, or before it,
    bounds them by a number."""
    said = [h for h in draft.survey.gathered.hypotheses if h.said and id(h) in hypotheses]
    if not said:
        return ()
    in_force = {id(h) for h in p.hypotheses}
    before = (h for h in p.hypotheses if h.condition or h.where.start < p.where.start)
    compared = (_compared(hypotheses[id(h)]) for h in before if id(h) in hypotheses)
    here = {name for names in compared if len(names) == 1 for name in names}
    wanted = reached(set().union(*map(names_of, sides)), draft.hidden.uses) - here
    others = (h for h in said if id(h) not in in_force and _compared(hypotheses[id(h)]) & wanted)
    return tuple(_named_hypothesis(draft, h, hypotheses[id(h)]) for h in others)


def _compared(hypothesis: Hypothesis) -> frozenset[str]:
    return names_of(hypothesis.left) | names_of(hypothesis.right)


def _named_hypothesis(draft: Draft, raw: RawHypothesis, hypothesis: Hypothesis) -> NamedHypothesis:
    text = draft.survey.source.text[raw.where.start : raw.where.end]
    return NamedHypothesis(hypothesis, " ".join(text.split()), span_of(draft.survey.source, raw.where))


def _otherwise(draft: Draft, p: Pending, statement: Statement) -> Statement | None:
    """The statement with every derivative total; if that is the same, with those local that are entries of
    a Jacobian or of what is written out; None if neither is another."""
    parts = (*terms_in(statement.left), *terms_in(statement.right))
    if not any(isinstance(part, Diff) for part in parts):
        return None
    total = replace(statement, left=_read(statement.left, True), right=_read(statement.right, True))
    if total != statement:
        return total
    left = _local(draft, p.left, statement.left)
    local = replace(statement, left=left, right=_local(draft, p.right, statement.right))
    return local if local != statement else None


def _freed(statement: Statement | None, names: frozenset[str]) -> Statement | None:
    """The statement, these names being any."""
    if statement is None or not names:
        return None
    kept = (d for d in statement.definitions if d.symbol.name not in names)
    return replace(statement, definitions=tuple(kept))


def _entries(draft: Draft, closed: Mapping[int, tuple[Term, ...]]) -> set[tuple[Name, Name]]:
    """Of which arrays by which others entries off the diagonal of the Jacobian stand alone on a side."""
    table = draft.survey.table
    sides = (
        pair
        for p in draft.pending
        for pair in zip((p.left, p.right), closed.get(id(p), ()), strict=False)
        if p.left.total is None
    )
    found = [term for expression, term in sides if is_entry(expression.node, table)]
    pairs = [(d.of, d.by) for d in found if isinstance(d, Diff) and isinstance(d.of, Sym)]
    return {(of.name, by.name) for of, by in pairs if of.indices != by.indices}


def _is_of_entries(statement: Statement, entries: set[tuple[Name, Name]]) -> bool:
    """Whether all derivatives in it that are local are of those arrays."""
    parts = (*terms_in(statement.left), *terms_in(statement.right))
    local = [d for d in parts if isinstance(d, Diff) and not d.total]
    return bool(local) and all(isinstance(d.of, Sym) and (d.of.name, d.by.name) in entries for d in local)


def _local(draft: Draft, expression: Expression, side: Term) -> Term:
    if is_entry(expression.node, draft.survey.table):
        return _read(side, False)
    straight = any(isinstance(n, Derivative) and n.straight for n in walk(expression.node))
    return side if straight else _held(side)


def _held(term: Term) -> Term:
    r"""The term with derivatives of what is written out in terms of the variable local: in
    `\frac{\partial (x_i - \mu)}{\partial x_i}`, \mu may be held fixed."""
    inner = mapped(term, _held)
    if isinstance(inner, Diff) and not isinstance(inner.of, Sym) and inner.by.name in names_of(inner.of):
        return replace(inner, total=False)
    return inner


def _read(term: Term, total: bool) -> Term:
    """The term with its derivatives all total, or all local."""
    inner = mapped(term, lambda part: _read(part, total))
    return replace(inner, total=total) if isinstance(inner, Diff) else inner


def _hypothesis(closer: Closer, parts: tuple[Term, Relation, Term]) -> Hypothesis:
    left, right = closer.close(parts[0], parts[2])
    return Hypothesis(left, parts[1], right)


def span_of(source: Source, where: Slice) -> Span:
    """Without the white space around it."""
    return source.span(*source.ink(where))


def _folded(source: Source, where: Slice) -> str:
    return " ".join(source.masked[where.start : where.end].split())
