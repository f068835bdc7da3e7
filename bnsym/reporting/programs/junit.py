"""JUnit XML, as CI servers read it: a suite for each file, a case for each link."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from bnsym.model import FileReport, Report, Result, Severity
from bnsym.reporting.view import View

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def to_junit(report: Report) -> str:
    root = ElementTree.Element("testsuites", name="bnsym")
    for file in report.files:
        root.append(_suite(file))
    lost = [d for d in report.diagnostics if d.severity is Severity.ERROR]
    if lost:
        suite = ElementTree.SubElement(root, "testsuite", name="files", tests=str(len(lost)))
        suite.set("errors", str(len(lost)))
        for problem in lost:
            case = ElementTree.SubElement(suite, "testcase", classname="files", name=_xml(problem.span.file))
            _said(case, "error", problem.code, problem.message, problem.hint)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suite(file: FileReport) -> ElementTree.Element:
    name = _xml(file.derivation.file)
    errors = [d for d in file.derivation.diagnostics if d.severity is Severity.ERROR]
    suite = ElementTree.Element(
        "testsuite",
        name=name,
        tests=str(len(file.results) + len(errors)),
        failures=str(sum(r.fails for r in file.results)),
        errors=str(len(errors)),
        skipped=str(sum(map(_is_skipped, file.results))),
        time=f"{sum(r.seconds for r in file.results):.3f}",
    )
    for result in file.results:
        suite.append(_case(name, result))
    for problem in errors:
        case = ElementTree.SubElement(
            suite, "testcase", classname=name, name=f"line {problem.span.line}{problem.span.in_cell}"
        )
        _said(case, "error", problem.code, problem.message, problem.hint)
    return suite


def _case(file: str, result: Result) -> ElementTree.Element:
    link, words = result.link, View(result).words
    case = ElementTree.Element("testcase", classname=file, name=_xml(link.id), time=f"{result.seconds:.3f}")
    if result.fails:
        _said(case, "failure", words.code, words.message, f"{link.span.place}\n{link.source}\n{words.hint}")
    elif _is_skipped(result):
        ElementTree.SubElement(case, "skipped", message=_xml(words.message))
    return case


def _is_skipped(result: Result) -> bool:
    return not result.fails and result.name in ("skipped", "undecided", "unread")


def _said(case: ElementTree.Element, tag: str, code: str, message: str, text: str) -> None:
    found = ElementTree.SubElement(case, tag, type=code, message=_xml(message))
    found.text = _xml(text)


def _xml(text: str) -> str:
    """Without the characters that XML has not."""
    return _FORBIDDEN.sub("\ufffd", text)
