r"""What the formulas of running text add to a file: definitions, abbreviations of gradients, kinds, and
orders that are hypotheses of their section. `prose` says what the words allow; the form decides here.

Nothing here is an error: what a sentence says of a formula that is no such thing is not judged, and
counted. Imports the surface modules; the gatherer hands itself in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import takewhile
from operator import eq, ge, gt, le, lt, ne
from sys import maxsize
from typing import TYPE_CHECKING

from bnsym.elaborate.aliases import paired
from bnsym.elaborate.calls import as_call
from bnsym.elaborate.symbols import as_target, unmarked
from bnsym.latex.ast import (
    Apply,
    BigSum,
    Derivative,
    Gradient,
    Listing,
    Node,
    Paren,
    Product,
    Symbol,
    canonical,
    number_in,
    unwrap,
    walk,
)
from bnsym.latex.commands import INDEX_LETTERS
from bnsym.latex.errors import ReadError
from bnsym.latex.parser import parse
from bnsym.source.languages import ALL, STOP, compiled
from bnsym.source.text import Block, Chain, Effect, Heading, Item, Remark, Role, Saying, Sign, Slice

if TYPE_CHECKING:
    from bnsym.elaborate.collect import Gatherer, RawChain, RawHypothesis


@dataclass(frozen=True, slots=True)
class Doubt:
    """What running text says of a name and defines nothing by, as an equation, a part of the reals that it
    lies in, or words: where a link with that name fails, it may be one for such values."""

    name: Symbol
    where: Slice
    sections: range
    meant: bool
    """Whether the text sets the name so, as in `with $\\epsilon = 0$`; else it matters only for a name that
    nothing defines."""
    described: bool = False
    """Whether it says no value: then a condition in force for the link says all that is meant."""
    after: bool = False
    """Whether it is said of the links behind it only."""
    value: Node | None = None
    """What the text equates the name with."""
    counts: bool = True
    """Whether it is said of the number of values of an index too: a set leaves that any."""
    numbers: bool = True
    """Whether it is said of the name if that is a number."""
    strange: int = 0
    """How many names of which this is said make it doubtful that numbers are meant; 0 if none do."""
    beside: tuple[Node, ...] = ()
    """The sides of an equation that binds the name, if none of its names is defined."""


@dataclass(frozen=True, slots=True)
class Order:
    """What words say of names, or of all, where it holds: no verdict on what rests on it stands there."""

    names: tuple[Symbol, ...]
    saying: Saying
    sections: range


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that the text speaks of; what a later section says of it does not reach back."""

    name: Symbol
    where: Slice
    section: int
    """How many headings stand before it."""
    says: bool
    """Whether words say what the name is: then no formula of a later section reaches back either."""
    anew: bool
    """Whether they say it from there on, so that no formula of an earlier section holds any more."""
    rank: int | None = None
    """How many axes they say that it has."""


EVERYWHERE = range(maxsize)
_ORDERS = frozenset((r"\le", "<", r"\ge", ">"))
_MEMBER = frozenset((r"\in", "∈"))
_EQUALS = frozenset(("=", ":=", r"\equiv"))
_ASSUMES = frozenset((Role.SAID, Role.ASSUMED))
_CLAIMS = frozenset((Role.PLAIN, Role.INFERRED))


def ahead(gatherer: Gatherer, items: Sequence[Item], start: int) -> None:
    """Takes what the text of a section says of all of it: the items from `start` to the next heading."""
    following = (items[place] for place in range(start, len(items)))
    section = [i for i in takewhile(lambda i: not isinstance(i, Heading), following) if isinstance(i, Remark)]
    for remark in section:
        for chain in remark.chains:
            if remark.role in _ASSUMES and _has_order(chain):
                _assume(gatherer, chain)
    for remark in reversed(section):
        for chain in remark.chains:
            if remark.role is Role.SAID:
                _abbreviate(gatherer, chain)


