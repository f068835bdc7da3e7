r"""Names that a later section gives another meaning: it defines them anew, or says anew of a free array
what it is (`x \in \mathbb{R}^{m \times n}`) or over how many values its entries run. From there on they
have a spelling of their own.

Imports the surface tree, `definitions` and `symbols`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, TypeAlias

from bnsym.elaborate import shapes as kinds
from bnsym.elaborate.aliases import renamed
from bnsym.elaborate.collect import ANEW, Expression, Gathered, RawChain, Shape
from bnsym.elaborate.definitions import NOTHING, Finder, RawDefinition, names_in, repeats
from bnsym.elaborate.dependence import reached
from bnsym.elaborate.stated import EVERYWHERE, Doubt
from bnsym.elaborate.symbols import size_name
from bnsym.latex.ast import BigSum, Node, Symbol, symbols_changed, walk
from bnsym.latex.errors import ReadError
from bnsym.source.text import Slice

if TYPE_CHECKING:
    from bnsym.elaborate.scope import Survey

Use: TypeAlias = tuple[int, int, str]
"""How many indices a name has, which of them a sum runs over, and the sum's size; or nothing of a sum."""
Uses: TypeAlias = dict[str, dict[int, set[Use]]]


def define_anew(found: Survey, finder: Finder) -> None:
    """Gives each name that a later section gives another meaning another spelling from there on."""
    candidates = finder.candidates()
    telling = _Telling(found, candidates)
    told = telling.anew()
    sections: dict[int, list[RawDefinition]] = {m.section: [] for m in found.gathered.mentions if m.anew}
    sections |= {section: [] for section in told}
    for candidate in candidates:
        sections.setdefault(candidate.chain.section, []).append(candidate)
    first: dict[str, RawDefinition] = {}
    starts: dict[str, list[int]] = {}
    unclear: dict[str, int] = {}
    ended: dict[str, set[int]] = {}
    for section in sorted(sections):
        here = {c.name: c for c in reversed(sections[section]) if not c.chain.claimed}
        here = {n: c for n, c in here.items() if n not in first or not _is_supposed(found, c, first[n])}
        again = {n: c for n, c in here.items() if n in first}
        anew = _anew(found, first, again, told.get(section, set()), section, telling)
        late = {n: c for n, c in here.items() if n not in first and finder.is_late(c)}
        stated = {n for n, c in late.items() if c.chain.stated}
        met = _met(found, first, stated, range(section, telling.end))
        for name, candidate in late.items():
            candidate.chain.claimed |= name in met  # what is made from it knows nothing of it
            words = finder.words(candidate) if name not in met else None
            where = words.where if words else candidate.chain.chain.where
            since = range(section if name in met else 0, sys.maxsize)
            _leave_open(found, candidate.symbol, where, since, starts.get(name, ()))
        first |= {name: c for name, c in here.items() if name in anew or name not in first}
        for name in anew | (late.keys() - met):
            starts.setdefault(name, []).append(section)
            if name in here and here[name].chain.chain.cased:
                ended.setdefault(name, set()).add(_end(found.gathered.levels, section))
        unclear |= {name: telling.meeting[section] for name in anew if section in telling.meeting}
        for name, mention in finder.said_anew(section, first.keys() - here.keys()).items():
            starts.setdefault(name, []).append(section)
            del first[name]
            _leave_open(found, mention.name, mention.where, range(section, sys.maxsize), starts[name])
    for name, ends in ended.items():
        ends.difference_update(starts[name])
        starts[name] = sorted({*starts[name], *ends})
    if starts:
        _respelled(found, _Spelling(found, starts, unclear, telling, ended).changed)


def _end(levels: Sequence[int], section: int) -> int:
    """Where the section ends, with those inside it."""
    return next((n for n in range(section + 1, len(levels)) if levels[n] <= levels[section]), len(levels))


def _is_supposed(found: Survey, again: RawDefinition, first: RawDefinition) -> bool:
    """Whether it may be what is defined first under a condition: one beside it, or a value that the text
    gives there to a name on which that rests."""
    chain, names = again.chain, names_in(found.table, first.body)
    said = (d for d in found.gathered.doubts if d.value and d.meant and chain.section in d.sections)
    valued = any(d.sections != EVERYWHERE and names & names_in(found.table, d.name) for d in said)
    return valued or any(h.condition for h in chain.hypotheses)


def _leave_open(found: Survey, name: Symbol, where: Slice, sections: range, begun: Sequence[int]) -> None:
    """Puts refutations in doubt that rest on a name of which the text says what it is, and no formula."""
    spelled = replace(name, marks=name.marks + ANEW * len(begun))
    found.gathered.doubts.append(Doubt(spelled, where, sections, meant=True))


