"""Whole runs: where notes, options and this program are what they were, what was printed then is
shown again, and says that it is. Nothing of it is judged then: whoever can write to the folder, and
read its key, can write what is shown. Imports nothing of the package but its own room.

A run is kept only if more time could not have told more, and never if bnsym failed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from bnsym.cache.fingerprint import fingerprint

if TYPE_CHECKING:
    from bnsym.cache.folder import Folder

TERMINAL = (
    "COLORTERM COLUMNS FORCE_COLOR LINES NO_COLOR PYTHONIOENCODING TERM TTY_COMPATIBLE TTY_INTERACTIVE"
).split()
"""Variables that the look of a report depends on."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run gave: its exit code, and the text of each output in the order of the command line."""

    code: int
    texts: tuple[str, ...]
    seconds: float
    """Since 1970, when it was done."""

    @property
    def mark(self) -> str:
        """What is said where it is shown again."""
        when = time.strftime("%Y-%m-%d %H:%M", time.localtime(self.seconds))
        return f"Remembered from {when}, not judged again: nothing has changed since. --no-cache judges now."

    def marked(self, text: str, form: str) -> str:
        """The text of an output, with the mark where its format has a place for it."""
        if form == "text":
            return f"{text}{self.mark}\n"
        if form == "json":
            since = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.seconds))
            return text.replace('"since": null', f'"since": "{since}"', 1)
        return text


def recall(folder: Folder, question: object) -> Run | None:
    text = folder.get(_name(question))
    if text is None:
        return None
    try:
        code, texts, seconds = json.loads(text)
        if code in (0, 1) and all(isinstance(t, str) for t in texts):
            return Run(code, tuple(texts), float(seconds))
    except (ValueError, TypeError):
        pass
    folder.ignored += 1
    return None


def keep(folder: Folder, question: object, run: Run) -> None:
    folder.put(_name(question), json.dumps([run.code, run.texts, run.seconds], ensure_ascii=False))


def surroundings() -> tuple[object, ...]:
    """What the look of a text on standard output depends on."""
    size = tuple(os.get_terminal_size(sys.stdout.fileno())) if sys.stdout.isatty() else ()
    return size, sys.stdout.encoding, [os.environ.get(name) for name in TERMINAL]


def _name(question: object) -> str:
    asked = json.dumps([fingerprint(), question], ensure_ascii=False)
    return f"run-{blake2b(asked.encode(), digest_size=20).hexdigest()}"
