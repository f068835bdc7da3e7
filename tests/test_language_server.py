"""What an editor sees while a note is typed, through a client of the Language Server Protocol."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from concurrent.futures import Executor
from pathlib import Path

import pytest
from lsprotocol import types as lsp
from pygls.workspace import PositionCodec

from bnsym.checking import Unwatched, check_notes
from bnsym.execution.budget import Budget, Repairs
from bnsym.execution.dispatch import Verdicts
from bnsym.finding import Note
from bnsym.model import Span
from bnsym.serving.lines import Lines
from bnsym.serving.session import Desk, Watch
from tests.editor import Editor, edit

MEAN = r"$$ \mu = \frac{1}{m} \sum_i x_i $$"
TRUE, FALSE = r"$$ \sum_i (x_i - \mu) = 0 $$", r"$$ \sum_i (x_i + \mu) = 0 $$"
HARD = r"$$ x^4 y^2 + x^2 y^4 + z^6 \ge 3 x^2 y^2 z^2 $$"
"""Motzkin's, which is true and no sum of squares."""


# -- diagnostics and hover ----------------------------------------------------------------


def test_diagnostics_follow_what_is_typed_and_never_saved() -> None:
    async def scenario(editor: Editor) -> None:
        assert await editor.typed(f"{MEAN}\n\n{TRUE}\n") == []
        (wrong,) = await editor.typed(f"{MEAN}\n\n{FALSE}\n")
        assert (wrong.code, wrong.severity, wrong.source) == ("BN201", lsp.DiagnosticSeverity.Error, "bnsym")
        assert wrong.message.startswith("the two sides differ: ")
        assert wrong.range.start == lsp.Position(2, FALSE.index("="))
        assert await editor.typed(f"{MEAN}\n\n{TRUE}\n") == []

    edit(scenario)


def test_what_is_not_known_to_be_wrong_is_a_warning() -> None:
    async def scenario(editor: Editor) -> None:
        unread, undecided = await editor.typed(f"$$ a_k = b_i $$\n\n{HARD}\n")
        assert (unread.code, unread.severity) == ("BN121", lsp.DiagnosticSeverity.Warning)
        assert "write the left side with the index" in unread.message
        assert (undecided.code, undecided.severity) == ("BN303", lsp.DiagnosticSeverity.Warning)

    edit(scenario)


def test_a_link_that_waits_for_another_place_says_where() -> None:
    async def scenario(editor: Editor) -> None:
        cause, waiting = await editor.typed("$$ u = \\unknown{x} $$\n\n$$ u + 1 = 1 + u $$\n")
        assert (cause.code, cause.severity) == ("BN111", lsp.DiagnosticSeverity.Warning)
        assert waiting.severity is lsp.DiagnosticSeverity.Information
        (place,) = waiting.related_information or ()
        assert place.location.range.start == lsp.Position(0, 7)

    edit(scenario)


def test_columns_are_utf_16_units() -> None:
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


def test_hover_says_how_a_link_was_read_and_what_its_verdict_rests_on() -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(f"{MEAN}\n\n{TRUE}\n\n{FALSE}\n")
        proved = await editor.hover(2, 5)
        assert "✓ proved" in proved
        assert "certificate" in proved
        assert "μ (line 1)" in proved
        refuted = await editor.hover(4, 5)
        assert "✗ refuted" in refuted
        assert "m = " in refuted  # the witness
        assert "a sign; proved with it" in refuted
        assert not await editor.hover(0, 5)

    edit(scenario)


def test_a_mark_stands_behind_each_sign() -> None:
    async def scenario(editor: Editor) -> None:
        await editor.typed(f"{MEAN}\n\n{TRUE}\n\n{FALSE}\n")
        shown = lsp.Range(lsp.Position(0, 0), lsp.Position(9, 0))
        params = lsp.InlayHintParams(editor.document, shown)
        hints = await editor.client.text_document_inlay_hint_async(params)
        marks = [(hint.position.line, hint.position.character, hint.label) for hint in hints or ()]
        assert marks == [(2, TRUE.index("=") + 1, "✓"), (4, FALSE.index("=") + 1, "✗")]

    edit(scenario)


def test_latex_and_its_own_commands() -> None:
    async def scenario(editor: Editor) -> None:
        mean = r"\newcommand{\mean}{\mu} \[ \mean = \frac1m \sum_i x_i \]"
        (wrong,) = await editor.typed(mean + "\n\n\\[ \\sum_i (x_i + \\mean) = 0 \\]\n")
        assert (wrong.code, wrong.range.start) == ("BN201", lsp.Position(2, 24))

    edit(scenario, "file:///note.tex", "latex")


def test_a_text_without_a_name_is_what_its_language_says() -> None:
    async def scenario(editor: Editor) -> None:
        (wrong,) = await editor.typed("\\[ \\sum_i (x_i - x_i) = 1 \\]\n")
        assert wrong.code == "BN201"

    edit(scenario, "untitled:Untitled-1", "latex")


# -- what is kept, and what is given up -----------------------------------------------------


