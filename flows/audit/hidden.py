"""Questions asked of some patients only: their rows hide those of all others for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from flows.history.content import rows_of
from flows.schema import filled_by
from transforms.intake.contracts import CONTRACTS

HIDDEN_OF = ("ingest", "derive")


@contextmanager
def only(connection: duckdb.DuckDBPyConnection, patients: str, database: str | None = None) -> Iterator[None]:
    """Within it the tables in and the derived ones have no rows but those of the patients in the column `patient_id` of
    the table `patients`, and the quarantine none but theirs and those of no patient, whoever reads them by their plain
    names: temporary tables are found first.

    `database`: an attached one whose rows they are; else those of this one.
    """
    place = database or connection.execute("select current_database()").fetchall()[0][0]
    found = connection.execute(
        "select table_name from duckdb_columns()"
        " where column_name = 'patient_id' and database_name = $place and list_contains($tables, table_name)",
        {"place": place, "tables": [table for step in HIDDEN_OF for table in filled_by(step)]},
    ).fetchall()
    hiding = []
    try:
        for (table,) in found:
            rows = rows_of(patients, f'"{place}".main.{table}')
            connection.execute(f"create temp table {table} as from {rows}")
            hiding.append(table)
        connection.execute(f"create temp table quarantine as {_quarantine(place)}")
        hiding.append("quarantine")
        yield
    finally:
        for table in hiding:
            connection.execute(f"drop table temp.main.{table}")


def _quarantine(place: str) -> str:
    """It names no patient: an entry belongs to the patient of its row."""
    theirs = " union all ".join(f"select source_file, row_number from {table}" for table in (*CONTRACTS, "refused_row"))
    return f"""
        from "{place}".main.quarantine
        where (source_file, row_number) in ({theirs})
            or (
                not row_kept
                and (source_file, row_number) not in (select (source_file, row_number) from "{place}".main.refused_row)
            )
    """
