r"""A name before a bracket: a product only where the name is known from elsewhere as a number or an array
and the bracket holds a sum that needs it, or where a space stands between, `g\, (a + b)`. What a function of
the file is has been put in before; for any other name, `f(0)` may be a product as well as a value, and is
not read.

Imports the surface tree only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING

from bnsym.elaborate.conventions import Record, Rule
from bnsym.elaborate.symbols import size_name
from bnsym.latex.ast import (
    Apply,
    BigSum,
    Component,
    Derivative,
    Entrywise,
    Node,
    Number,
    Paren,
    Place,
    Plus,
    Power,
    Product,
    Quotient,
    Relation,
    Symbol,
    Transpose,
    children,
    joined,
    rebuilt,
    walk,
)
from bnsym.latex.commands import BUILT_IN, EXPECTATION, INDEX_LETTERS, LOSS_LETTERS, NABLA, TRACES
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import after_a_factor, called, is_letter, is_slashed, span, valued, word_of
from bnsym.source.languages import ALL

_SPACE = re.compile(r"\\(?:[,;:>]|thinspace|q?quad)")
"""What is put between the factors of a product, and never before an argument."""

_POWER_OF_TEN = re.compile(r"\d[\d.]*([eE])[+-]?\d+")

PARAMETERS = frozenset(
    (r"\alpha", r"\beta", r"\gamma", r"\epsilon", r"\varepsilon", r"\eta", r"\kappa", r"\lambda")
)
"""Letters that this field gives to numbers and to nothing else: gains, offsets, steps."""

_USUAL = PARAMETERS | frozenset("abcdeklmnrtwxyz")
"""Letters that are factors before a bracket wherever they stand elsewhere as one."""

_KIND = f"(?:{ALL['function']})"
_IS_FUNCTION = re.compile(
    r"\$\s*(?P<name>\\?[A-Za-z]+)\s*(?:\$\s*,?\s*(?:is|be|denotes?|sei|ist|soit|est|sea|es|为|是|を|는|은)?\s*"
    rf"(?:[\w-]+\s+){{0,3}}(?:{_KIND}|differentiable\b)|(?::|\\colon)[^$]*\\(?:to|rightarrow|mapsto)\b)"
    rf"|{_KIND}\w*\s+(?:function\s+)?\$\s*(?P<other>\\?[A-Za-z]+)\s*\$",
    re.IGNORECASE,
)
"""Words beside a name that say it is a function, or from where to where it goes."""

_WISE = r"(?:entry|element|component|coordinate|point)-?wise"
_OF_NUMBERS = re.compile(
    rf"{_WISE}|activation function|non-?linearity|sigmoid"
    r"|differentiable (?:activation|function)|\\mathbb\{R\}\s*\\(?:to|rightarrow)\s*\\mathbb\{R\}(?!\s*\^)"
    r"|aktivierungsfunktion|激活函数|活性化関数|활성화 함수",
    re.IGNORECASE,
)
"""Of those words, the ones that say it takes each entry by itself."""
_APPLIED = re.compile(
    r"(?:,?\s+(?:and|which|that|is|are))*\s+(?:applied|acts?|acting)(?:\s+(?:to|on|upon))?\s+"
    rf"(?:{_WISE}|(?:each|every)\s+(?:entry|element|component|coordinate)\b)",
    re.IGNORECASE,
)
"""Behind them, words that say the same."""
_OF_VECTORS = re.compile("soft-?max|max-?out|vector[- ]valued")
_EXPONENTIALS = ("e", r"\mathrm{e}")

if TYPE_CHECKING:
    from bnsym.elaborate.collect import Gathered


@dataclass(frozen=True)
class Known:
    """What a file says of names elsewhere than before a bracket."""

    names: frozenset[str] = frozenset()
    sizes: frozenset[str] = frozenset()
    doubled: frozenset[str] = frozenset()
    """Of the sizes, those with one number behind them, wherever there is one: `N2` is N times 2, and with
    `N1` beside it a name."""

    written: frozenset[str] = frozenset()
    """Every name in the file."""
    unclear: dict[str, ReadError] = field(default_factory=dict)
    """The names before a bracket of which nothing says whether they are functions or factors."""

    entrywise: Mapping[str, str] = field(default_factory=dict)
    """Names that words call functions of numbers, before brackets only, and which functions they are."""

    exponential: bool = False
    """Whether `e` stands nowhere but under exponents with names."""

    def resolve(self, node: Node, text: str, record: Record) -> Node:
        """The node with words before brackets as products where they are some. Raises BN129 where a name
        stands before a bracket and nothing says what is meant.

        text: what the places of the nodes count in."""
        if not (_unclear(node) or self.entrywise or self.exponential):
            return node
        node = self._valued(node) or self._opened(node) or node
        if isinstance(node, Number) and (power := _POWER_OF_TEN.fullmatch(text, *node.at)):
            self._check_number(power, node.at)
        if isinstance(node, Product):
            for first, second in _beside(node, text):
                self._check(first, second, record)
                if isinstance(second, Number) and is_letter(first) and size_name(first) not in self.doubled:
                    raise after_a_factor(second)
        return rebuilt(node, lambda inner: self.resolve(inner, text, record))

    def _valued(self, node: Node) -> Node | None:
        r"""`e^{x}`, and `\phi(x)`, `\phi'(x)` where words say what \phi is."""
        match node:
            case Power(_, exponent) if self.exponential and _is_exponential(node):
                return Entrywise("exp", exponent, node.at)
            case Apply(function, argument) if name := self._function(function):
                return Entrywise(name, argument, node.at)
            case Product((*_, Symbol() as first, Symbol() as last), (*_, "")) if word_of(first) in TRACES:
                rest = Apply(first, last, span(first, last))
                more = (*node.factors[:-2], rest)
                return Product(more, node.operators[:-1], node.at) if len(more) > 1 else rest
            case Product():
                return joined(node, self._value)
        return None

    def _value(self, first: Node, following: Node) -> Node | None:
        name = self._function(first)
        return valued(name, first, following) if name else None

    def _function(self, node: Node) -> str:
        """The function of numbers that a name is, with its primes; or nothing."""
        if not isinstance(node, Symbol) or not node.bare:
            return ""
        plain = node.base.rstrip("'")
        return self.entrywise[plain] + node.base[len(plain) :] if plain in self.entrywise else ""

    def _check_number(self, number: re.Match[str], at: Place) -> None:
        """`2e-3` beside a name e is a product less 3, to TeX."""
        if number[1] in self.written:
            message = f"`{number[0]}`: a power of ten, or a product with `{number[1]}`?"
            raise ReadError("BN129", message, at, r"write `2 \cdot 10^{-3}`, or `0.002`")

    def _check(self, first: Node, second: Node, record: Record) -> None:
        symbol, inside = _name(first), _bracketed(second)
        if symbol is None or inside is None or symbol.core == NABLA or _is_kronecker(symbol):
            return
        known = is_slashed(first) and symbol.base in self.names
        if not known and not self._is_factor(symbol, second, inside):
            error = ambiguous(symbol, span(first, second))
            if not _is_entry(symbol):
                self.unclear.setdefault(symbol.base, error)
            raise error
        record.take(Rule.FACTOR, first.at, symbol.base)

    def _opened(self, node: Node) -> Node | None:
        """`\\mathrm{inv} (a + b)^2` as a product, where inv is known and no function."""
        scripted = isinstance(node, Power | Transpose | Component)
        call = children(node)[0] if scripted else node
        if not isinstance(call, Apply):
            return None
        argument = call.argument
        rest = rebuilt(node, lambda inner: argument if inner is call else inner) if scripted else argument
        inside = _bracketed(rest)
        if inside is None or not self._is_factor(call.function, rest, inside):
            return None
        return Product((call.function, rest), ("", ""), node.at)

    def _is_factor(self, function: Symbol, rest: Node, inside: Node) -> bool:
        if word_of(function) in BUILT_IN or function.core in EXPECTATION:
            return False
        if size_name(function) in self.sizes:
            return True
        entry = _is_entry(function) and isinstance(rest, Paren) and _sums(inside)
        known = function.base in self.names or function.core in PARAMETERS
        return known and (entry or _needs_bracket(rest, inside))


def _is_exponential(node: Node) -> bool:
    """`e^{z_i}`: whether it is a power of e with a name in its exponent."""
    match node:
        case Power(Symbol() as base, exponent) if base.base in _EXPONENTIALS and base.bare:
            return any(isinstance(inner, Symbol) for inner in walk(exponent))
    return False


def _is_surely_exponential(node: Node) -> bool:
    """Whether its exponent can be no index, as that of `e^{k+1}` may be: not that of `e^{-t}`."""
    if not isinstance(node, Power) or not _is_exponential(node):
        return False
    names = any(isinstance(n, Symbol) and (n.sub or n.base not in INDEX_LETTERS) for n in walk(node.exponent))
    inner = node.exponent
    return names or isinstance(inner, Quotient | Power) or (isinstance(inner, Plus) and inner.signs[0] < 0)


def as_call(node: Node) -> Node:
    """`f_1(x)` as a function's value, where that is all that is written."""
    match node:
        case Product((Symbol() as function, rest), ("", "")) if isinstance(_bracketed(rest), Symbol):
            return called(function, rest) or node
    return node


