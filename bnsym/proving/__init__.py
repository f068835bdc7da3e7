"""Search for certificates and witnesses: one method per file, run in order from one table."""

from bnsym.proving.deciding import METHODS, decide, is_provable

__all__ = ["METHODS", "decide", "is_provable"]
