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
Examine: TypeAlias = Callable[[Statement], Testimony]


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


@contextmanager
def examiner(budget: Budget, length: int) -> Iterator[Examine]:
    """What cross-examines a statement, here or, for notes of some length, in a second process,
    which imports SymPy while they are read and ends with the block."""
    if not budget.cross_examine or length <= SHORT:
        yield lambda statement: lambda: testify(statement, budget)
        return
    with get_context().Pool(1, initializer=_prepare) as pool:

        def examine(statement: Statement) -> Testimony:
            return pool.apply_async(testify, (statement, budget)).get

        yield examine


def testify(statement: Statement, budget: Budget) -> tuple[Evidence, ...]:
    """What each independent route finds on one statement."""
    from bnsym.evidence import explicit, modular

    routes = [modular.examine(statement, size=LARGE_SIZE)]
    if budget.explicit:
        deadline = monotonic() + budget.timeout
        routes.insert(0, explicit.examine(statement, sizes=budget.explicit, deadline=deadline))
    return tuple(routes)


def _prepare() -> None:
    """Ctrl-C is for the first process, which then ends this one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from bnsym.evidence import explicit, modular

    del explicit, modular
