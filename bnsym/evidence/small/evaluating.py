"""The value of a SymPy expression in any arithmetic: residues, real numbers, floats."""

from __future__ import annotations

from fractions import Fraction
from typing import Protocol, TypeVar

import sympy
from sympy import Expr, Symbol

from bnsym.evidence.small.naming import Largest, Named, Power
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
    def largest(self, maximum: Largest) -> T: ...


def evaluate(e: Expr, field: Field[T], memo: dict[Expr, T]) -> T:
    """The value of `e`; raises `NoValue` where it has none."""
    found = memo.get(e)
    if found is None:
        found = memo[e] = _value(e.value if isinstance(e, Named) else e, field, memo)
    return found


def _value(e: Expr, field: Field[T], memo: dict[Expr, T]) -> T:
    if e.is_Add:
        return field.total([evaluate(a, field, memo) for a in e.args])
    if e.is_Mul:
        return field.product([evaluate(a, field, memo) for a in e.args])
    if e.is_Symbol:
        return field.symbol(e)
    if e.is_Rational:
        return field.number(Fraction(e.p, e.q))
    if (e.is_Pow or isinstance(e, Power)) and e.args[1].is_Rational:
        return field.power(evaluate(e.args[0], field, memo), Fraction(e.args[1].p, e.args[1].q))
    if isinstance(e, Largest):
        return field.largest(e)
    if e.has(sympy.zoo, sympy.nan, sympy.oo):
        raise NoValue("a division by zero")
    raise Unsupported(f"no exact value for {type(e).__name__}")
