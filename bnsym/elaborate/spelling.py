r"""What a whole file says of how its names are spelled: which letters below a name are a part of it, and
which plain letters with an index are entries of bold ones.

Imports the surface tree and `symbols` only.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from bnsym.elaborate.symbols import Table, as_target
from bnsym.latex.ast import BigSum, Component, Indicator, Node, Symbol, Whole, symbols_changed, walk

if TYPE_CHECKING:
    from bnsym.elaborate.collect import RawChain


def learn(
    table: Table, chains: Sequence[Sequence[Node]], indices: Iterable[str], entries: Mapping[str, str]
) -> None:
    """Fills `table.labels` and `table.entries` from the expressions of each chain of the file.

    indices: the letters that are said to be some. entries: what matrices written out call theirs."""
    written = [inner for chain in chains for node in chain for inner in walk(node)]
    named = [symbol for symbol in written if isinstance(symbol, Symbol)]
    known = {letter for node in written for letter in _letters(node)}.union(indices)
    defined = {pair for pair in _defined(chains) if pair[0] not in table.first_seen}
    table.labels |= _labels(named, defined, known)
    bare = {symbol.base for symbol in named if symbol.bare}
    table.entries |= _entries(named) | {name: entries[name] for name in entries.keys() - bare}


def _letters(node: Node) -> tuple[str, ...]:
    """The letters that only an index can be."""
    match node:
        case BigSum() | Component() | Whole():
            return node.letters
        case Indicator(left, right):
            return tuple(inner.base for inner in (left, right) if isinstance(inner, Symbol))
    return ()


def _defined(chains: Iterable[Sequence[Node]]) -> set[tuple[str, str]]:
    r"""Names with the one letter below each, of which a first equation says what they are."""
    targets = (as_target(chain[0]) for chain in chains if len(chain) > 1)
    symbols = (target[0] for target in targets if target)
    return {(s.base, s.below[0]) for s in symbols if len(s.below) == 1 and not s.upper}


def _labels(
    named: Iterable[Symbol], defined: Container[tuple[str, str]], indices: Container[str]
) -> set[str]:
    """The letters that stand below defined names only: no free array has such an index."""
    found: set[str] = set()
    others: set[str] = set()
    for symbol in named:
        alone = len(symbol.below) == 1 and not symbol.upper and (symbol.base, symbol.below[0]) in defined
        (found if alone else others).update(symbol.indices)
    return {letter for letter in found - others if letter not in indices}


def _entries(named: Iterable[Symbol]) -> dict[str, str]:
    r"""Letters that are only written with an index, whose bold letters are only written without."""
    named = list(named)
    bare = {symbol.base for symbol in named if symbol.bare}
    indexed = {symbol.base for symbol in named if not symbol.bare}
    pairs = {name: _bold(name) for name in indexed - bare}
    return {name: bold for name, bold in pairs.items() if bold in bare - indexed}


def embolden(chains: Iterable[RawChain], table: Table) -> None:
    r"""Spells the entries of bold names boldly in sections where nothing else has the plain letter, though
    others have it."""
    by_section: dict[int, list[RawChain]] = {}
    for chain in chains:
        by_section.setdefault(chain.section, []).append(chain)
    for here in by_section.values():
        expressions = [e for chain in here for e in chain.expressions if e.node is not None]
        nodes = (inner for e in expressions if e.node is not None for inner in walk(e.node))
        entries = _entries(node for node in nodes if isinstance(node, Symbol))
        local = {name: bold for name, bold in entries.items() if name not in table.entries}
        for expression in expressions if local else ():
            if expression.node is not None:
                expression.node = symbols_changed(expression.node, partial(_emboldened, local))


def _emboldened(bold: Mapping[str, str], symbol: Symbol) -> Symbol:
    plain = not symbol.accents and not symbol.marks and not symbol.bare
    return replace(symbol, core=bold[symbol.base]) if plain and symbol.base in bold else symbol


def _bold(name: str) -> str:
    """The name with its innermost letter in bold."""
    start = name.rfind("{") + 1
    end = start + len(name[start:].rstrip("}"))
    return rf"{name[:start]}\mathbf{{{name[start:end]}}}{name[end:]}"
