"""Bounds: larger - smaller as a sum of products that are not negative.

Candidates are products of few atoms: assumed orders, squares of inner products and of
differences, norms, Gram determinants; each is multiplied by a monomial that makes one
of its terms a term of the goal. Which of them add up to the goal, with coefficients
that are not negative, is a linear program. Untrusted: the kernel expands the result.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import combinations, combinations_with_replacement, product
from math import factorial, isqrt
from typing import TypeVar

from bnsym.calculus import Graph, sum_over
from bnsym.kernel import (
    Certificate,
    Factor,
    Given,
    Schwarz,
    Summand,
    difference,
    relation,
    schwarz,
)
from bnsym.normal import (
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    Coefficient,
    Generator,
    Monomial,
    OutOfReach,
    Poly,
    Ring,
    generators,
    plus,
)
from bnsym.proving.elimination import Elimination, inverse_of, uses_of
from bnsym.proving.readback import plainly, term_of
from bnsym.proving.rings import SearchRing, free_shapes, led_to
from bnsym.proving.simplex import nonnegative_solution
from bnsym.terms import (
    ONE,
    Add,
    Delta,
    Diff,
    Index,
    Name,
    Relation,
    Size,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mul,
    neg,
    num,
    power,
    rename,
)

T = TypeVar("T")
MOST_COLUMNS = 400
MOST_ROWS = 300


@dataclass(frozen=True)
class Atom:
    """A polynomial that is not negative, why, and what is left of it modulo the relations."""

    parts: tuple[Poly, ...]
    """The polynomial of each factor."""
    factors: tuple[Factor, ...]
    reduced: Poly


def bound_certificate(
    statement: Statement, ring: Ring, *, squared: bool = False, products: bool = True
) -> Certificate | None:
    """A certificate that larger - smaller is not negative (for the squares, `squared`), of
    single factors times monomials or, with `products`, of two."""
    return _Search(statement, ring, squared).certificate(products)


class _Search:
    def __init__(self, statement: Statement, ring: Ring, squared: bool) -> None:
        self.statement, self.ring, self.squared = statement, ring, squared
        self.raw = difference(ring, statement, squared)
        self.conditions = set(ring.conditions)
        needed = led_to(statement)
        self.definitions = [d for d in statement.definitions if d.symbol.name in needed]
        self.known: dict[tuple[Generator, str], bool] = {}
        given = range(len(statement.hypotheses))
        known = [self.raw, *(relation(ring, statement, Given(n)) for n in given)]
        self.elimination = Elimination(statement, ring, known)
        self.divided = {g for mono in self.raw for g, e in mono if e < 0}
        self.unit = self._unit()
        self.raw = ring.times(self.raw, {self.unit: 1})
        self.goal = self.reduce(self.raw)
        self.known_roots = {g for poly in known for g in generators(poly) if g[0] == "root"}
        degrees = [_degree(mono) for mono in self.goal]
        names = {name for degree in degrees for name in degree}
        self.degree = {n: degrees[0].get(n, 0) for n in names if len({d.get(n, 0) for d in degrees}) == 1}

    def _unit(self) -> Monomial:
        """What clears the positive denominators of which the relations determine no more than the
        denominator itself, such as m - 1."""
        roots = sorted(self.elimination.determined - self.elimination.values.keys())
        least = ((g, -min((dict(mono).get(g, 0) for mono in self.raw), default=0)) for g in roots)
        return tuple(
            (g, e) for g, e in least if e > 0 and (e % 2 == 0 or self.ring.sign_of(g)[0] <= POSITIVE)
        )

    def reduce(self, poly: Poly) -> Poly:
        reduced = self.elimination.reduce(poly)
        if reduced is None:
            raise OutOfReach("a root that only a multiple of the bound determines")
        return reduced

    def certificate(self, products: bool) -> Certificate | None:
        if not self.goal:
            return self._assemble([])
        stages = []
        for atoms in self._stages(products):
            stages.append(atoms)
            if (found := self._combination(atoms, rounds=1)) is not None:
                return found
        return next(filter(None, (self._combination(atoms, rounds=2) for atoms in stages)), None)

    def _combination(self, atoms: list[Atom], rounds: int) -> Certificate | None:
        columns = self._columns(atoms, rounds)
        found = nonnegative_solution([c for c, _, _ in columns], self.goal, self.ring.deadline)
        if found is None:
            return None
        return self._assemble([(c, columns[k][1], columns[k][2]) for k, c in found.items()])

    def _assemble(self, chosen: list[tuple[Fraction, Atom, Monomial]]) -> Certificate:
        """The summands, and the cofactors for what separates their sum from the goal."""
        rest, summands = self.raw, []
        for c, atom, mono in chosen:
            poly: Poly = {mono: c}
            for part in atom.parts:
                poly = self.ring.times(poly, part)
            rest = plus(rest, poly, -1)
            ((scale, _),) = self.ring.times({mono: 1}, inverse_of(self.unit)).items()
            extra = (plainly({scale: 1}),) if scale else ()
            summands.append(Summand(Fraction(c), (*atom.factors, *extra)))
        goal, unit = self.elimination.apply(rest)
        if goal.poly:
            raise OutOfReach("the summands do not add up to the bound")
        ((whole, _),) = self.ring.times({self.unit: 1}, {unit: 1}).items()
        return Certificate((*uses_of(goal, whole, self.ring),), self.squared, tuple(summands))

    # atoms

    def _stages(self, products: bool) -> Iterator[list[Atom]]:
        """What is written; what is assumed and products of two of that; then also squares; with
        `products`, also all products of two."""
        if not products and not self.squared and (written := list(self._written())):
            yield written
        assumed = list(self._assumed())
        plain = [atom for atom in assumed if len(atom.factors) == 1]
        known = [Atom((), (), UNIT), *assumed, *self._pairs(combinations(plain, 2))]
        if plain and not products:
            yield known
        squares = [*self._sizes(), *self._completed_squares(), *self._vector_atoms()]
        if not products:
            yield [*known, *squares]
            return
        pairs = [(h, a) for h in assumed for a in (*squares, *assumed)]
        yield [*known, *squares, *self._pairs([*pairs, *combinations(squares[:6], 2)])]

    def _pairs(self, pairs: Iterable[tuple[Atom, Atom]]) -> list[Atom]:
        return [p for p in (self._times(a, b) for a, b in pairs) if p.reduced]

    def _atom(self, poly: Poly, *factors: Factor) -> Atom:
        return Atom((poly,), factors, self.reduce(poly))

    def _times(self, a: Atom, b: Atom) -> Atom:
        reduced = self.reduce(self.ring.times(a.reduced, b.reduced))
        return Atom((*a.parts, *b.parts), (*a.factors, *b.factors), reduced)

    def _written(self) -> Iterator[Atom]:
        """The addends of both sides that are not negative by their form: `a <= a + t^2`, however long
        t is once definitions are written out."""
        for side in (self.statement.left, self.statement.right):
            for term in side.terms if isinstance(side, Add) else ():
                if self.ring.surely(term):
                    yield self._atom(self.ring.normal(term), term)

    def _assumed(self) -> Iterator[Atom]:
        """Each order assumed, also times what of it is not negative."""
        for number, hypothesis in enumerate(self.statement.hypotheses):
            if hypothesis.relation in (Relation.EQ, Relation.NE):
                continue
            given = Given(number)
            poly = relation(self.ring, self.statement, given)
            yield self._atom(poly, given)
            for mono in sorted(poly):
                if mono and self._is_nonnegative(mono):
                    yield self._atom(self.ring.times(poly, {mono: 1}), given, plainly({mono: 1}))

    def _sizes(self) -> Iterator[Atom]:
        """Sizes less one."""
        sizes = {g[1] for mono in self.goal for g, _ in mono if g[0] == "size"}
        for space in sorted(sizes):
            term = add(Size(space), num(-1))
            yield self._atom(self.ring.normal(term), term)

    def _completed_squares(self) -> Iterator[Atom]:
        """(a ± b)² where c a², d b² and a multiple of ab are terms of the goal, c/d a square."""
        halves = [_halves(mono, c) for mono, c in self.goal.items()]
        seen = set()
        for (a, odd_a, c), (b, odd_b, d) in combinations(halves, 2):
            ratio = _rational_square_root(d / c) if c * d > 0 else None
            if odd_a != odd_b or ratio is None:
                continue
            common = {g: min(dict(a).get(g, 0), dict(b).get(g, 0)) for g in {g for g, _ in (*a, *b)}}
            a, b = (_without(half, common) for half in (a, b))
            for sign in (-1, 1):
                if (a, b, ratio, sign) not in seen:
                    seen.add((a, b, ratio, sign))
                    poly = plus({a: 1}, {b: ratio}, sign)
                    yield self._atom(self.ring.times(poly, poly), power(term_of(poly), 2))

    def _vector_atoms(self) -> Iterator[Atom]:
        """Squares of inner products, Gram determinants of the vectors in play, and Cauchy-Schwarz for those
        whose norms occur. Of k vectors k! times the Gram determinant is the sum of the squares of all
        determinants of k of their components each."""
        for space, vectors in self._vectors().items():
            index = Index("·", space)
            for u, v in combinations(vectors, 2):
                yield self._square(Sum(index, mul(u, v)), ())
            pairs = combinations_with_replacement(enumerate(vectors), 2)
            inner = {(k, n): self.ring.normal(Sum(index, mul(u, v))) for (k, u), (n, v) in pairs}
            for size in (1, 2, 3):
                letters = [Index(f"·{k}", space) for k in range(size)]
                for chosen in combinations(range(len(vectors)), size):
                    gram = [[inner[min(k, n), max(k, n)] for n in chosen] for k in chosen]
                    poly = plus({}, _determinant(gram, plus, self.ring.times), factorial(size))
                    rows = [[rename(vectors[k], {"·": letter}) for letter in letters] for k in chosen]
                    one = _determinant(rows, lambda a, b, sign: add(a, mul(num(sign), b)), mul)
                    yield self._atom(poly, sum_over(letters, power(one, 2)))
            for u, v in combinations(vectors, 2):
                yield self._square(add(u, neg(v)), (index,))
                for w in (u, neg(u)):
                    poly = schwarz(self.ring, w, v, index)
                    if {g for g in generators(poly) if g[0] == "root"} <= self.known_roots:
                        yield self._atom(poly, Schwarz(w, v, index))

    def _square(self, term: Term, over: Sequence[Index]) -> Atom:
        squared = sum_over(over, power(term, 2))
        return self._atom(self.ring.normal(squared), squared)

    def _vectors(self) -> dict[str, list[Term]]:
        """The vectors that the statement depends on, as components, by space: arrays, where the goal
        has sums of higher powers their squares, the unit vector of a free index, the ones."""
        shapes, _ = free_shapes(self.statement)
        graph = self.ring.graph
        arrays = [d.symbol.name for d in self.definitions if d.symbol.indices]
        used = {name for array in arrays for name in graph.uses[array]}
        found: dict[str, list[Term]] = {shape[0]: [] for shape in shapes.values() if len(shape) == 1}
        for name, shape in shapes.items():
            if len(shape) == 1 and (name not in used or not self._is_vector_defined(shape[0])):
                found[shape[0]].append(_component(graph, name, Index("·", shape[0])))
        for definition in self.definitions:
            indices = definition.symbol.indices
            if len(indices) == 1 and indices[0].space in found:
                component = Sym(definition.symbol.name, (Index("·", indices[0].space),))
                if self._brings_conditions(component):
                    continue
                poly = self.ring.normal(component)
                if not any(g[0] == "sym" and not g[2] for g in generators(poly)):
                    found[indices[0].space].append(component)
        if any(e > 2 for mono in self.goal for g, _ in mono if g[0] == "sum" for _, e in g[2]):
            found = {space: [*vectors, *(power(v, 2) for v in vectors)] for space, vectors in found.items()}
        places = [i for i in free_indices(add(self.statement.left, self.statement.right)) if i.space in found]
        units = {i.space: [Delta(Index("·", i.space), i)] for i in places[:1]}
        return {space: [*vectors[:4], *units.get(space, ()), ONE] for space, vectors in found.items()}

    def _brings_conditions(self, term: Term) -> bool:
        """Whether the term is defined only where the sides need not be: no summand for them."""
        alone = SearchRing(self.statement, self.ring.deadline)
        alone.normal(term)
        return not alone.conditions.keys() <= self.conditions

    def _is_vector_defined(self, space: str) -> bool:
        """Whether a vector over the space is defined: then its moments are known, and the
        free vector that it is made of is better written through it."""
        symbols = [d.symbol for d in self.definitions]
        vectors = [s for s in symbols if len(s.indices) == 1 and s.indices[0].space == space]
        return any(not self._brings_conditions(v) for v in vectors)

    # columns

    def _columns(self, atoms: list[Atom], rounds: int) -> list[tuple[Poly, Atom, Monomial]]:
        """Multiples of atoms that share a term with the goal or, in a second round, with such a
        multiple, for which there are many more."""
        found: dict[tuple[int, Monomial], tuple[Poly, Atom, Monomial]] = {}
        numbered = [(n, atom) for n, atom in enumerate(atoms) if self._is_homogeneous(atom)]
        rows: set[Monomial] = set(self.goal)
        for _ in range(rounds):
            targets = [(row, self._signs(row)) for row in sorted(rows)]
            for number, atom in numbered:
                for mono in self._multipliers(atom, targets):
                    key = (number, mono)
                    if key in found or len(found) > 4 * MOST_COLUMNS:
                        continue
                    column = self._multiple(atom, mono)
                    if column is not None:
                        found[key] = (column, atom, mono)
                        rows |= set(column)
            numbered = [(n, atom) for n, atom in numbered if len(atom.factors) <= 1]
        return _presolved(_distinct(found.values()), self.goal)

    def _multiple(self, atom: Atom, mono: Monomial) -> Poly | None:
        product = self.ring.times(atom.reduced, {mono: 1})
        if self.elimination.determined.isdisjoint(gen for gen, _ in mono):
            return product
        return self.elimination.reduce(product)

    def _is_homogeneous(self, atom: Atom) -> bool:
        """Whether the atom has one degree in those arrays in which the goal has one: of its
        multiples that share a term with the goal, all terms then have the goal's degree."""
        degrees = [_degree(mono) for mono in atom.reduced]
        return all(len({d.get(name, 0) for d in degrees}) <= 1 for name in self.degree)

    def _multipliers(
        self, atom: Atom, targets: list[tuple[Monomial, frozenset[Generator]]]
    ) -> Iterator[Monomial]:
        """Monomials that are not negative and take a term of the atom to one of `targets`: what has
        no known sign occurs in both to odd powers, or in neither."""
        seen = set()
        terms = [(term, self._signs(term)) for term in sorted(atom.reduced)]
        for (target, signs), (term, own) in product(targets, terms):
            if signs != own:
                continue
            exponents = dict(target)
            for gen, e in term:
                exponents[gen] = exponents.get(gen, 0) - e
            items = [(g, e) for g, e in exponents.items() if e]
            if self._is_nonnegative(items) and (mono := tuple(sorted(items))) not in seen:
                seen.add(mono)
                yield mono
        if time.monotonic() > self.ring.deadline:
            raise OutOfReach("the time is up")

    def _signs(self, mono: Monomial) -> frozenset[Generator]:
        """Of the factors that occur to an odd power, those that may be negative."""
        return frozenset(g for g, e in mono if e % 2 and not self._knows(g, "not negative"))

    def _is_nonnegative(self, items: Iterable[tuple[Generator, int]]) -> bool:
        """Whether a product of powers is defined and not negative wherever the sides are."""
        for gen, e in items:
            if e < 0 and not self._knows(gen, "divided"):
                return False
            if e % 2 and not self._knows(gen, "not negative"):
                return False
        return True

    def _knows(self, gen: Generator, what: str) -> bool:
        if (gen, what) not in self.known:
            signs, _ = self.ring.sign_of(gen)
            nonzero = gen in self.divided or 0 not in signs
            self.known[gen, what] = nonzero if what == "divided" else signs <= NONNEGATIVE
        return self.known[gen, what]


