"""`bnsym.compile`: a closed form that was proved, as a function on arrays."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from bnsym.compiling import argument_names, memory, running
from bnsym.compiling.arguments import BESIDE, Argument, Sizes, arguments, bind, measure
from bnsym.compiling.dense import Dense
from bnsym.compiling.formula import formula
from bnsym.compiling.programs import Program, program, side_by_side
from bnsym.compiling.proved import Form, NotProved, proved_form
from bnsym.compiling.running import require
from bnsym.evidence import surveying
from bnsym.evidence.large.balls import Cancellation, Overflow
from bnsym.evidence.surveying import Unsupported
from bnsym.model import rule_of
from bnsym.printing import to_latex
from bnsym.reporting.unicode import unicode_math
from bnsym.reporting.wording import plain_scope, relation_latex
from bnsym.terms import Hypothesis, Name, Statement, free_indices


def compile(  # noqa: A001 - `bnsym.compile` says what it does
    link: str | os.PathLike[str], backend: str = "numpy", given: Sequence[str] = ()
) -> ClosedForm:
    """The closed form that a link proves, as a function on arrays.

    link: FILE#ID, of a block or of one link: the right side of its last equation, provided that every
    link of that chain is proved. backend: `numpy` (of any float type, worked out in float64, in blocks that
    fit a cache), `numba` or `c` (the same, as compiled loops on every core), `torch` or `jax` (whole arrays,
    of any float type). given: defined names whose values are handed in instead of being worked out again,
    such as `xhat` or `\\hat{x}`; nothing checks that they are what the note defines. Values of functions are
    arguments by themselves: `exp_z` for e^{z_i}, `phi_prime_y` for φ'(y_i).

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
        self._free = free_indices(self._statement.left)
        try:
            self.formula = formula(self._statement, self._free, self.given)
            self.arguments = arguments(self.formula)
        except Unsupported as error:
            raise NotProved(f"proved, but it can't be compiled: {error}") from error
        self._made: dict[bool, Callable[..., Any]] = {}
        self.__doc__ = docstring(form, self.arguments, one_index=self.one_index)

    @property
    def one_index(self) -> bool:
        """Whether the only index runs over the batch, so that features may stand side by side."""
        return len({s for shape in self.formula.shapes.values() for s in shape}) == 1

    def program(self, name: str, about: str = "", *, beside: bool = False, fused: bool = False) -> Program:
        """As steps with names. beside: for features side by side; fused: as `programs.program`. Raises
        NotProved where there is no way."""
        try:
            found = formula(self._statement, self._free, self.given, whole=True)
            found = side_by_side(found) if beside else found
            axes = (BESIDE,) if beside else ()
            takes = [replace(a, spaces=(*a.spaces, *axes)) for a in self.arguments]
            return program(name, about, found, takes, fused=fused)
        except Unsupported as error:
            raise NotProved(f"proved, but it can't be compiled: {error}") from error

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
            return self._run(floats, sizes, out)

    def prepare(self) -> None:
        """Raises NotProved where the backend has no way to work it out."""
        if self.backend == "numpy":
            self._runner(beside=False)
        self.program("closed_form")

    def _runner(self, *, beside: bool) -> Callable[..., Any]:
        """The program for the backend, ready to run; made once."""
        if beside not in self._made:
            program = self.program("closed_form", beside=beside, fused=True)
            try:
                batch = surveying.own_first(self._statement)[0]
                self._made[beside] = running.runner(program, self.backend, batch)
            except Unsupported as error:
                raise NotProved(f"proved, but it can't be compiled: {error}") from error
        return self._made[beside]

    def error(self, *arrays: Any, **named: Any) -> Any:
        """A bound on the rounding error of float64 in each component of the value.

        Raises FloatingPointError where a value overflows, or a divisor is lost to cancellation.
        """
        bound = bind(self.arguments, arrays, named)
        sizes = self._measured(bound)
        shape = () if sizes.beside is None else (sizes.beside,)
        found = side_by_side(self.formula) if shape else self.formula
        values = {a.latex: _floats(a.name, bound[a.name]) for a in self.arguments}
        values = {n: v if v.ndim else np.broadcast_to(v, shape) for n, v in values.items()}
        try:
            with np.errstate(all="ignore"):
                made = Dense(found, values, {**sizes.spaces, BESIDE: sum(shape)}, bounded=True).value()
            if not all(np.all(np.isfinite(part)) for part in made):
                raise Overflow
        except Overflow as error:
            raise FloatingPointError("a sum is too large for a float64") from error
        except Cancellation as error:
            raise FloatingPointError(str(error)) from error
        return made.radius if made.radius.ndim else made.radius[()]

    def _type(self, floats: Mapping[str, Any]) -> np.dtype[Any]:
        """The most precise type of the arrays, but for numbers of several features."""
        types = [floats[a.name].dtype for a in self.arguments if a.spaces]
        return min(types, key=lambda one: FLOATS.index(one.name))

    def _measured(self, bound: Mapping[str, Any]) -> Sizes:
        return measure(self.arguments, bound, one_index=self.one_index)

    def _room(self, shape: tuple[int, ...], out: Any, dtype: Any) -> Any:
        """Where the result goes: what was handed in, or a new array, if there is memory for it."""
        if out is None:
            if said := memory.refusal(int(np.prod(shape))):
                raise MemoryError(said)
            return np.empty(shape, dtype)
        if np.shape(out) != shape or out.dtype != dtype:
            raise ValueError(f"out has shape {np.shape(out)} and type {out.dtype}, not {shape} and {dtype}")
        return out

    def _run(self, floats: Mapping[str, Any], sizes: Sizes, out: Any) -> Any:
        """By compiled loops, or by NumPy in blocks, in float64."""
        dtype, beside = self._type(floats), () if sizes.beside is None else (sizes.beside,)
        free = [sizes.spaces[i.space] for i in self._free]
        whole = self._room((*free, *beside), out, dtype)
        takes = [
            f if f.ndim else np.broadcast_to(f, beside) for f in (floats[a.name] for a in self.arguments)
        ]
        direct = self.backend == "numpy" or (whole.dtype == np.float64 and whole.flags.c_contiguous)
        made = whole if direct else np.empty(whole.shape)
        if self.backend != "numpy":
            takes = [np.array(a, np.float64, order="C", copy=None) for a in takes]
        self._runner(beside=bool(beside))(*(a if a.ndim else float(a) for a in takes), made)
        edges = [made[(slice(None),) * k + (slice(1),)] for k in range(made.ndim)]
        self._demand_finite(edges or [made], floats)
        if not direct:
            whole[...] = made
        return whole if whole.shape or out is not None else whole[()]

    def _demand_finite(self, values: Iterable[Any], floats: Mapping[str, Any]) -> None:
        """values: those that show what went wrong in a sum. FloatingPointError if one went wrong."""
        if all(np.all(np.isfinite(value)) for value in values):
            return
        for name, value in floats.items():
            if not np.all(np.isfinite(value)):
                raise FloatingPointError(f"{name} holds a value that is not finite")
        where = conditions(self.form)
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


