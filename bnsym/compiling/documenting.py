"""The docstring of a compiled closed form: where it was proved, for which sizes, under what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from bnsym.compiling.arguments import Argument
from bnsym.compiling.proved import Form
from bnsym.model import rule_of
from bnsym.printing import to_latex
from bnsym.reporting.unicode import unicode_math
from bnsym.reporting.wording import plain_scope, relation_latex
from bnsym.terms import Hypothesis


def docstring(form: Form, takes: Sequence[Argument], *, one_index: bool) -> str:
    left, right = (unicode_math(to_latex(t)) for t in (form.statement.left, form.statement.right))
    lines = [f"{right}", "", f"Proved equal to {left}:"]
    lines += [f"    {line}" for line in _proofs(form)]
    hypotheses = _listed(h for p in form.proofs for h in p.hypotheses)
    lines += [f"Given: {hypotheses or 'no hypotheses'}. If: {conditions(form) or 'no side conditions'}.", ""]
    for argument in takes:
        meant = unicode_math(argument.latex.removesuffix(" at the outputs"))
        lines.append(f"{argument.name}: {meant}, {argument.shape}")
    if one_index:
        size = next(a.spaces[0] for a in takes if a.spaces)
        lines += [
            "",
            f"Arrays may all have shape ({size}, d): d batches side by side, each with its own sums;",
        ]
        lines += ["numbers may then have shape (d,)."]
    return "\n".join(lines)


def _proofs(form: Form) -> Iterator[str]:
    for result, proof in zip(form.results, form.proofs, strict=True):
        span = result.link.span
        scope = plain_scope(proof.scope) or "any size"
        yield f"{span.file}:{int(span.line)} ({result.link.id}), for {scope}, by {rule_of(proof.certificate)}"


def conditions(form: Form) -> str:
    """The side conditions of all its links."""
    return _listed(c for p in form.proofs for c in p.side_conditions)


def _listed(stated: Iterable[Hypothesis]) -> str:
    return ", ".join(unicode_math(relation_latex(one)) for one in dict.fromkeys(stated))
