"""From an extract to validated tables: every row read is either accepted or in quarantine with the reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from string import Template
from types import MappingProxyType

import duckdb
import polars as pl

from flows.database import insert_frames, transaction
from flows.intake.beside import Beside
from flows.intake.discovery import discover
from flows.intake.places import OF_A_COLUMN, of_lines, placed
from flows.intake.reading import (
    DEFAULT_LIMITS,
    NO_SECTIONS,
    Batch,
    Sections,
    SourceFile,
    read_batches,
    repairs_of,
    surveyed,
    unknown_columns,
)
from flows.intake.sources.queries import Query
from flows.privacy.pseudonyms import Pseudonyms, without_values
from flows.settings.file_limits import Limits
from flows.sql_files import SQL
from transforms.intake.contracts import CONTRACTS, KINDS, dated_by, dtypes, stored
from transforms.intake.parsing import reason, validated

# Rules over all rows of all files, in this order: a row can repeat only one that the rules before have accepted.
_RULES = dict.fromkeys(CONTRACTS, ("unknown_patient", "duplicate")) | {"patients": ("repeated_patient_id",)}
REPEATS = ("duplicate", "repeated_patient_id")


@dataclass(frozen=True)
class FileCount:
    """What became of a table's rows in one file; `rows_read` = `rows_accepted` + `rows_quarantined`. Of the rows
    accepted, `cells_set_aside` could not be read. `rows_filtered` of the file are none of the table's. A file with a
    test a column has one row for each result.
    """

    source_file: str
    table: str
    rows_read: int
    rows_accepted: int
    rows_quarantined: int
    cells_set_aside: int
    rows_filtered: int = 0


@dataclass(frozen=True)
class Survey:
    """What an extract consists of, before any row is read, without anything of a patient's.

    `files` in the order to read; `unknown_columns` by file, of those that have any; `ignored_files`: names in the
    extract that are no table of the contract.
    """

    files: list[SourceFile]
    unknown_columns: dict[str, list[str]]
    ignored_files: list[str]


@dataclass(frozen=True)
class Ingested:
    """What was ingested, without anything of a patient's: `files` in the order read; the rest as in `Survey`."""

    files: tuple[FileCount, ...]
    unknown_columns: dict[str, list[str]]
    ignored_files: list[str]


def survey(extract: Path, mappings: Sections = NO_SECTIONS, limits: Limits = DEFAULT_LIMITS) -> Survey:
    """What an extract consists of; `mappings`: what its site names otherwise, by table. Headers are checked.

    Raises ExtractError where the extract as a whole can't be used, RegistryError where the mappings don't fit it.
    """
    found, ignored = discover(extract, mappings)
    files = [surveyed(file, limits) for file in found]
    unknown: dict[str, list[str]] = {}
    for file in files:  # of a file that is read more than once, what none of the tables reads
        here = unknown_columns(file)
        unknown[file.name] = [name for name in unknown.get(file.name, here) if name in here]
    return Survey(files, {name: columns for name, columns in unknown.items() if columns}, ignored)


def read_all(
    connection: duckdb.DuckDBPyConnection,
    found: Survey,
    *,
    contents: Mapping[str, str] = MappingProxyType({}),
    pseudonyms: Pseudonyms | None = None,
) -> None:
    """Fill the tables in, `quarantine`, `refused_row`, `repair` and `source_file` of an open DuckDB database.

    `contents`: a digest of each file, to be kept with its counts. With `pseudonyms` no id and no refused text reaches
    the database. Tables that are not there yet are made (sql/schema), those that are have to be empty. Raises
    ExtractError where a file can't be read to its end; what the database has by then is not to be used. Raises
    RuntimeError where the rows do not add up, which is a mistake of the program.
    """
    _create_tables(connection)
    # Entries come batch by batch and rule by rule; the quarantine gets them in order at the end.
    connection.execute("create or replace temp table entry as select * from quarantine")
    connection.execute("create or replace temp table mended as select * from repair")
    try:
        beside = Beside.of(found.files)
        with _Inserting(connection) as inserting:
            read = {file.source: _read(inserting, file, beside, pseudonyms) for file in found.files}
    finally:
        for database in {file.database for file in found.files if file.database}:
            database.close()
    given = {file.table for file in found.files}  # the others have no row that could break a rule
    for table, rule in [(table, rule) for table, rules in _RULES.items() if table in given for rule in rules]:
        _refuse(connection, table, rule)
    _write_quarantine(connection)
    count_files(connection, found.files, read, contents)


