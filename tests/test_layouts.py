"""Backward functions of arrays with several axes: batches beside each other, gains that they share."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

import bnsym
from tests.kernels.zoo import BATCH, LAYER, LAYERS, MASKED, RMS

DX = f"{BATCH}#input-gradient"


def projected(x, up, axes, epsilon=0.0):
    sigma = np.sqrt(x.var(axis=axes, keepdims=True) + epsilon)
    hat = (x - x.mean(axis=axes, keepdims=True)) / sigma
    return (up - up.mean(axis=axes, keepdims=True) - hat * (hat * up).mean(axis=axes, keepdims=True)) / sigma


def rows(x, g, epsilon, grad_y):
    """Root mean square normalization of the last axis, with weights of its length."""
    rho2 = (x * x).mean(-1, keepdims=True) + epsilon
    up = g * grad_y
    return (up - x * (up * x).mean(-1, keepdims=True) / rho2) / np.sqrt(rho2)


def test_rows_with_a_shared_weight_are_found_and_said() -> None:
    judgement = bnsym.check_backward(rows, f"{RMS}#input-gradient")
    assert judgement
    assert judgement.layout == "taken to be so: i along axis 1"
    assert bnsym.check_backward(rows, f"{RMS}#input-gradient", axes={"i": -1})

    def outside(x, g, epsilon, grad_y):
        return g * rows(x, np.ones_like(g), epsilon, grad_y)

    wrong = bnsym.check_backward(outside, f"{RMS}#input-gradient")
    assert wrong.slips == ("gᵢ stands outside of the sums",)


def images(axes):
    def backward(x, gamma, grad_y):
        return projected(x, gamma[:, None, None] * grad_y, axes)

    return backward


@pytest.mark.parametrize("axes", [(0, 2, 3), (2, 3)])
def test_images_by_position_and_by_guess(axes) -> None:
    for said in (None, {"i": axes}):
        judgement = bnsym.check_backward(images(axes), DX, axes=said)
        assert judgement
        assert f"i along axes {', '.join(map(str, axes))}" in judgement.layout
    other = (2, 3) if axes == (0, 2, 3) else (0, 2, 3)
    wrong = bnsym.check_backward(images(other), DX, axes={"i": axes})
    (slip,) = wrong.slips
    assert slip == f"sums run over axes {str(other)[1:-1]} instead of axes {str(axes)[1:-1]}"


@pytest.mark.parametrize("kind", ["float64", "float32"])
def test_no_axis_of_a_sum_may_stop_at_the_last_full_block(kind: str) -> None:
    """Neither the last of several nor the one of a note's second index."""

    def in_blocks(a, axis, block):
        count = a.shape[axis]
        full = (count - count % block or count) if block else count
        return np.sum(a.take(range(full), axis), axis=axis, keepdims=True) / a.dtype.type(count)

    def pictures(x, gamma, grad_y, block):
        sigma = x.std(axis=(2, 3), keepdims=True)
        hat, up = (x - x.mean(axis=(2, 3), keepdims=True)) / sigma, gamma[:, None, None] * grad_y
        inner = in_blocks((hat * up).mean(axis=2, keepdims=True), 3, block)
        return (up - up.mean(axis=(2, 3), keepdims=True) - hat * inner) / sigma

    def features(x, w, grad_y, block):
        sigma = x.std(axis=1, keepdims=True)
        hat, up = (x - x.mean(axis=1, keepdims=True)) / sigma, w * grad_y
        return (up - in_blocks(up, 1, block) - hat * (hat * up).mean(axis=1, keepdims=True)) / sigma

    for kernel, link, axes in (
        (pictures, DX, {"i": (2, 3)}), (features, f"{LAYER}#batch-gradients.3", None),
    ):  # fmt: skip
        for block in (0, 32):
            judgement = bnsym.check_backward(partial(kernel, block=block), link, axes=axes, dtype=kind, m=60)
            assert bool(judgement) is (not block)


def test_a_divisor_that_is_the_length_of_some_axes_is_named() -> None:
    """H·W for C·H·W; at C = H·W = 24 the factor is the root of all, too, which it is at no other size."""

    def backward(h, g, epsilon, grad_z):
        sigma = np.sqrt(h.var(axis=(1, 2, 3), keepdims=True) + epsilon)
        hat, up = (h - h.mean(axis=(1, 2, 3), keepdims=True)) / sigma, g[:, None, None] * grad_z
        inner = hat * (hat * up).mean(axis=(1, 2, 3), keepdims=True)
        return (up - up.sum(axis=(1, 2, 3), keepdims=True) / h[0, 0].size - inner) / sigma

    axes = {"h": "n c v w", "g": "c", "i": "c v w"}
    (slip,) = bnsym.check_backward(backward, f"{LAYER}#gradients.4", axes=axes, m=60).slips
    assert slip.endswith("is multiplied by the length of axis c")


