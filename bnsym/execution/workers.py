"""Where jobs are done: in this process, in helper processes of ours (`pool`), or in an executor given.

Each has one method, `submit`, which returns what waits for the result. That raises `Lost` where
whoever had the job is gone (killed, out of memory, unreachable), and never waits for the dead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn, Protocol, TypeVar

from bnsym.execution.jobs import Done, Failed, Lost, attempt, words

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

T = TypeVar("T")
SHORT = 4000
"""So many characters of notes are worth one more process."""


class Workers(Protocol):
    def start(self) -> None:
        """There will be work."""

    def submit(self, job: Callable[[], T]) -> Callable[[], Done[T] | Failed]: ...


class InProcess:
    """This process, at the moment when the result is asked for."""

    def start(self) -> None: ...

    def submit(self, job: Callable[[], T]) -> Callable[[], Done[T] | Failed]:
        return lambda: attempt(job)


class FromExecutor:
    """An executor of the caller's, which stays theirs."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._futures: list[Future[Any]] = []

    def start(self) -> None: ...

    def submit(self, job: Callable[[], T]) -> Callable[[], Done[T] | Failed]:
        try:
            future: Future[Done[T] | Failed] = self._executor.submit(attempt, job)
        except Exception as error:
            return partial(_lost, f"the executor did not take it: {words(error)}")
        self._futures.append(future)

        def result() -> Done[T] | Failed:
            try:
                return future.result()
            except Exception as error:
                raise Lost(f"the executor did not return it: {words(error)}") from error

        return result

    def cancel(self) -> None:
        """What was not begun is not wanted any more."""
        for future in self._futures:
            future.cancel()


def _lost(why: str) -> NoReturn:
    raise Lost(why)


@contextmanager
def workers(jobs: int, executor: Executor | None, *, examines: bool) -> Iterator[tuple[Workers, Workers]]:
    """Who searches, and who cross-examines and repairs, while the block lasts.

    With two processes this one searches, so that nothing has to be checked twice and one process
    alone imports SymPy. With more it reads notes and checks what is found by the others.
    """
    if executor is not None:
        given = FromExecutor(executor)
        try:
            yield given, given
        finally:
            given.cancel()
    elif jobs < 2:
        yield InProcess(), InProcess()
    else:
        from bnsym.execution.pool import Pool

        with Pool(jobs - 1, examines=examines) as pool:
            yield (InProcess() if jobs == 2 else pool), pool


def sensible(length: int) -> int:
    """How many processes so many characters of notes are worth, on this machine."""
    return max(1, min(_processors(), 1 + length // SHORT, 8))


def _processors() -> int:
    """Those that this process may use."""
    import os

    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
