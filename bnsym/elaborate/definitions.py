r"""Which rows of a file define a name, wherever they stand, and for which sections.

A name's first equation defines it, also after its use; where a later section defines it anew, that one
holds from there on, under a spelling of its own. What would be circular, or says of two names of which
nothing is known that they are equal, defines nothing. Imports the surface tree and `symbols`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from bnsym.elaborate import shapes as kinds
from bnsym.elaborate.collect import RawChain, RawHypothesis, diagnostic
from bnsym.elaborate.dependence import reached
from bnsym.elaborate.stated import Doubt
from bnsym.elaborate.symbols import IDENTITIES, Table, as_target, square_of
from bnsym.latex.ast import (
    Apply,
    BigSum,
    Listing,
    Node,
    Place,
    Power,
    Symbol,
    canonical,
    number_in,
    unwrap,
    walk,
)
from bnsym.latex.commands import BUILT_IN
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import is_word, word_of
from bnsym.latex.words import is_weaker

if TYPE_CHECKING:
    from bnsym.elaborate.scope import Survey
    from bnsym.elaborate.stated import Mention

NOTHING: frozenset[str] = frozenset()


@dataclass
class RawDefinition:
    chain: RawChain
    symbol: Symbol
    name: str
    """Of the symbol without its square."""
    square: bool
    letters: tuple[str, ...]
    explicit: bool
    at: Place

    @property
    def full_name(self) -> str:
        return square_of(self.name) if self.square else self.name

    @property
    def body(self) -> Node | None:
        return self.chain.expressions[1].node


def names_in(table: Table, node: Node | None) -> set[str]:
    return {name for _, name, _ in kinds.named(table, node)}


def is_unknown(node: Node | None) -> bool:
    """Whether an expression can't be read, or shows a function of which nothing says what it is."""
    return node is None or any(map(_is_unknown, walk(node)))


def _is_unknown(node: Node) -> bool:
    match node:
        case Apply(function):
            return is_word(function) and word_of(function) not in BUILT_IN
        case Power(_, exponent):  # `e^{z_i}`: a power of what varies
            return any(isinstance(s, Symbol) and s.core not in ("T", r"\top") for s in walk(exponent))
    return isinstance(node, Listing)


def find_definitions(found: Survey, indexed: frozenset[str]) -> None:
    """Fills the survey's definitions; of a chain that equates a name again, says what that is worth."""
    finder = Finder(found, indexed)
    finder.note_choices()
    offered = finder.candidates()
    finder.note_parts(offered)
    finder.note_claims({id(c.chain) for c in offered})
    for candidate in sorted(offered, key=_is_of_names):
        offer = finder.offer_bare if _is_of_names(candidate) else finder.offer
        offer(candidate)
    finder.refuse_targets()
    found.definitions.sort(key=lambda d: d.at)


def _is_of_names(candidate: RawDefinition) -> bool:
    """`a = b`, `a^2 = b`: a row of two names without indices."""
    body = unwrap(candidate.body) if candidate.body is not None else None
    return not candidate.explicit and isinstance(body, Symbol) and not candidate.letters and body.bare


