"""Sentences read without the long blank stretches in them, where comments and what is no text stood: a
pattern may try each blank of a stretch anew, which took time with the square of its length.

Imports `prose`, and the data of the rooms below.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bnsym.elaborate.prose import Prose, read_prose, skeleton
from bnsym.source.markdown import Comment, Found, Hidden
from bnsym.source.text import relocated

_STRETCH = re.compile(r"\s{40,}")


def read_condensed(text: str, found: Sequence[Found]) -> Prose:
    """What `read_prose` says, each place in it that of the text as it is."""
    shown = skeleton(text, found)
    cuts = [(*m.span(), "\n" * min(2, m[0].count("\n")) or " ") for m in _STRETCH.finditer(shown)]
    if not cuts:
        return read_prose(text, found, shown)
    places, done = _Places([0], [0]), 0
    for start, end, blank in cuts:
        places.short.append(places.short[-1] + start - done + len(blank))
        places.whole.append(end)
        done = end
    shorter = [relocated(one, places.in_short) for one in found if not isinstance(one, Hidden | Comment)]
    return relocated(read_prose(_cut(text, cuts), shorter, _cut(shown, cuts)), places.in_whole)


def _cut(text: str, cuts: Sequence[tuple[int, int, str]]) -> str:
    """The text with each stretch replaced by the blank that is left of it."""
    ends = [0, *(end for _, end, _ in cuts)]
    parts = (text[done:start] + blank for done, (start, _, blank) in zip(ends, cuts, strict=False))
    return "".join([*parts, text[ends[-1] :]])


@dataclass(frozen=True)
class _Places:
    """Where what follows each stretch begins, in the condensed text and in the whole."""

    short: list[int]
    whole: list[int]

    def in_whole(self, offset: int) -> int:
        after = bisect_right(self.short, offset) - 1
        return offset - self.short[after] + self.whole[after]

    def in_short(self, offset: int) -> int:
        after = bisect_right(self.whole, offset) - 1
        return offset - self.whole[after] + self.short[after]
