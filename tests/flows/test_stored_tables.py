"""What the files of sql/schema say of their tables, which the program goes by, is so."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows import steps
from flows.database import connect, create_tables
from flows.stored_tables import EXPORTS, TABLES, filled_by
from tests.extracts import edited, write_extract
from transforms.contracts import CONTRACTS
from transforms.derive import derive


def test_every_key_is_of_the_tables_own_columns(tmp_path: Path) -> None:
    with connect(tmp_path / "empty.duckdb") as connection:
        create_tables(connection)
        columns = {name: set(connection.table(f'"{name}"').columns) for name in TABLES}
    assert {name: missing for name, table in TABLES.items() if (missing := {*table.key} - columns[name])} == {}


def test_every_step_is_one_of_the_job_and_fills_what_is_exported() -> None:
    assert {table.step for table in TABLES.values()} == {None, "ingest", "derive", "outcomes", "models", "audit"}
    assert all(callable(getattr(steps, table.step)) for table in TABLES.values() if table.step)
    assert [name for name in EXPORTS if TABLES[name].step is None] == []