def ingest(
    extract: Path,
    connection: duckdb.DuckDBPyConnection,
    mappings: Sections = NO_SECTIONS,
    limits: Limits = DEFAULT_LIMITS,
    *,
    pseudonyms: Pseudonyms | None = None,
) -> Ingested:
    """Survey an extract and read all of it; return what came of each file. Raises what the two raise."""
    found = survey(extract, mappings, limits)
    read_all(connection, found, pseudonyms=pseudonyms)
    counts = connection.execute("select * exclude (content) from source_file").fetchall()
    return Ingested(tuple(FileCount(*count) for count in counts), found.unknown_columns, found.ignored_files)


def _create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    there = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
    for table in (*CONTRACTS, "quarantine", "refused_row", "repair", "source_file"):
        if table not in there:
            connection.execute((SQL / "schema" / f"{table}.sql").read_text(encoding="utf-8"))
        elif connection.execute(f"select 1 from {table} limit 1").fetchone():
            raise RuntimeError(f"the database already has rows in {table}; ingest into an empty one")


class _Inserting:
    """Inserts batches in a thread of its own: one while the next is read and judged. Meanwhile nothing else may use the
    connection.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection
        self._thread = ThreadPoolExecutor(1)
        self._last: Future[None] | None = None

    def __enter__(self) -> _Inserting:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._thread.shutdown()
        if kind is None:
            self.wait()

    def insert(self, batch: Mapping[str, pl.DataFrame]) -> None:
        """Add rows to the tables of their names, once those before are in. Raises what inserting those raised."""
        self.wait()
        self._last = self._thread.submit(self._insert, batch)

    def wait(self) -> None:
        """Until all is in. Raises what inserting raised."""
        if self._last:
            self._last.result()

    def _insert(self, batch: Mapping[str, pl.DataFrame]) -> None:
        with transaction(self._connection):
            insert_frames(self._connection, {table: rows for table, rows in batch.items() if rows.height})


def _read(inserting: _Inserting, file: SourceFile, beside: Beside, pseudonyms: Pseudonyms | None) -> tuple[int, int]:
    """Read one file into its table, refuse what breaks a rule on a single row, and say how many rows it has, and how
    many that are none of the table's."""
    of_file = [(file.source, file.table, rule, times) for rule, times in repairs_of(file).items()]
    inserting.insert({"mended": pl.DataFrame(of_file, ("source_file", "table", "rule", "cells"), orient="row")})
    rows = filtered = 0
    for batch in read_batches(file):
        rows += _take(inserting, file, batch, beside, pseudonyms)
        filtered += batch.filtered
        if isinstance(file.rows, Query):  # the memory of the whole process is counted as a select's
            inserting.wait()
    return rows, filtered


def _take(
    inserting: _Inserting,
    file: SourceFile,
    batch: Batch,
    beside: Beside,
    pseudonyms: Pseudonyms | None,
) -> int:
    if batch.rows.is_empty() and batch.refused.is_empty():
        return 0
    accepted, entries, repairs, refused = validated(file.table, beside.joined(batch.rows, file.mapping), file.mapping)
    mended = _by_patient(repairs, accepted, refused)
    why = {rule: reason(file.table, None, rule) for rule in batch.refused["rule"].unique()}
    broken = batch.refused.with_columns(
        reason=pl.col("rule").replace_strict(why, return_dtype=pl.String), row_kept=pl.lit(value=False)
    )
    table = pl.lit(file.table).alias("table")
    whole_lines = of_lines(broken, file).select(*entries.columns, "source_file")
    accepted, entries, refused = (placed(rows, file, batch.places) for rows in (accepted, entries, refused))
    entries = pl.concat([entries, whole_lines], how="diagonal")
    if pseudonyms:
        accepted, refused, entries = pseudonyms.rename(accepted), pseudonyms.rename(refused), without_values(entries)
        mended = pseudonyms.rename(mended)
    inserting.insert(
        {
            "mended": mended.with_columns(table, source_file=pl.lit(file.source)),
            file.table: accepted,
            "entry": entries.with_columns(table),
            "refused_row": refused.drop_nulls("patient_id").with_columns(table, is_repeat=pl.lit(value=False)),
        }
    )
    return batch.rows.height + batch.refused.select("place", "row_number").n_unique()


