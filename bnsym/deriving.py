"""`bnsym derive`: the program's own closed form of an expression, in a note's notation."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from bnsym.diagnostics import Diagnostic
from bnsym.elaborate import Unreadable, parse_term, read_with_context
from bnsym.finding import Note, gather
from bnsym.printing import to_latex
from bnsym.proving.closed_form import NoClosedForm, closed_form
from bnsym.terms import Relation, num

SECONDS = 60.0


def derive(file: str | Path, latex: str) -> str:
    """LaTeX of a short expression without derivatives that is proved equal to `latex` under
    the definitions in `file`. Raises ValueError, with the place and the reason, if `latex`
    can't be read there or no closed form was found."""
    notes, problems = gather((str(file),))
    if problems:
        raise ValueError(_said(problems[0]))
    return derive_in(notes[0], latex)


def derive_in(note: Note, latex: str) -> str:
    """The same in a text."""
    derivation, context = read_with_context(note.text, note.file)
    for problem in derivation.diagnostics:
        if problem.code.startswith("BN00"):
            raise ValueError(_said(problem))
    try:
        term = parse_term(latex, context)
        form, _ = closed_form(context.statement(term, Relation.EQ, num(0)), term, monotonic() + SECONDS)
    except Unreadable as error:
        where = error.problem
        caret = " " * (where.span.column - 1) + "^"
        said = (f"{where.code}: {where.message}", f"  {latex}", f"  {caret}", f"  {where.hint}")
        raise ValueError("\n".join(said).rstrip()) from error
    except NoClosedForm as error:
        raise ValueError(str(error)) from error
    return to_latex(form, vectors=True)


def _said(problem: Diagnostic) -> str:
    return f"{problem.span.file}: {problem.code}: {problem.message}"