def _anew(
    found: Survey,
    first: Mapping[str, RawDefinition],
    again: Mapping[str, RawDefinition],
    told: set[str],
    section: int,
    telling: _Telling,
) -> set[str]:
    """Which of the names that a section equates again, or tells anew what they are, it gives another
    meaning: not one that it only repeats, and none if what is made from its old meaning is used here or
    later, where the two would meet."""
    if not again and not told:
        return set()
    bodies = {name: names_in(found.table, d.body) for name, d in again.items()}
    anew = {n for n, c in again.items() if n not in bodies[n] and not repeats(c, first[n])} | told
    grown = True
    while grown:
        more = {name for name in again.keys() - anew if anew & bodies[name] and name not in bodies[name]}
        grown, anew = bool(more), anew | more
    later = telling.in_force(anew, section) if told else range(section, telling.end)
    met = [s for s in later if _met(found, first, anew, {s})]
    if met and told and section not in met:
        telling.meeting[section] = min(met)
        return anew
    return set() if met else anew


def _met(
    found: Survey, first: Mapping[str, RawDefinition], names: set[str], sections: Container[int]
) -> set[str]:
    """Of the names, those from which something is made that is used in the sections."""
    if not names:
        return names
    uses = {name: names_in(found.table, d.body) for name, d in first.items()}
    later = {name for d in _bodies_in(found, sections) for name in d}
    made = [reached(uses[name], uses) for name in uses if name not in names and name in later]
    return {name for name in names if any(name in one for one in made)}


def _bodies_in(found: Survey, sections: Container[int]) -> Iterator[set[str]]:
    for chain in found.gathered.chains:
        if chain.section in sections:
            for expression in chain.expressions:
                yield names_in(found.table, expression.node)


def respell(found: Survey, starts: Mapping[str, list[int]]) -> None:
    """Another spelling for each such name from each section on that says something else of it."""
    if starts:
        _respelled(found, _Spelling(found, starts, {}, _Telling(found, ())).changed)


def _respelled(found: Survey, spelled: Callable[[Symbol, int], Symbol]) -> None:
    """Puts the spelling of its section for each name of the file."""
    for chain in (*found.gathered.chains, *found.gathered.restated):
        change = partial(lambda section, symbol: spelled(symbol, section), chain.section)
        for expression in _expressions(chain):
            expression.node = expression.node and symbols_changed(expression.node, change)


def _expressions(chain: RawChain) -> Iterator[Expression]:
    """Those of a chain, and of its conditions."""
    yield from chain.expressions
    yield from (side for h in chain.hypotheses if h.condition for side in (h.left, h.right))


def part_letters(gathered: Gathered) -> None:
    """Another letter for each index that the sums of a section bind, where it is a size in others only."""
    chains = (*gathered.chains, *gathered.restated)
    written: dict[int, list[Node]] = {}
    for chain in chains:
        written.setdefault(chain.section, []).extend(inner for node in chain.nodes for inner in walk(node))
    sized = {size for said in gathered.kinds.values() for kind in said for size in kind.sizes}
    sized |= {size_name(n.size) for parts in written.values() for n in parts if isinstance(n, BigSum)}
    assumed = (side.node for h in gathered.hypotheses for side in (h.left, h.right))
    sized -= {n.base for node in assumed for n in walk(node) if isinstance(n, Symbol)} | gathered.sizes.keys()
    others: dict[int, dict[str, str]] = {}
    for section, parts in written.items():
        letters = {letter for n in parts if isinstance(n, BigSum) for letter in n.letters} & sized
        letters -= {n.base for n in parts if isinstance(n, Symbol)}
        others[section] = {letter: letter + ANEW for letter in letters}
    for chain in chains:
        anew = others[chain.section]
        for expression in _expressions(chain) if anew else ():
            expression.node = expression.node and renamed(expression.node, anew, frozenset(anew))


# free arrays


