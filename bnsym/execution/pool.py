"""Helper processes of our own. They end with the process that they help, however that ends.

Each holds one end of a pipe, the lifeline, and leaves at once when the other end is closed: so
an interrupted check waits for nobody, and no process outlives its parent, even a killed one.
Imported only when a check has use for more than one process.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from importlib import import_module
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from threading import Thread
from types import TracebackType
from typing import Self, TypeVar

from bnsym.execution.jobs import Done, Failed, Lost, attempt

T = TypeVar("T")


class Pool:
    """So many helpers, started at `start` or with the first job. If one dies, all that were at work are
    suspects: from then on each job is done alone, so that only the one that kills is lost."""

    def __init__(self, size: int, *, examines: bool) -> None:
        self._size = size
        self._examines = examines
        self._helpers: Processes | None = None
        self._alone: Processes | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for processes in (self._helpers, self._alone):
            if processes is not None:
                processes.dismiss(at_once=kind is not None)

    def submit(self, job: Callable[[], T]) -> Callable[[], Done[T] | Failed]:
        future = self._begin(job)

        def result() -> Done[T] | Failed:
            if future is not None:
                with suppress(BrokenExecutor):
                    return future.result()
            return self._by_itself(job)

        return result

    def start(self) -> None:
        """Get ready, while this process does something else."""
        if self._helpers is None:
            self._begin(_nothing)

    def _begin(self, job: Callable[[], T]) -> Future[Done[T] | Failed] | None:
        """None once a helper has died."""
        if self._helpers is None:
            self._helpers = Processes(self._size, examines=self._examines)
        with suppress(BrokenExecutor):
            return self._helpers.begin(job)
        return None

    def _by_itself(self, job: Callable[[], T]) -> Done[T] | Failed:
        if self._alone is None:
            self._alone = Processes(1, examines=False)
        try:
            return self._alone.begin(job).result()
        except BrokenExecutor as error:
            self._alone.dismiss(at_once=True)
            self._alone = None
            raise Lost("the process that worked on it was killed, or ran out of memory") from error


class Processes:
    """Processes, and the lifeline that they hold the other end of. anew: each begins as a new program, for a
    process with threads, whose state at some moment no other can take over."""

    def __init__(self, size: int, *, examines: bool, anew: bool = False) -> None:
        self._theirs, self._ours = Pipe(duplex=False)
        ends = (self._theirs, self._ours, examines)
        way = get_context("spawn") if anew else None
        self.executor = ProcessPoolExecutor(size, mp_context=way, initializer=_prepare, initargs=ends)

    def begin(self, job: Callable[[], T]) -> Future[Done[T] | Failed]:
        with _uninterrupted():  # what is started here inherits that
            return self.executor.submit(attempt, job)

    def dismiss(self, *, at_once: bool) -> None:
        if at_once:
            self._ours.close()
        self.executor.shutdown(cancel_futures=True)
        self._ours.close()
        self._theirs.close()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C is for the first process, which then ends the others; here it waits a moment."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _prepare(theirs: Connection, ours: Connection, examines: bool) -> None:
    """The start of a helper: on the lifeline, deaf to Ctrl-C, with what it will need."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ours.close()
    Thread(target=_leave_with, args=(theirs,), daemon=True).start()
    if examines:
        import_module("bnsym.evidence.small.explicit")
        import_module("bnsym.evidence.large.modular")


def _nothing() -> None:
    """The job that starts the helpers."""


def _leave_with(theirs: Connection) -> None:
    with suppress(EOFError, OSError):
        theirs.recv_bytes()
    os._exit(1)
