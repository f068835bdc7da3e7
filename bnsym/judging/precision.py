"""How far apart what a function returns and a closed form may be, in the function's own type.

    gap ≤ allowance × the bound of the closed form, worked out in that type with sums in a row

A slip could hide where so much is explained by rounding: values are drawn at which every term is somewhere
larger than the error that is allowed, and where none are found that is said. On hard data nothing is called
wrong; how many digits are left there is said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import log10, prod
from typing import Any

import numpy as np

from bnsym.compiling.formula import statistics
from bnsym.evidence.large.balls import Cancellation
from bnsym.judging.asking import returned
from bnsym.judging.trials import NORMAL, UNITS, Heavy, Refused, Trial, again, drawn, weighty
from bnsym.terms import Name

ALLOWANCE = {"float64": 64.0, "float32": 64.0, "float16": 4.0, "bfloat16": 4.0}
"""How much larger than the bound of the closed form an error may be that other algorithms make."""
CONSPIRE, LEAST = 3.0, 0.4
"""In types that round much, where values are drawn so that no algorithm loses more than others: of n
roundings, each as large as the largest term, so many times √n add up, but no less than this part of all."""
TOLD = 1.0
"""Times the allowed error that a term has to be somewhere, so that one more or less of it is seen."""
LOST = 1.5
"""Decimal digits beyond what the condition of the problem costs that are worth a word."""
FEW = 4
"""Numbers along the first index at which rounding explains little."""
HARD = 1000
"""Numbers along the first index where a mean is large."""
NUDGE = 1e-12
"""A relative change of the arguments, which shows the condition of the problem."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How far an output is from what it should be."""

    agrees: bool
    error: float
    allowed: float
    trial: Trial
    lost: float = 0.0
    """Decimal digits of all that a type has."""
    missing: bool = False
    """Whether a sum over batches is left out."""
    refused: str = ""
    """Why there is nothing to compare, where a function that can be called at one size can't at another."""
    told: Mapping[Any, Any] = field(default_factory=dict)
    """Of each term and of all: how many times the allowed error it is, at the most telling trial; and so what
    the last place along an axis of some length makes of them."""


def gap(trial: Trial, name: str, found: Any) -> Gap:
    expected, bound = trial.truths[name]
    if np.shape(found) != np.shape(expected):
        return Gap(False, np.inf, 0.0, trial, missing=True)
    apart = np.abs(found - expected)
    allowed = _allowed(trial, name, bound)
    scale = float(np.max(np.abs(expected))) or 1.0
    beyond = apart - allowed
    worst = int(np.argmax(beyond if np.any(beyond > 0) else apart))
    error, explained = (float(np.ravel(a)[worst]) / scale for a in (apart, allowed))
    right = error <= explained or _blurred(trial, name)
    return Gap(bool(right), error, explained, trial, _lost(found, expected, trial.unit))


def _allowed(trial: Trial, name: str, bound: Any) -> Any:
    kind = trial.task.dtype.name
    allowance: Any = ALLOWANCE[kind]
    if trial.own and trial.is_rough:
        largest = np.max(np.abs(_columns(trial, name)), axis=1).reshape(np.shape(bound))
        roundings = bound / (UNITS["float64"] * np.maximum(largest, NORMAL[kind]))
        allowance = np.clip(CONSPIRE / np.sqrt(np.maximum(roundings, 1.0)), LEAST, 1.0)
    return allowance * trial.unit / UNITS["float64"] * bound


def told(trial: Trial) -> dict[str, Any]:
    """How many times the allowed error each term of an output is somewhere, and all of them together."""
    return {n: np.max(_seen(trial, n, _columns(trial, n)), axis=0) for n in trial.truths}


def _seen(trial: Trial, name: str, change: Any) -> Any:
    with np.errstate(all="ignore"):
        allowed = _allowed(trial, name, trial.truths[name].radius)
        return np.nan_to_num(np.abs(change) / np.ravel(allowed)[:, None])


def told_of_places(trial: Trial, heavy: Heavy) -> dict[str, Any]:
    """What the less telling of two heavy places, in each column, makes of the terms of an output."""
    found = {}
    for name, one in trial.task.outputs.items():
        axes = [a for dimension in trial.pattern(trial.lifted(one)) for a in dimension]
        columns = _columns(trial, name)
        found[name] = np.full(columns.shape[1], np.inf)
        if heavy.axis in axes and (heavy.axis in trial.layout.beside or heavy.across not in (None, *axes)):
            continue  # no sum runs along it
        for places in heavy.places[:2]:
            change = _seen(trial, name, columns - _columns(_without(trial, heavy, places), name))
            change = change.reshape([*(trial.sizes[a] for a in axes), -1])
            others = tuple(k for k, a in enumerate(axes) if a != heavy.across)
            by_place = np.max(change, axis=others).reshape(-1, columns.shape[1])
            found[name] = np.minimum(found[name], np.min(by_place, axis=0))
    return found


def _columns(trial: Trial, name: str) -> Any:
    if name not in trial.columns:
        terms = trial.terms(trial.task.outputs[name])
        trial.columns[name] = np.column_stack([terms, terms.sum(axis=1)])
    return trial.columns[name]


def _without(trial: Trial, heavy: Heavy, places: Any) -> Trial:
    names = weighty(trial, heavy.axis)
    arrays = dict(trial.arrays)
    left_out = replace(heavy, places=places[None])
    for name in [n for n in names if n.startswith("∂")] or names:
        near = left_out.near(trial.sizes[heavy.axis], trial.layout.axes(name))
        arrays[name] = arrays[name] * (1 - near).astype(arrays[name].dtype)
    return replace(trial, arrays=arrays, columns={})


