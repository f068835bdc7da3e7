"""Whether a sentence surely assumes an order in it: it does only where all its words are known to do so.

A word such as `assume` or `with` may be denied, or told of others, of earlier or of easy cases, in more
ways than can be listed; an order that may be assumed keeps from refuting and proves nothing. Long
sentences are left alone. Imports `languages` only.
"""

from __future__ import annotations

import re
from functools import lru_cache

from bnsym.source.languages import ALL, ASIAN, DISPLAY, FORMULA, REST, WORDS, Known, Words, compiled

_PLACE = re.compile(f"[{FORMULA}{DISPLAY}]{REST}*")
_ENDS = re.compile(r"[,;:，；：]")
_LONG = 3000
"""A sentence with more characters is not taken apart for each order in it: of it nothing is sure."""
_ASKS = re.compile(r"\s*[?？]")


def is_supposed(sentence: str, start: int, end: int, closing: str, words: Words) -> bool:
    """Whether the sentence, behind which `closing` stands, assumes the order between `start` and `end`."""
    if len(sentence) > _LONG:
        return False
    places = [m.span() for m in _PLACE.finditer(sentence)]
    shown = [place for place in places if sentence[place[0]] == DISPLAY]
    begin = max((last for _, last in shown if last <= start), default=0)
    stop = min((first for first, _ in shown if first >= end), default=len(sentence))
    other = compiled(rf"(?:{words.conjunction})\s*(?:{words.let}|{words.assume})").search(sentence, end, stop)
    stop = other.start() if other else stop
    before = max((last for _, last in places if last <= start), default=0)
    after = min((first for first, _ in places if first >= end), default=len(sentence))
    mark = _ENDS.search(sentence, end, after)
    behind = sentence[end : mark.start() if mark else after]
    clause = _of_clause(sentence, begin, start, words)
    opened = compiled(_opening(words)).search(clause + behind)
    asked = stop == len(sentence) and _ASKS.match(closing) is not None
    if opened is None or asked or not is_plain(f"{clause} {sentence[end:stop]}", words):
        return False
    supposed = compiled(rf"[\W\d_]*(?:{words.supposed})").match(clause)
    near = _ENDS.split(sentence[before:start])[-1] if before else sentence[:start]
    return (supposed is not None or declares(near, words)) and declares(behind, words)


def _opening(words: Words) -> str:
    return f"{words.let}|{words.where}|{words.assume}|{words.constant}|{words.after}"


def begins_surely(text: str, words: Words) -> bool:
    """Whether the words before `assume` take nothing back: `Now, if we`, not `Without`."""
    far, near = "", text
    if marks := list(_ENDS.finditer(text)):
        far, near = text[: marks[-1].start()], text[marks[-1].end() :]
    return declares(near, words) and is_plain(far, words)


def _of_clause(sentence: str, begin: int, start: int, words: Words) -> str:
    """The clause before an order, without those before it that a conjunction or a semicolon ends."""
    for found in compiled(rf"{words.conjunction}|[;；]").finditer(sentence, begin, start):
        rest = sentence[found.end() : start]
        if compiled(f"{words.let}|{words.where}|{words.assume}").search(rest):
            begin = found.end()
    return sentence[begin:start]


def declares(text: str, words: Words) -> bool:
    """Whether a stretch holds only words of which declarations consist."""
    return _declaring(words).fullmatch(text) is not None


@lru_cache(maxsize=32)
def _declaring(words: Words) -> re.Pattern[str]:
    known = rf"(?<![^\W\d_])(?:{words.declares})(?![^\W\d_])|{words.declaring}"
    return re.compile(rf"(?:[\W\d_]|{known})*+", re.IGNORECASE)


def is_plain(text: str, words: Words) -> bool:
    """Whether the words take nothing back."""
    if compiled(f"{words.negation}|{ALL['turning']}").search(text):
        return False
    return all(known(text, words))


def known(text: str, words: Words) -> list[bool]:
    """Whether of each word it is known that it says nothing of values; of some languages no word is."""
    plain = Known.of(words.plain)
    told = (m[0].lower().replace("’", "'") for m in WORDS.finditer(text) if not ASIAN.search(m[0]))
    return [plain.has(word) or declares(word, words) for word in told] if plain.whole else []
