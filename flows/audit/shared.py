"""What the questions of the audit share: views and macros of sql/macros, the larger of them kept as tables."""

from __future__ import annotations

import duckdb

from flows.sql_files import OF_EXTRACT, make_macros

# Asked by several questions, and small beside the results and visits that they are made of.
STORED = (
    "assessed_visit",
    "assessment_interval",
    "broken_row",
    "first_drug",
    "first_start",
    "followed_until",
    "line_after_refractoriness",
    "line_drug",
    "line_watched",
    "myeloma",
    "of_extract",
    "ongoing_line",
    "precursor_interval",
    "precursor_watched",
    "unread",
)


def note_extract(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep what the whole extract says (sql/macros/of_extract.sql) of the patients who are there: before anything is
    asked, and before any are hidden.
    """
    make_macros(connection, OF_EXTRACT, stored=STORED)


def moved_in_extract(connection: duckdb.DuckDBPyConnection, last: str) -> frozenset[str]:
    """Note it, and return what of it is other than in the attached database `last`, by the names of its columns."""
    [(here,)] = connection.execute("select current_database()").fetchall()
    said = []
    for database in (last, here):
        connection.execute(f'use "{database}"')
        note_extract(connection)
        said.append(connection.sql(f"from {OF_EXTRACT}").pl().row(0, named=True))
    before, now = said
    return frozenset(name for name in now if now[name] != before[name])


def make_shared(connection: duckdb.DuckDBPyConnection, text: str, there: tuple[str, ...] = ()) -> None:
    """Make what a text of questions asks, of the patients who are there now, but for what is `there` and what is noted
    of the extract; again when the rows change.
    """
    make_macros(connection, text, (OF_EXTRACT, *there), STORED)
