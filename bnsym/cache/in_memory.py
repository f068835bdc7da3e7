"""What one process remembers as a folder would, for as long as it lives."""

from __future__ import annotations

from bnsym.cache.folder import Folder

MOST = 20_000
"""Entries; beyond it the oldest go."""


class InMemory(Folder):
    """A folder of which nothing is on a disk, so that there is nothing to seal and nothing to close."""

    def __init__(self) -> None:
        self.ignored = 0
        self._texts: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self._texts.get(name)

    def put(self, name: str, text: str) -> None:
        self._texts[name] = text
        if len(self._texts) > MOST:
            del self._texts[next(iter(self._texts))]

    def close(self) -> None: ...
