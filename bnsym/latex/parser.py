r"""LaTeX of one expression → surface tree, by the LALR grammar in `grammar.lark`.

Fail closed: what the grammar doesn't know is a ReadError with its exact place. Imports
the other modules of this room only; lark is imported when first needed.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bnsym.latex.ast import Node, Place, Symbol, measure, walk
from bnsym.latex.builder import Builder
from bnsym.latex.commands import PARTIAL
from bnsym.latex.errors import ReadError
from bnsym.latex.grouping import MAX_LEVELS, tokenize
from bnsym.latex.lexer import Token

if TYPE_CHECKING:
    from lark import Lark


def parse(text: str, offset: int = 0) -> Node:
    """The surface tree of one expression; places count from `offset` before `text`."""
    try:
        tokens = tokenize(text)
        if not tokens:
            raise ReadError("BN112", "an expression is missing here", (0, len(text)))
        shifted = moved(tokens, offset)
    except ReadError as error:
        raise error.moved(offset) from None
    return parse_tokens(shifted)


def moved(tokens: list[Token], offset: int) -> list[Token]:
    return [Token(t.kind, t.text, t.start + offset, t.end + offset) for t in tokens]


def parse_tokens(tokens: list[Token]) -> Node:
    from lark.exceptions import UnexpectedInput

    end = (tokens[-1].end, tokens[-1].end) if tokens else (0, 0)
    try:
        node: Node = _parser().parse(tokens)  # type: ignore[assignment]
    except UnexpectedInput as error:
        raise _syntax_error(error, end) from None
    # a tower of marks needs no brackets; no tree is deeper than it has tokens
    if len(tokens) > MAX_LEVELS and measure(node)[1] > MAX_LEVELS:
        raise ReadError(
            "BN113", f"the formula is nested more than {MAX_LEVELS} deep", (tokens[0].start, end[1])
        )
    for inner in walk(node):
        if isinstance(inner, Symbol) and inner.core == PARTIAL:
            raise ReadError("BN112", f"this `{PARTIAL}` belongs to no derivative", inner.at)
    return node


@functools.cache
def _parser() -> Lark:
    from lark import Lark
    from lark import Token as Terminal
    from lark.lexer import Lexer

    class Tokens(Lexer):
        """The text comes as tokens already."""

        def __init__(self, lexer_conf: object) -> None:
            pass

        def lex(self, data: Any) -> Iterator[Terminal]:  # type: ignore[override]
            for tok in data:
                yield Terminal(tok.kind.name, tok.text, start_pos=tok.start, end_pos=tok.end)

    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer=Tokens, transformer=Builder(), maybe_placeholders=False)


_PLAIN = {
    "CLOSE": "a closing bracket",
    "RBRACE": "`}`",
    "NAME": "a name, a number or an opening bracket",
    "SUB": "a subscript",
    "LBRACE": "`{`",
    "REL": "a relation sign",
    "$END": "the end of the formula",
}


def _syntax_error(error: Any, end: Place) -> ReadError:
    expected = set(getattr(error, "expected", ()) or ())
    wanted = " or ".join(text for kind, text in _PLAIN.items() if kind in expected) or "something else"
    token = getattr(error, "token", None)
    if token is None or token.type == "$END":
        return ReadError("BN112", f"the formula ends too early; expected {wanted}", end)
    return ReadError("BN112", f"unexpected `{token}`; expected {wanted}", (token.start_pos, token.end_pos))


__all__ = ["moved", "parse", "parse_tokens"]
