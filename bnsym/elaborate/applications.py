r"""Functions of numbers at their arguments: `\exp(z_i)` is a component of an array that knows its argument.

`exp`, `log` and `step` follow their laws by the form of the argument: exp(a + 2b) = exp(a) exp(b)^2, log of a
product is the sum of logs, log(exp(a)) = a. Of any other function nothing is known but that it has a value.
Two applications are one array only if their arguments are equal term by term: no definition is written out,
so that a derivative by what is defined stays what it is.

And what a function that a let names is at another argument: `\operatorname{BN}(kx)`, where
`\operatorname{BN}(x)` is y: the definitions that lead from the argument's name to y are written out with the
argument in its place. Imports terms and values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from hashlib import sha256
from itertools import count, product
from math import prod

from bnsym.elaborate.tensors import LARGEST_TERM, Value, check_copies, size_of, too_large
from bnsym.latex.ast import Place
from bnsym.latex.errors import ReadError
from bnsym.printing import to_latex
from bnsym.terms import (
    ONE,
    ZERO,
    Add,
    Delta,
    Diff,
    Index,
    Mul,
    Name,
    Num,
    Pow,
    Size,
    SpaceName,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mapped,
    mul,
    num,
    power,
    rename,
    walk,
)

LETTERS = "ijklpqrst"
LARGEST_ARGUMENT = 64
"""The terms that an argument may have, written out."""
LARGEST_POWER = 4
Monomials = dict[Term, Fraction]
"""The coefficients of products."""


class Application(str):
    """The name of the values of a function, which says of what: `argument`, whose free indices are those of
    the array, in the order in which they occur in it."""

    function: str
    argument: Term

    def __new__(cls, function: str, argument: Term) -> Application:
        written = repr(argument).encode()  # a digest: written whole, a name in a name would double it
        made = super().__new__(cls, f"{function}({sha256(written).hexdigest()})")
        made.function, made.argument = function, argument
        return made

    def __getnewargs__(self) -> tuple[str, Term]:  # type: ignore[override]
        return self.function, self.argument

    def at(self, indices: tuple[Index, ...]) -> Term:
        """The argument for these indices."""
        own = free_indices(self.argument)
        return rename(self.argument, {i.name: k for i, k in zip(own, indices, strict=True)})


def spelled(term: Term) -> Term:
    """The term as a message shows it: with what functions are of in place of digests."""
    one = application_of(term)
    if one is None or not isinstance(term, Sym):
        return mapped(term, spelled)
    return Sym(f"{one.function}({to_latex(spelled(one.at(term.indices)))})")


def application_of(term: Term) -> Application | None:
    return term.name if isinstance(term, Sym) and isinstance(term.name, Application) else None


def apply(function: str, argument: Term) -> Sym:
    """The function's value at a number."""
    free = free_indices(argument)
    letters = (letter + "'" * primes for primes in count() for letter in LETTERS)
    names = {i.name: Index(letter, i.space) for i, letter in zip(free, letters, strict=False)}
    return Sym(Application(function, rename(argument, names)), free)


def derivative_of(application: Application, indices: tuple[Index, ...]) -> Term:
    """The function's derivative at the argument for these indices."""
    argument = application.at(indices)
    match application.function:
        case "exp":
            return Sym(application, indices)
        case "log":
            return power(argument, -1)
        case "step":
            return ZERO
    return apply(f"{application.function}'", argument)


def settled(term: Term) -> Term:
    """The term with each application written by the laws of its function, equal ones alike."""
    known = application_of(term)
    if known is None or not isinstance(term, Sym):
        return mapped(term, settled)
    argument = settled(known.at(term.indices))
    match known.function:
        case "exp":
            return mul(*(_exponential(m, c) for m, c in _collected(argument).items()))
        case "log":
            return _logarithm(argument)
    return apply(known.function, _in_order(argument))


def _exponential(monomial: Term, coefficient: Fraction) -> Term:
    """exp(p/q M) = exp(M/q)^p; of a whole number of logarithms, a power."""
    inner, (p, q) = application_of(monomial), coefficient.as_integer_ratio()
    if inner is not None and inner.function == "log" and isinstance(monomial, Sym) and q == 1:
        return power(inner.at(monomial.indices), p)
    return power(apply("exp", mul(num(Fraction(1, q)), monomial)), p)


