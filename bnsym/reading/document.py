r"""Markdown → the document's headings, directives and display formulas, each with its
exact place.

The scanner is written by hand. A Markdown library gives tokens with line numbers and a
text from which quotation marks and indentation are gone, so that columns could only be
guessed; here every offset is one of the file's own code points (a CRLF counts as the
two it is). Containers, fences, code and comments follow CommonMark as far as they decide
what is a formula; whatever else Markdown has is passed over as text.

Nothing here raises: what is wrong with a note is a Diagnostic, and the rest is read.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from bnsym.model import Diagnostic, Severity
from bnsym.reading import directives
from bnsym.reading.directives import Problem
from bnsym.reading.rows import ROW_ENVIRONMENTS, Layout, blanked, lay_out, read_chains
from bnsym.reading.source import Block, Chain, Directive, Heading, Item, Slice, Source


@dataclass(frozen=True, slots=True)
class Document:
    """A note, found and taken apart, but not yet understood."""

    source: Source
    items: tuple[Item, ...]
    diagnostics: tuple[Diagnostic, ...]


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


Found: TypeAlias = Heading | Display | Comment | Lost


def read_document(text: str, file: str) -> Document:
    """What the Markdown in `text` holds, in order; never raises, whatever the text."""
    scanner = _Scanner(text)
    scanner.run()
    assembly = _Assembly(text, scanner.found, scanner.problems)
    assembly.run()
    source = Source(file, text, assembly.masked)
    said = sorted(assembly.problems, key=lambda problem: problem.where.start)
    return Document(source, tuple(assembly.items), tuple(_diagnostic(source, p) for p in said))


def _diagnostic(source: Source, problem: Problem) -> Diagnostic:
    span = source.span(problem.where.start, problem.where.end)
    return Diagnostic(problem.code, problem.severity, problem.message, span, problem.hint)


# Finding

_QUOTE = 0
_DEPTH = 64
"""Quotes and lists nested deeper than this are text."""
_FRONT = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*\r?\n(?![ \t]*\r?\n)(?:.*\n)*?\1[ \t]*\r?(?:\n|\Z)")
_BLANK = re.compile(r"[ \t]*\r?(?:\n|\Z)")
_HEADING = re.compile(r"(#{1,6})(?=[ \t]|\r?\n|\Z)")
_UNDERLINE = re.compile(r"(=+|-+)[ \t]*\r?(?:\n|\Z)")
_RULE = re.compile(r"([-*_])(?:[ \t]*\1){2,}[ \t]*\r?(?:\n|\Z)")
_BULLET = re.compile(r"(?:[-+*]|(\d{1,9})[.)])(?=[ \t]|\r?\n|\Z)")
_FENCE = re.compile(r"(`{3,})([^`\n]*)\n?|(~{3,})([^\n]*)\n?|(:{3,})[ \t]*(\{math\}[^\n]*)\n?")
_RAW = re.compile(r"<(pre|script|style|textarea)(?=[\s>]|\Z)", re.IGNORECASE)
_INLINE = re.compile(
    rf"\\\[|\\begin\{{(?:{'|'.join(sorted(ROW_ENVIRONMENTS))})\*?\}}|\\.|`+|\$\$|\$|<!--|\n", re.DOTALL
)
_SINGLE = re.compile(
    r"\$(?!\s)(?:\\.|[^$\\])++(?<!\s)\$(?:(?!\$)(?!\d)|(?=\$(?!\s)(?:\\.|[^$\\])++\$(?!\$)))", re.DOTALL
)
"""Inline math; `$a$$b$` is two of it, not a display formula."""
_PARAGRAPH_END = re.compile(
    r"\n(?=[ \t>]*(?:\r?\n|\Z|#{1,6}[ \t]|`{3}|~{3}|[-+*][ \t]|\d{1,9}[.)][ \t]|<!--))"
)
_SUFFIX = re.compile(r"[ \t]*(?:\(([\w:.-]+)\)|\{#(?:eq:)?([\w:.-]+)\})[ \t]*(?=\r?\n|\Z)")
_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+\*?)\}")
_OPTION = re.compile(r"[ \t>]*:([\w-]+):([^\n]*)\n?")
_PARAGRAPH_BREAK = re.compile(r"\n(?:[ \t>]*\r?\n)*")
_STARTS_BLOCK = re.compile(r"[ \t>]*(?:#{1,6}[ \t]|<!--|`{3}|~{3})")
_COMMAND = re.compile(r"\\[A-Za-z]+\*?(?:\{[^{}]*\})?|\\.|\$\$")
_WORDS = re.compile(
    r"(?<![A-Za-z_^{])(?:[A-Za-z]{3,}[,.;:]? [a-z]{2,}|[A-Za-z]{2,}[,.;:]? [a-z]{3,}|[A-Z][a-z]+[,:.!?]?\s*$)"
    r"|[㐀-鿿぀-ヿ가-힯]{2}|\$"
)


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
        self.paragraph_end = (0, 0)
        self.comment_end = (0, -1)
        self.unclosed: dict[str, tuple[int, int]] = {}
        self.prose = (0, -1)
        """Between which offsets the answer is known already, so that no search is done twice."""
        self.unmatched: dict[tuple[int, int], bool] = {}

    def run(self) -> None:
        front = _FRONT.match(self.text)
        position = front.end() if front else 0
        while position < len(self.text):
            position = self._line(position)

    # Lines and containers

    def _line(self, start: int) -> int:
        """Take the line at `start`, or all of what begins on it; where the next line starts."""
        position, column = self._enter(start)
        while True:
            position, indent = self._indent(position, column)
            if _BLANK.match(self.text, position):
                self.paragraph = None
                return self._next(position)
            if indent - column >= 4:
                return self._next(position) if self.paragraph is None else self._inline(position)
            opened = self._container(position, indent)
            if opened is None:
                return self._content(position)
            position, column = opened

    def _next(self, position: int) -> int:
        end = self.text.find("\n", position)
        return len(self.text) if end < 0 else end + 1

    def _indent(self, position: int, column: int) -> tuple[int, int]:
        """Past spaces and tabs."""
        while position < len(self.text) and self.text[position] in " \t":
            column += 1 if self.text[position] == " " else 4 - column % 4
            position += 1
        return position, column

    def _enter(self, start: int) -> tuple[int, int]:
        """Past the marks of the containers that go on; the others are closed, except
        that a paragraph goes on lazily."""
        position, column, kept = start, 0, 0
        for container in self.containers:
            inner, indent = self._indent(position, column)
            if container != _QUOTE and (indent >= container or _BLANK.match(self.text, inner)):
                position, column = self._to_column(position, column, container)
            elif container == _QUOTE and indent - column < 4 and self.text[inner : inner + 1] == ">":
                position, column = self._after_quote(inner, indent)
            else:
                break
            kept += 1
        if kept < len(self.containers) and not self._lazy(position, column):
            del self.containers[kept:]
            self.paragraph = None
        return position, column

    def _to_column(self, position: int, column: int, wanted: int) -> tuple[int, int]:
        while column < wanted and position < len(self.text) and self.text[position] in " \t":
            width = 1 if self.text[position] == " " else 4 - column % 4
            if column + width > wanted:
                return position, wanted  # in the middle of a tab
            column += width
            position += 1
        return position, column

    def _after_quote(self, position: int, column: int) -> tuple[int, int]:
        if self.text[position + 1 : position + 2] == " ":
            return position + 2, column + 2
        return position + 1, column + 1

    def _lazy(self, position: int, column: int) -> bool:
        if self.paragraph is None:
            return False
        position, _ = self._indent(position, column)
        starts = (_BLANK, _HEADING, _RULE, _BULLET, _FENCE)
        return self.text[position] != ">" and not any(p.match(self.text, position) for p in starts)

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
        content = after + 1 if empty or indent - after > 4 else indent
        self.containers.append(content)
        self.paragraph = None
        return self._to_column(bullet.end(), after, content)

    # What stands on a line

    def _content(self, position: int) -> int:
        fence = _FENCE.match(self.text, position)
        if fence is not None:
            self.paragraph = None
            return self._fence(fence)
        heading = _HEADING.match(self.text, position)
        if heading is not None:
            end = self._next(position)
            title = self.text[heading.end() : end].strip()
            bare = title.rstrip("#")
            title = bare.rstrip() if bare != title and (not bare or bare[-1] in " \t") else title
            return self._heading(len(heading.group()), title, position, end)
        underline = _UNDERLINE.match(self.text, position)
        if underline is not None and self.paragraph is not None:
            level = 1 if underline.group(1)[0] == "=" else 2
            return self._heading(level, self.text[self.paragraph : position], self.paragraph, underline.end())
        if _RULE.match(self.text, position):
            self.paragraph = None
            return self._next(position)
        raw = _RAW.match(self.text, position)
        if raw is not None and self.paragraph is None:
            return self._raw(raw)
        if self.paragraph is None:
            self.paragraph = position
        return self._inline(position)

    def _heading(self, level: int, title: str, start: int, end: int) -> int:
        self.paragraph = None
        if not self.containers:
            shown = len(self.text[start:end].rstrip())
            self.found.append(Heading(level, " ".join(title.split()), Slice(start, start + shown)))
        return end

    def _raw(self, raw: re.Match[str]) -> int:
        """HTML whose content is not Markdown."""
        end = re.compile(rf"</{raw.group(1)}>", re.IGNORECASE).search(self.text, raw.end())
        return self._next(end.end()) if end else len(self.text)

    def _fence(self, fence: re.Match[str]) -> int:
        mark = fence.group(1) or fence.group(3) or fence.group(5)
        info = (fence.group(2) or fence.group(4) or fence.group(6) or "").strip()
        inside_end, end, closed = self._fence_end(fence.end(), mark)
        directive = info.startswith("{math}")
        if not directive and info.split(" ")[0].lower() != "math":
            return end
        if not closed:
            return self._unclosed(fence.start(), fence.start() + len(mark), f"The fence `{mark}{info}`")
        begin = self.text.index("}", fence.start()) + 1 if directive else fence.end()
        self._math_fence(Slice(fence.start(), end), begin, inside_end)
        return end

    def _fence_end(self, position: int, mark: str) -> tuple[int, int, bool]:
        """Where a fence's content and the fence end, and whether it is closed."""
        closing = re.compile(rf"{re.escape(mark[0])}{{{len(mark)},}}[ \t]*\r?(?:\n|\Z)")
        while position < len(self.text):
            start = position
            inner, column = self._within(position)
            if inner is None:
                return start, start, False
            inner, indent = self._indent(inner, column)
            found = closing.match(self.text, inner) if indent - column < 4 else None
            if found is not None:
                return start, found.end(), True
            position = self._next(start)
        return position, position, False

    def _within(self, position: int) -> tuple[int | None, int]:
        """Past the marks of all containers, or None where one of them ends."""
        column = 0
        for container in self.containers:
            inner, indent = self._indent(position, column)
            if container == _QUOTE and self.text[inner : inner + 1] == ">":
                position, column = self._after_quote(inner, indent)
            elif container != _QUOTE and (indent >= container or _BLANK.match(self.text, inner)):
                position, column = self._to_column(position, column, container)
            else:
                return None, column
        return position, column

    def _math_fence(self, where: Slice, start: int, end: int) -> None:
        """A fenced formula; MyST's option lines come first."""
        label = ""
        line = self._next(start) if not self.text[start : self._next(start)].strip() else start
        while option := _OPTION.match(self.text, line, end):
            if option.group(1) in ("label", "name"):
                label = option.group(2).strip()
            line = start = option.end()
        self.found.append(Display(where, Slice(start, max(start, end)), self._quotes(), label))

    def _quotes(self) -> int:
        return self.containers.count(_QUOTE)

    # Inside a paragraph

    def _inline(self, position: int) -> int:
        """Past the rest of the line and whatever begins on it; where the next line starts."""
        while match := _INLINE.search(self.text, position):
            word, start, position = match.group(), match.start(), match.end()
            if word == "\n":
                return position
            if word[0] == "`":
                position = self._code(start, position)
            elif word == "$$":
                position = self._dollars(start)
            elif word == "$":
                single = _SINGLE.match(self.text, start, self._paragraph_end(start))
                position = single.end() if single else position
            elif word == "<!--":
                position = self._comment(start)
            elif word == r"\[":
                position = self._bracket(start)
            elif word.startswith(r"\begin"):
                position = self._environment(start, word)
            if self.text[position - 1] == "\n":
                return position
        return len(self.text)

    def _paragraph_end(self, position: int) -> int:
        known_from, known_to = self.paragraph_end
        if not known_from <= position < known_to:
            found = _PARAGRAPH_END.search(self.text, position)
            self.paragraph_end = position, found.start() if found else len(self.text)
        return self.paragraph_end[1]

    def _code(self, start: int, after: int) -> int:
        """Past inline code; backticks without a partner are text."""
        end = self._paragraph_end(start)
        key = after - start, end
        if key not in self.unmatched:
            run = re.compile(rf"(?<!`)`{{{key[0]}}}(?!`)").search(self.text, after, end)
            if run is not None:
                return run.end()
            self.unmatched[key] = True
        return after

    def _comment(self, start: int) -> int:
        """Past a comment; one that is never closed is text, and an error if it is a directive."""
        end, ours = self._comment_end(start + 4), directives.opens(self.text, start)
        if end < 0 or (ours and self.text.find("<!--", start + 4, end) >= 0):
            line = start + len(self.text[start : self._next(start)].rstrip())
            if ours:
                hint = "close the comment with `-->`"
                self._problem("BN107", "The directive is never closed", Slice(start, line), hint)
            return line if ours else start + 4
        if self.paragraph == start:
            self.paragraph = None  # HTML is no paragraph
        self.found.append(Comment(Slice(start, end + 3)))
        return end + 3

    def _comment_end(self, position: int) -> int:
        """Where the next `-->` stands, or -1."""
        known_from, known_to = self.comment_end
        if not known_from <= position <= known_to:
            found = self.text.find("-->", position)
            self.comment_end = position, found if found >= 0 else len(self.text)
        known = self.comment_end[1]
        return known if known < len(self.text) else -1

    # Display formulas

    def _dollars(self, start: int) -> int:
        close = self._closing("$$", start + 2)
        if close is None:
            return self._unclosed(start, start + 2, "The formula that `$$` opens")
        end, label = close + 2, ""
        suffix = _SUFFIX.match(self.text, end)
        if suffix is not None:
            label, end = suffix.group(1) or suffix.group(2), suffix.end()
        self._display(start, start + 2, close, close + 2, label)
        return end

    def _closing(self, mark: str, position: int) -> int | None:
        """The next `mark` that no backslash takes away, before any prose."""
        limit = self._prose_after(position)
        known_from, known_to = self.unclosed.get(mark, (0, -1))
        if known_from <= position and limit == known_to:
            return None
        found = self.text.find(mark, position, limit)
        while found >= 0:
            if not _is_escaped(self.text, found):
                return found
            found = self.text.find(mark, found + 1, limit)
        self.unclosed[mark] = position, limit
        return None

    def _bracket(self, start: int) -> int:
        r"""`\[ … \]`, which in Markdown is also an escaped bracket: only a formula if it
        opens its line and either spans lines or holds a relation."""
        before = self.text[max(0, start - 100) : start].rpartition("\n")[2]
        alone = len(before) < 100 and not before.strip(" \t>*-+.)0123456789")
        close = self._closing(r"\]", start + 2) if alone else None
        inside = self.text[start + 2 : close] if close is not None else ""
        if close is not None and ("\n" in inside or re.search(r"[=<>]|\\[lg]eq?\b|\\neq?\b", inside)):
            self._display(start, start + 2, close, close + 2)
            return close + 2
        if alone and close is None and not self.text[start + 2 : self._next(start)].strip():
            return self._unclosed(start, start + 2, r"The formula that `\[` opens")
        return start + 2

    def _environment(self, start: int, opening: str) -> int:
        """An environment without dollars around it."""
        name, depth = opening[7:-1], 0
        for match in environments(self.text, start, self._prose_after(start)):
            if match.group(2) == name:
                depth += 1 if match.group(1) == "begin" else -1
                if not depth:
                    self._display(start, start, match.end(), match.end())
                    return match.end()
        return self._unclosed(start, start + len(opening), f"The environment `{name}`")

    def _display(self, start: int, inside: int, close: int, end: int, label: str = "") -> None:
        self.found.append(Display(Slice(start, end), Slice(inside, close), self._quotes(), label))
        if _BLANK.match(self.text, end):
            self.paragraph = None  # an underline after a formula makes no heading of it

    def _unclosed(self, start: int, end: int, what: str) -> int:
        """Report it, and go on where prose begins again."""
        where = Slice(start, end)
        hint = "close it with the same delimiter, before the text goes on"
        message = f"{what} is never closed, so that the text after it would be part of it"
        self._problem("BN101", message, where, hint)
        self.found.append(Lost(where))
        self.paragraph = None
        return self._prose_after(start)

    def _prose_after(self, position: int) -> int:
        """The start of the first line after `position` that no formula holds: a heading, a
        comment, a fence, or after a blank line a line of prose. The file's end if none."""
        known_from, known_to = self.prose
        if not known_from <= position < known_to:
            self.prose = position, next(self._prose_lines(position), len(self.text))
        return self.prose[1]

    def _prose_lines(self, position: int) -> Iterator[int]:
        for match in _PARAGRAPH_BREAK.finditer(self.text, position):
            line = match.end()
            blank = "\n" in self.text[match.start() + 1 : line]
            if _STARTS_BLOCK.match(self.text, line) or (blank and self._is_prose(line)):
                yield line

    def _is_prose(self, line: int) -> bool:
        shown = self.text[line : min(self._next(line), line + 400)].strip(" \t>\r\n")
        return _WORDS.search(_COMMAND.sub(" ", shown)) is not None

    def _problem(self, code: str, message: str, where: Slice, hint: str) -> None:
        self.problems.append(Problem(code, message, where, hint))


