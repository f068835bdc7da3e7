"""The formats of a report, by name; each is a file of its own."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bnsym.model import Report

TEXT = "text"
FORMATS = {
    TEXT: ("", ""),
    "concise": ("findings", "to_concise"),
    "json": ("json_", "to_json"),
    "junit": ("junit", "to_junit"),
    "sarif": ("sarif", "to_sarif"),
    "github": ("github", "to_github"),
}
"""The module and the function that renders it; the text has a console, and is made elsewhere."""


def rendered(report: Report, form: str) -> str:
    module, function = FORMATS[form]
    text: str = getattr(import_module(f"bnsym.reporting.programs.{module}"), function)(report)
    return text
