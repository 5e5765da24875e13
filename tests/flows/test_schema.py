"""What each file of sql/schema says above its columns, and that the program does as it says."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows import steps, summing
from flows.database import create_tables
from flows.engines import embedded
from flows.job import Job
from flows.schema import SchemaError, carried_by, exported, filled_by, read_table, tables
from tests.extracts import write_extract

FILE = """-- Days lived.
-- Grain: one row per patient.
-- Key: patient_id, table
-- Step: derive
-- Export: no, it is for a test
create table lived (patient_id varchar, "table" varchar);
"""


def table_file(folder: Path, text: str) -> Path:
    path = folder / "lived.sql"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_its_tables_key_its_step_and_whether_it_is_exported(tmp_path: Path) -> None:
    lived = read_table(table_file(tmp_path, FILE))
    assert (lived.name, lived.step, lived.sql) == ("lived", "derive", FILE)
    assert (lived.key, lived.order) == (("patient_id", "table"), '"patient_id", "table"')
    assert (lived.is_exported, lived.is_carried) == (False, True)


def test_a_table_that_says_so_is_never_carried(tmp_path: Path) -> None:
    told = FILE.replace("Export: no, it is for a test", "Export: yes\n-- Carry: no")
    lived = read_table(table_file(tmp_path, told))
    assert (lived.is_exported, lived.is_carried) == (True, False)


@pytest.mark.parametrize("keyword", ["Key", "Step", "Export"])
def test_a_file_that_lacks_a_line_is_named_with_it(keyword: str, tmp_path: Path) -> None:
    path = table_file(tmp_path, FILE.replace(f"-- {keyword}:", "--"))
    with pytest.raises(SchemaError, match=rf"^lived\.sql: says no “-- {keyword}: …”"):
        read_table(path)


def test_an_answer_that_is_neither_yes_nor_no_is_refused(tmp_path: Path) -> None:
    path = table_file(tmp_path, FILE.replace("Export: no", "Export: perhaps"))
    with pytest.raises(SchemaError, match=r"^lived\.sql: “-- Export: perhaps, it is for a test” is neither yes nor no"):
        read_table(path)


def test_every_table_is_named_after_its_file_and_has_the_columns_of_its_key() -> None:
    with duckdb.connect() as connection:
        create_tables(connection)
        for name, table in tables().items():
            assert set(table.key) <= set(connection.table(name).columns), name
        [(made,)] = connection.execute("select count(*) from duckdb_tables()").fetchall()
    assert made == len(tables())


def test_every_table_is_filled_by_a_step_of_the_run() -> None:
    assert [name for name, table in tables().items() if not callable(getattr(steps, table.step, None))] == []


def test_what_is_derived_and_exported_can_be_carried_over() -> None:
    per_patient = filled_by("derive")
    assert per_patient == carried_by("derive")
    assert all("patient_id" in tables()[name].key for name in per_patient)  # by which it is carried


def test_what_depends_on_the_run_before_is_neither_exported_nor_carried() -> None:
    assert set(filled_by("audit")) - set(carried_by("audit")) == {"moved", "quality_change"}
    assert not {"moved", "quality_change", "changed_patient"} & set(exported())


def test_a_step_fills_the_tables_that_name_it_and_no_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[str] = []
    insert_frames = summing.insert_frames

    def noted(connection: duckdb.DuckDBPyConnection, frames: dict[str, pl.DataFrame]) -> dict[str, int]:
        added.extend(frames)
        return insert_frames(connection, frames)

    monkeypatch.setattr(summing, "insert_frames", noted)
    monkeypatch.setattr(embedded, "insert_frames", noted)
    (tmp_path / "built").mkdir()
    job = Job(write_extract(tmp_path / "extract"), tmp_path / "store", folder=tmp_path / "built")
    steps.ingest(job)
    steps.find_changes(job)
    for step in (steps.derive, steps.outcomes, steps.models):
        added.clear()
        step(job)
        assert sorted(added) == list(filled_by(step.__name__)), step.__name__