def settle(gathered: Gathered, text: str) -> Known:
    """Resolves the names before brackets in all expressions of a file; those that can't be get a problem."""
    known = known_names(gathered.nodes(), gathered, text)
    restated = (e for chain in gathered.restated for e in chain.expressions)
    for expression in (*gathered.expressions(), *restated):
        if expression.node is not None:
            try:
                expression.node = known.resolve(expression.node, text, expression.record)
            except ReadError as error:
                expression.problem = error  # what its names are is still seen
    return known


def known_names(nodes: Iterable[Node], gathered: Gathered, text: str) -> Known:
    nodes, said = list(nodes), list(_IS_FUNCTION.finditer(text))
    names = _factors(gathered, text, {match["name"] or match["other"] for match in said})
    sizes = {"m", *(size for size, _ in gathered.sizes.values())}
    behind: dict[str, set[Fraction]] = {}
    for node in nodes:
        for product in (inner for inner in _unclear(node) if isinstance(inner, Product)):
            for first, second in _beside(product, text):
                if isinstance(second, Number) and is_letter(first):
                    behind.setdefault(size_name(first), set()).add(second.value)
        sizes.update(size_name(n.size) for n in walk(node) if isinstance(n, BigSum) and n.size is not None)
    sizes.update(size for said in gathered.kinds.values() for kind in said for size in kind.sizes)
    doubled = {name for name in sizes if len(behind.get(name, ())) == 1 and not behind[name] & {0, 1}}
    written = frozenset(name for name, *_ in gathered.written)
    written_out = [n for node in nodes for n in walk(node) if isinstance(n, Symbol | Power)]
    powers = list(filter(_is_exponential, written_out))
    alone = len(powers) == sum(isinstance(n, Symbol) and n.base in _EXPONENTIALS for n in written_out)
    alone = alone and any(map(_is_surely_exponential, powers))
    functions = _entrywise(nodes, gathered, text, said)
    known = frozenset(names | gathered.kinds.keys())
    listed = (known, frozenset(sizes), frozenset(doubled), written)
    return Known(*listed, entrywise=functions, exponential=alone)