def test_layers_over_several_axes() -> None:
    def backward(h, g, epsilon, grad_z):
        return projected(h, g * grad_z, (1, 2), epsilon)

    link = f"{LAYER}#gradients.4"
    assert bnsym.check_backward(backward, link, axes={"i": (1, 2)})
    assert bnsym.check_backward(backward, link, axes={"h": "n t d", "g": "t d", "i": "t d"})
    assert not bnsym.check_backward(
        lambda h, g, epsilon, grad_z: projected(h, g * grad_z, (2,), epsilon), link, axes={"i": (1, 2)}
    )


@pytest.mark.parametrize("name", LAYERS)
def test_every_output_of_every_layer(name: str) -> None:
    layer = LAYERS[name]
    judgement = bnsym.check_backward(layer.make(""), layer.links, axes=layer.axes, m=60, **layer.options)
    assert judgement
    assert list(judgement.outputs) == list(layer.links)
    assert all(judgement.outputs.values())


def test_each_output_is_judged_on_its_own() -> None:
    layer = LAYERS["rms"]
    judgement = bnsym.check_backward(layer.make("gain sign"), layer.links)
    assert not judgement
    assert {name: bool(one) for name, one in judgement.outputs.items()} == {"dx": True, "dg": False}
    assert judgement.slips == ("dg: the term xᵢ/ρ ∂f/∂yᵢ has the wrong sign",)
    assert "dx: agrees" in str(judgement)
    assert "dg: wrong" in str(judgement)


def test_outputs_by_the_names_of_the_note() -> None:
    def backward(x, gamma, grad_y):
        hat = (x - x.mean(0)) / x.std(0)
        dx = projected(x, gamma * grad_y, 0)
        return {"dbeta": grad_y.sum(0), "dx": dx, "dgamma": (grad_y * hat).sum(0)}

    judgement = bnsym.check_backward(backward, BATCH)
    assert judgement
    assert set(judgement.outputs) == {"dx", "dgamma", "dbeta"}
    with pytest.raises(bnsym.Refused, match="returned no dx"):
        bnsym.check_backward(lambda x, gamma, grad_y: {"dgamma": 0.0}, BATCH)
    with pytest.raises(bnsym.Refused, match="returned 2 values, not 3: dx, dgamma, dbeta"):
        bnsym.check_backward(lambda x, gamma, grad_y: (x, gamma), BATCH)


def test_outputs_in_another_order_are_told() -> None:
    """Of one shape or of two, in a layout that is said or found, beside a slip; what is right stays so."""
    for name, slip in (("rms", ""), ("layer", "projection sign")):
        layer = LAYERS[name]
        k = list(layer.links).index("dg")

        def swapped(made, k=k):
            return made[k], *made[:k], *made[k + 1 :]

        for axes in (layer.axes, None):
            kernel = layer.make(slip)
            taken = layer.make(slip).__code__.co_varnames[:4]
            judgement = bnsym.check_backward(
                lambda *a, kernel=kernel: swapped(kernel(*a)), layer.links, axes=axes, arguments=taken, m=60
            )
            assert not judgement
            assert judgement.outputs["dg"].slips == ("is right, but returned in the place of dx",)
            (*slips, moved) = judgement.outputs["dx"].slips
            assert moved == f"is {'' if slip else 'right, but '}returned in the place of dg"
            assert [one.endswith("has the wrong sign") for one in slips] == [True] * bool(slip)
            assert bool(judgement.outputs.get("db", True))


