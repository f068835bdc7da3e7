"""Emitted code, compiled and run.

What is executed here is text of our own making from terms that were proved; of a note it holds identifiers
that `argument_names` has made plain, and nothing else.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from math import prod
from pathlib import Path
from shutil import which
from typing import Any

import numpy as np

from bnsym.compiling.code.array_code import Jax, Torch
from bnsym.compiling.code.block_code import Blocks
from bnsym.compiling.code.loop_code import C, Loops
from bnsym.compiling.programs import Program
from bnsym.terms import SpaceName

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


FLAGS = "-O3 -march=native -fno-math-errno -fassociative-math -fno-signed-zeros -fno-trapping-math".split()
FLAGS += ["-fopenmp", "-shared", "-fPIC"]
"""Sums may be taken in any order."""
RELAXED = {"reassoc", "contract", "nsz"}
"""The same, for numba."""


BLOCK = 262_144
"""Numbers of an array in a block: a few such arrays fit the last cache. In smaller blocks threads spend their
time in waiting for the interpreter between two operations."""
PART = 4096
"""Numbers of a vector beyond which BLAS may start threads, which wait for each other on a busy machine."""


def runner(program: Program, backend: str, batch: SpaceName) -> Callable[..., Any]:
    """A function of the arguments by name, for torch and JAX; of arrays and the array for the result, for
    others: for numba and C these are of float64, in rows. batch: the index space that may be long."""
    match backend:
        case "numpy":
            return _numpy(program, batch)
        case "torch":
            return _python(Torch(program).source(), program)
        case "jax":
            return _python(Jax(program).source(), program)
        case "numba":
            return _numba(program)
        case _:
            return _c(program)


def _python(source: str, program: Program, **names: Any) -> Callable[..., Any]:
    scope = dict(names)
    exec(source, scope)
    found: Callable[..., Any] = scope[program.name]
    return found


def _numpy(program: Program, batch: SpaceName) -> Callable[..., Any]:
    """On every core where no sum runs over the batch."""
    blocks = Blocks(program, batch)
    made = _python(blocks.source(), program, np=np, step__=_step, dot__=_dot)
    axes = [*(program.axes[a.latex] for a in program.arguments), program.free]

    def alone(arrays: Sequence[Any]) -> None:
        with np.errstate(all="ignore"):
            np.setbufsize(16)  # until the end of this; else rows are copied before a number is added to each
            made(*arrays)

    def run(*arrays: Any) -> None:
        if blocks.totals or blocks.index not in program.free or arrays[-1].size < BLOCK:
            alone(arrays)
            return
        length = arrays[-1].shape[program.free.index(blocks.index)]
        step = -(-length // (os.cpu_count() or 1))

        def part(start: int) -> None:
            here, index = slice(start, start + step), blocks.index
            alone([a[(slice(None),) * at.index(index) + (here,)] if index in at else a for a, at in pairs])

        pairs = list(zip(arrays, axes, strict=True))
        with ThreadPoolExecutor() as pool:
            list(pool.map(part, range(0, length, step)))

    return run


def _step(length: int, *others: int) -> int:
    return min(length, max(1, BLOCK // prod(others)))


def _dot(a: Any, b: Any, axis: int) -> Any:
    """Along an axis, in parts."""
    pair = [np.moveaxis(one, axis, -1) for one in (a, b)]
    count = pair[0].shape[-1] // PART
    whole = (one[..., : count * PART].reshape(*one.shape[:-1], count, PART) for one in pair)
    return np.vecdot(*whole).sum(-1) + np.vecdot(*(one[..., count * PART :] for one in pair))


def _numba(program: Program) -> Callable[..., Any]:
    from math import sqrt

    from numba import njit, prange

    made = _python(Loops(program).source(), program, np=np, sqrt=sqrt, prange=prange)
    found: Callable[..., Any] = njit(parallel=True, fastmath=RELAXED, error_model="numpy", nogil=True)(made)
    return found


def _c(program: Program) -> Callable[..., Any]:
    """Raises RuntimeError, with what the compiler says, where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        source, library = Path(folder) / "closed_form.c", Path(folder) / "closed_form.so"
        source.write_text(C(program).source(), encoding="utf-8")
        done = subprocess.run(
            [compiler(), *FLAGS, "-o", str(library), str(source), "-lm"], capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{compiler()} failed: {done.stderr.strip()}")
        function = getattr(ctypes.CDLL(str(library)), program.name)
    function.restype = None

    def run(*arrays: Any) -> None:
        *takes, _ = arrays
        by_name = dict(zip((a.name for a in program.arguments), takes, strict=True))
        where = {space: by_name[a.name].shape[axis] for a, axis, space in program.shapes()}
        sizes = [ctypes.c_long(where[space]) for space in program.spaces]
        function(*sizes, *(_passed(a) for a in arrays[:-1]), arrays[-1].ctypes.data_as(ctypes.c_void_p))

    return run


def _passed(array: Any) -> Any:
    return ctypes.c_double(array) if isinstance(array, float) else array.ctypes.data_as(ctypes.c_void_p)
