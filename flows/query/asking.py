"""Asking a store a query, from Python or as `mspike query`."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from flows.privacy.private_files import write_private
from flows.query.file import Header, QueryError, QueryFile, read_query, shown
from flows.query.limits import MIB, SECONDS, Limits, NoAnswerError, fetched, opened, watched
from flows.sql_files import make_macros

if TYPE_CHECKING:
    import duckdb
    import polars as pl

__all__ = ["QueryError", "QueryFailed", "query", "query_command", "query_names"]

SQL = Path(__file__).parents[2] / "sql"
QUERIES = SQL / "queries"


class QueryFailed(RuntimeError):  # noqa: N818 (an answer that failed, as against a question that is wrong)
    """The store could not answer; the message is one line without any value of the data."""


@dataclass(frozen=True)
class Answer:
    """The result, and the line that says where it is from: store, edition, date of the run, query and parameters."""

    frame: pl.DataFrame
    origin: str


def query_names() -> list[str]:
    """The names of the questions that come with mspike."""
    return sorted(path.stem for path in QUERIES.glob("*.sql"))


def query(name: str, /, store: str | Path, *, time_limit_s: float = SECONDS, **parameters: Any) -> pl.DataFrame:
    """The answer to one question, as a polars DataFrame.

    `name` is one of `query_names()`, or the path of a file that ends in .sql. `store` is a folder that `mspike run`
    wrote. Parameters are those of the query's header, as text or as Python values (int, float, str, datetime.date,
    bool), and have its defaults. What a row is and what null means stands in the header (`mspike query NAME
    --describe`).

    Raises QueryError where there is no such query, or a parameter is unknown, missing or not of its type; QueryFailed
    where the store is missing, can't answer, or takes longer than `time_limit_s`. Both messages are one line.
    """
    return answer(find(name), Path(store), parameters, Limits(time_limit_s)).frame


def find(name: str) -> QueryFile:
    """The query of that name, or the file. Raises QueryError, naming near matches, where there is none."""
    if name.endswith(".sql"):
        path = Path(name)
        if not path.is_file():
            raise QueryError(f"{name}: no such file; `mspike query --list` names the queries that need none")
        return read_query(path, needs_header=False)
    names = query_names()
    if name not in names:
        near = difflib.get_close_matches(name, names, n=3, cutoff=0.4) or [n for n in names if name.lower() in n]
        hint = f"did you mean {' or '.join(near)}?" if near else "`mspike query --list` names them"
        raise QueryError(f"no query {name!r}; {hint}")
    return read_query(QUERIES / f"{name}.sql")


def answer(asked: QueryFile, store: Path, given: Mapping[str, Any], limits: Limits = Limits()) -> Answer:  # noqa: B008
    """Ask a store. Raises QueryError and QueryFailed as `query` does."""
    from flows.store import StoreError, last_run

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
    import duckdb

    from flows.faults import EngineFaultError, engines_plainly

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
        raise QueryFailed(f"{asked.name}: {_one_line(error)}{_hint(error, asked)}") from None
    return frame, edition, day


def _check_statement(connection: duckdb.DuckDBPyConnection, asked: QueryFile, bound: Mapping[str, Any]) -> None:
    import duckdb

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
        raise QueryError(f"{asked.name} does not use a parameter {unused[0]!r}; leave it out")


def _one_line(error: duckdb.Error) -> str:
    """DuckDB's message in one line; where it may quote the data, without what it quotes."""
    import duckdb

    message = " ".join(str(error).split("\nLINE ")[0].split())
    if isinstance(error, (duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException)):
        return message
    return re.sub(r"\([^)]*\)", "(…)", re.sub(r"'[^']*'|\"[^\"]*\"", "'…'", message))


def _hint(error: duckdb.Error, asked: QueryFile) -> str:
    import duckdb

    is_older = isinstance(error, (duckdb.CatalogException, duckdb.BinderException)) and asked.name in query_names()
    return " (the store is of another version of mspike? make it again with mspike run)" if is_older else ""


def _origin(asked: QueryFile, bound: Mapping[str, Any], store: Path, edition: str, day: date) -> str:
    values = ", ".join(f"{name}={shown(value)}" for name, value in bound.items())
    query_ = f"{asked.name} ({values})" if values else asked.name
    internal = "; internal: rows of patients" if asked.header and asked.header.access == "internal" else ""
    return f"store {store}, edition {edition}, run of {day}, query {query_}{internal}"


