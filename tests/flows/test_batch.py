"""The batch job from files to store, as its callers see it."""

from __future__ import annotations

import json
import os
from hashlib import sha256
from pathlib import Path

import polars as pl
import pytest

from flows import steps
from flows.batch import run
from flows.database import connect, create_tables, export_tables
from flows.engines import embedded
from flows.intake.reading import ExtractError
from flows.job import Job
from flows.schema import exported, filled_by
from flows.store import PARTS, StoreError, building, publish
from tests.extracts import FILES, write_extract
from tests.once import build
from tests.torture.stores import copy


@pytest.fixture
def store(small: Path) -> Path:
    return small / "store"


def _content(store: Path) -> dict[str, str]:
    files = [path for part in PARTS for path in [store / part, *sorted((store / part).glob("**/*"))] if path.is_file()]
    return {str(path.relative_to(store)): sha256(path.read_bytes()).hexdigest() for path in files}


def _exports(store: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((store / "exports").iterdir())}


def test_a_run_leaves_database_exports_report_and_run_json(store: Path) -> None:
    assert sorted(path.stem for path in (store / "exports").iterdir()) == sorted(exported())
    assert (store / "report" / "index.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")
    said = json.loads((store / "run.json").read_text(encoding="utf-8"))
    assert said["criteria"] == "jsh2023"
    assert {file["source_file"]: file["rows_read"] for file in said["files"]} == {
        "labs.csv": 13,
        "patients.csv": 3,
        "treatments.csv": 3,
    }
    assert all(f["rows_read"] == f["rows_accepted"] + f["rows_quarantined"] for f in said["files"])
    assert said["quarantine_entries"] == {"unknown_unit": 1, "unreadable_date": 1}
    assert said["set_aside_entries"] == {}
    assert said["losses"] == []


def test_the_verdicts_reach_the_exports(store: Path) -> None:
    visits = pl.read_parquet(store / "exports" / "visits.parquet")
    of_a = visits.filter(pl.col("patient_id") == "PATIENT-A")
    assert of_a["response"].to_list() == ["PR", "PR", "PD", "PD"]
    assert of_a["confirmed_response"].to_list() == ["PR", "PR", "PD", "PD"]
    assert of_a["progression_reasons"].to_list()[2] == ["PD.serum"]
    lines = pl.read_parquet(store / "exports" / "lines.parquet").select(
        "patient_id", "line", "progression_confirmed_by"
    )
    assert lines.rows() == [("PATIENT-A", 1, "assessment"), ("PATIENT-A", 2, None), ("PATIENT-B", 1, "death")]
    staging = pl.read_parquet(store / "exports" / "staging.parquet")
    assert staging["iss"].to_list() == ["I", "III", None]
    assert "beta2_microglobulin" in staging["unknown_because"].to_list()[2]


def test_the_database_and_the_exports_say_the_same(store: Path) -> None:
    with connect(store / "registry.duckdb", read_only=True) as connection:
        for table in exported():
            stored = connection.sql(f"select * from {table} order by all").pl()
            written = connection.sql(f"select * from '{store}/exports/{table}.parquet' order by all").pl()
            assert stored.equals(written), table
        citations = connection.execute("select count(*) from criterion where citation is null").fetchall()
    assert citations == [(0,)]


