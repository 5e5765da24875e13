"""Checks of the data asked of some patients: counts and rows are those of a full audit, and the others' are kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.audit import checks, recorded_responses, tests_done
from flows.audit.again import Again
from flows.audit.measure import measure
from flows.database import attach, connect
from rules.audit.data_checks import data_checks
from rules.criterion import load_edition

EDITION = load_edition()
FOUND = ("data_check", "data_check_row", "work_up", "work_up_row", "judged", "response_agreement", "response_kappa")
PARTS = (tests_done, recorded_responses, checks)
ODD = "regexp_extract(patient_id, '([0-9]+)$', 1)::integer % 10 = 3"


@pytest.fixture
def connection(synthetic: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A night's tables, before it is audited; those of its last run are attached as `last`."""
    (tmp_path / "copy.duckdb").write_bytes((synthetic / "registry.duckdb").read_bytes())
    night = connect(tmp_path / "copy.duckdb")
    attach(night, synthetic / "registry.duckdb", "last")
    night.execute(f"create temp table chosen as select patient_id from patients where {ODD}")
    return night


def audited(connection: duckdb.DuckDBPyConnection, again: Again | None) -> dict[str, pl.DataFrame]:
    if again is None:
        for table in (*FOUND, "agreement_review"):
            connection.execute(f"delete from {table}")
    measure(connection, EDITION, again, PARTS)
    tables = (*FOUND, "agreement_review")
    return {table: connection.sql(f"select * from {table} order by all").pl() for table in tables}


def change_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Of the patients chosen some rows are other or gone, and of some refused rows what was refused."""
    for change in (
        "delete from labs where analyte = 'albumin'",
        "update labs set value = 99 where analyte = 'calcium'",
        "update treatments set end_date = start_date - 1",
        "update assessments set response = 'PD'",
        "update patients set site_id = 'elsewhere'",
        "delete from visit_evidence",
    ):
        connection.execute(f"{change} {'and' if ' where ' in change else 'where'} {ODD}")
    connection.execute("delete from quarantine where not row_kept and \"table\" = 'labs' and row_number % 2 = 0")
    # whose row that was
    connection.execute("insert into chosen select distinct patient_id from refused_row where \"table\" = 'labs'")


def leave_no_row_of_a_site(connection: duckdb.DuckDBPyConnection) -> None:
    """One site's patients have nothing left to be judged by."""
    theirs = "select patient_id from patients where site_id = (select min(site_id) from patients)"
    connection.execute(f"insert into chosen {theirs}")
    for table in ("labs", "treatments", "imaging", "visits", "lines"):
        connection.execute(f"delete from {table} where patient_id in ({theirs})")


def record_for_the_first_time(connection: duckdb.DuckDBPyConnection) -> None:
    """Another site records a test of one patient, which by then it never did: all of its patients are asked."""
    single = [of.name for of in tests_done.WORK_UP if of.needed == 1 and of.codes[0][0] == "labs"]
    [(site, test)] = connection.execute(
        "select site, test from work_up_row where status = 'never_recorded' and list_contains(?, test)"
        " and site > (select min(site_id) from patients) order by all limit 1",
        [single],
    ).fetchall()
    code = next(of.codes[0][1] for of in tests_done.WORK_UP if of.name == test)
    one = "select min(patient_id) as patient_id from patients where site_id = ?"
    connection.execute(f"insert into chosen {one}", [site])
    connection.execute(
        "insert into labs by name select patient_id, date '2001-01-01' as collected_on, ? as analyte, 1.0 as value,"
        f" 'labs.csv' as source_file, 999999 as row_number from ({one})",
        [code, site],
    )


# A site without rows has its checks asked whole, which would mend what was counted wrong before: apart.
@pytest.mark.parametrize("changes", [(change_rows, record_for_the_first_time), (leave_no_row_of_a_site,)])
def test_of_patients_and_sites_whose_rows_changed_is_found_what_a_full_audit_finds(
    connection: duckdb.DuckDBPyConnection, changes: tuple[Callable[[duckdb.DuckDBPyConnection], None], ...]
) -> None:
    for change in changes:
        change(connection)
    ours, theirs = audited(connection, Again("chosen", "last")), audited(connection, None)
    assert [table for table, rows in theirs.items() if not ours[table].equals(rows)] == []


def test_what_was_counted_of_the_others_is_not_counted_again(connection: duckdb.DuckDBPyConnection) -> None:
    each = [check.id for check in data_checks(EDITION) if check.about.get("scope") != "all"]
    assert len(each) > 25
    marked = "select distinct id from data_check where violated > 999000 order by id"
    connection.execute(
        'update data_check set violated = violated + 1000000, "of" = "of" + 1000000 where site is not null'
    )
    audited(connection, Again("chosen", "last"))
    kept = {name for (name,) in connection.execute(marked).fetchall()}
    assert kept <= set(each)
    assert len(kept) > 25
