"""The way of one link through the program, stage by stage: its source, tokens, trees, terms, normal forms,
and what decided it. For those who ask why a link was read or judged as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from enum import Enum
from time import monotonic
from typing import Any

from bnsym.elaborate.collect import Expression
from bnsym.elaborate.context import Context
from bnsym.kernel import Proved, Refuted
from bnsym.latex.ast import Sub
from bnsym.latex.lexer import lex
from bnsym.model import Result, Span, rule_of
from bnsym.normal import OutOfReach
from bnsym.printing import to_latex
from bnsym.proving.readback import term_of
from bnsym.proving.rings import SearchRing
from bnsym.reporting.certificate_lines import certificate_line, use_line
from bnsym.reporting.reading import read_with
from bnsym.reporting.unicode import unicode_math
from bnsym.reporting.wording import relation_latex, witness_strings, words_of
from bnsym.terms import Index, Statement

SECONDS = 10.0
"""What the normal forms of one link may take."""
_HIDDEN = frozenset(("at", "round"))


def trace(result: Result, context: Context) -> Iterator[tuple[str, list[str]]]:
    """Each stage with its lines; a stage that the link has not come to is left out."""
    link = result.link
    yield "source", [link.source]
    for side, span in (("left", link.left_span), ("right", link.right_span)):
        if span is not None:
            yield from _read(side, span, context)
    if link.statement is not None:
        yield "statement", [relation_latex(link.statement)]
        yield "left term", list(tree(link.statement.left))
        yield "right term", list(tree(link.statement.right))
    yield "read with", [f"{label}: {text}" for label, text in read_with(link)]
    if link.statement is not None:
        yield "normal forms", list(_normal(link.statement))
    yield "verdict", list(_verdict(result))


def _read(side: str, span: Span, context: Context) -> Iterator[tuple[str, list[str]]]:
    text = context.survey.source.masked
    tokens = lex(text, *span.offsets)
    yield f"{side} tokens", [" ".join(f"{token.kind.name}:{token.text}" for token in tokens)]
    chains = context.survey.gathered.chains
    found = next((e for chain in chains for e in chain.expressions if _stands(e, span, text)), None)
    if found is not None and found.node is not None:
        yield f"{side} tree", list(tree(found.node))


def _stands(expression: Expression, span: Span, text: str) -> bool:
    """Whether it is the one at the place, but for the white space around it."""
    where, (start, end) = expression.where, span.offsets
    return (
        where.start <= start < end <= where.end and text[where.start : where.end].strip() == text[start:end]
    )


def tree(node: Any, depth: int = 0) -> Iterator[str]:
    """A surface tree or a term, a line for each node, what stands in a node behind its name."""
    held = {f.name: getattr(node, f.name) for f in fields(node) if f.repr and f.name not in _HIDDEN}
    named = {name: name if value is True else value for name, value in held.items()}
    parts = [part for value in named.values() for part in (value if isinstance(value, tuple) else (value,))]
    inner = [part for part in parts if is_dataclass(part) and not isinstance(part, Index | Sub)]
    own = [_word(part) for part in parts if part not in (None, "", False) and part not in inner]
    yield "  " * depth + " ".join((type(node).__name__, *own))
    for part in inner:
        yield from tree(part, depth + 1)


def _word(part: Any) -> str:
    match part:
        case Index(name, space):
            return f"{name}:{space}"
        case Sub():
            return f"_{{{part.text or ','.join(part.letters)}}}"
        case Enum():
            return str(part.value)
    return str(part)


def _normal(statement: Statement) -> Iterator[str]:
    ring = SearchRing(statement, monotonic() + SECONDS)
    try:
        sides = ring.sides()
    except OutOfReach as error:
        yield f"none: {error}"
        return
    for side, poly in zip(("left", "right"), sides, strict=True):
        yield f"{side} = {to_latex(term_of(poly))}"
    yield from (f"if {relation_latex(condition)}" for condition in ring.conditions)


def _verdict(result: Result) -> Iterator[str]:
    words = words_of(result)
    yield " ".join(filter(None, (result.name, words.code, words.message)))
    if isinstance(verdict := result.verdict, Proved):
        yield f"by {rule_of(verdict.certificate)}, for {verdict.scope or 'every size'}"
        yield unicode_math(certificate_line(verdict))
        yield from (unicode_math(use_line(use, verdict.statement)) for use in verdict.certificate.uses)
    if isinstance(verdict, Refuted):
        yield from (f"{name} = {value}" for name, value in witness_strings(verdict))
