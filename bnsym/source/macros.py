r"""The commands that a file defines, written out as TeX would, each place kept.

`\newcommand` and its kin, `\def` with plain parameters, `\let`, `\DeclareMathOperator`,
`\DeclarePairedDelimiter` and `\newenvironment` are taken in the order of the file. A definition
that asks for more (delimited parameters, a definition inside a group or inside another) is refused:
what it defines is written out as a command that no formula can hold, so that nothing is read in a
meaning that the author took away. Files that it brings in stand where it does so. Imports
`macro_definitions`, `directives`, `source_map`, `source`, `bundle`, and names of `commands`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bnsym.latex.commands import TABLE, Kind
from bnsym.model import Severity
from bnsym.source import directives
from bnsym.source.bundle import COMMENT, DEEPEST, FOLLOWED, INPUT, LARGEST, SKIPPED, Part, name_of, parts
from bnsym.source.directives import Problem
from bnsym.source.macro_definitions import (
    OPTIONAL,
    Macro,
    Unfit,
    argument,
    body_of,
    defined,
    group,
    parameters,
    past,
)
from bnsym.source.source_map import Places
from bnsym.source.text import Slice

REFUSED = r"\redefined"
"""What stands for a command that can't be written out; no formula may hold it."""
NOTHING = "{}"
"""What stands for a formula that only defines commands: without it, its dollars would open another."""
_LOCAL = "it is defined inside a group, beyond which it does not hold, or by its characters"
_DEPTH = 40
_LARGEST = 200_000
"""Characters that all commands together may be written out to."""
BESIDE = 4_000
"""Characters that a file that is brought in counts for beside its own."""
AGAIN = 50
"""How often, in all, files are brought in that were before."""
_DEFINES = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|[gex]?def|let|Declare[A-Z]|(?:re)?newenvironment"
    r"|(?:New|Renew|Provide)DocumentCommand|(?:abs|norm)(?![A-Za-z]))"
)
_TOKEN = re.compile(
    rf"""(?P<comment>{COMMENT}) | (?P<skipped>{SKIPPED})
  | \\(?P<definer>(?:re)?newcommand|DeclareRobustCommand|[gex]?def|let|DeclareMathOperator
      |DeclarePairedDelimiter|(?:New|Renew|Provide|Declare)DocumentCommand|(?:re)?newenvironment
      |newcommandx|renewcommandx|providecommand)(?P<star>\*?)(?![A-Za-z@])
  | \\(?P<edge>begin|end)\s*+\{{\s*+(?P<environment>[A-Za-z]+\*?)\s*+\}}
  | {INPUT} | \\(?P<scope>[be]group|(?:begin|end)group)(?![A-Za-z]) | \\(?P<name>[A-Za-z]++)
  | (?P<open>\\[\[(]|\{{) | (?P<close>\\[\])]|\}}) | \\. | (?P<dollars>\$\$?) | (?P<gap>\n[ \t\r]*+(?=\n))""",
    re.VERBOSE | re.DOTALL,
)
_NAME = re.compile(r"\s*+(?:\{\s*+\\(?P<braced>[A-Za-z@]++)\s*+\}|\\(?P<bare>[A-Za-z@]++))")
_CSNAME = re.compile(r"\s*+([A-Za-z]++)\s*+\\endcsname")
_SIGN = re.compile(r"\s*+(?:\{\s*+\\(?P<braced>[^A-Za-z\s])\s*+\}|\\(?P<bare>[^A-Za-z\s]))")
_WORD = re.compile(r"\s*+\{\s*+(?P<word>[A-Za-z]++\*?)\s*+\}")
_DISPLAY = re.compile(r"\\\[|\$\$|\\begin")
_PARAMETER = re.compile(r"#([1-9])")
_WHOLE = (Kind.ACCENT, Kind.FONT, Kind.TEXT, Kind.FRAC, Kind.SQRT, Kind.WRAP, Kind.UNDER, Kind.OVERSET)
TAKES = {
    **{word[1:]: entry.arity for entry in TABLE if entry.kind in _WHOLE for word in entry.spellings},
    "underline": 1,
    "substack": 1,
    "binom": 2,
}
"""Commands of LaTeX, and how many arguments each takes."""
BUILT_IN = {
    "ensuremath": Macro("#1", 1),
    "xspace": Macro(""),
    "abs": Macro(r"\left\lvert #1 \right\rvert", 1, sized=True),
    "norm": Macro(r"\left\lVert #1 \right\rVert", 1, sized=True),
}
"""What packages, and set-ups of MathJax, define."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Text, and for each character the stretch of the file that it comes from."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def part(self, start: int, end: int) -> Placed:
        return Placed(self.text[start:end], self.starts[start:end], self.ends[start:end])


@dataclass(frozen=True, slots=True)
class WrittenOut:
    """A bundle as the one text that TeX would see."""

    text: str
    places: Places
    problems: tuple[Problem, ...] = ()
    """What is wrong with its commands."""
    refused: Mapping[int, str] = field(default_factory=dict)
    r"""Why an `\input` still stands there, by its place."""


def written_out(bundle: str) -> WrittenOut:
    """With the files in their places, and the commands that they define."""
    own, *others = parts(bundle)
    if not others and not _DEFINES.search(bundle):
        return WrittenOut(bundle, Places(bundle))
    writer = _Writer(bundle, {part.name: part for part in others})
    writer.write(writer.placed(own), 0)
    text, starts, ends = "".join(writer.parts), writer.starts, writer.ends
    places = Places(bundle, starts, ends, parts=(own, *others))
    return WrittenOut(text, places, tuple(writer.said(starts)), writer.refused)


def formulas_written_out(text: str, places: Places, formulas: Sequence[Slice]) -> WrittenOut:
    """The text with the commands that its formulas define written out, in these only.

    `formulas`: where they stand, in order; what one of them defines holds in all that follow, as a
    browser has it."""
    if not any(_DEFINES.search(text, one.start, one.end) for one in formulas):
        return WrittenOut(text, places)
    size = len(text)
    starts = range(size) if places.starts is None else places.starts
    writer, done = _Writer("", {}), 0
    placed = Placed(text, starts, places.ends or range(1, size + 1))
    grown: list[tuple[int, int]] = [(0, 0)]
    for one in formulas:
        writer.put(placed.part(done, one.start))
        begins, done = len(writer.parts), one.end
        writer.write(placed.part(one.start, one.end), 0)
        if not "".join(writer.parts[begins:]).strip():
            writer.put(Placed(NOTHING, (starts[one.start],) * 2, (starts[one.start],) * 2))
        writer.groups, writer.in_dollars = 0, False
        grown.append((done, len(writer.starts) - done))
    writer.put(placed.part(done, size))
    cells = tuple(
        replace(cell, start=_moved(cell.start, grown), end=_moved(cell.end, grown)) for cell in places.cells
    )
    written = Places(places.written, writer.starts, writer.ends, cells)
    return WrittenOut("".join(writer.parts), written, tuple(writer.said(writer.starts)))


def _moved(offset: int, grown: list[tuple[int, int]]) -> int:
    """Where an offset lies once the stretches that end before it have grown."""
    return offset + grown[bisect_right(grown, offset, key=lambda pair: pair[0]) - 1][1]


@dataclass(slots=True)
class _Writer:
    """The text as far as it is written out, and the commands defined so far."""

    bundle: str
    files: Mapping[str, Part]
    """Those that may be brought in, by name."""
    macros: dict[str, Macro] = field(default_factory=lambda: dict(BUILT_IN))
    """By name; `begin x` and `end x` for an environment's two ends."""
    parts: list[str] = field(default_factory=list)
    starts: array[int] = field(default_factory=lambda: array("Q"))
    ends: array[int] = field(default_factory=lambda: array("Q"))
    groups: int = 0
    """How many braces, environments and formulas are open around what is read."""
    in_dollars: bool = False
    grown: int = 0
    refusals: dict[str, tuple[int, str, Severity]] = field(default_factory=dict)
    """Commands that were called and refused: where in the file, why, and how grave that is."""
    refused: dict[int, str] = field(default_factory=dict)
    """Why a file is not brought in, by the place in the text."""
    opened: list[str] = field(default_factory=list)
    """The files that what is read stands in, but the note."""
    seen: set[str] = field(default_factory=set)
    again: int = 0
    """How often a file was brought in that was before."""
    brought: int = 0
    """Characters of all files that were brought in, however often."""

    def placed(self, part: Part) -> Placed:
        start, end = part.start, part.end
        return Placed(self.bundle[start:end], range(start, end), range(start + 1, end + 1))

    def write(self, placed: Placed, depth: int) -> None:
        position = 0
        while match := _TOKEN.search(placed.text, position):
            self.put(placed.part(position, match.start()))
            position = self.token(placed, match, depth)
        self.put(placed.part(position, len(placed.text)))

    def put(self, placed: Placed) -> None:
        """A letter after a command's name is none of the name."""
        if not placed.text:
            return
        if placed.text[0].isalpha() and self.parts and re.search(r"\\[A-Za-z]+\Z", self.parts[-1][-64:]):
            self.put(Placed(" ", placed.starts[:1], placed.ends[:1]))
        self.parts.append(placed.text)
        self.starts.extend(placed.starts)
        self.ends.extend(placed.ends)

    def token(self, placed: Placed, match: re.Match[str], depth: int) -> int:
        """Take one token; where to go on."""
        start, end = match.span()
        if match["comment"] and directives.opens(placed.text, start):
            end = start + 1  # its formulas are written out too
        elif match["definer"]:
            return self.define(placed, match, local=depth > 0 or self.groups > 0 or self.in_dollars)
        elif match["input"] in FOLLOWED:
            return self.bring(placed, match, depth)
        elif match["name"] == "endinput" and self.opened:
            return len(placed.text)
        elif match["open"] or match["close"] or match["scope"]:
            self.enter(bool(match["open"]) or match.group() in (r"\bgroup", r"\begingroup"))
        elif match["dollars"] or match["gap"]:
            self.in_dollars = bool(match["dollars"]) and not self.in_dollars
        elif match["edge"] and match["environment"] != "document":
            key = f"{match['edge']} {match['environment']}"
            if key in self.macros:
                return self.call(placed, match, key, depth)
            self.enter(match["edge"] == "begin")
        elif match["name"] in self.macros:
            return self.call(placed, match, match["name"], depth)
        self.put(placed.part(start, end))
        return self.taken(placed, match["name"], end, depth) if match["name"] in TAKES else end

    def taken(self, placed: Placed, name: str, end: int, depth: int) -> int:
        r"""The arguments of a command that LaTeX defines: in `\frac\a\b` it takes `\a` whole, whatever
        that stands for. Where to go on."""
        if name == "sqrt" and (given := OPTIONAL.match(placed.text, end)):
            self.write(placed.part(end, given.end()), depth)
            end = given.end()
        for _ in range(TAKES[name]):
            try:
                (start, close), after = argument(placed.text, end)
            except Unfit:
                return end
            call = _TOKEN.match(placed.text, start, close)
            macro = self.macros.get(call["name"] or "") if call else None
            if call and macro and close == after and not macro.count:  # one that stands without braces
                self.put(Placed("{", placed.starts[start : start + 1], placed.ends[start : start + 1]))
                self.call(placed, call, call["name"], depth)
                self.put(Placed("}", placed.starts[close - 1 : close], placed.ends[close - 1 : close]))
            else:
                self.write(placed.part(end, after), depth)
            end = after
        return end

    def enter(self, opens: bool) -> None:
        self.groups = max(0, self.groups + (1 if opens else -1))

    # Files

    def bring(self, placed: Placed, match: re.Match[str], depth: int) -> int:
        """A file at its place, set off from what follows by the end of a line; where to go on."""
        start, end = match.span()
        part = self.files.get(name_of(match))
        why = self.unfit(part) if part else ""
        if part is None or why:
            self.refused[len(self.starts)] = why
            self.put(placed.part(start, end))
            return end
        self.brought += part.end - part.start + BESIDE
        self.again += part.name in self.seen
        self.seen.add(part.name)
        self.opened.append(part.name)
        self.write(self.placed(part), depth)
        self.opened.pop()
        if not self.parts[-1].endswith("\n"):
            self.put(Placed("\n", placed.starts[end - 1 : end], placed.ends[end - 1 : end]))
        following = _LINE_END.match(placed.text, end)
        return following.end() if following else end

    def unfit(self, part: Part) -> str:
        """Why it is not brought in here."""
        if not part.path:
            return self.bundle[part.start : part.end]
        if part.name in self.opened:
            return "it would bring in itself"
        if len(self.opened) >= DEEPEST:
            return f"more than {DEEPEST} files would stand in each other"
        if part.name in self.seen and self.again >= AGAIN:
            return f"files that were brought in before would be again, more than {AGAIN} times"
        return "more than 2 MB would be brought in" if self.brought > LARGEST else ""

    # Calls

    def call(self, placed: Placed, match: re.Match[str], name: str, depth: int) -> int:
        """A command, written out with its arguments; where to go on."""
        macro, start, end = self.macros[name], match.start(), match.end()
        try:
            if macro.refused or depth >= _DEPTH or self.grown > _LARGEST:
                raise Unfit(macro.refused or "it is written out without an end")
            arguments, end = _arguments(placed, macro, end)
            written = _filled(placed.part(start, end), macro, arguments)
        except Unfit as error:
            where = placed.starts[start]
            severity = Severity.ERROR if macro.hides or not macro.refused else Severity.WARNING
            self.refusals.setdefault(name, (where, str(error), severity))
            self.mark(where, placed.ends[end - 1])
            return end
        self.grown += len(written.text)
        self.write(written, depth + 1)
        return end

    def said(self, starts: Sequence[int]) -> Iterator[Problem]:
        """What was refused, once for each command."""
        for name, (where, why, severity) in self.refusals.items():
            at = starts.index(where)
            shown = rf"\{name}" if " " not in name else "\\" + "{".join(name.split()) + "}"
            message = f"`{shown}` is not written out, and no formula with it is read: {why}"
            hint = r"define it with \newcommand, before its first use and outside all braces"
            yield Problem("BN117", message, Slice(at, at + len(REFUSED)), hint, severity)

    # Definitions

    def define(self, placed: Placed, match: re.Match[str], *, local: bool) -> int:
        """Take a definition; nothing of it is text. Where to go on."""
        text, definer, end = placed.text, match["definer"], match.end()
        if definer.endswith("environment"):
            return self.environment(text, end, local=local)
        where = placed.starts[match.start()]
        found = _NAME.match(text, end)
        if found is None:
            return self.sign(text, end, where)
        name, end = found["braced"] or found["bare"], found.end()
        if name == "csname":
            made = _CSNAME.match(text, end)
            name, end, local = (made.group(1), made.end(), True) if made else (name, end, local)
        try:
            macro, end = defined(text, definer, end, self.macros)
        except Unfit as error:
            begins, end = end, past(text, end)
            macro = Macro(refused=str(error), hides=bool(_DISPLAY.search(text, begins, end)))
        if local:
            macro = Macro(refused=macro.refused or _LOCAL, hides=bool(_DISPLAY.search(macro.body)))
        known = self.macros.get(name)
        if not (definer.startswith(("provide", "Provide")) and known and known is not BUILT_IN.get(name)):
            self.macros[name] = macro
        return end

    def sign(self, text: str, end: int, where: int) -> int:
        r"""`\renewcommand{\[}{…}`: what is no word is not written out, nor marked where it is used."""
        found = _SIGN.match(text, end)
        if found is None:
            return end
        self.refusals.setdefault(found["braced"] or found["bare"], (where, "it is no word", Severity.ERROR))
        self.mark(where, where + 1)
        return past(text, found.end())

    def mark(self, start: int, end: int) -> None:
        """What no formula can hold, for this stretch of the file."""
        width = len(REFUSED)
        self.put(Placed(REFUSED, (start,) * width, (end,) * width))

    def environment(self, text: str, end: int, *, local: bool) -> int:
        found = _WORD.match(text, end)
        if found is None:
            return end
        name, end = found["word"], found.end()
        if local:
            refused = Macro(refused=_LOCAL, hides=True)
            self.macros |= {f"begin {name}": refused, f"end {name}": refused}
            return past(text, end)
        try:
            count, default, end = parameters(text, end)
            first, end = group(text, end)
            last, end = group(text, end)
            begin, finish = Macro(body_of(first), count, default), Macro(body_of(last))
        except Unfit as error:
            end = past(text, end)
            begin = finish = Macro(refused=str(error), hides=True)
        self.macros |= {f"begin {name}": begin, f"end {name}": finish}
        return end


