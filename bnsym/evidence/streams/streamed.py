"""Evidence at a large batch: exact arithmetic mod 2³¹ − 1, in blocks.

As in `modular`, free arrays are residues drawn at random; but the free indices are summed against random
weights, so that an equation becomes one between two numbers, and a gradient of the loss becomes its
derivative along those weights, by dual numbers through the definitions. A false equation of degree d
survives a draw with probability at most 4(d + 1)/p, for a number of variables of any size.

    structure → passes → coding → streaming ↘
    residues, sides                          → streamed

Trusted for nothing. It must share no code with the proof, so it must not import `kernel`, `calculus`,
the explicit route, or anything that imports them but `model`.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from math import inf
from typing import Any

import numpy as np
import sympy
from sympy import Expr

from bnsym.evidence import memory, surveying
from bnsym.evidence.degrees import height, roots
from bnsym.evidence.streams import compiled, residues, sides
from bnsym.evidence.streams.compiled import Compiled
from bnsym.evidence.streams.passes import BATCH, Leaf, Lowering
from bnsym.evidence.streams.residues import PRIME, Array, NoRoot, Residues
from bnsym.evidence.streams.streaming import OutOfTime, Stream
from bnsym.evidence.structure import Structure
from bnsym.evidence.surveying import Shapes, Unsupported
from bnsym.evidence.whole import arrays, modular
from bnsym.evidence.whole.bench import CONFIRM_SIZES
from bnsym.evidence.whole.pins import Hypotheses
from bnsym.model import Evidence
from bnsym.terms import Add, Index, Name, Relation, SpaceName, Statement, Term, add, free_indices, neg

REDRAWS = 24
"""Tries to find a draw with all the roots that are needed; each has an even chance for a root."""
TRIALS, CONFIRM = 2, 16
"""Draws; and those that confirm a disagreement for each root whose sign may be to blame."""
WEAK = 1e-3
"""A probability of a wrong accept beyond which agreement says nothing."""


@dataclass(eq=False)
class Draw:
    """Random residues for everything that a statement leaves free."""

    shapes: Shapes
    sizes: Mapping[SpaceName, int]
    batch: SpaceName
    seed: int
    squares: frozenset[Name]
    """Names of positive numbers, drawn as squares."""
    arrays: dict[Name, Array] = field(default_factory=dict)

    def array(self, leaf: Leaf) -> Array:
        if leaf.name in self.sizes and not leaf.letters:
            return np.asarray(self.sizes[leaf.name] % PRIME)
        if leaf.name not in self.arrays:
            self.arrays[leaf.name] = self._drawn(leaf.name)
        return self.arrays[leaf.name]

    def _drawn(self, name: Name) -> Array:
        shape = tuple(self.sizes[space] for space in self.shapes.get(name, ()))
        found = residues.drawn([self.seed, zlib.crc32(name.encode())], shape)
        return np.asarray(found * found % PRIME) if name in self.squares else found

    def again(self, attempt: int) -> None:
        """New numbers, and a new first example of every array: as little as may lead to a root."""
        for name, array in self.arrays.items():
            spaces = self.shapes.get(name, ())
            first = tuple(slice(1) if space == self.batch else slice(None) for space in spaces)
            fresh = residues.drawn([self.seed, attempt, zlib.crc32(name.encode())], array[first].shape)
            array[first] = fresh * fresh % PRIME if name in self.squares else fresh


@dataclass(frozen=True, slots=True)
class Question:
    """Two expressions in one lowering, claimed equal."""

    lowering: Lowering
    left: Expr
    right: Expr
    sizes: dict[SpaceName, int]
    roots: tuple[Expr, ...]
    """Of what hypotheses call positive, which is to be a square."""
    positive: frozenset[Name]
    deadline: float
    codes: dict[Any, Any] = field(default_factory=dict)


def examine(statement: Statement, size: int, seed: int = 0, deadline: float = inf) -> Evidence:
    """Whether an equation holds mod PRIME for a batch of `size` and random values.

    deadline: on the clock of `time.monotonic`. Agrees is None, with a reason, where nothing could
    be decided; never a guess. What needs whole arrays (equations to be solved, a root for each
    example) goes to `modular`.
    """
    route = f"mod {PRIME} at m = {size}"
    if statement.relation is not Relation.EQ:
        return Evidence(route, None, "an order has no meaning mod p")
    try:
        relevant = surveying.relevant(statement)
        route = f"mod {PRIME} at {surveying.own_first(relevant)[0]} = {size}"
        return Evidence(route, *_examine(relevant, size, seed, deadline))
    except NoRoot:
        return _whole(statement, size, deadline)
    except Unsupported as error:
        return Evidence(route, None, str(error))
    except OutOfTime:
        return Evidence(route, None, "out of time")
    except RecursionError:
        return Evidence(route, None, "the expression is too deep")


def _whole(statement: Statement, size: int, deadline: float) -> Evidence:
    """By the route that keeps every array and every value, if they fit the memory."""
    if said := memory.refusal(size, 4 * len(surveying.shapes(statement))):
        return Evidence(f"mod {arrays.PRIME} at m = {size}", None, said)
    return modular.examine(statement, size=size, deadline=deadline)


def _examine(statement: Statement, size: int, seed: int, deadline: float) -> tuple[bool | None, str]:
    spaces = surveying.own_first(statement)
    structure, sizes = Structure.of(statement, spaces[0]), surveying.sizes(spaces, size)
    hypotheses = Hypotheses(structure, statement.hypotheses)
    if hypotheses.equalities:
        raise NoRoot("equations are solved elsewhere")
    gap = add(structure.resolve(statement.left), neg(structure.resolve(statement.right)))
    free = free_indices(Add((statement.left, statement.right)))
    lowering = Lowering(structure, expand=True)
    left, right = (lowering.lower(closed(structure, s, free)) for s in (statement.left, statement.right))
    squares = [lowering.lower(t) for t in hypotheses.squares if not free_indices(t)]
    question = Question(
        lowering, left, right, sizes, tuple(map(sympy.sqrt, squares)), hypotheses.positive, deadline
    )
    for trial in range(TRIALS):
        if not _holds(question, seed + trial):
            return _confirmed(question, roots(structure, gap))
    bound = 4 * (len(free) + height(structure, gap, sizes)) / PRIME
    if bound > WEAK:
        return None, f"a false equation of this degree may survive a draw with probability {bound:.1g}"
    said = f"{TRIALS} draws; each accepts a false equation with probability at most {bound:.0e}"
    if roots(structure, gap):
        said += ", but for the sign of a root, which has none mod p"
    return True, said if bound else "nothing in it is random: both sides are the same number mod p"


def closed(structure: Structure, side: Term, free: tuple[Index, ...]) -> Term:
    node = sides.gradient_node(structure, side, free)
    if node is None:
        return sides.weighted(structure, side, free)
    (loss,) = surveying.names(side) & set(structure.losses)
    return sides.Tangents(structure, node.name, sides.direction(structure, node)).loss(loss)


def _confirmed(question: Question, roots_in_it: int) -> tuple[bool | None, str]:
    """The sides differ. Where roots are involved, that may be for a root's sign only, in some draws
    and not in others: a true identity holds in some draw, a false one in none."""
    if not roots_in_it:
        return False, "the sides differ at random values"
    batch = question.lowering.structure.batch
    outcomes = []
    for trial in range(CONFIRM * min(roots_in_it, 3)):
        size = min(question.sizes[batch], CONFIRM_SIZES[trial % len(CONFIRM_SIZES)])
        with suppress(NoRoot):
            outcomes.append(_holds(replace(question, sizes=question.sizes | {batch: size}), 1000 + trial))
    equal, different = outcomes.count(True), outcomes.count(False)
    if equal > 1 or different < CONFIRM // 2:
        why = f"the sides differ, but not in all draws: {different} of {len(outcomes)}"
        return None, f"{why}; a root's sign may matter"
    return False, "the sides differ at random values"


def _stream(question: Question, drawn: dict[Leaf, Array], size: int) -> Stream:
    """Compiled where that pays."""
    lowering = question.lowering
    powers = any(
        p.exp.q > 1 or p.exp < 0
        for e in lowering.totals.values()
        for p in e.atoms(sympy.Pow)
        if lowering.varies(p)
    )
    if size < compiled.LARGE or powers or lowering.axes or not compiled.installed():
        return Stream(lowering, Residues(), drawn, size, question.deadline, codes=question.codes)
    return Compiled(
        lowering, Residues(), drawn, size, question.deadline, residues=True, kernels=question.codes
    )


def _holds(question: Question, seed: int) -> bool:
    """Whether the sides are equal at one draw, redrawn until it has all the roots that are needed."""
    lowering, sizes = question.lowering, question.sizes
    size, leaves = sizes[lowering.structure.batch], lowering.leaves.values()
    if said := memory.refusal(size, len({leaf.name for leaf in leaves if BATCH in leaf.letters})):
        raise Unsupported(said)
    draw = Draw(lowering.structure.shapes, sizes, lowering.structure.batch, seed, question.positive)
    drawn = {leaf: draw.array(leaf) for leaf in leaves}
    stream = _stream(question, drawn, size)
    for attempt in range(1, REDRAWS):
        try:
            for root in question.roots:
                stream.value(root)
            gap = np.sum(stream.value(question.left)) - np.sum(stream.value(question.right))
            return int(gap) % PRIME == 0
        except NoRoot:
            draw.again(attempt)
            stream.again()
    raise NoRoot("no draw has all the roots that are needed")
