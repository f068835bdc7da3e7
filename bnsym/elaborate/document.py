r"""A file → a Document: headings, directives and display formulas in order, each with its
exact place; formulas taken apart into chains, named, and joined to their directives.

Nothing here raises: what is wrong with a note is a Diagnostic, and the rest is read. Imports
the Markdown side of reading and `model`, nothing that knows LaTeX terms.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TypeAlias

from bnsym.elaborate.blanks import read_condensed
from bnsym.elaborate.prose import Prose
from bnsym.latex.chains import read_chains, unsure
from bnsym.latex.nesting import Blank, Layout, blanked, lay_out, moved
from bnsym.model import Diagnostic, Severity, for_file
from bnsym.source import directives
from bnsym.source.directives import Problem
from bnsym.source.markdown import Comment, Display, Formula, Found, Lost, environments
from bnsym.source.opening import opened
from bnsym.source.source_map import Places
from bnsym.source.text import (
    Block,
    Chain,
    Directive,
    Heading,
    Item,
    Remark,
    Role,
    Saying,
    Sign,
    Slice,
    Source,
)


@dataclass(frozen=True, slots=True)
class Document:
    """A note, found and taken apart, but not yet understood."""

    source: Source
    items: tuple[Item, ...]
    diagnostics: tuple[Diagnostic, ...]


def read_document(text: str, file: str) -> Document:
    """What a file with this text and name holds, in order; never raises, whatever the text."""
    manuscript = opened(text, file)
    prose = read_condensed(manuscript.text, manuscript.found)
    prose = replace(prose, pairs=prose.pairs | dict(_tabled(manuscript.text, manuscript.found)))
    assembly = _Assembly(manuscript.text, manuscript.places, list(manuscript.problems), prose)
    assembly.run([assembly.parsed(one) for one in assembly.prose.settled(manuscript.text, manuscript.found)])
    source = Source(file, manuscript.text, assembly.masked, manuscript.places)
    items = sorted((*assembly.items, *assembly.sayings()), key=lambda item: item.where.start)
    said = sorted(assembly.problems, key=lambda problem: problem.where.start)
    lost = (manuscript.lost,) if manuscript.lost else ()
    return Document(source, tuple(items), (*lost, *(_diagnostic(source, p) for p in said)))


def _tabled(text: str, found: Iterable[Found]) -> Iterator[tuple[Slice, Slice]]:
    """The names in the first cells of tables whose head says that another tells what they are: by that."""
    for name, one in pairwise(one.where for one in found if isinstance(one, Formula)):
        start = text.rfind("\n", max(0, one.start - _TABLE), one.start) + 1
        between = text[name.end : one.start].strip()
        first = name.start >= start > 0 and not text[start : name.start].strip(" |")
        if not (first and between[:1] == between[-1:] == "|" and _CELL_END.match(text, one.end)):
            continue
        head = _HEAD.search(text, max(0, start - _TABLE), start)
        cells = [cell.lower() for cell in head[1].strip(" |").split("|")] if head else []
        column = between.count("|")
        if column < len(cells) and _SYMBOL.search(cells[0]) and _MEANING.search(cells[column]):
            yield one, name


def slug_of(title: str) -> str:
    """The anchor that GitHub gives a heading: letters and digits of any script are kept."""
    shown = _LINK.sub(r"\1", title[:300]).lower()
    kept = (c for c in shown if c in " -_" or unicodedata.category(c)[0] in "LNM")
    return "".join(kept).strip().replace(" ", "-")


def _diagnostic(source: Source, problem: Problem) -> Diagnostic:
    span = source.span(problem.where.start, problem.where.end)
    return Diagnostic(
        problem.code, problem.severity, problem.message, span, for_file(problem.hint, source.file)
    )


_REFUTED = "declare it: `<!-- bnsym: refuted -->` before the formula"
_CONDITION = re.compile(
    r"(?!.*(?:\\in(?![A-Za-z])|∈|\\[lc]?dots))(?=.*(?:[=<>≤≥≠≈→≪≫]|\\(?:[lg]eq?(?:slant)?|neq?|[lg]t|to|rightarrow|ll|gg|approx)(?![A-Za-z])))"
)
"""An order or an equation: what says over what a name runs is no condition."""
_MEMBER = re.compile(
    r"(?:\\in(?![A-Za-z])|∈)(?!\s*(?:\\mathbb\s*\{?\s*R|\\R|ℝ))|\\notin(?![A-Za-z])|∉|=.*\\[lc]?dots"
)
"""Of a set or a range, that may not be all: not `m_i \\in \\mathbb{R}`."""
_SILENT = re.compile(r"[≈→≪≫]|\\(?:to|rightarrow|ll|gg|approx|sim)(?![A-Za-z])")
_Parsed: TypeAlias = Found | Directive
_LABEL = re.compile(r"\\label\s*\{([^{}]+)\}")
_QUOTE_MARK = re.compile(r"[ \t]*>")
_TABLE = 4000
"""How far above a row of a table its head is looked for."""
_HEAD = re.compile(r"(?:\A|(?<=\n))([^\n]*\|[^\n]*)\n[ |:-]*--[ |:-]*\n(?:[^\n]*\|[^\n]*\n)*\Z")
_CELL_END = re.compile(r"[ \t]*(?:\||\n|\Z)")
_SYMBOL = re.compile("symbol|notation|name|variable|quantity|gr(?:ö|oe)ße|símbolo|符号|记号|記号|기호")
_MEANING = re.compile(
    "defin|formula|expression|meaning|value|formel|bedeutung|fórmula|公式|定义|定義|정의|수식"
)
_GAP = re.compile(r"[\s>]*")
_NAME = re.compile(r"[^\s#]+")
_LINK = re.compile(r"!?\[([^\]\[]*)\]\([^()]*\)")


@dataclass(slots=True)
class _Assembly:
    """What was found → items, in order."""

    text: str
    places: Places
    problems: list[Problem]
    prose: Prose
    items: list[Item] = field(default_factory=list)
    plain: str = ""
    """The text without quotation marks inside formulas."""
    masked: str = ""
    waiting: list[Directive] = field(default_factory=list)
    """Directives whose formula has not come yet."""
    reach: int = 0
    """Where the last of them, or the last comment after it, ends."""
    insides: dict[Slice, Slice] = field(default_factory=dict)
    """What stands between the delimiters of each formula."""
    reserved: set[str] = field(default_factory=set)
    """Names that a directive or a label gives."""
    names: dict[str, Slice] = field(default_factory=dict)
    """Names in use, and the formula of each."""
    slugs: Counter[str] = field(default_factory=Counter)
    under: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Of each file, its last heading's slug, or its own, and how many formulas there have been under that."""
    last: Chain | None = None
    """The last chain of the formula before."""

    def parsed(self, found: Found) -> _Parsed:
        """The directive that a comment is, if it is one."""
        if not isinstance(found, Comment) or not directives.opens(self.text, found.where.start):
            return found
        directive, problems = directives.parse(self.text, found.where.start, found.where.end)
        self.problems += problems
        return directive or found

    def run(self, found: list[_Parsed]) -> None:
        displays = [one for one in found if isinstance(one, Display | Formula)]
        said = [one for one in found if isinstance(one, Directive)]
        self.plain = blanked(self.text, (mark for d in displays for mark in self._quotation(d)))
        self.insides = {d.where: d.inside for d in displays}
        layouts = {d.where: lay_out(self.plain, d.inside.start, d.inside.end) for d in displays}
        laid_out = [(d.inside.start, layouts[d.where]) for d in displays]
        laid_out += [(f.start, lay_out(self.text, f.start, f.end)) for d in said for f in d.formulas]
        blanks = [b for start, layout in laid_out for b in moved(layout.blanks, start)]
        self.masked = blanked(self.plain, blanks)
        self.reserved = {self._label(d) for d in displays if isinstance(d, Display)} | {
            d.options.get("id", "") for d in said
        }
        self.masked = blanked(self.masked, [b for one in found for b in self._take(one, layouts)])
        self._abandon()

    def sayings(self) -> Iterator[Saying]:
        """What words say of names; a heading says it of its section."""
        for one in self.prose.sayings:
            names = tuple(self.insides[name] for name in one.names if name in self.insides)
            if names or not one.names:
                yield replace(one, names=names)

    def _quotation(self, display: Display | Formula) -> Iterator[Blank]:
        """The `>` before each line of a quoted formula."""
        line = display.inside.start
        while display.quotes and line < display.inside.end:
            position = line
            for _ in range(display.quotes if line and self.text[line - 1] == "\n" else 0):
                if mark := _QUOTE_MARK.match(self.text, position, display.inside.end):
                    yield position, mark.end()
                    position = mark.end()
            line = (self.text.find("\n", line, display.inside.end) + 1) or display.inside.end

    def _label(self, display: Display) -> str:
        found = _LABEL.search(self.text, display.inside.start, display.inside.end)
        label = display.label or (found.group(1) if found else "")
        label = label.strip().removeprefix("eq:")
        return label if _NAME.fullmatch(label) else ""

    def _take(self, found: _Parsed, layouts: dict[Slice, Layout]) -> tuple[Blank, ...]:
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
            case Formula():
                self._abandon()
                return self._remark(found, layouts)
            case Display():
                return self._block(found, layouts[found.where])
        return ()

    def _problem(self, code: str, message: str, where: Slice, hint: str) -> None:
        self.problems.append(Problem(code, message, where, hint))

    def _section(self, heading: Heading) -> None:
        self.items.append(heading)
        slug = slug_of(heading.title) or "section"
        repeated = self.slugs[slug]
        self.slugs[slug] += 1
        self.under[self._path(heading.where)] = f"{slug}-{repeated}" if repeated else slug, 0

    def _abandon(self) -> None:
        """Directives that wait for a formula, and none follows."""
        for directive in self.waiting:
            message = f"`{directive.name}` speaks of the display formula after it, and none follows"
            hint = "put it just before its formula, with nothing but white space between"
            self._problem("BN106", message, directive.where, hint)
        self.waiting = []

    # Formulas

    def _block(self, display: Display, layout: Layout) -> tuple[Blank, ...]:
        self._environments(display.inside)
        read = read_chains(layout, display.inside.start, self.last)
        chains = tuple(self._led(chain, display) for chain in read.chains)
        path = self._path(display.where)
        slug, number = self.under.get(path) or ("-".join(path.removesuffix(".tex").split()) or "block", 0)
        self.under[path] = slug, number + 1
        if chains:
            self.last = next(c for c in reversed(chains) if not c.beside)
        elif not read.remarks:
            hint = "remove it, or write what was meant"
            self._problem("BN102", "The display formula holds nothing", display.where, hint)
        said = tuple(d for waiting in self.waiting if (d := self._linked(waiting, chains)))
        self.items.append(Block(chains, said, display.where, self._name(display, f"{slug}-{number + 1}")))
        self.waiting = []
        return read.blanks

    def _led(self, chain: Chain, display: Display) -> Chain:
        """The chain, with what the sentence before its display says of it."""
        said, few = self.prose.conditions.get(display.where, ()), self._few(display.where)
        cased = display.where in self.prose.cased
        given = [self.insides[one] for one in said if one in self.insides]  # the rest states nothing
        if not (given or few or cased or display.where in self.prose.doubts):
            return chain
        conditions = [one for one in given if _CONDITION.search(self.text, one.start, one.end)]
        unclear = [one for one in conditions if _SILENT.search(self.text, one.start, one.end)]
        conditions = [one for one in conditions if one not in unclear]
        words = self.prose.doubts.get(display.where) or next(iter(unclear), None)
        doubt = unsure(self.text[words.start : words.end], words, 0) if words else None
        declared = any(d.name in ("claim", "refuted") for d in self.waiting)
        denied = display.where in self.prose.denied and not declared
        why = "the text says that this is false"
        unread = (replace(doubt, why=why, hint=_REFUTED),) if doubt and denied else ()
        partly = [one for one in given if _MEMBER.search(self.text, one.start, one.end)]
        return replace(
            chain,
            partly=(*chain.partly, *partly, *few),
            cased=cased,
            conditions=(*chain.conditions, *conditions),
            doubt=chain.doubt or doubt,
            unread=(*chain.unread, *(replace(one, expression=None) for one in unread)),
        )

    def _remark(self, formula: Formula, layouts: dict[Slice, Layout]) -> tuple[Blank, ...]:
        """A formula in running text, or two of which one names the other."""
        read = read_chains(layouts[formula.where], formula.inside.start, None)
        chains = read.chains
        role = self.prose.roles.get(formula.where, Role.PLAIN)
        bare = not any(chain.signs for chain in chains)
        if bare and role is not Role.DENIED:
            role = self.prose.spoken.get(formula.where, role)
        if named := self.prose.pairs.get(formula.where) or self.prose.equated.get(formula.where):
            other = read_chains(layouts[named], self.insides[named].start, None).chains
            expressions = tuple(c.expressions[0] for c in (*other, *chains))
            between = Sign("=", Slice(named.end, formula.where.start))
            chains = (Chain(expressions[:2], (between,)),)
            role = Role.SAID if formula.where in self.prose.pairs else role
        cased = formula.where in self.prose.cased
        chains = tuple(replace(chain, partly=self._few(formula.where), cased=cased) for chain in chains)
        shown = self.text.startswith("$$", formula.where.start)
        anew, rank = formula.where in self.prose.anew, self.prose.ranks.get(formula.where)
        rank, told = None if role is Role.DENIED else rank, self.prose.described.get(formula.where)
        names = formula.where in self.prose.naming
        self.items.append(Remark(chains, role, formula.where, shown, anew, rank, told, names))
        return read.blanks

    def _few(self, where: Slice) -> tuple[Slice, ...]:
        """What its sentence says of the indices for which it holds."""
        return tuple(self.insides[one] for one in self.prose.partly.get(where, ()) if one in self.insides)

    def _environments(self, inside: Slice) -> None:
        """Whether every environment that is opened is closed."""
        opened: list[re.Match[str]] = []
        for match in environments(self.plain, inside.start, inside.end):
            if match.group(1) == "begin":
                opened.append(match)
            elif opened and opened[-1].group(2) == match.group(2):
                opened.pop()
            else:
                return self._unpaired(match, "closed here, but not opened before")
        return self._unpaired(opened[-1], "opened and never closed") if opened else None

    def _unpaired(self, match: re.Match[str], what: str) -> None:
        message = f"The environment `{match.group(2)}` is {what} in this formula"
        hint = r"pair each `\begin` with an `\end` of the same name"
        self._problem("BN101", message, Slice(match.start(1) - 1, match.end()), hint)

    def _linked(self, directive: Directive, chains: tuple[Chain, ...]) -> Directive | None:
        """The directive, its `link` written out; None where it names no link of the block."""
        labels = directives.link_labels(directive.options.get("link", ""))
        if labels is None:
            return directive
        count = sum(sign.symbol != ":=" for chain in chains if chain.claims for sign in chain.signs)
        known = [label for label in labels if _within(label, count)]
        if wrong := next((label for label in labels if label not in known), None):
            has = f"has {count or 'no'} link{'s' if count != 1 else ''}"
            message = f"The directive names link {wrong}, and the formula after it {has}"
            hint = "links are counted from 1, one for each relation sign, in reading order"
            self._problem("BN108", message, directive.where, hint)
        options = {**directive.options, "link": ",".join(known)}
        return replace(directive, options=options) if known else None

    def _path(self, where: Slice) -> str:
        """Of the file that it stands in, from the note's folder; empty for the note itself."""
        return self.places.part(self.places.range(where.start, where.start)[0]).path

    def _name(self, display: Display, number: str) -> str:
        """The directive's id, else the label, else a number under the heading."""
        given = [(d.options["id"], d.where) for d in self.waiting if d.options.get("id")]
        if other := next((name for name, _ in given if name != given[0][0]), None):
            message = f"The formula has two ids, `{given[0][0]}` and `{other}`"
            self._problem("BN107", message, self.waiting[-1].where, "keep one of them")
        name, where = given[0] if given else (self._label(display), display.where)
        if name in self.names:
            self._repeated(name, where, Severity.ERROR if given else Severity.WARNING)
        if not name or name in self.names:
            name = self._numbered(number)
        self.names[name] = where
        return name

    def _repeated(self, name: str, where: Slice, severity: Severity) -> None:
        line = self.places.span("", self.names[name].start, self.names[name].start).line
        message = f"The id `{name}` is already that of the formula in line {line}"
        hint = "rename one of them, so that a reference means one formula"
        self.problems.append(Problem("BN105", message, where, hint, severity))

    def _numbered(self, number: str) -> str:
        name, extra = number, 1
        while name in self.names or name in self.reserved:
            extra += 1
            name = f"{number}-{extra}"
        return name


def _within(label: str, count: int) -> bool:
    """Whether the links that `2` or `2+3` names are among 1..count."""
    return all(1 <= int(number) <= count for number in label.split("+"))
