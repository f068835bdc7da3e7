"""A certificate as a line that a reader can check: what the difference of the sides is.

The roots of the normal form are written by the names that the note gives them (σ for the
root of the defined σ²). Formats LaTeX; trusted for nothing.
"""

from __future__ import annotations

from time import monotonic

from bnsym.kernel import Factor, Given, Proved, Schwarz, Summand, Use
from bnsym.normal import Generator, Monomial, OutOfReach, Ring
from bnsym.printing import to_latex
from bnsym.proving.readback import product_of
from bnsym.proving.rings import SearchRing
from bnsym.terms import (
    Add,
    Index,
    Relation,
    Statement,
    Sum,
    Sym,
    Term,
    add,
    excess,
    free_indices,
    mapped,
    mul,
    power,
    rename,
    sqrt,
)

LETTERS = "ijklpqrs"
"""For sums; the first that are not free in the statement."""
SECONDS = 1.0
"""What naming the roots of one certificate may take."""


def certificate_line(proved: Proved) -> str:
    """`right - left = …` as LaTeX; for an identity, what it was reduced by."""
    certificate, statement = proved.certificate, proved.statement
    upward = statement.relation in (Relation.LE, Relation.LT)
    first, second = ("right", "left") if upward else ("left", "right")
    square = "^2" if certificate.squared else ""
    difference = rf"\text{{{first}}}{square} - \text{{{second}}}{square}"
    if not certificate.summands:
        count = len(certificate.uses)
        modulo = rf" \quad \text{{modulo {count} relation{'s' * (count != 1)}}}" if count else ""
        return f"{difference} = 0{modulo}"
    names = _names_of_roots(statement)
    ring = SearchRing(statement, monotonic() + SECONDS)
    return f"{difference} = " + " + ".join(_summand(s, ring, names) for s in certificate.summands)


def use_line(use: Use, statement: Statement) -> str:
    """A relation that it was reduced by, with its cofactor."""
    related = rf" \cdot {_factor(use.given, statement)}" if use.given else ""
    return rf"\text{{modulo}} {_factor(use.cofactor, statement)}{related} = 0"


def _names_of_roots(statement: Statement) -> dict[Generator, Monomial]:
    """What the roots of the normal form are in terms of the names that are defined by them."""
    ring = SearchRing(statement, monotonic() + SECONDS)
    found: dict[Generator, Monomial] = {}
    for definition in statement.definitions:
        name = definition.symbol.name
        shown = name.removesuffix("^{2}")
        term = sqrt(Sym(name)) if shown != name else Sym(name)
        if not definition.symbol.indices:
            found |= _named(ring, shown, term)
    return found


def _named(ring: Ring, shown: str, term: Term) -> dict[Generator, Monomial]:
    """{r: its value} where `term`, shown as a name, is r times a monomial."""
    try:
        poly = ring.normal(term)
    except OutOfReach:
        return {}
    roots = [g for mono in poly for g, e in mono if g[0] == "root" and e == 1]
    if len(poly) != 1 or len(roots) != 1 or poly[next(iter(poly))] != 1:
        return {}
    others = [(g, -e) for mono in poly for g, e in mono if g != roots[0]]
    return {roots[0]: (*others, (("sym", shown, ()), 1))}


def _summand(summand: Summand, ring: Ring, names: dict[Generator, Monomial]) -> str:
    found = [(factor, _as_monomial(factor, ring)) for factor in summand.factors]
    scale = product_of(_spelled([item for _, mono in found for item in mono], names), summand.coefficient)
    others = [_factor(factor, ring.statement) for factor, mono in found if not mono]
    sums = [shown for shown in others if shown.startswith(r"\sum")]
    parts = [shown for shown in others if shown not in sums]
    if to_latex(scale) != "1" or not others:
        parts.append(to_latex(scale))
    # a sum reaches to the end of its product, so only the last factor may be a bare one
    *inner, last = (*parts, *sums)
    return " ".join(
        [*(f"({shown})" if r"\sum" in shown and shown[0] != "(" else shown for shown in inner), last]
    )


def _as_monomial(factor: Factor, ring: Ring) -> Monomial:
    """A product of powers as one; nothing for what is more, or a sum by its form."""
    if isinstance(factor, Given | Schwarz | Add | Sum):
        return ()
    try:
        poly = ring.normal(factor)
    except OutOfReach:
        return ()
    return next(iter(poly)) if [*poly.values()] == [1] else ()


def _spelled(items: list[tuple[Generator, int]], names: dict[Generator, Monomial]) -> Monomial:
    exponents: dict[Generator, int] = {}
    for gen, e in items:
        for g, k in names.get(gen, ((gen, 1),)):
            exponents[g] = exponents.get(g, 0) + e * k
    return tuple(sorted((g, e) for g, e in exponents.items() if e))


def _factor(factor: Factor, statement: Statement) -> str:
    free = {i.name for i in free_indices(add(statement.left, statement.right))}
    match factor:
        case Schwarz(u, v, over):
            norms = (sqrt(Sum(over, power(w, 2))) for w in (u, v))
            return f"({to_latex(_with_letters(add(mul(*norms), Sum(over, mul(u, v))), free))})"
        case Given(number, _):
            return f"({to_latex(excess(statement.hypotheses[number]))})"
    shown = to_latex(_with_letters(factor, free))
    return f"({shown})" if isinstance(factor, Add) else shown


def _with_letters(term: Term, taken: set[str]) -> Term:
    """The same term, its sums over letters of the search, `·1`, `#1.0`, with such as can be printed."""
    if isinstance(term, Sum) and term.index.name.startswith(("·", "#")):
        letter = Index(next(name for name in LETTERS if name not in taken), term.index.space)
        body = rename(term.body, {term.index.name: letter})
        return Sum(letter, _with_letters(body, taken | {letter.name}))
    return mapped(term, lambda inner: _with_letters(inner, taken))
