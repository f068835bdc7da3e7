"""`let A = B`: wherever A is written, B is read, on surface trees and from there on.

Imports the surface tree only.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeAlias, TypeVar

from bnsym.elaborate.calls import as_call
from bnsym.elaborate.conventions import Record, Rule
from bnsym.latex.ast import (
    Applied,
    Apply,
    BigSum,
    Component,
    Entrywise,
    Node,
    Number,
    Paren,
    Place,
    Plus,
    Power,
    Product,
    Sub,
    Symbol,
    Transpose,
    Whole,
    canonical,
    joined,
    measure,
    placed,
    rebuilt,
    unwrap,
    walk,
)
from bnsym.latex.commands import INDEX_LETTERS, STRAIGHT, WORD
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import called, is_word, span
from bnsym.latex.grouping import MAX_LEVELS

NO_LETTERS: frozenset[str] = frozenset()
Key = TypeVar("Key", str, tuple[tuple[str, ...], tuple[str, ...]])
Template: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""The letters above a name and those below it, each that is a parameter left empty."""


@dataclass(frozen=True)
class Alias:
    parameters: tuple[str, ...]
    """The index letters that its left side was written with."""
    target: Node
    size: int
    at: Place
    """Of its left side, in the file."""
    problem: ReadError | None = None
    """Why its right side can't be read: then no expression that uses it can be."""
    section: int = 0
    """In which its let stands."""
    says: tuple[str, ...] = ()
    """The name and its argument, where the file does not say in a let that it is a function."""


MAX_NODES = 20_000
"""A tree that aliases make larger than this is refused."""


