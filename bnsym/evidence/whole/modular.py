"""Evidence at a large batch: exact arithmetic mod a prime on NumPy arrays, at m = 1000.

Free arrays are drawn at random mod PRIME; a term is evaluated over arrays with named axes; a gradient of the
loss becomes its derivative along random weights, everything else is differentiated by structure.

    deltas → structure → degrees, sides → residual ↘
    arrays → machine → pins → bench                → modular
"""

from __future__ import annotations

from math import inf

from bnsym.evidence.residual import both_sides, decided
from bnsym.evidence.surveying import Unsupported, answered
from bnsym.evidence.whole.arrays import PRIME, TooWide
from bnsym.evidence.whole.bench import CONFIRM, SQUARE_SIZE, Bench, bench_for
from bnsym.model import Evidence
from bnsym.terms import Relation, Statement, add, neg


def examine(statement: Statement, size: int = 1000, seed: int = 0, deadline: float = inf) -> Evidence:
    """Whether an equation holds mod PRIME for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`.
    """
    if statement.relation is not Relation.EQ:
        return Evidence(f"mod {PRIME} at m = {size}", None, "an order has no meaning mod p")
    bench = bench_for(statement, size, seed)
    route = f"mod {PRIME} at {bench.batch} = {bench.sizes[bench.batch]}"
    try:
        return answered(route, lambda: _examined(statement, bench, deadline))
    except TooWide:
        return examine(statement, SQUARE_SIZE, seed, deadline)


def _examined(statement: Statement, bench: Bench, deadline: float) -> tuple[bool | None, str]:
    left, right = both_sides(bench.structure, statement)
    gap = add(left, neg(right))

    def holds(trial: int) -> bool:
        return bench.vanishes(gap, trial, deadline)

    def confirms(trial: int) -> bool | None:
        try:
            return holds(CONFIRM + trial)
        except Unsupported:  # such as the root of a size
            return None

    return decided(bench.structure, statement, bench.sizes, PRIME, holds, confirms)