def take(gatherer: Gatherer, remark: Remark) -> None:
    """Takes a formula of the text where it stands."""
    for chain in remark.chains:
        _take(gatherer, remark, chain)
        for where in chain.expressions:
            gatherer.note(parsed(gatherer, where))


def order(gatherer: Gatherer, saying: Saying, sections: range) -> None:
    """Takes what words say that changes what is claimed."""
    names: list[Symbol] = []
    for where in saying.names:
        text = gatherer.source.masked[where.start : where.end]
        signs = [sign.span() for sign in _EQUALITY.finditer(text)]
        if signs and saying.effect is not Effect.WAIVED:
            text, signs = text[: signs[0][0]], []
        starts, ends = [0, *(end for _, end in signs)], [*(start for start, _ in signs), len(text)]
        between = zip(starts, ends, strict=True)
        for part in (part for one in between for part in _LISTED.finditer(text, *one)):
            target = as_target(parsed(gatherer, Slice(*part.span()).moved(where.start)))
            names += target[:1] if target else ()
    if saying.effect is Effect.WAIVED:
        if names or not saying.names:
            _waive(gatherer, {name.base for name in names}, range(saying.reach.start, saying.where.start))
    elif saying.effect is Effect.UNORDERED:
        gatherer.result.unordered += names
    elif names and saying.effect in _STRANGE_BY_WORDS:
        strange = _STRANGE_BY_WORDS[saying.effect]
        gatherer.result.doubts.extend(
            Doubt(name, saying.where, EVERYWHERE, False, True, strange=strange) for name in names
        )
    elif names or not saying.names:
        result = gatherer.result
        said = result.unclear if saying.effect in _UNCLEAR else result.orders
        said.append(Order(tuple(names), saying, sections))


def _waive(gatherer: Gatherer, names: set[str], within: range) -> None:
    """Puts out of force what sentences there assume of the names; of all names if there are none."""
    gatherer.assumed = [
        h for h in gatherer.assumed if not (h.said and h.where.start in within and _speaks_of(h, names))
    ]


def _speaks_of(hypothesis: RawHypothesis, names: set[str]) -> bool:
    sides = (hypothesis.left.node, hypothesis.right.node)
    inner = {n.base for node in sides if node for n in walk(node) if isinstance(n, Symbol)}
    return not names or not names.isdisjoint(inner)


_STRANGE_BY_WORDS = {Effect.ALIEN: 1, Effect.UNSORTED: 2}
_UNCLEAR = frozenset((Effect.STATED, Effect.UNKNOWN, Effect.VALUED))
_EQUALITY = re.compile(
    r":?=|[<>∈∼]|\\(?:equiv|in|sim|(?:maps|)to|(?:long|)(?:rightarrow|mapsto)|approx|ll|le|ge|leq|geq)(?![A-Za-z])"
)
_LISTED = re.compile(r"(?:\{[^{}]*\}|[^,(){}])+")


def _take(gatherer: Gatherer, remark: Remark, chain: Chain) -> None:
    _mention(gatherer, remark, chain)
    if remark.described is not None and not any(sign.symbol in _EQUALS for sign in chain.signs):
        _doubt_names(gatherer, chain, remark.described, True)
    if chain.signs and chain.signs[0].symbol == r"\ne":
        _doubt_order(gatherer, chain)
    if _vanishes(remark, chain):
        _doubt_behind(gatherer, chain)
    if _has_order(chain) and not _is_order(chain):
        if remark.role not in _ASSUMES:
            _leave_open(gatherer, remark, chain)
        first = next((n for n, sign in enumerate(chain.signs) if sign.symbol in _EQUALS), 0)
        chain = replace(chain, expressions=chain.expressions[first:], signs=chain.signs[first:])
    if _taken(gatherer, remark, chain):
        return
    if not chain.claims or not chain.signs or chain.signs[0].symbol in _MEMBER:
        if remark.role is not Role.DENIED:
            doubt_member(gatherer, chain)
    elif chain.claims:
        gatherer.result.unjudged.append(chain.where)
        if _is_order(chain):
            _leave_open(gatherer, remark, chain)
        else:
            _doubt(gatherer, remark, chain)


