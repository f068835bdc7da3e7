r"""Text → tokens with exact places: the one lexer of formulas.

Each stretch of a formula but white space is in one token, what TeX shows but does not mean as well
(spacing, labels, comments, sizes, alignment): it has a kind of its own. Never raises: what is not
known is a token of kind UNKNOWN, and whoever needs its meaning says so. Imports `commands` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bnsym.latex.commands import (
    BUILT_IN,
    BY_SPELLING,
    CLOSERS,
    INNER,
    ITALIC,
    OF_NUMBERS,
    ORDINARY,
    PAIRED,
    TAG,
    WORD,
    Command,
    Kind,
)
from bnsym.latex.words import Sense, is_label, sense


class Token(NamedTuple):
    """`text`: the canonical spelling, the name of an environment, or what was written."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def at(self) -> tuple[int, int]:
        return self.start, self.end

    def moved(self, offset: int) -> Token:
        return Token(self.kind, self.text, self.start + offset, self.end + offset)


UNSEEN = frozenset((Kind.SPACE, Kind.SIZE, Kind.LABEL, Kind.COLOUR))
"""What is passed over wherever it stands."""
GROUP = r"\{(?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+\}"
AMOUNT = (
    r"\\num\s*+\{[\d.eE+-]{1,40}\}"
    r"|(?<![A-Za-z.])\d{1,30}(?:\.\d{1,30})?+(?:[eE]|\\(?:mathrm|text)\{[eE]\})(?:[+-]?\d{1,2}"
    r"|\{[+-]?\d{1,2}\})(?![\w\\.^{])"
    r"|(?<![\w.}])\d{1,3}(?:\{,\}\d{3})*\{,\}000(?![\d.{])|(?<![\w.}])\d{1,3}(?:(?:\{,\}\d{3}){2,5}"
    r"|(?:\\,\d{3}){1,5})(?![\d.{])"
    r"|(?<![\w.}])(?:0\{,\}\d{1,30}|\d{1,30}\{,\}(?:\d{1,2}|\d{4,30}))(?![\d.{])"
)
"""Numbers that are more than digits and a point: `1e-5`, `\\num{1e-5}`, `1{,}000`, `0{,}5`. Which of the two
`1{,}234` is depends on the language, and is not read."""
_LEX = re.compile(
    r"\s*+(?:(?P<space>\\\s++|%[^\r\n]*+)"
    r"|(?P<edge>(?:\\left\s*+\\(?:\{|lbrace)\s*+)?\\begin\s*+\{[^{}]*+\}"
    r"|\\end\s*+\{[^{}]*+\}(?:\s*+\\right\s*+\.)?)"
    r"|(?P<negated>\\not\s*+(?:[=<>]|\\[A-Za-z]++))|(?P<colon>\\(?:vcentcolon|colon)\s*+=)"
    rf"|(?P<amount>{AMOUNT})"
    r"|(?P<command>\\(?:[A-Za-z]++|.))"
    r"|(?P<number>\d++(?:\.\d++)?|\.\d++)"
    r"|(?P<call>(?<![A-Za-z])(?:(?:[Mm]ean|avg|[Ss]um|[Vv]ar|diag|[Tt]r|std|sqrt|exp|log|ln|max|min|tanh?)"
    r"(?=\s*+(?:\\(?:left|[bB]igg?l?)\s*+)?[(\[])|E(?=\s*+(?:\\(?:left|[bB]igg?l?)\s*+)?\[)))"
    r"|(?P<word>(?<![A-Za-z])(?:[A-Za-z]{4,}|[A-Z]{3}|[BLGI]N|rms|[Cc]ov)(?=\s*+(?:\\(?:left|[bB]igg?l?)\s*+)?\())"
    r"|(?P<letter>[A-Za-z])|(?P<sign>&(?:lt|gt|amp);|::=|:\s*+&?\s*+=|=[=:>]|[<>]=|(?<![_^])\{\s*+(?::?="
    r"|[<>])\s*+\})"
    r"|(?P<other>.))",
    re.DOTALL,
)
_BARE = re.compile(r"[\s&]+")
_NAME_IN = re.compile(
    r"\s*+(?:\{\s*+(\\?[A-Za-z0-9](?:[A-Za-z0-9. -]|\\?_)*+)\s*+\}|(\\[A-Za-z]++|[A-Za-z0-9]))"
)
_ALL_OF_GROUP = re.compile(r"\s*+(\\?[A-Za-z0-9](?:[A-Za-z0-9]|\\_)*+)\s*+(?=\})")
_BRACED = re.compile(r"\s*+\{\s*+(\\?[A-Za-z0-9](?:[A-Za-z0-9]|\\_)*+)\s*+\}")
_GROUP_IN = re.compile(rf"\*?\s*+({GROUP})")
_PLACED = re.compile(r"\s*+\([^()]*+\)")
_SKIPPED = re.compile(r"\s*+(?:\{[^{}]*+\}|\[[^\[\]]*+\])")
_ROW_END = re.compile(r"\*?\s*+\[\s*+-?[\d.]*+\s*+[a-z]{2}\s*+\]|\*")
_DEGREE = re.compile(r"\s*+\[\s*+(\d{1,3})\s*+\]")
_AROUND = re.compile(r"\s*+\{\s*+(:?=|[<>])?\s*+\}")
_LETTERS = re.compile(r"\s*+(?:\{[\s.]*+[A-Za-z][^{}\\]*+\}|[A-Za-z])")
_ANGLE = re.compile(r"\s*+[<>]|\s*+\.")
_OVER_SIGN = re.compile(rf"\s*+({GROUP})\s*+(?:\{{\s*+([=<>]|:=|\\[A-Za-z]++)\s*+\}}|([=<>]|\\[A-Za-z]++))")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*+\{\s*+([A-Za-z]*)")
_COLUMNS = re.compile(rf"(?:\s*+\[[tcb]\])?(?:\s*+{GROUP})?")
_POSITION = re.compile(r"\s*+\[[tcb]\]")
_DEFINES = re.compile(r"\W*(?:\\\w+\s*\{)?\s*(?:def|defn|Def|DEF|\\triangle|\\Delta|△)\.?\W*")
_REMARK = re.compile(
    r"\{\s*(?:\(?(?:\d+[a-z]?|[a-h]|[ivx]+)\)|\d+|\*+"
    r"|\\[A-Za-z]+\s*\{(?![^{}]*(?:law|dist|unless|not))[^{}]*(?:\d|[A-Za-z]{2}|\([a-z]\))[^{}]*\})\s*\}"
)
"""What over a sign says why it holds, and not in what sense: not `d`, `?`, `in law`."""
_MIXED = re.compile(r"(\\[A-Za-z]+\s*\{)([^{}$]*)\$([^$]*)\$[\s.,;]*\}")
"""Words around one formula."""
_COMMAND = re.compile(r"\\[A-Za-z]+\s*")
_SIMPLE = {"space": Kind.SPACE, "letter": Kind.NAME, "number": Kind.NUMBER}
_OWN = {"{": Kind.LBRACE, "}": Kind.RBRACE, "_": Kind.SUB, "^": Kind.SUP, "'": Kind.PRIME}
_SINGLE = {
    **{word: (entry.kind, entry.value) for word, entry in BY_SPELLING.items() if len(word) == 1},
    **{word: (kind, word) for word, kind in _OWN.items()},
}
_WITH_COLUMNS = ("array", "alignat", "alignedat")


def lex(text: str, start: int = 0, end: int | None = None) -> Iterator[Token]:
    """The tokens of `text[start:end]`, each character in at most one."""
    end = len(text) if end is None else end
    position = start
    while (match := _LEX.match(text, position, end)) is not None:
        group = match.lastgroup or ""
        kind = _SIMPLE.get(group)
        if kind is not None:
            token = Token(kind, match[group], match.start(group), match.end())
        elif group == "other":
            token = Token(*_SINGLE.get(match[group], (Kind.UNKNOWN, match[group])), *match.span(group))
        else:
            token = _token(match, text, end)
        mixed = _MIXED.match(token.text) if token.kind is Kind.TEXT and "$" in token.text else None
        if mixed and sense(mixed[2].lower()) is Sense.CONDITION:
            yield from _condition(text, token, mixed)
        else:
            yield token
        position = token.end


def _condition(text: str, token: Token, mixed: re.Match[str]) -> Iterator[Token]:
    r"""`\text{if $a = 1$}` as `\text{if } a = 1 \text{}`."""
    opened, closed = (token.start + place for place in mixed.span(3))
    yield token._replace(text=f"{mixed[1]}{mixed[2]}}}", end=opened - 1)
    yield from lex(text, opened, closed)
    yield token._replace(text=f"{mixed[1]}}}", start=closed)


def _token(match: re.Match[str], text: str, limit: int) -> Token:
    group = match.lastgroup or ""
    word, (start, end) = match[group], match.span(group)
    match group:
        case "command":
            return _command(word, text, start, end, limit)
        case "call":
            kind, name = (
                (Kind.NAME, f"{WORD}{word}}}")
                if word in BUILT_IN or word in OF_NUMBERS
                else (Kind.UNKNOWN, word)
            )
            return Token(kind, name, start, end)
        case "amount":
            return Token(Kind.NUMBER, _amount(word), start, end)
        case "word":
            return Token(Kind.NAME, f"{WORD}{word}}}", start, end)
        case "edge":
            return _edge(word, text, start, end, limit)
        case "negated":
            return Token(*_negated(_BARE.sub("", word)), start, end)
    entry = BY_SPELLING.get(word) or BY_SPELLING[_BARE.sub("", word)]
    return Token(entry.kind, entry.value, start, end)


def _amount(word: str) -> str:
    """The number as digits, with a point and an exponent."""
    grouped = re.fullmatch(r"[1-9]\d{0,2}(?:\{,\}\d{3})+", word)
    digits = word.replace("{,}", "" if grouped else ".")
    return re.sub(r"\\(?:num|mathrm|text|,)|[{}\s]", "", digits)


def _negated(word: str) -> tuple[Kind, str]:
    entry = BY_SPELLING.get(word)
    return (entry.kind, entry.value) if entry else (Kind.REL, word)


def _edge(word: str, text: str, start: int, end: int, limit: int) -> Token:
    r"""`\begin{…}` or `\end{…}`, with the brace that opens or the point that closes what is around it."""
    found = _ENVIRONMENT.search(word)
    which, name = found.groups() if found else ("begin", "")
    if which == "begin":
        after = _COLUMNS if name in _WITH_COLUMNS else _POSITION
        taken = after.match(text, end, limit)
        end = taken.end() if taken else end
    return Token(Kind.BEGIN if which == "begin" else Kind.END, name, start, end)


def _command(word: str, text: str, start: int, end: int, limit: int) -> Token:
    entry = BY_SPELLING.get(word)
    if entry is None:
        return Token(Kind.UNKNOWN, word, start, end)
    take = _TAKES.get(entry.kind)
    return take(entry, word, text, start, end, limit) if take else Token(entry.kind, entry.value, start, end)


def _font(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    r"""`\mathbf{x}` is one name; a font of more is a command with an argument."""
    match = _NAME_IN.match(text, end, limit)
    argument = (match.group(1) or match.group(2)) if match else ""
    letter = BY_SPELLING.get(argument)
    if match is None or (argument[:1] == "\\" and (letter is None or letter.kind is not Kind.NAME)):
        return Token(Kind.FONT, entry.value, start, end)
    return Token(Kind.NAME, _named(entry, argument), start, match.end())


def _named(entry: Command, argument: str) -> str:
    inside = argument.replace(" ", "").replace("\\_", "_").replace("_", "\\_")
    if entry.value == ITALIC:
        return inside if len(inside) == 1 else f"{WORD}{inside}}}"
    return f"{entry.value}{{{inside}}}"


def _switch(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    r"""`{\rm inv}` is `\mathrm{inv}`, and so is `\rm{inv}`; upright letters without a group may be words."""
    opened = text[max(0, start - 8) : start].rstrip().endswith("{")
    match = (opened and _ALL_OF_GROUP.match(text, end, limit)) or _BRACED.match(text, end, limit)
    if match is None:
        return Token(Kind.UNKNOWN if entry.value.startswith(WORD[:-1]) else Kind.SPACE, word, start, end)
    return Token(Kind.NAME, _named(entry, match[1]), start, match.end())


def _words(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    match = _GROUP_IN.match(text, end, limit)
    if match is None:
        return _font(entry, word, text, start, end, limit)
    return Token(Kind.TEXT, text[start : match.end()], start, match.end())


def _label(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    """A label; a tag that says more of the formula is words."""
    match = _GROUP_IN.match(text, end, limit) or _PLACED.match(text, end, limit)
    end = match.end() if match else end
    if word == TAG and match and not is_label(match.group(1)[1:-1].replace("$", "").strip().lower()):
        return Token(Kind.TEXT, text[start:end].replace("$", ""), start, end)
    return Token(Kind.LABEL, word, start, end)


def _spaced(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    r"""`\mathrel{=}` is the sign, `\mathrel{}` nothing, `\mathbin{op}` an operator that is not known; around
    anything else it changes nothing."""
    match = _AROUND.match(text, end, limit)
    if match is None:
        letters = _LETTERS.match(text, end, limit) if word != ORDINARY else None
        known = Kind.UNKNOWN if letters else Kind.SPACE
        return Token(
            known, text[start : letters.end()] if letters else word, start, letters.end() if letters else end
        )
    sign = BY_SPELLING.get(match.group(1) or "")
    return Token(sign.kind if sign else Kind.SPACE, sign.value if sign else word, start, match.end())


def _colour(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    match = _SKIPPED.match(text, end, limit)
    return Token(Kind.COLOUR, word, start, match.end() if match else end)


def _size(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    r"""A size; with the point that stands for no bracket, or as the bracket that `<` is after it."""
    match = _ANGLE.match(text, end, limit)
    mark = match.group().strip() if match else ""
    if match is None or (mark == "." and entry.value not in PAIRED):
        return Token(Kind.SIZE, word, start, end)
    angle = {"<": (Kind.OPEN, INNER), ">": (Kind.CLOSE, CLOSERS[INNER])}.get(mark, (Kind.SIZE, word))
    return Token(*angle, start, match.end())


def _row(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    match = _ROW_END.match(text, end, limit) if entry.arity == 0 else _GROUP_IN.match(text, end, limit)
    end = match.end() if match else end
    return Token(Kind.ROW, text[start:end] if entry.arity else word, start, end)


def _root(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    match = _DEGREE.match(text, end, limit)
    return Token(Kind.SQRT, match.group(1) if match else "2", start, match.end() if match else end)


def _overset(entry: Command, word: str, text: str, start: int, end: int, limit: int) -> Token:
    """A sign with something above it: a definition, a sign with a remark, or a relation of its own."""
    match = _OVER_SIGN.match(text, end, limit)
    sign = BY_SPELLING.get(match.group(2) or match.group(3) or "") if match else None
    if match is None or sign is None or sign.kind not in (Kind.REL, Kind.SILENT):
        return Token(Kind.UNKNOWN, word, start, end)
    kind, above, value = Kind.REL, match.group(1), text[start : match.end()]
    if sign.kind is Kind.SILENT:
        kind, value = sign.kind, sign.value
    elif _DEFINES.fullmatch(above[1:-1]) and sign.value == "=":
        value = ":="
    elif _REMARK.fullmatch(above) and is_label(_COMMAND.sub("", above).strip(" {}").lower()):
        kind, value = sign.kind, sign.value
    return Token(kind, value, start, match.end())


_TAKES = {
    Kind.FONT: _font,
    Kind.SWITCH: _switch,
    Kind.TEXT: _words,
    Kind.LABEL: _label,
    Kind.SPACED: _spaced,
    Kind.COLOUR: _colour,
    Kind.SIZE: _size,
    Kind.ROW: _row,
    Kind.SQRT: _root,
    Kind.OVERSET: _overset,
}
