"""The site: it builds, all that it leads to is there, and a page asks nobody for anything."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

import bnsym
from bnsym.codes import NAMES
from bnsym.latex.commands import TABLE
from tests.chromium import Browser
from tests.test_browser import CONTRAST

ROOT = Path(__file__).parent.parent
BUILD = ROOT / ".site" / "build.py"
if not BUILD.exists():
    pytest.skip("the package is installed without its checkout", allow_module_level=True)
FETCHED = {("img", "src"), ("link", "href"), ("script", "src"), ("iframe", "src")}


class Page(HTMLParser):
    """Where a page leads, what it fetches, and the places in it."""

    def __init__(self, file: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.places: set[str] = set()
        self.words: list[str] = []
        self.feed(file.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if (tag, name) in FETCHED:
                self.fetched.append(value or "")
            elif name == "href":
                self.links.append(value or "")
            elif name == "id":
                assert value not in self.places, f"two places are called {value}"
                self.places.add(value or "")

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("site")
    older = out / "0.0.1"
    older.mkdir()
    (older / "index.html").write_text("an older version", encoding="utf-8")
    command = [sys.executable, BUILD, out, ROOT / "derivations" / "first-steps.md"]
    subprocess.run(command, check=True, cwd=ROOT, timeout=50)
    return out


def pages(site: Path) -> dict[Path, Page]:
    return {file: Page(file) for file in site.rglob("*.html") if file.parent.name != "0.0.1"}


def test_links_resolve_and_nothing_is_fetched_from_elsewhere(site: Path) -> None:
    found = pages(site)
    assert len(found) > 8
    for file, page in found.items():
        assert not [address for address in page.fetched if not _is_own(file, address, found)], file
        for address in page.links:
            assert address.startswith("https://") or _is_own(file, address, found), f"{file.name}: {address}"


def _is_own(file: Path, address: str, found: dict[Path, Page]) -> bool:
    """Whether it leads to a file of the site, and to a place that this has."""
    parts = urlsplit(address)
    if parts.scheme:
        return address == "data:,"
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    return target.is_file() and (not parts.fragment or unquote(parts.fragment) in found[target].places)


def test_older_versions_stay(site: Path) -> None:
    root = Page(site / "index.html")
    assert root.links == [f"{bnsym.__version__}/index.html", "0.0.1/index.html"]
    assert f"url={bnsym.__version__}/index.html" in (site / "index.html").read_text(encoding="utf-8")


def test_pages_hold_all_that_they_are_made_of(site: Path) -> None:
    folder = site / bnsym.__version__
    assert set(NAMES) <= Page(folder / "codes.html").places
    written = set(Page(folder / "notation.html").words)
    assert {word for entry in TABLE for word in entry.spellings} <= written
    whole = json.loads((folder / "report.schema.json").read_text(encoding="utf-8"))
    schema = Page(folder / "schema.html")
    assert {*whole["properties"], "causes[].lines[].before"} <= set(schema.words)
    assert set(whole["$defs"]) <= schema.places
    assert {part["description"] for part in _parts(whole) if "description" in part} <= set(schema.words)
    report = (folder / "derivations" / "first-steps.html").read_text(encoding="utf-8")
    assert "Every link is as declared" in report
    assert 'href="../derivations.html"' in report


def _parts(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What it says of each key."""
    for part in (schema, *schema.get("$defs", {}).values()):
        for value in part.get("properties", {}).values():
            yield value
            yield from _parts(value.get("items", value))


def test_without_what_it_needs_there_is_no_playground(site: Path) -> None:
    folder = site / bnsym.__version__
    assert not (folder / "playground.html").exists()
    assert "playground.html" not in Page(folder / "index.html").links


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_fit_the_window_and_ask_nobody(chromium: Browser, site: Path, width: int) -> None:
    chromium.width(width)
    for file in (site / bnsym.__version__).glob("*.html"):
        chromium.open(file)
        asked = [event["request"]["url"] for event in chromium.said("Network.requestWillBeSent")]
        assert all(re.match(r"file://|data:", url) for url in asked), file.name
        assert chromium.said("Log.entryAdded") == [], file.name
        assert chromium.value("document.documentElement.scrollWidth") <= width, file.name
        for scheme in ("light", "dark"):
            chromium.media(scheme=scheme)
            assert chromium.value(CONTRAST) >= 4.5, file.name
