"""Ctrl-C where Python hides it: an interruption of a class that is being made becomes an error of another
kind (before Python 3.12), and one in a callback or a `__del__` becomes nothing. Imports none of the package.
"""

from __future__ import annotations

import sys
import time
from _thread import interrupt_main, start_new_thread

INTERRUPTED = 130
"""The exit code."""


def interrupted(error: BaseException | None) -> bool:
    """Whether an error came of an interruption."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__cause__ or error.__context__
    return error is not None


def insist() -> None:
    """From now on an interruption that would become nothing comes again a moment later."""
    sys.unraisablehook = _again


def _again(lost: sys.UnraisableHookArgs) -> None:
    if interrupted(lost.exc_value):
        start_new_thread(_interrupt, ())  # one that comes here, before this returns, would be lost too
    else:
        sys.__unraisablehook__(lost)


def _interrupt() -> None:
    time.sleep(0.2)
    interrupt_main()
