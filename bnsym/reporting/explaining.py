"""What `bnsym explain` prints, from the catalogue of codes."""

from __future__ import annotations

from difflib import get_close_matches
from itertools import groupby

from click import style

from bnsym.codes import GROUPS, NAMES, find, group_of, written


def explanation(query: str) -> str | None:
    """The whole entry, or None for an unknown code."""
    entry = find(query)
    if entry is None:
        return None
    return f"{style(f'{entry.code} {entry.name}', bold=True)}\n\n{written(entry.code).strip()}"


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
