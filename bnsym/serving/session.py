"""Checks for as long as a server runs: verdicts are kept in memory, and a check can be given up.

What was decided is known by its statement: after an edit only links whose statements are others are
decided again, each first verdict by the kernel of this process. Searches are done by a process that is
killed where it works on a text that is no longer there. Nothing is kept on a disk, and nothing shared
with other servers.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, TypeVar

from bnsym.cache.in_memory import InMemory
from bnsym.checking import budget, check_notes
from bnsym.execution.budget import Budget
from bnsym.execution.dispatch import Verdicts
from bnsym.execution.pool import Processes
from bnsym.finding import Note, problem
from bnsym.model import Report
from bnsym.settings import settings
from bnsym.source.bundle import LARGEST
from bnsym.version import __version__

T = TypeVar("T")
LONGEST = 500_000
"""Characters of a note."""
MOST = 5_000
"""Verdicts that are kept."""
GRACE = 0.2
"""Seconds that a search for an older text may go on."""


class Superseded(Exception):
    """There is a newer text."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Progress of a check that ends where nobody wants it any more."""

    unwanted: Event

    def start(self, __: object) -> None:
        if self.unwanted.is_set():
            raise Superseded

    begin = end = start


class Searcher(Executor):
    """A process that searches, started when it is first asked."""

    def __init__(self) -> None:
        self._process: Processes | None = None
        self._asked: set[Future[Any]] = set()

    def submit(self, job: Callable[..., T], /, *arguments: Any, **named: Any) -> Future[T]:
        future = self._begin(job, arguments, named)
        self._asked.add(future)
        future.add_done_callback(self._asked.discard)
        return future

    def _begin(self, job: Callable[..., T], arguments: tuple[Any, ...], named: dict[str, Any]) -> Future[T]:
        if self._process is not None:
            with suppress(BrokenExecutor):
                return self._process.executor.submit(job, *arguments, **named)
            self.stop(idle=True)  # what is left of one that died
        self._process = Processes(1, examines=False, anew=True)
        return self._process.executor.submit(job, *arguments, **named)

    def stop(self, *, idle: bool) -> None:
        """Kill the process; one that has nothing to do, only if that is wanted too."""
        if self._process is not None and (idle or self._asked):
            process, self._process = self._process, None
            process.dismiss(at_once=True)


class Desk:
    """A thread that does one job after another, and a process that searches for it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1)
        self._searcher = Searcher()

    async def run(self, job: Callable[[Executor, Watch], T]) -> T:
        """What a job returns. Where the waiting is cancelled, the job is given up."""
        watch = Watch(Event())
        work = self._thread.submit(job, self._searcher, watch)
        try:
            return await asyncio.wrap_future(work)
        except asyncio.CancelledError:
            watch.unwanted.set()
            asyncio.get_running_loop().call_later(GRACE, self._give_up, work)
            raise

    def _give_up(self, work: Future[Any]) -> None:
        if not work.done():
            self._searcher.stop(idle=False)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
        self._searcher.stop(idle=True)


@dataclass
class Session:
    """What is known of the notes that were checked, and who checks."""

    verdicts: Verdicts = field(default_factory=Verdicts)
    known: InMemory = field(default_factory=InMemory)
    """Certificates, by what a statement depends on, and repairs."""
    deciding: Desk = field(default_factory=Desk)
    mending: Desk = field(default_factory=Desk)
    """Who looks for repairs, which takes longer."""

    async def check(self, note: Note, budget: Budget, desk: Desk) -> Report:
        return await desk.run(lambda executor, watch: self.checked(note, budget, executor, watch))

    def checked(self, note: Note, budget: Budget, executor: Executor, watch: Watch) -> Report:
        """What a desk's thread does."""
        if len(note.text) > LONGEST:
            return _too_large(note)
        known = {"folder": self.known, "verdicts": self.verdicts}
        report = check_notes([note], (), budget, watch, executor=executor, **known)  # type: ignore[arg-type]
        for question in list(self.verdicts)[:-MOST]:
            del self.verdicts[question]
        return report

    def close(self) -> None:
        for desk in (self.deciding, self.mending):
            desk.close()


def budget_for(file: str) -> Budget:
    """As the settings of its folder say. Raises click.UsageError and ValueError."""
    said = settings(Path(file).absolute().parent)
    seconds, repairs = said.get("timeout", 10.0), said.get("repairs", "failed")
    return budget(seconds, (), False, repairs, said.get("axioms"), False, None)


def _too_large(note: Note) -> Report:
    message = f"larger than {LONGEST // 1000} kB, more than a server checks"
    elsewhere = ", or check it with `bnsym check`" if len(note.text) <= LARGEST else ""
    found = problem("BN005", message, note.file, f"split the note{elsewhere}")
    return Report(__version__, (), (found,), {note.file: note.text})
