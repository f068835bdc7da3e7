"""What a sentence says of the display that it leads to: `if $a > 0$, then` is a condition of that display
alone; what it says of it in other words puts refutations of it in doubt.

Only what is understood from the word that opens it to the display is a condition. Linear in the sentence.
Imports `languages` and `words` only.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

from bnsym.elaborate.supposing import begins_surely
from bnsym.source.languages import (
    ALL,
    ASIAN,
    DISPLAY,
    FORMULA,
    FORMULAS,
    LANGUAGES,
    REST,
    WORDS,
    Known,
    Words,
    compiled,
)
from bnsym.source.text import Role

_DISPLAYS = re.compile(DISPLAY)
_AND = re.compile(rf"[\s,，、]*(?:{ALL['both']})?[\s,，、]*")
_THEN = re.compile(ALL["then"])
_FILL = ALL["fill"]
_CLAUSE = re.compile(r"[^,;:，；：\n]{1,60}")
_BUT = compiled(ALL["but"])
_OPENLY = compiled(ALL["openly"])


_STOPS = re.compile(r"(?!,\s*(?:that|dass|daß|que|qu['’]|che|что)\b)[,;:()，、；：（）—–]|[.。](?=\s|\Z)")
"""Ends a clause; not before the word that opens what is said."""
_THAT = re.compile(r"(?:\s*[^\W\d_]+){0,4}?[\s,]*\b(?:that|to|dass|daß|que|qu['’]|che|что)\b", re.IGNORECASE)
_WORD = re.compile(r"\s*[^\W\d_]+")
_NEAR = r"(?:\s*[^\W\d_]+){0,5}?\s*"
"""Few words, and no formula."""


@dataclass(frozen=True, slots=True)
class Leading:
    """The formulas, by where they start, that are conditions of a display; and where its sentence says of it
    what is not known."""

    conditions: tuple[int, ...]
    doubt: tuple[int, int] | None
    named: tuple[tuple[int, int], ...] = ()
    """Where its sentence says of names what is not known."""
    denied: bool = False


@lru_cache(maxsize=64)
def _opener(words: Words) -> re.Pattern[str]:
    return re.compile(rf"(?:{words.condition}|{words.assume}|{words.each}){_FILL}", re.IGNORECASE)


@lru_cache(maxsize=64)
def _untrue(words: Words) -> re.Pattern[str]:
    """Says that something does not hold."""
    negated = rf"(?:{words.negation}){_NEAR}(?:{words.truth})"
    turned = rf"(?:{words.truth})\s+(?!{words.not_hard})(?:{words.negation})"
    return re.compile(rf"(?P<hard>{words.not_hard})|{words.untrue}|{negated}|{turned}", re.IGNORECASE)


@lru_cache(maxsize=64)
def _negation(words: Words) -> re.Pattern[str]:
    return re.compile(rf"(?P<hard>{words.not_hard})|{words.negation}", re.IGNORECASE)


@lru_cache(maxsize=64)
def _turns(words: Words) -> re.Pattern[str]:
    """What follows these is said, whatever stands before."""
    return re.compile(rf"{words.hence}|{words.where}", re.IGNORECASE)


_PARTICIPLE = re.compile(r"(?!\w*thing).+(?:ing|ando|endo|iendo|ant)")
_JOINING = frozenset("and but or so then now und aber y pero et mais e ma".split())
_PARTS = re.compile(r"[,;:()，、；：（）—–]|\n[ \t>]*\n")
_IDIOM = compiled(ALL["idiom"])


def _unclear(sentence: str, start: int, end: int, words: Words) -> Iterator[tuple[int, int]]:
    """The clauses there that may say of what, or how nearly, a display holds, in words that are not known."""
    edges = [m.span() for m in _PARTS.finditer(sentence, start, end)]
    for first, last in zip([start, *(e for _, e in edges)], [*(b for b, _ in edges), end], strict=True):
        found = list(WORDS.finditer(sentence, first, last))
        if found and not _is_understood(sentence, found, last, words):
            yield found[0].start(), max(found[-1].end(), len(sentence[:last].rstrip()))


def _is_understood(sentence: str, found: list[re.Match[str]], last: int, words: Words) -> bool:
    start = found[0].start()
    if ASIAN.search(sentence, start, last) or _IDIOM.search(sentence, start, last):
        return True
    plain, places, reasons = (Known.of(w) for w in (words.plain, words.places, words.reasons))
    openers = Known.of(f"{words.places} {words.openers}")
    lower = [m[0].lower().replace("’", "'") for m in found]
    place = next((n for n, word in enumerate(lower) if word not in _JOINING), 0)
    opening = lower[place]
    if reasons.has(opening) or not plain.whole:
        return True
    told = compiled(words.hence).search(sentence, found[place].end(), last)
    if sentence[last : last + 1] not in tuple(",，"):  # it goes on behind the first name
        told = min(
            filter(None, (told, FORMULAS.search(sentence, start, last))), key=re.Match.start, default=None
        )
    inside = [w for m, w in zip(found, lower, strict=True) if told is None or m.start() < told.start()]
    if places.has(opening):
        inside = inside[: _phrase(inside, place, plain, Known.of(words.subjects))]
    known = [plain.has(word) for word in inside]
    if all(known):
        return True
    if not any(known[1:]) and _OPENERS.has(opening):
        return False  # in another language
    if compiled(f"{words.let}|{words.where}").match(sentence, found[place].start()) and FORMULAS.search(
        sentence, start, last
    ):
        return True  # it says what a name is
    few = len(lower) - place < _FEW and sentence[last : last + 1] in tuple(",，")
    participle = _PARTICIPLE.fullmatch(opening) is not None or few
    return not (openers.has(opening) or (participle and not plain.has(opening)))


def _phrase(words: list[str], start: int, plain: Known, subjects: Known) -> int:
    """Where the phrase that a word of place begins ends in a noun, and a clause of its own begins."""
    ends = (n for n in range(start + 2, len(words)) if subjects.has(words[n]))
    return next((n for n in ends if words[n - 1].startswith(plain.stems)), len(words))


_FEW = 3
_OPENERS = Known.of(" ".join(f"{words.places} {words.openers}" for words in LANGUAGES.values()))


def _denied_before(sentence: str, start: int, end: int, words: Words) -> tuple[int, int] | None:
    """Where the words before a display say that it does not hold: a clause that it completes is negated, or
    one that announces it says so."""
    text = sentence[start:end].rstrip()
    announced = text[-1:] in tuple(",:，、：")
    last = [m.end() for m in _STOPS.finditer(text[:-1] if announced else text)]
    begin = last[-1] if last else 0
    for match in (_untrue(words) if announced else _negation(words)).finditer(text, begin):
        after = text[match.end() :]
        word = _WORD.match(after)
        turned = _turns(words).search(after, word.end() if word else 0) and not _THAT.match(after)
        first = compiled(rf"\s*(?:{words.each}|{words.hence})?\s*").fullmatch(text, begin, match.start())
        if match["hard"] is None and (first or not turned):
            return start + begin, start + len(text)
    untrue = _untrue(words).search(text, begin)
    return (start + begin, start + len(text)) if untrue and untrue["hard"] is None else None


def _denied_after(sentence: str, start: int, end: int, words: Words) -> tuple[int, int] | None:
    """Where the words behind a display say that it does not hold."""
    text = sentence[start:end]
    stop = _STOPS.search(text, len(text) - len(text.lstrip(" \n.,")))
    clause = text[: stop.start()] if stop else text
    found = _untrue(words).search(clause)
    return (start + found.start(), start + found.end()) if found and found["hard"] is None else None


def lead(
    sentence: str,
    start: int,
    place: tuple[int, int],
    roles: Mapping[int, Role],
    values: Set[int],
    words: Words,
) -> Leading:
    """What the words from `start` on say of the display at `place`, and those behind it; `values` are the
    formulas that give a name a number."""
    end = place[0]
    formulas = [m.span() for m in FORMULAS.finditer(sentence, start, end)]
    cases, number = _cases(sentence, start, end, words)
    start = number[1] if number and cases else start
    conditions, opened, unsure = _conditions(sentence, start, end, formulas, roles, words)
    rest = end if opened is None else opened
    following = _DISPLAYS.search(sentence, place[1])
    stop = following.start() if following else len(sentence)
    if denied := _denied_before(sentence, start, end, words) or _denied_after(
        sentence, place[1], stop, words
    ):
        return Leading(conditions, denied, denied=True)
    behind = _going_on(sentence, place[1], stop)
    more, after = _conditions_after(sentence, behind, words)
    doubt = unsure or _doubt(sentence, start, rest, words) or _doubt(sentence, after, behind[1], words)
    doubt = doubt or _wished(sentence, start, end, words) or (None if cases else number)
    unclear = [*_unclear(sentence, start, rest, words), *_unclear(sentence, after, behind[1], words)]
    told = [FORMULAS.search(sentence, *one) is not None for one in unclear]
    bare = (one for one, named in zip(unclear, told, strict=True) if not named)
    named = [one for one, named in zip(unclear, told, strict=True) if named]
    named += [(v, v + 1) for v in sorted(values) if (start <= v < rest or after <= v < behind[1])]
    return Leading((*cases, *conditions, *more), doubt or next(bare, None), tuple(named))


def restricted(sentence: str, words: Words, written: Mapping[int, str]) -> Iterator[int]:
    """Where the formulas start that name or relate index letters behind a word such as `for` or `if`; not
    letters of which it is said for all: what the sentence says of their entries it says of some only."""
    for at in (at for at, text in written.items() if sentence[at] == FORMULA and _LETTERS.match(text)):
        before = _PARTS.split(sentence[max(0, at - _WIDE) : at])[-1]
        *_, opener = (None, *compiled(f"{words.condition}|{words.each}").finditer(before))
        told = _ENDS_SAID.split(sentence[at + 1 : at + _WIDE].lstrip(REST))[0]
        said = compiled(f"{words.let}|{words.hence}|{words.where}").split(told)[0]
        other = compiled(rf"{ALL['definite']}.*(?:{words.being})").match(
            said
        )  # `for $i$ the output is $y_i$`
        said = FORMULAS.sub("", before[opener.end() :] if opener else "") + ("" if other else f" {said}")
        if opener and not (_LETTERS.fullmatch(written[at]) and _EVERY.fullmatch(said)):
            yield at


_WIDE = 60
_LETTERS = re.compile(r"[i-nbctpq](?:\s*,\s*[i-nbctpq])*(?![\w_^({\\'])(?!\s*(?:[_^(+*/-]|[A-Za-z]))")
_ENDS_SAID = re.compile(rf"{_PARTS.pattern}|[{FORMULA}{DISPLAY}]|[.。](?=\s|\Z)")
_EVERY = compiled(ALL["unrestricted"])


def _cases(
    sentence: str, start: int, end: int, words: Words
) -> tuple[tuple[int, ...], tuple[int, int] | None]:
    r"""The formulas that are clauses of their own behind the number of a case, `Case 2, $i \ne j$:`, and
    where that stands."""
    label = compiled(rf"[\s*_>#(-]*(?:{words.case})\s*\(?\w{{1,4}}\b[).*_]*(?=\s*[,:，：(（–—])").match(
        sentence, start, end
    )
    found = [m.start(1) for m in _ALONE.finditer(sentence, label.end(), end)] if label else []
    return tuple(found), label.span() if label else None


_ALONE = re.compile(rf"[,:，：(（–—]\s*({FORMULA}{REST}*)(?=\s*(?:[,:，：)）–—]|\Z))")


def _doubt(sentence: str, start: int, end: int, words: Words) -> tuple[int, int] | None:
    """What is said there of what, or how nearly, a display claims, and is not understood."""
    found = _OPENLY.search(sentence, start, end) or compiled(words.condition).search(sentence, start, end)
    if found:
        clause = _CLAUSE.match(sentence, found.start(), end)
        return found.start(), clause.end() if clause else found.end()
    return None


def _wished(sentence: str, start: int, end: int, words: Words) -> tuple[int, int] | None:
    """Where the words before a display say that it is wanted, asked, or a mistake."""
    found = compiled(words.wished).search(sentence[start:end])
    return (start + found.start(), start + len(found[0].rstrip()) + found.start()) if found else None


def hedged(shown: str, start: int, words: Words) -> tuple[int, int] | None:
    """Where the sentence behind a display that ends at `start` says that it does not hold, or not always:
    not one that leads to another display, or a heading."""
    starts, reach = _word_starts(shown), min(len(shown), start + _REACH)
    first = starts[bisect_left(starts, start)]
    stop = _STOP.search(shown, first, reach) if first < reach else None
    end = stop.start() if stop else reach
    if first >= reach or (stop and stop[0] == DISPLAY) or shown[start:end].lstrip().startswith("#"):
        return None
    found = compiled(words.hedged).search(shown, first, end)
    return found.span() if found else None


@lru_cache(maxsize=4)
def _word_starts(shown: str) -> list[int]:
    """Where words begin; the end is said for one too."""
    return [*(found.start() for found in WORDS.finditer(shown)), len(shown)]


_REACH = 1000
"""How far behind a display its sentence is looked for."""
_STOP = re.compile(
    rf"{DISPLAY}|(?<=\w)[*_)]*[.!?](?=\s|\Z)|(?<={REST})[.!?](?=\s)|[。！？]|\n[ \t>]*\n(?!\s*{DISPLAY})"
)
"""Ends the sentence behind a display."""


def _going_on(sentence: str, start: int, end: int) -> tuple[int, int]:
    """What goes on behind a display: a sentence that begins there does not."""
    first = WORDS.search(sentence, start, end)
    return (start, start) if first and first[0][0].isupper() else (start, end)


def _conditions_after(sentence: str, where: tuple[int, int], words: Words) -> tuple[tuple[int, ...], int]:
    """The formulas behind a display that are conditions of it, and where what is left begins."""
    start, end = where
    first = FORMULAS.search(sentence, start, end)
    opener = _opener(words).fullmatch(sentence[start : first.start()].lstrip(" \n,;(（，")) if first else None
    if first is None or opener is None or _BUT.search(opener[0]):
        return (), start
    found: list[int] = []
    last, name = first.start(), first
    while name:
        found.append(name.start())
        last = name.end()
        joined = _AND.match(sentence, last, end)
        name = FORMULAS.match(sentence, joined.end(), end) if joined else None  # type: ignore[assignment]
    rest = _PARTS.search(sentence, last, end)
    then = sentence[last : rest.start() if rest else end].strip(" \n.。")
    return (tuple(found), last) if _THEN.fullmatch(then) or not then else ((), start)


def _conditions(
    sentence: str,
    start: int,
    end: int,
    formulas: list[tuple[int, int]],
    roles: Mapping[int, Role],
    words: Words,
) -> tuple[tuple[int, ...], int | None, tuple[int, int] | None]:
    """Those of the display, and where the word stands that opens them; or where that is not sure."""
    found: list[int] = []
    denied = bool(formulas) and compiled(words.negation).search(sentence, start, end) is not None
    for place in reversed(range(len(formulas))):
        first, last = formulas[place]
        between = sentence[last : formulas[place + 1][0] if found else end]
        joined = (_AND if found else _THEN).fullmatch(between)
        if joined is None or roles.get(first) is Role.SAID or denied:
            break
        found.insert(0, first)
        begin = formulas[place - 1][1] if place else start
        behind = sentence[begin:first]
        after = re.search(words.given_after, between)
        if opener := _opener(words).search(behind):
            but = _BUT.search(behind[: opener.end()])
            told = sentence[start : begin + opener.start()]
            assumed = compiled(words.assume).match(opener[0]) is not None
            if assumed and not begins_surely(told, words):
                return (), None, (start, end)
            return ((), None, None) if but else (tuple(found), begin + opener.start(), None)
        if after and _AND.fullmatch(behind.rpartition("。")[2].rpartition("、")[2]):
            return tuple(found), first, None
    return (), None, None
