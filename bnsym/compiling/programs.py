"""A closed form as steps, and as a program: what it takes, its steps, and a name for everything in it.

A step names a value without sums, or the sum of one over an index:

    σ² = 1/m Σ (x − μ)²    becomes    s = Σ (x − μ)²,  σ² = s/m

What does not vary with the index of a sum is taken out of it first, so that no matrix over the batch is
made of two vectors; sums that differ in letters alone are one. Emitted code follows the steps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bnsym.compiling import argument_names
from bnsym.compiling.arguments import BESIDE, Argument
from bnsym.compiling.formula import Formula, factors, mentions, rebuilt
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import (
    Add,
    Index,
    Name,
    Pow,
    Size,
    SpaceName,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    names,
    num,
    own_indices,
    rename,
    walk,
)

TOTAL = "Σ"
"""Before the names of sums, which no note can write."""


@dataclass(frozen=True, slots=True)
class Step:
    """`target = value`, or the sum of the value over an index."""

    target: Sym
    value: Term
    indices: tuple[Index, ...]
    """Of the value, in the order of axes: the target's, and the one that is summed over."""
    over: Index | None = None


class Steps:
    """Those that a formula's terms take, in order, in letters of its own: the first of an index space is the
    same in all of them."""

    def __init__(self, formula: Formula, *, fused: bool = False) -> None:
        """fused: what is defined entry by entry is written out where it is read, so that what does not vary
        leaves sums by way of definitions, too, and these wait for fewer others."""
        self.formula, self.fused = formula, fused
        self.made: list[Step] = []
        self._known: dict[object, Term] = {}
        shapes = sorted(formula.shapes.values(), key=len, reverse=True)
        self._letters = _letters(formula)
        self.spaces = list(dict.fromkeys([*(s for shape in shapes for s in shape), *self._letters]))

    def of(self, term: Term) -> Term:
        """The term without sums, by the values of steps and of arrays."""
        match term:
            case Sym(name, indices) if name in self.formula.definitions:
                return self._defined(name, indices)
            case Sum(index, body):
                return self._summed(index, self.of(body))
            case _:
                return rebuilt(term, self.of)

    def _defined(self, name: Name, indices: Sequence[Index]) -> Term:
        definition = self.formula.definitions[name]
        parameters = definition.symbol.indices
        if name not in self._known:
            value = self.of(definition.body)
            kept = [i for i in parameters if i in free_indices(value)]
            entries = self.fused and any(self.formula.shapes.get(n) for n in names(value))
            self._known[name] = value if entries else self._made(value, kept, name)
        given = {a.name: b for a, b in zip(parameters, indices, strict=True)}
        return rename(self._known[name], given)

    def _summed(self, index: Index, body: Term) -> Term:
        """Of a body without sums."""
        inside = mul(*(f for f in factors(body) if mentions(f, index)))
        outside = [f for f in factors(body) if not mentions(f, index)]
        if isinstance(inside, Add) and not all(mentions(t, index) for t in inside.terms):
            return mul(*outside, add(*(self._summed(index, t) for t in inside.terms)))
        if not mentions(inside, index):
            return mul(Size(index.space), *outside, inside)
        kept = [i for i in free_indices(inside) if i != index]
        return mul(*outside, self._made(inside, kept, over=index))

    def _made(self, value: Term, kept: Sequence[Index], name: Name = "", over: Index | None = None) -> Sym:
        """A step, or the one that there is, as a symbol at the indices that are kept."""
        own = self.own([*kept, over] if over else kept)
        key = (rename(value, own), own[over.name] if over else None)
        if key not in self._known or not over:
            axes = self.ordered(own.values())
            target = Sym(name or self._total(value), tuple(i for i in axes if i != key[1]))
            self._known[key] = target
            self.made.append(Step(target, key[0], axes, key[1]))
        back = {own[i.name].name: i for i in kept}
        return rename(self._known[key], back)  # type: ignore[return-value]

    def _total(self, value: Term) -> Name:
        """A name for a sum, by what is summed."""
        name = " | ".join([TOTAL, *sorted(names(value))])
        return name + "'" * sum(s.target.name.rstrip("'") == name for s in self.made)

    def ordered(self, indices: Iterable[Index]) -> tuple[Index, ...]:
        """In the order of axes."""
        return tuple(sorted(indices, key=lambda i: self.spaces.index(i.space)))

    def own(self, indices: Sequence[Index]) -> dict[str, Index]:
        """For the letter of each index one of the steps' own."""
        found: dict[str, Index] = {}
        for index in indices:
            number = sum(i.space == index.space for i in found.values())
            letters = self._letters[index.space]
            while number >= len(letters):
                letters.append(f"{letters[0]}{len(letters)}")
            found[index.name] = Index(letters[number], index.space)
        return found


