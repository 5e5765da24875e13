"""Myeloma-defining events at a progression, and when its line began."""

from __future__ import annotations

import polars as pl

from rules.clauses.defining_events import EVENTS
from rules.criterion import Edition
from rules.verdict import missing_column
from transforms.diagnosis import judged_at
from transforms.diagnosis.looked_for import ANCHOR
from transforms.relapse.around import LINE


def new_events(relapses: pl.LazyFrame, tables: dict[str, pl.LazyFrame], edition: Edition) -> pl.LazyFrame:
    """One row per line that progressed: each event's verdict at the progression, and `before_…` at the line's start."""
    dates = pl.concat(relapses.select("patient_id", on_date=date) for date in ("progression_date", "start_date"))
    judged = judged_at(dates.unique(), tables, edition)
    columns = [column for event in EVENTS for column in (event, missing_column(event))]
    found = judged.select(*ANCHOR, *columns).collect().lazy()
    now = relapses.select(*LINE, on_date="progression_date").join(found, on=ANCHOR, how="left")
    before = relapses.select(*LINE, on_date="start_date").join(found, on=ANCHOR, how="left")
    return now.drop("on_date").join(before.drop("on_date").rename(_before), on=LINE)


def _before(column: str) -> str:
    return column if column in LINE else f"before_{column}"
