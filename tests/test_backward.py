"""Other people's backward functions: right ones pass however they are written, each slip has its name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import bnsym

ROOT = Path(__file__).parent
LINK = f"{ROOT.parent / 'derivations' / 'batchnorm.md'}#input-gradient"


def written(formula):
    """A backward function from a formula in m, γ, σ, g, x̂, Σg, Σx̂g and x − μ."""

    def backward(x, gamma, grad_y):
        centred = x - x.mean(axis=0)
        sigma = np.sqrt((centred**2).mean(axis=0))
        hat = centred / sigma
        total, inner = grad_y.sum(axis=0), (hat * grad_y).sum(axis=0)
        return formula(len(x), gamma, sigma, grad_y, hat, total, inner, centred)

    return backward


def library(x, gamma, grad_y):
    """As deep-learning libraries write it, through the means of g and of g x̂."""
    hat = (x - x.mean(axis=0)) / x.std(axis=0)
    return gamma / x.std(axis=0) * (grad_y - grad_y.mean(axis=0) - hat * (hat * grad_y).mean(axis=0))


def staged(x, gamma, grad_y):
    """As the paper writes it: ∂f/∂x̂, ∂f/∂σ², ∂f/∂μ one after the other."""
    m, mu, variance = len(x), x.mean(axis=0), x.var(axis=0)
    hat = grad_y * gamma
    to_variance = (hat * (x - mu)).sum(axis=0) * -0.5 * variance**-1.5
    to_mean = (-hat / np.sqrt(variance)).sum(axis=0) + to_variance * (-2 * (x - mu)).sum(axis=0) / m
    return hat / np.sqrt(variance) + to_variance * 2 * (x - mu) / m + to_mean / m


SUM, XHAT = "-γ/(m σ) Σⱼ ∂f/∂yⱼ", "-γ/(m σ) x̂ᵢ Σⱼ x̂ⱼ ∂f/∂yⱼ"
SLIPS = {
    f"the term {XHAT} has the wrong sign": lambda m, c, s, g, h, t, i, _: c / (m * s) * (m * g - t + h * i),
    f"the term {SUM} has the wrong sign": lambda m, c, s, g, h, t, i, _: c / (m * s) * (m * g + t - h * i),
    f"the term {XHAT} is missing": lambda m, c, s, g, h, t, i, _: c / (m * s) * (m * g - t),
    f"the term {SUM} is missing": lambda m, c, s, g, h, t, i, _: c / (m * s) * (m * g - h * i),
    f"the term {XHAT} is multiplied by 2": lambda m, c, s, g, h, t, i, _: c / s * (g - t / m - 2 * h * i / m),
    f"the term {XHAT} is multiplied by σ": lambda m, c, s, g, h, t, i, x: c / (m * s) * (m * g - t - x * i),
    f"the term {XHAT} has lost its Σ": lambda m, c, s, g, h, t, i, _: c / (m * s) * (m * g - t - h * h * g),
    f"the term {SUM} has lost its Σ": lambda m, c, s, g, h, t, i, _: c / (m * s) * (m * g - g - h * i),
    f"the term {XHAT} is divided by 4": lambda m, c, s, g, h, t, i, _: c / s * (g - (t + h * i / 4) / m),
    "everything is divided by γ": lambda m, c, s, g, h, t, i, _: 1 / (m * s) * (m * g - t - h * i),
    "everything is multiplied by m": lambda m, c, s, g, h, t, i, _: c / s * (m * g - t - h * i),
    "everything is divided by σ": lambda m, c, s, g, h, t, i, _: c / (m * s**2) * (m * g - t - h * i),
    "everything is multiplied by m/(m - 1)": lambda m, c, s, g, h, t, i, _: (
        c * (m * g - t - h * i) / (m - 1) / s
    ),
}


@pytest.mark.parametrize("fn", [library, staged])
def test_what_is_right_agrees_in_both_shapes(fn) -> None:
    judgement = bnsym.check_backward(fn, LINK)
    assert judgement
    assert judgement.shape == (1000, 3)
    assert judgement.error < judgement.allowed < 1e-10
    assert str(judgement).startswith(f"agrees: {fn.__name__}(x, gamma, grad_y) at shape (1000, 3)")


@pytest.mark.parametrize("said", SLIPS)
def test_a_slip_has_its_name(said: str) -> None:
    judgement = bnsym.check_backward(written(SLIPS[said]), LINK)
    assert not judgement
    assert judgement.slips == (said,)
    assert judgement.error > 1e6 * judgement.allowed
    assert said in str(judgement)


def test_two_slips_are_both_named() -> None:
    both = written(lambda m, c, s, g, h, t, i, _: c / (m * s) * (m * g + t + 2 * h * i))
    assert bnsym.check_backward(both, LINK).slips == (
        f"the term {SUM} has the wrong sign",
        f"the term {XHAT} is multiplied by 2 and has the wrong sign",
    )


def test_a_sign_is_seen_at_a_large_batch() -> None:
    """Values drawn apart from each other would hide it: the term would shrink as 1/√m."""
    said = f"the term {XHAT} has the wrong sign"
    judgement = bnsym.check_backward(written(SLIPS[said]), LINK, m=1_000_000, d=1)
    assert judgement.slips == (said,)
    assert judgement.error > 0.01


def test_what_is_no_known_slip_is_only_called_wrong() -> None:
    judgement = bnsym.check_backward(written(lambda m, c, s, g, h, t, i, _: np.sin(g)), LINK)
    assert (judgement.agrees, judgement.slips) == (False, ())
    assert "no known slip explains it" in str(judgement)
    nearly = written(lambda m, c, s, g, h, t, i, x: c / (m * s) * (m * g - t - h * i) + 1e-7 * x)
    assert not bnsym.check_backward(nearly, LINK)


def test_sums_over_the_features_too() -> None:
    def backward(x, gamma, grad_y):
        hat = (x - x.mean(axis=0)) / x.std(axis=0)
        return gamma / x.std(axis=0) * (grad_y - grad_y.mean() - hat * (hat * grad_y).mean(axis=0))

    judgement = bnsym.check_backward(backward, LINK)
    assert judgement.slips == (
        "right for one feature, wrong for several side by side: sums run over the first axis only",
    )


def test_arguments_in_an_order_of_their_own() -> None:
    def backward(grad_output, x, weight):
        return library(x, weight, grad_output)

    assert bnsym.check_backward(backward, LINK, arguments=("grad_y", "x", "gamma"))
    with pytest.raises(ValueError, match="the closed form takes x, gamma, grad_y, each once"):
        bnsym.check_backward(backward, LINK, arguments=("dy", "x", "gamma"))


def test_what_it_is_given_is_a_copy() -> None:
    def backward(x, gamma, grad_y):
        found = library(x, gamma, grad_y)
        x *= 0
        grad_y *= 0
        return found

    assert bnsym.check_backward(backward, LINK)


def raises(x, gamma, grad_y):
    raise IndexError("too far")


@pytest.mark.parametrize(
    ("fn", "said"),
    [
        (raises, r"raises\(x, gamma, grad_y\) raised IndexError: too far \(shapes x: \(1000,\), gamma: \(\)"),
        (lambda x: x, "raised TypeError: .*takes 1 positional argument"),
        (lambda x, c, g: g * np.nan, "NaN or infinity in 1000 of 1000 places"),
        (lambda x, c, g: np.where(g > g[0], np.inf, g), r"NaN or infinity in \d+ of 1000 places"),
        (lambda x, c, g: g[:5], r"returned shape \(5,\), not \(1000,\)"),
        (lambda x, c, g: g[:, None], r"returned shape \(1000, 1\), not \(1000,\)"),
        (lambda x, c, g: g.astype(np.float32), "returned float32, not float64"),
        (lambda x, c, g: g > 0, "returned bool, not float64"),
        (lambda x, c, g: None, "returned NoneType, not float64"),
        (lambda x, c, g: (g, g, g), "returned 3 values; let it return the one"),
    ],
)
def test_what_cannot_be_judged_is_refused(fn, said: str) -> None:
    with pytest.raises(bnsym.Refused, match=said):
        bnsym.check_backward(fn, LINK)


def test_only_against_what_is_proved() -> None:
    published = f"{ROOT.parent / 'derivations' / 'as-published.md'}#norm-final"
    with pytest.raises(bnsym.NotProved, match="is refuted"):
        bnsym.check_backward(library, published)


def test_layer_normalization_with_epsilon() -> None:
    """The gain stays inside the sums; to leave it outside is wrong where it varies."""
    link = f"{ROOT / 'accept' / 'layer-norm.md'}#gradients.4"

    def backward(h, g, epsilon, grad_z):
        sigma = np.sqrt(h.var(axis=0) + epsilon)
        hat, up = (h - h.mean(axis=0)) / sigma, g * grad_z
        return (up - up.mean(axis=0) - hat * (up * hat).mean(axis=0)) / sigma

    def outside(h, g, epsilon, grad_z):
        sigma = np.sqrt(h.var(axis=0) + epsilon)
        hat = (h - h.mean(axis=0)) / sigma
        return g * (grad_z - grad_z.mean(axis=0) - hat * (grad_z * hat).mean(axis=0)) / sigma

    def forgotten(h, g, epsilon, grad_z):
        return backward(h, g, 0.0, grad_z)

    assert bnsym.check_backward(backward, link)
    assert not bnsym.check_backward(outside, link)
    assert not bnsym.check_backward(forgotten, link)


def test_root_mean_square_normalization_and_its_sign() -> None:
    link = f"{ROOT / 'accept' / 'rms-norm.md'}#input-gradient"

    def backward(x, g, epsilon, grad_y, sign=-1):
        rho2 = (x**2).mean(axis=0) + epsilon
        return (g * grad_y + sign * x / rho2 * (g * x * grad_y).mean(axis=0)) / np.sqrt(rho2)

    assert bnsym.check_backward(backward, link)
    (slip,) = bnsym.check_backward(lambda *a: backward(*a, sign=1), link).slips
    assert slip.endswith("has the wrong sign")


def test_two_indices_are_judged_as_the_note_has_them() -> None:
    link = f"{ROOT / 'accept' / 'layer-norm.md'}#batch-gradients.3"

    def backward(x, w, grad_y, axis=1):
        hat = (x - x.mean(axis=1, keepdims=True)) / x.std(axis=1, keepdims=True)
        up = w * grad_y
        inner = hat * (up * hat).mean(axis=axis, keepdims=True)
        return (up - up.mean(axis=1, keepdims=True) - inner) / x.std(axis=1, keepdims=True)

    assert bnsym.check_backward(backward, link)
    assert not bnsym.check_backward(lambda *a: backward(*a, axis=0), link)


@pytest.mark.parametrize(("power", "said"), [(1, "sₙ"), (2, "sₙ²")])
def test_a_statistic_of_each_row_too_often_or_too_seldom(power: int, said: str) -> None:
    link = f"{ROOT / 'accept' / 'layer-norm.md'}#batch-gradients.3"

    def backward(x, w, grad_y):
        s = x.std(axis=1, keepdims=True)
        centred, up = x - x.mean(axis=1, keepdims=True), w * grad_y
        inner = centred / s ** (2 - power) * (up * centred).mean(axis=1, keepdims=True)
        return (up - up.mean(axis=1, keepdims=True) - inner) / s

    (slip,) = bnsym.check_backward(backward, link).slips
    assert slip.startswith("the term")
    assert slip.endswith(f"x̂ₙⱼ Σₖ wₖ x̂ₙₖ ∂J/∂yₙₖ is multiplied by {said}")
