"""The audit of a store: of every patient, or of those about whom anything changed since the last run audited them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import Protocol

import duckdb

from flows.audit import checks, indicators, recorded_responses, tests_done
from flows.audit.again import Again
from flows.audit.hidden import only
from flows.audit.shared import moved_in_extract, note_extract
from rules.criterion import Edition


class Part(Protocol):
    """A part of the audit: a module of these functions.

    `begin` takes out of its tables what is found again, and asks what looks across patients and decides about one;
    `ask` finds the rows of the patients whose tables are there; `end` sums up.
    """

    def begin(self, connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
        """Before any part asks."""

    def ask(self, connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
        """Of all patients, or of those who are asked again, whose rows then hide all others'."""

    def end(self, connection: duckdb.DuckDBPyConnection, edition: Edition, again: Again | None) -> None:
        """After all have asked."""


# In this order: the first may have more patients asked again, the agreement is one of the indicators.
PARTS: tuple[Part, ...] = (tests_done, recorded_responses, indicators, checks)


def measure(
    connection: duckdb.DuckDBPyConnection,
    edition: Edition,
    again: Again | None = None,
    parts: Sequence[Part] = PARTS,
) -> None:
    """Fill the tables of the audit, but those that compare with the last run. `again`: they are as the last run left
    them, and found again is what is of some patients; else they are empty.
    """
    if again:
        again = replace(again, moved=moved_in_extract(connection, again.last))
    else:
        note_extract(connection)
    for part in parts:
        part.begin(connection, edition, again)
    with only(connection, again.patients) if again else nullcontext():
        for part in parts:
            part.ask(connection, edition, again)
    for part in parts:
        part.end(connection, edition, again)
