"""Files that commands write: whole or not at all. Where they can't go is said before the work."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from secrets import token_hex
from shutil import copymode

import click


def writable(_ctx: click.Context, _param: click.Parameter, path: Path | None) -> Path | None:
    """A callback for an option that names a file to write."""
    return path if path is None or str(path) == "-" else known_writable(path)


def known_writable(path: Path) -> Path:
    """The path, if it can be written as far as one can see before the work. Raises click.BadParameter."""
    if path.is_dir():
        raise click.BadParameter(f"{path} is a directory.")
    if not path.parent.is_dir():
        raise click.BadParameter(f"there is no directory {path.parent}/.")
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.BadParameter(f"{path} can't be written.")
    return path


def write(path: Path, text: str) -> None:
    """All of `text` to the file, or the file as it was; `-` is standard output."""
    if str(path) == "-":
        sys.stdout.write(text)
        return
    try:
        if path.exists() and not path.is_file():  # a device or a pipe holds no old text to keep
            path.write_text(text, encoding="utf-8")
        else:
            _replace(path.resolve(), text)
    except OSError as error:
        raise click.FileError(str(path), error.strerror) from error


def _replace(path: Path, text: str) -> None:
    """Beside it first, then in its place, with the rights it had or a new file gets."""
    beside = path.with_name(f".{path.name}.{token_hex(8)}")
    try:
        with beside.open("x", encoding="utf-8") as stream:
            if path.exists():
                copymode(path, beside)
            stream.write(text)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