def _factors(gathered: Gathered, text: str, called: set[str]) -> set[str]:
    """The names that stand elsewhere than before a bracket and may be factors before one: usual factors
    anywhere, any other name only if an equation gives it a value, or if it stood in an earlier chain than the
    first in which it is before one, unless words say that it is a function. `h = f(x + b)` may apply f,
    whatever the claims behind it say."""
    first: dict[str, int] = {}
    alone: dict[str, int] = {}
    found: set[str] = set()
    every = (*gathered.chains, *gathered.restated)
    for place, chain in enumerate(sorted(every, key=lambda c: c.block.where.start)):
        nodes = chain.nodes
        for node in nodes:
            for name in functions(node, text):
                first.setdefault(name.base, place)
            for base in standing(node, text):
                alone.setdefault(base, place)
        if len(nodes) > 1 and isinstance(nodes[0], Symbol):
            found.add(nodes[0].base)
    before = {n for n, place in alone.items() if n in _USUAL or place < first.get(n, place + 1)}
    return found | (before - called)


def _entrywise(
    nodes: Iterable[Node], gathered: Gathered, text: str, said: list[re.Match[str]]
) -> dict[str, str]:
    """The names that words call functions of numbers, before brackets only, and which these are."""
    found: dict[str, str] = {}
    elsewhere = {base.rstrip("'") for node in nodes if said for base in standing(node, text)}
    for match in said:
        name = match["name"] or match["other"]
        kind = _OF_NUMBERS.search(text, match.start(), match.end() + 12) or _APPLIED.match(text, match.end())
        near = text[max(0, match.start() - 80) : match.end() + 80].lower()
        taken = name in elsewhere or name in gathered.aliases.functions or name in LOSS_LETTERS
        if kind and not taken and not _OF_VECTORS.search(near):
            found[name] = "sigmoid" if kind[0].lower() == "sigmoid" else name
    return found


