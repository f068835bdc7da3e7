"""Surface trees → terms: what each notation means, and what has no meaning and where.

Notes are built from slices of plain strings, so that nothing here depends on Markdown.
"""

from __future__ import annotations

import re
from fractions import Fraction

import pytest

from bnsym.elaborate.context import Context, Unreadable, parse_term
from bnsym.elaborate.links import read, read_items
from bnsym.model import Declared, Derivation, Severity
from bnsym.source.text import Block, Chain, Directive, Heading, Item, Sign, Slice, Source
from bnsym.terms import (
    HALF,
    ONE,
    Delta,
    Diff,
    Index,
    Max,
    Pow,
    Relation,
    Size,
    Sum,
    Sym,
    Term,
    add,
    free_indices,
    mul,
    neg,
    num,
    power,
    walk,
)

I, J, K = (Index(letter, "m") for letter in "ijk")  # noqa: E741  an index is called by its letter
M = Size("m")
SQUARED = r"\sigma^{2}"
_SIGN = re.compile(r" (:=|\\equiv|\\leq?|\\geq?|\\ne|\\approx|=|<|>) ")
_ATTACHED = ("define", "refuted", "skip", "claim")

BATCHNORM = (
    r"\mu = \frac{1}{m} \sum_i x_i",
    r"\sigma^2 = \frac{1}{m} \sum_i (x_i - \mu)^2",
    r"\hat{x_i} = \frac{x_i - \mu}{\sigma}",
    r"y_i = \gamma \hat{x_i} + \beta",
)


def note(*lines: str) -> tuple[Derivation, Context]:
    """A file of the given lines: `# heading`, `@directive ...`, else a formula; conditions after `;;`."""
    text = "\n".join(lines) + "\n"
    items: list[Item] = []
    waiting: list[Directive] = []
    start = 0
    for number, line in enumerate(lines):
        where = Slice(start, start + len(line))
        if line.startswith("#"):
            items.append(Heading(len(line) - len(line.lstrip("#")), line.strip("# "), where))
        elif line.startswith("@"):
            directive = _directive(line, start, where)
            (waiting if directive.name in _ATTACHED else items).append(directive)
        else:
            items.append(Block((_chain(line, start),), tuple(waiting), where, f"b{number + 1}"))
            waiting = []
        start += len(line) + 1
    return read_items(Source("note.md", text, text), items)


def _directive(line: str, start: int, where: Slice) -> Directive:
    formulas = tuple(Slice(start + m.start(1), start + m.end(1)) for m in re.finditer(r"\$(.*?)\$", line))
    options = dict(re.findall(r'(\w+)="([^"]*)"', re.sub(r"\$.*?\$", "", line)))
    return Directive(line[1:].split()[0], options, formulas, where)


def _chain(line: str, start: int) -> Chain:
    body, *conditions = line.split(";;")
    found = list(_SIGN.finditer(body))
    edges = [0, *(e for m in found for e in (m.start(1), m.end(1))), len(body)]
    expressions = tuple(Slice(start + a, start + b) for a, b in zip(edges[::2], edges[1::2], strict=True))
    canonical = {r"\leq": r"\le", r"\geq": r"\ge"}
    signs = tuple(Sign(canonical.get(m[1], m[1]), Slice(start + m.start(1), start + m.end(1))) for m in found)
    after = tuple(Slice(start + len(line) - len(c), start + len(line)) for c in conditions)
    return Chain(expressions, signs, after)


def sym(name: str, *indices: Index) -> Sym:
    return Sym(name, indices)


def sides(*lines: str) -> tuple[Term, Term]:
    """Both sides of the last line's only link."""
    link = note(*lines)[0].links[-1]
    assert link.statement is not None, link.problem
    return link.statement.left, link.statement.right


def term(source: str, *lines: str) -> Term:
    """What an expression means in a note with the batchnorm definitions."""
    return parse_term(source, note(*BATCHNORM, *lines)[1])


