"""TRUSTED. Normal forms of the terms of one statement, and what they rest on."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from fractions import Fraction
from itertools import count
from operator import ge, gt, le, lt, ne
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
from bnsym.terms.tree import (
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
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

UNKNOWN, NONZERO, NONNEGATIVE, POSITIVE = map(frozenset, ((-1, 0, 1), (-1, 1), (0, 1), (1,)))
Sign: TypeAlias = tuple[frozenset[int], tuple[Hypothesis, ...]]
"""Which signs a value may have, and the hypotheses that this is known from."""
RESERVED = frozenset("#%@~")
"""What letters of the normal form's own have in their names; an outside one could be captured."""
Signs: TypeAlias = Callable[[Generator], frozenset[int]]
HasRoot: TypeAlias = Callable[[Generator], bool]
TakenOut: TypeAlias = tuple[Coefficient, Monomial, Coefficient, tuple[Generator, ...]]
LARGEST_POWER = 64
LARGEST_POLY = 200_000


class Advice:
    """How to write equal things alike: found by a search, checked where it is asked for. Bad advice
    makes that something is not proved, never that something false is; it is given copies and answers,
    nothing that a proof is made with. Here it is none, and no limit of time (`deadline`, of
    `time.monotonic`)."""

    def __init__(self, deadline: float = float("inf")) -> None:
        self.deadline = deadline

    def order(self, canonical: Canonical, bound: Letters, factors: Factors) -> Letters:
        """In which order the letters that are bound in a product of factors are named."""
        return bound

    def root(self, signs: Signs, has_root: HasRoot, poly: Poly, q: int) -> TakenOut:
        """(c, powers of generators, a number k, generators) that are taken out of a q-th root: c, the
        powers, and the roots of k and of the generators, each apart. It may ask which signs a generator
        may have, and which roots are in play."""
        return 1, (), 1, ()

    def again(self, roots: frozenset[Generator], inverted: frozenset[Generator]) -> bool:
        """Whether the sides are to be made again, with what is known once they were made: which roots are
        in play, and what was divided by."""
        return False


PLAIN = Advice()


