r"""A LaTeX note's prose as HTML, as far as it is read for its sense: paragraphs, headings, `$…$`, emphasis.

A command that is not known here is left out and what stands in its braces stays. Everything is
escaped. Formulas have been cut out before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from bnsym.reporting.pages.mathml import mathml
from bnsym.source.bundle import COMMENT, SKIPPED
from bnsym.source.tex import LEVELS, plain_title

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
