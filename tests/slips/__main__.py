"""The benchmark on the command line."""

from __future__ import annotations

import argparse
import sys

from bnsym.kernel import Refuted
from bnsym.model import Undecided
from tests.slips.bench import HEAD, Tally, judge, mend
from tests.slips.sampling import DERIVATIONS, SEED, sample


def main() -> int:
    parser = argparse.ArgumentParser(description="What becomes of true links with one slip in them.")
    parser.add_argument("--n", type=int, default=2000, help="how many slips, of all kinds alike")
    parser.add_argument("--seed", type=int, default=SEED, help="which ones")
    parser.add_argument("--no-repairs", action="store_true", help="decide only")
    parser.add_argument(
        "--patience", type=float, default=1.0, help="times the time allowed, if others work too"
    )
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="list what is neither refuted nor mended"
    )
    options = parser.parse_args()
    by_kind: dict[str, Tally] = {}
    for mutant in sample(options.n, tuple(DERIVATIONS), options.seed):
        tally = by_kind.setdefault(mutant.kind, Tally())
        wrong, open_, noted = tally.proved_false, tally.undecided, tally.written
        verdict = judge(mutant, tally, options.patience)
        if tally.proved_false > wrong:
            print(f"PROVED, AND FALSE: {mutant}")
        if options.verbose and isinstance(verdict, Undecided) and tally.undecided > open_:
            print(f"undecided ({verdict.code}): {mutant}", flush=True)
        if isinstance(verdict, Refuted) and not options.no_repairs:
            found = mend(mutant, tally, options.patience)
            if options.verbose and found is None and tally.written > noted:
                print(f"not mended: {mutant}", flush=True)
    total = Tally()
    print(HEAD)
    for kind, tally in sorted(by_kind.items()):
        print(tally.row(kind))
        total.plus(tally)
    print(total.row("all"))
    print(f"of {total.tried}, the floats could not judge {total.unknown}")
    return int(total.proved_false > 0)


if __name__ == "__main__":
    sys.exit(main())
