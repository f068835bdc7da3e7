"""Rings and graphs of searches, which go on from what the last search on the same found; and what a statement
needs values for.

A note's links share their definitions, and several methods ask for the sides of one statement in
turn. The kernel makes its own from the statement, and sees nothing of these.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar, TypeAlias

from bnsym import kernel
from bnsym.calculus import Graph, gradient_name, hessian_name
from bnsym.kernel import Certificate, Proved, Witness
from bnsym.normal import Letter, Poly, Ring
from bnsym.proving.advice import Alike
from bnsym.terms import (
    Definition,
    Delta,
    Diff,
    Name,
    Pow,
    Size,
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    names,
    reached,
    walk,
)

KNOWN = ("used", "conditions", "roots", "inverted", "above_zero", "_signs", "_memo")
"""What a ring knows once it has made the sides."""

Shapes: TypeAlias = dict[Name, tuple[SpaceName, ...]]
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


# -- what a statement needs values for -------------------------------------------------


def own_terms(statement: Statement) -> list[Term]:
    """The sides of a statement and of its hypotheses."""
    return [statement.left, statement.right, *(t for h in statement.hypotheses for t in (h.left, h.right))]


def led_to(statement: Statement) -> set[Name]:
    """The names that the sides and hypotheses of a statement lead to by its definitions, and where it has a
    derivative the outputs do."""
    terms = own_terms(statement)
    uses = graph_of(statement).uses
    todo = names(*terms)
    if any(isinstance(t, Diff) for term in terms for t in walk(term)):
        todo |= {*statement.outputs}
    return reached(todo, lambda name: uses.get(name, ()))


def free_shapes(statement: Statement) -> tuple[Shapes, list[SpaceName]]:
    """The free names that a statement depends on with the spaces of their indices, and all
    index spaces, both in order of occurrence."""
    definitions = graph_of(statement).by_name
    shapes: Shapes = {}
    spaces: dict[SpaceName, None] = {}
    seen: set[Name] = set()
    todo = own_terms(statement)
    while todo:
        for term in walk(todo.pop(0)):
            match term:
                case Size(space):
                    spaces.setdefault(space)
                case Sum(index, _):
                    spaces.setdefault(index.space)
                case Delta(left, _):
                    spaces.setdefault(left.space)
                case Sym(name, indices):
                    for index in indices:
                        spaces.setdefault(index.space)
                    if name in definitions and name not in seen:
                        seen.add(name)
                        todo.append(definitions[name].body)
                    elif name not in definitions and name not in statement.losses:
                        shapes.setdefault(name, tuple(i.space for i in indices))
                case Diff(of, _, _):
                    todo += _loss_terms(statement, definitions, of, seen, shapes)
    return shapes, list(spaces)


def _loss_terms(
    statement: Statement, definitions: dict[Name, Definition], of: Term, seen: set[Name], shapes: Shapes
) -> list[Term]:
    """What a derivative of a loss depends on: its outputs, and its derivatives there."""
    losses = [t.name for t in walk(of) if isinstance(t, Sym) and t.name in statement.losses]
    second = any(isinstance(t, Diff) for t in walk(of))
    more: list[Term] = []
    for loss in losses:
        for y in statement.outputs:
            symbol = definitions[y].symbol if y in definitions else Sym(y)
            shape = tuple(i.space for i in symbol.indices) if y in definitions else shapes.get(y, ())
            if gradient_name(loss, y) not in shapes:
                shapes[gradient_name(loss, y)] = shape
                more.append(symbol) if y in definitions else None
            if second:
                for z in statement.outputs[statement.outputs.index(y) :]:
                    other = definitions[z].symbol.indices if z in definitions else ()
                    last = tuple(i.space for i in other) if z in definitions else shapes.get(z, ())
                    shapes.setdefault(hessian_name(loss, y, z), shape + last)
    return more
