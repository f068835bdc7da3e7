"""A closed form as a program: what it takes, its steps, and a name for everything in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bnsym.compiling import argument_names
from bnsym.compiling.arguments import BESIDE, Argument
from bnsym.compiling.formula import Formula, factors
from bnsym.compiling.lowered import TOTAL, Step, Steps
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import (
    Add,
    Index,
    Name,
    Pow,
    Size,
    SpaceName,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    names,
    num,
    rename,
    walk,
)

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
