"""What sub- and superscripts mean: indices, parts of a name, transposes, exponents; and
the limits of big operators. Decides by what is written only.

Imports `ast`, `folding` and `errors` only.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from itertools import pairwise
from typing import TypeAlias

from bnsym.latex import commands, folding
from bnsym.latex.ast import (
    BigSum,
    Component,
    Frobenius,
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
    Relation,
    Sub,
    Symbol,
    Transpose,
    canonical,
    rebuilt,
    symbols_changed,
    walk,
)
from bnsym.latex.commands import INDEX_LETTERS, NABLA, ONES, TRANSPOSES
from bnsym.latex.errors import ReadError
from bnsym.latex.folding import is_word, word_of
from bnsym.latex.lexer import Token

FROBENIUS = "F"
WORD_LETTERS = 3
"""So many letters above a name, without a space, are a word."""
MAX_TERMS = 12
"""Of a sum between numbers."""

Clause: TypeAlias = "Node | str"
Script: TypeAlias = "tuple[str, tuple[Clause, ...], Place]"
"""`_`, `^` or `'`, what it holds (marks as text), and where."""


def scripted(node: Node, script: Script) -> Node:
    kind, clauses, place = script
    at = (node.at[0], place[1])
    return _subscripted(node, clauses, place, at) if kind == "_" else _raised(node, clauses, place, at)


def _subscripted(node: Node, clauses: tuple[Clause, ...], place: Place, at: Place) -> Node:
    match node:
        case Number() | Symbol() if isinstance(clauses[0], Relation | Paren):
            if relation := _one_at(node, clauses):
                return folding.indicator(node, relation)
    match node:
        case Symbol() if node.sub is None:
            return replace(node, sub=_sub(clauses, place), at=at)
        case Power(Symbol() as base, exponent) if base.sub is None:
            return Power(replace(base, sub=_sub(clauses, place)), exponent, at)
        case Transpose(Symbol() as base) if base.sub is None:
            return Transpose(replace(base, sub=_sub(clauses, place)), at)
        case Inner() if _name_part(clauses) == FROBENIUS:
            return replace(node, at=at)
        case Norm(body) if _name_part(clauses) == FROBENIUS:
            return Frobenius(body, at)
        case Norm() | Power(Norm()):
            if len(clauses) == 1 and isinstance(clauses[0], Number) and clauses[0].value == 2:
                return replace(node, at=at)
            raise ReadError("BN128", "only the 2-norm, and that of Frobenius, have a meaning here", place)
        case Paren() if (letters := _sub(clauses, place).letters) and "_" not in letters[0]:
            return Component(node, letters, at)
        case Symbol() | Power(Symbol()):
            raise ReadError("BN112", "a second subscript", place, "write both in one: `x_{ij}`")
    raise ReadError("BN112", "a subscript stands after a name only", place)


def _one_at(node: Node, clauses: tuple[Clause, ...]) -> Relation | None:
    """The condition of `1_{i=j}` or `1_{[i=j]}`."""
    one = isinstance(node, Number) and node.value == 1
    if not one and not (isinstance(node, Symbol) and node.core in ONES and node.bare):
        return None
    inside = clauses[0].body if isinstance(clauses[0], Paren) else clauses[0]
    return inside if len(clauses) == 1 and isinstance(inside, Relation) else None


def _sub(clauses: tuple[Clause, ...], place: Place) -> Sub:
    """A subscript's letters, and its spelling as a part of a name."""
    found = [() if isinstance(clause, str) else _indices(clause) for clause in clauses]
    letters = tuple(letter for one in found for letter in one) if all(found) else ()
    single = clauses[0] if len(clauses) == 1 and not isinstance(clauses[0], str) else None
    return Sub(_name_part(clauses), letters, single, place, () if letters else _entries(clauses))


def _entries(clauses: tuple[Clause, ...]) -> tuple[str, ...]:
    """The letters and numbers of a subscript that has nothing else."""
    found: list[str] = []
    for clause in clauses:
        parts = clause.factors if isinstance(clause, Product) and not any(clause.operators) else (clause,)
        for part in parts:
            number = _spelled(part) if isinstance(part, Number) else ""
            found.append("" if isinstance(part, str) else number or letter_of(part))
    return tuple(found) if all(found) else ()


def letter_of(node: Node) -> str:
    """The index letter that a node is, or nothing: one letter, perhaps with primes."""
    if not isinstance(node, Symbol) or not node.bare or node.accents or node.marks.strip("'"):
        return ""
    return "" if "{" in node.core or node.core == NABLA else node.base


