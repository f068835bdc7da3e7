"""The values of a formula over whole arrays, an axis for each index: plain floats, or floats with a bound on
their rounding error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from bnsym.compiling.formula import Formula
from bnsym.evidence.streams.balls import Ball, Balls
from bnsym.evidence.whole.named_axes import Evaluator
from bnsym.terms import Name, SpaceName, Term


def _power(a: Any, p: int, q: int) -> Any:
    if (p, q) == (1, 2):
        return np.sqrt(a)
    return np.power(a, p / q)


PLAIN: Mapping[str, Any] = {
    "add": np.add, "mul": np.multiply, "power": _power, "reduce": partial(np.sum, keepdims=True),
}  # fmt: skip


@dataclass(eq=False)
class Dense(Evaluator):
    """Values for all free arrays of a formula, and what follows from them."""

    formula: Formula
    arrays: Mapping[Name, Any]
    sizes: Mapping[SpaceName, int]
    bounded: bool = False
    """Whether values are balls, whose radius bounds the error of sums taken in any order."""
    _known: dict[Name, Any] = field(default_factory=dict)

    @property
    def names(self) -> Mapping[str, Any]:
        return Balls.names if self.bounded else PLAIN

    def value(self) -> Any:
        """Of the whole, an axis for each free index."""
        return self.of(self.formula.right)

    def of(self, term: Term) -> Any:
        return self.table(self.formula.free, term)

    def array(self, name: Name) -> Any:
        """All components of a name, an axis for each of its indices."""
        if name not in self._known:
            definition = self.formula.definitions.get(name)
            self._known[name] = (
                self.table(definition.symbol.indices, definition.body)
                if definition
                else self.entered(self.arrays[name])
            )
        return self._known[name]

    def entered(self, array: Any) -> Any:
        array = np.asarray(array, np.float64)
        return Ball(array, np.zeros(())) if self.bounded else array
