"""A delivery of changes: whole patients, whose rows take the place of all that the store had of them."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from flows.database import attach
from flows.history.content import DECIDING
from flows.history.runs import runs
from flows.intake.reading import ExtractError
from flows.privacy.pseudonyms import Pseudonyms
from transforms.intake.contracts import CONTRACTS
from transforms.intake.parsing import ids_read

REMOVED = "removed.csv"


def take_changes(
    connection: duckdb.DuckDBPyConnection, delivered: Path, extract: Path, pseudonyms: Pseudonyms | None = None
) -> int:
    """Put what was delivered, a database of its own, in the place of the last run's rows of every patient delivered, or
    in removed.csv; return of how many patients in removed.csv there was nothing.

    A patient is delivered who is named in any row, be it refused: as in a whole delivery, of a refused row nothing is
    known. The delivery's files get the run's number before their names, which the files before may share. A refused row
    that names no patient stays until a whole delivery. Raises ExtractError where removed.csv can't be used.
    """
    attach(connection, delivered, "delivery")
    delivery = f"run {runs(connection)[0]['number'] + 1}/"
    connection.execute(
        "create or replace temp table replaced as "
        + " union ".join(f"select patient_id from delivery.{name} where patient_id is not null" for name in DECIDING)
    )
    _check_whole(connection)
    not_found = _add_removed(connection, extract, pseudonyms)
    gone = " union all ".join(
        f"select source_file, row_number from {table} semi join replaced using (patient_id)" for table in DECIDING
    )
    connection.execute(
        f"delete from quarantine using ({gone}) as gone"
        " where quarantine.source_file = gone.source_file and quarantine.row_number = gone.row_number"
    )
    for table in DECIDING:
        connection.execute(f"delete from {table} where patient_id in (select patient_id from replaced)")
    connection.execute("delete from source_file")
    count_files(connection)
    connection.execute(
        "delete from repair where patient_id in (select patient_id from replaced)"
        " or source_file not in (select source_file from source_file)"
    )
    for table in (*DECIDING, "quarantine", "repair", "source_file"):
        connection.execute(
            f"insert into {table} by name"
            f" select * replace ('{delivery}' || source_file as source_file) from delivery.{table}"
        )
    connection.execute("insert into reread_patient select distinct patient_id from replaced")
    connection.execute("drop table replaced")
    connection.execute("detach delivery")
    return not_found


def _check_whole(connection: duckdb.DuckDBPyConnection) -> None:
    """Refuse a delivery that would take a patient's own row away for want of it."""
    [(without,)] = connection.execute(
        """
        select count(*) from patients semi join replaced using (patient_id)
        where patient_id not in (select patient_id from delivery.patients)
            and patient_id not in (select patient_id from delivery.refused_row where "table" = 'patients')
        """
    ).fetchall()
    if without:
        raise ExtractError(
            f"patients: {without:,} patients of the store have rows in this delivery of changes, but none in patients;"
            " deliver all rows of each"
        )


def _add_removed(connection: duckdb.DuckDBPyConnection, extract: Path, pseudonyms: Pseudonyms | None) -> int:
    path = extract / REMOVED
    if not path.is_file():
        return 0
    try:
        removed = pl.read_csv(path, columns=["patient_id"], infer_schema=False, glob=False)
    except (OSError, pl.exceptions.PolarsError):
        raise ExtractError(
            f"{REMOVED}: can't be read, or has no column patient_id; write UTF-8 with the header patient_id and one"
            " patient a line"
        ) from None
    ids = ids_read(removed["patient_id"]).select("patient_id").drop_nulls().unique()
    connection.register("removed", pseudonyms.rename(ids) if pseudonyms else ids)
    [(both,)] = connection.execute("select count(*) from removed semi join replaced using (patient_id)").fetchall()
    if both:
        raise ExtractError(
            f"{REMOVED}: {both:,} patients to remove have rows in the delivery too; omit them from one of the two"
        )
    known = " union all ".join(f"select patient_id from {table}" for table in DECIDING)
    [(not_found,)] = connection.execute(
        f"select count(*) from removed anti join ({known}) as known using (patient_id)"
    ).fetchall()
    connection.execute("insert into replaced select patient_id from removed")
    connection.unregister("removed")
    return int(not_found)


def count_files(connection: duckdb.DuckDBPyConnection) -> None:
    """Count into `source_file` what there is of each file."""
    accepted = " union all ".join(
        f"select source_file, '{table}' as \"table\", count(*) as accepted, 0 as refused, 0 as cells"
        f" from {table} group by all"
        for table in CONTRACTS
    )
    connection.execute(
        f"""
        insert into source_file by name
        select
            source_file,
            "table",
            sum(accepted + refused) as rows_read,
            sum(accepted) as rows_accepted,
            sum(refused) as rows_quarantined,
            sum(cells) as cells_set_aside
        from (
            {accepted}
            union all
            select
                source_file,
                "table",
                0,
                count(distinct row_number) filter (not row_kept),
                count(distinct (row_number, "column")) filter (row_kept)
            from quarantine
            group by all
        )
        group by source_file, "table"
        """
    )