def _indices(node: Node) -> tuple[str, ...]:
    r"""The letters that a node consists of, or the one that it is with a letter below it, as in `h_\ell`."""
    if found := _letters(node):
        return found
    match node:
        case Symbol(sub=Sub(node=Symbol() as below)) if letter_of(below):
            outer = letter_of(replace(node, sub=None))
            return (f"{outer}_{{{letter_of(below)}}}",) if outer else ()
    return ()


def _letters(node: Node) -> tuple[str, ...]:
    """The letters that a node consists of, perhaps in brackets; none if there is anything else in it."""
    inside = node.body if isinstance(node, Paren) else node
    parts = inside.factors if isinstance(inside, Product) and not any(inside.operators) else (inside,)
    found = tuple(map(letter_of, parts))
    return found if all(found) else ()


def _name_part(clauses: tuple[Clause, ...]) -> str:
    """The subscript as a part of a name: `0`, `B`, `max`, `\\mathcal{B}`, `*`, `i,j`."""
    parts: list[str] = []
    for clause in clauses:
        text = clause if isinstance(clause, str) else _spelled(clause)
        if not text:
            return ""
        parts.append(text)
    return ",".join(parts)


def _spelled(node: Node) -> str:
    if isinstance(node, Number) and node.value.denominator == 1:
        return str(node.value)
    if isinstance(node, Symbol) and node.bare:
        word = word_of(node) if node.base == node.core and is_word(node) else ""
        return word if set(word) - INDEX_LETTERS else node.base  # `\mu_{\text{in}}` has no indices
    if isinstance(node, Product) and not any(node.operators):
        parts = [_spelled(f) for f in node.factors]
        return (
            "".join(f"{p} " if p.startswith("\\") and p[-1].isalpha() else p for p in parts).strip()
            if all(parts)
            else ""
        )
    return ""


def _raised(node: Node, clauses: tuple[Clause, ...], place: Place, at: Place) -> Node:
    if len(clauses) != 1:
        raise ReadError("BN112", "a superscript of several parts", place)
    clause = clauses[0]
    if isinstance(node, Symbol) and (label := _label(clause)):
        return replace(node, marks=node.marks + f"^{{{label}}}", at=at)
    if isinstance(node, Symbol) and (two := _two(clause)):
        return Power(_bracketed(node, two[1], place, at), two[0], at)
    if clause == "T" or (isinstance(clause, Symbol) and canonical(clause) in TRANSPOSES):
        return Transpose(node, at)
    if isinstance(clause, str):
        if not isinstance(node, Symbol):
            raise ReadError("BN112", f"`{clause}` stands after a name only", place)
        return replace(node, marks=node.marks + ("'" if clause == "'" else "^{*}"), at=at)
    if isinstance(clause, Paren) and isinstance(node, Symbol) and clause.shape in "([":
        return _bracketed(node, clause, place, at)
    if isinstance(node, Power | Transpose):
        raise ReadError("BN112", "a second superscript", place)
    return Power(node, clause, at)


def _label(clause: Clause) -> str:
    r"""The word that stands above a name, `w^{old}`, `w^{\text{new}}`: a label and no power."""
    if isinstance(clause, Symbol) and is_word(clause) and clause.base == clause.core and clause.bare:
        word = word_of(clause)
        return word if len(word) > 1 and word.isalpha() else ""
    if not isinstance(clause, Product) or any(clause.operators) or len(clause.factors) < WORD_LETTERS:
        return ""
    touch = all(a.at[1] == b.at[0] for a, b in pairwise(clause.factors))
    letters = [letter_of(factor) for factor in clause.factors]
    return "".join(letters) if touch and all(len(one) == 1 and one.isascii() for one in letters) else ""


def _two(clause: Clause) -> tuple[Number, Paren] | None:
    r"""What `\sigma^{2(j)}` holds above: the power and the index."""
    match clause:
        case Product((Number() as power, Paren(shape="(") as index), ("", "")):
            return power, index
        case Product((Paren(shape="(") as index, Number() as power), ("", "")):
            return power, index
    return None


