"""A document's items → chains of surface trees, each with all that is in force where it
stands: its aliases applied, its hypotheses, its declarations. No meaning yet.

Imports the surface modules of reading and `source`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, takewhile

from bnsym.elaborate import stated
from bnsym.elaborate.aliases import Alias, Aliases, paired
from bnsym.elaborate.calls import as_call, standing
from bnsym.elaborate.conventions import Record
from bnsym.elaborate.dependence import reached
from bnsym.elaborate.symbols import Table, as_target, size_name
from bnsym.elaborate.written_out import is_kronecker, written_out
from bnsym.latex.ast import (
    Apply,
    BigSum,
    Component,
    Derivative,
    Entrywise,
    Inner,
    Node,
    Norm,
    Place,
    Product,
    Symbol,
    Transpose,
    canonical,
    number_in,
    unwrap,
    walk,
)
from bnsym.latex.commands import BUILT_IN, OWN, WORD, Kind
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import is_function, is_word, word_of
from bnsym.latex.grouping import CLOSES, OPENS, tokenize
from bnsym.latex.lexer import Token
from bnsym.latex.parser import parse, parse_tokens
from bnsym.latex.scripts import letter_of
from bnsym.latex.words import BOTH, is_phrase
from bnsym.model import Declaration, Declared, Diagnostic, Severity, for_file
from bnsym.source.directives import link_labels
from bnsym.source.text import (
    Block,
    Chain,
    Directive,
    Heading,
    Item,
    Remark,
    Role,
    Saying,
    Slice,
    Source,
    Unread,
)

SIGNS = {"=": "=", r"\equiv": "=", r"\le": r"\le", "<": "<", r"\ge": r"\ge", ">": ">", r"\ne": r"\ne"}
EQUATIONS = frozenset(("=", ":=", r"\equiv"))


ANEW = "{}"
"""Marks the spelling of a name that a later section defines anew; it does not show."""


@dataclass
class Expression:
    """One expression of a chain: its tree, or why it has none."""

    where: Slice
    node: Node | None = None
    problem: ReadError | None = None
    total: bool | None = None
    """Whether its partial derivatives are total; None where the file does not say."""
    record: Record = field(default_factory=Record)
    """The conventions that were taken in it."""


@dataclass
class RawHypothesis:
    left: Expression
    sign: str
    right: Expression
    where: Slice
    level: int = 0
    """Of the section that it was assumed in."""
    condition: bool = False
    """Set beside the links that it is for."""
    said: bool = False
    """In a sentence, of names that must be free: of others it is a claim of the text."""
    letters: bool = False
    """Of two index letters: it restricts the free letters of links."""
    open: bool = False
    """The text says it, and not that it is assumed: in force nowhere, it puts refutations in doubt."""


@dataclass(frozen=True, slots=True)
class Shape:
    r"""What `x \in \mathbb{R}^{m \times n}` says of x, from its section on."""

    sizes: tuple[str, ...]
    where: Slice
    section: int
    row: bool = False
    r"""Whether it is one of `\mathbb{R}^{1 \times n}`."""


@dataclass
class RawLink:
    id: str
    left: int
    right: int
    """Positions in the chain; more than one apart for a link that bridges unread ones."""
    sign: str
    where: Slice


@dataclass
class RawChain:
    block: Block
    chain: Chain
    expressions: list[Expression]
    signs: list[tuple[str, Slice]]
    defines: bool
    """The block's directive says that its rows are definitions."""
    hypotheses: list[RawHypothesis] = field(default_factory=list)
    problem: ReadError | None = None
    """Of its conditions: none of its links can be read."""
    unclear: tuple[str, ...] = ()
    """Its conditions, where one of them can't be read, and those with words that are not known."""
    section: int = 0
    """How many headings stand before it."""
    aliases: Aliases = field(default_factory=Aliases)
    """Those in force where it stands."""
    claimed: bool = False
    """A directive says that its rows are claims."""
    binds: bool = False
    r"""Whether it may be meant as a condition: `\sum_i w_i = 1`."""
    doubt: ReadError | None = None
    """Why a refutation of its first link would say nothing."""
    choice: Node | None = None
    """The left side of the first of two rows that a word such as `or` joins."""
    beside: list[RawChain] = field(default_factory=list)
    """Of an order of names: the chains to its left in its row, of which it may be a condition."""
    reasons: list[tuple[int, RawChain]] = field(default_factory=list)
    """Claims that its links from an expression on are said to follow from."""
    said: bool = False
    """A word before it, `where` or `with`, says that it defines, or else is a condition of those chains."""
    rivals: list[RawChain] = field(default_factory=list)
    """What such a word says beside it of names that are defined otherwise."""
    stated: bool = False
    """In running text: it defines a name or does nothing, and none of its signs is a link."""
    anew: bool = False
    """In running text, behind a word that says that it holds from there on: `now`, `let`."""
    tentative: bool = False
    """In a sentence, and the first place of the name: it defines it if nothing else does."""
    names_function: bool = False
    r"""Its first row says what a function is, as in `\operatorname{RMS}(x) = …`."""

    @property
    def nodes(self) -> list[Node]:
        """The expressions that could be parsed."""
        return [e.node for e in self.expressions if e.node is not None]

    @property
    def words(self) -> Unread | None:
        """Words in the display beside its first row that may take something back; a sentence before it
        speaks of claims."""
        words = self.chain.doubt
        inside = words is not None and words.where.start >= self.block.where.start
        said = words.why.partition("`")[2].partition("`")[0] if words else ""
        return words if inside and words and not words.expression and is_phrase(said.lower()) else None