def _doubt(gatherer: Gatherer, remark: Remark, chain: Chain) -> None:
    left = _call(gatherer, chain)
    target = as_target(left.function if left else parsed(gatherer, chain.expressions[0]))
    if chain.signs[0].symbol not in _EQUALS or (remark.role is Role.GIVEN and not chain.partly):
        return
    if target is None:
        _bind(gatherer, remark, chain)
        return
    meant, body = remark.role in _ASSUMES, parsed(gatherer, chain.expressions[1])
    if not (meant or remark.named) and not (
        _names(body) if body is not None else _WORD.search(_text(gatherer, chain))
    ):
        return  # `then $c = 1$`, `for $y = (1, 2)$`: a value that it takes somewhere
    sections = range(gatherer.section, gatherer.section + 1) if meant and gatherer.level else EVERYWHERE
    gatherer.result.doubts.append(Doubt(target[0], chain.where, sections, meant, value=body))
    if remark.role in _CLAIMS or remark.anew:
        gatherer.result.restated.append(_raw(gatherer, remark, chain))


def _bind(gatherer: Gatherer, remark: Remark, chain: Chain) -> None:
    r"""`with $\sum_i p_i = 1$`, `where $u^Tu = 1$`: an equation of free names only is a condition on them."""
    sides = [parsed(gatherer, where) for where in chain.expressions[:2]]
    both = tuple(side for side in sides if side is not None)
    names = {n.base: n for side in both for n in walk(side) if isinstance(n, Symbol)}
    given = remark.role in _ASSUMES
    sections = range(gatherer.section, maxsize if given else gatherer.section + 1)
    if len(both) == len(sides):
        gatherer.result.doubts.extend(
            Doubt(name, chain.where, sections, meant=False, after=not given, beside=both)
            for name in names.values()
        )


def _text(gatherer: Gatherer, chain: Chain) -> str:
    where = chain.expressions[1]
    return gatherer.source.masked[where.start : where.end]


_WORD = re.compile(r"[^\W\d_]")


def doubt_member(gatherer: Gatherer, chain: Chain) -> None:
    r"""`$a \in (0, 1)$`, `$p \in \Delta^n$`: of what lies in some set values elsewhere say nothing, unless it
    has all real numbers, or no more than a name; nor of `$x \sim p$`, `$u \perp v$`."""
    where, text = chain.expressions[-1], gatherer.source.masked
    within = bool(chain.signs) and chain.signs[0].symbol in _MEMBER
    if within and _NAMED_SET.fullmatch(text, where.start, where.end):
        _doubt_names(gatherer, chain, True, False, 2)
    elif _BOUND.search(text, chain.where.start, chain.where.end) or (
        within and not _WHOLE.fullmatch(text, where.start, where.end)
    ):
        far = _STRANGE.match(text, *where.at) if within else _DEFINITE.search(text, *chain.where.at)
        _doubt_names(gatherer, chain, True, not within, int(far is not None))


def _doubt_names(gatherer: Gatherer, chain: Chain, numbers: bool, counts: bool, strange: int = 0) -> None:
    where = chain.expressions[0]
    text = _BRACES.sub("  ", gatherer.source.masked[where.start : where.end])
    for part in _PARTS.finditer(text):
        target = as_target(parsed(gatherer, Slice(*part.span()).moved(where.start)))
        if target is not None:
            doubt = Doubt(
                target[0],
                chain.where,
                EVERYWHERE,
                meant=False,
                described=True,
                counts=counts,
                numbers=numbers,
                strange=strange,
            )
            gatherer.result.doubts.append(doubt)


