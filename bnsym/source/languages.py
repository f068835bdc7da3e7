r"""The words of languages: what `words.ini` holds, one section for each language.

Each kind is the alternatives of a pattern that is looked for in a sentence, its formulas replaced by one
sign each; or a list of words that are looked up. Imports nothing of the package.
"""

from __future__ import annotations

import re
from configparser import RawConfigParser
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FORMULA, DISPLAY, REST = "\ue000", "\ue001", "\ue002"
"""What stands for a formula in a sentence: its first character, and the others."""
FORMULAS = re.compile(f"{FORMULA}{REST}*")
"""A formula of the text, whole."""
SIGNS = re.compile(f"[{FORMULA}{DISPLAY}]")
"""Where a formula or a display begins."""
ASIAN = re.compile("[\u3000-\u9fff\uac00-\ud7af]")
"""What Chinese, Japanese and Korean are written with."""
STOP = re.compile(r"[.!?;](?=\s)|[。！？；]|\n[ \t>]*\n|\$\$")
"""Ends a sentence, or what leads to a display."""
NEVER = r"(?!)"


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a language, as alternatives of a pattern."""

    let: str = NEVER
    """Open a definition, unless it is one of a condition."""
    where: str = NEVER
    """Open one that holds whatever its sentence says."""
    assume: str = NEVER
    hence: str = NEVER
    """What follows is inferred, or used: it defines nothing any more."""
    condition: str = NEVER
    case: str = NEVER
    """Before its number, it says that what follows is a condition."""
    negation: str = NEVER
    after: str = NEVER
    """Stand after the definition that they make."""
    given_after: str = NEVER
    each: str = NEVER
    """`for`, before the one formula that follows, with up to three words between."""
    constant: str = NEVER
    """Nouns for a number: the order beside one is assumed."""
    joins: str = NEVER
    """Between a name and what it names: `$g$ denotes $\\partial L / \\partial y$`."""
    joins_let: str = NEVER
    """The same after `let`, `write` and their kin: `for`, `by`."""
    calls: str = NEVER
    """Before what is named and its name, with nothing between them: `call $2a$ $g$`."""
    notation: str = NEVER
    """Announce a list or a table of symbols."""
    loss: str = NEVER
    """Nouns for what is differentiated in the end."""
    quality: str = NEVER
    """What words say that a name is, and no formula."""
    article: str = NEVER
    """Open the words that say what a name is."""
    being: str = NEVER
    """Stand before these, after the name."""
    anew: str = NEVER
    """Before a name: what is said of it holds from here on."""
    usual: str = NEVER
    """After such a word and a name: what its formula says as well."""
    conjunction: str = NEVER
    """After a comma, they begin a statement of which a negation before says nothing."""
    held: str = NEVER
    """What is said of names that are taken for constants, and what is said not to depend on others."""
    deeds: str = NEVER
    """What is done to statistics without a name so that they are."""
    statistics: str = NEVER
    """Nouns for what is computed from a batch."""
    estimates: str = NEVER
    """Words for averages that are not those of the batch."""
    corrected: str = NEVER
    """Said of names, they mean an average over one number less."""
    any: str = NEVER
    """Make any such thing of names, of which `@` holds the place: `let @ be a`."""
    supposed: str = NEVER
    """Begin what is supposed in words."""
    replaced: str = NEVER
    """Put one formula in another's place."""
    idle: str = NEVER
    """Said of something, they mean that nothing here depends on it."""
    truth: str = NEVER
    """After a negation they say that something does not hold."""
    untrue: str = NEVER
    """These say it without one."""
    not_hard: str = NEVER
    """Negations that deny nothing."""
    plain: str = ""
    """Words, or the beginnings of words before `~`, that say nothing of the values of names."""
    places: str = ""
    """Words before a noun that begin what may say where something holds."""
    openers: str = ""
    """Others that begin it."""
    subjects: str = ""
    """Words with which a clause begins behind what says where."""
    reasons: str = ""
    """Words that begin what says why it holds."""
    wished: str = NEVER
    """Before a display, these say that it is wanted, asked, or a mistake: it is not claimed."""
    hedged: str = NEVER
    """In the sentence behind a display, these say that it does not hold, or not always, or not exactly."""
    cases: str = NEVER
    """In a heading, or what opens a paragraph, these say that only some inputs are meant."""
    few: str = NEVER
    """So many values, or values of such a kind, are all that is meant."""
    declares: str = NEVER
    """Words of which a sentence consists that declares a name and assumes an order of it."""
    declaring: str = NEVER
    """The same in languages that write no blanks between words."""
    common: str = NEVER
    """Words that tell the language."""


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
_TABLE = {name: Words(**kinds) for name, kinds in _KINDS.items()}
LANGUAGES = {name: words for name, words in _TABLE.items() if name not in _SCRIPTS}
SCRIPTS = {name: words for name, words in _TABLE.items() if name in _SCRIPTS}
"""Languages that no other can be taken for: their words are looked for in every text."""
