"""What a file says of how names depend on one another: of what nothing defines, nothing is known.

A derivative by a name that what is differentiated is not written with, once definitions are written out,
is unknown and not 0. Imports terms and how they are printed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

from bnsym import terms
from bnsym.elaborate.applications import Application, spelled
from bnsym.latex.ast import Place
from bnsym.latex.errors import ReadError
from bnsym.printing import to_latex
from bnsym.terms import Definition, Diff, Name, Sym, Term, names, walk


@dataclass(frozen=True)
class Dependence:
    """Definitions, losses, and the names that losses are functions of."""

    definitions: tuple[Definition, ...]
    losses: tuple[Name, ...]
    outputs: tuple[Name, ...]

    @cached_property
    def uses(self) -> dict[Name, frozenset[Name]]:
        """The names that stand in each definition; those that a loss is a function of."""
        uses = {d.symbol.name: names_of(d.body) for d in self.definitions}
        return {name: frozenset(self.outputs) for name in self.losses} | uses

    @cached_property
    def derivatives(self) -> dict[Name, tuple[Diff, ...]]:
        """The derivatives in each definition that has some."""
        found = ((d.symbol.name, _derivatives(d.body)) for d in self.definitions)
        return {name: derivatives for name, derivatives in found if derivatives}

    def check(self, term: Term, at: Place) -> None:
        """Raises BN130 for a derivative, in the term or a definition that it rests on, of which
        nothing is known."""
        if derivative := next((d for d in self._within(term) if not self._is_known(d)), None):
            raise self._unknown(derivative, at)

    def _unknown(self, derivative: Diff, at: Place) -> ReadError:
        of, by = to_latex(spelled(derivative.of), self.losses), derivative.by.name
        message = f"nothing says how `{of}` depends on `{by}`, so nothing is known of its derivative"
        hint = f"define `{of}` by a formula that leads to `{by}`"
        if isinstance(derivative.of, Sym) and derivative.of == Sym(derivative.of.name):
            hint += f"; if it is a loss, say of what: `<!-- bnsym: loss ${of}({by})$ -->`"
        return ReadError("BN130", message, at, hint)

    def _within(self, term: Term) -> Iterator[Diff]:
        yield from _derivatives(term)
        if self.derivatives:
            told = reached(names_of(term), self.uses)
            yield from (d for name in sorted(self.derivatives.keys() & told) for d in self.derivatives[name])

    def _is_known(self, derivative: Diff) -> bool:
        return derivative.by.name in reached(names_of(derivative.of), self.uses)


def reached(start: Iterable[str], uses: Mapping[str, Iterable[str]]) -> set[str]:
    """The names that these names are made from, themselves among them."""
    return terms.reached(start, lambda name: uses.get(name, ()))


@lru_cache(maxsize=1 << 14)
def names_of(term: Term) -> frozenset[Name]:
    """The names in a term, those in the arguments of functions among them."""
    found = frozenset(names(term))
    return found.union(*(names_of(name.argument) for name in found if isinstance(name, Application)))


@lru_cache(maxsize=1 << 14)
def _derivatives(term: Term) -> tuple[Diff, ...]:
    return tuple(inner for inner in walk(term) if isinstance(inner, Diff))
