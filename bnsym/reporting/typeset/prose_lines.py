r"""A note's prose as LaTeX, made of what the HTML report shows of it.

All text is escaped. Of a paragraph in letters that pdflatex has no font for, the formulas are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

from bnsym.reporting.authored import Barred, safe_math
from bnsym.reporting.typeset.tex_lines import escaped

_HEADINGS = {"h1": "title", "h2": "heading"} | dict.fromkeys(("h3", "h4", "h5", "h6"), "subheading")
_INLINE = {"em": r"\emph{", "strong": r"\textbf{", "code": r"\texttt{"}
_BLOCKS = frozenset((*_HEADINGS, *"p li tr pre blockquote".split()))
_BEFORE = {"td": r"\quad ", "th": r"\quad ", "br": r"\newline "}
MOST = 5
"""Letters of a paragraph that pdflatex has no font for."""


def prose(html: str) -> Iterator[str]:
    """A line for each paragraph and heading."""
    reader = _Reader()
    reader.feed(f"{html}<p>")
    yield from reader.lines


def math(latex: str) -> str:
    """An author's formula; as text where it is nothing that can be let through."""
    try:
        return rf"\ensuremath{{{safe_math(latex)}}}"
    except Barred:
        return rf"\texttt{{{escaped(latex)}}}"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.parts: list[str] = []
        self.formulas: list[str] = []
        self.kind, self.bullet = "saying", ""
        self.muted = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self._end()
            self.kind = _HEADINGS.get(tag, "saying")
            self.bullet = r"\ensuremath{\bullet} " if tag == "li" else self.bullet
        if tag == "math":
            self.muted = True
            self.formulas.append(math(dict(attributes)["aria-label"] or ""))
            self.parts.append(self.formulas[-1])
        self.parts.append(_BEFORE.get(tag, "") or _INLINE.get(tag, ""))

    def handle_endtag(self, tag: str) -> None:
        self.muted = self.muted and tag != "math"
        self.parts.append("}" * (tag in _INLINE))
        if tag in _BLOCKS:
            self._end()

    def handle_data(self, data: str) -> None:
        self.parts.append("" if self.muted else escaped(data))

    def _end(self) -> None:
        text = "".join(self.parts).strip()
        shown = ", ".join(self.formulas) if text.count(r"\bnsymunicode") > MOST else text
        if shown:
            self.lines.append(rf"\bnsym{self.kind}{{{self.bullet}{shown}}}")
            self.bullet = ""
        self.parts, self.formulas = [], []
