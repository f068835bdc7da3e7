"""Repairs and causes as code actions: changes of the author's own text, each proved before it is offered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce

from lsprotocol.types import (
    CodeAction,
    CodeActionParams,
    OptionalVersionedTextDocumentIdentifier,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)

from bnsym import model
from bnsym.model import edited
from bnsym.repairing.patch import repaired
from bnsym.reporting.unicode import plain
from bnsym.reporting.view import View, changes
from bnsym.serving.documents import Checked, Text
from bnsym.serving.showing import diagnostics

QUICK_FIX, FIX_ALL = "quickfix", "source.fixAll.bnsym"


def code_actions(checked: Checked, params: CodeActionParams) -> list[CodeAction]:
    """Those for the links in the lines that are selected, of the kinds that are asked for."""
    selected = range(params.range.start.line, params.range.end.line + 1)
    views = [view for view in checked.views if _meet(checked, view, selected)]
    causes = _of_causes(checked, {view.result.link.id for view in views}, selected)
    found = [*causes, *_of_links(checked, views), *_of_all(checked)]
    only = params.context.only
    return [one for one in found if only is None or any(_is(one, kind) for kind in only)]


def _meet(checked: Checked, view: View, selected: range) -> bool:
    """Whether some line of the link is selected."""
    own = checked.extent(view.result.link)
    whole = checked.text.lines.range(own.start, own.stop - 1)
    return whole.start.line < selected.stop and selected.start <= whole.end.line


def _is(action: CodeAction, wanted: str) -> bool:
    """Whether it is of a kind, or of one that this kind holds: `source` holds `source.fixAll`."""
    return f"{action.kind}.".startswith(f"{wanted}.") or not wanted


def _of_links(checked: Checked, views: Iterable[View]) -> Iterator[CodeAction]:
    for view in views:
        if (repair := view.result.repair) is not None:
            title = f"Put {plain(repair.what)} right: {' '.join(repair.after.split())}"
            yield _action(checked, title, repair.edits, (view.result.link.id,))


def _of_causes(checked: Checked, links: set[str], selected: range) -> Iterator[CodeAction]:
    """Each that a selected link waits for, or that begins in a selected line; with those before it, on which
    it is built."""
    causes = checked.report.causes
    for number, cause in enumerate(causes):
        here = cause.span.file == checked.text.file and cause.span.line - 1 in selected
        if here or links & set(cause.links):
            before = " and what comes before it" * bool(number)
            after = reduce(edited, (one.edits for one in causes[: number + 1]), checked.text.note.text)
            title = f"Put {plain(cause.what)} right{before}: proves {len(cause.links)} more"
            yield _action(checked, title, changes(checked.text.note.text, after), cause.links)


def _of_all(checked: Checked) -> Iterator[CodeAction]:
    """All that has a repair, as `bnsym check --fix` begins."""
    for _, after in repaired(checked.report).values():
        edits = changes(checked.text.note.text, after)
        yield _action(checked, "Put right all that bnsym can mend", edits, (), FIX_ALL)


def _action(
    checked: Checked,
    title: str,
    edits: Iterable[model.TextEdit],
    links: tuple[str, ...],
    kind: str = QUICK_FIX,
) -> CodeAction:
    mended = [one for one in diagnostics(checked)[checked.text.uri] if one.data in links]
    return CodeAction(title, kind, mended or None, edit=workspace_edit(checked.text, edits))


def workspace_edit(text: Text, edits: Iterable[model.TextEdit]) -> WorkspaceEdit:
    """Edits of the note; of this version of the text, so that no other is changed by it."""
    made: dict[str, list[TextEdit]] = {}
    for start, end, new in edits:
        place = text.place(start, end)
        made.setdefault(place.uri, []).append(TextEdit(place.range, new))
    if not text.versioned:
        return WorkspaceEdit(made)
    versions = {text.uri: text.version}
    documents = {uri: OptionalVersionedTextDocumentIdentifier(uri, versions.get(uri)) for uri in made}
    return WorkspaceEdit(document_changes=[TextDocumentEdit(documents[uri], [*made[uri]]) for uri in made])
