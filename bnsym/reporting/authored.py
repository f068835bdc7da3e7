r"""The author's own LaTeX, let through token by token: what the reader's whitelist knows, and nothing else.

What the reader overlooks (labels, comments, words) is left out; sizes and spacing stay, and
so do the author's line breaks. Whatever comes from here is safe to put into a document: no
`\input`, `\def` or `\csname` can be in it, nor a character outside ASCII. Imports the
tokens of reading only.
"""

from __future__ import annotations

import re

from bnsym.latex.commands import BY_SPELLING, FOREIGN, MEMBER, ORDERS, Kind, spellings
from bnsym.latex.errors import ReadError
from bnsym.latex.grouping import tokenize
from bnsym.reporting.well_formed import is_well_formed

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
