"""What a term's value depends on: its free arrays, its degree, its roots."""

from __future__ import annotations

from collections.abc import Mapping

from bnsym.evidence.deltas import mentions
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import names, reached
from bnsym.terms import Name, Pow, SpaceName, Sum, Sym, Term, children, walk


def sources(structure: Structure, term: Term) -> set[Name]:
    """The free names that `term` depends on."""
    nodes = structure.definitions.keys() | structure.adjoints.keys()
    found = reached(names(term), lambda name: structure.uses(name) if name in nodes else ())
    return (found & structure.shapes.keys()) - nodes - set(structure.losses)


def roots(structure: Structure, term: Term) -> int:
    """How many different roots the value of `term` depends on."""

    def uses(name: Name) -> set[Name]:
        body = names(structure.body(name)) if name in structure.definitions else set()
        return structure.uses(name) | body

    nodes = reached(names(term), uses) & structure.definitions.keys()
    terms = (t for body in (term, *map(structure.body, nodes)) for t in walk(body))
    return len({t.base for t in terms if isinstance(t, Pow) and t.exponent.denominator % 2 == 0})


def height(structure: Structure, term: Term, sizes: Mapping[SpaceName, int]) -> int:
    """A bound on the degrees of numerator and denominator, roots counted as variables."""
    known: dict[Name, int] = {}

    def of(t: Term) -> int:
        match t:
            case Sym(name, _):
                if name not in known:
                    known[name] = 1  # a node that depends on itself ends here
                    known[name] = of_name(name)
                return known[name]
            case Pow(base, exponent):
                return of(base) * max(1, abs(exponent.numerator))
            case Sum(index, body):
                apart = any(isinstance(p, Pow) and p.exponent < 0 and mentions(p, index) for p in walk(body))
                return of(body) * (sizes[index.space] if apart else 1)
            case _:
                return sum(map(of, children(t)))

    def of_name(name: Name) -> int:
        if name in structure.definitions:
            return of(structure.body(name))
        if name in structure.adjoints:
            return 1 + 2 * sum(of_name(output) for output in structure.outputs)
        return 1

    return of(term)
