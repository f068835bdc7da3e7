"""Evidence at a large batch: exact arithmetic mod a prime on NumPy arrays, at m = 1000.

Free arrays are drawn at random mod PRIME; a term is evaluated over arrays with named axes; the
loss is differentiated backwards over the values of the definitions, everything else by structure.
A false identity survives a draw with probability at most about 4·degree/PRIME. Integers mod p have
no order, so inequalities are not examined, and a root's sign has no meaning: the root that is itself
a square is taken, which is as multiplicative as the positive root.

Terms name components by letters only, so a statement is unchanged when the values of an index space
are permuted: free indices are sampled, at least once for every way in which they may coincide.

Trusted for nothing; a witness against the kernel. It must share no code with the proof, so it must
not import `kernel`, `calculus`, the explicit route, or anything that imports them but `model`.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import lru_cache
from time import monotonic
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from bnsym.model import Evidence
from bnsym.terms import (
    ONE,
    ZERO,
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
    SpaceName,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    children,
    free_indices,
    mul,
    neg,
    num,
    power,
    rename,
    walk,
)

PRIME = 2147260631
"""Below 2^31, so that products fit 64 bits. -1 is not a square mod it, every prime below 60 is one."""
SQUARE_SIZE = 40
"""The batch where an array, such as a Hessian, has two indices over it: 1000² entries cost seconds."""
OTHER_SIZES = (3, 5, 7)
REDRAWS = 60
SAMPLES = "*"
"""The axis along which free indices take their sampled values."""

Array: TypeAlias = npt.NDArray[np.int64]
Places: TypeAlias = Mapping[str, "Array | None"]
"""Where an index letter stands: at sampled positions along SAMPLES, or (None) on an axis of its own."""


class Unsupported(Exception):
    """This route cannot say what the term means."""


class Redraw(Exception):
    """These values will not do: a root does not exist, or a divisor is zero."""

    def __init__(
        self, term: Term, axes: tuple[str, ...] = (), bad: npt.NDArray[np.bool_] | None = None
    ) -> None:
        super().__init__("a root does not exist or a divisor is zero")
        self.term, self.axes, self.bad = term, axes, bad

    def entries(self) -> tuple[npt.NDArray[np.int64], ...]:
        """The positions on each axis of what will not do."""
        return np.nonzero(self.bad) if self.axes and self.bad is not None else ()


# --- structure: derivatives and Kronecker deltas ---------------------------------------------


@dataclass(eq=False)
class Structure:
    """The definitions with every derivative in them resolved; derivatives are definitions too."""

    definitions: dict[Name, Definition]
    losses: tuple[Name, ...]
    outputs: tuple[Name, ...]
    batch: SpaceName
    shapes: dict[Name, tuple[SpaceName, ...]]
    adjoints: dict[Name, tuple[Name, Name]] = field(default_factory=dict)
    """Names of ∂loss/∂node, as (loss, node)."""
    drawn: dict[Name, tuple[Name, Name]] = field(default_factory=dict)
    """Names of ∂loss/∂output where it is free, as (loss, output)."""
    hessians: set[Name] = field(default_factory=set)
    """Names of second derivatives at outputs."""
    symmetric: dict[Name, int] = field(default_factory=dict)
    """Arrays whose two halves of so many indices may change places."""
    _bodies: dict[Name, Term] = field(default_factory=dict)
    _letters: Iterator[int] = field(default_factory=itertools.count)

    def resolve(self, term: Term) -> Term:
        """`term` without derivatives, and without deltas that a sum can spend."""
        match term:
            case Add(terms):
                return add(*map(self.resolve, terms))
            case Mul(factors):
                return times(*map(self.resolve, factors))
            case Pow(base, exponent):
                return power(self.resolve(base), exponent)
            case Sum(index, body):
                return spend(index, self.resolve(body))
            case Diff(of, by, total):
                return self._resolve_derivative(of, by, total)
            case Max():
                raise Unsupported("a maximum over matrices has no value mod p")
            case _:
                return term

    def _resolve_derivative(self, of: Term, by: Sym, total: bool) -> Term:
        if isinstance(of, Sym) and of.name in self.losses:
            return self.adjoint(of.name, by)
        if total or self._is_gradient(of):
            return self.derive(self._written(of), by, True)
        if isinstance(of, Sym) and of.name in self.definitions and of.name != by.name:
            of = self.unfold(of)
        else:
            of = self.resolve(of)
        if any(isinstance(t, Sym) and t.name in self.adjoints for t in walk(of)):
            raise Unsupported("a local derivative of the loss's gradient")
        return self.derive(of, by, False)

    def _is_gradient(self, term: Term) -> bool:
        while isinstance(term, Diff):
            term = term.of
        return isinstance(term, Sym) and term.name in self.losses

    def adjoint(self, loss: Name, by: Sym) -> Sym:
        """∂loss/∂by, to be computed backwards."""
        if not self.outputs:
            raise Unsupported("the loss depends on nothing: no outputs are known")
        name = f"∂{loss}/∂{by.name}"
        self.adjoints[name] = (loss, by.name)
        self.shapes.setdefault(name, tuple(i.space for i in by.indices))
        return Sym(name, by.indices)

    def _written(self, term: Term) -> Term:
        """`term` with derivatives of a loss written out over the outputs, to be differentiated again."""
        match term:
            case Diff(Sym(loss), by, _) if loss in self.losses:
                return self._gradient(loss, by)
            case Add(terms):
                return add(*map(self._written, terms))
            case Mul(factors):
                return times(*map(self._written, factors))
            case Pow(base, exponent):
                return power(self._written(base), exponent)
            case Sum(index, body):
                return spend(index, self._written(body))
            case Diff(of, by, total) if total or self._is_gradient(of):
                return self.derive(self._written(of), by, True)
            case _:
                return self.resolve(term)

    def _gradient(self, loss: Name, by: Sym) -> Term:
        """∂f/∂v = Σ_{outputs y} Σ_k (∂f/∂y_k) dy_k/dv, ∂f/∂y free."""
        self.adjoint(loss, by)
        return add(
            *(self._over(y, mul(self.free_adjoint(loss, y), self.tangent(y, by))) for y in self._ends())
        )

    def _ends(self) -> Iterator[Sym]:
        for name in self.outputs:
            if name in self.shapes:  # else nothing in the statement depends on it
                yield Sym(name, self.fresh(self.shapes[name]))

    @staticmethod
    def _over(symbol: Sym, term: Term) -> Term:
        for index in reversed(symbol.indices):
            term = spend(index, term)
        return term

    def free_adjoint(self, loss: Name, output: Sym) -> Sym:
        name = f"∂{loss}/∂{output.name} at the outputs"
        self.drawn[name] = (loss, output.name)
        self.shapes[name] = self.shapes[output.name]
        return Sym(name, output.indices)

    def fresh(self, spaces: tuple[SpaceName, ...]) -> tuple[Index, ...]:
        return tuple(Index(f"{next(self._letters)}", space) for space in spaces)

    def body(self, name: Name) -> Term:
        """What `name` is defined as, resolved."""
        if name not in self._bodies:
            self._bodies[name] = self.resolve(self.definitions[name].body)
        return self._bodies[name]

    def unfold(self, symbol: Sym) -> Term:
        return _tidy(rename(self.body(symbol.name), self._parameters(symbol)))

    def _parameters(self, symbol: Sym) -> dict[str, Index]:
        parameters = self.definitions[symbol.name].symbol.indices
        if len(parameters) != len(symbol.indices):
            raise Unsupported(f"{symbol.name} is used and defined with different numbers of indices")
        return {a.name: b for a, b in zip(parameters, symbol.indices, strict=True)}

    def derive(self, term: Term, by: Sym, total: bool) -> Term:
        """The derivative of a resolved term by the component `by`."""
        match term:
            case Sym(name, indices):
                return self._derive_symbol(name, indices, by, total)
            case Add(terms):
                return add(*(self.derive(t, by, total) for t in terms))
            case Mul(factors):
                rates = [self.derive(f, by, total) for f in factors]
                return add(
                    *(times(*factors[:k], r, *factors[k + 1 :]) for k, r in enumerate(rates) if r != ZERO)
                )
            case Pow(base, exponent):
                inner = self.derive(base, by, total)
                return ZERO if inner == ZERO else times(num(exponent), power(base, exponent - 1), inner)
            case Sum(index, body):
                if index.name in {i.name for i in by.indices}:
                    (other,) = self.fresh((index.space,))
                    index, body = other, rename(body, {index.name: other})
                return spend(index, self.derive(body, by, total))
            case _:
                return ZERO

    def _derive_symbol(self, name: Name, indices: tuple[Index, ...], by: Sym, total: bool) -> Term:
        if name == by.name:
            return times(*(delta(a, b) for a, b in zip(indices, by.indices, strict=True)))
        if not total:
            return ZERO
        if name in self.hessians:
            raise Unsupported("a third derivative of the loss")
        if name in self.drawn:
            return self._curvature(name, indices, by)
        if name in self.adjoints:
            return self.derive(
                self._gradient(self.adjoints[name][0], Sym(self.adjoints[name][1], indices)), by, True
            )
        return self.tangent(Sym(name, indices), by)

    def _curvature(self, name: Name, indices: tuple[Index, ...], by: Sym) -> Term:
        """d(∂f/∂y_k)/dv = Σ_{outputs y'} Σ_l H[y_k, y'_l] dy'_l/dv, H free and symmetric."""
        loss, first = self.drawn[name]
        parts: list[Term] = []
        for y in self._ends():
            rate = self.tangent(y, by)
            if rate != ZERO:
                a, b = sorted([Sym(first, indices), y], key=lambda s: s.name)
                parts.append(self._over(y, times(self._hessian(loss, a, b), rate)))
        return add(*parts)

    def _hessian(self, loss: Name, a: Sym, b: Sym) -> Sym:
        name = f"∂²{loss}/∂{a.name}∂{b.name} at the outputs"
        self.hessians.add(name)
        if a.name == b.name and a.indices:
            self.symmetric[name] = len(a.indices)
        self.shapes[name] = self.shapes[a.name] + self.shapes[b.name]
        return Sym(name, a.indices + b.indices)

    def tangent(self, symbol: Sym, by: Sym) -> Term:
        """d symbol/d by through all definitions: a definition of its own, so that it is evaluated
        once; written out where it would be a matrix over the batch."""
        if symbol.name == by.name:
            return times(*(delta(a, b) for a, b in zip(symbol.indices, by.indices, strict=True)))
        if not self.depends(symbol.name, by.name):
            return ZERO
        name = f"d{symbol.name}/d{by.name}"
        if name not in self.definitions:
            self._define_tangent(name, symbol, by)
        found = Sym(name, symbol.indices + by.indices)
        if self.definitions[name].body == ZERO:
            return ZERO
        return self.unfold(found) if self.shapes[name].count(self.batch) > 1 else found

    def _define_tangent(self, name: Name, symbol: Sym, by: Sym) -> None:
        u = Sym(symbol.name, self.fresh(tuple(i.space for i in symbol.indices)))
        v = Sym(by.name, self.fresh(tuple(i.space for i in by.indices)))
        body = rename(self.definitions[u.name].body, self._parameters(u))
        body = self.derive(self._written(body), v, True)
        self.shapes[name] = tuple(i.space for i in u.indices + v.indices)
        self.definitions[name] = Definition(Sym(name, u.indices + v.indices), body)

    def depends(self, name: Name, on: Name) -> bool:
        seen, todo = set(), [name]
        while todo:
            current = todo.pop()
            if current == on:
                return True
            if current not in seen:
                seen.add(current)
                todo.extend(self.uses(current))
        return False

    def uses(self, name: Name) -> set[Name]:
        """The names that a node is computed from; a gradient, from everything."""
        if name in self.adjoints or name in self.drawn:
            return set(self.outputs)
        if name not in self.definitions:
            return set()
        used = {t.name for t in walk(self.definitions[name].body) if isinstance(t, Sym)}
        return used | set(self.outputs) if used & set(self.losses) else used


