"""The attack on the command line."""

from __future__ import annotations

import argparse
import sys
import time

from tests.attack.judging import FalselyAccepted, Tally, attack
from tests.attack.planting import FAULTS, is_found
from tests.attack.rules import RuleBroken, check_rules


def planted(count: int, seed: int) -> int:
    """Whether each fault is found; how many are not."""
    missed = 0
    for fault in FAULTS:
        found = is_found(fault, count, seed)
        missed += not found
        print(f"{'found ' if found else 'MISSED'} {fault.name}", flush=True)
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description="Certificates and witnesses thrown at the kernel.")
    parser.add_argument("--n", type=int, default=5000, help="how many")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--plant", action="store_true", help="put faults into a copy of the kernel instead")
    options = parser.parse_args()
    if options.plant:
        return planted(options.n, options.seed)
    tally, started = Tally(), time.monotonic()
    try:
        check_rules()
        attack(options.seed, options.n, tally)
    except (FalselyAccepted, RuleBroken) as error:
        print(f"FOUND: {error}")
        return 1
    print(f"{'kind':12} {'tried':>8} {'accepted':>8} {'checked':>8}")
    for kind, tried in sorted(tally.tried.items()):
        print(f"{kind:12} {tried:8} {tally.accepted[kind]:8} {tally.checked[kind]:8}")
    print(f"{'all':12} {tally.tried.total():8} {tally.accepted.total():8} {tally.checked.total():8}")
    print(f"none accepted that is false; {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
