"""What the files of sql/schema say of their tables, which the program goes by, is so."""

from __future__ import annotations

from pathlib import Path

from flows import steps
from flows.batch import run
from flows.database import connect, create_tables
from flows.job import Job
from flows.stored_tables import EXPORTS, TABLES, filled_by
from tests.extracts import write_extract
from transforms.contracts import CONTRACTS
from transforms.derive import derive


def test_every_key_is_of_the_tables_own_columns(tmp_path: Path) -> None:
    with connect(tmp_path / "empty.duckdb") as connection:
        create_tables(connection)
        columns = {name: set(connection.table(name).columns) for name in TABLES}
    assert {name: missing for name, table in TABLES.items() if (missing := {*table.key} - columns[name])} == {}


def test_every_step_is_one_of_the_job_and_fills_all_that_is_exported() -> None:
    assert {table.step for table in TABLES.values()} == {None, "ingest", "derive", "outcomes", "models", "audit"}
    assert all(callable(getattr(steps, table.step)) for table in TABLES.values() if table.step)
    assert [name for name in EXPORTS if TABLES[name].step is None] == []


def test_no_two_rows_of_a_table_share_its_key(tmp_path: Path) -> None:
    store = tmp_path / "store"
    run(Job(write_extract(tmp_path / "extract"), store))
    with connect(store / "registry.duckdb", read_only=True) as connection:
        for name, table in TABLES.items():
            key = ", ".join(f'"{column}"' for column in table.key)
            shared = connection.execute(f"select {key} from {name} group by all having count(*) > 1").fetchall()
            assert shared == [], name


def test_a_step_fills_the_tables_that_say_so_and_no_others(tmp_path: Path) -> None:
    job = Job(write_extract(tmp_path / "extract"), tmp_path / "store", folder=tmp_path / "build").prepared()
    job.folder.mkdir()
    steps.ingest(job)
    steps.find_changes(job)
    with connect(job.database) as connection:
        tables = {name: connection.table(name).pl() for name in (*CONTRACTS, "refused_row")}
    assert set(derive(tables, job.edition)) == set(filled_by("derive"))
    steps.derive(job)
    for step in (steps.outcomes, steps.models):
        assert set(step(job)["rows"]) == set(filled_by(step.__name__))
