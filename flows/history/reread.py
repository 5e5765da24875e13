"""A whole delivery in which little changed: read again are the rows of the patients of whom a file says otherwise than
before. The others' rows stay as the last run read them, under the numbers that they have now.

Everything that decides about a row is in its text, in its file's section of registry.toml and in the rows of the same
patient; so what is kept is what a full reading would give. Where that is not certain, all is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl

from flows.database import attach, connect, empty, insert_frames, transaction
from flows.history.carried import how_read
from flows.history.content import DECIDING
from flows.intake.ingest import Survey, count_file, read_all
from flows.intake.sources.delimited import Delimited
from flows.intake.texts import Texts
from transforms.intake.contracts import CONTRACTS

# Where more than this share of the patients is other, a full reading is no more work.
MOST_CHANGED = 0.3


def read_changed(
    connection: duckdb.DuckDBPyConnection,
    found: Survey,
    texts: Texts,
    contents: Mapping[str, str],
    apart: Path,
) -> bool:
    """Make the tables in, as the last run left them, those of a delivery; return whether that could be done.

    `texts`: the rows of its files; `contents`: their digests, by which the last run knew them; `apart`: a database that
    is made for what is read, and removed. Where it returns False nothing was changed. Raises ExtractError.
    """
    before = dict(connection.execute("select source_file, content from source_file").fetchall())
    if before.keys() != contents.keys() or any(how_read(before[name]) != how_read(contents[name]) for name in before):
        return False
    _find_reread(connection, texts.by_patient)
    reread = connection.sql("from reread").pl()
    [(known,)] = connection.execute("select count(distinct patient_id) from patient_text").fetchall()
    if reread.height > MOST_CHANGED * known:
        return False
    moved = _moved(connection, found, texts, reread, {name for name in contents if contents[name] != before[name]})
    if moved is None:
        return False
    with connect(apart) as beside:
        read_all(beside, _of_these(found, texts, reread))
    attach(connection, apart, "apart")
    with transaction(connection):
        _remove(connection)
        _renumber(connection, moved)
        for table in (*DECIDING, "quarantine", "repair"):
            connection.execute(f"insert into {table} by name from apart.{table}")
        connection.execute("insert into reread_patient from reread")
        empty(connection, ("source_file",))
        for file in found.files:
            count_file(connection, file, texts.lines[file.source], 0, contents[file.source])
    connection.execute("detach apart")
    apart.unlink()
    return True


def note_texts(connection: duckdb.DuckDBPyConnection, texts: Texts | None) -> None:
    """Fill `patient_text` for the next run; None: it is to read all."""
    empty(connection, ("patient_text",))
    if texts:
        insert_frames(connection, {"patient_text": texts.by_patient})


def _find_reread(connection: duckdb.DuckDBPyConnection, now: pl.DataFrame) -> None:
    """Fill `reread` with the patients of whom any file says otherwise than before, or did, or does now."""
    connection.register("now", now)
    connection.execute(
        """
        create or replace temp table reread as
        select distinct patient_id
        from now full join patient_text as was using (patient_id, source_file)
        where now.content is distinct from was.content
        """
    )
    connection.unregister("now")


def _moved(
    connection: duckdb.DuckDBPyConnection,
    found: Survey,
    texts: Texts,
    reread: pl.DataFrame,
    changed_files: set[str],
) -> pl.DataFrame | None:
    """The rows kept that have another number now: `source_file`, `was`, `row_number`; None where the rows kept are not
    those that the last run read of the same patients.
    """
    moved = [pl.DataFrame(schema={"source_file": pl.String, "was": pl.Int64, "row_number": pl.Int64})]
    for file in found.files:
        rows = texts.rows[file.source].drop_nulls("patient_id").join(reread, on="patient_id", how="anti")
        kept = f"""
            from (
                select patient_id, row_number from {file.table} where source_file = $file
                union all
                select patient_id, row_number from refused_row where source_file = $file
            )
            anti join reread using (patient_id)
        """
        if file.source not in changed_files:
            [(count,)] = connection.execute(f"select count(*) {kept}", {"file": file.source}).fetchall()
            if count != rows.height:
                return None
            continue
        was = connection.sql(f"{kept} select * order by patient_id, row_number", params={"file": file.source}).pl()
        now = rows.sort("patient_id", "row_number")
        if not was["patient_id"].equals(now["patient_id"]):
            return None
        both = now.select(pl.lit(file.source).alias("source_file"), was["row_number"].alias("was"), "row_number")
        moved.append(both.filter(pl.col("was") != pl.col("row_number")))
    return pl.concat(moved)


def _of_these(found: Survey, texts: Texts, reread: pl.DataFrame) -> Survey:
    """The same files with the rows of some patients, those of no readable patient, and the lines that are no rows."""
    files = []
    for file in found.files:
        rows = texts.rows[file.source]
        is_asked = pl.col("patient_id").is_null() | pl.col("patient_id").is_in(reread["patient_id"].implode())
        assert isinstance(file.rows, Delimited)
        files.append(replace(file, rows=replace(file.rows, only=rows.filter(is_asked)["row_number"])))
    return replace(found, files=files)


def _remove(connection: duckdb.DuckDBPyConnection) -> None:
    """Take out what was read of the patients who are read again, and of rows without a patient."""
    of_reread = " union all ".join(
        f"select source_file, row_number from {table} semi join reread using (patient_id)" for table in CONTRACTS
    )
    connection.execute(
        f"delete from quarantine using ({of_reread}) as gone where quarantine.row_kept"
        " and quarantine.source_file = gone.source_file and quarantine.row_number = gone.row_number"
    )
    for table in DECIDING:
        connection.execute(f"delete from {table} where patient_id in (from reread)")
    connection.execute(
        "delete from quarantine where not row_kept"
        " and (source_file, row_number) not in (select (source_file, row_number) from refused_row)"
    )
    connection.execute("delete from repair where patient_id is null or patient_id in (from reread)")


def _renumber(connection: duckdb.DuckDBPyConnection, moved: pl.DataFrame) -> None:
    if moved.is_empty():
        return
    connection.register("moved_row", moved)
    for table in (*DECIDING, "quarantine", "data_check_row"):
        connection.execute(
            f"update {table} set row_number = moved_row.row_number from moved_row"
            f" where {table}.source_file = moved_row.source_file and {table}.row_number = moved_row.was"
        )
    connection.unregister("moved_row")
