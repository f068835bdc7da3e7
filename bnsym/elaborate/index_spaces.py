"""Index spaces: which letters and which axes of which arrays run over the same values.

A union-find over space variables; a class gets the name of its size from a limit, a
directive or by default. Imports terms and `errors` only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import NoReturn, TypeAlias

from bnsym.latex.ast import Place
from bnsym.latex.errors import ReadError
from bnsym.terms import Index

BATCH = "m"
Snapshot: TypeAlias = tuple[int, str]


class _Table(dict[str, str]):
    """A dictionary each change of which can be taken back: a copy for each formula would cost the square
    of how many there are."""

    def __init__(self, trail: list[tuple[dict[str, str], str, str | None]]) -> None:
        super().__init__()
        self.trail = trail

    def __setitem__(self, key: str, value: str) -> None:
        self.trail.append((self, key, self.get(key)))
        super().__setitem__(key, value)

    def set_default(self, key: str, value: str) -> None:
        if key not in self:
            self[key] = value

    def drop(self, key: str) -> None:
        if key in self:
            self.trail.append((self, key, self[key]))
            del self[key]


@dataclass
class Spaces:
    trail: list[tuple[dict[str, str], str, str | None]] = field(default_factory=list)
    """What each entry of the tables was before it changed."""
    parent: _Table = field(init=False)
    rank: dict[str, int] = field(default_factory=dict)
    """In which order the variables came."""
    size: _Table = field(init=False)
    """The name of a class's size, by its root."""
    sets: _Table = field(init=False)
    """The set that a class consists of, where a sum names one, by its root."""
    fresh_count: int = 0
    axis_count: int = 0
    ones: str = ""
    """The space of the first vector of ones."""
    declared: set[str] = field(default_factory=set)
    """The letters of which a directive says what they run over."""
    scope: str = ""
    """Of a formula whose index letters are its own, but for those declared; else they are the file's."""

    def __post_init__(self) -> None:
        self.parent, self.size, self.sets = (_Table(self.trail) for _ in range(3))

    def copied(self) -> Spaces:
        """Ones that change alone, and take back nothing that was said before."""
        other = replace(self, trail=[], rank=dict(self.rank), declared=set(self.declared))
        for own, known in zip(
            (other.parent, other.size, other.sets), (self.parent, self.size, self.sets), strict=True
        ):
            own.update(known)
        return other

    def letter(self, letter: str) -> str:
        if (plain := letter.rstrip("'")) in self.declared:
            return self._variable(f"letter {plain}")
        return self._variable(f"letter {letter}{self.scope}")

    def letters(self, names: Mapping[str, str]) -> dict[str, str]:
        """The size's name for each letter of the file, of `names` for variables."""
        found = (v.split(" ") for v in self.parent if v.startswith("letter "))
        return {letter: names[f"letter {letter}"] for _, letter, *scope in found if not scope}

    def axis(self, name: str, position: int) -> str:
        return self._variable(f"axis {position} {name}")

    def open_axis(self, space: str) -> Index:
        """A new open axis; no other expression of the file has one of its name."""
        self.axis_count += 1
        return Index(f"@{self.axis_count}", space)

    def fresh(self) -> str:
        self.fresh_count += 1
        return self._variable(f"fresh {self.fresh_count}")

    def within(self, variable: str, values: str, at: Place) -> None:
        """Makes a variable run over a set. Raises BN125 if it runs over another."""
        self.unify(variable, self.set(values), at, f"`{variable.split(' ')[1]}`")

    def set(self, values: str) -> str:
        """The space of a set that a sum names; its size is |values|, where nothing says another."""
        own = self._variable(f"set {values}")
        self.sets.set_default(self.find(own), values)
        self.size.set_default(self.find(own), f"|{values}|")
        return own

    def count(self, values: str, size: str) -> None:
        """Says what the size of a set is called."""
        self.size[self.find(self.set(values))] = size

    def uncounted(self) -> str:
        """A set of which nothing says how many it has, or nothing."""
        return next((v for root, v in self.sets.items() if self.size.get(root) == f"|{v}|"), "")

    def find(self, variable: str) -> str:
        root = variable
        while self.parent[root] != root:
            root = self.parent[root]
        while self.parent[variable] != root:
            self.parent[variable], variable = root, self.parent[variable]
        return root

    def unify(self, a: str, b: str, at: Place, what: str = "") -> None:
        """Makes two variables one space. Raises BN125 if their sizes have different names."""
        first, second = self.find(a), self.find(b)
        if first == second:
            return
        sizes = self.size.get(first), self.size.get(second)
        within = self.sets.get(first), self.sets.get(second)
        different = sizes[0] and sizes[1] and sizes[0] != sizes[1]
        if different or (within[0] and within[1] and within[0] != within[1]):
            raise self._conflict(what, self._range(first), self._range(second), at)
        keep, drop = sorted((first, second), key=self.rank.__getitem__)
        self.parent[drop] = keep
        if size := sizes[0] or sizes[1]:
            self.size.drop(drop)
            self.size[keep] = size
        if values := within[0] or within[1]:
            self.sets.drop(drop)
            self.sets[keep] = values

    def set_size(self, variable: str, size: str, at: Place, what: str) -> None:
        known = self.size.get(root := self.find(variable))
        if known and known != size:
            raise self._conflict(what, self._range(root), f"1..{size}", at)
        self.size[root] = size

    def _range(self, root: str) -> str:
        return f"`{self.sets[root]}`" if root in self.sets else f"1..{self.size[root]}"

    def _conflict(self, what: str, first: str, second: str, at: Place) -> ReadError:
        message = f"{what or 'an index'} runs over {first} and over {second}"
        if self.sets:
            hint = "say how many a set has: `<!-- bnsym: assume $|B| = m$ -->`; or use one letter for each"
            return ReadError("BN125", message, at, hint)
        return ReadError("BN125", message, at, "use one letter for each size")

    def tell(self, said: Spaces) -> None:
        """What an expression alone says. Raises BN125 where what is known contradicts that."""
        for variable in said.parent:  # the first of each class stands before the others
            self.unify(said.find(variable), self._variable(variable), (0, 0))
        for root, size in said.size.items():
            self.set_size(root, size, (0, 0), "")

    def snapshot(self) -> Snapshot:
        return len(self.trail), self.ones

    def restore(self, saved: Snapshot) -> None:
        length, self.ones = saved
        while len(self.trail) > length:
            table, key, before = self.trail.pop()
            if before is None:
                dict.pop(table, key)
            else:
                dict.__setitem__(table, key, before)

    def settle(self) -> None:
        """Nothing is taken back any more."""
        self.trail.clear()

    def same(self, a: str, b: str) -> bool:
        return self.find(a) == self.find(b)

    def only(self) -> str:
        """The one space without a name that arrays have, if there is but one; or nothing."""
        roots = list(dict.fromkeys(self.find(v) for v in self.parent if v.startswith("axis ")))
        return roots[0] if len(roots) == 1 and roots[0] not in self.size else ""

    def is_loose(self, variable: str) -> bool:
        """Whether no array and no letter of the file runs over it, and nothing says its size."""
        known = (v for v in self.parent if v.startswith(("axis ", "letter ")))
        return not self.describe(variable) and not any(self.same(v, variable) for v in known)

    def describe(self, variable: str) -> str:
        return self.size.get(self.find(variable), "")

    def names(self, taken: Iterable[str], batch: str = "") -> dict[str, str]:
        """The size's name for every variable. The first unnamed class of an array's axis that
        has an index letter (else `batch`, a variable known to be one, else the first letter)
        is the batch, m. Where that leaves one space, letters and ones that no array ties down
        run over it too; others get new names."""
        free = BATCH not in (taken := set(taken))
        used = {*taken, *self.size.values()}
        roots = list(dict.fromkeys(self.find(v) for v in self.parent))
        lettered = {self.find(v) for v in self.parent if v.startswith("letter ")}
        axes = {self.find(v) for v in self.parent if v.startswith("axis ") and v != "axis 0 e"}
        tied = lettered | {self.find(b) for b in (batch, "axis 0 e") if b in self.parent}
        loose = [r for r in roots if r in tied and r not in axes]
        named = dict(self.size)
        if BATCH not in used:
            preferred = [r for r in roots if r in lettered & axes and r not in named]
            preferred += [r for r in [self.find(batch)] if r not in named] if batch else []
            preferred += [r for r in loose if r not in named]
            if preferred:
                named[preferred[0]] = BATCH
        if batch and free:
            named.setdefault(self.find(batch), BATCH)
        known = {named[r] for r in roots if r in named and r in lettered | axes}
        if len(known) == 1:
            named |= {r: next(iter(known)) for r in loose if r not in named}
        used |= {BATCH, *named.values()}
        candidates = iter(["n", *(f"n_{{{k}}}" for k in range(1, len(self.parent) + len(used) + 2))])
        for root in roots:
            if root not in named:
                named[root] = next(c for c in candidates if c not in used)
        return {v: named[self.find(v)] for v in self.parent}

    def _variable(self, key: str) -> str:
        if key not in self.parent:
            self.parent[key] = key
            self.rank[key] = len(self.rank)
        return key


class Unknown(Spaces):
    """Index spaces of which nothing is known but what one expression says. Raises ReadError where that is not
    enough."""

    def _ask(self, *_: str) -> NoReturn:
        raise ReadError("BN125", "what the rest of the file says counts", (0, 0))

    open_axis = fresh = within = set = same = describe = _ask  # type: ignore[assignment]
