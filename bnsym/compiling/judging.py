"""`bnsym.check_backward`: somebody's own backward function, judged against a closed form that was proved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bnsym.compiling import slips
from bnsym.compiling.callable_form import ClosedForm
from bnsym.compiling.proved import proved_form
from bnsym.evidence.streams.drawing import Draw
from bnsym.evidence.whole.pins import Hypotheses
from bnsym.printing import to_latex
from bnsym.reporting.unicode import unicode_math

ALLOWANCE = 64
"""How much larger than the bound of the closed form an error may be that other algorithms make."""
DRAWS = 40
"""Tries to find values that meet the side conditions."""


class Refused(ValueError):
    """The function can't be judged: it raises, or what it returns is no float64 array of the right shape."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a backward function. True where it agrees."""

    agrees: bool
    slips: tuple[str, ...]
    """What is off, where that is a known slip."""
    error: float
    """The largest difference, relative to the largest component."""
    allowed: float
    """The difference that rounding explains, there."""
    shape: tuple[int, ...]
    """The shape of the arrays at which it was judged last."""
    call: str
    """How the function was called."""

    def __bool__(self) -> bool:
        return self.agrees

    def __str__(self) -> str:
        apart = f"{self.call} at shape {self.shape}: off by {self.error:.1g} of the largest component"
        if self.agrees:
            return f"agrees: {apart}; rounding explains {self.allowed:.1g}"
        found = [f"  {slip}" for slip in self.slips] or ["  no known slip explains it"]
        return "\n".join([f"wrong: {apart}; rounding explains {self.allowed:.1g}", *found])


def check_backward(
    fn: Callable[..., Any],
    link: str | os.PathLike[str],
    *,
    arguments: Sequence[str] | None = None,
    m: int = 1000,
    d: int = 3,
    seed: int = 0,
) -> Judgement:
    """Whether a function computes the closed form that a link proves, and if not, which term is off.

    fn: takes float64 arrays and returns one. link: FILE#ID, as for `bnsym.compile`. arguments: the
    names of the closed form's arguments in the order in which fn takes them; without it, their own order.
    fn is called with arrays of shape (m,) and numbers, then, where the only index runs over the batch, with
    arrays of shape (m, d) and numbers of shape (d,). Values are drawn so that every sum matters.

    Raises Refused (a ValueError) where fn raises, returns NaN, another shape or another dtype; NotProved as
    `bnsym.compile` does; ValueError for unknown argument names.
    """
    form = ClosedForm(proved_form(link))
    order = _order(form, arguments)
    call = f"{getattr(fn, '__name__', 'fn')}({', '.join(order)})"
    judgement = None
    for beside in (None, d) if form.one_index else (None,):
        values = drawn(form, m, beside, seed)
        found = _returned(fn, call, order, values, form(**values))
        judgement = _judged(form, found, values, call)
        if not judgement.agrees:
            return _explained(judgement, form, fn, order, seed, beside)
    if judgement is None:
        raise Refused("nothing was tried")
    return judgement


def _order(form: ClosedForm, arguments: Sequence[str] | None) -> tuple[str, ...]:
    names = tuple(a.name for a in form.arguments)
    order = names if arguments is None else tuple(arguments)
    if sorted(order) != sorted(names):
        raise ValueError(f"arguments={list(order)}: the closed form takes {', '.join(names)}, each once")
    return order


def drawn(form: ClosedForm, m: int, beside: int | None, seed: int) -> dict[str, Any]:
    """Values for all arguments at which the closed form is finite."""
    statement = form.form.statement
    positive = Hypotheses(form.structure, statement.hypotheses).positive
    spaces = {s for a in form.arguments for s in a.spaces}
    sizes = {s: m if s == form.structure.batch else 3 + k for k, s in enumerate(sorted(spaces))}
    for attempt in range(seed, seed + DRAWS):
        draws = [Draw(form.structure.shapes, sizes, 1000 * attempt + k, positive) for k in range(beside or 1)]
        values = {a.name: [draw.named(a.latex) for draw in draws] for a in form.arguments}
        found = {n: np.stack(v, axis=-1) if beside else v[0] for n, v in values.items()}
        try:
            form.error(**found)
        except FloatingPointError:
            continue
        return found
    raise Refused(f"none of {DRAWS} draws meets the side conditions of the closed form")


def _returned(
    fn: Callable[..., Any], call: str, order: Sequence[str], values: Mapping[str, Any], expected: Any
) -> Any:
    """What fn returns, if it is an array that can be compared."""
    try:
        with np.errstate(all="ignore"):
            found = fn(*(np.array(values[name]) for name in order))  # copies: it may write into them
    except Exception as error:
        shapes = ", ".join(f"{n}: {np.shape(values[n])}" for n in order)
        raise Refused(f"{call} raised {type(error).__name__}: {error} (shapes {shapes})") from error
    if isinstance(found, tuple | list):
        raise Refused(f"{call} returned {len(found)} values; let it return the one that is to be judged")
    dtype = getattr(found, "dtype", type(found).__name__)
    if not isinstance(found, float | np.generic | np.ndarray) or np.asarray(found).dtype != np.float64:
        raise Refused(f"{call} returned {dtype}, not float64")
    if np.shape(found) != np.shape(expected):
        raise Refused(f"{call} returned shape {np.shape(found)}, not {np.shape(expected)}")
    bad = int(np.sum(~np.isfinite(found)))
    if bad:
        raise Refused(f"{call} returned NaN or infinity in {bad} of {np.size(found)} places")
    return np.asarray(found)


def _judged(form: ClosedForm, found: Any, values: Mapping[str, Any], call: str) -> Judgement:
    expected, bound = form(**values), form.error(**values)
    gap, allowed = np.abs(found - expected), ALLOWANCE * bound
    scale = float(np.max(np.abs(expected))) or 1.0
    worst = int(np.argmax(gap - allowed))
    first = next(np.shape(values[a.name]) for a in form.arguments if a.spaces)
    return Judgement(
        bool(np.all(gap <= allowed)), (), float(np.ravel(gap)[worst]) / scale,
        float(np.ravel(allowed)[worst]) / scale, first, call,
    )  # fmt: skip


def _explained(
    judgement: Judgement, form: ClosedForm, fn: Callable[..., Any], order: Sequence[str], seed: int,
    beside: int | None,
) -> Judgement:  # fmt: skip
    """With the slips that explain what fn returns at two sizes, the second with other values."""
    found: tuple[str, ...] = ()
    if beside is not None:
        found = ("right for one feature, wrong for several side by side: sums run over the first axis only",)
    else:
        samples = []
        for size, start in ((251, seed + 1), (402, seed + 2)):
            values = drawn(form, size, None, start)
            samples.append((values, _returned(fn, judgement.call, order, values, form(**values))))
        found = tuple(_worded(slips.explain(form, samples)))
    return Judgement(False, found, judgement.error, judgement.allowed, judgement.shape, judgement.call)


def _worded(found: Sequence[slips.Slip]) -> Iterator[str]:
    for slip in found:
        term = "everything" if slip.term is None else f"the term {unicode_math(to_latex(slip.term))}"
        yield f"{term} {slip.what}"
