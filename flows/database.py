"""The database of a store: opening it, its tables, and its exports."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from flows.sql_files import SQL

MEMORY = "2GiB"  # of DuckDB, whatever the registry's size; more than that it keeps on the disk beside the database
# Table out -> its key, which is also the total order that its rows are exported in.
EXPORTS = {
    "staging": "patient_id",
    "diagnosis": "patient_id",
    "diagnosis_disagreement": "patient_id, clause",
    "lines": "patient_id, line",
    "visits": "patient_id, line, visit_date",
    "mrd_status": "patient_id, collected_on, category",
    "time_to_event": "patient_id, line, endpoint, origin",
    "survival": "endpoint, origin, line, stratum_by, stratum",
    "survival_curve": "endpoint, origin, line, stratum_by, stratum, day",
    "pfs_by_censoring": "patient_id, line, censoring",
    "given_drug": "patient_id, line, start_date, last_dose_on, phase, drug",
    "given_care": "patient_id, drug, start_date, end_date",
    "bone_agent": "patient_id",
    "unknown_drug": 'patient_id, "table", recorded, name',
    "refractoriness": "patient_id, line, drug",
    "refractory_level": "patient_id, level",
    "transplant": "patient_id, line, transplanted_on",
    "relapse": "patient_id, line",
    "car_t_eligibility": "patient_id, line, visit_date",
    "frailty": "patient_id, line, model",
    "al_transplant": "patient_id",
    "al_poems_visits": "patient_id, line, visit_date",
    "precursor_risk": "patient_id, model",
    "precursor_course": "patient_id, precursor",
    "precursor_calibration": "model, risk_group",
    "hazard_ratio": "endpoint, origin, line, factor, adjusted, covariate, level",
    "cumulative_incidence": "endpoint, origin, line, stratum_by, stratum, cause, day",
    "competing_risk_test": "endpoint, origin, line, stratum_by, cause",
    "landmark": "endpoint, origin, line, landmark_months, factor, stratum",
    "landmark_curve": "endpoint, origin, line, landmark_months, factor, stratum, day",
    "time_varying": "endpoint, origin, line, factor",
    "time_varying_curve": "endpoint, origin, line, factor, in_state, day",
    "quality_indicator": "id, site",
    "quality_indicator_row": "id, patient_id, line, dated",
    "data_check": 'id, "table", "column", site',
    "data_check_row": 'id, "table", "column", site, patient_id, source_file, row_number, dated',
    "response_agreement": "line, recorded, derived",
    "response_kappa": "compared, site",
    "agreement_review": "rank",
    "quarantine": 'source_file, row_number, "column", rule, reason, "value"',
}


def connect(database: Path, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a registry database, with nothing loaded from or written to anywhere else by itself."""
    config: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "memory_limit": MEMORY,
    }
    return duckdb.connect(database, read_only=read_only, config=config)


def attach(connection: duckdb.DuckDBPyConnection, database: Path, name: str, *, read_only: bool = True) -> None:
    """Attach a database, to be read only where nothing else is said."""
    path = str(database).replace("'", "''")
    connection.execute(f"attach '{path}' as {name}{' (read_only)' if read_only else ''}")


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Create every table of sql/schema, empty."""
    for path in sorted((SQL / "schema").glob("*.sql")):
        connection.execute(path.read_text(encoding="utf-8"))


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


def insert_frames(connection: duckdb.DuckDBPyConnection, tables: dict[str, pl.DataFrame]) -> dict[str, int]:
    """Add frames' rows to the tables of their names; return their numbers of rows."""
    for name, frame in tables.items():
        connection.register("computed", frame)
        connection.execute(f"insert into {name} by name select * from computed")
        connection.unregister("computed")
    return {name: frame.height for name, frame in tables.items()}


def export_tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> dict[str, int]:
    """Write the tables out as Parquet, each in its total order; return their numbers of rows.

    Raises RuntimeError where rows share a key: no primary key keeps them apart (it would cost ten times the load).
    """
    folder.mkdir()
    rows = {}
    for table, key in EXPORTS.items():
        rows[table] = _rows_with_unique_keys(connection, table, key)
        path = str(folder / f"{table}.parquet")
        connection.execute(f"copy (select * from {table} order by {key}) to '{path}' (format parquet)")
    return rows


def _rows_with_unique_keys(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> int:
    counts = f"select (select count(*) from {table}), count(*) from (select distinct {key} from {table})"
    [(rows, keys)] = connection.execute(counts).fetchall()
    if rows != keys:
        raise RuntimeError(f"{table}: {rows - keys} rows share a key ({key}); this is a mistake of the program")
    return int(rows)
