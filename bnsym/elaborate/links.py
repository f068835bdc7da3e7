"""A note's text → a Derivation: every relation sign a link with its statement, or with
the reason why it has none.

The rooms before it: `document` (Markdown), `collect` (surface trees), `scope`
(what the whole file says), `lowering` (terms). After it: `statements` (names for index spaces).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from itertools import groupby, pairwise
from typing import TypeVar

from bnsym.elaborate.applications import Application
from bnsym.elaborate.closing import number_of
from bnsym.elaborate.collect import (
    SIGNS,
    Expression,
    Gatherer,
    RawChain,
    RawHypothesis,
    RawLink,
    declarations,
    diagnostic,
)
from bnsym.elaborate.containment import Containment, mentioned, waiting
from bnsym.elaborate.context import Context
from bnsym.elaborate.definitions import is_unknown, names_in
from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.differentiating import is_total
from bnsym.elaborate.doubts import Doubts, restrictions_of
from bnsym.elaborate.grounds import Grounds
from bnsym.elaborate.index_spaces import BATCH, Unknown
from bnsym.elaborate.lowering import RENAME, Lowering, is_simple
from bnsym.elaborate.repeated import is_slip
from bnsym.elaborate.restrictions import restricted
from bnsym.elaborate.scope import RawDefinition, survey
from bnsym.elaborate.statements import Draft, Pending, finish
from bnsym.elaborate.symbols import IDENTITIES, Table
from bnsym.elaborate.tensors import Algebra, Value
from bnsym.latex.ast import BigSum, Derivative, Inner, Node, Place, Product, Symbol, Transpose, unwrap
from bnsym.latex.ast import walk as nodes_of
from bnsym.latex.errors import ReadError
from bnsym.latex.parser import parse
from bnsym.model import (
    Declaration,
    Derivation,
    Diagnostic,
    Severity,
)
from bnsym.source.opening import opened
from bnsym.source.text import Item, Slice, Source
from bnsym.terms import (
    ZERO,
    Definition,
    Index,
    Relation,
    Sym,
    Term,
    free_indices,
)

T = TypeVar("T")
RELATIONS = {relation.value: relation for relation in Relation}


def read(text: str, file: str) -> Derivation:
    """The derivation that a Markdown note holds. Never raises for what the note says."""
    return read_with_context(text, file)[0]


def read_with_context(text: str, file: str) -> tuple[Derivation, Context]:
    """The derivation, and what is needed to read one more expression as the note would."""
    from bnsym.elaborate.document import read_document

    document = read_document(text, file)
    derivation, context = read_items(document.source, document.items, tuple(document.diagnostics))
    return (derivation if opened(text, file).claims else _without_claims(derivation)), context


def _without_claims(derivation: Derivation) -> Derivation:
    """Of a file without directives: what can't be read there is amiss, and no error."""
    links = tuple(replace(link, claimed=False) for link in derivation.links)
    said = (
        replace(d, severity=Severity.WARNING) if d.severity is Severity.ERROR else d
        for d in derivation.diagnostics
    )
    return replace(derivation, links=links, diagnostics=tuple(said))


@lru_cache(maxsize=4)
def reading(text: str, file: str) -> tuple[Derivation, Context]:
    """The same, kept for those who ask again of the same text."""
    return read_with_context(text, file)


def read_items(
    source: Source, items: Sequence[Item], diagnostics: tuple[Diagnostic, ...] = ()
) -> tuple[Derivation, Context]:
    """The derivation that a document's items hold; `diagnostics` are what was said of them before."""
    return _Reader(survey(source, Gatherer(source).run(items))).read(diagnostics)


@dataclass
class Lowered(Lowering):
    """What is known of an expression once it has its value."""

    value: Value = field(default_factory=lambda: Value(ZERO))

    def take(self, known: Lowered, offset: int) -> None:
        """What the same expression is elsewhere, `offset` before this place. Raises ReadError where the index
        spaces of the file contradict that."""
        self.spaces.tell(known.spaces)
        self.value = known.value
        for (rule, key), (start, end) in known.record.taken.items():
            self.record.take(rule, (start + offset, end + offset), *(n for n in key if isinstance(n, str)))
        for name in ("free", "left_out", "summed"):
            letters = getattr(known, name).items()
            setattr(self, name, {x: (start + offset, end + offset) for x, (start, end) in letters})