@dataclass
class Aliases:
    """Those in force at one place of a file."""

    by_key: dict[str, Alias] = field(default_factory=dict)
    parts: dict[str, dict[Template, Alias]] = field(default_factory=dict)
    """By its base, what a name stands for that letters are parts of: its right side lacks them."""
    functions: dict[str, tuple[Symbol, Alias]] = field(default_factory=dict)
    r"""The argument's name and the value of each function that was named: `\operatorname{BN}(x)`."""
    kinds: set[type] = field(default_factory=set)
    """Of the left sides that are no names."""
    labels: set[str] = field(default_factory=set)
    """Letters that are no indices: in a subscript they are a part of the name."""
    section: int = 0
    """The one at hand."""
    spent: int = 0
    """Nodes that the aliases have put into the expression at hand."""
    record: Record = field(default_factory=Record)
    """Of the expression at hand."""

    def in_force(self) -> Aliases:
        """Those of now, whatever is said later."""
        parts = {base: dict(known) for base, known in self.parts.items()}
        by_key, functions = dict(self.by_key), dict(self.functions)
        kinds, labels = set(self.kinds), set(self.labels)
        return replace(self, by_key=by_key, parts=parts, functions=functions, kinds=kinds, labels=labels)

    def add(self, pattern: Node, target: Node, problem: ReadError | None = None) -> None:
        """Raises BN128 if the left side is nothing that a name can stand for, and BN127 if a let of the
        section says that it is something else: then it is neither."""
        pattern = as_call(unwrap(pattern))
        alias = Alias((), apart(target), measure(target)[0], pattern.at, problem, self.section)
        if isinstance(pattern, Component) and isinstance(pattern.body, Apply):
            primed = {letter: letter + "'" for letter in pattern.letters}
            whole = Whole(renamed(alias.target, primed), tuple(primed.values()), target.at)
            self._name_function(pattern.body, replace(alias, target=whole))
            return
        if isinstance(pattern, Apply):
            self._name_function(pattern, alias)
            return
        if isinstance(pattern, Product):
            pattern = paired(pattern) or pattern
        if isinstance(pattern, Symbol):
            self._name(nested(self.labelled(pattern)), alias, subscripts(target))
            return
        self.by_key[canonical(pattern)] = alias
        self.kinds.add(type(pattern))

    def _name(self, pattern: Symbol, alias: Alias, shared: frozenset[str]) -> None:
        template = _template(pattern, _indices(alias.target))
        fixed = _fixed(template) if template else ()
        letters = pattern.indices if template else _index_letters(pattern, shared)
        letters = tuple(letter for letter in letters if letter not in fixed)
        if len(set(letters)) < len(letters):
            raise ReadError("BN128", "a let names each index once", pattern.at)
        alias = replace(alias, parameters=letters)
        if template:
            _keep(self.parts.setdefault(pattern.base, {}), template, alias, pattern)
        else:
            _keep(self.by_key, pattern.base if letters else canonical(pattern), alias, pattern)

    def _name_function(self, pattern: Apply, alias: Alias) -> None:
        leaf, function = unwrap(pattern.argument), pattern.function
        if not isinstance(leaf, Symbol) or _index_letters(leaf, NO_LETTERS):
            hint = r"as in `let $\operatorname{BN}(x)$ = $y$`"
            raise ReadError("BN128", "a function is named with one whole name as its argument", leaf.at, hint)
        self.functions[canonical(function)] = leaf, alias
        if not is_word(function) and canonical(alias.target) != canonical(function):
            self.by_key[canonical(function)] = alias

    def call(self, name: Symbol, leaf: Symbol) -> None:
        """Makes a name a function of another, from which it is defined."""
        self.functions[canonical(name)] = leaf, Alias((), name, 1, name.at, says=(name.base, leaf.base))

    def apply(self, node: Node, record: Record | None = None) -> Node:
        """The node with everything that has an alias replaced; `record` gets which. Raises BN113 if it gets
        too large."""
        if not (self.by_key or self.parts or self.functions or self.labels):
            return node
        self.spent, self.record = 0, record or Record()
        result = self._apply(node, NO_LETTERS)
        if measure(result)[1] > MAX_LEVELS:
            raise ReadError("BN113", f"with its lets, this is nested more than {MAX_LEVELS} deep", node.at)
        return result

    def _spend(self, alias: Alias, at: Place) -> Node:
        if alias.problem:
            raise ReadError("BN128", "waits for what this name stands for", at, cause=alias.problem)
        self.record.take(Rule.FUNCTION if alias.says else Rule.NAMED, alias.at, *alias.says)
        self.spent += alias.size
        if self.spent > MAX_NODES:
            raise ReadError("BN113", f"with its lets, this has more than {MAX_NODES} parts", at)
        return placed(alias.target, lambda _: at)

    def labelled(self, node: Symbol) -> Symbol:
        """The symbol with a subscript of labels as a part of its name. Raises BN128 where a
        subscript mixes labels and indices."""
        if node.upper and set(node.upper) <= self.labels:
            node = replace(node, marks=f"{node.marks}^{{({','.join(node.upper)})}}", upper=())
        letters = set(node.sub.letters) if node.sub else set()
        plain = all("_" not in letter for letter in letters)
        if node.sub is not None and not (letters and plain) and (text := self._below(node.sub.node)):
            return replace(node, sub=replace(node.sub, text=text, letters=()))
        if node.sub is None or not letters & self.labels:
            return node
        if not letters <= self.labels:
            hint = f"write `({node.base}_{{{min(letters & self.labels)}}})_i`"
            raise ReadError("BN128", "this subscript mixes labels and indices", node.sub.at, hint)
        return replace(node, sub=replace(node.sub, letters=()))

    def _below(self, node: Node | None) -> str:
        """The spelling of what has no index: a step, or the name that `g_j` is where j is a label."""
        if isinstance(node, Symbol) and node.sub and set(node.sub.letters) <= self.labels and not node.upper:
            text = "".join(node.sub.letters) or node.sub.text
            return f"{node.base}_{{{text}}}" if text else ""
        return self._step(node)

    def _step(self, node: Node | None) -> str:
        """The spelling of `t - 1`, `(t + 1)`, where t is a label; or nothing."""
        match node:
            case Symbol() if node.bare and node.base in self.labels:
                return node.base
            case Paren(body) if text := self._step(body):
                return f"({text})"
            case Plus((first, Number(value)), (1, sign)) if value.denominator == 1:
                text = self._step(first)
                return f"{text}{'+' if sign > 0 else '-'}{value}" if text else ""
        return ""

    def _apply(self, node: Node, bound: frozenset[str]) -> Node:
        if isinstance(node, Power) and isinstance(node.base, Symbol) and (text := self._step(node.exponent)):
            node = replace(node.base, marks=f"{node.base.marks}^{{{text}}}", at=node.at)
        if isinstance(node, Symbol):
            return self._symbol(self.labelled(node), bound)
        if type(node) in self.kinds and (alias := self.by_key.get(canonical(node))):
            return self._spend(alias, node.at)
        if isinstance(node, Entrywise) and (defined := self.functions.get(f"{WORD}{node.name}}}")):
            call = Apply(Symbol(f"{WORD}{node.name}}}", node.at), node.argument, node.at)
            return self._call(call, *defined, 0, bound)
        if isinstance(node, Apply) and (found := self._function(node.function)):
            return self._call(node, *found, bound)
        if isinstance(node, Product):
            folded = joined(node, self._called)  # `f(0)^2`, `f^2(x)`, `f'(x)`, `f(x)_i`
            folded = joined(folded, self._pair) if isinstance(folded, Product) else folded
            if not isinstance(folded, Product):
                return self._apply(folded, bound)
            node = folded
        if isinstance(node, BigSum) and (clash := self.labels & set(node.letters)):
            raise ReadError("BN129", f"`{min(clash)}` is a label here, and a sum binds it", node.at)
        inner = bound | set(node.letters) if isinstance(node, BigSum) else bound
        return self._inside(node, inner)

    def _inside(self, node: Node, bound: frozenset[str]) -> Node:
        changed = rebuilt(node, lambda inner: self._apply(inner, bound))
        if isinstance(changed, Apply) and not isinstance(changed.function, Symbol):
            hint = r"write `\cdot` for the product, or say what it is at its argument with a let"
            raise ReadError("BN129", "a product or a function's value?", node.at, hint)
        if isinstance(node, BigSum) and isinstance(changed, BigSum):
            return replace(changed, size=node.size, within=node.within)  # no alias names a size or a set
        return changed

    # functions

    def _function(self, symbol: Symbol) -> tuple[Symbol, Alias, int] | None:
        """The argument's name and the value of a named function, and how often it is differentiated."""
        if not self.functions:
            return None
        plain = replace(symbol, marks=symbol.marks.rstrip("'"))
        found = self.functions.get(canonical(plain))
        return (*found, len(symbol.marks) - len(plain.marks)) if found else None

    def _call(self, node: Apply, leaf: Symbol, alias: Alias, order: int, bound: frozenset[str]) -> Node:
        target = self._spend(alias, node.at)
        if not order and canonical(unwrap(node.argument)) == canonical(leaf) and not _sums(target):
            return target
        return Applied(target, leaf, self._apply(node.argument, bound), node.at, order)

    def _called(self, function: Node, following: Node) -> Node | None:
        """A named function with its argument."""
        match function:
            case Symbol() if self._function(function):
                return called(function, following)
            case Power(Symbol() as symbol, exponent) if self._function(symbol):
                value = called(symbol, following)
                if value and not (isinstance(exponent, Number) and exponent.value > 0):
                    message = f"an inverse of the function `{symbol.base}`, or a power of its value?"
                    raise ReadError("BN129", message, function.at, "put the power behind the bracket")
                return value and Power(value, exponent, span(function, following))
            case Paren(body) if isinstance(following, Paren):
                names = (n for n in walk(body) if isinstance(n, Symbol) and self._function(n))
                if inner := next(names, None):
                    hint = rf"write `{inner.base}(…)` with its argument, or `\cdot` for a product"
                    raise ReadError("BN129", "a product or a function's value?", function.at, hint)
        return None

    def _symbol(self, node: Symbol, bound: frozenset[str]) -> Node:
        if self._function(node) and node.marks.endswith("'"):
            raise ReadError("BN129", f"`{node.base}` is a derivative, and its argument is missing", node.at)
        if self._names(nested(node).base):
            node = nested(node)
        if node.base in self.parts and (value := self._partly(node, bound)):
            return value
        known = self.by_key.get(node.base)
        letters = _index_letters(node, bound.union(known.parameters) if known else bound)
        found = self.by_key.get(canonical(node))
        if found and not found.parameters:
            return self._spend(found, node.at)
        if letters or node.bare:
            found = known
        if found is None:
            return node
        return self._entry(found, node, letters, bound) if letters else self._whole(found, node.at)

    def _names(self, *keys: str) -> bool:
        return any(key in self.by_key or key in self.parts for key in keys)

    def _partly(self, node: Symbol, bound: frozenset[str]) -> Node | None:
        """What a name stands for that letters are parts of; None where it is another name. Raises BN129
        where it can't be told."""
        parts, known, given = self.parts[node.base], self.by_key.get(node.base), _letters(node)
        fitting = [template for template in parts if _fits(template, given)]
        best = max((len(_fixed(template)) for template in fitting), default=0)
        meant = [template for template in fitting if len(_fixed(template)) == best]
        if len(meant) == 1 and bound.isdisjoint(_fixed(meant[0])):
            alias = parts[meant[0]]
            letters = [new for old, new in zip(_both(meant[0]), _both(given), strict=True) if not old]
            return renamed(self._spend(alias, node.at), dict(zip(alias.parameters, letters, strict=True)))
        whole = [t for t in parts if node.sub is None and t[0] == node.upper and not any(t[1])]
        if node.upper and len(whole) == 1:
            return self._whole(parts[whole[0]], node.at)
        entries = _index_letters(node, bound)
        unsure = entries or (node.bare and any("" in _both(template) for template in parts))
        if not meant and (not unsure or _covers(known, entries) or _is_kronecker(node, parts)):
            return None
        what = f"letters of `{canonical(node)}` are parts of a name in a let, and here they may be indices"
        raise ReadError("BN129", what, node.at, "give it a name of its own, or say with a let what it is")

    def _entry(self, found: Alias, node: Symbol, letters: tuple[str, ...], bound: frozenset[str]) -> Node:
        if node.base == r"\delta" and len(letters) == 2:
            if len(found.parameters) != 2:
                return node  # Kronecker's, beside a gradient of that name
            if any(new not in bound | {old} for old, new in zip(found.parameters, letters, strict=True)):
                what = (
                    f"Kronecker's delta, or what a let calls `{node.base}_{{{''.join(found.parameters)}}}`?"
                )
                raise ReadError("BN129", what, node.at, "give one of the two another name")
        target = self._spend(found, node.at)
        if found.parameters:
            if len(found.parameters) != len(letters):
                raise ReadError(
                    "BN123", f"`{node.base}` has {len(found.parameters)} indices in its let", node.at
                )
            return renamed(target, dict(zip(found.parameters, letters, strict=True)))
        if isinstance(target, Symbol) and target.bare:
            return replace(target, sub=node.sub, upper=node.upper)
        return Component(target, letters, node.at)

    def _whole(self, found: Alias, at: Place) -> Node:
        """The array of what a let gives by components, its letters kept apart from all others."""
        apart = {letter: letter + "'" for letter in found.parameters}
        return Whole(renamed(self._spend(found, at), apart), tuple(apart.values()), at)

    def _pair(self, first: Node, second: Node) -> Node | None:
        r"""Two factors that together are one name: `d\hat{x}_i`, `d\sigma^2`, `\nabla\gamma`."""
        pair = paired(Product((first, second), ("", ""), span(first, second)))
        if pair and self._names(pair.base, canonical(pair), nested(pair).base):
            return pair
        match second:
            case Power(Symbol() as base) if inner := self._pair(first, base):
                return replace(second, base=inner)
            case Transpose(Symbol() as body) if inner := self._pair(first, body):
                return replace(second, body=inner)
        return None


