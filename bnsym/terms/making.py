"""Constructors of terms that simplify on the way, for those who write terms: readers, searches, tests.

What they make is written, not proved: the kernel, `calculus` and `normal` take terms as they stand.
"""

from __future__ import annotations

from fractions import Fraction

from bnsym.terms.tree import HALF, ZERO, Add, Hypothesis, Mul, Num, Pow, Relation, Statement, Term

ONE = Num(Fraction(1))


def num(value: int | Fraction) -> Num:
    return Num(Fraction(value))


def add(*terms: Term) -> Term:
    """The sum, flattened, without zeros; the order of terms is kept."""
    flat: list[Term] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, Add) else (term,))
    flat = [term for term in flat if not (isinstance(term, Num) and term.value == 0)]
    return flat[0] if len(flat) == 1 else Add(tuple(flat)) if flat else ZERO


def mul(*factors: Term) -> Term:
    """The product, flattened, its numbers gathered in front; zero does not absorb."""
    coefficient = ONE.value
    flat: list[Term] = []
    for factor in factors:
        for part in factor.factors if isinstance(factor, Mul) else (factor,):
            if isinstance(part, Num):
                coefficient = part.value if coefficient is ONE.value else coefficient * part.value
            else:
                flat.append(part)
    if coefficient != 1 or not flat:
        flat.insert(0, Num(coefficient))
    return flat[0] if len(flat) == 1 else Mul(tuple(flat))


def neg(term: Term) -> Term:
    """The negation; it distributes over a sum only as the factor -1."""
    return mul(num(-1), term)


def power(base: Term, exponent: int | Fraction) -> Term:
    """`base ** exponent`; numbers are folded where the result is rational, and an
    integer power of a power is merged where both are defined for the same values and
    equal there: (b^2)^(1/2) and (b^(1/2))^2 are left as they are, and so are 1/(1/b)
    and (1/b)^0, which b = 0 does not have."""
    exponent = Fraction(exponent)
    if exponent == 1:
        return base
    if isinstance(base, Num) and exponent.denominator == 1 and (base.value or exponent > 0):
        return Num(base.value**exponent.numerator)
    if isinstance(base, Pow) and exponent.denominator == 1 and (base.exponent > 0 or exponent > 0):
        merged = base.exponent * exponent
        if merged.denominator == base.exponent.denominator:
            return power(base.base, merged)
    return Pow(base, exponent)


def sqrt(term: Term) -> Term:
    return power(term, HALF)


def excess(stated: Hypothesis | Statement) -> Term:
    """What is claimed to be greater less what is smaller; for `=` and `\ne` left less right."""
    upward = stated.relation in (Relation.LE, Relation.LT)
    return add(stated.right, neg(stated.left)) if upward else add(stated.left, neg(stated.right))
