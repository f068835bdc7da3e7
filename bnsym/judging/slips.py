"""Which terms of a closed form somebody's values have wrong, and how.

The closed form is a sum of terms, t₁ + t₂ + …; values that are c₁t₁ + c₂t₂ + … tell the c by least
squares: −1 is a sign, 0 a missing term, anything else a factor, which has a name if a product of m, the
numbers of the layer and their powers gives it at two sizes. Where that does not explain the values, closed
forms with a slip in them are tried, alone, with factors, and two at once; then sums over other axes.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log10, prod
from typing import Any

import numpy as np

from bnsym.compiling.formula import Formula, Piece
from bnsym.evidence.surveying import Unsupported
from bnsym.judging.asking import returned
from bnsym.judging.layouts import Layout
from bnsym.judging.mutations import Slip, in_definitions, mutants, written
from bnsym.judging.trials import Refused, Trial, copies
from bnsym.terms import Add, Pow, Size, Sum, Sym, Term, add, free_indices, num, power, sqrt, walk

MOST = 12
"""Terms beyond which a closed form is not taken apart."""
PAIRS = 2000
"""Pairs of slips that are tried."""
FEW = 2.0**-9
"""How close values have to be for products of two numbers to be told from one."""
CLOSE = {53: (1e-7,), 24: (2.0**-12,), 11: (2.0**-9, 0.05), 8: (2.0**-6, 0.05)}
"""How close values have to be that were worked out in types with so many bits; in those that have few, as
close as what is rounded once, else as what is rounded always."""


class Unseen(Refused):
    """No slip shows at the sizes that are looked at."""

    def __init__(self, close: float) -> None:
        super().__init__("no slip shows")
        self.close = close


@dataclass(frozen=True, eq=False)
class Sample:
    trial: Trial
    found: Any
    close: float
    """Relative: above the rounding errors of a few hundred numbers, below any slip."""


def bits(found: Any) -> int:
    """Of the significands of all numbers: those of the least precise type that has them."""
    significands = np.frexp(found)[0]
    kinds = (8, 11, 24) if np.any(found) else ()
    return next((n for n in kinds if np.all(np.ldexp(significands, n) % 1 == 0)), 53)


def explain(name: str, alone: Sequence[Trial], several: Sequence[Trial]) -> list[str]:
    """Sentences that account for all of what a function returns for an output; none if no known slip does.

    alone: trials of one batch each; several: of batches side by side. Unseen if all is right there.
    """
    found = alone[0].task.outputs[name]
    if not 1 <= len(found.pieces) <= MOST:
        return []
    takes = alone[0].task.takes.values()
    found = replace(found, shapes={**{a.latex: a.spaces for a in takes}, **found.shapes})
    one, more = ([(t, returned(t)[name]) for t in trials] for trials in (alone, several))
    if any(np.shape(array) != np.shape(t.truths[name].value) for t, array in more):
        return [f"the sum over {_axes(_summed(found, more[0][0]))} is missing"]
    if any(n > 1 for a, n in alone[0].sizes.items() if a in alone[0].layout.beside):
        pattern = alone[0].pattern(alone[0].lifted(found))
        one = [part for t, array in one for part in list(copies(t, pattern, array))[:3]] or one
    precise = max(bits(array) for _, array in more)
    for close in CLOSE[precise] + CLOSE[24] * (precise == 53):  # some of it may be worked out in float32
        said = list(_accounted(found, *([Sample(t, array, close) for t, array in of] for of in (one, more))))
        if said:
            return said
    return []


def _accounted(found: Formula, one: Sequence[Sample], more: Sequence[Sample]) -> Iterator[str]:
    if _explains(found, one) and _explains(found, more):
        raise Unseen(one[0].close)
    if _explains(found, one):
        yield from _beside(found, more)
    else:
        inside = list(_inside(found, one, more))
        others = list(_over_others(found, more)) if len(inside) != 1 else []
        yield from min(filter(None, (inside, others)), key=len, default=[]) or _pairs(found, one)


def _inside(found: Formula, one: Sequence[Sample], more: Sequence[Sample]) -> Iterator[str]:
    """A slip that one batch alone shows, or, if it has too few components, several."""
    samples = (
        one if min(np.size(s.found) for s in one) > len(found.pieces) + 1 or len(found.pieces) == 1 else more
    )
    plain = list(_fit(found, samples))
    known = list(in_definitions(found) if len(plain) == 1 else mutants(found))
    exact = next((words for words, made in known if made != found and _explains(made, samples)), None)
    exact = exact if any(np.any(s.found) for s in samples) else None
    yield from (
        [exact] if exact else plain or (_with_factors(known, samples) if samples[0].close < FEW else ())
    )


def _with_factors(known: Sequence[Slip], samples: Sequence[Sample]) -> list[str]:
    """A slip, and factors of terms besides, in the fewest words."""
    return min(
        ([words, *rest] for words, made in known if (rest := list(_fit(made, samples)))), key=len, default=[]
    )


def _pairs(found: Formula, samples: Sequence[Sample]) -> Iterator[str]:
    """Two slips at once."""
    pairs = ((words, other, both, made) for words, made in mutants(found) for other, both in mutants(made))
    for words, other, both, made in itertools.islice(pairs, PAIRS):
        if both != made and _explains(both, samples):
            yield words
            yield other
            return


def _summed(found: Formula, trial: Trial) -> list[str]:
    """The axes over which a gradient of what is shared is summed."""
    kept = {a for dimension in trial.pattern(trial.lifted(found)) for a in dimension}
    return [a for a in trial.layout.order if a not in kept]


def _beside(found: Formula, samples: Sequence[Sample]) -> Iterator[str]:
    """What is right for one batch, and wrong for several side by side."""
    layout = samples[0].trial.layout
    known = "right for one feature, wrong for several side by side: sums run over the first axis only"
    if layout.order == ("0", "1") and layout.beside == ("1",):
        yield known
        return
    plain = ["right for one batch alone, wrong for several side by side"]
    yield from list(_over_others(found, samples)) or list(_fit(found, samples)) or plain


def _over_others(found: Formula, samples: Sequence[Sample]) -> Iterator[str]:
    """Sums over other axes than those that the index runs over: all of them, or those of some terms."""
    layout = samples[0].trial.layout
    for words, other in _elsewhere(layout):
        rest = _fit_elsewhere(found, samples, other)
        if rest is not None:
            yield from (words, *rest)
            return
    summed = [p for p in found.pieces if _sums(p)]
    for some in (*([p] for p in summed), summed):
        for words, other in _elsewhere(layout):
            if _some_elsewhere(found, samples, other, some):
                terms = " and ".join(written(p.shown) for p in some)
                yield f"in the term{'s' * (len(some) > 1)} {terms} {words}"
                return


def _elsewhere(layout: Layout) -> Iterator[tuple[str, Layout]]:
    """The index over other axes."""
    if len(layout.spread) != 1:
        return
    ((space, axes),) = layout.spread.items()
    for count in range(1, len(layout.order) + 1):
        for other in itertools.combinations(layout.order, count):
            if set(other) != set(axes):
                words = f"sums run over {_axes(other)} instead of {_axes(axes)}"
                yield words, replace(layout, spread={space: other})


def _axes(axes: Sequence[str]) -> str:
    words = "axis" if len(axes) == 1 else "axes"
    return f"{words} {', '.join(axes)}"


def _fit_elsewhere(found: Formula, samples: Sequence[Sample], layout: Layout) -> list[str] | None:
    """What is off besides; None if sums do not run there."""
    moved = [replace(s, trial=replace(s.trial, layout=layout)) for s in samples]
    try:
        return [] if _explains(found, moved) else list(_fit(found, moved)) or None
    except (Unsupported, ValueError, KeyError):
        return None


def _some_elsewhere(found: Formula, samples: Sequence[Sample], layout: Layout, some: Sequence[Piece]) -> bool:
    """Whether own sums of some terms run elsewhere, all else being as it should be; these may be divided by
    either of the two sizes."""
    spaces = {n: tuple(i.space for i in d.symbol.indices) for n, d in found.definitions.items()}
    one = replace(found, pieces=tuple(some), definitions={}, shapes={**found.shapes, **spaces})
    for sample in samples:
        trial = sample.trial
        made = trial.lifted(found)
        dense = trial.dense(made)
        arrays, patterns = dict(trial.arrays), dict(trial.layout.patterns)
        for name in found.definitions:
            arrays[name] = dense.array(name)
            patterns[name] = tuple((i.space,) for i in made.definitions[name].symbol.indices)
        moved = replace(trial, arrays=arrays, layout=replace(layout, patterns=patterns))
        others = replace(found, pieces=tuple(p for p in found.pieces if p not in some))
        try:
            value = moved.expected(one)
            rest = sample.found - (trial.expected(others) if others.pieces else 0.0)
        except (Unsupported, ValueError, KeyError):
            return False
        here, there = (
            prod(trial.sizes[a] for a in axes) for by in (trial.layout, layout) for axes in by.spread.values()
        )
        near = (_near(value * c, replace(sample, found=rest)) for c in (1.0, there / here))
        if np.shape(value) != np.shape(rest) or not any(near):
            return False
    return True


def _sums(piece: Piece) -> bool:
    return any(isinstance(t, Sum) for t in walk(piece.term))


def _near(value: Any, sample: Sample) -> bool:
    length = float(np.linalg.norm(value)) or 1.0
    return bool(np.linalg.norm(value - sample.found) <= sample.close * length)


def _explains(found: Formula, samples: Sequence[Sample]) -> bool:
    for sample in samples:
        with np.errstate(all="ignore"):
            value = sample.trial.expected(found)
        if np.shape(value) != np.shape(sample.found) or not _near(value, sample):
            return False
    return True


# ---- the share of each term ----


def _fit(found: Formula, samples: Sequence[Sample]) -> Iterator[str]:
    """Sentences about terms that do not enter once; none if something else is wrong, too."""
    shares = _shares(found, samples)
    if shares is None:
        return
    slips = list(_named(found, shares, samples)) if np.any(shares) else []  # zeros say nothing of terms
    yield from (_said(piece, what) for piece, what in slips)
    missing = [p for p, what in slips if p is not None and what == MISSING]
    summed = [p for p in found.pieces if _sums(p)]
    if (
        missing
        and missing == summed == [p for p, _ in slips]
        and len(found.pieces) > len(summed)
        and _statistics(found)
    ):
        yield "the statistics are taken as constants"


def _statistics(found: Formula) -> bool:
    return any(isinstance(t, Sum) for d in found.definitions.values() for t in walk(d.body))


def _said(piece: Piece | None, what: str) -> str:
    term = "everything" if piece is None else f"the term {written(piece.shown)}"
    return f"{term} {what}"


def _shares(found: Formula, samples: Sequence[Sample]) -> Any:
    """How much of each term is in what was returned, at each sample; None if something else is, too."""
    rows = []
    for sample in samples:
        columns, wanted = sample.trial.terms(found), np.ravel(sample.found)
        scale = np.linalg.norm(columns, axis=0)
        if len(columns) != len(wanted) or not np.all(np.isfinite(scale)) or not np.all(scale > 0):
            return None
        shares, _, rank, _ = np.linalg.lstsq(columns / scale, wanted, rcond=1e-10)
        rest = np.linalg.norm(columns / scale @ shares - wanted)
        if rank < columns.shape[1] or rest > sample.close * np.linalg.norm(scale):
            return None
        rows.append(shares / scale)
    return np.array(rows)


MISSING = "is missing"


def _named(found: Formula, fitted: Any, samples: Sequence[Sample]) -> Iterator[tuple[Piece | None, str]]:
    """A slip for each term that does not enter once, or one for all where all are off alike; none at all
    if one of them has no name."""
    close = samples[0].close
    known = _factors(found, samples)
    if len(found.pieces) > 1 and np.all(np.abs(fitted - fitted[:, :1]) < close * np.abs(fitted[:, :1])):
        words: list[tuple[Piece | None, str]] = [(None, _worded(fitted[:, 0], known, close))]
    else:
        wrong = ((p, c) for p, c in zip(found.pieces, fitted.T, strict=True) if np.any(np.abs(c - 1) > close))
        words = [(piece, _worded(shares, known, close)) for piece, shares in wrong]
    if all(what for _, what in words):
        yield from words


def _worded(shares: Any, known: Mapping[str, Any], close: float) -> str:
    """What is wrong with a term that enters so many times; empty if that has no name."""
    if np.all(np.abs(shares) < close):
        return MISSING
    if np.all(np.abs(shares + 1) < close):
        return "has the wrong sign"
    for sign, said in ((1, ""), (-1, " and has the wrong sign")):
        for name, value in known.items():
            if np.all(np.abs(sign * shares - value) < close * np.abs(value)):
                return f"is multiplied by {name}{said}"
            if np.all(np.abs(sign * shares * value - 1) < close):
                return f"is divided by {name}{said}"
    constant = np.all(np.abs(shares - shares[0]) < close * abs(shares[0]))
    rest = shares[0] - 1
    digits = int(-log10(close))
    factor = (
        f"{shares[0]:.{digits}g}" if abs(rest) > 1e-5 else f"(1 {'+' if rest > 0 else '-'} {abs(rest):.1g})"
    )
    return f"is multiplied by {factor}" if constant else ""


def _number(found: Formula, term: Term, trials: Sequence[Trial]) -> Any:
    """The value of a term at each trial, if that is one number."""
    one = replace(found, pieces=(Piece(term, term),), free=(), by="")
    values = [np.ravel(t.expected(one)) for t in trials]
    return np.concatenate(values) if all(v.size == 1 for v in values) else None


def _factors(found: Formula, samples: Sequence[Sample]) -> dict[str, Any]:
    """Numbers that are often forgotten, or written once too often, and products of two of them."""
    powers = [t for whole in found.terms() for t in walk(whole) if isinstance(t, Pow)]
    bases = [t.base for t in powers if isinstance(t.base, Sym | Add)]
    statistics = [*(d.symbol for d in found.definitions.values()), *bases]
    lengths = [Size(s) for s in samples[0].trial.layout.spread]
    divisors = [t for t in statistics if power(t, -1) in powers]
    numbers = [Sym(n) for n, shape in found.shapes.items() if not shape]
    terms = [num(2), *lengths, *numbers, *statistics, *(add(t, num(-1)) for t in [*lengths, *divisors])]
    trials = [s.trial for s in samples]
    single = {t: v for t in terms if not free_indices(t) and (v := _number(found, t, trials)) is not None}
    known: dict[str, Any] = {}
    for term, value in single.items():
        for power_of, worth in (
            (term, value),
            (sqrt(term), np.abs(value) ** 0.5),
            (power(term, 2), value**2),
        ):
            name = written(power_of)
            known.setdefault(f"({name})" if isinstance(power_of, Add) else name, worth)
    for a, b in itertools.permutations(list(known), 2) if samples[0].close < FEW else ():
        known.setdefault(f"{a} {b}", known[a] * known[b])
        known.setdefault(f"{a}/{b}", known[a] / known[b])
    layout, summed = trials[0].layout, _summed(found, trials[0])
    apart = [a for a in layout.order if (a,) not in layout.spread.values()]
    lengths_of = {f"the length of axis {a}": [a] for a in apart}
    for name, axes in {**lengths_of, f"the lengths of {_axes(summed)}": summed}.items():
        known.setdefault(name, np.array([float(prod(t.sizes[a] for a in axes)) for t in trials]))
    return {name: value for name, value in known.items() if np.any(np.abs(value - 1) > samples[0].close)}
