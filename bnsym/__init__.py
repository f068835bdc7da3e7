"""The public API of bnsym, nothing else.

    import bnsym
    report = bnsym.check("my-note.md")
    report.passed, report.counts

Names are imported when they are first used: `import bnsym` costs neither SymPy nor NumPy.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from bnsym.version import __version__ as __version__

if TYPE_CHECKING:
    from bnsym.checking import check as check
    from bnsym.checking import exit_code as exit_code
    from bnsym.compiling.callable_form import ClosedForm as ClosedForm
    from bnsym.compiling.callable_form import compile as compile  # noqa: A004 - read as bnsym.compile
    from bnsym.compiling.proved import NotProved as NotProved
    from bnsym.evidence.batchnorm import BatchNorm as BatchNorm
    from bnsym.judging.judgement import Judgement as Judgement
    from bnsym.judging.judgement import check_backward as check_backward
    from bnsym.judging.trials import Refused as Refused
    from bnsym.kernel import Proved as Proved
    from bnsym.kernel import Refuted as Refuted
    from bnsym.kernel import Witness as Witness
    from bnsym.model import Diagnostic as Diagnostic
    from bnsym.model import Evidence as Evidence
    from bnsym.model import ExitCode as ExitCode
    from bnsym.model import FileReport as FileReport
    from bnsym.model import Link as Link
    from bnsym.model import Report as Report
    from bnsym.model import Result as Result
    from bnsym.model import Severity as Severity
    from bnsym.model import Skipped as Skipped
    from bnsym.model import Span as Span
    from bnsym.model import Undecided as Undecided
    from bnsym.model import Unread as Unread

_HOMES = {
    "checking": "check exit_code",
    "judging.judgement": "Judgement check_backward",
    "judging.trials": "Refused",
    "compiling.callable_form": "ClosedForm compile",
    "compiling.proved": "NotProved",
    "evidence.batchnorm": "BatchNorm",
    "kernel": "Proved Refuted Witness",
    "diagnostics": "Diagnostic Severity Span",
    "model": "Evidence ExitCode FileReport Link Report Result Skipped Undecided Unread",
}
_HOME = {name: f"bnsym.{module}" for module, names in _HOMES.items() for name in names.split()}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module 'bnsym' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
