"""How long bnsym takes, each figure the first run in a fresh process, as a user meets it.

    python .ci/bench.py [--runs 5] [--naive 4] [--links 300] [--growth 300 1000 3000]

Proofs are timed from the definitions to the verdict, imports and reading not counted; beside two of
them stands what plain SymPy takes for explicit components at one batch size (its time grows about
2.5 times with each). Commands are timed whole. Milliseconds by the clock, least and median, and of
all processors, least: on a machine that is not quiet the last says most, and ratios more than figures.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from typing import TypeAlias

Times: TypeAlias = tuple[float, float]
"""By the clock and of all processors, in milliseconds."""
ROOT = Path(__file__).resolve().parent.parent
NOTE = (ROOT / "derivations" / "batchnorm.md").read_text(encoding="utf-8")
PROOFS = {
    "input gradient": "input-gradient.2",
    "norm identity": "norm-identity",
    "Bessel's inequality": "bessel",
    "gradient bound, squared": "gradient-bound.1",
    "gradient bound, plain": "gradient-bound.2",
    "bound of maxima": "predictiveness-bound.2",
    "curvature identity": "curvature",
    "curvature bound, first half": "curvature-bound.1",
    "curvature bound, second half": "curvature-bound.2",
    "initialization bound": "initial-distance.4",
    "entries of the Hessian": "entries",
}
ENTRIES = r"""
<!-- bnsym: partial total -->
<!-- bnsym: claim id=entries -->
$$
\frac{\partial^2 \hat{x}_j}{\partial x_i \partial x_k} = -\frac{1}{m \sigma^2} \left(
 \hat{x}_k (\delta_{ij} - \frac{1}{m}) + \hat{x}_i (\delta_{jk} - \frac{1}{m})
 + \hat{x}_j (\delta_{ik} - \frac{1}{m}) - \frac{3}{m} \hat{x}_i \hat{x}_j \hat{x}_k \right)
