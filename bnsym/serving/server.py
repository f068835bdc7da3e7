"""`bnsym lsp`: requests and notifications of the Language Server Protocol, each answered for the text as it
is now. A request waits for the check of that text; an edit gives up what is being done for the one before.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn, Protocol, TypeVar

import click
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from bnsym.execution.budget import Budget, Repairs
from bnsym.execution.jobs import words
from bnsym.serving import fixes, navigation, showing
from bnsym.serving.documents import Checked, Text, Typed, path_of
from bnsym.serving.navigation import NotRenamed
from bnsym.serving.session import Session, budget_for
from bnsym.version import __version__

T = TypeVar("T")
FIRST = 1.0
"""Seconds for a link before something is shown."""
QUIET = 0.3
"""Seconds without an edit, after which repairs are looked for, and links have all the time allowed."""
PATIENCE = 10.0
"""Seconds that one who asks about a link waits for its repair."""


class Placed(Protocol):
    """What asks about a place."""

    text_document: lsp.TextDocumentIdentifier
    position: lsp.Position


@dataclass(frozen=True, slots=True)
class Work:
    """What is being done for a text."""

    text: Text
    checked: asyncio.Task[Checked]
    mended: asyncio.Task[Checked]
    """The same with repairs and causes."""

    def give_up(self) -> None:
        self.mended.cancel()
        self.checked.cancel()


def _result(task: asyncio.Task[Checked]) -> Checked | None:
    """What came of it, if it is done."""
    failed = not task.done() or task.cancelled() or task.exception() is not None
    return None if failed else task.result()


class Server(LanguageServer):
    def __init__(self) -> None:
        super().__init__("bnsym", __version__)
        self.session = Session()
        self.work: dict[str, Work] = {}
        self.complaint = ""
        """What was last said of settings."""
        self.ending = False
        """Whether the editor has said that it will end."""

    @property
    def open(self) -> dict[Path, str]:
        """The documents by their files."""
        return {path_of(one): uri for uri, one in self.workspace.text_documents.items()}

    def changed(self, uri: str) -> None:
        """Check what a document holds now, and what is read with it."""
        self.look(uri)
        text = self.work[uri].text
        self.touched(Path(text.file).resolve(), uri)
        for path, other in self.open.items():
            work = self.work.get(other)
            if work and other != uri and work.text.note != text.note and text.depends_on(path):
                self.look(other)

    def touched(self, path: Path, by: str = "") -> None:
        """Check again what depends on a file, but the document by which it is known."""
        for uri in [uri for uri, work in self.work.items() if uri != by and work.text.depends_on(path)]:
            self.look(uri)

    def look(self, uri: str) -> None:
        document, others = self.workspace.get_text_document(uri), self.workspace.text_documents.values()
        text = Text.of(document, others, versioned=self._takes_versions)
        self.forget(uri)
        budget = self._budget(text)
        checked = asyncio.create_task(self._check(text, budget))
        mended = asyncio.create_task(self._mend(text, budget, checked))
        checked.add_done_callback(self.report_defect)
        self.work[uri] = Work(text, checked, mended)

    def report_defect(self, task: asyncio.Task[Checked]) -> None:
        """What broke down, of bnsym itself; what was given up did not."""
        if not task.cancelled() and (error := task.exception()) is not None:
            said = f"bnsym: BN402 internal-error: {words(error)}; please report this note"
            self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Error, said))

    @property
    def _takes_versions(self) -> bool:
        told = self.client_capabilities.workspace
        return bool(told and told.workspace_edit and told.workspace_edit.document_changes)

    def forget(self, uri: str) -> None:
        if work := self.work.pop(uri, None):
            work.give_up()

    def leave(self, code: int) -> NoReturn:
        """At once: a thread may still wait for the editor, or read a note that nobody wants any more."""
        self.session.close()
        os._exit(code)

    async def checked(self, uri: str, *, mended: bool = False, within: float | None = None) -> Checked | None:
        """The report on what the document holds now, once it is there; with repairs if these are known, or
        are asked for too, and come within so many seconds."""
        while work := self.work.get(uri):
            await asyncio.wait([work.mended if mended else work.checked], timeout=within)
            if self.work.get(uri) is work:
                return _result(work.mended) or _result(work.checked)
        return None

    async def ask(self, about: Callable[..., T], params: Placed, *more: str) -> T | None:
        """What is said of a place in a text that can be read."""
        checked = await self.checked(params.text_document.uri)
        if checked is None or not checked.files:
            return None
        return await asyncio.to_thread(about, checked.text, checked.text.lines.offset(params.position), *more)

    async def _check(self, text: Text, budget: Budget) -> Checked:
        budget = replace(budget, repairs=Repairs.NONE, timeout=min(budget.timeout, FIRST))
        checked = Checked(text, await self.session.check(text.note, budget, self.session.deciding))
        self._publish(checked)
        return checked

    async def _mend(self, text: Text, budget: Budget, first: asyncio.Task[Checked]) -> Checked:
        checked = await asyncio.shield(first)
        if not checked.views or all(result.passed for result in checked.report.results):
            return checked
        await asyncio.sleep(QUIET)
        checked = Checked(text, await self.session.check(text.note, budget, self.session.mending))
        self._publish(checked)
        return checked

    def _publish(self, checked: Checked) -> None:
        found, text = showing.diagnostics(checked), checked.text
        self.tell(text.uri, found[text.uri], text.version)
        for uri in self._untold(text):
            self.tell(uri, found.get(uri, []))

    def tell(self, uri: str, found: Sequence[lsp.Diagnostic] = (), version: int | None = None) -> None:
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, [*found], version))

    def close(self, uri: str) -> None:
        """The document is not open any more."""
        if work := self.work.get(uri):
            self.forget(uri)
            for other in (uri, *self._untold(work.text)):
                self.tell(other)
            self.touched(Path(work.text.file).resolve())

    def _untold(self, text: Text) -> list[str]:
        """The parts of a note that are not open, and so told of with it."""
        known = self.open
        beside = (uri for uri in text.told_of if uri != text.uri)
        return [uri for uri in beside if Path(to_fs_path(uri) or uri).resolve() not in known]

    def _budget(self, text: Text) -> Budget:
        """As the settings say; where they can't be used, that is said, and they are not."""
        try:
            return budget_for(text.note.file)
        except (click.UsageError, ValueError) as error:
            said = error.message if isinstance(error, click.UsageError) else str(error)
            if said != self.complaint:
                self.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Warning, f"bnsym: {said}"))
            self.complaint = said
            return Budget(cross_examine=False)