def _is_escaped(text: str, position: int) -> bool:
    """Whether an odd number of backslashes stands before it."""
    before = position
    while before and text[before - 1] == "\\":
        before -= 1
    return (position - before) % 2 == 1


def environments(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    r"""Each `\begin{name}` and `\end{name}`; not the one in `\\begin`, which ends a row."""
    return (m for m in _ENVIRONMENT.finditer(text, start, end) if not _is_escaped(text, m.start()))


# Assembling

_LABEL = re.compile(r"\\label\s*\{([^{}]+)\}")
_QUOTE_MARK = re.compile(r"[ \t]*>")
_GAP = re.compile(r"[\s>]*")
_NAME = re.compile(r"[^\s#]+")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()]*\)")


@dataclass(slots=True)
class _Assembly:
    """What was found → items, in order."""

    text: str
    found: list[Found]
    problems: list[Problem]
    items: list[Item] = field(default_factory=list)
    plain: str = ""
    """The text without quotation marks inside formulas."""
    masked: str = ""
    waiting: list[Directive] = field(default_factory=list)
    """Directives whose formula has not come yet."""
    reach: int = 0
    """Where the last of them, or the last comment after it, ends."""
    reserved: set[str] = field(default_factory=set)
    """Names that a directive or a label gives."""
    names: dict[str, Slice] = field(default_factory=dict)
    """Names in use, and the formula of each."""
    slugs: Counter[str] = field(default_factory=Counter)
    slug: str = "block"
    number: int = 0
    """How many formulas there have been under the heading."""
    last: Slice | None = None
    """The last expression of the formula before."""

    def run(self) -> None:
        displays = [found for found in self.found if isinstance(found, Display)]
        parsed = [self._parsed(found) for found in self.found]
        self.plain = blanked(self.text, (mark for d in displays for mark in self._quotation(d)))
        layouts = {d.where.start: lay_out(self.plain, d.inside.start, d.inside.end) for d in displays}
        formulas = [f for d in parsed if isinstance(d, Directive) for f in d.formulas]
        blanks = [b for layout in layouts.values() for b in layout.blanks]
        blanks += [b for f in formulas for b in lay_out(self.text, f.start, f.end).blanks]
        self.masked = blanked(self.plain, blanks)
        self._reserve(parsed)
        self.masked = blanked(self.masked, [b for found in parsed for b in self._take(found, layouts)])
        self._abandon()

    def _parsed(self, found: Found) -> Found | Directive:
        if not isinstance(found, Comment) or not directives.opens(self.text, found.where.start):
            return found
        directive, problems = directives.parse(self.text, found.where.start, found.where.end)
        self.problems += problems
        return directive or found

    def _quotation(self, display: Display) -> Iterator[tuple[int, int]]:
        """The `>` before each line of a quoted formula."""
        line = display.inside.start
        while display.quotes and line < display.inside.end:
            position = line
            for _ in range(display.quotes if line and self.text[line - 1] == "\n" else 0):
                if mark := _QUOTE_MARK.match(self.text, position, display.inside.end):
                    yield position, mark.end()
                    position = mark.end()
            line = (self.text.find("\n", line, display.inside.end) + 1) or display.inside.end

    def _reserve(self, parsed: list[Found | Directive]) -> None:
        for found in parsed:
            if isinstance(found, Directive):
                self.reserved.add(found.options.get("id", ""))
            elif isinstance(found, Display):
                self.reserved.add(self._label(found))

    def _label(self, display: Display) -> str:
        found = _LABEL.search(self.text, display.inside.start, display.inside.end)
        label = display.label or (found.group(1) if found else "")
        label = label.strip().removeprefix("eq:")
        return label if _NAME.fullmatch(label) else ""

    def _take(self, found: Found | Directive, layouts: dict[int, Layout]) -> tuple[tuple[int, int], ...]:
        """The next thing found; what it adds to the blanks."""
        if self.waiting and not _GAP.fullmatch(self.text, self.reach, max(self.reach, found.where.start)):
            self._abandon()
        self.reach = found.where.end
        match found:
            case Heading():
                self._abandon()
                self._section(found)
            case Directive() if directives.SHAPES[found.name].of_block:
                self.waiting.append(found)
            case Directive():
                self.items.append(found)
            case Lost():
                self.waiting = []
            case Display():
                return self._block(found, layouts[found.where.start])
        return ()

    def _section(self, heading: Heading) -> None:
        self.items.append(heading)
        slug = slug_of(heading.title) or "section"
        repeated = self.slugs[slug]
        self.slugs[slug] += 1
        self.slug, self.number = f"{slug}-{repeated}" if repeated else slug, 0

    def _abandon(self) -> None:
        """Directives that wait for a formula, and none follows."""
        for directive in self.waiting:
            message = f"`{directive.name}` speaks of the display formula after it, and none follows"
            hint = "put it just before its formula, with nothing but white space between"
            self.problems.append(Problem("BN106", message, directive.where, hint))
        self.waiting = []

    # Formulas

    def _block(self, display: Display, layout: Layout) -> tuple[tuple[int, int], ...]:
        self._environments(display.inside)
        chains, blanks = read_chains(self.plain, self.masked, layout, self.last)
        self.number += 1
        if not chains:
            message = "The display formula holds nothing"
            hint = "remove it, or write what was meant"
            self.problems.append(Problem("BN102", message, display.where, hint))
        else:
            self.last = chains[-1].expressions[-1]
        said = tuple(self._linked(directive, chains) for directive in self.waiting)
        block = Block(chains, tuple(d for d in said if d is not None), display.where, self._name(display))
        self.waiting = []
        self.items.append(block)
        return blanks

    def _environments(self, inside: Slice) -> None:
        """Whether every environment that is opened is closed."""
        opened: list[re.Match[str]] = []
        for match in environments(self.plain, inside.start, inside.end):
            if match.group(1) == "begin":
                opened.append(match)
            elif opened and opened[-1].group(2) == match.group(2):
                opened.pop()
            else:
                self._unpaired(match, "closed here, but not opened before")
                return
        if opened:
            self._unpaired(opened[-1], "opened and never closed")

    def _unpaired(self, match: re.Match[str], what: str) -> None:
        where = Slice(match.start(1) - 1, match.end())
        message = f"The environment `{match.group(2)}` is {what} in this formula"
        hint = r"pair each `\begin` with an `\end` of the same name"
        self.problems.append(Problem("BN101", message, where, hint))

    def _linked(self, directive: Directive, chains: tuple[Chain, ...]) -> Directive | None:
        """The directive, its `link` written out; None where it names no link of the block."""
        labels = directives.link_labels(directive.options.get("link", ""))
        if labels is None:
            return directive
        count = sum(sign.symbol != ":=" for chain in chains for sign in chain.signs)
        wrong = next((label for label in labels if not _within(label, count)), None)
        if wrong is not None:
            has = f"has {count or 'no'} link{'s' if count != 1 else ''}"
            message = f"The directive names link {wrong}, and the formula after it {has}"
            hint = "links are counted from 1, one for each relation sign, in reading order"
            self.problems.append(Problem("BN108", message, directive.where, hint))
        known = [label for label in labels if _within(label, count)]
        options = {**directive.options, "link": ",".join(known)}
        return replace(directive, options=options) if known else None

    def _name(self, display: Display) -> str:
        """The directive's id, else the label, else a number under the heading."""
        ids = [d.options["id"] for d in self.waiting if d.options.get("id")]
        if len(set(ids)) > 1:
            message = f"The formula has two ids, `{ids[0]}` and `{next(i for i in ids if i != ids[0])}`"
            self.problems.append(Problem("BN107", message, self.waiting[-1].where, "keep one of them"))
        severity = Severity.ERROR if ids else Severity.WARNING
        where = next((d.where for d in self.waiting if d.options.get("id")), display.where)
        name = ids[0] if ids else self._label(display)
        if name in self.names:
            self._repeated(name, where, severity)
        if not name or name in self.names:
            name = self._numbered()
        self.names[name] = where
        return name

    def _repeated(self, name: str, where: Slice, severity: Severity) -> None:
        line = self.text.count("\n", 0, self.names[name].start) + 1
        message = f"The id `{name}` is already that of the formula in line {line}"
        hint = "rename one of them, so that a reference means one formula"
        self.problems.append(Problem("BN105", message, where, hint, severity))

    def _numbered(self) -> str:
        name, extra = f"{self.slug}-{self.number}", 1
        while name in self.names or name in self.reserved:
            extra += 1
            name = f"{self.slug}-{self.number}-{extra}"
        return name


def _within(label: str, count: int) -> bool:
    """Whether the links that `2` or `2+3` names are among 1..count."""
    return all(1 <= int(number) <= count for number in label.split("+"))


def slug_of(title: str) -> str:
    """The anchor that GitHub gives a heading: letters and digits of any script are kept."""
    shown = _LINK.sub(r"\1", title[:300]).lower()
    kept = (c for c in shown if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).strip().replace(" ", "-")
