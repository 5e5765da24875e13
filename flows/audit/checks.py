"""The checks of the registry's own data: counts and verdict by site, and the rows that violate them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby
from operator import attrgetter
from string import Template
from typing import Any

import duckdb
import polars as pl

from flows.audit.again import Again
from flows.audit.hidden import only
from flows.audit.shared import make_shared
from flows.sql_files import SQL
from rules.audit.data_checks import asked, data_checks
from rules.criterion import Criterion, Edition
from transforms.intake.contracts import CONTRACTS, dtypes

EVERY_COLUMN = "completeness.column"
FOUND = """
    create or replace temp table found (
        id varchar, patient_id varchar, "table" varchar, "column" varchar, site varchar, violated boolean, rows bigint,
        listed struct(source_file varchar, row_number bigint, dated date)[]
    )
"""


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

    @property
    def is_alone(self) -> bool:
        """Whether its rows themselves say of which table and column they are."""
        return self.id != EVERY_COLUMN


def begin(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Keep the rows of those who are not asked again; and of the last run's counts what it did not count of the others:
    these are asked as they were, and taken away.
    """
    connection.execute(
        'create or replace temp table check_count as select id, "table", "column", site, violated, "of",'
        " false as is_away from data_check limit 0"
    )
    of_each = _of_each(edition, again)
    ids = {"ids": [check.id for check in of_each]}
    if again and again.in_place:
        connection.execute(
            'insert into check_count by name select id, "table", "column", site, violated, "of", false as is_away'
            " from data_check where site is not null and list_contains($ids, id)",
            ids,
        )
        with only(connection, again.patients, again.last):
            _count_checks(connection, of_each, edition, sign=-1)
    gone = f"or patient_id is null or patient_id in (select patient_id from {again.patients})" if again else ""
    connection.execute(f"delete from data_check_row where not list_contains($ids, id) {gone}", ids)