@click.command("query")
@click.argument("name", required=False)
@click.option("--store", type=click.Path(path_type=Path), help="Folder that a run wrote.")
@click.option("--param", "given", multiple=True, metavar="NAME=VALUE", help="Value of a parameter; may come again.")
@click.option(
    "--format", "form", type=click.Choice(["table", "csv", "parquet", "json"]), default="table", show_default=True
)
@click.option("--output", type=click.Path(path_type=Path), help="File to write the result into.")
@click.option(
    "--time-limit",
    "seconds",
    type=click.FloatRange(min=0, min_open=True),
    default=SECONDS,
    show_default=True,
    help="Seconds after which the query is stopped.",
)
@click.option(
    "--memory-limit",
    "mib",
    type=click.IntRange(min=64),
    default=MIB,
    show_default=True,
    help="MiB that the query, and its answer, may take.",
)
@click.option("--list", "listed", is_flag=True, help="Name the queries, a line each.")
@click.option("--describe", is_flag=True, help="What the query asks, its parameters, caveats and columns.")
def query_command(
    *,
    name: str | None,
    store: Path | None,
    given: tuple[str, ...],
    form: str,
    output: Path | None,
    seconds: float,
    mib: int,
    listed: bool,
    describe: bool,
) -> None:
    """Ask a store one research question: NAME, or the path of your own .sql file (one select)."""
    try:
        if listed:
            for line in list_lines():
                click.echo(line)
            return
        if name is None:
            raise QueryError("name a query; `mspike query --list` names them")
        asked = find(name)
        if describe:
            for line in described(asked):
                click.echo(line)
            return
        if store is None:
            raise QueryError("name the store to ask with --store")
        if form == "parquet" and output is None:
            raise QueryError("parquet is not for a screen; name a file with --output")
        limits = Limits(seconds, mib, partial(_give_up, asked.name))
        write_answer(answer(asked, store, _pairs(given), limits), form, output)
    except QueryError as error:
        _stop(str(error), 2)
    except (QueryFailed, OSError) as error:
        _stop(str(error), 1)


def write_answer(found: Answer, form: str, output: Path | None) -> None:
    """Write the result to a file or the screen; where it is from stands at a table's foot, else on standard error."""
    from flows.formats import FORMATS

    content = FORMATS[form](found.frame)
    foot = f"{found.frame.height:,} rows; {found.origin}\n"
    if form == "table":
        content += ("\n" + foot).encode()
    if output is not None:
        write_private(output, content)
    else:
        click.echo(content, nl=False)
    if form != "table":
        click.echo(foot, err=True, nl=False)


def list_lines() -> Iterator[str]:
    """One line per query: its name and title."""
    names = query_names()
    width = max(len(name) for name in names)
    for name in names:
        yield f"{name:<{width}}  {_header(read_query(QUERIES / f'{name}.sql')).title}"


def described(asked: QueryFile) -> Iterator[str]:
    """The lines that say what a query asks."""
    header = _header(asked)
    yield f"{asked.name}: {header.title}"
    for field in ("question", "grain", "access"):
        yield f"{field + ':':<10}{getattr(header, field)}"
    for title, entries in (
        ("parameters", [str(parameter) for parameter in header.parameters.values()] or ["none"]),
        ("caveats", list(header.caveats) or ["none"]),
        ("columns", [f"{name}: {said}" for name, said in header.columns.items()]),
    ):
        yield f"{title}:"
        yield from (f"  {entry}" for entry in entries)


def _header(asked: QueryFile) -> Header:
    if asked.header is None:
        raise QueryError(f"{asked.name} has no header that describes it")
    return asked.header


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise QueryError(f"--param {text!r} is not NAME=VALUE")
        if name in pairs:
            raise QueryError(f"--param {name} comes twice")
        pairs[name] = value
    return pairs


def _give_up(name: str, message: str) -> NoReturn:
    """End the process: the query would not be interrupted, and nothing was written yet."""
    click.echo(f"mspike: {name}: {message}", err=True)
    os._exit(1)


def _stop(message: str, status: int) -> None:
    click.echo(f"mspike: {message}", err=True)
    raise SystemExit(status)
