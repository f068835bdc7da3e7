"""Seeded notes by the thousand: no internal error, nothing over twice its budget, every export compiles.

    python -m tests.fuzz --n 100000 --seed 1 [--jobs 2] [--keep FOLDER]

Prints what fails, with its seed, as it is found; `--keep` writes the notes that fail.
"""

from __future__ import annotations

import argparse
import sys
import time
from multiprocessing import get_context
from pathlib import Path

from tests.fuzz.exports import batch
from tests.fuzz.grammar import note

BATCH = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    given = parser.parse_args()
    started, found, done = time.monotonic(), 0, 0
    first, last = given.seed * 10**7, given.seed * 10**7 + given.n
    batches = [range(at, min(at + BATCH, last)) for at in range(first, last, BATCH)]
    with get_context("spawn").Pool(given.jobs, maxtasksperchild=5) as pool:
        for seeds, faulty in zip(batches, pool.imap(batch, batches), strict=True):
            done += len(seeds)
            for outcome in faulty:
                found += 1
                print(f"{outcome.seed}: {'; '.join(outcome.faults)}", flush=True)
                if given.keep:
                    given.keep.mkdir(exist_ok=True)
                    (given.keep / f"{outcome.seed}.md").write_text(note(outcome.seed), encoding="utf-8")
            print(
                f"{done} notes, {found} faults, {time.monotonic() - started:.0f} s",
                file=sys.stderr,
                flush=True,
            )
    return found > 0


if __name__ == "__main__":
    sys.exit(main())
