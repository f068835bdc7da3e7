"""SARIF 2.1.0 (OASIS), for code scanning: one result for each finding, one rule for each code."""

from __future__ import annotations

import json
from typing import Any

from bnsym.codes import NAMES, Explanation, explanation
from bnsym.model import Report, Severity
from bnsym.reporting.programs.findings import Finding, findings, uri

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}


def to_sarif(report: Report) -> str:
    found = list(findings(report))
    codes = sorted({finding.code for finding in found if finding.code in NAMES})
    driver = {
        "name": "bnsym",
        "version": report.version,
        "rules": [_rule(explanation(code)) for code in codes],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, codes) for finding in found],
    }
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(entry: Explanation) -> dict[str, Any]:
    """What a code means, as `bnsym explain` has it."""
    rule: dict[str, Any] = {
        "id": entry.code,
        "name": entry.name,
        "shortDescription": {"text": entry.name.replace("-", " ")},
        "fullDescription": {"text": entry.meaning},
    }
    return rule | ({"help": {"text": entry.advice}} if entry.advice else {})


def _result(finding: Finding, codes: list[str]) -> dict[str, Any]:
    span = finding.span
    region = {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": max(span.end_column, span.column if span.end_line == span.line else 1),
    }
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": {"uri": uri(span.file)}, "region": region}
    }
    if finding.link:
        place["logicalLocations"] = [{"name": finding.link, "kind": "member"}]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": LEVELS[finding.severity],
        "message": {"text": finding.message + (f" ({finding.hint})" if finding.hint else "") + span.in_cell},
        "locations": [place],
        "partialFingerprints": {"bnsymFinding/v1": finding.fingerprint},
    }
    return result | ({"ruleIndex": codes.index(finding.code)} if finding.code in codes else {})
