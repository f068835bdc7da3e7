r"""Letters that count steps: in `r_t = a r_{t-1} + b u_t` the names with t below are numbers of their own,
what a step makes and what it starts from. What says r of one step says it of the others that the file names,
all but the earliest, from which it starts.

Where t is also what a sum runs to, or an index, its names are read as before. Imports the surface tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial

from bnsym.elaborate.aliases import Aliases
from bnsym.elaborate.collect import Expression, Gathered, RawChain
from bnsym.elaborate.stated import EVERYWHERE, Doubt
from bnsym.elaborate.symbols import as_target, size_name
from bnsym.latex.ast import BigSum, Indicator, Node, Number, Plus, Symbol, symbols_changed, walk
from bnsym.latex.commands import INDEX_LETTERS
from bnsym.source.text import Slice


def settle(gathered: Gathered) -> None:
    """Makes names with a step below them names of their own."""
    written = [n for chain in gathered.chains for n in _inside(chain)]
    letters = {step[1] for n in written if isinstance(n, Symbol) and (step := _step(n)) and step[2]}
    for letter in sorted(letters - _indices(gathered, written)):
        _Steps(gathered, letter).settle()


def _inside(chain: RawChain) -> Iterator[Node]:
    return (n for e in chain.expressions for n in walk(e.node))


def _step(symbol: Symbol) -> tuple[str, str, int] | None:
    """The name, the letter and how far from it: (r, t, -1) of `r_{t-1}`."""
    match symbol.sub.node if symbol.sub and not symbol.upper else None:
        case Symbol() as letter if letter.bare:
            return symbol.base, letter.base, 0
        case Plus((Symbol() as letter, Number(value)), (1, sign)) if letter.bare and value.denominator == 1:
            return symbol.base, letter.base, sign * int(value)
    return None


def _indices(gathered: Gathered, written: Iterable[Node]) -> set[str]:
    """Letters that are bound, compared, declared, sizes of arrays, or stand with others below a name."""
    found = {*gathered.sizes, *(size for size, _ in gathered.sizes.values())}
    found |= {size for said in gathered.kinds.values() for kind in said for size in kind.sizes}
    for node in written:
        match node:
            case BigSum(letters):
                found |= set(letters)
            case Indicator(left, right):
                found |= {inner.base for inner in (left, right) if isinstance(inner, Symbol)}
            case Symbol() if node.upper or len(node.below) > 1:
                found |= {*node.indices}
    return found


@dataclass
class _Steps:
    gathered: Gathered
    letter: str
    heads: dict[str, tuple[RawChain, int]] = field(default_factory=dict)
    """The first equation of each name, and of which step."""
    offsets: dict[str, set[int]] = field(default_factory=dict)

    def settle(self) -> None:
        self._find_heads()
        barred = self._barred()
        chains = [
            c for c in self.gathered.chains if not self._runs_to(c) and barred.isdisjoint(self._names(c))
        ]
        for node, offset in (step for chain in chains for step in self._steps(chain)):
            self.offsets.setdefault(node.base, set()).add(offset)
        self.gathered.stepped |= self.offsets.keys()
        unsure = self._unsure(chains)
        said: list[RawChain] = []
        for name, (chain, at) in self.heads.items():
            if name in self.offsets.keys() - unsure:
                others = list(self._others(name, at))
                place = next(k for k, c in enumerate(self.gathered.chains) if c is chain)
                self.gathered.chains[place + 1 : place + 1] = others
                said += others
        labels = Aliases(labels={self.letter})
        unclear = (node for c in chains for node, _ in self._steps(c) if node.base in unsure)
        said_of = ((labels.labelled(node), Slice(*node.at)) for node in unclear)
        self.gathered.doubts.extend(Doubt(*one, EVERYWHERE, meant=True) for one in said_of)
        for expression in (e for chain in (*chains, *said) for e in chain.expressions):
            if expression.node is not None:
                expression.node = labels.apply(expression.node)

    def _find_heads(self) -> None:
        for chain in self.gathered.chains:
            target = as_target(chain.expressions[0].node)
            step = _step(target[0]) if target and chain.signs[0][0] in ("=", ":=") else None
            if step and step[1] == self.letter:
                self.heads.setdefault(step[0], (chain, step[2]))

    def _steps(self, chain: RawChain) -> Iterator[tuple[Symbol, int]]:
        """The names with a step of the letter, and how far from it."""
        for node in _inside(chain):
            step = _step(node) if isinstance(node, Symbol) else None
            if isinstance(node, Symbol) and step and step[1] == self.letter:
                yield node, step[2]

    def _names(self, chain: RawChain) -> set[str]:
        return {node.base for node, _ in self._steps(chain)}

    def _runs_to(self, chain: RawChain) -> bool:
        return any(isinstance(n, BigSum) and size_name(n.size) == self.letter for n in _inside(chain))

    def _barred(self) -> set[str]:
        """Names that a sum up to the letter defines, and those in it; those with steps of another letter."""
        chains = [(name, chain) for name, (chain, _) in self.heads.items() if self._runs_to(chain)]
        inside = {n.base for _, chain in chains for n in _inside(chain) if isinstance(n, Symbol)}
        steps = (_step(n) for c in self.gathered.chains for n in _inside(c) if isinstance(n, Symbol))
        labels = self.gathered.aliases.labels
        others = {s[0] for s in steps if s and s[1] != self.letter and (s[2] or s[1] in labels)}
        return inside | others | {name for name, _ in chains}

    def _others(self, name: str, at: int) -> Iterator[RawChain]:
        """What the equation of the name says of its other steps; of the earliest only if it makes no step."""
        chain, wanted = self.heads[name][0], self.offsets[name]
        own = (_step(n) for n in walk(chain.expressions[1].node) if isinstance(n, Symbol))
        recurs = any(step and step[:2] == (name, self.letter) for step in own)
        for offset in sorted(wanted - {at} - ({min(wanted)} if recurs else set())):
            change = partial(self._moved, by=offset - at)
            first = chain.expressions[:2]
            sides = [
                Expression(e.where, symbols_changed(e.node, change), total=e.total) for e in first if e.node
            ]
            if len(sides) == 2:
                yield replace(chain, expressions=sides, signs=chain.signs[:1], stated=True)

    def _moved(self, symbol: Symbol, by: int) -> Symbol:
        step = _step(symbol)
        if symbol.sub is None or step is None or step[1] != self.letter:
            return symbol
        at, offset = symbol.sub.at, step[2] + by
        letter = Symbol(self.letter, at)
        if not offset:
            return replace(
                symbol, sub=replace(symbol.sub, text=self.letter, letters=(self.letter,), node=letter)
            )
        number = Plus((letter, Number(Fraction(abs(offset)), at)), (1, 1 if offset > 0 else -1), at)
        return replace(symbol, sub=replace(symbol.sub, text="", letters=(), node=number))

    def _unsure(self, chains: Iterable[RawChain]) -> set[str]:
        """Names that may not have any value at a step: where it starts from is said, some steps are counted
        by another letter or by a number, or nothing says what takes it from one to the next."""
        names = {name for name, wanted in self.offsets.items() if len(wanted) > 1} - self.heads.keys()
        for chain in chains:
            if any(isinstance(n, Symbol) and n.bare and n.base == self.letter for n in _inside(chain)):
                names |= self._names(chain)
        others = (chain for chain in self.gathered.chains if not self._runs_to(chain))
        written = [n for chain in others for n in _inside(chain)]
        indices = INDEX_LETTERS.union(*(n.letters for n in written if isinstance(n, BigSum))) - {self.letter}
        names |= {
            n.base
            for n in written
            if isinstance(n, Symbol) and n.sub and (len(n.sub.letters) > 1 or indices & {*n.sub.letters})
        }
        targets = (as_target(chain.expressions[0].node) for chain in self.gathered.chains)
        names |= {t[0].base for t in targets if t and t[0].sub and t[0].sub.text.isdigit()}
        return names & self.offsets.keys()
