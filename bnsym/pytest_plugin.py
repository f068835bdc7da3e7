"""pytest runs derivations: `pytest derivations/` has one test for each link.

A note (Markdown, LaTeX, a notebook) is collected if it is named on the command line; with a directive of
bnsym also if a directory above it is named, or in a run without arguments, if `testpaths` reach it and
`bnsym check` would check it. Other runs of pytest never see it, nor import anything of bnsym.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bnsym.model import Report, Result, Span

SUFFIXES = (".md", ".markdown", ".tex", ".ipynb")
"""As `bnsym.model.FORMATS` has them."""
DIRECTIVE = re.compile(r"(?:<!--|%)\s*bnsym:")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> NoteFile | None:
    if file_path.suffix.lower() not in SUFFIXES or not _is_named(file_path, parent.config):
        return None
    path, named = file_path.resolve(), tuple(_named(parent.config))
    try:
        meant = path in (one.resolve() for one in named) or _claims(file_path)
    except (OSError, UnicodeDecodeError):
        return None
    return NoteFile.from_parent(parent, path=file_path) if meant and _is_alone(path, named) else None


def _claims(path: Path) -> bool:
    """Whether a note has directives that are not only quoted."""
    from bnsym.source.opening import opened

    return bool(DIRECTIVE.search(text := _text(path))) and opened(text, str(path)).claims


def _text(path: Path) -> str:
    """What a note and the files that it brings in say."""
    from bnsym.finding import brought
    from bnsym.source.bundle import bundled

    return bundled(path.read_text(encoding="utf-8-sig"), str(path), brought)


def _named(config: pytest.Config) -> Iterator[Path]:
    return (config.invocation_params.dir / arg.partition("::")[0] for arg in config.args)


@cache
def _is_alone(path: Path, named: tuple[Path, ...]) -> bool:
    """Whether no other note that is named brings it in, or it is named itself."""
    from bnsym.finding import gather

    return path.suffix.lower() != ".tex" or path in {
        Path(note.file).resolve() for note in gather(tuple(map(str, named)))[0]
    }


def _is_named(path: Path, config: pytest.Config) -> bool:
    """Whether the run is about the file, or about a directory that holds it."""
    sources = pytest.Config.ArgsSource
    if config.args_source is sources.INVOCATION_DIR:
        return False
    given = config.args_source is sources.ARGS or _is_checked(path, config.rootpath)
    return given and _is_in(path, _named(config))


def _is_in(path: Path, folders: Iterable[Path]) -> bool:
    resolved = path.resolve()
    return any(one == resolved or one in resolved.parents for one in (f.resolve() for f in folders))


@cache
def _settled(root: Path) -> dict[str, Any]:
    import click

    from bnsym.settings import settings

    try:
        return settings(root)
    except click.UsageError as error:
        raise pytest.UsageError(str(error)) from error


def _is_checked(path: Path, root: Path) -> bool:
    """Whether `bnsym check` checks it without arguments."""
    from bnsym.finding import HOME, is_excluded

    settled = _settled(root)
    paths = [root / one.partition("#")[0] for one in settled.get("paths", [HOME])]
    return _is_in(path, paths) and not is_excluded(path, tuple(settled.get("exclude", ())))


class NoteFile(pytest.File):
    """One note; checked once, when its first link is run."""

    @cached_property
    def report(self) -> Report:
        """Under the options of the project, as `bnsym check` would."""
        import click

        from bnsym import checking
        from bnsym.commands.check import Sizes
        from bnsym.settings import settings

        try:
            options = settings(Path.cwd())
            options = {key: value for key, value in options.items() if key not in ("paths", "exclude")}
            if "explicit" in options:
                options["explicit"] = Sizes().convert(options["explicit"], None, None)
            return checking.check(self.path, **options)
        except (click.UsageError, ValueError) as error:
            raise NotAsDeclared(str(error)) from error

    @cached_property
    def by_id(self) -> dict[str, Result]:
        return {result.link.id: result for result in self.report.results}

    def collect(self) -> Iterator[pytest.Item]:
        from bnsym.elaborate import read

        derivation = read(_text(self.path), str(self.path))
        for link in derivation.links:
            yield LinkItem.from_parent(self, name=link.id, span=link.span)
        if not derivation.links or any(d.severity.value == "error" for d in derivation.diagnostics):
            yield NoteItem.from_parent(self, name="note")


class NotAsDeclared(Exception):
    """What a report says of what failed."""


class _Item(pytest.Item):
    """A part of a note, whose failure is told in a report's words."""

    parent: NoteFile

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        if isinstance(excinfo.value, NotAsDeclared):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class LinkItem(_Item):
    """One relation sign."""

    def __init__(self, *, span: Span, **rest: Any) -> None:
        super().__init__(**rest)
        self.span = span

    def runtest(self) -> None:
        from bnsym.reporting.view import View

        result = self.parent.by_id[self.name]
        if result.fails:
            raise NotAsDeclared(_block(self.parent.report, result))
        if result.name not in ("proved", "refuted"):
            pytest.skip(View(result).words.message)

    def reportinfo(self) -> tuple[Path, int, str]:
        return Path(self.span.file), self.span.line - 1, self.name


class NoteItem(_Item):
    """What is wrong with the note beside its links, or why it has none."""

    def runtest(self) -> None:
        said = [d for d in self.parent.report.all_diagnostics if d.severity.value != "note"]
        wrong = [d for d in said if d.severity.value == "error" and d.code != "BN006"]
        told = "\n".join(f"{d.span.place}: {d.code} {d.message}" for d in wrong or said)
        if wrong:
            raise NotAsDeclared(told)
        pytest.skip(told)


def _block(report: Report, result: Result) -> str:
    """Its reason, which pytest's summary shows, and what the terminal shows of it, without colours."""
    from io import StringIO

    from bnsym.reporting.console.blocks import Page, result_blocks
    from bnsym.reporting.console.screen import make_console
    from bnsym.reporting.programs.findings import findings
    from bnsym.reporting.view import View

    stream = StringIO()
    result_blocks(Page(make_console(stream, plain=True), report.sources), [View(result)])
    found = (f"{f.code} {f.message}\n\n" for f in findings(report) if f.link == result.link.id)
    return next(found, "") + stream.getvalue()
