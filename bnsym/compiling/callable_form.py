"""`bnsym.compile`: a closed form that was proved, as a function on arrays."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from math import inf
from typing import Any

import numpy as np
from sympy import Expr

from bnsym.compiling import argument_names, documenting
from bnsym.compiling.arguments import Sizes, arguments, bind, measure
from bnsym.compiling.backends import Blocks, Whole, require
from bnsym.compiling.proved import Form, NotProved, proved_form
from bnsym.evidence import memory, surveying
from bnsym.evidence.streams.balls import Cancellation, InARow, Overflow
from bnsym.evidence.streams.compiled import Compiled
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
    fit a cache), `numba` (the same, compiled, on every core), `torch` or `jax` (whole arrays, of any float
    type). given: defined names whose values are handed in instead of being worked out again, such as `xhat`
    or `\\hat{x}`; nothing checks that they are what the note defines.

    Raises NotProved (a ValueError) if the link is not proved or has no closed form, ImportError if the
    backend is not installed, ValueError for an unknown backend or name.
    """
    require(backend)
    return ClosedForm(proved_form(link), backend, tuple(given))


class ClosedForm:
    """A closed form that was proved, as a function of arrays; its docstring says of what, and where.

    arguments: what it takes, in order. form: the links that it was proved in.
    """

    def __init__(self, form: Form, backend: str = "numpy", given: tuple[str, ...] = ()) -> None:
        self.form, self.backend = form, backend
        statement = surveying.relevant(form.statement)
        self.given = _given(statement, given)
        self._lowering = Lowering(
            Structure.of(statement, surveying.own_first(statement)[0]), given=self.given
        )
        self._free = free_indices(statement.left)
        try:
            self._expression = self._lowered(statement)
        except Unsupported as error:
            raise NotProved(f"proved, but it can't be compiled: {error}") from error
        self.arguments = arguments(self._lowering, [self._expression])
        if backend != "numpy" and self._lowering.axes:
            raise NotProved(f"backend={backend!r} takes one index, over the batch; numpy takes several")
        self._shared: dict[Any, Any] = {}
        self.__doc__ = documenting.docstring(form, self.arguments, one_index=not self._lowering.axes)

    @property
    def structure(self) -> Structure:
        """The definitions that it was worked out from."""
        return self._lowering.structure

    @property
    def one_index(self) -> bool:
        """Whether the only index runs over the batch, so that features may stand side by side."""
        return not self._lowering.axes

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
            return self._whole(bound, sizes)
        floats = {name: _floats(name, value) for name, value in bound.items()}
        with np.errstate(all="ignore"):  # what is not finite is found below
            if self.backend == "numba":
                return self._compiled(floats, sizes, out)
            rank = max(np.ndim(value) for value in floats.values())
            return self._in_blocks(floats, sizes, Blocks(rank=rank), None, out)

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

    def _lowered(self, statement: Statement) -> Expr:
        structure = self._lowering.structure
        batch = [i.name for i in self._free if i.space == structure.batch]
        if len(batch) > 1:
            raise Unsupported("it is a matrix over the batch")
        for index in self._free:
            if index.space != structure.batch:
                self._lowering.axes.setdefault(index.name, index.space)
        return self._lowering.lower(structure.resolve(statement.right), batch[0] if batch else None)

    def _type(self, floats: Mapping[str, Any]) -> np.dtype[Any]:
        """The most precise type of the arrays, but for numbers of several features."""
        types = [floats[a.name].dtype for a in self.arguments if a.spaces]
        return min(types, key=lambda one: FLOATS.index(one.name))

    def _measured(self, bound: Mapping[str, Any]) -> Sizes:
        return measure(self.arguments, bound, one_index=not self._lowering.axes)

    def _leaves(self, bound: Mapping[str, Any], sizes: Sizes) -> dict[Leaf, Any]:
        values = {a.latex: bound[a.name] for a in self.arguments}
        plain = self.backend in ("torch", "jax")
        for space, size in sizes.spaces.items():
            values.setdefault(space, float(size) if plain else np.asarray(float(size)))
        return {leaf: values[leaf.name] for leaf in self._lowering.leaves.values() if leaf.name in values}

    def _length(self, sizes: Sizes) -> int:
        return sizes.spaces.get(self._lowering.structure.batch, 1)

    def _whole(self, bound: Mapping[str, Any], sizes: Sizes) -> Any:
        """On whole arrays of a library of its own, whose errors and infinities are its own too."""
        length = self._length(sizes)
        stream = Stream(
            self._lowering, Whole(), self._leaves(bound, sizes), length, inf, codes=self._shared, step=length
        )
        if not self._lowering.varies(self._expression):
            return stream.value(self._expression)
        ((_, found),) = stream.mapped(self._expression)
        return found

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
        if not self._lowering.varies(self._expression):
            found = stream.value(self._expression)
            wanted = found if part is None else found[part]
            self._demand_finite([wanted], floats)
            return self._arranged(wanted.astype(self._type(floats), copy=False), sizes, varies=False)
        whole = self._room(sizes, out, self._type(floats))
        direct = buffered and whole.dtype == np.float64
        for block, value in stream.mapped(self._expression, whole if direct else None):
            wanted = value if part is None else value[part]
            if not np.may_share_memory(wanted, whole):
                whole[block] = wanted
        if part is None:
            self._demand_finite([*stream.values.values(), whole[:1]], floats)
        return self._arranged(whole, sizes, varies=True)

    def _room(self, sizes: Sizes, out: Any, dtype: Any) -> Any:
        """Where the result goes: what was handed in, or a new array, if there is memory for it."""
        free = {i.name for i in self._free}
        lengths = (sizes.spaces[s] if a in free else 1 for a, s in self._lowering.axes.items())
        beside = () if sizes.beside is None else (sizes.beside,)
        shape = (self._length(sizes), *lengths, *beside)
        if out is None:
            if said := memory.refusal(int(np.prod(shape)), 1):
                raise MemoryError(said)
            return np.empty(shape, dtype)
        if self._lowering.axes:
            raise TypeError("out is for one index, over the batch")
        if np.shape(out) != shape or out.dtype != dtype:
            raise ValueError(f"out has shape {np.shape(out)} and type {out.dtype}, not {shape} and {dtype}")
        return out

    def _arranged(self, found: Any, sizes: Sizes, *, varies: bool) -> Any:
        """The result's axes in the order of the free indices on the left side."""
        letters = ["", *self._lowering.axes]
        if len(letters) == 1:
            return found
        batch = self._lowering.structure.batch
        wanted = ["" if i.space == batch else i.name for i in self._free]
        shape = [self._length(sizes) if varies else 1]
        shape += [sizes.spaces[s] if a in wanted else 1 for a, s in self._lowering.axes.items()]
        found = np.broadcast_to(found, shape)
        keep = [k for k, letter in enumerate(letters) if letter in wanted]
        found = found.reshape([shape[k] for k in keep])
        kept = [letters[k] for k in keep]
        return found.transpose([kept.index(letter) for letter in wanted])

    def _compiled(self, floats: Mapping[str, Any], sizes: Sizes, out: Any) -> Any:
        """By numba, one feature after the other."""
        dtype = self._type(floats)
        floats = {n: np.asarray(v, np.float64) for n, v in floats.items()}
        if not self._lowering.varies(self._expression):
            room = np.empty(() if sizes.beside is None else sizes.beside, dtype)
        else:
            room = self._room(sizes, out, dtype)
        for k in range(sizes.beside or 1):
            column = {n: v[..., k] if sizes.beside and np.ndim(v) else v for n, v in floats.items()}
            leaves = self._leaves(column, sizes)
            stream = Compiled(
                self._lowering, Blocks(rank=1), leaves, self._length(sizes), inf, kernels=self._shared
            )
            where = (..., k) if sizes.beside else (...,)
            if self._lowering.varies(self._expression):
                list(stream.mapped(self._expression, room[where]))
            else:
                room[where] = stream.value(self._expression)
            self._demand_finite([*stream.values.values(), np.ravel(room[where])[:1]], floats)
        return room

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
