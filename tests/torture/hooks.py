"""What is done to a run in its own process before it begins: limits, another clock, a file that changes under it."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import flows.batch
import flows.faults
import flows.intake.ingest
from flows.intake.reading import SourceFile

MIB = 2**20


def limit_files(size: int) -> None:
    """No file may grow beyond so many bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))


def limit_memory(mib: int) -> None:
    """So many MiB of data more than the process has when it begins, and less patience with a library that waits."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    limit = pages * resource.getpagesize() + mib * MIB
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    flows.faults.TICK_SECONDS, flows.faults.STUCK_SECONDS = 2, 20


def shift_clock(years: float) -> None:
    """The time of day is wrong by so many years, and goes on jumping by an hour to and fro."""
    real, calls = time.time, 0

    def seconds() -> float:
        nonlocal calls
        calls += 1
        return real() + years * 31_556_952 + 3_600 * (-1) ** calls

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return datetime.fromtimestamp(0, tz) + timedelta(seconds=seconds())

    time.time, time.time_ns = seconds, lambda: int(seconds() * 1e9)
    flows.batch.datetime = Shifted  # type: ignore[misc,assignment]


def tamper(what: str) -> None:
    """The file of laboratory results changes after its header was looked at, before its rows are read."""
    original = flows.intake.ingest.read_batches

    def tampered(file: SourceFile) -> Iterator[Any]:
        if file.table == "labs":
            TAMPERINGS[what](file.path)
        yield from original(file)

    flows.intake.ingest.read_batches = tampered


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(path.read_bytes()[-200:])


def _replace(path: Path) -> None:
    path.write_bytes(path.with_name("patients.csv").read_bytes())


TAMPERINGS = {"truncated": _truncate, "removed": Path.unlink, "appended to": _append, "replaced": _replace}
