"""How far apart what a function returns and a closed form may be, in the function's own type.

    gap ≤ allowance × the bound of the closed form, worked out in that type with sums in a row

Where so much is explained by rounding that a slip could hide, the share of each term in what was returned
decides: a sign is −1, and no rounding makes it so. On hard data nothing is called wrong; how many digits
are left there is said.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import log10, prod
from typing import Any

import numpy as np

from bnsym.compiling.formula import statistics
from bnsym.evidence.streams.balls import Cancellation
from bnsym.judging.asking import UNITS, returned
from bnsym.judging.trials import Refused, Trial, drawn
from bnsym.terms import Name

ALLOWANCE = {"float64": 64.0, "float32": 64.0, "float16": 4.0, "bfloat16": 4.0}
"""How much larger than the bound of the closed form an error may be that other algorithms make."""
LOOSE = 1e-3
"""Of the largest component: a bound beyond which the shares of terms are looked at."""
TYPICAL, FEW = 0.3, 2.0
"""Of a bound, which supposes that all roundings conspire, what a share may be off by: FEW/√n of it where it
is found from n components, and no less than this."""
APART = 0.05
"""How far from dependent on each other terms have to be for their shares to be found."""
MOST = 1 << 16
"""Components of which the shares are found."""
LOST = 1.5
"""Decimal digits beyond what the condition of the problem costs that are worth a word."""
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
    shape: tuple[int, ...]
    """Of the arguments."""
    lost: float = 0.0
    """Decimal digits of all that a type has."""
    missing: bool = False
    """Whether a sum over batches is left out."""


def gap(trial: Trial, name: str, found: Any) -> Gap:
    expected, bound = trial.truths[name]
    if np.shape(found) != np.shape(expected):
        return Gap(False, np.inf, 0.0, trial.shape, missing=True)
    kind = trial.task.dtype.name
    apart = np.abs(found - expected)
    own = UNITS[kind] / UNITS["float64"] * bound
    allowed = ALLOWANCE[kind] * own
    scale = float(np.max(np.abs(expected))) or 1.0
    beyond = apart - allowed
    worst = int(np.argmax(beyond if np.any(beyond > 0) else apart))
    error, explained = (float(np.ravel(a)[worst]) / scale for a in (apart, allowed))
    right = error <= explained and (float(np.max(allowed)) < LOOSE * scale or _whole(trial, name, found, own))
    right = right or _blurred(trial, name)
    return Gap(bool(right), error, explained, trial.shape, _lost(found, expected, UNITS[kind]))


def _blurred(trial: Trial, name: str) -> bool:
    """Whether a divisor is lost where the values that were handed in are rounded once: bounds of first order
    say nothing there, as of large numbers that are all alike."""
    if not any(map(np.ndim, trial.task.values.values())):
        return False
    try:
        trial.expected(trial.task.outputs[name], bounded=True, spread=UNITS[trial.task.dtype.name])
    except Cancellation:
        return True
    return False


def _lost(found: Any, expected: Any, unit: float) -> float:
    apart, length = (float(np.linalg.norm(a)) for a in (found - expected, expected))
    return log10(max(apart / (length or 1.0), unit) / unit)


def _whole(trial: Trial, name: str, found: Any, bound: Any) -> bool:
    """Whether every term enters once, as far as what was returned tells: by least squares, each component
    weighed by its bound, and by less where that is large beside those of others."""
    step = max(1, np.size(found) // MOST)
    columns = trial.terms(trial.task.outputs[name])[::step]
    largest, bound = np.max(np.abs(columns), axis=1), np.ravel(bound)[::step]
    told = (largest > 0) & (bound > 0)
    if np.count_nonzero(told) < 2 * columns.shape[1]:
        return True
    columns, wanted, bound = columns[told], np.ravel(found)[::step][told], bound[told]
    relative = bound / largest[told]
    weights = 1 / (bound * np.maximum(1.0, relative / np.median(relative)) ** 2)
    weighed = columns * weights[:, None]
    lengths = np.linalg.norm(weighed, axis=0)
    sizes = np.linalg.svd(weighed / np.where(lengths > 0, lengths, 1.0), compute_uv=False)
    if sizes[-1] < APART * sizes[0]:
        return True  # the terms can't be told apart here
    inverse = np.linalg.pinv(weighed)
    shares = inverse @ (wanted * weights)
    part = min(1.0, max(TYPICAL, FEW / float(np.sqrt(len(wanted)))))  # a sum in a row errs to one side
    return bool(np.all(np.abs(shares - 1) < np.maximum(part * np.abs(inverse).sum(axis=1), LOOSE)))


def precise(trial: Trial) -> Trial:
    """Of a function that takes float64 too, so that slips show beyond all rounding."""
    task = replace(trial.task, dtype=np.dtype(np.float64))
    arrays = {n: a.astype(np.float64) for n, a in trial.arrays.items()}
    found = replace(trial, task=task, arrays=arrays)
    try:
        returned(found)
    except Refused:
        return trial
    return found


def graded(trial: Trial, name: str, gap: Gap, seed: int) -> str:
    """How many digits an output that agrees loses, there, and where a mean is large beside the spread."""
    kind = trial.task.dtype.name
    digits = -log10(UNITS[kind])
    if not np.any(trial.truths[name].value):
        return f"right, but all should be 0 at shape {gap.shape}, which tells of no slip"
    right = f"right within {kind}" + f", but any error is explained at shape {gap.shape}" * (gap.allowed >= 1)
    if gap.lost > LOST:
        return f"right, but loses {min(gap.lost, digits):.0f} of {digits:.0f} digits at shape {gap.shape}"
    ratio = UNITS[kind] ** -0.5 / 8
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
    lost = _lost(found, expected, UNITS[kind])
    if lost - _condition(tried, name) < LOST:
        return right
    return f"right, but loses {min(lost, digits):.0f} of {digits:.0f} digits to cancellation {where}"


def _condition(trial: Trial, name: str) -> float:
    """Decimal digits that a rounding of the arguments costs."""
    rng = np.random.default_rng(0)
    signs = {n: rng.choice((-1.0, 1.0), np.shape(a)) for n, a in trial.arrays.items()}
    moved = {n: a.astype(np.float64) * (1 + NUDGE * signs[n]) for n, a in trial.arrays.items()}
    nudged = replace(trial, arrays=moved, truths={})
    with np.errstate(all="ignore"):
        found = nudged.expected(trial.task.outputs[name])
    return _lost(found, trial.truths[name].value, NUDGE)
