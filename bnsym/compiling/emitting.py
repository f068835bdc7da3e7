"""`bnsym emit`: readable source of a closed form that was proved."""

from __future__ import annotations

import os
from collections.abc import Mapping

from bnsym.compiling import argument_names
from bnsym.compiling.arguments import shown
from bnsym.compiling.callable_form import ClosedForm, docstring
from bnsym.compiling.code.array_code import Arrays, Torch
from bnsym.compiling.code.loop_code import C
from bnsym.compiling.code.triton_code import Triton
from bnsym.compiling.proved import proved_form

LANGUAGES: Mapping[str, type[Arrays | C]] = {"numpy": Arrays, "torch": Torch, "c": C, "triton": Triton}


def emit(link: str | os.PathLike[str], language: str) -> str:
    """Source of a function with the names of the author; what it computes, where that was proved and which
    shapes it takes are said in it.

    link: FILE#ID, as for `bnsym.compile`. language: one of LANGUAGES. Raises NotProved (a ValueError) as
    `bnsym.compile` does.
    """
    found = ClosedForm(proved_form(link))
    name = argument_names.plain(os.fspath(link).partition("#")[2] or found.form.results[-1].link.id)
    about = docstring(found.form, found.arguments, one_index=False)
    program = found.program(name, f"{about}\n\nReturns {shown([i.space for i in found.formula.free])}.")
    return LANGUAGES[language](program).source()
