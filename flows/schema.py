"""The tables of a store, as sql/schema declares them: one file for each table, read once.

Above its columns a file says, on lines of these keywords::

    -- Key: patient_id, line      no two rows share it; an export is in its order
    -- Step: derive               the step of a run that fills it, by its name in flows.steps
    -- Export: yes                written out as Parquet; or no, and why
    -- Carry: no                  only where it never stays as the last run left it, though its step leaves others so

What of it may be released, flows.privacy.gate reads from the same lines.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flows.sql_files import SQL, declared

SCHEMA = SQL / "schema"


class SchemaError(RuntimeError):
    """A file of sql/schema does not say what it has to; the message names the file and the line that is wanting."""


@dataclass(frozen=True)
class Table:
    """A table of the store: what its file declares, and `sql`, which creates it empty."""

    name: str
    key: tuple[str, ...]
    step: str
    is_exported: bool
    is_carried: bool
    sql: str

    @property
    def order(self) -> str:
        """The key, for SQL: where no two rows share it, a total order of the rows."""
        return ", ".join(f'"{column}"' for column in self.key)


@cache
def tables() -> dict[str, Table]:
    """Every table by its name, in the order of names. Raises SchemaError."""
    return {path.stem: read_table(path) for path in sorted(SCHEMA.glob("*.sql"))}


def exported() -> tuple[str, ...]:
    """The names of those that are written out."""
    return tuple(name for name, table in tables().items() if table.is_exported)


def filled_by(step: str) -> tuple[str, ...]:
    """The names of those that a step fills."""
    return tuple(name for name, table in tables().items() if table.step == step)


def carried_by(step: str) -> tuple[str, ...]:
    """The names of those that a step may leave as the last run has them."""
    return tuple(name for name in filled_by(step) if tables()[name].is_carried)


def read_table(path: Path) -> Table:
    """What one file declares. Raises SchemaError."""
    sql = path.read_text(encoding="utf-8")
    said = {keyword: values[0] for keyword, values in declared(sql, ("Key", "Step", "Export", "Carry")).items()}
    for keyword in ("Key", "Step", "Export"):
        if keyword not in said:
            raise SchemaError(f"{path.name}: says no “-- {keyword}: …”; flows/schema.py tells what it means")
    return Table(
        name=path.stem,
        key=tuple(column.strip() for column in said["Key"].split(",")),
        step=said["Step"],
        is_exported=_is_yes(path, "Export", said["Export"]),
        is_carried=_is_yes(path, "Carry", said.get("Carry", "yes")),
        sql=sql,
    )


def _is_yes(path: Path, keyword: str, said: str) -> bool:
    answer = said.split(",", maxsplit=1)[0]
    if answer not in {"yes", "no"}:
        raise SchemaError(f"{path.name}: “-- {keyword}: {said}” is neither yes nor no")
    return answer == "yes"
