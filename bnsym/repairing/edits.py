r"""Small changes of one expression's LaTeX: the slips that people make, undone.

An edit replaces a stretch of the author's own text, so that nothing else of it changes. Which
edits are worth a try is all that is decided here: text and surface tree only, no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations, pairwise

from bnsym.latex.ast import (
    BigSum,
    Derivative,
    Gradient,
    Inner,
    Node,
    Norm,
    Number,
    Paren,
    Plus,
    Power,
    Product,
    Quotient,
    Root,
    Symbol,
    Transpose,
    walk,
)
from bnsym.repairing.spots import Spot, apart, extent, needs_parens, spots, terms_of

_ACCENT = re.compile(r"\\(?:hat|bar|tilde|widehat)\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|(\\[A-Za-z]+|\w))")
_EXPONENT = re.compile(r"\s*\^\s*(?:\{\s*(-?\d+(?:\.\d+|/\d+)?)\s*\}|(\d))$")
_BOUND = re.compile(r"\\sum_\{?([a-z])\b")
INDEX = re.compile(r"(?<=_)[a-z](?![A-Za-z])|(?<=_\{)[a-z](?=\})")


@dataclass(frozen=True, slots=True)
class Edit:
    """`text[start:end]` becomes `new`."""

    start: int
    end: int
    new: str
    kind: str
    """What was wrong, in the words of a report."""
    cost: int = 1

    def apply(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]


@dataclass(frozen=True, slots=True)
class Place:
    """What an expression may be changed with, all as LaTeX."""

    scales: tuple[str, ...] = ()
    """Numbers that it may be multiplied by."""
    sizes: tuple[str, ...] = ()
    """Those of them that are the sizes of arrays."""
    accented: tuple[str, ...] = ()
    """Names with a hat or a bar."""
    arrays: tuple[str, ...] = ()
    """Names of arrays."""
    letters: tuple[str, ...] = ()
    """Index letters."""
    factors: tuple[str, ...] = ()
    """What else a term may have lost."""
    measures: tuple[str, ...] = ()
    """Numbers of which a missing term may be made."""
    ranges: Mapping[str, str] = field(default_factory=dict)
    """Over which size the note's letters run."""