class Ring:
    """Normal forms of the terms of one statement.

    conditions: what had to be true for the normal forms made so far to exist, as
    hypotheses `base > 0` and `base != 0` (for all values of their free indices).
    used: the hypotheses `v > 0` that the normal forms rest on.
    is_closed: a term that is not known to have values where those made so far have is refused.
    """

    def __init__(self, statement: Statement, advice: Advice = PLAIN, graph: Graph | None = None) -> None:
        self.statement, self.advice = statement, advice
        self.graph = graph or Graph.of(statement)
        advised = Canonical(self.graph.symmetric, advice.order)
        self.canonical = Canonical(self.graph.symmetric, lambda _, *given: advice.order(advised, *given))
        self.assumed = _assumed(statement)
        self.used: dict[Hypothesis, None] = {}
        self.conditions: dict[Hypothesis, None] = {}
        self.roots: set[Generator] = set()
        self.inverted: set[Generator] = set()
        self.above_zero: set[Generator] = set()
        self.deadline = advice.deadline
        self.is_closed = False
        self._signs: dict[Name, Sign] = {}
        self._memo: dict[tuple[Term, tuple[Letter, ...]], Poly] = {}

    def sides(self) -> tuple[Poly, Poly]:
        """The normal forms of the statement's two sides."""
        left, right = self.statement.left, self.statement.right
        pair = self.normal(left), self.normal(right)
        if self.advice.again(frozenset(self.roots), frozenset(self.inverted)):
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
                if one[1] != other[1]:
                    raise OutOfReach("a Kronecker delta of two spaces")
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
        c, outer, rest = self._taken_out(poly, q)
        root = self._root(rest, q)
        mono = make_monomial((*outer, *root))
        in_play = self.is_closed and (q == 1 or all(self.has_root(g) for g, _ in root))
        if not in_play or (n < 0 and not all(self.is_nonzero(g) for g, _ in mono)):
            self.require(base, Relation.NE if q == 1 else Relation.GT if n < 0 else Relation.GE)
        self.roots |= {self.canonical.general(g) for g, _ in mono if g[0] == "root"}
        above = root and self.surely(base, POSITIVE if q == 2 else NONNEGATIVE)
        if above and self.surely_all({outer: c}, POSITIVE):
            self.above_zero.add(self.canonical.general(root[0][0]))
        if n > 0:
            return self.power({mono: c}, n)
        self.inverted |= {self.canonical.general(g) for g, _ in mono}
        return self.power({tuple((g, -e) for g, e in mono): ratio(1, c)}, -n)

    def _taken_out(self, poly: Poly, q: int) -> tuple[Coefficient, Monomial, Poly]:
        """(c, outer, rest) with poly = (c * outer)^q * rest, as advised, where c * outer is not zero and,
        for a root, positive: the root of `poly` is c * outer times that of `rest`."""
        c, kept, content, apart = self.advice.root(
            lambda gen: self.sign_of(gen)[0], lambda gen: self.has_root(gen), dict(poly), q
        )
        parts = [(((g, 1),), 1) for g in apart] + [((), content)] * (content != 1)
        outer = make_monomial((*kept, *((("root", 2, (part,)), 1) for part in parts)))
        content *= c**q
        taken = make_monomial((*((g, -e * q) for g, e in kept), *((g, -1) for g in apart)))
        rest = self.times(poly, {taken: ratio(1, content)})
        if type(content) not in (int, Fraction) or any(type(e) is not int for _, e in kept):
            raise OutOfReach("what is taken out of a root is not exact")
        if q == 2:
            taken_well = self.surely_all({outer: c}, POSITIVE)
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

    def vanishes(self, poly: Poly) -> bool:
        """Whether nothing is left of the polynomial, multiplied by the roots that it divides by, which are
        not zero, once r^q is B for each root r of it: outer ones first, for B has others."""
        done: set[Generator] = set()
        while roots := {g for g in generators(poly) if g[0] == "root"} - done:
            root = max(roots, key=lambda g: (self.canonical.height(g), g))
            powers: dict[int, Poly] = {}
            for mono, c in poly.items():
                rest = tuple((g, e) for g, e in mono if g != root)
                powers.setdefault(dict(mono).get(root, 0), {})[rest] = c
            least, poly = min(*powers, 0), {}
            for e, coefficient in powers.items():
                whole, part = divmod(e - least, root[1])
                value = self.times(self.power(dict(root[2]), whole), generator(root, part) if part else UNIT)
                poly = plus(poly, self.times(coefficient, value))
            done.add(root)
        return not poly

    # signs

    def require(self, base: Term, relation: Relation) -> None:
        """Record `base relation 0`, split into its factors, unless it always holds."""
        match base:
            case Num():
                return
            case Mul(factors) if relation is Relation.NE:
                for factor in factors:
                    self.require(factor, relation)
            case _ if self.surely(base, MEANT[relation]):
                return
            case Pow(inner, exponent) if relation is not Relation.GE:
                signed = relation is Relation.GT and exponent.numerator % 2 == 1
                self.require(inner, Relation.GT if signed or exponent.denominator % 2 == 0 else Relation.NE)
            case _ if self.is_closed:
                raise OutOfReach("a side condition of its own")
            case _:
                self.conditions.setdefault(Hypothesis(base, relation, Num(Fraction(0))))

    def surely(self, term: Term, wanted: frozenset[int] = NONNEGATIVE) -> bool:
        """Whether the term has one of these signs wherever it has a value, by its form and by what is
        assumed of names: squares, even roots, sizes and sizes less one are not negative."""
        return self._is_known(self._sign(term), wanted)

    def _is_known(self, sign: Sign, wanted: frozenset[int]) -> bool:
        # without any sign it has no value at all, and nothing is known of it
        enough = bool(sign[0]) and sign[0] <= wanted
        if enough:
            self.used |= dict.fromkeys(sign[1])
        return enough

    def _sign(self, term: Term) -> Sign:
        match term:
            case Num(value):
                return frozenset(((value > 0) - (value < 0),)), ()
            case Size():
                return POSITIVE, ()
            case Delta():
                return NONNEGATIVE, ()
            case Pow(base, exponent):
                return _raised(self._sign(base), exponent)
            case Add(terms):
                # each size is at least 1, so that as much may be taken away
                least = sum(1 if isinstance(t, Size) else t.value if isinstance(t, Num) else 0 for t in terms)
                sized = any(isinstance(t, Size) for t in terms)
                number = (least > 0) - (least < 0)
                whole = UNKNOWN if sized and least < 0 else frozenset((number, 1 if sized else number))
                others = [self._sign(t) for t in terms if not isinstance(t, Size | Num)]
                return _total((whole, ()), *others)
            case Mul(factors):
                return _product(map(self._sign, factors))
            case Sum(_, body):
                return _total(*[self._sign(body)] * 2)
            case Sym(name, _) if name in self.assumed:
                return self.assumed[name]
            case Sym(name, _) if name in self.graph.by_name:
                if name not in self._signs:
                    self._signs[name] = self._sign(self.graph.by_name[name].body)
                return self._signs[name]
        return UNKNOWN, ()

    def has_root(self, root: Generator) -> bool:
        """Whether the root is in play, for its own indices or for others of the same spaces."""
        return self.canonical.general(root) in self.roots

    def sign(self, c: Coefficient, mono: Monomial) -> Sign:
        """The sign of c * mono, of generators in play, wherever the side conditions hold."""
        return _product(
            [(frozenset(((c > 0) - (c < 0),)), ()), *(_raised(self.sign_of(g), e) for g, e in mono)]
        )

    def sign_of(self, gen: Generator) -> Sign:
        """The sign of a generator in play: which it is by its form, and not 0 where it was divided by."""
        general = self.canonical.general(gen)
        if gen[0] == "size" or general in self.above_zero:
            return POSITIVE, ()
        match gen:
            case ("sym", name, _):
                found = self.assumed.get(name, (UNKNOWN, ()))
            case ("sum", _, mono):
                found = _total(*[self.sign(1, mono)] * 2)
            case ("root", q, key):
                found = _raised(_total(*(self.sign(c, mono) for mono, c in key)), Fraction(1, q))
            case _:
                found = NONNEGATIVE, ()
        return (found[0] - {0}, found[1]) if general in self.inverted else found

    def surely_all(self, poly: Poly, wanted: frozenset[int]) -> bool:
        """Whether the sum of the polynomial's terms has one of these signs because of theirs."""
        return self._is_known(_total(*(self.sign(c, mono) for mono, c in poly.items())), wanted)

    def is_nonzero(self, gen: Generator) -> bool:
        """Whether the generator was divided by, or is positive or negative."""
        return self._is_known(self.sign_of(gen), NONZERO)