def _logarithm(argument: Term) -> Term:
    """log|a b^n| = log|a| + n log|b|; a factor that is negative stays with the others."""
    factors = argument.factors if isinstance(argument, Mul) else (argument,)
    if any(isinstance(factor, Num) and factor.value <= 0 for factor in factors):
        return apply("log", _in_order(argument))
    parts: list[Term] = []
    for factor in factors:
        inner = application_of(factor)
        match factor:
            case Num(value) if value == 1:
                continue
            case Pow(base, exponent):
                parts.append(mul(num(exponent), _logarithm(base)))
            case Sym(_, indices) if inner is not None and inner.function == "exp":
                parts.append(inner.at(indices))
            case _:
                parts.append(_logarithm_of_sum(_collected(factor)))
    return add(*parts)


def _logarithm_of_sum(monomials: Monomials) -> Term:
    """log(b e^a + c e^2a) = a + log(b + c e^a)."""
    exponents = [_exponents(monomial) for monomial in monomials]
    least = {value: min(e.get(value, Fraction(0)) for e in exponents) for e in exponents for value in e}
    common = [(value, e) for value, e in least.items() if e]
    rest = mul(*(power(value, -e) for value, e in common))
    outside = [
        mul(num(e), value.name.at(value.indices))
        for value, e in common
        if isinstance(value.name, Application)
    ]
    inside = add(*(mul(num(c), rest, monomial) for monomial, c in monomials.items()))
    return add(*outside, apply("log", _in_order(inside)))


def _exponents(monomial: Term) -> dict[Sym, Fraction]:
    """The powers of exponentials in a product."""
    found: dict[Sym, Fraction] = {}
    for factor in monomial.factors if isinstance(monomial, Mul) else (monomial,):
        base, e = (factor.base, factor.exponent) if isinstance(factor, Pow) else (factor, Fraction(1))
        known = application_of(base)
        if isinstance(base, Sym) and known is not None and known.function == "exp":
            found[base] = e
    return found


def _in_order(term: Term) -> Term:
    """The term, written out, in an order of its own."""
    parts = sorted(_collected(term).items(), key=repr)
    return add(*(mul(num(c), m) for m, c in parts))


def _collected(term: Term) -> Monomials:
    """The products of which the term is the sum, written out as far as that is short."""
    found: Monomials = {}
    for coefficient, factors in _written_out(term):
        monomial = _monomial(factors)
        found[monomial] = found.get(monomial, Fraction(0)) + coefficient
    return {m: c for m, c in found.items() if c}


def _written_out(term: Term) -> Iterator[tuple[Fraction, tuple[Term, ...]]]:
    match term:
        case Num(value):
            yield value, ()
        case Add(terms):
            for inner in terms:
                yield from _written_out(inner)
        case Mul(factors):
            parts = [list(_written_out(f)) for f in factors]
            if prod(map(len, parts)) > LARGEST_ARGUMENT:
                yield Fraction(1), factors
                return
            for chosen in product(*parts):
                coefficient = prod((c for c, _ in chosen), start=Fraction(1))
                yield coefficient, tuple(f for _, inner in chosen for f in inner)
        case Pow(Add() as base, exponent) if exponent.denominator == 1 and 1 < exponent <= LARGEST_POWER:
            yield from _written_out(Mul((base,) * int(exponent)))
        case Sum(index, body):
            for coefficient, factors in _written_out(body):
                inside = tuple(f for f in factors if index in free_indices(f))
                outside = tuple(f for f in factors if f not in inside)
                yield coefficient, (*outside, _contraction(index, inside))
        case _:
            yield Fraction(1), (term,)


def _contraction(index: Index, factors: tuple[Term, ...]) -> Term:
    """The sum of a product, its letter the first that is free."""
    if not factors:
        return Size(index.space)
    body = _monomial(factors)
    taken = {i.name for i in free_indices(body)} - {index.name}
    letter = next(x for n in count() if (x := LETTERS[-1] + "'" * n) not in taken)
    own = Index(letter, index.space)
    return Sum(own, _monomial(tuple(rename(f, {index.name: own}) for f in factors)))


def _monomial(factors: tuple[Term, ...]) -> Term:
    """The product in an order of its own, with one power of each factor."""
    exponents: dict[Term, Fraction] = {}
    for factor in factors:
        base, e = (factor.base, factor.exponent) if isinstance(factor, Pow) else (factor, Fraction(1))
        exponents[base] = exponents.get(base, Fraction(0)) + e
    powers = (power(base, e) for base, e in sorted(exponents.items(), key=repr) if e)
    return mul(*powers) if exponents else ONE


# At another argument

Bodies = Mapping[Name, tuple[Sym, Term]]
"""What each name is defined as: its symbol with parameters, and the body."""


