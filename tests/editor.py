"""An editor without a window: pygls's own client, with what the server told it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient


class Editor:
    """One note that is typed at, and all that was said of it."""

    def __init__(self, client: LanguageClient, uri: str, language: str) -> None:
        self.client, self.uri, self.language = client, uri, language
        self.version = 0
        self.published: asyncio.Queue[lsp.PublishDiagnosticsParams] = asyncio.Queue()
        self.messages: list[str] = []

        @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.published.put_nowait(params)

        @client.feature(lsp.WINDOW_SHOW_MESSAGE)
        def shown(params: lsp.ShowMessageParams) -> None:
            self.messages.append(params.message)

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

    async def diagnostics(self) -> list[lsp.Diagnostic]:
        """What is said of the note as it is now."""
        while (said := await self.published.get()).version != self.version:
            assert (said.version or 0) < self.version
        return list(said.diagnostics)

    async def typed(self, text: str) -> list[lsp.Diagnostic]:
        self.type(text)
        return await self.diagnostics()

    async def hover(self, line: int, character: int) -> str:
        params = lsp.HoverParams(self.document, lsp.Position(line, character))
        found = await self.client.text_document_hover_async(params)
        assert found is None or isinstance(found.contents, lsp.MarkupContent)
        return found.contents.value if found else ""


def edit(
    scenario: Callable[[Editor], Awaitable[None]],
    uri: str = "file:///note.md",
    language: str = "markdown",
    **initialize: Any,
) -> None:
    """Runs what is done with an editor and a server of its own, which then ends as it should."""

    async def session() -> None:
        client = LanguageClient("editor", "1")
        editor = Editor(client, uri, language)
        await client.start_io(sys.executable, "-m", "bnsym", "lsp")
        capabilities = initialize.pop("capabilities", lsp.ClientCapabilities())
        await client.initialize_async(lsp.InitializeParams(capabilities, **initialize))
        client.initialized(lsp.InitializedParams())
        try:
            await scenario(editor)
        finally:
            await client.shutdown_async(None)
            client.exit(None)
            await client.stop()

    asyncio.run(session())
