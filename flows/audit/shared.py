"""What the questions of the audit share: views and macros of sql/macros, the larger of them kept as tables."""

from __future__ import annotations

import duckdb

from flows.sql_files import make_macros

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
    "ongoing_line",
    "precursor_interval",
    "precursor_watched",
    "unread",
)


def make_shared(connection: duckdb.DuckDBPyConnection, text: str, there: tuple[str, ...] = ()) -> None:
    """Make what a text of questions asks, of the patients who are there now, but for what is `there`; again when the
    rows change.
    """
    make_macros(connection, text, there, STORED)
