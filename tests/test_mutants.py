"""A link with one slip in it is never proved, unless it is still true; of those that are false,
nearly all must be refuted. The rest may be undecided, and are printed. See `slips`."""

from __future__ import annotations

import time
from functools import cache

import pytest

from bnsym.kernel import Proved, Refuted, compare
from bnsym.model import Undecided
from bnsym.proving import decide
from tests.slips import DERIVATIONS, Mutant, is_false, sample, true_links
from tests.slips.bench import SECONDS, Tally, mend, noted

MUTANTS, PARTS, MENDED = 200, 8, 12


@cache
def verdicts(part: int) -> tuple[tuple[Mutant, Proved | Refuted | Undecided, bool], ...]:
    """For one part of the sample: each mutant, its verdict, and whether floats contradict it."""
    return tuple(
        (mutant, decide(mutant.statement, time.monotonic() + 2 * SECONDS), is_false(mutant.statement))
        for mutant in sample(MUTANTS)[part::PARTS]
    )


def test_floats_agree_with_every_true_link() -> None:
    """The judge is judged first: none of the links is false at random values."""
    origins = list(true_links())
    assert len(origins) > 100
    assert [o.link.id for o in origins if is_false(o.statement, enough=3)] == []


def test_the_sample_has_every_kind_of_slip() -> None:
    kinds = {"coefficient", "delta", "dropped factor", "dropped term", "power", "hat", "index", "order"}
    kinds |= {"dropped hypothesis", "dropped sum", "sigma", "sign", "size", "square", "transpose"}
    assert {mutant.kind for mutant in sample(MUTANTS)} == kinds
    assert len(sample(MUTANTS)) == MUTANTS


@pytest.mark.parametrize("part", range(PARTS))
def test_no_false_mutant_is_proved(part: int) -> None:
    assert [str(m) for m, verdict, false in verdicts(part) if false and isinstance(verdict, Proved)] == []


@pytest.mark.parametrize("part", range(PARTS))
def test_a_refuted_mutant_is_no_true_link(part: int) -> None:
    """A refutation is a pair of exact values, so this holds by construction; floats may only miss it."""
    for mutant, verdict, _ in verdicts(part):
        if isinstance(verdict, Refuted):
            assert not compare(verdict.left, mutant.statement.relation, verdict.right)


def test_nearly_every_false_mutant_is_refuted() -> None:
    false = [(m, verdict) for part in range(PARTS) for m, verdict, is_so in verdicts(part) if is_so]
    rest = [(m, verdict) for m, verdict in false if not isinstance(verdict, Refuted)]
    for mutant, verdict in rest:
        print(f"{mutant}\n    {verdict}")
    assert len(false) > MUTANTS / 2
    assert len(rest) <= 0.05 * len(false)


def test_slips_are_mended() -> None:
    """Written into their notes, most mutants are given a repair; the benchmark says how many."""
    tally = Tally()
    for mutant in sample(MENDED, tuple(DERIVATIONS), seed=7):
        if isinstance(decide(mutant.statement, time.monotonic() + SECONDS), Refuted):
            found = mend(mutant, tally)
            if found is not None:
                assert found.apply(noted(mutant) or "") != noted(mutant)
    assert tally.written >= MENDED // 2
    assert tally.mended >= 0.7 * tally.written
