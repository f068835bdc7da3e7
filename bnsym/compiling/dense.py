"""The values of a formula over whole arrays, an axis for each index: plain floats, or floats with a bound on
their rounding error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from bnsym.compiling.formula import Formula
from bnsym.evidence.streams.balls import UNIT, Ball, Balls
from bnsym.evidence.whole.named_axes import Evaluator
from bnsym.terms import Name, SpaceName

PLAIN: Mapping[str, Any] = {
    "add": np.add, "mul": np.multiply, "reduce": partial(np.sum, keepdims=True),
    "power": lambda a, p, q: np.sqrt(a) if (p, q) == (1, 2) else np.power(a, p / q),
}  # fmt: skip


@dataclass(eq=False)
class Dense(Evaluator):
    """Values for all free arrays of a formula, and what follows from them."""

    formula: Formula
    arrays: Mapping[Name, Any]
    sizes: Mapping[SpaceName, int]
    bounded: bool = False
    """Whether values are balls, whose radius bounds the error of sums taken in any order."""
    spread: float = 0.0
    """The relative error of the arrays, if values are balls."""
    least: float = 0.0
    """Below it the errors of arrays and of what balls are worked out to are absolute: the smallest normal
    number of a less precise type."""
    unit: float = 0.0
    """The roundoff of that type, for which radii are scaled afterwards."""
    _known: dict[Name, Any] = field(default_factory=dict)

    @property
    def names(self) -> Mapping[str, Any]:
        if not self.bounded:
            return PLAIN
        rounded = {**Balls.names, "reduce": partial(Balls.names["reduce"], unit=self.unit)}
        return {n: partial(self._floored, f) for n, f in rounded.items()}

    def _floored(self, operation: Any, *operands: Any, **options: Any) -> Ball:
        value, radius = operation(*operands, **options)
        return Ball(value, radius + 2 * UNIT * self.least)  # twice, so that it is not 0 in float64 itself

    def value(self) -> Any:
        """Of the whole, an axis for each free index."""
        return self.table(self.formula.free, self.formula.right)

    def array(self, name: Name) -> Any:
        """All components of a name, an axis for each of its indices."""
        if name not in self._known:
            known = self.formula.definitions.get(name)
            found = self.table(known.symbol.indices, known.body) if known else self.entered(self.arrays[name])
            self._known[name] = found
        return self._known[name]

    def entered(self, array: Any) -> Any:
        array = np.asarray(array, np.float64)
        return Ball(array, self.spread * np.maximum(np.abs(array), self.least)) if self.bounded else array
