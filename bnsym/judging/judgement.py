"""`bnsym.check_backward`: somebody's own backward function, judged against closed forms that were proved."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby, permutations, product
from math import log2, prod
from operator import itemgetter
from typing import Any

import numpy as np

from bnsym.judging import asking, precision, slips
from bnsym.judging.layouts import Axis, Layout, guesses, letters, stated
from bnsym.judging.trials import UNITS, Refused, Task, Trial, Unfit, again, drawn, heavy, sized

SMALL = (7, 4, 2, 1)
"""Batches at which rounding explains so little that no slip hides behind it."""
BLOCKS = (8, 32, 128, 1024)
"""Rows of a block, beyond which, or at whose borders, some are left out."""
DRAWS, WALK = 24, 1 << 19
"""Draws for the places along an axis, and numbers of an array in all of them."""
SHORT, MANY = 3, 24
"""Lengths of axes in types that round much, and batches beside each other there."""
ORDERED = 6
"""Outputs up to which all orders are looked at."""
GUESSED = "taken to be so"
TRIES = 8
"""Draws until every term is larger than the error that is allowed."""


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
    layout: str = ""
    """Which axes the note's indices run over, and whether that was guessed."""
    precision: str = ""
    """How right it is in its type: `right within float32`, `right, but loses 4 of 7 digits to …`."""
    outputs: Mapping[str, Judgement] = field(default_factory=dict)
    """Of each output by itself, where there are several."""

    def __bool__(self) -> bool:
        return self.agrees

    def __str__(self) -> str:
        if self.outputs:
            verdict = "agrees" if self.agrees else "wrong"
            listed = "\n".join(f"{name}: {one}" for name, one in self.outputs.items())
            return f"{verdict}: {self.call}\n{listed}"
        verdict = "agrees" if self.agrees else "wrong"
        lines = [f"{verdict}: {self.call} at shape {self.shape}"]
        if np.isfinite(self.error):
            apart = f"off by {self.error:.1g} of the largest component; rounding explains {self.allowed:.1g}"
            lines = [f"{lines[0]}: {apart}"]
        if not self.agrees:
            guessed = self.layout.startswith(GUESSED)
            unless = ", unless other axes are meant: say axes=…" if guessed else ""
            lines += [f"  {slip}" for slip in self.slips] or [f"  no known slip explains it{unless}"]
        lines += [f"  {said}" for said in (self.layout, self.precision) if said]
        return "\n".join(lines)


