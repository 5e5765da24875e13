"""The patients that a night's audit asks about again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from flows.database import attach
from flows.history.reread import rows_stayed
from flows.sql_files import names_in
from rules.criterion import Criterion

OF_ALL, OF_ORDER = "all", "order"


@dataclass(frozen=True)
class Again:
    """What is found again where the tables are as the last run left them.

    `patients`: a temporary table of them, by `patient_id`; a part may add to it in `begin`. `last`: the attached
    database of the last run. `in_place`: the rows of the others are those of the last run, in its order and under
    numbers that the checks' rows have too; else all rows were read again. `moved`: what of the whole extract is other
    than in the last run (sql/macros/of_extract.sql).
    """

    patients: str
    last: str
    in_place: bool = True
    moved: frozenset[str] = frozenset()

    def asks_all(self, question: Criterion, text: str) -> bool:
        """Whether a question, of this SQL, is asked of all: rows of those who are not asked again may be others too."""
        scope = question.about.get("scope")
        by_scope = scope == OF_ALL or (scope == OF_ORDER and not self.in_place)
        return by_scope or bool(self.moved and self.moved & names_in(text))


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
