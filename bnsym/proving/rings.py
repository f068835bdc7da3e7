"""Rings and graphs of searches: these go on from what the last search on the same found.

A note's links share their definitions, and several methods ask for the sides of one statement in
turn. The kernel makes its own from the statement, and sees nothing of these.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, ClassVar

from bnsym.calculus import Graph
from bnsym.normal import OutOfReach, Poly, Ring
from bnsym.terms import Statement

KNOWN = ("used", "conditions", "roots", "_inverted", "_above_zero", "_signs", "_memo")
"""What a ring knows once it has made the sides."""

LARGEST_ROOT = 50_000
"""The parts that a root may have, one that occurs twice counted twice: roots of sums of roots may
double with each level, and they are compared again and again."""


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
        super().__init__(statement, deadline, graph_of(statement))

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

    def _root(self, q: int, base: Poly, exponent: int = 1) -> Poly:
        if sum(1 for _ in islice(_parts(base), LARGEST_ROOT)) == LARGEST_ROOT:
            raise OutOfReach("roots inside roots, too many")
        return super()._root(q, base, exponent)

    def _known(self) -> dict[str, Any]:
        """What is known, copied, for another ring to go on from."""
        kept: dict[str, Any] = {name: getattr(self, name).copy() for name in KNOWN}
        return {**kept, "_fresh": self._fresh, "canonical": self.canonical}


def _parts(base: Poly) -> Iterator[object]:
    todo: list[object] = [*base]
    while todo:
        part = todo.pop()
        yield part
        if isinstance(part, tuple):
            todo.extend(part)
