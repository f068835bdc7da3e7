r"""Small changes of one expression's LaTeX: the slips that people make, undone.

An edit replaces a stretch of the author's own text, so that nothing else of it changes. Which
edits are worth a try is all that is decided here: text only, no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\d+|[A-Za-z]|\S")
_SCRIPT = r"(?:\s*[_^]\s*(?:\{[^{}]*\}|\\[A-Za-z]+|\w|\*))"
_NORM_END = re.compile(r"(?:\\Vert|\\rVert|\\\||\\parallel|\\rangle|\|)\s*(?:_\s*\{?2\}?)?")
_ACCENT = re.compile(r"\\(hat|bar|tilde)\s*(?:\{([^{}]*)\}|(\\[A-Za-z]+|\w))")
_SUM = re.compile(r"\\sum(?:\\limits)?\s*_\s*(?:\{\s*(\w)\s*(?:=[^{}]*)?\}|(\w))")


@dataclass(frozen=True, slots=True)
class Edit:
    """`text[start:end]` becomes `new`."""

    start: int
    end: int
    new: str
    kind: str
    """What was wrong, in the words of a report."""
    cost: int = 1

    def apply(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]


@dataclass(frozen=True, slots=True)
class Place:
    """What an expression may be changed with: names that scale it, and names that have an accent."""

    factors: tuple[str, ...]
    accented: tuple[str, ...]
    letters: tuple[str, ...]
    """Free index letters of the chain."""


def signs(text: str, place: Place) -> Iterator[Edit]:
    """A sign the wrong way round, of one term or of all."""
    for token in _TOKEN.finditer(text):
        if token.group() in "+-" and not _in_script(text, token.start()):
            new = "-" if token.group() == "+" else "+"
            yield Edit(token.start(), token.end(), new, "a sign")
    bare = text.lstrip()
    at = len(text) - len(bare)
    if bare.startswith("-"):
        yield Edit(at, at + 1, "", "a sign")
    else:
        yield Edit(at, at, "-", "a sign")
    if len(_terms(text)) > 1:
        whole = rf"-\left( {text.strip()} \right)"
        yield Edit(at, len(text.rstrip()), whole, "the sign of the whole", 2)


def accents(text: str, place: Place) -> Iterator[Edit]:
    """A hat too many, or one that is missing."""
    covered = []
    for found in _ACCENT.finditer(text):
        covered.append(found.span())
        yield Edit(*found.span(), _apart(text, found.end(), found.group(2) or found.group(3)), "a hat")
    for full in place.accented:
        accent = _ACCENT.fullmatch(full)
        inner = accent and (accent.group(2) or accent.group(3))
        for token in _TOKEN.finditer(text) if inner else ():
            if token.group() == inner and not any(a <= token.start() < b for a, b in covered):
                yield Edit(*token.span(), full, "a hat")


def squares(text: str, place: Place) -> Iterator[Edit]:
    """A square that is missing, or one too many."""
    for found in _NORM_END.finditer(text):
        if not text[found.end() :].lstrip().startswith("^") and _closes(text, found.start()):
            yield Edit(found.end(), found.end(), "^2", "a square")
    for found in re.finditer(r"\^\s*(?:\{2\}|2)", text):
        yield Edit(*found.span(), "", "a square")
    for found in re.finditer(r"[\)\}]|\\[a-z]+(?![A-Za-z{])", text):
        if not text[found.end() :].lstrip().startswith(("^", "_")) and _squarable(text, found):
            yield Edit(found.end(), found.end(), "^2", "a square")


def factors(text: str, place: Place) -> Iterator[Edit]:
    """A factor that is missing above or below, or one too many."""
    starts = [start for start, _ in _terms(text)]
    for name in place.factors:
        gap = " " if name[-1].isalpha() else ""
        for start in starts:
            yield Edit(start, start, name + gap, "a factor", 2)
            yield Edit(start, start, rf"\frac{{1}}{{{name}}} ", "a factor", 3)
        for group in re.finditer(r"\\[dt]?frac\s*\{|\}\s*\{", text):
            yield Edit(group.end(), group.end(), name + gap, "a factor", 2)
    if len(starts) > 1:
        for name in place.factors:
            whole = rf"{name} \left( {text.strip()} \right)"
            at = len(text) - len(text.lstrip())
            yield Edit(at, len(text.rstrip()), whole, "a factor", 3)
    for name in place.factors:
        for found in re.finditer(re.escape(name) + r"(?![A-Za-z])" + _SCRIPT + "?", text):
            if not _in_script(text, found.start()):
                rest = "1" if _alone(text, *found.span()) else ""
                yield Edit(*found.span(), rest, "a factor")
                yield Edit(*found.span(), rf"\frac{{1}}{{{found.group()}}}", "a factor", 2)


def powers(text: str, place: Place) -> Iterator[Edit]:
    """An exponent that is off by one."""
    for found in re.finditer(r"\^\s*(?:\{(-?\d)\}|(\d))", text):
        n = int(found.group(1) or found.group(2))
        for other in (n - 1, n + 1):
            if other not in (0, 1):
                yield Edit(*found.span(), f"^{other}" if 0 < other < 10 else f"^{{{other}}}", "a power")


def roots(text: str, place: Place) -> Iterator[Edit]:
    """A root too many."""
    for found in re.finditer(r"\\sqrt\s*\{([^{}]*)\}", text):
        yield Edit(*found.span(), found.group(1), "a root")


def sums(text: str, place: Place) -> Iterator[Edit]:
    """A sum that is missing, one too many, or over a letter that is taken."""
    used = set(re.findall(r"[A-Za-z]", text)) | set(place.letters)
    fresh = next(letter for letter in "jklpqr" if letter not in used)
    for found in _SUM.finditer(text):
        yield Edit(*found.span(), "", "a sum")
        letter = found.group(1) or found.group(2)
        end = next((e for s, e in _terms(text, found.start()) if s <= found.start() < e), len(text))
        inside = _renamed(text[found.start() : end], letter, fresh)
        yield Edit(found.start(), end, inside, "an index that is taken")
    starts = [start for start, _ in _terms(text)]
    letters = sorted(set(re.findall(r"_\s*\{?\s*([a-l])", text)))
    for letter in letters:
        for start in starts:
            yield Edit(start, start, rf"\sum_{letter} ", "a missing sum")


def transposes(text: str, place: Place) -> Iterator[Edit]:
    """A transpose too many, or one that is missing."""
    for found in re.finditer(r"\^\s*(?:\{?(?:T|\\top)\}?)", text):
        yield Edit(*found.span(), "", "a transpose")
    for found in re.finditer(r"(?<![\\A-Za-z{])[A-Z](?![A-Za-z_^{])", text):
        yield Edit(found.end(), found.end(), "^T", "a transpose")


EDITS: tuple[Callable[[str, Place], Iterator[Edit]], ...] = (
    signs, accents, squares, roots, factors, powers, sums, transposes,
)  # fmt: skip
"""In the order in which repairs of equal cost are preferred."""


def edits(text: str, place: Place) -> list[Edit]:
    """All single edits of an expression, the cheapest first, each once."""
    found = dict.fromkeys(edit for kind in EDITS for edit in kind(text, place))
    return sorted(found, key=lambda edit: edit.cost)


def pairs(single: Sequence[Edit]) -> Iterator[tuple[Edit, Edit]]:
    """Two edits of different places, the later one first."""
    for k, a in enumerate(single):
        for b in single[:k]:
            if a.end < b.start or b.end < a.start:
                yield (a, b) if a.start > b.start else (b, a)


# -- where a text can be changed -------------------------------------------------------


def _terms(text: str, inside: int = 0) -> list[tuple[int, int]]:
    """The terms of the level at which position `inside` lies, as stretches without their signs."""
    depth, level = 0, None
    marks: list[tuple[int, int, str]] = []
    for token in _TOKEN.finditer(text):
        word = token.group()
        if word in ("}", ")", "]", r"\}", r"\rangle"):
            depth -= 1
            marks.append((token.start(), depth, "close"))
        if level is None and token.start() >= inside:
            level = depth
        if word in "+-":
            marks.append((token.start(), depth, "sign"))
        if word in ("{", "(", "[", r"\{", r"\langle"):
            marks.append((token.end(), depth, "open"))
            depth += 1
    level = level or 0
    cuts = [0] if level == 0 else [p for p, d, w in marks if w == "open" and d == level - 1 and p <= inside]
    begin = cuts[-1] if cuts else 0
    ends = [p for p, d, w in marks if w == "close" and d == level - 1 and p > inside]
    finish = ends[0] if ends else len(text)
    signs = [p for p, d, w in marks if w == "sign" and d == level and begin <= p < finish]
    starts = [begin, *(p + 1 for p in signs)]
    stretches = zip(starts, [*signs, finish], strict=True)
    return [_trimmed(text, a, b) for a, b in stretches if text[a:b].strip()]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    inner = text[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())


def _in_script(text: str, position: int) -> bool:
    """Whether the position lies in a subscript or superscript."""
    depth = 0
    for k in range(position - 1, -1, -1):
        if text[k] == "}":
            depth += 1
        elif text[k] == "{":
            depth -= 1
            if depth < 0:
                return text[:k].rstrip().endswith(("_", "^"))
        elif depth == 0 and not text[k].isspace():
            if text[k] in "_^" and k == position - 1:
                return True
            if text[k] in "()":
                return False
    return False


def _closes(text: str, position: int) -> bool:
    """Whether the bar at `position` is the second of its pair."""
    bars = [m.start() for m in re.finditer(r"\\[lr]?Vert|\\\||\\parallel|(?<!\\)\|", text)]
    return text.startswith((r"\rangle", r"\rVert"), position) or bars.index(position) % 2 == 1


def _squarable(text: str, found: re.Match[str]) -> bool:
    word = found.group()
    return word == ")" or (word.startswith("\\") and word[1:] in ("sigma", "gamma", "lambda", "mu"))


def _alone(text: str, start: int, end: int) -> bool:
    """Whether nothing stands beside the stretch in its group."""
    before, after = text[:start].rstrip(), text[end:].lstrip()
    return (not before or before[-1] in "{(+-") and (not after or after[0] in "})+-")


def _apart(text: str, end: int, word: str) -> str:
    """The word, kept apart from a letter that follows."""
    return word + " " if word.startswith("\\") and text[end : end + 1].isalpha() else word


def _renamed(text: str, old: str, new: str) -> str:
    """The letter replaced where it is an index."""
    return re.sub(rf"(?<=[_{{\s,]){old}(?=[}}\s,=]|(?![A-Za-z]))", new, text)