def _blurred(trial: Trial, name: str) -> bool:
    """Whether a divisor is lost where the values that were handed in are rounded once: bounds of first order
    say nothing there, as of large numbers that are all alike."""
    if not any(map(np.ndim, trial.task.values.values())):
        return False
    try:
        trial.expected(trial.task.outputs[name], bounded=True, spread=trial.unit)
    except Cancellation:
        return True
    return False


def _lost(found: Any, expected: Any, unit: float) -> float:
    apart, length = (float(np.linalg.norm(a)) for a in (found - expected, expected))
    return log10(max(apart / (length or 1.0), unit) / unit)


def precise(trial: Trial) -> Trial:
    """In the most precise type that a function takes, so that slips show beyond all rounding."""
    for kind in ("float64", "float32"):
        task = replace(trial.task, dtype=np.dtype(kind))
        arrays = {n: a.astype(kind) for n, a in trial.arrays.items()}
        found = replace(trial, task=task, arrays=arrays)
        try:
            returned(found)
        except Refused:
            continue
        return found
    return trial


def graded(trial: Trial, name: str, gap: Gap, seed: int) -> str:
    """How many digits an output that agrees loses, there, and where a mean is large beside the spread."""
    kind = trial.task.dtype.name
    digits = -log10(trial.unit)
    seen = gap.told.get(None, 0.0)
    seen = seen if np.all(seen) else np.maximum(seen, told(trial)[name])
    unseen = [at for at, found in gap.told.items() if at and np.any((found > 0) & (found < TOLD))]
    if not np.any(seen):
        return f"right, but all should be 0 at shape {trial.shape}, which tells of no slip"
    right = f"right within {kind}"
    if gap.allowed >= 1:
        right += f", but any error is explained at shape {trial.shape}"
    if np.any(seen < TOLD / 2):
        right = f"right within {kind}, but at no shape tried is a wrong sign of each term more than its error"
    elif unseen:
        right += f", but a sum may leave out one of {unseen[-1][1]} rows unseen"
    for said in (*((gap.refused,) if gap.refused else ()), *_untold(trial, name, seed)):
        right += f", but {said}"
    if gap.lost > LOST:
        return f"right, but loses {min(gap.lost, digits):.0f} of {digits:.0f} digits at shape {trial.shape}"
    ratio = trial.unit**-0.5 / 8
    hard = statistics(trial.task.outputs[name]) - trial.task.masks
    if trial.task.values or not hard or ratio < 4:
        return right
    where = f"where a mean is {ratio:.0f} times the spread"

    def harden(array_name: Name, array: Any) -> Any:
        return array + ratio * float(np.std(array)) if array_name in hard else array

    try:
        sizes = min(trial.layout.resized(trial.sizes, HARD), trial.sizes, key=lambda one: prod(one.values()))
        tried = drawn(trial.task, trial.layout, sizes, seed, keep=trial.keep, harden=harden)
        found = returned(tried)[name]
    except Refused as refusal:
        return f"{right}, but it returns NaN {where}" if "NaN" in str(refusal) else right
    expected = tried.truths[name].value
    lost = _lost(found, expected, trial.unit)
    if lost - _condition(tried, name) < LOST:
        return right
    return f"right, but loses {min(lost, digits):.0f} of {digits:.0f} digits to cancellation {where}"


def _untold(trial: Trial, name: str, seed: int) -> Iterator[str]:
    """What was handed in, where nothing else is drawn in its place, and another use of it gives the same."""
    task, one = trial.task, trial.task.outputs[name]
    fewer = trial.layout.resized(trial.sizes, FEW)
    trials = [trial, again(trial, fewer, seed)] if task.redrawn else [trial]
    for plain in task.values:
        latex = task.takes[plain].latex
        array = trial.arrays[latex].astype(np.float64)
        if latex in task.masks or latex not in one.shapes or (array.ndim and task.redrawn):
            continue
        others = {"its mean": np.full_like(array, np.mean(array)), "its square": array**2, "0": 0 * array}
        if array.size <= 1:
            del others["its mean"]
        same = [w for w, other in others.items() if not any(_tells(t, name, latex, other) for t in trials)]
        if same:
            what = _kind(array) if array.ndim else f"{array:g}"
            yield f"{plain} is {what}: cannot tell it from {' or '.join(same)}"


def _tells(trial: Trial, name: str, latex: Name, other: Any) -> bool:
    """Whether an output shows that another array was put in place of the one handed in."""
    changed = replace(trial, arrays={**trial.arrays, latex: other}, columns={})
    return bool(np.any(_seen(trial, name, _columns(changed, name) - _columns(trial, name)) >= TOLD))


def _kind(array: Any) -> str:
    if np.ptp(array) == 0:
        return "constant"
    return "0 or 1" if np.all(array == array**2) else "handed in"


def _condition(trial: Trial, name: str) -> float:
    """Decimal digits that a rounding of the arguments costs."""
    rng = np.random.default_rng(0)
    signs = {n: rng.choice((-1.0, 1.0), np.shape(a)) for n, a in trial.arrays.items()}
    moved = {n: a.astype(np.float64) * (1 + NUDGE * signs[n]) for n, a in trial.arrays.items()}
    nudged = replace(trial, arrays=moved, truths={})
    with np.errstate(all="ignore"):
        found = nudged.expected(trial.task.outputs[name])
    return _lost(found, trial.truths[name].value, NUDGE)
