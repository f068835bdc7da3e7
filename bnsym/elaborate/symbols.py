"""The symbol table of one file: what is a name and what an index, which names are
defined, which are losses and sizes, and of what shape each is. Filled by `shapes`, read
by `lowering`. Imports the surface tree and `errors` only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from bnsym.latex.ast import Number, Place, Plus, Power, Symbol, Transpose
from bnsym.latex.commands import INDEX_LETTERS, ONES
from bnsym.latex.errors import ReadError

LETTERS_IN_ORDER = "ijklpqrstabcn"
ONES_LETTER = "e"
KINDS = ("a number", "a vector", "a matrix")
"""By the number of axes."""
IDENTITIES = ("I", r"\mathbf{I}", r"\mathbb{I}", r"\mathrm{I}")


@dataclass(eq=False)
class Table:
    arity: dict[str, int] = field(default_factory=dict)
    """The number of axes of each name; absent: a scalar."""
    first_seen: dict[str, Place] = field(default_factory=dict)
    """Where a name was first written with the indices that make it an array."""
    defined: dict[str, Place] = field(default_factory=dict)
    squares: set[str] = field(default_factory=set)
    """Names v of which not v but v^2 is defined."""
    losses: dict[str, Place] = field(default_factory=dict)
    results: dict[str, Place] = field(default_factory=dict)
    """Names that are differentiated by another, and of which nothing says what they are."""
    outputs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What the file says that losses are functions of."""
    unclear_losses: set[str] = field(default_factory=set)
    """Names that stand both for a differentiated function and for a number."""
    sizes: dict[str, Place] = field(default_factory=dict)
    index_lists: set[str] = field(default_factory=set)
    """Subscripts that are lists of indices somewhere, thanks to sums, and so everywhere."""
    sets: set[str] = field(default_factory=set)
    """What sums run over by name."""
    barred: set[str] = field(default_factory=set)
    """Names that are no sizes: they scale entries, say."""
    parts: set[str] = field(default_factory=set)
    """Of these, those that are a part of what their indices run over."""
    declared: set[str] = field(default_factory=set)
    """Letters that a directive makes indices."""
    bare: set[str] = field(default_factory=set)
    """Names defined without indices: what they are defined as says what they are."""
    rows: set[str] = field(default_factory=set)
    """Names of vectors that are said to be rows."""
    finite: set[str] = field(default_factory=set)
    """Names whose entries are summed up to a number."""
    guessed: set[str] = field(default_factory=set)
    """Names that are taken for matrices because they are written in upper case."""
    described: set[str] = field(default_factory=set)
    """Names of which words say something that is no kind."""
    random: set[str] = field(default_factory=set)
    """Names that words say are random variables."""
    constants: set[str] = field(default_factory=set)
    """Names that stand for the identity matrix or the vector of ones somewhere, and so everywhere."""
    labels: set[str] = field(default_factory=set)
    r"""Letters that are no indices here: `\mu_b` beside no array with the index b is a name."""
    entries: dict[str, str] = field(default_factory=dict)
    r"""v, where `v_j` is an entry of `\mathbf{v}`."""
    typed: set[str] = field(default_factory=set)
    """Names of which the file says their kind, or that they are positive."""
    line_of: Callable[[int], int] = field(default=lambda offset: 0)
    """The line of an offset, for messages."""

    def copied(self) -> Table:
        """One that changes alone."""
        return Table(**{name: copy(known) for name, known in vars(self).items()})

    def without_places(self) -> Table:
        """What it says of names, and not where: the same one for a note as it was, and after an edit that
        changes nothing of this."""
        said = {name: known for name, known in vars(self).items() if name != "line_of"}
        places = {name: dict.fromkeys(known) for name, known in said.items() if name not in _SAID}
        return _table(tuple((n, type(k), frozenset({**said, **places}[n].items())) for n, k in said.items()))

    def is_index(self, letter: str, bound: Container[str]) -> bool:
        if (below := letter.partition("_{")[2][:-1]) and self.is_index(below, bound):
            return False  # `i_k` varies with k
        if letter in bound or letter in self.declared:
            return True
        return letter.rstrip("'{}") in INDEX_LETTERS and letter not in self.labels

    def split(self, symbol: Symbol, bound: Container[str]) -> tuple[str, tuple[str, ...]]:
        """The canonical name of a symbol and its index letters."""
        sub = symbol.sub
        if sub is None:
            return symbol.base, symbol.upper
        if sub.text and (name := f"{symbol.base}_{{{sub.text}}}") in self.sizes:
            return name, symbol.upper
        listed = sub.text in self.index_lists
        if sub.letters and (listed or all(self.is_index(letter, bound) for letter in sub.letters)):
            return self.entries.get(symbol.base, symbol.base), (*symbol.upper, *sub.letters)
        if entry := self.entry(symbol, bound):
            return symbol.base, entry
        if any(letter in bound for letter in sub.letters) or not sub.text:
            steps = isinstance(sub.node, Plus)
            hint = "if its letter counts steps: `<!-- bnsym: label $t$ -->`" if steps else ""
            raise ReadError(
                "BN128", "this subscript is neither a list of indices nor a part of a name", sub.at, hint
            )
        return f"{symbol.base}_{{{sub.text}}}", symbol.upper

    def told(self, symbol: Symbol, bound: Container[str] = ()) -> tuple[str, tuple[str, ...]] | None:
        """The same, or None where that can't be told."""
        try:
            return self.split(symbol, bound)
        except ReadError:
            return None

    def entry(self, symbol: Symbol, bound: Container[str]) -> tuple[str, ...]:
        """The indices of `x_1`, `x_{0,k}`, where x is known to have as many; else nothing."""
        indices = symbol.sub.entries if symbol.sub else ()
        arity = self.arity.get(symbol.base, 0) if symbol.base in self.first_seen else 0
        if len(indices) == 1 and indices[0].isdigit() and len(indices[0]) == arity:
            indices = tuple(indices[0])  # `x_{12}` of a matrix
        if symbol.sub is None or not indices or f"{symbol.base}_{{{symbol.sub.text}}}" in self.defined:
            return ()
        open_letters = [i for i in indices if i in INDEX_LETTERS or self.is_index(i, bound)]
        if arity and symbol.base in self.finite:
            message = f"`{symbol.base}` is summed up to a number, and has an index elsewhere"
            raise ReadError("BN128", message, symbol.at, "write a letter for the number of its entries")
        if len(indices) != arity and open_letters:
            message = f"which entry of `{symbol.base}` is `{symbol.sub.text}`?"
            raise ReadError("BN128", message, symbol.sub.at, "write all of its indices as letters")
        return indices if len(indices) == arity else ()

    def kind_conflict(self, name: str, letters: Sequence[str], at: Place) -> ReadError:
        """A name of two kinds: this use against the first."""
        arity, where = self.arity.get(name, 0), self.line_said(name)
        count = f"{len(letters)} {'index' if len(letters) == 1 else 'indices'}"
        message = f"`{name}` is {KINDS[min(2, arity)]} elsewhere{where}, and has {count} here"
        return ReadError("BN123", message, at, "give one of them another name")

    def line_said(self, name: str) -> str:
        """` (line 12)`: where a name is defined, else first written with indices; nothing if nowhere."""
        first = self.defined.get(name) or self.defined.get(square_of(name)) or self.first_seen.get(name)
        return f" (line {self.line_of(first[0])})" if first else ""

    def is_ones(self, symbol: Symbol, name: str) -> bool:
        """Whether a symbol is the vector of ones."""
        if symbol.core in ONES and not symbol.accents and not symbol.marks:
            return True
        return name == ONES_LETTER and self._unclaimed(name)

    def is_word_of_nothing(self, symbol: Symbol) -> bool:
        """Whether a symbol is a word, in any font, of which nothing says that it is a name."""
        groups = self.defined, self.squares, self.sizes, self.losses, self.typed
        names = symbol.base, size_name(symbol)
        return is_word(symbol) and not any(name in group for group in groups for name in names)

    def is_identity(self, symbol: Symbol) -> bool:
        """Whether a symbol is the identity matrix, perhaps with its size: `I`, `I_m`."""
        if symbol.core not in IDENTITIES or symbol.base != symbol.core or symbol.upper:
            return False
        sized = symbol.sub is None or size_name(symbol.sub.node) in {"m", *self.sizes}
        return sized and self._unclaimed(symbol.core)

    def _unclaimed(self, name: str) -> bool:
        return name not in self.defined and name not in self.first_seen and name not in self.sizes


