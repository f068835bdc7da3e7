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
MAXIMA, EQUATIONS = "kernel/maxima.py", "kernel/equations.py"
FAULTS = (
    one("a root of 0 stays a root", GENERATORS, "freeze(poly)) if poly else ZERO", "freeze(poly))"),
    one("a coefficient may be 0", VERDICTS, "summand.coefficient <= 0", "summand.coefficient < 0"),
    one("a coefficient may be negative", VERDICTS, "summand.coefficient <= 0", "summand.coefficient == 0"),
    one("< of a hypothesis is not turned round", RELATIONS, "    upward = relation in (Relation.LE, Relation.LT)\n    return", "    upward = relation is Relation.LE\n    return"),
    one("> of the statement is turned round", RELATIONS, "    upward = relation in (Relation.LE, Relation.LT)\n    return", "    upward = relation is not Relation.GE\n    return"),
    one("one side of squares may be negative", RELATIONS, "[statement.right] if statement.relation is Relation.EQ else []", "[]"),
    one("only the first hypothesis is met", EVALUATION, "if not self.meets(statement.hypotheses):", "if not self.meets(statement.hypotheses[:1]):"),
    one("no hypothesis is met", EVALUATION, "if not self.meets(statement.hypotheses):", "if False:"),
    one("an even root may be negative", "kernel/surds.py", "    return found if square > 0 else -found", "    return -found"),
    one("a scope is one too wide", SCOPE, "    return space, n\n", "    return space, max(n - 1, 1)\n"),
    one("the last bound of a scope wins", SCOPE, "max(least.get(bound[0], 1), bound[1])", "bound[1]"),
    one("the sign of a scope is not looked at", SCOPE, "if n > 10_000 or not compare(Fraction(lead), relation, Fraction(0)):", "if n > 10_000:"),
    one("conditions are not listed", SCOPE, "others.setdefault((condition.relation, freeze(poly)), condition)", "pass"),
    one("a root needs no sign", RING, "Relation.NE if q == 1 else Relation.GT if n < 0 else Relation.GE)", "Relation.NE)"),
    one("a root of a square is the number", RING, "taken_well = self.surely_all({outer: c}, POSITIVE)", "taken_well = True"),
    one("what may be 0 leaves a denominator", RING, "g in below or self.is_nonzero(g) or (e > 0 and g not in above) for", "True for"),
    one("what leaves a denominator comes back below", RING, "(e > 0 and g not in above)", "e > 0"),
    one("a root leaves a denominator", RING, "taken_well = not parts and all(", "taken_well = all("),
    one("a root leaves what is inexact", RING, "if type(content) not in (int, Fraction) or any(type(e) is not int for _, e in kept):", "if False:"),
    one("what leaves a root comes from elsewhere", RING, "not {g for g, _ in taken} <= generators(poly)", "False"),
    one("a letter that is bound is left out", GENERATORS, "if sorted(order) != sorted(bound):", "if False:"),
    one("a root is one in every space", GENERATORS, '(f"@{k}", old[1])', '(f"@{k}", "m")'),
    one("a product is zero by its first factor", RING, "                for factor in factors:\n                    self.require", "                for factor in factors[:1]:\n                    self.require"),
    one("a square may be divided by", RING, "self.require(inner, Relation.GT if signed or exponent.denominator % 2 == 0 else Relation.NE)", "pass"),
    one("a sum over nothing is one", GENERATORS, 'return ((("size", index[1]), 1),)', "return ()"),
    one("a square of a sum is the sum of squares", GENERATORS, "for _ in range(e):", "for _ in range(1):"),
    one("the product rule has one term", "calculus.py", "for k, f in enumerate(factors))", "for k, f in enumerate(factors[:1]))"),
    one("the power rule keeps the power", "calculus.py", "Pow(base, exponent - 1)", "Pow(base, exponent)"),
    one("a letter of a term is captured", RING, "if known is None and RESERVED.intersection(index.name):", "if False:"),
    one("a coefficient may be inexact", "kernel/certificates.py", "PLAIN = (str, int,", "PLAIN = (str, int, float,"),
    one("the values need not meet what is assumed", VERDICTS, "if model is not None and not holds(assumed, plain, model):", "if False:"),
    one("no values are needed", VERDICTS, "    if assumed and model is None:", "    if False:"),
    one("a hypothesis from behind", RELATIONS, "if not 0 <= given.number <", "if not given.number <"),
    one("a hypothesis for a reserved letter", RELATIONS, " or RESERVED.intersection(new[0])", ""),
    one("Cauchy-Schwarz the other way", RELATIONS, "Mul((u, v)))))", "Mul((u, v)))), -1)"),
    one("a bound is not above every root", SCOPE, "n = 2 + int(max(abs(Fraction(c) / lead) for c in coefficients.values()))", "n = 1"),
    one("sizes of values may be 0", EVALUATION, "or n < 1 for n", "or n < 0 for n"),
    one("a Hessian need not be symmetric", EVALUATION, "in self.graph.symmetric and value", "in () and value"),
    one("a delta is one", EVALUATION, "Fraction(at[left.name] == at[right.name])", "Fraction(1)"),
    one("an even root of a negative number", "kernel/surds.py", "        if signed_square(base) < 0:", "        if False:"),
    one("a power of a root forgets the root", "kernel/surds.py", "return base * even if n % 2 else even", "return even"),
    one("a sum of roots adds their squares", "kernel/surds.py", "return self * (1 + ratio)", "return self * 2"),
    one("a hypothesis for the first index only", EVALUATION, "            for at in assignments(h.left, h.right, witness=self.witness)", "            for at in list(assignments(h.left, h.right, witness=self.witness))[:1]"),
    one("an order is put in", EQUATIONS, "if hypothesis.relation is not Relation.EQ:", "if False:"),
    one("an equation is solved for itself", EQUATIONS, "if left not in walk(right):", "if True:"),
    one("what is differentiated by is put in", EQUATIONS, "    varying |= {", "    _ = {"),
    one("what is defined is put in", EQUATIONS, "varying = {d.symbol.name for d in statement.definitions} | {", "varying = {"),
    one("the value holds what is maximised over", MAXIMA, "names(value) | names(term.radius) | {d", "names(term.radius) | {d"),
    one("the radius holds what is maximised over", MAXIMA, "names(value) | names(term.radius) | {d", "names(value) | {d"),
    one("a vector holds what is maximised over", MAXIMA, "        if variable.name in names(vector.component):", "        if False:"),
    one("a vector of another space", MAXIMA, " or vector.index.space != here.space", ""),
    one("a matrix for a vector", MAXIMA, "if free_indices(vector.component) != (vector.index,) or", "if"),
    one("a case that is no vector", MAXIMA, "        if free_indices(vector.component) != (vector.index,):", "        if False:"),
    one("a case is left out", MAXIMA, "if len(maximum.equal) != 1 + len(maximum.divided):", "if False:"),
    one("a value where the body has none", MAXIMA, "if not (names(term.body) | names(term.radius)) - {variable.name} <= names(value):", "if False:"),
    one("a value where the radius has none", MAXIMA, "(names(term.body) | names(term.radius)) -", "names(term.body) -"),
    one("a free index in the body", MAXIMA, "if free_indices(term) or free_indices(value):", "if free_indices(value):"),
    one("a free index in the value", MAXIMA, "if free_indices(term) or free_indices(value):", "if free_indices(term):"),
    one("a maximum in a maximum", MAXIMA, "isinstance(t, Diff | Max)", "isinstance(t, Diff)"),
    one("a derivative in a maximum", MAXIMA, "isinstance(t, Diff | Max)", "isinstance(t, Max)"),
    one("an argument holds what is maximised over", MAXIMA, "        if maximum.term.variable.name in names(definition.body):", "        if False:"),
    one("an argument's letter is bound", MAXIMA, "        if extra & bound:", "        if False:"),
    one("a matrix with one index", MAXIMA, "if len(set(variable.indices)) != 2:", "if False:"),
    one("a point that is no product", MAXIMA, "not {index} >= set(free_indices(factor))", "False"),
    one("a point that holds the matrix", MAXIMA, "if variable.name in names(factor) or not", "if not"),
    one("a lemma with a side condition", VERDICTS, "if proved.side_conditions or not all", "if not all"),
    one("a lemma for large sizes only", VERDICTS, " or not all(part.endswith(\" >= 1\") for part in proved.scope.split(\", \"))", ""),
    one("a norm is not squared", MAXIMA, "norm = Mul((Pow(radius, TWO), Sum(here", "norm = Mul((radius, Sum(here"),
    one("what was opened serves twice", VERDICTS, "ring = unused.pop()", "ring = unused[0]"),
    one("a derivative's letter is captured", "calculus.py", "if all(index.name != i.name for i in by.indices):", "if True:"),
    one("a letter that is put in is captured", "terms/tree.py", "            if index.name in taken:", "            if False:"),
    one("an index varies with every other", "calculus.py", "return Mul(tuple(Delta(a, b) for a, b in zip(indices, by.indices, strict=True)))", "return Mul(())"),
    one("a closed ring lets conditions in", RING, "            case _ if self.is_closed:\n                raise OutOfReach(\"a side condition of its own\")\n", ""),
    one("a certificate's terms are as the sides are", VERDICTS, "        self.ring.is_closed = True\n", ""),
    one("any root is in play", RING, "q == 1 or all(self.has_root(g) for g, _ in root)", "True"),
    one("a root in play is divided by", RING, "if not in_play or (n < 0 and not all(self.is_nonzero(g) for g, _ in mono)):", "if not in_play:"),
    one("nothing is required", RING, "if not in_play or (n < 0 and not all(self.is_nonzero(g) for g, _ in mono)):", "if False:"),
    one("what is not negative is not zero", RING, "return self._is_known(self.sign_of(gen), NONZERO)", "return self._is_known(self.sign_of(gen), UNKNOWN)"),
    one("what has no sign has any", RING, "enough = bool(sign[0]) and sign[0] <= wanted", "enough = sign[0] <= wanted"),
    one("signs are not looked at", RING, "enough = bool(sign[0]) and sign[0] <= wanted", "enough = bool(sign[0])"),
    one("the sign of a product is that of its last factor", RING, "found = frozenset(a * b for a in found for b in signs)", "found = signs"),
    one("the sign of a sum is that of its last term", RING, "for s in (UNKNOWN if a * b < 0 else (a or b,)))", "for s in (b,))"),
    one("a difference has the sign of its first term", RING, "for s in (UNKNOWN if a * b < 0 else (a or b,)))", "for s in (a or b,))"),
    one("every root is as its base", RING, "signs if exponent.denominator % 2 else signs & NONNEGATIVE", "signs & NONNEGATIVE"),
    one("a power is not zero", RING, "if s or exponent >= 0)", "if s)"),
    one("an even power is as its base", RING, "s ** abs(exponent.numerator)", "s"),
    one("an odd power is not negative", RING, "s ** abs(exponent.numerator)", "abs(s)"),
    one("a sign rests on nothing", RING, "return found, () if found == raised(UNKNOWN) else sign[1]", "return found, ()"),
    one("the sign of a number is not looked at", RING, "[(frozenset(((c > 0) - (c < 0),)), ()), *", "[(POSITIVE, ()), *"),
    one("a sign assumed is turned round", RING, "(h.right, MIRRORED[h.relation], h.left)", "(h.right, h.relation, h.left)"),
    one("a diagonal says it of the rest", RING, " if len(indices) == len({*indices}):", ":"),
    one("numbers near to zero have no sign", RING, "tried = (abs(bound) / 2 or 1, abs(bound) + 1)", "tried = (abs(bound) + 1,)"),
    one("numbers far from zero have no sign", RING, "tried = (abs(bound) / 2 or 1, abs(bound) + 1)", "tried = (abs(bound) / 2 or 1,)"),
    one("what is not below zero is above", RING, "MEANT = {Relation.GT: POSITIVE", "MEANT = {Relation.GT: NONNEGATIVE"),
    one("what is not below zero is not zero", RING, "Relation.NE: NONZERO}\n\n\ndef", "Relation.NE: UNKNOWN}\n\n\ndef"),
    one("sizes are at least 2", RING, "least = sum(1 if isinstance(t, Size)", "least = sum(2 if isinstance(t, Size)"),
    one("sizes less as much are above zero", RING, "frozenset((number, 1 if sized else number))", "frozenset((1 if sized else number,))"),
    one("sizes less more have a sign", RING, "UNKNOWN if sized and least < 0 else", ""),
    one("what is divided by is above zero", RING, "if general in self.inverted else found", "if general in self.inverted else (found[0] - {-1}, found[1])"),
    one("a manifest base makes any root positive", RING, "self.surely(base, POSITIVE if q == 2 else NONNEGATIVE)", "self.surely(base, NONNEGATIVE)"),
    one("what leaves a root leaves its sign", RING, "above and self.surely_all({outer: c}, POSITIVE):", "above:"),
    one("a root is what stands under it", RING, "divmod(e - least, root[1])", "divmod(e - least, 1)"),
    one("a root to any power is the root", RING, "generator(root, part) if part else UNIT)", "UNIT)"),
    one("what is divided by vanishes", RING, "least, poly = min(*powers, 0), {}", "least, poly = min(powers), {}\n            powers = {e: c for e, c in powers.items() if e >= 0}"),
    one("a polynomial with a root vanishes", RING, "        return not poly\n", "        return not poly or bool(done)\n"),
    one("a delta of two spaces", RING, "if one[1] != other[1]:", "if False:"),
    one("what is not 0 is nothing", VERDICTS, "elif not self.ring.vanishes(poly := self._normal(use.cofactor)):", "elif (poly := self._normal(use.cofactor)) is None:"),
    one("a letter that is summed over is captured", VERDICTS, "if any(RESERVED.intersection(name) for name, _ in use.over):", "if False:"),
    one("an order is cited as an equation", VERDICTS, "self._cited(use.given, Relation.EQ)", "self._cited(use.given, *Relation)"),
    one("an equation is a factor", VERDICTS, "self._cited(factor, Relation.LE, Relation.LT, Relation.GE, Relation.GT), strict", "self._cited(factor, *Relation), strict"),
    one("every order assumed is strict", VERDICTS, "factor).relation in (Relation.LT, Relation.GT)\n", "factor).relation is not Relation.EQ\n"),
    one("hypotheses are not listed", VERDICTS, "        self.hypotheses.append(hypothesis)\n", ""),
    one("signs assumed are not listed", VERDICTS, "*ring.used, *assumed_already)", "*assumed_already)"),
    one("a factor of any sign", VERDICTS, "for wanted in (POSITIVE, NONNEGATIVE):", "for wanted in (POSITIVE, NONNEGATIVE, frozenset((-1, 0, 1))):"),
    one("every factor is positive", VERDICTS, "return poly, wanted is POSITIVE", "return poly, True"),
    one("strict without a reason", VERDICTS, "and not checked.strict", "and False"),
    one("the identity need not hold", VERDICTS, "if not below and not ring.vanishes(plus(goal, right_side, -1)):", "if False:"),
    one("below is as good as above", VERDICTS, "below = plain.relation is Relation.NE and ring", "below = ring"),
    one("an equation of summands", VERDICTS, "if certificate.summands and plain.relation is Relation.EQ:", "if False:"),
    one("not equal without a reason", VERDICTS, "(Relation.LT, Relation.GT, Relation.NE) and", "(Relation.LT, Relation.GT) and"),
    one("the values need not meet every hypothesis", VERDICTS, "(plain.hypotheses if used or carried.conditions else ())", "()"),
    one("conditions need no values", VERDICTS, "if used or carried.conditions else ()), *ring.conditions)", "if used or carried.conditions else ()),)"),
    one("the equation is not met", VERDICTS, "        used += tuple(statement.hypotheses[number] for number in certificate.equations)\n", ""),
    one("a maximum's conditions are not listed", VERDICTS, "dict.fromkeys((*conditions, *carried.conditions))", "conditions"),
    one("a hypothesis in another space", RELATIONS, " or old[1] != new[1]", ""),
    one("no side of squares is looked at", RELATIONS, "if not all(map(ring.surely, needed)):", "if False:"),
    one("a ball may be empty", MAXIMA, "if not ring.surely(radius):", "if False:"),
    one("a bound is not proved", VERDICTS, "            _check_lemma(rest, lemma, advice)", "            pass"),
)  # fmt: skip


def is_found(fault: Fault, count: int, seed: int) -> bool:
    """Whether the attack on a copy of the package with the fault fails. Raises if nothing was changed."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("bnsym", "tests/attack"):
            shutil.copytree(ROOT / name, Path(folder, name), ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "tests" / "__init__.py", Path(folder, "tests"))
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
    if "FOUND: " not in done.stdout:
        raise RuntimeError(f"{fault.name}: {done.stderr[-600:]}")
    return True
