"""How much memory arrays may take, asked before any of it is allocated.

Part of the routes at a large batch; it imports nothing of the package.
"""

from __future__ import annotations

import os
from pathlib import Path

BYTES = 8
"""Of one number: a float64, or an integer mod p."""
LEAST = 3
"""Arrays over the batch that the smallest question takes: x, an upstream gradient, a direction."""


def available() -> int:
    """Bytes that can be had without swapping; where the system does not say, all of its memory."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):  # not on Windows
        return 8 << 30


def refusal(size: int, arrays: float = LEAST) -> str:
    """Why a batch of `size` can't be tried with so many arrays at once; empty if it can."""
    if size < 1:
        return f"a batch has at least one example, not {size}."
    needed, there = size * arrays * BYTES, available()
    if needed <= there:
        return ""
    return f"m = {size} takes {_amount(needed)} for its arrays, and {_amount(there)} of memory are available."


def _amount(count: float) -> str:
    for unit, worth in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= worth:
            return f"{count / worth:,.0f} {unit}"
    return f"{count:,.0f} bytes"
