"""`let A = B`: wherever A is written, B is read, on surface trees and from there on.

Imports the surface tree only.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace

from bnsym.latex.ast import (
    Applied,
    Apply,
    BigSum,
    Component,
    Node,
    Number,
    Paren,
    Place,
    Plus,
    Power,
    Product,
    Sub,
    Symbol,
    Whole,
    canonical,
    children,
    measure,
    moved,
    unwrap,
    walk,
)
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import INDEX_LETTERS, is_word, word_of

NO_LETTERS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Alias:
    parameters: tuple[str, ...]
    """The index letters that its left side was written with."""
    target: Node
    size: int
    problem: str = ""
    """Why its right side can't be read: then no expression that uses it can be."""


MAX_NODES = 20_000
MAX_LEVELS = 200
"""A tree that aliases make larger or deeper than this is refused."""


@dataclass
class Aliases:
    """Those in force at one place of a file."""

    by_key: dict[str, Alias] = field(default_factory=dict)
    functions: dict[str, tuple[Symbol, Alias]] = field(default_factory=dict)
    r"""The argument's name and the value of each function that was named: `\operatorname{BN}(x)`."""
    labels: set[str] = field(default_factory=set)
    """Letters that are no indices: in a subscript they are a part of the name."""
    spent: int = 0
    """Nodes that the aliases have put into the expression at hand."""

    def add(self, pattern: Node, target: Node, problem: str = "") -> None:
        """Raises BN128 if the left side is nothing that a name can stand for."""
        pattern = unwrap(pattern)
        size, _ = measure(target)
        if isinstance(pattern, Apply):
            leaf = unwrap(pattern.argument)
            if not isinstance(leaf, Symbol) or _index_letters(leaf, NO_LETTERS):
                hint = r"as in `let $\operatorname{BN}(x)$ = $y$`"
                raise ReadError(
                    "BN128", "a function is named with one whole name as its argument", leaf.at, hint
                )
            self.functions[word_of(pattern.function)] = leaf, Alias((), target, size, problem)
            if not is_word(pattern.function) and canonical(target) != canonical(pattern.function):
                self.by_key[canonical(pattern.function)] = Alias((), target, size, problem)
            return
        if isinstance(pattern, Product):
            pattern = _paired(pattern) or pattern
        if isinstance(pattern, Symbol):
            letters = _index_letters(self.labelled(pattern), NO_LETTERS)
            if len(set(letters)) < len(letters):
                raise ReadError("BN128", "a let names each index once", pattern.at)
            key = pattern.base if letters else canonical(pattern)
            known = self.by_key.get(key)
            if letters and known and set(known.parameters).isdisjoint(letters):
                message = f"`{key}` has a let with the index {', '.join(known.parameters)} already"
                hint = "if these letters are parts of names: `<!-- bnsym: label $a$, $b$ -->`"
                raise ReadError("BN127", message, pattern.at, hint)
            self.by_key[key] = Alias(letters, target, size, problem)
            return
        self.by_key[canonical(pattern)] = Alias((), target, size, problem)

    def apply(self, node: Node) -> Node:
        """The node with everything that has an alias replaced. Raises BN113 if it gets too large."""
        if not self.by_key and not self.functions and not self.labels:
            return node
        self.spent = 0
        result = self._apply(node, NO_LETTERS)
        if measure(result)[1] > MAX_LEVELS:
            raise ReadError("BN113", f"with its lets, this is nested more than {MAX_LEVELS} deep", node.at)
        return result

    def _spend(self, alias: Alias, at: Place) -> Node:
        if alias.problem:
            raise ReadError("BN128", "the let of this name could not be read", at, alias.problem)
        self.spent += alias.size
        if self.spent > MAX_NODES:
            raise ReadError("BN113", f"with its lets, this has more than {MAX_NODES} parts", at)
        return moved(alias.target, at)

    def labelled(self, node: Symbol) -> Symbol:
        """The symbol with a subscript of labels as a part of its name. Raises BN128 where a
        subscript mixes labels and indices."""
        if node.upper and set(node.upper) <= self.labels:
            node = replace(node, marks=f"{node.marks}^{{({','.join(node.upper)})}}", upper=())
        letters = set(node.sub.letters) if node.sub else set()
        if node.sub is not None and not letters and (text := self._step(node.sub.node)):
            return replace(node, sub=replace(node.sub, text=text))
        if node.sub is None or not letters & self.labels:
            return node
        if not letters <= self.labels:
            hint = f"write `({node.base}_{{{min(letters & self.labels)}}})_i`"
            raise ReadError("BN128", "this subscript mixes labels and indices", node.sub.at, hint)
        return replace(node, sub=replace(node.sub, letters=()))

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
        if alias := self.by_key.get(canonical(node)):
            return self._spend(alias, node.at)
        if isinstance(node, Apply) and (found := self.functions.get(word_of(node.function))):
            leaf, alias = found
            target = self._spend(alias, node.at)
            if canonical(unwrap(node.argument)) == canonical(leaf) and not _sums(target):
                return target
            return Applied(target, leaf, self._apply(node.argument, bound), node.at)
        if isinstance(node, Product):
            node = self._pairs(node)
            if isinstance(node, Symbol):
                return self._symbol(self.labelled(node), bound)
        if isinstance(node, BigSum) and (clash := self.labels & set(node.letters)):
            raise ReadError("BN129", f"`{min(clash)}` is a label here, and a sum binds it", node.at)
        inner = bound | set(node.letters) if isinstance(node, BigSum) else bound
        return self._inside(node, inner)

    def _inside(self, node: Node, bound: frozenset[str]) -> Node:
        changes: dict[str, object] = {}
        kinds = set(map(id, children(node)))
        for spec in fields(node):
            value = getattr(node, spec.name)
            if id(value) in kinds:
                changes[spec.name] = self._apply(value, bound)
            elif isinstance(value, tuple) and any(id(v) in kinds for v in value):
                changes[spec.name] = tuple(self._apply(v, bound) for v in value)
        size = getattr(node, "size", None)
        if size is not None:
            changes["size"] = size  # the name of a size has no alias
        if isinstance(node, BigSum):
            changes["within"] = node.within
        return replace(node, **changes) if changes else node  # type: ignore[arg-type]

    def _symbol(self, node: Symbol, bound: frozenset[str]) -> Node:
        alias = self.by_key.get(canonical(node))
        if alias and not alias.parameters:
            return self._spend(alias, node.at)
        letters = _index_letters(node, bound)
        found = self.by_key.get(node.base) if letters or node.bare else None
        if found is None:
            return node
        if not letters:
            return self._whole(found, node.at)
        target = self._spend(found, node.at)
        if found.parameters:
            if len(found.parameters) != len(letters):
                raise ReadError(
                    "BN123", f"`{node.base}` has {len(found.parameters)} indices in its let", node.at
                )
            return _renamed(target, dict(zip(found.parameters, letters, strict=True)))
        if isinstance(target, Symbol) and target.bare:
            return replace(target, sub=node.sub, upper=node.upper)
        return Component(target, letters, node.at)

    def _whole(self, found: Alias, at: Place) -> Node:
        """The array of what a let gives by components, its letters kept apart from all others."""
        apart = {letter: letter + "'" for letter in found.parameters}
        return Whole(_renamed(self._spend(found, at), apart), tuple(apart.values()), at)

    def _pairs(self, node: Product) -> Node:
        r"""Two factors that together are one name: `d\hat{x}_i`, `\nabla\gamma`."""
        factors, operators = list(node.factors), list(node.operators)
        for k in range(len(factors) - 2, -1, -1):
            pair = _paired(Product((factors[k], factors[k + 1]), ("", operators[k + 1]), node.at))
            if pair and (pair.base in self.by_key or canonical(pair) in self.by_key):
                factors[k : k + 2] = [pair]
                del operators[k + 1]
        return factors[0] if len(factors) == 1 else Product(tuple(factors), tuple(operators), node.at)


