"""What a search finds, as data that can be sent and kept; the kernel makes the verdict of it.

A verdict itself can't be copied. Whoever receives a finding from elsewhere asks for the
verdict on it here, and believes nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from bnsym.kernel import Certificate, Maximum, Proved, Refuted, Witness, prove, refute
from bnsym.model import Undecided
from bnsym.proving.advice import Alike
from bnsym.terms import Statement


@dataclass(frozen=True, slots=True)
class Certified:
    """What proves a statement, with values that show that the proof is not vacuous."""

    certificate: Certificate
    model: Witness | None


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What refutes a statement, where each of `maxima` stands with its value."""

    witness: Witness
    maxima: tuple[Maximum, ...] = ()


Found: TypeAlias = Certified | Witnessed | Undecided


def found(verdict: Proved | Refuted | Undecided) -> Found:
    """What a verdict rests on."""
    match verdict:
        case Proved():
            return Certified(verdict.certificate, verdict.model)
        case Refuted():
            return Witnessed(verdict.witness, verdict.maxima)
        case Undecided():
            return verdict


def judge(
    statement: Statement, finding: Found, deadline: float = float("inf")
) -> Proved | Refuted | Undecided:
    """The kernel's verdict on what was found. Raises Rejected if it does not earn one."""
    match finding:
        case Certified(certificate, model):
            return prove(statement, certificate, model, Alike(deadline))
        case Witnessed(witness, maxima):
            return refute(statement, witness, maxima, Alike(deadline))
        case Undecided():
            return finding
