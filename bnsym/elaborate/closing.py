"""The last step of lowering: index spaces get the names of their sizes, open axes and the
indices of norms get readable letters, and a size used as a number becomes a `Size`.

Imports terms and `symbols` only.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from bnsym.elaborate.applications import Application
from bnsym.elaborate.symbols import LETTERS_IN_ORDER
from bnsym.terms import (
    Add,
    Delta,
    Diff,
    Index,
    Max,
    Mul,
    Num,
    Pow,
    Size,
    Sum,
    Sym,
    Term,
    add,
    mul,
    own_indices,
    power,
    walk,
)

OPEN = "@"
"""How the placeholder names of open axes begin."""


@dataclass(frozen=True, eq=False)
class Closer:
    spaces: dict[str, str]
    """The size's name of every space variable."""
    letters: dict[str, str] = field(default_factory=dict)
    """The size's name for every letter that the file uses as an index."""
    defined: Container[str] = frozenset()
    mentions: Mapping[str, Set[str]] = field(default_factory=dict)
    """The names that each definition mentions itself, not through another."""
    labels: Container[str] = frozenset()
    """Letters that are no indices in this file."""

    def close(self, *terms: Term) -> tuple[Term, ...]:
        """The terms of one statement, their open axes named alike."""
        return self.apart(*terms)[0]

    def apart(self, *terms: Term) -> tuple[tuple[Term, ...], list[tuple[Index, Index]]]:
        """The terms of one statement, their open axes named alike; and the letters in them that stand for
        different numbers of one space."""
        parts = [part for term in terms for part in walk(term)]
        indices = [index for part in parts for index in own_indices(part)]
        # a number k under a sum over k would not read back
        taken = {part.name for part in parts if isinstance(part, Sym)}
        taken |= {index.name for index in indices if not index.name.startswith(OPEN)}
        bound = {part.index.name for part in parts if isinstance(part, Sum)}
        free = [i for i in dict.fromkeys(indices) if i.name.startswith(OPEN) and i.name not in bound]
        names = self._names(free, taken)
        numbers = dict.fromkeys(names[index.name] for index in free if number_of(index))
        different = [(a, b) for a, b in combinations(numbers, 2) if a.space == b.space]
        return tuple(self._resolve(term, names, frozenset(taken)) for term in terms), different

    def _names(self, free: Sequence[Index], taken: set[str]) -> dict[str, Index]:
        """A letter for each open axis, and one for each number of a space."""
        names: dict[str, Index] = {}
        letters: dict[tuple[str, str], Index] = {}
        for index in free:
            key = self._key(index)
            if key not in letters:
                letters[key] = self._letter(index, taken)
                taken.add(letters[key].name)
            names[index.name] = letters[key]
        return names

    def _key(self, index: Index) -> tuple[str, str]:
        number = number_of(index)
        return (number, self.spaces.get(index.space, index.space)) if number else (index.name, "")

    def _letter(self, index: Index, taken: Container[str]) -> Index:
        space = self.spaces.get(index.space, index.space)
        sizes = set(self.spaces.values())
        for primes in range(100):
            for letter in LETTERS_IN_ORDER:
                name = letter + "'" * primes
                if letter in self.labels:
                    continue
                if name not in taken and name not in sizes and self.letters.get(name, space) == space:
                    return Index(name, space)
        raise AssertionError("no letter is left for an index")

    def _index(self, index: Index, names: dict[str, Index]) -> Index:
        return names.get(index.name) or Index(index.name, self.spaces.get(index.space, index.space))

    def _resolve(self, term: Term, names: dict[str, Index], taken: frozenset[str]) -> Term:
        def down(inner: Term) -> Term:
            return self._resolve(inner, names, taken)

        match term:
            case Sym(Application() as name, indices):
                letters = frozenset(i.name for part in walk(name.argument) for i in own_indices(part))
                argument = self._resolve(name.argument, {}, letters)
                return Sym(
                    Application(name.function, argument), tuple(self._index(i, names) for i in indices)
                )
            case Sym(name, indices):
                if not indices and name not in self.defined and name in self.spaces.values():
                    return Size(name)
                return Sym(name, tuple(self._index(i, names) for i in indices))
            case Size(space):
                return Size(self.spaces.get(space, space))
            case Delta(left, right):
                return Delta(self._index(left, names), self._index(right, names))
            case Add(terms):  # of a function's body a sum may stand in a sum now
                return add(*map(down, terms))
            case Mul(factors):
                return mul(*map(down, factors))
            case Pow(base, exponent):
                return power(down(base), exponent)
            case Sum(index, body):
                return self._sum(index, body, names, taken)
            case Diff(of, by, total):
                by = Sym(by.name, tuple(self._index(i, names) for i in by.indices))
                return Diff(down(of), by, total or not self._is_local(of, by))
            case Max(variable, radius, body):
                shape = tuple(self._index(i, {}) for i in variable.indices)
                return Max(Sym(variable.name, shape), down(radius), down(body))
            case Num():
                return term

    def _is_local(self, of: Term, by: Sym) -> bool:
        """Whether ∂of/∂by means a partial derivative with the other arguments held fixed: `of`
        is one name, whose own definition mentions `by`. Of an expression, or through other
        nodes, a partial derivative would be zero where nobody means zero."""
        return isinstance(of, Sym) and by.name in self.mentions.get(of.name, frozenset())

    def _sum(self, index: Index, body: Term, names: dict[str, Index], taken: frozenset[str]) -> Term:
        if not index.name.startswith(OPEN):
            inner = {k: v for k, v in names.items() if k != index.name}
            return Sum(self._index(index, inner), self._resolve(body, inner, taken))
        letter = self._letter(index, taken)
        return Sum(letter, self._resolve(body, {**names, index.name: letter}, taken | {letter.name}))


@lru_cache(maxsize=4)
def closer_of(
    spaces: tuple[tuple[str, str], ...],
    letters: tuple[tuple[str, str], ...],
    defined: frozenset[str],
    mentions: frozenset[tuple[str, frozenset[str]]],
    labels: frozenset[str],
) -> Closer:
    """The same one for a note as it was, and after an edit that changes nothing of this."""
    return Closer(dict(spaces), dict(letters), defined, dict(mentions), labels)


@lru_cache(maxsize=1 << 14)
def apart(closer: Closer, *terms: Term) -> tuple[tuple[Term, ...], list[tuple[Index, Index]]]:
    """What the closer makes of them, once: few terms change from one edit of a note to the next."""
    return closer.apart(*terms)


def numbered(number: str, space: str) -> Index:
    """The index of `x_1`: any value, for no claim depends on which; other numbers are other values."""
    return Index(f"{OPEN}#{number} {space}", space)


def number_of(index: Index) -> str:
    """The number that an index is; nothing for a letter or an open axis."""
    return index.name[2:].split(" ")[0] if index.name.startswith(f"{OPEN}#") else ""
