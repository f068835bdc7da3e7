"""How much memory arrays may take, asked before any of it is allocated.

It imports nothing of the package.
"""

from __future__ import annotations

import os
from pathlib import Path

BYTES = 8
"""Of a float64."""


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


def refusal(size: int) -> str:
    """Why there can be no array of so many numbers; empty if there can."""
    needed, there = size * BYTES, available()
    if needed <= there:
        return ""
    return f"an array of {size} takes {_amount(needed)}, and {_amount(there)} of memory are available."


def _amount(count: float) -> str:
    for unit, worth in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= worth:
            return f"{count / worth:,.0f} {unit}"
    return f"{count:,.0f} bytes"