class _Telling:
    """What the sections of a file say of its free arrays."""

    def __init__(self, found: Survey, candidates: Sequence[RawDefinition]) -> None:
        self.found = found
        self.defined = {candidate.name for candidate in candidates}
        self.candidates = candidates
        self.meeting: dict[int, int] = {}
        """Of a section that tells some anew what they are, the first after it that uses both meanings."""
        self.end = 1 + max((chain.section for chain in found.gathered.chains), default=0)

    @cached_property
    def defining(self) -> Uses:
        uses = self._uses((c.chain.section, c.body) for c in self.candidates)
        for name, section, use in self._counts():
            uses.setdefault(name, {}).setdefault(section, set()).add(use)
        return uses

    @cached_property
    def written(self) -> Uses:
        chains = self.found.gathered.chains
        return self._uses((chain.section, e.node) for chain in chains for e in chain.expressions)

    def _counts(self) -> Iterator[tuple[str, int, Use]]:
        """With how many indices the definitions write each name."""
        for candidate in self.candidates:
            for symbol, name, letters in kinds.named(self.found.table, candidate.body):
                if letters and not kinds.is_delta(symbol, letters, self.found.table):
                    yield name, candidate.chain.section, (len(letters), 0, "")

    def _uses(self, expressions: Iterable[tuple[int, Node | None]]) -> Uses:
        """Of each name, how the expressions in each section sum over its entries."""
        uses: Uses = {}
        for section, node in expressions:
            for name, use in _summed(self.found, node):
                uses.setdefault(name, {}).setdefault(section, set()).add(use)
        return uses

    def anew(self) -> dict[int, set[str]]:
        """The free arrays of which each section says something else than those before: by `\\in`, or, where
        nothing says so, in that its definitions write them with more or fewer indices, or sum over another
        number of their entries."""
        told: dict[int, set[str]] = {}
        for name, said in self.found.gathered.kinds.items():
            for kind in said[1:] if name not in self.defined else ():
                told.setdefault(kind.section, set()).add(name)
        for name in self.defining.keys() - self.found.gathered.kinds.keys() - self.defined:
            known: set[Use] = set()
            for section, uses in sorted(self.defining[name].items()):
                if known and _differ(known, uses):
                    told.setdefault(section, set()).add(name)
                    known = set()
                known |= uses
        return told

    def in_force(self, names: set[str], start: int) -> set[int]:
        """The sections from the first on in which one of these names is met, or what is made from it there,
        and has not an earlier meaning again."""
        made = {
            c.name: names_in(self.found.table, c.body) for c in self.candidates if c.chain.section >= start
        }
        met = names | {name for name in made if reached({name}, made) & names}
        later = {chain.section for chain in self.found.gathered.chains if chain.section >= start}
        return {s for s in later if met & self._names(s) and self._holds(names, s, start)}

    def _holds(self, names: set[str], section: int, start: int) -> bool:
        return any(self.kind(name, section) == self.kind(name, start) for name in names)

    def _names(self, section: int) -> set[str]:
        return set().union(*_bodies_in(self.found, {section}))

    def kind(self, name: str, section: int) -> Shape | None:
        """Of what the file says that a name is, the last before the end of a section that fits the sums
        there."""
        said = [k for k in self.found.gathered.kinds.get(name, ()) if k.section <= section]
        uses = self.written.get(name, {}).get(section, set())
        fit = [k for k in said if all(_fits(k, use) for use in uses)]
        return fit[-1] if fit else said[-1] if said else None


def _differ(some: set[Use], others: set[Use]) -> bool:
    """Whether a name is written with other numbers of indices, or summed over other sizes."""
    if {count for count, _, _ in some}.isdisjoint(count for count, _, _ in others):
        return True
    sums, more = ({use[1:] for use in uses if use[2]} for uses in (some, others))
    return bool(sums) and bool(more) and sums.isdisjoint(more)


def _fits(kind: Shape, use: Use) -> bool:
    count, axis, size = use
    return count == len(kind.sizes) and kind.sizes[axis] == size


def _summed(found: Survey, node: Node | None) -> Iterator[tuple[str, Use]]:
    """The names in an expression over whose indices sums run to a size."""
    for total in walk(node):
        if not isinstance(total, BigSum) or total.size is None:
            continue
        for _, name, letters in kinds.named(found.table, total):
            for axis, letter in enumerate(letters):
                if letter in total.letters:
                    yield name, (len(letters), axis, size_name(total.size))


@dataclass
class _Spelling:
    """Another spelling for each name from each section on that gives it another meaning."""

    found: Survey
    starts: Mapping[str, Sequence[int]]
    unclear: Mapping[str, int]
    """From which section on what is made from the old meaning of a name stands beside the new one."""
    telling: _Telling
    ended: Mapping[str, set[int]] = field(default_factory=dict)
    """Where sections end that say what a name is in a case: what it is from there on is not clear."""

    def changed(self, symbol: Symbol, section: int) -> Symbol:
        name, _ = self.found.table.told(symbol) or ("", ())
        if name not in self.starts:
            return symbol
        return self._numbered(symbol, name, self._number(name, section))

    def _number(self, name: str, section: int) -> int:
        """How many sections up to the one whose meaning is in force have given the name another one."""
        kind = self.telling.kind(name, section)
        if kind is not None and name not in self.telling.defined:
            section = kind.section
        number = sum(start <= section for start in self.starts[name])
        both = number == len(self.starts[name]) and section >= self.unclear.get(name, self.telling.end)
        return number + both

    def _numbered(self, symbol: Symbol, name: str, number: int) -> Symbol:
        changed = replace(symbol, marks=symbol.marks + ANEW * number)
        spelled, _ = self.found.table.split(changed, NOTHING)
        if spelled not in self.found.sections:
            sections = range(self.telling.end)
            self.found.sections[spelled] = {s for s in sections if self._number(name, s) == number}
            if number > len(self.starts[name]) or (
                number and self.starts[name][number - 1] in self.ended.get(name, ())
            ):
                self._leave_open(symbol, name, spelled)
            self._tell(name, spelled, number)
        return changed

    def _leave_open(self, symbol: Symbol, name: str, spelled: str) -> None:
        message = f"`{name}` has two meanings before this, and both are used here"
        hint = "give each a name of its own"
        self.found.ambiguous[spelled] = ReadError("BN137", message, symbol.at, hint)

    def _tell(self, name: str, spelled: str, number: int) -> None:
        """What is said by `\\in` of a free array in its new spelling."""
        said = [k for k in self.found.gathered.kinds.get(name, ()) if self._number(name, k.section) == number]
        if number and said and name not in self.telling.defined:
            self.found.kinds[spelled] = said[-1]
