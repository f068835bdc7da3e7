"""What the Markdown side of reading hands to the LaTeX side.

A slice is a stretch of the file's text by code-point offsets. The text is *masked*
before it is sliced: comments, alignment marks, quotation prefixes and spacing are
overwritten by blanks of the same length, so an offset in a formula is an offset in
the text, and every span is exact. Imports `model` and `source_map` only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import cache, cached_property
from typing import TypeVar

from bnsym.model import Span
from bnsym.source.source_map import Places

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Slice:
    """The code points `start` (inclusive) to `end` (exclusive) of a file's text."""

    start: int
    end: int

    @property
    def at(self) -> tuple[int, int]:
        return self.start, self.end

    def moved(self, offset: int) -> Slice:
        return Slice(self.start + offset, self.end + offset)


def relocated(told: T, place: Callable[[int], int]) -> T:
    """The same, with each slice in it, at any depth, where `place` says that its ends are."""
    match told:
        case Slice(start, end):
            return Slice(place(start), place(end))  # type: ignore[return-value]
        case dict():
            return {relocated(k, place): relocated(v, place) for k, v in told.items()}  # type: ignore[return-value]
        case tuple() | list() | set():
            return type(told)(relocated(one, place) for one in told)
    if not is_dataclass(told) or isinstance(told, type):
        return told
    new = object.__new__(type(told))
    for name in _names(type(told)):
        value = getattr(told, name)
        flat = not value or isinstance(value, str)
        object.__setattr__(new, name, value if flat else relocated(value, place))
    return new


@cache
def _names(kind: type) -> list[str]:
    return [one.name for one in fields(kind)]


@dataclass(frozen=True)
class Source:
    """The text that is read and its masked twin of the same length; `places` says where they stand
    in the file, of which they are the text itself if it is left out."""

    file: str
    text: str
    masked: str
    places: Places | None = None

    def span(self, start: int, end: int) -> Span:
        return self._places.span(self.file, start, end)

    def slice(self, span: Span) -> Slice:
        """Where a span of this file stands in the text."""
        return Slice(*span.offsets)

    def ink(self, where: Slice) -> tuple[int, int]:
        """Where it stands in the text, without the white space around it."""
        shown = self.masked[where.start : where.end]
        start = where.start + len(shown) - len(shown.lstrip())
        return start, max(start, where.end - len(shown) + len(shown.rstrip()))

    def range(self, where: Slice) -> tuple[int, int]:
        """The stretch of the file that it comes from."""
        return self._places.range(where.start, where.end)

    def edit(self, start: int, end: int, new: str) -> tuple[int, int, str] | None:
        """The edit of the file that replaces text[start:end]; None where there is none."""
        return self._places.edit(start, end, new)

    @cached_property
    def _places(self) -> Places:
        return self.places or Places(self.text)


@dataclass(frozen=True, slots=True)
class Sign:
    """A relation sign: `=`, `:=`, `\\equiv`, `\\le`, `<`, `\\ge`, `>`, `\\ne`; `symbol` is canonical."""

    symbol: str
    where: Slice
    silent: bool = False
    """Whether it states nothing that is decided: `\\approx`, `\\in`."""
    word: bool = False
    """Whether it is a word that makes another statement of both sides: `\\text{or}`."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A stretch beside or in a chain that is not understood, and why; it hides one expression of the
    chain, whose value it may change, or all of them (None)."""

    where: Slice
    code: str
    why: str
    hint: str = ""
    expression: int | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """`e0 s1 e1 s2 e2 ...`: len(expressions) == len(signs) + 1, signs maybe none."""

    expressions: tuple[Slice, ...]
    signs: tuple[Sign, ...]
    conditions: tuple[Slice, ...] = ()
    """`k > 0` after it, said to be such by `\\text{for}` and the like or by brackets."""
    beside: tuple[int, ...] = ()
    """Of an order of names that stands to the right of other chains in its row with no word between:
    the places of these among the block's chains. Its names tell whether it is a condition of them."""
    unread: tuple[Unread, ...] = ()
    reasons: tuple[tuple[int, int], ...] = ()
    """From which expression on another of the block's chains is its reason (`\\text{since }`), and which."""
    doubt: Unread | None = None
    """Words beside it of which it is not known what they say: the links from this expression on may hold only
    in part, and are never refuted."""
    implied: bool = False
    """Whether `\\Rightarrow` or `\\iff` stands in its row: it may hold only where the other side does."""
    partly: tuple[Slice, ...] = ()
    """Conditions beside it with words that are not known: `i \\text{ is valid}`."""
    cased: bool = False
    """Whether its sentence says that it holds in a case: in the symmetric case, for equal gains."""
    claims: bool = True
    """Whether its relations can be true or false: those of `x \\sim p` and `a \\approx b` state nothing."""

    @property
    def where(self) -> Slice:
        return Slice(min(e.start for e in self.expressions), max(e.end for e in self.expressions))