_SAID = ("arity", "entries", "outputs")
"""What a table says of names that is no place."""


@lru_cache(maxsize=4)
def _table(known: tuple[tuple[str, type[Any], frozenset[Any]], ...]) -> Table:
    return Table(**{name: kind(dict(said)) for name, kind, said in known})


def is_word(symbol: Symbol) -> bool:
    """Whether a symbol's core is a word, in any font."""
    return WORD_ALONE.fullmatch(symbol.core) is not None


WORD_ALONE = re.compile(r"\\[a-z]+\{(?:(?:[^{}\\]|\\_)*[^\W\d_]){2}(?:[^{}\\]|\\_)*\}")


def is_loss_name(name: str) -> bool:
    r"""Whether a loss is usually called so: `L`, `\mathcal{J}`, `\ell_{i}`, `\text{loss}`."""
    return _skeleton(name.partition("_")[0]) in _LOSSES


_LOSSES = frozenset(
    (*"fFgLlJECQR", r"\ell", r"\Phi", r"\Psi", *("loss", "Loss", "cost", "Cost", "err", "error"))
)


_MARKED = re.compile(r"\\(?:hat|bar|tilde|dot|check)\{(.+)\}|(.+)\^\{\*\}")


def unmarked(name: str) -> str:
    r"""The x of `\bar{x}`, `\hat{x}`, `x^{*}`; nothing for a name without such a mark."""
    found = _MARKED.fullmatch(name)
    return (found[1] or found[2]) if found else ""


