"""An editor without a window: pygls's own client, with what the server told it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient
from pygls.workspace import PositionCodec

from bnsym.serving.documents import Lines


class Editor:
    """One note that is typed at, and all that was said of it."""

    def __init__(self, client: LanguageClient) -> None:
        self.client = client
        self.published: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.everything: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        """Of other documents too."""
        self.messages: list[str] = []
        self.uri, self.language, self.version = "", "", 0

        @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.everything.put_nowait(params)
            if params.uri == self.uri:
                self.published.put_nowait(params)

        @client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def shown(params: lsp.ShowMessageParams) -> None:
            self.messages.append(params.message)

    def begin(self, uri: str, language: str) -> None:
        """A note that is not open yet."""
        self.uri, self.language, self.version = uri, language, 0
        self.published, self.everything = asyncio.Queue(), asyncio.Queue()
        self.messages.clear()

    def close(self) -> None:
        self.client.text_document_did_close(lsp.DidCloseTextDocumentParams(self.document))

    @property
    def document(self) -> lsp.TextDocumentIdentifier:
        return lsp.TextDocumentIdentifier(self.uri)

    def type(self, text: str) -> None:
        """The note says this from now on."""
        self.version += 1
        if self.version == 1:
            item = lsp.TextDocumentItem(self.uri, self.language, 1, text)
            self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        else:
            now = lsp.VersionedTextDocumentIdentifier(self.version, self.uri)
            whole = lsp.TextDocumentContentChangeWholeDocument(text)
            self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(now, [whole]))

    def edit(self, *changes: lsp.TextDocumentContentChangePartial) -> None:
        """Stretches of the note are others from now on, one change after another."""
        self.version += 1
        now = lsp.VersionedTextDocumentIdentifier(self.version, self.uri)
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(now, changes))

    async def diagnostics(self) -> list[lsp.Diagnostic]:
        """What is said of the note as it is now."""
        while (said := await self.published.get()).version != self.version:
            assert (said.version or 0) < self.version
        return list(said.diagnostics)

    async def typed(self, text: str) -> list[lsp.Diagnostic]:
        self.type(text)
        return await self.diagnostics()

    def applied(self, text: str, change: lsp.CodeAction | lsp.WorkspaceEdit | None) -> str:
        """A text after a change, as an editor makes it."""
        edit = change.edit if isinstance(change, lsp.CodeAction) else change
        assert edit
        assert edit.changes
        lines = Lines(text, PositionCodec())
        for one in sorted(
            edit.changes[self.uri], key=lambda one: lines.offset(one.range.start), reverse=True
        ):
            start, end = lines.offset(one.range.start), lines.offset(one.range.end)
            text = text[:start] + one.new_text + text[end:]
        return text

    async def hover(self, line: int, character: int) -> str:
        params = lsp.HoverParams(self.document, lsp.Position(line, character))
        found = await self.client.text_document_hover_async(params)
        assert found is None or isinstance(found.contents, lsp.MarkupContent)
        return found.contents.value if found else ""


Scenario: TypeAlias = Callable[[Editor], Awaitable[None]]
MARKDOWN = ("file:///note.md", "markdown")


async def started(capabilities: lsp.ClientCapabilities | None = None) -> Editor:
    """With a server of its own."""
    client = LanguageClient("editor", "1")
    await client.start_io(sys.executable, "-m", "bnsym", "lsp")
    await client.initialize_async(lsp.InitializeParams(capabilities or lsp.ClientCapabilities()))
    client.initialized(lsp.InitializedParams())
    return Editor(client)


async def ended(editor: Editor) -> None:
    await editor.client.shutdown_async(None)
    editor.client.exit(None)
    await editor.client.stop()


async def played(editor: Editor, scenario: Scenario, uri: str, language: str) -> None:
    editor.begin(uri, language)
    try:
        await scenario(editor)
    finally:
        editor.close()


def alone(scenario: Scenario, capabilities: lsp.ClientCapabilities | None = None) -> None:
    """What is done with an editor and a server that are there for this alone."""

    async def session() -> None:
        editor = await started(capabilities)
        try:
            await played(editor, scenario, *MARKDOWN)
        finally:
            await ended(editor)

    asyncio.run(session())