def _bracketed(node: Symbol, clause: Paren, place: Place, at: Place) -> Node:
    """`x^{(i)}` is an index, `W^{[l]}` a part of the name."""
    if clause.shape == "[" and (text := _spelled(clause.body)):
        return replace(node, marks=node.marks + f"^{{[{text}]}}", at=at)
    letters = _letters(clause.body)
    if clause.shape == "(" and letters and not node.upper:
        return replace(node, upper=letters, at=at)
    if clause.shape == "(" and isinstance(clause.body, Plus):
        return Power(node, clause, at)  # which only a label can explain
    if clause.shape == "(" and isinstance(clause.body, Number) and (text := _spelled(clause.body)):
        return replace(node, marks=node.marks + f"^{{({text})}}", at=at)
    raise ReadError("BN128", "this superscript in brackets has no meaning here", place)


def big_sum(sign: Place, scripts: list[Script], body: Node) -> Node:
    scripts = [part for script in scripts for part in _ordered(script)]
    below = [s for s in scripts if s[0] == "_"]
    above = [s for s in scripts if s[0] == "^"]
    at = (sign[0], max([sign[1], *(s[2][1] for s in scripts)]))
    only = _only_index(body) if not below else ""
    if len(below) + len(only) != 1 or len(above) > 1:
        raise ReadError("BN112", "a sum names its index below it, once", at, r"write `\sum_i`")
    letters = [only] if only else []
    excluded: list[tuple[str, str]] = []
    within: list[Symbol] = []
    firsts: list[Fraction] = []
    for clause in below[0][1] if below else ():
        _sum_clause(clause, letters, excluded, within, firsts, below[0][2])
    if len(letters) == 1 and firsts and above and (last := _number(above[0])) is not None:
        return _written_out(letters[0], (firsts[0], last), excluded, body, at)
    sizes = [_upper_limit(limit, firsts, script[2]) for script in above for limit in script[1]]
    size = sizes[0] if sizes else None
    if firsts and size is None:
        raise ReadError("BN112", "this sum has a first value and no last one", at)
    if len(set(letters)) < len(letters) or not letters:
        raise ReadError("BN122", "a sum names each of its indices once", at)
    if within and (len(within) < len(letters) or size is not None or len(letters) > 1):
        raise ReadError("BN128", "a sum over a set has one index", at)
    if len(sizes) > 1 and (len(sizes) != len(letters) or excluded):
        raise ReadError("BN128", "a sum has one upper limit, or one for each of its indices", at)
    for letter, last_one in reversed(list(zip(letters[1:], sizes[1:], strict=False))):
        body = BigSum((letter,), last_one, (), body, at)
    over = within[0] if within else None
    bound = letters[: len(letters) - len(sizes[1:])]
    first = int(firsts[0]) if firsts else None
    return BigSum(tuple(bound), size, tuple(excluded), body, at, over, unsaid=bool(only), first=first)


def _ordered(script: Script) -> tuple[Script, ...]:
    r"""The two limits of `\sum_{1 \le k \le n}` and `\sum_{0 \le k < n}`."""
    match script:
        case "_", (
            Relation(Relation(Number() as first, commands.AT_MOST, letter), sign, last, at),
        ), place if sign in (commands.AT_MOST, "<"):
            less = Plus((last, Number(Fraction(1), last.at)), (1, -1), last.at) if sign == "<" else last
            return ("_", (Relation(letter, "=", first, at),), place), ("^", (less,), place)
    return (script,)


def _only_index(body: Node) -> str:
    r"""The index of `\sum x_i`: the one letter below names in it, with no other sum inside; else nothing."""
    inner = list(walk(body))
    found = {letter for n in inner if isinstance(n, Symbol) for letter in n.indices}
    single = len(found) == 1 and found <= INDEX_LETTERS and not any(isinstance(n, BigSum) for n in inner)
    return found.pop() if single else ""


def _sum_clause(
    clause: Clause,
    letters: list[str],
    excluded: list[tuple[str, str]],
    within: list[Symbol],
    firsts: list[Fraction],
    place: Place,
) -> None:
    """Adds what a clause below the sum says."""
    match clause:
        case Relation(left, "=", Number(value)) if found := _indices(left):
            firsts.append(value)
            letters.extend(found)
            return
        case Relation(left, commands.UNEQUAL, right) if letter_of(left) and letter_of(right):
            excluded.append((letter_of(left), letter_of(right)))
            if letter_of(left) not in letters:
                letters.append(letter_of(left))
            return
        case Symbol() | Product() if found := _indices(clause):
            letters.extend(found)
            return
        case Relation(left, commands.MEMBER, Symbol() as values) if letter_of(left):
            letters.append(letter_of(left))
            within.append(values)
            return
    raise ReadError("BN128", "only sums over all values of an index can be read", place)


