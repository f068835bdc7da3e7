"""TRUSTED. Normal forms of the terms of one statement, and what they rest on."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import count, islice, permutations
from typing import Any, TypeAlias

from bnsym.calculus import (
    Graph,
    NotDifferentiable,
    expand,
)
from bnsym.normal.generators import (
    LARGEST_NETWORK,
    ZERO,
    Canonical,
    component_of,
    delta_of,
    put,
)
from bnsym.normal.polynomials import (
    UNIT,
    DividesByZero,
    Generator,
    Letter,
    Monomial,
    OutOfReach,
    Poly,
    accumulate,
    common_factor,
    constant,
    content_of,
    freeze,
    generator,
    generators,
    leans_negative,
    make_monomial,
    merge,
    plus,
    ratio,
    rational_root,
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
LARGEST_POWER = 64
LARGEST_POLY = 200_000
LARGEST_ROOT = 50_000
"""The parts of a root: roots of sums of roots may double with each level, and are compared again
and again."""


class Ring:
    """Normal forms of the terms of one statement.

    conditions: what had to be true for the normal forms made so far to exist, as
    hypotheses `base > 0` and `base != 0` (for all values of their free indices).
    used: the hypotheses `v > 0` that the normal forms rest on.
    """

    def __init__(
        self, statement: Statement, deadline: float = float("inf"), graph: Graph | None = None
    ) -> None:
        self.statement = statement
        self.graph = graph or Graph.of(statement)
        self.canonical = Canonical(self.graph.symmetric)
        self.positive = _signed(statement, Relation.GT)
        self.negative = _signed(statement, Relation.LT)
        self.nonnegative = _signed(statement, Relation.GE) | self.positive
        self.used: dict[Hypothesis, None] = {}
        self.conditions: dict[Hypothesis, None] = {}
        self.roots: set[Generator] = set()
        self._inverted: set[Generator] = set()
        self._above_zero: set[Generator] = set()
        self.deadline = deadline
        self._signs: dict[Name, Sign] = {}
        self._memo: dict[tuple[Term, tuple[Letter, ...]], Poly] = {}

    def sides(self) -> tuple[Poly, Poly]:
        """The normal forms of the statement's two sides. Where something that was divided by lies under
        a root, or is the square of one, both are made again with that known from the start."""
        left, right = self.statement.left, self.statement.right
        pair = self.normal(left), self.normal(right)
        inverted = {g for g in self._inverted if g[0] in ("root", "sum")}
        under = any(g in inverted for root in self.roots for mono, _ in root[2] for g, _ in mono)
        squares = (
            p for _, q, key in tuple(self.roots) if q == 1 for p in (dict(key), {m: -c for m, c in key})
        )
        if under or any(map(self._is_square, squares)):
            self._memo.clear()
            pair = self.normal(left), self.normal(right)
        return pair

    def known(self) -> tuple[Any, ...]:
        """What is known where the terms made so far have values, copied: the hypotheses used, the
        conditions; the roots, and of the generators those that are divided by and those above zero."""
        hypotheses = tuple(self.used), tuple(self.conditions)
        return (*hypotheses, *map(frozenset, (self.roots, self._inverted, self._above_zero)))

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
        if not mono or mono[0][0][0] != "delta":
            return mono
        for gen, e in mono:
            if gen[0] == "delta":
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
                delta = delta_of(letter(left), letter(right))
                return UNIT if delta[1] == delta[2] else generator(delta)
            case Sym(name, indices):
                actual = tuple(map(letter, indices))
                if name in self.graph.by_name:
                    return self._defined(self.graph.by_name[name], actual)
                return generator(component_of(name, actual, self.canonical.symmetric))
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
        """Factors that do not mention the index stay outside: Σ_k a b_k = a Σ_k b_k."""
        factors = body.factors if isinstance(body, Mul) else (body,)
        inside = [f for f in factors if any(i.name == index.name for i in free_indices(f))]
        outside = [f for f in factors if f not in inside]
        # what is free in a normal form is among what `names` stands for, or has no such sign
        taken = {name for name, _ in names.values()}
        fresh = next(name for n in count() if (name := f"%{n}") not in taken)
        bound = (fresh, index.space)
        within = UNIT
        for factor in inside:
            within = self.times(within, self.normal(factor, names | {index.name: bound}))
        result = self.contract(within, bound)
        for factor in outside:
            result = self.times(self.normal(factor, names), result)
        return result

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
        poly = self.normal(base, names)
        n, q = exponent.numerator, exponent.denominator
        if q == 1 and n >= 0:
            return self.power(poly, n)
        if q % 2 and q > 1:
            raise OutOfReach(f"a root of odd order {q}")
        if not poly:
            if n > 0:
                return {}
            raise DividesByZero(base)
        if any(g[0] == "delta" for g in generators(poly)):
            raise OutOfReach("a power of a Kronecker delta")
        if q > 1 and poly.keys() == {()} and poly[()] < 0:
            raise OutOfReach("an even root of a negative number")
        self.require(base, Relation.NE if q == 1 else Relation.GT if n < 0 else Relation.GE)
        outer, rest = self._extract(poly, q)
        root = UNIT if rest == UNIT else self._root(q, rest)
        whole = self.times(outer, root)
        if q > 1 and root != UNIT and self.is_manifest(base, above_zero=True):
            self._above_zero.add(next(iter(root))[0][0])
        if n > 0:
            return self.power(whole, n)
        ((mono, c),) = whole.items()
        self._inverted |= {g for g, _ in mono}
        if q == 1 and c > 0 and root != UNIT and self.is_manifest(base):
            self._sign(next(iter(root))[0][0], mono)
        return self.power({tuple((g, -e) for g, e in mono): ratio(1, c)}, -n)

    def _sign(self, root: Generator, mono: Monomial) -> None:
        """The factor `root` of a positive `mono` is positive if all others are."""
        odd = [g for g, e in mono if e % 2]
        if root in odd and all(g == root or self.is_positive(g) for g in odd):
            self._above_zero.add(root)

    def require(self, base: Term, relation: Relation) -> None:
        """Record `base relation 0`, split into its factors, unless it always holds."""
        match base:
            case Num() | Size():
                return
            case Sym(name, _) if name in self.positive:
                self.used.setdefault(self.positive[name])
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
                return _least(POSITIVE, map(self._sign_of, factors))
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
        sign, reasons = _least(POSITIVE, others)
        some = least > 0 or any(s == POSITIVE for s, _ in others)
        known = POSITIVE if sign and some else min(sign, NONNEGATIVE)
        return (known, reasons) if least >= 0 else (UNKNOWN, ())

    def _extract(self, poly: Poly, q: int) -> tuple[Poly, Poly]:
        """poly^(1/q) = outer * rest^(1/q), outer a single monomial: common factors that
        are positive (any, if q = 1), q-th powers of negative ones, and the q-th power in the
        rational content."""
        common = common_factor(poly)
        taken: list[tuple[Generator, int]] = []
        outer: Poly = UNIT
        for gen, e in common:
            if q == 1 or self.is_positive(gen):
                taken.append((gen, e))
                outer = self.times(outer, self._root_of_generator(gen, e, q))
            elif e % q == 0 and self.is_negative(gen):
                taken.append((gen, e))
                outer = self.times(outer, {((gen, e // q),): -1 if e // q % 2 else 1})
        content = content_of(poly)
        inverse = tuple((g, -e) for g, e in taken)
        rest: Poly = {make_monomial((*mono, *inverse)): ratio(c, content) for mono, c in poly.items()}
        if q == 1 and leans_negative(rest) and not self._is_square(rest):
            content, rest = -content, {mono: -c for mono, c in rest.items()}
        root, left = rational_root(content, q)
        if rest == UNIT and left != 1:
            return self.times(outer, constant(root)), constant(left)
        if left != 1:
            outer = self.times(outer, self._root(q, constant(left)))
        return self.times(outer, constant(root)), rest

    def _is_square(self, poly: Poly) -> bool:
        """Whether the square root of the polynomial is in play."""
        return self.has_root(("root", 2, freeze(poly)))

    def has_root(self, root: Generator) -> bool:
        """Whether the root is in play, for its own indices or for others of the same spaces; then all
        that is known of those is known of it."""
        alike = [known for known in self.roots if known[1] == root[1]]
        return bool([known for known in alike if self._is_instance(root, known)])

    def _is_instance(self, gen: Generator, known: Generator) -> bool:
        """Whether `gen` is `known`, or that with other letters of the same spaces."""
        if gen == known or gen[0] != known[0]:
            return gen == known
        old, letters = sorted(self.canonical.letters(known)), self.canonical.letters(gen)
        if len(letters) > LARGEST_NETWORK:
            raise OutOfReach(f"a root with {len(letters)} indices")
        maps = (dict(zip(old, new, strict=True)) for new in permutations(letters, len(old)))
        same = (names for names in maps if all(a[1] == b[1] for a, b in names.items()))
        return bool([names for names in same if self.renamed(known, names) == gen])

    def renamed(self, gen: Generator, names: dict[Letter, Letter]) -> Generator:
        """With other indices; what is known for all values of the old is known of the new."""
        new = self.canonical.relabel(gen, names)
        if new is not gen and new is not ZERO:
            for known in (self.roots, self._inverted, self._above_zero):
                known |= {new} if gen in known else set()
        return new

    def _root_of_generator(self, gen: Generator, e: int, q: int) -> Poly:
        whole, part = divmod(e, q)
        result = generator(gen, whole) if whole else UNIT
        if not part:
            return result
        if gen[0] == "root":
            # (B^(1/p))^(1/q) = B^(1/pq) for a positive B
            return self.times(result, self._root(gen[1] * q, dict(gen[2]), part))
        return self.times(result, self._root(q, generator(gen), part))

    def _root(self, q: int, base: Poly, exponent: int = 1) -> Poly:
        gen: Generator = ("root", q, freeze(base))
        if q == 1 and self._is_square(base):
            # B = r^2: one way of dividing by it
            gen, exponent = ("root", 2, gen[2]), 2 * exponent
        if sum(1 for _ in islice(_parts(gen), LARGEST_ROOT)) == LARGEST_ROOT:
            raise OutOfReach("roots inside roots, too many")
        self.roots.add(gen)
        return generator(gen, exponent)

    def is_positive(self, gen: Generator) -> bool:
        """Whether the generator is positive wherever the side conditions hold: a size, a
        name assumed to be, a root of such, or an even root that was divided by."""
        match gen:
            case ("size", _):
                return True
            case ("sym", name, _) if name in self.positive:
                self.used.setdefault(self.positive[name])
                return True
            case ("root", q, key) if q % 2 == 0 and gen in self.roots:
                known = all(c > 0 and all(self.is_positive(g) for g, _ in mono) for mono, c in key)
                return (known and bool(key)) or gen in self._inverted or gen in self._above_zero
            case ("root", 1, _):
                return gen in self._above_zero
            case ("sum", _, _):
                return gen in self._inverted and self.is_sum_of_squares(gen)
        return False

    def is_negative(self, gen: Generator) -> bool:
        """Whether the generator is a name assumed to be negative."""
        if gen[0] == "sym" and gen[1] in self.negative:
            self.used.setdefault(self.negative[gen[1]])
            return True
        return False

    def is_nonzero(self, gen: Generator) -> bool:
        """Whether the generator was divided by, or is positive or negative."""
        inverted = any(self._is_instance(gen, known) for known in tuple(self._inverted))
        return inverted or self.is_positive(gen) or self.is_negative(gen)

    def is_sum_of_squares(self, gen: Generator) -> bool:
        """Whether the generator is a contraction of even powers and positive factors: >= 0."""
        return gen[0] == "sum" and all(e % 2 == 0 or self.is_positive(g) for g, e in gen[2])

    def is_nonnegative(self, gen: Generator) -> bool:
        """Whether the generator is never negative: positive, assumed so, an even root, a sum of
        squares."""
        if gen[0] == "sym" and gen[1] in self.nonnegative:
            self.used.setdefault(self.nonnegative[gen[1]])
            return True
        even_root = gen[0] == "root" and gen[1] % 2 == 0 and gen in self.roots
        return even_root or self.is_sum_of_squares(gen) or self.is_positive(gen)


def _least(sign: int, parts: Iterable[Sign]) -> Sign:
    """The least sign of the parts, `sign` of none, for all of their reasons."""
    reasons: dict[Hypothesis, None] = {}
    for one, why in parts:
        sign = min(sign, one)
        reasons |= dict.fromkeys(why)
    return sign, tuple(reasons)


def _parts(gen: Generator) -> Iterator[object]:
    """All that a generator is made of, one that occurs twice counted twice."""
    todo: list[object] = [gen]
    while todo:
        part = todo.pop()
        yield part
        if isinstance(part, tuple):
            todo.extend(part)


MIRRORED = {Relation.GT: Relation.LT, Relation.LT: Relation.GT, Relation.GE: Relation.LE}


def _signed(statement: Statement, wanted: Relation) -> dict[Name, Hypothesis]:
    """The names v of which a hypothesis says, for every component, `v wanted 0`."""
    found: dict[Name, Hypothesis] = {}
    for hypothesis in statement.hypotheses:
        match hypothesis:
            case Hypothesis(Sym() as symbol, relation, Num(bound)) if relation is wanted:
                pass
            case Hypothesis(Num(bound), relation, Sym() as symbol) if relation is MIRRORED[wanted]:
                pass
            case _:
                continue
        enough = bound <= 0 if wanted is Relation.LT else bound >= 0
        if enough and len({i.name for i in symbol.indices}) == len(symbol.indices):
            found[symbol.name] = hypothesis
    return found
