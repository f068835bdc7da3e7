"""One line for each finding, as compilers write them: editors can jump to it."""

from __future__ import annotations

from bnsym.model import Report
from bnsym.reporting.console.excerpt import clean
from bnsym.reporting.programs.findings import Finding, findings


def to_concise(report: Report) -> str:
    return "".join(f"{clean(_line(finding))}\n" for finding in findings(report))


def _line(finding: Finding) -> str:
    place = f"{finding.span.file}:{int(finding.span.line)}:{finding.span.column}"
    link = f" [{finding.link}]" if finding.link else ""
    return f"{place}: {finding.code} {finding.message}{link}{finding.span.in_cell}"
