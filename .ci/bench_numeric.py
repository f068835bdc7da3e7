"""How fast closed forms and the check of the gradient are, beside torch and the memory limit of the same run.

    python .ci/bench_numeric.py [--m 10000000] [--rows 100000 1000] [--runs 9] [--cpu]

Nanoseconds an example, float64; the best of several runs that take turns, since other work on the machine
slows some of them. With --cpu, of processor time and on one core, which other work disturbs less.
What is not installed (numba, a C compiler, torch) is left out. Rows are layer norm's. The memory limit is
what it costs to read two arrays and to write a third, in NumPy's blocks and, with numba, in compiled loops:
once for rows, which fit a cache; over one long batch the arrays are read twice, since no component is known
before all of them were read.
"""

from __future__ import annotations

import argparse
import gc
import math
import os
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import bnsym
from bnsym.compiling.running import installed
from bnsym.evidence.large import floating, modular

NOTE = Path(__file__).resolve().parent.parent / "derivations" / "batchnorm.md"
LINK = f"{NOTE}#input-gradient"
ROWS = f"{NOTE.parent.parent / 'tests' / 'accept' / 'layer-norm.md'}#batch-gradients.3"
KEPT = ("xhat", "sigma_squared")
Work = Callable[[], Any]


def plain(hat: Any, gamma: float, variance: float, g: Any) -> Any:
    """The closed form as one writes it in NumPy."""
    m = len(hat)
    return gamma / (m * math.sqrt(variance)) * (m * g - g.sum() - hat * (hat * g).sum())


BACKENDS = ("numpy", "numba", "c")


def memory(x: Any, g: Any, out: Any, *, twice: bool) -> Work:
    """As little arithmetic as there can be."""
    blocks = [slice(start, start + 32_768) for start in range(0, len(x), 32_768)]

    def run() -> float:
        total = sum(x[b].max() + g[b].max() for b in blocks if twice)
        for b in blocks:
            np.add(x[b], g[b], out[b])
        return float(total)

    return run


def memory_compiled(x: Any, g: Any, out: Any, *, twice: bool) -> Work:
    from numba import njit, prange

    @njit(parallel=True, fastmath=True)  # type: ignore[untyped-decorator]
    def run(a: Any, b: Any, c: Any) -> float:
        total = 0.0
        for i in prange(len(a) if twice else 0):
            total += a[i] + b[i]
        for i in prange(len(a)):
            c[i] = a[i] + b[i]
        return total

    return lambda: run(x, g, out)


def closed_forms(m: int) -> dict[str, Work]:
    """Every way to work out the input gradient at one batch."""
    rng = np.random.default_rng(0)
    x, g = rng.standard_normal((2, m))
    hat, variance, out = (x - x.mean()) / x.std(), float(x.var()), np.zeros(m)
    rows: dict[str, Work] = {
        "memory limit, NumPy": memory(hat, g, out, twice=True),
        "closed form, plain NumPy": lambda: plain(hat, 0.7, variance, g),
    }
    for backend in BACKENDS:
        if installed(backend):
            kept, whole = (bnsym.compile(LINK, backend, given) for given in (KEPT, ()))
            rows[f"closed form, {backend}"] = lambda f=kept: f(hat, 0.7, variance, g, out=out)
            rows[f"closed form from x, {backend}"] = lambda f=whole: f(x, 0.7, g, out=out)
    if installed("numba"):
        rows["memory limit, numba"] = memory_compiled(hat, g, out, twice=True)
    if installed("torch"):
        rows |= torch_kernels(x, g)
    return rows


def layers(count: int, width: int) -> dict[str, Work]:
    """Layer norm's input gradient over rows."""
    rng = np.random.default_rng(0)
    x, g, out = (rng.standard_normal((count, width)) for _ in range(3))
    gain = rng.standard_normal(width)
    flat = [a.reshape(-1) for a in (x, g, out)]
    rows: dict[str, Work] = {"memory limit, NumPy, rows": memory(*flat, twice=False)}
    for backend in filter(installed, BACKENDS):
        found = bnsym.compile(ROWS, backend)
        rows[f"closed form of rows, {backend}"] = lambda f=found: f(x, gain, g, out=out)
    if installed("numba"):
        rows["memory limit, numba, rows"] = memory_compiled(*flat, twice=False)
    if installed("torch"):
        rows |= torch_layers(x, gain, g)
    return rows