def accented(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that have a hat, a bar or a tilde."""
    return tuple(name for name in names if name.startswith((r"\hat", r"\bar", r"\tilde")))


FRESH = "jklpqrst"
"""Letters for sums whose own are taken."""
Maker = Callable[[str, Spot, Place], Iterator[Edit]]


def signs(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A sign the wrong way round, of one term or of all."""
    for sign, start, _ in spot.terms:
        if sign >= 0 and (sign > spot.start or text[sign] == "+"):
            yield Edit(sign, sign + 1, "-" if text[sign] == "+" else "+", "a sign")
        elif sign >= 0:
            yield Edit(sign, sign + 1, "", "a sign")
        else:
            yield Edit(start, start, "-", "a sign")
    if spot.holder is None:
        if not spot.terms:
            yield Edit(spot.start, spot.start, "-", "a sign")
        elif len(spot.terms) > 1:
            whole = rf"-\left( {text[spot.start : spot.end]} \right)"
            yield Edit(spot.start, spot.end, whole, "the sign of the whole", 2)
    elif isinstance(spot.node, Plus) is False and isinstance(spot.holder, Paren):
        yield Edit(spot.start, spot.start, "-", "a sign", 2)


def accents(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A hat too many, or one that is missing."""
    if not isinstance(spot.node, Symbol):
        return
    written = text[spot.start : spot.end]
    if (found := _ACCENT.match(written)) and spot.node.accents:
        bare = found.group(1) or found.group(2)
        yield Edit(spot.start, spot.start + found.end(), apart(written, found.end(), bare), "a hat")
    for full in place.accented:
        accent = _ACCENT.fullmatch(full)
        bare = accent and (accent.group(1) or accent.group(2))
        if bare and spot.node.base == bare and written.startswith(bare):
            script = text[: spot.start].rstrip().endswith(("_", "^"))
            new = f"{{{full}}}" if script else full
            yield Edit(spot.start, spot.start + len(bare), new, "a hat")


def squares(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A square that is missing, or one too many."""
    if isinstance(spot.node, Power):
        if (found := _exponent(text, spot)) and found[1] == 2:
            yield Edit(found[0], spot.end, "", "a square")
            base = spot.node.base
            if isinstance(base, Paren) and isinstance(base.body, BigSum) and not needs_parens(base.body.body):
                inside = text[slice(*extent(text, base.body))]
                yield Edit(spot.start, spot.end, f"{inside}^2", "a square of a sum", 2)
    elif not isinstance(spot.node, Number | Plus | Product) and not isinstance(spot.holder, Power):
        greek = isinstance(spot.node, Symbol) and spot.node.core.startswith("\\")
        cost = 1 if greek or isinstance(spot.node, Norm | Inner | Paren) else 2
        yield _behind(text, spot, "^2", "a square", cost)
    if isinstance(spot.node, BigSum) and text[spot.start : spot.end].endswith("^2"):
        whole = rf"\left( {text[spot.start : spot.end - 2]} \right)^2"
        yield Edit(spot.start, spot.end, whole, "a square of a sum", 2)


def scopes(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A sum, a root or a fraction that ends a term too early, or too late."""
    for k, (_, _, end) in enumerate(spot.terms[:-1]):
        assert isinstance(spot.node, Plus)
        for _, _, until in spot.terms[k + 1 :]:
            yield from _widened(text, spot.node.terms[k], end, until)
    node = spot.node
    if isinstance(node, Root) and isinstance(node.body, Plus) and len(node.body.terms) > 1:
        sign, _, end = terms_of(text, node.body)[-1]
        yield Edit(sign, spot.end, f"{text[end : spot.end]} {text[sign:end]}", "a bracket")
    if isinstance(node, BigSum) and isinstance(node.body, Paren) and isinstance(node.body.body, Plus):
        start, end = extent(text, node.body)
        yield Edit(start, end, text[slice(*extent(text, node.body.body))], "a bracket")


def _widened(text: str, node: Node, end: int, until: int) -> Iterator[Edit]:
    """What a term, which ends there, ends with, so that it takes in all until then."""
    match node:
        case Product(factors):
            yield from _widened(text, factors[-1], end, until)
        case BigSum(body=body) if not isinstance(body, Paren):
            start = extent(text, body)[0]
            yield Edit(start, until, rf"\left( {text[start:until]} \right)", "a bracket")
        case Root(2, body) | Quotient(_, body):
            inside = body.at[1]
            if set(text[inside:end]) <= {"}", " "}:
                yield Edit(inside, until, text[end:until] + text[inside:end], "a bracket")
                yield from _widened(text, body, end, until)


def powers(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """An exponent that is off, and what stands below the line instead of above, or the other way."""
    if isinstance(spot.node, Power) and (found := _exponent(text, spot)):
        at, n = found
        for other, cost in _near(n):
            yield Edit(at, spot.end, _written(other), "a power", cost)
    elif isinstance(spot.node, Quotient):
        above, below = (text[slice(*part.at)] for part in (spot.node.numerator, spot.node.denominator))
        yield Edit(spot.start, spot.end, rf"\frac{{{below}}}{{{above}}}", "a power", 2)
        yield Edit(spot.start, spot.end, rf"\sqrt{{{text[spot.start : spot.end]}}}", "a root", 2)
    elif not isinstance(spot.node, Number | Plus | Product | BigSum | Transpose):
        written = text[spot.start : spot.end]
        if not isinstance(spot.holder, Power):
            yield Edit(spot.start, spot.end, rf"\frac{{1}}{{{written}}}", "a power", 2)
        yield Edit(spot.start, spot.end, rf"\sqrt{{{written}}}", "a root", 2)


def _near(n: Fraction) -> Iterator[tuple[Fraction, int]]:
    """Exponents that are easily taken for n, with the cost of the change."""
    for other, cost in ((n - 1, 1), (n + 1, 1), (-n, 1), (n * 2, 1), (n / 2, 2), (n + 2, 2), (n - 2, 2)):
        if other and (other.denominator <= 2):
            yield other, cost


def roots(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A root too many, or one that is missing below a line."""
    if isinstance(spot.node, Plus) and isinstance(spot.holder, Quotient):
        yield Edit(spot.start, spot.end, rf"\sqrt{{{text[spot.start : spot.end]}}}", "a root", 2)
    if isinstance(spot.node, Root) and spot.node.degree == 2:
        start, end = spot.node.body.at
        inner = text[start:end]
        bare = isinstance(spot.node.body, Symbol | Number) or isinstance(spot.holder, Paren | None)
        yield Edit(spot.start, spot.end, inner if bare else f"({inner})", "a root")


def factors(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A factor too many."""
    node = spot.node
    if isinstance(node, Product):
        for k, factor in enumerate(node.factors):
            start, end = _within(text, spot, factor.at, k)
            yield Edit(start, end, "", "a factor", _weight(factor))
    elif isinstance(node, Quotient):
        above, below = text[slice(*node.numerator.at)], text[slice(*node.denominator.at)]
        yield Edit(
            spot.start, spot.end, f"({above})" if isinstance(node.numerator, Plus) else above, "a factor"
        )
        yield Edit(spot.start, spot.end, rf"\frac{{1}}{{{below}}}", "a factor")


def _weight(node: Node) -> int:
    """What it costs to leave a part out: a sum is no slip of the pen."""
    return 3 if any(isinstance(inner, Plus) and len(inner.terms) > 1 for inner in walk(node)) else 1


def weights(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A factor with an index before a bracket, which belongs into it, and into sums with their letter."""
    if not isinstance(spot.node, Product):
        return
    for group in spot.node.factors:
        if not (isinstance(group, Paren) and isinstance(group.body, Plus)):
            continue
        for start, end, left in _indexed(spot.node):
            if end <= extent(text, group)[0]:
                inside = (_weighted(text, text[start:end], term) for term in group.body.terms)
                made = (Edit(start, end, left, ""), *inside)
                whole = apply_all(text[: spot.end], made)[spot.start :]
                yield Edit(spot.start, spot.end, whole, "a factor outside a sum", 2)


def _indexed(node: Product) -> Iterator[tuple[int, int, str]]:
    """The factors with an index, also above a line, with what is left where one is taken away."""
    for factor in node.factors:
        above = factor.numerator if isinstance(factor, Quotient) else factor
        inside = above.factors if isinstance(above, Product) else (above,)
        for one in inside:
            if isinstance(one, Symbol) and one.sub is not None:
                yield *one.at, "1" if isinstance(factor, Quotient) and len(inside) == 1 else ""


def _weighted(text: str, weight: str, term: Node) -> Edit:
    """The weight put to a term, to what a sum in it is of with the letter of the sum."""
    total = next((node for node in walk(term) if isinstance(node, BigSum)), None)
    at = extent(text, term if total is None else total.body)[0]
    if total is not None and len(total.letters) == 1:
        weight = re.sub(r"(_\s*\{?\s*)[a-z](?=\s*\}?$)", rf"\g<1>{total.letters[0]}", weight)
    return Edit(at, at, weight + " ", "")


def numbers(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A number that is off by one, doubled or halved."""
    if not isinstance(spot.node, Number) or isinstance(spot.holder, Root):
        return
    v = spot.node.value
    for other in dict.fromkeys((v - 1, v + 1, v * 2, v / 2, v * 4, Fraction(1))):
        if other != v and other > 0:
            new = (
                str(other)
                if other.denominator == 1
                else rf"\frac{{{other.numerator}}}{{{other.denominator}}}"
            )
            new = f"{{{new}}}" if _is_bare_argument(text, spot) else new
            yield Edit(spot.start, spot.end, new, "a number")
    if v == 1 and not _is_bare_argument(text, spot):
        deltas = (rf"\delta_{{{i}{j}}}" for i, j in combinations(place.letters, 2))
        for new in deltas:
            yield Edit(spot.start, spot.end, apart(text, spot.end, new), "a number", 2)


def sizes(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """m for m - 1, which stands in parentheses unless it is alone in its group, also in a square."""
    if isinstance(spot.node, Power) and (found := _exponent(text, spot)) and found[1] == 2:
        base = text[spot.start : found[0]].strip()
        if base in place.sizes:
            yield Edit(spot.start, spot.end, f"{base} ({base} - 1)", "a size")
    if (
        isinstance(spot.node, Symbol)
        and spot.node.bare
        and spot.node.core in place.scales
        and len(spot.node.core) == 1
    ):
        written = text[spot.start : spot.end]
        alone = isinstance(spot.holder, Quotient | Root | Paren)
        yield Edit(spot.start, spot.end, f"{written} - 1" if alone else f"({written} - 1)", "a size")
    total = spot.node.body if isinstance(spot.node, Paren) else spot.node
    less = isinstance(spot.node, Paren) or isinstance(spot.holder, Quotient)
    if less and isinstance(total, Plus) and len(total.terms) == 2:
        start, end = total.terms[0].at
        yield Edit(spot.start, spot.end, text[start:end], "a size")


def terms(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A term too many."""
    if spot.terms:
        for k, (sign, start, end) in enumerate(spot.terms):
            begin = sign if sign >= 0 else start
            if k == 0 and len(spot.terms) > 1:
                after, second, _ = spot.terms[1]
                yield Edit(begin, second if text[after] == "+" else after, "", "a term", 2)
            elif k:
                yield Edit(begin, end, "", "a term", 2)


def sums(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A sum that is missing, one too many, or over a letter that is taken."""
    if isinstance(spot.node, BigSum):
        start, end = spot.node.at
        yield Edit(start, end + len(text[end:]) - len(text[end:].lstrip()), "", "a sum")
        yield from _taken(text, spot, place)
    elif not isinstance(spot.node, Number):
        written = set(re.findall(r"[a-z]", " ".join(_letters(text[spot.start : spot.end]))))
        alone = not isinstance(spot.holder, Product | Power | Transpose)
        for letter in sorted(written):
            opened = isinstance(spot.node, Plus) and not isinstance(spot.holder, Paren)
            if opened:
                new = rf"\sum_{letter} \left( {text[spot.start : spot.end]} \right)"
                yield Edit(spot.start, spot.end, new, "a missing sum", 2)
            else:
                yield Edit(spot.start, spot.start, rf"\sum_{letter} ", "a missing sum", 1 if alone else 2)


def _taken(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """Other letters for those of a sum, in all of it, or in all but one factor, which goes before it."""
    assert isinstance(spot.node, BigSum)
    others: dict[str, str] = {}
    used = set(re.sub(r"\\[A-Za-z]+", "", text[spot.start : spot.end])) | set(place.letters)
    for letter in spot.node.letters:
        alike = [other for other, size in place.ranges.items() if size == place.ranges.get(letter)]
        fresh = [other for other in FRESH if other not in place.ranges]
        others[letter] = next((k for k in (*alike, *fresh) if k not in used), letter)
        used.add(others[letter])
    renamed = _relettered(text, spot.node, others)
    kind = "an index that is taken"
    yield Edit(spot.start, spot.end, apply_all(text, renamed)[spot.start : spot.end], kind)
    body = spot.node.body
    for k, factor in enumerate(body.factors if isinstance(body, Product) else ()):
        start, end = _within(text, Spot(body, *extent(text, body), spot.node), factor.at, k)
        inside = [e for e in renamed if not start <= e.start < end]
        if len(inside) < len(renamed):
            cut = (*inside, Edit(start, end, "", kind))
            rest = apply_all(text[: spot.end], cut)[spot.start :]
            yield Edit(spot.start, spot.end, f"{text[start:end].strip()} {rest}", kind)


def _relettered(text: str, total: BigSum, others: Mapping[str, str]) -> list[Edit]:
    """Other letters in a sum's sign and in the subscripts of its body."""
    symbols = (node for node in walk(total.body) if isinstance(node, Symbol) and node.sub is not None)
    stretches = dict.fromkeys((total.at, *(s.sub.at for s in symbols if s.sub is not None)))
    found = (m for at in stretches for m in re.compile(r"\\[A-Za-z]+|[A-Za-z]").finditer(text, *at))
    return [Edit(m.start(), m.end(), others[m.group()], "") for m in found if m.group() in others]


def indices(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """An index that is another, or two in each other's place."""
    if isinstance(spot.node, Symbol) and spot.node.sub is not None and spot.node.sub.letters:
        start, end = spot.node.sub.at
        for one, other in pairwise(re.finditer("[a-z]", text[start:end])):
            between = text[start + one.end() : start + other.start()]
            turned = other.group() + between + one.group()
            yield Edit(start + one.start(), start + other.end(), turned, "an index")
        for found in re.finditer("[a-z]", text[start:end]):
            for letter in place.letters:
                if letter != found.group():
                    yield Edit(start + found.start(), start + found.end(), letter, "an index")
    elif isinstance(spot.node, Norm):  # of the vector, not of one component
        inside = text[spot.start : spot.end]
        summed = {n.letters for n in walk(spot.node) if isinstance(n, BigSum)}
        for letter in sorted({*INDEX.findall(inside)}.difference(*summed)):
            bare = re.sub(rf"_(?:{letter}(?![A-Za-z])|\{{{letter}\}})", "", inside)
            yield Edit(spot.start, spot.end, bare, "an index", 2)


def letters(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A number by another name."""
    if isinstance(spot.node, Symbol) and text[spot.start : spot.end].strip() in place.scales:
        for name in place.scales:
            if not name.isdigit():
                yield Edit(spot.start, spot.end, apart(text, spot.end, name), "a name", 2)


def variables(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A derivative by another array, in one place or in all."""
    if isinstance(spot.node, Symbol) and isinstance(spot.holder, Derivative):
        end = _stem(text, spot.node)
        for name in place.arrays:
            yield Edit(spot.start, end, name, "a variable", 2)
    elif spot.holder is None:
        nodes = (by for node in walk(spot.node) if isinstance(node, Derivative) for by in node.by)
        starts = {by.at[0]: text[by.at[0] : _stem(text, by)] for by in nodes if isinstance(by, Symbol)}
        found = sorted(starts)
        for old in dict.fromkeys(starts.values()):
            yield from _everywhere(text, [at for at in found if starts[at] == old], old, place)


def _stem(text: str, symbol: Symbol) -> int:
    """Where the name of a symbol ends, before its subscript."""
    start, end = symbol.at
    return end if symbol.sub is None else text.index("_", start)


def _everywhere(text: str, found: list[int], old: str, place: Place) -> Iterator[Edit]:
    """The array that stands in several places by another, as one stretch from the first to the last."""
    for name in place.arrays if len(found) > 1 else ():
        gaps = [text[a + len(old) : b] for a, b in pairwise(found)]
        yield Edit(
            found[0], found[-1] + len(old), name + "".join(gap + name for gap in gaps), "a variable", 2
        )


def transposes(text: str, spot: Spot, place: Place) -> Iterator[Edit]:
    """A transpose too many, or one that is missing."""
    if isinstance(spot.node, Product):
        yield from _moved(text, spot.node)
    if isinstance(spot.node, Transpose):
        start, end = spot.node.body.at
        yield Edit(spot.start, spot.end, text[start:end], "a transpose")
    elif not isinstance(spot.holder, Transpose) and _is_matrix(spot.node):
        yield Edit(spot.end, spot.end, "^T", "a transpose")


def _moved(text: str, node: Product) -> Iterator[Edit]:
    """An outer product for an inner one, or the other way: of two factors the other one is transposed."""
    for one, other in pairwise(node.factors):
        (start, _), (_, end) = extent(text, one), extent(text, other)
        turned, rest = (one, other) if isinstance(one, Transpose) else (other, one)
        if not isinstance(turned, Transpose) or isinstance(rest, Transpose):
            continue
        at, last = turned.body.at[1], extent(text, rest)[1]
        made = (Edit(at, turned.at[1], "", ""), Edit(last, last, text[at : turned.at[1]], ""))
        yield Edit(start, end, apply_all(text[:end], made)[start:], "a transpose")


def _is_matrix(node: Node) -> bool:
    return isinstance(node, Paren | Gradient) or (
        isinstance(node, Symbol) and node.bare and node.core.isalpha()
    )


EDITS: tuple[Maker, ...] = (
    signs, accents, squares, scopes, roots, indices, variables, letters, factors, weights, numbers,
    powers, sizes, sums, transposes, terms,
)  # fmt: skip
"""In the order in which repairs of equal cost are preferred."""


def edits(text: str, place: Place) -> list[Edit]:
    """All single edits of an expression, the cheapest first, each change once."""
    found: dict[tuple[int, int, str], Edit] = {}
    parts = spots(text)
    for maker in EDITS:
        for spot in parts:
            if isinstance(spot.holder, Derivative) and maker not in (accents, indices, variables):
                continue
            for edit in maker(text, spot, place):
                if text[edit.start : edit.end] != edit.new:
                    found.setdefault((edit.start, edit.end, edit.new), edit)
    return sorted(found.values(), key=lambda edit: edit.cost)


def apply_all(text: str, made: Iterable[Edit]) -> str:
    """The text with edits that don't overlap."""
    for edit in sorted(made, key=lambda e: (e.start, e.end), reverse=True):
        text = edit.apply(text)
    return text


def lettered(text: str, letter: str) -> str:
    """With the letter as index where it has one other, and no sum."""
    known = len(set(INDEX.findall(text))) == 1 and r"\sum" not in text
    return INDEX.sub(letter, text) if known else text


def unbound(text: str, letters: Collection[str]) -> str:
    """With other letters for those of its sums that are free besides."""
    for letter in set(_BOUND.findall(text)) & set(letters):
        other = next(k for k in FRESH if k not in letters and k not in INDEX.findall(text))
        text = INDEX.sub(lambda found: other if found[0] == letter else found[0], text)  # noqa: B023
    return text


def overlap(a: Edit, b: Edit) -> bool:
    return not (a.end < b.start or b.end < a.start) and not (a.end == b.start != a.start)


# -- stretches of text -----------------------------------------------------------------


def _is_bare_argument(text: str, spot: Spot) -> bool:
    r"""Whether the part is an argument without braces, as in `\\frac12`."""
    return isinstance(spot.holder, Quotient | Root) and not text[: spot.start].rstrip().endswith(("{", "/"))


def _exponent(text: str, spot: Spot) -> tuple[int, Fraction] | None:
    """Where the exponent of a power begins, and which number it is."""
    found = _EXPONENT.search(text[spot.start : spot.end])
    if found is None:
        return None
    return spot.start + found.start(), Fraction(found[1] or found[2])


def _written(exponent: Fraction) -> str:
    if exponent == 1:
        return ""
    text = str(exponent)
    return f"^{text}" if len(text) == 1 else f"^{{{text}}}"


def _behind(text: str, spot: Spot, exponent: str, kind: str, cost: int) -> Edit:
    """An exponent put behind a part, in parentheses where it needs them."""
    if not needs_parens(spot.node):
        return Edit(spot.end, spot.end, exponent, kind, cost)
    inside = text[spot.start : spot.end]
    return Edit(spot.start, spot.end, rf"\left( {inside} \right){exponent}", kind, cost)


def _within(text: str, spot: Spot, at: tuple[int, int], number: int) -> tuple[int, int]:
    """The stretch of one factor of a product, with the space or dot that joins it to the next."""
    node = spot.node
    assert isinstance(node, Product)
    start, end = extent(text, node.factors[number])
    if number + 1 < len(node.factors):
        return start, extent(text, node.factors[number + 1])[0]
    if number:
        return extent(text, node.factors[number - 1])[1], end
    return start, end


def _letters(text: str) -> Iterator[str]:
    """What stands in subscripts."""
    for found in re.finditer(r"_\s*(?:\{([^{}]*)\}|(\w))", text):
        yield found.group(1) or found.group(2)
