"""Table 1 asked of any patient on any date."""

from __future__ import annotations

import polars as pl

from rules.clauses.defining_events import BIOMARKERS, EVENTS
from rules.clauses.diagnosis import DIAGNOSES
from rules.criterion import Edition
from transforms.diagnosis.values import ANCHOR, UNTIL, Tables, values_at
from transforms.judging import decided

CLAUSES = (*EVENTS, *BIOMARKERS, *DIAGNOSES)


def judged_at(about: pl.LazyFrame, tables: Tables, edition: Edition) -> pl.LazyFrame:
    """One row per patient and date of `about` (`patient_id`, `on_date`): the values nearest the date, and of each of
    `CLAUSES` its verdict and the mask of the tests that an unknown one waits for.

    `tables` are the validated tables of at least these patients. Where `about` has `until`, one day per row, nothing
    dated after it counts; other columns are left out.
    """
    limited = (
        about if UNTIL in about.collect_schema().names() else about.with_columns(pl.lit(None, pl.Date).alias(UNTIL))
    )
    values = values_at(limited.select(*ANCHOR, UNTIL).unique(), tables, edition)
    with_events = decided(values, [*EVENTS, *BIOMARKERS, "DX.al"], edition)
    return decided(with_events, [name for name in DIAGNOSES if name != "DX.al"], edition)
