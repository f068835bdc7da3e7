"""Which rows of a file are definitions, which names are losses, what sizes there are:
what has to be known of the whole file before any of it is lowered.

Imports the surface modules of reading only.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise

from bnsym.elaborate import calls, ranges, ranks, spelling, steps
from bnsym.elaborate import shapes as kinds
from bnsym.elaborate.aliases import Aliases
from bnsym.elaborate.anew import define_anew, part_letters, respell
from bnsym.elaborate.collect import ANEW, EQUATIONS, Expression, Gathered, RawChain, RawHypothesis, Shape
from bnsym.elaborate.definitions import (
    NOTHING,
    Finder,
    RawDefinition,
    find_definitions,
    is_unknown,
    names_in,
)
from bnsym.elaborate.dependence import reached
from bnsym.elaborate.index_spaces import BATCH, Spaces
from bnsym.elaborate.restrictions import letters_of
from bnsym.elaborate.stated import Doubt, Order
from bnsym.elaborate.symbols import IDENTITIES, Table, as_target, base_of, is_loss_name, size_name, square_of
from bnsym.latex.ast import (
    BigSum,
    Derivative,
    Gradient,
    Indicator,
    Node,
    Paren,
    Place,
    Product,
    Symbol,
    unwrap,
    walk,
)
from bnsym.latex.commands import CHANGES, INDEX_LETTERS, OPERATORS
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import is_straight
from bnsym.model import Diagnostic
from bnsym.source.languages import ALL, compiled
from bnsym.source.text import Slice, Source

NOWHERE = (0, 0)


@dataclass
class Survey:
    """What one pass over the whole file finds."""

    source: Source
    gathered: Gathered
    table: Table
    spaces: Spaces
    definitions: list[RawDefinition]
    diagnostics: list[Diagnostic]
    opaque: list[RawDefinition] = field(default_factory=list)
    """Definitions in a notation that is not read, or by a function of which nothing is known."""
    updated: dict[str, bool] = field(default_factory=dict)
    """Names to which a row gives a new value, computed from the old one; whether from other entries of it."""
    repeated: dict[str, list[RawDefinition]] = field(default_factory=dict)
    """The later equations of a name, by the name."""
    restated: dict[str, list[RawChain]] = field(default_factory=dict)
    """Equations in running text of names that are defined otherwise, by the name."""
    sections: dict[str, Collection[int]] = field(default_factory=dict)
    """The sections of each of the spellings of a name that is given another meaning."""
    kinds: dict[str, Shape] = field(default_factory=dict)
    r"""What `x \in \mathbb{R}^m` says of names, in their own spelling."""
    known: calls.Known = field(default_factory=calls.Known)
    """The names that may stand before a bracket as factors."""
    by_mean: set[str] = field(default_factory=set)
    """What only means say to be the size of something."""
    sets_by_mean: dict[str, str] = field(default_factory=dict)
    """The sizes of sets that only means over them say."""
    counted: dict[str, int] = field(default_factory=dict)
    """The sizes of sets that are written out with a number of members; 0: how many is not read."""
    ambiguous: dict[str, ReadError] = field(default_factory=dict)
    """Names of which the file gives two definitions to choose from."""
    alternatives: dict[str, list[RawChain]] = field(default_factory=dict)
    """The rows that say what such a name may be."""

    @cached_property
    def unclear(self) -> list[tuple[Order, set[str]]]:
        """The sentences with words that are not known, and the names that each speaks of."""
        said = self.gathered.unclear
        return [(one, {n for symbol in one.names for n in names_in(self.table, symbol)}) for one in said]

    @cached_property
    def centred(self) -> int:
        """The line in which the file speaks of centred data, in words anywhere; 0 if it does not."""
        found = compiled(ALL["centred"]).search(self.source.text)
        return self.table.line_of(found.start()) if found else 0

    @cached_property
    def restricts(self) -> bool:
        """Whether some condition compares index letters."""
        return any(h.letters for chain in self.gathered.chains for h in chain.hypotheses)


def survey(source: Source, gathered: Gathered) -> Survey:
    table = Table()
    table.declared.update(letter for letter in gathered.sizes if letter not in INDEX_LETTERS)
    found = Survey(source, gathered, table, Spaces(), [], [])
    steps.settle(gathered)
    part_letters(gathered)
    _read_values(gathered, source.text)
    found.known = calls.settle(gathered, source.text)
    _sizes(found, ranges.settle(gathered))
    spelling.learn(table, list(_comparable(found)), gathered.sizes, gathered.entries)
    _settle_entries(found)
    spelling.embolden(gathered.chains, table)
    table.line_of = cache(lambda offset: source.span(offset, offset).line)
    indexed, said = _indexed(found), ranks.settle(found)
    respell(found, {name: starts for name, known in said.items() if (starts := [s for s, _ in known[1:]])})
    define_anew(found, Finder(found, indexed))
    _kinds(found)
    indexed = _indexed(found)
    find_definitions(found, indexed)
    _settle_stated(found)
    _settle_beside(found)
    _find_letters(found)
    _hide_losses(found)
    _find_losses(found)
    _find_results(found)
    _find_typed(found)
    _settle_ranks(found, said, indexed)
    _settle_identities(found, indexed)
    shape = kinds.infer(table, *_by_rank(found))
    for chain in gathered.chains:
        kinds.settle_dots(chain.expressions, shape)
    return found


def _read_values(gathered: Gathered, text: str) -> None:
    """Reads `y(2w)` as a value of y where `y(w)` stands somewhere, and formulas make y from w, which none
    defines: nobody writes the product so."""
    uses: dict[str, set[str]] = {}
    for chain in gathered.chains:
        if (target := as_target(chain.expressions[0].node)) is not None:
            inside = walk(chain.expressions[1].node)
            uses.setdefault(target[0].base, set()).update(n.base for n in inside if isinstance(n, Symbol))
    found: dict[str, list[tuple[Symbol, Symbol]]] = {}
    for node in gathered.nodes():
        for name, leaf in calls.bare_calls(node, text):
            if leaf.base in reached({name.base}, uses) - {name.base}:
                found.setdefault(name.base, []).append((name, leaf))
    values = Aliases()
    for (name, leaf), *pairs in found.values():
        if leaf.base not in uses and all(other.base == leaf.base for _, other in pairs):
            values.call(name, leaf)
    for one in (*gathered.expressions(), *(e for chain in gathered.restated for e in chain.expressions)):
        one.node = values.apply(one.node, one.record) if one.node is not None else None


def _comparable(found: Survey) -> Iterator[list[Node]]:
    heads = {id(d.chain) for d in found.opaque}
    for chain in found.gathered.chains:
        yield [e.node for e in chain.expressions[id(chain) in heads :] if e.node is not None]
    for hypothesis in found.gathered.assumptions():
        if not hypothesis.letters:  # each side alone: a condition on a name does not say what it is
            yield from ([e.node] for e in (hypothesis.left, hypothesis.right) if e.node is not None)


def _by_rank(found: Survey) -> tuple[list[list[Node]], list[list[Node]]]:
    """What definitions say, and what all else says, each in order."""
    heads = {id(d.chain) for d in found.definitions}
    opaque = {id(d.chain) for d in found.opaque}
    definitions: list[list[Node]] = []
    claims: list[list[Node]] = []
    for chain in found.gathered.chains:
        nodes_ = [e.node for e in chain.expressions[id(chain) in opaque :]]
        if id(chain) in heads:
            definitions.append([node for node in nodes_[:2] if node is not None])
            nodes_ = nodes_[1:] if len(nodes_) > 2 else []
        claims.append([node for node in nodes_ if node is not None])
    hypotheses = (h for h in found.gathered.assumptions() if not h.letters)
    assumed = ((h.left.node, h.right.node) for h in hypotheses)
    claims.extend([node for node in sides if node is not None] for sides in assumed)
    return definitions, claims


def _sizes(found: Survey, said: ranges.Sizes) -> None:
    found.table.parts |= said.parts
    found.table.barred |= said.barred
    found.by_mean |= said.said.keys()
    found.sets_by_mean |= said.by_mean
    for size, at in said.said.items():
        found.table.sizes.setdefault(size, at)
    for letter, (size, where) in found.gathered.sizes.items():
        at = where.at
        found.table.sizes.setdefault(size, at)
        found.spaces.declared.add(letter)
        found.spaces.set_size(found.spaces.letter(letter), size, at, f"`{letter}`")
    for node in found.gathered.nodes():
        for inner in walk(node):
            if isinstance(inner, Symbol) and inner.sub and inner.sub.summed:
                found.table.finite.add(inner.base)
            if isinstance(inner, BigSum) and inner.size is not None:
                found.table.sizes.setdefault(size_name(inner.size), inner.at)
            if isinstance(inner, BigSum) and inner.within is not None:
                found.table.sets.add(name := size_name(inner.within))
                if name not in said.parts:
                    found.spaces.set(name)
    for values, size in said.of_sets.items():
        if size.isdigit():
            found.spaces.set(values)
            found.counted[f"|{values}|"] = int(size)
            continue
        found.table.sizes.setdefault(size, NOWHERE)
        found.spaces.count(values, size)
    if said.of_ones:
        found.spaces.set_size(found.spaces.axis("e", 0), said.of_ones, NOWHERE, "the vector of ones")
    found.kinds = {name: said[0] for name, said in found.gathered.kinds.items()}
    _kinds(found)


def _kinds(found: Survey) -> None:
    """Notes what is said that names are; the identity matrix has a size then, and no entries of its own."""
    for name, kind in found.kinds.items():
        at = kind.where.at
        square = len({*kind.sizes}) == 1 < len(kind.sizes)
        if name in IDENTITIES and square and compiled(ALL["identity"]).search(found.source.text):
            found.table.sizes.setdefault(kind.sizes[0], at)
            continue
        found.table.arity[name] = len(kind.sizes)
        found.table.rows |= {name} if kind.row else set()
        found.table.first_seen[name] = at
        for k, size in enumerate(kind.sizes):
            found.table.sizes.setdefault(size, at)
            found.spaces.set_size(found.spaces.axis(name, k), size, at, f"`{name}`")


def _indexed(found: Survey) -> frozenset[str]:
    r"""Every name that is written with an index somewhere. What stands beside an index that is summed over,
    as in `\sum_k x_{ngk}`, is one too, if it stands nowhere alone."""
    scratch = Table(declared=found.table.declared, labels=found.table.labels, entries=found.table.entries)
    every = [list(kinds.symbols(node)) for node in _every_node(found)]
    alone = {symbol.base for written in every for symbol, _ in written if symbol.bare}
    sums = (inner for node in _every_node(found) for inner in walk(node) if isinstance(inner, BigSum))
    found.table.declared.update(letter for total in sums for letter in total.letters if "_" in letter)
    for written in every:
        for symbol, bound in written:
            sub = symbol.sub
            if sub and len(sub.letters) > 1 and _counts(found, symbol):
                found.table.declared.update(x for x in sub.letters if x not in INDEX_LETTERS)
            elif sub and any(x in bound for x in sub.letters):
                beside = {x for x in sub.letters if x.islower() and x not in bound}
                found.table.declared |= beside - INDEX_LETTERS - alone - {BATCH, "e"}
            if sub and len(sub.letters) > 1 and all(scratch.is_index(x, bound) for x in sub.letters):
                found.table.index_lists.add(sub.text)
        kinds.written_indices(scratch, written)
    return frozenset(scratch.arity)


def _settle_ranks(found: Survey, said: dict[str, list[tuple[int, int]]], indexed: frozenset[str]) -> None:
    """What words say of free names fixes their kinds; before them, the indices that they are written with."""
    for name, known in said.items():
        for place, (section, rank) in enumerate(known):
            base, below, letters = name.partition("_{")
            spelled = f"{base}{ANEW * place}{below}{letters}"
            written = [
                c.section for c in found.gathered.chains if name in indexed and _indexes(found, c, name)
            ]
            late = min(written, default=section) >= section
            if rank == ranks.ROW:
                _settle_row(found, spelled if place else "", name, section, late)
            elif late and spelled not in found.table.defined:
                found.table.arity.setdefault(spelled, rank)


def _settle_row(found: Survey, spelled: str, name: str, section: int, late: bool) -> None:
    """A name that is a row from a section on, and was another thing before."""
    anew = (n for n, there in found.sections.items() if n.replace(ANEW, "") == name and section in there)
    spelled = spelled or next((n for n in anew if n != name), "")
    if spelled and late:
        found.table.rows.add(spelled)
        found.table.arity.setdefault(spelled, 1)
    elif spelled:
        message = f"`{name}` is a row here: products of rows with columns are not read"
        found.ambiguous.setdefault(spelled, ReadError("BN128", message, NOWHERE))


def _indexes(found: Survey, chain: RawChain, name: str) -> bool:
    symbols = (n for node in chain.nodes for n in walk(node) if isinstance(n, Symbol))
    return any(n.base == name and n.sub is not None for n in symbols)


def _settle_identities(found: Survey, indexed: frozenset[str]) -> None:
    r"""`I_{ij}` where nothing says what I is, and it never stands without indices: the identity matrix if the
    text speaks of one, else it is not known what."""
    bare = {
        symbol.base for node in _every_node(found) for symbol, _ in kinds.symbols(node) if symbol.sub is None
    }
    for name in (
        indexed.intersection(IDENTITIES) - bare - found.table.defined.keys() - found.gathered.kinds.keys()
    ):
        if compiled(ALL["identity"]).search(found.source.text):
            found.table.constants.add(name)
            continue
        hint = r"write `\delta_{ij}`, or say that it is the identity matrix, or define it"
        message = f"`{name}` stands with indices only, and nothing says what it is"
        found.ambiguous.setdefault(name, ReadError("BN137", message, NOWHERE, hint))


def _settle_entries(found: Survey) -> None:
    """`h_{ij}` is no entry of H for certain where H is written out so, and h is another thing elsewhere."""
    for name in sorted(found.gathered.entries.keys() - found.table.entries.keys()):
        used = (s for node in _every_node(found) for s, _ in kinds.symbols(node) if s.base == name)
        if at := next((s.at for s in used if s.sub and len(s.sub.letters) == 2), None):
            message = (
                f"`{name}` has two indices here: an entry of `{found.gathered.entries[name]}`, or another?"
            )
            found.ambiguous[name] = ReadError("BN137", message, at, "give one of them another name")


def _counts(found: Survey, symbol: Symbol) -> bool:
    """Whether there are as many letters below a name as the file says that it has indices."""
    said = found.gathered.kinds.get(symbol.base, ())
    return symbol.sub is not None and any(len(symbol.sub.letters) == len(kind.sizes) for kind in said)


def _settle_stated(found: Survey) -> None:
    """What running text says of a name that is defined already defines nothing; an order in it is assumed
    of free names only."""
    gathered = found.gathered
    heads = {id(definition.chain) for definition in found.definitions}
    idle = {id(c) for c in gathered.chains if c.stated and not c.names_function} - heads
    gathered.unjudged.extend(c.chain.where for c in gathered.chains if id(c) in idle)
    for chain in (*gathered.restated, *(c for c in gathered.chains if id(c) in idle)):
        _restate(found, chain)
    gathered.chains[:] = [c for c in gathered.chains if id(c) not in idle]
    gathered.doubts[:] = [d for d in gathered.doubts if d.meant or d.strange or _are_free(found, *_alone(d))]
    claims = [h for h in gathered.hypotheses if h.said and not _are_free(found, h.left, h.right)]
    for hypothesis in claims:
        hypothesis.open = True  # a claim, or a condition: what fails without it may be meant with it
    for chain in gathered.chains if claims else ():
        chain.hypotheses[:] = [h for h in chain.hypotheses if not (h.said and h.open)]


def _restate(found: Survey, chain: RawChain) -> None:
    """Notes what the text says of a name, if it is defined otherwise; not by a function of which nothing
    is known, which differs in nothing from what is known."""
    left, right = chain.expressions[:2]
    target = as_target(left.node)
    if target is None or is_unknown(right.node):
        return
    for name in names_in(found.table, target[0]):
        full_name = square_of(name) if name in found.table.squares else name
        found.restated.setdefault(full_name, []).append(chain)


def _alone(doubt: Doubt) -> Iterator[Expression]:
    return (Expression(doubt.where, node) for node in (doubt.name, *doubt.beside))


def _settle_beside(found: Survey) -> None:
    """An order of free names and index letters to the right of equations is a condition of these; of a
    defined name, or with no equation, it is a claim like any other. So is what `where` says of free names,
    and a number that it gives to a defined one; another equation of such a name is a rival of its own."""
    kept: list[RawChain] = []
    heads = {id(definition.chain) for definition in found.definitions}
    for chain in found.gathered.chains:
        equations = [one for one in chain.beside if {sign for sign, _ in one.signs} <= EQUATIONS]
        said = chain.said and id(chain) not in heads
        number = said and not names_in(found.table, chain.expressions[-1].node)
        if equations and (number or _are_free(found, *chain.expressions)):
            for one in equations:
                one.hypotheses.extend(_conditions(chain))
            continue
        kept.append(chain)
        for one in chain.beside if said else ():
            one.rivals.append(chain)
    found.gathered.chains[:] = kept


def _are_free(found: Survey, *expressions: Expression) -> bool:
    """Whether nothing defines any name in them."""
    if any(e.node is None for e in expressions):
        return False
    names = {name for e in expressions for name in names_in(found.table, e.node)}
    return not names & (found.table.defined.keys() | found.table.squares)


def _conditions(chain: RawChain) -> Iterator[RawHypothesis]:
    for (left, right), (sign, _) in zip(pairwise(chain.expressions), chain.signs, strict=True):
        where = Slice(left.where.start, right.where.end)
        yield RawHypothesis(left, sign, right, where, condition=True)


def _find_letters(found: Survey) -> None:
    """Which hypotheses compare index letters: those whose letters are indices in the file, never numbers."""
    indices: set[str] = set()
    numbers: set[str] = set()
    for node in (node for chain in found.gathered.chains for node in chain.nodes):
        compared: set[int] = set()
        for inner in walk(node):
            indices.update(getattr(inner, "letters", ()))
            if isinstance(inner, Indicator):
                compared |= {id(inner.left), id(inner.right)}
        for symbol, bound in kinds.symbols(node):
            indices.update(letter for letter in symbol.indices if found.table.is_index(letter, bound))
            if symbol.bare and symbol.base not in bound and id(symbol) not in compared:
                numbers.add(symbol.base)
    for hypothesis in found.gathered.assumptions():
        pair = letters_of(hypothesis)
        hypothesis.letters = pair is not None and indices >= set(pair) and not numbers & set(pair)


def _hide_losses(found: Survey) -> None:
    """What is differentiated like a loss, and made from what can't be read, is an unknown function too."""
    above = {name for chain in _every_node(found) for name in _differentiated(found.table, chain)}
    hidden = {d.name for d in found.opaque}
    for definition in list(found.definitions):
        if definition.letters or definition.name not in above:
            continue
        if hidden & names_in(found.table, definition.body):
            hidden.add(definition.name)
            found.definitions.remove(definition)
            found.opaque.append(definition)
            found.table.defined.pop(definition.full_name)


