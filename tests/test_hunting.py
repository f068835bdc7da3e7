"""Random statements, decided, and every verdict tried again with plain numbers.

The evaluator below shares only the term tree with bnsym: names are looked up, sums are
loops, and a derivative is a central difference at 60 digits, of the definitions run
forward with one component moved; the loss is a concrete polynomial of its outputs.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

import pytest
from mpmath import mp, mpf

from bnsym.calculus import gradient_name, hessian_name
from bnsym.kernel import Proved, Refuted
from bnsym.proving import decide
from bnsym.reporting.wording import relation_latex
from bnsym.terms import (
    HALF,
    Add,
    Definition,
    Delta,
    Diff,
    Hypothesis,
    Index,
    Mul,
    Num,
    Pow,
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
    sqrt,
    walk,
)
from tests.batchnorm import BN, beta, f, gamma, m, minus, mu, over, sigma, variance, x, xhat, y

DIGITS = 60
STEP = mpf(10) ** -12
CLOSE = mpf(10) ** -9
LETTERS = [Index(letter, "m") for letter in "ijk"]
i, j, k = LETTERS
inner, s, t = (Index(letter, "m") for letter in "lst")
a, b = Sym("a"), Sym("b")


# -- plain numbers ----------------------------------------------------------------------


class Undefined(Exception):
    """A division by zero, or a root of a negative number."""


class Numbers:
    """One choice of sizes, of values for the free arrays, and of a loss."""

    def __init__(
        self,
        statement: Statement,
        sizes: dict[str, int],
        lookup: Callable[[str, tuple[int, ...]], mpf],
        loss: Callable[[Numbers, State], mpf],
    ) -> None:
        self.bodies = {d.symbol.name: d for d in statement.definitions}
        self.losses, self.sizes, self.lookup, self.loss = statement.losses, sizes, lookup, loss

    def value(self, term: Term, at: dict[str, int], state: State) -> mpf:
        match term:
            case Num(value):
                return mpf(value.numerator) / value.denominator
            case Size(space):
                return mpf(self.sizes[space])
            case Delta(left, right):
                return mpf(at[left.name] == at[right.name])
            case Sym(name, indices):
                return self.component(name, tuple(at[index.name] for index in indices), state)
            case Add(terms):
                return mp.fsum(self.value(part, at, state) for part in terms)
            case Mul(factors):
                return mp.fprod(self.value(part, at, state) for part in factors)
            case Pow(base, exponent):
                return _power(self.value(base, at, state), exponent)
            case Sum(index, body):
                values = range(self.sizes[index.space])
                return mp.fsum(self.value(body, {**at, index.name: n}, state) for n in values)
            case Diff(of, by, total):
                return self.slope(of, by, total, at, state)
        raise NotImplementedError(term)

    def component(self, name: str, where: tuple[int, ...], state: State) -> mpf:
        """Of a free array or a definition, plus what it was moved by."""
        key = (name, where)
        if key not in state.known:
            if name in self.losses:
                found = self.loss(self, state)
            elif name in state.frozen:
                found = state.frozen[name](where)
            elif name in self.bodies:
                definition = self.bodies[name]
                parameters = (index.name for index in definition.symbol.indices)
                found = self.value(definition.body, dict(zip(parameters, where, strict=True)), state)
            else:
                found = self.lookup(name, where)
            state.known[key] = found + state.moved.get(key, 0)
        return state.known[key]

    def slope(self, of: Term, by: Sym, total: bool, at: dict[str, int], state: State) -> mpf:
        key = (by.name, tuple(at[index.name] for index in by.indices))
        if not total:
            if isinstance(of, Sym) and of.name in self.bodies and of.name != by.name:
                definition = self.bodies[of.name]
                pairs = zip(definition.symbol.indices, of.indices, strict=True)
                of, at = definition.body, {parameter.name: at[index.name] for parameter, index in pairs}
            state = state.with_frozen(self)
        step = STEP * mpf(10) ** (-3 * state.depth)
        high, low = (self.value(of, at, state.move(key, sign * step)) for sign in (1, -1))
        return (high - low) / (2 * step)


class State:
    """Which components are moved, by how much; which definitions are held fixed."""

    def __init__(self, moved: dict, frozen: dict, depth: int = 0) -> None:
        self.moved, self.frozen, self.depth = moved, frozen, depth
        self.known: dict[tuple[str, tuple[int, ...]], mpf] = {}

    def move(self, key: tuple[str, tuple[int, ...]], step: mpf) -> State:
        return State({**self.moved, key: self.moved.get(key, 0) + step}, self.frozen, self.depth + 1)

    def with_frozen(self, numbers: Numbers) -> State:
        here = State(self.moved, self.frozen, self.depth)

        def fixed(name: str) -> Callable[[tuple[int, ...]], mpf]:
            # without its own movement, which is added again wherever the component is read
            return lambda where: numbers.component(name, where, here) - self.moved.get((name, where), 0)

        return State(self.moved, {name: fixed(name) for name in numbers.bodies}, self.depth)


def _power(base: mpf, exponent: Fraction) -> mpf:
    if (base == 0 and exponent < 0) or (base < 0 and exponent.denominator % 2 == 0):
        raise Undefined
    if base == 0:
        return mpf(exponent == 0)
    root = base if exponent.denominator == 1 else mp.root(base, exponent.denominator)
    if abs(root) < CLOSE and exponent < 0:
        raise Undefined  # as good as a division by zero
    return root**exponent.numerator


Shapes = tuple[tuple[str, tuple[str, ...]], ...]


def outputs(statement: Statement) -> Shapes:
    """The arguments of the loss, with the spaces of their indices."""
    symbols = {d.symbol.name: d.symbol for d in statement.definitions}
    return tuple((name, tuple(index.space for index in symbols[name].indices)) for name in statement.outputs)


def places(numbers: Numbers, shapes: Shapes) -> Iterator[tuple[str, tuple[int, ...]]]:
    for name, spaces in shapes:
        for where in product(*(range(numbers.sizes[space]) for space in spaces)):
            yield name, where


def polynomial_loss(shapes: Shapes, seed: int) -> Callable[[Numbers, State], mpf]:
    """Of degree four in its outputs, with random coefficients: no derivative is zero by chance."""
    rng = random.Random(seed)
    weights = [[mpf(rng.uniform(-1, 1)) for _ in range(4)] for _ in range(8)]

    def loss(numbers: Numbers, state: State) -> mpf:
        total, mixed = mpf(0), mpf(0)
        for number, (name, where) in enumerate(places(numbers, shapes)):
            value = numbers.component(name, where, state)
            w = weights[number % len(weights)]
            mixed += w[0] * value
            total += w[1] * value + w[2] * value**2 + w[3] * value**3
        return total + mixed**2 + mixed**3 / 3 + mixed**4 / 5

    return loss


def taylor_loss(statement: Statement, values: dict) -> Callable[[Numbers, State], mpf]:
    """The quadratic polynomial whose derivatives at the outputs are those of a witness."""
    shapes = outputs(statement)

    def loss(numbers: Numbers, state: State) -> mpf:
        rest = State({}, {})
        offset = {
            place: numbers.component(*place, state) - numbers.component(*place, rest)
            for place in places(numbers, shapes)
        }
        total = mp.fsum(_entry(values, gradient_name("f", p[0]), p[1]) * offset[p] for p in offset)
        for p, q in product(offset, repeat=2):
            first, second = sorted((p, q), key=lambda place: statement.outputs.index(place[0]))
            entry = _entry(values, hessian_name("f", first[0], second[0]), first[1] + second[1])
            total += entry * offset[p] * offset[q] / 2
        return total

    return loss


def _entry(values: dict, name: str, where: tuple[int, ...]) -> mpf:
    # what a witness does not list is never looked up: anything will do, with some spread
    value = values.get(name, Fraction(1 + sum(where) ** 2))
    for n in where:
        value = value[n] if isinstance(value, tuple) else value
    return mpf(value.numerator) / value.denominator


def sides(numbers: Numbers, item: Statement | Hypothesis) -> Iterator[tuple[mpf, mpf]]:
    """Both sides, for all values of the free indices."""
    letters = dict.fromkeys((*free_indices(item.left), *free_indices(item.right)))
    for values in product(*(range(numbers.sizes[index.space]) for index in letters)):
        at = {index.name: n for index, n in zip(letters, values, strict=True)}
        yield numbers.value(item.left, at, State({}, {})), numbers.value(item.right, at, State({}, {}))


def compares(left: mpf, relation: Relation, right: mpf) -> bool | None:
    """Whether the relation holds; None if that is too close to call."""
    near = abs(left - right) <= CLOSE * (1 + abs(left) + abs(right))
    match relation:
        case Relation.EQ:
            return near
        case Relation.NE:
            return not near
        case Relation.LE:
            return near or left < right
        case Relation.GE:
            return near or left > right
        case Relation.LT:
            return None if near else left < right
        case Relation.GT:
            return None if near else left > right


def meets(numbers: Numbers, conditions: tuple[Hypothesis, ...]) -> bool:
    return all(compares(left, h.relation, right) for h in conditions for left, right in sides(numbers, h))


def contradiction(verdict: object, seed: int) -> str:
    """What plain numbers say against a verdict; empty if nothing."""
    if isinstance(verdict, Proved):
        return _against_proof(verdict, seed)
    if isinstance(verdict, Refuted):
        return _against_refutation(verdict)
    return ""


def _against_proof(proved: Proved, seed: int) -> str:
    statement, rng = proved.statement, random.Random(seed)
    least = {space: int(n) for space, n in (part.split(" >= ") for part in proved.scope.split(", "))}
    for size, attempt in product((1, 2, 3), range(4)):
        sizes = {"m": size, "D": 1 + attempt % 2}
        if any(sizes[space] < n for space, n in least.items()):
            continue
        seen: dict[tuple[str, tuple[int, ...]], mpf] = {}

        def lookup(name: str, where: tuple[int, ...], rng=rng, seen=seen, attempt=attempt) -> mpf:
            if (name, where) not in seen:
                low = mpf(1) / 4 if attempt % 2 else -2
                seen[name, where] = mpf(rng.randint(1, 10**6)) / 10**6 * (2 - low) + low
            return seen[name, where]

        numbers = Numbers(statement, sizes, lookup, polynomial_loss(outputs(statement), seed + attempt))
        try:
            if not meets(numbers, (*statement.hypotheses, *proved.side_conditions)):
                continue
            for left, right in sides(numbers, statement):
                if compares(left, statement.relation, right) is False:
                    return f"proved, but for m = {size}: {mp.nstr(left, 12)} against {mp.nstr(right, 12)}"
        except Undefined:
            continue
    return ""


def _against_refutation(refuted: Refuted) -> str:
    statement, values = refuted.statement, dict(refuted.witness.values)
    sizes = {"m": 1, "D": 1, **refuted.witness.sizes}
    numbers = Numbers(
        statement, sizes, lambda name, where: _entry(values, name, where), taylor_loss(statement, values)
    )
    for (first, here), (second, there) in product(places(numbers, outputs(statement)), repeat=2):
        name = hessian_name("f", first, second)
        if first == second and _entry(values, name, here + there) != _entry(values, name, there + here):
            return f"the witness has a Hessian that is not symmetric: {values[name]}"
    try:
        if not meets(numbers, statement.hypotheses):
            return "the witness does not meet the hypotheses"
        if all(compares(left, statement.relation, right) for left, right in sides(numbers, statement)):
            return "refuted, but it holds at the witness"
    except Undefined:
        return ""  # where the outputs are not defined, the loss's derivatives there still are
    return ""


# -- random statements ------------------------------------------------------------------


@dataclass(frozen=True)
class Setting:
    """What statements are about: definitions, the outputs of the loss, names by rank."""

    definitions: tuple[Definition, ...]
    outputs: tuple[str, ...]
    scalars: tuple[Sym, ...]
    vectors: tuple[str, ...]
    matrices: tuple[str, ...] = ("W",)

    @property
    def nodes(self) -> set[str]:
        return {d.symbol.name for d in self.definitions}

    def components(self, free: list[Index]) -> list[Sym]:
        """Of all arrays, at the indices given."""
        batch, features = ([p for p in free if p.space == space] for space in ("m", "D"))
        wide = [
            Sym(name, (p, q))
            for name in self.matrices
            for p in batch
            for q in (features if "Y" in self.matrices else batch)
        ]
        return [*self.scalars, *(Sym(name, (p,)) for name in self.vectors for p in batch), *wide]


p, q, r = (Index(letter, "D") for letter in "pqr")
BATCH = Setting(BN, ("y",), (gamma, beta, mu, variance, a), ("x", "x", r"\hat{x}", "y"))
SEVERAL = Setting(
    (
        *BN,
        Definition(Sym("z", (i,)), add(mul(x(i), y(i)), power(y(i), 2))),
        Definition(Sym("s"), add(Sum(i, mul(xhat(i), y(i), Sym("z", (i,)))), mul(a, mu))),
    ),
    ("y", "z", "s"),
    (gamma, beta, mu, variance, a, Sym("s")),
    ("x", r"\hat{x}", "y", "z"),
)
FEATURES = Setting(
    (
        Definition(Sym("c", (p,)), over(Sum(i, Sym("X", (i, p))), m)),
        Definition(Sym("Y", (i, p)), add(mul(minus(Sym("X", (i, p)), Sym("c", (p,))), x(i)), a)),
    ),
    ("Y",),
    (a, b),
    ("x",),
    ("X", "Y"),
)


class Maker:
    """Random terms in a setting, and what may be written for them."""

    def __init__(self, rng: random.Random, setting: Setting) -> None:
        self.rng, self.setting = rng, setting

    def leaf(self, free: list[Index]) -> Term:
        arrays = [part for part in self.setting.components(free) if part.indices]
        if not arrays or self.rng.random() < 0.35:
            more = [sigma] if variance in self.setting.scalars else []
            return self.rng.choice([*self.setting.scalars, *more, m, b, num(2), num(-1), num(Fraction(1, 2))])
        if self.rng.random() < 0.15:
            first = self.rng.choice(free)
            return Delta(first, self.rng.choice([index for index in free if index.space == first.space]))
        found = self.rng.choice(arrays)
        return (
            Diff(f, found, True) if found.name in self.setting.outputs and self.rng.random() < 0.5 else found
        )

    def term(self, depth: int, free: list[Index]) -> Term:
        if depth <= 0:
            return self.leaf(free)
        kind = self.rng.choice(
            ("sum", "sum", "add", "add", "mul", "mul", "mul", "power", "root", "diff", "leaf")
        )
        letters = [*LETTERS, p, q] if self.setting is FEATURES else LETTERS
        bound = [letter for letter in letters if letter not in free]
        if kind == "sum" and bound:
            index = self.rng.choice(bound)
            return Sum(index, self.term(depth - 1, [*free, index]))
        if kind == "add":
            return add(self.term(depth - 1, free), self.term(depth - 1, free))
        if kind == "mul":
            return mul(self.term(depth - 1, free), self.term(depth - 2, free))
        if kind == "power":
            return power(self.term(depth - 2, free), self.rng.choice((2, 2, 3, -1, -1, -2)))
        if kind == "root":
            base = self.term(depth - 2, free)
            square = power(base, 2)
            exponent = self.rng.choice((HALF, HALF, -HALF, 3 * HALF))
            return power(self.rng.choice((square, add(square, num(1)), base)), exponent)
        if kind == "diff":
            return self.derivative(depth, free)
        return self.leaf(free)

    def derivative(self, depth: int, free: list[Index]) -> Term:
        by = self.setting.components(free)
        at = self.rng.choice(by)
        kind = self.rng.random()
        if kind < 0.4:
            return Diff(f, at, True)
        if kind < 0.55 and self.setting is not SEVERAL:
            return Diff(Diff(f, at, True), self.rng.choice(by), True)
        if kind < 0.8:
            nodes = [part for part in by if part.name in self.setting.nodes]
            return Diff(self.rng.choice(nodes or by), at, self.rng.random() < 0.5)
        return Diff(self.term(depth - 1, free), at, True)

    # the same, written otherwise

    def rearranged(self, term: Term) -> Term:
        """An equal term, wherever both are defined."""
        again = self.rearranged
        if self.rng.random() < 0.15:
            return self.dressed(term)
        match term:
            case Add(terms):
                shuffled = self.rng.sample(terms, len(terms))
                return add(*map(again, shuffled))
            case Mul(factors):
                return self._product(self.rng.sample(factors, len(factors)))
            case Pow(base, Fraction(numerator=2, denominator=1)):
                return mul(again(base), again(base))
            case Pow(base, exponent) if exponent < 0:
                return over(num(1), power(again(base), -exponent))
            case Pow(base, exponent):
                return power(again(base), exponent)
            case Sum(index, Add(terms)):
                return add(*(again(Sum(index, part)) for part in terms))
            case Sum(index, Mul(factors)):
                outside = [part for part in factors if index not in free_indices(part)]
                inside = [part for part in factors if index in free_indices(part)]
                return mul(*outside, Sum(index, mul(*map(again, inside))) if inside else Size(index.space))
            case Sum(index, body):
                return Sum(index, again(body))
            case Sym(name, (index,)) if name == r"\hat{x}":
                return over(minus(x(index), mu), sigma)
            case Sym(name, (index,)) if name == "y":
                return add(beta, mul(xhat(index), gamma))
            case Sym(name) if name == r"\sigma^{2}":
                return minus(over(Sum(s, power(x(s), 2)), m), power(mu, 2))
            case Diff(Sym("f"), Sym(name), _) if name == r"\beta" and self.setting is BATCH:
                return Sum(t, Diff(f, y(t), True))
            case Diff(Sym("f"), Sym(name), _) if name == r"\gamma" and self.setting is BATCH:
                return Sum(t, mul(Diff(f, y(t), True), xhat(t)))
            case Diff(Diff(of, by, True), then, True):
                return Diff(Diff(of, then, True), by, True)
            case Diff(Add(terms), by, True):
                return add(*(Diff(part, by, True) for part in terms))
        return term

    def _product(self, factors: list[Term]) -> Term:
        for position, factor in enumerate(factors):
            if isinstance(factor, Add):
                rest = factors[:position] + factors[position + 1 :]
                return add(*(mul(part, *rest) for part in factor.terms))
        return mul(*map(self.rearranged, factors))

    def dressed(self, term: Term) -> Term:
        """The term with something around it that changes nothing."""
        kind = self.rng.randrange(5)
        free = list(free_indices(term))
        if kind == 0 and free:
            index = self.rng.choice(free)
            other = inner if index.space == "m" else r
            moved = _with_letter(term, index, other)
            return term if moved is None else Sum(other, mul(Delta(index, other), moved))
        if kind == 1:
            return over(Sum(inner, term), m)
        if kind == 2:
            return mul(term, power(sqrt(add(power(a, 2), num(1))), 2), power(add(power(a, 2), num(1)), -1))
        if kind == 3 and self.setting is not FEATURES:
            return add(term, mul(b, Sum(inner, xhat(inner))))
        if kind == 4 and self.setting is not FEATURES:
            return over(mul(term, Sum(inner, power(xhat(inner), 2))), m)
        return term

    def mutated(self, term: Term) -> Term:
        """A term that usually differs."""
        match term:
            case Add(terms) | Mul(terms) if self.rng.random() < 0.8:
                position = self.rng.randrange(len(terms))
                rebuilt = [*terms[:position], self.mutated(terms[position]), *terms[position + 1 :]]
                return add(*rebuilt) if isinstance(term, Add) else mul(*rebuilt)
            case Pow(base, exponent) if self.rng.random() < 0.7:
                return power(self.mutated(base), exponent)
            case Sum(index, body) if self.rng.random() < 0.8:
                return Sum(index, self.mutated(body))
            case Pow(base, exponent):
                return power(base, exponent + self.rng.choice((1, -1, HALF)))
            case Diff(of, by, total) if by in (x(i), x(j)) and self.setting is not FEATURES:
                return Diff(of, xhat(by.indices[0]), total)
            case Diff(of, by, total):
                return Diff(of, by, not total) if isinstance(of, Sym) and of != f else neg(term)
            case Sym(name, (first, second)):
                return Sym(name, (second, first)) if first.space == second.space else mul(a, term)
        return self.rng.choice((neg(term), mul(num(2), term), add(term, num(1)), sqrt(power(term, 2))))


def _with_letter(term: Term, old: Index, new: Index) -> Term | None:
    """The term at another index, for terms simple enough to be sure of it."""
    match term:
        case Sym(name, indices):
            return Sym(name, tuple(new if index == old else index for index in indices))
        case Delta(left, right):
            return Delta(new if left == old else left, new if right == old else right)
        case Num() | Size():
            return term
        case Diff(of, by, True) if of == f:
            moved = _with_letter(by, old, new)
            return Diff(of, moved, True) if isinstance(moved, Sym) else None
        case Mul(factors) | Add(factors):
            parts = [_with_letter(part, old, new) for part in factors]
            if any(part is None for part in parts):
                return None
            return (mul if isinstance(term, Mul) else add)(*(part for part in parts if part is not None))
        case Pow(base, exponent):
            moved = _with_letter(base, old, new)
            return None if moved is None else power(moved, exponent)
    return None


HYPOTHESES: tuple[tuple[Hypothesis, ...], ...] = (
    (),
    (),
    (Hypothesis(a, Relation.GT, num(0)),),
    (Hypothesis(power(a, 2), Relation.LE, power(b, 2)),),
    (Hypothesis(x(i), Relation.GT, num(0)),),
)


def statements(setting: Setting, seed: int, many: int) -> Iterator[tuple[Statement, bool]]:
    """Statements, and whether the sides are equal by construction."""
    rng = random.Random(seed)
    maker = Maker(rng, setting)
    while many:
        free = rng.choice(([], [i], [i, p] if setting is FEATURES else [i, j]))
        left = maker.term(rng.choice((2, 3, 3, 4)), free)
        if sum(1 for _ in walk(left)) > 45 or sum(isinstance(part, Diff) for part in walk(left)) > 2:
            continue
        kind = rng.random()
        right = maker.rearranged(left) if kind < 0.55 else maker.mutated(left)
        relation = Relation.EQ if rng.random() < 0.75 else rng.choice((Relation.LE, Relation.GE, Relation.LT))
        if relation is not Relation.EQ and rng.random() < 0.5:
            right = mul(rng.choice((num(0), num(1), num(2))), right)
        hypotheses = rng.choice(HYPOTHESES)
        many -= 1
        yield (
            Statement(left, relation, right, setting.definitions, hypotheses, ("f",), setting.outputs),
            kind < 0.55,
        )


@pytest.fixture(autouse=True)
def _precision() -> Iterator[None]:
    with mp.workdps(DIGITS):
        yield


@pytest.mark.parametrize("seed", [2, 3])
@pytest.mark.parametrize("setting", [BATCH, SEVERAL, FEATURES], ids=["batch", "several outputs", "features"])
def test_no_verdict_is_contradicted_by_numbers(setting: Setting, seed: int) -> None:
    decided, proofs = 0, 0
    for number, (statement, _) in enumerate(statements(setting, seed, 30)):
        verdict = decide(statement, time.monotonic() + 0.3)
        decided += isinstance(verdict, Proved | Refuted)
        proofs += isinstance(verdict, Proved)
        assert not (found := contradiction(verdict, number)), f"{relation_latex(statement)}: {found}"
    assert decided >= 12
    assert proofs >= 4
