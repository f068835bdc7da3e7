"""Exact feasibility of a linear program: x >= 0 with A x = b, over the rationals.

SymPy's and floating-point solvers have returned infeasible «optima» on degenerate programs
of this kind; this one does Phase I with Bland's rule, which ends and is exact.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

Row: TypeAlias = Any
Column: TypeAlias = Mapping[Row, Fraction | int]


def nonnegative_solution(
    columns: Sequence[Column], goal: Column, deadline: float = float("inf")
) -> dict[int, Fraction] | None:
    """Coefficients c_k > 0 with Σ c_k columns[k] = goal, or None if there are none or the
    time (`time.monotonic()`) is up."""
    rows = list(dict.fromkeys(r for column in (goal, *columns) for r in column))
    tableau = [_row(columns, goal, r) for r in rows]
    n = len(columns)
    basis = list(range(n, n + len(rows)))
    cost = [-sum((row[k] for row in tableau), Fraction(0)) for k in range(n + 1)]
    while (enter := next((k for k in range(n) if cost[k] < 0), None)) is not None:
        if time.monotonic() > deadline:
            return None
        leave = _leaving(tableau, basis, enter)
        if leave is None:
            return None
        _pivot(tableau, cost, leave, enter)
        basis[leave] = enter
    if cost[n] != 0:
        return None
    return {basis[r]: row[n] for r, row in enumerate(tableau) if basis[r] < n and row[n]}


def _row(columns: Sequence[Column], goal: Column, row: Row) -> list[Fraction]:
    """One equation, its right side made >= 0 and put last."""
    values = [Fraction(column.get(row, 0)) for column in (*columns, goal)]
    return [-v for v in values] if values[-1] < 0 else values


def _leaving(tableau: list[list[Fraction]], basis: list[int], enter: int) -> int | None:
    """The row with the least ratio; of equals the one whose variable comes first."""
    ratios = [(row[-1] / row[enter], basis[r], r) for r, row in enumerate(tableau) if row[enter] > 0]
    return min(ratios)[2] if ratios else None


def _pivot(tableau: list[list[Fraction]], cost: list[Fraction], leave: int, enter: int) -> None:
    pivot = tableau[leave][enter]
    tableau[leave] = [v / pivot if v else v for v in tableau[leave]]
    for row in (*tableau[:leave], *tableau[leave + 1 :], cost):
        factor = row[enter]
        if factor:
            for k, v in enumerate(tableau[leave]):
                if v:
                    row[k] -= factor * v
