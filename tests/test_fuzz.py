"""Notes by a grammar and by splinters of bytes (`tests.fuzz`): read by the thousand, and some of them
decided, repaired and written in each format. By hand: `python -m tests.fuzz --n 100000`."""

from __future__ import annotations

import runpy
import time
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from bnsym.elaborate import read
from bnsym.reporting.authored import _KEPT, DEEPEST, Barred, is_well_formed, safe_math
from tests.fuzz.exports import refused
from tests.fuzz.grammar import note
from tests.fuzz.trial import Outcome, read_only, tried
from tests.test_export import ROOT, compiled, export, needs


@pytest.mark.timeout(200)  # on a machine with other work
def test_hostile_notes_are_read() -> None:
    outcomes = [read_only(seed, note(seed)) for seed in range(800)]
    assert [outcome for outcome in outcomes if outcome.faults] == []


@pytest.mark.timeout(200)
def test_hostile_notes_are_decided_and_written(tmp_path: Path) -> None:
    needs("pdflatex")
    outcomes = [tried(seed, note(seed), tmp_path / "note.md") for seed in range(5000, 5025)]
    assert [outcome for outcome in outcomes if outcome.faults] == []
    assert [outcome.seed for outcome in refused(outcomes)] == []


def test_a_note_depends_on_its_seed_alone() -> None:
    assert note(3) == note(3)
    assert len({note(seed) for seed in range(50)}) == 50


# -- kinds that it found ------------------------------------------------------------------


def test_what_a_failed_expression_said_of_the_vector_of_ones_is_forgotten() -> None:
    for claim in (r"\Vert e \Vert = m", r"\sqrt{m} = \Vert e \Vert", r"e + x_i y = m", r"e/x^e = m"):
        (link,) = read(f"$$ {claim} $$\n", "note.md").links
        assert link.statement is not None or link.problem is not None


def test_a_type_inside_a_chain_is_no_condition() -> None:
    for claim in (r"a = b \in W", r"a = b, \quad b \in W", r"I = a, \max_{\Vert W \Vert \le 1} y_{ij} \in W"):
        read(f"$$ {claim} $$\n", "note.md")


def test_a_tower_of_marks_is_too_deep() -> None:
    (link,) = read(f"$$ x{'^T' * 500} = x $$\n", "note.md").links
    assert link.problem is not None
    assert link.problem.code == "BN113"


# -- what pdflatex refuses ----------------------------------------------------------------

SET = [
    r"\frac{a}{b}", r"\frac12", r"x^\mathrm{T}", r"x'^2", "x''", r"\left( a \middle| b \right)", "< a",
    r"\left. a \right|", r"\sqrt[3]{a}", r"\sum\limits_i x_i", r"\hat x_i^2", r"\big( a \big)", "a",
    "x'_a", "x''^2_a", r"\mbox{ab}", r"x^\text{a}", r"x^\frac12", r"\cfrac ab", r"\frac\partial x",
    r"\hat\mu", r"\text{ab c}", "{a^b}^c", r"\operatorname{Var}[x]",
    "{" * (DEEPEST - 2) + "}" * (DEEPEST - 2),
]  # fmt: skip
REFUSED = [
    "{", "}", "x}", r"\left( a", r"a \right)", r"{\left( a} \right)", "x^a^b", "x_i_j", "x^2'", "x^", "x_}",
    r"\frac{a}", r"\hat", r"\sqrt", r"x^\sqrt{2}", r"\hat\mathbf{x}", r"\left a \right)", r"a \middle| b",
    r"\text{a_1}", r"x\limits_i", r"\frac\hat{a}b", "x^_i", r"\text{\alpha}", r"\big",
    "x'_a^b", "x'_a'", r"x^\operatorname{a}", r"x_\bm{x}", r"x^\mbox{a}", r"x^\exp", r"x_\max", r"x^\,",
    r"x'^\text{a}", r"\hbox a", r"\cfrac{a}", r"\hat\exp", r"\sqrt[3{a}", "{" * 500 + "}" * 500, "x \\",
]  # fmt: skip


