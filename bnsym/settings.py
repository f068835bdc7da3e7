"""`[tool.bnsym]` of the nearest pyproject.toml: what options are by default, here."""

from __future__ import annotations

import glob
import tomllib
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import click

from bnsym.diagnostics import display_path
from bnsym.finding import HOME


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _is_seconds(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value > 0


KEYS: dict[str, tuple[Callable[[object], bool], str]] = {
    "paths": (_is_texts, 'a list of paths, such as ["derivations"]'),
    "exclude": (_is_texts, 'a list of patterns, such as ["drafts/*"]'),
    "timeout": (_is_seconds, "a positive number of seconds"),
    "explicit": (_is_text, 'sizes in quotation marks, such as "2..4"'),
    "axioms": (_is_texts, 'a list of names, such as ["cauchy-schwarz", "squares"]'),
    "repairs": (_is_text, '"none", "failed" or "all"'),
}
"""What each key takes, and how to say so."""


def settings(start: Path) -> dict[str, Any]:
    """The table, checked, its paths as seen from here; empty where there is none. Raises click.UsageError."""
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            return _placed(_checked(_table(file), file), folder)
    return {}


def _placed(table: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What it says of files counts from the file that says it."""
    paths = [display_path(folder / (HOME if one == "all" else one)) for one in table.get("paths", ())]
    patterns = [f"{glob.escape(str(folder))}/{one.rstrip('/')}" for one in table.get("exclude", ())]
    return table | ({"paths": paths} if paths else {}) | ({"exclude": patterns} if patterns else {})


def _table(file: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise click.UsageError(f"{file}: {error}") from error
    tools = content.get("tool", {})
    table = tools.get("bnsym", {}) if isinstance(tools, dict) else tools
    if not isinstance(table, dict):
        raise click.UsageError(f"{file}: [tool.bnsym] is a table of options")
    return table


def _checked(table: dict[str, Any], file: Path) -> dict[str, Any]:
    for key, value in table.items():
        if key not in KEYS:
            close = get_close_matches(key, KEYS, n=1)
            known = f"did you mean {close[0]!r}?" if close else f"its keys are {', '.join(KEYS)}"
            raise click.UsageError(f"{file}: [tool.bnsym] has no key {key!r}; {known}")
        fits, wanted = KEYS[key]
        if not fits(value):
            raise click.UsageError(f"{file}: [tool.bnsym] {key} takes {wanted}, not {value!r}")
    return table
