"""Markdown with LaTeX in, links with statements out. See `links`."""

from bnsym.elaborate.context import Context, Unreadable, parse_term
from bnsym.elaborate.links import read, read_with_context, reading

__all__ = ["Context", "Unreadable", "parse_term", "read", "read_with_context", "reading"]
