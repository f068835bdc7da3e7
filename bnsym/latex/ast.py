"""The surface tree: what was written, before it means anything.

Every node knows its place (`at`, code-point offsets). `canonical` spells a node in one
way only, wherever it stands: two nodes say the same if that is the same, and `let` finds
a node by it. Imports nothing of the package.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar, get_args

T = TypeVar("T")
Place: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    value: Fraction
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Sub:
    """A subscript: an index list or a part of the name, which only the context tells."""

    text: str
    """Canonical, or empty where it can't be a part of a name."""
    letters: tuple[str, ...]
    """Its single letters, where it consists of nothing else."""
    node: Node | None
    at: Place
    entries: tuple[str, ...] = ()
    """Its letters and whole numbers, where it has a number and nothing else: `x_{0,k}`."""
    summed: bool = False
    r"""Whether a number among them is a value of a sum's index: `\sum_{i=1}^3 x_i`."""


@dataclass(frozen=True, slots=True, eq=False)
class Symbol:
    core: str
    """A letter, a Greek command or a font command with its argument."""
    at: Place
    accents: tuple[str, ...] = ()
    """Innermost first."""
    marks: str = ""
    """Stars and primes; they stand inside the accents: `\\hat{W}^*` is `\\hat{W^{*}}`."""
    sub: Sub | None = None
    upper: tuple[str, ...] = ()
    """Index letters written `x^{(i)}`."""
    base: str = field(init=False, repr=False)
    """Without indices."""

    def __post_init__(self) -> None:
        text = self.core + self.marks
        for accent in self.accents:
            text = rf"\{accent}{{{text}}}"
        object.__setattr__(self, "base", text)

    @property
    def bare(self) -> bool:
        return self.sub is None and not self.upper

    @property
    def below(self) -> tuple[str, ...]:
        """The letters in its subscript, where it has no others."""
        return self.sub.letters if self.sub else ()

    @property
    def indices(self) -> tuple[str, ...]:
        """Its letters above, then those below."""
        return (*self.upper, *self.below)


@dataclass(frozen=True, slots=True, eq=False)
class Plus:
    """A sum; `signs` are +1 or -1, one for each term."""

    terms: tuple[Node, ...]
    signs: tuple[int, ...]
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """`operators[k]` stands before `factors[k]`: '' (none), 'dot', 'star', 'odot', 'circ', 'otimes';
    first ''."""

    factors: tuple[Node, ...]
    operators: tuple[str, ...]
    at: Place

    @property
    @lru_cache(maxsize=1 << 15)  # noqa: B019  # as of `walk`: asked again of the same node
    def pairs(self) -> tuple[tuple[Node, Node, str], ...]:
        """Neighbouring factors, and the operator between them."""
        return tuple(zip(self.factors, self.factors[1:], self.operators[1:], strict=False))


@dataclass(frozen=True, slots=True, eq=False)
class Quotient:
    numerator: Node
    denominator: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Power:
    base: Node
    exponent: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Transpose:
    body: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Root:
    degree: int
    body: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Paren:
    """Parentheses, brackets or braces that show."""

    body: Node
    at: Place
    shape: str = "("


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """`i = j` inside delimiters."""

    left: Node
    sign: str
    right: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Indicator:
    """1 if two indices are equal, else 0."""

    left: Node
    right: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Norm:
    body: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Frobenius:
    r"""`\Vert A \Vert_F`."""

    body: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Absolute:
    body: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Inner:
    left: Node
    right: Node
    at: Place
    round: bool = False
    """Written `(u, v)`."""