$$
"""


# -- what is timed once, in a process of its own ------------------------------------------


def proof(link_id: str) -> Callable[[], bool]:
    """Whether one link of the note is proved."""
    from bnsym.elaborate import read
    from bnsym.kernel import Proved
    from bnsym.proving import decide

    (link,) = (link for link in read(NOTE + ENTRIES, "batchnorm.md").links if link.id == link_id)
    statement = link.statement
    if statement is None:
        raise SystemExit(f"{link_id} can't be read")
    return lambda: isinstance(decide(statement, time.monotonic() + 10), Proved)


def naive_norm_identity(m: int) -> Callable[[], bool]:
    """The norm identity at one batch size, as explicit SymPy components and `simplify`."""
    import sympy

    x, g = sympy.symbols(f"x1:{m + 1}"), sympy.symbols(f"g1:{m + 1}")
    mean = sum(x) / m
    sigma = sympy.sqrt(sum((a - mean) ** 2 for a in x) / m)
    hat = [(a - mean) / sigma for a in x]
    inner = sum(h * b for h, b in zip(hat, g, strict=True))
    left = sum((m * b - sum(g) - h * inner) ** 2 for h, b in zip(hat, g, strict=True))
    right = m**2 * sum(b**2 for b in g) - m * sum(g) ** 2 - m * inner**2
    return lambda: sympy.simplify(left - right) == 0


def naive_gradient(m: int) -> Callable[[], bool]:
    """The input gradient at one batch size, every component, by `sympy.diff` and `together`."""
    import sympy

    x, g = sympy.symbols(f"x1:{m + 1}"), sympy.symbols(f"g1:{m + 1}")
    mean = sum(x) / m
    sigma = sympy.sqrt(sum((a - mean) ** 2 for a in x) / m)
    hat = [(a - mean) / sigma for a in x]
    inner = sum(h * b for h, b in zip(hat, g, strict=True))
    loss = sum(b * h for b, h in zip(g, hat, strict=True))

    def is_zero(k: int) -> bool:
        gap = sympy.diff(loss, x[k]) - (m * g[k] - sum(g) - hat[k] * inner) / (m * sigma)
        return bool(sympy.expand(sympy.together(gap).as_numer_denom()[0]) == 0)

    return lambda: all(map(is_zero, range(m)))


def once(what: str) -> None:
    """Print the milliseconds that one thing takes; it has to hold, too."""
    kind, _, name = what.partition(":")
    naive = {"gradient": naive_gradient, "norm": naive_norm_identity}
    work = proof(name) if kind == "proof" else naive[kind](int(name))
    clock, processor = time.perf_counter(), time.process_time()
    held = work()
    print(1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - processor))
    if not held:
        raise SystemExit(f"{what} does not hold")


# -- the table ------------------------------------------------------------------------------


def fresh(what: str) -> Times:
    done = subprocess.run(
        [sys.executable, __file__, "--once", what], cwd=ROOT, capture_output=True, text=True, check=True
    )
    clock, processor = map(float, done.stdout.split())
    return clock, processor


def whole(*arguments: str) -> Times:
    """A whole command, with the processes that it starts."""
    clock, before = time.perf_counter(), getrusage(RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "bnsym", *arguments], cwd=ROOT, capture_output=True, check=True)
    after = getrusage(RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return 1000 * (time.perf_counter() - clock), 1000 * processor


def long_note(links: int) -> str:
    """A note of so many links, each another, on the definitions of the layer."""
    forward = NOTE[NOTE.index("<!-- bnsym: define id=forward") : NOTE.index("<!-- bnsym: claim id=moments")]
    claims = [rf"$$ \sum_i {n + 2} (x_i - \mu) \hat{{x}}_i = {n + 2} m \sigma $$" for n in range(links)]
    return forward + "\n\n".join(claims) + "\n"


def many_names(names: int) -> str:
    """A note that defines so many vectors, each with a second equation that is a link."""
    words = (f"\\mathrm{{q{''.join(chr(97 + int(digit)) for digit in str(n))}}}" for n in range(names))
    return (
        "\n\n".join(f"$$ {w}_i := x_i + {n} $$\n\n$$ {w}_i = {n} + x_i $$" for n, w in enumerate(words))
        + "\n"
    )


def one_block(links: int) -> str:
    """A note of one display with so many links."""
    rows = (rf"\sum_i {n + 2} x_i &= {n + 2} \sum_i x_i" for n in range(links))
    return "$$\n\\begin{align}\n" + " \\\\\n".join(rows) + "\n\\end{align}\n$$\n"


def growth(runs: int, sizes: tuple[int, ...]) -> None:
    """Notes that grow, whole commands: time is to grow as they do."""
    for what, make in (("names with a second equation each", many_names), ("links in one block", one_block)):
        for size in sizes:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "note.md"
                path.write_text(make(size), encoding="utf-8")
                command = ("check", str(path), "--no-cache", "--no-cross-examine", "--jobs", "1")
                row(f"{size} {what}", runs, lambda c=command: whole(*c))  # type: ignore[misc]


def row(name: str, runs: int, measure: Callable[[], Times]) -> None:
    clock, processor = zip(*(measure() for _ in range(runs)), strict=True)
    print(f"{name:44} {min(clock):9.1f} {median(clock):9.1f} {min(processor):11.1f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=5, help="of each, in a process of its own")
    parser.add_argument("--naive", type=int, default=4, metavar="M", help="batch size of plain SymPy")
    parser.add_argument("--links", type=int, default=300, metavar="N", help="of the long note; 0: none")
    parser.add_argument(
        "--growth",
        type=int,
        nargs="*",
        default=[300, 1000, 3000],
        metavar="N",
        help="names, and links in a block",
    )
    parser.add_argument("--once", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.once:
        return once(given.once)
    print(f"{'milliseconds':44} {'least':>9} {'median':>9} {'processors':>11}")
    for name, link in PROOFS.items():
        row(f"{name}, every m", given.runs, lambda link=link: fresh(f"proof:{link}"))  # type: ignore[misc]
    for name, kind in (("input gradient", "gradient"), ("norm identity", "norm")):
        what = f"{kind}:{given.naive}"
        row(f"{name}, plain SymPy at m = {given.naive}", 1, lambda what=what: fresh(what))  # type: ignore[misc]
    row("bnsym --help", given.runs, lambda: whole("--help"))
    row("bnsym check all, nothing remembered", given.runs, lambda: whole("check", "all", "--no-cache"))
    with tempfile.TemporaryDirectory() as folder:
        for links in (given.links // 4, given.links // 2, given.links) if given.links else ():
            path = Path(folder) / f"{links}.md"
            path.write_text(long_note(links), encoding="utf-8")
            command = ("check", str(path), "--no-cache", "--no-cross-examine")
            row(f"a note of {links} links, decided", min(given.runs, 3), lambda c=command: whole(*c))  # type: ignore[misc]
    growth(min(given.runs, 2), tuple(given.growth))
    return None


if __name__ == "__main__":
    main()
