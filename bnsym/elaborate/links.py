"""A note's text → a Derivation: every relation sign a link with its statement, or with
the reason why it has none.

The rooms before it: `document` (Markdown), `collect` (surface trees), `scope`
(what the whole file says), `lowering` (terms). After it: `statements` (names for index spaces).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import accumulate, pairwise
from operator import or_
from typing import TypeAlias, TypeVar

from bnsym.elaborate import factor_order
from bnsym.elaborate.applications import Application
from bnsym.elaborate.closing import number_of
from bnsym.elaborate.collect import (
    ANEW,
    SIGNS,
    Expression,
    Gatherer,
    RawChain,
    RawHypothesis,
    RawLink,
    declarations,
    diagnostic,
)
from bnsym.elaborate.containment import Containment, mentioned
from bnsym.elaborate.context import Context
from bnsym.elaborate.definitions import is_unknown, names_in
from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.index_spaces import BATCH
from bnsym.elaborate.jacobians import is_total
from bnsym.elaborate.lowering import PART, RENAME, Lowering
from bnsym.elaborate.ranges import counted_together
from bnsym.elaborate.restrictions import Restriction, restricted, restriction_of
from bnsym.elaborate.scope import RawDefinition, Survey, nodes, survey
from bnsym.elaborate.shapes import upper_case
from bnsym.elaborate.stated import Order, loss_inputs, tells_loss
from bnsym.elaborate.statements import Draft, Pending, finish
from bnsym.elaborate.symbols import IDENTITIES, WORD_ALONE, square_of, unmarked
from bnsym.elaborate.tensors import Algebra, Value
from bnsym.latex.ast import (
    Absolute,
    BigSum,
    Inner,
    Node,
    Place,
    Plus,
    Product,
    Quotient,
    Symbol,
    number_in,
    unwrap,
)
from bnsym.latex.ast import walk as nodes_of
from bnsym.latex.commands import CHANGES, OPERATORS
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import unclear
from bnsym.model import (
    Declaration,
    Derivation,
    Diagnostic,
)
from bnsym.source.text import Block, Directive, Effect, Item, Slice, Source, Unread
from bnsym.terms import (
    ZERO,
    Definition,
    Diff,
    Index,
    Mul,
    Num,
    Relation,
    Size,
    Sym,
    Term,
    free_indices,
    own_indices,
    walk,
)

T = TypeVar("T")
_Unclear: TypeAlias = tuple[Place, str, str]
_LARGE = re.compile(r"\\\w+\s*\{[^{}]*\blarge(?: enough)?\s*\}[\s~]*(\\?[A-Za-z]+)(?![A-Za-z_^])")
RELATIONS = {relation.value: relation for relation in Relation}


def read(text: str, file: str) -> Derivation:
    """The derivation that a Markdown note holds. Never raises for what the note says."""
    return read_with_context(text, file)[0]


def read_with_context(text: str, file: str) -> tuple[Derivation, Context]:
    """The derivation, and what is needed to read one more expression as the note would."""
    from bnsym.elaborate.document import read_document

    document = read_document(text, file)
    return read_items(document.source, document.items, tuple(document.diagnostics))


@lru_cache(maxsize=4)
def reading(text: str, file: str) -> tuple[Derivation, Context]:
    """The same, kept for those who ask again of the same text."""
    return read_with_context(text, file)


def read_items(
    source: Source, items: Sequence[Item], diagnostics: tuple[Diagnostic, ...] = ()
) -> tuple[Derivation, Context]:
    """The derivation that a document's items hold; `diagnostics` are what was said of them before."""
    derivation, context = _Reader(survey(source, Gatherer(source).run(items))).read(diagnostics)
    said = any(isinstance(i, Directive) or (isinstance(i, Block) and i.directives) for i in items)
    return replace(derivation, directives=said), context


@dataclass(frozen=True)
class _Bodies(Mapping[str, tuple[Sym, Term]]):
    """What each name is defined as, so far."""

    defined: Mapping[str, tuple[RawDefinition, Sym, Term]]

    def __getitem__(self, name: str) -> tuple[Sym, Term]:
        return self.defined[name][1:]

    def __iter__(self) -> Iterator[str]:
        return iter(self.defined)

    def __len__(self) -> int:
        return len(self.defined)


@dataclass
class Lowered:
    """An expression's value with the letters it leaves free and binds."""

    value: Value
    free: dict[str, Place]
    summed: dict[str, Place]
    left_out: dict[str, Place]
    """Of `free`, those that stand only inside sums which leave them out."""


@dataclass(frozen=True, slots=True)
class _Again:
    """A second equation of a name, which may differ from the first."""

    problem: ReadError
    left: Expression
    """Its left side, by which it is known among the links."""
    anew: bool
    """Whether it says what the name is from there on, so that a proof by the first says nothing either."""


