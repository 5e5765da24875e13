"""Myeloma-defining events at a progression, and when its line began."""

from __future__ import annotations

import polars as pl

from rules.clauses.defining_events import EVENTS
from rules.criterion import Edition
from rules.verdict import missing_column
from transforms.diagnosis import judged_at
from transforms.relapse.around import LINE


def new_events(relapses: pl.LazyFrame, tables: dict[str, pl.LazyFrame], edition: Edition) -> pl.LazyFrame:
    """One row per line that progressed: each event's verdict at the progression, and `before_…` at the line's start."""
    now = _events_at(relapses, "progression_date", tables, edition)
    before = _events_at(relapses, "start_date", tables, edition)
    return now.join(before.rename(_before), on=LINE)


def _before(column: str) -> str:
    return column if column in LINE else f"before_{column}"


def _events_at(relapses: pl.LazyFrame, date: str, tables: dict[str, pl.LazyFrame], edition: Edition) -> pl.LazyFrame:
    about = relapses.select(*LINE, on_date=date)
    columns = [column for event in EVENTS for column in (event, missing_column(event))]
    judged = judged_at(about.select("patient_id", "on_date").unique(), tables, edition)
    return about.join(judged, on=["patient_id", "on_date"], how="left").select(*LINE, *columns)