def delta(left: Index, right: Index) -> Term:
    return ONE if left == right else Delta(left, right)


def times(*factors: Term) -> Term:
    """The product; unlike `mul` it is zero if a factor is, and δ_ii is 1."""
    plain = [f for f in factors if not (isinstance(f, Delta) and f.left == f.right)]
    found = mul(*plain)
    if isinstance(found, Mul) and any(f == ZERO for f in found.factors):
        return ZERO
    return found


def spend(index: Index, body: Term) -> Term:
    """Σ_index body, where a delta of the index in a product replaces the sum."""
    if body == ZERO or not _mentions(body, index):
        return times(Size(index.space), body) if body != ZERO else ZERO
    if not _has_delta(body, index):
        return Sum(index, body)
    return add(*(_spend_product(index, factors) for factors in _products(body, index)))


def _spend_product(index: Index, factors: tuple[Term, ...]) -> Term:
    for k, factor in enumerate(factors):
        if isinstance(factor, Delta) and index in (factor.left, factor.right):
            other = factor.right if factor.left == index else factor.left
            rest = times(*factors[:k], *factors[k + 1 :])
            return _tidy(rename(rest, {index.name: other}))
    body = times(*factors)
    return Sum(index, body) if _mentions(body, index) else times(Size(index.space), body)


