"""What an indicator makes of a small store written by hand."""

from __future__ import annotations

from typing import Any

from flows.audit.indicators import find_rows
from rules.criterion import load_edition
from tests.sql.query_store import stored

WORDS = {True: "pass", False: "fail", None: "unknown"}


def judged(
    indicator: str, *, by: str = "patient_id", settings: dict[str, Any] | None = None, **tables: str
) -> dict[str, str]:
    """The verdict (pass, fail, unknown) of each row that the indicator asks about, by patient, or by the columns named.

    Who is not in the answer is not asked about. Tables are drawn as for `write_store`.
    """
    edition = load_edition(settings={indicator: settings} if settings else None)
    with stored(**tables) as connection:
        find_rows(connection, edition[indicator], edition)
        rows = connection.execute(f"select concat_ws(' ', {by}), passed from quality_indicator_row").fetchall()
    assert len({key for key, _ in rows}) == len(rows), "two rows of one key"
    return {key: WORDS[passed] for key, passed in rows}
