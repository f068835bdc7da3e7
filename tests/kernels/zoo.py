"""Six layers, each written once, with a place for every slip that people make in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parents[1]
BATCH = HERE.parent / "derivations" / "batchnorm.md"
LAYER = HERE / "accept" / "layer-norm.md"
RMS = HERE / "accept" / "rms-norm.md"
MASKED = HERE / "accept" / "masked-norm.md"


def backward(
    x: Any, gain: Any, epsilon: Any, up: Any, axes: Any, shared: Any, *, mask: Any = None,
    centred: bool = True, slip: str = "",
) -> tuple[Any, Any, Any]:  # fmt: skip
    """∂/∂x, ∂/∂gain, ∂/∂bias of gain · (x − μ)/σ + bias, statistics over `axes`, gains shared over `shared`.

    gain: of a shape that broadcasts against x. slip: the one that is made, "" for none, or a word of HOW for
    another way of writing what is right.
    """
    if slip == "wide":  # in float64, as careful kernels are
        kind = x.dtype
        wide = (None if a is None else np.asarray(a, np.float64) for a in (x, gain, epsilon, up, mask))
        x, gain, epsilon, up, mask = wide
        made = backward(x, gain, epsilon, up, axes, shared, mask=mask, centred=centred)
        return tuple(a.astype(kind) for a in made)
    one = np.ones_like(x) if mask is None else mask.astype(x.dtype)
    over = WRONG_AXES[axes] if slip == "axes" else axes

    def total(a: Any, where: Any = over) -> Any:
        return in_a_row(a, where) if slip == "in a row" else a.sum(axis=where, keepdims=True)

    n = one.astype(np.float64).sum(axis=over, keepdims=True).astype(x.dtype)
    count = n - 1 if slip == "n - 1" else n
    mean = total(one * x) / n if centred and slip != "not centred" else 0.0
    shift = 0.0 if slip == "x for x - mean" else mean
    variance = total(one * (x - mean) ** 2) / (n - 1 if slip == "unbiased" else n)
    if slip == "one pass":
        variance = total(one * x * x) / n - mean * mean
    if slip == "epsilon outside":
        sigma = np.sqrt(variance) + epsilon
    else:
        added = {"epsilon missing": 0.0, "epsilon squared": epsilon**2}.get(slip, epsilon)
        sigma = np.sqrt(variance + added)
    hat = one * (x - shift) / sigma
    weight = {"gain missing": 1.0, "gain twice": gain * gain, "gain outside": 1.0}.get(slip, gain)
    g = weight * up
    first, second = total(one * g) / count, hat * total(hat * g) / count
    if slip == "elementwise":
        second = hat * hat * g / n
    if slip.startswith("sums "):  # that stop at the last full block
        block, count_all = int(slip[5:]), x.shape[over[0]]
        kept = np.arange(count_all) < (count_all - count_all % block or count_all)
        kept = np.expand_dims(kept, [k for k in range(x.ndim) if k != over[0] % x.ndim])
        second = hat * total(hat * g * kept) / n
    if slip == "reciprocal":  # 1/σ where 1/σ³ belongs
        second = second * sigma**2
    if slip == "term axes":
        second = hat * total(hat * g, WRONG_AXES[axes]) / n
    first = {"mean missing": 0.0, "frozen": 0.0, "mean sign": -first, "mean twice": 2 * first}.get(
        slip, first
    )
    factors = {
        "projection missing": 0.0,
        "frozen": 0.0,
        "projection sign": -1.0,
        "half": 0.5,
        "projection times n": n,
    }
    second = factors.get(slip, 1.0) * second
    dx = (g - (first if centred else 0.0) - second) / sigma
    if slip == "gathered":  # N g − Σg − x̂ Σ x̂g, divided at last
        dx = (n * g - (total(one * g) if centred else 0.0) - hat * total(hat * g)) / (n * sigma)
    if slip == "staged":  # through σ² and μ, as the paper has it
        to_variance = total(g * one * (x - mean)) * -0.5 / (sigma * sigma * sigma)
        to_mean = -total(one * g) / sigma - 2 * to_variance * total(one * (x - mean)) / n
        dx = g / sigma + to_variance * 2 * (x - mean) / n + (to_mean / n if centred else 0.0)
    dx = dx * (gain if slip == "gain outside" else 1.0) * one
    dx = {"times n": n * dx, "sign": -dx, "sigma once more": dx / sigma}.get(slip, dx)
    gains = up * hat if slip != "gain by x" else up * x
    if slip == "gain of up":
        gains = gain * gains
    if slip == "unreduced":
        return dx, gains, up
    dgain, dbias = (a.sum(axis=shared) for a in (gains, up))
    if slip == "mean for sum":
        dgain = gains.mean(axis=shared)
    if slip == "gain sign":
        dgain = -dgain
    return dx, dgain, dbias


HOW = ("", "wide", "in a row", "one pass", "gathered", "staged")


def in_a_row(a: Any, axes: Any) -> Any:
    """A sum one number after the other, in the type of the numbers."""
    axes = tuple(k % a.ndim for k in axes)
    order = [k for k in range(a.ndim) if k not in axes] + list(axes)
    kept = [a.shape[k] for k in range(a.ndim) if k not in axes]
    summed = np.add.accumulate(a.transpose(order).reshape([*kept, -1]), axis=-1)[..., -1]
    return summed.reshape([1 if k in axes else a.shape[k] for k in range(a.ndim)])


WRONG_AXES = {(0, 2, 3): (2, 3), (2, 3): (0, 2, 3), (-1,): (0,), (0,): (-1,), (2,): (1, 2), (1, 2): (2,)}


@dataclass(frozen=True)
class Layer:
    """A layer, the links that prove its gradients, and how its kernels are called."""

    name: str
    links: dict[str, str]
    make: Callable[[str], Callable[..., Any]]
    """Of a slip."""
    axes: dict[str, Any]
    slips: tuple[str, ...]
    options: dict[str, Any] = field(default_factory=dict)


COMMON = (
    "projection sign", "projection missing", "half", "elementwise", "reciprocal", "projection times n",
    "gain missing", "gain twice", "times n", "sign", "sigma once more", "frozen",
)  # fmt: skip
CENTRED = ("mean sign", "mean missing", "mean twice", "x for x - mean", "not centred", "unbiased", "n - 1")
SPREAD = ("epsilon missing", "epsilon outside", "epsilon squared")
SHARED = ("unreduced", "mean for sum", "gain sign", "gain by x")


def _batch(slip: str) -> Callable[..., Any]:
    def batch_norm(x: Any, gamma: Any, grad_y: Any) -> Any:
        return backward(x, gamma[:, None, None], 0.0, grad_y, (0, 2, 3), (0, 2, 3), slip=slip)

    return batch_norm


def _instance(slip: str) -> Callable[..., Any]:
    def instance_norm(x: Any, gamma: Any, grad_y: Any) -> Any:
        return backward(x, gamma[:, None, None], 0.0, grad_y, (2, 3), (0, 2, 3), slip=slip)

    return instance_norm


def _layer(slip: str) -> Callable[..., Any]:
    def layer_norm(h: Any, g: Any, epsilon: Any, grad_z: Any) -> Any:
        return backward(h, g, epsilon, grad_z, (-1,), tuple(range(h.ndim - 1)), slip=slip)

    return layer_norm


def _group(slip: str) -> Callable[..., Any]:
    def group_norm(h: Any, g: Any, epsilon: Any, grad_z: Any) -> Any:
        n, c, *rest = h.shape
        wide = (n, GROUPS, c // GROUPS * int(np.prod(rest)))
        gain = np.broadcast_to(g.reshape(-1, *(1 for _ in rest)), (c, *rest)).reshape(wide[1:])
        made = backward(h.reshape(wide), gain, epsilon, grad_z.reshape(wide), (2,), 0, slip=slip)
        dx, dgain, dbias = made
        if slip == "unreduced":
            return dx.reshape(h.shape), dgain.reshape(h.shape), dbias.reshape(h.shape)
        return dx.reshape(h.shape), *(a.reshape(c, -1).sum(1) for a in (dgain, dbias))

    return group_norm


GROUPS = 2


def _rms(slip: str) -> Callable[..., Any]:
    def rms_norm(x: Any, g: Any, epsilon: Any, grad_y: Any) -> Any:
        made = backward(
            x, g, epsilon, grad_y, (-1,), tuple(range(x.ndim - 1)), centred=slip == "centred", slip=slip
        )
        return made[:2]

    return rms_norm


def _masked(slip: str) -> Callable[..., Any]:
    def masked_norm(x: Any, k: Any, gamma: Any, epsilon: Any, grad_y: Any) -> Any:
        mask = np.ones_like(k) if slip == "mask ignored" else k
        made = backward(x, gamma[:, None], epsilon, grad_y, (-1,), -1, mask=mask, slip=slip)
        return made[:2]

    return masked_norm


def _gradients(note: Path, **ids: str) -> dict[str, str]:
    return {output: f"{note}#{link}" for output, link in ids.items()}


BATCH_LINKS = _gradients(
    BATCH, dx="input-gradient", dgamma="parameter-gradients.1", dbeta="parameter-gradients.2"
)
LAYERS = {
    layer.name: layer
    for layer in (
        Layer(
            "batch", BATCH_LINKS,
            _batch, {"i": (0, 2, 3)}, (*COMMON, *CENTRED, *SHARED, "axes", "term axes"),
        ),
        Layer(
            "instance", BATCH_LINKS,
            _instance, {"x": "n c h w", "gamma": "c", "beta": "c", "i": "h w"},
            (*COMMON, *CENTRED, *SHARED, "axes", "term axes"),
        ),
        Layer(
            "layer", _gradients(LAYER, dx="gradients.4", dg="gradients.1", db="gradients.2"),
            _layer, {"i": -1}, (*COMMON, *CENTRED, *SPREAD, *SHARED, "gain outside", "gain of up", "axes"),
        ),
        Layer(
            "group", _gradients(LAYER, dx="gradients.4", dg="gradients.1", db="gradients.2"),
            _group, {"h": "n (q c) v w", "g": "(q c)", "b": "(q c)", "i": "c v w"},
            (*COMMON, *CENTRED, *SPREAD, *SHARED, "gain outside", "gain of up"), {"sizes": {"q": GROUPS}},
        ),
        Layer(
            "rms", _gradients(RMS, dx="input-gradient", dg="radial.1"),
            _rms, {"i": -1}, (*COMMON, *SPREAD, *SHARED, "gain outside", "gain of up", "axes", "centred"),
        ),
        Layer(
            "masked", _gradients(MASKED, dx="input-gradient", dgamma="parameters.1"),
            _masked, {"i": -1}, (*COMMON, *CENTRED, *SPREAD, "mask ignored", "gain sign"),
        ),
    )
}  # fmt: skip
