"""What the commands that publish a report share: check first, and say what is amiss."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bnsym.model import Report


def checked(paths: Sequence[str], timeout: float) -> tuple[Report | None, int]:
    """The report, and the exit code of `check`; None where there is nothing to publish.
    What is not as declared is said on standard error."""
    from bnsym import checking
    from bnsym.model import ExitCode
    from bnsym.reporting.terminal import Detail, print_report
    from bnsym.reporting.theme import make_console

    report = checking.check(paths or ("all",), timeout=timeout)
    code = checking.exit_code(report)
    if not report.passed:
        print_report(report, make_console(sys.stderr), Detail.QUIET)
    unusable = code in (ExitCode.USAGE, ExitCode.NOTHING)
    return (None if unusable else report), int(code.value)
