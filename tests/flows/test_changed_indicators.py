"""Indicators asked of some patients find of these what they find where all are asked, but for those of scope all."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.audit import indicators as of_care
from flows.audit.again import Again
from flows.audit.hidden import only
from flows.audit.indicators import OF_ALL, find_rows
from flows.audit.measure import measure
from flows.database import connect
from rules.audit.quality import indicators
from rules.criterion import load_edition

EDITION = load_edition()
ROWS = ("quality_indicator_row", "quality_indicator")
SOME = [(130, 21), (7, 5)]  # by the rest of their number: one patient, and some


@pytest.fixture
def connection(synthetic: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    (tmp_path / "copy.duckdb").write_bytes((synthetic / "registry.duckdb").read_bytes())
    return connect(tmp_path / "copy.duckdb")


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
    of_each = [of for of in indicators(EDITION) if of.about.get("scope") != OF_ALL]
    connection.execute("delete from quality_indicator_row")
    with only(connection, "chosen"):
        for indicator in of_each:
            find_rows(connection, indicator, EDITION)
    now = found(connection)
    for indicator in of_each:
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
    measure(connection, EDITION, Again("chosen", "none"), [of_care])
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
    for again in (Again("chosen", "none"), None):
        if again is None:
            connection.execute("delete from quality_indicator_row")
        before = rows_in(connection)
        measure(connection, EDITION, again, [of_care])
        audited.append(rows_in(connection))
        assert not audited[-1]["quality_indicator_row"].equals(before["quality_indicator_row"])
    assert [table for table in ROWS if not audited[0][table].equals(audited[1][table])] == []
