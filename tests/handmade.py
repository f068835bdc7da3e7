"""Reports put together by hand, for tests of reporting: the note below, with one link of each
kind. The verdicts are the real ones (only the kernel makes them); the reading is ours."""

from __future__ import annotations

import time
from fractions import Fraction

from bnsym.kernel import Proved, Refuted, Witness, refute
from bnsym.model import (
    Declaration,
    Declared,
    Derivation,
    Diagnostic,
    Evidence,
    FileReport,
    Link,
    NamedDefinition,
    Report,
    Result,
    Severity,
    Skipped,
    Span,
    Undecided,
    Unread,
)
from bnsym.proving import decide
from bnsym.terms import Definition, Index, Relation, Size, Statement, Sum, Sym, Term, add, mul, neg, power

FILE = "note.md"
NOTE = r"""# A layer that centres its input

$$
\mu := \frac{1}{m} \sum_i x_i
$$

$$
\begin{aligned}
\sum_i (x_i - \mu)
  &= \sum_i x_i - m \mu \\
  &= \mu
\end{aligned}
$$

所以 $\gamma^2 \mu \le \mu$，quoted from elsewhere:

$$
	\gamma^2 \mu \le \mu
$$

$$
m \mu = x_i
$$

$$
\mu^2 = \gama
$$

$$
\max_k x_k = \mu
$$
"""

i = Index("i", "m")
m, mu, gamma = Size("m"), Sym(r"\mu"), Sym(r"\gamma")
x = Sym("x", (i,))
MEAN = Definition(mu, mul(power(m, -1), Sum(i, x)))
CENTRED, SPLIT = Sum(i, add(x, neg(mu))), add(Sum(i, x), neg(mul(m, mu)))


def place(line: str, text: str) -> Span:
    """Where `text` stands in the line that contains `line`."""
    lines = NOTE.split("\n")
    number = next(n for n, content in enumerate(lines) if line in content)
    column = lines[number].index(text) + 1
    return Span(FILE, number + 1, column, number + 1, column + len(text))


def claim(left: Term, relation: Relation, right: Term) -> Statement:
    return Statement(left, relation, right, definitions=(MEAN,))


TRUE = claim(CENTRED, Relation.EQ, SPLIT)
FALSE = claim(SPLIT, Relation.EQ, mu)
DISORDER = claim(mul(power(gamma, 2), mu), Relation.LE, mu)
OPEN = claim(power(mu, 2), Relation.EQ, Sym(r"\gama"))

SPLIT_LINE, MU_LINE, ORDER_LINE = "&= \\sum_i x_i", "  &= \\mu", "\t\\gamma^2"
QUOTED = Declaration(Declared.REFUTED, "γ² ≤ 1 is not assumed", place("所以", "所以"))
UNBOUND = Diagnostic(
    "BN121",
    Severity.ERROR,
    "index i is not bound on the left",
    place("m \\mu = x_i", "x_i"),
    r"write \sum_i x_i",
)
EVIDENCE = (Evidence("explicit m = 2, 3, 4", True), Evidence("mod 2147483629 at m = 1000", True))

CENTRED_1 = Link("centred.1", place(SPLIT_LINE, "="), r"\sum_i (x_i - \mu) = \sum_i x_i - m \mu", TRUE, None)
CENTRED_2 = Link(
    "centred.2",
    place(MU_LINE, "="),
    r"\sum_i x_i - m \mu = \mu",
    FALSE,
    None,
    left_span=place(SPLIT_LINE, "\\sum_i x_i - m \\mu"),
)
QUOTED_1 = Link(
    "quoted.1", place(ORDER_LINE, r"\le"), r"\gamma^2 \mu \le \mu", DISORDER, None, declaration=QUOTED
)
MEAN_1 = Link("mean.1", place("m \\mu = x_i", "="), r"m \mu = x_i", None, UNBOUND)
SQUARE_1 = Link("square.1", place("\\gama", "="), r"\mu^2 = \gama", OPEN, None)
LARGEST_1 = Link("largest.1", place("\\max", "="), r"\max_k x_k = \mu", None, None)


def proved() -> Proved:
    verdict = decide(TRUE, time.monotonic() + 10)
    assert isinstance(verdict, Proved)
    return verdict


def refuted() -> Refuted:
    return refute(FALSE, Witness({"m": 2}, {"x": (Fraction(0), Fraction(1))}))


def disordered() -> Refuted:
    return refute(DISORDER, Witness({"m": 2}, {"x": (Fraction(0), Fraction(1)), r"\gamma": Fraction(2)}))


def results() -> tuple[Result, ...]:
    """One of each verdict; the second, fourth and fifth are not as declared."""
    undecided = Undecided("BN302", "neither a certificate nor a witness was found", ("identity", "witness"))
    return (
        Result(CENTRED_1, proved(), EVIDENCE, seconds=0.012),
        Result(CENTRED_2, refuted()),
        Result(QUOTED_1, disordered()),
        Result(MEAN_1, Unread(UNBOUND)),
        Result(SQUARE_1, undecided),
        Result(LARGEST_1, Skipped("no method for a maximum yet")),
    )


RESEMBLES = Diagnostic(
    "BN131", Severity.WARNING, r"\gama is free here; did you mean \gamma?", place("\\gama", r"\gama")
)
LOSS = Diagnostic("BN134", Severity.NOTE, "f is read as the loss", place(SPLIT_LINE, "x_i"))
FREE = Diagnostic("BN132", Severity.NOTE, "x is free", place(SPLIT_LINE, "x_i"))


def report(
    chosen: tuple[Result, ...] | None = None,
    *,
    problems: tuple[Diagnostic, ...] = (),
    in_file: tuple[Diagnostic, ...] = (RESEMBLES, LOSS, FREE),
) -> Report:
    """A report on the note with these results (all of them), and diagnostics of its own."""
    chosen = results() if chosen is None else chosen
    definition = NamedDefinition(MEAN, r"\mu := \frac{1}{m} \sum_i x_i", place("\\mu :=", ":="))
    derivation = Derivation(FILE, tuple(r.link for r in chosen), (definition,), (), in_file)
    return Report("0.1.0", (FileReport(derivation, chosen),), problems, {FILE: NOTE})
