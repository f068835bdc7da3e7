"""What a link was read with, and a file as what, for every format: definitions with their lines, conditions,
what was taken where notation leaves a choice, sizes and free names. LaTeX stands between backticks.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter

from bnsym.elaborate.collect import ANEW
from bnsym.elaborate.dependence import names_of, reached
from bnsym.elaborate.lints import KIND_NAMES, free_names
from bnsym.model import Derivation, Link
from bnsym.terms import Diff, Statement, Sym, Term, own_indices, walk


def read_with(link: Link, *, witnessed: bool = False) -> Iterator[tuple[str, str]]:
    """Labels with what is said there. witnessed: a witness says what the sizes and free names are."""
    named = [(c.of[0], c.line) for c in link.conventions if c.rule == "named"]
    if link.rests_on or named:
        yield "rests on", _placed((*link.rests_on, *named))
    if link.conditions:
        yield "where", ", ".join(f"`{condition}`" for condition in link.conditions)
    if says := taken(link):
        yield "read as", says
    if not witnessed and (run := sizes(link)):
        yield "sizes", "; ".join(f"{listed(letters)} from 1 to `{size}`" for size, letters in run.items())
    if not witnessed and (names := free(link)):
        yield "free", _by_kind(names)


def taken(link: Link) -> str:
    """The conventions that a link was read by, in one line."""
    says = [c.says for c in link.conventions if c.rule != "named"]
    if link.statement is not None:
        says += [f"`{loss}` is an unknown function of {listed(of)}" for loss, of in _losses(link.statement)]
    return "; ".join(says)


def read_in(derivation: Derivation) -> Iterator[tuple[str, str]]:
    """What a file was read as: labels with what is said there, each in a few words."""
    facts = Facts.of(derivation)
    yield "defined", _placed(facts.defined)
    yield "unread", _placed(derivation.unreadable)
    yield "sizes", "; ".join(f"{listed(letters)} from 1 to `{size}`" for size, letters in facts.sizes.items())
    yield "free", _by_kind(facts.free)
    yield "given", _placed((h.source, h.span.line) for h in derivation.hypotheses)
    yield "where", _placed(facts.conditions)
    yield "loss", "; ".join(f"`{f}`, an unknown function of {listed(of)}" for f, of in facts.losses.items())
    if relations := derivation.unjudged:
        said = "1 relation in it is" if len(relations) == 1 else f"{len(relations)} relations in it are"
        lines = sorted(set(relations))
        places = f"line{'s' * (len(lines) != 1)} {', '.join(map(str, lines))}"
        yield "text", f"{said} not judged, {places}"


def _by_kind(names: dict[str, str]) -> str:
    of_kind = {kind: tuple(n for n, own in names.items() if own == kind) for kind in KIND_NAMES}
    plural = dict(zip(KIND_NAMES, ("scalars", "vectors", "matrices"), strict=True))
    return ", ".join(
        f"{listed(of)} ({kind if len(of) == 1 else plural[kind]})" for kind, of in of_kind.items() if of
    )


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read of a whole file."""

    defined: tuple[tuple[str, int], ...]
    """Names with the lines that say what they are, by definition or as abbreviations."""
    sizes: dict[str, tuple[str, ...]]
    free: dict[str, str]
    conditions: tuple[tuple[str, int], ...]
    losses: dict[str, tuple[str, ...]]

    @classmethod
    def of(cls, derivation: Derivation) -> Facts:
        statements = [link.statement for link in derivation.links if link.statement]
        bodies = [d.definition.body for d in derivation.definitions]
        terms = [*(side for s in statements for side in (s.left, s.right)), *bodies]
        named = {d.definition.symbol.name.replace(ANEW, ""): d.span.line for d in derivation.definitions}
        for convention in (c for link in derivation.links for c in link.conventions if c.rule == "named"):
            named.setdefault(convention.of[0], convention.line)
        defined = {d.definition.symbol.name for d in derivation.definitions}
        defined |= {name for name, _ in derivation.unreadable}
        losses = {loss: of for s in statements for loss, of in _losses(s)}
        said = ((condition, link.span.line) for link in derivation.links for condition in link.conditions)
        return cls(
            tuple(sorted(named.items(), key=itemgetter(1))),
            _sizes(terms),
            _kinds(terms, defined, statements[0].losses if statements else ()),
            tuple(dict.fromkeys(said)),
            losses,
        )


def _placed(things: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"`{name}` (line {line})" for name, line in things)


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def sizes(link: Link) -> dict[str, tuple[str, ...]]:
    """The sizes in a link, with the index letters that run over each."""
    return _sizes([link.statement.left, link.statement.right] if link.statement else [])


def _sizes(terms: Iterable[Term]) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for part in (inner for term in terms for inner in walk(term)):
        for index in own_indices(part):
            found.setdefault(index.space, {})[index.name] = None
    return {space: tuple(letters) for space, letters in sorted(found.items())}


def free(link: Link) -> dict[str, str]:
    """The names of any value that a link leads to, each with its kind."""
    statement = link.statement
    if statement is None:
        return {}
    defined = {d.symbol.name: d for d in statement.definitions}
    uses = {name: names_of(d.body) for name, d in defined.items()}
    sides = (statement.left, statement.right)
    told = reached({name for side in sides for name in names_of(side)}, uses)
    terms = [*sides, *(d.body for name, d in defined.items() if name in told)]
    return _kinds(terms, defined, statement.losses)


def _kinds(terms: Iterable[Term], defined: Container[str], losses: tuple[str, ...]) -> dict[str, str]:
    return {name: KIND_NAMES[min(2, n)] for name, n in free_names(terms, defined, losses).items()}


def _losses(statement: Statement) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The losses that it has derivatives of, with what they are functions of."""
    parts = (part for side in (statement.left, statement.right) for part in walk(side))
    differentiated = {part.of for part in parts if isinstance(part, Diff)}
    for loss in statement.losses:
        if Sym(loss) in differentiated and statement.outputs:
            yield loss, statement.outputs
