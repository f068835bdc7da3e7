"""Values for a function's arguments in some layout, what it should return for them, and what it does."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from bnsym.compiling.arguments import Argument
from bnsym.compiling.dense import Dense, each
from bnsym.compiling.formula import Formula
from bnsym.evidence.large import balls
from bnsym.evidence.large.balls import Ball
from bnsym.judging.drawing import Draw
from bnsym.judging.layouts import Axis, Layout, Pattern, Roles, lifted
from bnsym.terms import Index, Name, Sum, Term, walk

UNITS = {"float64": 2.0**-53, "float32": 2.0**-24, "float16": 2.0**-11, "bfloat16": 2.0**-8}
"""The unit roundoff of each type."""
ROUGH = 2.0**-20
"""A unit roundoff from which so much is explained by rounding that values have to be chosen."""
NORMAL = {"float64": 2.0**-1022, "float32": 2.0**-126, "float16": 2.0**-14, "bfloat16": 2.0**-126}
"""The smallest normal number of each type, below which roundings are no longer relative."""
HEAVY, SHARE = 32, 2.0**-7
"""Places along an axis that outweigh all others at once, and how many times the roundoff each has to be."""
LIGHT, LARGE = 2.0**-14, 16.0
"""The weight of others where they may not be 0, and a number whose powers and sums even float16 has."""
LARGEST = {"float16": 65504.0}
"""The largest number of a type, where sums of squares may exceed it."""
DRAWS = 40
"""Tries to find values that meet the side conditions."""


class Refused(ValueError):
    """The function can't be judged: it raises, or what it returns are no floats of the right shape."""

    output: str | None = None
    """The one that is at fault, if only one is."""


class Unfit(Refused):
    """The function can be called so, and what it returns can't be meant."""


@dataclass(frozen=True, eq=False)
class Task:
    """What is to be judged: closed forms, and how a function is called."""

    fn: Callable[..., Any]
    outputs: Mapping[str, Formula]
    """One, named "", or several by name."""
    takes: Mapping[str, Argument]
    """Of the closed forms, by their plain names."""
    given: Mapping[str, Formula]
    """What else the function takes: saved statistics."""
    order: tuple[str, ...]
    positive: frozenset[Name]
    masks: frozenset[Name]
    """Arrays that are 0 or 1."""
    dtype: np.dtype[Any]
    values: Mapping[str, Any]
    """Of arguments for which nothing is to be drawn."""
    lifted: dict[tuple[int, int], tuple[Formula, Layout, Formula]] = field(default_factory=dict)
    """Formulas in layouts, by the identities of both, which are held so that these stay theirs."""

    @cached_property
    def roles(self) -> Roles:
        return Roles.of([*self.outputs.values(), *self.given.values()])

    @property
    def redrawn(self) -> bool:
        """Whether other arrays may be drawn in place of those that are handed in: they are no masks."""
        free = (v for n, v in self.values.items() if self.takes[n].latex not in self.masks)
        return not any(np.ndim(v) and np.all((np.asarray(v) == 0) | (np.asarray(v) == 1)) for v in free)

    @property
    def call(self) -> str:
        return f"{getattr(self.fn, '__name__', 'fn')}({', '.join(self.order)})"