def docstring(form: Form, takes: Sequence[Argument], *, one_index: bool) -> str:
    left, right = (unicode_math(to_latex(t)) for t in (form.statement.left, form.statement.right))
    lines = [f"{right}", "", f"Proved equal to {left}:"]
    lines += [f"    {line}" for line in _proofs(form)]
    hypotheses = _listed(h for p in form.proofs for h in p.hypotheses)
    lines += [f"Given: {hypotheses or 'no hypotheses'}. If: {conditions(form) or 'no side conditions'}.", ""]
    for argument in takes:
        meant = unicode_math(argument.latex.removesuffix(" at the outputs"))
        lines.append(f"{argument.name}: {meant}, {argument.shape}")
    if one_index:
        size = next(a.spaces[0] for a in takes if a.spaces)
        lines += [
            "",
            f"Arrays may all have shape ({size}, d): d batches side by side, each with its own sums;",
        ]
        lines += ["numbers may then have shape (d,)."]
    return "\n".join(lines)


def _proofs(form: Form) -> Iterator[str]:
    for result, proof in zip(form.results, form.proofs, strict=True):
        span = result.link.span
        scope = plain_scope(proof.scope) or "any size"
        yield f"{span.file}:{int(span.line)} ({result.link.id}), for {scope}, by {rule_of(proof.certificate)}"


def conditions(form: Form) -> str:
    """The side conditions of all its links."""
    return _listed(c for p in form.proofs for c in p.side_conditions)


def _listed(stated: Iterable[Hypothesis]) -> str:
    return ", ".join(unicode_math(relation_latex(one)) for one in dict.fromkeys(stated))