def _upper_limit(limit: Clause, firsts: list[Fraction], place: Place) -> Symbol:
    """The size of a sum from 1 to m or, which is the same, from 0 to m - 1."""
    start = set(firsts) or {Fraction(1)}
    match limit:
        case Plus((Symbol() as size, Number(value)), (1, -1)) if (
            value == 1 and start == {0} and not size.upper
        ):
            return size
        case Symbol() if not limit.upper and start == {1}:
            return limit
    hint = r"write `\sum_{i=1}^m`, or `\sum_{i=0}^{m-1}`"
    message = "a sum runs over all values: from 1, its upper limit is the name of a size"
    raise ReadError("BN128", message, place, hint)


def _number(script: Script) -> Fraction | None:
    limit = script[1][0]
    return limit.value if len(script[1]) == 1 and isinstance(limit, Number) else None


def _written_out(
    letter: str, values: tuple[Fraction, Fraction], excluded: list[tuple[str, str]], body: Node, at: Place
) -> Node:
    r"""`\sum_{i=1}^3 x_i` is `x_1 + x_2 + x_3`."""
    first, last = values
    count = last - first + 1
    if excluded or count.denominator != 1 or not 0 < count <= MAX_TERMS or first < 0:
        raise ReadError("BN128", f"a sum between numbers has 1 to {MAX_TERMS} terms", at)
    terms = tuple(_at_number(body, letter, str(first + k)) for k in range(int(count)))
    return Plus(terms, (1,) * len(terms), at) if len(terms) > 1 else terms[0]


def _at_number(node: Node, letter: str, number: str) -> Node:
    """The node for one value of an index. Raises ReadError where the letter stands for something else."""
    if isinstance(node, Symbol):
        return _entry(node, letter, number)
    if isinstance(node, BigSum) and letter in node.letters:
        raise ReadError("BN122", f"index {letter} is bound twice, one sum inside the other", node.at)
    return rebuilt(node, lambda inner: _at_number(inner, letter, number))


def _entry(node: Symbol, letter: str, number: str) -> Symbol:
    sub = node.sub
    if node.base == letter or letter in node.upper:
        raise ReadError("BN128", f"`{letter}` is read as the index of a name only", node.at)
    if sub is None or letter not in (*sub.letters, *sub.entries):
        return node
    if any(len(part) > 1 for part in (*sub.letters, number)) and len(sub.letters) > 1:
        raise ReadError("BN128", "write these entries out", node.at)
    entries = tuple(number if part == letter else part for part in sub.letters or sub.entries)
    return replace(node, sub=Sub(",".join(entries), (), None, sub.at, entries, summed=True))


def dotted(terms: list[Node], dots: Token) -> tuple[int, Node]:
    r"""How many terms stand before the dots of `x_1 + x_2 + \dots + x_n`, and the sum of all of them."""
    inner = (n for n in walk(terms[-1]) if isinstance(n, Symbol) and n.sub)
    for size in dict.fromkeys(letter for symbol in inner for letter in symbol.below):
        body = symbols_changed(terms[-1], partial(_at_letter, size))
        for count in range(1, len(terms)):
            run = (_at_number(body, _ANY, str(k + 1)) for k in range(count))
            if [*map(canonical, run)] == [*map(canonical, terms[-1 - count : -1])]:
                return count, BigSum((_ANY,), Symbol(size, dots.at), (), body, dots.at, first=1)
    hint = commands.BY_SPELLING[dots.text].instead
    raise ReadError("BN128", f"`{dots.text}`: how these terms go on is not clear", dots.at, hint)


_ANY = "ι"
"""The index of a sum that is written with dots."""


def _at_letter(size: str, symbol: Symbol) -> Symbol:
    sub = symbol.sub
    if sub is None or size not in sub.letters:
        return symbol
    letters = tuple(_ANY if letter == size else letter for letter in sub.letters)
    return replace(symbol, sub=Sub("".join(letters), letters, None, sub.at))


def big_max(sign: Place, script: Script, body: Node) -> Node:
    clause = script[1][0]
    at = (sign[0], script[2][1])
    match clause:
        case Relation(Norm(Symbol() as variable), commands.AT_MOST, radius) if (
            script[0] == "_" and len(script[1]) == 1
        ):
            return MaxOver(variable, radius, body, at)
    hint = r"write `\max_{\Vert X\Vert_2 \le \lambda}`"
    raise ReadError("BN120", "a maximum is read over a ball of matrices only", at, hint)
