"""Search for certificates and witnesses: one method per file, run in order from one table."""

from bnsym.proving.deciding import METHODS, decide

__all__ = ["METHODS", "decide"]
