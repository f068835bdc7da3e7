"""Sentences read without the long blank stretches in them, where comments and what is no text stood: a
pattern may try each blank of a stretch anew, which took time with the square of its length.

Imports `prose`, and the data of the rooms below.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TypeVar

from bnsym.elaborate.prose import Prose, read_prose, skeleton
from bnsym.source.markdown import Comment, Found, Hidden
from bnsym.source.text import Slice

T = TypeVar("T")
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
    shorter = [places.condensed(one) for one in found if not isinstance(one, Hidden | Comment)]
    return places.restored(read_prose(_cut(text, cuts), shorter, _cut(shown, cuts)))


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

    def condensed(self, found: Found) -> Found:
        moved = {
            one.name: Slice(self.in_short(at.start), self.in_short(at.end))
            for one in fields(found)
            if isinstance(at := getattr(found, one.name), Slice)
        }
        return replace(found, **moved)  # type: ignore[arg-type]

    def restored(self, told: T) -> T:
        """The same, with each place in it where it is in the whole text."""
        match told:
            case Slice(start, end):
                return Slice(self.in_whole(start), self.in_whole(end))  # type: ignore[return-value]
            case Mapping():
                return {self.restored(k): self.restored(v) for k, v in told.items()}  # type: ignore[return-value]
            case tuple() | list() | set():
                return type(told)(map(self.restored, told))
        if not is_dataclass(told) or isinstance(told, type):
            return told
        return replace(told, **{one.name: self.restored(getattr(told, one.name)) for one in fields(told)})