XI, HAT = sym("x", I), sym(r"\hat{x}", I)
SIGMA2 = sym(SQUARED)
SIGMA = Pow(SIGMA2, HALF)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r"\sum_i x_i", Sum(I, XI)),
        (r"\sum_{i=1}^m x_i", Sum(I, XI)),
        (r"\frac{1}{m} \sum_i x_i", mul(power(M, -1), Sum(I, XI))),
        (r"\sum_i a_i b_i + c", add(Sum(I, mul(sym("a", I), sym("b", I))), sym("c"))),
        (r"\sum_{j \ne i} x_j", add(Sum(J, sym("x", J)), neg(XI))),
        (r"\sum_i \sum_j x_i x_j", Sum(I, Sum(J, mul(XI, sym("x", J))))),
        (r"\sum_{i,j} x_i x_j", Sum(I, Sum(J, mul(XI, sym("x", J))))),
        (r"\sigma", SIGMA),
        (r"\sigma^2", SIGMA2),
        (r"\sigma^{-3}", Pow(SIGMA2, Fraction(-3, 2))),
        (r"\sigma^4", Pow(SIGMA2, Fraction(2))),
        (r"\frac{1}{\sigma}", Pow(SIGMA2, -HALF)),
        (r"(\sigma^2 + \epsilon)^{-1/2}", Pow(add(SIGMA2, sym(r"\epsilon")), -HALF)),
        (r"\sqrt{\sigma^2 + \epsilon}^3", Pow(add(SIGMA2, sym(r"\epsilon")), Fraction(3, 2))),
        (r"(\sigma^2+\epsilon)^{-0.5 - 1}", Pow(add(SIGMA2, sym(r"\epsilon")), Fraction(-3, 2))),
        (r"-0.5 x_i", mul(num(Fraction(-1, 2)), XI)),
        (r"\delta_{ij}", Delta(I, J)),
        (r"\delta_{i,j}", Delta(I, J)),
        (r"1(i == j)", Delta(I, J)),
        (r"\mathbf{1}[i=j]", Delta(I, J)),
        (r"|\gamma|", Pow(Pow(sym(r"\gamma"), Fraction(2)), HALF)),
        (r"x^{(i)}", XI),
        (r"\hat{x}_i", HAT),
        (r"\langle \hat{x}, \hat{x} \rangle", Sum(I, mul(HAT, HAT))),
        (r"\hat{x}^T \hat{x}", Sum(I, mul(HAT, HAT))),
        (r"\langle e, x\rangle", Sum(I, XI)),
        (r"\langle 1, x\rangle", Sum(I, XI)),
        (r"\mathbf{1}^\top x", Sum(I, XI)),
        (r"\Vert x\Vert_2", Pow(Sum(I, Pow(XI, Fraction(2))), HALF)),
        (r"\Vert x\Vert_2^2", Sum(I, Pow(XI, Fraction(2)))),
        (r"\|x\|^4", Pow(Sum(I, Pow(XI, Fraction(2))), Fraction(2))),
        (r"\mathrm{mean}(x)", mul(power(M, -1), Sum(I, XI))),
        (r"\mathbb{E}[x]", mul(power(M, -1), Sum(I, XI))),
        (r"\frac{\partial f}{\partial x_i}", Diff(sym("f"), XI, True)),
        (r"\partial f/\partial x_i", Diff(sym("f"), XI, True)),
        (r"\frac{\partial f}{\partial \sigma^2}", Diff(sym("f"), SIGMA2, True)),
        (r"\frac{\partial \sigma^2}{\partial x_i}", Diff(SIGMA2, XI, False)),
        (r"\frac{d \sigma^2}{d x_i}", Diff(SIGMA2, XI, True)),
        (
            r"\frac{\partial^2 f}{\partial x_i \partial x_j}",
            Diff(Diff(sym("f"), XI, True), sym("x", J), True),
        ),
        (
            r"\frac{\partial (x_j - \mu)}{\partial \mu}",
            Diff(add(sym("x", J), neg(sym(r"\mu"))), sym(r"\mu"), True),
        ),
        (r"\frac{\partial}{\partial x_i} \sigma^2", Diff(SIGMA2, XI, False)),
        (r"\nabla_x f", Diff(sym("f"), XI, True)),
        (r"\hat{x}", HAT),
        (r"\gamma \odot \hat{x}", mul(sym(r"\gamma"), HAT)),
        (r"x \odot \hat{x}", mul(XI, HAT)),
    ],
)
def test_what_a_notation_means(source: str, expected: Term) -> None:
    assert term(source, r"\frac{\partial f}{\partial x_i} = 0") == expected


def test_gradient_by_a_bare_vector_is_a_vector() -> None:
    left, right = sides(
        *BATCHNORM, r"\frac{\partial f}{\partial \hat{x}} = \gamma \frac{\partial f}{\partial y}"
    )
    assert left == Diff(sym("f"), HAT, True)
    assert right == mul(sym(r"\gamma"), Diff(sym("f"), sym("y", I), True))


def test_jacobian_has_the_numerator_first() -> None:
    line = (
        r"\frac{\partial \hat{x}}{\partial x} = \frac{1}{\sigma} (I - \frac{\mathbf{1} \mathbf{1}^\top}{m})"
    )
    left, right = sides(*BATCHNORM, line)
    assert left == Diff(HAT, sym("x", J), True)
    assert right == mul(power(SIGMA, -1), add(Delta(I, J), neg(power(M, -1))))


