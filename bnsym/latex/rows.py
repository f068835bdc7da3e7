r"""Rows of a formula → chains of expressions between relation signs, with their conditions.

A row goes on with the chain before it where it begins with a sign or with an operator; what
stands after `\text{for}`, or is an order of names after a comma, is a condition; the rest
begins a chain of its own. Imports `masking`, `pieces` and `source` only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum, auto

from bnsym.latex.masking import Blank, Kind, Layout, Mark
from bnsym.latex.pieces import FORALL, OPERATOR, Lead, Piece, cut, is_empty
from bnsym.source.text import Chain, Sign, Slice

_MEMBER = frozenset((r"\in", "∈"))
_ORDER = frozenset((r"\le", "<", r"\ge", ">", r"\ne"))
_OF_NAMES = re.compile(
    r"(?:\s|[-+]|\d++(?:\.\d++)?+|[A-Za-z]|_\{?+\w++\}?+|[<>≤≥≠]"
    r"|\\(?:leq?|geq?|neq?|leqslant|geqslant|lt|gt)\b"
    r"|\\(?:alpha|beta|gamma|delta|epsilon|varepsilon|eta|kappa|lambda|mu|rho|sigma|tau)\b)*+[.,;]*+\s*+"
)
"""`k > 0`, `\\lambda \\ge 0`: an order of names and numbers. Anything longer is a claim of its own,
for nothing that is claimed may be assumed in silence."""


class _Role(Enum):
    """What a piece of a row is."""

    CLAIM = auto()
    SAID = auto()
    """A condition, for a word or its form says so."""
    BESIDE = auto()
    """An order of names beside other statements: a condition or a claim, as its names decide."""


_RANGE = re.compile(r"\s*[A-Za-z](?:_\w)?\s*=\s*-?\w+\s*(?:,[^=]*)?(?:\.\.|…|\\[lc]?dots)")
_ADDS = re.compile(r"\s*[-+]|\s*\\(?:pm|mp)(?![A-Za-z])")
_DANGLING = re.compile(r"(?:[-+/·×⋅∘]|\\(?:cdot|times|pm|mp|odot|otimes|oplus|div))\s*\Z")
_SHARED = 8
"""How many chains before it in a row a condition holds for: enough for people, linear for machines."""


@dataclass(slots=True)
class _Growing:
    """A chain that a later row may go on with."""

    bounds: list[list[int]]
    """Start and end of each expression, blanks included."""
    signs: list[Sign]
    aligned_first: bool
    """Whether its first row begins with `&`."""
    quantifier: Slice | None = None
    conditions: list[Slice] = field(default_factory=list)
    beside: tuple[int, ...] = ()
    """The places of the chains of which it may be a condition."""


def read_chains(
    masked: str, layout: Layout, previous: Slice | None
) -> tuple[tuple[Chain, ...], tuple[Blank, ...]]:
    """The chains of a formula, and what else of it is to be blanked.

    masked: the file with the layout's blanks. previous: the expression that a formula
    beginning with a relation sign goes on from."""
    reader = _Chains(masked, previous)
    row: list[Mark] = []
    start = layout.start
    for mark in layout.marks:
        if mark.kind is Kind.ROW:
            reader.row(start, mark.start, row)
            row, start = [], mark.end
        else:
            row.append(mark)
    reader.row(start, layout.end, row)
    return reader.finish()


class _Chains:
    """Builds chains row by row."""

    def __init__(self, text: str, previous: Slice | None) -> None:
        self.text = text
        self.previous = previous
        self.chains: list[_Growing] = []
        self.last: _Growing | None = None
        """The last chain that a row may go on with."""
        self.columns: dict[int, _Growing] = {}
        """The chain that each column of an alignment goes on with."""
        self.here: list[_Growing] = []
        """The chains that begin in the present row."""
        self.blanks: list[Blank] = []
        self.quantifier: Slice | None = None
        self.conditions: list[Slice] = []
        """What has been said before the chain of which it is said."""

    def row(self, start: int, end: int, marks: list[Mark]) -> None:
        """Take the next row."""
        self.here = []
        pieces, numbers = cut(self.text, start, end, marks, self.columns)
        self.blanks += numbers
        done = start
        for piece in pieces:
            self.blanks.append((done, piece.start))
            self._punctuation(piece)
            done = piece.end
        self.blanks.append((done, end))
        aligned = bool(marks) and marks[0].kind is Kind.ALIGN and self._empty(start, marks[0].start)
        before = _Role.CLAIM
        for number, piece in enumerate(pieces):
            before = self._statement(piece, number == 0, aligned, before)

    def finish(self) -> tuple[tuple[Chain, ...], tuple[Blank, ...]]:
        if self.chains:
            self.chains[-1].quantifier = self.chains[-1].quantifier or self.quantifier
            self.chains[-1].conditions += self.conditions
        return tuple(self._chain(chain) for chain in self.chains), tuple(self.blanks)

    def _chain(self, chain: _Growing) -> Chain:
        expressions = tuple(self._trim(start, end) for start, end in chain.bounds)
        conditions = tuple(chain.conditions)
        return Chain(expressions, tuple(chain.signs), chain.quantifier, conditions, chain.beside)

    def _trim(self, start: int, end: int) -> Slice:
        shown = self.text[start:end]
        start += len(shown) - len(shown.lstrip())
        return Slice(start, max(start, start + len(shown.strip())))

    def _empty(self, start: int, end: int) -> bool:
        return is_empty(self.text, start, end)

    def _punctuation(self, piece: Piece) -> None:
        """Blank the comma or full stop after a statement; three dots are no full stop."""
        shown = self.text[piece.start : piece.end].rstrip()
        bare = shown.rstrip(".,;。，；")
        if ".." not in shown[len(bare) :]:
            self.blanks.append((piece.start + len(bare), piece.start + len(shown)))

    # One statement

    def _statement(self, piece: Piece, first: bool, aligned: bool, before: _Role) -> _Role:
        """Take a piece as what it is. before: what the piece before it was."""
        piece, quantified = self._quantified(piece)
        if self._empty(piece.start, piece.end):
            return _Role.CLAIM
        if piece.starts_with_sign(self.text) and self._goes_on(piece):
            return _Role.CLAIM
        if first and piece.lead is Lead.START and not quantified and self._continues(piece, aligned):
            return _Role.CLAIM
        role = self._role(piece, before)
        if role is _Role.SAID:
            self._conditions((self._trim(piece.start, piece.end),) if piece.signs else ())
        elif role is _Role.BESIDE or piece.lead is not Lead.REMARK or piece.signs:
            self._begin(piece, aligned, role)
        return role

    def _role(self, piece: Piece, before: _Role) -> _Role:
        if piece.lead is Lead.IF:
            return _Role.SAID
        kind, order = self._is_kind(piece), self._is_order(piece)
        if before is not _Role.CLAIM and (kind or order) and piece.lead in (Lead.APART, Lead.COMMA):
            return _Role.SAID if kind else before
        if piece.lead not in (Lead.COMMA, Lead.WIDE) or not self.here:
            return _Role.CLAIM
        if kind or _RANGE.match(self.text, piece.start, piece.end):
            return _Role.SAID
        return _Role.BESIDE if order else _Role.CLAIM

    def _is_kind(self, piece: Piece) -> bool:
        """Whether it says a kind (`k \\in \\mathbb{R}`), and no more."""
        return bool(piece.signs) and {sign.symbol for sign in piece.signs} <= _MEMBER

    def _is_order(self, piece: Piece) -> bool:
        """Whether it is an order of names and numbers, and no more."""
        signs = {sign.symbol for sign in piece.signs}
        orders = bool(signs) and signs <= _ORDER
        return orders and _OF_NAMES.fullmatch(self.text, piece.start, piece.end) is not None

    def _quantified(self, piece: Piece) -> tuple[Piece, bool]:
        """The piece after its `\\forall k`, and whether it had one."""
        found = FORALL.match(self.text, piece.start, piece.end)
        if found is None:
            return piece, False
        stop = self._colon(found.end(), piece) or piece.end
        gap = self._empty(found.end(), stop)
        signed = [sign for sign in piece.signs if sign.where.end <= stop]
        if not gap and not (signed and self._empty(found.end(), signed[0].where.start)):
            return piece, False  # `\\forall k a = b`: where the quantifier ends is not said
        self._quantify(self._trim(piece.start, found.end()))
        if not gap:
            self._conditions((self._trim(found.start("names"), stop),))
        rest = piece.signs[len(signed) :]
        return Piece(min(stop + 1, piece.end), piece.end, Lead.START, rest, piece.column), True

    def _colon(self, start: int, piece: Piece) -> int | None:
        """Where the colon stands that ends a quantifier: outside any sign."""
        place = self.text.find(":", start, piece.end)
        taken = any(sign.where.start <= place < sign.where.end for sign in piece.signs)
        return None if place < 0 or taken else place

    def _quantify(self, where: Slice) -> None:
        if not self.here:
            self.quantifier = where
        for chain in self.here[-_SHARED:]:
            chain.quantifier = chain.quantifier or where

    def _conditions(self, found: tuple[Slice, ...]) -> None:
        """Conditions hold for every chain that begins in the row, or for the next to come."""
        if not self.here:
            self.conditions += found
        for chain in self.here[-_SHARED:]:
            chain.conditions += found

    def _begin(self, piece: Piece, aligned: bool, role: _Role) -> None:
        """A new chain."""
        bounds = self._bounds(piece)
        if piece.starts_with_sign(self.text) and self.previous is not None and not self.chains:
            bounds[0] = [self.previous.start, self.previous.end]
        chain = _Growing(bounds, list(piece.signs), aligned, self.quantifier, self.conditions)
        self.quantifier, self.conditions = None, []
        if role is _Role.BESIDE:
            row = range(len(self.chains) - len(self.here), len(self.chains))
            chain.beside = tuple(n for n in row[-_SHARED:] if not self.chains[n].beside)
        else:
            self.columns[piece.column] = self.last = chain
        self.chains.append(chain)
        self.here.append(chain)

    @staticmethod
    def _bounds(piece: Piece) -> list[list[int]]:
        starts = [piece.start, *(sign.where.end for sign in piece.signs)]
        ends = [*(sign.where.start for sign in piece.signs), piece.end]
        return [list(bound) for bound in zip(starts, ends, strict=True)]

    # Going on

    def _goes_on(self, piece: Piece) -> bool:
        """A piece that begins with a relation sign goes on with the chain before it."""
        chain = self.columns.get(piece.column) or self.last
        if chain is None:
            return False
        if chain.signs and self._empty(*chain.bounds[-1]) and chain.signs[-1].symbol == piece.signs[0].symbol:
            repeated = chain.signs.pop().where  # `a = \\ = b` repeats its sign
            self.blanks.append((repeated.start, repeated.end))
            chain.bounds.pop()
        chain.signs += piece.signs
        chain.bounds += self._bounds(piece)[1:]
        return True

    def _continues(self, piece: Piece, aligned: bool) -> bool:
        """Go on with the last expression of the row before, where the row begins in its middle."""
        if self.last is None or not self._unfinished(self.last, piece, aligned):
            return False
        chain, bounds = self.last, self._bounds(piece)
        chain.bounds[-1][1] = bounds[0][1]
        chain.bounds += bounds[1:]
        chain.signs += piece.signs
        return True

    def _unfinished(self, chain: _Growing, piece: Piece, aligned: bool) -> bool:
        start, end = chain.bounds[-1]
        dangles = _DANGLING.search(self.text[max(start, end - 200) : end]) is not None
        if chain.signs and (self._empty(start, end) or dangles):
            return True
        if not OPERATOR.match(self.text, piece.start, piece.end):
            return False
        plus = self.text[piece.start : piece.end].lstrip()[:1] == "+"  # with which no equation begins
        new_column = aligned and not chain.aligned_first
        return not piece.signs or new_column or plus or not _ADDS.match(self.text, piece.start, piece.end)
