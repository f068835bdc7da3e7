r"""What the sentences around the formulas of a text say of them: which of them define, which assume.

A sentence is walked once, from word to formula to word. A word such as `let` or `where` opens
a stretch whose formulas define, until one such as `then` ends it; a negation, or quotation marks,
take their force away. The words stand in one table by language; that of a text is the one whose
words it holds most of. Linear in the text. Imports `source` only.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from bnsym.elaborate.leading import Leading, hedged, lead, restricted
from bnsym.elaborate.ranks import described, said_ranks, unordered, unsorted
from bnsym.elaborate.sayings import Said, names_it, sayings, unsaid, waives
from bnsym.elaborate.supposing import is_supposed
from bnsym.source.languages import (
    ALL,
    DISPLAY,
    DISPLAYS,
    FORMULA,
    KINDS,
    LANGUAGES,
    LISTS,
    REST,
    SCRIPTS,
    SIGNS,
    Words,
    compiled,
)
from bnsym.source.markdown import Comment, Display, Formula, Found, Hidden
from bnsym.source.text import Effect, Heading, Role, Saying, Slice

_BOUNDARY = re.compile(
    r"(?=[\n.!?;。！？；])(?:(?P<stop>(?<!\be\.g)(?<!\bi\.e)(?<!\bcf)(?<!\bz\.B)(?<!\bresp)(?<!\bEq)(?<!\bd\.h)"
    r"[.!?;](?=[\s)\]\"”’*_]|$)|[。！？；])|(?P<gap>(?:\n[ \t>]*+(?=\n|$))++)"
    r"|(?P<item>\n[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t])|(?P<row>\n[ \t>]*\|)|(?P<note>\n\[\^[^\]\n]+\]:))"
)
_RELATION = re.compile(
    r"[=<>≤≥≠≡≔≜∈∉⩽⩾≈→≪]"
    r"|\\(?:[lg]eq?(?:slant|q)?|[lg]t|neq?|(?:not)?in|equiv|triangleq|coloneqq?|defeq|gets|leftarrow|approx|to|rightarrow|ll"
    r"|sim|perp|parallel|(?:succ|prec)(?:eq)?)(?![A-Za-z])"
)
_LIMITS = re.compile(r"_\s*\{[^{}]*\}")
"""Where `i = 1` states nothing: below a sum."""
_OPENS = re.compile(r"[\s:：,，、*_]*$")
_QUOTED = re.compile(
    r"“[^“”]*+”|«[^«»]*+»|„[^“”„]*+[“”]|「[^「」]*+」|『[^『』]*+』|(?<![\w\\])\"[^\"]*+\"(?!\w)"
)
_OR = re.compile(
    r"\s*[,;，、]?\s*(?:or|oder|ou|или|或)\s*(?:else|let|set|sei|soit|пусть|令|设)?\s*", re.IGNORECASE
)
"""Between two equations, of which then neither is said."""
_BESIDE = 60
"""How far from a name the words are looked for that say what it is."""
_APART = r"(?<![^\W\d_㐀-鿿])"
_ITEM = re.compile(r"[\s>]*(?:\||(?:[-*+]|\d{1,9}[.)])\s)[\s*_]*")
_ENTRY = re.compile(r"[\s*_]*[:：—–|(-][\s*_]*[^\W\d_]{2}")
_ADJECTIVE = r"(?:(?!with\b|from\b|over\b|into\b|than\b|that\b|where\b)[^\W\d_]{3,})"
_NOUN = r"(?:(?!with\b|from\b|over\b|into\b|than\b|that\b|where\b)[^\W\d_]{2,}[^\W\d_s])"
_CLAUSE = re.compile(r"[,;:(，、；：（–—]")


@dataclass(slots=True)
class Prose:
    """What the text says of its formulas, by where they stand."""

    roles: dict[Slice, Role] = field(default_factory=dict)
    pairs: dict[Slice, Slice] = field(default_factory=dict)
    """Of a formula, the one before it, where one of the two is said to name the other."""
    equated: dict[Slice, Slice] = field(default_factory=dict)
    """The same, where the two are said to be equal, and not that this names one."""
    amid: set[Slice] = field(default_factory=set)
    """Displays with words beside them on their line."""
    spoken: dict[Slice, Role] = field(default_factory=dict)
    """Formulas of which words say what they are: `the loss $V$`, `the gain $g$`."""
    described: dict[Slice, bool] = field(default_factory=dict)
    """Formulas of whose names something is said that leaves values out, or may: `$u$ is a unit vector`; and
    whether it is said of numbers too."""
    anew: set[Slice] = field(default_factory=set)
    """Formulas behind a word that says something from there on: `let $g$ be`, `now $g = a$`."""
    naming: set[Slice] = field(default_factory=set)
    """Formulas behind words that say what a name is: `the mean is $c = …$`."""
    cased: set[Slice] = field(default_factory=set)
    """Formulas before which their sentence speaks of a case, or of values with a quality."""
    conditions: dict[Slice, tuple[Slice, ...]] = field(default_factory=dict)
    """Of a display, the formulas that its sentence makes conditions of it."""
    doubts: dict[Slice, Slice] = field(default_factory=dict)
    """Of a display, where its sentence says of it what is not known."""
    partly: dict[Slice, tuple[Slice, ...]] = field(default_factory=dict)
    """Of a formula, those of its sentence that say for which indices it holds."""
    ranks: dict[Slice, int] = field(default_factory=dict)
    """How many axes words say that a name has."""
    denied: set[Slice] = field(default_factory=set)
    """Displays of which their sentence says that they do not hold."""
    sayings: list[Saying] = field(default_factory=list)
    """What words say that changes what is claimed, its names as the formulas that they are."""
    inline: bool = False
    """Whether `$$…$$` stands for all mathematics, as in Jekyll: amid words it is no display."""

    def settled(self, text: str, found: Sequence[Found]) -> Iterator[Found]:
        """What was found, without running text and formulas that state nothing; displays amid words
        that only say what is given are formulas of the text."""
        named = {*self.pairs.values(), *self.equated.values(), *self.pairs, *self.equated}
        named |= {w for s in self.sayings if s.effect in _SAID for w in s.names}
        for one in found:
            if isinstance(one, Display) and self._is_remark(text, one):
                one = Formula(one.where, one.inside, one.quotes)
            silent = isinstance(one, Formula) and one.where not in named and not self._is_read(text, one)
            if not (silent or isinstance(one, Hidden)):
                yield one

    def _is_remark(self, text: str, display: Display) -> bool:
        role = self.roles.get(display.where, Role.PLAIN)
        equates = "=" in text[display.inside.start : display.inside.end]
        given = not equates and role in (Role.SAID, Role.ASSUMED, Role.GIVEN)
        return display.where in self.amid and (self.inline or given or role is Role.DENIED)

    def _is_read(self, text: str, formula: Formula) -> bool:
        """Whether a formula states a relation, is one name, or has names that are described."""
        span = formula.inside.start, formula.inside.end
        states = _RELATION.search(text, *span) is not None or _NAME.fullmatch(text, *span) is not None
        return states or formula.where in self.described


_CASE = compiled(rf"{ALL['cased']}|\b{ALL['placing']}\s+(?:[^\W\d_]+\s+){{0,3}}?(?:{ALL['qualities']})")
_SAID = frozenset((Effect.ALIEN, Effect.UNSORTED, Effect.UNORDERED, Effect.REPLACED))
"""What may be said of a formula that states nothing and is no name."""
_VALUED = re.compile(
    r"[$\\(\[\s]*(?:\\[A-Za-z]+|[A-Za-z])(?:[_^]\s*(?:\{[^{}]{1,20}\}|\w))?\s*"
    r"(?:=|\\(?:to|rightarrow|approx|ll|equiv|downarrow)(?![A-Za-z]))\s*-?(?:\d[\d.]*|\\infty|1)\s*[.,;]?[$\\)\]\s]*"
)
"""A name that is given a number."""
_NAME = re.compile(
    r"\s*(?:\\[A-Za-z]+\s*\{?\s*)?(?:[A-Za-z]|\\[A-Za-z]+)\s*\}?(?:[_^]\s*(?:\{[^{}]{1,20}\}|\w))?\s*"
)


def read_prose(text: str, found: Sequence[Found], shown: str) -> Prose:
    """What the sentences of the text make of its formulas and displays; `shown` is its skeleton."""
    formulas = {f.where.start: f.where for f in found if isinstance(f, Formula | Display)}
    amid = {f.where for f in found if isinstance(f, Display) and _is_amid(shown, f.where)}
    prose = Prose(amid=amid, inline=len(amid) >= _MANY and not any(isinstance(f, Formula) for f in found))
    language, scripts = _language(shown), _SCRIPT.search(shown) is not None
    states = {w for w in formulas.values() if _RELATION.search(_LIMITS.sub("", text[w.start : w.end]))}
    valued = {w for w in formulas.values() if _VALUED.fullmatch(text, w.start, w.end)}
    headings = [one.where for one in found if isinstance(one, Heading)]
    scopes, titles = _Scopes(), [edge for one in headings for edge in (one.start, one.end)]
    for start, end, opens in _sentences(shown, _words_of(language, scripts), headings):
        sentence, ink = shown[start:end], end - len(shown[start:end].lstrip())
        words = _words_of(_spoken(sentence, language), scripts)
        inside = {m.start(): formulas[start + m.start()] for m in SIGNS.finditer(sentence)}
        written = {at: text[one.start : one.end].strip("$\\()[] \n") for at, one in inside.items()}
        values, stating = (frozenset(at for at, one in inside.items() if one in s) for s in (valued, states))
        apart = scopes.begins(sentence, start)
        if apart is not None:
            prose.sayings.append(Saying(Slice(start, start), (), Effect.WAIVED, Slice(apart, len(text))))
        walk = _walked(sentence, words, Role.SAID if opens else Role.PLAIN, values, stating)
        prose.roles |= {inside[at]: role for at, role in walk.roles.items()}
        for at, order in inside.items():
            pure = _is_order(text, order)
            if walk.roles[at] not in _ASSUMES or not (pure or _MIXED.search(text, order.start, order.end)):
                continue
            listed = opens and not compiled(words.negation).search(sentence)
            if not (listed or is_supposed(sentence, at, order.end - start, shown[end : end + 2], words)):
                prose.roles[order] = Role.GIVEN if pure else Role.PLAIN
        named, equated = (
            {inside[b]: inside[a] for a, b in pairs if not {inside[a], inside[b]} & states}
            for pairs in (walk.pairs, walk.equated)
        )
        prose.pairs |= named
        prose.equated |= equated
        prose.spoken |= {inside[at]: role for at, role in walk.spoken.items()}
        prose.described |= {inside[at]: sure for at, sure in walk.described.items()}
        closing = shown[end : end + 2]
        prose.naming |= {
            w
            for at, w in inside.items()
            if w in states and names_it(sentence, at, w.end - start, closing, words)
        }
        prose.anew |= {inside[at] for at in walk.anew}
        case = _CASE.search(sentence)
        prose.cased |= {one for at, one in inside.items() if case and case.end() <= at}
        prose.ranks |= {inside[at]: rank for at, rank in said_ranks(sentence, words)}
        for letter in restricted(sentence, words, written):
            ends = (m.end() for m in compiled(words.where).finditer(sentence, 0, letter))
            since = max(ends, default=0)  # what stands before `where` is said of all
            for w in (w for at, w in inside.items() if at >= since):
                prose.partly[w] = (*prose.partly.get(w, ()), inside[letter])
        heard, effect = _spoken_of(sentence, words, tuple(written.items()))
        for one in heard:
            names, reach = tuple(inside[name] for name in one.names), end if one.here else len(text)
            if one.here and one.effect is Effect.REPLACED and DISPLAY not in sentence:
                following = DISPLAYS.search(shown, end)  # it is carried out there
                reach = following.end() if following else len(text)
            said = Saying(Slice(*one.clause).moved(start), names, one.effect, Slice(start, reach))
            prose.sayings.append(said)
        displays = (start + at for at in inside if sentence[at] == DISPLAY and start + at > ink)
        before = Slice(ink, next(displays, end))
        for sort, places in ((Effect.UNSORTED, unsorted), (Effect.UNORDERED, unordered)):
            if sorts := tuple(inside[at] for at in places(sentence, words)):
                prose.sayings.append(Saying(before, sorts, sort, Slice(start, len(text))))
        names = tuple(one for at, one in inside.items() if sentence[at] == FORMULA)
        bare = tuple(one for one in names if one not in states)
        supposed = compiled(words.supposed).search(sentence) is not None
        told = {w for w in names if supposed or w in prose.anew or prose.roles.get(w) in _ASSUMES}
        again = tuple(w for w in names if w in states and _again(text, w, w in told))
        spoken = bare if not states.intersection(names) and waives(sentence, words) else None
        if again or spoken is not None:
            anew = (*again, *(spoken or ()))
            prose.sayings.append(Saying(Slice(ink, end), anew, Effect.WAIVED, Slice(0, len(text))))
        if effect:
            if effect is Effect.STATED and len(bare) < len(names):
                effect = Effect.UNKNOWN  # a formula says it
            marked = bisect_right(titles, start) % 2 == 1 or _MARKED.match(sentence) is not None
            plain = not marked and (effect is Effect.STATED or not inside)
            if names or plain:
                prose.sayings.append(Saying(before, names, effect, Slice(start, len(text))))
        for at, led in walk.leading.items():
            display = inside[at]
            prose.conditions[display] = tuple(inside[one] for one in led.conditions)
            if led.doubt:
                prose.doubts[display] = Slice(*led.doubt).moved(start)
            elif behind := hedged(shown, display.end, words):
                prose.doubts[display] = Slice(*behind)
            prose.sayings += (_narrowed(inside, start, one, Slice(start, end)) for one in led.named)
            prose.denied |= {display} if led.denied else set()
    return prose


@lru_cache(maxsize=1 << 15)
def _spoken_of(
    sentence: str, words: Words, written: tuple[tuple[int, str], ...]
) -> tuple[tuple[Said, ...], Effect | None]:
    """What a sentence says of its formulas, wherever it stands, and what it may say besides."""
    known = dict(written)
    return tuple(sayings(sentence, words, known)), unsaid(sentence, words, known)


@dataclass
class _Scopes:
    """What stands for itself: an item of a list with a display in it, and a theorem, an example or the like
    until the next. What is assumed there holds no farther."""

    item: int | None = None
    formal: int | None = None
    shown: bool = False
    """Whether a display stands in the item."""

    def begins(self, sentence: str, start: int) -> int | None:
        """Where that begins which ends before the sentence."""
        before = None
        if _FORMAL.match(sentence):
            before, self.formal, self.item = self.formal, start, None
        elif _PROOF.match(sentence):
            self.formal = start if self.formal is None else self.formal
        elif (listed := _LISTED.match(sentence)) or _GAP.match(sentence):
            before = self.item if self.shown else None
            self.item = start if listed else None
            self.shown = False
        self.shown = self.shown or DISPLAY in sentence
        return before


_FORMAL = compiled(rf"\s*(?:[>*_]+|\\paragraph\W)\s*(?:{ALL['formal']})")
_PROOF = compiled(r"\s*[>*_]*(?:proof|beweis|preuve|demostración|dimostrazione|доказательство|证明|証明)\b")
_GAP = re.compile(r"\n[ \t]*\n(?![ \t])")


def _is_order(text: str, formula: Slice) -> bool:
    """Whether it states orders only."""
    return _ORDER.match(text, formula.start, formula.end) is not None


_MARKED = re.compile(r"[\s>*_]*[#|\\]")
"""A heading, a row of a table or a command of LaTeX: no sentence."""
_ASSUMES = frozenset((Role.SAID, Role.ASSUMED))
_DECLARED = re.compile(r"(?:\\in(?![A-Za-z])|∈)[^+>≥]*\Z|\\sim(?![A-Za-z])|∼")
"""`a \\in \\mathbb{R}`: the name may have any sign."""


def _again(text: str, formula: Slice, said: bool) -> bool:
    """Whether it says anew what a name is: then nothing that was assumed of it before holds."""
    pattern = _STATES if said else _DECLARED
    return pattern.search(text, formula.start, formula.end) is not None


_STATES = re.compile(rf"{_DECLARED.pattern}|=|(?:[<≤]|\\le).*(?:[<≤]|\\le)")
_MIXED = re.compile(r"[<>≤≥≠⩽⩾]|\\(?:[lg]eq?(?:slant|q)?|[lg]t|neq?)(?![A-Za-z])")
_ORDER = re.compile(rf"(?s:[^=]*?)(?:{_MIXED.pattern})[^=]*\Z")


def _narrowed(inside: Mapping[int, Slice], start: int, where: tuple[int, int], reach: Slice) -> Saying:
    """What a sentence says of names, and of its displays only in so far as they rest on these."""
    names = tuple(name for at, name in inside.items() if where[0] <= at < where[1])
    clause = Slice(*where).moved(start)
    return Saying(Slice(clause.start, max(clause.end, names[-1].end)), names, Effect.NARROWED, reach)


def skeleton(text: str, found: Sequence[Found]) -> str:
    """The text, each formula in it one sign of its own, and blanks for what is no text."""
    parts: list[str] = []
    done = 0
    for one in sorted(found, key=lambda f: f.where.start):
        start, end = one.where.start, one.where.end
        if start < done or start == end or not isinstance(one, Formula | Display | Hidden | Comment):
            continue
        sign = {Formula: FORMULA, Display: DISPLAY}.get(type(one), " ")
        rest = REST if sign != " " else " "
        parts += [_clean(text[done:start]), sign, rest * (end - start - 1)]
        done = end
    return "".join([*parts, _clean(text[done:])])


def _clean(text: str) -> str:
    """Without references, of which the words are no words of the sentence."""
    text = _REFERENCE.sub(lambda m: " " * len(m[0]), text)
    return _PRIVATE.sub(" ", text)


_REFERENCE = re.compile(r"\\(?:eqref|c?ref|autoref|label|cite\w*)\s*\{[^{}]*\}|\]\([^()\s]*\)")


_PRIVATE = re.compile(f"[{FORMULA}{DISPLAY}{REST}]")


_MANY = 4
"""So many displays amid words, and no other formula in the text, are the formulas of the text."""
_NEAR = 200
"""How far words beside a display are looked for."""


def _is_amid(shown: str, display: Slice) -> bool:
    before = shown[max(0, display.start - _NEAR) : display.start].rpartition("\n")[2]
    beside = before + shown[display.end : display.end + _NEAR].partition("\n")[0]
    return re.search(r"[^\W\d_]", _PRIVATE.sub("", beside)) is not None


def _language(shown: str) -> str:
    """The language of which the text holds the most words; English if there are none."""
    words = " ".join(dict.fromkeys(_WORD.findall(shown[:20_000])[:1_000]))
    return max(LANGUAGES, key=lambda name: _told(words, name))


@lru_cache(maxsize=1 << 15)
def _spoken(sentence: str, language: str) -> str:
    """The language of a sentence: that of its text, unless it holds more words of another."""
    words = " ".join(_WORD.findall(sentence[:_LONG]))
    other = max(LANGUAGES, key=lambda name: _told(words, name))
    return other if _told(words, other) > _told(words, language) + 1 else language


_LONG = 1000
"""How much of a sentence tells its language."""


def _told(words: str, language: str) -> int:
    return len(compiled(_telling(LANGUAGES[language])).findall(words))


_WORD = re.compile(r"[^\W\d_\ue000-\ue002]+")
_SCRIPT = re.compile("[\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]")
"""What Chinese, Japanese and Korean are written with."""


def _telling(words: Words) -> str:
    return f"{words.common}|{words.where}|{words.let}|{words.negation}|{words.condition}"


@lru_cache(maxsize=16)
def _words_of(language: str, scripts: bool) -> Words:
    """The words of a language; with those of the languages that can be taken for no other, if some of the
    text is written as they are."""
    every = (LANGUAGES[language], *(SCRIPTS.values() if scripts else ()))
    known = ((kind, [getattr(w, kind) for w in every]) for kind in KINDS)
    return Words({n: " ".join(w) if n in LISTS else "|".join(f"(?:{one})" for one in w) for n, w in known})


def _sentences(shown: str, words: Words, headings: Sequence[Slice]) -> Iterator[tuple[int, int, bool]]:
    """Where each sentence starts and ends, and whether it is an item of a list whose opening, as
    `where` or `Notation:`, says that its items define. A heading is one of its own."""
    opened, start, before = False, 0, ""
    edges = [edge for heading in headings for edge in (heading.start, heading.end)]
    for match in [*_BOUNDARY.finditer(shown), None]:
        if match is not None and match.lastgroup == "gap" and _goes_on(shown, match):
            continue
        end = match.start() if match else len(shown)
        inside = edges[bisect_right(edges, start) : bisect_left(edges, end)]
        for first, last in pairwise([start, *inside, end]):
            sentence = shown[first:last]
            if sentence.strip():
                listed = _LISTED.match(sentence) is not None
                opened = listed and (opened or _opens_list(before, words))
                yield first, last, opened
                before = sentence
        if match is not None:
            start = match.end() if match.lastgroup == "stop" else match.start() + 1


def _goes_on(shown: str, gap: re.Match[str]) -> bool:
    """Whether a sentence goes on behind an empty line: with a display, or behind one in small letters."""
    if _DISPLAY_NEXT.match(shown, gap.end()):
        return True
    small = _SMALL.match(shown, gap.end())
    return small is not None and small[1].islower() and shown[: gap.start()].rstrip()[-1:] in (DISPLAY, REST)


_DISPLAY_NEXT = re.compile(rf"\s*{DISPLAY}")
_SMALL = re.compile(r"[\s(]*([^\W\d_])")
_LISTED = re.compile(r"[ \t>\n]*(?:\||(?:[-*+]|\d{1,9}[.)])[ \t])")


def _opens_list(sentence: str, words: Words) -> bool:
    """Whether it ends in a word that defines, or announces symbols, with no formula after it."""
    announced = compiled(words.notation).search(sentence) and not compiled(words.negation).search(sentence)
    if announced and FORMULA not in sentence:
        bare = sentence.strip(" \t>\n*_")
        return bare.startswith(("|", "#")) or bare.endswith((":", "："))
    said = compiled(f"{words.let}|{words.where}").finditer(sentence, len(sentence) - _NEAR)
    ends = [match.end() for match in said]
    return bool(ends) and _OPENS.match(sentence, ends[-1]) is not None


@dataclass
class _Walk:
    """One pass over a sentence."""

    sentence: str
    words: Words
    role: Role
    values: frozenset[int]
    """The formulas that give a name a number."""
    stating: frozenset[int]
    """Those that state a relation."""
    roles: dict[int, Role] = field(default_factory=dict)
    """Of each formula, by where it starts."""
    pairs: list[tuple[int, int]] = field(default_factory=list)
    equated: list[tuple[int, int]] = field(default_factory=list)
    spoken: dict[int, Role] = field(default_factory=dict)
    described: dict[int, bool] = field(default_factory=dict)
    anew: list[int] = field(default_factory=list)
    displays: list[tuple[int, tuple[int, int]]] = field(default_factory=list)
    """Where each display stands, and where what leads to it begins."""
    leading: dict[int, Leading] = field(default_factory=dict)
    """What the words before each display say of it."""
    shown: int = 0
    """Where the last display ends."""
    run_of: list[int] = field(default_factory=list)
    """The formulas since the last word that ends a stretch."""
    clause: int = 0
    """Where the present clause begins."""
    negated: bool = False
    """Whether the role is that of a negation that no condition holds."""
    turned: int = 0
    """Where the last negation or condition stands."""
    before: tuple[int, int] | None = None
    """The formula before."""

    def __post_init__(self) -> None:
        self.quoted = [m.span() for m in _QUOTED.finditer(self.sentence)]
        self.told = dict(described(self.sentence, self.words))
        self.run()

    def run(self) -> None:
        for match in compiled(_tokens(self.words)).finditer(self.sentence):
            kind = match.lastgroup
            if kind in ("formula", "display"):
                self._formula(match)
            elif kind in ("clause", "conjunction"):
                self.clause = match.end()
                if kind == "conjunction" and self.negated:
                    self.role = Role.PLAIN
            elif kind != "hard" and not self._is_quoted(match.start()):
                self._word(str(kind), match.start())

        if compiled(f"{self.words.replaced}|{ALL['unmeant']}").search(self.sentence):
            said = [at for at in self.stating if self.roles[at] is Role.SAID and self.sentence[at] == FORMULA]
            self.roles |= dict.fromkeys(said, Role.DENIED)
        given = {value for value in self.values if self.roles[value] is not Role.SAID}
        for before, place in self.displays:
            led = lead(self.sentence, before, place, self.roles, given, self.words)
            self.leading[place[0]] = led

    def _word(self, kind: str, at: int) -> None:
        bound = self.role in (Role.GIVEN, Role.DENIED)
        self.negated = kind == "negation" and (self.negated or not bound)
        if kind in ("let", "where"):
            if not bound or (kind == "where" and self.clause > self.turned):
                self.role = Role.SAID
            return
        self.run_of = []
        if kind in ("condition", "negation"):
            self.role, self.turned = (Role.GIVEN if kind == "condition" else Role.DENIED), at
        elif kind == "hence":
            self.role = Role.DENIED if bound else Role.INFERRED
        elif not bound:
            self.role = Role.ASSUMED

    def _is_quoted(self, at: int) -> bool:
        return any(start <= at < end for start, end in self.quoted)

    def _formula(self, match: re.Match[str]) -> None:
        start, end = match.span()
        ahead = _PRIVATE.search(self.sentence, end)
        behind = self.sentence[self.before[1] if self.before else 0 : start]
        after = self.sentence[end : ahead.start() if ahead else len(self.sentence)]
        self.roles[start] = Role.DENIED if self._is_quoted(start) else self._role(behind, after)
        self.run_of.append(start)
        if compiled(self.words.after).search(after):
            self._defined()
        if start in self.told and self.role not in (Role.GIVEN, Role.DENIED):
            self.described[start] = self.told[start]
        if start not in self.stating:
            self._speak(start, behind[-_BESIDE:], after[:_BESIDE])
        anew = compiled(rf"{_APART}(?:{self.words.anew})\s*,?\s*$").search(behind[-_BESIDE:])
        if anew and not compiled(self.words.usual).match(after) and self.role is not Role.GIVEN:
            self.anew.append(start)
        if self.before is not None and self.role is Role.SAID and _OR.fullmatch(behind):
            self.roles |= {self.before[0]: Role.PLAIN, start: Role.PLAIN}
        self._pair(start, behind)
        if match.lastgroup == "display":
            self.displays.append((self.shown, (start, end)))
            self.clause = self.shown = end
        self.before = start, end

    def _speak(self, start: int, behind: str, after: str) -> None:
        """Notes whether words say what the formula is, if it is a name."""
        if self.role is Role.GIVEN:
            return
        if self._is_gradient(behind, after):
            self.described[start] = True
        elif self._is_loss(behind, after):
            self.spoken[start] = Role.LOSS
            self.described.pop(start, None)
        elif self._is_named(behind, after):
            self.spoken[start] = Role.NAMED

    def _is_gradient(self, behind: str, after: str) -> bool:
        """`the upstream gradient $g$`, `let $g$ be the derivative of the loss`: of which is not read."""
        noun, words = ALL["gradient"], self.words
        before = compiled(rf"(?:{noun})\w*\s*\(?$").search(behind)
        is_one = compiled(rf"\s*,?\s*(?:{words.being}|{words.article}|denote)").match(after)
        return before is not None or (
            is_one is not None and compiled(rf"{noun}|[对對]\s*$").search(_first(after)) is not None
        )

    def _is_loss(self, behind: str, after: str) -> bool:
        """`the loss $V$`, `$V$ is the cost`, `den Verlust nennen wir $V$`."""
        loss, word = self.words.loss, r"(?:(?!of\b)\w+\s+){0,2}"
        before = compiled(rf"(?:{loss})\w{{0,3}}\s+{word}\(?$").search(behind)
        return before is not None or compiled(rf"\s*,?\s*{word}(?:{loss})").match(after) is not None

    def _is_named(self, behind: str, after: str) -> bool:
        """`the gain $c$`, `$c$ is the gain`, or `$c$: gain` as an item."""
        article, being = self.words.article, self.words.being
        item = _ITEM.fullmatch(behind) and _ENTRY.match(after)
        before = compiled(rf"\b(?:{article})\s+(?:{_ADJECTIVE}\s+)?{_NOUN}\s+\(?$").search(behind)
        is_one = compiled(rf"\s*,?\s*(?:(?:{being})\s+)?(?:\w+\s+)?(?:{article})").match(after)
        return bool(item or before or is_one)

    def _role(self, behind: str, after: str) -> Role:
        if self.role is Role.DENIED:
            return self.role
        each = rf"(?:{self.words.each})\s*(?:\w+\s+){{0,3}}$"
        if compiled(each).search(behind) or compiled(self.words.given_after).search(after):
            return Role.GIVEN
        beside = behind[-30:] + " " + _first(after)
        plain = self.role in (Role.PLAIN, Role.INFERRED)
        if plain and compiled(self.words.constant).search(beside):
            return Role.ASSUMED
        return self.role

    def _defined(self) -> None:
        """A word such as `とする` makes definitions of the formulas before it."""
        for place in self.run_of:
            if self.roles[place] in (Role.PLAIN, Role.ASSUMED):
                self.roles[place] = Role.SAID

    def _pair(self, start: int, between: str) -> None:
        if self.before is None or self.role is Role.DENIED:
            return
        joins = self.words.joins + (f"|{self.words.joins_let}" if self.role is Role.SAID else "")
        if compiled(rf"(?:{self.words.calls})\s*$").search(
            self.sentence[max(0, self.before[0] - 20) : self.before[0]]
        ):
            joins += "|"
        item = _ITEM.fullmatch(self.sentence, 0, self.before[0])
        weak = rf"[,(]?\s*(?:{self.words.being}|=)" + ("|[:：—–]" if item else "")
        said = self.role is Role.SAID
        if compiled(rf"\s*(?:{joins}|:=)\s*").fullmatch(between) or (
            said and compiled(rf"\s*(?:{weak})\s*").fullmatch(between)
        ):
            self.pairs.append((self.before[0], start))
        elif compiled(rf"\s*(?:{weak})\s*").fullmatch(between):
            self.equated.append((self.before[0], start))


def _first(after: str) -> str:
    """The clause behind a formula."""
    return _CLAUSE.split(after.lstrip(" —–"), maxsplit=1)[0]


_walked = lru_cache(maxsize=1 << 15)(_Walk)
"""What was found in a sentence, wherever it stands: few change from one edit of a note to the next."""


def _tokens(words: Words) -> str:
    kinds = ("conjunction", "negation", "condition", "assume", "hence", "where", "let")
    named = "|".join(f"(?P<{kind}>{getattr(words, kind)})" for kind in kinds)
    shown = rf"(?P<formula>{FORMULA}{REST}*)|(?P<display>{DISPLAY}{REST}*)"
    return rf"{shown}|(?P<hard>{words.not_hard})|{named}|(?P<clause>{_CLAUSE.pattern})"
