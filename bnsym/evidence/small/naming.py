"""SymPy expressions with names for what they share, so that each part is differentiated once; and their
values in any arithmetic: residues, real numbers, floats.

SymPy's own rules differentiate; a name only remembers what they gave.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Protocol, TypeVar
from weakref import WeakValueDictionary

import sympy
import sympy.tensor.tensor  # else SymPy does when it adds for the first time, and somebody waits
from sympy import Expr, Rational, Symbol

from bnsym.evidence.surveying import Unsupported


class Variable(sympy.Symbol):  # type: ignore[misc]
    """A symbol whose derivative by another is looked up, not derived."""

    def diff(self, *symbols: Any, **assumptions: Any) -> Expr:
        if len(symbols) == 1 and isinstance(symbols[0], sympy.Symbol):
            return sympy.S.One if symbols[0] == self else sympy.S.Zero
        return super().diff(*symbols, **assumptions)


class Power(sympy.Function):  # type: ignore[misc]
    """`base ** exponent`, left as it is: `Pow` asks for the sign of its base at every step."""

    nargs = 2
    is_commutative = is_complex = is_finite = True

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        base, exponent = self.args
        return named(exponent * power(base, exponent - 1) * base.diff(symbol))


class Largest(sympy.Function):  # type: ignore[misc]
    """`Largest(body, radius, rows)`: the maximum of `body` over the matrices, given by the rows of
    their entries, of which the spectral norm is at most `radius`. Only real numbers know its value."""

    nargs = 3
    is_commutative = is_complex = is_finite = True

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        raise Unsupported("the derivative of a maximum over matrices")


class Named(sympy.Dummy):  # type: ignore[misc]
    """A name for a sum, product or power, transparent to `diff` and `xreplace`. SymPy's rules of
    differentiation apply to what it names, once for each variable; its costly questions about
    signs and zeros, which nothing here needs, end at the name."""

    value: Expr
    derivatives: dict[Symbol, Expr]
    _free: frozenset[Symbol]
    __hash__ = object.__hash__  # no two are equal, for values have one name each

    @property
    def free_symbols(self) -> set[Symbol]:
        return set(self._free)

    def diff(self, *symbols: Any, **_: Any) -> Expr:
        found: Expr = self
        for symbol, times in (s if isinstance(s, (tuple, sympy.Tuple)) else (s, 1) for s in symbols):
            for _time in range(int(times)):
                found = found._once(symbol) if isinstance(found, Named) else sympy.diff(found, symbol)
        return found

    def _once(self, symbol: Symbol) -> Expr:
        if symbol not in self._free:
            return sympy.S.Zero
        if symbol not in self.derivatives:
            self.derivatives[symbol] = named(self.value._eval_derivative(symbol))
        return self.derivatives[symbol]

    def xreplace(self, rule: Mapping[Expr, Expr]) -> Expr:
        return self._xreplace(rule)[0]

    def _xreplace(self, rule: Mapping[Expr, Expr]) -> tuple[Expr, bool]:
        if self._free.isdisjoint(rule):
            return self, False
        done = rule.done if isinstance(rule, Substitution) else {}
        if self not in done:
            done[self] = named(self.value._xreplace(rule)[0])
        return done[self], True


class Substitution(dict[Expr, Expr]):
    """A rule for `xreplace` under which every name is replaced once, however often it occurs."""

    def __init__(self, values: Mapping[Symbol, Expr]) -> None:
        super().__init__(values)
        self.done: dict[Expr, Expr] = {}


_names: WeakValueDictionary[Expr, Named] = WeakValueDictionary()
"""The name of each value that has one in use: equal values have equal names, so that a sum in which
they cancel is zero at once, and what is known of one is known of the other."""


def named(value: Expr) -> Expr:
    if value.is_Atom:
        return value
    name = _names.get(value)
    if name is None:
        name = _names[value] = Named(complex=True)
        if value.is_Add:  # so that their derivatives are shared too; sorted and merged it is already
            value = sympy.Add._from_args([named(a) for a in value.args], is_commutative=True)
        name.value, name.derivatives, name._free = value, {}, frozenset(value.free_symbols)
    return name


def written_out(e: Expr) -> Expr:
    """`e` without names, for SymPy's other operations."""
    if isinstance(e, Named):
        return written_out(e.value)
    if isinstance(e, Power):
        return sympy.Pow(*map(written_out, e.args))
    return e if e.is_Atom else e.func(*map(written_out, e.args))


def weight(e: Expr, known: dict[Expr, int]) -> int:
    """How many nodes `e` has when written out."""
    if e not in known:
        inner = (e.value,) if isinstance(e, Named) else e.args
        known[e] = 1 + sum(weight(a, known) for a in inner)
    return known[e]


def power(base: Expr, exponent: Rational) -> Expr:
    if base.is_Number or exponent in (0, 1):
        return sympy.Pow(base, exponent)
    return named(Power(base, exponent))


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
