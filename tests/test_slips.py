"""Every slip in a backward kernel is called wrong, and nearly all by their names; other kernels are right."""

from __future__ import annotations

import re

import numpy as np
import pytest

import bnsym
from tests.kernels.zoo import LAYERS

NAMES = {
    "projection sign": r"^dx: the term .*Σ.*Σ?.* has the wrong sign$",
    "projection missing": "^dx: the term .* is missing",
    "half": "is divided by 2$",
    "elementwise": "has lost its Σ$",
    "reciprocal": "^dx: the term .* is multiplied by (σ|ρ)²$",
    "projection times n": "^dx: the term .* is multiplied by (m|H|n)$",
    "gain missing": "^dx: (everything is divided by γ|gᵢ is missing everywhere)$",
    "gain twice": "^dx: (everything is multiplied by γ|gᵢ is there twice everywhere)$",
    "times n": "^dx: everything is multiplied by (m|H|n)$",
    "sign": "^dx: everything has the wrong sign$",
    "sigma once more": "^dx: everything is divided by (σ|ρ)$",
    "frozen": "is missing; dx: the statistics are taken as constants$",
    "mean sign": "^dx: the term .* has the wrong sign$",
    "mean missing": "^dx: the term .* is missing$",
    "mean twice": "^dx: the term .* is multiplied by 2$",
    "x for x - mean": "^dx: μ is not subtracted in ",
    "not centred": "^dx: μ is not subtracted;",
    "unbiased": "^dx: σ² is divided by (m|H|n) - 1 instead of (m|H|n)",
    "n - 1": r"is multiplied by (m|H|n)/\((m|H|n) - 1\)$",
    "epsilon missing": "^dx: ε is left out",
    "epsilon outside": "^dx: ε is added outside of the root",
    "epsilon squared": "^dx: ε is squared",
    "unreduced": r"^(dgamma|dg): the sum over (axis|axes) [\dnhvw, ]+ is missing",
    "mean for sum": r"^(dgamma|dg): .* is divided by (m|the lengths? of (axis|axes) .*)$",
    "gain sign": "^(dgamma|dg): the term .* has the wrong sign$",
    "gain by x": "^(dgamma|dg): the term .* (has [hx]ᵢ instead of .*|is multiplied by ρ)$",
    "gain outside": "^dx: gᵢ stands outside of the sums$",
    "gain of up": "^dg: the term .* has the factor gᵢ besides$",
    "axes": "^dx: sums run over (axis|axes) .* instead of (axis|axes)",
    "term axes": "^dx: in the term .* sums run over axes .* instead of axes",
    "mask ignored": "^dx: k is ignored",
}
CASES = [(layer.name, slip) for layer in LAYERS.values() for slip in layer.slips]
UNNAMED = {("rms", "centred")}
"""A layer of another kind: a mean is subtracted that the note does not have."""


def judged(name: str, slip: str, **options) -> bnsym.Judgement:
    layer = LAYERS[name]
    return bnsym.check_backward(
        layer.make(slip), layer.links, axes=layer.axes, m=60, **{**layer.options, **options}
    )


def test_there_are_enough_of_them() -> None:
    assert len(LAYERS) == 6
    assert len(CASES) > 140
    assert len(UNNAMED) < len(CASES) / 100


@pytest.mark.parametrize(("name", "slip"), CASES)
def test_a_slip_is_wrong_and_has_its_name(name: str, slip: str) -> None:
    judgement = judged(name, slip)
    assert not judgement
    if (name, slip) not in UNNAMED:
        assert re.search(NAMES[slip], "; ".join(judgement.slips)), judgement.slips


def test_two_slips_at_once() -> None:
    layer = LAYERS["layer"]

    def both(h, g, epsilon, grad_z):
        dx, dg, db = layer.make("half")(h, g, epsilon**2, grad_z)
        return dx, dg, db

    judgement = bnsym.check_backward(both, layer.links, axes=layer.axes, m=60)
    found = [slip for slip in judgement.slips if slip.startswith("dx")]
    assert found[0] == "dx: ε is squared"
    assert found[1].endswith("is divided by 2")


UNNAMED_ROOT = r"""
<!-- bnsym: define id=forward -->
$$
\mu = \frac{1}{d} \sum_{i=1}^{d} x_i, \qquad
v = \frac{1}{d} \sum_{i=1}^{d} (x_i - \mu)^2, \qquad
\hat{x}_i = \frac{x_i - \mu}{\sqrt{v + \epsilon}}, \qquad
y_i = w_i \hat{x}_i
$$

<!-- bnsym: claim id=dx -->
$$
\frac{\partial L}{\partial x_i} = \frac{1}{\sqrt{v + \epsilon}} \left( w_i \frac{\partial L}{\partial y_i}
 - \frac{1}{d} \sum_{j=1}^{d} w_j \frac{\partial L}{\partial y_j}
 - \frac{\hat{x}_i}{d} \sum_{j=1}^{d} w_j \hat{x}_j \frac{\partial L}{\partial y_j} \right)
$$

<!-- bnsym: claim id=dw -->
$$
\frac{\partial L}{\partial w_i} = \hat{x}_i \frac{\partial L}{\partial y_i}
$$
"""
MEAN = "-((v + ε)^(-1/2))/d Σⱼ wⱼ ∂L/∂yⱼ"
PROJECTION = "-(v + ε)^(-1/2) x̂ᵢ/d Σⱼ wⱼ x̂ⱼ ∂L/∂yⱼ"


@pytest.fixture(scope="module")
def links(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    note = tmp_path_factory.mktemp("notes") / "note.md"
    note.write_text(UNNAMED_ROOT, encoding="utf-8")
    return {name: f"{note}#{name}" for name in ("dx", "dw")}


def rows(*, outside: int = -1, inside: int = 0, axis: int = -1, terms: int = -1):
    """Layer norm's gradients, to be called wrong where an exponent of the root, or an axis, is another."""

    def backward(x, w, epsilon, grad_y):
        root = np.sqrt(x.var(axis, keepdims=True) + epsilon)
        hat = (x - x.mean(axis, keepdims=True)) / root
        up = w * grad_y
        first, second = (a.mean(terms, keepdims=True) for a in (up, hat * up))
        return root**outside * (up - first - hat * second * root**inside), (hat * grad_y).sum(0)

    return backward


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({}, []),
        ({"inside": 1}, [f"dx: the term {PROJECTION} is multiplied by √(v + ε)"]),
        ({"inside": 2}, [f"dx: the term {PROJECTION} is multiplied by (v + ε)"]),
        ({"outside": 0}, ["dx: everything is multiplied by √(v + ε)"]),
        ({"outside": -3}, ["dx: everything is divided by (v + ε)"]),
        ({"axis": 0, "terms": 0}, [f"{d}: sums run over axis 0 instead of axis 1" for d in ("dx", "dw")]),
        (
            {"terms": 0},
            [f"dx: in the terms {MEAN} and {PROJECTION} sums run over axis 0 instead of axis 1"],
        ),
    ],
    ids=str,
)
def test_roots_that_have_no_name_and_sums_of_all_terms(links: dict[str, str], change, said) -> None:
    judgement = bnsym.check_backward(rows(**change), links, axes={"i": -1}, m=60, d=5)
    assert (bool(judgement), list(judgement.slips)) == (not said, said)
