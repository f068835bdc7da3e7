r"""Where headings, comments and display formulas stand in a Markdown text.

Written by hand: a Markdown library gives tokens with line numbers and a text from which
quotation marks and indentation are gone, so that columns could only be guessed; here every
offset is one of the file's own code points (a CRLF counts as the two it is). Containers,
fences, code and comments follow CommonMark as far as they decide what is a formula; whatever
else Markdown has is passed over as text. Never raises: what is wrong is a Problem, and the
rest is read. Linear in the text. Imports `directives`, `source`, and names of
`commands`, only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from sys import maxsize
from typing import TypeAlias

from bnsym.latex.commands import ROWS
from bnsym.source import directives
from bnsym.source.directives import Problem
from bnsym.source.text import Heading, Slice


@dataclass(frozen=True, slots=True)
class Display:
    """A display formula: all of it, and what stands between its delimiters."""

    where: Slice
    inside: Slice
    quotes: int = 0
    """How many `>` stand before each of its lines."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """An HTML comment; directives are some of these."""

    where: Slice


@dataclass(frozen=True, slots=True)
class Lost:
    """A display formula that is never closed."""

    where: Slice


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula in running text: all of it, and what stands between its delimiters."""

    where: Slice
    inside: Slice
    quotes: int = 0
    """How many `>` stand before each of its lines."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is no running text: code, a picture, the address of a link, a tag."""

    where: Slice


Found: TypeAlias = Heading | Display | Formula | Hidden | Comment | Lost

_QUOTE = 0
_DEPTH = 64
"""Quotes and lists nested deeper than this are text."""
_FRONT = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*\r?\n(?![ \t]*\r?\n)(?:.*\n)*?\1[ \t]*\r?(?:\n|\Z)")
_BLANK = re.compile(r"[ \t]*\r?(?:\n|\Z)")
_HEADING = re.compile(r"(#{1,6})(?=[ \t]|\r?\n|\Z)")
_UNDERLINE = re.compile(r"(=+|-+)[ \t]*\r?(?:\n|\Z)")
_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*\r?(?:\n|\Z)")
_BULLET = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|\r?\n|\Z)")
_FENCE = re.compile(r"(?P<mark>`{3,}(?=[^`\n]*(?:\n|\Z))|~{3,}|:{3,}(?=[ \t]*\{math\}))(?P<info>[^\n]*)\n?")
_INLINE = re.compile(
    rf"\\{{1,2}}[\[(]|\\begin\{{(?:{'|'.join(sorted(ROWS))})\*?\}}|\\.|`+|\$\$|\$`|\$|<!--|\n"
    r"|!\[|\]\("
    r"|</?[A-Za-z][\w-]*+(?:\s++[\w:.-]++(?:\s*+=\s*+(?:\"[^\"\n]*+\"|'[^'\n]*+'|[^\s\"'<>=`$]++))?+)*+\s*+/?>",
    re.DOTALL,
)
_PICTURE = re.compile(
    r"!\[(?:[^\[\]\n]|\n(?![ \t>]*\r?\n)|\[[^\[\]\n]*+\])*+\]"
    r"(?:\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)?\)|\[[^\[\]\n]*+\])"
)
_ADDRESS = re.compile(r"\]\([^()\n]*+(?:\([^()\n]*+\)[^()\n]*+)?\)")
_TICKED = re.compile(r"\$`[^`\n]++`\$")
_SINGLE = re.compile(
    r"\$(?!\s)(?:\\.|[^$\\])++(?<!\s)\$(?:(?!\$)(?!\d)|(?=\$(?!\s)(?:\\.|[^$\\])++\$(?!\$)))", re.DOTALL
)
"""Inline math; `$a$$b$` is two of it, not a display formula."""
_PARAGRAPH_END = re.compile(
    r"\n(?=[ \t>]*(?:\r?\n|\Z|#{1,6}[ \t]|`{3}|~{3}|[-+*][ \t]|\d{1,9}[.)][ \t]|<!--))"
)
_LABEL = re.compile(r"[ \t]*(?:\(([\w:.-]+)\)|\{#(?:eq:)?([\w:.-]+)\})[ \t]*(?=\r?\n|\Z)")
_COMMENT_END = re.compile("-->")
_DOLLARS = re.compile(r"\$(?=\$)")
_BRACKETS = {1: re.compile(r"\\(?=\])"), 2: re.compile(r"\\\\(?=\])")}
"""What closes a display formula, by the number of backslashes."""
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+\*?)\}|\\.|%[^\n]*")
"""Or what hides one: a command, as the row's end in `\\begin`, and a comment."""
_OPTION = re.compile(r"[ \t>]*:([\w-]+):([^\n]*)\n?")
_OPENS_LINE = re.compile(r"(?:\A|\n)[ \t>*\-+.)0-9]{0,100}\Z")
_RELATION = re.compile(r"[\n=<>]|\\[lg]eq?\b|\\neq?\b")
_PARAGRAPH_BREAK = re.compile(r"\n(?:[ \t>]*\r?\n)*")
_STARTS_BLOCK = re.compile(r"[ \t>]*(?:#{1,6}[ \t]|<!--|`{3}|~{3})")
_COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\{[^{}]*\})?|\\.|\$\$")
_WORDS = re.compile(
    r"(?<![A-Za-z_^{])(?:[A-Za-z]{3,}[,.;:]? [a-z]{2,}|[A-Za-z]{2,}[,.;:]? [a-z]{3,}|[A-Z][a-z]+[,:.!?]?\s*$)"
    r"|[㐀-鿿぀-ヿ가-힯]{2}|\$"
)


