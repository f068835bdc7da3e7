r"""The words of languages: what `words.ini` holds, one section for each language.

Each kind is the alternatives of a pattern that is looked for in a sentence, its formulas replaced by one
sign each; or a list of words that are looked up. Imports nothing of the package.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from configparser import RawConfigParser
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FORMULA, DISPLAY, REST = "\ue000", "\ue001", "\ue002"
"""What stands for a formula in a sentence: its first character, and the others."""
FORMULAS = re.compile(f"{FORMULA}{REST}*")
"""A formula of the text, whole."""
DISPLAYS = re.compile(f"{DISPLAY}{REST}*")
"""A display, whole."""
SIGNS = re.compile(f"[{FORMULA}{DISPLAY}]")
"""Where a formula or a display begins."""
ASIAN = re.compile("[\u3000-\u9fff\uac00-\ud7af]")
"""What Chinese, Japanese and Korean are written with."""
STOP = re.compile(r"[.!?;](?=\s)|[。！？；]|\n[ \t>]*\n|\$\$")
"""Ends a sentence, or what leads to a display."""
NEVER = r"(?!)"


class Words:
    """The words of a language, by their kinds: the alternatives of a pattern each, or a list; none of a kind
    that it lacks."""

    def __init__(self, kinds: Mapping[str, str]) -> None:
        vars(self).update({kind: kinds.get(kind, "" if kind in LISTS else NEVER) for kind in KINDS})

    def __getattr__(self, kind: str) -> str:
        raise AttributeError(f"{kind} is no kind of words")


@lru_cache(maxsize=512)
def compiled(pattern: str) -> re.Pattern[str]:
    """A pattern made of words, whose case says nothing."""
    return re.compile(pattern, re.IGNORECASE)


WORDS = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Known:
    """Words that are looked up one by one."""

    whole: frozenset[str]
    stems: tuple[str, ...]

    @staticmethod
    @lru_cache(maxsize=64)
    def of(words: str) -> Known:
        listed = words.split()
        stems = tuple(word[:-1] for word in listed if word.endswith("~"))
        return Known(frozenset(word for word in listed if word[-1] != "~"), stems)

    def has(self, word: str) -> bool:
        return word in self.whole or (bool(self.stems) and word.startswith(self.stems))


LISTS = frozenset(("plain", "places", "openers", "subjects", "reasons"))
"""Those of which each word is looked up; the others are patterns."""


def _read() -> dict[str, dict[str, str]]:
    table = RawConfigParser(delimiters=("=",), comment_prefixes=("#",))
    table.read(Path(__file__).with_name("words.ini"), encoding="utf-8")
    kinds = {name: table[name] for name in table.sections()}
    return {name: {kind: _joined(kind, found[kind]) for kind in found} for name, found in kinds.items()}


def _joined(kind: str, value: str) -> str:
    lines = (line.strip() for line in value.splitlines())
    return (" " if kind in LISTS else "").join(lines)


_SCRIPTS = frozenset(("Chinese", "Japanese", "Korean"))
_KINDS = _read()
ALL = _KINDS.pop("All")
"""Kinds of words that are looked for in texts of any language."""
KINDS = _KINDS.pop("Kinds")
"""What the words of each kind do."""
_TABLE = {name: Words(kinds) for name, kinds in _KINDS.items()}
LANGUAGES = {name: words for name, words in _TABLE.items() if name not in _SCRIPTS}
SCRIPTS = {name: words for name, words in _TABLE.items() if name in _SCRIPTS}
"""Languages that no other can be taken for: their words are looked for in every text."""