def _by_patient(repairs: pl.DataFrame, accepted: pl.DataFrame, refused: pl.DataFrame) -> pl.DataFrame:
    """How many cells of each patient a rule repaired in a column."""
    whose = pl.concat([rows.select("row_number", "patient_id") for rows in (accepted, refused)])
    cells = repairs.join(whose, on="row_number", how="left")
    return cells.group_by("patient_id", "column", "rule").agg(pl.len().cast(pl.Int64).alias("cells"))


def _refuse(connection: duckdb.DuckDBPyConnection, table: str, rule: str) -> None:
    """Move the rows that break a rule over all files from the table to the quarantine."""
    query = Template((SQL / "audit" / f"{rule}.sql").read_text(encoding="utf-8"))
    columns = ", ".join(f'"{name}"' for name in stored(table))
    [(found,)] = connection.execute(
        f"create or replace temp table broken as {query.substitute(table=table, columns=columns)}"
    ).fetchall()
    if not found:
        return
    for (code,) in connection.execute("select distinct rule from broken order by rule").fetchall():
        connection.execute(
            'insert into entry by name select source_file, row_number, ? as "table", "column", value, rule, '
            "? as reason, false as row_kept from broken where rule = ?",
            [table, reason(table, None, code), code],
        )
    line = "line" if "line" in dtypes(table) else "null"
    connection.execute(
        f"""
        insert into refused_row by name
        select
            source_file,
            row_number,
            '{table}' as "table",
            patient_id,
            {dated_by(table)} as dated_on,
            {line} as line,
            {KINDS.get(table, "null")} as kind,
            $is_repeat as is_repeat
        from {table} semi join broken using (source_file, row_number)
        """,
        {"is_repeat": rule in REPEATS},
    )
    connection.execute(
        f"delete from {table} using broken where {table}.source_file = broken.source_file"
        f" and {table}.row_number = broken.row_number"
    )


def _write_quarantine(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        insert into quarantine
        select * replace (bool_and(row_kept) over (partition by source_file, row_number) as row_kept)
        from entry
        order by source_file, row_number, "column" nulls first, rule
        """
    )
    connection.execute(
        'insert into repair select source_file, "table", patient_id, "column", rule, sum(cells)::bigint from mended'
        ' group by all order by source_file, patient_id nulls first, "column" nulls first, rule'
    )
    for table in ("entry", "broken", "mended"):
        connection.execute(f"drop table if exists {table}")


def count_files(
    connection: duckdb.DuckDBPyConnection,
    files: Sequence[SourceFile],
    read: Mapping[str, tuple[int, int]],
    contents: Mapping[str, str],
) -> None:
    """Write down what became of the rows of files; `read`: of each how many there are, and how many are none of its
    table's. Raises RuntimeError where rows are lost or doubled."""
    of_tables = " union all ".join(
        f"select '{table}', source_file, count(*) from {table} group by source_file"
        for table in dict.fromkeys(file.table for file in files)
    )
    accepted = connection.execute(of_tables).fetchall()
    refused = connection.execute(
        """
        select
            source_file,
            count(distinct row_number) filter (not row_kept),
            count(distinct (row_number, "column")) filter (row_kept)
        from quarantine
        group by source_file
        """
    ).fetchall()
    counts = []
    for file in files:
        rows, filtered = read[file.source]
        stayed = sum(count for table, source, count in accepted if table == file.table and _is_of(source, file))
        quarantined = sum(count for source, count, _ in refused if _is_of(source, file))
        cells = sum(count for source, _, count in refused if _is_of(source, file))
        if rows != stayed + quarantined:
            raise RuntimeError(f"{file.source}: {rows} rows read, but {stayed} accepted and {quarantined} quarantined")
        content = contents.get(file.source)
        counts.append((file.source, file.table, rows, stayed, quarantined, cells, filtered, content))
    connection.executemany("insert into source_file values (?, ?, ?, ?, ?, ?, ?, ?)", counts)


def _is_of(source: str, file: SourceFile) -> bool:
    return source == file.source or source.startswith(file.source + OF_A_COLUMN)