@dataclass
class Gathered:
    chains: list[RawChain] = field(default_factory=list)
    hypotheses: list[RawHypothesis] = field(default_factory=list)
    """All that the file assumes, in order."""
    sizes: dict[str, tuple[str, Slice]] = field(default_factory=dict)
    """Index letters that a directive or a condition gives a size."""
    kinds: dict[str, list[Shape]] = field(default_factory=dict)
    r"""What `x \in \mathbb{R}^m` says of names, each time that a section says something else."""
    entries: dict[str, str] = field(default_factory=dict)
    """H, where a matrix H is written out with entries called h."""
    losses: dict[str, tuple[str, ...]] = field(default_factory=dict)
    called_losses: list[Symbol] = field(default_factory=list)
    """Names of which words say that they are the loss."""
    aliases: Aliases = field(default_factory=Aliases)
    mentions: list[stated.Mention] = field(default_factory=list)
    """Names that the text speaks of, in order."""
    written: set[tuple[str, str, int]] = field(default_factory=set)
    """The names of the formulas so far, each with its label and the number of its indices."""
    doubts: list[stated.Doubt] = field(default_factory=list)
    orders: list[stated.Order] = field(default_factory=list)
    unclear: list[stated.Order] = field(default_factory=list)
    """Sentences with words that are not known."""
    unordered: list[Symbol] = field(default_factory=list)
    """Names behind a noun that is not known to be one for numbers."""
    levels: list[int] = field(default_factory=lambda: [0])
    """Of the heading that each section stands under."""
    called_anew: dict[Place, RawChain] = field(default_factory=dict)
    """By where a function is named: the first equation of a later section that says its value again."""
    stepped: set[str] = field(default_factory=set)
    """Names of which several steps are written."""
    restated: list[RawChain] = field(default_factory=list)
    """Equations of names in running text that define nothing."""
    values: list[tuple[Symbol, Node, Slice, range]] = field(default_factory=list)
    """Names that are equated with something that has no indices, where, and in which sections."""
    unjudged: list[Slice] = field(default_factory=list)
    """Relations in running text that neither define nor assume."""
    total: bool | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)

    def assumptions(self) -> list[RawHypothesis]:
        """What is assumed of the whole file and of single chains, each once."""
        every = (*self.hypotheses, *(h for chain in self.chains for h in chain.hypotheses))
        return list({id(h): h for h in every}.values())

    def expressions(self) -> list[Expression]:
        """Those of the chains, then those of the assumptions."""
        sides = (side for h in self.assumptions() for side in (h.left, h.right))
        return [*(e for chain in self.chains for e in chain.expressions), *sides]

    def nodes(self) -> list[Node]:
        """Those of them that could be parsed."""
        return [e.node for e in self.expressions() if e.node is not None]


