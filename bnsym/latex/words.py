r"""What the words in a display make of the formula beside them.

A few kinds of words are known: those that join claims, that introduce a condition, that deny, and those that
name or justify what is claimed. Any others may say that it holds only somewhere, or nearly; then it can be
proved, which says more, and is never refuted. Imports the words of languages only.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from functools import lru_cache

from bnsym.source.languages import ALL


class Sense(Enum):
    """What words do to a claim."""

    OTHER = auto()
    """They make it another one: `or`, `unless`, `if and only if`, `is wrong`."""
    CONDITION = auto()
    """They say that what follows is a condition of it."""
    PARTLY = auto()
    """The same, and more that is not known: `for large`, `for some`."""
    AFTER = auto()
    """They say it of what stands before them: `のとき`."""
    JOIN = auto()
    """They stand between claims: `and`, `so`."""
    REMARK = auto()
    """They name it, or say why it holds."""
    DOUBT = auto()
    """What they say of it is not known."""


_OTHER = re.compile(ALL["another"])
_JOIN = re.compile(ALL["join"])
LETS = re.compile(r"(?:.* )?let|令")
BECAUSE = frozenset(("since", "because", "as", "因为", "由于"))
BOTH = re.compile(ALL["both"])
_IF = re.compile(ALL["given"])
_AFTER = re.compile(ALL["given_before"])
_EVERY = re.compile(ALL["unrestricted"])
_WEAKER = re.compile(ALL["weaker"])
_PLACING = re.compile(rf"\W*{ALL['placing']}")
_WHY = re.compile(ALL["why"])
_QUALITY = re.compile(ALL["qualities"])
_NOUNS = re.compile(ALL["topics"])
_SAME = re.compile(ALL["same"])
_OPENED = re.compile(r"[(\[（][^)\]）]*")
"""The beginning of a bracket that ends behind a formula."""
_LABEL = re.compile(r"[(（\[].*[)）\]][.:,]?|.*[:：]", re.DOTALL)


@lru_cache(maxsize=1024)
def sense(words: str) -> Sense:
    """Of words in lower case, without the blanks around them."""
    bare = words.strip(" ,:，：")
    bare = bare[1:] if _OPENED.fullmatch(bare) else bare
    if _SAME.fullmatch(bare):
        return Sense.JOIN
    if _OTHER.fullmatch(bare):
        return Sense.OTHER
    if condition := _IF.fullmatch(bare):
        rest = condition[1] or condition[2] or ""
        return Sense.CONDITION if _EVERY.fullmatch(rest) else Sense.PARTLY
    if _AFTER.fullmatch(bare):
        return Sense.AFTER
    if _JOIN.fullmatch(bare):
        return Sense.JOIN
    return Sense.REMARK if _is_harmless(words) else Sense.DOUBT


def turns(words: str) -> bool:
    """Whether words before the formula of a condition may make another one of it: `if the mean of x = 0`."""
    found = _IF.fullmatch(words.strip(" ,:，："))
    rest = _CASE_NUMBER.sub("", (found[1] or found[2] or "") if found else "")
    return _OF.search(rest) is not None or not _EVERY.fullmatch(_WEAKER.sub("", _QUALITY.sub("", rest)))


_CASE_NUMBER = re.compile(r"\b\d+(?=\W*\Z)")
"""Of a case: `Case 1: x = 0`."""
_OF = re.compile(r"\bexpect|\berwart|\b(?:of|von|der|de|des|del|di|du)\b|的|期望|均")


def _is_harmless(words: str) -> bool:
    if is_weaker(words) or _QUALITY.search(words) or _RELATION.search(words):
        return False
    if _WHY.match(words):
        return True
    if _PLACING.match(words):
        return False
    return _LABEL.fullmatch(words) is not None or _NOUNS.search(words) is not None


def is_label(words: str) -> bool:
    """Whether what stands in a tag only names the formula, or says why it holds."""
    if sense(words) is not Sense.DOUBT:
        return sense(words) in (Sense.REMARK, Sense.JOIN)
    weaker = is_weaker(words) or _QUALITY.search(words) or _RELATION.search(words)
    return not weaker and _NUMBERED.fullmatch(words) is not None


_RELATION = re.compile(r"[=<>≤≥≠]|\\(?:n?eq?|[lg]e?q?|in|to|ll|gg|approx)(?![a-z])")
_NUMBERED = re.compile(r"\W*[^\s\d]*[.:]?\s*\S*")
"""One word, or one before a number: `BN`, `Eq. 3`."""


def is_weaker(words: str) -> bool:
    """Whether words say openly that less is meant than the formula says."""
    return _WEAKER.search(words) is not None


def is_phrase(words: str) -> bool:
    """Whether they can be no name in a formula, but say why, where or how far something holds."""
    several = " " in words.lstrip() or not words.isascii()
    return is_weaker(words) or (several and any(opens.match(words) for opens in (_WHY, _PLACING)))
