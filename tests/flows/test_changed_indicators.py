"""Indicators asked of some patients find of these what they find where all are asked, but for those of scope all."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows import steps
from flows.audit import indicators as of_care
from flows.audit.again import Again
from flows.audit.hidden import only
from flows.audit.indicators import OF_ALL, find_rows
from flows.audit.measure import measure
from flows.database import connect, empty
from flows.schema import carried_by
from rules.audit.quality import indicators
from rules.criterion import load_edition
from tests.flows.nights import rows_of
from tests.once import build
from transforms.intake.contracts import CONTRACTS

EDITION = load_edition()
ROWS = ("quality_indicator_row", "quality_indicator")
# By the rest of their number: one patient each, and some.
SOME = [(130, 7), (130, 21), (130, 38), (20, 3), (7, 5)]


@pytest.fixture
def store(synthetic: Path) -> Path:
    return synthetic


@pytest.fixture
def connection(store: Path, tmp_path: Path) -> duckdb.DuckDBPyConnection:
    (tmp_path / "copy.duckdb").write_bytes((store / "registry.duckdb").read_bytes())
    return connect(tmp_path / "copy.duckdb")


def found(connection: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    return connection.sql("select * from quality_indicator_row semi join chosen using (patient_id) order by all").pl()


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
    before = {table: connection.sql(f"select * from {table} order by all").pl() for table in ROWS}
    connection.execute("delete from quality_indicator_row where patient_id in (from chosen)")
    connection.execute("delete from quality_indicator")
    measure(connection, EDITION, Again("chosen", "none"), [of_care])
    for table, rows in before.items():
        assert connection.sql(f"select * from {table} order by all").pl().equals(rows), table


def test_a_night_that_delivers_no_imaging_nor_care_any_more_is_audited_as_a_first_run(
    store: Path, tmp_path: Path
) -> None:
    extract = tmp_path / "in"
    extract.mkdir()
    for table in CONTRACTS:
        rows = pl.read_csv(store / "extract" / f"{table}.csv", infer_schema=False)
        (rows.clear() if table in ("imaging", "supportive_care", "mrd") else rows).write_csv(extract / f"{table}.csv")
    last = store / "registry.duckdb"
    database = build(extract, tmp_path / "next", steps.audit, last=last) / "registry.duckdb"
    found = carried_by("audit")
    ours = rows_of(database, found)
    with connect(database) as connection:  # as a first run asks them, of what was derived
        empty(connection, found)
        measure(connection, EDITION)
    for table, rows in rows_of(database, found).items():
        assert ours[table].equals(rows), table
