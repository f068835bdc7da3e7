r"""Over what a sum runs, where a mean says it: `\frac{1}{n} \sum_i x_i` is a mean only if i runs over n.

Before names are looked up, the size goes to the sums that name none. Imports the surface modules only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bnsym.elaborate.collect import EQUATIONS, Expression, Gathered
from bnsym.elaborate.conventions import Rule
from bnsym.elaborate.symbols import size_name
from bnsym.latex.ast import (
    Absolute,
    BigSum,
    Derivative,
    Listing,
    Node,
    Number,
    Place,
    Plus,
    Power,
    Product,
    Quotient,
    Symbol,
    Transpose,
    children,
    number_in,
    rebuilt,
    unwrap,
    walk,
)
from bnsym.latex.commands import ONES
from bnsym.latex.errors import ReadError


@dataclass
class Sizes:
    """What means say of sizes."""

    said: dict[str, Place] = field(default_factory=dict)
    """Names that nothing else makes sizes, and where a mean does."""
    of_ones: str = ""
    """The size of the vector of ones, where `\\frac{1}{n} e^T x` says it."""
    of_sets: dict[str, str] = field(default_factory=dict)
    """The sizes of sets, where an assumption or a mean over one says it."""
    by_mean: dict[str, str] = field(default_factory=dict)
    """Those of them that a mean alone says."""
    barred: set[str] = field(default_factory=set)
    """Names that are no sizes."""
    parts: set[str] = field(default_factory=set)
    """Sets that are a part of what their indices run over."""


def settle(gathered: Gathered) -> Sizes:
    """Gives each sum that is a mean's its size; an expression in which that is unclear gets a problem."""
    expressions, nodes = gathered.expressions(), gathered.nodes()
    known = _known(gathered, nodes)
    barred = _barred(gathered, nodes)
    sizes = Sizes(of_sets=_counted(gathered), barred=barred)
    for node in nodes:
        for divisor, summed in _means(node):
            if divisor.base not in known | barred and not _is_unclear(summed):
                sizes.said.setdefault(divisor.base, divisor.at)
            if isinstance(summed, BigSum) and summed.within is not None and divisor.base not in barred:
                sizes.by_mean.setdefault(size_name(summed.within), divisor.base)
            if _is_ones(summed) and divisor.base not in barred:
                sizes.of_ones = sizes.of_ones or divisor.base
    sizes.of_sets = {**_listed(gathered), **sizes.by_mean, **sizes.of_sets}
    same = _together(nodes)
    sizes.parts = _parts(nodes, same) - sizes.of_sets.keys()
    _begin(expressions, same)
    for expression in expressions:
        _resolve(expression, known, barred, sizes.said)
    return sizes


def _together(nodes: Iterable[Node]) -> Classes:
    """Which letters and which places of indices below names run over the same."""
    same = Classes()
    for symbol in (n for node in nodes for n in walk(node) if isinstance(n, Symbol)):
        for k, letter in enumerate(symbol.indices):
            same.unite(letter, f"{symbol.base} {k}")
    return same


def _parts(nodes: Iterable[Node], same: Classes) -> set[str]:
    """The sets over which some sums run, where others, or whole arrays, run over another set or over all."""
    over: dict[str, set[str]] = {}
    for inner in (inner for node in nodes for inner in walk(node)):
        if isinstance(inner, BigSum):
            for letter in inner.letters:
                over.setdefault(same.find(letter), set()).add(size_name(inner.within))
        elif isinstance(inner, Symbol) and inner.bare:
            over.setdefault(same.find(f"{inner.base} 0"), set()).add("")
    return {one for together in over.values() if len(together) > 1 for one in together} - {""}


def _begin(expressions: Iterable[Expression], same: Classes) -> None:
    """An expression in which the same is numbered from 0 as elsewhere from 1, or the other way round, is
    unclear: x_0 may be one of the values, or not."""
    first: dict[str, int] = {}
    for expression in expressions:
        for key, number, what, at in _numbered(expression.node, same):
            if number == first.setdefault(key, number):
                continue
            message = f"{what} is numbered from {number} here, and from {first[key]} before"
            hint = "number the values of an index in one way"
            expression.problem = expression.problem or ReadError("BN125", message, at, hint)


