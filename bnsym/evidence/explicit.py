"""Evidence at small batch sizes: explicit components in SymPy, derivatives by `sympy.diff`.

A statement is written out for m = 2, 3, 4: arrays become symbols x_1, x_2, …, sums become
additions, definitions are substituted, and SymPy alone differentiates. Whether a difference
is zero is then decided exactly: by expansion in a ring (`Ring`), or where that would take too
long at random points mod a 61-bit prime; never by `simplify`, never by floats.

Terms name components by letters only, so a statement is unchanged when the values of an index
space are permuted: of the free indices it is enough to try every pattern of coincidence.

Trusted for nothing; a witness against the kernel. It must share no code with the proof, so it
must not import `kernel`, `calculus` or anything that imports them but `model`.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, DecimalException, localcontext
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm
from time import monotonic
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

import sympy
from sympy import Expr, Rational, Symbol

from bnsym.model import Evidence
from bnsym.terms import (
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Max,
    Mul,
    Name,
    Num,
    Pow,
    Relation,
    Size,
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
    walk,
)

PRIME = 2305843009213057079
"""Near 2^61. -1 is not a square mod it and every prime below 60 is one: a number that stands for a
positive quantity is represented by a square, and the square root that is itself a square is as
multiplicative as the positive root, sqrt(ab) = sqrt(a) sqrt(b)."""
RING_WORK = 1_000
"""Products of monomials that one step of an expansion may cost; beyond, points mod PRIME are faster."""
POINTS, REAL_POINTS, ORDER_POINTS, ATTEMPTS = 3, 2, 24, 200
HEAVY = 2_000
"""Nodes of a hypothesis that SymPy may be asked to solve."""
DIGITS, CERTAIN = 60, Decimal("1e-25")

At: TypeAlias = Mapping[str, int]
Held: TypeAlias = frozenset[Name]
T = TypeVar("T")


class Unsupported(Exception):
    """This route cannot say what the term means."""


class NoValue(Exception):
    """Undefined at this point: a division by zero, or a root that does not exist."""


# --- components ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Origin:
    """What a SymPy symbol stands for: a component of a free array or of a definition held fixed
    (kind "array"), of ∂loss/∂output ("adjoint"), of the loss's Hessian ("hessian")."""

    kind: str
    names: tuple[Name, ...]
    at: tuple[int, ...]


class Power(sympy.Function):  # type: ignore[misc]
    """`base ** exponent`, left as it is: `Pow` asks for the sign of its base at every step."""

    nargs = 2
    is_commutative = is_complex = is_finite = True

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        base, exponent = self.args
        return named(exponent * power(base, exponent - 1) * base.diff(symbol))


class Named(sympy.Dummy):  # type: ignore[misc]
    """A name for a sum, product or power, transparent to `diff` and `xreplace`. SymPy's rules of
    differentiation apply to what it names, once for each variable; its costly questions about
    signs and zeros, which nothing here needs, end at the name."""

    value: Expr
    derivatives: dict[Symbol, Expr]
    _free: frozenset[Symbol]

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


def named(value: Expr) -> Expr:
    if value.is_Atom:
        return value
    if value.is_Add:  # so that their derivatives are shared too
        value = sympy.Add(*[named(a) for a in value.args])
    name = Named(complex=True)
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