@dataclass
class _Reader:
    survey: Survey
    pending: list[Pending] = field(default_factory=list)
    defined: dict[str, tuple[RawDefinition, Sym, Term]] = field(default_factory=dict)
    broken: dict[str, ReadError] = field(default_factory=dict)
    """Names whose definitions could not be read."""
    assumed: dict[int, tuple[Term, Relation, Term]] = field(default_factory=dict)
    """Hypotheses by the identity of their raw form."""
    refused: dict[int, ReadError] = field(default_factory=dict)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    definition_of: dict[int, RawDefinition] = field(default_factory=dict)
    """By the identity of the chain that holds it."""
    asides: dict[int, Pending] = field(default_factory=dict)
    """Equations of the text that are asked about as if they were links, by the identity of their chains."""
    elsewhere: list[int] = field(default_factory=list)
    """The places of what brings in files that are not read."""
    asked: dict[int, tuple[_Unclear | None, set[str]]] = field(default_factory=dict)
    """What is asked of all sides of a chain, by its identity: see `_asked_of`."""
    made: tuple[tuple[Term, Term], set[str]] | None = None
    """The sides that were last asked about, and the names that they are made from."""
    unbound: list[tuple[Pending, RawChain, RawLink]] = field(default_factory=list)
    """Links that are unread for their index letters."""

    def read(self, earlier: tuple[Diagnostic, ...]) -> tuple[Derivation, Context]:
        self.elsewhere = [d.span.offsets[0] for d in earlier if d.code == "BN109"]
        definitions = (*self.survey.definitions, *self.survey.opaque)
        self.definition_of = {id(d.chain): d for d in definitions}
        self.broken = dict(self.survey.ambiguous)
        for definition in self.survey.opaque:
            self._hide(definition)
        for definition in self.survey.definitions:
            self._define(definition)
        self._break_circles()
        self._put_in_order()
        for hypothesis in self.survey.gathered.hypotheses:
            if not hypothesis.letters:
                self._hypothesis(hypothesis, report=not hypothesis.said)
        for name, chains in self._by_block().items():
            self._block(name, chains)
        for pending, chain, raw in self.unbound:
            self._read_literally(pending, chain, raw)
        self.survey.spaces.settle()
        known = (self.survey, self.pending, self.defined, self.assumed, self.diagnostics, self.hidden)
        draft = Draft(*known, tuple(self.asides.values()))
        return finish(draft, earlier)

    # lowering one expression

    def lower(
        self, expression: Expression, reference: dict[str, Place] | None = None, *, strict: bool = True
    ) -> Lowered:
        """Its letters are checked against those of `reference`, the chain's first expression.
        Raises ReadError; what a failed expression said of the index spaces is forgotten."""
        if expression.problem is not None or expression.node is None:
            raise expression.problem or ReadError("BN112", "an expression is missing", _at(expression.where))
        total = is_total(expression.total, expression.node, self.survey.table)
        bodies, record = _Bodies(self.defined), expression.record
        lowering = Lowering(self.survey.table, self.survey.spaces, total, bodies, record)
        saved = self.survey.spaces.snapshot()
        try:
            value = lowering.lower(expression.node)
            if strict:
                _check_letters(lowering.free, lowering.summed, reference)
        except ReadError:
            self.survey.spaces.restore(saved)
            raise
        return Lowered(value, lowering.free, lowering.summed, lowering.left_out)

    def _two(self, first: Expression, second: Expression) -> tuple[Lowered, Lowered]:
        left = self.lower(first)
        return left, self.lower(second, left.free)

    def _hide(self, raw: RawDefinition) -> None:
        """A definition in a notation that is not read, or by a function of which nothing is known."""
        right = raw.chain.expressions[1]
        unknown = ReadError("BN128", f"`{raw.full_name}` is made by a function that nothing defines", raw.at)
        self.broken[raw.full_name] = right.problem or unknown
        if raw.explicit:
            self.diagnostics.append(diagnostic(self.survey.source, right.problem or unknown))

    def _define(self, raw: RawDefinition) -> None:
        right = raw.chain.expressions[1]

        def read() -> tuple[Lowered, Sym]:
            lowered = self.lower(right, dict.fromkeys(raw.letters, raw.at))
            _check_entries(lowered.value.term, at=self._place(right))
            return lowered, self._target(raw, lowered.value, self._place(right))

        try:
            lowered, symbol = self._with_letters(raw.at, read)
        except ReadError as error:
            self.broken[raw.full_name] = error
            if raw.explicit:
                self.diagnostics.append(diagnostic(self.survey.source, error))
            return
        self.defined[raw.full_name] = (raw, symbol, lowered.value.term)

    def _with_letters(self, at: Place, read: Callable[[], T]) -> T:
        """What `read` makes of a formula with the index letters of the file; where one of these runs over
        something else here, with letters of the formula's own. Raises ReadError."""
        spaces = self.survey.spaces
        saved = spaces.snapshot()
        try:
            return read()
        except ReadError as error:
            if error.code != "BN125":
                raise
            spaces.restore(saved)
            spaces.scope = f" at {at[0]}"
            try:
                return read()
            except ReadError:
                spaces.restore(saved)
                raise error from None
            finally:
                spaces.scope = ""

    def _target(self, raw: RawDefinition, value: Value, at: Place) -> Sym:
        """The defined symbol; its indices are the letters written or the open axes of its body."""
        spaces, arity = self.survey.spaces, self.survey.table.arity.get(raw.name, 0)
        if raw.letters:
            if len(raw.letters) != arity:
                raise self.survey.table.kind_conflict(raw.name, raw.letters, raw.at)
            indices = tuple(Index(letter, spaces.letter(letter)) for letter in raw.letters)
            expected = Value(value.term)
        else:
            lowering = Lowering(self.survey.table, spaces)
            indices = tuple(lowering.axis(spaces.axis(raw.name, k)) for k in range(arity))
            expected = replace(value, axes=value.axes)
        if value.is_zero:
            return Sym(raw.full_name, indices)
        if (
            len(expected.axes) != (0 if raw.letters else arity)
            or (raw.letters and value.axes)
            or (value.row != (raw.name in self.survey.table.rows))
        ):
            left = Value(Sym(raw.full_name, indices), () if raw.letters else indices, what=raw.full_name)
            raise Algebra(spaces, self.survey.table.line_said).mismatch(
                "the sides have different shapes", left, value, at
            )
        if not raw.letters:
            indices, placeholders = value.axes, indices
        else:
            placeholders = tuple(Index("", spaces.axis(raw.name, k)) for k in range(arity))
        for index, axis in zip(indices, placeholders, strict=True):
            spaces.unify(axis.space, index.space, raw.at, f"`{raw.name}`")
        return Sym(raw.full_name, indices)

    def _break_circles(self) -> None:
        """A definition that, through others, uses itself is refused (the last of the circle)."""
        uses = {name: names_of(body) & self.defined.keys() for name, (_, _, body) in self.defined.items()}
        done: dict[str, set[str]] = {}
        used: set[str] = set()
        for name in list(self.defined):
            used |= uses[name]
            if name in used and name in reached(uses[name], done):
                raw = self.defined.pop(name)[0]
                error = self._circular(raw, name, uses)
                self.broken[name] = error
                self.diagnostics.append(diagnostic(self.survey.source, error))
                continue
            done[name] = uses[name]

    def _circular(self, raw: RawDefinition, name: str, uses: Mapping[str, set[str]]) -> ReadError:
        """Names the other definitions of the circle, with their lines."""
        if name in uses[name]:
            hint = f"an update goes by steps: `label $t$`, and `{name}_{{t+1}} = … {name}_t …`"
            return ReadError("BN126", f"the definition of `{name}` uses `{name}` itself", raw.at, hint)
        path, line_of = _path(name, uses), self.survey.table.line_of
        through = ", that by ".join(f"`{n}` (line {line_of(self.defined[n][0].at[0])})" for n in path)
        message = f"`{name}` is defined by {through}, and that by `{name}`"
        hint = "say which of these formulas is no definition: `<!-- bnsym: claim -->` before it"
        return ReadError("BN126", message, raw.at, hint)

    def _put_in_order(self) -> None:
        """Each definition after those that it uses, which may stand behind it in the file."""
        uses = {name: names_of(body) & self.defined.keys() for name, (_, _, body) in self.defined.items()}
        done: dict[str, None] = {}
        for name in uses:
            todo = [name]
            while todo:
                waiting = [other for other in uses[todo[-1]] if other not in done]
                if waiting:
                    todo.extend(sorted(waiting))
                else:
                    done.setdefault(todo.pop())
        self.defined = {name: self.defined[name] for name in done}

    def _hypothesis(self, raw: RawHypothesis, report: bool) -> None:
        if id(raw) in self.assumed or id(raw) in self.refused:
            return
        try:
            if raw.sign not in RELATIONS:
                raise ReadError("BN128", f"`{raw.sign}` is no condition that can be used", _at(raw.where))
            relation = RELATIONS[raw.sign]
            left, right = self._with_letters(_at(raw.where), lambda: self._two(raw.left, raw.right))
            if raw.condition and (left.free or right.free):
                hint = "say it of all components: `<!-- bnsym: assume $…$ -->`"
                raise ReadError(
                    "BN128", "a condition on one component has no meaning here", _at(raw.where), hint
                )
            sides = self._sides(left, right, relation, self._place(raw.right))
            _check_entries(*sides, at=_at(raw.where))
            if any(isinstance(name, Application) for side in sides for name in names_of(side)):
                message = "an assumption about a function's value is not read"
                raise ReadError("BN128", message, _at(raw.where), "give the value a name")
            self.hidden.check_values(sides, _at(raw.where))
        except ReadError as error:
            self.refused[id(raw)] = error
            if report:
                self.diagnostics.append(diagnostic(self.survey.source, error))
            return
        self.assumed[id(raw)] = (sides[0], relation, sides[1])

    def _sides(self, left: Lowered, right: Lowered, relation: Relation, at: Place) -> tuple[Term, Term]:
        """Both sides with their open axes named alike."""
        a, b = left.value, right.value
        if (a.axes or b.axes) and relation is not Relation.EQ and relation is not Relation.NE:
            what = Algebra(self.survey.spaces, self.survey.table.line_said).describe(a if a.axes else b)
            raise ReadError("BN128", f"`{relation.value}` between arrays has no meaning; {what}", at)
        if not a.is_zero and not b.is_zero:
            b = Algebra(self.survey.spaces, self.survey.table.line_said).aligned(
                a, b, at, "the sides have different shapes"
            )
        return a.term, b.term

    @cached_property
    def hidden(self) -> Containment:
        """What can't be read, once all definitions have been."""
        definitions = [Definition(symbol, body) for _, symbol, body in self.defined.values()]
        losses, choices = tuple(self.survey.table.losses), frozenset(self.survey.ambiguous)
        return Containment(self.broken, self._mentions(), definitions, losses, choices=choices)

    def _mentions(self) -> dict[str, set[str]]:
        """The names in each definition that can't be read."""
        table, source = self.survey.table, self.survey.source
        known = {*table.arity, *table.defined, *table.losses, *self.broken}
        found: dict[str, set[str]] = {name: {name} for name in self.survey.updated}
        for name, chains in self.survey.alternatives.items():
            texts = (e.where for chain in chains for e in chain.expressions)
            every = (mentioned(table, None, source.masked[w.start : w.end], known) for w in texts)
            found[name] = set().union(*every) - {name}
        for definition in self.definition_of.values():
            if definition.full_name in self.broken:
                right = definition.chain.expressions[1]
                text = source.masked[right.where.start : right.where.end]
                found[definition.full_name] = mentioned(table, right.node, text, known)
        return found

    # links

    def _by_block(self) -> dict[int, list[RawChain]]:
        blocks: dict[int, list[RawChain]] = {}
        for chain in (c for c in self.survey.gathered.chains if not c.stated):
            blocks.setdefault(id(chain.block), []).append(chain)
        return blocks

    def _block(self, _: int, chains: list[RawChain]) -> None:
        """All links of one block; `name.k` counts them, without the definitions."""
        total = sum(len(chain.signs) - self._skipped(chain) for chain in chains)
        block = chains[0].block
        first = 1
        found: list[Pending] = []
        for chain in chains:
            skipped = self._skipped(chain)
            found.extend(self._links(chain, skipped, block.name, first, total))
            first += len(chain.signs) - skipped
        for labels, declared, where in declarations(self.survey.source, block):
            self._declare(found, block.name, labels, declared, where)
        self.pending.extend(found)

    def _skipped(self, chain: RawChain) -> int:
        """1 if the chain's first sign is a definition and so no link."""
        if chain.names_function:
            return 1
        definition = self.definition_of.get(id(chain))
        if definition is not None:
            unread = self._broken_by(chain) and not definition.explicit
            return 0 if unread and not self._is_function(definition) else 1
        return 1 if chain.signs[0][0] in (":=", r"\leftarrow") or chain.defines else 0

    def _is_function(self, definition: RawDefinition) -> bool:
        """Whether it is read as far as can be: by a function that nothing defines."""
        return definition.body is not None and is_unknown(definition.body)

    def _broken_by(self, chain: RawChain) -> bool:
        """Whether the chain's first row should have been a definition and can't be read."""
        definition = self.definition_of.get(id(chain))
        return definition is not None and definition.full_name not in self.defined

    def _place(self, expression: Expression) -> Place:
        """Without the white space around it."""
        text = self.survey.source.masked[expression.where.start : expression.where.end]
        start = expression.where.start + len(text) - len(text.lstrip())
        return start, max(start, expression.where.end - len(text) + len(text.rstrip()))

    def _declare(
        self, links: list[Pending], block: str, labels: frozenset[str], declared: Declaration, where: Slice
    ) -> None:
        """No label means all links; a link that bridges others has a label of its own, `2+3`."""
        known = {link.id[len(block) + 1 :] or "1": link for link in links}
        for label in labels or known:
            if label in known:
                known[label].declaration = declared
        missing = labels - known.keys()
        if missing or not links:
            what = ", ".join(sorted(missing)) or "at all"
            error = ReadError("BN108", f"the block `{block}` has no link {what}", _at(where))
            self.diagnostics.append(diagnostic(self.survey.source, error))

    def _links(self, chain: RawChain, skipped: int, block: str, first: int, total: int) -> list[Pending]:
        lowered = self._expressions(chain)
        found: list[Pending] = []
        for hypothesis in chain.hypotheses:
            if not hypothesis.letters:
                self._hypothesis(hypothesis, report=False)
        for k in range(skipped, len(chain.signs)):
            sign, where = chain.signs[k]
            number = first + k - skipped
            raw = RawLink(block if total == 1 else f"{block}.{number}", k, k + 1, sign, where)
            found.append(self._link(chain, raw, lowered))
        return [*found, *self._bridges(chain, skipped, block, first, lowered)]

    def _expressions(self, chain: RawChain) -> list[Lowered | ReadError]:
        """What each expression is, or why it is nothing."""

        def read() -> list[Lowered | ReadError]:
            found = self._each(chain)
            for problem in found:
                if isinstance(problem, ReadError) and problem.code == "BN125":
                    raise problem
            return found

        try:
            return self._with_letters(_at(chain.expressions[0].where), read)
        except ReadError:
            return self._each(chain)

    def _each(self, chain: RawChain) -> list[Lowered | ReadError]:
        """Each expression on its own; all compared with the letters of the first that can be read."""
        found: list[Lowered | ReadError] = []
        reference: Lowered | None = None
        for position, expression in enumerate(chain.expressions):
            try:
                lowered = self.lower(expression, reference.free if reference else None)
                if not (position == 0 and self._broken_by(chain)):
                    self.hidden.check_values([lowered.value.term], self._place(expression))
                reference = reference or lowered
                found.append(lowered)
            except ReadError as error:
                found.append(error)
        return [_settled(lowered, found) for lowered in found]

    def _link(self, chain: RawChain, raw: RawLink, lowered: list[Lowered | ReadError]) -> Pending:
        pending = self._pending(chain, raw, lowered)
        self._note_doubts(pending, chain, raw)
        if pending.problem is not None and pending.problem.code in ("BN121", "BN122"):
            self.unbound.append((pending, chain, raw))
        return pending

    def _note_doubts(self, pending: Pending, chain: RawChain, raw: RawLink) -> None:
        """Notes why a verdict on the link would say nothing."""
        left, right = pending.left.node, pending.right.node
        repeated = _repeated(left, right) or _repeated(right, left)
        pending.doubt = _doubt(chain, raw) or self._beside(chain, raw) or repeated
        again = self._said_twice(chain, raw, pending.sides) if pending.sides else None
        order = self._ordered(chain, pending.sides) if pending.sides else None
        if strict := self._summed_unsigned(left, right) or self._unsafe(pending.sides):
            pending.doubt, pending.strict = strict, True
        elif valued := self._valued(chain, pending.sides) if pending.sides else None:
            pending.doubt, pending.strict = valued
        elif order:
            pending.doubt, pending.freed, pending.strict = order
        elif again and again.anew:
            pending.doubt, pending.unless, pending.strict = again.problem, again.left, True
        elif pending.sides and (matrices := self._numbers_or_matrices(pending)):
            pending.doubt, pending.strict = matrices, True
        elif (reason := self._reason(chain, raw)) and pending.doubt is None:
            pending.doubt, pending.unless = reason
        elif pending.sides and pending.doubt is None:
            pending.doubt = self._unsettled(chain, pending.sides)
            if again and pending.doubt is None:
                pending.doubt, pending.unless = again.problem, again.left

    def _unsafe(self, sides: tuple[Term, Term] | None) -> ReadError | None:
        """Why neither verdict stands: the text makes a loss from more, or a name may be a function."""
        if sides is None:
            return None
        return self._fed(sides) or self._called(sides)

    def _called(self, sides: tuple[Term, Term]) -> ReadError | None:
        """Where a name without a definition stands before a bracket that may hold its argument."""
        table, unclear = self.survey.table, self.survey.known.unclear
        known = (self.defined, self.broken, table.squares, table.sizes, table.losses, table.typed)
        names = self._made_from(sides).intersection(unclear) if unclear else set()
        return next((unclear[name] for name in sorted(names.difference(*known))), None)

    def _summed_unsigned(self, *sides: Node | None) -> ReadError | None:
        """Where a letter stands twice in a file that speaks of sums without a sign."""
        if not self._sums_unsigned:
            return None
        return next((doubt for side in sides if (doubt := _twice(side))), None)

    @cached_property
    def _sums_unsigned(self) -> bool:
        """Whether the file speaks of a summation convention."""
        return _SUMMATION.search(self.survey.source.text) is not None

    def _reason(self, chain: RawChain, link: RawLink) -> tuple[ReadError, Expression] | None:
        """A claim that the link is said to follow from: if that does not hold, the link may not be meant."""
        given = [reason for start, reason in chain.reasons if start < link.right]
        given = [reason for reason in given if id(reason) not in self.definition_of]
        if not given:
            return None
        at, hint = _at(given[-1].chain.where), r"say what is meant as a condition: `\text{if } …`"
        return ReadError("BN137", "the reason given for it is not proved", at, hint), given[-1].expressions[0]

    def _pending(self, chain: RawChain, raw: RawLink, lowered: list[Lowered | ReadError]) -> Pending:
        sides, relation, problem = None, None, None
        try:
            relation = self._relation(raw)
            sides = self._joined(chain, raw, lowered, relation)
        except ReadError as error:
            problem = error
        left, right = chain.expressions[raw.left], chain.expressions[raw.right]
        known = (sides, relation, problem, tuple(chain.hypotheses), raw.declaration)
        return Pending(raw.id, raw.where, left, right, *known, section=chain.section)

    def _read_literally(self, pending: Pending, chain: RawChain, raw: RawLink) -> None:
        """What a link says whose letters do not fit: of each value of a letter that one side leaves free. Not
        where a letter may stand for one index that is not said, or be summed over without a sign."""
        saved = self.survey.spaces.snapshot()
        try:
            left, right = (self.lower(e, strict=False) for e in (pending.left, pending.right))
            if not self._are_slips(pending, left, right):
                return
            for lowered, expression in ((left, pending.left), (right, pending.right)):
                self.hidden.check_values([lowered.value.term], self._place(expression))
            sides = self._joined(chain, raw, {raw.left: left, raw.right: right}, self._relation(raw))
        except ReadError:
            self.survey.spaces.restore(saved)
            return
        pending.sides, pending.relation = sides, self._relation(raw)
        pending.letters, pending.problem = pending.problem, None
        self._note_doubts(pending, chain, raw)

    def _are_slips(self, pending: Pending, left: Lowered, right: Lowered) -> bool:
        r"""Whether each letter that only one side leaves free is bound by a sum there too, or stands twice in
        it, in a file that writes its sums."""
        if self._sums_unsigned:
            return False
        sides = ((left, right, pending.left), (right, left, pending.right))
        return all(
            _is_slip(expression.node, letter, letter in own.summed, self._summed)
            for own, other, expression in sides
            for letter in own.free.keys() - other.free.keys()
            if own is right or letter not in other.summed
        )

    @cached_property
    def _summed(self) -> set[str]:
        """The letters that sums of the file bind."""
        written = (e.node for chain in self.survey.gathered.chains for e in chain.expressions)
        parts = (inner for node in written if node is not None for inner in nodes_of(node))
        return {letter for part in parts if isinstance(part, BigSum) for letter in part.letters}

    def _said_twice(self, chain: RawChain, link: RawLink, sides: tuple[Term, Term]) -> _Again | None:
        """Which name in it has had two equations, of which the first is taken."""
        for name in sorted(self._made_from(sides) & self.defined.keys()):
            first, again = self.defined[name][0], self._again(name, chain, link)
            if again is None or again is chain:
                continue
            at = self._place(again.expressions[0])
            lines = " and in ".join(f"line {self.survey.table.line_of(a[0])}" for a in (first.at, at))
            message = f"`{name.replace(ANEW, '')}` is one thing in {lines}: which is meant?"
            problem = ReadError("BN137", message, at, "give each a name of its own, or a section of its own")
            anew = again.anew or again in chain.rivals or again.section > first.chain.section
            return _Again(problem, self._judged_aside(again), anew)
        return None

    def _again(self, name: str, chain: RawChain, link: RawLink) -> RawChain | None:
        """The second equation of a name: one that `where` says beside the link, one of a display before it,
        one of the text before it that says that it holds from there on, or one of the text that stands in a
        later section than the first."""
        first, again = self.defined[name][0], self.survey.repeated.get(name)
        for rival in chain.rivals:
            if name in self._named(rival.expressions[0].node):
                return rival
        if again is not None and again.at[0] < link.where.start:
            return again.chain
        for said in self.survey.restated.get(name, ()):
            later = first.chain.section < said.section <= chain.section
            if later or (said.anew and first.at[0] < said.expressions[0].where.start < link.where.start):
                return said
        return None

    def _judged_aside(self, again: RawChain) -> Expression:
        """The left side of the equation; one in running text is asked about as if it were a link."""
        if again.stated and id(again) not in self.asides:
            link = RawLink("", 0, 1, *again.signs[0])
            self.asides[id(again)] = self._pending(again, link, self._expressions(again))
        return again.expressions[0]

    def _beside(self, chain: RawChain, link: RawLink) -> ReadError | None:
        """Why words beside the link would make a refutation of it say nothing. An equation that holds for
        all large sizes holds for all."""
        words = chain.chain.doubt
        if words is None or link.right <= (words.expression or 0) or chain.claimed:
            return None
        large = _LARGE.match(self.survey.source.text, words.where.start)
        if large and link.sign == "=" and large[1] in self.survey.table.sizes:
            return None
        return _beside(words)

    def _unsettled(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        """Why numbers at which a link fails would say nothing: the text gives a name in it a value."""
        start = chain.expressions[0].where.start
        doubts = [d for d in self.survey.gathered.doubts if chain.section in d.sections]
        doubts = [d for d in doubts if not d.after or d.where.start < start]
        names = self._made_from(sides) if doubts or self._unsure else set()
        if name := next(iter(names & self._unsure.keys()), None):
            return self._unsure[name]
        bounded = {n for h in chain.hypotheses for e in (h.left, h.right) for n in self._named(e.node)}
        if any(self._named(doubt.name) & {BATCH, *self.survey.table.sizes} for doubt in doubts):
            names = names | self._sizes(sides)
        for doubt in doubts:
            spoken = self._named(doubt.name) - (bounded if doubt.described else set())
            if doubt.value is not None and self._leaves_free(doubt.value, spoken, names, sides):
                continue
            if name := next(iter(names & spoken), None):
                line = self.survey.table.line_of(doubt.where.start)
                message = f"what line {line} says of `{name}` is not judged, and this may rest on it"
                hint = "define it with `:=`, or say it in the formula: `if $…$`"
                return ReadError("BN137", message, _at(doubt.where), hint)
        return (
            self._parted(chain, sides)
            or self._not_an_input(chain, sides)
            or self._which_loss(chain, sides)
            or self._sized(chain, sides)
            or self._counted(chain, sides)
            or self._read_on(chain, sides)
        )

    def _valued(self, chain: RawChain, sides: tuple[Term, Term]) -> tuple[ReadError, bool] | None:
        """Why no verdict stands, or no refutation: a name that is a size is given a value, which may be no
        number of values."""
        for symbol, node, where, sections in self.survey.gathered.values if not chain.claimed else ():
            names = self._named(symbol) & self.survey.table.sizes.keys() - self.defined.keys()
            if not names or chain.section not in sections:
                continue
            value = number_in(node)
            counts = value is None or (value >= 1 and value.denominator == 1)
            said = (self.defined[name] for name in self._made_from(sides) & self.defined.keys())
            bodies = (body for raw, _, body in said if raw.chain.section in sections)
            used = set().union(*map(names_of, (*sides, *bodies))) | (self._sizes(sides) if counts else set())
            if not names & used or (counts and chain.expressions[0].where.start < where.start):
                continue
            if value is not None or not self._leaves_free(node, names, self._made_from(sides), sides):
                name, line = min(names), self.survey.table.line_of(where.start)
                message = f"`{name}` is how many values an index has, and line {line} gives it a value"
                return ReadError("BN137", message, _at(where), "give one of them another name"), not counts
        return None

    def _ordered(
        self, chain: RawChain, sides: tuple[Term, Term]
    ) -> tuple[ReadError, frozenset[str], bool] | None:
        """Why no verdict stands: words change what a name means on which the link rests; the names that
        may be anything; and whether a proof says nothing either."""
        start, source = chain.expressions[0].where.start, self.survey.source
        orders = sorted(self.survey.gathered.orders, key=lambda order: order.saying.effect is Effect.NARROWED)
        for order in orders:
            reach, where = order.saying.reach, order.saying.where
            strict = order.saying.effect is not Effect.NARROWED
            if chain.section not in order.sections or not reach.start <= start < reach.end:
                continue
            if chain.claimed and not strict:
                continue
            spoken = {name for symbol in order.names for name in self._both(symbol)}
            if names := self._touched(order, spoken, sides):
                words = " ".join(source.text[where.start : where.end].split())
                line = self.survey.table.line_of(where.start)
                message = f"what line {line} says is not judged, and this may rest on it: `{words}`"
                name = min(names).replace(ANEW, "")
                hint = f"say what `{name}` is here by a formula, or leave the words out"
                free = names if order.saying.effect is Effect.REPLACED else ()
                return ReadError("BN137", message, _at(where), hint), frozenset(free), strict
        return None

    def _both(self, symbol: Symbol) -> set[str]:
        """The names of a symbol and of its square."""
        names = self._named(symbol)
        return names | {square_of(name) for name in names}

    def _since(self, name: str) -> int:
        """Where a name is defined; nowhere is before all."""
        return self.defined[name][0].at[0] if name in self.defined else 0

    def _touched(self, order: Order, spoken: set[str], sides: tuple[Term, Term]) -> set[str]:
        """The names in the sides, or behind them, that words give another meaning."""
        made, uses = self._made_from(sides), self.hidden.uses
        if order.saying.effect is not Effect.HELD:
            end = order.saying.where.end  # a formula behind the words says what they leave open
            freed = order.saying.effect is Effect.FREED
            known = made & self.defined.keys() if freed else made | self._sizes(sides)
            names = {name for name in known if self._since(name) <= end}
            return {name for name in names if not spoken or name.replace(ANEW, "") in spoken}
        bodies = (self.defined[name][2] for name in made & self.defined.keys())
        by = {d.by.name for term in (*sides, *bodies) for d in walk(term) if isinstance(d, Diff)}
        held = {name for name in uses if not spoken or name.replace(ANEW, "") in spoken}
        return {name for name in held if (reached({name}, uses) - {name}) & by}

    def _read_on(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        """Where a fraction or a sum may go on, in the chain or in a definition that it rests on."""
        used = self._made_from(sides) & self._unclear_bodies.keys()
        found = self._asked_of(chain)[0] or (self._unclear_bodies[min(used)] if used else None)
        if found is None:
            return None
        at, how, hint = found
        return ReadError("BN137", how, at, hint)

    def _asked_of(self, chain: RawChain) -> tuple[_Unclear | None, set[str]]:
        """Where a side may go on, and the capital names between bars: once for all links of a chain."""
        if id(chain) not in self.asked:
            written = [e.node for e in chain.expressions if e.node is not None]
            parts = (part for node in written for part in nodes_of(node) if isinstance(part, Absolute))
            sized = {name for part in parts if upper_case(part.body) for name in self._named(part.body)}
            self.asked[id(chain)] = next(filter(None, map(unclear, written)), None), sized
        return self.asked[id(chain)]

    @cached_property
    def _unclear_bodies(self) -> dict[str, _Unclear]:
        """The defined names of which the definition may go on."""
        bodies = ((name, raw.body) for name, (raw, *_) in self.defined.items() if raw.body is not None)
        return {name: found for name, body in bodies if (found := unclear(body))}

    @cached_property
    def _preamble(self) -> int:
        """Where a LaTeX file's preamble ends: what it brings in are commands."""
        return self.survey.source.text.find(r"\begin{document}")

    def _sizes(self, sides: tuple[Term, ...]) -> set[str]:
        """What is called the size of an index in them; without a name of its own it is m."""
        return {self.survey.spaces.describe(space) or BATCH for space in _spaces(sides)}

    def _which_loss(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing of `\frac{\partial L}{\partial y_i} = y_i`: it is true of some losses, and
        words say which; where both sides have the derivatives, or one is 0, it is meant of all."""
        losses = [self._made_from((side, side)) & self.survey.table.losses.keys() for side in sides]
        if bool(losses[0]) == bool(losses[1]) or ZERO in sides or not self._tells_loss:
            return None
        name, at = min(losses[0] or losses[1]), self._place(chain.expressions[0])
        hint = f"define `{name}` by a formula"
        message = f"this is true of some losses, and only words say which `{name}` is"
        return ReadError("BN137", message, at, hint)

    def _fed(self, sides: tuple[Term, Term]) -> ReadError | None:
        """Why no derivative of a loss stands: the text says that the loss is made from more than the layer's
        outputs, and the derivative is by that, or by what that is made from."""
        if not self._inputs_of_losses:
            return None
        losses, uses = self.survey.table.losses, self.hidden.uses
        bodies = (self.defined[name][2] for name in self._made_from(sides) & self.defined.keys())
        parts = [d for term in (*sides, *bodies) for d in walk(term) if isinstance(d, Diff)]
        found = [(d.of.name, d.by.name) for d in parts if isinstance(d.of, Sym) and d.of.name in losses]
        for loss, inputs, where in self._inputs_of_losses:
            by = next((by for of, by in found if loss in ("", of) and by in reached(inputs, uses)), None)
            if by is not None:
                line = self.survey.table.line_of(where.start)
                message = f"line {line} makes the loss depend on more than the layer's outputs: on `{by}` too"
                return ReadError("BN137", message, _at(where), "say of what: `<!-- bnsym: loss $f(y)$ -->`")
        return None

    @cached_property
    def _inputs_of_losses(self) -> list[tuple[str, set[str], Slice]]:
        """What the text says that each loss, or any, is made from besides outputs."""
        table, uses, source = self.survey.table, self.hidden.uses, self.survey.source
        if self.survey.gathered.losses:
            return []
        known = {*table.arity, *table.defined}
        said: list[tuple[str, set[str], bool, Slice]] = []
        for where in (*self.survey.gathered.unjudged, *(c.chain.where for c in self.survey.gathered.chains)):
            text = source.masked[where.start : where.end]
            if (loss := text.partition("=")[0].strip(" &:")) in table.losses:
                said.append((loss, mentioned(table, None, text, known), False, where))
        for spelled, words, where in loss_inputs(source.text):
            texts = _INLINE.findall(words)
            names: set[str] = set().union(*(mentioned(table, None, text, known) for text in texts))
            loss = spelled.strip("$ ")
            if loss in table.losses or "$" not in spelled:
                said.append((loss if loss in table.losses else "", names, not spelled, where))
        inner: set[str] = set().union(*uses.values())
        found: list[tuple[str, set[str], Slice]] = []
        for loss, names, every, where in said:
            names = {n for name in names for n in (name, square_of(name))} - table.losses.keys()
            outputs = names & uses.keys() - inner
            behind = {name for out in outputs for name in names if name in reached({out}, uses) - {out}}
            if inputs := names - outputs if every else behind:
                found.append((loss, inputs, where))
        return found

    @cached_property
    def _tells_loss(self) -> bool:
        return tells_loss(self.survey.source.text)

    def _sized(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing of `\operatorname{tr} I = m`: what size the identity has is not said."""
        spaces, made = self.survey.spaces, self._made_from(sides)
        loose = {space for space in _spaces(sides) if space.startswith("fresh ") and spaces.is_loose(space)}
        others = made & {BATCH, *self.survey.table.sizes} or _spaces(sides) - loose
        if not loose or not others:
            return None
        at = self._place(chain.expressions[0])
        message, hint = "an array here has a size that nothing says", "write it below its name: `I_m`"
        return ReadError("BN137", message, at, hint)

    def _numbers_or_matrices(self, pending: Pending) -> ReadError | None:
        """Why neither verdict stands: the order of the factors matters if a name is a matrix, and nothing
        says that it is a number."""
        written = [e.node for e in (pending.left, pending.right) if e.node is not None]
        if not self._may_be_matrices or pending.sides is None:
            return None
        names, made = self._may_be_arrays, self._made_from(pending.sides)
        bodies = [self.defined[name][0].body for name in made & self.defined.keys()]
        behind = factor_order.ordered((b for b in bodies if b is not None), names, self._may_be_matrices)
        behind = {pair for pair in behind if not self._open_names.keys().isdisjoint(pair)}
        pairs = behind | factor_order.ordered(written, names, self._may_be_matrices)
        multiplied = {a or b for a, b in pairs if not (a and b)}
        unclear = {p for p in pairs if p[::-1] in pairs and not self._open_names.keys().isdisjoint(p)}
        unclear |= {pair for pair in behind if all(pair) and multiplied.intersection(pair)}
        both = {name for pair in unclear for name in pair if name in self._may_be_matrices}
        if not both:
            return None
        name = min(both)
        message = f"numbers or matrices? The order of the factors matters if `{name}` is a matrix"
        hint = f"say what it is: `the number ${name}$`, `the matrix ${name}$`"
        return ReadError("BN137", message, self._place(pending.left), hint)

    @cached_property
    def _may_be_matrices(self) -> set[str]:
        """Names of matrices, and those written like them of which nothing says that they are numbers."""
        written = {n for n, symbol in self._open_names.items() if factor_order.may_be_matrix(symbol)}
        return written | {n for n, axes in self.survey.table.arity.items() if axes == 2}

    @cached_property
    def _open_names(self) -> dict[str, Symbol]:
        """Names without indices, taken for numbers, of which nothing says so."""
        table, gathered = self.survey.table, self.survey.gathered
        said = {m.name.base for m in gathered.mentions if m.rank not in (None, 0)}
        known = {*self.defined, *self.broken, *table.squares, *table.sizes, *table.losses, *gathered.kinds}
        signs = {*CHANGES, *OPERATORS}.difference(m.name.base for m in gathered.mentions if m.rank == 0)
        known |= table.typed - said - signs
        known |= {*IDENTITIES, *(n for n, axes in table.arity.items() if axes)}
        written = list(nodes(gathered))
        known |= {n for node in written for s in factor_order.numbers_in(node) for n in self._named(s)}
        symbols = (s for node in written for s in nodes_of(node) if isinstance(s, Symbol))
        named = ((name, s) for s in symbols if factor_order.may_be_array(s) for name in self._named(s))
        return {
            n: s for n, s in named if n not in known and not (table.is_ones(s, n) or table.is_identity(s))
        }

    def _may_be_arrays(self, symbol: Symbol) -> set[str]:
        return reached(self._named(symbol), self.hidden.uses) & (
            self._open_names.keys() | self._may_be_matrices
        )

    def _parted(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing beside `\sum_{i \in A}` and `\sum_i`: how A lies in all is not said."""
        parts = [name for name in self._made_from(sides) if name.startswith(PART)]
        if not parts:
            return None
        values = min(parts).removeprefix(PART)[1:-1].replace(",", "_")
        message = f"nothing says how `{values}` lies in what other sums run over"
        hint = f"write `\\in {values}` there too, or say it: `<!-- bnsym: assume $|{values}| = m$ -->`"
        return ReadError("BN137", message, self._place(chain.expressions[0]), hint)

    def _counted(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing beside `\frac{1}{mn} \sum_{i,j}`, or `\frac{1}{N} \sum_i` with an N that
        is 2 m: no index is said to run so far."""
        made = self._made_from(sides)
        at, names = next((found for found in self._products if found[1] & made), ((0, 0), set[str]()))
        if not names:
            return None
        message = f"a mean is divided by `{min(names)}`, and no index is said to run so far"
        return ReadError("BN137", message, at, "write the limits: `\\sum_{i=1}^m`")

    @cached_property
    def _products(self) -> list[tuple[Place, set[str]]]:
        """The names below the line of each mean that are no index's size alone: several, one for each index
        or free letters all, or one that is defined by others."""
        written = (e.node for chain in self.survey.gathered.chains for e in chain.expressions)
        found = counted_together(node for node in written if node is not None)
        table = self.survey.table
        known = {*table.sizes, *table.barred, *self.defined}
        return [
            (at, names - table.sizes.keys())
            for at, names, few in found
            if (few and any(map(self._counts, names)))
            or (len(names) > 1 and (few or (known.isdisjoint(names) and max(map(len, names)) == 1)))
        ]

    def _counts(self, name: str) -> bool:
        """Whether a name is defined by numbers and names of which nothing more is known."""
        body = self.defined[name][2] if name in self.defined else None
        parts = list(walk(body)) if body is not None else []
        plain = all(isinstance(part, Num | Mul | Sym | Size) and not own_indices(part) for part in parts)
        names = names_of(parts[0]) - self.survey.table.sizes.keys() if plain and parts else set()
        return bool(names) and names.isdisjoint(self.defined)

    def _leaves_free(self, value: Node, spoken: set[str], names: set[str], sides: tuple[Term, Term]) -> bool:
        r"""Whether `K = \frac{C}{G} H` leaves K any size: nothing that the link rests on has C or H."""
        if not spoken <= self.survey.table.sizes.keys():
            return False
        bodies = (self.defined[name][2] for name in names & self.defined.keys())
        used = names | self._sizes((*sides, *bodies))
        factors = _numerators(value)
        return bool(factors) and not any(f is None or self._named(f) & used for f in factors)

    def _not_an_input(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        """Why a name that nothing defines stands for something, and not for any value."""
        table = self.survey.table
        made = self._made_from(sides)
        if choices := sorted(made & self.survey.ambiguous.keys()):
            return self.survey.ambiguous[choices[0]]
        known = {*self.defined, *self.broken, *table.squares, *self.survey.gathered.kinds}
        hint = "define it: as it stands it may have any value"
        _, sized = self._asked_of(chain)
        for name in sorted(made - known):
            at, plain = table.results.get(name), unmarked(name)
            if at is not None:
                message = f"line {table.line_of(at[0])} differentiates `{name}`, and nothing says what it is"
                return ReadError("BN137", message, at, hint)
            at_input = next((k for k in self.elsewhere if k > self._preamble), None)
            if at_input is not None:
                line = table.line_of(at_input)
                message = f"`{name}` may be defined in the file that line {line} brings in"
                return ReadError("BN137", message, self._place(chain.expressions[0]), "define it here too")
            if WORD_ALONE.match(name) and name.partition("_")[0] not in table.typed:
                message = f"nothing says what `{name}` is: a name, or words about the formula?"
                hint = "define it, or write words between `\\quad`"
                return ReadError("BN137", message, self._place(chain.expressions[0]), hint)
            if name in table.guessed & table.described:
                message = f"`{name}` is taken for a matrix here, and the text says something else of it"
                hint = f"say what it is: `the number ${name}$`, `the matrix ${name}$`"
                return ReadError("BN137", message, self._place(chain.expressions[0]), hint)
            if name in sized:
                message = f"`|{name}|`: an absolute value, or the size of a set?"
                return ReadError("BN137", message, self._place(chain.expressions[0]), hint)
            if plain in self._spoken:
                message = f"`{name}` is made from `{plain}`, and nothing says how"
                return ReadError("BN137", message, self._place(chain.expressions[0]), hint)
        return None

    @cached_property
    def _spoken(self) -> set[str]:
        """Every name in the file."""
        return {name for node in nodes(self.survey.gathered) for name in self._named(node)}

    @cached_property
    def _unsure(self) -> dict[str, ReadError]:
        """The names beside whose definitions words stand that may say less."""
        rows = ((name, raw.chain.words) for name, (raw, *_) in self.defined.items())
        return {name: _beside(words) for name, words in rows if words is not None}

    def _named(self, node: Node | None) -> set[str]:
        return names_in(self.survey.table, node)

    def _made_from(self, sides: tuple[Term, Term]) -> set[str]:
        """The names on the sides, and in the definitions that these rest on; kept for what is asked next."""
        if self.made is None or self.made[0] is not sides:
            self.made = sides, reached(set().union(*map(names_of, sides)), self.hidden.uses)
        return self.made[1]

    def _relation(self, raw: RawLink) -> Relation:
        sign = SIGNS.get(raw.sign)
        if sign is None:
            where = (raw.where.start, raw.where.end)
            hint = "`:=` stands in the first place of a chain only" if raw.sign == ":=" else ""
            raise ReadError("BN128", f"the relation `{raw.sign}` has no meaning here", where, hint)
        return RELATIONS[sign]

    def _joined(
        self,
        chain: RawChain,
        raw: RawLink,
        lowered: Sequence[Lowered | ReadError] | Mapping[int, Lowered],
        relation: Relation,
    ) -> tuple[Term, Term]:
        if chain.problem is not None:
            raise chain.problem
        left, right = lowered[raw.left], lowered[raw.right]
        if isinstance(left, ReadError):
            raise self._cause(chain, raw) or left
        if isinstance(right, ReadError):
            raise right
        for hypothesis in chain.hypotheses:
            if id(hypothesis) in self.refused and not hypothesis.said:
                raise self.refused[id(hypothesis)]
            if hypothesis.condition and not hypothesis.letters:
                self._check_numbers(hypothesis, left.free.keys() | right.free.keys())
        self._check_pairs(chain.expressions[raw.left], chain.expressions[raw.right])
        sides = self._sides(left, right, relation, self._place(chain.expressions[raw.right]))
        return restricted(sides, relation, _restrictions(chain), self.survey.spaces)

    def _check_pairs(self, left: Expression, right: Expression) -> None:
        """`(a, b) = (b, a)` compares pairs, entry by entry, and not inner products."""
        if all(isinstance(e.node, Inner) and e.node.round for e in (left, right)):
            hint = r"pairs are compared entry by entry; an inner product is clear as `\langle u, v\rangle`"
            raise ReadError("BN128", "two pairs, or two inner products?", self._place(right), hint)

    def _cause(self, chain: RawChain, raw: RawLink) -> ReadError | None:
        """Why the name on the left is not known: what should define it right of it can't be read."""
        hidden = raw.left == 0 and raw.right == 1 and self._broken_by(chain)
        return self.broken.get(self.definition_of[id(chain)].full_name) if hidden else None

    def _check_numbers(self, condition: RawHypothesis, letters: Set[str]) -> None:
        """`i \\ne j` beside a link with free i and j is about indices, not about numbers."""
        first, _, second = self.assumed[id(condition)]
        for name in sorted((names_of(first) | names_of(second)) & letters):
            message = f"`{name}` is an index here, and the condition takes it for a number"
            raise ReadError("BN129", message, _at(condition.where), r"write the case with `\delta`")

    def _bridges(
        self, chain: RawChain, skipped: int, block: str, first: int, lowered: list[Lowered | ReadError]
    ) -> list[Pending]:
        """Over each run of expressions that can't be read: the last one before = the first after."""
        found: list[Pending] = []
        good = [k for k, value in enumerate(lowered) if isinstance(value, Lowered)]
        for left, right in pairwise(good):
            signs = [SIGNS.get(sign, "") for sign, _ in chain.signs[left:right]]
            weakest = _weakest(signs)
            nothing = left == 0 and self._broken_by(chain)  # a name whose definition can't be read
            if right - left < 2 or not weakest or left < skipped or nothing:
                continue
            numbers = "+".join(str(first + k - skipped) for k in range(left, right))
            raw = RawLink(f"{block}.{numbers}", left, right, weakest, chain.signs[right - 1][1])
            found.append(self._link(chain, raw, lowered))
        return found


def _spaces(sides: tuple[Term, ...]) -> set[str]:
    """The spaces of all indices and sizes in them."""
    terms = [term for side in sides for term in walk(side)]
    sizes = {term.space for term in terms if isinstance(term, Size)}
    return sizes | {index.space for term in terms for index in own_indices(term)}


def _path(name: str, uses: Mapping[str, set[str]]) -> list[str]:
    """The names between a name and itself on the shortest way of uses."""
    ways = [[other] for other in sorted(uses[name])]
    seen: set[str] = set()
    for way in ways:
        if name in uses.get(way[-1], ()):
            return way
        ways.extend([*way, other] for other in sorted(uses.get(way[-1], set()) - seen))
        seen |= uses.get(way[-1], set())
    return []


def _restrictions(chain: RawChain) -> list[Restriction]:
    """What the chain's hypotheses say of its free letters."""
    return [r for h in chain.hypotheses if h.letters and (r := restriction_of(h))]


def _doubt(chain: RawChain, link: RawLink) -> ReadError | None:
    """Why a refutation of one of the chain's links would say nothing."""
    if chain.doubt is not None and link.left == 0:
        return chain.doubt
    for one in _restrictions(chain):
        if not one.exact:
            message = (
                f"`{one.first} {one.sign} {one.second}`: an order of indices can't be put into a statement"
            )
            hint = r"what is claimed for all `i \ne j`, or for `i = j`, is judged"
            return ReadError("BN128", message, one.at, hint)
    return None


def _with_bound(node: Node | None) -> tuple[list[Node], set[str]]:
    """All parts of an expression, and the letters that its sums bind."""
    inner = list(nodes_of(node)) if node is not None else []
    return inner, {letter for one in inner if isinstance(one, BigSum) for letter in one.letters}


def _repeated(node: Node | None, other: Node | None) -> ReadError | None:
    r"""A letter that stands twice in `A_{ij} B_{jk}` and not on the other side: to many it is summed over.
    Not in `A_{ij} B_{ij}`, where a sum sign is missing rather."""
    inner, bound = _with_bound(node)
    for product in (one for one in inner if isinstance(one, Product)):
        names = [name for name in product.factors if isinstance(name, Symbol)]
        for letter in {letter for name in names for letter in _letters(name)} - bound:
            written = {_letters(name) for name in names if letter in _letters(name)}
            if len(written) > 1 and not _with_letter(other, letter):
                message = f"`{letter}` is repeated here and stands not on the other side: is it summed over?"
                return ReadError("BN137", message, product.at, rf"write `\sum_{letter}` if it is")
    return None


def _twice(node: Node | None) -> ReadError | None:
    """A letter that stands twice in one term, or on one name, and that no sum binds."""
    inner, bound = _with_bound(node)
    for term in (one for one in inner if isinstance(one, Product | Quotient | Symbol)):
        names = (name for name in nodes_of(term) if isinstance(name, Symbol))
        written = Counter(letter for name in names for letter in _letters(name) if letter not in bound)
        if letter := next((one for one, times in written.items() if times > 1), None):
            message = f"`{letter}` is repeated here, and the text speaks of a summation convention"
            return ReadError("BN137", message, term.at, rf"write `\sum_{letter}` where it is summed over")
    return None


def _beside(words: Unread) -> ReadError:
    return ReadError(words.code, words.why, _at(words.where), words.hint)


def _check_entries(*terms: Term, at: Place) -> None:
    """BN128 where what is said of one entry would be said of all."""
    if any(number_of(index) for term in terms for index in free_indices(term)):
        hint = "write it out where it is used, or say it of all entries"
        raise ReadError("BN128", "one entry of an array has no meaning here", at, hint)


_SUMMATION = re.compile(
    r"einstein|эйнштейн|爱因斯坦|アインシュタイン|아인슈타인|summation\s+convention|summenkonvention|求和约定|縮約"
    r"|convention\s+de\s+(?:la\s+)?som\w+|(?:repeated|doppelte\w*|повторяющ\w+)\s+(?:ind[ei]\w+|индекс\w*)"
    r"|ind(?:ex|ices)\s+(?:that\s+)?(?:\w+\s+)?(?:repeat\w*|twice)|[ií]ndic\w+\s+(?:répét|repetid|ripetut)\w+"
    r"|重复(?:指标|下标)",
    re.IGNORECASE,
)
"""Words for sums without a sign."""


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


def _is_slip(node: Node | None, letter: str, bound: bool, summed: Set[str]) -> bool:
    r"""Not in `\sum_i x_i^2 - 2 a x_i`, of which the sum may be meant to go on."""
    if bound:
        return node is not None and not any(_goes_on(inner, letter) for inner in nodes_of(node))
    return letter in summed and len(_with_letter(node, letter)) > 1


def _goes_on(node: Node, letter: str) -> bool:
    """Whether the letter stands free behind a sum over it that nothing closes."""
    terms = node.terms if isinstance(node, Plus) else ()
    sums = [any(isinstance(n, BigSum) and letter in n.letters for n in nodes_of(term)) for term in terms]
    after = zip(terms[1:], sums[1:], accumulate(sums, or_), strict=False)
    return any(begun and not own and _with_letter(term, letter) for term, own, begun in after)


def _with_letter(node: Node | None, letter: str) -> list[Symbol]:
    """Each name with an index letter in an expression, as often as it stands there."""
    names = (inner for inner in nodes_of(node) if isinstance(inner, Symbol)) if node is not None else ()
    return [name for name in names if letter in _letters(name)]


def _letters(name: Symbol) -> tuple[str, ...]:
    return (*name.upper, *(name.sub.letters if name.sub else ()))


def _check_letters(
    free: dict[str, Place], summed: dict[str, Place], reference: dict[str, Place] | None
) -> None:
    """BN122 for a letter both bound and free; BN121 for one that the left side doesn't have."""
    for letter, at in free.items() if reference is not None else ():
        if letter not in (reference or {}):
            hint = rf"sum over it (`\sum_{letter}`), or write the left side with the index {letter}"
            raise ReadError("BN121", f"index {letter} is not bound on the right", at, hint)
    for letter, at in summed.items():
        if letter in free or (reference is not None and letter in reference):
            hint = f"{RENAME}; or sum over {letter} wherever it stands"
            raise ReadError("BN122", f"index {letter} is free, and this sum binds it again", at, hint)


def _settled(lowered: Lowered | ReadError, chain: Sequence[Lowered | ReadError]) -> Lowered | ReadError:
    r"""BN121 for `\sum_{i \ne j}` where nothing else in the chain says that j is free."""
    others = (other for other in chain if isinstance(other, Lowered))
    said = {letter for other in others for letter in other.free if letter not in other.left_out}
    for letter, at in lowered.left_out.items() if isinstance(lowered, Lowered) else ():
        if letter not in said:
            hint = rf"write `\sum_{letter} \sum_{{k \ne {letter}}}` if the sum runs over both"
            return ReadError("BN121", f"is {letter} free here, or does this sum run over it too?", at, hint)
    return lowered


_ORDER = {"=": "=", "<": "<", r"\le": "<", ">": ">", r"\ge": ">"}


def _weakest(signs: list[str]) -> str:
    """The relation that a run of signs proves of its ends, or nothing."""
    if not all(sign in _ORDER for sign in signs):
        return ""
    directions = {_ORDER[sign] for sign in signs} - {"="}
    if len(directions) > 1:
        return ""
    if not directions:
        return "="
    weak = {"<": r"\le", ">": r"\ge"}[directions.pop()]
    return weak if weak in signs else next(sign for sign in signs if sign != "=")


_INLINE = re.compile(r"\$([^$\n]+)\$")


def _at(where: Slice) -> Place:
    return where.start, where.end


__all__ = ["Context", "read", "read_items", "read_with_context"]
