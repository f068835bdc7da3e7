"""Right kernels in random shapes, types and ways of writing: none may be called wrong."""

from __future__ import annotations

import argparse
import sys

from tests.kernels.faults import misjudged_faults
from tests.kernels.random_shapes import SEED, misjudged


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="how many kernels")
    parser.add_argument("--seed", type=int, default=SEED, help="which ones")
    parser.add_argument("--faults", type=int, default=0, help="seeds for kernels with a fault each, instead")
    options = parser.parse_args()
    wrong = 0
    found = misjudged_faults(range(options.faults)) if options.faults else misjudged(options.n, options.seed)
    for said in found:
        wrong += 1
        print(said, flush=True)
    print(
        f"{wrong} misjudged of {options.faults or options.n} {'seeds' if options.faults else 'right kernels'}"
    )
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
