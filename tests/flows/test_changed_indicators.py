"""Indicators asked of some patients find of these, and leave of the others, what they find where all are asked."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.audit import indicators as of_care
from flows.audit.again import Again
from flows.audit.hidden import only
from flows.audit.measure import measure
from flows.audit.shared import moved_in_extract
from flows.database import attach, connect
from flows.schema import carried_by, filled_by
from rules.audit.quality import indicators
from rules.criterion import load_edition

EDITION = load_edition()
ROWS = ("quality_indicator_row", "quality_indicator")
SOME = [(130, 21), (7, 5)]  # by the rest of their number: one patient, and some


@pytest.fixture
def connection(synthetic: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    (tmp_path / "copy.duckdb").write_bytes((synthetic / "registry.duckdb").read_bytes())
    night = connect(tmp_path / "copy.duckdb")
    attach(night, synthetic / "registry.duckdb", "last")
    return night


def found(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return connection.sql("select * from quality_indicator_row semi join chosen using (patient_id) order by all").pl()


def rows_in(connection: duckdb.DuckDBPyConnection) -> dict[str, pl.DataFrame]:
    return {table: connection.sql(f"select * from {table} order by all").pl() for table in ROWS}


@pytest.mark.parametrize(("every", "rest"), SOME)
def test_what_is_asked_of_some_patients_is_found_as_of_all(
    every: int, rest: int, connection: duckdb.DuckDBPyConnection
) -> None:
    connection.execute(
        "create temp table chosen as select patient_id from patients"
        f" where regexp_extract(patient_id, '([0-9]+)$', 1)::integer % {every} = {rest}"
    )
    known = found(connection)
    assert known.height
    measure(connection, EDITION, Again("chosen", "last"), [of_care])
    now = found(connection)
    for indicator in indicators(EDITION):
        assert now.filter(id=indicator.id).equals(known.filter(id=indicator.id)), indicator.id


def test_what_is_hidden_is_there_again(connection: duckdb.DuckDBPyConnection) -> None:
    count = "select count(*) from labs"
    before = connection.execute(count).fetchone()
    connection.execute("create temp table chosen as select patient_id from patients limit 1")
    with only(connection, "chosen"):
        assert connection.execute(count).fetchone() != before
    assert connection.execute(count).fetchone() == before


def test_rows_of_the_others_stay_and_shares_are_of_all(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("create temp table chosen as select patient_id from patients limit 3")
    before = rows_in(connection)
    connection.execute("delete from quality_indicator_row where patient_id in (from chosen)")
    connection.execute("delete from quality_indicator")
    measure(connection, EDITION, Again("chosen", "last"), [of_care])
    for table, rows in rows_in(connection).items():
        assert rows.equals(before[table]), table


def test_what_is_not_delivered_any_more_is_found_missing_as_where_all_are_asked(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    gone = ("imaging", "supportive_care", "mrd")
    of_these = " union ".join(f"select patient_id from {table}" for table in gone)
    connection.execute(f"create temp table chosen as {of_these}")
    for table in gone:
        connection.execute(f"delete from {table}")
    audited = []
    for again in (Again("chosen", "last"), None):
        if again is None:
            connection.execute("delete from quality_indicator_row")
        before = rows_in(connection)
        measure(connection, EDITION, again, [of_care])
        audited.append(rows_in(connection))
        assert not audited[-1]["quality_indicator_row"].equals(before["quality_indicator_row"])
    assert [table for table in ROWS if not audited[0][table].equals(audited[1][table])] == []


HAD = "select patient_id from last.time_to_event where endpoint = 'OS' order by end_date desc nulls last limit 5"
NIGHTS = {  # what the last run knew otherwise than the registry, what the night does, and what the extract then says
    "nothing": ((), ("delete from marrow where patient_id = (select min(patient_id) from marrow)",), set()),
    "gone": (
        (),
        ("delete from marrow", "delete from cytogenetics", "delete from supportive_care", "delete from given_care"),
        {"has_marrow", "has_cytogenetics", "has_care"},
    ),
    "gone but for what does not count": (
        (),
        ("update imaging set performed_on = date '1990-01-01'", "delete from labs where analyte <> 'igg'"),
        {"has_imaging_in_treatment", "has_imaging_in_smm", "has_m_protein_test"},
    ),
    "new, of one patient": (
        ("delete from imaging", "delete from mrd"),
        (
            "insert into imaging from registry.imaging where patient_id = (select min(patient_id) from lines)"
            " order by performed_on desc limit 1",
            "insert into mrd from registry.mrd limit 1",
        ),
        {"has_imaging", "has_imaging_in_treatment", "has_mrd"},
    ),
    "one is followed for longer": (
        (),
        (
            "update time_to_event set end_date = date '2031-01-01'"
            " where patient_id = (select min(patient_id) from lines)",
        ),
        {"latest_contact"},
    ),
    "those followed longest are removed, and with them the cut-off": (
        (),
        (f"delete from {{each}} where patient_id in ({HAD})", "update run set cutoff = cutoff - 400"),
        {"latest_contact", "extract_cutoff"},
    ),
}


@pytest.mark.parametrize("night", NIGHTS)
def test_what_the_whole_extract_says_otherwise_than_before_is_asked_of_all(
    night: str, synthetic: Path, tmp_path: Path
) -> None:
    before, changes, says = NIGHTS[night]
    shutil.copyfile(synthetic / "registry.duckdb", tmp_path / "before.duckdb")
    with connect(tmp_path / "before.duckdb") as connection:
        for change in before:
            connection.execute(change)
        audit(connection, None)
    shutil.copyfile(tmp_path / "before.duckdb", tmp_path / "night.duckdb")
    with connect(tmp_path / "night.duckdb") as connection:
        attach(connection, tmp_path / "before.duckdb", "last")
        attach(connection, synthetic / "registry.duckdb", "registry")
        of_patients = [
            table
            for (table,) in connection.execute(
                "select table_name from duckdb_columns() where column_name = 'patient_id' and database_name = 'night'"
            ).fetchall()
            if table in (*filled_by("ingest"), *filled_by("derive"))
        ]
        for change in changes:
            for table in of_patients if "{each}" in change else [""]:
                connection.execute(change.format(each=table))
        other = " union all ".join(
            f"(from (from {a}.{table} except all from {b}.{table}) select patient_id)"
            for table in of_patients
            for a, b in (("last", "night"), ("night", "last"))
        )
        connection.execute(f"create temp table chosen as select distinct patient_id from ({other})")
        assert moved_in_extract(connection, "last") == says
        ours, theirs = audit(connection, Again("chosen", "last")), audit(connection, None)
        assert [table for table in ours if not ours[table].equals(theirs[table])] == []


def audit(connection: duckdb.DuckDBPyConnection, again: Again | None) -> dict[str, pl.DataFrame]:
    if again is None:
        for table in carried_by("audit"):
            connection.execute(f"delete from {table}")
    measure(connection, EDITION, again)
    return {table: connection.sql(f"select * from {table} order by all").pl() for table in carried_by("audit")}
