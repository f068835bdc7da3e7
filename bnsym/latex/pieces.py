r"""One row of a formula → its pieces: stretches that could be statements of their own.

`cut` parts a row at its marks, says of each piece what stands before it (a comma, a wide space,
`\text{if}`), and puts together again what a mark has parted but no reader would. `rows` makes
chains of the pieces. Imports `masking` and `source` only.
"""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeAlias

from bnsym.latex.masking import Blank, Inner, Kind, Mark
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

    def take(self, other: Piece) -> None:
        """Go on with the piece after this one."""
        self.end = other.end
        if not self.is_whole:
            self.signs += other.signs

    @property
    def is_whole(self) -> bool:
        """Whether a word makes another statement of all: of what «or» joins neither is claimed."""
        return bool(self.signs) and self.signs[-1].symbol.startswith(_FONTS)

    def starts_with_sign(self, text: str) -> bool:
        return bool(self.signs) and is_empty(text, self.start, self.signs[0].where.start)


_UNSEEN = r"(?:\s|\{\s*\}|\{)*+"
"""What may stand before an operator and changes nothing: `{} + c`, `{+ c}`."""
OPERATOR = re.compile(
    rf"{_UNSEEN}(?:[-+*/·×⋅∘]|\\(?:cdot|times|pm|mp|odot|otimes|oplus|circ|ast|star|div)(?![A-Za-z]))"
)
ADDS = re.compile(rf"{_UNSEEN}(?:[-+]|\\(?:pm|mp)(?![A-Za-z]))")
PLUS = re.compile(rf"{_UNSEEN}\+")
FORALL = re.compile(
    r"\s*(?:\\forall(?![A-Za-z])|∀)\s*"
    r"(?P<names>(?:\\[A-Za-z]+|[A-Za-z])(?:_\w)?'*(?:\s*,\s*(?:\\[A-Za-z]+|[A-Za-z])(?:_\w)?'*)*+)"
)
_SHOWN = re.compile(r"\S")
NUMBER_TAG = re.compile(
    r"\s*[(\[（]\s*(?:[A-Za-z]?\d+(?:\.\d+)*[a-z]?'*|[ivx]+|\*+|(?:\\ast\s*)+|\\dagger|[A-H]"
    r"|\\text(?:\w*)\s*\{[^{}]*\})\s*[)\]）]\s*"
)
_AND = re.compile(
    r"(?:and|so|thus|hence|then|therefore|i\.?e\.?|that is|equivalently|let|since|because|as|now|but)?"
    r"(?: (?:and|so|thus|hence|then|therefore|also|we have|we get|let))*"
    r"|且|和|及|与|并且|因此|所以|从而|故|即|则|又|因为|由于|令|有"
)
_IF = re.compile(
    r"(?:and )?(?:for|if|when|whenever|where|with|provided|given|assuming|under|subject to|s\.?t\.?|such that"
    r"|as long as|in case|on|over)\b[^$]*|(?:当|若|如果|对|其中|满足|假设|设)[^$]*"
)
_BUT = re.compile(
    r"(?:and |or |but )?(?:or|not|unless|except|either|neither)\b.*|(?:或|除非|而不是|不是).*|.*\$.*",
    re.DOTALL,
)
"""What turns a statement into another one, and a formula inside words: nothing here judges it."""
_FONTS = (r"\text", r"\math", r"\mbox", r"\hbox", r"\operatorname")
_PROSE = (r"\text", r"\mbox", r"\hbox")
_ASIDE = re.compile(r"[(（\[].*[)）\]]|.*[:：,，.]", re.DOTALL)


_STOP = re.compile(r"[\s.,;。，；]*")
Brackets: TypeAlias = Mapping[int, Inner]


def is_empty(text: str, start: int, end: int) -> bool:
    return _SHOWN.search(text, start, end) is None


def cut(
    text: str, start: int, end: int, marks: list[Mark], columns: Container[int], inner: Brackets
) -> tuple[list[Piece], list[Blank]]:
    """The pieces of the row `text[start:end]`, and which of it are equation numbers.

    columns: those in which a chain of an earlier row may go on; inner: brackets with a relation
    inside, by their first character."""
    cutter = _Cutter(text, start)
    for number, mark in enumerate(marks):
        cutter.take(mark, marks[number + 1] if number + 1 < len(marks) else None)
    pieces: list[Piece] = []
    numbers: list[Blank] = []
    found = _aligned(text, cutter.finish(end))
    for piece in found:
        leads = piece is found[0] and len(found) > 1 and found[1].lead in (Lead.WIDE, Lead.ALIGN)
        if _is_number(text, piece, leads):
            numbers.append((piece.start, piece.end))
        elif pieces and not _divides(text, pieces[-1], piece, columns, inner):
            pieces[-1].take(piece)
        else:
            pieces.append(piece)
    return pieces, numbers


