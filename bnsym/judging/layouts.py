"""Which axes of somebody's arrays the index letters of a note run over.

    x[n, c, h, w], γ[c]      i = (n, h, w)      one batch beside the other along c

A layout names axes. Lifted by one, a formula has a letter for each axis: an index that runs over three axes
becomes three, and what stands beside becomes an index of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

from bnsym.compiling.formula import Formula, spreads, statistics
from bnsym.evidence.surveying import names, reached
from bnsym.terms import (
    Definition,
    Delta,
    Index,
    Name,
    Size,
    SpaceName,
    Sum,
    Sym,
    Term,
    mapped,
    mul,
    own_indices,
    walk,
)

Axis = str
Pattern = tuple[tuple[Axis, ...], ...]
"""Of an array: for each of its dimensions the axes that it holds, one or several, as in `n (g c) h w`."""
SHORT = (5, 6, 4, 3, 2)
"""Lengths of axes, where there are three or more, or a batch is tried at its smallest."""
DEEPEST = 4
"""Dimensions up to which a layout is guessed."""


@dataclass(frozen=True, slots=True)
class Layout:
    spread: Mapping[SpaceName, tuple[Axis, ...]]
    """The axes that each index runs over."""
    patterns: Mapping[Name, Pattern]
    """Of arguments, and of what the loss is differentiated by."""
    order: tuple[Axis, ...]
    """Of the array with the most axes."""

    def axes(self, name: Name) -> tuple[Axis, ...]:
        return tuple(a for dimension in self.patterns.get(name, ()) for a in dimension)

    @property
    def beside(self) -> tuple[Axis, ...]:
        """Axes that no index of the note runs over."""
        inside = {a for axes in self.spread.values() for a in axes}
        return tuple(a for a in self.order if a not in inside)

    def shape(self, name: Name, sizes: Mapping[Axis, int]) -> tuple[int, ...]:
        return tuple(prod(sizes[a] for a in dimension) for dimension in self.patterns[name])

    def lengths(self, m: int, d: int, given: Mapping[Axis, int]) -> dict[Axis, int]:
        """Of every axis: m numbers along the first index, d beside, unless they are given."""
        found = dict(given)
        first = next(iter(self.spread.values()), ())
        short = [a for a in self.order if a not in found]
        for number, axis in enumerate(a for a in short if a in self.beside):
            found[axis] = d + number
        for number, axis in enumerate(a for a in short if a not in self.beside):
            found[axis] = SHORT[number % len(SHORT)]
        free = [a for a in first if a not in given]
        if free:
            others = prod(found[a] for a in first if a != free[0])
            found[free[0]] = max(1, m // others)
        return found

    def resized(self, sizes: Mapping[Axis, int], length: int) -> dict[Axis, int]:
        """With another length of the first axis of the first index."""
        first = next(iter(self.spread.values()), ())[:1]
        return {a: length if a in first else n for a, n in sizes.items()}

    def said(self, letters: Mapping[SpaceName, str]) -> str:
        """For a reader: `i along axes 0, 2, 3; γ of shape (d)`."""
        runs = (f"{letters[s]} along {_listed(self.order, axes)}" for s, axes in self.spread.items() if axes)
        return ", ".join(runs)


def _listed(order: Sequence[Axis], axes: Sequence[Axis]) -> str:
    places = [str(order.index(a)) for a in axes]
    numbered = all(a.isdigit() for a in order)
    words = places if numbered else list(axes)
    return f"{'axis' if len(words) == 1 else 'axes'} {', '.join(words)}"


def lifted(found: Formula, layout: Layout) -> Formula:
    """With an index for each axis. What is defined varies with all axes that what it is made of does."""
    beside: dict[Name, tuple[Axis, ...]] = {}
    for name in (*found.shapes, *found.definitions):
        leaves = reached([name], lambda n: names(found.definitions[n].body) if n in found.definitions else ())
        held = {a for n in leaves if n in found.shapes for a in layout.axes(n)}
        beside[name] = tuple(a for a in layout.beside if a in held)

    def indices(index: Index) -> tuple[Index, ...]:
        return tuple(Index(f"{index.name}.{a}", a) for a in layout.spread.get(index.space, (index.space,)))

    outer = [i for index in found.free for i in indices(index)]

    def symbol(one: Sym) -> Sym:
        own = [i for index in one.indices for i in indices(index)]
        own += [Index(a, a) for a in beside.get(one.name, ())]
        if one.name in found.shapes:
            axes = layout.axes(one.name)
            held = {i.space for i in own}
            own += [i for i in outer if i.space in axes and i.space not in held]
            own = sorted((i for i in own if i.space in axes), key=lambda i: axes.index(i.space))
        return Sym(one.name, tuple(own))

    def lift(term: Term) -> Term:
        match term:
            case Sym():
                return symbol(term)
            case Size(space):
                return mul(*(Size(a) for a in layout.spread.get(space, (space,))))
            case Sum(index, body):
                inner = lift(body)
                for one in reversed(indices(index)):
                    inner = Sum(one, inner)
                return inner
            case Delta(left, right):
                return mul(*(Delta(a, b) for a, b in zip(indices(left), indices(right), strict=True)))
            case _:
                return mapped(term, lift)

    made = found.changed(lift)
    definitions = {
        n: Definition(symbol(found.definitions[n].symbol), d.body) for n, d in made.definitions.items()
    }
    free = list(outer)
    held = {a for p in found.pieces for n in names(p.term) for a in beside.get(n, ())}
    free += [Index(a, a) for a in layout.beside if a in held]
    return replace(
        made, definitions=definitions, free=tuple(free), shapes={n: layout.axes(n) for n in found.shapes}
    )


def letters(formulas: Iterable[Formula]) -> dict[SpaceName, str]:
    """A letter for each index space of some closed forms, the first that it goes by."""
    found: dict[SpaceName, str] = {}
    for one in formulas:
        inner = (i for t in one.terms() for part in walk(t) for i in own_indices(part))
        for index in (*one.free, *inner):
            found.setdefault(index.space, index.name)
    return found


# ---- what was said, and what can be guessed ----


@dataclass(frozen=True, slots=True)
class Roles:
    """The arrays of some closed forms, by what becomes of them where batches stand side by side."""

    shapes: Mapping[Name, tuple[SpaceName, ...]]
    inputs: frozenset[Name]
    """Inputs, masks and upstream gradients: each batch has its own."""
    small: frozenset[Name]
    """Numbers such as ε, which all batches share."""

    @classmethod
    def of(cls, formulas: Sequence[Formula]) -> Roles:
        shapes = {n: s for f in formulas for n, s in f.shapes.items()}
        inputs = {n for f in formulas for n in statistics(f)} | {n for n in shapes if n.startswith("∂")}
        for one in formulas:
            if one.by and one.by not in one.definitions:
                shapes.setdefault(one.by, tuple(i.space for i in one.free))
        if not any(not n.startswith("∂") for n in inputs):
            inputs |= {n for n, s in shapes.items() if s}
        return cls(shapes, frozenset(inputs), frozenset(n for f in formulas for n in spreads(f)))

    @property
    def spaces(self) -> tuple[SpaceName, ...]:
        """In the order of the axes of the array that has the most."""
        longest = max(self.shapes.values(), key=len, default=())
        return tuple(dict.fromkeys([*longest, *(s for shape in self.shapes.values() for s in shape)]))


def guesses(roles: Roles) -> Iterator[Layout]:
    """Layouts that people use: as the note has it, features side by side, rows, images."""
    spaces = roles.spaces
    yield from arranged(roles, {s: (k,) for k, s in enumerate(spaces)}, len(spaces))
    if len(spaces) != 1:
        return
    (space,) = spaces
    for rank, runs in (
        (2, ((0,), (1,))), (3, ((2,), (1, 2), (0, 2), (0, 1))),
        (4, ((0, 2, 3), (2, 3), (1, 2, 3), (3,), (0, 1, 2))),
    ):  # fmt: skip
        for along in runs:
            yield from arranged(roles, {space: along}, rank)


def arranged(roles: Roles, along: Mapping[SpaceName, tuple[int, ...]], rank: int) -> Iterator[Layout]:
    """Layouts with indices along the axes that are said; they differ in what gains and numbers vary with."""
    order = tuple(map(str, range(rank)))
    spread = {s: tuple(str(k) for k in axes) for s, axes in along.items()}
    inside = {a for axes in spread.values() for a in axes}
    beside = tuple(a for a in order if a not in inside)
    channels = [c for c in ("1", order[-1] if order else "") if rank > 2 and c in order]
    gains = [n for n, s in roles.shapes.items() if s and n not in roles.inputs]
    numbers = [n for n, s in roles.shapes.items() if not s and n not in roles.small]
    seen = set()
    for gain in (None, *channels, "all") if gains and (beside or channels) else (None,):
        for number in (*channels, "all", None) if numbers and beside else (None,):
            patterns: dict[Name, tuple[Axis, ...]] = {}
            for name, shape in roles.shapes.items():
                own = tuple(a for s in shape for a in spread.get(s, ()))
                if name in roles.inputs:
                    patterns[name] = tuple(a for a in order if a in own or a in beside)
                elif shape:
                    patterns[name] = _some(order, own, beside, gain)
                else:
                    patterns[name] = () if name in roles.small else _some(beside, (), beside, number)
            key = tuple(patterns.values())
            if key not in seen:
                seen.add(key)
                yield Layout(spread, {n: tuple((a,) for a in p) for n, p in patterns.items()}, order)


def _some(
    order: Sequence[Axis], own: tuple[Axis, ...], beside: tuple[Axis, ...], which: str | None
) -> tuple[Axis, ...]:
    """The axes of a gain: its own, those beside too, or one axis alone."""
    if which is None:
        return tuple(a for a in order if a in own)
    if which == "all":
        return tuple(a for a in order if a in own or a in beside)
    return tuple(a for a in order if a == which)


def stated(
    roles: Roles, plain: Mapping[str, Name], known: Mapping[str, SpaceName], axes: Mapping[str, Any]
) -> Iterator[Layout]:
    """The layouts that `axes` leaves open. plain: the names of arguments; known: index letters and sizes.

    Values are positions of axes, counted as in NumPy, or names of axes where arguments have patterns.
    """
    patterns = {plain[k]: _parsed(k, v) for k, v in axes.items() if k in plain}
    runs = {known[k]: v for k, v in axes.items() if k in known and k not in plain}
    unknown = [k for k in axes if k not in plain and k not in known]
    if unknown:
        raise ValueError(
            f"axes: {unknown[0]!r} is no index letter ({', '.join(known)}) nor argument ({', '.join(plain)})"
        )
    missing = [s for s in roles.spaces if s not in runs]
    if patterns:
        yield from _patterned(roles, patterns, runs, known)
    elif missing:
        letter = next(k for k, s in known.items() if s == missing[0])
        raise ValueError(f"axes: nothing is said of the index {letter}")
    else:
        yield from _positioned(roles, runs)


def _positioned(roles: Roles, runs: Mapping[SpaceName, Any]) -> Iterator[Layout]:
    along = {s: (v,) if isinstance(v, int) else tuple(v) for s, v in runs.items()}
    if not all(isinstance(k, int) for ks in along.values() for k in ks):
        raise ValueError(
            "axes: names of axes stand for something where arguments have patterns, such as 'n c h w'"
        )
    flat = [k for ks in along.values() for k in ks]
    least = max(len(flat), *(k + 1 if k >= 0 else -k for k in flat))
    for rank in range(least, max(DEEPEST, least) + 1):
        placed = {s: tuple(sorted(k % rank for k in ks)) for s, ks in along.items()}
        together = [k for ks in placed.values() for k in ks]
        if len(set(together)) == len(together):
            yield from arranged(roles, placed, rank)


def _patterned(
    roles: Roles, patterns: dict[Name, Pattern], runs: Mapping[SpaceName, Any], known: Mapping[str, SpaceName]
) -> Iterator[Layout]:
    order = tuple(
        dict.fromkeys(a for p in sorted(patterns.values(), key=lambda p: -len(p)) for g in p for a in g)
    )
    spread: dict[SpaceName, tuple[Axis, ...]] = {}
    for space in roles.spaces:
        said = runs.get(space)
        own = [k for k, s in known.items() if s == space and k in order]
        spread[space] = tuple(said.split()) if isinstance(said, str) else tuple(own)
        if not spread[space] or not set(spread[space]) <= set(order):
            letter = next(k for k, s in known.items() if s == space)
            raise ValueError(f"axes: which of {', '.join(order)} the index {letter} runs over is not said")
    yield from _filled(roles, Layout(spread, patterns, order))


def _filled(roles: Roles, layout: Layout) -> Iterator[Layout]:
    """With patterns for what has none: inputs like the longest, numbers that are shared by all."""
    longest = max(layout.patterns.values(), key=lambda p: sum(map(len, p)))
    gains = {
        roles.shapes[n]: p for n, p in layout.patterns.items() if n in roles.shapes and n not in roles.inputs
    }
    found = dict(layout.patterns)
    for name, shape in roles.shapes.items():
        if name in found:
            continue
        own = tuple(a for s in shape for a in layout.spread[s])
        if name in roles.inputs:
            found[name] = longest
        else:
            found[name] = gains.get(shape, tuple((a,) for a in own)) if name not in roles.small else ()
    yield replace(layout, patterns=found)


def _parsed(name: str, text: Any) -> Pattern:
    """`n (g c) 1` as dimensions, the last without an axis; ValueError for what is no pattern."""
    if not isinstance(text, str) or not re.fullmatch(r"\s*((\w+|\(\s*\w+(\s+\w+)*\s*\))\s*)*", text):
        raise ValueError(f"axes: {name}={text!r} is no pattern such as 'n (g c) h w'")
    parts = (part.strip("()").split() for part in re.findall(r"\([^)]*\)|\w+", text))
    found = tuple(tuple(a for a in part if a != "1") for part in parts)
    flat = [a for dimension in found for a in dimension]
    if len(set(flat)) < len(flat):
        raise ValueError(f"axes: {name}={text!r} names an axis twice")
    return found
