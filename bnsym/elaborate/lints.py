"""Notes and warnings on a file: names that nothing defines, names that look like others,
rows read as definitions, what the loss is taken to depend on.

Imports the surface modules of reading and terms.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from bnsym.elaborate import shapes as kinds
from bnsym.elaborate.applications import Application
from bnsym.elaborate.collect import diagnostic
from bnsym.elaborate.context import reaching
from bnsym.elaborate.dependence import names_of
from bnsym.elaborate.scope import Survey
from bnsym.elaborate.symbols import resembling, square_of
from bnsym.latex.ast import Place
from bnsym.latex.errors import ReadError
from bnsym.model import Diagnostic, Severity
from bnsym.terms import Definition, Diff, Max, Name, Sym, Term, children, walk

KIND_NAMES = ("scalar", "vector", "matrix")


def remarks(
    survey: Survey,
    definitions: Mapping[Name, Definition],
    terms: Iterable[Term],
    losses: tuple[Name, ...],
    outputs: tuple[Name, ...],
) -> list[Diagnostic]:
    everywhere = [*terms, *(d.body for d in definitions.values())]
    parts = [part for term in everywhere for part in walk(term) if isinstance(part, Diff | Max)]
    places, free = _places(survey), free_names(everywhere, definitions, losses)
    found: list[Diagnostic] = []

    def note(code: str, message: str, at: Place) -> None:
        found.append(diagnostic(survey.source, ReadError(code, message, at), Severity.NOTE))

    for d in survey.definitions:
        if not d.explicit and d.full_name in definitions:
            note("BN133", f"`{d.full_name}` is defined here", d.at)
    for name, other in resemblances(free, definitions):
        found.append(_resemblance(survey, name, other, places.get(name, (0, 0))))
    if free:
        listed = ", ".join(f"`{n}` ({KIND_NAMES[min(2, free[n])]})" for n in free)
        note("BN132", f"free names, any values: {listed}", places.get(next(iter(free)), (0, 0)))
    differentiated = {t.of for t in parts if isinstance(t, Diff) and isinstance(t.of, Sym)}
    if used := [n for n in losses if Sym(n) in differentiated]:
        functions = ", ".join(f"`{n}`" for n in used)
        arguments = ", ".join(f"`{n}`" for n in outputs) or "nothing that is defined here"
        at = survey.table.losses.get(used[0], (0, 0))
        note("BN134", f"{functions}: read as an unknown function of {arguments}", at)
    for name, other in _held(parts, definitions).items():
        message = f"a maximum over `{name}` holds what is computed from `{other}` fixed, which depends on it"
        note("BN135", message, places.get(name, (0, 0)))
    return found


def free_names(
    terms: Iterable[Term], definitions: Container[Name], losses: tuple[Name, ...]
) -> dict[Name, int]:
    """Free names with their numbers of axes, in order of first use."""
    found: dict[Name, int] = {}
    for term in terms:
        for inner in _unbound(term):
            if inner.name not in definitions and inner.name not in losses:
                found.setdefault(inner.name, len(inner.indices))
    return found


def _unbound(term: Term) -> Iterator[Sym]:
    """The symbols of a term but those that a maximum is taken over."""
    match term:
        case Sym(Application() as name):
            yield from _unbound(name.argument)
        case Sym():
            yield term
        case Max(variable, radius, body):
            yield from (s for part in (radius, body) for s in _unbound(part) if s.name != variable.name)
        case _:
            for child in children(term):
                yield from _unbound(child)


def _held(parts: Iterable[Term], definitions: Mapping[Name, Definition]) -> dict[Name, Name]:
    """The matrices that a maximum is taken over, and what else is defined through each."""
    over = {t.variable.name for t in parts if isinstance(t, Max)}
    made = ((symbol.name, d.symbol.name) for d in definitions.values() for symbol in _unbound(d.body))
    return {name: other for name, other in made if name in over}


def _places(survey: Survey) -> dict[Name, Place]:
    """Where each name stands first."""
    found: dict[Name, Place] = {}
    for node in survey.gathered.nodes():
        for symbol, name, _ in kinds.named(survey.table, node):
            found.setdefault(name, symbol.at)
            found.setdefault(square_of(name), symbol.at)
    return found


def resemblances(free: Iterable[Name], definitions: Mapping[Name, Definition]) -> Iterator[tuple[Name, Name]]:
    """Free names that a reader may take for a defined one, with that: not for one made from the free one,
    as `\\hat{x}` is from `x`."""
    uses = {name: names_of(definition.body) for name, definition in definitions.items()}
    for name in free:
        made = reaching([name], uses)
        other = resembling(name, [other for other in definitions if other not in made])
        if other:
            yield name, other


def _resemblance(survey: Survey, name: Name, other: Name, at: Place) -> Diagnostic:
    hint = f"if so: `<!-- bnsym: let ${name}$ = ${other}$ -->`"
    error = ReadError("BN131", f"`{name}` is free here; did you mean `{other}`?", at, hint)
    return diagnostic(survey.source, error, Severity.WARNING)