def paired(node: Product) -> Symbol | None:
    match node.factors, node.operators:
        case (Symbol() as first, Symbol() as second), ("", "") if first.bare:
            base = "d" if first.base in STRAIGHT else first.base
            gap = " " if base[-1].isalpha() and base.startswith("\\") else ""
            at = span(first, second)
            return Symbol(base + gap + second.base, at, sub=second.sub, upper=second.upper)
        case (first, Power(Symbol() as second, Number(value))), operators:
            pair = paired(Product((first, second), operators, node.at))
            return pair and replace(pair, marks=f"^{{{value}}}")
    return None


def nested(symbol: Symbol) -> Symbol:
    """`d_{x_i}` as what it is as a whole: the name `d_{x}` with the index i."""
    inner = symbol.sub.node if symbol.sub else None
    if symbol.sub is None or not isinstance(inner, Symbol) or symbol.upper:
        return symbol
    letters = _index_letters(inner, NO_LETTERS)
    if not letters:
        return symbol
    sub = Sub("".join(letters), letters, None, symbol.sub.at)
    return replace(symbol, marks=f"{symbol.marks}_{{{inner.base}}}", sub=sub)


def _index_letters(node: Symbol, bound: frozenset[str]) -> tuple[str, ...]:
    if any(s not in bound and s.rstrip("'") not in INDEX_LETTERS for s in node.below):
        return ()
    return () if node.sub and not node.below else node.indices


