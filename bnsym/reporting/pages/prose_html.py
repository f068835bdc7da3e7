r"""A note's prose as HTML, formulas and directives cut out before. All of it is escaped.

Of Markdown raw HTML is text, links go to the web or to the page only, and `$…$` is mathematics. LaTeX is read
for its sense as far as paragraphs, headings, `$…$` and emphasis go: a command that is not known here is left
out and what stands in its braces stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import TYPE_CHECKING

from bnsym.reporting.pages.mathml import mathml
from bnsym.source.bundle import COMMENT, SKIPPED
from bnsym.source.tex import LEVELS, plain_title

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline


_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_FRONT = re.compile(r"\A\ufeff?(---|\+\+\+)[ \t]*\r?\n.*?\n\1[ \t]*\r?(?:\n|\Z)", re.DOTALL)
_INLINE = re.compile(r"\$(?!\s)((?:\\.|[^$\\])+?)(?<!\s)\$(?!\d)", re.DOTALL)


def markdown_prose(markdown: str, *, begins: bool = False) -> str:
    """HTML of a stretch of the note; `begins`: it may have front matter."""
    text = _FRONT.sub("", markdown) if begins else markdown
    return str(_renderer().render(_COMMENT.sub("\n", text)))


@cache
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt

    renderer = MarkdownIt("commonmark", {"html": False}).enable("table")
    renderer.inline.ruler.before("escape", "math", _math)
    renderer.add_render_rule("math", lambda _self, tokens, number, *_: mathml(tokens[number].content))
    # a picture would have to be fetched: its description stands for it
    renderer.add_render_rule(
        "image", lambda _self, tokens, number, *_: f"<em>{escape(tokens[number].content)}</em>"
    )
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


def _is_safe(url: str) -> bool:
    return url.startswith(("https://", "http://", "#")) or not re.match(r"\s*[\w+.-]*:|//", url)


# LaTeX

_GROUP = r"\{((?:[^{}]++|\{(?:[^{}]++|\{[^{}]*+\})*+\})*+)\}"
_TOKEN = re.compile(
    rf"""(?P<skipped>{SKIPPED}) | (?P<comment>{COMMENT}\n?[ \t]*+)
  | \\(?P<level>{"|".join(LEVELS)})\*?\s*+(?:\[[^\]]*+\])?\s*+(?P<title>\{{(?:[^{{}}]++|\{{[^{{}}]*+\}})*+\}})
  | \$(?P<dollar>(?:\\.|[^\\$])++)\$ | \\\((?P<round>(?:\\[^)]|[^\\])*+)\\\)
  | \\(?P<tag>emph|textit|textbf|texttt)\s*+{_GROUP.replace("(", "(?P<inside>", 1)}
  | \\(?P<key>cite[a-z]*|ref|eqref|autoref|cref|Cref)\*?(?:\[[^\]]*+\])*+\{{(?P<name>[^{{}}]*+)\}}
  | (?P<item>\\item(?![A-Za-z])(?:\[(?P<label>[^\]]*+)\])?) | (?P<line>\\\\)
  | (?P<dropped>\\(?:begin|end)\s*+\{{[^{{}}]*+\}}(?:\[[^\]]*+\])?
      |\\(?:label|input|include|href|includegraphics)\s*+(?:\[[^\]]*+\])?\{{[^{{}}]*+\}}
      |\\[A-Za-z]++\*? | [{{}}])
  | \\(?P<sign>.) | (?P<quote>``|'') | (?P<dash>---?) | (?P<tie>~) | (?P<gap>\n\s*+\n)""",
    re.VERBOSE | re.DOTALL,
)
_TAGS = {"emph": "em", "textit": "em", "textbf": "strong", "texttt": "code"}
_SIGNS = {"``": "“", "''": "”", "--": "–", "---": "—"}
_PREAMBLE = re.compile(r"\A.*?\\begin\s*\{document\}", re.DOTALL)
_REST = re.compile(r"\\end\s*\{document\}.*\Z", re.DOTALL)


def tex_prose(text: str, *, begins: bool = False) -> str:
    """HTML of a stretch of the note; `begins`: it may have the preamble."""
    body = _REST.sub("", _PREAMBLE.sub("", text) if begins else text)
    return "".join(_paragraphs("".join(_pieces(body))))


def _paragraphs(html: str) -> Iterator[str]:
    for part in html.split("\n\n"):
        shown = part.strip()
        if shown:
            yield shown if shown.startswith("<h") else f"<p>{shown}</p>\n"


def _pieces(text: str) -> Iterator[str]:
    done = 0
    for match in _TOKEN.finditer(text):
        yield escape(text[done : match.start()])
        yield _piece(match)
        done = match.end()
    yield escape(text[done:])


def _piece(match: re.Match[str]) -> str:
    match match.lastgroup:
        case "title":
            level = LEVELS[match["level"]] + 1
            return f"\n\n<h{level}>{escape(plain_title(match['title'][1:-1]))}</h{level}>\n\n"
        case "dollar" | "round":
            return mathml(match["dollar"] or match["round"])
        case "name":
            return f"[{escape(match['name'])}]"
        case "item" | "label":
            return f"\n\n{escape(match['label'] or '•')} "
        case "line":
            return "<br>"
        case "sign":
            return escape(match["sign"]) if match["sign"] in "%&#_$ {}" else ""
        case "quote" | "dash":
            return _SIGNS[match.group()]
        case "tie":
            return " "
        case "gap":
            return "\n\n"
    if match["tag"]:
        tag = _TAGS[match["tag"]]
        return f"<{tag}>{''.join(_pieces(match['inside']))}</{tag}>"
    return " " if (match["dropped"] or "{") not in "{}" else ""