def applied(
    value: Value, leaf: Name, argument: Value, bodies: Bodies, axis: Callable[[SpaceName], Index], at: Place
) -> Value:
    """`value` with `argument` for the components of the free array `leaf`, directly and through
    definitions. `axis` makes an index of a space that occurs nowhere else. Raises ReadError where
    that has no one meaning."""
    axes = {axis.name for axis in argument.axes}
    letters = [i for i in free_indices(argument.term) if i.name not in axes]
    # free letters step aside, so that no sum in a definition binds them
    aside = {i.name: Index(f"@{n}:{i.name}", i.space) for n, i in enumerate(letters)}
    given = Value(rename(argument.term, aside), argument.axes)
    putting = _Putting(leaf, given, bodies, axis, at)
    if not putting.concerns(value.term):
        raise ReadError("BN128", f"what the function stands for does not depend on `{leaf}`", at)
    term = putting.put(value.term)
    return Value(rename(term, {aside[i.name].name: i for i in letters}), value.axes, value.row)


@dataclass
class _Putting:
    """An argument put for the components of a free array."""

    leaf: Name
    argument: Value
    bodies: Bodies
    axis: Callable[[SpaceName], Index]
    at: Place
    spent: int = 0
    """The parts of what was written out so far."""
    known: dict[Name, bool] = field(default_factory=dict)
    """Which names depend on the array."""

    def concerns(self, term: Term) -> bool:
        return any(self._depends(t.name) for t in walk(term) if isinstance(t, Sym))

    def _depends(self, name: Name) -> bool:
        if name not in self.known:
            self.known[name] = name == self.leaf  # what is defined by itself depends on nothing more
            body = name.argument if isinstance(name, Application) else self.bodies.get(name, (None, ZERO))[1]
            self.known[name] = self.known[name] or self.concerns(body)
        return self.known[name]

    def put(self, term: Term) -> Term:
        if not self.concerns(term):
            return term
        match term:
            case Sym(name, indices) if name == self.leaf:
                if len(indices) != len(self.argument.axes):
                    raise ReadError("BN128", f"`{name}` has fewer or more indices than its argument", self.at)
                own = apart(self._written(self.argument.term), self.axis)
                return rename(own, {a.name: i for a, i in zip(self.argument.axes, indices, strict=True)})
            case Sym(Application() as name, indices):
                return apply(name.function, self.put(apart(self._written(name.at(indices)), self.axis)))
            case Sym(name, indices):
                symbol, body = self.bodies[name]
                names = {p.name: i for p, i in zip(symbol.indices, indices, strict=True)}
                return rename(self.put(apart(self._written(body), self.axis)), names)
            case Diff():
                message = "a function with a derivative inside has no meaning at another argument"
                raise ReadError("BN128", message, self.at, "differentiate the function instead")
            case _:
                return mapped(term, self.put)

    def _written(self, term: Term) -> Term:
        """The term, which is about to be written out once more."""
        self.spent += size_of(term)
        if self.spent > LARGEST_TERM:
            raise too_large(self.at)
        return term


def differentiated(
    value: Value, leaf: Name, bodies: Bodies, axis: Callable[[SpaceName], Index], at: Place
) -> Value:
    """The derivative of `value` by the number `leaf`, definitions written out. Raises ReadError where
    there is no rule for it."""
    written = _Putting(leaf, Value(Sym(leaf)), bodies, axis, at).put(value.term)
    term = _derivative(written, leaf, at)
    check_copies(term, 1, at)
    return replace(value, term=term)


def _derivative(term: Term, leaf: Name, at: Place) -> Term:
    match term:
        case Sym(Application() as name, indices):
            inner = _derivative(name.at(indices), leaf, at)
            return ZERO if inner == ZERO else mul(derivative_of(name, indices), inner)
        case Sym(name):
            return ONE if name == leaf else ZERO
        case Num() | Size() | Delta():
            return ZERO
        case Add(terms):
            return add(*(_derivative(inner, leaf, at) for inner in terms))
        case Mul(factors):
            parts = ((k, _derivative(inner, leaf, at)) for k, inner in enumerate(factors))
            return add(*(mul(*factors[:k], part, *factors[k + 1 :]) for k, part in parts if part != ZERO))
        case Pow(base, exponent):
            inner = _derivative(base, leaf, at)
            return ZERO if inner == ZERO else mul(num(exponent), power(base, exponent - 1), inner)
        case Sum(index, body):
            inner = _derivative(body, leaf, at)
            return ZERO if inner == ZERO else Sum(index, inner)
    raise ReadError("BN128", "this function has no derivative that can be read here", at)


def apart(term: Term, axis: Callable[[SpaceName], Index]) -> Term:
    """The term with indices of its own in its sums, for it is about to stand inside others."""
    if isinstance(term, Sum):
        own = axis(term.index.space)
        return Sum(own, apart(rename(term.body, {term.index.name: own}), axis))
    return mapped(term, lambda inner: apart(inner, axis))
