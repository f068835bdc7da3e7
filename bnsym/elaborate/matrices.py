"""Names that may be numbers or matrices, where the order of factors decides whether a link holds.

Imports `factor_order`, and what links rest on.
"""

from __future__ import annotations

from functools import cached_property

from bnsym.elaborate.dependence import reached
from bnsym.elaborate.factor_order import may_be_array, may_be_matrix, numbers_in, ordered
from bnsym.elaborate.grounds import Grounds
from bnsym.elaborate.statements import Pending
from bnsym.elaborate.symbols import IDENTITIES
from bnsym.latex.ast import Symbol
from bnsym.latex.ast import walk as nodes_of
from bnsym.latex.commands import CHANGES, OPERATORS
from bnsym.latex.errors import ReadError


class Matrices:
    """The names of a file that may be matrices."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds, self.survey = grounds, grounds.survey
        self.table, self.source = self.survey.table, self.survey.source

    def ordered(self, pending: Pending) -> ReadError | None:
        """Why neither verdict stands: the order of the factors matters if a name is a matrix, and nothing
        says that it is a number."""
        written = [e.node for e in (pending.left, pending.right) if e.node is not None]
        if not self._matrices or pending.sides is None:
            return None
        names, made = self._arrays, self.grounds.made_from(pending.sides)
        bodies = [self.grounds.defined[name][0].body for name in made & self.grounds.defined.keys()]
        behind = ordered((b for b in bodies if b is not None), names, self._matrices)
        behind = {pair for pair in behind if not self._open.keys().isdisjoint(pair)}
        pairs = behind | ordered(written, names, self._matrices)
        multiplied = {a or b for a, b in pairs if not (a and b)}
        unclear = {p for p in pairs if p[::-1] in pairs and not self._open.keys().isdisjoint(p)}
        unclear |= {pair for pair in behind if all(pair) and multiplied.intersection(pair)}
        both = {name for pair in unclear for name in pair if name in self._matrices}
        if not both:
            return None
        name = min(both)
        message = f"numbers or matrices? The order of the factors matters if `{name}` is a matrix"
        hint = f"say what it is: `the number ${name}$`, `the matrix ${name}$`"
        return ReadError("BN137", message, self.source.ink(pending.left.where), hint)

    @cached_property
    def _matrices(self) -> set[str]:
        """Names of matrices, and those written like them of which nothing says that they are numbers."""
        written = {n for n, symbol in self._open.items() if may_be_matrix(symbol)}
        return written | {n for n, axes in self.table.arity.items() if axes == 2}

    @cached_property
    def _open(self) -> dict[str, Symbol]:
        """Names without indices, taken for numbers, of which nothing says so."""
        table, gathered = self.table, self.survey.gathered
        said = {m.name.base for m in gathered.mentions if m.rank not in (None, 0)}
        known = {
            *self.grounds.defined,
            *self.grounds.broken,
            *table.squares,
            *table.sizes,
            *table.losses,
            *gathered.kinds,
        }
        signs = {*CHANGES, *OPERATORS}.difference(m.name.base for m in gathered.mentions if m.rank == 0)
        known |= table.typed - said - signs
        known |= {*IDENTITIES, *(n for n, axes in table.arity.items() if axes)}
        written = gathered.nodes()
        known |= {n for node in written for s in numbers_in(node) for n in self.grounds.named(s)}
        symbols = (s for node in written for s in nodes_of(node) if isinstance(s, Symbol))
        named = ((name, s) for s in symbols if may_be_array(s) for name in self.grounds.named(s))
        return {
            n: s for n, s in named if n not in known and not (table.is_ones(s, n) or table.is_identity(s))
        }

    def _arrays(self, symbol: Symbol) -> set[str]:
        return reached(self.grounds.named(symbol), self.grounds.uses) & (self._open.keys() | self._matrices)