def _letters(node: Symbol) -> Template:
    return node.upper, node.below


def _both(letters: Template) -> tuple[str, ...]:
    return letters[0] + letters[1]


def _fixed(template: Template) -> tuple[str, ...]:
    return tuple(filter(None, _both(template)))


def _template(pattern: Symbol, own: frozenset[str]) -> Template | None:
    """How a let writes a name that letters are parts of, those that its right side lacks; None where all
    are indices, or none may be."""
    above, below = _letters(pattern)
    lacking = set(pattern.indices) - own
    if not lacking or (pattern.sub and not below):
        return None
    if lacking == set(pattern.indices) and not _index_letters(pattern, NO_LETTERS):
        return None
    return tuple("" if a in own else a for a in above), tuple("" if b in own else b for b in below)


def _fits(template: Template, letters: Template) -> bool:
    same = [len(part) for part in template] == [len(part) for part in letters]
    return same and all(a in ("", b) for a, b in zip(_both(template), _both(letters), strict=True))


def _covers(known: Alias | None, letters: tuple[str, ...]) -> bool:
    """Whether what a let says of the name by its indices, or as a whole, is said of these entries."""
    return known is not None and (not known.parameters or len(known.parameters) == len(letters))


def _is_kronecker(node: Symbol, parts: Iterable[Template]) -> bool:
    entries = node.base == r"\delta" and not node.upper and len(node.indices) == 2
    return entries and all(len(below) != 2 for _, below in parts)


