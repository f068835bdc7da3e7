r"""Where sections, comments and display formulas stand in a LaTeX file whose own commands are written out.

What TeX would not set is passed over: comments, verbatim text, the preamble, what stands after
`\end{document}`. No formula holds a blank line, as TeX has it, so that one which is never closed
ends there. Files that are still to be `\input` can't be followed, and that is said. Never raises. Linear
in the text. Imports `directives`, `commands`, `markdown`'s data and `source` only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bnsym.latex.commands import ROWS
from bnsym.model import Severity
from bnsym.source import directives
from bnsym.source.bundle import COMMENT, GROUP, INPUT, SKIPPED
from bnsym.source.directives import Problem
from bnsym.source.markdown import Comment, Display, Formula, Found, Hidden, Lost
from bnsym.source.text import Heading, Slice

LEVELS = {"part": 1, "chapter": 1, "section": 1, "subsection": 2, "subsubsection": 3, "paragraph": 4}
_STRANGE = frozenset("IEEEeqnarray dmath dgroup dseries darray empheq xalignat xxalignat eqnsystem".split())
"""Environments of displays whose rows the reader does not know: it says so, where they stand."""
_DISPLAYS = ROWS | _STRANGE
_TOKEN = re.compile(
    rf"""(?P<comment>{COMMENT}) | (?P<skipped>{SKIPPED})
  | \\(?P<edge>begin|end)\s*+\{{\s*+(?P<environment>[A-Za-z]+\*?)\s*+\}}
  | \\(?P<level>{"|".join(LEVELS)})\*?\s*+(?:\[[^\]]*+\])?\s*+(?P<title>{GROUP})
  | {INPUT}
  | (?P<open>\\[\[(]|\$\$?) | (?P<close>\\[\])])
  | (?P<gap>\n[ \t\r]*+(?=\n)) | (?P<other>\\[A-Za-z]++|\\.)""",
    re.VERBOSE | re.DOTALL,
)
_START = re.compile(r"\\begin\s*\{document\}")
_CLOSES = {r"\[": r"\]", r"\(": r"\)", "$$": "$$", "$": "$"}
_PLAIN = re.compile(r"\\(?:label|footnote|thanks)\s*\{[^{}]*\}|\\[A-Za-z]+\*?|[{}$]|\\(.)")


def scan_tex(text: str, refused: Mapping[int, str]) -> tuple[list[Found], list[Problem]]:
    r"""What stands in the text, in order, and what is wrong with it. refused: why an `\input` still stands
    there, by its place."""
    scanner = _Scanner(text, refused)
    scanner.run()
    return scanner.found, scanner.problems


def plain_title(title: str) -> str:
    """A title without its commands."""
    return " ".join(_PLAIN.sub(lambda m: m.group(1) or "", title).split())


class _Scanner:
    """One pass over the tokens."""

    def __init__(self, text: str, refused: Mapping[int, str]) -> None:
        self.text, self.refused = text, refused
        self.found: list[Found] = []
        self.problems: list[Problem] = []
        started = _START.search(text)
        self.begins = started.end() if started else 0
        """Before it stands the preamble, of which only comments and files are read."""
        self._hide(0, self.begins)

    def run(self) -> None:
        position = 0
        while match := _TOKEN.search(self.text, position):
            if match["edge"] == "end" and match["environment"] == "document":
                return self._hide(match.start(), len(self.text))
            position = max(self._take(match), match.end())
        return None

    def _hide(self, start: int, end: int) -> None:
        """What is no running text."""
        self.found.append(Hidden(Slice(start, end)))

    def _take(self, match: re.Match[str]) -> int:
        """Past what begins with this token."""
        if match["comment"]:
            self._comment(match)
        elif match["skipped"]:
            self._hide(*match.span())
        elif match["input"]:
            self._not_followed(match)
        elif match.start() < self.begins:
            pass
        elif match["level"]:
            level, title = LEVELS[match["level"]], plain_title(match["title"][1:-1])
            self.found.append(Heading(level, title, Slice(*match.span())))
        elif match["open"]:
            return self._formula(match)
        elif match["edge"] == "begin" and match["environment"].rstrip("*") in _DISPLAYS:
            return self._environment(match)
        return match.end()

    def _comment(self, match: re.Match[str]) -> None:
        end = match.start() + len(match.group().rstrip())
        self.found.append(Comment(Slice(match.start(), end)))

    def _not_followed(self, match: re.Match[str]) -> None:
        name = match["file"].strip("{}") or "…"
        why = self.refused.get(match.start())
        message = rf"`\{match['input']}{{{name}}}` is not followed: {why or 'what it holds is not read here'}"
        hint = "check that file too; commands that it defines are not known here"
        hint = "paths count from the note's folder, and only files below it are read" if why else hint
        self.problems.append(Problem("BN109", message, Slice(*match.span()), hint, Severity.WARNING))

    def _formula(self, opening: re.Match[str]) -> int:
        r"""`\[ … \]` and `$$ … $$` are displays; `\( … \)` and `$ … $` stand in prose."""
        word, start = opening["open"], opening.start()
        for match in _TOKEN.finditer(self.text, opening.end()):
            if match["gap"]:
                break
            if word == "$" and match["open"] == "$$":  # `$a$$b$` is two of them
                return match.start() + 1
            if match.group() == _CLOSES[word]:
                inside = opening.end(), match.start()
                if word in ("$", r"\("):
                    self.found.append(Formula(Slice(start, match.end()), Slice(*inside)))
                else:
                    self._display(start, match.end(), *inside)
                return match.end()
        return self._unclosed(opening, f"The formula that `{word}` opens")

    def _environment(self, opening: re.Match[str]) -> int:
        name, depth = opening["environment"], 1
        for match in _TOKEN.finditer(self.text, opening.end()):
            if match["gap"]:
                break
            if match["environment"] == name:
                depth += 1 if match["edge"] == "begin" else -1
                if not depth:
                    self._display(opening.start(), match.end(), opening.start(), match.end())
                    return match.end()
        return self._unclosed(opening, f"The environment `{name}`")

    def _display(self, start: int, end: int, first: int, last: int) -> None:
        inside = Slice(first, last)
        self.found.append(Display(Slice(start, end), inside))
        self.problems += directives.misplaced(self.text, inside)

    def _unclosed(self, opening: re.Match[str], what: str) -> int:
        """Report it, and go on behind the blank line, where TeX would stop."""
        where = Slice(*opening.span())
        message = f"{what} is not closed before a blank line, which no formula of LaTeX holds"
        hint = "close it, or remove the blank line (a `%` may stand in it)"
        inline = opening.group() in ("$", r"\(")
        severity = Severity.WARNING if inline else Severity.ERROR
        self.problems.append(Problem("BN101", message, where, hint, severity))
        if not inline:
            self.found.append(Lost(where))
        gap = next((m for m in _TOKEN.finditer(self.text, opening.end()) if m["gap"]), None)
        return gap.end() if gap else len(self.text)
