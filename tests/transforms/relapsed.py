"""Treatments and lines drawn as tables, for the tests of section 11."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl

from rules.criterion import Edition, load_edition
from tests.tables import read_rows
from transforms.intake.contracts import REFUSED_ROW, stored
from transforms.relapse.drugs_given import given_drugs

LINES = {
    "patient_id": pl.String,
    "line": pl.Int32,
    "start_date": pl.Date,
    "end_date": pl.Date,
    "next_line_start": pl.Date,
    "progression_date": pl.Date,
    "progression_source": pl.String,
}
VISITS = {"patient_id": pl.String, "line": pl.Int64, "visit_date": pl.Date}


def drawn(table: str, schema: dict[str, Any]) -> pl.LazyFrame:
    """The rows of a table; a blank cell is null. The patient is p unless there is a column that says otherwise."""
    rows = read_rows(table) if table.strip() else []
    return pl.LazyFrame(
        {name: [_value(row.get(name, DEFAULTS.get(name, "")), kind) for row in rows] for name, kind in schema.items()},
        schema=schema,
    )


DEFAULTS = {"patient_id": "p", "table": "treatments", "progression_source": "derived"}


def _value(cell: str, kind: Any) -> Any:
    if not cell:
        return None
    if kind == pl.Date:
        return date.fromisoformat(cell)
    if kind == pl.Boolean:
        return cell == "T"
    if isinstance(kind, pl.List):
        return [name.strip() for name in cell.strip("[]").split(",")]
    return int(cell) if kind in (pl.Int32, pl.Int64) else float(cell) if kind == pl.Float64 else cell


def given(treatments: str, lines: str, edition: Edition | None = None, *, refused: str = "") -> pl.LazyFrame:
    """What `given_drugs` makes of drawn treatments and lines, and of treatments that were refused."""
    rows = drawn(treatments, stored("treatments"))
    return given_drugs(rows, refused_rows(refused), drawn(lines, LINES), edition or load_edition())


def refused_rows(table: str) -> pl.LazyFrame:
    """Refused rows: of treatments unless there is a column that says otherwise."""
    return drawn(table, REFUSED_ROW)
