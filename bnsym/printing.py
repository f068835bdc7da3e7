r"""Term → LaTeX that reads back as the same term: indices explicit, no notation that
`reading` would refuse or read otherwise. Imports terms only.

`\sigma^{2}` is the name of a defined square; its root is printed `\sigma`, its powers
`\sigma^{-3}`. Parentheses stand only where reading needs them.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from itertools import pairwise

from bnsym.terms import (
    HALF,
    Add,
    Delta,
    Diff,
    Index,
    Max,
    Mul,
    Name,
    Num,
    Pow,
    Size,
    Sum,
    Sym,
    Term,
)

SQUARE = "^{2}"
LOSS_LETTERS = ("f", "L", "J", "E", r"\ell", r"\mathcal{L}", r"\mathcal{J}")


def to_latex(term: Term, losses: Collection[Name] | None = None, *, vectors: bool = False) -> str:
    """`term` as LaTeX. losses: the names whose derivatives are written with ∂; by default
    those that are usual for a loss. vectors: write sums over whole arrays as norms and inner
    products, for a note that says which names are vectors."""
    return _Printer(losses, vectors).whole(term)


class _Printer:
    def __init__(self, losses: Collection[Name] | None, vectors: bool = False) -> None:
        self.losses, self.vectors = losses, vectors

    def whole(self, term: Term) -> str:
        """A whole expression: a sum needs no parentheses."""
        if not isinstance(term, Add):
            return self.signed(term, first=True)
        parts = [self.signed(part, first=k == 0) for k, part in enumerate(term.terms)]
        return " ".join(parts)

    def signed(self, term: Term, first: bool) -> str:
        negative, body = _without_sign(term)
        text = self.product(body)
        if first:
            return f"-{text}" if negative else text
        return f"- {text}" if negative else f"+ {text}"

    def product(self, term: Term) -> str:
        """A term of a sum: a product needs no parentheses, nor a big operator at its end."""
        if not isinstance(term, Mul):
            return self.factor(term, last=True)
        pieces: list[str] = []
        factors = list(term.factors)
        position = 0
        while position < len(factors):
            text, position = self._piece(factors, position, last_piece=len(factors))
            pieces.append(text)
        return _juxtaposed(pieces)

    def _piece(self, factors: list[Term], position: int, last_piece: int) -> tuple[str, int]:
        """One factor, or a fraction of it and the reciprocal after it."""
        factor = factors[position]
        denominator = _denominator(factors[position + 1]) if position + 1 < len(factors) else None
        if denominator is not None and _may_stand_above(factor):
            return rf"\frac{{{self.whole(factor)}}}{{{self.whole(denominator)}}}", position + 2
        return self.factor(factor, last=position + 1 == last_piece), position + 1

    def factor(self, term: Term, last: bool = False) -> str:
        """A factor of a product; a big operator takes all that follows, so it must be last."""
        match term:
            case Num(value):
                return _number(value)
            case Size(space):
                return space
            case Sym(name, indices):
                return _symbol(name, indices)
            case Delta(left, right):
                return rf"\delta{_indices((left, right))}"
            case Pow():
                return self.power(term)
            case Diff():
                return self.derivative(term)
            case Sum() if self.vectors and (pair := _inner_product(term)) is not None:
                u, v = pair
                return rf"\Vert {u} \Vert^{{2}}" if u == v else rf"\langle {u}, {v} \rangle"
            case Sum(index, body):
                return _closed(rf"\sum_{{{index.name}}} {self.body(body)}", last)
            case Max(variable, radius, body):
                limit = rf"\max_{{\Vert {variable.name} \Vert_{{2}} \le {self.whole(radius)}}}"
                return _closed(f"{limit} {self.body(body)}", last)
            case Add() | Mul():
                return f"({self.whole(term)})"

    def body(self, term: Term) -> str:
        """What a big operator stands before."""
        return (
            f"({self.whole(term)})" if isinstance(term, Add) or _without_sign(term)[0] else self.product(term)
        )

    def power(self, term: Pow) -> str:
        base, exponent = term.base, term.exponent
        if isinstance(base, Sym) and base.name.endswith(SQUARE) and (2 * exponent).denominator == 1:
            return self.power_of_square(base, exponent)
        if self.vectors and exponent != -1 and (pair := _inner_product(base)) is not None:
            return self.power_of_inner_product(*pair, exponent)
        if exponent == -1:
            return rf"\frac{{1}}{{{self.whole(base)}}}"
        if exponent == HALF:
            return rf"\sqrt{{{self.whole(base)}}}"
        return f"{self.base(base)}^{{{exponent}}}"

    def power_of_square(self, base: Sym, exponent: Fraction) -> str:
        """Half-integer powers of σ² are powers of σ."""
        root = _symbol(base.name.removesuffix(SQUARE), base.indices)
        return root if exponent == HALF else f"{root}^{{{2 * exponent}}}"

    def power_of_inner_product(self, u: Name, v: Name, exponent: Fraction) -> str:
        """Half-integer powers of ‖u‖² are powers of ‖u‖."""
        if u == v and (2 * exponent).denominator == 1:
            return rf"\Vert {u} \Vert" + (f"^{{{2 * exponent}}}" if exponent != HALF else "")
        inner = rf"\Vert {u} \Vert^{{2}}" if u == v else rf"\langle {u}, {v} \rangle"
        if exponent == HALF:
            return rf"\sqrt{{{inner}}}"
        return f"{inner}^{{{exponent}}}" if u != v else f"({inner})^{{{exponent}}}"

    def base(self, term: Term) -> str:
        match term:
            case Sym(name, _) if ("^" not in name.split("{")[0] and not name.endswith(("}", "'"))) or _plain(
                name
            ):
                return self.factor(term)
            case Size():
                return self.factor(term)
            case Num(value) if value >= 0 and value.denominator == 1:
                return _number(value)
            case Pow(_, exponent) if exponent == HALF and not _is_square_root_of_name(term):
                return self.factor(term)
        return f"({self.whole(term)})"

    def derivative(self, term: Diff) -> str:
        if self._of_loss(term.of) and term.total:
            return self.loss_derivative(term)
        sign = "d" if term.total else r"\partial"
        of = self._differentiated(term.of)
        return rf"\frac{{{sign} {of}}}{{{sign} {self.factor(term.by)}}}"

    def _differentiated(self, of: Term) -> str:
        """One name bare: `\\sigma` too, which is the root of a symbol; the rest in parentheses."""
        root = isinstance(of, Pow) and isinstance(of.base, Sym) and of.exponent == HALF
        shown = self.whole(of)
        bare = isinstance(of, Sym) or (root and not shown.startswith(r"\sqrt"))
        return self.factor(of) if bare else f"({shown})"

    def loss_derivative(self, term: Diff) -> str:
        by = rf"\partial {self.factor(term.by)}"
        if isinstance(term.of, Diff):
            inner = term.of
            return (
                rf"\frac{{\partial^{{2}} {self.factor(inner.of)}}}{{\partial {self.factor(inner.by)} {by}}}"
            )
        return rf"\frac{{\partial {self.factor(term.of)}}}{{{by}}}"

    def _of_loss(self, of: Term) -> bool:
        if isinstance(of, Diff):
            return of.total and isinstance(of.of, Sym) and self._is_loss(of.of)
        return isinstance(of, Sym) and self._is_loss(of)

    def _is_loss(self, symbol: Sym) -> bool:
        if symbol.indices:
            return False
        if self.losses is not None:
            return symbol.name in self.losses
        name = symbol.name
        while name.startswith((r"\hat{", r"\tilde{", r"\bar{")) and name.endswith("}"):
            name = name[name.index("{") + 1 : -1]
        return name in LOSS_LETTERS


def _inner_product(term: Term) -> tuple[Name, Name] | None:
    """The names of two vectors whose inner product the term is."""
    match term:
        case Sum(i, Pow(Sym(u, (j,)), exponent)) if i == j and exponent == 2:
            return u, u
        case Sum(i, Mul((Sym(u, (j,)), Sym(v, (k,))))) if i == j == k:
            return u, v
    return None


def _without_sign(term: Term) -> tuple[bool, Term]:
    """Whether a minus stands before a term, and the term without it."""
    match term:
        case Num(value) if value < 0:
            return True, Num(-value)
        case Mul((Num(value), *rest)) if value == -1:
            return True, rest[0] if len(rest) == 1 else Mul(tuple(rest))
        case Mul((Num(value), *rest)) if value < 0:
            return True, Mul((Num(-value), *rest))
    return False, term


def _denominator(term: Term) -> Term | None:
    """What stands below the line if `term` is a reciprocal."""
    match term:
        case Pow(Sym(name, _) as base, exponent) if name.endswith(SQUARE) and exponent == -HALF:
            return Pow(base, HALF)
        case Pow(base, exponent) if exponent == -1:
            return base
    return None


def _may_stand_above(term: Term) -> bool:
    """A number is gathered in front on reading, so it stays out of fractions of names."""
    return not isinstance(term, Num | Sum | Max) and _denominator(term) is None


def _closed(text: str, last: bool) -> str:
    return text if last else f"({text})"


def _number(value: Fraction) -> str:
    sign = "-" if value < 0 else ""
    below = value.denominator
    shown = f"{value}" if below == 1 else rf"{sign}\frac{{{abs(value.numerator)}}}{{{below}}}"
    return f"({shown})" if sign else shown


def _symbol(name: Name, indices: tuple[Index, ...]) -> str:
    """Indices go before the power that is part of a name: `\\sigma_{j}^{2}`."""
    if not indices:
        return name
    if name.endswith(SQUARE):
        return _symbol(name.removesuffix(SQUARE), indices) + SQUARE
    return (f"({name})" if "_" in name else name) + _indices(indices)


def _indices(indices: tuple[Index, ...]) -> str:
    names = [index.name for index in indices]
    return f"_{{{(',' if any(len(n) > 1 for n in names) else '').join(names)}}}"


def _plain(name: Name) -> bool:
    """Whether a power can stand directly on a name: no superscript or prime at its end."""
    return not name.endswith(("'", "}")) or (name.startswith("\\") and name.count("^") == 0)


def _is_square_root_of_name(term: Pow) -> bool:
    return isinstance(term.base, Sym) and term.base.name.endswith(SQUARE)


def _juxtaposed(pieces: list[str]) -> str:
    r"""Factors side by side, with `\cdot` where side by side would mean something else."""
    text = pieces[0]
    for before, piece in pairwise(pieces):
        text += rf" \cdot {piece}" if _needs_dot(before, piece) else f" {piece}"
    return text


def _needs_dot(before: str, piece: str) -> bool:
    if piece[0].isdigit() or before in ("d", r"\mathrm{d}"):
        return True
    word = before.startswith((r"\text", r"\mathrm", r"\operatorname"))
    called = not before[0].isdigit() and not before.startswith((r"\frac", r"\sqrt", "("))
    return piece.startswith("(") and (word or before.endswith("1") or (called and not _is_of_terms(piece)))


def _is_of_terms(piece: str) -> bool:
    """Whether the bracket that it begins with holds a sum, which no reader takes for an argument."""
    depth = 0
    for k, character in enumerate(piece):
        depth += (character in "({") - (character in ")}")
        if depth == 0 or (depth == 1 and piece[k : k + 3] in (" + ", " - ")):
            return depth == 1
    return False