def torch_layers(x: Any, gain: Any, g: Any) -> dict[str, Work]:
    """Its own kernel over rows, for the input gradient alone and forward."""
    import torch

    a, b, weight = (torch.from_numpy(v) for v in (x, g, gain))
    width = [x.shape[1]]
    _, mean, inverse = torch.native_layer_norm(a, width, weight, None, 0.0)
    backward = torch.ops.aten.native_layer_norm_backward
    masks = [True, False, False]
    return {
        "torch's layer_norm, rows": lambda: torch.native_layer_norm(a, width, weight, None, 0.0),
        "torch's layer_norm backward, rows": lambda: backward(
            b, a, width, mean, inverse, weight, None, masks
        ),
    }


def torch_kernels(x: Any, g: Any) -> dict[str, Work]:
    """Its own kernel, at the layout (1, 1, m) and at (m, 1)."""
    import torch

    weight = torch.full((1,), 0.7, dtype=torch.float64)

    def kernel(shape: tuple[int, ...]) -> Work:
        a, b = torch.tensor(x).reshape(shape), torch.tensor(g).reshape(shape)
        mean, inverse = a.mean().reshape(1), 1 / a.std(correction=0).reshape(1)
        backward = torch.ops.aten.native_batch_norm_backward
        return lambda: backward(b, a, weight, None, None, mean, inverse, True, 0.0, [True, False, False])

    shapes = {"(1, 1, m)": (1, 1, -1), "(m, 1)": (-1, 1)}
    return {f"torch's batch_norm backward, {name}": kernel(shape) for name, shape in shapes.items()}


def gradient_checks(m: int) -> dict[str, Work]:
    """∂f/∂x against the closed form by the routes at a large batch, arrays drawn, roots and errors found."""
    statement = bnsym.compile(LINK).form.statement

    def check(route: Any) -> Work:
        def run() -> None:
            if not route.examine(statement, m).agrees:
                raise SystemExit("the gradient is wrong")

        return run

    return {"gradient check mod p": check(modular), "gradient check in floats": check(floating)}


def one_core() -> None:
    """For this process, and one thread for whatever is imported from here on."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    for name in ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"


def best(rows: dict[str, Work], m: int, runs: int, clock: Callable[[], float]) -> dict[str, float]:
    """The best time of each, in nanoseconds an example; one run of each is not counted."""
    found = dict.fromkeys(rows, math.inf)
    for run in range(runs + 1):
        for name, work in rows.items():
            start = clock()
            work()
            if run:
                found[name] = min(found[name], (clock() - start) / m * 1e9)
    return found


def peak(work: Work, m: int) -> float:
    """What work allocates at most, in bytes an example, its arguments not counted."""
    gc.collect()
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most / m


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--m", type=int, default=10**7)
    parser.add_argument("--rows", type=int, nargs=2, default=(10**5, 10**3), metavar=("N", "D"))
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--cpu", action="store_true")
    options = parser.parse_args()
    m = options.m
    if options.cpu:
        one_core()
    clock = time.process_time if options.cpu else time.perf_counter
    count, width = options.rows
    makes = (
        (lambda: layers(count, width), count * width),
        (lambda: closed_forms(m), m),
        (lambda: gradient_checks(m), m),
    )
    for make, size in makes:
        rows = make()
        for name, ns in best(rows, size, options.runs, clock).items():
            print(f"{name:42} {ns:8.2f} ns", flush=True)
        for name in rows:
            if name.startswith(("closed form", "gradient check")):
                print(f"{name + ', allocates':42} {peak(rows[name], size):8.2f} bytes an example at most")


if __name__ == "__main__":
    main()
