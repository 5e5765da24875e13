"""Questions asked of some patients only: their rows hide those of all others for a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from flows.schema import filled_by

HIDDEN_OF = ("ingest", "derive")


@contextmanager
def only(connection: duckdb.DuckDBPyConnection, patients: str) -> Iterator[None]:
    """Within it the tables in and the derived ones have no rows but those of the patients in the column `patient_id` of
    the table `patients`, whoever reads them by their plain names: temporary tables are found first.
    """
    tables = [table for step in HIDDEN_OF for table in filled_by(step)]
    of_patients = connection.execute(
        "select table_name, database_name from duckdb_columns()"
        " where column_name = 'patient_id' and database_name = current_database()"
        " and list_contains($tables, table_name)",
        {"tables": tables},
    ).fetchall()
    for table, database in of_patients:
        connection.execute(
            f'create temp table {table} as from "{database}".main.{table} semi join {patients} using (patient_id)'
        )
    try:
        yield
    finally:
        for table, _ in of_patients:
            connection.execute(f"drop table temp.main.{table}")
