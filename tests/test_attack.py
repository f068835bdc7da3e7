"""A seeded part of the attack on the kernel, and that it finds faults which are put there."""

from __future__ import annotations

import pytest

from tests.attack.forging import KINDS
from tests.attack.judging import Tally, attack
from tests.attack.planting import FAULTS, is_found
from tests.attack.rules import ATTEMPTS, check_rules


def test_every_rule_refuses_what_it_has_to():
    check_rules()
    assert len(ATTEMPTS) > 80


def test_nothing_false_is_accepted():
    tally = Tally()
    attack(seed=2, count=2000, tally=tally)
    assert set(tally.tried) == {*KINDS, "witness"}
    # it would show nothing if nothing were accepted, or no acceptance met a point
    assert tally.accepted.total() > 400
    assert tally.checked.total() > 0.9 * tally.accepted.total()
    assert all(tally.checked[kind] for kind in tally.tried)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_faults_of_the_kernel_are_found(fault):
    """By the rules alone; `python -m tests.attack --plant` also tries the random attack."""
    assert is_found(fault, count=0, seed=0)
