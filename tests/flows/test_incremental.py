"""Night after night: a store that goes on from its last run has what a new store of the same delivery has."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from flows.database import connect
from flows.history.carried import begin_with
from flows.history.runs import is_readable
from flows.schema import filled_by
from flows.settings.config import Config
from tests.flows.nights import Registry, rows_of, run_into


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A delivery, and the database that a first run made of it."""
    folder = tmp_path_factory.mktemp("first")
    extract = with_a_late_row().write(folder / "in")
    database, said = run_into(extract, folder / "store", None)
    assert said["mode"] == "full"
    assert (said["cutoff"], said["rows_after_cutoff"]) == ("2023-01-01", 1)
    return extract, database


def with_a_late_row() -> Registry:
    """Of the first patient a row is later than everyone's last contact."""
    registry = Registry(seed=5)
    late = min(registry.patients)
    registry.patients[late]["labs"].append(f"{late},2023-06-01,albumin,3.5,g/dL")
    return registry


def test_an_unchanged_delivery_in_another_order_derives_no_patient(first: tuple[Path, Path], tmp_path: Path) -> None:
    extract, last = first
    (tmp_path / "in").mkdir()
    for file in extract.iterdir():
        header, *lines = file.read_text(encoding="utf-8").splitlines()
        (tmp_path / "in" / file.name).write_text("\n".join([header, *reversed(lines)]) + "\n", encoding="utf-8")
    database, said = run_into(tmp_path / "in", tmp_path / "store", last)
    assert said["mode"] == "incremental"
    assert said["patients"] == {"changed": 0, "derived": 0, "carried": 8, "removed": 0}
    for table, rows in rows_of(database).items():
        assert rows.equals(rows_of(last)[table]), table


def test_all_are_derived_where_it_is_asked_for_or_the_settings_rules_or_transforms_are_others(
    first: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    extract, last = first
    _, asked = run_into(extract, tmp_path / "asked", last, until="find_changes", full=True)
    assert (asked["mode"], asked["patients"]["derived"], asked["patients"]["changed"]) == ("full", 8, 0)
    other = Config("imwg2016")
    _, said = run_into(extract, tmp_path / "edition", last, until="find_changes", configuration=other)
    assert (said["because"], said["patients"]["derived"]) == ("the edition is another", 8)
    monkeypatch.setattr("flows.history.runs.ROOMS", ("rules",))
    _, said = run_into(extract, tmp_path / "rules", last, until="find_changes")
    assert (said["because"], said["patients"]["derived"]) == ("the rules or the transforms are others", 8)


def test_a_night_that_moves_the_cut_off_derives_only_the_patients_it_touches(
    first: tuple[Path, Path], tmp_path: Path
) -> None:
    registry = with_a_late_row()
    late, early = sorted(registry.patients)[:2]
    own = registry.patients[early]["patients"]
    own[:] = [row.replace("2023-01-01", "2023-07-01") for row in own]
    extract = registry.write(tmp_path / "in")
    database, said = run_into(extract, tmp_path / "store", first[1])
    assert (said["cutoff"], said["mode"], said["patients"]["derived"]) == ("2023-07-01", "incremental", 2)
    new, _ = run_into(extract, tmp_path / "new", None)
    expected = rows_of(new, (*filled_by("derive"), "patient_content"))
    for table, rows in rows_of(database, tuple(expected)).items():
        assert rows.equals(expected[table]), table
    ended = rows_of(database)["time_to_event"].filter(patient_id=late, endpoint="OS", origin="diagnosis")
    assert ended["end_date"].to_list() == [date(2023, 6, 1)]


def test_a_database_with_much_that_was_deleted_is_written_again(tmp_path: Path) -> None:
    last = tmp_path / "last.duckdb"
    with connect(last) as connection:
        connection.execute("create table kept as select range as n from range(1000)")
        connection.execute("create table gone as select hash(range) as n from range(1000000)")
    begin_with(last, tmp_path / "copied.duckdb")
    assert (tmp_path / "copied.duckdb").read_bytes() == last.read_bytes()
    with connect(last) as connection:
        connection.execute("drop table gone")
    begin_with(last, tmp_path / "written.duckdb")
    assert (tmp_path / "written.duckdb").stat().st_size < last.stat().st_size / 2
    with connect(tmp_path / "written.duckdb", read_only=True) as connection:
        assert connection.execute("select sum(n), count(*) from kept").fetchall() == [(499_500, 1000)]


def test_what_another_program_wrote_and_did_not_put_into_the_file_goes_with_it(tmp_path: Path) -> None:
    last, beside = tmp_path / "last.duckdb", tmp_path / "kept"
    beside.mkdir()
    with connect(last) as connection:
        connection.execute("create table kept as select 1 as n")
        connection.execute("checkpoint")
        connection.execute("insert into kept values (2)")
        for name in (last.name, f"{last.name}.wal"):
            shutil.copyfile(tmp_path / name, beside / name)
    begin_with(beside / last.name, tmp_path / "next.duckdb")
    with connect(tmp_path / "next.duckdb", read_only=True) as connection:
        assert connection.execute("select sum(n) from kept").fetchall() == [(3,)]


def test_a_store_of_another_version_or_a_damaged_one_is_not_gone_on_from(tmp_path: Path) -> None:
    with connect(tmp_path / "other.duckdb") as connection:
        connection.execute("create table patients (patient_id varchar)")
    (tmp_path / "damaged.duckdb").write_bytes(b"x" * 5000)
    assert not is_readable(tmp_path / "other.duckdb")
    assert not is_readable(tmp_path / "damaged.duckdb")
