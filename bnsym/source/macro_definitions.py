r"""What a LaTeX file's definitions say: `\newcommand` and its kin, `\def`, `\let`, `\DeclareMathOperator`,
`\DeclarePairedDelimiter`; and the groups of braces that they, and calls, are made of.

What asks for more is Unfit, with the reason in words. Imports nothing of the package.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

OPTIONAL = re.compile(r"\s*+\[([^\[\]]*+)\]")
_COUNT = re.compile(r"\s*+\[\s*+([0-9])\s*+\]")
_PARAMETERS = re.compile(r"(?:#[1-9])*(?=\s*\{)")
_LET = re.compile(r"\s*+=?\s*+(?P<other>\\[A-Za-z]++|\\.|[^\s\\])")
_LINE_END = re.compile(r"%[^\n]*+\n?[ \t]*+")
_NESTED = re.compile(r"##|\\(?:[gex]?def|let|(?:re)?newcommand|providecommand)(?![A-Za-z])")
_BRACES = re.compile(r"\\.|%[^\n]*+|[{}]", re.DOTALL)
_COMMENTED = re.compile(r"\s*+%[^\n]*+\n")
_SINGLE = re.compile(r"\s*+(\\[A-Za-z]++|\\.|[^\s{}])", re.DOTALL)


class Unfit(Exception):
    """A definition or a call that is not understood."""


@dataclass(frozen=True, slots=True)
class Macro:
    """What a command stands for; `refused` says why it can't be written out."""

    body: str = ""
    count: int = 0
    default: str | None = None
    """Of its first argument, which then stands in brackets."""
    sized: bool = False
    """Whether a star or a size in brackets may come before its arguments, and changes no meaning."""
    refused: str = ""
    hides: bool = False
    """Whether what is refused may hold a display formula, which would go unseen."""


def defined(text: str, definer: str, end: int, known: dict[str, Macro]) -> tuple[Macro, int]:
    """What is defined, by what stands after its name. Raises Unfit."""
    match definer:
        case "def":
            signs = _PARAMETERS.match(text, end)
            if signs is None:
                raise Unfit("its parameters are set off by other signs")
            body, end = group(text, signs.end())
            return Macro(body_of(body), len(signs.group()) // 2), end
        case "let":
            other = _LET.match(text, end)
            if other is None:
                raise Unfit(r"what `\let` makes it the same as is missing")
            return known.get(other["other"][1:], Macro(other["other"])), other.end()
        case "DeclareMathOperator":
            body, end = group(text, end)
            return Macro(rf"\operatorname{{{body}}}"), end
        case "DeclarePairedDelimiter":
            left, end = group(text, end)
            right, end = group(text, end)
            return Macro(f"{left} #1 {right}", 1, sized=True), end
        case _ if definer.endswith("DocumentCommand"):
            kinds, end = group(text, end)
            if kinds.replace("m", "").strip():
                raise Unfit("it has arguments of other kinds than m")
            body, end = group(text, end)
            return Macro(body_of(body), kinds.count("m")), end
        case _ if definer.endswith("newcommandx") or definer in ("edef", "gdef", "xdef"):
            raise Unfit(rf"`\{definer}` is not followed")
    count, default, end = parameters(text, end)
    body, end = group(text, end)
    return Macro(body_of(body), count, default), end


def parameters(text: str, end: int) -> tuple[int, str | None, int]:
    """`[2][default]`, each where it is there."""
    count = _COUNT.match(text, end)
    if count is None:
        return 0, None, end
    default = OPTIONAL.match(text, count.end())
    found = default.group(1) if default else None
    return int(count.group(1)), found, default.end() if default else count.end()


def body_of(text: str) -> str:
    body = _LINE_END.sub("", text)
    if _NESTED.search(body):
        raise Unfit("it defines something itself")
    return " ".join(body.split("\n"))


# Braces


def group(text: str, start: int) -> tuple[str, int]:
    """What stands between the next braces, and where they end."""
    while start < len(text) and text[start].isspace():
        start += 1
    if text[start : start + 1] != "{":
        raise Unfit("what it stands for is not in braces")
    end = _partner(text, start)
    return text[start + 1 : end], end + 1


def past(text: str, end: int) -> int:
    """Past the groups of a definition that is refused."""
    open_brace = text.find("{", end)
    try:
        while open_brace >= 0:
            end = _partner(text, open_brace) + 1
            following = re.compile(r"[ \t]*\n?[ \t]*(?=\{)").match(text, end)
            open_brace = following.end() if following else -1
    except Unfit:
        return len(text)
    return end


def _partner(text: str, start: int) -> int:
    """Where the brace that opens at `start` is closed."""
    found = _partners(text).get(start)
    if found is None:
        raise Unfit("its braces are not closed")
    return found


@lru_cache(maxsize=64)
def _partners(text: str) -> dict[int, int]:
    """Of each brace that is closed, where; found in one pass."""
    opened: list[int] = []
    found: dict[int, int] = {}
    for match in _BRACES.finditer(text):
        if match.group() == "{":
            opened.append(match.start())
        elif match.group() == "}" and opened:
            found[opened.pop()] = match.start()
    return found


def argument(text: str, end: int) -> tuple[tuple[int, int], int]:
    """What stands in the next braces, or the next token, and where it ends."""
    while comment := _COMMENTED.match(text, end):
        end = comment.end()
    single = _SINGLE.match(text, end)
    if single:
        return single.span(1), single.end()
    start = end
    while start < len(text) and text[start].isspace():
        start += 1
    if text[start : start + 1] != "{" or text.count("\n\n", end, start):
        raise Unfit("an argument is missing where it is used")
    close = _partner(text, start)
    return (start + 1, close), close + 1
