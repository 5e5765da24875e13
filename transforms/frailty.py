"""Frailty at every line's start (section 12), by age and the findings nearest to it."""

from __future__ import annotations

import polars as pl

from rules.clauses.frailty import imwg_group, imwg_points, simplified_group, simplified_points
from rules.criterion import Edition
from rules.quantities import QUANTITIES
from rules.verdict import TESTS, missing_column
from transforms.age import age_years
from transforms.judging import decided
from transforms.lines import line_starts
from transforms.names import names_of
from transforms.nearest import nearest
from transforms.signs import SCORES, measured, measured_columns
from transforms.wide import wide

SCORE_COLUMNS = {name: QUANTITIES[name].at() for name in SCORES}
MODELS = {"FRAIL.imwg": (imwg_points, imwg_group), "FRAIL.simplified": (simplified_points, simplified_group)}
ABOUT = ["patient_id", "on_date"]
KEY = ["patient_id", "line", "model"]


def frailty(patients: pl.LazyFrame, findings: pl.LazyFrame, lines: pl.LazyFrame, edition: Edition) -> pl.LazyFrame:
    """One row per line (of an untreated patient one, without line, at diagnosis) and score.

    `score` and `frailty_group` are null if unknown; `unknown_because` is what the group waits for.
    """
    starts = line_starts(patients, lines)
    about = starts.select(ABOUT).unique()
    scored = nearest(about, measured(findings, *SCORES), "on_date", edition["DX"].findings_window_days)
    values = (
        starts.join(patients.select("patient_id", "birth_date"), on="patient_id", how="left")
        .join(wide(scored, ABOUT, measured_columns(SCORE_COLUMNS)), on=ABOUT, how="left")
        .with_columns(age_years=age_years("birth_date", "on_date"))
    )
    judged = decided(values, MODELS, edition)
    return pl.concat([_by_model(judged, model, edition) for model in MODELS]).sort(KEY)


def _by_model(judged: pl.LazyFrame, model: str, edition: Edition) -> pl.LazyFrame:
    points, group = MODELS[model]
    total = points(edition[model])
    return judged.select(
        "patient_id",
        "line",
        "on_date",
        model=pl.lit(model),
        score=pl.when(total.low == total.high).then(total.low),
        frailty_group=pl.when(model).then(group(total.low, edition[model])),
        unknown_because=names_of(pl.col(missing_column(model)), TESTS),
    )