def scan(text: str, *, front: bool = True) -> tuple[list[Found], list[Problem]]:
    """What stands in the text, in order, and what is wrong with it; `front`: it may have front matter."""
    scanner = _Scanner(text)
    matter = _FRONT.match(text) if front else None
    position = matter.end() if matter else 0
    while position < len(text):
        position = scanner.line(position)
    return scanner.found, scanner.problems


def environments(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    r"""Each `\begin{name}` and `\end{name}`; not the one in `\\begin`, which ends a row, nor in a comment."""
    return (match for match in _ENVIRONMENT.finditer(text, start, end) if match.group(1))


def _is_escaped(text: str, position: int) -> bool:
    """Whether an odd number of backslashes stands before it."""
    before = position
    while before and text[before - 1] == "\\":
        before -= 1
    return (position - before) % 2 == 1


class _Scanner:
    """One pass over the lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: list[Found] = []
        self.problems: list[Problem] = []
        self.containers: list[int] = []
        """Around the present line: a quotation, or the column where a list item's text begins."""
        self.paragraph: int | None = None
        """Where the present paragraph begins: indentation and underlines mean otherwise in one."""
        self.known: dict[re.Pattern[str], tuple[int, re.Match[str] | None]] = {}
        """From where a pattern has been searched, and what was found."""
        self.unmatched: set[tuple[int, int]] = set()
        """Runs of backticks, by length and paragraph, that no other run closes."""

    # Lines and containers

    def line(self, start: int) -> int:
        """Take the line at `start`, or all of what begins on it; where the next line starts."""
        position, column, kept = self._enter(start)
        if kept < len(self.containers):
            del self.containers[kept:]
            self.paragraph = None
        while True:
            position, indent = self._indent(position, column)
            if _BLANK.match(self.text, position):
                self.paragraph = None
                return self._next(position)
            if indent - column >= 4 and self.paragraph is None:
                return self._hide(position, self._next(position))
            if indent - column >= 4:
                return self._inline(position)
            opened = self._container(position, indent)
            if opened is None:
                return self._content(position)
            position, column = opened

    def _next(self, position: int) -> int:
        return (self.text.find("\n", position) + 1) or len(self.text)

    def _indent(self, position: int, column: int, wanted: int = maxsize) -> tuple[int, int]:
        """Past spaces and tabs, to the wanted column at most."""
        while column < wanted and position < len(self.text) and self.text[position] in " \t":
            width = 1 if self.text[position] == " " else 4 - column % 4
            if column + width > wanted:
                return position, wanted  # in the middle of a tab
            column += width
            position += 1
        return position, column

    def _enter(self, start: int) -> tuple[int, int, int]:
        """Past the marks of the containers that go on in a line, and how many do."""
        position, column = start, 0
        for kept, container in enumerate(self.containers):
            inner, indent = self._indent(position, column)
            if container != _QUOTE and (indent >= container or _BLANK.match(self.text, inner)):
                position, column = self._indent(position, column, container)
            elif container == _QUOTE and indent - column < 4 and self.text[inner : inner + 1] == ">":
                position, column = self._after_quote(inner, indent)
            else:
                return position, column, kept
        return position, column, len(self.containers)

    def _after_quote(self, position: int, column: int) -> tuple[int, int]:
        width = 2 if self.text[position + 1 : position + 2] == " " else 1
        return position + width, column + width

    def _container(self, position: int, column: int) -> tuple[int, int] | None:
        """Into a quotation or list item that begins here."""
        if len(self.containers) >= _DEPTH:
            return None
        if self.text[position] == ">":
            self.containers.append(_QUOTE)
            self.paragraph = None
            return self._after_quote(position, column)
        bullet = _BULLET.match(self.text, position)
        if bullet is None or _RULE.match(self.text, position):
            return None
        if self.paragraph is not None and bullet.group(1) not in (None, "1"):
            return None
        after = column + bullet.end() - position
        inner, indent = self._indent(bullet.end(), after)
        empty = _BLANK.match(self.text, inner) is not None
        self.containers.append(after + 1 if empty or indent - after > 4 else indent)
        self.paragraph = None
        return self._indent(bullet.end(), after, self.containers[-1])

    # What stands on a line

    def _content(self, position: int) -> int:
        if fence := _FENCE.match(self.text, position):
            self.paragraph = None
            return self._fence(fence)
        if heading := _HEADING.match(self.text, position):
            end = self._next(position)
            title = self.text[heading.end() : end].strip()
            bare = title.rstrip("#")
            title = bare if not bare or bare[-1] in " \t" else title
            return self._heading(len(heading.group()), title, position, end)
        underline = _UNDERLINE.match(self.text, position)
        if underline is not None and self.paragraph is not None:
            level = 1 if underline.group(1)[0] == "=" else 2
            return self._heading(level, self.text[self.paragraph : position], self.paragraph, underline.end())
        if _RULE.match(self.text, position):
            self.paragraph = None
            return self._next(position)
        if self.paragraph is None:
            self.paragraph = position
        return self._inline(position)

    def _heading(self, level: int, title: str, start: int, end: int) -> int:
        self.paragraph = None
        if not self.containers:
            shown = len(self.text[start:end].rstrip())
            self.found.append(Heading(level, " ".join(title.split()), Slice(start, start + shown)))
        return end

    def _fence(self, fence: re.Match[str]) -> int:
        mark, info = fence["mark"], fence["info"].strip()
        inside_end, end, closed = self._fence_end(fence.end(), mark)
        directive = info.startswith("{math}")
        if not directive and info.split(" ")[0].lower() != "math":
            return self._hide(fence.start(), end)
        if not closed:
            return self._unclosed(fence.start(), fence.start() + len(mark), f"The fence `{mark}{info}`")
        begin = self.text.index("}", fence.start()) + 1 if directive else fence.end()
        self._math_fence(Slice(fence.start(), end), begin, inside_end)
        return end

    def _fence_end(self, position: int, mark: str) -> tuple[int, int, bool]:
        """Where a fence's content and the fence end, and whether it is closed."""
        closing = re.compile(rf"{mark[0]}{{{len(mark)},}}[ \t]*\r?(?:\n|\Z)")
        while position < len(self.text):
            inner, column, kept = self._enter(position)
            if kept < len(self.containers):
                return position, position, False
            inner, indent = self._indent(inner, column)
            found = closing.match(self.text, inner) if indent - column < 4 else None
            if found is not None:
                return position, found.end(), True
            position = self._next(position)
        return position, position, False

    def _math_fence(self, where: Slice, start: int, end: int) -> None:
        """A fenced formula; MyST's option lines come first."""
        label = ""
        line = self._next(start) if not self.text[start : self._next(start)].strip() else start
        while option := _OPTION.match(self.text, line, end):
            if option.group(1) in ("label", "name"):
                label = option.group(2).strip()
            line = start = option.end()
        self._display(where, Slice(start, max(start, end)), label)

    # Inside a paragraph

    def _inline(self, position: int) -> int:
        """Past the rest of the line and whatever begins on it; where the next line starts."""
        while match := _INLINE.search(self.text, position):
            position = self._item(match.group(), match.start(), match.end())
            if self.text[position - 1] == "\n":
                return position
        return len(self.text)

    def _item(self, word: str, start: int, after: int) -> int:
        """Past what begins with this word; past the word alone if it is text."""
        match word[:3].rstrip("`") or "`":
            case "$$":
                return self._dollars(start)
            case "$":
                return self._single(start, len(word)) or start + 1
            case "<!-":
                return self._comment(start)
            case r"\[" | r"\\[":
                return self._bracket(start, after)
            case r"\(" | r"\\(":
                return self._parentheses(start, after)
            case r"\be" if len(word) > 2:
                return self._environment(start, word)
            case "`":
                return self._code(start, after)
            case "![" | "](":
                shape = _PICTURE if word == "![" else _ADDRESS
                found = shape.match(self.text, start, self._paragraph_end(start))
                return self._hide(start, found.end()) if found else start + 1
            case _ if word[0] == "<":
                return self._hide(start, after)
        return after

    def _hide(self, start: int, end: int) -> int:
        """Past what is no running text."""
        self.found.append(Hidden(Slice(start, end)))
        return end

    def _single(self, start: int, width: int) -> int | None:
        """Past the inline formula between dollar signs that begins here, if one does."""
        shape = _TICKED if width == 2 else _SINGLE
        found = shape.match(self.text, start, self._paragraph_end(start))
        return self._formula(start, found.end(), width) if found else None

    def _parentheses(self, start: int, after: int) -> int:
        r"""`\( … \)`, in running text; mdBook writes two backslashes."""
        close = self.text.find(self.text[start : after - 1] + ")", after, self._paragraph_end(start))
        return self._formula(start, close + after - start, after - start) if close >= 0 else after

    def _formula(self, start: int, end: int, width: int) -> int:
        """Past a formula in running text, whose delimiters are so wide."""
        inside = Slice(start + width, end - width)
        self.found.append(Formula(Slice(start, end), inside, self.containers.count(_QUOTE)))
        return end

    def _ahead(
        self, pattern: re.Pattern[str], position: int, wanted: Callable[[re.Match[str]], bool] | None = None
    ) -> re.Match[str] | None:
        """The next match that is wanted; no search is done twice."""
        start, found = self.known.get(pattern, (maxsize, None))
        if position < start or (found is not None and found.start() < position):
            matches = pattern.finditer(self.text, position)
            found = next((match for match in matches if wanted is None or wanted(match)), None)
            self.known[pattern] = position, found
        return found

    def _paragraph_end(self, position: int) -> int:
        found = self._ahead(_PARAGRAPH_END, position)
        return found.start() if found else len(self.text)

    def _code(self, start: int, after: int) -> int:
        """Past inline code; backticks without a partner are text."""
        key = after - start, self._paragraph_end(start)
        if key not in self.unmatched:
            run = re.compile(rf"(?<!`)`{{{key[0]}}}(?!`)").search(self.text, after, key[1])
            if run is not None:
                return self._hide(start, run.end())
            self.unmatched.add(key)
        return after

    def _comment(self, start: int) -> int:
        """Past a comment; one that is never closed is text, and an error if it is a directive."""
        closing, ours = self._ahead(_COMMENT_END, start + 4), directives.opens(self.text, start)
        if closing is None or (ours and self.text.find("<!--", start + 4, closing.start()) >= 0):
            line = start + len(self.text[start : self._next(start)].rstrip())
            if ours:
                hint = "close the comment with `-->`"
                where = Slice(start, line)
                self.problems.append(Problem("BN107", "The directive is never closed", where, hint))
            return line if ours else start + 4
        if self.paragraph == start:
            self.paragraph = None  # HTML is no paragraph
        self.found.append(Comment(Slice(start, closing.end())))
        return closing.end()

    # Display formulas

    def _dollars(self, start: int) -> int:
        close = self._closing(_DOLLARS, start + 2)
        if close is None:
            return self._unclosed(start, start + 2, "The formula that `$$` opens")
        label = _LABEL.match(self.text, close + 2)
        name = (label.group(1) or label.group(2)) if label else ""
        self._display(Slice(start, close + 2), Slice(start + 2, close), name)
        return label.end() if label else close + 2

    def _closing(self, mark: re.Pattern[str], position: int) -> int | None:
        """The next `mark` that no backslash takes away, before any prose."""
        found = self._ahead(mark, position, lambda match: not _is_escaped(self.text, match.start()))
        return found.start() if found and found.start() < self._prose_after(position) else None

    def _bracket(self, start: int, after: int) -> int:
        r"""`\[ … \]`, which in Markdown is also an escaped bracket: only a formula if it
        opens its line and either spans lines or holds a relation. mdBook writes two backslashes."""
        if not _OPENS_LINE.search(self.text, max(0, start - 100), start):
            return after
        width = after - start
        close = self._closing(_BRACKETS[width - 1], after)
        if close is not None and _RELATION.search(self.text, after, close):
            self._display(Slice(start, close + width), Slice(after, close))
            return close + width
        if close is None and not self.text[after : self._next(start)].strip():
            return self._unclosed(start, after, rf"The formula that `{self.text[start:after]}` opens")
        return after

    def _environment(self, start: int, opening: str) -> int:
        """An environment without dollars around it."""
        name, depth = opening[7:-1], 0
        for match in environments(self.text, start, self._prose_after(start)):
            if match.group(2) == name:
                depth += 1 if match.group(1) == "begin" else -1
                if not depth:
                    self._display(Slice(start, match.end()), Slice(start, match.end()))
                    return match.end()
        return self._unclosed(start, start + len(opening), f"The environment `{name}`")

    def _display(self, where: Slice, inside: Slice, label: str = "") -> None:
        self.found.append(Display(where, inside, self.containers.count(_QUOTE), label))
        self.problems += directives.misplaced(self.text, inside)
        if _BLANK.match(self.text, where.end):
            self.paragraph = None  # an underline after a formula makes no heading of it

    def _unclosed(self, start: int, end: int, what: str) -> int:
        """Report it, and go on where prose begins again."""
        where = Slice(start, end)
        hint = "close it before the text goes on; if no formula is meant, write it as code"
        message = f"{what} is never closed, so that the text after it would be part of it"
        self.problems.append(Problem("BN101", message, where, hint))
        self.found.append(Lost(where))
        self.paragraph = None
        return self._prose_after(start)

    def _prose_after(self, position: int) -> int:
        """The start of the first line after `position` that no formula holds: a heading, a
        comment, a fence, or after a blank line a line of prose. The file's end if none."""
        found = self._ahead(_PARAGRAPH_BREAK, position, self._ends_formula)
        return found.end() if found else len(self.text)

    def _ends_formula(self, gap: re.Match[str]) -> bool:
        blank = "\n" in gap.group()[1:]
        return bool(_STARTS_BLOCK.match(self.text, gap.end())) or (blank and self._is_prose(gap.end()))

    def _is_prose(self, line: int) -> bool:
        shown = self.text[line : min(self._next(line), line + 400)].strip(" \t>\r\n")
        return _WORDS.search(_COMMAND.sub(" ", shown)) is not None
