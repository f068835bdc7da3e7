"""The conventions that reading takes where a notation leaves a choice: each is recorded where it is
taken, with the expression that it is taken in, and shown with the links that rest on it.

Imports `model` and `source` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum

from bnsym.model import Convention
from bnsym.source.text import Source

LONGEST = 60
"""Characters of source that stand in a convention."""


class Rule(Enum):
    """The words for what is taken; `{}` stands for the names it is taken of, else for what is written."""

    FACTOR = "`{}` before a bracket is a factor"
    FUNCTION = "`{}` is a function of `{}`, from which it is defined"
    COUNT = "`{}` divides the sum over `{}`, and is the number of its values"
    PART = "`{}` is a part of what its index runs over, of which nothing says how large"
    RANGE = "an index without a size runs from 1 to `{}`"
    TOTAL = "`{}` is a total derivative"
    HELD = "`{}` holds what else `{}` is made from fixed"
    CONSTANT = "in `{}` other free names are constants"
    ROOT = "`{}` is the positive root of `{}`"
    ADDED = "in `{}` the number is added to each entry"
    ONES = "`{}` is the vector of ones"
    IDENTITY = "`{}` is the identity matrix"
    KRONECKER = "`{}` is 1 where its indices are equal, else 0"
    MEAN = "`{}` is the mean over the entries"
    BIASED = "`{}` is the biased variance, divided by the number of entries"
    ENTRYWISE = "`{}` is taken entry by entry"
    DOT = r"in `{}` the `\cdot` of two vectors is their inner product"
    LOGARITHM = "`{}` is read where its argument is positive"
    ROW = "`{}` is a row of the matrix `{}`"
    REPEATED = "at `{}` a row goes with each row of a matrix"
    ENTRY = "`{}` is an entry of `{}`"
    ENTRY_NUMBER = "the index `{}` is any one, and not that of another number"
    NAMED = "`{}` stands for what line {line} says"


@dataclass
class Record:
    """What was taken of one expression, and where."""

    taken: dict[tuple[Rule, tuple[str, ...] | tuple[int, int]], tuple[int, int]] = field(default_factory=dict)

    def take(self, rule: Rule, at: tuple[int, int], *names: str) -> None:
        self.taken.setdefault((rule, names or at), at)

    def conventions(self, source: Source) -> Iterator[Convention]:
        for (rule, key), at in self.taken.items():
            names = tuple(n for n in key if isinstance(n, str)) or (_written(source, at),)
            line = source.span(*at).line
            yield Convention(rule.name.lower(), rule.value.format(*names, line=line), line, names)


def _written(source: Source, at: tuple[int, int]) -> str:
    text = re.sub(r"\s+", " ", source.text[slice(*at)]).strip()
    return text if len(text) <= LONGEST else text[:LONGEST] + "…"