@dataclass(frozen=True, slots=True, eq=False)
class BigSum:
    """`\\sum` over `letters` up to `size`; `excluded` are pairs j, i of `j \\ne i`."""

    letters: tuple[str, ...]
    size: Symbol | None
    excluded: tuple[tuple[str, str], ...]
    body: Node
    at: Place
    """Of the sign and its limits, not of the body."""
    within: Symbol | None = None
    r"""The set that `\sum_{i \in B}` names: all values that its index has."""
    by_mean: bool = False
    r"""The size is that of `\frac{1}{m}` before the sum, and holds where nothing else gives one."""
    unsaid: bool = False
    r"""Whether no index is written below it, `\sum x_i`, and so not how far it goes either."""
    first: int | None = None
    """The number that its indices begin with, where it is written."""


@dataclass(frozen=True, slots=True, eq=False)
class MaxOver:
    variable: Node
    """A symbol, unless a `let` says what stands for it."""
    radius: Node
    body: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Derivative:
    """`straight`: written with d. `of` is None only until its operand is found."""

    of: Node | None
    by: tuple[Node, ...]
    straight: bool
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Gradient:
    of: Node
    by: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Apply:
    """A named function of its argument: `\\operatorname{Var}(x)`."""

    function: Symbol
    argument: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Applied:
    r"""What a name that a let made a function stands for, at another argument: after
    `let $\operatorname{BN}(x)$ = $y$`, `\operatorname{BN}(kx)` is y with k x in the place of x."""

    target: Node
    leaf: Symbol
    argument: Node
    at: Place
    order: int = 0
    """How often it is differentiated: 1 for `f'(x)`."""


@dataclass(frozen=True, slots=True, eq=False)
class Entrywise:
    r"""A function of a number, taken of each entry: `\exp(z)`, `\tanh(z)`; and `\mathrm{softmax}(z)`."""

    name: str
    argument: Node
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Component:
    """The component of an aliased array: `g_i` after `let g = ∂f/∂y`."""

    body: Node
    letters: tuple[str, ...]
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """The array whose components `body` gives: `g` after `let g_i = γ ∂f/∂y_i`."""

    body: Node
    letters: tuple[str, ...]
    at: Place


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    r"""A set: `\{x_1, \dots, x_m\}`, `\{x_i\}_{i=1}^m`. Of its members only the number is read."""

    text: str
    size: str
    at: Place