def _tidy(term: Term) -> Term:
    """δ_ii is 1, also inside."""
    match term:
        case Delta(left, right) if left == right:
            return ONE
        case Add(terms):
            return add(*map(_tidy, terms))
        case Mul(factors):
            return times(*map(_tidy, factors))
        case Pow(base, exponent):
            return power(_tidy(base), exponent)
        case Sum(index, body):
            return spend(index, _tidy(body))
        case _:
            return term


def _products(body: Term, index: Index) -> list[tuple[Term, ...]]:
    """`body` as a sum of products in which every delta of `index` that can be is a factor."""
    match body:
        case Add(terms) if _has_delta(body, index):
            return [factors for t in terms for factors in _products(t, index)]
        case Mul(factors) if _has_delta(body, index):
            choices = itertools.product(*(_products(f, index) for f in factors))
            return [tuple(itertools.chain(*choice)) for choice in choices]
        case Pow(base, exponent) if _has_delta(body, index) and exponent in (2, 3):
            return _products(Mul((base,) * int(exponent)), index)
        case Sum(inner, summand) if _has_delta(body, index):
            return [_outside(inner, factors) for factors in _products(summand, index)]
        case _:
            return [(body,)]


def _outside(inner: Index, factors: tuple[Term, ...]) -> tuple[Term, ...]:
    """Factors of a summand that do not mention its index, then the sum of the others."""
    free = tuple(f for f in factors if not _mentions(f, inner))
    return (*free, spend(inner, times(*(f for f in factors if _mentions(f, inner)))))


def _mentions(term: Term, index: Index) -> bool:
    return any(i.name == index.name for i in free_indices(term))


def _has_delta(term: Term, index: Index) -> bool:
    match term:
        case Delta(left, right):
            return index in (left, right)
        case Sum(bound, _) if bound.name == index.name:
            return False
        case _:
            return any(_has_delta(child, index) for child in children(term))


# --- values ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Tensor:
    """Values along named axes."""

    axes: tuple[str, ...]
    data: Array


def spread(tensor: Tensor, axes: tuple[str, ...]) -> Array:
    """The data with one dimension for each of `axes`, in that order, 1 where it does not vary."""
    order = [tensor.axes.index(a) for a in axes if a in tensor.axes]
    shape = [tensor.data.shape[tensor.axes.index(a)] if a in tensor.axes else 1 for a in axes]
    return tensor.data.transpose(order).reshape(shape)


def joined(tensors: list[Tensor]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a for t in tensors for a in t.axes))


def sum_of(tensors: list[Tensor]) -> Tensor:
    axes = joined(tensors)
    total: Array = np.zeros((), np.int64)
    for tensor in tensors:
        total = total + spread(tensor, axes)
    return Tensor(axes, total % PRIME)


def product_of(tensors: list[Tensor]) -> Tensor:
    axes = joined(tensors)
    found: Array = np.ones((), np.int64)
    for tensor in sorted(tensors, key=lambda t: t.data.size):
        found = found * spread(tensor, axes) % PRIME
    return Tensor(axes, found.reshape([found.shape[k] if found.ndim else 1 for k in range(len(axes))]))


def constant(value: int | Fraction) -> Tensor:
    value = Fraction(value)
    residue = value.numerator * pow(value.denominator, -1, PRIME) % PRIME
    return Tensor((), np.array(residue, np.int64))


def raised(base: Array, exponent: int) -> Array:
    """base ** exponent, 0 <= exponent, by repeated squaring."""
    if base.size == 1:
        return np.full(base.shape, pow(int(base.reshape(())[()]), exponent, PRIME), np.int64)
    found = np.ones_like(base)
    while exponent:
        if exponent & 1:
            found = found * base % PRIME
        base, exponent = base * base % PRIME, exponent >> 1
    return found


