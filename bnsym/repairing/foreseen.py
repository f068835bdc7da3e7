"""How many links a change of a note seems to help: what it changes is read alone and valued in floats.

Reading the whole note and proving takes a hundred times as long, and is left for what helps here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import repeat

from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.scope import RawDefinition
from bnsym.evidence.surveying import relevant
from bnsym.kernel import Witness
from bnsym.model import Link, TextEdit, edited
from bnsym.proving.floats import Point, few_points, may_hold
from bnsym.repairing.unread import read_alone
from bnsym.repairing.written import Note, Written
from bnsym.source.text import Slice
from bnsym.terms import Definition, Name, Statement, Sym, Term, free_indices


@dataclass
class Foreseen:
    """Edits are of the text that is read, the last first."""

    note: Note
    failing: Sequence[Link]
    """Those that are not proved."""
    proved: Sequence[Link]
    witnesses: Mapping[str, Witness]
    """Where some of them fail."""
    held: dict[tuple[object, ...], bool | None]
    """Whether links hold with other texts for their sides, also of the note as it was."""
    points: dict[str, list[Point]] = field(default_factory=dict)
    sides: dict[str, tuple[Written, Written]] = field(default_factory=dict)
    known: dict[tuple[TextEdit, ...], int] = field(default_factory=dict)

    def helped(self, edits: tuple[TextEdit, ...]) -> int:
        """How many of those that are not proved hold at a few points; none if one that is proved does not."""
        if edits not in self.known:
            self.known[edits] = self._helped(edits)
        return self.known[edits]

    def _helped(self, edits: tuple[TextEdit, ...]) -> int:
        changed: dict[Name, Definition] = {}
        for raw in self.note.context.survey.definitions:
            name, body = raw.chain.expressions[:2]
            if _inside(name.where, edits):
                return 0
            text = self._written(body.where, edits)
            if text is None:
                continue
            old = self._defined.get(raw.full_name)
            term = self._body(text, raw, old)
            if old is not None and term is None:
                return 0
            if old is not None and term is not None:
                changed[raw.full_name] = replace(old, body=term)
            elif term is not None and not any(map(self._texts, self.failing, repeat(edits))):
                return len(self.failing)  # what waits for it may be read then
        found = sum(self._holds(link, edits, changed) is True for link in self.failing)
        lost = found and any(self._holds(link, edits, changed) is False for link in self.proved)
        return 0 if lost else found

    @cached_property
    def _defined(self) -> dict[Name, Definition]:
        return {d.symbol.name: d for d in self.note.context.definitions}

    @cached_property
    def _uses(self) -> dict[Name, frozenset[Name]]:
        return {name: names_of(d.body) for name, d in self._defined.items()}

    def _written(self, where: Slice, edits: Sequence[TextEdit]) -> str | None:
        """What stands there with the edits; None if none is there."""
        inside = _inside(where, edits)
        text = self.note.source.text[where.start : where.end]
        moved = ((start - where.start, end - where.start, new) for start, end, new in inside)
        return edited(text, moved) if inside else None

    def _body(self, text: str, raw: RawDefinition, definition: Definition | None) -> Term | None:
        """What the text means, if the definition can have it for its body."""
        term = Written(self.note, raw.chain.expressions[1].where.start, text, raw.chain).term(text)
        if term is None or definition is None:
            return term
        circular = definition.symbol.name in reached(names_of(term), self._uses)
        same_letters = set(free_indices(term)) == set(free_indices(definition.body))
        return term if same_letters and not circular and not isinstance(term, Sym) else None

    def _holds(
        self, link: Link, edits: Sequence[TextEdit], changed: Mapping[Name, Definition]
    ) -> bool | None:
        """Whether the link holds with the edits; None if it can't be told, or says what it said."""
        texts = self._texts(link, edits)
        if not texts or changed:
            return self._may_hold(link, texts, changed)
        key = (link.id, *texts, *(side.text for side in self.sides[link.id]), self._rest)
        if key not in self.held:
            self.held[key] = self._may_hold(link, texts, changed)
        return self.held[key]

    @cached_property
    def _rest(self) -> int:
        """What else says what a text means."""
        context = self.note.context
        return hash((context.definitions, context.losses, context.outputs))

    def _may_hold(
        self, link: Link, texts: Sequence[str | None], changed: Mapping[Name, Definition]
    ) -> bool | None:
        statement = self._statement(link, texts)
        if statement is None:
            return None
        witness = self.witnesses.get(link.id)
        if changed and any(d.symbol.name in changed for d in relevant(statement).definitions):
            definitions = tuple(changed.get(d.symbol.name, d) for d in statement.definitions)
            statement = replace(statement, definitions=definitions)
            return may_hold(statement, few_points(statement, witness))
        if statement == link.statement:
            return None
        if link.id not in self.points:
            self.points[link.id] = list(few_points(link.statement or statement, witness))
        return may_hold(statement, self.points[link.id])

    def _statement(self, link: Link, texts: Sequence[str | None]) -> Statement | None:
        """What the link says with other texts for its sides; of an unread one, because of them."""
        given = link.statement
        if not texts:
            return given if link.left_span and link.right_span else None
        sides = self.sides[link.id]
        own = [s.term(s.text) for s in sides] if given is None else [given.left, given.right]
        if given is None and all(own):
            return None  # it is for something else that it can't be read
        left, right = (s.term(t) if t else term for s, t, term in zip(sides, texts, own, strict=True))
        if left is None or right is None:
            return None
        return replace(given, left=left, right=right) if given else read_alone(self.note, link, left, right)

    def _texts(self, link: Link, edits: Sequence[TextEdit]) -> list[str | None]:
        """Its sides with the edits, None for one that they don't change; nothing if they change none."""
        if link.id not in self.sides and link.left_span and link.right_span:
            self.sides[link.id] = self.note.side(link.left_span), self.note.side(link.right_span)
        sides = self.sides.get(link.id, ())
        texts = [self._written(Slice(s.start, s.start + len(s.text)), edits) for s in sides]
        return texts if any(texts) else []


def _inside(where: Slice, edits: Sequence[TextEdit]) -> list[TextEdit]:
    return [edit for edit in edits if where.start <= edit[0] and edit[1] <= where.end]
