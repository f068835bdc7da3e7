"""Passes compiled by numba: one loop over the examples for all sums of a pass, on every core.

Worth its compilation, a few seconds, only beyond some 10⁷ examples. numba is an extra; it is imported
where it is used.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np
from sympy import Expr, Symbol

from bnsym.evidence.streams.coding import Code, Shape, code
from bnsym.evidence.streams.residues import PRIME
from bnsym.evidence.streams.streaming import Array, Stream
from bnsym.evidence.surveying import Unsupported

CHUNK = 16_384
"""Examples that are summed one after the other: rounding grows with their number, not with m."""
LARGE = 20_000_000
"""Examples from which compiling pays for residues."""


def installed() -> bool:
    return find_spec("numba") is not None


def _power(a: Any, p: Any, q: Any) -> Any:
    return a ** (p / q)


def _fold(a: Any) -> Any:
    return (a & PRIME) + (a >> 31)


def _residue_power(a: Any, p: Any, _q: Any) -> Any:
    """A power with a positive integer; any other is for blocks."""
    found = a
    for _ in range(p - 1):
        found = found * a % PRIME
    return found


FLOATS: Mapping[str, Callable[..., Any]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "neg": lambda a: -a,
    "mul": lambda a, b: a * b,
    "square": lambda a: a * a,
    "power": _power,
    "total": lambda a: a,
    "dot": lambda a, b: a * b,
}
"""Of one example; the loop sums what `total` and `dot` give."""


@cache
def _functions(residues: bool) -> dict[str, Any]:
    from numba import njit

    if not residues:
        return {name: njit(function) for name, function in FLOATS.items()}
    fold = njit(_fold)
    return {
        "add": njit(lambda a, b: fold(a + b)),
        "sub": njit(lambda a, b: fold(a - b + 2 * PRIME)),
        "neg": njit(lambda a: fold(2 * PRIME - a)),
        "mul": njit(lambda a, b: fold(fold(a * b))),
        "square": njit(lambda a: fold(fold(a * a))),
        "power": njit(_residue_power),
        "total": njit(lambda a: a),
        "dot": njit(lambda a, b: fold(a * b)),
    }


def _sums(example: Any, count: int, dtype: type, fastmath: Any) -> Any:
    """A function of zeros, arguments and the number of examples: the sums over each chunk."""
    from numba import njit, prange

    @njit(parallel=True, fastmath=fastmath, nogil=True)  # type: ignore[untyped-decorator]
    def run(zeros: Any, arguments: Any, length: Any) -> Any:
        chunks = (length + CHUNK - 1) // CHUNK
        parts = np.zeros((chunks, count), dtype)
        for chunk in prange(chunks):
            sums = zeros
            for i in range(chunk * CHUNK, min(length, (chunk + 1) * CHUNK)):
                sums = example(np.uint64(i), *(sums + arguments))
            for k in range(count):
                parts[chunk, k] = sums[k]
        return parts

    return run


def _map(example: Any) -> Any:
    from numba import njit, prange

    @njit(parallel=True, nogil=True)  # type: ignore[untyped-decorator]
    def run(out: Any, arguments: Any) -> None:
        for i in prange(len(out)):
            out[i] = example(i, *arguments)

    return run


@dataclass(eq=False)
class Compiled(Stream):
    """A stream whose passes are compiled; floats, or residues."""

    residues: bool = False
    kernels: dict[Any, Any] = field(default_factory=dict)
    """Compiled functions, which streams of one lowering may share."""

    def _pass(self, totals: tuple[Symbol, ...]) -> None:
        made, run = self._kernel(totals, [self.lowering.totals[s] for s in totals], totals=True)
        kind = np.int64 if self.residues else np.float64
        zeros = (kind(0),) * len(totals)
        found = run(zeros, self._arguments(made), self.length).sum(axis=0)
        for symbol, value in zip(totals, found, strict=True):
            self.values[symbol] = np.asarray(value % PRIME if self.residues else value)

    def mapped(self, e: Expr, out: Array | None = None) -> Iterator[tuple[slice, Any]]:
        self._passes(e)
        made, run = self._kernel(e, [e], totals=False)
        out = np.empty(self.length) if out is None else out
        run(out, self._arguments(made))
        yield slice(0, self.length), out

    def _arguments(self, made: Code) -> tuple[Any, ...]:
        kind = np.int64 if self.residues else np.float64
        scalars = (kind(self.scalar(e)) for e in made.scalars)
        return (*(self.views[s] for s in made.arrays), *scalars)

    def _kernel(self, key: Any, bodies: list[Expr], *, totals: bool) -> tuple[Code, Any]:
        if self.lowering.axes:
            raise Unsupported("compiled passes run over one index only")
        key = ("compiled", key)  # functions for blocks may be kept beside these
        if key not in self.kernels:
            from numba import njit

            made = code(bodies, self.lowering.varies, _functions(self.residues), Shape.EXAMPLE, totals=totals)
            relaxed = False if self.residues else {"reassoc", "contract"}
            example = njit(made.run, fastmath=relaxed)
            kind = np.int64 if self.residues else np.float64
            run = _sums(example, len(bodies), kind, relaxed) if totals else _map(example)
            self.kernels[key] = made, run
        found: tuple[Code, Any] = self.kernels[key]
        return found
