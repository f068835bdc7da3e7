r"""A report as JSON, for programs; its JSON Schema, `report.schema.json` beside this file, says what each key
holds, and is stable: keys may be added, none changes.

But for `since` and `remembered`, nothing in it depends on the machine, the time or the hash seed. Standard
input is the file `<stdin>`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from bnsym.kernel import Refuted, Witness
from bnsym.model import Cause, Diagnostic, NamedDefinition, Repair, Report, Span, Unread
from bnsym.reporting.view import FileView, Grounds, View, file_views, views
from bnsym.reporting.wording import definition_latex, is_declared_refuted, relation_latex, value_strings

SCHEMA = 1


def to_json(report: Report) -> str:
    """The report as indented JSON, ending in a line break; what is formal takes one line for each link."""
    data = as_data(report)
    formal = [link["formal"] for link in data["links"]]
    for number, link in enumerate(data["links"]):
        link["formal"] = str(number)
    text = json.dumps(data, indent=2, ensure_ascii=False)
    # inside a string the quotation marks would be escaped
    return (
        re.sub(r'(?<="formal": )"(\d+)"', lambda at: json.dumps(formal[int(at[1])], ensure_ascii=False), text)
        + "\n"
    )


def as_data(report: Report) -> dict[str, Any]:
    """The report as dicts, lists, strings, ints and None."""
    definitions = (d for f in report.files for d in f.derivation.definitions)
    notes = (note for result in report.results for note in result.notes)
    return {
        "bnsym": report.version,
        "schema": SCHEMA,
        "passed": report.passed,
        "since": None,
        "remembered": report.remembered,
        "counts": report.counts,
        "links": [_link(view) for view in views(report)],
        "causes": [_cause(cause) for cause in report.causes],
        "definitions": [_definition(definition) for definition in definitions],
        "read": [_read(file) for file in file_views(report)],
        "diagnostics": [_diagnostic(d) for d in (*report.all_diagnostics, *notes)],
    }


def _link(view: View) -> dict[str, Any]:
    result, link, words = view.result, view.result.link, view.words
    problem = result.verdict.problem if isinstance(result.verdict, Unread) else None
    return {
        "id": link.id,
        "file": link.span.file,
        "line": link.span.line,
        "column": link.span.column,
        "cell": link.span.cell or None,
        "statement": link.source,
        "parsed": view.judged or None,
        "rests_on": [{"name": name, "line": line} for name, line in link.rests_on],
        "conditions": list(link.conditions),
        "conventions": [{"rule": c.rule, "says": c.says, "line": c.line} for c in link.conventions],
        "sizes": view.sizes,
        "free": view.free,
        "verdict": result.name,
        "declared": "refuted" if is_declared_refuted(link) else None,
        "reason": link.declaration.reason if link.declaration else None,
        "passed": result.passed,
        "fails": result.fails,
        **_proof(view.grounds),
        "witness": _refutation(view.failure.refuted) if view.failure else None,
        "repair": _repair(result.repair) if result.repair else None,
        "derived": result.derived or None,
        "minimal": None if result.minimal is None else [relation_latex(h) for h in result.minimal],
        "evidence": [{"route": e.route, "agrees": e.agrees, "detail": e.detail} for e in result.evidence],
        "code": words.code or None,
        "message": words.message,
        "hint": words.hint,
        "problem": _place(problem.span) if problem else None,
        "waits_for": _place(problem.cause.span) if problem and problem.cause else None,
        "formal": view.formal,
    }


def _cause(cause: Cause) -> dict[str, Any]:
    return {
        "file": cause.span.file,
        "line": cause.span.line,
        "column": cause.span.column,
        "what": cause.what,
        "lines": [{"before": before, "after": after} for before, after in cause.lines],
        "links": list(cause.links),
    }


def _repair(repair: Repair) -> dict[str, str]:
    return {"what": repair.what, "before": repair.before, "after": repair.after}


def _place(span: Span) -> dict[str, int]:
    return {key: getattr(span, key) for key in ("line", "column", "end_line", "end_column")}


def _proof(grounds: Grounds | None) -> dict[str, Any]:
    """The fields that only a proof fills, always in this order."""
    return {
        "scope": grounds.proof.scope if grounds else None,
        "rule": grounds.rule if grounds else None,
        "hypotheses": list(grounds.given) if grounds else [],
        "side_conditions": list(grounds.side_conditions) if grounds else [],
        "axioms": list(grounds.proof.axioms) if grounds else [],
        "certificate": grounds.certificate if grounds else None,
    }


def _refutation(refuted: Refuted) -> dict[str, Any]:
    witness = refuted.witness
    return {
        "m": batch_size(witness),
        "sizes": dict(sorted(witness.sizes.items())),
        "values": {name: value_strings(value) for name, value in sorted(witness.values.items())},
        "indices": dict(sorted(refuted.at_indices.items())),
        "left": str(refuted.left),
        "right": str(refuted.right),
    }


def batch_size(witness: Witness) -> int | None:
    """The size of the space m, or else of the first by name; None where there is none."""
    names = (name for name in ("m", *sorted(witness.sizes)) if name in witness.sizes)
    return next((witness.sizes[name] for name in names), None)


def _definition(named: NamedDefinition) -> dict[str, Any]:
    span = named.span
    return {
        "file": span.file,
        "line": span.line,
        "column": span.column,
        "name": named.definition.symbol.name,
        "source": named.source,
        "parsed": definition_latex(named),
    }


def _read(file: FileView) -> dict[str, Any]:
    facts, derivation = file.facts, file.file.derivation
    return {
        "file": derivation.file,
        "sizes": facts.sizes,
        "free": facts.free,
        "losses": facts.losses,
        "hypotheses": [{"source": h.source, "line": h.span.line} for h in derivation.hypotheses],
        "unreadable": [{"name": name, "line": line} for name, line in derivation.unreadable],
        "unjudged": list(derivation.unjudged),
    }


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.value,
        "message": diagnostic.message,
        "file": diagnostic.span.file,
        "line": diagnostic.span.line,
        "column": diagnostic.span.column,
        "cell": diagnostic.span.cell or None,
        "hint": diagnostic.hint,
    }