def size_name(node: object) -> str:
    """How a symbol is called as a size: its subscript is never an index. Nothing for other nodes."""
    if not isinstance(node, Symbol):
        return ""
    return node.base + (f"_{{{node.sub.text}}}" if node.sub else "")


def square_of(name: str) -> str:
    return f"{name}^{{2}}"


def as_target(node: object) -> tuple[Symbol, bool] | None:
    """The symbol that a definition's left side names, and whether it is its square."""
    match node:
        case Symbol():
            return node, False
        case Power(Symbol() as base, Number(value)) if value == 2:
            return base, True
    return None


def base_of(node: object) -> Symbol | None:
    """The name that a node is, or a power or the transpose of."""
    match node:
        case Power(base) | Transpose(base):
            return base_of(base)
    return node if isinstance(node, Symbol) else None


_LOOKALIKES = [
    set(alike.split())
    for alike in (
        r"\mu u,\nu v,\omega w,\sigma o,\alpha a,\gamma y,\gamma r,\beta B,\epsilon \varepsilon e,\rho p,"
        r"\chi x,\eta n,\kappa k,\tau t,\iota i"
    ).split(",")
]


def resembling(name: str, known: Iterable[str]) -> str:
    """A name of `known` that a reader may take `name` for, or nothing. Nobody writes a Greek
    command by mistake for a letter that looks like it."""
    for other in known:
        if other == name:
            continue
        a, b = _skeleton(name), _skeleton(other)
        typed = not a.startswith("\\") or b.startswith("\\")
        if a == b or (typed and any({a, b} <= group for group in _LOOKALIKES)):
            return other
        if min(len(a), len(b)) >= 3 and not a.startswith("\\") and _one_edit(a, b):
            return other
    return ""


def _skeleton(name: str) -> str:
    """The letter under accents, fonts and marks."""
    for mark in ("^{2}", "^{*}", "'"):
        name = name.replace(mark, "")
    while name.startswith("\\") and name.endswith("}") and "{" in name and name.count("{") == name.count("}"):
        if not name[1 : name.index("{")].isalpha():
            break
        name = name[name.index("{") + 1 : -1]
    return name


def _one_edit(a: str, b: str) -> bool:
    if abs(len(a) - len(b)) > 1:
        return False
    blocks = SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks()
    return max(len(a), len(b)) - sum(block.size for block in blocks) <= 1
