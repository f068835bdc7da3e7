"""Surface tree → typed terms: what each notation means (design, section 4).

One `Lowering` reads one expression of one file: it knows the symbol table and the index
spaces, and collects the letters that the expression leaves free or binds. Index spaces
stay variables and open axes stay placeholders until `closing` names them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from fractions import Fraction
from itertools import pairwise

from bnsym.reading.application import Bodies, apart, applied
from bnsym.reading.folding import (
    BUILT_IN,
    DIAGONALS,
    EXPECTATION,
    LOSS_LETTERS,
    MEANS,
    SUMS,
    TRACES,
    is_function,
    word_of,
)
from bnsym.reading.kinds import is_delta
from bnsym.reading.problems import ReadError
from bnsym.reading.scripts import letter_of
from bnsym.reading.spaces import Spaces
from bnsym.reading.symbols import Table, size_name, square_of
from bnsym.reading.syntax import (
    Absolute,
    Applied,
    Apply,
    BigSum,
    Component,
    Derivative,
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
    Whole,
    canonical,
    unwrap,
    walk,
)
from bnsym.reading.values import Algebra, Value, identity, ones
from bnsym.terms import (
    HALF,
    Delta,
    Diff,
    Index,
    Max,
    Num,
    Pow,
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
    rename,
    sqrt,
)
from bnsym.terms import walk as inside

MAX_EXPONENT = 100
OPEN = "@"
"""How the placeholder names of open axes begin."""
KINDS = ("a number", "a vector", "a matrix")
"""By the number of axes."""


@dataclass
class Lowering:
    table: Table
    spaces: Spaces
    total: bool = False
    """Derivatives of defined names are total (the directive `partial total`)."""
    bodies: Bodies = field(default_factory=dict)
    """What has been defined so far, for functions of it."""
    free: dict[str, Place] = field(default_factory=dict)
    """The index letters that the expression leaves free, and where each occurs first."""
    summed: dict[str, Place] = field(default_factory=dict)
    """The index letters that it binds, and where."""
    bound: dict[str, Index] = field(default_factory=dict)

    @property
    def algebra(self) -> Algebra:
        return Algebra(self.spaces)

    def lower(self, node: Node) -> Value:
        """The value of a node. Raises ReadError."""
        match node:
            case Number(number):
                return Value(num(number))
            case Symbol():
                return self.symbol(node)
            case Paren(Relation(left, "=", right), shape="[") if letter_of(left) and letter_of(right):
                return Value(self.delta(letter_of(left), letter_of(right), node.at))
            case Paren(Relation() as inner) | (Relation() as inner):
                raise ReadError("BN112", "a relation sign inside an expression", inner.at)
            case Paren(body):
                return self.lower(body)
            case Plus(terms, signs):
                return self.algebra.plus(
                    [(s, self.lower(t), t.at) for s, t in zip(signs, terms, strict=True)]
                )
            case Product():
                return self.product(node)
            case Quotient(above, below):
                top = self.lower(above)
                return replace(top, term=mul(top.term, power(self.scalar(below), -1)), what="")
            case Power():
                return self.power(node)
            case Root(degree, body):
                return Value(root_of_power(self.scalar(body), Fraction(1, degree)))
            case Transpose(body):
                return self.algebra.transposed(self.lower(body), node.at)
            case _:
                return self.operator(node)

    def operator(self, node: Node) -> Value:
        match node:
            case Norm(body):
                return Value(sqrt(self.squared_norm(body, node.at)))
            case Frobenius(body):
                return Value(sqrt(self.squared_entries(body, node.at)))
            case Absolute(Symbol() as values) if size_name(values) in self.table.sets:
                return Value(Size(self.spaces.set(size_name(values))))
            case Absolute(body):
                return Value(Pow(power(self.scalar(body), 2), HALF))
            case Inner(left, right):
                return self.algebra.inner(self.vector(left), self.vector(right), node.at)
            case BigSum():
                return self.big_sum(node)
            case MaxOver():
                return self.maximum(node)
            case Derivative():
                return self.derivative(node.of, node.by, node.straight, node.at)
            case Gradient(of, by):
                return self.gradient(of, by, node.at)
            case Indicator(left, right):
                return Value(self.delta(letter_of(left), letter_of(right), node.at))
            case Apply(function, argument):
                return self.apply(function, argument, node.at)
            case Applied(target, leaf, argument):
                return self.applied(target, leaf, argument, node.at)
            case Component(body, letters):
                return self.component(body, letters, node.at)
            case Whole(body, letters):
                return self.whole(body, letters, node.at)
        raise ReadError("BN128", "this has no meaning here", node.at)

    def scalar(self, node: Node) -> Term:
        value = self.lower(node)
        if value.axes:
            what = self.algebra.describe(value)
            raise ReadError("BN124", f"a number is needed here; {what}", node.at, "write it with its index")
        return value.term

    def vector(self, node: Node) -> Value:
        """A vector, or the vector of ones where the literal 1 stands for it."""
        if isinstance(node, Number) and node.value == 1:
            return self.ones()
        return self.lower(node)

    # names and indices

    def axis(self, space: str = "") -> Index:
        """A new open axis; no other expression of the file has one of its name."""
        space = space or self.spaces.fresh()
        self.spaces.axis_count += 1
        return Index(f"{OPEN}{self.spaces.axis_count}", space)

    def index(self, letter: str, at: Place) -> Index:
        if letter in self.bound:
            return self.bound[letter]
        if letter in self.table.sizes:
            raise ReadError("BN129", f"`{letter}` is the name of a size and stands here as an index", at)
        self.free.setdefault(letter, at)
        return Index(letter, self.spaces.letter(letter))

    def delta(self, left: str, right: str, at: Place) -> Term:
        if not left or not right:
            raise ReadError("BN128", "an indicator compares two indices", at)
        a, b = self.index(left, at), self.index(right, at)
        self.spaces.unify(a.space, b.space, at, f"`{left}` = `{right}`")
        return Delta(a, b)

    def symbol(self, node: Symbol) -> Value:
        name, letters = self.table.split(node, self.bound)
        self.check_name(node, name, letters)
        if self.table.is_ones(node, name) and not letters:
            return self.vector_of_ones(node)
        if self.table.is_identity(node):
            axis = self.axis()
            if node.sub is not None:
                self.spaces.set_size(axis.space, node.sub.text, node.at, "the identity")
            return identity(axis, self.axis(axis.space))
        if is_delta(node, letters, self.table):
            return Value(self.delta(letters[0], letters[1], node.at))
        if name in self.table.squares:
            value = self.array(square_of(name), name, letters, node.at)
            return replace(value, term=self.root_of(value, node.at))
        return self.array(name, name, letters, node.at)

    def check_name(self, node: Symbol, name: str, letters: tuple[str, ...]) -> None:
        if not letters and node.bare and (name in self.bound or name in self.table.declared):
            raise ReadError(
                "BN129",
                f"`{name}` is an index here and stands as a number",
                node.at,
                "give the index another letter",
            )
        if not letters and name in self.table.unclear_losses:
            raise ReadError(
                "BN129",
                f"`{name}` is differentiated like a function and used like a number",
                node.at,
                rf"define it, or write `\frac{{\partial {name}}}{{\partial …}}` throughout",
            )
        if not letters and name in self.table.losses:
            hint = "only its derivatives are known"
            raise ReadError("BN128", f"`{name}` is a function whose values nothing defines", node.at, hint)
        if node.core in EXPECTATION and name not in self.table.defined:
            hint = r"put what is averaged in brackets: `\mathbb{E}[…]`"
            raise ReadError("BN128", f"`{canonical(node)}` alone has no meaning", node.at, hint)
        if node.core == r"\nabla" and name not in self.table.defined:
            hint = f"give it one: `<!-- bnsym: let ${canonical(node)}$ = $...$ -->`"
            raise ReadError("BN128", f"`{canonical(node)}` alone has no meaning", node.at, hint)
        if (
            node.sub
            and (node.sub.text.isdigit() or node.sub.text in self.table.sizes)
            and self.table.arity.get(node.base, 0)
            and (node.base in self.table.first_seen)
        ):
            message = f"`{name}`: one component of `{node.base}` has no meaning for every size"
            raise ReadError("BN128", message, node.at)

    def vector_of_ones(self, node: Symbol) -> Value:
        value = self.ones()
        if node.sub is not None:
            self.spaces.set_size(value.axes[0].space, node.sub.text, node.at, "the vector of ones")
        else:
            # one name, one kind: `e` is the same vector throughout the file
            self.spaces.unify(value.axes[0].space, self.spaces.axis("e", 0), node.at, "the vector of ones")
        return value

    def ones(self) -> Value:
        axis = self.axis()
        self.spaces.ones = self.spaces.ones or axis.space
        return ones(axis)

    def root_of(self, value: Value, at: Place) -> Term:
        if value.axes:
            raise ReadError(
                "BN124",
                f"the root of a vector: {self.algebra.describe(value)}",
                at,
                "write it with its index",
            )
        return sqrt(value.term)

    def array(self, name: str, key: str, letters: tuple[str, ...], at: Place) -> Value:
        """A component where there are letters, else the whole array with open axes."""
        arity = self.table.arity.get(key, 0)
        if letters and len(letters) != arity:
            raise self.table.kind_conflict(key, letters, at)
        if not letters and arity > 2:
            message = f"`{key}` has {arity} indices elsewhere, and none here"
            raise ReadError("BN124", message, at, "write them: whole arrays have one or two")
        if not letters:
            axes = tuple(self.axis(self.spaces.axis(key, k)) for k in range(arity))
            return Value(Sym(name, axes), axes, what=key)
        indices = tuple(self.index(letter, at) for letter in letters)
        for k, index in enumerate(indices):
            self.spaces.unify(self.spaces.axis(key, k), index.space, at, f"`{index.name}` in `{key}`")
        return Value(Sym(name, indices), what=f"{key}_{{{','.join(letters)}}}" if letters else key)

    def component(self, body: Node, letters: tuple[str, ...], at: Place) -> Value:
        value = self.lower(body)
        if len(value.axes) != len(letters):
            raise ReadError(
                "BN124", f"{self.algebra.describe(value)}, and has {len(letters)} indices here", at
            )
        indices = tuple(self.index(letter, at) for letter in letters)
        for axis, index in zip(value.axes, indices, strict=True):
            self.spaces.unify(axis.space, index.space, at, f"`{index.name}`")
        return Value(rename(value.term, {a.name: i for a, i in zip(value.axes, indices, strict=True)}))

    def whole(self, body: Node, letters: tuple[str, ...], at: Place) -> Value:
        outer = dict(self.bound)
        indices = tuple(Index(letter, self.spaces.letter(letter)) for letter in letters)
        for index in indices:
            self.spaces.unify(index.space, self.spaces.letter(index.name.rstrip("'")), at, f"`{index.name}`")
        self.bound |= {index.name: index for index in indices}
        try:
            term = self.scalar(body)
        finally:
            self.bound = outer
        axes = tuple(self.axis(index.space) for index in indices)
        return Value(rename(term, {i.name: a for i, a in zip(indices, axes, strict=True)}), axes)

    # products and powers

    def product(self, node: Product) -> Value:
        self.check_differentials(node)
        values = [self.lower(factor) for factor in node.factors]
        arrays = sum(1 for value in values if value.axes)
        if arrays > 2 and "otimes" in node.operators:
            raise ReadError("BN112", r"put parentheses around the factors of `\otimes`", node.at)
        if arrays > 1 and "odot" not in node.operators:
            return self.matrix_product(node, values)
        result = values[0]
        for factor, operator, value in zip(node.factors[1:], node.operators[1:], values[1:], strict=True):
            result = self.joined(result, operator, value, factor.at, "odot" in node.operators and arrays > 2)
        return result

    def matrix_product(self, node: Product, values: list[Value]) -> Value:
        """Numbers stand before the contractions of the arrays, not inside them."""
        numbers = [value.term for value in values if not value.axes]
        places = [k for k, value in enumerate(values) if value.axes]
        result = values[places[0]]
        for before, k in pairwise(places):
            operator = next((o for o in node.operators[before + 1 : k + 1] if o), "")
            result = self.joined(result, operator, values[k], node.factors[k].at, False)
        return replace(result, term=mul(*numbers, result.term), what="")

    def joined(self, left: Value, operator: str, right: Value, at: Place, mixed: bool) -> Value:
        if operator == "otimes":
            return self.algebra.outer(left, right, at)
        if operator == "odot":
            return self.algebra.elementwise(left, right, at)
        if left.axes and right.axes and operator == "star" and left.shape == right.shape != "matrix":
            return self.algebra.elementwise(left, right, at)
        if left.axes and right.axes and (operator or mixed) and left.shape == right.shape:
            hint = r"write `\langle u, v\rangle` for the inner product, `\odot` for entry by entry"
            raise self.algebra.mismatch("which product is meant?", left, right, at, hint)
        if left.axes and right.axes and mixed:
            raise self.algebra.mismatch(r"put parentheses around the factors of `\odot`", left, right, at)
        return self.algebra.times(left, right, at)

    def check_differentials(self, node: Product) -> None:
        r"""`d\hat{x}` and `\nabla\gamma` are names for gradients that only a `let` can explain."""
        for first, second, operator in zip(node.factors, node.factors[1:], node.operators[1:], strict=False):
            if operator or not isinstance(first, Symbol) or not first.bare or not isinstance(second, Symbol):
                continue
            known = first.base in self.table.defined or first.base in self.table.sizes
            if first.base in ("d", r"\mathrm{d}") and not known:
                name = f"d{second.base}"
                hint = f"give it a meaning: `<!-- bnsym: let ${name}$ = $...$ -->`"
                at = (first.at[0], second.at[1])
                raise ReadError(
                    "BN128", f"`{name}` looks like a gradient, and nothing says of what", at, hint
                )

    def power(self, node: Power) -> Value:
        exponent = self.exponent(node.exponent)
        match node.base:
            case Norm(body):
                square = self.squared_norm(body, node.base.at)
                even = exponent.denominator == 1 and exponent.numerator % 2 == 0
                return Value(power(square, exponent / 2) if even else power(sqrt(square), exponent))
            case Frobenius(body) if exponent.denominator == 1 and exponent.numerator % 2 == 0:
                return Value(power(self.squared_entries(body, node.base.at), exponent / 2))
            case Symbol() as symbol if exponent.denominator == 1 and exponent.numerator % 2 == 0:
                name, letters = self.table.split(symbol, self.bound)
                if name in self.table.squares:
                    self.check_name(symbol, name, letters)
                    value = self.array(square_of(name), name, letters, node.at)
                    return (
                        value if exponent == 2 else Value(power(self._no_axes(value, node.at), exponent / 2))
                    )
        base = self.lower(node.base)
        if base.shape == "matrix" and exponent.denominator == 1 and 2 <= exponent <= 4:
            return self.matrix_power(node.base, int(exponent), node.at)
        return Value(self.raised(self.scalar(node.base), exponent, node.at))

    def matrix_power(self, base: Node, exponent: int, at: Place) -> Value:
        """Each factor has axes of its own."""
        result = self.lower(base)
        for _ in range(exponent - 1):
            result = self.algebra.times(result, self.lower(base), at)
        return result

    def _no_axes(self, value: Value, at: Place) -> Term:
        if value.axes:
            raise ReadError("BN124", f"the power of a vector: {self.algebra.describe(value)}", at)
        return value.term

    def raised(self, base: Term, exponent: Fraction, at: Place) -> Term:
        if isinstance(base, Num):
            bits = max(base.value.numerator.bit_length(), base.value.denominator.bit_length())
            if bits * abs(exponent) > 10_000:
                raise ReadError("BN114", "this power of a number is too large", at)
        return root_of_power(base, exponent)

    def exponent(self, node: Node) -> Fraction:
        value = numeric(node)
        if value is None:
            hint = "exponentials and logarithms are beyond what is decided here"
            raise ReadError("BN114", "an exponent must be a number", node.at, hint)
        if abs(value.numerator) > MAX_EXPONENT or value.denominator > MAX_EXPONENT:
            raise ReadError("BN114", f"exponents beyond {MAX_EXPONENT} can't be read", node.at)
        return value

    def squared_norm(self, body: Node, at: Place) -> Term:
        before = dict(self.free)
        value = self.lower(body)
        if value.shape == "matrix":
            raise ReadError(
                "BN128",
                f"the norm of a matrix has no meaning here; {self.algebra.describe(value)}",
                at,
                r"write `\Vert A \Vert_F` if that is meant; the spectral norm is read in a `\max` only",
            )
        if not value.axes:
            raise self._norm_of_scalar(body, before, at)
        return Sum(value.axes[0], power(value.term, 2))

    def squared_entries(self, body: Node, at: Place) -> Term:
        value = self.lower(body)
        if not value.axes:
            raise ReadError("BN124", "the norm of a number", at, "write `|a|`")
        term = power(value.term, 2)
        for axis in reversed(value.axes):
            term = Sum(axis, term)
        return term

    def _norm_of_scalar(self, body: Node, before: dict[str, Place], at: Place) -> ReadError:
        fresh = [letter for letter in self.free if letter not in before] or list(self._letters_in(body))
        if fresh:
            letter = fresh[0]
            place = self.free.get(letter, at)
            message = f"index {letter} is free inside a norm: the norm of one component"
            return ReadError("BN121", message, place, "write the vector without its index")
        return ReadError("BN124", "the norm of a number", at, "write `|a|`")

    def _letters_in(self, body: Node) -> Iterator[str]:
        for node in walk(body):
            if isinstance(node, Symbol):
                yield from self.table.split(node, self.bound)[1]

    # operators

    @contextmanager
    def binding(self, letters: tuple[str, ...], at: Place) -> Iterator[tuple[Index, ...]]:
        outer = dict(self.bound)
        for letter in letters:
            if letter in outer:
                raise ReadError(
                    "BN122", f"index {letter} is bound twice, one sum inside the other", at, RENAME
                )
            if letter in self.table.sizes:
                raise ReadError("BN129", f"`{letter}` is the name of a size and stands here as an index", at)
            self.summed.setdefault(letter, at)
            self.bound[letter] = Index(letter, self.spaces.letter(letter))
        try:
            yield tuple(self.bound[letter] for letter in letters)
        finally:
            self.bound = outer

    def big_sum(self, node: BigSum) -> Value:
        name = size_name(node.size) if node.size is not None else ""
        for letter in node.letters if name else ():
            self.spaces.set_size(self.spaces.letter(letter), name, node.at, f"`{letter}`")
        if node.within is not None:
            self.spaces.within(self.spaces.letter(node.letters[0]), size_name(node.within), node.at)
        with self.binding(node.letters, node.at) as indices:
            value = self.lower(node.body)
        self.check_summand(node, value)
        term = value.term
        for index in reversed(indices):
            term = Sum(index, term)
        if node.excluded:
            term = add(term, neg(self._excluded(node, value.term)))
        return replace(value, term=term, what="")

    def check_summand(self, node: BigSum, value: Value) -> None:
        """A whole vector, over and over: more likely an index was left out."""
        inside = {i.name for i in free_indices(value.term)}
        missing = [letter for letter in node.letters if letter not in inside]
        if value.axes and missing:
            message = f"no {missing[0]} stands in what this sums over it: {self.algebra.describe(value)}"
            raise ReadError("BN124", message, node.at, "write the vector with its index")

    def _excluded(self, node: BigSum, body: Term) -> Term:
        """The summand that `j \\ne i` leaves out."""
        if len(node.letters) != 1 or len(node.excluded) != 1 or node.excluded[0][0] != node.letters[0]:
            raise ReadError("BN128", "only one index can be left out of a sum over one index", node.at)
        inner, outer = node.excluded[0]
        index = self.index(outer, node.at)
        self.spaces.unify(self.spaces.letter(inner), index.space, node.at, f"`{inner}` and `{outer}`")
        return rename(body, {inner: index})

    def maximum(self, node: MaxOver) -> Value:
        name, letters = self.table.split(node.variable, self.bound)
        if letters or self.table.arity.get(name, 0) != 2 or name in self.table.defined:
            raise ReadError("BN120", "a maximum is read over a free matrix only", node.variable.at)
        radius = self.scalar(node.radius)
        axes = tuple(Index(letter, self.spaces.axis(name, k)) for k, letter in enumerate("ij"))
        body = self.scalar(node.body)
        if not any(isinstance(t, Sym) and t.name == name for t in inside(body)):
            message = f"what the maximum is taken of does not show `{name}`"
            hint = rf"write how it depends on it, as in `\Vert {name}^T v \Vert`"
            raise ReadError("BN120", message, node.body.at, hint)
        return Value(Max(Sym(name, axes), radius, body))

    def apply(self, function: Symbol, argument: Node, at: Place) -> Value:
        if not is_function(function):
            hint = rf"write `{function.base} \cdot (…)` for the product, or explain it with a let"
            raise ReadError("BN129", f"`{function.base}(…)`: a product or a function's value?", at, hint)
        word = word_of(function)
        if word in TRACES:
            return self.trace(argument, at)
        if word not in BUILT_IN:
            hint = rf"write `{function.base} \cdot (…)` if a product is meant"
            raise ReadError("BN128", f"the function `{function.base}` has no meaning here", at, hint)
        value = self.entries(argument)
        if len(value.axes) != 1:
            message = f"`{function.base}` is taken over a vector; {self.algebra.describe(value)}"
            raise ReadError("BN124", message, at, "write the vector without its index")
        if word in DIAGONALS:
            return self.algebra.diagonal(value)
        if word in SUMS:
            return Value(Sum(value.axes[0], value.term))
        return self.algebra.mean(value) if word in MEANS else self.algebra.variance(value)

    def trace(self, argument: Node, at: Place) -> Value:
        value = self.lower(argument)
        if len(value.axes) != 2:
            raise ReadError("BN124", f"the trace is of a matrix; {self.algebra.describe(value)}", at)
        first, second = value.axes
        self.algebra.join(first, second, value, value, at, "the trace of a matrix that is not square")
        return Value(Sum(first, rename(value.term, {second.name: first})))

    def entries(self, node: Node) -> Value:
        r"""The argument of a function of a vector: `u \cdot v` and `u^2` can only be vectors there, so
        they are taken entry by entry."""
        match node:
            case Paren(body):
                return self.entries(body)
            case Plus(terms, signs):
                parts = zip(signs, terms, strict=True)
                return self.algebra.plus([(s, self.entries(t), t.at) for s, t in parts])
            case Quotient(above, below):
                top = self.entries(above)
                return replace(top, term=mul(top.term, power(self.scalar(below), -1)), what="")
            case Power(base, exponent) if (value := self.lower(base)).shape == "column":
                return replace(value, term=power(value.term, self.exponent(exponent)), what="")
            case Product((left, right), (_, "dot")):
                u, v = self.lower(left), self.lower(right)
                if u.shape == v.shape == "column":
                    return self.algebra.elementwise(u, v, right.at)
        return self.lower(node)

    def applied(self, target: Node, leaf: Symbol, argument: Node, at: Place) -> Value:
        name, _ = self.table.split(leaf, self.bound)
        value, given = self.closed(target), self.lower(argument)
        arity = self.table.arity.get(name, 0)
        if len(given.axes) != arity or given.row:
            message = f"the argument stands for `{name}`, which is {KINDS[min(arity, 2)]}"
            raise ReadError("BN124", f"{message}; {self.algebra.describe(given)}", argument.at)
        for k, axis in enumerate(given.axes):
            self.spaces.unify(self.spaces.axis(name, k), axis.space, argument.at, f"`{name}`")
        if given.term == Sym(name, given.axes):
            return replace(value, term=apart(value.term, self.axis))
        return applied(value, name, given, self.bodies, self.axis, at)

    def closed(self, node: Node) -> Value:
        """The value of what was written elsewhere: the letters that it binds are its own."""
        inner = replace(self, free={}, summed={}, bound={})
        value = inner.lower(node)
        for letter, at in inner.free.items():
            self.index(letter, at)
        return value

    # derivatives

    def loss_name(self, node: Node) -> str:
        inner = unwrap(node)
        if isinstance(inner, Apply) and self.is_of_outputs(inner):
            inner = inner.function
        if isinstance(inner, Symbol):
            name, letters = self.table.split(inner, self.bound)
            if not letters and name in self.table.losses and name not in self.table.unclear_losses:
                return name
        return ""

    def is_of_outputs(self, node: Apply) -> bool:
        """`f(y)`, where the file says that f is a function of y."""
        argument = unwrap(node.argument)
        outputs = self.table.outputs.get(node.function.base, ())
        return isinstance(argument, Symbol) and (self.table.split(argument, self.bound)[0],) == outputs

    def derivative(self, of: Node | None, by: tuple[Node, ...], straight: bool, at: Place) -> Value:
        if of is None:
            raise ReadError("BN112", "nothing is differentiated here", at)
        loss = self.loss_name(of)
        value = Value(Sym(loss)) if loss else self.lower(of)
        inner = value.term
        self._check_losses(of, inner)
        total = bool(loss) or straight or self.total or (isinstance(inner, Diff) and inner.total)
        for variable in by:
            symbol = self.variable(variable)
            value = Value(Diff(value.term, symbol[0], total), value.axes + symbol[1])
        if len(value.axes) > 2:
            raise ReadError("BN124", "this derivative has more than two axes", at)
        return value

    def _check_losses(self, of: Node, term: Term) -> None:
        """A loss that nothing defines is no constant under ∂."""
        for name in (t.name for t in inside(term) if isinstance(t, Sym) and not t.indices):
            if name in LOSS_LETTERS and name not in self.table.defined and name not in self.table.losses:
                hint = f"define `{name}`, or differentiate it alone"
                raise ReadError("BN128", f"`{name}` looks like a loss, and nothing defines it", of.at, hint)

    def variable(self, node: Node) -> tuple[Sym, tuple[Index, ...]]:
        """What is differentiated by: a defined or a free symbol."""
        value = self.lower(node)
        name = canonical(node)
        match value.term:
            case Sym(symbol) if symbol in self.table.sizes:
                raise ReadError("BN128", f"`{symbol}` is a size; nothing is differentiated by it", node.at)
            case Sym():
                return value.term, value.axes
            case Pow(Sym(square), exponent) if (
                square in map(square_of, self.table.squares) and exponent == HALF
            ):
                hint = f"differentiate by `{square}`, or define `{name}`"
                raise ReadError("BN128", f"`{name}` is the root of the defined `{square}`", node.at, hint)
            case Pow(Sym(symbol), exponent) if exponent == 2:
                hint = f"define `{square_of(symbol)}`, not `{symbol}`"
                raise ReadError(
                    "BN128",
                    f"`{square_of(symbol)}` is the square of `{symbol}`, not a variable",
                    node.at,
                    hint,
                )
        raise ReadError("BN128", "one can differentiate by a name only", node.at)

    def gradient(self, of: Node, by: Node, at: Place) -> Value:
        value = self.derivative(of, (by,), False, at)
        if len(value.axes) == 2 and self.table.arity.get(canonical(by), 0) != 2:
            raise ReadError(
                "BN128",
                "the gradient of a vector has no one meaning",
                at,
                r"write `\frac{\partial u}{\partial v}`: the rows belong to u",
            )
        return value


def root_of_power(base: Term, exponent: Fraction) -> Term:
    """`base ** exponent`; an even root of an odd power is the power of the root: both are defined where
    what is raised is not negative (or is positive), and are the same there."""
    match base:
        case Pow(inner, n) if n.denominator == 1 and n.numerator % 2 and exponent.denominator % 2 == 0:
            return power(inner, n * exponent)
    return power(base, exponent)


RENAME = r"rename the summation index, e.g. `\sum_k`"


def numeric(node: Node) -> Fraction | None:
    """The number that an exponent is, without powers; None if it is none."""
    match node:
        case Number(value):
            return value
        case Paren(body):
            return numeric(body)
        case Plus(terms, signs):
            parts = [numeric(term) for term in terms]
            if None in parts:
                return None
            return sum((s * p for s, p in zip(signs, parts, strict=True) if p is not None), Fraction(0))
        case Quotient(above, below):
            top, bottom = numeric(above), numeric(below)
            return None if top is None or not bottom else top / bottom
    return None
