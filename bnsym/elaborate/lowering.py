"""Surface tree → typed terms: what each notation means (design, section 4).

One `Lowering` reads one expression of one file: it knows the symbol table and the index
spaces, and collects the letters that the expression leaves free or binds. Index spaces
stay variables and open axes stay placeholders until `closing` names them. Names, indices and
sums are read here; `multiplying`, `functions` and `differentiating` read the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from bnsym.elaborate.applications import Bodies
from bnsym.elaborate.closing import numbered
from bnsym.elaborate.conventions import Record, Rule
from bnsym.elaborate.differentiating import derivative, gradient
from bnsym.elaborate.functions import apply, at_argument, entrywise
from bnsym.elaborate.index_spaces import BATCH, Spaces
from bnsym.elaborate.multiplying import power_of, product, root, squared_entries, squared_norm
from bnsym.elaborate.shapes import is_delta
from bnsym.elaborate.symbols import IDENTITIES, Table, size_name, square_of
from bnsym.elaborate.tensors import Algebra, Value, check_copies, identity, ones
from bnsym.latex.ast import (
    Absolute,
    Applied,
    Apply,
    BigSum,
    Component,
    Derivative,
    Entrywise,
    Frobenius,
    Gradient,
    Indicator,
    Inner,
    Listing,
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
    walk,
)
from bnsym.latex.commands import EXPECTATION, ONES
from bnsym.latex.errors import ReadError
from bnsym.latex.scripts import letter_of
from bnsym.terms import (
    HALF,
    Delta,
    Index,
    Max,
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


@dataclass
class Lowering:
    table: Table
    spaces: Spaces
    total: bool = False
    """Derivatives of defined names are total (the directive `partial total`)."""
    bodies: Bodies = field(default_factory=dict)
    """What has been defined so far, for functions of it."""
    record: Record = field(default_factory=Record)
    """The conventions that are taken."""
    free: dict[str, Place] = field(default_factory=dict)
    """The index letters that the expression leaves free, and where each occurs first."""
    left_out: dict[str, Place] = field(default_factory=dict)
    """Of `free`, those that stand only inside sums which leave them out, as i does in `\\sum_{j \\ne i}`."""
    summed: dict[str, Place] = field(default_factory=dict)
    """The index letters that it binds, and where."""
    bound: dict[str, Index] = field(default_factory=dict)
    turned: bool = False
    """A number that is written with a transposition may stand beside a matrix."""

    @cached_property
    def algebra(self) -> Algebra:
        return Algebra(self.spaces, self.table.line_said, lambda at: self.record.take(Rule.REPEATED, at))

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
            case Paren(Symbol() | Number(), shape="[" | "{"):
                message = "brackets around one thing: an integer part, a set, a matrix?"
                raise ReadError("BN128", message, node.at, "leave them out where they mean nothing")
            case Paren(body):
                return self.lower(body)
            case Plus(terms, signs):
                return self.plus([(s, self.lower(t), t.at) for s, t in zip(signs, terms, strict=True)], terms)
            case Product():
                return product(self, node)
            case Quotient(above, below):
                return self.algebra.quotient(self.lower(above), self.lower(below), below.at)
            case Power():
                return power_of(self, node)
            case Root(degree, body):
                return root(self, degree, body)
            case Transpose(body):
                return self.algebra.transposed(self.lower(body), node.at)
            case _:
                return self.operator(node)

    def operator(self, node: Node) -> Value:
        match node:
            case Norm(body):
                return Value(sqrt(squared_norm(self, body, node.at)))
            case Frobenius(body):
                return Value(sqrt(squared_entries(self, body, node.at)))
            case Absolute(Symbol() as values) if size_name(values) in self.table.parts:
                axis = self.axis()
                return Value(Sum(axis, self.member(values, axis)))
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
                return derivative(self, node.of, node.by, node.straight, node.at)
            case Gradient(of, by):
                return gradient(self, of, by, node.at)
            case Indicator(left, right):
                return Value(self.delta(letter_of(left), letter_of(right), node.at))
            case Apply(function, argument):
                return apply(self, function, argument, node.at)
            case Applied():
                return at_argument(self, node)
            case Entrywise(name, argument):
                return entrywise(self, name, argument, node.at)
            case Component(body, letters):
                return self.component(body, letters, node.at)
            case Whole(body, letters):
                return self.whole(body, letters, node.at)
        what = "a set is no number and no array" if isinstance(node, Listing) else "this has no meaning here"
        raise ReadError("BN128", what, node.at)

    def plus(self, parts: list[tuple[int, Value, Place]], terms: tuple[Node, ...]) -> Value:
        numbers = [
            term
            for (_, value, _), term in zip(parts, terms, strict=True)
            if not (value.axes or value.is_zero)
        ]
        turned = self.turned and all(any(isinstance(n, Transpose) for n in walk(term)) for term in numbers)
        value = self.algebra.plus(parts, turned=turned)
        if numbers and len(numbers) < len(parts) and not turned:
            self.record.take(Rule.ADDED, (parts[0][2][0], parts[-1][2][1]))
        return value

    def scalar(self, node: Node) -> Term:
        return self.number(self.lower(node), node.at)

    def number(self, value: Value, at: Place) -> Term:
        if value.axes:
            what = self.algebra.describe(value)
            raise ReadError("BN124", f"a number is needed here; {what}", at, "write it with its index")
        return value.term

    def vector(self, node: Node) -> Value:
        """A vector, or the vector of ones where the literal 1 stands for it."""
        if isinstance(node, Number) and node.value == 1:
            self.record.take(Rule.ONES, node.at)
            return self.ones()
        return self.lower(node)

    # names and indices

    def axis(self, space: str = "") -> Index:
        """A new open axis."""
        return self.spaces.open_axis(space or self.spaces.fresh())

    def index(self, letter: str, at: Place, space: str = "") -> Index:
        """The index that a letter is, or a number; `space`: of the axis that it stands at."""
        if letter in self.bound:
            return self.bound[letter]
        if letter.isdigit():
            self.record.take(Rule.ENTRY_NUMBER, at, letter)
            return numbered(letter, space or self.spaces.fresh())
        if letter in self.table.sizes:
            raise ReadError("BN129", f"`{letter}` is the name of a size and stands here as an index", at)
        self.free.setdefault(letter, at)
        self.left_out.pop(letter, None)
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
            self.record.take(Rule.ONES, node.at)
            return self.vector_of_ones(node)
        if self.table.is_identity(node):
            self.record.take(Rule.IDENTITY, node.at)
            axis = self.axis()
            if node.sub is not None:
                self.spaces.set_size(axis.space, node.sub.text, node.at, "the identity")
            return identity(axis, self.axis(axis.space))
        entry = name in IDENTITIES and name in self.table.constants
        if len(letters) == 2 and (entry or is_delta(node, letters, self.table)):
            self.record.take(Rule.KRONECKER, node.at)
            return Value(self.delta(letters[0], letters[1], node.at))
        if letters and name == self.table.entries.get(node.base):
            self.record.take(Rule.ENTRY, node.at, canonical(node), name)
        if letters and node.core in ONES:
            hint = rf"an indicator is written `{node.core}[i = j]`; what else it stands for a let says"
            message = f"`{name}` is the vector of ones, and is written with indices of its own here"
            raise ReadError("BN123", message, node.at, hint)
        if name in self.table.squares:
            self.record.take(Rule.ROOT, node.at, name, square_of(name))
            value = self.array(square_of(name), name, letters, node.at)
            return replace(value, term=self.root_of(value, node.at))
        return self.array(name, name, letters, node.at)

    def check_name(self, node: Symbol, name: str, letters: tuple[str, ...]) -> None:
        if not letters and node.bare and (name in self.bound or name in self.table.declared):
            message = f"`{name}` is an index here and stands as a number"
            raise ReadError("BN129", message, node.at, "give the index another letter")
        if not letters and name in self.table.unclear_losses:
            message = f"`{name}` is differentiated like a function and used like a number"
            hint = rf"define it, or write `\frac{{\partial {name}}}{{\partial …}}` throughout"
            raise ReadError("BN129", message, node.at, hint)
        if name == BATCH and name not in self.table.sizes and (values := self.spaces.uncounted()):
            hint = f"say it: `<!-- bnsym: assume $|{values}| = m$ -->`"
            message = f"nothing says whether `m` is the number of members of `{values}`"
            raise ReadError("BN129", message, node.at, hint)
        if (plain := _NUMBERED.sub("", name)) != name and self.table.arity.get(plain, 0) > len(letters):
            message = f"`{name}`: an entry of `{plain}`, or a name of its own?"
            raise ReadError("BN128", message, node.at, "write the number as a part of the name: `x_1`")
        if not letters and name in self.table.losses:
            hint = "only its derivatives are known"
            raise ReadError("BN128", f"`{name}` is a function whose values nothing defines", node.at, hint)
        if node.core in EXPECTATION and name not in self.table.defined:
            hint = r"put what is averaged in brackets: `\mathbb{E}[…]`"
            raise ReadError("BN128", f"`{canonical(node)}` alone has no meaning", node.at, hint)
        if node.core == r"\nabla" and name not in self.table.defined:
            hint = f"give it one: `<!-- bnsym: let ${canonical(node)}$ = $...$ -->`"
            raise ReadError("BN128", f"`{canonical(node)}` alone has no meaning", node.at, hint)
        if node.sub and node.sub.text in self.table.sizes and self._has_indices(node.base):
            message = f"`{name}`: the last component of `{node.base}` has no meaning for every size"
            raise ReadError("BN128", message, node.at)
        if node.sub and not letters and node.sub.entries and self._has_indices(node.base):
            message = f"`{name}`: `{node.base}` has {self.table.arity[node.base]} indices elsewhere"
            raise ReadError("BN128", message, node.at)

    def _has_indices(self, name: str) -> bool:
        return bool(self.table.arity.get(name, 0)) and name in self.table.first_seen

    def vector_of_ones(self, node: Symbol) -> Value:
        value = self.ones()
        if node.sub is not None:
            self.spaces.set_size(value.axes[0].space, node.sub.text, node.at, "the vector of ones")
        else:
            # one name, one kind: `e` is the same vector throughout the file, of the size that is said
            for name in ("e", node.base) if node.base in self.table.typed else ("e",):
                known = self.spaces.axis(name, 0)
                self.spaces.unify(value.axes[0].space, known, node.at, "the vector of ones")
        return value

    def ones(self) -> Value:
        axis = self.axis()
        self.spaces.ones = self.spaces.ones or axis.space
        return ones(axis)

    def root_of(self, value: Value, at: Place) -> Term:
        if value.axes:
            message = f"the root of a vector: {self.algebra.describe(value)}"
            raise ReadError("BN124", message, at, "write it with its index")
        return sqrt(value.term)

    def array(self, name: str, key: str, letters: tuple[str, ...], at: Place) -> Value:
        """A component where there are letters, else the whole array with open axes."""
        arity = self.table.arity.get(key, 0)
        if len(letters) == 1 and arity == 2:
            return self.row_of(name, key, letters[0], at)
        if letters and len(letters) != arity:
            raise self.table.kind_conflict(key, letters, at)
        if not letters and arity > 2:
            message = f"`{key}` has {arity} indices elsewhere, and none here"
            raise ReadError("BN124", message, at, "write them: whole arrays have one or two")
        if not letters:
            axes = tuple(self.axis(self.spaces.axis(key, k)) for k in range(arity))
            return Value(Sym(name, axes), axes, key in self.table.rows, what=key)
        indices = tuple(self.index(x, at, self.spaces.axis(key, k)) for k, x in enumerate(letters))
        for k, index in enumerate(indices):
            self.spaces.unify(self.spaces.axis(key, k), index.space, at, f"`{index.name}` in `{key}`")
        return Value(Sym(name, indices), what=f"{key}_{{{','.join(letters)}}}" if letters else key)

    def row_of(self, name: str, key: str, letter: str, at: Place) -> Value:
        """`x_i` where the entries are `x_{ij}`: the vector of those whose first index is i."""
        first, second = (self.spaces.axis(key, k) for k in range(2))
        index = self.index(letter, at, first)
        if self.spaces.same(index.space, second) and not self.spaces.same(first, second):
            message = f"`{key}_{{{letter}}}`: is `{letter}` the second index of `{key}` here?"
            raise ReadError("BN129", message, at, f"write `{key}` with both indices")
        self.record.take(Rule.ROW, at, f"{key}_{{{letter}}}", key)
        self.spaces.unify(first, index.space, at, f"`{letter}` in `{key}`")
        axis = self.axis(second)
        return Value(Sym(name, (index, axis)), (axis,), what=f"{key}_{{{letter}}}")

    def component(self, body: Node, letters: tuple[str, ...], at: Place) -> Value:
        value = self.lower(body)
        if len(value.axes) != len(letters):
            message = f"{self.algebra.describe(value)}, and has {len(letters)} indices here"
            raise ReadError("BN124", message, at)
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

    # operators

    @contextmanager
    def binding(self, letters: tuple[str, ...], at: Place) -> Iterator[tuple[Index, ...]]:
        outer = dict(self.bound)
        for letter in letters:
            if letter in outer:
                message = f"index {letter} is bound twice, one sum inside the other"
                raise ReadError("BN122", message, at, RENAME)
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
        for letter in node.letters if name and not node.by_mean else ():
            self.spaces.set_size(self.spaces.letter(letter), name, node.at, f"`{letter}`")
        part = node.within if size_name(node.within) in self.table.parts else None
        if node.within is not None and part is None:
            self.one_set(node.within)
            self.spaces.within(self.spaces.letter(node.letters[0]), size_name(node.within), node.at)
        alone = [
            k for _, k in node.excluded if k not in self.bound and (k not in self.free or k in self.left_out)
        ]
        with self.binding(node.letters, node.at) as indices:
            value = self.lower(node.body)
        if node.by_mean and not self.spaces.describe(indices[0].space):
            self.spaces.set_size(indices[0].space, name, node.at, f"`{indices[0].name}`")
        self.check_summand(node, value)
        term = mul(self.member(part, indices[0]), value.term) if part is not None else value.term
        for index in reversed(indices):
            term = Sum(index, term)
        if node.excluded:
            check_copies(term, 2, node.at)
            term = add(term, neg(self._excluded(node, value.term)))
            self.left_out |= dict.fromkeys(alone, node.at)
        return replace(value, term=term, what="")

    def member(self, values: Symbol, index: Index) -> Term:
        """1 where the index is in a set that is a part of what it runs over, else 0."""
        name, letters = self.table.split(values, self.bound)
        base, below, label = name.partition("_{")
        one = f"{PART}{{{base},{label}" if below else f"{PART}{{{name}}}"
        self.table.arity[one] = len(letters) + 1
        axes = [self.spaces.axis(one, k) for k in range(len(letters) + 1)]
        indices = (*(self.index(x, values.at, axis) for x, axis in zip(letters, axes, strict=False)), index)
        for own, axis in zip(indices, axes, strict=True):
            self.spaces.unify(axis, own.space, values.at, f"`{own.name}` in `{name}`")
        self.record.take(Rule.PART, values.at, canonical(values))
        return Sym(one, indices)

    def one_set(self, values: Symbol) -> None:
        """A set for each value of an index is not read."""
        name, letters = self.table.split(values, self.bound)
        if letters:
            hint = "give each set a name of its own: `A`, `B`"
            raise ReadError("BN128", f"`{name}` is another set for each {letters[0]}", values.at, hint)

    def check_summand(self, node: BigSum, value: Value) -> None:
        """A whole vector, over and over: more likely an index was left out."""
        inside = {i.name for i in free_indices(value.term)} if value.axes else node.letters
        if missing := [letter for letter in node.letters if letter not in inside]:
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
        over = node.variable
        name, letters = self.table.split(over, self.bound) if isinstance(over, Symbol) else ("", ())
        if not name or letters or self.table.arity.get(name, 0) != 2 or name in self.table.defined:
            raise ReadError("BN120", "a maximum is read over a free matrix only", over.at)
        radius = self.scalar(node.radius)
        axes = tuple(Index(letter, self.spaces.axis(name, k)) for k, letter in enumerate("ij"))
        body = self.scalar(node.body)
        if not any(isinstance(t, Sym) and t.name == name for t in inside(body)):
            message = f"what the maximum is taken of does not show `{name}`"
            hint = rf"write how it depends on it, as in `\Vert {name}^T v \Vert`"
            raise ReadError("BN120", message, node.body.at, hint)
        return Value(Max(Sym(name, axes), radius, body))


@lru_cache(maxsize=1 << 14)
def is_simple(node: Node) -> bool:
    """Whether it is made of entries and numbers: neither a function nor a set of the file stands in it."""
    return all(isinstance(n, _SIMPLE) and not (isinstance(n, BigSum) and n.within) for n in walk(node))


_SIMPLE = (Number, Symbol, Plus, Product, Quotient, Power, Root, Paren, BigSum)
PART = r"\mathrm{in}_"
"""How the names begin that are 1 for the members of a set."""
_NUMBERED = re.compile(r"\^\{\(\d+\)\}")
"""A number in brackets above a name: a label, unless the name has an index there elsewhere."""
RENAME = r"rename the summation index, e.g. `\sum_k`"
