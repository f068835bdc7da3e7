"""Derivatives: of what nothing defines, nothing is known; of what is written out, all is."""

from __future__ import annotations

import pytest

from bnsym.deriving import derive
from bnsym.elaborate import read

FORWARD = r"""
$$
\mu = \frac{1}{m} \sum_i x_i, \qquad v = \frac{1}{m} \sum_i (x_i - \mu)^2, \qquad
y_i = \gamma \cdot (x_i - \mu) + \beta
$$
"""


def codes(note: str) -> list[str]:
    """The problem of each link, or nothing."""
    return [link.problem.code if link.problem else "" for link in read(note, "note.md").links]


def block(*formulas: str) -> str:
    return "".join(f"\n$$\n{formula}\n$$\n" for formula in formulas)


@pytest.mark.parametrize(
    "formula",
    [
        r"\frac{\partial u_i}{\partial w_k} = 0",
        r"\frac{\partial u}{\partial t} = 0",
        r"\frac{d}{dt} \Vert w \Vert^2 = 0",
        r"\frac{\partial v}{\partial \theta} = 0",
        r"\frac{\partial v}{\partial \gamma} = 0",
        r"\frac{\partial \mu}{\partial v} = 0",
        r"\frac{\partial \gamma}{\partial x_i} = 0",
        r"\mu + \frac{\partial v}{\partial \theta} = \mu",
    ],
)
def test_a_derivative_of_which_nothing_is_known_is_unread(formula):
    assert codes(FORWARD + block(formula)) == ["BN130"]


@pytest.mark.parametrize(
    "formula",
    [
        r"\frac{\partial v}{\partial x_k} = \frac{2}{m} (x_k - \mu)",
        r"\frac{\partial v}{\partial \mu} = 0",
        r"\frac{\partial \gamma}{\partial \gamma} = 1",
        r"\frac{\partial x_i}{\partial x_j} = \delta_{ij}",
        r"\frac{d}{dt} (a t^2) = 2 a t",
        r"\frac{\partial L}{\partial \gamma} = \sum_i (x_i - \mu) \frac{\partial L}{\partial y_i}",
        r"\frac{\partial^2 L}{\partial \gamma^2} = \sum_i x_i",
    ],
)
def test_a_derivative_of_what_is_written_out_is_read(formula):
    assert codes(FORWARD + block(formula)) == [""]


def test_a_loss_is_known_by_what_leads_to_its_outputs():
    said = "<!-- bnsym: loss $L(y)$ -->\n" + FORWARD
    assert codes(said + block(r"\frac{\partial L}{\partial q} = 0")) == ["BN130"]
    assert codes(said + block(r"\frac{\partial L}{\partial v} = 0")) == ["BN130"]
    assert codes(said + block(r"\frac{\partial L}{\partial x_i} = 0")) == [""]


def test_what_rests_on_an_unknown_derivative_is_unread():
    defined = FORWARD + block(r"g := \frac{\partial v}{\partial \theta}", r"g = 0", r"v \ge 0")
    assert codes(defined) == ["BN130", ""]


def test_a_name_that_no_loss_has_is_no_loss():
    assert codes(FORWARD + block(r"\frac{\partial p}{\partial x_i} = 0")) == ["BN130"]
    declared = "<!-- bnsym: loss $p(y)$ -->\n" + FORWARD
    assert codes(declared + block(r"\frac{\partial p}{\partial x_i} = 0")) == [""]


def test_what_is_unknown_is_not_derived(tmp_path):
    note = tmp_path / "note.md"
    note.write_text(FORWARD, encoding="utf-8")
    with pytest.raises(ValueError, match="BN130"):
        derive(note, r"\frac{\partial v}{\partial \theta}")
    assert derive(note, r"\frac{\partial y_i}{\partial \beta}") == "1"


SCALED = r"Let $y_i = \gamma x_i + \beta$. "
BY_GAMMA = r"\frac{\partial L}{\partial \gamma} = \sum_i \frac{\partial L}{\partial y_i} x_i"


@pytest.mark.parametrize(
    "said",
    [
        r"The loss is $L = \ell(y) + \frac{\lambda}{2} \gamma^2$.",
        r"$L = L(y, \gamma)$.",
        r"The loss $L$ depends on $y$ and on $\gamma$.",
        r"The loss depends on $y$ and, through weights of its own, on $\gamma$.",
        r"The loss $L$ contains weight decay on $\gamma$.",
        r"The scale $\gamma$ is penalised in the loss.",
    ],
)
def test_a_loss_of_more_than_the_outputs_has_other_derivatives(said):
    link = read(SCALED + said + block(BY_GAMMA), "note.md").links[-1]
    assert link.strict
    assert "more than the layer's outputs" in next(iter(link.doubts)).problem.message


@pytest.mark.parametrize(
    "said",
    [
        r"The loss $L$ depends on $y$.",
        r"The loss $L = L(y)$.",
        r"The loss $L$ depends on $y$, which depends on $\gamma$.",
        r"The loss $L$ depends on $\gamma$ only through $y$.",
        r"There is no weight decay on $\gamma$ in the loss.",
        r"The loss $L$ contains weight decay on $\beta$.",
        r"With weight decay on $\gamma$ a step is shorter.",
        r"$y$ depends on $\gamma$.",
    ],
)
def test_a_loss_of_the_outputs_has_the_derivatives_of_the_chain_rule(said):
    assert not read(SCALED + said + block(BY_GAMMA), "note.md").links[0].strict
