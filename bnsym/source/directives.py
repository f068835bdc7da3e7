"""Directives: what `<!-- bnsym: … -->`, or `% bnsym: …` in LaTeX, says, and whether it says it well.

A directive whose name or options are not known is an error, never ignored: a `refuted`
that is passed over would let a formula through. Finds nothing by itself; `document`
hands in the comment. Imports `model` and `source` only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches

from bnsym.model import Severity
from bnsym.source.text import Directive, Slice


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic whose place is still counted in code points."""

    code: str
    message: str
    where: Slice
    hint: str = ""
    severity: Severity = Severity.ERROR


@dataclass(frozen=True, slots=True)
class _Shape:
    """What a directive of one name takes."""

    example: str
    """How it is written well; shown as the hint."""
    keys: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    formulas: range = range(1)
    """How many formulas it may have."""
    words: tuple[str, ...] = ()
    """Bare words, one of which is needed; it becomes the option `mode`."""
    of_block: bool = False
    """Whether it speaks of the display formula after it."""


_COMMA = re.compile(r"(?:,|and\b)(?=\s*\$)")
"""Between formulas of which there may be several."""
_MANY = range(1, 1000)
SHAPES: dict[str, _Shape] = {
    "define": _Shape("<!-- bnsym: define -->", ("id",), of_block=True),
    "claim": _Shape("<!-- bnsym: claim id=input-gradient -->", ("id",), of_block=True),
    "refuted": _Shape(
        '<!-- bnsym: refuted reason="a factor is lost" -->',
        ("id", "reason", "at", "link"),
        ("reason",),
        of_block=True,
    ),
    "skip": _Shape(
        '<!-- bnsym: skip reason="a picture, not a formula" -->',
        ("id", "reason", "code", "link"),
        ("reason",),
        of_block=True,
    ),
    "let": _Shape(r"<!-- bnsym: let $\nabla_x L$ = $\partial f/\partial y$ -->", formulas=range(2, 3)),
    "assume": _Shape(r"<!-- bnsym: assume $\gamma^2 \le \sigma^2$ -->", formulas=_MANY),
    "index": _Shape("<!-- bnsym: index $i,k = 1..N$ -->", formulas=range(1, 2)),
    "label": _Shape("<!-- bnsym: label $j$ -->", formulas=_MANY),
    "loss": _Shape("<!-- bnsym: loss $f(y)$ -->", formulas=range(1, 2)),
    "partial": _Shape("<!-- bnsym: partial total -->", words=("total", "local")),
}
_OPENING = re.compile(r"<!--\s*bnsym:\s*|%+[ \t]*bnsym:[ \t]*")
_MISPLACED = re.compile(rf"(?<![\\%])(?:{_OPENING.pattern})[^\n]*")
_CLOSING = "-->"
_NAME = re.compile(r"[^\s=\"'$>]+")
_PART = re.compile(
    r"""(?P<key>[\w-]+)=(?:"(?P<double>[^"]*)"|'(?P<single>[^']*)'|“(?P<curly>[^”]*)”|(?P<bare>[^\s"'“$]+))
    |\$(?P<formula>(?:\\.|[^\\$])+)\$ | (?P<is>:?=) | (?P<word>[\w-]+)(?!\S)""",
    re.VERBOSE | re.DOTALL,
)
_SPACE = re.compile(r"[\s>]*")
_LINK = r"\d{1,6}(?:-\d{1,6}|(?:\+\d{1,6})+)?"
_LINKS = re.compile(rf"{_LINK}(?:\s*,\s*{_LINK})*")
_ID = re.compile(r"[^\s#]+")


def opens(text: str, start: int) -> bool:
    """Whether the comment that opens at `start` is meant for bnsym."""
    return _OPENING.match(text, start) is not None


def misplaced(text: str, inside: Slice) -> Iterator[Problem]:
    """The directives inside a formula, where the author means something by them and nothing is read."""
    if "bnsym:" not in text[inside.start : inside.end]:
        return
    for match in _MISPLACED.finditer(text, inside.start, inside.end):
        said = "The directive stands inside a formula, where nothing of it is read"
        hint = "put it before the formula, and name a link with link=2"
        yield Problem("BN107", said, Slice(*match.span()), hint)


def parse(text: str, start: int, end: int) -> tuple[Directive | None, list[Problem]]:
    """The directive in the comment `start` to `end`, and what is wrong with it.

    None where nothing can be made of it. A block's directive with a mistake in its
    options is still returned, so that its block stays what the author declared it."""
    where = Slice(start, end)
    end -= len(_CLOSING) * text.startswith(_CLOSING, end - len(_CLOSING))
    opening = _OPENING.match(text, start, end)
    name = _NAME.match(text, opening.end(), end) if opening else None
    if name is None:
        shown = "BN107", "The directive has no name after `bnsym:`", where
        return None, [Problem(*shown, f"the directives are {', '.join(SHAPES)}")]
    word = name.group()
    if word not in SHAPES:
        hint = suggestion(word, SHAPES, "the directives are")
        return None, [Problem("BN103", f"`{word}` is not a directive of bnsym", Slice(*name.span()), hint)]
    reading = _Reading(text, word, where)
    reading.run(name.end(), end)
    directive = Directive(word, reading.options, tuple(reading.formulas), where)
    usable = SHAPES[word].of_block or not reading.problems
    return directive if usable else None, reading.problems