@pytest.mark.parametrize(
    ("latex", "total"),
    [
        (r"\frac{\partial \hat{x}_j}{\partial x_i}", True),
        (r"\frac{\partial \hat{x}}{\partial x}", True),
        (r"\frac{\partial^2 \hat{x}_j}{\partial x_i \partial x_k}", True),
        (r"\frac{\partial \hat{x}_i}{\partial x_i}", True),
        (r"\operatorname{tr} (\frac{\partial \hat{x}}{\partial x})", True),
        (r"(\frac{\partial \hat{x}}{\partial x})^\top", True),
        (r"\frac{\partial \hat{x}_i}{\partial \mu}", False),
        (r"2 \frac{\partial \hat{x}_j}{\partial x_i}", False),
        (r"\sum_j \frac{\partial \hat{x}_j}{\partial x_i}", False),
    ],
)
def test_an_entry_of_a_jacobian_alone_is_of_the_whole_map(latex: str, total: bool) -> None:
    derivation, _ = note(*BATCHNORM, rf"{latex} = {latex}")
    statement = derivation.links[-1].statement
    assert statement is not None
    assert {t.total for t in walk(statement.left) if isinstance(t, Diff)} == {total}


def test_quadratic_form() -> None:
    left, right = sides(r"u^T H v = 0", r"u_i = v_i", r"u^T H v = v^T H^T u")
    assert left == Sum(I, mul(Sum(J, mul(sym("u", J), sym("H", J, I))), sym("v", I)))
    assert right == Sum(I, mul(Sum(J, mul(sym("v", J), sym("H", I, J))), sym("u", I)))


def test_peers_a() -> None:
    g, gj = sym("g", I), sym("g", J)
    got = term(r"\frac{\gamma}{m \sigma} (m g_i - \sum_j g_j - \hat{x}_i \sum_j \hat{x}_j g_j)", r"g_i = y_i")
    assert got == mul(
        sym(r"\gamma"),
        power(mul(M, SIGMA), -1),
        add(mul(M, g), neg(Sum(J, gj)), neg(mul(HAT, Sum(J, mul(sym(r"\hat{x}", J), gj))))),
    )


def test_peers_b_alone_reads_m_as_the_batch() -> None:
    left, right = sides(
        r"\Vert m g - e\langle e, g\rangle - \hat{x}\langle\hat{x}, g\rangle \Vert^2 = "
        r"m^2\Vert g\Vert^2 - m\langle e,g\rangle^2 - m\langle\hat{x},g\rangle^2"
    )
    g, eg, xg = sym("g", I), Sum(J, sym("g", J)), Sum(J, mul(sym(r"\hat{x}", J), sym("g", J)))
    assert left == Sum(I, Pow(add(mul(M, g), neg(eg), neg(mul(HAT, xg))), Fraction(2)))
    eg, xg = Sum(I, g), Sum(I, mul(HAT, g))
    two = Fraction(2)
    assert right == add(
        mul(Pow(M, two), Sum(I, Pow(g, two))), neg(mul(M, Pow(eg, two))), neg(mul(M, Pow(xg, two)))
    )


def test_peers_c() -> None:
    left, right = sides(
        r"\Vert W_0 - kW^*\Vert_2^2 - \Vert W_0 - W^*\Vert_2^2 = "
        r"(k^2-1)\Vert W^*\Vert_2^2 - 2(k-1)\langle W_0, W^*\rangle"
    )
    i = Index("i", "n")
    start, best, k, two = sym("W_{0}", i), sym("W^{*}", i), sym("k"), Fraction(2)
    assert left == add(
        Sum(i, Pow(add(start, neg(mul(k, best))), two)), neg(Sum(i, Pow(add(start, neg(best)), two)))
    )
    assert right == add(
        mul(add(Pow(k, two), num(-1)), Sum(i, Pow(best, two))),
        mul(num(-2), add(k, num(-1)), Sum(i, mul(start, best))),
    )


def test_peers_d() -> None:
    left, right = sides(
        *BATCHNORM,
        r"\frac{\partial f}{\partial \mu} = \sum_i \frac{\partial f}{\partial \hat{x_i}} (-\frac{1}{\sigma})",
    )
    assert left == Diff(sym("f"), sym(r"\mu"), True)
    assert right == Sum(I, mul(num(-1), Diff(sym("f"), HAT, True), power(SIGMA, -1)))


def test_maximum_over_a_matrix() -> None:
    left, _ = sides(r"\max_{\Vert X\Vert_2 \le\lambda} \Vert X^T v\Vert_2^2 = \lambda^2 \Vert v\Vert_2^2")
    assert isinstance(left, Max)
    assert left.variable.name == "X"
    assert left.radius == sym(r"\lambda")
    assert left.variable.indices[0].space != left.variable.indices[1].space