def test_only_what_an_edit_touches_is_decided_again() -> None:
    verdicts: Verdicts = {}

    def check(*links: str) -> list[str]:
        note = Note("n.md", "\n\n".join((MEAN, *links)))
        budget = Budget(cross_examine=False, repairs=Repairs.NONE)
        report = check_notes([note], (), budget, Unwatched(), verdicts=verdicts)
        return [result.name for result in report.results]

    squares = r"$$ \sum_i (x_i - \mu)^2 = \sum_i x_i^2 - m \mu^2 $$"
    assert check(TRUE, squares) == ["proved", "proved"]
    first = dict(verdicts)
    assert len(first) == 2
    assert check("A word.", squares, FALSE) == ["proved", "refuted"]
    assert len(verdicts) == 3
    assert all(verdicts[question] is verdict for question, verdict in first.items())


def test_a_verdict_is_of_the_definitions_and_hypotheses_that_it_was_given_for() -> None:
    async def scenario(editor: Editor) -> None:
        order = r"$$ a^2 b \ge 0 $$"
        (free,) = await editor.typed(order)
        assert free.code == "BN202"
        assert await editor.typed(f"<!-- bnsym: assume $b > 0$ -->\n\n{order}\n") == []
        (negative,) = await editor.typed(f"$$ b = -1 - c^2 $$\n\n{order}\n")
        assert negative.code == "BN202"

    edit(scenario)


def test_an_edit_gives_up_what_is_done_for_the_text_before() -> None:
    async def scenario(editor: Editor) -> None:
        editor.type("\n\n".join(HARD.replace("3", str(k)) for k in (3, "2.9", "2.8", "2.7")))
        for k in range(20):
            editor.type(f"{MEAN}\n\n{TRUE}\n\n{k}\n")
        assert await editor.diagnostics() == []

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


def _sleeping(executor: Executor, _: Watch) -> None:
    executor.submit(time.sleep, 1000).result()


# -- settings and failures ------------------------------------------------------------------


def test_the_settings_of_the_notes_folder_hold(tmp_path: Path) -> None:
    settings = tmp_path / "pyproject.toml"
    bessel = r"$$ \left(\sum_i x_i y_i\right)^2 \le \left(\sum_i x_i^2\right) \left(\sum_i y_i^2\right) $$"

    async def scenario(editor: Editor) -> None:
        assert await editor.typed(bessel) == []
        settings.write_text("[tool.bnsym]\naxioms = []\n", encoding="utf-8")
        (barred,) = await editor.typed(bessel + "\n")
        assert barred.code == "BN311"
        settings.write_text("[tool.bnsym]\naxiom = []\n", encoding="utf-8")
        assert await editor.typed(bessel) == []
        assert "did you mean 'axioms'?" in editor.messages[-1]

    edit(scenario, (tmp_path / "note.md").as_uri())


def test_a_file_of_five_megabytes_is_said_to_be_too_large() -> None:
    async def scenario(editor: Editor) -> None:
        (said,) = await editor.typed(f"{MEAN}\n{'word ' * 1_000_000}\n")
        assert said.code == "BN005"
        assert "`bnsym check`" in said.message
        assert await editor.typed(f"{MEAN}\n\n{TRUE}\n") == []

    edit(scenario)


def test_a_closed_note_says_nothing_any_more() -> None:
    async def scenario(editor: Editor) -> None:
        assert await editor.typed(f"{MEAN}\n\n{FALSE}\n")
        editor.client.text_document_did_close(lsp.DidCloseTextDocumentParams(editor.document))
        while (said := await editor.published.get()).diagnostics:
            assert said.version == 1
        assert not await editor.hover(2, 5)

    edit(scenario)


def test_two_editors_at_one_note() -> None:
    async def scenario(editor: Editor) -> None:
        assert await editor.typed(f"{MEAN}\n\n{TRUE}\n") == []
        await asyncio.to_thread(edit, other)
        assert len(await editor.typed(f"{MEAN}\n\n{FALSE}\n")) == 1

    async def other(editor: Editor) -> None:
        assert len(await editor.typed(f"{MEAN}\n\n{FALSE}\n")) == 1

    edit(scenario)


@pytest.mark.parametrize("end", ["closes its pipe", "kills the server"])
def test_no_process_is_left_behind(end: str) -> None:
    if not Path("/proc/self/task").exists():
        pytest.skip("processes are looked for in /proc")
    server = subprocess.Popen(
        [sys.executable, "-m", "bnsym", "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert server.stdin
    assert server.stdout
    note = '"textDocument":{"uri":"file:///n.md","languageId":"markdown","version":1,"text":"$$ 1 = 2 $$"}'
    for number, (method, params) in enumerate(
        (("initialize", '"capabilities":{}'), ("textDocument/didOpen", note))
    ):
        known = '"id":1,' * (number == 0)
        body = f'{{"jsonrpc":"2.0",{known}"method":"{method}","params":{{{params}}}}}'
        server.stdin.write(f"Content-Length: {len(body)}\r\n\r\n{body}".encode())
        server.stdin.flush()
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
