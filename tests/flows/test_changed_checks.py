"""Checks of the data asked of some patients: counts and rows are those of a full audit, and the others' are kept."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows import steps
from flows.audit import checks, recorded_responses, tests_done
from flows.audit.again import Again
from flows.audit.measure import measure
from flows.database import attach, connect
from flows.sample import write_sample
from rules.audit.data_checks import data_checks
from rules.criterion import load_edition
from tests.once import build

EDITION = load_edition()
FOUND = ("data_check", "data_check_row", "work_up", "work_up_row", "judged", "response_agreement", "response_kappa")
PARTS = (tests_done, recorded_responses, checks)
ODD = "regexp_extract(patient_id, '([0-9]+)$', 1)::integer % 10 = 3"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checks")
    write_sample(folder / "in", 40, 4)
    return build(folder / "in", folder / "store", steps.audit)


@pytest.fixture
def connection(store: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    """A night's tables, before it is audited; those of its last run are attached as `last`."""
    (tmp_path / "copy.duckdb").write_bytes((store / "registry.duckdb").read_bytes())
    night = connect(tmp_path / "copy.duckdb")
    attach(night, store / "registry.duckdb", "last")
    night.execute(f"create temp table chosen as select patient_id from patients where {ODD}")
    return night


def audited(connection: duckdb.DuckDBPyConnection, again: Again | None) -> dict[str, pl.DataFrame]:
    if again is None:
        for table in (*FOUND, "agreement_review"):
            connection.execute(f"delete from {table}")
    measure(connection, EDITION, again, PARTS)
    tables = (*FOUND, "agreement_review")
    return {table: connection.sql(f"select * from {table} order by all").pl() for table in tables}


def as_all(connection: duckdb.DuckDBPyConnection) -> None:
    ours, theirs = audited(connection, Again("chosen", "last")), audited(connection, None)
    for table, rows in theirs.items():
        assert ours[table].equals(rows), table


def test_of_patients_whose_rows_changed_is_found_what_a_full_audit_finds(connection: duckdb.DuckDBPyConnection) -> None:
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
    as_all(connection)


def test_a_site_without_a_row_left_to_judge_by_is_as_a_full_audit_has_it(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "insert into chosen select patient_id from patients where site_id = (select min(site_id) from patients)"
    )
    for table in ("labs", "treatments", "imaging", "visits", "lines"):
        connection.execute(f"delete from {table} where patient_id in (from chosen)")
    as_all(connection)


def test_a_site_that_records_a_test_for_the_first_time_is_asked_of_its_patients(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    single = [of.name for of in tests_done.WORK_UP if of.needed == 1 and of.codes[0][0] == "labs"]
    [(site, test)] = connection.execute(
        "select site, test from work_up_row where status = 'never_recorded' and list_contains(?, test)"
        " order by all limit 1",
        [single],
    ).fetchall()
    code = next(of.codes[0][1] for of in tests_done.WORK_UP if of.name == test)
    connection.execute("delete from chosen")
    connection.execute("insert into chosen select min(patient_id) from patients where site_id = ?", [site])
    connection.execute(
        "insert into labs by name select patient_id, date '2001-01-01' as collected_on, ? as analyte, 1.0 as value,"
        " 'labs.csv' as source_file, 999999 as row_number from chosen",
        [code],
    )
    as_all(connection)


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
