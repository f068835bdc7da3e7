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
        seen = _settled(request)
        click.clear()
        request.answer(folder)
        request.finish(folder)
        click.echo(f"watching {_number(len(seen))}; Ctrl-C ends", err=True)
        request = replace(request, jobs=request.jobs or 1)
        while _stamps(request) == seen:
            time.sleep(PAUSE)


Stamps = dict[Path, tuple[int, int, int] | None]


def _stamps(request: Request) -> Stamps:
    """What changes with each file; None for one that is not there."""
    return {path: _stamp(path) for path in files(request.paths, request.excluded)}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _settled(request: Request) -> Stamps:
    """The stamps, once an editor is done with saving."""
    stamps = _stamps(request)
    while True:
        time.sleep(PAUSE / 4)
        again = _stamps(request)
        if again == stamps:
            return stamps
        stamps = again


def _number(count: int) -> str:
    return f"{count} note{'s' * (count != 1)}"