def test_a_run_that_goes_on_gives_the_exports_of_a_new_store_byte_for_byte_in_however_many_shards_and_what_moved(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fell_less = FILES["labs"].replace("1.6,g/dL", "3.1,g/dL").replace("1.2,g/dL", "3.1,g/dL")
    changed = write_extract(tmp_path / "changed", labs=fell_less)
    folder = tmp_path / "Ward 3's [new]"  # SQL and patterns of files have other uses for these signs
    said = run(Job(changed, copy(small / "store", folder / "store")))
    monkeypatch.setattr(steps, "LAB_ROWS_PER_SHARD", 6)
    build(changed, folder / "sharded", steps.outcomes, steps.export)
    monkeypatch.setattr(embedded, "PASSES", 1)
    build(changed, folder / "sorted", steps.outcomes, steps.export)
    made = {table for step in ("derive", "outcomes") for table in filled_by(step)} & {*exported()}
    assert len(made) > 20
    went_on = _exports(folder / "store")
    for others in (_exports(folder / "sharded"), _exports(folder / "sorted")):
        assert [name for name in sorted(made) if went_on[f"{name}.parquet"] != others[f"{name}.parquet"]] == []
    assert (said["mode"], said["run"]) == ("incremental", 2)
    assert said["patients"] == {"changed": 1, "derived": 1, "carried": 2, "removed": 0}
    assert [(each["run"], each["mode"]) for each in said["runs"]] == [(1, "full")]
    moved = {(row["subject"], row["was"], row["now"]): (row["moved"], row["patients"]) for row in said["moved"]}
    assert moved["response", "PR", "SD"] == (2, 1)
    assert moved["best response", "PR", "SD"] == (1, 1)
    assert {patients for _, patients in moved.values()} == {1}


UNUSABLE: dict[str, dict[str, str | None]] = {
    "patients": {"patients": None},
    "analyte": {"labs": "patient_id,collected_on,value\nPATIENT-A,2020-01-01,3\n"},
    "start_date": {"treatments": FILES["treatments"].replace("start_date", "began")},
}


def test_an_unusable_extract_leaves_the_store_as_it_was(small: Path, tmp_path: Path) -> None:
    store = copy(small / "store", tmp_path / "store")
    before = _content(store)
    for says, changes in UNUSABLE.items():
        with pytest.raises(ExtractError, match=says) as raised:
            run(Job(write_extract(tmp_path / says, **changes), store))
        assert "\n" not in str(raised.value)
        assert _content(store) == before
        assert len(list((store / ".builds").glob("build-*"))) == 1


def test_a_reader_keeps_its_snapshot_while_a_store_is_published(small: Path, tmp_path: Path) -> None:
    store = copy(small / "store", tmp_path / "store")
    with connect(store / "registry.duckdb", read_only=True) as reader:
        with building(store) as folder:
            job = Job(write_extract(tmp_path / "smaller", labs=None), store, folder=folder)
            steps.ingest(job)
            (folder / "exports").mkdir()
            publish(store, folder)
        assert reader.execute("select count(*) from labs").fetchall() == [(12,)]
    with connect((store / "registry.duckdb").resolve(), read_only=True) as reader:
        assert reader.execute("select count(*) from labs").fetchall() == [(0,)]


@pytest.mark.parametrize("others", [2, 300_000])  # of more than one row group, stored far from each other
def test_rows_that_share_a_key_are_never_exported(tmp_path: Path, others: int) -> None:
    with connect(tmp_path / "registry.duckdb") as connection:
        create_tables(connection)
        connection.execute(f"insert into staging (patient_id) select * from range({others})")
        connection.execute("insert into staging (patient_id) values ('1')")
        with pytest.raises(RuntimeError, match="staging: 1 rows share a key"):
            export_tables(connection, tmp_path / "exports")


def test_the_same_rows_are_exported_as_the_same_bytes_whatever_was_there_before(tmp_path: Path) -> None:
    def exported_without(gone: list[str]) -> bytes:
        folder = tmp_path / f"without-{len(gone)}"
        folder.mkdir()
        rows = [("P1", "2020-01-01"), *((patient, None) for patient in gone)]
        with connect(folder / "registry.duckdb") as connection:
            create_tables(connection)
            connection.executemany(
                "insert into quality_indicator_row (id, site, patient_id, dated) values ('Q.t', 'A', ?, ?)", rows
            )
        with connect(folder / "registry.duckdb") as connection:
            connection.execute("delete from quality_indicator_row where patient_id <> 'P1'")
            export_tables(connection, folder / "exports")
        return (folder / "exports" / "quality_indicator_row.parquet").read_bytes()

    assert exported_without(["P2"]) == exported_without([])


def test_two_runs_never_write_one_store_at_once(tmp_path: Path) -> None:
    extract = write_extract(tmp_path / "extract")
    with building(tmp_path / "store"), pytest.raises(StoreError, match="another run"):
        run(Job(extract, tmp_path / "store"))


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "store" / "report").mkdir(parents=True)
    with pytest.raises(StoreError, match="not made by mspike"):
        run(Job(write_extract(tmp_path / "extract"), tmp_path / "store"))
    assert os.listdir(tmp_path / "store") == ["report"]  # nothing was begun
    assert os.listdir(tmp_path / "store" / "report") == []