@dataclass(frozen=True, slots=True)
class Directive:
    """`<!-- bnsym: name key=value ... $formula$ ... -->`, its name and keys known to be good."""

    name: str
    options: dict[str, str]
    formulas: tuple[Slice, ...]
    where: Slice


@dataclass(frozen=True, slots=True)
class Block:
    """One display formula with the directives that stand before it."""

    chains: tuple[Chain, ...]
    directives: tuple[Directive, ...]
    where: Slice
    name: str
    """The id for its links: the directive's, the `\\label`'s, or `heading-slug-N`."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The start of a section; hypotheses last to the next heading of this level or above."""

    level: int
    title: str
    where: Slice


class Role(Enum):
    """What the words around a formula in running text let it do."""

    SAID = "after let, where, with, denote: it defines, assumes an order, says a kind"
    ASSUMED = "after assume, suppose: it assumes an order, says a kind"
    GIVEN = "after if, when, for: a condition of its sentence"
    PLAIN = "no such word"
    INFERRED = "after then, hence, so: a claim"
    DENIED = "in a negated sentence, or between quotation marks"
    LOSS = "a bare name of which words say that it is the loss"
    NAMED = "a bare name of which words say what it is, in terms that leave no value out: a gain"


@dataclass(frozen=True, slots=True)
class Remark:
    """A formula in running text that states a relation, and what its sentence makes of it."""

    chains: tuple[Chain, ...]
    role: Role
    where: Slice
    shown: bool = False
    """Whether it stands between `$$`: then it may define a name without a word that says so."""
    anew: bool = False
    """Whether it stands behind a word that says something from there on: `let`, `now`."""
    rank: int | None = None
    """How many axes words say that it has: 0 of a number, 1 of a vector, 2 of a matrix, -1 of a row."""
    described: bool | None = None
    """Whether words say of its name what leaves values out, or may, also if it is a number: a mean, positive,
    orthogonal; None if they don't."""
    named: bool = False
    """Whether words say that its equation is what a name is: `the mean is $c = …$`."""


class Effect(Enum):
    HELD = "names are taken for constants: derivatives through them are others"
    REPLACED = "names stand for something else than their formulas say"
    FREED = "names stand for any such thing, and for what a formula before says of them no more"
    NARROWED = "only some sizes or inputs are meant"
    SEEDED = "the derivatives of a loss by its outputs have values that are not understood"
    STATED = "a property that is not understood: any values that have it may be meant"
    ALIEN = "another arithmetic is meant than that of real numbers"
    UNSORTED = "names are of a sort that is not known to be numbers or arrays"
    UNORDERED = "names may be matrices, of whose products the order matters"
    WAIVED = "what was assumed of names before may hold no more"
    UNKNOWN = "words that are not known: they may say which values are meant"
    VALUED = "words that may leave numbers out, or make them 0 or 1"


@dataclass(frozen=True, slots=True)
class Saying:
    """What words say of names, or of all, that changes what is claimed by what stands in its reach."""

    where: Slice
    names: tuple[Slice, ...]
    effect: Effect
    reach: Slice


Item = Block | Directive | Heading | Remark | Saying
"""What a document is, in order. A bare Directive is one that needs no block (let, assume, index, ...)."""
