"""What goes to the workers and comes back: Parquet files in a folder that all of them reach, removed after the run.

in/TABLE/no_rows.parquet, in/TABLE/shard=3/*.parquet    each shard's rows of a table in
out/00003/TABLE.parquet, out/00003/counts.json          what a shard has led to, put there whole by one rename
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from flows.database import in_sql
from flows.engines.engine import EngineError
from flows.engines.shard import COUNTS, result_folder
from flows.engines.work import TAKEN, Work


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """A new folder that only this user can read, removed with all it holds. Raises EngineError if it can't be made."""
    try:
        scratch = Path(tempfile.mkdtemp(prefix="mspike-", dir=parent)).resolve()
    except OSError as error:
        raise EngineError(
            f"{parent}: can't be written ({error.strerror}); name another folder with --scratch"
        ) from None
    try:
        yield scratch
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def write_shares(connection: duckdb.DuckDBPyConnection, work: Work, scratch: Path) -> dict[str, int]:
    """Write the rows of every table in, parted by shard; return their number by table."""
    (scratch / "out").mkdir()
    rows = {}
    for table in TAKEN:
        folder = scratch / "in" / table
        folder.mkdir(parents=True)
        query = f"select *, {work.shard} as shard from ({work.rows(table)})"
        try:
            connection.execute(
                f"copy ({work.rows(table)} limit 0) to {in_sql(folder / 'no_rows.parquet')} (format parquet)"
            )
            [(rows[table],)] = connection.execute(
                f"copy ({query}) to {in_sql(folder)} (format parquet, partition_by (shard), overwrite_or_ignore)"
            ).fetchall()
        except duckdb.IOException:
            raise EngineError(
                f"{scratch.parent}: the workers' shares could not be written; is there room? --scratch names another"
            ) from None
    return rows


def take_results(
    connection: duckdb.DuckDBPyConnection, work: Work, scratch: Path, shares: dict[str, int]
) -> dict[str, int]:
    """Store every shard's results, each exactly once; return the rows added to each table.

    Raises EngineError where a shard is missing, or the workers did not read or write what they were given or say.
    """
    folders = [result_folder(scratch, shard) for shard in range(work.shards)]
    missing = sum(not (folder / COUNTS).is_file() for folder in folders)
    if missing:
        raise EngineError(f"{missing} of {work.shards} shards have no result in the scratch folder; run again")
    counts = [json.loads((folder / COUNTS).read_text(encoding="utf-8")) for folder in folders]
    _compare("read", shares, _total(counts, "read"))
    written = _total(counts, "written")
    stored = {table: _take(connection, table, [folder / f"{table}.parquet" for folder in folders]) for table in written}
    _compare("written", written, stored)
    _compare("staged", {"patients": shares["patients"]}, {"patients": stored["staging"]})
    return stored


def _take(connection: duckdb.DuckDBPyConnection, table: str, files: list[Path]) -> int:
    rows = connection.read_parquet([str(file) for file in files], hive_partitioning=False)
    [(count,)] = connection.execute(f"insert into {table} by name select * from rows").fetchall()
    del rows
    return int(count)


def _total(counts: list[dict[str, Any]], what: str) -> dict[str, int]:
    total = Counter[str]()
    for count in counts:
        total.update(count[what])
    return dict(total)


def _compare(what: str, expected: dict[str, int], found: dict[str, int]) -> None:
    for table, rows in expected.items():
        if found.get(table) != rows:
            raise EngineError(
                f"{table}: {rows:,} rows to be {what}, {found.get(table, 0):,} found; the scratch folder does not show"
                " every worker the same files: name another with --scratch"
            )
