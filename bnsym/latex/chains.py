r"""Rows of a formula → chains of expressions between relation signs, with their conditions.

A row goes on with the chain before it where it begins with a sign or with an operator; what
stands after `\text{for}`, or is an order of names after a comma, is a condition; the rest
begins a chain of its own. Nothing is passed over: what is neither a chain, a condition nor a remark
makes unread what it may belong to. Imports `commands`, `nesting`, `pieces` and `source`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import lru_cache

from bnsym.latex.commands import (
    AT_MOST,
    DOTS,
    EITHER,
    EQUIVALENT,
    INDICATORS,
    INFINITY,
    INTERTEXT,
    MEMBER,
    ONES,
    ORDERS,
    ORDERS_OF_SIZE,
    REVERSED,
    TENDS,
    Kind,
)
from bnsym.latex.lexer import Token
from bnsym.latex.nesting import Blank, Inner, Layout, moved
from bnsym.latex.pieces import (
    NAMED,
    OPERATORS,
    Lead,
    Piece,
    begins_with_operator,
    bracketed,
    cut,
    forall,
    is_number,
    opens_with,
    sign_of,
    starts_with_sign,
)
from bnsym.latex.words import BECAUSE, BOTH, LETS, Sense, is_weaker, sense
from bnsym.source.text import Chain, Sign, Slice, Unread, relocated

_PLAIN = frozenset((Kind.NUMBER, Kind.NAME, Kind.SIGN, Kind.SUB, Kind.LBRACE, Kind.RBRACE, Kind.REL))
"""`k > 0`, `\\lambda \\ge 0`: an order of names and numbers. Anything longer is a claim of its own,
for nothing that is claimed may be assumed in silence."""
_STOPS = frozenset(".,;。，；")
_SPEAKS = re.compile(r"(?:using|use|by|since|because|from|with|via|to|of|in|as|see|recall|note)\Z")
_WHOLES = re.compile(
    r"[^{]*\{\s*(?:in|of|from) (?:the|a|each|this) (?:(?:whole|entire|full|same) )?"
    r"(?:(?:mini-?)?batch|data ?set|layer|sample|channel|group|sequence)\W*"
)
"""Words that name all that an index runs over."""
_COUNTERS = frozenset("ijkl,")
"""What `1 \\le i, j \\le n` says of indices is written with."""
_SHARED = 8
"""How many chains before it in a row a condition holds for: enough for people, linear for machines."""


class _Role(Enum):
    """What a piece of a row is."""

    CLAIM = auto()
    SAID = auto()
    """A condition, for a word or its form says so."""
    BESIDE = auto()
    """An order of names beside other statements: a condition or a claim, as its names decide."""


@dataclass(slots=True)
class _Growing:
    """A chain that a later row may go on with."""

    bounds: list[list[int]]
    """Start and end of each expression, blanks included."""
    signs: list[Sign]
    aligned_first: bool
    """Whether its first row begins with `&`."""
    conditions: list[Slice] = field(default_factory=list)
    beside: tuple[int, ...] = ()
    """The places of the chains of which it may be a condition."""
    reasons: list[tuple[int, int]] = field(default_factory=list)
    """From which expression on which of the chains is its reason."""
    origin: Slice | None = None
    """The expression of the formula before that it goes on from."""
    late: bool = False
    """Whether its first sign stands in a later row than its beginning."""
    unread: list[Unread] = field(default_factory=list)
    doubt: Unread | None = None
    implied: bool = False
    partly: list[Slice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Reading:
    """The chains of a formula, what of it is to be blanked, and which of that are remarks."""

    chains: tuple[Chain, ...]
    blanks: tuple[Blank, ...]
    remarks: tuple[Slice, ...]


@lru_cache(maxsize=1 << 15)
def read_chains(layout: Layout, offset: int, previous: Chain | None) -> Reading:
    """The chains of a formula that begins at `offset`. previous: that which one beginning with a relation
    sign goes on from."""
    read, there = _read(layout, relocated(previous, (-offset).__add__)), offset.__add__
    blanks = tuple(moved(read.blanks, offset))
    return Reading(relocated(read.chains, there), blanks, relocated(read.remarks, there))


@lru_cache(maxsize=1 << 15)
def _read(layout: Layout, previous: Chain | None) -> Reading:
    reader = _Chains(layout, previous)
    row: list[Token] = []
    start = 0
    for mark in layout.marks:
        if mark.kind is Kind.ROW:
            reader.row(start, mark.start, row)
            reader.between(mark)
            row, start = [], mark.end
        else:
            row.append(mark)
    reader.row(start, layout.end, row)
    return reader.finish()


class _Chains:
    """Builds chains row by row."""

    def __init__(self, layout: Layout, previous: Chain | None) -> None:
        self.layout = layout
        self.previous = previous
        self.inner = sorted(layout.inner, key=lambda one: one.start)
        self.starts = [one.start for one in self.inner]
        self.brackets = {one.start: one for one in self.inner if one.soft}
        self.chains: list[_Growing] = []
        self.last: _Growing | None = None
        """The last chain that a row may go on with."""
        self.columns: dict[int, _Growing] = {}
        """The chain that each column of an alignment goes on with."""
        self.here: list[_Growing] = []
        """The chains that begin in the present row."""
        self.settled: list[_Growing] = []
        """Those that have conditions of their own, and claims behind these."""
        self.blanks: list[Blank] = []
        self.remarks: list[Slice] = []
        self.conditions: list[Slice] = []
        """What has been said before the chain of which it is said."""
        self.going_on: list[tuple[_Growing, int]] = []
        """The chains that go on in the present row, and from which expression."""
        self.under: Unread | None = None
        """Why chains may hold only under a condition in a row before them."""
        self.fresh = 0
        """How many chains to come that condition is set beside."""
        self.reason: int | None = None
        """A reason that stands before what follows from it."""
        self.doubt: Token | None = None
        """Words before the chain of which they are said."""

    def row(self, start: int, end: int, marks: list[Token]) -> None:
        """Take the next row."""
        self.here, self.going_on, self.settled, self.reason = [], [], [], None
        pieces, numbers, doubts = cut(self.layout, start, end, marks, self.columns, self.brackets)
        self.blanks += numbers
        self.remarks += [Slice(*number) for number in numbers]
        done = start
        for piece in pieces:
            self.blanks.append((done, piece.start))
            self._punctuation(piece)
            done = piece.end
        self.blanks.append((done, end))
        aligned = bool(marks) and marks[0].kind is Kind.ALIGN and self._empty(start, marks[0].start)
        before = _Role.CLAIM
        for number, piece in enumerate(pieces):
            if before is _Role.SAID and self._is_listed(piece, pieces[number + 1 :]):
                piece.lead, piece.unclear = (Lead.APART, True) if piece.wide else (Lead.IF, False)
                piece.words = piece.words or "a wide space"
            shown, said = self._present(), before is _Role.SAID
            before = self._statement(piece, number == 0, aligned, before)
            if said and before is _Role.CLAIM:
                self.settled = shown
        arrows = [mark for mark in marks if mark.kind is Kind.IMPLIES]
        for chain in self.here if arrows else ():
            chain.implied = True
        if arrows and (len(self.here) > 1 or self.going_on):
            constant = any(self._is_constant(chain) for chain in self.here)
            doubts += [mark for mark in arrows if constant or mark.text in EQUIVALENT]
        doubts += self._such_that(pieces)
        self._leave_under(pieces)
        limits = (limit for piece in pieces for limit in self._limits(piece))
        described = list(self._described(pieces))
        self._leave_partly(pieces, [*doubts, *described])
        self._doubt([*doubts, *self._words_inside(start, end), *described, *limits])

    def _such_that(self, pieces: list[Piece]) -> Iterator[Token]:
        r"""The colon in `\forall u: A, B`: B may be claimed of those u for which A holds."""
        if len(self.here) > 1 and any(forall(self.layout, piece) for piece in pieces):
            for piece in (one for one in pieces if one.signs):
                colon = self._colon(piece.start, piece)
                names = forall(self.layout, piece)
                if colon is not None and not (names and self._empty(colon + 1, piece.end)):
                    yield Token(Kind.CLOSE, ":", colon, colon + 1)

    def _leave_partly(self, pieces: list[Piece], words: list[Token]) -> None:
        """Notes for the chains of the row the conditions of which words say more than is known."""
        words = [word for word in words if not _WHOLES.fullmatch(word.text)]
        for piece in (one for one in pieces if one.lead is Lead.IF):
            if any(word.end == piece.start or piece.start <= word.start <= piece.end for word in words):
                for chain in self._present():
                    chain.partly.append(Slice(piece.start, piece.end))

    def _leave_under(self, pieces: list[Piece]) -> None:
        """A condition in a row of its own is one of the next chain, and may be one of those behind that."""
        present = self._present()
        for chain in present[self.fresh :]:
            chain.doubt = chain.doubt or self.under
        self.fresh = 0 if present else self.fresh
        said = [piece for piece in pieces if piece.lead is Lead.IF and piece.signs]
        said = [piece for piece in said if not (self._is_kind(piece) or self._is_range(piece))]
        if said and not present:
            why = "it may hold only under the condition that stands before it in a row of its own"
            hint = r"say it beside each row that it is for: `\text{if } …`"
            where = self._trim(said[0].start, said[0].end)
            self.under, self.fresh = Unread(where, "BN137", why, hint, 0), 1

    def between(self, mark: Token) -> None:
        """Take the words between two rows."""
        if not self.doubt and mark.text.startswith(INTERTEXT) and is_weaker(mark.text.lower()):
            self.doubt = mark

    def _is_constant(self, chain: _Growing) -> bool:
        """`b = 0`."""
        return len(chain.signs) == 1 and self._is_value(*chain.bounds[-1])

    def _is_value(self, start: int, end: int) -> bool:
        return all(token.kind in (Kind.NUMBER, Kind.SIGN) for token in self.layout.between(start, end))

    def _is_listed(self, piece: Piece, following: list[Piece]) -> bool:
        r"""Whether it equates a name in the list of a condition: `\text{if } a = 1 \text{ and } b = 0`.
        Behind a wide space it may be a claim."""
        apart = piece.lead is Lead.APART and BOTH.fullmatch(piece.words)
        own = following and following[0].lead is Lead.IF
        if not (apart or piece.lead is Lead.COMMA) or own or [sign.symbol for sign in piece.signs] != ["="]:
            return False
        left, right = (self._trim(*bound) for bound in self._bounds(piece))
        return self._is_name(left) and (self._is_name(right) or self._is_value(*right.at))

    def _words_inside(self, start: int, end: int) -> Iterator[Token]:
        """Words inside brackets that say less than the formula: `a = b (\\text{nearly})`."""
        before: Token | None = None
        for token in self.layout.between(start, end):
            if token.kind is Kind.TEXT and before is not None and before.kind is Kind.OPEN:
                said = token.text.partition("{")[2].rstrip("}").strip().lower()
                clear = sense(f"({said})") in (Sense.REMARK, Sense.CONDITION)
                yield from () if clear and not is_weaker(said) else (token,)
            before = token

    def _limits(self, piece: Piece) -> Iterator[Token]:
        """What says of a name of what size it is: `\\epsilon \\to 0`, `k \\gg 1`, `x_i \\sim p`."""
        if len(piece.signs) != 1 or not piece.signs[0].silent:
            return
        sign = piece.signs[0]
        right = self.layout.between(sign.where.end, piece.end)
        number = any(token.kind is Kind.NUMBER or token.text == INFINITY for token in right)
        if sign.symbol in ORDERS_OF_SIZE or (sign.symbol in TENDS and number):
            yield Token(Kind.SILENT, sign.symbol, sign.where.start, sign.where.end)

    def _doubt(self, words: list[Token]) -> None:
        """Words of which it is not known what they say are said of the chains of the row, or of the next."""
        self.doubt = self.doubt or next(iter(words), None)
        said_of = [*((chain, 0) for chain in self.here), *self.going_on]
        if self.doubt is None or not said_of:
            return
        for chain, place in said_of:
            said = self.doubt.text.partition("{")[2].rstrip("}") or self.doubt.text
            chain.doubt = chain.doubt or unsure(said, Slice(*self.doubt.at), place)
        self.doubt = None

    def finish(self) -> Reading:
        if self.chains:
            self.chains[-1].conditions += self.conditions
            self.going_on = [(self.chains[-1], 0)]
            self._doubt([])
        else:
            self.remarks += self.conditions  # of nothing
        self._leave_unread()
        found: list[tuple[Chain, _Growing | None]] = [
            (part, chain) for chain in self.chains for part in self._parts(chain)
        ]
        found += [(self._under(one), None) for one in self.inner if one.under]
        found.sort(key=lambda pair: pair[0].where.start)
        places: dict[int, list[int]] = {}
        for place, (_, chain) in enumerate(found):
            places.setdefault(id(chain), []).append(place)
        chains = tuple(self._placed(part, chain, places) for part, chain in found)
        return Reading(chains, tuple(self.blanks), tuple(self.remarks))

    def _placed(self, part: Chain, chain: _Growing | None, places: dict[int, list[int]]) -> Chain:
        """The part, the places of the chains beside it counted among all that were found."""
        if chain is None or not (chain.beside or chain.reasons):
            return part
        beside = tuple(n for one in chain.beside for n in places[id(self.chains[one])])
        reasons = ((start, places[id(self.chains[one])][0]) for start, one in chain.reasons)
        return replace(part, beside=beside, reasons=tuple(reasons))

    def _parts(self, chain: _Growing) -> Iterator[Chain]:
        """The chain, parted at signs that state nothing: `a = b \\approx c` is `a = b` and `b \\approx c`;
        and where its end names what stands before it: `a = b + c =: d`."""
        expressions = tuple(self._trim(start, end) for start, end in chain.bounds)
        if chain.origin is not None:
            expressions = (chain.origin, *expressions[1:])
        first = 0
        for place, sign in enumerate([*chain.signs, None]):
            named = sign is not None and self._names(sign, place, expressions)
            if sign is not None and not sign.silent and not named:
                continue
            if place > first or not chain.signs:
                yield self._part(chain, expressions, first, place)
            if sign is not None:
                part = self._part(chain, expressions, place, place + 1)
                yield _turned(part) if named else replace(part, claims=False)
            first = place + 1

    def _names(self, sign: Sign, place: int, expressions: tuple[Slice, ...]) -> bool:
        """Whether the last sign of a chain defines the name on its right."""
        if place + 2 < len(expressions) or sign.symbol not in (":=", *REVERSED):
            return False
        before, last = (self._is_name(one) for one in expressions[place : place + 2])
        return sign.symbol in REVERSED or (place > 0 and last and not before)

    def _is_name(self, where: Slice) -> bool:
        ink = self.layout.between(where.start, where.end)
        kinds = [token.kind for token in ink]
        return kinds[:1] == [Kind.NAME] and kinds[1:2] in ([], [Kind.SUB], [Kind.SUP], [Kind.PRIME])

    def _part(self, chain: _Growing, expressions: tuple[Slice, ...], first: int, last: int) -> Chain:
        """From expression `first` to expression `last`."""
        hidden = ((one, one.expression) for one in chain.unread)
        unread = tuple(
            replace(one, expression=None if place is None else place - first)
            for one, place in hidden
            if place is None or first <= place <= last
        )
        here, signs = expressions[first : last + 1], tuple(chain.signs[first:last])
        doubt = chain.doubt and replace(chain.doubt, expression=max(0, (chain.doubt.expression or 0) - first))
        return Chain(
            here,
            signs,
            tuple(chain.conditions),
            unread=unread,
            doubt=doubt,
            implied=chain.implied,
            partly=tuple(chain.partly),
        )

    def _under(self, one: Inner) -> Chain:
        """`\\underbrace{A}_{= B}`."""
        sign = one.signs[0]
        sides = (Slice(*one.inside), Slice(sign.end, one.end))
        why = Unread(
            Slice(sign.start, one.end),
            "BN115",
            "what a brace says of a term is not judged",
            "write it as a row of its own",
        )
        return Chain(sides, (sign_of(sign),), unread=(why,), claims=sign.kind is not Kind.SILENT)

    def _leave_unread(self) -> None:
        """A row without a relation sign hides what it may belong to: the end of the chain before it,
        or the beginning of the one after it."""
        before: _Growing | None = None
        waiting: Unread | None = None
        for chain in (one for one in self.chains if not one.beside):
            if waiting is not None and chain.signs:
                chain.unread.append(replace(waiting, expression=0))
                waiting = None
            if chain.late or not chain.signs:
                self._hide(chain, before)
                waiting = self._loose(chain) if before is None and not chain.signs else None
            before = chain

    def _hide(self, chain: _Growing, before: _Growing | None) -> None:
        why = self._loose(chain)
        if before is not None:
            chain.unread.append(replace(why, expression=0))
            before.unread.append(replace(why, expression=len(before.signs)))

    def _loose(self, chain: _Growing) -> Unread:
        where = self._trim(*chain.bounds[0])
        why = "this row has no relation sign and begins with no operator: does it go on with the row before?"
        hint = r"begin it with `+`, `\cdot` or `=`, or give it a display of its own"
        return Unread(where, "BN115", why, hint)

    def _trim(self, start: int, end: int) -> Slice:
        """The ink of a stretch, from its first token to its last."""
        first, last = self.layout.first(start, end), self.layout.last(start, end)
        return Slice(first.start, last.end) if first is not None and last is not None else Slice(end, end)

    def _empty(self, start: int, end: int) -> bool:
        return self.layout.first(start, end) is None

    def _punctuation(self, piece: Piece) -> None:
        """Leave out the comma or full stop after a statement; three dots are no full stop."""
        ink = self.layout.ink
        first, place = self.layout.from_(piece.start), self.layout.from_(piece.end)
        last = place
        while place > first and ink[place - 1].text in _STOPS:
            place -= 1
        if sum(token.text == "." for token in ink[place:last]) < 2 and place < last:
            piece.end = ink[place].start

    # One statement

    def _statement(self, piece: Piece, first: bool, aligned: bool, before: _Role) -> _Role:
        """Take a piece as what it is. before: what the piece before it was."""
        if piece.lead is Lead.IF and (stop := self._colon(piece.start, piece)) is not None:
            said = [sign for sign in piece.signs if sign.where.end <= stop]
            self._statement(replace(piece, end=stop, signs=said), first, aligned, before)
            piece = Piece(stop + 1, piece.end, Lead.APART, piece.signs[len(said) :], piece.column)
        piece, quantified = self._quantified(piece)
        if self._empty(piece.start, piece.end):
            return _Role.CLAIM
        if starts_with_sign(self.layout, piece) and self._goes_on(piece):
            return _Role.CLAIM
        if first and piece.lead is Lead.START and not quantified and self._continues(piece, aligned):
            return _Role.CLAIM
        bracket = bracketed(self.layout, piece, self.brackets)
        if bracket is not None:
            piece = self._unwrapped(piece, bracket)
        beside = bool(self.here) and (bracket is not None or quantified)
        role = _Role.SAID if beside else self._role(piece, before)
        settled = self._is_kind(piece) or self._is_range(piece) or not piece.turned
        if role is _Role.SAID and piece.signs and settled:
            self._condition(self._trim(piece.start, piece.end))
        elif (role is _Role.SAID and (piece.turned or self._are_names(piece))) or self._is_remark(piece):
            self.remarks.append(Slice(piece.start, piece.end))
        elif not (piece.lead is Lead.REMARK and self._continues(piece, aligned)):
            self._begin(piece, aligned, role)
        return role

    def _unwrapped(self, piece: Piece, bracket: Inner) -> Piece:
        """The statement in the brackets that a piece is."""
        start, end = bracket.inside
        self.blanks += [(piece.start, start), (end, piece.end)]
        return replace(piece, start=start, end=end, signs=[sign_of(mark) for mark in bracket.signs])

    def _is_remark(self, piece: Piece) -> bool:
        """Words alone, or names that the words before them speak of: `\\text{by } \\mu`."""
        if piece.signs:
            return False
        spoken = piece.lead is Lead.REMARK and _SPEAKS.search(piece.words) is not None
        ink = self.layout.between(piece.start, piece.end)
        words = all(token.kind is Kind.TEXT or token.text in _STOPS or token.text == ":" for token in ink)
        return spoken or words or is_number(self.layout, piece)

    def _role(self, piece: Piece, before: _Role) -> _Role:
        if piece.lead is Lead.IF:
            return _Role.SAID
        kind, order = self._is_kind(piece), self._is_order(piece)
        if before is not _Role.CLAIM and (kind or order) and piece.lead in (Lead.APART, Lead.COMMA):
            return _Role.SAID if kind else before
        because = piece.lead is Lead.APART and piece.words in BECAUSE
        if not (because or piece.lead in (Lead.COMMA, Lead.WIDE)) or not self.here:
            return _Role.CLAIM
        if kind or self._is_range(piece):
            return _Role.SAID
        return _Role.BESIDE if order else _Role.CLAIM

    def _are_names(self, piece: Piece) -> bool:
        """`\\text{for all } i, j`: names, of which nothing is said."""
        return all(token.kind in NAMED for token in self.layout.between(piece.start, piece.end))

    def _described(self, pieces: list[Piece]) -> Iterator[Token]:
        """Words that say of the names of a condition what they are: `\\text{for } k \\text{ even}`."""
        for piece in (one for one in pieces if one.lead is Lead.IF):
            for token in self.layout.between(piece.start, piece.end):
                said = token.text.partition("{")[2].rstrip("}").strip().lower()
                if token.kind is Kind.TEXT and sense(f"for {said}") is not Sense.CONDITION:
                    yield token

    def _is_kind(self, piece: Piece) -> bool:
        """Whether it says a kind (`k \\in \\mathbb{R}`), and no more."""
        return bool(piece.signs) and all(sign.symbol == MEMBER for sign in piece.signs)

    def _is_order(self, piece: Piece) -> bool:
        """Whether it is an order of names and numbers, and no more."""
        signs = {sign.symbol for sign in piece.signs}
        if not signs or not signs <= ORDERS:
            return False
        ink = self.layout.between(piece.start, piece.end)
        return all(token.kind in _PLAIN and "{" not in token.text[1:] for token in ink)

    def _is_range(self, piece: Piece) -> bool:
        """`k = 1, \\dots, N` or `1 \\le k \\le N`: over what an index runs."""
        ink = self.layout.between(piece.start, piece.end)
        if [sign.symbol for sign in piece.signs] == [AT_MOST] * 2:
            between = [token.text for token in ink if token.start < piece.signs[1].where.start]
            return between[0] == "1" and set(between[2:]) <= _COUNTERS
        named = bool(ink) and ink[0].kind is Kind.NAME and [sign.symbol for sign in piece.signs] == ["="]
        return named and any(token.text in DOTS for token in ink[2:8])

    def _quantified(self, piece: Piece) -> tuple[Piece, bool]:
        """The piece after its `\\forall k`, and whether it had one."""
        names = forall(self.layout, piece)
        if names is None:
            return piece, False
        named, end = names
        stop = self._colon(end, piece) or piece.end
        gap = self._empty(end, stop)
        signed = [sign for sign in piece.signs if sign.where.end <= stop]
        if not gap and not (signed and self._empty(end, signed[0].where.start)):
            return piece, False  # `\\forall k a = b`: where the quantifier ends is not said
        self.remarks.append(Slice(piece.start, end if gap else named))
        if not gap:
            self._condition(self._trim(named, stop))
        rest = piece.signs[len(signed) :]
        return Piece(min(stop + 1, piece.end), piece.end, Lead.START, rest, piece.column), True

    def _colon(self, start: int, piece: Piece) -> int | None:
        """Where the colon stands that ends a quantifier."""
        ink = self.layout.between(start, piece.end)
        return next((token.start for token in ink if token.text == ":"), None)

    def _condition(self, where: Slice) -> None:
        """Conditions hold for the chains of the row without one before a claim, or for the next to come."""
        present = self._present()
        behind = [one for one in present if not any(one is other for other in self.settled)]
        for one in behind or present or (self,):
            one.conditions.append(where)

    def _present(self) -> list[_Growing]:
        """The last chains that begin or go on in the row."""
        chains = (*(chain for chain, _ in self.going_on), *self.here)
        return list({id(chain): chain for chain in chains}.values())[-_SHARED:]

    def _begin(self, piece: Piece, aligned: bool, role: _Role) -> None:
        """A new chain."""
        unread: list[Unread] = []
        origin: Slice | None = None
        if not piece.signs and (hidden := self._hidden_sign(piece)):
            piece.signs = [sign_of(hidden)]
            why = "a relation in here is neither claimed nor denied in a way that can be read"
            unread.append(
                Unread(self._trim(piece.start, piece.end), "BN115", why, "write it without what is around it")
            )
        bounds = self._bounds(piece)
        if piece.unclear and piece.signs:
            why = f"what `{piece.words}` makes of this is not known: a claim, or where another one holds"
            hint = r"write `\text{if}` before a condition, and `\text{and}` or a comma before a claim"
            unread.append(Unread(self._trim(piece.start, piece.end), "BN115", why, hint))
        if starts_with_sign(self.layout, piece) and self.previous is not None and not self.chains:
            before = self.previous
            origin = before.expressions[-1]
            passed = (one for one in before.unread if one.expression in (None, len(before.signs)))
            unread += [replace(one, expression=0) for one in passed]
        if LETS.fullmatch(piece.words) and piece.signs and not self._names_something(piece):
            why = f"what follows `{piece.words}` is assumed, and names nothing"
            hint = r"write `\text{if}` before a condition"
            unread.append(Unread(self._trim(piece.start, piece.end), "BN115", why, hint))
        chain = _Growing(bounds, list(piece.signs), aligned, self.conditions)
        chain.unread, chain.origin = unread, origin
        self.conditions = []
        if role is _Role.BESIDE:
            row = range(len(self.chains) - len(self.here), len(self.chains))
            chain.beside = tuple(n for n in row[-_SHARED:] if not self.chains[n].beside)
        else:
            self._give_reason(chain, piece)
            self.columns[piece.column] = self.last = chain
        self.chains.append(chain)
        self.here.append(chain)

    def _give_reason(self, chain: _Growing, piece: Piece) -> None:
        """A claim after `since` is a reason of those before it in its row, or else of the next."""
        if piece.words not in BECAUSE or not piece.signs:
            chain.reasons += [(0, self.reason)] if self.reason is not None else []
            return
        before = [(one, 0) for one in self.here] + self.going_on
        for one, start in before[-_SHARED:]:
            one.reasons.append((start, len(self.chains)))
        self.reason = None if before else len(self.chains)

    def _names_something(self, piece: Piece) -> bool:
        """Whether a name stands on the left of the first sign."""
        ink = self.layout.between(piece.start, piece.signs[0].where.start)
        return all(token.kind in NAMED or token.kind in (Kind.ACCENT, Kind.FONT) for token in ink)

    def _hidden_sign(self, piece: Piece) -> Token | None:
        """The first relation sign inside brackets or groups of a piece, that of an indicator apart."""
        first = bisect_left(self.starts, piece.start)
        for one in self.inner[first : bisect_left(self.starts, piece.end)]:
            before = self.layout.last(piece.start, one.start)
            if not one.under and not (before is not None and before.text in _ONES):
                return one.signs[0]
        return None

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
        empty = bool(chain.signs) and self._empty(*chain.bounds[-1])
        if empty and piece.lead is Lead.APART:
            where = Slice(chain.signs[-1].where.start, piece.signs[0].where.end)
            chain.unread.append(Unread(where, "BN115", "nothing stands between these signs"))
        elif empty and chain.signs[-1].symbol == piece.signs[0].symbol:
            repeated = chain.signs.pop().where  # `a = \\ = b` repeats its sign
            self.blanks.append((repeated.start, repeated.end))
            chain.bounds.pop()
        self.going_on.append((chain, len(chain.signs)))
        chain.late |= not chain.signs and chain not in self.here and not self._is_left_side(chain)
        chain.signs += piece.signs
        chain.bounds += self._bounds(piece)[1:]
        return True

    def _is_left_side(self, chain: _Growing) -> bool:
        """Whether a row without a sign stands left of where the signs of the rows before are aligned."""
        return chain is self.chains[0] or not (chain.aligned_first or self.chains[0].aligned_first)

    def _continues(self, piece: Piece, aligned: bool) -> bool:
        """Go on with the last expression of the row before, where the row begins in its middle."""
        if self.last is None or not self._unfinished(self.last, piece, aligned):
            return False
        chain, bounds = self.last, self._bounds(piece)
        self.going_on.append((chain, max(0, len(chain.signs) - 1)))
        chain.bounds[-1][1] = bounds[0][1]
        chain.bounds += bounds[1:]
        chain.signs += piece.signs
        return True

    def _unfinished(self, chain: _Growing, piece: Piece, aligned: bool) -> bool:
        start, end = chain.bounds[-1]
        last, first = self.layout.last(start, end), opens_with(self.layout, piece.start, piece.end)
        if chain.signs and (last is None or last.kind in OPERATORS):
            return True
        if first is None or not begins_with_operator(self.layout, piece):
            return False
        adds = first.kind is Kind.SIGN or first.text in EITHER
        new_column = aligned and not chain.aligned_first
        return not piece.signs or new_column or not adds or first.text == "+"  # with which no equation begins


def _turned(part: Chain) -> Chain:
    """`a =: b` as `b := a`."""
    unread = tuple(
        u if u.expression is None else replace(u, expression=1 - u.expression) for u in part.unread
    )
    sign = Sign(":=", part.signs[0].where)
    return replace(part, expressions=part.expressions[::-1], signs=(sign,), unread=unread)


_ONES = frozenset(("1", *ONES, *INDICATORS))


def unsure(words: str, where: Slice, place: int) -> Unread:
    """Why the links from this expression on are not refuted: beside them stand these words."""
    why = f"what `{' '.join(words.split())}` says of it is not judged, and it may hold only so"
    return Unread(where, "BN137", why, "say it in a formula (`if $…$`), or leave the words out", place)
