"""From normal forms back to terms, so that what was found can be printed and checked again."""

from __future__ import annotations

from fractions import Fraction

from bnsym.calculus import sum_over
from bnsym.normal import Coefficient, Generator, Letter, Monomial, Poly, freeze, generators, letters
from bnsym.terms import Add, Delta, Index, Mul, Num, Pow, Size, Sym, Term, add, mul, num, power, rename

LETTERS = "jklpqrst"


def term_of(poly: Poly) -> Term:
    """The polynomial as a sum of products, its largest terms first."""
    taken = frozenset(i for gen in generators(poly) for i in letters(gen))
    ordered = sorted(freeze(poly), key=lambda mc: _weight(mc[0]))
    return add(*(product_of(mono, c, taken) for mono, c in ordered))


def _weight(mono: Monomial) -> tuple[int, int, Monomial]:
    """Terms with free indices first, then those with fewer factors; a number last."""
    free = any(letters(g) for g, _ in mono)
    return (0 if free else 1 if mono else 2, sum(abs(e) for _, e in mono), mono)


def product_of(mono: Monomial, coefficient: Coefficient, taken: frozenset[Letter] = frozenset()) -> Term:
    """coefficient * monomial with one denominator: a fraction of scalars, then the rest."""
    ordered = sorted(_merged(mono).items(), key=_place)
    scalars = [_factor(g, e, taken) for g, e in ordered if e > 0 and _place((g, e))[0] < 3]
    arrays = [_factor(g, e, taken) for g, e in ordered if e > 0 and _place((g, e))[0] >= 3]
    below = [_factor(g, -e, taken) for g, e in ordered if e < 0]
    bottom = mul(num(coefficient.denominator), *below)
    inverse = () if bottom == num(1) else (power(bottom, -1),)
    return mul(num(coefficient.numerator), *scalars, *inverse, *arrays)


def _merged(mono: Monomial) -> dict[Generator, Fraction]:
    """The exponents, a root of a single generator counted as a power of it."""
    exponents: dict[Generator, Fraction] = {}
    for gen, e in mono:
        match gen:
            case ("root", q, ((((inner, 1),), 1),)) if inner[0] != "root":
                gen, power_of = inner, Fraction(e, q)
            case _:
                power_of = Fraction(e)
        exponents[gen] = exponents.get(gen, Fraction(0)) + power_of
    return {gen: e for gen, e in exponents.items() if e}


def _place(item: tuple[Generator, Fraction]) -> tuple[int, Generator]:
    kinds = {"size": 0, "root": 2, "delta": 3, "sum": 5}
    gen = item[0]
    return (kinds.get(gen[0], 4 if gen[0] == "sym" and gen[2] else 1), gen)


def _factor(gen: Generator, exponent: Fraction, taken: frozenset[Letter]) -> Term:
    match gen:
        case ("root", q, key):
            return power(term_of(dict(key)), exponent / q)
        case _:
            return power(_atom(gen, taken), exponent)


def _atom(gen: Generator, taken: frozenset[Letter]) -> Term:
    match gen:
        case ("size", space):
            return Size(space)
        case ("sym", name, indices):
            return Sym(name, tuple(Index(*i) for i in indices))
        case ("delta", left, right):
            return Delta(Index(*left), Index(*right))
        case ("sum", bound, mono):
            return _sum(bound, mono, taken)
    raise ValueError(f"no term for {gen!r}")


def _sum(bound: tuple[Letter, ...], mono: Monomial, taken: frozenset[Letter]) -> Term:
    """Σ over bound letters, which get names that no free index and no outer sum has."""
    used = {name for name, _ in taken} | {name for g, _ in mono for name, _ in letters(g)}
    fresh = (name for name in (*LETTERS, *(f"j_{{{n}}}" for n in range(99))) if name not in used)
    names = {letter: Index(next(fresh), letter[1]) for letter in bound}
    inner = taken | {(i.name, i.space) for i in names.values()}
    body = _with_letters(mono, names, inner)
    return sum_over([names[letter] for letter in bound], body)


def _with_letters(mono: Monomial, names: dict[Letter, Index], taken: frozenset[Letter]) -> Term:
    plain = product_of(mono, Fraction(1), taken)
    return rename(plain, {letter[0]: index for letter, index in names.items()})


def plainly(poly: Poly) -> Term:
    """The polynomial as it stands, its letters as they are: its normal form is the polynomial, for a kernel
    that is told nothing but terms."""
    products = [_plain_product(mono, c) for mono, c in freeze(poly)]
    return products[0] if len(products) == 1 else Add(tuple(products))


def _plain_product(mono: Monomial, coefficient: Coefficient = 1) -> Term:
    factors = [_plain_factor(g) if e == 1 else Pow(_plain_factor(g), Fraction(e)) for g, e in mono]
    if coefficient != 1 or not factors:
        factors.insert(0, Num(Fraction(coefficient)))
    return factors[0] if len(factors) == 1 else Mul(tuple(factors))


def _plain_factor(gen: Generator) -> Term:
    match gen:
        case ("root", order, key):
            return plainly(dict(key)) if order == 1 else Pow(plainly(dict(key)), Fraction(1, order))
        case ("sum", bound, mono):
            return sum_over([Index(*letter) for letter in bound], _plain_product(mono))
    return _atom(gen, frozenset())
