"""What a sentence says of the display that it leads to: `if $a > 0$, then` is a condition of that display
alone; what it says of it in other words puts refutations of it in doubt.

Only what is understood from the word that opens it to the display is a condition. Linear in the sentence.
Imports `languages` and `words` only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bnsym.elaborate.languages import DISPLAY, FORMULA, REST, Words
from bnsym.source.text import Role

_FORMULA = re.compile(f"{FORMULA}{REST}*")
_FORMULAS = re.compile(f"[{FORMULA}{DISPLAY}]")
_AND = re.compile(r"[\s,，、]*(?:and|und|et|y|e|и|且|和|及|かつ|그리고)?[\s,，、]*")
_THEN = re.compile(
    r"(?:[\s,，、:：]|\b(?:then|we|one|now|have|has|get|gets|obtain|find|see|know|this|it|that|is|are|becomes?|gives?"
    r"|yields?|reads?|reduces|simplifies|to|just|simply|follows?|holds?|hence|thus|so|therefore|also|clearly|of|course"
    r"|in|particular|however|instead|the|following|formula|identity|equation|bound|last|above|says?|for|which|means"
    r"|ist|sind|gilt|gelten|dann|folgt|haben|wir|erhalten|ergibt|sich|man|hat|erhält|wird|dies|daraus|das|also|auch|wäre"
    r"|entonces|tenemos|se|tiene|cumple|vale|que|es|resulta|obtenemos|así"
    r"|alors|on|a|avons|nous|obtient|il|vient|est|donc|ceci|devient"
    r"|allora|si|ha|abbiamo|otteniamo|risulta|che|è|então|temos|obtemos|segue|é"
    r"|то|тогда|имеем|получаем|верно|это)\b"
    r"|时|時|则|則|有|我们|可|得到|得|那么|のとき|とき|ならば|なら|場合|には|は|次が|成り立つ|일|때|이면|인|경우|에는|다음)*"
)
_FILL = (
    r"(?:\s|,|\b(?:that|we\s+have|all|any|every|each|both|now|also|further(?:more)?|in\s+addition|instead|dass|alle|jede\w*"
    r"|que|todo\w*|tout\w*|tous|che|ogni|tutti|всех|любого)\b)*$"
)
_CLAUSE = re.compile(r"[^,;:，；：\n]{1,60}")
_BUT = re.compile(
    r"\b(?:unless|except|außer|salvo|excepto|sauf|tranne|кроме|whether)\b|除非"
    r"|\b(?:even|auch|selbst|même|incluso|aunque|anche|mesmo|даже)\s+\w+\s*\Z|即使|たとえ",
    re.IGNORECASE,
)
"""Before a formula, these make no condition of it."""
_OPENLY = re.compile(
    r"\b(?:approximat\w+|almost|nearly|roughly|asymptotic\w*|heuristically|on\s+average|in\s+expectation|surely"
    r"|(?:high|small|positive)\s+probability|in\s+the\s+(?:limit|mean)|up\s+to|(?:first|second|leading|lowest)\s+order"
    r"|(?:for|if|when|as|since)\s+(?:\w+\s+){0,3}(?:large|small|tiny|some|most|certain)"
    r"|näherungsweise|ungefähr|annähernd|nahezu|im\s+(?:mittel|grenz\w+)|bis\s+auf|für\s+(?:\w+\s+){0,2}(?:große|kleine|einige)\w*"
    r"|aproximad\w*|en\s+(?:promedio|el\s+límite)|para\s+(?:algún|alguna|\w+\s+grande)|casi"
    r"|environ|approximativement|presque|en\s+moyenne|à\s+la\s+limite|approssimativamente|quasi|in\s+media|al\s+limite"
    r"|приблизительно|примерно|почти|в\s+среднем|в\s+пределе)\b"
    r"|近似|大约|大致|平均而言|极限|几乎|足够[大小]|充分[大小]|ほぼ|およそ|極限|平均的|十分[大小]|대략|거의|극한|평균적",
    re.IGNORECASE,
)


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
    denied: bool = False


@lru_cache(maxsize=64)
def _opener(words: Words) -> re.Pattern[str]:
    return re.compile(rf"(?:{words.condition}|{words.assume}|{words.each}){_FILL}", re.IGNORECASE)


@lru_cache(maxsize=64)
def _untrue(words: Words) -> re.Pattern[str]:
    """Says that something does not hold."""
    negated = rf"(?:{words.negation}){_NEAR}(?:{words.truth})"
    return re.compile(rf"(?P<hard>{words.not_hard})|{words.untrue}|{negated}", re.IGNORECASE)


@lru_cache(maxsize=64)
def _negation(words: Words) -> re.Pattern[str]:
    return re.compile(rf"(?P<hard>{words.not_hard})|{words.negation}", re.IGNORECASE)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


@lru_cache(maxsize=64)
def _turns(words: Words) -> re.Pattern[str]:
    """What follows these is said, whatever stands before."""
    return re.compile(rf"{words.hence}|{words.where}", re.IGNORECASE)


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
        first = _compiled(rf"\s*(?:{words.each}|{words.hence})?\s*").fullmatch(text, begin, match.start())
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


@lru_cache(maxsize=64)
def _condition(words: Words) -> re.Pattern[str]:
    return re.compile(words.condition, re.IGNORECASE)


def lead(
    sentence: str, start: int, place: tuple[int, int], roles: Mapping[int, Role], words: Words
) -> Leading:
    """What `sentence[start:end]` and the words behind it say of the display at `end`."""
    end = place[0]
    formulas = [m.span() for m in _FORMULA.finditer(sentence, start, end)]
    conditions, opened = _conditions(sentence, start, end, formulas, roles, words)
    rest = end if opened is None else opened
    found = _OPENLY.search(sentence, start, end) or _condition(words).search(sentence, start, rest)
    following = _FORMULAS.search(sentence, place[1])
    after = place[1], following.start() if following else len(sentence)
    if denied := _denied_before(sentence, start, end, words) or _denied_after(sentence, *after, words):
        return Leading(conditions, denied, denied=True)
    if found is None:
        return Leading(conditions, None)
    clause = _CLAUSE.match(sentence, found.start(), end)
    return Leading(conditions, (found.start(), clause.end() if clause else found.end()))


def _conditions(
    sentence: str,
    start: int,
    end: int,
    formulas: list[tuple[int, int]],
    roles: Mapping[int, Role],
    words: Words,
) -> tuple[tuple[int, ...], int | None]:
    """Those of the display, and where the word stands that opens them."""
    found: list[int] = []
    denied = re.search(words.negation, sentence[start:end], re.IGNORECASE) is not None
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
            return ((), None) if but else (tuple(found), begin + opener.start())
        if after and _AND.fullmatch(behind.rpartition("。")[2].rpartition("、")[2]):
            return tuple(found), first
    return (), None