@dataclass
class Finder:
    found: Survey
    indexed: frozenset[str]
    """Every name that is written with an index somewhere."""
    by_name: dict[str, RawDefinition] = field(default_factory=dict)
    uses: dict[str, set[str]] = field(default_factory=dict)
    """The names in the body of each definition."""
    users: dict[str, set[str]] = field(default_factory=dict)
    """The names that are defined by each name."""
    used: set[str] = field(default_factory=set)
    claimed: dict[str, int] = field(default_factory=dict)
    """Where names stand first that a claim uses."""

    mentions: dict[bool, dict[str, Mention]] = field(init=False)
    """Where the text first speaks of each name; under True, where it says what it is."""

    def __post_init__(self) -> None:
        self.mentions = {says: _first_mentions(self.found, says=says) for says in (False, True)}

    # candidates

    def candidates(self) -> list[RawDefinition]:
        found = [c for chain in self.found.gathered.chains if (c := self.candidate(chain)) is not None]
        firm = {(c.name, len(c.letters)) for c in found if not c.chain.tentative}
        return [c for c in found if not c.chain.tentative or (c.name, len(c.letters)) not in firm]

    def candidate(self, chain: RawChain) -> RawDefinition | None:
        """What the chain would define if nothing else did."""
        sign = chain.signs[0][0]
        explicit = sign == ":=" or (chain.defines and sign == "=")
        implicit = sign in ("=", r"\equiv", r"\leftarrow") and not chain.claimed
        if chain.names_function or not (explicit or implicit):
            return None
        left = chain.expressions[0]
        target = as_target(left.node)
        told = self.found.table.told(target[0]) if target else None
        if target is None or told is None or left.node is None:
            return None
        if chain.chain.implied and not explicit and not names_in(self.found.table, chain.expressions[1].node):
            return None  # `b = 0 \\iff a b = 0`
        definition = RawDefinition(chain, target[0], told[0], target[1], told[1], explicit, left.node.at)
        return definition if explicit or self._may_define(definition) else None

    def refuse_targets(self) -> None:
        """What is said to be a definition and has no name on its left."""
        for chain in self.found.gathered.chains:
            left, sign = chain.expressions[0], chain.signs[0][0]
            explicit = not chain.names_function and (sign == ":=" or (chain.defines and sign == "="))
            if explicit and as_target(left.node) is None:
                at = left.where.at
                error = ReadError("BN128", "the left side of a definition must be a name", at)
                self._say(left.problem or error)

    def _may_define(self, definition: RawDefinition) -> bool:
        name, sub = definition.name, definition.symbol.sub
        if len(set(definition.letters)) < len(definition.letters) or name in self.found.table.sizes:
            return False
        if sub and sub.text.isdigit() and definition.symbol.base in self.indexed:
            return False  # `x_1` is a component of x
        counts = name == "m" and not definition.letters and number_in(definition.body) is not None
        if counts or (name == r"\delta" and len(definition.letters) == 2 and definition.body is not None):
            return False
        # `a^2 = a` and `a^2 = a^2` say something of a
        left, body = definition.chain.expressions[0].node, definition.body
        same = left is not None and body is not None and canonical(left) == canonical(body)
        return not (definition.square and (same or name in self._names_but_squares(body)))

    def _names_but_squares(self, node: Node | None) -> set[str]:
        """The names in it that are more than squared."""
        if node is None:
            return set()
        squared = {id(n.base) for n in walk(node) if as_target(n) and isinstance(n, Power)}
        others = (s for s, _ in kinds.symbols(node) if id(s) not in squared)
        return {name for symbol in others for name in names_in(self.found.table, symbol)}

    def note_choices(self) -> None:
        """Which names a row defines in one way or in another: `a = b \\text{ or } a = c`."""
        for chain in self.found.gathered.chains:
            sign, where = chain.signs[0]
            target = as_target(chain.choice)
            told = self.found.table.told(target[0]) if target else None
            if told is None:
                continue
            name = told[0]
            message = f"`{name}` is said to be one thing or another: `{sign}`"
            error = ReadError("BN137", message, where.at, "give each a name of its own")
            self.found.ambiguous.setdefault(name, error)
            self.found.alternatives.setdefault(name, []).append(chain)

    def note_parts(self, candidates: list[RawDefinition]) -> None:
        """Which names a row says only in part what they are: nearly, or for some values of what they are
        made from (`y_i = x_i \\text{ if } x_i > 0`); of all the others it says nothing."""
        under: dict[str, RawDefinition] = {}
        for candidate in candidates:
            said = [h for h in candidate.chain.hypotheses if h.condition]
            rows = under.setdefault(candidate.name, candidate) if said else candidate
            parts = rows.chain is not candidate.chain and rows.chain.block is candidate.chain.block
            words = candidate.chain.words
            nearly = words is not None and is_weaker(words.why)
            some = any(_restricts(h, candidate.letters) for h in said) or self._holds_for_some(candidate)
            if parts or nearly or some:
                message = f"this says only in part what `{candidate.full_name}` is"
                hint = r"write it as one formula, with `\begin{cases}` or an indicator"
                self.found.ambiguous.setdefault(
                    candidate.name, ReadError("BN137", message, candidate.at, hint)
                )

    def _holds_for_some(self, candidate: RawDefinition) -> bool:
        r"""Whether a condition that can't be read speaks of its letters (`i \notin V`), and does not only say
        the range of the sums that it stands in."""
        letters = set(candidate.letters)
        said = [text for text in candidate.chain.unclear if letters & set(_NAMES.findall(text))]
        ranges = [_MEMBERS.fullmatch(text) for text in said if not _WHOLE.fullmatch(text)]
        if not ranges:
            return False
        within = self._ranges.get(candidate.name) or set().union(*self._ranges.values())
        return any(r is None or within != {_spelled(r["set"])} for r in ranges)

    @cached_property
    def _ranges(self) -> dict[str, set[str]]:
        """Over which sets the sums run that each name stands in; "" for those over none."""
        found: dict[str, set[str]] = {}
        for one in (n for node in self.found.gathered.nodes() for n in walk(node) if isinstance(n, BigSum)):
            for name in names_in(self.found.table, one.body):
                found.setdefault(name, set()).add(_spelled(canonical(one.within)) if one.within else "")
        return found

    def note_claims(self, candidates: set[int]) -> None:
        """Which names claims and assumptions use, and where first."""
        for hypothesis in (h for h in self.found.gathered.hypotheses if not h.open):
            for side in (hypothesis.left, hypothesis.right):
                for name in names_in(self.found.table, side.node):
                    self.claimed.setdefault(name, hypothesis.where.start)
        for chain in self.found.gathered.chains:
            for expression in chain.expressions[2 if id(chain) in candidates else 0 :]:
                for name in names_in(self.found.table, expression.node):
                    start = chain.expressions[0].where.start
                    self.claimed[name] = min(start, self.claimed.get(name, start))

    # what they define

    def offer(self, candidate: RawDefinition) -> None:
        known = self.by_name.get(candidate.name)
        if known is not None and candidate.chain.stated:
            return
        if candidate.name in self.found.ambiguous:
            candidate.chain.problem = self.found.ambiguous[candidate.name]
            self.found.alternatives.setdefault(candidate.name, []).append(candidate.chain)
        elif candidate.explicit:
            if self._may_define_explicitly(candidate):
                self._accept(candidate)
        elif candidate.letters and candidate.name in IDENTITIES and candidate.name in self.used:
            return  # an entry of the identity matrix
        elif known is not None:
            candidate.chain.doubt = self._differs(candidate, known)
            if candidate.chain.doubt:
                self.found.repeated.setdefault(known.full_name, []).append(candidate)
        elif self._is_constant_late(candidate):
            message = f"`{candidate.full_name}` stands for any number before this line"
            hint = "say from the beginning what it is, or in a condition: `if $…$`"
            candidate.chain.doubt = ReadError("BN137", message, candidate.at, hint)
            self._leave_open(candidate)
        elif candidate.name in names_in(self.found.table, candidate.body):
            self._refuse_update(candidate)
        elif not self._is_circular(candidate):
            self._accept(candidate)

    def _leave_open(self, candidate: RawDefinition) -> None:
        """A number that a display gives to a free name may be meant of what stands behind it; not one that
        contradicts what is assumed of the name."""
        chain, table = candidate.chain, self.found.table
        assumed = (names_in(table, e.node) for h in chain.hypotheses for e in (h.left, h.right))
        if not chain.said and all(candidate.name not in names for names in assumed):
            since = range(chain.section, sys.maxsize)
            doubt = Doubt(candidate.symbol, chain.chain.where, since, meant=True, after=True)
            self.found.gathered.doubts.append(doubt)

    def offer_bare(self, candidate: RawDefinition) -> None:
        """`a = b` defines a if something is known of b and nothing of a; of two names of which nothing is
        known it says nothing that can be judged."""
        (other,) = names_in(self.found.table, candidate.body) or {""}
        known = {*self.by_name, *self.used}
        if candidate.name in self.by_name or (other in known and candidate.name not in known):
            return self.offer(candidate)
        message = f"nothing says what `{candidate.full_name}` is: this equation does not define it"
        candidate.chain.doubt = ReadError("BN137", message, candidate.at, r"write `:=` if it does")
        return None

    def _accept(self, definition: RawDefinition) -> None:
        table = self.found.table
        self.by_name[definition.name] = definition
        if is_unknown(definition.body):
            self.found.opaque.append(definition)
            if definition.name == r"\delta":
                table.defined[definition.name] = definition.at  # and is not Kronecker's
            return
        self.found.definitions.append(definition)
        table.defined[definition.full_name] = definition.at
        if not definition.letters:
            table.bare.add(definition.name)
        if definition.square:
            table.squares.add(definition.name)
        self.uses[definition.name] = names_in(table, definition.body)
        for name in self.uses[definition.name]:
            self.users.setdefault(name, set()).add(definition.name)
        self.used |= self.uses[definition.name]

    def _may_define_explicitly(self, definition: RawDefinition) -> bool:
        sizes, letters = self.found.table.sizes, definition.letters
        if definition.name in self.by_name or definition.name in sizes:
            what = "is the name of a size" if definition.name in sizes else "is defined already"
            label = f"if `{letters[0]}` is a part of the name: " if letters else ""
            hint = f"{label}`<!-- bnsym: label ${letters[0]}$ -->`" if letters else ""
            self._say(ReadError("BN127", f"`{definition.full_name}` {what}", definition.at, hint))
            return False
        return len(set(letters)) == len(letters)

    def is_late(self, candidate: RawDefinition) -> bool:
        """Whether the text of an earlier section says what the name is, or speaks of a name that a sentence
        defines here; of an update and of a number it is asked elsewhere."""
        names = names_in(self.found.table, candidate.body)
        return bool(names) and candidate.name not in names and self.words(candidate) is not None

    def words(self, candidate: RawDefinition) -> Mention | None:
        """Where the text of an earlier section says what the name is, or speaks of it, as it is asked for."""
        mention = self.mentions[not candidate.chain.stated].get(candidate.name)
        return mention if mention is not None and mention.section < candidate.chain.section else None

    def said_anew(self, section: int, names: Set[str]) -> dict[str, Mention]:
        """Of the names, those of which the text of a section says anew what they are."""
        said = (m for m in self.found.gathered.mentions if m.anew and m.section == section)
        return {name: m for m in said for name in names_in(self.found.table, m.name) & names}

    def _is_constant_late(self, candidate: RawDefinition) -> bool:
        """`a = 1` after a claim or an assumption that takes a, or what is made from it, for any number."""
        made = reached([candidate.name], self.users)
        first = min((self.claimed[name] for name in made & self.claimed.keys()), default=candidate.at[0])
        constant = candidate.body is not None and not names_in(self.found.table, candidate.body)
        late = first < candidate.at[0] or self.words(candidate) is not None
        return constant and (candidate.chain.said or late)

    def _is_circular(self, candidate: RawDefinition) -> bool:
        """Whether its body uses the name through other definitions."""
        own = names_in(self.found.table, candidate.body)
        return candidate.name in self.used and candidate.name in reached(own, self.uses)

    def _refuse_update(self, candidate: RawDefinition) -> None:
        """`r = (1 - a) r + a b` gives r a new value: it defines nothing, and is no claim of the old one."""
        name = candidate.full_name
        steps = f"an update goes by steps: `label $t$`, and `{name}_{{t+1}} = … {name}_t …`"
        message = f"the equation of `{name}` uses `{name}` itself"
        candidate.chain.problem = ReadError("BN126", message, candidate.at, steps)
        own = candidate.symbol
        same = (n for n in walk(candidate.body) if isinstance(n, Symbol) and n.base == own.base)
        self.found.updated[name] = any(n.indices != own.indices for n in same)

    def _differs(self, candidate: RawDefinition, known: RawDefinition) -> ReadError | None:
        if candidate.chain.claimed:
            return None
        line = self.found.table.line_of(known.at[0])
        hint = "if it is claimed of the first one: `<!-- bnsym: claim -->` before the formula"
        return ReadError("BN137", f"`{candidate.full_name}` differs from line {line}", candidate.at, hint)

    def _say(self, error: ReadError) -> None:
        self.found.diagnostics.append(diagnostic(self.found.source, error))


