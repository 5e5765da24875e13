"""What the strict reading says of each visit, beside a reading that relaxes it (section 16)."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from rules.criterion import Edition
from transforms.confirmation import with_confirmation
from transforms.response import judged
from transforms.routine import relaxations

COLUMNS = {
    "patient_id": pl.String,
    "line": pl.Int64,
    "visit_date": pl.Date,
    "response": pl.String,
    "possible_response": pl.String,
    "confirmed_response": pl.String,
    "is_evaluable": pl.Boolean,
}
CATEGORIES = ["response", "possible_response", "confirmed_response"]


def strict_reading(values: pl.LazyFrame, edition: Edition) -> pl.DataFrame:
    """The visits judged without the relaxations that the edition makes; no row where it makes none.

    One row per visit. `is_evaluable`: one of the consecutive assessments.
    """
    if not relaxations(edition):
        return pl.DataFrame(schema=COLUMNS)
    strict = _unrelaxed(edition)
    visits = with_confirmation(judged(values, strict), strict).select(*COLUMNS)
    return visits.with_columns(pl.col(CATEGORIES).cast(pl.String)).sort("patient_id", "line", "visit_date").collect()


def _unrelaxed(edition: Edition) -> Edition:
    criteria = dict(edition.criteria)
    for name in relaxations(edition):
        criteria[name] = replace(criteria[name], numbers={**criteria[name].numbers, "is_taken": False})
    return Edition(edition.name, criteria)
