"""Emitted code, compiled and run.

What is executed here is text of our own making from terms that were proved; of a note it holds identifiers
that `argument_names` has made plain, and nothing else.
"""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from bnsym.compiling.backends import compiler
from bnsym.compiling.code.array_code import Jax, Torch
from bnsym.compiling.code.loop_code import C, Loops
from bnsym.compiling.programs import Program

FLAGS = "-O3 -march=native -fno-math-errno -fassociative-math -fno-signed-zeros -fno-trapping-math".split()
FLAGS += ["-fopenmp", "-shared", "-fPIC"]
"""Sums may be taken in any order."""
RELAXED = {"reassoc", "contract", "nsz"}
"""The same, for numba."""


def runner(program: Program, backend: str) -> Callable[..., Any]:
    """A function of the arguments by name, for torch and JAX; of float64 arrays in rows and the array for
    the result, for numba and C."""
    match backend:
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
