"""Which patients changed: by the content of their rows, whatever the order and the files they came in."""

from __future__ import annotations

from datetime import date

import duckdb

from transforms.follow_up import DATED
from transforms.intake.contracts import CONTRACTS, REFUSED_ROW, stored

# Whatever of these is known of a patient decides about that patient.
DECIDING = (*CONTRACTS, "refused_row")


def names(table: str) -> tuple[str, ...]:
    """The columns of a table that say something of a patient, and not where it came from."""
    return (*REFUSED_ROW, "is_repeat") if table == "refused_row" else tuple(stored(table))


def columns(table: str) -> str:
    """The same, for SQL."""
    return ", ".join(f'"{name}"' for name in names(table))


def rows_of(patients: str, table: str) -> str:
    """SQL of the rows of some patients, found by their places: a join would carry every column of all others."""
    return f"(from {table} where rowid in (select rowid from {table} semi join {patients} using (patient_id)))"


def fingerprint(connection: duckdb.DuckDBPyConnection, cutoff: date | None = None, patients: str | None = None) -> None:
    """Fill `patient_content` from the tables in, from what was refused of patients that are there, and from how far the
    cut-off lets each be followed: one whose dates are all before it is the same wherever it moves.

    `patients`: a table of those who may be other; it has all others as they are.
    """
    read = {table: rows_of(patients, table) if patients else table for table in DECIDING}
    dates = " union all ".join(
        f"select patient_id, {column} as dated from {read[name]}" for name, column in DATED.items()
    )
    followed = f"""
        select patient_id, hash('followed', least(max(dated), $cutoff::date))
        from ({dates} union all select patient_id, unnest([last_contact_date, death_date]) from {read["patients"]})
        group by patient_id
    """
    of_known = "semi join patients using (patient_id) where not is_repeat"
    rows = " union all ".join(
        f"select patient_id, hash('{table}', {columns(table)}) as content from {read[table]}"
        f" {of_known if table == 'refused_row' else ''}"
        for table in DECIDING
    )
    which = f"where patient_id in (select patient_id from {patients})" if patients else ""
    connection.execute(f"delete from patient_content {which}")
    connection.execute(
        f"insert into patient_content select patient_id, sum(content)::hugeint from ({rows} union all {followed})"
        " group by patient_id",
        {"cutoff": cutoff},
    )


def find_changed(connection: duckdb.DuckDBPyConnection, was: str, now: str) -> None:
    """Fill `changed_patient` from the fingerprints of two attached databases."""
    connection.execute("delete from changed_patient")
    connection.execute(
        f"""
        insert into changed_patient
        select
            patient_id,
            case when was.fingerprint is null then 'new' when now.fingerprint is null then 'removed' else 'changed' end
        from {was}.patient_content as was full join {now}.patient_content as now using (patient_id)
        where was.fingerprint is distinct from now.fingerprint
        """
    )