def test_saved_statistics_are_handed_in() -> None:
    def kept(hat, rstd, gamma, grad_y):
        up = gamma * grad_y
        return rstd * (up - up.mean(0) - hat * (hat * up).mean(0))

    given = {"hat": r"\hat{x}", "rstd": r"\frac{1}{\sigma}"}
    order = ("hat", "rstd", "gamma", "grad_y")
    assert bnsym.check_backward(kept, DX, given=given, arguments=order)
    assert bnsym.check_backward(kept, DX, given=given)  # by the names of its parameters
    cube = bnsym.check_backward(
        lambda hat, rstd, gamma, grad_y: kept(hat, rstd**3, gamma, grad_y), DX, given=given
    )
    assert cube.slips == ("everything is divided by σ²",)

    def rows_kept(x, mu, sigma, g, grad_z):  # statistics of rows keep their axis, or do not
        hat, up = (x - mu) / sigma, g * grad_z
        return (up - up.mean(-1, keepdims=True) - hat * (hat * up).mean(-1, keepdims=True)) / sigma

    link, order = f"{LAYER}#gradients.4", ("h", "mu", "sigma", "g", "grad_z")
    stats = {"mu": r"\mu", "sigma": r"\sigma"}
    assert bnsym.check_backward(rows_kept, link, given=stats, arguments=order, axes={"i": -1})
    assert bnsym.check_backward(
        lambda x, mu, sigma, g, up: rows_kept(x, mu[:, None], sigma[:, None], g, up),
        link, given=stats, arguments=order, axes={"h": "n i", "g": "i"},
    )  # fmt: skip
    with pytest.raises(ValueError, match="given='nu': the note defines"):
        bnsym.check_backward(kept, DX, given=("nu",))
    with pytest.raises(ValueError, match=r"given='\\\\frac\{1': BN"):
        bnsym.check_backward(kept, DX, given={"rstd": r"\frac{1"})


def test_masks_are_drawn_as_zeros_and_ones() -> None:
    seen = []

    def backward(x, k, gamma, epsilon, grad_y):
        seen.append(set(np.unique(k)))
        return LAYERS["masked"].make("")(x, k, np.atleast_1d(gamma), epsilon, grad_y)[0]

    assert bnsym.check_backward(backward, f"{MASKED}#input-gradient", axes={"x": "n i", "gamma": "n"})
    assert all(found <= {0.0, 1.0} for found in seen)


@pytest.mark.parametrize("slip", ["", "projection sign"])
def test_axes_of_length_one(slip: str) -> None:
    def backward(x, k, gamma, epsilon, grad_y):
        assert (k.shape[1], gamma.shape[2:]) == (1, (1, 1))
        flat = (a.transpose(1, 0, 2, 3).reshape(a.shape[1], -1) for a in (x, k, grad_y))
        x, k, up = (np.broadcast_to(a, (gamma.size, a.shape[1])) for a in flat)
        dx = LAYERS["masked"].make(slip)(x, k, gamma.reshape(-1), epsilon, up)[0]
        return dx.reshape(gamma.size, *grad_y.transpose(1, 0, 2, 3).shape[1:]).transpose(1, 0, 2, 3)

    axes = {"x": "n c h w", "k": "n 1 h w", "gamma": "1 c 1 1", "i": "n h w"}
    assert bool(bnsym.check_backward(backward, f"{MASKED}#input-gradient", axes=axes)) is (slip == "")


def test_values_of_ones_own() -> None:
    x = 1e3 + np.random.default_rng(0).standard_normal((6, 5, 7))
    shapes = []

    def backward(x, gamma, grad_y):
        shapes.append(x.shape)
        return projected(x, gamma[:, None] * grad_y, (0, 2))

    assert bnsym.check_backward(backward, DX, values={"x": x})
    assert set(shapes) >= {(6, 5, 7)}
    with pytest.raises(bnsym.Refused, match="other shapes"):
        bnsym.check_backward(backward, DX, values={"x": x}, axes={"i": (0, 2, 3)})
    with pytest.raises(ValueError, match="values: 'y' is none of x, gamma, grad_y"):
        bnsym.check_backward(backward, DX, values={"y": x})


@pytest.mark.parametrize(
    ("axes", "said"),
    [
        ({"z": 0}, r"'z' is no index letter \(i, .*\) nor argument \(x, gamma, grad_y"),
        ({"x": "n (g c h"}, "is no pattern such as"),
        ({"x": "n n"}, "names an axis twice"),
        ({"x": "n c"}, "which of n, c the index i runs over is not said"),
        ({"i": "n"}, "names of axes stand for something where arguments have patterns"),
    ],
)
def test_what_axes_may_say(axes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bnsym.check_backward(rows, DX, axes=axes)


def test_a_kernel_of_no_known_layout_is_refused_with_the_first_reason() -> None:
    def backward(x, gamma, grad_y):
        raise IndexError("tile")

    with pytest.raises(bnsym.Refused, match="raised IndexError: tile"):
        bnsym.check_backward(backward, DX)