def _differentiated(table: Table, node: Node) -> set[str]:
    tops = (top for top, _, _ in _slopes(node) if isinstance(top, Symbol))
    return {name for top in tops for name in names_in(table, top)}


def _slopes(node: Node) -> Iterator[tuple[Node, tuple[Node, ...], Place]]:
    """What is differentiated in a tree, by what, and where."""
    for inner in walk(node):
        if isinstance(inner, Derivative | Gradient) and inner.of is not None:
            yield unwrap(inner.of), inner.by if isinstance(inner, Derivative) else (inner.by,), inner.at


def _find_results(found: Survey) -> None:
    """Names that are differentiated by others, and that nothing defines: they are no inputs."""
    table = found.table
    for operand, variables, at in (one for node in _every_node(found) for one in _slopes(node)):
        inputs = {symbol.base for variable in variables for symbol, _ in kinds.symbols(variable)}
        result = isinstance(operand, Symbol) and operand.base not in inputs
        above = names_in(table, operand) if result else set()
        for name in above - table.losses.keys() - table.defined.keys() - table.squares:
            table.results.setdefault(name, at)


def _before_names(node: Node) -> Iterator[Node]:
    """What stands right before a name, or a bracket, in a product."""
    for product in (inner for inner in walk(node) if isinstance(inner, Product)):
        for first, second, sign in product.pairs:
            if not sign and (base_of(second) is not None or isinstance(second, Paren)):
                yield base_of(first) or first


