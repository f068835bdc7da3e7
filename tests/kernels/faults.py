"""Faults that rounding could hide: signs, factors, sums and rows that stop at the last full block."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any

import numpy as np

import bnsym
from tests.kernels.random_shapes import TYPES
from tests.kernels.zoo import BATCH, HOW, LAYER, LAYERS, in_a_row

Kernel = Callable[..., Any]
BLOCKS = (8, 32, 128, 1024)
HANDED = {
    "batch, saved": (f"{BATCH}#input-gradient", "xhat", {"xhat": r"\hat{x}", "sigma": r"\sigma"}),
    "layer, saved": (f"{LAYER}#gradients.4", "hhat", {"hhat": r"\hat{h}", "sigma": r"\sigma"}),
}  # fmt: skip


def saved(fault: str, block: int, *, shared: bool) -> Kernel:
    """A kernel that takes statistics, of rows (batch norm) or within rows (layer norm)."""

    def backward(hat: Any, sigma: Any, gain: Any, up: Any) -> Any:
        axis = 0 if shared else -1
        sigma = sigma if shared or np.ndim(sigma) == 0 else sigma.reshape(-1, *(1,) * (hat.ndim - 1))
        g, n = gain * up, up.dtype.type(hat.shape[axis])
        kept = _full(hat.shape[axis], block) if fault == "sums" else hat.shape[axis]

        def mean(a: Any) -> Any:
            return in_a_row(a.take(range(kept), axis), (axis,)) / n

        signs = {"projection sign": (1, -1), "mean sign": (-1, 1)}.get(fault, (1, 1))
        return (g - signs[0] * mean(g) - signs[1] * hat * mean(hat * g)) / sigma

    def batch_norm(gamma: Any, grad_y: Any, xhat: Any, sigma: Any) -> Any:
        return backward(xhat, sigma, gamma, grad_y)

    def layer_norm(g: Any, grad_z: Any, hhat: Any, sigma: Any) -> Any:
        return backward(hhat, sigma, g, grad_z)

    return batch_norm if shared else layer_norm


def _full(count: int, block: int) -> int:
    return count - count % block or count


def altered(kernel: Kernel, fault: str, block: int, *, by_row: bool = False) -> Kernel:
    """What a kernel returns, with one fault in all of it. by_row: whether gains vary with rows."""

    @wraps(kernel)
    def wrong(*arrays: Any) -> Any:
        longest = max(np.ndim(a) for a in arrays)
        rows = max(len(a) for a in arrays if np.ndim(a) == longest)
        full = _full(rows, block)
        if fault == "rows" and full < rows:

            def has_rows(a: Any, count: int) -> bool:
                return np.ndim(a) == longest or (by_row and np.shape(a) == (count,))

            def filled(a: Any) -> Any:
                zeros = np.zeros_like(a[:1]).repeat(rows - full, 0) if np.ndim(a) else a
                return np.concatenate([a, zeros]) if has_rows(a, full) else a

            made = kernel(*(a[:full] if has_rows(a, rows) else a for a in arrays))
            return tuple(map(filled, made)) if isinstance(made, tuple) else filled(made)
        made = kernel(*arrays)
        change = {"sign": lambda a: -a, "twice": lambda a: 2 * a}.get(fault, lambda a: a)
        return tuple(map(change, made)) if isinstance(made, tuple) else change(made)

    return wrong


FAULTS = ("", "projection sign", "mean sign", "sign", "twice", "rows", "sums")


def judged(layer: str, kind: str, fault: str, seed: int, m: int | None = None) -> bool:
    """Whether a kernel with a fault passes."""
    rng = np.random.default_rng([seed, zlib.crc32(f"{layer} {kind} {fault}".encode())])
    block, how = int(rng.choice(BLOCKS)), str(rng.choice(HOW))
    m = m or int(rng.choice([3, 60, 1000, 1001]))
    options: dict[str, Any] = {"dtype": kind, "seed": seed, "m": m}
    if layer in HANDED:
        link, _, given = HANDED[layer]
        kernel = altered(saved(fault, block, shared=layer.startswith("batch")), fault, block)
        axes = {"i": 0} if layer.startswith("batch") else {"i": -1}
        return bool(bnsym.check_backward(kernel, link, given=given, axes=axes, **options))
    one = LAYERS[layer]
    slip = {"sums": f"sums {block}", "": how}.get(fault, fault if fault.endswith(" sign") else how)
    kernel = altered(one.make(slip), fault, block, by_row=layer == "masked")
    return bool(bnsym.check_backward(kernel, one.links, axes=one.axes, **one.options, **options))


def misjudged_faults(
    seeds: range,
    kinds: Sequence[str] = tuple(dict.fromkeys(TYPES)),
    layers: Sequence[str] = (*LAYERS, *HANDED),
) -> Iterator[str]:
    """Faults that pass, and right kernels that do not."""
    for seed, layer, kind, fault in itertools.product(seeds, layers, kinds, FAULTS):
        if (layer, fault) != ("rms", "mean sign") and judged(layer, kind, fault, seed) != (not fault):
            yield f"{layer}, {kind}, seed {seed}: {fault or 'right'}"
