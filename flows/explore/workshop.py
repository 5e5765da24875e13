"""The work behind a page: so many at once, each for so long, and none for a page that was closed.

DuckDB is interrupted. Polars can't be: such work ends by itself, keeps its place until then, and its answer is dropped.
Between two tables it asks whether it is still wanted (`Work.check`).
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, TypeVar

import duckdb

T = TypeVar("T")
AT_ONCE = 2
SECONDS = 30.0


class UnwantedError(Exception):
    """The work was stopped: its page was closed, or it took too long."""


class BusyError(Exception):
    """No answer in time; `has_begun` says whether it was this page's own work that took too long."""

    def __init__(self, *, has_begun: bool) -> None:
        super().__init__()
        self.has_begun = has_begun


class Work:
    """One page's work: what it asks the database can be interrupted."""

    def __init__(self) -> None:
        self._is_stopped = False
        self._connections: list[duckdb.DuckDBPyConnection] = []
        self._lock = threading.RLock()  # a signal may stop the work of the thread that it interrupts

    def check(self) -> None:
        """Raises UnwantedError where the work was stopped."""
        if self._is_stopped:
            raise UnwantedError

    def stop(self) -> None:
        """Interrupt what is asked of the database, and let nothing more be asked."""
        with self._lock:
            self._is_stopped = True
            for connection in self._connections:
                connection.interrupt()

    @contextmanager
    def asking(self, connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
        """Within, the connection is interrupted if the work is stopped. Raises UnwantedError then."""
        with self._lock:
            self.check()
            self._connections.append(connection)
        try:
            yield connection
        except duckdb.Error:
            self.check()
            raise
        finally:
            with self._lock:
                self._connections.remove(connection)


class Workshop:
    """Where pages are made: `at_once` at a time, each stopped after `seconds`."""

    def __init__(self, at_once: int = AT_ONCE, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="page")
        self._changing, self._waited_for, self._is_quiet = threading.Lock(), 0, threading.Event()
        self._is_quiet.set()

    async def done(self, job: Callable[[Work], T], closed: Callable[[], Awaitable[Any]]) -> T | None:
        """What the job returns; None where `closed` returned first. Raises BusyError where it takes too long."""
        with self._waited():
            return await self._done(job, closed)

    async def _done(self, job: Callable[[Work], T], closed: Callable[[], Awaitable[Any]]) -> T | None:
        work, has_begun = Work(), threading.Event()

        def begun() -> T:
            has_begun.set()
            work.check()
            return job(work)

        answer = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(self._threads, begun))
        leaving = asyncio.ensure_future(closed())
        try:
            ended, _ = await asyncio.wait({answer, leaving}, timeout=self.seconds, return_when=asyncio.FIRST_COMPLETED)
            if answer in ended:
                return answer.result()
        finally:
            leaving.cancel()
            if not answer.done():
                work.stop()
                answer.add_done_callback(_forgotten)
                answer.cancel()  # takes it out of the queue; what runs ends by itself
        if leaving in ended:
            return None
        raise BusyError(has_begun=has_begun.is_set())

    @contextmanager
    def _waited(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    def _count(self, more: int) -> None:
        with self._changing:
            self._waited_for += more
            (self._is_quiet.clear if self._waited_for else self._is_quiet.set)()

    def wait_for_quiet(self) -> None:
        """Wait, outside of the workshop, until no one waits for a page, or for as long as a page may take."""
        self._is_quiet.wait(self.seconds)

    def close(self) -> None:
        """Begin nothing more, and wait for nothing."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _forgotten(answer: asyncio.Future[Any]) -> None:
    with suppress(asyncio.CancelledError):
        answer.exception()
