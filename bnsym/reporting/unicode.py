r"""LaTeX as a terminal can show it: `\hat{x}_{i}` is x̂ᵢ, `\frac{\gamma}{m \sigma}` is γ/(m σ).

For eyes only, never read back. What it does not know it leaves alone: the answer is then
the LaTeX itself. Made from the table of commands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

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
_ALPHABETS = {"mathbf": "bold", "boldsymbol": "bold", "mathcal": "script"}
_UP = dict(zip("0123456789+-=()ijnmTkab", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁱʲⁿᵐᵀᵏᵃᵇ", strict=True))
_UP |= {"*": "*", "'": "′", "ᵀ": "ᵀ"}
_DOWN = dict(
    zip("0123456789+-=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ", strict=True)
)
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[{}^_]|\s+|.", re.DOTALL)


class _Unknown(Exception):
    """Something that has no plain form."""


def plain(text: str) -> str:
    """A sentence that has LaTeX between backticks, without these."""
    return marked(text).replace("`", "")


def marked(text: str) -> str:
    """The same, with the backticks."""
    parts = text.split("`")
    return "`".join(unicode_math(part) if place % 2 else part for place, part in enumerate(parts))


@lru_cache(maxsize=4096)
def unicode_math(latex: str) -> str:
    """`latex` in Unicode; `latex` itself where some part of it has no plain form."""
    try:
        tokens = ["", *_TOKEN.findall(latex)[::-1]]  # the next one last
        shown = "".join(_pieces(tokens))
        if tokens[-1]:
            return latex
    except (_Unknown, RecursionError):
        return latex
    return _tidy(shown)


def _tidy(text: str) -> str:
    """Single spaces, and none after ∂, ∇ and an opening bracket or before a closing one."""
    text = re.sub(r"([∂∇][²³]?|[⟨(]) +", r"\1", text)
    text = re.sub(r"‖ *([^‖]*?) *‖", r"‖\1‖", text)
    return re.sub(r" +", " ", re.sub(r" +(?=[⟩),])", "", text)).strip()


def _pieces(tokens: list[str]) -> Iterator[str]:
    """Pieces up to the brace that closes this level."""
    while tokens[-1] not in ("", "}"):
        yield _piece(tokens)


def _piece(tokens: list[str]) -> str:
    token = tokens.pop()
    if token == "{":
        return _rest_of_group(tokens)
    if token in "^_":
        return _script(_argument(tokens), token)
    if token.startswith("\\"):
        return _command(token[1:], tokens)
    if token == "*":
        return "*"
    return " " if token.isspace() else f" {token} " if token in "=<>" else token


def _rest_of_group(tokens: list[str]) -> str:
    inside = "".join(_pieces(tokens))
    if tokens.pop() != "}":
        raise _Unknown
    return inside


def _argument(tokens: list[str]) -> str:
    while tokens[-1].isspace():
        tokens.pop()
    if tokens[-1] in ("", "}", "^", "_"):
        raise _Unknown
    return _tidy(_piece(tokens))


def _command(name: str, tokens: list[str]) -> str:
    if name in _SIGNS:
        return _SIGNS[name]
    if name in _ACCENTS:
        return _accented(_argument(tokens), _ACCENTS[name])
    if name in _PLAIN:
        return _argument(tokens)
    if name in _ALPHABETS:
        return "".join(styled(char, _ALPHABETS[name]) for char in _argument(tokens))
    if name in ("frac", "dfrac", "tfrac"):
        above, below = _argument(tokens), _argument(tokens)
        return f"{_grouped(above, '+-=')}/{_grouped(below, '+-= /·')}"
    if name == "sqrt" and tokens[-1] != "[":
        return f"√{_grouped(_argument(tokens), '+-= /·')}"
    raise _Unknown


def _accented(base: str, mark: str) -> str:
    """The accent on the first letter: `\\hat{x_i}` is the hat of x."""
    if not base or not (base[0].isalpha() or base[0] in "∇∂"):
        raise _Unknown
    return base[0] + mark + base[1:]


def styled(letter: str, variant: str) -> str:
    """The letter's own sign in Unicode for a style such as `bold-italic`; itself where there is none."""
    named = unicodedata.name(letter, "").removeprefix("LATIN ").removeprefix("GREEK ").replace(" LETTER", "")
    style = variant.upper().replace("BOLD-", "BOLD ")
    for whole in (f"MATHEMATICAL {style} {named}", f"{style} {named}"):
        try:
            return unicodedata.lookup(whole) if style else letter
        except KeyError:
            continue
    return letter


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