def check_backward(
    fn: Callable[..., Any],
    link: str | os.PathLike[str] | Mapping[str, str],
    *,
    arguments: Sequence[str] | None = None,
    axes: Mapping[str, Any] | None = None,
    given: Sequence[str] | Mapping[str, str] = (),
    values: Mapping[str, Any] | None = None,
    dtype: Any = "float64",
    m: int = 1000,
    d: int = 3,
    sizes: Mapping[str, int] | None = None,
    seed: int = 0,
) -> Judgement:
    """Whether a function computes the closed forms that links prove, and if not, which term is off.

    fn: takes arrays and returns one, or for several links a tuple or a dict of them. link: FILE#ID, as for
    `bnsym.compile`; `{"dx": FILE#ID, "dgamma": FILE#ID}` for several outputs; or FILE alone, for every
    gradient that it proves. arguments: the names of what fn takes in its order; without it, the closed
    forms' own order, then what is given.
    axes: which axes an index runs over, `{"i": (0, 2, 3)}`, or the axes of arguments by name,
    `{"x": "n (g c) h w", "gamma": "(g c)", "mask": "n 1 h w", "i": "c h w"}`; what stands beside is a batch
    of its own, and the gradient of what batches share is summed over them. Without it, one that fits is
    found and said.
    given: names that the note defines, or `{"rstd": r"\\frac{1}{\\sigma}"}`, handed to fn as saved
    statistics. values: arrays for some arguments, in fn's shapes; all else is drawn so that every sum
    matters, and so are, where fn agrees and they are no masks, others of the same sign in their place, since
    constant rows tell of no sum. dtype: float64, float32, float16 or bfloat16, of what fn takes and returns.
    m: the length of the first index, beside small ones that are always tried; d: of what stands beside;
    sizes: of axes, by name or position, `{"0": 128}`, where fn takes no others.

    Raises Refused (a ValueError) where fn raises, returns NaN, another shape or another dtype at the size
    that is asked for; NotProved as `bnsym.compile` does; ValueError for unknown names.
    """
    task = asking.task(fn, link, arguments, given, values or {}, dtype)
    found, layouts = letters(task.outputs.values()), guesses(task.roles)
    if axes is not None:
        plain = {n: a.latex for n, a in task.takes.items()} | asking.gradients(task)
        layouts = stated(task.roles, plain, asking.spoken(task, found), axes)
    tried = _in_some_order(task, list(layouts), (m, d, sizes or {}, seed), guessed=axes is None)
    return _told(task, tried, found, seed, sizes or {}, guessed=axes is None)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a function returned in a layout in which it fits, and where it differs."""

    trial: Trial
    gaps: Mapping[str, precision.Gap]

    @property
    def agrees(self) -> bool:
        return all(gap.agrees for gap in self.gaps.values())

    @property
    def right(self) -> int:
        """How many outputs agree."""
        return sum(gap.agrees for gap in self.gaps.values())


def _in_some_order(
    task: Task, layouts: Sequence[Layout], shape: tuple[Any, ...], *, guessed: bool
) -> Attempt:
    """In the order in which outputs are returned, where another than the one asked for has more right."""
    refusal: Refused | None = None
    try:
        tried = _tried(task, layouts, shape, guessed=guessed)
        if tried.agrees:
            return tried
        layouts = [tried.trial.layout]
    except Refused as error:
        refusal = error
    count, order, layout = max(_orders(task, layouts, shape), key=itemgetter(0), default=(0, (), None))
    if count and order != tuple(task.outputs):
        outputs = {name: task.outputs[name] for name in order}
        with suppress(Refused):
            return _tried(replace(task, outputs=outputs), [layout], shape, guessed=guessed)
    if refusal:
        raise refusal
    return tried


def _orders(task: Task, layouts: Sequence[Layout], shape: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """For a layout: how much of what is returned agrees, the first order of outputs in which most does."""
    names, (m, d, given, seed) = tuple(task.outputs), shape
    for layout, keep in product(layouts, (False, True)) if 1 < len(names) <= ORDERED else ():
        lengths = sized(task, layout, m, d, given)
        if lengths is None:
            continue
        try:
            trial = drawn(task, layout, lengths, seed, keep=keep)
            found = trial.call()
        except Refused:
            continue
        if not isinstance(found, tuple | list) or len(found) != len(names):
            return
        fits = {(k, n): _fits(trial, n, a) for (k, a), n in product(enumerate(found), names)}
        orders = ((sum(map(fits.__getitem__, enumerate(o))), o, layout) for o in permutations(names))
        yield max(orders, key=itemgetter(0))


def _fits(trial: Trial, name: str, found: Any) -> int:
    """Whether it agrees, which outweighs that its shape is right."""
    try:
        gap = precision.gap(trial, name, asking.array(trial, name, found))
    except Refused:
        return 0
    return 2 * ORDERED * (gap.agrees and gap.allowed < 1) + (not gap.missing)


def _tried(task: Task, layouts: Sequence[Layout], shape: tuple[Any, ...], *, guessed: bool) -> Attempt:
    """The layout that is meant: with as many axes as the note has, and with batches side by side. Of those
    with the same number of axes one in which the function agrees, else the first in which it fits."""
    refusal: Refused | None = None
    best, first = None, 0
    for rank, alike in groupby(layouts, key=lambda one: len(one.order)):
        if best is not None and rank > (2 if guessed else first + 1):
            break
        first = first or rank
        fits: list[Attempt] = []
        for layout in alike:
            try:
                fits.append(_attempt(task, layout, *shape))
            except Refused as error:
                if isinstance(error, Unfit) and guessed and not layout.beside:
                    raise
                refusal = refusal or error
                continue
            if fits[-1].agrees or _decided(task, fits[-1], guessed):
                break
        if fits and not fits[-1].agrees:
            return fits[-1] if _decided(task, fits[-1], guessed) else max(fits, key=lambda one: one.right)
        best = fits[-1] if fits else best
    if best is None:
        raise refusal or Refused("axes: no layout has the shapes of the values")
    return best


def _decided(task: Task, tried: Attempt, guessed: bool) -> bool:
    """Whether a function that does not agree leaves no doubt which axes are meant: it takes a number for each
    of the batches that stand side by side along the last axis, or leaves out the sum over batches alone."""
    if tried.agrees:
        return False
    layout = tried.trial.layout
    numbers = any(layout.patterns[n] for n, s in task.roles.shapes.items() if not s)
    return (guessed and numbers and layout.order == ("0", "1") and layout.beside == ("1",)) or any(
        gap.missing for gap in tried.gaps.values()
    )


def _attempt(task: Task, layout: Layout, m: int, d: int, given: Mapping[str, int], seed: int) -> Attempt:
    """Refused where the function raises, or returns other shapes, at the size that was asked for."""
    lengths = sized(task, layout, m, d, given)
    if lengths is None:
        raise Refused("the values that are handed in have other shapes")
    error: Refused | None = None
    for keep in (False, True) if task.given else (False,):
        trial = drawn(task, layout, lengths, seed, keep=keep)
        try:
            gaps = _gaps(trial)
        except Refused as refusal:
            error = error or refusal
            continue
        for other, told in _others(trial, given, seed + 7) if task.redrawn else ():
            gaps = _worse(gaps, other, told)
            if not any(gap.agrees for gap in gaps.values()):
                break
        return Attempt(trial, gaps)
    raise error or Refused("nothing was tried")


def _others(trial: Trial, given: Mapping[str, int], seed: int) -> Iterator[tuple[Trial, dict[Any, Any]]]:
    """Other sizes, with what they tell, of terms or of places along an axis."""
    for number, (sizes, axis) in enumerate(_sizes(trial, given)):
        start = seed + 1000 * number
        yield from _walked(trial, sizes, axis, start) if axis else _drawn_until(trial, sizes, start)


def _drawn_until(
    trial: Trial, sizes: Mapping[Axis, int], seed: int
) -> Iterator[tuple[Trial, dict[Any, Any]]]:
    """As many draws as it takes until all terms tell, as far as draws help."""
    best: Any = 0.0
    for attempt in range(TRIES):
        try:
            other = again(trial, sizes, seed + attempt)
        except Refused:
            return
        found = precision.told(other)
        told = np.concatenate([*found.values()])
        if attempt == 0 or np.any((told > best) & (best < precision.TOLD)):
            yield other, {None: found}
        best = np.maximum(best, told)
        if np.all(best >= precision.TOLD):
            return


def _walked(
    trial: Trial, sizes: Mapping[Axis, int], axis: Axis, seed: int
) -> Iterator[tuple[Trial, dict[Any, Any]]]:
    """Draws in which some places along an axis outweigh all others, borders of blocks first, until each was
    among them in one that tells."""
    count, rng = sizes[axis], np.random.default_rng(seed)
    borders = {k + d for b in BLOCKS for k in range(0, min(count, 2 * b) + 1, b) for d in (-1, 0)}
    later = np.array([k not in {*borders, 1, count - 2, count - 1, count // 2} for k in range(count)])
    tried, tells = np.zeros(count), not trial.is_rough
    for attempt in range(min(max(2, WALK // prod(sizes.values())), DRAWS)):
        if np.all(tried):
            return
        places = heavy(trial, axis, sizes, np.lexsort((rng.random(count), later, tried)))
        try:
            other = again(trial, sizes, seed + attempt, places)
        except Refused:
            return
        found = {} if tells else precision.told_of_places(other, places)
        tells = tells or all(np.all(one >= precision.TOLD) for one in found.values()) or attempt >= TRIES
        if tells:
            tried[np.unique(places.places)] += 1
        yield other, {(axis, count): found} if found else {}


def _sizes(trial: Trial, given: Mapping[str, int]) -> Iterator[tuple[dict[Axis, int], Axis | None]]:
    """Small batches, then one row more than a block, with the axis that it is along: of most axes just of the
    largest, which is one more than several of any other. In types that round much all other axes are short,
    since sums along them round too; many batches tell more than one."""
    layout, rough = trial.layout, trial.is_rough
    along = next(iter(layout.spread.values()), ())
    short = {a: n if a in given else min(n, SHORT) for a, n in trial.sizes.items()}
    beside = {a: MANY for a in layout.beside[:1] if a not in given} if rough else {}
    for small in (trial.sizes[along[0]],) if {*along[:1]} & {*given} else SMALL:
        yield layout.resized(short | beside if rough else trial.sizes, small), None
    first = (*along[:1], *layout.beside[:1])
    for axis in dict.fromkeys((*first, *layout.order)):
        beyond = (*(b + 1 for b in BLOCKS), trial.sizes[axis])[0 if axis in first else len(BLOCKS) - 1 :]
        inside = next((axes for axes in layout.spread.values() if axis in axes), ())
        for count in (trial.sizes[axis],) if axis in given else dict.fromkeys(beyond):
            alone = {a: 1 for a in inside if rough and a not in given}
            if count > SMALL[1]:
                yield short | beside | alone | {axis: count}, axis


def _worse(gaps: dict[str, precision.Gap], other: Trial, told: Mapping[Any, Any]) -> dict[str, precision.Gap]:
    """With those of another trial where these show that an output is wrong, and what it tells. A function
    that raises, or returns what can't be compared, is wrong there, but for one that asks for a second row and
    for what is too large for its type."""
    try:
        others = _gaps(other)
    except Refused as refusal:
        m = other.rows
        if other.overflows:
            return gaps
        said = f"at m = {m}: {refusal}"
        if m == 1 and not isinstance(refusal, Unfit):
            return {n: replace(gap, refused=said) for n, gap in gaps.items()}
        gone = precision.Gap(False, np.inf, 0.0, other, refused=said)
        return {n: gone if gap.agrees and refusal.output in (None, n) else gap for n, gap in gaps.items()}
    worse = {n: others[n] if gap.agrees and not others[n].agrees else gap for n, gap in gaps.items()}
    for name, gap in worse.items():
        more = {k: np.maximum(gaps[name].told.get(k, 0.0), found[name]) for k, found in told.items()}
        worse[name] = replace(gap, told={**gaps[name].told, **more})
    return worse


def _gaps(trial: Trial) -> dict[str, precision.Gap]:
    returned = asking.returned(trial)
    return {name: precision.gap(trial, name, array) for name, array in returned.items()}


def _told(
    task: Task,
    tried: Attempt,
    spoken: Mapping[str, str],
    seed: int,
    kept: Mapping[str, int],
    *,
    guessed: bool,
) -> Judgement:
    trial = tried.trial
    said = trial.layout.said(spoken) if trial.layout.beside or not guessed else ""
    said = f"{GUESSED}: {said}" if said and guessed else said
    found: dict[str, Judgement] = {}
    for name, gap in tried.gaps.items():
        named: tuple[str, ...] = ()
        graded = ""
        if gap.agrees:
            graded = precision.graded(trial, name, gap, seed)
        else:
            told = (gap.refused,) if gap.refused else _explained(trial, gap.trial, name, seed, kept)
            named = tuple(told)
        shape = gap.trial.shape
        found[name] = Judgement(gap.agrees, named, gap.error, gap.allowed, shape, task.call, said, graded)
    if list(found) == [""]:
        return found[""]
    for name, place in zip(trial.task.outputs, task.outputs, strict=True):
        if name != place:
            moved = f"is {'right, but ' * found[name].agrees}returned in the place of {place}"
            slipped = (*found[name].slips, moved)
            found[name] = replace(found[name], agrees=False, slips=slipped, error=np.inf, precision="")
    found = {name: found[name] for name in task.outputs}
    worst = max(found.values(), key=lambda one: one.error - one.allowed)
    slips_of = tuple(f"{name}: {slip}" for name, one in found.items() for slip in one.slips)
    return replace(worst, agrees=all(found.values()), slips=slips_of, precision="", outputs=found)


def _explained(trial: Trial, failing: Trial, name: str, seed: int, kept: Mapping[str, int]) -> Iterator[str]:
    """What explains the values of an output: of one batch, else of several, at two sizes where it can."""
    kind, trial = trial.task.dtype.name, precision.precise(trial)
    one, right = {a: 1 for a in trial.layout.beside if a not in kept}, None
    for lengths, fewer in product(((24, 16), ()), (one, {})):
        sizes = [trial.layout.resized(trial.sizes, n) for n in lengths] or 2 * [trial.sizes]
        trials = [[again(trial, {**s, **f}, seed + k) for k, s in enumerate(sizes, 1)] for f in (fewer, {})]
        try:
            yield from slips.explain(name, *trials)
            return
        except slips.Unseen as seen:
            if seen.close > slips.CLOSE[round(-log2(UNITS[kind]))][-1]:
                yield f"right, but in a type less precise than {kind}"
                return
            right = trials[1][0].shape
            break
        except Refused:  # of a function that takes no such sizes
            continue
    if right:
        yield f"right at shape {right}, wrong at {failing.shape}: is what fills no block left out?"
