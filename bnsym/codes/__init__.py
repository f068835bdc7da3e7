"""Every code that a verdict or a diagnostic can carry: one Markdown file beside this one for each.

A file is named `BN201-sides-differ.md`. Below its title stands what is wrong and why it matters; then, where
there are such, the sections of SECTIONS. A code is permanent, and its name states the problem, never the
cure. A test checks each example and expects its own code, and each note to write instead and expects the
code to be gone. Imports nothing of the package; a file is read when it is asked for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = dict(sorted(path.stem.split("-", 1) for path in FOLDER.glob("BN*.md")))
GROUPS = {
    "BN0": "finding the notes",
    "BN10": "notes and directives",
    "BN11": "LaTeX",
    "BN12": "meaning",
    "BN13": "how something was read",
    "BN2": "refuted",
    "BN3": "undecided, or not as declared",
    "BN4": "defects of bnsym",
}
"""Titles by prefix, in the order in which `bnsym explain` lists them."""
SECTIONS = {"Example": "example", "Command": "command", "What to do": "advice", "Instead": "instead"}
"""A section's title, and the field of an Explanation that it fills."""
FENCED = re.compile(r"^(`{3,})\w+\n(.*?)^\1$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Explanation:
    code: str
    name: str
    meaning: str
    """What is wrong and why it matters; paragraphs without line breaks of their own."""
    example: str = ""
    """A note in which `check` finds this code; empty where it takes more than a note."""
    command: str = ""
    """Where a note alone does not show it: a command that does."""
    advice: str = ""
    """What to do, in a sentence or two."""
    instead: str = ""
    """The example put right; empty where `advice` says it all."""


def written(code: str) -> str:
    """The file of a code, without its title; KeyError for a code without one."""
    return (FOLDER / f"{code}-{NAMES[code]}.md").read_text(encoding="utf-8").partition("\n")[2]


def explanation(code: str) -> Explanation:
    """What the file of a code says; KeyError for a code without one."""
    meaning, *sections = re.split(r"^## (.*)\n", written(code), flags=re.MULTILINE)
    fields = {SECTIONS[title]: _body(body) for title, body in zip(sections[::2], sections[1::2], strict=True)}
    return Explanation(code, NAMES[code], _body(meaning), **fields)


def _body(text: str) -> str:
    """What a fence holds, as it stands; else a paragraph as one line."""
    fenced = FENCED.search(text)
    return fenced[2] if fenced else " ".join(text.split())


def find(query: str) -> Explanation | None:
    """The entry for `BN201`, `bn201`, `201` or `sides-differ`."""
    wanted = query.strip().lower()
    code = wanted.upper() if wanted.startswith("bn") else f"BN{wanted}"
    by_name = {name: code for code, name in NAMES.items()}
    found = code if code in NAMES else by_name.get(wanted)
    return explanation(found) if found else None


def group_of(code: str) -> str:
    """The title under which `bnsym explain` lists a code: its longest prefix in GROUPS."""
    return max((p for p in GROUPS if code.startswith(p)), key=len)