class Components:
    """The terms of one set of definitions, written out for given sizes."""

    def __init__(
        self,
        definitions: tuple[Definition, ...],
        losses: tuple[Name, ...],
        outputs: tuple[Name, ...],
        sizes: Mapping[SpaceName, int],
        spaces: Mapping[Name, tuple[SpaceName, ...]],
    ) -> None:
        self.definitions = {d.symbol.name: d for d in definitions}
        self.losses, self.outputs, self.sizes, self.spaces = losses, outputs, sizes, spaces
        self.everything: Held = frozenset(self.definitions)
        self.origins: dict[Symbol, Origin] = {}
        self._symbols: dict[Origin, Symbol] = {}
        self._upstream: dict[Name, Held] = {}
        self._bodies: dict[tuple[Name, tuple[int, ...], Held], Expr] = {}
        self._derivatives: dict[tuple[Any, ...], Expr] = {}

    def symbol(self, kind: str, names: tuple[Name, ...], at: tuple[int, ...]) -> Symbol:
        origin = Origin(kind, names, at)
        if origin not in self._symbols:
            mark = {"array": "", "adjoint": "∂", "hessian": "∂∂"}[kind]
            label = mark + "/".join(names) + "".join(f"_{k}" for k in at)
            self._symbols[origin] = symbol = Symbol(label, complex=True)
            self.origins[symbol] = origin
        return self._symbols[origin]

    def build(self, term: Term, at: At, held: Held = frozenset()) -> Expr:
        """`term` in free symbols and the symbols of the definitions that are `held` fixed."""
        match term:
            case Num(value):
                return Rational(value.numerator, value.denominator)
            case Size(space):
                return sympy.Integer(self.sizes[space])
            case Sym(name, indices):
                return self.component(name, tuple(at[i.name] for i in indices), held)
            case Delta(left, right):
                return sympy.S.One if at[left.name] == at[right.name] else sympy.S.Zero
            case Add(terms):
                return named(sympy.Add(*[self.build(t, at, held) for t in terms]))
            case Mul(factors):
                return named(sympy.Mul(*[self.build(f, at, held) for f in factors]))
            case Pow(base, exponent):
                return power(self.build(base, at, held), Rational(exponent.numerator, exponent.denominator))
            case Sum(index, body):
                values = range(1, self.sizes[index.space] + 1)
                return named(sympy.Add(*[self.build(body, {**at, index.name: k}, held) for k in values]))
            case Diff():
                return self.derivative(term, at, held)
            case Max():
                raise Unsupported("a maximum over matrices has no explicit components")

    def component(self, name: Name, at: tuple[int, ...], held: Held) -> Expr:
        if name not in self.definitions or name in held:
            return self.symbol("array", (name,), at)
        return self.body(name, at, held)

    def body(self, name: Name, at: tuple[int, ...], held: Held) -> Expr:
        """The definition of `name`, even if `name` itself is held."""
        held = held & self.upstream(name)
        key = (name, at, held)
        if key not in self._bodies:
            definition = self.definitions[name]
            if len(definition.symbol.indices) != len(at):
                raise Unsupported(f"{name} is used with {len(at)} indices but defined with another number")
            letters = (i.name for i in definition.symbol.indices)
            self._bodies[key] = self.build(definition.body, dict(zip(letters, at, strict=True)), held)
        return self._bodies[key]

    def upstream(self, name: Name) -> Held:
        """The definitions that `name`'s own definition depends on."""
        if name not in self._upstream:
            self._upstream[name] = frozenset()  # a definition in terms of itself ends here
            used = {t.name for t in walk(self.definitions[name].body) if isinstance(t, Sym)}
            if any(isinstance(t, Diff) for t in walk(self.definitions[name].body)):
                used |= {*self.outputs, *self.everything} - {name}
            direct = used & self.everything
            self._upstream[name] = frozenset(direct).union(*(self.upstream(u) for u in direct))
        return self._upstream[name]

    # derivatives

    def derivative(self, term: Diff, at: At, held: Held) -> Expr:
        of, by = term.of, term.by
        where = tuple(at[i.name] for i in by.indices)
        free = tuple((i.name, at[i.name]) for i in free_indices(of))
        key = (of, by.name, where, free, term.total, held)
        if key not in self._derivatives:
            if isinstance(of, Sym) and of.name in self.losses:
                found = self.gradient(of.name, by.name, where, held)
            elif term.total or self._is_gradient(of):
                found = self.total(of, by.name, where, at, held)
            else:
                found = self.local(of, by.name, where, at, held)
            self._derivatives[key] = found
        return self._derivatives[key]

    def _is_gradient(self, term: Term) -> bool:
        while isinstance(term, Diff):
            term = term.of
        return isinstance(term, Sym) and term.name in self.losses

    def gradient(self, loss: Name, by: Name, where: tuple[int, ...], held: Held) -> Expr:
        """∂f/∂v of the linear surrogate f = Σ (∂f/∂y_k) y_k, the ∂f/∂y_k constant."""
        if not self.outputs:
            raise Unsupported("the loss depends on nothing: no outputs are known")
        inner = held | {by}
        parts = []
        for name, at in self._output_components():
            parts.append(named(self.symbol("adjoint", (loss, name), at) * self.component(name, at, inner)))
        found = self._through(named(sympy.Add(*parts)), by, where, held, adjoints=False)
        return self._release(found, by, held)

    def _output_components(self) -> Iterator[tuple[Name, tuple[int, ...]]]:
        for name in self.outputs:
            if name in self.spaces:  # else nothing in the statement depends on it
                for at in itertools.product(*(range(1, self.sizes[s] + 1) for s in self.spaces[name])):
                    yield name, at

    def total(self, of: Term, by: Name, where: tuple[int, ...], at: At, held: Held) -> Expr:
        """d of/d by: `by` is a symbol of its own, all other definitions are written out."""
        expression = self.build(of, at, held | {by})
        return self._release(self._through(expression, by, where, held), by, held)

    def _through(self, e: Expr, by: Name, where: tuple[int, ...], held: Held, adjoints: bool = True) -> Expr:
        """The derivative of `e` by a component of `by`. Definitions that an outer derivative holds,
        and the loss's gradient, vary with `by` too: each contributes by the chain rule."""
        v = self.symbol("array", (by,), where)
        parts = [sympy.diff(e, v)]
        for s in sorted(e.free_symbols, key=lambda s: str(s.name)):
            origin = self.origins[s]
            if origin.names == (by,) or (origin.kind != "array" and not adjoints):
                continue
            rate = self._rate(origin, by, where, held)
            if rate != 0:
                parts.append(named(sympy.diff(e, s) * rate))
        return named(sympy.Add(*parts))

    def _rate(self, origin: Origin, by: Name, where: tuple[int, ...], held: Held) -> Expr:
        if origin.kind == "hessian":
            raise Unsupported("a third derivative of the loss")
        if origin.kind == "adjoint":
            return self._curvature(origin, by, where, held)
        (name,) = origin.names
        if name not in self.definitions or by not in self._reach(name):
            return sympy.S.Zero
        return self._through(self.body(name, origin.at, held | {by}), by, where, held)

    def _reach(self, name: Name) -> frozenset[Name]:
        """Every name that `name` depends on, free ones included."""
        nodes = {name, *self.upstream(name)}
        return frozenset(t.name for n in nodes for t in walk(self.definitions[n].body) if isinstance(t, Sym))

    def _curvature(self, origin: Origin, by: Name, where: tuple[int, ...], held: Held) -> Expr:
        """d(∂f/∂y_k)/dv = Σ H[y_k, y'_l] dy'_l/dv, H free and symmetric."""
        loss, first = origin.names
        parts = []
        for second, at in self._output_components():
            y = self.component(second, at, held | {by})
            (a, i), (b, k) = sorted([(first, origin.at), (second, at)])
            h = self.symbol("hessian", (loss, a, b), i + k)
            parts.append(named(h * self._through(y, by, where, held, adjoints=False)))
        return named(sympy.Add(*parts))

    def local(self, of: Term, by: Name, where: tuple[int, ...], at: At, held: Held) -> Expr:
        """∂of/∂by: only direct occurrences count, every definition is held fixed."""
        if isinstance(of, Sym) and of.name in self.definitions and of.name != by:
            e = self.body(of.name, tuple(at[i.name] for i in of.indices), self.everything)
        else:
            e = self.build(of, at, self.everything)
        if any(self.origins[s].kind != "array" for s in e.free_symbols):
            raise Unsupported("a local derivative of the loss's gradient")
        found = sympy.diff(e, self.symbol("array", (by,), where))
        return self._release(found, None, held)

    def _release(self, e: Expr, by: Name | None, held: Held) -> Expr:
        """Put definitions back in the place of symbols that only an inner derivative held."""
        values = {}
        for s in e.free_symbols:
            origin = self.origins[s]
            name = origin.names[0]
            held_here = origin.kind == "array" and name in self.definitions and name not in held
            if held_here and by in (None, name):
                values[s] = self.component(name, origin.at, held)
        return e.xreplace(Substitution(values)) if values else e


