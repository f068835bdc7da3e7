"""TRUSTED. Normal forms of the terms of one statement, and what they rest on."""

from __future__ import annotations

import time
from collections.abc import Iterable
from fractions import Fraction
from itertools import count
from typing import Any, TypeAlias

from bnsym.calculus import (
    Graph,
    NotDifferentiable,
    expand,
)
from bnsym.normal.generators import Canonical, Factors, Letters, put
from bnsym.normal.polynomials import (
    UNIT,
    Coefficient,
    DividesByZero,
    Generator,
    Letter,
    Monomial,
    OutOfReach,
    Poly,
    accumulate,
    constant,
    divided_by,
    freeze,
    generator,
    generators,
    make_monomial,
    merge,
    plus,
    ratio,
)
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
    Statement,
    Sum,
    Sym,
    Term,
    free_indices,
)

UNKNOWN, NONNEGATIVE, POSITIVE = range(3)
Sign: TypeAlias = tuple[int, tuple[Hypothesis, ...]]
"""What is known of a sign, and the hypotheses that it is known from."""
RESERVED = frozenset("#%@~")
"""What letters of the normal form's own have in their names; an outside one could be captured."""
TakenOut: TypeAlias = tuple[Coefficient, Monomial, Coefficient, tuple[Generator, ...]]
LARGEST_POWER = 64
LARGEST_POLY = 200_000


class Advice:
    """How to write equal things alike: found by a search, checked where it is asked for. Bad advice
    makes that something is not proved, never that something false is; it is given copies, and a ring of
    which it may ask what is known but which it must leave as it is. Here it is none, and no limit of time
    (`deadline`, of `time.monotonic`)."""

    def __init__(self, deadline: float = float("inf")) -> None:
        self.deadline = deadline

    def order(self, canonical: Canonical, bound: Letters, factors: Factors) -> Letters:
        """In which order the letters that are bound in a product of factors are named."""
        return bound

    def root(self, ring: Ring, poly: Poly, q: int) -> TakenOut:
        """(c, powers of generators, a number k, generators) that are taken out of a q-th root: c, the
        powers, and the roots of k and of the generators, each apart."""
        return 1, (), 1, ()

    def again(self, ring: Ring) -> bool:
        """Whether the sides are to be made again, with what is known once they were made."""
        return False


PLAIN = Advice()


