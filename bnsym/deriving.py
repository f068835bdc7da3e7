"""`bnsym derive`: the program's own closed form of an expression, in a note's notation."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from bnsym.elaborate import Unreadable, parse_term, read_with_context
from bnsym.finding import gather
from bnsym.printing import to_latex
from bnsym.proving.closed_form import NoClosedForm, closed_form
from bnsym.terms import Relation, num

SECONDS = 60.0


def derive(file: str | Path, latex: str) -> str:
    """LaTeX of a short expression without derivatives that is proved equal to `latex` under
    the definitions in `file`. Raises ValueError, with the place and the reason, if `latex`
    can't be read there or no closed form was found."""
    notes, problems = gather((str(file),))
    if not problems:
        derivation, context = read_with_context(notes[0].text, notes[0].file)
        problems = tuple(d for d in derivation.diagnostics if d.code.startswith("BN00"))
    if problems:
        raise ValueError(f"{problems[0].span.file}: {problems[0].code}: {problems[0].message}")
    try:
        term = parse_term(latex, context)
        form, _ = closed_form(context.statement(term, Relation.EQ, num(0)), term, monotonic() + SECONDS)
    except Unreadable as error:
        problem = error.problem
        caret = " " * (problem.span.column - 1) + "^"
        said = (f"{problem.code}: {problem.message}", f"  {latex}", f"  {caret}", f"  {problem.hint}")
        raise ValueError("\n".join(said).rstrip()) from error
    except NoClosedForm as error:
        raise ValueError(str(error)) from error
    return to_latex(form, vectors=True)
