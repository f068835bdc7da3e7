"""Right kernels, drawn: a layer, a way of writing it, a type, lengths of axes."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from typing import Any

import numpy as np

import bnsym
from tests.kernels.zoo import HOW, LAYERS, Layer

SEED = 1
TYPES = ("float64", "float64", "float32", "float16") + ("bfloat16",) * bool(
    importlib.util.find_spec("ml_dtypes")
)


def misjudged(count: int, seed: int = SEED) -> Iterator[str]:
    """What is said of those that are called wrong, or can't be judged."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        layer: Layer = LAYERS[rng.choice(list(LAYERS))]
        how, kind = str(rng.choice(HOW)), str(rng.choice(TYPES))
        longest = {"float64": 5000, "float32": 5000}.get(kind, 300)
        options: dict[str, Any] = {
            "m": int(2 ** rng.uniform(1, np.log2(longest))),
            "d": int(rng.integers(1, 7)),
            "seed": int(rng.integers(1 << 20)),
        }
        drawn = f"{number}: {layer.name}, {how or 'plain'}, {kind}, {options}"
        try:
            judgement = bnsym.check_backward(
                layer.make(how), layer.links, axes=layer.axes, dtype=kind, **layer.options, **options
            )
        except ValueError as error:
            yield f"{drawn}: {error}"
            continue
        if not judgement:
            yield f"{drawn}: {judgement}"
