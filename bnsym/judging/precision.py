"""How far apart what a function returns and a closed form may be, in the function's own type.

    gap ≤ allowance × the bound of the closed form, worked out in that type with sums in a row

Where so much is explained by rounding that a slip could hide, the share of each term in what was returned
decides: a sign is −1, and no rounding makes it so. On hard data nothing is called wrong; how many digits
are left there is said.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10
from typing import Any

import numpy as np

from bnsym.evidence.streams.balls import Ball
from bnsym.judging.asking import UNITS, returned
from bnsym.judging.formula import Formula, statistics
from bnsym.judging.trials import Refused, Trial, drawn
from bnsym.terms import Name

ALLOWANCE = {"float64": 64.0, "float32": 64.0, "float16": 4.0, "bfloat16": 4.0}
"""How much larger than the bound of the closed form an error may be that other algorithms make."""
LOOSE = 1e-3
"""Of the largest component: a bound beyond which the shares of terms are looked at."""
SHARE = 0.25
"""How far from 1 the share of a term may be where rounding is large."""
MOST = 1 << 16
"""Components of which the shares are found."""
LOST = 1.5
"""Decimal digits beyond what the condition of the problem costs that are worth a word."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How far an output is from what it should be."""

    agrees: bool
    error: float
    allowed: float
    missing: bool = False
    """Whether a sum over batches is left out."""


def gap(trial: Trial, made: Formula, found: Any, truth: Ball) -> Gap:
    expected, bound = truth
    if np.shape(found) != np.shape(expected):
        return Gap(False, np.inf, 0.0, missing=True)
    kind = trial.task.dtype.name
    apart = np.abs(found - expected)
    allowed = ALLOWANCE[kind] * UNITS[kind] / UNITS["float64"] * bound
    scale = float(np.max(np.abs(expected))) or 1.0
    worst = int(np.argmax(apart - allowed))
    error, explained = (float(np.ravel(a)[worst]) / scale for a in (apart, allowed))
    right = error <= explained and (explained < LOOSE or _whole(trial, made, found))
    return Gap(bool(right), error, explained)


def _whole(trial: Trial, made: Formula, found: Any) -> bool:
    """Whether every term enters once, as far as what was returned tells."""
    step = max(1, np.size(found) // MOST)
    parts = [trial.returned_as(made, trial.dense(made).of(p.term)) for p in made.pieces]
    columns = np.stack([np.ravel(p)[::step] for p in parts], axis=1)
    scale = np.linalg.norm(columns, axis=0)
    if len(columns) < 2 * len(parts) or not np.all(scale > 0):
        return True
    shares, _, _, weights = np.linalg.lstsq(columns / scale, np.ravel(found)[::step], rcond=None)
    if weights[-1] < 0.1 * weights[0]:
        return True  # the terms can't be told apart here
    return bool(np.all(np.abs(shares / scale - 1) < SHARE))


def graded(trial: Trial, name: str, seed: int) -> str:
    """How many digits an output that agrees loses where a mean is large beside the spread."""
    kind = trial.task.dtype.name
    unit = UNITS[kind]
    ratio = unit**-0.5 / 8
    hard = statistics(trial.task.outputs[name])
    right = f"right within {kind}"
    if trial.task.values or not hard or ratio < 4:
        return right

    def harden(array_name: Name, array: Any) -> Any:
        return array + ratio * float(np.std(array)) if array_name in hard else array

    try:
        tried = drawn(trial.task, trial.layout, trial.sizes, seed, keep=trial.keep, harden=harden)
        found = returned(tried)[name]
    except Refused as refusal:
        return (
            f"{right}, but not where a mean is {ratio:.0f} times the spread"
            if "NaN" in str(refusal)
            else right
        )
    made = tried.lifted(trial.task.outputs[name])
    expected = tried.truths[name].value
    with np.errstate(all="ignore"):
        moved = _moved(tried, made)
    length = float(np.linalg.norm(expected)) or 1.0
    error, condition = np.linalg.norm(found - expected) / length, np.linalg.norm(moved - expected) / length
    lost = log10(max(float(error), unit) / unit)
    if lost - log10(max(float(condition) / NUDGE, 1.0)) < LOST:
        return right
    digits = -log10(unit)
    return (
        f"right, but loses {min(lost, digits):.0f} of {digits:.0f} digits to cancellation where a mean is "
        f"{ratio:.0f} times the spread"
    )


NUDGE = 1e-12
"""A relative change of the arguments, which shows the condition of the problem."""


def _moved(trial: Trial, made: Formula) -> Any:
    rng = np.random.default_rng(0)
    signs = {n: rng.choice((-1.0, 1.0), np.shape(a)) for n, a in trial.arrays.items()}
    moved = {n: a.astype(np.float64) * (1 + NUDGE * signs[n]) for n, a in trial.arrays.items()}
    return Trial(trial.task, trial.layout, trial.sizes, moved, trial.keep).expected(made)