def _distinct(columns: Iterable[tuple[Poly, Atom, Monomial]]) -> list[tuple[Poly, Atom, Monomial]]:
    """One column of each direction."""
    found: dict[frozenset[tuple[Monomial, Coefficient]], tuple[Poly, Atom, Monomial]] = {}
    for column, atom, mono in columns:
        if column:
            scale = abs(Fraction(column[min(column)]))
            found.setdefault(frozenset((m, c / scale) for m, c in column.items()), (column, atom, mono))
    return list(found.values())


def _presolved(columns: list[tuple[Poly, Atom, Monomial]], goal: Poly) -> list[tuple[Poly, Atom, Monomial]]:
    """The columns without those that no combination can use: a term outside the goal that
    has one sign in all columns cancels in none."""
    while True:
        signs: dict[Monomial, set[bool]] = {}
        for column, _, _ in columns:
            for mono, c in column.items():
                signs.setdefault(mono, set()).add(c > 0)
        for mono, c in goal.items():
            signs.setdefault(mono, set()).add(c < 0)
        kept = [item for item in columns if all(len(signs[m]) == 2 for m in item[0])]
        if len(kept) == len(columns):
            break
        columns = kept
    if len(columns) > MOST_COLUMNS or len({m for c, _, _ in columns for m in c}) > MOST_ROWS:
        raise OutOfReach(f"{len(columns)} candidate summands")
    return columns


