"""A seeded part of the attack on the kernel, and that it finds faults which are put there."""

from __future__ import annotations

import pytest

from tests.attack.forging import KINDS
from tests.attack.judging import Tally, attack
from tests.attack.planting import FAULTS, is_found

PLANTED = (
    "a root of 0 is positive",
    "a division hides in a contraction",
    "1/(1/a) is a",
    "divides by what may be 0",
    "no hypothesis is met",
    "a scope is one too wide",
)


def test_nothing_false_is_accepted():
    tally = Tally()
    attack(seed=2, count=2000, tally=tally)
    assert set(tally.tried) == {*KINDS, "witness"}
    # it would show nothing if nothing were accepted, or no acceptance met a point
    assert tally.accepted.total() > 400
    assert tally.checked.total() > 0.9 * tally.accepted.total()
    assert all(tally.checked[kind] for kind in tally.tried)


@pytest.mark.parametrize("name", PLANTED)
def test_the_attack_finds_faults_of_the_kernel(name):
    (fault,) = (fault for fault in FAULTS if fault.name == name)
    assert is_found(fault, count=1500, seed=0)
