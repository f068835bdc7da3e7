"""The arrays that a closed form takes: their names, and whether what is handed in fits together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnsym.compiling import argument_names
from bnsym.compiling.formula import Formula
from bnsym.compiling.proved import NotProved
from bnsym.evidence.surveying import symbols
from bnsym.terms import Name, SpaceName, Term

BESIDE = "d beside"
"""The number of features side by side, each a batch of its own; no note has it."""


@dataclass(frozen=True, slots=True)
class Argument:
    """An array that a closed form takes."""

    name: str
    latex: Name
    spaces: tuple[SpaceName, ...]

    @property
    def shape(self) -> str:
        return shown(self.spaces)


def shown(spaces: Sequence[SpaceName]) -> str:
    """A shape, for a reader."""
    return f"shape ({', '.join(spaces)}{',' * (len(spaces) == 1)})" if spaces else "a number"


@dataclass(frozen=True, slots=True)
class Sizes:
    """What arrays have in common."""

    spaces: dict[SpaceName, int]
    beside: int | None
    """The number of features side by side."""


def arguments(found: Formula) -> tuple[Argument, ...]:
    """What a closed form depends on: first arrays, then numbers, then upstream gradients."""
    names = list(_leaves(found, found.right, set()))
    if not any(found.shapes[n] for n in names):
        raise NotProved("the closed form depends on no array")
    plain = argument_names.distinct(names)
    return by_kind(Argument(plain[n], n, found.shapes[n]) for n in names)


def _leaves(found: Formula, term: Term, seen: set[Name]) -> Iterator[Name]:
    """In the order in which they are met."""
    for symbol in symbols(term):
        if symbol.name not in seen:
            seen.add(symbol.name)
            if symbol.name in found.definitions:
                yield from _leaves(found, found.definitions[symbol.name].body, seen)
            else:
                yield symbol.name


def by_kind(found: Iterable[Argument]) -> tuple[Argument, ...]:
    """First arrays, then numbers, then upstream gradients."""
    return tuple(sorted(found, key=lambda a: (a.latex.startswith("∂"), not a.spaces)))


def bind(takes: Sequence[Argument], arrays: Sequence[Any], named: Mapping[str, Any]) -> dict[str, Any]:
    """Every argument by its name; TypeError where one is missing, unknown or given twice."""
    names = [a.name for a in takes]
    if len(arrays) > len(names):
        raise TypeError(f"{len(arrays)} arguments for {len(names)}: {', '.join(names)}")
    bound = dict(zip(names, arrays, strict=False))
    for name, value in named.items():
        if name not in names or name in bound:
            said = "is given twice" if name in bound else f"is none of {', '.join(names)}"
            raise TypeError(f"argument {name!r} {said}")
        bound[name] = value
    missing = [n for n in names if n not in bound]
    if missing:
        raise TypeError(f"no value for {', '.join(missing)}; the arguments are {', '.join(names)}")
    return bound


def measure(takes: Sequence[Argument], bound: Mapping[str, Any], *, one_index: bool) -> Sizes:
    """The sizes of all index spaces; ValueError where two arrays disagree, or one has another shape than
    it takes. one_index: whether the only index is that of the batch, so that features may stand beside."""
    beside = one_index and any(np.ndim(bound[a.name]) == 2 for a in takes if a.spaces)
    sizes: dict[SpaceName, int] = {}
    first: dict[SpaceName, str] = {}
    for argument in takes:
        shape = tuple(np.shape(bound[argument.name]))
        spaces = argument.spaces
        if beside and (spaces or shape):
            spaces = (*spaces, BESIDE)
        if len(shape) != len(spaces):
            takes_too = f" or ({spaces[0]}, d), if all do" if one_index and argument.spaces else ""
            raise ValueError(f"{argument.name} has shape {shape}; it takes {argument.shape}{takes_too}")
        for space, size in zip(spaces, shape, strict=True):
            if sizes.setdefault(space, size) != size:
                said = f"{first[space]} makes {space} = {sizes[space]}"
                raise ValueError(f"{argument.name} has shape {shape}, but {said}")
            first.setdefault(space, argument.name)
    if any(size < 1 for size in sizes.values()):
        raise ValueError("an array is empty; a batch has at least one example")
    return Sizes(sizes, sizes.pop(BESIDE, None) if beside else None)