_LINE_END = re.compile(r"[ \t]*\r?\n")
_SIZE = re.compile(r"\*|\s*\[\\[A-Za-z]+\]")


def _arguments(placed: Placed, macro: Macro, end: int) -> tuple[list[Placed], int]:
    """The arguments of a call, and where it ends. Raises Unfit where one is missing."""
    text, found = placed.text, []
    if macro.sized and (size := _SIZE.match(text, end)):
        end = size.end()
    if macro.default is not None:
        given = OPTIONAL.match(text, end)
        if given:
            found.append(placed.part(*given.span(1)))
            end = given.end()
        else:
            width, here = len(macro.default), end - 1
            places = (placed.starts[here],) * width, (placed.ends[here],) * width
            found.append(Placed(macro.default, *places))
    while len(found) < macro.count:
        inside, end = argument(text, end)
        found.append(placed.part(*inside))
    return found, end


def _filled(call: Placed, macro: Macro, arguments: list[Placed]) -> Placed:
    """The body with the arguments in it; what is the body's own stands where the call does."""
    where = min(call.starts), max(call.ends)
    text: list[str] = []
    starts, ends = array("Q"), array("Q")
    for number, piece in enumerate(_PARAMETER.split(macro.body)):
        if number % 2 == 0:
            placed = Placed(piece, (where[0],) * len(piece), (where[1],) * len(piece))
        elif int(piece) > len(arguments):
            raise Unfit(f"it has no argument {piece}")
        else:
            placed = arguments[int(piece) - 1]
        if text and placed.text[:1].isalpha() and re.search(r"\\[A-Za-z]+\Z", text[-1][-64:]):
            text.append(" ")
            starts.append(where[0])
            ends.append(where[1])
        text.append(placed.text)
        starts.extend(placed.starts)
        ends.extend(placed.ends)
    return Placed("".join(text), starts, ends)
