"""`bnsym mcp`: what an assistant may ask (Model Context Protocol), each a tool with a short answer.

A note is given as a text or as the path of a file; none is changed. Keys of answers are those of the JSON
report. Imported by `bnsym mcp` alone: it needs the extra `mcp`.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, NoReturn, TypeAlias, TypeVar

import click
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import BaseModel, Field

from bnsym.codes import find
from bnsym.deriving import derive_in
from bnsym.execution.budget import Budget
from bnsym.finding import Note, gather
from bnsym.model import Report
from bnsym.repairing.patch import mended, unified
from bnsym.reporting.explaining import suggestion
from bnsym.reporting.programs.json_ import as_data
from bnsym.serving.session import Session, Watch, budget_for
from bnsym.version import __version__

T = TypeVar("T")
LIMIT = 120.0
"""Seconds for a call; each link has those of the settings besides."""
SUFFIXES = {"markdown": ".md", "latex": ".tex", "notebook": ".ipynb"}
BRIEF = (
    *("id", "line", "column", "statement", "verdict", "declared", "scope", "side_conditions", "hypotheses"),
    *("witness", "repair", "derived", "code", "message", "hint"),
)
"""What is told of a link, where there is something to tell."""
INSTRUCTIONS = (
    "Decides every = and \\le in a note about the mathematics of batch normalization (Markdown, LaTeX,"
    " notebook): proved for every batch size, refuted with exact numbers, undecided, or unread with the"
    " reason. Check what you derive before you state it: only `proved` is a proof. The first equation of a"
    " bare name defines it."
)

File: TypeAlias = Annotated[str, Field(description="Of a note; FILE#ID for the links of one block")]
Text: TypeAlias = Annotated[str, Field(description="The note itself, in place of a path")]
Form: TypeAlias = Annotated[Literal["markdown", "latex", "notebook"], Field(description="Of the text")]
READS = ToolAnnotations(read_only_hint=True, open_world_hint=False)


class Checked(BaseModel):
    """The verdicts on a note."""

    passed: bool
    counts: dict[str, int]
    links: list[dict[str, Any]] = Field(description="Verdict; witness, repair or hint, where there is one")
    causes: list[dict[str, Any]] = Field(description="Wrong in several places at once; the lines put right")
    diagnostics: list[dict[str, Any]]


class Mended(BaseModel):
    """What would mend a note."""

    patch: str = Field(description="For `git apply`; empty if nothing was found")
    text: str = Field(description="The note with it; empty if a path was given")
    left: Checked = Field(description="What is found in it then")


class Assistant:
    """The tools. One call is answered after another."""

    def __init__(self) -> None:
        self.session = Session()

    async def check(self, path: File = "", text: Text = "", form: Form = "markdown") -> Checked:
        """Decide every link (= or \\le) of a note."""
        note, budget = _asked(path, text, form)
        return _brief(await self._within(partial(self.session.checked, note, budget)))

    async def repair(self, path: File = "", text: Text = "", form: Form = "markdown") -> Mended:
        """The smallest changes of a note that make its refuted or unread links true, each proved; as a patch.
        No file is changed."""
        note, budget = _asked(path, text, form)

        def mend(executor: Executor, watch: Watch) -> Mended:
            def check(notes: Sequence[Note]) -> Report:
                return self.session.checked(notes[0], budget, executor, watch)

            changes, left = mended([note], check([note]), check)
            _, after = changes.get(note.file, ("", note.text))
            patch = unified(changes, Path(note.file).parent)
            return Mended(patch=patch, text=after if text else "", left=_brief(left))

        return await self._within(mend)

    async def derive(self, latex: str, path: File = "", text: Text = "", form: Form = "markdown") -> str:
        r"""A closed form, proved equal, of an expression such as \frac{\partial f}{\partial x_i} under the
        definitions of a note; as LaTeX."""
        note, _ = _asked(path, text, form)
        return await self._within(lambda executor, _: executor.submit(derive_in, note, latex).result())

    async def explain(self, code: str) -> dict[str, str]:
        """What a code such as BN201 means, with an example and what to write instead."""
        if (entry := find(code)) is None:
            raise ToolError(f"no code {code!r}; {suggestion(code)}")
        return asdict(entry)

    async def _within(self, job: Callable[[Executor, Watch], T]) -> T:
        try:
            return await asyncio.wait_for(self.session.deciding.run(job), LIMIT)
        except TimeoutError as late:
            raise ToolError(f"not done in {LIMIT:.0f} seconds; ask for FILE#ID, or a shorter note") from late
        except ValueError as refused:
            raise ToolError(str(refused)) from refused


def _asked(path: str, text: str, form: str) -> tuple[Note, Budget]:
    """The note, and what checking it may cost. Raises ToolError."""
    if bool(path) == bool(text):
        raise ToolError("give either the path of a note or its text")
    try:
        if text:
            return Note(f"note{SUFFIXES[form]}", text), budget_for("note")
        notes, problems = gather((path,))
        for problem in problems:
            raise ToolError(f"{problem.span.file}: {problem.code}: {problem.message}; {problem.hint}")
        if len(notes) != 1:
            raise ToolError(f"{path} holds {len(notes)} notes; name one")
        return notes[0], budget_for(notes[0].file)
    except (click.UsageError, ValueError) as wrong:
        raise ToolError(wrong.message if isinstance(wrong, click.UsageError) else str(wrong)) from wrong


def _brief(report: Report) -> Checked:
    whole = as_data(report)
    links = [{key: link[key] for key in BRIEF if link[key]} for link in whole["links"]]
    return Checked.model_validate(whole | {"links": links})


def served(assistant: Assistant) -> MCPServer[Any]:
    """The server with its tools."""
    server: MCPServer[Any] = MCPServer(
        "bnsym", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
    )
    for tool in (assistant.check, assistant.repair, assistant.derive, assistant.explain):
        server.add_tool(tool, annotations=READS)
    return server


def serve() -> NoReturn:
    """Answer by standard input and output until the assistant ends."""
    assistant = Assistant()
    try:
        served(assistant).run("stdio")
    finally:
        assistant.session.close()
        os._exit(0)  # a thread may still read a note that nobody wants any more