def _paired(node: Product) -> Symbol | None:
    match node.factors, node.operators:
        case (Symbol() as first, Symbol() as second), ("", "") if first.bare:
            at = (first.at[0], second.at[1])
            gap = " " if first.base[-1].isalpha() and first.base.startswith("\\") else ""
            return Symbol(first.base + gap + second.base, at, sub=second.sub, upper=second.upper)
    return None


def _index_letters(node: Symbol, bound: frozenset[str]) -> tuple[str, ...]:
    sub = node.sub.letters if node.sub else ()
    if any(s not in bound and s.rstrip("'") not in INDEX_LETTERS for s in sub) or (node.sub and not sub):
        return ()
    return (*node.upper, *sub)


def _sums(node: Node) -> bool:
    """Whether it binds letters, which are its own."""
    return any(isinstance(inner, BigSum) for inner in walk(node))


def _renamed(node: Node, names: dict[str, str]) -> Node:
    """The node with index letters replaced; a sum that binds one of them is refused."""
    if isinstance(node, Symbol):
        sub = node.sub and _renamed_sub(node.sub, names)
        core = names.get(node.core, node.core) if node.bare and node.core in names else node.core
        return replace(node, core=core, sub=sub, upper=tuple(names.get(u, u) for u in node.upper))
    if isinstance(node, BigSum | Whole):
        names = {k: v for k, v in names.items() if k not in node.letters}
        if clash := set(names.values()) & set(node.letters):
            raise ReadError("BN122", f"the let sums over {clash.pop()} already", node.at)
    changes: dict[str, object] = {}
    for spec in fields(node):
        value = getattr(node, spec.name)
        if spec.name == "letters" and isinstance(node, Component):
            changes["letters"] = tuple(names.get(v, v) for v in node.letters)
        elif any(value is child for child in children(node)):
            changes[spec.name] = _renamed(value, names)
        elif isinstance(value, tuple) and value and any(value[0] is child for child in children(node)):
            changes[spec.name] = tuple(_renamed(v, names) for v in value)
    return replace(node, **changes)  # type: ignore[arg-type]


def _renamed_sub(sub: Sub, names: dict[str, str]) -> Sub:
    letters = tuple(names.get(letter, letter) for letter in sub.letters)
    return replace(sub, letters=letters, text="".join(letters) if letters else sub.text)
