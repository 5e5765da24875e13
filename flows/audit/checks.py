"""The checks of the registry's own data: counts and verdict by site, and the rows that violate them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """One check of one table and column, or of those that its SQL names: `rows` is that SQL, `values` its numbers.

    `where`: the rows in which a column is asked for.
    """

    id: str
    rows: str
    threshold: float | None
    table: str | None = None
    column: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    where: str = "true"


def check_data(connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    """Fill `data_check` and `data_check_row` from the tables in, the quarantine and the derived tables of the store."""
    _make_accepted_rows(connection)
    connection.execute(f"create or replace temp table sound_row as {_read('audit', 'sound_row')}")
    for check in data_checks(edition):
        # A table is read once for all that is asked of its columns.
        for _, asked_of_table in groupby(questions(check, edition), key=attrgetter("table")):
            ask(connection, *asked_of_table, sound_rows="sound_row")
    connection.execute("drop table sound_row")


def questions(check: Criterion, edition: Edition) -> Iterator[Question]:
    """What a check asks: one question, or one for every column of the contract."""
    text = _read("checks", check.id)
    if check.id == EVERY_COLUMN:
        for table, column in [(name, column) for name in CONTRACTS for column in dtypes(name)]:
            asks = asked(table, column)
            rows = Template(text).substitute(table=table, column=column, where=asks.where)
            threshold = None if asks.may_be_empty else check.threshold
            yield Question(check.id, rows, threshold, table, column, where=asks.where)
    else:
        values = {name: value for name, value in edition.numbers_of(check.id).items() if f"${name}" in text}
        yield Question(check.id, text, check.threshold, check.about.get("table"), check.about.get("column"), values)


def ask(connection: duckdb.DuckDBPyConnection, *together: Question, sound_rows: str | None = None) -> None:
    """Add the counts and verdicts of one check's questions, and the rows that violate one that has a threshold.

    `sound_rows`: a table that holds them, where there is one.
    """
    first = together[0]
    counts = _read("audit", "data_check").replace("$found", _counted(connection, together, sound_rows))
    places = [{name: getattr(question, name) for name in ("table", "column", "threshold")} for question in together]
    counted = connection.execute(
        f'insert into data_check by name {counts} returning "column", violated, threshold',
        {**first.values, "id": first.id, "places": places},
    ).fetchall()
    violated = {column for column, violated, threshold in counted if violated and threshold is not None}
    judged = [question for question in together if len(together) == 1 or question.column in violated]
    if violated and judged:
        found = " union all by name ".join(f"({rows_found(connection, question)})" for question in judged)
        connection.execute(
            f"insert into data_check_row by name select $id as id, * exclude (violated) from ({found}) where violated",
            {**first.values, "id": first.id},
        )


def _counted(connection: duckdb.DuckDBPyConnection, together: Sequence[Question], sound_rows: str | None) -> str:
    """The SQL that counts the rows which questions ask about, whose views and macros are made for this connection."""
    first = together[0]
    _make_what_it_asks(connection, first)
    if "read_row" in first.rows:
        sound = sound_rows or f"({_read('audit', 'sound_row')})"
        connection.execute(_read("audit", "read_row").replace("$sound", sound))
    rows = _column_count(together) if first.id == EVERY_COLUMN else first.rows
    return _read("audit", "found_count").replace("$rows", rows)


def _column_count(together: Sequence[Question]) -> str:
    flags = [
        f'case when {question.where} then "{question.column}" is null end as is_empty_{number}'
        for number, question in enumerate(together)
    ]
    counts = [  # filters would take twice as long
        f"{{'column': '{question.column}', 'asked': count(is_empty_{number}), 'empty': count_if(is_empty_{number})}}"
        for number, question in enumerate(together)
    ]
    return Template(_read("audit", "column_count")).substitute(
        table=together[0].table,
        flags=", ".join(flags),
        counts=", ".join(counts),
        columns=", ".join(f"'{question.column}'" for question in together),
    )


def rows_found(connection: duckdb.DuckDBPyConnection, question: Question) -> str:
    """The SQL of the rows that a question asks about, whose views and macros are made for this connection."""
    _make_what_it_asks(connection, question)
    return _read("audit", "found_row").replace("$rows", question.rows)


def _make_what_it_asks(connection: duckdb.DuckDBPyConnection, question: Question) -> None:
    if "accepted_row" in question.rows or "read_row" in question.rows:
        _make_accepted_rows(connection)
    make_macros(connection, question.rows)


def _make_accepted_rows(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(f"create or replace temp view accepted_row as {_accepted_rows()}")


def _accepted_rows() -> str:
    template = Template(_read("audit", "accepted_row"))
    return " union all ".join(template.substitute(table=table, dated=_dated(table)) for table in CONTRACTS)


def _dated(table: str) -> str:
    dates = [name for name, dtype in dtypes(table).items() if dtype == pl.Date]
    return "null::date" if table == "patients" else f"greatest({', '.join(dates)})"


def _read(folder: str, name: str) -> str:
    return (SQL / folder / f"{name}.sql").read_text(encoding="utf-8")
