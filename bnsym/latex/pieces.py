r"""One row of a formula → its pieces: stretches that could be statements of their own.

`cut` parts a row at its marks, says of each piece what stands before it (a comma, a wide space,
`\text{if}`), and puts together again what a mark has parted but no reader would. `chains` makes
chains of the pieces. Imports `commands`, `lexer`, `nesting` and `source`.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from bnsym.latex.commands import AT_MOST, EXISTS, MEMBER, SINCE, TAG, Kind
from bnsym.latex.lexer import Token
from bnsym.latex.nesting import SIGNS, Blank, Inner, Layout
from bnsym.latex.words import Sense, is_phrase, is_weaker, sense, turns
from bnsym.source.text import Sign, Slice


class Lead(IntEnum):
    """What stands before a piece of a row; the later in this list, the more it divides."""

    START = 0
    ALIGN = 1
    WIDE = 2
    COMMA = 3
    APART = 4
    IF = 5
    REMARK = 6


@dataclass(slots=True)
class Piece:
    """A stretch of a row between two marks that could divide it."""

    start: int
    end: int
    lead: Lead
    signs: list[Sign] = field(default_factory=list)
    column: int = 0
    words: str = ""
    """Of the remark before it."""
    wide: bool = False
    """Whether a wide space stands before it, besides what else does."""
    turned: bool = False
    """Whether the words before a condition may make another one of it."""
    unclear: bool = False
    """Whether these are not known, and go on with it: `\\text{at } a = 1`."""

    def take(self, other: Piece) -> None:
        """Go on with the piece after this one."""
        self.end = other.end
        if not self.is_whole:
            self.signs += other.signs

    @property
    def is_whole(self) -> bool:
        """Whether a word makes another statement of all: of what «or» joins neither is claimed."""
        return bool(self.signs) and self.signs[-1].word


Brackets: TypeAlias = Mapping[int, Inner]
"""Brackets with a relation inside, by their first character."""
NAMED = frozenset(
    (
        *(Kind.NUMBER, Kind.NAME, Kind.SUB, Kind.SUP, Kind.LBRACE, Kind.RBRACE),
        Kind.COMMA,
        Kind.PRIME,
        Kind.TEXT,
        Kind.FORALL,
    )
)
"""What names, and lists of them, are written with."""
OPERATORS = (Kind.SIGN, Kind.JOIN, Kind.OPERATOR)
_NUMBER = re.compile(r"[A-Za-z]?\d+(?:\.\d+)*[a-z]?'*|[ivx]+|(?:\*|star)+|\\dagger|[A-H]|\\[a-z]+\{[^{}]*\}")
_ASIDE = re.compile(r"[(（\[].*[)）\]]|.*[:：,，.]", re.DOTALL)
_ENDS = re.compile(r"[.,:;)\]，。：；）]\s*\}\Z")
_CLOSED = re.compile(r"\w[:：,，]\s*\}\Z")
"""Words after which what they speak of begins: `if centred:`."""
_CASE = re.compile(r"\W*(?:case|fall|cas|caso|случай|情况|情形|场合|場合|경우)(?!\w*[a-z])")
_SHORT = frozenset(("se", "si", "per", "con", "com", "mit"))
"""Words of a language that are names in others: they stand between blanks."""
_BEFORE_NAME = frozenset((Kind.SIGN, Kind.JOIN, Kind.OPERATOR, *SIGNS))
_AFTER_NAME = frozenset((*_BEFORE_NAME, Kind.SUB, Kind.SUP, Kind.PRIME))


def cut(
    layout: Layout, start: int, end: int, marks: Sequence[Token], columns: Container[int], brackets: Brackets
) -> tuple[list[Piece], list[Blank], list[Token]]:
    """The pieces of the row from `start` to `end`, which of it are equation numbers, and words of which it
    is not known what they say of it.

    columns: those in which a chain of an earlier row may go on."""
    cutter = _Cutter(layout, start, end)
    for number, mark in enumerate(marks):
        cutter.take(mark, marks[number + 1] if number + 1 < len(marks) else None)
    pieces: list[Piece] = []
    numbers: list[Blank] = []
    found = _aligned(layout, cutter.finish(end))
    for piece in found:
        leads = piece is found[0] and len(found) > 1 and found[1].lead in (Lead.WIDE, Lead.ALIGN)
        set_off = leads or piece.lead in (Lead.WIDE, Lead.ALIGN)
        if set_off and is_number(layout, piece):
            numbers.append((piece.start, piece.end))
        elif pieces and not _divides(layout, pieces[-1], piece, columns, brackets):
            pieces[-1].take(piece)
        else:
            pieces.append(piece)
    return pieces, numbers, cutter.doubts


def _aligned(layout: Layout, pieces: Iterable[Piece]) -> list[Piece]:
    """The pieces, with `c & = d` put together, where an `&` before a sign only aligns, and `i, k \\in S`."""
    joined: list[Piece] = []
    for piece in pieces:
        aligned = piece.lead is Lead.ALIGN and starts_with_sign(layout, piece)
        if joined and (aligned or _is_of_both(layout, joined[-1], piece)):
            joined[-1].take(piece)
        else:
            joined.append(piece)
    return joined


def _is_of_both(layout: Layout, names: Piece, piece: Piece) -> bool:
    """Whether what it says is said of the names before its comma too: `i, j \\in S`, `1 \\le i, j \\le n`."""
    signs, ink = [s.symbol for s in (*names.signs, *piece.signs)], layout.between(names.start, names.end)
    if signs == [AT_MOST] * 2 and piece.lead is Lead.COMMA and ink[0].text == "1":
        return all(token.kind in NAMED for token in layout.between(piece.start, piece.signs[0].where.start))
    if piece.lead is not Lead.COMMA or signs != [MEMBER]:
        return False
    return bool(ink) and all(token.kind in (Kind.NAME, Kind.FORALL) or token.text == "," for token in ink)


def starts_with_sign(layout: Layout, piece: Piece) -> bool:
    return bool(piece.signs) and layout.first(piece.start, piece.signs[0].where.start) is None


def is_number(layout: Layout, piece: Piece) -> bool:
    """An equation number written by hand: `\\qquad (3)`, or in front: `(3) \\quad`."""
    ink = () if piece.signs else layout.between(piece.start, piece.end)
    if len(ink) < 3 or len(ink) > 8 or ink[0].kind is not Kind.OPEN or ink[-1].kind is not Kind.CLOSE:
        return False
    return _NUMBER.fullmatch("".join(token.text for token in ink[1:-1])) is not None


def opens_with(layout: Layout, start: int, end: int) -> Token | None:
    """The first token of a stretch; braces, and groups of nothing, do not count: `{} + c`, `{+ c}`."""
    opened = 0
    for place in range(layout.from_(start), len(layout.ink)):
        token = layout.ink[place]
        empty = token.kind is Kind.RBRACE and opened > 0
        opened += 1 if token.kind is Kind.LBRACE else -1 if empty else 0
        if not (token.kind is Kind.LBRACE or empty):
            return token if token.start < end else None
    return None


def begins_with_operator(layout: Layout, piece: Piece) -> bool:
    first = opens_with(layout, piece.start, piece.end)
    return first is not None and first.kind in OPERATORS


def forall(layout: Layout, piece: Piece) -> tuple[int, int] | None:
    r"""Where the names after a `\forall` that begins the piece start, and where they end."""
    ink = layout.between(piece.start, piece.end)
    if not ink or ink[0].kind is not Kind.FORALL or ink[0].text == EXISTS:
        return None
    pair = len(ink) > 1 and ink[1].text == "("
    place, end = 1 + pair, 0
    while place < len(ink) and ink[place].kind is Kind.NAME:
        place += 1
        if place + 1 < len(ink) and ink[place].kind is Kind.SUB:
            place += 2
        while place < len(ink) and ink[place].kind is Kind.PRIME:
            place += 1
        end = ink[place - 1].end
        if place >= len(ink) or ink[place].kind is not Kind.COMMA:
            break
        place += 1
    if pair and end:
        end = ink[place].end if place < len(ink) and ink[place].text == ")" else 0
    return (ink[1].start, end) if end else None


def bracketed(layout: Layout, piece: Piece, brackets: Brackets) -> Inner | None:
    """The bracket that all of a piece is, if there is a relation in it: `(i \\ne j)`."""
    first = layout.first(piece.start, piece.end) if not piece.signs else None
    found = brackets.get(first.start) if first is not None else None
    if found is None or any(token.text not in _STOPS for token in layout.between(found.end, piece.end)):
        return None
    return found


_STOPS = frozenset(".,;。，；")


def _divides(
    layout: Layout, before: Piece, piece: Piece, columns: Container[int], brackets: Brackets
) -> bool:
    """Whether a new statement begins with `piece`."""
    if piece.lead >= Lead.APART or forall(layout, piece):
        return True
    if before.lead is Lead.IF and not before.signs and piece.signs:
        first = layout.between(piece.start, piece.signs[0].where.start)
        return piece.wide or any(token.kind not in NAMED for token in first)
    if forall(layout, before) and _names_on(layout, piece):
        return False
    complete = _is_complete(layout, before) or bracketed(layout, before, brackets) is not None
    if bracketed(layout, piece, brackets) is not None or not complete:
        return complete
    if not piece.signs or starts_with_sign(layout, piece):
        return bool(piece.signs) and piece.column > 0 and piece.column in columns
    return piece.lead is Lead.COMMA or not begins_with_operator(layout, piece)


def _names_on(layout: Layout, piece: Piece) -> bool:
    r"""Whether names of a quantifier go on: ` b:` behind `\forall a,`."""
    ink = layout.between(piece.start, piece.end)
    colon = next((n for n, token in enumerate(ink) if token.text == ":"), 0)
    return piece.lead is Lead.COMMA and colon > 0 and all(t.kind in NAMED for t in ink[:colon])


def _is_complete(layout: Layout, piece: Piece) -> bool:
    if forall(layout, piece):
        return True
    return bool(piece.signs) and layout.first(piece.signs[-1].where.end, piece.end) is not None


class _Cutter:
    """Cuts a row at its marks; pieces without ink are dropped."""

    def __init__(self, layout: Layout, start: int, end: int) -> None:
        self.layout = layout
        self.end = end
        self.doubts: list[Token] = []
        self.pieces: list[Piece] = []
        self.now = Piece(start, start, Lead.START)
        self.columns = 0
        self.last_sign = start
        """Where the last relation sign ends, or the row begins."""

    def take(self, mark: Token, following: Token | None) -> None:
        match mark.kind:
            case Kind.REL | Kind.SILENT:
                self._sign(sign_of(mark))
            case Kind.TEXT | Kind.NAME:
                self._text(mark, following)
            case Kind.IMPLIES | Kind.APART:
                self._cut(mark, Lead.APART, "because" if mark.text in SINCE else "")
            case Kind.ALIGN:
                self.columns += 1
                again = self.now.lead is Lead.ALIGN and self._blank(mark.start)
                self._cut(mark, Lead.WIDE if again else Lead.ALIGN)
            case Kind.FORALL if mark.text == EXISTS:
                self._make_other(mark)
            case Kind.FORALL:
                self._cut(mark._replace(end=mark.start), Lead.WIDE)
            case _:
                self._cut(mark, Lead[mark.kind.name])

    def finish(self, end: int) -> list[Piece]:
        if not self._blank(end):
            self.now.end = end
            self.pieces.append(self.now)
        return self.pieces

    def _sign(self, sign: Sign) -> None:
        self.last_sign = sign.where.end
        if not self.now.is_whole:
            self.now.signs.append(sign)

    def _blank(self, end: int) -> bool:
        return not self.now.signs and self.layout.first(self.now.start, end) is None

    def _cut(self, mark: Token, lead: Lead, words: str = "") -> None:
        """End the piece before a mark, and begin one after it."""
        wide = lead is Lead.WIDE
        if self._blank(mark.start):
            first = self.now.lead is Lead.START and lead <= Lead.COMMA
            lead = self.now.lead if first else max(self.now.lead, lead)
            wide |= self.now.wide
        else:
            self.now.end = mark.start
            self.pieces.append(self.now)
        self.now = Piece(mark.end, mark.end, lead, column=self.columns // 2, words=words, wide=wide)

    def _text(self, mark: Token, following: Token | None) -> None:
        """`\\text{…}`: a word between statements, a remark, or a name in a formula."""
        said = mark.text.partition("{")[2][:-1].replace("~", " ")
        words = " ".join(said.split()).lower()
        if not words.strip(" ,:，：.)]）"):
            if mark.kind is Kind.TEXT:
                self._cut(mark, Lead.APART)
        elif mark.text.startswith(TAG):
            meaning = sense(words)
            self._take_words(Sense.DOUBT if meaning in (Sense.REMARK, Sense.JOIN) else meaning, mark, words)
        elif self._is_factor(mark, words):
            if is_weaker(words):
                self._make_other(mark)  # `a = \\text{about } b`
        else:
            meaning = sense(words)
            beside = meaning not in (Sense.REMARK, Sense.DOUBT)
            if beside or (mark.kind is Kind.TEXT and self._is_remark(said.lower(), mark, following)):
                self._take_words(meaning, mark, words.strip(" ,:，："))

    def _take_words(self, meaning: Sense, mark: Token, words: str) -> None:
        match meaning:
            case Sense.OTHER:
                self._make_other(mark)
            case Sense.CONDITION | Sense.PARTLY:
                whole = meaning is Sense.PARTLY and _CLOSED.search(mark.text) and not _CASE.match(words)
                self._cut(mark, Lead.APART if whole else Lead.IF)
                self.now.turned = not whole and turns(words)
            case Sense.JOIN:
                self._cut(mark, Lead.APART, words)
            case Sense.AFTER:
                self._end_condition(mark)
            case _:
                self._cut(mark, Lead.REMARK, words)
                self.now.unclear = meaning is Sense.DOUBT and not _ENDS.search(mark.text)
        if meaning in (Sense.PARTLY, Sense.DOUBT):
            self.doubts.append(mark)

    def _end_condition(self, mark: Token) -> None:
        """What stands before the word is a condition, if it stands apart from what it is for."""
        if self._blank(mark.start) or self.now.lead >= Lead.APART:
            self._cut(mark, Lead.APART)
        elif len(self.now.signs) == 1 and (self.pieces or self.now.lead is Lead.START):
            self.now.lead = Lead.IF
            self._cut(mark, Lead.APART)
        else:
            self._make_other(mark)

    def _make_other(self, mark: Token) -> None:
        if self._blank(mark.start) and self.pieces:
            self.now = self.pieces.pop()
        self.now.signs = [Sign(mark.text, Slice(*mark.at), word=True)]

    def _is_factor(self, mark: Token, words: str) -> bool:
        """Whether an operator or a sign takes it for a term, or it stands after a name as one would."""
        before = self.layout.last(self.now.start, mark.start)
        if before is None or _ASIDE.fullmatch(words):
            return False
        return before.kind in _BEFORE_NAME or (f"{{{words}}}" in mark.text and words in _SHORT)

    def _is_remark(self, words: str, mark: Token, following: Token | None) -> bool:
        """Whether words are beside the formula rather than a name in it."""
        blank = self._blank(mark.start)
        if _ASIDE.fullmatch(words) and (self.now.signs or blank):
            return True
        after = self.layout.first(mark.end, following.start if following is not None else self.end)
        if after is None and following is not None and following.kind in SIGNS:
            return False  # a name on the left of a sign
        if blank and words.rstrip().endswith((":", "：")):
            return True
        set_off = self.now.lead >= Lead.APART or self.now.lead in (Lead.WIDE, Lead.ALIGN)
        set_off |= self.now.lead is Lead.COMMA and after is None
        if (
            set_off
            and blank
            and self.pieces
            and self.layout.first(self.last_sign, self.now.start) is not None
        ):
            return True
        phrase = is_phrase(words) or (blank and " " in words.strip())
        return phrase and (after is None or after.kind not in _AFTER_NAME)


def sign_of(mark: Token) -> Sign:
    return Sign(mark.text, Slice(*mark.at), silent=mark.kind is Kind.SILENT)