def _doubt_order(gatherer: Gatherer, chain: Chain) -> None:
    r"""`$ab \ne ba$`: names for which that holds are no numbers."""
    sides = [parsed(gatherer, where) for where in chain.expressions[:2]]
    left, right = ([n for n in walk(s) if isinstance(n, Symbol)] if s else [] for s in sides)
    if left != right and sorted(map(canonical, left)) == sorted(map(canonical, right)):
        doubts = (Doubt(n, chain.where, EVERYWHERE, meant=False, described=True, strange=1) for n in left)
        gatherer.result.doubts.extend(doubts)


def _vanishes(remark: Remark, chain: Chain) -> bool:
    r"""`$\epsilon \to 0$`, `$\epsilon \ll v$`."""
    return bool(chain.signs) and chain.signs[0].symbol in _VANISHES and remark.role is not Role.DENIED


def _doubt_behind(gatherer: Gatherer, chain: Chain) -> None:
    """What stands behind it in its section leaves the name out, or takes it for very small."""
    target = as_target(parsed(gatherer, chain.expressions[0]))
    if target is not None:
        here = range(gatherer.section, maxsize)
        gatherer.result.doubts.append(Doubt(target[0], chain.where, here, meant=True, after=True))


_VANISHES = frozenset((r"\to", r"\rightarrow", r"\approx", r"\ll", "→", "≈", "≪"))
_WHOLE = re.compile(
    r"\s*(?:\\mathbb\s*(?:\{\s*R\s*\}|R)|ℝ|\\R\b)\s*(?:\^\s*(?!\{?\s*[+>≥]).*)?\s*[.,;]?\s*", re.DOTALL
)
"""All real numbers."""
_NAMED_SET = re.compile(r"\s*(?:\\(?:mathcal|mathscr)\s*)?\{?\s*[A-Z]\s*\}?(?:_\w)?\s*[.,;]?\s*")
_DEFINITE = re.compile(r"\\(?:succ|prec)(?:eq)?(?![A-Za-z])|[≻≽≺≼]")
_STRANGE = re.compile(
    r"\s*(?:\\mathbb\s*\{?\s*(?:[^RQZN\s{]|R\s*\}?\s*(?:\[|_[^+>]*\\times))|\\mathfrak|[ℂℍ]"
    r"|(?:\\\w+\s*\{\s*)?[A-Za-z]+\s*\}?(?:_\w)?\s*[(^]|(?:\\\w+\s*\{\s*)?[A-Za-z]{2,}\s*\}?\s*_)"
)
"""A field, a group or a sphere: what lies in it may be no real number."""
_BRACES = re.compile(r"\\[{}]|[()]")
_BOUND = re.compile(r"\\(?:sim|perp|parallel|(?:succ|prec)(?:eq)?)(?![A-Za-z])|[∼⊥∥≻≽≺≼]")
_PARTS = re.compile(rf"(?:\{{[^{{}}]*\}}|(?!{_BOUND.pattern})[^,{{}}])+")
"""What stands between the commas of a list, or around such a sign."""


def _mention(gatherer: Gatherer, remark: Remark, chain: Chain) -> None:
    """Notes that the text speaks of a name."""
    if chain.signs and chain.signs[0].symbol not in _MEMBER:
        return
    if target := as_target(parsed(gatherer, chain.expressions[0])):
        says = not chain.signs and (bool(remark.described) or remark.role in (Role.NAMED, Role.LOSS))
        if remark.role is Role.LOSS:
            gatherer.result.called_losses.append(target[0])
        rank = None if chain.signs else remark.rank
        mention = Mention(target[0], chain.where, gatherer.section, says, says and remark.anew, rank)
        gatherer.result.mentions.append(mention)


