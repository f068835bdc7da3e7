"""The value of a SymPy expression in any arithmetic: polynomials, residues, real numbers.

Part of the explicit route, so it must not import `kernel`, `calculus` or the modular route.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol, TypeVar

import sympy
from sympy import Expr, Symbol

from bnsym.evidence.naming import Named, Power
from bnsym.evidence.surveying import Unsupported

T = TypeVar("T")


class NoValue(Exception):
    """Undefined at this point: a division by zero, or a root that does not exist."""


class Field(Protocol[T]):
    """The arithmetic that an expression is evaluated in."""

    def number(self, value: Fraction) -> T: ...
    def symbol(self, symbol: Symbol) -> T: ...
    def total(self, terms: list[T]) -> T: ...
    def product(self, factors: list[T]) -> T: ...
    def power(self, base: T, exponent: Fraction) -> T: ...


def evaluate(e: Expr, field: Field[T], memo: dict[Expr, T]) -> T:
    """The value of `e`; raises `NoValue` where it has none."""
    found = memo.get(e)
    if found is None:
        if isinstance(e, Named):
            found = evaluate(e.value, field, memo)
        elif e.is_Symbol:
            found = field.symbol(e)
        elif e.is_Add:
            found = field.total([evaluate(a, field, memo) for a in e.args])
        elif e.is_Mul:
            found = field.product([evaluate(a, field, memo) for a in e.args])
        elif e.is_Rational:
            found = field.number(Fraction(e.p, e.q))
        elif (e.is_Pow or isinstance(e, Power)) and e.args[1].is_Rational:
            found = field.power(evaluate(e.args[0], field, memo), Fraction(e.args[1].p, e.args[1].q))
        elif e.has(sympy.zoo, sympy.nan, sympy.oo):
            raise NoValue("a division by zero")
        else:
            raise Unsupported(f"no exact value for {type(e).__name__}")
        memo[e] = found
    return found