_RANGE = re.compile(
    r"\s*(?P<letters>[A-Za-z](?:\s*,\s*[A-Za-z])*)\s*(?:=|\\in)\s*(?:\\\{)?\s*1\s*,?\s*(?:\.\.+|\\[lc]?dots[bcm]?)\s*,?"
    r"\s*(?P<size>[A-Za-z\\{}_0-9]+?)\s*(?:\\\})?\s*$"
)
_BETWEEN = re.compile(
    r"\s*1\s*(?:\\leq?(?:slant)?(?![A-Za-z])|≤)\s*(?P<letters>[a-z](?:\s*,\s*[a-z])*)"
    r"\s*(?:\\leq?(?:slant)?(?![A-Za-z])|≤)\s*(?P<size>[A-Za-z](?:_\{?\w+\}?)?)\s*$"
)
"""`1 \\le i, j \\le n`."""
_MEMBER = re.compile(
    r"\s*(?P<names>[^<>=]+?)\s*(?:\\in(?![A-Za-z])|∈)\s*(?:\\mathbb\s*(?:\{\s*R\s*\}|R)|ℝ|\\(?:RR?|Reals)(?![A-Za-z]))"
    r"\s*(?:\^\s*(?:\{(?P<sizes>[^{}]*)\}|(?P<size>\w)))?\s*[.,;]?\s*"
)
_LIST = re.compile(
    r"\s*(?P<name>\\?[A-Za-z]+)\s*=\s*(?:\\left\s*)?[\[(]\s*(?P=name)\s*_\s*(?:1|\{\s*1\s*\})\s*,"
    r"(?:\s*(?P=name)\s*_\s*(?:2|\{\s*2\s*\})\s*,)?\s*"
    r"(?:\.\.+|…|\\[lc]?dots[bcm]?)\s*,\s*(?P=name)\s*_\s*\{?\s*(?P<size>[A-Za-z])\s*\}?\s*(?:\\right\s*)?[\])]"
    r"(?:\s*\^\s*\{?\s*(?:T|\\top|\\intercal)\s*\}?)?\s*[.,;]?\s*"
)
"""`x = [x_1, \\dots, x_n]`: a vector of n entries."""
_WHERE = re.compile(
    r"\\(?:text\w*|mbox|mathrm)\s*\{\s*(?:and\s+|,\s*)?(?:where|with|其中|wobei|mit|où|avec|donde|con)[\s:,]*\}"
    r"(?:[\s{}~]|\\(?:[ ,;:!]|q?quad(?![A-Za-z])))*\Z"
)
"""What stands before a definition inside a display."""
_BOTH = re.compile(rf"\\(?:text\w*|mbox)\s*\{{[\s,]*(?:{BOTH.pattern})[\s,]*\}}")
"""`\\text{ and }`."""
_LISTED = re.compile(rf"(?:[\s{{}}~,]|\\[ ,;:!]|{_BOTH.pattern})*")
"""What stands between two equations of a list."""
_SET_OFF = re.compile(r"\s*(?:~|\\(?:[ ,;:!]|q?quad(?![A-Za-z])))")
"""A space before a condition: what stands before it is not in its list."""
_WHOLES = (BigSum, Norm, Inner, Transpose)
"""What is made of all entries of an array."""
_COUNTERS = frozenset("ijklmn")
"""Letters that count entries, or are their number: before a comma they are no part of a list."""
_REAL = re.compile(
    r"\\in\s*(?:\\mathbb\s*(?:\{\s*R\s*\}|R)|ℝ|\\(?:RR?|Reals)(?![A-Za-z]))"
    r"(\s*\^\s*(\{\s*[^{}+\s][^{}]*\}|\w))?+(\s*\\setminus\s*\\\{0\\\})?(?!\s*[_^])"
)
r"""Not `\in \mathbb{R}_+`, which says more."""


