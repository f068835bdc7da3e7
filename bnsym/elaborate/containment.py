r"""What can't be read, and what that hides: what uses it, and what differentiates through it.

A definition by an unknown function (`p = \operatorname{softmax}(z)`) or in a notation that is not read
gives its name no meaning, yet says of what the name is made. What lies behind the outputs of a layer is a
part of the loss, which is an unknown function anyway, and hides nothing before it. Imports terms and
the surface tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property

from bnsym.elaborate.definitions import names_in
from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.symbols import Table
from bnsym.latex.ast import Node, Place
from bnsym.latex.errors import ReadError
from bnsym.terms import Definition, Diff, Name, Sym, Term, children, walk

_WORD = re.compile(r"\\(?:text\w*|math(?:rm|sf|it)|mbox|operatorname\*?)\s*\{[^{}]*\}")
_TOKEN = re.compile(r"\\[A-Za-z]+|[^\s{}]")


def mentioned(table: Table, node: Node | None, text: str, names: Iterable[Name]) -> set[Name]:
    """The names in an expression; of one that can't be parsed, those that its text spells, the longest
    first, so that the x of a written `\\hat{x}` is none."""
    if node is not None:
        return names_in(table, node)
    tokens = _TOKEN.findall(_WORD.sub(" ", text))
    spelled = {name: _TOKEN.findall(name) for name in names}
    found: set[Name] = set()
    for name, own in sorted(spelled.items(), key=lambda pair: (-len(pair[1]), pair[0])):
        for place in range(len(tokens) - len(own) + 1):
            if own and tokens[place : place + len(own)] == own:
                found.add(name)
                tokens[place : place + len(own)] = [""] * len(own)
    return found


@dataclass(frozen=True)
class Containment:
    """Names whose definitions can't be read, and the definitions that can."""

    problems: Mapping[Name, ReadError]
    mentions: Mapping[Name, set[Name]]
    """The names that stand in each definition that can't be read."""
    definitions: Sequence[Definition] = ()
    losses: Sequence[Name] = ()
    outputs: Sequence[Name] = ()
    declared: bool = False
    """Whether the file says of what the losses are functions."""
    choices: frozenset[Name] = frozenset()
    """Of the problems, names that are one thing or another: what holds for any value of them holds."""

    def without(self, names: set[Name]) -> Containment:
        """What can't be read besides these names, which are not in force."""
        return replace(self, problems={n: error for n, error in self.problems.items() if n not in names})

    @cached_property
    def uses(self) -> dict[Name, frozenset[Name]]:
        return {d.symbol.name: names_of(d.body) for d in self.definitions}

    @cached_property
    def _values(self) -> dict[Name, set[Name]]:
        """The names whose values each definition needs."""
        return {d.symbol.name: set(_values(d.body, self.losses)) for d in self.definitions}

    @cached_property
    def _gradients(self) -> dict[Name, list[Diff]]:
        """The derivatives of losses in each definition that has some."""
        found = {d.symbol.name: list(_derivatives(d.body, self.losses)) for d in self.definitions}
        return {name: derivatives for name, derivatives in found.items() if derivatives}

    @cached_property
    def _all(self) -> Mapping[Name, Set[Name]]:
        return {**self.mentions, **self.uses}

    def check(self, term: Term, at: Place) -> ReadError | None:
        """Raises BN128 where the value of a term, or a derivative in it, needs what can't be read. Returns
        why a refutation would say nothing: a derivative has factors that can't be read."""
        if not self.problems:
            return None
        self.check_values((term,), at)
        rests = reached(_values(term, self.losses), self._values)
        inside = [d for name in sorted(rests & self._gradients.keys()) for d in self._gradients[name]]
        derivatives = dict.fromkeys((*_derivatives(term, self.losses), *inside))
        doubts = [doubt for d in derivatives if (doubt := self._check_loss(d, at))]
        return doubts[0] if doubts else None

    def check_values(self, terms: Iterable[Term], at: Place) -> None:
        if not self.problems:
            return
        terms = tuple(terms)
        names = reached({name for term in terms for name in _values(term, self.losses)}, self._values)
        varied = {name for name in names & self.choices if not self._varies(name, names, terms)}
        for name in sorted((names & self.problems.keys()) - varied):
            raise waiting(name, self.problems, at)

    def _varies(self, choice: Name, names: set[Name], terms: Iterable[Term]) -> bool:
        """Whether a derivative in terms of these names is by one of which the choice may be made."""
        bodies = (d.body for d in self.definitions if d.symbol.name in names)
        derivatives = (d for term in (*terms, *bodies) for d in walk(term) if isinstance(d, Diff))
        others = (d.by.name for d in derivatives if d.by.name != choice)
        made = reached(self.mentions.get(choice, ()), self._all)
        return any(by in made for by in others)

    def _check_loss(self, derivative: Diff, at: Place) -> ReadError | None:
        by = derivative.by.name
        path = reached(self.outputs, self.uses)
        doubt = None
        for name in sorted(self.problems):
            through = by in reached({name}, self._all)
            if through and (name in path or name == by or self._may_feed(name, by)):
                what = f"the derivative by `{by}` waits for the definition of `{name}`"
                raise self._error(what, name, at)
            if name in path:
                doubt = self._error(f"may rest on the definition of `{name}`", name, at)
        return doubt

    def _may_feed(self, name: Name, by: Name) -> bool:
        """Whether a loss may depend on a variable through a name that lies behind or beside its outputs, in
        another way than through them. What is computed from itself is a running value, no part of a loss."""
        if self.declared or name in self.mentions.get(name, ()):
            return False
        inner = reached({name}, {key: value for key, value in self._all.items() if key not in self.outputs})
        return by in inner and by not in self.outputs

    def _error(self, message: str, name: Name, at: Place) -> ReadError:
        return ReadError("BN128", message, at, cause=self.problems[name])


def waiting(name: Name, problems: Mapping[Name, ReadError], at: Place) -> ReadError:
    return ReadError("BN128", f"waits for the definition of `{name}`", at, cause=problems[name])


def _values(term: Term, losses: Sequence[Name]) -> Iterator[Name]:
    """The names whose values a term has: not those by which a loss is differentiated."""
    if isinstance(term, Diff) and is_of_loss(term, losses):
        return
    if isinstance(term, Sym):
        yield term.name
    for child in children(term):
        yield from _values(child, losses)


def _derivatives(term: Term, losses: Sequence[Name]) -> Iterator[Diff]:
    if isinstance(term, Diff) and is_of_loss(term, losses):
        yield term
    for child in children(term):
        yield from _derivatives(child, losses)


def is_of_loss(term: Diff, losses: Sequence[Name]) -> bool:
    of = term.of
    return (isinstance(of, Sym) and of.name in losses) or (isinstance(of, Diff) and is_of_loss(of, losses))
