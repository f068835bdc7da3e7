r"""Why a verdict on a link would say nothing: words beside it, or elsewhere, may change what it claims; a
name in it may be another thing; how far a sum or a fraction goes is not clear.

Of what is said here the kernel knows nothing: what is in doubt is not refuted, and where no reading of it is
sure, not proved either. Imports the survey, surface trees and terms.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from itertools import pairwise
from typing import TypeAlias

from bnsym.elaborate.closing import number_of
from bnsym.elaborate.collect import ANEW, Expression, RawChain, RawLink
from bnsym.elaborate.containment import waiting
from bnsym.elaborate.definitions import repeats
from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.grounds import Grounds, spaces_of
from bnsym.elaborate.index_spaces import BATCH
from bnsym.elaborate.losses import Losses
from bnsym.elaborate.lowering import PART
from bnsym.elaborate.matrices import Matrices
from bnsym.elaborate.narrower import divided, unsaid
from bnsym.elaborate.ranges import counted_together
from bnsym.elaborate.ranks import OTHER
from bnsym.elaborate.repeated import repeated, twice
from bnsym.elaborate.restrictions import Restriction, restriction_of
from bnsym.elaborate.shapes import upper_case
from bnsym.elaborate.stated import Order
from bnsym.elaborate.statements import Pending
from bnsym.elaborate.symbols import WORD_ALONE, square_of, unmarked
from bnsym.latex.ast import Absolute, Apply, BigSum, Node, Place, Product, Quotient, Symbol, number_in, unwrap
from bnsym.latex.ast import walk as nodes_of
from bnsym.latex.commands import INDEX_LETTERS, MEANS, VARIANCES
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import unclear, word_of
from bnsym.source.languages import ALL, compiled
from bnsym.source.text import Effect, Slice, Unread
from bnsym.terms import Diff, Mul, Num, Size, Sym, Term, own_indices, walk

_Unclear: TypeAlias = tuple[Place, str, str]
_Told: TypeAlias = tuple[ReadError, frozenset[str], bool]
"""Why a verdict says nothing, the names that may be anything, and whether a proof says nothing either."""
_WEAK = frozenset((Effect.NARROWED, Effect.SEEDED))
"""What leaves proofs as they are."""
_LARGE = re.compile(r"\\\w+\s*\{[^{}]*\blarge(?: enough)?\s*\}[\s~]*(\\?[A-Za-z]+)(?![A-Za-z_^])")


@dataclass(frozen=True, slots=True)
class _Again:
    """A second equation of a name, which may differ from the first."""

    problem: ReadError
    left: Expression
    """Its left side, by which it is known among the links."""
    anew: bool
    """Whether it says what the name is from there on, so that a proof by the first says nothing either."""


@dataclass
class Doubts:
    """Why verdicts on the links of a file would say nothing."""

    grounds: Grounds
    heads: Container[int]
    """The chains that define, by their identity."""
    elsewhere: Sequence[int]
    """The places of what brings in files that are not read."""
    judged: Callable[[RawChain], Expression]
    """Asks about an equation of the text as if it were a link; its left side."""
    asked: dict[int, tuple[_Unclear | None, set[str]]] = field(default_factory=dict)
    """What is asked of all sides of a chain, by its identity: see `_asked_of`."""

    def __post_init__(self) -> None:
        self.survey = self.grounds.survey
        self.table, self.source = self.survey.table, self.survey.source
        self.losses, self.matrices = Losses(self.grounds), Matrices(self.grounds)

    def note(self, pending: Pending, chain: RawChain, raw: RawLink) -> None:
        """Notes why a verdict on the link would say nothing."""
        left, right = pending.left.node, pending.right.node
        pending.doubt = _doubt(chain, raw) or self._beside(chain, raw)
        pending.doubt = pending.doubt or repeated(left, right) or repeated(right, left)
        again = self._said_twice(chain, raw, pending.sides) if pending.sides else None
        again = again or self._called_anew(pending, chain)
        order = self._ordered(chain, pending.sides) if pending.sides else None
        valued = self._valued(chain, pending.sides) if pending.sides else None
        told = sorted(filter(None, (valued, order)), key=lambda one: not one[2])
        if pending.sides:
            pending.unsettled = partial(self._unsettled, chain, pending.sides)
        unsigned = twice(left) or twice(right) if self.sums_unsigned else None
        if strict := unsigned or self._unsafe(pending):
            pending.doubt, pending.strict = strict, True
        elif told and (told[0][2] or not (again and again.anew)):
            pending.doubt, pending.freed, pending.strict = told[0]
        elif again and again.anew:
            pending.doubt, pending.unless, pending.strict = again.problem, again.left, True
        elif (reason := self._reason(chain, raw)) and pending.doubt is None:
            pending.doubt, pending.unless = reason
        elif again and pending.doubt is None and pending.unsettled() is None:
            pending.doubt, pending.unless = again.problem, again.left

    def _unsafe(self, pending: Pending) -> ReadError | None:
        """Why neither verdict stands: a loss may be more, a name a function, a mean of something random."""
        if pending.sides is None:
            return None
        return (
            self.losses.fed(pending.sides)
            or self._called(pending.sides)
            or self._varying(pending.sides)
            or self._drawn(pending, pending.sides)
            or self._through_steps(pending, pending.sides)
            or self._sampled(pending, pending.sides)
            or self._of_itself(pending, pending.sides)
            or self._elsewhere(pending.sides)
            or self.matrices.ordered(pending)
        )

    def _of_itself(self, pending: Pending, sides: tuple[Term, Term]) -> ReadError | None:
        """Where a derivative is by what is made from other entries of itself: what is held fixed?"""
        entangled = {name for name, others in self.survey.updated.items() if others}
        bodies = self.grounds.bodies(self.grounds.made_from(sides)) if entangled else ()
        inner = (part for term in (*sides, *bodies) if entangled for part in walk(term))
        name = next((d.by.name for d in inner if isinstance(d, Diff) and d.by.name in entangled), None)
        message, hint = f"`{name}` is made from its own entries", "say of what the derivative is one"
        return ReadError("BN137", message, pending.where.at, hint) if name else None

    def _elsewhere(self, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Where names are taken for numbers that lie in a set, or are of a sort, of which it is not said:
        `$R \in SO(3)$`, `a rotation $R$`."""
        gathered = self.survey.gathered
        said = [d for d in gathered.doubts if d.strange]
        made = self.grounds.made_from(sides) if said else set()
        table, found = self.table, set[str]()
        known = {*self.grounds.defined, *table.squares, *table.sizes, *table.losses, *gathered.kinds}
        known |= {m.name.base for m in gathered.mentions if m.rank not in (None, OTHER)} if said else set()
        for doubt in said:
            spoken = made & self.grounds.named(doubt.name) - (set() if doubt.strange == 1 else known)
            taken = {n for n in spoken if table.arity.get(n, 0) <= len(doubt.name.indices)}
            taken |= spoken & table.guessed
            found |= taken
            if taken and len(found) >= doubt.strange:
                name = min(taken)
                message = f"nothing says that `{name}` is a number"
                hint = "say what it is: `$x \\in \\mathbb{R}$`, `the matrix $R$`"
                return ReadError("BN137", message, doubt.where.at, hint)
        return None

    def _varying(self, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Where the text equates a name with what varies over a letter that the name does not have, as in
        `the weight of a sample is $w = x_i^2$`: it is one number in the link."""
        equated = [(d, d.value) for d in self.survey.gathered.doubts if d.value is not None]
        made = self.grounds.made_from(sides) - self.grounds.defined.keys() if equated else set()
        for doubt, value in equated:
            inner = list(nodes_of(value))
            bound = {letter for node in inner if isinstance(node, BigSum) for letter in node.letters}
            free = {i for node in inner if isinstance(node, Symbol) for i in node.below} & INDEX_LETTERS
            letters, named = free - bound - set(doubt.name.below), made & self.grounds.named(doubt.name)
            if letters and named:
                letter, name, line = min(letters), min(named), self.table.line_of(doubt.where.start)
                message = f"line {line} says that `{name}` varies with {letter}, and it has no {letter} here"
                return ReadError("BN137", message, doubt.where.at, f"write `{name}_{letter}`")
        return None

    def _through_steps(self, pending: Pending, sides: tuple[Term, Term]) -> ReadError | None:
        """Where a derivative may lead through other steps than those that are written."""
        stepped = self.survey.gathered.stepped
        bodies = self.grounds.bodies(self.grounds.made_from(sides)) if stepped else ()
        parts = (part for term in (*sides, *bodies) if stepped for part in walk(term))
        inner = (part for part in parts if isinstance(part, Diff))
        ends = {one.name for part in inner for one in (part.of, part.by) if isinstance(one, Sym)}
        names = sorted(ends - {*self.table.losses})
        name = next((one for one in names if "_" in one and one.partition("_")[0] in stepped), None)
        if name is None or len(names) < 2:
            return None
        message = f"a derivative through steps of `{name}`: other steps may use it too"
        hint = "write the steps out as numbers of their own, with a let"
        return ReadError("BN137", message, pending.where.at, hint)

    def _sampled(self, pending: Pending, sides: tuple[Term, Term]) -> ReadError | None:
        """Where a mean over a set is divided by a number, and the file says something else of the set."""
        sizes = self.grounds.sizes(sides) if self._parts_of_more else set()
        for values, size in self._parts_of_more.items():
            if size in sizes:
                message = f"`{size}` below a mean over `{values}` may be more than its members"
                return ReadError("BN137", message, pending.where.at, f"write `|{values}|` for their number")
        return None

    @cached_property
    def _parts_of_more(self) -> dict[str, str]:
        """The sets of which the file says something else than the number below a mean over them; that."""
        found = dict[str, str]()
        for values, size in self.survey.sets_by_mean.items():
            said = self._said_sizes.get(_condensed(f"|{values}|"), set())
            part = rf"(?<![A-Za-z\\]){re.escape(_condensed(values))}\\subset"
            if size not in said and (said or re.search(part, _condensed(self.source.text))):
                found[values] = size
        return found

    @cached_property
    def _said_sizes(self) -> dict[str, set[str]]:
        """What the file says that sizes of sets are, `|B| = N`, and what the text says of their numbers
        without assuming it."""
        found: dict[str, set[str]] = {}
        text = _condensed(self.source.text)
        said = r"((?<!\$)(?<!assume)\$|\\\()?(\|\\?[\\\w]+\|)=(\\?\w+)"
        for inline, name, size in re.findall(said, text):
            found.setdefault(name, set()).update({size} if inline or not size.isdigit() else ())
        return found

    def _drawn(self, pending: Pending, sides: tuple[Term, Term]) -> ReadError | None:
        """Where the mean of a random variable stands beside a sum over values: these may be a sample."""
        made = self.grounds.made_from(sides) if self.table.random else set()
        if made.isdisjoint(self.table.random):
            return None
        known = self.grounds.defined
        bodies = (known[name][0].body for name in sorted(made & known.keys()))
        written = [
            n for node in (pending.left.node, pending.right.node, *bodies) if node for n in nodes_of(node)
        ]
        means = (n for n in written if isinstance(n, Apply) and word_of(n.function) in (*MEANS, *VARIANCES))
        mean = next(means, None) if any(isinstance(n, BigSum) for n in written) else None
        message, hint = (
            "over all that is possible, or over the values given?",
            "say which of them a mean is of",
        )
        return ReadError("BN137", message, mean.at, hint) if mean else None

    def _called(self, sides: tuple[Term, Term]) -> ReadError | None:
        """Where a name without a definition stands before a bracket that may hold its argument."""
        table, unclear = self.table, self.survey.known.unclear
        known = (
            self.grounds.defined,
            self.grounds.broken,
            table.squares,
            table.sizes,
            table.losses,
            table.typed,
        )
        names = self.grounds.made_from(sides).intersection(unclear) if unclear else set()
        return next((unclear[name] for name in sorted(names.difference(*known))), None)

    @cached_property
    def sums_unsigned(self) -> bool:
        """Whether the file speaks of a summation convention."""
        return compiled(ALL["summation"]).search(self.source.text) is not None

    def _reason(self, chain: RawChain, link: RawLink) -> tuple[ReadError, Expression] | None:
        """A claim that the link is said to follow from: if that does not hold, the link may not be meant."""
        given = [reason for start, reason in chain.reasons if start < link.right]
        given = [reason for reason in given if id(reason) not in self.heads]
        if not given:
            return None
        at, hint = given[-1].chain.where.at, r"say what is meant as a condition: `\text{if } …`"
        return ReadError("BN137", "the reason given for it is not proved", at, hint), given[-1].expressions[0]

    def _said_twice(self, chain: RawChain, link: RawLink, sides: tuple[Term, Term]) -> _Again | None:
        """Which name in it has had two equations, of which the first is taken."""
        for name in sorted(self.grounds.made_from(sides) & self.grounds.defined.keys()):
            first, again = self.grounds.defined[name][0], self._again(name, chain, link)
            if again is None or again is chain:
                continue
            at = self.source.ink(again.expressions[0].where)
            lines = " and in ".join(f"line {self.table.line_of(a[0])}" for a in (first.at, at))
            message = f"`{name.replace(ANEW, '')}` is one thing in {lines}: which is meant?"
            problem = ReadError("BN137", message, at, "give each a name of its own, or a section of its own")
            anew = again.anew or again in chain.rivals or again.section > first.chain.section
            return _Again(problem, self.judged(again), anew)
        return None

    def _again(self, name: str, chain: RawChain, link: RawLink) -> RawChain | None:
        """The second equation of a name: one that `where` says beside the link, the last one of a display
        before it, unless that says again what the first one does, one of the text before it that says that
        it holds from there on, or one of the text that stands in a later section than the first."""
        first, later = self.grounds.defined[name][0], self.survey.repeated.get(name, ())
        for rival in chain.rivals:
            if name in self.grounds.named(rival.expressions[0].node):
                return rival
        before = [again for again in later if again.at[0] < link.where.start]
        if before and not repeats(before[-1], first):
            return before[-1].chain
        for said in self.survey.restated.get(name, ()):
            behind = first.chain.section < said.section <= chain.section
            if behind or (said.anew and first.at[0] < said.expressions[0].where.start < link.where.start):
                return said
        return None

    def _called_anew(self, pending: Pending, chain: RawChain) -> _Again | None:
        """Which function in it has another value by an equation of a later section, where it stands too."""
        called, line = self.survey.gathered.called_anew, self.table.line_of
        if not called:
            return None
        defined = self.grounds.defined
        made = self.grounds.made_from(pending.sides) & defined.keys() if pending.sides else set()
        sides = (pending.left, pending.right, *(defined[name][0].chain.expressions[1] for name in made))
        for place in (at for side in sides for at in side.record.taken.values()):
            again = called.get(place)
            if again is not None and again.section <= chain.section:
                lines = f"line {line(place[0])} and in line {line(again.chain.where.start)}"
                message, at = f"a function is one thing in {lines}: which is meant?", pending.where.at
                problem = ReadError("BN137", message, at, "give each a name of its own")
                return _Again(problem, self.judged(again), again is not chain)
        return None

    def _beside(self, chain: RawChain, link: RawLink) -> ReadError | None:
        """Why words beside the link would make a refutation of it say nothing. An equation that holds for
        all large sizes holds for all."""
        words = chain.chain.doubt
        if words is None or link.right <= (words.expression or 0) or chain.claimed:
            return None
        large = _LARGE.match(self.source.text, words.where.start)
        if large and link.sign == "=" and large[1] in self.table.sizes:
            return None
        return _beside(words)

    def _unsettled(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        """Why numbers at which a link fails would say nothing: the text gives a name in it a value."""
        start = chain.expressions[0].where.start
        doubts = [d for d in self.survey.gathered.doubts if d.strange < 2 and chain.section in d.sections]
        doubts = [d for d in doubts if not d.after or d.where.start < start]
        names = self.grounds.made_from(sides) if doubts or self._unsure else set()
        if name := next(iter(names & self._unsure.keys()), None):
            return self._unsure[name]
        bounded = {n for h in chain.hypotheses for e in (h.left, h.right) for n in self.grounds.named(e.node)}
        if any(self.grounds.named(doubt.name) & {BATCH, *self.table.sizes} for doubt in doubts):
            names = names | self.grounds.sizes(sides)
        for doubt in doubts:
            spoken = self.grounds.named(doubt.name) - (bounded if doubt.described else set())
            spoken -= set() if doubt.counts else self.table.sizes.keys()
            spoken = {name for name in spoken if doubt.numbers or self.table.arity.get(name)}
            if doubt.described:
                spoken |= {name for name in names if name.partition("_")[0] in spoken}
            if doubt.value is not None and self._leaves_free(doubt.value, spoken, names, sides):
                continue
            if name := next(iter(names & spoken), None):
                line = self.table.line_of(doubt.where.start)
                message = f"what line {line} says of `{name}` is not judged, and this may rest on it"
                hint = "define it with `:=`, or say it in the formula: `if $…$`"
                return ReadError("BN137", message, doubt.where.at, hint)
        return (
            self._spoken_of(chain, sides)
            or self._parted(chain, sides)
            or self._not_an_input(chain, sides)
            or self.losses.which(chain, sides)
            or self._sized(chain, sides)
            or self._counted(chain, sides)
            or self._numbered(chain, sides)
            or self._written_out(chain, sides)
            or self._read_on(chain, sides)
        )

    def _valued(self, chain: RawChain, sides: tuple[Term, Term]) -> _Told | None:
        """Why no verdict stands, or no refutation: a name that is a size is given a value, which may be no
        number of values."""
        grounds = self.grounds
        for names, node, where, sections in self._sizes_with_values if not chain.claimed else ():
            if chain.section not in sections:
                continue
            value, made = number_in(node), grounds.made_from(sides)
            counts = value is None or (value >= 1 and value.denominator == 1)
            said = (grounds.defined[name] for name in made & grounds.defined.keys())
            bodies = (body for raw, _, body in said if raw.chain.section in sections)
            used = set().union(*map(names_of, (*sides, *bodies))) | (
                grounds.sizes(sides) if counts else set()
            )
            if not names & used or (counts and chain.expressions[0].where.start < where.start):
                continue
            if value is not None or not self._leaves_free(node, names, made, sides):
                name, line = min(names), self.table.line_of(where.start)
                message = f"`{name}` is how many values an index has, and line {line} gives it a value"
                error = ReadError("BN137", message, where.at, "give one of them another name")
                return error, frozenset(), not counts
        return None

    @cached_property
    def _sizes_with_values(self) -> list[tuple[set[str], Node, Slice, range]]:
        """The names of sizes that are equated with something, with what, where, and in which sections."""
        known = self.table.sizes.keys() - self.grounds.defined.keys()
        values = self.survey.gathered.values
        said = ((self.grounds.named(s) & known, node, at, within) for s, node, at, within in values)
        return [one for one in said if one[0]]

    def _ordered(self, chain: RawChain, sides: tuple[Term, Term]) -> _Told | None:
        """Why no verdict stands: words change what a name means on which the link rests."""
        start = chain.expressions[0].where.start
        orders = sorted(self.survey.gathered.orders, key=lambda order: order.saying.effect in _WEAK)
        for order in orders:
            reach, where = order.saying.reach, order.saying.where
            strict = order.saying.effect not in _WEAK
            if chain.section not in order.sections or not reach.start <= start < reach.end:
                continue
            if chain.claimed and not strict:
                continue
            spoken = {name for symbol in order.names for name in self.grounds.named(symbol)}
            spoken |= {square_of(name) for name in spoken}
            if names := self._touched(order, spoken, sides):
                free = names if order.saying.effect is Effect.REPLACED else ()
                return self._words(where, names), frozenset(free), strict
        return None

    def _words(self, where: Slice, names: set[str]) -> ReadError:
        words = " ".join(self.source.text[where.start : where.end].split())
        line, name = self.table.line_of(where.start), min(names).replace(ANEW, "")
        message = f"what line {line} says is not judged, and this may rest on it: `{words}`"
        hint = f"say what `{name}` is here by a formula, or leave the words out"
        return ReadError("BN137", message, where.at, hint)

    def _spoken_of(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        """Why numbers say nothing of names of which nothing else is known: a sentence before says of them, or
        of what it gives no name, something in words that are not understood."""
        names, start = self.grounds.made_from(sides), chain.expressions[0].where.start
        if chain.claimed or not names or not names.isdisjoint(self.grounds.defined):
            return None
        for order, spoken in self.survey.unclear:
            where = order.saying.where
            meant = spoken & names if order.names else names
            stated = order.saying.effect is Effect.STATED and where.start < start
            if stated and meant and chain.section == order.sections.start:
                return self._words(where, meant)
        return None

    def _touched(self, order: Order, spoken: set[str], sides: tuple[Term, Term]) -> set[str]:
        """The names in the sides, or behind them, that words give another meaning."""
        made, uses = self.grounds.made_from(sides), self.grounds.uses
        if order.saying.effect is Effect.SEEDED:
            sloped = (
                d.of for t in (*sides, *self.grounds.bodies(made)) for d in walk(t) if isinstance(d, Diff)
            )
            return {one.name for one in sloped if isinstance(one, Sym) and one.name in self.table.losses}
        if order.saying.effect is not Effect.HELD:
            end = order.saying.where.end  # a formula behind the words says what they leave open
            freed = order.saying.effect is Effect.FREED
            known = made & self.grounds.defined.keys() if freed else made | self.grounds.sizes(sides)
            defined = self.grounds.defined  # what is defined nowhere is so before all
            names = {name for name in known if name not in defined or defined[name][0].at[0] <= end}
            return {name for name in names if not spoken or name.replace(ANEW, "") in spoken}
        bodies = self.grounds.bodies(made)
        by = {d.by.name for term in (*sides, *bodies) for d in walk(term) if isinstance(d, Diff)}
        held = {name for name in uses if not spoken or name.replace(ANEW, "") in spoken}
        return {name for name in held if (reached({name}, uses) - {name}) & by}

    def _read_on(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        """Where a fraction or a sum may go on, in the chain or in a definition that it rests on."""
        used = self.grounds.made_from(sides) & self._unclear_bodies.keys()
        found = self._asked_of(chain)[0] or (self._unclear_bodies[min(used)] if used else None)
        if found is None:
            return None
        at, how, hint = found
        return ReadError("BN137", how, at, hint)

    def _asked_of(self, chain: RawChain) -> tuple[_Unclear | None, set[str]]:
        """Where a side may go on, and the capital names between bars: once for all links of a chain."""
        if id(chain) not in self.asked:
            parts = (part for node in chain.nodes for part in nodes_of(node) if isinstance(part, Absolute))
            sized = {
                name for part in parts if upper_case(part.body) for name in self.grounds.named(part.body)
            }
            self.asked[id(chain)] = next(filter(None, map(unclear, chain.nodes)), None), sized
        return self.asked[id(chain)]

    @cached_property
    def _unclear_bodies(self) -> dict[str, _Unclear]:
        """The defined names of which the definition may go on."""
        bodies = (
            (name, raw.body) for name, (raw, *_) in self.grounds.defined.items() if raw.body is not None
        )
        return {name: found for name, body in bodies if (found := unclear(body))}

    def _sized(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing of `\operatorname{tr} I = m`: what size the identity has is not said."""
        found, spaces = spaces_of(sides), self.survey.spaces
        loose = {space for space in found if space.startswith("fresh ") and spaces.is_loose(space)}
        if not loose or not (self.grounds.made_from(sides) & {BATCH, *self.table.sizes} or found - loose):
            return None
        at = self.source.ink(chain.expressions[0].where)
        message, hint = "an array here has a size that nothing says", "write it below its name: `I_m`"
        return ReadError("BN137", message, at, hint)

    def _parted(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing beside `\sum_{i \in A}` and `\sum_i`: how A lies in all is not said."""
        parts = [name for name in self.grounds.made_from(sides) if name.startswith(PART)]
        if not parts:
            return None
        values = min(parts).removeprefix(PART)[1:-1].replace(",", "_")
        message = f"nothing says how `{values}` lies in what other sums run over"
        hint = f"write `\\in {values}` there too, or say it: `<!-- bnsym: assume $|{values}| = m$ -->`"
        return ReadError("BN137", message, self.source.ink(chain.expressions[0].where), hint)

    def _counted(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing beside `\frac{1}{mn} \sum_{i,j}`, or `\frac{1}{N} \sum_i` with an N that
        is 2 m: no index is said to run so far."""
        made = self.grounds.made_from(sides)
        at, names = next((found for found in self._products if found[1] & made), ((0, 0), set[str]()))
        if not names:
            return None
        message = f"a mean is divided by `{min(names)}`, and no index is said to run so far"
        return ReadError("BN137", message, at, "write the limits: `\\sum_{i=1}^m`")

    def _numbered(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing of `x_1` beside `\frac13 \sum_i x_i`: there may be three values, which is
        not said."""
        spaces = self.survey.spaces
        indices = {i for side in sides for part in walk(side) for i in own_indices(part)}
        listed = {spaces.find(i.space) for i in indices if number_of(i) and not spaces.describe(i.space)}
        bodies = self.grounds.bodies(self.grounds.made_from(sides)) if listed else ()
        products = (
            part.factors for term in (*sides, *bodies) for part in walk(term) if isinstance(part, Mul)
        )
        found = (found for factors in products for found in divided(factors))
        number = next((number for space, number in found if spaces.find(space) in listed), None)
        at = self.source.ink(chain.expressions[0].where)
        return unsaid(f"{number}", at) if number else None

    def _written_out(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing of `|B| = 2 k` beside a set that is written out and can't be counted, or
        of which the text says a number; of what rests on |B| itself they do."""
        known, said = self.survey.counted, self._said_sizes
        sizes = self.grounds.sizes(sides) if known or said else set()
        told = {name for name in sizes if any(map(str.isdigit, said.get(_condensed(name), ())))}
        sizes = {name for name in sizes if not known.get(name, name not in told)}
        bodies = list(self.grounds.bodies(self.grounds.made_from(sides))) if sizes else []
        below, written = (
            {p for t in terms for p in walk(t) if isinstance(p, Size)} for terms in (bodies, sides)
        )
        if not sizes or (below and not written):
            return None
        message = f"how many members there are is not read: `{min(sizes)}`"
        hint = f"say it: `<!-- bnsym: assume ${min(sizes)} = m$ -->`"
        return ReadError("BN137", message, self.source.ink(chain.expressions[0].where), hint)

    @cached_property
    def _products(self) -> list[tuple[Place, set[str]]]:
        """The names below the line of each mean that are no index's size alone: several, one for each index
        or free letters all, or one that is defined by others."""
        found = counted_together(node for chain in self.survey.gathered.chains for node in chain.nodes)
        known = {*self.table.sizes, *self.table.barred, *self.grounds.defined}
        return [
            (at, names - self.table.sizes.keys())
            for at, names, few, more in found
            if (few and any(map(self._counts, names)))
            or (few and not more and len(names) > 1)
            or ((more or len(names) > 1) and known.isdisjoint(names) and max(map(len, names)) == 1)
        ]

    def _counts(self, name: str) -> bool:
        """Whether a name is defined by numbers and names of which nothing more is known."""
        defined = self.grounds.defined
        parts = list(walk(defined[name][2])) if name in defined else []
        plain = all(isinstance(part, Num | Mul | Sym | Size) and not own_indices(part) for part in parts)
        names = names_of(parts[0]) - self.table.sizes.keys() if plain and parts else set()
        return bool(names) and names.isdisjoint(defined)

    def _leaves_free(self, value: Node, spoken: set[str], names: set[str], sides: tuple[Term, Term]) -> bool:
        r"""Whether `K = \frac{C}{G} H` leaves K any size: nothing that the link rests on has C or H."""
        if not spoken <= self.table.sizes.keys():
            return False
        bodies = self.grounds.bodies(names)
        used = names | self.grounds.sizes((*sides, *bodies))
        factors = _numerators(value)
        return bool(factors) and not any(f is None or self.grounds.named(f) & used for f in factors)

    def _not_an_input(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        """Why a name that nothing defines stands for something, and not for any value."""
        table = self.table
        made = self.grounds.made_from(sides)
        at = self.source.ink(chain.expressions[0].where)
        if choices := sorted(made & self.survey.ambiguous.keys()):
            return self.survey.ambiguous[choices[0]]
        spelled = sorted(name.replace(ANEW, "") for name in made)
        if both := [name for name, other in pairwise(spelled) if name == other]:
            message = f"`{both[0]}` is given another meaning in a later section, and both are used here"
            return ReadError("BN137", message, at, "name one anew")
        if unread := sorted(made & self.grounds.broken.keys() - table.losses.keys()):
            return waiting(unread[0], self.grounds.broken, at)
        known = {*self.grounds.defined, *self.grounds.broken, *table.squares, *self.survey.gathered.kinds}
        for name in sorted(made - known):
            hint = "define it: as it stands it may have any value"
            if (place := table.results.get(name)) is not None:
                line = table.line_of(place[0])
                message = f"line {line} differentiates `{name}`, and nothing says what it is"
                return ReadError("BN137", message, place, hint)
            preamble = self.source.text.find(r"\begin{document}")  # what it brings in are commands
            included = next((k for k in self.elsewhere if k > preamble), None)
            if included is not None:
                line = table.line_of(included)
                message = f"`{name}` may be defined in the file that line {line} brings in"
                hint = "define it here too"
            elif WORD_ALONE.match(name) and name.partition("_")[0] not in table.typed:
                message = f"nothing says what `{name}` is: a name, or words about the formula?"
                hint = "define it, or write words between `\\quad`"
            elif name in table.guessed & table.described:
                message = f"`{name}` is taken for a matrix here, and the text says something else of it"
                hint = f"say what it is: `the number ${name}$`, `the matrix ${name}$`"
            elif name in self._asked_of(chain)[1]:
                message = f"`|{name}|`: an absolute value, or the size of a set?"
            elif (plain := unmarked(name)) in self._spoken:
                message = f"`{name}` is made from `{plain}`, and nothing says how"
            elif self._are_entries(name, made):
                message = f"nothing says whether `{name}` has the entries of `{name.upper()}`"
            else:
                continue
            return ReadError("BN137", message, at, hint)
        return None

    def _are_entries(self, name: str, made: set[str]) -> bool:
        """Whether a name that always has an index may have the entries of its letter in upper case, which has
        none anywhere and is not defined either."""
        whole, free = name.upper(), made - self.grounds.defined.keys() - self.table.sizes.keys()
        if len(name) > 1 or whole == name or whole not in free:
            return False
        nodes = (inner for node in self.survey.gathered.nodes() for inner in nodes_of(node))
        written = [n for n in nodes if isinstance(n, Symbol) and n.base in (name, whole)]
        return all((n.base == name) != n.bare for n in written)

    @cached_property
    def _spoken(self) -> set[str]:
        """Every name in the file."""
        return {name for node in self.survey.gathered.nodes() for name in self.grounds.named(node)}

    @cached_property
    def _unsure(self) -> dict[str, ReadError]:
        """The names beside whose definitions words stand that may say less."""
        rows = ((name, raw.chain.words) for name, (raw, *_) in self.grounds.defined.items())
        return {name: _beside(words) for name, words in rows if words is not None}


def restrictions_of(chain: RawChain) -> list[Restriction]:
    """What the chain's hypotheses say of its free letters."""
    return [r for h in chain.hypotheses if h.letters and (r := restriction_of(h))]


def _doubt(chain: RawChain, link: RawLink) -> ReadError | None:
    """Why a refutation of one of the chain's links would say nothing."""
    if chain.doubt is not None and link.left == 0:
        return chain.doubt
    for one in restrictions_of(chain):
        if not one.exact:
            message = (
                f"`{one.first} {one.sign} {one.second}`: an order of indices can't be put into a statement"
            )
            hint = r"what is claimed for all `i \ne j`, or for `i = j`, is judged"
            return ReadError("BN128", message, one.at, hint)
    return None


def _condensed(text: str) -> str:
    """Formulas without what makes no difference in the size of a set."""
    return re.sub(r"[{}\s]", "", re.sub(r"\\[lr]?vert(?![A-Za-z])", "|", text))


def _beside(words: Unread) -> ReadError:
    return ReadError(words.code, words.why, words.where.at, words.hint)


def _numerators(node: Node) -> list[Symbol | None]:
    """The names above the line of a product of names; None for anything else."""
    match unwrap(node):
        case Symbol() as symbol:
            return [symbol]
        case Product(factors):
            return [name for factor in factors for name in _numerators(factor)]
        case Quotient(above, below) if isinstance(unwrap(below), Symbol):
            return _numerators(above)
    return [None]
