"""Terms without sums as expressions of a programming language."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from bnsym.compiling.formula import factors
from bnsym.evidence.surveying import Unsupported
from bnsym.terms import Add, Delta, Index, Mul, Num, Pow, Size, Sym, Term, power


class Infix:
    """Expressions at the indices of a step; what a symbol, a size, a power looks like is the language's."""

    def symbol(self, symbol: Sym, at: Sequence[Index]) -> str:
        raise NotImplementedError

    def size(self, space: str) -> str:
        raise NotImplementedError

    def delta(self, delta: Delta, at: Sequence[Index]) -> str:
        raise NotImplementedError

    def number(self, value: int) -> str:
        return str(value)

    def power(self, base: Term, exponent: Fraction, at: Sequence[Index]) -> str:
        """exponent: positive."""
        shown = self.number(exponent.numerator) if exponent.denominator == 1 else str(float(exponent))
        return f"{self.atom(base, at)}**{shown}"

    def whole(self, term: Term, at: Sequence[Index]) -> str:
        """A sum, as it stands between parentheses."""
        terms = term.terms if isinstance(term, Add) else (term,)
        texts = [self._product(t, at) for t in terms]
        return " + ".join(texts).replace("+ -", "- ")

    def _product(self, term: Term, at: Sequence[Index]) -> str:
        above, below, sign = [], [], ""
        for factor in factors(term):
            match factor:
                case Num(value):
                    sign = "-" if value < 0 else ""
                    above += [self.number(abs(value.numerator))] * (abs(value.numerator) != 1)
                    below += [self.number(value.denominator)] * (value.denominator != 1)
                case Pow(base, exponent) if exponent < 0:
                    below.append(self.factor(power(base, -exponent), at))
                case _:
                    above.append(self.factor(factor, at))
        over = " * ".join(above) or self.number(1)
        if not below:
            return sign + over
        under = " * ".join(below)
        return f"{sign}{over} / {under if len(below) == 1 else f'({under})'}"

    def factor(self, term: Term, at: Sequence[Index]) -> str:
        if isinstance(term, Pow) and term.exponent > 0:
            return self.power(term.base, term.exponent, at)
        return self.atom(term, at)

    def atom(self, term: Term, at: Sequence[Index]) -> str:
        match term:
            case Sym():
                return self.symbol(term, at)
            case Size(space):
                return self.size(space)
            case Delta():
                return self.delta(term, at)
            case Add() | Mul() | Num() | Pow():
                return f"({self.whole(term, at)})"
            case _:
                raise Unsupported(f"no code for {type(term).__name__}")


def row_major(letters: Sequence[str], sizes: Sequence[str]) -> str:
    """Where an entry of an array stands, by its letters and the sizes of its axes."""
    place = letters[0] if letters else "0"
    for number, (letter, size) in enumerate(zip(letters[1:], sizes[1:], strict=True)):
        place = f"{f'({place})' if number else place} * {size} + {letter}"
    return place
