r"""The author's own LaTeX, let through token by token: what the reader's whitelist knows, and nothing else.

What the reader overlooks (labels, comments, words) is left out; sizes and spacing stay, and
so do the author's line breaks. Whatever comes from here is safe to put into a document: no
`\input`, `\def` or `\csname` can be in it, nor a character outside ASCII, and TeX can set it: braces and
`\left` pair, and every command and script has what it takes. Imports the tokens of reading only.
"""

from __future__ import annotations

import re

from bnsym.latex.commands import BY_SPELLING, FOREIGN, MEMBER, ORDERS, Kind, spellings
from bnsym.latex.errors import ReadError
from bnsym.latex.grouping import tokenize

DEEPEST = 60
"""TeX holds about 250 groups, and a delimiter is one."""
_UNIT = re.compile(r"\\[A-Za-z]+|\\.|\S", re.DOTALL)
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
        self.tokens: list[str] = [*_UNIT.findall(latex), ""]
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


BREAK = "\\\\"
"""Between the lines of what `authored` returns."""
_SIZES = frozenset(word[1:] for word in spellings(Kind.SIZE))
_SPACING = "quad qquad , ; : ! >".split()
_DROPPED = ("boxed", "limits", "nolimits", "displaystyle", "textstyle")
_TERMS = (
    *(Kind.NAME, Kind.ACCENT, Kind.FONT, Kind.TEXT, Kind.FRAC),
    *(Kind.SQRT, Kind.SUM, Kind.MAX, Kind.JOIN, Kind.MARK),
    *(Kind.SILENT, Kind.IMPLIES, Kind.FORALL, Kind.OPERATOR, Kind.REFUSED),
)
_BRACKETS = (Kind.OPEN, Kind.CLOSE, Kind.NORM, Kind.ABS, Kind.SIZE)
_SIGNS = frozenset(word for one in ("=", MEMBER, *ORDERS) for word in BY_SPELLING[one].spellings)
_KEPT = (
    frozenset(word[1:] for word in (spellings(*_TERMS, *_BRACKETS) | _SIGNS) - FOREIGN)
    | frozenset((*_SPACING, "mathstrut", "thinspace"))
) - frozenset((*_DROPPED, *"bcancel cancel xcancel sout vartriangleq xrightarrow".split()))
_PRINTED = frozenset(("delta",))
"""What the program's own lines hold besides."""
_TOKEN = re.compile(r"%[^\n]*|\\(?:left|right|middle)\s*\.|\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)
_CHARACTERS = frozenset("+-*/()[]{}^_',|=<>.;:! ")
_BRACKET = re.compile(r"\\(?:left|right|middle|[A-Za-z]+|.)|[{}]", re.DOTALL)
_AFTER_PRIME = re.compile(r"(?<=') (?=[\^'])")
"""A space for which TeX takes the script as a second one."""
_SCRIPT_AT_END = re.compile(r"([\^_] ?(?:\{[^{}]*\}|[^\\{}])) ?(?=\} ?[\^_])")
"""A script that ends a group with a script: where a lone accent has it, TeX takes both for the accent's."""
_SIZE = re.compile(r"\\(?:left|right|middle)(?![A-Za-z])\s*\.?")


class Barred(ValueError):
    """A token that is not on the whitelist."""


def safe_math(latex: str) -> str:
    """`latex`, every token of which is known, and which TeX can set. Raises Barred."""
    if "^^" in latex:  # with which TeX writes any character at all
        raise Barred("two carets in a row")
    for match in _TOKEN.finditer(latex):
        token = match.group()
        if token[0] == "\\":
            name = token[1:] if len(token) == 2 else token[1:].rstrip(" .")
            known = name in _KEPT or name in _PRINTED or name == " "
        else:
            known = token.isspace() or (token.isascii() and (token.isalnum() or token in _CHARACTERS))
        if not known:
            raise Barred(f"{token!r} is not known")
    spaced = _AFTER_PRIME.sub("", " ".join(latex.split()))  # with which none ends in the backslash of `\ `
    if not is_well_formed(spaced):
        raise Barred("braces, brackets or scripts that don't pair")
    return _SCRIPT_AT_END.sub(r"\1{}", spaced)


def authored(text: str, masked: str) -> tuple[str, ...]:
    """The lines of one expression as the author wrote them; `masked` is what the reader saw of it.
    Raises Barred where the reader could not have read it."""
    try:
        tokenize(masked)
    except ReadError as error:
        raise Barred(str(error)) from error
    lines = "".join(_let_through(text, masked)).split(BREAK)
    return tuple(safe_math(_paired(line)) for line in lines if line.strip()) or ("",)


def _let_through(text: str, masked: str) -> list[str]:
    """Tokens that were read, and those of the layout; a break inside braces is none."""
    kept: list[str] = []
    depth = 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        read = not masked[match.start() : match.end()].isspace()
        depth += read * ((token == "{") - (token == "}"))
        if token == BREAK:
            kept.append(BREAK if depth == 0 else " ")
        elif token.isspace() or not read:
            kept.append(token if _is_layout(token) else " ")
        else:
            kept.append(" " if token[1:] in _DROPPED else token)
    return kept


def _is_layout(token: str) -> bool:
    return token[0] == "\\" and token[1:].rstrip(" .\n\t") in (*_SIZES, *_SPACING)


def _paired(line: str) -> str:
    r"""Without `\left` and `\right` where they don't pair within the line and its braces."""
    opened: list[str] = []
    for match in _BRACKET.finditer(line):
        token = match.group()
        if token in ("{", r"\left"):
            opened.append(token)
        elif token in ("}", r"\right"):
            if not opened or opened.pop() != ("{" if token == "}" else r"\left"):
                return _SIZE.sub("", line)
        elif token == r"\middle" and opened[-1:] != [r"\left"]:
            return _SIZE.sub("", line)
    return _SIZE.sub("", line) if opened else line
