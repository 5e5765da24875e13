"""What holds of all checks together: sites add up, every violation has its row, and nothing is asked of no patient."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from flows.audit import checks
from flows.audit.checks import questions
from flows.audit.measure import measure
from rules.audit.data_checks import data_checks
from rules.criterion import load_edition
from tests.sql.checks.checked import rows_found
from tests.sql.query_store import stored, write_store

TABLES = {
    "patients": """
        patient_id | site_id | birth_date | vital_status | death_date | last_contact_date | row_number | source_file
        p          | S1      | 1950-05-05 | dead         | 2021-01-01 | 2021-01-02        | 1          | patients
        q          | S2      | 1950-05-05 | alive        | 2021-01-01 | 2019-01-01        | 2          | patients
        r          |         | 2020-05-05 | alive        |            | 2020-01-01        | 3          | patients
    """,
    "labs": """
        patient_id | collected_on | analyte | value | unit | source_file | row_number
        p          | 2021-01-02   | albumin | 40    | g/dL | labs        | 1
        q          | 2021-01-02   | albumin | 4     |      | labs        | 2
        q          | 2021-01-02   | albumin | 5     | g/dL | labs        | 3
        r          | 2020-01-01   | calcium | 99    |      | labs        | 4
    """,
    "treatments": """
        patient_id | line | start_date | end_date   | source_file | row_number
        p          | 1    | 2020-01-01 | 2019-01-01 | treatments  | 1
    """,
    "lines": "patient_id | line | start_date\n p | 1 | 2020-01-01\n q | 1 | 2019-01-01",
    "quarantine": """
        source_file | row_number | table      | column     | rule
        treatments  | 2          | treatments | start_date | missing_value
        labs        | 5          | labs       |            | duplicate
        labs        | 6          | labs       | patient_id | unknown_patient
    """,
    "refused_row": """
        source_file | row_number | table      | patient_id
        treatments  | 2          | treatments | q
        labs        | 5          | labs       | p
        labs        | 6          | labs       | nobody
    """,
}
KEYED = '"table", "column", site, patient_id, source_file, row_number, dated'
KEY = "id, coalesce(\"table\", ''), coalesce(\"column\", '')"


@pytest.fixture(scope="module")
def store() -> Iterator[duckdb.DuckDBPyConnection]:
    with stored(**TABLES) as connection:
        measure(connection, load_edition(), parts=[checks])
        yield connection


def test_what_is_listed_of_a_check_is_what_its_rows_say_one_by_one(
    store: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    edition, found = load_edition(), set()
    listed = set(store.execute(f"select {KEYED}, id from data_check_row").fetchall())
    with duckdb.connect(write_store(tmp_path / "store", **TABLES) / "registry.duckdb") as connection:
        for question in (question for check in data_checks(edition) for question in questions(check, edition)):
            if question.threshold is not None:
                rows = f"select {KEYED}, $id as id from ({rows_found(connection, question)}) where violated"
                found |= set(connection.execute(rows, {**question.values, "id": question.id}).fetchall())
    assert len(found) > 10
    assert found == listed


def test_every_check_has_a_row_of_all_sites(store: duckdb.DuckDBPyConnection) -> None:
    found = store.execute(
        f"select id, count(*), count(distinct ({KEY})) from data_check where site is null group by id"
    )
    counts = {clause_id: (rows, keys) for clause_id, rows, keys in found.fetchall()}
    assert set(counts) == {check.id for check in data_checks(load_edition())}
    assert all(rows == keys for rows, keys in counts.values())


def test_the_sites_add_up_to_all(store: duckdb.DuckDBPyConnection) -> None:
    sums = f'select {KEY}, sum(violated)::bigint, sum("of")::bigint from data_check where site is'
    of_sites = store.execute(f"{sums} not null group by all order by all").fetchall()
    of_all = store.execute(f'{sums} null and "of" > 0 group by all order by all').fetchall()
    assert len(of_all) > 30
    assert [row for row in of_sites if row[-1]] == of_all


def test_every_violation_of_a_check_with_a_threshold_has_its_row(store: duckdb.DuckDBPyConnection) -> None:
    counted = store.execute(
        f"select {KEY}, violated from data_check"
        " where site is null and threshold is not null and violated > 0 order by all"
    ).fetchall()
    listed = store.execute(f"select {KEY}, count(*) from data_check_row group by all order by all").fetchall()
    assert len(counted) > 20
    assert listed == counted
    keys = f"({KEY}, site, patient_id, source_file, row_number, dated)"
    assert store.execute(f"select count(*) = count(distinct {keys}) from data_check_row").fetchall() == [(True,)]


def test_of_the_unknown_site_there_is_no_verdict(store: duckdb.DuckDBPyConnection) -> None:
    found = store.execute("select distinct verdict from data_check where site = 'unknown'").fetchall()
    assert found == [("not_applicable",)]


def test_a_column_that_may_be_empty_is_counted_and_not_judged(store: duckdb.DuckDBPyConnection) -> None:
    of_column = "from data_check where id = 'completeness.column' and \"column\" = 'registered_on' and site is null"
    assert store.execute(f'select violated, "of", threshold, verdict {of_column}').fetchall() == [
        (3, 3, None, "not_applicable")
    ]
