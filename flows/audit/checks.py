"""The checks of the registry's own data: counts and verdict by site, and the rows that violate them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from string import Template
from typing import Any

import duckdb
import polars as pl

from flows.sql_files import SQL, make_macros
from rules.audit.data_checks import asked, data_checks
from rules.criterion import Criterion, Edition
from transforms.intake.contracts import CONTRACTS, dtypes

EVERY_COLUMN = "completeness.column"


@dataclass(frozen=True)
class Question:
    """One check of one table and column, or of those that its SQL names: `rows` is that SQL, `values` its numbers."""

    id: str
    rows: str
    threshold: float | None
    table: str | None = None
    column: str | None = None
    values: dict[str, Any] = field(default_factory=dict)


def check_data(connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    """Fill `data_check` and `data_check_row` from the tables in, the quarantine and the derived tables of the store."""
    for check in data_checks(edition):
        # A table is read once for all that is asked of its columns.
        for _, asked_of_table in groupby(questions(check, edition), key=attrgetter("table")):
            ask(connection, *asked_of_table)


def questions(check: Criterion, edition: Edition) -> Iterator[Question]:
    """What a check asks: one question, or one for every column of the contract."""
    text = _read("checks", check.id)
    if check.id == EVERY_COLUMN:
        for table, column in [(name, column) for name in CONTRACTS for column in dtypes(name)]:
            asks = asked(table, column)
            rows = Template(text).substitute(table=table, column=column, where=asks.where)
            yield Question(check.id, rows, None if asks.may_be_empty else check.threshold, table, column)
    else:
        values = {name: value for name, value in edition.numbers_of(check.id).items() if f"${name}" in text}
        yield Question(check.id, text, check.threshold, check.about.get("table"), check.about.get("column"), values)


def ask(connection: duckdb.DuckDBPyConnection, *together: Question) -> None:
    """Add the counts and verdicts of one check's questions, and the rows that violate one that has a threshold."""
    first = together[0]
    found = " union all by name ".join(f"({rows_found(connection, question)})" for question in together)
    counts = _read("audit", "data_check").replace("$found", found)
    places = [{name: getattr(question, name) for name in ("table", "column", "threshold")} for question in together]
    counted = connection.execute(
        f"insert into data_check by name {counts} returning violated, threshold",
        {**first.values, "id": first.id, "places": places},
    ).fetchall()
    if any(violated and threshold is not None for violated, threshold in counted):
        rows = f"select $id as id, * exclude (violated) from ({found}) where violated"
        known = [question.column for question in together if question.threshold is not None]
        only = ' and list_contains($judged, "column")' if len(together) > 1 else ""
        connection.execute(
            f"insert into data_check_row by name {rows}{only}",
            {**first.values, "id": first.id, **({"judged": known} if only else {})},
        )


def rows_found(connection: duckdb.DuckDBPyConnection, question: Question) -> str:
    """The SQL of the rows that a question asks about, whose views and macros are made for this connection."""
    if "accepted_row" in question.rows or "read_row" in question.rows:
        connection.execute(f"create or replace temp view accepted_row as {_accepted_rows()}")
    make_macros(connection, question.rows)
    return _read("audit", "found_row").replace("$rows", question.rows)


def _accepted_rows() -> str:
    template = Template(_read("audit", "accepted_row"))
    return " union all ".join(template.substitute(table=table, dated=_dated(table)) for table in CONTRACTS)


def _dated(table: str) -> str:
    dates = [name for name, dtype in dtypes(table).items() if dtype == pl.Date]
    return "null::date" if table == "patients" else f"greatest({', '.join(dates)})"


def _read(folder: str, name: str) -> str:
    return (SQL / folder / f"{name}.sql").read_text(encoding="utf-8")
