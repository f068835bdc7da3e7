"""Random floats for the free arrays of a statement, drawn so that no contraction of two is small.

Two vectors drawn without regard to each other have an inner product that is small by 1/√m beside
their lengths; a slip in a term that carries it then moves nothing. So every vector over the batch is
a sum of the ones vector, one vector that all share, and one of its own, in proportions of its own.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from bnsym.evidence.surveying import Shapes
from bnsym.terms import Name, SpaceName

Array = npt.NDArray[np.float64]


@dataclass(eq=False)
class Draw:
    """One draw of everything that a statement leaves free."""

    shapes: Shapes
    sizes: Mapping[SpaceName, int]
    seed: int
    positive: frozenset[Name] = frozenset()
    arrays: dict[Name, Array] = field(default_factory=dict)

    def named(self, name: Name) -> Array:
        """A free array, or a number."""
        if name not in self.arrays:
            self.arrays[name] = self._drawn(name)
        return self.arrays[name]

    def _drawn(self, name: Name) -> Array:
        rng = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        shape = tuple(self.sizes[space] for space in self.shapes.get(name, ()))
        if not shape:
            sign = 1.0 if name in self.positive else rng.choice((-1.0, 1.0))
            return np.asarray(sign * 2.0 ** rng.uniform(-2, 2))
        ones, shared, own = rng.uniform(0.5, 1.5, 3) * rng.choice((-1.0, 1.0), 3)
        found = rng.standard_normal(shape)
        found *= own
        found += ones
        found += shared * self._shared(self.shapes[name])
        return np.abs(found) if name in self.positive else found

    def _shared(self, spaces: tuple[SpaceName, ...]) -> Array:
        """The same for every array with these axes."""
        name = f"shared by {','.join(spaces)}"
        if name not in self.arrays:
            rng = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
            self.arrays[name] = rng.standard_normal(tuple(self.sizes[space] for space in spaces))
        return self.arrays[name]
