"""The catalogue of codes: complete, uniform, and each example gives its own code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import bnsym
from bnsym.codes import FOLDER, GROUPS, NAMES, Explanation, explanation, find, group_of

PACKAGE = Path(bnsym.__file__).parent
CATALOGUE = {code: explanation(code) for code in NAMES}
CURES = ("add-", "use-", "remove-", "missing-", "fix-")


def codes_found(note: str, tmp_path: Path) -> set[str]:
    """Every code that checking the note gives, of links and of the file."""
    from bnsym import elaborate

    if not hasattr(elaborate, "read"):
        pytest.skip("reading is not there yet")
    from bnsym.reporting.wording import words_of

    path = tmp_path / "note.md"
    path.write_text(note, encoding="utf-8")
    report = bnsym.check(path, timeout=5)
    said = {words_of(result).code for result in report.results}
    verdicts = {getattr(result.verdict, "code", "") for result in report.results}
    return said | verdicts | {diagnostic.code for diagnostic in report.all_diagnostics}


def entries(field: str) -> list[object]:
    return [pytest.param(e, id=e.code) for e in CATALOGUE.values() if getattr(e, field)]


@pytest.mark.parametrize("entry", entries("example"))
def test_each_example_gives_its_own_code(entry: Explanation, tmp_path: Path) -> None:
    assert entry.code in codes_found(entry.example, tmp_path)


@pytest.mark.parametrize("entry", entries("instead"))
def test_what_to_write_instead_does_not_give_it(entry: Explanation, tmp_path: Path) -> None:
    assert codes_found(entry.instead, tmp_path) <= {"", "BN132", "BN133", "BN134", "BN201"} - {entry.code}


@pytest.mark.parametrize("entry", CATALOGUE.values(), ids=CATALOGUE)
def test_each_entry_is_whole(entry: Explanation) -> None:
    assert re.fullmatch(r"BN\d{3}", entry.code)
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", entry.name)
    assert not entry.name.startswith(CURES), "a name states the problem, never the cure"
    assert entry.meaning.endswith((".", "?"))
    assert not entry.instead or entry.example
    text = (FOLDER / f"{entry.code}-{entry.name}.md").read_text(encoding="utf-8")
    assert text.startswith(f"# {entry.code} {entry.name}\n\n")


def test_names_are_unique() -> None:
    assert len(set(NAMES.values())) == len(NAMES) == len(list(FOLDER.glob("*.md")))


def test_every_code_that_the_package_gives_is_explained() -> None:
    """In the sources a code is always a string of its own."""
    texts = [path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")]
    used = {code for text in texts for code in re.findall(r'"(BN\d{3})"', text)}
    assert used <= set(CATALOGUE)


@pytest.mark.parametrize("query", ["BN201", "bn201", "201", "sides-differ", " BN201 "])
def test_find_by_code_number_or_name(query: str) -> None:
    found = find(query)
    assert found is not None
    assert found.code == "BN201"


def test_find_nothing() -> None:
    assert find("BN999") is None
    assert find("") is None


def test_every_code_has_a_group_in_order() -> None:
    prefixes = [group_of(code) for code in sorted(CATALOGUE)]
    assert list(dict.fromkeys(prefixes)) == list(GROUPS)
