"""Programs as loops over examples: C, and Python for numba to compile.

An index that no step sums over becomes the outermost loop, so that what each example needs is worked out for
it alone. Values that are made entry by entry are worked out again wherever they are read: beside inputs and
the result only sums are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bnsym.compiling.code.infix import Infix, row_major
from bnsym.compiling.formula import mentions, rebuilt
from bnsym.compiling.programs import RESULT, Program, Step
from bnsym.terms import HALF, Delta, Index, Mul, Pow, Sym, Term, mul, names, reached, rename, walk


class Loops(Infix):
    """Lines of a function's body; what a line looks like is the language's."""

    margin = "    "

    def __init__(self, program: Program) -> None:
        self.program = program
        self.lines: list[str] = []
        self.bound: list[Index] = []
        self.kept = {a.latex: a.spaces for a in program.arguments}
        """Arrays, by their spaces: arguments, and sums for several entries."""
        self.again: dict[str, Step] = {}
        """Steps that are worked out entry by entry, where they are read."""
        self.shared: dict[Term, Sym] = {}
        """Constants that stand before a loop because they are the same throughout."""
        self.count = 0

    def body(self) -> list[str]:
        self.block(self.program.steps)
        return self.lines

    def block(self, steps: Sequence[Step]) -> None:
        """Within the loops that are open."""
        outer, shared = self.program.outer(steps, self.bound), dict(self.shared)
        kept = self.flat([s for s in steps if outer not in s.indices])
        if outer:
            self.open(outer, parallel=not self.bound)
            self.block([s for s in steps if outer in s.indices])
            self.close()
        self.shared = shared
        for name in kept:
            self.emit(self.freed(self.program.names[name]))

    def flat(self, steps: Sequence[Step]) -> list[str]:
        """One loop after the other, each as late as may be; sums over the same indices that do not need each
        other share one. Gives the sums that are kept for several entries."""
        waiting: list[Step] = []
        kept: list[str] = []
        for step in sorted(steps, key=lambda s: (-self.program.depth(s), not s.over)):
            free = self.unbound(step)
            needed = self.reads(step) & {s.target.name for s in waiting}
            if waiting and (needed or (step.over and self.unbound(waiting[0]) != free)):
                self.nest(waiting)
                waiting = []
            if step.over:
                waiting.append(step)
                kept += [step.target.name] * bool(self.own(step))
            elif step is self.program.result:
                self.nest([step])
            elif free:
                self.again[step.target.name] = step
            else:
                self.emit(self.constant(self.program.names[step.target.name], self.whole(step.value, ())))
        if waiting:
            self.nest(waiting)
        return kept

    def unbound(self, step: Step) -> tuple[Index, ...]:
        return tuple(i for i in step.indices if i not in self.bound)

    def own(self, step: Step) -> tuple[Index, ...]:
        """The indices of its target for which a sum is kept."""
        return tuple(i for i in self.unbound(step) if i != step.over)

    def reads(self, step: Step) -> set[str]:
        """Steps that it needs, also by way of those that are worked out again."""
        return reached(names(step.value), lambda n: names(self.again[n].value) if n in self.again else ())

    def nest(self, steps: Sequence[Step]) -> None:
        """Loops for sums, or for the result."""
        depth = len(self.bound)
        sums = [s for s in steps if s.over]
        numbers = [self.program.names[s.target.name] for s in sums if not self.own(s)]
        for step in sums:
            own = tuple(i.space for i in self.own(step))
            if own:
                self.kept[step.target.name] = own
            self.emit(self.zero(self.program.names[step.target.name], [self.program.size(i) for i in own]))
        needed: dict[Sym, Term] = {}
        for step in steps:
            self.gather(step.value, needed)
        parallel = not self.bound and len(numbers) == len(sums)
        values, shared = {s: s.value for s in steps}, dict(self.shared)
        for index in (loops := self.unbound(steps[0])):
            if index == loops[-1]:
                needed, values = self.prepared(needed, values, index)
            self.open(index, parallel=parallel and index == loops[0], sums=numbers)
        for local, value in needed.items():
            self.emit(self.constant(self.entry(local), self.whole(value, ())))
        for step, value in values.items():
            entry, sign = self.entry(step.target), "+=" if step.over else "="
            self.emit(f"{entry} {sign} {self.whole(value, ())}{self.end}")
        while len(self.bound) > depth:
            self.close()
        self.shared = self.shared if len(loops) < 2 else shared

    def gather(self, term: Term, needed: dict[Sym, Term]) -> None:
        """Entries that a value needs to be worked out, each after those that it needs."""
        for part in walk(term):
            if isinstance(part, Sym) and part.name in self.again and part not in needed:
                step = self.again[part.name]
                at = {a.name: b for a, b in zip(step.target.indices, part.indices, strict=True)}
                value = rename(step.value, at)
                self.gather(value, needed)
                needed[part] = value

    def prepared(
        self, needed: dict[Sym, Term], values: dict[Step, Term], index: Index
    ) -> tuple[dict[Sym, Term], dict[Step, Term]]:
        """What remains within the loop over an index; quotients and roots that are the same throughout stand
        before it."""
        inside: dict[Sym, Term] = {}
        for local, value in needed.items():
            if mentions(local, index):
                inside[local] = self.hoisted(value, index)
            else:
                self.emit(self.constant(self.entry(local), self.whole(value, ())))
        return inside, {step: self.hoisted(value, index) for step, value in values.items()}

    def hoisted(self, term: Term, index: Index) -> Term:
        if not mentions(term, index):
            return self.named(term) if any(isinstance(t, Pow) for t in walk(term)) else term
        if not isinstance(term, Mul):
            return rebuilt(term, lambda inner: self.hoisted(inner, index))
        fixed = mul(*(f for f in term.factors if not mentions(f, index)))
        varying = (self.hoisted(f, index) for f in term.factors if mentions(f, index))
        return mul(*varying, self.hoisted(fixed, index))

    def named(self, term: Term) -> Sym:
        """A constant for it, the one that there is if it stands before this loop."""
        if term not in self.shared:
            self.count += 1
            name = f"scale{self.count if self.count > 1 else ''}"
            self.shared[term] = Sym(name)
            self.emit(self.constant(name, self.whole(term, ())))
        return self.shared[term]

    def entry(self, symbol: Sym) -> str:
        """An entry of an array, or a name of its own where nothing is kept."""
        if symbol in self.shared.values():
            return symbol.name
        name = self.program.names[symbol.name]
        if symbol.name in self.again:
            plain = symbol.indices == self.again[symbol.name].target.indices
            return name if plain else "_".join([name, *map(self.program.letter, symbol.indices)])
        if symbol.name == self.program.result.target.name:
            return self.at(name, self.program.free)
        spaces = self.kept.get(symbol.name)
        return self.at(name, [i for i in symbol.indices if i.space in spaces]) if spaces else name

    def symbol(self, symbol: Sym, at: Sequence[Index]) -> str:
        return self.entry(symbol)

    def delta(self, delta: Delta, at: Sequence[Index]) -> str:
        return f"({self.program.letter(delta.left)} == {self.program.letter(delta.right)})"

    def power(self, base: Term, exponent: Fraction, at: Sequence[Index]) -> str:
        if exponent == HALF:
            return f"sqrt({self.whole(base, at)})"
        return super().power(base, exponent, at)

    def emit(self, line: str) -> None:
        if line:
            self.lines.append(self.margin * (1 + len(self.bound)) + line)

    # ---- the language: as it stands, Python's ----

    end = ""

    def open(self, index: Index, *, parallel: bool, sums: Sequence[str] = ()) -> None:
        letter, size = self.program.letter(index), self.program.size(index.space)
        self.emit(f"for {letter} in {'prange' if parallel else 'range'}({size}):")
        self.bound.append(index)

    def close(self) -> None:
        self.bound.pop()

    def constant(self, name: str, text: str) -> str:
        return f"{name} = {text}"

    def zero(self, name: str, sizes: Sequence[str]) -> str:
        return f"{name} = np.zeros(({', '.join(sizes)},))" if sizes else f"{name} = 0.0"

    def freed(self, name: str) -> str:
        return ""

    def at(self, name: str, indices: Sequence[Index]) -> str:
        return f"{name}[{', '.join(map(self.program.letter, indices)) or '()'}]"

    def size(self, space: str) -> str:
        return self.program.size(space)

    def source(self) -> str:
        """For numba: a function of the arguments and of the array for the result."""
        program = self.program
        named = ", ".join([*(a.name for a in program.arguments), program.names[RESULT]])
        sizes = [f"    {program.size(s)} = {a.name}.shape[{k}]" for a, k, s in program.shapes()]
        return "\n".join([f"def {program.name}({named}):", *sizes, *self.body(), ""])


class C(Loops):
    """A function of the sizes, the arguments and the place for the result, all arrays in rows."""

    end = ";"

    def open(self, index: Index, *, parallel: bool, sums: Sequence[str] = ()) -> None:
        if parallel:
            gathered = f" reduction(+:{', '.join(sums)})" if sums else ""
            self.emit(f"#pragma omp parallel for{gathered}")
        letter, size = self.program.letter(index), self.program.size(index.space)
        self.emit(f"for (long {letter} = 0; {letter} < {size}; {letter}++) {{")
        self.bound.append(index)

    def close(self) -> None:
        super().close()
        self.emit("}")

    def constant(self, name: str, text: str) -> str:
        return f"const double {name} = {text};"

    def zero(self, name: str, sizes: Sequence[str]) -> str:
        if not sizes:
            return f"double {name} = 0;"
        return f"double *{name} = calloc({' * '.join(sizes)}, sizeof(double));"

    def freed(self, name: str) -> str:
        return f"free({name});"

    def at(self, name: str, indices: Sequence[Index]) -> str:
        sizes = [self.program.size(i.space) for i in indices]
        return f"{name}[{row_major([*map(self.program.letter, indices)], sizes)}]"

    def size(self, space: str) -> str:
        return f"(double){self.program.size(space)}"

    def number(self, value: int) -> str:
        return f"{value}.0"

    def power(self, base: Term, exponent: Fraction, at: Sequence[Index]) -> str:
        if exponent == HALF:
            return super().power(base, exponent, at)
        return f"pow({self.whole(base, at)}, {float(exponent)})"

    def source(self) -> str:
        program = self.program
        takes = [f"long {program.size(s)}" for s in program.spaces]
        takes += [f"const double *{a.name}" if a.spaces else f"double {a.name}" for a in program.arguments]
        takes.append(f"double *{program.names[RESULT]}")
        body = self.body()
        heads = ["math.h"] + ["stdlib.h"] * any("calloc(" in line for line in body)
        about = program.about.replace("*/", "* /")
        lines = [f"/* {about}\n*/", *(f"#include <{head}>" for head in heads), ""]
        return "\n".join([*lines, f"void {program.name}({', '.join(takes)})", "{", *body, "}", ""])
