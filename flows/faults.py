"""What a machine lacks in the middle of a run (room, permission, memory), a library that waits for ever, and an engine
that ends in an error of its own: each in one line.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.endings import REMEDIES, stop_now, unwritten
from flows.store import StoreError

NO_MEMORY = "not enough memory; run it where there is more, or allow more"
TICK_SECONDS, STUCK_SECONDS = 10, 600
IDLE_SECONDS = 0.005  # of the processor's time, in a tick: what works, or reads from a slow disk, takes more
UNCHANGED = "the store is as it was"


class EngineFaultError(RuntimeError):
    """DuckDB or polars ended in an error of its own; the message is one line, without anything of the data."""


@contextmanager
def plainly(store: Path) -> Iterator[None]:
    """Raises StoreError for what the machine lacks and for an engine's fault; other exceptions are left as they are."""
    try:
        with engines_plainly():
            yield
    except EngineFaultError as error:
        raise StoreError(f"{store}: {error}; nothing was published; {UNCHANGED}") from None
    except (OSError, duckdb.Error, MemoryError, SystemError, RuntimeError) as error:
        if said := _what_is_lacking(error):
            raise StoreError(f"{store}: {said}; {UNCHANGED}") from None
        raise


def _what_is_lacking(error: Any) -> str | None:
    # A function of C that could not allocate what it needs can end in SystemError; no thread can start without memory.
    if isinstance(error, (MemoryError, SystemError, duckdb.OutOfMemoryException)) or "start new thread" in str(error):
        return NO_MEMORY
    # DuckDB keeps the operating system's answer in its message only.
    answers = {error.errno} if isinstance(error, OSError) else {n for n in REMEDIES if os.strerror(n) in str(error)}
    number = next((number for number in REMEDIES if number in answers), None)
    return unwritten(number) if number else None


@contextmanager
def engines_plainly() -> Iterator[None]:
    """Raises EngineFaultError where an engine ends in an error of its own; other exceptions are left as they are."""
    try:
        yield
    except BaseException as error:  # a panic of polars is no Exception
        if _what_is_lacking(error) is None and (said := fault_of_engine(error)):
            raise EngineFaultError(said) from None
        raise


def fault_of_engine(error: BaseException) -> str | None:
    """Whose error it is, where it is an engine's own: what is asked of it was fine. None for every other error.

    An engine's message may quote the data, so its kind has to do.
    """
    if isinstance(error, (duckdb.InternalException, duckdb.FatalException)):
        whose = f"DuckDB {duckdb.__version__}"
    elif isinstance(error, (pl.exceptions.PanicException, pl.exceptions.ComputeError)):
        whose = f"polars {pl.__version__}"
    else:
        return None
    return f"an internal error ({type(error).__name__}), a fault of {whose}"


@contextmanager
def unstuck(store: Path) -> Iterator[None]:
    """End this process with one line and status 1 where nothing within has moved for STUCK_SECONDS.

    A library can wait for ever for a thread that it had no memory to start; the store's lock would stay taken.
    """
    done = threading.Event()
    threading.Thread(target=_watch, args=[store, done], daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _watch(store: Path, done: threading.Event) -> None:
    still = 0.0
    while still < STUCK_SECONDS:
        used = time.process_time()
        if done.wait(TICK_SECONDS):
            return
        still = still + TICK_SECONDS if time.process_time() - used < IDLE_SECONDS else 0
    stop_now(
        f"{store}: nothing moved for {STUCK_SECONDS} seconds (for want of memory, or of a disk that answers); run it "
        f"where there is more; {UNCHANGED}"
    )