def _aligned(text: str, pieces: list[Piece]) -> list[Piece]:
    """The pieces, with `c & = d` put together: an `&` before a sign only aligns."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and piece.lead is Lead.ALIGN and piece.starts_with_sign(text):
            joined[-1].take(piece)
        else:
            joined.append(piece)
    return joined


def _is_number(text: str, piece: Piece, leads: bool) -> bool:
    """An equation number written by hand: `\\qquad (3)`, or in front: `(3) \\quad`."""
    wide = (leads or piece.lead in (Lead.WIDE, Lead.ALIGN)) and not piece.signs
    return wide and NUMBER_TAG.fullmatch(text, piece.start, piece.end) is not None


def _divides(text: str, before: Piece, piece: Piece, columns: Container[int], inner: Brackets) -> bool:
    """Whether a new statement begins with `piece`."""
    if piece.lead >= Lead.APART or FORALL.match(text, piece.start, piece.end):
        return True
    if bracketed(text, piece, inner) is not None:
        return _is_complete(text, before)
    if not _is_complete(text, before):
        return False
    if not piece.signs or piece.starts_with_sign(text):
        return bool(piece.signs) and piece.column > 0 and piece.column in columns
    return piece.lead is Lead.COMMA or not OPERATOR.match(text, piece.start, piece.end)


def bracketed(text: str, piece: Piece, inner: Brackets) -> Inner | None:
    """The bracket that all of a piece is, if there is a relation in it: `(i \\ne j)`."""
    start = piece.start + len(shown) - len(shown.lstrip()) if (shown := text[piece.start : piece.end]) else 0
    found = inner.get(start)
    after = _STOP.match(text, found.end, piece.end) if found is not None else None
    return found if after is not None and after.end() == piece.end else None


def _is_complete(text: str, piece: Piece) -> bool:
    if FORALL.match(text, piece.start, piece.end):
        return True
    return bool(piece.signs) and not is_empty(text, piece.signs[-1].where.end, piece.end)


class _Cutter:
    """Cuts a row at its marks; pieces without ink are dropped."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.pieces: list[Piece] = []
        self.now = Piece(start, start, Lead.START)
        self.columns = 0
        self.last_sign = start
        """Where the last relation sign ends, or the row begins."""

    def take(self, mark: Mark, following: Mark | None) -> None:
        match mark.kind:
            case Kind.SIGN:
                self._sign(Sign(mark.word, Slice(mark.start, mark.end)))
            case Kind.TEXT:
                self._text(mark, following)
            case Kind.IMPLIES:
                self._cut(mark, Lead.APART)
            case Kind.ALIGN:
                self.columns += 1
                again = self.now.lead is Lead.ALIGN and self._blank(mark.start)
                self._cut(mark, Lead.WIDE if again else Lead.ALIGN)
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
        return not self.now.signs and is_empty(self.text, self.now.start, end)

    def _cut(self, mark: Mark, lead: Lead, words: str = "") -> None:
        """End the piece before a mark, and begin one after it."""
        if self._blank(mark.start):
            first = self.now.lead is Lead.START and lead <= Lead.COMMA
            lead = self.now.lead if first else max(self.now.lead, lead)
        else:
            self.now.end = mark.start
            self.pieces.append(self.now)
        self.now = Piece(mark.end, mark.end, lead, column=self.columns // 2, words=words)

    def _text(self, mark: Mark, following: Mark | None) -> None:
        """`\\text{…}`: a word between statements, a remark, or a name in a formula."""
        said = mark.word.partition("{")[2][:-1].replace("~", " ")
        word = " ".join(said.split()).strip(" ,:，：").lower()
        if _BUT.fullmatch(word):
            written = self.text[mark.start : mark.end]
            if self._blank(mark.start) and self.pieces:
                self.now = self.pieces.pop()
            self.now.signs = [Sign(written, Slice(mark.start, mark.end))]
        elif _IF.fullmatch(word):
            self._cut(mark, Lead.IF)
        elif _AND.fullmatch(word):
            self._cut(mark, Lead.APART)
        elif mark.word.startswith(_PROSE) and self._is_remark(said.strip(), mark, following):
            self._cut(mark, Lead.REMARK, word)

    def _is_remark(self, said: str, mark: Mark, following: Mark | None) -> bool:
        """Whether words are beside the formula rather than a name in it."""
        if _ASIDE.fullmatch(said) and (self.now.signs or self._blank(mark.start)):
            return True
        signed = following is not None and following.kind is Kind.SIGN
        if following is not None and signed and is_empty(self.text, mark.end, following.start):
            return False  # a name on the left of a sign
        apart = self.now.lead >= Lead.APART or self.now.lead in (Lead.WIDE, Lead.ALIGN)
        ended = bool(self.pieces) and not is_empty(self.text, self.last_sign, self.now.start)
        return apart and ended and self._blank(mark.start)
