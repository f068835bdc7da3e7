"""The backends that there are."""

from __future__ import annotations

import os
from importlib.util import find_spec
from shutil import which

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
