"""Every slip in a backward kernel is called wrong, and nearly all by their names; other kernels are right."""

from __future__ import annotations

import re

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