def test_two_index_spaces() -> None:
    left, right = sides(
        r"\mu_j = \frac{1}{N} \sum_{i=1}^{N} x_{ij}", r"\sum_{j=1}^{D} x_{ij} = D \sum_{j=1}^{D} \mu_j"
    )
    i, j = Index("i", "N"), Index("j", "D")
    assert left == Sum(j, sym("x", i, j))
    assert right == mul(Size("D"), Sum(j, sym(r"\mu", j)))


def test_index_directive_names_a_space() -> None:
    left, _ = sides("@index $i,k = 1..N$", r"\sum_i x_i = N")
    assert left == Sum(Index("i", "N"), sym("x", Index("i", "N")))


def test_definitions_and_outputs() -> None:
    derivation, context = note(*BATCHNORM, r"\frac{\partial f}{\partial x_i} = 0")
    assert [d.definition.symbol.name for d in derivation.definitions] == [r"\mu", SQUARED, r"\hat{x}", "y"]
    assert (context.losses, context.outputs) == (("f",), ("y",))
    assert [d.code for d in derivation.diagnostics] == ["BN133"] * 4 + ["BN132", "BN134"]
    statement = derivation.links[0].statement
    assert statement is not None
    assert statement.losses == ("f",)
    assert statement.outputs == ("y",)
    assert len(statement.definitions) == 4


def test_a_definition_that_uses_the_loss_is_no_output() -> None:
    _, context = note(*BATCHNORM, r"r := \Vert \frac{\partial f}{\partial x}\Vert^2")
    assert context.outputs == ("y",)


def test_loss_directive() -> None:
    _, context = note("@loss $f(y)$", *BATCHNORM, r"r = \sum_i x_i", r"\frac{\partial f}{\partial x_i} = 0")
    assert context.outputs == ("y",)


def test_free_output() -> None:
    _, context = note(r"\frac{\partial L}{\partial x_i} = 0")
    assert context.outputs == ("x",)


def test_the_first_equation_of_a_used_name_is_a_claim() -> None:
    derivation, _ = note("k + 1 = 2", "k = 1", "n_0 := 3", "n_0 = 4")
    assert [d.definition.symbol.name for d in derivation.definitions] == ["n_{0}"]
    assert [link.id for link in derivation.links] == ["b1", "b2", "b4"]


def test_only_the_first_sign_of_a_chain_defines() -> None:
    derivation, _ = note("a = 2 b = c", "")
    assert [link.id for link in derivation.links] == ["b1"]
    link = derivation.links[0]
    assert link.statement is not None
    assert (link.statement.left, link.statement.right) == (mul(num(2), sym("b")), sym("c"))


def test_let_is_read_in_place_of_its_name() -> None:
    lets = (r"@let $u$ = $\mu$", r"@let $\hat f$ = $f$", r"@let $g$ = $\frac{\partial f}{\partial y}$")
    left, right = sides(*lets, *BATCHNORM, r"\frac{\partial \hat f}{\partial u} = \sum_j g_j (x_j - u)")
    assert left == Diff(sym("f"), sym(r"\mu"), True)
    gj = Diff(sym("f"), sym("y", J), True)
    assert right == Sum(J, mul(gj, add(sym("x", J), neg(sym(r"\mu")))))


def test_let_names_gradients() -> None:
    lets = (
        r"@let $\nabla_x L$ = $\frac{\partial f}{\partial y}$",
        r"@let $d\hat{x}_i$ = $\frac{\partial f}{\partial \hat{x}_i}$",
        r"@let $\nabla$ = $\frac{\partial f}{\partial y}$",
        r"@let $H$ = $\frac{\partial^2 f}{\partial y \partial y}$",
    )
    gi = Diff(sym("f"), sym("y", I), True)
    left, right = sides(*lets, *BATCHNORM, r"\langle e, \nabla_x L\rangle = \sum_k d\hat{x}_k")
    assert left == Sum(I, gi)
    assert right == Sum(K, Diff(sym("f"), sym(r"\hat{x}", K), True))
    left, _ = sides(*lets, *BATCHNORM, r"\nabla^T H \nabla = 0")
    gj = Diff(sym("f"), sym("y", J), True)
    assert left == Sum(I, mul(Sum(J, mul(gj, Diff(gj, sym("y", I), True))), gi))


def test_a_let_that_is_not_read_leaves_no_free_name() -> None:
    derivation, _ = note(r"@let $u$ = $\foo$", "u + 1 = 2")
    problem = derivation.links[0].problem
    assert problem is not None
    assert (problem.code, problem.span.column) == ("BN128", 1)


