"""What an editor sees while a note is typed, through a client of the Language Server Protocol."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor
from pathlib import Path
from random import Random
from typing import TypeAlias

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException
from pygls.workspace import PositionCodec

import bnsym
from bnsym.checking import Unwatched, check_notes
from bnsym.elaborate import closing, links, symbols
from bnsym.execution.budget import Budget, Repairs
from bnsym.execution.dispatch import Verdicts
from bnsym.finding import Note
from bnsym.latex import chains, nesting, parser
from bnsym.model import Span, edited
from bnsym.serving.documents import Checked, Lines
from bnsym.serving.navigation import NotRenamed, rename
from bnsym.serving.server import Server
from bnsym.serving.session import Desk, Watch
from tests.editor import MARKDOWN, Editor, Scenario, alone, ended, played, started
from tests.test_causes import LAYER
from tests.test_export import needs

ROOT = Path(__file__).parent.parent
CLAIM = "<!-- bnsym: claim id=sum -->"
MEAN = r"$$ \mu = \frac{1}{m} \sum_i x_i $$"
TRUE, FALSE = r"$$ \sum_i (x_i - \mu) = 0 $$", r"$$ \sum_i (x_i + \mu) = 0 $$"
HARD = r"$$ u^4 v^2 + u^2 v^4 + w^6 \ge 3 u^2 v^2 w^2 $$"
"""Motzkin's, which is true and no sum of squares."""


Edit: TypeAlias = Callable[..., None]


@pytest.fixture(scope="module")
def edit() -> Iterator[Edit]:
    """Runs what is done with one note after another, in an editor whose server goes on."""
    with asyncio.Runner() as runner:
        editor = runner.run(started())

        def edit(scenario: Scenario, uri: str = MARKDOWN[0], language: str = MARKDOWN[1]) -> None:
            runner.run(played(editor, scenario, uri, language))

        yield edit
        runner.run(ended(editor))


# -- diagnostics and hover ----------------------------------------------------------------


