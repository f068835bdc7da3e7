"""A note that was read, and what its expressions would mean with other text in their places.

What one link asks is kept for the others of the note. Reading one expression alone is quick and may
differ from reading the whole note; the search asks for that in the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from time import monotonic, process_time

from bnsym.elaborate import Unreadable, parse_term, reading
from bnsym.elaborate.collect import RawChain
from bnsym.elaborate.context import Context
from bnsym.latex.ast import Derivative, Node, Number, Plus, Product, canonical
from bnsym.latex.errors import ReadError
from bnsym.latex.parser import parse
from bnsym.model import Derivation, Link, Span, TextEdit, for_file
from bnsym.proving import is_provable
from bnsym.repairing.edits import Edit, apply_all
from bnsym.repairing.spots import spots
from bnsym.source.text import Slice, Source
from bnsym.terms import Statement, Term

PROOF_SECONDS = 3.0
"""After which no proof is waited for."""
PROOF_COST = 10
READING_COST = 40
"""What a proof, and reading a whole note, cost in expressions that are read."""
LONG = 400
"""Characters from which an expression counts as more than one."""


@dataclass
class Work:
    """What may still be done for a link: counted in expressions that are read, so that the same note has the
    same repairs on a busy machine; the clock only ends what hangs."""

    left: int
    deadline: float
    began: tuple[float, float] = field(default_factory=lambda: (monotonic(), process_time()))

    def spend(self, cost: int) -> bool:
        """Whether that is still left."""
        self.left -= cost
        return self.is_left

    @property
    def is_left(self) -> bool:
        return self.left >= 0 and monotonic() < self.deadline

    @property
    def until(self) -> float:
        """When a proof that begins now is given up: others who work here take no time from it."""
        passed, own = monotonic() - self.began[0], process_time() - self.began[1]
        return min(self.deadline, monotonic() + PROOF_SECONDS * max(1.0, passed / max(own, 0.1)))


@dataclass(frozen=True)
class Note:
    """See above; `written` is its text as the file has it."""

    written: str
    file: str
    known: dict[tuple[str, int], Term | None] = field(default_factory=dict, repr=False, compare=False)
    decided: dict[Statement, bool] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def read(self) -> tuple[Derivation, Context]:
        return reading(self.written, self.file)

    @property
    def context(self) -> Context:
        return self.read[1]

    @property
    def links(self) -> tuple[Link, ...]:
        return self.read[0].links

    @property
    def source(self) -> Source:
        return self.context.survey.source

    def side(self, span: Span) -> Written:
        start, end = span.offsets
        written, seen = (text[start:end] for text in (self.source.text, self.source.masked))
        chains = self.context.survey.gathered.chains
        around = next((c for c in chains if c.chain.where.start <= start < c.chain.where.end), None)
        return Written(self, start, written if _is_same(written, seen) else seen, around)

    def directive(self, at: int, said: str) -> TextEdit:
        """What puts a directive above the display that stands there, and above those that it has."""
        blocks = (chain.block for chain in self.context.survey.gathered.chains)
        block = next(b for b in blocks if b.where.start <= at < b.where.end)
        first = min(where.start for where in (block.where, *(d.where for d in block.directives)))
        line = self.source.text.rfind("\n", 0, first) + 1
        before = self.source.text[line:first]
        new = for_file(f"<!-- bnsym: {said} -->\n", self.file)
        return (line, line, new if before.strip(" \t>") else before + new)

    @cached_property
    def _phrases(self) -> list[tuple[int, str]]:
        """The parts of the expressions in displays, with where they stand."""
        chains = self.context.survey.gathered.chains
        return [
            (where.start + spot.start, text[start : spot.end].strip())
            for where in (expression.where for raw in chains for expression in raw.expressions)
            for text in [self.source.text[where.start : where.end]]
            for spot in spots(text)
            if not isinstance(spot.node, Number | Plus) and not isinstance(spot.holder, Derivative)
            for start in (spot.start, *(f.at[0] for f in _inner(spot.node)))
        ]

    def phrases(self, start: int) -> list[str]:
        """What expressions consist of, the nearest ones first."""
        found = sorted(self._phrases, key=lambda one: abs(one[0] - start))
        return list(dict.fromkeys(text for _, text in found))

    def is_proved(self, statement: Statement, work: Work) -> bool:
        if statement not in self.decided:
            if not work.spend(PROOF_COST):
                return False
            try:
                self.decided[statement] = is_provable(statement, work.until)
            except (ValueError, KeyError):  # read alone, it may use a name with other indices than the note
                self.decided[statement] = False
        return self.decided[statement]


def _inner(node: Node) -> tuple[Node, ...]:
    """With which factor what is left of a product without the first ones begins."""
    return node.factors[1:-1][:1] if isinstance(node, Product) else ()


def _is_same(written: str, seen: str) -> bool:
    """Whether nothing but style is blank in what is seen."""
    try:
        return written == seen or canonical(parse(written)) == canonical(parse(seen))
    except (ReadError, RecursionError):
        return False


@lru_cache(maxsize=4)
def read_note(text: str, file: str) -> Note:
    return Note(text, file)


@dataclass(frozen=True)
class Written:
    """One side of a link, as it is written, or, where that is not an expression in one piece, as the reader
    sees it: what is no part of it is blank."""

    note: Note
    start: int
    text: str
    chain: RawChain | None

    @property
    def around(self) -> str:
        """The display that it is a part of."""
        where = self.chain.chain.where if self.chain else Slice(self.start, self.start)
        return self.note.source.text[where.start : where.end]

    @property
    def cost(self) -> int:
        """What reading it costs: a long one takes longer."""
        return 1 + len(self.text) // LONG

    def term(self, text: str) -> Term | None:
        """What the side would mean with this text in its place; None if it can't be read."""
        at = self.chain.chain.where.start if self.chain else -1
        known, key = self.note.known, (text, at)
        if key not in known:
            try:
                known[key] = parse_term(text, self.note.context, self.chain)
            except (Unreadable, RecursionError):
                known[key] = None
        return known[key]

    def shown(self, made: Iterable[Edit] = ()) -> str:
        """As the author wrote it, with edits."""
        end = self.start + len(self.text)
        return apply_all(self.note.source.text[self.start : end], made).strip()

    def leaves_alone(self, made: Iterable[Edit]) -> bool:
        """Whether the edits change nothing that the reader does not see."""
        written = self.note.source.text[self.start : self.start + len(self.text)]
        return all(self.text[e.start : e.end] == written[e.start : e.end] for e in made)
