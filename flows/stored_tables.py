"""The tables of a store. Each file of sql/schema says, in comments after its grain, how its table comes to be::

-- Key: patient_id, line     the columns that no two rows share
-- Step: derive              the step of the batch job that fills it (flows/steps.py); not there: of the run itself
-- Export: yes               as Parquet, in the order of its key; not there: no
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flows.sql_files import SQL

SCHEMA = SQL / "schema"
SAID = re.compile(r"^-- (Key|Step|Export): (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class StoredTable:
    """What the file of a table says of it; `statement` creates it."""

    name: str
    statement: str
    key: tuple[str, ...]
    step: str | None
    is_exported: bool


def _read(name: str, statement: str) -> StoredTable:
    said = dict(SAID.findall(statement))
    return StoredTable(name, statement, tuple(said["Key"].split(", ")), said.get("Step"), said.get("Export") == "yes")


TABLES = {path.stem: _read(path.stem, path.read_text(encoding="utf-8")) for path in sorted(SCHEMA.glob("*.sql"))}
EXPORTS = {name: table.key for name, table in TABLES.items() if table.is_exported}


def filled_by(step: str) -> tuple[str, ...]:
    """The names of the tables that a step of the batch job fills from the extract alone."""
    return tuple(name for name, table in TABLES.items() if table.step == step)
