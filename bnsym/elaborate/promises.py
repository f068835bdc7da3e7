r"""What the names of a file promise of their definitions: that `\mu` is a mean, `\sigma^2` a variance, that
`\hat{x}` is normalized and `dq` a derivative of the loss.

A definition can't be refuted, but it can be doubted. Each promise is a property of what is defined, judged
as a link is; no formula is recognised. A name promises nothing where its definition leads to more than one
array, or to a number that may be any. Imports what reading fixes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations, count

from bnsym import terms
from bnsym.elaborate.applications import applied
from bnsym.elaborate.collect import ANEW
from bnsym.elaborate.context import Context, Unreadable, outputs_of, parse_term
from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.statements import span_of
from bnsym.elaborate.symbols import unmarked
from bnsym.elaborate.tensors import Value
from bnsym.latex.errors import ReadError
from bnsym.model import Derivation, NamedDefinition, Span
from bnsym.terms import Index, Name, Pow, Relation, Size, Statement, Sum, Sym, Term

_MEAN = re.compile(r"\\mu(_.*)?")
_SPREAD = re.compile(r"\\sigma(_.*)?(\^\{2\})?")
_SMALL = frozenset((r"\epsilon", r"\varepsilon"))
"""Numbers that keep a root from 0; what is promised is so without them."""
_PROMISING = re.compile(r"\\(?:mu|sigma|bar|hat)(?![A-Za-z])")
_CALLED = re.compile(r"\b(mean|average|variance)\s+(?:is\s+|be\s+)?\$\s*")
_GRADIENT = re.compile(r"(?:\\(?:mathrm|text|operatorname)\s*\{d(\w*)\}|d)\s*(.*)", re.DOTALL)
_WORD = re.compile(r"\\\w+\{d\w+\}")


@dataclass(frozen=True, slots=True)
class Promise:
    """What the name of a definition leads one to expect. It is broken if all that is `given` is proved and
    every one of `readings` is refuted."""

    name: Name
    span: Span
    says: str
    """What is the matter then."""
    readings: tuple[Statement, ...]
    given: tuple[Statement, ...] = ()
    rests_on: frozenset[Name] = frozenset()
    """Definitions that may be the reason."""


def promises(derivation: Derivation, context: Context) -> Iterator[Promise]:
    """Those of a file; that of a definition after those of what it is made from."""
    text = context.survey.source.text
    called: dict[Name, str] = {}
    said = [(found[1], found.end()) for found in _CALLED.finditer(text)]
    for raw in context.survey.definitions if said else ():
        where = raw.chain.expressions[0].where
        left = re.compile(re.escape(text[where.start : where.end].strip(" &\n")) + r"\s*[=:$]")
        called.update((raw.full_name, word) for word, at in said if left.match(text, at))
    for named in derivation.definitions:
        name = named.definition.symbol.name
        with suppress(ReadError):  # where it can't be said of other values
            if name in called or _PROMISING.match(name):
                yield from _Named(named, context, called).promised()
    yield from _gradients(context)


class _Named:
    """A definition, with what words call the names of the file."""

    def __init__(self, named: NamedDefinition, context: Context, called: Mapping[Name, str]) -> None:
        self.named, self.context, self.called = named, context, called
        self.symbol = named.definition.symbol
        self.hatted = self.symbol.name.startswith(r"\hat{")
        self.leaf = self._leaf()
        """A component of the only array that it leads to, whatever that is made from."""
        self.uses = {n: used for n, used in context.dependence.uses.items() if n != self.leaf.name}
        self.leads = reached(self.uses.get(self.symbol.name, ()), self.uses)

    def _leaf(self) -> Sym:
        """What a hat is put on; else the only array whose entries sums run over."""
        if self.hatted:
            return replace(self.symbol, name=unmarked(self.symbol.name.replace(ANEW, "")))
        sums = (t for t in terms.walk(self.named.definition.body) if isinstance(t, Sum))
        found = {
            s.name: s for t in sums for s in terms.walk(t.body) if isinstance(s, Sym) and t.index in s.indices
        }
        return found.popitem()[1] if len(found) == 1 else Sym("")

    def promised(self) -> Iterator[Promise]:
        name, leaf = self.symbol.name, self.leaf.name
        if not {leaf} <= self.leads - self.uses.keys() <= {leaf, *_SMALL}:
            return
        if self.hatted:
            yield from self._normalized()
        elif self._is_mean(name):
            spread = any(self._is_spread(n) and name in used for n, used in self.uses.items())
            yield from self._mean() if spread or name in self.called else ()
        elif self._is_spread(name) and (name.replace(ANEW, "").endswith("^{2}") or name in self.called):
            yield from self._variance()

    def _is_mean(self, name: Name) -> bool:
        plain = name.replace(ANEW, "")
        named = _MEAN.fullmatch(plain) or plain == rf"\bar{{{self.leaf.name}}}"
        return bool(named) or self.called.get(name) in ("mean", "average")

    def _is_spread(self, name: Name) -> bool:
        return bool(_SPREAD.fullmatch(name.replace(ANEW, ""))) or self.called.get(name) == "variance"

    def _mean(self) -> Iterator[Promise]:
        """It grows by what the entries grow by, if it is a sum of them times a number at all."""
        more = terms.add(self._at(terms.add(self.leaf, terms.ONE)), terms.neg(self.symbol))
        says = f"is a mean, but does not grow by 1 with each entry of `{self.leaf.name}`"
        twice = self._at(_times(2, self.leaf)), _times(2, self.symbol)
        yield self._promise(says, (more, terms.ONE), given=(twice,))

    def _variance(self) -> Iterator[Promise]:
        """It is not 0, and four times as large if the entries are twice as large; or twice, as a mean of
        variances is."""
        leaf, none = self.leaf, terms.neg(self._at(terms.ZERO))
        says = f"is a variance, but is 0 whatever `{leaf.name}` is"
        yield self._promise(says, given=((self.symbol, terms.ZERO),))
        larger, spread = terms.add(self._at(_times(2, leaf)), none), terms.add(self.symbol, none)
        says = f"is a variance, but is not 4 times as large for `{leaf.name}` twice as large"
        yield self._promise(says, (larger, _times(4, spread)), (larger, _times(2, spread)))

    def _normalized(self) -> Iterator[Promise]:
        """Its mean is 0, if a mean is taken from it; its mean square is 1, or its sum of squares, or one less
        than the number of its entries, if it is divided by a deviation that is a root of squares. Where they
        are other numbers, whatever the array is, it is on another scale."""
        own, indices = self.symbol, self.symbol.indices
        other = self._at(replace(self.leaf, name=f"{self.leaf.name}'"))
        near = reached(self.uses[own.name], {n: u for n, u in self.uses.items() if not self._is_spread(n)})
        spread, centred = any(map(self._is_spread, near)), any(map(self._is_mean, near))
        made = (d.body for d in self.context.definitions if d.symbol.name in {own.name, *near})
        powers = [t for body in made for t in terms.walk(body) if isinstance(t, Pow)]
        absolute = any(isinstance(t.base, Pow) and t.base.exponent == 2 for t in powers)
        deviates = spread or any(t.exponent.denominator == 2 for t in powers)
        divided = deviates if centred else spread and not any(map(self._is_mean, self.leads))
        over = [c for k in range(min(3, len(indices)) * divided) for c in combinations(indices, k + 1)]
        if over and centred:
            zero = [(_average(own, o), terms.ZERO) for o in over]
            same = ((_average(own, o), _average(other, o)) for o in over)
            yield self._promise("is normalized, but its mean is not 0", *zero, *same)
        parts = [(o, terms.power(terms.mul(*(Size(i.space) for i in o)), -1)) for o in over]
        wanted = ((o, w) for o, p in parts for w in (terms.ONE, terms.add(terms.ONE, terms.neg(p)), p))
        squares = [(_average(terms.power(own, 2), o), w) for o, w in wanted]
        same = ((_average(terms.power(own, 2), o), _average(terms.power(other, 2), o)) for o in over)
        if over and not absolute:
            yield self._promise("is normalized, but its mean square is not 1", *squares, *same)

    def _at(self, argument: Term) -> Term:
        """What it is with other entries of the array."""
        given, numbers = Value(argument, self.leaf.indices), count()
        own, leaf = Value(self.symbol), self.leaf.name
        bodies = self.context.bodies
        return applied(own, leaf, given, bodies, lambda s: Index(f"@{next(numbers)}", s), (0, 0)).term

    def _promise(
        self, says: str, *readings: tuple[Term, Term], given: tuple[tuple[Term, Term], ...] = ()
    ) -> Promise:
        small = (terms.Hypothesis(Sym(name), Relation.EQ, terms.ZERO) for name in sorted(self.leads & _SMALL))
        state = partial(self.context.statement, hypotheses=tuple(small))
        refuted = tuple(state(left, Relation.EQ, right) for left, right in readings)
        proved = tuple(state(left, Relation.EQ, right) for left, right in given)
        name, span = self.symbol.name, self.named.span
        said = f"by its name `{name}` {says}".replace(ANEW, "")
        return Promise(name, span, said, refuted, proved, frozenset(self.leads))


def _times(number: int, term: Term) -> Term:
    return terms.mul(terms.num(number), term)


def _average(term: Term, over: tuple[Index, ...]) -> Term:
    for index in over:
        term = Sum(index, terms.mul(terms.power(Size(index.space), -1), term))
    return term


def _gradients(context: Context) -> Iterator[Promise]:
    """`dq := …` in a file with one loss, made from derivatives of it."""
    source, losses, before = context.survey.source, context.losses, frozenset[Name]()
    for chain in context.survey.gathered.chains if len(losses) == 1 else ():
        sides = (source.masked[e.where.start : e.where.end].strip(" &\n") for e in chain.expressions[:2])
        left, right = sides
        found = _GRADIENT.fullmatch(left)
        if chain.signs[0][0] != ":=" or not found:
            continue
        word = found[1] or ""
        by = (rf"\text{{{word}}}" if len(word) > 1 else word) + found[2]
        try:
            derivative = parse_term(rf"\frac{{\partial {losses[0]}}}{{\partial {by}}}", context, chain)
            value = parse_term(right, context, chain)
        except Unreadable:
            continue
        uses = context.dependence.uses
        leads = reached(names_of(value), uses)
        same = set(terms.free_indices(value)) == set(terms.free_indices(derivative))
        if same and losses[0] in leads and not any(map(_WORD.match, leads - uses.keys())):
            outputs = context.outputs or outputs_of({}, context.definitions, losses, (value, derivative))
            statement = replace(context.statement(value, Relation.EQ, derivative), outputs=outputs)
            says = f"by its name `{left}` is the derivative of `{losses[0]}` by `{by}`, but differs from it"
            yield Promise(left, span_of(source, chain.signs[0][1]), says, (statement,), (), before)
            before |= {left}