Node: TypeAlias = (
    Number
    | Symbol
    | Plus
    | Product
    | Quotient
    | Power
    | Transpose
    | Root
    | Paren
    | Relation
    | Indicator
    | Norm
    | Frobenius
    | Absolute
    | Inner
    | BigSum
    | MaxOver
    | Derivative
    | Gradient
    | Apply
    | Applied
    | Entrywise
    | Component
    | Whole
    | Listing
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly inside, left to right; a symbol has none."""
    return tuple(_flat(getattr(node, name) for name in _INNER[type(node)]))


def measure(node: Node) -> tuple[int, int]:
    """How many nodes a tree has, and how deep it is."""
    size, depth = 0, 0
    stack = [(node, 1)]
    while stack:
        current, level = stack.pop()
        size, depth = size + 1, max(depth, level)
        stack.extend((child, level + 1) for child in children(current))
    return size, depth


@lru_cache(maxsize=1 << 15)
def walk(node: Node | None) -> tuple[Node, ...]:
    """The node and all inside it, outermost first; of none nothing."""
    found = []
    stack = [node] if node is not None else []
    while stack:
        current = stack.pop()
        found.append(current)
        stack.extend(reversed(children(current)))
    return tuple(found)


def unwrap(node: Node) -> Node:
    """The node inside any parentheses."""
    while isinstance(node, Paren):
        node = node.body
    return node


def number_in(node: Node | None) -> Fraction | None:
    """The number that a node is, or a fraction of numbers, with its sign; else None."""
    match node:
        case Number(value):
            return value
        case Paren(body):
            return number_in(body)
        case Plus((one,), (sign,)) if (inner := number_in(one)) is not None:
            return sign * inner
        case Quotient(above, below) if (top := number_in(above)) is not None:
            bottom = number_in(below)
            return top / bottom if bottom else None
    return None


def rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with `change` done to each node directly inside it; the same one if that changes nothing."""
    changes: dict[str, object] = {}
    for name, said in _INNER[type(node)].items():
        value = getattr(node, name)
        if said == _MANY:
            new = tuple(map(change, value))
            if any(a is not b for a, b in zip(new, value, strict=True)):
                changes[name] = new
        elif value is not None and (one := change(value)) is not value:
            changes[name] = one
    return replace(node, **changes) if changes else node  # type: ignore[arg-type]


def joined(node: Product, join: Callable[[Node, Node], Node | None]) -> Node:
    """The product with what `join` makes of neighbouring factors that no operator parts, from the right; the
    same one if it makes nothing."""
    factors, operators = list(node.factors), list(node.operators)
    for k in range(len(factors) - 2, -1, -1):
        if not operators[k + 1] and (one := join(factors[k], factors[k + 1])):
            factors[k : k + 2] = [one]
            del operators[k + 1]
    if len(factors) == len(node.factors):
        return node
    return factors[0] if len(factors) == 1 else Product(tuple(factors), tuple(operators), node.at)


def placed(node: T, place: Callable[[Place], Place]) -> T:
    """The node, and all inside it, each at the place that is made of its own."""
    new = object.__new__(type(node))
    for name, change in _CHANGES[type(node)]:
        value = getattr(node, name)
        object.__setattr__(new, name, change(value, place) if change and value is not None else value)
    return new


def symbols_changed(node: Node, change: Callable[[Symbol], Symbol]) -> Node:
    """The node with each symbol in it changed."""
    if isinstance(node, Symbol):
        return change(node)
    return rebuilt(node, lambda inner: symbols_changed(inner, change))


def canonical(node: Node) -> str:
    """One spelling for all ways of writing the same thing, as a key."""
    match node:
        case Number(value):
            return str(value)
        case Symbol():
            sub = f"_{{{_below(node.sub)}}}" if node.sub else ""
            upper = f"^{{({','.join(node.upper)})}}" if node.upper else ""
            return node.base + sub + upper
        case Gradient(of, by):
            return rf"\nabla_{{{canonical(by)}}}({canonical(unwrap(of))})"
        case Derivative(of, by, straight):
            inner = canonical(unwrap(of)) if of is not None else ""
            return f"{'d' if straight else 'partial'}({inner})/({','.join(map(canonical, by))})"
        case _:
            inside = ",".join(map(canonical, children(node)))
            extra = [
                str(getattr(node, f.name)) for f in fields(node) if _plain(getattr(node, f.name), f.name)
            ]
            return f"{type(node).__name__}[{';'.join(extra)}]({inside})"


def _below(sub: Sub) -> str:
    return sub.text or ",".join(sub.letters) or (canonical(sub.node) if sub.node else "")


def _plain(value: object, name: str) -> bool:
    if name in ("at", "round", "first"):
        return False
    first = value[0] if isinstance(value, tuple) and value else value
    return not isinstance(first, KINDS)


KINDS = get_args(Node)
_MANY = "tuple[Node, ...]"
_HOLD_NODES = ("Node", "Symbol", "Node | None", "Symbol | None", _MANY)
_INNER = {kind: {f.name: f.type for f in fields(kind) if f.type in _HOLD_NODES} for kind in KINDS}
"""The fields of each kind of node that hold nodes, and what they are said to hold."""


_PLACED: dict[str, Callable[..., Any]] = {
    **dict.fromkeys((*_HOLD_NODES, "Sub | None"), placed),
    _MANY: lambda nodes, place: tuple(placed(node, place) for node in nodes),
    "Place": lambda at, place: place(at),
}
_CHANGES = {kind: [(f.name, _PLACED.get(str(f.type))) for f in fields(kind)] for kind in (*KINDS, Sub)}
"""The fields of each kind, and how they change where it is placed elsewhere."""


def _flat(values: Iterable[Any]) -> Iterator[Node]:
    for value in values:
        if value is not None:
            yield from value if isinstance(value, tuple) else (value,)
