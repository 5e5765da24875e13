"""Whom a night's audit asks again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.database import attach

# Which rows the checks found, by their numbers in the files: where all rows are read again these say nothing any more.
IN_PLACES = ("data_check", "data_check_row")


@dataclass(frozen=True)
class Again:
    """What is found again where the tables are as the last run left them.

    `patients`: a temporary table of whom, by `patient_id`; a part may add to it in `begin`. `last`: the attached
    database of the last run. `in_place`: the rows of the others are those of the last run, in its order and under
    numbers that the checks' rows have too; else all rows were read again.
    """

    patients: str
    last: str
    in_place: bool = True


@contextmanager
def asked_again(connection: duckdb.DuckDBPyConnection, last: Path) -> Iterator[Again]:
    """Those of whom something is known otherwise than in the last run, or whose rows were read again."""
    [(in_place,)] = connection.execute(f"select exists (from {IN_PLACES[0]})").fetchall()
    connection.execute(
        "create or replace temp table asked_again as"
        " select patient_id from changed_patient union select patient_id from reread_patient"
    )
    attach(connection, last, "last")
    try:
        yield Again("asked_again", "last", in_place)
    finally:
        connection.execute("detach last")
