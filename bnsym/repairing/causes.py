r"""The few changes of a note after which many of its links are proved: one slip made consistently.

A letter that is another's typo, a hat that is missing throughout a section, norms that mean their
squares, a factor counted twice in each line. A candidate is one kind of edit at all places of a
stretch; it is a cause if the note with it, read anew, proves more links than before and loses none.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from functools import cached_property, reduce
from itertools import chain, combinations, pairwise, product, zip_longest
from time import monotonic
from types import MappingProxyType
from typing import TypeAlias

from bnsym.calculus import Graph
from bnsym.elaborate.lints import resemblances
from bnsym.elaborate.symbols import unmarked
from bnsym.evidence.surveying import relevant
from bnsym.kernel import Witness
from bnsym.latex.ast import (
    Derivative,
    Gradient,
    Inner,
    MaxOver,
    Norm,
    Plus,
    Power,
    Product,
    Quotient,
    Symbol,
    walk,
)
from bnsym.model import Cause, Link, TextEdit, edited
from bnsym.proving import is_provable
from bnsym.proving.floats import few_points, may_hold
from bnsym.proving.rings import free_shapes
from bnsym.repairing.edits import (
    Edit,
    Place,
    accented,
    accents,
    edits,
    factors,
    powers,
    signs,
    squares,
    transposes,
)
from bnsym.repairing.foreseen import Foreseen
from bnsym.repairing.spots import Spot, spots
from bnsym.repairing.trial import fails
from bnsym.repairing.values import points_for
from bnsym.repairing.worth import is_worthwhile
from bnsym.repairing.written import PROOF_SECONDS, Note, Work
from bnsym.source.bundle import lines
from bnsym.source.source_map import Places
from bnsym.terms import Statement, names

FEWEST = 2
"""Links that a cause explains: of one alone the repair of that link tells, unless a name is wrong, which
may be so in a definition."""
ROUNDS = 16
LINKS = 6000
"""How many are read over all candidates of a note: of a long one fewer candidates are tried."""
ALIKE = 4
"""How many candidates of one cost are tried on the whole note, those that seem to help most."""
BOTH = 16
"""Of how many candidates each two are tried together."""
UNSAID = "a missing definition"
RARE = ("a power", "a root")
"""Kinds of edits that are tried after others."""


@dataclass
class Draft:
    """A note as it stands, or with changes: what was read, and which links are proved."""

    text: str
    file: str
    known: dict[Statement, bool] = field(repr=False)
    """Of each statement met, whether it is proved."""
    witnesses: dict[str, Witness] = field(repr=False)
    """Values at which a link failed, by its id: a change that helps it makes it hold there."""
    held: dict[tuple[object, ...], bool | None] = field(default_factory=dict, repr=False)
    """See `Foreseen`."""

    @cached_property
    def note(self) -> Note:
        return Note(self.text, self.file)

    @classmethod
    def judged(cls, text: str, file: str, decided: Mapping[str, Witness | bool]) -> Draft:
        """The note as it stands, with what is known of its links."""
        draft = cls(text, file, {}, {name: at for name, at in decided.items() if isinstance(at, Witness)})
        for name in draft.links.keys() & decided.keys():
            if (statement := draft.links[name].statement) is not None:
                draft.known[relevant(statement)] = decided[name] is True
        return draft

    @cached_property
    def links(self) -> dict[str, Link]:
        return {link.id: link for link in self.note.links}

    @cached_property
    def proved(self) -> frozenset[str]:
        return frozenset(name for name in self.links if self.is_proved(name))

    def is_proved(self, name: str) -> bool:
        link = self.links.get(name)
        if link is None or link.statement is None or link.strict:
            return False
        statement = relevant(link.statement)
        if statement not in self.known:
            self.known[statement] = self._decided(name, statement)
        return self.known[statement]

    def _decided(self, name: str, statement: Statement) -> bool:
        if name in self.witnesses and fails(statement, self.witnesses[name]):
            return False
        possible = may_hold(statement, few_points(statement, None)) is not False
        return possible and is_provable(statement, monotonic() + PROOF_SECONDS)

    @cached_property
    def free(self) -> dict[str, tuple[str, ...]]:
        """The free names of all links, with their shapes."""
        statements = (link.statement for link in self.note.links if link.statement is not None)
        return {name: shape for one in statements for name, shape in free_shapes(one)[0].items()}

    @cached_property
    def unsaid(self) -> dict[str, tuple[str, ...]]:
        """Of losses that hardly a proved link speaks of, what their gradients may be: those of the others."""
        context = self.note.context
        proved = [one.statement for name in self.proved if (one := self.links[name]).statement]
        spoken = Counter(name for one in proved if one for name in names(one.left, one.right))
        known = [loss for loss in context.losses if spoken[loss] >= FEWEST]
        feeding = Graph(context.definitions, context.losses, context.outputs).feeding
        arrays = [d.symbol.name for d in context.definitions if d.symbol.indices]
        arrays += [name for name, shape in self.free.items() if shape]
        flowing = [name for name in arrays if name in feeding]
        found = tuple(rf"\frac{{\partial {f}}}{{\partial {x}}}" for f in known for x in flowing)
        return {loss: found for loss in context.losses if loss not in known}

    @cached_property
    def place(self) -> Place:
        """What its expressions may be changed with."""
        numbers = (name for name, shape in self.free.items() if not shape)
        names = (definition.symbol.name for definition in self.note.context.definitions)
        return Place(accented=accented(names), factors=tuple(numbers))

    def changed(self, edits: Iterable[TextEdit]) -> Draft:
        """With edits of which the last stretch comes first."""
        return Draft(edited(self.text, edits), self.file, self.known, self.witnesses, self.held)


@dataclass(frozen=True, slots=True)
class Spotted:
    """One edit of one kind, of the text that is read, by where its expression stands."""

    section: int
    display: int
    expression: int
    edit: TextEdit
    kind: Kind
    failing: bool
    """Whether a link of the expression is not proved, or a name of a definition may be a slip."""

    @property
    def is_unsaid(self) -> bool:
        """Whether the edit puts in what a name stands for, which is then said once."""
        return self.kind[0].startswith(UNSAID)


@dataclass(frozen=True, slots=True)
class Candidate:
    places: frozenset[Spotted]

    @property
    def what(self) -> str:
        """What was wrong, in the words of a report, as it stands in the text."""
        *before, last = dict.fromkeys(one.kind[0] for one in sorted(self.places, key=lambda one: one.edit))
        return f"{', '.join(before)} and {last}" if before else last

    @property
    def edits(self) -> tuple[TextEdit, ...]:
        """Of the text that is read, the last first."""
        return tuple(sorted({one.edit for one in self.places}, reverse=True))

    def said(self, note: Note) -> set[TextEdit]:
        """The definitions that are missing, above the displays where the names first stand."""
        places = sorted((one for one in self.places if one.is_unsaid), key=lambda one: one.edit, reverse=True)
        first = {one.kind: one.edit[0] for one in places}
        return {note.directive(at, f"let ${name}$ = ${body}$") for (_, name, body), at in first.items()}

    @property
    def expressions(self) -> frozenset[int]:
        """Of links that are not proved, those that it changes."""
        return frozenset(one.expression for one in self.places if one.failing)

    @property
    def kinds(self) -> frozenset[Kind]:
        return frozenset(one.kind for one in self.places)

    @property
    def displays(self) -> frozenset[int]:
        return frozenset(one.display for one in self.places)

    @property
    def is_name(self) -> bool:
        """Whether one name is written for another, and nothing else is changed."""
        return len(self.kinds) == 1 and _is_name(self.what)

    @property
    def is_unsaid(self) -> bool:
        return any(one.is_unsaid for one in self.places)

    @property
    def less(self) -> Iterator[Candidate]:
        """Without one of several kinds of edits."""
        for kind in self.kinds if len(self.kinds) > 1 else ():
            yield replace(self, places=frozenset(one for one in self.places if one.kind != kind))

    @property
    def is_sound(self) -> bool:
        """Whether it changes what is not proved, and nothing twice."""
        apart = all(before[1] <= after[0] for after, before in pairwise(self.edits))
        return apart and bool(self.expressions)

    @property
    def cost(self) -> int:
        """When it is tried."""
        return 0 if self.is_name else 2 if self.what in RARE else 1

    def order(self, helped: int) -> tuple[int, int]:
        """What seems to help most comes first; a name is wrong everywhere sooner than in places."""
        places = len(self.edits)
        return (-places, -helped) if self.is_name else (-helped, places)

    def within(self, stretches: Collection[tuple[int, int]]) -> Candidate:
        """Of its edits those in expressions that begin in some stretches."""
        inside = (p for p in self.places if any(a <= p.expression <= b for a, b in stretches))
        return replace(self, places=frozenset(inside))


Kind: TypeAlias = tuple[str, str, str]
"""What is wrong, what stands there, what should."""
Helpful: TypeAlias = tuple[int, Candidate]
"""With how many links it seems to help."""


@dataclass(frozen=True, slots=True)
class Tried:
    gained: int
    """How many links are proved with the candidate that were not."""
    candidate: Candidate
    edits: tuple[TextEdit, ...]
    """Of the file."""
    after: Draft


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
    used: frozenset[Kind] = frozenset()
    for _ in range(ROUNDS):
        best = _best(draft, wanted, used, work)
        if best is None:
            break
        after = best.after
        explained = tuple(k.id for k in after.note.links if k.id in after.proved - draft.proved)
        if best.candidate.is_unsaid:
            draft.held.clear()  # a name means another thing now
        differing = tuple(_differing(lines(draft.text), lines(after.text)))
        span = Places.of(draft.text).span(draft.file, *min(best.edits)[:2])
        found.append(Cause(best.candidate.what, best.edits, differing, explained, span))
        draft, used = after, used | {k for k in best.candidate.kinds if not k[0].startswith(("`", UNSAID))}
    return tuple(found)


def _differing(before: Sequence[str], after: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The lines that change, each with what it becomes; nothing becomes one that is added."""
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind != "equal":
            for old, new in zip_longest(before[a:b], after[c:d], fillvalue=""):
                yield old.strip(), new.strip()