@lru_cache(maxsize=1 << 13)
def _alone(node: Node, total: bool, table: Table, declared: frozenset[str], scope: str) -> Lowered | None:
    lowered = Lowered(table, Unknown(declared=set(declared), scope=scope), total)
    try:
        lowered.value = lowered.lower(node)
    except ReadError:
        return None
    return lowered


@dataclass
class _Reader(Draft):
    bodies: dict[str, tuple[Sym, Term]] = field(default_factory=dict)
    """What each name is defined as, so far."""
    broken: dict[str, ReadError] = field(default_factory=dict)
    """Names whose definitions could not be read."""
    refused: dict[int, ReadError] = field(default_factory=dict)
    definition_of: dict[int, RawDefinition] = field(default_factory=dict)
    """By the identity of the chain that holds it."""
    elsewhere: list[int] = field(default_factory=list)
    """The places of what brings in files that are not read."""
    unbound: list[tuple[Pending, RawChain, RawLink]] = field(default_factory=list)
    """Links that are unread for their index letters, or for what does not fit together."""

    def read(self, earlier: tuple[Diagnostic, ...]) -> tuple[Derivation, Context]:
        self.elsewhere = [d.span.offsets[0] for d in earlier if d.code == "BN109"]
        definitions = (*self.survey.definitions, *self.survey.opaque)
        self.definition_of = {id(d.chain): d for d in definitions}
        self.broken = dict(self.survey.ambiguous)
        for definition in self.survey.opaque:
            self._hide(definition)
        for definition in self.survey.definitions:
            self._define(definition)
        self._break_varying()
        self._break_circles()
        self._put_in_order()
        for hypothesis in self.survey.gathered.hypotheses:
            if not hypothesis.letters:
                self._hypothesis(hypothesis, report=not hypothesis.said)
        shown = (chain for chain in self.survey.gathered.chains if not chain.stated)
        for _, chains in groupby(shown, key=lambda chain: id(chain.block)):
            self._block(list(chains))
        for pending, chain, raw in self.unbound:
            self._read_literally(pending, chain, raw)
        self.survey.spaces.settle()
        return finish(self, earlier)

    # lowering one expression

    def lower(
        self,
        expression: Expression,
        reference: dict[str, Place] | None = None,
        *,
        strict: bool = True,
        turned: bool = False,
    ) -> Lowered:
        """Its letters are checked against those of `reference`, the chain's first expression.
        Raises ReadError; what a failed expression said of the index spaces is forgotten."""
        if expression.problem is not None or expression.node is None:
            raise expression.problem or ReadError("BN112", "an expression is missing", expression.where.at)
        total, spaces = is_total(expression.total, expression.node, self.survey.table), self.survey.spaces
        saved = spaces.snapshot()
        table, record = self.survey.table, expression.record
        lowered = Lowered(table, spaces, total, self.bodies, record, turned=turned)
        try:
            if not self._is_known(lowered, expression):
                lowered.value = lowered.lower(expression.node)
            if strict:
                _check_letters(lowered.free, lowered.summed, reference)
        except ReadError:
            spaces.restore(saved)
            raise
        return lowered

    def _is_known(self, lowered: Lowered, expression: Expression) -> bool:
        """Whether the rest of the file says nothing of what an expression is: then that is known from the
        reading before the last edit, and taken."""
        spaces, node, where = lowered.spaces, expression.node, expression.where
        if spaces.sets or node is None or not is_simple(node):
            return False
        text, saved = self.survey.source.masked[where.start : where.end], spaces.snapshot()
        try:
            offset = where.start if node is parse(text, where.start) else 0
            names = lowered.total, self._names, frozenset(spaces.declared), spaces.scope
            if known := _alone(parse(text) if offset else node, *names):
                lowered.take(known, offset)
            return known is not None
        except ReadError:
            spaces.restore(saved)
            return False

    @cached_property
    def _names(self) -> Table:
        return self.survey.table.without_places()

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
            _check_entries(lowered.value.term, at=self.survey.source.ink(right.where))
            return lowered, self._target(raw, lowered.value, self.survey.source.ink(right.where))

        try:
            lowered, symbol = self._with_letters(raw.at, read)
        except ReadError as error:
            self.broken[raw.full_name] = error
            if raw.explicit:
                self.diagnostics.append(diagnostic(self.survey.source, error))
            return
        self.defined[raw.full_name] = (raw, symbol, lowered.value.term)
        self.bodies[raw.full_name] = (symbol, lowered.value.term)

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
        if raw.letters and len(raw.letters) != arity:
            raise self.survey.table.kind_conflict(raw.name, raw.letters, raw.at)
        indices = tuple(Index(letter, spaces.letter(letter)) for letter in raw.letters)
        axes = tuple(spaces.axis(raw.name, k) for k in range(arity))
        indices = indices or tuple(map(spaces.open_axis, axes))
        if value.is_zero:
            return Sym(raw.full_name, indices)
        if len(value.axes) != (0 if raw.letters else arity) or value.row != (
            raw.name in self.survey.table.rows
        ):
            left = Value(Sym(raw.full_name, indices), () if raw.letters else indices, what=raw.full_name)
            doing = "the sides have different shapes"
            raise Algebra(spaces, self.survey.table.line_said).mismatch(doing, left, value, at)
        indices = indices if raw.letters else value.axes
        for index, axis in zip(indices, axes, strict=True):
            spaces.unify(axis, index.space, raw.at, f"`{raw.name}`")
        return Sym(raw.full_name, indices)

    def _break_varying(self) -> None:
        """A number that is made of what varies over a letter left free, `d = x_i - c`, varies with it: a
        derivative by what it is made of may lack a sum."""
        varying = {name for name, error in self.broken.items() if error.code in ("BN121", "BN122")}
        if not varying:
            return
        uses = {name: names_of(body) for name, (_, _, body) in self.defined.items()}
        for name, (raw, symbol, _) in list(self.defined.items()):
            through = sorted(reached(uses[name], uses) & varying)
            if through and not symbol.indices:
                del self.defined[name], self.bodies[name]
                self.broken[name] = waiting(through[0], self.broken, raw.at)

    def _break_circles(self) -> None:
        """A definition that, through others, uses itself is refused (the last of the circle)."""
        uses = {name: names_of(body) & self.defined.keys() for name, (_, _, body) in self.defined.items()}
        done: dict[str, Set[str]] = {}
        used: set[str] = set()
        for name in list(self.defined):
            used |= uses[name]
            if name in used and name in reached(uses[name], done):
                raw, *_ = self.defined.pop(name)
                del self.bodies[name]
                error = self._circular(raw, name, uses)
                self.broken[name] = error
                self.diagnostics.append(diagnostic(self.survey.source, error))
                continue
            done[name] = uses[name]

    def _circular(self, raw: RawDefinition, name: str, uses: Mapping[str, Set[str]]) -> ReadError:
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
                raise ReadError("BN128", f"`{raw.sign}` is no condition that can be used", raw.where.at)
            relation = RELATIONS[raw.sign]
            left, right = self._with_letters(raw.where.at, lambda: self._two(raw.left, raw.right))
            if raw.condition and (left.free or right.free):
                hint = "say it of all components: `<!-- bnsym: assume $…$ -->`"
                raise ReadError(
                    "BN128", "a condition on one component has no meaning here", raw.where.at, hint
                )
            sides = self._sides(left, right, relation, self.survey.source.ink(raw.right.where))
            _check_entries(*sides, at=raw.where.at)
            if any(isinstance(name, Application) for side in sides for name in names_of(side)):
                message = "an assumption about a function's value is not read"
                raise ReadError("BN128", message, raw.where.at, "give the value a name")
            self.hidden.check_values(sides, raw.where.at)
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
            what = left.algebra.describe(a if a.axes else b)
            raise ReadError("BN128", f"`{relation.value}` between arrays has no meaning; {what}", at)
        if left.turned:
            a, b = left.algebra.times_identity(a, b), left.algebra.times_identity(b, a)
        if not a.is_zero and not b.is_zero:
            b = left.algebra.aligned(a, b, at, "the sides have different shapes")
        return a.term, b.term

    @cached_property
    def hidden(self) -> Containment:
        definitions = [Definition(symbol, body) for _, symbol, body in self.defined.values()]
        losses, choices = tuple(self.survey.table.losses), frozenset(self.survey.ambiguous)
        return Containment(self.broken, self._mentions(), definitions, losses, choices=choices)

    @cached_property
    def doubts(self) -> Doubts:
        """What may be said against a verdict, once all definitions have been read."""
        grounds = Grounds(self.survey, self.defined, self.broken, self.hidden.uses)
        return Doubts(grounds, self.definition_of, self.elsewhere, self._judged_aside)

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

    def _block(self, chains: list[RawChain]) -> None:
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
            by_function = definition.body is not None and is_unknown(definition.body)
            return 0 if unread and not by_function else 1
        return 1 if chain.signs[0][0] in (":=", r"\leftarrow") or chain.defines else 0

    def _broken_by(self, chain: RawChain) -> bool:
        """Whether the chain's first row should have been a definition and can't be read."""
        definition = self.definition_of.get(id(chain))
        return definition is not None and definition.full_name not in self.defined

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
            error = ReadError("BN108", f"the block `{block}` has no link {what}", where.at)
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
            return self._with_letters(chain.expressions[0].where.at, read)
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
                    self.hidden.check_values([lowered.value.term], self.survey.source.ink(expression.where))
                reference = reference or lowered
                found.append(lowered)
            except ReadError as error:
                found.append(error)
        return [_settled(lowered, found) for lowered in found]

    def _link(self, chain: RawChain, raw: RawLink, lowered: list[Lowered | ReadError]) -> Pending:
        pending = self._pending(chain, raw, lowered)
        self.doubts.note(pending, chain, raw)
        if pending.problem is not None and pending.problem.code in ("BN121", "BN122", "BN124"):
            self.unbound.append((pending, chain, raw))
        return pending

    def _pending(self, chain: RawChain, raw: RawLink, lowered: list[Lowered | ReadError]) -> Pending:
        sides, relation, problem = None, None, None
        try:
            relation = self._relation(raw)
            sides = self._joined(chain, raw, lowered, relation)
        except ReadError as error:
            problem = error
        left, right = chain.expressions[raw.left], chain.expressions[raw.right]
        known = (sides, relation, problem, tuple(chain.hypotheses), None)
        return Pending(
            raw.id,
            raw.where,
            left,
            right,
            *known,
            section=chain.section,
            binds=chain.binds,
            claimed=chain.claimed,
        )

    def _read_literally(self, pending: Pending, chain: RawChain, raw: RawLink) -> None:
        """What a link says whose letters do not fit: of each value of a letter that one side leaves free. Not
        where a letter may stand for one index that is not said, or be summed over without a sign. Where
        a transposition makes a number of a matrix, or the other way round: of that times the identity."""
        saved = self.survey.spaces.snapshot()
        turned = pending.problem is not None and pending.problem.code == "BN124"
        try:
            written = (pending.left, pending.right)
            left, right = (self.lower(e, strict=False, turned=turned) for e in written)
            if not (self._are_turned if turned else self._are_slips(pending, left, right)):
                return
            for lowered, expression in ((left, pending.left), (right, pending.right)):
                self.hidden.check_values([lowered.value.term], self.survey.source.ink(expression.where))
            sides = self._joined(chain, raw, {raw.left: left, raw.right: right}, self._relation(raw))
        except ReadError:
            self.survey.spaces.restore(saved)
            return
        pending.sides, pending.relation = sides, self._relation(raw)
        pending.letters, pending.problem = pending.problem, None
        self.doubts.note(pending, chain, raw)

    def _are_slips(self, pending: Pending, left: Lowered, right: Lowered) -> bool:
        r"""Whether each letter that only one side leaves free is bound by a sum there too, or stands twice in
        it, in a file that writes its sums."""
        if self.doubts.sums_unsigned:
            return False
        sides = ((left, right, pending.left), (right, left, pending.right))
        return all(
            is_slip(expression.node, letter, letter in own.summed, self._summed)
            for own, other, expression in sides
            for letter in own.free.keys() - other.free.keys()
            if own is right or letter not in other.summed
        )

    @cached_property
    def _are_turned(self) -> bool:
        """Whether all that does not fit together in the file are products of vectors with the transposition
        at the wrong one, of names of which it says what they are, and others show that these are columns."""
        misfits = [one for one, _, _ in self.unbound if one.problem and one.problem.code == "BN124"]
        return all(map(self._is_turned, misfits)) and self._shows_columns(misfits)

    def _is_turned(self, pending: Pending) -> bool:
        table = self.survey.table
        known = {*table.typed, *self.defined, *table.losses, *IDENTITIES, BATCH, "e"} - table.rows
        nodes = [node for e in (pending.left, pending.right) for node in nodes_of(e.node)]
        turned = [node for node in nodes if isinstance(node, Transpose)]
        used = {name for e in (pending.left, pending.right) for name in names_in(table, e.node)}
        return bool(turned) and all(map(self._is_of_vector, turned)) and used <= known

    def _is_of_vector(self, turned: Transpose) -> bool:
        """Whether it transposes what the file says is a vector, or a derivative by that."""
        body = unwrap(turned.body)
        vector = body.by[0] if isinstance(body, Derivative) else body
        if not (isinstance(vector, Symbol) and vector.bare):
            return False
        known = vector.base in self.survey.table.typed or vector.base in self.defined
        return known and self.survey.table.arity.get(vector.base) == 1

    def _shows_columns(self, misfits: Sequence[Pending]) -> bool:
        """Whether a product with a transposition stands inside what fits together: were vectors rows, it
        would be a number in the place of a matrix, or the other way round."""
        wrong = {id(e) for one in misfits for e in (one.left, one.right)}
        written = [e for chain in self.survey.gathered.chains for e in chain.expressions]
        whole = (e.node for e in written if e.node and not e.problem and id(e) not in wrong)
        inside = (inner for node in whole for inner in nodes_of(node) if inner is not node)
        products = (node.factors for node in inside if isinstance(node, Product))
        return any(isinstance(f, Transpose) and self._is_of_vector(f) for parts in products for f in parts)

    @cached_property
    def _summed(self) -> set[str]:
        """The letters that sums of the file bind."""
        written = (e.node for chain in self.survey.gathered.chains for e in chain.expressions)
        parts = (inner for node in written for inner in nodes_of(node))
        return {letter for part in parts if isinstance(part, BigSum) for letter in part.letters}

    def _judged_aside(self, again: RawChain) -> Expression:
        """The left side of the equation; one in running text is asked about as if it were a link."""
        if again.stated and id(again) not in self.asides:
            link = RawLink("", 0, 1, *again.signs[0])
            self.asides[id(again)] = self._pending(again, link, self._expressions(again))
        return again.expressions[0]

    def _relation(self, raw: RawLink) -> Relation:
        sign = SIGNS.get(raw.sign)
        if sign is None:
            where = raw.where.at
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
        sides = self._sides(left, right, relation, self.survey.source.ink(chain.expressions[raw.right].where))
        return restricted(sides, relation, restrictions_of(chain), self.survey.spaces)

    def _check_pairs(self, left: Expression, right: Expression) -> None:
        """`(a, b) = (b, a)` compares pairs, entry by entry, and not inner products."""
        if all(isinstance(e.node, Inner) and e.node.round for e in (left, right)):
            hint = r"pairs are compared entry by entry; an inner product is clear as `\langle u, v\rangle`"
            raise ReadError(
                "BN128", "two pairs, or two inner products?", self.survey.source.ink(right.where), hint
            )

    def _cause(self, chain: RawChain, raw: RawLink) -> ReadError | None:
        """Why the name on the left is not known: what should define it right of it can't be read."""
        hidden = raw.left == 0 and raw.right == 1 and self._broken_by(chain)
        return self.broken.get(self.definition_of[id(chain)].full_name) if hidden else None

    def _check_numbers(self, condition: RawHypothesis, letters: Set[str]) -> None:
        """`i \\ne j` beside a link with free i and j is about indices, not about numbers."""
        first, _, second = self.assumed[id(condition)]
        for name in sorted((names_of(first) | names_of(second)) & letters):
            message = f"`{name}` is an index here, and the condition takes it for a number"
            raise ReadError("BN129", message, condition.where.at, r"write the case with `\delta`")

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


def _path(name: str, uses: Mapping[str, Set[str]]) -> list[str]:
    """The names between a name and itself on the shortest way of uses."""
    ways = [[other] for other in sorted(uses[name])]
    seen: set[str] = set()
    for way in ways:
        if name in uses.get(way[-1], ()):
            return way
        ways.extend([*way, other] for other in sorted(uses.get(way[-1], set()) - seen))
        seen |= uses.get(way[-1], set())
    return []


def _check_entries(*terms: Term, at: Place) -> None:
    """BN128 where what is said of one entry would be said of all."""
    if any(number_of(index) for term in terms for index in free_indices(term)):
        hint = "write it out where it is used, or say it of all entries"
        raise ReadError("BN128", "one entry of an array has no meaning here", at, hint)


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


__all__ = ["Context", "read", "read_items", "read_with_context"]
