"""Files that commands write: whole or not at all. Where they can't go is said before the work."""

from __future__ import annotations

import os
import sys
from pathlib import Path

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
    import tempfile

    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(beside).chmod(mode)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
