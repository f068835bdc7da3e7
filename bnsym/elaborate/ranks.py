r"""Names of which a sentence says that they are numbers, vectors or matrices: `a matrix $W$`,
`$\gamma$ and $\beta$ are numbers`. It holds for the whole file, or until a later section says another thing.

Imports the words of languages and the tables of names only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from bnsym.elaborate.sayings import BESIDE, NAMES
from bnsym.elaborate.symbols import IDENTITIES, ONES_LETTER, Table
from bnsym.latex.ast import Symbol
from bnsym.source.languages import ALL, SIGNS, Words

if TYPE_CHECKING:
    from bnsym.elaborate.scope import Survey

ROW = -1
"""Said to be a row: of a matrix, or a matrix of one row."""
OTHER = -2
"""Said to be something that is none of these: a probability, a weight."""
RANDOM = -3
_KINDS = {"number": 0, "vector": 1, "matrix": 2, "row": ROW, "random": RANDOM}
_RANKS = {ALL[kind]: rank for kind, rank in _KINDS.items()}
_KIND = "|".join(_RANKS)
_KIND_WORD = rf"(?<![A-Za-zÀ-ÿЀ-ӿ])(?P<kind>{_KIND})(?![A-Za-zÀ-ÿЀ-ӿ])"
_BREAKS = "of|in|on|for|by|with|from|not|no|never|von|der|nicht|keine?|de|du|des|pas|di|non|не"
_ADJECTIVES = rf"(?:(?!(?:{_BREAKS})\b)[^\W\d_]+\s+){{0,3}}"
_BEFORE = re.compile(rf"{_KIND_WORD}\s*\Z", re.IGNORECASE)
_ASIAN = rf"\s*(?:都|均)?(?:是|为|為|は|が|은|는|이|가)\s*(?:一个|实)?\s*{_KIND_WORD}"


@lru_cache(maxsize=16)
def _behind(words: Words) -> tuple[re.Pattern[str], ...]:
    """What names are said to be: one of the kinds, or anything else."""
    being = rf"\s*,?\s*(?:{words.being}|an?|eine?|une?|uma?|una)\s+"
    kind = rf"{being}{_ADJECTIVES}{_KIND_WORD}(?!\s+(?:{_KIND})\b)"
    other = rf"\s*,?\s*(?:(?:{words.being})\s+|[是为為はが은는이가])(?=\w)"
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (kind, _ASIAN, other))


@lru_cache(maxsize=4096)
def said_ranks(sentence: str, words: Words) -> tuple[tuple[int, int], ...]:
    """Where each formula starts of which the sentence says what it is, and what."""
    return tuple(_said_ranks(sentence, words))


def _said_ranks(sentence: str, words: Words) -> Iterator[tuple[int, int]]:
    for names in NAMES.finditer(sentence):
        start, end = names.span()
        found = next(filter(None, (pattern.match(sentence, end) for pattern in _behind(words))), None)
        if found is None or not found.groupdict().get("kind"):
            found = _BEFORE.search(sentence[max(0, start - BESIDE) : start]) or found
        if found is not None:
            kind = found.groupdict().get("kind") or ""
            known = (rank for words_, rank in _RANKS.items() if re.fullmatch(words_, kind, re.IGNORECASE))
            rank = next(known, OTHER)
            yield from ((start + m.start(), rank) for m in SIGNS.finditer(names[0]))


def settle(found: Survey) -> dict[str, list[tuple[int, int]]]:
    """The ranks that are said of each name, with the sections from which on they hold; it is another name
    from where another one is said."""
    said: dict[str, list[tuple[int, int]]] = {}
    for mention in found.gathered.mentions:
        name = _name(found.table, mention.name)
        if name and (mention.rank in (OTHER, RANDOM) or mention.says):
            found.table.described.add(name)
        if name and mention.rank == RANDOM:
            found.table.random.add(name)
        known_otherwise = name in found.gathered.kinds or name in found.table.sizes
        if mention.rank in (None, OTHER, RANDOM) or not name or known_otherwise:
            continue
        known = said.setdefault(name, [])
        if not known or (mention.rank != known[-1][1] and mention.section > known[-1][0]):
            known.append((mention.section, mention.rank))
    return said


def _name(table: Table, symbol: Symbol) -> str:
    """Of a symbol without indices that is no constant array."""
    name, letters = table.told(symbol) or ("", ())
    constant = name in (*IDENTITIES, ONES_LETTER) or table.is_ones(symbol, name)
    return "" if letters or constant else name