def standing(node: Node, text: str) -> Iterator[str]:
    """The names in a tree that stand elsewhere than before a bracket."""
    match node:
        case _ if not _unclear(node):
            yield from (inner.base for inner in walk(node) if isinstance(inner, Symbol))
        case Apply(_, argument):
            yield from standing(argument, text)
        case Product(factors):
            before = {id(first) for first, second in _beside(node, text) if _bracketed(second)}
            for factor in factors:
                if id(factor) not in before or _name(factor) is None:
                    yield from standing(factor, text)
        case _:
            for child in children(node):
                yield from standing(child, text)


def functions(node: Node, text: str) -> Iterator[Symbol]:
    """The names in a tree that stand right before a bracket."""
    for inner in _unclear(node):
        if isinstance(inner, Apply):
            yield inner.function
        for first, second in _beside(inner, text) if isinstance(inner, Product) else ():
            if _bracketed(second) is not None and (name := _name(first)) is not None:
                yield name


def bare_calls(node: Node, text: str) -> Iterator[tuple[Symbol, Symbol]]:
    """The names in a tree that stand right before a name in brackets, with that one: `y(w)`."""
    for inner in _unclear(node):
        pairs = [(inner.function, inner.argument)] if isinstance(inner, Apply) else ()
        for name, following in _beside(inner, text) if isinstance(inner, Product) else pairs:
            leaf = _bracketed(following)
            if isinstance(name, Symbol) and name.bare and isinstance(leaf, Symbol) and leaf.bare:
                yield name, leaf


@lru_cache(maxsize=1 << 15)
def _unclear(node: Node) -> tuple[Node, ...]:
    """All that stands in a tree, if some of it may be a function, a part of a name, or a power of ten."""
    return inside if any(map(_may_be_more, inside := walk(node))) else ()


def _may_be_more(node: Node) -> bool:
    match node:
        case Number(_, (start, end)):
            return end - start >= len("1e2")
        case Product():
            named = ((_name(a), b) for a, b, sign in node.pairs if not sign)
            return any(
                a and (_bracketed(b) or isinstance(b, Number) or word_of(a) in TRACES) for a, b in named
            )
    return isinstance(node, Apply)


def _beside(node: Product, text: str) -> Iterator[tuple[Node, Node]]:
    """Neighbouring factors with neither an operator nor a space between them."""
    for first, second, operator in node.pairs:
        if not operator and not _SPACE.search(text[first.at[1] : second.at[0]]):
            yield first, second


def _name(node: Node) -> Symbol | None:
    """The name that a factor before a bracket is, or a power of it."""
    match node:
        case Symbol():
            return node
        case Power(Symbol() as base, Number()) | Power(Symbol() as base, Plus()):
            return base
        case Quotient(_, below) if is_slashed(node):
            return _name(below)
    return None


def _is_kronecker(symbol: Symbol) -> bool:
    return symbol.base == r"\delta" and len(symbol.below) == 2


def _bracketed(node: Node) -> Node | None:
    """What stands in a bracket, with a script behind it or without."""
    match node:
        case Paren(Relation()):
            return None  # an indicator
        case Paren(body):
            return body
        case Power(Paren(body)) | Transpose(Paren(body)) | Component(Paren(body)):
            return body
    return None


def _needs_bracket(node: Node, inside: Node) -> bool:
    """Whether the bracket would be missed in a product."""
    if isinstance(node, Paren):
        return isinstance(inside, Plus | BigSum | Derivative)
    if isinstance(node, Component) and isinstance(inside, Symbol):
        return not inside.bare  # `(W_0)_i`
    return not isinstance(inside, Symbol | Number)


def _is_entry(symbol: Symbol) -> bool:
    """`\\gamma_l`, of which nobody makes a function."""
    return bool(symbol.indices) and set(symbol.indices) <= INDEX_LETTERS


def _sums(node: Node) -> bool:
    """Whether a sum stands in it, be it within a product."""
    return any(isinstance(inner, Plus | BigSum) for inner in walk(node))


def ambiguous(function: Symbol, at: Place) -> ReadError:
    loss = rf" or `<!-- bnsym: loss ${function.base}(y)$ -->`" if function.core in LOSS_LETTERS else ""
    hint = rf"write `{function.base} \cdot (…)` for the product, or explain it with a let{loss}"
    return ReadError("BN129", f"`{function.base}(…)`: a product or a function's value?", at, hint)