def _find_typed(found: Survey) -> None:
    """Names of which the file says their kind, or an order; and signs of change that stand as numbers."""
    gathered = found.gathered
    found.table.typed.update(gathered.kinds)
    found.table.typed.update(m.name.base for m in gathered.mentions if m.rank is not None)
    sides = (side.node for h in gathered.assumptions() for side in (h.left, h.right))
    found.table.typed.update(side.base for side in sides if isinstance(side, Symbol))
    for node in _every_node(found):
        before = {id(first) for first in _before_names(node)}
        names = (n for n in walk(node) if isinstance(n, Symbol) and n.bare and id(n) not in before)
        found.table.typed.update(name.base for name in names if name.base in (*CHANGES, *OPERATORS))


def _find_losses(found: Survey) -> None:
    """Names that stand above the line of derivatives, without indices, and are never defined."""
    table = found.table
    above: dict[str, Place] = {}
    below: set[str] = set()
    elsewhere: set[str] = set()
    arrays: set[str] = set()
    for node in _every_node(found):
        _positions(table, node, found.source.text, above, below, elsewhere, arrays)
    called = {name for symbol in found.gathered.called_losses for name in names_in(table, symbol)}
    for name, at in above.items():
        if name in table.defined or name in table.squares or name in arrays | below | table.sizes.keys():
            continue
        if not is_loss_name(name) and name not in called:
            continue  # of what nothing defines, nothing is known
        table.losses[name] = at
        if name in elsewhere:
            table.unclear_losses.add(name)
    table.outputs.update(found.gathered.losses)
    for name, outputs in found.gathered.losses.items():
        table.losses.setdefault(name, (0, 0))
        table.unclear_losses.discard(name)
        below.update(outputs)


