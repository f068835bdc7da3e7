"""The closed form that a link of a note proves, with what the proof says of it."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from bnsym.checking import check
from bnsym.kernel import Proved
from bnsym.model import Result, Severity
from bnsym.reporting.wording import words_of
from bnsym.terms import Diff, Max, Name, Relation, Statement, Sym, Term, walk


class NotProved(ValueError):
    """The link can't be compiled: it is not proved, or its right side is no closed form."""


@dataclass(frozen=True, slots=True)
class Form:
    """What was proved: `statement`, from the first side of a chain to the closed form at its end."""

    statement: Statement
    results: tuple[Result, ...]
    """Of the links of the chain, every one of them proved."""

    @property
    def proofs(self) -> tuple[Proved, ...]:
        return tuple(r.verdict for r in self.results if isinstance(r.verdict, Proved))


def proved_form(link: str | os.PathLike[str]) -> Form:
    """The closed form at the end of the chain that `link`, FILE#ID, names; of one link if it names one.

    Raises NotProved, with the reason, if a link on the way is not proved, or is contradicted.
    """
    name = os.fspath(link)
    results = _results(name)
    if "#" not in name and len(results) > 1:
        ids = ", ".join(r.link.id for r in results[:6])
        raise NotProved(f"{name} has {len(results)} links; name one, such as {name}#ID, of {ids}, …")
    ends = [k for k, r in enumerate(results) if r.link.statement and _is_closed(r.link.statement)]
    if ends:
        return _form(results, ends[-1])
    unread = [r for r in results if r.link.statement is None]
    if unread:
        words = words_of(unread[0])
        raise NotProved(f"{unread[0].link.id} is {unread[0].name}: {words.code} {words.message}")
    raise NotProved(f"{name}: no right side is a closed form, one without derivatives but ∂loss/∂output")


def gradient_forms(file: str) -> dict[Name, Form]:
    """The closed form of each gradient by a free name that a file proves, by that name.

    Raises NotProved if there is none, or if they are gradients of several losses.
    """
    results = _results(file)
    found: dict[Name, Form] = {}
    losses: set[Term] = set()
    for k, result in enumerate(results):
        if result.link.statement is None or not _is_closed(result.link.statement):
            continue
        try:
            form = _form(results, k)
        except NotProved:
            continue
        match form.statement.left:
            case Diff(Sym(loss) as of, by, _) if loss in form.statement.losses:
                if by.name not in {d.symbol.name for d in form.statement.definitions}:
                    found.setdefault(by.name, form)
                    losses.add(of)
    if len(losses) != 1:
        count = "several losses" if losses else "no loss"
        raise NotProved(f"{file}: gradients of {count} are proved with closed forms; name links, {file}#ID")
    return found


def _results(name: str) -> tuple[Result, ...]:
    file = Path(name.partition("#")[0])
    return _checked(name, file.stat().st_mtime_ns if file.is_file() else 0)


@lru_cache(maxsize=64)
def _checked(name: str, _changed: int) -> tuple[Result, ...]:
    """Kept while the file is as it was: whoever judges a function does so more than once."""
    report = check(name, repairs="none")
    problems = [d for d in report.all_diagnostics if d.severity is Severity.ERROR]
    if problems and not report.results:
        raise NotProved(f"{name}: {problems[0].code} {problems[0].message}; {problems[0].hint}".rstrip("; "))
    return report.results


def _form(results: tuple[Result, ...], end: int) -> Form:
    """The closed form at the end of a chain, whose every link has to be proved."""
    first = end
    while first and _follows(results[first - 1], results[first]):
        first -= 1
    chain = results[first : end + 1]
    for result in chain:
        if not isinstance(result.verdict, Proved) or result.disagrees:
            words = words_of(result)
            raise NotProved(f"{result.link.id} is {result.name}, not proved: {words.code} {words.message}")
    first_of, last = (chain[k].link.statement for k in (0, -1))
    if first_of is None or last is None:
        raise NotProved(f"{chain[0].link.id}: a link can't be read")
    return Form(replace(last, left=first_of.left), chain)


def _follows(earlier: Result, later: Result) -> bool:
    a, b = earlier.link.statement, later.link.statement
    return a is not None and b is not None and a.relation is Relation.EQ and a.right == b.left


def _is_closed(statement: Statement) -> bool:
    """Whether the right side of an equation has no derivative but that of a loss by an output."""
    if statement.relation is not Relation.EQ:
        return False
    bodies = {d.symbol.name: d.body for d in statement.definitions}
    todo, seen = [statement.right], set()
    while todo:
        for term in walk(todo.pop()):
            if isinstance(term, Max) or (isinstance(term, Diff) and not _is_upstream(term, statement)):
                return False
            if isinstance(term, Sym) and term.name in bodies and term.name not in seen:
                seen.add(term.name)
                todo.append(bodies[term.name])
    return True


def _is_upstream(term: Term, statement: Statement) -> bool:
    match term:
        case Diff(Sym(loss), by, _):
            return loss in statement.losses and by.name in statement.outputs
        case _:
            return False