def test_diagnostics_follow_what_is_typed_and_never_saved(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        assert await editor.typed(f"{MEAN}\n\n{TRUE}\n") == []
        (wrong,) = await editor.typed(f"{MEAN}\n\n{FALSE}\n")
        assert (wrong.code, wrong.severity, wrong.source) == ("BN201", lsp.DiagnosticSeverity.Error, "bnsym")
        assert wrong.message.startswith("the two sides differ: ")
        assert wrong.range.start == lsp.Position(2, FALSE.index("="))
        assert await editor.typed(f"{MEAN}\n\n{TRUE}\n") == []

    edit(scenario)


def test_what_is_not_known_to_be_wrong_is_a_warning(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        assert len(await editor.typed(f"$$ a_k = b_i $$\n\n{HARD}\n")) == 2
        unread, undecided = await editor.diagnostics()
        assert (unread.code, unread.severity) == ("BN121", lsp.DiagnosticSeverity.Warning)
        assert "write the left side with the index" in unread.message
        assert (undecided.code, undecided.severity) == ("BN303", lsp.DiagnosticSeverity.Warning)

    edit(scenario)


def test_a_link_that_waits_for_another_place_says_where(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        cause, waiting = await editor.typed("$$ u = \\unknown{x} $$\n\n$$ u + 1 = 1 + u $$\n")
        assert (cause.code, cause.severity) == ("BN111", lsp.DiagnosticSeverity.Warning)
        assert waiting.severity is lsp.DiagnosticSeverity.Information
        (place,) = waiting.related_information or ()
        assert place.location.range.start == lsp.Position(0, 7)

    edit(scenario)


def test_columns_are_utf_16_units(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        first = f"𝒳 is a set. {FALSE}"
        (wrong,) = await editor.typed(f"{MEAN}\n\n{first}\n")
        column = len(first[: first.index("=")].encode("utf-16-le")) // 2
        assert column == first.index("=") + 1
        assert wrong.range == lsp.Range(lsp.Position(2, column), lsp.Position(2, column + 1))
        assert "refuted" in await editor.hover(2, column)
        assert not await editor.hover(2, 3)

    edit(scenario)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_places_there_and_back(encoding: str, end: str) -> None:
    text = f"aé𝒳b{end}{end}𝒳𝒳\u2028c\x0cd{end}e"
    lines = Lines(text, PositionCodec(encoding))
    assert [lines.offset(lines.position(k)) for k in range(len(text) + 1)] == [
        k - (text[k - 1 : k + 1] == "\r\n") for k in range(len(text) + 1)
    ]
    assert lines.position(len(text)) == lsp.Position(3, 1)
    assert lines.offset(lsp.Position(0, 99)) == text.index(end)
    assert lines.offset(lsp.Position(99, 0)) == len(text)


def test_a_span_is_where_the_file_says() -> None:
    lines = Lines("ab\r\n𝒳c = d", PositionCodec())
    assert lines.range_of(Span("n.md", 2, 4, 2, 5)) == lsp.Range(lsp.Position(1, 4), lsp.Position(1, 5))


def test_hover_says_how_a_link_was_read_and_what_its_verdict_rests_on(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(f"{MEAN}\n\n{TRUE}\n\n{FALSE}\n")
        proved = await editor.hover(2, 5)
        assert "✓ proved" in proved
        assert "certificate" in proved
        assert "μ (line 1)" in proved
        refuted = await editor.hover(4, 5)  # which waits for the repair
        assert "✗ refuted" in refuted
        assert "m = " in refuted  # the witness
        assert "a sign; proved with it" in refuted
        assert not await editor.hover(0, 5)

    edit(scenario)


def test_edits_of_stretches_come_to_what_the_editor_shows(edit: Edit) -> None:
    """One after another, counted in UTF-16, with signs at which Python ends a line, and editors do not."""

    async def scenario(editor: Editor) -> None:
        text = f"𝒳\u2028is\x0ca set.\r\n\r\n{MEAN}\r\n\r\n𝒳 and {FALSE}"
        assert len(await editor.typed(text)) == 1
        changes = []
        for old, new in ((" + \\mu", " - \\mu"), ("𝒳", "𝒴\n"), ("is", "was"), ("$$\r\n\r\n𝒳", "$$\n\n𝒳𝒳")):
            start = text.index(old)
            where = Lines(text, PositionCodec()).range(start, start + len(old))
            changes.append(lsp.TextDocumentContentChangePartial(where, new))
            text = text.replace(old, new, 1)
        editor.edit(*changes)
        assert await editor.diagnostics() == []
        start = Lines(text, PositionCodec()).position(text.index("\\mu)"))
        editor.edit(lsp.TextDocumentContentChangePartial(lsp.Range(start, start), "2 "))
        (wrong,) = await editor.diagnostics()
        assert wrong.range.start.line == 5
        sign = text.rindex("=") + len("2 ")
        assert wrong.range == Lines(text.replace("\\mu)", "2 \\mu)"), PositionCodec()).range(sign, sign + 1)

    edit(scenario)


def test_a_mark_stands_behind_each_sign(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(f"{MEAN}\n\n{TRUE}\n\n{FALSE}\n")
        shown = lsp.Range(lsp.Position(0, 0), lsp.Position(9, 0))
        params = lsp.InlayHintParams(editor.document, shown)
        hints = await editor.client.text_document_inlay_hint_async(params)
        marks = [(hint.position.line, hint.position.character, hint.label) for hint in hints or ()]
        assert marks == [(2, TRUE.index("=") + 1, "✓"), (4, FALSE.index("=") + 1, "✗")]

    edit(scenario)


def test_latex_and_its_own_commands(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        mean = r"\newcommand{\mean}{\mu} \[ \mean = \frac1m \sum_i x_i \]"
        (wrong,) = await editor.typed(mean + "\n\n\\[ \\sum_i (x_i + \\mean) = 0 \\]\n")
        assert (wrong.code, wrong.range.start) == ("BN201", lsp.Position(2, 24))

    edit(scenario, "file:///note.tex", "latex")


def test_a_text_without_a_name_is_what_its_language_says(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        (wrong,) = await editor.typed("\\[ \\sum_i (x_i - x_i) = 1 \\]\n")
        assert wrong.code == "BN201"

    edit(scenario, "untitled:Untitled-1", "latex")


# -- code actions ---------------------------------------------------------------------------


async def actions(editor: Editor, line: int, *only: str) -> list[lsp.CodeAction]:
    place = lsp.Position(line, 5)
    context = lsp.CodeActionContext([], only=list(only) or None)
    params = lsp.CodeActionParams(editor.document, lsp.Range(place, place), context)
    found = await editor.client.text_document_code_action_async(params) or ()
    return [one for one in found if isinstance(one, lsp.CodeAction)]


def test_a_code_action_mends_the_note(edit: Edit) -> None:
    note = f"{MEAN}\n\n𝒳 {FALSE}\n"

    async def scenario(editor: Editor) -> None:
        await editor.typed(note)
        first, everything = await actions(editor, 2)
        assert first.title.startswith("Put a sign right: ")
        assert [one.code for one in first.diagnostics or ()] == ["BN201"]
        assert editor.applied(note, first) == note.replace("x_i + \\mu", "-x_i + \\mu")
        assert everything.kind == "source.fixAll.bnsym"
        assert editor.applied(note, everything) == editor.applied(note, first)
        assert await editor.typed(editor.applied(note, first)) == []
        assert await actions(editor, 2) == []

    edit(scenario)


def test_actions_are_those_of_the_place_and_of_the_kind(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(f"{MEAN}\n\n{FALSE}\n\n{TRUE}\n")
        assert [one.kind for one in await actions(editor, 2, "quickfix")] == ["quickfix"]
        assert [one.kind for one in await actions(editor, 4)] == ["source.fixAll.bnsym"]
        assert [one.kind for one in await actions(editor, 4, "source.fixAll")] == ["source.fixAll.bnsym"]
        assert await actions(editor, 4, "refactor") == []

    edit(scenario)


def test_what_fails_no_file_is_a_warning(edit: Edit) -> None:
    """Only what is wrong is an error; without directives, neither is a formula that is never closed."""

    async def scenario(editor: Editor) -> None:
        for claim, severity in (("", lsp.DiagnosticSeverity.Warning), (CLAIM, lsp.DiagnosticSeverity.Error)):
            note = f"{MEAN}\n\n{claim}\n{TRUE}\n\n$$ a_k = b_i $$\n\nOpen: $$ a = b\n"
            said = {one.code: one.severity for one in await editor.typed(note)}
            assert said == {"BN121": lsp.DiagnosticSeverity.Warning, "BN101": severity}

    edit(scenario)


def test_a_cause_is_put_right_where_it_is(edit: Edit) -> None:
    wrong = LAYER.replace(r"(x_i - \mu)^2", "(x_i - u)^2")
    row = LAYER[: LAYER.index("^2 &= m")].count("\n")

    async def scenario(editor: Editor) -> None:
        assert [one.code for one in await editor.typed(wrong)] == ["BN201", "BN201", "BN131"]
        action = (await actions(editor, row, "quickfix"))[0]
        assert action.title == "Put u for μ right: proves 2 more"
        cause = (await editor.diagnostics())[-1]
        assert cause.message == "u for μ: 2 links are proved with it put right"
        assert (await actions(editor, cause.range.start.line))[0].title == action.title
        assert editor.applied(wrong, action) == LAYER
        assert await editor.typed(LAYER) == []

    edit(scenario)


def test_an_edit_is_of_one_version_where_the_editor_knows_versions() -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(f"{MEAN}\n\n{FALSE}\n")
        action = (await actions(editor, 2))[0]
        assert action.edit
        (change,) = action.edit.document_changes or ()
        assert isinstance(change, lsp.TextDocumentEdit)
        assert (change.text_document.uri, change.text_document.version) == (editor.uri, 1)

    versions = lsp.WorkspaceEditClientCapabilities(document_changes=True)
    known = lsp.ClientCapabilities(lsp.WorkspaceClientCapabilities(workspace_edit=versions))
    alone(scenario, known)


# -- the outline and names ------------------------------------------------------------------


def test_the_outline_holds_headings_definitions_and_links(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        text = (
            f"# One\n\n{MEAN}\n\n## Two\n\n{TRUE}\n\n<!-- bnsym: assume $a > 0$ -->\n\n# Three\n\n{FALSE}\n"
        )
        await editor.typed(text)
        params = lsp.DocumentSymbolParams(editor.document)
        found = await editor.client.text_document_document_symbol_async(params) or ()

        def shown(symbols: Sequence[object]) -> list[object]:
            known = [one for one in symbols if isinstance(one, lsp.DocumentSymbol)]
            return [(one.name, shown(one.children or ())) for one in known]

        mean = ("one-1", [("μ = 1/m ∑ᵢ xᵢ".replace("∑", "Σ"), [])])
        true = ("two-1", [("✓ Σᵢ (xᵢ - μ) = 0", [])])
        false = ("three-1", [("✗ Σᵢ (xᵢ + μ) = 0", [])])
        two = ("Two", [true, ("assume a > 0", [])])
        assert shown(found) == [("One", [mean, two]), ("Three", [false])]

    edit(scenario)


NAMES = """The mean $\\mu$, in 𝒳.

$$ \\mu = \\frac{1}{m} \\sum_i x_i $$

$$ \\hat{x}_i = x_i - \\mu $$

<!-- bnsym: refuted reason="as published" at="m=2; x=(0,2)" -->
$$ \\sum_i \\hat{x_i} = \\mu $$
""".replace("\\\\", "\\")


async def located(editor: Editor, line: int, character: int) -> tuple[list[str], list[str]]:
    """Where the name under the cursor is defined, and where it is used."""
    place = (editor.document, lsp.Position(line, character))
    definition = await editor.client.text_document_definition_async(lsp.DefinitionParams(*place))
    context = lsp.ReferenceContext(include_declaration=True)
    references = await editor.client.text_document_references_async(lsp.ReferenceParams(context, *place))
    assert isinstance(definition, Sequence)
    return tuple([str(one.range) for one in found or ()] for found in (definition, references))  # type: ignore


def test_where_a_name_is_defined_and_where_it_is_used(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(NAMES)
        mean = ["0:10-0:13", "2:3-2:6", "4:21-4:24", "7:22-7:25"]
        assert await located(editor, 4, 22) == (["2:3-2:6"], mean)
        assert await located(editor, 7, 12) == (["4:3-4:10"], ["4:3-4:10", "7:10-7:19"])
        assert await located(editor, 1, 0) == ([], [])

    edit(scenario)


async def renamed(editor: Editor, line: int, character: int, new: str) -> str:
    place = lsp.Position(line, character)
    params = lsp.RenameParams(editor.document, place, new)
    found = await editor.client.text_document_rename_async(params)
    return editor.applied(NAMES, found)


def test_a_name_is_renamed_wherever_it_stands(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(NAMES)
        asked = lsp.PrepareRenameParams(editor.document, lsp.Position(2, 4))
        assert await editor.client.text_document_prepare_rename_async(asked) == (
            lsp.PrepareRenamePlaceholder(lsp.Range(lsp.Position(2, 3), lsp.Position(2, 6)), "\\mu")
        )
        assert await renamed(editor, 2, 4, "\\nu") == NAMES.replace("\\mu", "\\nu")
        assert await renamed(editor, 4, 4, "z") == NAMES.replace("\\hat{x}", "z").replace("\\hat{x_i}", "z_i")
        x = NAMES.replace("x_i $$", "z_i $$").replace("= x_i -", "= z_i -").replace("x=(", "z=(")
        assert await renamed(editor, 4, 16, "z") == x

    edit(scenario)


@pytest.mark.parametrize(
    ("new", "why"),
    [
        ("x", "stands for something already, in line 3"),
        ("x_i", "no name"),
        ("1 + ", "no name"),
        ("m", "stands for something already"),
        ("i", "read as an index"),
    ],
)
def test_a_name_that_would_change_what_is_said_is_refused(edit: Edit, new: str, why: str) -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(NAMES)
        with pytest.raises(JsonRpcException, match=why):
            await renamed(editor, 2, 4, new)

    edit(scenario)


def test_a_name_in_what_cannot_be_read_is_not_renamed() -> None:
    text = f"{MEAN}\n\n{TRUE}\n\n$$ a = \\unknown{{\\mu}} $$\n"
    with pytest.raises(NotRenamed, match="line 5 can't be read"):
        rename(text, "n.md", "\\mu", "\\nu")
    assert len(rename(text, "n.md", "x", "z")) == 2


def test_what_a_command_stands_for_is_renamed_where_it_is_called() -> None:
    text = "\\newcommand{\\x}{\\hat{z}}\n\\[ \\x_i = 2 y_i \\]\n\\[ \\sum_i \\x_i = 2 \\sum_i y_i \\]\n"
    mended = edited(text, rename(text, "n.tex", "\\hat{z}", "u"))
    assert mended == text[:26] + text[26:].replace("\\x", "u")


def test_a_name_that_a_command_makes_in_part_is_not_renamed() -> None:
    text = "\\newcommand{\\two}{2 y}\n\\[ x_i = \\two_i \\]\n\\[ \\sum_i x_i = 2 \\sum_i y_i \\]\n"
    with pytest.raises(NotRenamed, match="line 2 the name stands within a command"):
        rename(text, "n.tex", "y", "u")


# -- an editor as people use it -------------------------------------------------------------


def test_neovim_shows_what_is_wrong_and_mends_it(tmp_path: Path) -> None:
    note, out = tmp_path / "note.md", tmp_path / "seen.json"
    wrong = r"𝒳 $$ \sum_i (x_i - \mu)^2 = \sum_i x_i^2 + m \mu^2 $$"
    note.write_text(f"{MEAN}\n\n{wrong}\n", encoding="utf-8")
    script = str(Path(__file__).with_name("neovim.lua"))
    command = [needs("nvim"), "--headless", "-u", "NONE", "-c", f"luafile {script}", "-c", "cquit", str(note)]
    known = {**os.environ, "PYTHON": sys.executable, "OUT": str(out)}
    done = subprocess.run(command, env=known, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    seen = json.loads(out.read_text(encoding="utf-8"))
    bytes_before = len(wrong[: wrong.index("=")].encode())
    assert seen["first"] == ["bnsym", 1, 2, bytes_before]
    assert seen["mended"] == f"{MEAN}\n\n{wrong.replace('+', '-')}"
    assert "✓ proved" in seen["hover"]


def test_emacs_does_so_too_with_the_lines_of_the_readme(tmp_path: Path) -> None:
    emacs = needs("emacs")
    there = "(progn (package-initialize) (require 'eglot) (require 'markdown-mode))"
    if subprocess.run([emacs, "--batch", "--eval", there], capture_output=True, check=False).returncode:
        pytest.skip("Emacs has no eglot, or no mode for Markdown")
    note, out, setup = tmp_path / "note.md", tmp_path / "seen.json", tmp_path / "setup.el"
    wrong = r"$$ \sum_i (x_i - \mu)^2 = \sum_i x_i^2 + m \mu^2 $$"
    note.write_text(f"{MEAN}\n\n{wrong}\n", encoding="utf-8")
    readme = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    lines = readme.partition("```lisp\n")[2].partition("```")[0]
    setup.write_text(lines.replace('"bnsym"', f'"{sys.executable}" "-m" "bnsym"'), encoding="utf-8")
    known = {**os.environ, "HOME": str(tmp_path), "SETUP": str(setup), "NOTE": str(note), "OUT": str(out)}
    command = [emacs, "--batch", "-l", str(Path(__file__).with_name("eglot.el"))]
    done = subprocess.run(command, env=known, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    seen = json.loads(out.read_text(encoding="utf-8"))
    assert "BN201" in seen["first"][0]
    assert seen["mended"] == note.read_text(encoding="utf-8") == f"{MEAN}\n\n{wrong.replace('+', '-')}\n"


# -- what is kept, and what is given up -----------------------------------------------------


def checked(verdicts: Verdicts, *links: str, timeout: float = 10.0) -> list[str]:
    """The verdicts of links, where these are known."""
    budget = Budget(timeout, cross_examine=False, repairs=Repairs.NONE)
    note = Note("n.md", "\n\n".join((MEAN, *links)))
    report = check_notes([note], (), budget, Unwatched(), verdicts=verdicts)
    return [result.name for result in report.results]


def test_only_what_an_edit_touches_is_decided_again() -> None:
    verdicts = Verdicts()
    squares = r"$$ \sum_i (x_i - \mu)^2 = \sum_i x_i^2 - m \mu^2 $$"
    assert checked(verdicts, TRUE, squares) == ["proved", "proved"]
    first = dict(verdicts)
    assert len(first) == 2
    assert checked(verdicts, "A word.", squares, FALSE, timeout=20) == ["proved", "refuted"]
    assert len(verdicts) == 3
    assert all(verdicts[question] is known for question, known in first.items())


def afresh(text: str, verdicts: Verdicts) -> list[object]:
    """All that is said of a note and of its links, verdicts by their names."""
    budget = Budget(cross_examine=False, repairs=Repairs.NONE)
    report = check_notes([Note("n.md", text)], (), budget, Unwatched(), verdicts=verdicts)
    names = [(result.link, result.name) for result in report.results]
    return [*names, report.all_diagnostics, *(one.derivation.definitions for one in report.files)]


BACKWARD = r"""
$$ u_i := 2 x_i $$

$$ y_i := \gamma u_i + 3 $$

$$ \frac{\partial f}{\partial \gamma} = \sum_i \frac{\partial f}{\partial y_i} u_i
= \sum_i 2 \frac{\partial f}{\partial y_i} x_i $$

$$ \frac{\partial f}{\partial x_i} = 2 \gamma \frac{\partial f}{\partial y_i} $$

$$ \sum_i u_i = 2 \sum_i x_i $$
"""


def test_what_a_loss_is_a_function_of_is_a_part_of_what_is_asked() -> None:
    verdicts = Verdicts()
    assert checked(verdicts, BACKWARD) == ["proved"] * 4
    kept = len(verdicts)
    direct = checked(verdicts, "<!-- bnsym: loss $f(y, u)$ -->", BACKWARD)
    assert direct == ["proved", "proved", "refuted", "proved"]
    assert checked(verdicts, BACKWARD.replace("2 x_i $$", "3 x_i $$", 1))[1:] == ["refuted"] * 3
    assert len(verdicts) > kept


def forget() -> None:
    """All that is kept of the texts before: trees, layouts, what was made of them."""
    kept = (nesting._laid_out, chains.read_chains, chains._read, parser.parse, parser._parsed)
    for one in (*kept, symbols._table, closing.closer_of, links._alone, links.reading):
        one.cache_clear()


@pytest.mark.parametrize("seed", range(4))
def test_after_any_edit_all_is_as_if_the_note_were_new(seed: int) -> None:
    """Whatever is kept of the texts before, verdicts too."""
    random = Random(seed)
    verdicts = Verdicts()
    text = (ROOT / "derivations" / "first-steps.md").read_text(encoding="utf-8") + f"\n{FALSE}\n"
    text = BACKWARD if seed % 2 else text
    for _ in range(8):
        start, end = sorted(random.randrange(len(text)) for _ in range(2))
        piece, place = text[start : min(end, start + 60)], random.randrange(len(text))
        cut = place + random.choice([0, 0, 1, 30])
        text = text[:place] + random.choice(["", " ", "2", "$$", "\n\n", piece]) + text[cut:]
        known = afresh(text, verdicts)
        forget()
        assert known == afresh(text, Verdicts())


LINES = r"""
<!-- bnsym: index $i, j = 1..n$ -->
<!-- bnsym: index $i = 1..N$ -->
<!-- bnsym: label $i$ -->
<!-- bnsym: let $s$ = $\sum_i x_i$ -->
<!-- bnsym: assume $c > 0$ -->
# Another section
Let $x$ be a row vector, and $c$ a number.
Let $\phi$ be an entry-wise differentiable function.
$$ x \in \mathbb{R}^{n} $$
$$ x \in \mathbb{R}^{n \times d} $$
$$ c := \frac{1}{n} \sum_i x_i $$
$$ c_i := 2 x_i $$
$$ v^2 = \frac{1}{n} \sum_{i=1}^n (x_i - c)^2 $$
$$ v = \sqrt{\frac{1}{n} \sum_i (x_i - c)^2} $$
$$ h_i := \frac{x_i - c}{v} $$
$$ B = \{1, \dots, n\}, \quad \sum_{i \in B} x_i = n c $$
$$ \sum_i (x_i - c) = 0 $$
$$ \sum_i (x_i - c) = 1 $$
$$ \sum_{i=1}^n x_i (x_i - c) = n v^2 $$
$$ \sum_{i=1}^N h_i x_i = N v $$
$$ \sum_i h_i x_i = n v, \quad \sum_{i \ne j} h_i = - h_j $$
$$ x_i - x_j = v (h_i - h_j) $$
$$ \phi(x_i) c (x_i + 1) = c(x_i + 1) \phi(x_i) $$
$$ s = n c $$
$$ y = x + w $$
$$ \sum_i y_i = \sum_i x_i + \sum_i w_i $$
$$ \sum_i y_i = \sum_i x_i + n w $$
$$ 2 s = x^\top x $$
$$ c = h $$
"""


def typed_lines(random: Random, steps: int) -> Iterator[str]:
    """A note as lines come, go, change and are taken back; each gives those beside it another meaning."""
    known, texts = LINES.strip().splitlines(), [random.sample(LINES.strip().splitlines(), 12)]
    for _ in range(steps):
        lines, place = list(texts[-1]), random.randrange(12)
        match random.choice(["insert", "delete", "replace", "move", "undo"]):
            case "insert":
                lines.insert(place, random.choice(known))
            case "delete":
                del lines[place : place + 1]
            case "replace":
                lines[place : place + 1] = [random.choice(known)]
            case "move":
                lines.append(lines.pop(0))
            case "undo":
                lines = list(random.choice(texts))
        texts.append(lines)
        yield "\n\n".join(lines)


@pytest.mark.parametrize("seed", range(6))
def test_a_line_is_read_as_the_others_are_now(seed: int) -> None:
    verdicts = Verdicts()
    for text in typed_lines(Random(seed), 12):
        known = afresh(text, verdicts)
        forget()
        assert known == afresh(text, Verdicts())
        afresh(text, verdicts)


def test_a_server_says_after_many_edits_what_a_fresh_one_says(edit: Edit) -> None:
    texts, said = list(typed_lines(Random(7), 20)), []

    async def scenario(editor: Editor) -> None:
        for text in texts if not said else texts[-1:]:
            found = await editor.typed(text)
        said.append(found)

    edit(scenario)
    alone(scenario)
    assert said[0] == said[1] != []


def test_a_formula_is_known_by_its_names_not_by_its_letters() -> None:
    verdicts = Verdicts()
    twice = r"$$ \sum_i 2 x_i = \sum_i y_i $$"
    for first, name in ((r"y_i := 2 x_i", "proved"), (r"y_i := 3 x_i", "refuted"), (r"y := 2", "unread")) * 2:
        assert checked(verdicts, f"$$ {first} $$", twice) == [name], first
    over = r"$$ \sum_i (x_i - \mu) = 0 $$"
    for first, name in (("i = 1..m", "proved"), ("i = 1..n", "unread"), ("i = 1..m", "proved")):
        assert checked(verdicts, f"<!-- bnsym: index ${first}$ -->", "A word.", over)[-1] == name, first


def test_a_definition_is_no_part_of_what_does_not_rest_on_it() -> None:
    verdicts = Verdicts()
    twice = r"$$ \sum_i (y_i - 2 \mu) = 0 $$"
    assert checked(verdicts, "$$ y_i := 2 x_i $$", TRUE, twice) == ["proved", "proved"]
    first = dict(verdicts)
    assert checked(verdicts, "$$ y_i := 3 x_i $$", TRUE, twice) == ["proved", "refuted"]
    assert len(verdicts.keys() - first.keys()) == 1
    assert checked(verdicts, "$$ y_i := 2 x_i $$", "$$ z := 5 $$", TRUE, twice) == ["proved", "proved"]
    assert len(verdicts.keys() - first.keys()) == 1


def test_what_is_undecided_is_tried_again_with_more_time() -> None:
    verdicts = Verdicts()
    assert checked(verdicts, HARD, timeout=0.001) == ["undecided"]
    ((first, _),) = verdicts.values()
    assert checked(verdicts, HARD, timeout=0.001) == ["undecided"]
    assert [known for known, _ in verdicts.values()] == [first]
    assert checked(verdicts, HARD, TRUE, timeout=5) == ["undecided", "proved"]
    assert first not in [known for known, _ in verdicts.values()]


def test_a_verdict_is_of_the_definitions_and_hypotheses_that_it_was_given_for(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        order = r"$$ a^2 b \ge 0 $$"
        (free,) = await editor.typed(order)
        assert free.code == "BN202"
        assert await editor.typed(f"<!-- bnsym: assume $b > 0$ -->\n\n{order}\n") == []
        (negative,) = await editor.typed(f"$$ b = -1 - c^2 $$\n\n{order}\n")
        assert negative.code == "BN202"

    edit(scenario)


def test_an_edit_gives_up_what_is_done_for_the_text_before(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        editor.type("\n\n".join(HARD.replace("3", str(k)) for k in (3, "2.9", "2.8", "2.7")))
        for k in range(20):
            editor.type(f"{MEAN}\n\n{TRUE}\n\n{k}\n")
        assert await editor.diagnostics() == []

    edit(scenario)


def test_a_request_can_be_cancelled(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(f"{HARD}\n\n{HARD.replace('3', '2.9')}\n")
        everywhere = lsp.Range(lsp.Position(0, 0), lsp.Position(9, 0))
        params = lsp.CodeActionParams(editor.document, everywhere, lsp.CodeActionContext([]))
        asked = editor.client.protocol.send_request_async(lsp.TEXT_DOCUMENT_CODE_ACTION, params, "asked")
        waiting = asyncio.ensure_future(asked)
        await asyncio.sleep(0)  # until it is sent
        editor.client.cancel_request(lsp.CancelParams("asked"))
        with pytest.raises(JsonRpcException, match="canceled"):
            await waiting
        assert await editor.hover(0, 5)

    edit(scenario)


def test_a_search_that_nobody_waits_for_is_killed() -> None:
    async def scenario() -> None:
        desk = Desk()
        endless = asyncio.create_task(desk.run(_sleeping))
        await asyncio.sleep(0.1)
        endless.cancel()
        assert await desk.run(lambda executor, _: executor.submit(abs, -1).result()) == 1
        desk.close()

    asyncio.run(scenario())


def test_a_search_that_dies_is_begun_anew_with_the_next_text() -> None:
    async def scenario() -> None:
        desk = Desk()
        with pytest.raises(BrokenExecutor):
            await desk.run(lambda executor, _: executor.submit(os._exit, 1).result())
        assert await desk.run(lambda executor, _: executor.submit(abs, -1).result()) == 1
        desk.close()

    asyncio.run(scenario())


def test_a_defect_is_reported_and_what_was_given_up_is_none() -> None:
    said: list[lsp.ShowMessageParams] = []

    async def broken() -> Checked:
        raise RuntimeError("it broke")

    async def scenario() -> None:
        server = Server()
        server.window_show_message = said.append  # type: ignore[method-assign]
        for given_up in (False, True):
            task = asyncio.create_task(broken())
            task.add_done_callback(server.report_defect)
            if given_up:
                task.cancel()
            await asyncio.wait([task])
        server.session.close()

    asyncio.run(scenario())
    (one,) = said
    assert one.message == "bnsym: BN402 internal-error: RuntimeError: it broke; please report this note"


def test_the_extension_of_vs_code_is_of_this_version() -> None:
    manifest = Path(__file__).parent.parent / ".editors" / "vscode" / "package.json"
    if not manifest.exists():
        pytest.skip("the package is installed without its checkout")
    assert json.loads(manifest.read_text(encoding="utf-8"))["version"] == bnsym.__version__


def _sleeping(executor: Executor, _: Watch) -> None:
    executor.submit(time.sleep, 1000).result()


# -- files that a note brings in ---------------------------------------------------------------


def test_a_note_and_its_parts_are_judged_together(edit: Edit, tmp_path: Path) -> None:
    main, part = tmp_path / "main.tex", tmp_path / "mean.tex"
    mean = "\\[ \\mu = \\frac1m \\sum_i x_i \\]\n% bnsym: claim\n\\[ \\sum_i x_i = {} \\mu \\]\n"
    part.write_text(mean.format("2 m"), encoding="utf-8")
    note = "\\input{mean}\n\\[ \\sum_i (x_i - \\mu) = 0 \\]\n"

    async def scenario(editor: Editor) -> None:
        said: dict[str, list[lsp.Diagnostic]] = {}

        async def until(wanted: dict[Path, list[str]]) -> None:
            while {uri: [one.code for one in found] for uri, found in said.items()} != {
                path.as_uri(): codes for path, codes in wanted.items()
            }:
                heard = await editor.everything.get()
                if heard.uri.startswith(tmp_path.as_uri()):
                    said[heard.uri] = list(heard.diagnostics)

        editor.type(note)
        await until({main: [], part: ["BN201"]})
        assert said[part.as_uri()][0].range.start == lsp.Position(2, 14)
        (mend,) = await actions(editor, 1, "source.fixAll")
        assert mend.edit
        assert [*(mend.edit.changes or ())] == [part.as_uri()]
        part.write_text(mean.format("m"), encoding="utf-8")
        changed = lsp.FileEvent(part.as_uri(), lsp.FileChangeType.Changed)
        editor.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([changed]))
        await until({main: [], part: []})
        editor.begin(part.as_uri(), "latex")
        editor.type(mean.format("m").replace("frac1m", "frac2m"))
        await until({main: ["BN201"], part: ["BN201"]})
        assert "refuted" in await editor.hover(2, 14)
        assert "refuted" not in await editor.hover(0, 14), "what it is to the note is in the note"
        editor.close()
        await until({main: [], part: []})
        editor.begin(main.as_uri(), "latex")

    edit(scenario, main.as_uri(), "latex")


# -- settings and failures ------------------------------------------------------------------


def test_the_settings_of_the_notes_folder_hold(edit: Edit, tmp_path: Path) -> None:
    settings = tmp_path / "pyproject.toml"
    schwarz = r"$$ \sum_i x_i y_i \le \Vert x \Vert \Vert y \Vert $$"

    async def scenario(editor: Editor) -> None:
        assert await editor.typed(schwarz) == []
        settings.write_text("[tool.bnsym]\naxioms = []\n", encoding="utf-8")
        (barred,) = await editor.typed(schwarz + "\n")
        assert barred.code == "BN311"
        settings.write_text("[tool.bnsym]\naxiom = []\n", encoding="utf-8")
        assert await editor.typed(schwarz) == []
        assert await editor.typed(schwarz + "\n") == []
        assert ["did you mean 'axioms'?" in said for said in editor.messages] == [True]

    edit(scenario, (tmp_path / "note.md").as_uri())


def test_a_file_of_five_megabytes_is_said_to_be_too_large(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        (said,) = await editor.typed(f"{MEAN}\n{'word ' * 1_000_000}\n")
        assert said.code == "BN005"
        assert "bnsym check" not in said.message, "which would refuse it too"
        (said,) = await editor.typed(f"{MEAN}\n{'word ' * 200_000}\n")
        assert "`bnsym check`" in said.message
        assert await editor.typed(f"{MEAN}\n\n{TRUE}\n") == []

    edit(scenario)


def test_a_closed_note_says_nothing_any_more(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        assert await editor.typed(f"{MEAN}\n\n{FALSE}\n")
        editor.close()
        while (said := await editor.published.get()).diagnostics:
            assert said.version == 1
        assert not await editor.hover(2, 5)

    edit(scenario)


def test_two_editors_at_one_note(edit: Edit) -> None:
    async def scenario(editor: Editor) -> None:
        assert await editor.typed(f"{MEAN}\n\n{TRUE}\n") == []
        await asyncio.to_thread(alone, other)
        assert len(await editor.typed(f"{MEAN}\n\n{FALSE}\n")) == 1

    async def other(editor: Editor) -> None:
        assert len(await editor.typed(f"{MEAN}\n\n{FALSE}\n")) == 1

    edit(scenario)


def served(*messages: tuple[str, str]) -> subprocess.Popen[bytes]:
    """A server that was told these, each a method with its parameters and what else is in the message."""
    server = subprocess.Popen(
        [sys.executable, "-m", "bnsym", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin
    for method, more in messages:
        body = f'{{"jsonrpc":"2.0","method":"{method}",{more}}}'
        server.stdin.write(f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
    server.stdin.flush()
    return server


INITIALIZE = ("initialize", '"id":1,"params":{"capabilities":{}}')


@pytest.mark.parametrize("end", ["closes its pipe", "kills the server"])
def test_no_process_is_left_behind(end: str) -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("processes are looked for in /proc")
    item = '"uri":"file:///n.md","languageId":"markdown","version":1,"text":"$$ 1 = 2 $$"'
    server = served(INITIALIZE, ("textDocument/didOpen", f'"params":{{"textDocument":{{{item}}}}}'))
    assert server.stdin
    assert server.stdout
    while b"publishDiagnostics" not in server.stdout.readline():
        pass
    started = _descendants(server.pid)
    assert started  # who searches
    if end == "kills the server":
        server.kill()
    server.stdin.close()
    server.stdout.close()
    server.wait()
    while any(Path(f"/proc/{process}").exists() for process in started):
        time.sleep(0.05)


@pytest.mark.parametrize("polite", [True, False])
def test_a_server_that_is_told_to_ends_though_its_input_is_open(polite: bool) -> None:
    shutdown = [("shutdown", '"id":2')] if polite else []
    with served(INITIALIZE, *shutdown, ("exit", '"params":null')) as server:
        while server.poll() is None:
            time.sleep(0.05)
        assert server.returncode == (0 if polite else 1)


def _descendants(process: int) -> set[int]:
    found: set[int] = set()
    for task in Path(f"/proc/{process}/task").iterdir():
        for child in (task / "children").read_text().split():
            found |= {int(child)} | _descendants(int(child))
    return found


def test_without_its_extra_the_command_says_what_to_install() -> None:
    hidden = "import sys; sys.modules['pygls'] = None; from bnsym.cli import main; main(['lsp'])"
    done = subprocess.run([sys.executable, "-c", hidden], capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.strip().splitlines()[-1] == (
        "Error: the language server needs pygls: pip install 'bnsym[lsp]'"
    )
