"""Faults of one line or two, put into a copy of the package: an attack that finds none of them would
show nothing."""

# ruff: noqa: E501 - a fault is a line

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Fault:
    name: str
    edits: tuple[tuple[str, str, str], ...]
    """In which file of the package, which text, and what stands there instead."""


def one(name: str, file: str, old: str, new: str) -> Fault:
    return Fault(name, ((file, old, new),))


RING, GENERATORS, VERDICTS = "normal/ring.py", "normal/generators.py", "kernel/verdicts.py"
EVALUATION, RELATIONS, SCOPE = "kernel/evaluation.py", "kernel/relations.py", "kernel/scope.py"
FAULTS = (
    Fault(
        "a root of 0 is positive",
        (
            (GENERATORS, "freeze(poly)) if poly else ZERO", "freeze(poly))"),
            (RING, "(known and bool(key))", "known"),
        ),
    ),
    one("a division hides in a contraction", VERDICTS, "                self._check_powers(mono)", "                pass"),
    one("1/(1/a) is a", "terms.py", " and (base.exponent > 0 or exponent > 0)", ""),
    one("divides by what may be 0", RING, "return inverted or self.is_positive(gen)", "return inverted or self.is_nonnegative(gen)"),
    one("divides by anything", VERDICTS, "if gen not in self.divided and not self.ring.is_nonzero(gen)", "if False"),
    one("the unit may be 0", VERDICTS, "            self._check_nonzero(gen)\n            if ordered", "            if ordered"),
    one("the unit may be negative", VERDICTS, "if ordered and e % 2 and", "if False and"),
    one("a coefficient may be 0", VERDICTS, "summand.coefficient <= 0", "summand.coefficient < 0"),
    one("a coefficient may be negative", VERDICTS, "summand.coefficient <= 0", "summand.coefficient == 0"),
    one("an odd power is not negative", VERDICTS, "if e % 2 and not self.ring.is_nonnegative(gen)", "if e % 3 == 1 and not self.ring.is_nonnegative(gen)"),
    one("what is not manifest", VERDICTS, "if not self.ring.is_manifest(term):", "if False:"),
    one("a bound brings in conditions", VERDICTS, "if len(self.ring.conditions) > known:", "if False:"),
    one("strict without a reason", VERDICTS, "and not checked.strict", "and False"),
    one("an even power is above 0", VERDICTS, "(e % 2 == 0 and self.ring.is_nonzero(g))", "e % 2 == 0"),
    one("an order is cited as an equation", VERDICTS, "if hypothesis.relation is not Relation.EQ:", "if False:"),
    one("an equation is a factor", VERDICTS, "if hypothesis.relation in (Relation.EQ, Relation.NE):", "if hypothesis.relation is Relation.EQ:"),
    one("every order assumed is strict", VERDICTS, "return poly, hypothesis.relation in (Relation.LT, Relation.GT)", "return poly, True"),
    one("hypotheses are not listed", VERDICTS, "                self.hypotheses.append(hypothesis)\n                poly =", "                poly ="),
    one("signs assumed are not listed", VERDICTS, "[*checked.hypotheses, *ring.used, *assumed_already]", "[*checked.hypotheses, *assumed_already]"),
    one("< of a hypothesis is not turned round", RELATIONS, "            if hypothesis.relation in (Relation.LE, Relation.LT):", "            if hypothesis.relation is Relation.LE:"),
    one("> of the statement is turned round", RELATIONS, "if statement.relation in (Relation.LE, Relation.LT):", "if statement.relation is not Relation.GE:"),
    one("one side of squares may be negative", RELATIONS, "(larger, smaller) if statement.relation is Relation.EQ else (larger,)", "(larger,)"),
    one("no side of squares is looked at", RELATIONS, "if not all(map(ring.is_manifest, needed)):", "if False:"),
    one("only the first hypothesis is met", EVALUATION, "if not self.meets(statement.hypotheses):", "if not self.meets(statement.hypotheses[:1]):"),
    one("no hypothesis is met", EVALUATION, "if not self.meets(statement.hypotheses):", "if False:"),
    one("an even root may be negative", "kernel/surds.py", "    return found if square > 0 else -found", "    return -found"),
    one("a scope is one too wide", SCOPE, "    return space, n\n", "    return space, max(n - 1, 1)\n"),
    one("the last bound of a scope wins", SCOPE, "max(least.get(bound[0], 1), bound[1])", "bound[1]"),
    one("the sign of a scope is not looked at", SCOPE, "if n > 10_000 or not compare(Fraction(lead), relation, Fraction(0)):", "if n > 10_000:"),
    one("conditions are not listed", SCOPE, "            others.append(condition)", "            pass"),
    one("a root needs no sign", RING, "Relation.NE if q == 1 else Relation.GT if n < 0 else Relation.GE)", "Relation.NE)"),
    one("a root of a square is the number", RING, "            if q == 1 or self.is_positive(gen):", "            if q == 1 or e % 2 == 0 or self.is_positive(gen):"),
    one("a negative factor leaves a root", RING, "-1 if e // q % 2 else 1", "1"),
    one("sizes are at least 2", RING, "1 if isinstance(t, Size) else", "2 if isinstance(t, Size) else"),
    one("a product is as its last factor", RING, "        sign = min(sign, one)", "        sign = one"),
    one("a name below 0 is above", RING, "_signed(statement, Relation.GT)", "_signed(statement, Relation.LT)"),
    one("a diagonal says it of the rest", RING, "len({i.name for i in symbol.indices}) == len(symbol.indices)", "True"),
    one("a bound below 0 is enough", RING, "bound <= 0 if wanted is Relation.LT else bound >= 0", "True"),
    one("a product is zero by its first factor", RING, "                for factor in factors:\n                    self.require", "                for factor in factors[:1]:\n                    self.require"),
    one("a square may be divided by", RING, "self.require(inner, Relation.GT if signed or exponent.denominator % 2 == 0 else Relation.NE)", "pass"),
    one("a sum over nothing is one", GENERATORS, 'return ((("size", index[1]), 1),)', "return ()"),
    one("a square of a sum is the sum of squares", GENERATORS, "for _ in range(min(e, LARGEST_NETWORK)):", "for _ in range(1):"),
    one("the product rule has one term", "calculus.py", "for k, f in enumerate(factors)))", "for k, f in enumerate(factors[:1])))"),
    one("the power rule keeps the power", "calculus.py", "power(base, exponent - 1)", "power(base, exponent)"),
)  # fmt: skip


def is_found(fault: Fault, count: int, seed: int) -> bool:
    """Whether the attack on a copy of the package with the fault fails. Raises if nothing was changed."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("bnsym", "tests"):
            shutil.copytree(ROOT / name, Path(folder, name), ignore=shutil.ignore_patterns("__pycache__"))
        for file, old, new in fault.edits:
            path = Path(folder, "bnsym", file)
            text = path.read_text(encoding="utf-8")
            if old not in text:
                raise LookupError(f"{fault.name}: {file} has no {old!r}")
            path.write_text(text.replace(old, new), encoding="utf-8")
        command = (sys.executable, "-m", "tests.attack", "--n", str(count), "--seed", str(seed))
        environment = {**os.environ, "PYTHONPATH": folder, "PYTHONDONTWRITEBYTECODE": "1"}
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
    if done.returncode == 0:
        return False
    if "ACCEPTED, AND FALSE" not in done.stdout:
        raise RuntimeError(f"{fault.name}: {done.stderr[-600:]}")
    return True