def _numbered(node: Node | None, same: Classes) -> Iterator[tuple[str, int, str, Place]]:
    """From which numbers indices run in an expression, as far as it says so: `x_0` says 0."""
    for inner in walk(node):
        if isinstance(inner, BigSum) and inner.first is not None:
            yield from ((same.find(x), inner.first, f"`{x}`", inner.at) for x in inner.letters)
        if isinstance(inner, Symbol) and inner.sub and not inner.sub.summed:
            for k, entry in enumerate(inner.sub.entries, len(inner.upper)):
                key = f"{inner.base} {k}"
                if entry == "0" and key in same.parent:
                    yield same.find(key), 0, f"`{inner.base}`", inner.at


class Classes:
    """A union-find."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def find(self, one: str) -> str:
        while (above := self.parent.get(one, one)) != one:
            self.parent[one] = one = self.parent.get(above, above)
        return one

    def unite(self, one: str, other: str) -> None:
        self.parent[self.find(one)] = self.find(other)


def _counted(gathered: Gathered) -> dict[str, str]:
    """The sizes of sets of which the file assumes `|B| = m`."""
    found: dict[str, str] = {}
    for hypothesis in gathered.hypotheses:
        match hypothesis.left.node, hypothesis.sign, hypothesis.right.node:
            case (Absolute(Symbol() as values), "=", Symbol() as size) if size.bare:
                found[size_name(values)] = size.base
            case (Symbol() as size, "=", Absolute(Symbol() as values)) if size.bare:
                found[size_name(values)] = size.base
    return found


def _listed(gathered: Gathered) -> dict[str, str]:
    r"""The sizes of sets that are written out, `B = \{x_1, \dots, x_m\}`, each time with as many; 0 where it
    is not read how many they have."""
    found: dict[str, set[str]] = {}
    for chain in gathered.chains:
        match [e.node for e in chain.expressions]:
            case [Symbol() as values, Listing(size=size)]:
                found.setdefault(size_name(values), set()).add(size)
    return {name: (min(sizes) if len(sizes) == 1 else "") or "0" for name, sizes in found.items()}


def _known(gathered: Gathered, nodes: Iterable[Node]) -> set[str]:
    """What limits and declarations make sizes."""
    known = {size for size, _ in gathered.sizes.values()}
    known |= {size for said in gathered.kinds.values() for kind in said for size in kind.sizes}
    return known | {size_name(n.size) for node in nodes for n in walk(node) if isinstance(n, BigSum)} - {""}


def _barred(gathered: Gathered, nodes: Iterable[Node]) -> set[str]:
    """Names that are no sizes: they are defined, have or are indices, are differentiated by, or scale."""
    barred: set[str] = set()
    for chain in gathered.chains:
        left, right = (e.node for e in chain.expressions[:2])
        if isinstance(left, Symbol) and chain.signs[0][0] in EQUATIONS and number_in(right) is None:
            barred |= {left.base} if left.bare else _scales(right) if left.sub and right else set()
    for node in (inner for outer in nodes for inner in walk(outer)):
        match node:
            case Symbol() if node.indices:
                barred |= {node.base, *node.indices}
            case BigSum(letters):
                barred |= set(letters)
            case Derivative(_, by):
                barred |= {inner.base for part in by for inner in walk(part) if isinstance(inner, Symbol)}
    return barred


def _scales(node: Node) -> set[str]:
    r"""The names that an entry is divided by in the definition of another, as in `h_i = x_i / \tau`."""
    found: set[str] = set()
    for inner in (unwrap(part) for part in _outside_sums(node)):
        above = _outside_sums(inner.numerator) if isinstance(inner, Quotient) else ()
        if isinstance(inner, Quotient) and any(isinstance(n, Symbol) and n.indices for n in above):
            found |= {part.base for part in walk(inner.denominator) if isinstance(part, Symbol)}
    return found


def _outside_sums(node: Node) -> Iterator[Node]:
    if not isinstance(node, BigSum):
        yield node
        for child in children(node):
            yield from _outside_sums(child)


def _means(node: Node) -> Iterator[tuple[Symbol, Node]]:
    """What stands below and above the line of a mean: its divisor, and its sum or the vector of ones."""
    for inner in walk(node):
        match inner:
            case Product():
                for first, second, operator in inner.pairs:
                    divisor = _divisor(first) if operator in ("", "dot") else None
                    above = next((o for f, o, _ in inner.pairs if f is second and _is_square(f, o)), second)
                    if divisor is not None and (_is_open(unwrap(above)) or _is_ones(above)):
                        yield divisor, unwrap(above)
            case Quotient(above, _) if (divisor := _divisor(inner)) is not None:
                factors = above.factors if isinstance(above, Product) else (above,)
                square = len(factors) > 1 and _is_square(*factors[-2:])
                for factor in map(unwrap, factors):
                    if _is_open(factor) or ((square or factor is not factors[-1]) and _is_ones(factor)):
                        yield divisor, factor


def _divisor(node: Node) -> Symbol | None:
    """The n of something over n, or over n - 1: one letter of the Latin alphabet."""
    below = unwrap(node.denominator) if isinstance(node, Quotient) else None
    if isinstance(node, Power) and number_in(node.exponent) == -1:
        below = unwrap(node.base)
    match below:
        case Plus((Symbol() as name, Number(value)), (1, -1)) if value == 1:
            below = name
    latin = isinstance(below, Symbol) and below.bare and len(below.base) == 1
    return below if latin and isinstance(below, Symbol) else None


def counted_together(nodes: Iterable[Node]) -> Iterator[tuple[Place, set[str], bool, bool]]:
    r"""Where each mean stands over indices without limits, the names below its line, whether they are no more
    than the indices, and whether more stands there, as in `2 n`, `n^2`, `n + 1`."""
    for node in nodes:
        for inner in walk(node):
            match inner:
                case Product(factors):
                    below = [f for f in map(unwrap, factors) if isinstance(f, Quotient)]
                    parts = [part for f in below for part in _factors(f.denominator)]
                    sums = [f for f in map(unwrap, factors) if _is_open(f)]
                case Quotient(above, denominator):
                    parts, sums = list(_factors(denominator)), [f for f in _factors(above) if _is_open(f)]
                case _:
                    continue
            inside = [n for part in parts for n in walk(part) if isinstance(n, Symbol) and n.bare]
            names = {n.base for n in inside}
            if names and sums:
                few = any(_count(one) >= len(names) for one in sums)
                yield inner.at, names, few, any(not isinstance(part, Symbol) for part in parts)


def _factors(node: Node) -> Iterator[Node]:
    node = unwrap(node)
    for factor in node.factors if isinstance(node, Product) else (node,):
        yield unwrap(factor)


def _count(node: Node) -> int:
    """How many indices without limits a sum, and the sums in it, run over."""
    node = unwrap(node)
    return len(node.letters) + _count(node.body) if isinstance(node, BigSum) and _is_open(node) else 0


def _is_open(node: Node) -> bool:
    return isinstance(node, BigSum) and node.size is None and not node.excluded


def _is_ones(node: Node) -> bool:
    body = unwrap(node.body) if isinstance(node, Transpose) else None
    return isinstance(body, Symbol) and body.bare and (body.core in ONES or body.base == "e")


def _is_square(first: Node, second: Node) -> bool:
    r"""`e e^T`."""
    return _is_ones(second) and _is_ones(Transpose(first, first.at))


def _is_unclear(node: Node) -> bool:
    """Whether a sum of no size is one over two letters."""
    return isinstance(node, BigSum) and (len(node.letters) > 1 or _is_open(unwrap(node.body)))


def _resolve(expression: Expression, known: set[str], barred: set[str], said: Mapping[str, Place]) -> None:
    """Says the size of each mean in the expression, or that it is unclear."""
    if expression.node is None:
        return
    sizes: dict[int, Symbol] = {}
    for divisor, summed in _means(expression.node):
        over_set = isinstance(summed, BigSum) and summed.within is not None
        if isinstance(summed, BigSum) and not over_set and divisor.base in known | said.keys():
            sizes[id(summed)] = divisor
            if divisor.base in said:
                expression.record.take(Rule.COUNT, summed.at, divisor.base, summed.letters[0])
        elif isinstance(summed, BigSum) and _is_unclear(summed) and divisor.base not in barred:
            expression.problem = expression.problem or _unclear(divisor, summed)
    if sizes:
        expression.node = _sized(expression.node, sizes, said)


def _sized(node: Node, sizes: Mapping[int, Symbol], said: Mapping[str, Place]) -> Node:
    inner = rebuilt(node, lambda child: _sized(child, sizes, said))
    if isinstance(inner, BigSum) and (size := sizes.get(id(node))):
        return replace(inner, size=size, by_mean=size.base not in said)
    return inner


def _unclear(divisor: Symbol, summed: BigSum) -> ReadError:
    name, letters = divisor.base, summed.letters
    body = unwrap(summed.body)
    letters = (*letters, *(body.letters if isinstance(body, BigSum) else ()))[:2]
    hint = " or ".join(rf"`\sum_{{{letter}=1}}^{{{name}}}`" for letter in letters)
    message = f"`{name}` may be the number of values of either index, or of both"
    return ReadError("BN129", message, divisor.at, f"write the limits: {hint}")
