"""Programs for Triton: each instance of a kernel takes one value of an index that nothing sums over, and
holds all values of the others in a block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from textwrap import indent

from bnsym.compiling.code.array_code import Arrays, quoted
from bnsym.compiling.code.infix import row_major
from bnsym.compiling.programs import RESULT, Program, Step
from bnsym.terms import Delta, Index, Sym, Term, walk


class Triton(Arrays):
    """A kernel, and the function of torch tensors that launches it."""

    def __init__(self, program: Program) -> None:
        super().__init__(program)
        self.row = program.outer(program.steps)
        self.blocks = {s: f"BLOCK_{program.size(s)}" for s in program.spaces if not self.is_row(s)}

    def is_row(self, space: str) -> bool:
        return self.row is not None and self.row.space == space

    def source(self) -> str:
        program, out = self.program, self.program.names[RESULT]
        names = [a.name for a in program.arguments]
        arrays = [a.name for a in program.arguments if a.spaces]
        sizes = [program.size(s) for s in program.spaces]
        pointers = [f"{n}_ptr" if n in arrays else n for n in names]
        takes = [*pointers, f"{out}_ptr", *sizes, *(f"{b}: tl.constexpr" for b in self.blocks.values())]
        lengths = [f"{b}=triton.next_power_of_2({program.size(s)})" for s, b in self.blocks.items()]
        shape = ", ".join(program.size(i.space) for i in program.free) + "," * (len(program.free) == 1)
        lines = [
            quoted(program.about),
            *(f"{n} = {n}.contiguous()" for n in arrays),
            *(f"{program.size(s)} = {a.name}.shape[{axis}]" for a, axis, s in program.shapes()),
            f"{out} = torch.empty(({shape}), dtype={arrays[0]}.dtype, device={arrays[0]}.device)",
            f"grid = ({program.size(self.row.space) if self.row else 1},)",
            f"_{program.name}[grid]({', '.join([*names, out, *sizes, *lengths])})",
            f"return {out}",
        ]
        kernel = f"@triton.jit\ndef _{program.name}({', '.join(takes)}):"
        function = f"def {program.name}({', '.join(names)}):"
        heads = "import torch\nimport triton\nimport triton.language as tl"
        bodies = (indent("\n".join(one), "    ") for one in (self.body(), lines))
        return f"{heads}\n\n\n{kernel}\n{next(bodies)}\n\n\n{function}\n{next(bodies)}\n"

    def body(self) -> Iterator[str]:
        program = self.program
        for index in program.letters:
            found = "tl.program_id(0)" if index == self.row else f"tl.arange(0, {self.blocks[index.space]})"
            yield f"{program.letter(index)} = {found}"
        for argument in program.arguments:
            at = program.axes[argument.latex]
            if at:
                masked = f", mask={mask}, other=0.0" if (mask := self.mask(at, at)) else ""
                yield f"{argument.name} = tl.load({argument.name}_ptr + {self.place(at, at)}{masked})"
        *_, returned = steps = list(super().body())
        yield from steps[:-1]
        at = program.result.indices
        masked = f", mask={mask}" if (mask := self.mask(at, at)) else ""
        place = f"{program.names[RESULT]}_ptr + {self.place(program.free, at)}"
        yield f"tl.store({place}, {returned.removeprefix('return ')}{masked})"

    def result(self) -> str:
        return self.value(self.program.result)

    def place(self, indices: Sequence[Index], at: Sequence[Index]) -> str:
        """Of an entry, in rows."""
        letters = [self.placed(self.program.letter(i), (i,), at) for i in indices]
        return row_major(letters, [self.program.size(i.space) for i in indices])

    def mask(self, indices: Sequence[Index], at: Sequence[Index]) -> str:
        """Which entries of a block there are."""
        held = [i for i in indices if i != self.row]
        letters = (self.placed(self.program.letter(i), (i,), at) for i in held)
        tests = [f"{t} < {self.program.size(i.space)}" for t, i in zip(letters, held, strict=True)]
        return tests[0] if len(tests) == 1 else " & ".join(f"({t})" for t in tests)

    def placed(self, text: str, own: Sequence[Index], at: Sequence[Index]) -> str:
        own, at = ([i for i in indices if i != self.row] for indices in (own, at))
        return super().placed(text, own, at) if own else text

    def summed(self, step: Step, over: Index) -> str:
        axes = [i for i in step.indices if i != self.row]
        masked = f"tl.where({self.mask([over], axes)}, {self.whole(step.value, step.indices)}, 0.0)"
        return f"tl.sum({masked}, {axes.index(over)})"

    def delta(self, delta: Delta, at: Sequence[Index]) -> str:
        left, right = (self.placed(self.program.letter(i), (i,), at) for i in (delta.left, delta.right))
        return f"({left} == {right})"

    def power(self, base: Term, exponent: Fraction, at: Sequence[Index]) -> str:
        """By products and roots: there is no other power."""
        whole, half = divmod(exponent, 1)
        if half not in (0, Fraction(1, 2)):
            return super().power(base, exponent, at)
        text = self.whole(base, at)
        number = not any(isinstance(t, Sym) for t in walk(base))
        root = [f"tl.sqrt({f'0.0 + {text}' if number else text})"] * bool(half)
        factors = [self.atom(base, at)] * int(whole) + root
        return factors[0] if len(factors) == 1 else f"({' * '.join(factors)})"
