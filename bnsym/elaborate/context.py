"""What a file fixes for anything read after it: its definitions, kinds, spaces, losses.

`parse_term` reads one more expression as the file would. Imports the other modules of
reading, never `links`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from bnsym.elaborate import shapes as kinds
from bnsym.elaborate.applications import Application, Bodies
from bnsym.elaborate.chain_rule import Functions
from bnsym.elaborate.closing import Closer
from bnsym.elaborate.collect import ANEW, RawChain, diagnostic
from bnsym.elaborate.containment import Containment, is_of_loss
from bnsym.elaborate.conventions import Record
from bnsym.elaborate.dependence import Dependence, names_of, reached
from bnsym.elaborate.differentiating import is_total
from bnsym.elaborate.index_spaces import BATCH
from bnsym.elaborate.lowering import Lowering
from bnsym.elaborate.restrictions import without_single
from bnsym.elaborate.scope import Survey
from bnsym.latex.ast import Node, Symbol, symbols_changed
from bnsym.latex.ast import walk as walk_nodes
from bnsym.latex.errors import ReadError
from bnsym.latex.parser import parse
from bnsym.model import Diagnostic
from bnsym.source.text import Source
from bnsym.terms import Definition, Diff, Hypothesis, Name, Relation, Statement, Term, walk


class Unreadable(Exception):
    """An expression given by hand has no meaning; `problem` says where and why."""

    def __init__(self, problem: Diagnostic) -> None:
        super().__init__(f"{problem.code}: {problem.message}")
        self.problem = problem


@dataclass(frozen=True)
class Context:
    """A file that has been read."""

    survey: Survey
    closer: Closer
    definitions: tuple[Definition, ...]
    losses: tuple[Name, ...]
    outputs: tuple[Name, ...]
    hidden: Containment
    """What can't be read."""

    @cached_property
    def containment(self) -> Containment:
        """What can't be read, and what that hides of these losses."""
        declared = bool(self.survey.gathered.losses)
        known = replace(self.hidden, definitions=self.definitions, losses=self.losses)
        return replace(known, outputs=self.outputs, declared=declared)

    @cached_property
    def bodies(self) -> Bodies:
        return {d.symbol.name: (d.symbol, d.body) for d in self.definitions}

    @cached_property
    def open_sizes(self) -> frozenset[str]:
        """What the sizes are called of which the file does not say what they are."""
        spaces = self.closer.spaces.items()
        return frozenset(name for space, name in spaces if not self.survey.spaces.describe(space))

    @cached_property
    def dependence(self) -> Dependence:
        """What is known of how names depend on one another."""
        return Dependence(self.definitions, self.losses, self.outputs)

    @cached_property
    def functions(self) -> Functions:
        """The functions of numbers in the definitions."""
        return Functions(self.definitions, self.losses, self.outputs)

    def out_of_force(self, section: int) -> tuple[Name, ...]:
        """The spellings of names that another section defines anew, or has defined before."""
        return tuple(name for name, sections in self.survey.sections.items() if section not in sections)

    def marked(self, section: int) -> Callable[[Symbol], Symbol]:
        """Puts the spelling of a section for a name that another section gives another meaning."""
        marks = {
            name.replace(ANEW, ""): ANEW * name.count(ANEW)
            for name, sections in self.survey.sections.items()
            if section in sections
        }

        def changed(symbol: Symbol) -> Symbol:
            name = self.survey.table.split(symbol, frozenset())[0] if marks else ""
            return replace(symbol, marks=symbol.marks + marks.get(name, ""))

        return changed

    def without(self, names: tuple[Name, ...], terms: Iterable[Term]) -> Context:
        """What the file fixes where these names are not in force, nor what is made from them, for links
        of these terms: of what else a loss is a function nothing is said there."""
        if not names:
            return self
        terms = list(terms)
        uses = {d.symbol.name: names_of(d.body) for d in self.definitions}
        told = reached({name for term in terms for name in names_of(term)}, uses)
        gone = {name for name in uses if name not in told and reached({name}, uses) & set(names)}
        kept = tuple(d for d in self.definitions if d.symbol.name not in gone | set(names) - told)
        declared = {
            loss: tuple(spelling for name in outputs for spelling in self._spellings(name, names))
            for loss, outputs in self.survey.gathered.losses.items()
        }
        hidden = self.hidden.without(set(names) - told)
        outputs = outputs_of(declared, kept, self.losses, terms)
        return replace(self, definitions=kept, outputs=outputs, hidden=hidden)

    def _spellings(self, name: Name, without: tuple[Name, ...]) -> tuple[Name, ...]:
        """The one spelling in force of a name."""
        same = [n for n in self.survey.sections if n.replace(ANEW, "") == name and n not in without]
        return tuple(same) or (name,)

    def statement(
        self, left: Term, relation: Relation, right: Term, hypotheses: tuple[Hypothesis, ...] = ()
    ) -> Statement:
        """`left relation right` under the file's definitions."""
        return self.functions.without(self.stated(left, relation, right, hypotheses))[0]

    def stated(
        self, left: Term, relation: Relation, right: Term, hypotheses: tuple[Hypothesis, ...] = ()
    ) -> Statement:
        """The same, with functions of numbers in it."""
        said = Statement(left, relation, right, self.definitions, hypotheses, self.losses, self.outputs)
        return without_single(said)


