"""How long bnsym takes, beside the plain SymPy computation of the same thing in the same run.

    python .ci/bench.py [--naive 4]

Figures are medians of several runs in milliseconds; ratios hold on a noisy machine, single
figures do not. `--naive` is the batch size at which SymPy expands and simplifies explicit
components (its time grows about 2.5 times with each).
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTE = (ROOT / "derivations" / "batchnorm.md").read_text(encoding="utf-8")


def median_ms(work: Callable[[], object], runs: int = 7) -> float:
    """The median time of `work` in milliseconds, after one run that is not counted."""
    work()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def process_ms(*arguments: str) -> float:
    """The median time of a whole process."""

    def run() -> None:
        subprocess.run([sys.executable, "-m", "bnsym", *arguments], cwd=ROOT, capture_output=True, check=True)

    return median_ms(run, 5)


def proof(link_id: str) -> Callable[[], object]:
    """From the definitions to the verdict on one link of the note, reading not counted."""
    from bnsym.kernel import Proved
    from bnsym.proving import decide
    from bnsym.reading import read

    (link,) = (link for link in read(NOTE, "batchnorm.md").links if link.id == link_id)
    statement = link.statement
    if statement is None:
        raise SystemExit(f"{link_id} can't be read")

    def run() -> None:
        if not isinstance(decide(statement, time.monotonic() + 10), Proved):
            raise SystemExit(f"{link_id} was not proved")

    return run


def naive_norm_identity(m: int) -> Callable[[], object]:
    """The norm identity at one batch size, as explicit SymPy components and `simplify`."""
    import sympy

    x, g = sympy.symbols(f"x1:{m + 1}"), sympy.symbols(f"g1:{m + 1}")
    mean = sum(x) / m
    sigma = sympy.sqrt(sum((a - mean) ** 2 for a in x) / m)
    hat = [(a - mean) / sigma for a in x]
    inner = sum(h * b for h, b in zip(hat, g, strict=True))
    left = sum((m * b - sum(g) - h * inner) ** 2 for h, b in zip(hat, g, strict=True))
    right = m**2 * sum(b**2 for b in g) - m * sum(g) ** 2 - m * inner**2

    def run() -> None:
        if sympy.simplify(left - right) != 0:
            raise SystemExit("SymPy did not simplify the norm identity to zero")

    return run


def naive_gradient(m: int) -> Callable[[], object]:
    """The input gradient at one batch size, every component, by `sympy.diff` and `together`."""
    import sympy

    x, g = sympy.symbols(f"x1:{m + 1}"), sympy.symbols(f"g1:{m + 1}")
    mean = sum(x) / m
    sigma = sympy.sqrt(sum((a - mean) ** 2 for a in x) / m)
    hat = [(a - mean) / sigma for a in x]
    inner = sum(h * b for h, b in zip(hat, g, strict=True))
    loss = sum(b * h for b, h in zip(g, hat, strict=True))

    def run() -> None:
        for k in range(m):
            gap = sympy.diff(loss, x[k]) - (m * g[k] - sum(g) - hat[k] * inner) / (m * sigma)
            if sympy.expand(sympy.together(gap).as_numer_denom()[0]) != 0:
                raise SystemExit("SymPy did not find the gradient equal")

    return run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--naive", type=int, default=4, metavar="M", help="batch size of plain SymPy")
    m = parser.parse_args().naive
    rows = [
        ("input gradient, every m", proof("input-gradient.2")),
        ("norm identity, every m", proof("norm-identity")),
        ("Bessel's inequality, every m", proof("bessel")),
        ("bound of the gradient, every m", proof("gradient-bound.2")),
    ]
    measured = {name: median_ms(work) for name, work in rows}
    measured[f"input gradient, plain SymPy at m = {m}"] = median_ms(naive_gradient(m), 1)
    measured[f"norm identity, plain SymPy at m = {m}"] = median_ms(naive_norm_identity(m), 1)
    measured["bnsym --help, whole process"] = process_ms("--help")
    measured["bnsym check all, whole process"] = process_ms("check", "all")
    for name, ms in measured.items():
        print(f"{name:42} {ms:10.1f} ms")


if __name__ == "__main__":
    main()
