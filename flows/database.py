"""The database of a store: opening it, its tables, and its exports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from flows.schema import exported, tables

MEMORY = "1GiB"  # of DuckDB, whatever the registry's size; more than that it keeps on the disk beside the database

# Bytes. In a smaller database hardly a table has more rows than DuckDB gives one thread: others cost, and find no work.
SMALL = 32 * 2**20


def connect(database: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a registry database, with nothing loaded from or written to anywhere else by itself."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
    }
    is_small = database.is_file() and database.stat().st_size < SMALL
    connection = duckdb.connect(database, read_only=read_only, config=config)
    if is_small:
        connection.execute("set threads = 1")
    return connection


def in_sql(path: Path) -> str:
    """A path as a text of SQL, whatever its name has."""
    return "'" + str(path).replace("'", "''") + "'"


def attach(connection: duckdb.DuckDBPyConnection, database: Path, name: str, *, read_only: bool = True) -> None:
    """Attach a database, to be read only where nothing else is said."""
    connection.execute(f"attach {in_sql(database)} as {name}{' (read_only)' if read_only else ''}")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every table of sql/schema, empty."""
    with transaction(connection):  # by itself each would be written to the disk by itself
        for table in tables().values():
            connection.execute(table.sql)


def write_again(connection: duckdb.DuckDBPyConnection, name: str, database: Path) -> None:
    """Write an attached database to a new file, without the room of what was deleted from it."""
    attach(connection, database, "fresh", read_only=False)
    connection.execute(f"copy from database {name} to fresh")
    connection.execute("detach fresh")


def empty(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> None:
    """Delete every row of some tables."""
    for table in tables:
        connection.execute(f"delete from {table}")


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """All that is written within, or nothing of it."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def rows_in(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...]) -> dict[str, int]:
    """The number of rows of some tables."""
    counts = ", ".join(f"(select count(*) from {table})" for table in tables)
    [found] = connection.execute(f"select {counts}").fetchall()
    return dict(zip(tables, found, strict=True))


def insert_frames(connection: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame]) -> dict[str, int]:
    """Add frames' rows to the tables of their names; return their numbers of rows."""
    rows = {}
    for name, frame in frames.items():  # asked by its name here: one registered is held until the transaction ends
        connection.execute(f"insert into {name} by name select * from frame")
        rows[name] = frame.height
    return rows


def export_tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Write the exported tables out as Parquet, each in the order of its key; return their numbers of rows.

    Raises RuntimeError where rows share a key: no primary key keeps them apart (it would cost ten times the load).
    """
    folder.mkdir()
    rows = {}
    for name in exported():
        order, path = tables()[name].order, in_sql(folder / f"{name}.parquet")
        connection.execute(
            f"copy (select {_values(connection, name)} from {name} order by {order}) to {path} (format parquet)"
        )
        rows[name] = _rows_with_unique_keys(connection, path, name, order)
    return rows


def _values(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    """The columns of a table by their values alone, so that the same rows are the same bytes: of a column DuckDB knows
    that a row without a value was there, also when that row is gone, and would write it otherwise.
    """
    columns = connection.execute(f"select column_name, \"null\" = 'YES' from (describe {table})").fetchall()
    return ", ".join(
        f'case when "{name}" is not null then "{name}" end as "{name}"' if may_lack else f'"{name}"'
        for name, may_lack in columns
    )


def _rows_with_unique_keys(connection: duckdb.DuckDBPyConnection, path: str, table: str, key: str) -> int:
    """The number of rows of a file in the order of its key, in which rows that share one are neighbours."""
    [(rows, alike)] = connection.execute(
        "select count(*), count(*) filter (this = before) from"
        f" (select this, lag(this) over () as before from (select hash({key}) as this from {path}))"
    ).fetchall()
    if alike:  # two keys may share a hash, though hardly ever do
        [(keys,)] = connection.execute(f"select count(*) from (select distinct {key} from {table})").fetchall()
        if rows != keys:
            raise RuntimeError(f"{table}: {rows - keys} rows share a key ({key}); this is a mistake of the program")
    return int(rows)