def parse_term(latex: str, context: Context, chain: RawChain | None = None) -> Term:
    """The term of one expression, read as `context`'s file would read it in place of one of a chain, with
    what is in force there. Open axes of a vector get letters. Raises Unreadable."""
    aliases = context.survey.gathered.aliases if chain is None else chain.aliases
    try:
        node = context.survey.known.resolve(aliases.apply(parse(latex)), latex, Record())
        node = symbols_changed(node, context.marked(chain.section if chain else 0))
        try:
            return _lowered(node, context, "")
        except ReadError as error:
            if error.code != "BN125":
                raise
            return _lowered(node, context, " at an expression")
    except ReadError as error:
        raise Unreadable(diagnostic(Source("<expression>", latex, latex), error)) from None


def _lowered(node: Node, context: Context, scope: str) -> Term:
    """scope: of index letters that are the expression's own, or nothing, if they are the file's."""
    table, spaces = context.survey.table.copied(), context.survey.spaces.copied()
    for variable, size in context.closer.spaces.items():
        spaces.set_size(variable, size, (0, 0), "an index")
    spaces.scope = scope
    if not all(name in table.arity or name in table.sizes or name in table.losses for name in _written(node)):
        kinds.infer(table, [[node]])  # what the note uses has its kind already
    total = is_total(context.survey.gathered.total, node, table)
    lowering = Lowering(table, spaces, total, context.bodies)
    value = lowering.lower(node)
    names = spaces.names([*table.defined, *(n for n in table.arity if n != BATCH)])
    letters = spaces.letters(names)
    closer = replace(context.closer, spaces=names, letters=letters, defined=frozenset(table.defined))
    term = closer.close(value.term)[0]
    _dependence(context, term).check(term, node.at)
    return context.functions.value(term)


def _dependence(context: Context, term: Term) -> Dependence:
    """Where no link of the file says of what a loss is a function, the term says it."""
    if context.outputs:
        return context.dependence
    outputs = outputs_of({}, context.definitions, context.losses, (term,))
    return Dependence(context.definitions, context.losses, outputs)


def _written(node: Node) -> set[str]:
    """The names in an expression."""
    return {inner.base for inner in walk_nodes(node) if isinstance(inner, Symbol)}


def outputs_of(
    declared: Mapping[str, tuple[Name, ...]],
    definitions: tuple[Definition, ...],
    losses: tuple[Name, ...],
    terms: Iterable[Term],
) -> tuple[Name, ...]:
    """What the losses are functions of: as declared, else every defined array (every number,
    if there is no array) that no other definition uses and that a variable of a loss's
    derivative flows into, and every free variable of such a derivative that none uses. Where the
    file differentiates a loss by some of these, the others are no outputs but names for what is
    made from the layer's own nodes (a projection, a Jacobian)."""
    if declared:
        return tuple(dict.fromkeys(name for outputs in declared.values() for name in outputs))
    before = _before_functions(definitions, losses, terms := tuple(terms))
    outputs = _sinks(before, losses, terms)
    uses = {d.symbol.name: names_of(d.body) for d in definitions}
    after = uses.keys() - {d.symbol.name for d in before}
    behind = {name for function in after for name in uses[function] & uses.keys()}
    known = behind <= {*outputs, *after}
    return outputs if known else _sinks(definitions, losses, terms)


def _before_functions(
    definitions: tuple[Definition, ...], losses: tuple[Name, ...], terms: tuple[Term, ...]
) -> tuple[Definition, ...]:
    """Without what functions of numbers make, an activation or a softmax, where no loss is differentiated by
    it: it is a part of the loss."""
    uses = {d.symbol.name: names_of(d.body) for d in definitions}
    applied = [name for name, used in uses.items() if any(isinstance(one, Application) for one in used)]
    made = reaching(applied, uses)
    if not made:
        return definitions
    parts = (t for term in (*terms, *(d.body for d in definitions)) for t in walk(term))
    if any(isinstance(t, Diff) and is_of_loss(t, losses) and t.by.name in made for t in parts):
        return definitions
    return tuple(d for d in definitions if d.symbol.name not in made)


def _sinks(
    definitions: tuple[Definition, ...], losses: tuple[Name, ...], terms: tuple[Term, ...]
) -> tuple[Name, ...]:
    bodies = [d.body for d in definitions]
    everywhere = [t for term in (*terms, *bodies) for t in walk(term)]
    variables = dict.fromkeys(t.by.name for t in everywhere if isinstance(t, Diff) and is_of_loss(t, losses))
    uses = {d.symbol.name: names_of(d.body) for d in definitions}
    used = {name for names in uses.values() for name in names}
    on_path = uses.keys() & reaching(variables, uses)
    derived = {d.symbol.name for d in definitions if any(isinstance(t, Diff) for t in walk(d.body))}
    through = on_path - reaching(derived, uses)
    inside = {name for user in through for name in uses[user]}
    sinks = [name for name in uses if name in through - inside]
    arrays = [d.symbol.name for d in definitions if d.symbol.name in sinks and d.symbol.indices]
    # a number that nothing uses, beside an array that nothing uses, is a shorthand (r := 1/σ)
    sinks = arrays or sinks
    sinks = [name for name in sinks if name in variables] or sinks
    free = [name for name in variables if name not in uses and name not in used]
    return tuple(dict.fromkeys([*sinks, *free]))


def reaching(targets: Iterable[Name], uses: Mapping[Name, Iterable[Name]]) -> set[Name]:
    """The targets, and the names whose definitions lead to one of them."""
    users: dict[Name, list[Name]] = {}
    for name, used in uses.items():
        for other in used:
            users.setdefault(other, []).append(name)
    return reached(targets, users)
