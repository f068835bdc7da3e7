"""The last resort against what heeds no deadline: libraries, and recursion without end.

Every search of bnsym looks at the clock; SymPy does not. A timer of this process interrupts it, where
there is one: in the main thread, on systems that have such timers. Elsewhere the job ends when it ends.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import TypeVar

T = TypeVar("T")
GRACE = 1.5
"""How many times its seconds a job may take: those that look at the clock end before."""
AGAIN = 0.2
"""Seconds after which what caught the interruption is interrupted again."""


class TimeIsUp(BaseException):
    """Not an `Exception`, so that no library takes it for one of its own."""


def limited(job: Callable[[], T], seconds: float, otherwise: Callable[[str], T]) -> T:
    """What the job returns, or `otherwise` of the reason if it takes much longer than so many seconds
    or is nested too deeply for the interpreter."""
    try:
        with _alarm(GRACE * seconds):
            return job()
    except TimeIsUp:
        _silence()
        return otherwise("the time is up")
    except RecursionError:
        return otherwise("it is nested too deeply")


@contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raises TimeIsUp inside after so many seconds by the clock. The timer counts what the process
    works, so that it never meets the alarms of others."""
    main = threading.current_thread() is threading.main_thread()
    if not main or not hasattr(signal, "setitimer") or seconds == float("inf"):
        yield
        return
    until = monotonic() + seconds

    def ring(*_: object) -> None:
        if monotonic() >= until:
            raise TimeIsUp

    before = signal.signal(signal.SIGVTALRM, ring)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, AGAIN)
        yield
    finally:
        _silence()
        signal.signal(signal.SIGVTALRM, before)


def _silence() -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
