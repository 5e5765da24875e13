"""What changed since the store's last run: which patients, and how the table `run` tells of this one."""

from __future__ import annotations

from typing import Any

import duckdb

from flows.database import attach
from flows.history.content import find_changed, fingerprint
from flows.history.declared import declared, said
from flows.history.log import carry_log, log_changes
from flows.history.reread import rows_stayed
from flows.history.runs import describe, insert_run, runs, stamp, why_all
from flows.job import Job
from flows.store import StoreError


def find_changes(connection: duckdb.DuckDBPyConnection, job: Job) -> dict[str, Any]:
    """Fill `patient_content`, `changed_patient`, the log and `run`; return how many patients are new, other or gone."""
    whole = declared(connection, job)
    before = runs(connection)[:1]  # of which the build is a copy
    is_as_before = bool(before) and before[0]["cutoff"] == whole.cutoff and rows_stayed(connection)
    connection.begin()
    fingerprint(connection, whole.cutoff, "reread_patient" if is_as_before else None)
    connection.commit()
    last = _go_on_from_last(connection, job) if job.last else None
    pseudonym_key = job.pseudonyms.fingerprint if job.pseudonyms else None
    if last and last["pseudonym_key"] != pseudonym_key:  # who is who would be lost, or ids would stay in the log
        raise StoreError(
            "the store's last run knew the patients by other names (without --pseudonymise, or with another key); give "
            "the same key again, or name a new folder"
        )
    number = last["number"] + 1 if last else 1
    now = {
        **describe(job.edition, job.configuration.criteria),
        "is_log": whole.is_log,
        "dates_invented": whole.dates_invented,
    }
    because = "--full was given" if job.full and last else why_all(last, now)
    patients = _counts(connection, all_=because is not None)
    [(rows_read,)] = connection.execute("select coalesce(sum(rows_read), 0)::bigint from source_file").fetchall()
    run = {
        **now,
        "cutoff": whole.cutoff,
        "number": number,
        "started": stamp(job.started),
        "mode": _mode(job, all_=because is not None),
        "input": job.input.name,
        "all_derived_because": because,
        "pseudonym_key": pseudonym_key,
        "rows_read": rows_read,
        **{f"patients_{name}": count for name, count in patients.items()},
    }
    insert_run(connection, run)
    return {
        "run": number,
        "mode": run["mode"],
        "because": because,
        "patients": patients,
        **said(connection, whole),
    }


def _mode(job: Job, *, all_: bool) -> str:
    if job.as_of:
        return "as of"
    if job.delta:
        return "delta"
    return "full" if all_ else "incremental"


def _go_on_from_last(connection: duckdb.DuckDBPyConnection, job: Job) -> dict[str, Any] | None:
    [(here,)] = connection.execute("select current_database()").fetchall()
    assert job.last is not None
    attach(connection, job.last, "last")
    if not runs(connection):  # the build did not begin with a copy
        connection.execute("insert into run by name select * from last.run")
        carry_log(connection, "last")
    last = runs(connection)[0]
    find_changed(connection, "last", here)
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
