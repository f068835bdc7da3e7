r"""The few changes of a note after which many of its links are proved: one slip made consistently.

A letter that is another's typo, a hat that is missing throughout a section, norms that mean their
squares, a factor counted twice in each line. A candidate is one kind of edit at all places of a
stretch; it is a cause if the note with it, read anew, proves more links than before and loses none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, groupby, islice, pairwise, takewhile
from time import monotonic
from types import MappingProxyType
from typing import TypeAlias

from bnsym.elaborate import Unreadable, parse_term, read_with_context, reading
from bnsym.elaborate.collect import RawChain
from bnsym.elaborate.context import Context
from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.lints import resemblances
from bnsym.evidence.surveying import relevant
from bnsym.kernel import Witness
from bnsym.latex.ast import Derivative, Gradient, Norm, Power, Product, Quotient, Symbol
from bnsym.model import Cause, Derivation, Link, Span, TextEdit, edited
from bnsym.proving import is_provable
from bnsym.proving.witness import free_shapes
from bnsym.repairing.edits import Edit, Place, accented, accents, edits, factors, powers, squares
from bnsym.repairing.spots import spots
from bnsym.repairing.trial import fails
from bnsym.repairing.values import points_for
from bnsym.repairing.worth import is_worthwhile
from bnsym.repairing.written import PROOF_SECONDS, Work
from bnsym.source.bundle import lines
from bnsym.source.source_map import Places
from bnsym.terms import Definition, Statement, Sym, Term, free_indices

FEWEST = 2
"""Links that a cause explains: of one alone the repair of that link tells, unless a name is wrong, which
may be so in a definition."""
ROUNDS = 8
LINKS = 1200
"""How many are read over all candidates of a note: of a long one fewer candidates are tried."""
ALIKE = 16
"""How many candidates of one cost are tried."""
COSTS = {"a hat": 1, "the square of a norm": 1, "a factor": 1, "a power": 2}
"""In which order kinds of edits are tried: names before them, definitions after."""


@dataclass
class Draft:
    """A note as it stands, or with changes: what was read, and which links are proved."""

    text: str
    file: str
    known: dict[Statement, bool] = field(repr=False)
    """Of each statement met, whether it is proved."""
    witnesses: dict[str, Witness] = field(repr=False)
    """Values at which a link failed, by its id: a change that helps it makes it hold there."""

    @cached_property
    def read(self) -> tuple[Derivation, Context]:
        return read_with_context(self.text, self.file)

    @classmethod
    def judged(cls, text: str, file: str, decided: Mapping[str, Witness | bool]) -> Draft:
        """The note as it stands, with what is known of its links."""
        draft = cls(text, file, {}, {name: at for name, at in decided.items() if isinstance(at, Witness)})
        draft.read = reading(text, file)
        for name in draft.links.keys() & decided.keys():
            if (statement := draft.links[name].statement) is not None:
                draft.known[relevant(statement)] = decided[name] is True
        return draft

    @cached_property
    def links(self) -> dict[str, Link]:
        return {link.id: link for link in self.read[0].links}

    @cached_property
    def proved(self) -> frozenset[str]:
        return frozenset(name for name in self.links if self.is_proved(name))

    def is_proved(self, name: str) -> bool:
        if name not in self.links or (whole := self.links[name].statement) is None:
            return False
        statement = relevant(whole)
        if statement not in self.known:
            self.known[statement] = self._decided(name, statement)
        return self.known[statement]

    def _decided(self, name: str, statement: Statement) -> bool:
        if name in self.witnesses and fails(statement, self.witnesses[name]):
            return False
        return _may_hold(statement) and is_provable(statement, monotonic() + PROOF_SECONDS)

    @cached_property
    def free(self) -> dict[str, tuple[str, ...]]:
        """The free names of all links, with their shapes."""
        found: dict[str, tuple[str, ...]] = {}
        for link in self.read[0].links:
            if link.statement is not None:
                found |= free_shapes(link.statement)[0]
        return found

    @cached_property
    def place(self) -> Place:
        """What its expressions may be changed with."""
        numbers = (name for name, shape in self.free.items() if not shape)
        names = (definition.symbol.name for definition in self.read[1].definitions)
        return Place(accented=accented(names), factors=tuple(numbers))

    def changed(self, edits: Iterable[TextEdit]) -> Draft:
        """With edits of which the last stretch comes first."""
        return Draft(edited(self.text, edits), self.file, self.known, self.witnesses)


@dataclass(frozen=True, slots=True)
class Spotted:
    """One edit of one kind, by where its expression stands."""

    section: int
    display: int
    expression: int
    edit: TextEdit
    failing: bool
    """Whether a link of the expression is not proved, or a name of a definition may be a slip."""


@dataclass(frozen=True, slots=True)
class Candidate:
    what: str
    places: frozenset[Spotted]

    @property
    def edits(self) -> tuple[TextEdit, ...]:
        """Of the draft's text, the last first."""
        return tuple(sorted({one.edit for one in self.places}, reverse=True))

    @property
    def expressions(self) -> frozenset[int]:
        """Of links that are not proved, those that it changes."""
        return frozenset(one.expression for one in self.places if one.failing)

    @property
    def is_sound(self) -> bool:
        """Whether it changes what is not proved, in several places, and none twice: a name may be wrong in
        one place, of a definition."""
        apart = all(before[1] <= after[0] for after, before in pairwise(self.edits))
        return apart and bool(self.expressions) and (len(self.edits) > 1 or _is_name(self.what))

    @property
    def rank(self) -> tuple[int, int, int]:
        """Where it comes among those that are tried."""
        cost = 0 if _is_name(self.what) else COSTS.get(self.what, 3)
        return cost, -len(self.expressions), len(self.edits)

    def within(self, expressions: Collection[int]) -> Candidate:
        """Of its edits those in some expressions."""
        return replace(self, places=frozenset(one for one in self.places if one.expression in expressions))