def _keep(table: dict[Key, Alias], key: Key, alias: Alias, pattern: Symbol) -> None:
    """Takes a let. Raises BN127 if the section has another one of the same left side."""
    known = table.get(key)
    table[key] = alias
    if known is None or known.section != alias.section or len(known.parameters) != len(alias.parameters):
        return
    if known.at == alias.at:
        table[key] = replace(alias, problem=alias.problem or known.problem)
    elif known.problem or _value(known) != _value(alias):
        message = f"two lets of one section say what `{canonical(pattern)}` is, and not the same"
        hint = "give one of the two another name; parts of names: `<!-- bnsym: label $a$, $b$ -->`"
        error = ReadError("BN127", message, pattern.at, hint)
        table[key] = replace(alias, problem=error)
        raise error


def _value(alias: Alias) -> str:
    numbered = {letter: f"{k}" for k, letter in enumerate(alias.parameters)}
    return canonical(renamed(alias.target, numbered))


def _sums(node: Node) -> bool:
    """Whether it binds letters, which are its own."""
    return any(isinstance(inner, BigSum) for inner in walk(node))


def apart(node: Node) -> Node:
    """The node with letters of its own in its sums: it is about to stand inside others."""
    taken = {letter for inner in walk(node) for letter in _written(inner)}
    return renamed(node, {}, frozenset(taken))


def subscripts(node: Node) -> frozenset[str]:
    """The letters below its names: below the name of it too, they count its entries."""
    symbols = (inner for inner in walk(node) if isinstance(inner, Symbol) and inner.sub is not None)
    return frozenset(letter for symbol in symbols if symbol.sub for letter in symbol.sub.letters)


def _indices(node: Node) -> frozenset[str]:
    """The letters in it that stand for entries; those that it binds are kept apart from all others."""
    found: set[str] = set()
    for inner in walk(node):
        if isinstance(inner, Component):
            found.update(inner.letters)
        elif isinstance(inner, Symbol):
            below = inner.sub
            found.update(inner.upper, (*below.letters, *below.entries) if below else ())
            if below and below.node:
                found |= _indices(below.node) | {n.base for n in walk(below.node) if isinstance(n, Symbol)}
    return frozenset(found)


def _written(node: Node) -> tuple[str, ...]:
    match node:
        case Symbol():
            return (*node.below, *node.upper, node.base)
        case BigSum() | Whole() | Component():
            return node.letters
    return ()


def renamed(node: Node, names: dict[str, str], taken: frozenset[str] = NO_LETTERS) -> Node:
    """The node with index letters replaced; the letters that it binds keep clear of the new ones, and
    of those taken."""
    match node:
        case Symbol():
            sub = node.sub and _renamed_sub(node.sub, names)
            core = names.get(node.core, node.core) if node.bare else node.core
            return replace(node, core=core, sub=sub, upper=tuple(names.get(u, u) for u in node.upper))
        case BigSum() | Whole():
            clear = taken.union(names.values())
            names = names | {letter: _clear_of(letter, clear) for letter in node.letters}
            node = replace(node, letters=tuple(names[letter] for letter in node.letters))
        case Component():
            node = replace(node, letters=tuple(names.get(letter, letter) for letter in node.letters))
    if isinstance(node, BigSum):
        pairs = tuple((names.get(a, a), names.get(b, b)) for a, b in node.excluded)
        body = renamed(node.body, names, taken)
        return replace(node, excluded=pairs, body=body)
    return rebuilt(node, lambda inner: renamed(inner, names, taken))


def _clear_of(letter: str, taken: frozenset[str]) -> str:
    while letter in taken:
        letter += "'"
    return letter


def _renamed_sub(sub: Sub, names: dict[str, str]) -> Sub:
    letters = tuple(names.get(letter, letter) for letter in sub.letters)
    node = sub.node and renamed(sub.node, names)
    return replace(sub, letters=letters, text="".join(letters) if letters else sub.text, node=node)
