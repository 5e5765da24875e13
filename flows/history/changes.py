"""A full delivery into a store that has a run already: who changed, and what is carried over of everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.history.content import find_changed, fingerprint
from flows.history.log import carry_log, log_changes
from flows.history.runs import attach, describe, has_assessments, insert_run, runs, stamp, why_all
from flows.store import StoreError

if TYPE_CHECKING:
    import duckdb

    from flows.steps import Build


def find_changes(connection: duckdb.DuckDBPyConnection, build: Build) -> dict[str, Any]:
    """Fill `patient_content`, `changed_patient`, the log and `run`; return how many patients are new, other or gone."""
    connection.begin()
    fingerprint(connection)
    connection.commit()
    last = _go_on_from_last(connection, build) if build.last else None
    pseudonym_key = build.pseudonyms.fingerprint if build.pseudonyms else None
    if last and last["pseudonym_key"] != pseudonym_key:  # who is who would be lost, or ids would stay in the log
        raise StoreError(
            "the store's last run knew the patients by other names (without --pseudonymise, or with another key); give "
            "the same key again, or name a new folder"
        )
    number = last["number"] + 1 if last else 1
    said = {
        **describe(build.edition, build.config.criteria),
        "has_assessments": has_assessments(connection),
    }
    because = "--full was asked for" if build.full and last else why_all(last, said)
    patients = _counts(connection, all_=because is not None)
    [(rows_read,)] = connection.execute("select coalesce(sum(rows_read), 0)::bigint from source_file").fetchall()
    run = {
        **said,
        "number": number,
        "started": stamp(build.started),
        "mode": _mode(build, all_=because is not None),
        "input": build.extract.name,
        "all_derived_because": because,
        "pseudonym_key": pseudonym_key,
        "rows_read": rows_read,
        **{f"patients_{name}": count for name, count in patients.items()},
    }
    insert_run(connection, run)
    return {"run": number, "mode": run["mode"], "because": because, "patients": patients}


def _mode(build: Build, *, all_: bool) -> str:
    if build.as_of:
        return "as of"
    if build.delta:
        return "delta"
    return "full" if all_ else "incremental"


def _go_on_from_last(connection: duckdb.DuckDBPyConnection, build: Build) -> dict[str, Any] | None:
    [(here,)] = connection.execute("select current_database()").fetchall()
    assert build.last is not None
    attach(connection, build.last, "last")
    connection.execute("insert into run by name select * from last.run")
    last = runs(connection)[0]
    find_changed(connection, "last", here)
    carry_log(connection, "last")
    log_changes(connection, "last", here, last["number"] + 1)
    connection.execute("detach last")
    return last


def _counts(connection: duckdb.DuckDBPyConnection, *, all_: bool) -> dict[str, int]:
    changes = dict(connection.execute("select change, count(*) from changed_patient group by change").fetchall())
    [(patients,)] = connection.execute("select count(*) from patients").fetchall()
    changed = changes.get("new", 0) + changes.get("changed", 0)
    derived = patients if all_ else changed
    removed = changes.get("removed", 0)
    return {"changed": changed, "derived": derived, "carried": patients - derived, "removed": removed}


def derives_all(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this run derives every patient."""
    return runs(connection)[0]["all_derived_because"] is not None


def is_unchanged(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether this run knows what the last one knew, and derives nobody."""
    run = runs(connection)[0]
    return run["all_derived_because"] is None and run["patients_changed"] == run["patients_removed"] == 0


def carry_whole(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...], last: str) -> dict[str, int]:
    """Copy tables of the last run, of which nothing changed; return their numbers of rows."""
    for table in tables:
        connection.execute(f"insert into {table} by name select * from {last}.{table}")
    return {table: connection.table(table).shape[0] for table in tables}


def carry_derived(connection: duckdb.DuckDBPyConnection, tables: tuple[str, ...], last: str) -> None:
    """Copy what the last run derived of the patients that did not change."""
    for table in tables:
        connection.execute(
            f"insert into {table} by name select * from {last}.{table} anti join changed_patient using (patient_id)"
        )