def _raised(sign: Sign, exponent: int | Fraction) -> Sign:
    """An even root is not negative, and what is divided by not zero; rests on nothing if that says it."""

    def raised(signs: frozenset[int]) -> frozenset[int]:
        real = signs if exponent.denominator % 2 else signs & NONNEGATIVE
        return frozenset(s ** abs(exponent.numerator) for s in real if s or exponent >= 0)

    found = raised(sign[0])
    return found, () if found == raised(UNKNOWN) else sign[1]


def _product(parts: Iterable[Sign]) -> Sign:
    found, reasons = POSITIVE, dict[Hypothesis, None]()
    for signs, why in parts:
        found = frozenset(a * b for a in found for b in signs)
        reasons |= dict.fromkeys(why)
    return found, tuple(reasons)


def _total(*parts: Sign) -> Sign:
    found, reasons = frozenset((0,)), dict[Hypothesis, None]()
    for signs, why in parts:
        found = frozenset(s for a in found for b in signs for s in (UNKNOWN if a * b < 0 else (a or b,)))
        reasons |= dict.fromkeys(why)
    return found, tuple(reasons)


COMPARED = {Relation.GT: gt, Relation.GE: ge, Relation.LT: lt, Relation.LE: le, Relation.NE: ne}
MIRRORED = {Relation.GT: Relation.LT, Relation.GE: Relation.LE, Relation.NE: Relation.NE}
MIRRORED |= {other: one for one, other in MIRRORED.items()}
MEANT = {Relation.GT: POSITIVE, Relation.GE: NONNEGATIVE, Relation.NE: NONZERO}


def _assumed(statement: Statement) -> dict[Name, Sign]:
    """The signs of the names v of which hypotheses compare every component with a number."""
    found: dict[Name, Sign] = {}
    for h in (h for h in statement.hypotheses if h.relation in MIRRORED):
        for sides in ((h.left, h.relation, h.right), (h.right, MIRRORED[h.relation], h.left)):
            match sides:
                case Sym(name, indices), relation, Num(bound) if len(indices) == len({*indices}):
                    # a number of each sign that is near to zero, and one that is far
                    tried = (abs(bound) / 2 or 1, abs(bound) + 1)
                    signs = {s for s in UNKNOWN if any(COMPARED[relation](s * n, bound) for n in tried)}
                    before, reasons = found.get(name, (UNKNOWN, ()))
                    if not before <= signs:
                        found[name] = before & signs, (*reasons, h)
    return found
