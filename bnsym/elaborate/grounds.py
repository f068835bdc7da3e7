"""What a link rests on: the names on its sides, and those in the definitions behind them.

Imports the survey of a file, and terms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from bnsym.elaborate.definitions import RawDefinition, names_in
from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.index_spaces import BATCH
from bnsym.elaborate.scope import Survey
from bnsym.latex.ast import Node
from bnsym.latex.errors import ReadError
from bnsym.terms import Size, Sym, Term, own_indices, walk


@dataclass
class Grounds:
    """What is known of a file once its definitions have been read."""

    survey: Survey
    defined: Mapping[str, tuple[RawDefinition, Sym, Term]]
    broken: Mapping[str, ReadError]
    uses: Mapping[str, Set[str]]
    """The names in the body of each definition."""
    made: tuple[tuple[Term, Term], set[str]] | None = None
    """The sides that were last asked about, and the names that they are made from."""

    def named(self, node: Node | None) -> set[str]:
        return names_in(self.survey.table, node)

    def made_from(self, sides: tuple[Term, Term]) -> set[str]:
        """The names on the sides, and in the definitions that these rest on; kept for what is asked next."""
        if self.made is None or self.made[0] is not sides:
            self.made = sides, reached(set().union(*map(names_of, sides)), self.uses)
        return self.made[1]

    def bodies(self, names: Set[str]) -> Iterator[Term]:
        """What those of the names that are defined are defined as."""
        return (self.defined[name][2] for name in names & self.defined.keys())

    def sizes(self, sides: tuple[Term, ...]) -> set[str]:
        """What is called the size of an index in them; without a name of its own it is m."""
        return {self.survey.spaces.describe(space) or BATCH for space in spaces_of(sides)}


def spaces_of(sides: Sequence[Term]) -> set[str]:
    """The spaces of all indices and sizes in them."""
    terms = [term for side in sides for term in walk(side)]
    sizes = {term.space for term in terms if isinstance(term, Size)}
    return sizes | {index.space for term in terms for index in own_indices(term)}
