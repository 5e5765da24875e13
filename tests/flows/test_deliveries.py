"""Deliveries of changes only, looking back, and forgetting: real stores, published as a run publishes them."""

from __future__ import annotations

import copy
import json
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.database import connect, create_tables
from flows.history.as_of import ingest_as_of
from flows.history.forgetting import vacuum
from flows.history.log import create_log
from flows.intake.reading import ExtractError
from flows.schema import carried_by, filled_by
from flows.store import StoreError, building, last_database, publish
from tests.extracts import FILES, write_extract
from tests.flows.nights import Registry, rows_of, run_into
from tests.once import build
from tests.torture import stores
from transforms.intake.contracts import CONTRACTS, dtypes

NIGHTS = 3


def _refused(database: Path) -> list[tuple[Any, ...]]:
    query = 'select "table", "column", value, rule, count(*) from quarantine group by all order by all'
    with connect(database, read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_whole_deliveries_and_changes_in_turn_give_what_a_new_store_of_all_has(tmp_path: Path) -> None:
    registry = Registry(seed=1)
    last, _ = run_into(registry.write(tmp_path / "in-0"), tmp_path / "store-0", None)
    for night, delta in enumerate((True, False), start=1):
        before = copy.deepcopy(registry.patients)
        registry.night()
        registry.night()
        name = tmp_path / f"in-{night}"
        extract = registry.write_changes(name, before) if delta else registry.write(name)
        last, said = run_into(extract, tmp_path / f"store-{night}", last, delta=delta)
        assert said["mode"] == ("delta" if delta else "incremental")
        assert said["patients"]["derived"] == said["patients"]["changed"] < len(registry.patients)
        if delta:  # what goes wrong in a night stays wrong until its patient changes again
            all_ = registry.write(tmp_path / "all")
            assert _refused(last) == _refused(run_into(all_, tmp_path / "read", None, until="find_changes")[0])
    new, _ = run_into(extract, tmp_path / "new", None)
    expected = rows_of(new, (*filled_by("derive"), *carried_by("ingest"), "patient_content"))
    went_on = rows_of(last, tuple(expected))
    assert [table for table, rows in expected.items() if not went_on[table].equals(rows)] == []
    assert last.stat().st_size < 2 * new.stat().st_size  # what was replaced leaves no room behind


@pytest.fixture(scope="module")
def fourth(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database of a first delivery of Registry(4), of which nothing is derived."""
    folder = tmp_path_factory.mktemp("fourth")
    return run_into(Registry(seed=4).write(folder / "in"), folder / "store", None, until="find_changes")[0]


def test_every_file_of_a_store_of_changes_still_adds_up(fourth: Path, tmp_path: Path) -> None:
    registry = Registry(seed=4)
    before = copy.deepcopy(registry.patients)
    for _ in range(4):
        registry.night()
    delivery = registry.write_changes(tmp_path / "in-1", before)
    database, _ = run_into(delivery, tmp_path / "store-1", fourth, until="find_changes", delta=True)
    with connect(database, read_only=True) as connection:
        files = connection.execute("select * from source_file order by all").fetchall()
        for source_file, table, read, accepted, refused, cells, *_ in files:
            there = f"select count(*) from {table} where source_file = $file"
            aside = "select count(distinct row_number) from quarantine where not row_kept and source_file = $file"
            kept = "select count(*) from quarantine where row_kept and source_file = $file"
            assert connection.execute(there, {"file": source_file}).fetchall() == [(accepted,)]
            assert connection.execute(aside, {"file": source_file}).fetchall() == [(refused,)]
            assert connection.execute(kept, {"file": source_file}).fetchall() == [(cells,)]
            assert read == accepted + refused
    assert {"labs.csv", "run 2/labs.csv", "patients.csv", "run 2/patients.csv"} <= {file[0] for file in files}


def test_a_delivery_that_removes_patients_it_delivers_is_refused_without_their_ids(
    fourth: Path, tmp_path: Path
) -> None:
    registry = Registry(seed=4)
    delivery = registry.write_changes(tmp_path / "in-1", {})
    name = next(iter(registry.patients))
    (delivery / "removed.csv").write_text(f"patient_id\n{name}\n", encoding="utf-8")
    with pytest.raises(ExtractError, match=r"^removed.csv: 1 patients to remove have rows") as refused:
        run_into(delivery, tmp_path / "store-1", fourth, delta=True)
    assert name not in str(refused.value)
    (delivery / "removed.csv").write_text(f"id\n{name}\n", encoding="utf-8")
    with pytest.raises(ExtractError, match=r"^removed.csv: can't be read, or has no column patient_id"):
        run_into(delivery, tmp_path / "store-2", fourth, delta=True)


def test_a_delivery_of_changes_without_the_patients_own_row_is_refused(fourth: Path, tmp_path: Path) -> None:
    registry = Registry(seed=4)
    delivery = registry.write_changes(tmp_path / "in-1", {})
    patients = (delivery / "patients.csv").read_text(encoding="utf-8").splitlines()
    (delivery / "patients.csv").write_text("\n".join(patients[:-2]) + "\n", encoding="utf-8")
    with pytest.raises(ExtractError, match=r"^patients: 2 patients of the store have rows in this delivery"):
        run_into(delivery, tmp_path / "store-1", fourth, delta=True)


def _publish(store: Path, extract: Path, day: date, until: str) -> None:
    with building(store) as folder:
        database, _ = run_into(
            extract,
            folder / "new",
            last_database(store),
            until,
            started=datetime(day.year, day.month, day.day, 23, tzinfo=UTC),
        )
        (folder / "exports").mkdir()
        shutil.move(database, folder / "registry.duckdb")
        publish(store, folder)


def _as_of(store: Path, day: date) -> dict[str, list[tuple[Any, ...]]]:
    with connect(Path(":memory:")) as connection:
        create_tables(connection)
        create_log(connection)
        ingest_as_of(connection, store, day)
        return _rows_in(connection)


def _rows_in(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: connection.execute(f"select {', '.join(dtypes(table))} from {table} order by all").fetchall()
        for table in CONTRACTS
    }


def test_what_was_known_on_a_day_is_available_until_vacuumed(tmp_path: Path) -> None:
    registry, store, first = Registry(seed=9), tmp_path / "store", date(2024, 1, 1)
    known = []
    for night in range(NIGHTS):
        until = "derive" if night == NIGHTS - 1 else "find_changes"  # what is derived is looked at once
        _publish(store, registry.write(tmp_path / f"in-{night}"), first + timedelta(10 * night), until)
        with connect(store / "registry.duckdb", read_only=True) as connection:
            known.append(_rows_in(connection))
        registry.night()
    for night, then in enumerate(known):
        assert _as_of(store, first + timedelta(10 * night + (0 if night == 1 else 9))) == then
    assert len({str(then) for then in known}) == NIGHTS
    with pytest.raises(StoreError, match="nothing was known here on 2023-12-31, the first run was on 2024-01-01"):
        _as_of(store, first - timedelta(1))

    now = rows_of(store / "registry.duckdb", (*CONTRACTS, *filled_by("derive")))
    assert vacuum(store, before=first + timedelta(15))["runs"] == 1
    assert _as_of(store, first + timedelta(10)) == known[1]
    with pytest.raises(StoreError, match="what was known on 2024-01-01 has been vacuumed"):
        _as_of(store, first)
    assert vacuum(store)["runs"] == 1
    assert _as_of(store, first + timedelta(20)) == known[2]
    for table, rows in rows_of(store / "registry.duckdb", tuple(now)).items():
        assert rows.equals(now[table]), table
    assert vacuum(store)["rows"] == 0


def _mspike(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_the_whole_job_takes_changes_and_looks_back(small: Path, tmp_path: Path) -> None:
    store = stores.copy(small / "store", tmp_path / "store")
    fewer = write_extract(tmp_path / "changes", labs=None, treatments=None, patients=FILES["patients"].split("\n")[1])
    (fewer / "removed.csv").write_text("patient_id\nＰＡＴＩＥＮＴ-B\n", encoding="utf-8")
    run = _mspike("run", "--mode", "delta", "--input", fewer, "--output", store)
    assert run.exit_code == 0, run.stderr
    assert "run 2, patients since the last: changed 0, carried 2, removed 1" in run.stdout
    assert "removed.csv" not in run.stdout
    said = json.loads((store / "run.json").read_text(encoding="utf-8"))
    assert (said["mode"], said["moved"], said["ignored_files"]) == ("delta", [], [])
    then = build(store, tmp_path / "then", as_of=datetime.now(UTC).date())
    now = rows_of(store / "registry.duckdb", (*CONTRACTS, *filled_by("derive")))
    for table, rows in rows_of(then / "registry.duckdb", tuple(now)).items():
        assert rows.equals(now[table]), table
    (fewer / "removed.csv").write_text("patient_id\nPATIENT-B\npatient-c\n", encoding="utf-8")
    again = _mspike("run", "--mode", "delta", "--input", fewer, "--output", store)
    assert "removed.csv: of 2 patients to remove the store has nothing" in again.stdout
    (fewer / "removed.csv").write_text("patient_id\n", encoding="utf-8")
    unchanged, told = run_into(fewer, tmp_path / "unchanged", store / "registry.duckdb", delta=True)
    assert told["patients"] == {"changed": 0, "derived": 0, "carried": 2, "removed": 0}
    for table, rows in rows_of(unchanged).items():
        assert rows.equals(now[table]), table


def test_a_delivery_that_lacks_many_patients_says_so(small: Path, tmp_path: Path) -> None:
    store, lines = stores.copy(small / "store", tmp_path / "store"), FILES["patients"].split("\n")
    cut = write_extract(tmp_path / "cut", labs=None, treatments=None, patients="\n".join(lines[:3]))
    lacks = "patients: 2 of the last run are not in this delivery; see that it came whole"
    assert lacks in _mspike("run", "--input", cut, "--output", store).stdout
    assert lacks[9:] not in _mspike("run", "--input", cut, "--output", store).stdout


def test_what_cannot_be_done_is_one_line(small: Path, tmp_path: Path) -> None:
    root, folder, extract = tmp_path, small / "store", small / "extract"
    told = {
        ("--mode", "delta", "--input", extract, "--output", root / "nowhere"): (1, "give a whole delivery first"),
        ("--as-of", "2020-01-01", "--input", folder, "--output", root / "x"): (1, "nothing was known here on 2020"),
        ("--as-of", "2020-01-01", "--input", folder, "--output", folder): (1, "can't take the place of today's"),
        ("--as-of", "2020-01-01", "--input", extract, "--output", root / "x"): (1, "no store to look back in"),
        ("--as-of", "2020-01-01", "--mode", "delta", "--input", extract, "--output", folder): (2, "only one of them"),
    }  # fmt: skip
    for arguments, (status, message) in told.items():
        refused = _mspike("run", *arguments)
        assert refused.exit_code == status, arguments
        assert message in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert _mspike("vacuum", root / "nowhere").exit_code == 1