@pytest.mark.parametrize("latex", SET)
def test_what_tex_sets_is_well_formed(latex: str) -> None:
    assert is_well_formed(latex)


@pytest.mark.parametrize("latex", REFUSED)
def test_what_tex_refuses_is_not(latex: str) -> None:
    assert not is_well_formed(latex)


def test_what_is_called_well_formed_is_set(tmp_path: Path) -> None:
    head, body = r"\documentclass{article}\usepackage{amsmath}", "\n\n".join(f"${latex}$" for latex in SET)
    compiled(tmp_path, f"{head}\\begin{{document}}{body}\\end{{document}}")


def _formula(random: Random) -> str:
    command = random.choice(sorted(_KEPT)), random.choice(["", " ", "{a}", "{x}{y}", "{", "^", "."])
    tokens = ["\\" + "".join(command), *"{}^_' ", "{a}", "{b^2}", *"axy12(|."]
    return "".join(random.choice([tokens[0], random.choice(tokens)]) for _ in range(random.randint(2, 8)))


def test_any_formula_that_is_let_through_is_set() -> None:
    needs("pdflatex")
    random, latex = Random(5), []
    for _ in range(20_000):
        with suppress(Barred):
            latex.append(rf"\ensuremath{{{safe_math(_formula(random))}}}")
    assert len(latex) > 2000
    assert refused([Outcome(n, (), text) for n, text in enumerate(latex)]) == []


ILL = {
    "a let": "<!-- bnsym: let $g$ = ${$ -->",
    "an assumption": r"<!-- bnsym: assume $\left( a > 0$ -->",
    "a heading": "# A $x}$",
    "a dollar in a heading": "# A $x \\$y$ and $\\Vert \\",
    "a script": "# $x^a^b$ and $\\left( y$",
    "a function's name as a script": r"<!-- bnsym: let $\bar x^\operatorname{Var}(2)$ = $y$ -->",
    "a space at the end": "<!-- bnsym: let $g$ = $2x\\ $ -->",
    "a command of HTML": r"# Over $\lang a, b \rang$ and $\part$",
    "two accents below one": r"<!-- bnsym: let $\hat{\hat{x} + \hat{y}}$ = $y$ -->",
    "braces beyond measure": f"$$ {'{' * 500}a{'}' * 500} = a $$",
}


def test_what_is_not_well_formed_is_written_as_text(tmp_path: Path) -> None:
    needs("pdflatex")
    claim = "$$ (a + b)^2 = a^2 + 2ab + b^2 $$"
    exports = {what: export(tmp_path, f"{ill}\n\n{claim}\n", standalone=False) for what, ill in ILL.items()}
    assert all("(a + b)^2" in exports[what] for what in ILL if what != "an assumption")
    assert refused([Outcome(n, (), latex) for n, latex in enumerate(exports.values())]) == []


def test_a_directive_that_is_well_formed_is_a_formula(tmp_path: Path) -> None:
    latex = export(tmp_path, "<!-- bnsym: assume $a > 0$ -->\n$$ \\sqrt{a^2} = a $$\n")
    assert r"Assume \ensuremath{a > 0}." in latex


def test_a_paragraph_of_dollars_is_set(tmp_path: Path) -> None:
    """Of a font that does not scale, where microtype stretches lines."""
    reason = "costs $5 and $6 more than it was said to; " * 12
    compiled(tmp_path, export(tmp_path, f'<!-- bnsym: skip reason="{reason}" -->\n$$ a = b $$\n'))


# -- time --------------------------------------------------------------------------------


def test_reading_takes_time_in_proportion() -> None:
    """To the names that have a second equation each, and to the links of a block."""

    def seconds(text: str) -> float:
        started = time.process_time()
        assert read(text, "note.md").links
        return time.process_time() - started

    bench = runpy.run_path(str(ROOT / ".ci" / "bench.py"), run_name="bench")
    for make in (bench["many_names"], bench["one_block"]):
        read(make(20), "note.md")
        few, many = seconds(make(150)), seconds(make(1200))
        assert many < 2 * 8 * few
