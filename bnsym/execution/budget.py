"""What one check may cost, and what is asked of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


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
