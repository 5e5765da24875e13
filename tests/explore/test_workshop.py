"""The work behind a page is bounded, and stopped when its page is closed."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from flows.explore.workshop import BusyError, UnwantedError, Work, Workshop

ENDLESS = "select count(*) from range(1000000000) a, range(1000000000) b"


async def _stays() -> None:
    await asyncio.Event().wait()


async def _leaves() -> None:
    await asyncio.sleep(0.1)


def _asks(ended: threading.Event) -> Callable[[Work], Any]:
    """Work that asks the database what takes for ever, and says when it has ended."""

    def job(work: Work) -> Any:
        try:
            with duckdb.connect() as connection, work.asking(connection):
                return connection.sql(ENDLESS).fetchall()
        finally:
            ended.set()

    return job


def test_what_is_done_is_returned_and_what_fails_is_raised() -> None:
    def fails(_work: Work) -> None:
        raise ZeroDivisionError

    workshop = Workshop()
    assert asyncio.run(workshop.done(lambda _work: 7, _stays)) == 7
    with pytest.raises(ZeroDivisionError):
        asyncio.run(workshop.done(fails, _stays))


def test_a_query_is_interrupted_when_the_page_is_closed() -> None:
    ended = threading.Event()
    assert asyncio.run(Workshop().done(_asks(ended), _leaves)) is None
    assert ended.wait(5)


def test_a_query_is_interrupted_when_its_time_is_over() -> None:
    ended = threading.Event()
    with pytest.raises(BusyError) as found:
        asyncio.run(Workshop(seconds=0.2).done(_asks(ended), _stays))
    assert found.value.has_begun
    assert ended.wait(5)


def test_stopped_work_asks_for_nothing_more() -> None:
    work = Work()
    work.stop()
    with pytest.raises(UnwantedError):
        work.check()
    with duckdb.connect() as connection, pytest.raises(UnwantedError), work.asking(connection):
        pass


def test_an_error_of_a_query_that_no_one_stopped_is_raised() -> None:
    with duckdb.connect() as connection, pytest.raises(duckdb.CatalogException), Work().asking(connection):
        connection.sql("from nowhere")


def test_no_more_is_done_at_once_than_there_are_places_and_all_of_it_in_the_end() -> None:
    at_once, most, lock = 0, 0, threading.Lock()

    def job(_work: Work) -> bool:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with lock:
            at_once -= 1
        return True

    async def ten() -> list[bool | None]:
        workshop = Workshop(at_once=2)
        return await asyncio.gather(*(workshop.done(job, _stays) for _ in range(10)))

    assert asyncio.run(ten()) == [True] * 10
    assert most == 2


def test_who_finds_no_place_in_time_is_told_so_and_their_work_is_never_begun() -> None:
    free = threading.Event()
    begun: list[str] = []

    async def two() -> list[Any]:
        workshop = Workshop(at_once=1, seconds=0.2)
        jobs = (lambda _work: begun.append("first") or free.wait(5), lambda _work: begun.append("second"))
        return await asyncio.gather(*(workshop.done(job, _stays) for job in jobs), return_exceptions=True)

    first, second = asyncio.run(two())
    free.set()
    assert (first.has_begun, second.has_begun) == (True, False)
    assert begun == ["first"]
