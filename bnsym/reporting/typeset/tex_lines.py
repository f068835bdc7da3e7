r"""Text as LaTeX that pdflatex sets as it stands: nothing in it is a command; and formulas that are
too long for a line, divided before their sums' signs. Imports nothing of the package.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_SPECIAL = {
    "\\": r"\ensuremath{\backslash}",
    "{": r"\{",
    "}": r"\}",
    "~": r"\ensuremath{\sim}",
    "^": r"\^{}",
    '"': "''",
    "`": "`{}",
    "'": "'{}",
    "-": "{-}",
    **{char: rf"\ensuremath{{{char}}}" for char in "<>|"},
    "$": r"\ensuremath{\mathdollar}",
    **{char: f"\\{char}" for char in "#%&_"},
}
"""In Computer Modern only: pdflatex has no other scalable font without further packages, and a line that
microtype stretches can't have one that does not scale, such as that of `\\$`."""
_GREEK = {char: unicodedata.name(char).rpartition(" ")[2] for char in "αβγδζηθικλμνξπρστυχψωΓΔΘΛΞΠΣΦΨΩ"}
_GREEK = {char: name.title() if char.isupper() else name.lower() for char, name in _GREEK.items()}
_GREEK |= {"λ": "lambda", "Λ": "Lambda", "ε": "varepsilon", "φ": "varphi", "ϵ": "epsilon"}
_SIGNS = dict(
    zip(
        "∂∇∑∏≤≥≠≡≈∈∀∞·×±−⟨⟩‖√→⇒⊤ℓ…",
        "partial nabla sum prod le ge ne equiv approx in forall infty cdot times pm - langle rangle Vert surd"
        " rightarrow Rightarrow top ell ldots".split(),
        strict=True,
    )
)
_MATH = {char: "-" if name == "-" else f"\\{name}" for char, name in (_GREEK | _SIGNS).items()}
_QUOTES = {"‘": "`", "’": "'", "“": "``", "”": "''", "–": "--", "—": "---", "\u00a0": "~"}
_ACCENTS = {"\u0302": r"\hat", "\u0304": r"\bar", "\u0303": r"\tilde", "\u0307": r"\dot", "\u20d7": r"\vec"}
_TEXT_ACCENTS = {"\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0308": '"', "\u0327": "c"}
_SCRIPTS = ("SUPERSCRIPT", "^"), ("SUBSCRIPT", "_"), ("MODIFIER LETTER", "^")


def escaped(text: str) -> str:
    """`text` as LaTeX text. A character that Computer Modern lacks is `\\bnsymunicode{its number}`."""
    composed = unicodedata.normalize("NFC", text)
    found: list[str] = []
    for position, char in enumerate(composed):
        if char in _ACCENTS:
            continue
        following = composed[position + 1 : position + 2]
        found.append(_character(char, _ACCENTS.get(following, "")))
    return "".join(found)


def _character(char: str, accent: str) -> str:
    if accent and (char in _MATH or (char.isascii() and char.isalpha())):
        return rf"\ensuremath{{{accent}{{{_MATH.get(char, char)}}}}}"
    if char in _SPECIAL:
        return _SPECIAL[char]
    if char.isascii():
        return char if char.isprintable() else " "
    if char in _MATH:
        return rf"\ensuremath{{{_MATH[char]}}}"
    return _QUOTES.get(char) or _script(char) or _accented(char) or rf"\bnsymunicode{{{ord(char):04X}}}"


def _script(char: str) -> str:
    """`²` is `^{2}`: Unicode says what is raised or lowered in it."""
    kind, _, plain = unicodedata.decomposition(char).partition(" ")
    letter = chr(int(plain, 16)) if kind in ("<super>", "<sub>") and " " not in plain else ""
    inner = _MATH.get(letter, letter)
    if not inner or not (inner in _MATH.values() or (inner.isascii() and inner.isalnum())):
        return ""
    return rf"\ensuremath{{{'^' if kind == '<super>' else '_'}{{{inner}}}}}"


def _accented(char: str) -> str:
    """`é` is an e with its accent."""
    base, *marks = list(unicodedata.normalize("NFD", char))
    command = _TEXT_ACCENTS.get("".join(marks), "")
    return rf"\{command}{{{base}}}" if command and base.isascii() and base.isalpha() else ""


# Long formulas

ROOM = 62
"""What a line holds, in letters' widths."""
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\s]", re.DOTALL)
_INVISIBLE = frozenset("left right big Big bigg Bigg bigl bigr Bigl Bigr , ; : !".split())
_OPENING = frozenset(["(", "[", "{", *(rf"\{name}" for name in ("langle", "{", "lbrace", "left", "lVert"))])
_CLOSING = frozenset([")", "]", "}", *(rf"\{name}" for name in ("rangle", "}", "rbrace", "right", "rVert"))])
_GROUP = re.compile(
    r"\\[dt]?frac\s*(?:\{([^{}]*)\}|(\w))\s*(?:\{([^{}]*)\}|(\w))|(?<!frac)(?<!\})\{([^{}]*)\}"
)
"""A fraction with nothing in braces inside it; else braces with none inside that are no part of one."""
_BARS = frozenset((r"\Vert", r"\|", "|", r"\vert"))


def divided(latex: str, room: int = ROOM) -> list[str]:
    """`latex` in lines of about `room`, each begun by a sign of its outermost sum where it was too long."""
    lines: list[str] = []
    for term in _terms(latex):
        if lines and width(lines[-1]) + width(term) <= room:
            lines[-1] += term
        else:
            lines.append(term)
    return lines


def _terms(latex: str) -> Iterator[str]:
    """The summands, signs before them, spaces kept."""
    depth = start = 0
    barred = False
    for match in _TOKEN.finditer(latex):
        token = match.group()
        depth += (token in _OPENING) - (token in _CLOSING)
        barred ^= token in _BARS
        before = latex[start : match.start()].strip()
        if token in "+-" and not (depth or barred) and before and before[-1] not in "=(+-^_":
            yield latex[start : match.start()]
            start = match.start()
    yield latex[start:]


def width(latex: str) -> int:
    """About how many letters wide: a fraction is as wide as its wider part."""
    while (shorter := _GROUP.sub(_as_digits, latex)) != latex:
        latex = shorter
    return _width(latex)


def _as_digits(group: re.Match[str]) -> str:
    """Digits, since letters would go on with the name of a command before them."""
    return "1" * max(_width(part) for part in group.groups() if part is not None)


def _width(flat: str) -> int:
    tokens = _TOKEN.findall(flat)
    wide = sum(t in "+-=<>" or t in (r"\le", r"\ge") for t in tokens) + 2 * tokens.count(r"\sum")
    return wide + sum(t not in "^_{}" and t[1:] not in _INVISIBLE for t in tokens)
