"""Evidence at a large batch: exact arithmetic mod a prime on NumPy arrays, at m = 1000.

Free arrays are drawn at random mod PRIME; a term is evaluated over arrays with named axes; the
loss is differentiated backwards over the values of the definitions, everything else by structure.
A false identity survives a draw with probability at most about 4·degree/PRIME. Integers mod p have
no order, so inequalities are not examined, and a root's sign has no meaning: the root that is itself
a square is taken, which is as multiplicative as the positive root.

Free indices are sampled, at least once for every way in which they may coincide (see `surveying`).

    deltas → structure → degrees ↘
    arrays → machine → pins → bench → modular

Trusted for nothing; a witness against the kernel. It must share no code with the proof, so it must
not import `kernel`, `calculus`, the explicit route, or anything that imports them but `model`.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf

import numpy as np

from bnsym.evidence import surveying
from bnsym.evidence.degrees import height, roots
from bnsym.evidence.surveying import Unsupported
from bnsym.evidence.whole.arrays import PRIME
from bnsym.evidence.whole.bench import CONFIRM, Bench, OutOfTime, bench_for
from bnsym.evidence.whole.machine import Places
from bnsym.model import Evidence
from bnsym.terms import Add, Index, Relation, SpaceName, Statement, Term, add, free_indices, neg


def examine(
    statement: Statement, size: int = 1000, seed: int = 0, trials: int = 2, deadline: float | None = None
) -> Evidence:
    """Whether an equation holds mod PRIME for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`. Agrees is None, with a reason, where nothing could
    be decided; never a guess.
    """
    route = f"mod {PRIME} at m = {size}"
    if statement.relation is not Relation.EQ:
        return Evidence(route, None, "an order has no meaning mod p")
    try:
        bench = bench_for(statement, size, seed)
        route = f"mod {PRIME} at {bench.batch} = {bench.sizes[bench.batch]}"
        return Evidence(route, *_examine(statement, bench, trials, inf if deadline is None else deadline))
    except Unsupported as error:
        return Evidence(route, None, str(error))
    except OutOfTime:
        return Evidence(route, None, "out of time")
    except RecursionError:
        return Evidence(route, None, "the expression is too deep")


def _examine(statement: Statement, bench: Bench, trials: int, deadline: float) -> tuple[bool | None, str]:
    free = free_indices(Add((statement.left, statement.right)))
    term = add(bench.structure.resolve(statement.left), neg(bench.structure.resolve(statement.right)))
    for trial in range(trials):
        samples = _samples(free, bench.sizes, trial)
        if bench.value(term, samples, trial, deadline).any():
            return _confirm(term, free, bench, deadline)
    bound = 4 * height(bench.structure, term, bench.sizes) / PRIME
    return True, f"{trials} draws; each accepts a false identity with probability at most {bound:.0e}"


def _confirm(term: Term, free: tuple[Index, ...], bench: Bench, deadline: float) -> tuple[bool | None, str]:
    """The sides differ. Where roots are involved, that may be for the sign of a root only, in some
    draws and not in others: a true identity holds in some draw, a false one in none (but at a
    size for which it happens to be true)."""
    draws = (0, 16, 32, 64)[min(roots(bench.structure, term), 3)]
    outcomes = [_holds(term, free, bench, trial, deadline) for trial in range(CONFIRM, CONFIRM + draws)]
    equal, different = outcomes.count(True), outcomes.count(False)
    if equal > 1 or different < draws // 2:
        why = f"the sides differ, but not in all draws: {different} of {draws}; a root's sign may matter"
        return None, why
    return False, "the sides differ at random values"


def _holds(term: Term, free: tuple[Index, ...], bench: Bench, trial: int, deadline: float) -> bool | None:
    try:
        return not bench.value(term, _samples(free, bench.sizes_of(trial), trial), trial, deadline).any()
    except Unsupported:  # such as the root of a size
        return None


def _samples(indices: tuple[Index, ...], sizes: Mapping[SpaceName, int], trial: int) -> Places:
    """Positions for the free indices: for every way in which they may coincide, the first
    positions and some others."""
    found = surveying.patterns(indices, sizes)
    rng = np.random.default_rng(trial)
    shuffled = {space: rng.permutation(size) for space, size in sorted(sizes.items())}
    rows = [[at[i] for i in indices] for at in found]
    rows += [[int(shuffled[i.space][at[i]]) for i in indices] for at in found]
    columns = np.array(rows, np.int64).reshape(len(rows), len(indices)).T
    return {index.name: column for index, column in zip(indices, columns, strict=True)}
