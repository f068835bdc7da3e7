"""Cross-examination: what was proved is put to routes that share no code with the proof.

With more than a few links it is done by a second process beside the deciding, for SymPy
takes as long to import as many links take to decide. Routes are imported where they run.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from multiprocessing import get_context
from time import monotonic
from typing import TypeAlias

from bnsym.model import Evidence
from bnsym.terms import Statement

LARGE_SIZE = 1000
"""The batch size at which a proof is re-tested modulo a prime."""
SHORT = 4000
"""Up to so many characters of notes, a second process is not worth its start."""

Testimony: TypeAlias = Callable[[], tuple[Evidence, ...]]
"""What waits for the evidence."""
Examine: TypeAlias = Callable[[Statement, bool], Testimony]
"""Asked of a statement, and whether it was proved."""


class Repairs(Enum):
    NONE = "none"
    FAILED = "failed"
    """Where a link is refuted and the file does not say so."""
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Budget:
    """What deciding one link may cost, and how its proof is cross-examined."""

    timeout: float = 10.0
    """Seconds for the verdict, and as many again for the evidence."""
    explicit: tuple[int, ...] = (2, 3, 4)
    """Batch sizes for explicit components."""
    cross_examine: bool = True
    repairs: Repairs = Repairs.FAILED
    """For which refuted links a repair is looked for."""
    axioms: frozenset[str] | None = None
    """The axioms that a proof may use, in the kernel's words; None: all."""
    minimal: bool = False
    """Whether to find out which hypotheses a proof can do without."""
    batch: int | None = None
    """A batch size of the user's choice, for evidence on every link that was read."""


@contextmanager
def examiner(budget: Budget, length: int) -> Iterator[Examine]:
    """What cross-examines a statement, here or, for notes of some length, in a second process,
    which imports SymPy while they are read and ends with the block."""
    if not budget.cross_examine or length <= SHORT:
        yield lambda statement, proved: lambda: testify(statement, budget, proved)
        return
    with get_context().Pool(1, initializer=_prepare) as pool:

        def examine(statement: Statement, proved: bool) -> Testimony:
            return pool.apply_async(testify, (statement, budget, proved)).get

        yield examine


def testify(statement: Statement, budget: Budget, proved: bool) -> tuple[Evidence, ...]:
    """What each independent route finds on one statement: on a proof all of them, beside any other
    verdict only what was asked for."""
    routes = _on_proof(statement, budget) if proved else ()
    if budget.batch is None:
        return routes
    from bnsym.evidence import large

    return routes + large.examine(statement, budget.batch, monotonic() + budget.timeout)


def _on_proof(statement: Statement, budget: Budget) -> tuple[Evidence, ...]:
    from bnsym.evidence import explicit, modular

    routes = (modular.examine(statement, size=LARGE_SIZE),)
    if not budget.explicit:
        return routes
    deadline = monotonic() + budget.timeout
    return (explicit.examine(statement, sizes=budget.explicit, deadline=deadline), *routes)


def _prepare() -> None:
    """Ctrl-C is for the first process, which then ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from bnsym.evidence import explicit, modular

    del explicit, modular