@dataclass(eq=False)
class Trial:
    """One call of a function: a layout, the lengths of its axes, and values."""

    task: Task
    layout: Layout
    sizes: Mapping[Axis, int]
    arrays: dict[Name, Any]
    """Of the closed forms, an axis for each of the layout's, as floats of the function's own type."""
    keep: bool = False
    """Whether statistics that are handed in keep the axes that they were taken over, of length 1."""
    own: bool = False
    """Whether no value was handed in or asked for: no mean is large beside the spread."""
    truths: dict[str, Ball] = field(default_factory=dict)
    """What each output should be, with a bound on its rounding error in float64."""
    columns: dict[str, Any] = field(default_factory=dict)
    """The terms of each output, and their sum, once they were worked out."""

    @property
    def unit(self) -> float:
        """The roundoff of the function's own type."""
        return UNITS[self.task.dtype.name]

    @property
    def rows(self) -> int:
        """The numbers along the first index."""
        return prod(self.sizes[a] for a in next(iter(self.layout.spread.values()), ()))

    @property
    def overflows(self) -> bool:
        """Whether sums of what the closed forms are worked out from may be too large for the type."""
        largest = 0.0
        for made in map(self.lifted, self.task.outputs.values()):
            dense = self.dense(made)
            values = (dense.evaluate(part).data for term in made.terms() for part in walk(term))
            largest = max(largest, *(float(np.max(np.abs(v))) for v in values))
        return largest * max(self.sizes.values()) > LARGEST.get(self.task.dtype.name, np.inf)

    @property
    def is_rough(self) -> bool:
        """Whether so much is explained by rounding that values have to be chosen."""
        return self.unit >= ROUGH

    def lifted(self, found: Formula) -> Formula:
        """With an index for each axis: once for all trials, which ask for it again and again."""
        known = self.task.lifted
        key = id(found), id(self.layout)
        if key not in known:
            known[key] = found, self.layout, lifted(found, self.layout)
        return known[key][-1]

    def dense(self, found: Formula, *, bounded: bool = False, spread: float = 0.0) -> Dense:
        normal = NORMAL[self.task.dtype.name]
        return Dense(found, self.arrays, self.sizes, bounded, spread, normal, self.unit)

    def expected(self, found: Formula, *, bounded: bool = False, spread: float = 0.0) -> Any:
        """The value of a formula, as the function should return it."""
        made = self.lifted(found)
        return self._returned_as(made, self.dense(made, bounded=bounded, spread=spread), made.right)

    def terms(self, found: Formula) -> Any:
        """The values of a formula's terms, as the function should return them, in columns."""
        made = self.lifted(found)
        dense = self.dense(made)
        with np.errstate(all="ignore"):
            values = [self._returned_as(made, dense, p.term) for p in made.pieces]
        return np.stack([np.ravel(v) for v in values], axis=1)

    def _returned_as(self, found: Formula, dense: Dense, term: Term) -> Any:
        """The value of a term with a formula's free indices, in the shape in which it is returned: the
        gradient of what batches share is the sum over them."""
        axes = [a for dimension in self.pattern(found) for a in dimension]
        free = {i.space: i for i in found.free}
        for index in (i for i in found.free if i.space not in axes):
            term = Sum(index, term)
        value, shape = dense.table(tuple(free.get(a, Index(a, a)) for a in axes), term), self.shape_of(found)
        return each(value, lambda a: a.reshape(shape))

    def pattern(self, found: Formula) -> Pattern:
        """The dimensions in which a lifted formula's value is returned."""
        if found.by in self.layout.patterns and found.by not in found.definitions:
            return self.layout.patterns[found.by]
        return ordered(self.layout, found.free)

    def shape_of(self, found: Formula) -> tuple[int, ...]:
        """In which a lifted formula's value is returned."""
        return tuple(prod(self.sizes[a] for a in dimension) for dimension in self.pattern(found))

    @property
    def widest(self) -> tuple[int, ...]:
        """Of upstream gradients, in which a gradient is returned that was not summed."""
        name = max(self.arrays, key=lambda n: (n.startswith("∂"), np.size(self.arrays[n])))
        return self.layout.shape(name, self.sizes)

    def handed(self) -> dict[str, Any]:
        """Arguments by name, in the shapes in which the function takes them."""
        found = {}
        for name in self.task.order:
            if name in self.task.given:
                found[name] = self._statistic(self.task.given[name])
            else:
                latex = self.task.takes[name].latex
                found[name] = self.arrays[latex].reshape(self.layout.shape(latex, self.sizes))
        return found

    def _statistic(self, found: Formula) -> Any:
        made = self.lifted(found)
        value = self.dense(made).value()
        axes = [i.space for i in made.free]
        value = value.transpose([axes.index(a) for (a,) in ordered(self.layout, made.free)])
        if self.keep and axes:
            value = value.reshape([self.sizes[a] if a in axes else 1 for a in self.layout.order])
        return value.astype(self.task.dtype)

    def call(self) -> Any:
        """What the function returns. Refused if it raises."""
        handed = self.handed()
        try:
            with np.errstate(all="ignore"):
                return self.task.fn(*(np.array(handed[n]) for n in self.task.order))  # copies
        except Exception as error:
            shapes = ", ".join(f"{n}: {np.shape(handed[n])}" for n in self.task.order)
            raise Refused(
                f"{self.task.call} raised {type(error).__name__}: {error} (shapes {shapes})"
            ) from error

    @property
    def shape(self) -> tuple[int, ...]:
        """Of the first array that the function takes."""
        return next((np.shape(a) for a in self.handed().values() if np.ndim(a)), ())


def ordered(layout: Layout, free: Sequence[Index]) -> Pattern:
    """Free indices as dimensions of their own, in the order of the layout's axes."""
    axes = [i.space for i in free]
    if len(set(axes)) == len(axes) and set(axes) <= set(layout.order):
        axes.sort(key=layout.order.index)
    return tuple((a,) for a in axes)