def test_lets_are_bounded() -> None:
    lets = [rf"@let $z_{{{k + 1}}}$ = $(z_{{{k}}} + z_{{{k}}})$" for k in range(40)]
    derivation, _ = note(*lets, "z_{40} + 1 = 2")
    codes = {d.code for d in derivation.diagnostics if d.severity is Severity.ERROR}
    assert "BN113" in codes
    assert derivation.links[0].statement is None


def test_let_lasts_from_its_place_on() -> None:
    derivation, _ = note("u + 1 = 2", r"@let $u$ = $v$", "u + 1 = 2")
    first, second = (link.statement for link in derivation.links)
    assert first is not None
    assert first.left == add(sym("u"), ONE)
    assert second is not None
    assert second.left == add(sym("v"), ONE)


def test_assumptions_last_to_the_end_of_their_section() -> None:
    derivation, _ = note(
        "# One",
        r"@assume $\gamma^2 \le \sigma^2$",
        "a + 1 = 2",
        "## Below",
        "a + 2 = 3",
        "# Two",
        "a + 3 = 4",
    )
    counts = [len(link.statement.hypotheses) for link in derivation.links if link.statement]
    assert counts == [1, 1, 0]
    hypothesis = derivation.hypotheses[0].hypothesis
    assert hypothesis.relation is Relation.LE


def test_conditions_are_hypotheses_of_their_chain() -> None:
    derivation, _ = note(r"\sqrt{k^2} = k ;; k > 0", r"\forall k ;; k \ne 0", r"\delta_{ij} = 0 ;; i \ne j")
    statement = derivation.links[0].statement
    assert statement is not None
    assert statement.hypotheses[0].relation is Relation.GT


def test_total_partials() -> None:
    left, _ = sides(*BATCHNORM, '@partial mode="total"', r"\frac{\partial \hat{x}_i}{\partial x_j} = 0")
    assert left == Diff(HAT, sym("x", J), True)


@pytest.mark.parametrize(
    ("lines", "code", "column", "text"),
    [
        (
            (r"\frac{\partial f}{\partial \mu} = \frac{2}{m} (x_i - \mu)",),
            "BN121",
            48,
            "index i is not bound",
        ),
        ((r"z_j = \hat{x}_i",), "BN121", 7, "index i is not bound"),
        ((r"\Vert x_i\Vert = 1",), "BN121", 7, "norm of one component"),
        ((r"\frac{\partial f}{\partial x_i} = \sum_i y_i",), "BN122", 35, "binds it again"),
        ((r"\hat{x}_i \sum_i x_i = 0",), "BN122", 11, "binds it again"),
        ((r"\sum_i \sum_i x_i = 0",), "BN122", 8, "bound twice"),
        ((r"\frac{\partial f}{\partial x} = \mu",), "BN124", 33, "shapes"),
        ((r"x_i + y = 0",), "BN124", 1, "can't be added"),
        ((r"2 + x \hat{x} = 0",), "BN124", 7, "no product"),
        ((r"2 + x \cdot \hat{x} = 0",), "BN124", 13, "which product"),
        ((r"\langle x, \gamma\rangle = 0",), "BN124", 1, "no inner product"),
        ((r"2 + x_{ij} = 3",), "BN123", 5, "a vector elsewhere .line 1., and has 2"),
        ((r"2 + x_{1,2} = 3",), "BN128", 5, "indices elsewhere"),
        ((r"\sum_k k x_k = 0",), "BN129", 8, "is an index"),
        ((r"\frac{\partial f}{\partial \sigma} = 0",), "BN128", 28, "root of the defined"),
        ((r"\nabla^T \nabla = 0",), "BN128", 1, "no meaning"),
        ((r"2 + f = 0", r"\frac{\partial f}{\partial x_i} = 0"), "BN129", 16, "used like a number"),
        ((r"\operatorname{RMS}(x) + 1 = 0",), "BN128", 1, "function"),
        ((r"2 + d\hat{x}_i = 0",), "BN128", 5, "looks like a gradient"),
        ((r"2 + \nu(x) = 3",), "BN129", 5, "product or a function"),
        ((r"\mathcal{L}(y + x) + 1 = 3",), "BN129", 1, "product or a function"),
        ((r"x^{10^9} + 1 = 0",), "BN114", 4, "must be a number"),
        ((r"\mu^{1000} + 1 = 0",), "BN114", 6, "beyond 100"),
        ((r"\mu^{k} + 1 = 0",), "BN114", 6, "must be a number"),
        ((r"\mu + 1 \approx 2",), "BN128", 9, r"approx"),
        ((r"\sum_{i=1}^{N} x_i + \sum_{i=1}^{D} x_i = 0",), "BN125", 1, "1..m and over 1..N"),
    ],
)
def test_what_has_no_meaning(lines: tuple[str, ...], code: str, column: int, text: str) -> None:
    derivation, _ = note(*BATCHNORM, *lines)
    problem = derivation.links[-1].problem
    assert problem is not None
    assert problem.severity is Severity.ERROR
    assert re.search(text, problem.message), problem
    assert (problem.code, problem.span.line, problem.span.column) == (code, 4 + len(lines), column)


