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
from bnsym.elaborate.supposing import declares, known
from bnsym.elaborate.symbols import IDENTITIES, ONES_LETTER, Table
from bnsym.latex.ast import Symbol
from bnsym.source.languages import ALL, ASIAN, FORMULAS, LANGUAGES, SIGNS, WORDS, Known, Words, compiled

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
_SORT = re.compile(_KIND_WORD, re.IGNORECASE)
_BREAKS = "of|in|on|for|by|with|from|not|no|never|von|der|nicht|keine?|de|du|des|pas|di|non|не"
_ADJECTIVES = rf"(?:(?!(?:{_BREAKS})\b)[^\W\d_]+(?:-[^\W\d_]+)*\s+){{0,3}}"
_BEFORE = re.compile(rf"{_KIND_WORD}\s*\Z", re.IGNORECASE)
_ASIAN = rf"\s*(?:都|均)?(?:是|为|為|は|が|은|는|이|가)\s*(?:一个|实)?\s*{_KIND_WORD}"


@lru_cache(maxsize=16)
def _behind(words: Words) -> tuple[re.Pattern[str], ...]:
    """What names are said to be: one of the kinds, or anything else."""
    being = rf"\s*,?\s*(?:{words.being}|an?|eine?|une?|uma?|una)\s+"
    kind = rf"{being}{_ADJECTIVES}{_KIND_WORD}(?!\s+(?:{_KIND})\b)"
    other = rf"\s*,?\s*(?:(?:{words.being})\s+|[是为為はが은는이가])(?=\w)"
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in (kind, _ASIAN, other))


@lru_cache(maxsize=1 << 15)
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


_THING = (
    r"(?:vectors?|matri(?:x|ces)|numbers?|values?|scalars?|constants?|parameters?|weights?|gains?"
    r"|data|inputs?|batch(?:es)?|samples?)"
)
_BEING = (
    r"\s*,?\s*(?:is|are|be|being|as|has|have|denotes?)\s+"
    r"(?:always\s+)?(?:the|an?|its|their|some)?\s*(?:(?!not\b)\w+\s+)?"
)
_CALLS = compiled(r"\b(?:denot|design|abbreviat|write|call)\w*\s")
_UNIT = re.compile(
    r"\s*,?\s*(?:of|with)\s+(?:unit\b|zero\b|norm\s+(?:one|1)|mean\s+(?:zero|0))", re.IGNORECASE
)
_NAMED = r"\s*,?\s*(?:has|have)\s+(?:the|an?)\s+\w+\s*\Z"
"""A name of it follows."""
_CLAUSE = re.compile(rf"[,;:.(，、；：。（–—{SIGNS.pattern[1:-1]}]")


def described(sentence: str, words: Words) -> Iterator[tuple[int, bool]]:
    """Where each formula starts of which the sentence says a quality, or something in words that are not
    known, which may be one; and whether that may be one of a number too."""
    for names, before, behind, opened, being in _subjects(sentence, words):
        joins = f"{words.joins}|{words.joins_let}" if _CALLS.search(before) else words.joins
        called = rf"(?:\s[^,;:.]*?(?<![^\W\d_])(?:{joins})|\s+{_THING})?\s*\Z"
        so = compiled(rf"\b(?:{words.quality}){called}").search(before) or _UNIT.match(behind)
        said = so or compiled(rf"(?!{_NAMED})(?:{_BEING}|\s+an?\s+)(?:{words.quality})\b").match(behind)
        subject = opened or not before.strip() or (being and not _INSIDE.search(before))
        if said or _is_unknown(before, behind if subject else "", words):
            sure = said or opened or (being and being[1] and not compiled(words.hence).search(before))
            yield from ((names.start() + m.start(), bool(sure)) for m in FORMULAS.finditer(names[0]))


def unsorted(sentence: str, words: Words) -> Iterator[int]:
    """Where each formula starts of which the sentence says of what sort it is, in words that are not known
    for numbers and arrays: `a rotation`, `invertible`, `elements of a ring`."""
    for names, before, behind, opened, being in _subjects(sentence, words):
        told = behind[being.end() - len(being[1] or "") :] if being else behind
        of_it = (opened or (being and not _INSIDE.search(before))) and not compiled(ALL["definite"]).match(
            told
        )
        unsure = compiled(ALL["matrices"]).match(told) or not (_SORT.search(told) or _is_known(told, words))
        if of_it and unsure:
            yield from (names.start() + m.start() for m in FORMULAS.finditer(names[0]))


def unordered(sentence: str, words: Words) -> Iterator[int]:
    """Where each formula starts behind a noun that is not known to be one for numbers: `blocks $a, b$`."""
    for names, before, *_ in _subjects(sentence, words):
        nouns = WORDS.findall(before)[-1:] if before[-1:].isspace() else []
        if any(compiled(ALL["matrices"]).match(one) or not _is_known(one, words) for one in nouns):
            yield from (names.start() + m.start() for m in FORMULAS.finditer(names[0]))


def _is_known(told: str, words: Words) -> bool:
    return declares(told, words) if ASIAN.search(told) else all(known(told, words))


def _subjects(
    sentence: str, words: Words
) -> Iterator[tuple[re.Match[str], str, str, bool, re.Match[str] | None]]:
    """The lists of names in it: what stands before each and behind it in its clause, whether a word that
    declares stands right before it, and the word behind it that says what it is, with its article."""
    opening = f"{words.let}|{words.where}|{words.assume}"
    for names in NAMES.finditer(sentence):
        start, end = names.span()
        stop = _CLAUSE.search(sentence, end)
        behind = sentence[end : stop.start() if stop else len(sentence)]
        before = _CLAUSE.split(sentence[max(0, start - BESIDE) : start])[-1]
        opened = compiled(rf"(?:{opening})\W*(?:that\s+)?\Z").search(before) is not None
        being = compiled(rf"\s*,?\s*(?:{words.being})(?![^\W\d_])(\s+{words.article})?").match(behind)
        yield names, before, behind, opened, being


def _is_unknown(before: str, behind: str, words: Words) -> bool:
    """Whether a noun before names, or what is said of them, has a word that is not known; not one in another
    language."""
    edge = rf"(?<![^\W\d_])(?:{words.article}|{_BREAKS}|{words.being}|{_OPENING})(?![^\W\d_])"
    near = compiled(rf"{edge}|\w+(?:ing|iert)\s*\Z").split(before)[-1].split()
    joins = [n for n, word in enumerate(near) if word in _JOINS and not declares(word, words)]
    told = known(" ".join(near[max([-1, *joins]) + 1 :][-_MOST:]), words)
    spoken = known("" if compiled(ALL["values"]).search(behind) else behind, words)
    return not all(told) or (any(spoken) and not all(spoken))


_OPENING = "|".join(f"{w.let}|{w.where}|{w.assume}|{w.hence}|{w.condition}" for w in LANGUAGES.values())
_JOINS = Known.of(" ".join(words.plain for words in LANGUAGES.values())).whole
_INSIDE = re.compile(rf"\b(?:{_BREAKS})\s+(?:\S+\s+){{0,2}}\Z", re.IGNORECASE)
"""What is said behind a name is said of something else then."""
_MOST = 3
"""How many words before a name may say what it is."""


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