def suggestion(word: str, known: Iterable[str], otherwise: str) -> str:
    """`did you mean …?`, or the list of what there is."""
    known = list(known)
    close = get_close_matches(word.lower(), known, 1)
    return f"did you mean `{close[0]}`?" if close else f"{otherwise} {', '.join(known) or 'none'}"


@dataclass(slots=True)
class _Reading:
    """What has been read of one directive so far."""

    text: str
    name: str
    where: Slice
    options: dict[str, str] = field(default_factory=dict)
    formulas: list[Slice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    equals: list[int] = field(default_factory=list)
    """Before which formula, by number, a `=` stands."""

    def run(self, start: int, end: int) -> None:
        position = self._skip(start, end)
        while position < end:
            part = _PART.match(self.text, position, end)
            if part is None:
                self._unreadable(position, end)
                break
            self._take(part)
            position = self._skip(part.end(), end)
            if part["formula"] is not None and SHAPES[self.name].formulas == _MANY:
                comma = _COMMA.match(self.text, position, end)
                position = self._skip(comma.end(), end) if comma else position
        if not self.problems:
            self._complete()
        for key in SHAPES[self.name].needs:
            self.options.setdefault(key, "")

    def _skip(self, position: int, end: int) -> int:
        space = _SPACE.match(self.text, position, end)
        return space.end() if space else position

    def _take(self, part: re.Match[str]) -> None:
        if part["formula"] is not None:
            self.formulas.append(Slice(*part.span("formula")))
        elif part["is"]:
            self.equals.append(len(self.formulas))
        elif part["word"]:
            self._word(part)
        else:
            self._option(part)

    def _word(self, part: re.Match[str]) -> None:
        if part["word"] in SHAPES[self.name].words and "mode" not in self.options:
            self.options["mode"] = part["word"]
        else:
            self._bad(f"`{part['word']}` has no meaning in a `{self.name}` directive", Slice(*part.span()))

    def _option(self, part: re.Match[str]) -> None:
        key, where = part["key"], Slice(*part.span())
        value = next(part[g] for g in ("double", "single", "curly", "bare") if part[g] is not None)
        keys = SHAPES[self.name].keys
        if key not in keys:
            hint = suggestion(key, keys, f"the options of `{self.name}` are")
            self.problems.append(Problem("BN104", f"`{self.name}` has no option `{key}`", where, hint))
        elif key in self.options:
            self._bad(f"The option `{key}` is given twice", where)
        else:
            self.options[key] = " ".join(value.split())
            self._value(key, self.options[key], where)

    def _value(self, key: str, value: str, where: Slice) -> None:
        if not value:
            self._bad(f"The option `{key}` is empty", where)
        elif key == "link" and link_labels(value) is None:
            hint = "write link=2, link=2,3, link=1-3, or link=2+3 for a link that bridges 2 and 3"
            self._bad(f"`link={value}` is not a list of link numbers", where, hint)
        elif key == "id" and not _ID.fullmatch(value):
            self._bad("An id has no spaces and no `#`, so that `note.md#id` can name it", where)

    def _unreadable(self, position: int, end: int) -> None:
        rest = self.text[position:end]
        quote = re.match(r"[\w-]+=[\"'“]", rest)
        if quote:
            message = f"The quotation mark after `{quote.group()[:-1]}` is never closed"
        elif rest.startswith("$"):
            message = "The formula is empty, or its `$` is never closed"
        else:
            message = f"`{rest.split()[0]}` cannot be read in a `{self.name}` directive"
        self._bad(message, Slice(position, end))

    def _complete(self) -> None:
        """Whether everything is there that a directive of this name needs."""
        shape, count = SHAPES[self.name], len(self.formulas)
        for key in shape.needs:
            if key not in self.options:
                self._bad(f"A `{self.name}` directive needs a {key}", self.where)
        if shape.words and "mode" not in self.options:
            self._bad(f"`{self.name}` needs the word {' or '.join(shape.words)}", self.where)
        if count not in shape.formulas:
            self._bad(f"`{self.name}` takes {_amount(shape.formulas)}, and here it has {count}", self.where)
        elif self.equals != ([1] if self.name == "let" else []):
            wrong = "needs one" if self.name == "let" else "takes no"
            self._bad(f"`{self.name}` {wrong} `=` outside its formulas", self.where)

    def _bad(self, message: str, where: Slice, hint: str = "") -> None:
        self.problems.append(Problem("BN107", message, where, hint or f"write {SHAPES[self.name].example}"))


def _amount(formulas: range) -> str:
    if formulas == _MANY:
        return "one formula or more, each between dollar signs"
    words = ("no formula", "one formula between dollar signs", "two formulas, each between dollar signs")
    return words[formulas.start]


def link_labels(value: str) -> tuple[str, ...] | None:
    """`2,4-6,7+8` as the labels 2, 4, 5, 6, 7+8; None where it is no such list."""
    if not _LINKS.fullmatch(value):
        return None
    labels: list[str] = []
    for part in value.replace(" ", "").split(","):
        first, dash, last = part.partition("-")
        if dash and int(first) > int(last):
            return None
        labels += map(str, range(int(first), min(int(last), int(first) + 999) + 1)) if dash else [part]
    return tuple(labels)
