"""What evaluates a closed form in NumPy, in blocks with buffers; which other backends there are."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from shutil import which
from typing import Any

import numpy as np

from bnsym.evidence.streams.passes import Leaf

BACKENDS = ("numpy", "numba", "torch", "jax", "c")


def installed(backend: str) -> bool:
    return (which(compiler()) if backend == "c" else find_spec(backend)) is not None


def compiler() -> str:
    """The C compiler, as other programs find it."""
    return os.environ.get("CC", "cc")


def require(backend: str) -> None:
    """ValueError for a backend that does not exist, ImportError for one that is not installed."""
    if backend not in BACKENDS:
        raise ValueError(f"there is no backend {backend!r}; there are {', '.join(BACKENDS)}")
    if backend == "c" and not installed(backend):
        raise ImportError(f"backend='c' needs a C compiler, and there is no {compiler()}; set CC")
    if not installed(backend):
        raise ImportError(f"backend={backend!r} needs {backend}: pip install {backend}")


def _power(a: Any, p: int, q: int, out: Any = None) -> Any:
    if (p, q) == (1, 2):
        return np.sqrt(a, out)
    if (p, q) == (-1, 1):
        return np.divide(1.0, a, out)
    return np.power(a, p / q, out)


def _reduce(a: Any, axis: int) -> Any:
    return np.sum(a, axis=axis, keepdims=True)


class Blocks:
    """float64 in NumPy, whatever floats enter; every call may name the buffer for its result."""

    def __init__(self, *, rank: int) -> None:
        """rank: the number of axes of a block."""
        total: Callable[..., Any] = lambda a: np.sum(a, axis=0, keepdims=rank > 2)  # noqa: E731
        # not np.dot: BLAS may start threads for each block, which wait for each other on a busy machine
        dots = {1: lambda a, b: np.einsum("i,i", a, b), 2: lambda a, b: np.einsum("ij,ij->j", a, b)}
        self.names: Mapping[str, Any] = {
            "add": np.add, "sub": np.subtract, "neg": np.negative, "mul": np.multiply,
            "square": np.square, "power": _power, "reduce": _reduce, "total": total,
            "dot": dots.get(rank, lambda a, b: total(a * b)),
        }  # fmt: skip

    def number(self, p: int, q: int) -> Any:
        return np.float64(p / q)

    def enter(self, array: Any, _leaf: Leaf) -> Any:
        return np.asarray(array, np.float64)

    def gathered(self, totals: list[Any]) -> Any:
        return np.sum(totals, axis=0)
