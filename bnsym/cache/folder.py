"""A folder of small files, each named by what it answers and sealed with a key of the folder.

The seal tells whole entries of this folder from damaged and foreign ones; whoever may read
the key can make it, so it is no reason to believe a proof. A file is there whole or not at
all, so runs at the same time do no harm. Where nothing can be kept, nothing is, and `trouble`
says why. Imports nothing of the package, and little else: a run that only remembers is quick.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

VARIABLE = "BNSYM_CACHE"
OFF = frozenset({"", "0", "off", "no", "none"})
LARGEST = 32 * 1024 * 1024
"""Bytes; beyond it the entries that were not used for longest go."""
ENTRY = re.compile(r"[a-z]+-[0-9a-f]{40}\.json")
"""What `clear` removes, and nothing else."""
KEY = "bnsym.key"
_KEY_LENGTH = 32


class Nowhere(Exception):
    """There is no folder to remember in; says why."""


def place() -> Path:
    """Where it is: what BNSYM_CACHE names, else where this platform keeps such things. Raises Nowhere,
    also in a CI job that does not name one: it is there to check."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        if named.lower() in OFF:
            raise Nowhere(f"{VARIABLE} is off")
        return Path(named).expanduser()
    if os.environ.get("CI", "").lower() not in ("", "0", "false"):
        raise Nowhere(f"CI is set, and {VARIABLE} is not")
    try:
        return _base(Path.home()) / "bnsym"
    except RuntimeError:
        raise Nowhere("there is no home directory") from None


def _base(home: Path) -> Path:
    if sys.platform == "darwin":
        return home / "Library" / "Caches"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    named = os.environ.get("XDG_CACHE_HOME", "")
    return Path(named) if Path(named).is_absolute() else home / ".cache"


class Folder:
    """Entries by name. Nothing here raises for what a disk can do."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.ignored = 0
        """Entries that were there and are not whole, or not of this folder."""
        self.trouble = ""
        self._written = False
        self._key = self._opened()

    def get(self, name: str) -> str | None:
        """The text kept under a name."""
        if not self._key:
            return None
        file = self.path / f"{name}.json"
        try:
            seal, _, text = file.read_text(encoding="utf-8").partition("\n")
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError):
            self.ignored += 1
            return None
        if seal != self._seal(name, text):
            self.ignored += 1
            return None
        with suppress(OSError):
            os.utime(file)
        return text

    def put(self, name: str, text: str) -> None:
        if self._key:
            try:
                _write(self.path / f"{name}.json", f"{self._seal(name, text)}\n{text}".encode())
                self._written = True
            except OSError as error:
                self._give_up(error)

    def close(self) -> None:
        """Keep its size within bounds."""
        if not self._written:
            return
        entries = sorted(self._entries(), key=lambda e: e[1].st_mtime)
        size = sum(stat.st_size for _, stat in entries)
        for path, stat in entries if size > LARGEST else ():
            with suppress(OSError):
                path.unlink()
            size -= stat.st_size
            if size < LARGEST * 3 // 4:
                break

    def size(self) -> tuple[int, int]:
        """How many entries, how many bytes."""
        sizes = [stat.st_size for _, stat in self._entries()]
        return len(sizes), sum(sizes)

    def clear(self) -> int:
        """Remove all entries and the key; how many entries. Raises OSError."""
        entries = [path for path, _ in self._entries()]
        for path in entries:
            path.unlink(missing_ok=True)
        if self._key:  # else it is not ours to remove
            (self.path / KEY).unlink(missing_ok=True)
        with suppress(OSError):
            self.path.rmdir()  # if nobody keeps anything else there
        return len(entries)

    def _entries(self) -> Iterator[tuple[Path, os.stat_result]]:
        with suppress(OSError):
            for path in self.path.iterdir():
                if ENTRY.fullmatch(path.name):
                    with suppress(OSError):
                        yield path, path.stat()

    def _seal(self, name: str, text: str) -> str:
        return blake2b(f"{name}\n{text}".encode(), key=self._key, digest_size=20).hexdigest()

    def _opened(self) -> bytes:
        """The folder's key, made with it; empty if there is none to be trusted."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = self.path / KEY
            with suppress(FileExistsError):
                _write(file, os.urandom(_KEY_LENGTH), new=True)
            status, key = file.stat(), file.read_bytes()
        except OSError as error:
            return self._give_up(error)
        if os.name == "posix" and (status.st_uid != os.geteuid() or status.st_mode & 0o077):
            self.trouble = f"{file} is not this user's alone"
            return b""
        if len(key) != _KEY_LENGTH:
            self.trouble = f"{file} is no key"
            return b""
        return key

    def _give_up(self, error: OSError) -> bytes:
        self.trouble = f"{self.path}: {error.strerror or error}"
        self._key = b""
        return b""


def _write(path: Path, data: bytes, *, new: bool = False) -> None:
    """All of it, or nothing. new: only if there is no such file yet, else FileExistsError."""
    if new and path.exists():
        raise FileExistsError(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        if new:
            path.hardlink_to(beside)
        else:
            beside.replace(path)
    finally:
        with suppress(OSError):
            beside.unlink()
