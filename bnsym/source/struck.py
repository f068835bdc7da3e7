r"""What an author has struck out, `~~…~~`, `<del>…</del>`, `\sout{…}`: it is not there any more, as if it
stood in a comment, and defines, assumes and claims nothing. Headings stay, for what stands below them.
Linear in the text. Imports `markdown`'s data and `text` only.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence

from bnsym.source.markdown import Found, Hidden
from bnsym.source.text import Heading, Slice

_TAG = re.compile(r"<(?P<end>/?)(?:del|s|strike)(?=[\s>])[^<>]*>", re.IGNORECASE)
_MARK = re.compile(
    r"(?<!~)(?P<two>~~)(?!~)|(?<![^\s(*_>])(?P<opens>~)(?=[^\s~])|(?<=[^\s~])(?P<closes>~)(?![\w~(])"
    r"|(?P<gap>\n[ \t>]*(?=\n|\Z))"
)
_BRACE = re.compile(
    r"(?P<struck>\\(?:sout|xout|st|hcancel|deleted)\s*\{)|\\.|(?P<other>\{)|(?P<close>\})", re.DOTALL
)


def without_struck(text: str, found: Sequence[Found], *, markdown: bool) -> tuple[Found, ...]:
    """What was found, but for what is struck out; in LaTeX two tildes are spaces."""
    shown = _outside(text, found)
    marked = markdown and "~" in shown
    stretches = [*_braced(shown), *_tagged(shown), *(_marked(shown) if marked else ())]
    if not stretches:
        return tuple(found)
    return tuple(sorted((*_kept(found, stretches), *map(Hidden, stretches)), key=lambda one: one.where.start))


def _outside(text: str, found: Sequence[Found]) -> str:
    """The text with what is no running text overwritten; tags are left."""
    parts: list[str] = []
    done = 0
    for one in sorted(found, key=lambda one: one.where.start):
        start, end = max(done, one.where.start), one.where.end
        if end > start and not isinstance(one, Heading) and not _TAG.match(text, start):
            parts += [text[done:start], "x" * (end - start)]
            done = end
    return "".join([*parts, text[done:]])


def _kept(found: Sequence[Found], stretches: Sequence[Slice]) -> Iterator[Found]:
    starts: list[int] = []
    reach = [0]
    """How far the stretches go that begin before each start."""
    for where in sorted(stretches, key=lambda where: where.start):
        starts.append(where.start)
        reach.append(max(where.end, reach[-1]))
    for one in found:
        if isinstance(one, Heading) or one.where.start >= reach[bisect_right(starts, one.where.start)]:
            yield one


def _tagged(shown: str) -> Iterator[Slice]:
    opened: list[int] = []
    for match in _TAG.finditer(shown):
        if not match["end"]:
            opened.append(match.start())
        elif opened:
            yield Slice(opened.pop(), match.end())


def _marked(shown: str) -> Iterator[Slice]:
    """Between two marks of one width, in one paragraph."""
    opened: dict[int, int] = {}
    for match in _MARK.finditer(shown):
        width = match.end() - match.start()
        if match["gap"] is not None:
            opened = {}
        elif width in opened and not match["opens"]:
            yield Slice(opened.pop(width), match.end())
        elif not match["closes"]:
            opened[width] = match.start()


def _braced(shown: str) -> Iterator[Slice]:
    opened: list[int | None] = []
    """Where each open brace's command begins, if it strikes out."""
    for match in _BRACE.finditer(shown):
        if match["struck"]:
            opened.append(match.start())
        elif match["other"]:
            opened.append(None)
        elif match["close"] and opened and (start := opened.pop()) is not None:
            yield Slice(start, match.end())