class Gatherer:
    """Walks the items in order; what a directive says lasts as long as it says."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.result = Gathered()
        self.level = 0
        self.section = 0
        self.assumed: list[RawHypothesis] = []
        self.inside = range(0)
        self.where: list[RawChain] = []
        """Equations after `where` in the block at hand."""
        self.unreadable: list[tuple[int, ReadError]] = []
        """Of assumptions that can't be read, and indices and losses of which two things are said, with their
        sections: nothing there is judged without them."""
        self.losses: dict[str, Slice] = {}
        """Where it is said of what each is a function."""

    def run(self, items: Sequence[Item]) -> Gathered:
        stated.ahead(self, items, 0)
        for place, item in enumerate(items):
            match item:
                case Heading(level):
                    self.level = level
                    self.section += 1
                    self.result.levels.append(level)
                    self.result.aliases.section = self.section
                    self.assumed = [h for h in self.assumed if h.level == 0 or h.level < level]
                    self.unreadable = [e for e in self.unreadable if e[0] == 0 or e[0] < level]
                    stated.ahead(self, items, place + 1)
                case Directive():
                    self._directive(item)
                case Block():
                    self._block(item)
                    self._values(item.chains, self._inside(items, place), shown=True)
                case Remark():
                    stated.take(self, item)
                    if item.role in (Role.SAID, Role.ASSUMED, Role.PLAIN):  # `for $G = 1$` is a case
                        self._values(item.chains, self._inside(items, place), shown=False)
                case Saying():
                    stated.order(self, item, self._inside(items, place))
        return self.result

    def _inside(self, items: Sequence[Item], place: int) -> range:
        """The section at hand and those inside it; looked for once in each."""
        if self.inside.start != self.section or not self.inside:
            following = (item.level for item in islice(items, place, None) if isinstance(item, Heading))
            inside = takewhile(lambda level: level > self.level, following)
            self.inside = range(self.section, self.section + 1 + sum(1 for _ in inside))
        return self.inside

    def _values(self, chains: Iterable[Chain], sections: range, *, shown: bool) -> None:
        """Notes names that are equated with numbers, or in a display with expressions without indices."""
        for chain in chains:
            if [sign.symbol for sign in chain.signs] == ["="]:
                left, right = (stated.parsed(self, where) for where in chain.expressions)
                plain = all(n.bare for n in walk(right) if isinstance(n, Symbol)) if right else False
                if isinstance(left, Symbol) and right and plain and (shown or number_in(right) is not None):
                    self.result.values.append((left, right, chain.expressions[0], sections))

    def problem(self, error: ReadError) -> None:
        self.result.diagnostics.append(diagnostic(self.source, error))

    def note(self, node: Node | None) -> None:
        """Notes the names in a formula that has been read."""
        for inner in walk(node):
            if isinstance(inner, Symbol):
                self.result.written.add(stated.spelling(inner))

    # directives

    def _directive(self, item: Directive) -> None:
        try:
            match item.name:
                case "let":
                    self._let(item)
                case "assume":
                    for formula in item.formulas:
                        self._assume(formula)
                case "index":
                    for formula in item.formulas:
                        self._index(formula)
                case "label":
                    for formula in item.formulas:
                        for place, part in _parts(self._text(formula), formula.start):
                            self._label(Slice(formula.start + place, formula.start + place + len(part)))
                case "loss":
                    self._loss(item.formulas[0])
                case "partial":
                    self.result.total = item.options.get("mode") == "total"
        except ReadError as error:
            self.problem(error)
            if item.name == "assume" or (item.name in ("index", "loss") and error.code != "BN107"):
                self.unreadable.append((self.level, error))

    def _let(self, item: Directive) -> None:
        if len(item.formulas) != 2:
            at = item.where.at
            raise ReadError("BN107", "a let needs two formulas: `let $A$ = $B$`", at)
        left, right = item.formulas
        pattern = parse(self._text(left), left.start)
        try:
            target = self.result.aliases.apply(parse(self._text(right), right.start))
        except ReadError as error:
            self.result.aliases.add(pattern, pattern, error)
            raise
        self.result.aliases.add(pattern, target)

    def _assume(self, formula: Slice) -> None:
        if self.membership(self._text(formula), formula):
            return
        *_, (place, last) = _parts(self._text(formula), formula.start)
        self.relations(last, formula.start + place)  # a list ends with one
        for hypothesis in self.listed(self._text(formula), formula.start):
            hypothesis.level = self.level
            self.assumed.append(hypothesis)
            self.result.hypotheses.append(hypothesis)

    def membership(self, text: str, where: Slice) -> bool:
        r"""Whether the text says what names are, as `u, v \in \mathbb{R}^m` does; then it is noted."""
        match = _MEMBER.fullmatch(text)
        if match is None:
            return False
        written = match["sizes"] or match["size"] or ""
        parts = re.split(r"\\times(?![A-Za-z])", written) if written else []
        row = len(parts) == 2 and parts[0].strip() == "1"
        sizes = tuple(self._size(part, where) for part in parts[row:])
        position = where.start
        for part in match["names"].split(","):
            node = parse(part, position)
            position += len(part) + 1
            if not isinstance(node, Symbol):
                raise ReadError("BN128", r"only of a name can `\in \mathbb{R}` be said", node.at)
            name, letters = Table().split(self.result.aliases.labelled(node), frozenset())
            if letters and sizes:
                hint = f"say it of the whole: `{name} \\in \\mathbb{{R}}^{{m \\times n}}`"
                raise ReadError("BN128", f"`{name}` is written with an index here", node.at, hint)
            if not letters and not self._is_kind(name, sizes, where, row):
                raise ReadError("BN123", f"`{name}` is said to be two things", node.at)
        return True

    def entries(self, text: str, where: Slice) -> bool:
        r"""Whether the text lists a vector, `x = (x_1, \dots, x_n)`; then its size is noted."""
        match = _LIST.fullmatch(text)
        if match is None:
            return False
        node, kind = parse(match["name"], where.start), (self._size(match["size"], where),)
        return isinstance(node, Symbol) and self._is_kind(node.base, kind, where)

    def _is_kind(self, name: str, sizes: tuple[str, ...], where: Slice, row: bool = False) -> bool:
        """Whether nothing in the section says that the name is something else; then it is noted."""
        said, kind = self.result.kinds.setdefault(name, []), (sizes, row)
        if not said or ((said[-1].sizes, said[-1].row) != kind and said[-1].section < self.section):
            said.append(Shape(sizes, where, self.section, row))
        return (said[-1].sizes, said[-1].row) == kind

    def _size(self, text: str, where: Slice) -> str:
        node = parse(text, where.start)
        if not isinstance(node, Symbol) or node.upper:
            raise ReadError("BN128", "a size is one name, which stands for any", where.at)
        return size_name(node)

    def _index(self, formula: Slice) -> None:
        match = _RANGE.match(self._text(formula))
        if match is None:
            raise ReadError("BN107", "an index directive reads `index $i,k = 1..N$`", formula.at)
        self._range(match, formula)

    def _range(self, match: re.Match[str], where: Slice) -> None:
        name = parse(match["size"], where.start + match.start("size"))
        if not isinstance(name, Symbol) or name.upper:
            raise ReadError("BN107", "a size is one name", where.at)
        size = size_name(name)
        for letter in re.findall("[A-Za-z]", match["letters"]):
            known, first = self.result.sizes.setdefault(letter, (size, where))
            if known != size:
                line = self.source.span(first.start, first.end).line
                message = f"`{letter}` runs over 1..{known} by line {line}, and over 1..{size} here"
                raise ReadError("BN125", message, where.at, "use one letter for each size")

    def _label(self, formula: Slice) -> None:
        letter = letter_of(parse(self._text(formula), formula.start))
        if not letter:
            raise ReadError("BN107", "a label is one letter", formula.at)
        self.result.aliases.labels.add(letter)

    def _loss(self, formula: Slice) -> None:
        """`f(y)` or `f(y, z)`."""
        text = self._text(formula)
        opening, closing = text.find("("), text.rfind(")")
        if opening < 0 or closing < opening:
            raise ReadError("BN107", "a loss directive reads `loss $f(y)$`", formula.at)
        loss = self._name(text[:opening], formula.start)
        position = opening + 1
        outputs: list[str] = []
        for part in text[opening + 1 : closing].split(","):
            outputs.append(self._name(part, formula.start + position))
            position += len(part) + 1
        first = self.losses.setdefault(loss, formula)
        if self.result.losses.setdefault(loss, tuple(outputs)) != tuple(outputs):
            of = f"`{self._text(first)}` by line {self.source.span(first.start, first.end).line}"
            hint = "a loss directive holds in the whole file: give one of the two losses another name"
            raise ReadError("BN127", f"the loss is {of}, and `{text}` here", formula.at, hint)

    def _name(self, text: str, offset: int) -> str:
        node = parse(text, offset)
        if not isinstance(node, Symbol):
            raise ReadError("BN107", "a loss and its arguments are names", node.at)
        return Table().split(self.result.aliases.labelled(node), frozenset())[0]

    # blocks

    def _block(self, block: Block) -> None:
        for directive in block.directives:
            if directive.name in ("let", "assume", "index", "label", "loss", "partial"):
                self._directive(directive)
        defines = any(d.name == "define" for d in block.directives)
        found: dict[int, RawChain] = {}
        self.where = []
        for place, chain in enumerate(block.chains):
            self._introduce(block, place)
            if self._says_kind(chain):
                continue
            if chain.signs and chain.claims:
                found[place] = raw = self.chain(block, chain, defines)
                raw.binds = not _claims(block) and self._bound(chain) is not None
                raw.beside = [found[other] for other in chain.beside if other in found]
                self.result.chains.extend((raw, *(c for c in self.where if c.beside[0] is raw)))
            elif chain.signs:
                stated.doubt_member(self, chain)
            elif defines:
                where = chain.expressions[0]
                self.problem(ReadError("BN112", "a definition needs `=`", where.at))

        for place, raw in found.items():
            raw.reasons = [(start, found[n]) for start, n in block.chains[place].reasons if n in found]

    def _bound(self, chain: Chain) -> tuple[Node, Node] | None:
        r"""The sides of a chain that may be meant as a condition, like `\sum_i w_i = 1`; else None."""
        if [sign.symbol for sign in chain.signs] != ["="]:
            return None
        left, right = (stated.parsed(self, where) for where in chain.expressions)
        inside = walk(left) if number_in(right) is not None else ()
        bound = left and right and any(isinstance(n, _WHOLES) for n in inside)
        return (left, right) if bound and left and right else None

    def _introduce(self, block: Block, place: int) -> None:
        """Notes a condition beside a definition, or on names that no formula before it has, and some formula
        behind it."""
        chain, before = block.chains[place], block.chains[place - 1] if place else None
        sides = None if _claims(block) else self._bound(chain)
        if sides is None:
            return
        names = {n.base: n for n in walk(sides[0]) if isinstance(n, Symbol)}
        behind = (re.compile(rf"(?<![A-Za-z\\]){re.escape(n.core)}(?![A-Za-z])") for n in names.values())
        later = any(one.search(self.source.masked, block.where.end) for one in behind)
        beside = before is not None and isinstance(stated.parsed(self, before.expressions[0]), Symbol)
        if beside or (later and names.keys().isdisjoint(base for base, *_ in self.result.written)):
            here = range(self.section, self.section + 1)
            doubts = (stated.Doubt(n, chain.where, here, meant=False, beside=sides) for n in names.values())
            self.result.doubts.extend(doubts)

    def _says_kind(self, chain: Chain) -> bool:
        r"""Whether all of the chain is `x \in \mathbb{R}^m`, or writes out the entries of a matrix."""
        if [sign.symbol for sign in chain.signs] == ["="] and self._names_entries(chain):
            return True
        if [sign.symbol for sign in chain.signs] not in ([r"\in"], ["∈"]):
            return False
        where = Slice(chain.expressions[0].start, chain.expressions[-1].end)
        try:
            if not self.membership(self.source.masked[where.start : where.end], where):
                return False
            for condition in chain.conditions:
                self._condition(condition)
            return True
        except ReadError as error:
            self.problem(error)
            return True

    def _names_entries(self, chain: Chain) -> bool:
        """Whether it only says how the entries of a matrix are called; then its sizes are noted."""
        where = Slice(chain.expressions[0].start, chain.expressions[1].end)
        text = self.source.masked[where.start : where.end]
        said = written_out(text)
        left = stated.parsed(self, chain.expressions[0])
        if said is None or not isinstance(left, Symbol):
            return (said is not None and isinstance(left, Derivative)) or is_kronecker(text)
        known = left.bare and not any(size.isdigit() for size in said.sizes)
        if not known or not self._is_kind(left.base, said.sizes, where):
            return False
        if said.entry != left.base:
            self.result.entries[said.entry] = left.base
        return True

    def chain(self, block: Block, chain: Chain, defines: bool = False) -> RawChain:
        again = self.called_anew(chain, chain.signs[0].symbol == ":=")
        expressions = [self._expression(where) for where in chain.expressions]
        self._missing(chain, expressions)
        for one in chain.unread:
            error = ReadError(one.code, one.why, one.where.at, one.hint)
            for hidden in expressions if one.expression is None else [expressions[one.expression]]:
                hidden.node, hidden.problem = None, error
        signs = [(sign.symbol, sign.where) for sign in chain.signs]
        raw = RawChain(block, chain, expressions, signs, defines, list(self.assumed), section=self.section)
        raw.aliases = self.result.aliases.in_force()
        raw.choice = self._choice(raw)
        raw.claimed = _claims(block)
        if again is not None and not raw.claimed:
            self.result.called_anew.setdefault(again.at, raw)
        raw.unclear = tuple(self.source.masked[part.start : part.end] for part in chain.partly)
        raw.names_function = self._function(raw)
        if self.unreadable:
            raw.problem = self.unreadable[0][1]
            return raw
        try:
            end = 0
            for where in chain.conditions:
                if self._says_where(raw, where, end):
                    end = where.end
                    continue
                found = self._condition(where, raw.nodes)
                for hypothesis in found:
                    hypothesis.condition = True
                kept = [h for h in raw.hypotheses if not (h.said and stated.at_odds(h, found))]
                raw.hypotheses = [*kept, *found]
        except ReadError as error:
            raw.problem = error
            raw.unclear += tuple(self.source.masked[where.start : where.end] for where in chain.conditions)
        return raw

    def called_anew(self, chain: Chain, defines: bool) -> Alias | None:
        """What an earlier section calls so, where an equation says again what the value of a function is; one
        that defines puts its own in that place."""
        left = stated.parsed(self, chain.expressions[0])
        call = as_call(left) if left is not None and chain.signs[0].symbol in EQUATIONS else None
        leaf = unwrap(call.argument) if isinstance(call, Apply) else None
        if not isinstance(call, Apply) or not isinstance(leaf, Symbol):
            return None
        key, aliases = canonical(call.function), self.result.aliases
        _, known = aliases.functions.get(key, (leaf, None))
        if known is None or known.section >= self.section or known.says:
            return None
        if defines:
            del aliases.functions[key]
            aliases.by_key.pop(key, None)
        return None if defines else known

    def _says_where(self, owner: RawChain, where: Slice, end: int) -> bool:
        r"""Whether it is an equation after `where`, which may define a name; then it is a chain of its own,
        one for all chains of its row. end: of such an equation before it, whose list it may be in."""
        opened = _WHERE.search(self.source.text, max(0, where.start - 40), where.start)
        if not opened and not (end and _LISTED.fullmatch(self.source.text, end, where.start)):
            return False
        known = next((c for c in self.where if c.expressions[0].where.start == where.start), None)
        if known is not None:
            known.beside.append(owner)
            return True
        found = self.relations(self.source.masked[where.start : where.end], where.start)
        if any(relation.sign != "=" for relation in found):
            return False
        expressions = [found[0].left, *(relation.right for relation in found)]
        said = [("=", Slice(r.left.where.end, r.right.where.start)) for r in found]
        chain = RawChain(owner.block, owner.chain, expressions, said, False, list(self.assumed), said=True)
        chain.section, chain.beside = self.section, [owner]
        self.where.append(chain)
        return True

    def _choice(self, chain: RawChain) -> Node | None:
        """What stands left of the first relation sign of a row that a word makes more than a statement."""
        where = chain.expressions[0].where
        if chain.signs[0][0] in SIGNS or chain.signs[0][0] == ":=" or chain.expressions[0].node is not None:
            return None
        try:
            tokens = tokenize(self.source.masked[where.start : where.end])
            return parse_tokens(_split(tokens)[0][0])
        except (ReadError, IndexError):
            return None

    def _function(self, chain: RawChain) -> bool:
        r"""Whether the chain begins with `\operatorname{RMS}(x) =` and nothing says yet what that is;
        then it says so, for the rest of the file. So does `dx_i :=` of a name of two parts."""
        left, right = chain.expressions[:2]
        node = as_call(left.node) if left.node is not None else None
        call = node.body if isinstance(node, Component) else node
        if isinstance(call, Entrywise) and call.name in OWN and right.problem is None:
            word = Symbol(f"{WORD}{call.name}}}", call.at)
            call = Apply(word, call.argument, call.at)
            node = replace(node, body=call) if isinstance(node, Component) else call
        if node is None or chain.signs[0][0] not in ("=", ":="):
            return False
        if isinstance(call, Apply):
            says, what = self._may_be_function(call, right.node), f"the function `{call.function.base}`"
        else:
            pair = paired(call) if isinstance(call, Product) and chain.signs[0][0] == ":=" else None
            says, what = pair is not None, f"`{pair.base}`" if pair else ""
        if not says:
            return False
        if right.problem is not None:
            self.problem(right.problem)
        try:
            self.result.aliases.add(node, right.node or node, right.problem)
        except ReadError as error:
            left.problem, left.node = error, None
            return False
        left.node = right.node
        left.problem = right.problem
        said = ReadError("BN133", f"{what} is defined here", node.at)
        self.result.diagnostics.append(diagnostic(self.source, said, Severity.NOTE))
        return True

    def _may_be_function(self, call: Apply, body: Node | None) -> bool:
        """Whether an equation may say what a name before a bracket is: not in terms of itself, and of a
        letter only where the body is written with the argument and the letter is no number before."""
        function, leaf = call.function, unwrap(call.argument)
        if (is_function(function) and word_of(function) in BUILT_IN) or not isinstance(leaf, Symbol):
            return False
        inside = {n.base for n in walk(body) if isinstance(n, Symbol)}
        if function.base.rstrip("'") in inside:
            return False  # of itself, or of what it is the derivative of
        if is_word(function):
            return True
        before = (node for chain in self.result.chains for node in chain.nodes)
        numbers = {name for node in before for name in standing(node, self.source.text)}
        number = function.base in numbers and not self._varies(function.base, leaf.base)
        return leaf.base in inside and not number and function.base not in self.result.losses

    def _varies(self, name: str, leaf: str) -> bool:
        """Whether equations of earlier sections make the name from the other one, and none of this section
        says what it is: then it is a function of it, which is said anew."""
        uses: dict[str, set[str]] = {}
        for chain in self.result.chains:
            target = as_target(chain.expressions[0].node)
            if target is None or chain.signs[0][0] not in ("=", ":="):
                continue
            if target[0].base == name and chain.section == self.section:
                return False
            inside = walk(chain.expressions[1].node)
            uses.setdefault(target[0].base, set()).update(n.base for n in inside if isinstance(n, Symbol))
        return leaf in reached({name}, uses)

    def _missing(self, chain: Chain, expressions: list[Expression]) -> None:
        """An expression that is not there is missed at its sign."""
        for number, found in enumerate(expressions if chain.signs else ()):
            if not self.source.masked[found.where.start : found.where.end].strip():
                sign = chain.signs[max(0, number - 1)].where
                side = "after" if number else "before"
                message = f"an expression is missing {side} this sign"
                found.problem = ReadError("BN112", message, sign.at)

    def _expression(self, where: Slice) -> Expression:
        return self.expression(self.source.masked[where.start : where.end], where.start)

    def expression(self, text: str, offset: int) -> Expression:
        found = Expression(Slice(offset, offset + len(text)), total=self.result.total)
        try:
            node = parse(text, offset)
            self.note(node)
            found.node = self.result.aliases.apply(node, found.record)
        except ReadError as error:
            found.problem = error
        return found

    def _condition(self, where: Slice, nodes: Iterable[Node] = ()) -> list[RawHypothesis]:
        """`k > 0`, `\\forall i`, `k \\in \\mathbb{R}`, `i = 1, \\dots, m`. nodes: what it is for."""
        text = self.source.masked[where.start : where.end]
        text = _BOTH.sub(lambda m: ",".ljust(len(m[0])), text)
        text = re.sub(r"\\forall|\\text\s*\{[a-z ]*\}", lambda m: " " * len(m[0]), text)
        if self.membership(text, where):
            return []
        text = _REAL.sub(lambda m: " " * len(m[0]), text)
        between = _BETWEEN.match(text)
        indices = {x for node in nodes for n in walk(node) if isinstance(n, Symbol) for x in n.indices}
        counts = between and indices.issuperset(re.findall("[a-z]", between["letters"]))
        if match := _RANGE.match(text) or (between if counts else None):
            self._range(match, where)
            return []
        return self.listed(text, where.start)

    def listed(self, text: str, offset: int) -> list[RawHypothesis]:
        r"""The relations of a list, `a > 0, b > 0`; in `a, b > 0` the relation is said of each name."""
        found: list[RawHypothesis] = []
        waiting: list[Expression] = []
        for place, part in _parts(text, offset):
            if re.search(r"[<>=]|\\(?:n?[lg]?eq?|[lg]eq\w*|[lg]t)(?![A-Za-z])", part):
                first, *more = self.relations(part, offset + place)
                shared = first.sign != "=" and not _SET_OFF.match(part)
                names = waiting if shared else []
                found.extend(RawHypothesis(name, first.sign, first.right, first.where) for name in names)
                found.extend((first, *more))
                waiting = []
            elif part.strip(" .;"):
                node = parse(part, offset + place)
                if not isinstance(node, Symbol):
                    raise ReadError("BN128", "this condition has no meaning here", node.at)
                if letter_of(node) not in _COUNTERS:
                    waiting.append(self.expression(part, offset + place))
        return found

    def relations(self, text: str, offset: int) -> list[RawHypothesis]:
        """The links of a chain of relations in a directive or a condition."""
        try:
            tokens = tokenize(text)
        except ReadError as error:
            raise error.moved(offset) from None
        pieces, signs = _split([token.moved(offset) for token in tokens])
        if not signs:
            raise ReadError("BN112", "a relation sign is missing here", (offset, offset + len(text)))
        parsed = [self._parsed(piece, sign) for piece, sign in zip(pieces, [*signs, signs[-1]], strict=True)]
        where = Slice(offset, offset + len(text))
        return [RawHypothesis(parsed[k], sign.text, parsed[k + 1], where) for k, sign in enumerate(signs)]

    def _parsed(self, piece: list[Token], sign: Token) -> Expression:
        if not piece:
            raise ReadError("BN112", "an expression is missing beside this sign", sign.at)
        found = Expression(Slice(piece[0].start, piece[-1].end), total=self.result.total)
        found.node = self.result.aliases.apply(parse_tokens(piece), found.record)
        return found

    def _text(self, where: Slice) -> str:
        """A directive's formula stands in a comment, which is masked."""
        return self.source.text[where.start : where.end]


