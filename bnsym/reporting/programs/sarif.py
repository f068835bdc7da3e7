"""SARIF 2.1.0 (OASIS), for code scanning: one result for each finding, one rule for each code."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, metadata
from typing import Any

from bnsym.codes import NAMES, Explanation, explanation, written
from bnsym.model import Report, Span
from bnsym.reporting.programs.findings import Finding, findings, uri
from bnsym.reporting.programs.origin import repository
from bnsym.reporting.view import Fix
from bnsym.version import __version__

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def to_sarif(report: Report) -> str:
    found = list(findings(report))
    codes, page = sorted({finding.code for finding in found if finding.code in NAMES}), pages()
    driver = {
        "name": "bnsym",
        "version": report.version,
        "rules": [_rule(explanation(code), page) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes) for finding in found],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(entry: Explanation, page: Callable[[str], str]) -> dict[str, Any]:
    """What a code means, as `bnsym explain` has it."""
    rule: dict[str, Any] = {
        "id": entry.code,
        "name": entry.name,
        "shortDescription": {"text": entry.name.replace("-", " ")},
        "fullDescription": {"text": entry.meaning},
        "help": {"text": entry.advice or entry.meaning, "markdown": written(entry.code)},
    }
    return rule | ({"helpUri": address} if (address := page(entry.code)) else {})


def pages() -> Callable[[str], str]:
    """Of a code the absolute address of what it means: in the documentation, if the metadata names it, or in
    the repository on GitHub that this bnsym came from, which is looked up here; else none is known."""
    with suppress(PackageNotFoundError):
        named = dict(one.split(", ", 1) for one in metadata("bnsym").get_all("Project-URL") or [])
        if "Documentation" in named:
            documentation = f"{named['Documentation'].rstrip('/')}/{__version__}/codes.html"
            return lambda code: f"{documentation}#{code}"
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    url, commit = repository() or ("", "")
    if not url.startswith(f"{server}/"):
        return lambda code: ""
    return lambda code: f"{url.removesuffix('.git')}/blob/{commit}/bnsym/codes/{code}-{NAMES[code]}.md"


def _region(span: Span) -> dict[str, int]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": max(span.end_column, span.column if span.end_line == span.line else 1),
    }


def _fix(fix: Fix) -> dict[str, Any]:
    changed: dict[str, list[dict[str, Any]]] = {}
    for span, new in reversed(fix.edits):
        replacement = {"deletedRegion": _region(span), "insertedContent": {"text": new}}
        changed.setdefault(span.file, []).append(replacement)
    changes = [{"artifactLocation": {"uri": uri(f)}, "replacements": made} for f, made in changed.items()]
    return {"description": {"text": fix.said}, "artifactChanges": changes}


def _result(finding: Finding, codes: list[str]) -> dict[str, Any]:
    span, region = finding.span, _region(finding.span)
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": uri(span.file)}, "region": region}
    }
    if finding.link:
        place["logicalLocations"] = [{"name": finding.link, "kind": "member"}]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": finding.severity.value,
        "message": {"text": finding.message + (f" ({finding.hint})" if finding.hint else "") + span.in_cell},
        "locations": [place],
        "partialFingerprints": {"bnsymFinding/v1": finding.fingerprint},
    }
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix)]
    return result | ({"ruleIndex": codes.index(finding.code)} if finding.code in codes else {})