def _letters(formula: Formula) -> dict[SpaceName, list[str]]:
    """Of each index space those that stand in the formula, words first; none of two spaces."""
    found: dict[SpaceName, list[str]] = {}
    inside = (i for t in formula.terms() for part in walk(t) for i in own_indices(part))
    taken: set[str] = set()
    for index in sorted(dict.fromkeys((*formula.free, *inside)), key=lambda i: i.name.isdigit()):
        own = found.setdefault(index.space, [])
        if index.name not in taken:
            own.append(index.name)
            taken.add(index.name)
    return {space: own or [f"i_{space}"] for space, own in found.items()}


RESULT = "out"


@dataclass(frozen=True, eq=False)
class Program:
    """The last step is the result, whose indices are those of the left side, in order."""

    name: str
    about: str
    """What it computes, where that was proved, and what its arguments are."""
    arguments: tuple[Argument, ...]
    steps: tuple[Step, ...]
    spaces: tuple[SpaceName, ...]
    """Whose sizes it needs, in the order of axes."""
    free: tuple[Index, ...]
    """Of the result, in the order of its axes."""
    axes: Mapping[Name, tuple[Index, ...]]
    """Of arguments, in letters of the steps."""

    @property
    def result(self) -> Step:
        return self.steps[-1]

    @cached_property
    def names(self) -> dict[Name, str]:
        """Identifiers of arguments, which keep theirs, of steps, of sizes and of index letters."""
        found = {a.latex: a.name for a in self.arguments}
        own = [s.target.name for s in self.steps] + [f"# {s}" for s in self.spaces]
        letters = [f"@ {i.name}" for i in self.letters]
        for name in dict.fromkeys([*own, *letters]):
            word = argument_names.plain(name)
            if name.startswith(TOTAL):
                word = "_".join(["sum", *map(argument_names.plain, name.rstrip("'").split(" | ")[1:])])
            while word in (*found.values(), self.name):
                word += "_"
            found.setdefault(name, word)
        return found

    def size(self, space: SpaceName) -> str:
        return self.names[f"# {space}"]

    def letter(self, index: Index) -> str:
        return self.names[f"@ {index.name}"]

    @property
    def letters(self) -> tuple[Index, ...]:
        found = [i for s in self.steps for i in s.indices] + [i for at in self.axes.values() for i in at]
        return tuple(sorted(dict.fromkeys(found), key=lambda i: self.spaces.index(i.space)))

    def outer(self, steps: Sequence[Step], bound: Collection[Index] = ()) -> Index | None:
        """An index of the result that none of the steps sums over, nor over another of its space."""
        if not steps or steps[-1] is not self.result:
            return None
        for index in self.result.indices:
            others = [i for s in steps for i in s.indices if i.space == index.space and i != index]
            if index not in bound and not others and all(s.over != index for s in steps):
                return index
        return None

    def depth(self, step: Step, over: Index | None = None) -> int:
        """How many sums wait for it, one after the other; over: of those over an index."""
        readers = [s for s in self.steps if step.target.name in names(s.value)]
        return max(
            (self.depth(s, over) + bool(s.over and s.over == (over or s.over)) for s in readers), default=0
        )

    def shapes(self) -> list[tuple[Argument, int, SpaceName]]:
        """Where each size can be read: an argument, and which of its axes."""
        found: dict[SpaceName, tuple[Argument, int, SpaceName]] = {}
        for argument in self.arguments:
            for axis, space in enumerate(argument.spaces):
                found.setdefault(space, (argument, axis, space))
        return list(found.values())