def drawn(
    task: Task, layout: Layout, sizes: Mapping[Axis, int], seed: int, *, keep: bool = False,
    harden: Callable[[Name, Any], Any] | None = None,
) -> Trial:  # fmt: skip
    """A trial at which every closed form is finite; Refused if none is found."""
    names = {a.latex: a for a in task.takes.values()}
    for attempt in range(seed, seed + DRAWS):
        shapes = {n: layout.axes(n) for n in names}
        draw = Draw(shapes, sizes, 1000 * attempt, task.positive | task.roles.small)
        trial = Trial(task, layout, sizes, {}, keep)
        for name, argument in sorted(names.items(), key=lambda one: one[0] not in task.masks):
            if argument.name in task.values:
                array = np.asarray(task.values[argument.name])
                array = array.reshape([sizes[a] for a in layout.axes(name)])
            else:
                array = draw.named(name)
                if name in task.masks:
                    array = (array > 0).astype(float)
                elif name in task.roles.inputs - task.positive and not name.startswith("∂"):
                    array = _stretched(trial, name, array)
                array = harden(name, array) if harden else array
            trial.arrays[name] = array.astype(task.dtype)
        try:
            for output, one in task.outputs.items():
                with np.errstate(all="ignore"):
                    found = trial.expected(one, bounded=True)
                if not all(np.all(np.isfinite(part)) for part in found):
                    raise balls.Overflow
                trial.truths[output] = found
        except (balls.Cancellation, balls.Overflow):
            continue
        return trial
    raise Refused(f"none of {DRAWS} draws meets the side conditions of the closed form")


def _stretched(trial: Trial, name: Name, array: Any) -> Any:
    """With no mean that is larger than the spread about it, of none of the few numbers that an index runs
    over: where it is, algorithms lose digits that others keep."""
    layout = trial.layout
    masks = [m for m in trial.task.masks if layout.axes(m) == layout.axes(name) and m in trial.arrays]
    kept = prod((trial.arrays[m].astype(float) for m in masks), start=np.ones_like(array))
    for axes in layout.spread.values():
        along = tuple(k for k, a in enumerate(layout.axes(name)) if a in axes)
        count = np.maximum(kept.sum(along, keepdims=True), 1)
        mean = (kept * array).sum(along, keepdims=True) / count
        spread = np.sqrt((kept * (array - mean) ** 2).sum(along, keepdims=True) / count)
        scale = np.maximum(np.abs(mean) / np.where(spread > 0, spread, np.inf), 1)
        array = mean + (array - mean) * scale
    return array


def sized(task: Task, layout: Layout, m: int, d: int, given: Mapping[str, int]) -> dict[Axis, int] | None:
    """The lengths of a layout's axes; None if values that are handed in have other shapes."""
    known: dict[Axis, int] = {a: n for a, n in given.items() if a in layout.order}
    for name, value in task.values.items():
        pattern, shape = layout.patterns[task.takes[name].latex], np.shape(value)
        if len(pattern) != len(shape):
            return None
        for dimension, length in zip(pattern, shape, strict=True):
            open_ = [a for a in dimension if a not in known]
            product = prod(known[a] for a in dimension if a in known)
            if len(open_) == 1 and length % product == 0:
                known[open_[0]] = length // product
            elif open_ or product != length:
                return None
    return layout.lengths(m, d, known)


def copies(trial: Trial, pattern: Pattern, found: Any) -> Iterator[tuple[Trial, Any]]:
    """Each batch with its part of what was returned, in the dimensions of a pattern; nothing where gradients
    are summed over batches."""
    beside = trial.layout.beside
    axes = [a for dimension in pattern for a in dimension]
    if not set(beside) <= set(axes):
        return
    one = {a: 1 if a in beside else n for a, n in trial.sizes.items()}
    shape = [prod(one[a] for a in dimension) for dimension in pattern]
    apart = found.reshape([trial.sizes[a] for a in axes])
    for place in itertools.product(*(range(trial.sizes[a]) for a in beside)):
        at = {a: slice(k, k + 1) for a, k in zip(beside, place, strict=True)}
        arrays = {
            n: array[tuple(at.get(a, slice(None)) for a in trial.layout.axes(n))]
            for n, array in trial.arrays.items()
        }
        part = apart[tuple(at.get(a, slice(None)) for a in axes)].reshape(shape)
        yield replace(trial, sizes=one, arrays=arrays), part


@dataclass(frozen=True, eq=False)
class Heavy:
    """The places along an axis that outweigh all others, so that a sum which leaves one out is far off."""

    axis: Axis
    across: Axis | None
    """The axis along which others are heavy."""
    places: Any
    """Of each place across, in columns."""

    def near(self, count: int, axes: Sequence[Axis], weights: Any = 1.0) -> Any:
        """The weights at heavy places, 0 elsewhere, to go with an array of these axes."""
        table = np.zeros((count, self.places.shape[1]))
        np.put_along_axis(table, self.places, np.broadcast_to(weights, self.places.shape), 0)
        held = [a for a in axes if a in (self.axis, self.across)]
        table = table if held == [self.axis, self.across] or self.across is None else table.T
        lengths = iter(np.shape(table))
        return table.reshape([next(lengths) if a in held else 1 for a in axes])