_NAMES = re.compile(r"\\?[A-Za-z]+")
_MEMBERS = re.compile(r"[\s\w,]+?\\in(?![A-Za-z])(?P<set>[^.,;]+)[\s.,;]*")
_WHOLE = re.compile(
    r"[\s\w,]+?(?:=|\\in(?![A-Za-z]))\s*"
    r"(?:(?:\\\{)?\s*1\s*,.*dots[^-+]*|\[\s*[A-Za-z]\s*\]|\\mathbb\s*\{?\s*[NZ]\s*\}?)[\s.,;]*"
)
"""`i \\in [n]`, `i = 1, 2, \\dots, n`: all indices."""


def _spelled(name: str) -> str:
    return re.sub(r"[\s{}]", "", name)


def _restricts(hypothesis: RawHypothesis, letters: tuple[str, ...]) -> bool:
    """Whether a condition speaks of the indices of a definition, or of entries that they count."""
    nodes = (*walk(hypothesis.left.node), *walk(hypothesis.right.node))
    symbols = [node for node in nodes if isinstance(node, Symbol)]
    return any({s.base, *s.below} & set(letters) for s in symbols)


def repeats(again: RawDefinition, first: RawDefinition) -> bool:
    """Whether both say the same, letter by letter."""
    if again.body is None or first.body is None:
        return False
    same = again.square == first.square and again.letters == first.letters
    return same and canonical(again.body) == canonical(first.body)


def _first_mentions(found: Survey, *, says: bool) -> dict[str, Mention]:
    """Where the text first speaks of each name, or says what it is."""
    first: dict[str, Mention] = {}
    for mention in found.gathered.mentions:
        for name in names_in(found.table, mention.name) if mention.says or not says else ():
            first.setdefault(name, mention)
    return first