@pytest.mark.parametrize(
    "lines",
    [
        (r"h = \psi(U x + c)", r"\frac{\partial h}{\partial c} = \psi"),
        (r"y = f(x + b)", r"y = f x + f b"),
        (r"T(x + y) = T x + T y",),
        (r"\sigma a + \sigma b = \sigma(a + b)",),
        (r"D x y = x D y",),
        (r"\mathcal{F} f g = \mathcal{F} g f",),
        (r"\Delta x + \Delta y = \Delta(x + y)",),
    ],
)
def test_claims_make_no_factor_of_what_is_applied(lines: tuple[str, ...]) -> None:
    derivation, _ = note(*lines)
    assert derivation.links[-1].problem is not None


@pytest.mark.parametrize(
    "lines",
    [
        (r"\sigma := \sqrt{v}", r"\sigma(a + b) = \sigma a + \sigma b"),
        (r"f = 2 + t", r"f(a + b) = f a + f b"),
        (r"\sigma a = a \sigma", r"\sigma(a + b) = \sigma a + \sigma b"),
        (r"c(a + b) = c a + c b",),
        (r"D = 2 + t", "D x y = x D y"),
        (r"2 + D = t + D", "D x y = x D y"),
        (r"\gamma(a + b) = \gamma a + \gamma b",),
    ],
)
def test_known_numbers_are_factors_before_a_bracket(lines: tuple[str, ...]) -> None:
    derivation, _ = note(*lines)
    assert derivation.links[-1].problem is None


@pytest.mark.parametrize(
    ("lines", "code", "line", "column"),
    [
        (("a := b", "a := c"), "BN127", 2, 1),
        (("a := b", "b := a"), "BN126", 2, 1),
        (("a := a + 1",), "BN126", 1, 1),
        (("@define", "a + b = c"), "BN128", 2, 1),
        (("@define", r"a_i = b_j"), "BN121", 2, 7),
        ((r"@let $a$ = $\foo$",), "BN111", 1, 13),
        ((r"@assume $a + b$",), "BN112", 1, 10),
        ((r"@assume $a > 0, b$",), "BN112", 1, 16),
        ((r"@index $i = N$",), "BN107", 1, 9),
        (('@refuted link="7"', "a + 1 = 2"), "BN108", 1, 1),
    ],
)
def test_errors_of_the_file(lines: tuple[str, ...], code: str, line: int, column: int) -> None:
    derivation, _ = note(*lines)
    errors = [d for d in derivation.diagnostics if d.severity is Severity.ERROR]
    assert [(d.code, d.span.line, d.span.column) for d in errors] == [(code, line, column)]


def test_an_index_on_the_left_only_means_for_all() -> None:
    left, right = sides(*BATCHNORM, r"\frac{\partial \mu}{\partial x_i} = \frac{1}{m}")
    assert left == Diff(sym(r"\mu"), XI, False)
    assert right == power(M, -1)


def test_sibling_sums_may_share_a_letter() -> None:
    left, _ = sides(r"\sum_i x_i + \sum_i y_i = 0")
    assert left == add(Sum(I, XI), Sum(I, sym("y", I)))


def test_one_bad_expression_spoils_two_links_and_is_bridged() -> None:
    derivation, _ = note(r"\sum_i x_i = \sum_j x_j = x_i = \sum_k x_k")
    assert [link.id for link in derivation.links] == ["b1.1", "b1.2", "b1.3", "b1.2+3"]
    assert [link.problem.code if link.problem else "" for link in derivation.links] == [
        "",
        "BN121",
        "BN121",
        "",
    ]
    bridge = derivation.links[-1].statement
    assert bridge is not None
    assert (bridge.left, bridge.right) == (Sum(J, sym("x", J)), Sum(K, sym("x", K)))


def test_a_bridge_claims_the_weakest_relation() -> None:
    derivation, _ = note(r"a + 1 = \foo \le b", r"a + 1 \ge \foo \le b")
    assert derivation.links[2].statement is not None
    assert derivation.links[2].statement.relation is Relation.LE
    assert len(derivation.links) == 5


