"""What the text says of the losses of a file: which are meant, and what they are made from.

Imports what links rest on, and the words of languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from bnsym.elaborate.collect import RawChain
from bnsym.elaborate.containment import mentioned
from bnsym.elaborate.dependence import reached
from bnsym.elaborate.grounds import Grounds
from bnsym.elaborate.symbols import square_of
from bnsym.latex.errors import ReadError
from bnsym.source.languages import ALL, LANGUAGES, SCRIPTS, STOP, compiled
from bnsym.source.text import Slice
from bnsym.terms import ZERO, Diff, Name, Sym, Term, walk


class Losses:
    """What sentences say of losses that nothing defines."""

    def __init__(self, grounds: Grounds) -> None:
        self.grounds, self.survey = grounds, grounds.survey
        self.table, self.source = self.survey.table, self.survey.source

    def which(self, chain: RawChain, sides: tuple[Term, Term]) -> ReadError | None:
        r"""Why numbers say nothing of `\frac{\partial L}{\partial y_i} = y_i`: it is true of some losses, and
        words say which; where both sides have the derivatives, or one is 0, it is meant of all."""
        if name := self._of_nothing(sides):
            at = self.source.ink(chain.expressions[0].where)
            message = f"nothing says of what `{name}` is a function: this is true of some"
            return ReadError("BN137", message, at, f"say it: `<!-- bnsym: loss ${name}(y)$ -->`")
        if not self._is_told or ZERO in sides:
            return None
        losses = [self.grounds.made_from((side, side)) & self.table.losses.keys() for side in sides]
        if bool(losses[0]) == bool(losses[1]):
            return None
        name, at = min(losses[0] or losses[1]), self.source.ink(chain.expressions[0].where)
        hint = f"define `{name}` by a formula"
        message = f"this is true of some losses, and only words say which `{name}` is"
        return ReadError("BN137", message, at, hint)

    def _of_nothing(self, sides: tuple[Term, Term]) -> Name:
        """A loss that is differentiated by names only that no definition is made from."""
        grounds = self.grounds
        bodies = grounds.bodies(grounds.made_from(sides))
        parts = [d for term in (*sides, *bodies) for d in walk(term) if isinstance(d, Diff)]
        inside = set().union(*grounds.uses.values()) | grounds.uses.keys()
        if self.survey.gathered.losses or any(d.by.name in inside for d in parts):
            return ""
        return next(
            (d.of.name for d in parts if isinstance(d.of, Sym) and d.of.name in self.table.losses), ""
        )

    def fed(self, sides: tuple[Term, Term]) -> ReadError | None:
        """Why no derivative of a loss stands: the text says that the loss is made from more than the layer's
        outputs, and the derivative is by that, or by what that is made from."""
        if not self._inputs:
            return None
        losses, uses = self.table.losses, self.grounds.uses
        bodies = self.grounds.bodies(self.grounds.made_from(sides))
        parts = [d for term in (*sides, *bodies) for d in walk(term) if isinstance(d, Diff)]
        found = [(d.of.name, d.by.name) for d in parts if isinstance(d.of, Sym) and d.of.name in losses]
        for loss, inputs, where in self._inputs:
            by = next((by for of, by in found if loss in ("", of) and by in reached(inputs, uses)), None)
            if by is not None:
                line = self.table.line_of(where.start)
                message = f"line {line} makes the loss depend on more than the layer's outputs: on `{by}` too"
                return ReadError("BN137", message, where.at, "say of what: `<!-- bnsym: loss $f(y)$ -->`")
        return None

    @cached_property
    def _inputs(self) -> list[tuple[str, set[str], Slice]]:
        """What the text says that each loss, or any, is made from besides outputs."""
        table, uses, source = self.table, self.grounds.uses, self.source
        if self.survey.gathered.losses or not table.losses:
            return []
        known = {*table.arity, *table.defined}
        said: list[tuple[str, set[str], bool, Slice]] = []
        for where in (*self.survey.gathered.unjudged, *(c.chain.where for c in self.survey.gathered.chains)):
            text = source.masked[where.start : where.end]
            if (loss := text.partition("=")[0].strip(" &:")) in table.losses:
                said.append((loss, mentioned(table, None, text, known), False, where))
        for spelled, words, where in _loss_inputs(source.text):
            texts = (one.strip("$") for one in re.findall(_INLINE, words))
            names: set[str] = set().union(*(mentioned(table, None, text, known) for text in texts))
            loss = spelled.strip("$ ")
            if loss in table.losses or "$" not in spelled:
                said.append((loss if loss in table.losses else "", names, not spelled, where))
        inner: set[str] = set().union(*uses.values())
        found: list[tuple[str, set[str], Slice]] = []
        for loss, names, every, where in said:
            names = {n for name in names for n in (name, square_of(name))} - table.losses.keys()
            outputs = names & uses.keys() - inner
            behind = {name for out in outputs for name in names if name in reached({out}, uses) - {out}}
            if inputs := names - outputs if every else behind:
                found.append((loss, inputs, where))
        return found

    @cached_property
    def _is_told(self) -> bool:
        """Whether a sentence says in words which loss is meant: `the loss is half the sum of squares`."""
        text = self.source.text if _MEASURE.search(self.source.text) else ""
        return any(_MEASURE.search(s) and _LOSS.search(s) for s in STOP.split(text))


_MEASURE = compiled(ALL["measure"])
"""Words that tell losses apart."""
_NOUNS = (words.loss for words in (*LANGUAGES.values(), *SCRIPTS.values()))
_LOSS = compiled("|".join((ALL["error"], *_NOUNS)))


def _loss_inputs(text: str) -> Iterator[tuple[str, str, Slice]]:
    """What sentences say that the loss is made from: what stands for the loss, if it is what they speak of;
    the words with the names; where. `The loss depends on $y$ and $x$`, `$\\gamma$ is penalised`."""
    for found in _DEPENDS.finditer(text):
        yield found["loss"], found["rest"], Slice(*found.span())
    stops = [*(stop.start() for stop in STOP.finditer(text)), len(text)] if _PENALTY.search(text) else []
    for before, end in pairwise((-1, *stops)):
        within = before + 1, end
        if _PENALTY.search(text, *within) and _OWN.search(text, *within) and not _NOT.search(text, *within):
            yield "", text[slice(*within)], Slice(*within)


_INLINE = r"\$[^$\n]+\$"
_DEPENDS = re.compile(
    rf"(?P<loss>\b(?:loss|cost|objective)\b|{_INLINE})\s+(?:{_INLINE}\s+)?(?:also\s+|directly\s+)?"
    r"(?:depends|(?:is|as) a function of)\b"
    r"(?P<rest>(?:(?!\bdepend|\bwhich\b|\bthat\b|\b(?:through|via)\s+(?:the\s+\w+\s+)?\$|\bonly\b|\bnot?\b)"
    rf"(?:{_INLINE}|[^.;$]))*+)(?!through|via|only|not?\b)",
    re.IGNORECASE,
)
_PENALTY = re.compile(r"\b(?:penali[sz]ed|penalty|weight decay|regulari[sz]ed)\b", re.IGNORECASE)
_OWN = re.compile(r"\b(?:loss|cost|objective)\b", re.IGNORECASE)
"""A decay that is no part of the loss changes no derivative of it."""
_NOT = re.compile(r"\b(?:no|not|without|never|neither)\b", re.IGNORECASE)