def heavy(trial: Trial, axis: Axis, sizes: Mapping[Axis, int], rows: Any) -> Heavy:
    """The first places of some, an even number at each place across."""
    names, along = weighty(trial, axis), next(iter(trial.layout.spread.values()), ())
    beside = axis in trial.layout.beside
    inside = sorted(along, key=sizes.__getitem__, reverse=True)
    others = (a for a in (inside if beside else trial.layout.beside)[:1] if names and sizes[a] > 1)
    across = next((a for a in others if all(a in trial.layout.axes(n) for n in names)), None)
    each = min(HEAVY, int(SHARE / trial.unit), len(rows) // 2 * 2)
    columns = sizes[across] if across else 1
    return Heavy(axis, across, rows[np.arange(columns * each) % len(rows)].reshape(columns, each).T)


def again(trial: Trial, sizes: Mapping[Axis, int], seed: int, heavy: Heavy | None = None) -> Trial:
    """Other arrays, at other lengths; numbers that are handed in stay, and so does the sign of arrays whose
    components have one alone: a function may be meant for these. Squares spread more than magnitudes do."""
    task, values = trial.task, trial.task.values
    arrays = {task.takes[n].latex: np.asarray(v, float) for n, v in values.items() if np.ndim(v)}
    signs = {n: sign for n, a in arrays.items() for sign in (-1, 1) if np.all(sign * a >= 0)}
    never = {*task.positive, *(n for n in signs if np.all(arrays[n]))}

    def shaped(name: Name, array: Any) -> Any:
        array = signs[name] * array**2 if name in signs else array
        return _tilted(trial, name, array, heavy, never, never | signs.keys()) if heavy else array

    other = replace(task, values={n: v for n, v in values.items() if not np.ndim(v)})
    found = drawn(other, trial.layout, sizes, seed, keep=trial.keep, harden=shaped)
    found.own = True
    return found


def _tilted(
    trial: Trial, name: Name, array: Any, heavy: Heavy, never: Container[Name], signed: Container[Name]
) -> Any:
    """With all of its weight at heavy places, none of which is small; all others are 0 and, since those of
    inputs are pairs of a number and its opposite, at the mean: sums of them are exact in every type. Refused
    where many of them can't be 0, and no sum is known well enough. never: what may not be 0; signed: whose
    components have one sign."""
    masks, axes, axis = trial.task.masks, trial.layout.axes(name), heavy.axis
    if axis not in axes:
        return array / LARGE if name in trial.task.roles.small else array
    at = axes.index(axis)
    count = np.shape(array)[at]
    sizable = np.copysign(1 + np.minimum(np.abs(array), 2) / 8, array)
    if name not in weighty(trial, axis):
        if name in masks:
            return np.ones_like(array)
        if name in signed or name not in trial.task.roles.inputs:
            return sizable if name in signed else np.abs(sizable)
        if heavy.across not in axes:
            return array
        there = np.arange(np.shape(array)[axes.index(heavy.across)])
        signs = (1 - 2 * (there % 2)).reshape([-1 if a == heavy.across else 1 for a in axes])
        return np.abs(np.take(sizable, there // 2 * 2, axes.index(heavy.across))) * signs
    near = heavy.near(count, axes)
    if name in masks:
        few = np.arange(count).reshape([-1 if a == axis else 1 for a in axes]) % max(1, count // 8) == 0
        return np.broadcast_to(np.where(near > 0, 1.0, few), np.shape(array))  # a number that all types have
    slots = np.arange(len(heavy.places))[:, None]
    if name.startswith("∂"):  # as the pairs, so that what multiplies their deviation from the mean is large
        return np.abs(sizable) * heavy.near(count, axes, np.where(slots % 2, -0.75, 1))
    if name in never and count * trial.unit > 1:
        raise Refused(f"sums of {count} numbers of one sign tell nothing")
    weight = (count / len(heavy.places)) ** 0.5  # the spread stays as it is
    weight = min(weight, LARGE / float(np.max(np.abs(sizable))))
    if name in signed:
        return sizable * np.where(near > 0, weight, LIGHT if name in never else 0.0)
    pairs = (1 - 2 * (slots % 2)) * (1 + np.random.default_rng(count).random(len(slots))[slots // 2] / 4)
    return heavy.near(count, axes, pairs * weight / 1.25) * np.abs(np.take(sizable, [0], at))


def weighty(trial: Trial, axis: Axis) -> list[Name]:
    """The arrays whose components along an axis are made to differ in weight: of batches side by side, each
    with statistics of its own, upstream gradients alone."""
    inside = axis not in trial.layout.beside
    return [
        n for n in trial.task.roles.inputs
        if axis in trial.layout.axes(n) and (inside or n.startswith("∂"))
    ]  # fmt: skip