def test_nothing_is_judged_by_a_definition_that_is_not_read() -> None:
    derivation, _ = note(r"a := \foo", "a + 1 = 2", "b + 1 = 2")
    first, second = derivation.links
    assert first.problem is not None
    assert first.problem.code == "BN128"
    assert second.statement is not None


def test_declarations() -> None:
    derivation, _ = note('@refuted link="2" reason="a slip" at="m=2"', "a + 1 = b + 1 = c + 1")
    first, second = derivation.links
    assert first.declaration is None
    assert second.declaration is not None
    assert second.declaration.kind is Declared.REFUTED
    assert (second.declaration.reason, second.declaration.at) == ("a slip", "m=2")


def test_a_free_name_that_resembles_a_defined_one() -> None:
    derivation, _ = note(BATCHNORM[0], r"\sigma^2 = \frac{1}{m} \sum_i (x_i - u)^2", r"\sigma^2 + 1 = 2")
    warnings = [d for d in derivation.diagnostics if d.code == "BN131"]
    assert len(warnings) == 1
    assert r"did you mean `\mu`" in warnings[0].message
    assert (warnings[0].span.line, warnings[0].span.column) == (2, 38)


def test_a_greek_letter_is_not_taken_for_a_latin_one() -> None:
    derivation, _ = note(r"r = \sqrt{\frac{1}{m} \sum_i x_i^2}", r"\gamma_i r = r \gamma_i")
    assert all(d.code != "BN131" for d in derivation.diagnostics)


def test_batchnorm_itself_draws_no_warning() -> None:
    derivation, _ = note(*BATCHNORM, r"\frac{\partial f}{\partial x_i} = 0")
    assert all(d.severity is Severity.NOTE for d in derivation.diagnostics)


def test_near_misses_are_different_terms() -> None:
    one = term(r"\Vert x\Vert"), term(r"\sum_i x_i y_i + 1"), term(r"\sigma^2"), term(r"x_i")
    other = term(r"\Vert x\Vert^2"), term(r"\sum_i (x_i y_i + 1)"), term(r"\sigma"), term(r"\hat{x}_i")
    assert all(a != b for a, b in zip(one, other, strict=True))


def test_source_and_spans() -> None:
    derivation, _ = note(r"a +  1 =   b")
    link = derivation.links[0]
    assert link.source == "a + 1 = b"
    assert (link.span.line, link.span.column, link.span.end_column) == (1, 8, 9)
    assert link.left_span is not None
    assert (link.left_span.column, link.left_span.end_column) == (1, 7)
    assert link.right_span is not None
    assert link.right_span.column == 12


def test_expressions_given_by_hand_are_diagnosed() -> None:
    _, context = note(*BATCHNORM)
    with pytest.raises(Unreadable, match="BN111"):
        parse_term(r"x_i + \foo", context)


def test_the_ones_vector_runs_over_the_batch_beside_letters_of_another_array():
    derivation, _ = note(
        r"@assume $\langle e, u \rangle = 0$",
        r"\Vert m u - e \langle e, u \rangle \Vert^2 = m^2 \Vert u \Vert^2",
        r"\sum_i z_i = \sum_j z_j",
    )
    (moments, _) = derivation.links
    spaces = {i.space for t in walk(moments.statement.left) if isinstance(t, Sum) for i in (t.index,)}
    assert spaces == {"m"}


def test_the_batch_is_known_from_a_hypothesis():
    derivation, _ = note(
        r"@assume $\langle e, u \rangle = m$",
        r"\langle e, 2 u \rangle = 2 \langle u, e \rangle",
    )
    (link,) = derivation.links
    assert {t.index.space for t in walk(link.statement.left) if isinstance(t, Sum)} == {"m"}


@pytest.mark.parametrize(
    ("formula", "column"),
    [
        ("c + c =", 7),
        ("c + c = \\\\", 7),
        ("\\begin{aligned} a + a &= 2 a \\\\ b &= \\end{aligned}", 36),
    ],
)
def test_a_missing_expression_is_missed_at_its_sign(formula: str, column: int) -> None:
    problem = read(f"$$\n{formula}\n$$\n", "note.md").links[-1].problem
    assert problem is not None
    assert (problem.span.line, problem.span.column) == (2, column)
    assert problem.message == "an expression is missing after this sign"


@pytest.mark.parametrize(
    ("broken", "hidden"),
    [
        (r"h = \max_{\Vert X \Vert_2\le\lambda} \Vert v \Vert", False),
        (r"h = \max_{\Vert X \Vert_2\le\lambda} \Vert \nabla_v f \Vert", False),
        (r"h = \max_{\Vert X \Vert_2\le\lambda} \Vert y \Vert", False),  # it lies behind the output
        (r"h = \max_{\Vert X \Vert_2\le\lambda} \Vert x \Vert", True),
    ],
)
def test_an_unreadable_definition_hides_derivatives_that_may_pass_through_it(broken, hidden):
    derivation, _ = note(*BATCHNORM, broken, r"\sum_i \frac{\partial f}{\partial x_i} = 0")
    link = derivation.links[-1]
    assert (link.problem is not None) == hidden
    if hidden:
        assert link.problem.code == "BN128"
        assert "waits for the definition of `h`" in link.problem.message


