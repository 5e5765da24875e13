"""Asking a store a query."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from flows.faults import EngineFaultError, engines_plainly
from flows.query.file import QueryError, QueryFailed, QueryFile, shown
from flows.query.questions import query_names
from flows.sandbox.limits import Limits, NoAnswerError
from flows.sandbox.watching import fetched, one_line, opened, watched
from flows.sql_files import make_macros
from flows.store import StoreError, last_run


@dataclass(frozen=True)
class Answer:
    """The result, and the line that says where it is from: store, edition, date of the run, query and parameters."""

    frame: pl.DataFrame
    origin: str


def answer(asked: QueryFile, store: Path, given: Mapping[str, Any], limits: Limits = Limits()) -> Answer:  # noqa: B008
    """Ask a store. Raises QueryError and QueryFailed as `flows.query.query` does."""
    try:
        bound = asked.bound(given)
        with last_run(store) as last:
            frame, edition, day = _answer(asked, last / "registry.duckdb", bound, limits)
    except StoreError as error:
        raise QueryFailed(str(error)) from None
    return Answer(frame, _origin(asked, bound, store, edition, day))


def _answer(
    asked: QueryFile, database: Path, bound: Mapping[str, Any], limits: Limits
) -> tuple[pl.DataFrame, str, date]:
    """The answer, and the edition and day of the run that gives it."""
    try:
        with engines_plainly(), opened(database, limits) as connection, watched(connection, limits):
            _check_statement(connection, asked, bound)
            make_macros(connection, asked.text)
            frame = fetched(connection.sql(asked.text, params=bound or None), limits)
            latest = connection.execute("select criteria, started::date from run order by number desc limit 1")
            [(edition, day)] = latest.fetchall()
    except (NoAnswerError, EngineFaultError) as error:
        raise QueryFailed(f"{asked.name}: {error}") from None
    except duckdb.Error as error:
        raise QueryFailed(f"{asked.name}: {one_line(error)}{_hint(error, asked)}") from None
    return frame, edition, day


def _check_statement(connection: duckdb.DuckDBPyConnection, asked: QueryFile, bound: Mapping[str, Any]) -> None:
    statements = connection.extract_statements(asked.text)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise QueryError(f"{asked.name}: a query is one select (with … select is one too), and nothing else")
    used = statements[0].named_parameters
    missing = sorted(used - set(bound))
    if missing:
        said = "declare it in the header" if asked.header else "give it with --param NAME=VALUE"
        raise QueryError(f"{asked.name} uses ${missing[0]} without a value; {said}")
    unused = sorted(set(bound) - used)
    if unused:
        raise QueryError(f"{asked.name} does not use a parameter {unused[0]!r}; omit it")


def _hint(error: duckdb.Error, asked: QueryFile) -> str:
    is_older = isinstance(error, (duckdb.CatalogException, duckdb.BinderException)) and asked.name in query_names()
    return " (made by another version of mspike? make it again with mspike run)" if is_older else ""


def _origin(asked: QueryFile, bound: Mapping[str, Any], store: Path, edition: str, day: date) -> str:
    values = ", ".join(f"{name}={shown(value)}" for name, value in bound.items())
    query_ = f"{asked.name} ({values})" if values else asked.name
    internal = "; internal: rows of patients" if asked.header and asked.header.access == "internal" else ""
    return f"store {store}, edition {edition}, run of {day}, query {query_}{internal}"
