"""What figures and tables are made from: the store's tables of outcomes, and the queries of sql/figures."""

from __future__ import annotations

from pathlib import Path

import duckdb
import polars as pl

from flows.database import connect
from flows.endings import OTHER_VERSION, MspikeError
from flows.privacy.gate import shared
from flows.sql_files import OF_THE_COHORT, SQL, make_cohort, make_macros
from transforms.disclosure import protect_courses
from transforms.survival import DAYS_PER_MONTH

QUERIES = SQL / "figures"
SWIMMERS = 24  # as many courses as a page holds with room for their marks
# Each table of outcomes with a column that an older version of it lacks.
OUTCOMES = {
    "survival": "unestimable_because",
    "survival_curve": "ci_low",
    "cumulative_incidence": "incidence",
    "hazard_ratio": "p_proportional",
}
PARAMETERS = {"patients": SWIMMERS, "days_per_month": DAYS_PER_MONTH, "first_line": 1}


def shared_outcomes(found: dict[str, pl.DataFrame | None]) -> dict[str, pl.DataFrame | None]:
    """What was read, as it may be shared. Table 1 is of patients, and passes the rule where it counts them."""
    patients = found["table_one"]
    stored = {name: table for name in OUTCOMES if (table := found[name]) is not None}
    courses = {
        name: protect_courses(table, 0 if patients is None else patients.height)
        for name in ("swimmer",)
        if (table := found[name]) is not None
    }
    return {**found, **courses, **shared(stored, {name: SQL / "schema" / f"{name}.sql" for name in stored})}


class FiguresError(MspikeError):
    """Figures that can't be made; the message says of the store, in half a line, why."""


def read_outcomes(database: Path) -> dict[str, pl.DataFrame | None]:
    """Each table of outcomes by its name, None where the store has no such table; and the result of each query.

    Raises FiguresError where it is of another version.
    """
    try:
        with connect(database, read_only=True) as connection:
            make_cohort(connection)
            found: dict[str, pl.DataFrame | None] = {name: _table(connection, name) for name in OUTCOMES}
            for query in sorted(QUERIES.glob("*.sql")):
                found[query.stem] = _answer(connection, query)
    except (duckdb.CatalogException, duckdb.BinderException):
        raise FiguresError(OTHER_VERSION) from None
    if any(table is not None and OUTCOMES.get(name, table.columns[0]) not in table for name, table in found.items()):
        raise FiguresError(OTHER_VERSION)
    return found


def _table(connection: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame | None:
    # In the order in which they were stored: a model's covariates and levels stand as it has them.
    known = connection.execute("select count(*) from duckdb_tables() where table_name = ?", [name]).fetchall()
    return connection.sql(f"select * from {name} order by rowid").pl() if known[0][0] else None


def _answer(connection: duckdb.DuckDBPyConnection, query: Path) -> pl.DataFrame:
    text = query.read_text(encoding="utf-8")
    make_macros(connection, text, there=OF_THE_COHORT)
    used = {name: value for name, value in PARAMETERS.items() if f"${name}" in text}
    return connection.sql(text, params=used).pl()
