"""What `bnsym explain` prints, from the catalogue of codes."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import groupby
from textwrap import fill, indent

from click import style

from bnsym.codes import GROUPS, NAMES, find, group_of

WIDTH = 88


def explanation(query: str) -> str | None:
    """The whole entry, or None for an unknown code."""
    entry = find(query)
    if entry is None:
        return None
    parts = [style(f"{entry.code} {entry.name}", bold=True), fill(entry.meaning, WIDTH)]
    if entry.example:
        parts += ["A note in which it is found:", indent(entry.example.rstrip(), "    ")]
    if entry.command:
        parts += ["A command that shows it:", indent(entry.command.rstrip(), "    ")]
    if entry.advice:
        parts += [style("What to do", bold=True), fill(entry.advice, WIDTH)]
    if entry.instead:
        parts += ["Instead:", indent(entry.instead.rstrip(), "    ")]
    return "\n\n".join(parts)


def listing() -> str:
    """Every code and its name, under the titles of their groups."""
    parts = []
    for prefix, codes in groupby(NAMES, key=group_of):
        lines = [f"  {code}  {NAMES[code]}" for code in codes]
        title = GROUPS[prefix][0].upper() + GROUPS[prefix][1:]
        parts.append("\n".join([style(title, bold=True), *lines]))
    return "\n\n".join([*parts, "`bnsym explain CODE` says more of one."])


def suggestion(query: str) -> str:
    """For an unknown code: one that is spelled alike, or where to find them all."""
    known = [*NAMES, *NAMES.values()]
    close = get_close_matches(query.upper(), known, n=1) or get_close_matches(query.lower(), known, n=1)
    return f"did you mean {close[0]}?" if close else "`bnsym explain` lists them all"