# --- values of expressions -------------------------------------------------------------------


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


Coefficients: TypeAlias = dict[int, int]
"""Coefficients by monomial, a monomial being its exponents, of either sign, as the digits of one
integer in base 2^SHIFT: monomials multiply by adding two integers."""
Poly: TypeAlias = tuple[Coefficients, int]
"""A Laurent polynomial over the rationals: integers and their common denominator."""
SHIFT = 20
TOO_BIG: Poly = {}, 0
"""Stands for what would cost too much to expand."""


class Ring:
    """Laurent polynomials over the rationals; every root or denominator b that is not a monomial
    gets a generator s with s² = b. Zero here is zero for either sign of every root."""

    def __init__(self, work: int) -> None:
        self.work = work
        """Products of monomials that one step may cost."""
        self._places: dict[Any, int] = {}
        self._roots: list[tuple[int, Coefficients]] = []

    def _place(self, key: Any) -> int:
        return self._places.setdefault(key, len(self._places))

    def number(self, value: Fraction) -> Poly:
        return {0: value.numerator} if value else {}, value.denominator

    def symbol(self, symbol: Symbol) -> Poly:
        return {1 << SHIFT * self._place(symbol): 1}, 1

    def total(self, terms: list[Poly]) -> Poly:
        if TOO_BIG in terms:
            return TOO_BIG
        denominator = lcm(*(d for _, d in terms))
        found: Coefficients = {}
        for term, d in terms:
            for monomial, c in term.items():
                found[monomial] = found.get(monomial, 0) + c * (denominator // d)
        return {monomial: c for monomial, c in found.items() if c}, denominator

    def product(self, factors: list[Poly]) -> Poly:
        found: Poly = {0: 1}, 1
        for factor in factors:
            found = self._times(found, factor)
        return found

    def _times(self, a: Poly, b: Poly) -> Poly:
        if TOO_BIG in (a, b) or len(a[0]) * len(b[0]) > self.work:
            return TOO_BIG
        found: Coefficients = {}
        for i, c in a[0].items():
            for k, d in b[0].items():
                found[i + k] = found.get(i + k, 0) + c * d
        return {monomial: c for monomial, c in found.items() if c}, a[1] * b[1]

    def power(self, base: Poly, exponent: Fraction) -> Poly:
        terms, denominator = base
        n = exponent.numerator
        if base == TOO_BIG or exponent.denominator > 2:
            return TOO_BIG
        if not terms:
            return self._zero_to(exponent)
        if exponent.denominator == 1 and n > 0:
            return self.product([base] * n)
        if exponent.denominator == 1 and len(terms) == 1:
            ((monomial, c),) = terms.items()
            inverse = Fraction(denominator, c) ** -n
            return {n * monomial: inverse.numerator}, inverse.denominator
        content, monomial, primitive = self._split(terms)
        s = self._generator(primitive) if primitive != {0: 1} else 0
        factor, number = self._rational_power(Fraction(content, denominator), exponent)
        return {2 * n // exponent.denominator * (s + monomial) + factor: number.numerator}, number.denominator

    @staticmethod
    def _zero_to(exponent: Fraction) -> Poly:
        if exponent < 0:
            raise NoValue("a division by zero")
        return {}, 1

    def _split(self, base: Coefficients) -> tuple[int, int, Coefficients]:
        """base = content · (roots' monomial)² · primitive; a root is not negative, so it may leave one."""
        monomial = 0
        for place, _ in self._roots:
            monomial += min(self._exponent(k, place) for k in base) // 2 << SHIFT * place
        content = gcd(*base.values())
        return content, monomial, {k - 2 * monomial: c // content for k, c in base.items()}

    def _generator(self, square: Coefficients) -> int:
        key = tuple(sorted(square.items()))
        if key not in self._places:
            self._roots.append((self._place(key), square))
        return 1 << SHIFT * self._places[key]

    def _rational_power(self, value: Fraction, exponent: Fraction) -> tuple[int, Fraction]:
        """value ** exponent for a positive value, as a monomial and a number."""
        power = value**exponent.numerator
        if exponent.denominator == 1:
            return 0, power
        monomial, root = 0, Fraction(1, power.denominator)
        for prime, times in sympy.factorint(power.numerator * power.denominator).items():
            root *= prime ** (times // 2)  # one generator for each prime: sqrt(6) is sqrt(2) sqrt(3)
            monomial += times % 2 and self._generator({0: prime})
        return monomial, root

    @staticmethod
    def _exponent(monomial: int, place: int) -> int:
        half = 1 << SHIFT - 1
        bias = ((1 << SHIFT * (place + 1)) - 1) // ((1 << SHIFT) - 1) * half
        return ((monomial + bias) >> SHIFT * place & (1 << SHIFT) - 1) - half

    def is_zero(self, e: Poly) -> bool:
        """Whether `e` vanishes modulo s² = b for all roots, the last that was met first."""
        for place, square in reversed(self._roots):
            if not e[0]:
                break
            e = self._reduce(e[0], place, (square, 1))
        return e != TOO_BIG and not e[0]

    def _reduce(self, e: Coefficients, place: int, square: Poly) -> Poly:
        """`e`, up to a number and a power of s², with s to the power of 0 or 1 only."""
        least = min(self._exponent(k, place) for k in e) // 2
        by_power: dict[int, Coefficients] = {}
        for monomial, c in e.items():
            half = self._exponent(monomial, place) // 2
            by_power.setdefault(half - least, {})[monomial - (2 * half << SHIFT * place)] = c
        found: Poly = {}, 1
        for half in range(max(by_power), -1, -1):
            found = self.total([self._times(found, square), (by_power.get(half, {}), 1)])
        return found


class Residues:
    """Values mod PRIME at one random point that meets the relations."""

    def __init__(self, seed: int, relations: Relations) -> None:
        self.seed, self.relations = seed, relations
        self.memo: dict[Expr, int] = {}

    def number(self, value: Fraction) -> int:
        return value.numerator * pow(value.denominator, -1, PRIME) % PRIME

    def symbol(self, symbol: Symbol) -> int:
        solved = self.relations.solved.get(symbol)
        if solved is not None:
            return evaluate(solved, self, self.memo)
        drawn = random.Random(f"{self.seed} {symbol.name}").randrange(1, PRIME)
        return drawn * drawn % PRIME if symbol in self.relations.positive else drawn

    def total(self, terms: list[int]) -> int:
        return sum(terms) % PRIME

    def product(self, factors: list[int]) -> int:
        found = 1
        for factor in factors:
            found = found * factor % PRIME
        return found

    def power(self, base: int, exponent: Fraction) -> int:
        denominator = exponent.denominator
        while denominator % 2 == 0:
            base, denominator = self.root(base), denominator // 2
        if denominator != 1:
            raise Unsupported("an odd root")
        if base == 0 and exponent < 0:
            raise NoValue("a division by zero")
        return pow(base, exponent.numerator, PRIME)

    @staticmethod
    def root(base: int) -> int:
        """The root that is itself a square."""
        found = pow(base, (PRIME + 1) // 4, PRIME)
        if found * found % PRIME != base:
            raise NoValue("a root of a number that is not a square")
        return found

    def meets(self) -> bool:
        """Whether what must be positive is represented by a square."""
        for e in self.relations.above:
            self.root(evaluate(e, self, self.memo))
        return True


class Reals:
    """Values to DIGITS digits at one rational point that meets the relations."""

    def __init__(self, seed: int, relations: Relations, origins: Mapping[Symbol, Origin]) -> None:
        self.seed, self.relations, self.origins = seed, relations, origins
        self.memo: dict[Expr, Decimal] = {}

    def _random(self, *key: object) -> random.Random:
        """The same for the same key, whatever was drawn before."""
        return random.Random(f"{self.seed} {key}")

    def number(self, value: Fraction) -> Decimal:
        return Decimal(value.numerator) / Decimal(value.denominator)

    def symbol(self, symbol: Symbol) -> Decimal:
        solved = self.relations.solved.get(symbol)
        if solved is not None:
            return evaluate(solved, self, self.memo)
        drawn = self.number(self._draw(self.origins[symbol]))
        return abs(drawn) or Decimal(1) if symbol in self.relations.positive else drawn

    def _draw(self, origin: Origin) -> Fraction:
        """Generic rationals; small integers; mostly zeros; arrays that are multiples of each other."""
        rng, mode = self._random(origin), self.seed % 4
        if mode == 0 or not origin.at:
            return Fraction(rng.randint(-9, 9) or 1, rng.randint(1, 4))
        if mode == 1:
            return Fraction(rng.randint(-2, 2))
        if mode == 2:
            return Fraction(rng.choice((0, 0, 1, -2)))
        keys = (("shape", origin.at), ("factor", origin.names))
        shape, factor = (self._random(key).randint(-3, 3) for key in keys)
        shift = self._random("shift", origin.names).choice((0, 0, 0, 1))
        return Fraction(factor * shape + shift)

    def total(self, terms: list[Decimal]) -> Decimal:
        return sum(terms, Decimal(0))

    def product(self, factors: list[Decimal]) -> Decimal:
        found = Decimal(1)
        for factor in factors:
            found *= factor
        return found

    def power(self, base: Decimal, exponent: Fraction) -> Decimal:
        denominator = exponent.denominator
        if (base < 0 and denominator % 2 == 0) or (base == 0 and exponent < 0):
            raise NoValue("a root of a negative number or a division by zero")
        while denominator % 2 == 0:
            base, denominator = base.sqrt(), denominator // 2
        if denominator != 1:
            raise Unsupported("an odd root")
        return base**exponent.numerator

    def meets(self) -> bool:
        """Whether every inequality in scope holds, with a margin."""
        return all(evaluate(e, self, self.memo) > 0 for e in self.relations.above) and all(
            evaluate(e, self, self.memo) >= 0 for e in self.relations.not_below
        )


# --- hypotheses ------------------------------------------------------------------------------


class Relations:
    """The hypotheses in scope, solved: a dependent symbol for each equality."""

    def __init__(self) -> None:
        self.solved: dict[Symbol, Expr] = {}
        self.positive: set[Symbol] = set()
        self.above: list[Expr] = []
        self.not_below: list[Expr] = []

    @classmethod
    def of(cls, components: Components, hypotheses: tuple[Hypothesis, ...]) -> Relations:
        relations = cls()
        equalities: list[Expr] = []
        for hypothesis in hypotheses:
            left, right = hypothesis.left, hypothesis.right
            if hypothesis.relation in (Relation.LT, Relation.LE):
                left, right = right, left
            difference = Add((left, Mul((Num(Fraction(-1)), right))))
            for at in _assignments(free_indices(difference), components.sizes):
                relations._sort(components.build(difference, at), hypothesis.relation, equalities)
        for degree in (1, 2):
            equalities = [
                e
                for e in equalities
                if not relations._solve(e.xreplace(Substitution(relations.solved)), degree)
            ]
        if equalities:
            raise Unsupported("a hypothesis could not be solved for one of its variables")
        return relations

    def _sort(self, difference: Expr, relation: Relation, equalities: list[Expr]) -> None:
        match relation:
            case Relation.EQ:
                equalities.append(difference)
            case Relation.GT | Relation.LT if difference.is_Symbol and not isinstance(difference, Named):
                self.positive.add(difference)
            case Relation.GT | Relation.LT:
                self.above.append(difference)
            case Relation.GE | Relation.LE:
                self.not_below.append(difference)
            case Relation.NE:
                pass  # random points meet it

    def _solve(self, e: Expr, degree: int) -> bool:
        """Whether `e = 0` follows already or could be solved for a symbol of that degree."""
        if self._implied(e):
            return True
        if weight(e, {}) > HEAVY:
            raise Unsupported("a hypothesis is too big to be solved")
        e = written_out(e)
        for v in sorted(e.free_symbols - self.solved.keys() - self.positive, key=str, reverse=True):
            value = self._zero_in(e, v, degree)
            if value is not None:
                self.solved = {s: old.xreplace({v: value}) for s, old in self.solved.items()} | {v: value}
                return True
        return False

    @staticmethod
    def _zero_in(e: Expr, v: Symbol, degree: int) -> Expr | None:
        """Where e = 0 as a polynomial in v of that degree; None also where that is at v = 0 only,
        for then another factor should vanish."""
        try:
            coefficients = sympy.Poly(e, v).all_coeffs()
        except sympy.PolynomialError:
            return None
        if len(coefficients) != degree + 1 or (degree == 1 and coefficients[-1] == 0):
            return None
        if degree == 1:
            return -coefficients[1] / coefficients[0]
        a, b, c = coefficients
        return (sympy.sqrt(b**2 - 4 * a * c) - b) / (2 * a)

    def _implied(self, e: Expr) -> bool:
        pool = Pool(lambda seed: Residues(seed, self))
        found = [value for (value,) in itertools.islice(pool.values(e), 2)]
        return bool(found) and not any(found)


def _assignments(indices: tuple[Index, ...], sizes: Mapping[SpaceName, int]) -> Iterator[dict[str, int]]:
    for values in itertools.product(*(range(1, sizes[i.space] + 1) for i in indices)):
        yield dict(zip((i.name for i in indices), values, strict=True))


# --- the examination -------------------------------------------------------------------------


class Point(Field[T], Protocol[T]):
    """A field with a value for every symbol."""

    memo: dict[Expr, T]

    def meets(self) -> bool: ...


class Pool(Generic[T]):
    """Random points, shared by all that is evaluated."""

    def __init__(self, draw: Callable[[int], Point[T]], lasting: bool = False) -> None:
        """lasting: a point where something has no value is kept for what has one there. Else it is
        dropped, so that roots which exist by chance only are looked for once."""
        self._draw, self._lasting = draw, lasting
        self._seeds = itertools.count()
        self._points: list[Point[T]] = []

    def values(self, *expressions: Expr) -> Iterator[tuple[T, ...]]:
        k = misses = 0
        while misses < ATTEMPTS:
            if k == len(self._points) and not self._extend():
                misses += 1
                continue
            point = self._points[k]
            try:
                yield tuple(evaluate(e, point, point.memo) for e in expressions)
            except (NoValue, DecimalException):
                misses += 1
                if not self._lasting:
                    del self._points[k]
                    continue
            k += 1

    def _extend(self) -> bool:
        point = self._draw(next(self._seeds))
        try:
            fit = point.meets()
        except (NoValue, DecimalException):
            return False
        if fit:
            self._points.append(point)
        return fit


@dataclass(frozen=True, slots=True)
class Found:
    """Whether a relation holds for one component and how that was decided; or what contradicts
    it; or why it is not known."""

    agrees: bool | None
    how: str


EXPANDED, ORDER = "expanded to zero", "holds at real points"
AT_POINTS = f"zero at {POINTS} points mod {PRIME}"


class Frame:
    """Everything that the links of one note share at one choice of sizes."""

    def __init__(self, components: Components, hypotheses: tuple[Hypothesis, ...]) -> None:
        self.components = components
        self.relations = relations = Relations.of(components, hypotheses)
        self.zero_test = ZeroTest()
        self.residues = Pool(lambda seed: Residues(seed, relations))
        self.reals = Pool(lambda seed: Reals(seed, relations, components.origins), lasting=True)

    def examine(self, left: Expr, relation: Relation, right: Expr) -> Found:
        if relation is Relation.EQ:
            return self._equal(left, right)
        if relation is Relation.NE:
            return self._different(left, right)
        if relation in (Relation.GE, Relation.GT):
            left, right = right, left
        return self._below(left, right)

    def _equal(self, left: Expr, right: Expr) -> Found:
        difference = left - right
        if self.zero_test.expands(difference.xreplace(Substitution(self.relations.solved))):
            return Found(True, EXPANDED)
        values = [v for (v,) in itertools.islice(self.residues.values(difference), POINTS)]
        violation = self._violation(left, right, 40 if any(values) else REAL_POINTS, both=True)
        if violation:
            return Found(False, violation)
        if not values:
            return Found(None, "no point mod p meets the hypotheses and has all roots")
        if any(values):
            # a root mod p has no sign, so only the reals may contradict a proof
            return Found(None, "the sides differ mod p but at no real point that was tried")
        return Found(True, AT_POINTS)

    def _different(self, left: Expr, right: Expr) -> Found:
        values = [v for (v,) in itertools.islice(self.residues.values(left - right), POINTS)]
        if values and all(values):
            return Found(True, f"different at {POINTS} points mod {PRIME}")
        if values and not any(values) and self._violation(left, right, REAL_POINTS, both=True) == "":
            return Found(False, "the sides are equal at every point that was tried")
        return Found(None, "neither equal nor different at all points")

    def _below(self, left: Expr, right: Expr) -> Found:
        violation = self._violation(left, right, ORDER_POINTS, both=False)
        if violation is None:
            return Found(None, "no real point meets the hypotheses")
        return Found(False, violation) if violation else Found(True, ORDER)

    def _violation(self, left: Expr, right: Expr, count: int, both: bool) -> str | None:
        """Where left > right for certain (both: or left < right); "": nowhere; None: no point."""
        found: str | None = None
        for a, b in itertools.islice(self.reals.values(left, right), count):
            found = ""
            gap = abs(a - b) if both else a - b
            if gap > CERTAIN * max(Decimal(1), abs(a), abs(b)):
                return f"left {a:.6g}, right {b:.6g}"
        return found


class ZeroTest:
    """Exact: is an expression zero, by expansion? One ring for many expressions, so that what
    they share is expanded once."""

    def __init__(self, work: int = RING_WORK) -> None:
        self._ring = Ring(work)
        self._memo: dict[Expr, Poly] = {}

    def expands(self, e: Expr) -> bool:
        """False: not zero, undefined, or too big to say."""
        try:
            return self._ring.is_zero(evaluate(e, self._ring, self._memo))
        except NoValue:
            return False


def is_zero(e: Expr, work: int = 200_000) -> bool:
    """Whether an expression of symbols, rationals, sums, products and square roots is zero wherever
    it is defined: by expansion, or beyond `work` products of monomials at a step at points mod PRIME.
    Raises `Unsupported` for other expressions."""
    if ZeroTest(work).expands(e):
        return True
    pool = Pool(lambda seed: Residues(seed, Relations()))
    values = [v for (v,) in itertools.islice(pool.values(e), POINTS)]
    return bool(values) and not any(values)


def examine(
    statement: Statement, sizes: tuple[int, ...] = (2, 3, 4), deadline: float | None = None
) -> Evidence:
    """Whether `statement` holds, written out for the given sizes of the batch (1 is left out: a
    batch of one has no variance). Other index spaces take the same sizes in turn.

    deadline: on the clock of `time.monotonic`; sizes not reached by then are not examined.
    Agrees is None, with a reason, where nothing could be decided; never a guess.
    """
    sizes = tuple(size for size in sizes if size > 1)
    spaces = _spaces(statement)
    decided: dict[int, str] = {}
    reason = "no size was asked for"
    for turn, size in enumerate(sizes):
        given = {space: sizes[(turn + k) % len(sizes)] for k, space in enumerate(spaces)}
        if deadline is not None and monotonic() > deadline:
            reason = "out of time"
            break
        found = _examine_at(statement, given, deadline)
        if found.agrees is False:
            return Evidence(_route(spaces, (size,)), False, found.how)
        if found.agrees:
            decided[size] = found.how
        else:
            reason = f"{_letter(spaces)} = {size}: {found.how}"
    if not decided:
        return Evidence(_route(spaces, sizes), None, reason)
    return Evidence(_route(spaces, tuple(decided)), True, _summary(spaces, decided))


def _examine_at(statement: Statement, sizes: Mapping[SpaceName, int], deadline: float | None) -> Found:
    try:
        with localcontext() as context:
            context.prec = DIGITS
            return _examine_components(statement, sizes, deadline)
    except (Unsupported, NoValue) as error:
        return Found(None, str(error))
    except RecursionError:
        return Found(None, "the expression is too deep")


def _examine_components(
    statement: Statement, sizes: Mapping[SpaceName, int], deadline: float | None
) -> Found:
    frame = _frame(*_shared(statement), tuple(sizes.items()))
    hows: list[str] = []
    for at in _patterns(free_indices(Add((statement.left, statement.right))), sizes):
        if deadline is not None and monotonic() > deadline:
            return Found(None, "out of time")
        left, right = (frame.components.build(side, at) for side in (statement.left, statement.right))
        found = frame.examine(left, statement.relation, right)
        if not found.agrees:
            place = ", ".join(f"{letter} = {k}" for letter, k in at.items())
            return Found(found.agrees, f"{place}: {found.how}" if place else found.how)
        hows.append(found.how)
    return Found(True, max(hows, key=(EXPANDED, AT_POINTS, ORDER, *hows).index))


def _patterns(indices: tuple[Index, ...], sizes: Mapping[SpaceName, int]) -> Iterator[dict[str, int]]:
    """Values for free indices, one choice for every way in which they may coincide."""
    found: list[dict[Index, int]] = [{}]
    for index in indices:
        found = [
            {**at, index: k}
            for at in found
            for k in range(1, min(sizes[index.space], 1 + _used(at, index.space)) + 1)
        ]
    for at in found:
        yield {index.name: k for index, k in at.items()}


def _used(at: Mapping[Index, int], space: SpaceName) -> int:
    return max((k for index, k in at.items() if index.space == space), default=0)


Shared: TypeAlias = tuple[
    tuple[Definition, ...], tuple[Hypothesis, ...], tuple[Name, ...], tuple[Name, ...], frozenset[Sym]
]


def _shared(statement: Statement) -> Shared:
    """What a frame is built from: equal for most links of a note. Of the statement's own symbols
    only those that give an output its shape matter."""
    mentioned = frozenset(
        t
        for side in (statement.left, statement.right)
        for t in walk(side)
        if isinstance(t, Sym) and t.name in statement.outputs
    )
    defined = {d.symbol.name for d in statement.definitions}
    shapes = frozenset(Sym(t.name, _shape(t)) for t in mentioned if t.name not in defined)
    return statement.definitions, statement.hypotheses, statement.losses, statement.outputs, shapes


def _shape(symbol: Sym) -> tuple[Index, ...]:
    return tuple(Index("", i.space) for i in symbol.indices)


@lru_cache(maxsize=48)
def _frame(
    definitions: tuple[Definition, ...],
    hypotheses: tuple[Hypothesis, ...],
    losses: tuple[Name, ...],
    outputs: tuple[Name, ...],
    mentioned: frozenset[Sym],
    sizes: tuple[tuple[SpaceName, int], ...],
) -> Frame:
    shapes = {t.name: t for t in mentioned}
    for definition in definitions:
        shapes.update({t.name: t for t in walk(definition.body) if isinstance(t, Sym)})
    shapes.update({d.symbol.name: d.symbol for d in definitions})
    spaces = {name: tuple(i.space for i in t.indices) for name, t in shapes.items()}
    return Frame(Components(definitions, losses, outputs, dict(sizes), spaces), hypotheses)


def _spaces(statement: Statement) -> tuple[SpaceName, ...]:
    """The index spaces that occur, the batch (m, else N, else n, else the first) in front."""
    terms = [statement.left, statement.right, *(d.body for d in statement.definitions)]
    terms += [d.symbol for d in statement.definitions]
    terms += [side for h in statement.hypotheses for side in (h.left, h.right)]
    found: dict[SpaceName, None] = {}
    for term in terms:
        for inner in walk(term):
            match inner:
                case Size(space) | Sum(Index(_, space), _):
                    found[space] = None
                case Sym(_, indices):
                    found.update(dict.fromkeys(i.space for i in indices))
                case Delta(left, _):
                    found[left.space] = None
    return tuple(sorted(found, key=lambda s: (s != "m", s != "N", s != "n")))


def _letter(spaces: tuple[SpaceName, ...]) -> str:
    return spaces[0] if spaces else "m"


def _route(spaces: tuple[SpaceName, ...], sizes: tuple[int, ...]) -> str:
    return f"explicit {_letter(spaces)} = {', '.join(map(str, sizes))}"


def _summary(spaces: tuple[SpaceName, ...], decided: Mapping[int, str]) -> str:
    """`m = 2, 3: expanded to zero; m = 4: zero at 3 points mod p`."""
    by_way: dict[str, list[str]] = {}
    for size, how in decided.items():
        by_way.setdefault(how, []).append(str(size))
    return "; ".join(f"{_letter(spaces)} = {', '.join(at)}: {how}" for how, at in by_way.items())
