"""Whether every known slip in the gradient of batch normalization is seen at a large batch.

    python .ci/slips_at_size.py [--m 100000000]

Floats: how far the sides of the wrong equation are apart, relative to their size, and how much of that
rounding could explain. Mod p: whether the sides differ.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bnsym.evidence.large import modular
from tests.batchnorm import equation, input_gradient
from tests.test_floating import GRADIENT, SLIPS, gap

RIGHT = "(the gradient as it is)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--m", type=int, default=10**8)
    size = parser.parse_args().m
    print(f"{'at m = ' + format(size, ','):32} {'apart by':>10} {'rounding':>10}  mod p    seconds")
    missed = 0
    for name, statement in {RIGHT: equation(GRADIENT, input_gradient()), **SLIPS}.items():
        started = time.perf_counter()
        apart, rounding = gap(statement, size)
        residues = modular.examine(statement, size).agrees
        seconds = time.perf_counter() - started
        print(f"{name:32} {apart:10.1e} {rounding:10.1e}  {residues!s:6} {seconds:9.1f}", flush=True)
        missed += (apart > rounding) is (name == RIGHT) or residues is not (name == RIGHT)
    sys.exit(f"{missed} not told apart" if missed else 0)


if __name__ == "__main__":
    main()
