"""Right kernels in random shapes, types and ways of writing: none may be called wrong."""

from __future__ import annotations

import argparse
import sys

from tests.kernels.random_shapes import SEED, misjudged


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=1000, help="how many kernels")
    parser.add_argument("--seed", type=int, default=SEED, help="which ones")
    options = parser.parse_args()
    wrong = 0
    for said in misjudged(options.n, options.seed):
        wrong += 1
        print(said, flush=True)
    print(f"{options.n} right kernels, {wrong} called wrong")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
