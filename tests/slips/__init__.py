"""Slips: true links of the notes with one thing changed, and what becomes of them.

    python -m tests.slips --n 2000

Whether a changed link is false is for floating-point numbers to say (`oracle`). Printed, for each kind
of slip: false proofs (there must be none), refuted ones, repaired ones, and the time.
"""

from tests.slips.oracle import Truth, is_false, truth
from tests.slips.sampling import ACCEPTED, DERIVATIONS, SEED, Mutant, Origin, sample, true_links

__all__ = [
    "ACCEPTED",
    "DERIVATIONS",
    "SEED",
    "Mutant",
    "Origin",
    "Truth",
    "is_false",
    "sample",
    "true_links",
    "truth",
]