def _degree(mono: Monomial) -> dict[str, Fraction]:
    """How often each array occurs in a monomial."""
    total: dict[str, Fraction] = {}
    for gen, e in mono:
        for name, n in _array_degree(gen):
            total[name] = total.get(name, Fraction(0)) + n * e
    return total


@cache
def _array_degree(gen: Generator) -> tuple[tuple[str, Fraction], ...]:
    match gen:
        case ("sym", name, indices) if indices:
            return ((name, Fraction(1)),)
        case ("sum", _, mono):
            return tuple(_degree(mono).items())
        case ("root", q, key):
            degrees = {tuple(sorted(_degree(mono).items())) for mono, _ in key}
            return tuple((name, n / q) for name, n in degrees.pop()) if len(degrees) == 1 else ()
    return ()


def _determinant(rows: list[list[T]], plus: Callable[[T, T, int], T], times: Callable[[T, T], T]) -> T:
    """By expansion along the first row."""
    if len(rows) == 1:
        return rows[0][0]
    minors = ([row[:k] + row[k + 1 :] for row in rows[1:]] for k in range(len(rows)))
    first, *rest = (
        times(entry, _determinant(minor, plus, times)) for entry, minor in zip(rows[0], minors, strict=True)
    )
    for k, part in enumerate(rest):
        first = plus(first, part, -1 if k % 2 == 0 else 1)
    return first


def _component(graph: Graph, name: Name, index: Index) -> Term:
    """The component of a free vector; a gradient is written as the derivative it is."""
    if name in graph.gradients:
        loss, output = graph.gradients[name]
        return Diff(Sym(loss), Sym(output, (index,)), True)
    return Sym(name, (index,))


def _halves(mono: Monomial, c: Coefficient) -> tuple[Monomial, Monomial, Fraction]:
    """(a, r, c) where c*mono = c*a²*r and r has no square."""
    half = tuple((g, e // 2) for g, e in mono if e // 2)
    return half, tuple((g, e % 2) for g, e in mono if e % 2), Fraction(c)


def _without(mono: Monomial, common: dict[Generator, int]) -> Monomial:
    """The monomial divided by `common`."""
    exponents = dict(mono)
    return tuple(sorted((g, n) for g, e in common.items() if (n := exponents.get(g, 0) - e)))


def _rational_square_root(value: Fraction) -> Fraction | None:
    root = Fraction(isqrt(value.numerator), isqrt(value.denominator))
    return root if root * root == value else None
