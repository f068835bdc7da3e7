"""Evidence at small batch sizes: explicit components in SymPy, derivatives by `sympy.diff`.

A statement is written out for m = 2, 3, 4: arrays become symbols x_1, x_2, …, sums become
additions, definitions are substituted, and SymPy alone differentiates. Whether a difference
is zero is then decided at random points mod a 61-bit prime; never by `simplify`, never by floats. Maxima
over matrices are searched for, in floats (`ascent`).

    naming → components → points → frame → explicit
           ↘ ascent ↗
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import localcontext
from math import inf
from time import monotonic

from sympy import Expr

from bnsym.evidence import surveying
from bnsym.evidence.small.frame import AT_POINTS, ORDER, POINTS, SEARCHED, Found, frame_for
from bnsym.evidence.small.naming import NoValue
from bnsym.evidence.small.points import PRIME as PRIME
from bnsym.evidence.small.points import Relations, ResiduePool
from bnsym.evidence.surveying import Unsupported
from bnsym.model import Evidence
from bnsym.terms import Add, Relation, Size, SpaceName, Statement, free_indices

DIGITS = 60
"""Of real numbers."""


def is_zero(e: Expr) -> bool:
    """Whether an expression of symbols, rationals, sums, products and square roots is zero wherever
    it is defined: at points mod PRIME, where another of degree d is zero with a probability below d/PRIME.
    Raises `Unsupported` for other expressions."""
    values = ResiduePool(Relations()).first(e, POINTS)
    return bool(values) and not any(values)


def examine(
    statement: Statement, sizes: tuple[int, ...] = (2, 3, 4), deadline: float | None = None
) -> Evidence:
    """Whether `statement` holds, written out for the given sizes of the batch (1 is left out: a
    batch of one has no variance). Other index spaces take the same sizes in turn.

    deadline: on the clock of `time.monotonic`; sizes not reached by then are not examined.
    Agrees is None, with a reason, where nothing could be decided; never a guess.
    """
    statement = surveying.relevant(statement)
    sizes = tuple(size for size in sizes if size > 1)
    deadline = inf if deadline is None else deadline
    spaces = surveying.spaces(statement)
    route = f"explicit {spaces[0]} = "
    decided: dict[int, str] = {}
    reason = "no size was asked for"
    for turn, size in enumerate(sizes):
        given = {space: sizes[(turn + k) % len(sizes)] for k, space in enumerate(spaces)}
        for h in statement.hypotheses:
            if isinstance(h.left, Size) and isinstance(h.right, Size) and h.relation is Relation.EQ:
                given[h.left.space] = given[h.right.space]
        if monotonic() > deadline:
            reason = "out of time"
            break
        found = _examine_at(statement, given, deadline)
        if found.agrees is False:
            return Evidence(f"{route}{size}", False, found.how)
        if found.agrees:
            decided[size] = found.how
        else:
            reason = f"{spaces[0]} = {size}: {found.how}"
    if not decided:
        return Evidence(route + _listed(sizes), None, reason)
    return Evidence(route + _listed(decided), True, _summary(spaces[0], decided))


def _examine_at(statement: Statement, sizes: Mapping[SpaceName, int], deadline: float) -> Found:
    try:
        with localcontext(prec=DIGITS):
            return _examine_components(statement, sizes, deadline)
    except (Unsupported, NoValue) as error:
        return Found(None, str(error))
    except RecursionError:
        return Found(None, "the expression is too deep")


def _examine_components(statement: Statement, sizes: Mapping[SpaceName, int], deadline: float) -> Found:
    shared = frame_for(statement, sizes)
    hows: list[str] = []
    for pattern in surveying.patterns(free_indices(Add((statement.left, statement.right))), sizes):
        if monotonic() > deadline:
            return Found(None, "out of time")
        at = {index.name: 1 + k for index, k in pattern.items()}
        left, right = (shared.components.build(side, at) for side in (statement.left, statement.right))
        found = shared.examine(left, statement.relation, right)
        if not found.agrees:
            place = ", ".join(f"{letter} = {k}" for letter, k in at.items())
            return Found(found.agrees, f"{place}: {found.how}" if place else found.how)
        hows.append(found.how)
    return Found(True, max(hows, key=(AT_POINTS, ORDER, SEARCHED, *hows).index))


def _summary(letter: str, decided: Mapping[int, str]) -> str:
    """`m = 2, 3: zero at 3 points mod p; m = 4: holds at real points`."""
    by_way: dict[str, list[int]] = {}
    for size, how in decided.items():
        by_way.setdefault(how, []).append(size)
    return "; ".join(f"{letter} = {_listed(at)}: {how}" for how, at in by_way.items())


def _listed(sizes: Iterable[int]) -> str:
    return ", ".join(map(str, sizes))
