r"""LaTeX as a terminal can show it: `\hat{x}_{i}` is x̂ᵢ, `\frac{\gamma}{m \sigma}` is γ/(m σ).

For eyes only, never read back. What it does not know it leaves alone: the answer is then
the LaTeX itself. Made from the table of commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from string import ascii_letters

from bnsym.latex.commands import TABLE, Kind

_SHOWN = (Kind.NAME, Kind.JOIN, Kind.MARK, Kind.SUM, Kind.MAX, Kind.OPEN, Kind.CLOSE, Kind.NORM, Kind.REL)
_SIGNS = {
    **{
        word[1:]: entry.unicode
        for entry in TABLE
        if entry.unicode and entry.kind in (*_SHOWN, Kind.SILENT, Kind.FORALL)
        for word in entry.spellings
        if word[0] == "\\"
    },
    ",": "",
    "!": "",
    ";": " ",
    ":": " ",
    " ": " ",
    "quad": "  ",
    "left": "",
    "right": "",
    "infty": "∞",
    "dots": "…",
    "det": "det ",
}
_ACCENTS = {word[1:]: e.unicode for e in TABLE if e.kind is Kind.ACCENT for word in e.spellings}
_PLAIN = frozenset({"mathrm", "text", "operatorname", "mathit", "mathsf"})
_ALPHABETS = {"mathbf": 0x1D400, "boldsymbol": 0x1D400, "mathcal": 0x1D49C}
_TAKEN = dict(zip("BEFHILMRego", "ℬℰℱℋℐℒℳℛℯℊℴ", strict=True))
"""Script letters that Unicode keeps elsewhere."""
_UP = dict(zip("0123456789+-=()ijnmTkab", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱʲⁿᵐᵀᵏᵃᵇ", strict=True))
_UP |= {"*": "*", "'": "′", "ᵀ": "ᵀ"}
_DOWN = dict(
    zip("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|\s+|.", re.DOTALL)


class _Unknown(Exception):
    """Something that has no plain form."""


def plain(text: str) -> str:
    """A sentence that has LaTeX between backticks."""
    parts = text.split("`")
    return "".join(unicode_math(part) if place % 2 else part for place, part in enumerate(parts))


@lru_cache(maxsize=4096)
def unicode_math(latex: str) -> str:
    """`latex` in Unicode; `latex` itself where some part of it has no plain form."""
    try:
        tokens = _Tokens(latex)
        shown = "".join(_pieces(tokens))
        if tokens.peek():
            return latex
    except (_Unknown, RecursionError):
        return latex
    return _tidy(shown)


def _tidy(text: str) -> str:
    """Single spaces, and none after ∂, ∇ and an opening bracket or before a closing one."""
    text = re.sub(r"([∂∇][²³]?|[⟨(]) +", r"\1", text)
    text = re.sub(r"‖ *([^‖]*?) *‖", r"‖\1‖", text)
    return re.sub(r" +", " ", re.sub(r" +(?=[⟩),])", "", text)).strip()


class _Tokens:
    def __init__(self, latex: str) -> None:
        self._tokens = _TOKEN.findall(latex)
        self._at = 0

    def peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def take(self) -> str:
        token = self.peek()
        self._at += 1
        return token

    def skip_space(self) -> None:
        while self.peek().isspace():
            self.take()


def _pieces(tokens: _Tokens) -> Iterator[str]:
    """Pieces up to the brace that closes this level."""
    while tokens.peek() not in ("", "}"):
        yield _piece(tokens)


def _piece(tokens: _Tokens) -> str:
    token = tokens.take()
    if token == "{":
        return _rest_of_group(tokens)
    if token in "^_":
        return _script(_argument(tokens), token)
    if token.startswith("\\"):
        return _command(token[1:], tokens)
    if token == "*":
        return "*"
    return " " if token.isspace() else f" {token} " if token in "=<>" else token


def _rest_of_group(tokens: _Tokens) -> str:
    inside = "".join(_pieces(tokens))
    if tokens.take() != "}":
        raise _Unknown
    return inside


def _argument(tokens: _Tokens) -> str:
    tokens.skip_space()
    if tokens.peek() in ("", "}", "^", "_"):
        raise _Unknown
    return _tidy(_piece(tokens))


def _command(name: str, tokens: _Tokens) -> str:
    if name in _SIGNS:
        return _SIGNS[name]
    if name in _ACCENTS:
        return _accented(_argument(tokens), _ACCENTS[name])
    if name in _PLAIN:
        return _argument(tokens)
    if name in _ALPHABETS:
        return "".join(_styled(char, _ALPHABETS[name]) for char in _argument(tokens))
    if name in ("frac", "dfrac", "tfrac"):
        above, below = _argument(tokens), _argument(tokens)
        return f"{_grouped(above, '+-=')}/{_grouped(below, '+-= /·')}"
    if name == "sqrt" and tokens.peek() != "[":
        return f"√{_grouped(_argument(tokens), '+-= /·')}"
    raise _Unknown


def _accented(base: str, mark: str) -> str:
    """The accent on the first letter: `\\hat{x_i}` is the hat of x."""
    if not base or not (base[0].isalpha() or base[0] in "∇∂"):
        raise _Unknown
    return base[0] + mark + base[1:]


def _styled(char: str, start: int) -> str:
    if start == _ALPHABETS["mathcal"] and char in _TAKEN:
        return _TAKEN[char]
    offset = ascii_letters.find(char)
    return chr(start + (offset + 26) % 52) if offset >= 0 else char


def _grouped(text: str, splitting: str) -> str:
    """In brackets, if it would otherwise fall apart beside a slash or under a root."""
    apart = any(char in splitting for char in text[1:]) and not _closed(text)
    return f"({text})" if apart else text


def _closed(text: str) -> bool:
    """Whether one pair of brackets holds all of `text`."""
    pairs = {"(": ")", "⟨": "⟩"}
    return text[0] in pairs and text.endswith(pairs[text[0]]) and text.count(text[0]) == 1


def _script(text: str, kind: str) -> str:
    """Raised or lowered letters where they all exist, else `^` or `_` with brackets as needed."""
    letters = {"^": _UP, "_": _DOWN}[kind]
    if all(char in letters for char in text):
        return "".join(letters[char] for char in text)
    return kind + (text if len(text) == 1 else f"({text})")
