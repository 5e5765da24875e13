"""The patients that a night's audit asks about again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.database import attach
from flows.history.reread import rows_stayed


@dataclass(frozen=True)
class Again:
    """What is found again where the tables are as the last run left them.

    `patients`: a temporary table of them, by `patient_id`; a part may add to it in `begin`. `last`: the attached
    database of the last run. `in_place`: the rows of the others are those of the last run, in its order and under
    numbers that the checks' rows have too; else all rows were read again.
    """

    patients: str
    last: str
    in_place: bool = True


@contextmanager
def asked_again(connection: duckdb.DuckDBPyConnection, last: Path) -> Iterator[Again]:
    """Those about whom something else is known than in the last run, or whose rows were read again."""
    in_place = rows_stayed(connection)
    connection.execute(
        "create or replace temp table asked_again as"
        " select patient_id from changed_patient union select patient_id from reread_patient"
    )
    attach(connection, last, "last")
    yield Again("asked_again", "last", in_place)
    connection.execute("detach last")  # not after an error, which another one would hide: the connection ends with it