def confirmed(text: str, file: str, causes: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """As many of the first as leave each link proved that they explain: none loses one of those before it."""
    for count in range(len(causes), 0, -1):
        draft = Draft(reduce(edited, (cause.edits for cause in causes[:count]), text), file, {}, {})
        if all(draft.is_proved(name) for cause in causes[:count] for name in cause.links):
            return causes[:count]
    return ()


def _best(draft: Draft, wanted: frozenset[str], used: Collection[Kind], work: Work) -> Tried | None:
    """Of the candidates of one cost, the one after which most links are proved that were not, and none is
    lost; two together where none does alone, and what was changed before, here too, with one more."""
    failing = [link for link in draft.note.links if link.id in wanted - draft.proved]
    proved = [link for link in draft.note.links if link.id in draft.proved]
    foreseen = Foreseen(draft.note, failing, proved, draft.witnesses, draft.held)
    spotted = list(_spotted(draft, wanted))
    every = list(_candidates(spotted))
    seconds = [one for one in every if one.cost < 2 and len(one.displays) == 1 and not one.is_unsaid]
    helpful: list[Helpful] = []
    for cost in (0, 1):
        helpful += (found := list(_helpful(_repeated(every, cost), foreseen, work)))
        if best := _most(draft, wanted, found, work):
            return best
    firsts = [one for _, one in sorted(helpful, key=lambda one: -one[0]) if len(one.displays) == 1]
    carried = list(_carried(spotted, used))
    unsaid = [one for one in every if one.is_unsaid and len(one.displays) == 1]
    stages = (
        (chain(carried, _with_one(carried, seconds)), 1),
        (chain(unsaid, _with_one(unsaid, carried), _with_one(unsaid, seconds)), 1),
        (_with_one(firsts[:BOTH], seconds), FEWEST),
        (_repeated(every, 2), FEWEST),
        (_in_definitions(draft, failing), FEWEST),
    )
    tried = (_most(draft, wanted, list(_helpful(c, foreseen, work)), work, least) for c, least in stages)
    return next(filter(None, tried), None)


def _repeated(candidates: Iterable[Candidate], cost: int) -> list[Candidate]:
    """Those of one cost that change several places: a name may be wrong in one, of a definition."""
    several = (one for one in candidates if one.cost == cost and not one.is_unsaid)
    return [one for one in several if len(one.edits) > 1 or one.is_name]


def _with_one(firsts: Iterable[Candidate], seconds: Iterable[Candidate]) -> Iterator[Candidate]:
    """Each of the first with each of the second in its display, where they overlap nowhere."""
    for one, other in product(firsts, seconds):
        both = Candidate(one.places | other.places)
        if one.displays == other.displays and not one.kinds & other.kinds and both.is_sound:
            yield both


def _helpful(candidates: Iterable[Candidate], foreseen: Foreseen, work: Work) -> Iterator[Helpful]:
    """Each with how many links it seems to help, if it helps any and with one kind of edit less fewer; a name
    that is a slip may help more."""
    for candidate in candidates:
        if not work.spend(1):
            return
        helped = foreseen.helped(candidate.edits)
        less = candidate.less if helped else ()
        if all(foreseen.helped(one.edits) < helped for one in less) and (helped or candidate.is_name):
            yield max(helped, 1), candidate


def _most(
    draft: Draft, wanted: frozenset[str], found: list[Helpful], work: Work, least: int = FEWEST
) -> Tried | None:
    """Of the candidates the one that gains most proofs and loses none, without edits that no proof needs."""
    best: Tried | None = None
    tries = 0
    for helped, candidate in sorted(found, key=lambda one: one[1].order(one[0])):
        fewest = 1 if candidate.is_name else least
        if helped < fewest or (best is not None and helped <= best.gained):
            continue
        tries += 1
        if tries > ALIKE or not work.spend(max(len(draft.links), FEWEST)):
            break
        tried = _tried(draft, wanted, candidate)
        if tried is not None and tried.gained >= fewest and (best is None or tried.gained > best.gained):
            best = tried
    return best


def _tried(draft: Draft, wanted: frozenset[str], candidate: Candidate) -> Tried | None:
    tried = _outcome(draft, wanted, candidate)
    if tried is None or candidate.is_name:
        return tried
    less = candidate.within(_sides(draft, tried.after))
    narrow = _outcome(draft, wanted, less) if less.places and less.places != candidate.places else None
    return narrow if narrow is not None and narrow.gained >= tried.gained else tried


def _outcome(draft: Draft, wanted: frozenset[str], candidate: Candidate) -> Tried | None:
    said = candidate.said(draft.note)
    changes = {*said, *(one.edit for one in candidate.places if not one.is_unsaid)}
    placed = {edit: draft.note.source.edit(*edit) for edit in changes}
    edits = tuple(sorted({edit for edit in placed.values() if edit is not None}, reverse=True))
    if len(edits) < len(placed):
        return None
    after = draft.changed(edits)
    gained = [name for name in sorted(wanted - draft.proved) if after.is_proved(name)]
    if not gained or not all(map(after.is_proved, draft.proved)):
        return None
    meant = draft.changed(sorted(filter(None, map(placed.get, said)), reverse=True)) if said else draft
    for name in gained:
        now, before = (one.links[name].statement if name in one.links else None for one in (after, meant))
        points = points_for(before or now, monotonic() + PROOF_SECONDS) if now else None
        if now and points and not is_worthwhile(before, now, points):
            return None  # it says nothing any more, or something else
    return Tried(len(gained), candidate, edits, after)


def _sides(draft: Draft, after: Draft) -> set[tuple[int, int]]:
    """From where to where the sides of the links that are gained begin: what is left out between the ends of
    a chain has the same slip."""
    links = (draft.links[name] for name in after.proved - draft.proved if name in draft.links)
    pairs = ((k.left_span or k.right_span, k.right_span or k.left_span) for k in links)
    return {(a.offsets[0], b.offsets[0]) for a, b in pairs if a is not None and b is not None}


# -- candidates ----------------------------------------------------------------------------


def _candidates(spotted: Iterable[Spotted]) -> Iterator[Candidate]:
    """Each kind of edit in the whole note, in one section, in one display."""
    made: dict[tuple[Kind, int, int], set[Spotted]] = defaultdict(set)
    for one in spotted:
        for stretch, where in enumerate((0, one.section, one.display)):
            made[one.kind, stretch, where].add(one)
    yield from filter(lambda one: one.is_sound, dict.fromkeys(Candidate(frozenset(p)) for p in made.values()))


def _carried(spotted: Iterable[Spotted], used: Collection[Kind]) -> Iterator[Candidate]:
    """The kinds of edits that were made before, some or all of them, in one more display."""
    displays: dict[int, dict[Kind, set[Spotted]]] = defaultdict(lambda: defaultdict(set))
    for one in spotted:
        if one.kind in used:
            displays[one.display][one.kind].add(one)
    for kinds in displays.values():
        for number in range(len(kinds), 0, -1):
            for some in combinations(kinds.values(), number):
                yield Candidate(frozenset().union(*some))


def _in_definitions(draft: Draft, failing: list[Link]) -> Iterator[Candidate]:
    """One change of what a name stands for on which several links rest."""
    context = draft.note.context
    bodies = {d.symbol.name: d for d in context.definitions}
    for raw in context.survey.definitions:
        name, where = raw.full_name, raw.chain.expressions[1].where
        resting = [k for k in failing if k.statement and bodies.get(name) in k.statement.definitions]
        if len(resting) < FEWEST or len(raw.chain.expressions) != 2 or raw.chain.stated:
            continue
        text = context.survey.source.text[where.start : where.end]
        for edit in (edit for edit in edits(text, draft.place) if edit.cost == 1):
            moved = where.start + edit.start, where.start + edit.end, edit.new
            kind = f"{edit.kind} in the definition of `{name}`", "", ""
            at = raw.chain.section, raw.chain.block.where.start, where.start
            yield Candidate(frozenset({Spotted(*at, moved, kind, failing=True)}))


# -- kinds of edits ------------------------------------------------------------------------


def _spotted(draft: Draft, wanted: frozenset[str]) -> Iterator[Spotted]:
    """Every edit of a kind that people make throughout, in every expression of a display."""
    derivation, context = draft.note.read
    text = context.survey.source.text
    known = {
        span.offsets: link.id in wanted - draft.proved
        for link in sorted(derivation.links, key=lambda k: k.id in wanted)
        for span in (link.left_span, link.right_span)
        if span is not None
    }
    typos = dict(resemblances(draft.free, {d.symbol.name: d for d in context.definitions}))
    losses = {name: plain for name in context.losses if (plain := unmarked(name)) in context.losses}
    unsaid = draft.unsaid
    for doubt in context.survey.gathered.doubts:
        at = text.find("=", doubt.where.start, doubt.where.end)
        if doubt.value is not None and at >= 0 and text[at - 1] != ":":
            what = f"`=` for `:=` in what line {context.survey.table.line_of(at)} says"
            yield Spotted(0, at, at, (at, at, ":"), (what, "", ""), failing=True)
    for raw in context.survey.gathered.chains:
        for expression in raw.expressions if not raw.stated else ():
            start, end = expression.where.start, expression.where.end
            for kind, edit in _kinds(text[start:end], draft.place, typos, losses, unsaid):
                moved = start + edit.start, start + edit.end, edit.new
                where = raw.section, raw.block.where.start, start
                yield Spotted(*where, moved, kind, known.get((start, end), _is_name(edit.kind)))


def _kinds(
    text: str,
    place: Place,
    typos: Mapping[str, str],
    losses: Mapping[str, str],
    unsaid: Mapping[str, Sequence[str]],
) -> Iterator[tuple[Kind, Edit]]:
    """`typos` and `losses` tell for which name one may be written, `unsaid` what gradients may be."""
    for spot in (parts := spots(text)):
        of = spot.node.of if isinstance(spot.node, Derivative) else None
        if isinstance(of, Symbol) and (plain := losses.get(of.base)):
            yield ("a hat", of.base, plain), Edit(*of.at, plain, "a hat")
        written = text[spot.start : spot.end]
        base = spot.node.base if isinstance(spot.node, Symbol) else ""
        if (other := typos.get(base)) and written.startswith(base):
            end = spot.start + len(base)
            edit = Edit(spot.start, end, other, f"`{base}` for `{other}`")
            yield (edit.kind, "", ""), edit
        if isinstance(spot.holder, Derivative | Gradient):
            continue
        if isinstance(spot.node, Gradient):
            for name, body in _namings(text, spot.node, parts, unsaid):
                new = body if isinstance(spot.holder, Norm | Inner) else rf"\left( {body} \right)"
                yield (f"{UNSAID} of `{name}`", name, body), Edit(spot.start, spot.end, new, UNSAID)
            for edit in transposes(text, spot, place):
                yield (edit.kind, written, str(spot.start)), edit
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
                above = spot.node.numerator.at if isinstance(spot.node, Quotient) else (edit.start, edit.end)
                dropped = text[slice(*above)].strip()
                if edit.new[:8] in ("", r"\frac{1}") and dropped in place.factors:
                    yield (f"the factor `{dropped}`", "", ""), edit
        if isinstance(spot.node, Plus):
            for term, edit in zip(spot.node.terms, signs(text, spot, place), strict=False):
                name = next((inner.base for inner in walk(term) if isinstance(inner, Symbol)), "")
                if edit.end > edit.start and name:
                    yield (f"the sign before `{name}`", text[edit.start : edit.end], ""), edit


def _namings(
    text: str, gradient: Gradient, parts: Iterable[Spot], unsaid: Mapping[str, Sequence[str]]
) -> Iterator[tuple[str, str]]:
    """A gradient of a loss of which nothing is said, with what it may be: a derivative, or, in a maximum over
    a matrix, the product of that with one."""
    loss, by = (one.base if isinstance(one, Symbol) else "" for one in (gradient.of, gradient.by))
    found = unsaid.get(loss, ())
    nodes = (spot.node for spot in parts)
    balls = dict.fromkeys(text[slice(*node.variable.at)] for node in nodes if isinstance(node, MaxOver))
    is_known = any(one.endswith(rf"\partial {by}}}") for one in found)
    before = ("",) if is_known else (f"{ball}{turned} " for ball in balls for turned in ("", "^T"))
    yield from (
        (rf"\nabla_{text[slice(*gradient.by.at)]} {loss}", f"{x}{one}") for x in before for one in found
    )