def _claims(block: Block) -> bool:
    return any(d.name in ("claim", "refuted") for d in block.directives)


def _parts(text: str, offset: int) -> Iterator[tuple[int, str]]:
    """What stands between the commas outside brackets, and where each part begins."""
    try:
        tokens = tokenize(text)
    except ReadError as error:
        raise error.moved(offset) from None
    depth, start = 0, 0
    for token in tokens:
        depth += (token.kind in OPENS) - (token.kind in CLOSES)
        if token.text == "," and depth == 0:
            yield start, text[start : token.start]
            start = token.end
    yield start, text[start:]


def _split(tokens: list[Token]) -> tuple[list[list[Token]], list[Token]]:
    pieces: list[list[Token]] = [[]]
    signs: list[Token] = []
    depth = 0
    for token in tokens:
        depth += token.kind in OPENS
        depth -= token.kind in CLOSES
        if token.kind in (Kind.REL, Kind.SILENT) and depth == 0:
            signs.append(token)
            pieces.append([])
        else:
            pieces[-1].append(token)
    return pieces, signs


def declarations(source: Source, block: Block) -> list[tuple[frozenset[str], Declaration, Slice]]:
    """What the block's directives declare, and of which of its links (none named: all)."""
    found = []
    for directive in block.directives:
        if directive.name not in ("refuted", "skip"):
            continue
        options = directive.options
        links = frozenset(link_labels(options.get("link", "")) or ())
        kind = Declared.REFUTED if directive.name == "refuted" else Declared.SKIP
        span = source.span(directive.where.start, directive.where.end)
        declared = Declaration(
            kind, options.get("reason", ""), span, options.get("at", ""), options.get("code", "")
        )
        found.append((links, declared, directive.where))
    return found


def diagnostic(source: Source, error: ReadError, severity: Severity = Severity.ERROR) -> Diagnostic:
    start, end = error.at
    limit = len(source.text)
    span = source.span(min(start, limit), min(max(start, end), limit))
    message, hint = (text.replace(ANEW, "") for text in (error.message, error.hint))
    cause = diagnostic(source, error.cause) if error.cause else None
    if cause is not None:
        message, hint = f"{message} (line {cause.span.line}): {cause.message}", cause.hint
    return Diagnostic(error.code, severity, message, span, for_file(hint, source.file), cause)