def ask(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Count the rows of the patients who are there, and list those that violate a check."""
    _count_checks(connection, _of_each(edition, again), edition)


def end(connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
    """Count what is asked of all, and fill `data_check`."""
    asked_of_each = _of_each(edition, again)
    _count_checks(connection, [check for check in data_checks(edition) if check not in asked_of_each], edition)
    _ask_whole(connection, edition)
    judge(connection, [question for check in data_checks(edition) for question in questions(check, edition)])


def _of_each(edition: Edition, again: Again | None) -> list[Criterion]:
    """The checks that are asked of the patients who are there; the others of all, after."""
    if again is None:
        return list(data_checks(edition))
    return [of for of in data_checks(edition) if again.in_place and not again.asks_all(of, _read("checks", of.id))]


def _ask_whole(connection: duckdb.DuckDBPyConnection, edition: Edition) -> None:
    """Ask of all what of some leaves nothing to judge by at a site: whether it has rows that can't be judged, or none,
    no count says.
    """
    unclear = connection.execute(
        'select distinct id from (select id, "table", "column", site from check_count group by all'
        ' having sum("of") = 0 and bool_or(is_away))'
    ).fetchall()
    ids = [name for (name,) in unclear]
    if not ids:
        return
    for table in ("check_count", "data_check_row"):
        connection.execute(f"delete from {table} where list_contains($ids, id)", {"ids": ids})
    _count_checks(connection, [check for check in data_checks(edition) if check.id in ids], edition)


def _count_checks(
    connection: duckdb.DuckDBPyConnection, checks: Sequence[Criterion], edition: Edition, sign: int = 1
) -> None:
    count_all(connection, [question for check in checks for question in questions(check, edition)], sign)


def count_all(connection: duckdb.DuckDBPyConnection, asked_of: Sequence[Question], sign: int = 1) -> None:
    """Count what questions ask about of the patients who are there, and list the rows that violate one that has a
    threshold; or, with -1 as `sign`, take the counts away.
    """
    if not asked_of:
        return
    _make_what_they_ask(connection, "\n".join({question.rows for question in asked_of}))
    connection.execute(FOUND)
    columns = [question for question in asked_of if question.id == EVERY_COLUMN]
    if columns:
        _find_columns(connection, columns, is_listed=sign > 0)
    for question in asked_of:
        if question.id != EVERY_COLUMN:
            _find(connection, question, is_listed=sign > 0)
    connection.execute(f"insert into check_count by name {_read('audit', 'check_count')}", {"sign": sign})
    connection.execute(
        'insert into data_check_row by name select id, "table", "column", site, patient_id,'
        " unnest(listed, recursive := true) from found where len(listed) > 0"
    )


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


def about(query: str, rows: str) -> str:
    """A query of sql/audit about the rows that the SQL of a check finds."""
    return _read("audit", query).replace("$asked", _read("audit", "asked_row").replace("$rows", rows))


def _find(connection: duckdb.DuckDBPyConnection, asked_of: Question, is_listed: bool) -> None:
    """Add to `found` what a question finds."""
    values = {"id": asked_of.id, "is_listed": is_listed and asked_of.threshold is not None}
    found = about("found", asked_of.rows)
    connection.execute(f"insert into found by name {found}", {**asked_of.values, **values})


def _find_columns(connection: duckdb.DuckDBPyConnection, asked_of: Sequence[Question], is_listed: bool) -> None:
    """Add to `found` what is counted of columns, of a table at a time, and list the rows in which one is empty."""
    refused = _read("audit", "column_refused")
    for is_judged in (True, False):
        named = [f"{of.table}.{of.column}" for of in asked_of if (of.threshold is not None) == is_judged]
        threshold = 0.0 if is_judged else None
        _find(connection, Question(EVERY_COLUMN, refused, threshold, values={"columns": named}), is_listed)
    for _, of_table in groupby(asked_of, key=attrgetter("table")):
        together = list(of_table)
        found = connection.execute(
            f"insert into found by name select $id as id, * from ({_columns(together, 'column_count')})"
            ' returning "column", violated',
            {"id": EVERY_COLUMN},
        ).fetchall()
        empty = {column for column, violated in found if violated}
        judged = [question for question in together if question.threshold is not None and question.column in empty]
        if is_listed and judged:
            listed = about("found_row", _columns(judged, "column_row"))
            connection.execute(
                f"insert into data_check_row by name select $id as id, * exclude (violated) from ({listed})",
                {"id": EVERY_COLUMN},
            )


def judge(connection: duckdb.DuckDBPyConnection, questions_asked: Sequence[Question]) -> None:
    """Fill `data_check` from what was counted."""
    names = ("id", "table", "column", "threshold", "is_alone")
    places = [{name: getattr(question, name) for name in names} for question in questions_asked]
    connection.execute("delete from data_check")
    connection.execute(f"insert into data_check by name {_read('audit', 'data_check')}", {"places": places})


def _columns(together: Sequence[Question], query: str) -> str:
    """A query of sql/audit about all these columns of one table."""
    flags = [
        f'case when {question.where} then "{question.column}" is null end as is_empty_{number}'
        for number, question in enumerate(together)
    ]
    counts = [  # filters would take twice as long
        f"{{'column': '{question.column}', 'asked': count(is_empty_{number}), 'empty': count_if(is_empty_{number})}}"
        for number, question in enumerate(together)
    ]
    empty = [
        f"case when {question.where} and \"{question.column}\" is null then '{question.column}' end"
        for question in together
    ]
    return Template(_read("audit", query)).substitute(
        table=together[0].table, flags=", ".join(flags), counts=", ".join(counts), empty=", ".join(empty)
    )


def _make_what_they_ask(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    """Make the views and macros of questions; of the rows read, only those with an entry in the quarantine one by
    one.
    """
    make_accepted_rows(connection)
    if "read_row" in text or "row_read" in text:
        counted = _read("audit", "row_read")
        make_shared(connection, counted)
        connection.execute(f"create or replace temp table row_read as {counted}")
    make_shared(connection, text, there=("row_read",))


def make_accepted_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the view of the rows that were accepted, of every table."""
    connection.execute(f"create or replace temp view accepted_row as {_accepted_rows()}")


def _accepted_rows() -> str:
    template = Template(_read("audit", "accepted_row"))
    return " union all ".join(template.substitute(table=table, dated=_dated(table)) for table in CONTRACTS)


def _dated(table: str) -> str:
    dates = [name for name, dtype in dtypes(table).items() if dtype == pl.Date]
    return "null::date" if table == "patients" else f"greatest({', '.join(dates)})"


@cache
def _read(folder: str, name: str) -> str:
    return (SQL / folder / f"{name}.sql").read_text(encoding="utf-8")
