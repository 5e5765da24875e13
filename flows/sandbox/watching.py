"""What a select may use: what it is about and nothing else, and only so much time and memory.

DuckDB bounds the memory of its buffers, but knows no time limit, and neither interrupts one long call of a function nor
counts the memory of a single value. So a watchman looks every moment at the clock and at the process: over a limit, the
query is interrupted; where that does not end it, the command ends itself. Nothing is lost by that: it only reads.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import polars as pl
import pyarrow as pa

from flows.sandbox.limits import Limits, NoAnswerError

LOOK_EVERY_SECONDS = 0.1
GRACE_SECONDS = 2.0  # between the interruption and the end of the command
OVERHEAD_MIB = 512  # of the program beside DuckDB's buffers and the answer
ROWS_AT_ONCE = 100_000
MEMORY = Path("/proc/self/statm")  # Linux; elsewhere only DuckDB's own limit holds


@dataclass
class Watch:
    """What became of a watched query: the message of the limit that it broke, if any."""

    limits: Limits
    broken: str | None = None
    done: threading.Event = field(default_factory=threading.Event)


def opened(database: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A read-only connection that reaches no file, network, extension or setting; it does not spill to disk either."""
    config = _plain(limits) | {"enable_external_access": "false", "temp_directory": "", "lock_configuration": "true"}
    return duckdb.connect(database, read_only=True, config=config)


def opened_on(paths: list[Path], spill: Path, limits: Limits) -> duckdb.DuckDBPyConnection:
    """A connection that reaches these files, to be read, and no other file, network, extension or setting. What its
    memory does not hold it keeps in the folder `spill`. One thread: then the same files give the same rows in the same
    order.
    """
    config = _plain(limits) | {"threads": 1, "temp_directory": str(spill), "python_enable_replacements": "false"}
    connection = duckdb.connect(":memory:", config=config)
    names = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    connection.execute(f"set allowed_paths = [{names}]")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection


def _plain(limits: Limits) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "memory_limit": f"{limits.mib}MiB",
    }


@contextmanager
def watched(connection: duckdb.DuckDBPyConnection, limits: Limits) -> Iterator[None]:
    """Within, the connection's query is held to the limits. Raises NoAnswerError where it broke one."""
    watch = Watch(limits)
    watchman = threading.Thread(target=_watch, args=(connection, watch), daemon=True)
    watchman.start()
    try:
        yield
    except Exception as error:  # what is interrupted, or short of memory, fails in many ways
        if watch.broken or _is_short_of_memory(error):
            raise NoAnswerError(watch.broken or limits.too_large()) from None
        raise
    finally:
        watch.done.set()
        watchman.join()
    if watch.broken:
        raise NoAnswerError(watch.broken)


def fetched(relation: duckdb.DuckDBPyRelation, limits: Limits) -> pl.DataFrame:
    """The rows, with sums of integers as integers: DuckDB makes them wider than any format here.

    Raises NoAnswerError where a column's type can't be shown, or the rows take more memory than they may.
    """
    unknown = "a column has a type that can't be shown; cast it, for example to varchar"
    if any("INTERVAL" in str(kind) for kind in relation.types):  # polars does not raise, but panics
        raise NoAnswerError(unknown)
    try:
        frame = pl.concat([relation.limit(0).pl(), *_pieces(relation, limits)])
    except pl.exceptions.ComputeError:
        raise  # the engine's own
    except pl.exceptions.PolarsError:
        raise NoAnswerError(unknown) from None
    sums = [name for name, kind in frame.schema.items() if isinstance(kind, pl.Decimal) and kind.scale == 0]
    return frame.with_columns(pl.col(sums).cast(pl.Int64)) if sums else frame


def _pieces(relation: duckdb.DuckDBPyRelation, limits: Limits) -> Iterator[pl.DataFrame]:
    size = 0
    for batch in relation.to_arrow_reader(ROWS_AT_ONCE):
        size += batch.nbytes
        if size > limits.mib * 2**20:
            raise NoAnswerError(f"its answer {limits.too_large()}")
        yield pl.DataFrame(pa.Table.from_batches([batch]))


def one_line(error: duckdb.Error) -> str:
    """DuckDB's message in one line; where it may quote the data, without what it quotes."""
    message = " ".join(str(error).split("\nLINE ")[0].split())
    if isinstance(error, (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)):
        return message
    return re.sub(r"\([^)]*\)", "(…)", re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", message))


def _is_short_of_memory(error: Exception) -> bool:
    return isinstance(error, MemoryError) or str(error).startswith("Out of Memory")


def _watch(connection: duckdb.DuckDBPyConnection, watch: Watch) -> None:
    limits = watch.limits
    began, at_first = time.monotonic(), _mib_in_use()
    while not watch.done.wait(LOOK_EVERY_SECONDS):
        if time.monotonic() - began > limits.seconds:
            watch.broken = limits.too_slow()
        elif _mib_in_use() - at_first > 2 * limits.mib + OVERHEAD_MIB:  # buffers, and the answer beside them
            watch.broken = limits.too_large()
        if watch.broken:
            connection.interrupt()
            if not watch.done.wait(GRACE_SECONDS) and limits.give_up:
                limits.give_up(watch.broken)
            return


def _mib_in_use() -> int:
    try:
        return int(MEMORY.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 2**20
    except OSError:
        return 0
