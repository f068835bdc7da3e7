"""Where this bnsym came from: what the installer noted, or the checkout that it was installed from."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, distribution
from subprocess import run
from typing import Any
from urllib.parse import unquote

_REMOTE = re.compile(r"^(?:(?:https|ssh)://)?(?:[^@/]*@)?([\w.-]+\.\w+)[:/]")


def repository() -> tuple[str, str] | None:
    """The https address of a git repository, and a commit; nothing where none is known."""
    noted = _noted() or {}
    url, commit = noted.get("url", ""), noted.get("vcs_info", {}).get("commit_id", "")
    if not commit and url.startswith("file://"):
        folder = unquote(url.removeprefix("file://"))
        url, commit = _git(folder, "config remote.origin.url"), _git(folder, "rev-parse HEAD")
    url = _REMOTE.sub(r"https://\1/", url)  # no name, no key: who reads what is written with it has neither
    return (url, commit) if url.startswith("https://") and commit else None


def requirement() -> str | None:
    """What pip installs to get this bnsym, in quotation marks; nothing where that is not known."""
    if found := repository():
        return "'bnsym @ git+{}@{}'".format(*found)
    return "bnsym" if _noted() == {} else None


def _noted() -> dict[str, Any] | None:
    """Nothing is noted of what comes from a package index; None of what is not installed."""
    try:
        noted: dict[str, Any] = json.loads(distribution("bnsym").read_text("direct_url.json") or "{}")
    except PackageNotFoundError:
        return None
    return noted


def _git(folder: str, asked: str) -> str:
    """What git answers there; nothing where it doesn't."""
    with suppress(OSError):
        command = ["git", "-C", folder, *asked.split()]
        return run(command, capture_output=True, text=True, check=False).stdout.strip()
    return ""
