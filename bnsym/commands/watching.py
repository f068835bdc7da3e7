"""`bnsym check --watch`: answer again whenever a note changes, until Ctrl-C."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import click

from bnsym.cache.folder import Folder
from bnsym.commands.request import Request
from bnsym.finding import files

PAUSE = 0.2
"""Seconds between two looks at the files."""


def watch(request: Request, folder: Folder | None) -> NoReturn:
    """Ends by KeyboardInterrupt. Once the first answer is there, this process works alone, unless
    told otherwise: an edit leaves little to do, and what it has imported stays."""
    while True:
        seen = _settled(request.paths)
        click.clear()
        request.answer(folder)
        request.finish(folder)
        click.echo(f"watching {_number(len(seen))}; Ctrl-C ends", err=True)
        request = replace(request, jobs=request.jobs or 1)
        while _stamps(request.paths) == seen:
            time.sleep(PAUSE)


Stamps = dict[Path, tuple[int, int, int] | None]


def _stamps(paths: tuple[str, ...]) -> Stamps:
    """What changes with each file; None for one that is not there."""
    return {path: _stamp(path) for path in files(paths)}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _settled(paths: tuple[str, ...]) -> Stamps:
    """The stamps, once an editor is done with saving."""
    stamps = _stamps(paths)
    while True:
        time.sleep(PAUSE / 4)
        again = _stamps(paths)
        if again == stamps:
            return stamps
        stamps = again


def _number(count: int) -> str:
    return f"{count} note{'s' * (count != 1)}"