@pytest.mark.parametrize(("line", "defines"), [("a^2 = a", False), ("a^2 = a b", False), ("a^2 = 2 b", True)])
def test_a_square_said_of_its_own_root_is_a_claim(line, defines):
    derivation, _ = note(line)
    assert len(derivation.links) == (0 if defines else 1)
    assert all(link.problem is None for link in derivation.links)


def test_what_a_function_binds_is_its_own():
    r"""RMS(x) sums over i, and stands where i is free, or summed over."""
    rms = r"\operatorname{RMS}(x) = \sqrt{\frac{1}{n} \sum_{i=1}^n x_i^2}"
    free, context = note(rms, r"y_i = \frac{x_i}{\operatorname{RMS}(x)}", "y_i = y_i")
    (body,) = (d.body for d in context.definitions if d.symbol.name == "y")
    assert not [d for d in free.diagnostics if d.severity is Severity.ERROR]
    (inner,) = (t for t in walk(body) if isinstance(t, Sum))
    assert inner.index.name != "i"
    summed, _ = note(rms, r"\sum_i \frac{x_i^2}{\operatorname{RMS}(x)^2} = n")
    (link,) = summed.links
    outer, inner = (t for t in walk(link.statement.left) if isinstance(t, Sum))
    assert outer.index != inner.index


def test_a_letter_that_runs_over_something_else_here_is_the_formulas_own():
    derivation, _ = note(
        r"u = \sum_{i=1}^n x_i",
        r"v = \sum_{i=1}^H a_i",
        r"\sum_i x_i = u",
        r"\sum_i a_i = v",
        r"a_i + 0 = a_i",
    )
    spaces = [{i.space for i in free_indices(link.statement.left)} for link in derivation.links]
    sums = [
        {t.index.space for t in walk(link.statement.left) if isinstance(t, Sum)} for link in derivation.links
    ]
    assert sums == [{"n"}, {"H"}, set()]
    assert spaces == [set(), set(), {"H"}]


@pytest.mark.parametrize(
    "line", [r"\sum_i x_i a_i = 0", r"x_i + a_i = 0", r"\langle x, a \rangle = 0", r"x = a"]
)
def test_arrays_over_two_sizes_never_meet(line):
    derivation, _ = note(r"u = \sum_{i=1}^n x_i", r"v = \sum_{i=1}^H a_i", line)
    (link,) = derivation.links
    assert link.problem.code in ("BN124", "BN125")


def test_a_declared_letter_is_the_files():
    derivation, _ = note(r"@index $i = 1..n$", r"u = \sum_i x_i", r"\sum_{i=1}^H a_i = 0")
    (link,) = derivation.links
    assert link.problem.code == "BN125"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (r"\sum_{i \ne j} u_i u_j = (\sum_i u_i)^2", "BN121"),
        (r"\sum_{i \ne j} u_i + \sum_{i \ne j} w_i = 0", "BN121"),
        (r"\sum_{i \ne j} u_i = \sum_i u_i - u_j", None),
        (r"u_j + \sum_{i \ne j} u_i = \sum_i u_i", None),
        (r"\sum_j \sum_{i \ne j} u_i u_j = (\sum_i u_i)^2", None),
    ],
)
def test_a_sum_that_leaves_out_what_nothing_else_names_may_run_over_both(line, code):
    derivation, _ = note(line.replace(r" \ne ", r"\ne "))
    (link,) = derivation.links
    assert (link.problem and link.problem.code) == code


@pytest.mark.parametrize(
    "of", [r"\Vert u \Vert^2", r"\Vert u \Vert", r"\langle u, w \rangle", r"\sqrt{u^T u}"]
)
def test_a_gradient_is_taken_of_what_has_marks_of_its_own(of):
    plain, _ = note(rf"(\nabla_u {of})_i = z_i")
    marked, _ = note(rf"(\nabla_u ({of}))_i = z_i")
    assert plain.links[0].statement == marked.links[0].statement


def test_what_stands_beside_an_array_is_one_where_entries_are_multiplied():
    derivation, _ = note(r"\sum_i u_i = 1", r"u \odot v = v \odot u")
    assert all(len(t.indices) == 1 for t in walk(derivation.links[1].statement.left) if isinstance(t, Sym))