Tried: TypeAlias = tuple[int, Candidate, Draft]
"""How many links a candidate gains, and the note with it."""


def _is_name(what: str) -> bool:
    """Whether one name is written for another: everywhere, or once in a definition."""
    return what.startswith("`")


def causes(
    text: str,
    file: str,
    wanted: frozenset[str],
    deadline: float,
    decided: Mapping[str, Witness | bool] = MappingProxyType({}),
) -> tuple[Cause, ...]:
    """What explains that links are not proved, the cause of most of them first; `wanted` are the ids of
    links that the note means to be true, `decided` tells which are known to be proved, or where they fail.
    Edits are of the note as the causes before leave it."""
    draft, found, work = Draft.judged(text, file, decided), [], Work(LINKS, deadline)
    for _ in range(ROUNDS):
        best = _best(draft, wanted, work)
        if best is None:
            break
        candidate, after = best
        explained = tuple(k.id for k in after.read[0].links if k.id in after.proved - draft.proved)
        found.append(
            Cause(candidate.what, candidate.edits, _lines(draft, after), explained, _span(draft, candidate))
        )
        draft = after
    return tuple(found)


def confirmed(text: str, file: str, causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """Those before the first with which a link that it explains is not proved."""
    draft = Draft(text, file, {}, {})

    def holds(cause: Cause) -> bool:
        nonlocal draft
        draft = draft.changed(cause.edits)
        return all(map(draft.is_proved, cause.links))

    return tuple(takewhile(holds, causes))


def _best(draft: Draft, wanted: frozenset[str], work: Work) -> tuple[Candidate, Draft] | None:
    """Of the candidates of one cost, the one after which most links are proved that were not, and none is
    lost; two together where none does alone."""
    alone: list[Tried] = []
    ordered = sorted(_candidates(draft, wanted, work), key=lambda c: c.rank)
    for _, group in groupby(ordered, key=lambda c: c.rank[0]):
        tried = list(_tried(draft, wanted, group, work))
        if best := _most(tried):
            return best
        alone += tried
    apart = (_joined(a, b) for a, b in combinations([c for _, c, _ in alone], 2))
    return _most(list(_tried(draft, wanted, (c for c in apart if c is not None), work)))


def _most(tried: list[Tried]) -> tuple[Candidate, Draft] | None:
    enough = [one for one in tried if one[0] >= (1 if _is_name(one[1].what) else FEWEST)]
    return max(enough, key=lambda one: (one[0], -len(one[1].edits)))[1:] if enough else None


def _tried(
    draft: Draft, wanted: frozenset[str], candidates: Iterable[Candidate], work: Work
) -> Iterator[Tried]:
    """The candidates that gain proofs and lose none, each without the edits that no proof needs."""
    for candidate in islice(candidates, ALIKE):
        if not work.spend(max(len(draft.links), FEWEST)):
            return
        tried = _outcome(draft, wanted, candidate)
        if tried is None:
            continue
        less = None if _is_name(candidate.what) else candidate.within(_sides(draft, tried[2]))
        narrow = _outcome(draft, wanted, less) if less and less.edits != candidate.edits else None
        yield narrow if narrow is not None and narrow[0] >= tried[0] else tried


def _outcome(draft: Draft, wanted: frozenset[str], candidate: Candidate) -> Tried | None:
    after = draft.changed(candidate.edits)
    gained = [name for name in sorted(wanted - draft.proved) if after.is_proved(name)]
    if not gained or not all(map(after.is_proved, draft.proved)):
        return None
    return (len(gained), candidate, after) if all(_is_worthwhile(draft, after, k) for k in gained) else None


def _sides(draft: Draft, after: Draft) -> set[int]:
    """Where the sides of the links that are gained begin."""
    links = (draft.links[name] for name in after.proved - draft.proved if name in draft.links)
    return {span.offsets[0] for k in links for span in (k.left_span, k.right_span) if span is not None}


def _is_worthwhile(draft: Draft, after: Draft, name: str) -> bool:
    """Whether a link still says something, of the same things, where it is proved now."""
    before, now = draft.links.get(name), after.links[name].statement
    original = before.statement if before is not None else None
    if now is None:
        return False
    return is_worthwhile(original, now, points_for(original or now, monotonic() + PROOF_SECONDS))


def _joined(one: Candidate, other: Candidate) -> Candidate | None:
    """Both, if they change some expression together and overlap nowhere."""
    both = Candidate(f"{one.what} and {other.what}", one.places | other.places)
    together = one.expressions & other.expressions and one.what != other.what
    return both if together and both.is_sound else None


def _lines(draft: Draft, after: Draft) -> tuple[tuple[str, str], ...]:
    """The lines that differ: no edit adds one."""
    pairs = zip(lines(draft.text), lines(after.text), strict=True)
    return tuple((a.strip(), b.strip()) for a, b in pairs if a != b)


def _span(draft: Draft, candidate: Candidate) -> Span:
    """Where the first edit is, in the file's own lines."""
    start, end, _ = min(candidate.edits)
    return Places.of(draft.text).span(draft.file, start, end)


# -- candidates ----------------------------------------------------------------------------

Kind = tuple[str, str, str]
"""What is wrong, what stands there, what should."""


def _candidates(draft: Draft, wanted: frozenset[str], work: Work) -> Iterator[Candidate]:
    found: dict[Kind, list[Spotted]] = defaultdict(list)
    for kind, one in _spotted(draft, wanted):
        found[kind].append(one)
    for (what, _, _), places in found.items():
        yield from _in_each_stretch(what, places)
    yield from _in_definitions(draft, wanted, work)


def _in_each_stretch(what: str, places: list[Spotted]) -> Iterator[Candidate]:
    """In the whole note, in one section, in one display."""
    made: set[Candidate] = set()
    for stretch in (lambda one: 0, lambda one: one.section, lambda one: one.display):
        by: dict[int, set[Spotted]] = defaultdict(set)
        for one in places:
            by[stretch(one)].add(one)
        made |= {Candidate(what, frozenset(group)) for group in by.values()}
    yield from (candidate for candidate in made if candidate.is_sound)


def _in_definitions(draft: Draft, wanted: frozenset[str], work: Work) -> Iterator[Candidate]:
    """One change of what a name stands for, with which links hold at the values where they failed."""
    derivation, context = draft.read
    failing = [k for k in derivation.links if k.id in wanted - draft.proved]
    bodies = {d.symbol.name: d for d in context.definitions}
    uses = {name: names_of(d.body) for name, d in bodies.items()}
    for raw in context.survey.definitions:
        name, where = raw.full_name, raw.chain.expressions[1].where
        resting = [k for k in failing if k.statement and bodies.get(name) in k.statement.definitions]
        if len(resting) < FEWEST or len(raw.chain.expressions) != 2 or raw.chain.stated:
            continue
        text = context.survey.source.text[where.start : where.end]
        for edit in edits(text, draft.place):
            body = _body(edit.apply(text), raw.chain, context, bodies[name], uses)
            if not work.spend(1):
                return
            helped = body is not None and _helps(draft, resting, bodies[name], body)
            moved = context.survey.source.edit(where.start + edit.start, where.start + edit.end, edit.new)
            if helped and moved is not None:
                what = f"{edit.kind} in the definition of `{name}`"
                place = Spotted(
                    raw.chain.section, raw.chain.block.where.start, where.start, moved, failing=True
                )
                yield Candidate(what, frozenset({place}))


def _body(
    text: str, chain: RawChain, context: Context, definition: Definition, uses: Mapping[str, Iterable[str]]
) -> Term | None:
    """What the text means, if the definition can have it for its body; `uses`: the names in each body."""
    try:
        term = parse_term(text, context, chain)
    except (Unreadable, RecursionError):
        return None
    circular = definition.symbol.name in reached(names_of(term), uses)
    open_letters = set(free_indices(term)) - set(definition.symbol.indices)
    return None if circular or isinstance(term, Sym) or open_letters else term


def _helps(draft: Draft, resting: list[Link], definition: Definition, body: Term) -> bool:
    """Whether some of the links no longer fail where they did, if the name has this body."""
    changed = replace(definition, body=body)
    failed = [k for k in resting if k.id in draft.witnesses]
    known = failed if len(failed) >= FEWEST else resting[:FEWEST]
    helped = (k for k in known if _is_helped(k.statement, definition, changed, draft.witnesses.get(k.id)))
    return len(list(islice(helped, FEWEST))) == FEWEST


def _is_helped(
    statement: Statement | None, old: Definition, new: Definition, witness: Witness | None
) -> bool:
    """Whether it holds where it failed; at random points where it failed nowhere, as it had no value."""
    if statement is None:
        return False
    changed = replace(statement, definitions=tuple(new if d == old else d for d in statement.definitions))
    return not fails(changed, witness) if witness is not None else _may_hold(changed, otherwise=False)


def _may_hold(statement: Statement, otherwise: bool = True) -> bool:
    """Whether it holds at random points; `otherwise` where it has no value there."""
    points = points_for(statement, monotonic() + PROOF_SECONDS)
    left, right = points.row(statement.left), points.row(statement.right)
    return points.fits(left, right) if left and right else otherwise


# -- kinds of edits ------------------------------------------------------------------------


def _spotted(draft: Draft, wanted: frozenset[str]) -> Iterator[tuple[Kind, Spotted]]:
    """Every edit of a kind that people make throughout, in every expression of a display."""
    derivation, context = draft.read
    text, source = context.survey.source.text, context.survey.source
    known = {
        span.offsets: link.id in wanted - draft.proved
        for link in sorted(derivation.links, key=lambda k: k.id in wanted)
        for span in (link.left_span, link.right_span)
        if span is not None
    }
    typos = dict(resemblances(draft.free, {d.symbol.name: d for d in context.definitions}))
    for chain in context.survey.gathered.chains:
        for expression in chain.expressions if not chain.stated else ():
            start, end = expression.where.start, expression.where.end
            for kind, edit in _kinds(text[start:end], draft.place, typos):
                moved = source.edit(start + edit.start, start + edit.end, edit.new)
                if moved is not None:
                    where = chain.section, chain.block.where.start, start
                    yield kind, Spotted(*where, moved, known.get((start, end), _is_name(edit.kind)))


def _kinds(text: str, place: Place, typos: Mapping[str, str]) -> Iterator[tuple[Kind, Edit]]:
    for spot in spots(text):
        written = text[spot.start : spot.end]
        if isinstance(spot.node, Symbol) and (other := typos.get(spot.node.base)):
            end = spot.start + len(spot.node.base)
            edit = Edit(spot.start, end, other, f"`{spot.node.base}` for `{other}`")
            yield (edit.kind, "", ""), edit
        if isinstance(spot.holder, Derivative | Gradient):
            continue
        for edit in accents(text, spot, place):
            yield (edit.kind, text[edit.start : edit.end], edit.new), edit
        if isinstance(spot.node, Norm):
            for edit in squares(text, spot, place):
                yield ("the square of a norm", "", ""), edit
        if isinstance(spot.node, Power):
            for edit in powers(text, spot, place):
                yield (edit.kind, written, edit.new), edit
        if isinstance(spot.node, Product | Quotient):
            for edit in factors(text, spot, place):
                dropped = text[edit.start : edit.end].strip()
                if not edit.new and dropped in place.factors:
                    yield ("a factor", dropped, ""), edit