class Ring:
    """Normal forms of the terms of one statement.

    conditions: what had to be true for the normal forms made so far to exist, as
    hypotheses `base > 0` and `base != 0` (for all values of their free indices).
    used: the hypotheses `v > 0` that the normal forms rest on.
    """

    def __init__(self, statement: Statement, advice: Advice = PLAIN, graph: Graph | None = None) -> None:
        self.statement, self.advice = statement, advice
        self.graph = graph or Graph.of(statement)
        self.canonical = Canonical(self.graph.symmetric, self.advice.order)
        self.positive = _signed(statement, Relation.GT)
        self.negative = _signed(statement, Relation.LT)
        self.nonnegative = _signed(statement, Relation.GE) | self.positive
        self.used: dict[Hypothesis, None] = {}
        self.conditions: dict[Hypothesis, None] = {}
        self.roots: set[Generator] = set()
        self.inverted: set[Generator] = set()
        self.above_zero: set[Generator] = set()
        self.deadline = advice.deadline
        self._signs: dict[Name, Sign] = {}
        self._memo: dict[tuple[Term, tuple[Letter, ...]], Poly] = {}

    def sides(self) -> tuple[Poly, Poly]:
        """The normal forms of the statement's two sides."""
        left, right = self.statement.left, self.statement.right
        pair = self.normal(left), self.normal(right)
        if self.advice.again(self):
            self._memo.clear()
            pair = self.normal(left), self.normal(right)
        return pair

    def known(self) -> tuple[Any, ...]:
        """What is known where the terms made so far have values, copied: the hypotheses used, the
        conditions; the roots, and of the generators those that are divided by and those above zero."""
        hypotheses = tuple(self.used), tuple(self.conditions)
        return (*hypotheses, *map(frozenset, (self.roots, self.inverted, self.above_zero)))

    # arithmetic

    def times(self, p: Poly, q: Poly) -> Poly:
        """The product; deltas of free indices act on the other factors."""
        if p == UNIT:
            return q
        if q == UNIT:
            return p
        self._check(len(p) * len(q))
        result: Poly = {}
        for a, c in p.items():
            for b, d in q.items():
                mono = merge(a, b)
                if mono and mono[0][0][0] == "delta":
                    put(result, self._act(mono), c * d)
                else:
                    accumulate(result, mono, c * d)
        return result

    def power(self, p: Poly, n: int) -> Poly:
        """p to the power n >= 0."""
        if n > LARGEST_POWER:
            raise OutOfReach(f"an expansion of the power {n}")
        result = UNIT
        for bit in bin(n)[2:] if n else "":
            result = self.times(result, result)
            if bit == "1":
                result = self.times(result, p)
        return result

    def _act(self, mono: Monomial) -> Monomial:
        """δ_ab f(b) = δ_ab f(a), δ² = δ, δ_aa = 1: one way of writing each."""
        # sorted monomials begin with their deltas: "delta" < "root" < "size" < "sum" < "sym"
        for gen, e in mono:
            if gen[0] != "delta":
                return mono
            _, left, right = gen
            rest = tuple((g, k) for g, k in mono if g != gen)
            rest = make_monomial((self.canonical.relabel(g, {right: left}), k) for g, k in rest)
            if left == right:
                return self._act(rest)
            if e != 1 or any(right in self.canonical.letters(g) for g, _ in mono if g != gen):
                return self._act(make_monomial((*rest, (gen, 1))))
        return mono

    def contract(self, p: Poly, index: Letter) -> Poly:
        """The sum of p over all values of one of its free indices."""
        result: Poly = {}
        letters = self.canonical.letters
        for mono, c in p.items():
            parts: tuple[list[tuple[Generator, int]], list[tuple[Generator, int]]] = [], []
            for item in mono:
                parts[index in letters(item[0])].append(item)
            done = self.canonical.contracted(tuple(parts[1]), index)
            put(result, self._act(merge(tuple(parts[0]), done)), c)
        return result

    def _check(self, size: int) -> None:
        if size > LARGEST_POLY:
            raise OutOfReach(f"a polynomial of {size} terms")
        if time.monotonic() > self.deadline:
            raise OutOfReach("the time is up")

    # terms

    def normal(self, term: Term, names: dict[str, Letter] | None = None) -> Poly:
        """The normal form of `term`; `names` says what its free index letters stand for
        (by default themselves)."""
        names = names or {}
        self._check(0)

        def letter(index: Index) -> Letter:
            known = names.get(index.name)
            if known is None and RESERVED.intersection(index.name):
                raise OutOfReach("an index has a letter that is reserved")
            return known or (index.name, index.space)

        match term:
            case Num(value):
                return constant(value)
            case Size(space):
                return generator(("size", space))
            case Delta(left, right):
                one, other = sorted(map(letter, (left, right)))
                return UNIT if one == other else generator(("delta", one, other))
            case Sym(name, indices):
                actual = tuple(map(letter, indices))
                if name in self.graph.by_name:
                    return self._defined(self.graph.by_name[name], actual)
                return generator(self.canonical.component(name, actual))
            case Add(terms):
                total: Poly = {}
                for t in terms:
                    total = plus(total, self.normal(t, names))
                return total
            case Mul(factors):
                result = UNIT
                for f in factors:
                    result = self.times(result, self.normal(f, names))
                return result
            case Pow(base, exponent):
                return self._power(base, exponent, names)
            case Sum(index, body):
                return self._sum(index, body, names)
            case Diff():
                return self._derivative(term, names)
            case Max():
                raise OutOfReach("a maximum has no normal form")

    def _sum(self, index: Index, body: Term, names: dict[str, Letter]) -> Poly:
        # what is free in a normal form is among what `names` stands for, or has no such sign
        taken = {name for name, _ in names.values()}
        fresh = next(name for n in count() if (name := f"%{n}") not in taken)
        bound = (fresh, index.space)
        return self.contract(self.normal(body, names | {index.name: bound}), bound)

    def _derivative(self, term: Diff, names: dict[str, Letter]) -> Poly:
        """The normal form of the derivative, remembered."""
        made = (term, tuple(names.get(i.name, (i.name, i.space)) for i in free_indices(term)))
        if made not in self._memo:
            try:
                self._memo[made] = self.normal(expand(self.graph, term), names)
            except NotDifferentiable as error:
                raise OutOfReach(f"the derivative of {error}") from error
        return self._memo[made]

    def _defined(self, definition: Definition, actual: tuple[Letter, ...]) -> Poly:
        """The normal form of what is defined, with `actual` for its parameters, remembered."""
        symbol = definition.symbol
        if [i.space for i in symbol.indices] != [space for _, space in actual]:
            raise OutOfReach(f"{symbol.name} has indices of another space")
        made = (symbol, actual)
        if made not in self._memo:
            names = dict(zip((i.name for i in symbol.indices), actual, strict=True))
            self._memo[made] = self.normal(definition.body, names)
        return self._memo[made]

    # powers

    def _power(self, base: Term, exponent: Fraction, names: dict[str, Letter]) -> Poly:
        n, q = exponent.numerator, exponent.denominator
        if q > 2 and q % 2 == 0:
            return self._power(Pow(base, Fraction(2, q)), Fraction(n, 2), names)
        poly = self.normal(base, names)
        if q == 1 and n >= 0:
            return self.power(poly, n)
        if q > 2:
            raise OutOfReach(f"a root of odd order {q}")
        if not poly and n > 0:
            return {}
        if not poly:
            raise DividesByZero(base)
        if any(g[0] == "delta" for g in generators(poly)):
            raise OutOfReach("a power of a Kronecker delta")
        if q == 2 and poly.keys() == {()} and poly[()] < 0:
            raise OutOfReach("an even root of a negative number")
        self.require(base, Relation.NE if q == 1 else Relation.GT if n < 0 else Relation.GE)
        c, outer, rest = self._taken_out(poly, q)
        root = self._root(rest, q)
        mono = make_monomial((*outer, *root))
        self.roots |= {self.canonical.general(g) for g, _ in mono if g[0] == "root"}
        if root and self.is_manifest(base, above_zero=q == 2) and self.is_above_zero(c, outer):
            self.above_zero.add(self.canonical.general(root[0][0]))
        if n > 0:
            return self.power({mono: c}, n)
        self.inverted |= {self.canonical.general(g) for g, _ in mono}
        return self.power({tuple((g, -e) for g, e in mono): ratio(1, c)}, -n)

    def _taken_out(self, poly: Poly, q: int) -> tuple[Coefficient, Monomial, Poly]:
        """(c, outer, rest) with poly = (c * outer)^q * rest, as advised, where c * outer is not zero and,
        for a root, positive: the root of `poly` is c * outer times that of `rest`."""
        c, kept, content, apart = self.advice.root(self, dict(poly), q)
        parts = [(((g, 1),), 1) for g in apart] + [((), content)] * (content != 1)
        outer = make_monomial((*kept, *((("root", 2, (part,)), 1) for part in parts)))
        content *= c**q
        taken = make_monomial((*((g, -e * q) for g, e in kept), *((g, -1) for g in apart)))
        rest = self.times(poly, {taken: ratio(1, content)})
        if type(content) not in (int, Fraction) or any(type(e) is not int for _, e in kept):
            raise OutOfReach("what is taken out of a root is not exact")
        if q == 2:
            taken_well = self.is_above_zero(c, outer)
        else:
            below, above = divided_by(poly), divided_by(rest)
            taken_well = not parts and all(
                g in below or self.is_nonzero(g) or (e > 0 and g not in above) for g, e in kept
            )
        if not taken_well or not {g for g, _ in taken} <= generators(poly):
            raise OutOfReach("what is taken out of a root may be zero or negative")
        return c, outer, rest

    def _root(self, base: Poly, q: int) -> Monomial:
        """The q-th root as a generator; what is known as r^2 is divided by as r^2."""
        if base == UNIT:
            return ()
        gen: Generator = ("root", 2, freeze(base))
        squared = q == 1 and self.has_root(gen)
        return ((gen if squared else ("root", q, gen[2]), 1 + squared),)

    def require(self, base: Term, relation: Relation) -> None:
        """Record `base relation 0`, split into its factors, unless it always holds."""
        match base:
            case Num():
                return
            case Mul(factors) if relation is Relation.NE:
                for factor in factors:
                    self.require(factor, relation)
            case _ if self.is_manifest(base, above_zero=relation is not Relation.GE):
                return
            case Pow(inner, exponent) if relation is not Relation.GE:
                signed = relation is Relation.GT and exponent.numerator % 2 == 1
                self.require(inner, Relation.GT if signed or exponent.denominator % 2 == 0 else Relation.NE)
            case _:
                self.conditions.setdefault(Hypothesis(base, relation, Num(Fraction(0))))

    def is_manifest(self, term: Term, *, above_zero: bool = False) -> bool:
        """Whether the term is a sum of products of squares, even roots, sizes, sizes less one and what is
        assumed not to be negative: >= 0 wherever it is defined; with `above_zero`, > 0."""
        sign, reasons = self._sign_of(term)
        enough = sign >= (POSITIVE if above_zero else NONNEGATIVE)
        if enough:
            self.used |= dict.fromkeys(reasons)
        return enough

    def _sign_of(self, term: Term) -> Sign:
        match term:
            case Num(value):
                return POSITIVE if value > 0 else UNKNOWN if value else NONNEGATIVE, ()
            case Size():
                return POSITIVE, ()
            case Delta():
                return NONNEGATIVE, ()
            case Pow(base, exponent):
                return self._sign_of_power(base, exponent)
            case Add(terms):
                return self._sign_of_sum(terms)
            case Mul(factors):
                return _least(map(self._sign_of, factors))
            case Sum(_, body):
                return self._sign_of(body)
            case Sym(name, _) if name in self.nonnegative:
                return POSITIVE if name in self.positive else NONNEGATIVE, (self.nonnegative[name],)
            case Sym(name, _) if name in self.graph.by_name:
                if name not in self._signs:
                    self._signs[name] = self._sign_of(self.graph.by_name[name].body)
                return self._signs[name]
        return UNKNOWN, ()

    def _sign_of_power(self, base: Term, exponent: Fraction) -> Sign:
        sign, reasons = self._sign_of(base)
        if sign == POSITIVE:
            return sign, reasons
        # what is divided by is not zero
        known = POSITIVE if exponent < 0 else NONNEGATIVE
        if exponent.numerator % 2 == 0 or exponent.denominator % 2 == 0:
            return known, ()
        return (known, reasons) if sign == NONNEGATIVE else (UNKNOWN, ())

    def _sign_of_sum(self, terms: tuple[Term, ...]) -> Sign:
        """Each size is at least 1, so that as much may be taken away."""
        least = sum(1 if isinstance(t, Size) else t.value if isinstance(t, Num) else 0 for t in terms)
        others = [self._sign_of(t) for t in terms if not isinstance(t, Size | Num)]
        sign, reasons = _least(others)
        some = least > 0 or any(s == POSITIVE for s, _ in others)
        known = POSITIVE if sign and some else min(sign, NONNEGATIVE)
        return (known, reasons) if least >= 0 else (UNKNOWN, ())

    # signs of generators

    def has_root(self, root: Generator) -> bool:
        """Whether the root is in play, for its own indices or for others of the same spaces."""
        return self.canonical.general(root) in self.roots

    def is_positive(self, gen: Generator) -> bool:
        """Whether the generator is positive wherever the side conditions hold: a size, a name assumed
        to be, a root of such, or what is divided by and a square root or a sum of squares."""
        match gen:
            case ("size", _):
                return True
            case ("sym", *_):
                return self._is_assumed(gen, self.positive)
            case ("root", 2, key) if key and all(c > 0 and self.is_above_zero(1, mono) for mono, c in key):
                return True
            case ("root" | "sum", *_):
                known = self.canonical.general(gen)
                return known in self.above_zero or (known in self.inverted and self._is_square(gen))
        return False

    def is_above_zero(self, c: Coefficient, mono: Monomial) -> bool:
        """Whether c * mono is positive."""
        for gen, e in mono:
            if e % 2 and self.is_negative(gen):
                c = -c
            elif not (self.is_positive(gen) or (e % 2 == 0 and self.is_nonzero(gen))):
                return False
        return c > 0

    def _is_assumed(self, gen: Generator, signs: dict[Name, Hypothesis]) -> bool:
        known = signs.get(gen[1]) if gen[0] == "sym" else None
        if known is not None:
            self.used.setdefault(known)
        return known is not None

    def is_negative(self, gen: Generator) -> bool:
        """Whether the generator is a name assumed to be negative."""
        return self._is_assumed(gen, self.negative)

    def is_nonzero(self, gen: Generator) -> bool:
        """Whether the generator was divided by, or is positive or negative."""
        inverted = self.canonical.general(gen) in self.inverted
        return inverted or self.is_positive(gen) or self.is_negative(gen)

    def _is_square(self, gen: Generator) -> bool:
        """Whether the generator is a square root, or a sum of products of even powers and of positive
        factors: not negative."""
        if gen[0] == "sum":
            return all(e % 2 == 0 or self.is_positive(g) for g, e in gen[2])
        return gen[0] == "root" and gen[1] == 2 and self.has_root(gen)

    def is_nonnegative(self, gen: Generator) -> bool:
        """Whether the generator is never negative: positive, assumed so, a square root, a sum of squares."""
        return self._is_assumed(gen, self.nonnegative) or self._is_square(gen) or self.is_positive(gen)


def _least(parts: Iterable[Sign]) -> Sign:
    """The least sign of the parts, positive of none, for all of their reasons."""
    signs = [(POSITIVE, ()), *parts]
    return min(sign for sign, _ in signs), tuple(
        dict.fromkeys(why for _, reasons in signs for why in reasons)
    )


MIRRORED = {Relation.GT: Relation.LT, Relation.LT: Relation.GT, Relation.GE: Relation.LE}


def _signed(statement: Statement, wanted: Relation) -> dict[Name, Hypothesis]:
    """The names v of which a hypothesis says, for every component, `v wanted 0`."""
    found: dict[Name, Hypothesis] = {}
    for h in statement.hypotheses:
        for relation, one, other in ((wanted, h.left, h.right), (MIRRORED[wanted], h.right, h.left)):
            match one, other:
                case Sym(name, indices), Num(bound) if h.relation is relation and len(indices) == len(
                    {i.name for i in indices}
                ):
                    if bound <= 0 if wanted is Relation.LT else bound >= 0:
                        found[name] = h
    return found