def _taken(gatherer: Gatherer, remark: Remark, chain: Chain) -> bool:
    if remark.role is Role.DENIED or not chain.signs:
        return False
    first = chain.signs[0].symbol
    if first in _MEMBER:
        return remark.role is not Role.GIVEN and _says(gatherer.membership, gatherer, chain)
    if _is_order(chain):
        return remark.role in _ASSUMES and any(h.where == chain.where for h in gatherer.assumed)
    given = first == r"\leftarrow" and remark.role is Role.SAID  # `set $a \gets b$`
    if not (first in _EQUALS or given) or remark.role is Role.GIVEN:
        return False
    if _says(gatherer.entries, gatherer, chain):
        return True
    if first == ":=" or remark.role is Role.SAID:
        return _abbreviate(gatherer, chain) or _define(gatherer, remark, chain)
    if remark.role not in _CLAIMS:
        return False
    if _call(gatherer, chain) and _define(gatherer, remark, chain):
        return True
    if _is_new(gatherer, chain):
        abbreviates = _names_gradient(gatherer, remark, chain) and _abbreviate(gatherer, chain)
        if abbreviates or (remark.shown and _define(gatherer, remark, chain)):
            return True
    named = _is_named(gatherer, remark, chain)
    if (named or _is_first(gatherer, chain)) and _define(gatherer, remark, chain):
        gatherer.result.chains[-1].tentative = not named
        _doubt(gatherer, remark, chain)  # of a name that it does not define after all
        return True
    return False


def _call(gatherer: Gatherer, chain: Chain) -> Apply | None:
    """The function's value on the left, in `E(w) = …`: of nothing else is it said what it is."""
    left = parsed(gatherer, chain.expressions[0])
    call = as_call(left) if left is not None else None
    return call if isinstance(call, Apply) else None


def _is_first(gatherer: Gatherer, chain: Chain) -> bool:
    """Whether the name on the left stands nowhere before, and does without its prime, `$w' = w - a g$`, or
    with another number of indices; then the equation can claim nothing of it."""
    left, right = (parsed(gatherer, where) for where in chain.expressions[:2])
    target = as_target(left)
    if target is None or right is None:
        return False
    name, label, count = spelling(target[0])
    written = gatherer.result.written
    if (name, label, count) in written:
        return False
    plain = name.replace("'", "")
    known = {base for base, _, _ in written} | {n.base for n in walk(right) if isinstance(n, Symbol)}
    primed = plain != name and plain in known
    others = {other for base, _, other in written if base == name} - {0}
    return primed or (count > 0 and bool(others))


def _is_named(gatherer: Gatherer, remark: Remark, chain: Chain) -> bool:
    """Whether words say that the right side is what a name is that stands nowhere before and has all index
    letters of it; not of what is called a derivative, which can be wrong."""
    target, body = (parsed(gatherer, where) for where in chain.expressions[:2])
    name = as_target(target)
    if not remark.named or name is None or name[0].marks or _is_called(gatherer, remark):
        return False
    if name[0].base in {base for base, _, _ in gatherer.result.written}:
        return False
    bound = {letter for n in walk(body) if isinstance(n, BigSum) for letter in n.letters}
    free = {i for n in walk(body) if isinstance(n, Symbol) for i in n.indices} & INDEX_LETTERS
    plain = body is not None and not any(map(_may_apply, walk(body)))
    return plain and free - bound <= set(name[0].indices)


def _may_apply(node: Node) -> bool:
    r"""`\ell(y)`, `\sigma (w x + b)`: nothing may say what the function is."""
    pairs = node.pairs if isinstance(node, Product) else ()
    applied = any(isinstance(a, Symbol) and isinstance(b, Paren) and not sign for a, b, sign in pairs)
    return applied or isinstance(node, Apply)


def spelling(symbol: Symbol) -> tuple[str, str, int]:
    """A name without its index letters, and how many these are."""
    sub = symbol.sub
    label = sub.text if sub and not sub.letters else ""
    return symbol.base, label, len(symbol.indices)


