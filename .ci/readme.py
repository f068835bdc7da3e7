"""The README as a package index shows it, where a link that is relative to the repository leads nowhere.

With an address `Source` among the project's URLs such links lead there, to the files of this version; without
one, nothing is invented: their words stay, and pictures are left out. Hatchling asks for it when it builds.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!https?:|#|mailto:)([^)\s]+)\)")


def published(readme: str, source: str, version: str) -> str:
    """source: the address of the repository, or nothing."""

    def link(found: re.Match[str]) -> str:
        picture, words, path = found.groups()
        if not source:
            return "" if picture else words
        return f"{picture}[{words}]({source.rstrip('/')}/{'raw' if picture else 'blob'}/v{version}/{path})"

    return LINK.sub(link, readme)


class Readme(MetadataHookInterface):
    def update(self, metadata: dict[str, Any]) -> None:
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        source = metadata.get("urls", {}).get("Source", "")
        shown = published(text, source, metadata["version"])
        metadata["readme"] = {"content-type": "text/markdown", "text": shown}
