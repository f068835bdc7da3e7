r"""A formula's tokens → what stands outside all brackets, what is shown but not meant, what is inside.

One pass over the tokens. Relation signs, ends of rows, commas and words outside all brackets are
marks, and `chains` decides what they divide; the rest is ink. A bracket without a partner, and one that
would swallow the end of a row together with a relation, is a slip and groups nothing: the parser
reports it where it stands, and the chains around it are still found. No recursion: any depth. Imports
`commands` and `lexer` only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TypeAlias

from bnsym.latex.commands import CLOSERS, INNER, ROWS, SHOWN_BRACE, WORD, Kind
from bnsym.latex.lexer import UNSEEN, Token, lex

Blank: TypeAlias = tuple[int, int]
"""A stretch of the text to be overwritten."""
SIGNS = (Kind.REL, Kind.SILENT)
_WIDTH = (Kind.ROW, Kind.ALIGN, Kind.WIDE)
_MARKS = frozenset((*SIGNS, *_WIDTH, Kind.COMMA, Kind.APART, Kind.IMPLIES, Kind.TEXT, Kind.FORALL))
"""What could end a piece of a row, outside all brackets."""
_PASSED = UNSEEN | {Kind.WRAP}
_INERT = frozenset((Kind.NUMBER, Kind.SIGN, Kind.JOIN, Kind.SUB, Kind.SUP, Kind.FRAC, Kind.ACCENT, Kind.SUM))
_OPENING = frozenset((*_WIDTH, *_PASSED, Kind.UNDER, Kind.LBRACE, Kind.BEGIN, Kind.APART, Kind.IMPLIES))
"""After these a brace begins a statement, or is a frame's: a relation in it is the formula's own."""
_SCRIPT = 4000
"""Characters that what stands at a brace may have."""
_INK = re.compile(r"[^\r\n]")


@dataclass(frozen=True, slots=True)
class Inner:
    """A bracket or a group, its delimiters included, in which a relation sign stands."""

    start: int
    end: int
    inside: tuple[int, int]
    signs: tuple[Token, ...]
    soft: bool
    """Written with brackets that show."""
    under: bool = False
    """The script of a brace: `\\underbrace{A}_{= B}`; `inside` is then A."""


@dataclass(frozen=True, eq=False)
class Layout:
    """A formula taken apart; its places count from where it begins."""

    end: int
    marks: tuple[Token, ...]
    ink: tuple[Token, ...]
    """All tokens but what is shown and not meant: spacing, alignment, ends of rows."""
    blanks: tuple[Blank, ...]
    """What is shown and not meant."""
    inner: tuple[Inner, ...]

    @cached_property
    def _starts(self) -> list[int]:
        return [token.start for token in self.ink]

    def between(self, start: int, end: int) -> tuple[Token, ...]:
        """The ink from `start` to `end`."""
        return self.ink[bisect_left(self._starts, start) : bisect_left(self._starts, end)]

    def first(self, start: int, end: int) -> Token | None:
        place = bisect_left(self._starts, start)
        return self.ink[place] if place < len(self.ink) and self.ink[place].start < end else None

    def last(self, start: int, end: int) -> Token | None:
        place = bisect_left(self._starts, end) - 1
        return self.ink[place] if place >= 0 and self.ink[place].start >= start else None

    def from_(self, start: int) -> int:
        """The place in `ink` of the first token from `start` on."""
        return bisect_left(self._starts, start)


def lay_out(text: str, start: int, end: int) -> Layout:
    """The layout of the formula in `text[start:end]`. A note is read again at each edit: what is written as
    it was is laid out as it was."""
    return _laid_out(text[max(0, start - 1) : end], end - start)  # a token may depend on what is before it


@lru_cache(maxsize=1 << 15)
def _laid_out(text: str, end: int) -> Layout:
    walk = _Walk(text, end)
    for token in walk.tokens(0, end):
        if token.start >= walk.done:
            walk.take(token)
    return walk.layout()


def moved(blanks: Iterable[Blank], offset: int) -> Iterator[Blank]:
    return ((start + offset, end + offset) for start, end in blanks)


def blanked(text: str, blanks: Iterable[Blank]) -> str:
    """`text` with each stretch overwritten by spaces; line ends stay."""
    parts: list[str] = []
    done = 0
    for start, end in sorted(blanks):
        if end > done:
            start = max(start, done)
            parts += [text[done:start], _INK.sub(" ", text[start:end])]
            done = end
    return "".join([*parts, text[done:]])


@dataclass(slots=True)
class _Opened:
    """A bracket that waits for its partner, or all of the formula."""

    token: Token | None
    family: str
    hard: bool
    """A brace or an environment: nothing inside it can pair with anything outside."""
    before: Token | None = None
    """The token that stands right before it, blanks apart."""
    marks: list[Token] = field(default_factory=list)
    """What stands in it and in no bracket inside it."""
    sign: bool = False
    row: bool = False
    """Whether a relation sign, or the end of a row, is among the marks."""


_FAMILIES = {")": "(", "]": "(", "[": "(", **{CLOSERS[one]: one for one in (SHOWN_BRACE, INNER)}}
"""Which brackets may pair: a half-open interval is written with two kinds."""


class _Walk:
    """What is open, and what has been found."""

    def __init__(self, text: str, end: int) -> None:
        self.text = text
        self.end = end
        self.blanks: list[Blank] = []
        self.ink: list[Token] = []
        self.inner: list[Inner] = []
        self.stack = [_Opened(None, "$", True)]
        self.hard = [0]
        """Where in the stack the hard ones stand."""
        self.before: Token | None = None
        self.done = 0
        """Where to go on: what stands before has been dealt with."""

    def tokens(self, start: int, end: int) -> Iterator[Token]:
        before = self.end - len(self.text)
        return (one.moved(before) for one in lex(self.text, start - before, end - before))

    def take(self, token: Token) -> None:
        kind = token.kind
        if kind in _INERT or (kind is Kind.NAME and token.end == token.start + 1):
            self.ink.append(token)
        elif kind in _PASSED:
            self._blank(token)
        elif kind is Kind.OPEN:
            self.ink.append(token)
            self.stack.append(_Opened(token, _FAMILIES.get(token.text, token.text), False, self.before))
        elif kind is Kind.CLOSE:
            self.ink.append(token)
            self._close_soft(token)
        elif kind is Kind.LBRACE:
            self.ink.append(token)
            self._open_hard(token, "{")
        elif kind is Kind.RBRACE:
            self.ink.append(token)
            self._unbrace(token)
        elif kind in (Kind.BEGIN, Kind.END):
            self._environment(token)
        else:
            self._ink(token)
        self.before = token

    def _ink(self, token: Token) -> None:
        if token.kind not in _WIDTH:
            self.ink.append(token)
        if token.kind in _MARKS or token.text.startswith(WORD):
            inside = self.stack[-1]
            inside.marks.append(token)
            inside.sign |= token.kind in SIGNS
            inside.row |= token.kind is Kind.ROW

    def _blank(self, token: Token) -> None:
        self.blanks.append(token.at)

    def _open_hard(self, token: Token, family: str) -> None:
        self.hard.append(len(self.stack))
        self.stack.append(_Opened(token, family, True, self.before))

    def _close_soft(self, token: Token) -> None:
        family = _FAMILIES.get(token.text, token.text)
        for above in (1, 2):  # one bracket without a partner may stand between
            if self.stack[-above].hard:
                return
            if self.stack[-above].family == family:
                self._drop(above - 1)
                if self.stack[-1].sign and self.stack[-1].row:
                    self._drop(1)
                else:
                    opened = self.stack.pop()
                    self._keep_signs(opened, token, soft=True)
                    self._blank_marks(opened.marks)
                return

    def _drop(self, count: int) -> None:
        """The innermost brackets group nothing: what they hold belongs to the one around them."""
        dropped = self.stack[len(self.stack) - count :]
        del self.stack[len(self.stack) - count :]
        for bracket in dropped:
            self.stack[-1].marks += bracket.marks
            self.stack[-1].sign |= bracket.sign
            self.stack[-1].row |= bracket.row

    def _blank_marks(self, marks: list[Token]) -> None:
        self.blanks += [mark.at for mark in marks if mark.kind in _WIDTH]

    def _close_hard(self, family: str) -> _Opened | None:
        """The innermost brace or environment, if it is of this family."""
        place = self.hard[-1]
        if self.stack[place].family != family:
            return None
        self._drop(len(self.stack) - place - 1)
        self.hard.pop()
        return self.stack[-1]

    def _unbrace(self, token: Token) -> None:
        opened = self._close_hard("{")
        if opened is None or opened.token is None:
            return
        before = opened.before
        if (before is None or before.kind in _OPENING) and (opened.sign or opened.row):
            self._blank(opened.token)
            self._blank(token)
            self._drop(1)  # `\boxed{a = b}` divides
        else:
            self.stack.pop()
            if before is None or before.kind not in (Kind.SUB, Kind.SUP):
                self._keep_signs(opened, token, soft=False)
        if before is not None and before.kind is Kind.UNDER:
            self._under(before, opened.token, token)

    def _keep_signs(self, opened: _Opened, closing: Token, *, soft: bool) -> None:
        signs = tuple(mark for mark in opened.marks if mark.kind in SIGNS)
        if signs and opened.token is not None:
            inside = (opened.token.end, closing.start)
            self.inner.append(Inner(opened.token.start, closing.end, inside, signs, soft))

    def _under(self, macro: Token, opened: Token, closing: Token) -> None:
        """`\\underbrace{A}_{B}` means A: blank the command and the script, and keep what B claims."""
        end, signs = self._script(closing.end)
        self._blank(macro)
        self.blanks.append((closing.end, end))
        self.done = end
        if signs:
            inside = (opened.start, closing.end)
            self.inner.append(Inner(opened.start, end, inside, tuple(signs), soft=False, under=True))

    def _script(self, start: int) -> tuple[int, list[Token]]:
        """Where the script that begins here ends, and the relation signs in it."""
        signs: list[Token] = []
        depth, scripted = 0, False
        for token in self.tokens(start, min(self.end, start + _SCRIPT)):
            if token.kind in UNSEEN:
                continue
            if not scripted and token.kind not in (Kind.SUB, Kind.SUP):
                return start, signs
            depth += (token.kind is Kind.LBRACE) - (token.kind is Kind.RBRACE)
            if scripted and depth == 0:
                return token.end, signs
            if token.kind in SIGNS and depth == 1:
                signs.append(token)
            scripted = True
        return start, signs

    def _environment(self, token: Token) -> None:
        name, begins = token.text, token.kind is Kind.BEGIN
        rows = name == "array" or (name == "cases" and not self.ink and self._is_system(token.end))
        if name in ROWS or (begins and rows and len(self.stack) == 1):
            self._blank(token)
            return
        if begins:
            self.ink.append(token)
            self._open_hard(token, name)
        elif self._close_hard(name) is not None:
            self.ink.append(token)
            self._keep_signs(self.stack.pop(), token, soft=False)
        elif name in ("array", "cases"):
            self._blank(token)
        else:
            self.ink.append(token)

    def _is_system(self, start: int) -> bool:
        """Whether the first row from here states a relation: a system of equations, and no values."""
        seen = (t for t in self.tokens(start, min(self.end, start + _SCRIPT)) if t.kind not in UNSEEN)
        for first, second in pairwise(seen):
            if first.kind in SIGNS or first.kind in (Kind.ALIGN, Kind.ROW):
                return first.kind in SIGNS or (first.kind is Kind.ALIGN and second.kind in SIGNS)
        return False

    def layout(self) -> Layout:
        self._drop(len(self.stack) - 1)
        marks = self.stack[0].marks
        self._blank_marks(marks)
        gone = sorted(self.blanks)
        return Layout(self.end, tuple(marks), _outside(self.ink, gone), tuple(gone), tuple(self.inner))


def _outside(ink: list[Token], blanks: list[Blank]) -> tuple[Token, ...]:
    """The tokens that no blank covers."""
    covered = {start for start, _ in blanks}
    return tuple(token for token in ink if token.start not in covered)