def serve() -> NoReturn:
    """Speak with an editor by standard input and output until one of both ends."""
    server = register(Server())
    try:
        server.start_io()
    finally:
        server.leave(1)  # the editor is gone, without a word


def register(server: Server) -> Server:
    """The server with what it can do."""

    @server.feature(lsp.SHUTDOWN)
    def shutdown(_: None) -> None:
        for uri in list(server.work):
            server.forget(uri)
        server.ending = True

    @server.feature(lsp.EXIT)
    def exit_(_: None) -> None:
        server.leave(0 if server.ending else 1)

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        server.workspace.get_text_document(params.text_document.uri).__class__ = Typed
        server.changed(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        server.changed(params.text_document.uri)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: lsp.DidChangeWatchedFilesParams) -> None:
        for path in {Path(to_fs_path(one.uri) or "").resolve() for one in params.changes} - {*server.open}:
            server.touched(path)

    @server.feature(lsp.INITIALIZED)
    def initialized(_: lsp.InitializedParams) -> None:
        told = server.client_capabilities.workspace
        if told and (files := told.did_change_watched_files) and files.dynamic_registration:
            watcher = lsp.FileSystemWatcher("**/*.tex")
            options = lsp.DidChangeWatchedFilesRegistrationOptions([watcher])
            wanted = lsp.Registration("files", lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
            server.client_register_capability(lsp.RegistrationParams([wanted]))

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def did_close(params: lsp.DidCloseTextDocumentParams) -> None:
        server.close(params.text_document.uri)

    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    async def hover(params: lsp.HoverParams) -> lsp.Hover | None:
        uri = params.text_document.uri
        checked = await server.checked(uri)
        view = checked.link_at(checked.text.lines.offset(params.position)) if checked else None
        if view is not None and not view.result.passed:
            checked = await server.checked(uri, mended=True, within=PATIENCE)
        return showing.hover(checked, checked.text.lines.offset(params.position)) if checked else None

    @server.feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
    async def inlay_hint(params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
        checked = await server.checked(params.text_document.uri)
        return showing.inlay_hints(checked, params.range) if checked else []

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions([fixes.QUICK_FIX, fixes.FIX_ALL]))
    async def code_action(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        checked = await server.checked(params.text_document.uri, mended=True)
        return fixes.code_actions(checked, params) if checked else []

    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    async def document_symbol(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        checked = await server.checked(params.text_document.uri)
        return showing.document_symbols(checked) if checked else []

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    async def definition(params: lsp.DefinitionParams) -> list[lsp.Location]:
        return await server.ask(navigation.definition, params) or []

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    async def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        return await server.ask(navigation.references, params) or []

    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    async def prepare_rename(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        return await server.ask(navigation.prepare_rename, params)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    async def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        try:
            return await server.ask(navigation.renamed, params, params.new_name)
        except NotRenamed as why:
            raise JsonRpcInvalidParams(str(why)) from why

    return server
