r"""Where the names of a note stand: in displays, in running text, in directives, each use with the name
that it is of.

Surface trees and the symbol table only, no meaning beyond that of a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from bnsym.elaborate.collect import ANEW
from bnsym.elaborate.document import Document, read_document
from bnsym.elaborate.links import read_items
from bnsym.elaborate.shapes import symbols
from bnsym.elaborate.symbols import Table, square_of
from bnsym.latex.ast import Symbol
from bnsym.latex.chains import read_chains
from bnsym.latex.errors import ReadError
from bnsym.latex.nesting import lay_out
from bnsym.latex.parser import parse
from bnsym.model import NamedDefinition
from bnsym.source.text import Block, Chain, Directive, Heading, Saying, Slice, Source
from bnsym.terms import Name

_SCRIPT = re.compile(r"[_^']")


@dataclass(frozen=True, slots=True)
class Mention:
    r"""A use of a name, in the text that is read: the symbol with its indices, and what of it is the name;
    `rest` are indices that stand inside that, as in `\hat{x_i}`."""

    name: Name
    symbol: Slice
    named: Slice
    rest: str = ""


@dataclass(frozen=True)
class Names:
    """All uses of names in a note."""

    source: Source
    table: Table
    mentions: tuple[Mention, ...]
    values: tuple[Mention, ...]
    """Those by which a directive gives the values of a witness."""
    unread: tuple[Slice, ...]
    """Expressions of which it is not known what names they use."""
    definitions: tuple[NamedDefinition, ...]

    def at(self, offset: int) -> Mention | None:
        """The use at a place of the file."""
        placed = [(self.source.range(m.symbol), m) for m in self.mentions]
        holding = [(end - start, m) for (start, end), m in placed if start <= offset <= end]
        return min(holding, key=itemgetter(0), default=(0, None))[1]

    def of(self, name: Name) -> tuple[Mention, ...]:
        return tuple(m for m in self.mentions if m.name == name)

    def defined(self, name: Name) -> tuple[Mention, ...]:
        """The uses by which it is defined; of a name that nothing defines its first."""
        own = [
            d
            for d in self.definitions
            if d.definition.symbol.name.replace(ANEW, "") in (name, square_of(name))
        ]
        before = [[m for m in self.of(name) if m.symbol.end <= d.span.offsets[0]] for d in own]
        return tuple(uses[-1] for uses in before if uses) or self.of(name)[:1]


@lru_cache(maxsize=4)
def names(text: str, file: str) -> Names:
    """The names in a file's text; never raises, whatever the text."""
    document = read_document(text, file)
    derivation, context = read_items(document.source, document.items)
    table, source = context.survey.table, document.source
    found: list[Mention] = []
    unread: list[Slice] = []
    for where in _expressions(document):
        try:
            found += _mentions(source.masked, where, table)
        except (ReadError, RecursionError):
            unread.append(where)
    return Names(source, table, tuple(found), tuple(_values(document)), tuple(unread), derivation.definitions)


def _expressions(document: Document) -> Iterator[Slice]:
    for item in document.items:
        match item:
            case Heading() | Saying():
                continue
            case Directive(formulas=formulas):
                yield from (e for formula in formulas for e in _inside(document.source, formula))
            case _:
                yield from (e for chain in item.chains for e in _of_chain(document.source, chain))
        if isinstance(item, Block):
            said = (formula for directive in item.directives for formula in directive.formulas)
            yield from (e for formula in said for e in _inside(document.source, formula))


def _of_chain(source: Source, chain: Chain) -> Iterator[Slice]:
    yield from chain.expressions
    for condition in chain.conditions:
        yield from _inside(source, condition)


def _inside(source: Source, formula: Slice) -> Iterator[Slice]:
    layout = lay_out(source.masked, formula.start, formula.end)
    for chain in read_chains(layout, formula.start, None).chains:
        yield from _of_chain(source, chain)


def _mentions(text: str, where: Slice, table: Table) -> Iterator[Mention]:
    for symbol, bound in symbols(parse(text[where.start : where.end], where.start)):
        name = table.split(symbol, bound)[0]
        yield _mention(text, symbol, name)


def _mention(text: str, symbol: Symbol, name: Name) -> Mention:
    start, end = symbol.at
    labelled = symbol.sub is not None and name != symbol.base
    label = symbol.sub.text if labelled and symbol.sub else ""
    for stop in (*(start + found.start() for found in _SCRIPT.finditer(text[start:end])), end):
        if _is_name(text[start:stop], symbol.base, label):
            return Mention(name, Slice(start, end), Slice(start, stop))
    below = text[slice(*symbol.sub.at)] if symbol.sub and not labelled else ""
    above = f"^{{({','.join(symbol.upper)})}}" if symbol.upper else ""
    return Mention(name, Slice(start, end), Slice(start, end), below + above)


def _is_name(written: str, base: str, label: str) -> bool:
    try:
        node = parse(written)
    except ReadError:
        return False
    if not isinstance(node, Symbol) or node.base != base or node.upper:
        return False
    return (node.sub.text if node.sub else "") == label


def _values(document: Document) -> Iterator[Mention]:
    """The names in `at="m=2; x=(0,2)"`."""
    for directive in (d for item in document.items if isinstance(item, Block) for d in item.directives):
        at = directive.options.get("at", "")
        begin = document.source.text.find(at, directive.where.start, directive.where.end) if at else -1
        for found in re.finditer(r"(?:^|;)\s*([^=;]+?)\s*=", at) if begin >= 0 else ():
            where = Slice(begin + found.start(1), begin + found.end(1))
            yield Mention(" ".join(found[1].split()), where, where)
