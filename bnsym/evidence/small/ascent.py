"""Maxima over balls of matrices, searched for as anyone would who knows nothing of the proof.

From random matrices of the ball, each step goes to the matrix at which the body, linearized
where the search stands, is largest: the radius times the orthogonal factor of the gradient (by
SymPy). For a convex body no step goes down; where it is not convex, or where searches end at
different values, nothing is known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.random import default_rng
from sympy import Expr, Symbol

from bnsym.evidence.small.naming import Largest, Named, evaluate
from bnsym.evidence.surveying import Unsupported

Array: TypeAlias = npt.NDArray[np.float64]
STARTS, STEPS, SEED = 4, 50, 1
CLOSE = 1e-9
"""Relative; a step that gains less is the last."""
STEP, FLAT = 1e-4, 1e-8
"""Relative; of a matrix, to see how the body curves, and what an eigenvalue of that may be off by."""


def largest(maximum: Largest, known: Callable[[Expr], list[float]]) -> list[float]:
    """The value of `maximum` at each point; not a number where the ball is empty, or where the
    searches do not find it.

    known: the values, at the points, of what has no entry of the matrix in it.
    """
    body, radius, rows = maximum.args
    at = _Floats(_body(body, rows), known)
    size = np.array(known(radius))[:, None]
    with np.errstate(all="ignore"):
        ends = _climbed(at, np.where(size >= 0, size, np.nan))
        one = np.ptp(ends, axis=1) <= 10 * CLOSE * (1 + np.abs(ends[:, 0]))
    return [float(v) for v in np.where(one, ends.max(axis=1), np.nan)]


def _climbed(at: _Floats, radius: Array) -> Array:
    """Where the searches end, a row for each point; not a number where the body is not convex or has
    no slope."""
    start = default_rng(SEED).normal(size=(len(radius), STARTS, *at.body.shape))
    radii = radius[..., None, None]
    matrix = radii * start / np.linalg.norm(start, 2, axis=(-2, -1), keepdims=True)
    convex = _is_convex(at.curvature(matrix[:, 0], STEP * (1 + radius[:, 0])))
    best = np.where(convex[:, None], at.value(matrix), np.nan)
    for _ in range(STEPS):
        slope = at.slope(matrix)
        best = np.where(np.isfinite(slope).all(axis=(-2, -1)), best, np.nan)
        further = radii * _orthogonal(slope)
        value = at.value(further)
        up = value > best + CLOSE * np.abs(best)
        if not up.any():
            break
        matrix, best = np.where(up[..., None, None], further, matrix), np.where(up, value, best)
    return best


def _is_convex(curvature: Array) -> npt.NDArray[np.bool_]:
    known = np.nan_to_num(curvature, posinf=0.0, neginf=0.0)
    least = np.linalg.eigvalsh((known + known.swapaxes(-2, -1)) / 2)[..., 0]
    found: npt.NDArray[np.bool_] = least >= -FLAT * np.abs(known).max(axis=(-2, -1))
    return found & np.isfinite(curvature).all(axis=(-2, -1))


def _orthogonal(matrix: Array) -> Array:
    """The factor U Vᵀ of U D Vᵀ: of all matrices of spectral norm 1, that of largest inner product."""
    u, _, v = np.linalg.svd(np.nan_to_num(matrix, posinf=0.0, neginf=0.0), full_matrices=False)
    found: Array = u @ v
    return found


@dataclass(frozen=True, slots=True)
class _Body:
    """What is searched for the maximum of, and all that a search asks of it."""

    shape: tuple[int, int]
    places: dict[Symbol, tuple[int, int]]
    """Where each entry stands."""
    value: Expr
    slopes: tuple[Expr, ...]
    """The derivative by each entry, row by row."""
    constants: tuple[Expr, ...]
    """The largest parts in which no entry occurs."""


@lru_cache(maxsize=64)
def _body(body: Expr, rows: Expr) -> _Body:
    places = {entry: (i, k) for i, row in enumerate(rows) for k, entry in enumerate(row)}
    slopes = tuple(body.diff(entry) for entry in places)
    constants: dict[Expr, bool] = {}
    todo = [body, *slopes]
    while todo:
        e = todo.pop()
        if e not in constants:
            constants[e] = e.free_symbols.isdisjoint(places)
            todo += () if constants[e] else (e.value,) if isinstance(e, Named) else e.args
    parts = tuple(e for e, constant in constants.items() if constant)
    return _Body((len(rows), len(rows[0])), places, body, slopes, parts)


class _Floats:
    """Values at each point (down) and for each search (across), as the matrix stands."""

    def __init__(self, body: _Body, known: Callable[[Expr], list[float]]) -> None:
        self.body = body
        self._constants = {e: np.array(known(e))[:, None] for e in body.constants}

    def value(self, matrix: Array) -> Array:
        return self._all((self.body.value,), matrix)[..., 0]

    def slope(self, matrix: Array) -> Array:
        """The derivative of the body by each entry."""
        return self._all(self.body.slopes, matrix).reshape(matrix.shape)

    def curvature(self, matrix: Array, step: Array) -> Array:
        """The derivative by each two entries at one matrix for each point, from slopes a step apart."""
        points, *shape = matrix.shape
        entries = math.prod(shape)
        steps = step[:, None, None, None] * np.eye(entries).reshape(entries, *shape)
        rise = self.slope(matrix[:, None] + steps) - self.slope(matrix[:, None] - steps)
        return rise.reshape(points, entries, entries) / (2 * step[:, None, None])

    def _all(self, expressions: tuple[Expr, ...], matrix: Array) -> Array:
        self._matrix, found = matrix, np.empty((*matrix.shape[:2], len(expressions)))
        memo = dict(self._constants)
        for n, e in enumerate(expressions):
            found[..., n] = evaluate(e, self, memo)
        return found

    def number(self, value: Fraction) -> Array:
        return np.array(float(value))

    def symbol(self, symbol: Symbol) -> Array:
        return self._matrix[(..., *self.body.places[symbol])]

    def total(self, terms: list[Array]) -> Array:
        return sum(terms, np.zeros(()))

    def product(self, factors: list[Array]) -> Array:
        return math.prod(factors, start=np.ones(()))

    def power(self, base: Array, exponent: Fraction) -> Array:
        return np.power(base, float(exponent))

    def largest(self, maximum: Largest) -> Array:
        raise Unsupported("a maximum of a maximum")
