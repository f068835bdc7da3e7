"""Passes over residues compiled by numba: one loop over the examples for all sums of a pass, on every core.

Worth its compilation, a few seconds, only beyond some 10⁷ examples. numba is an extra; it is imported
where it is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from sympy import Symbol

from bnsym.evidence.streams.coding import Code, code
from bnsym.evidence.streams.residues import PRIME
from bnsym.evidence.streams.streaming import Stream
from bnsym.evidence.surveying import Unsupported

CHUNK = 16_384
"""Examples that one core sums at a time."""
LARGE = 20_000_000
"""Examples from which compiling pays."""


def installed() -> bool:
    return find_spec("numba") is not None


def _fold(a: Any) -> Any:
    return (a & PRIME) + (a >> 31)


def _power(a: Any, p: Any, _q: Any) -> Any:
    """A power with a positive integer; any other is for blocks."""
    found = a
    for _ in range(p - 1):
        found = found * a % PRIME
    return found


@cache
def _functions() -> dict[str, Any]:
    """Of one example; the loop sums what `total` and `dot` give."""
    from numba import njit

    fold = njit(_fold)
    return {
        "add": njit(lambda a, b: fold(a + b)),
        "sub": njit(lambda a, b: fold(a - b + 2 * PRIME)),
        "neg": njit(lambda a: fold(2 * PRIME - a)),
        "mul": njit(lambda a, b: fold(fold(a * b))),
        "square": njit(lambda a: fold(fold(a * a))),
        "power": njit(_power),
        "total": njit(lambda a: a),
        "dot": njit(lambda a, b: fold(a * b)),
    }


def _sums(example: Any, count: int) -> Any:
    """A function of zeros, arguments and the number of examples: the sums over each chunk."""
    from numba import njit, prange

    @njit(parallel=True, nogil=True)  # type: ignore[untyped-decorator]
    def run(zeros: Any, arguments: Any, length: Any) -> Any:
        chunks = (length + CHUNK - 1) // CHUNK
        parts = np.zeros((chunks, count), np.int64)
        for chunk in prange(chunks):
            sums = zeros
            for i in range(chunk * CHUNK, min(length, (chunk + 1) * CHUNK)):
                sums = example(np.uint64(i), *(sums + arguments))
            for k in range(count):
                parts[chunk, k] = sums[k]
        return parts

    return run


@dataclass(eq=False)
class Compiled(Stream):
    """A stream of residues whose passes are compiled."""

    kernels: dict[Any, Any] = field(default_factory=dict)
    """Compiled functions, which streams of one lowering may share."""

    def _pass(self, totals: tuple[Symbol, ...]) -> None:
        made, run = self._kernel(totals)
        zeros = (np.int64(0),) * len(totals)
        scalars = (np.int64(self.scalar(e)) for e in made.scalars)
        arguments = (*(self.views[s] for s in made.arrays), *scalars)
        found = run(zeros, arguments, self.length).sum(axis=0)
        for symbol, value in zip(totals, found, strict=True):
            self.values[symbol] = np.asarray(value % PRIME)

    def _kernel(self, totals: tuple[Symbol, ...]) -> tuple[Code, Any]:
        if self.lowering.axes:
            raise Unsupported("compiled passes run over one index only")
        key = ("compiled", totals)  # functions for blocks may be kept beside these
        if key not in self.kernels:
            from numba import njit

            bodies = [self.lowering.totals[s] for s in totals]
            made = code(bodies, self.lowering.varies, _functions(), example=True)
            self.kernels[key] = made, _sums(njit(made.run), len(bodies))
        found: tuple[Code, Any] = self.kernels[key]
        return found
