"""Evidence at a batch size of the user's choice, by routes that cost no more than a few passes over it.

Trusted for nothing. It must not import `kernel`, `calculus`, or anything of the proof.
"""

from __future__ import annotations

from bnsym.evidence.streams import floating, streamed
from bnsym.model import Evidence
from bnsym.terms import Statement


def examine(statement: Statement, size: int, deadline: float) -> tuple[Evidence, ...]:
    """What floats with error bounds, and exact arithmetic mod a prime, find with `size` examples.

    deadline: on the clock of `time.monotonic`.
    """
    return (
        floating.examine(statement, size, deadline=deadline),
        streamed.examine(statement, size, deadline=deadline),
    )
