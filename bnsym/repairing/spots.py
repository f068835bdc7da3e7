r"""Where an author's expression can be changed: each part of it, by the stretch of text that it fills.

Text and surface tree only, no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bnsym.latex.ast import (
    BigSum,
    Derivative,
    Inner,
    Node,
    Norm,
    Number,
    Paren,
    Plus,
    Power,
    Product,
    Quotient,
    Root,
    Symbol,
    Transpose,
    children,
)
from bnsym.latex.errors import ReadError
from bnsym.latex.parser import parse

_SIZING = re.compile(r"\\(?:left|right|middle|[bB]igg?[lrm]?)\s*\\?$")
_WORD = re.compile(r"\\[A-Za-z]+$")


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of an expression: `text[start:end]`, with the braces and sizes that belong to it."""

    node: Node
    start: int
    end: int
    holder: Node | None
    """What it stands directly in."""
    terms: tuple[tuple[int, int, int], ...] = ()
    """Of a sum, see `terms_of`."""


def spots(text: str) -> list[Spot]:
    """All parts of an expression, outermost first; none if it is no expression at all."""
    try:
        return list(_walk(text, parse(text), None))
    except (ReadError, RecursionError):
        return []


def _walk(text: str, node: Node, holder: Node | None) -> Iterator[Spot]:
    start, end = extent(text, node)
    yield Spot(node, start, end, holder, terms_of(text, node) if isinstance(node, Plus) else ())
    match node:
        case Symbol() | Number():
            return
        case Derivative(_, by, _):
            inside: tuple[Node, ...] = by
        case Power(base, _):
            inside = (base,)
        case BigSum(body=body):
            inside = (body,)
        case _:
            inside = children(node)
    for child in inside:
        yield from _walk(text, child, node)


def terms_of(text: str, node: Plus) -> tuple[tuple[int, int, int], ...]:
    """For each term of a sum, where its sign stands (-1: it has none), where it begins and ends."""
    found = []
    for term in node.terms:
        start, end = extent(text, term)
        before = text[:start].rstrip()
        sign = len(before) - 1 if before.endswith(("+", "-")) else -1
        found.append((sign, start, end))
    return tuple(found)


def extent(text: str, node: Node) -> tuple[int, int]:
    """The stretch of a node: a sum's body is a part of it, and so are braces that don't show."""
    start, end = node.at
    if isinstance(node, BigSum):
        end = max(end, extent(text, node.body)[1])
    elif isinstance(node, Product | Plus):
        inside = node.factors if isinstance(node, Product) else node.terms
        start = min(start, extent(text, inside[0])[0])
        end = max(end, extent(text, inside[-1])[1])
    elif isinstance(node, Power):
        start = min(start, extent(text, node.base)[0])
    if isinstance(node, Paren | Norm | Inner) and (sizing := _SIZING.search(text[:start])):
        start = sizing.start()
    return _braced(text, start, end)


def _braced(text: str, start: int, end: int) -> tuple[int, int]:
    """The stretch grown over braces of which it holds only one."""
    while _depth(text[start:end]) > 0 and text[end:].lstrip().startswith("}"):
        end = text.index("}", end) + 1
    while _depth(text[start:end]) < 0 and text[:start].rstrip().endswith("{"):
        start = text.rindex("{", 0, start)
    return start, end


def _depth(stretch: str) -> int:
    bare = re.sub(r"\\[{}]", "", stretch)
    return bare.count("{") - bare.count("}")


def needs_parens(node: Node) -> bool:
    """Whether an exponent put behind the node would not be that of all of it."""
    return isinstance(node, Plus | Product | Quotient | BigSum | Power | Derivative | Transpose | Root)


def apart(text: str, end: int, word: str) -> str:
    """The word, kept apart from a letter that follows in the text."""
    return word + " " if _WORD.search(word) and text[end : end + 1].isalpha() else word