def _is_order(chain: Chain) -> bool:
    r"""Whether it is an order, or says that a number is not 0."""
    return _has_order(chain) and all(map(_orders, chain.signs))


def _has_order(chain: Chain) -> bool:
    """Whether it states one, as `r = b - c > 0` does beside an equation."""
    return any(map(_orders, chain.signs))


def _orders(sign: Sign) -> bool:
    return sign.symbol in _ORDERS or sign.symbol == r"\ne"


def _says(kind: Callable[[str, Slice], bool], gatherer: Gatherer, chain: Chain) -> bool:
    where = chain.where
    try:
        return kind(gatherer.source.masked[where.start : where.end], where)
    except ReadError:
        return False


def _assume(gatherer: Gatherer, chain: Chain) -> None:
    for hypothesis in _said(gatherer, chain):
        hypothesis.level = gatherer.level
        gatherer.assumed.append(hypothesis)


def _leave_open(gatherer: Gatherer, remark: Remark, chain: Chain) -> None:
    """`Since $k > 0$`, `for $k > 0$`: what is false without it may be meant with it. What a sentence
    claims of two names says nothing of what is assumed."""
    claimed = remark.role is not Role.GIVEN and _is_order(chain) and not _is_bound(gatherer, chain)
    if remark.role is Role.DENIED or claimed:
        return
    found = _said(gatherer, chain)
    gatherer.assumed = [
        h
        for h in gatherer.assumed
        if not (h.said and h.where.start < chain.where.start and at_odds(h, found))
    ]
    for hypothesis in found:
        hypothesis.open = True


def at_odds(known: RawHypothesis, found: Sequence[RawHypothesis]) -> bool:
    """Whether an order of a name by a number leaves it no value beside one of those found."""
    name, test, bound = _bound(known)
    for other, fits, limit in map(_bound, found):
        tries = (bound, limit, (bound + limit) / 2, min(bound, limit) - 1, max(bound, limit) + 1)
        if name and name == other and not any(test(one, bound) and fits(one, limit) for one in tries):
            return True
    return False


def _bound(hypothesis: RawHypothesis) -> tuple[str, Callable[[Fraction, Fraction], bool], Fraction]:
    name, value = hypothesis.left.node, number_in(hypothesis.right.node)
    known = isinstance(name, Symbol) and value is not None and hypothesis.sign in _TESTS
    return canonical(name) if name and known else "", _TESTS.get(hypothesis.sign, eq), value or Fraction()


_TESTS = {"<": lt, ">": gt, r"\le": le, r"\ge": ge, "=": eq, r"\ne": ne}


def _is_bound(gatherer: Gatherer, chain: Chain) -> bool:
    """Whether it compares one name with numbers."""
    nodes = [parsed(gatherer, where) for where in chain.expressions]
    named = [node for node in nodes if node is None or _names(node)]
    return len(named) == 1 and isinstance(named[0], Symbol)


def _said(gatherer: Gatherer, chain: Chain) -> list[RawHypothesis]:
    where = chain.where
    try:
        found = gatherer.listed(gatherer.source.masked[where.start : where.end], where.start)
    except ReadError:
        return []
    found = [h for h in found if h.sign not in _EQUALS]
    if any(h.sign == r"\ne" and not _is_zero(h) for h in found):
        return []  # of which indices it speaks is not said
    for hypothesis in found:
        hypothesis.said, hypothesis.where = True, where
        gatherer.result.hypotheses.append(hypothesis)
    return found


def _is_zero(hypothesis: RawHypothesis) -> bool:
    node = hypothesis.right.node
    return node is not None and not any(isinstance(n, Symbol) for n in walk(node))


