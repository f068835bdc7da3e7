"""Passes over arrays in blocks that fit a cache, in whatever arithmetic.

pass 1 over all blocks, scalars, pass 2 over all blocks, scalars, …
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import itemgetter
from time import monotonic
from typing import Any, Protocol, TypeAlias

import numpy.typing as npt
import sympy
from sympy import Expr, Symbol

from bnsym.evidence.streams.passes import BATCH, Leaf, Lowering, Reduce, needed
from bnsym.evidence.surveying import OutOfTime

BLOCK = 32_768
"""Numbers of an array in a block: two or three such arrays fit the second cache."""
Array = npt.NDArray[Any]
Values: TypeAlias = Mapping[Symbol, Any]
Work: TypeAlias = Callable[[Values], Any]
"""What works out an expression from the values of its symbols."""


class Arithmetic(Protocol):
    """Numbers, arrays of them, and what is done with these."""

    @property
    def names(self) -> Mapping[str, Any]:
        """add, sub, mul, neg, square, power(a, p, q), reduce(a, axis), total(a), dot(a, b)."""

    def number(self, p: int, q: int) -> Any:
        """p/q."""

    def enter(self, array: Array, leaf: Leaf) -> Any:
        """A block of an array, or a scalar, that was drawn."""

    def gathered(self, totals: list[Any]) -> Any:
        """The sum of the totals of all blocks."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What works out some expressions for one block."""

    symbols: frozenset[Symbol]
    scalars: Mapping[Symbol, Expr]
    """The parts that do not vary over the batch, which are worked out once."""
    shared: Sequence[tuple[Symbol, Work]]
    """What several of the expressions have in common, in order."""
    results: Sequence[Work]

    def at(self, known: dict[Symbol, Any]) -> list[Any]:
        for symbol, work in self.shared:
            known[symbol] = work(known)
        return [work(known) for work in self.results]


def planned(expressions: Sequence[Expr], lowering: Lowering, arithmetic: Arithmetic, *, totals: bool) -> Plan:
    """The expressions, or their totals, over a block."""
    scalars: dict[Expr, Symbol] = {}
    hoisted = [_hoisted(e, lowering.varies, scalars) for e in expressions]
    symbols = {s for e in hoisted for s in e.free_symbols} - set(scalars.values())
    shared, bodies = sympy.cse(hoisted)
    last = _totalled if totals else _worked_out
    return Plan(
        frozenset(symbols),
        {symbol: e for e, symbol in scalars.items()},
        [(symbol, _worked_out(e, arithmetic)) for symbol, e in shared],
        [last(e, arithmetic) for e in bodies],
    )


def _hoisted(e: Expr, varies: Callable[[Expr], bool], scalars: dict[Expr, Symbol]) -> Expr:
    """`e` with a symbol for each largest part that is a scalar."""
    if not varies(e):
        return e if e == -1 else scalars.setdefault(e, Symbol(f"s{len(scalars)}"))
    if e.is_Symbol:
        return e
    if not (e.is_Add or e.is_Mul):
        return e.func(_hoisted(e.args[0], varies, scalars), e.args[1])
    fixed = [a for a in e.args if not varies(a)]
    parts = [_hoisted(a, varies, scalars) for a in e.args if a not in fixed]
    return e.func(*parts, *([_hoisted(e.func(*fixed), varies, scalars)] if fixed else []))


def _worked_out(e: Expr, arithmetic: Arithmetic) -> Work:
    names = arithmetic.names
    if e.is_Symbol:
        found: Work = itemgetter(e)
        return found
    if e.is_Rational:
        number = arithmetic.number(e.p, e.q)
        return lambda _: number
    if e.is_Add:
        return _added(e, arithmetic)
    if e.is_Mul:
        factors = [_worked_out(a, arithmetic) for a in _ordered(e) if a != -1]
        if -1 in e.args:
            return lambda at: names["neg"](reduce(names["mul"], [f(at) for f in factors]))
        return lambda at: reduce(names["mul"], [f(at) for f in factors])
    inner, last = _worked_out(e.args[0], arithmetic), e.args[1]
    if isinstance(e, Reduce):
        return lambda at: names["reduce"](inner(at), int(last))
    return lambda at: names["square"](inner(at)) if last == 2 else names["power"](inner(at), last.p, last.q)


def _added(e: Expr, arithmetic: Arithmetic) -> Work:
    """What is subtracted comes last."""
    names = arithmetic.names
    negative = [a for a in _ordered(e) if a.is_Mul and -1 in a.args]
    plus = [_worked_out(a, arithmetic) for a in _ordered(e) if a not in negative]
    minus = [_worked_out(-a, arithmetic) for a in negative]
    if not plus:
        return lambda at: names["neg"](reduce(names["add"], (w(at) for w in minus)))
    return lambda at: reduce(
        names["sub"], (w(at) for w in minus), reduce(names["add"], (w(at) for w in plus))
    )


