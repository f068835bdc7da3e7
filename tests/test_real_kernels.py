"""Backward passes that people rely on are right: torch's and JAX's, where they are installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import bnsym
from tests.kernels.zoo import GROUPS, HERE, LAYERS

WITH_EPSILON = {"dx": f"{HERE / 'accept' / 'epsilon.md'}#input-gradient"}
"""Torch takes no batch or instance norm without it."""


def with_torch(forward: Callable[..., Any], count: int) -> Callable[..., Any]:
    """The gradients by the first of x, the gain and the bias; forward(functional, x, gain, bias, ε)."""
    import torch
    from torch.nn import functional

    def backward(x: Any, gain: Any, epsilon: Any, up: Any) -> tuple[Any, ...]:
        x, gain, up = (torch.from_numpy(np.array(a)) for a in (x, gain, up))
        inputs = [x, gain, torch.zeros_like(gain)]
        for one in inputs:
            one.requires_grad_()
        made = forward(functional, *inputs, float(epsilon))
        return tuple(g.numpy() for g in torch.autograd.grad(made, inputs[:count], up))

    return backward


TORCH = {
    "layer": lambda f, x, g, b, e: f.layer_norm(x, x.shape[-1:], g, b, e),
    "group": lambda f, x, g, b, e: f.group_norm(x, GROUPS, g, b, e),
    "batch": lambda f, x, g, b, e: f.batch_norm(x, None, None, g, b, training=True, eps=e),
    "instance": lambda f, x, g, b, e: f.instance_norm(x, weight=g, bias=b, eps=e),
    "rms": lambda f, x, g, b, e: f.rms_norm(x, x.shape[-1:], g, e),
}
JAX = {"layer": (-1,), "batch": (0, 2, 3), "instance": (2, 3), "rms": (-1,)}


def with_jax(axes: tuple[int, ...], count: int) -> Callable[..., Any]:
    import jax

    jax.config.update("jax_enable_x64", True)

    def forward(x: Any, gain: Any, *bias: Any, epsilon: Any) -> Any:
        shape = (-1, 1, 1) if len(axes) > 1 else (-1,)
        centred = x - x.mean(axes, keepdims=True) if bias else x
        hat = centred / jax.numpy.sqrt((centred**2).mean(axes, keepdims=True) + epsilon)
        return hat * gain.reshape(shape) + sum(b.reshape(shape) for b in bias)

    def backward(x: Any, gain: Any, epsilon: Any, up: Any) -> tuple[Any, ...]:
        inputs = (x, gain, np.zeros_like(gain))[:count]
        _, back = jax.vjp(lambda *a: forward(*a, epsilon=epsilon), *inputs)
        return tuple(np.asarray(g) for g in back(up))

    return backward


def judged(name: str, backward: Callable[..., Any], links: dict[str, str], kind: str) -> bnsym.Judgement:
    layer = LAYERS[name]
    arguments = (
        ["h", "g", "epsilon", "grad_z"] if name in ("layer", "group") else ["x", "gamma", "epsilon", "grad_y"]
    )
    if name == "rms":
        arguments[1] = "g"
    if links == layer.links and name in ("batch", "instance"):
        arguments.remove("epsilon")
        whole, backward = backward, lambda x, gain, up: whole(x, gain, 0.0, up)
    axes = {k: v for k, v in layer.axes.items() if k != "beta" or "dbeta" in links}
    return bnsym.check_backward(backward, links, arguments=arguments, axes=axes, dtype=kind, **layer.options)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize("kind", ["float64", "float32"])
@pytest.mark.parametrize("name", TORCH)
def test_torch(name: str, kind: str) -> None:
    links = WITH_EPSILON if name in ("batch", "instance") else LAYERS[name].links
    backward = with_torch(TORCH[name], len(links))
    judgement = judged(name, backward, links, kind)
    assert judgement, str(judgement)
    assert not judged(name, lambda *a: tuple(1.001 * g for g in backward(*a)), links, kind)


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed")
@pytest.mark.parametrize("kind", ["float64", "float32"])
@pytest.mark.parametrize("name", JAX)
def test_jax(name: str, kind: str) -> None:
    links = LAYERS[name].links
    judgement = judged(name, with_jax(JAX[name], len(links)), links, kind)
    assert judgement, str(judgement)
