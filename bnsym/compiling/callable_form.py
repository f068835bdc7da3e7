"""`bnsym.compile`: a closed form that was proved, as a function on arrays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from math import inf
from typing import Any

import numpy as np
from sympy import Expr

from bnsym.compiling import argument_names, documenting, running
from bnsym.compiling.arguments import BESIDE, Sizes, arguments, bind, measure
from bnsym.compiling.backends import Blocks, require
from bnsym.compiling.formula import formula
from bnsym.compiling.programs import Program, program, side_by_side
from bnsym.compiling.proved import Form, NotProved, proved_form
from bnsym.evidence import memory, surveying
from bnsym.evidence.streams.balls import Cancellation, InARow, Overflow
from bnsym.evidence.streams.passes import Leaf, Lowering
from bnsym.evidence.streams.streaming import Stream
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import Name, Statement, free_indices


def compile(  # noqa: A001 - `bnsym.compile` says what it does
    link: str | os.PathLike[str], backend: str = "numpy", given: Sequence[str] = ()
) -> ClosedForm:
    """The closed form that a link proves, as a function on arrays.

    link: FILE#ID, of a block or of one link: the right side of its last equation, provided that every
    link of that chain is proved. backend: `numpy` (of any float type, worked out in float64, in blocks that
    fit a cache), `numba` or `c` (the same, as compiled loops on every core), `torch` or `jax` (whole arrays,
    of any float type). given: defined names whose values are handed in instead of being worked out again,
    such as `xhat` or `\\hat{x}`; nothing checks that they are what the note defines.

    Raises NotProved (a ValueError) if the link is not proved or has no closed form, ImportError if the
    backend is not installed, ValueError for an unknown backend or name.
    """
    require(backend)
    found = ClosedForm(proved_form(link), backend, tuple(given))
    found.prepare()
    return found


class ClosedForm:
    """A closed form that was proved, as a function of arrays; its docstring says of what, and where.

    arguments: what it takes, in order. form: the links that it was proved in.
    """

    def __init__(self, form: Form, backend: str = "numpy", given: tuple[str, ...] = ()) -> None:
        self.form, self.backend = form, backend
        self._statement = surveying.relevant(form.statement)
        self.given = _given(self._statement, given)
        self.structure = Structure.of(self._statement, surveying.own_first(self._statement)[0])
        self._free = free_indices(self._statement.left)
        try:
            self.formula = formula(self.structure, self._statement, self._free, self.given)
            self.arguments = arguments(self.formula)
        except Unsupported as error:
            raise NotProved(f"proved, but it can't be compiled: {error}") from error
        self._shared: dict[Any, Any] = {}
        self.__doc__ = documenting.docstring(form, self.arguments, one_index=self.one_index)

    @property
    def one_index(self) -> bool:
        """Whether the only index runs over the batch, so that features may stand side by side."""
        return len({s for shape in self.formula.shapes.values() for s in shape}) == 1

    def program(self, name: str, about: str, *, beside: bool = False) -> Program:
        """As steps with names. beside: for features side by side. Raises NotProved where there is no way."""
        try:
            found = formula(self.structure, self._statement, self._free, self.given, whole=True)
            found = side_by_side(found) if beside else found
            axes = (BESIDE,) if beside else ()
            takes = [replace(a, spaces=(*a.spaces, *axes)) for a in self.arguments]
            return program(name, about, found, takes)
        except Unsupported as error:
            raise NotProved(f"proved, but it can't be compiled: {error}") from error

    @cached_property
    def _passes(self) -> tuple[Lowering, Expr]:
        """Over the batch, for NumPy in blocks; Unsupported for a matrix over it."""
        try:
            lowering = Lowering(self.structure, given=self.given)
            return lowering, self._lowered(lowering)
        except Unsupported as error:
            raise NotProved(f"proved, but it can't be compiled: {error}") from error

    @property
    def _lowering(self) -> Lowering:
        return self._passes[0]

    @property
    def _expression(self) -> Expr:
        return self._passes[1]

    def __repr__(self) -> str:
        names = ", ".join(a.name for a in self.arguments)
        return f"<closed form of {self.form.results[-1].link.id}: ({names}), backend={self.backend!r}>"

    def __call__(self, *arrays: Any, out: Any = None, **named: Any) -> Any:
        """Its value, in the most precise type of its arrays. Arrays in the order of `arguments`, or by name;
        NumPy and numba work in float64 and take `out`, an array of the result's shape and type. Raises
        TypeError or ValueError for what does not fit, and FloatingPointError where float64 overflows or a
        divisor is zero."""
        bound = bind(self.arguments, arrays, named)
        sizes = self._measured(bound)
        if self.backend in ("torch", "jax"):
            if out is not None:
                raise TypeError(f"backend={self.backend!r} takes no out")
            return self._runner(beside=sizes.beside is not None)(**bound)
        floats = {name: _floats(name, value) for name, value in bound.items()}
        with np.errstate(all="ignore"):  # what is not finite is found below
            if self.backend in ("numba", "c"):
                return self._in_loops(floats, sizes, out)
            rank = 1 + len(self._lowering.axes) + (sizes.beside is not None)
            return self._in_blocks(floats, sizes, Blocks(rank=rank), None, out)

    def prepare(self) -> None:
        """Raises NotProved where the backend has no way to work it out."""
        if self.backend == "numpy":
            _ = self._passes
        else:
            self.program("closed_form", "")

    def _runner(self, *, beside: bool) -> Callable[..., Any]:
        """The program for the backend, ready to run; made once."""
        if beside not in self._shared:
            self._shared[beside] = running.runner(
                self.program("closed_form", "", beside=beside), self.backend
            )
        found: Callable[..., Any] = self._shared[beside]
        return found

    def error(self, *arrays: Any, **named: Any) -> Any:
        """A bound on the rounding error of float64 in each component of the value.

        Raises FloatingPointError where a value overflows, or a divisor is lost to cancellation.
        """
        bound = bind(self.arguments, arrays, named)
        floats = {name: _floats(name, value) for name, value in bound.items()}
        try:
            with np.errstate(all="ignore"):
                return self._in_blocks(floats, self._measured(floats), InARow(), 1, None)
        except Overflow as error:
            raise FloatingPointError("a sum is too large for a float64") from error
        except Cancellation as error:
            raise FloatingPointError(str(error)) from error

    def _lowered(self, lowering: Lowering) -> Expr:
        structure = lowering.structure
        batch = [i.name for i in self._free if i.space == structure.batch]
        if len(batch) > 1:
            raise Unsupported("it is a matrix over the batch")
        for index in self._free:
            if index.space != structure.batch:
                lowering.axes.setdefault(index.name, index.space)
        return lowering.lower(structure.resolve(self._statement.right), batch[0] if batch else None)

    def _type(self, floats: Mapping[str, Any]) -> np.dtype[Any]:
        """The most precise type of the arrays, but for numbers of several features."""
        types = [floats[a.name].dtype for a in self.arguments if a.spaces]
        return min(types, key=lambda one: FLOATS.index(one.name))

    def _measured(self, bound: Mapping[str, Any]) -> Sizes:
        return measure(self.arguments, bound, one_index=self.one_index)

    def _leaves(self, bound: Mapping[str, Any], sizes: Sizes) -> dict[Leaf, Any]:
        values = {a.latex: bound[a.name] for a in self.arguments}
        for space, size in sizes.spaces.items():
            values.setdefault(space, np.asarray(float(size)))
        return {leaf: values[leaf.name] for leaf in self._lowering.leaves.values() if leaf.name in values}

    def _length(self, sizes: Sizes) -> int:
        return sizes.spaces.get(self._lowering.structure.batch, 1)

    def _in_blocks(
        self, floats: Mapping[str, Any], sizes: Sizes, arithmetic: Any, part: int | None, out: Any
    ) -> Any:
        """In blocks, by an arithmetic; part: which part of its numbers is wanted, None: all."""
        buffered = isinstance(arithmetic, Blocks)
        key = (type(arithmetic), sizes.beside is None)
        codes = self._shared.setdefault(key, {})
        stream = Stream(
            self._lowering, arithmetic, self._leaves(floats, sizes), self._length(sizes), inf,
            codes=codes, buffered=buffered,
        )  # fmt: skip
        beside = () if sizes.beside is None else (sizes.beside,)
        result = self._room((*(sizes.spaces[i.space] for i in self._free), *beside), out, self._type(floats))
        whole = self._spread(result)
        if not self._lowering.varies(self._expression):
            found = stream.value(self._expression)
            whole[...] = found if part is None else found[part]
            self._demand_finite([result], floats)
            return result if out is not None else result[()]
        direct = buffered and whole.dtype == np.float64
        for block, value in stream.mapped(self._expression, whole if direct else None):
            wanted = value if part is None else value[part]
            if not np.may_share_memory(wanted, whole):
                whole[block] = wanted
        if part is None:
            self._demand_finite([*stream.values.values(), whole[:1]], floats)
        return result

    def _room(self, shape: tuple[int, ...], out: Any, dtype: Any) -> Any:
        """Where the result goes: what was handed in, or a new array, if there is memory for it."""
        if out is None:
            if said := memory.refusal(int(np.prod(shape)), 1):
                raise MemoryError(said)
            return np.empty(shape, dtype)
        if np.shape(out) != shape or out.dtype != dtype:
            raise ValueError(f"out has shape {np.shape(out)} and type {out.dtype}, not {shape} and {dtype}")
        return out

    def _spread(self, result: Any) -> Any:
        """A view of the result with the axis over the batch in front and one for every other letter, of
        length 1 where it does not vary; features side by side stay last."""
        batch, letters = self._lowering.structure.batch, ["", *self._lowering.axes]
        own = ["" if i.space == batch else i.name for i in self._free]
        order = [own.index(letter) for letter in letters if letter in own]
        found = result.transpose([*order, *range(len(own), result.ndim)])
        return found[tuple(slice(None) if letter in own else None for letter in letters)]

    def _in_loops(self, floats: Mapping[str, Any], sizes: Sizes, out: Any) -> Any:
        """By compiled loops, in float64."""
        dtype, beside = self._type(floats), () if sizes.beside is None else (sizes.beside,)
        takes = []
        for argument in self.arguments:
            value = floats[argument.name]
            value = value if argument.spaces else np.broadcast_to(value, beside)
            takes.append(np.array(value, np.float64, order="C", copy=None) if value.ndim else float(value))
        free = [sizes.spaces[i.space] for i in self._free]
        whole = self._room((*free, *beside), out, dtype)
        direct = whole.dtype == np.float64 and whole.flags.c_contiguous
        made = whole if direct else np.empty(whole.shape)
        self._runner(beside=sizes.beside is not None)(*takes, made)
        self._demand_finite([made[:1], made[..., :1]] if made.ndim else [made], floats)
        if not direct:
            whole[...] = made
        return whole if whole.shape or out is not None else whole[()]

    def _demand_finite(self, values: Iterable[Any], floats: Mapping[str, Any]) -> None:
        """values: sums, and what else enters every component. FloatingPointError if one went wrong."""
        if all(np.all(np.isfinite(value)) for value in values):
            return
        for name, value in floats.items():
            if not np.all(np.isfinite(value)):
                raise FloatingPointError(f"{name} holds a value that is not finite")
        where = documenting.conditions(self.form)
        raise FloatingPointError(
            "a sum overflows float64, a divisor is zero, or a number under a root is negative"
            + (f"; what was proved holds if {where}" if where else "")
        )


def _floats(name: str, value: Any) -> Any:
    """Arrays of any float type, which are worked on in float64, block by block; numbers are float64."""
    found = np.asarray(value)
    if found.ndim and found.dtype.name not in FLOATS:
        raise TypeError(f"{name} is an array of {found.dtype}; it takes {', '.join(FLOATS)}")
    return found if found.ndim else found.astype(np.float64)


FLOATS = ("float64", "float32", "float16", "bfloat16")


def _given(statement: Statement, given: Sequence[str]) -> frozenset[Name]:
    """Defined names, written in LaTeX or plainly."""
    defined = [d.symbol.name for d in statement.definitions]
    plain = {argument_names.plain(name): name for name in defined}
    for name in given:
        if name not in defined and name not in plain:
            raise ValueError(f"given={name!r}: the note defines {', '.join(plain)}")
    return frozenset(plain.get(name, name) for name in given)
