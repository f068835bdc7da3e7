"""Programs on whole arrays, with sums along axes: NumPy, torch, JAX."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from textwrap import indent

from bnsym.compiling.code.infix import Infix
from bnsym.compiling.programs import TOTAL, Program, Step
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import HALF, Delta, Index, Sym, Term, free_indices, walk


class Arrays(Infix):
    """For a library whose arrays are indexed as NumPy's are."""

    library, alias, permute = "numpy", "np", "transpose"

    def __init__(self, program: Program) -> None:
        self.program = program

    def source(self) -> str:
        body = "\n".join(self.body())
        named = ", ".join(a.name for a in self.program.arguments)
        lines = "\n".join([quoted(self.program.about), *self.sizes(body), body])
        text = f"def {self.program.name}({named}):\n{indent(lines, '    ')}\n"
        return f"{self.imports}\n\n\n{text}" if f"{self.alias}." in body else text

    @property
    def imports(self) -> str:
        return f"import {self.library} as {self.alias}".removesuffix(f" as {self.library}")

    def body(self) -> Iterator[str]:
        for step in self.program.steps[:-1]:
            if step.target.name not in self.inline:
                yield f"{self.program.names[step.target.name]} = {self.value(step)}"
        yield f"return {self.result()}"

    def sizes(self, body: str) -> Iterator[str]:
        """Those that are read in a body."""
        for argument, axis, space in self.program.shapes():
            if re.search(rf"\b{self.program.size(space)}\b", body):
                yield f"{self.program.size(space)} = {argument.name}.shape[{axis}]"

    def result(self) -> str:
        step, program = self.program.result, self.program
        text = self.value(step)
        if set(free_indices(step.value)) != set(step.indices):
            shape = ", ".join(program.size(i.space) for i in step.indices)
            text = f"{self.alias}.broadcast_to({text}, ({shape},))"
        order = [step.indices.index(i) for i in program.free]
        return text if order == sorted(order) else f"({text}).{self.permute}({_listed(order)})"

    @cached_property
    def inline(self) -> dict[str, Step]:
        """Sums that are read once, which stand where they are read."""
        read = Counter(t.name for s in self.program.steps for t in walk(s.value) if isinstance(t, Sym))
        return {
            s.target.name: s
            for s in self.program.steps
            if s.target.name.startswith(TOTAL) and read[s.target.name] == 1
        }

    def value(self, step: Step) -> str:
        if step.over is None:
            return self.whole(step.value, step.indices)
        return self.summed(step, step.over)

    def summed(self, step: Step, over: Index) -> str:
        return f"{self.atom(step.value, step.indices)}.sum({step.indices.index(over)})"

    def symbol(self, symbol: Sym, at: Sequence[Index]) -> str:
        step = self.inline.get(symbol.name)
        return self.placed(self.value(step) if step else self.program.names[symbol.name], symbol.indices, at)

    def placed(self, text: str, own: Sequence[Index], at: Sequence[Index]) -> str:
        """An array with axes of its own, as it is read beside others at some indices."""
        if len(set(own)) < len(own):
            raise Unsupported("the diagonal of an array")
        order = [own.index(i) for i in at if i in own]
        if order != sorted(order):
            text = f"{text}.{self.permute}({_listed(order)})"
        first = next((k for k, i in enumerate(at) if i in own), len(at))
        axes = [":" if i in own else "None" for i in at[first:]]
        return f"{text}[{', '.join(axes)}]" if "None" in axes else text

    def size(self, space: str) -> str:
        return self.program.size(space)

    def delta(self, delta: Delta, at: Sequence[Index]) -> str:
        eye = f"{self.alias}.eye({self.size(delta.left.space)})"
        return self.placed(eye, (delta.left, delta.right), at)

    def power(self, base: Term, exponent: Fraction, at: Sequence[Index]) -> str:
        if exponent == HALF:
            return f"{self.alias}.sqrt({self.whole(base, at)})"
        return super().power(base, exponent, at)


class Torch(Arrays):
    library, alias, permute = "torch", "torch", "permute"

    def power(self, base: Term, exponent: Fraction, at: Sequence[Index]) -> str:
        return Infix.power(self, base, exponent, at)  # of numbers, too


class Jax(Arrays):
    library, alias = "jax.numpy", "jnp"


def quoted(about: str) -> str:
    """As a docstring."""
    return f'r"""{about.replace(chr(34) * 3, chr(39) * 3)}\n"""'


def _listed(order: Sequence[int]) -> str:
    return ", ".join(map(str, order))
