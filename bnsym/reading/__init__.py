"""Markdown with LaTeX in, links with statements out. See `reader`."""

from bnsym.reading.context import Context, Unreadable, parse_term
from bnsym.reading.reader import read, read_with_context

__all__ = ["Context", "Unreadable", "parse_term", "read", "read_with_context"]
