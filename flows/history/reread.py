"""A whole delivery in which little changed: read again are the rows of the patients about whom a file says otherwise
than before. The others' rows stay as the last run read them, under the numbers that they have now.

Everything that decides about a row is in its text, in its file's section of registry.toml and in the rows of the same
patient; so what is kept is what a full reading would give. Where that is not certain, all is read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa
from duckdb.func import ARROW
from numpy.typing import NDArray

from flows.database import attach, connect, empty, insert_frames, transaction
from flows.history.carried import how_read
from flows.history.content import DECIDING
from flows.intake.ingest import Survey, count_files, read_all
from flows.intake.sources.delimited import Delimited
from flows.intake.sources.picked_lines import Asked
from flows.intake.texts import Texts
from transforms.intake.contracts import CONTRACTS

# Where more than this share of the patients is other, a full reading is no more work.
MOST_CHANGED = 0.3
# Which rows the checks of the data found, by their numbers: where all rows are read these say nothing any more.
IN_PLACES = ("data_check", "data_check_row")

Numbers = NDArray[np.int64]


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
    is_reread = texts.patients.is_in(reread["patient_id"].implode())
    moved = _moved(connection, found, texts, is_reread, {name for name in contents if contents[name] != before[name]})
    if moved is None:
        return False
    with connect(apart) as beside:
        read_all(beside, _of_these(found, texts, is_reread))
    attach(connection, apart, "apart")
    with transaction(connection):
        _remove(connection)
        _renumber(connection, moved)
        for table in (*DECIDING, "quarantine", "repair"):
            connection.execute(f"insert into {table} by name from apart.{table}")
        connection.execute("insert into reread_patient from reread")
        empty(connection, ("source_file",))
        count_files(connection, found.files, {name: (lines, 0) for name, lines in texts.lines.items()}, contents)
    connection.execute("detach apart")
    apart.unlink()
    return True


def rows_stayed(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether all rows but those of `reread_patient` are as the last run read them, in its order."""
    [(stayed,)] = connection.execute(f"select exists (from {IN_PLACES[0]})").fetchall()
    return bool(stayed)


def note_texts(connection: duckdb.DuckDBPyConnection, texts: Texts | None) -> None:
    """Fill `patient_text` for the next run; None: it is to read all."""
    empty(connection, ("patient_text",))
    if texts:
        insert_frames(connection, {"patient_text": texts.by_patient})


def _find_reread(connection: duckdb.DuckDBPyConnection, now: pl.DataFrame) -> None:
    """Fill `reread` with the patients about whom any file says otherwise than before, or did, or does now."""
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
    is_reread: pl.Series,
    changed_files: set[str],
) -> dict[str, Numbers] | None:
    """By file the number that each of its rows has now, by the one that it had; None where the rows kept are not those
    that the last run read of the same patients.
    """
    kept = texts.patients.to_frame().with_row_index("patient").filter(~is_reread)
    connection.register("kept", kept)
    moved = {}
    for file in found.files:
        rows = texts.rows[file.source].select("patient", "row_number").drop_nulls("patient")
        now = rows.filter(~is_reread.gather(rows["patient"]))
        of_kept = f"""
            from (
                select patient_id, row_number from {file.table} where source_file = $file
                union all
                select patient_id, row_number from refused_row where source_file = $file
            )
            join kept using (patient_id)
        """
        if file.source not in changed_files:
            [(count,)] = connection.execute(f"select count(*) {of_kept}", {"file": file.source}).fetchall()
            if count != now.height:
                return None
            continue
        was = connection.sql(f"select patient, row_number {of_kept}", params={"file": file.source}).pl()
        was = was.sort("row_number").with_columns(pl.col("patient").cast(pl.UInt32))
        if not was["patient"].equals(now["patient"]):  # the patients are in another order
            was, now = (each.sort("patient", "row_number") for each in (was, now))
            if not was["patient"].equals(now["patient"]):
                return None
        if not was["row_number"].equals(now["row_number"]):
            numbers = np.arange((was["row_number"].max() or 0) + 1)
            numbers[was["row_number"].to_numpy()] = now["row_number"].to_numpy()
            moved[file.source] = numbers
    connection.unregister("kept")
    return moved


def _of_these(found: Survey, texts: Texts, is_reread: pl.Series) -> Survey:
    """The same files with the rows of some patients, those of no readable patient, and the lines that are no rows."""
    files = []
    for file in found.files:
        rows = texts.rows[file.source]
        asked = rows.filter(is_reread.gather(rows["patient"]).fill_null(value=True))
        only = Asked.of(asked["row_number"], rows["row_number"], texts.lines[file.source])
        assert isinstance(file.rows, Delimited)
        files.append(replace(file, rows=replace(file.rows, only=only)))
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


def _renumber(connection: duckdb.DuckDBPyConnection, moved: Mapping[str, Numbers]) -> None:
    """Give rows the numbers that they have now, in every table that names them."""
    for file, numbers in moved.items():
        # joined with millions of pairs an update would take four times as long
        connection.create_function("renumbered", _renumbered(numbers), ["bigint"], "bigint", type=ARROW)
        for table in (*DECIDING, "quarantine", "data_check_row"):
            connection.execute(f"update {table} set row_number = renumbered(row_number) where source_file = ?", [file])
        connection.remove_function("renumbered")


def _renumbered(numbers: Numbers) -> Callable[[pa.ChunkedArray], pa.Array]:
    """A function of SQL that looks numbers up by their place; one beyond them stays."""

    def renumbered(was: pa.ChunkedArray) -> pa.Array:
        asked = was.to_numpy()
        return pa.array(np.where(asked < len(numbers), numbers[np.minimum(asked, len(numbers) - 1)], asked))

    return renumbered
