r"""What sentences say of names in words that change what a formula means: that they are held constant, or
stand for other averages than those of the batch.

What is understood of it is that it is said: no verdict on what rests on these names stands. Linear in the
text. Imports the words of languages only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bnsym.elaborate.supposing import declares, is_plain, known
from bnsym.source.languages import (
    ALL,
    ASIAN,
    DISPLAY,
    DISPLAYS,
    FORMULA,
    FORMULAS,
    REST,
    WORDS,
    Known,
    Words,
    compiled,
)
from bnsym.source.text import Effect

_JOINS = r"[\s,，、(]*+(?:and|und|et|y|e|и|和|与|及|や|と|와|과)?[\s,，、]*+"
_BETWEEN = re.compile(_JOINS)
"""Between two names of a list."""
NAMES = re.compile(rf"[{FORMULA}{DISPLAY}]{REST}*+(?:{_JOINS}[{FORMULA}{DISPLAY}]{REST}*+)*", re.IGNORECASE)
_CLAUSE = re.compile(r"[,;:，、；：()（）–—]|\n\s*\n")
_ATTRIBUTE = re.compile(rf"\s*(?:[^\W\d_]+\s+){{0,1}}(?={FORMULA})")
_INDEX = re.compile(r"\s*\\?(?:[i-npqtbcBN]|text\w*\{[^{}]*\})\s*")


@dataclass(frozen=True, slots=True)
class Said:
    """Places in a sentence: the clause, and the names that it speaks of; none if it speaks of all."""

    clause: tuple[int, int]
    names: tuple[int, ...]
    effect: Effect
    here: bool
    """Whether only the sentence is meant: it says what would be if."""


@lru_cache(maxsize=16)
def changes(words: Words) -> re.Pattern[str]:
    """What opens a saying."""
    return re.compile(
        rf"(?!{REST})(?:(?P<held>{words.held})|(?P<estimated>{words.estimates})|(?P<replaced>{words.replaced})"
        rf"|(?P<corrected>{words.corrected})|(?P<few>{words.few})|(?P<cases>{words.cases})"
        rf"|(?P<arithmetic>{ALL['arithmetic']})|(?P<things>{ALL['maps']})"
        rf"|(?P<any>{words.any.replace('@', NAMES.pattern)})"
        rf"|(?P<supposed>{words.supposed}))",
        re.IGNORECASE,
    )


def sayings(sentence: str, words: Words, written: Mapping[int, str]) -> Iterator[Said]:
    """What a sentence says of its formulas, which are given by their places in order, displays too."""
    places = tuple(written)
    supposed = False
    if any(map(_FIELD.fullmatch, written.values())):
        yield Said((0, len(sentence)), (), Effect.ALIEN, DISPLAY in sentence)
    if put := tuple(place for place in places if _PUT.match(written[place])):
        near = (compiled(rf"(?:{ALL['function']})\w*[\s:]*\Z").search(sentence[:place]) for place in put)
        if not compiled(ALL["unchanged"]).search(sentence) and not any(near):
            yield Said((0, len(sentence.rstrip())), put, Effect.REPLACED, here=True)
    sloped = compiled(ALL["gradient"]).search(sentence) is not None
    if sloped and (seeded := _seeded(words).search(_numbers(sentence, written))):
        yield Said(seeded.span(), (), Effect.SEEDED, here=False)
    for match in changes(words).finditer(sentence):
        if supposed and match.lastgroup == "supposed":
            continue  # the first one is said of all behind it
        start, end = _clause(sentence, match.start(), match.end())
        before = sentence[start : match.start()]
        here = re.search(words.condition, sentence[start:end], re.IGNORECASE) is not None
        kind = str(match.lastgroup)
        if re.search(words.negation, before, re.IGNORECASE):
            continue
        if re.search(words.statistics, match[0]) and re.search(
            words.idle, sentence[start:end], re.IGNORECASE
        ):
            continue  # `The running averages play no role here`
        if kind == "arithmetic":
            yield Said((start, end), (), Effect.ALIEN, DISPLAY in sentence)
        elif kind == "things":
            if names := tuple(place for place in places if sentence[place] == FORMULA):
                yield Said((start, end), names, Effect.ALIEN, here=False)
        elif kind == "cases":
            if _LEAD.match(sentence, 0, match.start()):
                yield Said((start, end), (), Effect.NARROWED, here or _ITEM.match(sentence) is not None)
        elif kind == "any":
            names = tuple(p for p in places if match.start() <= p < match.end())
            yield Said((start, end), names, Effect.FREED, here=False)
        elif kind == "supposed":
            if DISPLAY not in sentence and not _is_plain(sentence, match.end(), words):
                supposed = True
                names = tuple(p for p in places if p > match.start())
                yield Said((match.start(), len(sentence.rstrip())), names, Effect.NARROWED, here=False)
        elif kind == "few":
            if not sentence.lstrip().startswith(("#", "\\")):
                yield Said((start, end), (), Effect.NARROWED, here)
        elif kind == "held":
            names = _held(sentence, match, start, end)
            if names is None or any(_INDEX.fullmatch(written[n]) for n in _object(sentence, match.end())):
                continue
            spoken = re.search(words.statistics, sentence, re.IGNORECASE)
            done = re.search(words.deeds, sentence[start:end], re.IGNORECASE)
            if done and not (names or spoken):  # `treat them as constants`
                names = tuple(place for place in places if place < start)
            if names or (spoken and done):
                yield Said((start, end), names, Effect.HELD, here)
        elif kind in ("estimated", "corrected"):
            inside = [p for p in places if start <= p < end and sentence[p] == FORMULA]
            names = tuple(p for p in inside if not _says(written[p]))
            told = any(_says(written[p]) for p in inside)
            if names or not (told or kind == "corrected"):
                yield Said((start, end), names, Effect.REPLACED, here)
        else:
            names = tuple(p for p in places if match.end() <= p < end and sentence[p] == FORMULA)
            if len(names) > 1 and not all(_INDEX.fullmatch(written[n]) for n in names[:2]):
                yield Said((start, end), names, Effect.REPLACED, here)


@lru_cache(maxsize=16)
def _seeded(words: Words) -> re.Pattern[str]:
    """`with an upstream gradient of ones`, `the incoming gradient is $1$`."""
    opening = rf"{words.let}|{words.assume}|{words.condition}|{words.each}|\b{ALL['placing']}"
    return compiled(rf"(?:{opening})[^.;:,]*?(?:{ALL['gradient']})[^.;:,]*?(?:{ALL['ones']})")


def _numbers(sentence: str, written: Mapping[int, str]) -> str:
    """The sentence with its formulas that are a number 1 as such."""
    ones = [place for place, text in written.items() if _ONE.fullmatch(text)]
    return (
        "".join("1" if place in ones else sign for place, sign in enumerate(sentence)) if ones else sentence
    )


def unsaid(sentence: str, words: Words, written: Mapping[int, str]) -> Effect | None:
    """Whether the sentence holds words that leave numbers out, or others of which it is not known that they
    say nothing of values: whether it states something of names, or of what has none, is told apart."""
    within = _WITHIN.finditer(sentence) if DISPLAY in sentence else ()
    stated = any(_is_open(one, words) for one in _told(sentence, words))
    if stated and (not written or compiled(ALL["properties"]).search(sentence)):
        return Effect.STATED
    found = compiled(ALL["values"]).finditer(sentence)
    denied = compiled(rf"(?:{words.negation})\s*\Z")
    if any(not denied.search(sentence, 0, match.start()) for match in found) or "0" in written.values():
        return Effect.VALUED
    if stated or not all(declares(one[1], words) for one in within):
        return Effect.STATED
    plain = Known.of(words.plain)
    every = (plain.has(m[0].lower().replace("’", "'")) for m in WORDS.finditer(sentence))
    return None if all(every) else Effect.UNKNOWN


@lru_cache(maxsize=1 << 15)
def waives(sentence: str, words: Words) -> bool:
    """Whether it may take back what sentences before it assume: not if all its words are known, and repeat
    that something is assumed."""
    if compiled(ALL["waived"].replace("@", FORMULAS.pattern)).search(sentence):
        return True
    named = FORMULA in sentence
    if compiled(ALL["assumption"]).search(sentence) or (named and _POSITIVE.search(sentence)):
        return not is_plain(sentence, words)
    return named and compiled(ALL["anything"]).search(sentence) is not None


_POSITIVE = re.compile(r"(?<![^\W\d_])positiv|正|положительн", re.IGNORECASE)


def names_it(sentence: str, start: int, end: int, closing: str, words: Words) -> bool:
    """Whether the sentence says surely, and of all values, that the equation there is what a name is."""
    if len(sentence) >= _NEAR or DISPLAY in sentence[:start]:
        return False  # of long ones nothing is sure
    before = _LISTED.sub("", sentence[:start])
    found = compiled(ALL["naming"]).search(before)
    if found is None or _ASKED.match(closing) or _OTHER.match(sentence, end):
        return False
    *far, near = _APART.split(before[: found.start()])
    after = _EACH.sub(" ", FORMULAS.sub(" ", sentence[end:]))
    openers = Known.of(f"{words.places} {words.openers}")
    opened = any(openers.has(m[0].lower()) for m in WORDS.finditer(f"{near} {after}"))
    spoken = any(compiled(ALL[kind]).search(f"{near} {found[0]} {after}") for kind in ("claims", "weaker"))
    turned = compiled(f"{words.negation}|{words.condition}|{ALL['turning']}").search(f"{near} {after}")
    return not (opened or spoken or turned) and is_plain(" ".join(far), words)


_APART = re.compile(rf"{_CLAUSE.pattern}|{FORMULA}{REST}*")
_ASKED = re.compile(r"\s*[?？]")
_OTHER = compiled(r"\s*,?\s*\b(?:or|oder|ou|или)\b|\s*[，,]?\s*或")
_EACH = compiled(
    r"\b(?:for|in)\s+(?:each|every)\b|\bin\s+(?:the\s+end|words)\b|\bas\s+in\b|\b(?:with|mit|con|avec)\b"
)
_LISTED = compiled(rf"(?:{FORMULA}{REST}*\s*(?:[,;，、；]|\b(?:and|und|y|et|e)\b|[和与及])\s*)+\Z")
"""A list of formulas before one."""


def _told(sentence: str, words: Words) -> Iterator[str]:
    """What it tells: of one that leads to a display, the clauses that give a reason, or end in `so`, and what
    says that something satisfies it."""
    if DISPLAY not in sentence:
        yield sentence
        return
    reasons = Known.of(words.reasons)
    for shown in DISPLAYS.split(sentence)[:-1]:
        clauses = _CLAUSE.split(shown)
        for one, other in pairwise((*clauses, "")):
            first = WORDS.search(one)
            reason = first is not None and reasons.has(first[0].lower())
            told = compiled(ALL["properties"]).search(one) or _BEING.search(one)
            if reason or _JOIN.match(one) or _JOIN.match(other) or told:
                yield one
        if compiled(ALL["satisfies"]).search(shown):
            yield shown


def _is_open(told: str, words: Words) -> bool:
    """Whether it states a property of things of mathematics, or gives a reason, or says something of names,
    in words that are not understood; signs and centred data are read otherwise."""
    opening = WORDS.search(told)
    told = _JOIN.sub("", _READ.sub(" ", told), count=1)
    subject, first = _SUBJECT.match(told), WORDS.search(told)
    if _ASIDE.match(told) or first is None:
        return False
    if compiled(ALL["treats"]).match(told):
        return subject is not None and subject["name"] is not None
    sure = all(known(told, words))
    left_out = compiled(ALL["properties"]).search(told)
    if left_out and not (
        sure and FORMULA in told[left_out.end() :] and FORMULA not in told[: left_out.start()]
    ):
        return True  # `the step is orthogonal to $w$` is said of the step
    if compiled(ALL["satisfies"]).search(told):
        return True
    if any(Known.of(words.reasons).has(one[0].lower()) for one in (first, opening) if one):
        return not (sure or compiled(ALL["laws"]).search(told))
    if subject is None:
        being = _BEING.search(told)
        return being is not None and not all(known(being[0], words))
    clause = _CLAUSE.split(told[subject.end() :])[0]
    said = f"{subject[0]}{clause}"
    if not subject["name"]:
        return compiled(ALL["qualities"]).search(said) is not None
    if ASIAN.search(said):
        return not declares(said, words)
    return WORDS.search(clause) is not None and not all(known(_DONE.sub(" ", said), words))


_DONE = re.compile(
    r"(?<=\b(?:is|be)\s)\w+(?:ed|en)\b|(?<=\b(?:are|was)\s)\w+(?:ed|en)\b|\b\w+ly\b", re.IGNORECASE
)
"""What is done to a name, or how."""
_READ = re.compile(
    rf"{ALL['centred']}|\b(?:(?:non-?|strictly )?(?:positive|negative)|cent(?:er|re)d"
    r"|(?:normali[sz]|standardi[sz])ed(?!\W*\Z))\b",
    re.IGNORECASE,
)
"""Signs and centred data are read; what is normalized has a name of its own, if nothing is said to be."""
_BEING = compiled(r"\b(?:is|are|ist|sind|es|son|est|sont|è|sono|é|são)\s+(?:[^\W\d_]+\s+)?[^\W\d_]+\W*\Z")
"""It ends in what something is said to be, in one word or two."""
_JOIN = re.compile(rf"\s*(?=\w)(?:{ALL['join']})(?<=\w)(?!\w)", re.IGNORECASE)
_WITHIN = compiled(
    rf"\b(?:for|all|any|every|each)\b[^,.;:]*{FORMULA}{REST}*(\s+(?:in|of|from|with|on|inside)\b[^,.;:]*)"
)
"""What is said of names for which something holds."""
_ASIDE = compiled(r"\W*(?:this|that|it|there|here|which|who|I|you|one|see|cf)\b")
"""A sentence begins that speaks of the text."""
_SUBJECT = compiled(
    r"\W*(?:[^\W\d_]+\W+){0,5}?[\u4e00-\u9fff]{0,4}?"
    rf"(?:(?P<name>(?:(?:{ALL['things']})\s*)?{FORMULA}{REST}*)"
    rf"|(?<!of )(?<!of a )(?:{ALL['things']})(?![a-z]))"
)
"""Few words, and a name or a noun for what has values: of it the clause tells."""


def _is_plain(sentence: str, start: int, words: Words) -> bool:
    """Whether what is supposed there says nothing of values, or is said of the loss."""
    if re.search(words.loss, sentence[start:], re.IGNORECASE):
        return True
    plain = Known.of(words.plain)
    return bool(plain.whole) and all(plain.has(m[0].lower()) for m in WORDS.finditer(sentence, start))


_FIELD = re.compile(
    r"(?:\\?mathbb\s*\{?\s*[FH]\s*\}?|\\?mathbb\s*\{?\s*Z\s*\}?\s*[_/]|GF\s*\().*"
    r"|[+*·-]|\\?(?:cdot|circ|oplus|times|ast)",
    re.DOTALL,
)
"""Numbers that are not real ones."""
_PUT = re.compile(
    r"(\\?\w+)\s*(?:\\(?:long)?mapsto(?![A-Za-z])|\\(?:long)?(?:right|)(?:arrow|to)(?![A-Za-z]).*\1(?!\w))"
)
"""A name for which something else is put."""
_ONE = re.compile(r"(?:\\(?:mathbf|mathbb|boldsymbol|bm)\s*\{?\s*)?1\s*\}?(?:_\w)?")
_LEAD = re.compile(r"\s*(?:[#>*_+-]|\d+[.)]|\\(?:sub)*(?:section|paragraph))[^.。\n]*\Z")
"""A heading, or what opens a paragraph."""
_ITEM = re.compile(r"\s*(?:[-*+]|\d+[.)])\s")


def _clause(sentence: str, start: int, end: int) -> tuple[int, int]:
    """The clause around a word, or what of it is near; a comma between two formulas ends none."""
    begin, stop = max(0, start - _NEAR), min(len(sentence), end + _NEAR)
    for mark in _CLAUSE.finditer(sentence, begin, stop):
        if mark[0] in ",，、" and _is_listed(sentence, mark.start(), mark.end()):
            continue
        if mark.end() <= start:
            begin = mark.end()
        elif mark.start() >= end:
            stop = mark.start()
            break
    clause = sentence[begin:stop]
    return begin + len(clause) - len(clause.lstrip(" \n\t>*_")), begin + len(clause.rstrip())


_NEAR = 1000
"""How far a clause is followed."""


def _is_listed(sentence: str, start: int, end: int) -> bool:
    before = sentence[:start].rstrip()[-1:]
    after = _BETWEEN.match(sentence, start)
    return (
        before in (FORMULA, REST) and after is not None and sentence[after.end() : after.end() + 1] == FORMULA
    )


def _held(sentence: str, match: re.Match[str], start: int, end: int) -> tuple[int, ...]:
    """The names that are held: those right behind the word, else those of its clause."""
    if attribute := _ATTRIBUTE.match(sentence, match.end()):
        return _listed(sentence, attribute.end())
    return tuple(m.start() for m in FORMULAS.finditer(sentence, start, end))


def _listed(sentence: str, start: int) -> tuple[int, ...]:
    found: list[int] = []
    while name := FORMULAS.match(sentence, start):
        found.append(name.start())
        between = _BETWEEN.match(sentence, name.end())
        start = between.end() if between else name.end()
    return tuple(found)


_OF = re.compile(rf"\s*(?:[^\W\d_]+\s+){{0,3}}(?={FORMULA})")


def _object(sentence: str, start: int) -> tuple[int, ...]:
    """The formulas of which a name does not depend, or along which it is constant."""
    found = _OF.match(sentence, start)
    return _listed(sentence, found.end()) if found else ()


_EXPECTED = re.compile(
    r"\\mathbb\s*\{?\s*E|\bE\s*[\[(]|\\(?:operatorname|mathrm|text)\s*\{\s*(?:E|Var)\b|\\Var|\\E\b"
)


def _says(formula: str) -> bool:
    """Whether a formula says what its words do: an equation that takes no expectation."""
    return "=" in formula and _EXPECTED.search(formula) is None


BESIDE = 40
"""How far from a list of names the words are looked for that say what they are."""