def program(
    name: str, about: str, found: Formula, arguments: Sequence[Argument], *, fused: bool = False
) -> Program:
    """fused: for few passes, rather than to be read. Raises Unsupported where the size of an index space is
    that of no argument."""
    steps = Steps(found, fused=fused)
    value = steps.of(found.right)
    own = steps.own(found.free)
    free = tuple(own[i.name] for i in found.free)
    order = steps.ordered(free)
    value = rename(value, own)
    if fused:
        value = spread(value, pivot(steps.made, order)) if order else value
        value = add(value, *(mul(num(0), t) for t in divisors([*(s.value for s in steps.made), value], free)))
    made = (*steps.made, Step(Sym(RESULT, order), value, order))
    used = {i.space for s in made for i in s.indices}
    used |= {t.space for s in made for t in walk(s.value) if isinstance(t, Size)}
    known = {s for a in arguments for s in a.spaces}
    if used - known:
        raise Unsupported(f"no argument has the size {min(used - known)}")
    axes = {
        a.latex: tuple(steps.own([Index(str(k), s) for k, s in enumerate(a.spaces)]).values())
        for a in arguments
    }
    return Program(
        name, about, tuple(arguments), made, tuple(s for s in steps.spaces if s in used), free, axes
    )


def pivot(steps: Sequence[Step], at: Sequence[Index]) -> Index:
    """Of some indices that which sums run over; much is constant along it."""
    summed = {s.over for s in steps}
    return next((i for i in reversed(at) if i in summed), at[-1])


def spread(term: Term, index: Index) -> Term:
    """Factors without an index multiplied into a sum each of whose terms has such a one already, which costs
    nothing. A plain difference, such as x − μ, stays one: multiplied out it would lose digits."""
    if isinstance(term, Add):
        return add(*(spread(t, index) for t in term.terms))
    fixed = [f for f in factors(term) if index not in free_indices(f)]
    varying = [f for f in factors(term) if f not in fixed]
    if not fixed or len(varying) != 1 or not isinstance(varying[0], Add):
        return term
    terms = varying[0].terms
    scales = ([f for f in factors(t) if index not in free_indices(f) and f != num(-1)] for t in terms)
    return add(*(spread(mul(*fixed, t), index) for t in terms)) if all(scales) else term


def divisors(terms: Iterable[Term], free: Collection[Index]) -> list[Sym]:
    """What steps find and is divided by: 0 times it is 0, and not finite where it is not, which the quotient
    does not show."""
    below = [p.base for t in terms for p in walk(t) if isinstance(p, Pow) and p.exponent < 0]
    found = dict.fromkeys(t for b in below for t in walk(b) if isinstance(t, Sym))
    return [t for t in found if not t.indices or set(t.indices) < set(free)]


def side_by_side(found: Formula) -> Formula:
    """Of batches along one more axis, the last: every name has an index for it."""
    index = Index("beside", BESIDE)

    def beside(term: Term) -> Term:
        return Sym(term.name, (*term.indices, index)) if isinstance(term, Sym) else mapped(term, beside)

    changed = found.changed(beside)
    symbols = {n: Sym(n, (*d.symbol.indices, index)) for n, d in found.definitions.items()}
    return replace(
        changed,
        definitions={n: replace(d, symbol=symbols[n]) for n, d in changed.definitions.items()},
        free=(*found.free, index),
        shapes={n: (*shape, BESIDE) for n, shape in found.shapes.items()},
    )
