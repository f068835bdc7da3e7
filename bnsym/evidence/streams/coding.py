"""Expressions over a batch as functions on arrays, made by `sympy.lambdify`.

Scalars are gathered into symbols of their own, common subexpressions are shared, and every operation is
a call (`add`, `mul`, `power`, …) of whatever arithmetic the function is made for: floats, floats with
error bounds, residues.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy
from sympy import Expr, Symbol
from sympy.printing.pycode import PythonCodePrinter

from bnsym.evidence.streams.passes import Reduce


class Total(sympy.Function):  # type: ignore[misc]
    """The sum of a block over the batch."""

    nargs = 1


class Sofar(sympy.Function):  # type: ignore[misc]
    """What has been summed, and one more."""

    nargs = 2


@dataclass(eq=False)
class Hoisting:
    """Expressions over the batch whose scalar parts became symbols."""

    varies: Callable[[Expr], bool]
    scalars: dict[Expr, Symbol] = field(default_factory=dict)

    def hoist(self, e: Expr) -> Expr:
        """`e` with each largest part that is a scalar as a symbol; scalar factors of a sum go into it."""
        if not self.varies(e):
            return self._scalar(e)
        if e.is_Symbol:
            return e
        if e.is_Add:
            return self._sum(e)
        if e.is_Mul:
            return self._product(e)
        if e.is_Pow:
            return sympy.Pow(self.hoist(e.base), e.exp)
        body, axis = e.args
        return Reduce(self.hoist(body), axis)

    def _scalar(self, e: Expr) -> Expr:
        if e == -1:
            return e
        return self.scalars.setdefault(e, Symbol(f"s{len(self.scalars)}"))

    def _sum(self, e: Expr) -> Expr:
        fixed = [a for a in e.args if not self.varies(a)]
        parts = [self.hoist(a) for a in e.args if self.varies(a)]
        return sympy.Add(*parts, *([self._scalar(sympy.Add(*fixed))] if fixed else []))

    def _absorbs(self, e: Expr) -> bool:
        """Whether every term has a scalar already, so that another costs nothing. A plain difference,
        such as x − μ, stays one: multiplied out it would lose digits."""
        terms = [a for a in e.args if self.varies(a)]
        return all(a.is_Mul and any(not self.varies(f) and f != -1 for f in a.args) for a in terms)

    def _product(self, e: Expr) -> Expr:
        fixed = sympy.Mul(*(a for a in e.args if not self.varies(a)))
        parts = [a for a in e.args if self.varies(a)]
        if fixed != 1 and len(parts) == 1 and parts[0].is_Add and self._absorbs(parts[0]):
            return self._sum(sympy.Add(*(sympy.Mul(fixed, a) for a in parts[0].args)))
        found = [self.hoist(a) for a in parts]
        return sympy.Mul(*found, *([self._scalar(fixed)] if fixed != 1 else []))


class Calls(PythonCodePrinter):  # type: ignore[misc]
    """Prints every operation as a call. Where code is for one example, an array is read at its place."""

    def __init__(self, indexed: Collection[Symbol]) -> None:
        super().__init__({"fully_qualified_modules": False})
        self.indexed = indexed

    def _print_Symbol(self, e: Symbol) -> str:
        return f"{e.name}[i]" if e in self.indexed else str(e.name)

    def _call(self, name: str, *arguments: Expr, extra: str = "") -> str:
        return f"{name}({', '.join(map(self._print, arguments))}{extra})"

    def _fold(self, steps: Sequence[tuple[str, Expr]]) -> str:
        (first, start), *rest = steps
        text = f"neg({self._print(start)})" if first == "sub" else str(self._print(start))
        for name, e in rest:
            text = f"{name}({text}, {self._print(e)})"
        return text

    def _print_Add(self, e: Expr) -> str:
        terms = sorted(e.args, key=lambda a: (_negative(a), -a.count_ops(), str(a)))
        return self._fold([("sub", -a) if _negative(a) else ("add", a) for a in terms])

    def _print_Mul(self, e: Expr) -> str:
        factors = sorted((a for a in e.args if a != -1), key=lambda a: (-a.count_ops(), str(a)))
        text = self._fold([("mul", a) for a in factors])
        return f"neg({text})" if -1 in e.args else text

    def _print_Pow(self, e: Expr, **_: Any) -> str:
        if e.exp == 2:
            return self._call("square", e.base)
        return self._call("power", e.base, extra=f", {e.exp.p}, {e.exp.q}")

    def _print_Reduce(self, e: Expr) -> str:
        return self._call("reduce", e.args[0], extra=f", {e.args[1]}")

    def _print_Total(self, e: Expr) -> str:
        (body,) = e.args
        if body.is_Pow and body.exp == 2 and body.base.is_Symbol:
            return self._call("dot", body.base, body.base)
        if body.is_Mul and -1 not in body.args:
            *most, last = sorted(body.args, key=lambda a: (-a.count_ops(), str(a)))
            return self._call("dot", sympy.Mul(*most), last)
        return self._call("total", body)

    def _print_Sofar(self, e: Expr) -> str:
        return f"{e.args[0].name} + {self._print(e.args[1])}"

    def _print_Integer(self, e: Expr) -> str:
        return f"{e.p}"


def _negative(e: Expr) -> bool:
    return bool(e == -1 or (e.is_Mul and -1 in e.args))


@dataclass(frozen=True, slots=True)
class Code:
    """What works out some expressions for one block, or for one example."""

    run: Callable[..., Any]
    arrays: tuple[Symbol, ...]
    scalars: Mapping[Expr, Symbol]
    """What each scalar argument, which come after the arrays, stands for."""


def code(
    expressions: Sequence[Expr],
    varies: Callable[[Expr], bool],
    names: Mapping[str, Any],
    *,
    totals: bool = True,
    example: bool = False,
) -> Code:
    """A function of arrays and scalars that gives the values of all expressions, or their totals over the
    block; for one example, it takes first the number of the example and what has been summed so far."""
    hoisting = Hoisting(varies)
    bodies = [hoisting.hoist(e) for e in expressions]
    inside = {s for e in bodies for s in e.free_symbols}
    arrays = tuple(sorted(inside - set(hoisting.scalars.values()), key=str))
    arguments = [*arrays, *hoisting.scalars.values()]
    if totals:
        bodies = [Total(e) for e in bodies]
    if example:
        sums = sympy.symbols(f"a:{len(bodies)}")
        bodies = [Sofar(a, e) for a, e in zip(sums, bodies, strict=True)]
        arguments = [Symbol("i"), *sums, *arguments]
    printer = Calls(arrays if example else ())
    values = tuple(bodies) if totals else bodies[0]
    run = sympy.lambdify(arguments, values, modules=[dict(names)], printer=printer, cse=True)
    return Code(run, arrays, hoisting.scalars)