@dataclass(eq=False)
class Machine:
    """One draw of all free arrays, and what follows from it."""

    structure: Structure
    sizes: Mapping[SpaceName, int]
    seed: int
    positive: frozenset[Name] = frozenset()
    values: dict[Name, Array] = field(default_factory=dict)
    """Drawn."""
    computed: dict[Name, Array] = field(default_factory=dict)
    """Of definitions and adjoints."""

    def array(self, name: Name) -> Array:
        """All components of a name, an axis for each of its indices."""
        known = self.values.get(name)
        if known is None:
            known = self.computed.get(name)
        if known is None:
            known = self._make(name)
        return known

    def _make(self, name: Name) -> Array:
        structure = self.structure
        if name in structure.definitions:
            definition = structure.definitions[name]
            self.computed[name] = self.table(definition.symbol.indices, structure.body(name))
        elif name in structure.adjoints:
            loss, _ = structure.adjoints[name]
            for node, adjoint in Backward(self, loss).run().items():
                self.computed[f"∂{loss}/∂{node}"] = adjoint
            if name not in self.computed:
                self.computed[name] = np.zeros(self.shape(name), np.int64)
        else:
            self.values[name] = self.draw(name)
            return self.values[name]
        return self.computed[name]

    def shape(self, name: Name) -> tuple[int, ...]:
        return tuple(self.sizes[s] for s in self.structure.shapes[name])

    def draw(self, name: Name, attempt: int = 0) -> Array:
        """Random values, the same for every machine with this seed."""
        rng = np.random.default_rng([self.seed, attempt, zlib.crc32(name.encode())])
        drawn = rng.integers(1, PRIME, self.shape(name), np.int64)
        if name in self.positive:
            return np.array(drawn * drawn % PRIME)
        half = self.structure.symmetric.get(name, 0)
        if half:
            drawn = (drawn + drawn.transpose(*range(half, 2 * half), *range(half))) % PRIME
        return drawn

    def table(self, parameters: tuple[Index, ...], body: Term) -> Array:
        """A term for all values of its free indices."""
        found = self.evaluate(body, {i.name: None for i in parameters})
        axes = tuple(i.name for i in parameters)
        return np.array(np.broadcast_to(spread(found, axes), tuple(self.sizes[i.space] for i in parameters)))

    def evaluate(self, term: Term, at: Places) -> Tensor:
        match term:
            case Num(value):
                return constant(value)
            case Size(space):
                return constant(self.sizes[space])
            case Sym(name, indices):
                return self.gather(self.array(name), indices, at)
            case Delta(left, right):
                a, b = self.position(left, at), self.position(right, at)
                axes = joined([a, b])
                return Tensor(axes, (spread(a, axes) == spread(b, axes)).astype(np.int64))
            case Add(terms):
                return sum_of([self.evaluate(t, at) for t in terms])
            case Mul(factors):
                return product_of([self.evaluate(f, at) for f in factors])
            case Pow(base, exponent):
                return self.powered(base, self.evaluate(base, at), exponent)
            case Sum(index, body):
                return self.summed(index, body, {**at, index.name: None})
            case _:
                raise Unsupported(f"no value for {type(term).__name__}")

    def position(self, index: Index, at: Places) -> Tensor:
        where = at[index.name]
        if where is None:
            return Tensor((index.name,), np.arange(self.sizes[index.space]))
        return Tensor((SAMPLES,), where)

    def gather(self, array: Array, indices: tuple[Index, ...], at: Places) -> Tensor:
        names = tuple(i.name for i in indices)
        if array.ndim != len(indices):
            raise Unsupported("an array is used with different numbers of indices")
        if len(set(names)) == len(names) and all(at[n] is None for n in names):
            return Tensor(names, array)
        positions = [self.position(i, at) for i in indices]
        axes = joined(positions)
        return Tensor(axes, array[tuple(spread(p, axes) for p in positions)])

    def summed(self, index: Index, body: Term, at: Places) -> Tensor:
        """Σ body; what does not vary with the index is taken out first, sums are taken one by one."""
        if (
            isinstance(body, Pow)
            and isinstance(body.base, Add)
            and body.exponent == 2
            and self.wide(body, at)
        ):
            body = add(*(mul(a, b) for a in body.base.terms for b in body.base.terms))
        if isinstance(body, Add):
            return sum_of([self.summed(index, t, at) for t in body.terms])
        factors = body.factors if isinstance(body, Mul) else (body,)
        inside = [self.evaluate(f, at) for f in factors if _mentions(f, index)]
        outside = [self.evaluate(f, at) for f in factors if not _mentions(f, index)]
        total = reduced(product_of(inside), index.name) if inside else constant(self.sizes[index.space])
        return product_of([total, *outside]) if outside else total

    def wide(self, term: Term, at: Places) -> bool:
        """Whether the values of `term` would fill a matrix over the batch."""
        axes = [i for i in free_indices(term) if at[i.name] is None]
        return sum(i.space == self.structure.batch for i in axes) > 1

    def powered(self, term: Term, base: Tensor, exponent: Fraction) -> Tensor:
        data, denominator = base.data, exponent.denominator
        while denominator % 2 == 0:
            data, denominator = self.root(term, replace(base, data=data)), denominator // 2
        if denominator != 1:
            raise Unsupported("an odd root")
        if exponent < 0:
            if not data.all():
                raise Redraw(term, base.axes, data == 0)
            return Tensor(base.axes, raised(data, -exponent.numerator * (PRIME - 2) % (PRIME - 1)))
        return Tensor(base.axes, raised(data, exponent.numerator))

    @staticmethod
    def root(term: Term, base: Tensor) -> Array:
        """The square root that is itself a square."""
        found = raised(base.data, (PRIME + 1) // 4)
        bad = found * found % PRIME != base.data
        if bad.any():
            raise Redraw(term, base.axes, bad)
        return found


def reduced(tensor: Tensor, axis: str) -> Tensor:
    k = tensor.axes.index(axis)
    return Tensor(tensor.axes[:k] + tensor.axes[k + 1 :], tensor.data.sum(axis=k) % PRIME)


# --- the loss, differentiated backwards ------------------------------------------------------


class Backward:
    """∂loss/∂node for every node: adjoints flow from the outputs to what they were computed from."""

    def __init__(self, machine: Machine, loss: Name) -> None:
        self.machine, self.structure, self.loss = machine, machine.structure, loss
        self.adjoints: dict[Name, Array] = {}

    def run(self) -> dict[Name, Array]:
        for output in self.structure.outputs:
            if output in self.structure.shapes:
                symbol = Sym(output, self.structure.fresh(self.structure.shapes[output]))
                self.adjoints[output] = self.machine.array(
                    self.structure.free_adjoint(self.loss, symbol).name
                )
        for name in reversed(self.order()):
            if name in self.adjoints:
                parameters = self.structure.definitions[name].symbol.indices
                adjoint = Tensor(tuple(i.name for i in parameters), self.adjoints[name])
                self.push(self.structure.body(name), adjoint, parameters)
        return self.adjoints

    def order(self) -> list[Name]:
        """The definitions that outputs depend on, each after those that it uses."""
        found: dict[Name, None] = {}

        def visit(name: Name) -> None:
            if name in self.structure.definitions and name not in found:
                for used in sorted({t.name for t in walk(self.structure.body(name)) if isinstance(t, Sym)}):
                    if used in self.structure.adjoints:
                        raise Unsupported("the loss depends on its own gradient")
                    visit(used)
                found[name] = None

        for output in self.structure.outputs:
            visit(output)
        return list(found)

    def push(self, term: Term, adjoint: Tensor, active: tuple[Index, ...]) -> None:
        """Hand the adjoint of `term`, which stands for every value of `active`, to its leaves."""
        at: Places = {i.name: None for i in active}
        match term:
            case Sym(name, indices):
                self.arrive(name, indices, self.fold([adjoint], active, indices))
            case Add(terms):
                for t in terms:
                    self.push(t, adjoint, active)
            case Mul(factors):
                values = [self.machine.evaluate(f, at) for f in factors]
                for k, factor in enumerate(factors):
                    self.push_factor(factor, [adjoint, *values[:k], *values[k + 1 :]], active)
            case Pow(base, exponent):
                rate = self.machine.powered(base, self.machine.evaluate(base, at), exponent - 1)
                self.push(base, product_of([adjoint, rate, constant(exponent)]), active)
            case Sum(index, body):
                if index.name in at:
                    (other,) = self.structure.fresh((index.space,))
                    index, body = other, rename(body, {index.name: other})
                self.push(body, adjoint, (*active, index))

    def push_factor(self, factor: Term, others: list[Tensor], active: tuple[Index, ...]) -> None:
        if any(isinstance(t, Sym) for t in walk(factor)):
            inner = free_indices(factor)
            self.push(factor, self.fold(others, active, inner), tuple(i for i in active if i in inner))

    def fold(self, tensors: list[Tensor], active: tuple[Index, ...], kept: tuple[Index, ...]) -> Tensor:
        """The product, summed over every active index that is not kept."""
        for index in active:
            if index in kept:
                continue
            varying = [t for t in tensors if index.name in t.axes]
            tensors = [t for t in tensors if index.name not in t.axes]
            size = self.machine.sizes[index.space]
            tensors.append(reduced(product_of(varying), index.name) if varying else constant(size))
        return product_of(tensors)

    def arrive(self, name: Name, indices: tuple[Index, ...], adjoint: Tensor) -> None:
        shape = self.machine.shape(name)
        total = self.adjoints.get(name, np.zeros(shape, np.int64)).copy()
        axes = tuple(dict.fromkeys(i.name for i in indices))
        places: Places = dict.fromkeys(axes)
        where = tuple(spread(self.machine.position(i, places), axes) for i in indices)
        total[where] = (total[where] + spread(adjoint, axes)) % PRIME
        self.adjoints[name] = total


# --- hypotheses ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pin:
    """An equality solved for components of a free array: at each axis an index of the equality,
    whose every value is meant, or the one position that depends on the others."""

    equality: Term
    name: Name
    spec: tuple[str | int, ...]
    degree: int


class Hypotheses:
    """The hypotheses in scope, and how a draw is made to meet them."""

    def __init__(self, structure: Structure, hypotheses: tuple[Hypothesis, ...]) -> None:
        self.structure = structure
        self.equalities: list[Term] = []
        self.squares: list[Term] = []
        positive: set[Name] = set()
        for hypothesis in hypotheses:
            left, right = structure.resolve(hypothesis.left), structure.resolve(hypothesis.right)
            if hypothesis.relation is Relation.LT:
                left, right = right, left
            if hypothesis.relation is Relation.EQ and not self._symmetry(left, right):
                self.equalities.append(add(left, neg(right)))
            elif hypothesis.relation in (Relation.LT, Relation.GT):
                if right == ZERO and isinstance(left, Sym) and left.name not in structure.definitions:
                    positive.add(left.name)
                else:
                    self.squares.append(add(left, neg(right)))
        self.positive = frozenset(positive)
        self.pins: list[Pin] | None = None

    def _symmetry(self, left: Term, right: Term) -> bool:
        match left, right:
            case Sym(name, (i, j)), Sym(other, (k, l)) if name == other and (i, j) == (l, k):
                self.structure.symmetric[name] = 1
                return name not in self.structure.definitions
        return False

    def impose(self, machine: Machine) -> None:
        """Change values so that every equality holds; raises `Redraw` where they can't."""
        if self.pins is None:
            self.pins = self._choose(machine)
        self._solve(machine, self.pins)
        for term in self.squares:
            found = machine.table(free_indices(term), term)
            machine.root(term, Tensor(tuple(i.name for i in free_indices(term)), found))

    def _choose(self, machine: Machine) -> list[Pin]:
        pins: list[Pin] = []
        for equality in sorted(self.equalities, key=lambda e: height(self.structure, e, machine.sizes)):
            self._solve(machine, pins)
            if self._residual(machine, equality).any():  # else it follows already
                pins = self._extend(machine, pins, equality)
        return pins

    def _extend(self, machine: Machine, pins: list[Pin], equality: Term) -> list[Pin]:
        for name, spec in self._candidates(machine, equality, pins):
            for degree in (1, 2):
                longer = [*pins, Pin(equality, name, spec, degree)]
                try:
                    self._solve(machine, longer, spare=1)
                except Unsupported:
                    continue
                if not any(self._residual(machine, pin.equality).any() for pin in longer):
                    return longer
        raise Unsupported("a hypothesis could not be solved for one of its variables")

    def _candidates(
        self, machine: Machine, equality: Term, pins: list[Pin]
    ) -> Iterator[tuple[Name, tuple[str | int, ...]]]:
        letters = {i.name for i in free_indices(equality)}
        for name, indices in _leaves(self.structure, equality):
            taken = sum(pin.name == name for pin in pins)
            spec = tuple(i.name if i.name in letters else machine.sizes[i.space] - 1 - taken for i in indices)
            if {s for s in spec if isinstance(s, str)} == letters and all(s in letters or s for s in spec):
                yield name, spec

    def _solve(self, machine: Machine, pins: list[Pin], spare: int = 0) -> None:
        """Solve the pins, the last for given values of the others' variables; each from values at
        degree + 1 points, and at `spare` more to see that the degree is right."""
        if not pins:
            return
        *inner, pin = pins
        samples = []
        for value in range(pin.degree + 1 + spare):
            self._put(machine, pin, np.array(value, np.int64))
            self._solve(machine, inner, spare)
            samples.append(self._residual(machine, pin.equality))
        self._put(machine, pin, _zero_of(samples, pin))
        self._solve(machine, inner, spare)

    def _put(self, machine: Machine, pin: Pin, value: Array) -> None:
        axes = tuple(i.name for i in free_indices(pin.equality))
        sizes = {i.name: machine.sizes[i.space] for i in free_indices(pin.equality)}
        where = tuple(
            spread(Tensor((s,), np.arange(sizes[s])), axes) if isinstance(s, str) else s for s in pin.spec
        )
        machine.array(pin.name)
        machine.values[pin.name] = machine.values[pin.name].copy()
        machine.values[pin.name][where] = value
        machine.computed.clear()

    @staticmethod
    def _residual(machine: Machine, equality: Term) -> Array:
        return machine.table(free_indices(equality), equality)


def _zero_of(samples: list[Array], pin: Pin) -> Array:
    """The zero of the polynomial of pin.degree with the given values at 0, 1, 2, …"""
    axes = tuple(i.name for i in free_indices(pin.equality))
    differences = samples
    for _ in range(pin.degree + 1):
        differences = [(b - a) % PRIME for a, b in itertools.pairwise(differences)]
    if any(d.any() for d in differences):
        raise Unsupported(f"a hypothesis is not of degree {pin.degree} in {pin.name}")
    c, slope = samples[0], (samples[1] - samples[0]) % PRIME
    if pin.degree == 1:
        if not slope.all():
            raise Unsupported(f"a hypothesis does not determine {pin.name}")
        return -c * raised(slope, PRIME - 2) % PRIME
    a = (samples[2] - 2 * samples[1] + samples[0]) % PRIME * ((PRIME + 1) // 2) % PRIME
    b = (slope - a) % PRIME
    if not a.all():
        raise Unsupported(f"a hypothesis is not quadratic in {pin.name}")
    discriminant = (b * b - 4 * a * c % PRIME) % PRIME
    root = Machine.root(pin.equality, Tensor(axes, discriminant))
    zero: Array = (root - b) * raised(2 * a % PRIME, PRIME - 2) % PRIME
    return zero


def _leaves(structure: Structure, term: Term) -> Iterator[tuple[Name, tuple[Index, ...]]]:
    """The free arrays that `term` mentions, last first, then those that it depends on."""
    direct = [t for t in walk(term) if isinstance(t, Sym)]
    for t in sorted(set(direct), key=lambda t: (t.name, str(t.indices)), reverse=True):
        if t.name not in structure.definitions and t.name not in structure.adjoints:
            yield t.name, t.indices
    for name in sources(structure, term) - {t.name for t in direct}:
        yield name, structure.fresh(structure.shapes[name])


def sources(structure: Structure, term: Term) -> set[Name]:
    """The free names that `term` depends on."""
    found: set[Name] = set()
    todo = [t.name for t in walk(term) if isinstance(t, Sym)]
    seen: set[Name] = set()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in structure.definitions or name in structure.adjoints:
            todo.extend(structure.uses(name))
        elif name in structure.shapes and name not in structure.losses:
            found.add(name)
    return found


def height(structure: Structure, term: Term, sizes: Mapping[SpaceName, int]) -> int:
    """A bound on the degrees of numerator and denominator, roots counted as variables."""
    known: dict[Name, int] = {}

    def of(t: Term) -> int:
        match t:
            case Sym(name, _):
                if name not in known:
                    known[name] = 1  # a node that depends on itself ends here
                    known[name] = of_name(name)
                return known[name]
            case Pow(base, exponent):
                return of(base) * max(1, abs(exponent.numerator))
            case Sum(index, body):
                apart = any(isinstance(p, Pow) and p.exponent < 0 and _mentions(p, index) for p in walk(body))
                return of(body) * (sizes[index.space] if apart else 1)
            case _:
                return sum(map(of, children(t)))

    def of_name(name: Name) -> int:
        if name in structure.definitions:
            return of(structure.body(name))
        if name in structure.adjoints:
            return 1 + 2 * sum(of_name(output) for output in structure.outputs)
        return 1

    return of(term)


# --- the examination -------------------------------------------------------------------------


class Bench:
    """Everything that the links of one note share: its structure and its draws."""

    def __init__(
        self, structure: Structure, hypotheses: tuple[Hypothesis, ...], sizes: dict[SpaceName, int], seed: int
    ) -> None:
        self.structure, self.sizes, self.seed = structure, sizes, seed
        self.hypotheses = Hypotheses(structure, hypotheses)
        self._machines: dict[int, Machine] = {}

    @property
    def batch(self) -> SpaceName:
        return self.structure.batch

    def value(self, term: Term, samples: Places, trial: int, deadline: float | None) -> Array:
        """`term` at the sampled indices, after as many redraws as it takes."""
        machine = self._machines.get(trial) or self._machine(trial)
        for attempt in range(1, REDRAWS):
            check(deadline)
            try:
                if trial not in self._machines:
                    self.hypotheses.impose(machine)
                found = machine.evaluate(term, samples)
            except Redraw as refusal:
                machine = redrawn(machine, refusal, attempt)
                self._machines.pop(trial, None)
            else:
                self._machines[trial] = machine
                return found.data
        raise Unsupported(f"no draw in {REDRAWS} has all the roots that are needed")

    def _machine(self, trial: int) -> Machine:
        return Machine(self.structure, self.sizes_of(trial), self.seed + trial, self.hypotheses.positive)

    def sizes_of(self, trial: int) -> dict[SpaceName, int]:
        """The first draws are of the full size. Those that confirm a disagreement are smaller and
        of many sizes, so that no number in the statement is a square, or not, in all of them."""
        small = {
            self.batch: min(self.sizes[self.batch], CONFIRM_SIZES[(trial - CONFIRM) % len(CONFIRM_SIZES)])
        }
        return self.sizes | small if trial >= CONFIRM else self.sizes


CONFIRM, CONFIRM_SIZES = 1_000_000, (39, 40, 42, 44, 45, 46, 48, 50, 51, 52, 54, 55)
"""Trials from here on confirm a disagreement; sizes whose prime factors have roots."""


class OutOfTime(Exception):
    """The deadline has passed."""


def check(deadline: float | None) -> None:
    if deadline is not None and monotonic() > deadline:
        raise OutOfTime


def redrawn(machine: Machine, refusal: Redraw, attempt: int) -> Machine:
    """New values for as little as may lead to a root: one entry of one array for each entry
    of the root's argument that is not a square."""
    names = sorted(sources(machine.structure, refusal.term))
    if not names:
        raise Unsupported("a constant has no root mod p, or is zero")
    values = dict(machine.values)
    if attempt > REDRAWS // 2:
        for name in names:
            values[name] = machine.draw(name, attempt)
    else:
        name = names[attempt % len(names)]
        values[name] = _mixed(machine, name, refusal, machine.draw(name, attempt))
    return replace(machine, values=values, computed={})


def _mixed(machine: Machine, name: Name, refusal: Redraw, fresh: Array) -> Array:
    spaces = {i.name: i.space for i in free_indices(refusal.term)}
    shape = list(machine.structure.shapes[name])
    where: list[int | npt.NDArray[np.int64]] = [0] * len(shape)
    for axis, positions in zip(refusal.axes, refusal.entries(), strict=True):
        if spaces.get(axis) not in shape or name in machine.structure.symmetric:
            return fresh
        where[shape.index(spaces[axis])] = positions
        shape[shape.index(spaces[axis])] = ""
    mixed = np.array(machine.array(name))
    mixed[tuple(where)] = fresh[tuple(where)]
    return mixed


def examine(
    statement: Statement, size: int = 1000, seed: int = 0, trials: int = 2, deadline: float | None = None
) -> Evidence:
    """Whether an equation holds mod PRIME for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`. Agrees is None, with a reason, where nothing could
    be decided; never a guess.
    """
    route = f"mod {PRIME} at m = {size}"
    if statement.relation is not Relation.EQ:
        return Evidence(route, None, "an order has no meaning mod p")
    try:
        shapes = _shapes(statement)
        bench = _shared_bench(statement, shapes, size, seed)
        route = f"mod {PRIME} at {bench.batch} = {bench.sizes[bench.batch]}"
        bench.structure.shapes.update(shapes)
        return Evidence(route, *_examine(statement, bench, trials, deadline))
    except Unsupported as error:
        return Evidence(route, None, str(error))
    except OutOfTime:
        return Evidence(route, None, "out of time")
    except RecursionError:
        return Evidence(route, None, "the expression is too deep")


def _examine(
    statement: Statement, bench: Bench, trials: int, deadline: float | None
) -> tuple[bool | None, str]:
    free = free_indices(Add((statement.left, statement.right)))
    term = add(bench.structure.resolve(statement.left), neg(bench.structure.resolve(statement.right)))
    for trial in range(trials):
        samples = _samples(free, bench.sizes, trial)
        if bench.value(term, samples, trial, deadline).any():
            return _confirm(term, free, bench, deadline)
    bound = 4 * height(bench.structure, term, bench.sizes) / PRIME
    return True, f"{trials} draws; each accepts a false identity with probability at most {bound:.0e}"


def _confirm(
    term: Term, free: tuple[Index, ...], bench: Bench, deadline: float | None
) -> tuple[bool | None, str]:
    """The sides differ. Where roots are involved, that may be for the sign of a root only, in some
    draws and not in others: a true identity holds in some draw, a false one in none (but at a
    size for which it happens to be true)."""
    draws = (0, 16, 32, 64)[min(_roots(bench.structure, term), 3)]
    outcomes = [_holds(term, free, bench, trial, deadline) for trial in range(CONFIRM, CONFIRM + draws)]
    equal, different = outcomes.count(True), outcomes.count(False)
    if equal > 1 or different < draws // 2:
        return (
            None,
            f"the sides differ, but not in all draws: {different} of {draws}; a root's sign may matter",
        )
    return False, "the sides differ at random values"


def _holds(
    term: Term, free: tuple[Index, ...], bench: Bench, trial: int, deadline: float | None
) -> bool | None:
    try:
        return not bench.value(term, _samples(free, bench.sizes_of(trial), trial), trial, deadline).any()
    except Unsupported:  # such as the root of a size
        return None


def _roots(structure: Structure, term: Term) -> int:
    """How many different roots the value of `term` depends on."""
    found: set[Term] = set()
    seen: set[Name] = set()
    todo = [term]
    while todo:
        for t in walk(todo.pop()):
            if isinstance(t, Pow) and t.exponent.denominator % 2 == 0:
                found.add(t.base)
            if isinstance(t, Sym) and t.name not in seen:
                seen.add(t.name)
                todo += [
                    structure.body(n) for n in (t.name, *structure.uses(t.name)) if n in structure.definitions
                ]
    return len(found)


def _samples(indices: tuple[Index, ...], sizes: Mapping[SpaceName, int], trial: int) -> Places:
    """Positions for the free indices: for every way in which they may coincide, the first
    positions and some others."""
    found: list[dict[Index, int]] = [{}]
    for index in indices:
        found = [
            {**at, index: k} for at in found for k in range(min(sizes[index.space], 1 + _classes(at, index)))
        ]
    rng = np.random.default_rng(trial)
    shuffled = {space: rng.permutation(size) for space, size in sorted(sizes.items())}
    rows = [[at[i] for i in indices] for at in found]
    rows += [[int(shuffled[i.space][at[i]]) for i in indices] for at in found]
    columns = np.array(rows, np.int64).reshape(len(rows), len(indices)).T
    return {index.name: column for index, column in zip(indices, columns, strict=True)}


def _classes(at: Mapping[Index, int], index: Index) -> int:
    return 1 + max((k for other, k in at.items() if other.space == index.space), default=-1)


def _shared_bench(
    statement: Statement, shapes: dict[Name, tuple[SpaceName, ...]], size: int, seed: int
) -> Bench:
    spaces = _spaces(shapes, statement)
    if _twice(statement) or any(shape.count(spaces[0]) > 1 for shape in shapes.values()):
        size = min(size, SQUARE_SIZE)
    sizes = zip(spaces, itertools.chain((size,), itertools.cycle(OTHER_SIZES)), strict=False)
    ends = tuple((name, shapes[name]) for name in statement.outputs if name in shapes)
    blank = replace(statement, left=ZERO, right=ZERO)
    return _bench(blank, tuple(sizes), ends, seed)


@lru_cache(maxsize=24)
def _bench(
    statement: Statement,
    sizes: tuple[tuple[SpaceName, int], ...],
    ends: tuple[tuple[Name, tuple[SpaceName, ...]], ...],
    seed: int,
) -> Bench:
    definitions = {d.symbol.name: d for d in statement.definitions}
    shapes = dict(ends) | _shapes(statement)
    structure = Structure(definitions, statement.losses, statement.outputs, sizes[0][0], shapes)
    return Bench(structure, statement.hypotheses, dict(sizes), seed)


def _twice(statement: Statement) -> bool:
    """Whether the gradient of a loss is differentiated again, which takes its Hessian."""
    losses = set(statement.losses)
    gradients = losses | {d.symbol.name for d in statement.definitions if _names(d.body) & losses}
    return any(
        isinstance(t, Diff)
        and not (isinstance(t.of, Sym) and t.of.name in losses)
        and _names(t.of) & gradients
        for term in _terms(statement)
        for t in walk(term)
    )


def _names(term: Term) -> set[Name]:
    return {t.name for t in walk(term) if isinstance(t, Sym)}


def _terms(statement: Statement) -> Iterator[Term]:
    for definition in statement.definitions:
        yield definition.symbol
        yield definition.body
    for hypothesis in statement.hypotheses:
        yield hypothesis.left
        yield hypothesis.right
    yield statement.left
    yield statement.right


def _shapes(statement: Statement) -> dict[Name, tuple[SpaceName, ...]]:
    symbols = (t for term in _terms(statement) for t in walk(term) if isinstance(t, Sym))
    return {t.name: tuple(i.space for i in t.indices) for t in symbols}


def _spaces(shapes: Mapping[Name, tuple[SpaceName, ...]], statement: Statement) -> tuple[SpaceName, ...]:
    """The index spaces that occur, the batch (m, else N, else n, else the first) in front."""
    found = dict.fromkeys(space for shape in shapes.values() for space in shape)
    for term in _terms(statement):
        for t in walk(term):
            match t:
                case Size(space) | Sum(Index(_, space), _) | Delta(Index(_, space), _):
                    found[space] = None
    return tuple(sorted(found, key=lambda s: (s != "m", s != "N", s != "n"))) or ("m",)
