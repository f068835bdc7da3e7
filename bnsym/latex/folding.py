r"""What juxtaposition means: a run of factors → derivatives, gradients, indicators,
applications, quotients, products. Decides by what is written only; what a name *is*
is the business of `lowering`. Imports `ast` and `errors` only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeAlias

from bnsym.latex.ast import (
    Absolute,
    Apply,
    BigSum,
    Component,
    Derivative,
    Entrywise,
    Frobenius,
    Gradient,
    Indicator,
    Inner,
    MaxOver,
    Node,
    Norm,
    Number,
    Paren,
    Place,
    Plus,
    Power,
    Product,
    Quotient,
    Relation,
    Root,
    Symbol,
    Transpose,
    rebuilt,
    unwrap,
    walk,
)
from bnsym.latex.commands import (
    EXPECTATION,
    INDICATORS,
    LOSS_LETTERS,
    MAXIMUM,
    MEANS,
    NABLA,
    OF_NUMBERS,
    ONES,
    PARTIAL,
    STRAIGHT,
    SUMS,
    WORD,
)
from bnsym.latex.errors import ReadError

Item: TypeAlias = tuple[str, Node]
"""An operator ('' where there is none) and the factor after it."""


def span(*nodes: Node) -> Place:
    return nodes[0].at[0], max(node.at[1] for node in nodes)


def product(items: list[Item]) -> Node:
    """The meaning of a run of factors."""
    return _Run(items).fold()


def fraction(numerator: Node, denominator: Node, at: Place) -> Node:
    r"""`\frac`: a derivative if it is written as one, else a quotient."""
    above, below = _factors(numerator), _factors(denominator)
    for sign, straight in ((_is_partial, False), (is_straight, True)):
        if below and sign(below[0]) and above and sign(above[0]):
            return _derivative(above, below, straight, at)
    for part, where, other in ((above, "below", denominator), (below, "above", numerator)):
        if _is_partial(part[0]):
            hint = rf"a derivative is written `\frac{{{PARTIAL} f}}{{{PARTIAL} x}}`"
            raise ReadError("BN112", f"`{PARTIAL}` is missing {where} the line", other.at, hint)
    return Quotient(numerator, denominator, at)


def _factors(node: Node) -> list[Node]:
    return list(node.factors) if isinstance(node, Product) and not any(node.operators) else [node]


def _is_partial(node: Node) -> bool:
    head = node.base if isinstance(node, Power) else node
    return isinstance(head, Symbol) and head.core == PARTIAL and not head.accents


def is_straight(node: Node) -> bool:
    head = node.base if isinstance(node, Power) else node
    return isinstance(head, Symbol) and head.core in STRAIGHT and head.bare and head.base == head.core


def _derivative(above: list[Node], below: list[Node], straight: bool, at: Place) -> Node:
    """Above: ∂ (with its order) and at most one operand; below: pairs of ∂ and a variable."""
    sign = is_straight if straight else _is_partial
    if len(above) == 3 and isinstance(above[1], Symbol) and (value := called(above[1], above[2])):
        above = [above[0], value]
    if len(above) > 2 or len(below) % 2 or not all(map(sign, below[::2])) or any(map(sign, below[1::2])):
        hint = "put what is differentiated in parentheses, and a ∂ before each variable"
        raise ReadError("BN112", "this derivative can be read in several ways", at, hint)
    variables = below[1::2]
    # `\partial L` above two variables can only be a second derivative without its 2
    plain = isinstance(above[0], Symbol) and len(variables) <= 2
    order = len(variables) if plain else _order(above[0])
    powered = next((s for s in below[::2] if isinstance(s, Power)), None)
    if powered is not None:
        hint = r"write `\frac{\partial^2 f}{\partial x^2}` for a second derivative"
        raise ReadError("BN112", r"a power of `\partial` below the line has no meaning", powered.at, hint)
    if order > 1 and len(variables) == 1:
        variables = _repeated(variables[0], order, at)
    if order != len(variables):
        raise ReadError("BN112", f"order {order} above the line, {len(variables)} variables below it", at)
    return Derivative(above[1] if len(above) == 2 else None, tuple(map(unwrap, variables)), straight, at)


def _order(sign: Node) -> int:
    if not isinstance(sign, Power):
        return 1
    exponent = sign.exponent
    if isinstance(exponent, Number) and exponent.value in (1, 2):
        return int(exponent.value)
    raise ReadError("BN114", "only first and second derivatives can be read", sign.at)


def _repeated(variable: Node, order: int, at: Place) -> list[Node]:
    r"""`\partial x^2` below `\partial^2` is x twice."""
    if (
        isinstance(variable, Power)
        and isinstance(variable.exponent, Number)
        and variable.exponent.value == order
    ):
        return [variable.base] * order
    raise ReadError("BN112", f"order {order} above the line, one variable below it", at)


@dataclass
class _Run:
    """The items still to be folded and those that are done."""

    todo: list[Item]

    def __post_init__(self) -> None:
        self.done: list[Item] = []

    def fold(self) -> Node:
        self.todo = self.todo[::-1]
        while self.todo:
            operator, node = self.todo.pop()
            if operator == "slash":
                self._slash(node)
            else:
                self._add(operator, self._combined(node))
        return _joined(self.done)

    def _next(self) -> Node | None:
        """The factor that follows without an operator."""
        return self.todo[-1][1] if self.todo and not self.todo[-1][0] else None

    def _combined(self, node: Node) -> Node:
        following = self._next()
        if isinstance(node, Derivative) and node.of is None:
            return replace(node, of=self._rest(node))
        if following is None:
            return node
        if isinstance(node, Symbol) and node.core == NABLA and node.sub is not None and not node.accents:
            return self._gradient(node, following)
        if isinstance(node, Power) and (by := _second_nabla(node)) and isinstance(following, Symbol | Paren):
            self.todo.pop()
            return Derivative(unwrap(following), (by, by), False, span(node, following))
        if of_number := _of_numbers(node):
            return self._of_number(of_number, node, following)
        pair = following.base if isinstance(following, Power) else following
        if isinstance(pair, Inner) and pair.round and isinstance(node, Symbol) and node.core == MAXIMUM:
            return self._maximum(node, pair, following)
        if isinstance(pair, Inner) and pair.round and isinstance(node, Symbol):
            hint = r"an inner product is clear as `\langle u, v\rangle`"
            message = f"`{node.base}(…, …)`: a function of two, or times an inner product?"
            raise ReadError("BN129", message, span(node, following), hint)
        averaged = isinstance(node, Symbol) and node.sub is not None and is_function(node)
        if isinstance(following, Paren) and not averaged:
            return self._before_paren(node, following)
        if isinstance(node, Symbol) and (node.bare or averaged) and is_function(node):
            value = called(node, following)
            if value is not None:
                self.todo.pop()
                return value
        return node

    def _maximum(self, node: Symbol, pair: Inner, following: Node) -> Node:
        r"""`\max(0, x)`, and no other maximum of two."""
        self.todo.pop()
        sides = [side for side in (pair.left, pair.right) if not isinstance(side, Number) or side.value]
        if len(sides) != 1:
            hint = "name it, and say what is known of it"
            raise ReadError("BN128", "of two numbers only a maximum with 0 is read", span(node, pair), hint)
        value = Entrywise("relu", sides[0], span(node, pair))
        return replace(following, base=value) if isinstance(following, Power) else value

    def _of_number(self, name: str, node: Node, following: Node) -> Node:
        r"""`\log(x)`, `\tanh^2(z)`, `\operatorname{softmax}(z)_i`; `\log p_i`, where nothing follows."""
        self.todo.pop()
        value = valued(name, node, following)
        if value is None:
            argument = self._combined(following)
            operator, after = self.todo[-1] if self.todo else ("end", node)
            if operator in ("", "slash") or not (operator == "end" or _of_numbers(after)):
                hint = "put its argument in parentheses"
                raise ReadError("BN112", f"how far does the argument of `{name}` go?", argument.at, hint)
            value = Entrywise(name, argument, span(node, argument))
        if not isinstance(node, Power):
            return value
        if not isinstance(node.exponent, Number) or node.exponent.value <= 0:
            message = f"an inverse of the function `{name}`, or a power of its value?"
            raise ReadError("BN129", message, node.at, "put the power behind the bracket")
        return Power(value, node.exponent, value.at)

    def _rest(self, node: Node) -> Node:
        if not self.todo or self.todo[-1][0]:
            raise ReadError("BN112", "nothing to differentiate stands after this", node.at)
        rest = _Run(self.todo[::-1]).fold()
        self.todo = []
        return rest

    def _gradient(self, nabla: Symbol, operand: Node) -> Node:
        self.todo.pop()
        if nabla.sub is None or nabla.sub.node is None:
            raise ReadError("BN128", "this gradient names no single variable", nabla.at)
        at = span(nabla, operand)
        if isinstance(operand, Transpose):
            return Transpose(Gradient(operand.body, nabla.sub.node, at), at)
        if isinstance(operand, Symbol | Paren):
            return Gradient(unwrap(operand), nabla.sub.node, at)
        inner = operand.base if isinstance(operand, Power) else operand
        # `\nabla_x \sigma^2`: a vector has no square
        if isinstance(inner, Norm | Frobenius | Absolute | Inner | Root) or (
            isinstance(operand, Power) and isinstance(inner, Symbol)
        ):
            return Gradient(operand, nabla.sub.node, at)
        hint = "put parentheses around the gradient or around what it is taken of"
        raise ReadError("BN112", "a gradient is taken of one name or of a parenthesis", operand.at, hint)

    def _before_paren(self, node: Node, paren: Paren) -> Node:
        if isinstance(paren.body, Relation):
            alone = paren.shape == "[" and not _is_one(node)
            return node if alone else self._indicator(node, paren.body)
        if not isinstance(node, Symbol) or not node.bare:
            return node
        if is_function(node):
            self.todo.pop()
            return Apply(node, replace(paren, shape="("), span(node, paren))  # `\mathrm{RMS}[x]`
        inside = paren.body
        single = isinstance(inside, Symbol) and inside.bare
        if paren.shape == "(" and node.core != PARTIAL and (single or node.core in LOSS_LETTERS):
            self.todo.pop()
            return Apply(node, paren, span(node, paren))  # which only a let can explain
        return node

    def _indicator(self, node: Node, relation: Relation) -> Node:
        if not _is_one(node):
            hint = r"a condition stands at the end, `\text{if } …`; an indicator is `\mathbb{1}[i = j]`"
            message = "a relation in brackets that is neither a condition nor an indicator"
            raise ReadError("BN112", message, relation.at, hint)
        self.todo.pop()
        return indicator(node, relation)

    def _add(self, operator: str, node: Node) -> None:
        previous = self.done[-1][1] if self.done else None
        touches = previous is not None and is_letter(previous) and previous.at[1] == node.at[0]
        loose = not isinstance(previous, _CLOSED | None) and not touches
        if isinstance(node, Number) and not operator and loose:
            raise after_a_factor(node)
        if not operator and isinstance(previous, Number) and _is_below_one(node):
            message = "a number before a fraction of numbers: a product, or a mixed number?"
            raise ReadError("BN112", message, span(previous, node), r"write `\cdot` or `+` between them")
        slashed = previous is not None and previous is self._slashed and not operator
        if slashed and isinstance(previous, Quotient) and not _is_apart(node, previous):
            hint = r"write `\frac`, `\cdot` or parentheses"
            raise ReadError("BN112", "after `a/b`, does this factor belong to b or not?", node.at, hint)
        if slashed and isinstance(previous, Derivative):
            raise ReadError("BN112", r"write `\frac` or `\cdot`: what is below the slash?", node.at)
        self.done.append((operator, node))

    _slashed: Node | None = None

    def _slash(self, denominator: Node) -> None:
        """`a b / c` is ab over c; `∂f/∂x` and `df/dx` are derivatives."""
        for sign, straight in ((_is_partial, False), (is_straight, True)):
            following = self._next()
            if sign(denominator) and following is not None and len(self.done) >= 1:
                start = next((k for k in range(len(self.done) - 1, -1, -1) if sign(self.done[k][1])), None)
                if start is not None and start >= len(self.done) - 2:
                    self._slashed_derivative(start, denominator, straight)
                    return
        if not self.done:
            raise ReadError("BN112", "nothing stands above this slash", denominator.at)
        above = _joined(self.done)
        below = self._combined(denominator)
        self._slashed = Quotient(above, below, span(above, below))
        self.done = [("", self._slashed)]

    def _slashed_derivative(self, start: int, sign: Node, straight: bool) -> None:
        above = [node for _, node in self.done[start:]]
        operator = self.done[start][0]
        variable = self.todo.pop()[1]
        derivative = _derivative(above, [sign, variable], straight, span(above[0], variable))
        if isinstance(derivative, Derivative) and derivative.of is None:
            derivative = replace(derivative, of=self._rest(derivative))
        self._slashed = derivative
        del self.done[start:]
        self.done.append((operator, derivative))


def _is_below_one(node: Node) -> bool:
    r"""Whether it is a fraction as in `2\frac12`: of numbers, the one above the smaller."""
    match node:
        case Quotient(Number(above), Number(below)):
            return 0 < above < below and above.denominator == below.denominator == 1
    return False


_CLOSED = Paren | Quotient | Root
"""What shows where it ends: a number may follow."""


def is_letter(node: Node) -> bool:
    """Whether it is one letter, which may be a size: `N2` is N times 2 where N is one, and no name."""
    return isinstance(node, Symbol) and node.base == node.core and node.bare and len(node.core) == 1


def after_a_factor(number: Number) -> ReadError:
    return ReadError("BN112", "a number directly after a factor", number.at, r"put `\cdot` or parentheses")


def _is_apart(node: Node, slashed: Quotient) -> bool:
    """Whether nobody takes it for a part of the denominator before it: `1/n (a + b)`, `a/b \\frac{c}{d}`."""
    inside = node.base if isinstance(node, Power) else node
    delimited = isinstance(inside, BigSum | MaxOver | Paren | Quotient | Derivative)
    return delimited or isinstance(slashed.denominator, Root)


def is_slashed(node: Node) -> bool:
    """Whether a quotient is written `a/b`."""
    if not isinstance(node, Quotient):
        return False
    above, below = node.numerator.at, node.denominator.at
    return (above[0], below[1]) == node.at and above[1] < below[0]


def unclear(tree: Node) -> tuple[Place, str, str] | None:
    """Where some would read on what others take for closed, how it is read, and what is clear."""
    for node in walk(tree):
        if isinstance(node, Product):
            for first, second, sign in node.pairs:
                if not sign and is_slashed(first) and not _is_mean(first, second):
                    how = "what follows `a/b` here is read as a factor above the line"
                    return span(first, second), how, r"write `\frac`, `\cdot` or parentheses"
        if isinstance(node, Plus):
            open_sum = next((term for term in node.terms[:-1] if _ends_openly(term)), None)
            if open_sum is not None:
                how = "the sum is read up to the next sign, and names no index"
                return open_sum.at, how, r"write `\sum_i`, and parentheses around what is summed"
    return None


def _ends_openly(node: Node) -> bool:
    """Whether a term ends with a sum that names no index."""
    match node:
        case Product(factors):
            return _ends_openly(factors[-1])
        case BigSum(body=body):
            return node.unsaid or _ends_openly(body)
    return False


def _is_mean(first: Node, second: Node) -> bool:
    r"""`1/m \sum_i x_i`, which nobody takes for 1 through all of it."""
    return isinstance(first, Quotient) and isinstance(first.numerator, Number) and isinstance(second, BigSum)


def _is_one(node: Node) -> bool:
    """Whether a condition after the node makes an indicator of it."""
    if isinstance(node, Number):
        return node.value == 1
    return isinstance(node, Symbol) and node.core in (*ONES, *INDICATORS) and node.bare


def _second_nabla(node: Power) -> Node | None:
    r"""The v of `\nabla_v^2`."""
    base, twice = node.base, isinstance(node.exponent, Number) and node.exponent.value == 2
    nabla = isinstance(base, Symbol) and base.core == NABLA and not base.accents
    return base.sub.node if nabla and twice and isinstance(base, Symbol) and base.sub else None


def _average(function: Symbol, paren: Paren) -> Node:
    r"""`\mathbb{E}_i[a_i]`: the sum over i through the number of its values."""
    at, sub = span(function, paren), function.sub
    word = word_of(function)
    if word not in (*MEANS, *SUMS) or sub is None or len(sub.letters) != 1:
        raise ReadError("BN128", f"`{function.base}` with this index has no meaning here", function.at)
    total = BigSum(sub.letters, None, (), paren.body, at)
    if word in SUMS:
        return total
    return Quotient(total, BigSum(sub.letters, None, (), Number(Fraction(1), at), at), at)


def indicator(one: Node, relation: Relation) -> Node:
    match relation:
        case Relation(left, ">", Number(value)) | Relation(Number(value), "<", left) if not value:
            return Entrywise("step", left, span(one, relation))
    if relation.sign != "=":
        raise ReadError("BN128", "an indicator is read for `=` only", relation.at)
    return Indicator(relation.left, relation.right, span(one, relation))


def _joined(items: list[Item]) -> Node:
    if len(items) == 1:
        return items[0][1]
    nodes = tuple(node for _, node in items)
    return Product(nodes, ("", *(operator for operator, _ in items[1:])), span(*nodes))


def alone(node: Node) -> bool:
    """Whether a brace group with this inside may carry a script: the eye sees one thing."""
    return not isinstance(node, Plus | Product | BigSum | MaxOver | Power | Transpose | Derivative)


BIG = (BigSum, MaxOver)


def is_function(symbol: Symbol) -> bool:
    r"""Whether a parenthesis after the name holds its argument: `\operatorname{Var}`, `\mathbb{E}`."""
    return is_word(symbol) or symbol.core in EXPECTATION


def is_word(symbol: Symbol) -> bool:
    return symbol.core.startswith(WORD)


def called(function: Symbol, following: Node) -> Node | None:
    r"""`\operatorname{F}(x)_j`, `\operatorname{F}(x)^2`: what stands behind the parenthesis is said of
    the function's value, not of its argument."""

    def value(argument: Paren) -> Node:
        if function.sub and is_function(function):
            return _average(function, argument)
        return Apply(function, argument, span(function, argument))

    return _value_of(function, following, value)