def _totalled(e: Expr, arithmetic: Arithmetic) -> Work:
    """The sum over the block."""
    names = arithmetic.names
    if e.is_Pow and e.exp == 2:
        base = _worked_out(e.base, arithmetic)
        return lambda at: names["dot"](*[base(at)] * 2)
    if e.is_Mul and -1 not in e.args:
        *most, last = _ordered(e)
        left, right = _worked_out(sympy.Mul(*most), arithmetic), _worked_out(last, arithmetic)
        return lambda at: names["dot"](left(at), right(at))
    whole = _worked_out(e, arithmetic)
    return lambda at: names["total"](whole(at))


def _ordered(e: Expr) -> list[Expr]:
    """The longest first."""
    return sorted(e.args, key=lambda a: -a.count_ops())


@dataclass(eq=False)
class Stream:
    """Arrays, and the values of expressions in them, worked out pass by pass."""

    lowering: Lowering
    arithmetic: Arithmetic
    arrays: Mapping[Leaf, Array]
    """Each with an axis for each of its letters, in their order."""
    length: int
    deadline: float
    values: dict[Symbol, Any] = field(default_factory=dict)
    """Of scalars, sums and small definitions, once they are known."""
    plans: dict[Any, Plan] = field(default_factory=dict)
    """For passes, which streams of one lowering in one arithmetic may share."""

    _parts: dict[tuple[Symbol, ...], list[Sequence[Any]]] = field(default_factory=dict)
    """What each pass found, block by block."""

    def __post_init__(self) -> None:
        self._place()

    def _place(self) -> None:
        self.views: dict[Symbol, Array] = {}
        for symbol, leaf in self.lowering.leaves.items():
            if leaf not in self.arrays:
                continue  # nothing that is wanted depends on it
            if BATCH in leaf.letters:
                self.views[symbol] = self._placed(leaf)
            else:
                self.values.setdefault(symbol, self.arithmetic.enter(self._placed(leaf), leaf))

    def again(self) -> None:
        """Forget what follows from scalars and from the first example, whose arrays have changed."""
        self.values.clear()
        self._place()

    def value(self, e: Expr) -> Any:
        """The value of an expression that does not vary over the batch, after the passes that it takes."""
        self._passes(e)
        return self.scalar(e)

    def _passes(self, e: Expr) -> None:
        """Every pass that an expression waits for."""
        wanted = needed(self.lowering, [e])
        levels = sorted({self.lowering.level[s] for s in wanted if s in self.lowering.totals})
        for level in levels:
            due = sorted(
                (s for s in wanted if s in self.lowering.totals and self.lowering.level[s] == level), key=str
            )
            missing = tuple(s for s in due if s not in self.values)
            if missing:
                self._pass(missing)

    def scalar(self, e: Expr) -> Any:
        """The value of an expression in what is known already."""
        for symbol in e.free_symbols - self.values.keys():
            self.values[symbol] = self.scalar(self.lowering.small[symbol])
        return _worked_out(e, self.arithmetic)(self.values)

    def _pass(self, totals: tuple[Symbol, ...]) -> None:
        plan = self._plan(totals)
        found = self._parts.get(totals, [])
        todo = list(self.blocks())
        if found and not plan.scalars:
            todo = todo[:1]  # the first example has changed, and nothing else that matters
        else:
            found = self._parts[totals] = []
        for number, values in enumerate(self._run(plan, todo)):
            found[number : number + 1] = [values]
        for symbol, parts in zip(totals, zip(*found, strict=True), strict=True):
            self.values[symbol] = self.arithmetic.gathered(list(parts))

    def mapped(self, e: Expr) -> Iterator[Any]:
        """The values of an expression that varies over the batch, block by block, after the passes that it
        takes."""
        self._passes(e)
        return (value for (value,) in self._run(self._plan((), e), self.blocks()))

    def _run(self, plan: Plan, blocks: Iterable[slice]) -> Iterator[list[Any]]:
        scalars = {symbol: self.scalar(e) for symbol, e in plan.scalars.items()}
        for block in blocks:
            if monotonic() > self.deadline:
                raise OutOfTime
            yield plan.at(scalars | {s: self._entered(s, block) for s in plan.symbols})

    def _entered(self, symbol: Symbol, block: slice) -> Any:
        return self.arithmetic.enter(self.views[symbol][block], self.lowering.leaves[symbol])

    def _plan(self, totals: tuple[Symbol, ...], value: Expr | None = None) -> Plan:
        """What sums `totals` over a block, or what works out a value for it."""
        key = totals or value
        if key not in self.plans:
            bodies = [self.lowering.totals[s] for s in totals] or [value]
            self.plans[key] = planned(bodies, self.lowering, self.arithmetic, totals=bool(totals))
        return self.plans[key]

    def blocks(self) -> Iterator[slice]:
        step = max(1, BLOCK // max((v[:1].size for v in self.views.values()), default=1))
        return (slice(start, start + step) for start in range(0, self.length, step))

    def _placed(self, leaf: Leaf) -> Array:
        """The array with the batch in front and an axis for every other letter, of length 1 where it
        does not vary; as it is where there are no other letters."""
        array, axes = self.arrays[leaf], list(self.lowering.axes)
        if not axes:
            return array
        order = [leaf.letters.index(a) for a in (BATCH, *axes) if a in leaf.letters]
        shape = [array.shape[leaf.letters.index(a)] if a in leaf.letters else 1 for a in (BATCH, *axes)]
        return array.transpose(order).reshape(shape)