def _define(gatherer: Gatherer, remark: Remark, chain: Chain) -> bool:
    """Whether it may define a name: which is settled once all of the file is known."""
    chain = _turned(gatherer, chain)
    gatherer.called_anew(chain, remark.role is Role.SAID)
    raw = _raw(gatherer, remark, chain)
    left, right = raw.expressions[0].node, raw.expressions[1].node
    explicit = chain.signs[0].symbol == ":="  # `let $a = 3$` may speak of an example
    body = right is None or (
        not isinstance(unwrap(right), Symbol) and (explicit or isinstance(right, Listing) or _names(right))
    )
    if not raw.names_function and (left is None or as_target(left) is None or not body):
        return False
    gatherer.result.chains.append(raw)
    return True


def _raw(gatherer: Gatherer, remark: Remark, chain: Chain) -> RawChain:
    raw = gatherer.chain(Block((chain,), (), remark.where, ""), chain)
    raw.stated, raw.anew = True, remark.anew
    return raw


def _names(node: Node) -> bool:
    return any(isinstance(inner, Symbol) for inner in walk(node))


def _turned(gatherer: Gatherer, chain: Chain) -> Chain:
    r"""`$\partial L/\partial y$ is written $g$`: the name first."""
    left, right = (parsed(gatherer, where) for where in chain.expressions[:2])
    name = isinstance(right, Symbol) or (isinstance(right, Product) and paired(right) is not None)
    named = len(chain.signs) == 1 and name and left is not None
    if named and not isinstance(left, Symbol) and as_target(left) is None:
        return Chain(chain.expressions[::-1], chain.signs)
    return chain


def parsed(gatherer: Gatherer, where: Slice) -> Node | None:
    try:
        return unwrap(parse(gatherer.source.masked[where.start : where.end], where.start))
    except ReadError:
        return None


def _abbreviate(gatherer: Gatherer, chain: Chain) -> bool:
    r"""Whether it gives a name to a derivative, `dy_i = \partial L/\partial y_i`: then it is read for it."""
    if len(chain.signs) != 1 or chain.signs[0].symbol not in _EQUALS:
        return False
    left, right = (parsed(gatherer, where) for where in _turned(gatherer, chain).expressions)
    if not isinstance(left, Symbol | Product) or not isinstance(right, Derivative | Gradient):
        return False
    aliases = gatherer.result.aliases
    try:
        aliases.add(left, aliases.apply(right))
    except ReadError as error:
        return error.code == "BN127"  # then it is read for neither
    return True


def _names_gradient(gatherer: Gatherer, remark: Remark, chain: Chain) -> bool:
    r"""Whether an equation with a derivative can only give it a name: one of two parts, one called a
    gradient, or the variable's with a mark, `\bar{x}_i = \partial L/\partial x_i`."""
    left, right = (parsed(gatherer, where) for where in chain.expressions[:2])
    if isinstance(left, Product) or remark.shown or _is_called(gatherer, remark):
        return True
    by = right.by if isinstance(right, Derivative) else ()
    variables = {v.base for v in by if isinstance(v, Symbol)}
    return isinstance(left, Symbol) and unmarked(left.base) in variables


def _is_called(gatherer: Gatherer, remark: Remark) -> bool:
    r"""Whether words say that it is a gradient: `the gradient $g = \partial L/\partial z$`."""
    text, (start, end) = gatherer.source.text, (remark.where.start, remark.where.end)
    near = STOP.split(text[max(0, start - _NEAR) : start])[-1], STOP.split(text[end : end + _NEAR])[0]
    return any(compiled(ALL["gradient"]).search(words) for words in near)


_NEAR = 200
"""How far from a formula the word is looked for."""


def _is_new(gatherer: Gatherer, chain: Chain) -> bool:
    """Whether no chain so far says what the name is, which may be one of two parts, `\\delta y`."""
    left = parsed(gatherer, chain.expressions[0])
    name = paired(left) if isinstance(left, Product) else left
    heads: Iterator[Node | None] = (c.expressions[0].node for c in gatherer.result.chains)
    return isinstance(name, Symbol) and all(
        not isinstance(head, Symbol) or head.base != name.base for head in heads
    )
