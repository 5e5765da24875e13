"""What may be shown about a run outside the store: figures of the shared report, by the same queries and rule."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flows.database import connect
from flows.drawing.words import HIDDEN
from flows.privacy.gate import shared
from flows.report.facts import QUERIES, answer_if_stored
from flows.sql_files import make_cohort

SHOWN = ("files", "quarantined", "rows", "survival")
MEDIANS = ("endpoint", "origin", "line", "n", "events", "median_months")


def shared_counts(database: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows by table of the extract, rows put aside by rule, all rows, and medians; what the rule hides is null."""
    queries = {name: QUERIES / f"{name}.sql" for name in SHOWN}
    with connect(database, read_only=True) as connection:
        make_cohort(connection)
        facts = shared({name: answer_if_stored(connection, query) for name, query in queries.items()}, queries)
    return {
        "files": facts["files"].to_dicts(),
        "quarantined": facts["quarantined"].select("rule", "tables", "rows_quarantined").to_dicts(),
        "rows": facts["rows"].to_dicts(),
        "medians": facts["survival"].filter(stratum_by="overall").select(MEDIANS).to_dicts(),
    }


def in_words(rows: list[dict[str, Any]], counts: tuple[str, ...]) -> list[dict[str, Any]]:
    """The rows with the word for hidden in place of each count that is null."""
    return [
        {name: HIDDEN if name in counts and value is None else value for name, value in row.items()} for row in rows
    ]