def _value_of(first: Node, following: Node, value: Callable[[Paren], Node | None]) -> Node | None:
    """The value at what is in brackets, with what is said of it behind them."""
    match following:
        case Paren():
            return value(following)
        case Component(body) | Transpose(body) | Power(body):
            if inner := _value_of(first, body, value):
                scripted = rebuilt(following, lambda one: inner if one is body else one)
                return replace(scripted, at=span(first, following))
    return None


def _of_numbers(node: Node) -> str:
    """The function of numbers that a word is, with its primes, or a power of one; or nothing."""
    symbol = node.base if isinstance(node, Power) else node
    if not isinstance(symbol, Symbol) or not symbol.bare or not is_word(symbol):
        return ""
    name, primes = OF_NUMBERS.get(word_of(symbol), ""), symbol.base.removeprefix(symbol.core)
    return name + primes if name and not primes.strip("'") else ""


def valued(name: str, node: Node, following: Node) -> Node | None:
    """The value of a function of numbers at what is in brackets, with what is said of that value."""

    def value(argument: Paren) -> Node | None:
        known = argument.shape in ("(", "[") and not isinstance(argument.body, Relation)
        return Entrywise(name, argument, span(node, argument)) if known else None

    return _value_of(node, following, value)


def word_of(function: Symbol) -> str:
    r"""`BN` of `\operatorname{BN}` and `\mathrm{BN}`."""
    return function.core[function.core.find("{") + 1 :].removesuffix("}")
