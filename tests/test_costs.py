"""What reading and searching may cost: nothing doubles with each level of a formula or of its definitions.

The depths are such that a cost that doubles with each would take days.
"""

from __future__ import annotations

import signal
import time
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

import bnsym
from bnsym.elaborate import read
from bnsym.execution.limits import limited
from bnsym.kernel import Evaluator, Proved, Rejected, Witness, evaluation
from bnsym.proving import decide
from bnsym.terms import Definition, Index, Relation, Statement, Sum, Sym, Term, mul, num

BUDGET = 0.7
PATIENCE = 6 * BUDGET
"""On a machine that is not idle."""


def nested(form: str, innermost: str, depth: int = 30) -> str:
    for _ in range(depth):
        innermost = form.replace("?", innermost)
    return innermost


def chain(step: str, length: int = 60) -> tuple[str, str, str]:
    """Definitions of which each uses the one before as `step` says; the first name and the last."""
    names = [rf"\mathrm{{n{chr(97 + k // 10)}{chr(97 + k % 10)}}}" for k in range(length + 1)]
    lines = [f"$$ {name}_i := {step.replace('?', before)} $$" for before, name in pairwise(names)]
    kind = rf"Let ${names[0]} \in \mathbb{{R}}^m$."
    return "\n\n".join((kind, *lines)), names[0], names[-1]


FORMS = [
    (r"1 + \frac{1}{?}", "a^2"),
    (r"1 + \sqrt{1 + (?)^2}", "a"),
    (r"|1 - ?|", "a"),
    (r"\Vert x + (?) e \Vert", "a"),
    (r"\mathbb{E}[x + (?)^2]", "a"),
    (r"\mathbb{E}[x \cdot (?)]", "a"),
    (r"\mathrm{Var}[x + ?]", "a"),
    (r"\sum_{j \ne i} x_j (?)", "a"),
    (r"(W + ?)^3", "W"),
]


@pytest.mark.parametrize(("form", "innermost"), FORMS)
def test_levels_of_a_formula_do_not_multiply_its_cost(form: str, innermost: str) -> None:
    text = nested(form, innermost)
    started = time.monotonic()
    derivation = read(f"$$ {text} = 2 $$\n\nLet $W \\in \\mathbb{{R}}^{{n \\times n}}$.\n", "note.md")
    for link in derivation.links:
        if link.statement is not None:
            decide(link.statement, time.monotonic() + BUDGET)
    assert time.monotonic() - started < PATIENCE


def test_what_is_nested_is_decided_too() -> None:
    text = nested(r"1 + \sqrt{1 + (?)^2}", "a", 9)
    above, below = (link.statement for link in read(f"$$ {text} \\ge 0 $$\n$$ {text} < 1 $$", "n.md").links)
    assert above is not None
    assert below is not None
    assert isinstance(decide(above, time.monotonic() + 10), Proved)
    assert not isinstance(decide(below, time.monotonic() + 1), Proved)


STEPS = [
    "?_i + ?_i^2",
    "?_i ?_i",
    r"\frac{?_i}{1 + ?_i^2}",
    r"?_i + \sum_j ?_j",
    r"1 + \frac{1}{?_i}",
    r"1 + \sqrt{1 + ?_i^2}",
]


@pytest.mark.parametrize("step", STEPS)
def test_a_chain_of_definitions_that_use_the_one_before_twice(step: str) -> None:
    lines, first, last = chain(step)
    derivative = rf"\frac{{\partial {last}_i}}{{\partial {first}_j}} = 1"
    claims = "\n\n".join(
        f"$$ {claim} $$" for claim in (f"3 {last}_i = 1", derivative, f"2 {last}_i > {last}_i")
    )
    started = time.monotonic()
    for link in read(f"{lines}\n\n{claims}\n", "note.md").links:
        assert link.statement is not None
        assert not isinstance(decide(link.statement, time.monotonic() + BUDGET), Proved)
    assert time.monotonic() - started < 2 * PATIENCE


def test_a_function_is_not_written_out_beyond_measure() -> None:
    lines, first, last = chain("?_i ?_i")
    let = f"<!-- bnsym: let $\\operatorname{{BN}}({first})$ = ${last}$ -->"
    claim = rf"$$ \operatorname{{BN}}(k {first}) = \operatorname{{BN}}({first}) $$"
    (link,) = read(f"{let}\n\n{lines}\n\n{claim}\n", "note.md").links
    assert link.problem is not None
    assert link.problem.code == "BN113"


# -- the kernel's arithmetic --------------------------------------------------------------


def test_numbers_that_grow_beyond_measure_have_no_value() -> None:
    names = [Sym(f"b{k}") for k in range(61)]
    chain = tuple(Definition(b, mul(a, a)) for a, b in pairwise(names))
    statement = Statement(names[-1], Relation.EQ, num(1), chain)
    evaluator = Evaluator(statement, Witness({}, {"b0": Fraction(3)}))
    assert evaluator.value(names[5], {}) == 3**32
    with pytest.raises(Rejected, match="too many digits"):
        evaluator.value(names[-1], {})
    assert Evaluator(statement, Witness({}, {"b0": Fraction(-1)})).value(names[-1], {}) == 1


def test_sums_inside_sums_have_no_value_where_they_are_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "LARGEST_EVALUATION", 10_000)
    letters = [Index(f"i{k}", "m") for k in range(20)]
    body: Term = mul(*(Sym("t", (letter,)) for letter in letters))
    for letter in letters:
        body = Sum(letter, body)
    statement = Statement(body, Relation.EQ, num(0))
    values = tuple(Fraction(n) for n in range(8))
    with pytest.raises(Rejected, match="too many steps"):
        Evaluator(statement, Witness({"m": 8}, {"t": values})).value(body, {})


def test_an_array_of_many_indices_has_a_small_witness(tmp_path: Path) -> None:
    note = tmp_path / "note.md"
    note.write_text(r"$$ \sum_{i,j,k,l,p,q,r,s,t} A_{ijklpqrst} = 3 $$")
    (result,) = bnsym.check(note, repairs="none").results
    assert isinstance(result.verdict, bnsym.Refuted)
    assert result.seconds < 10


# -- what heeds no deadline ---------------------------------------------------------------


def forever() -> str:
    while True:
        try:
            while True:
                pass
        except Exception:  # as a library might
            continue


def bottomless() -> str:
    return bottomless() + "!"


def test_the_last_resort() -> None:
    started = time.monotonic()
    assert limited(forever, 0.2, str) == "the time is up"
    assert limited(bottomless, 5, str) == "it is nested too deeply"
    assert limited(lambda: "done", 5, str) == "done"
    assert time.monotonic() - started < 5


def test_the_alarms_of_others_are_left_alone() -> None:
    before = signal.getsignal(signal.SIGVTALRM), signal.getsignal(signal.SIGALRM)
    assert limited(forever, 0.1, str) == "the time is up"
    assert (signal.getsignal(signal.SIGVTALRM), signal.getsignal(signal.SIGALRM)) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL)[0] == 0
