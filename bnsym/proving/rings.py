"""Rings and graphs of searches: these go on from what the last search on the same found.

A note's links share their definitions, and several methods ask for the sides of one statement in
turn. The kernel makes its own from the statement, and sees nothing of these.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

from bnsym import kernel
from bnsym.calculus import Graph
from bnsym.kernel import Certificate, Proved, Witness
from bnsym.normal import Letter, Poly, Ring
from bnsym.proving.advice import Alike
from bnsym.terms import Pow, Statement, Term, free_indices

KNOWN = ("used", "conditions", "roots", "inverted", "above_zero", "_signs", "_memo")
"""What a ring knows once it has made the sides."""

Check: TypeAlias = Callable[[Certificate, Witness | None, float], Proved]


class _Last:
    graph: ClassVar[Graph | None] = None
    sides: ClassVar[tuple[Statement, tuple[Poly, Poly], dict[str, Any]] | None] = None


def graph_of(statement: Statement) -> Graph:
    """The statement's graph: that of the other links of a note is the same."""
    graph, rest = _Last.graph, (statement.losses, statement.outputs)
    if (
        graph is None
        or graph.definitions is not statement.definitions
        or (graph.losses, graph.outputs) != rest
    ):
        _Last.graph = graph = Graph.of(statement)
    return graph


class SearchRing(Ring):
    """A ring that takes the sides from the last one of the same statement."""

    def __init__(self, statement: Statement, deadline: float = float("inf")) -> None:
        super().__init__(statement, Alike(deadline), graph_of(statement))

    def sides(self) -> tuple[Poly, Poly]:
        last, unmade = _Last.sides, not (self._memo or self.roots or self.conditions or self.used)
        if not unmade:
            return super().sides()
        if last is None or last[0] is not self.statement:
            pair = super().sides()
            _Last.sides = (self.statement, pair, self._known())
            return pair
        self.__dict__ |= last[2]
        self.__dict__ |= self._known()
        return last[1]

    def _power(self, base: Term, exponent: Fraction, names: dict[str, Letter]) -> Poly:
        """Remembered, as searches ask for the same powers again and again."""
        letters = tuple(names.get(i.name, (i.name, i.space)) for i in free_indices(base))
        made = (Pow(base, exponent), letters)
        if made not in self._memo:
            self._memo[made] = super()._power(base, exponent, names)
        return self._memo[made]

    def _known(self) -> dict[str, Any]:
        """What is known, copied, for another ring to go on from."""
        kept: dict[str, Any] = {name: getattr(self, name).copy() for name in KNOWN}
        return {**kept, "canonical": self.canonical}


def opened(statement: Statement, deadline: float) -> Check:
    """What checks one certificate of the statement, of which the kernel has made the sides; the next
    search on it goes on from these."""
    sides, check = kernel.opened(statement, Alike(deadline))
    ring = SearchRing(statement)
    ring.used, ring.conditions = map(dict.fromkeys, sides.known[:2])
    ring.roots, ring.inverted, ring.above_zero = map(set, sides.known[2:])
    _Last.sides = (statement, (dict(sides.left), dict(sides.right)), ring._known())
    return check
