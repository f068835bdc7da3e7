"""A note's Markdown prose as HTML: raw HTML is text, links go to the web or to the page only,
`$…$` is mathematics. Formulas and directives have been cut out before."""

from __future__ import annotations

import re
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from bnsym.reporting.pages.mathml import mathml

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FRONT = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n.*?\n\1[ \t]*\r?(?:\n|\Z)", re.DOTALL)
_INLINE = re.compile(r"\$(?!\s)((?:\\.|[^$\\])+?)(?<!\s)\$(?!\d)", re.DOTALL)


def prose(markdown: str, *, begins: bool = False) -> str:
    """HTML of a stretch of the note; `begins`: it may have front matter."""
    text = _FRONT.sub("", markdown) if begins else markdown
    return str(_renderer().render(_COMMENT.sub("\n", text)))


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    renderer.inline.ruler.before("escape", "math", _math)
    renderer.add_render_rule("math", _rendered)
    renderer.add_render_rule("image", lambda _self, tokens, number, *_: _described(tokens[number]))
    renderer.validateLink = _is_safe  # type: ignore[method-assign]
    return renderer


def _math(state: StateInline, silent: bool) -> bool:
    """The inline rule for `$…$`."""
    found = _INLINE.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        state.push("math", "math", 0).content = found.group(1)
    state.pos = found.end()
    return True


def _rendered(_self: Any, tokens: Any, number: int, *_: Any) -> str:
    return mathml(tokens[number].content)


def _described(token: Any) -> str:
    """A picture would have to be fetched: its description stands for it."""
    return f"<em>{escape(token.content)}</em>"


def _is_safe(url: str) -> bool:
    return url.startswith(("https://", "http://", "#")) or not re.match(r"\s*[\w+.-]*:|//", url)
