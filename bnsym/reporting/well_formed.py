r"""Whether TeX can set a formula: braces and `\left` pair, and every command and script has what it takes.

Nothing is read for its sense. Imports the tokens of reading only.
"""

from __future__ import annotations

import re

from bnsym.latex.commands import BY_SPELLING, Kind, spellings

DEEPEST = 60
"""TeX holds about 250 groups, and a delimiter is one."""
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
_TEXT = spellings(Kind.TEXT)
_ACCENTS = spellings(Kind.ACCENT)
_ONE = _ACCENTS | spellings(Kind.FONT) | {r"\boxed"}
_TWO = spellings(Kind.FRAC)
_BARE = frozenset(
    word
    for word in spellings(Kind.NAME, Kind.MARK, Kind.JOIN)
    if not BY_SPELLING[word].value.startswith(r"\mathrm{")
)
r"""Commands that are one sign each, and so an argument without braces around them; `\exp` is a word."""
_BARE_SCRIPTS = (spellings(Kind.FONT) | _TEXT | {r"\frac"}) - frozenset(
    (r"\operatorname", r"\boldsymbol", r"\bm", r"\pmb", r"\mbox", r"\hbox")
)
"""Commands with arguments that may be an index without braces around them."""
_BIG = frozenset(f"\\{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))
_LIMITS = frozenset((r"\limits", r"\nolimits"))
_TAKE_LIMITS = frozenset((r"\sum", r"\max", r"\min", r"\prod", r"\int"))
_DELIMITERS = frozenset(
    r". ( ) [ ] | / < > \{ \} \| \langle \rangle \lbrace \rbrace \lVert \rVert \Vert \vert \lvert \rvert"
    r" \lbrack \rbrack \lfloor \rfloor \lceil \rceil \backslash".split()
)
_SCRIPTS = ("^", "_", "'")
_NEVER_FIRST = frozenset(("", "}", "&", *_SCRIPTS))
"""What no argument begins with."""


class _IllFormed(Exception):
    pass


def is_well_formed(latex: str) -> bool:
    try:
        _Formula(latex).whole()
    except _IllFormed:
        return False
    return True


class _Formula:
    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = [*_TOKEN.findall(latex), ""]
        self.at = 0
        self.depth = 0
        self.accents = 0
        """How many were read."""

    @property
    def token(self) -> str:
        return self.tokens[self.at]

    def whole(self) -> None:
        self.items("")

    def items(self, closing: str) -> None:
        """As many as there are before `closing`, and that."""
        scripts, before = "", ""
        self.depth += 1
        while self.token != closing:
            token = self.token
            if self.depth > DEEPEST or (token in _LIMITS and before not in _TAKE_LIMITS):
                raise _IllFormed
            where = "^" if token == "'" else token
            if where in scripts and (before, where) != ("'", "^"):  # twice
                raise _IllFormed
            scripts += where * (token in _SCRIPTS)
            if token in ("^", "_"):
                self.at += 1
                self.script(primed=before == "'")
            elif token == r"\middle" and closing == r"\right":
                self.delimiter()
                scripts = ""
            elif token == "'" or token in _LIMITS:
                self.at += 1
            else:
                scripts = ""
                self.item()
            before = token
        self.depth -= 1
        self.at += 1

    def item(self) -> None:
        token = self.token
        if token in ("", "}", "&", "\\", r"\right", r"\middle"):
            raise _IllFormed
        if token == r"\left":
            self.delimiter()
            self.items(r"\right")
            self.at -= 1
            self.delimiter()
        elif token in _BIG:
            self.delimiter()
        else:
            self.at += 1
            self.arguments(token)

    def arguments(self, token: str) -> None:
        if token == "{":
            self.items("}")
        elif token in _TEXT:
            self.words()
        elif token == r"\sqrt":
            if self.token == "[":
                self.at += 1
                self.items("]")
            self.argument()
        before = self.accents
        for _ in range((token in _ONE) + 2 * (token in _TWO)):
            self.argument()
        if token in _ACCENTS and self.accents - before > 1:  # TeX can't place the outer one
            raise _IllFormed
        self.accents += token in _ACCENTS

    def argument(self) -> None:
        token = self.token
        if token in _NEVER_FIRST or (token[0] == "\\" and token not in _BARE):
            raise _IllFormed
        self.item()

    def script(self, *, primed: bool) -> None:
        """Behind a prime TeX takes one token or group."""
        if self.token in _BARE_SCRIPTS and not primed:
            self.item()
        else:
            self.argument()

    def words(self) -> None:
        """A group of letters and signs: nothing that only formulas have."""
        if self.token != "{":
            raise _IllFormed
        self.at += 1
        while self.token != "}":
            if self.token in ("", "{", "^", "_", "&") or self.token[0] == "\\":
                raise _IllFormed
            self.at += 1
        self.at += 1

    def delimiter(self) -> None:
        """The command that stands here, and the delimiter that it takes."""
        self.at += 1
        if self.token not in _DELIMITERS:
            raise _IllFormed
        self.at += 1