def _differentials(node: Node) -> set[int]:
    """The names right behind a d, by identity: `dL` is a name of its own, and no L that is a number."""
    products = (inner.factors for inner in walk(node) if isinstance(inner, Product))
    return {id(b) for factors in products for a, b in pairwise(factors) if is_straight(a)}


def _every_node(found: Survey) -> Iterator[Node]:
    yield from (node for chain in _comparable(found) for node in chain)


def _positions(
    table: Table,
    node: Node,
    text: str,
    above: dict[str, Place],
    below: set[str],
    elsewhere: set[str],
    arrays: set[str],
) -> None:
    operands: set[int] = set()
    called = {id(name) for name in calls.functions(node, text)} | _differentials(node)
    for operand, variables, _ in _slopes(node):
        operands |= {id(operand)}
        for variable in variables:
            below |= names_in(table, variable)
            operands |= {id(n) for n in walk(variable)}
    for symbol, bound in kinds.symbols(node):
        if id(symbol) in called:
            continue  # `L(w)`: a function, whatever else is differentiated
        name, letters = table.told(symbol, bound) or ("", ())
        if not name:
            continue
        if letters:
            arrays.add(name)
        elif id(symbol) not in operands:
            elsewhere.add(name)
        elif name not in below:
            above.setdefault(name, symbol.at)


__all__ = ["NOTHING", "RawDefinition", "Survey", "survey"]
