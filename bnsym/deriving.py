"""`bnsym derive`: the program's own closed form of an expression, in a note's notation."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

from bnsym.printing import to_latex
from bnsym.proving.closed_form import NoClosedForm, closed_form
from bnsym.reading import Unreadable, parse_term, read_with_context
from bnsym.terms import Relation, num

SECONDS = 60.0


def derive(file: str | Path, latex: str) -> str:
    """LaTeX of a short expression without derivatives that is proved equal to `latex` under
    the definitions in `file`. Raises ValueError, with the place and the reason, if `latex`
    can't be read there or no closed form was found."""
    path = Path(file)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ValueError(f"{path}: BN003: not UTF-8 text ({error.reason} at byte {error.start})") from error
    _, context = read_with_context(text, str(path))
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
