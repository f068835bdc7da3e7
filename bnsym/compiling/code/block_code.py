"""NumPy on blocks of an index that may be long: each pass over the arrays works out all sums that need none
of each other, and what comes between fits a cache.

Within a block one operation stands on a line: what is read twice is worked out once, and what is read no more
gives its place to the next result.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from typing import Any

from bnsym.compiling.code.array_code import Arrays
from bnsym.compiling.formula import factors
from bnsym.compiling.programs import RESULT, Program, Step, pivot
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import (
    HALF,
    Add,
    Index,
    Mul,
    Name,
    Num,
    Pow,
    SpaceName,
    Sym,
    Term,
    add,
    free_indices,
    mul,
    names,
    neg,
    reached,
)

LOCAL = re.compile(r"\bt__\d+\b")
UNARY = {2: "square", HALF: "sqrt", -1: "reciprocal"}


class Blocks(Arrays):
    """A function of the arguments and of the array for the result, in float64. It needs np, `step__`, which
    says how many of an index make a block, by its size and the others', and `dot__`, along an axis."""

    def __init__(self, program: Program, batch: SpaceName) -> None:
        """batch: the index space that may be long. Raises Unsupported for a matrix over it."""
        super().__init__(program)
        letters = [i for i in program.letters if i.space == batch]
        if len(letters) > 1:
            raise Unsupported("it is a matrix over the batch")
        self.index = letters[0] if letters else Index("", batch)
        self.inline = {}
        self.totals = [s for s in program.steps if s.over == self.index]
        self.lines: list[tuple[str, str, Sequence[Index]]] = []
        """Statements; or calls, the names of their values, and the indices along which these vary."""
        self.known: dict[tuple[Term, Sequence[Index]], str] = {}
        """Values that the block has already."""
        self.blocked: dict[Name, str] = {}
        """Arguments within a block."""
        self.rooms: dict[str, Sequence[Index]] = {}
        """Buffers, which take turns in holding values."""

    def source(self) -> str:
        program, out, margin = self.program, self.program.names[RESULT], "\n    "
        lines = [f"{program.size(s)} = {a.name}.shape[{k}]" for a, k, s in program.shapes()]
        lines.append(f"{out} = {out}.transpose({[program.free.index(i) for i in program.result.indices]})")
        if self.index in program.letters:
            spaces = sorted(program.spaces, key=lambda s: s != self.index.space)
            lines.append(f"block__ = step__({', '.join(map(program.size, spaces))})")
        passes = list(self.passes())
        for name, indices in self.rooms.items():
            shape = ("block__" if i == self.index else program.size(i.space) for i in indices)
            lines.append(f"{name} = np.empty(({', '.join(shape)},))")
        takes = ", ".join([*(a.name for a in program.arguments), out])
        return f"def {program.name}({takes}):{margin}{margin.join([*lines, *passes])}\n"

    def passes(self) -> Iterator[str]:
        """Those that sum, first the ones for which others wait, and the one for the result."""

        def order(step: Step) -> tuple[int, bool]:
            return -self.program.depth(step, self.index), step not in self.totals

        outside = [s for s in self.program.steps if s in self.totals or self.index not in s.indices]
        for (_, plain), found in groupby(sorted(outside, key=order), order):
            due = list(found)
            yield from map(self.set, due) if plain else self.loop(due)
        if self.index in self.program.result.indices:
            yield from self.loop([self.program.result])

    def set(self, step: Step) -> str:
        sign = " +=" if step in self.totals else "[...] =" if step is self.program.result else " ="
        return f"{self.program.names[step.target.name]}{sign} {self.value(step)}"

    def loop(self, due: list[Step]) -> Iterator[str]:
        """A pass that works out some totals, or the result."""
        program, index = self.program, self.index
        inner = {s.target.name: s for s in program.steps if index in s.target.indices}
        start = names(*(s.value for s in due))
        used = reached(start, lambda n: names(inner[n].value) if n in inner else ())
        self.lines, self.known, self.blocked = [], {}, {}
        for argument in program.arguments:
            if argument.latex in used and index in (at := program.axes[argument.latex]):
                self.blocked[argument.latex] = name = f"b__{argument.name}"
                self.lines.append(
                    (f"{name} = np.asarray({argument.name}{self.part(at)}, np.float64)", "", ())
                )
        for step in [*(s for n, s in inner.items() if n in used), *due]:
            if step is program.result:
                self.store(step)
            else:
                self.lines.append((self.set(step), "", ()))
        self.blocked = {}
        letter, size = program.letter(index), program.size(index.space)
        yield from (f"{program.names[s.target.name]} = 0.0" for s in due if s in self.totals)
        yield f"for start__ in range(0, {size}, block__):"
        yield f"    {letter} = slice(start__, min({size}, start__ + block__))"
        yield f"    here__ = slice({letter}.stop - start__)"
        yield from (f"    {line}" for line in self.settled())

    def part(self, at: Sequence[Index], letter: str = "") -> str:
        """Of an array: that in the block."""
        return f"[{':, ' * at.index(self.index)}{letter or self.program.letter(self.index)}]"

    def store(self, step: Step) -> None:
        """The value of the result in its place."""
        place = f"{self.program.names[RESULT]}{self.part(step.indices)}"
        found = self.wide(step.value, step.indices)
        text, target, _ = self.lines[-1]
        if target == found:
            self.lines[-1] = f"{text[:-1]}, {place}, casting='unsafe')", "", ()
        else:
            self.lines.append((f"{place} = {found}", "", ()))

    def symbol(self, symbol: Sym, at: Sequence[Index]) -> str:
        found = self.blocked.get(symbol.name)
        return self.placed(found, symbol.indices, at) if found else super().symbol(symbol, at)

    def summed(self, step: Step, over: Index) -> str:
        at, value = step.indices, step.value
        if self.index not in at:
            return super().summed(step, over)
        twice = [value.base] * 2 if isinstance(value, Pow) and value.exponent == 2 else []
        *most, last = twice or parts(mul, factors(value), over)
        operands = ", ".join(self.wide(t, at) for t in [*([mul(*most)] if most else []), last])
        if not most:
            return f"np.sum({operands}, {at.index(over) - len(at)})"
        if over == at[0] != at[-1]:
            return f"np.einsum('a...,a...->...', {operands})"
        return f"dot__({operands}, {at.index(over) - len(at)})"

    # ---- one operation a line ----

    def wide(self, term: Term, at: Sequence[Index]) -> str:
        """The value at some indices; what is constant along a sum is worked out with fewer numbers."""
        if pivot(self.program.steps, at) not in free_indices(term):
            own = tuple(i for i in at if i in free_indices(term))
            return self.placed(self.atom(term, own), own, at)
        if (term, at) not in self.known:
            self.known[term, at] = self.worked_out(term, at)
        return self.known[term, at]

    def worked_out(self, term: Term, at: Sequence[Index]) -> str:
        match term:
            case Add(terms):
                *most, last = parts(add, terms, pivot(self.program.steps, at))
                name, last = ("subtract", neg(last)) if negative(last) else ("add", last)
                operands = [self.wide(add(*most), at), self.wide(last, at)]
            case Mul(terms):
                *most, last = parts(mul, terms, pivot(self.program.steps, at))
                name, operands = "multiply", [self.wide(mul(*most), at), self.wide(last, at)]
            case Pow(base, exponent):
                name, operands = UNARY.get(exponent, "power"), [self.wide(base, at)]
                operands += [str(float(exponent))] * (name == "power")
            case _:
                return self.atom(term, at)
        indices = tuple(i for i in self.program.letters if i in free_indices(term))
        self.lines.append((f"np.{name}({', '.join(operands)})", f"t__{len(self.lines)}", indices))
        return self.lines[-1][1]

    def settled(self) -> Iterator[str]:
        """The lines, each value in the place of one that is not read again, or in a new one."""
        last = {name: k for k, (text, _, _) in enumerate(self.lines) for name in LOCAL.findall(text)}
        held: dict[str, str] = {}
        for k, (text, target, indices) in enumerate(self.lines):
            over = [held.pop(n) for n in LOCAL.findall(text) if last[n] == k and n in held]
            if not target:
                yield text
                continue
            fits = [r for r, own in self.rooms.items() if own == indices and r not in held.values()]
            room = next((r for r in [*over, *fits] if r in fits), f"w__{len(self.rooms)}")
            self.rooms[room], held[target] = indices, room
            place = self.part(indices, "here__") if self.index in indices else ""
            yield f"{target} = {text[:-1]}, {room}{place})"


def parts(join: Callable[..., Term], terms: Sequence[Term], index: Index) -> list[Term]:
    """Those that vary along a sum, names first and always in one order, so that their product is found again,
    and what is subtracted last; then all others as one."""
    fixed = [t for t in terms if index not in free_indices(t)]
    varying = [t for t in terms if t not in fixed]
    key: Callable[[Term], Any] = negative if join is add else lambda t: (not isinstance(t, Sym), str(t))
    return [*sorted(varying, key=key), *([join(*fixed)] if fixed else [])]


def negative(term: Term) -> bool:
    head = factors(term)[0]
    return isinstance(head, Num) and head.value < 0
